/* Learns kernels' speeds and cuts launches into slices. */
#include "device/rate.h"

#include <math.h>
#include <string.h>

/* One unit of work a nanosecond: slower than any device worth the name. */
static const double UNKNOWN_NS_PER_WORK = 1.0;

static const brg_rate *find(const brg_rates *rates, const char *kernel) {
    for (size_t i = 0; i < BRG_MAX_RATES && rates->rows[i].kernel; i++)
        if (strcmp(rates->rows[i].kernel, kernel) == 0)
            return &rates->rows[i];
    return NULL;
}

double brg_rate_get(const brg_rates *rates, const char *kernel) {
    const brg_rate *row = find(rates, kernel);
    return row ? row->ns_per_work : UNKNOWN_NS_PER_WORK;
}

void brg_rate_learn(brg_rates *rates, const char *kernel, double work, double ns) {
    if (!(work > 0) || !(ns > 0))
        return;
    const brg_rate *known = find(rates, kernel);
    if (known) {
        brg_rate *row = &rates->rows[known - rates->rows];
        row->ns_per_work = 0.5 * row->ns_per_work + 0.5 * ns / work;
        return;
    }
    rates->rows[rates->next] = (brg_rate){kernel, ns / work};
    rates->next = (rates->next + 1) % BRG_MAX_RATES;
}

size_t brg_rate_slice(double ns_per_group, size_t remaining, double budget_ns) {
    double fit = floor(budget_ns / fmax(ns_per_group, 1e-9));
    if (!(fit < (double)remaining))
        return remaining;
    size_t groups = fit < 1 ? 1 : (size_t)fit;
    size_t slices = (remaining + groups - 1) / groups;
    return (remaining + slices - 1) / slices;
}
