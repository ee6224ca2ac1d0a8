/* Checking a step that was shared out. See share_check.h. */
#include "train/share_check.h"

#include <stdlib.h>
#include <string.h>

#include "reference/train.h"
#include "train/compare.h"
#include "train/step.h"

brg_share_checks brg_share_checks_for(const brg_stepper_setup *setup) {
    brg_step step;
    brg_model_resolve(setup->model, &setup->regime->params, setup->regime->params.batch, &step);
    if (brg_compare_needed(setup->model))
        return BRG_CHECK_EACH_SHARE;
    return step.network.statistic_count > 0 ? BRG_CHECK_JOBS : BRG_CHECK_WHOLE;
}

brg_portion brg_share_portion(const brg_stepper_setup *setup, const brg_stretch *stretch,
                              int64_t step, int32_t first, int32_t size) {
    const brg_regime *regime = setup->regime;
    return (brg_portion){.order = stretch->order,
                         .first = (stretch->first + step) * regime->params.batch + first,
                         .batch = size,
                         .stride = size,
                         .steps = 1,
                         .augment = regime->augments ? &regime->augment : NULL,
                         .seed = regime->params.seed,
                         .epoch = stretch->epoch};
}

/* ---- calls ----------------------------------------------------------------------------------- */

/* Some images of a step, and the call of the op on them; `params` is what the call points to. */
typedef struct lesson {
    brg_tensor *images, *labels;
    brg_train_params params;
    brg_call call;
} lesson;

static void drop(lesson *l) {
    brg_tensor_release(l->images);
    brg_tensor_release(l->labels);
}

static void add_input(brg_call *call, const brg_tensor *tensor) {
    call->inputs[call->input_count] = *brg_tensor_shape(tensor);
    call->data[call->input_count++] = brg_tensor_data(tensor);
}

/* Lays out images for the parameters' mode; they are dropped even when this fails. */
static brg_status prepare(const brg_shared_step *step, const brg_portion *portion, lesson *l,
                          brg_error *error) {
    const brg_stepper_setup *setup = step->setup;
    l->images = l->labels = NULL;
    brg_status status =
        brg_batches_gather(setup->images, setup->labels, portion, &l->images, &l->labels, error);
    if (status != BRG_OK)
        return status;
    l->call = (brg_call){.params = &l->params};
    add_input(&l->call, step->state);
    add_input(&l->call, l->images);
    add_input(&l->call, step->network);
    add_input(&l->call, l->labels);
    return brg_engine_op(setup->engine, "train")->check(&l->call, &l->call.output, error);
}

static brg_status no_memory(brg_error *error) {
    return brg_fail(error, BRG_E_MEMORY, "There is no memory for a step by sequential C.");
}

/* ---- as one step on the whole batch ---------------------------------------------------------- */

static brg_status judge(const brg_shared_step *step, const brg_call *call, const brg_tensor *output,
                        brg_verdict *verdict, brg_error *error) {
    size_t count = (size_t)call->output.dims[1];
    double *expected = malloc(2 * count * sizeof *expected), *bound = expected + count;
    if (!expected)
        return no_memory(error);
    brg_engine_op(step->setup->engine, "train")->oracle(call, 0, 1, expected, bound);
    brg_verdict_begin(verdict, BRG_VERIFY_FULL, &call->output);
    brg_verdict_compare_rows(verdict, &call->output, 0, 1, brg_tensor_data(output), expected,
                             bound);
    brg_verdict_end(verdict);
    free(expected);
    return BRG_OK;
}

static brg_status check_whole(const brg_shared_step *step, const brg_stretch *stretch,
                              int64_t index, const brg_tensor *output, brg_verdict *verdict,
                              brg_error *error) {
    const brg_portion portion =
        brg_share_portion(step->setup, stretch, index, 0, step->params.batch);
    lesson l = {.params = step->params};
    l.params.mode = BRG_TRAIN_STEPS;
    brg_status status = prepare(step, &portion, &l, error);
    if (status == BRG_OK)
        status = judge(step, &l.call, output, verdict, error);
    drop(&l);
    return status;
}

