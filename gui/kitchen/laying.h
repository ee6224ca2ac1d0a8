/* Laying the kitchen out: everything that has to be there before a round can be timed. Used by the
 * model alone. */
#ifndef BRIGADE_GUI_KITCHEN_LAYING_H
#define BRIGADE_GUI_KITCHEN_LAYING_H

#include "kitchen/kitchen.h"

/* A slice longer than any dish: the launch is not cut. And what the user can choose. */
#define BRG_WHOLE_MS 1e5
#define BRG_SLICE_LO 1
#define BRG_SLICE_HI 64

/* One dish to be cooked. */
typedef struct brg_serving {
    int dish;
    bool on_all; /* units; else on one */
    double slice_ms;
    brg_verify_policy verify;
} brg_serving;

brg_status brg_kitchen_submit(brg_kitchen *kitchen, const brg_serving *serving, brg_job *job,
                              brg_error *error);

/* One step on, in the phases before BRG_KITCHEN_OPEN. */
void brg_kitchen_go_on_laying(brg_kitchen *kitchen);

/* How much of it is done, 0..1. */
float brg_kitchen_laid(const brg_kitchen *kitchen);

/* Forgets all figures; and all that was laid out. */
void brg_kitchen_clear_table(brg_kitchen *kitchen);
void brg_kitchen_close(brg_kitchen *kitchen);

#endif
