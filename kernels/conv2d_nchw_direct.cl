/* conv2d_nchw_direct: convolution forward on a CPU, without building any matrix. The formula and
 * the first rungs are in conv2d_nchw.cl.
 *
 * What one vector holds is the choice that decides everything else. Here it is 16 filters at one
 * pixel:
 *
 *                      16 filters
 *                 +----------------+        for each channel and each of the kh x kw taps:
 *     pixel 0     |    float16     |
 *     pixel 1     |    float16     |            w = 16 weights, one vector, loaded once
 *        :        |       :        |            sum[q] += x[q * stride + tap] * w    for each pixel
 * q pixel 27    |    float16     |
 *                 +----------------+
 *
 * The input is one number for all lanes, so that any stride, dilation or width costs the same: no
 * vector of pixels straddles the end of a row. 28 sums, one weight and the processor's power to
 * multiply by a number straight from memory fill 32 registers.
 *
 * A work-item owns a band of rows of one image, and part of its columns if they are very many:
 *
 *     x, image n          band, in local memory                        y
 *     +-----------+       +-----------------+                     +----------+
 *     |           |       | 0 0 0 0 0 0 0 0 |   16 filters        |          |
 *     |:::::::::::|  -->  | 0 x x x x x x 0 |   at a time    -->  |::::::::::|
 *     |:::::::::::|       | 0 x x x x x x 0 |                     |          |
 *     +-----------+       +-----------------+                     +----------+
 *
 * It copies what the band reads, with its padding, so that the sums know no borders; turns the
 * weights of 16 filters so that they lie side by side; and turns the results back before it stores
 * them. Where channels are too many for local memory, they go in portions, and all but the first
 * add to y.
 *
 * The geometry is given at build time: the loops over taps unroll, and every address in them is a
 * constant. */

#ifndef CG
#define CG 3 /* channels and filters of a group */
#define KG 16
#endif
#ifndef H
#define H 32 /* image, output */
#define W 32
#define OH 32
#define OW 32
#endif
#ifndef KH
#define KH 3 /* filter */
#define KW 3
#endif
#ifndef SH
#define SH 1 /* stride, padding, dilation */
#define SW 1
#define PH 1
#define PW 1
#define DH 1
#define DW 1
#endif
#ifndef GROUPS
#define GROUPS 1
#endif
#ifndef BIAS
#define BIAS 0
#endif
#ifndef RELU
#define RELU 0
#endif
#ifndef ROWS
#define ROWS 8 /* of outputs in a band */
#endif
#ifndef PIXELS
#define PIXELS 16 /* of a register tile, at most 28 */
#endif
#ifndef TILES
#define TILES 2 /* register tiles along a row of the band */
#endif
#ifndef PORTION
#define PORTION CG /* channels in local memory at a time */
#endif

/* An array that a function is handed stays in registers only if the call disappears. */
#define INLINE inline __attribute__((always_inline))

#ifndef DATA_WEIGHTS
#define DATA_WEIGHTS 0 /* 1: nothing but conv_3_data_weights, which is quickly built */
#endif
#ifndef STEP_H
#define STEP_H 1 /* filters woven into one plane: see conv_3_data_weights */
#define STEP_W 1
#define SHIFT_H 0
#define SHIFT_W 0
#define PLANE_H OH
#define PLANE_W OW
#endif
#ifndef FILTER_H
#define FILTER_H KH /* sides and dilation of the filter that those were made from */
#define FILTER_W KW
#define SPREAD_H DH
#define SPREAD_W DW
#endif

#define LANES 16
#define TAPS (KH * KW)
#define BAND_ROWS ((ROWS - 1) * SH + (KH - 1) * DH + 1)
#define PITCH ((TILES * PIXELS - 1) * SW + (KW - 1) * DW + 1)
#define ACROSS ((OW + TILES * PIXELS - 1) / (TILES * PIXELS)) /* work-items along a row */
#define DOWN ((OH + ROWS - 1) / ROWS)

#define PLANES (KG / (STEP_H * STEP_W)) /* of a group in y */
#define WOVEN (STEP_H * STEP_W > 1)

