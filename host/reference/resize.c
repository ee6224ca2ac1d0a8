/* Resampling in sequential C: rows are blended into a line that stays in the cache, then pixels are
 * blended along the line. Enlarging or shrinking, all modes go the same way. */
#include <math.h>
#include <string.h>

#include "reference/pixels.h"
#include "reference/resize.h"

/* ---- positions and weights along one axis ---- */

static int64_t floor_divide(int64_t a, int64_t b) {
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/* Twice the source position of output pixel x, in units of 1 / out: (2x + 1) in - out. */
static int64_t twice_position(const brg_axis *axis, int64_t x) {
    return (2 * x + 1) * axis->in - axis->out;
}

brg_footprint brg_axis_footprint(const brg_axis *axis, int64_t x) {
    int64_t left = floor_divide(twice_position(axis, x), 2 * axis->out);
    switch (axis->mode) {
    case BRG_RESIZE_NEAREST:
        return (brg_footprint){(2 * x + 1) * axis->in / (2 * axis->out), 1};
    case BRG_RESIZE_AREA: {
        int64_t first = x * axis->in / axis->out;
        return (brg_footprint){first, ((x + 1) * axis->in - 1) / axis->out - first + 1};
    }
    case BRG_RESIZE_BICUBIC:
        return (brg_footprint){left - 1, 4};
    default:
        return (brg_footprint){left, 2};
    }
}

int64_t brg_axis_reach(const brg_axis *axis) {
    switch (axis->mode) {
    case BRG_RESIZE_NEAREST:
        return 1;
    case BRG_RESIZE_AREA:
        return (axis->in - 1) / axis->out + 2;
    case BRG_RESIZE_BICUBIC:
        return 4;
    default:
        return 2;
    }
}

/* Keys' cubic with a = -1/2 at distance 1 + f, f, 1 - f and 2 - f. */
static double cubic_weight(double f, int64_t k) {
    double g = 1.0 - f;
    switch (k) {
    case 0:
        return -0.5 * f * g * g;
    case 1:
        return 1.0 + f * f * (1.5 * f - 2.5);
    case 2:
        return 1.0 + g * g * (1.5 * g - 2.5);
    default:
        return -0.5 * g * f * f;
    }
}

/* The part of source pixel `first + k` that output pixel x covers, of all that it covers. */
static double area_weight(const brg_axis *axis, int64_t x, int64_t k) {
    int64_t from = x * axis->in, to = (x + 1) * axis->in;
    int64_t left = (from / axis->out + k) * axis->out, right = left + axis->out;
    int64_t covered = (to < right ? to : right) - (from > left ? from : left);
    return (double)covered / (double)axis->in;
}

double brg_axis_weight(const brg_axis *axis, int64_t x, int64_t k) {
    if (axis->mode == BRG_RESIZE_NEAREST)
        return 1.0;
    if (axis->mode == BRG_RESIZE_AREA)
        return area_weight(axis, x, k);
    int64_t twice = twice_position(axis, x), unit = 2 * axis->out;
    double f = (double)(twice - floor_divide(twice, unit) * unit) / (double)unit;
    if (axis->mode == BRG_RESIZE_BICUBIC)
        return cubic_weight(f, k);
    return k == 0 ? 1.0 - f : f;
}

static int64_t inside(int64_t i, int64_t n) {
    return i < 0 ? 0 : i < n ? i : n - 1;
}

/* Both axes of a call. */
typedef struct axes {
    brg_axis x, y;
} axes;

static axes axes_of(const brg_call *call) {
    brg_resize_mode mode = ((const brg_resize_params *)call->params)->mode;
    const int64_t *in = call->inputs[0].dims, *out = call->output.dims;
    return (axes){.x = {in[1], out[1], mode}, .y = {in[0], out[0], mode}};
}

/* ---- the textbook ---- */

static void resize_pixel(const brg_pixels *image, const axes *a, int64_t y, int64_t x,
                         void *output) {
    brg_footprint rows = brg_axis_footprint(&a->y, y), columns = brg_axis_footprint(&a->x, x);
    float sum[BRG_PIXELS_MAX_C] = {0};
    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = inside(rows.first + i, image->h) * image->pitch;
        float along[BRG_PIXELS_MAX_C] = {0};
        for (int64_t j = 0; j < columns.count; j++) {
            float weight = (float)brg_axis_weight(&a->x, x, j);
            int64_t at = row + inside(columns.first + j, image->w) * image->c;
            for (int64_t ch = 0; ch < image->c; ch++)
                along[ch] += weight * brg_pixels_get(image, at + ch);
        }
        for (int64_t ch = 0; ch < image->c; ch++)
            sum[ch] += (float)brg_axis_weight(&a->y, y, i) * along[ch];
    }
    brg_pixels_store(output, image->u8, (y * a->x.out + x) * image->c, sum, image->c);
}

