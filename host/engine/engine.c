/* The engine's public face. No function here calls OpenCL.
 *
 * DESIGN
 *
 *   callers (any thread)                     engine thread (engine/loop.c)
 *   --------------------                     ------------------------------
 *   submit: check, copy --> table --work-->  pick a job: highest priority, then least recently served
 *   cancel, pause: a flag in the record      advance it by one step:
 *   wait: sleep on `changed`                     begin     choose device, plan, allocate, build
 *   snapshot: copy under the lock                enqueue   one piece: upload, kernel slice or read-back
 *   result: copy under the lock                  check     one band of reference rows
 *        ^                                   no step possible: wait for the oldest piece in flight, or,
 *        +------- changed, wake callback ----    with nothing in flight, for `work`; where several devices
 *                                                        are open, look again every half a millisecond
 *
 * One lock guards what both sides touch (see brg_record: fixed, shared, private). The thread never holds it
 * while it calls OpenCL, an op or the wake callback, so no caller ever waits for a device.
 *
 * Bounds. At most two pieces of each kind are in flight per device, and each is cut to last about slice_ms
 * (8 ms by default); of pieces known to be short there may be more, as long as they take no longer together. So
 * a submitted job of higher priority starts, a cancel takes effect and a pause holds
 * within about two slices; a step on the host (a reference band) lasts up to 40 ms. Kernels that cannot be
 * sliced, and program builds, are the exceptions; ops keep the former short.
 *
 * Fairness. Jobs of equal priority take turns piece by piece. At most MAX_ACTIVE jobs are started at a
 * time, so that a long queue does not hold buffers for all of its jobs.
 *
 * Small jobs. What a tiny job costs is not its kernel but being handed from thread to thread: to wake one up
 * takes as long as the kernel of a small job. So short launches are enqueued several to a piece, many short
 * pieces are in flight before anyone waits, small outputs are read back behind their kernel in the same
 * queue, either side lingers for a moment before it goes to sleep, and with the variant "auto" the tiniest jobs
 * run right here, by the op's sequential loop (host_run.h).
 *
 * Large jobs. A call whose buffers exceed the memory budget runs in parts, if its op knows how to cut it
 * (device/stream.h).
 *
 * Failure. A call that fails while a job is begun fails that job alone. A call that fails on a queue fails
 * that job and closes the device's context after waiting for it; other jobs that were on it start over,
 * which is safe because inputs are immutable. A device that cannot even be waited for keeps the host memory
 * it might still write to for ever: a leak instead of a crash. */
#include "brigade/engine.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/engine_state.h"

enum {
    DEFAULT_CAPACITY = 256,
    MAX_CAPACITY = 65536,
    DEFAULT_TRACE = 65536,
    MAX_REPEATS = 100000,
    MAX_CALLS = 1000000
};
static const uint64_t LINGER_NS = 60000;
static const double DEFAULT_SLICE_MS = 8;
static const double DEFAULT_BASELINE_MS = 10000;

/* ---- creation ---------------------------------------------------------------------------------- */

static char *copy_text(const char *text) {
    return text && text[0] ? strdup(text) : NULL;
}

/* $XDG_CACHE_HOME/brigade, else ~/.cache/brigade, else nowhere. */
static char *default_cache_dir(void) {
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char path[4096] = "";
    if (base && base[0] == '/')
        snprintf(path, sizeof path, "%s/brigade", base);
    else if (home && home[0] == '/')
        snprintf(path, sizeof path, "%s/.cache/brigade", home);
    return copy_text(path);
}

static brg_status check_config(const brg_engine_config *config, brg_error *error) {
    if (config->capacity < 0 || config->capacity > MAX_CAPACITY)
        return brg_fail(error, BRG_E_ARGUMENT, "an engine's capacity is 1 to %d jobs, not %d",
                        MAX_CAPACITY, config->capacity);
    if (!(config->slice_ms >= 0) || config->slice_ms > 1e6)
        return brg_fail(error, BRG_E_ARGUMENT, "a slice lasts up to 1000000 ms, not %g",
                        config->slice_ms);
    if (config->transfer != BRG_TRANSFER_AUTO && config->transfer != BRG_TRANSFER_COPY)
        return brg_fail(error, BRG_E_ARGUMENT, "%d is no transfer mode", (int)config->transfer);
    return BRG_OK;
}

