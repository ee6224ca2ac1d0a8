/* Counter-based random numbers: any of them can be computed by itself, on host and device alike.
 *
 * Philox-2x32 with ten rounds: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011. kernels/train.cl has the same function. */
#ifndef BASE_PHILOX_H
#define BASE_PHILOX_H

#include <stdint.h>

/* 32 random bits for a counter of two words under a key. */
static inline uint32_t brg_philox(uint32_t key, uint32_t a, uint32_t b) {
    for (int round = 0; round < 10; round++) {
        uint64_t product = (uint64_t)a * UINT32_C(0xd256d193);
        a = (uint32_t)(product >> 32) ^ key ^ b;
        b = (uint32_t)product;
        key += UINT32_C(0x9e3779b9);
    }
    return a;
}

/* The key of a layer's dropout. */
static inline uint32_t brg_dropout_key(uint64_t seed, int32_t layer) {
    return (uint32_t)seed ^ (uint32_t)(seed >> 32) ^ (uint32_t)layer * UINT32_C(0x85ebca6b);
}

#endif
