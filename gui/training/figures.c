/* The heading, what was checked, and the figures. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "training/view.h"

/* ---- the heading ----------------------------------------------------------------------------- */

static const char *state_of(const brg_training *training) {
    const brg_course *course = &training->course;
    const brg_trainer_view *now = &training->shown;
    if (!course->trainer && now->state != BRG_TRAINER_FAILED)
        return "not started";
    if (brg_course_under_way(course) && now->stopping)
        return "stopping";
    if (brg_course_under_way(course) && now->paused)
        return "paused";
    return brg_trainer_state_name(now->state);
}

static void draw_pill(brg_training *training, brg_rect place) {
    const char *text = state_of(training);
    bool failed = training->shown.state == BRG_TRAINER_FAILED;
    bool moves = brg_course_moves(&training->course);
    float w = brg_ui_text_width(training->ui, BRG_FONT_BOLD, text) + 28;
    brg_rect pill = {place.x + place.w - w, place.y, w, 26};
    brg_ui_fill(training->ui, pill, 13, failed ? BRG_RED : moves ? BRG_BLUE : BRG_RAISED);
    brg_ui_text(training->ui, pill, BRG_FONT_BOLD, BRG_CENTRE,
                failed || moves ? BRG_ON_COLOUR : BRG_TEXT, text);
}

/* " on mnist", or nothing where only the file that is resumed knows. */
static void name_images(const brg_course *course, char *text, size_t size) {
    size_t length = strlen(course->data);
    while (length > 1 && course->data[length - 1] == '/')
        length--;
    size_t first = length;
    while (first > 0 && course->data[first - 1] != '/')
        first--;
    if (length > 0)
        snprintf(text, size, " on %.*s", (int)(length - first), course->data + first);
    else
        snprintf(text, size, "%s", course->resumed ? "" : " on the small MNIST");
}

static void draw_title(brg_training *training, brg_rect place) {
    char images[80];
    const brg_trainer_view *now = &training->shown;
    const brg_course *course = &training->course;
    name_images(course, images, sizeof images);
    if (now->steps == 0)
        brg_ui_text(training->ui, place, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT,
                    "Train a network and look on");
    else
        brg_ui_textf(training->ui, place, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT,
                     "%s%s: epoch %d of %d, step %lld of %lld", now->model, images,
                     now->epoch < now->epochs ? now->epoch + 1 : now->epochs, now->epochs,
                     (long long)now->step, (long long)now->steps);
}

static void describe(const brg_trainer_view *now, char *text, size_t size) {
    char shares[32] = "";
    if (now->replicas > 1)
        snprintf(shares, sizeof shares, " in %d shares", now->replicas);
    snprintf(text, size,
             "%lld weights in %d layer%s learn from %lld images, %d a step%s; tested on %lld "
             "others.",
             (long long)now->weights, now->layers, now->layers == 1 ? "" : "s",
             (long long)now->images, now->batch, shares, (long long)now->test_images);
}

static void draw_words(brg_training *training, brg_rect place) {
    char text[BRG_ERROR_TEXT];
    const brg_trainer_view *now = &training->shown;
    bool failed = now->state == BRG_TRAINER_FAILED;
    if (failed)
        snprintf(text, sizeof text, "%s", now->error.what);
    else if (now->steps == 0)
        snprintf(text, sizeof text,
                 "Steps run on the engine's device; some are computed again by "
                 "sequential C and compared.");
    else
        describe(now, text, sizeof text);
    brg_ui_text(training->ui, place, BRG_FONT_SMALL, BRG_LEFT, failed ? BRG_RED : BRG_QUIET, text);
}

