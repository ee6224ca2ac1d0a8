/* A stepper whose steps are shared out among replicas and ranks, one after the other: the images of each are
 * laid out while the one before is computed. See stepper.h, replicas.h.
 *
 * A checked step is made again by sequential C as one step on the whole batch, and must be that within the
 * error bound of a step that was not shared out: adding up n terms in R parts rounds no more often than adding
 * them up in one (Higham, Accuracy and Stability of Numerical Algorithms, 2002, 4.2: any order is within
 * gamma_(n-1) of the sum of magnitudes). Norm layers make a difference to that; then it is the shares' own
 * gradients, and the update, that are checked. */
#include <stdlib.h>
#include <string.h>

#include "train/compare.h"
#include "train/replicas.h"
#include "train/step.h"

/* How a step is checked. */
typedef enum checks { AS_WHOLE, BY_SHARES, NOT_AT_ALL } checks;

typedef struct shared {
    brg_stepper face;
    checks checks;
    const brg_stepper_setup *setup;
    const brg_replicas *replicas;
    brg_stretch now, next;
    brg_shares shares, ahead; /* of the step begun next; of the next stretch's first */
    brg_shared_step step;
} shared;

/* ---- images ---------------------------------------------------------------------------------- */

static brg_portion portion_of(const shared *s, const brg_stretch *stretch, int64_t step,
                              int32_t first, int32_t size) {
    const brg_regime *regime = s->setup->regime;
    return (brg_portion){.order = stretch->order,
                         .first = (stretch->first + step) * regime->params.batch + first,
                         .batch = size,
                         .stride = size,
                         .steps = 1,
                         .augment = regime->augments ? &regime->augment : NULL,
                         .seed = regime->params.seed,
                         .epoch = stretch->epoch};
}

/* Lays out this process's shares of one step of a stretch. */
static brg_status gather(const shared *s, const brg_stretch *stretch, int64_t step,
                         brg_shares *shares, brg_error *error) {
    int32_t batch = s->setup->regime->params.batch, first, size;
    brg_status status = BRG_OK;
    brg_shares_release(shares);
    for (int32_t r = 0; r < s->replicas->count && status == BRG_OK; r++) {
        brg_replicas_own_share(s->replicas, batch, r, &first, &size);
        const brg_portion portion = portion_of(s, stretch, step, first, size);
        status = brg_batches_gather(s->setup->images, s->setup->labels, &portion,
                                    &shares->images[r], &shares->labels[r], error);
    }
    return status;
}

static brg_status lay_out(brg_stepper *stepper, const brg_stretch *stretch, brg_error *error) {
    shared *s = (shared *)stepper;
    s->next = *stretch;
    return stretch->count > 0 ? gather(s, stretch, 0, &s->ahead, error) : BRG_OK;
}

static brg_status begin_step(shared *s, int64_t index, const brg_tensor *state, brg_error *error) {
    bool checked = s->now.checked && s->checks == BY_SHARES;
    brg_verify_policy verify = checked ? BRG_VERIFY_FULL : BRG_VERIFY_NONE;
    s->step = (brg_shared_step){.setup = s->setup,
                                .replicas = s->replicas,
                                .params = s->setup->regime->params,
                                .network = s->setup->model->network,
                                .state = state,
                                .verify = verify,
                                .sum = s->step.sum};
    s->step.params.step = (int32_t)(s->now.step + index);
    s->step.params.rate = s->now.rate;
    brg_status status = brg_replicas_begin(&s->step, &s->shares, error);
    brg_shares_release(&s->shares);
    if (status != BRG_OK)
        brg_ranks_give_up(s->replicas->ranks);
    return status;
}

static brg_status begin(brg_stepper *stepper, const brg_tensor *state, brg_error *error) {
    shared *s = (shared *)stepper;
    s->now = s->next;
    s->shares = s->ahead;
    memset(&s->ahead, 0, sizeof s->ahead);
    return begin_step(s, 0, state, error);
}

/* ---- checks ---------------------------------------------------------------------------------- */

/* The step under way as one call on the whole batch. */
static brg_status call_whole(const shared *s, const brg_tensor *images, const brg_tensor *labels,
                             const brg_train_params *params, brg_call *call, brg_error *error) {
    const brg_tensor *inputs[] = {s->step.state, images, s->step.network, labels};
    *call = (brg_call){.params = params, .input_count = sizeof inputs / sizeof inputs[0]};
    for (int32_t i = 0; i < call->input_count; i++) {
        call->inputs[i] = *brg_tensor_shape(inputs[i]);
        call->data[i] = brg_tensor_data(inputs[i]);
    }
    return brg_engine_op(s->setup->engine, "train")->check(call, &call->output, error);
}

