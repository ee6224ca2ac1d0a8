/* Gaussian blur in sequential C: a strip of columns is summed down into a line that stays in the
 * cache, and that line is summed along. Nothing as large as the image is ever kept. */
#include <math.h>
#include <string.h>

#include "reference/blur.h"
#include "reference/border.h"

enum {
    HALO = BRG_BLUR_MAX_RADIUS * BRG_PIXELS_MAX_C, /* elements that a strip reads beyond each end */
    LINE = BRG_PIXELS_STRIP + 2 * HALO
};

double brg_blur_sigma(const brg_blur_params *params) {
    return params->sigma != 0.0f ? (double)params->sigma : params->radius / 3.0;
}

double brg_blur_radius(const brg_blur_params *params) {
    return params->radius != 0 ? params->radius : ceil(3.0 * (double)params->sigma);
}

void brg_gauss_make(const brg_blur_params *params, brg_gauss *gauss) {
    *gauss = (brg_gauss){.sigma = brg_blur_sigma(params),
                         .radius = (int32_t)brg_blur_radius(params),
                         .border = params->border};
    double sum = 0.0;
    for (int32_t i = 0; i <= gauss->radius; i++) {
        gauss->weights[i] = exp(-(double)i * i / (2.0 * gauss->sigma * gauss->sigma));
        sum += i ? 2.0 * gauss->weights[i] : gauss->weights[i];
    }
    for (int32_t i = 0; i <= gauss->radius; i++)
        gauss->weights[i] /= sum;
}

/* ---- the line of a strip ---- */

/* The part of a row that a strip reads, in elements of the row. What of it lies outside the image
 * is filled by the border's rule. */
typedef struct span {
    int64_t from, to;     /* all of it; from may be negative */
    int64_t inner, outer; /* within the image: inner <= e < outer */
} span;

static span span_of(const brg_pixels *image, int32_t radius, int64_t first, int64_t n) {
    int64_t reach = radius * image->c;
    span s = {.from = first - reach, .to = first + n + reach};
    s.inner = s.from > 0 ? s.from : 0;
    s.outer = s.to < image->pitch ? s.to : image->pitch;
    return s;
}

/* Sums n elements from element `e` of the row, down the rows y - radius .. y + radius. */
static void sum_down(const brg_pixels *image, const brg_gauss *gauss, int64_t y, int64_t e,
                     int64_t n, float *out) {
    brg_pixels_scale(out, image, y * image->pitch + e, n, (float)gauss->weights[0]);
    for (int32_t i = 1; i <= gauss->radius; i++) {
        int64_t above = brg_border_index(gauss->border, y - i, image->h);
        int64_t below = brg_border_index(gauss->border, y + i, image->h);
        float weight = (float)gauss->weights[i];
        if (above >= 0 && below >= 0)
            brg_pixels_add_pair(out, image, above * image->pitch + e, below * image->pitch + e, n,
                                weight);
        else if (above >= 0 || below >= 0)
            brg_pixels_add(out, image, (above >= 0 ? above : below) * image->pitch + e, n, weight);
    }
}

/* Fills the pixels from..to of the line that lie outside the image; line[0] is element s->from. A
 * pixel that the line has already is copied, another (far away, when the border wraps) is summed.
 */
static void fill_outside(const brg_pixels *image, const brg_gauss *gauss, int64_t y, const span *s,
                         int64_t from, int64_t to, float *line) {
    int64_t c = image->c;
    for (int64_t e = from; e < to; e += c) {
        int64_t pixel = e >= 0 ? e / c : -(-e / c);
        int64_t source = brg_border_index(gauss->border, pixel, image->w) * c;
        float *out = line + (e - s->from);
        if (source < 0)
            memset(out, 0, (size_t)c * sizeof *out);
        else if (source >= s->inner && source < s->outer)
            memcpy(out, line + (source - s->from), (size_t)c * sizeof *out);
        else
            sum_down(image, gauss, y, source, c, out);
    }
}

/* Sums along the line: out[i] = weights * line about i + radius * c. Four distances at a time, so
 * that `out` is read and written a quarter as often. */
