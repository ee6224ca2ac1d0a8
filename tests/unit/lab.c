/* The lab's judgement, in a world made for the purpose: a clock that measurements move, a load that tests set. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <cjson/cJSON.h>

#include "draws.h"
#include "lab/judge.h"
#include "lab/state.h"

/* ---- one question ------------------------------------------------------------------------------ */

static brg_lab_verdict judged(double low, double value, double high) {
    const brg_lab_question question = {.what = "gain", .unit = "x", BRG_LAB_WITHIN(1.2, 4)};
    const brg_lab_estimate estimate = {value, low, high, 9};
    return brg_lab_verdict_of(&question, &estimate);
}

Test(lab_judge, decides_by_the_whole_interval) {
    cr_expect_eq(judged(1.3, 1.5, 1.8), BRG_LAB_CONFIRMED);
    cr_expect_eq(judged(1.2, 1.5, 4.0), BRG_LAB_CONFIRMED);
    cr_expect_eq(judged(1.0, 1.1, 1.19), BRG_LAB_REFUTED);
    cr_expect_eq(judged(4.1, 4.2, 4.3), BRG_LAB_REFUTED);
    cr_expect_eq(judged(1.1, 1.5, 1.8), BRG_LAB_INCONCLUSIVE);
    cr_expect_eq(judged(1.0, 2.0, 5.0), BRG_LAB_INCONCLUSIVE);
}

Test(lab_judge, nothing_follows_from_a_nan) {
    cr_expect_eq(judged(NAN, 1.5, 1.8), BRG_LAB_INCONCLUSIVE);
    cr_expect_eq(judged(1.3, NAN, 1.8), BRG_LAB_INCONCLUSIVE);
    cr_expect_eq(judged(1.3, 1.5, NAN), BRG_LAB_INCONCLUSIVE);
    cr_expect_eq(judged(NAN, 1.0, 1.1), BRG_LAB_INCONCLUSIVE);
}

Test(lab_judge, numbers_read_well) {
    const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0 x"},
                 {4, "4 x"},
                 {1.874, "1.87 x"},
                 {0.1, "0.1 x"},
                 {12.34, "12.3 x"},
                 {123.4, "123 x"},
                 {1234567, "1,230,000 x"},
                 {-2000, "-2,000 x"},
                 {0.0123, "0.0123 x"},
                 {999.7, "1,000 x"},
                 {100, "100 x"}};
    char text[96];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_str_eq(brg_lab_number_text(cases[i].value, "x", text, sizeof text),
                         cases[i].text);
}

/* ---- a world ----------------------------------------------------------------------------------- */

/* Seconds, and processor seconds of everyone else. */
typedef struct world {
    double now, others;
    double load_until; /* others take `load` of all processors until then */
    double load;
    double slow_from, slow_until, slow_by; /* the processor takes so much longer then: 0.5, half */
    uint64_t draws;
    int32_t cancel_after; /* measurements; 0: never */
    int32_t measured;
    int32_t order[4096]; /* which condition, in turn */
} world;

static double world_now(void *user) {
    return ((world *)user)->now;
}

static bool world_load(void *user, brg_lab_load *load) {
    const world *w = user;
    /* As coarse as the system's; on fewer than four processors finer, or rounding would be seen in whole percents. */
    const double tick_s = 0.01 * fmin(brg_lab_cores(NULL) / 4.0, 1);
    *load = (brg_lab_load){.busy = tick_s * floor((w->now + w->others) / tick_s), .own = w->now};
    return true;
}

static double world_alone(void *user) {
    (void)user;
    return 1e-3;
}

static double world_sentinel(void *user) {
    const world *w = user;
    bool slow = w->now >= w->slow_from && w->now < w->slow_until;
    return 1e-3 * (slow ? 1 + w->slow_by : 1);
}

static world *world_of(const brg_lab *lab) {
    return lab->world.user;
}

