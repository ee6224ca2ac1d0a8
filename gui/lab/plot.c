/* The plot of lines or of labelled points: measured values with their intervals, models dashed. */
#include <math.h>
#include <stdio.h>

#include "lab/view.h"
#include "ui/parts.h"
#include "ui/plot.h"

enum { CURVE = 256 };

static const float legend_h = 20;

/* ---- axes ------------------------------------------------------------------------------------ */

typedef struct extent {
    double lo, hi;
} extent;

static void include(extent *e, double value, bool logarithmic) {
    if (!isfinite(value) || (logarithmic && value <= 0))
        return;
    e->lo = fmin(e->lo, value);
    e->hi = fmax(e->hi, value);
}

static void include_points(const brg_lab_result *result, extent *x, extent *y) {
    const brg_lab_plot *plot = &result->claim->plot;
    for (int32_t i = 0; i < result->series_count; i++)
        for (int32_t j = 0; j < result->series[i].point_count; j++) {
            const brg_lab_point *p = &result->series[i].points[j];
            include(x, p->x, plot->log_x);
            include(y, p->y, plot->log_y);
            include(y, p->low, plot->log_y);
            include(y, p->high, plot->log_y);
        }
}

static bool is_power_of_two(double value) {
    int exponent;
    return value > 0 && frexp(value, &exponent) == 0.5;
}

/* Sweeps double: then ticks are at 1, 2, 4. */
static brg_axis_kind kind_of_x(const brg_lab_result *result) {
    if (!result->claim->plot.log_x)
        return BRG_AXIS_EVEN;
    for (int32_t i = 0; i < result->series_count; i++)
        for (int32_t j = 0; j < result->series[i].point_count; j++)
            if (!is_power_of_two(result->series[i].points[j].x))
                return BRG_AXIS_DECADES;
    return BRG_AXIS_OCTAVES;
}

/* Where there are few places, as threads are, they are the ticks. */
static void tick_at_points(brg_axis *axis, const brg_lab_result *result) {
    enum { FEW = 9 };
    double ticks[FEW];
    int count = 0;
    for (int32_t i = 0; i < result->series_count; i++)
        for (int32_t j = 0; j < result->series[i].point_count; j++) {
            double x = result->series[i].points[j].x;
            bool known = false;
            for (int k = 0; k < count; k++)
                known = known || ticks[k] == x;
            if (!known && count == FEW)
                return;
            if (!known)
                ticks[count++] = x;
        }
    for (int k = 0; k < count; k++)
        axis->ticks[k] = ticks[k];
    axis->tick_count = count;
    axis->decimals = 0;
}

/* Whole numbers, as threads are, get ticks of their own and some air beside them. */
static brg_axis axis_of_x(const brg_lab_result *result, extent x) {
    const brg_axis_kind kind = kind_of_x(result);
    if (kind != BRG_AXIS_EVEN)
        return brg_axis_between(kind, x.lo / 1.15, x.hi * 1.15, 8);
    bool whole = x.lo == round(x.lo) && x.hi == round(x.hi) && x.hi - x.lo <= 16;
    double air = whole ? 0.25 : 0.03 * (x.hi - x.lo);
    brg_axis axis = brg_axis_between(kind, x.lo - air, x.hi + air, 7);
    if (whole)
        tick_at_points(&axis, result);
    return axis;
}

static brg_axis axis_of_y(const brg_lab_result *result, extent y) {
    if (result->claim->plot.log_y)
        return brg_axis_around(BRG_AXIS_DECADES, y.lo, y.hi, 6);
    return brg_axis_around(BRG_AXIS_EVEN, fmin(y.lo, 0), fmax(y.hi, 0), 6);
}

/* ---- series ---------------------------------------------------------------------------------- */

/* Models have the colours after those of what was measured. */
static int look_of(const brg_lab_result *result, int32_t series) {
    int before = 0, measured = 0;
    for (int32_t i = 0; i < result->series_count; i++) {
        measured += !result->series[i].model;
        before += i < series && result->series[i].model == result->series[series].model;
    }
    return result->series[series].model ? measured + before : before;
}