void brg_training_heading(brg_training *training, brg_rect place) {
    const brg_trainer_view *now = &training->shown;
    brg_rect room = brg_rect_inset(place, 16, 8);
    draw_title(training, (brg_rect){room.x, room.y, room.w - 150, 26});
    draw_pill(training, room);
    draw_words(training, (brg_rect){room.x, room.y + 27, room.w, 18});
    float part = now->steps > 0 ? (float)now->step / (float)now->steps : 0;
    brg_rect track = {room.x, room.y + 49, room.w, 3};
    brg_ui_fill(training->ui, track, 0, BRG_RAISED);
    track.w *= fminf(fmaxf(part, 0), 1);
    brg_ui_fill(training->ui, track, 0, BRG_BLUE);
}

/* ---- what was checked ------------------------------------------------------------------------ */

/* Where the largest error lies between none and its bound, or what is tolerated where no bound is known. */
static void draw_gauge(brg_training *training, brg_rect place, double ratio) {
    brg_ui *ui = training->ui;
    bool bounded = training->shown.check_tolerance == 0;
    bool within = ratio <= 1;
    float part = (float)fmin(fmax(ratio, 0), 1);
    brg_ui_fill(ui, (brg_rect){place.x, place.y, place.w, 6}, 3, BRG_RAISED);
    brg_ui_fill(ui, (brg_rect){place.x, place.y, fmaxf(part * place.w, 3), 6}, 3,
                within ? BRG_GREEN : BRG_RED);
    brg_rect words = {place.x, place.y + 8, place.w, 16};
    brg_ui_text(ui, words, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT, "0");
    brg_ui_text(ui, words, BRG_FONT_SMALL, BRG_RIGHT, BRG_FAINT, bounded ? "bound" : "tolerance");
}

static void draw_checked(brg_training *training, brg_rect room) {
    brg_ui *ui = training->ui;
    const brg_trainer_view *now = &training->shown;
    bool all = now->checks_passed == now->checks;
    brg_ui_textf(ui, (brg_rect){room.x, room.y, room.w, 18}, BRG_FONT_FIGURE, BRG_LEFT,
                 all ? BRG_GREEN : BRG_RED, "%lld of %lld passed", (long long)now->checks_passed,
                 (long long)now->checks);
    brg_ui_textf(ui, (brg_rect){room.x, room.y + 22, room.w, 16}, BRG_FONT_SMALL, BRG_LEFT,
                 BRG_QUIET,
                 now->check_tolerance == 0 ? "largest error %.3g of its bound"
                                           : "difference %.3g of a tolerance",
                 now->check_bound_ratio);
    draw_gauge(training, (brg_rect){room.x, room.y + 46, room.w, 24}, now->check_bound_ratio);
    brg_ui_textf(ui, (brg_rect){room.x, room.y + 80, room.w, 16}, BRG_FONT_SMALL, BRG_LEFT,
                 BRG_FAINT, "%lld other steps are not checked",
                 (long long)(now->step - now->first_step - now->checks));
}

void brg_training_checks(brg_training *training, brg_rect place) {
    brg_ui_pointer pointer;
    const brg_trainer_view *now = &training->shown;
    brg_rect room = brg_part_card(training->ui, place, "Against sequential C");
    brg_ui_area(training->ui, "train_checks", place, &pointer);
    brg_ui_tip(training->ui,
               now->check_tolerance == 0
                   ? "Some whole steps are computed again in C from the same state: every "
                     "weight must lie within what rounding explains."
                   : "Some whole steps are computed again in C from the same state: what a step "
                     "changes in a layer must be the same within 1 %. Through so many norm layers "
                     "no bound on rounding is known.");
    if (now->checks > 0)
        draw_checked(training, room);
    else
        brg_ui_text(training->ui, room, BRG_FONT_SMALL, BRG_CENTRE, BRG_FAINT,
                    now->state == BRG_TRAINER_CHECKING ? "the first step is being checked"
                                                       : "no step is checked yet");
}

/* ---- figures --------------------------------------------------------------------------------- */

typedef struct figure {
    const char *id, *name;
    brg_colour colour;
    char value[32];
    const char *tip;
} figure;

static void draw_figure(brg_training *training, brg_rect cell, const figure *f) {
    brg_ui_pointer pointer;
    brg_part_figure(training->ui, cell, f->name, f->colour, f->value);
    brg_ui_area(training->ui, f->id, cell, &pointer);
    brg_ui_tip(training->ui, f->tip);
}

