/* A blur of which only a smaller image is wanted, in sequential C: whole numbers of rows and columns
 * become one. */
#ifndef BRIGADE_REFERENCE_BLUR_RESIZE_H
#define BRIGADE_REFERENCE_BLUR_RESIZE_H

#include <stdbool.h>

#include "brigade/op.h"
#include "brigade/ops.h"

/* What becomes of one axis: each `step` blurred places the mean of `takes`, after `skips` others. */
typedef struct brg_shrink {
    int64_t step, skips, takes;
} brg_shrink;

/* How `in` places become `out`. False if the ratio is no whole number, or the mode is bicubic. */
bool brg_shrink_of(int64_t in, int64_t out, brg_resize_mode mode, brg_shrink *shrink);

void brg_blur_resize_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_blur_resize_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);

/* Bound: each of the blurred values' own (see brg_blur_exact), for which a pass over n = 2 radius + 1
 * terms counts n u; here it has n + takes terms, whose weights have takes + 2 roundings more. */
void brg_blur_resize_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                            double *bound);

#endif
