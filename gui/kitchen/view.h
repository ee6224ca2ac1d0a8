/* The kitchen: the four ways to cook three dishes, side by side. Made of panels, which draw the
 * model and call its intents; each is a file of its own beside this one. */
#ifndef BRIGADE_GUI_KITCHEN_VIEW_H
#define BRIGADE_GUI_KITCHEN_VIEW_H

#include "kitchen/kitchen.h"
#include "kitchen/laying.h"
#include "shell/view.h"
#include "timeline/strip.h"
#include "ui/parts.h"
#include "ui/texture.h"

typedef struct brg_kitchen_view {
    brg_kitchen *model;
    const brg_scene *scene; /* of the frame being drawn */
    brg_ui *ui;             /* the same, for short */
    brg_texture pictures[BRG_DISHES];
    brg_bars live; /* of the round in hand, read now and then */
    uint64_t live_ns;
    float scale_ms; /* where the cards' lanes end: the same in all of them */
    bool all_first; /* the first run is one of all four ways: --auto-run */
    brg_strip strip;
} brg_kitchen_view;

/* ---- panels ---------------------------------------------------------------------------------- */

void brg_kitchen_view_controls(brg_kitchen_view *view, brg_rect place);

/* A card, and the cell of the grid that it lies in: cells leave no gaps. */
void brg_kitchen_view_card(brg_kitchen_view *view, brg_way way, brg_rect cell, brg_rect card);

void brg_kitchen_view_table(brg_kitchen_view *view, brg_rect place);

/* ---- parts of a card ------------------------------------------------------------------------- */

/* How high the lanes are. */
float brg_kitchen_lanes_height(const brg_kitchen_view *view);
void brg_kitchen_lanes(brg_kitchen_view *view, brg_way way, brg_rect place);
void brg_kitchen_plates(brg_kitchen_view *view, brg_way way, brg_rect place);

/* Draws a figure that answers to the pointer: a click chooses its way, and `tip` explains it. */
void brg_kitchen_figure(brg_kitchen_view *view, brg_way way, const char *id, brg_rect cell,
                        const char *name, brg_colour colour, const char *value, const char *tip);

#endif
