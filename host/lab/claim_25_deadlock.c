/* Claim 25: inconsistent lock order deadlocks; a fixed order, or locks with a time limit, cure it.
 *
 *     thread 0    takes A ......... wants B         each holds what the other one wants,
 *     thread 1         takes B .... wants A         and neither will ever let go
 *
 * Two threads take two locks again and again. Each says when it holds its first lock and waits for
 * the second; if both say so at once, that is a deadlock: neither can go on, however long one
 * waits. So it is not a time limit that tells a deadlock from a slow machine. Who finds it gives
 * up, and the run ends; the locks are asked for in short waits so that it can be found at all.
 *
 * Load on the machine makes no deadlock and ends no run that is stuck, so what is CONFIRMED under
 * load holds. It could keep the threads apart, though they begin only when both are there, and it
 * could outlast the patience for a run: neither refutes anything then (lab.h, counts). */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include "lab/lab.h"

enum { TURNS = 40, RUNS = 5 };
enum { OPPOSITE, ORDERED, TIMED, ALONE, WAYS };
enum { DEADLOCKS, FINISHED, READINGS };
enum { Q_OPPOSITE, Q_ORDERED, Q_ORDERED_DONE, Q_TIMED, Q_TIMED_DONE, Q_ALONE };

static const double hold_s = 20e-6, look_s = 1e-3, patience_s = 2;

/* How the locks are taken. */
typedef struct lock_way {
    int32_t threads;
    bool same_order; /* both take A first */
    bool gives_way;  /* who does not get the second in time returns the first */
} lock_way;

typedef struct two_locks {
    pthread_mutex_t locks[2];
    atomic_bool waiting[2]; /* that thread holds its first lock and waits for its second */
    atomic_bool deadlock;
    atomic_int here;  /* threads that have begun */
    atomic_int turns; /* done by all */
    const lock_way *way;
    brg_lab *lab;
    double end_s;
} two_locks;

/* Waits for a lock for a while. */
static bool lock_within(pthread_mutex_t *lock, double seconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(1e9 * seconds);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return pthread_mutex_timedlock(lock, &until) == 0;
}

static bool is_over(const two_locks *all) {
    return atomic_load(&all->deadlock) || brg_lab_cancelled(all->lab) ||
           brg_lab_now_s() > all->end_s;
}

/* The other one waits for what this one holds, and the other way round. */
static bool is_stuck(const two_locks *all, int32_t other) {
    return atomic_load(&all->waiting[other]);
}

/* Gets the second lock while it holds the first; false if that is not to be. */
static bool get_second(two_locks *all, int32_t self, pthread_mutex_t *second) {
    atomic_store(&all->waiting[self], true);
    bool got = lock_within(second, look_s);
    while (!got && !all->way->gives_way && !is_over(all)) {
        if (is_stuck(all, 1 - self))
            atomic_store(&all->deadlock, true);
        else
            got = lock_within(second, look_s);
    }
    atomic_store(&all->waiting[self], false);
    return got;
}

/* Takes both locks once, `first` first. */
static bool take_turn(two_locks *all, int32_t self, int32_t first) {
    bool got = lock_within(&all->locks[first], look_s);
    if (!got)
        return false;
    brg_lab_sleep(all->lab, hold_s);
    got = get_second(all, self, &all->locks[1 - first]);
    if (got)
        pthread_mutex_unlock(&all->locks[1 - first]);
    pthread_mutex_unlock(&all->locks[first]);
    return got;
}

/* One who gave way waits for as long as suits nobody else before it tries again. */
static void work(int32_t self, void *argument) {
    two_locks *all = argument;
    atomic_fetch_add(&all->here, 1);
    while (atomic_load(&all->here) < all->way->threads && !is_over(all))
        sched_yield();
    for (int32_t done = 0; done < TURNS && !is_over(all);) {
        int32_t first = all->way->same_order ? 0 : (self + (all->way->threads == 1) * done) % 2;
        bool good = take_turn(all, self, first);
        if (!good && all->way->gives_way)
            brg_lab_sleep(all->lab, hold_s * (1 + 10 * self));
        done += good;
        atomic_fetch_add(&all->turns, good);
    }
}

