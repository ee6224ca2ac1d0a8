/* The heading, with what was checked; and the figures: how fast it goes. */
#include <math.h>
#include <stdio.h>

#include "simulation/view.h"

typedef struct badge {
    const char *text;
    brg_colour fill, ink;
} badge;

/* ---- the heading ----------------------------------------------------------------------------- */

static const brg_error *trouble_of(const brg_simulation *simulation) {
    const brg_error *failure =
        simulation->is_fractal ? &simulation->fractal.failure : &simulation->reaction.failure;
    const brg_app *app = simulation->app;
    if (failure->status != BRG_OK)
        return failure;
    return app->devices_known && app->devices_status != BRG_OK ? &app->devices_error : NULL;
}

/* Only what was checked and found right is green: of the reaction the last step that was, of the
 * fractal what is shown. */
static badge badge_of(const brg_simulation *simulation) {
    const brg_reaction *reaction = &simulation->reaction;
    const brg_fractal *fractal = &simulation->fractal;
    bool checked = simulation->is_fractal ? fractal->checked : reaction->checks > 0;
    bool right = simulation->is_fractal ? fractal->verdict.outcome == BRG_PASSED
                                        : reaction->passed == reaction->checks;
    if (trouble_of(simulation))
        return (badge){trouble_of(simulation)->status == BRG_E_NO_DEVICE ? "no device" : "failed",
                       BRG_RED, BRG_ON_COLOUR};
    if (checked)
        return right ? (badge){"passed", BRG_GREEN, BRG_ON_COLOUR}
                     : (badge){"mismatch", BRG_RED, BRG_ON_COLOUR};
    return (badge){simulation->is_fractal && fractal->counts ? "checked when it rests"
                                                             : "not checked yet",
                   BRG_RAISED, BRG_QUIET};
}

static void draw_badge(brg_simulation *simulation, brg_rect place) {
    badge b = badge_of(simulation);
    float w = brg_ui_text_width(simulation->ui, BRG_FONT_BOLD, b.text) + 28;
    brg_rect pill = {place.x + place.w - w, place.y, w, 26};
    brg_ui_fill(simulation->ui, pill, 13, b.fill);
    brg_ui_text(simulation->ui, pill, BRG_FONT_BOLD, BRG_CENTRE, b.ink, b.text);
}

static void describe_reaction(const brg_reaction *reaction, char *text, size_t size) {
    if (reaction->checks == 0)
        snprintf(text, size, "Every %dth round makes a single step, which is checked in full.",
                 BRG_CHECK_EVERY);
    else
        snprintf(text, size,
                 "Every %dth round makes a single step, which is checked in full: %llu of %llu "
                 "passed. The other steps are not checked.",
                 BRG_CHECK_EVERY, (unsigned long long)reaction->passed,
                 (unsigned long long)reaction->checks);
}

static void describe_fractal(const brg_fractal *fractal, char *text, size_t size) {
    if (brg_plane_at_end(&fractal->wanted))
        snprintf(text, size,
                 "Single precision ends here: pixels any nearer would be the same number.");
    else if (fractal->checked)
        brg_verdict_text(&fractal->verdict, text, size);
    else
        snprintf(text, size, "Once it rests, every pixel gets four samples, and rows are checked.");
}

static void draw_title(brg_simulation *simulation, brg_rect place) {
    const brg_reaction *reaction = &simulation->reaction;
    if (simulation->is_fractal)
        brg_ui_textf(simulation->ui, place, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT,
                     "Mandelbrot set, magnified %.*f times",
                     brg_plane_magnification(&simulation->fractal.wanted) < 10 ? 1 : 0,
                     brg_plane_magnification(&simulation->fractal.wanted));
    else
        brg_ui_textf(simulation->ui, place, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT,
                     "Reaction and diffusion: %s on %lld \xc3\x97 %lld cells%s",
                     simulation->preset < BRG_PRESETS ? brg_preset_at(simulation->preset)->name
                                                      : "your own rates",
                     (long long)reaction->w, (long long)reaction->h,
                     reaction->running ? "" : ", paused");
}

void brg_simulation_view_heading(brg_simulation *simulation, brg_rect place) {
    char text[640];
    const brg_error *trouble = trouble_of(simulation);
    draw_title(simulation, (brg_rect){place.x, place.y, place.w - 200, 26});
    draw_badge(simulation, place);
    if (trouble)
        brg_log_words(trouble, text, sizeof text);
    else if (simulation->is_fractal)
        describe_fractal(&simulation->fractal, text, sizeof text);
    else
        describe_reaction(&simulation->reaction, text, sizeof text);
    bool ends = !trouble && simulation->is_fractal && brg_plane_at_end(&simulation->fractal.wanted);
    brg_ui_text(simulation->ui, (brg_rect){place.x, place.y + 27, place.w, 18}, BRG_FONT_SMALL,
                BRG_LEFT,
                trouble ? BRG_RED
                : ends  ? BRG_AMBER
                        : BRG_QUIET,
                text);
}

