/* Stages: planning them, and handing their kernels what they work on. See stage.h. */
#include "device/stage.h"

#include <stdlib.h>

#include "ops/ops.h"

/* The tunables: what the job says, else what is known of the device, else the op's defaults. A file of
 * tuned values may hold anything: what is no choice is passed over. */
static void tune(const brg_context *context, const brg_work_stage *work, const brg_cost *cost,
                 brg_plan *plan) {
    const brg_op *op = work->op;
    for (int32_t i = 0; i < op->tunable_count && i < BRG_MAX_TUNABLES; i++) {
        int32_t known;
        if (work->has_tuned)
            plan->tuned[i] = work->tuned[i];
        else if (brg_tuning_get(context->tuning, &context->info, op->name, brg_size_class_of(cost),
                                op->tunables[i].name, &known) &&
                 brg_tunable_takes(&op->tunables[i], known))
            plan->tuned[i] = known;
    }
}

brg_status brg_device_stage_plan(brg_device_stage *planned, const brg_context *context,
                                 brg_error *error) {
    const brg_work_stage *work = planned->work;
    brg_plan *plan = &planned->plan;
    const brg_device_info device = brg_context_device(context);
    brg_cost cost = {0, 0};
    work->op->cost(&work->call, &cost);
    brg_plan_begin(plan, work->op, &device);
    tune(context, work, &cost, plan);
    brg_status status =
        work->op->plan(&work->call, work->variant[0] ? work->variant : NULL, &device, plan, error);
    if (status != BRG_OK)
        return status;
    status = brg_plan_check(plan, work->call.input_count, error);
    if (status != BRG_OK)
        return status;
    brg_plan_settle(plan);
    planned->cost = brg_cost_figure(&cost);
    return BRG_OK;
}

static cl_mem buffer_of(const brg_buffer *buffers, const brg_device_stage *planned, int32_t id) {
    int32_t index = id >= BRG_BUFFER_SCRATCH(0) ? planned->scratch[id - BRG_BUFFER_SCRATCH(0)]
                    : id == BRG_BUFFER_OUTPUT   ? planned->output
                                                : planned->inputs[id];
    return buffers[index].memory;
}

/* What a launch is given of a buffer: all, or a part that is kept until the stage is released. */
static brg_status view_of(const brg_buffer *buffers, brg_device_stage *planned, const brg_arg *arg,
                          cl_mem *memory, brg_error *error) {
    cl_buffer_region region = {arg->offset, arg->bytes};
    cl_int code;
    *memory = buffer_of(buffers, planned, arg->value.buffer);
    if (arg->bytes == 0)
        return BRG_OK;
    if (planned->view_count == planned->view_room) {
        int32_t room = 2 * planned->view_room + 16;
        cl_mem *views = realloc(planned->views, (size_t)room * sizeof *views);
        if (!views)
            return brg_fail(error, BRG_E_MEMORY, "no memory for the kernels' arguments");
        planned->views = views;
        planned->view_room = room;
    }
    *memory = clCreateSubBuffer(*memory, 0, CL_BUFFER_CREATE_TYPE_REGION, &region, &code);
    if (code != CL_SUCCESS)
        return brg_cl_fail(error, "clCreateSubBuffer", code);
    planned->views[planned->view_count++] = *memory;
    return BRG_OK;
}

static brg_status set_buffer(const brg_buffer *buffers, brg_device_stage *planned, cl_kernel kernel,
                             cl_uint index, const brg_arg *arg, brg_error *error) {
    cl_mem memory;
    brg_status status = view_of(buffers, planned, arg, &memory, error);
    if (status != BRG_OK)
        return status;
    cl_int code = clSetKernelArg(kernel, index, sizeof memory, &memory);
    return code == CL_SUCCESS ? BRG_OK : brg_cl_fail(error, "clSetKernelArg", code);
}

static brg_status set_arg(const brg_buffer *buffers, brg_device_stage *planned, cl_kernel kernel,
                          cl_uint index, const brg_arg *arg, brg_error *error) {
    const cl_int zero = 0;
    cl_int code = CL_SUCCESS;
    switch (arg->kind) {
    case BRG_ARG_BUFFER:
        return set_buffer(buffers, planned, kernel, index, arg, error);
    case BRG_ARG_I32:
        code = clSetKernelArg(kernel, index, sizeof(cl_int), &arg->value.i32);
        break;
    case BRG_ARG_I64:
        code = clSetKernelArg(kernel, index, sizeof(cl_long), &arg->value.i64);
        break;
    case BRG_ARG_F64:
        code = clSetKernelArg(kernel, index, sizeof(cl_double), &arg->value.f64);
        break;
    case BRG_ARG_F32:
        code = clSetKernelArg(kernel, index, sizeof(cl_float), &arg->value.f32);
        break;
    case BRG_ARG_LOCAL:
        code = clSetKernelArg(kernel, index, arg->value.bytes, NULL);
        break;
    case BRG_ARG_FIRST:
    case BRG_ARG_ROUND:
        code = clSetKernelArg(kernel, index, sizeof zero, &zero);
        break;
    }
    return code == CL_SUCCESS ? BRG_OK : brg_cl_fail(error, "clSetKernelArg", code);
}

brg_status brg_device_stage_prepare(brg_device_stage *planned, brg_context *context,
                                    const brg_buffer *buffers, const brg_program_paths *paths,
                                    brg_error *error) {
    size_t count = (size_t)planned->plan.launch_count;
    planned->kernels = calloc(count ? count : 1, sizeof *planned->kernels);
    if (!planned->kernels)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a job's kernels");
    for (int32_t l = 0; l < planned->plan.launch_count; l++) {
        const brg_launch *launch = &planned->plan.launches[l];
        brg_status status = brg_program_kernel(context, paths, launch, &planned->kernels[l], error);
        for (int32_t a = 0; a < launch->arg_count && status == BRG_OK; a++)
            status =
                set_arg(buffers, planned, planned->kernels[l], (cl_uint)a, &launch->args[a], error);
        if (status != BRG_OK)
            return status;
    }
    return BRG_OK;
}

void brg_device_stage_release(brg_device_stage *released) {
    for (int32_t l = 0; released->kernels && l < released->plan.launch_count; l++)
        if (released->kernels[l])
            clReleaseKernel(released->kernels[l]);
    for (int32_t v = 0; v < released->view_count; v++)
        clReleaseMemObject(released->views[v]);
    free(released->kernels);
    free(released->views);
    brg_plan_release(&released->plan);
}
