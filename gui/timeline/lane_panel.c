/* The lanes of the timeline: a ruler, a group for the host and for each device, and what the
 * pointer does among them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "timeline/timeline.h"
#include "ui/parts.h"

static const float ruler_h = 26, title_h = 26, label_w = 136;

/* Where everything is. */
typedef struct layout {
    brg_rect area; /* of the lanes, without ruler and labels */
    float lane_h;
} layout;

float brg_timeline_lanes_height(const brg_timeline *t) {
    int titles = 0;
    for (int i = 0; i < t->row_count; i++)
        titles += t->rows[i].title;
    return ruler_h + title_h * (float)titles + 40 * (float)(t->row_count - titles) + 14;
}

static layout lay_out(const brg_timeline *t, brg_rect place) {
    int titles = 0;
    for (int i = 0; i < t->row_count; i++)
        titles += t->rows[i].title;
    layout l = {.area = {place.x + 16 + label_w, place.y + ruler_h, place.w - 32 - label_w,
                         place.h - ruler_h - 12}};
    int lanes = t->row_count - titles;
    float room = l.area.h - title_h * (float)titles;
    l.lane_h = floorf(fminf(fmaxf(room / (float)(lanes > 0 ? lanes : 1), 12), 44));
    return l;
}

/* ---- the ruler ------------------------------------------------------------------------------- */