static void take_config(brg_engine *engine, const brg_engine_config *config) {
    engine->config = *config;
    if (engine->config.capacity == 0)
        engine->config.capacity = DEFAULT_CAPACITY;
    if (engine->config.slice_ms == 0)
        engine->config.slice_ms = DEFAULT_SLICE_MS;
    if (engine->config.trace_capacity == 0)
        engine->config.trace_capacity = DEFAULT_TRACE;
    engine->default_device = copy_text(config->device ? config->device : getenv("BRIGADE_DEVICE"));
    engine->cache_dir = config->cache_dir ? copy_text(config->cache_dir) : default_cache_dir();
    engine->kernel_dir =
        copy_text(config->kernel_dir ? config->kernel_dir : getenv("BRIGADE_KERNEL_DIR"));
    engine->paths = (brg_program_paths){.cache_dir = engine->cache_dir,
                                        .cache_chosen = config->cache_dir != NULL,
                                        .kernel_dir = engine->kernel_dir};
}

/* A file that cannot be read makes nothing wrong, only slow: brigade tune and doctor complain of it. */
static brg_status load_tuning(brg_engine *engine, const char *file, brg_error *error) {
    char path[4096];
    brg_status status = brg_tuning_create(&engine->tuning, error);
    if (status != BRG_OK)
        return status;
    if (file)
        snprintf(path, sizeof path, "%s", file);
    else if (!brg_tuning_path(path, sizeof path))
        return BRG_OK;
    if (path[0])
        brg_tuning_load(engine->tuning, path, NULL);
    return BRG_OK;
}

/* The lock is held for less than it takes to put a thread to sleep: whoever finds it taken tries a few times
 * more where the system offers that. */
