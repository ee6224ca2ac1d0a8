/* The workbench: the one view of the window, made of panels. Panels draw the model and call its
 * intents; each is a file of its own beside this one. */
#ifndef BRIGADE_GUI_VIEWS_WORKBENCH_H
#define BRIGADE_GUI_VIEWS_WORKBENCH_H

#include "app.h"
#include "frame_clock.h"
#include "texture.h"
#include "ui.h"

enum { BRG_TIMELINE_SPANS = 4096 };

/* What the timeline shows: a stretch of time that follows the present while something runs, and
 * stays where it is when nothing does, to be looked at. */
typedef struct brg_timeline {
    uint64_t end_ns;
    double seconds;
    bool fresh; /* spans are those of this stretch */
    size_t count;
    brg_span spans[BRG_TIMELINE_SPANS];
} brg_timeline;

typedef struct brg_workbench {
    brg_ui *ui;
    brg_app *app;
    const brg_frame_clock *clock;
    bool resting; /* this is the last frame before the loop goes to sleep */
    uint64_t now_ns;
    brg_texture inputs[2], output, errors;
    brg_frame_stats recent;
    uint64_t recent_at_ns; /* when it was worked out */
    brg_timeline timeline;
} brg_workbench;

/* NULL if there is no memory. None of the three arguments is taken over. */
brg_workbench *brg_workbench_create(brg_ui *ui, brg_app *app, const brg_frame_clock *clock);
void brg_workbench_destroy(brg_workbench *bench);

/* Draws a frame's widgets, between brg_ui_frame_begin and brg_ui_frame_end. */
void brg_workbench_draw(brg_workbench *bench, bool resting);

/* ---- panels, for the workbench alone --------------------------------------------------------- */

void brg_view_top_bar(brg_workbench *bench, brg_rect place);
void brg_view_controls(brg_workbench *bench, brg_rect place);
void brg_view_progress(brg_workbench *bench, brg_rect place);
void brg_view_pictures(brg_workbench *bench, brg_rect place);
void brg_view_verdict(brg_workbench *bench, brg_rect place);
void brg_view_bars(brg_workbench *bench, brg_rect place);
void brg_view_log(brg_workbench *bench, brg_rect place);
void brg_view_frames(brg_workbench *bench, brg_rect place);
void brg_view_timeline(brg_workbench *bench, brg_rect place);

/* A framed card with a title; returns the room inside, below the title. */
brg_rect brg_view_card(brg_workbench *bench, brg_rect place, const char *title);

/* A time in a unit that suits it, "12.3 ms"; "-" if it is negative. */
const char *brg_view_time(double ms, char *text, size_t size);

#endif