static void pass(brg_lab *lab, double seconds) {
    world *w = world_of(lab);
    if (w->now < w->load_until)
        w->others += seconds * w->load * brg_lab_cores(lab);
    w->now += seconds;
}

/* A condition: how long it takes on average, how much that scatters, how it drifts. */
typedef struct pace {
    int32_t index;
    double mean, scatter, drift;
} pace;

static double timed(brg_lab *lab, const void *argument, double *more) {
    const pace *p = argument;
    world *w = world_of(lab);
    (void)more;
    double seconds = p->mean * (1 + p->scatter * normal(7, w->draws++)) + p->drift * w->now;
    if (w->measured < 4096)
        w->order[w->measured] = p->index;
    if (++w->measured == w->cancel_after)
        brg_lab_cancel(lab);
    pass(lab, 0.01);
    return seconds;
}

static double nothing(brg_lab *lab, const void *argument, double *more) {
    (void)argument, (void)more;
    pass(lab, 0.01);
    return NAN;
}

static double failing(brg_lab *lab, const void *argument, double *more) {
    (void)argument, (void)more;
    return brg_lab_fail(lab, BRG_E_IO, "The disk is on fire.");
}

/* Two conditions and a control: the ratio of the first two, and of the first to itself again. */
static brg_status measure(brg_lab *lab, brg_lab_condition slow, brg_lab_condition fast,
                          brg_lab_condition again) {
    const brg_lab_condition conditions[] = {slow, fast, again};
    const brg_lab_reply replies[] = {{0, BRG_LAB_RATIO(0, 1)}, {1, BRG_LAB_RATIO(0, 2)}};
    const brg_lab_mark marks[] = {{"measured", 1, BRG_LAB_RATIO(0, 0), NULL},
                                  {"measured", 2, BRG_LAB_RATIO(0, 1), NULL}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = 3,
                                                .replies = replies,
                                                .reply_count = 2,
                                                .marks = marks,
                                                .mark_count = 2});
}

static brg_status measure_paces(brg_lab *lab, pace slow, pace fast, pace again) {
    slow.index = 0, fast.index = 1, again.index = 2;
    return measure(lab, (brg_lab_condition){"slow", 1, timed, &slow},
                   (brg_lab_condition){"fast", 2, timed, &fast},
                   (brg_lab_condition){"again", 3, timed, &again});
}

#define CLAIM                                                                                      \
    {                                                                                              \
        .id = "T", .title = "A test", .questions = {                                               \
            {.what = "gain", .unit = "x", BRG_LAB_ABOVE(1.2)},                                     \
            {.what = "gain of the same", .unit = "x", BRG_LAB_WITHIN(0.9, 1.1), .control = true},  \
        }                                                                                          \
    }

