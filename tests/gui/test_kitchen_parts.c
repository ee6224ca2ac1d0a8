/* What the kitchen makes of a trace: figures, medians, and the sentence. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "app.h"
#include "kitchen/findings.h"
#include "kitchen/round.h"

enum { START = 1000 }; /* milliseconds, of the rounds below */

static const uint64_t ms = 1000000;

static brg_span spans[64];
static size_t span_count;
static brg_round_mark mark = {START * ms, (START + 100) * ms, {{0, 1}, {1, 1}, {2, 7}}};

static void span(brg_lane lane, const char *name, int dish, double from, double to) {
    brg_span *s = &spans[span_count++];
    s->start_ns = (uint64_t)((START + from) * (double)ms);
    s->end_ns = (uint64_t)((START + to) * (double)ms);
    s->lane = lane;
    if (dish >= 0)
        s->job = mark.jobs[dish];
    snprintf(s->name, sizeof s->name, "%s", name);
}

static void frames(double from, double to, double step) {
    for (double at = from; at < to; at += step)
        span(BRG_LANE_UI, "frame", -1, at, at + 2);
}

/* One after the other, and the window stands still meanwhile. */
static brg_figures cook_in_a_row(void) {
    brg_figures f;
    frames(-40, 0, 16);
    span(BRG_LANE_KERNEL, "gemm", 0, 1, 40);
    span(BRG_LANE_KERNEL, "conv2d", 1, 41, 70);
    span(BRG_LANE_KERNEL, "mandelbrot", 2, 71, 90);
    span(BRG_LANE_READBACK, "read", 2, 90, 92);
    span(BRG_LANE_REFERENCE, "verify", 2, 92, 500);
    span(BRG_LANE_UI, BRG_FROZEN, 2, 0, 100);
    frames(101, 140, 16);
    brg_round_measure(&mark, spans, span_count, &f);
    return f;
}

Test(round, a_blocked_round_is_measured) {
    brg_figures f = cook_in_a_row();
    cr_assert_float_eq(f.makespan, 92, 1e-6); /* the check does not count, the read-back does */
    cr_assert_float_eq(f.first[0], 40, 1e-6);
    cr_assert_float_eq(f.first[2], 90, 1e-6);
    cr_assert_float_eq(f.done[1], 70, 1e-6);
    cr_assert_float_eq(f.frozen, 100, 1e-6);
    cr_assert_eq(f.in_flight, 1);
    cr_assert_float_eq(f.frame_max, 109, 1e-3); /* from -8 to 101 */
    cr_assert_float_eq(f.frame_p50, 109, 1e-3);
}

Test(round, a_sliced_round_is_measured) {
    brg_figures f;
    frames(-40, 140, 16);
    for (int i = 0; i < 9; i++)
        span(BRG_LANE_KERNEL, "slice", i % 3, 10 * i, 10 * i + 9);
    brg_round_measure(&mark, spans, span_count, &f);
    cr_assert_float_eq(f.makespan, 89, 1e-6);
    cr_assert_float_eq(f.first[2], 29, 1e-6);
    cr_assert_eq(f.in_flight, 3);
    cr_assert_eq(f.frozen, 0);
    cr_assert_float_eq(f.frame_max, 16, 1e-3);
}

Test(round, what_never_ran_is_not_known) {
    brg_figures f;
    span(BRG_LANE_KERNEL, "gemm", 0, 1, 40);
    brg_round_measure(&mark, spans, span_count, &f);
    cr_assert_lt(f.first[1], 0);
    cr_assert_lt(f.frame_p99, 0);
    brg_round_measure(&mark, spans, 0, &f);
    cr_assert_lt(f.makespan, 0);
    cr_assert_eq(f.in_flight, 0);
}

Test(round, bars_are_those_of_its_own_jobs) {
    static brg_bars bars;
    cook_in_a_row();
    span(BRG_LANE_KERNEL, "other", -1, 5, 6);
    spans[span_count - 1].job = (brg_job){2, 8}; /* the slot was used again */
    brg_round_read(&mark, spans, span_count, 30, &bars);
    int kernels = 0, before = 0, frozen = 0;
    for (int i = 0; i < bars.count; i++) {
        kernels += bars.bars[i].what >= 0;
        frozen += bars.bars[i].what == BRG_BAR_FROZEN;
        before += bars.bars[i].what == BRG_BAR_FRAME && bars.bars[i].start < 0;
    }
    cr_assert_eq(kernels, 3);
    cr_assert_eq(frozen, 1);
    cr_assert_eq(before, 2); /* at -24 and -8, not at -40 */
}

