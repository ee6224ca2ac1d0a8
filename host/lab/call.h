/* Everyday calls of the built-in ops, as `brigade run` and `brigade bench` make them, ready to be timed.
 *
 * Thread safety: the lab's thread only. */
#ifndef LAB_CALL_H
#define LAB_CALL_H

#include "lab/lab.h"

/* Points into itself: do not move it. */
typedef struct brg_lab_call {
    brg_example example;
    brg_stage stage;
    brg_job_desc desc;
} brg_lab_call;

/* Makes the call of `op` that `words` describe ("n=1024 steps=10"), for `variant` (NULL: the op's choice), and has
 * the device do it once, verified. The error is noted in the lab. Release it in any case. */
brg_status brg_lab_call_make(brg_lab *lab, const char *op, const char *words, const char *variant,
                             brg_lab_call *call);

void brg_lab_call_release(brg_lab_call *call);

/* For conditions whose argument is a brg_lab_use: seconds of the kernels, and of the whole with transfers. */
typedef struct brg_lab_use {
    const brg_lab_call *call;
    int32_t units; /* compute units; 0: all */
} brg_lab_use;

double brg_lab_use_s(brg_lab *lab, const void *use, double *more);
double brg_lab_use_total_s(brg_lab *lab, const void *use, double *more);

#endif
