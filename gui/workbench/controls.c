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

static void workload_rows(column *c) {
    brg_bench *model = c->bench->model;
    const char *titles[BRG_MAX_WORKLOADS];
    int count = 0, workload = model->chosen.workload;
    while (brg_workload_at(count)) {
        titles[count] = brg_workload_at(count)->title;
        count++;
    }
    if (choice_row(c, "workload", NULL, &workload, titles, count))
        brg_bench_choose_workload(model, workload);
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

static void device_row(column *c) {
    brg_bench *model = c->bench->model;
    char labels[BRG_MAX_DEVICES + 1][BRG_NAME];
    const char *items[BRG_MAX_DEVICES + 1];
    snprintf(labels[0], BRG_NAME, "%s",
             model->app->device_spec[0] ? model->app->device_spec : "the best");
    int count = 1;
    for (int i = 0; model->app->devices_known && i < model->app->devices.count; i++, count++)
        snprintf(labels[count], BRG_NAME, "%.80s (%u)", model->app->devices.devices[i].name,
                 model->app->devices.devices[i].compute_units);
    for (int i = 0; i < count; i++)
        items[i] = labels[i];
    choice_row(c, "device", "device", &model->app->device, items, count);
}

static void variant_row(column *c) {
    brg_bench *model = c->bench->model;
    const brg_op *op = brg_bench_op(model);
    int *variant = &model->chosen.variant[model->chosen.workload];
    const char *items[BRG_MAX_VARIANTS + 1] = {"auto"};
    int count = 1;
    for (int32_t i = 0; op && i < op->variant_count && count <= BRG_MAX_VARIANTS; i++)
        items[count++] = op->variants[i].name;
    choice_row(c, "variant", "variant", variant, items, count);
    if (*variant > 0 && op)
        brg_ui_tip(c->bench->ui, op->variants[*variant - 1].summary);
    else
        brg_ui_tip(c->bench->ui, "The library chooses for this device and shape.");
}

static void check_row(column *c) {
    static const char *const names[] = {"by size", "full", "sample", "freivalds", "none"};
    static const brg_verify_policy policies[] = {BRG_VERIFY_DEFAULT, BRG_VERIFY_FULL,
                                                 BRG_VERIFY_SAMPLE, BRG_VERIFY_FREIVALDS,
                                                 BRG_VERIFY_NONE};
    brg_settings *chosen = &c->bench->model->chosen;
    bool product = !brg_bench_workload(c->bench->model)->takes_image;
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

static void how_rows(column *c) {
    static const char *const threads[2] = {"on the engine", "on the UI thread"};
    static const brg_control repeats = {"timed runs", "repeats", 1, 50, 5, true, true, NULL, 0};
    brg_settings *chosen = &c->bench->model->chosen;
    brg_ui *ui = c->bench->ui;
    number_row(c, &repeats, &chosen->repeats);
    brg_ui_segments(ui, "on_ui_thread", (brg_rect){c->x, c->y, c->w, 30}, threads,
                    &chosen->on_ui_thread);
    brg_ui_tip(ui, "On its own thread the window waits for the device: watch the dots.");
    c->y += 38;
    caption(c, 20, "continuous");
    brg_ui_toggle(ui, "continuous", (brg_rect){c->x + c->w - 36, c->y, 36, 20},
                  &chosen->continuous);
    brg_ui_tip(ui, "Runs again and again, with what is chosen at the time.");
    c->y += 30;
}

static void run_rows(column *c) {
    brg_bench *model = c->bench->model;
    brg_ui *ui = c->bench->ui;
    bool busy = model->phase != BRG_PHASE_IDLE;
    if (brg_ui_button(ui, "run", (brg_rect){c->x, c->y, c->w, 36}, busy ? "Running" : "Run (space)",
                      true, brg_bench_can_run(model)))
        brg_bench_run(model);
    c->y += 42;
    bool cancelling = busy && model->stopping;
    if (brg_ui_button(ui, "cancel", (brg_rect){c->x, c->y, c->w, 30},
                      cancelling ? "Cancelling" : "Cancel (esc)", false, busy && !cancelling))
        brg_bench_cancel(model);
    c->y += 40;
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
    device_row(&c);
    variant_row(&c);
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
