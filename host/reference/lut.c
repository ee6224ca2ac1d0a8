/* Curves applied to every colour element, in sequential C. */
#include "reference/lut.h"

#include <math.h>

#include "reference/pixels.h"

float brg_lut_value(const brg_lut_params *params, brg_dtype dtype) {
    bool scaled = params->kind == BRG_LUT_THRESHOLD && dtype == BRG_U8;
    return scaled ? params->value * 255.0f : params->value;
}

float brg_lut_curve(const brg_lut_params *params, float value, float range, float in) {
    if (params->kind == BRG_LUT_INVERT)
        return range - in;
    if (params->kind == BRG_LUT_THRESHOLD)
        return in >= value ? range : 0.0f;
    return in <= 0.0f ? 0.0f : range * powf(in / range, value);
}

static void run_bytes(const brg_pixels *image, const uint8_t table[256], int64_t at, int64_t end,
                      uint8_t *output) {
    const uint8_t *in = image->data;
    for (int64_t i = at; i < end; i++)
        output[i] = table[in[i]];
    for (int64_t i = at + 3; image->c == 4 && i < end; i += 4)
        output[i] = in[i];
}

static void run_floats(const brg_pixels *image, const brg_lut_params *params, float value,
                       int64_t at, int64_t end, float *output) {
    const float *in = image->data;
    for (int64_t i = at; i < end; i++)
        output[i] = image->c == 4 && i % 4 == 3 ? in[i] : brg_lut_curve(params, value, 1.0f, in[i]);
}

void brg_lut_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_pixels image = brg_pixels_of(call);
    const brg_lut_params *params = call->params;
    float value = brg_lut_value(params, call->inputs[0].dtype);
    int64_t at = row0 * image.pitch, end = row1 * image.pitch;
    if (!image.u8) {
        run_floats(&image, params, value, at, end, output);
        return;
    }
    uint8_t table[256];
    for (int32_t i = 0; i < 256; i++)
        table[i] = brg_pixels_round(brg_lut_curve(params, value, 255.0f, (float)i));
    run_bytes(&image, table, at, end, output);
}

void brg_lut_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_pixels image = brg_pixels_of(call);
    const brg_lut_params *params = call->params;
    float value = brg_lut_value(params, call->inputs[0].dtype);
    for (int64_t i = row0 * image.pitch; i < row1 * image.pitch; i++) {
        float in = brg_pixels_get(&image, i);
        bool stays = image.c == 4 && i % 4 == 3;
        float out = stays ? in : brg_lut_curve(params, value, image.u8 ? 255.0f : 1.0f, in);
        brg_pixels_store(output, image.u8, i, &out, 1);
    }
}

double brg_lut_exact(const brg_lut_params *params, double value, double range, double in,
                     double *slack) {
    const double u = 0x1p-24;
    *slack = 0.0;
    if (params->kind == BRG_LUT_THRESHOLD)
        return in >= value ? range : 0.0;
    if (params->kind == BRG_LUT_INVERT) {
        *slack = u * (range + fabs(in));
        return range - in;
    }
    double out = in <= 0.0 ? 0.0 : range * pow(in / range, value);
    *slack = (40.0 + 8.0 * value) * u * out;
    return out;
}

void brg_lut_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                    double *bound) {
    brg_pixels image = brg_pixels_of(call);
    const brg_lut_params *params = call->params;
    double value = (double)brg_lut_value(params, call->inputs[0].dtype);
    int64_t base = row0 * image.pitch, n = (row1 - row0) * image.pitch;
    for (int64_t i = 0; i < n; i++) {
        double in = (double)brg_pixels_get(&image, base + i), out = in, slack = 0.0;
        if (!(image.c == 4 && i % 4 == 3))
            out = brg_lut_exact(params, value, image.u8 ? 255.0 : 1.0, in, &slack);
        brg_pixels_state(image.u8, out, slack, &expected[i], &bound[i]);
    }
}
