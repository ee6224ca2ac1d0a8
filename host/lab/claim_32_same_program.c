/* Claim 32: the same program is parallel or not, depending on the hardware.
 *
 * One binary hands four jobs to the engine. Given one compute unit, they take turns; given all, as
 * many run at a time as there are units. Nothing in the program changes but the parts of the device
 * it is given. */
#include "lab/overlap.h"
#include "lab/work.h"

enum { TASKS = 4 };

typedef struct setting {
    const brg_lab_work *work;
    bool all_units;
    bool one_by_one; /* the next job is handed in when the one before has ended */
} setting;

enum { MAKESPAN, AT_ONCE, READINGS };

static double serve(brg_lab *lab, const void *argument, double *more) {
    const setting *s = argument;
    brg_job jobs[TASKS];
    uint64_t began = brg_now_ns();
    for (int32_t i = 0; i < TASKS; i++) {
        char part[BRG_NAME];
        brg_lab_part(lab, s->all_units ? i : 0, 1, part);
        if (brg_lab_work_submit(s->work, part, &jobs[i]) != BRG_OK ||
            (s->one_by_one && brg_engine_wait(s->work->engine, jobs[i], -1) != BRG_OK))
            return (double)NAN;
    }
    for (int32_t i = 0; i < TASKS; i++)
        if (brg_engine_wait(s->work->engine, jobs[i], -1) != BRG_OK)
            return (double)NAN;
    brg_lab_overlap seen = brg_lab_overlap_read(lab, s->work->engine, began, jobs, TASKS);
    if (!s->one_by_one) {
        const char *picture = s->all_units ? "all units" : "one unit";
        brg_lab_spans_clear(lab, picture);
        brg_lab_spans_of_engine(lab, picture, began);
    }
    for (int32_t i = 0; i < TASKS; i++)
        brg_lab_work_await(s->work, jobs[i], NULL);
    more[AT_ONCE - 1] = seen.overlap;
    return seen.makespan_s;
}

enum { ONE, ALL, ONE_BY_ONE, CONDITIONS };
enum { ON_ONE, ON_ALL, FASTER, CONTROL };

static brg_status measure(brg_lab *lab, const brg_lab_work *work) {
    const setting settings[CONDITIONS] = {
        {work, false, false}, {work, true, false}, {work, true, true}};
    static const char *const names[CONDITIONS] = {"one unit", "all units", "all units, one by one"};
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[CONDITIONS];
    for (int32_t i = 0; i < CONDITIONS; i++) {
        conditions[i] = (brg_lab_condition){names[i], i, serve, &settings[i]};
        marks[i] =
            (brg_lab_mark){"tasks at once", i, BRG_LAB_VALUE(i * READINGS + AT_ONCE), names[i]};
    }
    const brg_lab_reply replies[] = {
        {ON_ONE, BRG_LAB_VALUE(ONE * READINGS + AT_ONCE)},
        {ON_ALL, BRG_LAB_VALUE(ALL * READINGS + AT_ONCE)},
        {FASTER, BRG_LAB_RATIO(ONE * READINGS, ALL * READINGS)},
        {CONTROL, BRG_LAB_VALUE(ONE_BY_ONE * READINGS + AT_ONCE)},
    };
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .readings = READINGS,
                                                .replies = replies,
                                                .reply_count = 4,
                                                .marks = marks,
                                                .mark_count = CONDITIONS});
}

static brg_status run(brg_lab *lab) {
    return brg_lab_work_measure(lab, 20e-3, measure);
}

const brg_experiment brg_claim_32 = {
    .claim =
        {.id = "32",
         .slug = "same-program",
         .title = "Hardware makes the same program parallel",
         .articles = "A2 A4",
         .claim = "Concurrency is in the program; whether it runs in parallel is up to the "
                  "hardware under "
                  "it.",
         .hypothesis =
             "The same jobs run one at a time on one compute unit, several at a time on all.",
         .metric =
             "jobs at work at one time, from the device's clock; makespan of one unit over all, x",
         .threshold =
             "On one unit at most 1.05 at once; on all at least 1.5, and 1.3 times as fast.",
         .refuted_by = "Jobs that overlap on one unit, or do not on all.",
         .workload = "Four jobs of 20 ms in a cache, each for one compute unit.",
         .method =
             "Both once a round; overlap is the time of all kernels over the time in which any "
             "ran.",
         .control = "Handed in one by one, each after the one before, jobs do not overlap on any "
                    "hardware.",
         .questions = {{.what = "jobs at once on one unit", .unit = "", BRG_LAB_WITHIN(0.95, 1.05)},
                       {.what = "jobs at once on all units", .unit = "", BRG_LAB_ABOVE(1.5)},
                       {.what = "makespan of one unit over that of all",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.3)},
                       {.what = "jobs at once when handed in one by one",
                        .unit = "",
                        BRG_LAB_WITHIN(0.95, 1.05),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_BARS, "hardware", "jobs at work at one time"},
         .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
    .run = run};
