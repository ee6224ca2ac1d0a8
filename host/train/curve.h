/* Curves: what a training's steps were like, a point every few of them, and its tests. */
#ifndef TRAIN_CURVE_H
#define TRAIN_CURVE_H

#include "brigade/trainer.h"

typedef struct brg_curve {
    brg_train_point *points;
    brg_train_test *tests;
    int64_t point_count, point_room, test_count, test_room;

    int64_t stride;    /* steps between points */
    int64_t steps;     /* since the latest point */
    double loss, hits; /* summed over these */
    double images, began_s;
} brg_curve;

/* Steps of one job, one after the other. */
typedef struct brg_curve_steps {
    const float *losses, *hits; /* of each step */
    int64_t count, first;       /* how many, and the first one's number */
    int64_t steps_of_epoch, batch;
    int32_t epoch;
    float rate;
    double began_s, ended_s; /* since training began */
} brg_curve_steps;

/* Begins the curve of a training of so many steps. */
void brg_curve_begin(brg_curve *curve, int64_t steps);

/* Add steps, or a test. False if memory is short. */
bool brg_curve_add(brg_curve *curve, const brg_curve_steps *steps);
bool brg_curve_add_test(brg_curve *curve, const brg_train_test *test);

void brg_curve_release(brg_curve *curve);

#endif
