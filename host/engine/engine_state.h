/* What the two halves of the engine share: engine.c, which anyone may call, and loop.c, its thread. */
#ifndef BRIGADE_ENGINE_STATE_H
#define BRIGADE_ENGINE_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "brigade/tuning.h"
#include "device/discover.h"
#include "engine/record.h"

enum { BRG_MAX_CONTEXTS = 64, BRG_MAX_FLIGHTS = 256, BRG_MAX_ADDED_OPS = 64 };

/* A piece in the air: enqueued on a device, not yet seen to be complete. */
typedef struct brg_flight {
    brg_piece piece;
    brg_record *record;
    brg_context *context;
} brg_flight;

struct brg_engine {
    /* fixed at creation */
    brg_engine_config config;
    char *default_device; /* the strings that config points to */
    char *cache_dir;
    char *kernel_dir;
    brg_tuning *tuning;
    brg_trace *trace;
    pthread_t thread;

    /* what either side watches without the lock, for a moment before it goes to sleep: see brg_linger */
    atomic_uint knocks;  /* counts what the thread was given to look at */
    atomic_uint endings; /* counts jobs that have ended, and ends of outputs that are there */

    /* guarded by the lock */
    pthread_mutex_t lock;
    pthread_cond_t work;    /* something for the thread to look at */
    pthread_cond_t changed; /* a job ended, or an output's end is there, or the devices are known */
    bool stopping;
    bool ready; /* the devices are known */
    brg_table table;
    const brg_op *added_ops[BRG_MAX_ADDED_OPS];
    int32_t added_op_count;
    uint64_t jobs_done, jobs_failed, jobs_cancelled;
    int32_t shown_flights; /* copies of private figures, for snapshots */
    uint64_t shown_memory, shown_budget;

    /* written by the thread before `ready`, then constant */
    brg_device_list devices;
    uint64_t host_memory; /* bytes */

    /* private to the thread */
    brg_device_ids ids;
    brg_program_paths paths;
    brg_context *contexts[BRG_MAX_CONTEXTS];
    int32_t context_count;
    brg_flight flights[BRG_MAX_FLIGHTS]; /* oldest first */
    int32_t flight_count;
    int32_t memory_waiters; /* queued jobs that found no room for their buffers */
    uint64_t turn;
    uint64_t woke_ns; /* when the client was last woken */
};

/* Watches a counter for some tens of microseconds, or until it differs from `seen`. To be put to sleep and
 * woken takes about as long; a tiny job is done by then. Without the lock. */
void brg_linger(atomic_uint *counter, unsigned seen);

/* The thread's main function; takes a brg_engine. */
void *brg_engine_loop(void *engine);

#endif