/* ---- share by share -------------------------------------------------------------------------- */

static int32_t shares_of(const brg_shared_step *step) {
    return brg_ranks_self(step->replicas->ranks).count * step->replicas->count;
}

/* Adds what sequential C learns from one share of all. */
static brg_status learn_share(const brg_shared_step *step, const brg_stretch *stretch,
                              int64_t index, int32_t share, float *sum, brg_error *error) {
    lesson l = {.params = step->params};
    l.params.mode = BRG_TRAIN_GRADIENT;
    l.params.whole = step->params.batch;
    brg_replicas_share(l.params.whole, shares_of(step), share, &l.params.first, &l.params.batch);
    const brg_portion portion =
        brg_share_portion(step->setup, stretch, index, l.params.first, l.params.batch);
    brg_status status = prepare(step, &portion, &l, error);
    float *gradient = NULL;
    if (status == BRG_OK) {
        gradient = malloc((size_t)l.call.output.dims[1] * sizeof *gradient);
        status = gradient ? BRG_OK : no_memory(error);
    }
    if (status == BRG_OK) {
        brg_train_sequential(&l.call, 0, 1, gradient);
        for (int64_t i = 0; i < l.call.output.dims[1]; i++)
            sum[i] += gradient[i];
    }
    free(gradient);
    drop(&l);
    return status;
}

/* The state that the sum of all gradients makes of the one before. */
static void move_on(const brg_shared_step *step, const brg_tensor *sum, float *after) {
    brg_train_params params = step->params;
    params.mode = BRG_TRAIN_UPDATE;
    brg_call call = {.params = &params};
    add_input(&call, step->state);
    add_input(&call, sum);
    add_input(&call, step->network);
    brg_train_sequential(&call, 0, 1, after);
}

static brg_status learn_all(const brg_shared_step *step, const brg_stretch *stretch, int64_t index,
                            brg_tensor *sum, brg_error *error) {
    float *numbers = brg_tensor_writable(sum);
    brg_status status = BRG_OK;
    memset(numbers, 0, brg_tensor_bytes(sum));
    for (int32_t share = 0; share < shares_of(step) && status == BRG_OK; share++)
        status = learn_share(step, stretch, index, share, numbers, error);
    return status;
}

static brg_status check_each_share(const brg_shared_step *step, const brg_stretch *stretch,
                                   int64_t index, const brg_tensor *output, brg_verdict *verdict,
                                   brg_error *error) {
    brg_step settled;
    brg_train_params params = step->params;
    params.mode = BRG_TRAIN_STEPS;
    brg_model_resolve(step->setup->model, &params, params.batch, &settled);
    const brg_shape shape = brg_shape_2d(BRG_F32, 1, brg_step_sum(&settled));
    float *expected = malloc((size_t)settled.output * sizeof *expected);
    brg_tensor *sum = NULL;
    brg_status status = expected ? BRG_OK : no_memory(error);
    if (status == BRG_OK)
        status = brg_tensor_create(&shape, NULL, &sum, error);
    if (status == BRG_OK)
        status = learn_all(step, stretch, index, sum, error);
    if (status == BRG_OK) {
        move_on(step, sum, expected);
        verdict->bound_ratio = brg_compare_states(&settled, brg_tensor_data(step->state),
                                                  brg_tensor_data(output), expected);
        verdict->outcome = verdict->bound_ratio <= 1 ? BRG_PASSED : BRG_MISMATCH;
    }
    brg_tensor_release(sum);
    free(expected);
    return status;
}

brg_status brg_share_check(brg_share_checks checks, const brg_shared_step *step,
                           const brg_stretch *stretch, int64_t index, const brg_tensor *output,
                           brg_verdict *verdict, brg_error *error) {
    return checks == BRG_CHECK_WHOLE
               ? check_whole(step, stretch, index, output, verdict, error)
               : check_each_share(step, stretch, index, output, verdict, error);
}
