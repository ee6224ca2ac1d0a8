/* Convolution backward: gradients with respect to the data and to the weights, sequential, naive,
 * and as oracles in double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/conv2d_nchw.h"

static bool inside(int64_t i, int64_t size) {
    return i >= 0 && i < size;
}

void brg_conv_rotate(const brg_conv *v, float *weights) {
    const int64_t taps = v->kh * v->kw;
    for (int64_t k = 0; k < v->k; k++)
        for (int64_t c = 0; c < v->cg; c++)
            for (int64_t t = 0; t < taps; t++)
                weights[((k / v->kg * v->cg + c) * v->kg + k % v->kg) * taps + taps - 1 - t] =
                    v->weights[(k * v->cg + c) * taps + t];
}

brg_conv brg_conv_transposed(const brg_conv *v, const float *weights) {
    brg_conv to = *v;
    to.c = v->k;
    to.cg = v->kg;
    to.h = v->oh;
    to.w = v->ow;
    to.k = v->c;
    to.kg = v->cg;
    to.oh = v->h;
    to.ow = v->w;
    to.ph = v->dh * (v->kh - 1) - v->ph;
    to.pw = v->dw * (v->kw - 1) - v->pw;
    to.x = v->dy;
    to.weights = weights;
    return to;
}

static float *room_for_weights(const brg_conv *v) {
    return malloc((size_t)(v->k * v->cg * v->kh * v->kw) * sizeof(float));
}

/* ---- data: naive ---- */

/* The output along one side to which input i contributes through a tap; -1: none. */
static int64_t output_of(int64_t i, int64_t tap, int64_t stride, int64_t padding, int64_t dilation,
                         int64_t count) {
    int64_t at = i + padding - tap * dilation;
    return at >= 0 && at % stride == 0 && at / stride < count ? at / stride : -1;
}

static float naive_data_element(const brg_conv *v, int64_t n, int64_t c, int64_t iy, int64_t ix) {
    int64_t g = c / v->cg;
    float sum = 0.0f;
    for (int64_t k = g * v->kg; k < (g + 1) * v->kg; k++)
        for (int64_t r = 0; r < v->kh; r++)
            for (int64_t s = 0; s < v->kw; s++) {
                int64_t oy = output_of(iy, r, v->sh, v->ph, v->dh, v->oh);
                int64_t ox = output_of(ix, s, v->sw, v->pw, v->dw, v->ow);
                if (oy >= 0 && ox >= 0)
                    sum += v->weights[((k * v->cg + c % v->cg) * v->kh + r) * v->kw + s] *
                           v->dy[((n * v->k + k) * v->oh + oy) * v->ow + ox];
            }
    return sum;
}

void brg_conv_data_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_conv v = brg_conv_resolve(call, BRG_CONV_DATA);
    float *dx = (float *)output + row0 * v.c * v.h * v.w;
    for (int64_t n = row0; n < row1; n++)
        for (int64_t c = 0; c < v.c; c++)
            for (int64_t iy = 0; iy < v.h; iy++)
                for (int64_t ix = 0; ix < v.w; ix++)
                    *dx++ = naive_data_element(&v, n, c, iy, ix);
}

/* ---- data: sequential ---- */

/* Adds a row of dy, times a weight, to every stride-th element of a row of dx. */
static void scatter_row(const brg_conv *v, const float *restrict dy, float w, int64_t s,
                        float *restrict dx) {
    int64_t shift = s * v->dw - v->pw;
    brg_range in = brg_conv_range(v->ow, v->sw, shift, v->w);
    for (int64_t j = in.lo; j < in.hi; j++)
        dx[j * v->sw + shift] += w * dy[j];
}

static void scatter_image(const brg_conv *v, int64_t n, float *dx) {
    memset(dx, 0, (size_t)(v->c * v->h * v->w) * sizeof dx[0]);
    for (int64_t k = 0; k < v->k; k++)
        for (int64_t c = 0; c < v->cg; c++)
            for (int64_t oy = 0; oy < v->oh; oy++)
                for (int64_t r = 0; r < v->kh; r++) {
                    int64_t iy = oy * v->sh + r * v->dh - v->ph;
                    const float *w = v->weights + ((k * v->cg + c) * v->kh + r) * v->kw;
                    for (int64_t s = 0; inside(iy, v->h) && s < v->kw; s++)
                        scatter_row(v, v->dy + ((n * v->k + k) * v->oh + oy) * v->ow, w[s], s,
                                    dx + ((k / v->kg * v->cg + c) * v->h + iy) * v->w);
                }
}

