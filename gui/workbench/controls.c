/* The controls: what to run, on what, how; Run and Cancel. */
#include <stdio.h>
#include <string.h>

#include "workbench/view.h"

/* A column of rows under construction. */
typedef struct column {
    brg_workbench *bench;
    float x, y, w;
} column;

static void caption(column *c, float h, const char *text) {
    brg_ui_text(c->bench->ui, (brg_rect){c->x, c->y, c->w, h}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                text);
}

static bool choice_row(column *c, const char *id, const char *name, int *index,
                       const char *const *items, int count) {
    const float label = name ? 66 : 0;
    if (name)
        caption(c, 28, name);
    bool changed = brg_ui_combo(c->bench->ui, id, (brg_rect){c->x + label, c->y, c->w - label, 28},
                                index, items, count);
    c->y += 34;
    return changed;
}

static void number_row(column *c, const brg_control *control, float *value) {
    brg_ui *ui = c->bench->ui;
    const float field = 64;
    caption(c, 22, control->name);
    brg_ui_number(ui, control->id, (brg_rect){c->x + c->w - field, c->y, field, 22}, value,
                  control->lo, control->hi, control->whole);
    brg_ui_slider(ui, control->name, (brg_rect){c->x, c->y + 22, c->w, 18}, value, control->lo,
                  control->hi, control->whole, control->spread);
    c->y += 44;
}

static void named_row(column *c, const brg_control *control, float *value) {
    int index = (int)*value;
    if (choice_row(c, control->id, control->name, &index, control->names, control->name_count))
        *value = (float)index;
}

static void rule(column *c) {
    brg_ui_line(c->bench->ui, c->x, c->y + 4, c->x + c->w, c->y + 4, BRG_LINE);
    c->y += 14;
}

/* ---- the workload ---------------------------------------------------------------------------- */

enum { MOST_ITEMS = BRG_MAX_WORKLOADS + BRG_MAX_OPS };

/* The table's workloads, then every op of the library to be called in words. */
static void workload_rows(column *c) {
    brg_bench *model = c->bench->model;
    char in_words[BRG_MAX_OPS][48];
    const char *titles[MOST_ITEMS];
    const brg_op *op;
    int rows = 0, ops = 0;
    for (; brg_workload_at(rows); rows++)
        titles[rows] = brg_workload_at(rows)->title;
    for (; ops < BRG_MAX_OPS && (op = brg_op_builtin(ops)); ops++) {
        bool also = brg_workload_find(op->name) >= 0;
        snprintf(in_words[ops], sizeof in_words[ops], "%s%s", op->name, also ? ", in words" : "");
        titles[rows + ops] = in_words[ops];
    }
    bool worded = model->chosen.workload == BRG_IN_WORDS;
    int chosen = worded ? rows + model->chosen.op : model->chosen.workload;
    if (!choice_row(c, "workload", NULL, &chosen, titles, rows + ops))
        return;
    if (chosen < rows)
        brg_bench_choose_workload(model, chosen);
    else
        brg_bench_choose_op(model, chosen - rows);
}

/* An everyday call, to begin with. */
static void sizes_row(column *c, const brg_op *op, char *words) {
    const char *items[24];
    int count = 0, chosen = -1;
    for (; op->sizes && op->sizes[count] && count < 24; count++) {
        items[count] = op->sizes[count];
        if (strcmp(op->sizes[count], words) == 0)
            chosen = count;
    }
    if (count > 0 && choice_row(c, "sizes", "sizes", &chosen, items, count))
        snprintf(words, BRG_WORDS, "%s", items[chosen]);
}

