/* The pace of the processor: a sentinel, the same small work again and again between the rounds of a
 * measurement. The load of others (load.h) tells of programs that took processors; the sentinel also feels what
 * no counter shows: a lower clock rate, a hypervisor that takes time and does not say so, a neighbour on the same
 * core.
 *
 * Thread safety: none; a brg_lab_pace belongs to one thread. */
#ifndef LAB_PACE_H
#define LAB_PACE_H

#include <stdint.h>

enum { BRG_LAB_PACES = 64 };

/* The latest times of the sentinel, one for each calm window: they go on from one experiment to the next, so
 * that a whole experiment which is slow is noticed, and a processor which has become slow for good (it is
 * warm now) is the usual one after a while. */
typedef struct brg_lab_pace {
    double seen_s[BRG_LAB_PACES];
    int32_t count; /* ever seen */
} brg_lab_pace;

/* Does the sentinel's work, a fraction of a millisecond; seconds that it took. */
double brg_lab_pace_spin_s(void);

/* Adds a time of the sentinel. A NaN is left out. */
void brg_lab_pace_note(brg_lab_pace *pace, double seconds);

/* How much longer than usual the sentinel took: 0.5 if half as long again, 0 at most times. Usual is what a
 * quarter of the times noted stay below. NaN if none were, or if seconds is. */
double brg_lab_pace_slower(const brg_lab_pace *pace, double seconds);

#endif
