/* conv2d_nchw: the convolution of neural networks, forward and backward. f32, channels first.
 *
 *      x: n images of c planes               y: n images of k planes
 *      +-----------+ |                       +---------+ |
 *      |  +----+   | |      filter o:        |         | |
 *      |  |kh x|   | |      cg planes of     |   .  <--+-+-- one sum over cg x kh x kw products
 *      |  | kw |   | |      kh x kw          |         | |
 *      +--+----+---+ | c                     +---------+ | k
 *       +------------+                        +----------+
 *
 * In plain C, with stride s, padding p, dilation d, and channels cg and filters kg of each group:
 *
 *     for (int o = 0; o < k; o++)
 *         for (int oy = 0; oy < oh; oy++)
 *             for (int ox = 0; ox < ow; ox++) {
 *                 float sum = bias[o];
 *                 for (int i = 0; i < cg; i++)
 *                     for (int r = 0; r < kh; r++)
 *                         for (int s = 0; s < kw; s++)
 *                             sum += weights[o][i][r][s] *
 *                                    x[o / kg * cg + i][oy * sh + r * dh - ph][ox * sw + s * dw - pw];
 *                 y[o][oy][ox] = sum;                            // x is 0 outside
 *             }
 *
 * Backward, the same triples (y, weight, x) meet, and another one of them is summed up:
 *
 *     dx      += weight * dy     for each x: over the filters, and the outputs it took part in
 *     dweight += x * dy          for each weight: over all images and outputs
 *
 * The ladder, one idea a rung:
 *
 *     forward_1_naive   the outer loops become a grid of work-items; also data_ and weights_
 *     tiled             the sums are a matrix product whose second matrix is never built (for GPUs)
 *     direct            one work-item, 16 filters by up to 28 pixels in registers (conv2d_nchw_direct.cl)
 *     pointwise         1 x 1 filters: the matrix is there already         (also there)
 *     depthwise         one filter for each channel: 16 pixels in a vector (conv2d_nchw_depthwise.cl)
 *     winograd          fewer multiplications for 3 x 3 filters            (conv2d_nchw_winograd.cl)
 *
 * The gradient of the weights has rungs of its own in conv2d_nchw_weights.cl.
 *
 * ReLU is written so that a NaN stays one. Indices into whole tensors are size_t. */

#ifndef BIAS
#define BIAS 0 /* 1: there is a bias; else that argument is any buffer */
#endif
#ifndef RELU
#define RELU 0 /* 1: negative results become 0 */
#endif
#ifndef PASS
#define PASS 0 /* of the tiled kernel; 0: forward, 1: backward data, 2: backward weights */
#endif
#ifndef KH
#define KH 3 /* the filters' sides, for the tiled kernel: dividing by a constant is cheap */
#endif
#ifndef KW
#define KW 3
#endif

#define SIZES                                                                                      \
    int n, int c, int h, int w, int k, int oh, int ow, int kh, int kw, int sh, int sw, int ph,     \
        int pw, int dh, int dw, int cg, int kg

inline float finish(float sum) {
    return RELU && sum < 0.0f ? 0.0f : sum;
}

/* Rung 1. One work-item, one element of y. Neighbours along x read neighbouring elements of x and
 * the same weight. Images and filters together are the second dim, which the host cuts into slices.
 */
__kernel void forward_1_naive(SIZES, __global const float *restrict x,
                              __global const float *restrict weights,
                              __global const float *restrict bias, __global float *restrict y,
                              int first) {
    const int at = get_global_id(0), plane = first + (int)get_global_id(1);
    if (at >= oh * ow || plane >= n * k)
        return;
    const int o = plane % k, iy0 = at / ow * sh - ph, ix0 = at % ow * sw - pw;
    __global const float *from = x + ((size_t)(plane / k) * c + o / kg * cg) * h * w;
    __global const float *weight = weights + (size_t)o * cg * kh * kw;
    float sum = BIAS ? bias[o] : 0.0f;
    for (int i = 0; i < cg; i++, from += (size_t)h * w)
        for (int r = 0; r < kh; r++)
            for (int s = 0; s < kw; s++, weight++) {
                const int iy = iy0 + r * dh, ix = ix0 + s * dw;
                if (iy >= 0 && iy < h && ix >= 0 && ix < w)
                    sum += *weight * from[(size_t)iy * w + ix];
            }
    y[(size_t)plane * oh * ow + at] = finish(sum);
}

