/* Which pace of the processor is its usual one. */
#include <math.h>

#include <criterion/criterion.h>

#include "lab/sentinel.h"

static void note_times(brg_lab_sentinel *sentinel, int32_t times, double seconds) {
    for (int32_t i = 0; i < times; i++)
        brg_lab_sentinel_note(sentinel, seconds);
}

Test(lab_sentinel, usual_is_what_a_quarter_stays_below) {
    brg_lab_sentinel seen = {0};
    cr_expect(isnan(brg_lab_sentinel_slower(&seen, 1)));
    brg_lab_sentinel_note(&seen, NAN);
    cr_expect(isnan(brg_lab_sentinel_slower(&seen, 1)));
    for (int32_t i = 0; i < 192; i++)
        brg_lab_sentinel_note(&seen, i % 2 ? 1 : 3);
    cr_expect_eq(brg_lab_sentinel_slower(&seen, 1.5), 0.5);
    cr_expect_eq(brg_lab_sentinel_slower(&seen, 0.5), 0);
    cr_expect(isnan(brg_lab_sentinel_slower(&seen, NAN)));
}

/* Slow phases of any length below a minute, as often as they come: usual is what is between them. */
Test(lab_sentinel, phases_are_not_usual) {
    for (int32_t length = 1; length <= 120; length += 17) {
        brg_lab_sentinel seen = {0};
        note_times(&seen, 8, 1);
        for (int32_t phase = 0; phase < 20; phase++) {
            note_times(&seen, length, 1.6);
            cr_expect_float_eq(brg_lab_sentinel_slower(&seen, 1.6), 0.6, 1e-9, "%d", length);
            note_times(&seen, 8, 1);
        }
        cr_expect_eq(brg_lab_sentinel_settled(&seen), 0);
    }
}

/* Two lucky times in eight are luck, and so are the first two of all. */
Test(lab_sentinel, luck_is_not_usual) {
    brg_lab_sentinel seen = {0};
    for (int32_t i = 0; i < 400; i++)
        brg_lab_sentinel_note(&seen, i % 8 < 2 ? 0.5 : 1);
    cr_expect_eq(brg_lab_sentinel_slower(&seen, 1), 0);
    cr_expect_eq(brg_lab_sentinel_settled(&seen), 0);
}

/* Clocked down after some seconds, for good: out of the ordinary for a minute, then the ordinary. */
Test(lab_sentinel, slower_for_good_is_usual_after_a_minute) {
    brg_lab_sentinel seen = {0};
    note_times(&seen, 30, 1);
    note_times(&seen, BRG_LAB_REMEMBERED - 1, 1.4);
    cr_expect_float_eq(brg_lab_sentinel_slower(&seen, 1.4), 0.4, 1e-9);
    cr_expect_eq(brg_lab_sentinel_settled(&seen), 0);
    note_times(&seen, BRG_LAB_HELD, 1.4);
    cr_expect_eq(brg_lab_sentinel_slower(&seen, 1.4), 0);
    cr_expect_float_eq(brg_lab_sentinel_settled(&seen), 0.4, 1e-9);
}

/* It creeps up, one per cent every eight seconds: the usual pace follows, a minute behind, and never stays for ever. */
Test(lab_sentinel, growing_slowly_slower_is_followed) {
    brg_lab_sentinel seen = {0};
    double now = 1;
    note_times(&seen, 8, now);
    for (int32_t i = 0; i < 160; i++)
        note_times(&seen, 4, now *= 1.0025);
    cr_expect(brg_lab_sentinel_slower(&seen, now) < 0.09, "%g",
              brg_lab_sentinel_slower(&seen, now));
    cr_expect_gt(brg_lab_sentinel_settled(&seen), 0.3);
}

/* Back at its old pace, it is usual at once, and all that was slow is out of the ordinary again. */
Test(lab_sentinel, the_old_pace_is_usual_again_at_once) {
    brg_lab_sentinel seen = {0};
    note_times(&seen, 8, 1);
    note_times(&seen, 300, 1.5);
    cr_expect_float_eq(brg_lab_sentinel_settled(&seen), 0.5, 1e-9);
    note_times(&seen, 3, 1);
    cr_expect_eq(brg_lab_sentinel_settled(&seen), 0);
    cr_expect_float_eq(brg_lab_sentinel_slower(&seen, 1.5), 0.5, 1e-9);
}

/* One that was slow when the lab began and then is itself was never usual. */
Test(lab_sentinel, a_slow_beginning_is_soon_forgotten) {
    brg_lab_sentinel seen = {0};
    note_times(&seen, 8, 2);
    note_times(&seen, 4, 1);
    cr_expect_eq(brg_lab_sentinel_slower(&seen, 2), 1);
    cr_expect_eq(brg_lab_sentinel_settled(&seen), 0);
}
