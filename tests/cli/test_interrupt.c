/* Ctrl-C and SIGTERM, at work and at rest. */
#include "cli/program.h"

#include <signal.h>
#include <string.h>

TestSuite(interrupt, .fini = clean_up);

/* More work than anyone waits for. */
static const char endless[] = "run gemm -m 2000 -n 2000 -k 2000 --repeats 10000 --baselines none";

Test(interrupt, ends_a_running_job) {
    setting how = {.signal = SIGINT, .after_ms = 400};
    outcome of = run_with(&how, "%s", endless);
    cr_expect_eq(of.signal, 0);
    cr_expect_eq(of.code, 130, "%s", of.err);
    cr_expect_str_empty(of.out);
    cr_expect_not_null(strstr(of.err, "interrupted"));
    release(&of);
}

Test(interrupt, so_does_sigterm_and_the_report_is_whole) {
    setting how = {.signal = SIGTERM, .after_ms = 400};
    outcome of = run_with(&how, "%s --json", endless);
    cr_expect_eq(of.code, 130, "%s", of.err);
    cJSON *root = document(&of);
    cr_expect_str_eq(member(root, "results.0.status")->valuestring, "cancelled");
    cJSON_Delete(root);
    release(&of);
}

Test(interrupt, ends_verify_and_bench) {
    setting how = {.signal = SIGINT, .after_ms = 200};
    outcome of = run_with(&how, "verify");
    cr_expect_eq(of.code, 130, "%s", of.err);
    release(&of);
    of = run_with(&how, "bench gemm --time-ms 100000 --repeats 10000");
    cr_expect_eq(of.code, 130, "%s", of.err);
    release(&of);
}

/* Whenever the signal comes, either the whole picture is there or none, and no temporary file. */
Test(interrupt, leaves_no_half_picture) {
    make_image("in.ppm", 3000, 2000, 3);
    for (int after = 0; after <= 600; after += 120) {
        setting how = {.signal = SIGINT, .after_ms = after};
        outcome of = run_with(&how, "filter blur=20,sharpen=2,blur=9 in.ppm out.png");
        bool ended = of.code == 130 || of.code == 0 || of.signal == SIGINT;
        cr_expect(ended, "%d: %s", of.code, of.err);
        cr_expect_eq(files_here(), of.code == 0 ? 2 : 1, "after %d ms", after);
        if (of.code == 0)
            break;
        release(&of);
    }
}

Test(interrupt, leaves_a_whole_trace) {
    setting how = {.signal = SIGINT, .after_ms = 300};
    outcome of = run_with(&how, "%s --trace t.json", endless);
    cr_expect_eq(of.code, 130, "%s", of.err);
    cr_expect_eq(files_here(), 1);
    release(&of);
}
