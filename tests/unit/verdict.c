/* The checker itself: what it measures, and that it catches what it must. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "brigade/verify.h"
#include "verify/sample.h"

/* Compares one element. */
static brg_verdict judge(float got, double expected, double bound) {
    brg_shape shape = brg_shape_1d(BRG_F32, 1);
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_FULL, &shape);
    brg_verdict_compare_rows(&verdict, &shape, 0, 1, &got, &expected, &bound);
    brg_verdict_end(&verdict);
    return verdict;
}

Test(verdict, exact_passes_even_with_no_bound) {
    brg_verdict verdict = judge(3, 3, 0);
    cr_assert_eq(verdict.outcome, BRG_PASSED);
    cr_assert_eq(verdict.bound_ratio, 0);
    cr_assert_eq(verdict.max_ulp, 0);
    cr_assert_eq(judge(0.0f, -0.0, 0).outcome, BRG_PASSED);
}

Test(verdict, the_bound_itself_is_within) {
    brg_verdict verdict = judge(3.5f, 3, 0.5);
    cr_assert_eq(verdict.outcome, BRG_PASSED);
    cr_assert_eq(verdict.bound_ratio, 1);
    cr_assert_eq(verdict.max_abs, 0.5);
    cr_assert_eq(judge(3.5f, 3, 0.4999).outcome, BRG_MISMATCH);
    cr_assert(isinf(judge(3.5f, 3, 0).bound_ratio));
}

Test(verdict, nan_and_infinity_never_pass_where_a_number_is_expected) {
    const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
    const double bounds[] = {0, 1, INFINITY, NAN};
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            brg_verdict verdict = judge(bad[i], 1, bounds[j]);
            cr_assert_eq(verdict.outcome, BRG_MISMATCH, "%g within %g", bad[i], bounds[j]);
            cr_assert_eq(verdict.non_finite, 1);
            cr_assert(isinf(verdict.bound_ratio) && isinf(verdict.max_abs));
        }
    }
}

Test(verdict, a_bound_that_makes_no_sense_never_passes) {
    cr_assert_eq(judge(1, 1, NAN).outcome, BRG_MISMATCH);
    cr_assert_eq(judge(1, 1, -1).outcome, BRG_MISMATCH);
    cr_assert_eq(judge(2, 1, NAN).outcome, BRG_MISMATCH);
}

Test(verdict, what_is_rightly_not_finite_must_be_so_alike) {
    const double kinds[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            brg_verdict verdict = judge((float)kinds[i], kinds[j], 1);
            cr_assert_eq(verdict.outcome, i == j ? BRG_PASSED : BRG_MISMATCH);
            cr_assert_eq(verdict.non_finite, 1);
        }
        cr_assert_eq(judge(1, kinds[i], 1).outcome, BRG_MISMATCH);
        cr_assert_eq(judge(1, kinds[i], INFINITY).outcome, BRG_MISMATCH);
    }
}

Test(verdict, overflow_to_infinity_is_right_beyond_the_largest_float) {
    cr_assert_eq(judge(INFINITY, 1e39, 1e32).outcome, BRG_PASSED);
    cr_assert_eq(judge(-INFINITY, 1e39, 1e32).outcome, BRG_MISMATCH);
    cr_assert_eq(judge(INFINITY, 3e38, 1e32).outcome, BRG_MISMATCH);
    cr_assert_eq(judge(FLT_MAX, 1e39, 1e32).outcome, BRG_MISMATCH);
}

Test(verdict, ulps_are_spacings_of_floats) {
    cr_assert_eq(judge(nextafterf(1, 2), 1, 1).max_ulp, 1);
    cr_assert_eq(judge(nextafterf(1, 0), 1, 1).max_ulp, 0.5); /* the spacing halves below 1 */
    cr_assert_eq(judge(nextafterf(1e10f, 0), 1e10, 1e9).max_ulp, 1);
    cr_assert_eq(judge(-3, -3 - 4 * 0x1p-22, 1).max_ulp, 4);
    cr_assert_eq(judge(0x1p-149f, 0, 1).max_ulp, 1);
    cr_assert_eq(judge(0x1p-126f, 0x1p-126 - 0x1p-149, 1).max_ulp, 1);
    cr_assert_eq(judge(FLT_MAX, 0x1p128, 0x1p105).max_ulp, 1); /* expected rounds to infinity */
    cr_assert_eq(judge(1, 1 + 0x1p-25, 1).max_ulp, 0.25);      /* correctly rounded: at most half */
}

