/* Training steps in sequential C, in double, together with a bound on the error that rounding to
 * f32 explains: a running error analysis (Higham, Accuracy and Stability of Numerical Algorithms,
 * 2nd ed., section 3.3). Each number carries its bound from layer to layer, forward and backward,
 * through the loss and the optimizer. */
#ifndef REFERENCE_TRAIN_H
#define REFERENCE_TRAIN_H

#include "brigade/op.h"
#include "train/network.h"

/* Numbers and bounds on their errors; error is NULL where they are exact. */
typedef struct brg_field {
    double *value, *error;
} brg_field;

/* A batch on its way through a network. Nodes and their gradients hold batch * elements numbers,
 * images first; parameters and statistics are the network's. */
typedef struct brg_train_pass {
    const brg_network *network;
    int64_t batch;
    int64_t whole, first; /* images that the loss is a mean over, and these images' place in them */
    uint64_t seed;
    int64_t step;  /* of the training so far: dropout is another one in each */
    bool training; /* batch statistics and dropout; else running statistics and none */
    brg_field parameters, statistics;
    brg_field gradients; /* of the parameters */
    brg_field nodes[BRG_MAX_LAYERS + 1];
    brg_field slopes[BRG_MAX_LAYERS + 1]; /* the loss's derivative by each node */
    brg_field kept[BRG_MAX_LAYERS];       /* norm: mean and 1 / deviation of each channel */
    double loss, loss_error;              /* the batch's mean */
    double correct, correct_error;        /* images whose largest score is the label's */
} brg_train_pass;

/* Room for a pass, with parameters, statistics and node 0 to be filled in by the caller. False if
 * memory is short. */
bool brg_train_pass_create(const brg_network *network, int64_t batch, brg_train_pass *pass);
void brg_train_pass_release(brg_train_pass *pass);

/* All layers in order: nodes, and new statistics when training. */
void brg_train_forward(brg_train_pass *pass);

/* Loss, hits, and all slopes and gradients. `labels` are in 0 .. classes - 1. */
void brg_train_backward(brg_train_pass *pass, const int32_t *labels);

/* gamma_n = n u / (1 - n u), u = 2^-24. */
double brg_train_gamma(double terms);

/* The oracle of the op "train"; false if memory is short. */
bool brg_train_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                      double *bound);
void brg_train_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);

/* One layer's; from train_layers.c. */
void brg_layer_forward(brg_train_pass *pass, int32_t index);
void brg_layer_backward(brg_train_pass *pass, int32_t index);

/* True if an element is kept by dropout; the kept ones are scaled up by 65536 / (65536 - drop). */
bool brg_dropout_keeps(uint64_t seed, int64_t step, int32_t layer, int32_t drop, int64_t element);

#endif
