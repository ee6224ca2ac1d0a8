/* The darkroom: one thread, trays with orders, trays with what was made of them. See darkroom.h. */
#include "workbench/darkroom.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NICENESS = 5 }; /* frames first */

/* Orders wait in a tray, and what came of them. Both may be there at once. */
typedef struct input_tray {
    bool ordered, ready;
    brg_inputs_order order;
    brg_inputs made;
} input_tray;

typedef struct print_tray {
    bool ordered, ready;
    brg_print_order order;
    brg_print made;
} print_tray;

typedef struct exact_tray {
    bool ordered, ready;
    brg_exhibit exhibit;
    brg_exact exact, made;
} exact_tray;

struct brg_darkroom {
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below but `closing` */
    pthread_cond_t ordered;
    atomic_bool closing;
    void (*wake)(void *user);
    void *user;
    bool in_hand;
    input_tray inputs;
    print_tray prints[BRG_TRAYS];
    exact_tray exacts[BRG_EXACT_TRAYS];
};

/* ---- the thread ------------------------------------------------------------------------------ */

static void make_inputs(brg_darkroom *room) {
    brg_inputs made;
    brg_inputs_order order = room->inputs.order;
    room->inputs.ordered = false;
    pthread_mutex_unlock(&room->lock);
    brg_inputs_make(&order, &made);
    pthread_mutex_lock(&room->lock);
    brg_inputs_clear(&room->inputs.made);
    room->inputs.made = made;
    room->inputs.ready = true;
}

static void make_exact(brg_darkroom *room, exact_tray *tray) {
    brg_exhibit exhibit = tray->exhibit;
    brg_exact exact = tray->exact;
    memset(&tray->exhibit, 0, sizeof tray->exhibit);
    tray->ordered = false;
    pthread_mutex_unlock(&room->lock);
    if (brg_exhibit_exact(&exhibit, exact.element, exact.count, exact.expected, exact.bound,
                          NULL) != BRG_OK)
        exact.count = 0;
    brg_exhibit_release(&exhibit);
    pthread_mutex_lock(&room->lock);
    tray->made = exact;
    tray->ready = true;
}

static void make_print(brg_darkroom *room, print_tray *tray) {
    brg_print made;
    brg_print_order order = tray->order;
    memset(&tray->order, 0, sizeof tray->order);
    tray->ordered = false;
    pthread_mutex_unlock(&room->lock);
    brg_print_develop(&order, &room->closing, &made);
    brg_exhibit_release(&order.exhibit);
    pthread_mutex_lock(&room->lock);
    brg_print_clear(&tray->made);
    tray->made = made;
    tray->ready = true;
}

static exact_tray *next_exact(brg_darkroom *room) {
    for (int i = 0; i < BRG_EXACT_TRAYS; i++)
        if (room->exacts[i].ordered)
            return &room->exacts[i];
    return NULL;
}

static print_tray *next_print(brg_darkroom *room) {
    for (int i = 0; i < BRG_TRAYS; i++)
        if (room->prints[i].ordered)
            return &room->prints[i];
    return NULL;
}

/* Serves one order with the lock given up meanwhile; false if there is none. Inputs first: a job
 * may be waiting for them. */
static bool serve(brg_darkroom *room) {
    exact_tray *exact = next_exact(room);
    print_tray *print = next_print(room);
    if (!room->inputs.ordered && !exact && !print)
        return false;
    room->in_hand = true;
    if (room->inputs.ordered)
        make_inputs(room);
    else if (exact)
        make_exact(room, exact);
    else
        make_print(room, print);
    room->in_hand = false;
    room->wake(room->user);
    return true;
}

static void *work(void *argument) {
    brg_darkroom *room = argument;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICENESS);
    pthread_mutex_lock(&room->lock);
    while (!atomic_load(&room->closing))
        if (!serve(room))
            pthread_cond_wait(&room->ordered, &room->lock);
    pthread_mutex_unlock(&room->lock);
    return NULL;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

brg_darkroom *brg_darkroom_create(void (*wake)(void *user), void *user) {
    brg_darkroom *room = calloc(1, sizeof *room);
    if (!room)
        return NULL;
    room->wake = wake;
    room->user = user;
    pthread_mutex_init(&room->lock, NULL);
    pthread_cond_init(&room->ordered, NULL);
    if (pthread_create(&room->thread, NULL, work, room) != 0) {
        pthread_cond_destroy(&room->ordered);
        pthread_mutex_destroy(&room->lock);
        free(room);
        return NULL;
    }
    return room;
}

