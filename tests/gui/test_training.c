/* Training on a display of its own: a network learns, is checked, paused, saved and gone on with, and what
 * cannot be read is a sentence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stage.h"

enum { BLUE = 0x4aa8ff, GREEN = 0x7fd962, RED = 0xff6b6b, ROSE = 0xf08bc4 }; /* of gui/palette.h */

TestSuite(gui_training, .fini = drop_curtain);

static const cJSON *figures(const cJSON *report) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(report, "training");
    cr_assert_not_null(found, "the report says nothing of training");
    return found;
}

static const char *word(const cJSON *of, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(of, name);
    cr_assert(cJSON_IsString(item), "the report has no word %s", name);
    return item->valuestring;
}

static bool is_null(const cJSON *of, const char *name) {
    return cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(of, name));
}

/* What the window remembers from "the last run": lines of its state file. */
static void remember(const char *lines) {
    char text[1024];
    int length = snprintf(text, sizeof text, "brigade window state 1\n%send\n", lines);
    write_file("state", text, (size_t)length);
}

/* A network of one layer learns fast, even where many programs share the processors. */
static void write_small_model(void) {
    static const char text[] = "input 1x28x28\ndense 10\n";
    write_file("small.txt", text, sizeof text - 1);
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

Test(gui_training, nothing_is_known_before) {
    static const char *const unknown[] = {"epoch",   "step",          "steps",       "loss",
                                          "rate",    "test_accuracy", "bound_ratio", "checks",
                                          "seconds", "checksum",      "frame_p99_ms"};
    raise_curtain(1280, 800);
    outcome of = run("--view training --frames 5 --report r.json");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        cr_assert(is_null(figures(report), unknown[i]), "%s is told", unknown[i]);
    cr_assert_eq(number(figures(report), "saved_step"), -1);
    cr_assert_str_eq(word(figures(report), "state"), "not started");
    cJSON_Delete(report);
}

static void check_what_was_learned(const cJSON *of) {
    cr_assert_str_eq(word(of, "state"), "done");
    cr_assert_eq(number(of, "step"), 78);
    cr_assert_lt(number(of, "loss"), 0.7 * number(of, "first_loss"));
    cr_assert_gt(number(of, "test_accuracy"), 0.6);
    cr_assert_eq(number(of, "checks"), 1);
    cr_assert_eq(number(of, "checks_passed"), 1);
    cr_assert_gt(number(of, "bound_ratio"), 0);
    cr_assert_leq(number(of, "bound_ratio"), 1);
    cr_assert_eq(number(of, "samples"), 16);
    cr_assert_gt(number(of, "images_per_s"), 0);
    cr_assert_gt(number(of, "frames"), 10);
    cr_assert_eq(strlen(word(of, "checksum")), 8);
}

Test(gui_training, it_learns_is_checked_and_shows_both) {
    raise_curtain(1280, 800);
    remember("training.model = mlp\ntraining.epochs = 1\n");
    outcome of = run("--view training --auto-run --frames 5 --state state --report r.json "
                     "--screenshot s.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    check_what_was_learned(figures(report));
    brg_tensor *shot = read_picture("s.png");
    cr_assert_gt(pixels_of(shot, GREEN), 30); /* the verdict */
    cr_assert_gt(pixels_of(shot, ROSE), 20);  /* the test */
    cr_assert_gt(pixels_of(shot, BLUE), 500); /* progress, curves, probabilities */
    brg_tensor_release(shot);
    cJSON_Delete(report);
}

/* Waits until a file is there. */
static void await_file(const char *name) {
    for (int waited = 0; access(name, R_OK) != 0; waited += 50) {
        cr_assert_lt(waited, 30000, "%s was not written", name);
        pause_ms(50);
    }
}

Test(gui_training, a_paused_training_is_saved_and_gone_on_with) {
    raise_curtain(1280, 800);
    write_small_model();
    remember("training.model = your own\ntraining.file = small.txt\ntraining.epochs = 900\n"
             "training.save = ck\n");
    pid_t window = start("--view training --state state --report r.json");
    await_window();
    press_key("space");
    await_file("ck"); /* after the first epoch */
    press_key("space");
    await_done("training.paused", 1);
    cr_assert_eq(unlink("ck"), 0);
    press_key("s");
    await_file("ck");
    cJSON *report = close_window(window);
    double step = number(figures(report), "saved_step");
    cr_assert(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(figures(report), "paused")));
    cr_assert_gt(step, 77);
    cr_assert_eq(number(figures(report), "step"), step);
    cJSON_Delete(report);

    window = start("--view training --state state --report r.json");
    await_window();
    press_key("r");
    await_done("training.step", step + 1);
    press_key("Escape");
    cJSON_Delete(await_text("training.state", "stopped"));
    report = close_window(window);
    cr_assert_str_eq(word(figures(report), "state"), "stopped");
    cr_assert_eq(number(figures(report), "first_step"), step);
    cr_assert_gt(number(figures(report), "step"), step);
    cJSON_Delete(report);
}

/* It was not named beforehand; and what it holds is gone on from. */
Test(gui_training, a_file_may_be_named_when_training_has_ended) {
    raise_curtain(1280, 800);
    write_small_model();
    remember("training.model = your own\ntraining.file = small.txt\ntraining.epochs = 1\n");
    pid_t window = start("--view training --state state --report r.json");
    await_window();
    press_key("space");
    cJSON_Delete(await_text("training.state", "done"));
    press_key("s"); /* there is no file yet */
    click("train_save");
    press_key("c");
    press_key("k");
    press_key("Return");
    press_key("s");
    await_done("training.saved_step", 78);
    await_file("ck");
    cJSON *report = close_window(window);
    cr_assert_str_eq(word(figures(report), "state"), "done");
    cr_assert_eq(number(figures(report), "saved_step"), number(figures(report), "step"));
    cr_assert_eq(number(report, "jobs_failed"), 0);
    cJSON_Delete(report);

    window = start("--view training --state state --report r.json");
    await_window();
    press_key("r");
    cJSON_Delete(await_text("training.state", "done"));
    report = close_window(window);
    cr_assert_eq(number(figures(report), "first_step"), 78);
    cJSON_Delete(report);
}

/* An epoch of single images takes this network several seconds: it is the closing that saves. Faster than that it
 * would not learn but diverge. */
Test(gui_training, closing_the_window_saves_what_was_learned) {
    static const char text[] = "input 1x28x28\ndense 1024 relu\ndense 1024 relu\ndense 10\n";
    raise_curtain(1280, 800);
    write_file("large.txt", text, sizeof text - 1);
    remember("training.model = your own\ntraining.file = large.txt\ntraining.batch = "
             "1\ntraining.rate = 0.001\n"
             "training.save = ck\n");
    pid_t window = start("--view training --state state --report r.json");
    await_window();
    click("train_start");
    await_done("training.step", 1);
    cr_assert_neq(access("ck", R_OK), 0);
    double closed = seconds_now();
    cJSON *report = close_window(window);
    cr_assert_lt(seconds_now() - closed, 4); /* two, where nobody else computes */
    cr_assert_eq(number(figures(report), "saved_step"), -1);
    cr_assert_eq(access("ck", R_OK), 0);
    cJSON_Delete(report);
}

Test(gui_training, replicas_share_each_batch) {
    raise_curtain(1280, 800);
    setenv("POCL_MAX_PTHREAD_COUNT", "2", 1);
    write_small_model();
    remember("training.model = your own\ntraining.file = small.txt\ntraining.epochs = 1\n"
             "training.replicas = 2\n");
    outcome of = run("--view training --auto-run --frames 2 --state state --report r.json");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_eq(number(figures(report), "replicas"), 2);
    cr_assert_eq(number(figures(report), "checks_passed"), 1);
    cJSON_Delete(report);
}

Test(gui_training, a_folder_is_what_it_trains_on) {
    raise_curtain(1280, 800);
    outcome of = run("--auto-run --frames 5 --report r.json --screenshot s.png .");
    cr_assert_eq(of.code, 4);
    const char *end = strchr(of.err, '\n');
    cr_assert(end && end[1] == '\0', "more than one line: %s", of.err);
    cr_assert_not_null(strstr(of.err, "images-idx3-ubyte"), "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_str_eq(word(report, "view"), "training");
    cr_assert_str_eq(word(figures(report), "state"), "failed");
    cr_assert_str_eq(word(figures(report), "data"), ".");
    brg_tensor *shot = read_picture("s.png");
    cr_assert_gt(pixels_of(shot, RED), 300);
    brg_tensor_release(shot);
    cJSON_Delete(report);
}

Test(gui_training, wishes_that_cannot_be_met_are_a_sentence) {
    static const struct {
        const char *lines, *says;
    } wishes[] = {
        {"training.augment = mirror\n", "mirror"},
        {"training.save = no/such/folder/ck\n", "no/such/folder"},
        {"training.model = your own\n", "needs a file with its text"},
        {"training.model = your own\ntraining.file = small.txt\n", "small.txt"},
    };
    raise_curtain(1280, 800);
    write_file("small.txt", "input 1x28x28\nstew 10\n", 22);
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        remember(wishes[i].lines);
        outcome of = run("--view training --auto-run --frames 2 --state state");
        cr_assert_eq(of.code, 4, "%s: exit code %d", wishes[i].lines, of.code);
        cr_assert_not_null(strstr(of.err, wishes[i].says), "%s: %s", wishes[i].lines, of.err);
    }
}
