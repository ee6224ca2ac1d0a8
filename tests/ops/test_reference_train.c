/* The training reference: its gradients against finite differences, its bounds against f32. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "ops/ops.h"
#include "ops/reference.h"
#include "reference/train.h"
#include "train/step.h"

enum { BATCH = 3 };

static brg_network read_model(const char *text) {
    brg_network network;
    brg_error error = {0};
    cr_assert_eq(brg_network_parse(text, "test", &network, &error), BRG_OK, "%s", error.what);
    cr_assert(brg_network_valid(&network));
    return network;
}

static void fill(double *values, int64_t count, uint64_t seed, double scale) {
    for (int64_t i = 0; i < count; i++)
        values[i] = (float)(scale * (2 * brg_random_unit(seed, (uint64_t)i) - 1));
}

/* A pass with weights and images of noise; the running variances are 1. */
static brg_train_pass begin(const brg_network *network, bool training) {
    brg_train_pass pass;
    cr_assert(brg_train_pass_create(network, BATCH, &pass));
    pass.training = training;
    pass.seed = 11;
    pass.step = 5;
    fill(pass.parameters.value, network->parameter_count, 1, 0.5);
    fill(pass.nodes[0].value, BATCH * brg_network_node(network, 0), 2, 1);
    for (int32_t i = 0; i < network->statistic_count; i++)
        pass.statistics.value[i] = 0.25 + 0.5 * brg_random_unit(3, (uint64_t)i);
    return pass;
}

static void label(const brg_network *network, int32_t labels[BATCH]) {
    for (int32_t i = 0; i < BATCH; i++)
        labels[i] = (int32_t)(brg_random_bits(4, (uint64_t)i) % (uint64_t)network->classes);
}

static double loss_at(brg_train_pass *pass, const int32_t *labels, double *place, double value) {
    double before = *place;
    *place = value;
    brg_train_forward(pass);
    brg_train_backward(pass, labels);
    *place = before;
    return pass->loss;
}

/* The central difference, from two steps of different lengths: where they disagree, a rectifier or a
 * maximum lies between, and there is no derivative to compare with. */
static bool difference(brg_train_pass *pass, const int32_t *labels, double *place, double *slope) {
    double at[2], value = *place;
    for (int i = 0; i < 2; i++) {
        double h = i ? 1e-5 : 2e-5;
        at[i] =
            (loss_at(pass, labels, place, value + h) - loss_at(pass, labels, place, value - h)) /
            (2 * h);
    }
    *slope = at[1];
    return fabs(at[0] - at[1]) <= 1e-6 * (1 + fabs(at[1]));
}

static int64_t compare_slopes(brg_train_pass *pass, const int32_t *labels, double *places,
                              int64_t count, const double *slopes, const char *what) {
    int64_t compared = 0, step = count / 60 + 1;
    for (int64_t i = 0; i < count; i += step) {
        double expected;
        if (!difference(pass, labels, &places[i], &expected))
            continue;
        compared++;
        cr_assert(fabs(slopes[i] - expected) <= 1e-6 * (1 + fabs(expected)),
                  "%s %lld: %.9g, by differences %.9g", what, (long long)i, slopes[i], expected);
    }
    return compared;
}

static void check_gradients(const char *text) {
    const brg_network network = read_model(text);
    brg_train_pass pass = begin(&network, true);
    int32_t labels[BATCH];
    label(&network, labels);
    brg_train_forward(&pass);
    brg_train_backward(&pass, labels);
    int64_t parameters = network.parameter_count, inputs = BATCH * brg_network_node(&network, 0);
    double *gradients = malloc((size_t)(parameters + inputs) * sizeof(double));
    memcpy(gradients, pass.gradients.value, (size_t)parameters * sizeof(double));
    memcpy(gradients + parameters, pass.slopes[0].value, (size_t)inputs * sizeof(double));
    int64_t compared =
        compare_slopes(&pass, labels, pass.parameters.value, parameters, gradients, "weight");
    compared +=
        compare_slopes(&pass, labels, pass.nodes[0].value, inputs, gradients + parameters, "input");
    cr_assert_gt(compared, 20, "nearly nothing could be compared");
    free(gradients);
    brg_train_pass_release(&pass);
}

Test(train_reference, dense) {
    check_gradients("input 2x3x4\ndense 7 relu\ndense 5");
}

Test(train_reference, convolutions) {
    check_gradients("input 3x9x8\nconv 4 3x3 pad 1 relu\nconv 6 3x2 stride 2x1 relu\ndense 4");
    check_gradients("input 4x9x9\nconv 4 3x3 dilation 2 pad 2x1 groups 2 nobias\ndense 3");
    check_gradients("input 4x6x6\nconv 8 3x3 groups 4 relu\nconv 5 1x1\navgpool all");
}

