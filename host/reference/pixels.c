/* Rows of image elements in single precision. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "reference/pixels.h"

brg_pixels brg_pixels_of(const brg_call *call) {
    const brg_shape *shape = &call->inputs[0];
    return (brg_pixels){.h = shape->dims[0],
                        .w = shape->dims[1],
                        .c = shape->dims[2],
                        .pitch = shape->dims[1] * shape->dims[2],
                        .u8 = shape->dtype == BRG_U8,
                        .data = call->data[0]};
}

static const uint8_t *bytes(const brg_pixels *image, int64_t at) {
    return (const uint8_t *)image->data + at;
}

static const float *floats(const brg_pixels *image, int64_t at) {
    return (const float *)image->data + at;
}

float brg_pixels_get(const brg_pixels *image, int64_t at) {
    return image->u8 ? (float)*bytes(image, at) : *floats(image, at);
}

void brg_pixels_scale(float *restrict to, const brg_pixels *image, int64_t at, int64_t n,
                      float weight) {
    const uint8_t *restrict u = bytes(image, at);
    const float *restrict f = floats(image, at);
    if (image->u8)
        for (int64_t i = 0; i < n; i++)
            to[i] = weight * (float)u[i];
    else
        for (int64_t i = 0; i < n; i++)
            to[i] = weight * f[i];
}

void brg_pixels_add(float *restrict to, const brg_pixels *image, int64_t at, int64_t n,
                    float weight) {
    const uint8_t *restrict u = bytes(image, at);
    const float *restrict f = floats(image, at);
    if (image->u8)
        for (int64_t i = 0; i < n; i++)
            to[i] += weight * (float)u[i];
    else
        for (int64_t i = 0; i < n; i++)
            to[i] += weight * f[i];
}

void brg_pixels_add_pair(float *restrict to, const brg_pixels *image, int64_t a, int64_t b,
                         int64_t n, float weight) {
    const uint8_t *restrict ua = bytes(image, a), *restrict ub = bytes(image, b);
    const float *restrict fa = floats(image, a), *restrict fb = floats(image, b);
    if (image->u8)
        for (int64_t i = 0; i < n; i++)
            to[i] += weight * (float)(ua[i] + ub[i]);
    else
        for (int64_t i = 0; i < n; i++)
            to[i] += weight * (fa[i] + fb[i]);
}

void brg_pixels_load(double *restrict to, const brg_pixels *image, int64_t at, int64_t n) {
    const uint8_t *restrict u = bytes(image, at);
    const float *restrict f = floats(image, at);
    if (image->u8)
        for (int64_t i = 0; i < n; i++)
            to[i] = u[i];
    else
        for (int64_t i = 0; i < n; i++)
            to[i] = f[i];
}

void brg_pixels_store(void *output, bool u8, int64_t at, const float *restrict from, int64_t n) {
    if (!u8) {
        memcpy((float *)output + at, from, (size_t)n * sizeof *from);
        return;
    }
    uint8_t *restrict to = (uint8_t *)output + at;
    for (int64_t i = 0; i < n; i++)
        to[i] = brg_pixels_round(from[i]);
}

void brg_pixels_state(bool u8, double value, double slack, double *expected, double *bound) {
    /* A device may take numbers below FLT_MIN for zero. */
    *bound = slack + 16.0 * (double)FLT_MIN;
    *expected = value;
    if (u8) {
        *expected = value > 0.0 ? fmin(value, 255.0) : 0.0;
        *bound += 0.5 + 256.0 * 0x1p-24;
    }
}
