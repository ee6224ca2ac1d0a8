/* A course. See course.h. */
#include "training/course.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Curves that change more often cannot be read, and every change is drawn. */
static const uint64_t look_interval_ns = 250000000;

/* ---- beginning and end ----------------------------------------------------------------------- */

/* Where nothing stands yet: as a trainer says it. */
static void blank(brg_trainer_view *v) {
    memset(v, 0, sizeof *v);
    v->loss = v->train_accuracy = v->test_accuracy = v->best_accuracy = (double)NAN;
    v->rate = v->step_ms = v->images_per_s = v->remaining_s = (double)NAN;
    v->saved_step = -1;
}

void brg_course_init(brg_course *course, brg_app *app) {
    memset(course, 0, sizeof *course);
    course->app = app;
    course->saved_step = -1;
    blank(&course->now);
    brg_curves_clear(&course->curves);
    brg_wish_init(&course->wish);
    brg_wish_recall(&course->wish, app->kept);
}

/* What was learned is saved, if a file is named and the steps in hand are over soon. */
void brg_course_release(brg_course *course) {
    const double patience_s = 1.5;
    if (brg_course_under_way(course)) {
        brg_trainer_stop(course->trainer);
        brg_trainer_wait(course->trainer, patience_s);
    }
    brg_trainer_destroy(course->trainer);
    course->trainer = NULL;
    brg_picture_clear(&course->digits);
}

/* What the last training left is forgotten. It has ended: its thread has nothing left to do but return, or to finish
 * the file that was asked for. */
static void forget(brg_course *course) {
    brg_trainer_destroy(course->trainer);
    course->trainer = NULL;
    course->told = course->resumed = false;
    course->looked_ns = 0;
    course->sample_count = 0;
    course->samples_of = 0;
    course->beat.written = 0;
    course->saved_step = -1;
    course->late_saves = 0;
    blank(&course->now);
    brg_curves_clear(&course->curves);
}

static brg_status begin(brg_course *course, bool resume, brg_error *error) {
    char spec[16];
    brg_trainer_config config = brg_wish_config(&course->wish, resume);
    config.device = brg_app_device_spec(course->app, spec);
    config.wake = course->app->wake;
    config.wake_user = course->app->wake_user;
    if (config.model && !config.model[0]) {
        brg_fail(error, BRG_E_ARGUMENT, "A model of your own needs a file with its text.");
        return brg_error_hint(error, "Name it, or choose a model that ships.");
    }
    return brg_trainer_start(course->app->engine, &config, &course->trainer, error);
}

void brg_course_start(brg_course *course, bool resume) {
    brg_error error = {0};
    if (brg_course_under_way(course))
        return;
    forget(course);
    course->app->runs_asked++;
    course->resumed = resume;
    snprintf(course->data, sizeof course->data, "%s", course->wish.data);
    if (begin(course, resume, &error) == BRG_OK) {
        brg_trainer_snapshot(course->trainer, &course->now);
        return;
    }
    course->trainer = NULL;
    course->now.state = BRG_TRAINER_FAILED;
    course->now.error = error;
    brg_app_fail(course->app, "training", &error);
}

void brg_course_pause(brg_course *course, bool paused) {
    if (brg_course_under_way(course))
        brg_trainer_pause(course->trainer, paused);
    brg_course_update(course);
}

void brg_course_stop(brg_course *course) {
    if (!brg_course_under_way(course))
        return;
    course->app->cancels_asked++;
    brg_trainer_stop(course->trainer);
    brg_course_update(course);
}

void brg_course_save(brg_course *course) {
    brg_error error = {0};
    if (brg_course_can_save(course) &&
        brg_trainer_save(course->trainer, course->wish.save, &error) != BRG_OK)
        brg_app_fail(course->app, "training", &error);
}

bool brg_course_under_way(const brg_course *course) {
    return course->trainer && !brg_trainer_state_ended(course->now.state);
}

bool brg_course_moves(const brg_course *course) {
    return brg_course_under_way(course) && (!course->now.paused || course->now.stopping);
}

bool brg_course_has_learned(const brg_course *course) {
    const brg_trainer_state state = course->now.state;
    return course->trainer && (state == BRG_TRAINER_DONE || state == BRG_TRAINER_STOPPED);
}

bool brg_course_can_save(const brg_course *course) {
    bool has_state = brg_course_under_way(course) || brg_course_has_learned(course);
    return has_state && course->wish.save[0];
}

bool brg_course_can_resume(const brg_course *course) {
    return !brg_course_under_way(course) && brg_wish_can_resume(&course->wish);
}

/* ---- looking --------------------------------------------------------------------------------- */

