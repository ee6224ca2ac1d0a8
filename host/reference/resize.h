/* Resampling in sequential C: every mode is a weighted sum over a few source pixels along each
 * axis. */
#ifndef BRIGADE_REFERENCE_RESIZE_H
#define BRIGADE_REFERENCE_RESIZE_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* One axis: `in` source pixels become `out`. */
typedef struct brg_axis {
    int64_t in, out;
    brg_resize_mode mode;
} brg_axis;

/* The source pixels first .. first + count - 1 that make output pixel x; some may lie outside the
 * image and stand for the nearest one inside. All positions are ratios of integers below 2^33, so
 * nothing is rounded here. */
typedef struct brg_footprint {
    int64_t first;
    int64_t count;
} brg_footprint;

brg_footprint brg_axis_footprint(const brg_axis *axis, int64_t x);

/* The largest count of any output pixel. */
int64_t brg_axis_reach(const brg_axis *axis);

/* The weight of source pixel first + k for output pixel x. */
double brg_axis_weight(const brg_axis *axis, int64_t x, int64_t k);

void brg_resize_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_resize_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);

/* Bound, u = 2^-24: a weight errs by the 2.5 ulp of OpenCL's division: 6 u for bilinear, up to 40 u
 * for the cubic in it, 5 u of itself for a part of an area. A sum of p x q products adds gamma_(p +
 * q). Nearest copies, and must be exact. */
void brg_resize_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                       double *bound);

#endif
