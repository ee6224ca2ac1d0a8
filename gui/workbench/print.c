/* Prints of values. See print.h. */
#include "workbench/print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 4 }; /* of an image's pixels under one of the print's, a side */

/* Colours of data: of a plot's series, in turn. */
static const brg_colour series_colours[BRG_MOST_SERIES] = {0xe5534b, 0x57a64a, 0x4a8fe5, 0x9aa3b2};

const brg_tensor *brg_print_tensor(const brg_print_order *order) {
    return order->subject == BRG_OF_INPUT ? order->exhibit.inputs[order->input]
                                          : order->exhibit.output;
}

void brg_print_clear(brg_print *print) {
    brg_picture_clear(&print->picture);
    free(print->ratios);
    memset(print, 0, sizeof *print);
}

/* ---- ranges ---------------------------------------------------------------------------------- */

/* Smallest and largest finite element; both 0 when there is none. */
static void find_range(const brg_tensor *tensor, double *lo, double *hi) {
    size_t count = 0;
    bool found = false;
    brg_shape_size(brg_tensor_shape(tensor), &count, NULL, NULL);
    *lo = *hi = 0;
    for (size_t i = 0; i < count; i++) {
        double value = brg_tensor_value(tensor, (int64_t)i);
        if (!isfinite(value))
            continue;
        *lo = found ? fmin(*lo, value) : value;
        *hi = found ? fmax(*hi, value) : value;
        found = true;
    }
}

static brg_frame find_frame(const brg_tensor *bodies, int64_t count) {
    double lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY};
    for (int64_t i = 0; i < 2 * count; i++) {
        double value = brg_tensor_value(bodies, i / 2 * 8 + i % 2);
        lo[i % 2] = isfinite(value) ? fmin(lo[i % 2], value) : lo[i % 2];
        hi[i % 2] = isfinite(value) ? fmax(hi[i % 2], value) : hi[i % 2];
    }
    double side = 1.05 * fmax(fmax(hi[0] - lo[0], hi[1] - lo[1]), 1e-6);
    if (!isfinite(side))
        return (brg_frame){0, 0, 1};
    return (brg_frame){(lo[0] + hi[0] - side) / 2, (lo[1] + hi[1] - side) / 2, side};
}

void brg_frame_place(const brg_frame *frame, const brg_tensor *bodies, int64_t body, double *x,
                     double *y) {
    *x = (brg_tensor_value(bodies, 8 * body) - frame->x) / frame->side;
    *y = 1 - (brg_tensor_value(bodies, 8 * body + 1) - frame->y) / frame->side;
}

/* ---- images ---------------------------------------------------------------------------------- */

/* Elements as levels, 0..255. */
static float level_of(const brg_tensor *image, int64_t element) {
    float value = (float)brg_tensor_value(image, element);
    if (brg_tensor_shape(image)->dtype == BRG_U8)
        return value;
    return value > 0 ? fminf(255 * value, 255) : 0;
}

/* The mean of a few cells spread over x0 <= x < x1, y0 <= y < y1. */
static brg_colour mean_of_cells(const brg_tensor *image, const brg_sheet *sheet, double x0,
                                double x1, double y0, double y1) {
    float sum[4] = {0};
    int across = (int)fmin(ceil(x1 - x0), SAMPLES), down = (int)fmin(ceil(y1 - y0), SAMPLES);
    for (int i = 0; i < across * down; i++) {
        int64_t x = (int64_t)(x0 + (x1 - x0) * (i % across + 0.5) / across);
        int64_t y = (int64_t)(y0 + (y1 - y0) * (i / across + 0.5) / down);
        int64_t element = brg_sheet_element(sheet, x, y);
        for (int64_t c = 0; element >= 0 && c < sheet->depth; c++)
            sum[c] += level_of(image, element + c);
    }
    brg_colour colour = 0;
    for (int c = 0; c < 3; c++)
        colour = colour << 8 |
                 (brg_colour)(sum[sheet->depth == 1 ? 0 : c] / (float)(across * down) + 0.5f);
    return sheet->depth == 4
               ? brg_colour_mix(BRG_HEAT_ZERO, colour, sum[3] / (float)(across * down) / 255)
               : colour;
}

static void print_image(const brg_tensor *image, brg_print *print) {
    const brg_crop *crop = &print->crop;
    brg_picture *picture = &print->picture;
    double px = (crop->x1 - crop->x0) / picture->w, py = (crop->y1 - crop->y0) / picture->h;
    for (int32_t y = 0; y < picture->h; y++)
        for (int32_t x = 0; x < picture->w; x++)
            brg_picture_put(picture, (int64_t)y * picture->w + x,
                            mean_of_cells(image, &print->sheet, crop->x0 + x * px,
                                          crop->x0 + (x + 1) * px, crop->y0 + y * py,
                                          crop->y0 + (y + 1) * py));
}

