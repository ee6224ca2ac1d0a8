/* Claim 10: an article's pool of four "CPU tasks" is to show parallelism. Its tasks sleep: it shows
 * concurrency.
 *
 *     one core, four that sleep    |zzzz|            together they take as long as one ...
 *                                  |zzzz|
 *                                  |zzzz|            ... on a single core: nothing ran in parallel
 *                                  |zzzz|
 *     one core, four that compute  |1111|2222|3333|4444|   any order, or in slices: no gain
 *
 * A gain by parallelism is gone once there is one core only. So the pool runs on one core, with
 * tasks that sleep as in the article and with tasks that compute; and on all cores, with tasks that
 * compute. */
#include <stdio.h>

#include "lab/tasks.h"

enum { SLEEPING, COMPUTING, ONE_CORE };
enum { TASKS = 4, WORKER_COUNTS = 3, KINDS = 3 };

static const double task_s = 0.008;

typedef struct task_pool {
    const char *name;
    bool sleeps, one_core;
    int32_t workers;
} task_pool;

typedef struct chore {
    brg_lab *lab;
    uint64_t steps;
    bool sleeps;
} chore;

static double do_task(int32_t task, int32_t step, void *argument) {
    (void)task, (void)step;
    const chore *what = argument;
    if (what->sleeps)
        brg_lab_sleep(what->lab, task_s);
    else
        brg_lab_spin(what->steps);
    return -1;
}

/* Time for all four, in lengths of a task. */
static double elapsed(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    const task_pool *pool = argument;
    chore what = {lab, brg_lab_spin_steps(lab, task_s), pool->sleeps};
    brg_lab_log log;
    brg_lab_tasks_run(lab, TASKS, do_task, &what,
                      &(brg_lab_service){.workers = pool->workers, .one_core = pool->one_core},
                      &log);
    if (pool->workers == TASKS)
        brg_lab_tasks_draw(lab, pool->name, &log, false, NULL);
    return log.effort.wall_s / task_s;
}

static brg_status run(brg_lab *lab) {
    static const task_pool pools[KINDS * WORKER_COUNTS] = {
        {"sleep, one core", true, true, 1},      {"sleep, one core", true, true, 2},
        {"sleep, one core", true, true, 4},      {"compute, one core", false, true, 1},
        {"compute, one core", false, true, 2},   {"compute, one core", false, true, 4},
        {"compute, all cores", false, false, 1}, {"compute, all cores", false, false, 2},
        {"compute, all cores", false, false, 4}};
    brg_lab_condition conditions[KINDS * WORKER_COUNTS];
    brg_lab_mark marks[KINDS * WORKER_COUNTS];
    char names[KINDS * WORKER_COUNTS][48];
    for (int32_t i = 0; i < KINDS * WORKER_COUNTS; i++) {
        snprintf(names[i], sizeof names[i], "%s, %d workers", pools[i].name, (int)pools[i].workers);
        conditions[i] = (brg_lab_condition){names[i], pools[i].workers, elapsed, &pools[i]};
        marks[i] = (brg_lab_mark){pools[i].name, pools[i].workers, BRG_LAB_VALUE(i), NULL};
    }
    const brg_lab_reply replies[] = {{SLEEPING, BRG_LAB_RATIO(0, 2)},
                                     {COMPUTING, BRG_LAB_RATIO(6, 8)},
                                     {ONE_CORE, BRG_LAB_RATIO(3, 5)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = KINDS * WORKER_COUNTS,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = KINDS * WORKER_COUNTS});
}

const brg_experiment brg_claim_10 = {
    .claim =
        {.id = "10",
         .slug = "sleeping-pool",
         .title = "A pool that sleeps shows concurrency only",
         .articles = "A1",
         .claim = "An article shows parallelism by a pool of four workers that finishes four "
                  "one-second tasks in one second. The tasks sleep: that shows concurrency, which "
                  "one core gives as well.",
         .hypothesis =
             "On one core, where nothing can run in parallel, four workers are still far quicker "
             "than one at tasks that sleep, and no quicker at tasks that compute.",
         .metric = "time with one worker over time with four, for four tasks",
         .threshold = "At least 2 on one core, for tasks that sleep: half of the ideal 4. "
                      "Parallelism on one core cannot give more than 1.",
         .refuted_by = "Four workers that are less than twice as quick as one on a single core: "
                       "then the gain at sleeping tasks does need several cores.",
         .workload = "Four tasks of 8 ms each (a second in the article), which sleep or compute, "
                     "for 1, 2 and 4 workers on one core and on all.",
         .method = "Time from the moment when all workers are ready until the last task is done. "
                   "Threads where the article has processes: in C they do not hinder each other.",
         .control =
             "Tasks that compute must gain at least 1.3 on all cores, and nothing on one core.",
         .questions = {[SLEEPING] = {.what = "gain of four workers at sleeping tasks, on one core",
                                     .unit = "x",
                                     BRG_LAB_ABOVE(2)},
                       [COMPUTING] = {.what =
                                          "gain of four workers at computing tasks, on all cores",
                                      .unit = "x",
                                      BRG_LAB_ABOVE(1.3),
                                      .control = true},
                       [ONE_CORE] = {.what = "gain of four workers at computing tasks, on one core",
                                     .unit = "x",
                                     BRG_LAB_WITHIN(0.85, 1.15),
                                     .control = true}},
         .plot = {.x = "workers", .y = "time, in lengths of a task"},
         .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run};
