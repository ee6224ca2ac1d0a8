/* Tracks and lanes without a window: the widget library's place is taken by counters. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "app.h"
#include "timeline/lanes.h"
#include "timeline/tracks.h"

static const uint64_t ms = 1000000;
static const brg_job nobody = {0, 0};

/* ---- in place of the widget library ---------------------------------------------------------- */

static struct {
    int shapes, red;
    float left, right; /* of all shapes */
    float ink;         /* width times opacity */
} drawn;

static void note(brg_rect r, brg_colour colour, float opacity) {
    drawn.shapes++;
    drawn.red += colour == BRG_RED;
    drawn.left = fminf(drawn.left, r.x);
    drawn.right = fmaxf(drawn.right, r.x + r.w);
    drawn.ink += r.w * opacity;
}

void brg_ui_fill(brg_ui *ui, brg_rect r, float rounding, brg_colour colour) {
    (void)ui;
    (void)rounding;
    note(r, colour, 1);
}

void brg_ui_blend(brg_ui *ui, brg_rect r, brg_colour colour, float opacity) {
    (void)ui;
    note(r, colour, opacity);
}

void brg_ui_text(brg_ui *ui, brg_rect r, brg_font font, brg_align align, brg_colour colour,
                 const char *text) {
    (void)ui;
    (void)r;
    (void)font;
    (void)align;
    (void)colour;
    (void)text;
}

void brg_ui_card(brg_ui *ui, brg_rect r, float rounding, brg_colour colour) {
    brg_ui_fill(ui, r, rounding, colour);
}

void brg_ui_outline(brg_ui *ui, brg_rect r, float rounding, brg_colour colour) {
    brg_ui_fill(ui, r, rounding, colour);
}

/* ---- helpers --------------------------------------------------------------------------------- */

static brg_tracks tracks;

TestSuite(tracks);

static void add(brg_lane lane, uint64_t start, uint64_t end, const char *name) {
    brg_span span = {.start_ns = start, .end_ns = end, .device = -1, .lane = lane};
    snprintf(span.name, sizeof span.name, "%s", name);
    brg_tracks_add(&tracks, &span);
}

static const brg_track *ui_track(void) {
    return brg_tracks_find(&tracks, -1, BRG_LANE_UI);
}

static void draw(const brg_track *track, uint64_t end, double seconds, uint64_t period) {
    brg_stretch stretch = {end, seconds};
    memset(&drawn, 0, sizeof drawn);
    drawn.left = 1e9f;
    brg_lane_draw(NULL, track, (brg_rect){100, 0, 1000, 30}, &stretch, nobody, period);
}

/* ---- tracks ---------------------------------------------------------------------------------- */

Test(tracks, are_by_device_and_lane_and_in_order) {
    brg_span span = {.start_ns = 5, .end_ns = 6, .device = 1, .lane = BRG_LANE_KERNEL};
    brg_tracks_add(&tracks, &span);
    add(BRG_LANE_ENGINE, 30, 40, "c");
    add(BRG_LANE_ENGINE, 10, 60, "a"); /* came late, began early */
    add(BRG_LANE_ENGINE, 20, 25, "b");
    add(BRG_LANE_UI, 1, 2, "frame");
    cr_assert_eq(tracks.count, 3);
    cr_assert_eq(tracks.rows[0].lane, BRG_LANE_UI);
    cr_assert_eq(tracks.rows[2].device, 1);
    const brg_track *engine = brg_tracks_find(&tracks, -1, BRG_LANE_ENGINE);
    cr_assert_str_eq(brg_track_at(engine, 0)->name, "a");
    cr_assert_str_eq(brg_track_at(engine, 2)->name, "c");
    cr_assert_eq(brg_track_since(engine, 59), 0); /* the first is still going on */
    cr_assert_eq(brg_track_since(engine, 60), 3);
    cr_assert_eq(tracks.first_ns, 1);
    cr_assert_eq(tracks.last_ns, 60);
    brg_tracks_clear(&tracks);
}

