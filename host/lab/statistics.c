/* Statistics of measured rounds: the median, and how far it can be trusted. */
#include "lab/statistics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/random.h"

enum { RESAMPLES = 2000 };

static int rising(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* A NaN has no place in an order. */
static bool sort_values(double *values, int32_t count) {
    for (int32_t i = 0; i < count; i++)
        if (isnan(values[i]))
            return false;
    qsort(values, (size_t)count, sizeof values[0], rising);
    return count > 0;
}

static double middle(const double *sorted, int32_t count) {
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

double brg_lab_median(double *values, int32_t count) {
    return sort_values(values, count) ? middle(values, count) : NAN;
}

/* The median of as many values as there are, drawn with replacement. Counting how often each is drawn saves
 * sorting what was drawn. */
static double resampled_median(const double *sorted, int32_t count, int32_t *drawn, uint64_t seed,
                               uint64_t *index) {
    for (int32_t i = 0; i < count; i++)
        drawn[i] = 0;
    for (int32_t i = 0; i < count; i++)
        drawn[(int32_t)(brg_random_unit(seed, (*index)++) * count)]++;
    double lower = NAN;
    int32_t below = 0;
    for (int32_t i = 0; i < count; i++) {
        below += drawn[i];
        if (isnan(lower) && below > (count - 1) / 2)
            lower = sorted[i];
        if (below > count / 2)
            return (lower + sorted[i]) / 2;
    }
    return lower;
}

brg_lab_estimate brg_lab_bootstrap(double *values, int32_t count, uint64_t seed) {
    brg_lab_estimate estimate = {NAN, NAN, NAN, count};
    if (!sort_values(values, count))
        return estimate;
    estimate.value = middle(values, count);
    double *medians = malloc(RESAMPLES * sizeof *medians);
    int32_t *drawn = malloc((size_t)count * sizeof *drawn);
    if (medians && drawn && count >= BRG_LAB_MIN_ROUNDS) {
        uint64_t index = 0;
        for (int32_t i = 0; i < RESAMPLES; i++)
            medians[i] = resampled_median(values, count, drawn, seed, &index);
        qsort(medians, RESAMPLES, sizeof medians[0], rising);
        estimate.low = medians[RESAMPLES / 40];
        estimate.high = medians[RESAMPLES - 1 - RESAMPLES / 40];
    }
    free(medians);
    free(drawn);
    return estimate;
}

void brg_lab_shuffle(int32_t *order, int32_t count, uint64_t seed) {
    for (int32_t i = 0; i < count; i++) {
        int32_t j = (int32_t)(brg_random_unit(seed, (uint64_t)i) * (i + 1));
        order[i] = order[j];
        order[j] = i;
    }
}
