/* Ranks by MPI: the module that the library loads when mpirun started the program. See train/ranks.h.
 *
 * One thread makes all calls of MPI, from MPI_Init_thread to MPI_Finalize; the others leave orders with it:
 *
 *     callers                     orders                      thread
 *     sum, sum, await -------->   [sum][sum]  -------------->  MPI_Iallreduce, MPI_Testsome ...
 *
 * Most implementations move messages only while somebody is inside MPI. The thread is the somebody: it
 * looks in now and then while the others compute, and all the time once they have nothing else to do than
 * wait. While it waits it watches the ranks on this machine, and the clock. */
#include <mpi.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "train/ranks.h"

enum { MOST_NEIGHBOURS = 1024, LOOK_IN_NS = 50000 };

static const double GLANCE_S = 0.02;  /* so often the others are looked after */
static const double PATIENCE_S = 120; /* so long one may keep all waiting */

typedef struct order {
    void *numbers;
    int32_t count;
    bool most;    /* the largest doubles; else the sum of floats */
    int32_t span; /* of a sum: its place in what is told of when */
} order;

typedef enum phase { JOINING, WORKING, LEAVING, ENDED } phase;

/* A rank on this machine. */
typedef struct neighbour {
    int32_t rank;
    pid_t process;
} neighbour;

typedef struct world {
    brg_ranks face;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;

    /* Under the lock. */
    phase phase;
    bool failed;  /* trouble says why; MPI is not called any more */
    bool awaited; /* someone waits, since: */
    double since_s;
    bool told; /* the spans are those of sums that were awaited */
    order orders[BRG_MAX_SUMS];
    int32_t count;

    /* The thread's own. */
    MPI_Request requests[BRG_MAX_SUMS];
    int32_t begun, ended; /* of the orders */
    double patience_s, looked_s;
    neighbour neighbours[MOST_NEIGHBOURS];
    int32_t neighbour_count;
} world;

/* The clock of traces, brg_now_ns. */
static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- trouble --------------------------------------------------------------------------------- */

static void fail(world *w, const char *sentence) {
    if (!w->failed)
        snprintf(w->face.trouble, sizeof w->face.trouble, "%s", sentence);
    w->failed = true;
}

static bool good(world *w, int code) {
    char words[MPI_MAX_ERROR_STRING], sentence[BRG_RANKS_TEXT];
    int length = 0;
    if (code == MPI_SUCCESS)
        return true;
    MPI_Error_string(code, words, &length);
    snprintf(sentence, sizeof sentence, "MPI says: %.*s.", length, words);
    fail(w, sentence);
    return false;
}

/* ---- the others ------------------------------------------------------------------------------ */

/* Notes which processes on this machine can be watched: those that can be seen from here. */
static void meet(world *w, MPI_Comm here) {
    int mine[2] = {w->face.self.index, (int)getpid()}, theirs[MOST_NEIGHBOURS][2];
    int32_t count = w->face.self.local_count;
    if (count > MOST_NEIGHBOURS ||
        !good(w, MPI_Allgather(mine, 2, MPI_INT, theirs, 2, MPI_INT, here)))
        return;
    for (int32_t i = 0; i < count; i++)
        if (theirs[i][0] != mine[0] && kill(theirs[i][1], 0) == 0)
            w->neighbours[w->neighbour_count++] = (neighbour){theirs[i][0], theirs[i][1]};
}

/* A process that was killed takes no leave; what is waited for will never come. Neighbours are in the order
 * of their ranks. */
static void look_after_neighbours(world *w) {
    char sentence[BRG_RANKS_TEXT];
    for (int32_t i = 0; i < w->neighbour_count; i++) {
        const neighbour *n = &w->neighbours[i];
        if (kill(n->process, 0) == 0 || errno != ESRCH)
            continue;
        snprintf(sentence, sizeof sentence,
                 "Rank %d (process %d) has ended before its work was done.", (int)n->rank,
                 (int)n->process);
        fail(w, sentence);
        w->face.first_there += n->rank == w->face.first_there;
    }
}

