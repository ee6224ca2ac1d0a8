/* The simulation: where the panels are, the keys, and the row in the table of views. See view.h. */
#include "simulation/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell/shell.h"

static const float left_width = 264, heading_height = 58, figures_height = 62, log_height = 26;
static const float margin = 16;

/* ---- beginning and end ----------------------------------------------------------------------- */

static brg_status create(brg_app *app, void **model, brg_error *error) {
    brg_simulation *simulation = calloc(1, sizeof *simulation);
    if (!simulation)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the simulation.");
    simulation->app = app;
    simulation->grid = 1;
    simulation->brush = 6;
    simulation->colours_of = -1;
    brg_reaction_init(&simulation->reaction, app);
    brg_fractal_init(&simulation->fractal, app);
    simulation->reaction.running = true;
    *model = simulation;
    return BRG_OK;
}

static void destroy(void *model) {
    brg_simulation *simulation = model;
    brg_reaction_release(&simulation->reaction);
    brg_fractal_release(&simulation->fractal);
    brg_picture_clear(&simulation->picture);
    brg_texture_clear(&simulation->texture);
    free(simulation);
}

/* What --auto-run starts must not run yet. */
static void configure(void *model, const brg_options *options) {
    ((brg_simulation *)model)->reaction.running = !options->auto_run;
}

