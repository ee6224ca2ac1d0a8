/* Verifies stage by stage, then times the baselines, a band of rows at a time.
 *
 * Each stage of a chain is checked against the oracle applied to what the device itself produced one stage
 * earlier, so that every stage is held to its own bound and errors need not be propagated. */
#include "verify/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "brigade/trace.h"
#include "verify/sample.h"
#include "verify/statistics.h"

typedef enum phase { PHASE_VERIFY, PHASE_SEQUENTIAL, PHASE_NAIVE, PHASE_DONE } phase;

enum { MAX_BAND_ELEMENTS = 1 << 20, MAX_SAMPLE_ROWS = 4096, MAX_PASSES = 1000 };
static const double FULL_LIMIT_FLOPS = 5e9;
static const double SAMPLE_FLOPS = 2e8;  /* about what a sample may cost in the oracle */
static const double VERIFY_BAND_MS = 10; /* the oracle is untimed: short bands keep the engine nimble */
static const double TIMED_BAND_MS = 40;  /* long enough that cutting a baseline costs it nothing */

/* A loop over the rows of one stage, in bands that adapt to a wanted length. */
typedef struct bands {
    int64_t row;
    int64_t rows; /* in the next band */
} bands;

struct brg_check {
    const brg_work *work;
    brg_check_policy policy;
    brg_tensor *const *outputs;
    brg_call calls[BRG_MAX_STAGES]; /* with every input's data filled in */
    phase phase;
    int32_t stage;
    bands at;
    double *expected, *bound; /* of a band */
    int64_t *sample;          /* rows to compare in the current stage; NULL: all */
    int64_t sample_count, sample_next;
    brg_verdict stage_verdict;
    void *scratch[BRG_MAX_STAGES]; /* the baseline's outputs */
    double pass_ms;                /* the current pass of a baseline so far */
    double spent_ms;               /* all passes of it */
    double *passes;
    int32_t pass_count;
    brg_check_result result;
};

static const brg_shape *output_shape(const brg_check *check, int32_t s) {
    return &check->work->stages[s].call.output;
}

static int64_t row_elements(const brg_shape *shape) {
    int64_t count = 1;
    for (int32_t d = 1; d < shape->rank; d++)
        count *= shape->dims[d];
    return count;
}

static double elapsed_ms(uint64_t since_ns) {
    return (double)(brg_now_ns() - since_ns) * 1e-6;
}

brg_verify_policy brg_verify_policy_settle(brg_verify_policy policy, const brg_work *work) {
    if (policy != BRG_VERIFY_DEFAULT)
        return policy;
    return brg_work_cost(work).flops <= FULL_LIMIT_FLOPS ? BRG_VERIFY_FULL : BRG_VERIFY_SAMPLE;
}

/* ---- creation ---------------------------------------------------------------------------------- */

static brg_status check_policy(const brg_check *check, brg_error *error) {
    for (int32_t s = 0; s < check->work->count; s++) {
        const brg_op *op = check->work->stages[s].op;
        if (check->policy.verify == BRG_VERIFY_FREIVALDS && !op->probe)
            return brg_fail(error, BRG_E_UNSUPPORTED,
                            "op '%s' has no Freivalds check: use full or sample", op->name);
        if (check->policy.verify != BRG_VERIFY_NONE && !check->outputs[s])
            return brg_fail(error, BRG_E_INTERNAL, "the output of stage %d was not kept", s);
    }
    return BRG_OK;
}

static void fill_calls(brg_check *check) {
    for (int32_t s = 0; s < check->work->count; s++) {
        check->calls[s] = check->work->stages[s].call;
        check->calls[s].variant = check->policy.variants ? check->policy.variants[s] : NULL;
        if (s > 0)
            check->calls[s].data[0] =
                check->outputs[s - 1] ? brg_tensor_data(check->outputs[s - 1]) : NULL;
    }
}

/* Room for a band: as many elements as make a good band, but at least one row. */
static size_t band_capacity(const brg_check *check) {
    int64_t most = MAX_BAND_ELEMENTS;
    for (int32_t s = 0; s < check->work->count; s++)
        if (row_elements(output_shape(check, s)) > most)
            most = row_elements(output_shape(check, s));
    return (size_t)most;
}

