/* histogram in sequential C. */
#ifndef BRIGADE_REFERENCE_HISTOGRAM_H
#define BRIGADE_REFERENCE_HISTOGRAM_H

#include "brigade/op.h"

/* A histogram with its sizes settled. */
typedef struct brg_histogram {
    int64_t images, bytes, channels; /* bytes of one image */
    const uint8_t *in;
} brg_histogram;

brg_histogram brg_histogram_resolve(const brg_call *call);

/* Callbacks of the op's row; see brigade/op.h. A row of the output is an image's counts. */
void brg_histogram_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_histogram_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_histogram_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                          double *bound);

#endif
