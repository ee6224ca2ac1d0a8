/* scan in sequential C. */
#ifndef BRIGADE_REFERENCE_SCAN_H
#define BRIGADE_REFERENCE_SCAN_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* A scan with its sizes settled. */
typedef struct brg_scan {
    int64_t rows, n;
    brg_dtype dtype;
    bool exclusive;
    const void *in;
} brg_scan;

brg_scan brg_scan_resolve(const brg_call *call);

/* Callbacks of the op's row; see brigade/op.h. */
void brg_scan_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_scan_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_scan_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound);

#endif
