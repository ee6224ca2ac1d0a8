/* The few statistics that times are reported with. */
#ifndef BRIGADE_VERIFY_STATISTICS_H
#define BRIGADE_VERIFY_STATISTICS_H

#include <stdint.h>

/* The median and the least of `count` values, which are left in rising order; -1 if there are none. */
double brg_median(double *values, int32_t count);
double brg_minimum(double *values, int32_t count);

/* The middle half's width over the median, of values that are left in rising order; 1 if fewer than 4. */
double brg_spread(double *values, int32_t count);

#endif
