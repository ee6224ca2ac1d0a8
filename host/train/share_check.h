/* Checking a step that was shared out among replicas and ranks: sequential C makes it again from the same state.
 *
 * Without norm layers that is one step on the whole batch, and the bound is that of a step that was not shared
 * out: adding up n terms in R parts rounds no more often than adding them up in one (Higham, Accuracy and Stability
 * of Numerical Algorithms, 2002, 4.2: any order is within gamma_(n-1) of the sum of magnitudes).
 *
 * A norm layer takes its figures from its share. With few of them the engine checks each share's gradient, and
 * the update, within bounds of their own. With more, where no bound is known (compare.h), sequential C learns from
 * each share by itself, adds up the gradients in the order of shares, and moves the parameters on; what came of the
 * step must be that within the tolerance. */
#ifndef TRAIN_SHARE_CHECK_H
#define TRAIN_SHARE_CHECK_H

#include "train/replicas.h"

typedef enum brg_share_checks {
    BRG_CHECK_WHOLE,     /* after the step: as one on the whole batch, within a bound */
    BRG_CHECK_JOBS,      /* by the engine: each job, within its bound */
    BRG_CHECK_EACH_SHARE /* after the step: share by share, within a tolerance */
} brg_share_checks;

brg_share_checks brg_share_checks_for(const brg_stepper_setup *setup);

/* The images of a share: `size` from the `first` on of a step of a stretch. */
brg_portion brg_share_portion(const brg_stepper_setup *setup, const brg_stretch *stretch,
                              int64_t step, int32_t first, int32_t size);

/* Checks what came of a step of a stretch; for one rank to do, as all have the same. Not for BRG_CHECK_JOBS.
 * BRG_E_MEMORY. */
brg_status brg_share_check(brg_share_checks checks, const brg_shared_step *step,
                           const brg_stretch *stretch, int64_t index, const brg_tensor *output,
                           brg_verdict *verdict, brg_error *error);

#endif
