/* The controls: the dishes' sizes, the two switches, the slices, and the buttons. */
#include <stdio.h>

#include "kitchen/view.h"

/* A column of rows under construction. */
typedef struct column {
    brg_kitchen_view *view;
    float x, y, w;
} column;

static void heading(column *c, const char *text) {
    brg_ui_text(c->view->ui, (brg_rect){c->x, c->y, c->w, 20}, BRG_FONT_BOLD, BRG_LEFT, BRG_TEXT,
                text);
    c->y += 26;
}

/* ---- dishes ---------------------------------------------------------------------------------- */

static void dish_row(column *c, int d) {
    const brg_dish *dish = brg_dish_at(d);
    brg_kitchen *model = c->view->model;
    char title[48];
    brg_ui *ui = c->view->ui;
    brg_ui_fill(ui, (brg_rect){c->x, c->y, 4, 38}, 0, dish->colour);
    brg_ui_text(ui, (brg_rect){c->x + 12, c->y, 16, 18}, BRG_FONT_BOLD, BRG_LEFT, dish->colour,
                dish->letter);
    brg_ui_text(ui, (brg_rect){c->x + 30, c->y, c->w - 30, 18}, BRG_FONT_BODY, BRG_LEFT, BRG_TEXT,
                brg_dish_title(d, model->wanted.sizes[d], title, sizeof title));
    brg_ui_slider(ui, dish->slider, (brg_rect){c->x + 12, c->y + 20, c->w - 12, 18},
                  &model->wanted.sizes[d], dish->lo, dish->hi, dish->whole, !dish->whole);
    brg_ui_tip(ui, dish->size_tip);
    c->y += 46;
}

/* ---- switches -------------------------------------------------------------------------------- */

/* One half of a switch: chooses the way that differs from the chosen one in `bit`. */
static void half(column *c, const char *id, const char *label, bool right, unsigned bit, bool on,
                 const char *tip) {
    brg_kitchen *model = c->view->model;
    float w = (c->w - 4) / 2;
    brg_rect r = {c->x + (right ? w + 4 : 0), c->y, w, 28};
    brg_way way = (brg_way)(on ? model->way | bit : model->way & ~bit);
    if (brg_ui_button(c->view->ui, id, r, label, model->way == way, brg_kitchen_can(model, way)))
        brg_kitchen_choose(model, way);
    brg_ui_tip(c->view->ui, tip);
}

static void switch_rows(column *c) {
    half(c, "on_ui_thread", "on UI thread", false, BRG_WAY_CONCURRENT, false,
         "One dish after the other, each waited for on the window's own thread: it freezes.");
    half(c, "on_engine", "on engine", true, BRG_WAY_CONCURRENT, true,
         "All three at once, slices in turn, by the engine's thread: the window goes on.");
    c->y += 34;
    half(c, "one_unit", "one unit", false, BRG_WAY_PARALLEL, false,
         "On a sub-device of one compute unit.");
    half(c, "all_units", "all units", true, BRG_WAY_PARALLEL, true, "On the whole device.");
    c->y += 36;
}

static void slice_row(column *c) {
    brg_kitchen *model = c->view->model;
    brg_rect line = {c->x, c->y, c->w, 18};
    brg_ui_text(c->view->ui, line, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, "slice budget");
    brg_ui_textf(c->view->ui, line, BRG_FONT_MONO, BRG_RIGHT, BRG_TEXT, "%.0f ms",
                 (double)model->slice_ms);
    brg_ui_slider(c->view->ui, "slice_ms", (brg_rect){c->x, c->y + 18, c->w, 18}, &model->slice_ms,
                  BRG_SLICE_LO, BRG_SLICE_HI, true, true);
    brg_ui_tip(c->view->ui,
               "The longest that the engine stays with one dish. Short slices make all "
               "dishes move on together; each costs a launch.");
    c->y += 44;
}

/* ---- buttons --------------------------------------------------------------------------------- */

static void buttons(column *c) {
    brg_kitchen *model = c->view->model;
    brg_ui *ui = c->view->ui;
    char label[40] = "Cook (space)";
    bool open = model->phase == BRG_KITCHEN_OPEN;
    if (model->phase == BRG_KITCHEN_COOKING)
        snprintf(label, sizeof label, "Cooking");
    else if (model->ways[model->way].history.cooked > 0)
        snprintf(label, sizeof label, "Cook again (space)");
    if (brg_ui_button(ui, "cook", (brg_rect){c->x, c->y, c->w, 34}, label, true, open))
        brg_kitchen_cook(model);
    c->y += 40;
    if (brg_ui_button(ui, "cook_all", (brg_rect){c->x, c->y, c->w, 28}, "All four ways (A)", false,
                      open))
        brg_kitchen_cook_all(model);
    c->y += 34;
    bool busy = model->to_do != 0 || model->phase == BRG_KITCHEN_COOKING;
    if (brg_ui_button(ui, "cancel", (brg_rect){c->x, c->y, c->w, 28}, "Cancel (esc)", false, busy))
        brg_kitchen_cancel(model);
    c->y += 38;
}

static void advice(column *c) {
    const brg_kitchen *model = c->view->model;
    bool undivided = model->phase >= BRG_KITCHEN_GATHERING && !model->can_divide;
    c->y += brg_ui_paragraph(c->view->ui, (brg_rect){c->x, c->y, c->w, 60}, BRG_FONT_SMALL,
                             undivided ? BRG_AMBER : BRG_QUIET,
                             undivided ? "This device cannot be divided: all of its units cook."
                                       : "Concurrency is how the work is arranged: nobody waits. "
                                         "Parallelism is how it is done: many at once.");
}

void brg_kitchen_view_controls(brg_kitchen_view *view, brg_rect place) {
    brg_ui *ui = view->ui;
    float scrolled = brg_ui_panel_begin(ui, "kitchen_controls", place, BRG_PANEL);
    column c = {view, place.x + 20, place.y + 14 - scrolled, place.w - 40};
    float top = c.y;
    heading(&c, "Three dishes");
    for (int d = 0; d < BRG_DISHES; d++)
        dish_row(&c, d);
    c.y += 2;
    heading(&c, "How they are cooked");
    switch_rows(&c);
    slice_row(&c);
    buttons(&c);
    advice(&c);
    brg_ui_line(ui, place.x + place.w - 1, place.y, place.x + place.w - 1, place.y + place.h,
                BRG_LINE);
    brg_ui_panel_end(ui, c.y - top);
}
