/* The darkroom: a thread that makes inputs, develops prints and looks exact values up, so that the
 * window need not.
 *
 * One order of each kind waits at most: a newer one replaces it, since nobody wants to see where a
 * slider was. Every function is called on the window's thread and returns at once. */
#ifndef BRIGADE_GUI_DARKROOM_H
#define BRIGADE_GUI_DARKROOM_H

#include "workbench/inputs.h"
#include "workbench/print.h"

enum { BRG_TRAYS = 10, BRG_EXACT_TRAYS = 2, BRG_EXACT_MOST = 8 };

typedef struct brg_darkroom brg_darkroom;

/* The exact values of a few elements. Ordered with the first members set. */
typedef struct brg_exact {
    uint64_t serial; /* of the result, for the one who ordered */
    int64_t element;
    int32_t count; /* 0: they cannot be told */
    double expected[BRG_EXACT_MOST], bound[BRG_EXACT_MOST];
} brg_exact;

/* `wake` is called on the darkroom's thread when something is ready to be taken. NULL if there is
 * no memory or no thread. */
brg_darkroom *brg_darkroom_create(void (*wake)(void *user), void *user);

/* Gives up what is in hand, and joins the thread. NULL is allowed. */
void brg_darkroom_destroy(brg_darkroom *room);

/* Take orders over, tensors included. A print's order lies in a tray of its own, and its print is
 * taken from there. */
void brg_darkroom_order_inputs(brg_darkroom *room, const brg_inputs_order *order);
void brg_darkroom_order_print(brg_darkroom *room, int tray, const brg_print_order *order);
void brg_darkroom_order_exact(brg_darkroom *room, int tray, const brg_exhibit *exhibit,
                              const brg_exact *wanted);

/* Hand over what is ready, to be cleared by the caller; false if nothing is. */
bool brg_darkroom_take_inputs(brg_darkroom *room, brg_inputs *inputs);
bool brg_darkroom_take_print(brg_darkroom *room, int tray, brg_print *print);
bool brg_darkroom_take_exact(brg_darkroom *room, int tray, brg_exact *exact);

/* True while an order waits, is in hand, or is ready to be taken. */
bool brg_darkroom_busy(brg_darkroom *room);

#endif