static void look_after_clock(world *w) {
    char sentence[BRG_RANKS_TEXT];
    if (!w->awaited || !(now_s() - w->since_s > w->patience_s))
        return;
    snprintf(sentence, sizeof sentence,
             "Some rank has not answered for %g seconds; BRIGADE_PATIENCE sets how many may pass.",
             w->patience_s);
    fail(w, sentence);
}

static void look_after(world *w) {
    double now = now_s();
    if (!(now - w->looked_s >= GLANCE_S))
        return;
    w->looked_s = now;
    look_after_neighbours(w);
    look_after_clock(w);
}

/* ---- the thread ------------------------------------------------------------------------------ */

static double patience(void) {
    const char *text = getenv("BRIGADE_PATIENCE");
    double said = text ? strtod(text, NULL) : 0;
    return said > 0 ? said : PATIENCE_S;
}

static bool count_ranks(world *w) {
    int index, count, local_index, local_count;
    MPI_Comm here;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    if (!good(w, MPI_Comm_rank(MPI_COMM_WORLD, &index)) ||
        !good(w, MPI_Comm_size(MPI_COMM_WORLD, &count)) ||
        !good(w, MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, index, MPI_INFO_NULL,
                                     &here)))
        return false;
    MPI_Comm_rank(here, &local_index);
    MPI_Comm_size(here, &local_count);
    w->face.self = (brg_rank){index, count, local_index, local_count};
    meet(w, here);
    return good(w, MPI_Comm_free(&here));
}

static void join(world *w) {
    int provided = 0;
    w->patience_s = patience();
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS)
        fail(w, "MPI cannot be initialised.");
    else if (provided < MPI_THREAD_FUNNELED)
        fail(w, "This MPI is not made for programs with threads.");
    else
        count_ranks(w);
}

static void begin(world *w, int32_t index) {
    const order *o = &w->orders[index];
    good(w, MPI_Iallreduce(MPI_IN_PLACE, o->numbers, o->count, o->most ? MPI_DOUBLE : MPI_FLOAT,
                           o->most ? MPI_MAX : MPI_SUM, MPI_COMM_WORLD, &w->requests[index]));
}

static void end(world *w, const order *o) {
    if (!o->most)
        w->face.sums[o->span].ended_ns = now_ns();
    w->ended++;
}

/* Begins what is new, and ends what has arrived. */
static void progress(world *w) {
    int arrived = 0, which[BRG_MAX_SUMS];
    while (w->begun < w->count && !w->failed)
        begin(w, w->begun++);
    if (w->failed ||
        !good(w, MPI_Testsome(w->count, w->requests, &arrived, which, MPI_STATUSES_IGNORE)))
        return;
    for (int i = 0; i < arrived; i++)
        end(w, &w->orders[which[i]]);
    if (w->ended == w->count)
        w->count = w->begun = w->ended = 0;
}

static void rest(world *w) {
    const struct timespec moment = {.tv_nsec = LOOK_IN_NS};
    bool hurry = w->awaited;
    pthread_mutex_unlock(&w->lock);
    if (hurry)
        sched_yield();
    else
        nanosleep(&moment, NULL);
    pthread_mutex_lock(&w->lock);
}

static void work(world *w) {
    while (w->phase == WORKING && !w->failed) {
        if (w->count == 0) {
            pthread_cond_wait(&w->changed, &w->lock);
            continue;
        }
        progress(w);
        if (w->count > 0 && !w->failed)
            look_after(w);
        if (w->count == 0 || w->failed)
            pthread_cond_broadcast(&w->changed);
        else
            rest(w);
    }
}

/* MPI_Finalize waits for all, for ever; so first it is made sure that all have come. */
static void finalize(world *w) {
    const struct timespec moment = {.tv_nsec = LOOK_IN_NS};
    MPI_Request all_here;
    int done = 0;
    w->awaited = true;
    w->since_s = now_s();
    if (w->failed || !good(w, MPI_Ibarrier(MPI_COMM_WORLD, &all_here)))
        return;
    while (!w->failed && good(w, MPI_Test(&all_here, &done, MPI_STATUS_IGNORE)) && !done) {
        look_after(w);
        nanosleep(&moment, NULL);
    }
    if (!w->failed)
        MPI_Finalize();
}

