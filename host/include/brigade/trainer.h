/* The trainer: the whole course of training as one object with a thread of its own. It reads images and
 * model, lays out the next steps' images while the engine computes the present ones, tests after each
 * epoch, checks steps against sequential C, saves and resumes. Whoever started it watches snapshots.
 *
 *     brg_trainer *trainer;
 *     brg_trainer_start(engine, &(brg_trainer_config){.model = "lenet"}, &trainer, &error);
 *     while (brg_trainer_wait(trainer, 0.1) == BRG_E_TIMEOUT) {
 *         brg_trainer_snapshot(trainer, &now);   // plain data, cheap enough for every frame
 *         ...
 *     }
 *     brg_trainer_destroy(trainer);
 *
 * The same configuration gives the same bits on the same device, whatever the steps of a job, checks,
 * pauses, stops and resumes: the order of images is a function of (seed, epoch), augmentation of (seed,
 * epoch, image), dropout of (seed, step), and the rate of the step alone.
 *
 * Thread safety: every function may be called from any thread, except that brg_trainer_destroy must be
 * the last, and before brg_engine_destroy. None but brg_trainer_wait and brg_trainer_destroy waits. */
#ifndef BRIGADE_TRAINER_H
#define BRIGADE_TRAINER_H

#include "brigade/engine.h"
#include "brigade/ranks.h"
#include "brigade/train.h"

enum { BRG_TRAINER_PATH = 1024, BRG_SAMPLE_CLASSES = 16 };

typedef struct brg_trainer brg_trainer;

/* How to train. Zero or NULL means default: what is known to suit the model; brg_trainer_settle tells
 * it. A negative number means none. Strings are copied. */
typedef struct brg_trainer_config {
    /* A model that ships, or a file (brg_model_load); "lenet". */
    const char *model;

    /* A folder (brg_dataset_load); NULL: the small MNIST that ships. */
    const char *data;

    /* Times through all images. */
    int32_t epochs;

    /* Images in a step. What an epoch has left after its last whole batch is not learned from; in the
     * next epoch's order it is others' turn. */
    int32_t batch;

    /* "sgd", with momentum, its decay added to the gradient; "adam", without decay; "adamw", Adam
     * with decay apart from the gradient. */
    const char *optimizer;

    /* Of learning, where the schedule is highest. */
    double rate;

    /* "cosine", down to 0; "constant"; "step", a tenth from half and a hundredth from three quarters
     * of all steps on. The rate changes every few steps only, always at the same ones. */
    const char *schedule;

    /* Epochs in which the rate first rises from 0. */
    double warmup;

    /* Of sgd; beta1 of adam and adamw. */
    double momentum;

    /* Of weights, towards 0. */
    double decay;

    /* What is done to each image in each epoch, "none" or as brigade/train.h says. */
    const char *augment;

    /* Of weights, order, dropout and augmentation; 1. */
    uint64_t seed;

    /* One step in so many is computed again by sequential C from the same state, and compared;
     * default: the first of each epoch. */
    int64_t check_every;

    /* Parts of the device, each of which learns from its share of every batch; 1. As many give the same
     * bits each time; others what rounding explains, if no layer takes its figures from the whole batch,
     * as norm does. */
    int32_t replicas;

    /* Processes that train the same model together, each by so many replicas; NULL: this one alone. All
     * must have the same configuration and data; the first one saves. They must outlive the trainer. */
    brg_ranks *ranks;

    /* With ranks: bytes of gradients, of whole layers and the last layers first, whose sum begins to travel
     * while gradients of the layers before are computed; 65536. Negative: all gradients are summed up once they
     * are computed. With Open MPI this does not change a bit. */
    int32_t bucket;

    /* Checkpoint file, written when training ends or is stopped, and after so many steps; default:
     * no file; after each epoch. */
    const char *save;
    int64_t save_every;

    /* Checkpoint to go on from. What is zero or NULL here is as it was there; model, optimizer, batch
     * and kind of images must be the same. */
    const char *resume;

    /* No training: the model of `resume` is tested on the data, that is all. */
    bool test_only;

    /* As for brg_device_select; NULL: the engine's. */
    const char *device;

    /* Called on the trainer's thread whenever a snapshot would show something new. Must not block and
     * must not call the trainer. */
    void (*wake)(void *user);
    void *wake_user;
} brg_trainer_config;

