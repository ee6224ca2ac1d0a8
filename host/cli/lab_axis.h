/* An axis of a plot: which values it spans, where they lie in the picture, and the round numbers marked on it. */
#ifndef BRIGADE_CLI_LAB_AXIS_H
#define BRIGADE_CLI_LAB_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLI_AXIS_TICKS = 24 };

typedef struct cli_axis {
    bool logarithmic;
    double low, high; /* as given, not their logarithms */
    double from, to;  /* where those two lie in the picture */
    double ticks[CLI_AXIS_TICKS];
    int32_t tick_count;
} cli_axis;

/* An axis without any value yet. */
cli_axis cli_axis_empty(bool logarithmic);

/* Whether a value has a place: it is a number, and positive on a logarithmic axis. */
bool cli_axis_fits(const cli_axis *axis, double value);

/* Widens the axis to hold a value; one that does not fit is left out. */
void cli_axis_include(cli_axis *axis, double value);

/* Has the axis begin and end at round numbers, and marks about `wanted` of them (a logarithmic one: as it
 * likes). An axis of no value or of one gets a range all the same. */
void cli_axis_round(cli_axis *axis, int32_t wanted);

/* Where a value lies in the picture; the second for ends of intervals, which are cut at the axis' ends. */
double cli_axis_place(const cli_axis *axis, double value);
double cli_axis_place_within(const cli_axis *axis, double value);

/* Marks a value, as long as there is room; marks are kept in order. */
void cli_axis_mark(cli_axis *axis, double value);

/* A number in few characters: 1.5, 200, 33 k, 1.05 M. Returns text. */
const char *cli_axis_number(double value, char *text, size_t size);

#endif
