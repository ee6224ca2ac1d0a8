/* The shell. See shell.h. */
#include "shell/shell.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const float top_height = 44;
static const double recent_seconds = 5.0;

static const brg_view *const views[] = {
    &brg_view_kitchen,  &brg_view_workbench, &brg_view_filters,  &brg_view_simulation,
    &brg_view_training, &brg_view_lab,       &brg_view_timeline, &brg_view_devices,
    &brg_view_settings,
};

enum { VIEWS = sizeof views / sizeof views[0] };

const brg_view *brg_view_at(int index) {
    return index >= 0 && index < VIEWS ? views[index] : NULL;
}

int brg_view_find(const char *id) {
    for (int i = 0; i < VIEWS; i++)
        if (strcmp(views[i]->id, id) == 0)
            return i;
    return -1;
}

static const brg_view *current(const brg_shell *shell) {
    return views[shell->current];
}

static void *model(const brg_shell *shell) {
    return shell->models[shell->current];
}

/* ---- beginning and end ----------------------------------------------------------------------- */

/* A view is made when it is first shown: the window opens no later for what nobody looks at. */
static void make(brg_shell *shell, int i) {
    brg_app *app = shell->scene.app;
    brg_error error = {0};
    if (shell->models[i] || shell->refused[i])
        return;
    if (views[i]->create(app, &shell->models[i], &error) != BRG_OK) {
        shell->models[i] = NULL;
        shell->refused[i] = true;
        brg_log_error(&app->log, views[i]->name, &error);
    } else if (views[i]->configure) {
        views[i]->configure(shell->models[i], shell->options);
    }
}

static int first_view(const brg_shell *shell) {
    int shown_last = brg_view_find(shell->scene.app->preferences.view);
    if (shell->options->view >= 0)
        return shell->options->view;
    return shown_last >= 0 ? shown_last : 0;
}

brg_status brg_shell_create(brg_ui *ui, brg_app *app, const brg_frame_clock *clock,
                            const brg_options *options, brg_shell **out, brg_error *error) {
    brg_shell *shell = calloc(1, sizeof *shell);
    if (!shell)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the window.");
    shell->scene = (brg_scene){.ui = ui, .app = app, .clock = clock, .tracks = &shell->tracks};
    shell->options = options;
    brg_shell_choose(shell, first_view(shell));
    *out = shell;
    return BRG_OK;
}

void brg_shell_destroy(brg_shell *shell) {
    for (int i = 0; shell && i < VIEWS; i++)
        if (shell->models[i])
            views[i]->destroy(shell->models[i]);
    if (shell)
        brg_tracks_clear(&shell->tracks);
    free(shell);
}

void brg_shell_keep(brg_shell *shell) {
    brg_app *app = shell->scene.app;
    snprintf(app->preferences.view, sizeof app->preferences.view, "%s", current(shell)->id);
    brg_preferences_keep(&app->preferences, app->kept);
    for (int i = 0; i < VIEWS; i++)
        if (shell->models[i] && views[i]->keep)
            views[i]->keep(shell->models[i], app->kept);
}

/* ---- what the loop tells --------------------------------------------------------------------- */

void brg_shell_update(brg_shell *shell) {
    brg_app_update(shell->scene.app);
    for (int i = 0; i < VIEWS; i++)
        if (shell->models[i] && views[i]->update)
            views[i]->update(shell->models[i], i == shell->current);
}

bool brg_shell_busy(const brg_shell *shell) {
    if (!shell->scene.app->devices_known)
        return true;
    for (int i = 0; i < VIEWS; i++)
        if (shell->models[i] && views[i]->busy && views[i]->busy(shell->models[i]))
            return true;
    return false;
}

double brg_shell_pause_s(const brg_shell *shell) {
    double least = INFINITY;
    if (brg_shell_busy(shell))
        return 0;
    for (int i = 0; i < VIEWS; i++) {
        double pause =
            shell->models[i] && views[i]->pause_s ? views[i]->pause_s(shell->models[i]) : 0;
        least = pause > 0 ? fmin(least, pause) : least;
    }
    return isfinite(least) ? least : 0;
}

/* Every job passes through building; what takes no longer than from one look to the next is not
 * worth a word. */
static void look_for_builds(brg_shell *shell) {
    brg_snapshot snapshot;
    brg_job before = shell->builder;
    brg_engine_snapshot(shell->scene.app->engine, &snapshot);
    shell->builder = (brg_job){0, 0};
    for (int32_t i = 0; i < snapshot.job_count; i++)
        if (snapshot.jobs[i].state == BRG_JOB_BUILDING)
            shell->builder = snapshot.jobs[i].job;
    shell->building = shell->builder.generation && brg_job_same(before, shell->builder);
}

/* Figures that change sixty times a second cannot be read: four times will do. */
static void work_out_stats(brg_shell *shell) {
    brg_scene *scene = &shell->scene;
    if (scene->now_ns - shell->recent_at_ns < 250000000 && !scene->resting)
        return;
    scene->recent = brg_frame_clock_recent_stats(scene->clock, recent_seconds);
    look_for_builds(shell);
    shell->recent_at_ns = scene->now_ns;
}

