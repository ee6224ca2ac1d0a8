/* Runs the planned launches of a job on one device.
 *
 *   copy:      tensor --write--> buffer --kernels--> buffer --read--> tensor     three queues, events
 *   zero copy: tensor == buffer ========kernels====> buffer == tensor            a map instead of a read
 *
 * Here an execution is planned, prepared and released; pieces.c walks through it. */
#include "device/execution.h"

#include <stdlib.h>

#include "device/execution_state.h"
#include "ops/ops.h"

/* ---- planning --------------------------------------------------------------------------------- */

static int32_t add_buffer(brg_execution *execution, size_t bytes, const brg_tensor *tensor) {
    brg_buffer *added = &execution->buffers[execution->buffer_count];
    added->bytes = bytes ? bytes : 1; /* OpenCL has no empty buffers */
    added->tensor = brg_tensor_retain(tensor);
    return execution->buffer_count++;
}

/* The same tensor given twice is one buffer: two over the same host memory would be undefined. */
static int32_t input_buffer(brg_execution *execution, const brg_tensor *tensor) {
    for (int32_t i = 0; i < execution->buffer_count; i++)
        if (execution->buffers[i].tensor == tensor)
            return i;
    return add_buffer(execution, brg_tensor_bytes(tensor), tensor);
}

static void plan_inputs(brg_execution *execution, brg_device_stage *planned) {
    for (int32_t i = 0; i < planned->work->call.input_count; i++)
        planned->inputs[i] =
            planned->work->inputs[i] ? input_buffer(execution, planned->work->inputs[i]) : -1;
}

static brg_status plan_output(brg_execution *execution, int32_t s, brg_error *error) {
    brg_device_stage *planned = &execution->stages[s];
    const brg_shape *shape = &planned->work->call.output;
    size_t bytes;
    brg_status status = brg_shape_size(shape, NULL, &bytes, error);
    brg_tensor *tensor = NULL;
    if (status == BRG_OK && (execution->keep_stages || s == execution->stage_count - 1))
        status = brg_tensor_create(shape, NULL, &tensor, error);
    if (status != BRG_OK)
        return status;
    planned->output = add_buffer(execution, bytes, tensor);
    brg_tensor_release(tensor);
    if (s + 1 < execution->stage_count)
        execution->stages[s + 1].inputs[0] = planned->output;
    return BRG_OK;
}

static brg_status plan_stage(brg_execution *execution, brg_device_stage *planned,
                             brg_error *error) {
    brg_status status = brg_device_stage_plan(planned, execution->context, error);
    if (status != BRG_OK)
        return status;
    for (int32_t i = 0; i < planned->plan.scratch_count; i++)
        planned->scratch[i] = add_buffer(execution, planned->plan.scratch[i], NULL);
    execution->cost += planned->cost;
    return BRG_OK;
}

static void release_buffers(brg_execution *execution, bool abandon);

static brg_execution *new_execution(const brg_work *work, brg_context *context, bool keep_stages,
                                    int32_t calls) {
    brg_execution *execution =
        calloc(1, sizeof *execution + (size_t)work->count * sizeof execution->stages[0]);
    if (!execution)
        return NULL;
    execution->work = work;
    execution->context = context;
    execution->keep_stages = keep_stages;
    execution->calls = calls;
    execution->stage_count = work->count;
    for (int32_t s = 0; s < work->count; s++)
        execution->stages[s].work = &work->stages[s];
    return execution;
}

static brg_status plan_whole(brg_execution *execution, brg_error *error) {
    for (int32_t s = 0; s < execution->stage_count; s++)
        plan_inputs(execution, &execution->stages[s]);
    execution->input_buffers = execution->buffer_count;
    brg_status status = BRG_OK;
    for (int32_t s = 0; s < execution->stage_count && status == BRG_OK; s++) {
        status = plan_output(execution, s, error);
        if (status == BRG_OK)
            status = plan_stage(execution, &execution->stages[s], error);
    }
    return status;
}

/* Cuts work into parts that does not fit as a whole, and whose op knows how. */
static brg_status plan_parts(brg_execution *execution, uint64_t budget, brg_error *error) {
    uint64_t limit = execution->context->info.max_allocation;
    bool fits = brg_execution_bytes(execution) <= budget &&
                (limit == 0 || brg_execution_largest(execution) <= limit);
    if (fits || execution->stage_count != 1 || !execution->work->stages[0].op->part)
        return BRG_OK;
    brg_status status = brg_stream_create(execution->work, execution->context, execution->calls,
                                          budget, &execution->stream, error);
    if (status == BRG_E_UNSUPPORTED)
        return BRG_OK;
    release_buffers(execution, false); /* those of the whole */
    return status;
}

brg_status brg_execution_plan(const brg_work *work, brg_context *context, bool keep_stages,
                              int32_t calls, uint64_t budget, brg_execution **out,
                              brg_error *error) {
    *out = NULL;
    brg_execution *execution = new_execution(work, context, keep_stages, calls);
    if (!execution)
        return brg_fail(error, BRG_E_MEMORY, "no memory to plan a job");
    brg_status status = plan_whole(execution, error);
    if (status == BRG_OK)
        status = plan_parts(execution, budget, error);
    if (status != BRG_OK) {
        brg_execution_destroy(execution, false);
        return status;
    }
    *out = execution;
    return BRG_OK;
}

