/* The reaction: the model of Gray and Scott, which runs by itself as long as it is looked at.
 *
 * One job at a time makes a round of steps from the latest state, with a priority below that of
 * anything the user asks for; meanwhile that state is on the screen. The next round begins once a
 * frame has shown the last, so that no more is asked of the device than can be seen. What the mouse
 * paints goes into the state between two rounds. Every BRG_CHECK_EVERY-th round makes a single step,
 * which is checked in full. */
#ifndef BRIGADE_GUI_SIMULATION_REACTION_H
#define BRIGADE_GUI_SIMULATION_REACTION_H

#include <brigade/ops.h>

#include "app.h"
#include "simulation/stroke.h"

enum { BRG_CHECK_EVERY = 64, BRG_STROKES = 64, BRG_PRESETS = 8 };

/* What grows at these rates; after Pearson's classes. */
typedef struct brg_preset {
    const char *name;
    float feed, kill;
} brg_preset;

const brg_preset *brg_preset_at(int index);

typedef struct brg_reaction {
    brg_app *app;
    float feed, kill, steps; /* steps of a round */
    bool running;            /* as the user wants it */

    brg_tensor *state; /* f32 {h, w, 2} or {1, h, w, 2} */
    int64_t w, h;      /* cells; 0: not begun */
    uint64_t serial;   /* changes with the state */
    brg_stroke strokes[BRG_STROKES];
    int stroke_count;

    brg_job job;
    bool in_hand, stale; /* a job is with the engine; of a state that was given up */
    bool shown;          /* a frame was drawn since the last round */
    int32_t round_steps; /* of that job */
    uint64_t job_ns;     /* when it was submitted */

    uint64_t rounds, steps_done, painted, checks, passed;
    double updates_per_s; /* cells a second on the device, of the last round */
    double rate;          /* steps a second by the clock on the wall, smoothed */
    uint64_t last_round_ns;
    brg_error failure; /* status is BRG_OK otherwise */
} brg_reaction;

void brg_reaction_init(brg_reaction *reaction, brg_app *app);
void brg_reaction_release(brg_reaction *reaction);

/* Begins anew with a few drops on w x h cells. BRG_E_MEMORY. */
brg_status brg_reaction_reset(brg_reaction *reaction, int64_t w, int64_t h, brg_error *error);

/* Takes what is ready and, while `active`, goes one round on. */
void brg_reaction_update(brg_reaction *reaction, bool active);

/* Adds a stroke; it is in the next state. */
void brg_reaction_paint(brg_reaction *reaction, const brg_stroke *stroke);

#endif
