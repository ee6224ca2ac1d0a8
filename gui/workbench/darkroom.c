/* The darkroom: one thread, two trays in, two trays out. See darkroom.h. */
#include "workbench/darkroom.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workbench/error_map.h"

enum { NICENESS = 5 }; /* frames first */

struct brg_darkroom {
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below but `closing` */
    pthread_cond_t ordered;
    atomic_bool closing;
    void (*wake)(void *user);
    void *user;
    bool inputs_ordered, prints_ordered, in_hand, inputs_ready, prints_ready;
    brg_inputs_order inputs_order;
    brg_prints_order prints_order;
    brg_inputs inputs;
    brg_prints prints;
};

void brg_prints_clear(brg_prints *prints) {
    brg_picture_clear(&prints->output);
    brg_picture_clear(&prints->errors);
}

static void drop_prints_order(brg_prints_order *order) {
    for (int i = 0; i < 2; i++)
        brg_tensor_release(order->inputs[i]);
    brg_tensor_release(order->output);
    memset(order, 0, sizeof *order);
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* A picture that cannot be made stays empty: the card says that there is none. */
static void develop(brg_darkroom *room, const brg_prints_order *order, brg_prints *prints) {
    memset(prints, 0, sizeof *prints);
    if (brg_tensor_shape(order->output)->rank == 3)
        brg_picture_image(order->output, &prints->output, NULL);
    else
        brg_picture_matrix(order->output, &prints->output, NULL);
    if (order->with_errors)
        brg_error_map(order->op, order->params, (const brg_tensor *const *)order->inputs,
                      order->input_count, order->output, &room->closing, &prints->errors, NULL);
}

static void make_inputs(brg_darkroom *room) {
    brg_inputs made;
    brg_inputs_order order = room->inputs_order;
    room->inputs_ordered = false;
    pthread_mutex_unlock(&room->lock);
    brg_inputs_make(&order, &made);
    pthread_mutex_lock(&room->lock);
    brg_inputs_clear(&room->inputs);
    room->inputs = made;
    room->inputs_ready = true;
}

static void make_prints(brg_darkroom *room) {
    brg_prints made;
    brg_prints_order order = room->prints_order;
    memset(&room->prints_order, 0, sizeof room->prints_order);
    room->prints_ordered = false;
    pthread_mutex_unlock(&room->lock);
    develop(room, &order, &made);
    drop_prints_order(&order);
    pthread_mutex_lock(&room->lock);
    brg_prints_clear(&room->prints);
    room->prints = made;
    room->prints_ready = true;
}

/* Serves one order with the lock given up meanwhile. Inputs first: a job may be waiting for them.
 */
static void serve(brg_darkroom *room) {
    room->in_hand = true;
    if (room->inputs_ordered)
        make_inputs(room);
    else
        make_prints(room);
    room->in_hand = false;
    room->wake(room->user);
}

static void *work(void *argument) {
    brg_darkroom *room = argument;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICENESS);
    pthread_mutex_lock(&room->lock);
    while (!atomic_load(&room->closing)) {
        if (room->inputs_ordered || room->prints_ordered)
            serve(room);
        else
            pthread_cond_wait(&room->ordered, &room->lock);
    }
    pthread_mutex_unlock(&room->lock);
    return NULL;
}

/* ---- the counter ----------------------------------------------------------------------------- */

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
    drop_prints_order(&room->prints_order);
    brg_inputs_clear(&room->inputs);
    brg_prints_clear(&room->prints);
    free(room);
}

void brg_darkroom_order_inputs(brg_darkroom *room, const brg_inputs_order *order) {
    pthread_mutex_lock(&room->lock);
    room->inputs_order = *order;
    room->inputs_ordered = true;
    pthread_cond_signal(&room->ordered);
    pthread_mutex_unlock(&room->lock);
}

void brg_darkroom_order_prints(brg_darkroom *room, const brg_prints_order *order) {
    pthread_mutex_lock(&room->lock);
    drop_prints_order(&room->prints_order);
    room->prints_order = *order;
    room->prints_ordered = true;
    pthread_cond_signal(&room->ordered);
    pthread_mutex_unlock(&room->lock);
}

bool brg_darkroom_take_inputs(brg_darkroom *room, brg_inputs *inputs) {
    pthread_mutex_lock(&room->lock);
    bool ready = room->inputs_ready;
    if (ready) {
        *inputs = room->inputs;
        memset(&room->inputs, 0, sizeof room->inputs);
        room->inputs_ready = false;
    }
    pthread_mutex_unlock(&room->lock);
    return ready;
}

bool brg_darkroom_take_prints(brg_darkroom *room, brg_prints *prints) {
    pthread_mutex_lock(&room->lock);
    bool ready = room->prints_ready;
    if (ready) {
        *prints = room->prints;
        memset(&room->prints, 0, sizeof room->prints);
        room->prints_ready = false;
    }
    pthread_mutex_unlock(&room->lock);
    return ready;
}

bool brg_darkroom_busy(brg_darkroom *room) {
    pthread_mutex_lock(&room->lock);
    bool busy = room->inputs_ordered || room->prints_ordered || room->in_hand ||
                room->inputs_ready || room->prints_ready;
    pthread_mutex_unlock(&room->lock);
    return busy;
}
