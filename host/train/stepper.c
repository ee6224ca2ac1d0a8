/* A stepper whose steps all happen on one device, a stretch being one job. See stepper.h. */
#include "train/stepper.h"

#include "train/compare.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- jobs ------------------------------------------------------------------------------------ */

static brg_status abandoned(brg_error *error) {
    return brg_fail(error, BRG_E_CANCELLED, "The training was given up.");
}

brg_status brg_train_submit(const brg_stepper_setup *setup, const brg_job_desc *desc, brg_job *job,
                            brg_error *error) {
    const struct timespec moment = {.tv_nsec = 10000000};
    brg_status status;
    while ((status = brg_engine_submit(setup->engine, desc, job, error)) == BRG_E_FULL) {
        if (atomic_load(setup->abandon))
            return abandoned(error);
        nanosleep(&moment, NULL);
    }
    return status;
}

static const double GLANCE_S = 0.05;

brg_status brg_train_await_tail(const brg_stepper_setup *setup, brg_job job, size_t bytes,
                                brg_tensor **output) {
    brg_status status;
    while ((status = brg_engine_wait_tail(setup->engine, job, bytes, GLANCE_S, output)) ==
           BRG_E_TIMEOUT)
        if (atomic_load(setup->abandon))
            brg_engine_cancel(setup->engine, job);
    return status;
}

brg_status brg_train_await(const brg_stepper_setup *setup, brg_job job, brg_result *result,
                           brg_error *error) {
    brg_status status;
    while ((status = brg_engine_wait(setup->engine, job, GLANCE_S)) == BRG_E_TIMEOUT)
        if (atomic_load(setup->abandon))
            brg_engine_cancel(setup->engine, job);
    if (status == BRG_OK)
        status = brg_engine_result(setup->engine, job, result, error);
    else
        brg_fail(error, status, "A job of the training was lost.");
    if (status != BRG_OK)
        return status;
    brg_engine_forget(setup->engine, job);
    if (result->state == BRG_JOB_DONE)
        return BRG_OK;
    if (result->state == BRG_JOB_CANCELLED)
        return abandoned(error);
    *error = result->error;
    return error->status;
}

/* ---- the stepper ----------------------------------------------------------------------------- */

/* A stretch with its images. */
typedef struct load {
    brg_stretch stretch;
    brg_tensor *images, *labels;
} load;

typedef struct single {
    brg_stepper face;
    const brg_stepper_setup *setup;
    bool compares; /* checked steps with sequential C's, no error bound being known */
    load next, now;
    const brg_tensor *before; /* the state that `now` began from */
    brg_job job;
} single;

static void drop(load *l) {
    brg_tensor_release(l->images);
    brg_tensor_release(l->labels);
    memset(l, 0, sizeof *l);
}

static brg_status lay_out(brg_stepper *stepper, const brg_stretch *stretch, brg_error *error) {
    single *s = (single *)stepper;
    const brg_regime *regime = s->setup->regime;
    int64_t batch = regime->params.batch;
    drop(&s->next);
    s->next.stretch = *stretch;
    if (stretch->count == 0)
        return BRG_OK;
    brg_portion portion = {.order = stretch->order,
                           .first = stretch->first * batch,
                           .batch = batch,
                           .stride = batch,
                           .steps = stretch->count,
                           .augment = regime->augments ? &regime->augment : NULL,
                           .seed = regime->params.seed,
                           .epoch = stretch->epoch};
    return brg_batches_gather(s->setup->images, s->setup->labels, &portion, &s->next.images,
                              &s->next.labels, error);
}

static brg_train_params params_of(const single *s) {
    brg_train_params params = s->setup->regime->params;
    params.mode = BRG_TRAIN_STEPS;
    params.step = (int32_t)s->now.stretch.step;
    params.rate = s->now.stretch.rate;
    return params;
}

static brg_status submit(single *s, brg_verify_policy verify, brg_error *error) {
    const brg_train_params params = params_of(s);
    brg_stage stage = {
        .op = "train",
        .params = &params,
        .inputs = {s->before, s->now.images, s->setup->model->network, s->now.labels},
        .input_count = 4};
    brg_job_desc desc = {.stages = &stage,
                         .stage_count = 1,
                         .label = "train",
                         .device = s->setup->device,
                         .verify = verify};
    return brg_train_submit(s->setup, &desc, &s->job, error);
}

static brg_status begin(brg_stepper *stepper, const brg_tensor *state, brg_error *error) {
    single *s = (single *)stepper;
    s->now = s->next;
    s->before = state;
    memset(&s->next, 0, sizeof s->next);
    bool bounded = s->now.stretch.checked && !s->compares;
    return submit(s, bounded ? BRG_VERIFY_FULL : BRG_VERIFY_NONE, error);
}

/* The op's results lie behind the state; a state without them is as good as one with. */
static void take(const single *s, brg_result *from, brg_stretch_result *to) {
    const brg_train_params params = params_of(s);
    const float *numbers = brg_tensor_data(from->output);
    int64_t count = s->now.stretch.count, losses, hits;
    brg_model_results(s->setup->model, &params, count * params.batch, &losses, &hits);
    memcpy(to->losses, numbers + losses, (size_t)count * sizeof *numbers);
    memcpy(to->hits, numbers + hits, (size_t)count * sizeof *numbers);
    to->state = brg_tensor_retain(from->output);
    to->verdict = from->verdict;
    to->device_ms = from->median.total;
    to->check_ms = from->verify_ms;
}

/* The state from which the steps in hand began is still there: whoever began them keeps it. */
static brg_status compare(const single *s, brg_stretch_result *result, brg_error *error) {
    const brg_train_params params = params_of(s);
    const brg_tensor *inputs[] = {s->before, s->now.images, s->setup->model->network,
                                  s->now.labels};
    brg_call call = {.params = &params, .input_count = sizeof inputs / sizeof inputs[0]};
    brg_verdict *verdict = &result->verdict;
    for (int32_t i = 0; i < call.input_count; i++) {
        call.inputs[i] = *brg_tensor_shape(inputs[i]);
        call.data[i] = brg_tensor_data(inputs[i]);
    }
    if (!brg_compare_step(&call, brg_tensor_data(result->state), &verdict->bound_ratio))
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a step by sequential C.");
    verdict->outcome = verdict->bound_ratio <= 1 ? BRG_PASSED : BRG_MISMATCH;
    return BRG_OK;
}

static brg_status finish(brg_stepper *stepper, brg_stretch_result *result, brg_error *error) {
    single *s = (single *)stepper;
    brg_result of = {0};
    brg_status status = brg_train_await(s->setup, s->job, &of, error);
    if (status == BRG_OK)
        take(s, &of, result);
    if (status == BRG_OK && s->compares && s->now.stretch.checked)
        status = compare(s, result, error);
    brg_result_release(&of);
    drop(&s->now);
    return status;
}

static void release(brg_stepper *stepper) {
    single *s = (single *)stepper;
    drop(&s->now);
    drop(&s->next);
    free(s);
}

brg_status brg_stepper_create(const brg_stepper_setup *setup, brg_stepper **out, brg_error *error) {
    single *s = calloc(1, sizeof *s);
    if (!s)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a training's steps.");
    s->face = (brg_stepper){lay_out, begin, finish, release};
    s->setup = setup;
    s->compares = brg_compare_needed(setup->model);
    *out = &s->face;
    return BRG_OK;
}
