/* Measuring: rounds of all conditions in random order, until what is judged is precise or time is
 * spent.
 *
 * Order, warm-up and pairing after Georges, Buytaert and Eeckhout, "Statistically rigorous Java
 * performance evaluation", OOPSLA 2007, and Fleming and Wallace's rule that ratios are summarised
 * within a round. It stops when the interval is narrow, not when it suits the claim: stopping at
 * the first decision would find one by chance too often.
 *
 * Rounds are judged calm or disturbed in windows of half a second, since the system counts
 * processor time in ticks of ten milliseconds: too coarse for a single short round. Between rounds,
 * for a hundredth of the time at most, a sentinel does the same small work, so that a processor
 * that has grown slower is noticed too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "lab/judge.h"
#include "lab/state.h"
#include "lab/statistics.h"

enum { MOST_IN_WINDOW = 4000 }; /* rounds of microseconds would fill the memory */

static const double window_s = 0.5;
static const double tolerated = 0.10;     /* part of the processors that others may take */
static const double too_slow = 0.25;      /* more than usual that the sentinel may take */
static const double sentinel_part = 0.01; /* of the time, at most */
static const double shortest_s = 0.03;    /* three ticks: less cannot be told */
static const double grace = 1.5;          /* of its time, until there are the fewest rounds */
static const double quick_grace = 2;      /* with quick, if there is so much to spare ... */
static const int32_t quick_rounds = 12;   /* ... and until there are so many rounds */

/* When the rounds of a window began, and what the processors had done by then. */
typedef struct window {
    double began_s;
    brg_lab_load load;
} window;

/* One call of brg_lab_measure. */
typedef struct measurement {
    brg_lab *lab;
    const brg_lab_plan *plan;
    int32_t first_setting; /* in the result */
    int32_t min_rounds, max_rounds;
    double began_s, deadline_s, precision;
    double longest_round_s;
    int32_t refresh_at, check_at; /* rounds */

    bool load_known;
    brg_lab_load load_at_begin;
    window now, before;                  /* before: began_s is NaN if there is none */
    int32_t window_round, window_sample; /* the first ones that are not classified yet */
    double others_most, slower_most;     /* of any window */
    double sentinel_s;                   /* the sentinel's time since the window began */
    int32_t sentinels;                   /* how often it was done */
} measurement;

static double now_s(const brg_lab *lab) {
    return lab->world.now_s(lab->world.user);
}

/* ---- rounds as data ---------------------------------------------------------------------------- */

static brg_status rounds_begin(brg_lab *lab, const brg_lab_plan *plan) {
    brg_lab_rounds *rounds = &lab->rounds;
    free(rounds->values);
    free(rounds->calm);
    int32_t readings = plan->readings > 0 ? plan->readings : 1;
    *rounds = (brg_lab_rounds){.width = plan->condition_count * readings, .readings = readings};
    return BRG_OK;
}

/* Makes room for one more round, all NaN. */
static double *rounds_add(brg_lab *lab) {
    brg_lab_rounds *rounds = &lab->rounds;
    if (rounds->count == rounds->room) {
        int32_t room = rounds->room ? 2 * rounds->room : 16;
        double *values =
            realloc(rounds->values, (size_t)room * (size_t)rounds->width * sizeof *values);
        rounds->values = values ? values : rounds->values;
        bool *calm = realloc(rounds->calm, (size_t)room * sizeof *calm);
        rounds->calm = calm ? calm : rounds->calm;
        if (!values || !calm) {
            brg_lab_fail(lab, BRG_E_MEMORY, "There is not enough memory for the data.");
            return NULL;
        }
        rounds->room = room;
    }
    double *row = &rounds->values[rounds->count * rounds->width];
    for (int32_t i = 0; i < rounds->width; i++)
        row[i] = NAN;
    rounds->calm[rounds->count++] = true;
    return row;
}

static int32_t calm_rounds(const brg_lab *lab) {
    int32_t calm = 0;
    for (int32_t i = 0; i < lab->rounds.count; i++)
        calm += lab->rounds.calm[i];
    return calm;
}

static double evaluate(const brg_lab_quantity *quantity, const double *row) {
    double scale = quantity->scale != 0 ? quantity->scale : 1;
    if (quantity->of)
        return scale * quantity->of(row, quantity->argument);
    double over = quantity->under < 0 ? 1 : row[quantity->under];
    return scale * row[quantity->top] / over;
}

