/* The plot of bars: one for each point, lying, named at its left, its number at its right. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lab/phrases.h"
#include "lab/view.h"
#include "ui/axis.h"
#include "ui/parts.h"

static const float value_w = 76, foot_h = 20, head_h = 20, most_bar = 22, least_bar = 9;

typedef struct bars {
    brg_lab_view *v;
    const brg_lab_result *result;
    brg_axis axis;
    brg_rect area; /* of the bars themselves */
    float bar, between;
} bars;

static int32_t row_count(const brg_lab_result *result, int32_t *bar_count) {
    int32_t rows = 0;
    *bar_count = 0;
    for (int32_t i = 0; i < result->series_count; i++) {
        *bar_count += result->series[i].point_count;
        if (result->series[i].point_count > rows)
            rows = result->series[i].point_count;
    }
    return rows;
}

/* A bar as high as the number beside it. */
float brg_lab_view_bars_height(const brg_lab_result *result) {
    int32_t bar_count, rows = row_count(result, &bar_count);
    return head_h + foot_h + 14 * (float)bar_count + 8 * (float)rows;
}

static brg_axis axis_of(const brg_lab_result *result) {
    const bool logarithmic = result->claim->plot.log_y;
    double lo = INFINITY, hi = -INFINITY;
    for (int32_t i = 0; i < result->series_count; i++)
        for (int32_t j = 0; j < result->series[i].point_count; j++) {
            const brg_lab_point *p = &result->series[i].points[j];
            const double numbers[] = {p->y, p->low, p->high};
            for (int k = 0; k < 3; k++)
                if (isfinite(numbers[k]) && (!logarithmic || numbers[k] > 0)) {
                    lo = fmin(lo, numbers[k]);
                    hi = fmax(hi, numbers[k]);
                }
        }
    return logarithmic ? brg_axis_around(BRG_AXIS_DECADES, lo / 2, hi, 6)
                       : brg_axis_around(BRG_AXIS_EVEN, fmin(lo, 0), fmax(hi, 0), 6);
}

static const char *label_of(const brg_lab_result *result, int32_t row) {
    for (int32_t i = 0; i < result->series_count; i++) {
        const brg_lab_series *series = &result->series[i];
        if (row < series->point_count)
            return series->points[row].label[0] ? series->points[row].label : series->name;
    }
    return "";
}

static float label_width(brg_lab_view *v, const brg_lab_result *result, int32_t rows, float most) {
    float w = 40;
    for (int32_t i = 0; i < rows; i++)
        w = fmaxf(w, brg_ui_text_width(v->ui, BRG_FONT_SMALL, label_of(result, i)) + 14);
    return fminf(w, most);
}

static float place_of(const bars *b, double value) {
    double t = brg_axis_place(&b->axis, value);
    return b->area.x + b->area.w * (float)(isnan(t) ? 0 : fmin(fmax(t, 0), 1));
}

static void draw_ticks(const bars *b) {
    char text[24];
    brg_ui *ui = b->v->ui;
    const brg_rect *a = &b->area;
    for (int i = 0; i < b->axis.tick_count; i++) {
        float x = place_of(b, b->axis.ticks[i]);
        brg_ui_line(ui, x, a->y, x, a->y + a->h, BRG_HAIRLINE);
        brg_ui_text(ui, (brg_rect){x - 40, a->y + a->h + 3, 80, 15}, BRG_FONT_SMALL, BRG_CENTRE,
                    BRG_FAINT, brg_axis_text(&b->axis, b->axis.ticks[i], text, sizeof text));
    }
}

static void draw_interval(const bars *b, const brg_lab_point *p, float y) {
    brg_ui *ui = b->v->ui;
    if (!(p->high > p->low))
        return;
    float low = place_of(b, p->low), high = place_of(b, p->high), middle = y + b->bar / 2;
    brg_ui_line(ui, low, middle, high, middle, BRG_TEXT);
    brg_ui_line(ui, low, middle - 3, low, middle + 3, BRG_TEXT);
    brg_ui_line(ui, high, middle - 3, high, middle + 3, BRG_TEXT);
}

