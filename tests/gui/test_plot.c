/* Axes: room for what there is, ticks where people expect them, words that are short. */
#include <math.h>

#include <criterion/criterion.h>

#include "ui/axis.h"

static void words_are(const brg_axis *axis, int count, const char *const *expected) {
    char text[24];
    cr_assert_eq(axis->tick_count, count, "%d ticks, not %d", axis->tick_count, count);
    for (int i = 0; i < count; i++)
        cr_assert_str_eq(brg_axis_text(axis, axis->ticks[i], text, sizeof text), expected[i]);
}

Test(axis, even_ticks_are_round_and_hold_everything) {
    brg_axis axis = brg_axis_around(BRG_AXIS_EVEN, 0.03, 0.97, 6);
    words_are(&axis, 6, (const char *[]){"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
    axis = brg_axis_around(BRG_AXIS_EVEN, 0, 23000, 6);
    words_are(&axis, 6, (const char *[]){"0", "5000", "10 k", "15 k", "20 k", "25 k"});
    axis = brg_axis_around(BRG_AXIS_EVEN, -1.2, 1.1, 5);
    cr_assert_leq(axis.lo, -1.2);
    cr_assert_geq(axis.hi, 1.1);
}

Test(axis, of_factors_ticks_are_ones_twos_and_fives_or_powers) {
    brg_axis axis = brg_axis_around(BRG_AXIS_DECADES, 0.3, 3, 7);
    words_are(&axis, 5, (const char *[]){"0.2", "0.5", "1", "2", "5"});
    axis = brg_axis_around(BRG_AXIS_DECADES, 0.02, 40000, 7);
    words_are(&axis, 6, (const char *[]){"0.1", "1", "10", "100", "1000", "10 k"});
    axis = brg_axis_around(BRG_AXIS_OCTAVES, 0.3, 9, 8);
    words_are(&axis, 7, (const char *[]){"1/4", "1/2", "1", "2", "4", "8", "16"});
    axis = brg_axis_around(BRG_AXIS_OCTAVES, 4, 1 << 26, 8);
    cr_assert_leq(axis.tick_count, 8);
    char text[24];
    cr_assert_str_eq(brg_axis_text(&axis, 1 << 20, text, sizeof text), "1024 Ki");
}

Test(axis, places_go_from_0_to_1) {
    brg_axis axis = brg_axis_between(BRG_AXIS_DECADES, 1, 100, 7);
    cr_assert_float_eq(brg_axis_place(&axis, 10), 0.5, 1e-12);
    cr_assert(!isfinite(brg_axis_place(&axis, 0)));
    axis = brg_axis_between(BRG_AXIS_EVEN, -1, 3, 5);
    cr_assert_float_eq(brg_axis_place(&axis, 0), 0.25, 1e-12);
    cr_assert(!isfinite(brg_axis_place(&axis, NAN)));
}

Test(axis, a_value_is_what_has_that_place) {
    for (int kind = BRG_AXIS_EVEN; kind <= BRG_AXIS_OCTAVES; kind++) {
        brg_axis axis = brg_axis_between((brg_axis_kind)kind, 0.5, 64, 7);
        cr_assert_float_eq(brg_axis_value(&axis, 0), 0.5, 1e-12);
        cr_assert_float_eq(brg_axis_value(&axis, 1), 64, 1e-9);
        cr_assert_float_eq(brg_axis_value(&axis, brg_axis_place(&axis, 3)), 3, 1e-9);
    }
}

/* A loss that is no number, a series of one point, nothing at all: there is always an axis. */
Test(axis, whatever_is_asked_for_there_is_one) {
    const double odd[] = {NAN, INFINITY, -INFINITY, 0, -1, 1, 1e300, 1e-300, 5e-324};
    for (int kind = BRG_AXIS_EVEN; kind <= BRG_AXIS_OCTAVES; kind++)
        for (size_t i = 0; i < 81; i++) {
            brg_axis axis = brg_axis_around((brg_axis_kind)kind, odd[i / 9], odd[i % 9], 6);
            cr_assert(isfinite(axis.lo) && isfinite(axis.hi) && axis.lo < axis.hi,
                      "kind %d, %g to %g: %g to %g", kind, odd[i / 9], odd[i % 9], axis.lo,
                      axis.hi);
            cr_assert_leq(axis.tick_count, 6);
        }
}
