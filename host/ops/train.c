/* The op "train": steps of training, gradients, scores. host/train/step_plan.c plans it. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "ops/ops.h"
#include "ops/words.h"
#include "reference/train.h"
#include "train/shipped.h"
#include "train/step.h"

static const brg_train_params defaults = {.batch = 1,
                                          .rate = 0.05f,
                                          .momentum = 0.9f,
                                          .beta2 = 0.999f,
                                          .small = 1e-8f,
                                          .scale = 2.0f / 255,
                                          .shift = -1};

/* ---- shapes and cost ---- */

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    brg_step *step = malloc(sizeof *step);
    if (!step)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a training step");
    brg_status status = brg_step_resolve(call, step, error);
    if (status == BRG_OK && step->params->mode == BRG_TRAIN_SCORES)
        *output = brg_shape_2d(BRG_F32, step->batch * step->rounds, step->network.classes);
    else if (status == BRG_OK)
        *output = brg_shape_2d(BRG_F32, 1, step->output);
    free(step);
    return status;
}

static void cost(const brg_call *call, brg_cost *cost) {
    brg_network network;
    const brg_train_params *params = call->params;
    const brg_shape *words = &call->inputs[BRG_TRAIN_NETWORK];
    double images = (double)call->inputs[BRG_TRAIN_IMAGES].dims[0];
    const brg_shape *numbers = &call->inputs[BRG_TRAIN_STATE];
    double state = (double)numbers->dims[0] * (numbers->rank > 1 ? (double)numbers->dims[1] : 1);
    *cost = (brg_cost){0, 0};
    if (params->mode == BRG_TRAIN_UPDATE) {
        *cost = (brg_cost){4 * state, 12 * state};
        return;
    }
    if (brg_network_decode(call->data[BRG_TRAIN_NETWORK], words->dims[0], &network, NULL) != BRG_OK)
        return;
    bool training = params->mode != BRG_TRAIN_SCORES;
    cost->flops = images * brg_network_flops(&network, training);
    cost->bytes = images * (double)brg_network_node(&network, 0) +
                  (training ? 8 * state : 4 * (network.parameter_count + images * network.classes));
}

static int32_t dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    const brg_train_params *params = call->params;
    brg_network network;
    const brg_shape *words = &call->inputs[BRG_TRAIN_NETWORK];
    dims[0] = (brg_dim){"batch", params->batch};
    bool update = params->mode == BRG_TRAIN_UPDATE;
    dims[1] = (brg_dim){"images", update ? 0 : call->inputs[BRG_TRAIN_IMAGES].dims[0]};
    if (brg_network_decode(call->data[BRG_TRAIN_NETWORK], words->dims[0], &network, NULL) != BRG_OK)
        return 2;
    dims[2] = (brg_dim){"layers", network.layer_count};
    dims[3] = (brg_dim){"weights", brg_network_weights(&network)};
    return 4;
}

/* ---- plan ---- */

enum { NAIVE, LAYERS, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    [NAIVE] = {"naive", "every product and convolution by the first rung of its own ladder"},
    [LAYERS] = {"layers", "a launch or a few for each layer, the rungs chosen by device and shape"},
};

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *plan, brg_error *error) {
    int32_t chosen = variant ? brg_variant_find(&brg_op_train, variant) : LAYERS;
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_train, variant, error);
    brg_step *step = malloc(sizeof *step);
    if (!step)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a training step");
    brg_status status = brg_step_resolve(call, step, error);
    if (status == BRG_OK)
        status = brg_step_plan(step, chosen == NAIVE, device, plan, error);
    snprintf(plan->variant, sizeof plan->variant, "%s", variants[chosen].name);
    free(step);
    return status;
}

/* ---- reference ---- */

static void nothing_known(double *expected, double *bound, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        expected[i] = bound[i] = (double)NAN;
}

static void oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                   double *bound) {
    if (!brg_train_oracle(call, row0, row1, expected, bound))
        nothing_known(expected, bound, (row1 - row0) * call->output.dims[call->output.rank - 1]);
}

/* ---- calls to try ---- */

typedef struct trial {
    const char *text;
    const char *model;
    brg_train_mode mode;
    brg_optimizer optimizer;
    int32_t batch, rounds; /* of a gradient: parts of the whole batch, of which this is the last */
    float decay;
} trial;

