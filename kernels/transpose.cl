/* transpose: out = A transposed.
 *
 *      A: rows x cols, pitch lda             out: cols x rows, pitch ldo
 *      +-------------+                       +-------+
 *      |  0  1  2  3 |                       | 0   4 |
 *      |  4  5  6  7 |           ->          | 1   5 |
 *      +-------------+                       | 2   6 |
 *                                            | 3   7 |
 * In plain C:                                +-------+
 *
 *     for (int i = 0; i < rows; i++)
 *         for (int j = 0; j < cols; j++)
 *             out[j * ldo + i] = A[i * lda + j];
 *
 * There is nothing to compute, and yet the plain loop is slow: one of the two sides is always
 * walked against the grain, a whole cache line fetched or written for four bytes of it. The ladder,
 * one idea a rung:
 *
 *     transpose_1_naive    an element a work-item: reads side by side, writes scattered
 *     transpose_2_tiled    a tile turns in local memory: both sides side by side (for GPUs)
 *     transpose_blocks     a work-item moves a block as wide as a cache line, which stays in cache
 *     transpose_4_vectors  a block turns within sixteen vector registers (for CPUs)
 *
 * Rows of out start at `first`, where the host's slice of the work begins. */

#ifndef SIDE
#define SIDE 16 /* floats in a cache line of 64 bytes */
#endif
#ifndef TILE
#define TILE 32 /* side of transpose_2_tiled's tiles; its work-group has TILE x TILE / 4 items */
#endif

/* Rung 1. */
__kernel void transpose_1_naive(int rows, int cols, __global const float *restrict A, int lda,
                                __global float *restrict out, int ldo, int first) {
    const int i = get_global_id(0), j = first + (int)get_global_id(1);
    if (i < rows && j < cols)
        out[(size_t)j * ldo + i] = A[(size_t)i * lda + j];
}

/* Rung 2. Work-items read a tile along its rows, and write it along the rows of out: it turns in
 * between, in local memory. The odd pitch spreads a column of the tile over all banks. An item moves
 * four elements, so that four reads are under way before the first has to be there. */
