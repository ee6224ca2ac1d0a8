/* Claim 15: parallelism has overheads: making threads, synchronising them, keeping their caches
 * coherent.
 *
 *     one counter each, apart        |count 0 ........|count 1 ........|    two lines: nobody waits
 *     one counter each, in a line    |count 0, count 1|                     the line wanders to and fro
 *
 * Each overhead is timed against the same thing without it: a thread against a call, a locked and
 * an atomic addition against a plain one, counters in one cache line against counters in lines of
 * their own. The device's share is a kernel that has next to nothing to do: what remains is the way
 * to it and back. */
#include <pthread.h>
#include <stdatomic.h>

#include "lab/work.h"

enum { ADDITIONS = 1000000, CALLS = 20, PER_LINE = 32 };
enum { PLAIN, ATOMIC, LOCKED, APART, TOGETHER, THREAD, LAUNCH, CONDITIONS };
enum { Q_THREAD, Q_ATOMIC, Q_LOCK, Q_COHERENCE, Q_LAUNCH, Q_APART, QUESTIONS };

typedef struct counters {
    _Alignas(256) atomic_long values[2 * PER_LINE]; /* 256 bytes are more than any cache line */
    pthread_mutex_t lock;
    int32_t distance; /* between the counters of two threads */
} counters;

/* Each addition to memory waits for the one before. */
static void add_plainly(int32_t index, void *argument) {
    atomic_long *mine = &((counters *)argument)->values[index];
    for (int32_t i = 0; i < ADDITIONS; i++)
        atomic_store_explicit(mine, atomic_load_explicit(mine, memory_order_relaxed) + 1,
                              memory_order_relaxed);
}

static void add_atomically(int32_t index, void *argument) {
    counters *all = argument;
    atomic_long *mine = &all->values[index * all->distance];
    for (int32_t i = 0; i < ADDITIONS; i++)
        atomic_fetch_add_explicit(mine, 1, memory_order_relaxed);
}

static void add_locked(int32_t index, void *argument) {
    counters *all = argument;
    atomic_long *mine = &all->values[index];
    for (int32_t i = 0; i < ADDITIONS; i++) {
        pthread_mutex_lock(&all->lock);
        atomic_store_explicit(mine, atomic_load_explicit(mine, memory_order_relaxed) + 1,
                              memory_order_relaxed);
        pthread_mutex_unlock(&all->lock);
    }
}

typedef struct way {
    const char *name;
    void (*add)(int32_t index, void *argument);
    int32_t threads, distance;
} way;

/* Nanoseconds that an addition of a thread takes. */
static double addition_ns(brg_lab *lab, const void *argument, double *more) {
    const way *how = argument;
    (void)more;
    counters all = {.lock = PTHREAD_MUTEX_INITIALIZER, .distance = how->distance};
    brg_lab_effort effort = brg_lab_team_run(
        lab, &(brg_lab_team){.count = how->threads, .work = how->add, .argument = &all});
    return 1e9 * effort.wall_s / ADDITIONS;
}

static void *add_once(void *argument) {
    atomic_fetch_add_explicit((atomic_long *)argument, 1, memory_order_relaxed);
    return NULL;
}

/* Nanoseconds to have a thread do one addition: to make it and to wait for its end. */
static double thread_ns(brg_lab *lab, const void *argument, double *more) {
    (void)argument, (void)more;
    atomic_long value = 0;
    double began_s = brg_lab_now_s();
    for (int32_t i = 0; i < CALLS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, add_once, &value))
            return brg_lab_fail(lab, BRG_E_INTERNAL, "A thread could not be started.");
        pthread_join(thread, NULL);
    }
    return 1e9 * (brg_lab_now_s() - began_s) / CALLS;
}

/* Nanoseconds from handing in a job of one short kernel until its end is known. */
static double launch_ns(brg_lab *lab, const void *argument, double *more) {
    (void)lab, (void)more;
    double began_s = brg_lab_now_s();
    for (int32_t i = 0; i < CALLS; i++)
        if (isnan(brg_lab_work_s(argument, NULL)))
            return (double)NAN;
    return 1e9 * (brg_lab_now_s() - began_s) / CALLS;
}

