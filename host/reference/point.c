/* Brightness and contrast in sequential C. */
#include <math.h>

#include "reference/pixels.h"
#include "reference/point.h"

/* The alpha test is inside the loop and free of branches: a vectorising compiler turns it into a
 * blend. */
static void line_u8(const uint8_t *restrict in, uint8_t *restrict out, int64_t n, bool alpha,
                    brg_line line) {
    for (int64_t i = 0; i < n; i++) {
        uint8_t moved = brg_pixels_round(((float)in[i] - line.middle) * line.factor + line.offset);
        out[i] = alpha && (i & 3) == 3 ? in[i] : moved;
    }
}

static void line_f32(const float *restrict in, float *restrict out, int64_t n, bool alpha,
                     brg_line line) {
    for (int64_t i = 0; i < n; i++) {
        float moved = (in[i] - line.middle) * line.factor + line.offset;
        out[i] = alpha && (i & 3) == 3 ? in[i] : moved;
    }
}

void brg_point_sequential(const brg_call *call, const brg_line *line, int64_t row0, int64_t row1,
                          void *output) {
    brg_pixels image = brg_pixels_of(call);
    int64_t at = row0 * image.pitch, n = (row1 - row0) * image.pitch;
    bool alpha = image.c == 4;
    if (image.u8)
        line_u8((const uint8_t *)image.data + at, (uint8_t *)output + at, n, alpha, *line);
    else
        line_f32((const float *)image.data + at, (float *)output + at, n, alpha, *line);
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
