/* Statuses and errors: how every function of the library reports failure.
 *
 * The library never prints, exits or aborts. A function that can fail returns a brg_status and,
 * when its last argument is not NULL, fills a brg_error with one sentence about what went wrong
 * and one about what to do. Both are plain values: copy them freely, nothing to release. */
#ifndef BRIGADE_STATUS_H
#define BRIGADE_STATUS_H

#include <stdint.h>

#include "brigade/export.h"

typedef enum brg_status {
    BRG_OK = 0,
    BRG_E_ARGUMENT,    /* a value is malformed or out of range */
    BRG_E_SHAPE,       /* sizes are zero, negative, do not fit together, or overflow */
    BRG_E_UNSUPPORTED, /* the op, variant or device cannot do this */
    BRG_E_NOT_FOUND,   /* no op, variant, device, job or file of that name */
    BRG_E_AMBIGUOUS,   /* a device specification matches more than one device */
    BRG_E_NO_DEVICE,   /* there is no OpenCL device at all */
    BRG_E_MEMORY,      /* host allocation failed, or a job exceeds the memory budget */
    BRG_E_BUILD,       /* a kernel does not compile; brg_error.log holds the compiler's words */
    BRG_E_OPENCL,      /* an OpenCL call failed; brg_error.cl_code says how */
    BRG_E_DEVICE_LOST, /* the device stopped answering and could not be reopened */
    BRG_E_FULL,        /* the job queue is full: wait for a job to end, then submit again */
    BRG_E_TIMEOUT,     /* the time given to a wait is over; the job goes on */
    BRG_E_CANCELLED,   /* the job was cancelled, or the engine is shutting down */
    BRG_E_STALE,       /* the handle's job is gone and its slot reused */
    BRG_E_IO,          /* a file cannot be opened, read, written or renamed */
    BRG_E_FORMAT,      /* a file's contents are damaged or of an unknown kind */
    BRG_E_DIVERGED,    /* numbers of a training are no longer finite */
    BRG_E_RANK_LOST,   /* another process of this training has ended, or does not answer */
    BRG_E_INTERNAL,    /* a defect of this library */
    BRG_STATUS_COUNT
} brg_status;

enum { BRG_ERROR_TEXT = 256, BRG_ERROR_LOG = 2048 };

/* What failed and what to do about it. `what` and `hint` are one sentence each, without a final
 * newline; `hint` may be empty. `log` is the start of a build log, empty otherwise. */
typedef struct brg_error {
    brg_status status;
    int32_t cl_code; /* the OpenCL error code, 0 if OpenCL was not involved */
    char what[BRG_ERROR_TEXT];
    char hint[BRG_ERROR_TEXT];
    char log[BRG_ERROR_LOG];
} brg_error;

/* Returns the name of a status, for example "BRG_E_SHAPE". Never NULL. Thread safe. */
BRG_API const char *brg_status_name(brg_status status);

/* Returns the name of an OpenCL error code, for example "CL_OUT_OF_RESOURCES" for -5.
 * Never NULL. Thread safe. */
BRG_API const char *brg_cl_error_name(int32_t code);

/* Fills `error` (which may be NULL) with a status and a printf-style sentence, leaves hint and log
 * empty, and returns `status`, so that a failing function reads: return brg_fail(err, ...).
 * Meant for ops written outside the library as well. Thread safe for distinct errors. */
BRG_API brg_status brg_fail(brg_error *error, brg_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds what to do about it; `error` may be NULL. Returns error's status, or BRG_OK for NULL. */
BRG_API brg_status brg_error_hint(brg_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
