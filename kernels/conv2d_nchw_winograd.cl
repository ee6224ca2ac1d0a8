/* conv2d_nchw_winograd: 3 x 3 filters, stride 1, with fewer multiplications. The plain formula is
 * in conv2d_nchw.cl.
 *
 * Winograd's algorithm F(m, 3) makes m x m outputs from (m+2) x (m+2) inputs d and a filter g:
 *
 *     Y = At [ (G g Gt) * (Bt d B) ] A       * element by element; channels are summed inside [ ]
 *
 * For m = 4 that is 36 multiplications where the plain sum needs 144, for m = 2 it is 16 for 36;
 * the transforms Bt, G, At only add, and multiply by small constants. What they magnify on the way
 * costs accuracy: about a digit for m = 4. The oracle computes a bound for exactly these
 * operations.
 *
 * The multiplications become (m+2)^2 independent matrix products, one for each place e in a tile:
 *
 *     M[e][tile][filter] = sum over channels of V[e][tile][channel] * U[e][channel][filter]
 *
 *     x ----turn----> 16 channels    Bt d B       V          *U         M     At M A     16 filters
 *         16 pixels   of a pixel    ------>  36 matrices  ------>  36 matrices ------>   of a pixel
 *         x 16 ch.    in a vector                                               --turn--> y
 *
 * The trick is in what a vector holds: 16 channels of one pixel on the way in, 16 filters of one
 * pixel on the way out. The transforms are then the textbook's, with a float16 for every number; no
 * tile ever straddles a vector, and narrow images are as fast as wide ones. Only the pixels must be
 * turned, in squares of 16 x 16, when they are read and when they are stored.
 *
 * A work-item takes some 32 tiles of all channels through all of that: whatever it makes stays in
 * its core's second-level cache. */

#ifndef OUT
#define OUT 4 /* m: 2 or 4 */
#endif
#ifndef CG
#define CG 16 /* channels and filters of a group */
#define KG 16
#endif
#ifndef GROUPS
#define GROUPS 1
#endif
#ifndef H
#define H 32 /* image, output, padding */
#define W 32
#define OH 32
#define OW 32
#define PH 1
#define PW 1
#endif
#ifndef BIAS
#define BIAS 0
#endif
#ifndef RELU
#define RELU 0
#endif
#ifndef ROTATED
#define ROTATED 0 /* 1: the weights are those of the convolution whose gradient this is */
#endif
#ifndef WEIGHTS
#define WEIGHTS 0 /* 1: the kernels of the gradient with respect to the filters, 0: all others */
#endif
#ifndef IMAGES
#define IMAGES 1 /* of a work-item: images, rows of tiles, tiles in a row */
#define ROWS 2
#define COLS 8
#endif
#ifndef BLOCK
#define BLOCK 16 /* tiles in registers at a time; divides IMAGES x ROWS x COLS */
#endif

/* An array that a function is handed stays in registers only if the call disappears. */
#define INLINE inline __attribute__((always_inline))

#define LANES 16
#define SIDE (OUT + 2)
#define AREA (SIDE * SIDE)
#define TILES (IMAGES * ROWS * COLS)
#define ACROSS ((OW + OUT - 1) / OUT) /* tiles of an image */
#define DOWN ((OH + OUT - 1) / OUT)
#define PARTS_X ((ACROSS + COLS - 1) / COLS) /* work-items of an image */
#define PARTS_Y ((DOWN + ROWS - 1) / ROWS)
#define CHANNEL_BLOCKS ((CG + LANES - 1) / LANES)
#define FILTER_BLOCKS ((KG + LANES - 1) / LANES)
#define PITCH                                                                                      \
    ((CHANNEL_BLOCKS | 1) * LANES) /* of V; an odd number of cache lines spreads its rows */
#define PIXELS ((ROWS * OUT + 2) * (COLS * OUT + 2))

/* Two vectors woven into two: a0 b0 a1 b1 ... */
#define WEAVE_LO(a, b)                                                                             \
    (float16)(a.s0, b.s0, a.s1, b.s1, a.s2, b.s2, a.s3, b.s3, a.s4, b.s4, a.s5, b.s5, a.s6, b.s6,  \
              a.s7, b.s7)
#define WEAVE_HI(a, b)                                                                             \
    (float16)(a.s8, b.s8, a.s9, b.s9, a.sa, b.sa, a.sb, b.sb, a.sc, b.sc, a.sd, b.sd, a.se, b.se,  \
              a.sf, b.sf)

