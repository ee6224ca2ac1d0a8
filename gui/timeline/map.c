/* The map: the whole trace, small, with the part that the lanes show. */
#include <math.h>

#include "timeline/timeline.h"
#include "ui/parts.h"

enum { LEVELS = 5 };

static int level_of(const brg_map *map, int lane, int bin) {
    float busy = fminf(map->busy[lane][bin], 1);
    return busy > 0 ? 1 + (int)(busy * (LEVELS - 1)) : 0;
}

static void draw_lane(brg_timeline *t, brg_rect place, int lane) {
    const brg_map *map = &t->map;
    float bin_w = place.w / BRG_MAP_BINS;
    for (int i = 0, j; i < BRG_MAP_BINS; i = j) {
        int level = level_of(map, lane, i);
        for (j = i + 1; j < BRG_MAP_BINS && level_of(map, lane, j) == level; j++) {
        }
        if (level)
            brg_ui_blend(
                t->ui,
                (brg_rect){place.x + bin_w * (float)i, place.y, bin_w * (float)(j - i), place.h},
                brg_lane_colour((brg_lane)lane), 0.25f + 0.75f * (float)level / LEVELS);
    }
}

/* Where a time lies on the map. */
static float at(const brg_map *map, brg_rect place, uint64_t ns) {
    double length = (double)(map->last_ns - map->first_ns) + 1;
    double x = (double)(int64_t)(ns - map->first_ns) / length * (double)place.w;
    return place.x + (float)fmin(fmax(x, 0), (double)place.w);
}

/* What is outside steps back. */
static void draw_frame(brg_timeline *t, brg_rect place) {
    const brg_stretch *shown = &t->stretch;
    float x0 = at(&t->map, place, brg_stretch_start(shown));
    float x1 = at(&t->map, place, shown->end_ns);
    brg_ui_blend(t->ui, (brg_rect){place.x, place.y, x0 - place.x, place.h}, BRG_GROUND, 0.55f);
    brg_ui_blend(t->ui, (brg_rect){x1, place.y, place.x + place.w - x1, place.h}, BRG_GROUND,
                 0.55f);
    brg_ui_outline(t->ui, (brg_rect){x0, place.y, fmaxf(x1 - x0, 3), place.h}, 3, BRG_BLUE);
}

/* A press takes the middle of the lanes to the pointer, and so does every movement until it is let
 * go. */
static void go(brg_timeline *t, brg_rect place, const brg_ui_pointer *pointer) {
    if (!pointer->held || t->map.last_ns == 0)
        return;
    double length = (double)(t->map.last_ns - t->map.first_ns);
    double part = fmin(fmax((double)((pointer->x - place.x) / place.w), 0), 1);
    t->follow = false;
    t->stretch.end_ns =
        t->map.first_ns + (uint64_t)(part * length) + (uint64_t)(0.5e9 * t->stretch.seconds);
}

void brg_timeline_map(brg_timeline *t, brg_rect place) {
    brg_ui_pointer pointer;
    brg_rect area = brg_rect_inset(place, 16, 0);
    area.h -= 10;
    brg_ui_panel_begin(t->ui, "tl_map", place, BRG_GROUND);
    brg_ui_fill(t->ui, area, 4, BRG_PANEL);
    bool hovered = brg_ui_area(t->ui, "tl_map", area, &pointer);
    brg_ui_tip(t->ui, "The whole trace. Press or drag to go to a part of it.");
    go(t, area, &pointer);
    if (hovered && pointer.scrolled != 0)
        brg_timeline_zoom(t, pow(0.8, (double)pointer.scrolled), 0.5);
    float lane_h = (area.h - 8) / BRG_SHOWN_LANES;
    for (int lane = 0; lane < BRG_SHOWN_LANES; lane++)
        draw_lane(t, (brg_rect){area.x, area.y + 4 + lane_h * (float)lane, area.w, lane_h - 1},
                  lane);
    if (t->map.last_ns)
        draw_frame(t, area);
    brg_ui_panel_end(t->ui, 0);
}
