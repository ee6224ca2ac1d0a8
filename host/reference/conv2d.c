/* conv2d in sequential C: the best portable loop, the textbook loop, and the oracle in double. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "reference/border.h"
#include "reference/conv2d.h"

/* A row is w * c elements, channels side by side; it is worked on in blocks of BLOCK. Shifting a
 * block by a pixel is shifting it by c elements. A line is a block with the neighbours that it
 * needs. */
enum { MAX_SIDE = 63, BLOCK = 512, LINE = BLOCK + (MAX_SIDE - 1) * 4 };

typedef struct conv {
    int64_t h, w, c, kh, kw;
    brg_border border;
    bool bytes;
    const void *image;
    const float *weights;
} conv;

static conv resolve(const brg_call *call) {
    const brg_conv2d_params *params = call->params;
    const brg_shape *image = &call->inputs[0], *weights = &call->inputs[1];
    return (conv){.h = image->dims[0],
                  .w = image->dims[1],
                  .c = image->dims[2],
                  .kh = weights->dims[0],
                  .kw = weights->dims[1],
                  .border = params->border,
                  .bytes = image->dtype == BRG_U8,
                  .image = call->data[0],
                  .weights = call->data[1]};
}

static float pixel_at(const conv *v, int64_t y, int64_t x, int64_t ch) {
    int64_t row = brg_border_index(v->border, y, v->h);
    int64_t col = brg_border_index(v->border, x, v->w);
    if (row < 0 || col < 0)
        return 0.0f;
    int64_t at = (row * v->w + col) * v->c + ch;
    return v->bytes ? (float)((const uint8_t *)v->image)[at] : ((const float *)v->image)[at];
}

static uint8_t nearest_level(float value) {
    return (uint8_t)(value <= 0.0f ? 0.0f : value >= 255.0f ? 255.0f : rintf(value));
}

/* ---- outer products ---- */

brg_outer brg_conv2d_factor(const float *weights, int64_t kh, int64_t kw) {
    int64_t pivot = 0;
    for (int64_t i = 1; i < kh * kw; i++)
        if (fabsf(weights[i]) > fabsf(weights[pivot]))
            pivot = i;
    brg_outer outer = {.row = pivot / kw, .col = pivot % kw, .inverse = 1.0f / weights[pivot]};
    if (!isnormal(weights[pivot]) || !isnormal(outer.inverse))
        return outer;
    for (int64_t i = 0; i < kh; i++)
        for (int64_t j = 0; j < kw; j++) {
            double weight = weights[i * kw + j];
            double product = (double)weights[i * kw + outer.col] *
                             (double)weights[outer.row * kw + j] * (double)outer.inverse;
            if (!(fabs(weight - product) <= 0x1p-21 * fabs(weight)))
                return outer;
        }
    outer.found = true;
    return outer;
}

bool brg_conv2d_worth_two_passes(int64_t kh, int64_t kw) {
    return kh * kw >= 2 * (kh + kw);
}

/* ---- sequential ---- */

/* Copies `count` elements of virtual row y, which may lie outside the image, as floats: element e
 * of the row comes to lie at line[kw / 2 * c]. Only elements near the row's ends need the border's
 * rule. */
static void take_line(const conv *v, int64_t y, int64_t e, int64_t count, float *line) {
    int64_t row = brg_border_index(v->border, y, v->h);
    int64_t start = e - v->kw / 2 * v->c;
    if (row >= 0 && start >= 0 && start + count <= v->w * v->c) {
        int64_t at = row * v->w * v->c + start;
        if (v->bytes)
            for (int64_t q = 0; q < count; q++)
                line[q] = (float)((const uint8_t *)v->image + at)[q];
        else
            memcpy(line, (const float *)v->image + at, (size_t)count * sizeof *line);
        return;
    }
    int64_t x = e / v->c - v->kw / 2, ch = e % v->c;
    for (int64_t q = 0; q < count; q++) {
        line[q] = pixel_at(v, y, x, ch);
        if (++ch == v->c) {
            ch = 0;
            x++;
        }
    }
}

