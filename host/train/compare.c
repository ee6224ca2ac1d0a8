/* Comparing steps. See compare.h. */
#include "train/compare.h"

#include <math.h>
#include <stdlib.h>

#include "reference/train.h"

enum { NORMS_WITH_BOUNDS = 2 };

bool brg_compare_needed(const brg_model *model) {
    const brg_train_params any = BRG_TRAIN_DEFAULTS;
    brg_step *step = malloc(sizeof *step);
    int32_t norms = 0;
    if (!step)
        return false;
    brg_model_resolve(model, &any, any.batch, step);
    for (int32_t l = 0; l < step->network.layer_count; l++)
        norms += step->network.layers[l].kind == BRG_LAYER_NORM;
    free(step);
    return norms > NORMS_WITH_BOUNDS;
}

typedef struct comparison {
    const float *before, *got, *expected;
    double worst;
} comparison;

/* How far a piece is off, how far the step moved it, and how large it is, each squared. */
typedef struct extent {
    double off, moved, size;
} extent;

static extent measure(const comparison *c, int64_t first, int64_t count) {
    extent e = {0};
    for (int64_t i = first; i < first + count; i++) {
        double expected = (double)c->expected[i];
        double off = (double)c->got[i] - expected, moved = expected - (double)c->before[i];
        e.off += off * off;
        e.moved += moved * moved;
        e.size += expected * expected;
    }
    return e;
}

static const double REST =
    1e-4; /* of how a layer moved: what rounding may leave of sums that cancel */

/* What did not change, or by too little for an f32, may differ by some last places. */
static void judge(comparison *c, const extent *piece, double more) {
    const double last_places = 0x1p-20;
    double allowed = BRG_COMPARE_TOLERANCE * sqrt(piece->moved) + last_places * sqrt(piece->size) +
                     more + 0x1p-100;
    double ratio = sqrt(piece->off) / allowed;
    if (!(ratio <= c->worst) && !isnan(c->worst))
        c->worst = ratio;
}

/* A bias before a norm layer has no effect, and its gradient is a rounded rest. Of that Adam, which divides
 * by its size, makes whole steps, whose direction says nothing. */
static double slack_of_bias(const comparison *c, const brg_step *step, const brg_layer *layer,
                            const extent *bias) {
    int64_t slot = step->network.parameter_count;
    extent weights = measure(c, slot + layer->weights, layer->weight_count);
    extent rest = measure(c, slot + layer->bias, layer->bias_count);
    bool adam = step->params->optimizer == BRG_OPTIMIZER_ADAM;
    return adam && rest.moved <= REST * REST * weights.moved ? 2 * sqrt(bias->moved) : 0;
}

static void compare_layer(comparison *c, const brg_step *step, const brg_layer *layer) {
    for (int64_t s = 0; s <= step->slots; s++) {
        int64_t slot = s * step->network.parameter_count;
        extent weights = measure(c, slot + layer->weights, layer->weight_count);
        extent bias = measure(c, slot + layer->bias, layer->bias_count);
        double more = REST * sqrt(weights.moved + bias.moved);
        judge(c, &weights, more);
        judge(c, &bias, more + (s == 0 ? slack_of_bias(c, step, layer, &bias) : 0));
    }
    if (layer->kind != BRG_LAYER_NORM)
        return;
    extent statistics = measure(c, step->statistics + layer->statistics, 2 * (int64_t)layer->k);
    judge(c, &statistics, 0);
}

double brg_compare_states(const brg_step *step, const float *before, const float *got,
                          const float *expected) {
    comparison c = {before, got, expected, 0};
    for (int32_t l = 0; l < step->network.layer_count; l++)
        compare_layer(&c, step, &step->network.layers[l]);
    return c.worst;
}

bool brg_compare_step(const brg_call *call, const float *got, double *ratio) {
    brg_step *step = malloc(sizeof *step);
    float *expected = NULL;
    bool good = step && brg_step_resolve(call, step, NULL) == BRG_OK;
    if (good)
        expected = malloc((size_t)step->output * sizeof *expected);
    if (expected) {
        brg_train_sequential(call, 0, 1, expected);
        *ratio = brg_compare_states(step, call->data[BRG_TRAIN_STATE], got, expected);
    }
    good = expected != NULL;
    free(expected);
    free(step);
    return good;
}
