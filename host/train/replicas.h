/* One training step on several devices, or parts of a device, at once: each learns from its share of
 * the batch, the gradients are added up, and one update moves the parameters.
 *
 *     images 0 1 2 3 4 5 6 7 8 9 10, three replicas:   0 1 2 3 | 4 5 6 7 | 8 9 10
 *     sum = (gradient 0 + gradient 1) + gradient 2     always in this order: the same bits each time
 *
 * Without norm layers a step gives what one replica gives, but for rounding. A norm layer's figures
 * are those of each share.
 *
 * Thread safety: plain values; a step may be made from any thread, and waits. */
#ifndef TRAIN_REPLICAS_H
#define TRAIN_REPLICAS_H

#include "brigade/engine.h"
#include "brigade/ops.h"

enum { BRG_MAX_REPLICAS = 16, BRG_REPLICA_DEVICE = 64 };

/* Where the replicas compute, as brg_device_select takes it, and where parameters are updated. */
typedef struct brg_replicas {
    int32_t count;
    char device[BRG_MAX_REPLICAS][BRG_REPLICA_DEVICE];
    char update[BRG_REPLICA_DEVICE];
} brg_replicas;

/* Divides the compute units of a device, or of the part of one that is named, evenly; those that are left
 * over rest. One replica has all. BRG_E_ARGUMENT for more replicas than units or than
 * BRG_MAX_REPLICAS; BRG_E_UNSUPPORTED for a device that cannot be divided; what brg_device_select says. */
brg_status brg_replicas_divide(const brg_device_list *list, const char *device, int32_t count,
                               brg_replicas *replicas, brg_error *error);

/* A replica's share of a batch: sizes differ by one at most, the larger come first. */
void brg_replicas_share(int32_t batch, int32_t count, int32_t rank, int32_t *first, int32_t *size);

/* A step on one batch. The mode, the batch, the whole and the first of `params` are not read. */
typedef struct brg_replicas_work {
    const brg_train_params *params;
    const brg_tensor *network, *state, *images, *labels;
    brg_verify_policy verify;
    int32_t priority;
} brg_replicas_work;

/* Makes a step. *output is what the op gives in whole steps: the new state with loss and hits behind it,
 * the caller's to release. `verdict` may be NULL; it is that of all jobs. BRG_E_ARGUMENT for fewer
 * images than replicas; BRG_E_MEMORY; what the engine says of a job that failed. */
brg_status brg_replicas_step(brg_engine *engine, const brg_replicas *replicas,
                             const brg_replicas_work *work, brg_tensor **output,
                             brg_verdict *verdict, brg_error *error);

#endif
