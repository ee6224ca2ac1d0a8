/* gemm: out = alpha * op(A) * op(B) + beta * C, and more on the way out; row by row (row-major).
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
 * 2mnk operations on mk + kn + mn numbers: the larger the matrices, the more often each number can
 * be used once it has been fetched. The ladder is about who shares what, one idea a rung:
 *
 *     gemm_1_naive    the two outer loops become a grid of work-items, one for each element
 *     gemm_2_tiled    a work-group shares a tile of A and of B in local memory (GPU)
 *     gemm_3_blocked  each work-item holds a square of sums in registers, and the next tiles are
 *                     fetched while these are in use (GPU)
 *     gemm_4_rows     one work-item alone holds 8 rows by 32 columns in vector registers (CPU)
 *     gemm_5_panels   as 4, with 32 columns of B at a time copied to a place of their own (CPU)
 *     gemm_6_packed   as 5, with all of B copied once for all, and A in strips (CPU)
 *     gemm_7_thin     for few rows: B is read once, in eight long runs at a time (CPU)
 *     gemm_8_dots     for few columns: scalar products of rows with rows (CPU)
 *
 * Every rung takes any shape unless it says so. beta = 0 never reads C, so that a NaN there does
 * not spread; C may then be any buffer, and so may bias if there is none.
 *
 * A matrix X comes with its pitch, ldx, and with x_step, the distance from one matrix of a batch
 * to the next, 0 if all share it. The batch is no loop and no dim of its own: the bands of rows of
 * all its products are numbered through, `bands` to a product, and `first` is where the host's
 * slice begins. Indices into memory are size_t: the product of two sizes may exceed an int. */

#ifndef TYPE
#define TYPE 0 /* 0: f32; 1: f16, summed in f32; 2: f64; 3: i8, summed and stored in i32 */
#endif
#ifndef TA
#define TA 0 /* 1: A is stored transposed, k x m */
#endif
#ifndef TB
#define TB 0 /* 1: B is stored transposed, n x k */
#endif
#ifndef BIAS
#define BIAS 0 /* what is added to an element: 1: bias[its column]; 2: bias[its row] */
#endif
#ifndef ACTIVATION
#define ACTIVATION 0 /* what then becomes of it: 1: ReLU; 2: GELU */
#endif
#ifndef UPDATE
#define UPDATE 0 /* 1: out = C - rate * result; 2: the same with momentum, see store below */
#endif
#ifndef IN_PLACE
#define IN_PLACE 0 /* 1: an update of what out holds already, which is read instead of C; f32 */
#endif
#ifndef TILE
#define TILE 16 /* side of gemm_2_tiled's tiles; its work-group has TILE x TILE items */
#endif
#ifndef SIDE
#define SIDE 64 /* side of gemm_3_blocked's tiles, 64 or 128; its work-group has 16 x 16 items */
#endif
#ifndef HEIGHT
#define HEIGHT 8 /* rows of a register tile */
#endif
#ifndef VECTORS
#define VECTORS 2 /* vectors across a register tile: 8 x 2 leave registers for A and B */
#endif
#ifndef DEPTH
#define DEPTH 512 /* terms that gemm_6_packed adds up in one go: a strip of A stays in L1 */
#endif
#ifndef SUMS
#define SUMS 1 /* tiles of unfinished sums that gemm_6_packed keeps, if k > DEPTH */
#endif
#ifndef ROWS
#define ROWS 1 /* rows of gemm_7_thin, columns of gemm_8_dots: 1, 2, 4 or 8 */
#endif
#ifndef SPAN
#define SPAN 2048 /* columns of a work-item of gemm_7_thin at most */
#endif

/* ---- types ----------------------------------------------------------------------------------- *
 * in_t is stored in A and B, sum_t adds up, out_t is stored in C, bias and out. A vector of sums
 * has LANES lanes: the 64 bytes of the widest registers there are. f16 needs no arithmetic of its
 * own; every OpenCL device can load and store it. */

#if TYPE == 1
typedef half in_t;
typedef half out_t;
typedef float sum_t;
typedef float4 sum4_t;
typedef float16 lanes_t;
#define LANES 16
#define LOAD(p) vload_half(0, p)
#define LOAD4(p) vload_half4(0, p)
#define LOAD_LANES(p) vload_half16(0, p)
#define LOAD_OUT(p) vload_half(0, p)
#define LOAD_OUT4(p) vload_half4(0, p)
#define LOAD_OUT_LANES(p) vload_half16(0, p)
#define STORE(x, p) vstore_half_rte(x, 0, p)
#define STORE4(x, p) vstore_half4_rte(x, 0, p)
#define STORE_LANES(x, p) vstore_half16_rte(x, 0, p)
#elif TYPE == 2
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef double in_t;
typedef double out_t;
typedef double sum_t;
typedef double4 sum4_t;
typedef double8 lanes_t;
#define LANES 8
#define LOAD_LANES(p) vload8(0, p)
#define LOAD_OUT_LANES(p) vload8(0, p)
#define STORE_LANES(x, p) vstore8(x, 0, p)
#elif TYPE == 3
typedef char in_t;
typedef int out_t;
typedef int sum_t;
typedef int4 sum4_t;
typedef int16 lanes_t;
#define LANES 16
#define LOAD4(p) convert_int4(vload4(0, p))
#define LOAD_LANES(p) convert_int16(vload16(0, p))
#define LOAD_OUT_LANES(p) vload16(0, p)
#define STORE_LANES(x, p) vstore16(x, 0, p)
#else
typedef float in_t;
typedef float out_t;
typedef float sum_t;
typedef float4 sum4_t;
typedef float16 lanes_t;
#define LANES 16
#define LOAD_LANES(p) vload16(0, p)
#define LOAD_OUT_LANES(p) vload16(0, p)
#define STORE_LANES(x, p) vstore16(x, 0, p)
#endif
#ifndef LOAD
#define LOAD(p) ((sum_t) * (p))
#endif
#ifndef LOAD4
#define LOAD4(p) vload4(0, p)
#endif
#ifndef LOAD_OUT
#define LOAD_OUT(p) (*(p))
#endif
#ifndef STORE
#define STORE(x, p) (*(p) = (x))
#endif
#ifndef STORE4
#define LOAD_OUT4(p) vload4(0, p)
#define STORE4(x, p) vstore4(x, 0, p)
#endif
#if TYPE == 2
#define NUMBER(x) x
#else
#define NUMBER(x) x##f
#endif

#if TYPE == 1 /* a half cannot be assigned, its bits can */
#define LOAD_IN(p) (*(__global const ushort *)(p))
#define STORE_IN(x, p) (*(__global ushort *)(p) = (x))
#else
#define LOAD_IN(p) (*(p))
#define STORE_IN(x, p) (*(p) = (x))
#endif

