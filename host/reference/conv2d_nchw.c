/* Convolution forward: geometry, best sequential C, textbook loop, and the oracle in double. */
#include "reference/conv2d_nchw.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t or_one(int32_t value) {
    return value != 0 ? value : 1;
}

static int64_t outputs(int64_t size, int64_t taps, int64_t stride, int64_t padding,
                       int64_t dilation) {
    int64_t room = size + 2 * padding - dilation * (taps - 1) - 1;
    return room < 0 ? 0 : room / stride + 1;
}

/* The smallest image, and the largest kernel, that give `count` outputs along one side. */
static int64_t smallest_size(int64_t count, int64_t taps, int64_t stride, int64_t padding,
                             int64_t dilation) {
    return (count - 1) * stride + dilation * (taps - 1) + 1 - 2 * padding;
}

static int64_t largest_taps(int64_t count, int64_t size, int64_t stride, int64_t padding,
                            int64_t dilation) {
    return (size + 2 * padding - (count - 1) * stride - 1) / dilation + 1;
}

static void resolve_params(const brg_conv_params *p, brg_conv *v) {
    v->sh = or_one(p->stride_h);
    v->sw = or_one(p->stride_w);
    v->ph = p->padding_h;
    v->pw = p->padding_w;
    v->dh = or_one(p->dilation_h);
    v->dw = or_one(p->dilation_w);
    v->groups = or_one(p->groups);
    v->relu = p->relu;
}

static void resolve_image(const brg_shape *x, brg_conv *v) {
    v->n = x->dims[0];
    v->c = x->dims[1];
    v->h = x->dims[2];
    v->w = x->dims[3];
}

static void resolve_result(const brg_shape *y, brg_conv *v) {
    v->n = y->dims[0];
    v->k = y->dims[1];
    v->oh = y->dims[2];
    v->ow = y->dims[3];
}

static void resolve_filters(const brg_shape *weights, brg_conv *v) {
    v->k = weights->dims[0];
    v->c = weights->dims[1] * v->groups;
    v->kh = weights->dims[2];
    v->kw = weights->dims[3];
}

brg_conv brg_conv_resolve(const brg_call *call, brg_conv_pass pass) {
    const brg_conv_params *p = call->params;
    const brg_shape *in = call->inputs;
    brg_conv v = {0};
    resolve_params(p, &v);
    if (pass == BRG_CONV_FORWARD) {
        resolve_filters(&in[1], &v);
        resolve_image(&in[0], &v);
        v.oh = outputs(v.h, v.kh, v.sh, v.ph, v.dh);
        v.ow = outputs(v.w, v.kw, v.sw, v.pw, v.dw);
        v.x = call->data[0];
        v.weights = call->data[1];
        v.has_bias = call->input_count > 2;
        v.bias = v.has_bias ? call->data[2] : NULL;
    } else if (pass == BRG_CONV_DATA) {
        resolve_filters(&in[1], &v);
        resolve_result(&in[0], &v);
        v.h = p->h ? p->h : smallest_size(v.oh, v.kh, v.sh, v.ph, v.dh);
        v.w = p->w ? p->w : smallest_size(v.ow, v.kw, v.sw, v.pw, v.dw);
        v.dy = call->data[0];
        v.weights = call->data[1];
    } else {
        resolve_image(&in[1], &v);
        resolve_result(&in[0], &v);
        v.kh = p->kh ? p->kh : largest_taps(v.oh, v.h, v.sh, v.ph, v.dh);
        v.kw = p->kw ? p->kw : largest_taps(v.ow, v.w, v.sw, v.pw, v.dw);
        v.dy = call->data[0];
        v.x = call->data[1];
    }
    v.cg = v.c / v.groups;
    v.kg = v.k / v.groups;
    return v;
}

brg_range brg_conv_range(int64_t count, int64_t stride, int64_t shift, int64_t size) {
    int64_t lo = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
    int64_t hi = size - shift <= 0 ? 0 : (size - shift - 1) / stride + 1;
    hi = hi < count ? hi : count;
    return (brg_range){lo, hi > lo ? hi : lo};
}

double brg_conv_bound(double terms, double weight) {
    double roundings = (terms + 2) * 0x1p-24;
    double gamma = roundings < 1 ? roundings / (1 - roundings) : INFINITY;
    double flushed = (2 * terms + 3) * FLT_MIN;
    return weight > 0 ? gamma * weight * (1 + 0x1p-28) + flushed : flushed;
}

/* ---- naive ---- */

static bool inside(int64_t i, int64_t size) {
    return i >= 0 && i < size;
}

