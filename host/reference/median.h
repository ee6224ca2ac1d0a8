/* The median of a square window, in sequential C. */
#ifndef BRIGADE_REFERENCE_MEDIAN_H
#define BRIGADE_REFERENCE_MEDIAN_H

#include "brigade/op.h"

void brg_median_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_median_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);

/* The result is one of the values: nothing is rounded. */
void brg_median_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                       double *bound);

#endif