/* ---- maps ------------------------------------------------------------------------------------ */

/* Counts, as of iterations, are spread by their logarithms: most of them are small. */
static brg_colour colour_of(double value, const brg_print *print) {
    double range = fmax(fabs(print->lo), fabs(print->hi));
    if (print->sheet.shape.dtype == BRG_I32 && print->lo >= 0)
        return brg_heat_value((float)log1p(value), (float)log1p(range));
    return brg_heat_value((float)value, (float)range);
}

/* One element a pixel, so that noise looks like noise. */
static void print_map(const brg_tensor *tensor, brg_print *print) {
    const brg_crop *crop = &print->crop;
    brg_picture *picture = &print->picture;
    double px = (crop->x1 - crop->x0) / picture->w, py = (crop->y1 - crop->y0) / picture->h;
    for (int32_t y = 0; y < picture->h; y++)
        for (int32_t x = 0; x < picture->w; x++) {
            int64_t element = brg_sheet_element(&print->sheet, (int64_t)(crop->x0 + (x + 0.5) * px),
                                                (int64_t)(crop->y0 + (y + 0.5) * py));
            if (element >= 0)
                brg_picture_put(picture, (int64_t)y * picture->w + x,
                                colour_of(brg_tensor_value(tensor, element), print));
        }
}

/* ---- plots ----------------------------------------------------------------------------------- */

/* The band of a plot that a series has: bars stand above one another, lines share it. */
static void band_of(const brg_print *print, int64_t series, double *top, double *height) {
    double h = print->picture.h;
    *height = print->sheet.bars ? h / (double)print->sheet.tiles : h;
    *top = print->sheet.bars ? (double)series * *height : 0;
}

static double row_of(const brg_print *print, double value, double top, double height) {
    double span = print->hi - print->lo;
    double t = span > 0 ? (value - print->lo) / span : 0.5;
    return top + (height - 2) * (1 - fmin(fmax(t, 0), 1));
}

static void put_column(brg_print *print, int32_t x, double from, double to, brg_colour colour) {
    brg_picture *picture = &print->picture;
    int32_t last = (int32_t)fmin(to, picture->h - 1);
    for (int32_t y = (int32_t)fmax(from, 0); y <= last; y++)
        brg_picture_put(picture, (int64_t)y * picture->w + x, colour);
}

/* From the least to the largest of the elements under each column, and from the last of the column
 * before, so that a line has no holes. What is not finite is a full column of red. */
static void print_series(brg_print *print, brg_series *at, const void *user, int64_t series) {
    double top, height, before = NAN;
    double step = (print->crop.x1 - print->crop.x0) / print->picture.w;
    brg_colour colour = series_colours[print->sheet.tiles == 1 ? 2 : series];
    band_of(print, series, &top, &height);
    for (int32_t x = 0; x < print->picture.w; x++) {
        int64_t first = (int64_t)(print->crop.x0 + x * step);
        int64_t end = (int64_t)ceil(print->crop.x0 + (x + 1) * step);
        double lo = INFINITY, hi = -INFINITY, last = NAN;
        bool wrong = false;
        for (int64_t i = first; i < end && i < print->sheet.tile_w; i++) {
            last = at(user, series, i);
            wrong = wrong || !isfinite(last);
            lo = fmin(lo, last);
            hi = fmax(hi, last);
        }
        if (wrong) {
            put_column(print, x, top, top + height - 1, BRG_HEAT_WRONG);
            before = NAN;
            continue;
        }
        if (isfinite(before) && !print->sheet.bars) {
            lo = fmin(lo, before);
            hi = fmax(hi, before);
        }
        before = last;
        double from = row_of(print, hi, top, height);
        double to = print->sheet.bars ? top + height - 2 : row_of(print, lo, top, height) + 1;
        bool apart = print->sheet.bars && step < 0.25 && end - 1 > first;
        if (!apart && !(print->sheet.bars && hi <= 0))
            put_column(print, x, from, to, colour);
    }
}

void brg_print_plot(brg_print *print, brg_series *at, const void *user) {
    for (int64_t series = 0; series < print->sheet.tiles; series++)
        print_series(print, at, user, series);
}

typedef struct values {
    const brg_tensor *tensor;
    const brg_sheet *sheet;
} values;

