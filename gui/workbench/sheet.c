/* Sheets. See sheet.h. */
#include "workbench/sheet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Layouts that shapes alone do not tell. */
typedef enum layout {
    ANY = 0,
    BODIES,       /* {n, 8} */
    CHANNELS_LAST /* {n, h, w, c} */
} layout;

static layout layout_of(const char *op) {
    static const struct {
        const char *op;
        layout layout;
    } known[] = {
        {"nbody", BODIES},
        {"reaction_diffusion", CHANNELS_LAST},
        {"histogram", CHANNELS_LAST},
    };
    for (size_t i = 0; op && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].op, op) == 0)
            return known[i].layout;
    return ANY;
}

/* ---- the kinds ------------------------------------------------------------------------------- */

static bool are_channels(const brg_shape *shape, int64_t c) {
    return (shape->dtype == BRG_U8 || shape->dtype == BRG_F32) && (c == 1 || c == 3 || c == 4);
}

/* Tiles in a rectangle about as broad as 4 to 3. */
static void lay_tiles(brg_sheet *sheet) {
    double side =
        sqrt((double)sheet->tiles * (double)sheet->tile_h / (double)sheet->tile_w * 4 / 3);
    int64_t across = (int64_t)ceil(side);
    sheet->across = across < 1 ? 1 : across > sheet->tiles ? sheet->tiles : across;
    int64_t down = (sheet->tiles + sheet->across - 1) / sheet->across;
    sheet->w = sheet->across * (sheet->tile_w + 1) - 1;
    sheet->h = down * (sheet->tile_h + 1) - 1;
}

/* Tiles of h x w elements, one after the other in memory. */
static void lay_planes(brg_sheet *sheet, int64_t tiles, int64_t h, int64_t w) {
    sheet->kind = BRG_SHEET_MAP;
    sheet->depth = 1;
    sheet->tiles = tiles;
    sheet->tile_w = w;
    sheet->tile_h = h;
    sheet->tile_step = h * w;
    sheet->row_step = w;
    sheet->cell_step = 1;
    lay_tiles(sheet);
}

/* h x w cells of c channels: a pixel each, or else a tile for every channel. */
static void lay_channels(brg_sheet *sheet, int64_t h, int64_t w, int64_t c) {
    bool image = are_channels(&sheet->shape, c);
    lay_planes(sheet, image ? 1 : c, h, w);
    sheet->kind = image ? BRG_SHEET_IMAGE : BRG_SHEET_MAP;
    sheet->depth = image ? c : 1;
    sheet->tile_step = image ? 0 : 1;
    sheet->row_step = w * c;
    sheet->cell_step = c;
}

static void lay_plot(brg_sheet *sheet, int64_t series, int64_t length) {
    lay_planes(sheet, series < BRG_MOST_SERIES ? series : BRG_MOST_SERIES, 1, length);
    sheet->kind = BRG_SHEET_PLOT;
    sheet->w = length;
    sheet->h = 1;
}

static void lay_points(brg_sheet *sheet, int64_t bodies) {
    lay_planes(sheet, 1, 1, bodies);
    sheet->kind = BRG_SHEET_POINTS;
    sheet->depth = sheet->cell_step = 8;
    sheet->row_step = 8 * bodies;
}

/* One row or one column is a vector; short ones are better seen as cells. */
static void lay_matrix(brg_sheet *sheet, int64_t rows, int64_t columns) {
    if ((rows == 1 || columns == 1) && rows * columns > 16)
        lay_plot(sheet, 1, rows * columns);
    else
        lay_planes(sheet, 1, rows, columns);
}

brg_sheet brg_sheet_of(const char *op, const brg_shape *shape) {
    brg_sheet sheet = {.shape = *shape};
    const int64_t *d = shape->dims;
    size_t count = 0;
    layout how = layout_of(op);
    brg_shape_size(shape, &count, NULL, NULL);
    if (count == 0)
        return sheet;
    if (count == 1) {
        lay_planes(&sheet, 1, 1, 1);
        sheet.kind = BRG_SHEET_NUMBER;
    } else if (how == BODIES && d[shape->rank - 1] == 8) {
        lay_points(&sheet, (int64_t)count / 8);
    } else if (shape->rank == 3 && shape->dtype == BRG_I32 && d[2] == 256) {
        lay_plot(&sheet, d[0] * d[1], 256);
        sheet.bars = true;
    } else if (shape->rank == 4 && how == CHANNELS_LAST) {
        lay_channels(&sheet, d[0] * d[1], d[2], d[3]);
    } else if (shape->rank == 4) {
        lay_planes(&sheet, d[0] * d[1], d[2], d[3]);
    } else if (shape->rank == 3 && (how == CHANNELS_LAST || are_channels(shape, d[2]))) {
        lay_channels(&sheet, d[0], d[1], d[2]);
    } else if (shape->rank == 3) {
        lay_planes(&sheet, d[0], d[1], d[2]);
    } else {
        lay_matrix(&sheet, shape->rank == 2 ? d[0] : 1, d[shape->rank - 1]);
    }
    return sheet;
}