/* A number in its unit, or a dash for what is not known. */
static void put(figure *f, const char *format, double value) {
    if (isfinite(value))
        snprintf(f->value, sizeof f->value, format, value);
    else
        snprintf(f->value, sizeof f->value, "-");
}

static void put_duration(figure *f, double seconds) {
    if (!isfinite(seconds))
        snprintf(f->value, sizeof f->value, "-");
    else if (seconds < 99.5)
        snprintf(f->value, sizeof f->value, "%.1f s", seconds);
    else
        snprintf(f->value, sizeof f->value, "%.0f min %02.0f s", floor(seconds / 60),
                 floor(fmod(seconds, 60)));
}

static void pace(const brg_training *training, figure f[5]) {
    const brg_trainer_view *now = &training->shown;
    bool known = now->steps > 0;
    put(&f[0], "%.0f /s", now->images_per_s);
    put(&f[1], now->step_ms < 10 ? "%.2f ms" : "%.1f ms", now->step_ms);
    put(&f[2], "%.3g", now->rate);
    put_duration(&f[3], known ? now->seconds : (double)NAN);
    put_duration(&f[4], brg_trainer_state_ended(now->state) ? (double)NAN : now->remaining_s);
}

static void quality(const brg_training *training, figure f[5]) {
    const brg_trainer_view *now = &training->shown;
    const brg_tally *beat = &training->course.beat;
    put(&f[0], "%.4g", now->loss);
    put(&f[1], "%.2f %%", 100 * now->train_accuracy);
    put(&f[2], "%.2f %%", 100 * now->test_accuracy);
    if (beat->written > 0)
        snprintf(f[3].value, sizeof f[3].value, "%.1f / %.1f ms", brg_tally_percentile(beat, 50),
                 brg_tally_percentile(beat, 99));
    else
        put(&f[3], "", (double)NAN);
    if (now->steps > 0 && brg_trainer_state_ended(now->state))
        snprintf(f[4].value, sizeof f[4].value, "%08x", (unsigned)now->checksum);
    else
        put(&f[4], "", (double)NAN);
}

void brg_training_figures(brg_training *training, brg_rect place) {
    figure rows[2][5] = {
        {{"train_pace", "images learned", BRG_TEXT, "",
          "Images a second while learning: device and host; tests and checks are left out."},
         {"train_step_ms", "a step", BRG_TEXT, "",
          "Device and host: the median of the latest portions of steps."},
         {"train_rate_now", "learning rate", BRG_TEXT, "", "How far a step goes, at present."},
         {"train_time", "time so far", BRG_TEXT, "",
          "Of learning; reading, tests, checks and pauses are left out."},
         {"train_left", "time left", BRG_TEXT, "", "Estimated, tests and checks included."}},
        {{"train_loss", "loss", BRG_TEXT, "",
          "Mean cross entropy of the latest portion of steps, in nats an image."},
         {"train_learned", "right while learning", BRG_TEXT, "", "Of this epoch's images so far."},
         {"train_tested", "right in the test", BRG_TEXT, "",
          "Of all test images, after the latest epoch."},
         {"train_frames", "frames meanwhile", BRG_VIOLET, "",
          "Between frames of this window while it trained, p50 and p99 of the latest 2048: at 60 "
          "a second it is 16.7 ms."},
         {"train_checksum", "checksum", BRG_TEXT, "",
          "CRC-32 of weights and optimizer at the end: the same settings give the same on the "
          "same device."}},
    };
    pace(training, rows[0]);
    quality(training, rows[1]);
    float w = place.w / 5;
    for (int row = 0; row < 2; row++)
        for (int i = 0; i < 5; i++)
            draw_figure(training,
                        (brg_rect){place.x + w * (float)i, place.y + 58 * (float)row, w - 8, 38},
                        &rows[row][i]);
}
