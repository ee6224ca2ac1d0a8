/* The host's side of experiments: clocks, work that only takes time, teams of threads. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lab/state.h"

/* ---- clocks ------------------------------------------------------------------------------------ */

static double clock_s(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

double brg_lab_now_s(void) {
    return clock_s(CLOCK_MONOTONIC);
}

double brg_lab_cpu_s(void) {
    return clock_s(CLOCK_PROCESS_CPUTIME_ID);
}

double brg_lab_thread_cpu_s(void) {
    return clock_s(CLOCK_THREAD_CPUTIME_ID);
}

/* ---- processors -------------------------------------------------------------------------------- */

/* The processors that the process was given; a thread may have pinned itself to one of them, the process's
 * first thread has not. */
static void allowed_processors(cpu_set_t *set) {
    CPU_ZERO(set);
    if (sched_getaffinity(getpid(), sizeof *set, set) != 0)
        CPU_SET(0, set);
}

int32_t brg_lab_cores(const brg_lab *lab) {
    cpu_set_t set;
    (void)lab;
    allowed_processors(&set);
    return CPU_COUNT(&set);
}

/* The first of the processors that share a core with this one; itself if the system does not say. */
static int first_on_core(int processor) {
    char path[96];
    int first = processor;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
             processor);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%d", &first) != 1)
        first = processor;
    if (file)
        fclose(file);
    return first;
}

int32_t brg_lab_processors_apart(int32_t *indices, int32_t most) {
    cpu_set_t all;
    int32_t count = 0, index = 0;
    allowed_processors(&all);
    for (int processor = 0; processor < CPU_SETSIZE && count < most; processor++) {
        if (!CPU_ISSET((size_t)processor, &all))
            continue;
        int first = first_on_core(processor);
        if (first == processor || !CPU_ISSET((size_t)first, &all))
            indices[count++] = index;
        index++;
    }
    return count;
}

bool brg_lab_pin(int32_t index) {
    cpu_set_t all, one;
    allowed_processors(&all);
    CPU_ZERO(&one);
    for (int32_t processor = 0, seen = 0; processor < CPU_SETSIZE; processor++)
        if (CPU_ISSET((size_t)processor, &all) && seen++ == index)
            CPU_SET((size_t)processor, &one);
    const cpu_set_t *set = index < 0 ? &all : &one;
    return pthread_setaffinity_np(pthread_self(), sizeof *set, set) == 0;
}

/* ---- work -------------------------------------------------------------------------------------- */

/* The step of splitmix64's mixing: multiplication waits for the shift, the shift for the multiplication. */
uint64_t brg_lab_spin(uint64_t steps) {
    uint64_t x = steps + 1;
    for (uint64_t i = 0; i < steps; i++) {
        x ^= x >> 27;
        x *= UINT64_C(0x94d049bb133111eb);
    }
    return x;
}

/* The thread's own clock stands still while other programs have the processor: with the time on the wall a busy
 * machine would seem slow, and the work that is meant to last 2 ms would last much less. */
static double measure_spin(void) {
    const uint64_t steps = 2000000;
    volatile uint64_t sink;
    double best = INFINITY;
    for (int32_t i = 0; i < 5; i++) {
        double began = brg_lab_thread_cpu_s();
        sink = brg_lab_spin(steps);
        best = fmin(best, brg_lab_thread_cpu_s() - began);
    }
    (void)sink;
    return (double)steps / best;
}

uint64_t brg_lab_spin_steps(brg_lab *lab, double seconds) {
    if (lab->spin_steps_per_s <= 0)
        lab->spin_steps_per_s = measure_spin();
    return (uint64_t)fmax(1, seconds * lab->spin_steps_per_s);
}

/* ---- teams ------------------------------------------------------------------------------------- */

/* Members gather at the start; the last one of those who start opens it for all. */
typedef struct team_run {
    const brg_lab_team *team;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int32_t ready;
    bool open, called_off;
} team_run;

typedef struct member {
    team_run *run;
    int32_t index;
    pthread_t thread;
    double cpu_s;
} member;

static bool wait_for_start(team_run *run) {
    pthread_mutex_lock(&run->lock);
    run->ready++;
    pthread_cond_broadcast(&run->changed);
    while (!run->open)
        pthread_cond_wait(&run->changed, &run->lock);
    bool go = !run->called_off;
    pthread_mutex_unlock(&run->lock);
    return go;
}

static void *run_member(void *argument) {
    member *self = argument;
    const brg_lab_team *team = self->run->team;
    if (team->one_core || team->spread)
        brg_lab_pin(team->spread ? self->index % brg_lab_cores(NULL) : 0);
    if (!wait_for_start(self->run))
        return NULL;
    double began = brg_lab_thread_cpu_s();
    team->work(self->index, team->argument);
    self->cpu_s = brg_lab_thread_cpu_s() - began;
    return NULL;
}

/* Opens the start once `count` are ready, and returns the time of that. */
static double open_start(team_run *run, int32_t count, bool called_off) {
    pthread_mutex_lock(&run->lock);
    while (run->ready < count)
        pthread_cond_wait(&run->changed, &run->lock);
    run->open = true;
    run->called_off = called_off;
    double now = brg_lab_now_s();
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    return now;
}

static int32_t start_members(member *members, team_run *run, int *failed) {
    *failed = 0;
    for (int32_t i = 0; i < run->team->count; i++) {
        members[i] = (member){.run = run, .index = i};
        *failed = pthread_create(&members[i].thread, NULL, run_member, &members[i]);
        if (*failed)
            return i;
    }
    return run->team->count;
}

brg_lab_effort brg_lab_team_run(brg_lab *lab, const brg_lab_team *team) {
    team_run run = {
        .team = team, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    brg_lab_effort effort = {NAN, NAN};
    int failed;
    member *members = calloc((size_t)team->count, sizeof *members);
    if (!members) {
        brg_lab_fail(lab, BRG_E_MEMORY, "There is not enough memory for threads.");
        return effort;
    }
    int32_t started = start_members(members, &run, &failed);
    double began = open_start(&run, started, failed != 0), cpu = 0;
    for (int32_t i = 0; i < started; i++) {
        pthread_join(members[i].thread, NULL);
        cpu += members[i].cpu_s;
    }
    if (failed)
        brg_lab_fail(lab, BRG_E_INTERNAL, "Of %d threads %d could be started: %s.",
                     (int)team->count, (int)started, strerror(failed));
    else
        effort = (brg_lab_effort){brg_lab_now_s() - began, cpu};
    free(members);
    return effort;
}