INLINE void weave(const float16 *from, float16 *to) {
#pragma unroll
    for (int i = 0; i < 8; i++) {
        to[2 * i] = WEAVE_LO(from[i], from[i + 8]);
        to[2 * i + 1] = WEAVE_HI(from[i], from[i + 8]);
    }
}

/* Transposes a square of 16 x 16: see conv2d_nchw_direct.cl. */
INLINE void turn(float16 v[16]) {
    float16 t[16];
    weave(v, t);
    weave(t, v);
    weave(v, t);
    weave(t, v);
}

/* ---- the three transforms, along one side: `from` and `to` every `step`-th element ---- */

/* Bt: SIDE numbers to SIDE. */
INLINE void input_side(const float16 *from, float16 *to, int step) {
    const float16 x0 = from[0], x1 = from[step], x2 = from[2 * step], x3 = from[3 * step];
#if OUT == 2
    to[0] = x0 - x2;
    to[step] = x1 + x2;
    to[2 * step] = x2 - x1;
    to[3 * step] = x1 - x3;
#else
    const float16 x4 = from[4 * step], x5 = from[5 * step];
    const float16 even = x4 - 4.0f * x2, odd = x3 - 4.0f * x1;
    const float16 near = x4 - x2, far = 2.0f * (x3 - x1);
    to[0] = 4.0f * x0 - 5.0f * x2 + x4;
    to[step] = even + odd;
    to[2 * step] = even - odd;
    to[3 * step] = near + far;
    to[4 * step] = near - far;
    to[5 * step] = 4.0f * x1 - 5.0f * x3 + x5;
#endif
}

/* G: 3 numbers to SIDE. */
INLINE void filter_side(const float16 *from, int from_step, float16 *to, int step) {
    const float16 g0 = from[0], g1 = from[from_step], g2 = from[2 * from_step];
#if OUT == 2
    to[0] = g0;
    to[step] = 0.5f * (g0 + g2 + g1);
    to[2 * step] = 0.5f * (g0 + g2 - g1);
    to[3 * step] = g2;
#else
    const float16 outer = g0 * (1.0f / 24) + g2 * (1.0f / 6), inner = g1 * (1.0f / 12);
    to[0] = 0.25f * g0;
    to[step] = (-1.0f / 6) * (g0 + g2 + g1);
    to[2 * step] = (-1.0f / 6) * (g0 + g2 - g1);
    to[3 * step] = outer + inner;
    to[4 * step] = outer - inner;
    to[5 * step] = g2;
#endif
}

/* At: SIDE numbers to OUT. */
INLINE void output_side(const float16 *from, int from_step, float16 *to, int step) {
    const float16 x0 = from[0], x1 = from[from_step], x2 = from[2 * from_step];
    const float16 x3 = from[3 * from_step];
#if OUT == 2
    to[0] = x0 + x1 + x2;
    to[step] = x1 - x2 - x3;
#else
    const float16 x4 = from[4 * from_step], x5 = from[5 * from_step];
    const float16 sum1 = x1 + x2, difference1 = x1 - x2, sum2 = x3 + x4, difference2 = x3 - x4;
    to[0] = x0 + sum1 + sum2;
    to[step] = difference1 + 2.0f * difference2;
    to[2 * step] = sum1 + 4.0f * sum2;
    to[3 * step] = difference1 + 8.0f * difference2 + x5;
#endif
}

/* ---- inputs ---- */

/* The part of an image that a work-item's tiles read, inside the image. */
typedef struct window {
    int y0, y1, x0, x1;
} window;

/* Of the tiles from (ty, tx) on, which reach `more` pixels beyond their outputs and begin that many
 * pixels of padding earlier. */
inline window window_of(int ty, int tx, int more, int ph, int pw, int height, int width) {
    window w;
    w.y0 = clamp(ty * OUT - ph, 0, height);
    w.x0 = clamp(tx * OUT - pw, 0, width);
    w.y1 = clamp((ty + ROWS) * OUT + more - ph, w.y0, height);
    w.x1 = clamp((tx + COLS) * OUT + more - pw, w.x0, width);
    return w;
}

/* `count` pixels of 16 channels from place `at` of their planes, turned. Channels beyond the last
 * repeat it; the last load moves back to end with the plane. */