void brg_resize_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_pixels image = brg_pixels_of(call);
    axes a = axes_of(call);
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < a.x.out; x++)
            resize_pixel(&image, &a, y, x, output);
}

/* ---- the best loop ---- */

enum { MAX_COLUMNS = 240, MAX_WEIGHTS = BRG_PIXELS_STRIP + 2 * MAX_COLUMNS };

/* A run of output columns whose footprints fit into one line. */
typedef struct strip {
    int64_t x0, x1;
    int64_t from, to;           /* source pixels, from <= p < to; may reach outside the image */
    int64_t first[MAX_COLUMNS]; /* of each column, counted from `from` */
    int64_t count[MAX_COLUMNS];
    double exact[MAX_WEIGHTS];  /* the weights of all columns, one after the other */
    float weights[MAX_WEIGHTS]; /* the same, rounded */
} strip;

/* Takes in columns from x0 on until the line is full; false if not even one fits. */
static bool plan_strip(const brg_axis *axis, int64_t x0, int64_t c, strip *s) {
    int64_t weight_count = 0;
    s->x0 = s->x1 = x0;
    s->from = s->to = brg_axis_footprint(axis, x0).first;
    for (; s->x1 < axis->out && s->x1 - x0 < MAX_COLUMNS; s->x1++) {
        brg_footprint f = brg_axis_footprint(axis, s->x1);
        int64_t to = f.first + f.count;
        if ((to - s->from) * c > BRG_PIXELS_STRIP || weight_count + f.count > MAX_WEIGHTS)
            break;
        s->first[s->x1 - x0] = f.first - s->from;
        s->count[s->x1 - x0] = f.count;
        for (int64_t k = 0; k < f.count; k++, weight_count++) {
            s->exact[weight_count] = brg_axis_weight(axis, s->x1, k);
            s->weights[weight_count] = (float)s->exact[weight_count];
        }
        s->to = to > s->to ? to : s->to;
    }
    return s->x1 > x0;
}

/* Blends the rows of output row y into the strip's line, and repeats the end pixels outside the
 * image. */
static void blend_rows(const brg_pixels *image, const brg_axis *axis, int64_t y, const strip *s,
                       float *line) {
    int64_t c = image->c;
    int64_t from = inside(s->from, image->w), to = inside(s->to - 1, image->w) + 1;
    float *inner = line + (from - s->from) * c;
    brg_footprint rows = brg_axis_footprint(axis, y);
    for (int64_t k = 0; k < rows.count; k++) {
        int64_t at = inside(rows.first + k, image->h) * image->pitch + from * c;
        float weight = (float)brg_axis_weight(axis, y, k);
        if (k == 0)
            brg_pixels_scale(inner, image, at, (to - from) * c, weight);
        else
            brg_pixels_add(inner, image, at, (to - from) * c, weight);
    }
    size_t pixel = (size_t)c * sizeof *line;
    for (int64_t p = s->from; p < from; p++)
        memcpy(line + (p - s->from) * c, inner, pixel);
    for (int64_t p = to; p < s->to; p++)
        memcpy(line + (p - s->from) * c, inner + (to - 1 - from) * c, pixel);
}