void brg_simulation_reset(brg_simulation *simulation) {
    static const int64_t widths[] = {256, 512, 1024};
    int64_t w = widths[simulation->grid];
    float aspect = simulation->room.h > 0 ? simulation->room.w / simulation->room.h : 1.5f;
    int64_t h = (int64_t)fmaxf(roundf((float)w / aspect), 16);
    brg_error error = {0};
    if (brg_reaction_reset(&simulation->reaction, w, h, &error) != BRG_OK)
        brg_app_fail(simulation->app, "reaction", &error);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw(void *model, const brg_scene *scene, brg_rect place) {
    brg_simulation *simulation = model;
    simulation->scene = scene;
    simulation->ui = scene->ui;
    double gap = (double)(scene->now_ns - simulation->drawn_ns) / 1e9;
    brg_fractal_step(&simulation->fractal, fmin(gap, 0.1));
    simulation->drawn_ns = scene->now_ns;
    brg_simulation_view_controls(simulation, brg_rect_cut_left(&place, left_width));
    brg_rect heading = brg_rect_cut_top(&place, heading_height);
    brg_rect canvas =
        brg_rect_cut_top(&place, fmaxf(place.h - figures_height - log_height - 4, 60));
    brg_rect log = brg_rect_cut_top(&place, log_height + 4);
    brg_ui_panel_begin(simulation->ui, "simulation heading", heading, BRG_GROUND);
    brg_simulation_view_heading(simulation, brg_rect_inset(heading, margin, 8));
    brg_ui_panel_end(simulation->ui, 0);
    brg_simulation_view_canvas(simulation, canvas);
    brg_ui_panel_begin(simulation->ui, "simulation log", log, BRG_GROUND);
    brg_shell_log_line(scene, brg_rect_inset(log, margin, 2));
    brg_ui_panel_end(simulation->ui, 0);
    brg_simulation_view_figures(simulation, place);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool key_of_fractal(brg_fractal *fractal, int key) {
    const brg_plane *plane = &fractal->wanted;
    double step = plane->w / 12.0;
    switch (key) {
    case '=':
    case '-':
        brg_fractal_zoom(fractal, key == '=' ? 1.35 : 1 / 1.35, plane->w / 2.0, plane->h / 2.0);
        return true;
    case BRG_KEY_LEFT:
    case BRG_KEY_RIGHT:
        brg_fractal_move(fractal, key == BRG_KEY_LEFT ? step : -step, 0);
        return true;
    case BRG_KEY_UP:
    case BRG_KEY_DOWN:
        brg_fractal_move(fractal, 0, key == BRG_KEY_UP ? step : -step);
        return true;
    case 'R':
        brg_fractal_reset(fractal);
        return true;
    default:
        return false;
    }
}

static void choose_preset(brg_simulation *simulation, int by) {
    simulation->preset = (simulation->preset % BRG_PRESETS + by + BRG_PRESETS) % BRG_PRESETS;
    simulation->reaction.feed = brg_preset_at(simulation->preset)->feed;
    simulation->reaction.kill = brg_preset_at(simulation->preset)->kill;
}

/* A drop in the middle, for those who have no mouse. */
static void drop(brg_reaction *reaction, float radius) {
    float x = (float)reaction->w / 2, y = (float)reaction->h / 2;
    brg_reaction_paint(reaction, &(brg_stroke){x, y, x, y, radius, false});
}

static bool key_of_reaction(brg_simulation *simulation, int key) {
    switch (key) {
    case BRG_KEY_UP:
    case BRG_KEY_DOWN:
        choose_preset(simulation, key == BRG_KEY_UP ? -1 : 1);
        return true;
    case 'R':
        brg_simulation_reset(simulation);
        return true;
    case BRG_KEY_ENTER:
        drop(&simulation->reaction, simulation->brush);
        return true;
    default:
        return false;
    }
}

static bool key(void *model, int key) {
    brg_simulation *simulation = model;
    if (key == 'M')
        simulation->is_fractal = !simulation->is_fractal;
    else if (key == 'C')
        simulation->map = (simulation->map + 1) % BRG_MAPS;
    else if (key == 'H')
        simulation->pinned = !simulation->pinned;
    else
        return simulation->is_fractal ? key_of_fractal(&simulation->fractal, key)
                                      : key_of_reaction(simulation, key);
    return true;
}

static const char *const keys[] = {
    "M  Gray-Scott or Mandelbrot",
    "space  pause or run; dive or stop",
    "R  begin anew; the whole set",
    "up, down  another pattern; enter: a drop in the middle",
    "= -  zoom into the set; arrows: move",
    "C  other colours",
    "H  go on while hidden",
    NULL,
};

/* ---- the row --------------------------------------------------------------------------------- */

static bool can_run(const brg_simulation *simulation) {
    bool none = simulation->app->devices_known && simulation->app->devices.count == 0;
    return !none && (simulation->visible || simulation->pinned);
}

static void update(void *model, bool shown) {
    brg_simulation *simulation = model;
    simulation->visible = shown;
    bool active = can_run(simulation);
    brg_reaction_update(&simulation->reaction, active && !simulation->is_fractal);
    brg_fractal_update(&simulation->fractal, active && simulation->is_fractal && shown);
}

static bool busy(const void *model) {
    const brg_simulation *simulation = model;
    if (!can_run(simulation))
        return simulation->reaction.in_hand || simulation->fractal.in_hand;
    if (simulation->is_fractal)
        return simulation->visible && brg_fractal_busy(&simulation->fractal);
    return simulation->reaction.in_hand || simulation->reaction.stroke_count > 0 ||
           (simulation->reaction.running && simulation->reaction.w > 0);
}

/* The next round begins at once, not at the next look. */
static void seen(void *model) {
    brg_simulation *simulation = model;
    simulation->reaction.shown = true;
    update(model, simulation->visible);
}

static void run(void *model) {
    brg_simulation *simulation = model;
    if (simulation->is_fractal)
        simulation->fractal.zooms =
            !simulation->fractal.zooms && !brg_plane_at_end(&simulation->fractal.wanted);
    else if (simulation->reaction.failure.status == BRG_OK)
        simulation->reaction.running = !simulation->reaction.running;
}

static void cancel(void *model) {
    brg_simulation *simulation = model;
    simulation->fractal.zooms = false;
    simulation->reaction.running = false;
}

static bool settled(const void *model) {
    const brg_simulation *simulation = model;
    const brg_reaction *reaction = &simulation->reaction;
    const brg_fractal *fractal = &simulation->fractal;
    if (simulation->is_fractal)
        return fractal->checked || fractal->failure.status != BRG_OK;
    return reaction->checks > 0 || reaction->failure.status != BRG_OK;
}

/* Thousandths by hand: a number's decimal point is the locale's in C's own printf. */
static void put_number(FILE *stream, const char *name, double value) {
    long long parts = llround(1000 * fabs(value));
    fprintf(stream, ",\"%s\":%s%lld.%03lld", name, value < 0 ? "-" : "", parts / 1000,
            parts % 1000);
}

static void put_figures(const brg_simulation *simulation, FILE *stream) {
    const brg_reaction *reaction = &simulation->reaction;
    const brg_fractal *fractal = &simulation->fractal;
    fprintf(stream, "{\"kind\":\"%s\",\"running\":%s,\"pinned\":%s",
            simulation->is_fractal ? "mandelbrot" : "gray_scott",
            reaction->running ? "true" : "false", simulation->pinned ? "true" : "false");
    fprintf(stream, ",\"rounds\":%llu,\"steps\":%llu,\"painted\":%llu,\"checks\":%llu",
            (unsigned long long)reaction->rounds, (unsigned long long)reaction->steps_done,
            (unsigned long long)reaction->painted, (unsigned long long)reaction->checks);
    fprintf(stream, ",\"passed\":%llu,\"w\":%lld,\"h\":%lld,\"pictures\":%llu,\"cancelled\":%llu",
            (unsigned long long)reaction->passed, (long long)reaction->w, (long long)reaction->h,
            (unsigned long long)fractal->pictures, (unsigned long long)fractal->cancels);
    fprintf(stream, ",\"fractal_checks\":%llu,\"fractal_passed\":%llu,\"samples\":%d,\"at_end\":%s",
            (unsigned long long)fractal->checks, (unsigned long long)fractal->passed,
            fractal->counts ? (int)fractal->shown_fineness : -1,
            brg_plane_at_end(&fractal->wanted) ? "true" : "false");
    put_number(stream, "million_updates_per_s", reaction->updates_per_s / 1e6);
    put_number(stream, "steps_per_s", reaction->rate);
    put_number(stream, "magnification", brg_plane_magnification(&fractal->wanted));
    put_number(stream, "million_samples_per_s", fractal->samples_per_s / 1e6);
    put_number(stream, "kernel_ms", fractal->kernel_ms);
    fputc('}', stream);
}

static brg_status report(const void *model, brg_report *report, brg_error *error) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
    put_figures(model, stream);
    brg_status status = fclose(stream) == 0
                            ? brg_report_json(report, "simulation", text, error)
                            : brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
    free(text);
    return status;
}

const brg_view brg_view_simulation = {
    .id = "simulation",
    .tab = "tab_simulation",
    .name = "Simulation",
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
    .settled = settled,
    .report = report,
};
