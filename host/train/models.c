/* Models. See models.h; the text is read by network.c. */
#include "train/models.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/random.h"

static const struct {
    const char *name, *text;
} models[] = {
    {"mlp", "# three layers, fully connected\n"
            "input 1x28x28\n"
            "dense 512 relu\n"
            "dense 256 relu\n"
            "dense 10\n"},
    {"cnn", "# two convolutions, for speed tests\n"
            "input 1x28x28\n"
            "conv 16 3x3 pad 1 relu\n"
            "maxpool 2x2\n"
            "conv 32 3x3 pad 1 relu\n"
            "maxpool 2x2\n"
            "dense 10\n"},
    {"lenet", "# after LeCun and others, Gradient-based learning applied to document recognition,\n"
              "# 1998, with rectifiers and maxima\n"
              "input 1x28x28\n"
              "conv 6 5x5 pad 2 relu\n"
              "maxpool 2x2\n"
              "conv 16 5x5 relu\n"
              "maxpool 2x2\n"
              "dense 120 relu\n"
              "dense 84 relu\n"
              "dense 10\n"},
    {"resnet-mini", "# after He and others, Deep residual learning for image recognition, 2016\n"
                    "input 1x28x28\n"
                    "conv 16 3x3 pad 1 nobias\n"
                    "norm relu\n"
                    "mark a\n"
                    "conv 16 3x3 pad 1 nobias\n"
                    "norm relu\n"
                    "conv 16 3x3 pad 1 nobias\n"
                    "norm\n"
                    "add a relu\n"
                    "mark b\n"
                    "conv 32 3x3 stride 2 pad 1 nobias\n"
                    "norm relu\n"
                    "conv 32 3x3 pad 1 nobias\n"
                    "norm\n"
                    "mark c\n"
                    "from b\n"
                    "conv 32 1x1 stride 2 nobias\n"
                    "norm\n"
                    "add c relu\n"
                    "mark d\n"
                    "conv 64 3x3 stride 2 pad 1 nobias\n"
                    "norm relu\n"
                    "conv 64 3x3 pad 1 nobias\n"
                    "norm\n"
                    "mark e\n"
                    "from d\n"
                    "conv 64 1x1 stride 2 nobias\n"
                    "norm\n"
                    "add e relu\n"
                    "avgpool all\n"
                    "dense 10\n"},
};

enum { MODELS = sizeof models / sizeof models[0] };

const char *brg_model_name(int32_t index) {
    return index >= 0 && index < MODELS ? models[index].name : NULL;
}

const char *brg_model_text(int32_t index) {
    return index >= 0 && index < MODELS ? models[index].text : NULL;
}

static void draw(const brg_layer *layer, uint64_t seed, float *parameters) {
    double limit = sqrt(6.0 / layer->fan_in);
    for (int32_t i = 0; i < layer->weight_count; i++) {
        uint64_t place = (uint64_t)(layer->weights + i);
        parameters[layer->weights + i] = (float)(limit * (2 * brg_random_unit(seed, place) - 1));
    }
}

void brg_network_initialise(const brg_network *network, uint64_t seed, float *parameters) {
    memset(parameters, 0, (size_t)network->parameter_count * sizeof *parameters);
    for (int32_t l = 0; l < network->layer_count; l++) {
        const brg_layer *layer = &network->layers[l];
        if (layer->fan_in > 0)
            draw(layer, seed, parameters);
        else
            for (int32_t i = 0; i < layer->weight_count; i++)
                parameters[layer->weights + i] = 1;
    }
}
