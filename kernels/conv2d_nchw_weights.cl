/* conv2d_nchw_weights: the gradient of a convolution with respect to its filters, on a CPU. The
 * formula and the first rungs are in conv2d_nchw.cl.
 *
 *     dweights[o][i][r][s] = sum over images and outputs of
 *                            dy[o][oy][ox] * x[i][oy * sh + r * dh - ph][ox * sw + s * dw - pw]
 *
 * Few results, each the sum of very many products; the sums stay in registers while the outputs go
 * by:
 *
 *     dy, 16 filters      dy, turned          x, with its padding
 *     +---------+         +-----------+       +---------------+
 *     |.........|   -->   | 16 filters|       | . [1 1 1] .   |    for each output:
 *     |.........|         |  of each  |       | . [1 1 1] .   |      v = dy of 16 filters
 *     +---------+         |  output   |       | . [1 1 1] .   |      sum[tap] += x[tap] * v
 *                         +-----------+       +---------------+
 *
 * As forward, a vector holds 16 filters, and x is one number for all of them: any stride and
 * dilation cost the same, and no pixel is ever multiplied with padding of the vector's making. Up
 * to 28 sums, the taps of one or a few channels, share each vector of dy.
 *
 * A work-item owns 16 filters, a portion of the channels, and every `parts`-th image. If there are
 * several parts, a second kernel adds them up. */

#ifndef CG
#define CG 3 /* channels and filters of a group */
#define KG 16
#endif
#ifndef GROUPS
#define GROUPS 1
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
#ifndef ROWS
#define ROWS 8 /* of outputs, taken at a time */
#endif
#ifndef PORTION
#define PORTION CG /* channels of a work-item */
#endif
#ifndef SUM_CHANNELS
#define SUM_CHANNELS 1 /* sums in registers: channels, at most PORTION, by rows of taps by taps */
#define SUM_ROWS KH    /* divides KH */
#define SUM_TAPS KW    /* divides KW */
#endif

/* An array that a function is handed stays in registers only if the call disappears. */
#define INLINE inline __attribute__((always_inline))

#define LANES 16
#define TAPS (KH * KW)
#define BAND_ROWS ((ROWS - 1) * SH + (KH - 1) * DH + 1)
#define PITCH ((OW - 1) * SW + (KW - 1) * DW + 1)
#define PLANE (BAND_ROWS * PITCH)
#define SUMS (SUM_CHANNELS * SUM_ROWS * SUM_TAPS)
#define FILTER_BLOCKS ((KG + LANES - 1) / LANES)
#define PORTIONS ((CG + PORTION - 1) / PORTION)

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

/* `channels` planes of the band, whose first row is row iy0 of x. */
INLINE void copy_band(__local float *band, __global const float *x, int channels, int iy0) {
    for (int c = 0; c < channels; c++, x += H * W)
        for (int i = 0; i < BAND_ROWS; i++, band += PITCH) {
            const int iy = iy0 + i;
            if (iy >= 0 && iy < H)
                copy_row(band, x + iy * W, -PW);
            else
                for (int j = 0; j < PITCH; j++)
                    band[j] = 0.0f;
        }
}

/* `count` outputs from place `at` of the planes of filters o .. o + 15, turned. The last load moves
 * back to end with the plane. */
INLINE void turn_outputs(__global const float *dy, int o, int at, int count, __local float16 *to) {
#if OH * OW >= LANES
    for (int s = 0; s < count; s += LANES) {
        const int start = min(at + s, OH * OW - LANES);
        float16 v[LANES];
#pragma unroll
        for (int l = 0; l < LANES; l++)
            v[l] = vload16(0, dy + (size_t)min(o + l, KG - 1) * (OH * OW) + start);
        turn(v);
#pragma unroll
        for (int l = 0; l < LANES; l++)
            if (start + l >= at + s)
                to[start + l - at] = v[l];
    }
#else
    float v[LANES];
    for (int s = 0; s < count; s++) {
        for (int l = 0; l < LANES; l++)
            v[l] = dy[min(o + l, KG - 1) * (OH * OW) + at + s];
        to[s] = vload16(0, v);
    }
#endif
}

/* Adds `rows` rows of outputs to the sums whose first tap is at `in`. pitch and step are PITCH and SW, and
 * handed in so that the compiler cannot know. If it does, it gathers numbers of x that lie in a pattern, or
 * carries those that the next output needs too over in registers, where to multiply by a number straight
 * from memory costs nothing. */
