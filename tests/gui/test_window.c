/* The window on a display of its own: what it shows, and what it does when it is used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <brigade/image.h>

#include "stage.h"

/* Colours of gui/palette.h. */
enum { PANEL = 0x1b1f26, GREEN = 0x7fd962, BLUE = 0x4aa8ff };

/* A badge holds more green than a dot of the heartbeat does. */
enum { BADGE_PIXELS = 700, DOT_PIXELS = 120 };

TestSuite(gui, .fini = drop_curtain);

static const cJSON *result_of(const cJSON *report) {
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(report, "results");
    const cJSON *result = cJSON_GetArrayItem(results, 0);
    cr_assert_not_null(result, "the report has no result");
    return result;
}

static bool passed(const cJSON *report) {
    const cJSON *verify = cJSON_GetObjectItemCaseSensitive(result_of(report), "verify");
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(verify, "passed"));
}

static bool log_has(const cJSON *report, const char *text) {
    const cJSON *line;
    cJSON_ArrayForEach(line, cJSON_GetObjectItemCaseSensitive(report, "log")) {
        const cJSON *words = cJSON_GetObjectItemCaseSensitive(line, "text");
        if (cJSON_IsString(words) && strstr(words->valuestring, text))
            return true;
    }
    return false;
}

/* ---- what it shows --------------------------------------------------------------------------- */

