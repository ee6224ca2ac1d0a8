/* brigade-gui: the window. Reads the arguments, opens the window, and runs the loop.
 *
 * The loop never waits for a device. While something moves it draws sixty frames a second and looks
 * after the model whenever the engine wakes it; when nothing moves it sleeps until something does.
 */
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <brigade/image.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "frame_clock.h"
#include "options.h"
#include "paths.h"
#include "report.h"
#include "shell/shell.h"
#include "state.h"
#include "ui/texture.h"
#include "ui/ui.h"
#include "urgency.h"
#include "window.h"

/* After the last input the heartbeat beats on for this long, so that a still hand does not stop it.
 */
static const uint64_t rest_after_ns = 2000000000;

/* The same while something is measured: as long as widgets need to answer. */
static const uint64_t calm_after_ns = 100000000;

/* Frames before the ones that count: fonts and shaders are prepared in them. */
enum { WARM_UP_FRAMES = 10 };

typedef struct program {
    brg_options options;
    brg_kept kept;
    char state_path[BRG_PATH]; /* empty: nothing is kept */
    brg_error state_trouble;   /* for the log, once there is one */
    brg_preferences preferences;
    brg_window window;
    brg_ui *ui;
    brg_app *app;
    brg_shell *shell;
    brg_frame_clock clock;
    bool auto_run_due;
    int64_t frames_counted;
    int exit_code;
} program;

static int tell(const brg_error *error, int code) {
    fprintf(stderr, "brigade-gui: %s%s%s\n", error->what, error->hint[0] ? "\n  " : "",
            error->hint);
    return code;
}

/* ---- what is remembered ---------------------------------------------------------------------- */

/* A file that cannot be read is not replaced either; a damaged one is. */
static void recall_state(program *p) {
    const char *asked_for = p->options.state;
    if (asked_for)
        snprintf(p->state_path, sizeof p->state_path, "%s", asked_for);
    else if (p->options.frames > 0 || !brg_state_path(p->state_path, sizeof p->state_path))
        p->state_path[0] = '\0';
    if (p->state_path[0] && brg_state_load(p->state_path, &p->kept, &p->state_trouble) == BRG_E_IO)
        p->state_path[0] = '\0';
    p->preferences = brg_preferences_recall(&p->kept);
    if (p->options.theme >= 0)
        p->preferences.theme = (brg_theme)p->options.theme;
}

/* Nobody is there to read the log any more. What nobody asked for by name is no reason to fail. */
static void save_state(program *p) {
    brg_error error = {0};
    if (!p->state_path[0])
        return;
    brg_shell_keep(p->shell);
    if (p->kept.changed && brg_state_save(p->state_path, &p->kept, &error) != BRG_OK) {
        tell(&error, 0);
        p->exit_code = p->options.state && !p->exit_code ? BRG_EXIT_TROUBLE : p->exit_code;
    }
}

/* ---- beginning ------------------------------------------------------------------------------- */

static int print_version(void) {
    printf("brigade-gui %s\n", brg_version());
    printf("window:     GLFW %s\n", glfwGetVersionString());
    printf("widgets:    Dear ImGui %s\n", brg_ui_version());
    return BRG_EXIT_OK;
}

static void find_photographs(brg_shell *shell, const char *asked_for) {
    static const char *const names[] = {"chelsea.png", "astronaut.png"};
    char path[BRG_PATH];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (brg_path_asset(names[i], path, sizeof path))
            brg_app_open_image(shell->scene.app, path);
    if (asked_for)
        brg_shell_open(shell, asked_for);
}

static void take_dropped(void *shell, const char *path) {
    brg_shell_open(shell, path);
}

static brg_status open_widgets(program *p, brg_error *error) {
    brg_font_paths fonts = brg_path_fonts();
    brg_ui_config config = {p->window.scale, p->preferences.theme, fonts.regular, fonts.bold,
                            fonts.mono};
    p->ui = brg_ui_create(p->window.handle, &p->window.surface, &config);
    if (!p->ui)
        return brg_fail(error, BRG_E_UNSUPPORTED, "OpenGL 3.3 is there but does not work.");
    return BRG_OK;
}

static brg_status open_app(program *p, brg_error *error) {
    brg_app_config config = {
        .device = p->options.device,
        .preferences = p->preferences,
        .kept = &p->kept,
        .state_path = p->state_path,
        .wake = brg_window_wake,
    };
    brg_status status = brg_app_create(&config, &p->app, error);
    if (status == BRG_OK)
        status = brg_shell_create(p->ui, p->app, &p->clock, &p->options, &p->shell, error);
    if (status != BRG_OK)
        return status;
    if (p->state_trouble.status != BRG_OK)
        brg_log_error(&p->app->log, NULL, &p->state_trouble);
    find_photographs(p->shell, p->options.file);
    p->window.dropped = take_dropped;
    p->window.listener = p->shell;
    return BRG_OK;
}

