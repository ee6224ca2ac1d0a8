/* A window's loop without the window. See frames.h. */
#include "lab/frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
static double quantile(const brg_lab_frame_log *log, double part) {
    int32_t rank = (int32_t)(part * log->count + 0.999999);
    return log->count ? log->apart[rank > 0 ? rank - 1 : 0] * 1e3 : (double)NAN;
}

brg_lab_frame_pace brg_lab_frame_log_pace(brg_lab_frame_log *log) {
    double sum = 0;
    for (int32_t i = 0; i < log->count; i++)
        sum += log->apart[i];
    qsort(log->apart, (size_t)log->count, sizeof *log->apart, by_size);
    return (brg_lab_frame_pace){.p50 = quantile(log, 0.5),
                                .p99 = quantile(log, 0.99),
                                .max = quantile(log, 1),
                                .frames = log->count,
                                .seconds = log->count ? sum : (double)NAN};
}

static void note(brg_lab_frame_log *log, double apart) {
    if (log && log->count < BRG_LAB_FRAMES)
        log->apart[log->count++] = apart;
}

/* As with a display that refreshes at a fixed rate: a frame that is late waits for the next beat. */
static double next_beat(double began, double period) {
    return began + period * floor((brg_lab_now_s() - began) / period + 1);
}

brg_lab_frame_pace brg_lab_frames_run(brg_lab *lab, const brg_lab_frames *frames) {
    static const brg_lab_frame_pace unknown = {(double)NAN, (double)NAN, (double)NAN, 0,
                                               (double)NAN};
    brg_lab_frame_log *own = calloc(1, sizeof *own);
    if (!own) {
        brg_lab_fail(lab, BRG_E_MEMORY, "There is no memory for the times of frames.");
        return unknown;
    }
    double period = 1 / (frames->rate > 0 ? frames->rate : 60), began = brg_lab_now_s();
    uint64_t drawing = frames->draw_s > 0 ? brg_lab_spin_steps(lab, frames->draw_s) : 0;
    double last = began;
    for (bool more = true; more && !brg_lab_cancelled(lab);) {
        sleep_until(next_beat(began, period));
        double now = brg_lab_now_s();
        note(own, now - last);
        note(frames->log, now - last);
        last = now;
        more = frames->tick(lab, frames->argument);
        brg_lab_spin(drawing);
        if (frames->picture)
            brg_lab_span_add(lab, frames->picture, "window", "frame", now - began,
                             brg_lab_now_s() - began, false);
    }
    brg_lab_frame_pace pace = brg_lab_frame_log_pace(own);
    pace.seconds = brg_lab_now_s() - began;
    free(own);
    return pace;
}
