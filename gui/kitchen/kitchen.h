/* The model of the kitchen: the three dishes, how they are to be cooked, and what came of every
 * round. Panels read it and call the intents; nothing else changes it.
 *
 * Before anything is timed the kitchen is laid out: ingredients are gathered, each dish is cooked
 * once whole and once sliced, on one unit and on all, so that every kernel is built and warm, and the
 * engine checks the sliced ones against sequential C. What is cooked later is compared with those
 * bit for bit, after the round, so that no check ever runs beside a kernel that is being timed.
 *
 *     GATHERING -> LAYING -> PAINTING -> OPEN -> WAITING -> COOKING -> SERVED -> TASTING -+
 *      (errand)    (engine)  (errand)     ^    (a frame)                       (errand)   |
 *                                         +-----------------------------------------------+ */
#ifndef BRIGADE_GUI_KITCHEN_KITCHEN_H
#define BRIGADE_GUI_KITCHEN_KITCHEN_H

#include "app.h"
#include "errand.h"
#include "kitchen/dish.h"
#include "kitchen/findings.h"
#include "kitchen/round.h"

typedef enum brg_kitchen_phase {
    BRG_KITCHEN_CLOSED = 0, /* nothing laid out: not shown yet, no device, or it could not be */
    BRG_KITCHEN_GATHERING,
    BRG_KITCHEN_LAYING,
    BRG_KITCHEN_PAINTING,
    BRG_KITCHEN_OPEN,
    BRG_KITCHEN_WAITING, /* for a frame to be seen, so that the window shows what it is about to do */
    BRG_KITCHEN_COOKING,
    BRG_KITCHEN_SERVED, /* the last frame interval that the round touched is not over */
    BRG_KITCHEN_TASTING
} brg_kitchen_phase;

/* What is cooked, and where. Compared byte for byte: start from zero. */
typedef struct brg_menu {
    float sizes[BRG_DISHES];
    int device;
    char photograph[BRG_PATH];
} brg_menu;

/* Jobs that lay the kitchen out: each dish, on one unit and on all, whole and sliced. */
enum { BRG_PLACES = 2, BRG_LAYING_JOBS = 2 * BRG_PLACES * BRG_DISHES };

/* What errands take along and bring back. */
typedef struct brg_gathering {
    brg_menu menu;
    brg_ingredients dishes[BRG_DISHES];
    brg_status status;
    brg_error error;
} brg_gathering;

typedef struct brg_painting {
    brg_tensor *results[BRG_DISHES];
    brg_picture pictures[BRG_DISHES];
} brg_painting;

typedef struct brg_tasting {
    brg_tensor *cooked[BRG_DISHES], *known[BRG_DISHES];
    bool same[BRG_DISHES];
} brg_tasting;

/* What came of one way. */
typedef struct brg_way_record {
    brg_history history;
    brg_figures latest;
    float slice_ms; /* that the engine's ways were cooked with: others are not comparable */
    int verified;   /* of the latest round's dishes; -1: being compared */
    brg_bars bars;
} brg_way_record;

typedef struct brg_kitchen {
    brg_app *app;
    brg_menu wanted; /* what the user chose */
    brg_menu menu;   /* what is laid out, or being */
    float slice_ms;
    brg_way way; /* chosen */

    brg_kitchen_phase phase;
    brg_error trouble; /* why the kitchen is closed */
    bool refused;      /* this menu could not be laid out */
    bool can_divide;   /* the device gives up one unit of its own */
    uint32_t units;
    char all_units[24], one_unit[24]; /* devices as jobs name them; empty: the default */

    brg_ingredients dishes[BRG_DISHES];
    brg_job laying[BRG_LAYING_JOBS];
    bool laid[BRG_LAYING_JOBS];
    brg_tensor
        *known[BRG_PLACES][BRG_DISHES]; /* results that the engine checked: on one unit, on all */
    brg_verdict verdicts[BRG_PLACES][BRG_DISHES]; /* on them */
    brg_picture pictures[BRG_DISHES];
    uint64_t pictures_serial;

    brg_way_record ways[BRG_WAYS];
    brg_way cooking;
    brg_round_mark mark; /* of the round in hand, or the last */
    float progress[BRG_DISHES];
    brg_tensor *cooked[BRG_DISHES];
    bool ended[BRG_DISHES];
    unsigned to_do; /* ways still to be cooked, a bit each */
    bool stopping;
    uint64_t cancelled_ns, wait_until_ns, busy_until_ns;
    int frames_seen;
    int rounds; /* ended, well or not, since the program began */
    bool lost;  /* the round in hand came to nothing */

    brg_errand errand;
    brg_gathering gathering;
    brg_painting painting;
    brg_tasting tasting;
    brg_span *spans; /* room for what is read from the trace */
} brg_kitchen;

/* BRG_E_MEMORY. */
brg_status brg_kitchen_create(brg_app *app, brg_kitchen **out, brg_error *error);

/* Waits for an errand, which may be reading a file. NULL is allowed. */
void brg_kitchen_destroy(brg_kitchen *kitchen);

/* Takes what is ready and goes one step on. A round on the window's thread makes this wait for the
 * device: for as long as the round takes. */
void brg_kitchen_update(brg_kitchen *kitchen, bool shown);

void brg_kitchen_note_frame(brg_kitchen *kitchen);
bool brg_kitchen_busy(const brg_kitchen *kitchen);

/* ---- intents --------------------------------------------------------------------------------- */

void brg_kitchen_choose(brg_kitchen *kitchen, brg_way way);

/* Cooks in the chosen way, or in all four, as soon as the kitchen is laid out. */
void brg_kitchen_cook(brg_kitchen *kitchen);
void brg_kitchen_cook_all(brg_kitchen *kitchen);
void brg_kitchen_cancel(brg_kitchen *kitchen);

/* Lays out what is wanted, if that is something else than what is there. */
void brg_kitchen_settle(brg_kitchen *kitchen);

/* ---- what panels ask ------------------------------------------------------------------------- */

bool brg_way_on_engine(brg_way way);
bool brg_way_on_all(brg_way way);

/* False for one unit, on a device that cannot be divided. */
bool brg_kitchen_can(const brg_kitchen *kitchen, brg_way way);

/* True while a round of that way is in hand. */
bool brg_kitchen_is_cooking(const brg_kitchen *kitchen, brg_way way);

/* What the rounds so far say, in a sentence: see findings.h. Returns text. */
const char *brg_kitchen_findings(const brg_kitchen *kitchen, char *text, size_t size);

/* The bars of the round in hand, as far as it is; reads the trace. */
void brg_kitchen_watch_bars(brg_kitchen *kitchen, brg_bars *bars);

#endif
