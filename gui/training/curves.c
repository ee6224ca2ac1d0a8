/* Curves. See curves.h. */
#include "training/curves.h"

#include <math.h>
#include <string.h>

void brg_curves_clear(brg_curves *curves) {
    memset(curves, 0, sizeof *curves);
    curves->each = 1;
}

/* ---- points ---------------------------------------------------------------------------------- */

static void halve(double *values) {
    for (int i = 0; i < BRG_CURVE_POINTS / 2; i++)
        values[i] = (values[2 * i] + values[2 * i + 1]) / 2;
}

static void make_room(brg_curves *curves) {
    halve(curves->step);
    halve(curves->loss);
    halve(curves->accuracy);
    halve(curves->rate);
    curves->count = BRG_CURVE_POINTS / 2;
    curves->each *= 2;
}

static void keep(brg_curves *curves) {
    const brg_curve_sum *sum = &curves->filling;
    int i = curves->count++;
    curves->step[i] = sum->step / sum->count;
    curves->loss[i] = sum->loss / sum->count;
    curves->accuracy[i] = sum->accuracy / sum->count;
    curves->rate[i] = sum->rate / sum->count;
    memset(&curves->filling, 0, sizeof curves->filling);
}

static void add(brg_curves *curves, const brg_train_point *point) {
    brg_curve_sum *sum = &curves->filling;
    sum->step += (double)point->step;
    sum->loss += (double)point->loss;
    sum->accuracy += (double)point->accuracy;
    sum->rate += (double)point->rate;
    curves->taken++;
    if (++sum->count < curves->each)
        return;
    keep(curves);
    if (curves->count == BRG_CURVE_POINTS)
        make_room(curves);
}

void brg_curves_add(brg_curves *curves, const brg_train_point *points, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        add(curves, &points[i]);
}

/* So long a memory as the first steps allow, whose numbers are of another size. */
static double memory_at(double step, double span) {
    return fmin(span, fmax(step / 8, 1));
}

/* Each point's share of the mean fades as the steps go by. What is not finite has none, and stays. */
void brg_curves_smooth(const double *step, const double *values, int count, double span,
                       double *smooth) {
    double sum = 0, mass = 0;
    for (int i = 0; i < count; i++) {
        double fade = i > 0 ? exp((step[i - 1] - step[i]) / memory_at(step[i], span)) : 0;
        bool counts = isfinite(values[i]);
        sum = fade * sum + (counts ? values[i] : 0);
        mass = fade * mass + (counts ? 1 : 0);
        smooth[i] = counts ? sum / mass : values[i];
    }
}

double brg_curves_interval(const brg_curves *curves) {
    int n = curves->count;
    return n > 1 ? (curves->step[n - 1] - curves->step[0]) / (n - 1) : (double)NAN;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void drop_oldest(double *values) {
    memmove(values, values + 1, (BRG_CURVE_TESTS - 1) * sizeof *values);
}

static void add_test(brg_curves *curves, const brg_train_test *test) {
    if (curves->test_count == BRG_CURVE_TESTS) {
        drop_oldest(curves->test_step);
        drop_oldest(curves->test_accuracy);
        drop_oldest(curves->test_loss);
        curves->test_count--;
    }
    int i = curves->test_count++;
    curves->test_step[i] = (double)test->step;
    curves->test_accuracy[i] = (double)test->test_accuracy;
    curves->test_loss[i] = (double)test->test_loss;
    curves->tests_taken++;
}

void brg_curves_add_tests(brg_curves *curves, const brg_train_test *tests, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        add_test(curves, &tests[i]);
}

bool brg_curves_range(const double *values, int count, double *lo, double *hi) {
    bool any = false;
    for (int i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            continue;
        *lo = any ? fmin(*lo, values[i]) : values[i];
        *hi = any ? fmax(*hi, values[i]) : values[i];
        any = true;
    }
    return any;
}
