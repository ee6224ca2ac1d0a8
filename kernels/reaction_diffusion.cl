/* reaction_diffusion: one step of the model of Gray and Scott, two substances on a torus.
 *
 *      each cell (u, v):            .  up  .       v eats u and makes more of itself, u is fed,
 *      u and v side by side       left mid right   v dies, and both spread to the four neighbours.
 *                                   . down .       Beyond an edge lies the opposite one.
 *
 * In plain C, for both substances s of a cell:
 *
 *     float lap = ((up[s] + down[s]) + (left[s] + right[s])) - 4 * mid[s];
 *     float react = (mid[0] * mid[1]) * mid[1];
 *     u' = u + dt * ((diffusion_u * lap_u + (1 - u) * feed) - react);
 *     v' = v + dt * ((diffusion_v * lap_v + (0 - v) * decay) + react);         decay = feed + kill
 *
 * and whatever is then smaller than 2^-40 becomes 0. Without that, v would fall through the
 * subnormal numbers wherever there is next to none of it. They are a hundred times slower on some
 * processors, and flushed to zero on others; as it is, every device computes the same bits. For
 * that, too, nothing is fused (FP_CONTRACT OFF), and every rung keeps the order of the formulas
 * above.
 *
 * A step reads one grid and writes another; the host lets two grids take turns. The ladder, one
 * idea a rung:
 *
 *     reaction_diffusion_1_naive   a cell a work-item
 *     reaction_diffusion_2_tiled   a work-group shares a tile and its rim in local memory (for GPUs)
 *     reaction_diffusion_3_rows    a work-item goes along rows, eight cells at a time (for CPUs)
 *
 * Rows start at `first`, where the host's slice of the work begins; dim 1 or 2 counts grids. */

#pragma OPENCL FP_CONTRACT OFF

#ifndef TILE
#define TILE 16 /* side of rung 2's tiles; its work-group has TILE x TILE items */
#endif

#define LEAST 0x1p-40f

inline float2 next_cell(float2 mid, float2 up, float2 down, float2 left, float2 right,
                        float2 diffusion, float2 rate, float dt) {
    const float2 lap = ((up + down) + (left + right)) - 4.0f * mid;
    const float react = (mid.x * mid.y) * mid.y;
    const float2 grow = diffusion * lap + ((float2)(1.0f, 0.0f) - mid) * rate;
    const float2 next = mid + dt * (grow + (float2)(-react, react));
    return select(next, (float2)(0.0f), fabs(next) < LEAST);
}

/* A cell whose neighbours may lie beyond an edge. Rows are w cells apart. */
inline void step_cell(__global const float2 *in, __global float2 *out, int h, int w, int y, int x,
                      float2 diffusion, float2 rate, float dt) {
    const size_t row = (size_t)y * w;
    const size_t above = (size_t)(y > 0 ? y - 1 : h - 1) * w;
    const size_t below = (size_t)(y < h - 1 ? y + 1 : 0) * w;
    out[row + x] =
        next_cell(in[row + x], in[above + x], in[below + x], in[row + (x > 0 ? x - 1 : w - 1)],
                  in[row + (x < w - 1 ? x + 1 : 0)], diffusion, rate, dt);
}

/* Rung 1. */
__kernel void reaction_diffusion_1_naive(int h, int w, __global const float2 *restrict in,
                                         __global float2 *restrict out, float diffusion_u,
                                         float diffusion_v, float feed, float decay, float dt,
                                         int first) {
    const int x = get_global_id(0), y = first + (int)get_global_id(1);
    const size_t grid = (size_t)get_global_id(2) * h * w;
    if (x < w && y < h)
        step_cell(in + grid, out + grid, h, w, y, x, (float2)(diffusion_u, diffusion_v),
                  (float2)(feed, decay), dt);
}

/* Rung 2. Each cell is read by five items. A group reads it once from global memory, its rim four
 * times as often as a larger tile would. */