/* One f16 or f64 element against its exact value. */
static brg_verdict judge_as(brg_dtype dtype, double got, double expected, double bound) {
    brg_shape shape = brg_shape_1d(dtype, 1);
    uint16_t half = brg_float_to_half((float)got);
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_FULL, &shape);
    brg_verdict_compare_rows(&verdict, &shape, 0, 1,
                             dtype == BRG_F16 ? (const void *)&half : (const void *)&got, &expected,
                             &bound);
    brg_verdict_end(&verdict);
    return verdict;
}

Test(verdict, halves_and_doubles_have_ulps_of_their_own) {
    cr_assert_eq(judge_as(BRG_F16, 1 + 0x1p-10, 1, 1).max_ulp, 1);
    cr_assert_eq(judge_as(BRG_F16, 0x1p-24, 0, 1).max_ulp, 1);
    cr_assert_eq(judge_as(BRG_F16, 65504, 65520, 32).max_ulp, 0.5);
    cr_assert_eq(judge_as(BRG_F64, 1 + 0x1p-52, 1, 1).max_ulp, 1);
    cr_assert_eq(judge_as(BRG_F64, 1 - 0x1p-53, 1, 1).max_ulp, 0.5);
    cr_assert_eq(judge_as(BRG_F64, 1, 1 + 0x1p-40, 0x1p-41).outcome, BRG_MISMATCH);
    cr_assert_eq(judge_as(BRG_F64, NAN, 1, INFINITY).outcome, BRG_MISMATCH);
    cr_assert_eq(judge_as(BRG_F16, NAN, 1, INFINITY).outcome, BRG_MISMATCH);
}

Test(verdict, halves_overflow_where_they_must) {
    cr_assert_eq(judge_as(BRG_F16, INFINITY, 70000, 100).outcome, BRG_PASSED);
    cr_assert_eq(judge_as(BRG_F16, INFINITY, 65500, 100).outcome,
                 BRG_PASSED); /* within the bound */
    cr_assert_eq(judge_as(BRG_F16, INFINITY, 65500, 1).outcome, BRG_MISMATCH);
    cr_assert_eq(judge_as(BRG_F16, -INFINITY, 70000, 100).outcome, BRG_MISMATCH);
    cr_assert_eq(judge_as(BRG_F64, INFINITY, 1e308, 1).outcome, BRG_MISMATCH);
}

Test(verdict, bytes_and_integers_are_compared_as_such) {
    const uint8_t bytes[3] = {10, 255, 0};
    const int32_t whole[3] = {INT32_MIN, INT32_MAX, -7};
    const double expect_bytes[3] = {10.4, 254.6, 0}, half[3] = {0.5, 0.5, 0.5};
    const double expect_whole[3] = {-2147483648.0, 2147483647.0, -7}, zero[3] = {0, 0, 0};
    brg_shape shape = brg_shape_1d(BRG_U8, 3);
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_FULL, &shape);
    brg_verdict_compare_rows(&verdict, &shape, 0, 3, bytes, expect_bytes, half);
    brg_verdict_end(&verdict);
    cr_assert_eq(verdict.outcome, BRG_PASSED);
    cr_assert_eq(verdict.max_ulp, 0);
    cr_assert(fabs(verdict.bound_ratio - 0.8) < 1e-12);

    shape.dtype = BRG_I32;
    brg_verdict_begin(&verdict, BRG_VERIFY_FULL, &shape);
    brg_verdict_compare_rows(&verdict, &shape, 0, 3, whole, expect_whole, zero);
    brg_verdict_end(&verdict);
    cr_assert_eq(verdict.outcome, BRG_PASSED);
}