/* A number that is not known yet has no bar. */
static void draw_bar(const bars *b, int32_t series, const brg_lab_point *p, float y) {
    char text[BRG_LAB_PHRASE];
    brg_ui *ui = b->v->ui;
    float zero = place_of(b, b->axis.kind == BRG_AXIS_EVEN ? 0 : b->axis.lo);
    float end = isfinite(p->y) ? place_of(b, p->y) : zero;
    float right = fmaxf(fmaxf(zero, end), p->high > p->low ? place_of(b, p->high) : 0);
    if (isfinite(p->y))
        brg_ui_fill(ui, (brg_rect){fminf(zero, end), y, fmaxf(fabsf(end - zero), 1), b->bar - 2}, 2,
                    brg_lab_series_colour(series));
    draw_interval(b, p, y - 1);
    brg_ui_text(ui, (brg_rect){right + 8, y - 2, value_w, b->bar + 2}, BRG_FONT_MONO, BRG_LEFT,
                isfinite(p->y) ? BRG_TEXT : BRG_FAINT, brg_lab_phrase_number(p->y, "", text));
}

static float draw_row(const bars *b, int32_t row, float labels, float y) {
    const float first = y;
    for (int32_t i = 0; i < b->result->series_count; i++) {
        if (row >= b->result->series[i].point_count)
            continue;
        draw_bar(b, i, &b->result->series[i].points[row], y);
        y += b->bar;
    }
    brg_ui_text(b->v->ui, (brg_rect){b->area.x - labels, (first + y) / 2 - 10, labels - 10, 18},
                BRG_FONT_SMALL, BRG_RIGHT, BRG_TEXT, label_of(b->result, row));
    return y + b->between;
}

/* What the colours are, if there is more than one. */
static void draw_names(const bars *b, brg_rect at) {
    float x = at.x + at.w;
    for (int32_t i = b->result->series_count - 1; i >= 0 && b->result->series_count > 1; i--) {
        const char *name = b->result->series[i].name;
        float w = brg_ui_text_width(b->v->ui, BRG_FONT_SMALL, name) + 2;
        x -= w;
        brg_ui_text(b->v->ui, (brg_rect){x, at.y, w, 16}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                    name);
        x -= 15;
        brg_ui_fill(b->v->ui, (brg_rect){x, at.y + 3, 10, 10}, 2, brg_lab_series_colour(i));
        x -= 14;
    }
}

void brg_lab_view_bars(brg_lab_view *v, const brg_lab_result *result, brg_rect place) {
    int32_t count;
    const int32_t rows = row_count(result, &count);
    if (count == 0) {
        brg_ui_text(v->ui, place, BRG_FONT_BODY, BRG_CENTRE, BRG_FAINT,
                    result->state == BRG_LAB_RUNNING ? "The first round is not over yet."
                                                     : "Nothing was measured.");
        return;
    }
    const float labels = label_width(v, result, rows, floorf(0.38f * place.w));
    bars b = {.v = v, .result = result, .axis = axis_of(result)};
    b.area = (brg_rect){place.x + labels, place.y + head_h, place.w - labels - value_w,
                        fmaxf(place.h - head_h - foot_h, 20)};
    float share = b.area.h / ((float)count + 0.5f * (float)rows);
    b.bar = floorf(fminf(fmaxf(share, least_bar), most_bar));
    b.between = floorf(fminf(0.5f * b.bar + 2, (b.area.h - b.bar * (float)count) / (float)rows));
    brg_ui_text(v->ui, (brg_rect){place.x, place.y - 4, place.w, 16}, BRG_FONT_SMALL, BRG_LEFT,
                BRG_FAINT, result->claim->plot.y);
    draw_names(&b, (brg_rect){place.x, place.y - 4, place.w, 16});
    float used = b.bar * (float)count + b.between * (float)rows;
    b.area.h = fminf(b.area.h, used + 4);
    draw_ticks(&b);
    float y = b.area.y + 4;
    for (int32_t i = 0; i < rows; i++)
        y = draw_row(&b, i, labels, y);
}
