/* Inputs: the tensors a job is given, made to order. Made on the darkroom's thread, since a large
 * file takes longer to read than a frame lasts. */
#ifndef BRIGADE_GUI_INPUTS_H
#define BRIGADE_GUI_INPUTS_H

#include <brigade/op.h>
#include <stdbool.h>

#include "paths.h"

enum { BRG_WORDS = 160 };

/* Convolution weights with a look of their own. */
typedef enum brg_weights {
    BRG_WEIGHTS_NONE = 0,
    BRG_WEIGHTS_DISC,   /* an out-of-focus lens */
    BRG_WEIGHTS_BOX,    /* separable */
    BRG_WEIGHTS_EMBOSS, /* light from the top left */
    BRG_WEIGHTS_RIPPLE  /* positive and negative rings */
} brg_weights;

/* What is wanted. With an op, what it makes of the words; with a path, a photograph and perhaps
 * weights; else matrices A {m, k} and B {k, n}. Orders are compared byte for byte: start from zero.
 */
typedef struct brg_inputs_order {
    const brg_op *op;
    char words[BRG_WORDS];
    char path[BRG_PATH];
    int64_t m, n, k;
    bool noise; /* matrices of noise; else of waves under a little noise */
    brg_weights weights;
    int32_t side; /* of the weights */
} brg_inputs_order;

typedef struct brg_inputs {
    brg_inputs_order order;
    brg_status status; /* with error, when they could not be made */
    brg_error error;
    bool made; /* also by an op that takes no inputs */
    int32_t count;
    brg_tensor *tensors[BRG_MAX_INPUTS];
    uint64_t params[BRG_MAX_PARAMS / 8]; /* that the words gave */
} brg_inputs;

/* Makes what is ordered; the outcome is in inputs->status. The caller clears it. */
void brg_inputs_make(const brg_inputs_order *order, brg_inputs *inputs);
void brg_inputs_clear(brg_inputs *inputs);

bool brg_inputs_order_equal(const brg_inputs_order *a, const brg_inputs_order *b);

#endif