brg_lab_estimate brg_lab_estimate_of(const brg_lab *lab, brg_lab_quantity quantity) {
    const brg_lab_rounds *rounds = &lab->rounds;
    brg_lab_estimate estimate = {NAN, NAN, NAN, 0};
    double *values = rounds->count ? malloc((size_t)rounds->count * sizeof *values) : NULL;
    if (!values)
        return estimate;
    int32_t count = 0;
    for (int32_t i = 0; i < rounds->count; i++)
        if (rounds->calm[i])
            values[count++] = evaluate(&quantity, &rounds->values[i * rounds->width]);
    estimate = brg_lab_bootstrap(values, count, lab->seed);
    free(values);
    return estimate;
}

/* ---- samples, for plots and files -------------------------------------------------------------- */

static void note_settings(measurement *m) {
    brg_lab_result *result = brg_lab_current(m->lab);
    m->first_setting = result->setting_count;
    brg_lab_change_begin(m->lab);
    for (int32_t i = 0; i < m->plan->condition_count; i++) {
        const brg_lab_condition *condition = &m->plan->conditions[i];
        brg_lab_setting *setting =
            brg_lab_append(m->lab, &result->settings, result->setting_count, sizeof *setting);
        if (!setting)
            break;
        snprintf(setting->name, sizeof setting->name, "%s", condition->name);
        setting->x = condition->x;
        setting->group = m->lab->groups;
        result->setting_count++;
    }
    brg_lab_change_end(m->lab);
}

static void note_samples(measurement *m, int32_t condition, const double *values) {
    brg_lab *lab = m->lab;
    brg_lab_result *result = brg_lab_current(lab);
    brg_lab_change_begin(lab);
    for (int32_t i = 0; i < lab->rounds.readings; i++) {
        brg_lab_sample *sample =
            brg_lab_append(lab, &result->samples, result->sample_count, sizeof *sample);
        if (!sample)
            break;
        *sample = (brg_lab_sample){.setting = m->first_setting + condition,
                                   .reading = i,
                                   .round = lab->rounds.count - 1,
                                   .value = values[i],
                                   .at_s = brg_lab_elapsed_s(lab)};
        result->sample_count++;
    }
    brg_lab_change_end(lab);
}

/* ---- a round ----------------------------------------------------------------------------------- */

static uint64_t order_seed(const measurement *m, int32_t round) {
    uint64_t group = (uint64_t)m->lab->groups << 32;
    return brg_random_bits(m->lab->seed, group + (uint64_t)round);
}

static void measure_one(measurement *m, int32_t index, double *values) {
    const brg_lab_condition *condition = &m->plan->conditions[index];
    values[0] = condition->measure(m->lab, condition->argument, values + 1);
}

/* What is measured for the first time finds caches cold and kernels unbuilt: it does not count. */
static void warm_up(measurement *m) {
    m->lab->warming_up = true;
    for (int32_t i = 0; i < m->plan->condition_count; i++) {
        double values[BRG_LAB_READINGS];
        if (brg_lab_status(m->lab) == BRG_OK)
            measure_one(m, i, values);
    }
    m->lab->warming_up = false;
}

static void run_round(measurement *m) {
    int32_t order[BRG_LAB_CONDITIONS], readings = m->lab->rounds.readings;
    double began = now_s(m->lab);
    double *row = rounds_add(m->lab);
    brg_lab_shuffle(order, m->plan->condition_count, order_seed(m, m->lab->rounds.count));
    for (int32_t i = 0; row && i < m->plan->condition_count; i++) {
        if (brg_lab_status(m->lab) != BRG_OK)
            break;
        measure_one(m, order[i], &row[order[i] * readings]);
        if (brg_lab_status(m->lab) == BRG_OK)
            note_samples(m, order[i], &row[order[i] * readings]);
    }
    if (brg_lab_status(m->lab) != BRG_OK && row)
        m->lab->rounds.count--; /* it is not whole */
    m->longest_round_s = fmax(m->longest_round_s, now_s(m->lab) - began);
}

/* ---- the sentinel ------------------------------------------------------------------------------ */

static double sentinel_s(const measurement *m) {
    const brg_lab_world *world = &m->lab->world;
    return world->sentinel_s ? world->sentinel_s(world->user) : NAN;
}

/* The first measurement of a lab has nothing to compare with. Cores that work at the same time may be slower than
 * one by itself, as clock rates fall, but not twice as slow: then they are no cores of their own. */