/* The index-th optimizer's or schedule's name; NULL past the last. */
BRG_API const char *brg_optimizer_name(int32_t index);
BRG_API const char *brg_schedule_name(int32_t index);

/* Replaces what is zero or NULL in a configuration by what a trainer would take for it. Of the strings, those
 * that had been NULL then are the library's and live for ever; save, resume, data and device stay as they
 * are. check_every and save_every stay 0 where the default depends on the number of images. */
BRG_API void brg_trainer_settle(brg_trainer_config *config);

typedef enum brg_trainer_state {
    BRG_TRAINER_LOADING = 0, /* reading images, model, checkpoint */
    BRG_TRAINER_TRAINING,
    BRG_TRAINER_CHECKING, /* a step is being computed again by sequential C */
    BRG_TRAINER_TESTING,
    BRG_TRAINER_SAVING,
    BRG_TRAINER_DONE,    /* all epochs are over */
    BRG_TRAINER_STOPPED, /* as asked for by brg_trainer_stop */
    BRG_TRAINER_FAILED   /* see error */
} brg_trainer_state;

/* "loading", "training" ... Never NULL. */
BRG_API const char *brg_trainer_state_name(brg_trainer_state state);

/* True for DONE, STOPPED and FAILED: nothing changes any more. */
BRG_API bool brg_trainer_state_ended(brg_trainer_state state);

/* A snapshot: where a training stands. What is not known yet is NaN (double), -1 (saved_step) or 0.
 * Accuracies are 0 to 1. */
typedef struct brg_trainer_view {
    brg_trainer_state state;
    bool paused, stopping;
    brg_error error; /* when FAILED */

    char model[BRG_NAME], device[BRG_NAME];
    int32_t layers, classes, channels, height, width;
    int64_t weights, images, test_images;   /* numbers trained; images to learn from, to test on */
    int32_t batch, replicas, ranks, epochs; /* replicas of each rank */
    int64_t steps, steps_of_epoch;          /* in all; in one epoch */

    int32_t epoch;         /* under way, from 0; `epochs` once all are over */
    int64_t step;          /* steps done, those before a resume included */
    int64_t first_step;    /* where this run began: 0, or the checkpoint's */
    double loss;           /* mean over the steps of the latest portion */
    double train_accuracy; /* of this epoch so far, while learning */
    double test_accuracy;  /* after the latest test */
    double best_accuracy;  /* the highest test_accuracy so far */
    double rate;           /* of learning, now */
    double seconds;        /* since training began, without reading and without pauses */
    double step_ms;        /* device and host, median of the latest portions, per step */
    double images_per_s;   /* likewise */
    double remaining_s;    /* estimated, tests and checks included */
    double tested;         /* 0..1, while TESTING */

    /* With ranks: milliseconds a step that their sums were under way, and of those, while gradients were
     * still being computed. Means over the steps of this run, its first ones left out; else NaN. */
    double sum_ms, sum_hidden_ms;

    /* What a check compares: every number of the state with the same in double, within the bound on what
     * rounding explains. Through many layers of batch normalisation no such bound is known; then
     * check_tolerance is not 0, and what the step changed of each layer may differ from what sequential C
     * makes of it by that part. This is no bound, and must not be called one. */
    int64_t checks, checks_passed;
    double check_tolerance;
    bool
        check_by_shares; /* each replica's images by themselves, as norm layers' figures are of those */
    double check_bound_ratio; /* largest error found over what is allowed */
    int64_t saved_step;       /* of the latest checkpoint; -1: none yet */
    char saved_path[BRG_TRAINER_PATH];
    int64_t late_saves;    /* asked for after the end, and tried */
    brg_error save_error;  /* of the latest of those; BRG_OK if it was written */
    uint32_t checksum;     /* CRC-32 of the state's bytes; set when training has ended */
    int64_t points, tests; /* how many of each there are to be had */
} brg_trainer_view;

/* A point of the curve: the mean over the steps since the point before. */
typedef struct brg_train_point {
    int64_t step;  /* steps done */
    int32_t epoch; /* from 0 */
    float loss;
    float accuracy; /* of these steps' images, while learning; 0 to 1 */
    float rate;
    float images_per_s;
    double seconds; /* since training began, without pauses */
} brg_train_point;

