/* Curves. See curve.h. */
#include "train/curve.h"

#include <stdlib.h>
#include <string.h>

enum { STRIDE = 10, MOST_POINTS = 20000 };

void brg_curve_begin(brg_curve *curve, int64_t steps) {
    *curve = (brg_curve){.stride = STRIDE};
    while (steps / curve->stride > MOST_POINTS)
        curve->stride += STRIDE;
}

void brg_curve_release(brg_curve *curve) {
    free(curve->points);
    free(curve->tests);
    memset(curve, 0, sizeof *curve);
}

/* Makes room for one more element; false if memory is short. */
static bool make_room(void **elements, int64_t count, int64_t *room, size_t size) {
    if (count < *room)
        return true;
    int64_t wanted = *room ? *room * 2 : 64;
    void *more = realloc(*elements, (size_t)wanted * size);
    if (!more)
        return false;
    *elements = more;
    *room = wanted;
    return true;
}

static bool add_point(brg_curve *c, const brg_curve_steps *s, int64_t step, double seconds) {
    void *points = c->points;
    if (!make_room(&points, c->point_count, &c->point_room, sizeof *c->points))
        return false;
    c->points = points;
    double took = seconds - c->began_s;
    c->points[c->point_count++] =
        (brg_train_point){.step = step,
                          .epoch = s->epoch,
                          .loss = (float)(c->loss / (double)c->steps),
                          .accuracy = (float)(c->hits / c->images),
                          .rate = s->rate,
                          .images_per_s = took > 0 ? (float)(c->images / took) : 0,
                          .seconds = seconds};
    c->steps = 0;
    c->loss = c->hits = c->images = 0;
    return true;
}

/* A job's steps are taken to have lasted equally long. */
bool brg_curve_add(brg_curve *curve, const brg_curve_steps *s) {
    for (int64_t i = 0; i < s->count; i++) {
        double part = (s->ended_s - s->began_s) / (double)s->count;
        int64_t done = s->first + i + 1;
        if (curve->steps == 0)
            curve->began_s = s->began_s + part * (double)i;
        curve->steps++;
        curve->loss += (double)s->losses[i];
        curve->hits += (double)s->hits[i];
        curve->images += (double)s->batch;
        bool due = done % curve->stride == 0 || done % s->steps_of_epoch == 0;
        if (due && !add_point(curve, s, done, s->began_s + part * (double)(i + 1)))
            return false;
    }
    return true;
}

bool brg_curve_add_test(brg_curve *curve, const brg_train_test *test) {
    void *tests = curve->tests;
    if (!make_room(&tests, curve->test_count, &curve->test_room, sizeof *curve->tests))
        return false;
    curve->tests = tests;
    curve->tests[curve->test_count++] = *test;
    return true;
}