INLINE void sum_outputs(float16 *sum, __local const float *in, __local const float16 *dy, int rows,
                        int pitch, int step) {
    for (int oy = 0; oy < rows; oy++, in += SH * PITCH) {
        __local const float *row[SUM_CHANNELS * SUM_ROWS];
#pragma unroll
        for (int k = 0; k < SUM_CHANNELS * SUM_ROWS; k++)
            row[k] = in + k / SUM_ROWS * (pitch * BAND_ROWS) + k % SUM_ROWS * DH * pitch;
#pragma unroll 1
        for (int ox = 0; ox < OW; ox++, dy++) {
            const float16 v = *dy;
#pragma unroll
            for (int q = 0; q < SUMS; q++)
                sum[q] += row[q / SUM_TAPS][q % SUM_TAPS * DW + ox * step] * v;
        }
    }
}

/* All sums of the work-item over one band. Those of the last few channels begin earlier, to have as
 * many; what they repeat is not kept. */
INLINE void sum_band(__local float16 *sums, __local const float *band, __local const float16 *dy,
                     int channels, int rows, int pitch, int step) {
    for (int next = 0; next < channels; next += SUM_CHANNELS)
        for (int r = 0; r < KH; r += SUM_ROWS)
            for (int s = 0; s < KW; s += SUM_TAPS) {
                const int c = max(min(next, channels - SUM_CHANNELS), 0);
                __local float16 *at = sums + (c * KH + r) * KW + s;
                float16 sum[SUMS];
#pragma unroll
                for (int q = 0; q < SUMS; q++)
                    sum[q] = (float16)(0.0f);
                sum_outputs(sum, band + c * PLANE + r * DH * PITCH + s * DW, dy, rows, pitch, step);
#pragma unroll
                for (int q = 0; q < SUMS; q++) {
                    const int channel = q / (SUM_ROWS * SUM_TAPS);
                    if (c + channel >= next && c + channel < channels)
                        at[channel * TAPS + q / SUM_TAPS % SUM_ROWS * KW + q % SUM_TAPS] += sum[q];
                }
            }
}

/* The sums of filters o .. o + 15, turned: `count` numbers of each. */
INLINE void store_sums(__local float16 *sums, __global float *to, int o, int count) {
    float part[LANES];
    for (int t = 0; t < count; t += LANES) {
        float16 v[LANES];
#pragma unroll
        for (int l = 0; l < LANES; l++)
            v[l] = sums[min(t + l, count - 1)];
        turn(v);
#pragma unroll
        for (int l = 0; l < LANES; l++) {
            __global float *row = to + (size_t)(o + l) * (CG * TAPS) + t;
            if (o + l < KG && t + LANES <= count) {
                vstore16(v[l], 0, row);
            } else if (o + l < KG) {
                vstore16(v[l], 0, part);
                for (int j = 0; j < count - t; j++)
                    row[j] = part[j];
            }
        }
    }
}

/* Dim 0: parts of the batch; dim 1: group, block of filters, portion of channels. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
weights_3_direct(__global const float *restrict dy, __global const float *restrict x,
                 __global float *restrict to, int n, int parts, int pitch, int step, int first) {
    __local float band[PORTION * PLANE] __attribute__((aligned(64)));
    __local float16 turned[ROWS * OW + LANES];
    __local float16 sums[PORTION * TAPS];
    const int part = first + (int)get_global_id(0), at = get_global_id(1);
    if (part >= parts)
        return;
    const int group = at / (FILTER_BLOCKS * PORTIONS), o = at / PORTIONS % FILTER_BLOCKS * LANES;
    const int c = at % PORTIONS * PORTION, channels = min(PORTION, CG - c);
    for (int t = 0; t < channels * TAPS; t++)
        sums[t] = (float16)(0.0f);
    for (int image = part; image < n; image += parts) {
        __global const float *from = x + (((size_t)image * GROUPS + group) * CG + c) * (H * W);
        __global const float *gradient =
            dy + ((size_t)image * GROUPS + group) * KG * (size_t)(OH * OW);
        for (int oy = 0; oy < OH; oy += ROWS) {
            const int rows = min(ROWS, OH - oy);
            copy_band(band, from, channels, oy * SH - PH);
            turn_outputs(gradient, o, oy * OW, rows * OW, turned);
            sum_band(sums, band, turned, channels, rows, pitch, step);
        }
    }
    store_sums(sums, to + ((size_t)part * GROUPS + group) * KG * (size_t)(CG * TAPS) + c * TAPS, o,
               channels * TAPS);
}

/* Adds up the parts: `count` numbers each, 16 a work-item. */
__kernel void weights_3_add(__global const float *restrict from, __global float *restrict to,
                            int count, int parts, int first) {
    const int at = (first + (int)get_global_id(0)) * LANES;
    if (at + LANES <= count) {
        float16 sum = vload16(0, from + at);
        for (int p = 1; p < parts; p++)
            sum += vload16(0, from + (size_t)p * count + at);
        vstore16(sum, 0, to + at);
        return;
    }
    for (int i = at; i < count; i++) {
        float sum = from[i];
        for (int p = 1; p < parts; p++)
            sum += from[(size_t)p * count + i];
        to[i] = sum;
    }
}
