/* Comparing a step with sequential C's: what is right passes, also when rounded otherwise; a layer that was
 * moved wrongly, or not at all, or to what is no number, does not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/random.h"
#include "reference/train.h"
#include "train/compare.h"

enum { BATCH = 4, PIXELS = 36 };

static const char deep[] = "input 1x6x6\nconv 3 3x3 pad 1\nnorm relu\nconv 4 3x3 pad 1 nobias\n"
                           "norm relu\nconv 4 3x3 nobias\nnorm relu\ndense 2\n";

/* A step: what it begins with, what it should come to, and its sizes. */
typedef struct fixture {
    brg_model model;
    brg_train_params params;
    brg_step step;
    brg_tensor *before;
    brg_call call;
    uint8_t images[BATCH * PIXELS];
    int32_t labels[BATCH];
    float *expected, *got;
} fixture;

static fixture *make(brg_optimizer optimizer) {
    fixture *f = calloc(1, sizeof *f);
    brg_error error = {0};
    f->params = (brg_train_params)BRG_TRAIN_DEFAULTS;
    f->params.batch = BATCH;
    f->params.optimizer = optimizer;
    f->params.rate = 0.01f;
    cr_assert_eq(brg_model_read(deep, "deep", &f->model, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(brg_model_state(&f->model, &f->params, 7, &f->before, &error), BRG_OK);
    for (int i = 0; i < BATCH * PIXELS; i++)
        f->images[i] = (uint8_t)brg_random_bits(1, (uint64_t)i);
    for (int i = 0; i < BATCH; i++)
        f->labels[i] = i % 2;
    brg_shape images = {.dtype = BRG_U8, .rank = 4, .dims = {BATCH, 1, 6, 6}};
    f->call =
        (brg_call){.params = &f->params,
                   .input_count = 4,
                   .inputs = {*brg_tensor_shape(f->before), images,
                              *brg_tensor_shape(f->model.network), brg_shape_1d(BRG_I32, BATCH)},
                   .data = {brg_tensor_data(f->before), f->images,
                            brg_tensor_data(f->model.network), f->labels}};
    cr_assert_eq(brg_step_resolve(&f->call, &f->step, &error), BRG_OK, "%s", error.what);
    f->expected = malloc((size_t)f->step.output * sizeof(float));
    f->got = malloc((size_t)f->step.output * sizeof(float));
    brg_train_sequential(&f->call, 0, 1, f->expected);
    memcpy(f->got, f->expected, (size_t)f->step.output * sizeof(float));
    return f;
}

static void release(fixture *f) {
    brg_tensor_release(f->before);
    brg_model_release(&f->model);
    free(f->expected);
    free(f->got);
    free(f);
}

static double compare(const fixture *f) {
    return brg_compare_states(&f->step, brg_tensor_data(f->before), f->got, f->expected);
}

/* Makes what the step changed there so many times as large. */
static void scale_change(fixture *f, int64_t first, int64_t count, double factor) {
    const float *before = brg_tensor_data(f->before);
    for (int64_t i = first; i < first + count; i++)
        f->got[i] =
            (float)((double)before[i] + factor * ((double)f->expected[i] - (double)before[i]));
}

/* The ratio when one piece is changed, which is then restored. */
static double ratio_after(fixture *f, int64_t first, int64_t count, double factor) {
    scale_change(f, first, count, factor);
    double ratio = compare(f);
    memcpy(f->got + first, f->expected + first, (size_t)count * sizeof(float));
    return ratio;
}

static double ratio_with(fixture *f, float *place, float value) {
    float kept = *place;
    *place = value;
    double ratio = compare(f);
    *place = kept;
    return ratio;
}

Test(compare, is_for_networks_with_many_norms) {
    static const char shallow[] = "input 1x6x6\nconv 3 3x3\nnorm relu\ndense 2\n";
    brg_model model;
    fixture *f = make(BRG_OPTIMIZER_SGD);
    cr_expect(brg_compare_needed(&f->model));
    cr_assert_eq(brg_model_read(shallow, "shallow", &model, NULL), BRG_OK);
    cr_expect_not(brg_compare_needed(&model));
    brg_model_release(&model);
    release(f);
}

Test(compare, a_right_step_passes_however_it_is_rounded) {
    for (int32_t o = BRG_OPTIMIZER_SGD; o <= BRG_OPTIMIZER_ADAM; o++) {
        fixture *f = make((brg_optimizer)o);
        double *values = malloc((size_t)f->step.output * sizeof *values);
        double *bounds = malloc((size_t)f->step.output * sizeof *bounds), ratio = NAN;
        cr_expect_eq(compare(f), 0);
        cr_assert(brg_train_oracle(&f->call, 0, 1, values, bounds));
        for (int64_t i = 0; i < f->step.output; i++)
            f->got[i] = (float)values[i];
        cr_assert(brg_compare_step(&f->call, f->got, &ratio));
        cr_expect_gt(ratio, 0);
        cr_expect_lt(ratio, 0.5, "%g with optimizer %d", ratio, (int)o);
        free(values);
        free(bounds);
        release(f);
    }
}

Test(compare, a_layer_that_is_moved_wrongly_is_seen) {
    fixture *f = make(BRG_OPTIMIZER_SGD);
    for (int32_t l = 0; l < f->step.network.layer_count; l++) {
        const brg_layer *layer = &f->step.network.layers[l];
        int64_t velocity = f->step.network.parameter_count + layer->weights;
        cr_expect_lt(ratio_after(f, velocity, layer->weight_count, 1.005), 1, "layer %d", (int)l);
        cr_expect_gt(ratio_after(f, velocity, layer->weight_count, 1.02), 1, "layer %d", (int)l);
        cr_expect_gt(ratio_after(f, layer->weights, layer->weight_count, 0), 1, "layer %d", (int)l);
        cr_expect_gt(ratio_after(f, layer->weights, layer->weight_count, -1), 1, "%d", (int)l);
        if (layer->kind != BRG_LAYER_NORM)
            continue;
        int64_t statistics = f->step.statistics + layer->statistics;
        cr_expect_gt(ratio_after(f, layer->bias, layer->bias_count, 1.05), 1, "layer %d", (int)l);
        cr_expect_gt(ratio_after(f, statistics, 2 * layer->k, 1.05), 1, "layer %d", (int)l);
    }
    release(f);
}

Test(compare, no_nan_passes) {
    fixture *f = make(BRG_OPTIMIZER_SGD);
    const brg_layer *layer = &f->step.network.layers[3];
    const int64_t places[] = {layer->weights, layer->bias,
                              f->step.network.parameter_count + layer->weights,
                              f->step.statistics + layer->statistics};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        cr_expect(isnan(ratio_with(f, &f->got[places[i]], NAN)), "place %zu", i);
        cr_expect(isnan(ratio_with(f, &f->expected[places[i]], NAN)), "place %zu", i);
        cr_expect_not(ratio_with(f, &f->got[places[i]], INFINITY) <= 1, "place %zu", i);
        cr_expect_eq(compare(f), 0);
    }
    release(f);
}
