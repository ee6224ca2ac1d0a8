/* The probe: what is to be measured, and what was. */
#ifndef TESTS_GUI_LATENCY_PROBE_H
#define TESTS_GUI_LATENCY_PROBE_H

#include "screen.h"
#include "subject.h"
#include "tally.h"

typedef struct wishes {
    const char *label, *json, *widget;
    double seconds;
    int new_w, new_h; /* the window is given this size; 0: it keeps its own */
    int starts, inputs, cancels;
    bool use_display, reference, row, asleep, help;
} wishes;

typedef struct probe {
    wishes wanted;
    screen screen;
    subject subject;
    area window;
    area field, cancel, run;          /* on the screen: what lights up, and two buttons */
    tally start, frames, input;       /* ms: to the first frame; between frames; to be seen */
    tally effective;                  /* ms after Escape was taken, as the window's log has it */
    tally acknowledged, ended;        /* ms after Escape, as seen on the screen */
    double drawn;                     /* pixels drawn a second */
    double window_load, display_load; /* processors used while frames were watched */
    double own_load;
    bool resized_right; /* after that, a button was seen where the report has it */
    cJSON *report;
} probe;

/* Starts what is to be watched, measures it and closes it again. */
void probe_measure(probe *p);

/* Prints what came of it, and saves it if that was asked for. */
void probe_tell(const probe *p);

#endif
