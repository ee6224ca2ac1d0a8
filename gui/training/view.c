/* Training: where the panels are, the keys, and the row in the table of views. See view.h. */
#include "training/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell/shell.h"

static const float left_width = 264, heading_height = 68, samples_height = 156, log_height = 28,
                   bottom_height = 150, frames_width = 420, narrow_width = 236;
static const float margin = 16, gap = 12;
static const uint64_t figures_interval_ns = 250000000;

/* ---- beginning and end ----------------------------------------------------------------------- */

static void keep(const void *model, brg_kept *kept) {
    brg_wish_keep(&((const brg_training *)model)->course.wish, kept);
}

static brg_status create(brg_app *app, void **model, brg_error *error) {
    brg_training *training = calloc(1, sizeof *training);
    if (!training)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the training.");
    brg_course_init(&training->course, app);
    *model = training;
    return BRG_OK;
}

static void destroy(void *model) {
    brg_training *training = model;
    brg_course_release(&training->course);
    brg_texture_clear(&training->digits);
    free(training);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void refresh_figures(brg_training *training) {
    const brg_scene *scene = training->scene;
    brg_course_note_frame(&training->course, scene->clock);
    bool ended = !brg_course_moves(&training->course);
    if (scene->now_ns - training->shown_ns < figures_interval_ns && !ended)
        return;
    training->shown_ns = scene->now_ns;
    training->shown = training->course.now;
}

static void draw_in_panel(brg_training *training, const char *id, brg_rect place,
                          void (*draw)(brg_training *training, brg_rect place)) {
    brg_ui_panel_begin(training->ui, id, place, BRG_GROUND);
    draw(training, place);
    brg_ui_panel_end(training->ui, 0);
}

/* Curves to the left; to the right what the rate was, and what was checked. */
static void draw_cards(brg_training *training, brg_rect place) {
    brg_rect rest = {place.x + margin, place.y, place.w - 2 * margin, place.h - gap};
    float w = floorf((rest.w - 2 * gap - narrow_width) / 2);
    brg_ui_panel_begin(training->ui, "training ground", place, BRG_GROUND);
    brg_training_loss(training, (brg_rect){rest.x, rest.y, w, rest.h});
    brg_training_accuracy(training, (brg_rect){rest.x + w + gap, rest.y, w, rest.h});
    float x = rest.x + 2 * (w + gap), checks_h = 150;
    brg_training_checks(training, (brg_rect){x, rest.y, narrow_width, checks_h});
    brg_training_rate(
        training, (brg_rect){x, rest.y + checks_h + gap, narrow_width, rest.h - checks_h - gap});
    brg_ui_panel_end(training->ui, 0);
}

static void draw_log(brg_training *training, brg_rect place) {
    brg_shell_log_line(training->scene, brg_rect_inset(place, margin, 3));
}

static void draw_bottom(brg_training *training, brg_rect place) {
    brg_ui *ui = training->ui;
    brg_rect frames = brg_rect_cut_left(&place, frames_width);
    brg_ui_panel_begin(ui, "training frames", frames, BRG_PANEL);
    brg_ui_line(ui, frames.x, frames.y, frames.x + frames.w, frames.y, BRG_LINE);
    brg_shell_frames(training->scene, (brg_rect){frames.x + 20, frames.y, frames.w - 40, frames.h});
    brg_ui_panel_end(ui, 0);
    brg_ui_panel_begin(ui, "training figures", place, BRG_PANEL);
    brg_ui_line(ui, place.x, place.y, place.x + place.w, place.y, BRG_LINE);
    brg_training_figures(training, brg_rect_inset(place, 20, 16));
    brg_ui_panel_end(ui, 0);
}

static void draw(void *model, const brg_scene *scene, brg_rect place) {
    brg_training *training = model;
    training->scene = scene;
    training->ui = scene->ui;
    refresh_figures(training);
    brg_rect body = brg_rect_cut_top(&place, fmaxf(place.h - bottom_height, 1));
    draw_bottom(training, place);
    brg_training_controls(training, brg_rect_cut_left(&body, left_width));
    draw_in_panel(training, "training heading", brg_rect_cut_top(&body, heading_height),
                  brg_training_heading);
    draw_cards(training, brg_rect_cut_top(&body, fmaxf(body.h - samples_height - log_height, 60)));
    draw_in_panel(training, "training samples", brg_rect_cut_top(&body, samples_height),
                  brg_training_samples);
    draw_in_panel(training, "training log", body, draw_log);
}

/* ---- the row --------------------------------------------------------------------------------- */

static void update(void *model, bool shown) {
    brg_training *training = model;
    training->visible = shown;
    brg_course_update(&training->course);
}

/* Hidden, it goes on without frames: the trainer wakes the window when there is news. */
static bool busy(const void *model) {
    const brg_training *training = model;
    return training->visible && brg_course_moves(&training->course);
}

static void run(void *model) {
    brg_course *course = &((brg_training *)model)->course;
    if (brg_course_under_way(course))
        brg_course_pause(course, !course->now.paused);
    else
        brg_course_start(course, false);
}

static void cancel(void *model) {
    brg_course_stop(&((brg_training *)model)->course);
}

static void choose_model(brg_course *course, int by) {
    const char *names[BRG_WISH_NAMES];
    int count = brg_wish_models(names);
    course->wish.model = (course->wish.model + by + count) % count;
    brg_wish_suit_model(&course->wish);
}

static bool key(void *model, int key) {
    brg_course *course = &((brg_training *)model)->course;
    if (key == BRG_KEY_UP || key == BRG_KEY_DOWN)
        choose_model(course, key == BRG_KEY_UP ? -1 : 1);
    else if (key == 'R' && brg_course_can_resume(course))
        brg_course_start(course, true);
    else if (key == 'S')
        brg_course_save(course);
    else
        return key == 'R';
    return true;
}

static const char *const keys[] = {
    "space  start; then pause and go on",
    "esc  stop, and save if a file is named",
    "S  save now, or at the end, to the file that is named",
    "R  go on from the file",
    "up, down  another model",
    NULL,
};

static void opened_folder(void *model, const char *path) {
    brg_course *course = &((brg_training *)model)->course;
    if (strlen(path) < sizeof course->wish.data)
        snprintf(course->wish.data, sizeof course->wish.data, "%s", path);
    else
        brg_log_note(&course->app->log, "The path of this folder is too long to be opened.");
}

static bool settled(const void *model) {
    const brg_course *course = &((const brg_training *)model)->course;
    return brg_trainer_state_ended(course->now.state) &&
           (course->told || course->now.state == BRG_TRAINER_FAILED);
}

static brg_status report(const void *model, brg_report *report, brg_error *error) {
    return brg_training_report(&((const brg_training *)model)->course, report, error);
}

const brg_view brg_view_training = {
    .id = "training",
    .tab = "tab_training",
    .name = "Training",
    .create = create,
    .destroy = destroy,
    .update = update,
    .busy = busy,
    .keep = keep,
    .draw = draw,
    .run = run,
    .cancel = cancel,
    .key = key,
    .keys = keys,
    .opened_folder = opened_folder,
    .settled = settled,
    .report = report,
};
