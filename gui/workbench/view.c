/* The workbench: where the panels are, and its row in the table of views. See view.h. */
#include "workbench/view.h"

#include <math.h>
#include <stdio.h>
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
    brg_bench_view_recall(bench, app->kept);
    brg_strip_init(&bench->strip);
    *model = bench;
    return BRG_OK;
}

static void destroy(void *model) {
    brg_workbench *bench = model;
    for (int id = 0; id < BRG_PLATE_COUNT; id++)
        for (int i = 0; i < 2; i++)
            brg_texture_clear(&bench->textures[id][i]);
    brg_bench_destroy(bench->model);
    free(bench);
}

static int variant_index(const brg_op *op, const char *name) {
    for (int32_t i = 0; op && name && i < op->variant_count; i++)
        if (strcmp(op->variants[i].name, name) == 0)
            return i + 1;
    return 0;
}

static void choose_workload(brg_bench *bench, const brg_options *options) {
    brg_settings *chosen = &bench->chosen;
    if (options->workload == BRG_IN_WORDS)
        brg_bench_choose_op(bench, options->op);
    else
        brg_bench_choose_workload(bench, options->workload);
    if (options->words)
        snprintf(brg_bench_words(bench), BRG_WORDS, "%s", options->words);
    for (int i = 0; options->size && i < 3; i++)
        chosen->values[chosen->workload][i] = (float)options->size;
    chosen->variant[chosen->workload] = variant_index(brg_bench_op(bench), options->variant);
}

