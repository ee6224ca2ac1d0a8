/* A card's lanes: frames of the window above, compute units below, on one axis of time. The units'
 * bars are launches as the device reported them: a launch on all units is drawn on each of them,
 * since OpenCL does not tell which unit ran which part of it. */
#include <math.h>
#include <stdio.h>

#include "kitchen/view.h"

enum { MOST_UNIT_LANES = 4 };

static const float row = 19, axis = 17, label_width = 64, lead = 0.05f;

static const char *const lane_ids[BRG_WAYS] = {"neither_lanes", "concurrent_lanes",
                                               "parallel_lanes", "both_lanes"};

/* With many units those behind the first share a lane. */
static int unit_lanes(const brg_kitchen_view *view) {
    uint32_t units = view->model->units;
    return units == 0 ? 1 : units > MOST_UNIT_LANES ? 2 : (int)units;
}

float brg_kitchen_lanes_height(const brg_kitchen_view *view) {
    return row * (float)(1 + unit_lanes(view)) + axis;
}

/* Where a time lies. */
static float x_at(const brg_kitchen_view *view, brg_rect area, float ms) {
    float x = area.x + area.w * (ms / view->scale_ms + lead) / (1 + lead);
    return fminf(fmaxf(x, area.x), area.x + area.w);
}

/* ---- what stays ------------------------------------------------------------------------------ */

static void draw_labels(const brg_kitchen_view *view, brg_rect place) {
    char text[32] = "UI";
    int lanes = unit_lanes(view);
    for (int i = 0; i <= lanes; i++) {
        brg_rect label = {place.x, place.y + row * (float)i, label_width, row};
        if (i > 1 && view->model->units > MOST_UNIT_LANES)
            snprintf(text, sizeof text, "units 1-%u", view->model->units - 1);
        else if (i > 0)
            snprintf(text, sizeof text, "unit %d", i - 1);
        brg_ui_text(view->ui, label, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, text);
        float y = label.y + row - 1;
        brg_ui_line(view->ui, place.x + label_width, y, place.x + place.w, y, BRG_HAIRLINE);
    }
}

/* The least of 1, 2, 5, 10, 20 ... that makes no more than seven ticks. */
static float tick_step(float range) {
    float step = 1;
    for (int i = 0; range / step > 7; i++)
        step *= i % 3 == 1 ? 2.5f : 2;
    return step;
}

static void draw_axis(const brg_kitchen_view *view, brg_rect area) {
    float step = tick_step(view->scale_ms), y = area.y + area.h;
    for (float ms = 0; ms <= view->scale_ms; ms += step) {
        float x = x_at(view, area, ms);
        bool fits = x + 24 <= area.x + area.w;
        brg_ui_line(view->ui, x, y, x, y + 4, BRG_FAINT);
        if (fits)
            brg_ui_textf(view->ui, (brg_rect){x - 30, y + 3, 60, 14}, BRG_FONT_SMALL, BRG_CENTRE,
                         BRG_FAINT, ms == 0 ? "%.0f" : "%.0f ms", (double)ms);
    }
}

/* ---- bars ------------------------------------------------------------------------------------ */

static void draw_frozen(const brg_kitchen_view *view, brg_rect r, const brg_bar *bar) {
    brg_ui_fill(view->ui, r, 2, BRG_RED_DIM);
    if (r.w > 100)
        brg_ui_textf(view->ui, r, BRG_FONT_SMALL, BRG_CENTRE, BRG_RED, "frozen %.0f ms",
                     (double)(bar->end - bar->start));
}

static void draw_frame_tick(const brg_kitchen_view *view, brg_rect lane, const brg_bar *bar,
                            brg_rect area) {
    float x = x_at(view, area, bar->start);
    if (x > area.x && x < area.x + area.w - 2)
        brg_ui_fill(view->ui, (brg_rect){x, lane.y, 2, lane.h}, 0, BRG_VIOLET);
}