/* Rung 1, backward data. One work-item, one element of dx: it asks each tap of each filter of its
 * group which output, if any, it took part in. */
__kernel void data_1_naive(SIZES, __global const float *restrict dy,
                           __global const float *restrict weights, __global float *restrict dx,
                           int first) {
    const int at = get_global_id(0), plane = first + (int)get_global_id(1);
    if (at >= h * w || plane >= n * c)
        return;
    const int i = plane % c, o0 = i / cg * kg;
    float sum = 0.0f;
    for (int o = o0; o < o0 + kg; o++) {
        __global const float *from = dy + ((size_t)(plane / c) * k + o) * oh * ow;
        __global const float *weight = weights + ((size_t)o * cg + i % cg) * kh * kw;
        for (int r = 0; r < kh; r++)
            for (int s = 0; s < kw; s++) {
                const int ty = at / w + ph - r * dh, tx = at % w + pw - s * dw;
                if (ty >= 0 && tx >= 0 && ty % sh == 0 && tx % sw == 0 && ty / sh < oh &&
                    tx / sw < ow)
                    sum += weight[r * kw + s] * from[(size_t)(ty / sh) * ow + tx / sw];
            }
    }
    dx[(size_t)plane * h * w + at] = sum;
}

/* Rung 1, backward weights. One work-item, one weight; it reads a plane of each image. */
__kernel void weights_1_naive(SIZES, __global const float *restrict dy,
                              __global const float *restrict x, __global float *restrict dweights,
                              int first) {
    const int at = get_global_id(0), o = first + (int)get_global_id(1);
    if (at >= cg * kh * kw || o >= k)
        return;
    const int i = o / kg * cg + at / (kh * kw), r = at / kw % kh, s = at % kw;
    float sum = 0.0f;
    for (int image = 0; image < n; image++) {
        __global const float *of_y = dy + ((size_t)image * k + o) * oh * ow;
        __global const float *of_x = x + ((size_t)image * c + i) * h * w;
        for (int oy = 0; oy < oh; oy++)
            for (int ox = 0; ox < ow; ox++) {
                const int iy = oy * sh + r * dh - ph, ix = ox * sw + s * dw - pw;
                if (iy >= 0 && iy < h && ix >= 0 && ix < w)
                    sum += of_y[(size_t)oy * ow + ox] * of_x[(size_t)iy * w + ix];
            }
    }
    dweights[(size_t)o * cg * kh * kw + at] = sum;
}

/* Rung 2, for GPUs: the implicit matrix product. Each of the three sums is a product A B:
 *
 *                        rows             terms               columns
 *     forward            filters of g     (i, r, s)           (image, output)
 *     backward data      channels of g    (filter, r, s)      (image, input)
 *     backward weights   filters of g     (image, output)     (i, r, s)
 *
 * B would hold every input kh x kw times over, so it is never stored: a work-group gathers a tile
 * of it, 16 terms by 64 columns, into local memory, and a tile of A beside it. Each of its 16 x 16
 * work-items keeps 4 x 4 sums in registers, 16 apart, so that neighbours store neighbours, and
 * reads 8 floats of local memory for 16 multiply-adds. */
#define SIDE 16
#define PER_ITEM 4
#define EDGE (SIDE * PER_ITEM)

/* An element of A: row within the group, term. */
inline float a_at(SIZES, __global const float *a, int g, int row, int term) {
    if (PASS == 0)
        return a[(size_t)(g * kg + row) * (cg * KH * KW) + term];
    if (PASS == 1)
        return a[((size_t)(g * kg + term / (KH * KW)) * cg + row) * (KH * KW) + term % (KH * KW)];
    const int plane = oh * ow;
    return a[((size_t)(term / plane) * k + g * kg + row) * plane + term % plane];
}

/* An element of B: the input under tap (r, s) of output (image, oy, ox), 0 outside. */
inline float input_at(SIZES, __global const float *x, int image, int channel, int oy, int ox, int r,
                      int s) {
    const int iy = oy * sh + r * dh - ph, ix = ox * sw + s * dw - pw;
    if (iy < 0 || iy >= h || ix < 0 || ix >= w)
        return 0.0f;
    return x[(((size_t)image * c + channel) * h + iy) * w + ix];
}

/* An element of B backward: the gradient of the output that input (iy, ix) entered through (r, s).
 */
