/* Gauges. See gauge.h. */
#include "lab/gauge.h"

#include <math.h>

typedef struct line {
    double lo, hi;
    bool logarithmic;
} line;

static void include(line *l, double value) {
    if (!isfinite(value))
        return;
    l->lo = fmin(l->lo, value);
    l->hi = fmax(l->hi, value);
}

/* A range without a limit on one side goes on for as much again. */
static line line_of(const brg_lab_question *q, const brg_lab_estimate *e) {
    const double numbers[] = {q->low, q->high, e->value, e->low, e->high};
    line l = {INFINITY, -INFINITY, false};
    for (int i = 0; i < 5; i++)
        include(&l, numbers[i]);
    if (!(l.lo <= l.hi))
        return (line){0, 1, false};
    l.logarithmic = l.lo > 0 && l.hi > 10 * l.lo;
    if (l.logarithmic) {
        double margin = pow(l.hi / l.lo, 0.15);
        return (line){l.lo / margin, l.hi * margin, true};
    }
    double least = fmax(fabs(l.lo), fabs(l.hi)) * 0.2;
    double margin = 0.2 * fmax(l.hi - l.lo, least > 0 ? least : 1);
    if (l.hi - l.lo < least || l.hi == l.lo)
        margin = least > 0 ? least : 1;
    return (line){l.lo - margin, l.hi + margin, false};
}

static double place(const line *l, double value) {
    if (isnan(value))
        return NAN;
    double t = !l->logarithmic ? (value - l->lo) / (l->hi - l->lo)
               : value > 0     ? log(value / l->lo) / log(l->hi / l->lo)
                               : 0;
    return fmin(fmax(t, 0), 1);
}

brg_gauge brg_gauge_of(const brg_lab_question *question, const brg_lab_estimate *estimate) {
    const line l = line_of(question, estimate);
    bool interval = estimate->high > estimate->low;
    return (brg_gauge){.from = isinf(question->low) ? 0 : place(&l, question->low),
                       .to = isinf(question->high) ? 1 : place(&l, question->high),
                       .value = isfinite(estimate->value) ? place(&l, estimate->value) : NAN,
                       .low = interval ? place(&l, estimate->low) : NAN,
                       .high = interval ? place(&l, estimate->high) : NAN,
                       .open_below = isinf(question->low),
                       .open_above = isinf(question->high)};
}
