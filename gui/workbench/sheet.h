/* Sheets: how a tensor's elements lie on a plane, so that any tensor can be looked at: an image in
 * pixels, a matrix in cells, the channels of a volume as tiles, a vector as a plot, bodies as
 * points. Pure functions of shapes. */
#ifndef BRIGADE_GUI_SHEET_H
#define BRIGADE_GUI_SHEET_H

#include <brigade/tensor.h>
#include <stdbool.h>

typedef enum brg_sheet_kind {
    BRG_SHEET_NONE = 0, /* no elements */
    BRG_SHEET_IMAGE,    /* a cell is a pixel of 1, 3 or 4 elements */
    BRG_SHEET_MAP,      /* a cell is an element, its colour the value */
    BRG_SHEET_PLOT, /* cells side by side, the value upwards; a line or a row of bars each series */
    BRG_SHEET_POINTS, /* a cell is a body; its first two elements say where */
    BRG_SHEET_NUMBER  /* one element, to be read */
} brg_sheet_kind;

enum { BRG_MOST_SERIES = 4 };

/* Element (x, y) of a tile is tile * tile_step + y * row_step + x * cell_step; a cell holds `depth`
 * elements from there on. A plot's tiles are its series: they share the plane. */
typedef struct brg_sheet {
    brg_sheet_kind kind;
    bool bars;
    int64_t w, h; /* the plane, in cells, gaps between tiles included */
    int64_t depth;
    int64_t tiles, across; /* how many, and how many side by side; a cell's gap between two */
    int64_t tile_w, tile_h;
    int64_t tile_step, row_step, cell_step;
    brg_shape shape; /* of the tensor */
} brg_sheet;

/* The sheet of a tensor that is given to or comes from the op of that name. */
brg_sheet brg_sheet_of(const char *op, const brg_shape *shape);

/* The first element of a cell, -1 for a gap and outside. In a plot, y is the series. */
int64_t brg_sheet_element(const brg_sheet *sheet, int64_t x, int64_t y);

/* The cell of an element; false if it is not on the sheet. In a plot, *y is the series. */
bool brg_sheet_cell(const brg_sheet *sheet, int64_t element, int64_t *x, int64_t *y);

/* The sides of the plane: cells, but for a plot, one high, and for points a square of 1. */
void brg_sheet_extent(const brg_sheet *sheet, double *w, double *h);

/* True if what is at a place of one is at the same place of the other, or nearly, as in images of
 * other sizes: they are looked at together. */
bool brg_sheets_linked(const brg_sheet *a, const brg_sheet *b);

/* An element's place in words: "row 12, column 877, channel 2", "[0, 3, 14, 2]". Returns text. */
const char *brg_sheet_place(const brg_shape *shape, int64_t element, char *text, size_t size);

/* "8 x 64 x 56 x 56 f32" with the multiplication sign. Returns text. */
const char *brg_sheet_shape_text(const brg_shape *shape, char *text, size_t size);

/* How many elements lie under one index of the first dim; the oracle's unit. */
int64_t brg_sheet_row(const brg_shape *shape);

/* An element as a number, whatever the type. */
double brg_tensor_value(const brg_tensor *tensor, int64_t element);

#endif