static brg_status allocate(brg_check *check, brg_error *error) {
    size_t capacity = band_capacity(check);
    check->expected = malloc(capacity * sizeof check->expected[0]);
    check->bound = malloc(capacity * sizeof check->bound[0]);
    check->sample = malloc(MAX_SAMPLE_ROWS * sizeof check->sample[0]);
    check->passes = malloc(MAX_PASSES * sizeof check->passes[0]);
    if (!check->expected || !check->bound || !check->sample || !check->passes)
        return brg_fail(error, BRG_E_MEMORY, "no memory to verify the result");
    return BRG_OK;
}

static void begin_stage(brg_check *check);
static void begin_phase(brg_check *check, phase next);

brg_status brg_check_create(const brg_work *work, brg_tensor *const *outputs,
                            const brg_check_policy *policy, brg_check **out, brg_error *error) {
    *out = NULL;
    brg_check *check = calloc(1, sizeof *check);
    if (!check)
        return brg_fail(error, BRG_E_MEMORY, "no memory to verify the result");
    check->work = work;
    check->outputs = outputs;
    check->policy = *policy;
    check->policy.verify = brg_verify_policy_settle(policy->verify, work);
    brg_status status = check_policy(check, error);
    if (status == BRG_OK)
        status = allocate(check, error);
    if (status != BRG_OK) {
        brg_check_destroy(check);
        return status;
    }
    fill_calls(check);
    check->result.sequential = check->result.naive = (brg_baseline){-1, -1, 0};
    brg_verdict_begin(&check->result.verdict, check->policy.verify,
                      output_shape(check, work->count - 1));
    begin_phase(check, check->policy.verify == BRG_VERIFY_NONE ? PHASE_SEQUENTIAL : PHASE_VERIFY);
    *out = check;
    return BRG_OK;
}

static void release_scratch(brg_check *check) {
    for (int32_t s = 0; s < BRG_MAX_STAGES; s++) {
        free(check->scratch[s]);
        check->scratch[s] = NULL;
    }
}

void brg_check_destroy(brg_check *check) {
    if (!check)
        return;
    release_scratch(check);
    free(check->expected);
    free(check->bound);
    free(check->sample);
    free(check->passes);
    free(check);
}

/* ---- phases ------------------------------------------------------------------------------------ */

static bool phase_is_wanted(const brg_check *check, phase candidate) {
    if (candidate == PHASE_SEQUENTIAL)
        return (check->policy.baselines & BRG_BASELINE_SEQUENTIAL) != 0;
    if (candidate != PHASE_NAIVE)
        return true;
    bool all = (check->policy.baselines & BRG_BASELINE_NAIVE) != 0;
    for (int32_t s = 0; s < check->work->count; s++)
        all = all && check->work->stages[s].op->naive;
    return all;
}

static void begin_phase(brg_check *check, phase next) {
    while (!phase_is_wanted(check, next))
        next++;
    release_scratch(check);
    check->phase = next;
    check->stage = 0;
    check->pass_count = 0;
    check->pass_ms = check->spent_ms = 0;
    begin_stage(check);
}

/* A sample costs about SAMPLE_FLOPS, and at least 16 rows. */
static int64_t sample_size(const brg_check *check, int64_t rows) {
    brg_cost cost = {0, 0};
    const brg_work_stage *stage = &check->work->stages[check->stage];
    stage->op->cost(&stage->call, &cost);
    double flops_per_row = fmax(cost.flops, 1) / (double)rows;
    double wanted = fmin(fmax(SAMPLE_FLOPS / flops_per_row, 16), MAX_SAMPLE_ROWS);
    return (int64_t)wanted;
}

static void begin_stage(brg_check *check) {
    const brg_shape *shape = output_shape(check, check->stage);
    check->at = (bands){0, 1};
    if (check->phase == PHASE_SEQUENTIAL && shape->dims[0] > 16)
        check->at.rows = shape->dims[0] / 64 > 16 ? shape->dims[0] / 64 : 16;
    if (check->phase != PHASE_VERIFY)
        return;
    brg_verdict_begin(&check->stage_verdict, check->policy.verify, shape);
    check->stage_verdict.stage = check->stage;
    check->sample_count = check->sample_next = 0;
    if (check->policy.verify == BRG_VERIFY_SAMPLE && shape->dims[0] > 0)
        check->sample_count = brg_sample_rows(shape->dims[0], check->policy.seed,
                                              sample_size(check, shape->dims[0]), check->sample);
}

/* ---- verification ------------------------------------------------------------------------------ */

