/* Timelines: a row for each lane, a bar for each span; waiting is drawn lightly. */
#include <math.h>
#include <stdio.h>

#include "lab/view.h"
#include "ui/axis.h"
#include "ui/parts.h"

static const float title_h = 22, axis_h = 19, usual_row = 18, least_row = 12, tallest_row = 30;
static const float columns_gap = 14;

/* How pictures are laid out: in one column, each with its own lanes; or, if that is too high, in
 * several, all with the same lanes, whose names stand at the left only. */
typedef struct layout {
    int columns, rows;
    uint32_t common;    /* lanes of all pictures; 0: each has its own */
    int lanes;          /* that lie below each other, in all */
    float fixed;        /* height of titles and axes */
    float row, names_w; /* height of a lane, and width of their names */
} layout;

typedef struct drawing {
    brg_lab_view *v;
    const brg_lab_result *result;
    layout layout;
    float last_x[BRG_PICTURE_LANES]; /* how far each lane is drawn */
} drawing;

/* ---- layout ---------------------------------------------------------------------------------- */

static layout lay_out(const brg_lab_pictures *p, int columns) {
    layout l = {.columns = columns, .rows = (p->count + columns - 1) / columns};
    for (int i = 0; i < p->count; i++) {
        l.common |= p->pictures[i].lanes;
        l.lanes += brg_lab_lane_count(p->pictures[i].lanes);
    }
    if (columns == 1)
        l.common = 0;
    else
        l.lanes = l.rows * brg_lab_lane_count(l.common);
    l.fixed = title_h * (float)l.rows + axis_h * (float)(p->shared ? 1 : l.rows);
    return l;
}

static float height_of(const layout *l, float row) {
    return l->fixed + row * (float)l->lanes;
}

/* As few columns as the height allows. */
static layout choose_layout(const brg_lab_pictures *p, float w, float h) {
    const float least_w = 170;
    layout l = lay_out(p, 1);
    while (height_of(&l, least_row) > h && l.columns < 3 && l.columns < p->count &&
           w / (float)(l.columns + 1) >= least_w)
        l = lay_out(p, l.columns + 1);
    return l;
}

float brg_lab_view_lanes_height(const brg_lab_view *v, float w, float most) {
    layout l = choose_layout(&v->pictures, w, most);
    float row = floorf((most - l.fixed) / fmaxf((float)l.lanes, 1));
    return height_of(&l, fminf(fmaxf(row, least_row), usual_row));
}

static uint32_t lanes_of(const drawing *d, int picture) {
    return d->layout.common ? d->layout.common : d->v->pictures.pictures[picture].lanes;
}

/* ---- one picture ----------------------------------------------------------------------------- */

static void draw_axis(drawing *d, brg_rect area, double length_s) {
    const double scale = length_s >= 1 ? 1 : length_s >= 1e-3 ? 1e3 : 1e6;
    const char *unit = length_s >= 1 ? "s" : length_s >= 1e-3 ? "ms" : "\xc2\xb5s";
    const brg_axis axis =
        brg_axis_between(BRG_AXIS_EVEN, 0, length_s * scale, area.w > 240 ? 8 : 5);
    char text[24], words[40];
    float free_from = area.x - 100;
    for (int i = 0; i < axis.tick_count; i++) {
        float x = area.x + area.w * (float)brg_axis_place(&axis, axis.ticks[i]);
        brg_axis_text(&axis, axis.ticks[i], text, sizeof text);
        snprintf(words, sizeof words, "%s %s", text, unit);
        float w = brg_ui_text_width(d->v->ui, BRG_FONT_SMALL, words) + 2;
        float at = fminf(x - w / 2, area.x + area.w - w);
        brg_ui_line(d->v->ui, x, area.y, x, area.y + 4, BRG_FAINT);
        if (at < free_from)
            continue;
        free_from = at + w + 6;
        brg_ui_text(d->v->ui, (brg_rect){at, area.y + 4, w, 14}, BRG_FONT_SMALL, BRG_CENTRE,
                    BRG_FAINT, words);
    }
}

/* The lanes' lines and, in the first column, their names. */
static void draw_lanes(drawing *d, uint32_t lanes, brg_rect area, bool named) {
    const brg_lab_pictures *p = &d->v->pictures;
    const layout *l = &d->layout;
    for (int i = 0; i < p->lane_count; i++) {
        if (!(lanes >> i & 1))
            continue;
        float y = area.y + l->row * (float)brg_lab_lane_rank(lanes, i);
        if (named)
            brg_ui_text(d->v->ui,
                        (brg_rect){area.x - l->names_w, y + l->row / 2 - 9, l->names_w - 8, 16},
                        BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, p->lanes[i]);
        brg_ui_line(d->v->ui, area.x, y + l->row - 1, area.x + area.w, y + l->row - 1,
                    BRG_HAIRLINE);
    }
}

/* What would end in a pixel that is drawn already is left out: there may be thousands. */
static void draw_span(drawing *d, const brg_lab_span *span, const brg_lab_place *at, brg_rect lane,
                      double length_s) {
    brg_ui *ui = d->v->ui;
    float x0 = lane.x + lane.w * (float)(span->start_s / length_s);
    float x1 = lane.x + lane.w * (float)(span->end_s / length_s);
    if (x1 < d->last_x[at->lane] + 0.5f)
        return;
    x0 = fmaxf(x0, d->last_x[at->lane]);
    d->last_x[at->lane] = x1;
    brg_rect bar = {x0, lane.y + 1, fmaxf(x1 - x0, 1), lane.h - 3};
    if (bar.w > 4)
        bar.w -= 1;
    brg_ui_fill(ui, bar, bar.w > 5 ? 2 : 0,
                span->waiting ? BRG_LINE : brg_lab_series_colour(at->colour));
    float w = brg_ui_text_width(ui, BRG_FONT_SMALL, span->name);
    if (lane.h >= 15 && bar.w > w + 8)
        brg_ui_text(ui, bar, BRG_FONT_SMALL, BRG_CENTRE, span->waiting ? BRG_QUIET : BRG_ON_COLOUR,
                    span->name);
}

