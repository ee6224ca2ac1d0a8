/* The lens: which part of an image is seen, how large, and where it is divided into before and
 * after. Pure arithmetic.
 *
 * Places in the image are fractions of its sides, so that they stay where they are when a filter
 * changes its size. */
#ifndef BRIGADE_GUI_FILTERS_LENS_H
#define BRIGADE_GUI_FILTERS_LENS_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/ui.h"

typedef struct brg_lens {
    float x, y;    /* what is in the middle of the room, 0..1 */
    float zoom;    /* 1: the whole image fits */
    float divider; /* 0..1 of the room: before to the left, after to the right */
    bool split;
} brg_lens;

void brg_lens_reset(brg_lens *lens);

/* Where the whole image of w x h pixels lies, for a room; larger than it when zoomed in. */
brg_rect brg_lens_place(const brg_lens *lens, brg_rect room, int64_t w, int64_t h);

/* Window pixels that the whole image covers, at `scale` window pixels per logical one. */
void brg_lens_extent(const brg_lens *lens, brg_rect room, int64_t w, int64_t h, float scale,
                     int64_t *shown_w, int64_t *shown_h);

/* Zooms by a factor about a place in the room, which stays where it is; moves by logical pixels. */
void brg_lens_zoom(brg_lens *lens, brg_rect room, int64_t w, int64_t h, float factor, float at_x,
                   float at_y);
void brg_lens_move(brg_lens *lens, brg_rect room, int64_t w, int64_t h, float dx, float dy);

/* Zooms to one image pixel per window pixel. */
void brg_lens_pixels(brg_lens *lens, brg_rect room, int64_t w, int64_t h, float scale);

/* Pixels of a picture of w x h, stretched over `place`, that lie within the room: whole ones, at
 * least one. */
typedef struct brg_region_of_pixels {
    int64_t x, y, w, h;
} brg_region_of_pixels;
brg_region_of_pixels brg_lens_region(brg_rect place, brg_rect room, int64_t w, int64_t h);

/* Where that region lies. */
brg_rect brg_lens_region_place(brg_rect place, brg_region_of_pixels region, int64_t w, int64_t h);

#endif
