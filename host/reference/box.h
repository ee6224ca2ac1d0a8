/* The mean over a square, in sequential C: a blur whose weights are all the same. */
#ifndef BRIGADE_REFERENCE_BOX_H
#define BRIGADE_REFERENCE_BOX_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* The blur that a box is: of a sigma without end. */
brg_blur_params brg_box_blur(const brg_box_params *params);

/* Bytes by running sums, which are exact; floats as a blur: a running sum would carry its rounding
 * errors, and an infinity for ever, from pixel to pixel. */
void brg_box_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_box_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);

/* Bound: that of the blur; its exponents are all 0. */
void brg_box_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                    double *bound);

#endif
