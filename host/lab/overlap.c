/* What the engine's trace says of a few jobs. See overlap.h. */
#include "lab/overlap.h"

#include <stdlib.h>

enum { SPANS = 16384 };

static bool is_of(const brg_span *span, const brg_job *job) {
    return span->lane == BRG_LANE_KERNEL && span->job.slot == job->slot &&
           span->job.generation == job->generation;
}

static int by_start(const void *a, const void *b) {
    const brg_span *x = a, *y = b;
    return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

/* Keeps the kernels of the jobs, by their start. */
static size_t keep(brg_span *spans, size_t count, const brg_job *jobs, int32_t job_count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        for (int32_t j = 0; j < job_count; j++)
            if (is_of(&spans[i], &jobs[j])) {
                spans[kept++] = spans[i];
                break;
            }
    qsort(spans, kept, sizeof *spans, by_start);
    return kept;
}

static uint64_t first_end(const brg_span *spans, size_t count, const brg_job *job) {
    for (size_t i = 0; i < count; i++)
        if (is_of(&spans[i], job))
            return spans[i].end_ns;
    return UINT64_MAX;
}

static brg_lab_overlap sum_up(const brg_span *spans, size_t count, uint64_t since_ns,
                              const brg_job *jobs, int32_t job_count) {
    double all = 0, any = 0;
    uint64_t end = since_ns, first = since_ns;
    for (size_t i = 0; i < count; i++) {
        const brg_span *s = &spans[i];
        uint64_t new_from = s->start_ns > end ? s->start_ns : end;
        all += (double)(s->end_ns - s->start_ns);
        any += s->end_ns > new_from ? (double)(s->end_ns - new_from) : 0;
        end = s->end_ns > end ? s->end_ns : end;
    }
    for (int32_t j = 0; j < job_count; j++) {
        uint64_t of_job = first_end(spans, count, &jobs[j]);
        first = of_job > first ? of_job : first;
    }
    return (brg_lab_overlap){.makespan_s = (double)(end - since_ns) / 1e9,
                             .first_s = (double)(first - since_ns) / 1e9,
                             .overlap = all / any};
}

brg_lab_overlap brg_lab_overlap_read(brg_lab *lab, brg_engine *engine, uint64_t since_ns,
                                     const brg_job *jobs, int32_t count) {
    const double unknown = (double)NAN;
    brg_span *spans = malloc(SPANS * sizeof *spans);
    size_t kept = 0;
    if (spans)
        kept = keep(spans, brg_trace_copy(brg_engine_trace(engine), since_ns, spans, SPANS), jobs,
                    count);
    brg_lab_overlap found = {unknown, unknown, unknown};
    if (kept)
        found = sum_up(spans, kept, since_ns, jobs, count);
    else
        brg_lab_fail(lab, BRG_E_INTERNAL, "The engine's trace shows no kernel of these jobs.");
    free(spans);
    return found;
}
