/* Pictures: tensors as RGBA pixels, small enough to show. Pure functions of host data; no OpenGL.
 */
#ifndef BRIGADE_GUI_PICTURE_H
#define BRIGADE_GUI_PICTURE_H

#include <brigade/tensor.h>
#include <stdbool.h>
#include <stdint.h>

#include "ui/palette.h"

/* Longest side of a picture: what a card shows at twice the usual scale. */
enum { BRG_PICTURE_SIDE = 560, BRG_PICTURE_CAPTION = 96 };

/* Colours of data, 0xRRGGBB: the same in every theme. */
enum {
    BRG_HEAT_ZERO = 0x14171c,
    BRG_HEAT_BELOW = 0x4aa8ff,
    BRG_HEAT_ABOVE = 0xffb454,
    BRG_HEAT_WRONG = 0xff6b6b
};

typedef struct brg_picture {
    int32_t w, h;  /* 0: none */
    float aspect;  /* width over height to be shown at */
    uint8_t *rgba; /* w * h * 4 bytes, rows from the top */
    char caption[BRG_PICTURE_CAPTION];
} brg_picture;

/* An image tensor {h, w, c}, u8 or f32, averaged down to fit. BRG_E_SHAPE for anything else,
 * BRG_E_MEMORY. The caller clears *picture when done with it. */
brg_status brg_picture_image(const brg_tensor *image, brg_picture *picture, brg_error *error);

/* The pixels x <= column < x + w, y <= row < y + h of an image, as they are. The picture's memory is
 * used again if it is of that size: for streams. BRG_E_SHAPE for no image, or no such region,
 * BRG_E_MEMORY. */
brg_status brg_picture_region(const brg_tensor *image, int64_t x, int64_t y, int64_t w, int64_t h,
                              brg_picture *picture, brg_error *error);

/* A matrix {rows, columns} of f32 as a heat map around zero: blue below, amber above, red for NaN
 * and infinity. One element is taken per pixel, so that noise looks like noise. */
brg_status brg_picture_matrix(const brg_tensor *matrix, brg_picture *picture, brg_error *error);

/* Errors as parts of their bounds, w x h of them: dark is none, `brightest` is the top of the
 * scale, and what is beyond its bound (above 1, or NaN) is red. The caption is left to the caller.
 */
brg_status brg_picture_errors(const float *ratios, int32_t w, int32_t h, float brightest,
                              brg_picture *picture, brg_error *error);

/* Room for w x h pixels, all transparent, with the aspect of its sides. BRG_E_SHAPE if there are
 * none, BRG_E_MEMORY. */
brg_status brg_picture_create(int64_t w, int64_t h, brg_picture *picture, brg_error *error);

/* Sets the index-th pixel, counted along the rows, to an opaque colour. */
void brg_picture_put(brg_picture *picture, int64_t index, brg_colour colour);

/* `t` of the way from one colour to another, 0..1. */
brg_colour brg_colour_mix(brg_colour from, brg_colour to, float t);

/* The colours of a matrix's element, for a scale of -range to range, and of an error. */
brg_colour brg_heat_value(float value, float range);
brg_colour brg_heat_error(float ratio, float brightest);

/* Frees the pixels. */
void brg_picture_clear(brg_picture *picture);

#endif
