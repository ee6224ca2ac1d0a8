/* Claim 7: one thread can hold thousands of waits, and the gain tapers off.
 *
 *     for each timer:   |....wait....|serve|....wait....|serve|....
 *     the one thread:                 s s s s   s s  s   s s s s       busy only while it serves
 *
 * An event loop on one thread: N timers run at once, and epoll tells which have rung. Each that
 * rang is counted and wound up again. With few timers the loop sleeps most of the time, and twice
 * as many give twice as many rings; with very many it serves without a pause, and more give nothing
 * more. */
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lab/lab.h"

enum { RISES, TAPERS, HOLDS, BLOCKS };
enum { MOST = 4096, SPARE_FILES = 64, LOADS = 7, ONE_BY_ONE = LOADS, ONE_BY_ONE_64 };

static const double wait_s = 0.001, listen_s = 0.035;

typedef struct event_loop {
    int poll;
    int32_t count; /* timers */
    int32_t rung[MOST];
    int timers[MOST];
} event_loop;

/* ---- the event loop ---------------------------------------------------------------------------- */

/* Winds a timer up to ring once. */
static void wind(int timer, double seconds) {
    struct itimerspec in = {.it_value = {0, (long)(1e9 * seconds)}};
    timerfd_settime(timer, 0, &in, NULL);
}

static void close_loop(event_loop *loop) {
    for (int32_t i = 0; i < loop->count; i++)
        close(loop->timers[i]);
    if (loop->poll >= 0)
        close(loop->poll);
}

/* Makes `count` timers that ring for the first time one after the other, evenly. */
static bool open_loop(brg_lab *lab, event_loop *loop, int32_t count) {
    loop->poll = epoll_create1(EPOLL_CLOEXEC);
    bool good = loop->poll >= 0;
    for (loop->count = 0; good && loop->count < count; loop->count += good) {
        int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        struct epoll_event event = {EPOLLIN, {.u32 = (uint32_t)loop->count}};
        good = timer >= 0 && !epoll_ctl(loop->poll, EPOLL_CTL_ADD, timer, &event);
        loop->timers[loop->count] = timer;
        if (!good && timer >= 0)
            close(timer);
    }
    for (int32_t i = 0; i < loop->count; i++)
        wind(loop->timers[i], wait_s * (i + 1) / loop->count);
    if (!good)
        brg_lab_fail(lab, BRG_E_UNSUPPORTED, "The system does not give %d timers.", count);
    return good;
}

/* Serves for `seconds`. Returns how many rings it served. */
static int64_t serve(event_loop *loop, double seconds) {
    struct epoll_event events[256];
    int64_t served = 0;
    for (double end_s = brg_lab_now_s() + seconds; brg_lab_now_s() < end_s;) {
        int ready = epoll_wait(loop->poll, events, 256, 10);
        for (int i = 0; i < ready; i++) {
            uint32_t timer = events[i].data.u32;
            loop->rung[timer]++;
            wind(loop->timers[timer], wait_s); /* and forgets that it rang */
        }
        served += ready > 0 ? ready : 0;
    }
    return served;
}

/* ---- what is measured -------------------------------------------------------------------------- */

/* Rings a second with as many timers at once; more[0]: per cent of the timers that were served at
 * all. */
static double rings_per_s(brg_lab *lab, const void *argument, double *more) {
    event_loop loop = {.count = 0};
    double rate = (double)NAN;
    if (open_loop(lab, &loop, *(const int32_t *)argument)) {
        double began_s = brg_lab_now_s();
        int64_t served = serve(&loop, listen_s);
        rate = (double)served / (brg_lab_now_s() - began_s);
        int32_t heard = 0;
        for (int32_t i = 0; i < loop.count; i++)
            heard += loop.rung[i] > 0;
        more[0] = 100.0 * heard / loop.count;
    }
    close_loop(&loop);
    return rate;
}

/* The same without a loop: a thread that sleeps through one wait after the other, however many
 * there are. */
static double waits_one_by_one(brg_lab *lab, const void *argument, double *more) {
    int32_t count = *(const int32_t *)argument, done = 0;
    double began_s = brg_lab_now_s();
    while (done < count || brg_lab_now_s() < began_s + listen_s / 4) {
        if (brg_lab_cancelled(lab) || brg_lab_now_s() > began_s + listen_s)
            break;
        brg_lab_sleep(lab, wait_s);
        done++;
    }
    more[0] = 100;
    return done / (brg_lab_now_s() - began_s);
}

