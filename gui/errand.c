/* Errands. See errand.h. */
#include "errand.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NICENESS = 5 }; /* frames first */

static void *go(void *argument) {
    brg_errand *errand = argument;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICENESS);
    errand->run(errand->what);
    atomic_store(&errand->over, true);
    errand->wake(errand->user);
    return NULL;
}

bool brg_errand_send(brg_errand *errand, void (*run)(void *what), void *what,
                     void (*wake)(void *user), void *user) {
    errand->run = run;
    errand->what = what;
    errand->wake = wake;
    errand->user = user;
    atomic_store(&errand->over, false);
    errand->out = pthread_create(&errand->thread, NULL, go, errand) == 0;
    return errand->out;
}

bool brg_errand_back(brg_errand *errand) {
    if (!errand->out || !atomic_load(&errand->over))
        return false;
    brg_errand_await(errand);
    return true;
}

void brg_errand_await(brg_errand *errand) {
    if (errand->out)
        pthread_join(errand->thread, NULL);
    errand->out = false;
}