/* Backward data: dx is a convolution, too, of dy, and this file makes and applies its weights. Along a
 * side with stride 1 they are the filter turned round:
 *
 *     dx[i] = sum over r of weight[r] * dy[i + p - r * d]
 *
 * With stride s only every s-th r has an output to meet. The elements of dx with the same (i + p) %
 * s = a meet the same ones: they are a plane of their own, got from dy by a filter of their own of
 * about kh / s taps, and y is woven from s planes. Tap t of a filter of `taps` stands for
 *
 *     r = (a + s * (taps - 1 - t)) / d,  if that is a whole number below kh; else there is none */
inline int tap_of(int t, int taps, int phase, int step, int dilation, int count) {
    if (step == 1)
        return count - 1 - t;
    const int r = phase + step * (taps - 1 - t);
    return r % dilation == 0 && r / dilation < count ? r / dilation : -1;
}

/* Filters with the same phases follow each other: those of (a, b) from (a * STEP_W + b) * PLANES on. */
#define PHASE_H(o) ((o) / PLANES / STEP_W)
#define PHASE_W(o) ((o) / PLANES % STEP_W)

#if !DATA_WEIGHTS

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

/* Transposes a square of 16 x 16. Weaving its upper half with its lower one moves the first bit of
 * the row's number behind the column's; four times, and the two numbers have changed places. */
INLINE void turn(float16 v[16]) {
    float16 t[16];
    weave(v, t);
    weave(t, v);
    weave(v, t);
    weave(t, v);
}

/* One row of the band: `from` is the row of x, of which column `start` comes first. */
INLINE void copy_row(__local float *to, __global const float *from, int start) {
    const int lo = clamp(-start, 0, PITCH), hi = clamp(W - start, lo, PITCH);
    int j = 0;
    for (; j < lo; j++)
        to[j] = 0.0f;
    for (; j + LANES <= hi; j += LANES)
        vstore16(vload16(0, from + start + j), 0, to + j);
    for (; j < hi; j++)
        to[j] = from[start + j];
    for (; j < PITCH; j++)
        to[j] = 0.0f;
}

/* `channels` planes of the band, which begins at row iy0 and column ix0 of x. */
INLINE void copy_band(__local float *band, __global const float *x, int channels, int iy0,
                      int ix0) {
    for (int c = 0; c < channels; c++, x += H * W)
        for (int i = 0; i < BAND_ROWS; i++, band += PITCH) {
            const int iy = iy0 + i;
            if (iy >= 0 && iy < H)
                copy_row(band, x + iy * W, ix0);
            else
                for (int j = 0; j < PITCH; j++)
                    band[j] = 0.0f;
        }
}

/* `count` taps of filters o .. o + 15 of a group, side by side; beyond the last filter, its own
 * once more. */
INLINE void copy_weights(__local float *to, __global const float *weights, int o, int count) {
    if (count >= LANES) {
        for (int t = 0; t < count; t += LANES) {
            const int start = min(t, count - LANES);
            float16 v[LANES];
#pragma unroll
            for (int l = 0; l < LANES; l++)
                v[l] = vload16(0, weights + min(o + l, KG - 1) * (CG * TAPS) + start);
            turn(v);
#pragma unroll
            for (int l = 0; l < LANES; l++)
                vstore16(v[l], start + l, to);
        }
    } else {
        for (int t = 0; t < count; t++)
            for (int l = 0; l < LANES; l++)
                to[t * LANES + l] = weights[min(o + l, KG - 1) * (CG * TAPS) + t];
    }
}

/* The first `count` elements of v: 16, or whatever powers of two make it up. */
INLINE void store_part(float16 v, __global float *to, int count) {
    if (count == LANES) {
        vstore16(v, 0, to);
        return;
    }
    float8 eight = v.lo;
    if (count & 8) {
        vstore8(eight, 0, to);
        to += 8;
        eight = v.hi;
    }
    float4 four = eight.lo;
    if (count & 4) {
        vstore4(four, 0, to);
        to += 4;
        four = eight.hi;
    }
    if (count & 2) {
        vstore2(four.lo, 0, to);
        to += 2;
        four.lo = four.hi;
    }
    if (count & 1)
        *to = four.x;
}

