/* The engine on the default device: life cycle, cancel at every state, many submitters, shutdown. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"

enum { LONG = 1024 };

/* With LONG: a job that no machine ends before the test has done with it, and that ends at once when cancelled. */
static const brg_job_desc endless = {.verify = BRG_VERIFY_NONE, .calls = 100000};

Test(engine, discovers_devices_or_says_why_not) {
    brg_engine *engine = start_engine(NULL);
    brg_device_list list;
    cr_assert_eq(brg_engine_devices(engine, 60, &list, NULL), BRG_OK);
    cr_assert(list.count > 0 || list.note[0]);
    brg_engine_destroy(engine);
}

Test(engine, is_destroyed_at_once_after_creation) {
    for (int i = 0; i < 20; i++)
        brg_engine_destroy(start_engine(NULL));
    brg_engine_destroy(NULL);
}

Test(engine, refuses_bad_configurations) {
    brg_engine *engine;
    brg_engine_config negative = {.capacity = -1}, slow = {.slice_ms = -1}, odd = {.transfer = 7};
    cr_assert_eq(brg_engine_create(&negative, &engine, NULL), BRG_E_ARGUMENT);
    cr_assert_eq(brg_engine_create(&slow, &engine, NULL), BRG_E_ARGUMENT);
    cr_assert_eq(brg_engine_create(&odd, &engine, NULL), BRG_E_ARGUMENT);
    cr_assert_null(engine);
}

Test(engine, a_gemm_is_verified_and_timed) {
    brg_engine *engine = start_engine(NULL);
    brg_job_desc policy = {.baselines = BRG_BASELINE_SEQUENTIAL | BRG_BASELINE_NAIVE, .repeats = 3};
    brg_result result = wait_for(engine, must_submit(engine, 65, NULL, policy));
    cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
    cr_assert_eq(result.verdict.outcome, BRG_PASSED);
    cr_assert_eq(result.verdict.policy, BRG_VERIFY_FULL);
    cr_assert_eq(result.verdict.checked, 65 * 65);
    cr_assert(result.median.kernel > 0 && result.median.kernel <= result.median.total);
    cr_assert(result.min.kernel <= result.median.kernel);
    cr_assert(result.median.sequential > 0 && result.median.naive > 0);
    cr_assert_eq(result.sequential_fraction, 1);
    cr_assert_eq(result.runs, 3);
    cr_assert_not_null(result.output);
    brg_result_release(&result);
    brg_engine_destroy(engine);
}

Test(engine, an_unchecked_result_says_so) {
    brg_engine *engine = start_engine(NULL);
    brg_job_desc policy = {.verify = BRG_VERIFY_NONE};
    brg_result result = wait_for(engine, must_submit(engine, 32, NULL, policy));
    cr_assert_eq(result.state, BRG_JOB_DONE);
    cr_assert_eq(result.verdict.outcome, BRG_UNCHECKED);
    cr_assert(result.median.sequential < 0 && result.median.naive < 0);
    brg_result_release(&result);
    brg_engine_destroy(engine);
}

Test(engine, zero_copy_and_copies_give_the_same_bits) {
    brg_tensor *outputs[2];
    for (int i = 0; i < 2; i++) {
        brg_engine_config config = {.transfer = i ? BRG_TRANSFER_COPY : BRG_TRANSFER_AUTO};
        brg_engine *engine = start_engine(&config);
        brg_job_desc policy = {.slice_ms = i ? 0.01 : 0};
        brg_result result = wait_for(engine, must_submit(engine, 129, "naive", policy));
        cr_assert_eq(result.verdict.outcome, BRG_PASSED);
        outputs[i] = brg_tensor_retain(result.output);
        brg_result_release(&result);
        brg_engine_destroy(engine);
    }
    cr_assert_arr_eq(brg_tensor_data(outputs[0]), brg_tensor_data(outputs[1]),
                     brg_tensor_bytes(outputs[0]));
    brg_tensor_release(outputs[0]);
    brg_tensor_release(outputs[1]);
}

