/* The lab's desk: the claims, what came of each the last time it was put to the test, and the test
 * under way. It runs on a thread of the library's own; the desk looks at it a few times a second.
 *
 * What is measured must not be disturbed by the window: while a test is under way frames are drawn no
 * more often than the desk looks (see brg_desk_pause_s), and the lab computes on an engine of
 * its own, so that no other view's job is measured along. */
#ifndef BRIGADE_GUI_LAB_DESK_H
#define BRIGADE_GUI_LAB_DESK_H

#include <brigade/lab.h>

#include "app.h"
#include "errand.h"
#include "lab/memory.h"

enum { BRG_DESK_LEAST_S = 1, BRG_DESK_MOST_S = 30, BRG_DESK_FILTER = 48 };

/* A claim, and what is known of it. */
typedef struct brg_desk_entry {
    const brg_lab_claim *claim;
    brg_lab_result result; /* the latest; its claim is NULL before the first */
    uint64_t serial;       /* grows with every change of it */
    time_t ended;          /* when it did */
    brg_lab_memory memory; /* of an earlier run of the window */
    float dial;            /* where the user put it */
} brg_desk_entry;

/* The two files of results that are being written: a page for people, and the data. */
typedef struct brg_desk_saving {
    brg_errand errand;
    char *page, *json; /* what is in them; NULL: nothing is being written */
    brg_status status;
    brg_error error;
    char page_path[BRG_PATH], path[BRG_PATH];
} brg_desk_saving;

typedef struct brg_desk {
    brg_app *app;
    brg_engine *engine; /* the lab's own, from the first test on */
    brg_desk_entry entries[BRG_LAB_CLAIMS];
    int32_t count;
    int32_t chosen;
    char filter[BRG_DESK_FILTER];
    float budget_s; /* for each claim */

    brg_lab *run; /* NULL: none is under way */
    int32_t plan[BRG_LAB_CLAIMS];
    int32_t taken;             /* of the plan: have ended, and their results are here */
    brg_lab_snapshot snapshot; /* of the run, or of the latest one */
    uint64_t looked_ns;
    bool stopping;
    bool following; /* what is chosen is what is tested */

    brg_desk_saving saving;
    uint64_t runs, ended; /* started, and come to an end */
    uint64_t saves;
} brg_desk;

void brg_desk_init(brg_desk *desk, brg_app *app);

/* Stops what runs and waits for it. */
void brg_desk_clear(brg_desk *desk);

/* Looks at the run, if it is time to, and takes what is new. */
void brg_desk_update(brg_desk *desk);

/* Seconds until the next look; 0 while there is nothing to look at. */
double brg_desk_pause_s(const brg_desk *desk);

/* ---- what the user wants --------------------------------------------------------------------- */

/* Puts the chosen claim to the test, with its dial where the user has it; or all that the list shows,
 * with their own. Nothing while a test is under way. */
void brg_desk_run(brg_desk *desk);
void brg_desk_run_shown(brg_desk *desk);
void brg_desk_stop(brg_desk *desk);

/* By index of all claims; and so many rows on in the list, as far as there are any. */
void brg_desk_choose(brg_desk *desk, int32_t index);
void brg_desk_step(brg_desk *desk, int32_t by);

/* After the filter changed: what is chosen is in the list, if there is one. */
void brg_desk_keep_choice(brg_desk *desk);

/* Starts to write all results as an HTML page and as JSON, as 'brigade lab' does with --report and --json; the log
 * says where. */
void brg_desk_save(brg_desk *desk);

/* ---- what is known --------------------------------------------------------------------------- */

const brg_desk_entry *brg_desk_chosen(const brg_desk *desk);
bool brg_desk_running(const brg_desk *desk);

/* The claim that is being measured; -1: none. */
int32_t brg_desk_current(const brg_desk *desk);

/* Whether it is among those that wait for their turn. */
bool brg_desk_waits(const brg_desk *desk, int32_t index);

/* Whether the filter lets a claim through; and how many it does. */
bool brg_desk_shows(const brg_desk *desk, int32_t index);
int32_t brg_desk_shown(const brg_desk *desk);

/* Whether there is a result, whole or not. */
bool brg_desk_has_result(const brg_desk_entry *entry);
int32_t brg_desk_results(const brg_desk *desk);

/* Jobs of other views that the window's engine is at work on: they disturb. */
int32_t brg_desk_rivals(const brg_desk *desk);

#endif
