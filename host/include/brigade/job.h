/* Jobs: one op, or a chain of ops, on given inputs, with a policy; and what came of it.
 *
 * Thread safety: plain values. */
#ifndef BRIGADE_JOB_H
#define BRIGADE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "brigade/op.h"

/* A step of a job. Stage 0 names all its inputs. In later stages inputs[0] is NULL: it is the output of
 * the stage before, which never leaves the device. */
typedef struct brg_stage {
    const char *op;
    const char *variant; /* NULL: chosen for device and shape; "host": the sequential loop, on the
                            engine's thread; "auto": that for tiny work, else as NULL */
    const int32_t *tuned; /* values of the op's tunables, in their order, each a choice; NULL: what is known to be good
                             on the device */
    const void *params;  /* NULL: the op's defaults */
    const brg_tensor *inputs[BRG_MAX_INPUTS];
    int32_t input_count;
} brg_stage;

enum { BRG_BASELINE_SEQUENTIAL = 1, BRG_BASELINE_NAIVE = 2 };

/* What to do and how. Zero means default. Everything is copied at submission, tensors are retained: the
 * caller may drop its own as soon as submit returns. */
typedef struct brg_job_desc {
    const brg_stage *stages;
    int32_t stage_count;
    const char *label;  /* for people; NULL: the ops' names */
    const char *device; /* as for brg_device_select; NULL: the engine's default */
    brg_verify_policy verify;
    uint64_t seed;      /* for sampled verification */
    uint32_t baselines; /* BRG_BASELINE_*: host loops to time for the speedup, after the kernels */
    double baseline_budget_ms; /* a baseline that takes longer is timed on part of the rows; 0: 10 000 */
    int32_t priority;   /* higher runs first; equal ones take turns */
    int32_t repeats;    /* timed runs; above 1 one more runs first and is discarded; 0: 1 */
    int32_t calls;      /* the kernels run this many times back to back in each timed run, and all times
                           are of one call: how small work is timed; 0: 1 */
    double repeat_budget_ms; /* repeats end early once this is spent; 0: no limit */
    double slice_ms;    /* longest time of one slice; 0: the engine's */
} brg_job_desc;

/* Names a job of one engine. A plain value; harmless when stale. {0, 0} is never a job. */
typedef struct brg_job {
    uint32_t slot;
    uint32_t generation;
} brg_job;

typedef enum brg_job_state {
    BRG_JOB_QUEUED = 0, /* accepted; waits for its turn or for memory */
    BRG_JOB_BUILDING,   /* kernels are being compiled or loaded */
    BRG_JOB_RUNNING,    /* uploads, kernels, read-backs */
    BRG_JOB_VERIFYING,  /* reference and baselines on the host */
    BRG_JOB_DONE,       /* has a result; the verdict says whether it is right */
    BRG_JOB_FAILED,     /* has an error */
    BRG_JOB_CANCELLED
} brg_job_state;

/* Milliseconds. A negative value was not measured. */
typedef struct brg_times {
    double kernel;     /* on the device, all launches, without transfers */
    double total;      /* from the first upload to the last byte read back */
    double sequential; /* best sequential C */
    double naive;      /* textbook loop */
} brg_times;

/* What came of a job. Filled by brg_engine_result; `output` belongs to the caller then. */
typedef struct brg_result {
    brg_job job;
    brg_job_state state;
    brg_error error;    /* when FAILED or CANCELLED */
    brg_tensor *output; /* when DONE; else NULL */
    char label[BRG_NAME];
    int32_t stage_count;
    char op[BRG_MAX_STAGES][BRG_OP_NAME];
    char variant[BRG_MAX_STAGES][BRG_OP_NAME];
    brg_dim dims[BRG_MAX_DIMS]; /* of stage 0 */
    int32_t dim_count;
    int32_t device;      /* index into the engine's device list */
    uint32_t units;      /* compute units used; 0: all */
    bool zero_copy;      /* the device worked in the host's memory */
    bool direct;         /* the kernels ran in the engine's own thread: see brg_device_list */
    brg_cost cost;       /* summed over stages */
    brg_verdict verdict; /* over all stages */
    brg_times median;
    brg_times min;
    int32_t runs;                /* behind median and min */
    double sequential_fraction;  /* part of the rows timed; the time is scaled to all */
    double naive_fraction;
    double wait_ms;   /* from submission to the start */
    double build_ms;  /* compiling or loading kernels */
    double verify_ms; /* oracle and comparison */
    int32_t slices;   /* of the last run */
    int32_t parts;    /* that a run was cut into for want of memory; 1: none */
} brg_result;

/* "queued", "building", ... Never NULL. */
BRG_API const char *brg_job_state_name(brg_job_state state);

/* True for DONE, FAILED and CANCELLED. */
BRG_API bool brg_job_state_ended(brg_job_state state);

/* Releases a result's output and clears it. NULL is allowed. */
BRG_API void brg_result_release(brg_result *result);

#endif