Test(engine, a_tight_budget_cuts_a_job_into_slices) {
    brg_engine *engine = start_engine(NULL);
    brg_job_desc policy = {.slice_ms = 0.05};
    brg_result result = wait_for(engine, must_submit(engine, 200, "naive", policy));
    cr_assert_eq(result.verdict.outcome, BRG_PASSED);
    cr_assert_gt(result.slices, 4);
    brg_result_release(&result);
    brg_engine_destroy(engine);
}

Test(engine, refuses_jobs_that_make_no_sense) {
    brg_engine *engine = start_engine(NULL);
    brg_error error;
    brg_job job;
    brg_tensor *a = matrix(4, 5, 1), *b = matrix(6, 4, 2);
    brg_stage stage = {.op = "gemm", .inputs = {a, b}, .input_count = 2};
    brg_job_desc desc = {.stages = &stage, .stage_count = 1};
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_E_SHAPE);
    stage.op = "no such op";
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_E_NOT_FOUND);
    stage.op = "gemm";
    stage.variant = "no such variant";
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_E_NOT_FOUND);
    stage.variant = NULL;
    stage.input_count = 1;
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_E_ARGUMENT);
    stage.input_count = 2;
    stage.inputs[1] = NULL;
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_E_ARGUMENT);
    desc.stage_count = 0;
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_E_ARGUMENT);
    desc = (brg_job_desc){.stages = &stage, .stage_count = 1, .repeats = -1};
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_E_ARGUMENT);
    cr_assert_eq(job.generation, 0);
    brg_tensor_release(a);
    brg_tensor_release(b);
    brg_engine_destroy(engine);
}

Test(engine, an_unknown_device_fails_the_job_with_a_sentence) {
    brg_engine *engine = start_engine(NULL);
    brg_job_desc policy = {.device = "no such device"};
    brg_result result = wait_for(engine, must_submit(engine, 8, NULL, policy));
    cr_assert_eq(result.state, BRG_JOB_FAILED);
    cr_assert_eq(result.error.status, BRG_E_NOT_FOUND);
    cr_assert(result.error.what[0]);
    brg_result_release(&result);
    brg_engine_destroy(engine);
}

Test(engine, a_job_beyond_the_memory_budget_fails_clearly_and_a_smaller_one_runs) {
    brg_engine_config config = {.memory_budget = 16 << 10}; /* too little even for a part */
    brg_engine *engine = start_engine(&config);
    brg_result result = wait_for(engine, must_submit(engine, 512, NULL, (brg_job_desc){0}));
    cr_assert_eq(result.state, BRG_JOB_FAILED);
    cr_assert_eq(result.error.status, BRG_E_MEMORY);
    cr_assert_not_null(strstr(result.error.what, "budget"));
    brg_result_release(&result);
    must_pass(engine, must_submit(engine, 20, NULL, (brg_job_desc){0}));
    brg_engine_destroy(engine);
}

Test(engine, jobs_wait_for_each_others_memory) {
    brg_engine_config config = {.memory_budget = 1 << 20}; /* one gemm of 256 fits, two do not */
    brg_engine *engine = start_engine(&config);
    brg_job jobs[6];
    for (int i = 0; i < 6; i++)
        jobs[i] = must_submit(engine, 256, NULL, (brg_job_desc){0});
    for (int i = 0; i < 6; i++)
        must_pass(engine, jobs[i]);
    brg_engine_destroy(engine);
}

/* ---- cancel ------------------------------------------------------------------------------------ */

static void must_be_cancelled(brg_engine *engine, brg_job job) {
    brg_result result = wait_for(engine, job);
    cr_assert_eq(result.state, BRG_JOB_CANCELLED, "%s", brg_job_state_name(result.state));
    cr_assert_eq(result.error.status, BRG_E_CANCELLED);
    cr_assert_null(result.output);
    brg_result_release(&result);
}

static void cancel_in_state(brg_job_state state, const char *variant, brg_job_desc policy) {
    brg_engine *engine = start_engine(NULL);
    brg_job job = must_submit(engine, LONG, variant, policy);
    for (;;) {
        brg_job_state now = view_of_job(engine, job).state;
        cr_assert(!brg_job_state_ended(now), "the job ended before it could be cancelled");
        if (now == state)
            break;
        usleep(200);
    }
    cr_assert_eq(brg_engine_cancel(engine, job), BRG_OK);
    must_be_cancelled(engine, job);
    must_pass(engine, must_submit(engine, 33, NULL, (brg_job_desc){0}));
    brg_engine_destroy(engine);
}

