/* The engine's thread: the only caller of OpenCL. See the DESIGN comment in engine.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "engine/choose.h"
#include "engine/place.h"
#include "verify/statistics.h"

enum {
    MAX_ATTEMPTS = 3, /* starts of a job whose device keeps failing under it */
    ENOUGH_RUNS = 10  /* before a small spread ends the repeats */
};
static const double ENOUGH_SPREAD = 0.02;
static const uint64_t LATE_BUILD_NS = 5u * 1000u * 1000u;
static const uint64_t WAKE_INTERVAL_NS = 8u * 1000u * 1000u;
static const double LONG_NS = 1e6; /* to be deaf for that long is too long: see is_deaf */
static const long DOZE_NS = 500000;

/* ---- telling the client ------------------------------------------------------------------------ */

static void wake(brg_engine *engine) {
    engine->woke_ns = brg_now_ns();
    if (engine->config.wake)
        engine->config.wake(engine->config.wake_user);
}

static void add_span(brg_engine *engine, const brg_record *record, brg_lane lane, int32_t device,
                     const char *name, uint64_t start_ns, uint64_t end_ns) {
    brg_span span = {.start_ns = start_ns,
                     .end_ns = end_ns > start_ns ? end_ns : start_ns,
                     .job = record->job,
                     .device = device,
                     .lane = lane};
    snprintf(span.name, sizeof span.name, "%s", name);
    brg_trace_add(engine->trace, &span);
}

static void set_state(brg_engine *engine, brg_record *record, brg_job_state state) {
    pthread_mutex_lock(&engine->lock);
    record->state = state;
    brg_table_sort(&engine->table, record);
    if (state == BRG_JOB_BUILDING && record->started_ns == 0)
        record->started_ns = brg_now_ns();
    pthread_mutex_unlock(&engine->lock);
    wake(engine);
}

static void set_progress(brg_engine *engine, brg_record *record, double progress) {
    pthread_mutex_lock(&engine->lock);
    record->progress = (float)fmin(fmax(progress, record->progress), 1);
    pthread_mutex_unlock(&engine->lock);
    if (brg_now_ns() - engine->woke_ns >= WAKE_INTERVAL_NS)
        wake(engine);
}

/* ---- the end of a job's output ------------------------------------------------------------------ */

/* Whoever waits for the end of a job's output may have it. A job with repeats writes it again. */
static void tell_tail(brg_engine *engine, brg_record *record, size_t tail) {
    if (record->policy.repeats > 1)
        return;
    pthread_mutex_lock(&engine->lock);
    if (!record->early)
        record->early =
            brg_tensor_retain(brg_execution_output(record->execution, record->work->count - 1));
    record->tail = tail;
    atomic_fetch_add(&engine->endings, 1);
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
}

static void forget_tail(brg_engine *engine, brg_record *record) {
    pthread_mutex_lock(&engine->lock);
    brg_tensor_release(record->early);
    record->early = NULL;
    record->tail = 0;
    pthread_mutex_unlock(&engine->lock);
}

/* ---- the end of a job -------------------------------------------------------------------------- */

/* Whoever waited for memory may look again. */
static void memory_was_released(brg_engine *engine) {
    pthread_mutex_lock(&engine->lock);
    for (brg_record *record = engine->table.queued.first; record && engine->memory_waiters > 0;
         record = record->behind) {
        engine->memory_waiters -= record->waits_for_memory;
        record->waits_for_memory = false;
    }
    pthread_mutex_unlock(&engine->lock);
}

static void drop_execution(brg_engine *engine, brg_record *record, bool abandon) {
    brg_host_run_destroy(record->host_run);
    record->host_run = NULL;
    if (!record->execution)
        return;
    brg_execution_destroy(record->execution, abandon);
    record->execution = NULL;
    memory_was_released(engine);
}

static void drop_outputs(brg_record *record) {
    for (int32_t s = 0; s < BRG_MAX_STAGES; s++) {
        brg_tensor_release(record->outputs[s]);
        record->outputs[s] = NULL;
    }
}

