/* Gaussian blur in sequential C; sharpening builds on it. */
#ifndef BRIGADE_REFERENCE_BLUR_H
#define BRIGADE_REFERENCE_BLUR_H

#include "brigade/op.h"
#include "brigade/ops.h"
#include "reference/pixels.h"

enum { BRG_BLUR_MAX_RADIUS = 127 };

/* Resolved parameters: the rules for sigma 0 and radius 0 applied. */
typedef struct brg_gauss {
    double sigma;
    int32_t radius;
    brg_border border;
    double weights[BRG_BLUR_MAX_RADIUS + 1]; /* at distance 0..radius; both sides sum to 1 */
} brg_gauss;

/* Sigma and radius after the rules: each may be 0 in params, not both. */
double brg_blur_sigma(const brg_blur_params *params);
double brg_blur_radius(const brg_blur_params *params);

/* Makes the weights of checked parameters. */
void brg_gauss_make(const brg_blur_params *params, brg_gauss *gauss);

/* Blurs n elements of row y from element `first` of the row on, in two passes over a strip in the
 * cache; n <= BRG_PIXELS_STRIP, first and n whole pixels. */
void brg_blur_strip(const brg_pixels *image, const brg_gauss *gauss, int64_t y, int64_t first,
                    int64_t n, float *out);

/* One element by the textbook: the sum over the whole window. */
float brg_blur_window(const brg_pixels *image, const brg_gauss *gauss, int64_t y, int64_t x,
                      int64_t ch);

/* The same strip exactly, and the error that a single-precision kernel may make on it.
 *
 * A weight is e_i / sum(e), e_i = exp(-t_i), t_i = i^2 / (2 sigma^2). In OpenCL exp errs by 3 ulp
 * and its argument by two roundings, which moves e_i by 2 t_i u; the division errs by 2.5 ulp; the
 * sum of n = 2 radius + 1 terms, and each pass over n terms, by gamma_n. Hence for the element at
 * distance (i, j) the factor (2 t_i + 2 t_j + 4 n + 40) u, with the errors of the sum's own terms
 * bounded by those of t = 1 on average; it is evaluated as two separable sums over |in|. */
void brg_blur_exact(const brg_pixels *image, const brg_gauss *gauss, int64_t y, int64_t first,
                    int64_t n, double *value, double *slack);

/* Whole rows, by weights that are made already. */
void brg_gauss_sequential(const brg_call *call, const brg_gauss *gauss, int64_t row0, int64_t row1,
                          void *output);
void brg_gauss_naive(const brg_call *call, const brg_gauss *gauss, int64_t row0, int64_t row1,
                     void *output);
void brg_gauss_oracle(const brg_call *call, const brg_gauss *gauss, int64_t row0, int64_t row1,
                      double *expected, double *bound);

void brg_blur_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_blur_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_blur_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound);

#endif