Test(verdict, the_worst_place_is_in_output_coordinates) {
    brg_shape shape = brg_shape_3d(BRG_F32, 5, 4, 3);
    float got[12] = {0};
    double expected[12] = {0}, bound[12];
    for (int i = 0; i < 12; i++)
        bound[i] = 1;
    got[7] = 5; /* row 3, column 2, channel 1 */
    got[2] = 3;
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_SAMPLE, &shape);
    brg_verdict_compare_rows(&verdict, &shape, 3, 1, got, expected, bound);
    brg_verdict_end(&verdict);
    cr_assert_eq(verdict.worst[0], 3);
    cr_assert_eq(verdict.worst[1], 2);
    cr_assert_eq(verdict.worst[2], 1);
    cr_assert_eq(verdict.worst_got, 5);
    cr_assert_eq(verdict.failures, 2);
    cr_assert_eq(verdict.checked, 12);
    cr_assert_eq(verdict.total, 60);
}

Test(verdict, frobenius_runs_over_all_bands) {
    brg_shape shape = brg_shape_2d(BRG_F32, 2, 2);
    const float got[4] = {3, 4, 0, 0};
    const double expected[4] = {3, 4, 3, 4}, bound[4] = {9, 9, 9, 9};
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_FULL, &shape);
    brg_verdict_compare_rows(&verdict, &shape, 0, 1, got, expected, bound);
    cr_assert_eq(verdict.relative_frobenius, 0);
    brg_verdict_compare_rows(&verdict, &shape, 1, 1, got + 2, expected + 2, bound + 2);
    cr_assert(fabs(verdict.relative_frobenius - sqrt(0.5)) < 1e-12);
}

Test(verdict, what_was_not_checked_has_not_passed) {
    brg_shape shape = brg_shape_1d(BRG_F32, 4);
    const float got[4] = {0};
    const double zero[4] = {0};
    brg_verdict verdict;
    for (int policy = BRG_VERIFY_FULL; policy <= BRG_VERIFY_NONE; policy++) {
        brg_verdict_begin(&verdict, (brg_verify_policy)policy, &shape);
        brg_verdict_end(&verdict);
        cr_assert_eq(verdict.outcome, BRG_UNCHECKED);
    }
    brg_verdict_begin(&verdict, BRG_VERIFY_FULL, &shape);
    brg_verdict_compare_rows(&verdict, &shape, 0, 3, got, zero, zero);
    brg_verdict_end(&verdict);
    cr_assert_eq(verdict.outcome, BRG_UNCHECKED, "three of four is not all");
    brg_verdict_begin(&verdict, BRG_VERIFY_NONE, &shape);
    brg_verdict_compare_rows(&verdict, &shape, 0, 4, got, zero, zero);
    brg_verdict_end(&verdict);
    cr_assert_eq(verdict.outcome, BRG_UNCHECKED);
}

Test(verdict, an_empty_output_passes) {
    brg_shape shape = brg_shape_2d(BRG_F32, 0, 4);
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_FULL, &shape);
    brg_verdict_end(&verdict);
    cr_assert_eq(verdict.outcome, BRG_PASSED);
}

Test(verdict, stages_fold_to_the_weakest) {
    brg_verdict whole = {.policy = BRG_VERIFY_DEFAULT}, first = judge(1, 1.25, 1);
    brg_verdict second = judge(1, 1.5, 1), third = judge(9, 1, 1);
    second.stage = 1;
    third.stage = 2;
    brg_verdict_merge(&whole, &first);
    cr_assert_eq(whole.policy, BRG_VERIFY_FULL);
    cr_assert_eq(whole.checked, 1);
    brg_verdict_merge(&whole, &second);
    cr_assert_eq(whole.outcome, BRG_PASSED);
    cr_assert_eq(whole.checked, 2);
    cr_assert_eq(whole.stage, 1);
    cr_assert_eq(whole.bound_ratio, 0.5);
    brg_verdict_merge(&whole, &third);
    cr_assert_eq(whole.outcome, BRG_MISMATCH);
    cr_assert_eq(whole.stage, 2);
    cr_assert_eq(whole.failures, 1);
}

