/* The load of others: what part of the processors' time other programs took. */
#ifndef LAB_LOAD_H
#define LAB_LOAD_H

#include <stdbool.h>

/* Processor seconds since some moment, over the processors that this process may use. */
typedef struct brg_lab_load {
    double busy; /* by anyone, and what a hypervisor took away */
    double own;  /* by this process, and by its children that were waited for */
} brg_lab_load;

/* Reads the counters; false where the system does not tell (it is not Linux). */
bool brg_lab_load_read(brg_lab_load *load);

/* The part of `capacity_s` processor seconds that others took between two readings: 0 or more. */
double brg_lab_load_of_others(const brg_lab_load *from, const brg_lab_load *to, double capacity_s);

#endif
