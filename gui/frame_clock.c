/* The frame clock: pacing and its statistics. See frame_clock.h. */
#include "frame_clock.h"

#include <stdlib.h>
#include <string.h>

void brg_frame_clock_init(brg_frame_clock *clock, double hz) {
    memset(clock, 0, sizeof *clock);
    clock->period_ns = (uint64_t)(1e9 / hz);
}

void brg_frame_clock_release(brg_frame_clock *clock) {
    free(clock->run);
    clock->run = NULL;
    clock->run_count = clock->run_room = 0;
}

void brg_frame_clock_set_rate(brg_frame_clock *clock, double hz) {
    clock->period_ns = (uint64_t)(1e9 / hz);
}

double brg_frame_clock_remaining(const brg_frame_clock *clock, uint64_t now_ns) {
    return now_ns >= clock->due_ns ? 0.0 : (double)(clock->due_ns - now_ns) / 1e9;
}

/* When memory is short the run's statistics end early; the window goes on. */
static void keep_for_run(brg_frame_clock *clock, float ms) {
    if (clock->run_count == clock->run_room) {
        size_t room = clock->run_room ? 2 * clock->run_room : 4096;
        float *run = realloc(clock->run, room * sizeof *run);
        if (!run)
            return;
        clock->run = run;
        clock->run_room = room;
    }
    clock->run[clock->run_count++] = ms;
}

static void record(brg_frame_clock *clock, float ms) {
    clock->recent[clock->recent_at] = ms;
    clock->recent_at = (clock->recent_at + 1) % BRG_FRAME_RECENT;
    if (clock->recent_count < BRG_FRAME_RECENT)
        clock->recent_count++;
    keep_for_run(clock, ms);
}

void brg_frame_clock_start(brg_frame_clock *clock, uint64_t now_ns) {
    if (clock->start_ns)
        record(clock, (float)(now_ns - clock->start_ns) / 1e6f);
    uint64_t next = clock->due_ns + clock->period_ns;
    clock->due_ns = next > now_ns ? next : now_ns + clock->period_ns;
    clock->start_ns = now_ns;
    clock->frames++;
}

void brg_frame_clock_rest(brg_frame_clock *clock) {
    clock->start_ns = 0;
    clock->due_ns = 0;
}

void brg_frame_clock_mark(brg_frame_clock *clock) {
    clock->run_count = 0;
    clock->recent_count = 0;
}

bool brg_frame_clock_recent(const brg_frame_clock *clock, size_t i, float *ms) {
    if (i >= clock->recent_count)
        return false;
    *ms = clock->recent[(clock->recent_at + BRG_FRAME_RECENT - 1 - i) % BRG_FRAME_RECENT];
    return true;
}

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Sorts `ms` and reads the statistics off: a percentile is the smallest value that so many per cent
 * of the intervals do not exceed (nearest rank). */
static brg_frame_stats stats_of(float *ms, size_t count) {
    brg_frame_stats stats = {.count = count};
    if (count == 0)
        return stats;
    qsort(ms, count, sizeof *ms, by_size);
    stats.p50 = ms[(count + 1) / 2 - 1];
    stats.p99 = ms[(99 * count + 99) / 100 - 1];
    stats.max = ms[count - 1];
    return stats;
}

brg_frame_stats brg_frame_clock_recent_stats(const brg_frame_clock *clock, double seconds) {
    float ms[BRG_FRAME_RECENT];
    size_t count = 0;
    double filled = 0;
    while (filled < 1e3 * seconds && brg_frame_clock_recent(clock, count, &ms[count]))
        filled += ms[count++];
    return stats_of(ms, count);
}

brg_frame_stats brg_frame_clock_run_stats(const brg_frame_clock *clock) {
    brg_frame_stats none = {0};
    float *copy = clock->run_count ? malloc(clock->run_count * sizeof *copy) : NULL;
    if (!copy)
        return none;
    memcpy(copy, clock->run, clock->run_count * sizeof *copy);
    brg_frame_stats stats = stats_of(copy, clock->run_count);
    free(copy);
    return stats;
}
