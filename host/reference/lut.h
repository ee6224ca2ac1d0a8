/* Curves applied to every colour element, in sequential C. */
#ifndef BRIGADE_REFERENCE_LUT_H
#define BRIGADE_REFERENCE_LUT_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* The number that the curve takes: the exponent, or the threshold in elements' own units. */
float brg_lut_value(const brg_lut_params *params, brg_dtype dtype);

/* The curve at one place, as it is computed, and exactly; `value` as above, `range` 255 or 1. The exact one has a
 * bound on what single precision may be off by. */
float brg_lut_curve(const brg_lut_params *params, float value, float range, float in);
double brg_lut_exact(const brg_lut_params *params, double value, double range, double in,
                     double *slack);

void brg_lut_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_lut_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);

/* Bound, u = 2^-24: OpenCL's pow errs by 16 ulp, 32 u; its argument, a quotient, by 5 u, which the
 * exponent multiplies; with the product (40 + 8 gamma) u of the result. Inverting rounds once.
 * A threshold is exact. */
void brg_lut_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                    double *bound);

#endif