static void compare(brg_check *check, int64_t row0, int64_t rows) {
    int32_t s = check->stage;
    const brg_shape *shape = output_shape(check, s);
    size_t offset = (size_t)(row0 * row_elements(shape)) * brg_dtype_size(shape->dtype);
    const char *got = brg_tensor_data(check->outputs[s]);
    check->work->stages[s].op->oracle(&check->calls[s], row0, row0 + rows, check->expected,
                                      check->bound);
    brg_verdict_compare_rows(&check->stage_verdict, shape, row0, rows, got + offset,
                             check->expected, check->bound);
}

static int64_t band_limit(const brg_shape *shape, int64_t rows_left) {
    int64_t width = row_elements(shape), fits = width ? MAX_BAND_ELEMENTS / width : rows_left;
    fits = fits < 1 ? 1 : fits;
    return fits < rows_left ? fits : rows_left;
}

/* The next band is as much longer as this one was short, at most fourfold. */
static void adapt(bands *at, double took_ms, double wanted_ms) {
    double factor = fmin(wanted_ms / fmax(took_ms, 1e-6), 4);
    double rows = floor((double)at->rows * factor);
    at->rows = rows < 1 ? 1 : (int64_t)rows;
}

/* Returns whether the stage is finished. */
static bool verify_band(brg_check *check) {
    const brg_shape *shape = output_shape(check, check->stage);
    int64_t limit = band_limit(shape, shape->dims[0] - check->at.row);
    int64_t rows = check->at.rows < limit ? check->at.rows : limit;
    uint64_t began = brg_now_ns();
    if (rows > 0 && row_elements(shape) > 0)
        compare(check, check->at.row, rows);
    adapt(&check->at, elapsed_ms(began), VERIFY_BAND_MS);
    check->at.row += rows;
    return check->at.row >= shape->dims[0] || row_elements(shape) == 0;
}

static bool verify_sample(brg_check *check) {
    uint64_t began = brg_now_ns();
    while (check->sample_next < check->sample_count && elapsed_ms(began) < VERIFY_BAND_MS)
        compare(check, check->sample[check->sample_next++], 1);
    return check->sample_next >= check->sample_count;
}

static brg_status verify_step(brg_check *check, bool *stage_done, brg_error *error) {
    const brg_work_stage *stage = &check->work->stages[check->stage];
    *stage_done = true;
    if (check->policy.verify == BRG_VERIFY_FREIVALDS)
        return stage->op->probe(&check->calls[check->stage],
                                brg_tensor_data(check->outputs[check->stage]), check->policy.seed,
                                &check->stage_verdict, error);
    *stage_done = check->policy.verify == BRG_VERIFY_SAMPLE ? verify_sample(check)
                                                            : verify_band(check);
    return BRG_OK;
}

static void end_verify_stage(brg_check *check) {
    brg_verdict_end(&check->stage_verdict);
    if (check->stage == 0)
        check->result.verdict = check->stage_verdict;
    else
        brg_verdict_merge(&check->result.verdict, &check->stage_verdict);
}

/* ---- baselines --------------------------------------------------------------------------------- */

static brg_baseline *current_baseline(brg_check *check) {
    return check->phase == PHASE_SEQUENTIAL ? &check->result.sequential : &check->result.naive;
}

/* The output is touched before it is timed: page faults are not the loop's fault. */
static brg_status touch_scratch(brg_check *check, brg_error *error) {
    if (check->scratch[check->stage])
        return BRG_OK;
    size_t bytes = 0;
    brg_shape_size(output_shape(check, check->stage), NULL, &bytes, NULL);
    void *scratch = malloc(bytes + 64);
    if (!scratch)
        return brg_fail(error, BRG_E_MEMORY, "no memory to time the baseline");
    memset(scratch, 0x55, bytes + 64);
    check->scratch[check->stage] = scratch;
    return BRG_OK;
}

static void run_band(brg_check *check, int64_t rows) {
    int32_t s = check->stage;
    const brg_op *op = check->work->stages[s].op;
    brg_call call = check->calls[s];
    if (s > 0)
        call.data[0] = check->scratch[s - 1];
    int64_t row0 = check->at.row;
    uint64_t began = brg_now_ns();
    if (check->phase == PHASE_SEQUENTIAL)
        op->sequential(&call, row0, row0 + rows, check->scratch[s]);
    else
        op->naive(&call, row0, row0 + rows, check->scratch[s]);
    double took = elapsed_ms(began);
    check->pass_ms += took;
    check->spent_ms += took;
    adapt(&check->at, took, TIMED_BAND_MS);
    check->at.row = row0 + rows;
}

