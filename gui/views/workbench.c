/* The workbench: where the panels are. See workbench.h. */
#include "workbench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const float top_height = 44, bottom_height = 180, left_width = 250;
static const float margin = 16, gap = 12;
static const double recent_seconds = 5.0;

brg_workbench *brg_workbench_create(brg_ui *ui, brg_app *app, const brg_frame_clock *clock) {
    brg_workbench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return NULL;
    bench->ui = ui;
    bench->app = app;
    bench->clock = clock;
    bench->timeline.seconds = 2.5;
    return bench;
}

void brg_workbench_destroy(brg_workbench *bench) {
    if (!bench)
        return;
    for (int i = 0; i < 2; i++)
        brg_texture_clear(&bench->inputs[i]);
    brg_texture_clear(&bench->output);
    brg_texture_clear(&bench->errors);
    free(bench);
}

brg_rect brg_view_card(brg_workbench *bench, brg_rect place, const char *title) {
    brg_ui_card(bench->ui, place, 8, BRG_PANEL);
    brg_ui_outline(bench->ui, place, 8, BRG_LINE);
    brg_rect head = {place.x + 14, place.y + 8, place.w - 28, 24};
    brg_ui_text(bench->ui, head, BRG_FONT_BOLD, BRG_LEFT, BRG_TEXT, title);
    return (brg_rect){place.x + 14, place.y + 38, place.w - 28, place.h - 48};
}

const char *brg_view_time(double ms, char *text, size_t size) {
    if (!(ms >= 0))
        snprintf(text, size, "-");
    else if (ms < 1)
        snprintf(text, size, "%.0f \xc2\xb5s", 1e3 * ms);
    else if (ms < 1e3)
        snprintf(text, size, "%.*f ms", ms < 10 ? 2 : ms < 100 ? 1 : 0, ms);
    else
        snprintf(text, size, "%.2f s", ms / 1e3);
    return text;
}

static void show_pictures(brg_workbench *bench) {
    brg_app *app = bench->app;
    for (int i = 0; i < 2; i++)
        brg_texture_show(&bench->inputs[i], &app->inputs.pictures[i], app->inputs_serial);
    brg_texture_show(&bench->output, &app->prints.output, app->prints_serial);
    brg_texture_show(&bench->errors, &app->prints.errors, app->prints_serial);
}

/* Figures that change sixty times a second cannot be read: four times will do. */
static void work_out_stats(brg_workbench *bench) {
    if (bench->now_ns - bench->recent_at_ns < 250000000 && !bench->resting)
        return;
    bench->recent = brg_frame_clock_recent_stats(bench->clock, recent_seconds);
    bench->recent_at_ns = bench->now_ns;
}

/* Cuts a piece of the given height off the top. */
static brg_rect cut(brg_rect *rest, float h) {
    brg_rect piece = {rest->x, rest->y, rest->w, h};
    rest->y += h;
    rest->h -= h;
    return piece;
}

static brg_rect inset(brg_rect r, float x, float y) {
    return (brg_rect){r.x + x, r.y + y, fmaxf(r.w - 2 * x, 1), fmaxf(r.h - 2 * y, 1)};
}

/* Three panels, since the first changes far more often than the others. Pictures get the height
 * that the figures leave them. */
static void draw_middle(brg_workbench *bench, brg_rect place) {
    const float heading_height = 52, results_height = 248;
    brg_ui *ui = bench->ui;
    float pictures_height = fmaxf(place.h - heading_height - results_height, 60);
    brg_rect heading = cut(&place, heading_height);
    brg_rect pictures = cut(&place, pictures_height);
    brg_rect results = cut(&place, results_height);
    brg_ui_panel_begin(ui, "heading", heading, BRG_GROUND);
    brg_view_progress(bench, inset(heading, margin, 3));
    brg_ui_panel_end(ui, 0);
    brg_ui_panel_begin(ui, "pictures", pictures, BRG_GROUND);
    brg_view_pictures(bench, inset(pictures, margin, 2));
    brg_ui_panel_end(ui, 0);
    brg_ui_panel_begin(ui, "results", results, BRG_GROUND);
    brg_rect row = inset(results, margin, 0);
    brg_rect cards = {row.x, row.y + gap - 2, row.w, row.h - gap - 26};
    float verdict = floorf(0.37f * row.w);
    brg_view_verdict(bench, (brg_rect){row.x, cards.y, verdict, cards.h});
    brg_view_bars(bench,
                  (brg_rect){row.x + verdict + gap, cards.y, row.w - verdict - gap, cards.h});
    brg_view_log(bench, (brg_rect){row.x, row.y + row.h - 27, row.w, 26});
    brg_ui_panel_end(ui, 0);
}

static void draw_bottom(brg_workbench *bench, brg_rect place) {
    brg_ui_panel_begin(bench->ui, "bottom", place, BRG_PANEL);
    brg_ui_line(bench->ui, place.x, place.y, place.x + place.w, place.y, BRG_LINE);
    float frames = floorf(0.32f * place.w);
    brg_view_frames(bench, (brg_rect){place.x + 20, place.y, frames - 20, place.h});
    brg_view_timeline(
        bench, (brg_rect){place.x + frames + 28, place.y, place.w - frames - 28 - margin, place.h});
    brg_ui_panel_end(bench->ui, 0);
}

void brg_workbench_draw(brg_workbench *bench, bool resting) {
    float w, h;
    bench->resting = resting;
    bench->now_ns = brg_now_ns();
    show_pictures(bench);
    work_out_stats(bench);
    brg_ui_size(bench->ui, &w, &h);
    float body = fmaxf(h - top_height - bottom_height, 1);
    brg_view_top_bar(bench, (brg_rect){0, 0, w, top_height});
    brg_view_controls(bench, (brg_rect){0, top_height, left_width, body});
    draw_middle(bench, (brg_rect){left_width, top_height, fmaxf(w - left_width, 1), body});
    draw_bottom(bench, (brg_rect){0, h - bottom_height, w, bottom_height});
}
