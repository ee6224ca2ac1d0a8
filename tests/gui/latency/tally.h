/* A tally: measured times, and what they say. */
#ifndef TESTS_GUI_LATENCY_TALLY_H
#define TESTS_GUI_LATENCY_TALLY_H

#include <stddef.h>

typedef struct tally {
    double *ms;
    size_t count, room;
} tally;

void tally_add(tally *t, double ms);
void tally_clear(tally *t);

/* The smallest time that so many per cent of all do not exceed (nearest rank); 100: the longest.
 * A negative number if there are none. */
double tally_percentile(const tally *t, double percent);

#endif
