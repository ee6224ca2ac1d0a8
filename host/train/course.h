/* A training under way, as the trainer's thread has it, and how it is kept in a checkpoint. */
#ifndef TRAIN_COURSE_H
#define TRAIN_COURSE_H

#include "train/checkpoint.h"
#include "train/replicas.h"
#include "train/stepper.h"
#include "train/trainer_state.h"

enum { BRG_PACES = 8 };

typedef struct brg_training {
    brg_trainer *trainer;
    brg_checkpoint resumed; /* what is gone on from; it holds strings of the configuration */
    brg_trainer_config
        config; /* settled; strings are the trainer's, the checkpoint's or literals */
    brg_regime regime;
    brg_model model;
    brg_dataset data;
    brg_stepper_setup setup;
    brg_replicas replicas;
    brg_stepper *stepper;

    brg_tensor *state;
    int32_t *order;                   /* of the images in this epoch */
    int64_t step, steps;              /* done, and in all */
    int64_t tested;                   /* epochs that are over and were tested */
    int64_t epoch_began;              /* step at which this run began to learn in this epoch */
    double loss, hits;                /* summed over the steps of this epoch */
    int64_t saved;                    /* step of the latest checkpoint, or -1 */
    char save_path[BRG_TRAINER_PATH]; /* where a watcher wanted it; then config.save is this */

    double seconds, epoch_seconds; /* spent on steps: all, and this epoch's; without checks */
    double check_seconds, test_seconds;
    brg_sum_times sums; /* of ranks; without those of the first stretch, where kernels are built */
    int64_t summed;     /* steps that they are of */
    double paces[BRG_PACES]; /* seconds of a step, of the latest stretches */
    int64_t stretches;       /* that gave a pace */
} brg_training;

/* Reads the checkpoint to go on from, and fills what was not asked for from it. */
brg_status brg_training_resume(brg_training *course, brg_error *error);

/* Takes step, state and sums over, once the model is known to fit. */
brg_status brg_training_take_over(brg_training *course, brg_error *error);

/* Writes the checkpoint to where it was last wanted, if a file for it is named and this step is not in it yet. */
brg_status brg_training_save(brg_training *course, brg_error *error);

/* Of a state's numbers. */
uint32_t brg_training_checksum(const brg_training *course, const brg_tensor *state);

#endif
