/* Errands: work that is too long for the window's thread and none of the engine's, on a thread of
 * its own that comes back when it is done. */
#ifndef BRIGADE_GUI_ERRAND_H
#define BRIGADE_GUI_ERRAND_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* One at a time. Starts as zero bytes. */
typedef struct brg_errand {
    pthread_t thread;
    bool out; /* started, and not back yet */
    atomic_bool over;
    void (*run)(void *what);
    void *what;
    void (*wake)(void *user);
    void *user;
} brg_errand;

/* Has `run` called with `what`, on another thread, and `wake` from there when it has returned. False
 * if no thread can be had. */
bool brg_errand_send(brg_errand *errand, void (*run)(void *what), void *what,
                     void (*wake)(void *user), void *user);

/* True once, when the errand is over: what it made may be looked at. Never waits. */
bool brg_errand_back(brg_errand *errand);

/* Waits for it, if it is out. */
void brg_errand_await(brg_errand *errand);

#endif
