/* What the report of an unattended run says of a training. */
#include <math.h>
#include <stdio.h>

#include "json.h"
#include "training/view.h"

/* What is not known is null. */
static void put(FILE *stream, const char *name, double value) {
    if (isfinite(value))
        fprintf(stream, ",\"%s\":%.9g", name, value);
    else
        fprintf(stream, ",\"%s\":null", name);
}

static void put_whole(FILE *stream, const char *name, int64_t value) {
    fprintf(stream, ",\"%s\":%lld", name, (long long)value);
}

static void put_text(brg_json *t, const char *name, const char *text) {
    fprintf(t->stream, ",\"%s\":", name);
    brg_json_string(t, text);
}

static void put_progress(const brg_course *course, FILE *stream) {
    const brg_trainer_view *now = &course->now;
    put_whole(stream, "epoch", now->epoch);
    put_whole(stream, "epochs", now->epochs);
    put_whole(stream, "step", now->step);
    put_whole(stream, "first_step", now->first_step);
    put_whole(stream, "steps", now->steps);
    put_whole(stream, "batch", now->batch);
    put_whole(stream, "replicas", now->replicas);
    put_whole(stream, "points", course->curves.taken);
    put_whole(stream, "tests", course->curves.tests_taken);
    put_whole(stream, "samples", course->sample_count);
    put_whole(stream, "checks", now->checks);
    put_whole(stream, "checks_passed", now->checks_passed);
    put_whole(stream, "saved_step", now->saved_step);
}

static void put_figures(const brg_course *course, FILE *stream) {
    const brg_trainer_view *now = &course->now;
    put(stream, "loss", now->loss);
    put(stream, "first_loss", course->curves.count ? course->curves.loss[0] : NAN);
    put(stream, "train_accuracy", now->train_accuracy);
    put(stream, "test_accuracy", now->test_accuracy);
    put(stream, "rate", now->rate);
    put(stream, "step_ms", now->step_ms);
    put(stream, "images_per_s", now->images_per_s);
    put(stream, "seconds", now->seconds);
    put(stream, "bound_ratio", now->checks ? now->check_bound_ratio : NAN);
    put(stream, "window_p99_ms", course->frames.count ? (double)course->frames.p99 : NAN);
}

brg_status brg_training_report(const brg_course *course, brg_report *report, brg_error *error) {
    brg_json t;
    bool started = course->trainer || course->now.state == BRG_TRAINER_FAILED;
    if (brg_json_open(&t, error) != BRG_OK)
        return BRG_E_MEMORY;
    fprintf(t.stream, "{\"paused\":%s", brg_json_bool(course->now.paused));
    put_text(&t, "state", started ? brg_trainer_state_name(course->now.state) : "not started");
    put_text(&t, "model", course->now.model);
    put_text(&t, "wished_model", brg_model_shipped(course->wish.model));
    put_text(&t, "data", course->wish.data);
    put_text(&t, "trouble", course->now.error.what);
    put_progress(course, t.stream);
    put_figures(course, t.stream);
    fputc('}', t.stream);
    return brg_json_close(&t, report, "training", error);
}