__kernel __attribute__((reqd_work_group_size(TILE, TILE, 1))) void
reaction_diffusion_2_tiled(int h, int w, __global const float2 *restrict in,
                           __global float2 *restrict out, float diffusion_u, float diffusion_v,
                           float feed, float decay, float dt, int first) {
    __local float2 tile[TILE + 2][TILE + 2];
    const int x0 = (int)get_group_id(0) * TILE, y0 = first + (int)get_group_id(1) * TILE;
    const int lx = get_local_id(0), ly = get_local_id(1), x = x0 + lx, y = y0 + ly;
    const size_t grid = (size_t)get_global_id(2) * h * w;
    for (int r = ly; r < TILE + 2; r += TILE)
        for (int c = lx; c < TILE + 2; c += TILE) {
            const int from_y = (y0 + r - 1 + h) % h, from_x = (x0 + c - 1 + w) % w;
            tile[r][c] = in[grid + (size_t)from_y * w + from_x];
        }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (x < w && y < h)
        out[grid + (size_t)y * w + x] = next_cell(
            tile[ly + 1][lx + 1], tile[ly][lx + 1], tile[ly + 2][lx + 1], tile[ly + 1][lx],
            tile[ly + 1][lx + 2], (float2)(diffusion_u, diffusion_v), (float2)(feed, decay), dt);
}

/* PoCL composes vload16 and vstore16 of pieces, which shuffles and additions then keep apart. A
 * vector that is said to be aligned to its elements only is one load or store. */
typedef float16 __attribute__((aligned(4))) loose_float16;
#define LOAD(from) (*(__global const loose_float16 *)(from))
#define STORE(value, to) (*(__global loose_float16 *)(to) = (value))

#define PAIRS(a, b) (float16)(a, b, a, b, a, b, a, b, a, b, a, b, a, b, a, b)

/* Rung 3. u and v of eight cells fill a vector as they lie in memory. The neighbours to the left
 * and right are the same load, two floats earlier and later; and the difference between u and v is
 * in constants. `at` points at the first cell, rows are `above` and `below` floats away. */
inline float16 next_eight(__global const float *at, long above, long below, float16 diffusion,
                          float16 rate, float dt) {
    const float16 mid = LOAD(at);
    const float16 lap =
        ((LOAD(at + above) + LOAD(at + below)) + (LOAD(at - 2) + LOAD(at + 2))) - 4.0f * mid;
    const float16 u = (float16)(mid.s0022, mid.s4466, mid.s88aa, mid.sccee);
    const float16 v = (float16)(mid.s1133, mid.s5577, mid.s99bb, mid.sddff);
    const float16 react = (u * v) * v;
    const float16 grow = diffusion * lap + (PAIRS(1.0f, 0.0f) - mid) * rate;
    const float16 next = mid + dt * (grow + PAIRS(-1.0f, 1.0f) * react);
    return select(next, (float16)(0.0f), fabs(next) < LEAST);
}

/* A work-item owns `height` rows. The first and last cell of a row are done one by one, and so is a
 * whole row that is too short. Between them vectors begin at multiples of eight, so that where rows
 * do too, a vector is a cache line; the first and the last one overlap their neighbours. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
reaction_diffusion_3_rows(int h, int w, __global const float *restrict in,
                          __global float *restrict out, float diffusion_u, float diffusion_v,
                          float feed, float decay, float dt, int height, int first) {
    const int y0 = (first + (int)get_global_id(0)) * height, y1 = y0 + min(height, h - y0);
    const size_t grid = (size_t)get_global_id(1) * h * w * 2;
    const float2 diffusion = (float2)(diffusion_u, diffusion_v), rate = (float2)(feed, decay);
    const float16 diffusions = PAIRS(diffusion_u, diffusion_v), rates = PAIRS(feed, decay);
    const int wide = w >= 10;
    for (int y = y0; y < y1; y++) {
        const long row = (long)y * w * 2;
        const long above = (y > 0 ? -1L : h - 1L) * w * 2,
                   below = (y < h - 1 ? 1L : 1L - h) * w * 2;
        for (int x = 0; x < w; x += wide ? w - 1 : 1)
            step_cell((__global const float2 *)(in + grid), (__global float2 *)(out + grid), h, w,
                      y, x, diffusion, rate, dt);
        for (int x = 0; wide && x < w - 1; x += 8) {
            const size_t at = grid + row + 2 * (size_t)clamp(x, 1, w - 9);
            STORE(next_eight(in + at, above, below, diffusions, rates, dt), out + at);
        }
    }
}