static brg_status judge(const shared *s, const brg_call *call, const brg_tensor *output,
                        brg_verdict *verdict, brg_error *error) {
    size_t count = (size_t)call->output.dims[1];
    double *expected = malloc(2 * count * sizeof *expected), *bound = expected + count;
    if (!expected)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a step by sequential C.");
    brg_engine_op(s->setup->engine, "train")->oracle(call, 0, 1, expected, bound);
    brg_verdict_begin(verdict, BRG_VERIFY_FULL, &call->output);
    brg_verdict_compare_rows(verdict, &call->output, 0, 1, brg_tensor_data(output), expected,
                             bound);
    brg_verdict_end(verdict);
    free(expected);
    return BRG_OK;
}

/* The first rank does it for all, who have the same state. */
static brg_status check_whole(const shared *s, const brg_tensor *output, brg_verdict *verdict,
                              brg_error *error) {
    brg_train_params params = s->step.params;
    const brg_portion portion = portion_of(s, &s->now, 0, 0, params.batch);
    brg_tensor *images = NULL, *labels = NULL;
    brg_call call;
    params.mode = BRG_TRAIN_STEPS;
    brg_status status =
        brg_batches_gather(s->setup->images, s->setup->labels, &portion, &images, &labels, error);
    if (status == BRG_OK)
        status = call_whole(s, images, labels, &params, &call, error);
    if (status == BRG_OK)
        status = judge(s, &call, output, verdict, error);
    brg_tensor_release(images);
    brg_tensor_release(labels);
    return status;
}

static checks checks_for(const brg_stepper_setup *setup) {
    brg_step step;
    brg_model_resolve(setup->model, &setup->regime->params, setup->regime->params.batch, &step);
    if (brg_compare_needed(setup->model))
        return NOT_AT_ALL;
    return step.network.statistic_count > 0 ? BY_SHARES : AS_WHOLE;
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* The step's loss and hits lie behind its state. */
static void take(const shared *s, int64_t index, brg_tensor *output, brg_stretch_result *result) {
    const float *numbers = brg_tensor_data(output);
    int64_t loss, hits;
    brg_model_results(s->setup->model, &s->step.params, s->step.params.batch, &loss, &hits);
    result->losses[index] = numbers[loss];
    result->hits[index] = numbers[hits];
    result->device_ms += s->step.device_ms;
    result->check_ms += s->step.check_ms;
    result->sums.ms += s->step.sums.ms;
    result->sums.hidden_ms += s->step.sums.hidden_ms;
    brg_verdict_merge(&result->verdict, &s->step.verdict);
    brg_tensor_release(result->state);
    result->state = output;
}

static brg_status finish(brg_stepper *stepper, brg_stretch_result *result, brg_error *error) {
    shared *s = (shared *)stepper;
    bool leads = brg_ranks_self(s->replicas->ranks).index == 0;
    brg_status status = BRG_OK;
    for (int64_t i = 0; i < s->now.count && status == BRG_OK; i++) {
        brg_tensor *output = NULL;
        brg_error lacking = {0};
        brg_status laid_out = BRG_OK;
        if (i > 0)
            status = begin_step(s, i, result->state, error);
        if (status != BRG_OK)
            break;
        if (i + 1 < s->now.count)
            laid_out = gather(s, &s->now, i + 1, &s->shares, &lacking);
        status = brg_replicas_finish(&s->step, &output, error);
        if (status == BRG_OK && s->now.checked && s->checks == AS_WHOLE && leads)
            status = check_whole(s, output, &s->step.verdict, error);
        if (status == BRG_OK)
            take(s, i, output, result);
        else
            brg_tensor_release(output);
        if (status == BRG_OK && laid_out != BRG_OK) {
            *error = lacking;
            status = laid_out;
        }
    }
    if (status != BRG_OK) { /* the others are in the middle of a sum: nothing can be agreed upon */
        brg_ranks_give_up(s->replicas->ranks);
        brg_tensor_release(result->state);
        result->state = NULL;
    }
    return status;
}

static void release(brg_stepper *stepper) {
    shared *s = (shared *)stepper;
    brg_shares_release(&s->shares);
    brg_shares_release(&s->ahead);
    brg_tensor_release(s->step.sum);
    free(s);
}

brg_status brg_stepper_share(const brg_stepper_setup *setup, const brg_replicas *replicas,
                             brg_stepper **out, brg_error *error) {
    brg_status status = brg_replicas_check_batch(replicas, setup->regime->params.batch, error);
    if (status != BRG_OK)
        return status;
    shared *s = calloc(1, sizeof *s);
    if (!s)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a training's steps.");
    s->face = (brg_stepper){lay_out, begin, finish, release};
    s->setup = setup;
    s->replicas = replicas;
    s->checks = checks_for(setup);
    *out = &s->face;
    return BRG_OK;
}
