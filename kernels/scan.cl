/* scan: running sums along each row of a rows x n array.
 *
 *      in       3  1  4 | 1  5  9 | 2  6  5         blocks of 3 for the picture
 *      sums           8        15        13         1. the sum of each block
 *      bases          0         8        23         2. running sums of those, exclusive
 *      out      3  4  8 | 9 14 23 |25 31 36         3. each block again, from its base on
 *
 * In plain C, inclusive (exclusive stores sum before it adds):
 *
 *     for (int r = 0; r < rows; r++) {
 *         float sum = 0;
 *         for (int i = 0; i < n; i++)
 *             out[r * n + i] = sum += in[r * n + i];
 *     }
 *
 * Each sum needs the one before: the loop is a chain. The three launches above cut the chain into
 * blocks that do not wait for each other, and read the input twice for that. Step 2 is a scan
 * itself: it is done in the same way, until one block is left. No element passes through more than
 * 512 additions at each of those levels, so that rounding grows with the logarithm of n.
 *
 * The ladder, one idea a rung; each has a kernel for step 1 and one for step 3:
 *
 *     scan_1_sums  scan_1_naive    a work-item goes along a block of 256 elements
 *     scan_2_sums  scan_2_tree     a work-group scans a block in local memory (for GPUs)
 *     scan_3_sums  scan_3_wide     a work-item scans sixteen elements at a time (for CPUs)
 *
 * Work-items count blocks: block b of row r is item r * blocks + b. Sums of integers are kept
 * modulo 2^32. */

#ifndef T
#define T float /* or uint */
#define T2 float2
#define T4 float4
#define T8 float8
#define T16 float16
#endif
#ifndef EXCLUSIVE
#define EXCLUSIVE 0 /* 1: an element sums those before it only */
#endif
#ifndef GROUP
#define GROUP 256 /* work-items of rung 2's groups, a power of two */
#endif

#define LENGTH 256 /* elements in a block of rung 1 */
#define EACH 4     /* elements that an item of rung 2 scans: a block has GROUP * EACH */
#define WIDE 4096  /* elements in a block of rung 3: 16 KiB, 256 vectors */

/* A row of one block begins at 0: `single` says so, and `bases` is then any buffer. */
#define BASE(item) (single ? (T)0 : bases[item])

/* Rung 1. The chain within a block is still there; blocks are many. */
__kernel void scan_1_sums(int items, int n, int blocks, __global const T *restrict in,
                          __global T *restrict sums, int first) {
    const int item = first + (int)get_global_id(0);
    if (item >= items)
        return;
    const int from = item % blocks * LENGTH, to = min(from + LENGTH, n);
    __global const T *row = in + (size_t)(item / blocks) * n;
    T sum = 0;
    for (int i = from; i < to; i++)
        sum += row[i];
    sums[item] = sum;
}

__kernel void scan_1_naive(int items, int n, int blocks, __global const T *restrict in,
                           __global const T *restrict bases, int single, __global T *restrict out,
                           int first) {
    const int item = first + (int)get_global_id(0);
    if (item >= items)
        return;
    const int from = item % blocks * LENGTH, to = min(from + LENGTH, n);
    const size_t row = (size_t)(item / blocks) * n;
    T sum = BASE(item);
    for (int i = from; i < to; i++) {
        const T next = sum + in[row + i];
        out[row + i] = EXCLUSIVE ? sum : next;
        sum = next;
    }
}

/* Rung 2. Step 1: neighbouring items read neighbouring elements, and fold what they have by halves.
 */
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void
scan_2_sums(int items, int n, int blocks, __global const T *restrict in, __global T *restrict sums,
            int first) {
    __local T part[GROUP];
    const int x = get_local_id(0), item = first / GROUP + (int)get_group_id(0);
    const int from = item % blocks * (GROUP * EACH);
    __global const T *row = in + (size_t)(item / blocks) * n;
    T sum = 0;
    for (int q = 0; q < EACH; q++) {
        const int i = from + q * GROUP + x;
        if (i < n)
            sum += row[i];
    }
    part[x] = sum;
    for (int width = GROUP / 2; width > 0; width /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (x < width)
            part[x] += part[x + width];
    }
    if (x == 0)
        sums[item] = part[0];
}