static brg_mark mark_of(int look) {
    return (brg_mark)(look % BRG_MARKS);
}

static void draw_line(const brg_plot *plot, const brg_lab_series *series, brg_colour colour) {
    double x[CURVE], y[CURVE];
    int count = 0;
    for (int32_t j = 0; j < series->point_count && count < CURVE; j++, count++) {
        x[count] = series->points[j].x;
        y[count] = series->points[j].y;
    }
    brg_plot_curve(plot, x, y, count, colour, series->model);
}

static void draw_points(const brg_plot *plot, const brg_lab_series *series, int look,
                        bool labelled) {
    for (int32_t j = 0; j < series->point_count; j++) {
        const brg_lab_point *p = &series->points[j];
        brg_plot_point(plot, p->x, p->y, p->low, p->high, mark_of(look),
                       brg_lab_series_colour(look));
        if (!labelled || !p->label[0] || !isfinite(p->y))
            continue;
        float w = brg_ui_text_width(plot->ui, BRG_FONT_SMALL, p->label) + 2;
        float x = brg_plot_x(plot, p->x), y = brg_plot_y(plot, p->y);
        bool left = x + 10 + w > plot->area.x + plot->area.w;
        brg_ui_text(plot->ui, (brg_rect){left ? x - 10 - w : x + 10, y - 18, w, 16}, BRG_FONT_SMALL,
                    BRG_LEFT, BRG_TEXT, p->label);
    }
}

/* Names with their marks, from left to right; returns the height used. */
static float draw_legend(brg_lab_view *v, const brg_lab_result *result, brg_rect place) {
    float x = place.x + 2, y = place.y;
    for (int32_t i = 0; i < result->series_count; i++) {
        const brg_lab_series *series = &result->series[i];
        float w = 24 + brg_ui_text_width(v->ui, BRG_FONT_SMALL, series->name) + 20;
        if (x + w - 20 > place.x + place.w && x > place.x + 2) {
            x = place.x + 2;
            y += legend_h;
        }
        const int look = look_of(result, i);
        const float line[] = {x, y + 9, x + 16, y + 9};
        brg_ui_curve(v->ui, line, 2, 1.6f, series->model ? 4 : 0, brg_lab_series_colour(look));
        if (!series->model)
            brg_plot_mark(v->ui, x + 8, y + 9, mark_of(look), brg_lab_series_colour(look));
        brg_ui_text(v->ui, (brg_rect){x + 22, y, fminf(w, place.w - 24), 18}, BRG_FONT_SMALL,
                    BRG_LEFT, series->model ? BRG_QUIET : BRG_TEXT, series->name);
        x += w;
    }
    return y - place.y + legend_h + 4;
}

void brg_lab_view_plot(brg_lab_view *v, const brg_lab_result *result, brg_rect place) {
    const brg_lab_plot *names = &result->claim->plot;
    extent x = {INFINITY, -INFINITY}, y = {INFINITY, -INFINITY};
    include_points(result, &x, &y);
    if (!(x.lo <= x.hi && y.lo <= y.hi)) {
        brg_ui_text(v->ui, place, BRG_FONT_BODY, BRG_CENTRE, BRG_FAINT,
                    result->state == BRG_LAB_RUNNING ? "The first round is not over yet."
                                                     : "Nothing was measured.");
        return;
    }
    brg_rect_cut_top(&place, draw_legend(v, result, place));
    char y_name[160];
    snprintf(y_name, sizeof y_name, "%s%s", names->y, names->log_y ? " (log scale)" : "");
    brg_axis across = axis_of_x(result, x), up = axis_of_y(result, y);
    brg_plot plot = brg_plot_begin(v->ui, place, &across, &up, names->x, y_name);
    for (int32_t i = result->series_count - 1; i >= 0; i--) {
        const brg_lab_series *series = &result->series[i];
        const int look = look_of(result, i);
        if (names->kind == BRG_LAB_PLOT_LINES)
            draw_line(&plot, series, brg_lab_series_colour(look));
        if (!series->model || names->kind == BRG_LAB_PLOT_POINTS)
            draw_points(&plot, series, look, names->kind == BRG_LAB_PLOT_POINTS);
    }
}