#define WIDTH (VECTORS * LANES)

#if TA
#define A_AT(i, p) (A + (size_t)(p)*lda + (i))
#else
#define A_AT(i, p) (A + (size_t)(i)*lda + (p))
#endif
#if TB
#define B_AT(p, j) (B + (size_t)(j)*ldb + (p))
#else
#define B_AT(p, j) (B + (size_t)(p)*ldb + (j))
#endif

/* ---- the result ------------------------------------------------------------------------------ *
 * What happens to a sum on its way to memory, in the same store: that costs next to nothing, and
 * saves reading and writing the whole result once more for each step.
 *
 *     z = alpha * sum + beta * C + bias;    out = z, ReLU(z) or GELU(z)
 *
 * or, for a step of training, with C holding weights W and, after them, velocities V:
 *
 *     V' = momentum * V + alpha * sum;      W' = W - rate * V'
 *
 * In place that is done to the W and V that out holds, and beta * W, their decay, is added to V'.
 *
 * ReLU is a comparison and not fmax, which would make a NaN 0 and hide it. GELU is the form with
 * tanh (Hendrycks and Gimpel 2016), z / (1 + exp(-2u)) with u = sqrt(2 / pi) * (z + 0.044715 z^3);
 * far below zero, where exp overflows and the value no longer counts, it is 0. */

#if ACTIVATION == 1
#define ACTIVATE(type, z) ((z) < 0 ? (type)(0) : (z))
#elif ACTIVATION == 2
#if TYPE == 2
#define LEAST -22.0
#else
#define LEAST -10.0f
#endif
#define ACTIVATE(type, z)                                                                          \
    ((z) < LEAST ? (type)(0)                                                                       \
                 : (z) / (NUMBER(1.0) + exp(-(z) * (NUMBER(1.5957691216057308) +                   \
                                                    NUMBER(0.0713548162726009) * (z) * (z)))))
#else
#define ACTIVATE(type, z) (z)
#endif

typedef struct result {
    __global const out_t *C;
    int ldc;
    long c_step; /* with UPDATE 2: from W to V */
    __global out_t *out;
    int ldo;
    long out_step;
    __global const out_t *bias;
    sum_t alpha, beta, rate, momentum;
} result;

#define RESULT_ARGS                                                                                \
    __global const out_t *restrict C, int ldc, long c_step, __global out_t *restrict out, int ldo, \
        long out_step, __global const out_t *restrict bias, sum_t alpha, sum_t beta, sum_t rate,   \
        sum_t momentum
#define RESULT_OF(batch)                                                                           \
    {                                                                                              \
        C + (batch)*c_step, ldc, c_step, out + (batch)*out_step, ldo, out_step, bias, alpha, beta, \
            rate, momentum                                                                         \
    }
#define OPERAND_ARGS                                                                               \
    __global const in_t *restrict A, int lda, long a_step, __global const in_t *restrict B,        \
        int ldb, long b_step

/* Finishes a sum, or four or LANES neighbouring ones, and stores them at place `o` of out. `c` is the
 * matching place of C. */
#if IN_PLACE
#define FINISH(type, load, store)                                                                  \
    const type w = load(to->out + o);                                                              \
    const type v =                                                                                 \
        to->alpha * sum + to->beta * w + to->momentum * load(to->out + to->out_step + o);          \
    store(v, to->out + to->out_step + o);                                                          \
    store(w - to->rate * v, to->out + o);
#elif UPDATE
#define FINISH(type, load, store)                                                                  \
    type v = to->alpha * sum;                                                                      \
    if (UPDATE == 2) {                                                                             \
        v += to->momentum * load(to->C + to->c_step + c);                                          \
        store(v, to->out + to->out_step + o);                                                      \
    }                                                                                              \
    store(load(to->C + c) - to->rate * v, to->out + o);
#else
#define FINISH(type, load, store)                                                                  \
    type z = to->alpha * sum;                                                                      \
    if (to->beta != 0)                                                                             \
        z += to->beta * load(to->C + c);                                                           \
    if (BIAS == 1)                                                                                 \
        z += load(to->bias + j);                                                                   \
    else if (BIAS == 2)                                                                            \
        z += LOAD_OUT(to->bias + i);                                                               \
    store(ACTIVATE(type, z), to->out + o);
#endif

inline void store_one(const result *to, int i, int j, sum_t sum) {
    const size_t c = (size_t)i * to->ldc + j, o = (size_t)i * to->ldo + j;
    FINISH(sum_t, LOAD_OUT, STORE)
}

inline void store_four(const result *to, int i, int j, sum4_t sum) {
    const size_t c = (size_t)i * to->ldc + j, o = (size_t)i * to->ldo + j;
    FINISH(sum4_t, LOAD_OUT4, STORE4)
}

inline void store_lanes(const result *to, int i, int j, lanes_t sum) {
    const size_t c = (size_t)i * to->ldc + j, o = (size_t)i * to->ldo + j;
    FINISH(lanes_t, LOAD_OUT_LANES, STORE_LANES)
}

/* Stores lanes from..to-1 only. */
inline void store_some(const result *to, int i, int j, lanes_t sum, int from, int end) {
    if (from <= 0 && end >= LANES) {
        store_lanes(to, i, j, sum);
        return;
    }
    sum_t one[LANES];
#if LANES == 16
    vstore16(sum, 0, one);
#else
    vstore8(sum, 0, one);
#endif
    int q = max(from, 0);
    for (; q + 4 <= min(end, LANES); q += 4)
        store_four(to, i, j + q, vload4(0, one + q));
    for (; q < min(end, LANES); q++)
        store_one(to, i, j + q, one[q]);
}

/* What is left of the formula when there is nothing to sum (k = 0 or alpha = 0). */
__kernel void gemm_scale(int m, int n, RESULT_ARGS, int first) {
    const int j = get_global_id(0);
    const int row = first + (int)get_global_id(1);
    const result to = RESULT_OF(row / m);
    if (j < n)
        store_one(&to, row % m, j, 0);
}

/* ---- rung 1: naive --------------------------------------------------------------------------- *
 * One work-item, one element: the plain loop without its two outer lines. Neighbouring
 * work-items read neighbouring columns of B. An element of A is read n times, one of B m times. */

__kernel void gemm_1_naive(int m, int n, int k, OPERAND_ARGS, RESULT_ARGS, int first) {
    const int j = get_global_id(0);
    const int row = first + (int)get_global_id(1), i = row % m, batch = row / m;
    if (j >= n)
        return;
    A += batch * a_step;
    B += batch * b_step;
    sum_t sum = 0;
    for (int p = 0; p < k; p++)
        sum += LOAD(A_AT(i, p)) * LOAD(B_AT(p, j));
    const result to = RESULT_OF(batch);
    store_one(&to, i, j, sum);
}

