/* Tracks: the trace's spans sorted out, a track for each device and lane, oldest first.
 *
 * They follow the trace: an update takes only what was added since the one before, however long the
 * trace is. Each track keeps its latest spans, so that a busy one does not drive out the others. */
#ifndef BRIGADE_GUI_TIMELINE_TRACKS_H
#define BRIGADE_GUI_TIMELINE_TRACKS_H

#include <brigade/trace.h>
#include <stdbool.h>

enum { BRG_TRACK_SPANS = 32768, BRG_MAX_TRACKS = 64 };

typedef struct brg_track_entry {
    brg_span span;
    uint64_t reach_ns; /* the latest end of this span and all before it */
} brg_track_entry;

typedef struct brg_track {
    int32_t device; /* index into the list; -1: the host */
    brg_lane lane;
    brg_track_entry *entries; /* `first` and the count - 1 behind it, by start */
    size_t first, count, room;
    bool forgot; /* older spans were dropped */
} brg_track;

typedef struct brg_tracks {
    brg_track rows[BRG_MAX_TRACKS]; /* by device, then by lane */
    int count;
    uint64_t next;              /* of the trace's spans */
    uint64_t serial;            /* changes when a span comes */
    uint64_t first_ns, last_ns; /* the extent of all that came; 0: nothing did */
} brg_tracks;

void brg_tracks_clear(brg_tracks *tracks);

/* Takes what is new in a trace. What there is no memory for is left out. */
void brg_tracks_update(brg_tracks *tracks, const brg_trace *trace);

/* Adds one span. */
void brg_tracks_add(brg_tracks *tracks, const brg_span *span);

/* The i-th span of a track, 0 the oldest; i < count. */
const brg_span *brg_track_at(const brg_track *track, size_t i);

/* The first span that may end after a time: none before it does. `count` if there is none. */
size_t brg_track_since(const brg_track *track, uint64_t ns);

/* The track of a device and lane; NULL if there is none. */
const brg_track *brg_tracks_find(const brg_tracks *tracks, int32_t device, brg_lane lane);

/* ---- sums over a stretch of time ------------------------------------------------------------- */

typedef struct brg_track_sum {
    size_t count;     /* spans */
    uint64_t busy_ns; /* in which at least one of them lasted */
} brg_track_sum;
brg_track_sum brg_track_sum_up(const brg_track *track, uint64_t from_ns, uint64_t to_ns);

/* How long the window took from the start of one frame to that of the next, unless it slept. */
typedef struct brg_frame_sum {
    size_t count;   /* intervals */
    size_t late;    /* longer than 1.5 periods */
    size_t dropped; /* frames that there was time for in those */
    uint64_t longest_ns;
} brg_frame_sum;
brg_frame_sum brg_frames_sum_up(const brg_track *ui, uint64_t from_ns, uint64_t to_ns,
                                uint64_t period_ns);

/* Walks over the frames of the window's track. *i is where to begin; brg_track_since finds it. True
 * with the next interval between two frames that the window did not sleep in. */
typedef struct brg_interval {
    uint64_t start_ns, end_ns;
} brg_interval;
bool brg_frames_next(const brg_track *ui, size_t *i, brg_interval *interval);

/* Frames that an interval had time for beyond the one it ends with; 0 if it is no longer than 1.5
 * periods. */
size_t brg_interval_dropped(const brg_interval *interval, uint64_t period_ns);

#endif
