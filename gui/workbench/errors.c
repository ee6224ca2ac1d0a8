/* Prints of errors: where a result differs from the exact value, and by how much of its bound.
 *
 * The engine's verdict says how many elements were checked and which is the worst; the print shows
 * the pattern. It asks the op's own oracle, a row of the output at a time, for as many rows as a
 * time budget allows, spread evenly over those in sight. */
#include <brigade/trace.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workbench/print.h"

enum { BUDGET_NS = 400000000, FEWEST_ROWS = 8 };

typedef struct survey {
    const brg_print_order *order;
    brg_print *print;
    brg_call call;
    int64_t row_length;       /* elements under one index of the output's first dim */
    int64_t first, end;       /* rows in sight */
    int64_t count;            /* rows that are asked for */
    bool plain;               /* a row of the sheet is a row of the output */
    double *expected, *bound; /* of one row */
    float *series;            /* of a plot: each element's ratio */
    double largest;
} survey;

/* Which rows of the output are in sight. */
static void find_rows(survey *s) {
    const brg_sheet *sheet = &s->print->sheet;
    s->plain = sheet->row_step == s->row_length && (sheet->tiles == 1 || sheet->tile_step == 1) &&
               (sheet->kind == BRG_SHEET_MAP || sheet->kind == BRG_SHEET_IMAGE);
    s->first = s->plain ? (int64_t)s->print->crop.y0 : 0;
    s->end = s->plain ? (int64_t)s->print->crop.y1 : sheet->shape.dims[0];
    if (s->plain && s->end > sheet->tile_h) /* stacked tiles are not plain; one is as high as all */
        s->end = sheet->tile_h;
    s->count = s->end - s->first;
    if (s->plain && s->count > s->print->picture.h)
        s->count = s->print->picture.h;
}

static int64_t row_at(const survey *s, int64_t i) {
    return s->count > 1 ? s->first + i * (s->end - 1 - s->first) / (s->count - 1) : s->first;
}

static void note(float *ratio, double value) {
    if (!((float)value <= *ratio))
        *ratio = (float)value;
}

/* The largest error under each pixel is kept. Rows left out between two are not shown as right:
 * pixels then are as high as the rows are apart. */
static void mark_cell(survey *s, int64_t row_index, int64_t x, int64_t y, double ratio) {
    const brg_crop *crop = &s->print->crop;
    const brg_picture *picture = &s->print->picture;
    int64_t px = (int64_t)(((double)x - crop->x0) * picture->w / (crop->x1 - crop->x0));
    int64_t py = (int64_t)(((double)y - crop->y0) * picture->h / (crop->y1 - crop->y0));
    if (s->plain)
        py = row_index * picture->h / s->count;
    if (px >= 0 && px < picture->w && py >= 0 && py < picture->h && (double)x >= crop->x0)
        note(&s->print->ratios[py * picture->w + px], ratio);
}

static void mark(survey *s, int64_t row_index, int64_t element, double ratio) {
    int64_t x, y;
    const brg_sheet *sheet = &s->print->sheet;
    if (sheet->kind == BRG_SHEET_POINTS) {
        note(&s->series[element / sheet->depth], ratio);
        return;
    }
    if (!brg_sheet_cell(sheet, element, &x, &y))
        return;
    if (sheet->kind == BRG_SHEET_PLOT)
        note(&s->series[y * sheet->tile_w + x], ratio);
    else
        mark_cell(s, row_index, x, y, ratio);
}

static void survey_row(survey *s, int64_t i) {
    int64_t row = row_at(s, i), base = row * s->row_length;
    s->order->exhibit.op->oracle(&s->call, row, row + 1, s->expected, s->bound);
    for (int64_t e = 0; e < s->row_length; e++) {
        double got = brg_tensor_value(s->order->exhibit.output, base + e);
        double ratio = brg_error_ratio(got, s->expected[e], s->bound[e]);
        s->largest = fmax(s->largest, ratio);
        mark(s, i, base + e, ratio);
    }
}

/* Tries one row, and takes as few as fit the budget from then on. */
static void choose_count(survey *s) {
    uint64_t start = brg_now_ns();
    int64_t all = s->count;
    survey_row(s, 0);
    int64_t affordable = (int64_t)(BUDGET_NS / (brg_now_ns() - start + 1));
    if (affordable < FEWEST_ROWS)
        affordable = s->row_length > 1 << 16 ? 1 + affordable : FEWEST_ROWS;
    s->count = affordable < all ? affordable : all;
}