/* ---- rung 2: tiled --------------------------------------------------------------------------- *
 * A work-group computes TILE x TILE elements. It walks along k in steps of TILE; at each
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
gemm_2_tiled(int m, int n, int k, OPERAND_ARGS, RESULT_ARGS, int bands, int first) {
    __local sum_t a[TILE][TILE + 1];
    __local sum_t b[TILE][TILE + 1];
    const int x = get_local_id(0), y = get_local_id(1);
    const int band = first / TILE + (int)get_group_id(1), batch = band / bands;
    const int i0 = band % bands * TILE, j0 = (int)get_group_id(0) * TILE;
    const int i = i0 + y, j = j0 + x;
    A += batch * a_step;
    B += batch * b_step;
    sum_t sum = 0;
    for (int p0 = 0; p0 < k; p0 += TILE) {
#if TA
        a[x][y] = i0 + x < m && p0 + y < k ? LOAD(A_AT(i0 + x, p0 + y)) : 0;
#else
        a[y][x] = i < m && p0 + x < k ? LOAD(A_AT(i, p0 + x)) : 0;
#endif
#if TB
        b[x][y] = j0 + y < n && p0 + x < k ? LOAD(B_AT(p0 + x, j0 + y)) : 0;
#else
        b[y][x] = j < n && p0 + y < k ? LOAD(B_AT(p0 + y, j)) : 0;
#endif
        barrier(CLK_LOCAL_MEM_FENCE);
        const int terms = min(TILE, k - p0);
        for (int p = 0; p < terms; p++)
            sum += a[y][p] * b[p][x];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const result to = RESULT_OF(batch);
    if (i < m && j < n)
        store_one(&to, i, j, sum);
}

/* ---- rung 3: blocked ------------------------------------------------------------------------- *
 * Local memory is fast, but not as fast as the arithmetic: rung 2 reads it twice for one
 * multiply-add. Here a group of 16 x 16 items owns SIDE x SIDE elements, and each item a square of
 * them, which it keeps in registers: 8 + 8 reads for 64 multiply-adds.
 *
 *      b: STEP terms x SIDE columns            an item's 8 x 8 elements lie in 4 blocks of 4 x 4,
 *     +----------------------------+           SIDE / 2 apart: neighbouring items then read
 *     +----------------------------+           neighbouring vectors of four, and no two the same
 *  a  +----------------------------+           bank of local memory
 *  +-+|  ....          ....        |
 *  | ||  ....          ....        |           There are two of each tile. While the group
 *  | ||                            |           computes with one pair, each item already has its
 *  | ||  ....          ....        |           vector of the next under way from global memory, and
 *  | ||  ....          ....        |           one barrier a step is enough.
 *  +-+|                            |
 *     +----------------------------+
 *
 * SIDE * STEP is 1024: each of the 256 items fetches one vector of four of A, and one of B, along
 * the rows as they are stored. What lies outside the matrices is taken as 0, in A and in B alike.
 * */

#define STEP (1024 / SIDE)
#define BLOCKS (SIDE / 64) /* blocks of 4 along each side of an item's square */
#define GAP 4              /* keeps columns of a tile in different banks, vectors of four aligned */

/* Four elements along a stored row, of which `left` exist. */
inline sum4_t fetch4(__global const in_t *at, int left) {
    sum4_t four = (sum4_t)(0);
    if (left >= 4)
        return LOAD4(at);
    if (left > 0)
        four.x = LOAD(at);
    if (left > 1)
        four.y = LOAD(at + 1);
    if (left > 2)
        four.z = LOAD(at + 2);
    return four;
}

/* This item's vector of the tile of SIDE x STEP at (side0, step0) of a matrix of sides x steps;
 * `along`: stored so that its rows run along the steps. */
inline sum4_t fetch_part(__global const in_t *at, int pitch, int along, int side0, int sides,
                         int step0, int steps, int item) {
    const int width = along ? STEP / 4 : SIDE / 4;
    const int row = item / width, col = item % width * 4;
    const int i = (along ? side0 : step0) + row, j = (along ? step0 : side0) + col;
    const int rows = along ? sides : steps, cols = along ? steps : sides;
    return fetch4(at + (size_t)i * pitch + j, i < rows ? cols - j : 0);
}

inline void put_part(__local sum_t (*tile)[SIDE + GAP], int along, sum4_t four, int item) {
    const int width = along ? STEP / 4 : SIDE / 4;
    const int row = item / width, col = item % width * 4;
    if (along) {
        tile[col][row] = four.x;
        tile[col + 1][row] = four.y;
        tile[col + 2][row] = four.z;
        tile[col + 3][row] = four.w;
    } else {
        vstore4(four, 0, &tile[row][col]);
    }
}

__kernel __attribute__((reqd_work_group_size(16, 16, 1))) void
gemm_3_blocked(int m, int n, int k, OPERAND_ARGS, RESULT_ARGS, int bands, int first) {
    __local sum_t a[2][STEP][SIDE + GAP];
    __local sum_t b[2][STEP][SIDE + GAP];
    const int x = get_local_id(0), y = get_local_id(1), item = y * 16 + x;
    const int band = first / 16 + (int)get_group_id(1), batch = band / bands;
    const int i0 = band % bands * SIDE, j0 = (int)get_group_id(0) * SIDE;
    A += batch * a_step;
    B += batch * b_step;

    sum4_t sum[4 * BLOCKS][BLOCKS];
#pragma unroll
    for (int r = 0; r < 4 * BLOCKS; r++)
#pragma unroll
        for (int q = 0; q < BLOCKS; q++)
            sum[r][q] = (sum4_t)(0);

    put_part(a[0], !TA, fetch_part(A, lda, !TA, i0, m, 0, k, item), item);
    put_part(b[0], TB, fetch_part(B, ldb, TB, j0, n, 0, k, item), item);
    int now = 0;
    for (int p0 = 0; p0 < k; p0 += STEP, now ^= 1) {
        const sum4_t next_a = fetch_part(A, lda, !TA, i0, m, p0 + STEP, k, item);
        const sum4_t next_b = fetch_part(B, ldb, TB, j0, n, p0 + STEP, k, item);
        barrier(CLK_LOCAL_MEM_FENCE); /* this pair is complete, the other no longer in use */
        for (int p = 0; p < STEP; p++) {
            sum4_t row[BLOCKS], col[BLOCKS];
#pragma unroll
            for (int q = 0; q < BLOCKS; q++) {
                row[q] = vload4(0, &a[now][p][q * 64 + y * 4]);
                col[q] = vload4(0, &b[now][p][q * 64 + x * 4]);
            }
#pragma unroll
            for (int r = 0; r < BLOCKS; r++)
#pragma unroll
                for (int q = 0; q < BLOCKS; q++) {
                    sum[4 * r][q] += row[r].x * col[q];
                    sum[4 * r + 1][q] += row[r].y * col[q];
                    sum[4 * r + 2][q] += row[r].z * col[q];
                    sum[4 * r + 3][q] += row[r].w * col[q];
                }
        }
        put_part(a[now ^ 1], !TA, next_a, item);
        put_part(b[now ^ 1], TB, next_b, item);
    }

    const result to = RESULT_OF(batch);
#pragma unroll
    for (int r = 0; r < 4 * BLOCKS; r++)
#pragma unroll
        for (int q = 0; q < BLOCKS; q++) {
            const int i = i0 + r / 4 * 64 + y * 4 + r % 4, j = j0 + q * 64 + x * 4;
            if (i < m && j < n)
                store_one(&to, i, j, sum[r][q].x);
            if (i < m && j + 1 < n)
                store_one(&to, i, j + 1, sum[r][q].y);
            if (i < m && j + 2 < n)
                store_one(&to, i, j + 2, sum[r][q].z);
            if (i < m && j + 3 < n)
                store_one(&to, i, j + 3, sum[r][q].w);
        }
}