static double value_at(const void *user, int64_t series, int64_t i) {
    const values *v = user;
    return brg_tensor_value(v->tensor, brg_sheet_element(v->sheet, i, series));
}

static void print_plot(const brg_tensor *tensor, brg_print *print) {
    values v = {tensor, &print->sheet};
    if (print->sheet.bars)
        print->lo = fmin(print->lo, 0);
    brg_print_plot(print, value_at, &v);
}

/* ---- points ---------------------------------------------------------------------------------- */

void brg_print_dot(brg_print *print, const brg_tensor *bodies, int64_t body, brg_colour colour) {
    double x, y;
    const brg_crop *crop = &print->crop;
    brg_picture *picture = &print->picture;
    brg_frame_place(&print->frame, bodies, body, &x, &y);
    double px = (x - crop->x0) / (crop->x1 - crop->x0) * picture->w;
    double py = (y - crop->y0) / (crop->y1 - crop->y0) * picture->h;
    if (!(px >= 0 && py >= 0 && px < picture->w - 1 && py < picture->h - 1))
        return;
    for (int i = 0; i < 4; i++)
        brg_picture_put(picture, ((int64_t)py + i / 2) * picture->w + (int64_t)px + i % 2, colour);
}

static void print_points(const brg_tensor *bodies, brg_print *print) {
    for (int64_t i = 0; i < print->sheet.w; i++)
        brg_print_dot(print, bodies, i, 0xffb454);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void write_caption(brg_print *print) {
    char shape[64], tiles[40] = "";
    const brg_sheet *sheet = &print->sheet;
    bool whole = print->lo == floor(print->lo) && print->hi == floor(print->hi) &&
                 fmax(-print->lo, print->hi) < 1e9;
    brg_sheet_shape_text(&sheet->shape, shape, sizeof shape);
    if (sheet->kind == BRG_SHEET_MAP && sheet->tiles > 1)
        snprintf(tiles, sizeof tiles, " in %lld tiles", (long long)sheet->tiles);
    if (sheet->bars && sheet->shape.dims[0] * sheet->shape.dims[1] > sheet->tiles)
        snprintf(tiles, sizeof tiles, ", the first %lld rows", (long long)sheet->tiles);
    snprintf(print->picture.caption, sizeof print->picture.caption,
             whole ? "%s%s, %.0f to %.0f" : "%s%s, %.4g to %.4g", shape, tiles, print->lo,
             print->hi);
}

/* As many pixels as asked for, but no more than there are cells. */
static brg_status make_picture(const brg_print_order *order, brg_print *print) {
    double w = order->w, h = order->h;
    if (print->sheet.kind == BRG_SHEET_IMAGE || print->sheet.kind == BRG_SHEET_MAP) {
        w = fmin(w, print->crop.x1 - print->crop.x0);
        h = fmin(h, print->crop.y1 - print->crop.y0);
    }
    return brg_picture_create((int64_t)fmax(w, 1), (int64_t)fmax(h, 1), &print->picture, NULL);
}

static void print_values(const brg_tensor *tensor, brg_print *print) {
    switch (print->sheet.kind) {
    case BRG_SHEET_IMAGE:
        print_image(tensor, print);
        break;
    case BRG_SHEET_MAP:
        print_map(tensor, print);
        break;
    case BRG_SHEET_PLOT:
        print_plot(tensor, print);
        break;
    case BRG_SHEET_POINTS:
        print_points(tensor, print);
        break;
    default:
        break;
    }
}

void brg_print_develop(const brg_print_order *order, const atomic_bool *stop, brg_print *print) {
    const brg_tensor *tensor = brg_print_tensor(order);
    memset(print, 0, sizeof *print);
    print->sheet =
        brg_sheet_of(order->exhibit.op ? order->exhibit.op->name : NULL, brg_tensor_shape(tensor));
    print->crop = order->crop;
    print->lo = order->lo;
    print->hi = order->hi;
    if (print->sheet.kind == BRG_SHEET_NONE)
        snprintf(print->picture.caption, sizeof print->picture.caption, "empty");
    if (print->sheet.kind == BRG_SHEET_NONE || make_picture(order, print) != BRG_OK)
        return;
    if (!order->ranged && order->subject != BRG_OF_ERRORS)
        find_range(tensor, &print->lo, &print->hi);
    if (print->sheet.kind == BRG_SHEET_POINTS)
        print->frame = find_frame(tensor, print->sheet.w);
    if (order->subject == BRG_OF_ERRORS) {
        brg_print_errors(order, stop, print);
        return;
    }
    print_values(tensor, print);
    write_caption(print);
}
