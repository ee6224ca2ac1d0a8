/* Axes: which numbers a plot has room for, where its ticks are, and how they are written. Pure
 * arithmetic. */
#ifndef BRIGADE_GUI_UI_AXIS_H
#define BRIGADE_GUI_UI_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { BRG_TICKS = 16 };

typedef enum brg_axis_kind {
    BRG_AXIS_EVEN,    /* equal steps are as long as each other */
    BRG_AXIS_DECADES, /* equal factors are: ticks at 1, 2, 5, 10 ... */
    BRG_AXIS_OCTAVES  /* likewise: ticks at powers of two */
} brg_axis_kind;

typedef struct brg_axis {
    brg_axis_kind kind;
    double lo, hi;
    double ticks[BRG_TICKS];
    int tick_count;
    int decimals; /* of what is written at ticks of even axes */
} brg_axis;

/* An axis with room for lo..hi that begins and ends at a tick; and one of exactly lo..hi. Both have
 * `most` ticks, at most. Where there is no such axis (nothing between the two, not finite, not above 0
 * when logarithmic) it is one around what can be shown. */
brg_axis brg_axis_around(brg_axis_kind kind, double lo, double hi, int most);
brg_axis brg_axis_between(brg_axis_kind kind, double lo, double hi, int most);

/* Where a number lies along the axis: 0 at its beginning, 1 at its end. Not finite for what has no place
 * on it. */
double brg_axis_place(const brg_axis *axis, double value);

/* The number at a place along the axis. */
double brg_axis_value(const brg_axis *axis, double place);

/* Writes a number as its ticks are: "0.25", "2 M", "1/8". Returns text. */
const char *brg_axis_text(const brg_axis *axis, double value, char *text, size_t size);

#endif
