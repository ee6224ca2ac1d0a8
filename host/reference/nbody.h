/* nbody in sequential C. */
#ifndef BRIGADE_REFERENCE_NBODY_H
#define BRIGADE_REFERENCE_NBODY_H

#include "brigade/op.h"
#include "brigade/ops.h"

enum { BRG_BODY = 8 }; /* floats of a body: x y z mass vx vy vz and one that is carried along */

/* A call with its sizes settled. */
typedef struct brg_nbody {
    int64_t n;
    int32_t steps;
    float softening, gravity, dt;
    const float *in;
} brg_nbody;

brg_nbody brg_nbody_resolve(const brg_call *call);

/* Callbacks of the op's row; see brigade/op.h. A row of the output is a body, or with more than one
 * step all of them. */
void brg_nbody_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_nbody_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_nbody_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                      double *bound);

#endif
