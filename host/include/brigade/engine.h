/* The engine: one thread that owns OpenCL. Jobs go in by value, results come out by value; no call here
 * blocks on a device except the two that say so (brg_engine_devices, brg_engine_wait).
 *
 * Thread safety: every function may be called from any thread, except that brg_engine_destroy must be
 * the last. The wake callback runs on the engine's thread. */
#ifndef BRIGADE_ENGINE_H
#define BRIGADE_ENGINE_H

#include <stdint.h>

#include "brigade/job.h"
#include "brigade/snapshot.h"
#include "brigade/trace.h"

typedef struct brg_engine brg_engine;

typedef enum brg_transfer {
    BRG_TRANSFER_AUTO = 0, /* in place where the device shares the host's memory */
    BRG_TRANSFER_COPY      /* always upload and read back */
} brg_transfer;

/* Zero means default. Strings are copied. */
typedef struct brg_engine_config {
    const char *device;     /* default device; NULL: $BRIGADE_DEVICE, then the best */
    int32_t capacity;       /* jobs in the table, ended ones included; 0: 256, at most 65 536 */
    uint64_t memory_budget; /* bytes of device buffers at once; 0: half of the host's memory or, on a
                               device with its own, 7/8 of that */
    double slice_ms;        /* longest time of one slice; 0: 8 ms */
    int32_t niceness;       /* added to the engine thread's nice value before it first touches OpenCL,
                               so that a CPU runtime's workers inherit it */
    brg_transfer transfer;
    const char *cache_dir;  /* program binaries; NULL: $XDG_CACHE_HOME/brigade or ~/.cache/brigade, but
                               none for PoCL, which keeps its own; "": none */
    const char *tuning_file; /* tuned values; NULL: where brg_tuning_path says; "": none */
    const char *kernel_dir; /* .cl files that replace the embedded ones; NULL: $BRIGADE_KERNEL_DIR */
    size_t trace_capacity;  /* spans; 0: 65 536 */
    void (*wake)(void *user); /* called after a job's state or progress changed; must not block and must
                                 not call the engine */
    void *wake_user;
} brg_engine_config;

/* Starts an engine. Returns as soon as the thread runs; devices are discovered behind it. config may be
 * NULL. BRG_E_MEMORY, BRG_E_ARGUMENT, BRG_E_INTERNAL (no thread). */
BRG_API brg_status brg_engine_create(const brg_engine_config *config, brg_engine **out,
                                     brg_error *error);

/* Cancels what is unfinished, waits for the slices in flight, joins the thread. NULL is allowed. */
BRG_API void brg_engine_destroy(brg_engine *engine);

/* Waits until discovery is over and copies the list. An empty list is no error: its note says why.
 * timeout_s < 0 waits for ever. BRG_E_TIMEOUT. */
BRG_API brg_status brg_engine_devices(brg_engine *engine, double timeout_s, brg_device_list *list,
                                      brg_error *error);

/* Adds an op of your own; `op` must outlive the engine. BRG_E_ARGUMENT if its name is taken or a required
 * callback is missing, BRG_E_FULL. */
BRG_API brg_status brg_engine_add_op(brg_engine *engine, const brg_op *op, brg_error *error);

/* The op of that name, built in or added, or NULL. */
BRG_API const brg_op *brg_engine_op(brg_engine *engine, const char *name);

/* Hands a job over and returns at once. The arguments are checked here: BRG_E_NOT_FOUND (op),
 * BRG_E_ARGUMENT, BRG_E_SHAPE. BRG_E_FULL if as many unfinished jobs are in the table as it has places.
 * When the table is full of ended jobs, the oldest of those is forgotten. A device that cannot be found
 * fails the job later, on the engine's thread. */
BRG_API brg_status brg_engine_submit(brg_engine *engine, const brg_job_desc *desc, brg_job *job,
                                     brg_error *error);

/* Asks for a job to end as CANCELLED; returns at once. It takes effect within about a slice. BRG_E_STALE;
 * BRG_OK for a job that has ended, which stays as it is. */
BRG_API brg_status brg_engine_cancel(brg_engine *engine, brg_job job);

/* Stops giving slices to a job, or goes on. BRG_E_STALE. A paused job holds its buffers. */
BRG_API brg_status brg_engine_pause(brg_engine *engine, brg_job job);
BRG_API brg_status brg_engine_resume(brg_engine *engine, brg_job job);

/* Waits until a job has ended, for at most timeout_s seconds (< 0: for ever). BRG_OK once ended, however
 * it ended; BRG_E_TIMEOUT; BRG_E_STALE. For command lines and tests: a window should not wait. */
BRG_API brg_status brg_engine_wait(brg_engine *engine, brg_job job, double timeout_s);

/* Waits until the last `bytes` bytes of a job's output are there, for at most timeout_s seconds (< 0: for
 * ever). Of an op whose plan says so (brg_launch.tail) they come while the job still computes what is before them;
 * of others once it is done, as they do of a job with repeats. *output is retained for the caller, who must not
 * read what is before those bytes. BRG_E_TIMEOUT; BRG_E_STALE; BRG_E_CANCELLED if the job ended without. */
BRG_API brg_status brg_engine_wait_tail(brg_engine *engine, brg_job job, size_t bytes,
                                        double timeout_s, brg_tensor **output);

/* Copies what came of an ended job; the caller releases it with brg_result_release. May be called more
 * than once. BRG_E_STALE; BRG_E_ARGUMENT if the job has not ended. */
BRG_API brg_status brg_engine_result(brg_engine *engine, brg_job job, brg_result *result,
                                     brg_error *error);

/* Forgets an ended job and frees its place at once. BRG_E_STALE, BRG_E_ARGUMENT if it has not ended. */
BRG_API brg_status brg_engine_forget(brg_engine *engine, brg_job job);

/* Copies the state. Never waits for a device. */
BRG_API void brg_engine_snapshot(brg_engine *engine, brg_snapshot *snapshot);

/* The engine's trace; lives as long as the engine. Add spans of your own (UI frames) to it. */
BRG_API brg_trace *brg_engine_trace(brg_engine *engine);

#endif
