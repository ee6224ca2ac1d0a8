/* Many values of one kind whose tail matters: of times above all, where the worst are what a user remembers.
 *
 * Thread safety: none; a brg_lab_tail belongs to one thread. */
#ifndef LAB_TAIL_H
#define LAB_TAIL_H

#include <stdint.h>

enum { BRG_LAB_TAIL = 4096 };

/* Begins as zeros. */
typedef struct brg_lab_tail {
    double values[BRG_LAB_TAIL];
    int32_t count;
} brg_lab_tail;

/* Adds a value; left out once there are BRG_LAB_TAIL of them. tail may be NULL. */
void brg_lab_tail_note(brg_lab_tail *tail, double value);

/* The smallest value that at least that part of them, above 0 and at most 1, do not exceed: 0.99 for p99, which is the
 * largest as long as there are not a hundred. NaN without any. Puts the values in order. */
double brg_lab_tail_quantile(brg_lab_tail *tail, double part);

#endif
