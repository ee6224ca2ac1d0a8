/* Ctrl-C and SIGTERM, at work and at rest. */
#include "cli/program.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "brigade/brigade.h"

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

static void expect_whole(const char *name) {
    brg_error error = {.status = BRG_OK};
    brg_tensor *image = NULL;
    cr_expect_eq(brg_image_load(name, &image, &error), BRG_OK, "%s", error.what);
    brg_tensor_release(image);
}

/* Whenever the signal comes, the whole picture is there or none, and no temporary file. */
Test(interrupt, leaves_no_half_picture) {
    make_image("in.ppm", 3000, 2000, 3);
    for (int after = 0; after <= 720; after += 60) {
        setting how = {.signal = SIGINT, .after_ms = after};
        outcome of = run_with(&how, "filter blur=20,sharpen=2,blur=9 in.ppm out.png");
        bool written = access("out.png", F_OK) == 0;
        cr_expect(of.code == 130 || of.code == 0 || of.signal == SIGINT, "%d: %s", of.code, of.err);
        cr_expect(written || of.code != 0, "it says it has written, after %d ms", after);
        cr_expect_eq(files_here(), written ? 2 : 1, "after %d ms", after);
        if (written) {
            expect_whole("out.png");
            cr_assert_eq(unlink("out.png"), 0);
        }
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
