/* Policies: how jobs are to be verified and timed, as options that run, verify, bench and filter
 * share. */
#ifndef BRIGADE_CLI_POLICY_H
#define BRIGADE_CLI_POLICY_H

#include "brigade/brigade.h"

typedef struct cli_policy {
    const char *verify;    /* as brg_verify_policy_name has it */
    const char *baselines; /* "sequential", "naive", both with a comma, or "none" */
    int64_t repeats;
    int64_t priority;
    double slice_ms;
    double budget_ms; /* of a baseline */
} cli_policy;

/* Sets the parts of a job's description that the policy speaks of. BRG_E_ARGUMENT. */
brg_status cli_policy_apply(const cli_policy *policy, brg_job_desc *desc, brg_error *error);

#endif
