/* One training step on several devices, or parts of a device, at once, and by several processes: each
 * replica learns from its share of the batch, the gradients are added up, and one update moves the
 * parameters.
 *
 *     images 0 1 2 3 4 5 6 7 8 9 10, three replicas:   0 1 2 3 | 4 5 6 7 | 8 9 10
 *     sum = (gradient 0 + gradient 1) + gradient 2     always in this order: the same bits each time
 *
 * With ranks, each process has its own replicas and adds up their gradients; the ranks' sums are
 * added up by MPI. They travel while something is still computed: bucket by bucket (buckets.h), as the last layers'
 * gradients come back before those of the first.
 *
 *     device  | forward | layers 5, 4 | layer 3 | layers 2, 1, 0 |          | update |
 *     MPI                             | sum of 5, 4 | sum of 3 | | sum of 2, 1, 0 |
 *
 * Each number is added up in the same order however they are cut, as far as MPI does so: Open MPI does.
 * Without norm layers a step gives what one replica gives, but for rounding. A norm layer's figures are those
 * of each share.
 *
 * Thread safety: plain values; one thread drives a step. */
#ifndef TRAIN_REPLICAS_H
#define TRAIN_REPLICAS_H

#include "brigade/ranks.h"
#include "train/stepper.h"

enum { BRG_MAX_REPLICAS = 16, BRG_REPLICA_DEVICE = 64 };

/* Where this process's replicas compute, as brg_device_select takes it, and where parameters are
 * updated. */
typedef struct brg_replicas {
    int32_t count;
    int32_t bucket;   /* bytes of a gradient that are added up at a time, or more; 0: all at once */
    brg_ranks *ranks; /* NULL: there is no other process */
    char device[BRG_MAX_REPLICAS][BRG_REPLICA_DEVICE];
    char update[BRG_REPLICA_DEVICE];
} brg_replicas;

/* Divides the compute units of a device, or of the part of one that is named, evenly among the ranks
 * of this machine, and then among `count` replicas; those that are left over rest. One has all. Of
 * more ranks than units several have the same unit; ranks share a device that cannot be divided.
 * BRG_E_ARGUMENT for more replicas than units or than BRG_MAX_REPLICAS; BRG_E_UNSUPPORTED for
 * replicas on a device that cannot be divided; what brg_device_select says. */
brg_status brg_replicas_divide(const brg_device_list *list, const char *device, brg_ranks *ranks,
                               int32_t count, brg_replicas *replicas, brg_error *error);

/* One of `count` shares of a batch: sizes differ by one at most, the larger come first. */
void brg_replicas_share(int32_t batch, int32_t count, int32_t index, int32_t *first, int32_t *size);

/* Where in the batch the share of one of this process's replicas lies. */
void brg_replicas_own_share(const brg_replicas *replicas, int32_t batch, int32_t replica,
                            int32_t *first, int32_t *size);

/* All of this process's shares, laid out. */
typedef struct brg_shares {
    brg_tensor *images[BRG_MAX_REPLICAS];
    brg_tensor *labels[BRG_MAX_REPLICAS];
} brg_shares;

void brg_shares_release(brg_shares *shares);

/* BRG_E_ARGUMENT for a batch with fewer images than shares. */
brg_status brg_replicas_check_batch(const brg_replicas *replicas, int64_t batch, brg_error *error);

/* A step under way. */
typedef struct brg_shared_step {
    const brg_stepper_setup *setup;
    const brg_replicas *replicas;
    brg_train_params params; /* the whole batch's; the mode is not read */
    const brg_tensor *network, *state;
    brg_verify_policy verify;
    int32_t priority;

    brg_tensor *sum; /* of all gradients: from an earlier step, or NULL; the caller's to release */

    brg_verdict verdict; /* of all jobs so far */
    double device_ms, check_ms;
    brg_sum_times sums; /* of the ranks' sums */

    brg_job job[BRG_MAX_REPLICAS]; /* {0, 0}: none, or its result was taken */
} brg_shared_step;

/* Begins a step whose members before the verdict are set, the others zero. The engine keeps what it needs of
 * the shares. Fails as brg_train_submit does; then nothing is under way. */
brg_status brg_replicas_begin(brg_shared_step *step, const brg_shares *shares, brg_error *error);

/* Waits for what was begun. *output is what the op gives in whole steps: the new state with loss and
 * hits behind it, the caller's to release. */
brg_status brg_replicas_finish(brg_shared_step *step, brg_tensor **output, brg_error *error);

/* A whole step on one batch. The mode, the batch, the whole and the first of `params` are not read. */
typedef struct brg_replicas_work {
    const brg_train_params *params;
    const brg_tensor *network, *state, *images, *labels;
    brg_verify_policy verify;
    int32_t priority;
} brg_replicas_work;

/* Makes a step and waits for it. *output is as brg_replicas_finish gives it. `verdict` may be NULL; it is
 * that of all jobs. BRG_E_ARGUMENT for fewer images than shares; BRG_E_MEMORY; what the engine says of a job
 * that failed. */
brg_status brg_replicas_step(brg_engine *engine, const brg_replicas *replicas,
                             const brg_replicas_work *work, brg_tensor **output,
                             brg_verdict *verdict, brg_error *error);

/* A stepper that shares steps out; setup and replicas live as long as it does. BRG_E_ARGUMENT for
 * fewer images in a batch than shares; BRG_E_MEMORY. */
brg_status brg_stepper_share(const brg_stepper_setup *setup, const brg_replicas *replicas,
                             brg_stepper **out, brg_error *error);

#endif
