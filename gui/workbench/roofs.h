/* Roofs: what the devices can do at most, measured when the user asks and remembered while the
 * window is open. None is shown that was not measured. */
#ifndef BRIGADE_GUI_ROOFS_H
#define BRIGADE_GUI_ROOFS_H

#include <brigade/roof.h>

#include "app.h"

typedef struct brg_roofline {
    bool known;
    double gflops, gbps;
} brg_roofline;

typedef struct brg_roofs {
    brg_roofline of[BRG_MAX_DEVICES + 1]; /* by the device chosen: 0 the default, else 1 + index */
    bool measuring;
    int device; /* being measured */
    brg_roof step;
    brg_job job;
} brg_roofs;

/* Begins to measure a device, numbered as app->device is; a failure is logged. */
void brg_roofs_measure(brg_roofs *roofs, brg_app *app, int device);

/* Takes what is ready and goes one step on. */
void brg_roofs_update(brg_roofs *roofs, brg_app *app);

void brg_roofs_cancel(brg_roofs *roofs, brg_app *app);

/* GFLOP/s that a device can reach with so many operations for each byte. */
double brg_roofline_reach(const brg_roofline *roofline, double flops_per_byte);

#endif
