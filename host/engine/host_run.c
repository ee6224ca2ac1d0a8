/* Runs the sequential loops of a job's stages, band by band. */
#include "engine/host_run.h"

#include <math.h>
#include <stdlib.h>

#include "brigade/trace.h"

struct brg_host_run {
    const brg_work *work;
    int32_t calls;
    int32_t call, stage; /* where it is */
    int64_t row;
    double ns_per_row; /* of the stage, as seen so far; 0: not known */
    brg_tensor *outputs[BRG_MAX_STAGES];
};

static brg_status make_outputs(brg_host_run *run, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t s = 0; s < run->work->count && status == BRG_OK; s++)
        status =
            brg_tensor_create(&run->work->stages[s].call.output, NULL, &run->outputs[s], error);
    return status;
}

brg_status brg_host_run_create(const brg_work *work, int32_t calls, brg_host_run **out,
                               brg_error *error) {
    *out = NULL;
    brg_host_run *run = calloc(1, sizeof *run);
    if (!run)
        return brg_fail(error, BRG_E_MEMORY, "no memory to run a job");
    run->work = work;
    run->calls = calls;
    brg_status status = make_outputs(run, error);
    if (status != BRG_OK) {
        brg_host_run_destroy(run);
        return status;
    }
    *out = run;
    return BRG_OK;
}

void brg_host_run_destroy(brg_host_run *run) {
    if (!run)
        return;
    for (int32_t s = 0; s < BRG_MAX_STAGES; s++)
        brg_tensor_release(run->outputs[s]);
    free(run);
}

void brg_host_run_restart(brg_host_run *run) {
    run->call = run->stage = 0;
    run->row = 0;
    run->ns_per_row = 0;
}

static int64_t rows_of(const brg_host_run *run) {
    return run->work->stages[run->stage].call.output.dims[0];
}

/* The first band of work that nothing is known of is a single row. */
static int64_t rows_of_band(const brg_host_run *run, double budget_ns) {
    const brg_work_stage *stage = &run->work->stages[run->stage];
    int64_t left = rows_of(run) - run->row;
    brg_cost cost = {0, 0};
    stage->op->cost(&stage->call, &cost);
    if (fmax(cost.flops, cost.bytes) < budget_ns)
        return left; /* a nanosecond for each flop or byte: no loop is as slow */
    double rows = run->ns_per_row > 0 ? floor(budget_ns / run->ns_per_row) : 1;
    return rows >= (double)left ? left : rows < 1 ? 1 : (int64_t)rows;
}

static void compute(brg_host_run *run, int64_t rows) {
    const brg_work_stage *stage = &run->work->stages[run->stage];
    brg_call call = stage->call;
    if (run->stage > 0)
        call.data[0] = brg_tensor_data(run->outputs[run->stage - 1]);
    /* nobody else has seen the output yet */
    void *output = (void *)(uintptr_t)brg_tensor_data(run->outputs[run->stage]);
    uint64_t began = brg_now_ns();
    if (rows > 0)
        stage->op->sequential(&call, run->row, run->row + rows, output);
    run->ns_per_row = (double)(brg_now_ns() - began) / (double)(rows > 0 ? rows : 1);
    run->row += rows;
}

/* Past the stages, and then past the calls, whose rows are all done. */
static void move_on(brg_host_run *run) {
    if (run->row < rows_of(run))
        return;
    run->row = 0;
    run->ns_per_row = 0;
    if (++run->stage < run->work->count)
        return;
    run->stage = 0;
    run->call++;
}

bool brg_host_run_step(brg_host_run *run, double budget_ns) {
    uint64_t began = brg_now_ns();
    while (run->call < run->calls) {
        double left_ns = budget_ns - (double)(brg_now_ns() - began);
        if (left_ns < 0)
            return false;
        compute(run, rows_of_band(run, left_ns));
        move_on(run);
    }
    return true;
}

double brg_host_run_progress(const brg_host_run *run) {
    double rows = (double)rows_of(run);
    double in_stage = rows > 0 && run->call < run->calls ? (double)run->row / rows : 0;
    return (run->call + (run->stage + in_stage) / run->work->count) / run->calls;
}

brg_tensor *brg_host_run_output(const brg_host_run *run, int32_t stage) {
    return run->outputs[stage];
}
