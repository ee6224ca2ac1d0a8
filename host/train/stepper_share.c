/* A stepper whose steps are shared out among replicas and ranks, one after the other: the images of each are
 * laid out while the one before is computed. See stepper.h, replicas.h; share_check.h says how a step is
 * checked. */
#include <stdlib.h>
#include <string.h>

#include "train/share_check.h"

typedef struct shared {
    brg_stepper face;
    brg_share_checks checks;
    const brg_stepper_setup *setup;
    const brg_replicas *replicas;
    brg_stretch now, next;
    brg_shares shares, ahead; /* of the step begun next; of the next stretch's first */
    brg_shared_step step;
} shared;

/* ---- images ---------------------------------------------------------------------------------- */

/* Lays out this process's shares of one step of a stretch. */
static brg_status gather(const shared *s, const brg_stretch *stretch, int64_t step,
                         brg_shares *shares, brg_error *error) {
    int32_t batch = s->setup->regime->params.batch, first, size;
    brg_status status = BRG_OK;
    brg_shares_release(shares);
    for (int32_t r = 0; r < s->replicas->count && status == BRG_OK; r++) {
        brg_replicas_own_share(s->replicas, batch, r, &first, &size);
        const brg_portion portion = brg_share_portion(s->setup, stretch, step, first, size);
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
    bool checked = s->now.checked && s->checks == BRG_CHECK_JOBS;
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
        if (status == BRG_OK && s->now.checked && s->checks != BRG_CHECK_JOBS && leads)
            status =
                brg_share_check(s->checks, &s->step, &s->now, i, output, &s->step.verdict, error);
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
    s->checks = brg_share_checks_for(setup);
    *out = &s->face;
    return BRG_OK;
}
