/* A call of the op "train", settled. See step.h. */
#include "train/step.h"

#include <string.h>

#include "ops/ops.h"

static int64_t elements(const brg_shape *shape) {
    int64_t count = 1;
    for (int32_t d = 0; d < shape->rank; d++)
        count *= shape->dims[d];
    return count;
}

static brg_status check_params(const brg_train_params *p, brg_error *error) {
    bool known = p->mode >= BRG_TRAIN_STEPS && p->mode <= BRG_TRAIN_UPDATE &&
                 (p->optimizer == BRG_OPTIMIZER_SGD || p->optimizer == BRG_OPTIMIZER_ADAM);
    if (!known)
        return brg_fail(error, BRG_E_ARGUMENT, "train has no such mode or optimizer");
    bool adam = p->optimizer == BRG_OPTIMIZER_ADAM;
    if (p->batch < 1 || p->step < 0)
        return brg_fail(error, BRG_E_ARGUMENT,
                        "a batch has at least one image, and steps count "
                        "from 0");
    if (p->bucket < 0)
        return brg_fail(error, BRG_E_ARGUMENT, "a bucket of a gradient has no %d bytes",
                        (int)p->bucket);
    if (p->whole < 0 || p->first < 0 || (p->whole == 0 && p->first > 0) ||
        (p->whole > 0 && (p->mode != BRG_TRAIN_GRADIENT || p->first > p->whole - p->batch)))
        return brg_fail(error, BRG_E_ARGUMENT,
                        "images %d to %d are no part of a batch of %d that has a gradient",
                        (int)p->first, (int)(p->first + (int64_t)p->batch), (int)p->whole);
    if (!(p->rate >= 0 && p->rate <= 1e6f) || !(p->momentum >= 0 && p->momentum < 1) ||
        !(p->decay >= 0 && p->decay <= 1))
        return brg_fail(error, BRG_E_ARGUMENT,
                        "the rate is 0 to 1e6, the momentum 0 to below 1, the decay 0 to 1");
    if (adam && (!(p->beta2 >= 0 && p->beta2 < 1) || !(p->small > 0 && p->small <= 1)))
        return brg_fail(error, BRG_E_ARGUMENT,
                        "beta2 is 0 to below 1, and what keeps Adam from dividing by 0 is above 0");
    return BRG_OK;
}

static brg_status check_types(const brg_call *call, brg_error *error) {
    static const struct {
        const char *name;
        brg_dtype dtype;
    } inputs[] = {{"the state", BRG_F32},
                  {"the images", BRG_U8},
                  {"the network", BRG_I32},
                  {"the labels", BRG_I32},
                  {"the sum", BRG_F32}};
    const brg_train_params *params = call->params;
    for (int32_t i = 0; i < call->input_count; i++) {
        int32_t row = i == BRG_TRAIN_SUM && params->mode == BRG_TRAIN_UPDATE ? 4 : i;
        if (call->inputs[i].dtype != inputs[row].dtype)
            return brg_fail(error, BRG_E_ARGUMENT, "%s must be %s, not %s", inputs[row].name,
                            brg_dtype_name(inputs[row].dtype),
                            brg_dtype_name(call->inputs[i].dtype));
    }
    return BRG_OK;
}

static brg_status read_network(const brg_call *call, brg_network *network, brg_error *error) {
    const int32_t *words = call->data[BRG_TRAIN_NETWORK];
    if (!words)
        return brg_fail(error, BRG_E_ARGUMENT, "train needs its network on the host");
    return brg_network_decode(words, elements(&call->inputs[BRG_TRAIN_NETWORK]), network, error);
}

static brg_status check_images(const brg_call *call, brg_step *step, brg_error *error) {
    const brg_shape *images = &call->inputs[BRG_TRAIN_IMAGES];
    const brg_network *n = &step->network;
    bool fit = images->rank == 4 && images->dims[1] == n->c && images->dims[2] == n->h &&
               images->dims[3] == n->w;
    if (!fit)
        return brg_fail(error, BRG_E_SHAPE, "the network takes images {count, %d, %d, %d}",
                        (int)n->c, (int)n->h, (int)n->w);
    int64_t count = images->dims[0];
    if (count < step->batch || count % step->batch)
        return brg_fail(error, BRG_E_SHAPE, "%lld images are no whole number of batches of %lld",
                        (long long)count, (long long)step->batch);
    step->rounds = count / step->batch;
    bool scores = step->params->mode == BRG_TRAIN_SCORES;
    if (step->params->mode == BRG_TRAIN_GRADIENT && step->rounds != 1)
        return brg_fail(error, BRG_E_SHAPE, "a gradient is that of one batch");
    if (!scores && call->input_count < 4)
        return brg_fail(error, BRG_E_ARGUMENT, "training needs labels");
    if (call->input_count > 3 && elements(&call->inputs[BRG_TRAIN_LABELS]) != count)
        return brg_fail(error, BRG_E_SHAPE, "there must be a label for each image");
    return BRG_OK;
}

