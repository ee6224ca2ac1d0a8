/* A tally of times. See tally.h. */
#include "tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void brg_tally_add(brg_tally *tally, double ms) {
    tally->ms[tally->written++ % BRG_TALLY] = (float)ms;
}

static int compare(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

double brg_tally_percentile(const brg_tally *tally, double percent) {
    float sorted[BRG_TALLY];
    size_t count = tally->written < BRG_TALLY ? tally->written : BRG_TALLY;
    if (count == 0)
        return -1;
    memcpy(sorted, tally->ms, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    size_t rank = (size_t)ceil(percent / 100 * (double)count);
    return (double)sorted[rank > 0 ? rank - 1 : 0];
}
