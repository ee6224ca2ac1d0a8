/* The fractal: the Mandelbrot set under a lens. What is wanted is worked out from the lens; coarse
 * pixels come first if fine ones would take long, then one sample per pixel, then, once the hand
 * rests, four, of which a sample of rows is checked. A view that is no longer wanted is cancelled,
 * but for the coarse one, which is done before the hand has moved on. */
#ifndef BRIGADE_GUI_SIMULATION_FRACTAL_H
#define BRIGADE_GUI_SIMULATION_FRACTAL_H

#include <brigade/ops.h>

#include "app.h"
#include "simulation/plane.h"

/* Samples along a pixel's side: a half, one, two. */
typedef enum brg_fineness { BRG_COARSE, BRG_EVEN, BRG_FINE, BRG_FINENESS_COUNT } brg_fineness;

typedef struct brg_fractal {
    brg_app *app;
    brg_plane wanted;
    float iterations; /* as the user set them */
    bool zooms;       /* towards a known point, by itself */
    bool held;        /* the mouse has it */

    brg_job job;
    bool in_hand, cancelled;
    brg_plane of_job;
    brg_fineness job_fineness;

    brg_tensor *counts; /* i32 {h, w}; NULL: none yet */
    brg_plane shown;
    brg_fineness shown_fineness;
    uint64_t serial;
    double even_ms; /* of the kernel, for one sample a pixel, when last measured */
    double kernel_ms, samples_per_s;

    bool checked;
    brg_verdict verdict; /* of what is shown, if checked */
    uint64_t pictures, cancels, checks, passed, moved_ns;
    brg_error failure; /* status is BRG_OK otherwise */
} brg_fractal;

void brg_fractal_init(brg_fractal *fractal, brg_app *app);
void brg_fractal_release(brg_fractal *fractal);

/* Takes what is ready and, while `active`, asks for what is wanted. */
void brg_fractal_update(brg_fractal *fractal, bool active);

/* True while a better picture is to come. */
bool brg_fractal_busy(const brg_fractal *fractal);

/* ---- intents --------------------------------------------------------------------------------- */

void brg_fractal_resize(brg_fractal *fractal, int32_t w, int32_t h);

/* Zooms about a place in window pixels, which stays where it is; moves by window pixels. */
void brg_fractal_zoom(brg_fractal *fractal, double factor, double at_x, double at_y);
void brg_fractal_move(brg_fractal *fractal, double dx, double dy);

/* The whole set. */
void brg_fractal_reset(brg_fractal *fractal);

/* A frame's worth of the zoom that goes on by itself. */
void brg_fractal_step(brg_fractal *fractal, double seconds);

#endif