static void describe_work(brg_record *record) {
    brg_result *result = &record->result;
    const brg_work *work = record->work;
    result->job = record->job;
    memcpy(result->label, record->label, sizeof result->label);
    result->stage_count = work->count;
    for (int32_t s = 0; s < work->count; s++)
        snprintf(result->op[s], sizeof result->op[s], "%s", work->stages[s].op->name);
    result->dim_count = work->stages[0].op->dims(&work->stages[0].call, result->dims);
    result->cost = brg_work_cost(work);
    result->device = record->device;
    result->units = record->units;
}

static brg_times unmeasured(void) {
    return (brg_times){-1, -1, -1, -1};
}

/* Makes the job's end known; the record belongs to the callers from here on. */
static void finish(brg_engine *engine, brg_record *record, brg_job_state state,
                   const brg_error *error) {
    drop_execution(engine, record, false);
    brg_check_destroy(record->check);
    record->check = NULL;
    describe_work(record);
    record->result.state = state;
    if (error)
        record->result.error = *error;
    if (state == BRG_JOB_DONE)
        record->result.output = brg_tensor_retain(record->outputs[record->work->count - 1]);
    else
        record->result.median = record->result.min = unmeasured();
    drop_outputs(record);
    brg_work_destroy(record->work);
    record->work = NULL;

    pthread_mutex_lock(&engine->lock);
    record->state = state;
    record->progress = state == BRG_JOB_DONE ? 1 : record->progress;
    record->ended_ns = brg_now_ns();
    engine->jobs_done += state == BRG_JOB_DONE;
    engine->jobs_failed += state == BRG_JOB_FAILED;
    engine->jobs_cancelled += state == BRG_JOB_CANCELLED;
    engine->memory_waiters -= record->waits_for_memory;
    brg_table_sort(&engine->table, record);
    atomic_fetch_add(&engine->endings, 1);
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
    wake(engine);
}

static void cancel(brg_engine *engine, brg_record *record) {
    brg_error error;
    brg_fail(&error, BRG_E_CANCELLED, "the job was cancelled");
    finish(engine, record, BRG_JOB_CANCELLED, &error);
}

/* ---- a device that fails ----------------------------------------------------------------------- */

static void drop_flights(brg_engine *engine, const brg_context *context) {
    int32_t kept = 0;
    for (int32_t i = 0; i < engine->flight_count; i++) {
        brg_flight *flight = &engine->flights[i];
        if (flight->context != context) {
            engine->flights[kept++] = *flight;
            continue;
        }
        flight->record->in_flight--;
        brg_piece_release(&flight->piece);
    }
    engine->flight_count = kept;
}

static void remove_context(brg_engine *engine, brg_context *context) {
    for (int32_t i = 0; i < engine->context_count; i++)
        if (engine->contexts[i] == context)
            engine->contexts[i--] = engine->contexts[--engine->context_count];
    brg_context_close(context);
}

static bool runs_on(const brg_record *record, const brg_context *context) {
    return !brg_job_state_ended(record->state) && record->execution &&
           brg_execution_context(record->execution) == context;
}

/* The next job on the failed context, other than the one to blame; under the lock, as callers may add. */
static brg_record *next_victim(brg_engine *engine, const brg_context *context) {
    pthread_mutex_lock(&engine->lock);
    brg_record *record =
        engine->table.oldest; /* a queued job may have a plan for the context too */
    while (record && !runs_on(record, context))
        record = record->newer;
    pthread_mutex_unlock(&engine->lock);
    return record;
}

static void start_over(brg_engine *engine, brg_record *record, const brg_error *error) {
    record->run = record->run_count = 0;
    record->spent_ms = 0;
    forget_tail(engine, record);
    if (record->attempts < MAX_ATTEMPTS)
        set_state(engine, record, BRG_JOB_QUEUED);
    else
        finish(engine, record, BRG_JOB_FAILED, error);
}

/* Fails `blamed`, lets the other jobs on the context start over, and closes the context. */
static void device_failed(brg_engine *engine, brg_context *context, brg_record *blamed,
                          const brg_error *error) {
    bool abandon = !brg_context_finish(context);
    drop_flights(engine, context);
    drop_execution(engine, blamed, abandon);
    for (brg_record *record; (record = next_victim(engine, context));) {
        drop_execution(engine, record, abandon);
        start_over(engine, record, error);
    }
    finish(engine, blamed, BRG_JOB_FAILED, error);
    remove_context(engine, context);
}

