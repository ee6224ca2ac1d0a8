/* A network's numbers before training. See network.h. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "train/network.h"

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
