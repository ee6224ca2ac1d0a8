/* Training by several processes that mpirun started: one of them does the talking. */
#ifndef BRIGADE_CLI_TRAIN_RANKS_H
#define BRIGADE_CLI_TRAIN_RANKS_H

#include "brigade/brigade.h"

typedef struct cli_ranks {
    brg_ranks *ranks;     /* NULL: not joined */
    int32_t index, count; /* 0 of 1 without mpirun */
    int32_t mouth;        /* of a silenced process: where stderr went before; else -1 */
} cli_ranks;

/* Looks whether mpirun started this; silences all processes but the first. */
void cli_ranks_begin(cli_ranks *ranks);

/* Joins the others, if there are any. */
brg_status cli_ranks_join(cli_ranks *ranks, brg_error *error);

/* Before an error is told: lets this process be heard if it is its own error, or if it speaks for
 * all. */
void cli_ranks_speak(cli_ranks *ranks, const brg_error *error);

void cli_ranks_end(cli_ranks *ranks);

#endif
