/* The window seen from outside, briefly: that the probe works, that a window with a busy engine moves
 * and answers, and that one which waits itself does not. How well it does is no matter for a test on
 * a machine that others use too: gui/README.md has the figures. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include <cjson/cJSON.h>

enum { NOTHING_TO_MEASURE_WITH = 77 };

/* Runs the probe with these words and returns what it saved, or skips the test. */
static cJSON *probe(const char *words) {
    char file[] = "/tmp/brigade-latency-XXXXXX", command[1024];
    static char text[1 << 18];
    int fd = mkstemp(file);
    cr_assert_geq(fd, 0);
    snprintf(command, sizeof command, "%s --json %s %s >/dev/null", WINDOW_LATENCY, file, words);
    int status = system(command);
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    unlink(file);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOTHING_TO_MEASURE_WITH)
        cr_skip_test("skipped: nothing to measure with");
    cr_assert_eq(status, 0, "%s", command);
    text[length > 0 ? length : 0] = '\0';
    cJSON *report = cJSON_Parse(text);
    cr_assert_not_null(report, "%s", command);
    return report;
}

static double figure(const cJSON *report, const char *of, const char *name) {
    const cJSON *item =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(report, of), name);
    cr_assert(cJSON_IsNumber(item), "no %s.%s", of, name);
    return item->valuedouble;
}

/* Probes again, twice at most, where fewer frames came or answers later than they must: other programs may have kept
 * the window from its processor for seconds. */
static cJSON *probe_calmly(const char *words, double frames, double input_ms) {
    cJSON *report = NULL;
    for (int tries = 0; tries < 3; tries++) {
        cJSON_Delete(report);
        report = probe(words);
        if (figure(report, "frames", "count") > frames &&
            figure(report, "input", "p50_ms") < input_ms)
            break;
    }
    cr_assert_gt(figure(report, "frames", "count"), frames);
    cr_assert_lt(figure(report, "input", "p50_ms"), input_ms);
    return report;
}

Test(gui_latency, sees_a_window_that_only_follows_the_clock) {
    cJSON *report = probe_calmly("--reference --seconds 2 --inputs 10", 2 * 40, 200);
    cr_assert_eq(figure(report, "input", "count"), 10);
    cJSON_Delete(report);
}

Test(gui_latency, a_busy_engine_leaves_the_window_moving) {
    cJSON *report = probe_calmly("--seconds 2 --inputs 10 --cancels 2 -- --view workbench "
                                 "--size 1024 --auto-run --continuous",
                                 2 * 20, 500);
    cr_assert_eq(figure(report, "input", "count"), 10);
    cr_assert_eq(figure(report, "ended", "count"), 2);
    cr_assert_gt(figure(report, "window", "jobs_done"), 0);
    cJSON_Delete(report);
}

Test(gui_latency, a_window_that_waits_itself_is_seen_to_freeze) {
    cJSON *report = probe("--seconds 2 --inputs 2 -- --view workbench --size 1024 --repeats 5 "
                          "--ui-thread --auto-run --continuous");
    double frozen = figure(report, "window", "frozen_ms");
    cr_assert_gt(frozen, 50);
    cr_assert_gt(figure(report, "frames", "max_ms"), 40);
    cJSON_Delete(report);
}

/* What is on the screen is what the window has drawn, although only parts of it are copied there. */
Test(gui_latency, the_screen_follows_a_change_of_size) {
    cJSON *report = probe("--seconds 1 --inputs 0 --resize 1140x760 -- --view workbench");
    cr_assert(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(report, "resized_right")));
    cJSON_Delete(report);
}