void brg_conv_data_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_conv v = brg_conv_resolve(call, BRG_CONV_DATA);
    float *weights = v.sh == 1 && v.sw == 1 ? room_for_weights(&v) : NULL;
    if (weights) {
        brg_conv_rotate(&v, weights);
        const brg_conv to = brg_conv_transposed(&v, weights);
        brg_conv_rows(&to, row0, row1, output);
    } else {
        for (int64_t n = row0; n < row1; n++)
            scatter_image(&v, n, (float *)output + n * v.c * v.h * v.w);
    }
    free(weights);
}

/* ---- data: oracle ---- */

static void scatter_exact(const brg_conv *v, const float *dy, double w, int64_t s, double *value,
                          double *weight) {
    int64_t shift = s * v->dw - v->pw;
    brg_range in = brg_conv_range(v->ow, v->sw, shift, v->w);
    for (int64_t j = in.lo; j < in.hi; j++) {
        double product = w * (double)dy[j];
        value[j * v->sw + shift] += product;
        weight[j * v->sw + shift] += fabs(product);
    }
}

/* Adds what output channel k gives to channel c of its group. */
static void exact_data_plane(const brg_conv *v, int64_t n, int64_t k, int64_t c, double *value,
                             double *weight) {
    const float *w = v->weights + (k * v->cg + c) * v->kh * v->kw;
    for (int64_t oy = 0; oy < v->oh; oy++)
        for (int64_t r = 0; r < v->kh; r++) {
            int64_t iy = oy * v->sh + r * v->dh - v->ph;
            for (int64_t s = 0; inside(iy, v->h) && s < v->kw; s++)
                scatter_exact(v, v->dy + ((n * v->k + k) * v->oh + oy) * v->ow,
                              (double)w[r * v->kw + s], s, value + iy * v->w, weight + iy * v->w);
        }
}

void brg_conv_data_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                          double *bound) {
    const brg_conv v = brg_conv_resolve(call, BRG_CONV_DATA);
    const int64_t plane = v.h * v.w, elements = (row1 - row0) * v.c * plane;
    memset(expected, 0, (size_t)elements * sizeof expected[0]);
    memset(bound, 0, (size_t)elements * sizeof bound[0]);
    for (int64_t n = row0; n < row1; n++)
        for (int64_t k = 0; k < v.k; k++)
            for (int64_t c = 0; c < v.cg; c++) {
                int64_t at = ((n - row0) * v.c + k / v.kg * v.cg + c) * plane;
                exact_data_plane(&v, n, k, c, expected + at, bound + at);
            }
    for (int64_t i = 0; i < elements; i++)
        bound[i] = brg_conv_bound((double)(v.kg * v.kh * v.kw), bound[i]);
    int64_t tile = brg_conv_winograd_tile(call->variant);
    float *weights = tile ? room_for_weights(&v) : NULL;
    if (weights) {
        brg_conv_rotate(&v, weights);
        const brg_conv to = brg_conv_transposed(&v, weights);
        brg_conv_winograd_bound(&to, tile, row0, row1, bound);
    }
    free(weights);
}

/* ---- weights: naive ---- */

static float naive_weight(const brg_conv *v, int64_t k, int64_t c, int64_t r, int64_t s) {
    float sum = 0.0f;
    for (int64_t n = 0; n < v->n; n++)
        for (int64_t oy = 0; oy < v->oh; oy++)
            for (int64_t ox = 0; ox < v->ow; ox++) {
                int64_t iy = oy * v->sh + r * v->dh - v->ph, ix = ox * v->sw + s * v->dw - v->pw;
                if (inside(iy, v->h) && inside(ix, v->w))
                    sum += v->dy[((n * v->k + k) * v->oh + oy) * v->ow + ox] *
                           v->x[((n * v->c + k / v->kg * v->cg + c) * v->h + iy) * v->w + ix];
            }
    return sum;
}

void brg_conv_weights_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_conv v = brg_conv_resolve(call, BRG_CONV_WEIGHTS);
    float *to = (float *)output + row0 * v.cg * v.kh * v.kw;
    for (int64_t k = row0; k < row1; k++)
        for (int64_t c = 0; c < v.cg; c++)
            for (int64_t r = 0; r < v.kh; r++)
                for (int64_t s = 0; s < v.kw; s++)
                    *to++ = naive_weight(&v, k, c, r, s);
}

