/* The trainer's inside: what its thread shares with those who watch and steer it. */
#ifndef TRAIN_TRAINER_STATE_H
#define TRAIN_TRAINER_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "brigade/trainer.h"
#include "train/curve.h"

enum { BRG_SAMPLES = 16 };

struct brg_trainer {
    /* fixed */
    brg_engine *engine;
    brg_trainer_config config; /* as it was asked for */
    pthread_t thread;

    /* Set from outside, read by the thread between steps. */
    atomic_bool stop, abandon;

    /* Under the lock. */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* the state, or what was asked for */
    brg_trainer_view view;
    brg_curve curve;
    brg_train_sample samples[BRG_SAMPLES];
    int32_t sample_count;
    brg_tensor *sample_images;
    brg_tensor *state;
    char save_path[BRG_TRAINER_PATH]; /* where a checkpoint was asked for */
    bool save_asked;
};

/* What the thread does: the training from beginning to end; then the checkpoints that are still asked for. */
void brg_trainer_course(brg_trainer *trainer);

/* For the thread: the view under the lock, to be changed, and given back; then watchers are woken. */
brg_trainer_view *brg_trainer_open(brg_trainer *trainer);
void brg_trainer_close(brg_trainer *trainer);

/* Enters a state that has not ended; nothing once one has ended. */
void brg_trainer_enter(brg_trainer *trainer, brg_trainer_state state);

/* Enters one that has: DONE, STOPPED, or FAILED because of the error. */
void brg_trainer_end(brg_trainer *trainer, brg_trainer_state state, const brg_error *error);

/* Waits while the training is paused and no checkpoint is asked for. Returns false if it is to stop. */
bool brg_trainer_may_go_on(brg_trainer *trainer);

/* Waits, after the end, until a checkpoint is asked for. Returns false once none can be any more. */
bool brg_trainer_await_save(brg_trainer *trainer);

/* Whether a checkpoint is asked for; the same, and where: then it counts as asked for no more. */
bool brg_trainer_save_asked(brg_trainer *trainer);
bool brg_trainer_take_save(brg_trainer *trainer, char path[BRG_TRAINER_PATH]);

#endif