Test(round, more_bars_than_fit_are_left_out) {
    static brg_bars bars;
    static brg_span many[BRG_ROUND_BARS + 10];
    for (size_t i = 0; i < BRG_ROUND_BARS + 10; i++)
        many[i] = (brg_span){.start_ns = mark.start_ns + i,
                             .end_ns = mark.start_ns + i + 1,
                             .lane = BRG_LANE_KERNEL,
                             .job = mark.jobs[0]};
    brg_round_read(&mark, many, BRG_ROUND_BARS + 10, 30, &bars);
    cr_assert_eq(bars.count, BRG_ROUND_BARS);
}

/* ---- histories and findings ------------------------------------------------------------------ */

static brg_history ways[BRG_WAYS];

static void cook(brg_way way, double makespan, double frame) {
    brg_figures f = brg_figures_unknown();
    f.makespan = makespan;
    f.frame_p99 = frame;
    brg_history_add(&ways[way], &f);
}

static const char *findings(void) {
    static char text[512];
    const brg_history *all[BRG_WAYS] = {&ways[0], &ways[1], &ways[2], &ways[3]};
    return brg_findings(all, text, sizeof text);
}

static bool says(const char *words) {
    return strstr(findings(), words) != NULL;
}

Test(history, keeps_medians_of_the_latest) {
    for (int i = 0; i < 100; i++)
        cook(BRG_WAY_BOTH, i < 90 ? 1000 : 10 + i % 3, 17);
    cr_assert_eq(ways[BRG_WAY_BOTH].cooked, 100);
    cr_assert_eq(ways[BRG_WAY_BOTH].kept, BRG_ROUND_RUNS);
    cr_assert_float_eq(brg_history_median(&ways[BRG_WAY_BOTH]).makespan, 12, 1e-9);
    cr_assert_lt(brg_history_median(&ways[BRG_WAY_NEITHER]).makespan, 0);
}

/* One round in five on a machine that was busy: the others still tell. */
Test(findings, an_outlier_drowns_nothing) {
    for (int i = 0; i < 5; i++) {
        cook(BRG_WAY_NEITHER, 490 + i, 509);
        cook(BRG_WAY_BOTH, i == 2 ? 520 : 290 + i, 17);
    }
    cr_assert(says("as fast as Neither"), "%s", findings());
    cr_assert(says("Medians of 5 rounds, the middle half of them within 1 %"), "%s", findings());
}

Test(findings, nothing_and_one_way_compare_nothing) {
    cr_assert(says("Nothing was cooked yet"));
    cook(BRG_WAY_PARALLEL, 300, 320);
    cr_assert(says("One way was tried"));
}

Test(findings, speed_and_response_are_told) {
    cook(BRG_WAY_NEITHER, 612, 612);
    cook(BRG_WAY_BOTH, 334, 16.9);
    cr_assert(says("Both is 1.83\xc3\x97 as fast as Neither"), "%s", findings());
    cr_assert(says("the window 36\xc3\x97 as responsive"), "%s", findings());
    cr_assert(says("One round each"), "%s", findings());
    cook(BRG_WAY_PARALLEL, 279, 320);
    cr_assert(says("cost 20 % against Parallel"), "%s", findings());
}

Test(findings, a_difference_within_the_noise_is_none) {
    for (int i = 0; i < 3; i++) {
        cook(BRG_WAY_NEITHER, 600 + 100 * i, 650);
        cook(BRG_WAY_CONCURRENT, 650 + 10 * i, 17);
    }
    cr_assert(says("Concurrent took about as long as Neither"), "%s", findings());
    cr_assert(says("Medians of 3 rounds, which lie up to 29 % apart"), "%s", findings());
}

Test(findings, what_is_slower_is_called_so) {
    cook(BRG_WAY_NEITHER, 500, 17);
    cook(BRG_WAY_BOTH, 1000, 34);
    cr_assert(says("Both takes 2.00\xc3\x97 as long as Neither"), "%s", findings());
    cr_assert(says("as unresponsive"), "%s", findings());
}

Test(findings, fit_a_small_room) {
    char text[20];
    const brg_history *all[BRG_WAYS] = {&ways[0], &ways[1], &ways[2], &ways[3]};
    memset(text, 'x', sizeof text);
    brg_findings(all, text, sizeof text);
    cr_assert_not_null(memchr(text, '\0', sizeof text));
}