/* A constant channel count lets the compiler unroll the innermost loop. */
static inline void blend_along(const strip *s, const float *restrict line, int64_t c,
                               float *restrict out) {
    const float *weights = s->weights;
    for (int64_t i = 0; i < s->x1 - s->x0; i++) {
        const float *pixel = line + s->first[i] * c;
        float sum[BRG_PIXELS_MAX_C] = {0};
        for (int64_t k = 0; k < s->count[i]; k++)
            for (int64_t ch = 0; ch < c; ch++)
                sum[ch] += weights[k] * pixel[k * c + ch];
        weights += s->count[i];
        for (int64_t ch = 0; ch < c; ch++)
            out[i * c + ch] = sum[ch];
    }
}

static void resize_strip(const brg_pixels *image, const axes *a, const strip *s, int64_t row0,
                         int64_t row1, void *output) {
    float line[BRG_PIXELS_STRIP], out[MAX_COLUMNS * BRG_PIXELS_MAX_C];
    for (int64_t y = row0; y < row1; y++) {
        blend_rows(image, &a->y, y, s, line);
        if (image->c == 1)
            blend_along(s, line, 1, out);
        else if (image->c == 3)
            blend_along(s, line, 3, out);
        else
            blend_along(s, line, 4, out);
        brg_pixels_store(output, image->u8, (y * a->x.out + s->x0) * image->c, out,
                         (s->x1 - s->x0) * image->c);
    }
}

void brg_resize_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_pixels image = brg_pixels_of(call);
    axes a = axes_of(call);
    for (int64_t x = 0; x < a.x.out;) {
        strip s;
        if (plan_strip(&a.x, x, image.c, &s)) {
            resize_strip(&image, &a, &s, row0, row1, output);
            x = s.x1;
            continue;
        }
        /* A pixel that covers more than a line of the source: reading that is all the work there
         * is. */
        for (int64_t y = row0; y < row1; y++)
            resize_pixel(&image, &a, y, x, output);
        x++;
    }
}

/* ---- the exact value ---- */

/* The error of a weight in units of u: that of a position's fraction, and of a cubic in it. The
 * parts of an area are quotients, whose error is relative; copies have none. */
typedef struct tolerance {
    double drift; /* of a weight */
    double terms; /* roundings of a product of two weights and an element, and one a term */
} tolerance;

static const tolerance tolerances[BRG_RESIZE_MODE_COUNT] = {
    [BRG_RESIZE_BILINEAR] = {6.0, 8.0},
    [BRG_RESIZE_NEAREST] = {0.0, 0.0},
    [BRG_RESIZE_AREA] = {0.0, 20.0},
    [BRG_RESIZE_BICUBIC] = {40.0, 8.0},
};

/* Sums over a footprint, of which the value and its bound are made. */
typedef struct sums {
    double value; /* of wy wx in */
    double size;  /* of |wy wx in| */
    double sides; /* of (|wy| + |wx|) |in| */
} sums;

static void state(const brg_pixels *image, brg_resize_mode mode, int64_t count, sums sum,
                  double *expected, double *bound) {
    const double u = 0x1p-24;
    tolerance t = tolerances[mode];
    double gamma = mode == BRG_RESIZE_NEAREST ? 0.0 : (double)count + t.terms;
    double slack = u * (gamma * sum.size + t.drift * sum.sides) * (1.0 + 0x1p-10);
    brg_pixels_state(image->u8, sum.value, slack, expected, bound);
}

/* The rows of a footprint blended into one line, in the three ways that the sums need. */
typedef struct lines {
    double value[BRG_PIXELS_STRIP];
    double size[BRG_PIXELS_STRIP];
    double plain[BRG_PIXELS_STRIP]; /* of |in| */
} lines;

