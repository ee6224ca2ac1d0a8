/* A buffer on a device, and the host tensor that it is filled from or read into. For the engine's thread only. */
#ifndef BRIGADE_DEVICE_BUFFER_H
#define BRIGADE_DEVICE_BUFFER_H

#include "device/context.h"
#include "ops/work.h"

/* As much is copied at once, so that no copy is long. */
#define BRG_BUFFER_CHUNK ((size_t)16 << 20)

typedef struct brg_buffer {
    cl_mem memory;
    size_t bytes;
    brg_tensor *tensor; /* retained; NULL for scratch and outputs that stay on the device */
    brg_region region;  /* of the tensor, which is all that is copied; rows 0: the whole tensor */
    bool counted;       /* among the memory that the context has used */
    bool shared;        /* with another part's execution, which has uploaded it */
    bool in_place;      /* made from the tensor's own memory */
    void *mapped;       /* in place: the host may look */
} brg_buffer;

/* Allocates it, or takes the tensor's own memory where the device can work there and that is worth it. */
brg_status brg_buffer_make(brg_buffer *buffer, brg_context *context, bool input, brg_error *error);

/* Takes over the memory of `other` if it holds the same region of the same tensor. */
bool brg_buffer_share(brg_buffer *buffer, const brg_buffer *other);

/* True if it is too small for copies of it to be worth any arrangements. */
bool brg_buffer_is_small(const brg_buffer *buffer);

/* How many bytes to copy next, `offset` bytes being done: at most a chunk, whole rows of a region. */
size_t brg_buffer_chunk(const brg_buffer *buffer, size_t offset);

/* Enqueues the copy of `size` bytes from `offset` between the buffer and its tensor. `wait_for` may be NULL. */
cl_int brg_buffer_copy(const brg_buffer *buffer, cl_command_queue queue, bool upload, size_t offset,
                       size_t size, cl_event wait_for, cl_event *event);

/* With `abandon` the tensor's memory is left alone for ever. */
void brg_buffer_release(brg_buffer *buffer, brg_context *context, bool abandon);

#endif
