/* How long sums were under way. See sums.h. */
#include "train/sums.h"

#include <stdio.h>

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static double ms_before(uint64_t began_ns, uint64_t ended_ns, uint64_t limit_ns) {
    uint64_t until = ended_ns < limit_ns ? ended_ns : limit_ns;
    return until > began_ns ? (double)(until - began_ns) * 1e-6 : 0;
}

brg_sum_times brg_sums_time(const brg_sum_span *sums, int32_t count, uint64_t computed_ns) {
    brg_sum_times times = {0, 0};
    uint64_t counted_ns = 0;
    for (int32_t i = 0; i < count; i++) {
        uint64_t from = later(sums[i].began_ns, counted_ns);
        times.ms += ms_before(from, sums[i].ended_ns, UINT64_MAX);
        times.hidden_ms += ms_before(from, sums[i].ended_ns, computed_ns);
        counted_ns = later(counted_ns, sums[i].ended_ns);
    }
    return times;
}

void brg_sums_trace(const brg_sum_span *sums, int32_t count, brg_trace *trace) {
    uint64_t drawn_ns = 0;
    for (int32_t i = 0; i < count; i++) {
        brg_span span = {.start_ns = later(sums[i].began_ns, drawn_ns),
                         .end_ns = later(sums[i].ended_ns, drawn_ns),
                         .device = -1,
                         .lane = BRG_LANE_SUM};
        snprintf(span.name, sizeof span.name, "sum %d of %d", (int)i + 1, (int)count);
        drawn_ns = span.end_ns;
        if (span.end_ns > span.start_ns)
            brg_trace_add(trace, &span);
    }
}