static void sentinel_begin(measurement *m) {
    enum { TRIES = 8 };
    static const double together = 1.4; /* times as long as one by itself, at most, is usual */
    const brg_lab_world *world = &m->lab->world;
    for (int32_t i = 0; i < TRIES && m->lab->sentinel.count < TRIES; i++) {
        double all_s = sentinel_s(m), alone_s = world->alone_s ? world->alone_s(world->user) : NAN;
        brg_lab_sentinel_note(&m->lab->sentinel, fmin(all_s, together * alone_s));
    }
}

static void sentinel_run(measurement *m) {
    m->sentinel_s += sentinel_s(m);
    m->sentinels++;
}

/* After a round, unless that would take too large a part of the window. */
static void sentinel_maybe_run(measurement *m) {
    if (m->sentinel_s <= sentinel_part * (now_s(m->lab) - m->now.began_s))
        sentinel_run(m);
}

/* How much slower the processor was than usual in this window, on average; NaN: not known. */
static double slower_in_window(measurement *m) {
    if (m->sentinels == 0)
        sentinel_run(m);
    return brg_lab_sentinel_slower(&m->lab->sentinel, m->sentinel_s / m->sentinels);
}

/* ---- windows: calm or not ---------------------------------------------------------------------- */

/* Whether rounds come in windows that are calm or not. */
static bool judges_load(const measurement *m) {
    return (m->load_known || m->lab->sentinel.count > 0) && !m->plan->counts;
}

static bool read_load(const measurement *m, brg_lab_load *load) {
    return m->lab->world.load(m->lab->world.user, load);
}

static void window_begin(measurement *m) {
    m->now.began_s = now_s(m->lab);
    m->load_known = read_load(m, &m->now.load);
    m->window_round = m->lab->rounds.count;
    m->window_sample = brg_lab_current(m->lab)->sample_count;
    m->sentinel_s = 0;
    m->sentinels = 0;
}

static void mark_disturbed(measurement *m) {
    brg_lab_result *result = brg_lab_current(m->lab);
    brg_lab_change_begin(m->lab);
    for (int32_t i = m->window_round; i < m->lab->rounds.count; i++) {
        m->lab->rounds.calm[i] = false;
        result->disturbed++;
    }
    for (int32_t i = m->window_sample; i < result->sample_count; i++)
        result->samples[i].disturbed = true;
    brg_lab_change_end(m->lab);
}

/* The part of the processors that others took since a window began; NaN if that cannot be told. */
static double others_since(const measurement *m, const window *from) {
    brg_lab_load load;
    double length = now_s(m->lab) - from->began_s;
    if (!(length >= shortest_s) || !read_load(m, &load))
        return NAN;
    return brg_lab_load_of_others(&from->load, &load, length * brg_lab_cores(m->lab));
}

/* Whether nobody took the processors since `from` and none was slow. What cannot be told to be calm
 * does not count as calm; where the system says nothing of others' load, the sentinel alone
 * decides. */
static bool was_calm(measurement *m, const window *from) {
    double others = others_since(m, from), slower = slower_in_window(m);
    bool alone = m->load_known ? others <= tolerated : true;
    bool steady = m->lab->sentinel.count > 0 ? slower <= too_slow : true;
    m->others_most = fmax(m->others_most, others); /* of a number and NaN: the number */
    m->slower_most = fmax(m->slower_most, slower);
    if (alone)
        brg_lab_sentinel_note(&m->lab->sentinel, m->sentinel_s / m->sentinels);
    return alone && steady;
}

/* Classifies the rounds of a window once it is long enough, or whatever there is at the end: then
 * together with the window before. */
static void window_close(measurement *m, bool last) {
    double length = now_s(m->lab) - m->now.began_s;
    if (!judges_load(m) || (!last && length < window_s))
        return;
    bool tail = length < window_s / 2 && !isnan(m->before.began_s);
    if (!was_calm(m, tail ? &m->before : &m->now))
        mark_disturbed(m);
    m->before = m->now;
    window_begin(m);
}

static double others_in_all(const measurement *m) {
    brg_lab_load load;
    double length = now_s(m->lab) - m->began_s;
    if (!m->load_known || !read_load(m, &load) || !(length > 0))
        return NAN;
    return brg_lab_load_of_others(&m->load_at_begin, &load, length * brg_lab_cores(m->lab));
}

