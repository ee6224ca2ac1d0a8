/* An axis of a plot: which values it spans, where they lie in the picture, and the round numbers marked on it. */
#ifndef LAB_PAGE_AXIS_H
#define LAB_PAGE_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BRG_PAGE_TICKS = 24 };

typedef struct brg_page_axis {
    bool logarithmic;
    double low, high; /* as given, not their logarithms */
    double from, to;  /* where those two lie in the picture */
    double ticks[BRG_PAGE_TICKS];
    int32_t tick_count;
} brg_page_axis;

/* An axis without any value yet. */
brg_page_axis brg_page_axis_empty(bool logarithmic);

/* Whether a value has a place: it is a number, and positive on a logarithmic axis. */
bool brg_page_axis_fits(const brg_page_axis *axis, double value);

/* Widens the axis to hold a value; one that does not fit is left out. */
void brg_page_axis_include(brg_page_axis *axis, double value);

/* Has the axis begin and end at round numbers, and marks about `wanted` of them (a logarithmic one: as it
 * likes). An axis of no value or of one gets a range all the same. */
void brg_page_axis_round(brg_page_axis *axis, int32_t wanted);

/* Where a value lies in the picture; the second for ends of intervals, which are cut at the axis' ends. */
double brg_page_axis_place(const brg_page_axis *axis, double value);
double brg_page_axis_place_within(const brg_page_axis *axis, double value);

/* Marks a value, as long as there is room; marks are kept in order. */
void brg_page_axis_mark(brg_page_axis *axis, double value);

/* A number in few characters: 1.5, 200, 33 k, 1.05 M. Returns text. */
const char *brg_page_axis_number(double value, char *text, size_t size);

#endif