static void clear(float *ratios, size_t count) {
    for (size_t i = 0; i < count; i++)
        ratios[i] = -1;
}

static size_t pixels_of(const survey *s) {
    return (size_t)s->print->picture.w * (size_t)s->print->picture.h;
}

static size_t series_size(const survey *s) {
    return (size_t)(s->print->sheet.tiles * s->print->sheet.tile_w);
}

static brg_status make_room(survey *s) {
    brg_status status = brg_exhibit_room(&s->order->exhibit, &s->expected, &s->bound, NULL);
    s->series = malloc(series_size(s) * sizeof *s->series);
    s->print->ratios = malloc(pixels_of(s) * sizeof *s->print->ratios);
    if (status != BRG_OK || !s->series || !s->print->ratios)
        return BRG_E_MEMORY;
    clear(s->series, series_size(s));
    clear(s->print->ratios, pixels_of(s));
    return BRG_OK;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static double ratio_of(const void *user, int64_t series, int64_t i) {
    const survey *s = user;
    float ratio = s->series[series * s->print->sheet.tile_w + i];
    return ratio > 0 ? (double)ratio : 0;
}

/* Each pixel in its colour; one whose row was not asked for stays clear, as do gaps. */
static void draw_map(survey *s, float brightest) {
    brg_picture *picture = &s->print->picture;
    for (int64_t i = 0; i < (int64_t)pixels_of(s); i++)
        if (!(s->print->ratios[i] < 0))
            brg_picture_put(picture, i, brg_heat_error(s->print->ratios[i], brightest));
}

static void draw(survey *s) {
    const brg_print *print = s->print;
    float brightest = s->largest <= 1 ? (float)s->largest : 1;
    switch (print->sheet.kind) {
    case BRG_SHEET_PLOT:
        brg_print_plot(s->print, ratio_of, s);
        break;
    case BRG_SHEET_POINTS:
        for (int64_t i = 0; i < print->sheet.w; i++)
            if (!(s->series[i] < 0))
                brg_print_dot(s->print, s->order->exhibit.output, i,
                              brg_heat_error(s->series[i], brightest));
        break;
    default:
        draw_map(s, brightest);
    }
}

static void write_caption(const survey *s, brg_picture *picture) {
    char rows[64] = "every row";
    if (s->count < s->end - s->first)
        snprintf(rows, sizeof rows, "%lld of %lld rows", (long long)s->count,
                 (long long)(s->end - s->first));
    if (!(s->largest <= 1))
        snprintf(picture->caption, sizeof picture->caption, "%s, red: beyond the bound", rows);
    else if (s->largest > 0)
        snprintf(picture->caption, sizeof picture->caption, "%s, brightest: %.3g of the bound",
                 rows, s->largest);
    else
        snprintf(picture->caption, sizeof picture->caption, "%s, no difference at all", rows);
}

/* A map that has fewer rows than pixels gets as many pixels as rows: no holes. */
static void fit_rows(survey *s) {
    brg_picture *picture = &s->print->picture;
    if (s->plain && s->count < picture->h)
        picture->h = (int32_t)s->count;
}

static void run(survey *s, const atomic_bool *stop) {
    choose_count(s);
    fit_rows(s);
    clear(s->series, series_size(s));
    clear(s->print->ratios, pixels_of(s));
    for (int64_t i = 0; i < s->count && !atomic_load(stop); i++)
        survey_row(s, i);
    s->print->lo = 0;
    s->print->hi = isfinite(s->largest) ? s->largest : 1;
    draw(s);
    write_caption(s, &s->print->picture);
}

void brg_print_errors(const brg_print_order *order, const atomic_bool *stop, brg_print *print) {
    survey s = {.order = order, .print = print};
    brg_exhibit_call(&order->exhibit, &s.call);
    s.row_length = brg_sheet_row(&print->sheet.shape);
    find_rows(&s);
    if (make_room(&s) == BRG_OK && s.count > 0) {
        run(&s, stop);
    } else {
        brg_picture_clear(&print->picture);
        snprintf(print->picture.caption, sizeof print->picture.caption,
                 "a row is too long for its exact values");
    }
    free(s.series);
    free(s.expected);
}
