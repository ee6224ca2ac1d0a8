/* What the engine's trace says of a few jobs: when each first got on, and how many ran at one time.
 *
 * Thread safety: the lab's thread only. */
#ifndef LAB_OVERLAP_H
#define LAB_OVERLAP_H

#include "lab/lab.h"

typedef struct brg_lab_overlap {
    double makespan_s; /* from `since` until the last kernel ended */
    double first_s;    /* from `since` until the last of the jobs had its first kernel done */
    double overlap; /* time of all kernels over the time in which any ran: jobs at work at once */
} brg_lab_overlap;

/* Reads the kernels of the jobs since since_ns (brg_now_ns). NaN, with the error noted, if the trace has none. */
brg_lab_overlap brg_lab_overlap_read(brg_lab *lab, brg_engine *engine, uint64_t since_ns,
                                     const brg_job *jobs, int32_t count);

#endif
