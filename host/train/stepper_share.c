/* A stepper whose steps are shared out among replicas and ranks, one after the other: the images of each are
 * laid out while the one before is computed. See stepper.h, replicas.h. */
#include <stdlib.h>
#include <string.h>

#include "train/compare.h"
#include "train/replicas.h"

typedef struct shared {
    brg_stepper face;
    bool bounded; /* error bounds are known, by which steps can be checked */
    const brg_stepper_setup *setup;
    const brg_replicas *replicas;
    brg_stretch now, next;
    brg_shares shares, ahead; /* of the step begun next; of the next stretch's first */
    brg_shared_step step;
} shared;

/* Lays out this process's pieces of one step of a stretch. */
static brg_status gather(const shared *s, const brg_stretch *stretch, int64_t step,
                         brg_shares *shares, brg_error *error) {
    const brg_regime *regime = s->setup->regime;
    int32_t batch = regime->params.batch, first, size;
    brg_portion portion = {.order = stretch->order,
                           .steps = 1,
                           .augment = regime->augments ? &regime->augment : NULL,
                           .seed = regime->params.seed,
                           .epoch = stretch->epoch};
    brg_status status = BRG_OK;
    brg_shares_release(shares);
    for (int32_t p = 0; p < s->replicas->pieces; p++)
        for (int32_t r = 0; r < s->replicas->count && status == BRG_OK; r++) {
            brg_replicas_piece(s->replicas, batch, r, p, &first, &size);
            portion.first = (stretch->first + step) * batch + first;
            portion.batch = portion.stride = size;
            status = brg_batches_gather(s->setup->images, s->setup->labels, &portion,
                                        &shares->images[p][r], &shares->labels[p][r], error);
        }
    return status;
}

static brg_status lay_out(brg_stepper *stepper, const brg_stretch *stretch, brg_error *error) {
    shared *s = (shared *)stepper;
    s->next = *stretch;
    return stretch->count > 0 ? gather(s, stretch, 0, &s->ahead, error) : BRG_OK;
}

static brg_status begin_step(shared *s, int64_t index, const brg_tensor *state, brg_error *error) {
    s->step = (brg_shared_step){.setup = s->setup,
                                .replicas = s->replicas,
                                .params = s->setup->regime->params,
                                .network = s->setup->model->network,
                                .state = state,
                                .verify = s->now.checked && s->bounded ? BRG_VERIFY_FULL
                                                                       : BRG_VERIFY_NONE};
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

/* The step's loss and hits lie behind its state. */
static void take(const shared *s, int64_t index, brg_tensor *output, brg_stretch_result *result) {
    const float *numbers = brg_tensor_data(output);
    int64_t loss, hits;
    brg_model_results(s->setup->model, &s->step.params, s->step.params.batch, &loss, &hits);
    result->losses[index] = numbers[loss];
    result->hits[index] = numbers[hits];
    result->device_ms += s->step.device_ms;
    result->check_ms += s->step.check_ms;
    brg_verdict_merge(&result->verdict, &s->step.verdict);
    brg_tensor_release(result->state);
    result->state = output;
}

static brg_status finish(brg_stepper *stepper, brg_stretch_result *result, brg_error *error) {
    shared *s = (shared *)stepper;
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
        if (status == BRG_OK)
            take(s, i, output, result);
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
    s->bounded = !brg_compare_needed(setup->model);
    *out = &s->face;
    return BRG_OK;
}
