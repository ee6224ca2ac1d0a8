/* Judging peers: their results against the op's exact values and bounds, as ours are judged. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* The same lines as the library draws: every element up to so much work, and beyond it as many rows
 * as cost about so much. */
#define FULL_FLOPS 5e9
#define SAMPLE_FLOPS 2e8

enum { MIN_ROWS = 16, BAND_ELEMENTS = 1 << 18 };

static int64_t row_elements(const brg_shape *shape) {
    int64_t count = 1;
    for (int32_t i = 1; i < shape->rank; i++)
        count *= shape->dims[i];
    return count;
}

/* Which rows to look at: every `step`-th, from a random first one, and the ends. */
typedef struct rows {
    int64_t count, step, next, band;
} rows;

static brg_verify_policy settle(brg_verify_policy policy, const brg_op *op, double flops) {
    if (policy == BRG_VERIFY_FREIVALDS)
        return op->probe ? BRG_VERIFY_FREIVALDS : BRG_VERIFY_SAMPLE;
    if (policy != BRG_VERIFY_DEFAULT)
        return policy;
    return flops <= FULL_FLOPS ? BRG_VERIFY_FULL : BRG_VERIFY_SAMPLE;
}

static rows choose_rows(const brg_call *call, brg_verify_policy policy, double flops,
                        uint64_t seed) {
    int64_t count = call->output.dims[0], row = row_elements(&call->output);
    rows at = {.count = count, .step = 1, .band = 1};
    if (policy == BRG_VERIFY_FULL) {
        at.band = row > 0 ? BAND_ELEMENTS / row : count;
        at.band = at.band < 1 ? 1 : at.band;
        return at;
    }
    double wanted = fmax(MIN_ROWS, SAMPLE_FLOPS / fmax(flops / (double)(count ? count : 1), 1));
    at.step = wanted < (double)count ? (int64_t)((double)count / wanted) : 1;
    return at.step > 1 ? (at.next = -(int64_t)(seed % (uint64_t)at.step), at) : at;
}

/* Takes the next band; false when all have been. The first and the last row are always among them.
 */
static bool next_band(rows *at, int64_t *row0, int64_t *row1) {
    if (at->next >= at->count)
        return false;
    *row0 = at->next < 0 ? 0 : at->next;
    *row1 = *row0 + at->band < at->count ? *row0 + at->band : at->count;
    bool last = *row1 == at->count;
    at->next = at->step > 1 ? at->next + at->step : *row1;
    if (at->next >= at->count && !last)
        at->next = at->count - 1;
    return true;
}

/* What is granted to one claim widens its bounds: the slack everywhere, and one channel altogether.
 */
static void grant(const bench_claim *claim, const brg_shape *shape, const double *bound,
                  int64_t count, double *granted) {
    int64_t channels = shape->dims[shape->rank - 1];
    double factor = claim->factor > 0 ? claim->factor : 1;
    for (int64_t i = 0; i < count; i++) {
        bool ignored = claim->ignore > 0 && i % channels == claim->ignore - 1;
        granted[i] = ignored ? INFINITY : factor * bound[i] + claim->slack;
    }
}

typedef struct band {
    double *expected, *bound, *granted;
} band;

static void compare(const brg_op *op, const brg_call *call, const band *values, int64_t row0,
                    int64_t row1, bench_claim *claims, int32_t count) {
    const brg_shape *shape = &call->output;
    int64_t row = row_elements(shape), elements = (row1 - row0) * row;
    size_t offset = (size_t)(row0 * row) * brg_dtype_size(shape->dtype);
    op->oracle(call, row0, row1, values->expected, values->bound);
    for (int32_t i = 0; i < count; i++) {
        grant(&claims[i], shape, values->bound, elements, values->granted);
        brg_verdict_compare_rows(&claims[i].verdict, shape, row0, row1 - row0,
                                 (const char *)claims[i].got + offset, values->expected,
                                 values->granted);
    }
}

static brg_status judge_rows(cli_session *session, const brg_op *op, const brg_call *call, rows at,
                             bench_claim *claims, int32_t count, brg_error *error) {
    size_t elements = (size_t)(at.band * row_elements(&call->output)) + 1;
    double *room = malloc(3 * elements * sizeof *room);
    if (!room)
        return brg_fail(error, BRG_E_MEMORY, "no memory to check the peers' results");
    const band values = {room, room + elements, room + 2 * elements};
    int64_t row0, row1;
    brg_status status = BRG_OK;
    while (status == BRG_OK && next_band(&at, &row0, &row1)) {
        compare(op, call, &values, row0, row1, claims, count);
        if (cli_session_interrupted(session))
            status = brg_fail(error, BRG_E_CANCELLED, "interrupted");
    }
    free(room);
    return status;
}

brg_status bench_judge(cli_session *session, const brg_op *op, const brg_call *call,
                       brg_verify_policy policy, uint64_t seed, bench_claim *claims, int32_t count,
                       brg_error *error) {
    brg_cost cost;
    op->cost(call, &cost);
    policy = settle(policy, op, cost.flops);
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < count; i++)
        brg_verdict_begin(&claims[i].verdict, policy, &call->output);
    if (policy == BRG_VERIFY_FREIVALDS)
        for (int32_t i = 0; i < count && status == BRG_OK; i++)
            status = op->probe(call, claims[i].got, seed, &claims[i].verdict, error);
    else if (policy != BRG_VERIFY_NONE && count > 0)
        status = judge_rows(session, op, call, choose_rows(call, policy, cost.flops, seed), claims,
                            count, error);
    for (int32_t i = 0; i < count; i++)
        brg_verdict_end(&claims[i].verdict);
    return status;
}
