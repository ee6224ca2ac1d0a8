/* Ranks: the processes that MPI's mpirun started as one program, on one machine or many. What they have to
 * tell each other is summed up, or compared, and all of them get the result.
 *
 *     if (brg_ranks_launched(&rank, &count))
 *         brg_ranks_join(&ranks, &error);
 *     brg_ranks_sum(ranks, numbers, n, &error);     // begins, and returns at once
 *     ...                                           // compute something else meanwhile
 *     brg_ranks_await(ranks, &error);               // numbers[i]: the sum over all ranks
 *     brg_ranks_leave(ranks);
 *
 * The library does not link MPI: a module that does is loaded when ranks are joined. A thread of the module's
 * own makes all calls of MPI, so that sums travel while the caller computes. All ranks must make the same
 * calls in the same order. A wait for a rank that has ended, or has not answered for a long time, fails.
 *
 * Thread safety: one thread at a time may use a brg_ranks. */
#ifndef BRIGADE_RANKS_H
#define BRIGADE_RANKS_H

#include <stdbool.h>
#include <stdint.h>

#include "brigade/status.h"

typedef struct brg_ranks brg_ranks;

/* Whether mpirun started this process as one of several, and as which: from 0, of so many. */
BRG_API bool brg_ranks_launched(int32_t *rank, int32_t *count);

/* Joins the other ranks; once in a process. BRG_E_UNSUPPORTED without the module for MPI,
 * BRG_E_MEMORY, BRG_E_INTERNAL (what MPI says). */
BRG_API brg_status brg_ranks_join(brg_ranks **out, brg_error *error);

typedef struct brg_rank {
    int32_t index, count;             /* of all */
    int32_t local_index, local_count; /* of those on this machine */
} brg_rank;

/* Which this one is; 0 of 1 for NULL. */
BRG_API brg_rank brg_ranks_self(const brg_ranks *ranks);

/* Whether this is the one that tells people what happens to all: the lowest that is not known to be lost. */
BRG_API bool brg_ranks_speaks(const brg_ranks *ranks);

enum { BRG_MAX_SUMS = 16 };

/* Begins to replace numbers by their sums over all ranks. They must stay in place until brg_ranks_await, or
 * until ranks are left. The same call on as many ranks gives the same bits, on all of them. There may be at most
 * BRG_MAX_SUMS of them before a brg_ranks_await. */
BRG_API brg_status brg_ranks_sum(brg_ranks *ranks, float *numbers, int64_t count, brg_error *error);

/* Waits for all sums that were begun. BRG_E_RANK_LOST. */
BRG_API brg_status brg_ranks_await(brg_ranks *ranks, brg_error *error);

/* A sum under way: nanoseconds of brg_now_ns. */
typedef struct brg_sum_span {
    uint64_t began_ns, ended_ns;
} brg_sum_span;

/* Copies when the sums that the latest brg_ranks_await waited for were asked for, and when each was there.
 * Returns how many. */
BRG_API int32_t brg_ranks_sum_spans(const brg_ranks *ranks, brg_sum_span spans[BRG_MAX_SUMS]);

/* Replaces each number by the largest that any rank has in its place, none of which may be NaN. Waits.
 * BRG_E_RANK_LOST. Without ranks (NULL) nothing changes. */
BRG_API brg_status brg_ranks_most(brg_ranks *ranks, double *numbers, int32_t count,
                                  brg_error *error);

/* Stops taking part, at once, whatever is under way; for a rank that cannot go on. The others will find it
 * lost once the process has ended. NULL is allowed. */
BRG_API void brg_ranks_give_up(brg_ranks *ranks);

/* Leaves; waits for the others to do so too, unless one is lost or this one gave up. NULL is allowed. */
BRG_API void brg_ranks_leave(brg_ranks *ranks);

#endif
