/* Where jobs run: on a device's threads, in the engine's own, or on the host where there is no device. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* An engine that knows PoCL's cores by both of their names; skips the test where there is no PoCL. */
static brg_engine *start_with_both_names(void) {
    static brg_device_list list;
    setenv("POCL_DEVICES", "pthread basic", 1);
    const brg_engine_config config = {.tuning_file = ""};
    brg_engine *engine = start_engine(&config);
    cr_assert_eq(brg_engine_devices(engine, -1, &list, NULL), BRG_OK);
    if (list.count == 0 || (strncmp(list.devices[0].name, "pthread-", 8) != 0 &&
                            strncmp(list.devices[0].name, "cpu-", 4) != 0))
        cr_skip_test("PoCL is not here");
    for (int32_t i = 0; i < list.count; i++) {
        cr_expect(strncmp(list.devices[i].name, "basic-", 6) != 0, "both names are listed");
        cr_expect(strncmp(list.devices[i].name, "cpu-minimal-", 12) != 0, "both names are listed");
        cr_expect(list.devices[i].platform != 0 || list.devices[i].device == i);
    }
    return engine;
}

static bool runs_directly(brg_engine *engine, int64_t n, brg_job_desc policy) {
    brg_result result = wait_for(engine, must_submit(engine, n, NULL, policy));
    cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
    cr_expect_eq(result.verdict.outcome, BRG_PASSED);
    bool direct = result.direct;
    brg_result_release(&result);
    return direct;
}

Test(place, tiny_jobs_run_in_the_engines_thread_and_others_do_not) {
    brg_engine *engine = start_with_both_names();
    cr_expect(runs_directly(engine, 40, (brg_job_desc){0}));
    cr_expect(runs_directly(engine, 40, (brg_job_desc){.repeats = 3, .calls = 100}));
    cr_expect_not(runs_directly(engine, 300, (brg_job_desc){0}));
    cr_expect_not(runs_directly(engine, 40, (brg_job_desc){.device = "0/cu=1"}));
    brg_engine_destroy(engine);
}

Test(place, a_device_with_one_name_has_no_short_way) {
    setenv("POCL_DEVICES", "pthread", 1);
    brg_engine *engine = start_engine(NULL);
    cr_expect_not(runs_directly(engine, 40, (brg_job_desc){0}));
    brg_engine_destroy(engine);
}

Test(place, tiny_and_large_jobs_mix) {
    enum { JOBS = 60 };
    brg_engine *engine = start_with_both_names();
    brg_job jobs[JOBS];
    for (int i = 0; i < JOBS; i++)
        jobs[i] = must_submit(engine, i % 6 ? 20 + i : 260, NULL, (brg_job_desc){0});
    for (int i = 0; i < JOBS; i++)
        must_pass(engine, jobs[i]);
    brg_engine_destroy(engine);
}

Test(place, the_host_needs_no_device) {
    setenv("OCL_ICD_VENDORS", "/nonexistent", 1);
    brg_engine *engine = start_engine(NULL);
    brg_result result = wait_for(engine, must_submit(engine, 50, "host", (brg_job_desc){0}));
    cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
    cr_expect_eq(result.verdict.outcome, BRG_PASSED);
    cr_expect_eq(result.device, -1);
    cr_expect_str_eq(result.variant[0], "host");
    brg_result_release(&result);
    result = wait_for(engine, must_submit(engine, 50, NULL, (brg_job_desc){0}));
    cr_expect_eq(result.state, BRG_JOB_FAILED);
    cr_expect_eq(result.error.status, BRG_E_NO_DEVICE);
    brg_result_release(&result);
    brg_engine_destroy(engine);
}
