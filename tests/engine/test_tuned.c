/* Tuned values: what a job or a file says is taken if it is a choice, and does no harm if not. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"

static brg_status submit_tuned(brg_engine *engine, const int32_t *tuned, brg_job *job,
                               brg_error *error) {
    brg_tensor *a = matrix(150, 150, 1), *b = matrix(150, 150, 2);
    brg_stage stage = {.op = "gemm", .tuned = tuned, .inputs = {a, b}, .input_count = 2};
    brg_job_desc desc = {.stages = &stage, .stage_count = 1};
    brg_status status = brg_engine_submit(engine, &desc, job, error);
    brg_tensor_release(a);
    brg_tensor_release(b);
    return status;
}

Test(tuned, a_job_is_held_to_the_choices) {
    const brg_op *op = brg_op_find("gemm");
    brg_engine *engine = start_engine(NULL);
    brg_error error = {.status = BRG_OK};
    int32_t values[BRG_MAX_TUNABLES];
    brg_job job;
    for (int32_t i = 0; i < op->tunable_count; i++)
        values[i] = op->tunables[i].choices[0];
    cr_assert_eq(submit_tuned(engine, values, &job, &error), BRG_OK, "%s", error.what);
    must_pass(engine, job);
    values[op->tunable_count - 1] = 123457;
    cr_assert_eq(submit_tuned(engine, values, &job, &error), BRG_E_ARGUMENT);
    cr_expect_not_null(strstr(error.what, op->tunables[op->tunable_count - 1].name), "%s",
                       error.what);
    brg_engine_destroy(engine);
}

/* A file whose values are of the right form and beyond all reason. */
static void write_nonsense(const brg_op *op, const brg_device_info *device, const char *path) {
    brg_tuning *tuning = NULL;
    cr_assert_eq(brg_tuning_create(&tuning, NULL), BRG_OK);
    for (int32_t i = 0; i < op->tunable_count; i++)
        for (brg_size_class size = 0; size < BRG_SIZE_CLASSES; size++)
            brg_tuning_set(tuning, device, op->name, size, op->tunables[i].name,
                           i % 2 ? 2147480000 : 1, NULL);
    cr_assert_eq(brg_tuning_save(tuning, path, NULL), BRG_OK);
    brg_tuning_destroy(tuning);
}

Test(tuned, a_file_of_nonsense_does_no_harm) {
    static brg_device_list devices;
    char path[] = "/tmp/brigade-tuned-XXXXXX";
    brg_error error = {.status = BRG_OK};
    brg_job job;
    int handle = mkstemp(path);
    cr_assert_geq(handle, 0);
    close(handle);
    brg_engine *engine = start_engine(NULL);
    cr_assert_eq(brg_engine_devices(engine, 60, &devices, &error), BRG_OK);
    brg_engine_destroy(engine);
    for (int32_t d = 0; d < devices.count; d++)
        write_nonsense(brg_op_find("gemm"), &devices.devices[d], path);
    brg_engine_config config = {.tuning_file = path};
    engine = start_engine(&config);
    cr_assert_eq(submit_tuned(engine, NULL, &job, &error), BRG_OK, "%s", error.what);
    must_pass(engine, job);
    brg_engine_destroy(engine);
    unlink(path);
}
