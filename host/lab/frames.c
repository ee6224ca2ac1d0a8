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

/* As with a display that refreshes at a fixed rate: a frame that is late waits for the next beat. */
static double next_beat(double began, double period) {
    return began + period * floor((brg_lab_now_s() - began) / period + 1);
}

brg_lab_frame_pace brg_lab_frames_run(brg_lab *lab, const brg_lab_frames *frames) {
    static const brg_lab_frame_pace unknown = {(double)NAN, (double)NAN, (double)NAN, 0,
                                               (double)NAN};
    brg_lab_tail *own = calloc(1, sizeof *own);
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
        brg_lab_tail_note(own, now - last);
        brg_lab_tail_note(frames->log, now - last);
        last = now;
        more = frames->tick(lab, frames->argument);
        brg_lab_spin(drawing);
        if (frames->picture)
            brg_lab_span_add(lab, frames->picture, "window", "frame", now - began,
                             brg_lab_now_s() - began, false);
    }
    brg_lab_frame_pace pace = {.p50 = 1e3 * brg_lab_tail_quantile(own, 0.5),
                               .p99 = 1e3 * brg_lab_tail_quantile(own, 0.99),
                               .max = 1e3 * brg_lab_tail_quantile(own, 1),
                               .frames = own->count,
                               .seconds = brg_lab_now_s() - began};
    free(own);
    return pace;
}