static void exact_rows(const brg_pixels *image, const brg_axis *axis, int64_t y, const strip *s,
                       lines *line) {
    int64_t from = inside(s->from, image->w),
            n = (inside(s->to - 1, image->w) + 1 - from) * image->c;
    double in[BRG_PIXELS_STRIP];
    brg_footprint rows = brg_axis_footprint(axis, y);
    memset(line, 0, sizeof *line);
    for (int64_t k = 0; k < rows.count; k++) {
        double weight = brg_axis_weight(axis, y, k);
        int64_t row = inside(rows.first + k, image->h) * image->pitch;
        brg_pixels_load(in, image, row + from * image->c, n);
        for (int64_t e = 0; e < n; e++) {
            line->value[e] += weight * in[e];
            line->size[e] += fabs(weight * in[e]);
            line->plain[e] += fabs(in[e]);
        }
    }
}

/* Output column i of the strip, channel ch. The line begins with the first pixel inside the image.
 */
static sums exact_along(const brg_pixels *image, const strip *s, const double *weights, int64_t i,
                        int64_t ch, const lines *line) {
    sums sum = {0};
    int64_t from = inside(s->from, image->w);
    for (int64_t k = 0; k < s->count[i]; k++) {
        int64_t pixel = inside(s->from + s->first[i] + k, image->w);
        int64_t at = (pixel - from) * image->c + ch;
        double weight = fabs(weights[k]);
        sum.value += weights[k] * line->value[at];
        sum.size += weight * line->size[at];
        sum.sides += line->size[at] + weight * line->plain[at];
    }
    return sum;
}

static void exact_strip(const brg_pixels *image, const axes *a, const strip *s, int64_t row0,
                        int64_t row1, double *expected, double *bound) {
    for (int64_t y = row0; y < row1; y++) {
        lines line;
        exact_rows(image, &a->y, y, s, &line);
        int64_t to = ((y - row0) * a->x.out + s->x0) * image->c;
        int64_t rows = brg_axis_footprint(&a->y, y).count;
        const double *weights = s->exact;
        for (int64_t i = 0; i < s->x1 - s->x0; weights += s->count[i++])
            for (int64_t ch = 0; ch < image->c; ch++, to++)
                state(image, a->x.mode, rows + s->count[i],
                      exact_along(image, s, weights, i, ch, &line), &expected[to], &bound[to]);
    }
}

/* An element whose footprint is wider than a line. */
static void exact_element(const brg_pixels *image, const axes *a, int64_t y, int64_t x, int64_t ch,
                          double *expected, double *bound) {
    brg_footprint rows = brg_axis_footprint(&a->y, y), columns = brg_axis_footprint(&a->x, x);
    sums sum = {0};
    for (int64_t i = 0; i < rows.count; i++) {
        double wy = brg_axis_weight(&a->y, y, i);
        int64_t row = inside(rows.first + i, image->h) * image->pitch + ch;
        for (int64_t j = 0; j < columns.count; j++) {
            double wx = brg_axis_weight(&a->x, x, j);
            int64_t column = inside(columns.first + j, image->w) * image->c;
            double in = (double)brg_pixels_get(image, row + column);
            sum.value += wy * wx * in;
            sum.size += fabs(wy * wx * in);
            sum.sides += (fabs(wy) + fabs(wx)) * fabs(in);
        }
    }
    state(image, a->x.mode, rows.count + columns.count, sum, expected, bound);
}

void brg_resize_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                       double *bound) {
    brg_pixels image = brg_pixels_of(call);
    axes a = axes_of(call);
    for (int64_t x = 0; x < a.x.out;) {
        strip s;
        if (plan_strip(&a.x, x, image.c, &s)) {
            exact_strip(&image, &a, &s, row0, row1, expected, bound);
            x = s.x1;
            continue;
        }
        for (int64_t y = row0; y < row1; y++)
            for (int64_t ch = 0; ch < image.c; ch++) {
                int64_t to = ((y - row0) * a.x.out + x) * image.c + ch;
                exact_element(&image, &a, y, x, ch, &expected[to], &bound[to]);
            }
        x++;
    }
}
