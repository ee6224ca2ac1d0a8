/* Regimes: a trainer's configuration with everything settled, and the rate of each step. */
#ifndef TRAIN_REGIME_H
#define TRAIN_REGIME_H

#include "brigade/trainer.h"
#include "train/batches.h"

typedef enum brg_schedule {
    BRG_SCHEDULE_COSINE = 0,
    BRG_SCHEDULE_CONSTANT,
    BRG_SCHEDULE_STEP
} brg_schedule;

/* What is learned by. All but the steps, which depend on the number of images, is a configuration's. */
typedef struct brg_regime {
    brg_train_params params;
    brg_schedule schedule;
    brg_augment augment;
    bool augments;
    double rate, warmup;            /* warmup in steps */
    int64_t epochs, steps_of_epoch; /* steps in all: their product */
} brg_regime;

/* A copy with strings of its own, to be released; false if memory is short. */
bool brg_config_copy(const brg_trainer_config *config, brg_trainer_config *copy);
void brg_config_release(brg_trainer_config *copy);

/* What can be said of a configuration without a file: BRG_E_NOT_FOUND, BRG_E_ARGUMENT. */
brg_status brg_config_check(const brg_trainer_config *config, brg_error *error);

/* The regime of a configuration that is settled and good. */
void brg_regime_make(const brg_trainer_config *config, int64_t images, brg_regime *regime);

/* The rate is the same for all steps of a block, which is no longer than what one job takes on, so
 * that it never depends on how steps are cut into jobs. Returns the first step of the next block. */
int64_t brg_regime_block_end(const brg_regime *regime, int64_t step);
float brg_regime_rate(const brg_regime *regime, int64_t step);

#endif