/* ---- rung 4: rows ---------------------------------------------------------------------------- *
 * A CPU has no use for local memory: its caches do that by themselves. It has wide
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
 * with the matrix, which must be a tile wide; columns that are another item's are not stored, nor,
 * in place, those of the tile before. B is not transposed here: the host transposes it first if
 * need be. */

/* Stores columns from..end-1 of a tile that was put into memory; its first is column col of out.
 *
 * Of a narrow matrix whose rows follow each other without a gap, whole vectors are stored all the
 * same: what is too much falls into the row behind, and no further, which is stored next. */
inline void store_edge(const result *to, int row, int height, int col, const lanes_t *held,
                       int vectors, int from, int end) {
    const bool anew = UPDATE == 0, alike = BIAS != 1; /* out is not read; columns are alike */
    const bool flows = anew && alike && from <= 0 && col == 0 && end == to->ldo &&
                       vectors * LANES <= 2 * end && (end == to->ldc || to->beta == 0);
    const int whole = flows ? height - 1 : 0;
    for (int r = 0; r < whole; r++)
        for (int q = 0; q < vectors; q++)
            store_lanes(to, row + r, q * LANES, held[r * vectors + q]);
    for (int r = whole; r < height; r++)
        for (int q = 0; q < vectors; q++)
            store_some(to, row + r, col + q * LANES, held[r * vectors + q], from - q * LANES,
                       end - q * LANES);
}

inline void store_tile(const result *to, int row, int height, int col, const lanes_t *held,
                       int vectors, int from, int end) {
    if (from > 0 || end < vectors * LANES) {
        store_edge(to, row, height, col, held, vectors, from, end);
        return;
    }
    for (int r = 0; r < height; r++)
        for (int q = 0; q < vectors; q++)
            store_lanes(to, row + r, col + q * LANES, held[r * vectors + q]);
}

#define EACH(i, COUNT) _Pragma("unroll") for (int i = 0; i < (COUNT); i++)
#define EACH_ROW EACH(r, HEIGHT)
#define EACH_VECTOR EACH(q, VECTORS)

/* In place, W and V come from far away and go back there, four times as many bytes as the sums have. So
 * the sums of a whole tile wait in memory while those of the next one are found: after every few terms
 * a row of them moves on, which was asked for a tile before. */
typedef struct late {
    __global out_t *w, *v; /* of the tile that waits; NULL: none does */
    lanes_t sum[HEIGHT * VECTORS];
} late;

#if IN_PLACE
typedef lanes_t __attribute__((aligned(4))) loose_t;
#define LOAD_LOOSE(p) (*(__global const loose_t *)(p))
#define STORE_LOOSE(x, p) (*(__global loose_t *)(p) = (x))
#if defined(__x86_64__) || defined(__aarch64__)
#define ASK_FOR(p) __builtin_prefetch((const void *)(size_t)(p), 0, 2)
#else
#define ASK_FOR(p)
#endif

inline void descend(const result *to, lanes_t sum, __global out_t *w, __global out_t *v) {
    const lanes_t old = LOAD_LOOSE(w);
    lanes_t speed = to->alpha * sum + to->momentum * LOAD_LOOSE(v);
    speed += to->beta * old;
    STORE_LOOSE(speed, v);
    STORE_LOOSE(old - to->rate * speed, w);
}

/* Row r of a tile that waits, if any. */
inline void move_on(const result *to, const late *wait, int r) {
    const size_t at = (size_t)r * to->ldo;
    if (wait->w)
        EACH_VECTOR descend(to, wait->sum[r * VECTORS + q], wait->w + at + q * LANES,
                            wait->v + at + q * LANES);
}

inline void move_all_on(const result *to, const late *wait) {
    for (int r = 0; r < HEIGHT; r++)
        move_on(to, wait, r);
}

inline void ask_for_row(const result *to, __global out_t *w, __global out_t *v, int r) {
    EACH_VECTOR {
        ASK_FOR(w + (size_t)r * to->ldo + q * LANES);
        ASK_FOR(v + (size_t)r * to->ldo + q * LANES);
    }
}

#define SUM_LATE(LOAD_B, TALL, WIDE)                                                               \
    if ((TALL) == HEIGHT && (WIDE) == VECTORS && height == HEIGHT && from <= 0 && end >= WIDTH) {  \
        __global out_t *w = to->out + (size_t)row * to->ldo + col, *v = w + to->out_step;          \
        for (int r = 0; r < HEIGHT; r++) {                                                         \
            const int stop = k / HEIGHT * (r + 1);                                                 \
            ask_for_row(to, w, v, r);                                                              \
            ADD_TERMS_TO(stop, LOAD_B, TALL, WIDE)                                                 \
            move_on(to, wait, r);                                                                  \
        }                                                                                          \
        ADD_TERMS_TO(k, LOAD_B, TALL, WIDE)                                                        \
        EACH(r, TALL) EACH(q, WIDE) wait->sum[r * (WIDE) + q] = sum[r][q];                         \
        wait->w = w, wait->v = v;                                                                  \
        return;                                                                                    \
    }
#else
#define SUM_LATE(LOAD_B, TALL, WIDE)
#define move_all_on(to, wait)
#endif

/* A tile of TALL rows by WIDE vectors: its sums begin at zero, take one term after the other, and
 * leave the registers all at once, since storing them one by one takes registers of its own. Row p
 * of B is `pitch` behind row p - 1. */
