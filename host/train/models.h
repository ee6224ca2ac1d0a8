/* The models that ship with the library, and what a network's numbers are before training. */
#ifndef TRAIN_MODELS_H
#define TRAIN_MODELS_H

#include "train/network.h"

/* The index-th model's name and text; NULL past the last. */
const char *brg_model_name(int32_t index);
const char *brg_model_text(int32_t index);

/* Weights drawn uniformly within sqrt(6 / fan_in) (He and others, Delving deep into rectifiers, 2015),
 * biases and shifts 0, scales 1. Fills parameter_count floats. */
void brg_network_initialise(const brg_network *network, uint64_t seed, float *parameters);

#endif
