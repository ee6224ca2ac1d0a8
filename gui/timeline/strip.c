/* The strip. See strip.h. */
#include "timeline/strip.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/parts.h"

static const double shortest_s = 0.005, longest_s = 30.0;
static const float label_width = 84, lane_height = 20;

static const struct lane {
    const char *name;
    brg_colour colour;
} lanes[BRG_LANE_COUNT] = {
    [BRG_LANE_UI] = {"UI frames", BRG_VIOLET},     [BRG_LANE_ENGINE] = {"engine", BRG_QUIET},
    [BRG_LANE_UPLOAD] = {"upload", BRG_TEAL},      [BRG_LANE_KERNEL] = {"kernel", BRG_BLUE},
    [BRG_LANE_READBACK] = {"read back", BRG_TEAL}, [BRG_LANE_REFERENCE] = {"reference", BRG_AMBER},
};

void brg_strip_init(brg_strip *strip) {
    memset(strip, 0, sizeof *strip);
    strip->seconds = 2.5;
}

/* Lets the stretch end `seconds` later, or earlier when that is negative. */
static void shift(brg_strip *t, double seconds) {
    t->end_ns = (uint64_t)fmax((double)t->end_ns + 1e9 * seconds, 0);
}

/* The wheel zooms: about the present while it is live, about the pointer while it is held. Dragging
 * moves it while it is held. */
static void move(brg_strip *t, brg_rect area, const brg_ui_pointer *pointer, bool live) {
    if (pointer->scrolled == 0 && pointer->dragged == 0)
        return;
    double was = t->seconds, after = 1 - (double)((pointer->x - area.x) / area.w);
    t->seconds = was * pow(0.8, (double)pointer->scrolled);
    t->seconds = fmin(fmax(t->seconds, shortest_s), longest_s);
    if (!live)
        shift(t, (t->seconds - was) * after - (double)(pointer->dragged / area.w) * t->seconds);
    t->fresh = false;
}

static uint64_t start_of(const brg_strip *t) {
    uint64_t length = (uint64_t)(t->seconds * 1e9);
    return t->end_ns > length ? t->end_ns - length : 0;
}

static void fetch_spans(brg_strip *t, const brg_scene *scene, bool live) {
    if (live)
        t->end_ns = scene->now_ns;
    else if (t->fresh)
        return;
    t->count = brg_trace_copy(brg_engine_trace(scene->app->engine), start_of(t), t->spans,
                              BRG_STRIP_SPANS);
    t->fresh = !live;
}

static void draw_lane_heads(brg_ui *ui, brg_rect area) {
    for (int i = 0; i < BRG_LANE_COUNT; i++) {
        float y = area.y + lane_height * (float)i;
        brg_ui_fill(ui, (brg_rect){area.x - label_width, y + 6, 8, 8}, 2, lanes[i].colour);
        brg_ui_text(ui, (brg_rect){area.x - label_width + 15, y, label_width - 18, 20},
                    BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, lanes[i].name);
        brg_ui_line(ui, area.x, y + lane_height - 1, area.x + area.w, y + lane_height - 1,
                    BRG_HAIRLINE);
    }
}

static bool is_freeze(const brg_span *span) {
    return span->lane == BRG_LANE_UI && strcmp(span->name, BRG_FROZEN) == 0;
}

static void draw_freeze(brg_ui *ui, brg_rect place, const brg_span *span) {
    brg_ui_fill(ui, place, 2, BRG_RED_DIM);
    if (place.w > 90)
        brg_ui_textf(ui, place, BRG_FONT_SMALL, BRG_CENTRE, BRG_RED, "frozen %.0f ms",
                     (double)(span->end_ns - span->start_ns) / 1e6);
}

/* Spans that would share a pixel with the one before on their lane are left out: thousands of
 * slices make a solid bar either way. */