/* Over the whole measurement, for the record; fmax of a number and NaN is the number. */
static void note_circumstances(measurement *m) {
    double others = others_in_all(m);
    brg_lab_result *result = brg_lab_current(m->lab);
    brg_lab_change_begin(m->lab);
    result->others = fmax(result->others, others);
    result->slower = fmax(result->slower, m->slower_most);
    result->settled = fmax(result->settled, brg_lab_sentinel_settled(&m->lab->sentinel));
    brg_lab_change_end(m->lab);
}

/* ---- when to stop ------------------------------------------------------------------------------ */

/* How large a number is for its precision: a value near zero is measured against its range. */
static double scale_of(const brg_lab_question *question, double value) {
    double scale = fabs(value);
    if (isfinite(question->low) && isfinite(question->high))
        return fmax(scale, question->high - question->low);
    if (isfinite(question->low))
        scale = fmax(scale, fabs(question->low));
    if (isfinite(question->high))
        scale = fmax(scale, fabs(question->high));
    return scale;
}

/* Resampling takes its time too: after a look, an eighth more rounds come before the next. */
static bool is_precise(measurement *m) {
    if (m->lab->rounds.count < m->check_at && !judges_load(m))
        return false;
    m->check_at = m->lab->rounds.count + 1 + m->lab->rounds.count / 8;
    const brg_lab_claim *claim = brg_lab_current(m->lab)->claim;
    for (int32_t i = 0; i < m->plan->reply_count; i++) {
        const brg_lab_reply *reply = &m->plan->replies[i];
        brg_lab_estimate e = brg_lab_estimate_of(m->lab, reply->quantity);
        double scale = scale_of(&claim->questions[reply->question], e.value);
        if (!((e.high - e.low) / 2 <= m->precision * scale))
            return false;
    }
    return true;
}

/* How many times its own time a measurement with few rounds may take. That depends on their number alone, not on
 * what they say: going on until it suits the claim would find it true too often. With quick, all claims together have
 * promised to be done by a certain time: what one does not use is there for those that need it. */
static double patience(const measurement *m, int32_t calm) {
    const brg_lab *lab = m->lab;
    if (!lab->quick)
        return calm < m->min_rounds ? grace : 1;
    const bool few = calm < m->min_rounds || calm < quick_rounds;
    return few ? fmin(quick_grace, 1 + lab->spare_s / lab->budget_s) : 1;
}

static bool time_is_over(const measurement *m, int32_t calm) {
    double length = m->deadline_s - m->began_s;
    double limit = m->began_s + patience(m, calm) * length;
    return now_s(m->lab) + m->longest_round_s >= limit;
}

/* Rounds are there of which it is not yet known whether they were disturbed. */
static bool window_is_open(const measurement *m) {
    return judges_load(m) && m->lab->rounds.count > m->window_round;
}

static bool wants_more(measurement *m) {
    int32_t calm = calm_rounds(m->lab);
    if (brg_lab_status(m->lab) != BRG_OK || time_is_over(m, calm))
        return false;
    if (window_is_open(m))
        return m->lab->rounds.count - m->window_round < MOST_IN_WINDOW;
    if (calm >= m->max_rounds)
        return false;
    return calm < m->min_rounds || !is_precise(m);
}

bool brg_lab_warming_up(const brg_lab *lab) {
    return lab->warming_up;
}

/* ---- what becomes of it ------------------------------------------------------------------------ */

static void draw(const measurement *m) {
    for (int32_t i = 0; i < m->plan->mark_count; i++) {
        const brg_lab_mark *mark = &m->plan->marks[i];
        brg_lab_plot_point(m->lab, mark->series, mark->x,
                           brg_lab_estimate_of(m->lab, mark->quantity), mark->label);
    }
    for (int32_t i = 0; i < m->plan->gauge_count; i++) {
        const brg_lab_gauge *gauge = &m->plan->gauges[i];
        brg_lab_figure_set(m->lab, gauge->name, gauge->unit,
                           brg_lab_estimate_of(m->lab, gauge->quantity));
    }
}

/* Numbers to watch, not yet answers. */
static void estimate_all(const measurement *m) {
    brg_lab_result *result = brg_lab_current(m->lab);
    for (int32_t i = 0; i < m->plan->reply_count; i++) {
        const brg_lab_reply *reply = &m->plan->replies[i];
        brg_lab_estimate estimate = brg_lab_estimate_of(m->lab, reply->quantity);
        brg_lab_change_begin(m->lab);
        result->answers[reply->question].estimate = estimate;
        brg_lab_change_end(m->lab);
    }
}

