/* Claim 1: one core can interleave many tasks, and all of them make progress.
 *
 * Six equal tasks go to one compute unit. Handed in together, the engine gives each a slice in
 * turn; handed in one after the other, each begins when the one before has ended. One unit never
 * does two things at a time and takes as long either way: what changes is how long the last task
 * waits for its first slice. */
#include "lab/overlap.h"
#include "lab/work.h"

enum { TASKS = 6 };

typedef struct setting {
    const brg_lab_work *work;
    bool together;
    const char *picture;
} setting;

enum { MAKESPAN, FIRST, AT_ONCE, READINGS };

/* Makespan in seconds; more: when the last task had its first slice, as part of it; tasks at work
 * at once. */
static double serve(brg_lab *lab, const void *argument, double *more) {
    const setting *s = argument;
    brg_job jobs[TASKS];
    char part[BRG_NAME];
    brg_lab_part(lab, 0, 1, part);
    uint64_t began = brg_now_ns();
    for (int32_t i = 0; i < TASKS; i++) {
        if (brg_lab_work_submit(s->work, part, &jobs[i]) != BRG_OK)
            return (double)NAN;
        if (!s->together && brg_engine_wait(s->work->engine, jobs[i], -1) != BRG_OK)
            return (double)NAN;
    }
    for (int32_t i = 0; i < TASKS; i++)
        if (brg_engine_wait(s->work->engine, jobs[i], -1) != BRG_OK)
            return (double)NAN;
    brg_lab_overlap seen = brg_lab_overlap_read(lab, s->work->engine, began, jobs, TASKS);
    brg_lab_spans_clear(lab, s->picture);
    brg_lab_spans_of_engine(lab, s->picture, began);
    for (int32_t i = 0; i < TASKS; i++)
        brg_lab_work_await(s->work, jobs[i], NULL);
    more[FIRST - 1] = seen.first_s / seen.makespan_s;
    more[AT_ONCE - 1] = seen.overlap;
    return seen.makespan_s;
}

enum { TOGETHER, IN_TURN };
enum { FIRST_SLICE, SAME_TIME, ONE_AT_A_TIME, WAITED };

static brg_status measure(brg_lab *lab, const brg_lab_work *work) {
    const setting settings[] = {{work, true, "handed in together"},
                                {work, false, "one after the other"}};
    const brg_lab_condition conditions[] = {{"together", 0, serve, &settings[TOGETHER]},
                                            {"one after the other", 1, serve, &settings[IN_TURN]}};
    const brg_lab_reply replies[] = {
        {FIRST_SLICE, BRG_LAB_VALUE(TOGETHER * READINGS + FIRST)},
        {SAME_TIME, BRG_LAB_RATIO(TOGETHER * READINGS, IN_TURN * READINGS)},
        {ONE_AT_A_TIME, BRG_LAB_VALUE(TOGETHER * READINGS + AT_ONCE)},
        {WAITED, BRG_LAB_VALUE(IN_TURN * READINGS + FIRST)},
    };
    const brg_lab_mark marks[] = {
        {"first slice of the last task", 0, BRG_LAB_VALUE(TOGETHER * READINGS + FIRST), "together"},
        {"first slice of the last task", 1, BRG_LAB_VALUE(IN_TURN * READINGS + FIRST),
         "one after the other"}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = 2,
                                                .readings = READINGS,
                                                .replies = replies,
                                                .reply_count = 4,
                                                .marks = marks,
                                                .mark_count = 2});
}

static brg_status run(brg_lab *lab) {
    brg_lab_work work;
    brg_status status = brg_lab_work_lasting(lab, 20e-3, &work);
    work.slice_ms = 2;
    if (status == BRG_OK)
        status = measure(lab, &work);
    brg_lab_work_release(&work);
    return status;
}

const brg_experiment brg_claim_1 = {
    .claim =
        {.id = "1",
         .slug = "interleaving",
         .title = "One core can interleave many tasks",
         .articles = "A0 A1 A2 A3 A4",
         .claim =
             "A single core that switches between tasks lets all of them make progress, though it "
             "never does two things at a time.",
         .hypothesis =
             "All of six tasks on one compute unit get their first slice early, no two run at "
             "one time, and the whole takes as long as one task after the other.",
         .metric =
             "first slice of the last task, as part of the makespan; makespan over that without "
             "interleaving, x; tasks at work at one time",
         .threshold =
             "The last task begins within the first 40 % of the time; makespans within 15 %; at "
             "most 1.05 tasks at once.",
         .refuted_by =
             "A task that waits longer, a makespan far from the sum, or two tasks at once.",
         .workload = "Six jobs of 20 ms in a cache, on one compute unit, in slices of 2 ms.",
         .method = "Both ways once a round; times of kernels from the device's clock.",
         .control =
             "Without interleaving the last task begins when five sixths of the time are over.",
         .questions = {{.what = "first slice of the last of six tasks, as part of the makespan",
                        .unit = "",
                        BRG_LAB_BELOW(0.4)},
                       {.what = "makespan over that of one task after the other",
                        .unit = "x",
                        BRG_LAB_WITHIN(0.85, 1.15)},
                       {.what = "tasks at work at one time",
                        .unit = "",
                        BRG_LAB_WITHIN(0.95, 1.05)},
                       {.what = "first slice of the last task without interleaving",
                        .unit = "",
                        BRG_LAB_ABOVE(0.75),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_BARS, "how tasks are handed in",
                  "first slice, part of the makespan"},
         .needs = BRG_LAB_NEEDS_DEVICE},
    .run = run};
