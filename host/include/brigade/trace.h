/* Traces: who did what when, as spans on lanes, on one clock.
 *
 * A trace is a ring of the latest spans. Device times are moved onto the host's clock by calibration
 * (see host/device/context.c).
 *
 * Thread safety: every function may be called from any thread; each holds a lock for a short, bounded
 * time. */
#ifndef BRIGADE_TRACE_H
#define BRIGADE_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "brigade/job.h"

typedef enum brg_lane {
    BRG_LANE_UI = 0,
    BRG_LANE_ENGINE,
    BRG_LANE_UPLOAD,
    BRG_LANE_KERNEL,
    BRG_LANE_READBACK,
    BRG_LANE_REFERENCE,
    BRG_LANE_SUM, /* by ranks */
    BRG_LANE_COUNT
} brg_lane;

/* One span. Times in nanoseconds of brg_now_ns. */
typedef struct brg_span {
    uint64_t start_ns, end_ns;
    brg_job job;    /* {0, 0} if none */
    int32_t device; /* index into the device list; -1: the host */
    brg_lane lane;
    char name[32];
} brg_span;

typedef struct brg_trace brg_trace;

/* Nanoseconds of the monotonic clock that all spans use (CLOCK_MONOTONIC_RAW). */
BRG_API uint64_t brg_now_ns(void);

/* Makes a ring of `capacity` spans. BRG_E_MEMORY, BRG_E_ARGUMENT. The caller destroys it. An engine has
 * one of its own: brg_engine_trace. */
BRG_API brg_status brg_trace_create(size_t capacity, brg_trace **out, brg_error *error);
BRG_API void brg_trace_destroy(brg_trace *trace);

/* Adds a span; the oldest is dropped when the ring is full. trace may be NULL. */
BRG_API void brg_trace_add(brg_trace *trace, const brg_span *span);

/* Copies the spans that end after since_ns, oldest first, at most `capacity` (the newest are kept).
 * Returns how many. */
BRG_API size_t brg_trace_copy(const brg_trace *trace, uint64_t since_ns, brg_span *spans,
                              size_t capacity);

/* Copies spans in the order in which they were added, from the *next-th since the trace began (0: the
 * first), at most `capacity`, and moves *next past them. Spans that were dropped unread are passed
 * over. Returns how many. Follows a trace at the price of what is new in it. */
BRG_API size_t brg_trace_follow(const brg_trace *trace, uint64_t *next, brg_span *spans,
                                size_t capacity);

/* Number of spans dropped so far because the ring was full. */
BRG_API uint64_t brg_trace_dropped(const brg_trace *trace);

/* Writes all spans as Chrome trace JSON (Perfetto loads it), a process per device and a thread per lane.
 * `devices` names the processes and may be NULL. The file appears complete or not at all. BRG_E_IO. */
BRG_API brg_status brg_trace_save(const brg_trace *trace, const brg_device_list *devices,
                                  const char *path, brg_error *error);

/* "ui", "engine", "upload", "kernel", "read-back", "reference". */
BRG_API const char *brg_lane_name(brg_lane lane);

#endif
