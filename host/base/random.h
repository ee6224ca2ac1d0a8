/* Reproducible noise: a hash of (seed, index), so that element i of a tensor and row i of a sample
 * are the same whatever was drawn before and in whatever order. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* The index-th output of the generator SplitMix64 started at `seed` (Steele, Lea and Flood, "Fast
 * splittable pseudorandom number generators", 2014): 64 random bits. */
static inline uint64_t brg_random_bits(uint64_t seed, uint64_t index) {
    uint64_t z = seed + (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* The same, as a number in [0, 1): the top 53 bits, so that every value is exact. */
static inline double brg_random_unit(uint64_t seed, uint64_t index) {
    return (double)(brg_random_bits(seed, index) >> 11) * 0x1p-53;
}

#endif
