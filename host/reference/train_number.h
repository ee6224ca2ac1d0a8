/* Numbers with bounds on their errors, and the arithmetic that carries both: a running error analysis
 * (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.3). */
#ifndef REFERENCE_TRAIN_NUMBER_H
#define REFERENCE_TRAIN_NUMBER_H

#include <math.h>

#include "reference/train.h"

static inline double error_of(brg_field field, int64_t i) {
    return field.error ? field.error[i] : 0;
}

/* ---- sums of products ------------------------------------------------------------------------ */

/* A sum under way: its value, the magnitudes that rounding acts on, and what its terms' own errors
 * come to. */
typedef struct sum {
    double value, magnitude, carried;
} sum;

static inline void add_product(sum *s, double a, double ea, double b, double eb) {
    s->value += a * b;
    s->magnitude += fabs(a) * fabs(b);
    s->carried += ea * fabs(b) + fabs(a) * eb + ea * eb;
}

static inline void add_term(sum *s, double a, double ea) {
    s->value += a;
    s->magnitude += fabs(a);
    s->carried += ea;
}

/* Subnormal numbers may be flushed to zero, term by term. */
static inline double bound_of(const sum *s, double terms) {
    const double flushed = 0x1p-126;
    return s->carried + brg_train_gamma(terms + 2) * (s->magnitude + s->carried) +
           (terms + 2) * flushed;
}

/* ---- single numbers -------------------------------------------------------------------------- */

/* A number, and how far the device's may be from it. */
typedef struct number {
    double value, error;
} number;

/* What becomes of a result when so many operations on numbers of this magnitude round it. */
static inline number rounded(double value, double error, double magnitude, double operations) {
    return (number){value, error + brg_train_gamma(operations) * (magnitude + error)};
}

static inline number plus(number a, number b) {
    double value = a.value + b.value;
    return rounded(value, a.error + b.error, fabs(value), 1);
}

static inline number minus(number a, number b) {
    return plus(a, (number){-b.value, b.error});
}

static inline number times(number a, number b) {
    double value = a.value * b.value;
    double error = fabs(a.value) * b.error + fabs(b.value) * a.error + a.error * b.error;
    return rounded(value, error, fabs(value), 1);
}

static inline number number_at(brg_field field, int64_t i) {
    return (number){field.value[i], error_of(field, i)};
}

static inline void store(brg_field field, int64_t i, number n) {
    field.value[i] = n.value;
    field.error[i] = n.error;
}

#endif
