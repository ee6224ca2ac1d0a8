/* Rounds. See round.h. */
#include "kitchen/round.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"

brg_figures brg_figures_unknown(void) {
    return (brg_figures){-1, {-1, -1, -1}, {-1, -1, -1}, -1, -1, -1, -1, -1};
}

/* ---- bars ------------------------------------------------------------------------------------ */

/* The dish that a span worked for, or -1. */
static int dish_of(const brg_round_mark *mark, const brg_span *span) {
    for (int d = 0; d < BRG_DISHES; d++)
        if (span->job.generation && span->job.slot == mark->jobs[d].slot &&
            span->job.generation == mark->jobs[d].generation)
            return d;
    return -1;
}

static bool is_frozen(const brg_span *span) {
    return span->lane == BRG_LANE_UI && strcmp(span->name, BRG_FROZEN) == 0;
}

static bool is_frame(const brg_span *span) {
    return span->lane == BRG_LANE_UI && strcmp(span->name, "frame") == 0;
}

/* Signed: a frame may begin before the round. */
static double since(const brg_round_mark *mark, uint64_t ns) {
    return ((double)ns - (double)mark->start_ns) / 1e6;
}

void brg_round_read(const brg_round_mark *mark, const brg_span *spans, size_t count, float lead,
                    brg_bars *bars) {
    bars->count = 0;
    for (size_t i = 0; i < count && bars->count < BRG_ROUND_BARS; i++) {
        const brg_span *span = &spans[i];
        brg_bar bar = {(float)since(mark, span->start_ns), (float)since(mark, span->end_ns),
                       dish_of(mark, span)};
        if (is_frame(span))
            bar.what = BRG_BAR_FRAME;
        else if (is_frozen(span))
            bar.what = BRG_BAR_FROZEN;
        else if (bar.what < 0 || span->lane != BRG_LANE_KERNEL)
            continue;
        if (bar.end > -lead)
            bars->bars[bars->count++] = bar;
    }
}

/* ---- figures --------------------------------------------------------------------------------- */

static bool is_cooking(const brg_span *span) {
    return span->lane == BRG_LANE_UPLOAD || span->lane == BRG_LANE_KERNEL ||
           span->lane == BRG_LANE_READBACK;
}

static double least_known(double a, double b) {
    return a < 0 ? b : fmin(a, b);
}

/* `begun` becomes when each dish's first kernel began. */
static void measure_dishes(const brg_round_mark *mark, const brg_span *spans, size_t count,
                           brg_figures *f, double begun[BRG_DISHES]) {
    for (size_t i = 0; i < count; i++) {
        int d = dish_of(mark, &spans[i]);
        if (d < 0 || !is_cooking(&spans[i]))
            continue;
        double start = since(mark, spans[i].start_ns), end = since(mark, spans[i].end_ns);
        f->makespan = fmax(f->makespan, end);
        f->done[d] = fmax(f->done[d], end);
        if (spans[i].lane == BRG_LANE_KERNEL) {
            f->first[d] = least_known(f->first[d], end);
            begun[d] = least_known(begun[d], start);
        }
    }
}

/* At the moment each dish begins: how many have begun and are not done. */
static double most_in_flight(const brg_figures *f, const double begun[BRG_DISHES]) {
    int most = 0;
    for (int a = 0; a < BRG_DISHES; a++) {
        int now = 0;
        for (int b = 0; b < BRG_DISHES; b++)
            now += begun[a] >= 0 && begun[b] >= 0 && begun[b] <= begun[a] && f->done[b] > begun[a];
        most = now > most ? now : most;
    }
    return most;
}

/* Intervals from frame to frame, of those that share some time with the round: what a hand on the
 * mouse felt of it. */
static void measure_frames(const brg_round_mark *mark, const brg_span *spans, size_t count,
                           brg_figures *f) {
    brg_frame_clock clock;
    brg_frame_clock_init(&clock, 60);
    uint64_t last = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_frame(&spans[i]))
            continue;
        uint64_t now = spans[i].start_ns;
        if (last && now > mark->start_ns && last < mark->end_ns) {
            brg_frame_clock_rest(&clock);
            brg_frame_clock_start(&clock, last);
            brg_frame_clock_start(&clock, now);
        }
        last = now;
    }
    brg_frame_stats stats = brg_frame_clock_run_stats(&clock);
    brg_frame_clock_release(&clock);
    if (stats.count == 0)
        return;
    f->frame_p50 = (double)stats.p50;
    f->frame_p99 = (double)stats.p99;
    f->frame_max = (double)stats.max;
}

static void measure_freezes(const brg_round_mark *mark, const brg_span *spans, size_t count,
                            brg_figures *f) {
    f->frozen = 0;
    for (size_t i = 0; i < count; i++)
        if (is_frozen(&spans[i]) && spans[i].end_ns > mark->start_ns &&
            spans[i].start_ns < mark->end_ns)
            f->frozen += (double)(spans[i].end_ns - spans[i].start_ns) / 1e6;
}

void brg_round_measure(const brg_round_mark *mark, const brg_span *spans, size_t count,
                       brg_figures *figures) {
    double begun[BRG_DISHES] = {-1, -1, -1};
    *figures = brg_figures_unknown();
    measure_dishes(mark, spans, count, figures, begun);
    measure_freezes(mark, spans, count, figures);
    measure_frames(mark, spans, count, figures);
    figures->in_flight = most_in_flight(figures, begun);
}

/* ---- histories ------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The figures are nothing but doubles: the i-th of each run. */
static double median_of(const brg_history *history, size_t i, double *spread) {
    double values[BRG_ROUND_RUNS];
    int n = history->kept;
    for (int r = 0; r < n; r++)
        values[r] = ((const double *)&history->runs[r])[i];
    qsort(values, (size_t)n, sizeof *values, by_size);
    double median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    *spread = median > 0 ? (values[n - 1 - n / 4] - values[n / 4]) / median : 0;
    return median;
}

void brg_history_add(brg_history *history, const brg_figures *figures) {
    history->runs[history->cooked % BRG_ROUND_RUNS] = *figures;
    history->cooked++;
    history->kept = history->cooked < BRG_ROUND_RUNS ? history->cooked : BRG_ROUND_RUNS;
    median_of(history, 0, &history->spread);
}

brg_figures brg_history_median(const brg_history *history) {
    brg_figures median = brg_figures_unknown();
    double spread;
    for (size_t i = 0; history->kept > 0 && i < sizeof median / sizeof(double); i++)
        ((double *)&median)[i] = median_of(history, i, &spread);
    return median;
}
