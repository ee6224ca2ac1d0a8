/* Claim 13: more threads are not always faster.
 *
 *     time |\
 *          | \            __---'         falls until every processor has a thread,
 *          |  \_____---'''               then only the making of threads is added
 *          +---|---------------- threads
 *           processors
 *
 * A fixed amount of computing, 2 ms for each processor, is cut among fewer and more threads than
 * there are processors. Making and ending the threads counts: who asks for more threads pays for
 * them.
 *
 * A device's work-items are no threads: they cost next to nothing, and several for each compute
 * unit even out what one of them has more to do than another, and on a GPU hide each other's
 * waits. */
#include "lab/work.h"

enum { ONE, EACH, FIRST_MORE, COUNTS = 6, WAIT_FEW = COUNTS, WAIT_MANY, CONDITIONS };
enum { Q_GAIN_ENDS, Q_MANY, Q_CORES, Q_WAITS };

static const double share_s = 0.002, wait_s = 0.032;

typedef struct crew {
    int32_t threads, processors;
    bool waits; /* instead of computing */
} crew;

typedef struct portion {
    brg_lab *lab;
    uint64_t steps;
    double wait_s; /* 0: compute */
} portion;

static void work(int32_t index, void *argument) {
    const portion *mine = argument;
    (void)index;
    if (mine->wait_s > 0)
        brg_lab_sleep(mine->lab, mine->wait_s);
    else
        brg_lab_spin(mine->steps);
}

/* Milliseconds from before the threads are made until after they have ended. */
static double elapsed(brg_lab *lab, const void *argument, double *more) {
    const crew *who = argument;
    (void)more;
    portion each = {.lab = lab, .wait_s = who->waits ? wait_s / who->threads : 0};
    each.steps = brg_lab_spin_steps(lab, share_s * who->processors / who->threads);
    double began_s = brg_lab_now_s();
    brg_lab_effort effort = brg_lab_team_run(
        lab, &(brg_lab_team){.count = who->threads, .work = work, .argument = &each});
    return effort.wall_s >= 0 ? 1e3 * (brg_lab_now_s() - began_s) : (double)NAN;
}

/* The best that more threads than processors made of it, over one thread for each processor. */
static double best_of_more(const double *values, const void *argument) {
    (void)argument;
    double least = values[FIRST_MORE];
    for (int32_t i = FIRST_MORE + 1; i < COUNTS; i++)
        least = fmin(least, values[i]);
    return least / values[EACH];
}

/* ---- work-items on the device ------------------------------------------------------------------ */

enum { NUMBERS = 1 << 16, ITEM_COUNTS = 5 };

static double items_ms(brg_lab *lab, const void *argument, double *more) {
    (void)lab, (void)more;
    return 1e3 * brg_lab_work_s(argument, NULL);
}

static brg_status measure_items(brg_lab *lab, const brg_lab_work *works) {
    static const char *const names[ITEM_COUNTS] = {"1 work-item a unit", "4 work-items a unit",
                                                   "16 work-items a unit", "64 work-items a unit",
                                                   "256 work-items a unit"};
    const int32_t units = brg_lab_units(lab);
    brg_lab_condition conditions[ITEM_COUNTS];
    brg_lab_mark marks[ITEM_COUNTS];
    for (int32_t i = 0; i < ITEM_COUNTS; i++) {
        const double items = (double)(works[i].shape.numbers / works[i].shape.run);
        conditions[i] = (brg_lab_condition){names[i], items, items_ms, &works[i]};
        marks[i] = (brg_lab_mark){"work-items on the device", items, BRG_LAB_VALUE(i), NULL};
    }
    const brg_lab_gauge gauges[] = {
        {"time of 1 work-item a unit over 16", "x", BRG_LAB_RATIO(0, 2)},
        {"time of 256 work-items a unit over 16", "x", BRG_LAB_RATIO(ITEM_COUNTS - 1, 2)}};
    return units < 1 ? brg_lab_status(lab)
                     : brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                            .condition_count = ITEM_COUNTS,
                                                            .marks = marks,
                                                            .mark_count = ITEM_COUNTS,
                                                            .gauges = gauges,
                                                            .gauge_count = 2,
                                                            .max_rounds = 40});
}