/* ---- weights: sequential ---- */

enum { LANES = 16 };

/* A dot product in 16 partial sums, which the compiler keeps in registers: it may not reorder a
 * single sum by itself. */
static float dot(const float *restrict a, const float *restrict b, int64_t stride, int64_t count) {
    float lane[LANES] = {0};
    int64_t j = 0;
    if (stride == 1)
        for (; j + LANES <= count; j += LANES)
            for (int64_t l = 0; l < LANES; l++)
                lane[l] += a[j + l] * b[j + l];
    float sum = 0.0f;
    for (; j < count; j++)
        sum += a[j] * b[j * stride];
    for (int64_t l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

/* What one image adds to the weights of filter k. */
static void add_image(const brg_conv *v, int64_t n, int64_t k, float *to) {
    const float *dy = v->dy + (n * v->k + k) * v->oh * v->ow;
    const float *x = v->x + (n * v->c + k / v->kg * v->cg) * v->h * v->w;
    for (int64_t c = 0; c < v->cg; c++, x += v->h * v->w)
        for (int64_t r = 0; r < v->kh; r++) {
            brg_range rows = brg_conv_range(v->oh, v->sh, r * v->dh - v->ph, v->h);
            for (int64_t s = 0; s < v->kw; s++, to++) {
                int64_t shift = s * v->dw - v->pw;
                brg_range in = brg_conv_range(v->ow, v->sw, shift, v->w);
                for (int64_t oy = rows.lo; in.hi > in.lo && oy < rows.hi; oy++)
                    *to += dot(dy + oy * v->ow + in.lo,
                               x + (oy * v->sh + r * v->dh - v->ph) * v->w + in.lo * v->sw + shift,
                               v->sw, in.hi - in.lo);
            }
        }
}

void brg_conv_weights_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_conv v = brg_conv_resolve(call, BRG_CONV_WEIGHTS);
    const int64_t filter = v.cg * v.kh * v.kw;
    float *to = (float *)output + row0 * filter;
    memset(to, 0, (size_t)((row1 - row0) * filter) * sizeof to[0]);
    for (int64_t n = 0; n < v.n; n++)
        for (int64_t k = row0; k < row1; k++)
            add_image(&v, n, k, to + (k - row0) * filter);
}

/* ---- weights: oracle ---- */

static void exact_dot(const float *a, const float *b, int64_t stride, int64_t count, double *value,
                      double *weight) {
    for (int64_t j = 0; j < count; j++) {
        double product = (double)a[j] * (double)b[j * stride];
        *value += product;
        *weight += fabs(product);
    }
}

static void exact_weight(const brg_conv *v, int64_t k, int64_t c, int64_t r, int64_t s,
                         double *value, double *weight) {
    int64_t shift_y = r * v->dh - v->ph, shift_x = s * v->dw - v->pw;
    brg_range rows = brg_conv_range(v->oh, v->sh, shift_y, v->h);
    brg_range in = brg_conv_range(v->ow, v->sw, shift_x, v->w);
    double sum = 0, magnitude = 0;
    for (int64_t n = 0; in.hi > in.lo && n < v->n; n++) {
        const float *dy = v->dy + (n * v->k + k) * v->oh * v->ow;
        const float *x = v->x + (n * v->c + k / v->kg * v->cg + c) * v->h * v->w;
        for (int64_t oy = rows.lo; oy < rows.hi; oy++)
            exact_dot(dy + oy * v->ow + in.lo,
                      x + (oy * v->sh + shift_y) * v->w + in.lo * v->sw + shift_x, v->sw,
                      in.hi - in.lo, &sum, &magnitude);
    }
    *value = sum;
    *weight = brg_conv_bound((double)(v->n * v->oh * v->ow), magnitude);
}

void brg_conv_weights_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                             double *bound) {
    const brg_conv v = brg_conv_resolve(call, BRG_CONV_WEIGHTS);
    double *value = expected, *weight = bound;
    for (int64_t k = row0; k < row1; k++)
        for (int64_t c = 0; c < v.cg; c++)
            for (int64_t r = 0; r < v.kh; r++)
                for (int64_t s = 0; s < v.kw; s++)
                    exact_weight(&v, k, c, r, s, value++, weight++);
    int64_t tile = brg_conv_winograd_tile(call->variant);
    if (tile)
        brg_conv_winograd_weights_bound(&v, tile, row0, row1, bound);
}