/* ---- one frame ------------------------------------------------------------------------------- */

/* A device that was asked for by name and is not there ends the program, as on the command line. */
static void check_device(program *p) {
    const brg_app *app = p->app;
    bool wrong = app->devices_known && app->devices_status != BRG_OK;
    bool unattended = p->options.frames > 0 && p->options.auto_run;
    if (!wrong || (!p->options.device && !unattended))
        return;
    bool malformed =
        app->devices_status == BRG_E_ARGUMENT || app->devices_status == BRG_E_AMBIGUOUS;
    p->exit_code = tell(&app->devices_error, malformed ? BRG_EXIT_USAGE : BRG_EXIT_NO_DEVICE);
    glfwSetWindowShouldClose(p->window.handle, GLFW_TRUE);
}

static void take_keys(program *p) {
    bool taken = brg_ui_takes_keys(p->ui);
    for (int i = 0; i < p->window.key_count && !taken; i++)
        brg_shell_key(p->shell, p->window.keys[i]);
    p->window.key_count = 0;
}

static void save_report(program *p) {
    brg_error error = {0};
    p->window.asked_for_report = false;
    if (p->options.report && brg_gui_report_save(p->options.report, p->shell, &error) != BRG_OK)
        p->exit_code = tell(&error, BRG_EXIT_TROUBLE);
}

static void look_after_app(program *p) {
    if (p->window.first_input_ns)
        p->app->input_ns = p->window.first_input_ns;
    take_keys(p);
    brg_frame_clock_set_rate(&p->clock, (double)p->app->preferences.frames_per_s);
    brg_shell_update(p->shell);
    brg_window_report(&p->app->log);
    if (p->window.asked_for_report)
        save_report(p);
    if (p->auto_run_due && p->app->devices_known && p->clock.frames > WARM_UP_FRAMES) {
        p->auto_run_due = false;
        brg_frame_clock_mark(&p->clock);
        brg_shell_run(p->shell);
    }
}

static void save_screenshot(program *p) {
    const brg_surface *surface = &p->window.surface;
    brg_tensor *image = NULL;
    brg_error error = {0};
    brg_status status =
        brg_texture_read_back_buffer(surface->pixels_w, surface->pixels_h, &image, &error);
    if (status == BRG_OK)
        status = brg_image_save(p->options.screenshot, image, &error);
    if (status != BRG_OK)
        p->exit_code = tell(&error, BRG_EXIT_TROUBLE);
    brg_tensor_release(image);
}

/* Counts towards --frames; with --auto-run only once the first round is over. */
static bool is_last_frame(program *p) {
    bool awaited = p->options.auto_run && !brg_shell_settled(p->shell);
    if (p->options.frames == 0 || p->auto_run_due || awaited)
        return false;
    return ++p->frames_counted >= p->options.frames;
}

static void draw_frame(program *p, bool resting) {
    brg_span span = {.start_ns = brg_now_ns(), .device = -1, .lane = BRG_LANE_UI, .name = "frame"};
    brg_frame_clock_start(&p->clock, span.start_ns);
    if (p->clock.frames == WARM_UP_FRAMES)
        brg_frame_clock_mark(&p->clock);
    brg_ui_set_theme(p->ui, p->app->preferences.theme);
    p->app->input_ns = p->window.first_input_ns;
    p->window.first_input_ns = 0;
    brg_ui_frame_begin(p->ui);
    brg_shell_draw(p->shell, resting);
    brg_ui_frame_end(p->ui);
    if (is_last_frame(p)) {
        if (p->options.screenshot)
            save_screenshot(p);
        glfwSetWindowShouldClose(p->window.handle, GLFW_TRUE);
    }
    brg_ui_present(p->ui, p->window.exposed);
    p->window.exposed = false;
    brg_shell_seen(p->shell);
    span.end_ns = brg_now_ns();
    brg_trace_add(brg_engine_trace(p->app->engine), &span);
}

/* ---- the loop -------------------------------------------------------------------------------- */

static bool something_moves(const program *p) {
    uint64_t still_ns = brg_now_ns() - p->window.input_ns;
    if (brg_shell_pause_s(p->shell) > 0)
        return still_ns < calm_after_ns;
    return p->options.frames > 0 || brg_shell_busy(p->shell) || still_ns < rest_after_ns;
}

/* Waits until the next frame is due. A wake-up in between serves the model, not the eye: the next
 * round starts at once, and is drawn when its frame comes. */
static void wait_for_frame(program *p) {
    const double awake_s = p->app->preferences.spins ? 0.0015 : 0;
    double remaining;
    while ((remaining = brg_frame_clock_remaining(&p->clock, brg_now_ns())) > 0 &&
           !glfwWindowShouldClose(p->window.handle)) {
        if (remaining > awake_s)
            glfwWaitEventsTimeout(remaining - awake_s);
        else
            glfwPollEvents();
        look_after_app(p);
    }
    glfwPollEvents();
}

