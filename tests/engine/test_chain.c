/* Chains of filters in one job, and jobs on several devices at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static brg_tensor *picture(int64_t h, int64_t w, int64_t c) {
    brg_shape shape = brg_shape_3d(BRG_U8, h, w, c);
    brg_tensor *image;
    cr_assert_eq(brg_tensor_create_uniform(&shape, 3, 0, 255, &image, NULL), BRG_OK);
    return image;
}

/* Submits a chain as one job. */
static brg_job submit_chain(brg_engine *engine, const char *text, const brg_tensor *image,
                            brg_verify_policy verify) {
    brg_error error = {.status = BRG_OK};
    brg_chain *chain = malloc(sizeof *chain);
    brg_stage stages[BRG_MAX_STAGES] = {0};
    cr_assert_eq(brg_chain_parse(text, brg_tensor_shape(image), chain, &error), BRG_OK, "%s",
                 error.what);
    for (int32_t i = 0; i < chain->count; i++)
        stages[i] = (brg_stage){.op = chain->ops[i]->name,
                                .params = chain->params[i],
                                .inputs = {i ? NULL : image},
                                .input_count = 1};
    brg_job_desc desc = {.stages = stages,
                         .stage_count = chain->count,
                         .verify = verify,
                         .baselines = BRG_BASELINE_SEQUENTIAL | BRG_BASELINE_NAIVE};
    brg_job job;
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_OK, "%s", error.what);
    free(chain);
    return job;
}

static brg_tensor *run_chain(brg_engine *engine, const char *text, const brg_tensor *image,
                             brg_verify_policy verify) {
    brg_result result = wait_for(engine, submit_chain(engine, text, image, verify));
    cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
    cr_assert_eq(result.verdict.outcome, verify == BRG_VERIFY_NONE ? BRG_UNCHECKED : BRG_PASSED);
    cr_assert(result.median.sequential >= 0 && result.median.naive >= 0);
    brg_tensor *output = brg_tensor_retain(result.output);
    brg_result_release(&result);
    return output;
}

static void chain_equals_single_jobs(const brg_engine_config *config, brg_verify_policy verify) {
    brg_engine *engine = start_engine(config);
    brg_tensor *image = picture(61, 83, 4);
    brg_tensor *whole = run_chain(engine, "blur=2,contrast=1.3,resize=50%", image, verify);
    brg_tensor *one = run_chain(engine, "blur=2", image, verify);
    brg_tensor *two = run_chain(engine, "contrast=1.3", one, verify);
    brg_tensor *three = run_chain(engine, "resize=50%", two, verify);
    cr_assert_eq(brg_tensor_bytes(whole), brg_tensor_bytes(three));
    cr_assert_arr_eq(brg_tensor_data(whole), brg_tensor_data(three), brg_tensor_bytes(whole));
    brg_tensor *all[] = {image, whole, one, two, three};
    for (int i = 0; i < 5; i++)
        brg_tensor_release(all[i]);
    brg_engine_destroy(engine);
}

Test(chain, gives_what_its_stages_give_one_by_one) {
    chain_equals_single_jobs(NULL, BRG_VERIFY_FULL);
}

Test(chain, gives_the_same_with_copies) {
    brg_engine_config config = {.transfer = BRG_TRANSFER_COPY};
    chain_equals_single_jobs(&config, BRG_VERIFY_FULL);
}

Test(chain, need_not_keep_what_nobody_checks) {
    brg_engine_config config = {.transfer = BRG_TRANSFER_COPY};
    chain_equals_single_jobs(&config, BRG_VERIFY_NONE);
}

Test(chain, one_tensor_may_be_both_inputs) {
    brg_engine *engine = start_engine(NULL);
    brg_tensor *a = matrix(33, 33, 1);
    brg_stage stage = {.op = "gemm", .inputs = {a, a}, .input_count = 2};
    brg_job_desc desc = {.stages = &stage, .stage_count = 1};
    brg_job job;
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, NULL), BRG_OK);
    brg_tensor_release(a);
    must_pass(engine, job);
    brg_engine_destroy(engine);
}

Test(chain, an_empty_image_and_an_empty_product_are_fine) {
    brg_engine *engine = start_engine(NULL);
    brg_tensor *image = picture(0, 7, 3);
    brg_tensor *output = run_chain(engine, "blur=2", image, BRG_VERIFY_FULL);
    cr_assert_eq(brg_tensor_bytes(output), 0);
    brg_tensor_release(output);
    brg_tensor_release(image);
    brg_engine_destroy(engine);
}

Test(devices, two_of_them_work_side_by_side) {
    setenv("POCL_DEVICES", "pthread pthread", 1);
    brg_engine *engine = start_engine(NULL);
    brg_device_list list;
    cr_assert_eq(brg_engine_devices(engine, -1, &list, NULL), BRG_OK);
    int32_t second = -1;
    for (int32_t i = 1; i < list.count; i++)
        if (strcmp(list.devices[i].name, list.devices[0].name) == 0)
            second = i;
    if (second < 0)
        cr_skip_test("PoCL does not give two devices here");
    char spec[16];
    snprintf(spec, sizeof spec, "%d", second);
    brg_job_desc on_first = {.device = "0"}, on_second = {.device = spec};
    brg_job jobs[8];
    for (int i = 0; i < 8; i++)
        jobs[i] = must_submit(engine, 150, i % 2 ? "naive" : NULL, i % 2 ? on_second : on_first);
    for (int i = 0; i < 8; i++) {
        brg_result result = wait_for(engine, jobs[i]);
        cr_assert_eq(result.verdict.outcome, BRG_PASSED, "%s", result.error.what);
        cr_assert_eq(result.device, i % 2 ? second : 0);
        brg_result_release(&result);
    }
    brg_engine_destroy(engine);
}
