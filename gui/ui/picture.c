/* Pictures: tensors as RGBA pixels. See picture.h. */
#include "ui/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/palette.h"

brg_status brg_picture_create(int64_t w, int64_t h, brg_picture *picture, brg_error *error) {
    memset(picture, 0, sizeof *picture);
    if (w <= 0 || h <= 0)
        return brg_fail(error, BRG_E_SHAPE, "An empty tensor cannot be shown.");
    picture->rgba = calloc((size_t)w * (size_t)h, 4);
    if (!picture->rgba)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a picture.");
    picture->w = (int32_t)w;
    picture->h = (int32_t)h;
    picture->aspect = (float)w / (float)h;
    return BRG_OK;
}

void brg_picture_clear(brg_picture *picture) {
    free(picture->rgba);
    memset(picture, 0, sizeof *picture);
}

/* The sides that fit into BRG_PICTURE_SIDE in the same proportions; neither grows. */
static void fit(int64_t *w, int64_t *h) {
    int64_t longest = *w > *h ? *w : *h;
    if (longest <= BRG_PICTURE_SIDE)
        return;
    *w = *w * BRG_PICTURE_SIDE / longest;
    *h = *h * BRG_PICTURE_SIDE / longest;
    *w += *w == 0;
    *h += *h == 0;
}

void brg_picture_put(brg_picture *picture, int64_t index, brg_colour colour) {
    uint8_t *pixel = picture->rgba + 4 * index;
    pixel[0] = (uint8_t)(colour >> 16);
    pixel[1] = (uint8_t)(colour >> 8);
    pixel[2] = (uint8_t)colour;
    pixel[3] = 255;
}

brg_colour brg_colour_mix(brg_colour from, brg_colour to, float t) {
    brg_colour mixed = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        float a = (float)(from >> shift & 255), b = (float)(to >> shift & 255);
        mixed |= (brg_colour)(a + (b - a) * t + 0.5f) << shift;
    }
    return mixed;
}

/* ---- images ---------------------------------------------------------------------------------- */

static float sample(const brg_tensor *image, int64_t index) {
    if (brg_tensor_shape(image)->dtype == BRG_U8)
        return ((const uint8_t *)brg_tensor_data(image))[index];
    float value = 255.0f * ((const float *)brg_tensor_data(image))[index];
    return value > 0.0f ? fminf(value, 255.0f) : 0.0f;
}

/* Mean colour of the pixels y0 <= y < y1, x0 <= x < x1; transparency shows the ground behind. */
static brg_colour mean_colour(const brg_tensor *image, int64_t y0, int64_t y1, int64_t x0,
                              int64_t x1) {
    const brg_shape *shape = brg_tensor_shape(image);
    int64_t w = shape->dims[1], c = shape->dims[2];
    float sum[4] = {0};
    for (int64_t y = y0; y < y1; y++)
        for (int64_t x = x0; x < x1; x++)
            for (int64_t i = 0; i < c; i++)
                sum[i] += sample(image, (y * w + x) * c + i);
    float count = (float)((y1 - y0) * (x1 - x0));
    brg_colour colour = 0;
    for (int i = 0; i < 3; i++) {
        float level = sum[c == 1 ? 0 : i] / count;
        colour = colour << 8 | (brg_colour)(level + 0.5f);
    }
    return c == 4 ? brg_colour_mix(BRG_HEAT_ZERO, colour, sum[3] / count / 255.0f) : colour;
}

static bool is_image(const brg_shape *shape) {
    int64_t c = shape->dims[2];
    return shape->rank == 3 && shape->dtype != BRG_I32 && (c == 1 || c == 3 || c == 4);
}

brg_status brg_picture_image(const brg_tensor *image, brg_picture *picture, brg_error *error) {
    const brg_shape *shape = brg_tensor_shape(image);
    if (!is_image(shape))
        return brg_fail(error, BRG_E_SHAPE, "This tensor is not an image.");
    int64_t h = shape->dims[0], w = shape->dims[1], ph = h, pw = w;
    fit(&pw, &ph);
    brg_status status = brg_picture_create(pw, ph, picture, error);
    if (status != BRG_OK)
        return status;
    for (int64_t y = 0; y < ph; y++)
        for (int64_t x = 0; x < pw; x++)
            brg_picture_put(
                picture, y * pw + x,
                mean_colour(image, y * h / ph, (y + 1) * h / ph, x * w / pw, (x + 1) * w / pw));
    snprintf(picture->caption, sizeof picture->caption, "%lld \xc3\x97 %lld, %s, %s", (long long)w,
             (long long)h,
             shape->dims[2] == 1   ? "grey"
             : shape->dims[2] == 3 ? "RGB"
                                   : "RGBA",
             brg_dtype_name(shape->dtype));
    return BRG_OK;
}

/* Rows of u8 of one, three or four channels. Without transparency there is nothing to mix: this is
 * done for every pixel of every frame of a stream. */
