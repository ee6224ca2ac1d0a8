/* Rates: how fast each kernel has been on a device, to cut launches into slices of a given length. */
#ifndef BRIGADE_DEVICE_RATE_H
#define BRIGADE_DEVICE_RATE_H

#include <stddef.h>
#include <stdint.h>

enum { BRG_MAX_RATES = 64 };

/* Nanoseconds per unit of work (a flop or a byte, whichever there are more of). */
typedef struct brg_rate {
    const char *kernel;
    double ns_per_work;
} brg_rate;

typedef struct brg_rates {
    brg_rate rows[BRG_MAX_RATES];
    size_t next; /* the row that is replaced when all are taken */
} brg_rates;

/* What is known of a kernel; a slow guess if it never ran, so that a first slice is short. */
double brg_rate_get(const brg_rates *rates, const char *kernel);

/* Records that `work` took `ns`. */
void brg_rate_learn(brg_rates *rates, const char *kernel, double work, double ns);

/* How many of the `remaining` work-groups to run next, so that one slice takes about `budget_ns`. What
 * remains is shared out evenly, so that the last slice is no crumb. At least 1. */
size_t brg_rate_slice(double ns_per_group, size_t remaining, double budget_ns);

#endif