static const trial trials[] = {
    {"dense", "input 1x4x5\ndense 17 relu\ndense 3", BRG_TRAIN_GRADIENT, 0, 5, 1, 0},
    {"dense, one image", "input 1x1x3\ndense 2", BRG_TRAIN_STEPS, 0, 1, 1, 0},
    {"dense, scores", "input 2x3x3\ndense 33 relu\ndense 7", BRG_TRAIN_SCORES, 0, 3, 2, 0},
    {"conv", "input 3x9x8\nconv 5 3x3 pad 1 relu\nconv 6 3x2 stride 2x1\ndense 4",
     BRG_TRAIN_GRADIENT, 0, 3, 1, 0},
    {"conv, groups and dilation",
     "input 4x9x9\nconv 4 3x3 dilation 2 pad 2 groups 2 nobias\n"
     "conv 8 3x3 groups 4 relu\nconv 5 1x1\ndense 3",
     BRG_TRAIN_GRADIENT, 0, 2, 1, 0},
    {"pools", "input 2x9x7\nconv 3 3x3\nmaxpool 2x2\navgpool 2x2 stride 1 pad 1 relu\ndense 4",
     BRG_TRAIN_GRADIENT, 0, 4, 1, 0},
    {"pools that overlap", "input 2x9x8\nconv 3 1x1\nmaxpool 3x3 stride 2 pad 1 relu\navgpool all",
     BRG_TRAIN_GRADIENT, 0, 2, 1, 0},
    {"pools of two by two",
     "input 2x13x24\nconv 3 3x3 relu\nmaxpool 2\nconv 4 1x1\nmaxpool 2 relu\ndense 4",
     BRG_TRAIN_GRADIENT, 0, 5, 1, 0},
    {"norm", "input 2x6x5\nconv 4 3x3 nobias\nnorm relu\ndense 9\nnorm\ndense 3",
     BRG_TRAIN_GRADIENT, 0, 6, 1, 0},
    {"norm, scores", "input 2x6x5\nconv 4 3x3 nobias\nnorm relu\ndense 3", BRG_TRAIN_SCORES, 0, 3,
     2, 0},
    {"residual",
     "input 3x6x6\nconv 4 3x3 pad 1 relu\nmark in\nconv 4 3x3 pad 1 nobias\nnorm relu\n"
     "conv 6 3x3 stride 2 pad 1\nmark trunk\nfrom in\nconv 6 1x1 stride 2\nadd trunk relu\n"
     "avgpool all\ndense 3",
     BRG_TRAIN_GRADIENT, 0, 3, 1, 0},
    {"dropout", "input 1x5x5\ndropout 0.3\ndense 40 relu\ndropout 0.5 relu\ndense 4",
     BRG_TRAIN_GRADIENT, 0, 7, 1, 0},
    {"dropout, scores", "input 1x5x5\ndense 40 relu\ndropout 0.5\ndense 4", BRG_TRAIN_SCORES, 0, 7,
     1, 0},
    {"a step of SGD", "input 1x6x6\nconv 3 3x3 relu\nmaxpool 2\ndense 5", BRG_TRAIN_STEPS,
     BRG_OPTIMIZER_SGD, 8, 1, 1e-3f},
    {"a step of SGD, edges", "input 1x3x7\ndense 238 relu\ndense 50 relu\ndense 3", BRG_TRAIN_STEPS,
     BRG_OPTIMIZER_SGD, 9, 1, 0.05f},
    {"two steps of SGD", "input 1x4x4\ndense 12 relu\ndense 3", BRG_TRAIN_STEPS, BRG_OPTIMIZER_SGD,
     4, 2, 0},
    {"a step of Adam", "input 1x6x6\nconv 3 3x3 relu\nmaxpool 2\ndense 5", BRG_TRAIN_STEPS,
     BRG_OPTIMIZER_ADAM, 8, 1, 0.01f},
    {"two steps of Adam", "input 1x3x3\ndense 7 relu\ndense 2", BRG_TRAIN_STEPS, BRG_OPTIMIZER_ADAM,
     5, 2, 0},
    {"norm, a step", "input 1x5x5\nconv 3 3x3 nobias\nnorm relu\ndense 3", BRG_TRAIN_STEPS,
     BRG_OPTIMIZER_SGD, 6, 1, 0},
    {"primes", "input 3x7x11\nconv 13 5x3 pad 2x1 relu\nmaxpool 3x2\ndense 19 relu\ndense 11",
     BRG_TRAIN_GRADIENT, 0, 7, 1, 0},
    {"one class", "input 1x2x2\ndense 1", BRG_TRAIN_GRADIENT, 0, 2, 1, 0},
    {"wide", "input 1x1x1\ndense 300 relu\ndense 70", BRG_TRAIN_GRADIENT, 0, 1, 1, 0},
    {"nothing depends on it", "input 1x4x4\nmark a\ndense 5 relu\nfrom a\ndense 3",
     BRG_TRAIN_GRADIENT, 0, 3, 1, 0},
    {"no weights", "input 2x4x4\nmaxpool 2\navgpool all", BRG_TRAIN_GRADIENT, 0, 3, 1, 0},
    {"pools, scores", "input 2x5x5\nconv 3 2x2 relu\navgpool 2\ndense 4", BRG_TRAIN_SCORES, 0, 1, 3,
     0},
    {"a part of a batch", "input 1x5x5\nconv 3 3x3\nnorm relu\ndropout 0.4\ndense 4",
     BRG_TRAIN_GRADIENT, 0, 4, 3, 0},
    {"an update by SGD", "input 1x5x5\nconv 3 3x3\nnorm relu\ndense 4", BRG_TRAIN_UPDATE,
     BRG_OPTIMIZER_SGD, 4, 1, 0.01f},
    {"an update by Adam", "input 1x4x4\ndense 300 relu\ndense 4", BRG_TRAIN_UPDATE,
     BRG_OPTIMIZER_ADAM, 4, 1, 0.01f},
};

