/* gemm: out = alpha * op(A) * op(B) + beta * C, in single precision, row by row (row-major).
 *
 *                      k        n                  op(X) is X, or X transposed (TA, TB).
 *                            +-----------+
 *                          k |  op(B)  | |         Matrices lie in memory one row after another,
 *                            |         v |         lda, ldb, ldc, ldo floats apart, of which the
 *                +-------+   +-----------+         first k or n belong to the matrix.
 *              m | op(A) |   |           |
 *                | ----> |   |  . = out  |         Element (i, j) is the dot product of row i of
 *                +-------+   +-----------+         op(A) with column j of op(B).
 *
 * In plain C:
 *
 *     for (int i = 0; i < m; i++)
 *         for (int j = 0; j < n; j++) {
 *             float sum = 0;
 *             for (int p = 0; p < k; p++)
 *                 sum += op_a(i, p) * op_b(p, j);
 *             out[i * ldo + j] = alpha * sum + beta * C[i * ldc + j];
 *         }
 *
 * The ladder, one idea a rung:
 *
 *     gemm_1_naive    the two outer loops become a grid of work-items, one for each element
 *     gemm_2_tiled    a work-group shares a tile of A and of B in local memory (for GPUs)
 *     gemm_3_rows     one work-item holds 8 rows by 32 columns in vector registers (for CPUs)
 *     gemm_4_packed   as 3, with B laid out beforehand in the order in which it is read
 *
 * Every rung takes any shape. beta = 0 never reads C, so that a NaN there does not spread; C may
 * then be any buffer. Row indices start at `first`, where the host's slice of the work begins.
 * Indices into memory are size_t: the product of two sizes may exceed an int. */

#ifndef TA
#define TA 0 /* 1: A is stored transposed, k x m */
#endif
#ifndef TB
#define TB 0 /* 1: B is stored transposed, n x k */
#endif
#ifndef TILE
#define TILE 16 /* side of gemm_2_tiled's tiles; its work-group has TILE x TILE items */
#endif
#ifndef DEPTH
#define DEPTH 512 /* terms that gemm_4_packed adds up in one go: 8 x DEPTH floats stay in L1 */
#endif

#define HEIGHT 8 /* rows of a register tile: 8 x 2 vectors, which leaves registers for A and B */
#define WIDTH 32 /* columns of a register tile: two float16 */

#if TA
#define A_AT(i, p) A[(size_t)(p) * lda + (i)]
#else
#define A_AT(i, p) A[(size_t)(i) * lda + (p)]
#endif
#if TB
#define B_AT(p, j) B[(size_t)(j) * ldb + (p)]
#else
#define B_AT(p, j) B[(size_t)(p) * ldb + (j)]
#endif

/* What is left of the formula when there is nothing to sum (k = 0 or alpha = 0): out = beta * C. */
__kernel void gemm_scale(int m, int n, __global const float *restrict C, int ldc,
                         __global float *restrict out, int ldo, float beta, int first) {
    const int j = get_global_id(0);
    const int i = first + (int)get_global_id(1);
    if (i < m && j < n)
        out[(size_t)i * ldo + j] = beta * C[(size_t)i * ldc + j];
}

/* Rung 1. One work-item, one element: the plain loop without its two outer lines. Neighbouring
 * work-items read neighbouring columns of B. An element of A is read n times, one of B m times. */
__kernel void gemm_1_naive(int m, int n, int k, __global const float *restrict A, int lda,
                           __global const float *restrict B, int ldb,
                           __global const float *restrict C, int ldc, __global float *restrict out,
                           int ldo, float alpha, float beta, int first) {
    const int j = get_global_id(0);
    const int i = first + (int)get_global_id(1);
    if (i >= m || j >= n)
        return;
    float sum = 0.0f;
    for (int p = 0; p < k; p++)
        sum += A_AT(i, p) * B_AT(p, j);
    float base = beta != 0.0f ? beta * C[(size_t)i * ldc + j] : 0.0f;
    out[(size_t)i * ldo + j] = alpha * sum + base;
}

/* Rung 2. A work-group computes TILE x TILE elements. It walks along k in steps of TILE; at each
 * step every work-item fetches one element of A and one of B into local memory, and all share them:
 * each element is read from global memory TILE times less often.
 *
 *      a: rows of the group x TILE terms      b: TILE terms x columns of the group
 *
 * Stored matrices are read along their rows, so that neighbouring work-items read neighbouring
 * addresses whether or not the matrix is transposed; the odd pitch TILE + 1 then spreads a column
 * of a tile over all banks of local memory. Terms beyond k are left out; rows and columns beyond m
 * and n are computed like the others and not stored, since a work-item must not miss a barrier. */
