/* The brightness of colours, in sequential C. */
#ifndef BRIGADE_REFERENCE_GREY_H
#define BRIGADE_REFERENCE_GREY_H

#include "brigade/op.h"

void brg_grey_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_grey_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);

/* Bound: a rounding of each weight, of each product and of two sums: gamma_4 * sum |weight * in|. */
void brg_grey_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound);

#endif
