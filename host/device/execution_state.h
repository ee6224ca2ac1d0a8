/* What an execution is made of: execution.c plans and prepares it, pieces.c hands it out. */
#ifndef BRIGADE_DEVICE_EXECUTION_STATE_H
#define BRIGADE_DEVICE_EXECUTION_STATE_H

#include "device/execution.h"
#include "device/stage.h"
#include "device/stream.h"
#include "device/tails.h"

enum { MAX_BUFFERS = BRG_MAX_STAGES * (BRG_MAX_INPUTS + 1 + BRG_MAX_SCRATCH) };

/* What is to be enqueued next. */
typedef struct cursor {
    int32_t call;   /* of the calls of a run */
    int32_t upload; /* buffer */
    size_t upload_offset;
    int32_t stage, launch;
    int32_t round; /* of the plan's loop */
    bool cleared;  /* the stage's output was zeroed, if its plan asks for that */
    size_t group;
    int32_t readback;       /* stage */
    size_t readback_offset; /* from the output's end if it has tails */
    size_t ready;           /* bytes of the last stage's output that are computed or enqueued */
    size_t tail;            /* the same of its end, if it has tails */
} cursor;

struct brg_execution {
    const brg_work *work;
    brg_context *context;
    brg_stream *stream; /* the parts, if it is run in parts: then nothing below is used */
    bool keep_stages;
    int32_t calls;         /* in a run: the kernels of all stages, so many times over */
    double cost;           /* of all stages, once */
    int32_t input_buffers; /* the first so many buffers are inputs */
    int32_t buffer_count;
    brg_buffer buffers[MAX_BUFFERS];
    cursor at;
    cl_event uploaded; /* the latest upload */
    cl_event computed; /* the latest kernel */
    brg_tails tails;   /* of the last stage's output */
    int32_t stage_count;
    brg_device_stage stages[];
};

/* Lets go of what the pieces of a run held: events, and outputs that were mapped. Fails if the device does. */
brg_status brg_pieces_end(brg_execution *execution);

#endif
