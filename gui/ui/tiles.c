/* Tiles: which parts of the window look different from the frame before. See tiles.h. */
#include "ui/tiles.h"

#include <stdlib.h>
#include <string.h>

uint64_t brg_tiles_mix(uint64_t sum, const void *bytes, size_t size) {
    const char *at = bytes;
    for (; size >= 8; size -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        sum = (sum ^ word) * 0x100000001b3u;
        sum ^= sum >> 29;
    }
    if (size == 0)
        return sum;
    uint64_t rest = 0;
    memcpy(&rest, at, size);
    return (sum ^ rest) * 0x100000001b3u;
}

/* ---- the sums -------------------------------------------------------------------------------- */

void brg_tiles_clear(brg_tiles *tiles) {
    free(tiles->sums);
    free(tiles->last);
    memset(tiles, 0, sizeof *tiles);
}

static void resize(brg_tiles *tiles, int w, int h) {
    brg_tiles_clear(tiles);
    tiles->w = w;
    tiles->h = h;
    tiles->columns = (w + BRG_TILE - 1) / BRG_TILE;
    tiles->rows = (h + BRG_TILE - 1) / BRG_TILE;
    size_t count = (size_t)tiles->columns * (size_t)tiles->rows;
    tiles->sums = calloc(count, sizeof *tiles->sums);
    tiles->last = calloc(count, sizeof *tiles->last);
}

void brg_tiles_begin(brg_tiles *tiles, int w, int h, bool all) {
    bool resized = w != tiles->w || h != tiles->h;
    if (resized)
        resize(tiles, w, h);
    uint64_t *last = tiles->sums;
    tiles->sums = tiles->last;
    tiles->last = last;
    tiles->all = all || resized || !tiles->sums || !tiles->last;
    if (tiles->sums)
        memset(tiles->sums, 0, (size_t)tiles->columns * (size_t)tiles->rows * sizeof *tiles->sums);
}

static int within(float at, int count) {
    float tile = at / BRG_TILE;
    return !(tile > 0) ? 0 : tile < (float)count ? (int)tile : count;
}

/* A shape that ends on the edge of a pixel may still colour it: one more is taken on every side. */
void brg_tiles_add(brg_tiles *tiles, float x0, float y0, float x1, float y1, uint64_t what) {
    if (!tiles->sums || !(x1 > x0 - 1) || !(y1 > y0 - 1))
        return;
    int left = within(x0 - 1, tiles->columns), top = within(y0 - 1, tiles->rows);
    int right = within(x1 + 1, tiles->columns - 1), bottom = within(y1 + 1, tiles->rows - 1);
    for (int row = top; row <= bottom; row++)
        for (int column = left; column <= right; column++) {
            uint64_t *sum = &tiles->sums[row * tiles->columns + column];
            *sum = (*sum ^ what) * 0x9e3779b97f4a7c15u;
            *sum ^= *sum >> 31;
        }
}

/* ---- the patches ------------------------------------------------------------------------------- */

static int least(int a, int b) {
    return a < b ? a : b;
}

static int most(int a, int b) {
    return a > b ? a : b;
}

static brg_patch around(brg_patch a, brg_patch b) {
    int x = least(a.x, b.x), y = least(a.y, b.y);
    return (brg_patch){x, y, most(a.x + a.w, b.x + b.w) - x, most(a.y + a.h, b.y + b.h) - y};
}

static bool overlap(brg_patch a, brg_patch b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/* Tiles that are drawn though they need not be, if two patches become one. */
static int64_t waste(brg_patch a, brg_patch b) {
    brg_patch both = around(a, b);
    return (int64_t)both.w * both.h - (int64_t)a.w * a.h - (int64_t)b.w * b.h;
}

static void drop(brg_patch *patches, size_t *count, size_t i) {
    patches[i] = patches[--*count];
}

/* Parts that overlap become one, until none do: what is blended twice looks different. */
static void tell_apart(brg_patch *patches, size_t *count) {
    for (size_t i = 0; i < *count; i++)
        for (size_t j = i + 1; j < *count; j++)
            if (overlap(patches[i], patches[j])) {
                patches[i] = around(patches[i], patches[j]);
                drop(patches, count, j);
                i = j = (size_t)-1; /* from the beginning */
                break;
            }
}

static void join_nearest(brg_patch *patches, size_t *count) {
    size_t a = 0, b = 1;
    for (size_t i = 0; i < *count; i++)
        for (size_t j = i + 1; j < *count; j++)
            if (waste(patches[i], patches[j]) < waste(patches[a], patches[b])) {
                a = i;
                b = j;
            }
    patches[a] = around(patches[a], patches[b]);
    drop(patches, count, b);
    tell_apart(patches, count);
}

/* In tiles. A run as wide as a patch right above it lengthens that patch. */
static void add_run(brg_patch *patches, size_t *count, brg_patch run) {
    for (size_t i = 0; i < *count; i++)
        if (patches[i].x == run.x && patches[i].w == run.w &&
            patches[i].y + patches[i].h == run.y) {
            patches[i].h++;
            return;
        }
    patches[(*count)++] = run;
    tell_apart(patches, count);
    if (*count > BRG_MAX_PATCHES)
        join_nearest(patches, count);
}

static bool changed(const brg_tiles *tiles, int row, int column) {
    int at = row * tiles->columns + column;
    return tiles->sums[at] != tiles->last[at];
}

static size_t find_patches(const brg_tiles *tiles, brg_patch patches[BRG_MAX_PATCHES + 1]) {
    size_t count = 0;
    for (int row = 0; row < tiles->rows; row++)
        for (int column = 0; column < tiles->columns; column++) {
            int start = column;
            while (column < tiles->columns && changed(tiles, row, column))
                column++;
            if (column > start)
                add_run(patches, &count, (brg_patch){start, row, column - start, 1});
        }
    return count;
}

void brg_tiles_end(brg_tiles *tiles) {
    brg_patch patches[BRG_MAX_PATCHES + 1];
    if (tiles->all) {
        tiles->patches[0] = (brg_patch){0, 0, tiles->w, tiles->h};
        tiles->patch_count = 1;
        return;
    }
    tiles->patch_count = find_patches(tiles, patches);
    for (size_t i = 0; i < tiles->patch_count; i++) {
        int x = BRG_TILE * patches[i].x, y = BRG_TILE * patches[i].y;
        tiles->patches[i] = (brg_patch){x, y, least(BRG_TILE * patches[i].w, tiles->w - x),
                                        least(BRG_TILE * patches[i].h, tiles->h - y)};
    }
}