static void sum_along(const float *restrict line, const brg_gauss *gauss, int64_t c, int64_t n,
                      float *restrict out) {
    const float *centre = line + gauss->radius * c;
    for (int64_t e = 0; e < n; e++)
        out[e] = (float)gauss->weights[0] * centre[e];
    int32_t i = 1;
    for (; i + 3 <= gauss->radius; i += 4) {
        const float *l = centre - i * c, *r = centre + i * c;
        float w0 = (float)gauss->weights[i], w1 = (float)gauss->weights[i + 1];
        float w2 = (float)gauss->weights[i + 2], w3 = (float)gauss->weights[i + 3];
        for (int64_t e = 0; e < n; e++)
            out[e] += w0 * (l[e] + r[e]) + w1 * (l[e - c] + r[e + c]) +
                      w2 * (l[e - 2 * c] + r[e + 2 * c]) + w3 * (l[e - 3 * c] + r[e + 3 * c]);
    }
    for (; i <= gauss->radius; i++) {
        const float *l = centre - i * c, *r = centre + i * c;
        float weight = (float)gauss->weights[i];
        for (int64_t e = 0; e < n; e++)
            out[e] += weight * (l[e] + r[e]);
    }
}

void brg_blur_strip(const brg_pixels *image, const brg_gauss *gauss, int64_t y, int64_t first,
                    int64_t n, float *out) {
    float line[LINE];
    span s = span_of(image, gauss->radius, first, n);
    sum_down(image, gauss, y, s.inner, s.outer - s.inner, line + (s.inner - s.from));
    fill_outside(image, gauss, y, &s, s.from, s.inner, line);
    fill_outside(image, gauss, y, &s, s.outer, s.to, line);
    sum_along(line, gauss, image->c, n, out);
}

void brg_gauss_sequential(const brg_call *call, const brg_gauss *gauss, int64_t row0, int64_t row1,
                          void *output) {
    brg_pixels image = brg_pixels_of(call);
    float blurred[BRG_PIXELS_STRIP];
    for (int64_t y = row0; y < row1; y++)
        for (int64_t e = 0; e < image.pitch; e += BRG_PIXELS_STRIP) {
            int64_t left = image.pitch - e;
            int64_t n = left < BRG_PIXELS_STRIP ? left : BRG_PIXELS_STRIP;
            brg_blur_strip(&image, gauss, y, e, n, blurred);
            brg_pixels_store(output, image.u8, y * image.pitch + e, blurred, n);
        }
}

/* ---- the textbook ---- */

/* Each row of the window is summed on its own, so that rounding grows with the side, not the area.
 */
float brg_blur_window(const brg_pixels *image, const brg_gauss *gauss, int64_t y, int64_t x,
                      int64_t ch) {
    float sum = 0.0f;
    for (int32_t i = -gauss->radius; i <= gauss->radius; i++) {
        int64_t row = brg_border_index(gauss->border, y + i, image->h);
        float along = 0.0f;
        for (int32_t j = -gauss->radius; j <= gauss->radius && row >= 0; j++) {
            int64_t column = brg_border_index(gauss->border, x + j, image->w);
            if (column >= 0)
                along += (float)gauss->weights[j < 0 ? -j : j] *
                         brg_pixels_get(image, row * image->pitch + column * image->c + ch);
        }
        sum += (float)gauss->weights[i < 0 ? -i : i] * along;
    }
    return sum;
}

void brg_gauss_naive(const brg_call *call, const brg_gauss *gauss, int64_t row0, int64_t row1,
                     void *output) {
    brg_pixels image = brg_pixels_of(call);
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < image.w; x++)
            for (int64_t ch = 0; ch < image.c; ch++) {
                float blurred = brg_blur_window(&image, gauss, y, x, ch);
                brg_pixels_store(output, image.u8, y * image.pitch + x * image.c + ch, &blurred, 1);
            }
}

/* ---- the exact value ---- */

/* Three sums over the window that separate into columns and rows. */
typedef struct sums {
    double value[LINE];    /* of w * in */
    double size[LINE];     /* of w * |in| */
    double argument[LINE]; /* of w * t * |in|, t the exponent at that distance */
} sums;

static double exponent_at(const brg_gauss *gauss, int64_t distance) {
    return (double)(distance * distance) / (2.0 * gauss->sigma * gauss->sigma);
}

/* Adds row `y` of the image, elements e..e+n, at `distance` rows; `at` is the place in the sums. */
static void add_row(const brg_pixels *image, const brg_gauss *gauss, int64_t y, int64_t distance,
                    int64_t e, int64_t n, sums *down, int64_t at) {
    double row[LINE];
    double weight = gauss->weights[distance], t = exponent_at(gauss, distance);
    brg_pixels_load(row, image, y * image->pitch + e, n);
    for (int64_t i = 0; i < n; i++) {
        down->value[at + i] += weight * row[i];
        down->size[at + i] += weight * fabs(row[i]);
        down->argument[at + i] += weight * t * fabs(row[i]);
    }
}

