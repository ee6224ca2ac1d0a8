/* Snapshots: a consistent copy of the engine's state as plain data, cheap enough for every frame.
 *
 * Thread safety: plain values. */
#ifndef BRIGADE_SNAPSHOT_H
#define BRIGADE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "brigade/job.h"

enum { BRG_SNAPSHOT_JOBS = 64 };

typedef enum brg_engine_state {
    BRG_ENGINE_DISCOVERING = 0, /* looking for devices */
    BRG_ENGINE_READY,           /* devices are known (there may be none) */
    BRG_ENGINE_STOPPING
} brg_engine_state;

typedef struct brg_job_view {
    brg_job job;
    brg_job_state state;
    brg_status status; /* why, when FAILED */
    bool paused;
    int32_t priority;
    int32_t device; /* index into the device list; -1 until chosen */
    uint32_t units;
    float progress; /* 0..1, over uploads, kernels, read-back, repeats, reference */
    uint64_t submitted_ns, started_ns, ended_ns; /* brg_now_ns clock; 0: not yet */
    char label[BRG_NAME];
    brg_outcome outcome;
} brg_job_view;

typedef struct brg_snapshot {
    uint64_t taken_ns;
    brg_engine_state state;
    int32_t device_count;
    int32_t queued, active, ended; /* jobs in the table */
    int32_t slices_in_flight;
    uint64_t memory_used;   /* bytes of device buffers held now */
    uint64_t memory_budget; /* bytes */
    uint64_t jobs_done, jobs_failed, jobs_cancelled; /* since the engine was created */
    int32_t job_count;
    brg_job_view jobs[BRG_SNAPSHOT_JOBS]; /* newest first; unfinished ones are never left out for ended */
} brg_snapshot;

#endif
