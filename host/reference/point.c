/* Brightness, contrast and runs of them in sequential C. */
#include <math.h>

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

static void run_all(const brg_pixels *image, const lanes *l, int32_t count, int64_t at, int64_t n,
                    void *output) {
    float values[RUN];
    brg_pixels_scale(values, image, at, n, 1.0f);
    for (int32_t i = 0; i < count; i++) {
        run_line(values, n, &l[i]);
        if (image->u8)
            run_rounding(values, n);
    }
    brg_pixels_store(output, image->u8, at, values, n);
}

void brg_point_sequential(const brg_call *call, const brg_lines *lines, int64_t row0, int64_t row1,
                          void *output) {
    brg_pixels image = brg_pixels_of(call);
    lanes l[BRG_POINT_MOST];
    for (int32_t i = 0; i < lines->count; i++)
        l[i] = lanes_of(&lines->lines[i], image.c == 4);
    int64_t end = row1 * image.pitch;
    for (int64_t at = row0 * image.pitch; at < end; at += RUN) {
        int64_t n = end - at < RUN ? end - at : RUN;
        if (lines->count == 1)
            run_one(&image, l, at, n, output);
        else
            run_all(&image, l, lines->count, at, n, output);
    }
}

static float through_lines(const brg_pixels *image, const brg_lines *lines, float value) {
    for (int32_t i = 0; i < lines->count; i++) {
        const brg_line *line = &lines->lines[i];
        value = (value - line->middle) * line->factor + line->offset;
        if (image->u8)
            value = (float)brg_pixels_round(value);
    }
    return value;
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
                    value = through_lines(&image, lines, value);
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
    double size = (fabs(in.value) + in.slack + middle) * factor + fabs(line->exact_offset);
    return (about){(in.value - middle) * factor + line->exact_offset,
                   in.slack * factor + gamma * size};
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
        for (int32_t l = 0; l < lines->count && !stays; l++)
            at = through_line(l && image.u8 ? rounded(at) : at, &lines->lines[l]);
        brg_pixels_state(image.u8, at.value, at.slack, &expected[i], &bound[i]);
    }
}