/* Weights of noise about as large as what initialisation gives; velocities a hundredth of that, all
 * above zero, as mean squares are; variances about 1. */
static void fill_state(const brg_step *step, float *state, uint64_t seed) {
    int64_t parameters = step->network.parameter_count;
    memset(state, 0, (size_t)step->state * sizeof *state);
    brg_network_initialise(&step->network, seed, state);
    for (int32_t l = 0; l < step->network.layer_count; l++)
        for (int32_t i = 0; i < step->network.layers[l].bias_count; i++)
            state[step->network.layers[l].bias + i] =
                (float)(0.2 * brg_random_unit(seed + 5, (uint64_t)(1000 * l + i)) - 0.1);
    for (int64_t i = 0; i < step->slots * parameters; i++)
        if (state[i % parameters] != 0)
            state[parameters + i] = (float)(0.01 * brg_random_unit(seed + 1, (uint64_t)i));
    for (int64_t i = 0; i < step->network.statistic_count; i++)
        state[step->statistics + i] = (float)(0.5 + brg_random_unit(seed + 2, (uint64_t)i));
}

static brg_status make_tensor(brg_example *example, brg_dtype dtype, int32_t rank,
                              const int64_t *dims, const void *data, brg_error *error) {
    brg_shape shape = {.dtype = dtype, .rank = rank};
    memcpy(shape.dims, dims, (size_t)rank * sizeof *dims);
    brg_status status =
        brg_tensor_create(&shape, data, &example->inputs[example->input_count], error);
    example->input_count += status == BRG_OK;
    return status;
}

static brg_status add_images(brg_example *example, const brg_step *step, int64_t count,
                             uint64_t seed, brg_error *error) {
    const brg_network *n = &step->network;
    int64_t image = brg_network_node(n, 0);
    uint8_t *pixels = malloc((size_t)(count * image));
    if (!pixels)
        return brg_fail(error, BRG_E_MEMORY, "no memory for images");
    for (int64_t i = 0; i < count * image; i++)
        pixels[i] = (uint8_t)(brg_random_bits(seed + 3, (uint64_t)i) >> 24);
    brg_status status =
        make_tensor(example, BRG_U8, 4, (int64_t[]){count, n->c, n->h, n->w}, pixels, error);
    free(pixels);
    return status;
}

/* An update's sum: gradients of noise, but 0 between the layers' as those of a device are. */
static brg_status add_sum(brg_example *example, const brg_step *step, const float *state,
                          uint64_t seed, brg_error *error) {
    int64_t count = brg_step_sum(step);
    float *sum = malloc((size_t)count * sizeof *sum);
    if (!sum)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a sum of gradients");
    for (int64_t i = 0; i < count; i++) {
        bool between = i < step->network.parameter_count && state[i] == 0;
        sum[i] = between ? 0 : (float)(0.2 * brg_random_unit(seed + 3, (uint64_t)i) - 0.1);
    }
    brg_status status = make_tensor(example, BRG_F32, 2, (int64_t[]){1, count}, sum, error);
    free(sum);
    return status;
}

static brg_status add_network(brg_example *example, const brg_network *network, brg_error *error) {
    int32_t *words = malloc((size_t)brg_network_words(network) * sizeof *words);
    if (!words)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a network");
    brg_network_encode(network, words);
    int64_t count = brg_network_words(network);
    brg_status status = make_tensor(example, BRG_I32, 1, &count, words, error);
    free(words);
    return status;
}

static brg_status add_labels(brg_example *example, int64_t count, int32_t classes, uint64_t seed,
                             brg_error *error) {
    int32_t *labels = malloc((size_t)count * sizeof *labels);
    if (!labels)
        return brg_fail(error, BRG_E_MEMORY, "no memory for labels");
    for (int64_t i = 0; i < count; i++)
        labels[i] = (int32_t)(brg_random_bits(seed + 4, (uint64_t)i) % (uint64_t)classes);
    brg_status status = make_tensor(example, BRG_I32, 1, &count, labels, error);
    free(labels);
    return status;
}

