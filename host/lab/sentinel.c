/* The same small work again and again. See sentinel.h. */
#include "lab/sentinel.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"

enum { CORES = 8 };

/* They begin together, or not at all. */
typedef struct gate {
    atomic_int ready; /* so many stand before it */
    atomic_int open;  /* 1: go; -1: go home */
} gate;

/* One of those who do the work. */
typedef struct post {
    int32_t processor; /* of those that this process may use */
    gate *gate;
    double seconds;
} post;

/* Multiplies and adds on so many numbers side by side that both units are full: a neighbour on the same core is
 * felt. */
static void work(void) {
    enum { NUMBERS = 48, STEPS = 100000 };
    float numbers[NUMBERS];
    volatile float sink = 0;
    for (int32_t i = 0; i < NUMBERS; i++)
        numbers[i] = (float)i;
    for (int32_t step = 0; step < STEPS; step++)
        for (int32_t i = 0; i < NUMBERS; i++)
            numbers[i] = numbers[i] * 0.999F + 0.5F;
    for (int32_t i = 0; i < NUMBERS; i++)
        sink = sink + numbers[i];
}

static void *stand(void *argument) {
    post *p = argument;
    int open;
    brg_lab_pin(p->processor);
    atomic_fetch_add(&p->gate->ready, 1);
    while ((open = atomic_load(&p->gate->open)) == 0)
        sched_yield();
    double began = brg_lab_now_s();
    if (open > 0)
        work();
    p->seconds = brg_lab_now_s() - began;
    return NULL;
}

/* Has the work done at `count` posts at once; NaN if that many threads are not to be had. */
static double run_at(const int32_t *processors, int32_t count) {
    gate start = {0, 0};
    pthread_t threads[CORES];
    post posts[CORES];
    double slowest = 0;
    int32_t begun = 0;
    for (; begun < count; begun++) {
        posts[begun] = (post){.processor = processors[begun], .gate = &start};
        if (pthread_create(&threads[begun], NULL, stand, &posts[begun]) != 0)
            break;
    }
    while (atomic_load(&start.ready) < begun)
        sched_yield();
    atomic_store(&start.open, begun == count ? 1 : -1);
    for (int32_t i = 0; i < begun; i++) {
        pthread_join(threads[i], NULL);
        slowest = fmax(slowest, posts[i].seconds);
    }
    return begun == count ? slowest : (double)NAN;
}

double brg_lab_sentinel_run_s(void) {
    int32_t processors[CORES];
    return run_at(processors, brg_lab_processors_apart(processors, CORES));
}

double brg_lab_sentinel_alone_s(void) {
    int32_t processors[CORES];
    const int32_t count = brg_lab_processors_apart(processors, CORES);
    double slowest = 0;
    for (int32_t i = 0; i < count; i++)
        slowest = fmax(slowest, run_at(&processors[i], 1));
    return slowest;
}

/* ---- which pace is usual ----------------------------------------------------------------------- */

static int rising(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* What a quarter of the latest times stay below. */
static double held(const brg_lab_sentinel *sentinel) {
    double sorted[BRG_LAB_HELD];
    const int32_t count = sentinel->count < BRG_LAB_HELD ? sentinel->count : BRG_LAB_HELD;
    memcpy(sorted, sentinel->latest_s, (size_t)count * sizeof sorted[0]);
    qsort(sorted, (size_t)count, sizeof sorted[0], rising);
    return sorted[count / 4];
}

static double best_remembered(const brg_lab_sentinel *sentinel) {
    double best = INFINITY;
    for (int32_t i = 0; i < sentinel->count && i < BRG_LAB_REMEMBERED; i++)
        best = fmin(best, sentinel->held_s[i]);
    return best;
}

/* Until there are enough times, what they say together is all that is known. */
void brg_lab_sentinel_note(brg_lab_sentinel *sentinel, double seconds) {
    if (isnan(seconds))
        return;
    sentinel->latest_s[sentinel->count++ % BRG_LAB_HELD] = seconds;
    const bool beginning = sentinel->count <= BRG_LAB_HELD;
    for (int32_t i = beginning ? 0 : sentinel->count - 1; i < sentinel->count; i++)
        sentinel->held_s[i % BRG_LAB_REMEMBERED] = held(sentinel);
    sentinel->usual_s = best_remembered(sentinel);
    sentinel->best_s = beginning ? sentinel->usual_s : fmin(sentinel->best_s, sentinel->usual_s);
}

double brg_lab_sentinel_slower(const brg_lab_sentinel *sentinel, double seconds) {
    if (sentinel->count == 0 || isnan(seconds))
        return (double)NAN;
    return fmax(0, seconds / sentinel->usual_s - 1);
}

double brg_lab_sentinel_settled(const brg_lab_sentinel *sentinel) {
    return sentinel->count > 0 ? sentinel->usual_s / sentinel->best_s - 1 : (double)NAN;
}
