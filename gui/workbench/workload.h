/* Workloads: what the window can run, as a table. A row names an op of the library, the controls
 * that the user sets it with, and how their values become the op's parameters. */
#ifndef BRIGADE_GUI_WORKLOAD_H
#define BRIGADE_GUI_WORKLOAD_H

#include <brigade/op.h>
#include <brigade/ops.h>
#include <stdbool.h>

#include "workbench/inputs.h"

/* The last of the workloads is no row of the table: any op of the library, called in words. */
enum { BRG_MAX_CONTROLS = 4, BRG_MAX_WORKLOADS = 16, BRG_IN_WORDS = BRG_MAX_WORKLOADS - 1 };

/* A number with a range, or, with `names`, one of a few. */
typedef struct brg_control {
    const char *name; /* NULL: no more controls */
    const char *id;
    float lo, hi, initial;
    bool whole;
    bool spread; /* logarithmic */
    const char *const *names;
    int name_count;
} brg_control;

typedef struct brg_workload {
    const char *op;
    const char *title;
    bool takes_image;
    brg_control controls[BRG_MAX_CONTROLS];

    /* Turns the controls' values into the op's parameters, for an image of the given shape (NULL
     * for a workload that takes none). */
    void (*fill)(const float *values, const brg_shape *image, void *params);

    /* Says which inputs are needed beyond a photograph; NULL: none. */
    void (*order)(const float *values, brg_inputs_order *order);
} brg_workload;

/* The index-th workload, or NULL past the last. */
const brg_workload *brg_workload_at(int index);

/* The index of the workload of an op, -1 if there is none. */
int brg_workload_find(const char *op);

/* The index of a built-in op, which can be called in words; -1 if there is none. */
int brg_workload_op(const char *name);

#endif