/* The trace tells sleep from a frame that is missing. */
static void trace_sleep(program *p, uint64_t start_ns) {
    brg_span span = {.start_ns = start_ns,
                     .end_ns = brg_now_ns(),
                     .device = -1,
                     .lane = BRG_LANE_UI,
                     .name = BRG_ASLEEP};
    brg_trace_add(brg_engine_trace(p->app->engine), &span);
}

static void sleep_until_woken(program *p) {
    draw_frame(p, true);
    brg_frame_clock_rest(&p->clock);
    uint64_t asleep_ns = brg_now_ns();
    double pause_s = brg_shell_pause_s(p->shell);
    if (pause_s > 0)
        glfwWaitEventsTimeout(pause_s);
    else
        glfwWaitEvents();
    trace_sleep(p, asleep_ns);
}

/* Out of sight there is nothing to draw; jobs go on. */
static void wait_out_of_sight(program *p) {
    brg_frame_clock_rest(&p->clock);
    brg_shell_seen(p->shell); /* none can be drawn */
    uint64_t asleep_ns = brg_now_ns();
    if (brg_shell_busy(p->shell) || brg_shell_pause_s(p->shell) > 0)
        glfwWaitEventsTimeout(0.1);
    else
        glfwWaitEvents();
    trace_sleep(p, asleep_ns);
}

static void run_loop(program *p) {
    p->auto_run_due = p->options.auto_run;
    while (!glfwWindowShouldClose(p->window.handle)) {
        look_after_app(p);
        check_device(p);
        if (!brg_window_visible(&p->window)) {
            wait_out_of_sight(p);
        } else if (something_moves(p)) {
            draw_frame(p, false);
            wait_for_frame(p);
        } else {
            sleep_until_woken(p);
        }
    }
}

/* ---- the end --------------------------------------------------------------------------------- */

/* What went wrong last, or else the newest line of all. */
static const brg_log_line *latest_trouble(const brg_log *log) {
    const brg_log_line *line;
    for (size_t i = 0; (line = brg_log_at(log, i)); i++)
        if (line->tone == BRG_TONE_TROUBLE)
            return line;
    return brg_log_at(log, 0);
}

/* Unattended, what went wrong decides the exit code; a user has seen it. */
static void judge(program *p) {
    const brg_app *app = p->app;
    if (p->exit_code != BRG_EXIT_OK || p->options.frames == 0)
        return;
    if (app->failed > 0)
        p->exit_code =
            app->failure.status == BRG_E_NO_DEVICE ? BRG_EXIT_NO_DEVICE : BRG_EXIT_TROUBLE;
    else if (app->mismatched > 0)
        p->exit_code = BRG_EXIT_WRONG;
    const brg_log_line *line = latest_trouble(&app->log);
    if (p->exit_code != BRG_EXIT_OK && line)
        fprintf(stderr, "brigade-gui: %s\n", line->text);
}

static void save_trace(program *p) {
    brg_error error = {0};
    if (!p->options.trace)
        return;
    const brg_trace *trace = brg_engine_trace(p->app->engine);
    if (brg_trace_save(trace, &p->app->devices, p->options.trace, &error) != BRG_OK)
        p->exit_code = tell(&error, BRG_EXIT_TROUBLE);
}

static int run(program *p) {
    brg_error error = {0};
    brg_urgency_claim();
    recall_state(p);
    double scale = p->options.scale > 0 ? p->options.scale : (double)p->preferences.scale;
    if (brg_window_open(&p->window, scale, &error) != BRG_OK)
        return tell(&error, BRG_EXIT_TROUBLE);
    brg_frame_clock_init(&p->clock, (double)p->preferences.frames_per_s);
    if (open_widgets(p, &error) != BRG_OK || open_app(p, &error) != BRG_OK) {
        p->exit_code = tell(&error, BRG_EXIT_TROUBLE);
        goto cleanup;
    }
    run_loop(p);
    judge(p);
    save_trace(p);
    save_report(p);
    save_state(p);
cleanup:
    brg_shell_destroy(p->shell);
    brg_app_destroy(p->app);
    brg_ui_destroy(p->ui);
    brg_frame_clock_release(&p->clock);
    brg_window_close(&p->window);
    return p->exit_code;
}

int main(int argc, char **argv) {
    brg_prepare_drivers();
    program *p = calloc(1, sizeof *p);
    if (!p)
        return BRG_EXIT_TROUBLE;
    int code = brg_options_parse(argc, argv, &p->options);
    if (code == BRG_EXIT_OK && p->options.help)
        brg_options_help();
    else if (code == BRG_EXIT_OK && p->options.version)
        code = print_version();
    else if (code == BRG_EXIT_OK)
        code = run(p);
    free(p);
    return code;
}
