/* The workbench, used by hand: any op, panes, A and B, the roofline. */
#include <string.h>

#include "stage.h"

TestSuite(workbench, .fini = drop_curtain);

static const cJSON *result_of(const cJSON *report) {
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(report, "results");
    const cJSON *result = cJSON_GetArrayItem(results, 0);
    cr_assert_not_null(result, "the report has no result");
    return result;
}

static bool passed(const cJSON *result) {
    const cJSON *verify = cJSON_GetObjectItemCaseSensitive(result, "verify");
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(verify, "passed"));
}

/* Ops that the workbench has no controls for run on what they make of their everyday words. */
Test(workbench, any_op_runs_in_words) {
    static const char *const names[] = {"reduce", "scan",          "transpose",
                                        "nbody",  "mandelbrot",    "reaction_diffusion",
                                        "point",  "conv2d_forward"};
    raise_curtain(1280, 800);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        outcome of = run("--workload %s --auto-run --frames 2 --report r.json", names[i]);
        cr_assert_eq(of.code, 0, "%s: %s", names[i], of.err);
        cJSON *report = read_report("r.json");
        cr_assert(passed(result_of(report)), "%s", names[i]);
        cJSON_Delete(report);
    }
}

Test(workbench, wrong_words_are_told_in_a_sentence) {
    raise_curtain(1280, 800);
    outcome of = run("--workload scan --words n=many --auto-run --frames 5 --report r.json");
    cr_assert_eq(of.code, 4);
    cr_assert_not_null(strstr(of.err, "not \"many\""), "%s", of.err);
}

/* ---- by hand --------------------------------------------------------------------------------- */

static const cJSON *bench_of(const cJSON *report) {
    const cJSON *bench = cJSON_GetObjectItemCaseSensitive(report, "workbench");
    cr_assert_not_null(bench, "the report has no workbench");
    return bench;
}

static pid_t open_and_run(const char *arguments) {
    pid_t window = start("%s --report r.json", arguments);
    await_window();
    press_key("space");
    await_done("jobs_done", 1);
    return window;
}

Test(workbench, a_click_goes_to_the_worst_element_and_reads_it) {
    raise_curtain(1280, 800);
    pid_t window = open_and_run("--workload sharpen");
    click("worst");
    await_done("workbench.zoom", 10.01);
    click("pane_output"); /* the middle, where the worst is now */
    await_done("workbench.pointed", 0);
    cJSON *report = close_window(window);
    const cJSON *bench = bench_of(report);
    cr_assert_gt(number(bench, "zoom"), 10);
    cr_assert(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(bench, "linked")));
    double marked = number(bench, "marked");
    cr_assert_geq(marked, 0);
    cr_assert_leq(number(bench, "pointed"), marked); /* the first channel of that pixel */
    cr_assert_gt(number(bench, "pointed"), marked - 3);
    cr_assert(cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(bench, "exact")));
    cJSON_Delete(report);
}

Test(workbench, the_wheel_zooms_and_f_fits) {
    raise_curtain(1280, 800);
    pid_t window = open_and_run("--size 300");
    scroll("pane_errors", 6);
    await_done("workbench.zoom", 2.01);
    press_key("f");
    cJSON *report = close_window(window);
    cr_assert_eq(number(bench_of(report), "zoom"), 1);
    cJSON_Delete(report);
}

Test(workbench, compares_two_variants_and_measures_the_roofs) {
    raise_curtain(1280, 800);
    pid_t window = start("--size 128 --variant naive --repeats 3 --report r.json");
    await_window();
    press_key("b");
    press_key("space");
    await_done("workbench.pairs", 3);
    press_key("m");
    await_done("workbench.roof.gbps", 1e-3);
    cJSON *report = close_window(window);
    const cJSON *bench = bench_of(report);
    cr_assert_eq(number(bench, "pairs"), 3);
    cr_assert_gt(number(bench, "b_as_fast_least"), 0);
    cr_assert_leq(number(bench, "b_as_fast_least"), number(bench, "b_as_fast"));
    cr_assert_leq(number(bench, "b_as_fast"), number(bench, "b_as_fast_most"));
    cr_assert(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(bench, "b_passed")));
    cr_assert_str_neq(cJSON_GetObjectItemCaseSensitive(bench, "b_variant")->valuestring, "naive");
    const cJSON *roof = cJSON_GetObjectItemCaseSensitive(bench, "roof");
    cr_assert(cJSON_IsObject(roof), "the roofs were not measured");
    cr_assert_gt(number(roof, "gflops"), 0);
    cr_assert_gt(number(roof, "gbps"), 0);
    cr_assert(passed(result_of(report)));
    cJSON_Delete(report);
}

/* No roof is shown that was not measured. */
Test(workbench, has_no_roof_before_it_is_measured) {
    raise_curtain(1280, 800);
    outcome of = run("--size 64 --auto-run --frames 5 --report r.json");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(bench_of(report), "roof")));
    cJSON_Delete(report);
}