static bool over_budget(const brg_check *check) {
    return check->spent_ms > check->policy.baseline_budget_ms;
}

/* A single pass cut short by the budget is scaled to all rows; only single-stage work can be. */
static void cut_short(brg_check *check) {
    int64_t rows = output_shape(check, check->stage)->dims[0];
    double fraction = (double)check->at.row / (double)(rows > 0 ? rows : 1);
    *current_baseline(check) =
        (brg_baseline){check->pass_ms / fraction, check->pass_ms / fraction, fraction};
}

static void end_pass(brg_check *check) {
    brg_baseline *baseline = current_baseline(check);
    check->passes[check->pass_count++] = check->pass_ms;
    check->pass_ms = 0;
    int32_t skip = check->pass_count > 1; /* the first pass warms the caches */
    int32_t count = check->pass_count - skip;
    baseline->median_ms = brg_median(check->passes + skip, count);
    baseline->min_ms = brg_minimum(check->passes + skip, count);
    baseline->fraction = 1;
}

/* More passes only while they are cheap beside the budget. */
static bool wants_another_pass(const brg_check *check) {
    int32_t wanted = check->policy.repeats > 1 ? check->policy.repeats + 1 : 2;
    double next = check->spent_ms * (check->pass_count + 1) / check->pass_count;
    return check->pass_count < wanted && check->pass_count < MAX_PASSES &&
           next < fmin(check->policy.baseline_budget_ms, 500);
}

/* Returns whether the phase is over. */
static brg_status baseline_step(brg_check *check, bool *phase_done, brg_error *error) {
    brg_status status = touch_scratch(check, error);
    if (status != BRG_OK)
        return status;
    const brg_shape *shape = output_shape(check, check->stage);
    int64_t left = shape->dims[0] - check->at.row;
    if (left > 0)
        run_band(check, check->at.rows < left ? check->at.rows : left);
    bool stage_done = check->at.row >= shape->dims[0];
    *phase_done = false;
    if (!stage_done && check->pass_count == 0 && check->work->count == 1 && over_budget(check)) {
        cut_short(check);
        *phase_done = true;
    } else if (stage_done && check->stage + 1 < check->work->count) {
        check->stage++;
        begin_stage(check);
    } else if (stage_done) {
        end_pass(check);
        check->stage = 0;
        begin_stage(check);
        *phase_done = !wants_another_pass(check);
    }
    return BRG_OK;
}

/* ---- stepping ---------------------------------------------------------------------------------- */

static brg_status step_verify(brg_check *check, brg_error *error) {
    bool stage_done;
    uint64_t began = brg_now_ns();
    brg_status status = verify_step(check, &stage_done, error);
    check->result.verify_ms += elapsed_ms(began);
    if (status != BRG_OK || !stage_done)
        return status;
    end_verify_stage(check);
    if (++check->stage < check->work->count)
        begin_stage(check);
    else
        begin_phase(check, PHASE_SEQUENTIAL);
    return BRG_OK;
}

static brg_status step_baseline(brg_check *check, brg_error *error) {
    bool phase_done;
    brg_status status = baseline_step(check, &phase_done, error);
    if (status == BRG_OK && phase_done)
        begin_phase(check, check->phase + 1);
    return status;
}

brg_status brg_check_step(brg_check *check, bool *done, brg_error *error) {
    brg_status status = BRG_OK;
    if (check->phase == PHASE_VERIFY)
        status = step_verify(check, error);
    else if (check->phase != PHASE_DONE)
        status = step_baseline(check, error);
    *done = check->phase == PHASE_DONE;
    return status;
}

bool brg_check_is_empty(const brg_check *check) {
    return check->phase == PHASE_DONE;
}

const char *brg_check_phase(const brg_check *check) {
    static const char *const names[] = {"verify", "sequential", "naive", "done"};
    return names[check->phase];
}

double brg_check_progress(const brg_check *check) {
    if (check->phase == PHASE_DONE)
        return 1;
    int64_t rows = output_shape(check, check->stage)->dims[0];
    double in_stage = rows > 0 ? (double)check->at.row / (double)rows : 1;
    double in_phase = (check->stage + in_stage) / check->work->count;
    return (check->phase + in_phase) / PHASE_DONE;
}

const brg_check_result *brg_check_outcome(const brg_check *check) {
    return &check->result;
}