/* Sums down every column of n elements from e, which must lie in the image. */
static void exact_down(const brg_pixels *image, const brg_gauss *gauss, int64_t y, int64_t e,
                       int64_t n, sums *down, int64_t at) {
    for (int64_t i = 0; i < n; i++)
        down->value[at + i] = down->size[at + i] = down->argument[at + i] = 0.0;
    for (int64_t i = -gauss->radius; i <= gauss->radius; i++) {
        int64_t row = brg_border_index(gauss->border, y + i, image->h);
        if (row >= 0)
            add_row(image, gauss, row, i < 0 ? -i : i, e, n, down, at);
    }
}

static void exact_outside(const brg_pixels *image, const brg_gauss *gauss, int64_t y, const span *s,
                          int64_t from, int64_t to, sums *down) {
    int64_t c = image->c;
    for (int64_t e = from; e < to; e += c) {
        int64_t pixel = e >= 0 ? e / c : -(-e / c);
        int64_t source = brg_border_index(gauss->border, pixel, image->w) * c;
        int64_t at = e - s->from, copy = source - s->from;
        bool known = source >= s->inner && source < s->outer;
        if (source >= 0 && !known)
            exact_down(image, gauss, y, source, c, down, at);
        for (int64_t i = 0; i < c && (source < 0 || known); i++) {
            down->value[at + i] = known ? down->value[copy + i] : 0.0;
            down->size[at + i] = known ? down->size[copy + i] : 0.0;
            down->argument[at + i] = known ? down->argument[copy + i] : 0.0;
        }
    }
}

static void exact_along(const sums *down, const brg_gauss *gauss, int64_t c, int64_t n,
                        double *value, double *slack) {
    const double u = 0x1p-24, fixed = 4.0 * (2 * gauss->radius + 1) + 40.0;
    for (int64_t e = 0; e < n; e++)
        value[e] = slack[e] = 0.0;
    for (int64_t i = -gauss->radius; i <= gauss->radius; i++) {
        double weight = gauss->weights[i < 0 ? -i : i];
        double own = 2.0 * exponent_at(gauss, i) + fixed;
        int64_t at = (gauss->radius + i) * c;
        for (int64_t e = 0; e < n; e++) {
            value[e] += weight * down->value[at + e];
            slack[e] += u * weight * (own * down->size[at + e] + 2.0 * down->argument[at + e]);
        }
    }
}

void brg_blur_exact(const brg_pixels *image, const brg_gauss *gauss, int64_t y, int64_t first,
                    int64_t n, double *value, double *slack) {
    sums down;
    span s = span_of(image, gauss->radius, first, n);
    exact_down(image, gauss, y, s.inner, s.outer - s.inner, &down, s.inner - s.from);
    exact_outside(image, gauss, y, &s, s.from, s.inner, &down);
    exact_outside(image, gauss, y, &s, s.outer, s.to, &down);
    exact_along(&down, gauss, image->c, n, value, slack);
}

void brg_gauss_oracle(const brg_call *call, const brg_gauss *gauss, int64_t row0, int64_t row1,
                      double *expected, double *bound) {
    brg_pixels image = brg_pixels_of(call);
    double value[BRG_PIXELS_STRIP], slack[BRG_PIXELS_STRIP];
    for (int64_t y = row0; y < row1; y++)
        for (int64_t e = 0; e < image.pitch; e += BRG_PIXELS_STRIP) {
            int64_t left = image.pitch - e;
            int64_t n = left < BRG_PIXELS_STRIP ? left : BRG_PIXELS_STRIP;
            int64_t at = (y - row0) * image.pitch + e;
            brg_blur_exact(&image, gauss, y, e, n, value, slack);
            for (int64_t i = 0; i < n; i++)
                brg_pixels_state(image.u8, value[i], slack[i], &expected[at + i], &bound[at + i]);
        }
}

/* ---- the op ---- */

void brg_blur_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_gauss gauss;
    brg_gauss_make(call->params, &gauss);
    brg_gauss_sequential(call, &gauss, row0, row1, output);
}

void brg_blur_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_gauss gauss;
    brg_gauss_make(call->params, &gauss);
    brg_gauss_naive(call, &gauss, row0, row1, output);
}

void brg_blur_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound) {
    brg_gauss gauss;
    brg_gauss_make(call->params, &gauss);
    brg_gauss_oracle(call, &gauss, row0, row1, expected, bound);
}