/* ---- pieces in flight -------------------------------------------------------------------------- */

static double run_progress(const brg_record *record) {
    double runs = record->policy.repeats > 1 ? record->policy.repeats + 1 : 1;
    double device = fmin((record->run + record->run_share) / runs, 1);
    return record->policy.verify == BRG_VERIFY_NONE && !record->policy.baselines ? device
                                                                                 : 0.8 * device;
}

/* Some drivers compile a kernel only when it is first launched. A job that has the device to itself and
 * still waits so long for a kernel to start has waited for that: it counts as building, not as running. */
static void note_late_build(const brg_engine *engine, brg_record *record, uint64_t enqueued_ns,
                            uint64_t start_ns) {
    uint64_t ready = record->run_ended_ns > enqueued_ns ? record->run_ended_ns : enqueued_ns;
    bool alone = engine->table.active.first == engine->table.active.last;
    if (!alone || start_ns < ready + LATE_BUILD_NS)
        return;
    record->result.build_ms += (double)(start_ns - ready) * 1e-6;
    record->run_began_ns += start_ns - ready;
}

/* Whether all earlier pieces of the job have landed too. */
static bool lands_in_order(const brg_engine *engine, int32_t index) {
    for (int32_t i = 0; i < index; i++)
        if (engine->flights[i].record == engine->flights[index].record)
            return false;
    return true;
}

static void land(brg_engine *engine, int32_t index) {
    static const brg_lane lanes[] = {BRG_LANE_UPLOAD, BRG_LANE_KERNEL, BRG_LANE_READBACK};
    brg_flight flight = engine->flights[index];
    bool in_order = lands_in_order(engine, index);
    engine->flight_count--;
    memmove(&engine->flights[index], &engine->flights[index + 1],
            (size_t)(engine->flight_count - index) * sizeof flight);
    brg_record *record = flight.record;
    uint64_t start, end;
    const brg_piece *piece = &flight.piece;
    brg_context_span(flight.context, piece->first ? piece->first : piece->event, piece->event,
                     piece->enqueued_ns, brg_now_ns(), &start, &end);
    brg_piece_release(&flight.piece);
    add_span(engine, record, lanes[flight.piece.kind], flight.context->info.index,
             flight.piece.name, start, end);
    if (piece->kind == BRG_PIECE_KERNEL && in_order)
        note_late_build(engine, record, piece->enqueued_ns, start);
    record->in_flight--;
    record->run_share += flight.piece.share;
    record->run_ended_ns = end > record->run_ended_ns ? end : record->run_ended_ns;
    if (flight.piece.kind == BRG_PIECE_KERNEL) {
        record->run_kernel_ns += (double)(end - start);
        record->run_slices++;
        if (!piece->mixed)
            brg_rate_learn(&flight.context->rates, piece->name, piece->work, (double)(end - start));
    }
    if (piece->tail > 0)
        tell_tail(engine, record, piece->tail);
    set_progress(engine, record, run_progress(record));
}

static void flight_failed(brg_engine *engine, int32_t index, const char *call, cl_int code) {
    brg_error error;
    brg_cl_fail(&error, call, code);
    device_failed(engine, engine->flights[index].context, engine->flights[index].record, &error);
}

/* Looks once at every piece in flight. */
static void land_finished(brg_engine *engine) {
    for (int32_t i = 0; i < engine->flight_count;) {
        cl_int state = CL_QUEUED;
        cl_int code = clGetEventInfo(engine->flights[i].piece.event,
                                     CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL);
        if (code != CL_SUCCESS || state < 0) {
            flight_failed(engine, i,
                          code != CL_SUCCESS ? "clGetEventInfo" : "a command on the device",
                          code != CL_SUCCESS ? code : state);
            i = 0; /* the list has changed */
        } else if (state == CL_COMPLETE) {
            land(engine, i);
        } else {
            i++;
        }
    }
}