Test(cancel, while_running) {
    cancel_in_state(BRG_JOB_RUNNING, "naive", endless);
}

Test(cancel, while_verifying) {
    brg_job_desc policy = {.baselines = BRG_BASELINE_NAIVE};
    cancel_in_state(BRG_JOB_VERIFYING, NULL, policy);
}

Test(cancel, while_queued_behind_others) {
    enum { JOBS = 24 }; /* too many to be started all at once */
    brg_engine *engine = start_engine(NULL);
    brg_job jobs[JOBS];
    for (int i = 0; i < JOBS; i++)
        jobs[i] = must_submit(engine, 512, "naive", endless);
    cr_assert_eq(view_of_job(engine, jobs[JOBS - 1]).state, BRG_JOB_QUEUED);
    for (int i = JOBS - 1; i >= 0; i--)
        brg_engine_cancel(engine, jobs[i]);
    for (int i = 0; i < JOBS; i++)
        must_be_cancelled(engine, jobs[i]);
    brg_engine_destroy(engine);
}

Test(cancel, while_paused) {
    brg_engine *engine = start_engine(NULL);
    brg_job job = must_submit(engine, LONG, "naive", endless);
    cr_assert_eq(brg_engine_pause(engine, job), BRG_OK);
    cr_assert_eq(brg_engine_wait(engine, job, 0.1), BRG_E_TIMEOUT);
    brg_engine_cancel(engine, job);
    must_be_cancelled(engine, job);
    brg_engine_destroy(engine);
}

Test(cancel, after_the_end_changes_nothing) {
    brg_engine *engine = start_engine(NULL);
    brg_job job = must_submit(engine, 16, NULL, (brg_job_desc){0});
    must_pass(engine, job);
    cr_assert_eq(brg_engine_cancel(engine, job), BRG_OK);
    must_pass(engine, job);
    brg_engine_destroy(engine);
}

/* What was in flight when it was paused still lands. One that did not stand still would come to its end. */
static void await_standstill(brg_engine *engine, brg_job job) {
    float before, after = view_of_job(engine, job).progress;
    do {
        before = after;
        usleep(100000);
        brg_job_view view = view_of_job(engine, job);
        cr_assert(view.paused && !brg_job_state_ended(view.state));
        after = view.progress;
    } while (after != before);
}

Test(engine, a_paused_job_goes_on_when_resumed) {
    brg_engine *engine = start_engine(NULL);
    brg_job job = must_submit(engine, 512, "naive", (brg_job_desc){0});
    brg_engine_pause(engine, job);
    await_standstill(engine, job);
    brg_engine_resume(engine, job);
    must_pass(engine, job);
    brg_engine_destroy(engine);
}

/* ---- order ------------------------------------------------------------------------------------- */

Test(engine, a_higher_priority_overtakes) {
    brg_engine *engine = start_engine(NULL);
    brg_job slow = must_submit(engine, LONG, "naive", endless);
    brg_job quick = must_submit(engine, 64, NULL, (brg_job_desc){.priority = 5});
    must_pass(engine, quick);
    cr_assert(!brg_job_state_ended(view_of_job(engine, slow).state));
    brg_engine_cancel(engine, slow);
    brg_engine_destroy(engine);
}

Test(engine, equal_jobs_take_turns) {
    brg_engine *engine = start_engine(NULL);
    const brg_job_desc lengthy = {.verify = BRG_VERIFY_NONE, .calls = 8};
    brg_job first = must_submit(engine, 512, "naive", lengthy);
    brg_engine_pause(engine, first); /* so that it has no start worth mentioning */
    brg_job second = must_submit(engine, 512, "naive", lengthy);
    brg_engine_resume(engine, first);
    while (view_of_job(engine, first).progress < 0.25f)
        usleep(1000);
    float other = view_of_job(engine, second).progress;
    cr_assert_gt(other, 0.05f, "the second job got to %g while the first got to a quarter", other);
    brg_engine_cancel(engine, first);
    brg_engine_cancel(engine, second);
    brg_engine_destroy(engine);
}

/* ---- handles ----------------------------------------------------------------------------------- */

