/* Timelines: a row for each lane, a bar for each span; waiting is drawn lightly. */
#include <math.h>
#include <stdio.h>

#include "lab/view.h"
#include "ui/axis.h"
#include "ui/parts.h"

static const float title_h = 22, axis_h = 19, usual_row = 18, least_row = 7, tallest_row = 30;
static const float columns_gap = 24;

typedef struct drawing {
    brg_lab_view *v;
    const brg_lab_result *result;
    float row, label_w;
    float last_x[BRG_PICTURE_LANES]; /* how far each lane is drawn */
} drawing;

/* How pictures are laid out: in one column or, if there are many lanes, in two. */
typedef struct layout {
    int columns, rows;
    int lanes[BRG_PICTURES]; /* of the highest picture in each row */
    float fixed;             /* titles and axes */
} layout;

/* Pictures to one scale have one axis, under the last of them. */
static layout lay_out(const brg_lab_pictures *p, int columns) {
    layout l = {.columns = columns, .rows = (p->count + columns - 1) / columns};
    for (int i = 0; i < p->count; i++)
        if (p->pictures[i].lane_count > l.lanes[i / columns])
            l.lanes[i / columns] = p->pictures[i].lane_count;
    l.fixed = title_h * (float)l.rows + axis_h * (float)(p->shared ? 1 : l.rows);
    return l;
}

static int all_lanes(const layout *l) {
    int lanes = 0;
    for (int i = 0; i < l->rows; i++)
        lanes += l->lanes[i];
    return lanes;
}

/* One column as long as it is not too high for its lanes to be told apart. */
static layout choose_layout(const brg_lab_pictures *p, brg_rect place) {
    const float readable = 14, least_w = 440;
    layout one = lay_out(p, 1);
    bool fits = one.fixed + readable * (float)all_lanes(&one) <= place.h;
    return fits || p->count < 2 || place.w < least_w ? one : lay_out(p, 2);
}

float brg_lab_view_lanes_height(const brg_lab_view *v, float w) {
    const float usual_h = 260;
    layout l = choose_layout(&v->pictures, (brg_rect){0, 0, w, usual_h});
    return l.fixed + usual_row * (float)all_lanes(&l);
}

/* ---- one picture ----------------------------------------------------------------------------- */

