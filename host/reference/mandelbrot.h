/* mandelbrot in sequential C. */
#ifndef BRIGADE_REFERENCE_MANDELBROT_H
#define BRIGADE_REFERENCE_MANDELBROT_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* Steps that the pixels take on average: an estimate from a few of them. */
double brg_mandelbrot_mean_steps(const brg_mandelbrot_params *params);

/* Callbacks of the op's row; see brigade/op.h. */
void brg_mandelbrot_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_mandelbrot_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_mandelbrot_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                           double *bound);

#endif
