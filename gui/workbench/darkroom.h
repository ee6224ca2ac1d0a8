/* The darkroom: a thread that makes inputs and develops pictures, so that the window need not.
 *
 * One order of each kind waits at most: a newer one replaces it, since nobody wants to see where a
 * slider was. Every function is called on the window's thread and returns at once. */
#ifndef BRIGADE_GUI_DARKROOM_H
#define BRIGADE_GUI_DARKROOM_H

#include <brigade/op.h>

#include "ui/picture.h"
#include "workbench/inputs.h"

typedef struct brg_darkroom brg_darkroom;

/* A result to be made visible. The tensors are the order's own. */
typedef struct brg_prints_order {
    const brg_op *op;
    uint64_t params[BRG_MAX_PARAMS / 8];
    int32_t input_count;
    brg_tensor *inputs[2];
    brg_tensor *output;
    bool with_errors; /* costs a part of the reference once more: not while a job runs */
} brg_prints_order;

typedef struct brg_prints {
    brg_picture output;
    brg_picture errors; /* w is 0 without */
} brg_prints;

/* `wake` is called on the darkroom's thread when something is ready to be taken. NULL if there is
 * no memory or no thread. */
brg_darkroom *brg_darkroom_create(void (*wake)(void *user), void *user);

/* Gives up what is in hand, and joins the thread. NULL is allowed. */
void brg_darkroom_destroy(brg_darkroom *room);

void brg_darkroom_order_inputs(brg_darkroom *room, const brg_inputs_order *order);

/* Takes the order over, tensors included. */
void brg_darkroom_order_prints(brg_darkroom *room, const brg_prints_order *order);

/* Hand over what is ready, to be cleared by the caller; false if nothing is. */
bool brg_darkroom_take_inputs(brg_darkroom *room, brg_inputs *inputs);
bool brg_darkroom_take_prints(brg_darkroom *room, brg_prints *prints);

/* True while an order waits, is in hand, or is ready to be taken. */
bool brg_darkroom_busy(brg_darkroom *room);

void brg_prints_clear(brg_prints *prints);

#endif
