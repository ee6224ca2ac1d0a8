/* Claim D4: is a lock with a time limit "non-blocking"? One article says so.
 *
 *     try lock      |t|  no                           returns at once: this is non-blocking
 *     timed lock    |t.........|  no                  sleeps until its limit: it blocks, but not for ever
 *     plain lock    |t.....................| got it   sleeps until the owner lets go
 *
 * One thread owns a lock for 12 ms. Another asks for it in each way and notes how long it was held
 * up, and how much of that it computed. Both readings are on one data set: blocked or not, bounded
 * or not. */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "lab/lab.h"

enum { TRY, TIMED, PLAIN, WAYS };
enum { HELD_UP, COMPUTED, READINGS };
enum { Q_BLOCKS, Q_BOUNDED, Q_ASLEEP, Q_TRY };

static const double owned_s = 0.012, limit_s = 0.004;

typedef struct meeting {
    brg_lab *lab;
    pthread_mutex_t lock;
    atomic_bool owned;
    int32_t way;
    double held_up_s, computed_s;
} meeting;

static bool ask(pthread_mutex_t *lock, int32_t way) {
    if (way == TRY)
        return pthread_mutex_trylock(lock) == 0;
    if (way == PLAIN)
        return pthread_mutex_lock(lock) == 0;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(1e9 * limit_s);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return pthread_mutex_timedlock(lock, &until) == 0;
}

static void own(meeting *here) {
    pthread_mutex_lock(&here->lock);
    atomic_store(&here->owned, true);
    brg_lab_sleep(here->lab, owned_s);
    pthread_mutex_unlock(&here->lock);
}

/* Thread 0 owns the lock, thread 1 asks for it. */
static void meet(int32_t index, void *argument) {
    meeting *here = argument;
    if (index == 0) {
        own(here);
        return;
    }
    while (!atomic_load(&here->owned))
        brg_lab_sleep(here->lab, 50e-6);
    double began_s = brg_lab_now_s(), cpu_s = brg_lab_thread_cpu_s();
    bool got = ask(&here->lock, here->way);
    here->computed_s = brg_lab_thread_cpu_s() - cpu_s;
    here->held_up_s = brg_lab_now_s() - began_s;
    if (got)
        pthread_mutex_unlock(&here->lock);
}

/* How long the second thread was held up, in per cent of the limit; more[0]: per cent of that it
 * computed. */
static double held_up(brg_lab *lab, const void *argument, double *more) {
    meeting here = {.lab = lab, .lock = PTHREAD_MUTEX_INITIALIZER};
    here.way = *(const int32_t *)argument;
    brg_lab_team_run(lab, &(brg_lab_team){.count = 2, .work = meet, .argument = &here});
    more[COMPUTED - 1] = 100 * here.computed_s / here.held_up_s;
    return 100 * here.held_up_s / limit_s;
}

static brg_status run(brg_lab *lab) {
    static const int32_t ways[WAYS] = {TRY, TIMED, PLAIN};
    static const char *const names[WAYS] = {"try lock", "timed lock", "plain lock"};
    brg_lab_condition conditions[WAYS];
    brg_lab_mark marks[WAYS];
    for (int32_t i = 0; i < WAYS; i++) {
        conditions[i] = (brg_lab_condition){names[i], i, held_up, &ways[i]};
        marks[i] = (brg_lab_mark){"held up", i, BRG_LAB_VALUE(i * READINGS), names[i]};
    }
    const brg_lab_reply replies[] = {{Q_BLOCKS, BRG_LAB_VALUE(TIMED * READINGS)},
                                     {Q_BOUNDED, BRG_LAB_RATIO(PLAIN * READINGS, TIMED * READINGS)},
                                     {Q_ASLEEP, BRG_LAB_VALUE(TIMED * READINGS + COMPUTED)},
                                     {Q_TRY, BRG_LAB_VALUE(TRY * READINGS)}};
    brg_status status = brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                             .condition_count = WAYS,
                                                             .readings = READINGS,
                                                             .replies = replies,
                                                             .reply_count = 4,
                                                             .marks = marks,
                                                             .mark_count = WAYS,
                                                             .max_rounds = 80});
    brg_lab_remark(lab, "Both readings: it blocks (the thread sleeps and does nothing else), and "
                        "it is free of deadlock (the wait ends).");
    return status;
}

const brg_experiment brg_claim_D4 = {
    .claim =
        {.id = "D4",
         .slug = "timed-locks",
         .title = "Locks with a time limit block, for that time",
         .articles = "A3",
         .claim = "One article calls locks with a time limit non-blocking. They block for a "
                  "bounded time.",
         .hypothesis = "A thread that asks for a taken lock with a time limit sleeps until the "
                       "limit; one that only tries goes on at once.",
         .metric = "time until the call returns, in per cent of the limit",
         .threshold = "At least 95 % of the limit with less than 20 % of it computing: a thread "
                      "that is held up and asleep is blocked. A plain lock holds up at least 2 "
                      "times as long (12 ms over 4 ms, 3).",
         .refuted_by = "A call with a time limit that returns earlier, or that computes meanwhile.",
         .workload = "A lock that another thread owns for 12 ms; a limit of 4 ms.",
         .method = "pthread_mutex_trylock, _timedlock and _lock, timed by the monotonic clock and "
                   "by the thread's own processor time.",
         .control = "Trying the lock, which is non-blocking, returns within 10 % of the limit.",
         .questions = {[Q_BLOCKS] = {.what = "time that a timed lock holds up, of its limit",
                                     .unit = "%",
                                     BRG_LAB_ABOVE(95)},
                       [Q_BOUNDED] = {.what = "time in a plain lock over that in a timed one",
                                      .unit = "x",
                                      BRG_LAB_ABOVE(2)},
                       [Q_ASLEEP] = {.what = "part of it that the thread computes",
                                     .unit = "%",
                                     BRG_LAB_BELOW(20)},
                       [Q_TRY] = {.what = "time that trying the lock holds up, of the limit",
                                  .unit = "%",
                                  BRG_LAB_BELOW(10),
                                  .control = true}},
         .plot = {.kind = BRG_LAB_PLOT_BARS, .x = "way of asking", .y = "held up, % of the limit"}},
    .run = run};
