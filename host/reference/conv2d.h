/* conv2d in sequential C: what the kernels are measured against, in speed and in truth. */
#ifndef BRIGADE_REFERENCE_CONV2D_H
#define BRIGADE_REFERENCE_CONV2D_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* Weights that are an outer product: w[i][j] is w[i][col] * w[row][j] * inverse, or nearly. */
typedef struct brg_outer {
    bool found;
    int64_t row, col; /* of the pivot, the largest weight */
    float inverse;    /* 1 / w[row][col] */
} brg_outer;

/* Recognises an outer product. `found` means that every product differs from its weight by at most
 * 2^-21 of that weight: eight units of rounding, which the bound of the op allows for. */
brg_outer brg_conv2d_factor(const float *weights, int64_t kh, int64_t kw);

/* True where two passes, kh + kw products and a detour, cost clearly less than kh * kw products. */
bool brg_conv2d_worth_two_passes(int64_t kh, int64_t kw);

/* Callbacks of the op's row; see brigade/op.h. */
void brg_conv2d_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_conv2d_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_conv2d_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                       double *bound);

#endif
