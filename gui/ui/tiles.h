/* Tiles: which parts of the window look different from the frame before.
 *
 * The window is cut into small squares. Whatever is drawn, in the order in which it is drawn, is
 * mixed into a sum of each square that it touches; a square whose sum is as in the last frame looks
 * as it did and need not be drawn.
 *
 *     +---+---+---+---+
 *     |   |   |   |   |      # changed: they become a few patches that do not overlap,
 *     +---+---+---+---+      to be cleared, drawn and brought to the screen
 *     |   | # | # |   |
 *     +---+---+---+---+ */
#ifndef BRIGADE_GUI_UI_TILES_H
#define BRIGADE_GUI_UI_TILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BRG_TILE = 16, BRG_MAX_PATCHES = 6 };

/* In pixels, from the top left. */
typedef struct brg_patch {
    int x, y, w, h;
} brg_patch;

/* Zero is a valid beginning. */
typedef struct brg_tiles {
    int w, h; /* of the window */
    int columns, rows;
    uint64_t *sums, *last; /* of this frame and of the one before */
    bool all;              /* there is no frame before to compare with */
    brg_patch patches[BRG_MAX_PATCHES];
    size_t patch_count;
} brg_tiles;

void brg_tiles_clear(brg_tiles *tiles);

/* A frame: begin, mix in what is drawn, end, which works out the patches. With `all`, or when the size
 * is not that of the frame before, the window is one patch; as it is for want of memory. */
void brg_tiles_begin(brg_tiles *tiles, int w, int h, bool all);
void brg_tiles_add(brg_tiles *tiles, float x0, float y0, float x1, float y1, uint64_t what);
void brg_tiles_end(brg_tiles *tiles);

/* Mixes bytes into a sum, eight at a time (FNV-1a's step on words). */
uint64_t brg_tiles_mix(uint64_t sum, const void *bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif
