/* reduce: all elements to one: their sum, least, greatest, sum of squares, or dot product.
 *
 *      A: n elements  [ . . . . . . . . . . . . . . . . . . . . ]
 *                       \     /   \     /   \     /   \     /
 *      pieces            [ . ]     [ . ]     [ . ]     [ . ]      one element each, first launch
 *                            \        \       /        /
 *      out                              [ . ]                     next launch, over the pieces
 *
 * In plain C:
 *
 *     float sum = 0;
 *     for (int i = 0; i < n; i++)
 *         sum += A[i];
 *
 * Every rung is this one kernel launched again over its own results until a single one is left. The
 * order of addition is fixed by n and the device's plan: the same call gives the same bits. No
 * element passes through more than 256 additions in a launch, so that rounding grows with the
 * logarithm of n, not with n.
 *
 * The ladder, one idea a rung:
 *
 *     reduce_1_naive     a work-item adds up 256 elements that lie side by side
 *     reduce_2_strided   neighbouring work-items read neighbouring elements
 *     reduce_3_tree      a work-group adds up what its items found, in local memory (for GPUs)
 *     reduce_4_wide      few fat work-items, each with 64 running sums in vectors (for CPUs)
 *
 * FOLD takes a NaN over from either side: the least of elements with a NaN among them is NaN. Sums
 * of integers are kept modulo 2^32. An empty A gives what changes nothing: 0, or for the least
 * and greatest, infinity or the largest integer with the sign that loses. */

#ifndef T
#define T float /* uint for sums of integers, which may wrap round; int to compare them */
#define T16 float16
#endif
#ifndef IDENTITY
#define IDENTITY 0 /* what changes nothing when it is folded in */
#endif
#ifndef FOLD
#define FOLD ADD /* ADD, LESS or GREATER; for integers LESS_INT or GREATER_INT */
#endif
#ifndef TERM
#define TERM PLAIN /* what to fold: PLAIN elements, SQUARE or PRODUCT */
#endif
#ifndef GROUP
#define GROUP 256 /* work-items of reduce_3_tree's groups, a power of two */
#endif

#define LENGTH 256 /* elements of a work-item of rungs 1 and 2 */
#define EACH 16    /* elements of a work-item of rung 3 */
#define BLOCK 4096 /* elements that rung 4 adds before it adds them to the total */

#define ADD(a, b) ((a) + (b))
#define LESS(a, b) select(b, a, ((a) <= (b)) | isnan(a))
#define GREATER(a, b) select(b, a, ((a) >= (b)) | isnan(a))
#define LESS_INT(a, b) min(a, b)
#define GREATER_INT(a, b) max(a, b)
#define PLAIN(a, b) (a)
#define SQUARE(a, b) ((a) * (a))
#define PRODUCT(a, b) ((a) * (b))

/* B is read by PRODUCT only; the host passes A again otherwise. */
#define ELEMENT(i) TERM(A[i], B[i])

/* Rung 1. The first work-item runs even if there is nothing to add, so that out is written. */
__kernel void reduce_1_naive(int n, __global const T *A, __global const T *B, __global T *out,
                             int first) {
    const int piece = first + (int)get_global_id(0);
    const int from = piece * LENGTH, to = min(from + LENGTH, n);
    if (from >= n && piece > 0)
        return;
    T sum = IDENTITY;
    for (int i = from; i < to; i++)
        sum = FOLD(sum, ELEMENT(i));
    out[piece] = sum;
}

/* Rung 2. The items of a GPU's work-group run in step: at each moment they now read one stretch of
 * memory, which comes in whole cache lines. */
__kernel void reduce_2_strided(int n, __global const T *A, __global const T *B, __global T *out,
                               int pieces, int first) {
    const int piece = first + (int)get_global_id(0);
    if (piece >= pieces)
        return;
    T sum = IDENTITY;
    for (uint i = piece; i < (uint)n; i += pieces)
        sum = FOLD(sum, ELEMENT(i));
    out[piece] = sum;
}

/* Rung 3. A group folds GROUP x EACH elements. Its items' results are folded by halves; the items
 * that still work stay side by side, so that whole warps fall idle:
 *
 *      [ 0 1 2 3 4 5 6 7 ]  ->  [ 0+4 1+5 2+6 3+7 ]  ->  [ .. .. ]  ->  [ . ]  */
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void
reduce_3_tree(int n, __global const T *A, __global const T *B, __global T *out, int first) {
    __local T part[GROUP];
    const int item = get_local_id(0), piece = first / GROUP + (int)get_group_id(0);
    const int from = piece * GROUP * EACH + item;
    T sum = IDENTITY;
    for (int r = 0; r < EACH; r++) {
        const int i = from + r * GROUP;
        if (i < n)
            sum = FOLD(sum, ELEMENT(i));
    }
    part[item] = sum;
    for (int width = GROUP / 2; width > 0; width /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < width)
            part[item] = FOLD(part[item], part[item + width]);
    }
    if (item == 0)
        out[piece] = part[0];
}

#define VECTOR(i) TERM(vload16(0, A + (i)), vload16(0, B + (i)))

/* Rung 4. An addition takes about four cycles, but two can begin in each: one running sum would
 * wait for itself. Four vectors of sixteen sums keep the adders busy, and memory is the limit.
 * Blocks keep rounding small: of 2^19 elements, each passes through 64 + 128 + 6 additions instead
 * of 8192. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
reduce_4_wide(int n, __global const T *A, __global const T *B, __global T *out, int length,
              int first) {
    const int piece = first + (int)get_global_id(0);
    const int from = piece * length, to = from + min(length, n - from);
    T16 total = (T16)(IDENTITY);
    int i = from;
    while (i + 64 <= to) {
        T16 s0 = (T16)(IDENTITY), s1 = s0, s2 = s0, s3 = s0;
        for (const int end = min(i + BLOCK, to); i + 64 <= end; i += 64) {
            s0 = FOLD(s0, VECTOR(i));
            s1 = FOLD(s1, VECTOR(i + 16));
            s2 = FOLD(s2, VECTOR(i + 32));
            s3 = FOLD(s3, VECTOR(i + 48));
        }
        s0 = FOLD(s0, s1);
        s2 = FOLD(s2, s3);
        s0 = FOLD(s0, s2);
        total = FOLD(total, s0);
    }
    T sums[16];
    vstore16(total, 0, sums);
    for (int q = 0; i < to; i++, q = (q + 1) % 16)
        sums[q] = FOLD(sums[q], ELEMENT(i));
    for (int width = 8; width > 0; width /= 2)
        for (int q = 0; q < width; q++)
            sums[q] = FOLD(sums[q], sums[q + width]);
    out[piece] = sums[0];
}