static void clear_trays(brg_darkroom *room) {
    brg_inputs_clear(&room->inputs.made);
    for (int i = 0; i < BRG_TRAYS; i++) {
        brg_exhibit_release(&room->prints[i].order.exhibit);
        brg_print_clear(&room->prints[i].made);
    }
    for (int i = 0; i < BRG_EXACT_TRAYS; i++)
        brg_exhibit_release(&room->exacts[i].exhibit);
}

void brg_darkroom_destroy(brg_darkroom *room) {
    if (!room)
        return;
    pthread_mutex_lock(&room->lock);
    atomic_store(&room->closing, true);
    pthread_cond_signal(&room->ordered);
    pthread_mutex_unlock(&room->lock);
    pthread_join(room->thread, NULL);
    pthread_cond_destroy(&room->ordered);
    pthread_mutex_destroy(&room->lock);
    clear_trays(room);
    free(room);
}

/* ---- the counter ----------------------------------------------------------------------------- */

void brg_darkroom_order_inputs(brg_darkroom *room, const brg_inputs_order *order) {
    pthread_mutex_lock(&room->lock);
    room->inputs.order = *order;
    room->inputs.ordered = true;
    pthread_cond_signal(&room->ordered);
    pthread_mutex_unlock(&room->lock);
}

void brg_darkroom_order_print(brg_darkroom *room, int tray, const brg_print_order *order) {
    pthread_mutex_lock(&room->lock);
    brg_exhibit_release(&room->prints[tray].order.exhibit);
    room->prints[tray].order = *order;
    room->prints[tray].ordered = true;
    pthread_cond_signal(&room->ordered);
    pthread_mutex_unlock(&room->lock);
}

void brg_darkroom_order_exact(brg_darkroom *room, int tray, const brg_exhibit *exhibit,
                              const brg_exact *wanted) {
    pthread_mutex_lock(&room->lock);
    brg_exhibit_release(&room->exacts[tray].exhibit);
    room->exacts[tray].exhibit = *exhibit;
    room->exacts[tray].exact = *wanted;
    room->exacts[tray].ordered = true;
    pthread_cond_signal(&room->ordered);
    pthread_mutex_unlock(&room->lock);
}

bool brg_darkroom_take_inputs(brg_darkroom *room, brg_inputs *inputs) {
    pthread_mutex_lock(&room->lock);
    bool ready = room->inputs.ready;
    if (ready) {
        *inputs = room->inputs.made;
        memset(&room->inputs.made, 0, sizeof room->inputs.made);
        room->inputs.ready = false;
    }
    pthread_mutex_unlock(&room->lock);
    return ready;
}

bool brg_darkroom_take_print(brg_darkroom *room, int tray, brg_print *print) {
    pthread_mutex_lock(&room->lock);
    bool ready = room->prints[tray].ready;
    if (ready) {
        *print = room->prints[tray].made;
        memset(&room->prints[tray].made, 0, sizeof room->prints[tray].made);
        room->prints[tray].ready = false;
    }
    pthread_mutex_unlock(&room->lock);
    return ready;
}

bool brg_darkroom_take_exact(brg_darkroom *room, int tray, brg_exact *exact) {
    pthread_mutex_lock(&room->lock);
    bool ready = room->exacts[tray].ready;
    if (ready)
        *exact = room->exacts[tray].made;
    room->exacts[tray].ready = false;
    pthread_mutex_unlock(&room->lock);
    return ready;
}

bool brg_darkroom_busy(brg_darkroom *room) {
    pthread_mutex_lock(&room->lock);
    bool busy = room->inputs.ordered || room->in_hand || room->inputs.ready;
    for (int i = 0; i < BRG_TRAYS; i++)
        busy = busy || room->prints[i].ordered || room->prints[i].ready;
    for (int i = 0; i < BRG_EXACT_TRAYS; i++)
        busy = busy || room->exacts[i].ordered || room->exacts[i].ready;
    pthread_mutex_unlock(&room->lock);
    return busy;
}
