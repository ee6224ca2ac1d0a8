/* Ranks, from inside: what a module for some way of passing messages provides. See brigade/ranks.h.
 *
 * The module (host/train/mpi.c) is a shared object that this library loads; it uses nothing of the
 * library. Its one entry, named by BRG_RANKS_ENTRY, joins the other ranks. */
#ifndef TRAIN_RANKS_H
#define TRAIN_RANKS_H

#include <stddef.h>

#include "brigade/ranks.h"

enum { BRG_RANKS_ABI = 2, BRG_RANKS_TEXT = 200 };

/* The functions do what those of brigade/ranks.h do, and return false with a sentence in `trouble`. */
struct brg_ranks {
    brg_rank self;
    int32_t first_there; /* the lowest rank not known to be lost */
    char trouble[BRG_RANKS_TEXT];
    brg_sum_span sums[BRG_MAX_SUMS]; /* begun since the await before the latest */
    int32_t sum_count;
    bool (*sum)(brg_ranks *ranks, float *numbers, int32_t count);
    bool (*await)(brg_ranks *ranks);
    bool (*most)(brg_ranks *ranks, double *numbers, int32_t count);
    void (*give_up)(brg_ranks *ranks);
    void (*leave)(brg_ranks *ranks);
};

/* NULL, with a sentence, if there is no joining, or if it was built for another ABI. */
typedef brg_ranks *brg_ranks_entry(int32_t abi, char why[BRG_RANKS_TEXT]);
#define BRG_RANKS_ENTRY "brg_ranks_enter"

#endif
