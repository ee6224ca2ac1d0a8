/* A window's loop without the window. See frames.h. */
#include "lab/frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 4096 };

typedef struct record {
    double apart[MOST]; /* s */
    int32_t count;
} record;

static void sleep_until(double when) {
    struct timespec at;
    double left = when - brg_lab_now_s();
    if (left <= 0)
        return;
    at.tv_sec = (time_t)left;
    at.tv_nsec = (long)((left - (double)at.tv_sec) * 1e9);
    while (nanosleep(&at, &at) != 0 && errno == EINTR)
        ;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The smallest value that at least `part` of them do not exceed, in milliseconds. */
static double quantile(const record *r, double part) {
    int32_t rank = (int32_t)(part * r->count + 0.999999);
    return r->count ? r->apart[rank > 0 ? rank - 1 : 0] * 1e3 : (double)NAN;
}

static brg_lab_pace pace_of(record *r, double seconds) {
    qsort(r->apart, (size_t)r->count, sizeof *r->apart, by_size);
    return (brg_lab_pace){.p50 = quantile(r, 0.5),
                          .p99 = quantile(r, 0.99),
                          .max = quantile(r, 1),
                          .frames = r->count,
                          .seconds = seconds};
}

/* As with a display that refreshes at a fixed rate: a frame that is late waits for the next beat. */
static double next_beat(double began, double period) {
    return began + period * floor((brg_lab_now_s() - began) / period + 1);
}

brg_lab_pace brg_lab_frames_run(brg_lab *lab, const brg_lab_frames *frames) {
    static const brg_lab_pace unknown = {(double)NAN, (double)NAN, (double)NAN, 0, (double)NAN};
    record *r = calloc(1, sizeof *r);
    if (!r) {
        brg_lab_fail(lab, BRG_E_MEMORY, "There is no memory for the times of frames.");
        return unknown;
    }
    double period = 1 / (frames->rate > 0 ? frames->rate : 60), began = brg_lab_now_s();
    uint64_t drawing = frames->draw_s > 0 ? brg_lab_spin_steps(lab, frames->draw_s) : 0;
    double last = began;
    for (bool more = true; more && !brg_lab_cancelled(lab);) {
        sleep_until(next_beat(began, period));
        double now = brg_lab_now_s();
        if (r->count < MOST)
            r->apart[r->count++] = now - last;
        last = now;
        more = frames->tick(lab, frames->argument);
        brg_lab_spin(drawing);
        if (frames->picture)
            brg_lab_span_add(lab, frames->picture, "window", "frame", now - began,
                             brg_lab_now_s() - began, false);
    }
    brg_lab_pace pace = pace_of(r, brg_lab_now_s() - began);
    free(r);
    return pace;
}