/* The piece to wait for on behalf of the oldest one: the last of those that should have ended in a short
 * while, since being woken costs more than they do. Else the oldest, or, if its job has no more to
 * enqueue, the last piece of that job. None beyond the end of an output that somebody may be waiting for. */
static int32_t piece_to_wait_for(const brg_engine *engine) {
    const brg_record *record = engine->flights[0].record;
    brg_piece_kind kind;
    int32_t last = 0;
    double ns = engine->flights[0].piece.expected_ns;
    bool done = !brg_execution_next(record->execution, 0, &kind);
    for (int32_t i = 1; i < engine->flight_count && engine->flights[i - 1].piece.tail == 0; i++) {
        ns += engine->flights[i].piece.expected_ns;
        if (ns < BRG_SHORT_TOGETHER_NS / 2 || (done && engine->flights[i].record == record))
            last = i;
    }
    return last;
}

static void wait_for_oldest(brg_engine *engine) {
    int32_t index = piece_to_wait_for(engine);
    cl_int code = clWaitForEvents(1, &engine->flights[index].piece.event);
    if (code != CL_SUCCESS)
        flight_failed(engine, index, "clWaitForEvents", code);
    else
        land_finished(engine);
}

/* Who waits for a long piece on one device is deaf to all others: what ends there, and what is submitted for them
 * meanwhile. */
static bool is_deaf(const brg_engine *engine) {
    double ns = 0;
    if (engine->context_count < 2 || engine->flight_count == 0)
        return false;
    for (int32_t i = piece_to_wait_for(engine); i >= 0; i--)
        ns += engine->flights[i].piece.expected_ns;
    return !(ns < LONG_NS);
}

/* Waits until no piece is in flight on a device that computes on the host's cores. */
static void drain_host_devices(brg_engine *engine) {
    for (int32_t i = 0; i < engine->flight_count;) {
        if (engine->flights[i].context->info.kind != BRG_DEVICE_CPU) {
            i++;
            continue;
        }
        wait_for_oldest(engine);
        i = 0;
    }
}

/* ---- starting a job ---------------------------------------------------------------------------- */

static brg_status check_memory(const brg_engine *engine, const brg_context *context,
                               const brg_execution *execution, brg_error *error) {
    uint64_t needs = brg_execution_bytes(execution), budget = brg_place_budget(engine, context);
    uint64_t largest = brg_execution_largest(execution), limit = context->info.max_allocation;
    if (needs > budget)
        brg_fail(error, BRG_E_MEMORY,
                 "the job needs %.1f MiB of buffers; the memory budget is %.1f MiB",
                 (double)needs / 1048576, (double)budget / 1048576);
    else if (limit && largest > limit)
        brg_fail(error, BRG_E_MEMORY,
                 "the job needs a buffer of %.1f MiB; the device allows %.1f MiB in one",
                 (double)largest / 1048576, (double)limit / 1048576);
    else
        return BRG_OK;
    brg_error_hint(error, "Use smaller sizes, or a device with more memory.");
    return BRG_E_MEMORY;
}

static bool keeps_stages(const brg_record *record) {
    return record->policy.verify != BRG_VERIFY_NONE;
}

static void begin_run(brg_record *record) {
    record->run_share = 0;
    record->run_began_ns = record->run_ended_ns = 0;
    record->run_kernel_ns = 0;
    record->run_slices = 0;
}

static brg_status prepare_host(brg_record *record, brg_error *error) {
    for (int32_t s = 0; s < record->work->count; s++)
        snprintf(record->result.variant[s], sizeof record->result.variant[s], "host");
    record->result.parts = 1;
    return brg_host_run_create(record->work, record->policy.calls, &record->host_run, error);
}

