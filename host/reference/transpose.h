/* transpose in sequential C. */
#ifndef BRIGADE_REFERENCE_TRANSPOSE_H
#define BRIGADE_REFERENCE_TRANSPOSE_H

#include "brigade/op.h"

/* Callbacks of the op's row; see brigade/op.h. */
void brg_transpose_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_transpose_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_transpose_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                          double *bound);

#endif
