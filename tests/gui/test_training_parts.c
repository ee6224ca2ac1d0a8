/* The arithmetic behind the Training view: curves that thin themselves out, and wishes. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "training/curves.h"
#include "training/wish.h"

/* ---- curves ---------------------------------------------------------------------------------- */

/* Points every ten steps, whose loss is their step. */
static void add_points(brg_curves *curves, int64_t from, int64_t count) {
    for (int64_t i = from; i < from + count; i++) {
        brg_train_point point = {
            .step = 10 * (i + 1), .loss = (float)(10 * (i + 1)), .accuracy = 0.5f, .rate = 0.1f};
        brg_curves_add(curves, &point, 1);
    }
}

Test(curves, all_points_are_kept_while_there_is_room) {
    static brg_curves curves;
    brg_curves_clear(&curves);
    add_points(&curves, 0, 100);
    cr_assert_eq(curves.count, 100);
    cr_assert_eq(curves.taken, 100);
    cr_assert_eq(curves.step[99], 1000);
    cr_assert_eq(curves.loss[99], 1000);
    cr_assert_float_eq(brg_curves_interval(&curves), 10, 1e-9);
}

Test(curves, a_long_training_is_thinned_out_and_keeps_its_means) {
    static brg_curves curves;
    const int64_t many = 20000;
    brg_curves_clear(&curves);
    add_points(&curves, 0, many);
    cr_assert_eq(curves.taken, many);
    cr_assert(curves.count >= BRG_CURVE_POINTS / 2 && curves.count < BRG_CURVE_POINTS);
    for (int i = 0; i < curves.count; i++) {
        double first = (double)i * curves.each * 10, mean = first + 5 * (curves.each + 1);
        cr_assert_float_eq(curves.step[i], mean, 1e-6, "point %d", i);
        cr_assert_float_eq(curves.loss[i], mean, 1e-6, "point %d", i);
        cr_assert_float_eq(curves.accuracy[i], 0.5, 1e-6);
    }
    cr_assert_float_eq(brg_curves_interval(&curves), 10 * curves.each, 1e-6);
}

Test(curves, of_tests_the_latest_are_kept) {
    static brg_curves curves;
    brg_curves_clear(&curves);
    for (int i = 0; i < BRG_CURVE_TESTS + 10; i++) {
        brg_train_test test = {.step = i, .test_accuracy = 0.25f, .test_loss = (float)i};
        brg_curves_add_tests(&curves, &test, 1);
    }
    cr_assert_eq(curves.tests_taken, BRG_CURVE_TESTS + 10);
    cr_assert_eq(curves.test_count, BRG_CURVE_TESTS);
    cr_assert_eq(curves.test_step[0], 10);
    cr_assert_eq(curves.test_loss[BRG_CURVE_TESTS - 1], BRG_CURVE_TESTS + 9);
}

Test(curves, there_is_no_interval_between_fewer_than_two) {
    static brg_curves curves;
    brg_curves_clear(&curves);
    cr_assert(isnan(brg_curves_interval(&curves)));
    add_points(&curves, 0, 1);
    cr_assert(isnan(brg_curves_interval(&curves)));
}

Test(curves, a_smoothed_constant_is_that_constant) {
    double step[50], value[50], smooth[50];
    for (int i = 0; i < 50; i++) {
        step[i] = 10 * i;
        value[i] = 3.25;
    }
    brg_curves_smooth(step, value, 50, 40, smooth);
    for (int i = 0; i < 50; i++)
        cr_assert_float_eq(smooth[i], 3.25, 1e-12);
}

/* e times less for each span that lies between. */
Test(curves, what_is_long_ago_counts_less) {
    const double step[3] = {1000, 1020, 1040}, value[3] = {1, 0, 0}, e = exp(1);
    double smooth[3];
    brg_curves_smooth(step, value, 3, 20, smooth);
    cr_assert_float_eq(smooth[0], 1, 1e-12);
    cr_assert_float_eq(smooth[1], (1 / e) / (1 + 1 / e), 1e-12);
    cr_assert_float_eq(smooth[2], (1 / (e * e)) / (1 + 1 / e + 1 / (e * e)), 1e-12);
}

/* Of the steep beginning nothing is left when the curve is flat. */
Test(curves, the_beginning_is_soon_forgotten) {
    const double step[4] = {10, 20, 30, 40}, value[4] = {100, 10, 1, 1};
    double smooth[4];
    brg_curves_smooth(step, value, 4, 1000, smooth);
    cr_assert_float_eq(smooth[0], 100, 1e-12);
    cr_assert_lt(smooth[1], 13);
    cr_assert_lt(smooth[3], 1.5);
}

/* What is no number is shown as none, and does not spoil what comes after it. */
Test(curves, a_gap_stays_a_gap) {
    const double step[3] = {0, 10, 20}, value[3] = {2, NAN, 2};
    double smooth[3];
    brg_curves_smooth(step, value, 3, 20, smooth);
    cr_assert_float_eq(smooth[0], 2, 1e-12);
    cr_assert(isnan(smooth[1]));
    cr_assert_float_eq(smooth[2], 2, 1e-12);
}