static void draw_spans(const brg_strip *t, brg_ui *ui, brg_rect area) {
    float covered[BRG_LANE_COUNT];
    for (int i = 0; i < BRG_LANE_COUNT; i++)
        covered[i] = area.x;
    double per_ns = (double)area.w / (t->seconds * 1e9), start = (double)start_of(t);
    for (size_t i = 0; i < t->count; i++) {
        const brg_span *span = &t->spans[i];
        if ((unsigned)span->lane >= BRG_LANE_COUNT)
            continue;
        float x0 = area.x + (float)(((double)span->start_ns - start) * per_ns);
        float x1 = area.x + (float)(((double)span->end_ns - start) * per_ns);
        x0 = fmaxf(x0, covered[span->lane]);
        x1 = fminf(fmaxf(x1, x0 + 1), area.x + area.w);
        if (x1 - x0 < 0.5f)
            continue;
        covered[span->lane] = x1;
        brg_rect place = {x0, area.y + lane_height * (float)span->lane + 4, x1 - x0,
                          lane_height - 9};
        if (is_freeze(span))
            draw_freeze(ui, place, span);
        else
            brg_ui_fill(ui, place, 0, lanes[span->lane].colour);
    }
}

static void draw_scale(brg_ui *ui, brg_rect area, double seconds) {
    char text[32];
    float y = area.y + area.h + 4;
    for (int i = 0; i < 5; i++) {
        float x = area.x + area.w * (float)i / 5;
        double before = seconds * (5 - i) / 5;
        if (seconds >= 1)
            snprintf(text, sizeof text, "-%.1f s", before);
        else
            snprintf(text, sizeof text, "-%.0f ms", 1e3 * before);
        brg_ui_text(ui, (brg_rect){x, y, 80, 16}, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT, text);
        brg_ui_line(ui, x, y - 5, x, y - 1, BRG_FAINT);
    }
    brg_ui_text(ui, (brg_rect){area.x + area.w - 80, y, 80, 16}, BRG_FONT_SMALL, BRG_RIGHT,
                BRG_FAINT, "now");
}

/* The name of the span under the pointer, and how long it took. */
static void draw_tip(const brg_strip *t, brg_ui *ui, brg_rect area, const brg_ui_pointer *pointer) {
    int lane = (int)floorf((pointer->y - area.y) / lane_height);
    double at = (double)start_of(t) + (double)((pointer->x - area.x) / area.w) * t->seconds * 1e9;
    double slack = t->seconds * 1e9 / (double)area.w;
    for (size_t i = t->count; i-- > 0;) {
        const brg_span *span = &t->spans[i];
        if ((int)span->lane != lane || at < (double)span->start_ns - slack ||
            at > (double)span->end_ns + slack)
            continue;
        char text[96], time[24];
        brg_part_time((double)(span->end_ns - span->start_ns) / 1e6, time, sizeof time);
        snprintf(text, sizeof text, "%s: %s", span->name, time);
        brg_ui_tip(ui, text);
        return;
    }
}

void brg_strip_draw(brg_strip *strip, const brg_scene *scene, brg_rect place, bool live) {
    brg_ui *ui = scene->ui;
    brg_rect head = {place.x, place.y + 8, place.w, 20};
    brg_rect area = {place.x + label_width, place.y + 34, place.w - label_width,
                     lane_height * BRG_LANE_COUNT};
    brg_ui_text(ui, head, BRG_FONT_BOLD, BRG_LEFT, BRG_QUIET, "Timeline");
    brg_ui_text(ui, head, BRG_FONT_SMALL, BRG_RIGHT, BRG_FAINT,
                live ? "live; scroll to zoom" : "held; scroll to zoom, drag to move");
    draw_lane_heads(ui, area);
    brg_ui_pointer pointer;
    bool hovered = brg_ui_area(ui, "timeline", area, &pointer);
    move(strip, area, &pointer, live);
    fetch_spans(strip, scene, live);
    draw_spans(strip, ui, area);
    draw_scale(ui, area, strip->seconds);
    if (hovered)
        draw_tip(strip, ui, area, &pointer);
}
