/* An op of the user's own, through the public headers only; and proof that a wrong kernel is caught. */
#include <math.h>
#include <string.h>

#include "fixture.h"

/* saxpy: out = 2 x + y. One launch option plants a fault in one element. */
static const char source[] =
    "kernel void saxpy(int n, global const float *x, global const float *y, global float *out,\n"
    "                  int first) {\n"
    "    int i = get_global_id(0) + first;\n"
    "    if (i < n)\n"
    "        out[i] = 2.0f * x[i] + y[i] + (i == FAULT ? 0.001f : 0.0f);\n"
    "}\n";

static brg_status saxpy_check(const brg_call *call, brg_shape *output, brg_error *error) {
    if (call->inputs[0].dims[0] != call->inputs[1].dims[0])
        return brg_fail(error, BRG_E_SHAPE, "saxpy's vectors differ in length");
    *output = call->inputs[0];
    return BRG_OK;
}

static void saxpy_cost(const brg_call *call, brg_cost *cost) {
    *cost = (brg_cost){2.0 * (double)call->output.dims[0], 12.0 * (double)call->output.dims[0]};
}

static int32_t saxpy_dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    dims[0] = (brg_dim){"n", call->output.dims[0]};
    return 1;
}

static brg_status plan_with_fault(const brg_call *call, int64_t fault, brg_plan *plan) {
    brg_launch *launch = brg_plan_add(plan, "saxpy", "saxpy");
    launch->source = source;
    strcpy(plan->variant, "only");
    brg_launch_option(launch, "-DFAULT=%lld", (long long)fault);
    brg_launch_range(launch, 0, call->output.dims[0], 64);
    launch->rows_per_item = 1;
    brg_arg_i32(launch, call->output.dims[0]);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(1));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_first(launch);
    return BRG_OK;
}

static brg_status plan_right(const brg_call *call, const char *variant, const brg_device_info *device,
                             brg_plan *plan, brg_error *error) {
    (void)variant, (void)device, (void)error;
    return plan_with_fault(call, -1, plan);
}

static brg_status plan_wrong(const brg_call *call, const char *variant, const brg_device_info *device,
                             brg_plan *plan, brg_error *error) {
    (void)variant, (void)device, (void)error;
    return plan_with_fault(call, call->output.dims[0] - 1, plan);
}

static brg_status plan_too_much(const brg_call *call, const char *variant,
                                const brg_device_info *device, brg_plan *plan, brg_error *error) {
    (void)variant, (void)device, (void)error, (void)call;
    for (int i = 0; i <= BRG_MAX_LAUNCHES; i++)
        brg_plan_add(plan, "saxpy", "saxpy")->source = source;
    return BRG_OK;
}

static void saxpy_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const float *x = call->data[0], *y = call->data[1];
    float *out = output;
    for (int64_t i = row0; i < row1; i++)
        out[i] = 2.0f * x[i] + y[i];
}

static void saxpy_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                         double *bound) {
    const float *x = call->data[0], *y = call->data[1];
    for (int64_t i = row0; i < row1; i++) {
        expected[i - row0] = 2.0 * x[i] + y[i];
        bound[i - row0] = 0x1p-23 * (2.0 * fabs(x[i]) + fabs(y[i]));
    }
}

static brg_op saxpy(const char *name) {
    return (brg_op){.name = name,
                    .summary = "a test",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .check = saxpy_check,
                    .cost = saxpy_cost,
                    .dims = saxpy_dims,
                    .plan = plan_right,
                    .sequential = saxpy_sequential,
                    .oracle = saxpy_oracle};
}

static brg_result run(brg_engine *engine, const char *op, int64_t n, brg_verify_policy verify) {
    brg_shape shape = brg_shape_1d(BRG_F32, n);
    brg_tensor *x, *y;
    brg_tensor_create_uniform(&shape, 1, -1, 1, &x, NULL);
    brg_tensor_create_uniform(&shape, 2, -1, 1, &y, NULL);
    brg_stage stage = {.op = op, .inputs = {x, y}, .input_count = 2};
    brg_job_desc desc = {.stages = &stage, .stage_count = 1, .verify = verify, .slice_ms = 0.001};
    brg_job job;
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, NULL), BRG_OK);
    brg_tensor_release(x);
    brg_tensor_release(y);
    return wait_for(engine, job);
}

