/* Statistics of measured times: medians, intervals that assume nothing about how times are
 * distributed, and what a set of ratios looks like. */
#ifndef BRIGADE_CLI_STATS_H
#define BRIGADE_CLI_STATS_H

#include <stdint.h>

/* A median, and an interval that covers the true one with a probability of at least 95 % where
 * there are six values or more: the j-th smallest to the j-th largest, j from the binomial
 * distribution (Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2). Fewer values
 * give all their range. */
typedef struct cli_interval {
    double median, low, high;
} cli_interval;

/* Of `count` values in any order; all -1 if there are none. */
cli_interval cli_stats_interval(const double *values, int32_t count);

/* What a set of positive ratios looks like. */
typedef struct cli_spread {
    int32_t count;
    double min, q1, median, q3, max; /* quartiles by linear interpolation */
    double geomean;
} cli_spread;

cli_spread cli_stats_spread(const double *values, int32_t count);

/* A reproducible stream of numbers: splitmix64 (Steele, Lea, Flood 2014). */
uint64_t cli_random_next(uint64_t *state);

/* Uniform in [0, 1), and in [0, below). */
double cli_random_unit(uint64_t *state);
int32_t cli_random_below(uint64_t *state, int32_t below);

/* Uniform in the logarithm, from lo to hi. */
double cli_random_log(uint64_t *state, double lo, double hi);

#endif
