/* A sentinel: the same small work again and again between the rounds of a measurement, to feel the
 * pace of the processor. The load of others (load.h) tells of programs that took processors; the
 * sentinel also feels what no counter shows: a lower clock rate, a hypervisor that takes time and
 * does not say so, a neighbour on the same core.
 *
 * Thread safety: none; a brg_lab_sentinel belongs to one thread. */
#ifndef LAB_SENTINEL_H
#define LAB_SENTINEL_H

#include <stdint.h>

enum { BRG_LAB_SENTINELS = 64 };

/* The latest times of the sentinel, one for each calm window: they go on from one experiment to the
 * next, so that a whole experiment which is slow is noticed, and a processor which has become slow
 * for good (it is warm now) is the usual one after a while. */
typedef struct brg_lab_sentinel {
    double seen_s[BRG_LAB_SENTINELS];
    int32_t count; /* ever seen */
} brg_lab_sentinel;

/* Does the sentinel's work, a fraction of a millisecond, on each core at the same time, eight at most; seconds
 * that the slowest took, NaN if there are no threads to do it. Two processors of a virtual machine may at times
 * share one core for seconds: each by itself is then as fast as ever, and no counter shows it. */
double brg_lab_sentinel_run_s(void);

/* The same, one core after the other; seconds of the slowest. */
double brg_lab_sentinel_alone_s(void);

/* Adds a time of the sentinel. A NaN is left out. */
void brg_lab_sentinel_note(brg_lab_sentinel *sentinel, double seconds);

/* How much longer than usual the sentinel took: 0.5 if half as long again, 0 at most times. Usual
 * is what a quarter of the times noted stay below. NaN if none were, or if seconds is. */
double brg_lab_sentinel_slower(const brg_lab_sentinel *sentinel, double seconds);

#endif
