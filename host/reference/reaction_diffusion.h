/* reaction_diffusion in sequential C. */
#ifndef BRIGADE_REFERENCE_REACTION_DIFFUSION_H
#define BRIGADE_REFERENCE_REACTION_DIFFUSION_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* A call with its sizes settled. */
typedef struct brg_reaction_diffusion {
    int64_t grids, h, w, steps;
    float diffusion_u, diffusion_v, feed, decay, dt; /* decay: feed + kill, rounded once */
    const float *in;
} brg_reaction_diffusion;

brg_reaction_diffusion brg_reaction_diffusion_resolve(const brg_call *call);

/* Callbacks of the op's row; see brigade/op.h. A row of the output is a grid. */
void brg_reaction_diffusion_sequential(const brg_call *call, int64_t row0, int64_t row1,
                                       void *output);
void brg_reaction_diffusion_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_reaction_diffusion_oracle(const brg_call *call, int64_t row0, int64_t row1,
                                   double *expected, double *bound);

#endif