Test(verdict, one_unchecked_stage_leaves_the_chain_unchecked) {
    brg_shape shape = brg_shape_1d(BRG_F32, 4);
    brg_verdict whole = judge(1, 1, 1), none;
    brg_verdict_begin(&none, BRG_VERIFY_NONE, &shape);
    brg_verdict_end(&none);
    brg_verdict_merge(&whole, &none);
    cr_assert_eq(whole.outcome, BRG_UNCHECKED);
    cr_assert_eq(whole.policy, BRG_VERIFY_NONE);
}

Test(verdict, text_is_for_people) {
    char text[256];
    brg_verdict verdict = {.policy = BRG_VERIFY_FULL,
                           .outcome = BRG_PASSED,
                           .checked = 4194304,
                           .total = 4194304,
                           .bound_ratio = 0.021};
    cr_assert_str_eq(brg_verdict_text(&verdict, text, sizeof text),
                     "passed: 4 194 304 of 4 194 304 elements, largest error 0.021 of its bound");
    verdict = judge(5, 4, 0.5);
    cr_assert_str_eq(brg_verdict_text(&verdict, text, sizeof text),
                     "mismatch: 1 wrong among 1 of 1 elements, the worst at [0] is 5 instead of 4 "
                     "(bound 0.5)");
    verdict = (brg_verdict){.policy = BRG_VERIFY_NONE};
    cr_assert_str_eq(brg_verdict_text(&verdict, text, sizeof text), "not checked");
    verdict.outcome = BRG_PASSED;
    cr_assert_eq(strlen(brg_verdict_text(&verdict, text, 10)), 9u);
}

Test(policy, names_and_back) {
    for (int i = BRG_VERIFY_DEFAULT; i <= BRG_VERIFY_NONE; i++) {
        brg_verify_policy policy;
        const char *name = brg_verify_policy_name((brg_verify_policy)i);
        cr_assert_eq(brg_verify_policy_parse(name, &policy, NULL), BRG_OK);
        cr_assert_eq((int)policy, i);
    }
    brg_verify_policy policy;
    brg_error error;
    cr_assert_eq(brg_verify_policy_parse("fullest", &policy, &error), BRG_E_ARGUMENT);
    cr_assert_eq(brg_verify_policy_parse(NULL, &policy, &error), BRG_E_ARGUMENT);
    cr_assert_eq(brg_verify_policy_parse("", &policy, &error), BRG_E_ARGUMENT);
}

/* ---- which rows are drawn -------------------------------------------------------------------- */

static void check_sample(int64_t rows, uint64_t seed, int64_t wanted) {
    int64_t chosen[64];
    int64_t count = brg_sample_rows(rows, seed, wanted, chosen);
    int64_t expected = wanted < 2 ? 2 : wanted;
    cr_assert_eq(count, rows < expected ? rows : expected, "%lld of %lld", (long long)wanted,
                 (long long)rows);
    if (count == 0)
        return;
    cr_assert_eq(chosen[0], 0);
    cr_assert_eq(chosen[count - 1], rows - 1);
    for (int64_t i = 1; i < count; i++)
        cr_assert(chosen[i] > chosen[i - 1]);
}

Test(sample, rows_rise_and_span_the_output) {
    for (int64_t rows = 0; rows < 70; rows++)
        for (int64_t wanted = 0; wanted < 40; wanted++)
            check_sample(rows, (uint64_t)(rows * 100 + wanted), wanted);
    check_sample(INT64_MAX, 1, 64);
    check_sample((int64_t)1 << 40, 2, 33);
}

Test(sample, depends_on_the_seed_alone) {
    int64_t a[16], b[16], c[16];
    brg_sample_rows(100000, 5, 16, a);
    brg_sample_rows(100000, 5, 16, b);
    brg_sample_rows(100000, 6, 16, c);
    cr_assert_eq(memcmp(a, b, sizeof a), 0);
    cr_assert_neq(memcmp(a, c, sizeof a), 0);
}

