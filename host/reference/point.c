/* Brightness and contrast in sequential C. */
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

void brg_point_sequential(const brg_call *call, const brg_line *line, int64_t row0, int64_t row1,
                          void *output) {
    brg_pixels image = brg_pixels_of(call);
    lanes l = lanes_of(line, image.c == 4);
    int64_t end = row1 * image.pitch;
    for (int64_t at = row0 * image.pitch; at < end; at += RUN) {
        int64_t n = end - at < RUN ? end - at : RUN;
        if (image.u8)
            run_u8((const uint8_t *)image.data + at, (uint8_t *)output + at, n, &l);
        else
            run_f32((const float *)image.data + at, (float *)output + at, n, &l);
    }
}

void brg_point_naive(const brg_call *call, const brg_line *line, int64_t row0, int64_t row1,
                     void *output) {
    brg_pixels image = brg_pixels_of(call);
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < image.w; x++)
            for (int64_t ch = 0; ch < image.c; ch++) {
                int64_t at = (y * image.w + x) * image.c + ch;
                float value = brg_pixels_get(&image, at);
                if (ch < 3)
                    value = (value - line->middle) * line->factor + line->offset;
                brg_pixels_store(output, image.u8, at, &value, 1);
            }
}

void brg_point_oracle(const brg_call *call, const brg_line *line, int64_t row0, int64_t row1,
                      double *expected, double *bound) {
    const double gamma = 4.0 * 0x1p-24 / (1.0 - 4.0 * 0x1p-24);
    brg_pixels image = brg_pixels_of(call);
    int64_t base = row0 * image.pitch, n = (row1 - row0) * image.pitch;
    for (int64_t i = 0; i < n; i++) {
        double in = (double)brg_pixels_get(&image, base + i);
        double middle = (double)line->middle, factor = (double)line->factor;
        double value = (in - middle) * factor + line->exact_offset;
        double slack = gamma * ((fabs(in) + middle) * factor + fabs(line->exact_offset));
        if (image.c == 4 && i % 4 == 3) {
            value = in;
            slack = 0.0;
        }
        brg_pixels_state(image.u8, value, slack, &expected[i], &bound[i]);
    }
}
