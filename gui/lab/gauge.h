/* Gauges: a number and its interval beside the range in which a claim has it, on one line. Pure. */
#ifndef BRIGADE_GUI_LAB_GAUGE_H
#define BRIGADE_GUI_LAB_GAUGE_H

#include <brigade/lab.h>

/* Places along the line, 0 to 1. */
typedef struct brg_gauge {
    double from, to;             /* the range; it may go on beyond the line's end */
    double value;                /* the number; NaN: not known */
    double low, high;            /* its interval; NaN: none */
    bool open_below, open_above; /* the range has no such limit */
} brg_gauge;

/* Lays a question and its estimate out. The line is logarithmic where all numbers are positive and differ by
 * more than a factor of ten. */
brg_gauge brg_gauge_of(const brg_lab_question *question, const brg_lab_estimate *estimate);

#endif