/* ---- places ---------------------------------------------------------------------------------- */

int64_t brg_sheet_element(const brg_sheet *sheet, int64_t x, int64_t y) {
    if (x < 0 || y < 0)
        return -1;
    bool plot = sheet->kind == BRG_SHEET_PLOT;
    int64_t column = plot ? 0 : x / (sheet->tile_w + 1), row = y / (sheet->tile_h + 1);
    int64_t tile = plot ? y : row * sheet->across + column;
    x -= column * (sheet->tile_w + 1);
    y -= plot ? y : row * (sheet->tile_h + 1);
    if (column >= sheet->across && !plot)
        return -1;
    if (tile >= sheet->tiles || x >= sheet->tile_w || y >= sheet->tile_h)
        return -1;
    return tile * sheet->tile_step + y * sheet->row_step + x * sheet->cell_step;
}

bool brg_sheet_cell(const brg_sheet *sheet, int64_t element, int64_t *x, int64_t *y) {
    bool interleaved = sheet->tiles > 1 && sheet->tile_step < sheet->cell_step;
    if (sheet->kind == BRG_SHEET_NONE || element < 0)
        return false;
    int64_t tile = 0, rest = element;
    if (interleaved) {
        tile = element % sheet->cell_step / sheet->tile_step;
    } else if (sheet->tile_step > 0 && sheet->tiles > 1) {
        tile = element / sheet->tile_step;
        rest = element % sheet->tile_step;
    }
    *y = rest / sheet->row_step;
    *x = rest % sheet->row_step / sheet->cell_step;
    if (tile >= sheet->tiles || *y >= sheet->tile_h)
        return false;
    if (sheet->kind == BRG_SHEET_PLOT) {
        *y = tile;
        return true;
    }
    *x += tile % sheet->across * (sheet->tile_w + 1);
    *y += tile / sheet->across * (sheet->tile_h + 1);
    return true;
}

void brg_sheet_extent(const brg_sheet *sheet, double *w, double *h) {
    bool points = sheet->kind == BRG_SHEET_POINTS;
    *w = points ? 1 : (double)sheet->w;
    *h = points ? 1 : (double)sheet->h;
}

bool brg_sheets_linked(const brg_sheet *a, const brg_sheet *b) {
    if (a->kind != b->kind || a->kind == BRG_SHEET_NONE)
        return false;
    return a->kind == BRG_SHEET_IMAGE || a->kind == BRG_SHEET_POINTS ||
           (a->w == b->w && a->h == b->h && a->tiles == b->tiles);
}

/* ---- words ----------------------------------------------------------------------------------- */

static void indices_of(const brg_shape *shape, int64_t element, int64_t at[BRG_MAX_RANK]) {
    for (int32_t i = shape->rank - 1; i >= 0; i--) {
        at[i] = shape->dims[i] > 0 ? element % shape->dims[i] : 0;
        element /= shape->dims[i] > 0 ? shape->dims[i] : 1;
    }
}

const char *brg_sheet_place(const brg_shape *shape, int64_t element, char *text, size_t size) {
    int64_t at[BRG_MAX_RANK] = {0};
    indices_of(shape, element, at);
    if (shape->rank == 1)
        snprintf(text, size, "element %lld", (long long)at[0]);
    else if (shape->rank == 2)
        snprintf(text, size, "row %lld, column %lld", (long long)at[0], (long long)at[1]);
    else if (shape->rank == 3 && are_channels(shape, shape->dims[2]))
        snprintf(text, size, "row %lld, column %lld, channel %lld", (long long)at[0],
                 (long long)at[1], (long long)at[2]);
    else if (shape->rank == 3)
        snprintf(text, size, "[%lld, %lld, %lld]", (long long)at[0], (long long)at[1],
                 (long long)at[2]);
    else
        snprintf(text, size, "[%lld, %lld, %lld, %lld]", (long long)at[0], (long long)at[1],
                 (long long)at[2], (long long)at[3]);
    return text;
}

const char *brg_sheet_shape_text(const brg_shape *shape, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (int32_t i = 0; i < shape->rank && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%lld", i ? " \xc3\x97 " : "",
                                 (long long)shape->dims[i]);
    if (used < size)
        snprintf(text + used, size - used, " %s", brg_dtype_name(shape->dtype));
    return text;
}

/* ---- elements -------------------------------------------------------------------------------- */

int64_t brg_sheet_row(const brg_shape *shape) {
    return shape->dims[1] * shape->dims[2] * shape->dims[3];
}

double brg_tensor_value(const brg_tensor *tensor, int64_t element) {
    const void *data = brg_tensor_data(tensor);
    switch (brg_tensor_shape(tensor)->dtype) {
    case BRG_U8:
        return ((const uint8_t *)data)[element];
    case BRG_I8:
        return ((const int8_t *)data)[element];
    case BRG_I32:
        return ((const int32_t *)data)[element];
    case BRG_F16:
        return (double)brg_half_to_float(((const uint16_t *)data)[element]);
    case BRG_F64:
        return ((const double *)data)[element];
    default:
        return (double)((const float *)data)[element];
    }
}
