/* A lab's state, shared by the files of this room.
 *
 * The lab's thread alone writes results; it takes the lock to write and reads without it. All others take the lock
 * to read. */
#ifndef LAB_STATE_H
#define LAB_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "lab/lab.h"
#include "lab/load.h"
#include "lab/sentinel.h"

/* What the lab sees of the world outside, so that tests can give it another one. */
typedef struct brg_lab_world {
    double (*now_s)(void *user);
    bool (*load)(void *user, brg_lab_load *load); /* false: not known */
    double (*sentinel_s)(void *user);             /* see lab/sentinel.h; NaN: not known */
    double (*alone_s)(void *user);                /* the same, one core at a time */
    void *user;
} brg_lab_world;

/* How the rounds of a measurement are kept: the latest brg_lab_measure's. */
typedef struct brg_lab_rounds {
    double *values; /* count rows of `width` */
    bool *calm;     /* nobody disturbed it */
    int32_t width, readings, count, room;
} brg_lab_rounds;

struct brg_lab {
    pthread_mutex_t lock;
    pthread_cond_t ended_or_cancelled;
    pthread_t thread;
    bool has_thread;
    atomic_bool cancelled;

    /* As asked for. */
    double budget_s, dial;
    bool quick, has_dial;
    bool shares_time; /* claims leave each other what they do not use */
    uint64_t seed;
    char *device;
    void (*wake)(void *user);
    void *wake_user;
    brg_lab_world world;

    /* The run. */
    int32_t count, current;
    double spare_s; /* time that claims with few rounds may use beyond their own */
    bool ended;
    uint64_t revision;
    const brg_experiment *experiments[BRG_LAB_CLAIMS];
    brg_lab_result results[BRG_LAB_CLAIMS];

    /* The experiment under way; the lab's thread only, but for began_s. */
    double began_s;
    double beyond_s; /* used so far beyond the budget */
    int32_t groups;
    bool not_applicable;
    bool warming_up; /* the round under way does not count */
    brg_error error; /* the first; `user has had enough` is no error */
    char remark[BRG_LAB_TEXT];
    brg_lab_rounds rounds;

    /* What is made when it is first needed. */
    brg_engine *engine;
    bool owns_engine;
    brg_device_list devices;
    brg_device_choice choice;
    bool has_device;
    double spin_steps_per_s;
    brg_lab_sentinel sentinel;
};

/* The result that the experiment under way is filling. */
brg_lab_result *brg_lab_current(brg_lab *lab);

/* Between these two the lab's thread changes results; the second tells whoever watches. */
void brg_lab_change_begin(brg_lab *lab);
void brg_lab_change_end(brg_lab *lab);

/* Makes room for one more item behind `count` in an array of such items. NULL, with the error noted, if there is
 * no memory; else the new item, cleared. */
void *brg_lab_append(brg_lab *lab, void *array, int32_t count, size_t item);

/* Seconds since the experiment under way began. */
double brg_lab_elapsed_s(const brg_lab *lab);

/* Makes a lab of given experiments in a given world; brg_lab_start does so with the table's and the real one. */
brg_status brg_lab_create(const brg_lab_options *options, const brg_experiment *const *experiments,
                          int32_t count, const brg_lab_world *world, brg_lab **out,
                          brg_error *error);

/* Runs all experiments on the calling thread. */
void brg_lab_run_all(brg_lab *lab);

/* The world as it is. */
extern const brg_lab_world brg_lab_real_world;

#endif