static void *run(void *argument) {
    world *w = argument;
    join(w);
    pthread_mutex_lock(&w->lock);
    w->phase = w->failed ? ENDED : WORKING;
    pthread_cond_broadcast(&w->changed);
    work(w);
    if (w->phase == LEAVING)
        finalize(w);
    w->phase = ENDED;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- callers --------------------------------------------------------------------------------- */

static bool enter_order(world *w, const order *o) {
    if (w->count == BRG_MAX_SUMS)
        fail(w, "There are more sums under way than may be.");
    if (w->failed)
        return false;
    w->orders[w->count++] = *o;
    pthread_cond_broadcast(&w->changed);
    return true;
}

/* A span for a sum that begins; those that were awaited are told of no more. */
static int32_t begin_span(world *w) {
    if (w->told)
        w->face.sum_count = 0;
    w->told = false;
    if (w->face.sum_count == BRG_MAX_SUMS) {
        fail(w, "There are more sums under way than may be.");
        return 0;
    }
    w->face.sums[w->face.sum_count] = (brg_sum_span){.began_ns = now_ns()};
    return w->face.sum_count++;
}

static bool sum(brg_ranks *ranks, float *numbers, int32_t count) {
    world *w = (world *)ranks;
    pthread_mutex_lock(&w->lock);
    const order o = {.numbers = numbers, .count = count, .span = begin_span(w)};
    bool entered = enter_order(w, &o);
    pthread_mutex_unlock(&w->lock);
    return entered;
}

static bool await_locked(world *w) {
    w->awaited = true;
    w->since_s = now_s();
    while (w->count > 0 && !w->failed)
        pthread_cond_wait(&w->changed, &w->lock);
    w->awaited = false;
    return !w->failed;
}

static bool await(brg_ranks *ranks) {
    world *w = (world *)ranks;
    pthread_mutex_lock(&w->lock);
    bool arrived = await_locked(w);
    w->told = true;
    pthread_mutex_unlock(&w->lock);
    return arrived;
}

static bool most(brg_ranks *ranks, double *numbers, int32_t count) {
    world *w = (world *)ranks;
    const order o = {.numbers = numbers, .count = count, .most = true};
    pthread_mutex_lock(&w->lock);
    bool arrived = enter_order(w, &o) && await_locked(w);
    pthread_mutex_unlock(&w->lock);
    return arrived;
}

/* Under the lock, so that no call of MPI is under way when this returns. */
static void give_up(brg_ranks *ranks) {
    world *w = (world *)ranks;
    pthread_mutex_lock(&w->lock);
    fail(w, "This rank gave up.");
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

static void leave(brg_ranks *ranks) {
    world *w = (world *)ranks;
    pthread_mutex_lock(&w->lock);
    if (w->phase == WORKING)
        w->phase = LEAVING;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static bool start(world *w) {
    w->face =
        (brg_ranks){.sum = sum, .await = await, .most = most, .give_up = give_up, .leave = leave};
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    if (pthread_create(&w->thread, NULL, run, w) != 0)
        return false;
    pthread_mutex_lock(&w->lock);
    while (w->phase == JOINING)
        pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
    return true;
}

__attribute__((visibility("default"))) brg_ranks *brg_ranks_enter(int32_t abi,
                                                                  char why[BRG_RANKS_TEXT]);

brg_ranks *brg_ranks_enter(int32_t abi, char why[BRG_RANKS_TEXT]) {
    world *w = calloc(1, sizeof *w);
    if (abi != BRG_RANKS_ABI || !w) {
        snprintf(why, BRG_RANKS_TEXT, "%s",
                 w ? "The module for MPI is of another version: build Brigade again."
                   : "There is no memory for joining MPI's ranks.");
        free(w);
        return NULL;
    }
    if (!start(w)) {
        snprintf(why, BRG_RANKS_TEXT, "There is no thread for MPI.");
        free(w);
        return NULL;
    }
    if (w->failed) {
        memcpy(why, w->face.trouble, sizeof w->face.trouble);
        leave(&w->face);
        return NULL;
    }
    return &w->face;
}
