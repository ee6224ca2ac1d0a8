/* The convolutions of neural networks in sequential C: what the kernels are measured against, in
 * speed and in truth. Geometry shared by forward and backward. */
#ifndef BRIGADE_REFERENCE_CONV2D_NCHW_H
#define BRIGADE_REFERENCE_CONV2D_NCHW_H

#include "brigade/op.h"
#include "brigade/ops.h"

typedef enum brg_conv_pass {
    BRG_CONV_FORWARD, /* x, weights, bias -> y */
    BRG_CONV_DATA,    /* dy, weights -> dx */
    BRG_CONV_WEIGHTS  /* dy, x -> dw */
} brg_conv_pass;

/* A convolution with every size settled. The data of a pass that does not read it is NULL. */
typedef struct brg_conv {
    int64_t n, c, h, w;     /* x and dx */
    int64_t k, oh, ow;      /* y and dy: n, k, oh, ow */
    int64_t kh, kw;         /* weights and dw: k, cg, kh, kw */
    int64_t sh, sw;         /* stride */
    int64_t ph, pw;         /* padding; negative in some transposed convolutions: a crop */
    int64_t dh, dw;         /* dilation */
    int64_t groups, cg, kg; /* channels of a group: cg in, kg out */
    bool relu, has_bias;
    const float *x, *weights, *bias, *dy;
} brg_conv;

/* Settles the sizes of a call whose inputs have rank 4. Total; whether the sizes make sense is for
 * the op's check to say. */
brg_conv brg_conv_resolve(const brg_call *call, brg_conv_pass pass);

/* The convolution that takes dy to dx when both strides are 1: its input is dy, its weights are
 * conv's rotated by half a turn with k and c exchanged, which brg_conv_rotate writes to `weights`.
 */
brg_conv brg_conv_transposed(const brg_conv *conv, const float *weights);
void brg_conv_rotate(const brg_conv *conv, float *weights);

/* The outputs lo <= o < hi whose tap lies inside: 0 <= o * stride + shift < size. `count` is how
 * many outputs there are; shift = tap * dilation - padding. */
typedef struct brg_range {
    int64_t lo, hi;
} brg_range;

brg_range brg_conv_range(int64_t count, int64_t stride, int64_t shift, int64_t size);

/* gamma_(terms+2) times the sum of the terms' magnitudes, and what a device that flushes subnormal
 * numbers may add. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1. */
double brg_conv_bound(double terms, double weight);

/* Callbacks of the ops' rows; see brigade/op.h. */
void brg_conv_forward_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_conv_forward_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_conv_forward_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                             double *bound);
void brg_conv_data_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_conv_data_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_conv_data_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                          double *bound);
void brg_conv_weights_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_conv_weights_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_conv_weights_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                             double *bound);

/* Images row0..row1-1 of a convolution, into the base of y: the loops behind forward_sequential,
 * for backward too. Slow but right without memory. */
void brg_conv_rows(const brg_conv *conv, int64_t row0, int64_t row1, float *y);

/* ---- Winograd ---- */

/* The side of the output tiles of the variant that made the result, 2 or 4; 0: another variant. */
int64_t brg_conv_winograd_tile(const char *variant);

/* Overwrites the bounds of images row0..row1-1 of y with those of Winograd's algorithm with tiles
 * of `tile` x `tile`, kernel 3x3 and stride 1. False if memory lacks. */
bool brg_conv_winograd_bound(const brg_conv *conv, int64_t tile, int64_t row0, int64_t row1,
                             double *bound);

/* The same for filters row0..row1-1 of the gradient with respect to the weights. */
bool brg_conv_winograd_weights_bound(const brg_conv *conv, int64_t tile, int64_t row0, int64_t row1,
                                     double *bound);

#endif
