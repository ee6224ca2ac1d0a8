/* Gradients after Sobel in sequential C. */
#ifndef BRIGADE_REFERENCE_EDGE_H
#define BRIGADE_REFERENCE_EDGE_H

#include "brigade/op.h"

void brg_edge_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_edge_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);

/* Bound: each gradient is a sum of six terms, off by at most gamma_6 of their sizes; the root of
 * the squares passes that on undiminished at worst, and adds two roundings of the squares and
 * OpenCL's 3 ulp of sqrt: 10 u of the result. One component alone is scaled without a rounding. */
void brg_edge_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound);

#endif