INLINE void turn_run(__global const float *x, int c0, int channels, int plane, int at, int count,
                     __local float16 *to) {
    for (int s = 0; s < count; s += LANES) {
        const int start = min(at + s, plane - LANES);
        float16 v[LANES];
#pragma unroll
        for (int l = 0; l < LANES; l++)
            v[l] = vload16(0, x + (size_t)min(c0 + l, channels - 1) * plane + start);
        turn(v);
#pragma unroll
        for (int l = 0; l < LANES; l++)
            if (start + l >= at + s)
                to[start + l - at] = v[l];
    }
}

/* A window, row by row, or in one go where it is as wide as the image. */
INLINE void turn_window(__global const float *x, int c0, int channels, int height, int width,
                        window w, __local float16 *to) {
    const int across = w.x1 - w.x0;
    if (across == width)
        turn_run(x, c0, channels, height * width, w.y0 * width, (w.y1 - w.y0) * width, to);
    else
        for (int y = w.y0; y < w.y1; y++)
            turn_run(x, c0, channels, height * width, y * width + w.x0, across,
                     to + (y - w.y0) * across);
}

/* The place of pixel (y, x) in a window; outside of it lies a zero. */
INLINE int place_in(window w, int y, int x, int outside) {
    return y >= w.y0 && y < w.y1 && x >= w.x0 && x < w.x1 ? (y - w.y0) * (w.x1 - w.x0) + x - w.x0
                                                          : outside;
}

/* Bt d B of one tile whose first input is (y, x), into V: each of its numbers AREA apart. Outside
 * the image lies the zero at `outside`. */
INLINE void transform_tile(__local const float16 *pixels, int outside, window w, int y, int x,
                           __local float *to) {
    float16 d[AREA], side[AREA];
#pragma unroll
    for (int e = 0; e < AREA; e++)
        d[e] = pixels[place_in(w, y + e / SIDE, x + e % SIDE, outside)];
#pragma unroll
    for (int j = 0; j < SIDE; j++)
        input_side(d + j, side + j, SIDE);
#pragma unroll
    for (int i = 0; i < SIDE; i++) {
        float16 row[SIDE];
        input_side(side + i * SIDE, row, 1);
#pragma unroll
        for (int j = 0; j < SIDE; j++)
            vstore16(row[j], 0, to + (i * SIDE + j) * (TILES * PITCH));
    }
}

#define OUTSIDE (PIXELS + 2 * LANES - 1) /* where `pixels` holds the zero */

/* Bt d B of all tiles and channels of a work-item. */
INLINE void transform_inputs(__global const float *x, int group, int image0, int images, int ty0,
                             int tx0, __local float16 *pixels, __local float *V) {
    const window w = window_of(ty0, tx0, 2, PH, PW, H, W);
    pixels[OUTSIDE] = (float16)(0.0f);
    for (int i = 0; i < images; i++)
        for (int block = 0; block < CHANNEL_BLOCKS; block++) {
            turn_window(x + ((size_t)(image0 + i) * GROUPS + group) * (CG * H * W), block * LANES,
                        CG, H, W, w, pixels);
            for (int t = 0; t < ROWS * COLS; t++)
                transform_tile(pixels, OUTSIDE, w, (ty0 + t / COLS) * OUT - PH,
                               (tx0 + t % COLS) * OUT - PW,
                               V + (i * ROWS * COLS + t) * PITCH + block * LANES);
        }
}

#if !WEIGHTS

/* ---- filters ---- */

/* U[filter block][e][channel][16 filters], once for all. Dim 0: blocks of 16 filters of all groups;
 * dim 1: channels. Filters beyond the last repeat it. */
__kernel void winograd_filters(__global const float *restrict weights, __global float *restrict U,
                               int first) {
    const int block = first + (int)get_global_id(0), c = get_global_id(1);
    const int group = block / FILTER_BLOCKS, o0 = block % FILTER_BLOCKS * LANES;
    if (group >= GROUPS)
        return;
    float taps[9 * LANES];
    for (int l = 0; l < LANES; l++) {
        const int o = min(o0 + l, KG - 1);
        __global const float *from = weights + (ROTATED ? ((size_t)(group * CG + c) * KG + o) * 9
                                                        : ((size_t)(group * KG + o) * CG + c) * 9);
        for (int t = 0; t < 9; t++)
            taps[t * LANES + l] = from[ROTATED ? 8 - t : t];
    }
    float16 g[9], side[SIDE * 3], u[AREA];
#pragma unroll
    for (int t = 0; t < 9; t++)
        g[t] = vload16(t, taps);
#pragma unroll
    for (int j = 0; j < 3; j++)
        filter_side(g + j, 3, side + j, 3);
#pragma unroll
    for (int i = 0; i < SIDE; i++)
        filter_side(side + i * 3, 1, u + i * SIDE, 1);
#pragma unroll
    for (int e = 0; e < AREA; e++)
        vstore16(u[e], ((size_t)block * AREA + e) * CG + c, U);
}