static void draw_refusal(const brg_scene *scene, brg_rect place) {
    brg_ui_panel_begin(scene->ui, "refused", place, BRG_GROUND);
    brg_ui_text(scene->ui, place, BRG_FONT_BODY, BRG_CENTRE, BRG_RED,
                "This view could not be opened. The log in Settings says why.");
    brg_ui_panel_end(scene->ui, 0);
}

void brg_shell_draw(brg_shell *shell, bool resting) {
    float w, h;
    shell->scene.resting = resting;
    shell->scene.calm = brg_shell_pause_s(shell) > 0;
    shell->scene.now_ns = brg_now_ns();
    work_out_stats(shell);
    brg_tracks_update(&shell->tracks, brg_engine_trace(shell->scene.app->engine));
    brg_ui_size(shell->scene.ui, &w, &h);
    brg_shell_top_bar(shell, (brg_rect){0, 0, w, top_height});
    brg_rect body = {0, top_height, w, fmaxf(h - top_height, 1)};
    if (model(shell))
        current(shell)->draw(model(shell), &shell->scene, body);
    else
        draw_refusal(&shell->scene, body);
    if (shell->help)
        brg_shell_help(shell);
}

void brg_shell_seen(brg_shell *shell) {
    for (int i = 0; i < VIEWS; i++)
        if (shell->models[i] && views[i]->seen)
            views[i]->seen(shell->models[i]);
}

/* ---- intents --------------------------------------------------------------------------------- */

void brg_shell_choose(brg_shell *shell, int view) {
    if (!brg_view_at(view))
        return;
    make(shell, view);
    shell->current = view;
}

void brg_shell_run(brg_shell *shell) {
    if (model(shell) && current(shell)->run)
        current(shell)->run(model(shell));
}

static void cancel(brg_shell *shell) {
    if (model(shell) && current(shell)->cancel)
        current(shell)->cancel(model(shell));
}

/* A press of the key that types a question mark comes twice: as a key and as a character. */
static bool take_help_key(brg_shell *shell, int key) {
    const uint64_t same_press_ns = 100000000;
    bool was_shown = shell->help;
    if (was_shown)
        shell->help_closed_ns = brg_now_ns();
    shell->help = !was_shown && key == '?' && brg_now_ns() - shell->help_closed_ns > same_press_ns;
    return was_shown || key == '?';
}

static void step_view(brg_shell *shell, int by) {
    brg_shell_choose(shell, (shell->current + by + VIEWS) % VIEWS);
}

/* The view's own keys come before the digits, which choose a view. */
void brg_shell_key(brg_shell *shell, int key) {
    if (take_help_key(shell, key))
        return;
    if (key == BRG_KEY_NEXT_VIEW || key == BRG_KEY_PREVIOUS_VIEW)
        step_view(shell, key == BRG_KEY_NEXT_VIEW ? 1 : -1);
    else if (key == ' ')
        brg_shell_run(shell);
    else if (key == BRG_KEY_ESCAPE)
        cancel(shell);
    else if (model(shell) && current(shell)->key && current(shell)->key(model(shell), key))
        return;
    else if (key >= '1' && key <= '9')
        brg_shell_choose(shell, key - '1');
}

static bool is_stream(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot && strcasecmp(dot, ".y4m") == 0;
}

static bool is_folder(const char *path) {
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

typedef void (*opener)(void *model, const char *path);

static opener opener_of(const brg_view *view, bool folder) {
    return folder ? view->opened_folder : view->opened_stream;
}

/* The view that can do with it is made and shown first. */
static void open_in_view(brg_shell *shell, const char *path, bool folder) {
    for (int i = 0; i < VIEWS; i++) {
        opener open = opener_of(views[i], folder);
        if (!open)
            continue;
        brg_shell_choose(shell, i);
        if (model(shell))
            open(model(shell), path);
    }
}

void brg_shell_open(brg_shell *shell, const char *path) {
    bool folder = is_folder(path);
    if (folder || is_stream(path)) {
        open_in_view(shell, path, folder);
        return;
    }
    if (!brg_app_open_image(shell->scene.app, path))
        return;
    for (int i = 0; i < VIEWS; i++)
        if (shell->models[i] && views[i]->opened)
            views[i]->opened(shell->models[i]);
}

/* ---- the end of an unattended run ------------------------------------------------------------ */

bool brg_shell_settled(const brg_shell *shell) {
    return !model(shell) || !current(shell)->settled || current(shell)->settled(model(shell));
}

brg_status brg_shell_report(const brg_shell *shell, brg_report *report, brg_error *error) {
    brg_status status = BRG_OK;
    brg_report_string(report, false, "view", current(shell)->id);
    brg_report_string(report, false, "help", shell->help ? "shown" : "hidden");
    for (int i = 0; status == BRG_OK && i < VIEWS; i++)
        if (shell->models[i] && views[i]->report)
            status = views[i]->report(shell->models[i], report, error);
    return status;
}
