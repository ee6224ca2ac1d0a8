/* The source: where pictures come from. A thread of its own reads a photograph, or plays a video or
 * a test picture at their rate, as a camera would: a picture that nobody took in time is replaced by
 * the next. Every function is called on the window's thread and returns at once. */
#ifndef BRIGADE_GUI_FILTERS_SOURCE_H
#define BRIGADE_GUI_FILTERS_SOURCE_H

#include <brigade/tensor.h>
#include <stdbool.h>

#include "paths.h"

typedef enum brg_source_kind {
    BRG_SOURCE_PHOTOGRAPH,
    BRG_SOURCE_VIDEO,
    BRG_SOURCE_PLATE
} brg_source_kind;

typedef struct brg_source_order {
    brg_source_kind kind;
    char path[BRG_PATH]; /* of a photograph or a video */
    int64_t w, h;        /* of the test picture */
    double frames_per_s; /* 0: the video's own */
} brg_source_order;

typedef struct brg_frame {
    brg_status status; /* with error, when there is none */
    brg_error error;
    brg_tensor *image;
    uint64_t made_ns;
    uint64_t order; /* the number of the order it came of */
    double rate;    /* frames a second; 0: it stays as it is */
    bool last;      /* a failure, or the end of what cannot be begun again: no more come */
} brg_frame;

typedef struct brg_source brg_source;

/* `wake` is called on the source's thread when there is a frame. NULL if there is no memory or no
 * thread. */
brg_source *brg_source_create(void (*wake)(void *user), void *user);

/* Joins the thread. NULL is allowed. */
void brg_source_destroy(brg_source *source);

/* Opens something else; its first frame comes even while it does not play. Returns the order's
 * number. */
uint64_t brg_source_open(brg_source *source, const brg_source_order *order);

void brg_source_play(brg_source *source, bool playing);

/* Hands over the newest frame, whose image the caller releases; false if there is none since. */
bool brg_source_take(brg_source *source, brg_frame *frame);

/* Frames that were replaced before they were taken. */
uint64_t brg_source_missed(brg_source *source);

#endif
