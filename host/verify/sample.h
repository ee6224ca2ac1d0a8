/* Which rows of an output BRG_VERIFY_SAMPLE compares. */
#ifndef VERIFY_SAMPLE_H
#define VERIFY_SAMPLE_H

#include <stdint.h>

/* Draws `wanted` of the rows 0..rows-1 into chosen[], in rising order and without repeats, and
 * returns how many: `wanted` (at least 2), or all if there are no more. The first and the last row
 * are always drawn. The rows between are cut into wanted - 2 strata of near-equal length and one
 * row is drawn from each, so that a fault in a run of rows as long as two strata cannot hide, and a
 * single wrong row is seen with probability 1 over the length of its stratum. Deterministic; takes
 * O(wanted) time. `chosen` has room for max(wanted, 2). */
int64_t brg_sample_rows(int64_t rows, uint64_t seed, int64_t wanted, int64_t *chosen);

#endif
