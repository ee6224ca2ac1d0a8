/* An axis of a plot. See page_axis.h. */
#include "lab/page_axis.h"

#include <math.h>
#include <stdio.h>

brg_page_axis brg_page_axis_empty(bool logarithmic) {
    return (brg_page_axis){.logarithmic = logarithmic, .low = INFINITY, .high = -INFINITY};
}

bool brg_page_axis_fits(const brg_page_axis *a, double value) {
    return isfinite(value) && (!a->logarithmic || value > 0);
}

double brg_page_axis_place(const brg_page_axis *a, double value) {
    const double part = a->logarithmic ? log(value / a->low) / log(a->high / a->low)
                                       : (value - a->low) / (a->high - a->low);
    return a->from + part * (a->to - a->from);
}

/* An end of an interval may lie off a logarithmic axis: then it is cut. */
double brg_page_axis_place_within(const brg_page_axis *a, double value) {
    return brg_page_axis_place(a, fmin(fmax(value, a->low), a->high));
}

void brg_page_axis_include(brg_page_axis *a, double value) {
    if (!brg_page_axis_fits(a, value))
        return;
    a->low = fmin(a->low, value);
    a->high = fmax(a->high, value);
}

void brg_page_axis_mark(brg_page_axis *a, double value) {
    if (a->tick_count == BRG_PAGE_TICKS)
        return;
    int32_t at = a->tick_count++;
    for (; at > 0 && a->ticks[at - 1] > value; at--)
        a->ticks[at] = a->ticks[at - 1];
    a->ticks[at] = value;
}

/* Steps of 1, 2 or 5, about `wanted` of them; the axis begins and ends at one. */
static void round_linear(brg_page_axis *a, int32_t wanted) {
    const double raw = (a->high - a->low) / wanted;
    const double decade = pow(10, floor(log10(raw)));
    const double step = decade * (raw / decade > 5   ? 10
                                  : raw / decade > 2 ? 5
                                  : raw / decade > 1 ? 2
                                                     : 1);
    const double first = floor(a->low / step + 1e-9), last = ceil(a->high / step - 1e-9);
    a->low = first * step;
    a->high = last * step;
    for (double i = first; i <= last; i++)
        brg_page_axis_mark(a, i * step);
}

/* Whole decades where there are many, else 1, 2 and 5 of each. */
static void round_logarithmic(brg_page_axis *a) {
    static const double parts[] = {1, 2, 5};
    const double first = floor(log10(a->low) + 1e-9), last = ceil(log10(a->high) - 1e-9);
    const bool fine = last - first <= 2;
    const double stride = ceil((last - first) / 8);
    for (double d = first; d <= last; d += fine ? 1 : stride)
        for (int32_t i = 0; i < (fine ? 3 : 1); i++)
            brg_page_axis_mark(a, pow(10, d) * parts[i]);
    double low = a->ticks[0], high = a->ticks[a->tick_count - 1];
    for (int32_t i = 0; i < a->tick_count; i++) {
        if (a->ticks[i] <= a->low * (1 + 1e-9))
            low = a->ticks[i];
        if (a->ticks[a->tick_count - 1 - i] >= a->high * (1 - 1e-9))
            high = a->ticks[a->tick_count - 1 - i];
    }
    a->low = fmin(low, a->low);
    a->high = fmax(high, a->high);
    int32_t kept = 0;
    for (int32_t i = 0; i < a->tick_count; i++)
        if (a->ticks[i] >= low && a->ticks[i] <= high)
            a->ticks[kept++] = a->ticks[i];
    a->tick_count = kept;
}

void brg_page_axis_round(brg_page_axis *a, int32_t wanted) {
    if (!(a->low <= a->high)) { /* no value at all */
        a->low = a->logarithmic ? 1 : 0;
        a->high = a->logarithmic ? 10 : 1;
    }
    if (a->low == a->high) {
        a->high = a->logarithmic ? 2 * a->high : a->high + (a->high ? fabs(a->high) : 1);
        a->low = a->logarithmic ? a->low / 2 : a->low;
    }
    if (a->logarithmic)
        round_logarithmic(a);
    else
        round_linear(a, wanted);
}

const char *brg_page_axis_number(double value, char *text, size_t size) {
    static const struct {
        double one;
        const char *name;
    } steps[] = {{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e4, " k"}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (fabs(value) >= steps[i].one * (1 - 1e-9)) {
            const double one = steps[i].one == 1e4 ? 1e3 : steps[i].one;
            snprintf(text, size, "%.4g%s", round(value / one * 100) / 100, steps[i].name);
            return text;
        }
    snprintf(text, size, "%.4g", value);
    return text;
}
