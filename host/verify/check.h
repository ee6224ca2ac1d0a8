/* A check: the host's part of a job, after the kernels. It compares the result with the oracle, and times
 * the sequential and naive loops for the speedup, in bands of rows, so that whoever steps it can stop
 * between bands. Contains no OpenCL. Belongs to one thread. */
#ifndef BRIGADE_VERIFY_CHECK_H
#define BRIGADE_VERIFY_CHECK_H

#include <stdbool.h>

#include "ops/work.h"

typedef struct brg_check_policy {
    brg_verify_policy verify; /* DEFAULT is settled by the work's size */
    uint64_t seed;
    uint32_t baselines;        /* BRG_BASELINE_* */
    int32_t repeats;           /* of a baseline, while its budget lasts */
    double baseline_budget_ms; /* for each baseline */
    const char (*variants)[BRG_OP_NAME]; /* what computed each stage, for the oracles; may be NULL */
} brg_check_policy;

/* A baseline's time for all rows in milliseconds, and the part of the rows it was measured on. */
typedef struct brg_baseline {
    double median_ms, min_ms; /* negative: not measured */
    double fraction;
} brg_baseline;

typedef struct brg_check_result {
    brg_verdict verdict;
    brg_baseline sequential, naive;
    double verify_ms;
} brg_check_result;

typedef struct brg_check brg_check;

/* Starts a check of the outputs of all stages; outputs[s] may be NULL for a stage that was not kept, which
 * only BRG_VERIFY_NONE accepts. `work` and the tensors must outlive it. BRG_E_UNSUPPORTED if Freivalds'
 * check is asked of an op that has none; BRG_E_MEMORY. */
brg_status brg_check_create(const brg_work *work, brg_tensor *const *outputs,
                            const brg_check_policy *policy, brg_check **out, brg_error *error);

/* Does one band, some tens of milliseconds at most for ordinary ops. *done says whether it was the last. */
brg_status brg_check_step(brg_check *check, bool *done, brg_error *error);

/* Whether there is nothing to do, neither to verify nor to time, so that the next step is the last. */
bool brg_check_is_empty(const brg_check *check);

/* What the next step does: "verify", "sequential" or "naive". */
const char *brg_check_phase(const brg_check *check);

/* How far it is, 0 to 1. */
double brg_check_progress(const brg_check *check);

/* What came of it, once done. */
const brg_check_result *brg_check_outcome(const brg_check *check);

void brg_check_destroy(brg_check *check);

/* The policy that BRG_VERIFY_DEFAULT stands for, given the work; any other is returned as it is. */
brg_verify_policy brg_verify_policy_settle(brg_verify_policy policy, const brg_work *work);

#endif