#define EXPERIMENT(name, body)                                                                     \
    static brg_status run_##name(brg_lab *lab) {                                                   \
        body;                                                                                      \
    }                                                                                              \
    static const brg_experiment name = {CLAIM, run_##name}

/* Runs one experiment; the caller releases the result. */
static brg_lab_result run_in(world *w, const brg_experiment *experiment, double budget_s) {
    brg_lab *lab = NULL;
    brg_lab_result result;
    const brg_lab_world outside = {world_now, world_load, world_sentinel, world_alone, w};
    cr_assert_eq(brg_lab_create(&(brg_lab_options){.budget_s = budget_s}, &experiment, 1, &outside,
                                &lab, NULL),
                 BRG_OK);
    brg_lab_run_all(lab);
    cr_assert_eq(brg_lab_wait(lab, 0), BRG_OK);
    cr_assert_eq(brg_lab_result_copy(lab, 0, &result, NULL), BRG_OK);
    brg_lab_destroy(lab);
    cr_assert_eq(result.state, BRG_LAB_ENDED);
    return result;
}

/* Checks the verdict and a part of its sentence. */
static void expect(world w, const brg_experiment *experiment, double budget_s,
                   brg_lab_verdict verdict, const char *part) {
    brg_lab_result result = run_in(&w, experiment, budget_s);
    cr_expect_eq(result.verdict, verdict, "%s: %s", brg_lab_verdict_name(result.verdict),
                 result.sentence);
    cr_expect(strstr(result.sentence, part), "\"%s\" is not in \"%s\"", part, result.sentence);
    brg_lab_result_release(&result);
}

/* ---- verdicts ---------------------------------------------------------------------------------- */

EXPERIMENT(clear, return measure_paces(lab, (pace){0, 2, 0.02, 0}, (pace){0, 1, 0.02, 0},
                                       (pace){0, 2, 0.02, 0}));
EXPERIMENT(opposite, return measure_paces(lab, (pace){0, 1, 0.02, 0}, (pace){0, 2, 0.02, 0},
                                          (pace){0, 1, 0.02, 0}));
EXPERIMENT(scattered, return measure_paces(lab, (pace){0, 1.2, 0.4, 0}, (pace){0, 1, 0.4, 0},
                                           (pace){0, 1.2, 0.001, 0}));
EXPERIMENT(bad_control, return measure_paces(lab, (pace){0, 2, 0.02, 0}, (pace){0, 1, 0.02, 0},
                                             (pace){0, 1, 0.02, 0}));
EXPERIMENT(drifting,
           return measure_paces(lab, (pace){0, 2, 0, 2}, (pace){0, 1, 0, 1}, (pace){0, 2, 0, 2}));

Test(lab_verdict, a_clear_effect_is_confirmed) {
    expect((world){0}, &clear, 10, BRG_LAB_CONFIRMED, "Gain: ");
}

Test(lab_verdict, the_opposite_is_refuted) {
    expect((world){0}, &opposite, 10, BRG_LAB_REFUTED, "not at least 1.2 x");
}

Test(lab_verdict, noise_is_inconclusive) {
    expect((world){0}, &scattered, 0.4, BRG_LAB_INCONCLUSIVE, "too wide an interval");
}

Test(lab_verdict, a_control_that_fails_spoils_it) {
    expect((world){0}, &bad_control, 10, BRG_LAB_INCONCLUSIVE, "did not come out the other way");
}

/* Everything grows ten times slower, and the ratio within each round stays. */
Test(lab_verdict, drift_cancels_within_rounds) {
    world w = {0};
    brg_lab_result result = run_in(&w, &drifting, 10);
    cr_expect_eq(result.verdict, BRG_LAB_CONFIRMED);
    cr_expect_float_eq(result.answers[0].estimate.value, 2, 0.05);
    brg_lab_result_release(&result);
}

static const pace even_pace = {0, 1, 0.001, 0};
static const brg_lab_condition good = {"good", 1, timed, &even_pace};

EXPERIMENT(nan_sample,
           return measure(lab, (brg_lab_condition){"none", 1, nothing, NULL}, good, good));
EXPERIMENT(broken,
           return measure(lab, good, (brg_lab_condition){"broken", 1, failing, NULL}, good));
EXPERIMENT(silent, return brg_lab_status(lab));
EXPERIMENT(absent, return brg_lab_not_applicable(lab, "There is no %s.", "unicorn"));
EXPERIMENT(half_answered, brg_lab_judge(lab, 0, brg_lab_exact(2)); return BRG_OK);
EXPERIMENT(exact, brg_lab_judge(lab, 0, brg_lab_exact(2)); brg_lab_judge(lab, 1, brg_lab_exact(1));
           brg_lab_remark(lab, "That is %d.", 2); return BRG_OK);
EXPERIMENT(exact_nan, brg_lab_judge(lab, 0, brg_lab_exact(NAN));
           brg_lab_judge(lab, 1, brg_lab_exact(1)); return BRG_OK);

Test(lab_verdict, a_nan_never_confirms) {
    expect((world){0}, &nan_sample, 1, BRG_LAB_INCONCLUSIVE, "not measured");
    expect((world){0}, &exact_nan, 1, BRG_LAB_INCONCLUSIVE, "not measured");
}

Test(lab_verdict, no_time_is_inconclusive) {
    expect((world){0}, &clear, 1e-9, BRG_LAB_INCONCLUSIVE, "too few rounds");
    expect((world){0}, &clear, 0.1, BRG_LAB_INCONCLUSIVE, "too few rounds");
}

Test(lab_verdict, an_error_is_told) {
    world w = {0};
    brg_lab_result result = run_in(&w, &broken, 1);
    cr_expect_eq(result.verdict, BRG_LAB_INCONCLUSIVE);
    cr_expect_eq(result.error.status, BRG_E_IO);
    cr_expect(strstr(result.sentence, "The disk is on fire."));
    brg_lab_result_release(&result);
}

Test(lab_verdict, every_question_must_be_answered) {
    expect((world){0}, &silent, 1, BRG_LAB_INCONCLUSIVE, "not enough time");
    expect((world){0}, &half_answered, 1, BRG_LAB_INCONCLUSIVE, "control is undecided");
    expect((world){0}, &exact, 1, BRG_LAB_CONFIRMED, "That is 2.");
}

Test(lab_verdict, what_is_missing_is_not_applicable) {
    expect((world){0}, &absent, 1, BRG_LAB_NOT_APPLICABLE, "There is no unicorn.");
}

Test(lab_verdict, an_interrupted_one_keeps_its_data) {
    world w = {.cancel_after = 20};
    brg_lab_result result = run_in(&w, &clear, 10);
    cr_expect_eq(result.verdict, BRG_LAB_INCONCLUSIVE);
    cr_expect(result.interrupted);
    cr_expect(strstr(result.sentence, "Interrupted"));
    cr_expect_geq(result.sample_count, 12);
    cr_expect_eq(w.measured, 20);
    brg_lab_result_release(&result);
}

/* ---- other programs ---------------------------------------------------------------------------- */

Test(lab_noise, a_competing_load_is_inconclusive) {
    expect((world){.load = 0.4, .load_until = INFINITY}, &clear, 5, BRG_LAB_INCONCLUSIVE,
           "other programs used 40 % of the processors");
    expect((world){.load = 0.4, .load_until = INFINITY}, &opposite, 5, BRG_LAB_INCONCLUSIVE,
           "other programs used 40 % of the processors");
}

/* A count that is 2 where at least 1.2 is claimed, or 1. */
static double counted(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    pass(lab, 0.01);
    return *(const double *)argument;
}

static brg_status measure_counts(brg_lab *lab, double value) {
    static const double one = 1;
    const brg_lab_condition conditions[] = {{"count", 1, counted, &value},
                                            {"one", 2, counted, &one}};
    const brg_lab_reply replies[] = {{0, BRG_LAB_VALUE(0)}, {1, BRG_LAB_VALUE(1)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = 2,
                                                .replies = replies,
                                                .reply_count = 2,
                                                .max_rounds = 100,
                                                .min_rounds = 50,
                                                .counts = true});
}

EXPERIMENT(found, return measure_counts(lab, 2));
EXPERIMENT(hidden, return measure_counts(lab, 1));

/* Load can hide a count, never make it. */
Test(lab_noise, counts_may_confirm_under_load_but_not_refute) {
    const world calm = {0}, loaded = {.load = 0.4, .load_until = INFINITY};
    expect(calm, &found, 5, BRG_LAB_CONFIRMED, "Gain: 2");
    expect(loaded, &found, 5, BRG_LAB_CONFIRMED, "Gain: 2");
    expect(calm, &hidden, 5, BRG_LAB_REFUTED, "Gain: 1");
    expect(loaded, &hidden, 5, BRG_LAB_INCONCLUSIVE,
           "Gain: 1 x, since other programs used 40 % of the processors");
}

static brg_status run_short_rounds(brg_lab *lab) {
    static const pace slow = {0, 2, 0.02, 0}, fast = {1, 1, 0.02, 0};
    const brg_lab_condition conditions[] = {{"fast", 1, timed, &fast}, {"slow", 2, timed, &slow}};
    const brg_lab_reply replies[] = {{0, BRG_LAB_RATIO(0, 1)}, {1, BRG_LAB_RATIO(0, 0)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = 2,
                                                .replies = replies,
                                                .reply_count = 2,
                                                .max_rounds = 6});
}

/* Wherever the time ends and however few rounds are asked for: what was not seen to be calm does not count. */
Test(lab_noise, no_tail_of_a_window_slips_through) {
    static const brg_experiment short_rounds = {CLAIM, run_short_rounds};
    for (double budget = 0.1; budget < 3; budget += 0.033)
        expect((world){.load = 0.5, .load_until = INFINITY}, &short_rounds, budget,
               BRG_LAB_INCONCLUSIVE, "");
}

Test(lab_noise, a_little_load_is_borne) {
    expect((world){.load = 0.05, .load_until = INFINITY}, &clear, 5, BRG_LAB_CONFIRMED, "Gain");
}

Test(lab_noise, it_tries_again_until_it_is_calm) {
    world w = {.load = 0.5, .load_until = 3};
    brg_lab_result result = run_in(&w, &clear, 10);
    cr_expect_eq(result.verdict, BRG_LAB_CONFIRMED);
    cr_expect_gt(result.disturbed, 10);
    cr_expect_gt(w.now, 3);
    int32_t disturbed = 0;
    for (int32_t i = 0; i < result.sample_count; i++)
        disturbed += result.samples[i].disturbed;
    cr_expect_eq(disturbed, 3 * result.disturbed);
    brg_lab_result_release(&result);
}

/* Two questions and one reason for both: it is given once. */
Test(lab_noise, a_reason_is_given_once) {
    static const brg_lab_claim claim = {
        .questions = {{.what = "gain", .unit = "x", BRG_LAB_ABOVE(1)},
                      {.what = "loss", .unit = "x", BRG_LAB_ABOVE(1)},
                      {.what = "rest", .unit = "x", BRG_LAB_ABOVE(1)}}};
    const brg_lab_estimate unknown = {2, NAN, NAN, 1};
    brg_lab_result result = {.claim = &claim};
    for (int32_t i = 0; i < 3; i++)
        brg_lab_answer_make(&claim.questions[i], &unknown, i < 2 ? "it rained" : "it snowed",
                            &result.answers[i]);
    brg_lab_result_judge(&result);
    cr_expect_str_eq(result.sentence,
                     "Gain: 2 x. Loss: 2 x, since it rained. Rest: 2 x, since it snowed.");
}

/* ---- a slower processor ------------------------------------------------------------------------ */

Test(lab_noise, a_slower_processor_is_inconclusive) {
    const world w = {.slow_from = 0.1, .slow_until = INFINITY, .slow_by = 0.5};
    const char *const why = "the processor took 50 % longer than usual for the same work";
    expect(w, &clear, 5, BRG_LAB_INCONCLUSIVE, why);
    expect(w, &opposite, 5, BRG_LAB_INCONCLUSIVE, why);
}

Test(lab_noise, a_processor_a_little_slower_is_borne) {
    expect((world){.slow_from = 0.1, .slow_until = INFINITY, .slow_by = 0.15}, &clear, 5,
           BRG_LAB_CONFIRMED, "Gain");
}

/* Rounds on the slower processor are kept apart; what counts is measured before and after. */
Test(lab_noise, it_tries_again_until_the_processor_is_itself) {
    world w = {.slow_from = 0.1, .slow_until = 3, .slow_by = 0.5};
    brg_lab_result result = run_in(&w, &clear, 10);
    cr_expect_eq(result.verdict, BRG_LAB_CONFIRMED, "%s", result.sentence);
    cr_expect_gt(result.disturbed, 10);
    cr_expect_gt(w.now, 3);
    cr_expect(fabs(result.slower - 0.5) < 0.1, "%g", result.slower);
    brg_lab_result_release(&result);
}

/* Two processors that share one core from the start are as fast as ever one by one, and each other's burden
 * together: nothing usual was seen before. */
Test(lab_noise, processors_that_are_one_core_are_no_two) {
    expect((world){.slow_from = 0, .slow_until = INFINITY, .slow_by = 1}, &opposite, 5,
           BRG_LAB_INCONCLUSIVE, "the processor took 43 % longer than usual");
    expect((world){.slow_from = 0, .slow_until = INFINITY, .slow_by = 0.3}, &clear, 5,
           BRG_LAB_CONFIRMED, "Gain"); /* clock rates fall */
}

/* One that has grown warm and stays slower is, after a minute, the usual one; that is told. */
Test(lab_noise, a_processor_slower_for_good_is_the_usual_one) {
    world w = {.slow_from = 0.1, .slow_until = INFINITY, .slow_by = 0.5};
    brg_lab_result result = run_in(&w, &clear, 200);
    cr_expect_eq(result.verdict, BRG_LAB_CONFIRMED, "%s", result.sentence);
    cr_expect(w.now > 60 && w.now < 90, "%g", w.now);
    cr_expect_float_eq(result.settled, 0.5, 0.01);
    cr_expect(strstr(result.sentence, "taken 50 % longer than at its best for a whole minute"));
    brg_lab_result_release(&result);
}

/* Half a minute is a phase: what was measured in it does not count, and the pace before stays the usual one. */
Test(lab_noise, a_slow_phase_is_not_the_usual_pace) {
    world w = {.slow_from = 0.1, .slow_until = 30, .slow_by = 0.5};
    brg_lab_result result = run_in(&w, &clear, 200);
    cr_expect_eq(result.verdict, BRG_LAB_CONFIRMED, "%s", result.sentence);
    cr_expect(w.now > 30 && w.now < 34, "%g", w.now);
    cr_expect_eq(result.settled, 0);
    cr_expect_null(strstr(result.sentence, "at its best"));
    brg_lab_result_release(&result);
}

/* ---- rounds ------------------------------------------------------------------------------------ */

Test(lab_rounds, run_each_condition_once_in_random_order) {
    world w = {0};
    brg_lab_result result = run_in(&w, &clear, 10);
    int32_t orders = 0, last = -1;
    for (int32_t i = 3; i + 2 < w.measured; i += 3) { /* the first three warm up */
        cr_assert_eq(1 << w.order[i] | 1 << w.order[i + 1] | 1 << w.order[i + 2], 7);
        int32_t order = 3 * w.order[i] + w.order[i + 1];
        orders += order != last;
        last = order;
    }
    cr_expect_gt(orders, 3);
    cr_expect_eq(result.sample_count, w.measured - 3);
    cr_expect_eq(result.setting_count, 3);
    brg_lab_result_release(&result);
}

Test(lab_rounds, stop_once_precise) {
    world w = {0};
    brg_lab_result result = run_in(&w, &clear, 1000);
    cr_expect_lt(w.now, 3);
    cr_expect_geq(result.rounds, 6);
    cr_expect_eq(result.series_count, 1);
    cr_assert_eq(result.series[0].point_count, 2);
    cr_expect_float_eq(result.series[0].points[1].y, 2, 0.1);
    brg_lab_result_release(&result);
}

/* ---- quick ------------------------------------------------------------------------------------- */

static double slow_round(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    pass(lab, 0.2);
    return 1 + 0.2 * normal(7, world_of(lab)->draws++) + *(const double *)argument;
}

/* Rounds of 0.6 seconds that scatter too much to be precise. */
static brg_status run_slowly(brg_lab *lab) {
    static const double zero = 0, one = 1;
    return measure(lab, (brg_lab_condition){"slow", 1, slow_round, &one},
                   (brg_lab_condition){"fast", 2, slow_round, &zero},
                   (brg_lab_condition){"again", 3, slow_round, &one});
}

static const brg_experiment slowly = {CLAIM, run_slowly};

/* Runs many experiments one after the other; rounds of each, and how long all took. */
static double run_quickly(world *w, const brg_experiment *const *experiments, int32_t count,
                          double budget_s, int32_t *rounds) {
    brg_lab *lab = NULL;
    const brg_lab_world outside = {world_now, world_load, world_sentinel, world_alone, w};
    const brg_lab_options options = {.budget_s = budget_s, .quick = true};
    cr_assert_eq(brg_lab_create(&options, experiments, count, &outside, &lab, NULL), BRG_OK);
    brg_lab_run_all(lab);
    for (int32_t i = 0; i < count; i++) {
        brg_lab_result result;
        cr_assert_eq(brg_lab_result_copy(lab, i, &result, NULL), BRG_OK);
        rounds[i] = result.rounds;
        brg_lab_result_release(&result);
    }
    brg_lab_destroy(lab);
    return w->now;
}

/* Four seconds give six rounds of its kind; it gets twelve, and no more. */
Test(lab_quick, a_claim_with_few_rounds_may_take_longer) {
    const brg_experiment *const one[] = {&slowly};
    int32_t rounds;
    world w = {0};
    const double took = run_quickly(&w, one, 1, 0, &rounds);
    cr_expect(rounds >= 10 && rounds <= 12, "%d rounds", rounds);
    cr_expect(took > 6 && took <= 8, "%g s", took);
}

Test(lab_quick, a_budget_that_was_asked_for_is_kept) {
    const brg_experiment *const one[] = {&slowly};
    int32_t rounds;
    world w = {0};
    cr_expect_leq(run_quickly(&w, one, 1, 4, &rounds), 4);
}

/* Whatever the claims are like and the machine is doing: all of them within the promised three minutes. */
Test(lab_quick, all_take_less_than_three_minutes) {
    enum { ALL = 39 };
    const brg_experiment *all[ALL];
    int32_t rounds[ALL];
    for (double load = 0; load < 1; load += 0.5) {
        world w = {.load = load, .load_until = INFINITY};
        for (int32_t i = 0; i < ALL; i++)
            all[i] = &slowly;
        cr_expect_lt(run_quickly(&w, all, ALL, 0, rounds), 180);
        cr_expect_gt(rounds[0], load > 0 ? -1 : rounds[ALL - 1]);
    }
}

/* Those that end early leave their time to those that come after. */
Test(lab_quick, time_left_over_is_used) {
    enum { ALL = 39 };
    const brg_experiment *all[ALL];
    int32_t rounds[ALL];
    world w = {0};
    for (int32_t i = 0; i < ALL; i++)
        all[i] = i % 2 ? &slowly : &clear;
    cr_expect_lt(run_quickly(&w, all, ALL, 0, rounds), 180);
    for (int32_t i = 1; i < ALL; i += 2)
        cr_expect_geq(rounds[i], 10, "%d rounds in experiment %d", rounds[i], i);
}

/* ---- rows, options, JSON ----------------------------------------------------------------------- */

/* Every claim says what it takes to judge it. */
Test(lab_table, rows_are_complete) {
    const brg_lab_claim *claim;
    for (int32_t i = 0; (claim = brg_lab_claim_at(i)); i++) {
        const char *const texts[] = {
            claim->slug,       claim->title,     claim->articles, claim->claim,  claim->metric,
            claim->hypothesis, claim->threshold, claim->workload, claim->method, claim->refuted_by,
            claim->control,    claim->plot.x,    claim->plot.y};
        int32_t controls = 0, questions = brg_lab_claim_questions(claim);
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            cr_expect(texts[j] && texts[j][0], "claim %s lacks text %zu", claim->id, j);
        for (int32_t j = 0; j < questions; j++) {
            const brg_lab_question *question = &claim->questions[j];
            controls += question->control;
            cr_expect(question->unit && question->low <= question->high &&
                          !(isinf(question->low) && isinf(question->high)),
                      "claim %s, question %d", claim->id, j);
        }
        cr_expect_leq(strlen(claim->title), 52, "claim %s", claim->id);
        cr_expect(controls > 0 && controls < questions, "claim %s", claim->id);
        cr_expect_eq(brg_lab_claim_find(claim->id), claim);
    }
    cr_expect_null(brg_lab_claim_find("99"));
}

Test(lab_table, bad_options_are_refused) {
    brg_lab *lab = NULL;
    const char *const wrong[] = {"24", "99"};
    brg_error error = {0};
    cr_expect_eq(brg_lab_start(&(brg_lab_options){.ids = wrong, .id_count = 2}, &lab, &error),
                 BRG_E_NOT_FOUND);
    cr_expect(strstr(error.what, "99"));
    cr_expect_eq(brg_lab_start(&(brg_lab_options){.budget_s = NAN}, &lab, NULL), BRG_E_ARGUMENT);
    cr_expect_eq(brg_lab_start(&(brg_lab_options){.has_dial = true, .dial = NAN}, &lab, NULL),
                 BRG_E_ARGUMENT);
    cr_expect_null(lab);
}

Test(lab_table, results_become_json) {
    world w = {0};
    brg_lab_result result = run_in(&w, &clear, 10);
    char *text = brg_lab_results_json(&result, 1);
    cJSON *root = cJSON_Parse(text);
    const cJSON *first = cJSON_GetArrayItem(root, 0);
    cr_assert(first);
    cr_expect_str_eq(cJSON_GetObjectItem(first, "verdict")->valuestring, "CONFIRMED");
    cr_expect_eq(cJSON_GetArraySize(cJSON_GetObjectItem(first, "samples")), result.sample_count);
    cr_expect_eq(cJSON_GetArraySize(cJSON_GetObjectItem(first, "questions")), 2);
    cJSON_Delete(root);
    free(text);
    brg_lab_result_release(&result);
}

static int32_t count_of(const char *text, const char *word) {
    int32_t count = 0;
    while ((text = strstr(text, word))) {
        count++;
        text += strlen(word);
    }
    return count;
}

/* Whatever a claim's texts hold. */
Test(lab_table, results_become_a_page) {
    world w = {0};
    brg_lab_result result = run_in(&w, &clear, 10);
    snprintf(result.sentence, sizeof result.sentence, "a < b & \"c\" <script>");
    char *text = brg_lab_results_html(&result, 1), *none = brg_lab_results_html(NULL, 0);
    cr_assert(text && none);
    cr_expect_eq(strncmp(text, "<!DOCTYPE html>", 15), 0);
    cr_expect(strstr(text, "<title>Concurrency and parallelism, put to the test</title>"));
    cr_expect(strstr(text, "a &lt; b &amp; &quot;c&quot; &lt;script&gt;"));
    cr_expect_not(strstr(text, "<script"));
    cr_expect(strstr(text, "CONFIRMED</span>"));
    cr_expect_eq(count_of(text, "<section class=\"claim\" id="), 1);
    cr_expect_eq(count_of(none, "<section class=\"claim\" id="), 0);
    cr_expect_eq(count_of(text, "<svg"), count_of(text, "</svg>"));
    cr_expect_eq(count_of(text, "<div"), count_of(text, "</div>"));
    cr_expect_eq(count_of(text, "<table"), count_of(text, "</table>"));
    cr_expect_str_eq(text + strlen(text) - 8, "</html>\n");
    free(none);
    free(text);
    brg_lab_result_release(&result);
}