/* ---- products ---- */

/* M[e] of 16 filters, BLOCK tiles at a time. */
INLINE void multiply(__local const float *V, __global const float *U, __local float16 *M) {
    for (int e = 0; e < AREA; e++)
        for (int t = 0; t < TILES; t += BLOCK) {
            __local const float *v = V + (e * TILES + t) * PITCH;
            __global const float *u = U + (size_t)e * CG * LANES;
            float16 sum[BLOCK];
#pragma unroll
            for (int q = 0; q < BLOCK; q++)
                sum[q] = (float16)(0.0f);
#pragma unroll 1
            for (int c = 0; c < CG; c++) {
                const float16 weights = vload16(c, u);
#pragma unroll
                for (int q = 0; q < BLOCK; q++)
                    sum[q] += v[q * PITCH + c] * weights;
            }
#pragma unroll
            for (int q = 0; q < BLOCK; q++)
                M[e * TILES + t + q] = sum[q];
        }
}

/* ---- outputs ---- */

/* At M A of one tile: OUT x OUT pixels of 16 filters. */
INLINE void tile_of(__local const float16 *M, float16 bias, float16 *y) {
    float16 m[AREA], side[OUT * SIDE];
#pragma unroll
    for (int e = 0; e < AREA; e++)
        m[e] = M[e * TILES];
#pragma unroll
    for (int j = 0; j < SIDE; j++)
        output_side(m + j, SIDE, side + j, SIDE);
#pragma unroll
    for (int i = 0; i < OUT; i++)
        output_side(side + i * SIDE, 1, y + i * OUT, 1);
#pragma unroll
    for (int q = 0; q < OUT * OUT; q++) {
        y[q] += bias;
        y[q] = RELU ? select(y[q], (float16)(0.0f), y[q] < 0.0f) : y[q];
    }
}

/* One filter's tile, its rows side by side in `v`, to place (y, x) of its plane. */
INLINE void store_tile(float16 v, __global float *plane, int y, int x) {
    __global float *to = plane + y * OW + x;
#if OUT == 4
    if (y + OUT <= OH && x + OUT <= OW) {
        vstore4(v.lo.lo, 0, to);
        vstore4(v.lo.hi, 0, to + OW);
        vstore4(v.hi.lo, 0, to + 2 * OW);
        vstore4(v.hi.hi, 0, to + 3 * OW);
        return;
    }
#endif
    float part[LANES];
    vstore16(v, 0, part);
    for (int i = 0; i < min(OUT, OH - y); i++)
        for (int j = 0; j < min(OUT, OW - x); j++)
            to[i * OW + j] = part[i * OUT + j];
}

/* ---- all of it ---- */

