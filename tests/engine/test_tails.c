/* Outputs that come back from their end while the rest is still computed, on an op of our own: its first kernel
 * fills the end of the output, its second the middle, its third, which takes as long as one likes, what is left. */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

enum { THIRD = 65536, WHOLE = 3 * THIRD }; /* floats; large enough for work in place */

static const char source[] =
    "kernel void fill(int n, global float *out, int offset, int first) {\n"
    "    int i = get_global_id(0) + first;\n"
    "    if (i < n)\n"
    "        out[i] = offset + i;\n"
    "}\n"
    "kernel void crawl(int n, global float *out, int turns, int first) {\n"
    "    int i = get_global_id(0) + first;\n"
    "    float x = i;\n"
    "    for (int t = 0; t < turns; t++)\n"
    "        x = x * (1.0f + 1e-30f * t);\n" /* x again, but no compiler knows */
    "    if (i < n)\n"
    "        out[i] = x;\n"
    "}\n";

/* ---- the op ---------------------------------------------------------------------------------- */

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    (void)call, (void)error;
    *output = brg_shape_1d(BRG_F32, WHOLE);
    return BRG_OK;
}

/* So much that the first slice of the last kernel is a short one. */
static void cost(const brg_call *call, brg_cost *cost) {
    const int32_t *turns = call->data[0];
    *cost = (brg_cost){(1.0 + turns[0]) * THIRD, 4.0 * WHOLE};
}

static int32_t dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    (void)call;
    dims[0] = (brg_dim){"n", WHOLE};
    return 1;
}

/* How long the last kernel takes is the call's one number. */
static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *plan, brg_error *error) {
    (void)variant, (void)device, (void)error;
    const int32_t *turns = call->data[0];
    strcpy(plan->variant, "only");
    for (int part = 2; part >= 0; part--) {
        brg_launch *launch = brg_plan_add(plan, "ends", part > 0 ? "fill" : "crawl");
        launch->source = source;
        brg_launch_range(launch, 0, THIRD, 1);
        launch->share = part > 0 ? 1e-6 : 1;
        launch->tail = part > 0 ? (size_t)(3 - part) * THIRD * sizeof(float) : 0;
        brg_arg_i32(launch, THIRD);
        brg_arg_view(launch, BRG_BUFFER_OUTPUT, (size_t)part * THIRD * sizeof(float),
                     THIRD * sizeof(float));
        brg_arg_i32(launch, part > 0 ? part * THIRD : turns[0]);
        brg_arg_first(launch);
    }
    return BRG_OK;
}

static brg_status plan_shrinking(const brg_call *call, const char *variant,
                                 const brg_device_info *device, brg_plan *made, brg_error *error) {
    plan(call, variant, device, made, error);
    made->launches[1].tail = made->launches[0].tail;
    return BRG_OK;
}

static brg_status plan_beyond(const brg_call *call, const char *variant,
                              const brg_device_info *device, brg_plan *made, brg_error *error) {
    plan(call, variant, device, made, error);
    made->launches[1].tail = 2 * WHOLE * sizeof(float);
    return BRG_OK;
}

static void sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    (void)call;
    for (int64_t i = row0; i < row1; i++)
        ((float *)output)[i] = (float)i;
}

static void oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                   double *bound) {
    (void)call;
    for (int64_t i = row0; i < row1; i++) {
        expected[i - row0] = (double)i;
        bound[i - row0] = 0;
    }
}

static const brg_op ends = {.name = "ends",
                            .summary = "a test",
                            .min_inputs = 1,
                            .max_inputs = 1,
                            .check = check,
                            .cost = cost,
                            .dims = dims,
                            .plan = plan,
                            .sequential = sequential,
                            .oracle = oracle};

/* ---- jobs ------------------------------------------------------------------------------------ */

static brg_engine *start(const brg_op *op, brg_transfer transfer) {
    const brg_engine_config config = {.transfer = transfer};
    brg_engine *engine = start_engine(&config);
    cr_assert_eq(brg_engine_add_op(engine, op, NULL), BRG_OK);
    return engine;
}

static brg_job submit(brg_engine *engine, int32_t turns, brg_job_desc policy) {
    const brg_shape shape = brg_shape_1d(BRG_I32, 1);
    brg_tensor *number = NULL;
    brg_error error = {0};
    brg_job job;
    cr_assert_eq(brg_tensor_create(&shape, &turns, &number, NULL), BRG_OK);
    const brg_stage stage = {.op = "ends", .inputs = {number}, .input_count = 1};
    policy.stages = &stage;
    policy.stage_count = 1;
    cr_assert_eq(brg_engine_submit(engine, &policy, &job, &error), BRG_OK, "%s", error.what);
    brg_tensor_release(number);
    return job;
}

