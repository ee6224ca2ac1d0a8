/* The timeline, the devices and the settings, and what is remembered: on a display of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stage.h"

enum { LIGHT_PANEL = 0xffffff, GREEN = 0x7fd962 };

TestSuite(tools, .fini = drop_curtain);

static const cJSON *part(const cJSON *report, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(report, name);
    cr_assert_not_null(item, "the report has no %s", name);
    return item;
}

static const char *words(const cJSON *report, const char *name) {
    return part(report, name)->valuestring;
}

static bool log_has(const cJSON *report, const char *text) {
    const cJSON *line;
    cJSON_ArrayForEach(line,
                       part(report, "log")) if (strstr(words(line, "text"), text)) return true;
    return false;
}

/* ---- the trace ------------------------------------------------------------------------------- */

typedef struct event {
    const char *name;
    int process, lane, job;
    double start, end; /* us */
} event;

static event event_of(const cJSON *json) {
    event e = {.name = words(json, "name"),
               .process = (int)number(json, "pid"),
               .lane = (int)number(json, "tid"),
               .start = number(json, "ts")};
    e.end = e.start + number(json, "dur");
    e.job = (int)number(part(json, "args"), "job");
    return e;
}

enum { UI, ENGINE, UPLOAD, KERNEL, READBACK, REFERENCE };

/* What a job did on the host: handed over, and checked. */
typedef struct host_side {
    double handed_over, checked; /* us; 0: not yet */
} host_side;

static host_side host_side_of(const cJSON *events, int job) {
    host_side side = {0};
    const cJSON *json;
    cJSON_ArrayForEach(json, events) {
        if (strcmp(words(json, "ph"), "X") != 0)
            continue;
        event e = event_of(json);
        if (e.job != job || e.process != 0)
            continue;
        if (strcmp(e.name, "enqueue") == 0 && (side.handed_over == 0 || e.start < side.handed_over))
            side.handed_over = e.start;
        if (e.lane == REFERENCE && (side.checked == 0 || e.start < side.checked))
            side.checked = e.start;
    }
    return side;
}

/* Device times come from another clock, moved onto the host's: they must fit what the host did. */
static void check_alignment(const cJSON *trace) {
    const double slack_us = 1000;
    const cJSON *events = part(trace, "traceEvents"), *json;
    int kernels = 0, frames = 0;
    double frame_end = -1;
    cJSON_ArrayForEach(json, events) {
        if (strcmp(words(json, "ph"), "X") != 0)
            continue;
        event e = event_of(json);
        if (e.process == 0 && e.lane == UI && strcmp(e.name, "frame") == 0) {
            cr_assert_geq(e.start, frame_end, "frames overlap");
            frame_end = e.end;
            frames++;
        }
        if (e.process == 0 || e.lane != KERNEL)
            continue;
        host_side side = host_side_of(events, e.job);
        cr_assert_gt(side.handed_over, 0);
        cr_assert_geq(e.start, side.handed_over - slack_us, "a kernel before its job");
        cr_assert_leq(e.end, side.checked + slack_us, "a kernel after its result was checked");
        kernels++;
    }
    cr_assert_gt(kernels, 0);
    cr_assert_gt(frames, 20);
}

Test(tools, the_trace_of_a_run_is_aligned) {
    raise_curtain(1280, 800);
    outcome of = run("--size 300 --auto-run --frames 30 --trace t.json --report r.json");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *trace = read_report("t.json");
    check_alignment(trace);
    cJSON_Delete(trace);
    of = run("--frames 3 --trace /nonexistent/t.json");
    cr_assert_eq(of.code, 4);
    cr_assert_not_null(strstr(of.err, "/nonexistent/t.json"), "%s", of.err);
}

/* ---- the timeline ---------------------------------------------------------------------------- */

Test(tools, the_timeline_selects_zooms_and_saves) {
    raise_curtain(1280, 800);
    pid_t window = start("--size 300 --auto-run --report r.json");
    await_window();
    await_done("jobs_done", 1);
    click("tab_timeline");
    press_key("j"); /* the newest job */
    press_key("z");
    press_key("s");
    await_done("timeline.saves", 1);
    cJSON *report = close_window(window);
    const cJSON *timeline = part(report, "timeline");
    cr_assert_str_eq(words(report, "view"), "timeline");
    cr_assert_not(cJSON_IsTrue(part(timeline, "follow")));
    cr_assert_lt(number(timeline, "seconds"), number(timeline, "trace_s"));
    cr_assert_neq(number(part(timeline, "selected"), "generation"), 0);
    cr_assert_not_null(strstr(words(part(timeline, "selected"), "label"), "gemm"));
    cr_assert_eq(number(timeline, "saves"), 1);
    cr_assert(log_has(report, "Saved the trace"));
    cJSON *trace = read_report(words(timeline, "saved"));
    check_alignment(trace);
    cJSON_Delete(trace);
    cJSON_Delete(report);
}