/* Chooses, plans and allocates. *later: there is no room for the buffers now. */
static brg_status prepare(brg_engine *engine, brg_record *record, bool *later, brg_error *error) {
    brg_place place;
    *later = false;
    brg_status status = brg_place_find(engine, record, &place, error);
    if (status != BRG_OK)
        return status;
    if (place.on_host)
        return prepare_host(record, error);
    brg_context *context = place.context;
    if (engine->flight_count == 0)
        brg_context_calibrate(context);
    if (!record->execution)
        status =
            brg_execution_plan(record->work, context, keeps_stages(record), record->policy.calls,
                               brg_place_budget(engine, context), &record->execution, error);
    if (status == BRG_OK)
        status = check_memory(engine, context, record->execution, error);
    if (status != BRG_OK)
        return status;
    *later = brg_place_memory_used(engine) + brg_execution_bytes(record->execution) >
             brg_place_budget(engine, context);
    if (*later)
        return BRG_OK;
    record->result.parts = brg_execution_parts(record->execution);
    record->result.direct = context->way.direct;
    record->result.zero_copy = context->way.zero_copy && record->result.parts == 1;
    for (int32_t s = 0; s < record->work->count; s++)
        snprintf(record->result.variant[s], sizeof record->result.variant[s], "%s",
                 brg_execution_variant(record->execution, s));
    return brg_execution_prepare(record->execution, &engine->paths, error);
}

static void begin(brg_engine *engine, brg_record *record) {
    brg_error error = {.status = BRG_OK};
    bool later;
    uint64_t began = brg_now_ns();
    set_state(engine, record, BRG_JOB_BUILDING);
    brg_status status = prepare(engine, record, &later, &error);
    uint64_t ended = brg_now_ns();
    add_span(engine, record, BRG_LANE_ENGINE, -1, "begin", began, ended);
    record->result.build_ms += (double)(ended - began) * 1e-6;
    if (status != BRG_OK) {
        finish(engine, record, BRG_JOB_FAILED, &error);
    } else if (later) {
        record->waits_for_memory = true;
        engine->memory_waiters++;
        set_state(engine, record, BRG_JOB_QUEUED);
    } else {
        record->result.wait_ms = (double)(began - record->submitted_ns) * 1e-6;
        record->attempts++;
        begin_run(record);
        set_state(engine, record, BRG_JOB_RUNNING);
    }
}

/* ---- running a job ----------------------------------------------------------------------------- */

static void enqueue(brg_engine *engine, brg_record *record) {
    brg_error error;
    brg_context *context = brg_execution_context(record->execution);
    brg_flight *flight = &engine->flights[engine->flight_count];
    brg_status status =
        brg_execution_enqueue(record->execution, brg_choose_full_queues(engine, record),
                              record->policy.slice_ms * 1e6, &flight->piece, &error);
    if (status != BRG_OK) {
        device_failed(engine, context, record, &error);
        return;
    }
    flight->record = record;
    flight->context = context;
    engine->flight_count++;
    record->in_flight++;
    if (record->run_began_ns == 0)
        record->run_began_ns = flight->piece.enqueued_ns;
    add_span(engine, record, BRG_LANE_ENGINE, -1, "enqueue", flight->piece.enqueued_ns,
             brg_now_ns());
}

/* The first of several runs warms caches and clocks and does not count. */
static void note_run(brg_record *record) {
    double calls = record->policy.calls;
    /* began by the host's clock, ended by the device's: they may differ by some microseconds */
    double total_ms = fmax((double)(int64_t)(record->run_ended_ns - record->run_began_ns),
                           record->run_kernel_ns) *
                      1e-6;
    record->spent_ms += total_ms;
    record->result.slices = record->run_slices;
    if (record->policy.repeats == 1 || record->run > 0) {
        record->kernel_ms[record->run_count] = record->run_kernel_ns * 1e-6 / calls;
        record->total_ms[record->run_count++] = total_ms / calls;
    }
    record->run++;
}

static bool has_run_enough(brg_record *record) {
    if (record->run_count >= record->policy.repeats)
        return true;
    if (record->run_count < 1)
        return false;
    if (record->policy.repeat_budget_ms > 0 && record->spent_ms > record->policy.repeat_budget_ms)
        return true;
    return record->run_count >= ENOUGH_RUNS &&
           brg_spread(record->total_ms, record->run_count) < ENOUGH_SPREAD;
}