/* sum[e] += the products of `taps` weights with a line's elements, c apart. Four
 * at a time, so that a sum is loaded and stored once for four products. */
static void add_row(float *restrict sum, const float *restrict line, const float *weights,
                    int64_t taps, int64_t c, int64_t count) {
    int64_t j = 0;
    for (; j + 4 <= taps; j += 4) {
        const float w0 = weights[j], w1 = weights[j + 1], w2 = weights[j + 2], w3 = weights[j + 3];
        const float *restrict l0 = line + j * c, *restrict l1 = l0 + c;
        const float *restrict l2 = l1 + c, *restrict l3 = l2 + c;
        for (int64_t q = 0; q < count; q++)
            sum[q] = sum[q] + w0 * l0[q] + w1 * l1[q] + w2 * l2[q] + w3 * l3[q];
    }
    for (; j < taps; j++)
        for (int64_t q = 0; q < count; q++)
            sum[q] += weights[j] * line[j * c + q];
}

static void store(const conv *v, const float *sum, int64_t at, int64_t count, void *output) {
    if (v->bytes)
        for (int64_t q = 0; q < count; q++)
            ((uint8_t *)output)[at + q] = nearest_level(sum[q]);
    else
        memcpy((float *)output + at, sum, (size_t)count * sizeof *sum);
}

/* Adds all kh lines of the ring, the oldest of which belongs to row i = 0 of the weights. */
static void add_lines(const conv *v, const brg_outer *outer, float ring[MAX_SIDE][LINE],
                      int64_t oldest, int64_t count, float *sum) {
    memset(sum, 0, (size_t)count * sizeof *sum);
    for (int64_t i = 0; i < v->kh; i++) {
        const float *line = ring[(oldest + i) % v->kh], *weights = v->weights + i * v->kw;
        if (outer->found)
            add_row(sum, line, weights + outer->col, 1, v->c, count);
        else
            add_row(sum, line, weights, v->kw, v->c, count);
    }
}

/* Puts virtual row y into the ring: as it is, or, for an outer product, summed along the row. */
static void put_line(const conv *v, const brg_outer *outer, int64_t y, int64_t e, int64_t count,
                     float *line) {
    if (!outer->found) {
        take_line(v, y, e, count + (v->kw - 1) * v->c, line);
        return;
    }
    float raw[LINE];
    take_line(v, y, e, count + (v->kw - 1) * v->c, raw);
    memset(line, 0, (size_t)count * sizeof *line);
    add_row(line, raw, v->weights + outer->row * v->kw, v->kw, v->c, count);
    for (int64_t q = 0; q < count; q++)
        line[q] *= outer->inverse;
}

/* Down each block of columns, keeping the last kh rows as floats in a ring that fits the
 * second-level cache, so that each row is converted, and if possible summed along, once. */
void brg_conv2d_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const conv v = resolve(call);
    float ring[MAX_SIDE][LINE], sum[BLOCK];
    brg_outer outer = {0};
    if (brg_conv2d_worth_two_passes(v.kh, v.kw))
        outer = brg_conv2d_factor(v.weights, v.kh, v.kw);
    for (int64_t e = 0; e < v.w * v.c; e += BLOCK) {
        int64_t count = v.w * v.c - e < BLOCK ? v.w * v.c - e : BLOCK;
        for (int64_t s = 0; s < row1 - row0 + v.kh - 1; s++) {
            put_line(&v, &outer, row0 + s - v.kh / 2, e, count, ring[s % v.kh]);
            int64_t y = row0 + s - (v.kh - 1);
            if (y < row0)
                continue;
            add_lines(&v, &outer, ring, s + 1, count, sum);
            store(&v, sum, y * v.w * v.c + e, count, output);
        }
    }
}

/* ---- naive ---- */

