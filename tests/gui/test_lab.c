/* The lab's view on a display of its own: claims put to the test, filtered, stopped, saved. */
#include <stdio.h>
#include <string.h>

#include "stage.h"

enum { GREEN = 0x7fd962, AMBER = 0xffb454 };

TestSuite(lab_view, .fini = drop_curtain);

static const cJSON *part(const cJSON *json, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    cr_assert_not_null(item, "there is no %s", name);
    return item;
}

static const char *words(const cJSON *json, const char *name) {
    return part(json, name)->valuestring;
}

/* The view's only result. */
static const cJSON *result_of(const cJSON *report) {
    const cJSON *results = part(part(report, "lab"), "results");
    cr_assert_eq(cJSON_GetArraySize(results), 1);
    return cJSON_GetArrayItem(results, 0);
}

/* One claim's verdict and sentence, and nothing that would have to be loaded or run. */
static void expect_page(const char *name, const char *verdict, const char *sentence) {
    static char page[1 << 17];
    char wanted[64];
    read_text(name, page, sizeof page);
    snprintf(wanted, sizeof wanted, "%s</span>", verdict);
    cr_assert_not_null(strstr(page, "<title>Concurrency and parallelism, put to the test</title>"));
    cr_assert_not_null(strstr(page, "<section class=\"claim\" id=\"claim-11\">"));
    const char *came_out = strstr(page, "<div class=\"outcome");
    cr_assert_not_null(came_out);
    cr_assert_not_null(strstr(came_out, wanted), "no %s", verdict);
    cr_assert_not_null(strstr(came_out, sentence), "no \"%s\"", sentence);
    cr_assert_null(strstr(page, "<script"));
    cr_assert_null(strstr(page, "http"));
    cr_assert_not_null(strstr(page, "</html>"));
}

/* The next window knows it, and does not take it for one of its own. */
static void expect_memory(const char *verdict) {
    pid_t window = start("--view lab --report r.json");
    await_window();
    cJSON *report = close_window(window);
    const cJSON *lab = part(report, "lab");
    cr_assert_str_eq(words(part(lab, "remembered"), "11"), verdict);
    cr_assert_eq(cJSON_GetArraySize(part(lab, "results")), 0);
    cJSON_Delete(report);
}

/* Claim 11 counts: no load on the machine refutes it. */
Test(lab_view, a_test_is_watched_calmly) {
    raise_curtain(1280, 800);
    outcome of = run("--claim 11 --budget 1 --theme dark --auto-run --frames 2 --report r.json "
                     "--screenshot s.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    const cJSON *lab = part(report, "lab"), *result = result_of(report);
    cr_assert_str_eq(words(report, "view"), "lab");
    cr_assert_str_eq(words(lab, "chosen"), "11");
    cr_assert_str_eq(words(result, "state"), "ended");
    bool confirmed = strcmp(words(result, "verdict"), "CONFIRMED") == 0; /* given enough rounds */
    cr_assert(confirmed || strcmp(words(result, "verdict"), "INCONCLUSIVE") == 0);
    cr_assert_eq(number(result, "budget_s"), 1);
    cr_assert_gt(number(result, "samples"), 0);
    cr_assert_gt(number(result, "series"), 0);
    /* the window sleeps between frames, but for the last two */
    cr_assert_lt(number(report, "frames"), 10 + 6 * number(result, "seconds"));
    brg_tensor *shot = read_picture("s.png");
    cr_assert_gt(pixels_of(shot, confirmed ? GREEN : AMBER), 150, "no verdict to be seen");
    brg_tensor_release(shot);
    cJSON_Delete(report);
}

Test(lab_view, keys_filter_test_and_save) {
    raise_curtain(1280, 800);
    pid_t window =
        start("--view lab --budget 6 --report r.json"); /* some rounds, whatever the load */
    await_window();
    press_key("f");
    press_key("1");
    press_key("1");
    press_key("Return"); /* ends the field */
    cJSON_Delete(await_text("lab.filter", "11"));
    press_key("Return"); /* runs */
    await_done("lab.ended", 1);
    press_key("s");
    await_done("lab.saves", 1);
    cJSON *report = close_window(window);
    const cJSON *lab = part(report, "lab");
    cr_assert_str_eq(words(lab, "chosen"), "11");
    cr_assert_eq(number(lab, "shown"), 1);
    cr_assert_eq(number(lab, "runs"), 1);
    cr_assert_str_eq(words(result_of(report), "state"), "ended");
    cJSON *saved = read_report(strrchr(words(lab, "saved"), '/') + 1);
    const cJSON *first = cJSON_GetArrayItem(part(saved, "results"), 0);
    cr_assert_str_eq(words(saved, "command"), "lab");
    cr_assert_str_eq(words(first, "id"), "11");
    cr_assert_gt(cJSON_GetArraySize(part(first, "samples")), 0);
    expect_page(strrchr(words(lab, "saved_page"), '/') + 1, words(result_of(report), "verdict"),
                words(result_of(report), "sentence"));
    cJSON_Delete(saved);
    expect_memory(words(result_of(report), "verdict"));
    cJSON_Delete(report);
}

/* And then another claim is looked at. */
Test(lab_view, the_dial_is_turned_and_the_test_stopped) {
    const float from[2] = {0.05f, 0.5f}, to[2] = {0.8f, 0.5f};
    raise_curtain(1280, 800);
    pid_t window = start("--claim 9 --budget 30 --report r.json");
    await_window();
    drag("lab_dial", 1, from, to, 4);
    click("lab_run");
    await_done("lab.runs", 1);
    press_key("Escape");
    await_done("lab.ended", 1);
    press_key("Home");
    press_key("Down");
    click("claim_row_05");
    press_key("Up");
    cJSON *report = close_window(window);
    const cJSON *lab = part(report, "lab"), *result = result_of(report);
    cr_assert_str_eq(words(result, "id"), "9");
    cr_assert_gt(number(result, "dial"), 350);
    cr_assert_lt(number(result, "dial"), 450);
    cr_assert_str_eq(words(result, "verdict"), "INCONCLUSIVE");
    cr_assert(cJSON_IsTrue(part(result, "interrupted")));
    cr_assert_lt(number(result, "seconds"), 20);
    cr_assert_not(cJSON_IsTrue(part(lab, "running")));
    cr_assert_eq(number(report, "cancels_asked"), 1);
    cr_assert_str_eq(words(lab, "chosen"), "5", "the one above the sixth");
    cJSON_Delete(report);
}

Test(lab_view, a_claim_that_there_is_not_is_refused) {
    outcome of = run("--claim 99");
    cr_assert_eq(of.code, 2);
    cr_assert_not_null(strstr(of.err, "no claim \"99\""), "%s", of.err);
    of = run("--budget 0");
    cr_assert_eq(of.code, 2);
}
