/* Comparing steps. See compare.h. */
#include "train/compare.h"

#include <math.h>
#include <stdlib.h>

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

/* What did not change, or by too little for an f32, may differ by some last places. */
static void compare_piece(comparison *c, int64_t first, int64_t count) {
    const double last_places = 0x1p-20;
    double difference = 0, change = 0, size = 0;
    for (int64_t i = first; i < first + count; i++) {
        double expected = (double)c->expected[i];
        double off = (double)c->got[i] - expected, moved = expected - (double)c->before[i];
        difference += off * off;
        change += moved * moved;
        size += expected * expected;
    }
    double allowed = BRG_COMPARE_TOLERANCE * sqrt(change) + last_places * sqrt(size) + 0x1p-100;
    double ratio = sqrt(difference) / allowed;
    if (!(ratio <= c->worst) && !isnan(c->worst))
        c->worst = ratio;
}

double brg_compare_states(const brg_step *step, const float *before, const float *got,
                          const float *expected) {
    comparison c = {before, got, expected, 0};
    for (int32_t l = 0; l < step->network.layer_count; l++) {
        const brg_layer *layer = &step->network.layers[l];
        for (int64_t slot = 0; slot <= step->slots; slot++) {
            int64_t at = slot * step->network.parameter_count;
            compare_piece(&c, at + layer->weights, layer->weight_count);
            compare_piece(&c, at + layer->bias, layer->bias_count);
        }
        if (layer->kind == BRG_LAYER_NORM)
            compare_piece(&c, step->statistics + layer->statistics, 2 * (int64_t)layer->k);
    }
    return c.worst;
}