Test(train_reference, pools) {
    check_gradients("input 2x8x7\nconv 3 3x3\nmaxpool 2x2\ndense 4");
    check_gradients("input 2x8x7\nmaxpool 3x3 stride 2 pad 1\navgpool 2x2 stride 1 pad 1\ndense 4");
}

Test(train_reference, batch_normalisation) {
    check_gradients("input 2x5x4\nconv 4 3x3 nobias\nnorm relu\ndense 6\nnorm\ndense 3");
}

Test(train_reference, residuals) {
    check_gradients("input 3x6x6\nmark in\nconv 4 3x3 pad 1 nobias\nnorm relu\nconv 4 3x3 pad 1\n"
                    "mark trunk\nfrom in\nconv 4 1x1\nadd trunk relu\navgpool all\ndense 3");
}

Test(train_reference, dropout) {
    check_gradients("input 2x5x5\ndropout 0.3\ndense 12 relu\ndropout 0.5\ndense 4");
}

/* Two computations that share no code: f32 in one, double with bounds in the other. */
Test(train_reference, sequential_agrees_with_the_oracle) {
    must_agree(&brg_op_train, brg_op_train.sequential);
}

/* ---- what is refused -------------------------------------------------------------------------- */

static void refused(const char *text, const char *why) {
    brg_network network;
    brg_error error = {0};
    cr_assert_neq(brg_network_parse(text, "m", &network, &error), BRG_OK, "%s", text);
    cr_assert(strstr(error.what, why), "\"%s\" does not say \"%s\"", error.what, why);
}

Test(train_reference, models_that_make_no_sense_are_refused) {
    refused("", "no layers");
    refused("dense 10", "line 1: the first line says the input");
    refused("input 1x28", "channels, height, width");
    refused("input 1x8x8\ndense", "line 2: the number of outputs");
    refused("input 1x8x8\nconv 3 9x9", "does not fit");
    refused("input 3x8x8\nconv 4 3x3 groups 2", "do not divide");
    refused("input 1x8x8\nconv 4 3x3 pad 3", "as wide as the window");
    refused("input 1x8x8\nfrom here", "nothing was marked");
    refused("input 1x8x8\nmark a\nmaxpool 2\nadd a", "cannot be added");
    refused("input 1x8x8\ndropout 1", "below 1");
    refused("input 1x8x8\nwarp 3", "there is no layer");
    refused("input 1x8x8\ndense 3 stride 2", "not understood");
}

/* Numbers from outside are held to what a text could have said. */
Test(train_reference, a_bent_network_is_noticed) {
    const brg_network good =
        read_model("input 2x6x6\nmark a\nconv 2 3x3 pad 1\nadd a relu\ndense 3");
    for (int32_t i = 0; i < good.layer_count; i++)
        for (int32_t word = 0; word < BRG_LAYER_WORDS - 2; word++) {
            brg_network bent = good;
            ((int32_t *)&bent.layers[i])[word] += 1 << 20;
            cr_assert_not(brg_network_valid(&bent), "layer %d, word %d", (int)i, (int)word);
        }
}

/* Worked out by hand for mlp, 784-512-256-10, on 128 images. The products of one image are 784 * 512 + 512 *
 * 256 + 256 * 10 = 535 040, two operations each; backward they are made twice, but for the first layer's, whose
 * 401 408 are made once. The numbers, in places of 256, are 536 064, and as many velocities. */
Test(train_reference, the_cost_of_a_step_is_as_by_hand) {
    enum { IMAGES = 128, STATE = 2 * 536064 };
    brg_model mlp;
    brg_cost cost;
    brg_train_params params = BRG_TRAIN_DEFAULTS;
    params.batch = IMAGES;
    cr_assert_eq(brg_model_load("mlp", &mlp, NULL), BRG_OK);
    brg_call call = {.params = &params,
                     .input_count = 4,
                     .inputs = {brg_shape_2d(BRG_F32, 1, STATE),
                                {.dtype = BRG_U8, .rank = 4, .dims = {IMAGES, 1, 28, 28}},
                                *brg_tensor_shape(mlp.network),
                                brg_shape_1d(BRG_I32, IMAGES)}};
    call.data[BRG_TRAIN_NETWORK] = brg_tensor_data(mlp.network);
    brg_op_train.cost(&call, &cost);
    cr_expect_eq(cost.flops, 128.0 * 2 * (3 * 535040 - 401408)); /* 308 150 272 */
    cr_expect_eq(cost.bytes, 128.0 * 784 + 2 * 4 * 1072128.0);   /* read and written */
    params.mode = BRG_TRAIN_SCORES;
    brg_op_train.cost(&call, &cost);
    cr_expect_eq(cost.flops, 128.0 * 2 * 535040);
    cr_expect_eq(cost.bytes, 128.0 * 784 + 4 * (536064 + 128.0 * 10));
    cr_expect_eq(mlp.flops * 128, 308150272);
    brg_model_release(&mlp);
}
