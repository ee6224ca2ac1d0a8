/* An opened device: context, queues, clock, and the programs built for it. */
#ifndef BRIGADE_DEVICE_CONTEXT_H
#define BRIGADE_DEVICE_CONTEXT_H

#include <stdbool.h>

#include "brigade/device.h"
#include "brigade/tuning.h"
#include "device/cl.h"
#include "device/rate.h"

struct brg_program;

/* How a device is used. */
typedef struct brg_context_way {
    uint32_t units; /* 0: the whole device */
    uint32_t first; /* unit that a sub-device begins with */
    bool direct;    /* by its other name: it then computes in the thread that asks, on one core */
    bool zero_copy; /* buffers are made from host memory in place */
} brg_context_way;

/* For the engine's thread only.
 *
 * Three in-order queues, so that transfers of one job overlap kernels of another; events order what
 * depends on each other across them. */
typedef struct brg_context {
    brg_device_info info; /* as listed */
    brg_context_way way;
    cl_device_id device;
    bool device_is_sub;
    cl_context context;
    cl_command_queue upload, compute, readback;
    bool profiles;            /* event times are usable */
    int64_t clock_offset_ns;  /* host time = device time + offset */
    uint64_t calibrated_ns;   /* host time of the last calibration */
    uint64_t memory_used;     /* bytes of buffers held */
    const brg_tuning *tuning; /* the engine's; NULL: none */
    brg_rates rates;
    struct brg_program *programs;
} brg_context;

/* Opens a device; `device` is its handle for that way. The caller closes *out. */
brg_status brg_context_open(const brg_device_info *info, cl_platform_id platform,
                            cl_device_id device, const brg_context_way *way, brg_context **out,
                            brg_error *error);

/* The device as plans should see it: with the compute units that are used. */
brg_device_info brg_context_device(const brg_context *context);

/* Waits for everything enqueued. False if that could not be established. */
bool brg_context_finish(brg_context *context);

/* Releases everything. NULL is allowed. */
void brg_context_close(brg_context *context);

/* Measures the offset between the device's clock and the host's, by a marker between two reads of the
 * host clock. Call when nothing is enqueued; does nothing if the last calibration is fresh. */
void brg_context_calibrate(brg_context *context);

/* Gives the span from the start of one finished event to the end of another, perhaps the same, on the
 * host's clock and inside [enqueued, seen]: what the driver profiled if that is plausible, else the two
 * host times. True if profiled. */
bool brg_context_span(const brg_context *context, cl_event first, cl_event last,
                      uint64_t enqueued_ns, uint64_t seen_ns, uint64_t *start_ns, uint64_t *end_ns);

#endif