INLINE float16 load_part(__global const float *from, int count) {
    float part[LANES] = {0.0f};
    if (count == LANES)
        return vload16(0, from);
    for (int j = 0; j < count; j++)
        part[j] = from[j];
    return vload16(0, part);
}

INLINE float16 relu(float16 v) {
    return select(v, (float16)(0.0f), v < 0.0f);
}

#define PLANE (PLANE_H * PLANE_W)

/* `count` places of filter o from (oy, ox), each an element of a plane STEP_W apart from the next. */
INLINE void store_woven(float16 v, __global float *y, int o, int oy, int ox, int count, bool add) {
    const int row = oy * STEP_H + PHASE_H(o) - SHIFT_H, col = ox * STEP_W + PHASE_W(o) - SHIFT_W;
    if (row < 0 || row >= PLANE_H)
        return;
    __global float *to = y + o % PLANES * PLANE + row * PLANE_W;
    float part[LANES];
    vstore16(v, 0, part);
    const int begin = col < 0 ? (STEP_W - 1 - col) / STEP_W : 0;
    const int end = min(count, (PLANE_W - col + STEP_W - 1) / STEP_W);
    for (int j = begin; j < end; j++)
        to[col + j * STEP_W] = add ? to[col + j * STEP_W] + part[j] : part[j];
}

/* Whether filters o .. o + 15 have a tap (t, u): not if all of them are woven into places that no such
 * product belongs to. */
INLINE bool has_tap(int o, int t, int u) {
#if WOVEN && PLANES % LANES == 0
    return tap_of(t, KH, PHASE_H(o), STEP_H, SPREAD_H, FILTER_H) >= 0 &&
           tap_of(u, KW, PHASE_W(o), STEP_W, SPREAD_W, FILTER_W) >= 0;
#else
    return true; /* those of several phases share a vector, if there are several */
#endif
}

/* `count` pixels of one filter. */
INLINE void store_row(float16 v, __global float *to, int count, bool add, bool last) {
    const float16 whole = add ? v + load_part(to, count) : v;
    store_part(RELU && last ? relu(whole) : whole, to, count);
}

/* A register tile's pixels, 16 filters each from filter o on, to y: pixels side by side, filter by
 * filter. */
INLINE void store_tile(const float16 *sum, __global float *y, int o, int oy, int ox, bool add,
                       bool last) {
#pragma unroll
    for (int q = 0; q < PIXELS; q += LANES) {
        float16 v[LANES];
#pragma unroll
        for (int l = 0; l < LANES; l++)
            v[l] = q + l < PIXELS ? sum[q + l] : (float16)(0.0f);
        turn(v);
#if OW % PIXELS == 0 && !WOVEN
        /* every tile is whole: how many to store is a constant */
#pragma unroll
        for (int l = 0; l < LANES; l++)
            if (o + l < KG)
                store_row(v[l], y + (o + l) * PLANE + oy * OW + ox + q, min(LANES, PIXELS - q), add,
                          last);
#else
        float square[LANES * LANES]; /* so that the loop that stores may stay one */
#pragma unroll
        for (int l = 0; l < LANES; l++)
            vstore16(v[l], l, square);
        const int n = min(min(LANES, PIXELS - q), OW - ox - q);
#pragma unroll 1
        for (int l = 0; l < min(LANES, KG - o) && n > 0; l++) {
            const float16 row = vload16(l, square);
#if WOVEN
            store_woven(row, y, o + l, oy, ox + q, n, add);
#else
            store_row(row, y + (o + l) * PLANE + oy * OW + ox + q, n, add, last);
#endif
        }
#endif
    }
}

/* One register tile: 16 filters at PIXELS pixels. `in` is where the first pixel's first tap lies in
 * the band, `w` the weights. */
INLINE void sum_tile(float16 *sum, __local const float *in, __local const float *w, int channels,
                     __local const int *has) {
    for (int c = 0; c < channels; c++, in += BAND_ROWS * PITCH)
#pragma unroll 1
        for (int r = 0; r < KH; r++)
#pragma unroll 1
            for (int s = 0; s < KW; s++, w += LANES) {
                if (WOVEN && !has[r * KW + s])
                    continue;
                const float16 weight = vload16(0, w);
#pragma unroll
                for (int q = 0; q < PIXELS; q++)
                    sum[q] += in[r * DH * PITCH + s * DW + q * SW] * weight;
            }
}