static brg_status measure(brg_lab *lab, const brg_lab_work *tiny) {
    static const way ways[THREAD] = {
        [PLAIN] = {"plain addition", add_plainly, 1, 0},
        [ATOMIC] = {"atomic addition", add_atomically, 1, 0},
        [LOCKED] = {"addition under a lock", add_locked, 1, 0},
        [APART] = {"two threads, lines apart", add_atomically, 2, PER_LINE},
        [TOGETHER] = {"two threads, one line", add_atomically, 2, 1}};
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[CONDITIONS];
    for (int32_t i = 0; i < CONDITIONS; i++) {
        conditions[i] =
            i == THREAD   ? (brg_lab_condition){"a thread for one addition", i, thread_ns, NULL}
            : i == LAUNCH ? (brg_lab_condition){"a kernel of 1024 numbers", i, launch_ns, tiny}
                          : (brg_lab_condition){ways[i].name, i, addition_ns, &ways[i]};
        marks[i] = (brg_lab_mark){"cost", i, BRG_LAB_VALUE(i), conditions[i].name};
    }
    const brg_lab_reply replies[] = {
        {Q_THREAD, BRG_LAB_RATIO(THREAD, ATOMIC)}, {Q_ATOMIC, BRG_LAB_RATIO(ATOMIC, PLAIN)},
        {Q_LOCK, BRG_LAB_RATIO(LOCKED, PLAIN)},    {Q_COHERENCE, BRG_LAB_RATIO(TOGETHER, APART)},
        {Q_LAUNCH, BRG_LAB_RATIO(LAUNCH, ATOMIC)}, {Q_APART, BRG_LAB_RATIO(APART, ATOMIC)}};
    const brg_lab_gauge gauges[] = {
        {"a thread, made and joined", "ns", BRG_LAB_VALUE(THREAD)},
        {"a kernel, handed in and ended", "ns", BRG_LAB_VALUE(LAUNCH)},
        {"an addition under a lock", "ns", BRG_LAB_VALUE(LOCKED)},
        {"an atomic addition", "ns", BRG_LAB_VALUE(ATOMIC)},
        {"the same in a shared cache line", "ns", BRG_LAB_VALUE(TOGETHER)},
        {"a plain addition", "ns", BRG_LAB_VALUE(PLAIN)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .replies = replies,
                                                .reply_count = QUESTIONS,
                                                .marks = marks,
                                                .mark_count = CONDITIONS,
                                                .gauges = gauges,
                                                .gauge_count = 6});
}

static brg_status run(brg_lab *lab) {
    brg_lab_work tiny;
    brg_status status = brg_lab_work_make(lab, &(brg_lab_work_shape){.numbers = 1024}, &tiny);
    if (status == BRG_OK)
        status = measure(lab, &tiny);
    brg_lab_work_release(&tiny);
    return status;
}

const brg_experiment brg_claim_15 =
    {.claim =
         {.id = "15",
          .slug = "overheads",
          .title = "Threads, locks and shared cache lines cost time",
          .articles = "A2",
          .claim = "Parallelism has overheads: making threads, synchronising them, keeping their "
                   "caches coherent, and handing work to a device.",
          .hypothesis = "Making a thread or starting a kernel costs as much as very many "
                        "additions; a lock costs more "
                        "than the addition it guards; and counters in one cache line slow each "
                        "other down.",
          .metric = "time of an addition with the overhead over its time without",
          .threshold = "A thread, and a kernel: at least 100 times an atomic addition each. A "
                       "lock: at least 1.5 times "
                       "a plain addition, an atomic addition at least 1.1 times. One cache line: "
                       "at least 1.3 times the lines apart.",
          .refuted_by = "An overhead below its threshold.",
          .workload = "A million additions to a counter in memory by one thread, or by two with a "
                      "counter each; threads that do one addition; and kernels that multiply "
                      "and add to 1024 numbers.",
          .method = "Each addition goes through memory and waits for the one before. A kernel's "
                    "time is from "
                    "handing in its job to knowing of its end, its data in place.",
          .control = "Two threads with a cache line each share nothing: an addition takes them at "
                     "most 1.5 times as long as it takes one.",
          .questions = {[Q_THREAD] = {.what = "time of a thread over that of an atomic addition",
                                      .unit = "x",
                                      BRG_LAB_ABOVE(100)},
                        [Q_ATOMIC] = {.what = "time of an atomic addition over a plain one",
                                      .unit = "x",
                                      BRG_LAB_ABOVE(1.1)},
                        [Q_LOCK] = {.what = "time of an addition under a lock over a plain one",
                                    .unit = "x",
                                    BRG_LAB_ABOVE(1.5)},
                        [Q_COHERENCE] = {.what = "time in one cache line over that in lines apart",
                                         .unit = "x",
                                         BRG_LAB_ABOVE(1.3)},
                        [Q_LAUNCH] = {.what = "time of a kernel over that of an atomic addition",
                                      .unit = "x",
                                      BRG_LAB_ABOVE(100)},
                        [Q_APART] = {.what = "time of two threads with lines apart over one thread",
                                     .unit = "x",
                                     BRG_LAB_BELOW(1.5),
                                     .control = true}},
          .plot = {.kind = BRG_LAB_PLOT_BARS, .x = "what", .y = "time, ns", .log_y = true},
          .needs = BRG_LAB_NEEDS_TWO_CORES | BRG_LAB_NEEDS_DEVICE},
     .run = run};