static void note_times(brg_record *record) {
    brg_result *result = &record->result;
    result->runs = record->run_count;
    result->median = result->min = unmeasured();
    result->median.kernel = brg_median(record->kernel_ms, record->run_count);
    result->median.total = brg_median(record->total_ms, record->run_count);
    result->min.kernel = brg_minimum(record->kernel_ms, record->run_count);
    result->min.total = brg_minimum(record->total_ms, record->run_count);
}

static void begin_check(brg_engine *engine, brg_record *record) {
    brg_error error;
    brg_check_policy policy = {.verify = record->policy.verify,
                               .seed = record->policy.seed,
                               .baselines = record->policy.baselines,
                               .repeats = record->policy.repeats,
                               .baseline_budget_ms = record->policy.baseline_budget_ms,
                               .variants = record->result.variant};
    if (brg_check_create(record->work, record->outputs, &policy, &record->check, &error) != BRG_OK)
        finish(engine, record, BRG_JOB_FAILED, &error);
    else
        set_state(engine, record, BRG_JOB_VERIFYING);
}

/* Frees the device for others before the host looks at the result. */
static void take_outputs(brg_engine *engine, brg_record *record) {
    for (int32_t s = 0; s < record->work->count; s++)
        record->outputs[s] =
            brg_tensor_retain(record->host_run ? brg_host_run_output(record->host_run, s)
                                               : brg_execution_output(record->execution, s));
    drop_execution(engine, record, false);
}

static void end_run(brg_engine *engine, brg_record *record) {
    brg_error error;
    note_run(record);
    if (!has_run_enough(record)) {
        begin_run(record);
        if (record->host_run)
            brg_host_run_restart(record->host_run);
        else if (brg_execution_restart(record->execution, &error) != BRG_OK)
            device_failed(engine, brg_execution_context(record->execution), record, &error);
        return;
    }
    note_times(record);
    take_outputs(engine, record);
    begin_check(engine, record);
}

/* A step of a job on the host counts as a slice, its time as that of a kernel. */
static void run_on_host(brg_engine *engine, brg_record *record) {
    uint64_t began = brg_now_ns();
    bool done = brg_host_run_step(record->host_run, record->policy.slice_ms * 1e6);
    uint64_t ended = brg_now_ns();
    if (record->run_began_ns == 0)
        record->run_began_ns = began;
    record->run_ended_ns = ended;
    record->run_kernel_ns += (double)(ended - began);
    record->run_slices++;
    record->run_share = brg_host_run_progress(record->host_run);
    add_span(engine, record, BRG_LANE_REFERENCE, -1, "host", began, ended);
    set_progress(engine, record, run_progress(record));
    if (done)
        end_run(engine, record);
}

static void run(brg_engine *engine, brg_record *record) {
    brg_piece_kind kind;
    if (record->host_run)
        run_on_host(engine, record);
    else if (brg_execution_next(record->execution, 0, &kind))
        enqueue(engine, record);
    else
        end_run(engine, record);
}

/* ---- checking a job ---------------------------------------------------------------------------- */

static void note_check(brg_record *record) {
    brg_result *result = &record->result;
    const brg_check_result *outcome = brg_check_outcome(record->check);
    result->verdict = outcome->verdict;
    result->verify_ms = outcome->verify_ms;
    result->median.sequential = outcome->sequential.median_ms;
    result->min.sequential = outcome->sequential.min_ms;
    result->sequential_fraction = outcome->sequential.fraction;
    result->median.naive = outcome->naive.median_ms;
    result->min.naive = outcome->naive.min_ms;
    result->naive_fraction = outcome->naive.fraction;
}

static void check(brg_engine *engine, brg_record *record) {
    brg_error error;
    bool done;
    if (!brg_check_is_empty(record->check))
        drain_host_devices(engine);
    const char *phase = brg_check_phase(record->check);
    uint64_t began = brg_now_ns();
    brg_status status = brg_check_step(record->check, &done, &error);
    add_span(engine, record, BRG_LANE_REFERENCE, -1, phase, began, brg_now_ns());
    if (status != BRG_OK) {
        finish(engine, record, BRG_JOB_FAILED, &error);
        return;
    }
    set_progress(engine, record, 0.8 + 0.2 * brg_check_progress(record->check));
    if (!done)
        return;
    note_check(record);
    finish(engine, record, BRG_JOB_DONE, NULL);
}