Test(tracks, sum_up_what_overlaps_once) {
    add(BRG_LANE_KERNEL, 10, 30, "x");
    add(BRG_LANE_KERNEL, 20, 40, "x");
    add(BRG_LANE_KERNEL, 90, 200, "x");
    const brg_track *kernel = brg_tracks_find(&tracks, -1, BRG_LANE_KERNEL);
    brg_track_sum sum = brg_track_sum_up(kernel, 0, 100);
    cr_assert_eq(sum.count, 3);
    cr_assert_eq(sum.busy_ns, 40);
    sum = brg_track_sum_up(kernel, 15, 25);
    cr_assert_eq(sum.busy_ns, 10);
    brg_tracks_clear(&tracks);
}

Test(tracks, what_makes_no_sense_is_left_out) {
    add(BRG_LANE_UI, 20, 10, "backwards");
    add((brg_lane)99, 10, 20, "nowhere");
    brg_span span = {.start_ns = 5, .end_ns = 6, .device = 77};
    brg_tracks_add(&tracks, &span);
    cr_assert_eq(tracks.count, 0);
}

Test(tracks, keep_the_latest_and_say_that_they_forgot) {
    for (uint64_t i = 1; i <= 3 * BRG_TRACK_SPANS; i++)
        add(BRG_LANE_KERNEL, i * 10, i * 10 + 5, "x");
    const brg_track *kernel = brg_tracks_find(&tracks, -1, BRG_LANE_KERNEL);
    cr_assert_eq(kernel->count, BRG_TRACK_SPANS);
    cr_assert(kernel->forgot);
    cr_assert_eq(brg_track_at(kernel, 0)->start_ns, (2 * BRG_TRACK_SPANS + 1) * 10);
    cr_assert_leq(kernel->room, 2 * BRG_TRACK_SPANS);
    brg_tracks_clear(&tracks);
}

Test(tracks, follow_a_trace) {
    brg_trace *trace;
    brg_span span = {.start_ns = 1, .end_ns = 2, .device = -1, .lane = BRG_LANE_ENGINE};
    cr_assert_eq(brg_trace_create(2000, &trace, NULL), BRG_OK);
    for (int i = 0; i < 1000; i++)
        brg_trace_add(trace, &span);
    brg_tracks_update(&tracks, trace);
    brg_tracks_update(&tracks, trace);
    cr_assert_eq(brg_tracks_find(&tracks, -1, BRG_LANE_ENGINE)->count, 1000);
    brg_tracks_clear(&tracks);
    brg_trace_destroy(trace);
}

/* ---- frames ---------------------------------------------------------------------------------- */

Test(tracks, dropped_frames_are_counted_but_sleep_is_not) {
    const uint64_t period = 16 * ms;
    uint64_t at = 1000 * ms;
    for (int i = 0; i < 10; i++, at += period)
        add(BRG_LANE_UI, at, at + 5 * ms, "frame");
    at += 2 * period; /* two are missing */
    add(BRG_LANE_UI, at - 40 * ms, at - 1 * ms, BRG_FROZEN);
    add(BRG_LANE_UI, at, at + 5 * ms, "frame");
    add(BRG_LANE_UI, at + 5 * ms, at + 900 * ms, BRG_ASLEEP);
    add(BRG_LANE_UI, at + 900 * ms, at + 905 * ms, "frame");
    add(BRG_LANE_UI, at + 900 * ms + period, at + 920 * ms, "frame");
    brg_frame_sum sum = brg_frames_sum_up(ui_track(), 0, UINT64_MAX, period);
    cr_assert_eq(sum.count, 11);
    cr_assert_eq(sum.late, 1);
    cr_assert_eq(sum.dropped, 2);
    cr_assert_eq(sum.longest_ns, 3 * period);
    draw(ui_track(), at + 1000 * ms, 2, period);
    cr_assert_eq(drawn.red, 1);
    brg_tracks_clear(&tracks);
}

Test(tracks, one_and_a_half_periods_is_the_limit) {
    cr_assert_eq(brg_interval_dropped(&(brg_interval){0, 15}, 10), 0);
    cr_assert_eq(brg_interval_dropped(&(brg_interval){0, 16}, 10), 1);
    cr_assert_eq(brg_interval_dropped(&(brg_interval){0, 31}, 10), 2);
    cr_assert_eq(brg_interval_dropped(&(brg_interval){0, 1000}, 0), 0);
}

