/* A round: the three dishes cooked once in one way, and what the trace tells of it. Pure functions
 * of spans; no engine, no window. */
#ifndef BRIGADE_GUI_KITCHEN_ROUND_H
#define BRIGADE_GUI_KITCHEN_ROUND_H

#include <brigade/trace.h>
#include <stdbool.h>

#include "frame_clock.h"
#include "kitchen/dish.h"

/* The four ways. Bit 0: the engine takes the orders, else the window's own thread does. Bit 1: all
 * compute units cook, else one. */
typedef enum brg_way {
    BRG_WAY_NEITHER = 0,
    BRG_WAY_CONCURRENT = 1,
    BRG_WAY_PARALLEL = 2,
    BRG_WAY_BOTH = 3,
    BRG_WAYS = 4
} brg_way;

enum { BRG_ROUND_BARS = 1024, BRG_ROUND_RUNS = 15 };

/* What a bar of a round's picture shows, when it is no dish. */
enum { BRG_BAR_FRAME = -1, BRG_BAR_FROZEN = -2 };

/* Milliseconds from the round's beginning. */
typedef struct brg_bar {
    float start, end;
    int what; /* a dish, or one of the above */
} brg_bar;

typedef struct brg_bars {
    int count;
    brg_bar bars[BRG_ROUND_BARS];
} brg_bars;

/* When a round was, and its jobs. */
typedef struct brg_round_mark {
    uint64_t start_ns, end_ns; /* end 0: it goes on */
    brg_job jobs[BRG_DISHES];  /* {0, 0}: not handed over yet */
} brg_round_mark;

/* Figures of a round, milliseconds; negative: not known. */
typedef struct brg_figures {
    double makespan;          /* from handing over the first to the last kernel or transfer's end */
    double first[BRG_DISHES]; /* until the end of the dish's first slice */
    double done[BRG_DISHES];  /* until its last one's */
    double frozen;            /* the window stood still */
    double frame_p50, frame_p99, frame_max;
    double in_flight; /* the most dishes begun and not done at a time */
} brg_figures;

/* The rounds of one way since its dishes were last changed: the latest few, and all counted. */
typedef struct brg_history {
    brg_figures runs[BRG_ROUND_RUNS];
    int kept, cooked;
    double spread; /* of the makespans, in medians: of the middle half, or of all below 4 */
} brg_history;

/* Finds a round's bars among the trace's spans: frames of the window from `lead` milliseconds
 * before its beginning, freezes, and the kernels of its jobs. What does not fit is left out. */
void brg_round_read(const brg_round_mark *mark, const brg_span *spans, size_t count, float lead,
                    brg_bars *bars);

/* Works its figures out of the same spans. */
void brg_round_measure(const brg_round_mark *mark, const brg_span *spans, size_t count,
                       brg_figures *figures);

/* Adds a round; the oldest kept one gives way. */
void brg_history_add(brg_history *history, const brg_figures *figures);

/* The median of each figure; all are unknown before the first round. */
brg_figures brg_history_median(const brg_history *history);

/* Figures of which none is known. */
brg_figures brg_figures_unknown(void);

#endif