/* 16 filters over the whole band. */
INLINE void sum_band(__local const float *band, __local const float *w, float16 bias,
                     __global float *y, int o, int channels, int oy0, int ox0, bool add, bool last,
                     __local int *has) {
    for (int t = 0; WOVEN && t < TAPS; t++)
        has[t] = has_tap(o, t / KW, t % KW);
    for (int oy = oy0; oy < min(oy0 + ROWS, OH); oy++)
        for (int tile = 0; tile < TILES && ox0 + tile * PIXELS < OW; tile++) {
            const int ox = ox0 + tile * PIXELS;
            float16 sum[PIXELS];
#pragma unroll
            for (int q = 0; q < PIXELS; q++)
                sum[q] = bias;
            sum_tile(sum, band + (oy - oy0) * SH * PITCH + tile * PIXELS * SW, w, channels, has);
            store_tile(sum, y, o, oy, ox, add, last);
        }
}

/* Dim 0: image, band, part of the columns. Dim 1: group, part of its filters. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
conv_3_direct(__global const float *restrict x, __global const float *restrict weights,
              __global const float *restrict bias, __global float *restrict y, int items, int parts,
              int first) {
    __local float band[PORTION * BAND_ROWS * PITCH] __attribute__((aligned(64)));
    __local float w[PORTION * TAPS * LANES] __attribute__((aligned(64)));
    __local int has[TAPS]; /* of a tap of the filters, whether it is one: see has_tap */
    const int item = first + (int)get_global_id(0), group = (int)get_global_id(1) / parts;
    const int part = (int)get_global_id(1) % parts, blocks = (KG + LANES - 1) / LANES;
    if (item >= items)
        return;
    const int ox0 = item % ACROSS * TILES * PIXELS, oy0 = item / ACROSS % DOWN * ROWS;
    const size_t image = item / (ACROSS * DOWN);
    x += (image * GROUPS + group) * (CG * H * W);
    y += (image * GROUPS + group) * (size_t)(PLANES * PLANE);
    weights += (size_t)group * KG * CG * TAPS;
    for (int c = 0; c < CG; c += PORTION) {
        const int channels = min(PORTION, CG - c);
        copy_band(band, x + (size_t)c * (H * W), channels, oy0 * SH - PH, ox0 * SW - PW);
        for (int block = part; block < blocks; block += parts) {
            const int o = block * LANES;
            float base[LANES];
            for (int l = 0; l < LANES; l++)
                base[l] = BIAS && c == 0 ? bias[group * KG + min(o + l, KG - 1)] : 0.0f;
            copy_weights(w, weights + c * TAPS, o, channels * TAPS);
            sum_band(band, w, vload16(0, base), y, o, channels, oy0, ox0, c > 0, c + channels >= CG,
                     has);
        }
    }
}

#else

/* The weights of backward data. A work-item makes one filter: `o` of the group's STEP_H x STEP_W x cg,
 * all taps, for one of its kg channels of dy; a tap that stands for none is 0. */
__kernel void conv_3_data_weights(__global const float *restrict weights,
                                  __global float *restrict to, int kh, int kw, int dh, int dw,
                                  int first) {
    const int at = first + (int)get_global_id(0), i = get_global_id(1);
    if (at >= GROUPS * KG)
        return;
    const int group = at / KG, o = at % KG;
    const int c = o % PLANES, a = PHASE_H(o), b = PHASE_W(o);
    to += ((size_t)at * CG + i) * TAPS;
    weights += ((size_t)(group * CG + i) * PLANES + c) * kh * kw;
    for (int t = 0; t < KH; t++)
        for (int u = 0; u < KW; u++) {
            const int r = tap_of(t, KH, a, STEP_H, dh, kh), s = tap_of(u, KW, b, STEP_W, dw, kw);
            to[t * KW + u] = r >= 0 && s >= 0 ? weights[r * kw + s] : 0.0f;
        }
}

#endif
