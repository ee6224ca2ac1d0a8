/* Order statistics of measured times. */
#include "verify/statistics.h"

#include <stdlib.h>

static int rising(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

double brg_median(double *values, int32_t count) {
    if (count < 1)
        return -1;
    qsort(values, (size_t)count, sizeof values[0], rising);
    return 0.5 * (values[(count - 1) / 2] + values[count / 2]);
}

double brg_minimum(double *values, int32_t count) {
    if (count < 1)
        return -1;
    qsort(values, (size_t)count, sizeof values[0], rising);
    return values[0];
}

double brg_spread(double *values, int32_t count) {
    double median = brg_median(values, count);
    if (count < 4 || !(median > 0))
        return 1;
    return (values[3 * count / 4] - values[count / 4]) / median;
}