/* The call in words, what can be said, and what is wrong with it. */
static void words_rows(column *c) {
    brg_bench *model = c->bench->model;
    brg_ui *ui = c->bench->ui;
    const brg_op *op = brg_bench_op(model);
    char *words = brg_bench_words(model);
    const brg_inputs *inputs = &model->inputs;
    c->y += brg_ui_paragraph(ui, (brg_rect){c->x, c->y, c->w, 16}, BRG_FONT_SMALL, BRG_QUIET,
                             op->summary) +
            6;
    brg_ui_field(ui, "words", (brg_rect){c->x, c->y, c->w, 28}, words, BRG_WORDS,
                 "all as it comes");
    brg_ui_tip(ui, "Words that say what to call it with; those left out are as they come.");
    c->y += 34;
    sizes_row(c, op, words);
    bool wrong = inputs->made && inputs->status != BRG_OK && inputs->order.op == op &&
                 strcmp(inputs->order.words, words) == 0;
    if (wrong)
        c->y += brg_ui_paragraph(ui, (brg_rect){c->x, c->y, c->w, 32}, BRG_FONT_SMALL, BRG_RED,
                                 inputs->error.what) +
                6;
    c->y += brg_ui_paragraph(ui, (brg_rect){c->x, c->y, c->w, 32}, BRG_FONT_SMALL, BRG_FAINT,
                             op->make_syntax) +
            4;
}

static void photograph_row(column *c) {
    brg_bench *model = c->bench->model;
    const char *names[BRG_MAX_PHOTOGRAPHS];
    for (int i = 0; i < model->app->photograph_count; i++)
        names[i] = model->app->photographs[i].name;
    choice_row(c, "photograph", "image", &model->app->photograph, names,
               model->app->photograph_count);
    brg_ui_tip(c->bench->ui, "Drop a PNG, JPEG or PPM file onto the window to add it.");
}

static void parameter_rows(column *c) {
    const brg_workload *workload = brg_bench_workload(c->bench->model);
    float *values = brg_bench_values(c->bench->model);
    if (c->bench->model->chosen.workload == BRG_IN_WORDS)
        words_rows(c);
    if (workload->takes_image)
        photograph_row(c);
    for (int i = 0; i < BRG_MAX_CONTROLS && workload->controls[i].name; i++) {
        const brg_control *control = &workload->controls[i];
        if (control->names)
            named_row(c, control, &values[i]);
        else
            number_row(c, control, &values[i]);
    }
}

/* ---- the device and the policy --------------------------------------------------------------- */

/* The devices, after one that stands for "as it comes". */
static void device_row(column *c, const char *id, const char *name, const char *first,
                       int *chosen) {
    const brg_app *app = c->bench->model->app;
    char labels[BRG_MAX_DEVICES + 1][BRG_NAME];
    const char *items[BRG_MAX_DEVICES + 1];
    int count = 1;
    snprintf(labels[0], BRG_NAME, "%s", first);
    for (int i = 0; app->devices_known && i < app->devices.count; i++, count++)
        snprintf(labels[count], BRG_NAME, "%.80s (%u)", app->devices.devices[i].name,
                 app->devices.devices[i].compute_units);
    for (int i = 0; i < count; i++)
        items[i] = labels[i];
    choice_row(c, id, name, chosen, items, count);
}

static void variant_row(column *c, const char *id, const char *name, int *variant) {
    const brg_op *op = brg_bench_op(c->bench->model);
    const char *items[BRG_MAX_VARIANTS + 1] = {"auto"};
    int count = 1;
    for (int32_t i = 0; op && i < op->variant_count && count <= BRG_MAX_VARIANTS; i++)
        items[count++] = op->variants[i].name;
    choice_row(c, id, name, variant, items, count);
    if (*variant > 0 && op && *variant <= op->variant_count)
        brg_ui_tip(c->bench->ui, op->variants[*variant - 1].summary);
    else
        brg_ui_tip(c->bench->ui, "The library chooses for this device and shape.");
}

/* What computes: A, and B if they are compared. */
static void contender_rows(column *c) {
    brg_bench *model = c->bench->model;
    brg_settings *chosen = &model->chosen;
    const char *best = model->app->device_spec[0] ? model->app->device_spec : "the best";
    bool both = chosen->compared;
    device_row(c, "device", both ? "device A" : "device", best, &model->app->device);
    variant_row(c, "variant", both ? "variant A" : "variant", &chosen->variant[chosen->workload]);
    if (!both)
        return;
    device_row(c, "device_b", "device B", "as A", &chosen->device_b);
    variant_row(c, "variant_b", "variant B", &chosen->variant_b);
}

