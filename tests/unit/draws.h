/* Random numbers with a distribution, for tests; the same for the same seed and index. */
#ifndef UNIT_DRAWS_H
#define UNIT_DRAWS_H

#include <math.h>

#include "base/random.h"

static inline double exponential(uint64_t seed, uint64_t index) {
    return -log(1 - brg_random_unit(seed, index));
}

static inline double normal(uint64_t seed, uint64_t index) {
    double radius = sqrt(2 * exponential(seed, 2 * index));
    return radius * cos(6.283185307179586 * brg_random_unit(seed, 2 * index + 1));
}

#endif