/* Dim 0: images, parts of an image; dim 1: groups. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
winograd_forward(__global const float *restrict x, __global const float *restrict U,
                 __global const float *restrict bias, __global float *restrict y, int n, int items,
                 int first) {
    __local float V[AREA * TILES * PITCH] __attribute__((aligned(64)));
    __local float16 M[AREA * TILES];
    __local float16 pixels[PIXELS + 2 * LANES];
    const int item = first + (int)get_global_id(0), group = get_global_id(1);
    if (item >= items)
        return;
    const int tx0 = item % PARTS_X * COLS, ty0 = item / PARTS_X % PARTS_Y * ROWS;
    const int image0 = item / (PARTS_X * PARTS_Y) * IMAGES, images = min(IMAGES, n - image0);
    transform_inputs(x, group, image0, images, ty0, tx0, pixels, V);
    for (int block = 0; block < FILTER_BLOCKS; block++) {
        const int o = block * LANES, filters = min(LANES, KG - o);
        float base[LANES];
        for (int l = 0; l < LANES; l++)
            base[l] = BIAS ? bias[group * KG + o + min(l, filters - 1)] : 0.0f;
        multiply(V, U + ((size_t)group * FILTER_BLOCKS + block) * (AREA * CG * LANES), M);
        for (int t = 0; t < images * ROWS * COLS; t++) {
            const int ty = ty0 + t / COLS % ROWS, tx = tx0 + t % COLS;
            if (ty >= DOWN || tx >= ACROSS)
                continue;
            float16 v[LANES];
            tile_of(M + t, vload16(0, base), v);
#pragma unroll
            for (int l = OUT * OUT; l < LANES; l++)
                v[l] = (float16)(0.0f);
            turn(v);
            __global float *plane =
                y + (((size_t)(image0 + t / (ROWS * COLS)) * GROUPS + group) * KG + o) * (OH * OW);
#pragma unroll
            for (int l = 0; l < LANES; l++)
                if (l < filters)
                    store_tile(v[l], plane + l * (OH * OW), ty * OUT, tx * OUT);
        }
    }
}

#else

/* ---- the gradient with respect to the filters ----
 *
 * The algorithm transposed: what went in comes out.
 *
 *     dg = Gt [ sum over images and tiles of (A dY At) * (Bt d B) ] G
 *
 * dY is a tile of m x m outputs. Again there are (m+2)^2 matrix products, now with the tiles as
 * terms:
 *
 *     dU[e][filter][channel] = sum over tiles of D[e][tile][filter] * V[e][tile][channel]
 *
 * A work-item takes every `parts`-th batch of tiles and adds to sums of its own, in global memory,
 * as many as there are transformed weights. The last kernel adds up the parts, and undoes the
 * transform. */

/* A: OUT numbers to SIDE. */
INLINE void gradient_side(const float16 *from, int from_step, float16 *to, int step) {
    const float16 d0 = from[0], d1 = from[from_step];
#if OUT == 2
    to[0] = d0;
    to[step] = d0 + d1;
    to[2 * step] = d0 - d1;
    to[3 * step] = -d1;
#else
    const float16 d2 = from[2 * from_step], d3 = from[3 * from_step];
    const float16 even = d0 + d2, odd = d1 + d3;
    const float16 even4 = d0 + 4.0f * d2, odd8 = 2.0f * d1 + 8.0f * d3;
    to[0] = d0;
    to[step] = even + odd;
    to[2 * step] = even - odd;
    to[3 * step] = even4 + odd8;
    to[4 * step] = even4 - odd8;
    to[5 * step] = d3;
#endif
}

/* Gt: SIDE numbers to 3. */
INLINE void weight_side(const float16 *from, int from_step, float16 *to, int step) {
    const float16 x0 = from[0], x1 = from[from_step], x2 = from[2 * from_step];
    const float16 x3 = from[3 * from_step];
#if OUT == 2
    to[0] = x0 + 0.5f * (x1 + x2);
    to[step] = 0.5f * (x1 - x2);
    to[2 * step] = 0.5f * (x1 + x2) + x3;
#else
    const float16 x4 = from[4 * from_step], x5 = from[5 * from_step];
    const float16 inner = (1.0f / 6) * (x1 + x2), outer = x3 + x4;
    to[0] = 0.25f * x0 - inner + (1.0f / 24) * outer;
    to[step] = (1.0f / 6) * (x2 - x1) + (1.0f / 12) * (x3 - x4);
    to[2 * step] = (1.0f / 6) * outer - inner + x5;
#endif
}

/* A dY At of all tiles of a work-item, for filters o .. o + 15. */
INLINE void transform_gradients(__global const float *dy, int group, int o, int image0, int images,
                                int ty0, int tx0, __local float16 *pixels, __local float16 *D) {
    const window w = window_of(ty0, tx0, 0, 0, 0, OH, OW);
    pixels[OUTSIDE] = (float16)(0.0f);
    for (int i = 0; i < images; i++) {
        turn_window(dy + ((size_t)(image0 + i) * GROUPS + group) * (KG * OH * OW), o, KG, OH, OW, w,
                    pixels);
        for (int t = 0; t < ROWS * COLS; t++) {
            float16 d[OUT * OUT], side[SIDE * OUT];
#pragma unroll
            for (int q = 0; q < OUT * OUT; q++)
                d[q] = pixels[place_in(w, (ty0 + t / COLS) * OUT + q / OUT,
                                       (tx0 + t % COLS) * OUT + q % OUT, OUTSIDE)];
#pragma unroll
            for (int j = 0; j < OUT; j++)
                gradient_side(d + j, OUT, side + j, OUT);
#pragma unroll
            for (int r = 0; r < SIDE; r++) {
                float16 row[SIDE];
                gradient_side(side + r * OUT, 1, row, 1);
#pragma unroll
                for (int j = 0; j < SIDE; j++)
                    D[(r * SIDE + j) * TILES + i * ROWS * COLS + t] = row[j];
            }
        }
    }
}

