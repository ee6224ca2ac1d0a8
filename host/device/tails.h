/* Tails: the end of an output is read back in portions while what is before them is still being computed.
 *
 *     output     [      portion 2      |   portion 1   | portion 0 ]
 *     kernels    |          | 0 is final   | 1 is final       | 2 is
 *     read back                | portion 0 |  | portion 1 |      | portion 2 |
 *
 * Each portion is a view of its own, so that nothing is read of what kernels write to. For the engine's thread
 * only. */
#ifndef BRIGADE_DEVICE_TAILS_H
#define BRIGADE_DEVICE_TAILS_H

#include "device/buffer.h"

typedef struct brg_tail_portion {
    size_t offset, bytes;
    cl_mem view;
    void *mapped; /* in place: the host may look */
} brg_tail_portion;

typedef struct brg_tails {
    const brg_buffer *output;
    int32_t count; /* 0: the output is read back in no portions */
    brg_tail_portion portions[BRG_MAX_TAILS + 1];
} brg_tails;

/* Cuts an output that was made where the plan's launches say. BRG_E_INTERNAL for more than there is of it. */
brg_status brg_tails_make(brg_tails *tails, const brg_plan *plan, const brg_buffer *output,
                          brg_error *error);

/* Enqueues the read-back of what comes next, `done` bytes at the end having been enqueued: a portion, or a chunk
 * of one. *size is how much that is. `wait_for` may be NULL. */
brg_status brg_tails_read(brg_tails *tails, cl_command_queue queue, size_t done, cl_event wait_for,
                          size_t *size, cl_event *event, brg_error *error);

/* Enqueues handing every mapped portion back to the device. *any becomes true if there is one. */
cl_int brg_tails_unmap(brg_tails *tails, cl_command_queue queue, bool *any);

void brg_tails_release(brg_tails *tails);

#endif
