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
 * One of the two sides is always walked against the grain. A work-item therefore moves a block of
 * SIDE x SIDE: each cache line that it touches, on either side, is used whole before it is driven
 * out. */

#ifndef SIDE
#define SIDE 16 /* floats in a cache line of 64 bytes */
#endif

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
transpose_blocks(int rows, int cols, __global const float *restrict A, int lda,
                 __global float *restrict out, int ldo, int first) {
    const int i0 = (int)get_global_id(0) * SIDE, i1 = min(i0 + SIDE, rows);
    const int j0 = (first + (int)get_global_id(1)) * SIDE, j1 = min(j0 + SIDE, cols);
    for (int j = j0; j < j1; j++)
        for (int i = i0; i < i1; i++)
            out[(size_t)j * ldo + i] = A[(size_t)i * lda + j];
}