Test(sample, every_row_has_its_stated_chance) {
    enum { ROWS = 50, WANTED = 10, TRIALS = 20000 }; /* 48 rows between, in 8 strata of 6 */
    int seen[ROWS] = {0};
    int64_t chosen[WANTED];
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        brg_sample_rows(ROWS, seed, WANTED, chosen);
        for (int i = 0; i < WANTED; i++)
            seen[chosen[i]]++;
    }
    cr_assert_eq(seen[0], TRIALS);
    cr_assert_eq(seen[ROWS - 1], TRIALS);
    double mean = TRIALS / 6.0, spread = sqrt(mean * 5 / 6);
    for (int row = 1; row < ROWS - 1; row++)
        cr_assert(fabs(seen[row] - mean) < 5 * spread, "row %d: %d", row, seen[row]);
}

Test(sample, no_row_is_out_of_reach_when_strata_differ_in_length) {
    enum { ROWS = 57, WANTED = 10, TRIALS = 20000 }; /* 55 rows between: 7 strata of 7, 1 of 6 */
    int seen[ROWS] = {0};
    int64_t chosen[WANTED];
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        brg_sample_rows(ROWS, seed, WANTED, chosen);
        for (int i = 0; i < WANTED; i++)
            seen[chosen[i]]++;
    }
    for (int row = 1; row < ROWS - 1; row++)
        cr_assert(seen[row] > TRIALS / 7 * 0.9 && seen[row] < TRIALS / 6 * 1.1, "row %d: %d", row,
                  seen[row]);
}

/* ---- mutations: faults that must be caught --------------------------------------------------- */

enum { ROWS = 66, COLUMNS = 31, SAMPLED = 10 }; /* 64 rows between, in 8 strata of 8 */

/* An output with the right values rounded to float, and what is expected of it. */
typedef struct bench {
    float got[ROWS * COLUMNS];
    double expected[ROWS * COLUMNS];
    double bound[ROWS * COLUMNS];
} bench;

static bench *make_bench(void) {
    bench *b = malloc(sizeof *b);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        b->expected[i] = brg_random_unit(11, (uint64_t)i) * 2 - 1;
        b->bound[i] = 1e-6;
        b->got[i] = (float)b->expected[i];
    }
    return b;
}

static brg_outcome check_full(const bench *b) {
    brg_shape shape = brg_shape_2d(BRG_F32, ROWS, COLUMNS);
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_FULL, &shape);
    for (int row = 0; row < ROWS; row += 11) /* in bands, as the engine does */
        brg_verdict_compare_rows(&verdict, &shape, row, 11, b->got + row * COLUMNS,
                                 b->expected + row * COLUMNS, b->bound + row * COLUMNS);
    brg_verdict_end(&verdict);
    return verdict.outcome;
}

static brg_outcome check_sampled(const bench *b, uint64_t seed) {
    brg_shape shape = brg_shape_2d(BRG_F32, ROWS, COLUMNS);
    int64_t chosen[SAMPLED];
    int64_t count = brg_sample_rows(ROWS, seed, SAMPLED, chosen);
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_SAMPLE, &shape);
    for (int64_t i = 0; i < count; i++) {
        int64_t at = chosen[i] * COLUMNS;
        brg_verdict_compare_rows(&verdict, &shape, chosen[i], 1, b->got + at, b->expected + at,
                                 b->bound + at);
    }
    brg_verdict_end(&verdict);
    return verdict.outcome;
}

/* Fails unless a full check catches the fault, and a sampled one does so with the chance given. */
static void expect_caught(const bench *b, double chance) {
    enum { TRIALS = 4000 };
    int caught = 0;
    cr_assert_eq(check_full(b), BRG_MISMATCH);
    for (uint64_t seed = 0; seed < TRIALS; seed++)
        caught += check_sampled(b, seed) == BRG_MISMATCH;
    double spread = sqrt(TRIALS * chance * (1 - chance));
    cr_assert(fabs(caught - TRIALS * chance) <= 5 * spread, "caught %d of %d, not %g", caught,
              TRIALS, TRIALS * chance);
}