static void check_row(column *c) {
    static const char *const names[] = {"by size", "full", "sample", "freivalds", "none"};
    static const brg_verify_policy policies[] = {BRG_VERIFY_DEFAULT, BRG_VERIFY_FULL,
                                                 BRG_VERIFY_SAMPLE, BRG_VERIFY_FREIVALDS,
                                                 BRG_VERIFY_NONE};
    brg_settings *chosen = &c->bench->model->chosen;
    const brg_op *op = brg_bench_op(c->bench->model);
    bool product = op && op->probe;
    const char *items[5];
    brg_verify_policy of_item[5];
    int count = 0, index = 0;
    for (int i = 0; i < 5; i++) {
        if (policies[i] == BRG_VERIFY_FREIVALDS && !product)
            continue;
        if (policies[i] == chosen->check)
            index = count;
        items[count] = names[i];
        of_item[count++] = policies[i];
    }
    choice_row(c, "check", "check", &index, items, count);
    chosen->check = of_item[index];
}

static void toggle(column *c, float x, const char *id, const char *name, bool *on,
                   const char *tip) {
    brg_ui *ui = c->bench->ui;
    brg_ui_toggle(ui, id, (brg_rect){x, c->y, 36, 20}, on);
    brg_ui_tip(ui, tip);
    brg_ui_text(ui, (brg_rect){x + 44, c->y, 80, 20}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, name);
}

static void how_rows(column *c) {
    static const char *const threads[2] = {"on the engine", "on the UI thread"};
    brg_settings *chosen = &c->bench->model->chosen;
    brg_ui *ui = c->bench->ui;
    caption(c, 24, chosen->compared ? "pairs of timed turns" : "timed runs");
    brg_ui_number(ui, "repeats", (brg_rect){c->x + c->w - 64, c->y, 64, 24}, &chosen->repeats, 1,
                  50, true);
    brg_ui_tip(ui, chosen->compared ? "A and B take turns; the median is shown."
                                    : "The median of so many is shown, after one that is not.");
    c->y += 32;
    brg_ui_segments(ui, "on_ui_thread", (brg_rect){c->x, c->y, c->w, 30}, threads,
                    &chosen->on_ui_thread);
    brg_ui_tip(ui, "On its own thread the window waits for the device: watch the dots.");
    c->y += 38;
    toggle(c, c->x, "continuous", "again", &chosen->continuous,
           "Runs again and again, with what is chosen at the time.");
    toggle(c, c->x + c->w / 2, "compared", "A and B", &chosen->compared,
           "Compares two variants, or two devices, that take turns (B).");
    c->y += 30;
}

static void run_rows(column *c) {
    brg_bench *model = c->bench->model;
    brg_ui *ui = c->bench->ui;
    bool busy = model->phase != BRG_PHASE_IDLE;
    float w = 0.58f * c->w;
    if (brg_ui_button(ui, "run", (brg_rect){c->x, c->y, w, 36}, busy ? "Running" : "Run (space)",
                      true, brg_bench_can_run(model)))
        brg_bench_run(model);
    bool cancelling = busy && model->stopping;
    bool can = (busy && !cancelling) || model->roofs.measuring;
    if (brg_ui_button(ui, "cancel", (brg_rect){c->x + w + 6, c->y, c->w - w - 6, 36},
                      cancelling ? "Cancelling" : "Cancel", false, can))
        brg_bench_cancel(model);
    c->y += 44;
}

static void advice(column *c) {
    if (brg_bench_workload(c->bench->model)->takes_image)
        c->y += brg_ui_paragraph(c->bench->ui, (brg_rect){c->x, c->y, c->w, 40}, BRG_FONT_SMALL,
                                 BRG_FAINT, "Drop an image onto the window to work on it.");
}

void brg_bench_view_controls(brg_workbench *bench, brg_rect place) {
    brg_ui *ui = bench->ui;
    float scrolled = brg_ui_panel_begin(ui, "controls", place, BRG_PANEL);
    column c = {bench, place.x + 20, place.y + 14 - scrolled, place.w - 40};
    float top = c.y;
    workload_rows(&c);
    parameter_rows(&c);
    rule(&c);
    contender_rows(&c);
    check_row(&c);
    how_rows(&c);
    run_rows(&c);
    advice(&c);
    brg_ui_line(ui, place.x + place.w - 1, place.y, place.x + place.w - 1, place.y + place.h,
                BRG_LINE);
    brg_ui_panel_end(ui, c.y - top);
    if (!brg_ui_held(ui))
        brg_bench_preview(bench->model);
}