/* ---- the figures ----------------------------------------------------------------------------- */

static void work_out(brg_simulation *simulation) {
    const brg_reaction *reaction = &simulation->reaction;
    if (simulation->scene->now_ns - simulation->figures_ns < 250000000 &&
        !simulation->scene->resting)
        return;
    simulation->figures_ns = simulation->scene->now_ns;
    simulation->updates_per_s = reaction->updates_per_s;
    simulation->rate = reaction->running ? reaction->rate : 0;
    simulation->steps = (double)reaction->steps_done;
    simulation->samples_per_s = simulation->fractal.samples_per_s;
    simulation->kernel_ms = simulation->fractal.kernel_ms;
}

static void figure(brg_simulation *simulation, brg_rect *rest, float w, const char *id,
                   const char *name, const char *value, const char *tip) {
    brg_ui_pointer pointer;
    brg_rect cell = brg_rect_cut_left(rest, w);
    cell.w -= 10;
    brg_part_figure(simulation->ui, cell, name, BRG_TEXT, value);
    brg_ui_area(simulation->ui, id, cell, &pointer);
    brg_ui_tip(simulation->ui, tip);
}

static void reaction_figures(brg_simulation *simulation, brg_rect rest) {
    char text[48];
    float w = rest.w / 5;
    double updates = simulation->updates_per_s;
    snprintf(text, sizeof text, "%.0f", simulation->steps);
    figure(simulation, &rest, w, "figure_steps", "steps", text, "Steps since it was begun.");
    snprintf(text, sizeof text, "%.0f /s", simulation->rate);
    figure(simulation, &rest, w, "figure_rate", "pace", text,
           "Steps a second by the clock on the wall, frames and pauses of the device included.");
    snprintf(text, sizeof text, "%.2f G/s", updates / 1e9);
    figure(simulation, &rest, w, "figure_updates", "cell updates", text,
           "Cells times steps, over the time that the kernels took, of the latest round.");
    snprintf(text, sizeof text, "%.1f GB/s", 16 * updates / 1e9);
    figure(
        simulation, &rest, w, "figure_bytes", "cells moved", text,
        "Each step reads the 8 bytes of every cell and writes them: 16 bytes an update, to caches "
        "as far as they reach.");
    snprintf(text, sizeof text, "%llu of %llu", (unsigned long long)simulation->reaction.passed,
             (unsigned long long)simulation->reaction.checks);
    figure(simulation, &rest, w, "figure_checks", "checks passed", text,
           "Single steps that were compared with sequential C, every cell of them.");
}

static const char *samples_text(const brg_fractal *fractal) {
    static const char *const names[] = {"1 of 4 pixels", "1 a pixel", "4 a pixel"};
    return fractal->counts ? names[fractal->shown_fineness] : "-";
}

static void fractal_figures(brg_simulation *simulation, brg_rect rest) {
    char text[48], time[24];
    const brg_fractal *fractal = &simulation->fractal;
    float w = rest.w / 5;
    double pixel = fractal->wanted.w > 0 ? fractal->wanted.width / fractal->wanted.w : 0;
    snprintf(text, sizeof text, "%.2e", pixel);
    figure(simulation, &rest, w, "figure_pixel", "a pixel's width", text,
           "In the complex plane. Single precision tells c from c + 1e-7 apart, not much less.");
    figure(simulation, &rest, w, "figure_samples", "samples", samples_text(fractal),
           "Coarse first when one sample a pixel takes long; four once it rests.");
    snprintf(text, sizeof text, "%s", brg_part_time(simulation->kernel_ms, time, sizeof time));
    figure(simulation, &rest, w, "figure_kernel", "kernel", text,
           "Time on the device of the latest picture.");
    snprintf(text, sizeof text, "%.1f M/s", simulation->samples_per_s / 1e6);
    figure(simulation, &rest, w, "figure_speed", "samples done", text,
           "Samples over the kernel's time. Those inside the set take all iterations.");
    snprintf(text, sizeof text, "%llu of %llu", (unsigned long long)fractal->passed,
             (unsigned long long)fractal->checks);
    figure(simulation, &rest, w, "figure_checks", "checks passed", text,
           "Pictures at rest of which rows were compared with sequential C.");
}

void brg_simulation_view_figures(brg_simulation *simulation, brg_rect place) {
    work_out(simulation);
    brg_ui_panel_begin(simulation->ui, "simulation figures", place, BRG_PANEL);
    brg_ui_line(simulation->ui, place.x, place.y, place.x + place.w, place.y, BRG_LINE);
    brg_rect rest = {place.x + 16, place.y + 12, place.w - 32, 40};
    if (simulation->is_fractal)
        fractal_figures(simulation, rest);
    else
        reaction_figures(simulation, rest);
    brg_ui_panel_end(simulation->ui, 0);
}
