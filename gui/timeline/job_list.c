/* The latest jobs, newest first: another way to select one. */
#include <math.h>
#include <stdio.h>

#include "timeline/timeline.h"
#include "ui/parts.h"

/* Widgets keep their names, so each row needs one that stays. */
static const char *const ids[] = {"tl_job_0", "tl_job_1", "tl_job_2",  "tl_job_3",
                                  "tl_job_4", "tl_job_5", "tl_job_6",  "tl_job_7",
                                  "tl_job_8", "tl_job_9", "tl_job_10", "tl_job_11"};
enum { ROWS = sizeof ids / sizeof ids[0], COLUMNS = 6 };

static const float row_h = 23;

/* Where columns begin, as parts of the width; all but the first two are figures. */
static const struct {
    const char *title;
    float at;
} columns[COLUMNS] = {{"job", 0},        {"variant", 0.36f}, {"waited", 0.56f},
                      {"kernel", 0.68f}, {"total", 0.80f},   {"check", 0.90f}};

static brg_rect cell(brg_rect row, int column) {
    float from = columns[column].at, to = column + 1 < COLUMNS ? columns[column + 1].at : 1;
    return (brg_rect){row.x + 10 + from * (row.w - 20), row.y, (to - from) * (row.w - 20) - 10,
                      row.h};
}

static void draw_time(brg_timeline *t, brg_rect at, double ms) {
    char text[24];
    brg_ui_text(t->ui, at, BRG_FONT_MONO, BRG_RIGHT, BRG_TEXT,
                brg_part_time(ms, text, sizeof text));
}

/* What the check said, or how far the job is: of one at work the engine knows. */
static void draw_check(brg_timeline *t, brg_rect at, const brg_job_facts *f,
                       const brg_snapshot *now) {
    brg_colour colour = BRG_QUIET;
    const char *text = brg_job_state_name(f->state);
    if (!brg_job_state_ended(f->state)) {
        const brg_job_view *live = brg_app_find(now, f->job);
        text = live ? brg_job_state_name(live->state) : "not known";
        colour = live ? BRG_BLUE : BRG_FAINT;
    } else if (f->state == BRG_JOB_DONE && f->verdict.outcome == BRG_PASSED) {
        text = "passed";
        colour = BRG_GREEN;
    } else if (f->state == BRG_JOB_FAILED || f->verdict.outcome == BRG_MISMATCH) {
        text = f->state == BRG_JOB_FAILED ? "failed" : "wrong";
        colour = BRG_RED;
    } else if (f->state == BRG_JOB_DONE) {
        text = "unchecked";
    }
    brg_ui_text(t->ui, at, BRG_FONT_SMALL, BRG_LEFT, colour, text);
}

static void draw_row(brg_timeline *t, const char *id, brg_rect row, const brg_job_facts *f,
                     const brg_snapshot *now) {
    brg_ui_pointer pointer;
    bool hovered = brg_ui_area(t->ui, id, row, &pointer);
    bool selected = brg_job_same(f->job, t->app->selected);
    if (pointer.clicked)
        brg_timeline_select(t, selected ? (brg_job){0, 0} : f->job);
    if (selected || hovered)
        brg_ui_fill(t->ui, row, 4, selected ? BRG_SELECTED : BRG_RAISED);
    brg_ui_text(t->ui, cell(row, 0), BRG_FONT_SMALL, BRG_LEFT, BRG_TEXT, f->label);
    brg_ui_text(t->ui, cell(row, 1), BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, f->variants);
    if (f->state == BRG_JOB_DONE) {
        draw_time(t, cell(row, 2), f->wait_ms);
        draw_time(t, cell(row, 3), f->median.kernel);
        draw_time(t, cell(row, 4), f->median.total);
    }
    brg_rect check = cell(row, 5);
    check.x += 12;
    draw_check(t, check, f, now);
}

void brg_timeline_jobs(brg_timeline *t, brg_rect place) {
    brg_ui_panel_begin(t->ui, "tl_jobs", place, BRG_GROUND);
    brg_rect card = {place.x + 16, place.y, place.w - 32, place.h - 12};
    brg_rect room = brg_part_card(t->ui, card, "Latest jobs");
    brg_rect row = {room.x - 10, room.y - 4, room.w + 20, row_h};
    for (int i = 0; i < COLUMNS; i++) {
        brg_rect head = cell(row, i);
        head.x += i == 5 ? 12 : 0;
        brg_ui_text(t->ui, head, BRG_FONT_SMALL, i >= 2 && i < 5 ? BRG_RIGHT : BRG_LEFT, BRG_FAINT,
                    columns[i].title);
    }
    int most = (int)fminf((room.h - row_h + 8) / row_h, ROWS);
    const brg_job_facts *facts;
    brg_snapshot now;
    brg_engine_snapshot(t->app->engine, &now);
    for (int i = 0; i < most && (facts = brg_jobs_at(&t->app->jobs, (size_t)i)); i++) {
        row.y += row_h;
        draw_row(t, ids[i], row, facts, &now);
    }
    if (!brg_jobs_at(&t->app->jobs, 0))
        brg_ui_text(t->ui, (brg_rect){room.x, row.y + row_h, room.w, row_h}, BRG_FONT_SMALL,
                    BRG_LEFT, BRG_FAINT, "nothing was run yet");
    brg_ui_panel_end(t->ui, 0);
}
