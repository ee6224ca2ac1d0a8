/* Claim D1: can a program be parallel but not concurrent? One article says so, another says never.
 *
 *     one task in two parts    |11111|       one task, two processors: parallel. Concurrent? That
 *                              |22222|       depends on whether its parts count as tasks.
 *     two tasks in turn        |1212121212|  two tasks, one processor: concurrent only
 *
 * Both readings are on one data set: how many processors are at work, how many tasks are under way,
 * and how many parts of tasks. */
#include "lab/tasks.h"

enum { PARTS = 2, STEPS = 8 };
enum { SPLIT, TURNS, ALONE, WAYS };
enum { PROCESSORS, TASKS_UNDER_WAY, PARTS_UNDER_WAY, READINGS };
enum { Q_PARALLEL, Q_ONE_TASK, Q_TWO_PARTS, Q_TURNS_TASKS, Q_TURNS };

static const double step_s = 0.001;

/* How the work is made up: in parts that are of one task, or tasks of their own. */
typedef struct make_up {
    const char *name;
    brg_lab_service service;
    int32_t parts, tasks;
} make_up;

static double compute(int32_t part, int32_t step, void *argument) {
    (void)part;
    brg_lab_spin(*(const uint64_t *)argument);
    return step + 1 < STEPS ? 0 : -1;
}

/* Processors at work; more[0], more[1]: the most tasks and parts under way at once. */
static double processors(brg_lab *lab, const void *argument, double *more) {
    const make_up *how = argument;
    uint64_t steps = brg_lab_spin_steps(lab, step_s);
    brg_lab_log log;
    brg_lab_tasks_run(lab, how->parts, compute, &steps, &how->service, &log);
    brg_lab_tasks_draw(lab, how->name, &log, false, NULL);
    int32_t parts = brg_lab_tasks_under_way(&log, how->parts);
    more[TASKS_UNDER_WAY - 1] = how->tasks < parts ? how->tasks : parts;
    more[PARTS_UNDER_WAY - 1] = parts;
    return log.effort.cpu_s / log.effort.wall_s;
}

static brg_status run(brg_lab *lab) {
    static const make_up ways[WAYS] = {
        [SPLIT] = {"one task in two parts", {.workers = 2}, PARTS, 1},
        [TURNS] = {"two tasks in turn", {.workers = 1}, PARTS, PARTS},
        [ALONE] = {"one task", {.workers = 1}, 1, 1}};
    brg_lab_condition conditions[WAYS];
    brg_lab_mark marks[WAYS];
    for (int32_t i = 0; i < WAYS; i++) {
        conditions[i] = (brg_lab_condition){ways[i].name, i, processors, &ways[i]};
        marks[i] = (brg_lab_mark){"at work", i, BRG_LAB_VALUE(i * READINGS), ways[i].name};
    }
    const brg_lab_reply replies[] = {
        {Q_PARALLEL, BRG_LAB_VALUE(SPLIT * READINGS)},
        {Q_ONE_TASK, BRG_LAB_VALUE(SPLIT * READINGS + TASKS_UNDER_WAY)},
        {Q_TWO_PARTS, BRG_LAB_VALUE(SPLIT * READINGS + PARTS_UNDER_WAY)},
        {Q_TURNS_TASKS, BRG_LAB_VALUE(TURNS * READINGS + TASKS_UNDER_WAY)},
        {Q_TURNS, BRG_LAB_VALUE(TURNS * READINGS)}};
    brg_status status = brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                             .condition_count = WAYS,
                                                             .readings = READINGS,
                                                             .replies = replies,
                                                             .reply_count = 5,
                                                             .marks = marks,
                                                             .mark_count = WAYS});
    brg_lab_remark(lab, "Both readings: counted by tasks it is parallel and not concurrent; "
                        "counted by parts it is both.");
    return status;
}

const brg_experiment brg_claim_D1 = {
    .claim = {.id = "D1",
              .slug = "one-task",
              .title = "Parallel but not concurrent?",
              .articles = "A0 A1 A2",
              .claim =
                  "One article calls a single task split into parts parallel but not concurrent; "
                  "others say that all parallelism is concurrent. They count different things.",
              .hypothesis =
                  "A task in two parts keeps two processors at work with one task under way, "
                  "but two parts under way.",
              .metric =
                  "processors at work (processor time over elapsed time), and tasks and parts "
                  "under way at once",
              .threshold = "At least 1.5 processors (2 in theory), exactly one task and two parts.",
              .refuted_by = "Fewer than 1.5 processors at work on the parts of one task.",
              .workload = "Parts of eight steps of 1 ms of computing each, for one worker or two.",
              .method =
                  "Processor time is the sum of the workers' own clocks. The number of tasks is "
                  "a matter of definition: that is what the articles differ in.",
              .control = "Two tasks in turn on one worker: two under way, at most 1.02 processors.",
              .questions =
                  {[Q_PARALLEL] = {.what = "processors at work on one task in two parts",
                                   .unit = "",
                                   BRG_LAB_ABOVE(1.5)},
                   [Q_ONE_TASK] = {.what = "tasks under way", .unit = "", BRG_LAB_WITHIN(1, 1)},
                   [Q_TWO_PARTS] = {.what = "parts under way", .unit = "", BRG_LAB_WITHIN(2, 2)},
                   [Q_TURNS_TASKS] = {.what = "tasks under way when two take turns",
                                      .unit = "",
                                      BRG_LAB_WITHIN(2, 2),
                                      .control = true},
                   [Q_TURNS] = {.what = "processors at work on them",
                                .unit = "",
                                BRG_LAB_BELOW(1.02),
                                .control = true}},
              .plot = {.kind = BRG_LAB_PLOT_BARS, .x = "work", .y = "processors at work"},
              .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run};
