/* A tally: measured times, and what they say. See tally.h. */
#include "tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stop.h"

void tally_add(tally *t, double ms) {
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 256;
        t->ms = realloc(t->ms, t->room * sizeof *t->ms);
        if (!t->ms)
            stop("There is no memory for %zu times.", t->room);
    }
    t->ms[t->count++] = ms;
}

void tally_clear(tally *t) {
    free(t->ms);
    memset(t, 0, sizeof *t);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double tally_percentile(const tally *t, double percent) {
    if (t->count == 0)
        return -1;
    qsort(t->ms, t->count, sizeof *t->ms, by_size);
    double rank = ceil(percent / 100 * (double)t->count);
    return t->ms[rank < 1 ? 0 : (size_t)rank - 1];
}