/* The same numbers, cut among ever more work-items; a work-item takes a multiple of 64. */
static brg_status sweep_items(brg_lab *lab) {
    brg_lab_work works[ITEM_COUNTS] = {0};
    const int32_t units = brg_lab_units(lab);
    brg_status status = brg_lab_status(lab);
    for (int32_t i = 0; i < ITEM_COUNTS && status == BRG_OK; i++) {
        const int32_t share = NUMBERS / units >> 2 * i;
        status = brg_lab_work_make(lab,
                                   &(brg_lab_work_shape){.numbers = NUMBERS,
                                                         .passes = 64,
                                                         .run = share < 64 ? 64 : share / 64 * 64},
                                   &works[i]);
    }
    if (status == BRG_OK)
        status = measure_items(lab, works);
    for (int32_t i = 0; i < ITEM_COUNTS; i++)
        brg_lab_work_release(&works[i]);
    return status;
}

/* ---- threads on the host ----------------------------------------------------------------------- */

static brg_status measure_threads(brg_lab *lab) {
    static const char *const names[CONDITIONS] = {
        "1 thread",       "1 a processor",  "2 a processor", "4 a processor",
        "16 a processor", "32 a processor", "1 wait",        "16 waits"};
    const int32_t p = brg_lab_cores(lab);
    const crew crews[CONDITIONS] = {{1, p, false},     {p, p, false},      {2 * p, p, false},
                                    {4 * p, p, false}, {16 * p, p, false}, {32 * p, p, false},
                                    {1, p, true},      {16, p, true}};
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[COUNTS];
    for (int32_t i = 0; i < CONDITIONS; i++)
        conditions[i] = (brg_lab_condition){names[i], crews[i].threads, elapsed, &crews[i]};
    for (int32_t i = 0; i < COUNTS; i++)
        marks[i] = (brg_lab_mark){"threads", crews[i].threads, BRG_LAB_VALUE(i), NULL};
    const brg_lab_reply replies[] = {{Q_GAIN_ENDS, BRG_LAB_DERIVED(best_of_more, NULL)},
                                     {Q_MANY, BRG_LAB_RATIO(COUNTS - 1, EACH)},
                                     {Q_CORES, BRG_LAB_RATIO(ONE, EACH)},
                                     {Q_WAITS, BRG_LAB_RATIO(WAIT_FEW, WAIT_MANY)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .replies = replies,
                                                .reply_count = 4,
                                                .marks = marks,
                                                .mark_count = COUNTS,
                                                .share = 0.75});
}

static brg_status run(brg_lab *lab) {
    brg_status status = measure_threads(lab);
    return status == BRG_OK ? sweep_items(lab) : status;
}

const brg_experiment brg_claim_13 = {
    .claim =
        {.id = "13",
         .slug = "more-threads",
         .title = "More threads are not always faster",
         .articles = "A2 A3",
         .claim = "More threads than processors do not make computing faster, and in the end make "
                  "it slower.",
         .hypothesis = "The time falls until every processor has a thread. More threads do not "
                       "lower it, and 32 for each processor raise it.",
         .metric = "time of the same work with more threads over the time with one thread for each "
                   "processor",
         .threshold = "At least 0.9 for the quickest of more threads: less than 1 is impossible, "
                      "and a tenth is left to noise. More than 1 with 32 a processor.",
         .refuted_by = "More threads that are quicker by more than a tenth, or 32 a processor that "
                       "are as quick as one.",
         .workload =
             "Chains of integer operations, 2 ms for each processor, cut into equal shares "
             "for 1 thread and for 1 to 32 threads a processor. On the device 65,536 numbers cut "
             "among 1 to 256 work-items a compute unit.",
         .method =
             "Making and joining the threads is part of the time. The work-items are measured "
             "after that, for the plot: how many a unit should have depends on the device.",
         .control = "Up to the number of processors threads do help; and where the work is waiting "
                    "(32 ms in 1 or 16 parts), more threads help beyond it.",
         .questions = {[Q_GAIN_ENDS] = {.what = "time of the quickest of 2 to 32 threads a "
                                                "processor over one a processor",
                                        .unit = "x",
                                        BRG_LAB_ABOVE(0.9)},
                       [Q_MANY] = {.what = "time of 32 threads a processor over one a processor",
                                   .unit = "x",
                                   BRG_LAB_ABOVE(1)},
                       [Q_CORES] = {.what = "gain of one thread a processor over one thread",
                                    .unit = "x",
                                    BRG_LAB_ABOVE(1.3),
                                    .control = true},
                       [Q_WAITS] = {.what = "gain of 16 threads over one at waiting",
                                    .unit = "x",
                                    BRG_LAB_ABOVE(4),
                                    .control = true}},
         .plot = {.x = "threads or work-items", .y = "time, ms", .log_x = true},
         .needs = BRG_LAB_NEEDS_TWO_CORES | BRG_LAB_NEEDS_DEVICE},
    .run = run};