static void draw_axis(drawing *d, brg_rect area, double length_s) {
    const double scale = length_s >= 1 ? 1 : length_s >= 1e-3 ? 1e3 : 1e6;
    const char *unit = length_s >= 1 ? "s" : length_s >= 1e-3 ? "ms" : "\xc2\xb5s";
    const brg_axis axis = brg_axis_between(BRG_AXIS_EVEN, 0, length_s * scale, 8);
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

static void draw_labels(drawing *d, const brg_lab_picture *picture, brg_rect area) {
    for (int i = 0; i < picture->lane_count; i++) {
        float y = area.y + d->row * (float)i;
        if (d->row >= 12)
            brg_ui_text(d->v->ui,
                        (brg_rect){area.x - d->label_w, y + d->row / 2 - 8, d->label_w - 10, 16},
                        BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, picture->lanes[i]);
        brg_ui_line(d->v->ui, area.x, y + d->row - 1, area.x + area.w, y + d->row - 1,
                    BRG_HAIRLINE);
    }
}

/* What would end in a pixel that is drawn already is left out: there may be thousands. */
static void draw_span(drawing *d, const brg_lab_span *span, const brg_lab_place *at, brg_rect area,
                      double length_s) {
    brg_ui *ui = d->v->ui;
    float x0 = area.x + area.w * (float)(span->start_s / length_s);
    float x1 = area.x + area.w * (float)(span->end_s / length_s);
    if (x1 < d->last_x[at->lane] + 0.5f)
        return;
    x0 = fmaxf(x0, d->last_x[at->lane]);
    d->last_x[at->lane] = x1;
    brg_rect bar = {x0, area.y + d->row * (float)at->lane + 1, fmaxf(x1 - x0, 1), d->row - 4};
    if (bar.w > 4)
        bar.w -= 1;
    brg_ui_fill(ui, bar, 2, span->waiting ? BRG_LINE : brg_lab_series_colour(at->colour));
    float w = brg_ui_text_width(ui, BRG_FONT_SMALL, span->name);
    if (d->row >= 15 && bar.w > w + 8)
        brg_ui_text(ui, bar, BRG_FONT_SMALL, BRG_CENTRE, span->waiting ? BRG_QUIET : BRG_ON_COLOUR,
                    span->name);
}

static void draw_picture(drawing *d, int index, brg_rect area) {
    const brg_lab_pictures *p = &d->v->pictures;
    const double length_s = brg_lab_pictures_scale(p, index);
    draw_labels(d, &p->pictures[index], area);
    for (int i = 0; i < BRG_PICTURE_LANES; i++)
        d->last_x[i] = 0;
    for (int32_t i = 0; i < p->place_count; i++)
        if (p->places[i].picture == index)
            draw_span(d, &d->result->spans[i], &p->places[i], area, length_s);
}

/* ---- under the pointer ----------------------------------------------------------------------- */

static void tell(drawing *d, int index, brg_rect area, const brg_ui_pointer *pointer) {
    const brg_lab_pictures *p = &d->v->pictures;
    const double length_s = brg_lab_pictures_scale(p, index);
    const double at_s = (double)((pointer->x - area.x) / area.w) * length_s;
    const double slack_s = length_s / (double)area.w;
    const int lane = (int)floorf((pointer->y - area.y) / d->row);
    for (int32_t i = 0; i < p->place_count; i++) {
        const brg_lab_span *span = &d->result->spans[i];
        char text[160], start[24], length[24];
        if (p->places[i].picture != index || p->places[i].lane != lane ||
            at_s < span->start_s - slack_s || at_s > span->end_s + slack_s)
            continue;
        snprintf(text, sizeof text, "%s%s: %s, from %s on", span->name,
                 span->waiting ? ", waiting" : "",
                 brg_part_time(1e3 * (span->end_s - span->start_s), length, sizeof length),
                 brg_part_time(1e3 * span->start_s, start, sizeof start));
        brg_ui_tip(d->v->ui, text);
        return;
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

static float widest_lane(const brg_lab_view *v) {
    float w = 30;
    for (int i = 0; i < v->pictures.count; i++)
        for (int j = 0; j < v->pictures.pictures[i].lane_count; j++)
            w = fmaxf(w,
                      brg_ui_text_width(v->ui, BRG_FONT_SMALL, v->pictures.pictures[i].lanes[j]));
    return fminf(w + 14, 120);
}

static void draw_one(drawing *d, int index, brg_rect cell, bool last,
                     const brg_ui_pointer *pointer) {
    const brg_lab_pictures *p = &d->v->pictures;
    const float h = d->row * (float)p->pictures[index].lane_count;
    brg_rect area = {cell.x + d->label_w, cell.y + title_h, cell.w - d->label_w, h};
    brg_ui_text(d->v->ui, (brg_rect){cell.x, cell.y + 4, cell.w, title_h - 6}, BRG_FONT_SMALL,
                BRG_LEFT, BRG_TEXT, p->pictures[index].name);
    draw_picture(d, index, area);
    if (!p->shared || last)
        draw_axis(d, (brg_rect){area.x, cell.y + cell.h, area.w, axis_h},
                  brg_lab_pictures_scale(p, index));
    bool over = pointer && pointer->x >= area.x && pointer->x < area.x + area.w;
    if (over && pointer->y >= area.y && pointer->y < area.y + h)
        tell(d, index, area, pointer);
}

void brg_lab_view_lanes(brg_lab_view *v, const brg_lab_result *result, brg_rect place) {
    const brg_lab_pictures *p = &v->pictures;
    const layout l = choose_layout(p, place);
    if (p->count == 0 || p->place_count > result->span_count) {
        brg_ui_text(v->ui, place, BRG_FONT_BODY, BRG_CENTRE, BRG_FAINT,
                    "There is no timeline yet.");
        return;
    }
    float row = floorf((place.h - l.fixed) / (float)all_lanes(&l));
    drawing d = {.v = v, .result = result, .row = fminf(fmaxf(row, least_row), tallest_row)};
    d.label_w = d.row >= 12 ? widest_lane(v) : 4;
    brg_ui_pointer pointer;
    bool over = brg_ui_area(v->ui, "lab_timeline", place, &pointer);
    brg_rect cell = {place.x, place.y - 8, place.w, 0};
    cell.w = (place.w - columns_gap * (float)(l.columns - 1)) / (float)l.columns;
    for (int i = 0; i < p->count; i++) {
        const int line = i / l.columns, column = i % l.columns;
        cell.x = place.x + (cell.w + columns_gap) * (float)column;
        cell.h = title_h + d.row * (float)l.lanes[line];
        draw_one(&d, i, cell, line + 1 == l.rows, over ? &pointer : NULL);
        if (column + 1 == l.columns)
            cell.y += cell.h + (p->shared ? 0 : axis_h);
    }
}
