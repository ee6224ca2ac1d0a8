/* Comparing a step with sequential C's where no error bound is known: worst cases of rounding multiply
 * through layers of batch normalisation until they bound nothing. So this is a tolerance and no bound: of each
 * layer's weights and biases, of their velocities, and of its statistics, what the step changed must be the
 * same within one part in a hundred, in Euclid's norm. Mostly it is the same within one in ten thousand; a
 * rectifier whose input is all but zero, and passes here and not there, makes that one in five hundred. A
 * gradient that is wrong in a term is off by far more than that; one that is wrong by less than a hundredth
 * is not seen. */
#ifndef TRAIN_COMPARE_H
#define TRAIN_COMPARE_H

#include "train/step.h"

/* The part of a change by which two steps may differ. */
#define BRG_COMPARE_TOLERANCE 0.01

/* True if a network has so many norm layers that its error bounds say nothing. */
bool brg_compare_needed(const brg_model *model);

/* The largest difference of a piece over what is allowed: at most 1 if the step is right; NaN if anything
 * is none. All are states, `before` at the step's beginning. */
double brg_compare_states(const brg_step *step, const float *before, const float *got,
                          const float *expected);

/* Makes the step of a call by sequential C and compares the state that came of it. The call's inputs have
 * data. False if memory is short. */
bool brg_compare_step(const brg_call *call, const float *got, double *ratio);

#endif
