/* The controls: which of the two, its numbers, and what the mouse does. */
#include <math.h>
#include <stdio.h>

#include "simulation/view.h"

/* A column of rows under construction. */
typedef struct column {
    brg_simulation *simulation;
    brg_ui *ui;
    float x, y, w;
} column;

typedef struct track {
    const char *id, *name, *figure; /* how the value is written */
    float lo, hi;
    bool whole, spread;
    const char *tip;
} track;

static bool slider_row(column *c, const track *t, float *value) {
    char figure[32];
    brg_rect head = {c->x, c->y, c->w, 20};
    snprintf(figure, sizeof figure, t->figure, (double)*value);
    brg_ui_text(c->ui, head, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, t->name);
    brg_ui_text(c->ui, head, BRG_FONT_MONO, BRG_RIGHT, BRG_TEXT, figure);
    bool changed = brg_ui_slider(c->ui, t->id, (brg_rect){c->x, c->y + 20, c->w, 18}, value, t->lo,
                                 t->hi, t->whole, t->spread);
    brg_ui_tip(c->ui, t->tip);
    c->y += 44;
    return changed;
}

static bool choice_row(column *c, const char *id, const char *name, int *index,
                       const char *const *items, int count) {
    brg_ui_text(c->ui, (brg_rect){c->x, c->y, 66, 28}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, name);
    bool changed =
        brg_ui_combo(c->ui, id, (brg_rect){c->x + 66, c->y, c->w - 66, 28}, index, items, count);
    c->y += 36;
    return changed;
}

static bool button_row(column *c, const char *id, const char *label, bool primary, bool enabled) {
    bool pressed =
        brg_ui_button(c->ui, id, (brg_rect){c->x, c->y, c->w, 32}, label, primary, enabled);
    c->y += 40;
    return pressed;
}

static void advice(column *c, const char *text) {
    c->y += 8 + brg_ui_paragraph(c->ui, (brg_rect){c->x, c->y, c->w, 80}, BRG_FONT_SMALL, BRG_FAINT,
                                 text);
}

/* ---- the reaction ---------------------------------------------------------------------------- */

static void choose_preset(brg_simulation *simulation) {
    if (simulation->preset >= BRG_PRESETS)
        return;
    simulation->reaction.feed = brg_preset_at(simulation->preset)->feed;
    simulation->reaction.kill = brg_preset_at(simulation->preset)->kill;
}

static void rates_rows(column *c) {
    static const track feed = {"feed", "feed", "%.4f", 0.005f,
                               0.09f,  false,  false,  "How fast u is fed, per step."};
    static const track kill = {
        "kill", "kill", "%.4f", 0.03f,
        0.075f, false,  false,  "How fast v is taken away, beyond what is washed out, per step."};
    const char *names[BRG_PRESETS + 1];
    brg_simulation *simulation = c->simulation;
    for (int i = 0; i < BRG_PRESETS; i++)
        names[i] = brg_preset_at(i)->name;
    names[BRG_PRESETS] = "your own";
    if (choice_row(c, "preset", "grows", &simulation->preset, names, BRG_PRESETS + 1))
        choose_preset(simulation);
    bool moved = slider_row(c, &feed, &simulation->reaction.feed);
    moved |= slider_row(c, &kill, &simulation->reaction.kill);
    if (moved)
        simulation->preset = BRG_PRESETS;
}

static void reaction_rows(column *c) {
    static const char *const grids[] = {"256 cells wide", "512 cells wide", "1024 cells wide"};
    static const track steps = {"steps", "steps per frame",
                                "%.0f",  1,
                                100,     true,
                                true,    "Steps that a job makes between two frames."};
    static const track brush = {
        "brush", "brush, cells", "%.0f", 1, 40, true, true, "Radius of what the mouse paints."};
    brg_simulation *simulation = c->simulation;
    brg_reaction *reaction = &simulation->reaction;
    rates_rows(c);
    slider_row(c, &steps, &reaction->steps);
    slider_row(c, &brush, &simulation->brush);
    if (choice_row(c, "grid", "grid", &simulation->grid, grids, 3))
        brg_simulation_reset(simulation);
    choice_row(c, "map", "colours", &simulation->map, brg_colour_map_names(), BRG_MAPS);
    if (button_row(c, "pause", reaction->running ? "Pause (space)" : "Run (space)",
                   !reaction->running, reaction->failure.status == BRG_OK))
        reaction->running = !reaction->running;
    if (button_row(c, "reset", "Begin anew (R)", false, true))
        brg_simulation_reset(simulation);
    advice(c, "Paint with the left button; the right one wipes away.");
}

/* ---- the fractal ----------------------------------------------------------------------------- */

static void fractal_rows(column *c) {
    static const track iterations = {"iterations",
                                     "iterations, at most",
                                     "%.0f",
                                     50,
                                     4000,
                                     true,
                                     true,
                                     "How often z becomes z^2 + c before a point counts as "
                                     "inside."};
    brg_fractal *fractal = &c->simulation->fractal;
    if (slider_row(c, &iterations, &fractal->iterations)) {
        fractal->moved_ns = brg_now_ns();
        fractal->failure.status = BRG_OK;
    }
    choice_row(c, "map", "colours", &c->simulation->map, brg_colour_map_names(), BRG_MAPS);
    if (button_row(c, "dive", fractal->zooms ? "Stop (space)" : "Dive (space)", !fractal->zooms,
                   fractal->zooms || !brg_plane_at_end(&fractal->wanted)))
        fractal->zooms = !fractal->zooms;
    brg_ui_tip(c->ui, "Zooms towards a point in the valley of the sea horses.");
    if (button_row(c, "whole", "The whole set (R)", false, true))
        brg_fractal_reset(fractal);
    advice(c, "Wheel: zoom about the pointer. Drag: move.");
    advice(c, "Single precision tells about seven digits apart: there the zoom ends.");
}

void brg_simulation_view_controls(brg_simulation *simulation, brg_rect place) {
    static const char *const kinds[2] = {"Gray-Scott", "Mandelbrot"};
    brg_ui *ui = simulation->ui;
    float scrolled = brg_ui_panel_begin(ui, "simulation controls", place, BRG_PANEL);
    column c = {simulation, ui, place.x + 20, place.y + 14 - scrolled, place.w - 40};
    float top = c.y;
    brg_ui_segments(ui, "kind", (brg_rect){c.x, c.y, c.w, 30}, kinds, &simulation->is_fractal);
    c.y += 44;
    if (simulation->is_fractal)
        fractal_rows(&c);
    else
        reaction_rows(&c);
    c.y += 4;
    brg_ui_text(ui, (brg_rect){c.x, c.y, c.w, 20}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                "go on while hidden");
    brg_ui_toggle(ui, "pin", (brg_rect){c.x + c.w - 36, c.y, 36, 20}, &simulation->pinned);
    brg_ui_tip(ui, "Otherwise it stands still while another view is looked at.");
    c.y += 28;
    brg_ui_line(ui, place.x + place.w - 1, place.y, place.x + place.w - 1, place.y + place.h,
                BRG_LINE);
    brg_ui_panel_end(ui, c.y - top + 14);
}