Test(gui, shows_a_verified_product) {
    raise_curtain(1280, 800);
    outcome of = run("--size 200 --auto-run --frames 40 --report r.json --screenshot s.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert(passed(report));
    cr_assert_geq(number(report, "frames"), 30);
    cr_assert_eq(number(report, "frozen_ms"), 0);
    brg_tensor *shot = read_picture("s.png");
    cr_assert_eq(brg_tensor_shape(shot)->dims[0], 800);
    cr_assert_eq(brg_tensor_shape(shot)->dims[1], 1280);
    cr_assert_gt(pixels_of(shot, PANEL), 200000);
    cr_assert_gt(pixels_of(shot, BLUE), 5000); /* the button */
    cr_assert_gt(pixels_of(shot, GREEN), BADGE_PIXELS);
    brg_tensor_release(shot);
    cJSON_Delete(report);
}

Test(gui, what_is_not_checked_is_not_green) {
    raise_curtain(1280, 800);
    outcome of =
        run("--size 200 --verify none --auto-run --frames 40 --report r.json --screenshot s.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_not(passed(report));
    brg_tensor *shot = read_picture("s.png");
    cr_assert_lt(pixels_of(shot, GREEN), DOT_PIXELS);
    brg_tensor_release(shot);
    cJSON_Delete(report);
}

Test(gui, filters_an_image_it_is_given) {
    raise_curtain(1280, 800);
    outcome of =
        run("--workload sharpen --auto-run --frames 40 --report r.json " ASSETS "/chelsea.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert(passed(report));
    const cJSON *label = cJSON_GetObjectItemCaseSensitive(result_of(report), "label");
    cr_assert_str_eq(label->valuestring, "sharpen on chelsea.png");
    cJSON_Delete(report);
}

Test(gui, every_workload_runs_as_it_comes) {
    static const char *const names[] = {"blur",       "sharpen",  "edge",  "conv2d",
                                        "brightness", "contrast", "resize"};
    raise_curtain(1280, 800);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        outcome of = run("--workload %s --auto-run --frames 2 --report r.json", names[i]);
        cr_assert_eq(of.code, 0, "%s: %s", names[i], of.err);
        cJSON *report = read_report("r.json");
        cr_assert(passed(report), "%s", names[i]);
        cJSON_Delete(report);
    }
}

Test(gui, is_as_sharp_at_twice_the_scale) {
    raise_curtain(2560, 1600);
    outcome of = run("--scale 2 --frames 5 --report r.json --screenshot s.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    brg_tensor *shot = read_picture("s.png");
    cr_assert_eq(brg_tensor_shape(shot)->dims[1], 2560);
    cr_assert_gt(pixels_of(shot, PANEL), 4 * 200000);
    brg_tensor_release(shot);
}

Test(gui, fits_a_screen_that_is_too_small) {
    raise_curtain(800, 600);
    outcome of = run("--scale 2 --frames 5 --screenshot s.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    brg_tensor *shot = read_picture("s.png");
    cr_assert_leq(brg_tensor_shape(shot)->dims[1], 800);
    brg_tensor_release(shot);
}

/* ---- using it -------------------------------------------------------------------------------- */

Test(gui, a_click_on_run_runs) {
    raise_curtain(1280, 800);
    pid_t window = start("--size 300 --report r.json");
    await_window();
    click("run");
    await_done("jobs_done", 1);
    cJSON *report = close_window(window);
    cr_assert_eq(number(report, "runs_asked"), 1);
    cr_assert_eq(number(report, "jobs_done"), 1);
    cr_assert(passed(report));
    cJSON_Delete(report);
}

Test(gui, clicks_on_toggle_and_cancel_count) {
    raise_curtain(1280, 800);
    pid_t window = start("--size 256 --report r.json");
    await_window();
    click("continuous");
    click("run");
    await_done("jobs_done", 2);
    click("cancel");
    await_done("cancels_asked", 1);
    await_rest(window); /* the jobs in hand have ended, and the log says so */
    cJSON *report = close_window(window);
    cr_assert_gt(number(report, "jobs_done"), 1);
    cr_assert_eq(number(report, "runs_asked"), 1);
    cr_assert_eq(number(report, "cancels_asked"), 1);
    cr_assert(log_has(report, "Cancelled"));
    cJSON_Delete(report);
}

Test(gui, space_runs_and_escape_cancels) {
    raise_curtain(1280, 800);
    pid_t window = start("--size 512 --continuous --report r.json");
    await_window();
    press_key("space");
    await_done("runs_asked", 1);
    press_key("Escape");
    await_done("cancels_asked", 1);
    cJSON *report = close_window(window);
    cr_assert_eq(number(report, "runs_asked"), 1);
    cr_assert_eq(number(report, "cancels_asked"), 1);
    cJSON_Delete(report);
}

Test(gui, an_open_list_takes_the_keys) {
    raise_curtain(1280, 800);
    pid_t window = start("--size 64 --report r.json");
    await_window();
    click("workload");
    press_key("space");
    press_key("Escape");
    press_key("space");
    await_done("runs_asked", 1);
    cJSON *report = close_window(window);
    cr_assert_eq(number(report, "runs_asked"), 1);
    cr_assert_eq(number(report, "cancels_asked"), 0);
    cJSON_Delete(report);
}

Test(gui, survives_being_resized) {
    raise_curtain(1280, 800);
    pid_t window =
        start("--size 128 --auto-run --continuous --frames 400 --report r.json --screenshot s.png");
    await_window();
    resize_window(500, 340);
    resize_window(1200, 780);
    resize_window(1000, 700);
    outcome of = finish(window);
    cr_assert_eq(of.code, 0, "%s", of.err);
    brg_tensor *shot = read_picture("s.png");
    cr_assert_eq(brg_tensor_shape(shot)->dims[1], 1000);
    cr_assert_eq(brg_tensor_shape(shot)->dims[0], 700);
    cr_assert_gt(pixels_of(shot, PANEL), 100000);
    brg_tensor_release(shot);
}

Test(gui, closes_cleanly_during_a_job) {
    raise_curtain(1280, 800);
    pid_t window = start("--size 2048 --auto-run --continuous --report r.json");
    await_window();
    await_done("jobs_submitted", 1);
    cJSON *report = close_window(window);
    cr_assert_eq(number(report, "jobs_failed"), 0);
    cJSON_Delete(report);
}

/* ---- the point of it all --------------------------------------------------------------------- */

Test(gui, on_its_own_thread_it_freezes_and_says_so) {
    raise_curtain(1280, 800);
    outcome of = run("--size 768 --ui-thread --auto-run --frames 10 --report r.json");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    double frozen = number(report, "frozen_ms");
    cr_assert_gt(frozen, 100);
    cr_assert_geq(number(report, "frame_max_ms"), 0.99 * frozen);
    cr_assert(log_has(report, "The window was frozen for"));
    cr_assert(passed(report));
    cJSON_Delete(report);
}

/* Between two freezes there is a frame, or the window would seem frozen for longer than it is. */
Test(gui, on_its_own_thread_it_draws_between_rounds) {
    raise_curtain(1280, 800);
    outcome of = run("--size 512 --ui-thread --continuous --auto-run --frames 20 --report r.json");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_leq(number(report, "jobs_done"), number(report, "frames") + 1);
    cJSON_Delete(report);
}

Test(gui, on_the_engine_it_does_not_freeze) {
    raise_curtain(1280, 800);
    outcome of = run("--size 768 --auto-run --frames 10 --report r.json");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_eq(number(report, "frozen_ms"), 0);
    cr_assert_gt(number(report, "frames"), 30); /* while the job ran */
    cr_assert(passed(report));
    cJSON_Delete(report);
}

Test(gui, sleeps_when_nothing_moves) {
    raise_curtain(1280, 800);
    pid_t window = start("--size 64 --report r.json");
    await_window();
    await_rest(window);
    double before = processor_seconds(window);
    pause_ms(1500);
    double used = processor_seconds(window) - before;
    cJSON_Delete(close_window(window));
    cr_assert_leq(used, 0.03, "%.2f s of processor time in 1.5 s", used);
}

/* ---- trouble --------------------------------------------------------------------------------- */

static void write_truncated_image(const char *name) {
    static char bytes[20000];
    FILE *file = fopen(ASSETS "/chelsea.png", "rb");
    cr_assert_not_null(file);
    cr_assert_eq(fread(bytes, 1, sizeof bytes, file), sizeof bytes);
    fclose(file);
    write_file(name, bytes, sizeof bytes);
}

Test(gui, a_damaged_image_is_a_line_in_the_log) {
    raise_curtain(1280, 800);
    write_truncated_image("cut.png");
    outcome of = run("--auto-run --frames 20 --report r.json cut.png");
    cr_assert_eq(of.code, 4);
    cr_assert_not_null(strstr(of.err, "cut.png"), "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert(log_has(report, "cut.png"));
    cr_assert_geq(number(report, "frames"), 10); /* the window went on */
    cJSON_Delete(report);
}

Test(gui, a_missing_image_is_a_line_in_the_log) {
    raise_curtain(1280, 800);
    outcome of = run("--auto-run --frames 5 nowhere.png");
    cr_assert_eq(of.code, 4);
    cr_assert_not_null(strstr(of.err, "nowhere.png"), "%s", of.err);
}

Test(gui, a_device_that_is_not_there_ends_it) {
    raise_curtain(1280, 800);
    outcome of = run("--device no-such-device --frames 600");
    cr_assert_eq(of.code, 3);
    cr_assert_not_null(strstr(of.err, "no-such-device"), "%s", of.err);
    of = run("--device 1:2:3:4 --frames 600");
    cr_assert(of.code == 2 || of.code == 3);
}

Test(gui, without_any_opencl_it_opens_and_says_so) {
    raise_curtain(1280, 800);
    setenv("OCL_ICD_VENDORS", "/nonexistent", 1);
    outcome of = run("--frames 60 --report r.json --screenshot s.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    of = run("--auto-run --frames 600");
    cr_assert_eq(of.code, 3, "%s", of.err);
}

Test(gui, files_that_cannot_be_written_are_told) {
    raise_curtain(1280, 800);
    outcome of = run("--frames 3 --screenshot /nonexistent/s.png");
    cr_assert_eq(of.code, 4);
    cr_assert_not_null(strstr(of.err, "/nonexistent"), "%s", of.err);
    of = run("--frames 3 --report /nonexistent/r.json");
    cr_assert_eq(of.code, 4);
    of = run("--frames 3 --screenshot picture.bmp");
    cr_assert_neq(of.code, 0);
}