__kernel __attribute__((reqd_work_group_size(TILE, TILE, 1))) void
gemm_2_tiled(int m, int n, int k, __global const float *restrict A, int lda,
             __global const float *restrict B, int ldb, __global const float *restrict C, int ldc,
             __global float *restrict out, int ldo, float alpha, float beta, int first) {
    __local float a[TILE][TILE + 1];
    __local float b[TILE][TILE + 1];
    const int x = get_local_id(0), y = get_local_id(1);
    const int i0 = first + (int)get_group_id(1) * TILE, j0 = (int)get_group_id(0) * TILE;
    const int i = i0 + y, j = j0 + x;
    float sum = 0.0f;
    for (int p0 = 0; p0 < k; p0 += TILE) {
#if TA
        a[x][y] = i0 + x < m && p0 + y < k ? A_AT(i0 + x, p0 + y) : 0.0f;
#else
        a[y][x] = i < m && p0 + x < k ? A_AT(i, p0 + x) : 0.0f;
#endif
#if TB
        b[x][y] = j0 + y < n && p0 + x < k ? B_AT(p0 + x, j0 + y) : 0.0f;
#else
        b[y][x] = j < n && p0 + y < k ? B_AT(p0 + y, j) : 0.0f;
#endif
        barrier(CLK_LOCAL_MEM_FENCE);
        const int terms = min(TILE, k - p0); /* no padding terms: 0 * infinity would be NaN */
        for (int p = 0; p < terms; p++)
            sum += a[y][p] * b[p][x];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (i >= m || j >= n)
        return;
    float base = beta != 0.0f ? beta * C[(size_t)i * ldc + j] : 0.0f;
    out[(size_t)i * ldo + j] = alpha * sum + base;
}

/* Stores one row of a register tile, lo and hi side by side: out = alpha * sum + beta * base.
 * Columns from..to-1 of its 32 are this work-item's to write. */
inline void store_row(float16 lo, float16 hi, __global float *out, __global const float *base,
                      float alpha, float beta, int from, int to) {
    lo *= alpha;
    hi *= alpha;
    if (from == 0 && to == WIDTH) {
        if (beta != 0.0f) {
            lo += beta * vload16(0, base);
            hi += beta * vload16(1, base);
        }
        vstore16(lo, 0, out);
        vstore16(hi, 1, out);
        return;
    }
    float sum[WIDTH];
    vstore16(lo, 0, sum);
    vstore16(hi, 1, sum);
    for (int q = from; q < to; q++)
        out[q] = beta != 0.0f ? sum[q] + beta * base[q] : sum[q];
}

/* Rung 3. A CPU has no use for local memory: its caches do that by themselves. It has wide
 * registers, and a work-group of one work-item may fill them all. Such an item holds a tile of out,
 * and adds to it, term by term, a column of A times a row of B:
 *
 *                  B, row p:  [ 16 floats ][ 16 floats ]
 *         A,      +-------------------------------------+
 *       column p  |  8 rows x 32 columns: 16 registers  |   16 multiply-adds for 2 vector loads
 *                 +-------------------------------------+   and 8 broadcasts
 *
 * An item owns `rows` rows by `cols` columns and goes through them tile by tile. At the lower edge
 * the last row stands in for rows that do not exist. At the right edge the tile moves back to end
 * with the matrix, and only its new columns are stored; a matrix narrower than a tile goes column
 * by column. A and B are not transposed here: the host transposes them first if need be. */
inline void rows_tile(int m, int k, __global const float *A, int lda, __global const float *B,
                      int ldb, __global const float *C, int ldc, __global float *out, int ldo,
                      float alpha, float beta, int row, int col, int height, int from) {
    float16 lo[HEIGHT], hi[HEIGHT];
    __global const float *a[HEIGHT];
#pragma unroll
    for (int r = 0; r < HEIGHT; r++) {
        lo[r] = hi[r] = (float16)(0.0f);
        a[r] = A + (size_t)min(row + r, m - 1) * lda;
    }
    __global const float *b = B + col;
    for (int p = 0; p < k; p++, b += ldb) {
        const float16 b_lo = vload16(0, b), b_hi = vload16(1, b);
#pragma unroll
        for (int r = 0; r < HEIGHT; r++) {
            lo[r] += a[r][p] * b_lo;
            hi[r] += a[r][p] * b_hi;
        }
    }
#pragma unroll
    for (int r = 0; r < HEIGHT; r++)
        if (r < height)
            store_row(lo[r], hi[r], out + (size_t)(row + r) * ldo + col,
                      C + (beta != 0.0f ? (size_t)(row + r) * ldc + col : 0), alpha, beta, from,
                      WIDTH);
}

inline void rows_column(int m, int k, __global const float *A, int lda, __global const float *B,
                        int ldb, __global const float *C, int ldc, __global float *out, int ldo,
                        float alpha, float beta, int row, int col, int height) {
    float sum[HEIGHT];
    __global const float *a[HEIGHT];
#pragma unroll
    for (int r = 0; r < HEIGHT; r++) {
        sum[r] = 0.0f;
        a[r] = A + (size_t)min(row + r, m - 1) * lda;
    }
    __global const float *b = B + col;
    for (int p = 0; p < k; p++, b += ldb) {
#pragma unroll
        for (int r = 0; r < HEIGHT; r++)
            sum[r] += a[r][p] * *b;
    }
    for (int r = 0; r < height; r++) {
        float base = beta != 0.0f ? beta * C[(size_t)(row + r) * ldc + col] : 0.0f;
        out[(size_t)(row + r) * ldo + col] = alpha * sum[r] + base;
    }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gemm_3_rows(int m, int n, int k, __global const float *restrict A, int lda,
            __global const float *restrict B, int ldb, __global const float *restrict C, int ldc,
            __global float *restrict out, int ldo, float alpha, float beta, int rows, int cols,
            int first) {
    const int row0 = (first + (int)get_global_id(1)) * rows, row1 = min(row0 + rows, m);
    const int col0 = (int)get_global_id(0) * cols, col1 = min(col0 + cols, n);
    for (int col = col0; col < col1; col += WIDTH)
        for (int row = row0; row < row1; row += HEIGHT) {
            const int height = min(HEIGHT, row1 - row);
            if (n >= WIDTH) {
                const int start = min(col, n - WIDTH);
                rows_tile(m, k, A, lda, B, ldb, C, ldc, out, ldo, alpha, beta, row, start, height,
                          col - start);
            } else {
                for (int j = 0; j < n; j++)
                    rows_column(m, k, A, lda, B, ldb, C, ldc, out, ldo, alpha, beta, row, j,
                                height);
            }
        }
}

/* Rung 4. Row p + 1 of B lies ldb floats behind row p. When that is a power of two, all rows of a
 * tile compete for the same few places in the cache and drive each other out, and each tile touches
 * as many pages as it has terms. So B is copied once into panels, each as wide as a register tile
 * and stored in the order in which the tile reads it; a transposed B is turned on the way, and the
 * last panel is filled up with zeros.
 *
 *          B: k x n                         panels: ceil(n / 32) of k x 32 floats
 *      +----+----+----+--+               +----+
 *      |    |    |    |  |               | 0  |  one row of a panel after the other:
 *      | 0  | 1  | 2  |3 |      ->       +----+  the tile reads memory straight on
 *      |    |    |    |  |               | 1  |
 *      +----+----+----+--+               +----+ ...
 *
 * One work-item packs terms p0..p0 + DEPTH - 1 of one panel. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gemm_4_pack(int n, int k, __global const float *restrict B, int ldb,
            __global float *restrict panels, int first) {
    const int panel = first + (int)get_global_id(0);
    const int p0 = (int)get_global_id(1) * DEPTH, p1 = min(p0 + DEPTH, k);
    const int j0 = panel * WIDTH, width = min(WIDTH, n - j0);
    __global float *to = panels + ((size_t)panel * k + p0) * WIDTH;
    if (width <= 0)
        return;
#if TB
    /* 16 terms at a time: 32 rows of B are read in whole cache lines, the part of the panel that
     * they become fits the L1 cache. */
    for (int p = p0; p < p1; p += 16, to += 16 * WIDTH) {
        const int terms = min(16, p1 - p);
        for (int j = 0; j < WIDTH; j++)
            for (int q = 0; q < terms; q++)
                to[q * WIDTH + j] = j < width ? B_AT(p + q, j0 + j) : 0.0f;
    }
#else
    for (int p = p0; p < p1; p++, to += WIDTH) {
        if (width == WIDTH) {
            vstore16(vload16(0, &B_AT(p, j0)), 0, to);
            vstore16(vload16(1, &B_AT(p, j0)), 1, to);
        } else {
            for (int j = 0; j < WIDTH; j++)
                to[j] = j < width ? B_AT(p, j0 + j) : 0.0f;
        }
    }
#endif
}

/* Copies terms p0..p0 + terms - 1 of 8 rows of op(A), from `row` on. Beyond the last row it
 * repeats. */
inline void copy_strip(__local float (*strip)[DEPTH + 16], __global const float *A, int lda, int m,
                       int row, int p0, int terms) {
#if TA
    const int last = min(HEIGHT, m - row) - 1;
    for (int p = 0; p < terms; p++) {
        __global const float *from = &A_AT(row, p0 + p);
#pragma unroll
        for (int r = 0; r < HEIGHT; r++)
            strip[r][p] = from[min(r, last)];
    }
#else
    for (int r = 0; r < HEIGHT; r++) {
        __global const float *from = &A_AT(min(row + r, m - 1), p0);
        int p = 0;
        for (; p + 16 <= terms; p += 16)
            vstore16(vload16(0, from + p), 0, &strip[r][p]);
        for (; p < terms; p++)
            strip[r][p] = from[p];
    }
#endif
}

/* The register tile over a strip of A and a panel of B: out = alpha * sum + beta * base. */
inline void packed_tile(__local float (*strip)[DEPTH + 16], __global const float16 *b, int terms,
                        __global float *out, int ldo, __global const float *base, int ldbase,
                        float alpha, float beta, int height, int width) {
    float16 lo[HEIGHT], hi[HEIGHT];
#pragma unroll
    for (int r = 0; r < HEIGHT; r++)
        lo[r] = hi[r] = (float16)(0.0f);
    for (int p = 0; p < terms; p++) {
        const float16 b_lo = b[2 * p], b_hi = b[2 * p + 1];
#pragma unroll
        for (int r = 0; r < HEIGHT; r++) {
            lo[r] += strip[r][p] * b_lo;
            hi[r] += strip[r][p] * b_hi;
        }
    }
#pragma unroll
    for (int r = 0; r < HEIGHT; r++)
        if (r < height)
            store_row(lo[r], hi[r], out + (size_t)r * ldo,
                      base + (beta != 0.0f ? (size_t)r * ldbase : 0), alpha, beta, 0, width);
}

/* The work-item owns `rows` rows by `cols` columns (a multiple of 32). For each DEPTH terms it
 * copies 8 rows of A into a strip with a pitch of its own, and runs it over the panels: the strip
 * stays in the L1 cache, the panels in L2. The first terms add beta * C, later ones what out
 * already holds. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gemm_4_packed(int m, int n, int k, __global const float *restrict A, int lda,
              __global const float *restrict panels, __global const float *restrict C, int ldc,
              __global float *out, int ldo, float alpha, float beta, int rows, int cols,
              int first) {
    __local float strip[HEIGHT][DEPTH + 16]; /* + 16: the rows start in different cache sets */
    const int row0 = (first + (int)get_global_id(1)) * rows, row1 = min(row0 + rows, m);
    const int col0 = (int)get_global_id(0) * cols, col1 = min(col0 + cols, n);
    for (int p0 = 0; p0 < k; p0 += DEPTH) {
        const int terms = min(DEPTH, k - p0);
        for (int row = row0; row < row1; row += HEIGHT) {
            const int height = min(HEIGHT, row1 - row);
            copy_strip(strip, A, lda, m, row, p0, terms);
            for (int col = col0; col < col1; col += WIDTH) {
                __global const float16 *b =
                    (__global const float16 *)(panels + ((size_t)(col / WIDTH) * k + p0) * WIDTH);
                __global float *to = out + (size_t)row * ldo + col;
                const int width = min(WIDTH, n - col);
                if (p0 > 0)
                    packed_tile(strip, b, terms, to, ldo, to, ldo, alpha, 1.0f, height, width);
                else
                    packed_tile(strip, b, terms, to, ldo,
                                C + (beta != 0.0f ? (size_t)row * ldc + col : 0), ldc, alpha, beta,
                                height, width);
            }
        }
    }
}
