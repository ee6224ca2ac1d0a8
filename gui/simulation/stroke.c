/* Strokes. See stroke.h. */
#include "simulation/stroke.h"

#include <math.h>

enum { DROPS = 24 };

static int64_t wrap(int64_t place, int64_t side) {
    return (place % side + side) % side;
}

/* How far a point is from the stroke's line. */
static float distance(const brg_stroke *s, float x, float y) {
    float dx = s->x1 - s->x0, dy = s->y1 - s->y0, length2 = dx * dx + dy * dy;
    float t = length2 > 0 ? ((x - s->x0) * dx + (y - s->y0) * dy) / length2 : 0;
    t = fminf(fmaxf(t, 0), 1);
    return hypotf(x - s->x0 - t * dx, y - s->y0 - t * dy);
}

void brg_stroke_draw(const brg_stroke *s, int64_t w, int64_t h, float *cells) {
    float r = s->radius;
    int64_t left = (int64_t)floorf(fminf(s->x0, s->x1) - r);
    int64_t right = (int64_t)ceilf(fmaxf(s->x0, s->x1) + r);
    int64_t top = (int64_t)floorf(fminf(s->y0, s->y1) - r);
    int64_t bottom = (int64_t)ceilf(fmaxf(s->y0, s->y1) + r);
    for (int64_t y = top; y <= bottom; y++)
        for (int64_t x = left; x <= right; x++) {
            if (!(distance(s, (float)x, (float)y) <= r))
                continue;
            float *cell = cells + 2 * (wrap(y, h) * w + wrap(x, w));
            cell[0] = s->erases ? 1 : 0.5f;
            cell[1] = s->erases ? 0 : 0.3f;
        }
}

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

void brg_stroke_begin(int64_t w, int64_t h, float *cells) {
    uint32_t random = 2026;
    for (int64_t i = 0; i < w * h; i++) {
        cells[2 * i] = 1;
        cells[2 * i + 1] = 0;
    }
    for (int i = 0; i < DROPS; i++) {
        float x = (float)(next_random(&random) % (uint32_t)w);
        float y = (float)(next_random(&random) % (uint32_t)h);
        brg_stroke drop = {x, y, x, y, 3 + (float)(next_random(&random) % 6), false};
        brg_stroke_draw(&drop, w, h, cells);
    }
}
