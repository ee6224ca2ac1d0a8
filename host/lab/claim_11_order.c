/* Claim 11: the four tasks of a pool print in any order, not in 1, 2, 3, 4 as the article's listing
 * shows.
 *
 *     worker 1   1 ......... print             four equal waits that began in order
 *     worker 2    2 ......... print
 *     worker 3     3 ........ print            who wakes first is the system's choice
 *     worker 4      4 ........... print
 *
 * A pool of four workers takes the tasks in order; each waits for the same time and then prints its
 * number. The order of the numbers is written down, run after run. If chance had no say it would
 * always be 1, 2, 3, 4: an entropy of 0 bits. If it were all chance, each of the 24 orders would be
 * as likely: 4.6 bits.
 *
 * Other programs may well be what reorders the tasks: an order that they can change is none to rely
 * on, so a CONFIRMED under load holds. Tasks that load happens to keep in order refute nothing
 * (lab.h, counts). */
#include <stdatomic.h>

#include "lab/tasks.h"

enum { IN_ORDER, ONE_WORKER, TASKS = 4, ORDERS = 24, RUNS = 24 };
enum { POOL, SINGLE, BUSY };

static const double task_s = 0.001;

typedef struct task_pool {
    int32_t workers;
    bool computes;
} task_pool;

/* What one run printed. */
typedef struct print_out {
    brg_lab *lab;
    uint64_t steps; /* 0: wait */
    atomic_int next;
    int32_t printed[TASKS];
} print_out;

static double wait_and_print(int32_t task, int32_t step, void *argument) {
    (void)step;
    print_out *sheet = argument;
    if (sheet->steps)
        brg_lab_spin(sheet->steps);
    else
        brg_lab_sleep(sheet->lab, task_s);
    sheet->printed[atomic_fetch_add(&sheet->next, 1)] = task;
    return -1;
}

/* The rank of an order among all, 0 for the rising one: its Lehmer code read as a number. */
static int32_t rank_of(const int32_t *order) {
    int32_t rank = 0;
    for (int32_t i = 0; i < TASKS; i++) {
        int32_t smaller = 0;
        for (int32_t j = i + 1; j < TASKS; j++)
            smaller += order[j] < order[i];
        rank = rank * (TASKS - i) + smaller;
    }
    return rank;
}

/* Shannon's entropy of how often each order was seen, in bits. */
static double entropy_of(const int32_t *seen, int32_t runs) {
    double bits = 0;
    for (int32_t i = 0; i < ORDERS; i++)
        if (seen[i] > 0)
            bits -= (double)seen[i] / runs * log2((double)seen[i] / runs);
    return bits;
}

/* Per cent of some runs that printed in order; more[0]: entropy of their orders, in bits. */
static double in_order(brg_lab *lab, const void *argument, double *more) {
    const task_pool *pool = argument;
    int32_t seen[ORDERS] = {0};
    for (int32_t i = 0; i < RUNS; i++) {
        print_out sheet = {.lab = lab};
        sheet.steps = pool->computes ? brg_lab_spin_steps(lab, task_s) : 0;
        brg_lab_log log;
        brg_lab_tasks_run(lab, TASKS, wait_and_print, &sheet,
                          &(brg_lab_service){.workers = pool->workers}, &log);
        if (atomic_load(&sheet.next) != TASKS || brg_lab_cancelled(lab))
            return (double)NAN;
        seen[rank_of(sheet.printed)]++;
    }
    more[0] = entropy_of(seen, RUNS);
    return 100.0 * seen[0] / RUNS;
}

static brg_status run(brg_lab *lab) {
    static const task_pool four = {4, false}, one = {1, false}, busy = {4, true};
    const brg_lab_condition conditions[] = {
        [POOL] = {"four workers", 4, in_order, &four},
        [SINGLE] = {"one worker", 1, in_order, &one},
        [BUSY] = {"four workers, computing", 5, in_order, &busy}};
    const brg_lab_reply replies[] = {{IN_ORDER, BRG_LAB_VALUE(2 * POOL)},
                                     {ONE_WORKER, BRG_LAB_VALUE(2 * SINGLE)}};
    const brg_lab_mark marks[] = {
        {"in order", 1, BRG_LAB_VALUE(2 * SINGLE), "one worker"},
        {"in order", 2, BRG_LAB_VALUE(2 * POOL), "four workers"},
        {"in order", 3, BRG_LAB_VALUE(2 * BUSY), "four workers, computing"}};
    const brg_lab_gauge gauges[] = {
        {"entropy of the order", "bits", BRG_LAB_VALUE(2 * POOL + 1)},
        {"entropy of the order, computing tasks", "bits", BRG_LAB_VALUE(2 * BUSY + 1)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = 3,
                                                .readings = 2,
                                                .replies = replies,
                                                .reply_count = 2,
                                                .marks = marks,
                                                .mark_count = 3,
                                                .gauges = gauges,
                                                .gauge_count = 2,
                                                .counts = true});
}

const brg_experiment brg_claim_11 = {
    .claim = {.id = "11",
              .slug = "order",
              .title = "A pool prints its tasks in any order",
              .articles = "A1",
              .claim = "An article's listing shows the four tasks of a pool print in the order 1, "
                       "2, 3, 4. That order is chance: equal tasks of a pool finish in any order.",
              .hypothesis = "A pool of four workers prints in another order than that of the tasks "
                            "often enough to be seen.",
              .metric = "part of the runs that printed 1, 2, 3, 4",
              .threshold =
                  "At most 99 % of the runs: an order that fails once in a hundred runs is none "
                  "that one may rely on. If all were chance, 1 of 24 (4 %) would be in order.",
              .refuted_by = "More than 99 % of the runs in the order of the tasks.",
              .workload = "Four tasks that wait for 1 ms each (a second in the article) and then "
                          "print, in a new "
                          "pool of four workers each time.",
              .method = "24 runs a round. The entropy is Shannon's, of the orders seen within a "
                        "round: 0 bits if "
                        "it is always the same one. 24 runs show at most 4.58 bits.",
              .control = "A pool of one worker must print in order always.",
              .questions = {[IN_ORDER] = {.what = "runs of four workers that printed in order",
                                          .unit = "%",
                                          BRG_LAB_BELOW(99)},
                            [ONE_WORKER] = {.what = "runs of one worker that printed in order",
                                            .unit = "%",
                                            BRG_LAB_WITHIN(100, 100),
                                            .control = true}},
              .plot = {.kind = BRG_LAB_PLOT_BARS, .x = "pool", .y = "runs in order, %"}},
    .run = run};
