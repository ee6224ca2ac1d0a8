/* Axes. See axis.h. */
#include "ui/axis.h"

#include <math.h>
#include <stdio.h>

/* ---- even axes ------------------------------------------------------------------------------- */

/* The least of 1, 2, 5, 10 ... times a power of ten that is not below `step`. */
static double round_up(double step) {
    double unit = pow(10, floor(log10(step)));
    double parts = step / unit * (1 - 1e-9);
    return unit * (parts <= 1 ? 1 : parts <= 2 ? 2 : parts <= 5 ? 5 : 10);
}

static double even_step(double lo, double hi, int most) {
    return round_up((hi - lo) / fmax(most - 1, 1));
}

/* Widening can add a step at either end. */
static void widen_evenly(double *lo, double *hi, int most) {
    double step = even_step(*lo, *hi, most);
    while (ceil(*hi / step - 1e-9) - floor(*lo / step + 1e-9) > most - 1)
        step = round_up(step * 1.5);
    *lo = step * floor(*lo / step + 1e-9);
    *hi = step * ceil(*hi / step - 1e-9);
}

static void tick_evenly(brg_axis *axis, int most) {
    double step = even_step(axis->lo, axis->hi, most);
    double first = ceil(axis->lo / step - 1e-9);
    for (int i = 0; i < most && step * (first + i) <= axis->hi + 1e-9 * step; i++)
        axis->ticks[axis->tick_count++] = step * (first + i);
    axis->decimals = (int)fmin(fmax(-floor(log10(step) + 1e-9), 0), 9);
}

/* ---- logarithmic axes ------------------------------------------------------------------------ */

/* Ticks are numbered: those of octaves are powers of two; those of decades 1, 2, 5, 10, 20 ... */
static double numbered(brg_axis_kind kind, int i) {
    static const double parts[3] = {1, 2, 5};
    int decade = (int)floor(i / 3.0);
    return kind == BRG_AXIS_OCTAVES ? exp2(i) : parts[i - 3 * decade] * pow(10, decade);
}

/* The last tick that is not above `value`. */
static int number_below(brg_axis_kind kind, double value) {
    int i = kind == BRG_AXIS_OCTAVES ? (int)floor(log2(value)) : 3 * (int)floor(log10(value));
    while (numbered(kind, i) > value * (1 + 1e-9))
        i--;
    while (numbered(kind, i + 1) <= value * (1 + 1e-9))
        i++;
    return i;
}

static void widen_by_factors(brg_axis_kind kind, double *lo, double *hi) {
    int first = number_below(kind, *lo), last = number_below(kind, *hi);
    if (numbered(kind, last) < *hi * (1 - 1e-9) || last == first)
        last++;
    *lo = numbered(kind, first);
    *hi = numbered(kind, last);
}

static bool is_whole_decade(int i) {
    return i % 3 == 0;
}

/* Every tick; of decades then the powers of ten; then every second of them, every third ... */
static void tick_by_factors(brg_axis *axis, int most) {
    int first = number_below(axis->kind, axis->lo * (1 - 1e-6)) + 1;
    int last = number_below(axis->kind, axis->hi), every = 1;
    bool by_threes = axis->kind == BRG_AXIS_DECADES && last - first + 1 > most;
    int unit = by_threes ? 3 : 1;
    while ((last - first) / (every * unit) + 1 > most)
        every++;
    while (by_threes && !is_whole_decade(first))
        first++;
    for (int i = first; i <= last && axis->tick_count < BRG_TICKS; i += every * unit)
        axis->ticks[axis->tick_count++] = numbered(axis->kind, i);
}

/* ---- axes ------------------------------------------------------------------------------------ */

/* Numbers at the ends of what a double can be leave no room for arithmetic. */
static double moderate(double value) {
    const double least = 1e-200, most = 1e200;
    double size = fmin(fabs(value), most);
    return isfinite(value) ? copysign(size < least ? 0 : size, value) : value;
}

/* What can be shown of what was asked for. */
static void settle(brg_axis_kind kind, double *lo, double *hi) {
    bool even = kind == BRG_AXIS_EVEN;
    *lo = moderate(*lo);
    *hi = moderate(*hi);
    if (!isfinite(*lo) || (!even && *lo <= 0))
        *lo = isfinite(*hi) && *hi > 0 && !even ? *hi / 10 : even && isfinite(*hi) ? *hi - 1 : 1;
    if (!isfinite(*hi) || *hi < *lo)
        *hi = *lo;
    if (*hi - *lo > 1e-9 * fabs(*hi))
        return;
    double slack = even ? fmax(fabs(*lo) / 2, 0.5) : 0;
    *lo = even ? *lo - slack : *lo / 2;
    *hi = even ? *hi + slack : *hi * 2;
}

brg_axis brg_axis_between(brg_axis_kind kind, double lo, double hi, int most) {
    most = most < 2 ? 2 : most > BRG_TICKS ? BRG_TICKS : most;
    settle(kind, &lo, &hi);
    brg_axis axis = {.kind = kind, .lo = lo, .hi = hi};
    if (kind == BRG_AXIS_EVEN)
        tick_evenly(&axis, most);
    else
        tick_by_factors(&axis, most);
    return axis;
}

brg_axis brg_axis_around(brg_axis_kind kind, double lo, double hi, int most) {
    most = most < 2 ? 2 : most > BRG_TICKS ? BRG_TICKS : most;
    settle(kind, &lo, &hi);
    if (kind == BRG_AXIS_EVEN)
        widen_evenly(&lo, &hi, most);
    else
        widen_by_factors(kind, &lo, &hi);
    return brg_axis_between(kind, lo, hi, most);
}

double brg_axis_place(const brg_axis *axis, double value) {
    if (axis->kind == BRG_AXIS_EVEN)
        return (value - axis->lo) / (axis->hi - axis->lo);
    return value > 0 ? log(value / axis->lo) / log(axis->hi / axis->lo) : NAN;
}

double brg_axis_value(const brg_axis *axis, double place) {
    if (axis->kind == BRG_AXIS_EVEN)
        return axis->lo + place * (axis->hi - axis->lo);
    return axis->lo * pow(axis->hi / axis->lo, place);
}

/* ---- words ----------------------------------------------------------------------------------- */

static const char *with_suffix(double value, double base, const char *const suffixes[], char *text,
                               size_t size) {
    int i = 0;
    while (i < 4 && fabs(value) >= 9999.5) {
        value /= base;
        i++;
    }
    snprintf(text, size, "%.4g%s", value, suffixes[i]);
    return text;
}

const char *brg_axis_text(const brg_axis *axis, double value, char *text, size_t size) {
    static const char *const thousands[] = {"", " k", " M", " G", " T"};
    static const char *const binary[] = {"", " Ki", " Mi", " Gi", " Ti"};
    bool even = axis->kind == BRG_AXIS_EVEN;
    if (axis->kind == BRG_AXIS_OCTAVES && value < 1 && value >= exp2(-20))
        snprintf(text, size, "1/%.0f", 1 / value);
    else if (axis->kind == BRG_AXIS_OCTAVES && value >= 1)
        with_suffix(value, 1024, binary, text, size);
    else if (fabs(value) >= 9999.5 && value < 1e16)
        with_suffix(value, 1000, thousands, text, size);
    else if (even && axis->decimals < 6)
        snprintf(text, size, "%.*f", axis->decimals, value == 0 ? 0 : value);
    else
        snprintf(text, size, "%.4g", value);
    return text;
}