static void take_points(brg_course *course) {
    enum { PORTION = 128 };
    brg_train_point points[PORTION];
    brg_train_test tests[PORTION];
    int64_t got;
    while ((got = brg_trainer_points(course->trainer, course->curves.taken, points, PORTION)) > 0)
        brg_curves_add(&course->curves, points, got);
    while ((got = brg_trainer_tests(course->trainer, course->curves.tests_taken, tests, PORTION)) >
           0)
        brg_curves_add_tests(&course->curves, tests, got);
}

/* Grey or in colours, from planes. */
static brg_colour pixel_of(const uint8_t *image, int64_t channels, int64_t plane, int64_t i) {
    const uint8_t *red = image + i;
    const uint8_t *green = channels == 3 ? red + plane : red;
    const uint8_t *blue = channels == 3 ? green + plane : red;
    return (brg_colour)*red << 16 | (brg_colour)*green << 8 | *blue;
}

static void develop(brg_course *course, const brg_tensor *images) {
    const brg_shape *shape = brg_tensor_shape(images);
    int64_t count = shape->dims[0], channels = shape->dims[1], h = shape->dims[2],
            w = shape->dims[3];
    const uint8_t *image = brg_tensor_data(images);
    brg_picture_clear(&course->digits);
    course->digits_serial++;
    if (brg_picture_create(w * count, h, &course->digits, NULL) != BRG_OK)
        return;
    for (int64_t n = 0; n < count; n++, image += channels * h * w)
        for (int64_t i = 0; i < h * w; i++)
            brg_picture_put(&course->digits, i / w * w * count + n * w + i % w,
                            pixel_of(image, channels, h * w, i));
}

static void take_samples(brg_course *course) {
    brg_tensor *images = NULL;
    if (course->now.tests == course->samples_of)
        return;
    course->samples_of = course->now.tests;
    int32_t count =
        brg_trainer_samples(course->trainer, course->samples, BRG_COURSE_SAMPLES, &images);
    course->sample_count = count < BRG_COURSE_SAMPLES ? count : BRG_COURSE_SAMPLES;
    if (images)
        develop(course, images);
    brg_tensor_release(images);
}

static void tell_success(brg_course *course) {
    char right[32] = "not tested";
    const brg_trainer_view *now = &course->now;
    if (isfinite(now->test_accuracy))
        snprintf(right, sizeof right, "%.2f %% right", 100 * now->test_accuracy);
    brg_log_note(&course->app->log, "%s %s after %lld steps, %.1f s of learning: %s.%s%s",
                 now->model, now->state == BRG_TRAINER_DONE ? "is done" : "was stopped",
                 (long long)now->step, now->seconds, right,
                 now->saved_step >= 0 ? " Saved to " : " Nothing was saved yet.", now->saved_path);
}

/* The end has a line of its own. */
static void tell_save(brg_course *course) {
    const brg_trainer_view *now = &course->now;
    bool news = course->saved_step != now->saved_step;
    course->saved_step = now->saved_step;
    if (news && !brg_trainer_state_ended(now->state))
        brg_log_note(&course->app->log, "Saved step %lld to %s", (long long)now->saved_step,
                     now->saved_path);
}

/* What came of a checkpoint that was asked for after the end. */
static void tell_late_save(brg_course *course) {
    const brg_trainer_view *now = &course->now;
    if (course->late_saves == now->late_saves)
        return;
    course->late_saves = now->late_saves;
    if (now->save_error.status != BRG_OK)
        brg_app_fail(course->app, "training", &now->save_error);
    else
        brg_log_note(&course->app->log, "Saved step %lld to %s", (long long)now->saved_step,
                     now->saved_path);
}

/* How a training ended, once. */
static void tell_end(brg_course *course) {
    const brg_trainer_view *now = &course->now;
    if (course->told || !brg_trainer_state_ended(now->state))
        return;
    course->told = true;
    if (now->state == BRG_TRAINER_FAILED)
        brg_app_fail(course->app, "training", &now->error);
    else
        tell_success(course);
    course->app->mismatched += now->checks_passed < now->checks;
}

void brg_course_update(brg_course *course) {
    uint64_t now_ns = brg_now_ns();
    if (!course->trainer)
        return;
    brg_trainer_snapshot(course->trainer, &course->now);
    if (course->told) {
        tell_late_save(course);
        return;
    }
    bool ended = brg_trainer_state_ended(course->now.state);
    if (!ended && now_ns - course->looked_ns < look_interval_ns)
        return;
    course->looked_ns = now_ns;
    take_points(course);
    take_samples(course);
    tell_save(course);
    tell_end(course);
}

void brg_course_note_frame(brg_course *course, const brg_frame_clock *clock) {
    float ms;
    bool fresh = clock->recent_at != course->beat_at;
    course->beat_at = clock->recent_at;
    if (fresh && brg_course_moves(course) && brg_frame_clock_recent(clock, 0, &ms))
        brg_tally_add(&course->beat, (double)ms);
}
