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
    cr_assert_not_null(strstr(of.err, "n=many"), "%s", of.err);
}
