/* Plots. See plot.h. */
#include "ui/plot.h"

#include <math.h>
#include <string.h>

static const float left = 50, right = 14, top = 18, tick_h = 16, name_h = 15, radius = 4;

/* ---- axes ------------------------------------------------------------------------------------ */

static void draw_x_ticks(const brg_plot *plot) {
    char text[24];
    const brg_rect *a = &plot->area;
    float last = a->x - 1000;
    for (int i = 0; i < plot->x.tick_count; i++) {
        float x = brg_plot_x(plot, plot->x.ticks[i]), y = a->y + a->h;
        brg_axis_text(&plot->x, plot->x.ticks[i], text, sizeof text);
        float w = brg_ui_text_width(plot->ui, BRG_FONT_SMALL, text);
        brg_ui_line(plot->ui, x, a->y, x, y, BRG_HAIRLINE);
        if (x - w / 2 < last + 6)
            continue; /* would touch the one before */
        last = x + w / 2;
        brg_ui_text(plot->ui, (brg_rect){x - w / 2 - 1, y + 2, w + 2, tick_h - 2}, BRG_FONT_SMALL,
                    BRG_CENTRE, BRG_FAINT, text);
    }
}

static void draw_y_ticks(const brg_plot *plot) {
    char text[24];
    const brg_rect *a = &plot->area;
    for (int i = 0; i < plot->y.tick_count; i++) {
        float y = brg_plot_y(plot, plot->y.ticks[i]);
        brg_ui_line(plot->ui, a->x, y, a->x + a->w, y, BRG_HAIRLINE);
        brg_ui_text(plot->ui, (brg_rect){a->x - left, y - 8, left - 6, 16}, BRG_FONT_SMALL,
                    BRG_RIGHT, BRG_FAINT,
                    brg_axis_text(&plot->y, plot->y.ticks[i], text, sizeof text));
    }
}

brg_plot brg_plot_begin(brg_ui *ui, brg_rect place, const brg_axis *x, const brg_axis *y,
                        const char *x_name, const char *y_name) {
    float head = y_name ? top : 8, foot = tick_h + (x_name ? name_h : 0);
    brg_plot plot = {.ui = ui, .x = *x, .y = *y};
    plot.area = (brg_rect){place.x + left, place.y + head, fmaxf(place.w - left - right, 8),
                           fmaxf(place.h - head - foot, 8)};
    const brg_rect *a = &plot.area;
    draw_x_ticks(&plot);
    draw_y_ticks(&plot);
    brg_ui_line(ui, a->x, a->y + a->h, a->x + a->w, a->y + a->h, BRG_LINE);
    brg_ui_line(ui, a->x, a->y, a->x, a->y + a->h, BRG_LINE);
    if (y_name)
        brg_ui_text(ui, (brg_rect){place.x, place.y - 2, place.w, 14}, BRG_FONT_SMALL, BRG_LEFT,
                    BRG_FAINT, y_name);
    if (x_name)
        brg_ui_text(ui, (brg_rect){a->x, a->y + a->h + tick_h, a->w, name_h - 1}, BRG_FONT_SMALL,
                    BRG_CENTRE, BRG_FAINT, x_name);
    return plot;
}

float brg_plot_x(const brg_plot *plot, double x) {
    double t = brg_axis_place(&plot->x, x);
    return plot->area.x + plot->area.w * (float)fmin(fmax(t, 0), 1);
}

float brg_plot_y(const brg_plot *plot, double y) {
    double t = brg_axis_place(&plot->y, y);
    return plot->area.y + plot->area.h * (1 - (float)fmin(fmax(t, 0), 1));
}

/* ---- between them ---------------------------------------------------------------------------- */

static bool has_place(const brg_plot *plot, double x, double y) {
    return isfinite(brg_axis_place(&plot->x, x)) && isfinite(brg_axis_place(&plot->y, y));
}

enum { RUN = 256 };

/* The stretch from `first` that is not interrupted; it is at most RUN points long. Returns how many
 * there are. */
static int take_run(const brg_plot *plot, const double *x, const double *y, int first, int count,
                    float *places) {
    int taken = 0;
    for (int i = first; i < count && taken < RUN && has_place(plot, x[i], y[i]); i++, taken++) {
        places[2 * taken] = brg_plot_x(plot, x[i]);
        places[2 * taken + 1] = brg_plot_y(plot, y[i]);
    }
    return taken;
}

/* A long stretch is drawn as several, each from the last point of the one before. */
void brg_plot_curve(const brg_plot *plot, const double *x, const double *y, int count,
                    brg_colour colour, bool dashed) {
    float places[2 * RUN];
    for (int i = 0; i < count;) {
        int taken = take_run(plot, x, y, i, count, places);
        if (taken > 1)
            brg_ui_curve(plot->ui, places, taken, 1.6f, dashed ? 5 : 0, colour);
        i += taken == RUN ? RUN - 1 : taken + 1;
    }
}

void brg_plot_mark(brg_ui *ui, float x, float y, brg_mark mark, brg_colour colour) {
    if (mark == BRG_MARK_SQUARE)
        brg_ui_fill(ui, (brg_rect){x - radius + 0.5f, y - radius + 0.5f, 7, 7}, 0, colour);
    else
        brg_ui_disc(ui, x, y, radius, colour);
    if (mark == BRG_MARK_RING)
        brg_ui_disc(ui, x, y, radius - 1.8f, BRG_PANEL);
}

static void draw_interval(const brg_plot *plot, float x, double lo, double hi, brg_colour colour) {
    float y0 = brg_plot_y(plot, hi), y1 = brg_plot_y(plot, lo);
    if (!(hi > lo) || y1 - y0 < 1)
        return;
    brg_ui_line(plot->ui, x, y0, x, y1, colour);
    brg_ui_line(plot->ui, x - 3, y0, x + 3, y0, colour);
    brg_ui_line(plot->ui, x - 3, y1, x + 3, y1, colour);
}

void brg_plot_point(const brg_plot *plot, double x, double y, double lo, double hi, brg_mark mark,
                    brg_colour colour) {
    double u = brg_axis_place(&plot->x, x), v = brg_axis_place(&plot->y, y);
    const double slack = 1e-6;
    if (!(u >= -slack && u <= 1 + slack && v >= -slack && v <= 1 + slack))
        return;
    float at = brg_plot_x(plot, x);
    draw_interval(plot, at, lo, hi, colour);
    brg_plot_mark(plot->ui, at, brg_plot_y(plot, y), mark, colour);
}

void brg_plot_level(const brg_plot *plot, double y, brg_colour colour) {
    double t = brg_axis_place(&plot->y, y);
    float at = brg_plot_y(plot, y);
    if (t >= 0 && t <= 1)
        brg_ui_line(plot->ui, plot->area.x, at, plot->area.x + plot->area.w, at, colour);
}