Test(mutation, the_right_result_passes) {
    bench *b = make_bench();
    cr_assert_eq(check_full(b), BRG_PASSED);
    for (uint64_t seed = 0; seed < 100; seed++)
        cr_assert_eq(check_sampled(b, seed), BRG_PASSED);
    free(b);
}

Test(mutation, every_single_flipped_element_is_caught_in_full) {
    bench *b = make_bench();
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        float kept = b->got[i];
        b->got[i] = -kept;
        cr_assert_eq(check_full(b), BRG_MISMATCH, "element %d", i);
        b->got[i] = kept;
    }
    free(b);
}

Test(mutation, a_flipped_element_has_the_chance_of_its_row) {
    bench *b = make_bench();
    b->got[20 * COLUMNS + 5] *= -1;
    expect_caught(b, 1.0 / 8);
    b->got[5] *= -1; /* and one in the first row, which is always looked at */
    expect_caught(b, 1);
    free(b);
}

Test(mutation, a_flipped_last_bit_of_the_mantissa_is_caught_at_a_tight_bound) {
    bench *b = make_bench();
    for (int i = 0; i < ROWS * COLUMNS; i++)
        b->bound[i] = fabs(b->expected[i]) * 0x1p-24; /* half an ulp: correctly rounded only */
    cr_assert_eq(check_full(b), BRG_PASSED);
    int at = 33 * COLUMNS + 3;
    b->got[at] = nextafterf(b->got[at], 9);
    b->got[at] = nextafterf(b->got[at], 9);
    cr_assert_eq(check_full(b), BRG_MISMATCH);
    free(b);
}

Test(mutation, two_swapped_rows) {
    bench *b = make_bench();
    float row[COLUMNS];
    memcpy(row, b->got + 3 * COLUMNS, sizeof row);
    memcpy(b->got + 3 * COLUMNS, b->got + 40 * COLUMNS, sizeof row);
    memcpy(b->got + 40 * COLUMNS, row, sizeof row);
    expect_caught(b, 1 - 7.0 / 8 * 7.0 / 8); /* two strata, either row gives it away */
    free(b);
}

Test(mutation, a_tail_left_at_zero) {
    bench *b = make_bench();
    memset(b->got + ROWS * COLUMNS - 3, 0, 3 * sizeof b->got[0]);
    expect_caught(b, 1);
    free(b);
}

Test(mutation, a_nan_or_an_infinity) {
    const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        bench *b = make_bench();
        b->got[50 * COLUMNS] = bad[i];
        expect_caught(b, 1.0 / 8);
        b->got[ROWS * COLUMNS - 1] = bad[i];
        expect_caught(b, 1);
        free(b);
    }
}

Test(mutation, a_wrong_stride) {
    bench *b = make_bench(), *right = make_bench();
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++)
            b->got[row * COLUMNS + column] =
                right->got[(row * (COLUMNS + 1) + column) % (ROWS * COLUMNS)];
    expect_caught(b, 1);
    free(b);
    free(right);
}

Test(mutation, a_transposed_result) {
    bench *b = make_bench(), *right = make_bench();
    for (int i = 0; i < ROWS * COLUMNS; i++)
        b->got[i] = right->got[i % ROWS * COLUMNS + i / ROWS];
    expect_caught(b, 1);
    free(b);
    free(right);
}

Test(verdict, says_that_no_bound_is_known) {
    char text[512];
    brg_verdict v = judge(1, 1, NAN);
    cr_assert_eq(v.outcome, BRG_MISMATCH);
    brg_verdict_text(&v, text, sizeof text);
    cr_expect_not_null(strstr(text, "no error bound is known"), "%s", text);
    cr_expect_null(strstr(text, "nan"), "%s", text);
}