static void configure(void *model, const brg_options *options) {
    brg_bench *bench = ((brg_workbench *)model)->model;
    brg_settings *chosen = &bench->chosen;
    choose_workload(bench, options);
    if (options->repeats)
        chosen->repeats = (float)options->repeats;
    chosen->check = options->verify;
    chosen->continuous = options->continuous;
    chosen->on_ui_thread = options->ui_thread;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void show_prints(brg_workbench *bench) {
    for (int id = 0; id < BRG_PLATE_COUNT; id++) {
        const brg_plate *plate = &bench->model->plates.at[id];
        brg_texture_show(&bench->textures[id][0], &plate->whole.picture, plate->whole_serial);
        brg_texture_show(&bench->textures[id][1], &plate->part.picture, plate->part_serial);
    }
}

float brg_bench_view_tabs(brg_workbench *bench, brg_rect card, float x, const char *const *ids,
                          const char *const *labels, int *chosen) {
    for (int i = 0; ids[i]; i++) {
        float w = brg_ui_text_width(bench->ui, BRG_FONT_BODY, labels[i]);
        if (brg_ui_tab(bench->ui, ids[i], (brg_rect){x, card.y + 8, w + 16, 24}, labels[i],
                       i == *chosen))
            *chosen = i;
        if (i == *chosen)
            brg_ui_fill(bench->ui, (brg_rect){x + 8, card.y + 30, w, 2}, 0, BRG_BLUE);
        x += w + 18;
    }
    return x;
}

void brg_bench_view_figures(brg_workbench *bench, brg_rect place) {
    static const char *const ids[] = {"figures_time", "figures_roofline", NULL};
    static const char *const labels[] = {"Time", "Roofline", NULL};
    brg_rect room = brg_part_card(bench->ui, place, "");
    brg_bench_view_tabs(bench, place, place.x + 6, ids, labels, &bench->figures);
    if (bench->figures == 0)
        brg_bench_view_bars(bench, place, room);
    else
        brg_bench_view_roofline(bench, place, room);
}

/* Panels of their own for what changes far more often than the rest. The panes get the height that
 * the figures leave them. */
static void draw_middle(brg_workbench *bench, brg_rect place) {
    const float heading_height = 46, pointer_height = 24, results_height = 246;
    brg_ui *ui = bench->ui;
    brg_rect heading = brg_rect_cut_top(&place, heading_height);
    brg_rect panes = brg_rect_cut_top(&place, fmaxf(place.h - pointer_height - results_height, 60));
    brg_rect pointer = brg_rect_cut_top(&place, pointer_height);
    brg_rect results = brg_rect_cut_top(&place, results_height);
    brg_ui_panel_begin(ui, "heading", heading, BRG_GROUND);
    brg_bench_view_progress(bench, brg_rect_inset(heading, margin, 3));
    brg_ui_panel_end(ui, 0);
    brg_ui_panel_begin(ui, "panes", panes, BRG_GROUND);
    brg_bench_view_panes(bench, brg_rect_inset(panes, margin, 1));
    brg_ui_panel_end(ui, 0);
    brg_ui_panel_begin(ui, "pointer", pointer, BRG_GROUND);
    brg_bench_view_pointer(bench, brg_rect_inset(pointer, margin, 1));
    brg_ui_panel_end(ui, 0);
    brg_ui_panel_begin(ui, "results", results, BRG_GROUND);
    brg_rect row = brg_rect_inset(results, margin, 0);
    brg_rect cards = {row.x, row.y + 6, row.w, row.h - 6 - 28};
    float verdict = floorf(0.37f * row.w);
    brg_bench_view_verdict(bench, (brg_rect){row.x, cards.y, verdict, cards.h});
    brg_bench_view_figures(
        bench, (brg_rect){row.x + verdict + gap, cards.y, row.w - verdict - gap, cards.h});
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
    show_prints(bench);
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

static const double key_step = 60; /* pixels that an arrow key moves the panes by */

/* Keys have no pointer to zoom about: the middle of the output stays where it is. */
static void zoom(brg_bench *model, double factor) {
    brg_rect r = model->plates.at[BRG_PLATE_OUTPUT].room;
    brg_plate_id id = r.w > 0 ? BRG_PLATE_OUTPUT : BRG_PLATE_ERRORS;
    r = model->plates.at[id].room;
    brg_plates_zoom(&model->plates, id, (double)(r.x + r.w / 2), (double)(r.y + r.h / 2), factor);
}

static void move(brg_bench *model, double dx, double dy) {
    bool output = model->plates.at[BRG_PLATE_OUTPUT].room.w > 0;
    brg_plates_drag(&model->plates, output ? BRG_PLATE_OUTPUT : BRG_PLATE_ERRORS, dx * key_step,
                    dy * key_step);
}

static bool key(void *model, int key) {
    brg_workbench *bench = model;
    switch (key) {
    case 'F':
        brg_plates_fit(&bench->model->plates);
        return true;
    case 'W':
        brg_bench_go_to_worst(bench->model);
        return true;
    case 'B':
        brg_bench_toggle_compared(bench->model);
        return true;
    case 'R':
        bench->figures = !bench->figures;
        return true;
    case 'M':
        bench->figures = 1;
        brg_bench_measure_roofs(bench->model);
        return true;
    case '+':
    case '=':
        zoom(bench->model, 1.5);
        return true;
    case '-':
        zoom(bench->model, 1 / 1.5);
        return true;
    case BRG_KEY_LEFT:
    case BRG_KEY_RIGHT:
        move(bench->model, key == BRG_KEY_LEFT ? 1 : -1, 0);
        return true;
    case BRG_KEY_UP:
    case BRG_KEY_DOWN:
        move(bench->model, 0, key == BRG_KEY_UP ? 1 : -1);
        return true;
    default:
        return false;
    }
}

static const char *const keys[] = {"F  fit the panes",
                                   "+ -  zoom into the panes",
                                   "arrows  move the panes",
                                   "W  go to the worst element",
                                   "B  compare A with B, or not",
                                   "R  times or roofline",
                                   "M  measure the roofs",
                                   NULL};

static bool settled(const void *model) {
    return ((const brg_workbench *)model)->model->ended > 0;
}

static void keep(const void *model, brg_kept *kept) {
    brg_bench_view_keep(model, kept);
}

static brg_status report(const void *model, brg_report *report, brg_error *error) {
    const brg_bench *bench = ((const brg_workbench *)model)->model;
    if (bench->result.output)
        brg_report_result(report, &bench->result);
    brg_report_string(report, false, "mode", bench->chosen.on_ui_thread ? "ui-thread" : "engine");
    return brg_bench_view_report(model, report, error);
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
    .key = key,
    .keys = keys,
    .opened = opened,
    .keep = keep,
    .settled = settled,
    .report = report,
};
