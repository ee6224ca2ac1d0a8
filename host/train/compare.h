/* Comparing a step with sequential C's where no error bound is known: worst cases of rounding multiply
 * through layers of batch normalisation until they bound nothing. Piece by piece, weights, biases,
 * velocities, statistics of each layer, what the step changed must be the same within one part in a
 * hundred, in Euclid's norm. A gradient that is wrong is off by a hundred times that. */
#ifndef TRAIN_COMPARE_H
#define TRAIN_COMPARE_H

#include "train/step.h"

/* The part of a change by which two steps may differ. */
#define BRG_COMPARE_TOLERANCE 0.01

/* True if a network has so many norm layers that its error bounds say nothing. */
bool brg_compare_needed(const brg_model *model);

/* The largest difference of a piece over what is allowed: at most 1 if the step is right; NaN if anything
 * is none. All three are states, `before` at the step's beginning. */
double brg_compare_states(const brg_step *step, const float *before, const float *got,
                          const float *expected);

#endif
