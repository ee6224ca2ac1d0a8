/* Networks: the layers of a model with every size settled, as plain numbers that fit a tensor.
 *
 * Activations are f32, images first: {n, c, h, w}. Node 0 is the images; node i + 1 is what layer i
 * makes. Layers stand in an order in which each takes only nodes before it. */
#ifndef TRAIN_NETWORK_H
#define TRAIN_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "brigade/status.h"

/* Weights and biases begin at multiples of BRG_LAYER_ALIGN floats, so that a device can be handed
 * each as a buffer of its own; what lies between is 0 and stays 0. */
enum { BRG_MAX_LAYERS = 96, BRG_LAYER_WORDS = 28, BRG_LAYER_ALIGN = 256 };

typedef enum brg_layer_kind {
    BRG_LAYER_DENSE = 1, /* out = in . weights + bias; weights {c * h * w, k} */
    BRG_LAYER_CONV,      /* weights {k, c / groups, kh, kw} */
    BRG_LAYER_MAX_POOL,
    BRG_LAYER_AVERAGE_POOL, /* padding counts as elements that are not there */
    BRG_LAYER_NORM, /* batch normalisation: weights are the scales, bias the shifts, k each */
    BRG_LAYER_ADD,  /* out = in + the output of node `with` */
    BRG_LAYER_DROPOUT
} brg_layer_kind;

/* All members are int32_t: a network is handed to the op as a tensor of them. */
typedef struct brg_layer {
    int32_t kind;
    int32_t from, with; /* nodes; `with` is -1 but for an addition */
    int32_t c, h, w;    /* in */
    int32_t k, oh, ow;  /* out */
    int32_t kh, kw;
    int32_t sh, sw; /* stride */
    int32_t ph, pw; /* padding */
    int32_t dh, dw; /* dilation */
    int32_t groups;
    int32_t relu;
    int32_t has_bias;
    int32_t drop;                  /* elements dropped, in 65536ths */
    int32_t weights, weight_count; /* place among the parameters, in floats */
    int32_t bias, bias_count;      /* likewise */
    int32_t statistics;            /* place of mean and variance, k each, behind the parameters */
    int32_t fan_in;                /* terms of each sum, for the first weights */
    int32_t line;                  /* of the model's text, for messages */
} brg_layer;

typedef struct brg_network {
    int32_t c, h, w; /* of an image */
    int32_t classes;
    int32_t layer_count;
    int32_t parameter_count; /* floats: weights and biases of all layers, with what lies between */
    int32_t statistic_count; /* floats: running means and variances, likewise */
    brg_layer layers[BRG_MAX_LAYERS];
} brg_network;

static inline int64_t brg_layer_aligned(int64_t count) {
    return (count + BRG_LAYER_ALIGN - 1) / BRG_LAYER_ALIGN * BRG_LAYER_ALIGN;
}

/* Elements of a layer's input and output, for one image. */
static inline int64_t brg_layer_in(const brg_layer *layer) {
    return (int64_t)layer->c * layer->h * layer->w;
}

static inline int64_t brg_layer_out(const brg_layer *layer) {
    return (int64_t)layer->k * layer->oh * layer->ow;
}

/* Elements of a node, for one image. */
int64_t brg_network_node(const brg_network *network, int32_t node);

/* Arithmetic on one image in floating point operations: of a step, forward and backward, or forward alone. */
double brg_network_flops(const brg_network *network, bool training);

/* Reads a model's text (see models/README.md) and settles all sizes. BRG_E_ARGUMENT with the line and
 * what is wrong there. `name` leads messages. */
brg_status brg_network_parse(const char *text, const char *name, brg_network *network,
                             brg_error *error);

/* Numbers that are trained: without what lies between. */
int64_t brg_network_weights(const brg_network *network);

/* The network as words, for the op's input: as many as brg_network_words says. And back:
 * BRG_E_ARGUMENT if they are no network. */
int64_t brg_network_words(const brg_network *network);
void brg_network_encode(const brg_network *network, int32_t *words);
brg_status brg_network_decode(const int32_t *words, int64_t count, brg_network *network,
                              brg_error *error);

/* Weights drawn uniformly within sqrt(6 / fan_in) (He and others, Delving deep into rectifiers, 2015),
 * biases and shifts 0, scales 1. Fills parameter_count floats. */
void brg_network_initialise(const brg_network *network, uint64_t seed, float *parameters);

/* True if a network that came as numbers from outside is one that parse could have made: every size,
 * place and node is checked. */
bool brg_network_valid(const brg_network *network);

#endif
