/* Jobs on the host: the sequential loop as a variant, and "auto", which takes it for tiny work. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static brg_result run(const char *variant, int64_t n, brg_job_desc policy) {
    brg_engine_config config = {.tuning_file = ""};
    brg_engine *engine = start_engine(&config);
    brg_result result = wait_for(engine, must_submit(engine, n, variant, policy));
    brg_engine_destroy(engine);
    return result;
}

Test(host, runs_the_sequential_loop_and_is_verified_like_any_variant) {
    brg_result result = run("host", 100, (brg_job_desc){.repeats = 3});
    cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
    cr_expect_str_eq(result.variant[0], "host");
    cr_expect_eq(result.verdict.outcome, BRG_PASSED);
    cr_expect_eq(result.verdict.checked, 100 * 100);
    cr_expect(result.median.total > 0 && result.runs >= 1);
    brg_result_release(&result);
}

Test(host, cuts_long_loops_into_slices) {
    brg_result result =
        run("host", 700, (brg_job_desc){.verify = BRG_VERIFY_SAMPLE, .slice_ms = 1});
    cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
    cr_expect_gt(result.slices, 2);
    brg_result_release(&result);
}

Test(host, auto_takes_it_for_tiny_work_only) {
    brg_result tiny = run("auto", 8, (brg_job_desc){0}),
               large = run("auto", 300, (brg_job_desc){0});
    cr_expect_str_eq(tiny.variant[0], "host");
    cr_expect_str_neq(large.variant[0], "host");
    cr_expect(tiny.verdict.outcome == BRG_PASSED && large.verdict.outcome == BRG_PASSED);
    brg_result_release(&tiny);
    brg_result_release(&large);
}

Test(host, auto_counts_all_calls_of_a_run) {
    brg_result many = run("auto", 8, (brg_job_desc){.calls = 1000});
    cr_expect_str_neq(many.variant[0], "host");
    brg_result_release(&many);
}

Test(host, no_variant_means_a_kernel) {
    brg_result result = run(NULL, 8, (brg_job_desc){0});
    cr_expect_str_neq(result.variant[0], "host");
    brg_result_release(&result);
}

static brg_tensor *noise_image(void) {
    brg_shape shape = brg_shape_3d(BRG_U8, 61, 83, 3);
    brg_tensor *image = NULL;
    cr_assert_eq(brg_tensor_create_uniform(&shape, 1, 0, 255, &image, NULL), BRG_OK);
    return image;
}

static brg_status submit_chain(brg_engine *engine, const char *first, const char *second,
                               brg_job *job, brg_error *error) {
    brg_tensor *image = noise_image();
    brg_chain chain;
    cr_assert_eq(brg_chain_parse("blur=2,edge", brg_tensor_shape(image), &chain, NULL), BRG_OK);
    brg_stage stages[2] = {
        {.op = chain.ops[0]->name,
         .variant = first,
         .params = chain.params[0],
         .inputs = {image},
         .input_count = 1},
        {.op = chain.ops[1]->name, .variant = second, .params = chain.params[1], .input_count = 1}};
    brg_job_desc desc = {.stages = stages, .stage_count = 2};
    brg_status status = brg_engine_submit(engine, &desc, job, error);
    brg_tensor_release(image);
    return status;
}

Test(host, runs_whole_chains) {
    brg_engine *engine = start_engine(NULL);
    brg_job job;
    cr_assert_eq(submit_chain(engine, "host", "host", &job, NULL), BRG_OK);
    must_pass(engine, job);
    brg_engine_destroy(engine);
}

Test(host, refuses_half_a_chain) {
    brg_engine *engine = start_engine(NULL);
    brg_error error = {.status = BRG_OK};
    brg_job job;
    cr_assert_eq(submit_chain(engine, "host", NULL, &job, &error), BRG_E_ARGUMENT);
    cr_expect_not_null(strstr(error.what, "partly"));
    brg_engine_destroy(engine);
}

Test(calls, times_are_of_one_call_and_the_result_is_right) {
    brg_result one = run(NULL, 200, (brg_job_desc){.repeats = 5});
    brg_result many = run(NULL, 200, (brg_job_desc){.repeats = 5, .calls = 50});
    cr_assert_eq(many.state, BRG_JOB_DONE, "%s", many.error.what);
    cr_expect_eq(many.verdict.outcome, BRG_PASSED);
    cr_expect_lt(many.median.total, 10 * one.median.total);
    brg_result_release(&one);
    brg_result_release(&many);
}

Test(calls, a_silly_number_is_refused) {
    brg_engine *engine = start_engine(NULL);
    brg_error error = {.status = BRG_OK};
    brg_job job;
    brg_status status = submit_gemm(engine, 8, NULL, (brg_job_desc){.calls = -1}, &job, &error);
    cr_expect_eq(status, BRG_E_ARGUMENT);
    brg_engine_destroy(engine);
}
