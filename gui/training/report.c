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

static void put_whole(FILE *stream, const char *name, bool known, int64_t value) {
    put(stream, name, known ? (double)value : (double)NAN);
}

static void put_text(brg_json *t, const char *name, const char *text) {
    fprintf(t->stream, ",\"%s\":", name);
    brg_json_string(t, text);
}

static void put_progress(const brg_course *course, FILE *stream) {
    const brg_trainer_view *now = &course->now;
    bool known = now->steps > 0;
    put_whole(stream, "epoch", known, now->epoch);
    put_whole(stream, "epochs", known, now->epochs);
    put_whole(stream, "step", known, now->step);
    put_whole(stream, "first_step", known, now->first_step);
    put_whole(stream, "steps", known, now->steps);
    put_whole(stream, "batch", known, now->batch);
    put_whole(stream, "replicas", known, now->replicas);
    put_whole(stream, "weights", known, now->weights);
    put_whole(stream, "images", known, now->images);
    put_whole(stream, "points", known, course->curves.taken);
    put_whole(stream, "tests", known, course->curves.tests_taken);
    put_whole(stream, "samples", course->sample_count > 0, course->sample_count);
    put_whole(stream, "checks", known, now->checks);
    put_whole(stream, "checks_passed", known, now->checks_passed);
    put_whole(stream, "saved_step", true, now->saved_step);
}

static void put_figures(const brg_course *course, FILE *stream) {
    const brg_trainer_view *now = &course->now;
    put(stream, "loss", now->loss);
    put(stream, "first_loss", course->curves.count ? course->curves.loss[0] : (double)NAN);
    put(stream, "train_accuracy", now->train_accuracy);
    put(stream, "test_accuracy", now->test_accuracy);
    put(stream, "best_accuracy", now->best_accuracy);
    put(stream, "rate", now->rate);
    put(stream, "step_ms", now->step_ms);
    put(stream, "images_per_s", now->images_per_s);
    put(stream, "remaining_s", now->remaining_s);
    put(stream, "seconds", now->steps > 0 ? now->seconds : (double)NAN);
    double ratio = now->checks ? now->check_bound_ratio : (double)NAN;
    bool bounded = now->check_tolerance == 0;
    put(stream, "bound_ratio", bounded ? ratio : (double)NAN);
    put(stream, "tolerance_ratio", bounded ? (double)NAN : ratio);
}

/* Of the window, while it trained. */
static void put_frames(const brg_tally *beat, FILE *stream) {
    bool known = beat->written > 0;
    put_whole(stream, "frames", true, (int64_t)beat->written);
    put(stream, "frame_p50_ms", known ? brg_tally_percentile(beat, 50) : (double)NAN);
    put(stream, "frame_p99_ms", known ? brg_tally_percentile(beat, 99) : (double)NAN);
    put(stream, "frame_max_ms", known ? brg_tally_percentile(beat, 100) : (double)NAN);
}

static void put_checksum(const brg_trainer_view *now, FILE *stream) {
    if (now->steps > 0 && brg_trainer_state_ended(now->state))
        fprintf(stream, ",\"checksum\":\"%08x\"", (unsigned)now->checksum);
    else
        fputs(",\"checksum\":null", stream);
}

brg_status brg_training_report(const brg_course *course, brg_report *report, brg_error *error) {
    brg_json t;
    bool started = course->trainer || course->now.state == BRG_TRAINER_FAILED;
    if (brg_json_open(&t, error) != BRG_OK)
        return BRG_E_MEMORY;
    fprintf(t.stream, "{\"paused\":%s", brg_json_bool(course->now.paused));
    put_text(&t, "state", started ? brg_trainer_state_name(course->now.state) : "not started");
    put_text(&t, "model", course->now.model);
    put_text(&t, "wished_model", brg_wish_model(&course->wish));
    put_text(&t, "data", course->wish.data);
    put_text(&t, "trouble", course->now.error.what);
    put_progress(course, t.stream);
    put_figures(course, t.stream);
    put_frames(&course->beat, t.stream);
    put_checksum(&course->now, t.stream);
    fputc('}', t.stream);
    return brg_json_close(&t, report, "training", error);
}
