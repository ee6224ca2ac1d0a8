/* The table below the cards, and the sentence beside it: what was measured. */
#include <math.h>
#include <stdio.h>

#include "kitchen/view.h"

static const float row = 21, label_width = 112, column_width = 138;

static const char *const cell_ids[BRG_WAYS] = {"cell_neither", "cell_concurrent", "cell_parallel",
                                               "cell_both"};

static void draw_cell(brg_kitchen_view *view, brg_way way, brg_rect r) {
    brg_figures median = brg_history_median(&view->model->ways[way].history);
    char makespan[24], frame[24];
    brg_ui_pointer pointer;
    brg_ui_area(view->ui, cell_ids[way], r, &pointer);
    brg_ui_tip(view->ui, "Medians: the makespan, and the 99th percentile of the window's frames.");
    if (pointer.pressed)
        brg_kitchen_choose(view->model, way);
    if (!brg_kitchen_can(view->model, way) || median.makespan < 0) {
        brg_ui_text(view->ui, r, BRG_FONT_MONO, BRG_LEFT, BRG_FAINT,
                    brg_kitchen_can(view->model, way) ? "not yet" : "not here");
        return;
    }
    brg_ui_text(view->ui, r, BRG_FONT_MONO, BRG_LEFT, BRG_TEXT,
                brg_part_time(median.makespan, makespan, sizeof makespan));
    brg_rect right = {r.x + 62, r.y, r.w - 62, r.h};
    brg_ui_text(view->ui, right, BRG_FONT_MONO, BRG_LEFT,
                median.frame_p99 > 33.4 ? BRG_RED : BRG_GREEN,
                brg_part_time(median.frame_p99, frame, sizeof frame));
}

static void draw_header(brg_kitchen_view *view, brg_rect r) {
    static const char *const names[2] = {"on one unit", "on all units"};
    brg_ui_text(view->ui, (brg_rect){r.x, r.y, label_width, row}, BRG_FONT_SMALL, BRG_LEFT,
                BRG_FAINT, "makespan, frame");
    for (int i = 0; i < 2; i++)
        brg_ui_text(view->ui,
                    (brg_rect){r.x + label_width + column_width * (float)i, r.y, column_width, row},
                    BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, names[i]);
    brg_ui_line(view->ui, r.x, r.y + row, r.x + label_width + 2 * column_width, r.y + row,
                BRG_LINE);
}

static void draw_table(brg_kitchen_view *view, brg_rect r) {
    static const char *const names[2] = {"on the UI thread", "on the engine"};
    draw_header(view, r);
    for (int i = 0; i < 2; i++) {
        float y = r.y + 2 + row * (float)(1 + i);
        brg_ui_text(view->ui, (brg_rect){r.x, y, label_width, row}, BRG_FONT_SMALL, BRG_LEFT,
                    BRG_QUIET, names[i]);
        for (int j = 0; j < 2; j++)
            draw_cell(
                view, (brg_way)(i + 2 * j),
                (brg_rect){r.x + label_width + column_width * (float)j, y, column_width - 8, row});
    }
}

/* What the results were compared with. */
static void draw_checks(const brg_kitchen_view *view, brg_rect r) {
    const brg_kitchen *model = view->model;
    int64_t checked = 0, total = 0;
    for (int d = 0; d < BRG_DISHES; d++) {
        checked += model->verdicts[1][d].checked;
        total += model->verdicts[1][d].total;
    }
    if (model->phase >= BRG_KITCHEN_OPEN && total > 0)
        brg_ui_textf(view->ui, r, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT,
                     "Checks: %.1f %% of the elements against sequential C, then every bit.",
                     100.0 * (double)checked / (double)total);
}

static const char *status_of(const brg_kitchen_view *view, char *text, size_t size) {
    const brg_kitchen *model = view->model;
    if (view->scene->app->devices_known && view->scene->app->devices.count == 0)
        snprintf(text, size, "There is no OpenCL device to cook on: see Devices.");
    else if (model->refused)
        snprintf(text, size, "The kitchen could not be laid out: %s", model->trouble.what);
    else if (model->phase < BRG_KITCHEN_OPEN)
        snprintf(
            text, size,
            "Laying out the kitchen, %.0f %%: every dish is cooked once in every place, so that "
            "kernels are built and warm before anything is timed, and is checked.",
            (double)(100 * brg_kitchen_laid(model)));
    else
        brg_kitchen_findings(model, text, size);
    return text;
}

void brg_kitchen_view_table(brg_kitchen_view *view, brg_rect place) {
    char text[640];
    brg_ui_panel_begin(view->ui, "kitchen_table", place, BRG_GROUND);
    brg_rect r = brg_rect_inset(place, 16, 8);
    draw_table(view, r);
    float left = label_width + 2 * column_width + 24;
    brg_rect words = {r.x + left, r.y + 2, r.w - left, r.h};
    brg_colour ink = view->model->refused ? BRG_RED : BRG_TEXT;
    status_of(view, text, sizeof text);
    brg_ui_paragraph(view->ui, words, words.w > 560 ? BRG_FONT_BODY : BRG_FONT_SMALL, ink, text);
    draw_checks(view, (brg_rect){words.x, r.y + r.h - 16, words.w, 16});
    brg_ui_panel_end(view->ui, 0);
}