static void draw_spans(drawing *d, int index, uint32_t lanes, brg_rect area) {
    const brg_lab_pictures *p = &d->v->pictures;
    const double length_s = brg_lab_pictures_scale(p, index);
    for (int i = 0; i < BRG_PICTURE_LANES; i++)
        d->last_x[i] = 0;
    for (int32_t i = 0; i < p->place_count; i++) {
        if (p->places[i].picture != index)
            continue;
        float y = area.y + d->layout.row * (float)brg_lab_lane_rank(lanes, p->places[i].lane);
        draw_span(d, &d->result->spans[i], &p->places[i],
                  (brg_rect){area.x, y, area.w, d->layout.row}, length_s);
    }
}

/* ---- under the pointer ----------------------------------------------------------------------- */

static void tell(drawing *d, int index, uint32_t lanes, brg_rect area,
                 const brg_ui_pointer *pointer) {
    const brg_lab_pictures *p = &d->v->pictures;
    const double length_s = brg_lab_pictures_scale(p, index);
    const double at_s = (double)((pointer->x - area.x) / area.w) * length_s;
    const double slack_s = length_s / (double)area.w;
    const int lane = (int)floorf((pointer->y - area.y) / d->layout.row);
    for (int32_t i = 0; i < p->place_count; i++) {
        const brg_lab_span *span = &d->result->spans[i];
        char text[160], start[24], length[24];
        if (p->places[i].picture != index || brg_lab_lane_rank(lanes, p->places[i].lane) != lane ||
            at_s < span->start_s - slack_s || at_s > span->end_s + slack_s)
            continue;
        snprintf(text, sizeof text, "%s: %s%s for %s, from %s on", span->lane, span->name,
                 span->waiting ? ", waiting" : "",
                 brg_part_time(1e3 * (span->end_s - span->start_s), length, sizeof length),
                 brg_part_time(1e3 * span->start_s, start, sizeof start));
        brg_ui_tip(d->v->ui, text);
        return;
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

static float widest_name(const brg_lab_view *v) {
    float w = 30;
    for (int i = 0; i < v->pictures.lane_count; i++)
        w = fmaxf(w, brg_ui_text_width(v->ui, BRG_FONT_SMALL, v->pictures.lanes[i]));
    return fminf(w + 14, 120);
}

static void draw_picture(drawing *d, int index, brg_rect cell, bool first, bool last,
                         const brg_ui_pointer *pointer) {
    const brg_lab_pictures *p = &d->v->pictures;
    const uint32_t lanes = lanes_of(d, index);
    brg_rect area = {cell.x, cell.y + title_h, cell.w, cell.h - title_h};
    float title_x = first ? cell.x - d->layout.names_w : cell.x;
    brg_ui_text(d->v->ui, (brg_rect){title_x, cell.y + 4, cell.x + cell.w - title_x, title_h - 6},
                BRG_FONT_SMALL, BRG_LEFT, BRG_TEXT, p->pictures[index].name);
    draw_lanes(d, lanes, area, first);
    draw_spans(d, index, lanes, area);
    if (!p->shared || last)
        draw_axis(d, (brg_rect){area.x, area.y + area.h, area.w, axis_h},
                  brg_lab_pictures_scale(p, index));
    bool over = pointer && pointer->x >= area.x && pointer->x < area.x + area.w;
    if (over && pointer->y >= area.y && pointer->y < area.y + area.h)
        tell(d, index, lanes, area, pointer);
}

static void draw_all(drawing *d, brg_rect place, const brg_ui_pointer *pointer) {
    const brg_lab_pictures *p = &d->v->pictures;
    const layout *l = &d->layout;
    const float across = place.w - l->names_w - columns_gap * (float)(l->columns - 1);
    brg_rect cell = {0, place.y - 8, across / (float)l->columns, 0};
    for (int i = 0; i < p->count; i++) {
        const int column = i % l->columns;
        cell.x = place.x + l->names_w + (cell.w + columns_gap) * (float)column;
        cell.h = title_h + l->row * (float)brg_lab_lane_count(lanes_of(d, i));
        draw_picture(d, i, cell, column == 0, i + l->columns >= p->count, pointer);
        if (column + 1 == l->columns)
            cell.y += cell.h + (p->shared ? 0 : axis_h);
    }
}

void brg_lab_view_lanes(brg_lab_view *v, const brg_lab_result *result, brg_rect place) {
    const brg_lab_pictures *p = &v->pictures;
    drawing d = {.v = v, .result = result, .layout = choose_layout(p, place.w, place.h)};
    brg_ui_pointer pointer;
    if (p->count == 0 || p->place_count > result->span_count) {
        brg_ui_text(v->ui, place, BRG_FONT_BODY, BRG_CENTRE, BRG_FAINT,
                    "There is no timeline yet.");
        return;
    }
    float row = floorf((place.h - d.layout.fixed) / (float)d.layout.lanes);
    d.layout.row = fminf(fmaxf(row, least_row), tallest_row);
    d.layout.names_w = widest_name(v);
    bool over = brg_ui_area(v->ui, "lab_timeline", place, &pointer);
    draw_all(&d, place, over ? &pointer : NULL);
}
