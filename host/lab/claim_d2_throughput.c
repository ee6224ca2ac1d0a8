/* Claim D2: does throughput come from parallelism, or from concurrency as well? Two articles give it to parallelism;
 * a tip in one of them gives it to concurrency, too.
 *
 *     one after the other  |C..w..C..w..|C..w..C..w..|     a worker does a task's computing C and sits out its
 *     concurrent           |CCww..CC..w.|                  waiting w; or he does others' computing meanwhile;
 *     parallel             |C..w..C..w..|                  or there are two of him, and both sit
 *                          |C..w..C..w..|
 *
 * Eight tasks of one length, of which a part is waiting: from none of it to all. Both readings are on one data
 * set, at its two ends. */
#include <stdio.h>

#include "lab/tasks.h"

enum { TASKS = 8, STEPS = 4, SHARES = 5 };
enum { ONE_BY_ONE, CONCURRENT, PARALLEL, WAYS };
enum { Q_PARALLEL, Q_CONCURRENT, Q_MORE, Q_NOT };
enum { NO_WAITING = 0, HALF = SHARES / 2, ALL_WAITING = SHARES - 1 };

static const double task_s = 3e-3;

/* How tasks are made up, and who does them. */
typedef struct setting {
    const char *picture; /* NULL: none */
    brg_lab_service service;
    double waiting; /* part of a task's time, 0..1 */
} setting;

typedef struct chore {
    uint64_t spin;
    double wait_s;
} chore;

/* Computes, and then waits for something, four times. */
static double do_step(int32_t task, int32_t step, void *argument) {
    (void)task;
    const chore *c = argument;
    if (step == STEPS)
        return -1;
    if (c->spin)
        brg_lab_spin(c->spin);
    return c->wait_s;
}

/* Tasks done in a second. */
static double throughput(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    const setting *s = argument;
    const double computing_s = (1 - s->waiting) * task_s / STEPS;
    chore c = {.spin = computing_s > 0 ? brg_lab_spin_steps(lab, computing_s) : 0,
               .wait_s = s->waiting * task_s / STEPS};
    brg_lab_log log;
    brg_lab_tasks_run(lab, TASKS, do_step, &c, &s->service, &log);
    if (s->picture)
        brg_lab_tasks_draw(lab, s->picture, &log, false, NULL);
    return TASKS / log.effort.wall_s;
}

#define CONDITION(share, way) ((share)*WAYS + (way))
#define GAIN(share, way) BRG_LAB_RATIO(CONDITION(share, way), CONDITION(share, ONE_BY_ONE))

static brg_status measure(brg_lab *lab, const setting *settings,
                          const char (*names)[BRG_LAB_NAME]) {
    brg_lab_condition conditions[SHARES * WAYS];
    brg_lab_mark marks[SHARES * 2];
    for (int32_t i = 0; i < SHARES; i++) {
        const double percent = 100 * settings[CONDITION(i, ONE_BY_ONE)].waiting;
        for (int32_t j = 0; j < WAYS; j++)
            conditions[CONDITION(i, j)] = (brg_lab_condition){
                names[CONDITION(i, j)], percent, throughput, &settings[CONDITION(i, j)]};
        marks[2 * i] = (brg_lab_mark){"concurrent", percent, GAIN(i, CONCURRENT), NULL};
        marks[2 * i + 1] = (brg_lab_mark){"parallel", percent, GAIN(i, PARALLEL), NULL};
    }
    const brg_lab_reply replies[] = {{Q_PARALLEL, GAIN(NO_WAITING, PARALLEL)},
                                     {Q_CONCURRENT, GAIN(ALL_WAITING, CONCURRENT)},
                                     {Q_MORE, BRG_LAB_RATIO(CONDITION(ALL_WAITING, CONCURRENT),
                                                            CONDITION(ALL_WAITING, PARALLEL))},
                                     {Q_NOT, GAIN(NO_WAITING, CONCURRENT)}};
    const brg_lab_gauge gauges[] = {
        {"computing tasks, parallel", "1/s", BRG_LAB_VALUE(CONDITION(NO_WAITING, PARALLEL))},
        {"computing tasks, concurrent", "1/s", BRG_LAB_VALUE(CONDITION(NO_WAITING, CONCURRENT))},
        {"waiting tasks, parallel", "1/s", BRG_LAB_VALUE(CONDITION(ALL_WAITING, PARALLEL))},
        {"waiting tasks, concurrent", "1/s", BRG_LAB_VALUE(CONDITION(ALL_WAITING, CONCURRENT))}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = SHARES * WAYS,
                                                .replies = replies,
                                                .reply_count = 4,
                                                .marks = marks,
                                                .mark_count = SHARES * 2,
                                                .gauges = gauges,
                                                .gauge_count = 4});
}

