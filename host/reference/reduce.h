/* reduce in sequential C. */
#ifndef BRIGADE_REFERENCE_REDUCE_H
#define BRIGADE_REFERENCE_REDUCE_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* A reduction with its size settled. */
typedef struct brg_reduce {
    brg_reduce_kind kind;
    brg_dtype dtype;
    int64_t n;
    const void *a, *b; /* b only for the dot product */
} brg_reduce;

brg_reduce brg_reduce_resolve(const brg_call *call);

/* Additions that an element of n passes through at most, in whatever order a kernel adds: each
 * launch leaves at least 256 times fewer elements behind, after 256 additions at most. */
int64_t brg_reduce_depth(int64_t n);

/* Callbacks of the op's row; see brigade/op.h. The output is one row. */
void brg_reduce_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_reduce_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_reduce_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                       double *bound);

#endif
