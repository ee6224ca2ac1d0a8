/* What the engine's tests share: an engine, matrices, and jobs of a wanted length. */
#ifndef TESTS_ENGINE_FIXTURE_H
#define TESTS_ENGINE_FIXTURE_H

#include <criterion/criterion.h>

#include "brigade/brigade.h"

/* Starts an engine, or fails the test. OpenCL must be initialised inside the test: Criterion forks. */
static inline brg_engine *start_engine(const brg_engine_config *config) {
    brg_error error = {.status = BRG_OK};
    brg_engine *engine = NULL;
    cr_assert_eq(brg_engine_create(config, &engine, &error), BRG_OK, "%s", error.what);
    return engine;
}

static inline brg_tensor *matrix(int64_t rows, int64_t columns, uint64_t seed) {
    brg_shape shape = brg_shape_2d(BRG_F32, rows, columns);
    brg_tensor *tensor = NULL;
    cr_assert_eq(brg_tensor_create_uniform(&shape, seed, -1, 1, &tensor, NULL), BRG_OK);
    return tensor;
}

/* Submits C = A B for n x n matrices with the given policy. The tensors are dropped at once: a job keeps
 * its own hold on them. */
static inline brg_status submit_gemm(brg_engine *engine, int64_t n, const char *variant,
                                     brg_job_desc policy, brg_job *job, brg_error *error) {
    brg_tensor *a = matrix(n, n, 1), *b = matrix(n, n, 2);
    brg_stage stage = {.op = "gemm", .variant = variant, .inputs = {a, b}, .input_count = 2};
    policy.stages = &stage;
    policy.stage_count = 1;
    brg_status status = brg_engine_submit(engine, &policy, job, error);
    brg_tensor_release(a);
    brg_tensor_release(b);
    return status;
}

static inline brg_job must_submit(brg_engine *engine, int64_t n, const char *variant,
                                  brg_job_desc policy) {
    brg_error error = {.status = BRG_OK};
    brg_job job;
    cr_assert_eq(submit_gemm(engine, n, variant, policy, &job, &error), BRG_OK, "%s", error.what);
    return job;
}

static inline brg_result result_of(brg_engine *engine, brg_job job) {
    brg_error error = {.status = BRG_OK};
    brg_result result;
    cr_assert_eq(brg_engine_result(engine, job, &result, &error), BRG_OK, "%s", error.what);
    return result;
}

static inline brg_result wait_for(brg_engine *engine, brg_job job) {
    cr_assert_eq(brg_engine_wait(engine, job, 300), BRG_OK);
    return result_of(engine, job);
}

/* Waits for the end and requires a verified result. */
static inline void must_pass(brg_engine *engine, brg_job job) {
    brg_result result = wait_for(engine, job);
    cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
    cr_assert_eq(result.verdict.outcome, BRG_PASSED);
    brg_result_release(&result);
}

/* The job's line in a fresh snapshot; fails if it is not there. */
static inline brg_job_view view_of_job(brg_engine *engine, brg_job job) {
    static _Thread_local brg_snapshot snapshot;
    brg_engine_snapshot(engine, &snapshot);
    for (int32_t i = 0; i < snapshot.job_count; i++)
        if (snapshot.jobs[i].job.slot == job.slot &&
            snapshot.jobs[i].job.generation == job.generation)
            return snapshot.jobs[i];
    cr_assert_fail("job %u is not in the snapshot", job.slot);
    return (brg_job_view){0};
}

#endif
