/* Tracks. See tracks.h. */
#include "timeline/tracks.h"

#include <stdlib.h>
#include <string.h>

#include "app.h"

/* ---- what is kept ---------------------------------------------------------------------------- */

void brg_tracks_clear(brg_tracks *tracks) {
    for (int i = 0; i < tracks->count; i++)
        free(tracks->rows[i].entries);
    memset(tracks, 0, sizeof *tracks);
}

static int order_of(int32_t device, brg_lane lane) {
    return (device + 1) * BRG_LANE_COUNT + (int)lane;
}

/* The track of a device and lane, made in its place if it is new; NULL if there are too many. */
static brg_track *track_of(brg_tracks *tracks, int32_t device, brg_lane lane) {
    int i = 0, order = order_of(device, lane);
    while (i < tracks->count && order_of(tracks->rows[i].device, tracks->rows[i].lane) < order)
        i++;
    brg_track *track = &tracks->rows[i];
    if (i < tracks->count && track->device == device && track->lane == lane)
        return track;
    if (tracks->count == BRG_MAX_TRACKS)
        return NULL;
    memmove(track + 1, track, (size_t)(tracks->count - i) * sizeof *track);
    memset(track, 0, sizeof *track);
    track->device = device;
    track->lane = lane;
    tracks->count++;
    return track;
}

/* Makes room behind the last entry: by moving all to the front, by growing, or by dropping the
 * oldest. The array is twice as long as what it may hold, so that moves are rare. */
static bool make_room(brg_track *t) {
    if (t->count == BRG_TRACK_SPANS) {
        t->first++;
        t->count--;
        t->forgot = true;
    }
    if (t->first + t->count < t->room)
        return true;
    if (t->room == 2 * BRG_TRACK_SPANS) {
        memmove(t->entries, t->entries + t->first, t->count * sizeof t->entries[0]);
        t->first = 0;
        return true;
    }
    size_t room = t->room ? 2 * t->room : 256;
    brg_track_entry *larger = realloc(t->entries, room * sizeof larger[0]);
    if (!larger)
        return false;
    t->entries = larger;
    t->room = room;
    return true;
}

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static uint64_t earlier(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* Spans come about when they end, so that a new one belongs at the end or a few places before it. */
static void insert(brg_track *t, const brg_span *span) {
    brg_track_entry *begin = t->entries + t->first, *at = begin + t->count;
    for (; at > begin && at[-1].span.start_ns > span->start_ns; at--)
        *at = at[-1];
    at->span = *span;
    t->count++;
    for (; at < begin + t->count; at++)
        at->reach_ns = later(at->span.end_ns, at > begin ? at[-1].reach_ns : 0);
}

void brg_tracks_add(brg_tracks *tracks, const brg_span *span) {
    bool makes_sense = (unsigned)span->lane < BRG_LANE_COUNT && span->device >= -1 &&
                       span->device < BRG_MAX_DEVICES && span->end_ns >= span->start_ns;
    brg_track *track = makes_sense ? track_of(tracks, span->device, span->lane) : NULL;
    if (!track || !make_room(track))
        return;
    insert(track, span);
    tracks->serial++;
    tracks->first_ns =
        tracks->first_ns ? earlier(tracks->first_ns, span->start_ns) : span->start_ns;
    tracks->last_ns = later(tracks->last_ns, span->end_ns);
}

void brg_tracks_update(brg_tracks *tracks, const brg_trace *trace) {
    enum { AT_ONCE = 256 };
    brg_span spans[AT_ONCE];
    size_t count;
    do {
        count = brg_trace_follow(trace, &tracks->next, spans, AT_ONCE);
        for (size_t i = 0; i < count; i++)
            brg_tracks_add(tracks, &spans[i]);
    } while (count == AT_ONCE);
}

/* ---- looking --------------------------------------------------------------------------------- */

const brg_span *brg_track_at(const brg_track *track, size_t i) {
    return &track->entries[track->first + i].span;
}

size_t brg_track_since(const brg_track *track, uint64_t ns) {
    size_t lo = 0, hi = track->count;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (track->entries[track->first + middle].reach_ns > ns)
            hi = middle;
        else
            lo = middle + 1;
    }
    return lo;
}

const brg_track *brg_tracks_find(const brg_tracks *tracks, int32_t device, brg_lane lane) {
    for (int i = 0; i < tracks->count; i++)
        if (tracks->rows[i].device == device && tracks->rows[i].lane == lane)
            return &tracks->rows[i];
    return NULL;
}

/* ---- sums ------------------------------------------------------------------------------------ */

brg_track_sum brg_track_sum_up(const brg_track *track, uint64_t from_ns, uint64_t to_ns) {
    brg_track_sum sum = {0};
    uint64_t counted = from_ns; /* busy time before this is counted */
    for (size_t i = brg_track_since(track, from_ns); i < track->count; i++) {
        const brg_span *span = brg_track_at(track, i);
        if (span->start_ns >= to_ns)
            break;
        if (span->end_ns < from_ns)
            continue;
        uint64_t start = later(span->start_ns, counted), end = earlier(span->end_ns, to_ns);
        sum.count++;
        sum.busy_ns += end > start ? end - start : 0;
        counted = later(counted, end);
    }
    return sum;
}

static bool is_called(const brg_span *span, const char *name) {
    return strcmp(span->name, name) == 0;
}

bool brg_frames_next(const brg_track *ui, size_t *i, brg_interval *interval) {
    bool begun = false;
    *interval = (brg_interval){0, 0};
    for (; *i < ui->count; ++*i) {
        const brg_span *span = brg_track_at(ui, *i);
        if (is_called(span, BRG_FROZEN))
            continue;
        bool asleep = is_called(span, BRG_ASLEEP);
        if (begun && !asleep) {
            interval->end_ns = span->start_ns;
            return true; /* *i stays: this frame begins the next interval */
        }
        begun = !asleep;
        interval->start_ns = span->start_ns;
    }
    return false;
}

size_t brg_interval_dropped(const brg_interval *interval, uint64_t period_ns) {
    uint64_t length = interval->end_ns - interval->start_ns;
    if (period_ns == 0 || 2 * length <= 3 * period_ns)
        return 0;
    return (size_t)((length + period_ns / 2) / period_ns - 1);
}

brg_frame_sum brg_frames_sum_up(const brg_track *ui, uint64_t from_ns, uint64_t to_ns,
                                uint64_t period_ns) {
    brg_frame_sum sum = {0};
    brg_interval interval;
    size_t i = brg_track_since(ui, from_ns);
    while (brg_frames_next(ui, &i, &interval) && interval.start_ns < to_ns) {
        size_t dropped = brg_interval_dropped(&interval, period_ns);
        sum.count++;
        sum.late += dropped > 0;
        sum.dropped += dropped;
        sum.longest_ns = later(sum.longest_ns, interval.end_ns - interval.start_ns);
    }
    return sum;
}