/* ---- lanes ----------------------------------------------------------------------------------- */

Test(tracks, a_lane_stays_within_its_place) {
    add(BRG_LANE_KERNEL, 1, 5000 * ms, "long");
    add(BRG_LANE_KERNEL, 1999 * ms, 2001 * ms, "at the edge");
    add(BRG_LANE_KERNEL, 2999 * ms, 3001 * ms, "at the other");
    draw(brg_tracks_find(&tracks, -1, BRG_LANE_KERNEL), 3000 * ms, 1, 0);
    cr_assert_geq(drawn.left, 100);
    cr_assert_leq(drawn.right, 1100.01f);
    cr_assert_gt(drawn.shapes, 0);
    brg_tracks_clear(&tracks);
}

/* Half of the time busy is half of the ink, however fine the grain. */
Test(tracks, a_lane_looks_as_busy_as_it_was) {
    for (uint64_t i = 0; i < 20000; i++)
        add(BRG_LANE_KERNEL, 1 + i * 100000, 1 + i * 100000 + 50000, "x");
    draw(brg_tracks_find(&tracks, -1, BRG_LANE_KERNEL), 2000 * ms, 2, 0);
    cr_assert_gt(drawn.ink, 400);
    cr_assert_lt(drawn.ink, 750);
    cr_assert_lt(drawn.shapes, 1000); /* neighbours share */
    brg_tracks_clear(&tracks);
}

Test(tracks, full_tracks_are_drawn_in_a_part_of_a_frame) {
    for (uint64_t i = 0; i < 2 * BRG_TRACK_SPANS; i++)
        add(i % 2 ? BRG_LANE_KERNEL : BRG_LANE_ENGINE, 1 + i * 30000, i * 30000 + 15000 + i % 7919,
            "slice");
    double best = 1e9;
    for (int i = 0; i < 20; i++) {
        uint64_t start = brg_now_ns();
        draw(&tracks.rows[0], tracks.last_ns, 2.1, 0);
        draw(&tracks.rows[1], tracks.last_ns, 2.1, 0);
        cr_assert_leq(drawn.shapes, 2100);
        best = fmin(best, (double)(brg_now_ns() - start) / 1e6);
    }
    fprintf(stderr, "65536 spans: %.2f ms a frame without the drawing itself\n", best);
    cr_assert_lt(best, 8);
    brg_tracks_clear(&tracks);
}

Test(tracks, a_span_is_found_under_the_pointer) {
    brg_stretch stretch = {1000 * ms, 1};
    brg_rect place = {100, 0, 1000, 30};
    add(BRG_LANE_KERNEL, 500 * ms, 510 * ms, "a");
    add(BRG_LANE_KERNEL, 700 * ms, 700 * ms + 10, "thin");
    const brg_track *track = brg_tracks_find(&tracks, -1, BRG_LANE_KERNEL);
    cr_assert_str_eq(brg_lane_span_at(track, place, &stretch, 605)->name, "a");
    cr_assert_str_eq(brg_lane_span_at(track, place, &stretch, 801)->name, "thin");
    cr_assert_null(brg_lane_span_at(track, place, &stretch, 700));
    brg_tracks_clear(&tracks);
}

Test(tracks, zoom_keeps_what_is_under_the_pointer) {
    brg_stretch stretch = {9000000000000123456u, 2};
    uint64_t before = brg_stretch_ns(&stretch, 1000, 300);
    for (int i = 0; i < 40; i++)
        brg_stretch_zoom(&stretch, 0.8, 0.3, 2e-6, 100);
    uint64_t after = brg_stretch_ns(&stretch, 1000, 300);
    cr_assert_lt(stretch.seconds, 1e-3);
    cr_assert_leq(after > before ? after - before : before - after, 400); /* ns, of 40 roundings */
    for (int i = 0; i < 100; i++)
        brg_stretch_zoom(&stretch, 0.8, 0.3, 2e-6, 100);
    cr_assert_eq(stretch.seconds, 2e-6);
}
