/* The brightness of colours in sequential C. */
#include "reference/grey.h"

#include <math.h>
#include <string.h>

#include "reference/pixels.h"

/* ITU-R BT.601. */
static const double weights[3] = {0.299, 0.587, 0.114};

/* One text for two types and two counts of channels: with the count known the loop becomes vector
 * instructions. */
#define RUN(name, type, c, finish)                                                                 \
    static void name(const type *restrict in, type *restrict out, int64_t n) {                     \
        const float red = (float)weights[0], green = (float)weights[1], blue = (float)weights[2];  \
        for (int64_t i = 0; i < n; i++)                                                            \
            out[i] = finish(red * in[c * i] + green * in[c * i + 1] + blue * in[c * i + 2]);       \
    }
#define SAME(value) (value)

RUN(rgb_u8, uint8_t, 3, brg_pixels_round)
RUN(rgba_u8, uint8_t, 4, brg_pixels_round)
RUN(rgb_f32, float, 3, SAME)
RUN(rgba_f32, float, 4, SAME)

void brg_grey_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_pixels image = brg_pixels_of(call);
    int64_t at = row0 * image.w, n = (row1 - row0) * image.w;
    const uint8_t *bytes = (const uint8_t *)image.data + at * image.c;
    const float *floats = (const float *)image.data + at * image.c;
    if (image.c == 1 && image.u8)
        memcpy((uint8_t *)output + at, bytes, (size_t)n);
    else if (image.c == 1)
        memcpy((float *)output + at, floats, (size_t)n * sizeof(float));
    else if (image.u8)
        (image.c == 3 ? rgb_u8 : rgba_u8)(bytes, (uint8_t *)output + at, n);
    else
        (image.c == 3 ? rgb_f32 : rgba_f32)(floats, (float *)output + at, n);
}

void brg_grey_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_pixels image = brg_pixels_of(call);
    for (int64_t at = row0 * image.w; at < row1 * image.w; at++) {
        float sum = image.c == 1 ? brg_pixels_get(&image, at) : 0.0f;
        for (int64_t ch = 0; ch < 3 && image.c > 1; ch++)
            sum += (float)weights[ch] * brg_pixels_get(&image, at * image.c + ch);
        brg_pixels_store(output, image.u8, at, &sum, 1);
    }
}

void brg_grey_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound) {
    const double gamma = 4.0 * 0x1p-24 / (1.0 - 4.0 * 0x1p-24);
    brg_pixels image = brg_pixels_of(call);
    for (int64_t at = row0 * image.w, to = 0; at < row1 * image.w; at++, to++) {
        double sum = image.c == 1 ? (double)brg_pixels_get(&image, at) : 0.0, size = 0.0;
        for (int64_t ch = 0; ch < 3 && image.c > 1; ch++) {
            double part = weights[ch] * (double)brg_pixels_get(&image, at * image.c + ch);
            sum += part;
            size += fabs(part);
        }
        brg_pixels_state(image.u8, sum, gamma * size, &expected[to], &bound[to]);
    }
}
