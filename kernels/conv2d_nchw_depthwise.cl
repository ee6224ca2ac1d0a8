/* conv2d_nchw_depthwise: convolution forward on a CPU where a group has but one or a few filters. The
 * formula and the first rungs are in conv2d_nchw.cl.
 *
 * With one filter for each channel there are no 16 filters to fill a vector with. So a vector holds 16
 * outputs of a row instead, and the weight is the number that all lanes share. A few filters go over the
 * band side by side: eight vectors are added to by turns, so that none waits for the last addition to it.
 *
 *     band of x     | . . [x x x x x x x x x x x x x x x x] . . |
 *                         \ for each tap, one place further /
 *     sums          [ 16 outputs ][ 16 outputs ] ...            up to 4 vectors of a row
 *
 * Neighbouring outputs read every SW-th element of x. So that one load fetches 16 of them, each row of
 * the band is split into SW lines when it is copied, with its padding, into local memory:
 *
 *     row, stride 2:  a0 b0 a1 b1 a2 b2   ->   a0 a1 a2 | b0 b1 b2
 *
 * A work-item owns a band of rows of one image and group. */

#ifndef CG
#define CG 1 /* channels and filters of a group */
#define KG 1
#endif
#ifndef GROUPS
#define GROUPS 16
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
#ifndef BIAS
#define BIAS 0
#endif
#ifndef RELU
#define RELU 0
#endif
#ifndef ROWS
#define ROWS 8 /* of outputs in a band */
#endif

/* An array that a function is handed stays in registers only if the call disappears. */
#define INLINE inline __attribute__((always_inline))

#define LANES 16
#define VECTORS ((OW + LANES - 1) / LANES)
#define SUMS (VECTORS < 4 ? VECTORS : 4) /* vectors in registers */
#define STRIPS ((VECTORS + SUMS - 1) / SUMS)
#define TURNS ((KG * SUMS + 7) / 8)        /* eight vectors are added to by turns */
#define FILTERS ((KG + TURNS - 1) / TURNS) /* that share what is loaded */
#define TAPS (CG * KH * KW)
#define BAND_ROWS ((ROWS - 1) * SH + (KH - 1) * DH + 1)
#define LINE (STRIPS * SUMS * LANES + (KW - 1) * DW / SW) /* of a row of the band, SW of them */
#define DOWN ((OH + ROWS - 1) / ROWS)

/* The line of every SW-th element of a row of x, from the one that lies `start` on. */
INLINE void copy_line(__local float *to, __global const float *from, int start) {
    const int lo = clamp((-start + SW - 1) / SW, 0, LINE);
    const int hi = start < W ? clamp((W - start - 1) / SW + 1, lo, LINE) : lo;
    int j = 0;
    for (; j < lo; j++)
        to[j] = 0.0f;
#if SW == 1
    for (; j + LANES <= hi; j += LANES)
        vstore16(vload16(0, from + start + j), 0, to + j);
#endif
    for (; j < hi; j++)
        to[j] = from[start + j * SW];
    for (; j < LINE; j++)
        to[j] = 0.0f;
}

INLINE void copy_band(__local float *band, __global const float *x, int iy0) {
    for (int c = 0; c < CG; c++)
        for (int i = 0; i < BAND_ROWS; i++)
            for (int phase = 0; phase < SW; phase++, band += LINE) {
                const int iy = iy0 + i;
                if (iy >= 0 && iy < H)
                    copy_line(band, x + (c * H + iy) * W, phase - PW);
                else
                    for (int j = 0; j < LINE; j++)
                        band[j] = 0.0f;
            }
}

/* The first `count` elements of v: 16, or whatever powers of two make it up. */
INLINE void store_part(float16 v, __global float *to, int count) {
    if (count >= LANES) {
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

/* Up to SUMS vectors of a row of FILTERS filters, from output `ox` on; `in` is the band's row. */
INLINE void sum_strip(__local const float *in, __global const float *weights,
                      __global const float *bias, __global float *y, int ox) {
    float16 sum[FILTERS][SUMS];
    __global const float *w[FILTERS];
#pragma unroll
    for (int f = 0; f < FILTERS; f++) {
        w[f] = weights + f * TAPS;
#pragma unroll
        for (int q = 0; q < SUMS; q++)
            sum[f][q] = (float16)(BIAS ? bias[f] : 0.0f);
    }
    for (int c = 0; c < CG; c++, in += BAND_ROWS * SW * LINE)
        for (int r = 0; r < KH; r++)
#pragma unroll
            for (int s = 0; s < KW; s++) {
                const int tap = (c * KH + r) * KW + s;
                __local const float *from =
                    in + (r * DH * SW + s * DW % SW) * LINE + s * DW / SW + ox;
                float16 across[SUMS];
#pragma unroll
                for (int q = 0; q < SUMS; q++)
                    across[q] = vload16(q, from);
#pragma unroll
                for (int f = 0; f < FILTERS; f++)
#pragma unroll
                    for (int q = 0; q < SUMS; q++)
                        sum[f][q] += w[f][tap] * across[q];
            }
#pragma unroll
    for (int f = 0; f < FILTERS; f++)
#pragma unroll
        for (int q = 0; q < SUMS; q++) {
            const int left = OW - ox - q * LANES;
            const float16 v =
                RELU ? select(sum[f][q], (float16)(0.0f), sum[f][q] < 0.0f) : sum[f][q];
            if (left > 0)
                store_part(v, y + f * OH * OW + ox + q * LANES, left);
        }
}

/* Dim 0: image and band; dim 1: group. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
conv_3_depthwise(__global const float *restrict x, __global const float *restrict weights,
                 __global const float *restrict bias, __global float *restrict y, int items,
                 int first) {
    __local float band[CG * BAND_ROWS * SW * LINE] __attribute__((aligned(64)));
    const int item = first + (int)get_global_id(0), group = get_global_id(1);
    if (item >= items)
        return;
    const int oy0 = item % DOWN * ROWS;
    const size_t image = item / DOWN;
    copy_band(band, x + (image * GROUPS + group) * (CG * H * W), oy0 * SH - PH);
    for (int f = 0; f < KG; f += FILTERS) {
        const int o = group * KG + min(f, KG - FILTERS);
        __global float *plane = y + (image * (GROUPS * KG) + o) * (size_t)(OH * OW);
        for (int oy = oy0; oy < min(oy0 + ROWS, OH); oy++)
            for (int strip = 0; strip < STRIPS; strip++)
                sum_strip(band + (oy - oy0) * SH * SW * LINE, weights + (size_t)o * TAPS, bias + o,
                          plane + oy * OW, strip * SUMS * LANES);
    }
}
