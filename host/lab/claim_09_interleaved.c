/* Claim 9: three tasks of three half-second steps take 1.5 seconds together, not 4.5.
 *
 *     asynchronous   A ..1....2....3
 *                    B ..1....2....3         while one waits, the others go on
 *                    C ..1....2....3
 *
 *     blocking       A ..1....2....3
 *                    B               ..1....2....3
 *                    C                              ..1....2....3
 *
 * The article's example in C: a step prints a line and then waits for half a second. A task on an
 * event loop hands the loop its wait and is called again when that is over. Here a step waits for
 * less, as the dial says, and the results are scaled back to half a second. */
#include "lab/tasks.h"

enum { TOGETHER, BLOCKING, TASKS = 3, STEPS = 3 };

static const double step_in_article_s = 0.5;
static const char *const tasks[TASKS] = {"task A", "task B", "task C"};

typedef struct way {
    bool blocking;
    const char *picture;
} way;

/* A step is all waiting; after the third wait the task is called once more, and ends. */
static double step(int32_t task, int32_t step, void *argument) {
    (void)task;
    return step < STEPS ? *(const double *)argument : -1;
}

/* Seconds until all are done, scaled to steps of half a second. */
static double elapsed(brg_lab *lab, const void *argument, double *more) {
    const way *how = argument;
    double wait_s = 1e-3 * brg_lab_dial_value(lab);
    brg_lab_service one_thread = {.workers = 1, .blocking = how->blocking};
    brg_lab_log log;
    brg_lab_tasks_run(lab, TASKS, step, &wait_s, &one_thread, &log);
    brg_lab_spans_clear(lab, how->picture);
    for (int32_t i = 0; i < TASKS;
         i++) /* on an event loop only the gaps between the steps are seen */
        for (int32_t j = 0; j < log.count; j++) {
            const brg_lab_stretch *each = &log.stretches[j];
            if (each->task == i && each->step < STEPS && !each->waiting)
                brg_lab_span_add(lab, how->picture, tasks[i], "step", each->start_s,
                                 each->start_s + wait_s, true);
        }
    more[0] = 100 * log.effort.cpu_s / log.effort.wall_s;
    return log.effort.wall_s / wait_s * step_in_article_s;
}

static brg_status run(brg_lab *lab) {
    static const way together = {false, "asynchronous"}, blocking = {true, "blocking"};
    const brg_lab_condition conditions[] = {{"asynchronous", 1, elapsed, &together},
                                            {"blocking", 2, elapsed, &blocking}};
    const brg_lab_reply replies[] = {{TOGETHER, BRG_LAB_VALUE(0)}, {BLOCKING, BRG_LAB_VALUE(2)}};
    const brg_lab_mark marks[] = {{"elapsed", 1, BRG_LAB_VALUE(0), "asynchronous"},
                                  {"elapsed", 2, BRG_LAB_VALUE(2), "blocking"}};
    const brg_lab_gauge gauges[] = {{"processor time of the event loop", "%", BRG_LAB_VALUE(1)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = 2,
                                                .readings = 2,
                                                .replies = replies,
                                                .reply_count = 2,
                                                .marks = marks,
                                                .mark_count = 2,
                                                .gauges = gauges,
                                                .gauge_count = 1});
}

const brg_experiment brg_claim_9 = {
    .claim =
        {.id = "9",
         .slug = "interleaved",
         .title = "Three tasks of 1.5 seconds take 1.5 seconds",
         .articles = "A1",
         .claim = "Three asynchronous tasks of three half-second steps each interleave on one "
                  "thread and are done "
                  "in 1.5 seconds, not in 4.5.",
         .hypothesis = "All waits overlap, so the three tasks take as long as one.",
         .metric = "elapsed time of all three, in seconds, scaled to steps of half a second",
         .threshold = "Between 1.45 and 1.75 seconds. Less than 1.5 is impossible, and a single "
                      "step that does "
                      "not overlap makes it 2; 1.75 is half way to that.",
         .refuted_by = "More than 1.75 seconds: some of the waits did not overlap.",
         .workload =
             "Three tasks of three steps on an event loop; a step is a wait. It lasts 25 ms unless "
             "the dial says otherwise: twenty times less than in the article.",
         .method = "Elapsed time over the length of a step, times half a second. To run it at full "
                   "size, set "
                   "the dial to 500 and allow a budget of 60 seconds.",
         .control = "The same tasks with waits that block the thread must take 4.5 seconds.",
         .questions = {[TOGETHER] = {.what = "three tasks on an event loop",
                                     .unit = "s",
                                     BRG_LAB_WITHIN(1.45, 1.75)},
                       [BLOCKING] = {.what = "the same with blocking waits",
                                     .unit = "s",
                                     BRG_LAB_ABOVE(4.45),
                                     .control = true}},
         .plot = {.kind = BRG_LAB_PLOT_LANES, .x = "time, s", .y = "task"},
         .dial = {.name = "length of a step, ms", .min = 5, .max = 500, .standard = 25}},
    .run = run};
