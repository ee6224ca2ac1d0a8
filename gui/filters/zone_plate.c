/* The zone plate. See zone_plate.h. */
#include "filters/zone_plate.h"

#include <math.h>
#include <stdbool.h>

enum { PHASES = 1024, SPECKS = 61 }; /* one pixel in so many is a speck */

/* A wave from deep blue to amber, a full turn long. */
static void fill_wave(uint8_t wave[PHASES][3]) {
    static const float low[3] = {18, 32, 62}, high[3] = {255, 196, 112};
    for (int i = 0; i < PHASES; i++) {
        float t = 0.5f - 0.5f * cosf(6.2831853f * (float)i / PHASES);
        for (int c = 0; c < 3; c++)
            wave[i][c] = (uint8_t)(low[c] + t * (high[c] - low[c]) + 0.5f);
    }
}

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* The phase grows with the square of the distance from the centre: rings that become finer
 * outwards. Whole numbers, in parts of a turn, so that a row is a few additions a pixel. */
static void fill_row(const uint8_t wave[PHASES][3], int64_t w, double x, double y2, double turns,
                     double fineness, uint32_t *random, uint8_t *rgb) {
    double begin = fineness * (x * x + y2) - turns;
    uint32_t phase = (uint32_t)(int64_t)(4294967296.0 * (begin - floor(begin)));
    double first = fineness * (1 - 2 * x), second = 2 * fineness;
    uint32_t step = (uint32_t)(int64_t)(4294967296.0 * (first - floor(first)));
    uint32_t bend = (uint32_t)(int64_t)(4294967296.0 * second);
    for (int64_t i = 0; i < w; i++, rgb += 3) {
        const uint8_t *colour = wave[phase >> 22];
        bool speck = next_random(random) % SPECKS == 0;
        for (int c = 0; c < 3; c++)
            rgb[c] = speck ? 240 : colour[c];
        phase += step;
        step += bend;
    }
}

brg_status brg_zone_plate(int64_t w, int64_t h, double seconds, brg_tensor **image,
                          brg_error *error) {
    brg_shape shape = brg_shape_3d(BRG_U8, h, w, 3);
    brg_status status = brg_tensor_create(&shape, NULL, image, error);
    if (status != BRG_OK)
        return status;
    uint8_t wave[PHASES][3], *rgb = brg_tensor_writable(*image);
    uint32_t random = 1u + (uint32_t)(seconds * 1000);
    double cx = (double)w * (0.5 + 0.22 * cos(0.7 * seconds));
    double cy = (double)h * (0.5 + 0.22 * sin(0.9 * seconds));
    double fineness = 0.08 / (double)(w > h ? w : h);
    fill_wave(wave);
    for (int64_t y = 0; y < h; y++) {
        double dy = (double)y - cy;
        fill_row(wave, w, cx, dy * dy, 0.8 * seconds, fineness, &random, rgb + 3 * w * y);
    }
    return BRG_OK;
}
