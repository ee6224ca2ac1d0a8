/* Statistics of measured rounds: the median, and how far it can be trusted.
 *
 * Thread safety: pure functions. */
#ifndef LAB_STATISTICS_H
#define LAB_STATISTICS_H

#include <stdint.h>

#include "brigade/lab.h"

enum { BRG_LAB_MIN_ROUNDS = 6 };

/* The median of count values, which are sorted in place; NaN if there are none or one is NaN. */
double brg_lab_median(double *values, int32_t count);

/* The median with a 95 % interval: the bootstrap's percentiles (Efron and Tibshirani, An Introduction to the
 * Bootstrap, 1993, chapter 13), of 2000 resamples drawn from `seed`. It assumes nothing about how the
 * values are distributed. Fewer than six values give no interval (low and high are NaN): the whole
 * range of five covers the true median with 94 % only. Sorts the values. */
brg_lab_estimate brg_lab_bootstrap(double *values, int32_t count, uint64_t seed);

/* Puts 0 .. count - 1 into an order drawn from `seed` (Fisher and Yates). */
void brg_lab_shuffle(int32_t *order, int32_t count, uint64_t seed);

#endif
