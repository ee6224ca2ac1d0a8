/* Tails. See tail.h. */
#include "lab/tail.h"

#include <math.h>
#include <stdlib.h>

void brg_lab_tail_note(brg_lab_tail *tail, double value) {
    if (tail && tail->count < BRG_LAB_TAIL)
        tail->values[tail->count++] = value;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The rank is rounded up, but not for the rounding error of 0.99 * 100. */
double brg_lab_tail_quantile(brg_lab_tail *tail, double part) {
    if (tail->count == 0)
        return (double)NAN;
    qsort(tail->values, (size_t)tail->count, sizeof *tail->values, by_size);
    int32_t rank = (int32_t)ceil(part * tail->count - 1e-6);
    return tail->values[rank > 0 ? rank - 1 : 0];
}