/* Lets this process open more files, up to what it may at most. False if that is too few. */
static bool allow_files(struct rlimit *before) {
    const rlim_t needed = MOST + SPARE_FILES + 256;
    if (getrlimit(RLIMIT_NOFILE, before))
        return false;
    if (before->rlim_cur >= needed)
        return true;
    struct rlimit more = {needed, before->rlim_max};
    return before->rlim_max >= needed && !setrlimit(RLIMIT_NOFILE, &more);
}

static brg_status measure(brg_lab *lab) {
    static const int32_t counts[] = {1, 4, 16, 64, 256, 1024, MOST, 1, 64};
    static const char *const names[] = {"1 wait",     "4 waits",    "16 waits",
                                        "64 waits",   "256 waits",  "1024 waits",
                                        "4096 waits", "1 blocking", "64 blocking"};
    brg_lab_condition conditions[LOADS + 2];
    brg_lab_mark marks[LOADS];
    for (int32_t i = 0; i < LOADS + 2; i++)
        conditions[i] = (brg_lab_condition){names[i], counts[i],
                                            i < LOADS ? rings_per_s : waits_one_by_one, &counts[i]};
    for (int32_t i = 0; i < LOADS; i++) {
        marks[i] = (brg_lab_mark){"event loop", counts[i], BRG_LAB_VALUE(2 * i), NULL};
        brg_lab_plot_model(lab, "if serving took no time", counts[i], counts[i] / wait_s);
    }
    const brg_lab_reply replies[] = {{RISES, BRG_LAB_RATIO(2 * 3, 2 * 0)},
                                     {TAPERS, BRG_LAB_RATIO(2 * 6, 2 * 5)},
                                     {HOLDS, BRG_LAB_VALUE(2 * 6 + 1)},
                                     {BLOCKS, BRG_LAB_RATIO(2 * ONE_BY_ONE_64, 2 * ONE_BY_ONE)}};
    const brg_lab_gauge gauges[] = {{"with 4096 waits at once", "1/s", BRG_LAB_VALUE(2 * 6)},
                                    {"one after the other", "1/s", BRG_LAB_VALUE(2 * ONE_BY_ONE)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = LOADS + 2,
                                                .readings = 2,
                                                .replies = replies,
                                                .reply_count = 4,
                                                .marks = marks,
                                                .mark_count = LOADS,
                                                .gauges = gauges,
                                                .gauge_count = 2});
}

static brg_status run(brg_lab *lab) {
    struct rlimit before;
    if (!allow_files(&before))
        return brg_lab_not_applicable(lab,
                                      "This process may not open the %d files that as many timers "
                                      "need: raise ulimit -Hn.",
                                      MOST);
    brg_status status = measure(lab);
    setrlimit(RLIMIT_NOFILE, &before);
    return status;
}

const brg_experiment brg_claim_7 = {
    .claim =
        {.id = "7",
         .slug = "many-waits",
         .title = "One thread holds thousands of waits",
         .articles = "A2 A3 A4",
         .claim = "One thread can hold thousands of waits at once. The gain tapers off as they "
                  "become many.",
         .hypothesis =
             "The waits finished a second grow with the number held at once, until the thread "
             "has no time left; then they stay as they are.",
         .metric =
             "waits of 1 ms that one event loop finishes in a second, with 1 to 4096 held at once",
         .threshold =
             "64 at once finish at least 32 times as much as one (64 is ideal). Going from 1024 to "
             "4096 gives at most twice as much (4 is ideal). Of 4096, all are served.",
         .refuted_by =
             "A loop that gains less than half of the ideal at 64 waits, or more than half "
             "of it at the end, or that leaves some of the waits unserved.",
         .workload =
             "Timers of 1 ms each (timerfd), wound up again as soon as they are served, and one "
             "thread in epoll_wait.",
         .method =
             "Counted for 35 ms each. The number of files that this process may open is raised for "
             "the while if it has to be.",
         .control = "The same waits slept through one after the other: with 64 of them to do, a "
                    "thread does "
                    "no more a second than with one.",
         .questions = {[RISES] = {.what = "waits a second with 64 at once over one at once",
                                  .unit = "x",
                                  BRG_LAB_ABOVE(32)},
                       [TAPERS] = {.what = "waits a second with 4096 at once over 1024 at once",
                                   .unit = "x",
                                   BRG_LAB_BELOW(2)},
                       [HOLDS] = {.what = "part of 4096 waits that was served",
                                  .unit = "%",
                                  BRG_LAB_ABOVE(99.9)},
                       [BLOCKS] = {.what = "waits a second with 64 to do one by one over one to do",
                                   .unit = "x",
                                   BRG_LAB_BELOW(1.5),
                                   .control = true}},
         .plot = {.x = "waits held at once",
                  .y = "waits finished a second",
                  .log_x = true,
                  .log_y = true}},
    .run = run};