inline float gradient_at(SIZES, __global const float *dy, int image, int o, int iy, int ix, int r,
                         int s) {
    const int ty = iy + ph - r * dh, tx = ix + pw - s * dw;
    if (ty < 0 || tx < 0 || ty % sh != 0 || tx % sw != 0 || ty / sh >= oh || tx / sw >= ow)
        return 0.0f;
    return dy[(((size_t)image * k + o) * oh + ty / sh) * ow + tx / sw];
}

inline float b_at(SIZES, __global const float *b, int g, int term, int col) {
    if (PASS == 0)
        return input_at(n, c, h, w, k, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw, cg, kg, b,
                        col / (oh * ow), g * cg + term / (KH * KW), col / ow % oh, col % ow,
                        term / KW % KH, term % KW);
    if (PASS == 1)
        return gradient_at(n, c, h, w, k, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw, cg, kg, b,
                           col / (h * w), g * kg + term / (KH * KW), col / w % h, col % w,
                           term / KW % KH, term % KW);
    return input_at(n, c, h, w, k, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw, cg, kg, b,
                    term / (oh * ow), g * cg + col / (KH * KW), term / ow % oh, term % ow,
                    col / KW % KH, col % KW);
}

/* Where element (row, col) of the product lies in the result. */
inline size_t place_of(SIZES, int g, int row, int col) {
    if (PASS == 2)
        return (size_t)(g * kg + row) * (cg * KH * KW) + col;
    const int plane = PASS == 0 ? oh * ow : h * w, planes = PASS == 0 ? k : c;
    return ((size_t)(col / plane) * planes + g * (PASS == 0 ? kg : cg) + row) * plane + col % plane;
}

__kernel __attribute__((reqd_work_group_size(SIDE, SIDE, 1))) void
conv_2_tiled(SIZES, __global const float *restrict A, __global const float *restrict B,
             __global const float *restrict bias, __global float *restrict out, int first) {
    __local float a[SIDE][EDGE + 1];
    __local float b[SIDE][EDGE];
    const int rows = PASS == 1 ? cg : kg;
    const int terms = PASS == 0 ? cg * KH * KW : PASS == 1 ? kg * KH * KW : n * oh * ow;
    const int cols = PASS == 0 ? n * oh * ow : PASS == 1 ? n * h * w : cg * KH * KW;
    const int x = get_local_id(0), y = get_local_id(1), item = y * SIDE + x;
    const int g = get_group_id(2), row0 = (int)get_group_id(1) * EDGE;
    const int col0 = (first / SIDE + (int)get_group_id(0)) * EDGE;
    float sum[PER_ITEM][PER_ITEM];
    for (int i = 0; i < PER_ITEM; i++)
        for (int j = 0; j < PER_ITEM; j++)
            sum[i][j] = 0.0f;
    for (int term0 = 0; term0 < terms; term0 += SIDE) {
        for (int q = 0; q < PER_ITEM; q++) {
            const int a_row = item / SIDE + q * SIDE, a_term = term0 + item % SIDE;
            const int b_term = term0 + item / EDGE + q * (SIDE / PER_ITEM), b_col = item % EDGE;
            a[item % SIDE][a_row] = row0 + a_row < rows && a_term < terms
                                        ? a_at(n, c, h, w, k, oh, ow, kh, kw, sh, sw, ph, pw, dh,
                                               dw, cg, kg, A, g, row0 + a_row, a_term)
                                        : 0.0f;
            b[b_term - term0][b_col] = col0 + b_col < cols && b_term < terms
                                           ? b_at(n, c, h, w, k, oh, ow, kh, kw, sh, sw, ph, pw, dh,
                                                  dw, cg, kg, B, g, b_term, col0 + b_col)
                                           : 0.0f;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        const int last = min(SIDE, terms - term0); /* no padding terms: 0 * infinity would be NaN */
        for (int p = 0; p < last; p++)
            for (int i = 0; i < PER_ITEM; i++)
                for (int j = 0; j < PER_ITEM; j++)
                    sum[i][j] += a[p][y + i * SIDE] * b[p][x + j * SIDE];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int i = 0; i < PER_ITEM; i++)
        for (int j = 0; j < PER_ITEM; j++) {
            const int row = row0 + y + i * SIDE, col = col0 + x + j * SIDE;
            if (row < rows && col < cols)
                out[place_of(n, c, h, w, k, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw, cg, kg, g, row,
                             col)] = finish(sum[i][j] + (BIAS ? bias[g * kg + row] : 0.0f));
        }
}