/* Bars narrower than a pixel would run together: each keeps a pixel, and what is left of it. */
static void draw_kernel(const brg_kitchen_view *view, brg_rect lane, int lanes, const brg_bar *bar,
                        brg_rect area) {
    float x0 = x_at(view, area, bar->start), x1 = x_at(view, area, bar->end);
    float w = fmaxf(x1 - x0 - (x1 - x0 > 4 ? 1 : 0), 1);
    for (int i = 0; i < lanes; i++)
        brg_ui_fill(view->ui, (brg_rect){x0, lane.y + row * (float)i, w, lane.h}, 0,
                    brg_dish_at(bar->what)->colour);
}

static void draw_bars(const brg_kitchen_view *view, const brg_bars *bars, int lanes,
                      brg_rect area) {
    brg_rect ui_lane = {area.x, area.y + 3, area.w, row - 7};
    brg_rect first_unit = {area.x, area.y + row + 3, area.w, row - 7};
    for (int i = 0; i < bars->count; i++) {
        const brg_bar *bar = &bars->bars[i];
        float x0 = x_at(view, area, bar->start), x1 = x_at(view, area, bar->end);
        if (bar->what == BRG_BAR_FRAME)
            draw_frame_tick(view, ui_lane, bar, area);
        else if (bar->what == BRG_BAR_FROZEN)
            draw_frozen(view, (brg_rect){x0, ui_lane.y, x1 - x0, ui_lane.h}, bar);
        else
            draw_kernel(view, first_unit, lanes, bar, area);
    }
}

/* ---- under the pointer ----------------------------------------------------------------------- */

static void tell(const brg_kitchen_view *view, brg_way way, const brg_bars *bars, brg_rect area,
                 const brg_ui_pointer *pointer) {
    char text[160], title[48];
    bool in_frames = pointer->y < area.y + row;
    float ms = ((pointer->x - area.x) / area.w * (1 + lead) - lead) * view->scale_ms;
    float slack = view->scale_ms / area.w;
    for (int i = bars->count - 1; i >= 0; i--) {
        const brg_bar *bar = &bars->bars[i];
        if (in_frames != (bar->what < 0) || ms < bar->start - slack || ms > bar->end + slack)
            continue;
        if (bar->what < 0)
            snprintf(text, sizeof text, "%s, %.1f ms, %.1f ms after the start",
                     bar->what == BRG_BAR_FRAME ? "A frame" : "The window stood still",
                     (double)(bar->end - bar->start), (double)bar->start);
        else
            snprintf(
                text, sizeof text,
                "%s: a launch of %.1f ms on %s. OpenCL tells when it ran, not which unit ran "
                "which part.",
                brg_dish_title(bar->what, view->model->menu.sizes[bar->what], title, sizeof title),
                (double)(bar->end - bar->start), brg_way_on_all(way) ? "all units" : "one unit");
        brg_ui_tip(view->ui, text);
        return;
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static const brg_bars *bars_of(const brg_kitchen_view *view, brg_way way) {
    bool live =
        view->model->phase == BRG_KITCHEN_COOKING || view->model->phase == BRG_KITCHEN_SERVED;
    return live && view->model->cooking == way ? &view->live : &view->model->ways[way].bars;
}

void brg_kitchen_lanes(brg_kitchen_view *view, brg_way way, brg_rect place) {
    brg_ui_pointer pointer;
    brg_rect area = {place.x + label_width, place.y, place.w - label_width, place.h - axis};
    const brg_bars *bars = bars_of(view, way);
    bool over = brg_ui_area(view->ui, lane_ids[way], place, &pointer);
    if (pointer.pressed)
        brg_kitchen_choose(view->model, way);
    if (over)
        tell(view, way, bars, area, &pointer);
    draw_labels(view, place);
    draw_axis(view, area);
    draw_bars(view, bars, brg_way_on_all(way) ? unit_lanes(view) : 1, area);
}
