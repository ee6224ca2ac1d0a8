/* Brightness, contrast, curves and runs of them in sequential C. */
#include <float.h>
#include <math.h>

#include "reference/lut.h"
#include "reference/pixels.h"
#include "reference/point.h"

/* The line written out for a run of elements: where alpha falls it is the identity, so that the
 * loop over a run has no branch, and becomes vector instructions. */
enum { RUN = 64 };

typedef struct lanes {
    float middle[RUN], factor[RUN], offset[RUN];
} lanes;

static lanes lanes_of(const brg_line *line, bool alpha) {
    lanes l;
    for (int32_t i = 0; i < RUN; i++) {
        bool stays = alpha && i % 4 == 3;
        l.middle[i] = stays ? 0.0f : line->middle;
        l.factor[i] = stays ? 1.0f : line->factor;
        l.offset[i] = stays ? 0.0f : line->offset;
    }
    return l;
}

/* Applies a line to what an earlier one made. */
static void run_line(float *restrict values, int64_t n, const lanes *restrict l) {
    for (int64_t i = 0; i < n; i++)
        values[i] = (values[i] - l->middle[i]) * l->factor[i] + l->offset[i];
}

static void run_rounding(float *restrict values, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        values[i] = (float)brg_pixels_round(values[i]);
}

static void run_u8(const uint8_t *restrict in, uint8_t *restrict out, int64_t n,
                   const lanes *restrict l) {
    for (int64_t i = 0; i < n; i++)
        out[i] = brg_pixels_round(((float)in[i] - l->middle[i]) * l->factor[i] + l->offset[i]);
}

static void run_f32(const float *restrict in, float *restrict out, int64_t n,
                    const lanes *restrict l) {
    for (int64_t i = 0; i < n; i++)
        out[i] = (in[i] - l->middle[i]) * l->factor[i] + l->offset[i];
}

/* One line needs no values in between. */
static void run_one(const brg_pixels *image, const lanes *l, int64_t at, int64_t n, void *output) {
    if (image->u8)
        run_u8((const uint8_t *)image->data + at, (uint8_t *)output + at, n, l);
    else
        run_f32((const float *)image->data + at, (float *)output + at, n, l);
}

/* Only for floats: bytes with a curve among their lines have a table. */
static void run_curve(float *restrict values, int64_t n, const brg_line *line, bool alpha) {
    for (int64_t i = 0; i < n; i++)
        if (!(alpha && i % 4 == 3))
            values[i] = brg_lut_curve(&line->curve, line->factor, 1.0f, values[i]);
}

static void run_all(const brg_pixels *image, const lanes *l, const brg_lines *lines, int64_t at,
                    int64_t n, void *output) {
    float values[RUN];
    brg_pixels_scale(values, image, at, n, 1.0f);
    for (int32_t i = 0; i < lines->count; i++) {
        if (lines->lines[i].curved)
            run_curve(values, n, &lines->lines[i], image->c == 4);
        else
            run_line(values, n, &l[i]);
        if (image->u8)
            run_rounding(values, n);
    }
    brg_pixels_store(output, image->u8, at, values, n);
}

/* ---- one element ---- */

static float through_lines(bool u8, const brg_lines *lines, float value) {
    for (int32_t i = 0; i < lines->count; i++) {
        const brg_line *line = &lines->lines[i];
        value = line->curved ? brg_lut_curve(&line->curve, line->factor, u8 ? 255.0f : 1.0f, value)
                             : (value - line->middle) * line->factor + line->offset;
        if (u8)
            value = (float)brg_pixels_round(value);
    }
    return value;
}

/* A byte has 256 values: all lines together are one table. */
static void run_table(const brg_pixels *image, const brg_lines *lines, int64_t at, int64_t end,
                      uint8_t *output) {
    uint8_t table[256];
    for (int32_t i = 0; i < 256; i++) {
        float level = through_lines(true, lines, (float)i);
        brg_pixels_store(table, true, i, &level, 1);
    }
    const uint8_t *in = image->data;
    for (int64_t i = at; i < end; i++)
        output[i] = table[in[i]];
    for (int64_t i = at + 3; image->c == 4 && i < end; i += 4)
        output[i] = in[i];
}

