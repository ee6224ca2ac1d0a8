/* The source: a thread that reads and plays. See source.h. */
#include "filters/source.h"

#include <brigade/image.h>
#include <brigade/trace.h>
#include <brigade/y4m.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "filters/zone_plate.h"

enum { NICENESS = 5 }; /* frames of the window first */

struct brg_source {
    pthread_t thread;
    pthread_mutex_t lock; /* guards what stands above `reader` */
    pthread_cond_t changed;
    void (*wake)(void *user);
    void *user;
    bool closing, playing, ready;
    uint64_t ordered; /* the number of the latest order */
    brg_source_order order;
    brg_frame frame; /* to be taken, when ready */
    uint64_t missed;

    /* the thread's own */
    uint64_t served;
    brg_source_order current;
    brg_y4m *video;
    double rate, seconds;
    bool ended;
    struct timespec due;
};

/* ---- pictures -------------------------------------------------------------------------------- */

/* A video begins again after its last picture. */
static brg_status read_video(brg_source *source, brg_frame *frame) {
    brg_status status = brg_y4m_read(source->video, &frame->image, &frame->error);
    if (status != BRG_E_NOT_FOUND || source->seconds == 0)
        return status;
    status = brg_y4m_rewind(source->video, &frame->error);
    return status == BRG_OK ? brg_y4m_read(source->video, &frame->image, &frame->error) : status;
}

static brg_status make_image(brg_source *source, brg_frame *frame) {
    const brg_source_order *order = &source->current;
    switch (order->kind) {
    case BRG_SOURCE_PHOTOGRAPH:
        return brg_image_load(order->path, &frame->image, &frame->error);
    case BRG_SOURCE_VIDEO:
        return read_video(source, frame);
    default:
        return brg_zone_plate(order->w, order->h, source->seconds, &frame->image, &frame->error);
    }
}

static brg_status open_current(brg_source *source, brg_frame *frame) {
    const brg_source_order *order = &source->current;
    brg_y4m_close(source->video);
    source->video = NULL;
    source->seconds = 0;
    source->ended = false;
    source->rate = order->kind == BRG_SOURCE_PHOTOGRAPH ? 0 : order->frames_per_s;
    if (order->kind != BRG_SOURCE_VIDEO)
        return BRG_OK;
    brg_status status = brg_y4m_open(order->path, &source->video, &frame->error);
    if (status == BRG_OK && source->rate <= 0)
        source->rate = brg_y4m_describe(source->video).frames_per_s;
    return status;
}

static void publish(brg_source *source, const brg_frame *frame) {
    if (source->ready) {
        brg_tensor_release(source->frame.image);
        source->missed += source->frame.order == frame->order;
    }
    source->frame = *frame;
    source->ready = true;
    source->wake(source->user);
}

/* Makes one picture with the lock given up meanwhile. */
static void serve(brg_source *source, bool fresh) {
    brg_frame frame = {.order = source->served};
    pthread_mutex_unlock(&source->lock);
    frame.status = fresh ? open_current(source, &frame) : BRG_OK;
    if (frame.status == BRG_OK)
        frame.status = make_image(source, &frame);
    frame.made_ns = brg_now_ns();
    frame.rate = source->rate;
    frame.last = source->ended = frame.status != BRG_OK || source->rate <= 0;
    source->seconds += source->rate > 0 ? 1 / source->rate : 0;
    pthread_mutex_lock(&source->lock);
    publish(source, &frame);
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* A picture that is late does not make the following ones hurry. */
static void set_due(brg_source *source) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long step = (long)(1e9 / source->rate);
    source->due.tv_nsec += step % 1000000000;
    source->due.tv_sec += step / 1000000000 + source->due.tv_nsec / 1000000000;
    source->due.tv_nsec %= 1000000000;
    bool late = now.tv_sec > source->due.tv_sec ||
                (now.tv_sec == source->due.tv_sec && now.tv_nsec > source->due.tv_nsec);
    if (late)
        source->due = now;
}

static void begin_order(brg_source *source) {
    source->served = source->ordered;
    source->current = source->order;
    clock_gettime(CLOCK_MONOTONIC, &source->due);
    serve(source, true);
}

static void go_on_playing(brg_source *source) {
    uint64_t ordered = source->ordered;
    set_due(source);
    int outcome = 0;
    while (outcome == 0 && !source->closing && source->playing && source->ordered == ordered)
        outcome = pthread_cond_timedwait(&source->changed, &source->lock, &source->due);
    if (!source->closing && source->playing && source->ordered == ordered)
        serve(source, false);
}

static void *work(void *argument) {
    brg_source *source = argument;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICENESS);
    pthread_mutex_lock(&source->lock);
    while (!source->closing) {
        if (source->served != source->ordered)
            begin_order(source);
        else if (source->playing && source->served && !source->ended)
            go_on_playing(source);
        else
            pthread_cond_wait(&source->changed, &source->lock);
    }
    pthread_mutex_unlock(&source->lock);
    return NULL;
}

/* ---- the counter ----------------------------------------------------------------------------- */

static void init_condition(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

brg_source *brg_source_create(void (*wake)(void *user), void *user) {
    brg_source *source = calloc(1, sizeof *source);
    if (!source)
        return NULL;
    source->wake = wake;
    source->user = user;
    pthread_mutex_init(&source->lock, NULL);
    init_condition(&source->changed);
    if (pthread_create(&source->thread, NULL, work, source) != 0) {
        pthread_cond_destroy(&source->changed);
        pthread_mutex_destroy(&source->lock);
        free(source);
        return NULL;
    }
    return source;
}

void brg_source_destroy(brg_source *source) {
    if (!source)
        return;
    pthread_mutex_lock(&source->lock);
    source->closing = true;
    pthread_cond_signal(&source->changed);
    pthread_mutex_unlock(&source->lock);
    pthread_join(source->thread, NULL);
    pthread_cond_destroy(&source->changed);
    pthread_mutex_destroy(&source->lock);
    if (source->ready)
        brg_tensor_release(source->frame.image);
    brg_y4m_close(source->video);
    free(source);
}

uint64_t brg_source_open(brg_source *source, const brg_source_order *order) {
    pthread_mutex_lock(&source->lock);
    source->order = *order;
    uint64_t number = ++source->ordered;
    pthread_cond_signal(&source->changed);
    pthread_mutex_unlock(&source->lock);
    return number;
}

void brg_source_play(brg_source *source, bool playing) {
    pthread_mutex_lock(&source->lock);
    source->playing = playing;
    pthread_cond_signal(&source->changed);
    pthread_mutex_unlock(&source->lock);
}

bool brg_source_take(brg_source *source, brg_frame *frame) {
    pthread_mutex_lock(&source->lock);
    bool ready = source->ready;
    *frame = source->frame;
    source->ready = false;
    pthread_mutex_unlock(&source->lock);
    return ready;
}

uint64_t brg_source_missed(brg_source *source) {
    pthread_mutex_lock(&source->lock);
    uint64_t missed = source->missed;
    pthread_mutex_unlock(&source->lock);
    return missed;
}