#define ADD_TERMS_TO(stop, LOAD_B, TALL, WIDE)                                                     \
    for (; p < (stop); p++, b += pitch) {                                                          \
        lanes_t across[WIDE];                                                                      \
        EACH(q, WIDE) across[q] = LOAD_B(b + q * LANES);                                           \
        EACH(r, TALL)                                                                              \
        EACH(q, WIDE) sum[r][q] += LOAD(a[r] + (size_t)p * (TA ? lda : 1)) * across[q];            \
    }
#define TILE_OF(NAME, B_POINTER, LOAD_B, TALL, WIDE)                                               \
    inline void NAME(int m, int k, __global const in_t *A, int lda, B_POINTER b, int pitch,        \
                     const result *to, late *wait, int row, int height, int col, int from,         \
                     int end) {                                                                    \
        lanes_t sum[TALL][WIDE], held[(TALL) * (WIDE)];                                            \
        __global const in_t *a[TALL];                                                              \
        EACH(r, TALL) {                                                                            \
            a[r] = A_AT(min(row + r, m - 1), 0);                                                   \
            EACH(q, WIDE) sum[r][q] = (lanes_t)(0);                                                \
        }                                                                                          \
        int p = 0;                                                                                 \
        SUM_LATE(LOAD_B, TALL, WIDE)                                                               \
        ADD_TERMS_TO(k, LOAD_B, TALL, WIDE)                                                        \
        EACH(r, TALL) EACH(q, WIDE) held[r * (WIDE) + q] = sum[r][q];                              \
        store_tile(to, row, height, col, held, WIDE, from, end);                                   \
    }