Test(tools, the_timeline_is_dragged_measured_and_held) {
    raise_curtain(1280, 800);
    pid_t window = start("--view timeline --report r.json");
    await_window();
    drag("tl_lanes", 1, (float[2]){0.7f, 0.6f}, (float[2]){0.8f, 0.6f}, 4);
    hold_key("shift");
    drag("tl_lanes", 1, (float[2]){0.4f, 0.6f}, (float[2]){0.6f, 0.6f}, 4);
    let_key_go("shift");
    cJSON *report = close_window(window);
    const cJSON *timeline = part(report, "timeline");
    double expected_ms = 0.2 * number(timeline, "seconds") * 1e3;
    cr_assert_not(cJSON_IsTrue(part(timeline, "follow")));
    cr_assert_float_eq(number(timeline, "measured_ms"), expected_ms, 0.03 * expected_ms,
                       "%.1f, not %.1f ms", number(timeline, "measured_ms"), expected_ms);
    cJSON_Delete(report);
}

/* ---- the devices ----------------------------------------------------------------------------- */

Test(tools, the_doctor_examines_every_op) {
    raise_curtain(1280, 800);
    outcome of = run("--view devices --auto-run --frames 20 --report r.json --screenshot s.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    const cJSON *view = part(report, "devices_view"), *op;
    int ops = cJSON_GetArraySize(part(view, "ops"));
    cr_assert_gt(ops, 15);
    cr_assert_eq(number(view, "failed"), 0);
    cr_assert_eq(number(view, "passed") + number(view, "skipped"), ops);
    cJSON_ArrayForEach(op, part(view, "ops")) if (strcmp(words(op, "finding"), "passed") == 0)
        cr_assert_leq(number(op, "bound_ratio"), 1, "%s", words(op, "op"));
    brg_tensor *shot = read_picture("s.png");
    cr_assert_gt(pixels_of(shot, GREEN), 500);
    brg_tensor_release(shot);
    cJSON_Delete(report);
}

Test(tools, the_doctor_can_be_sent_away) {
    raise_curtain(1280, 800);
    pid_t window = start("--view devices --report r.json");
    await_window();
    click("doctor");
    press_key("Escape");
    cJSON *report = close_window(window);
    const cJSON *view = part(report, "devices_view");
    cr_assert_not(cJSON_IsTrue(part(view, "running")));
    cr_assert_eq(number(view, "failed"), 0);
    cJSON_Delete(report);
}

Test(tools, without_devices_the_view_says_so) {
    raise_curtain(1280, 800);
    setenv("OCL_ICD_VENDORS", "/nonexistent", 1);
    outcome of = run("--view devices --frames 60 --report r.json");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_eq(number(part(report, "devices_view"), "count"), 0);
    cJSON_Delete(report);
}

/* ---- the settings, and what is remembered ---------------------------------------------------- */

static void expect_theme(const char *state, const char *theme) {
    outcome of =
        run("--view settings --state %s --frames 12 --report r.json --screenshot s.png", state);
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_str_eq(words(part(report, "settings"), "theme"), theme);
    cJSON_Delete(report);
}

Test(tools, a_theme_is_chosen_and_remembered) {
    raise_curtain(1280, 800);
    pid_t window = start("--view settings --state w.state --report r.json");
    await_window();
    click("set_theme"); /* its second half: light */
    click("set_safe");
    cJSON_Delete(close_window(window));
    expect_theme("w.state", "light-safe");
    brg_tensor *shot = read_picture("s.png");
    cr_assert_gt(pixels_of(shot, LIGHT_PANEL), 100000);
    brg_tensor_release(shot);
}

Test(tools, a_damaged_state_is_put_aside_and_told) {
    raise_curtain(1280, 800);
    write_file("w.state", "brigade window state 1\ntheme = light\n", 37);
    expect_theme("w.state", "dark");
    cJSON *report = read_report("r.json");
    cr_assert(log_has(report, "damaged"));
    cJSON_Delete(report);
    cr_assert_eq(access("w.state.bad", F_OK), 0);
    expect_theme("w.state", "dark"); /* the new one is whole */
}

Test(tools, without_a_home_it_runs_all_the_same) {
    raise_curtain(1280, 800);
    setenv("HOME", "/proc/nowhere", 1); /* where even root can make nothing */
    setenv("XDG_CONFIG_HOME", "/proc/nowhere", 1);
    pid_t window = start("--view settings --report r.json");
    await_window();
    cJSON_Delete(close_window(window));
    outcome of = run("--view settings --state /proc/nowhere/w.state --frames 5");
    cr_assert_eq(of.code, 4);
    cr_assert_not_null(strstr(of.err, "/proc/nowhere/w.state"), "%s", of.err);
}

Test(tools, unattended_runs_remember_nothing) {
    raise_curtain(1280, 800);
    outcome of = run("--theme light --frames 5");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cr_assert_neq(access("brigade/window.state", F_OK), 0);
}

/* ---- keys ------------------------------------------------------------------------------------ */

Test(tools, views_and_help_by_keyboard) {
    raise_curtain(1280, 800);
    pid_t window = start("--view devices --report r.json");
    await_window();
    press_key("ctrl+Next");
    press_key("question");
    cJSON *report = close_window(window);
    cr_assert_str_eq(words(report, "view"), "settings");
    cr_assert_str_eq(words(report, "help"), "shown");
    cJSON_Delete(report);
    window = start("--view devices --report r.json");
    await_window();
    press_key("F1");
    press_key("x");
    press_key("ctrl+Prior");
    report = close_window(window);
    cr_assert_str_eq(words(report, "view"), "timeline");
    cr_assert_str_eq(words(report, "help"), "hidden");
    cJSON_Delete(report);
}