void brg_conv2d_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const conv v = resolve(call);
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < v.w; x++)
            for (int64_t ch = 0; ch < v.c; ch++) {
                float sum = 0.0f;
                for (int64_t i = 0; i < v.kh; i++)
                    for (int64_t j = 0; j < v.kw; j++)
                        sum += v.weights[i * v.kw + j] *
                               pixel_at(&v, y + i - v.kh / 2, x + j - v.kw / 2, ch);
                store(&v, &sum, (y * v.w + x) * v.c + ch, 1, output);
            }
}

/* ---- oracle ---- */

/* The bound: gamma_N * sum |weight * pixel|, with gamma_N = N u / (1 - N u), u = 2^-24.
 *
 * One pass: a product goes through its own rounding and at most kh * kw - 1 additions, so
 * N = kh * kw.
 *
 * Two passes, allowed if the weights are an outer product: a product goes through at most kw
 * roundings in the first pass, one for the scale, and kh in the second: gamma_(kh + kw + 1) times
 * the sum over the products actually used, which differ from the weights by at most 8 u of each.
 * That is gamma_(kh + kw + 1) (1 + 8 u) + 8 u <= gamma_(kh + kw + 10).
 *
 * The bound does not ask which variant ran, so N is the larger of the two for an outer product.
 *
 * A device may flush subnormal numbers to zero: each operation may lose FLT_MIN, of which at most 5
 * for each weight reach the result, magnified by at most the largest weight. The double sums of the
 * oracle itself add at most 2^-28 of the bound. */
typedef struct limits {
    double gamma;
    double flushed;
} limits;

static limits find_limits(const conv *v) {
    double roundings = (double)(v->kh * v->kw), largest = 1.0;
    if (brg_conv2d_factor(v->weights, v->kh, v->kw).found)
        roundings = fmax(roundings, (double)(v->kh + v->kw + 10));
    for (int64_t i = 0; i < v->kh * v->kw; i++)
        largest = fmax(largest, fabs((double)v->weights[i]));
    double gamma = roundings * 0x1p-24 / (1 - roundings * 0x1p-24);
    return (limits){gamma * (1 + 0x1p-28), 5.0 * (double)(v->kh * v->kw) * FLT_MIN * largest};
}

static void add_exact_row(double *restrict value, double *restrict weight,
                          const float *restrict line, double w, int64_t count) {
    for (int64_t q = 0; q < count; q++) {
        double product = w * (double)line[q];
        value[q] += product;
        weight[q] += fabs(product);
    }
}

static void settle(const conv *v, const limits *l, double *value, double *weight, int64_t count) {
    for (int64_t q = 0; q < count; q++) {
        weight[q] = l->gamma * weight[q] + l->flushed;
        if (v->bytes) {
            value[q] = fmin(fmax(value[q], 0.0), 255.0);
            weight[q] += 0.5;
        }
    }
}

static void exact_block(const conv *v, const limits *l, int64_t y, int64_t e, int64_t count,
                        double *value, double *weight) {
    float line[LINE];
    memset(value, 0, (size_t)count * sizeof *value);
    memset(weight, 0, (size_t)count * sizeof *weight);
    for (int64_t i = 0; i < v->kh; i++) {
        take_line(v, y + i - v->kh / 2, e, count + (v->kw - 1) * v->c, line);
        for (int64_t j = 0; j < v->kw; j++)
            add_exact_row(value, weight, line + j * v->c, (double)v->weights[i * v->kw + j], count);
    }
    settle(v, l, value, weight, count);
}

void brg_conv2d_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                       double *bound) {
    const conv v = resolve(call);
    const limits l = find_limits(&v);
    const int64_t row = v.w * v.c;
    for (int64_t y = row0; y < row1; y++)
        for (int64_t e = 0; e < row; e += BLOCK) {
            int64_t at = (y - row0) * row + e;
            exact_block(&v, &l, y, e, row - e < BLOCK ? row - e : BLOCK, expected + at, bound + at);
        }
}
