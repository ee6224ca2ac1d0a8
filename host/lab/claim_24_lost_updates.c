/* Claim 24: race conditions lose updates.
 *
 *     thread A      load 7        store 8
 *     thread B           load 7        store 8      two increments, but the counter grew by one
 *
 * Threads count together, each a fixed number of increments, in three ways. What is missing from
 * the counter at the end was lost. The unsynchronised way loads and stores with relaxed atomics: it
 * loses updates as a plain "counter++" does, but unlike that its behaviour is defined (C11, 5.1.2.4
 * p25 and 7.17.3), so that the compiler may not count in a register and hide the race. */
#include <stdatomic.h>

#include "lab/lab.h"

enum { INCREMENTS = 200000 };
enum { RACE, ATOMIC, ALONE, CONDITIONS };
enum { Q_RACE, Q_ATOMIC, Q_ALONE };
enum { LOST, COST, READINGS };

typedef struct count {
    atomic_long value;
    char padding[128 - sizeof(atomic_long)]; /* nothing else in its cache line */
} count;

/* A way of counting, and how many threads do it. */
typedef struct way {
    void (*work)(int32_t index, void *argument);
    int32_t threads;
} way;

static void load_and_store(int32_t index, void *argument) {
    count *counter = argument;
    (void)index;
    for (int32_t i = 0; i < INCREMENTS; i++) {
        long seen = atomic_load_explicit(&counter->value, memory_order_relaxed);
        atomic_store_explicit(&counter->value, seen + 1, memory_order_relaxed);
    }
}

static void fetch_add(int32_t index, void *argument) {
    count *counter = argument;
    (void)index;
    for (int32_t i = 0; i < INCREMENTS; i++)
        atomic_fetch_add_explicit(&counter->value, 1, memory_order_relaxed);
}

/* Per cent of the updates that are lost, and nanoseconds that each took. */
static double lost(brg_lab *lab, const void *argument, double *more) {
    const way *how = argument;
    const double all = (double)how->threads * INCREMENTS;
    count counter = {.value = 0};
    brg_lab_effort effort = brg_lab_team_run(
        lab, &(brg_lab_team){.count = how->threads, .work = how->work, .argument = &counter});
    more[COST - 1] = effort.wall_s * 1e9 / all;
    return 100 * (all - (double)atomic_load(&counter.value)) / all;
}

static brg_status run(brg_lab *lab) {
    const int32_t threads = (int32_t)brg_lab_dial_value(lab);
    const way race = {load_and_store, threads}, atomic = {fetch_add, threads};
    const way alone = {load_and_store, 1};
    const brg_lab_condition conditions[CONDITIONS] = {
        [RACE] = {"load and store", 0, lost, &race},
        [ATOMIC] = {"atomic add", 1, lost, &atomic},
        [ALONE] = {"load and store, one thread", 2, lost, &alone},
    };
    const brg_lab_reply replies[] = {
        {Q_RACE, BRG_LAB_VALUE(RACE * READINGS + LOST)},
        {Q_ATOMIC, BRG_LAB_VALUE(ATOMIC * READINGS + LOST)},
        {Q_ALONE, BRG_LAB_VALUE(ALONE * READINGS + LOST)},
    };
    const brg_lab_mark marks[] = {
        {"lost", RACE, BRG_LAB_VALUE(RACE * READINGS + LOST), "load and store"},
        {"lost", ATOMIC, BRG_LAB_VALUE(ATOMIC * READINGS + LOST), "atomic add"},
        {"lost", ALONE, BRG_LAB_VALUE(ALONE * READINGS + LOST), "load and store, one thread"},
    };
    const brg_lab_gauge gauges[] = {
        {"an update by load and store", "ns", BRG_LAB_VALUE(RACE * READINGS + COST)},
        {"an update by atomic add", "ns", BRG_LAB_VALUE(ATOMIC * READINGS + COST)},
        {"an update by one thread alone", "ns", BRG_LAB_VALUE(ALONE * READINGS + COST)},
    };
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .readings = READINGS,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = 3,
                                                .gauges = gauges,
                                                .gauge_count = 3,
                                                .precision = 0.05,
                                                .max_rounds = 60});
}

const brg_experiment brg_claim_24 = {
    .claim = {.id = "24",
              .slug = "lost-updates",
              .title = "Race conditions lose updates",
              .articles = "A3",
              .claim = "Threads that change shared data without synchronisation overwrite each "
                       "other's changes.",
              .hypothesis = "Threads that load, add one and store lose increments; atomic "
                            "increments lose none.",
              .metric = "Increments missing from the counter at the end, in per cent of all.",
              .threshold = "More than one in a thousand is lost by load and store, and none by "
                           "atomic adds.",
              .refuted_by = "Load and store losing less than one in a thousand.",
              .workload = "Two threads (the dial) of 200,000 increments of one counter.",
              .method = "The counter at the end against the number of increments. The race is "
                        "made of relaxed atomic loads and stores, which lose updates as counter++ "
                        "does but are defined in C11.",
              .control = "Atomic adds by the same threads, and the same loads and stores by one "
                         "thread, must lose nothing.",
              .questions = {[Q_RACE] = {.what = "updates lost by load and store",
                                        .unit = "%",
                                        BRG_LAB_ABOVE(0.1)},
                            [Q_ATOMIC] = {.what = "updates lost by atomic adds",
                                          .unit = "%",
                                          BRG_LAB_BELOW(0),
                                          .control = true},
                            [Q_ALONE] = {.what = "updates lost by one thread alone",
                                         .unit = "%",
                                         BRG_LAB_BELOW(0),
                                         .control = true}},
              .plot = {.kind = BRG_LAB_PLOT_BARS, .x = "way of counting", .y = "updates lost, %"},
              .dial = {"threads", 2, 16, 2},
              .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run,
};