/* Per cent of the runs that deadlocked; more[0]: per cent of the runs that did all their turns. */
static double deadlocks(brg_lab *lab, const void *argument, double *more) {
    const lock_way *way = argument;
    int32_t stuck = 0, finished = 0;
    for (int32_t i = 0; i < RUNS; i++) {
        two_locks all = {.locks = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER}};
        all.way = way;
        all.lab = lab;
        all.end_s = brg_lab_now_s() + patience_s;
        brg_lab_team_run(lab,
                         &(brg_lab_team){.count = way->threads, .work = work, .argument = &all});
        stuck += atomic_load(&all.deadlock);
        finished += atomic_load(&all.turns) == TURNS * way->threads;
    }
    more[FINISHED - 1] = 100.0 * finished / RUNS;
    return 100.0 * stuck / RUNS;
}

static brg_status run(brg_lab *lab) {
    static const lock_way ways[WAYS] = {[OPPOSITE] = {2, false, false},
                                        [ORDERED] = {2, true, false},
                                        [TIMED] = {2, false, true},
                                        [ALONE] = {1, false, false}};
    static const char *const names[WAYS] = {"opposite orders", "one order", "time limit",
                                            "one thread, both orders"};
    brg_lab_condition conditions[WAYS];
    brg_lab_mark marks[WAYS];
    for (int32_t i = 0; i < WAYS; i++) {
        conditions[i] = (brg_lab_condition){names[i], i, deadlocks, &ways[i]};
        marks[i] = (brg_lab_mark){"deadlocked", i, BRG_LAB_VALUE(i * READINGS), names[i]};
    }
    const brg_lab_reply replies[] = {{Q_OPPOSITE, BRG_LAB_VALUE(OPPOSITE * READINGS)},
                                     {Q_ORDERED, BRG_LAB_VALUE(ORDERED * READINGS)},
                                     {Q_ORDERED_DONE, BRG_LAB_VALUE(ORDERED * READINGS + FINISHED)},
                                     {Q_TIMED, BRG_LAB_VALUE(TIMED * READINGS)},
                                     {Q_TIMED_DONE, BRG_LAB_VALUE(TIMED * READINGS + FINISHED)},
                                     {Q_ALONE, BRG_LAB_VALUE(ALONE * READINGS)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = WAYS,
                                                .readings = READINGS,
                                                .replies = replies,
                                                .reply_count = 6,
                                                .marks = marks,
                                                .mark_count = WAYS,
                                                .max_rounds = 40,
                                                .counts = true});
}

const brg_experiment brg_claim_25 =
    {.claim =
         {.id = "25",
          .slug = "deadlock",
          .title = "Inconsistent lock order deadlocks",
          .articles = "A3",
          .claim = "Threads that take the same locks in different orders deadlock. One order for "
                   "all, or locks with a time limit, cure it.",
          .hypothesis = "Two threads with opposite orders get stuck; with one order, or by giving "
                        "way after a time limit, they do all their turns.",
          .metric = "runs that deadlocked, and runs that did all their turns, in per cent",
          .threshold =
              "At least half of the runs with opposite orders deadlock. None does with one "
              "order or with a time limit, and all of those end.",
          .refuted_by = "Fewer deadlocks than that, or a cure that gets stuck.",
          .workload = "Two threads that take two locks 40 times each, and hold the first for 20 us "
                      "before they ask for the second.",
          .method = "A deadlock is when each holds what the other waits for, found by what the "
                    "threads say of themselves, not by a time limit. Then the run is called off.",
          .control = "One thread alone that uses both orders in turn must never deadlock.",
          .questions =
              {[Q_OPPOSITE] = {.what = "deadlocks with opposite orders",
                               .unit = "%",
                               BRG_LAB_ABOVE(50)},
               [Q_ORDERED] = {.what = "deadlocks with one order", .unit = "%", BRG_LAB_BELOW(0)},
               [Q_ORDERED_DONE] = {.what = "runs that ended with one order",
                                   .unit = "%",
                                   BRG_LAB_ABOVE(100)},
               [Q_TIMED] = {.what = "deadlocks with a time limit", .unit = "%", BRG_LAB_BELOW(0)},
               [Q_TIMED_DONE] = {.what = "runs that ended with a time limit",
                                 .unit = "%",
                                 BRG_LAB_ABOVE(100)},
               [Q_ALONE] = {.what = "deadlocks of one thread",
                            .unit = "%",
                            BRG_LAB_BELOW(0),
                            .control = true}},
          .plot = {.kind = BRG_LAB_PLOT_BARS, .x = "how locks are taken", .y = "runs stuck, %"}},
     .run = run};
