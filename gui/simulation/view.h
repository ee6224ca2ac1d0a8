/* The simulation: work that runs all the time while everything else stays usable. Made of panels,
 * which draw the models and call their intents; each is a file of its own beside this one. */
#ifndef BRIGADE_GUI_SIMULATION_VIEW_H
#define BRIGADE_GUI_SIMULATION_VIEW_H

#include "shell/view.h"
#include "simulation/colour_map.h"
#include "simulation/fractal.h"
#include "simulation/reaction.h"
#include "ui/parts.h"
#include "ui/texture.h"

typedef struct brg_simulation {
    brg_app *app;
    const brg_scene *scene; /* of the frame being drawn */
    brg_ui *ui;             /* the same, for short */
    brg_reaction reaction;
    brg_fractal fractal;
    bool is_fractal; /* which of the two is shown */
    bool pinned;     /* goes on while it is hidden */
    bool visible, begun;

    int preset;  /* BRG_PRESETS: the user's own */
    int grid;    /* of the sizes */
    float brush; /* radius in cells */
    int map;     /* of colours */
    brg_colour_map colours;
    int colours_of; /* the map that they are; -1: none yet */

    brg_picture picture; /* of the reaction or the fractal */
    brg_texture texture;
    uint64_t painted; /* the state's serial that the picture is of, and the map */
    uint64_t picture_serial;
    bool picture_of_fractal;
    brg_plane plane; /* of the picture, when it is the fractal's */
    brg_rect room;
    float last_x, last_y; /* where the brush was, in cells */
    bool brushing;
    uint64_t drawn_ns;

    uint64_t figures_ns; /* figures that change too fast to be read: four times a second */
    double updates_per_s, rate, steps, samples_per_s, kernel_ms;
} brg_simulation;

/* Begins the reaction anew, as large as chosen, in the proportions of the room. */
void brg_simulation_reset(brg_simulation *simulation);

/* Makes the picture of the latest state, if it is not that already. */
void brg_simulation_develop(brg_simulation *simulation);

/* ---- panels ---------------------------------------------------------------------------------- */

void brg_simulation_view_controls(brg_simulation *simulation, brg_rect place);
void brg_simulation_view_heading(brg_simulation *simulation, brg_rect place);
void brg_simulation_view_canvas(brg_simulation *simulation, brg_rect place);
void brg_simulation_view_figures(brg_simulation *simulation, brg_rect place);

#endif
