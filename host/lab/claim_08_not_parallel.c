/* Claim 8: asynchronous is not parallel.
 *
 *     event loop    |1|2|3|4|1|2|3|4|1|2|3|4|       four tasks under way, one step at a time
 *
 *     two threads   |1|3|1|3|1|3|                   the same steps, two at a time
 *                   |2|4|2|4|2|4|
 *
 * Four tasks that compute take turns on an event loop. All are under way at once, which is
 * concurrency; but the processors spend no more than one second on them each second. Two threads at
 * the same tasks spend two. */
#include "lab/tasks.h"

enum { AT_ONCE, UNDER_WAY, THREADS, TASKS = 4, STEPS = 8 };
enum { LOOP, TEAM };

static const double step_s = 0.001;

typedef struct way {
    brg_lab_service service;
    const char *picture;
} way;

static double compute(int32_t task, int32_t step, void *argument) {
    (void)task;
    brg_lab_spin(*(const uint64_t *)argument);
    return step + 1 < STEPS ? 0 : -1;
}

/* Processor time over elapsed time; more[0]: the most tasks under way at once. */
static double processors_busy(brg_lab *lab, const void *argument, double *more) {
    const way *how = argument;
    uint64_t steps = brg_lab_spin_steps(lab, step_s);
    brg_lab_log log;
    brg_lab_tasks_run(lab, TASKS, compute, &steps, &how->service, &log);
    brg_lab_tasks_draw(lab, how->picture, &log, false, NULL);
    more[0] = brg_lab_tasks_under_way(&log, TASKS);
    return log.effort.cpu_s / log.effort.wall_s;
}

static brg_status run(brg_lab *lab) {
    static const way loop = {{.workers = 1}, "event loop"}, team = {{.workers = 2}, "two threads"};
    const brg_lab_condition conditions[] = {
        [LOOP] = {"event loop", 1, processors_busy, &loop},
        [TEAM] = {"two threads", 2, processors_busy, &team},
    };
    const brg_lab_reply replies[] = {{AT_ONCE, BRG_LAB_VALUE(2 * LOOP)},
                                     {UNDER_WAY, BRG_LAB_VALUE(2 * LOOP + 1)},
                                     {THREADS, BRG_LAB_VALUE(2 * TEAM)}};
    const brg_lab_mark marks[] = {
        {"processors at work", 1, BRG_LAB_VALUE(2 * LOOP), "event loop"},
        {"processors at work", 2, BRG_LAB_VALUE(2 * TEAM), "two threads"}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = 2,
                                                .readings = 2,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = 2});
}

const brg_experiment brg_claim_8 = {
    .claim =
        {.id = "8",
         .slug = "not-parallel",
         .title = "Asynchronous is not parallel",
         .articles = "A2",
         .claim =
             "An asynchronous program has many tasks under way and still computes one thing at a "
             "time.",
         .hypothesis =
             "An event loop with several computing tasks keeps them all under way, and uses no "
             "more than one processor.",
         .metric = "processor time over elapsed time, which is the number of processors at work",
         .threshold = "At most 1.02 for the event loop, with at least two tasks under way at once. "
                      "One thread "
                      "cannot use more than 1; 2 % are left to the clocks.",
         .refuted_by =
             "An event loop that uses more than one processor, or does its tasks one after the "
             "other.",
         .workload =
             "Four tasks of eight steps each, each step a chain of integer operations of 1 ms. Who "
             "has waited longest goes next.",
         .method = "Processor time is the sum of the working threads' own clocks, in both cases.",
         .control =
             "Two threads that share the same tasks must use more than one and a half processors.",
         .questions = {[AT_ONCE] = {.what = "processors at work under the event loop",
                                    .unit = "",
                                    BRG_LAB_BELOW(1.02)},
                       [UNDER_WAY] = {.what = "tasks under way at once on the event loop",
                                      .unit = "",
                                      BRG_LAB_ABOVE(2)},
                       [THREADS] = {.what = "processors at work under two threads",
                                    .unit = "",
                                    BRG_LAB_ABOVE(1.5),
                                    .control = true}},
         .plot = {.kind = BRG_LAB_PLOT_BARS, .x = "who does the tasks", .y = "processors at work"},
         .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run};
