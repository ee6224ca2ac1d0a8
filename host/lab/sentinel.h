/* A sentinel: the same small work again and again between the rounds of a measurement, to feel the
 * pace of the processor. The load of others (load.h) tells of programs that took processors; the
 * sentinel also feels what no counter shows: a lower clock rate, a hypervisor that takes time and
 * does not say so, a neighbour on the same core.
 *
 * Thread safety: none; a brg_lab_sentinel belongs to one thread. */
#ifndef LAB_SENTINEL_H
#define LAB_SENTINEL_H

#include <stdint.h>

/* A pace is held if it lasts for so many calm windows, four seconds; it is forgotten after so many, a minute. */
enum { BRG_LAB_HELD = 8, BRG_LAB_REMEMBERED = 128 };

/* Which pace is usual: the best that was held at some time in the last minute. It goes on from one experiment to the
 * next, so that a whole experiment which is slow is noticed. A lucky window makes no pace, and a slow phase of
 * half a minute is no new one: its rounds do not count. But a processor that has been slow for a whole minute
 * (it is warm now and clocked down; its neighbour has come to stay) may never be itself again: then that is the
 * usual pace, and how far it is from the best of all is told with the verdict. */
typedef struct brg_lab_sentinel {
    double latest_s[BRG_LAB_HELD];     /* times of the sentinel, one for each calm window */
    double held_s[BRG_LAB_REMEMBERED]; /* the pace held at each of them */
    int32_t count;                     /* ever noted */
    double usual_s, best_s;            /* the best pace in the last minute, and of all */
} brg_lab_sentinel;

/* Does the sentinel's work, a fraction of a millisecond, on each core at the same time, eight at most; seconds
 * that the slowest took, NaN if there are no threads to do it. Two processors of a virtual machine may at times
 * share one core for seconds: each by itself is then as fast as ever, and no counter shows it. */
double brg_lab_sentinel_run_s(void);

/* The same, one core after the other; seconds of the slowest. */
double brg_lab_sentinel_alone_s(void);

/* Adds a time of the sentinel. A NaN is left out. */
void brg_lab_sentinel_note(brg_lab_sentinel *sentinel, double seconds);

/* How much longer than usual the sentinel took: 0.5 if half as long again, 0 at most times. NaN if no time was noted,
 * or if seconds is. */
double brg_lab_sentinel_slower(const brg_lab_sentinel *sentinel, double seconds);

/* How much longer than at the best pace of all the usual one takes: 0 as long as the processor is itself. NaN if no
 * time was noted. */
double brg_lab_sentinel_settled(const brg_lab_sentinel *sentinel);

#endif