Test(curves, a_range_is_of_finite_numbers) {
    double lo = -1, hi = -1;
    const double some[4] = {NAN, 3, -2, INFINITY}, none[2] = {NAN, -INFINITY};
    cr_assert(brg_curves_range(some, 4, &lo, &hi));
    cr_assert(lo == -2 && hi == 3);
    cr_assert_not(brg_curves_range(none, 2, &lo, &hi));
    cr_assert_not(brg_curves_range(some, 0, &lo, &hi));
}

/* ---- wishes ---------------------------------------------------------------------------------- */

static int index_of(int (*list)(const char *names[BRG_WISH_NAMES]), const char *name) {
    const char *names[BRG_WISH_NAMES];
    int count = list(names);
    int i = 0;
    while (i < count && strcmp(names[i], name) != 0)
        i++;
    cr_assert_lt(i, count, "there is no %s", name);
    return i;
}

Test(wishes, the_first_is_what_the_library_would_do) {
    brg_wish wish;
    brg_trainer_config usual = {0};
    brg_trainer_settle(&usual);
    brg_wish_init(&wish);
    brg_trainer_config config = brg_wish_config(&wish, false);
    cr_assert_str_eq(config.model, usual.model);
    cr_assert_str_eq(config.optimizer, usual.optimizer);
    cr_assert_str_eq(config.schedule, usual.schedule);
    cr_assert_str_eq(config.augment, usual.augment);
    cr_assert_eq(config.epochs, usual.epochs);
    cr_assert_eq(config.batch, usual.batch);
    cr_assert_eq(config.rate, usual.rate, "not the float next to it");
    cr_assert_null(config.data);
    cr_assert_null(config.save);
    cr_assert_null(config.resume);
}

Test(wishes, another_optimizer_wants_another_rate) {
    brg_wish wish;
    brg_wish_init(&wish);
    wish.optimizer = index_of(brg_wish_optimizers, "adam");
    brg_wish_suit_optimizer(&wish);
    cr_assert_eq(brg_wish_config(&wish, false).rate, 0.001);
}

Test(wishes, what_is_resumed_keeps_all_but_epochs_and_images) {
    brg_wish wish;
    brg_wish_init(&wish);
    strcpy(wish.save, "ck");
    strcpy(wish.data, "folder");
    wish.epochs = 9;
    brg_trainer_config config = brg_wish_config(&wish, true);
    cr_assert_str_eq(config.resume, "ck");
    cr_assert_str_eq(config.save, "ck");
    cr_assert_str_eq(config.data, "folder");
    cr_assert_eq(config.epochs, 9);
    cr_assert_null(config.model);
    cr_assert_null(config.optimizer);
    cr_assert_null(config.schedule);
    cr_assert_null(config.augment);
    cr_assert_eq(config.replicas, 0);
    cr_assert_eq(config.batch, 0);
    cr_assert_eq(config.rate, 0);
}

Test(wishes, only_a_file_that_is_there_can_be_resumed) {
    brg_wish wish;
    brg_wish_init(&wish);
    cr_assert_not(brg_wish_can_resume(&wish));
    strcpy(wish.save, "/no/such/file");
    cr_assert_not(brg_wish_can_resume(&wish));
    strcpy(wish.save, "/proc/self/exe");
    cr_assert(brg_wish_can_resume(&wish));
}

Test(wishes, are_remembered) {
    static brg_kept kept;
    brg_wish wish, again;
    brg_wish_init(&wish);
    wish.model = index_of(brg_wish_models, "your own");
    wish.optimizer = index_of(brg_wish_optimizers, "adamw");
    wish.schedule = index_of(brg_wish_schedules, "step");
    wish.epochs = 17;
    wish.batch = 100;
    wish.replicas = 2;
    wish.rate = 0.003f;
    strcpy(wish.file, "mine.txt");
    strcpy(wish.data, "/some/folder");
    strcpy(wish.augment, "shift=2");
    strcpy(wish.save, "ck");
    brg_wish_keep(&wish, &kept);
    brg_wish_init(&again);
    brg_wish_recall(&again, &kept);
    cr_assert_str_eq(brg_wish_model(&again), "mine.txt");
    cr_assert(again.optimizer == wish.optimizer && again.schedule == wish.schedule);
    cr_assert(again.epochs == 17 && again.batch == 100 && again.replicas == 2);
    cr_assert_float_eq(again.rate, 0.003f, 1e-9);
    cr_assert_str_eq(again.data, "/some/folder");
    cr_assert_str_eq(again.augment, "shift=2");
    cr_assert_str_eq(again.save, "ck");
}

Test(wishes, what_is_kept_and_cannot_be_is_left_out) {
    static brg_kept kept;
    brg_wish wish, usual;
    brg_kept_set_text(&kept, "training.model", "no such model");
    brg_kept_set_text(&kept, "training.epochs", "nan");
    brg_kept_set_number(&kept, "training.batch", -3);
    brg_kept_set_number(&kept, "training.rate", 1e9);
    brg_wish_init(&wish);
    brg_wish_recall(&wish, &kept);
    brg_wish_init(&usual);
    usual.model = wish.model;
    brg_wish_suit_model(&usual);
    cr_assert_not_null(brg_model_shipped(wish.model));
    cr_assert(wish.epochs == usual.epochs && wish.batch == usual.batch);
    cr_assert_eq(wish.rate, usual.rate);
}
