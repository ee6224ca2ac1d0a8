/* The heading of the middle: what runs, how far it is; or what was run last. */
#include <stdio.h>

#include "workbench/view.h"

static const char *phase_text(const brg_bench *model) {
    if (model->phase == BRG_PHASE_PREPARING)
        return "preparing";
    switch (model->view.state) {
    case BRG_JOB_QUEUED:
        return "queued";
    case BRG_JOB_BUILDING:
        return "building kernels";
    case BRG_JOB_VERIFYING:
        return "checking against sequential C";
    default:
        return "running";
    }
}

static void draw_running(brg_workbench *bench, brg_rect place) {
    const brg_bench *model = bench->model;
    float progress = model->phase == BRG_PHASE_RUNNING ? model->view.progress : 0;
    progress = progress > 0 ? progress < 1 ? progress : 1 : 0;
    brg_ui_textf(bench->ui, place, BRG_FONT_MONO, BRG_RIGHT, BRG_BLUE, "%s  %3.0f %%",
                 model->stopping ? "cancelling" : phase_text(model), (double)(100 * progress));
    brg_rect track = {place.x, place.y + place.h - 4, place.w, 3};
    brg_ui_fill(bench->ui, track, 0, BRG_RAISED);
    track.w *= progress;
    brg_ui_fill(bench->ui, track, 0, BRG_BLUE);
}

static void draw_idle(brg_workbench *bench, brg_rect place) {
    const brg_bench *model = bench->model;
    char text[32];
    if (model->app->frozen_ms > 0)
        brg_ui_textf(bench->ui, place, BRG_FONT_MONO, BRG_RIGHT, BRG_RED,
                     "the window froze for %.0f ms", model->app->frozen_ms);
    else if (model->busy_until_ns > model->started_ns)
        brg_ui_textf(bench->ui, place, BRG_FONT_MONO, BRG_RIGHT, BRG_QUIET, "%s in %s",
                     model->failure.status == BRG_OK ? "done" : "failed",
                     brg_part_time((double)(model->busy_until_ns - model->started_ns) / 1e6, text,
                                   sizeof text));
}

void brg_bench_view_progress(brg_workbench *bench, brg_rect place) {
    char title[BRG_NAME];
    const brg_bench *model = bench->model;
    brg_bench_title(model, title, sizeof title);
    brg_ui_text(bench->ui, place, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT, title);
    if (model->phase == BRG_PHASE_IDLE)
        draw_idle(bench, place);
    else
        draw_running(bench, place);
}