static float naive_element(const brg_conv *v, int64_t n, int64_t k, int64_t oy, int64_t ox) {
    int64_t c0 = k / v->kg * v->cg;
    float sum = v->bias ? v->bias[k] : 0.0f;
    for (int64_t c = 0; c < v->cg; c++)
        for (int64_t r = 0; r < v->kh; r++)
            for (int64_t s = 0; s < v->kw; s++) {
                int64_t iy = oy * v->sh + r * v->dh - v->ph, ix = ox * v->sw + s * v->dw - v->pw;
                if (inside(iy, v->h) && inside(ix, v->w))
                    sum += v->weights[((k * v->cg + c) * v->kh + r) * v->kw + s] *
                           v->x[((n * v->c + c0 + c) * v->h + iy) * v->w + ix];
            }
    return v->relu && sum < 0 ? 0.0f : sum;
}

static void naive_rows(const brg_conv *v, int64_t row0, int64_t row1, float *y) {
    for (int64_t n = row0; n < row1; n++)
        for (int64_t k = 0; k < v->k; k++)
            for (int64_t oy = 0; oy < v->oh; oy++)
                for (int64_t ox = 0; ox < v->ow; ox++)
                    y[((n * v->k + k) * v->oh + oy) * v->ow + ox] = naive_element(v, n, k, oy, ox);
}

void brg_conv_forward_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_conv v = brg_conv_resolve(call, BRG_CONV_FORWARD);
    naive_rows(&v, row0, row1, output);
}

/* ---- sequential ---- */

/* A group of an image, with its padding, each row split into as many lines as the stride has
 * columns: every tap of every output then reads a run of neighbours, whatever the stride.
 *
 *     row, stride 2:  a0 b0 a1 b1 a2 b2   ->   a0 a1 a2 | b0 b1 b2 */
typedef struct padded {
    float *at;       /* channel, row, line, place */
    int64_t rows;    /* of a channel */
    int64_t pitch;   /* of a line */
    int64_t *offset; /* of each tap, from the first of a row of outputs */
} padded;

static bool padded_create(const brg_conv *v, padded *p) {
    p->rows = (v->oh - 1) * v->sh + (v->kh - 1) * v->dh + 1;
    p->pitch = v->ow + (v->kw - 1) * v->dw / v->sw + 1;
    p->at = malloc((size_t)(v->cg * p->rows * v->sw * p->pitch) * sizeof p->at[0]);
    p->offset = malloc((size_t)(v->cg * v->kh * v->kw) * sizeof p->offset[0]);
    for (int64_t c = 0, i = 0; p->offset && c < v->cg; c++)
        for (int64_t r = 0; r < v->kh; r++)
            for (int64_t s = 0; s < v->kw; s++)
                p->offset[i++] =
                    ((c * p->rows + r * v->dh) * v->sw + s * v->dw % v->sw) * p->pitch +
                    s * v->dw / v->sw;
    return p->at && p->offset;
}

static void padded_free(padded *p) {
    free(p->at);
    free(p->offset);
}

static void pad_line(const brg_conv *v, const float *row, int64_t phase, int64_t count, float *to) {
    memset(to, 0, (size_t)count * sizeof to[0]);
    brg_range in = brg_conv_range(count, v->sw, phase - v->pw, v->w);
    for (int64_t j = in.lo; j < in.hi; j++)
        to[j] = row[j * v->sw + phase - v->pw];
}

static void pad_group(const brg_conv *v, const padded *p, const float *x) {
    float *to = p->at;
    for (int64_t c = 0; c < v->cg; c++)
        for (int64_t i = 0; i < p->rows; i++)
            for (int64_t phase = 0; phase < v->sw; phase++, to += p->pitch) {
                if (inside(i - v->ph, v->h))
                    pad_line(v, x + (c * v->h + i - v->ph) * v->w, phase, p->pitch, to);
                else
                    memset(to, 0, (size_t)p->pitch * sizeof to[0]);
            }
}

/* Adds four taps to a row of each of two channels in one pass, which loads and stores out once for
 * four products and uses every input twice. */
static void add_four_taps(float *restrict out0, float *restrict out1, const float *x,
                          const int64_t at[4], const float *w0, const float *w1, int64_t count) {
    const float *restrict x0 = x + at[0], *restrict x1 = x + at[1];
    const float *restrict x2 = x + at[2], *restrict x3 = x + at[3];
    const float w00 = w0[0], w01 = w0[1], w02 = w0[2], w03 = w0[3];
    const float w10 = w1[0], w11 = w1[1], w12 = w1[2], w13 = w1[3];
    for (int64_t j = 0; j < count; j++) {
        out0[j] = out0[j] + w00 * x0[j] + w01 * x1[j] + w02 * x2[j] + w03 * x3[j];
        out1[j] = out1[j] + w10 * x0[j] + w11 * x1[j] + w12 * x2[j] + w13 * x3[j];
    }
}

static void add_tap(float *restrict out, const float *restrict x, float w, int64_t count) {
    for (int64_t j = 0; j < count; j++)
        out[j] += w * x[j];
}

static void finish_row(const brg_conv *v, float *out) {
    for (int64_t j = 0; v->relu && j < v->ow; j++)
        out[j] = out[j] < 0 ? 0.0f : out[j];
}

