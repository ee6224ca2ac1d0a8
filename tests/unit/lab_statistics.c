/* The lab's statistics: medians, intervals, orders and tails. */
#include <math.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "draws.h"
#include "lab/statistics.h"
#include "lab/tail.h"

Test(lab_statistics, median_is_the_middle) {
    double odd[] = {5, 1, 3}, even[] = {4, 1, 2, 3}, bad[] = {NAN, 1, 3}, last[] = {1, 3, NAN};
    cr_expect_eq(brg_lab_median(odd, 3), 3);
    cr_expect_eq(brg_lab_median(even, 4), 2.5);
    cr_expect(isnan(brg_lab_median(bad, 3)) && isnan(brg_lab_median(last, 3)));
    cr_expect(isnan(brg_lab_median(odd, 0)));
}

Test(lab_statistics, few_values_give_no_interval) {
    double values[] = {5, 5, 5, 5, 5};
    brg_lab_estimate e = brg_lab_bootstrap(values, 5, 1);
    cr_expect_eq(e.value, 5);
    cr_expect(isnan(e.low) && isnan(e.high));
}

Test(lab_statistics, equal_values_give_a_point) {
    double values[] = {7, 7, 7, 7, 7, 7, 7};
    brg_lab_estimate e = brg_lab_bootstrap(values, 7, 1);
    cr_expect(e.low == 7 && e.value == 7 && e.high == 7 && e.samples == 7);
}

/* How often the interval of `count` draws covers the true median. */
static double coverage(double (*draw)(uint64_t, uint64_t), double truth, int32_t count) {
    enum { TRIALS = 500 };
    double values[64];
    int32_t covered = 0;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        for (int32_t i = 0; i < count; i++)
            values[i] = draw(trial + 17, (uint64_t)i);
        brg_lab_estimate e = brg_lab_bootstrap(values, count, trial);
        covered += e.low <= truth && truth <= e.high;
    }
    return (double)covered / TRIALS;
}

/* 500 trials: the standard deviation of a rate of 95 % is 1 %. */
Test(lab_statistics, intervals_cover_the_median_about_95_times_of_100) {
    const int32_t counts[] = {6, 11, 20, 60};
    for (int32_t i = 0; i < 4; i++) {
        double symmetric = coverage(normal, 0, counts[i]);
        double skewed = coverage(exponential, 0.6931471805599453, counts[i]);
        cr_expect(symmetric > 0.91 && symmetric < 0.99, "normal, %d: %g", counts[i], symmetric);
        cr_expect(skewed > 0.91 && skewed < 0.99, "exponential, %d: %g", counts[i], skewed);
    }
}

Test(lab_statistics, orders_are_fair_and_complete) {
    int32_t first[5] = {0}, order[5];
    for (uint64_t seed = 0; seed < 5000; seed++) {
        int32_t seen = 0;
        brg_lab_shuffle(order, 5, seed);
        for (int32_t i = 0; i < 5; i++)
            seen |= 1 << order[i];
        cr_assert_eq(seen, 31);
        first[order[0]]++;
    }
    for (int32_t i = 0; i < 5; i++) /* 1000 each, give or take 5 standard deviations */
        cr_expect(abs(first[i] - 1000) < 142, "%d came first %d times", i, first[i]);
}

/* Of a hundred frames two are late: p99 is the better of the two, and p50 does not show any. */
Test(lab_tail, the_worst_are_not_lost) {
    brg_lab_tail *tail = calloc(1, sizeof *tail);
    cr_assert(tail);
    cr_expect(isnan(brg_lab_tail_quantile(tail, 0.99)));
    for (int32_t i = 0; i < 100; i++)
        brg_lab_tail_note(tail, i == 3 ? 200 : i == 50 ? 100 : 16);
    cr_expect_eq(brg_lab_tail_quantile(tail, 0.5), 16);
    cr_expect_eq(brg_lab_tail_quantile(tail, 0.99), 100);
    cr_expect_eq(brg_lab_tail_quantile(tail, 1), 200);
    for (int32_t i = 0; i < BRG_LAB_TAIL; i++)
        brg_lab_tail_note(tail, 300);
    cr_expect_eq(tail->count, BRG_LAB_TAIL);
    brg_lab_tail_note(NULL, 1);
    free(tail);
}

Test(lab_tail, of_few_values_p99_is_the_largest) {
    brg_lab_tail *tail = calloc(1, sizeof *tail);
    cr_assert(tail);
    for (int32_t i = 0; i < 12; i++)
        brg_lab_tail_note(tail, i);
    cr_expect_eq(brg_lab_tail_quantile(tail, 0.99), 11);
    cr_expect_eq(brg_lab_tail_quantile(tail, 0.5), 5);
    cr_expect_eq(brg_lab_tail_quantile(tail, 0.001), 0);
    free(tail);
}