Test(engine, stale_handles_are_harmless) {
    brg_engine *engine = start_engine(NULL);
    brg_result result;
    brg_job job = must_submit(engine, 16, NULL, (brg_job_desc){0});
    must_pass(engine, job);
    cr_assert_eq(brg_engine_forget(engine, job), BRG_OK);
    brg_job stale[] = {job, {0, 0}, {12345, 1}, {UINT32_MAX, UINT32_MAX}};
    for (size_t i = 0; i < sizeof stale / sizeof stale[0]; i++) {
        cr_assert_eq(brg_engine_cancel(engine, stale[i]), BRG_E_STALE);
        cr_assert_eq(brg_engine_pause(engine, stale[i]), BRG_E_STALE);
        cr_assert_eq(brg_engine_resume(engine, stale[i]), BRG_E_STALE);
        cr_assert_eq(brg_engine_wait(engine, stale[i], 1), BRG_E_STALE);
        cr_assert_eq(brg_engine_forget(engine, stale[i]), BRG_E_STALE);
        cr_assert_eq(brg_engine_result(engine, stale[i], &result, NULL), BRG_E_STALE);
    }
    brg_engine_destroy(engine);
}

Test(engine, an_unfinished_job_has_no_result_and_is_not_forgotten) {
    brg_engine *engine = start_engine(NULL);
    brg_result result;
    brg_job job = must_submit(engine, LONG, "naive", endless);
    cr_assert_eq(brg_engine_result(engine, job, &result, NULL), BRG_E_ARGUMENT);
    cr_assert_eq(brg_engine_forget(engine, job), BRG_E_ARGUMENT);
    cr_assert_eq(brg_engine_wait(engine, job, 0), BRG_E_TIMEOUT);
    brg_engine_destroy(engine);
}

Test(engine, a_full_queue_says_so_and_ended_jobs_make_room) {
    brg_engine_config config = {.capacity = 3};
    brg_engine *engine = start_engine(&config);
    brg_error error;
    brg_job jobs[3], more;
    for (int i = 0; i < 3; i++)
        jobs[i] = must_submit(engine, LONG, "naive", endless);
    cr_assert_eq(submit_gemm(engine, 8, NULL, (brg_job_desc){0}, &more, &error), BRG_E_FULL);
    for (int i = 0; i < 3; i++)
        brg_engine_cancel(engine, jobs[i]);
    for (int i = 0; i < 3; i++)
        brg_engine_wait(engine, jobs[i], -1);
    for (int i = 0; i < 10; i++)
        must_pass(engine, must_submit(engine, 8, NULL, (brg_job_desc){0}));
    cr_assert_eq(brg_engine_wait(engine, jobs[0], 0), BRG_E_STALE);
    brg_engine_destroy(engine);
}

/* ---- load -------------------------------------------------------------------------------------- */

enum { SUBMITTERS = 6, JOBS_EACH = 20 };

typedef struct submitter {
    brg_engine *engine;
    int passed, cancelled;
} submitter;

static void *submit_many(void *user) {
    submitter *self = user;
    for (int i = 0; i < JOBS_EACH; i++) {
        brg_job job;
        brg_result result;
        if (submit_gemm(self->engine, 30 + i, NULL, (brg_job_desc){0}, &job, NULL) != BRG_OK)
            continue;
        if (i % 5 == 4)
            brg_engine_cancel(self->engine, job);
        brg_engine_wait(self->engine, job, -1);
        if (brg_engine_result(self->engine, job, &result, NULL) != BRG_OK)
            continue;
        self->passed += result.state == BRG_JOB_DONE && result.verdict.outcome == BRG_PASSED;
        self->cancelled += result.state == BRG_JOB_CANCELLED;
        brg_result_release(&result);
    }
    return NULL;
}

