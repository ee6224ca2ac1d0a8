/* The workbench: where the panels are, and its row in the table of views. See view.h. */
#include "workbench/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shell/shell.h"

static const float bottom_height = 180, left_width = 250;
static const float margin = 16, gap = 12;

/* ---- beginning and end ----------------------------------------------------------------------- */

static brg_status create(brg_app *app, void **model, brg_error *error) {
    brg_workbench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the workbench.");
    brg_status status = brg_bench_create(app, &bench->model, error);
    if (status != BRG_OK) {
        free(bench);
        return status;
    }
    brg_strip_init(&bench->strip);
    *model = bench;
    return BRG_OK;
}

static void destroy(void *model) {
    brg_workbench *bench = model;
    for (int i = 0; i < 2; i++)
        brg_texture_clear(&bench->inputs[i]);
    brg_texture_clear(&bench->output);
    brg_texture_clear(&bench->errors);
    brg_bench_destroy(bench->model);
    free(bench);
}

static int variant_index(const brg_op *op, const char *name) {
    for (int32_t i = 0; op && name && i < op->variant_count; i++)
        if (strcmp(op->variants[i].name, name) == 0)
            return i + 1;
    return 0;
}

static void configure(void *model, const brg_options *options) {
    brg_bench *bench = ((brg_workbench *)model)->model;
    brg_bench_choose_workload(bench, options->workload);
    brg_settings *chosen = &bench->chosen;
    for (int i = 0; options->size && i < 3; i++)
        chosen->values[chosen->workload][i] = (float)options->size;
    chosen->variant[chosen->workload] = variant_index(brg_bench_op(bench), options->variant);
    if (options->repeats)
        chosen->repeats = (float)options->repeats;
    chosen->check = options->verify;
    chosen->continuous = options->continuous;
    chosen->on_ui_thread = options->ui_thread;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void show_pictures(brg_workbench *bench) {
    brg_bench *model = bench->model;
    for (int i = 0; i < 2; i++)
        brg_texture_show(&bench->inputs[i], &model->inputs.pictures[i], model->inputs_serial);
    brg_texture_show(&bench->output, &model->prints.output, model->prints_serial);
    brg_texture_show(&bench->errors, &model->prints.errors, model->prints_serial);
}

/* Three panels, since the first changes far more often than the others. Pictures get the height
 * that the figures leave them. */
static void draw_middle(brg_workbench *bench, brg_rect place) {
    const float heading_height = 52, results_height = 248;
    brg_ui *ui = bench->ui;
    float pictures_height = fmaxf(place.h - heading_height - results_height, 60);
    brg_rect heading = brg_rect_cut_top(&place, heading_height);
    brg_rect pictures = brg_rect_cut_top(&place, pictures_height);
    brg_rect results = brg_rect_cut_top(&place, results_height);
    brg_ui_panel_begin(ui, "heading", heading, BRG_GROUND);
    brg_bench_view_progress(bench, brg_rect_inset(heading, margin, 3));
    brg_ui_panel_end(ui, 0);
    brg_ui_panel_begin(ui, "pictures", pictures, BRG_GROUND);
    brg_bench_view_pictures(bench, brg_rect_inset(pictures, margin, 2));
    brg_ui_panel_end(ui, 0);
    brg_ui_panel_begin(ui, "results", results, BRG_GROUND);
    brg_rect row = brg_rect_inset(results, margin, 0);
    brg_rect cards = {row.x, row.y + gap - 2, row.w, row.h - gap - 26};
    float verdict = floorf(0.37f * row.w);
    brg_bench_view_verdict(bench, (brg_rect){row.x, cards.y, verdict, cards.h});
    brg_bench_view_bars(bench,
                        (brg_rect){row.x + verdict + gap, cards.y, row.w - verdict - gap, cards.h});
    brg_shell_log_line(bench->scene, (brg_rect){row.x, row.y + row.h - 27, row.w, 26});
    brg_ui_panel_end(ui, 0);
}

static bool strip_is_live(const brg_workbench *bench) {
    const brg_bench *model = bench->model;
    return model->phase != BRG_PHASE_IDLE || model->busy_until_ns == 0 ||
           bench->scene->now_ns - model->busy_until_ns < BRG_STRIP_LINGER_NS;
}

static void draw_bottom(brg_workbench *bench, brg_rect place) {
    brg_ui_panel_begin(bench->ui, "bottom", place, BRG_PANEL);
    brg_ui_line(bench->ui, place.x, place.y, place.x + place.w, place.y, BRG_LINE);
    float frames = floorf(0.32f * place.w);
    brg_shell_frames(bench->scene, (brg_rect){place.x + 20, place.y, frames - 20, place.h});
    brg_rect rest = {place.x + frames + 28, place.y, place.w - frames - 28 - margin, place.h};
    brg_strip_draw(&bench->strip, bench->scene, rest, strip_is_live(bench));
    brg_ui_panel_end(bench->ui, 0);
}

static void draw(void *model, const brg_scene *scene, brg_rect place) {
    brg_workbench *bench = model;
    bench->scene = scene;
    bench->ui = scene->ui;
    show_pictures(bench);
    float body = fmaxf(place.h - bottom_height, 1);
    brg_bench_view_controls(bench, (brg_rect){place.x, place.y, left_width, body});
    draw_middle(bench,
                (brg_rect){place.x + left_width, place.y, fmaxf(place.w - left_width, 1), body});
    draw_bottom(bench, (brg_rect){place.x, place.y + body, place.w, bottom_height});
}

/* ---- the row --------------------------------------------------------------------------------- */

static void update(void *model, bool shown) {
    (void)shown;
    brg_bench_update(((brg_workbench *)model)->model);
}

static bool busy(const void *model) {
    return brg_bench_busy(((const brg_workbench *)model)->model);
}

static void seen(void *model) {
    brg_bench_note_frame(((brg_workbench *)model)->model);
}

static void run(void *model) {
    brg_bench_run(((brg_workbench *)model)->model);
}

static void cancel(void *model) {
    brg_bench_cancel(((brg_workbench *)model)->model);
}

static void opened(void *model) {
    brg_bench_note_image(((brg_workbench *)model)->model);
}

static bool settled(const void *model) {
    return ((const brg_workbench *)model)->model->ended > 0;
}

static brg_status report(const void *model, brg_report *report, brg_error *error) {
    (void)error;
    const brg_bench *bench = ((const brg_workbench *)model)->model;
    if (bench->result.output)
        brg_report_result(report, &bench->result);
    brg_report_string(report, false, "mode", bench->chosen.on_ui_thread ? "ui-thread" : "engine");
    return BRG_OK;
}

const brg_view brg_view_workbench = {
    .id = "workbench",
    .tab = "tab_workbench",
    .name = "Workbench",
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .update = update,
    .busy = busy,
    .draw = draw,
    .seen = seen,
    .run = run,
    .cancel = cancel,
    .opened = opened,
    .settled = settled,
    .report = report,
};
