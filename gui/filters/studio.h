/* The model of the filters: the picture, the chain, and the requests that are with the engine.
 *
 * What is wanted is worked out anew whenever something may have changed: the newest picture, the
 * steps as they stand, the size on the screen. When it differs from what was wanted before, that is
 * a request, and the newest wins:
 *
 *   - at most BRG_IN_HAND requests are with the engine, the older one before the newer one;
 *   - the one that runs is finished while a slider is held: a hand that moves without pause would
 *     otherwise never see anything;
 *   - every other older one is cancelled, or never handed over;
 *   - once the hand rests, all older ones are cancelled.
 *
 * Nothing is checked while a hand moves or a stream plays. When all is at rest the last request is
 * run once more, and checked. */
#ifndef BRIGADE_GUI_FILTERS_STUDIO_H
#define BRIGADE_GUI_FILTERS_STUDIO_H

#include "app.h"
#include "filters/source.h"
#include "filters/steps.h"
#include "tally.h"

/* Requests with the engine that have not been cancelled, and all that have not ended. */
enum { BRG_IN_HAND = 2, BRG_REQUESTS = 6 };

/* What is asked for: a chain applied to a picture, and the picture as it was, both of the size that
 * is shown. */
typedef struct brg_wish {
    uint64_t serial;   /* 0: none */
    uint64_t input_ns; /* of what caused it; 0: nothing that is timed */
    uint64_t frame_serial;
    brg_tensor *frame;
    brg_recipe after, before;
} brg_wish;

typedef struct brg_request {
    brg_wish wish;   /* serial 0: the place is free */
    brg_job jobs[2]; /* after, before */
    bool running[2];
    bool cancelled, failed;
    brg_tensor *after, *before;
    double kernel_ms;
} brg_request;

/* What is on the screen, or will be with the next frame. */
typedef struct brg_shown {
    brg_wish wish;
    brg_tensor *after, *before;
    double kernel_ms;
} brg_shown;

typedef enum brg_check {
    BRG_CHECK_NONE, /* not yet, or no longer of what is shown */
    BRG_CHECK_RUNNING,
    BRG_CHECK_ENDED, /* see verdict */
    BRG_CHECK_FAILED
} brg_check;

typedef struct brg_studio {
    brg_app *app;
    brg_source *source;
    brg_source_order order; /* of what is open */
    bool opened;            /* something is */
    uint64_t opened_number;
    bool playing, told_playing;
    brg_frame frame; /* the newest */
    uint64_t frame_serial;

    brg_steps steps;
    int64_t shown_w, shown_h; /* window pixels that the picture covers; 0: not known yet */
    bool held;                /* a slider, or the picture */
    bool visible;

    brg_wish wanted;
    bool handed_over; /* it is with the engine, or cannot be */
    uint64_t changed_ns;
    brg_request requests[BRG_REQUESTS];
    brg_shown shown;
    uint64_t drawn; /* the serial of the wish that the last frame shows */

    brg_check check;
    brg_job check_job;
    uint64_t checked_serial; /* of the wish that it is about */
    brg_verdict verdict;
    brg_error failure; /* of the latest request; status is BRG_OK otherwise */

    uint64_t asked, seen, cancelled, replaced, overtaken, checks;
    brg_tally latency;    /* from the input, or the picture's making, to the screen */
    uint64_t seen_ns[64]; /* a ring: when results came on the screen */
} brg_studio;

/* Starts the source. BRG_E_MEMORY, BRG_E_INTERNAL. */
brg_status brg_studio_create(brg_app *app, brg_studio **out, brg_error *error);
void brg_studio_destroy(brg_studio *studio);

/* Takes what is ready and goes one step on. */
void brg_studio_update(brg_studio *studio, bool visible);

/* Tells that a frame which shows studio->shown is on the screen. */
void brg_studio_note_frame(brg_studio *studio);

bool brg_studio_busy(const brg_studio *studio);

/* ---- intents --------------------------------------------------------------------------------- */

void brg_studio_open(brg_studio *studio, const brg_source_order *order);
void brg_studio_play(brg_studio *studio, bool playing);
void brg_studio_cancel(brg_studio *studio);

/* ---- what panels ask ------------------------------------------------------------------------- */

/* True if what is open moves. */
bool brg_studio_streams(const brg_studio *studio);

/* Results that came on the screen in the last second. */
double brg_studio_rate(const brg_studio *studio, uint64_t now_ns);

#endif
