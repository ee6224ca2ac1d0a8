/* Job states and results as values. */
#include "brigade/job.h"

#include <string.h>

const char *brg_job_state_name(brg_job_state state) {
    static const char *const names[] = {"queued", "building", "running",  "verifying",
                                        "done",   "failed",   "cancelled"};
    return (unsigned)state <= BRG_JOB_CANCELLED ? names[state] : "unknown";
}

bool brg_job_state_ended(brg_job_state state) {
    return state >= BRG_JOB_DONE;
}

void brg_result_release(brg_result *result) {
    if (!result)
        return;
    brg_tensor_release(result->output);
    memset(result, 0, sizeof *result);
}
