/* How long the ranks' sums of a step were under way, and how much of that was hidden: passed while gradients
 * were still being computed. Waiting for the slowest rank counts as being under way. */
#ifndef TRAIN_SUMS_H
#define TRAIN_SUMS_H

#include "brigade/ranks.h"
#include "brigade/trace.h"

typedef struct brg_sum_times {
    double ms, hidden_ms;
} brg_sum_times;

/* Of sums in the order in which they began; what is after `computed_ns` is not hidden. Several at once count
 * once. */
brg_sum_times brg_sums_time(const brg_sum_span *sums, int32_t count, uint64_t computed_ns);

/* Enters them in a trace, each from where those before it had ended. */
void brg_sums_trace(const brg_sum_span *sums, int32_t count, brg_trace *trace);

#endif
