/* A job's work: its stages checked, with copies of everything the submitter may change or drop. */
#ifndef BRIGADE_OPS_WORK_H
#define BRIGADE_OPS_WORK_H

#include "brigade/job.h"

typedef enum brg_where {
    BRG_ON_DEVICE,
    BRG_ON_HOST,
    BRG_ON_EITHER /* wherever it is done sooner */
} brg_where;

typedef struct brg_work_stage {
    const brg_op *op;
    brg_where where;
    char variant[BRG_OP_NAME]; /* "": chosen by the op */
    bool has_tuned;
    int32_t tuned[BRG_MAX_TUNABLES]; /* if so: the values of the op's tunables */
    uint64_t params[BRG_MAX_PARAMS / 8];
    brg_tensor *inputs[BRG_MAX_INPUTS]; /* retained; [0] is NULL in later stages */
    brg_call call;                      /* points into this stage: do not move it */
} brg_work_stage;

typedef struct brg_work {
    int32_t count;
    brg_work_stage stages[];
} brg_work;

/* Finds an op by name, or gives NULL. */
typedef const brg_op *brg_op_lookup(void *user, const char *name);

/* Checks and copies the stages of a description. The caller destroys *out. */
brg_status brg_work_create(const brg_job_desc *desc, brg_op_lookup *lookup, void *user,
                           brg_work **out, brg_error *error);
void brg_work_destroy(brg_work *work);

/* The work of all stages together. */
brg_cost brg_work_cost(const brg_work *work);

/* Work as a single figure: flops or bytes, whichever there are more of; at least 1. */
double brg_cost_figure(const brg_cost *cost);

#endif
