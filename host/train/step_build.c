/* Launches of training steps, one by one. See step_build.h. */
#include "train/step_build.h"

#include <string.h>

#include "ops/ops.h"

brg_view brg_build_take(brg_builder *b, int64_t count) {
    brg_view v = {BRG_BUFFER_SCRATCH(0), b->arena, count};
    b->arena += brg_layer_aligned(count);
    return v;
}

brg_view brg_view_part(brg_view whole, int64_t offset, int64_t count) {
    return (brg_view){whole.buffer, whole.offset + offset, count};
}

void brg_build_view(brg_launch *launch, brg_view v) {
    brg_arg_view(launch, v.buffer, (size_t)v.offset * sizeof(float),
                 (size_t)v.count * sizeof(float));
}

/* ---- kernels of train.cl ---------------------------------------------------------------------- */

bool brg_build_on_cpu(const brg_builder *b) {
    return b->device->kind == BRG_DEVICE_CPU;
}

brg_launch *brg_build_begin(brg_builder *b, const char *kernel, double bytes) {
    brg_launch *launch = brg_plan_add(b->plan, "train", kernel);
    if (!brg_build_on_cpu(b))
        brg_launch_option(launch, "-DLANES=1");
    launch->share = bytes / 20e9 + 2e-6; /* seconds, roughly */
    return launch;
}

void brg_build_items(brg_builder *b, brg_launch *launch, int64_t items) {
    brg_launch_range(launch, 0, items,
                     brg_row_group(b->device) > 1 && !brg_build_on_cpu(b) ? 64 : 1);
    brg_arg_first(launch);
}

void brg_build_shares(brg_builder *b, brg_launch *launch, int64_t count) {
    int64_t items = 8 * (int64_t)b->device->compute_units;
    int64_t share = brg_build_on_cpu(b) ? (count + items - 1) / items : 1;
    brg_arg_i32(launch, share);
    brg_build_items(b, launch, (count + share - 1) / share);
}

/* Elements for each item of an elementwise kernel: whole vectors, and several items for each unit. */
static int64_t run_of(const brg_builder *b, int64_t count) {
    if (!brg_build_on_cpu(b))
        return 1;
    int64_t items = 4 * (int64_t)b->device->compute_units;
    int64_t run = (count + items - 1) / items;
    return run < 2048 ? 2048 : (run + 15) / 16 * 16;
}

void brg_build_run(brg_builder *b, brg_launch *launch, int64_t count, bool counts_rounds) {
    int64_t run = run_of(b, count);
    brg_arg_i32(launch, run);
    if (counts_rounds)
        brg_arg_round(launch);
    brg_build_items(b, launch, (count + run - 1) / run);
}

void brg_build_copy(brg_builder *b, brg_view from, brg_view to) {
    brg_launch *launch = brg_build_begin(b, "train_copy", 8.0 * (double)from.count);
    brg_build_view(launch, from);
    brg_build_view(launch, to);
    brg_arg_i32(launch, from.count);
    brg_build_run(b, launch, from.count, false);
}

void brg_build_clear(brg_builder *b, brg_view to) {
    brg_launch *launch = brg_build_begin(b, "train_clear", 4.0 * (double)to.count);
    brg_build_view(launch, to);
    brg_arg_i32(launch, to.count);
    brg_build_run(b, launch, to.count, false);
}

/* ---- launches of other ops -------------------------------------------------------------------- */

static brg_view place_of(const brg_places *p, int32_t buffer) {
    if (buffer == BRG_BUFFER_OUTPUT)
        return p->output;
    return buffer >= BRG_BUFFER_SCRATCH(0) ? p->scratch[buffer - BRG_BUFFER_SCRATCH(0)]
                                           : p->inputs[buffer];
}

/* A launch of another op's, on this plan's buffers. */
static void adopt(brg_builder *b, const brg_launch *launch, const brg_places *p, double seconds) {
    brg_launch *added = brg_plan_add(b->plan, launch->program, launch->kernel);
    *added = *launch;
    added->rows_per_item = 0;
    added->share = launch->share * seconds;
    for (int32_t i = 0; i < added->arg_count; i++) {
        brg_arg *arg = &added->args[i];
        if (arg->kind != BRG_ARG_BUFFER)
            continue;
        brg_view v = place_of(p, arg->value.buffer);
        arg->value.buffer = v.buffer;
        arg->offset = (size_t)v.offset * sizeof(float);
        arg->bytes = (size_t)v.count * sizeof(float);
    }
}

static brg_status plan_as(brg_builder *b, const brg_op *op, const brg_call *call,
                          const brg_places *p, const char *variant, brg_plan *plan) {
    brg_plan_release(plan);
    brg_plan_begin(plan, op, b->device);
    return p->descent ? brg_gemm_plan_in_place(call, p->descent, variant, b->device, plan, b->error)
                      : op->plan(call, variant, b->device, plan, b->error);
}

/* Winograd's convolutions have larger errors than the oracle of a step allows for. */
static brg_status plan_other(brg_builder *b, const brg_op *op, const brg_call *call,
                             const brg_places *p, brg_plan *plan) {
    brg_plan_begin(plan, op, b->device);
    brg_status status = plan_as(b, op, call, p, b->naive ? "naive" : NULL, plan);
    if (status == BRG_OK && strncmp(plan->variant, "winograd", 8) == 0)
        status = plan_as(b, op, call, p, "direct", plan);
    if (status == BRG_E_UNSUPPORTED)
        status = plan_as(b, op, call, p, "naive", plan);
    return status;
}

void brg_build_splice(brg_builder *b, const brg_op *op, brg_call *call, brg_places *p) {
    brg_plan plan;
    brg_cost cost;
    if (b->status != BRG_OK)
        return;
    b->status = op->check(call, &call->output, b->error);
    if (b->status != BRG_OK)
        return;
    op->cost(call, &cost);
    b->status = plan_other(b, op, call, p, &plan);
    if (b->status == BRG_OK) {
        brg_plan_settle(&plan);
        for (int32_t i = 0; i < plan.scratch_count; i++)
            p->scratch[i] = brg_build_take(b, (int64_t)(plan.scratch[i] + 3) / 4);
        if (plan.zero_output)
            brg_build_clear(b, p->output);
        for (int32_t i = 0; i < plan.launch_count; i++)
            adopt(b, &plan.launches[i], p, cost.flops / 100e9 + 2e-6);
    }
    brg_plan_release(&plan);
}
