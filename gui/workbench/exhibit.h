/* Exhibits: a result with everything that is needed to judge it: what computed it, from what. */
#ifndef BRIGADE_GUI_EXHIBIT_H
#define BRIGADE_GUI_EXHIBIT_H

#include <brigade/op.h>

typedef struct brg_exhibit {
    const brg_op *op; /* NULL: nothing is exhibited */
    uint64_t params[BRG_MAX_PARAMS / 8];
    char variant[BRG_OP_NAME]; /* that computed the output */
    int32_t input_count;
    brg_tensor *inputs[BRG_MAX_INPUTS];
    brg_tensor *output; /* NULL before there is one */
} brg_exhibit;

/* Adds an owner to every tensor, and copies. The copy is released on its own. */
brg_exhibit brg_exhibit_retain(const brg_exhibit *exhibit);

/* Drops the tensors and clears it. */
void brg_exhibit_release(brg_exhibit *exhibit);

/* The call as the op's callbacks take it. It lives as long as the exhibit. */
void brg_exhibit_call(const brg_exhibit *exhibit, brg_call *call);

/* Exact values of `count` elements from `element` on, and the bounds on their errors: as much of
 * the oracle as that takes, a row of the output. BRG_E_MEMORY, also for rows too long to be worth
 * it, BRG_E_ARGUMENT for elements of more than one row. */
brg_status brg_exhibit_exact(const brg_exhibit *exhibit, int64_t element, int32_t count,
                             double *expected, double *bound, brg_error *error);

/* Room for the exact values and bounds of a row. The caller frees *expected, which both share. */
brg_status brg_exhibit_room(const brg_exhibit *exhibit, double **expected, double **bound,
                            brg_error *error);

/* |got - expected| as a part of the bound; infinite for what can never pass. */
double brg_error_ratio(double got, double expected, double bound);

#endif
