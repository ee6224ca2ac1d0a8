/* A tally of times: the latest ones, and their percentiles. */
#ifndef BRIGADE_GUI_TALLY_H
#define BRIGADE_GUI_TALLY_H

#include <stddef.h>

enum { BRG_TALLY = 2048 };

typedef struct brg_tally {
    size_t written;
    float ms[BRG_TALLY]; /* a ring */
} brg_tally;

void brg_tally_add(brg_tally *tally, double ms);

/* The nearest-rank percentile of what is kept, 0 < percent <= 100; -1 of nothing. */
double brg_tally_percentile(const brg_tally *tally, double percent);

#endif