static void copy_row(const uint8_t *from, int64_t c, int64_t count, uint8_t *rgba) {
    for (int64_t i = 0; i < count; i++, from += c, rgba += 4) {
        rgba[0] = from[0];
        rgba[1] = from[c == 1 ? 0 : 1];
        rgba[2] = from[c == 1 ? 0 : 2];
        rgba[3] = 255;
    }
}

brg_status brg_picture_region(const brg_tensor *image, int64_t x, int64_t y, int64_t w, int64_t h,
                              brg_picture *picture, brg_error *error) {
    const brg_shape *shape = brg_tensor_shape(image);
    int64_t c = shape->dims[2], pitch = shape->dims[1];
    bool within =
        x >= 0 && y >= 0 && w > 0 && h > 0 && w <= shape->dims[1] - x && h <= shape->dims[0] - y;
    if (!is_image(shape) || !within)
        return brg_fail(error, BRG_E_SHAPE, "There is no such part of an image.");
    if (picture->w != w || picture->h != h) {
        brg_picture_clear(picture);
        brg_status status = brg_picture_create(w, h, picture, error);
        if (status != BRG_OK)
            return status;
    }
    bool plain = shape->dtype == BRG_U8 && c != 4;
    const uint8_t *pixels = brg_tensor_data(image);
    for (int64_t r = 0; r < h; r++) {
        int64_t first = (y + r) * pitch + x;
        if (plain)
            copy_row(pixels + first * c, c, w, picture->rgba + 4 * r * w);
        for (int64_t i = 0; !plain && i < w; i++)
            brg_picture_put(picture, r * w + i,
                            mean_colour(image, y + r, y + r + 1, x + i, x + i + 1));
    }
    return BRG_OK;
}

/* ---- matrices -------------------------------------------------------------------------------- */

brg_colour brg_heat_value(float value, float range) {
    if (!isfinite(value))
        return BRG_HEAT_WRONG;
    float t = range > 0.0f ? fminf(fabsf(value) / range, 1.0f) : 0.0f;
    return brg_colour_mix(BRG_HEAT_ZERO, value < 0.0f ? BRG_HEAT_BELOW : BRG_HEAT_ABOVE, t);
}

/* Smallest and largest finite value of the elements that are shown; both 0 when there is none. */
static void find_range(const float *data, int64_t rows, int64_t columns, int64_t ph, int64_t pw,
                       float *lo, float *hi) {
    bool found = false;
    *lo = *hi = 0.0f;
    for (int64_t y = 0; y < ph; y++)
        for (int64_t x = 0; x < pw; x++) {
            float value = data[y * rows / ph * columns + x * columns / pw];
            if (!isfinite(value))
                continue;
            *lo = found ? fminf(*lo, value) : value;
            *hi = found ? fmaxf(*hi, value) : value;
            found = true;
        }
}

brg_status brg_picture_matrix(const brg_tensor *matrix, brg_picture *picture, brg_error *error) {
    const brg_shape *shape = brg_tensor_shape(matrix);
    if (shape->rank != 2 || shape->dtype != BRG_F32)
        return brg_fail(error, BRG_E_SHAPE, "This tensor is not a matrix of f32.");
    int64_t rows = shape->dims[0], columns = shape->dims[1], ph = rows, pw = columns;
    fit(&pw, &ph);
    brg_status status = brg_picture_create(pw, ph, picture, error);
    if (status != BRG_OK)
        return status;
    const float *data = brg_tensor_data(matrix);
    float lo, hi;
    find_range(data, rows, columns, ph, pw, &lo, &hi);
    float range = fmaxf(fabsf(lo), fabsf(hi));
    for (int64_t y = 0; y < ph; y++)
        for (int64_t x = 0; x < pw; x++)
            brg_picture_put(
                picture, y * pw + x,
                brg_heat_value(data[y * rows / ph * columns + x * columns / pw], range));
    snprintf(picture->caption, sizeof picture->caption, "%lld \xc3\x97 %lld, %.3g to %.3g",
             (long long)rows, (long long)columns, (double)lo, (double)hi);
    return BRG_OK;
}

/* ---- errors ---------------------------------------------------------------------------------- */

brg_colour brg_heat_error(float ratio, float brightest) {
    if (!(ratio <= 1.0f))
        return BRG_HEAT_WRONG;
    float t = brightest > 0.0f ? fminf(ratio / brightest, 1.0f) : 0.0f;
    return t < 0.5f ? brg_colour_mix(0x101318, 0x6b4526, 2.0f * t)
                    : brg_colour_mix(0x6b4526, 0xd8a25c, 2.0f * t - 1.0f);
}

brg_status brg_picture_errors(const float *ratios, int32_t w, int32_t h, float brightest,
                              brg_picture *picture, brg_error *error) {
    brg_status status = brg_picture_create(w, h, picture, error);
    if (status != BRG_OK)
        return status;
    for (int64_t i = 0; i < (int64_t)w * h; i++)
        brg_picture_put(picture, i, brg_heat_error(ratios[i], brightest));
    return BRG_OK;
}