/* Step 3: each item sums EACH elements; then every item adds what lies 1, 2, 4 ... places to its
 * left, after which its sum covers twice as many (Hillis and Steele):
 *
 *      3  1  4  1  5        1 place      3  4  5  5  6       2 places     3  4  8  9 11 ...
 *
 * That is more additions than the plain loop's, but only log2(GROUP) of them wait for each other.
 */
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void
scan_2_tree(int items, int n, int blocks, __global const T *restrict in,
            __global const T *restrict bases, int single, __global T *restrict out, int first) {
    __local T part[GROUP];
    const int x = get_local_id(0), item = first / GROUP + (int)get_group_id(0);
    const int from = item % blocks * (GROUP * EACH) + x * EACH;
    const size_t row = (size_t)(item / blocks) * n;
    T own[EACH], sum = 0;
    for (int q = 0; q < EACH; q++) {
        own[q] = from + q < n ? in[row + from + q] : (T)0;
        sum += own[q];
    }
    part[x] = sum;
    for (int step = 1; step < GROUP; step *= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        const T left = x >= step ? part[x - step] : (T)0;
        barrier(CLK_LOCAL_MEM_FENCE);
        part[x] += left;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    sum = BASE(item) + (x > 0 ? part[x - 1] : (T)0);
    for (int q = 0; q < EACH && from + q < n; q++) {
        const T next = sum + own[q];
        out[row + from + q] = EXCLUSIVE ? sum : next;
        sum = next;
    }
}

/* PoCL composes vload16 and vstore16 of pieces, which shuffles and additions then keep apart. A
 * vector that is said to be aligned to its elements only is one load or store. */
typedef T16 __attribute__((aligned(4))) loose;
#define LOAD(from) (*(__global const loose *)(from))
#define STORE(value, to) (*(__global loose *)(to) = (value))

/* Rung 3. Step 1 is the reduction of kernels/reduce.cl. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
scan_3_sums(int items, int n, int blocks, __global const T *restrict in, __global T *restrict sums,
            int first) {
    const int item = first + (int)get_global_id(0);
    const int from = item % blocks * WIDE, to = min(from + WIDE, n);
    __global const T *row = in + (size_t)(item / blocks) * n;
    T16 s0 = (T16)((T)0), s1 = s0, s2 = s0, s3 = s0;
    int i = from;
    for (; i + 64 <= to; i += 64) {
        s0 += LOAD(row + i);
        s1 += LOAD(row + i + 16);
        s2 += LOAD(row + i + 32);
        s3 += LOAD(row + i + 48);
    }
    s0 = (s0 + s1) + (s2 + s3);
    const T8 eight = s0.lo + s0.hi;
    const T4 four = eight.lo + eight.hi;
    T sum = (four.x + four.y) + (four.z + four.w);
    for (; i < to; i++)
        sum += row[i];
    sums[item] = sum;
}

/* The running sums of sixteen elements, by the steps of rung 2 within a register. */
inline T16 scan_vector(T16 x) {
    x += (T16)((T)0, x.s0, x.s12, x.s3456, x.s789abcde);
    x += (T16)((T2)((T)0), x.s01, x.s2345, x.s6789abcd);
    x += (T16)((T4)((T)0), x.s0123, x.s456789ab);
    x += (T16)((T8)((T)0), x.lo);
    return x;
}

/* Step 3. The chain is now one addition for sixteen elements: everything else in scan_vector can
 * run ahead. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
scan_3_wide(int items, int n, int blocks, __global const T *restrict in,
            __global const T *restrict bases, int single, __global T *restrict out, int first) {
    const int item = first + (int)get_global_id(0);
    const int from = item % blocks * WIDE, to = min(from + WIDE, n);
    const size_t row = (size_t)(item / blocks) * n;
    T16 carry = (T16)(BASE(item));
    int i = from;
    for (; i + 16 <= to; i += 16) {
        const T16 x = scan_vector(LOAD(in + row + i));
        const T16 sums = x + carry;
        STORE(EXCLUSIVE ? (T16)(carry.s0, sums.s0, sums.s12, sums.s3456, sums.s789abcde) : sums,
              out + row + i);
        carry += (T16)(x.sf);
    }
    for (T sum = carry.s0; i < to; i++) {
        const T next = sum + in[row + i];
        out[row + i] = EXCLUSIVE ? sum : next;
        sum = next;
    }
}