static void expect_tail(brg_engine *engine, brg_job job, int64_t count) {
    brg_tensor *output;
    cr_assert_eq(brg_engine_wait_tail(engine, job, (size_t)count * sizeof(float), 60, &output),
                 BRG_OK);
    const float *numbers = brg_tensor_data(output);
    for (int64_t i = WHOLE - count; i < WHOLE; i++)
        cr_assert_eq(numbers[i], (float)i, "%lld of %lld: %g", (long long)i, (long long)count,
                     (double)numbers[i]);
    brg_tensor_release(output);
}

/* Reads of the output in a trace. */
static int reads_of(brg_engine *engine, brg_job job) {
    static brg_span spans[4096];
    size_t count = brg_trace_copy(brg_engine_trace(engine), 0, spans, 4096);
    int reads = 0;
    for (size_t i = 0; i < count; i++)
        reads += spans[i].lane == BRG_LANE_READBACK && spans[i].job.slot == job.slot;
    return reads;
}

static void come_in_order(brg_transfer transfer) {
    brg_engine *engine = start(&ends, transfer);
    brg_job job = submit(engine, 0, (brg_job_desc){.verify = BRG_VERIFY_FULL});
    expect_tail(engine, job, 1);
    expect_tail(engine, job, THIRD);
    expect_tail(engine, job, 2 * THIRD);
    expect_tail(engine, job, WHOLE);
    must_pass(engine, job);
    cr_expect_eq(reads_of(engine, job), 3);
    expect_tail(engine, job, WHOLE); /* of a job that is done */
    brg_engine_destroy(engine);
}

Test(tails, portions_come_back_right_in_place) {
    come_in_order(BRG_TRANSFER_AUTO);
}

Test(tails, portions_come_back_right_copied) {
    come_in_order(BRG_TRANSFER_COPY);
}

/* The last kernel would take minutes: whatever this machine does meanwhile, it has not ended. */
static void come_early(brg_transfer transfer) {
    brg_engine *engine = start(&ends, transfer);
    brg_job job = submit(engine, 2000000, (brg_job_desc){.slice_ms = 1});
    brg_tensor *output;
    expect_tail(engine, job, 2 * THIRD);
    cr_expect_eq(view_of_job(engine, job).state, BRG_JOB_RUNNING);
    cr_expect_eq(brg_engine_wait_tail(engine, job, WHOLE * sizeof(float), 0.01, &output),
                 BRG_E_TIMEOUT);
    cr_expect_null(output);
    brg_engine_cancel(engine, job);
    cr_expect_eq(brg_engine_wait_tail(engine, job, WHOLE * sizeof(float), 60, &output),
                 BRG_E_CANCELLED);
    brg_result result = wait_for(engine, job);
    cr_expect_eq(result.state, BRG_JOB_CANCELLED);
    brg_result_release(&result);
    brg_engine_forget(engine, job);
    cr_expect_eq(brg_engine_wait_tail(engine, job, 4, 60, &output), BRG_E_STALE);
    brg_engine_destroy(engine);
}

Test(tails, an_end_is_there_while_the_rest_is_computed_in_place) {
    come_early(BRG_TRANSFER_AUTO);
}

Test(tails, an_end_is_there_while_the_rest_is_computed_copied) {
    come_early(BRG_TRANSFER_COPY);
}

/* A repeat writes the output again, so that nobody may look before the last. */
Test(tails, a_job_with_repeats_gives_it_at_the_end) {
    brg_engine *engine = start(&ends, BRG_TRANSFER_AUTO);
    brg_job job = submit(engine, 0, (brg_job_desc){.repeats = 3, .verify = BRG_VERIFY_FULL});
    expect_tail(engine, job, THIRD);
    cr_expect_eq(view_of_job(engine, job).state, BRG_JOB_DONE);
    must_pass(engine, job);
    job = submit(engine, 0, (brg_job_desc){.calls = 2, .verify = BRG_VERIFY_FULL});
    expect_tail(engine, job, WHOLE);
    must_pass(engine, job);
    brg_engine_destroy(engine);
}

static void must_fail(brg_op op) {
    brg_tensor *output;
    brg_engine *engine = start(&op, BRG_TRANSFER_AUTO);
    brg_job job = submit(engine, 0, (brg_job_desc){0});
    cr_expect_eq(brg_engine_wait_tail(engine, job, 4, 60, &output), BRG_E_CANCELLED);
    brg_result result = wait_for(engine, job);
    cr_expect_eq(result.state, BRG_JOB_FAILED);
    cr_expect_eq(result.error.status, BRG_E_INTERNAL, "%s", result.error.what);
    brg_result_release(&result);
    brg_engine_destroy(engine);
}

Test(tails, a_plan_whose_tails_make_no_sense_fails_the_job) {
    brg_op shrinking = ends, beyond = ends;
    shrinking.plan = plan_shrinking;
    beyond.plan = plan_beyond;
    must_fail(shrinking);
    must_fail(beyond);
}
