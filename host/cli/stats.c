/* Order statistics, ratios, and the random numbers that shuffle the order of measurements. */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_VALUES = 4096 };

static int rising(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* A sorted copy; values beyond the room are left out. */
static int32_t sorted(const double *values, int32_t count, double copy[MAX_VALUES]) {
    count = count < MAX_VALUES ? count : MAX_VALUES;
    memcpy(copy, values, (size_t)count * sizeof copy[0]);
    qsort(copy, (size_t)count, sizeof copy[0], rising);
    return count;
}

/* At the given part of the way through sorted values. */
static double quantile(const double *values, int32_t count, double part) {
    double place = part * (count - 1);
    int32_t below = (int32_t)place;
    int32_t above = below + 1 < count ? below + 1 : below;
    return values[below] + (place - below) * (values[above] - values[below]);
}

/* How many values to drop at each end: as many as leave the coverage at 95 % or above. */
static int32_t dropped(int32_t count) {
    double each = pow(0.5, count), tail = 0;
    for (int32_t j = 0; 2 * (j + 1) < count; j++) {
        tail += each; /* P(no more than j of the values lie below the true median) */
        if (2 * tail > 0.05)
            return j > 0 ? j - 1 : 0;
        each *= (double)(count - j) / (j + 1);
    }
    return 0;
}

cli_interval cli_stats_interval(const double *values, int32_t count) {
    double copy[MAX_VALUES];
    if (count < 1)
        return (cli_interval){-1, -1, -1};
    count = sorted(values, count, copy);
    int32_t out = dropped(count);
    return (cli_interval){quantile(copy, count, 0.5), copy[out], copy[count - 1 - out]};
}

cli_spread cli_stats_spread(const double *values, int32_t count) {
    double copy[MAX_VALUES], logs = 0;
    cli_spread spread = {0};
    if (count < 1)
        return spread;
    count = sorted(values, count, copy);
    for (int32_t i = 0; i < count; i++)
        logs += log(copy[i]);
    spread.count = count;
    spread.min = copy[0];
    spread.q1 = quantile(copy, count, 0.25);
    spread.median = quantile(copy, count, 0.5);
    spread.q3 = quantile(copy, count, 0.75);
    spread.max = copy[count - 1];
    spread.geomean = exp(logs / count);
    return spread;
}

uint64_t cli_random_next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

double cli_random_unit(uint64_t *state) {
    return (double)(cli_random_next(state) >> 11) * 0x1p-53;
}

int32_t cli_random_below(uint64_t *state, int32_t below) {
    return (int32_t)(cli_random_unit(state) * below);
}

double cli_random_log(uint64_t *state, double lo, double hi) {
    return lo * pow(hi / lo, cli_random_unit(state));
}
