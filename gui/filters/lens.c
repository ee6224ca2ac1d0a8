/* The lens. See lens.h. */
#include "filters/lens.h"

#include <math.h>

static const float most_pixels = 40; /* logical, of an image's pixel */

void brg_lens_reset(brg_lens *lens) {
    *lens = (brg_lens){.x = 0.5f, .y = 0.5f, .zoom = 1, .divider = 0.5f, .split = true};
}

/* Logical pixels of an image pixel when the whole fits. */
static float fit(brg_rect room, int64_t w, int64_t h) {
    return fminf(room.w / (float)w, room.h / (float)h);
}

brg_rect brg_lens_place(const brg_lens *lens, brg_rect room, int64_t w, int64_t h) {
    float size = fit(room, w, h) * lens->zoom;
    float full_w = (float)w * size, full_h = (float)h * size;
    return (brg_rect){room.x + room.w / 2 - lens->x * full_w,
                      room.y + room.h / 2 - lens->y * full_h, full_w, full_h};
}

void brg_lens_extent(const brg_lens *lens, brg_rect room, int64_t w, int64_t h, float scale,
                     int64_t *shown_w, int64_t *shown_h) {
    float size = fit(room, w, h) * lens->zoom * scale;
    *shown_w = (int64_t)fmaxf(roundf((float)w * size), 1);
    *shown_h = (int64_t)fmaxf(roundf((float)h * size), 1);
}

/* The room shows no more than a border beside the image: along a side that fits, the middle. */
static float held(float middle, float room, float full) {
    float reach = full > room ? room / full / 2 : 0.5f;
    return fminf(fmaxf(middle, reach), 1 - reach);
}

static void settle(brg_lens *lens, brg_rect room, int64_t w, int64_t h) {
    float most = fmaxf(most_pixels / fit(room, w, h), 1);
    lens->zoom = fminf(fmaxf(lens->zoom, 1), most);
    brg_rect place = brg_lens_place(lens, room, w, h);
    lens->x = held(lens->x, room.w, place.w);
    lens->y = held(lens->y, room.h, place.h);
}

void brg_lens_zoom(brg_lens *lens, brg_rect room, int64_t w, int64_t h, float factor, float at_x,
                   float at_y) {
    brg_rect was = brg_lens_place(lens, room, w, h);
    float u = (at_x - was.x) / was.w, v = (at_y - was.y) / was.h;
    float most = fmaxf(most_pixels / fit(room, w, h), 1);
    lens->zoom = fminf(fmaxf(lens->zoom * factor, 1), most);
    brg_rect is = brg_lens_place(lens, room, w, h);
    lens->x = u + (room.x + room.w / 2 - at_x) / is.w;
    lens->y = v + (room.y + room.h / 2 - at_y) / is.h;
    settle(lens, room, w, h);
}

void brg_lens_move(brg_lens *lens, brg_rect room, int64_t w, int64_t h, float dx, float dy) {
    brg_rect place = brg_lens_place(lens, room, w, h);
    lens->x -= dx / place.w;
    lens->y -= dy / place.h;
    settle(lens, room, w, h);
}

void brg_lens_pixels(brg_lens *lens, brg_rect room, int64_t w, int64_t h, float scale) {
    lens->zoom = 1 / (fit(room, w, h) * scale);
    settle(lens, room, w, h);
}

/* Along one side: the first pixel and how many. */
static void cut(float place, float full, float room, float extent, int64_t pixels, int64_t *first,
                int64_t *count) {
    float step = full / (float)pixels;
    float lo = floorf((room - place) / step), hi = ceilf((room + extent - place) / step);
    lo = fminf(fmaxf(lo, 0), (float)(pixels - 1));
    hi = fminf(fmaxf(hi, lo + 1), (float)pixels);
    *first = (int64_t)lo;
    *count = (int64_t)(hi - lo);
}

brg_region_of_pixels brg_lens_region(brg_rect place, brg_rect room, int64_t w, int64_t h) {
    brg_region_of_pixels region;
    cut(place.x, place.w, room.x, room.w, w, &region.x, &region.w);
    cut(place.y, place.h, room.y, room.h, h, &region.y, &region.h);
    return region;
}

brg_rect brg_lens_region_place(brg_rect place, brg_region_of_pixels region, int64_t w, int64_t h) {
    float step_x = place.w / (float)w, step_y = place.h / (float)h;
    return (brg_rect){place.x + (float)region.x * step_x, place.y + (float)region.y * step_y,
                      (float)region.w * step_x, (float)region.h * step_y};
}