Test(load, many_threads_submit_cancel_and_wait) {
    brg_engine *engine = start_engine(NULL);
    pthread_t threads[SUBMITTERS];
    submitter submitters[SUBMITTERS];
    brg_snapshot snapshot;
    for (int i = 0; i < SUBMITTERS; i++) {
        submitters[i] = (submitter){.engine = engine};
        pthread_create(&threads[i], NULL, submit_many, &submitters[i]);
    }
    for (int i = 0; i < 200; i++)
        brg_engine_snapshot(engine, &snapshot);
    int ended = 0;
    for (int i = 0; i < SUBMITTERS; i++) {
        pthread_join(threads[i], NULL);
        ended += submitters[i].passed + submitters[i].cancelled;
        cr_assert_geq(submitters[i].passed, JOBS_EACH * 4 / 5);
    }
    cr_assert_eq(ended, SUBMITTERS * JOBS_EACH);
    brg_engine_snapshot(engine, &snapshot);
    cr_assert_eq(snapshot.jobs_done + snapshot.jobs_cancelled, (uint64_t)ended);
    cr_assert_eq(snapshot.queued + snapshot.active, 0);
    cr_assert_eq(snapshot.memory_used, 0);
    brg_engine_destroy(engine);
}

Test(load, shutdown_under_load_ends_every_job) {
    for (int round = 0; round < 5; round++) {
        brg_engine *engine = start_engine(NULL);
        for (int i = 0; i < 40; i++)
            must_submit(engine, 128 + i, i % 2 ? "naive" : NULL, (brg_job_desc){0});
        usleep((useconds_t)round * 20000);
        brg_engine_destroy(engine);
    }
}

static void count_wake(void *user) {
    atomic_fetch_add((atomic_int *)user, 1);
}

Test(engine, wakes_its_client) {
    atomic_int wakes = 0;
    brg_engine_config config = {.wake = count_wake, .wake_user = &wakes};
    brg_engine *engine = start_engine(&config);
    must_pass(engine, must_submit(engine, 64, NULL, (brg_job_desc){0}));
    brg_engine_destroy(engine);
    cr_assert_geq(atomic_load(&wakes), 4); /* devices known, building, running, done */
}

/* ---- trace and sub-devices --------------------------------------------------------------------- */

Test(engine, traces_what_it_did_on_one_clock) {
    brg_engine_config config = {.transfer = BRG_TRANSFER_COPY};
    brg_engine *engine = start_engine(&config);
    brg_span spans[4096];
    uint64_t before = brg_now_ns();
    must_pass(engine, must_submit(engine, 256, NULL, (brg_job_desc){0}));
    uint64_t after = brg_now_ns();
    size_t count = brg_trace_copy(brg_engine_trace(engine), before, spans, 4096);
    int seen[BRG_LANE_COUNT] = {0};
    for (size_t i = 0; i < count; i++) {
        seen[spans[i].lane]++;
        cr_assert(spans[i].start_ns + 1000000 > before && spans[i].end_ns < after + 1000000);
    }
    cr_assert(seen[BRG_LANE_ENGINE] && seen[BRG_LANE_UPLOAD] && seen[BRG_LANE_KERNEL] &&
              seen[BRG_LANE_READBACK] && seen[BRG_LANE_REFERENCE]);
    brg_engine_destroy(engine);
}

static bool overlap(const brg_span *a, const brg_span *b) {
    return a->start_ns < b->end_ns && b->start_ns < a->end_ns;
}

/* Whether kernels of two jobs ran at one time. */
static bool ran_together(brg_engine *engine, const brg_job jobs[2]) {
    static brg_span spans[4096];
    size_t count = brg_trace_copy(brg_engine_trace(engine), 0, spans, 4096);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            if (spans[i].lane == BRG_LANE_KERNEL && spans[j].lane == BRG_LANE_KERNEL &&
                spans[i].job.slot == jobs[0].slot && spans[j].job.slot == jobs[1].slot &&
                overlap(&spans[i], &spans[j]))
                return true;
    return false;
}

Test(engine, gives_jobs_different_parts_of_a_device) {
    brg_engine *engine = start_engine(NULL);
    brg_device_list list;
    cr_assert_eq(brg_engine_devices(engine, -1, &list, NULL), BRG_OK);
    if (!list.devices[0].partitions_by_counts || list.devices[0].compute_units < 2)
        cr_skip_test("the device cannot be divided");
    brg_job jobs[2];
    for (int i = 0; i < 2; i++)
        jobs[i] = must_submit(engine, 700, NULL,
                              (brg_job_desc){.device = i ? "0/cu=1@1" : "0/cu=1@0",
                                             .verify = BRG_VERIFY_FREIVALDS,
                                             .repeats = 20});
    for (int i = 0; i < 2; i++) {
        brg_result result = wait_for(engine, jobs[i]);
        cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
        cr_assert_eq(result.units, 1);
        cr_assert_eq(result.verdict.outcome, BRG_PASSED);
        brg_result_release(&result);
    }
    cr_assert(ran_together(engine, jobs));
    brg_engine_destroy(engine);
}