/* Adds `tiles` tiles to the sums of 16 filters: [e][channel block][filter][16 channels]. */
INLINE void add_products(__local const float *D, __local const float *V, int tiles, bool fresh,
                         __global float *sums) {
    for (int e = 0; e < AREA; e++)
        for (int block = 0; block < CHANNEL_BLOCKS; block++, sums += LANES * LANES) {
            __local const float *d = D + e * TILES * LANES;
            __local const float *v = V + e * TILES * PITCH + block * LANES;
            float16 sum[LANES];
#pragma unroll
            for (int q = 0; q < LANES; q++)
                sum[q] = fresh ? (float16)(0.0f) : vload16(q, sums);
#pragma unroll 1
            for (int t = 0; t < tiles; t++) {
                const float16 channels = vload16(0, v + t * PITCH);
#pragma unroll
                for (int q = 0; q < LANES; q++)
                    sum[q] += d[t * LANES + q] * channels;
            }
#pragma unroll
            for (int q = 0; q < LANES; q++)
                vstore16(sum[q], q, sums);
        }
}

#define BLOCK_SUMS (AREA * CHANNEL_BLOCKS * LANES * LANES) /* of 16 filters */

/* Dim 0: parts; dim 1: groups. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
winograd_weights(__global const float *restrict dy, __global const float *restrict x,
                 __global float *restrict sums, int n, int items, int parts, int first) {
    __local float V[AREA * TILES * PITCH] __attribute__((aligned(64)));
    __local float16 D[AREA * TILES];
    __local float16 pixels[PIXELS + 2 * LANES];
    const int part = first + (int)get_global_id(0), group = get_global_id(1);
    if (part >= parts)
        return;
    sums += ((size_t)part * GROUPS + group) * FILTER_BLOCKS * BLOCK_SUMS;
    for (int item = part; item < items; item += parts) {
        const int tx0 = item % PARTS_X * COLS, ty0 = item / PARTS_X % PARTS_Y * ROWS;
        const int image0 = item / (PARTS_X * PARTS_Y) * IMAGES, images = min(IMAGES, n - image0);
        transform_inputs(x, group, image0, images, ty0, tx0, pixels, V);
        for (int block = 0; block < FILTER_BLOCKS; block++) {
            transform_gradients(dy, group, block * LANES, image0, images, ty0, tx0, pixels, D);
            add_products((__local const float *)D, V, images * ROWS * COLS, item == part,
                         sums + (size_t)block * BLOCK_SUMS);
        }
    }
}

/* Dim 0: filters of all groups; dim 1: blocks of 16 channels. */
__kernel void winograd_weights_add(__global const float *restrict sums, __global float *restrict to,
                                   int parts, int first) {
    const int filter = first + (int)get_global_id(0), block = get_global_id(1);
    if (filter >= GROUPS * KG)
        return;
    const int group = filter / KG, o = filter % KG;
    sums += ((size_t)group * FILTER_BLOCKS + o / LANES) * BLOCK_SUMS +
            (block * LANES + o % LANES) * LANES;
    float16 u[AREA], side[3 * SIDE], g[9];
#pragma unroll
    for (int e = 0; e < AREA; e++)
        u[e] = vload16(e * CHANNEL_BLOCKS * LANES, sums);
    for (int p = 1; p < parts; p++) {
        sums += (size_t)GROUPS * FILTER_BLOCKS * BLOCK_SUMS;
#pragma unroll
        for (int e = 0; e < AREA; e++)
            u[e] += vload16(e * CHANNEL_BLOCKS * LANES, sums);
    }
#pragma unroll
    for (int j = 0; j < SIDE; j++)
        weight_side(u + j, SIDE, side + j, SIDE);
#pragma unroll
    for (int i = 0; i < 3; i++)
        weight_side(side + i * SIDE, 1, g + i * 3, 1);
    float lanes[9 * LANES];
#pragma unroll
    for (int t = 0; t < 9; t++)
        vstore16(g[t], t, lanes);
    for (int l = 0; l < min(LANES, CG - block * LANES); l++)
        for (int t = 0; t < 9; t++)
            to[((size_t)filter * CG + block * LANES + l) * 9 + t] = lanes[t * LANES + l];
}

#endif
