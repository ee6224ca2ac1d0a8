/* Rows of image elements, u8 or f32, worked on in single precision: what the image references
 * share.
 *
 * Elements of a row are taken as one interleaved line (r g b r g b ...), so that a neighbour in x
 * is `c` elements away and every inner loop is contiguous. `at` counts elements from the image's
 * first. */
#ifndef BRIGADE_REFERENCE_PIXELS_H
#define BRIGADE_REFERENCE_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "brigade/op.h"

enum {
    /* Elements worked on at a time, so that they stay in the first-level cache: whole pixels for 1,
     * 3 and 4 channels, and whole vectors. */
    BRG_PIXELS_STRIP = 960,
    BRG_PIXELS_MAX_C = 4
};

typedef struct brg_pixels {
    int64_t h, w, c;
    int64_t pitch; /* elements in a row */
    bool u8;
    const void *data;
} brg_pixels;

/* The image that is input 0 of a call. */
brg_pixels brg_pixels_of(const brg_call *call);

/* One element. */
float brg_pixels_get(const brg_pixels *image, int64_t at);

/* to[i] = weight * image[at + i], and the same added to what is there. */
void brg_pixels_scale(float *to, const brg_pixels *image, int64_t at, int64_t n, float weight);
void brg_pixels_add(float *to, const brg_pixels *image, int64_t at, int64_t n, float weight);

/* to[i] += weight * (image[a + i] + image[b + i]): one multiplication for two elements. */
void brg_pixels_add_pair(float *to, const brg_pixels *image, int64_t a, int64_t b, int64_t n,
                         float weight);

/* to[i] = image[at + i] in double precision, for oracles. */
void brg_pixels_load(double *to, const brg_pixels *image, int64_t at, int64_t n);

/* Writes n elements into an output of the image's type; u8 is rounded to nearest and clamped. */
void brg_pixels_store(void *output, bool u8, int64_t at, const float *from, int64_t n);

/* Rounds to the nearest grey level. NaN gives 0. */
static inline uint8_t brg_pixels_round(float value) {
    float clamped = value > 0.0f ? (value < 255.0f ? value : 255.0f) : 0.0f;
    return (uint8_t)(int32_t)(clamped + 0.5f);
}

/* Turns an exact value and the error of single precision into what an oracle states: u8 is clamped,
 * and rounding it costs half a level plus the rounding of value + 0.5. */
void brg_pixels_state(bool u8, double value, double slack, double *expected, double *bound);

#endif
