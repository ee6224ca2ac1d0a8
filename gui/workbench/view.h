/* The workbench: any op on any shape, with its verdict and its times. Made of panels, which draw
 * the model and call its intents; each is a file of its own beside this one. */
#ifndef BRIGADE_GUI_WORKBENCH_VIEW_H
#define BRIGADE_GUI_WORKBENCH_VIEW_H

#include "shell/view.h"
#include "timeline/strip.h"
#include "ui/parts.h"
#include "ui/texture.h"
#include "workbench/bench.h"

typedef struct brg_workbench {
    brg_bench *model;
    const brg_scene *scene; /* of the frame being drawn */
    brg_ui *ui;             /* the same, for short */
    brg_texture inputs[2], output, errors;
    brg_strip strip;
} brg_workbench;

/* ---- panels ---------------------------------------------------------------------------------- */

void brg_bench_view_controls(brg_workbench *bench, brg_rect place);
void brg_bench_view_progress(brg_workbench *bench, brg_rect place);
void brg_bench_view_pictures(brg_workbench *bench, brg_rect place);
void brg_bench_view_verdict(brg_workbench *bench, brg_rect place);
void brg_bench_view_bars(brg_workbench *bench, brg_rect place);

#endif