/* `step` has its network; the rest is settled here. */
static brg_status fill(brg_example *example, brg_step *step, const brg_train_params *params,
                       int64_t count, uint64_t seed, brg_error *error) {
    memcpy(example->params, params, sizeof *params);
    step->params = params;
    step->batch = params->batch;
    step->rounds = count / params->batch;
    brg_step_lay_out(step);
    float *state = malloc((size_t)step->state * sizeof *state);
    if (!state)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a state");
    fill_state(step, state, seed);
    bool update = params->mode == BRG_TRAIN_UPDATE;
    brg_status status = make_tensor(example, BRG_F32, 2, (int64_t[]){1, step->state}, state, error);
    if (status == BRG_OK)
        status = update ? add_sum(example, step, state, seed, error)
                        : add_images(example, step, count, seed, error);
    free(state);
    if (status == BRG_OK)
        status = add_network(example, &step->network, error);
    if (status == BRG_OK && params->mode != BRG_TRAIN_SCORES && !update)
        status = add_labels(example, count, step->network.classes, seed, error);
    if (status != BRG_OK)
        brg_example_release(example);
    return status;
}

static brg_status example(int32_t index, uint64_t seed, brg_example *example, brg_error *error) {
    if (index < 0 || index >= (int32_t)(sizeof trials / sizeof trials[0]))
        return BRG_E_NOT_FOUND;
    const trial *t = &trials[index];
    memset(example, 0, sizeof *example);
    snprintf(example->text, sizeof example->text, "%s", t->text);
    brg_train_params params = defaults;
    params.mode = t->mode;
    params.optimizer = t->optimizer;
    params.batch = t->batch;
    params.decay = t->decay;
    int64_t rounds = t->mode == BRG_TRAIN_GRADIENT ? 1 : t->rounds;
    if (t->rounds > rounds) {
        params.whole = t->rounds * t->batch;
        params.first = params.whole - t->batch;
    }
    params.step = 3;
    params.seed = seed;
    brg_step *step = calloc(1, sizeof *step);
    if (!step)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a training step");
    brg_status status = brg_network_parse(t->model, t->text, &step->network, error);
    if (status == BRG_OK)
        status = fill(example, step, &params, t->batch * rounds, seed, error);
    free(step);
    return status;
}

/* ---- everyday calls ---- */

typedef struct words {
    int32_t model;
    int64_t batch, steps;
    bool adam;
} words;

static const brg_word table[] = {
    {"model", BRG_WORD_CHOICE, offsetof(words, model), 0, 0, "mlp|cnn|lenet|resnet-mini"},
    {"batch", BRG_WORD_INTEGER, offsetof(words, batch), 1, 65536, NULL},
    {"steps", BRG_WORD_INTEGER, offsetof(words, steps), 1, 65536, NULL},
    {"adam", BRG_WORD_FLAG, offsetof(words, adam), 0, 0, NULL},
};

static const char make_syntax[] = "model=mlp|cnn|lenet|resnet-mini batch=N steps=N adam";

static brg_status make(const char *text, uint64_t seed, brg_example *example, brg_error *error) {
    words in = {.batch = 64, .steps = 1};
    memset(example, 0, sizeof *example);
    brg_status status =
        brg_words_read("train", text, table, sizeof table / sizeof table[0], &in, error);
    if (status != BRG_OK)
        return status;
    brg_train_params params = defaults;
    params.batch = (int32_t)in.batch;
    params.optimizer = in.adam ? BRG_OPTIMIZER_ADAM : BRG_OPTIMIZER_SGD;
    snprintf(example->text, sizeof example->text, "%s, %lld steps of %lld",
             brg_shipped_name(in.model), (long long)in.steps, (long long)in.batch);
    brg_step *step = calloc(1, sizeof *step);
    if (!step)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a training step");
    status = brg_network_parse(brg_shipped_text(in.model), brg_shipped_name(in.model),
                               &step->network, error);
    if (status == BRG_OK)
        status = fill(example, step, &params, in.batch * in.steps, seed, error);
    free(step);
    return status;
}

/* One step each: bounds grow with every further one, and soon say nothing. */
static const char *const sizes[] = {
    "model=lenet batch=64",
    "model=mlp batch=128",
    "model=cnn batch=64",
    "model=resnet-mini batch=64",
    NULL,
};

const brg_op brg_op_train = {
    .name = "train",
    .summary = "steps of training a network on batches of images",
    .params_size = sizeof(brg_train_params),
    .defaults = &defaults,
    .min_inputs = 3,
    .max_inputs = 4,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan,
    .sequential = brg_train_sequential,
    .oracle = oracle,
    .example = example,
    .make = make,
    .make_syntax = make_syntax,
    .sizes = sizes,
};
