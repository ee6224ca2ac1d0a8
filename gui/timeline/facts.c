/* The side of the timeline: the selected job's facts, and what the shown stretch comes to. */
#include <inttypes.h>
#include <stdio.h>

#include "timeline/timeline.h"
#include "ui/parts.h"

/* A column of facts under construction. */
typedef struct column {
    brg_timeline *t;
    float x, y, w;
} column;

static void fact(column *c, const char *name, const char *value, brg_colour colour) {
    const float label = 84;
    brg_ui_text(c->t->ui, (brg_rect){c->x, c->y, label, 20}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                name);
    brg_ui_text(c->t->ui, (brg_rect){c->x + label, c->y, c->w - label, 20}, BRG_FONT_MONO,
                BRG_RIGHT, colour, value);
    c->y += 21;
}

static void time_fact(column *c, const char *name, double ms) {
    char text[24];
    fact(c, name, brg_part_time(ms, text, sizeof text), BRG_TEXT);
}

static void count_fact(column *c, const char *name, int64_t count) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, count);
    fact(c, name, text, BRG_TEXT);
}

/* ---- the selected job ------------------------------------------------------------------------ */

static void verdict_fact(column *c, const brg_job_facts *f) {
    char text[32];
    if (f->verdict.outcome == BRG_UNCHECKED) {
        fact(c, "check", "not checked", BRG_QUIET);
        return;
    }
    bool passed = f->verdict.outcome == BRG_PASSED;
    fact(c, brg_verify_policy_name(f->verdict.policy), passed ? "passed" : "wrong",
         passed ? BRG_GREEN : BRG_RED);
    snprintf(text, sizeof text, "%.3g", f->verdict.bound_ratio);
    fact(c, "error / bound", text, BRG_TEXT);
}

static void device_fact(column *c, const brg_job_facts *f) {
    const brg_device_list *list = &c->t->app->devices;
    if (f->device >= 0 && f->device < list->count)
        fact(c, "device", list->devices[f->device].name, BRG_TEXT);
}

static void ended_facts(column *c, const brg_job_facts *f) {
    fact(c, "variant", f->variants, BRG_TEXT);
    if (f->shape[0])
        fact(c, "shape", f->shape, BRG_TEXT);
    device_fact(c, f);
    time_fact(c, "waited", f->wait_ms);
    time_fact(c, "built", f->build_ms);
    time_fact(c, "kernel", f->median.kernel);
    time_fact(c, "total", f->median.total);
    time_fact(c, "checked", f->verify_ms);
    count_fact(c, "runs", f->runs);
    count_fact(c, "slices", f->slices);
    if (f->parts > 1)
        count_fact(c, "parts", f->parts);
    verdict_fact(c, f);
}

static void live_facts(column *c) {
    char text[16];
    const brg_job_view *live = &c->t->live;
    snprintf(text, sizeof text, "%.0f %%", (double)(100 * live->progress));
    fact(c, "progress", text, BRG_BLUE);
    count_fact(c, "priority", live->priority);
}

static brg_colour state_colour(brg_job_state state) {
    return state == BRG_JOB_FAILED ? BRG_RED : brg_job_state_ended(state) ? BRG_TEXT : BRG_BLUE;
}

static void advise(column *c, const char *text) {
    c->y += 4 + brg_ui_paragraph(c->t->ui, (brg_rect){c->x, c->y, c->w, 60}, BRG_FONT_SMALL,
                                 BRG_FAINT, text);
}

static void draw_job(column *c) {
    brg_timeline *t = c->t;
    brg_job job = t->app->selected;
    const brg_job_facts *f = brg_jobs_find(&t->app->jobs, job);
    bool live = t->live.job.generation && brg_job_same(t->live.job, job);
    if (!job.generation) {
        advise(c, "Click a span: its job stands out here and in the strips of all views. Drag "
                  "moves, the wheel zooms, shift-drag measures.");
        return;
    }
    const char *label = f ? f->label : live ? t->live.label : "a job that is no longer known";
    brg_ui_text(t->ui, (brg_rect){c->x, c->y, c->w, 20}, BRG_FONT_BODY, BRG_LEFT, BRG_TEXT, label);
    c->y += 24;
    brg_job_state state = live ? t->live.state : f ? f->state : BRG_JOB_DONE;
    if (live || f)
        fact(c, "state", brg_job_state_name(state), state_colour(state));
    if (f)
        fact(c, "op", f->ops, BRG_TEXT);
    if (f && brg_job_state_ended(f->state))
        ended_facts(c, f);
    else if (live && !brg_job_state_ended(state))
        live_facts(c);
    if (f && f->trouble[0])
        c->y += 4 + brg_ui_paragraph(t->ui, (brg_rect){c->x, c->y, c->w, 60}, BRG_FONT_SMALL,
                                     BRG_RED, f->trouble);
}

/* ---- the stretch ----------------------------------------------------------------------------- */

static void draw_stretch(column *c) {
    const brg_timeline *t = c->t;
    const brg_frame_sum *f = &t->frames;
    char text[48];
    time_fact(c, "length", 1e3 * t->summed.seconds);
    count_fact(c, "frames", (int64_t)f->count);
    if (f->count > 0)
        time_fact(c, "longest", (double)f->longest_ns / 1e6);
    snprintf(text, sizeof text, f->late ? "%zu in %zu gap%s" : "%zu", f->dropped, f->late,
             f->late == 1 ? "" : "s");
    fact(c, "dropped", text, f->dropped ? BRG_RED : BRG_TEXT);
    brg_ui_area(c->t->ui, "tl_dropped", (brg_rect){c->x, c->y - 21, c->w, 20},
                &(brg_ui_pointer){0});
    brg_ui_tip(c->t->ui, "Frames there was time for in gaps of more than 1.5 periods from one "
                         "frame's start to the next's; sleep is no gap.");
    uint64_t a = t->measured[0], b = t->measured[1];
    if (a != b)
        time_fact(c, "measured", (double)(a < b ? b - a : a - b) / 1e6);
}

void brg_timeline_facts(brg_timeline *t, brg_rect place) {
    const float stretch_h = 160;
    brg_rect all = {place.x, place.y + 4, place.w - 16, place.h - 16};
    brg_rect job = brg_rect_cut_top(&all, all.h - stretch_h - 12);
    brg_rect stretch = {all.x, all.y + 12, all.w, stretch_h};
    brg_ui_panel_begin(t->ui, "tl_facts", place, BRG_GROUND);
    brg_rect room = brg_part_card(t->ui, job, "Selected job");
    draw_job(&(column){t, room.x, room.y, room.w});
    room = brg_part_card(t->ui, stretch, "Shown");
    draw_stretch(&(column){t, room.x, room.y, room.w});
    brg_ui_panel_end(t->ui, 0);
}