Test(own_op, runs_and_is_verified_like_any_other) {
    brg_engine *engine = start_engine(NULL);
    brg_op op = saxpy("saxpy");
    cr_assert_eq(brg_engine_add_op(engine, &op, NULL), BRG_OK);
    cr_assert_eq(brg_engine_op(engine, "saxpy"), &op);
    brg_result result = run(engine, "saxpy", 100003, BRG_VERIFY_FULL);
    cr_assert_eq(result.verdict.outcome, BRG_PASSED);
    cr_assert_eq(result.dims[0].value, 100003);
    brg_result_release(&result);
    brg_engine_destroy(engine);
}

Test(own_op, one_wrong_element_is_caught_in_full_and_in_a_sample) {
    brg_engine *engine = start_engine(NULL);
    brg_op op = saxpy("wrong");
    op.plan = plan_wrong;
    cr_assert_eq(brg_engine_add_op(engine, &op, NULL), BRG_OK);
    brg_verify_policy policies[] = {BRG_VERIFY_FULL, BRG_VERIFY_SAMPLE}; /* the last row is in both */
    for (int i = 0; i < 2; i++) {
        brg_result result = run(engine, "wrong", 1000, policies[i]);
        cr_assert_eq(result.state, BRG_JOB_DONE);
        cr_assert_eq(result.verdict.outcome, BRG_MISMATCH);
        cr_assert_eq(result.verdict.failures, 1);
        cr_assert_eq(result.verdict.worst[0], 999);
        brg_result_release(&result);
    }
    brg_engine_destroy(engine);
}

Test(own_op, a_plan_that_overflows_fails_the_job_only) {
    brg_engine *engine = start_engine(NULL);
    brg_op op = saxpy("greedy"), good = saxpy("good");
    op.plan = plan_too_much;
    cr_assert_eq(brg_engine_add_op(engine, &op, NULL), BRG_OK);
    cr_assert_eq(brg_engine_add_op(engine, &good, NULL), BRG_OK);
    brg_result result = run(engine, "greedy", 10, BRG_VERIFY_FULL);
    cr_assert_eq(result.state, BRG_JOB_FAILED);
    cr_assert_eq(result.error.status, BRG_E_INTERNAL);
    brg_result_release(&result);
    result = run(engine, "good", 10, BRG_VERIFY_FULL);
    cr_assert_eq(result.verdict.outcome, BRG_PASSED);
    brg_result_release(&result);
    brg_engine_destroy(engine);
}

Test(own_op, incomplete_rows_and_taken_names_are_refused) {
    brg_engine *engine = start_engine(NULL);
    brg_op incomplete = saxpy("incomplete"), taken = saxpy("gemm"), unnamed = saxpy("");
    incomplete.oracle = NULL;
    cr_assert_eq(brg_engine_add_op(engine, &incomplete, NULL), BRG_E_ARGUMENT);
    cr_assert_eq(brg_engine_add_op(engine, &taken, NULL), BRG_E_ARGUMENT);
    cr_assert_eq(brg_engine_add_op(engine, &unnamed, NULL), BRG_E_ARGUMENT);
    brg_engine_destroy(engine);
}

Test(own_op, has_no_freivalds_check_unless_it_brings_one) {
    brg_engine *engine = start_engine(NULL);
    brg_op op = saxpy("saxpy");
    brg_engine_add_op(engine, &op, NULL);
    brg_result result = run(engine, "saxpy", 10, BRG_VERIFY_FREIVALDS);
    cr_assert_eq(result.state, BRG_JOB_FAILED);
    cr_assert_eq(result.error.status, BRG_E_UNSUPPORTED);
    brg_result_release(&result);
    brg_engine_destroy(engine);
}
