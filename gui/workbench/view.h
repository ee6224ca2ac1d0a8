/* The workbench: any op on any shape, with its verdict and its times. Made of panels, which draw
 * the model and call its intents; each is a file of its own beside this one. */
#ifndef BRIGADE_GUI_WORKBENCH_VIEW_H
#define BRIGADE_GUI_WORKBENCH_VIEW_H

#include "shell/view.h"
#include "timeline/strip.h"
#include "ui/parts.h"
#include "ui/texture.h"
#include "workbench/bench.h"

/* What the first pane shows while A and B are compared. */
typedef enum brg_first_pane { BRG_SEES_INPUT = 0, BRG_SEES_A, BRG_SEES_B } brg_first_pane;

typedef struct brg_workbench {
    brg_bench *model;
    const brg_scene *scene;                   /* of the frame being drawn */
    brg_ui *ui;                               /* the same, for short */
    brg_texture textures[BRG_PLATE_COUNT][2]; /* of the plates' prints: whole, part */
    brg_strip strip;
    int first_pane;
    int verdict; /* 0: that of A; 1: that of B */
    int figures; /* 0: the times; 1: the roofline */
} brg_workbench;

/* ---- panels ---------------------------------------------------------------------------------- */

void brg_bench_view_controls(brg_workbench *bench, brg_rect place);
void brg_bench_view_progress(brg_workbench *bench, brg_rect place);
void brg_bench_view_panes(brg_workbench *bench, brg_rect place);
void brg_bench_view_pointer(brg_workbench *bench, brg_rect place);
void brg_bench_view_verdict(brg_workbench *bench, brg_rect place);

/* The card of times or of the roofline, whichever its tabs say. */
void brg_bench_view_figures(brg_workbench *bench, brg_rect place);
void brg_bench_view_bars(brg_workbench *bench, brg_rect card, brg_rect room);
void brg_bench_view_roofline(brg_workbench *bench, brg_rect card, brg_rect room);

/* ---- beside the panels: tell.c --------------------------------------------------------------- */

brg_status brg_bench_view_report(const brg_workbench *bench, brg_report *report, brg_error *error);
void brg_bench_view_keep(const brg_workbench *bench, brg_kept *kept);
void brg_bench_view_recall(brg_workbench *bench, const brg_kept *kept);

/* ---- shared by the panels -------------------------------------------------------------------- */

/* Tabs in the head of a card, from x on; ids and labels end with NULL. Returns where they end. */
float brg_bench_view_tabs(brg_workbench *bench, brg_rect card, float x, const char *const *ids,
                          const char *const *labels, int *chosen);

/* The element at a plate's cell in words and numbers. */
const char *brg_bench_view_values(const brg_tensor *tensor, int64_t element, int64_t depth,
                                  char *text, size_t size);

#endif