/* At the edges a tile need not be whole: a quarter of its rows is the least, and one vector. */
#define TILE_ARGS m, k, A, lda, b, pitch, to, wait, row, height, col, from, end
#define TILES_OF(NAME, B_POINTER, LOAD_B, WIDE)                                                    \
    TILE_OF(NAME##_4, B_POINTER, LOAD_B, HEIGHT, WIDE)                                             \
    TILE_OF(NAME##_3, B_POINTER, LOAD_B, HEIGHT / 4 * 3, WIDE)                                     \
    TILE_OF(NAME##_2, B_POINTER, LOAD_B, HEIGHT / 4 * 2, WIDE)                                     \
    TILE_OF(NAME##_1, B_POINTER, LOAD_B, HEIGHT / 4, WIDE)                                         \
    inline void NAME(int m, int k, __global const in_t *A, int lda, B_POINTER b, int pitch,        \
                     const result *to, late *wait, int row, int height, int col, int from,         \
                     int end) {                                                                    \
        if (height > HEIGHT / 4 * 3)                                                               \
            NAME##_4(TILE_ARGS);                                                                   \
        else if (height > HEIGHT / 4 * 2)                                                          \
            NAME##_3(TILE_ARGS);                                                                   \
        else if (height > HEIGHT / 4)                                                              \
            NAME##_2(TILE_ARGS);                                                                   \
        else                                                                                       \
            NAME##_1(TILE_ARGS);                                                                   \
    }

TILES_OF(rows_wide, __global const in_t *, LOAD_LANES, VECTORS)
TILES_OF(rows_slim, __global const in_t *, LOAD_LANES, 1)

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void gemm_4_rows(int m, int n, int k,
                                                                         OPERAND_ARGS, RESULT_ARGS,
                                                                         int rows, int cols,
                                                                         int bands, int first) {
    const int band = first + (int)get_global_id(1), batch = band / bands;
    const int row0 = band % bands * rows, row1 = min(row0 + rows, m);
    const int col0 = (int)get_global_id(0) * cols, col1 = min(col0 + cols, n);
    const result to = RESULT_OF(batch);
    late wait;
    wait.w = 0;
    A += batch * a_step;
    B += batch * b_step;
    for (int col = col0; col < col1; col += WIDTH) {
        const int width = col1 - col <= LANES ? LANES : WIDTH, start = min(col, n - width);
        const int from = start < col0 || IN_PLACE ? col - start : 0;
        for (int row = row0; row < row1; row += HEIGHT) {
            const int height = min(HEIGHT, row1 - row);
            if (width == WIDTH)
                rows_wide(m, k, A, lda, B + start, ldb, &to, &wait, row, height, start, from,
                          width);
            else
                rows_slim(m, k, A, lda, B + start, ldb, &to, &wait, row, height, start, from,
                          width);
        }
    }
    move_all_on(&to, &wait);
}

/* Turns a stored matrix of rows x cols into cols x rows, for rungs that want it the other way
 * round. One of the two sides is always walked against the grain: an item moves a block of 16 x
 * 16, so that each cache line that it touches, on either side, is used whole. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gemm_turn(int rows, int cols, __global const in_t *restrict A, int lda, long a_step,
          __global in_t *restrict out, int ldo, long out_step, int bands, int first) {
    const int band = first + (int)get_global_id(1), batch = band / bands;
    const int i0 = (int)get_global_id(0) * 16, i1 = min(i0 + 16, rows);
    const int j0 = band % bands * 16, j1 = min(j0 + 16, cols);
    for (int j = j0; j < j1; j++)
        for (int i = i0; i < i1; i++)
            STORE_IN(LOAD_IN(A + batch * a_step + (size_t)i * lda + j),
                     out + batch * out_step + (size_t)j * ldo + i);
}

/* ---- rung 5: panels -------------------------------------------------------------------------- *
 * Row p + 1 of B lies ldb floats behind row p. When that is a power of two, all rows of a
 * tile compete for the same few places in the cache and drive each other out, and each tile touches
 * as many pages as it has terms. So an item copies the 32 columns it is about to use to memory of
 * its own, in the order in which its tiles read them; a transposed B is turned on the way, and f16
 * and i8 become what they are summed in.
 *
 *          B: k x n                         panel: k x 32 floats
 *      +----+----+----+--+               +----+
 *      |    |    |    |  |               | 1  |  one row of the panel after the other:
 *      | 0  | 1  | 2  |3 |      ->       |    |  a tile reads memory straight on
 *      |    |    |    |  |               |    |
 *      +----+----+----+--+               +----+
 */

/* LANES rows of LANES elements, turned within as many registers: in steps that each exchange the
 * off-diagonal quarters of every block, see transpose.cl. */
#define EXCHANGE(D, FIRST, SECOND)                                                                 \
    _Pragma("unroll") for (int r = 0; r < LANES; r++) if ((r & D) == 0) {                          \
        const lanes_t a = v[r], b = v[r + D];                                                      \
        v[r] = (lanes_t)FIRST;                                                                     \
        v[r + D] = (lanes_t)SECOND;                                                                \
    }
inline void turn(lanes_t v[LANES]) {
#if LANES == 16
    EXCHANGE(8, (a.lo, b.lo), (a.hi, b.hi))
    EXCHANGE(4, (a.s0123, b.s0123, a.s89ab, b.s89ab), (a.s4567, b.s4567, a.scdef, b.scdef))
    EXCHANGE(2, (a.s01, b.s01, a.s45, b.s45, a.s89, b.s89, a.scd, b.scd),
             (a.s23, b.s23, a.s67, b.s67, a.sab, b.sab, a.sef, b.sef))
    EXCHANGE(1,
             (a.s0, b.s0, a.s2, b.s2, a.s4, b.s4, a.s6, b.s6, a.s8, b.s8, a.sa, b.sa, a.sc, b.sc,
              a.se, b.se),
             (a.s1, b.s1, a.s3, b.s3, a.s5, b.s5, a.s7, b.s7, a.s9, b.s9, a.sb, b.sb, a.sd, b.sd,
              a.sf, b.sf))
#else
    EXCHANGE(4, (a.lo, b.lo), (a.hi, b.hi))
    EXCHANGE(2, (a.s01, b.s01, a.s45, b.s45), (a.s23, b.s23, a.s67, b.s67))
    EXCHANGE(1, (a.s0, b.s0, a.s2, b.s2, a.s4, b.s4, a.s6, b.s6),
             (a.s1, b.s1, a.s3, b.s3, a.s5, b.s5, a.s7, b.s7))
#endif
}

/* Columns j0.. of terms p0..p1-1 of op(B), where p1 is no more than there are. Beyond the last
 * column a panel holds whatever is at hand, which is multiplied like the rest and never stored.
 *
 * A B that is not transposed is read in whole vectors, beyond the end of its rows: that is the row
 * behind, or padding. Only at the last row there may be nothing. A transposed one is turned block
 * by block; the last block moves back to end with the terms. */
#define COPY_PANEL(NAME, SPACE)                                                                    \
    inline void NAME(int n, __global const in_t *B, int ldb, int j0, int p0, int p1,               \
                     SPACE sum_t *to) {                                                            \
        const int beyond = max(j0 + WIDTH - n, 0), whole = p1 - (beyond + ldb - 1) / ldb;          \
        int p = p0;                                                                                \
        for (; !TB && p < whole; p++)                                                              \
            EACH_VECTOR *(SPACE lanes_t *)(to + (p - p0) * WIDTH + q * LANES) =                    \
                LOAD_LANES(B_AT(p, j0 + q * LANES));                                               \
        for (; TB && p1 - p0 >= LANES && p < p1; p += LANES) {                                     \
            const int at = min(p, p1 - LANES);                                                     \
            EACH_VECTOR {                                                                          \
                lanes_t v[LANES];                                                                  \
                for (int j = 0; j < LANES; j++)                                                    \
                    v[j] = LOAD_LANES(B_AT(at, min(j0 + q * LANES + j, n - 1)));                   \
                turn(v);                                                                           \
                for (int r = 0; r < LANES; r++)                                                    \
                    *(SPACE lanes_t *)(to + (at - p0 + r) * WIDTH + q * LANES) = v[r];             \
            }                                                                                      \
        }                                                                                          \
        for (; p < p1; p++)                                                                        \
            for (int j = 0; j < WIDTH; j++)                                                        \
                to[(p - p0) * WIDTH + j] = LOAD(B_AT(p, min(j0 + j, n - 1)));                      \
    }
COPY_PANEL(copy_panel, __local)
COPY_PANEL(pack_panel, __global)

#define LOAD_PANEL(at) (*(__local const lanes_t *)(at))
TILES_OF(panels_wide, __local const sum_t *, LOAD_PANEL, VECTORS)
TILES_OF(panels_slim, __local const sum_t *, LOAD_PANEL, 1)

/* Copies the panels of columns j0..j1-1. Whole ones side by side, term by term: that reads longer
 * runs. */
inline void copy_panels(int n, int k, __global const in_t *B, int ldb, int j0, int j1,
                        __local sum_t *to) {
    const int whole = TB ? j0 : j0 + (min(j1, n) - j0) / WIDTH * WIDTH;
    for (int p = 0; p < k; p++)
        for (int j = j0; j < whole; j += WIDTH)
            EACH_VECTOR *(__local lanes_t *)(to + (size_t)(j - j0) * k + p * WIDTH + q * LANES) =
                LOAD_LANES(B_AT(p, j + q * LANES));
    for (int j = whole; j < j1; j += WIDTH)
        copy_panel(n, B, ldb, j, 0, k, to + (size_t)(j - j0) * k);
}

/* The item owns `rows` rows by `cols` columns, of which it copies `held` at a time; `panels` has
 * room for held x k. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gemm_5_panels(int m, int n, int k, OPERAND_ARGS, RESULT_ARGS, __local lanes_t *panels, int held,
              int rows, int cols, int bands, int first) {
    const int band = first + (int)get_global_id(1), batch = band / bands;
    const int row0 = band % bands * rows, row1 = min(row0 + rows, m);
    const int col0 = (int)get_global_id(0) * cols, col1 = min(col0 + cols, n);
    const result to = RESULT_OF(batch);
    late wait;
    wait.w = 0;
    A += batch * a_step;
    B += batch * b_step;
    for (int col = col0; col < col1; col += WIDTH) {
        const int at = (col - col0) % held;
        if (at == 0)
            copy_panels(n, k, B, ldb, col, min(col + held, col1), (__local sum_t *)panels);
        __local const sum_t *panel = (__local const sum_t *)panels + (size_t)at * k;
        const int width = min(WIDTH, n - col);
        for (int row = row0; row < row1; row += HEIGHT) {
            const int height = min(HEIGHT, row1 - row);
            if (width > LANES)
                panels_wide(m, k, A, lda, panel, WIDTH, &to, &wait, row, height, col, 0, width);
            else
                panels_slim(m, k, A, lda, panel, WIDTH, &to, &wait, row, height, col, 0, width);
        }
    }
    move_all_on(&to, &wait);
}

/* ---- rung 6: packed -------------------------------------------------------------------------- *
 * With many bands of rows, each of them copies the same panels. So they are all copied beforehand,
 * by a launch of its own: ceil(n / 32) panels of k x 32 floats. And A suffers from its pitch as B
 * did: 8 rows of DEPTH terms are copied to a strip, which stays in L1 while it meets one panel
 * after the other.
 *
 * One work-item packs terms p0..p0 + DEPTH - 1 of one panel. */

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gemm_6_pack(int n, int k, __global const in_t *restrict B, int ldb, long b_step,
            __global sum_t *restrict panels, int first) {
    const int across = (n + WIDTH - 1) / WIDTH;
    const int panel = first + (int)get_global_id(0);
    const int p0 = (int)get_global_id(1) * DEPTH;
    pack_panel(n, B + panel / across * b_step, ldb, panel % across * WIDTH, p0, min(p0 + DEPTH, k),
               panels + ((size_t)panel * k + p0) * WIDTH);
}

/* A strip of A that is not transposed is copied by the item that uses it: row after row, + 16 so
 * that the rows start in different cache sets. Of a transposed A, 8 elements lie side by side and
 * the next 8 far away, often in the same cache set. That is done once for all, by a launch of its
 * own: strips of k x 8, term after term. An item packs 16 strips, so that it reads long runs. */
#if TA
#define STRIP_AT(r, p) ((p)*HEIGHT + (r))
#define STRIP_SPACE __global
#else
#define STRIP_AT(r, p) ((r) * (DEPTH + 16) + (p))
#define STRIP_SPACE __local
#endif

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gemm_6_pack_rows(int m, int k, __global const in_t *restrict A, int lda, long a_step,
                 __global sum_t *restrict strips, int first) {
    const int bunches = (m + 16 * HEIGHT - 1) / (16 * HEIGHT);
    const int bunch = first + (int)get_global_id(0);
    const int p0 = (int)get_global_id(1) * DEPTH, p1 = min(p0 + DEPTH, k);
    const int i0 = bunch % bunches * 16 * HEIGHT, count = min(16, (m - i0 + HEIGHT - 1) / HEIGHT);
    const size_t each = (size_t)k * HEIGHT;
    A += bunch / bunches * a_step;
    strips += ((size_t)(bunch / bunches) * ((m + HEIGHT - 1) / HEIGHT) + i0 / HEIGHT) * each;
    for (int p = p0; p < p1; p++)
        for (int s = 0; s < count; s++) {
            __global const in_t *from = A + (size_t)p * lda + i0 + s * HEIGHT;
            __global sum_t *to = strips + s * each + (size_t)p * HEIGHT;
            const int height = m - i0 - s * HEIGHT;
            if (height >= HEIGHT)
                EACH_ROW to[r] = LOAD(from + r);
            else
                EACH_ROW to[r] = r < height ? LOAD(from + r) : 0;
        }
}

/* Copies terms p0..p0 + terms - 1 of HEIGHT rows of A, from `row` on. Beyond the last row it
 * repeats. */
inline void copy_strip(__local sum_t *strip, __global const in_t *A, int lda, int m, int row,
                       int p0, int terms) {
    for (int r = 0; r < HEIGHT; r++) {
        __global const in_t *from = A + (size_t)min(row + r, m - 1) * lda + p0;
        __local sum_t *to = strip + r * (DEPTH + 16);
        int p = 0;
        for (; p + LANES <= terms; p += LANES)
            *(__local lanes_t *)(to + p) = LOAD_LANES(from + p);
        for (; p < terms; p++)
            to[p] = LOAD(from + p);
    }
}

/* The register tile over a strip of A and a panel of B. It begins with what `sums` holds unless
 * `fresh`, and leaves its sums there; at the last terms, it stores the result. */
inline void packed_tile(STRIP_SPACE const sum_t *strip, __global const lanes_t *b, int terms,
                        bool fresh, bool last, __local lanes_t *sums, const result *to, int row,
                        int height, int col, int width) {
    lanes_t sum[HEIGHT][VECTORS];
    EACH_ROW EACH_VECTOR sum[r][q] = fresh ? (lanes_t)(0) : sums[r * VECTORS + q];
    for (int p = 0; p < terms; p++) {
        lanes_t across[VECTORS];
        EACH_VECTOR across[q] = b[p * VECTORS + q];
        EACH_ROW EACH_VECTOR sum[r][q] += strip[STRIP_AT(r, p)] * across[q];
    }
    if (!last) {
        EACH_ROW EACH_VECTOR sums[r * VECTORS + q] = sum[r][q];
        return;
    }
    lanes_t held[HEIGHT * VECTORS];
    EACH_ROW EACH_VECTOR held[r * VECTORS + q] = sum[r][q];
    store_tile(to, row, height, col, held, VECTORS, 0, width);
}

/* The work-item owns `rows` rows by `cols` columns (a multiple of WIDTH). For each DEPTH terms it
 * takes a strip of A after the other over the panels: the strip stays in the L1 cache, the panels
 * in L2. Between one DEPTH and the next its sums wait in a memory of its own, tile by tile. A is
 * the matrix, or, if that is transposed, its strips. */
#if TA
#define A_TYPE sum_t
#else
#define A_TYPE in_t
#endif

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gemm_6_packed(int m, int n, int k, __global const A_TYPE *restrict A, int lda, long a_step,
              __global const sum_t *restrict panels, long panels_step, RESULT_ARGS, int rows,
              int cols, int bands, int first) {
    __local lanes_t sums[SUMS * HEIGHT * VECTORS];
#if !TA
    __local sum_t strip[HEIGHT * (DEPTH + 16)] __attribute__((aligned(64)));
#endif
    const int band = first + (int)get_global_id(1), batch = band / bands;
    const int row0 = band % bands * rows, row1 = min(row0 + rows, m);
    const int col0 = (int)get_global_id(0) * cols, col1 = min(col0 + cols, n);
    const result to = RESULT_OF(batch);
    A += batch * a_step;
    panels += batch * panels_step;
    for (int p0 = 0; p0 < k; p0 += DEPTH) {
        const int terms = min(DEPTH, k - p0);
        __local lanes_t *tile = sums;
        for (int row = row0; row < row1; row += HEIGHT) {
#if TA
            __global const sum_t *strip = A + (size_t)row * k + (size_t)p0 * HEIGHT;
#else
            copy_strip(strip, A, lda, m, row, p0, terms);
#endif
            for (int col = col0; col < col1; col += WIDTH) {
                __global const sum_t *b = panels + ((size_t)(col / WIDTH) * k + p0) * WIDTH;
                packed_tile(strip, (__global const lanes_t *)b, terms, p0 == 0, p0 + DEPTH >= k,
                            tile, &to, row, min(HEIGHT, row1 - row), col, min(WIDTH, n - col));
                if (DEPTH < k)
                    tile += HEIGHT * VECTORS;
            }
        }
    }
}

/* ---- rung 7: thin ---------------------------------------------------------------------------- *
 * With few rows there is nothing to share: every element of B is used once for each of them, and
 * memory sets the pace. What counts is to read it the way it likes best: eight long runs at a
 * time, each element once. The sums of SPAN columns wait in L1, and are fetched and put back once
 * for eight terms.
 *
 *      B:  p + 0  ------------------------>        sums, for each row:
 *          p + 1  ------------------------>  ->    [ SPAN columns    ]
 *            ...
 *          p + 7  ------------------------>
 *
 * The last vector moves back to end with the row: n must be LANES at least. SWAP: this is the
 * transposed product, out' = op(B)' op(A)', for few columns instead of few rows; rows and columns
 * change places when they are stored. X holds the few rows, its elements x_row and x_term apart. */

#ifndef SWAP
#define SWAP 0
#endif

/* Adds eight terms from row p on, or a single one, to all sums of the span. */
#define ADD_TERMS(NAME, TERMS)                                                                     \
    inline void NAME(__local lanes_t(*sums)[SPAN / LANES], __global const in_t *X, int x_row,      \
                     int x_term, __global const in_t *M, int ldm, int rows, int n, int j0,         \
                     int vectors, int p) {                                                         \
        sum_t x[ROWS][TERMS];                                                                      \
        for (int r = 0; r < ROWS; r++)                                                             \
            for (int q = 0; q < TERMS; q++)                                                        \
                x[r][q] = LOAD(X + (size_t)min(r, rows - 1) * x_row + (size_t)(p + q) * x_term);   \
        for (int v = 0; v < vectors; v++) {                                                        \
            __global const in_t *b = M + (size_t)p * ldm + min(j0 + v * LANES, n - LANES);         \
            lanes_t sum[ROWS];                                                                     \
            for (int r = 0; r < ROWS; r++)                                                         \
                sum[r] = sums[r][v];                                                               \
            for (int q = 0; q < TERMS; q++) {                                                      \
                const lanes_t across = LOAD_LANES(b + (size_t)q * ldm);                            \
                for (int r = 0; r < ROWS; r++)                                                     \
                    sum[r] += x[r][q] * across;                                                    \
            }                                                                                      \
            for (int r = 0; r < ROWS; r++)                                                         \
                sums[r][v] = sum[r];                                                               \
        }                                                                                          \
    }
ADD_TERMS(add_eight_terms, 8)
ADD_TERMS(add_one_term, 1)

/* Stores lanes from.. of a vector whose first lane is column j of row r, or the other way round. */
inline void store_run(const result *to, int r, int j, lanes_t sum, int from) {
#if SWAP
    sum_t one[LANES];
#if LANES == 16
    vstore16(sum, 0, one);
#else
    vstore8(sum, 0, one);
#endif
    for (int q = from; q < LANES; q++)
        store_one(to, j + q, r, one[q]);
#else
    store_some(to, r, j, sum, from, LANES);
#endif
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gemm_7_thin(int rows, int n, int k, __global const in_t *restrict X, int x_row, int x_term,
            long x_step, __global const in_t *restrict M, int ldm, long m_step, RESULT_ARGS,
            int span, int spans, int first) {
    __local lanes_t sums[ROWS][SPAN / LANES];
    const int item = first + (int)get_global_id(0), batch = item / spans;
    const int j0 = item % spans * span, vectors = (min(span, n - j0) + LANES - 1) / LANES;
    const result to = RESULT_OF(batch);
    X += batch * x_step;
    M += batch * m_step;
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < vectors; v++)
            sums[r][v] = (lanes_t)(0);
    int p = 0;
    for (; p + 8 <= k; p += 8)
        add_eight_terms(sums, X, x_row, x_term, M, ldm, rows, n, j0, vectors, p);
    for (; p < k; p++)
        add_one_term(sums, X, x_row, x_term, M, ldm, rows, n, j0, vectors, p);
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) {
            const int j = j0 + v * LANES, start = min(j, n - LANES);
            store_run(&to, r, start, sums[r][v], j - start);
        }
}

/* ---- rung 8: dots ---------------------------------------------------------------------------- *
 * Few rows and a transposed B, or, with SWAP, few columns and an A that is not: each element of
 * out is a scalar product of two runs in memory, a row of M and a row of X, which holds the few
 * (the host turns it if need be). The lanes of a vector add up every
 * 16th term, and are added to each other at the very end. A bunch of rows goes side by side, so
 * that a vector of X serves all of them and several runs of memory are under way at once. */

#if ROWS == 1
#define BUNCH 8
#elif ROWS == 8
#define BUNCH 2
#else
#define BUNCH 4
#endif

inline sum_t add_lanes(lanes_t x) {
#if LANES == 16
    const sum4_t four = x.lo.lo + x.lo.hi + x.hi.lo + x.hi.hi;
#else
    const sum4_t four = x.lo + x.hi;
#endif
    return (four.x + four.y) + (four.z + four.w);
}

inline void dots_bunch(__global const in_t *M, int ldm, __global const in_t *X, int ldx, int k,
                       const result *to, int row, int height, int columns) {
    lanes_t sum[BUNCH][ROWS];
    __global const in_t *a[BUNCH], *x[ROWS];
#pragma unroll
    for (int c = 0; c < ROWS; c++)
        x[c] = X + (size_t)min(c, columns - 1) * ldx;
#pragma unroll
    for (int r = 0; r < BUNCH; r++) {
        a[r] = M + (size_t)(row + min(r, height - 1)) * ldm;
#pragma unroll
        for (int c = 0; c < ROWS; c++)
            sum[r][c] = (lanes_t)(0);
    }
    int p = 0;
    for (; p + LANES <= k; p += LANES) {
        lanes_t run[ROWS];
#pragma unroll
        for (int c = 0; c < ROWS; c++)
            run[c] = LOAD_LANES(x[c] + p);
#pragma unroll
        for (int r = 0; r < BUNCH; r++) {
            const lanes_t along = LOAD_LANES(a[r] + p);
#pragma unroll
            for (int c = 0; c < ROWS; c++)
                sum[r][c] += along * run[c];
        }
    }
#pragma unroll
    for (int r = 0; r < BUNCH; r++)
#pragma unroll
        for (int c = 0; c < ROWS; c++) {
            sum_t total = add_lanes(sum[r][c]);
            for (int q = p; q < k; q++)
                total += LOAD(a[r] + q) * LOAD(x[c] + q);
            if (r < height && c < columns)
                store_one(to, SWAP ? row + r : c, SWAP ? c : row + r, total);
        }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gemm_8_dots(int m, int columns, int k, __global const in_t *restrict M, int ldm, long m_step,
            __global const in_t *restrict X, int ldx, long x_step, RESULT_ARGS, int rows, int bands,
            int first) {
    const int band = first + (int)get_global_id(0), batch = band / bands;
    const int row0 = band % bands * rows, row1 = min(row0 + rows, m);
    const result to = RESULT_OF(batch);
    M += batch * m_step;
    X += batch * x_step;
    for (int row = row0; row < row1; row += BUNCH)
        dots_bunch(M, ldm, X, ldx, k, &to, row, min(BUNCH, row1 - row), columns);
}
