/* Duels. See duel.h. */
#include "workbench/duel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void brg_duel_add(brg_duel *duel, double a, double b) {
    if (duel->pairs == BRG_DUEL_MOST || !(a > 0) || !(b > 0))
        return;
    duel->a[duel->pairs] = a;
    duel->b[duel->pairs++] = b;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double brg_duel_median(const double *values, int count) {
    double sorted[BRG_DUEL_MOST];
    if (count < 1 || count > BRG_DUEL_MOST)
        return 0;
    memcpy(sorted, values, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, by_size);
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

brg_odds brg_duel_odds(const brg_duel *duel) {
    double ratios[BRG_DUEL_MOST];
    brg_odds odds = {0, INFINITY, 0};
    if (duel->pairs == 0)
        return (brg_odds){0, 0, 0};
    for (int i = 0; i < duel->pairs; i++) {
        ratios[i] = duel->a[i] / duel->b[i];
        odds.lo = fmin(odds.lo, ratios[i]);
        odds.hi = fmax(odds.hi, ratios[i]);
    }
    odds.median = brg_duel_median(ratios, duel->pairs);
    return odds;
}
