/* Roofs. See roofs.h. */
#include "workbench/roofs.h"

#include <math.h>
#include <stdio.h>

static const double budget_ms = 400;
enum { REPEATS = 30 };

double brg_roofline_reach(const brg_roofline *roofline, double flops_per_byte) {
    return fmin(roofline->gflops, roofline->gbps * flops_per_byte);
}

/* Hands the probe of one roof to the engine. */
static brg_status submit(brg_roofs *roofs, brg_app *app, brg_error *error) {
    char spec[16];
    uint32_t units;
    brg_example call = {0};
    const brg_op *op = brg_roof_op(roofs->step);
    const brg_device_info *device = brg_app_device_at(app, roofs->device, &units);
    brg_status status = BRG_OK;
    if (!device)
        return brg_fail(error, BRG_E_NO_DEVICE, "There is no device to measure.");
    if (!brg_engine_op(app->engine, op->name))
        status = brg_engine_add_op(app->engine, op, error);
    if (status == BRG_OK)
        status = brg_roof_make(roofs->step, device, units, &call, error);
    brg_stage stage = {
        .op = op->name, .params = call.params, .inputs = {call.inputs[0]}, .input_count = 1};
    brg_job_desc desc = {.stages = &stage,
                         .stage_count = 1,
                         .label = op->summary,
                         .device = brg_app_device_spec_at(roofs->device, spec),
                         .repeats = REPEATS,
                         .repeat_budget_ms = budget_ms};
    if (status == BRG_OK)
        status = brg_app_submit(app, &desc, &roofs->job, error);
    brg_example_release(&call);
    return status;
}

static void begin(brg_roofs *roofs, brg_app *app, brg_roof step) {
    brg_error error = {0};
    roofs->step = step;
    roofs->measuring = submit(roofs, app, &error) == BRG_OK;
    if (!roofs->measuring)
        brg_app_fail(app, "the roofs", &error);
}

void brg_roofs_measure(brg_roofs *roofs, brg_app *app, int device) {
    if (roofs->measuring)
        return;
    roofs->device = device;
    roofs->of[device].known = false;
    begin(roofs, app, BRG_ROOF_PEAK);
}

/* The best of many runs: a roof is what can be reached at most. One that did not compute what it
 * should is no roof. */
static bool note(brg_roofs *roofs, const brg_result *result) {
    brg_roofline *roofline = &roofs->of[roofs->device];
    bool right = result->state == BRG_JOB_DONE && result->verdict.outcome == BRG_PASSED &&
                 result->min.kernel > 0;
    if (right && roofs->step == BRG_ROOF_PEAK)
        roofline->gflops = result->cost.flops / result->min.kernel * 1e-6;
    if (right && roofs->step == BRG_ROOF_COPY)
        roofline->gbps = result->cost.bytes / result->min.kernel * 1e-6;
    return right;
}

static void finish(brg_roofs *roofs, brg_app *app) {
    brg_result result = {0};
    brg_error error = {0};
    roofs->measuring = false;
    bool right = brg_app_take(app, roofs->job, "the roofs", &result, &error) == BRG_OK &&
                 note(roofs, &result);
    brg_result_release(&result);
    if (!right)
        return;
    if (roofs->step == BRG_ROOF_PEAK) {
        begin(roofs, app, BRG_ROOF_COPY);
        return;
    }
    roofs->of[roofs->device].known = true;
    brg_log_note(&app->log, "Measured: %.0f GFLOP/s of multiply-adds, %.1f GB/s of copying.",
                 roofs->of[roofs->device].gflops, roofs->of[roofs->device].gbps);
}

void brg_roofs_update(brg_roofs *roofs, brg_app *app) {
    brg_job_view view;
    if (!roofs->measuring)
        return;
    if (!brg_app_watch(app, roofs->job, &view))
        roofs->measuring = false;
    else if (brg_job_state_ended(view.state))
        finish(roofs, app);
}

void brg_roofs_cancel(brg_roofs *roofs, brg_app *app) {
    if (roofs->measuring)
        brg_engine_cancel(app->engine, roofs->job);
}
