/* The frame clock: when the next frame is due, and how regular the last ones were.
 *
 * A frame's interval is the time from its start to the start of the next. What a user feels is that
 * interval: a window that is busy elsewhere draws no slow frames, it draws none at all. Time spent
 * asleep on purpose, because nothing moved, is not part of any interval. */
#ifndef BRIGADE_GUI_FRAME_CLOCK_H
#define BRIGADE_GUI_FRAME_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BRG_FRAME_RECENT = 512 };

/* Milliseconds, over the intervals of a window of time or of a whole run. */
typedef struct brg_frame_stats {
    size_t count;
    float p50, p99, max;
} brg_frame_stats;

typedef struct brg_frame_clock {
    uint64_t period_ns;
    uint64_t due_ns;                /* when the next frame should start */
    uint64_t start_ns;              /* of the latest frame; 0: none, or the clock rested since */
    uint64_t frames;                /* started since the clock was made */
    float recent[BRG_FRAME_RECENT]; /* latest intervals in ms, a ring */
    size_t recent_at, recent_count;
    float *run; /* every interval since the last brg_frame_clock_mark, in ms */
    size_t run_count, run_room;
} brg_frame_clock;

/* A clock of `hz` frames a second. brg_frame_clock_release frees what it holds. */
void brg_frame_clock_init(brg_frame_clock *clock, double hz);
void brg_frame_clock_release(brg_frame_clock *clock);

/* Another rate, from the next frame on. */
void brg_frame_clock_set_rate(brg_frame_clock *clock, double hz);

/* Seconds until the next frame is due; 0 when it is. */
double brg_frame_clock_remaining(const brg_frame_clock *clock, uint64_t now_ns);

/* A frame starts now. The next is due a period after this one was, or a period from now when this
 * one is late: a missed frame is not caught up with. */
void brg_frame_clock_start(brg_frame_clock *clock, uint64_t now_ns);

/* The loop goes to sleep: the coming interval is no frame's. */
void brg_frame_clock_rest(brg_frame_clock *clock);

/* Forgets the intervals so far: the run that brg_frame_clock_run_stats is about starts here. */
void brg_frame_clock_mark(brg_frame_clock *clock);

/* The i-th latest interval in ms, 0 the newest; false when there are not as many. */
bool brg_frame_clock_recent(const brg_frame_clock *clock, size_t i, float *ms);

/* Over the latest intervals that fill `seconds`, and over the run. */
brg_frame_stats brg_frame_clock_recent_stats(const brg_frame_clock *clock, double seconds);
brg_frame_stats brg_frame_clock_run_stats(const brg_frame_clock *clock);

#endif