/* One row of outputs of one or two channels, k and k + 1. */
static void row_of_channels(const brg_conv *v, const padded *p, int64_t k, int64_t channels,
                            const float *x, float *out) {
    const int64_t taps = v->cg * v->kh * v->kw, plane = v->oh * v->ow;
    const float *w = v->weights + k * taps;
    for (int64_t q = 0; q < channels; q++)
        for (int64_t j = 0; j < v->ow; j++)
            out[q * plane + j] = v->bias ? v->bias[k + q] : 0.0f;
    int64_t t = 0;
    for (; channels == 2 && t + 4 <= taps; t += 4)
        add_four_taps(out, out + plane, x, p->offset + t, w + t, w + taps + t, v->ow);
    for (; t < taps; t++)
        for (int64_t q = 0; q < channels; q++)
            add_tap(out + q * plane, x + p->offset[t], w[q * taps + t], v->ow);
    for (int64_t q = 0; q < channels; q++)
        finish_row(v, out + q * plane);
}

static void group_of_image(const brg_conv *v, const padded *p, int64_t n, int64_t g, float *y) {
    pad_group(v, p, v->x + (n * v->c + g * v->cg) * v->h * v->w);
    for (int64_t oy = 0; oy < v->oh; oy++)
        for (int64_t q = 0; q < v->kg; q += 2) {
            int64_t k = g * v->kg + q;
            row_of_channels(v, p, k, q + 2 <= v->kg ? 2 : 1, p->at + oy * v->sh * v->sw * p->pitch,
                            y + ((n * v->k + k) * v->oh + oy) * v->ow);
        }
}

void brg_conv_rows(const brg_conv *v, int64_t row0, int64_t row1, float *y) {
    padded p;
    if (!padded_create(v, &p))
        naive_rows(v, row0, row1, y);
    else
        for (int64_t n = row0; n < row1; n++)
            for (int64_t g = 0; g < v->groups; g++)
                group_of_image(v, &p, n, g, y);
    padded_free(&p);
}

void brg_conv_forward_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_conv v = brg_conv_resolve(call, BRG_CONV_FORWARD);
    brg_conv_rows(&v, row0, row1, output);
}

/* ---- oracle ---- */

static void add_exact(double *restrict value, double *restrict weight, const float *x,
                      int64_t stride, double w, int64_t count) {
    for (int64_t j = 0; j < count; j++) {
        double product = w * (double)x[j * stride];
        value[j] += product;
        weight[j] += fabs(product);
    }
}

/* Adds what channel c of the group gives to a row of outputs. */
static void exact_channel(const brg_conv *v, int64_t n, int64_t k, int64_t c, int64_t oy,
                          double *value, double *weight) {
    const float *plane = v->x + (n * v->c + k / v->kg * v->cg + c) * v->h * v->w;
    const float *w = v->weights + (k * v->cg + c) * v->kh * v->kw;
    for (int64_t r = 0; r < v->kh; r++) {
        int64_t iy = oy * v->sh + r * v->dh - v->ph;
        for (int64_t s = 0; inside(iy, v->h) && s < v->kw; s++) {
            int64_t shift = s * v->dw - v->pw;
            brg_range in = brg_conv_range(v->ow, v->sw, shift, v->w);
            if (in.hi > in.lo)
                add_exact(value + in.lo, weight + in.lo, plane + iy * v->w + in.lo * v->sw + shift,
                          v->sw, (double)w[r * v->kw + s], in.hi - in.lo);
        }
    }
}

static void exact_row(const brg_conv *v, int64_t n, int64_t k, int64_t oy, double *value,
                      double *weight) {
    double base = v->bias ? (double)v->bias[k] : 0.0;
    for (int64_t j = 0; j < v->ow; j++) {
        value[j] = base;
        weight[j] = fabs(base);
    }
    for (int64_t c = 0; c < v->cg; c++)
        exact_channel(v, n, k, c, oy, value, weight);
    for (int64_t j = 0; j < v->ow; j++) {
        weight[j] = brg_conv_bound((double)(v->cg * v->kh * v->kw), weight[j]);
        value[j] =
            v->relu && value[j] < 0 ? 0.0 : value[j]; /* which brings values no farther apart */
    }
}

void brg_conv_forward_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                             double *bound) {
    const brg_conv v = brg_conv_resolve(call, BRG_CONV_FORWARD);
    double *value = expected, *weight = bound;
    for (int64_t n = row0; n < row1; n++)
        for (int64_t k = 0; k < v.k; k++)
            for (int64_t oy = 0; oy < v.oh; oy++, value += v.ow, weight += v.ow)
                exact_row(&v, n, k, oy, value, weight);
    int64_t tile = brg_conv_winograd_tile(call->variant);
    if (tile)
        brg_conv_winograd_bound(&v, tile, row0, row1, bound);
}