/* Shows how things stand, ever more rarely as rounds add up. */
static void refresh(measurement *m) {
    if (m->lab->rounds.count < m->refresh_at)
        return;
    draw(m);
    estimate_all(m);
    m->refresh_at = m->lab->rounds.count + 1 + m->lab->rounds.count / 8;
}

/* Why there may be no interval. */
static const char *noise_of(const measurement *m, bool withheld, char *text, size_t size) {
    if (calm_rounds(m->lab) >= m->min_rounds && !withheld)
        return NULL;
    if (m->others_most > tolerated)
        snprintf(text, size, "other programs used %.0f %% of the processors",
                 fmin(m->others_most, 1) * 100); /* ticks round up */
    else if (m->slower_most > too_slow)
        snprintf(text, size, "the processor took %.0f %% longer than usual for the same work",
                 m->slower_most * 100);
    else
        return NULL;
    return text;
}

/* Counts that load may have kept from being seen refute nothing: then their interval is
 * withheld. */
static bool withhold(measurement *m, const brg_lab_question *question, brg_lab_estimate *estimate) {
    const double others = others_in_all(m);
    if (!m->plan->counts || !(others > tolerated) ||
        brg_lab_verdict_of(question, estimate) != BRG_LAB_REFUTED)
        return false;
    m->others_most = others;
    estimate->low = estimate->high = NAN;
    return true;
}

static void answer(measurement *m, const brg_lab_reply *reply) {
    char text[128];
    brg_lab_result *result = brg_lab_current(m->lab);
    const brg_lab_question *question = &result->claim->questions[reply->question];
    brg_lab_estimate estimate = brg_lab_estimate_of(m->lab, reply->quantity);
    const bool withheld = withhold(m, question, &estimate);
    brg_lab_change_begin(m->lab);
    brg_lab_answer_make(question, &estimate, noise_of(m, withheld, text, sizeof text),
                        &result->answers[reply->question]);
    brg_lab_change_end(m->lab);
}

static void answer_all(measurement *m) {
    brg_lab_result *result = brg_lab_current(m->lab);
    for (int32_t i = 0; i < m->plan->reply_count; i++)
        answer(m, &m->plan->replies[i]);
    brg_lab_change_begin(m->lab);
    int32_t calm = calm_rounds(m->lab);
    result->rounds = calm > result->rounds ? calm : result->rounds;
    brg_lab_change_end(m->lab);
}

static brg_status check_plan(brg_lab *lab, const brg_lab_plan *plan) {
    bool good = plan->condition_count > 0 && plan->condition_count <= BRG_LAB_CONDITIONS &&
                plan->readings >= 0 && plan->readings <= BRG_LAB_READINGS;
    if (!good)
        brg_lab_fail(lab, BRG_E_INTERNAL, "The experiment's plan has too many conditions.");
    return brg_lab_status(lab);
}

static measurement begin(brg_lab *lab, const brg_lab_plan *plan) {
    measurement m = {
        .lab = lab, .plan = plan, .refresh_at = 1, .before = {.began_s = NAN}, .slower_most = NAN};
    m.min_rounds = plan->min_rounds > 0 ? plan->min_rounds : BRG_LAB_MIN_ROUNDS;
    m.max_rounds = plan->max_rounds > 0 ? plan->max_rounds : 400;
    m.precision = plan->precision > 0 ? plan->precision : 0.03;
    m.began_s = now_s(lab);
    double share = plan->share > 0 ? plan->share : 1;
    m.deadline_s = m.began_s + fmax(0, brg_lab_left_s(lab)) * share;
    lab->groups++;
    return m;
}

brg_status brg_lab_measure(brg_lab *lab, const brg_lab_plan *plan) {
    if (check_plan(lab, plan) != BRG_OK || rounds_begin(lab, plan) != BRG_OK)
        return brg_lab_status(lab);
    measurement m = begin(lab, plan);
    note_settings(&m);
    if (!time_is_over(&m, 0))
        warm_up(&m);
    sentinel_begin(&m);
    window_begin(&m);
    m.load_at_begin = m.now.load;
    do {
        while (wants_more(&m)) {
            run_round(&m);
            sentinel_maybe_run(&m);
            window_close(&m, false);
            refresh(&m);
        }
        window_close(&m, true);
    } while (wants_more(&m));
    lab->beyond_s += fmax(0, now_s(lab) - m.deadline_s);
    note_circumstances(&m);
    draw(&m);
    answer_all(&m);
    return brg_lab_status(lab);
}