/* All waits pass while others compute, but a task takes no less than its own time. */
static void draw_model(brg_lab *lab, double waiting) {
    double computing = TASKS * (1 - waiting);
    brg_lab_plot_model(lab, "concurrent, ideal", 100 * waiting, TASKS / fmax(1, computing));
    brg_lab_plot_model(lab, "parallel, ideal", 100 * waiting, 2);
}

static double gain(brg_lab *lab, int32_t share, int32_t way) {
    return brg_lab_estimate_of(lab, (brg_lab_quantity)GAIN(share, way)).value;
}

static void tell_readings(brg_lab *lab) {
    if (isnan(gain(lab, NO_WAITING, PARALLEL)))
        return;
    brg_lab_remark(lab,
                   "Both readings: tasks that compute gain %.1f x by parallelism and %.1f x by "
                   "concurrency, tasks that wait %.1f x and %.1f x.",
                   gain(lab, NO_WAITING, PARALLEL), gain(lab, NO_WAITING, CONCURRENT),
                   gain(lab, ALL_WAITING, PARALLEL), gain(lab, ALL_WAITING, CONCURRENT));
}

static brg_status run(brg_lab *lab) {
    static const char *const ways[WAYS] = {"one by one", "concurrent", "parallel"};
    static const brg_lab_service services[WAYS] = {[ONE_BY_ONE] = {.workers = 1, .blocking = true},
                                                   [CONCURRENT] = {.workers = 1},
                                                   [PARALLEL] = {.workers = 2, .blocking = true}};
    setting settings[SHARES * WAYS];
    char names[SHARES * WAYS][BRG_LAB_NAME];
    for (int32_t i = 0; i < SHARES; i++) {
        const double waiting = (double)i / ALL_WAITING;
        for (int32_t j = 0; j < WAYS; j++) {
            snprintf(names[CONDITION(i, j)], BRG_LAB_NAME, "%s, %.0f %% waiting", ways[j],
                     100 * waiting);
            settings[CONDITION(i, j)] =
                (setting){i == HALF ? names[CONDITION(i, j)] : NULL, services[j], waiting};
        }
        draw_model(lab, waiting);
    }
    brg_status status = measure(lab, settings, (const char(*)[BRG_LAB_NAME])names);
    tell_readings(lab);
    return status;
}

const brg_experiment brg_claim_D2 = {
    .claim = {.id = "D2",
              .slug = "throughput",
              .title = "Whose is throughput?",
              .articles = "A0 A4",
              .claim =
                  "Two articles credit parallelism with throughput; a tip in one of them credits "
                  "concurrency, too. It depends on what the tasks do with their time.",
              .hypothesis =
                  "Where tasks compute, a second worker raises throughput and taking turns "
                  "does not. Where they wait, one worker who takes turns raises it, and by "
                  "more than a second one who stands and waits.",
              .metric = "tasks done in a second over those of one worker, one task after the other",
              .threshold =
                  "Computing tasks in parallel: at least 1.3 (2 in theory). Waiting tasks "
                  "concurrently: at least 3 (8 in theory), and at least 1.5 times as many as "
                  "in parallel.",
              .refuted_by = "No gain of one of the two where it should be.",
              .workload =
                  "Eight tasks of 3 ms each, in four steps that compute and then wait; of their "
                  "time 0, 25, 50, 75 or 100 % is waiting.",
              .method =
                  "One worker who sits out each wait; one worker who takes turns; two workers who "
                  "sit out each wait. All parts of waiting once a round; ratios within a round.",
              .control = "Concurrency gains nothing on tasks that only compute.",
              .questions = {[Q_PARALLEL] = {.what = "gain of parallelism on computing tasks",
                                            .unit = "x",
                                            BRG_LAB_ABOVE(1.3)},
                            [Q_CONCURRENT] = {.what = "gain of concurrency on waiting tasks",
                                              .unit = "x",
                                              BRG_LAB_ABOVE(3)},
                            [Q_MORE] = {.what = "waiting tasks, concurrent over parallel",
                                        .unit = "x",
                                        BRG_LAB_ABOVE(1.5)},
                            [Q_NOT] = {.what = "gain of concurrency on computing tasks",
                                       .unit = "x",
                                       BRG_LAB_WITHIN(0.8, 1.2),
                                       .control = true}},
              .plot = {BRG_LAB_PLOT_LINES, "part of the tasks that is waiting, %",
                       "throughput over one by one"},
              .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run};