static brg_status check_sum(const brg_call *call, brg_step *step, brg_error *error) {
    step->rounds = 1;
    int64_t given = elements(&call->inputs[BRG_TRAIN_SUM]), needed = brg_step_sum(step);
    if (given != needed)
        return brg_fail(error, BRG_E_SHAPE, "the sum has %lld numbers, the network's has %lld",
                        (long long)given, (long long)needed);
    if (call->input_count > 3)
        return brg_fail(error, BRG_E_ARGUMENT, "an update takes a sum and no labels");
    return BRG_OK;
}

/* A label beyond the scores would be read and written out of bounds. */
static brg_status check_labels(const brg_call *call, const brg_step *step, brg_error *error) {
    const int32_t *labels = call->input_count > 3 ? call->data[BRG_TRAIN_LABELS] : NULL;
    for (int64_t i = 0; labels && i < step->batch * step->rounds; i++)
        if (labels[i] < 0 || labels[i] >= step->network.classes)
            return brg_fail(error, BRG_E_ARGUMENT, "label %lld is %d; the network has %d classes",
                            (long long)i, (int)labels[i], (int)step->network.classes);
    return BRG_OK;
}

/* Every size that a kernel computes as an int. */
static brg_status check_sizes(const brg_step *step, brg_error *error) {
    for (int32_t i = 0; i <= step->network.layer_count; i++)
        if (step->batch * brg_network_node(&step->network, i) > BRG_MAX_SIDE)
            return brg_fail(error, BRG_E_SHAPE, "a batch of %lld is too large for this network",
                            (long long)step->batch);
    return BRG_OK;
}

int64_t brg_step_sum(const brg_step *step) {
    return step->network.parameter_count + step->network.statistic_count + 2 * brg_layer_aligned(1);
}

void brg_step_lay_out(brg_step *step) {
    int64_t parameters = step->network.parameter_count;
    int64_t running = step->network.statistic_count;
    bool steps = step->params->mode == BRG_TRAIN_STEPS || step->params->mode == BRG_TRAIN_UPDATE;
    step->whole = step->params->whole > 0 ? step->params->whole : step->batch;
    step->slots = step->params->optimizer == BRG_OPTIMIZER_ADAM ? 2 : 1;
    step->statistics = parameters * (1 + step->slots);
    step->state = step->statistics + running;
    step->losses = steps ? step->state : parameters + running;
    step->hits = step->losses + brg_layer_aligned(step->rounds);
    step->output = step->hits + brg_layer_aligned(step->rounds);
}

brg_status brg_step_resolve(const brg_call *call, brg_step *step, brg_error *error) {
    memset(step, 0, sizeof *step);
    step->params = call->params;
    step->batch = step->params->batch;
    brg_status status = check_params(step->params, error);
    if (status == BRG_OK)
        status = check_types(call, error);
    if (status == BRG_OK)
        status = read_network(call, &step->network, error);
    if (status == BRG_OK && step->params->mode == BRG_TRAIN_UPDATE)
        status = check_sum(call, step, error);
    else if (status == BRG_OK)
        status = check_images(call, step, error);
    if (status == BRG_OK && step->params->mode != BRG_TRAIN_UPDATE)
        status = check_labels(call, step, error);
    if (status == BRG_OK)
        status = check_sizes(step, error);
    if (status != BRG_OK)
        return status;
    brg_step_lay_out(step);
    if (elements(&call->inputs[BRG_TRAIN_STATE]) < step->state)
        return brg_fail(error, BRG_E_SHAPE, "the state has %lld numbers, the network needs %lld",
                        (long long)elements(&call->inputs[BRG_TRAIN_STATE]),
                        (long long)step->state);
    return BRG_OK;
}