static void init_lock(pthread_mutex_t *lock) {
    pthread_mutexattr_t patient;
    pthread_mutexattr_init(&patient);
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
    pthread_mutexattr_settype(&patient, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
    pthread_mutex_init(lock, &patient);
    pthread_mutexattr_destroy(&patient);
}

/* Waits measure time on the monotonic clock, so that setting the wall clock disturbs none. */
static void init_sync(brg_engine *engine) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    init_lock(&engine->lock);
    pthread_cond_init(&engine->work, &monotonic);
    pthread_cond_init(&engine->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void free_engine(brg_engine *engine) {
    brg_table_clear(&engine->table);
    brg_trace_destroy(engine->trace);
    brg_tuning_destroy(engine->tuning);
    pthread_cond_destroy(&engine->changed);
    pthread_cond_destroy(&engine->work);
    pthread_mutex_destroy(&engine->lock);
    free(engine->default_device);
    free(engine->cache_dir);
    free(engine->kernel_dir);
    free(engine);
}

brg_status brg_engine_create(const brg_engine_config *config, brg_engine **out, brg_error *error) {
    static const brg_engine_config defaults = {0};
    *out = NULL;
    brg_status status = check_config(config ? config : &defaults, error);
    if (status != BRG_OK)
        return status;
    brg_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return brg_fail(error, BRG_E_MEMORY, "no memory for an engine");
    init_sync(engine);
    take_config(engine, config ? config : &defaults);
    status = brg_table_init(&engine->table, engine->config.capacity, error);
    if (status == BRG_OK)
        status = load_tuning(engine, engine->config.tuning_file, error);
    if (status == BRG_OK)
        status = brg_trace_create(engine->config.trace_capacity, &engine->trace, error);
    if (status == BRG_OK && pthread_create(&engine->thread, NULL, brg_engine_loop, engine) != 0)
        status = brg_fail(error, BRG_E_INTERNAL, "the engine's thread cannot be started");
    if (status != BRG_OK) {
        free_engine(engine);
        return status;
    }
    *out = engine;
    return BRG_OK;
}

/* Under the lock: gives the thread something to look at. */
static void knock(brg_engine *engine) {
    atomic_fetch_add(&engine->knocks, 1);
    pthread_cond_signal(&engine->work);
}

void brg_engine_destroy(brg_engine *engine) {
    if (!engine)
        return;
    pthread_mutex_lock(&engine->lock);
    engine->stopping = true;
    knock(engine);
    pthread_mutex_unlock(&engine->lock);
    pthread_join(engine->thread, NULL);
    free_engine(engine);
}

/* ---- waiting ----------------------------------------------------------------------------------- */

static void linger_until(uint64_t until_ns, atomic_uint *counter, unsigned seen) {
    while (atomic_load(counter) == seen && brg_now_ns() < until_ns)
        sched_yield();
}

void brg_linger(atomic_uint *counter, unsigned seen) {
    linger_until(brg_now_ns() + LINGER_NS, counter, seen);
}

static struct timespec deadline_in(double seconds) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    double whole = floor(fmin(seconds, 1e9));
    at.tv_sec += (time_t)whole;
    at.tv_nsec += (long)((fmin(seconds, 1e9) - whole) * 1e9);
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* Sleeps until `changed`, or until the deadline if there is one. False once that has passed. */
static bool wait_changed(brg_engine *engine, const struct timespec *deadline) {
    if (!deadline) {
        pthread_cond_wait(&engine->changed, &engine->lock);
        return true;
    }
    return pthread_cond_timedwait(&engine->changed, &engine->lock, deadline) != ETIMEDOUT;
}

brg_status brg_engine_devices(brg_engine *engine, double timeout_s, brg_device_list *list,
                              brg_error *error) {
    struct timespec deadline = deadline_in(fmax(timeout_s, 0));
    bool in_time = true;
    pthread_mutex_lock(&engine->lock);
    while (!engine->ready && in_time)
        in_time = wait_changed(engine, timeout_s < 0 ? NULL : &deadline);
    bool ready = engine->ready;
    pthread_mutex_unlock(&engine->lock);
    if (!ready)
        return brg_fail(error, BRG_E_TIMEOUT, "devices are still being looked for");
    *list = engine->devices;
    return BRG_OK;
}

/* Under the lock, which it gives up meanwhile: until some job has ended, or lingering has taken too long. */
static void await_ending(brg_engine *engine, uint64_t until_ns) {
    unsigned seen = atomic_load(&engine->endings);
    pthread_mutex_unlock(&engine->lock);
    linger_until(until_ns, &engine->endings, seen);
    pthread_mutex_lock(&engine->lock);
}

/* Under the lock, which it gives up meanwhile: until `look` says something else of a job than BRG_E_TIMEOUT. Of
 * many tiny jobs handed in together, others may end while this one is awaited: they are no reason yet to go to
 * sleep. */
static brg_status await_job(brg_engine *engine, brg_job job, double timeout_s,
                            brg_status (*look)(const brg_record *record, const void *user),
                            const void *user) {
    const uint64_t awake_until_ns = brg_now_ns() + LINGER_NS;
    struct timespec deadline = deadline_in(fmax(timeout_s, 0));
    bool in_time = true;
    for (;;) {
        const brg_record *record = brg_table_find(&engine->table, job);
        brg_status status = record ? look(record, user) : BRG_E_STALE;
        if (status != BRG_E_TIMEOUT || !in_time)
            return status;
        if (brg_now_ns() < awake_until_ns)
            await_ending(engine, awake_until_ns);
        else
            in_time = wait_changed(engine, timeout_s < 0 ? NULL : &deadline);
    }
}

static brg_status look_for_end(const brg_record *record, const void *user) {
    (void)user;
    return brg_job_state_ended(record->state) ? BRG_OK : BRG_E_TIMEOUT;
}

brg_status brg_engine_wait(brg_engine *engine, brg_job job, double timeout_s) {
    pthread_mutex_lock(&engine->lock);
    brg_status status = await_job(engine, job, timeout_s, look_for_end, NULL);
    pthread_mutex_unlock(&engine->lock);
    return status;
}

static brg_status look_for_tail(const brg_record *record, const void *user) {
    const size_t *bytes = user;
    if (record->tail >= *bytes || record->state == BRG_JOB_DONE)
        return BRG_OK;
    return brg_job_state_ended(record->state) ? BRG_E_CANCELLED : BRG_E_TIMEOUT;
}

brg_status brg_engine_wait_tail(brg_engine *engine, brg_job job, size_t bytes, double timeout_s,
                                brg_tensor **output) {
    *output = NULL;
    pthread_mutex_lock(&engine->lock);
    brg_status status = await_job(engine, job, timeout_s, look_for_tail, &bytes);
    if (status == BRG_OK) {
        const brg_record *record = brg_table_find(&engine->table, job);
        *output = brg_tensor_retain(record->early ? record->early : record->result.output);
    }
    pthread_mutex_unlock(&engine->lock);
    return status;
}

/* ---- ops --------------------------------------------------------------------------------------- */

static const brg_op *find_op(void *user, const char *name) {
    return brg_engine_op(user, name);
}

const brg_op *brg_engine_op(brg_engine *engine, const char *name) {
    const brg_op *op = brg_op_find(name);
    pthread_mutex_lock(&engine->lock);
    for (int32_t i = 0; !op && i < engine->added_op_count; i++)
        if (strcmp(engine->added_ops[i]->name, name) == 0)
            op = engine->added_ops[i];
    pthread_mutex_unlock(&engine->lock);
    return op;
}

static bool is_complete(const brg_op *op) {
    return op->name && op->name[0] && strlen(op->name) < BRG_OP_NAME && op->summary &&
           op->params_size <= BRG_MAX_PARAMS && op->min_inputs >= 1 &&
           op->max_inputs >= op->min_inputs && op->max_inputs <= BRG_MAX_INPUTS && op->check &&
           op->cost && op->dims && op->plan && op->sequential && op->oracle &&
           (op->variants || op->variant_count == 0);
}

brg_status brg_engine_add_op(brg_engine *engine, const brg_op *op, brg_error *error) {
    if (!is_complete(op))
        return brg_fail(error, BRG_E_ARGUMENT, "op '%s' lacks a name, a callback or a sane limit",
                        op->name ? op->name : "");
    if (brg_engine_op(engine, op->name))
        return brg_fail(error, BRG_E_ARGUMENT, "there is an op '%s' already", op->name);
    brg_status status = BRG_OK;
    pthread_mutex_lock(&engine->lock);
    if (engine->added_op_count < BRG_MAX_ADDED_OPS)
        engine->added_ops[engine->added_op_count++] = op;
    else
        status = BRG_E_FULL;
    pthread_mutex_unlock(&engine->lock);
    return status == BRG_OK ? BRG_OK
                            : brg_fail(error, status, "an engine takes %d ops of your own at most",
                                       BRG_MAX_ADDED_OPS);
}

/* ---- submission -------------------------------------------------------------------------------- */

static brg_status check_policy(const brg_job_desc *desc, brg_error *error) {
    if (desc->repeats < 0 || desc->repeats > MAX_REPEATS)
        return brg_fail(error, BRG_E_ARGUMENT, "a job repeats up to %d times, not %d", MAX_REPEATS,
                        desc->repeats);
    if (desc->calls < 0 || desc->calls > MAX_CALLS)
        return brg_fail(error, BRG_E_ARGUMENT, "a timed run has up to %d calls, not %d", MAX_CALLS,
                        desc->calls);
    if (!(desc->slice_ms >= 0) || !(desc->repeat_budget_ms >= 0) ||
        !(desc->baseline_budget_ms >= 0))
        return brg_fail(error, BRG_E_ARGUMENT, "a job's times must not be negative");
    if ((unsigned)desc->verify > BRG_VERIFY_NONE)
        return brg_fail(error, BRG_E_ARGUMENT, "%d is no verification policy", (int)desc->verify);
    if (desc->device && strlen(desc->device) >= BRG_NAME)
        return brg_fail(error, BRG_E_ARGUMENT, "a device specification has fewer than %d letters",
                        BRG_NAME);
    return BRG_OK;
}

static void take_policy(brg_record *record, const brg_engine *engine, const brg_job_desc *desc) {
    record->policy = *desc;
    record->policy.stages = NULL;
    record->policy.label = record->policy.device = NULL;
    if (record->policy.slice_ms == 0)
        record->policy.slice_ms = engine->config.slice_ms;
    if (record->policy.baseline_budget_ms == 0)
        record->policy.baseline_budget_ms = DEFAULT_BASELINE_MS;
    if (record->policy.repeats == 0)
        record->policy.repeats = 1;
    if (record->policy.calls == 0)
        record->policy.calls = 1;
    if (desc->device)
        snprintf(record->device_spec, sizeof record->device_spec, "%s", desc->device);
}

/* "blur, contrast" unless the caller named it. */
static void take_label(brg_record *record, const char *label) {
    if (label) {
        snprintf(record->label, sizeof record->label, "%s", label);
        return;
    }
    size_t used = 0;
    for (int32_t s = 0; s < record->work->count && used < sizeof record->label; s++)
        used += (size_t)snprintf(record->label + used, sizeof record->label - used, "%s%s",
                                 s ? ", " : "", record->work->stages[s].op->name);
}

static brg_status make_record(brg_engine *engine, const brg_job_desc *desc, brg_record **out,
                              brg_error *error) {
    brg_record *record = calloc(1, sizeof *record);
    if (!record)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a job");
    brg_status status = brg_work_create(desc, find_op, engine, &record->work, error);
    if (status == BRG_OK) {
        take_policy(record, engine, desc);
        take_label(record, desc->label);
        record->device = -1;
        record->submitted_ns = brg_now_ns();
        size_t runs = (size_t)record->policy.repeats;
        record->kernel_ms = calloc(runs, sizeof record->kernel_ms[0]);
        record->total_ms = calloc(runs, sizeof record->total_ms[0]);
        if (!record->kernel_ms || !record->total_ms)
            status = brg_fail(error, BRG_E_MEMORY, "no memory for a job's times");
    }
    if (status != BRG_OK) {
        brg_record_free(record);
        return status;
    }
    *out = record;
    return BRG_OK;
}

brg_status brg_engine_submit(brg_engine *engine, const brg_job_desc *desc, brg_job *job,
                             brg_error *error) {
    *job = (brg_job){0, 0};
    brg_record *record = NULL;
    brg_status status = check_policy(desc, error);
    if (status == BRG_OK)
        status = make_record(engine, desc, &record, error);
    if (status != BRG_OK)
        return status;
    pthread_mutex_lock(&engine->lock);
    status = engine->stopping ? brg_fail(error, BRG_E_CANCELLED, "the engine is shutting down")
                              : brg_table_add(&engine->table, record, error);
    if (status == BRG_OK) {
        *job = record->job;
        knock(engine);
    }
    pthread_mutex_unlock(&engine->lock);
    if (status != BRG_OK)
        brg_record_free(record);
    return status;
}

/* ---- control ----------------------------------------------------------------------------------- */

typedef enum control { CONTROL_CANCEL, CONTROL_PAUSE, CONTROL_RESUME } control;

static brg_status control_job(brg_engine *engine, brg_job job, control what) {
    pthread_mutex_lock(&engine->lock);
    brg_record *record = brg_table_find(&engine->table, job);
    if (record && what == CONTROL_CANCEL)
        brg_record_cancel(&engine->table, record);
    else if (record)
        record->paused = what == CONTROL_PAUSE;
    if (record)
        knock(engine);
    pthread_mutex_unlock(&engine->lock);
    return record ? BRG_OK : BRG_E_STALE;
}

brg_status brg_engine_cancel(brg_engine *engine, brg_job job) {
    return control_job(engine, job, CONTROL_CANCEL);
}

brg_status brg_engine_pause(brg_engine *engine, brg_job job) {
    return control_job(engine, job, CONTROL_PAUSE);
}

brg_status brg_engine_resume(brg_engine *engine, brg_job job) {
    return control_job(engine, job, CONTROL_RESUME);
}

/* ---- results ----------------------------------------------------------------------------------- */

/* Under the lock: the record of an ended job, or why there is none. */
static brg_status find_ended(brg_engine *engine, brg_job job, brg_record **record,
                             brg_error *error) {
    *record = brg_table_find(&engine->table, job);
    if (!*record)
        return brg_fail(error, BRG_E_STALE,
                        "the job is gone: it was forgotten, or its place reused");
    if (!brg_job_state_ended((*record)->state))
        return brg_fail(error, BRG_E_ARGUMENT, "the job has not ended");
    return BRG_OK;
}

brg_status brg_engine_result(brg_engine *engine, brg_job job, brg_result *result,
                             brg_error *error) {
    memset(result, 0, sizeof *result);
    brg_record *record;
    pthread_mutex_lock(&engine->lock);
    brg_status status = find_ended(engine, job, &record, error);
    if (status == BRG_OK) {
        *result = record->result;
        brg_tensor_retain(result->output);
    }
    pthread_mutex_unlock(&engine->lock);
    return status;
}

brg_status brg_engine_forget(brg_engine *engine, brg_job job) {
    brg_record *record;
    pthread_mutex_lock(&engine->lock);
    brg_status status = find_ended(engine, job, &record, NULL);
    if (status == BRG_OK)
        brg_table_remove(&engine->table, record);
    pthread_mutex_unlock(&engine->lock);
    return status;
}

static brg_job_view view_of(const brg_record *record) {
    brg_job_view view = {
        .job = record->job,
        .state = record->state,
        .paused = record->paused,
        .priority = record->policy.priority,
        .device = record->device,
        .units = record->units,
        .progress = record->progress,
        .submitted_ns = record->submitted_ns,
        .started_ns = record->started_ns,
        .ended_ns = record->ended_ns,
    };
    if (brg_job_state_ended(record->state)) { /* before that the result is the thread's */
        view.status = record->result.error.status;
        view.outcome = record->result.verdict.outcome;
    }
    memcpy(view.label, record->label, sizeof view.label);
    return view;
}

/* Unfinished jobs first claim their places, newest first; ended ones fill what is left. */
static void view_jobs(const brg_table *table, brg_snapshot *snapshot) {
    int32_t ended_room = BRG_SNAPSHOT_JOBS - table->unfinished;
    const brg_record *record = table->newest;
    for (; record && snapshot->job_count < BRG_SNAPSHOT_JOBS; record = record->older) {
        if (brg_job_state_ended(record->state) && ended_room-- <= 0)
            continue;
        snapshot->jobs[snapshot->job_count++] = view_of(record);
    }
}

static void count_jobs(const brg_table *table, brg_snapshot *snapshot) {
    for (const brg_record *record = table->newest; record; record = record->older) {
        snapshot->queued += record->state == BRG_JOB_QUEUED;
        snapshot->active += record->state != BRG_JOB_QUEUED && !brg_job_state_ended(record->state);
        snapshot->ended += brg_job_state_ended(record->state);
    }
}

void brg_engine_snapshot(brg_engine *engine, brg_snapshot *snapshot) {
    memset(snapshot, 0, offsetof(brg_snapshot, jobs));
    pthread_mutex_lock(&engine->lock);
    snapshot->taken_ns = brg_now_ns();
    snapshot->state = engine->stopping ? BRG_ENGINE_STOPPING
                      : engine->ready  ? BRG_ENGINE_READY
                                       : BRG_ENGINE_DISCOVERING;
    snapshot->device_count = engine->ready ? engine->devices.count : 0;
    snapshot->slices_in_flight = engine->shown_flights;
    snapshot->memory_used = engine->shown_memory;
    snapshot->memory_budget = engine->shown_budget;
    snapshot->jobs_done = engine->jobs_done;
    snapshot->jobs_failed = engine->jobs_failed;
    snapshot->jobs_cancelled = engine->jobs_cancelled;
    count_jobs(&engine->table, snapshot);
    view_jobs(&engine->table, snapshot);
    pthread_mutex_unlock(&engine->lock);
}

brg_trace *brg_engine_trace(brg_engine *engine) {
    return engine->trace;
}