/* The least of 1, 2, 5 times a power of ten that is no less. */
static double round_up(double least) {
    double power = pow(10, floor(log10(least)));
    double digit = least / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

/* Seconds since the trace began, with as many decimals as neighbours need to differ. */
static void label_tick(char *text, size_t size, double s, double step) {
    int decimals = (int)fmax(ceil(-log10(step) - 1e-9), 0);
    snprintf(text, size, "%.*f s", decimals, s);
}

static void draw_ruler(brg_timeline *t, const layout *l) {
    char text[32];
    double step = round_up(t->stretch.seconds * 110 / (double)l->area.w);
    uint64_t begin = t->tracks->first_ns;
    double from = (double)(int64_t)(brg_stretch_start(&t->stretch) - begin) / 1e9;
    double to = (double)(int64_t)(t->stretch.end_ns - begin) / 1e9;
    float top = l->area.y - ruler_h;
    for (double n = ceil(from / step); n * step <= to; n++) {
        float x = l->area.x + (float)((n * step - from) / t->stretch.seconds) * l->area.w;
        label_tick(text, sizeof text, n * step == 0 ? 0 : n * step, step);
        brg_ui_line(t->ui, x, l->area.y - 5, x, l->area.y + l->area.h, BRG_HAIRLINE);
        brg_rect place = {x + 4, top, 110, ruler_h - 2};
        if (x + 6 + brg_ui_text_width(t->ui, BRG_FONT_SMALL, text) <= l->area.x + l->area.w)
            brg_ui_text(t->ui, place, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT, text);
    }
    brg_ui_textf(t->ui, (brg_rect){l->area.x - label_w, top, label_w - 12, ruler_h - 2},
                 BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT, "since the first span");
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void draw_title(brg_timeline *t, const layout *l, float y, const brg_lane_row *row) {
    char text[2 * BRG_NAME];
    const brg_device_list *list = &t->app->devices;
    if (row->device < 0)
        snprintf(text, sizeof text, "host");
    else if (row->device < list->count)
        snprintf(text, sizeof text, "device %d: %s", (int)row->device,
                 list->devices[row->device].name);
    else
        snprintf(text, sizeof text, "device %d", (int)row->device);
    brg_rect place = {l->area.x - label_w, y + 2, l->area.w + label_w, title_h - 4};
    brg_ui_text(t->ui, place, BRG_FONT_BOLD, BRG_LEFT, BRG_QUIET, text);
}

/* The name, and how much of the stretch it was busy. */
static void draw_head(brg_timeline *t, brg_rect lane, const brg_lane_row *row) {
    brg_rect head = {lane.x - label_w, lane.y, label_w - 12, lane.h};
    float middle = lane.y + lane.h / 2;
    brg_ui_fill(t->ui, (brg_rect){head.x, middle - 4, 8, 8}, 2, brg_lane_colour(row->lane));
    brg_ui_text(t->ui, (brg_rect){head.x + 15, head.y, 70, head.h}, BRG_FONT_SMALL, BRG_LEFT,
                BRG_QUIET, brg_lane_title(row->lane));
    double share = (double)row->sum.busy_ns / (t->summed.seconds * 1e9);
    if (row->sum.count > 0)
        brg_ui_textf(t->ui, head, BRG_FONT_MONO, BRG_RIGHT, BRG_TEXT,
                     share < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * fmin(share, 1));
}

static void draw_lane(brg_timeline *t, brg_rect lane, const brg_lane_row *row) {
    const brg_track *track = brg_tracks_find(t->tracks, row->device, row->lane);
    float inset = fminf(5, lane.h / 6);
    draw_head(t, lane, row);
    brg_ui_line(t->ui, lane.x, lane.y + lane.h, lane.x + lane.w, lane.y + lane.h, BRG_HAIRLINE);
    if (track)
        brg_lane_draw(t->ui, track, brg_rect_inset(lane, 0, inset), &t->stretch, t->app->selected,
                      t->scene->clock->period_ns);
}

/* Draws all rows. Returns the one under a height, NULL if none is. */
static const brg_lane_row *draw_rows(brg_timeline *t, const layout *l, float pointer_y) {
    const brg_lane_row *found = NULL;
    float y = l->area.y;
    for (int i = 0; i < t->row_count; i++) {
        const brg_lane_row *row = &t->rows[i];
        float h = row->title ? title_h : l->lane_h;
        if (row->title)
            draw_title(t, l, y, row);
        else
            draw_lane(t, (brg_rect){l->area.x, y, l->area.w, h}, row);
        if (!row->title && pointer_y >= y && pointer_y < y + h)
            found = row;
        y += h;
    }
    return found;
}

/* ---- the pointer ----------------------------------------------------------------------------- */

static void tell(brg_timeline *t, const brg_span *span) {
    char text[512], start[24], length[24];
    const brg_job_facts *facts = brg_jobs_find(&t->app->jobs, span->job);
    brg_job_view view;
    double at = (double)(span->start_ns - t->tracks->first_ns) / 1e6;
    snprintf(start, sizeof start, "%.6f s", at / 1e3);
    brg_part_time((double)(span->end_ns - span->start_ns) / 1e6, length, sizeof length);
    int used = snprintf(text, sizeof text, "%s (%s)\n%s long, from %s", span->name,
                        brg_lane_title(span->lane), length, start);
    if (span->job.generation) {
        bool live = brg_app_watch(t->app, span->job, &view);
        const char *label = facts ? facts->label : live ? view.label : "a job long gone";
        const char *state = live    ? brg_job_state_name(view.state)
                            : facts ? brg_job_state_name(facts->state)
                                    : "not known";
        snprintf(text + used, sizeof text - (size_t)used, "\njob: %s\nstate: %s", label, state);
    }
    brg_ui_tip(t->ui, text);
}

static void measure(brg_timeline *t, const layout *l, const brg_ui_pointer *pointer) {
    if (pointer->pressed && pointer->held && pointer->shift) {
        t->measuring = true;
        t->follow = false;
        t->measured[0] = t->measured[1] = 0;
    }
    t->measuring = t->measuring && pointer->held;
    if (!t->measuring)
        return;
    float x = fminf(fmaxf(pointer->x - l->area.x, 0), l->area.w);
    uint64_t ns = brg_stretch_ns(&t->stretch, l->area.w, (double)x);
    if (!t->measured[0])
        t->measured[0] = ns;
    t->measured[1] = ns;
}

static void use_pointer(brg_timeline *t, const layout *l, const brg_ui_pointer *pointer) {
    if (pointer->scrolled != 0)
        brg_timeline_zoom(t, pow(0.8, (double)pointer->scrolled),
                          (double)((pointer->x - l->area.x) / l->area.w));
    measure(t, l, pointer);
    if (pointer->held && !t->measuring && !pointer->pressed && pointer->dragged != 0)
        brg_timeline_pan(t, -(double)(pointer->dragged / l->area.w));
}

static void draw_measure(brg_timeline *t, const layout *l) {
    if (t->measured[0] == t->measured[1])
        return;
    char time[24];
    uint64_t a = t->measured[0], b = t->measured[1];
    uint64_t from = a < b ? a : b, to = a < b ? b : a;
    double w = (double)l->area.w;
    float x0 = (float)fmin(fmax(brg_stretch_x(&t->stretch, l->area.w, from), 0), w);
    float x1 = (float)fmin(fmax(brg_stretch_x(&t->stretch, l->area.w, to), 0), w);
    brg_rect r = {l->area.x + x0, l->area.y, x1 - x0, l->area.h};
    brg_ui_blend(t->ui, r, BRG_SELECTED, 0.35f);
    brg_ui_line(t->ui, r.x, r.y, r.x, r.y + r.h, BRG_BLUE);
    brg_ui_line(t->ui, r.x + r.w, r.y, r.x + r.w, r.y + r.h, BRG_BLUE);
    brg_part_time((double)(to - from) / 1e6, time, sizeof time);
    float tag_w = brg_ui_text_width(t->ui, BRG_FONT_MONO, time) + 16;
    float x = fminf(fmaxf(r.x + r.w / 2 - tag_w / 2, l->area.x), l->area.x + l->area.w - tag_w);
    brg_rect tag = {x, l->area.y + 3, tag_w, 20};
    brg_ui_fill(t->ui, tag, 10, BRG_BLUE);
    brg_ui_text(t->ui, tag, BRG_FONT_MONO, BRG_CENTRE, BRG_ON_COLOUR, time);
}

void brg_timeline_lanes(brg_timeline *t, brg_rect place) {
    brg_ui_pointer pointer;
    layout l = lay_out(t, place);
    brg_ui_panel_begin(t->ui, "tl_lanes", place, BRG_GROUND);
    bool hovered = brg_ui_area(t->ui, "tl_lanes", l.area, &pointer);
    use_pointer(t, &l, &pointer);
    draw_ruler(t, &l);
    const brg_lane_row *row = draw_rows(t, &l, pointer.y);
    const brg_track *track =
        row && hovered ? brg_tracks_find(t->tracks, row->device, row->lane) : NULL;
    const brg_span *span = track ? brg_lane_span_at(track, l.area, &t->stretch, pointer.x) : NULL;
    draw_measure(t, &l);
    if (pointer.clicked && !pointer.shift)
        brg_timeline_select(t, span ? span->job : (brg_job){0, 0});
    if (span && !pointer.held)
        tell(t, span);
    brg_ui_panel_end(t->ui, 0);
}