__kernel __attribute__((reqd_work_group_size(TILE, TILE / 4, 1))) void
transpose_2_tiled(int rows, int cols, __global const float *restrict A, int lda,
                  __global float *restrict out, int ldo, int first) {
    __local float tile[TILE][TILE + 1];
    const int x = get_local_id(0), i0 = (int)get_group_id(0) * TILE;
    const int j0 = first * 4 + (int)get_group_id(1) * TILE;
#pragma unroll
    for (int r = 0; r < 4; r++) {
        const int y = get_local_id(1) + r * (TILE / 4);
        if (i0 + y < rows && j0 + x < cols)
            tile[y][x] = A[(size_t)(i0 + y) * lda + j0 + x];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
    for (int r = 0; r < 4; r++) {
        const int y = get_local_id(1) + r * (TILE / 4);
        if (i0 + x < rows && j0 + y < cols)
            out[(size_t)(j0 + y) * ldo + i0 + x] = tile[x][y];
    }
}

/* Rung 3. Each cache line that a block of SIDE x SIDE touches, on either side, is used whole before
 * it is driven out. One work-item, one block. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
transpose_blocks(int rows, int cols, __global const float *restrict A, int lda,
                 __global float *restrict out, int ldo, int first) {
    const int i0 = (int)get_global_id(0) * SIDE, i1 = min(i0 + SIDE, rows);
    const int j0 = (first + (int)get_global_id(1)) * SIDE, j1 = min(j0 + SIDE, cols);
    for (int j = j0; j < j1; j++)
        for (int i = i0; i < i1; i++)
            out[(size_t)j * ldo + i] = A[(size_t)i * lda + j];
}

/* PoCL composes vload16 and vstore16 of pieces, which shuffles and additions then keep apart. A
 * vector that is said to be aligned to its elements only is one load or store. */
typedef float16 __attribute__((aligned(4))) loose_float16;
#define LOAD(from) (*(__global const loose_float16 *)(from))
#define STORE(value, to) (*(__global loose_float16 *)(to) = (value))

/* A result larger than the caches will not be found there by whoever reads it next. Written past
 * them it does not have to be fetched first, and drives nothing out: a compiler of Clang's family
 * can say so of whole, aligned vectors. */
#ifndef PAST
#define PAST 0 /* 1: the result is that large */
#endif
#define STORE_PAST STORE
#ifdef __has_builtin
#if __has_builtin(__builtin_nontemporal_store)
#undef STORE_PAST
#define STORE_PAST(value, to) __builtin_nontemporal_store(value, (__global float16 *)(to))
#endif
#endif

/* Rung 4. Sixteen rows of sixteen elements are sixteen registers. They are turned in four steps:
 * each exchanges the off-diagonal quarters of every block, first of 16 x 16, then 8 x 8, 4 x 4 and
 * 2 x 2:
 *
 *      a b   ->   a c       row r of a pair holds (a, b), row r + D holds (c, d)
 *      c d        b d
 *
 * Every step takes two rows and gives two, so that the compiler keeps all of it in registers. */
#define EXCHANGE(D, FIRST, SECOND)                                                                 \
    _Pragma("unroll") for (int r = 0; r < 16; r++) if ((r & D) == 0) {                             \
        const float16 a = v[r], b = v[r + D];                                                      \
        v[r] = FIRST;                                                                              \
        v[r + D] = SECOND;                                                                         \
    }

inline void turn(float16 v[16]){
    EXCHANGE(8, (float16)(a.lo, b.lo), (float16)(a.hi, b.hi))
        EXCHANGE(4, (float16)(a.s0123, b.s0123, a.s89ab, b.s89ab),
                 (float16)(a.s4567, b.s4567, a.scdef, b.scdef))
            EXCHANGE(2, (float16)(a.s01, b.s01, a.s45, b.s45, a.s89, b.s89, a.scd, b.scd),
                     (float16)(a.s23, b.s23, a.s67, b.s67, a.sab, b.sab, a.sef, b.sef))
                EXCHANGE(1,
                         (float16)(a.s0, b.s0, a.s2, b.s2, a.s4, b.s4, a.s6, b.s6, a.s8, b.s8, a.sa,
                                   b.sa, a.sc, b.sc, a.se, b.se),
                         (float16)(a.s1, b.s1, a.s3, b.s3, a.s5, b.s5, a.s7, b.s7, a.s9, b.s9, a.sb,
                                   b.sb, a.sd, b.sd, a.sf, b.sf))}

/* A work-item owns `height` rows of out, and goes along them sixteen elements at a time: it reads
 * stretches of `height` floats of sixteen rows of A. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void transpose_4_vectors(
    int rows, int cols, __global const float *restrict A, int lda, __global float *restrict out,
    int ldo, int height, int width, int first) {
    const int j0 = (first + (int)get_global_id(1)) * height, j1 = j0 + min(height, cols - j0);
    const int i0 = (int)get_global_id(0) * width, i1 = i0 + min(width, rows - i0);
    const int past = PAST && ((size_t)out % 64 | ldo % 16) == 0;
    for (int i = i0; i < i1; i += 16) {
        const int deep = min(16, i1 - i);
        for (int j = j0; j < j1; j += 16) {
            if (deep == 16 && j + 16 <= j1) {
                float16 v[16];
#pragma unroll
                for (int r = 0; r < 16; r++)
                    v[r] = LOAD(A + (size_t)(i + r) * lda + j);
                turn(v);
                __global float *to = out + (size_t)j * ldo + i;
                if (past) {
#pragma unroll
                    for (int r = 0; r < 16; r++)
                        STORE_PAST(v[r], to + (size_t)r * ldo);
                } else {
#pragma unroll
                    for (int r = 0; r < 16; r++)
                        STORE(v[r], to + (size_t)r * ldo);
                }
                continue;
            }
            for (int q = j; q < min(j + 16, j1); q++)
                for (int r = 0; r < deep; r++)
                    out[(size_t)q * ldo + i + r] = A[(size_t)(i + r) * lda + q];
        }
    }
}
