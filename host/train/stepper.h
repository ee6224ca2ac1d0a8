/* Steppers: how steps are made to happen. One kind hands them to one device, as one job; others may
 * share them out among replicas. All give the same results, up to what rounding explains.
 *
 *     lay_out(next) | begin | lay_out(the one after) | finish | begin | ...
 *
 * One thread drives a stepper. */
#ifndef TRAIN_STEPPER_H
#define TRAIN_STEPPER_H

#include <stdatomic.h>

#include "brigade/engine.h"
#include "train/regime.h"
#include "train/sums.h"

enum { BRG_STRETCH = 50 };

/* Some steps of an epoch, one after the other, at one rate. */
typedef struct brg_stretch {
    const int32_t *order; /* of the epoch's images */
    int64_t epoch, first; /* from 0: the epoch, and the first step within it */
    int64_t step;         /* steps done before, in all */
    int64_t count;        /* 0: there are none; at most BRG_STRETCH */
    float rate;
    bool checked; /* the steps are computed again by sequential C; count is 1 */
} brg_stretch;

/* What came of them. */
typedef struct brg_stretch_result {
    brg_tensor *state;                            /* after the last one; the caller releases it */
    float losses[BRG_STRETCH], hits[BRG_STRETCH]; /* of each: the mean, and images told right */
    brg_verdict verdict;
    double device_ms, check_ms;
    brg_sum_times sums; /* of ranks, over all steps */
} brg_stretch_result;

/* What all steppers work with; lives as long as they. */
typedef struct brg_stepper_setup {
    brg_engine *engine;
    const char *device;
    const brg_model *model;
    const brg_tensor *images, *labels; /* all there are to learn from */
    const brg_regime *regime;
    const atomic_bool *abandon; /* once true, jobs under way are cancelled */
} brg_stepper_setup;

typedef struct brg_stepper brg_stepper;

struct brg_stepper {
    /* Lays out the images of the stretch that is begun next. Whatever was laid out before and not begun
     * is dropped. */
    brg_status (*lay_out)(brg_stepper *stepper, const brg_stretch *stretch, brg_error *error);

    /* Begins what was laid out, from `state`, which must live until the end of it; returns at once. */
    brg_status (*begin)(brg_stepper *stepper, const brg_tensor *state, brg_error *error);

    /* Waits for what was begun. BRG_E_CANCELLED when abandoned. */
    brg_status (*finish)(brg_stepper *stepper, brg_stretch_result *result, brg_error *error);

    /* Nothing may be under way. */
    void (*release)(brg_stepper *stepper);
};

/* All steps on one device; brg_stepper_share (replicas.h) makes the other kind. BRG_E_MEMORY. */
brg_status brg_stepper_create(const brg_stepper_setup *setup, brg_stepper **out, brg_error *error);

/* Submits a job, waiting for a place if all are taken; and waits for its end. *result is to be
 * released when DONE, which is what BRG_OK means. */
brg_status brg_train_submit(const brg_stepper_setup *setup, const brg_job_desc *desc, brg_job *job,
                            brg_error *error);
brg_status brg_train_await(const brg_stepper_setup *setup, brg_job job, brg_result *result,
                           brg_error *error);

/* Waits for the end of a job's output, as brg_engine_wait_tail does; what is not BRG_OK is explained by the end
 * of the job. */
brg_status brg_train_await_tail(const brg_stepper_setup *setup, brg_job job, size_t bytes,
                                brg_tensor **output);

#endif
