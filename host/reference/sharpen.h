/* Unsharp masking in sequential C. */
#ifndef BRIGADE_REFERENCE_SHARPEN_H
#define BRIGADE_REFERENCE_SHARPEN_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* The blur that sharpening takes away: sigma 0 means 1 pixel, the radius follows from sigma. */
brg_blur_params brg_sharpen_blur(const brg_sharpen_params *params);

void brg_sharpen_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_sharpen_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);

/* Bound: amount times that of the blur, and four roundings of the terms |in|, amount |in|, amount
 * |blur|. */
void brg_sharpen_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                        double *bound);

#endif