/* An epoch that is over, or the test of a checkpoint. */
typedef struct brg_train_test {
    int32_t epoch;        /* from 0 */
    int64_t step;         /* steps done */
    float loss;           /* mean over the epoch's steps of this run; NaN: there were none */
    float train_accuracy; /* likewise, while learning */
    float test_accuracy, test_loss;
    float images_per_s; /* while learning */
    double seconds;     /* this epoch's learning; without test, checks and pauses */
} brg_train_test;

/* What the model says of a test image. The same images throughout, spread over the test set. */
typedef struct brg_train_sample {
    int64_t image; /* index into the test set */
    int32_t label, predicted;
    float confidence;                        /* the predicted class's probability */
    float probabilities[BRG_SAMPLE_CLASSES]; /* of the first classes; 0 beyond the last */
} brg_train_sample;

/* Starts a training. What can be known at once is checked at once (names, numbers; a checkpoint's place);
 * what lies in files, on the trainer's thread: then the state becomes FAILED. The engine must outlive the
 * trainer. config may be NULL. BRG_E_NOT_FOUND (no such optimizer, schedule), BRG_E_ARGUMENT, BRG_E_IO,
 * BRG_E_MEMORY, BRG_E_INTERNAL (no thread). */
BRG_API brg_status brg_trainer_start(brg_engine *engine, const brg_trainer_config *config,
                                     brg_trainer **out, brg_error *error);

/* Asks for the steps in hand to be finished, the state saved (if a file for it is named) and the training
 * to end as STOPPED. Returns at once; takes effect within about half a second, a step if that is longer. */
BRG_API void brg_trainer_stop(brg_trainer *trainer);

/* Waits with the next steps, or goes on. Takes effect as a stop does. */
BRG_API void brg_trainer_pause(brg_trainer *trainer, bool paused);

/* Asks for a checkpoint of the steps done when those in hand are over, paused or not. It is written to `path`,
 * and so are all later ones; NULL: to where they have been written. Takes effect as a stop does; once training is
 * DONE or STOPPED, at once, for as long as there is the trainer, whose destruction waits for it: the view's saved_step
 * and save_error tell what came of it. Nothing happens once training has FAILED, or where it was only a test.
 * BRG_E_ARGUMENT (no file was ever named), BRG_E_IO (no place for one). */
BRG_API brg_status brg_trainer_save(brg_trainer *trainer, const char *path, brg_error *error);

/* Waits until the training has ended, for at most timeout_s seconds (< 0: for ever). BRG_OK once ended,
 * however it ended; BRG_E_TIMEOUT. */
BRG_API brg_status brg_trainer_wait(brg_trainer *trainer, double timeout_s);

/* Ends the training, waits for its thread, frees everything. NULL is allowed. Nothing is saved but what was
 * asked for after the end; to keep what was learned, stop and wait first. */
BRG_API void brg_trainer_destroy(brg_trainer *trainer);

/* Copies where the training stands. Never waits for a device. */
BRG_API void brg_trainer_snapshot(brg_trainer *trainer, brg_trainer_view *view);

/* Copies points of the curve, or tests, from the index `from` on; returns how many. There is a point every 10
 * steps (in long trainings every so many that there are 20 000 at most) and at an epoch's end. */
BRG_API int64_t brg_trainer_points(brg_trainer *trainer, int64_t from, brg_train_point *points,
                                   int64_t capacity);
BRG_API int64_t brg_trainer_tests(brg_trainer *trainer, int64_t from, brg_train_test *tests,
                                  int64_t capacity);

/* Copies up to `capacity` samples, as of the latest test, and returns how many there are (16, fewer in a
 * small test set, 0 before the first test and with ranks). *images, if asked for, is set to their pixels,
 * u8 {count, c, h, w}, which the caller releases, or to NULL. */
BRG_API int32_t brg_trainer_samples(brg_trainer *trainer, brg_train_sample *samples,
                                    int32_t capacity, brg_tensor **images);

/* The state after the latest steps (brg_model_state), for the caller to release; NULL before there is one. */
BRG_API brg_tensor *brg_trainer_weights(brg_trainer *trainer);

#endif
