/* Slicing arithmetic and the statistics of times. */
#include <stdio.h>

#include <criterion/criterion.h>

#include "device/rate.h"
#include "verify/statistics.h"

Test(rate, an_unknown_kernel_is_taken_for_slow) {
    brg_rates rates = {0};
    cr_assert_eq(brg_rate_get(&rates, "k"), 1.0);
}

Test(rate, learns_towards_what_it_sees) {
    brg_rates rates = {0};
    brg_rate_learn(&rates, "k", 1000, 10);
    cr_assert_float_eq(brg_rate_get(&rates, "k"), 0.01, 1e-12);
    brg_rate_learn(&rates, "k", 1000, 30);
    cr_assert_float_eq(brg_rate_get(&rates, "k"), 0.02, 1e-12);
    cr_assert_eq(brg_rate_get(&rates, "other"), 1.0);
}

Test(rate, ignores_measurements_of_nothing) {
    brg_rates rates = {0};
    brg_rate_learn(&rates, "k", 0, 10);
    brg_rate_learn(&rates, "k", 10, 0);
    cr_assert_eq(brg_rate_get(&rates, "k"), 1.0);
}

Test(rate, forgets_the_oldest_when_there_are_many) {
    static char names[BRG_MAX_RATES + 1][8];
    brg_rates rates = {0};
    for (int i = 0; i <= BRG_MAX_RATES; i++) {
        snprintf(names[i], sizeof names[i], "k%d", i);
        brg_rate_learn(&rates, names[i], 1, 2);
    }
    cr_assert_eq(brg_rate_get(&rates, names[0]), 1.0);
    cr_assert_eq(brg_rate_get(&rates, names[BRG_MAX_RATES]), 2.0);
}

Test(rate, slices_fit_the_budget_and_leave_no_crumb) {
    cr_assert_eq(brg_rate_slice(1, 100, 1000), 100);
    cr_assert_eq(brg_rate_slice(10, 100, 1000), 100);
    cr_assert_eq(brg_rate_slice(10, 101, 1000), 51);
    cr_assert_eq(brg_rate_slice(1e9, 100, 1000), 1);
    cr_assert_eq(brg_rate_slice(0, 100, 1000), 100);
}

Test(statistics, median_minimum_spread) {
    double values[] = {5, 1, 3, 2, 4};
    cr_assert_eq(brg_median(values, 5), 3);
    cr_assert_eq(brg_minimum(values, 5), 1);
    double even[] = {4, 1, 3, 2};
    cr_assert_eq(brg_median(even, 4), 2.5);
    cr_assert_eq(brg_median(even, 0), -1);
    double level[] = {2, 2, 2, 2, 2, 2, 2, 2};
    cr_assert_eq(brg_spread(level, 8), 0);
    cr_assert_eq(brg_spread(level, 2), 1);
}