/* The first kernel of a job in the trace. */
static brg_span kernel_of(brg_engine *engine, brg_job job) {
    static brg_span spans[4096];
    size_t count = brg_trace_copy(brg_engine_trace(engine), 0, spans, 4096);
    for (size_t i = 0; i < count; i++)
        if (spans[i].lane == BRG_LANE_KERNEL && spans[i].job.slot == job.slot &&
            spans[i].job.generation == job.generation)
            return spans[i];
    cr_assert_fail("job %u ran no kernel", job.slot);
    return (brg_span){0};
}

/* Waits until a kernel of the engine's only job is under way. */
static void await_flight(brg_engine *engine) {
    static brg_snapshot snapshot;
    do {
        usleep(2000);
        brg_engine_snapshot(engine, &snapshot);
    } while (snapshot.slices_in_flight == 0 && snapshot.active + snapshot.queued > 0);
    usleep(2000); /* there is no more to do, and the engine waits for it */
}

/* A long kernel on one part, a short one on the other. True if the short one ran while the long one did. */
static bool ran_meanwhile(brg_engine *engine) {
    const brg_job_desc lengthy = {
        .device = "0/cu=1@0", .verify = BRG_VERIFY_NONE, .slice_ms = 10000, .repeats = 1};
    const brg_job_desc brief = {.device = "0/cu=1@1", .verify = BRG_VERIFY_NONE, .repeats = 1};
    brg_job slow = must_submit(engine, 1800, NULL, lengthy);
    await_flight(engine);
    brg_job quick = must_submit(engine, 64, NULL, brief);
    brg_result one = wait_for(engine, quick), other = wait_for(engine, slow);
    cr_expect_eq(one.state, BRG_JOB_DONE, "%s", one.error.what);
    cr_expect_eq(other.state, BRG_JOB_DONE, "%s", other.error.what);
    brg_result_release(&one);
    brg_result_release(&other);
    brg_span inner = kernel_of(engine, quick), outer = kernel_of(engine, slow);
    return outer.start_ns < inner.start_ns && inner.end_ns < outer.end_ns;
}

/* While one part computes a long slice, the other takes up what is submitted for it, and ends it. Deaf, it never
 * would; on a machine busy with other things it may come too late a few times. */
Test(engine, is_not_deaf_to_one_part_of_a_device_while_another_computes) {
    enum { TRIES = 20 };
    brg_engine *engine = start_engine(NULL);
    brg_device_list list;
    cr_assert_eq(brg_engine_devices(engine, -1, &list, NULL), BRG_OK);
    if (!list.devices[0].partitions_by_counts || list.devices[0].compute_units < 2)
        cr_skip_test("the device cannot be divided");
    ran_meanwhile(engine); /* how fast either part is, is known then */
    bool heard = false;
    for (int i = 0; i < TRIES && !heard; i++)
        heard = ran_meanwhile(engine);
    cr_expect(heard, "no short job of %d ran while a long one did", TRIES);
    brg_engine_destroy(engine);
}

Test(engine, runs_on_a_part_of_a_device_if_it_divides) {
    brg_engine *engine = start_engine(NULL);
    brg_device_list list;
    brg_device_choice choice;
    cr_assert_eq(brg_engine_devices(engine, -1, &list, NULL), BRG_OK);
    cr_assert_eq(brg_device_select(&list, NULL, &choice, NULL), BRG_OK);
    const brg_device_info *info = &list.devices[choice.index];
    if (info->partitions_by_counts && info->compute_units > 1) {
        brg_job_desc policy = {.device = "0/cu=1"};
        brg_result result = wait_for(engine, must_submit(engine, 100, NULL, policy));
        cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
        cr_assert_eq(result.units, 1);
        brg_result_release(&result);
    } else {
        cr_skip_test("the device cannot be divided");
    }
    brg_engine_destroy(engine);
}