/* Takes over the buffer of an input that another part has too. */
static void share_input(brg_buffer *input, const brg_execution *before) {
    for (int32_t i = 0; before && i < before->input_buffers; i++)
        if (brg_buffer_share(input, &before->buffers[i]))
            return;
}

static void plan_regions(brg_execution *execution, const brg_part *part, brg_tensor *const *inputs,
                         const brg_execution *before) {
    for (int32_t i = 0; i < part->input_count; i++) {
        size_t bytes = part->regions[i].rows * part->regions[i].row_bytes;
        int32_t index = add_buffer(execution, bytes, inputs[i]);
        execution->buffers[index].region = part->regions[i];
        execution->stages[0].inputs[i] = index;
        share_input(&execution->buffers[index], before);
    }
    execution->input_buffers = execution->buffer_count;
}

brg_status brg_execution_plan_part(const brg_work *work, const brg_part *part,
                                   brg_tensor *const *inputs, brg_tensor *output,
                                   brg_context *context, const brg_execution *before,
                                   brg_execution **out, brg_error *error) {
    *out = NULL;
    brg_execution *execution = new_execution(work, context, false, 1);
    if (!execution)
        return brg_fail(error, BRG_E_MEMORY, "no memory to plan a part of a job");
    plan_regions(execution, part, inputs, before);
    size_t bytes = part->output_region.rows * part->output_region.row_bytes;
    execution->stages[0].output = add_buffer(execution, bytes, output);
    execution->buffers[execution->stages[0].output].region = part->output_region;
    brg_status status = plan_stage(execution, &execution->stages[0], error);
    /* the shared inputs are there once this has happened, and whatever else is uploaded after it */
    if (status == BRG_OK && before && before->uploaded &&
        clRetainEvent(before->uploaded) == CL_SUCCESS)
        execution->uploaded = before->uploaded;
    if (status != BRG_OK) {
        brg_execution_destroy(execution, false);
        return status;
    }
    *out = execution;
    return BRG_OK;
}

uint64_t brg_execution_bytes(const brg_execution *execution) {
    if (execution->stream)
        return brg_stream_bytes(execution->stream);
    uint64_t sum = 0;
    for (int32_t i = 0; i < execution->buffer_count; i++)
        sum += execution->buffers[i].bytes;
    return sum;
}

int32_t brg_execution_parts(const brg_execution *execution) {
    return execution->stream ? brg_stream_parts(execution->stream) : 1;
}

uint64_t brg_execution_largest(const brg_execution *execution) {
    if (execution->stream)
        return brg_stream_largest(execution->stream);
    uint64_t largest = 0;
    for (int32_t i = 0; i < execution->buffer_count; i++)
        if (execution->buffers[i].bytes > largest)
            largest = execution->buffers[i].bytes;
    return largest;
}

/* ---- preparing ----------------------------------------------------------------------- */

brg_status brg_execution_prepare(brg_execution *execution, const brg_program_paths *paths,
                                 brg_error *error) {
    if (execution->stream)
        return brg_stream_prepare(execution->stream, paths, error);
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < execution->buffer_count && status == BRG_OK; i++)
        status = brg_buffer_make(&execution->buffers[i], execution->context,
                                 i < execution->input_buffers, error);
    for (int32_t s = 0; s < execution->stage_count && status == BRG_OK; s++)
        status = brg_device_stage_prepare(&execution->stages[s], execution->context,
                                          execution->buffers, paths, error);
    const brg_device_stage *last = &execution->stages[execution->stage_count - 1];
    if (status == BRG_OK && execution->calls == 1)
        status = brg_tails_make(&execution->tails, &last->plan, &execution->buffers[last->output],
                                error);
    return status == BRG_OK ? brg_execution_restart(execution, error) : status;
}

/* ---- the rest ---------------------------------------------------------------------------------- */

const char *brg_execution_variant(const brg_execution *execution, int32_t s) {
    if (execution->stream)
        return brg_stream_variant(execution->stream);
    return execution->stages[s].plan.variant;
}

brg_tensor *brg_execution_output(const brg_execution *execution, int32_t s) {
    if (execution->stream)
        return brg_stream_output(execution->stream);
    return execution->buffers[execution->stages[s].output].tensor;
}

brg_context *brg_execution_context(const brg_execution *execution) {
    return execution->context;
}

static void release_buffers(brg_execution *execution, bool abandon) {
    for (int32_t i = 0; i < execution->buffer_count; i++)
        brg_buffer_release(&execution->buffers[i], execution->context, abandon);
    execution->buffer_count = 0;
}

void brg_execution_destroy(brg_execution *execution, bool abandon) {
    if (!execution)
        return;
    brg_stream_destroy(execution->stream, abandon);
    if (brg_pieces_end(execution) != BRG_OK && !brg_context_finish(execution->context))
        abandon = true;
    for (int32_t s = 0; s < execution->stage_count; s++)
        brg_device_stage_release(&execution->stages[s]);
    brg_tails_release(&execution->tails);
    release_buffers(execution, abandon);
    free(execution);
}
