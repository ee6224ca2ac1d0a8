/* The strip. See strip.h. */
#include "timeline/strip.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/parts.h"

static const double shortest_s = 0.005, longest_s = 30.0;
static const float label_width = 84, lane_height = 20;

/* How often the present moves on: as often as an eye needs, and half as much work as at each frame.
 */
static const uint64_t step_ns = 33000000;

void brg_strip_init(brg_strip *strip) {
    memset(strip, 0, sizeof *strip);
    strip->stretch.seconds = 2.5;
}

/* The wheel zooms: about the present while it is live, about the pointer while it is held. Dragging
 * moves it while it is held. */
static void move(brg_strip *t, brg_rect area, const brg_ui_pointer *pointer, bool live) {
    double about = live ? 1 : (double)((pointer->x - area.x) / area.w);
    if (pointer->scrolled != 0)
        brg_stretch_zoom(&t->stretch, pow(0.8, (double)pointer->scrolled), about, shortest_s,
                         longest_s);
    if (!live && pointer->held && !pointer->pressed)
        brg_stretch_shift(&t->stretch, -(double)(pointer->dragged / area.w) * t->stretch.seconds);
}

static void draw_lane_heads(brg_ui *ui, brg_rect area) {
    for (int i = 0; i < BRG_SHOWN_LANES; i++) {
        float y = area.y + lane_height * (float)i;
        brg_ui_fill(ui, (brg_rect){area.x - label_width, y + 6, 8, 8}, 2,
                    brg_lane_colour((brg_lane)i));
        brg_ui_text(ui, (brg_rect){area.x - label_width + 15, y, label_width - 18, 20},
                    BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, brg_lane_title((brg_lane)i));
        brg_ui_line(ui, area.x, y + lane_height - 1, area.x + area.w, y + lane_height - 1,
                    BRG_HAIRLINE);
    }
}

static brg_rect lane_place(brg_rect area, brg_lane lane) {
    return (brg_rect){area.x, area.y + lane_height * (float)lane + 4, area.w, lane_height - 9};
}

/* All devices share the lanes: the timeline tells them apart. */
static void draw_lanes(const brg_strip *t, const brg_scene *scene, brg_rect area) {
    const brg_tracks *tracks = scene->tracks;
    for (int i = 0; i < tracks->count; i++)
        brg_lane_draw(scene->ui, &tracks->rows[i], lane_place(area, tracks->rows[i].lane),
                      &t->stretch, scene->app->selected, 0);
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

/* The span under the pointer. */
static const brg_span *find_span(const brg_strip *t, const brg_scene *scene, brg_rect area,
                                 const brg_ui_pointer *pointer) {
    const brg_tracks *tracks = scene->tracks;
    int lane = (int)floorf((pointer->y - area.y) / lane_height);
    for (int i = 0; i < tracks->count; i++) {
        const brg_track *track = &tracks->rows[i];
        const brg_span *span = (int)track->lane == lane
                                   ? brg_lane_span_at(track, area, &t->stretch, pointer->x)
                                   : NULL;
        if (span)
            return span;
    }
    return NULL;
}

static void point(const brg_strip *t, const brg_scene *scene, brg_rect area,
                  const brg_ui_pointer *pointer) {
    char text[200];
    const brg_span *span = find_span(t, scene, area, pointer);
    if (pointer->clicked)
        scene->app->selected = span ? span->job : (brg_job){0, 0};
    if (!span)
        return;
    const brg_job_facts *facts = brg_jobs_find(&scene->app->jobs, span->job);
    brg_ui_tip(scene->ui, brg_span_text(span, facts ? facts->label : NULL, text, sizeof text));
}

void brg_strip_draw(brg_strip *strip, const brg_scene *scene, brg_rect place, bool live) {
    brg_ui *ui = scene->ui;
    brg_rect head = {place.x, place.y + 8, place.w, 20};
    brg_rect area = {place.x + label_width, place.y + 34, place.w - label_width,
                     lane_height * BRG_SHOWN_LANES};
    if (live && (scene->now_ns - strip->stretch.end_ns >= step_ns || scene->resting))
        strip->stretch.end_ns = scene->now_ns;
    brg_ui_text(ui, head, BRG_FONT_BOLD, BRG_LEFT, BRG_QUIET, "Timeline");
    brg_ui_text(ui, head, BRG_FONT_SMALL, BRG_RIGHT, BRG_FAINT,
                live ? "live; scroll to zoom" : "held; scroll to zoom, drag to move");
    draw_lane_heads(ui, area);
    brg_ui_pointer pointer;
    bool hovered = brg_ui_area(ui, "timeline", area, &pointer);
    move(strip, area, &pointer, live);
    draw_lanes(strip, scene, area);
    draw_scale(ui, area, strip->stretch.seconds);
    if (hovered)
        point(strip, scene, area, &pointer);
}