/* ---- serving ------------------------------------------------------------------------------------- */

static void cancel_all(brg_engine *engine) {
    for (brg_record *record = engine->table.newest; record; record = record->older)
        brg_record_cancel(&engine->table, record);
}

/* Under the lock, which it gives up meanwhile: until there may be something to do. */
static void rest(brg_engine *engine) {
    unsigned seen = atomic_load(&engine->knocks);
    pthread_mutex_unlock(&engine->lock);
    brg_linger(&engine->knocks, seen);
    pthread_mutex_lock(&engine->lock);
    while (atomic_load(&engine->knocks) == seen)
        pthread_cond_wait(&engine->work, &engine->lock);
}

/* Under the lock, which it gives up meanwhile: for a moment, or until there may be something to do. */
static void doze(brg_engine *engine) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += DOZE_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&engine->work, &engine->lock, &until);
}

/* Sleeps while there is nothing to do. *over: the engine is stopping and all jobs have ended. */
static brg_record *next_record(brg_engine *engine, bool *cancelled, bool *over) {
    brg_record *record = NULL;
    pthread_mutex_lock(&engine->lock);
    engine->shown_flights = engine->flight_count;
    engine->shown_memory = brg_place_memory_used(engine);
    for (;;) {
        if (engine->stopping)
            cancel_all(engine);
        *over = engine->stopping && engine->table.unfinished == 0;
        record = brg_choose(engine);
        if (record || *over || engine->flight_count > 0)
            break;
        rest(engine);
    }
    if (!record && is_deaf(engine))
        doze(engine);
    *cancelled = record && record->cancel;
    pthread_mutex_unlock(&engine->lock);
    return record;
}

static void advance(brg_engine *engine, brg_record *record, bool cancelled) {
    record->turn = ++engine->turn;
    if (cancelled)
        cancel(engine, record);
    else if (record->state == BRG_JOB_QUEUED)
        begin(engine, record);
    else if (record->state == BRG_JOB_RUNNING)
        run(engine, record);
    else
        check(engine, record);
}

/* ---- the thread -------------------------------------------------------------------------------- */

/* As in Linux's sched/types.h, which not every system's headers let one include. */
typedef struct schedule {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t turn_ns, deadline_ns, period_ns;
} schedule;

static const uint64_t patient_turn_ns = 10000000;

/* Workers that a CPU runtime starts from this thread inherit its nice value, so that the user interface's
 * thread is scheduled first; and turns of some length, as a thread that asked for short ones may have
 * started this engine. Refusal is no error. */
static void lower_priority(int32_t niceness) {
    if (niceness == 0)
        return;
    id_t thread = (id_t)syscall(SYS_gettid);
    int32_t nice = getpriority(PRIO_PROCESS, thread) + niceness;
    schedule wish = {.size = sizeof wish, .nice = nice, .turn_ns = patient_turn_ns};
    if (syscall(SYS_sched_setattr, thread, &wish, 0) != 0)
        setpriority(PRIO_PROCESS, thread, nice);
}

static void discover(brg_engine *engine) {
    engine->host_memory = brg_place_host_memory(); /* asked once: the system takes its time */
    brg_discover(&engine->devices, &engine->ids);
    pthread_mutex_lock(&engine->lock);
    engine->ready = true;
    engine->shown_budget =
        engine->config.memory_budget ? engine->config.memory_budget : engine->host_memory / 2;
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
    wake(engine);
}

void *brg_engine_loop(void *user) {
    brg_engine *engine = user;
    pthread_setname_np(pthread_self(), "brigade-engine");
    lower_priority(engine->config.niceness);
    discover(engine);
    for (bool over = false; !over;) {
        bool cancelled;
        land_finished(engine);
        brg_record *record = next_record(engine, &cancelled, &over);
        if (record)
            advance(engine, record, cancelled);
        else if (engine->flight_count > 0 && !is_deaf(engine))
            wait_for_oldest(engine);
    }
    while (engine->context_count > 0)
        remove_context(engine, engine->contexts[0]);
    return NULL;
}
