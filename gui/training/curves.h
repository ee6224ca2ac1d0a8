/* Curves: what a training was like so far, thinned out to as many points as a plot can show. Pure. */
#ifndef BRIGADE_GUI_TRAINING_CURVES_H
#define BRIGADE_GUI_TRAINING_CURVES_H

#include <brigade/trainer.h>

enum { BRG_CURVE_POINTS = 240, BRG_CURVE_TESTS = 256 };

/* Neighbouring points are kept as their mean, of as many as there must be for the curve to have room
 * for all: twice as many each time it is full. */
typedef struct brg_curve_sum {
    double step, loss, accuracy, rate;
    int count;
} brg_curve_sum;

typedef struct brg_curves {
    int64_t taken; /* points that went in */
    int count;
    int each;              /* points that one of the kept stands for */
    brg_curve_sum filling; /* the next to be kept */
    double step[BRG_CURVE_POINTS], loss[BRG_CURVE_POINTS], accuracy[BRG_CURVE_POINTS],
        rate[BRG_CURVE_POINTS];

    int64_t tests_taken;
    int test_count;
    double test_step[BRG_CURVE_TESTS], test_accuracy[BRG_CURVE_TESTS], test_loss[BRG_CURVE_TESTS];
} brg_curves;

/* Begins anew. */
void brg_curves_clear(brg_curves *curves);

/* Adds the next points or tests. Of tests the latest BRG_CURVE_TESTS are kept. */
void brg_curves_add(brg_curves *curves, const brg_train_point *points, int64_t count);
void brg_curves_add_tests(brg_curves *curves, const brg_train_test *tests, int64_t count);

/* The moving mean of some values: what lies `span` steps back, or an eighth of all steps so far, counts e
 * times less. smooth has room for `count`. */
void brg_curves_smooth(const double *step, const double *values, int count, double span,
                       double *smooth);

/* Steps from one kept point to the next, on average; NaN while there are not two. */
double brg_curves_interval(const brg_curves *curves);

/* The least and the greatest finite number among some; false if there is none. */
bool brg_curves_range(const double *values, int count, double *lo, double *hi);

#endif