bool brg_lines_curved(const brg_lines *lines) {
    bool curved = false;
    for (int32_t i = 0; i < lines->count; i++)
        curved = curved || lines->lines[i].curved;
    return curved;
}

void brg_point_sequential(const brg_call *call, const brg_lines *lines, int64_t row0, int64_t row1,
                          void *output) {
    brg_pixels image = brg_pixels_of(call);
    lanes l[BRG_POINT_MOST];
    for (int32_t i = 0; i < lines->count; i++)
        l[i] = lanes_of(&lines->lines[i], image.c == 4);
    int64_t begin = row0 * image.pitch, end = row1 * image.pitch;
    bool curved = brg_lines_curved(lines);
    if (curved && image.u8) {
        run_table(&image, lines, begin, end, output);
        return;
    }
    for (int64_t at = begin; at < end; at += RUN) {
        int64_t n = end - at < RUN ? end - at : RUN;
        if (lines->count == 1 && !curved)
            run_one(&image, l, at, n, output);
        else
            run_all(&image, l, lines, at, n, output);
    }
}

void brg_point_naive(const brg_call *call, const brg_lines *lines, int64_t row0, int64_t row1,
                     void *output) {
    brg_pixels image = brg_pixels_of(call);
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < image.w; x++)
            for (int64_t ch = 0; ch < image.c; ch++) {
                int64_t at = (y * image.w + x) * image.c + ch;
                float value = brg_pixels_get(&image, at);
                if (ch < 3)
                    value = through_lines(image.u8, lines, value);
                brg_pixels_store(output, image.u8, at, &value, 1);
            }
}

/* A value and what it may be off by. */
typedef struct about {
    double value, slack;
} about;

static about through_line(about in, const brg_line *line) {
    const double gamma = 4.0 * 0x1p-24 / (1.0 - 4.0 * 0x1p-24);
    double middle = (double)line->middle, factor = (double)line->factor;
    double steep = fabs(factor);
    double size = (fabs(in.value) + in.slack + middle) * steep + fabs(line->exact_offset);
    return (about){(in.value - middle) * factor + line->exact_offset,
                   in.slack * steep + gamma * size};
}

static about through_curve(about in, const brg_line *line, bool u8) {
    double slack, value = (double)line->factor, range = u8 ? 255.0 : 1.0;
    /* A device may take what is below FLT_MIN for zero, and a root of that is no longer small. */
    double around =
        in.slack > 0.0 && line->curve.kind == BRG_LUT_GAMMA ? in.slack + (double)FLT_MIN : in.slack;
    double lo = brg_lut_exact(&line->curve, value, range, in.value - around, &slack);
    double hi = brg_lut_exact(&line->curve, value, range, in.value + around, &slack);
    return (about){0.5 * (lo + hi), 0.5 * (hi - lo) + slack};
}

static double level(double value) {
    return value > 0.0 ? floor(fmin(value, 255.0) + 0.5) : 0.0;
}

static about rounded(about in) {
    double slack = in.slack + 256.0 * 0x1p-24;
    double lo = level(in.value - slack), hi = level(in.value + slack);
    return (about){0.5 * (lo + hi), 0.5 * (hi - lo)};
}

void brg_point_oracle(const brg_call *call, const brg_lines *lines, int64_t row0, int64_t row1,
                      double *expected, double *bound) {
    brg_pixels image = brg_pixels_of(call);
    int64_t base = row0 * image.pitch, n = (row1 - row0) * image.pitch;
    for (int64_t i = 0; i < n; i++) {
        about at = {(double)brg_pixels_get(&image, base + i), 0.0};
        bool stays = image.c == 4 && i % 4 == 3;
        for (int32_t l = 0; l < lines->count && !stays; l++) {
            const brg_line *line = &lines->lines[l];
            at = l && image.u8 ? rounded(at) : at;
            at = line->curved ? through_curve(at, line, image.u8) : through_line(at, line);
        }
        brg_pixels_state(image.u8, at.value, at.slack, &expected[i], &bound[i]);
    }
}
