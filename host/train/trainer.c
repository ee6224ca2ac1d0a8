/* The trainer. See brigade/trainer.h. */
#include "brigade/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct brg_trainer {
    brg_trainer_view view;
};

static const char *const optimizers[] = {"sgd", "adam", "adamw"};
static const char *const schedules[] = {"cosine", "constant", "step"};
static const char *const states[] = {"loading", "training", "checking", "testing",
                                     "saving",  "done",     "stopped",  "failed"};

const char *brg_optimizer_name(int32_t index) {
    return index >= 0 && index < 3 ? optimizers[index] : NULL;
}

const char *brg_schedule_name(int32_t index) {
    return index >= 0 && index < 3 ? schedules[index] : NULL;
}

const char *brg_trainer_state_name(brg_trainer_state state) {
    return state >= BRG_TRAINER_LOADING && state <= BRG_TRAINER_FAILED ? states[state] : "unknown";
}

bool brg_trainer_state_ended(brg_trainer_state state) {
    return state >= BRG_TRAINER_DONE;
}

void brg_trainer_settle(brg_trainer_config *config) {
    config->model = config->model ? config->model : "lenet";
    config->optimizer = config->optimizer ? config->optimizer : optimizers[0];
    config->schedule = config->schedule ? config->schedule : schedules[0];
    config->augment = config->augment ? config->augment : "none";
    config->epochs = config->epochs ? config->epochs : 5;
    config->batch = config->batch ? config->batch : 64;
    config->rate = config->rate != 0 ? config->rate : 0.05;
    config->momentum = config->momentum != 0 ? config->momentum : 0.9;
    config->seed = config->seed ? config->seed : 1;
    config->replicas = config->replicas ? config->replicas : 1;
}

brg_status brg_trainer_start(brg_engine *engine, const brg_trainer_config *config,
                             brg_trainer **out, brg_error *error) {
    (void)engine;
    (void)config;
    *out = NULL;
    return brg_fail(error, BRG_E_UNSUPPORTED, "The trainer is not there yet.");
}

void brg_trainer_stop(brg_trainer *trainer) {
    trainer->view.stopping = true;
}

void brg_trainer_pause(brg_trainer *trainer, bool paused) {
    trainer->view.paused = paused;
}

brg_status brg_trainer_wait(brg_trainer *trainer, double timeout_s) {
    (void)trainer;
    (void)timeout_s;
    return BRG_OK;
}

void brg_trainer_destroy(brg_trainer *trainer) {
    free(trainer);
}

void brg_trainer_snapshot(brg_trainer *trainer, brg_trainer_view *view) {
    *view = trainer->view;
}

int64_t brg_trainer_points(brg_trainer *trainer, int64_t from, brg_train_point *points,
                           int64_t capacity) {
    (void)trainer;
    (void)from;
    (void)points;
    (void)capacity;
    return 0;
}

int64_t brg_trainer_tests(brg_trainer *trainer, int64_t from, brg_train_test *tests,
                          int64_t capacity) {
    (void)trainer;
    (void)from;
    (void)tests;
    (void)capacity;
    return 0;
}

int32_t brg_trainer_samples(brg_trainer *trainer, brg_train_sample *samples, int32_t capacity,
                            brg_tensor **images) {
    (void)trainer;
    (void)samples;
    (void)capacity;
    if (images)
        *images = NULL;
    return 0;
}

brg_tensor *brg_trainer_weights(brg_trainer *trainer) {
    (void)trainer;
    return NULL;
}
