/* Claim 6: concurrency alone does not speed up work that keeps the processor busy.
 *
 *     one core   |aaaaaaaaaaaaaaaaaaaaaaaa|        one thread does it all
 *                |aabbccddaabbccddaabbccdd|        four threads take turns: nobody is done sooner
 *
 * The same amount of work is cut among 1, 2, 4 ... 64 threads that may only use one core. A core
 * does so many steps a second, whoever asks for them, so no number of threads can be quicker than
 * one. */
#include "lab/lab.h"

enum { FASTEST, WAITS, SPLITS = 7, ONE_WAIT = SPLITS, EIGHT_WAITS };

static const double work_s = 0.012, wait_s = 0.008;

typedef struct split {
    int32_t threads;
    bool waits; /* the share of each is a wait, not work */
} split;

typedef struct share {
    brg_lab *lab;
    uint64_t steps;
    double wait_s;
} share;

static void spin_share(int32_t index, void *argument) {
    (void)index;
    brg_lab_spin(((const share *)argument)->steps);
}

static void wait_share(int32_t index, void *argument) {
    (void)index;
    const share *mine = argument;
    brg_lab_sleep(mine->lab, mine->wait_s);
}

/* Seconds until the last of the threads, all on one core, has done its share. */
static double elapsed(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    const split *how = argument;
    share each = {lab, brg_lab_spin_steps(lab, work_s / how->threads), wait_s / how->threads};
    return brg_lab_team_run(lab, &(brg_lab_team){.count = how->threads,
                                                 .work = how->waits ? wait_share : spin_share,
                                                 .argument = &each,
                                                 .one_core = true})
        .wall_s;
}

/* The best that more than one thread made of it, as a part of what one thread needs. */
static double fastest(const double *values, const void *argument) {
    (void)argument;
    double least = values[1];
    for (int32_t i = 2; i < SPLITS; i++)
        least = fmin(least, values[i]);
    return least / values[0];
}

static brg_status run(brg_lab *lab) {
    static const split splits[] = {{1, false},  {2, false},  {4, false}, {8, false}, {16, false},
                                   {32, false}, {64, false}, {1, true},  {8, true}};
    static const char *const names[] = {"1 thread",   "2 threads",  "4 threads",
                                        "8 threads",  "16 threads", "32 threads",
                                        "64 threads", "one wait",   "8 waits"};
    brg_lab_condition conditions[SPLITS + 2];
    brg_lab_mark marks[SPLITS];
    for (int32_t i = 0; i < SPLITS + 2; i++)
        conditions[i] = (brg_lab_condition){names[i], splits[i].threads, elapsed, &splits[i]};
    for (int32_t i = 0; i < SPLITS; i++) {
        marks[i] = (brg_lab_mark){"measured", splits[i].threads, BRG_LAB_RATIO(i, 0), NULL};
        brg_lab_plot_model(lab, "no gain, no loss", splits[i].threads, 1);
    }
    const brg_lab_reply replies[] = {{FASTEST, BRG_LAB_DERIVED(fastest, NULL)},
                                     {WAITS, BRG_LAB_RATIO(EIGHT_WAITS, ONE_WAIT)}};
    const brg_lab_gauge gauges[] = {{"time of 64 threads over one", "x", BRG_LAB_RATIO(6, 0)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = SPLITS + 2,
                                                .replies = replies,
                                                .reply_count = 2,
                                                .marks = marks,
                                                .mark_count = SPLITS,
                                                .gauges = gauges,
                                                .gauge_count = 1});
}

const brg_experiment brg_claim_6 = {
    .claim =
        {.id = "6",
         .slug = "one-core",
         .title = "Taking turns does not make work quicker",
         .articles = "A3",
         .claim = "Concurrency alone does not speed up work that keeps the processor busy.",
         .hypothesis = "On one core, no number of threads does the same work in less time than one "
                       "thread.",
         .metric = "time of 2, 4 ... 64 threads, the quickest of them, over the time of one thread",
         .threshold =
             "At least 0.95. A core does so many steps a second whoever asks, so less than 1 is "
             "impossible; 5 % are left to a clock rate that wanders.",
         .refuted_by = "Some number of threads that is more than 5 % quicker than one.",
         .workload =
             "A chain of integer operations of 12 ms, cut into equal shares for threads that may "
             "use one core only.",
         .method =
             "Timed from the moment when all threads are ready until the last one is done; making "
             "the threads is not counted.",
         .control = "The same with waiting instead of work: eight threads that wait 1 ms each must "
                    "be much quicker than one that waits 8 ms, on the same core.",
         .questions =
             {[FASTEST] = {.what = "time of the quickest of 2 to 64 threads over one thread",
                           .unit = "x",
                           BRG_LAB_ABOVE(0.95)},
              [WAITS] = {.what = "time of 8 threads that wait over one that waits as long in all",
                         .unit = "x",
                         BRG_LAB_BELOW(0.5),
                         .control = true}},
         .plot = {.x = "threads on one core", .y = "time over that of one thread", .log_x = true}},
    .run = run};
