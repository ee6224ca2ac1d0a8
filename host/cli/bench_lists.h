/* The standard list of `brigade bench --against all`, what is hoped for, and random work. */
#ifndef BRIGADE_CLI_BENCH_LISTS_H
#define BRIGADE_CLI_BENCH_LISTS_H

#include "bench.h"

/* Adds the standard list. */
brg_status bench_add_standard(bench_cases *cases, brg_error *error);

/* Draws a call of the op; false for an op that this knows nothing of. */
bool bench_draw_case(const brg_op *op, uint64_t *state, bench_case *fresh);

/* Their names, for people. */
extern const char bench_drawn_ops[];

#endif
