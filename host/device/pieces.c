/* The pieces of an execution, one after the other.
 *
 * The cursor walks uploads, then launches stage by stage, then read-backs. When a launch finishes output
 * rows in order, or the output's end, their read-back starts while the next slice computes. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "brigade/trace.h"
#include "device/execution_state.h"
#include "ops/ops.h"

/* Launches that are known to be short go out several at a time, as one piece. The engine's own work on a
 * piece, and the pause that the driver makes after one, come to some 15 microseconds. */
static const double SHORT_NS = 800e3;
static const double SMALL_COPY_NS_PER_BYTE = 0.1;
enum { MOST_IN_PIECE = 64 };

/* ---- the cursor -------------------------------------------------------------------------------- */

static void drop_event(cl_event *held) {
    if (*held)
        clReleaseEvent(*held);
    *held = NULL;
}

void brg_piece_release(brg_piece *piece) {
    drop_event(&piece->first);
    drop_event(&piece->event);
}

/* Holds on to a piece's event, beside the engine, for later pieces to wait for. */
static brg_status hold_event(cl_event *held, brg_piece *piece, brg_error *error) {
    cl_int code = clRetainEvent(piece->event);
    if (code != CL_SUCCESS) {
        drop_event(&piece->event);
        return brg_cl_fail(error, "clRetainEvent", code);
    }
    drop_event(held);
    *held = piece->event;
    return BRG_OK;
}

/* Hands every mapped output back to the device and waits for that, which is quick. */
static brg_status unmap_outputs(brg_execution *execution, brg_error *error) {
    cl_command_queue queue = execution->context->readback;
    bool any = false;
    for (int32_t i = 0; i < execution->buffer_count; i++) {
        brg_buffer *held = &execution->buffers[i];
        if (!held->mapped)
            continue;
        cl_int code = clEnqueueUnmapMemObject(queue, held->memory, held->mapped, 0, NULL, NULL);
        held->mapped = NULL;
        if (code != CL_SUCCESS)
            return brg_cl_fail(error, "clEnqueueUnmapMemObject", code);
        any = true;
    }
    cl_int code = brg_tails_unmap(&execution->tails, queue, &any);
    if (code != CL_SUCCESS)
        return brg_cl_fail(error, "clEnqueueUnmapMemObject", code);
    code = any ? clFinish(queue) : CL_SUCCESS;
    if (code == CL_SUCCESS || brg_context_finish(execution->context))
        return BRG_OK;
    return brg_cl_fail(error, "clFinish", code);
}

/* From a launch that is done to the next, which may be the first of another round. */
static void next_launch(const brg_plan *plan, cursor *at) {
    bool ends_round = plan->loop_count > 0 && at->launch == plan->loop_first + plan->loop_count - 1;
    at->group = 0;
    if (ends_round && ++at->round < plan->loop_rounds)
        at->launch = plan->loop_first;
    else
        at->launch++;
}

/* A loop of no rounds is not entered. */
static bool has_groups(const brg_plan *plan, const cursor *at) {
    const brg_launch *launch = &plan->launches[at->launch];
    bool void_loop = brg_plan_loops(plan, at->launch) && plan->loop_rounds == 0;
    return !void_loop && launch->groups[0] && launch->groups[1] && launch->groups[2] &&
           at->group < launch->groups[launch->slice_dim];
}

/* Moves past launches of one call that have nothing to run. True if there is one that has. */
static bool find_launch(const brg_execution *execution, cursor *at) {
    while (at->stage < execution->stage_count) {
        const brg_plan *plan = &execution->stages[at->stage].plan;
        if (plan->zero_output && !at->cleared)
            return true;
        for (; at->launch < plan->launch_count; next_launch(plan, at))
            if (has_groups(plan, at))
                return true;
        at->stage++;
        at->launch = at->round = 0;
        at->cleared = false;
    }
    return false;
}

/* Moves to the next launch that has something to run, perhaps of another call, or to the end. */
static void skip_empty_launches(brg_execution *execution) {
    cursor *at = &execution->at;
    while (!find_launch(execution, at)) {
        if (++at->call >= execution->calls) {
            at->ready = SIZE_MAX;
            at->tail = execution->tails.count ? execution->tails.output->bytes : 0;
            return;
        }
        at->stage = 0;
    }
}

/* Moves past inputs that are on the device already. */
static void skip_uploads(brg_execution *execution) {
    cursor *at = &execution->at;
    while (at->upload < execution->input_buffers &&
           (execution->buffers[at->upload].in_place || execution->buffers[at->upload].shared))
        at->upload++;
}

brg_status brg_execution_restart(brg_execution *execution, brg_error *error) {
    if (execution->stream)
        return brg_stream_restart(execution->stream, error);
    brg_status status = unmap_outputs(execution, error);
    execution->at = (cursor){.readback = execution->keep_stages ? 0 : execution->stage_count - 1};
    skip_uploads(execution);
    drop_event(&execution->computed);
    skip_empty_launches(execution);
    return status;
}

static bool is_kept(const brg_execution *execution, int32_t s) {
    return execution->buffers[execution->stages[s].output].tensor != NULL;
}

static bool reads_tails(const brg_execution *execution) {
    return execution->tails.count > 0 && execution->at.readback == execution->stage_count - 1;
}

/* Reading back may begin before all launches are enqueued, but only for the last stage when it alone is
 * kept, and only by whole chunks, or portions of its end. */
static bool can_read(const brg_execution *execution) {
    const cursor *at = &execution->at;
    if (at->readback >= execution->stage_count)
        return false;
    if (reads_tails(execution))
        return at->tail > at->readback_offset;
    if (at->call >= execution->calls)
        return true;
    const brg_buffer *last =
        &execution->buffers[execution->stages[execution->stage_count - 1].output];
    return !last->in_place && at->readback == execution->stage_count - 1 &&
           at->ready >= at->readback_offset + BRG_BUFFER_CHUNK;
}

bool brg_execution_next(const brg_execution *execution, uint32_t full, brg_piece_kind *kind) {
    if (execution->stream)
        return brg_stream_next(execution->stream, full, kind);
    const cursor *at = &execution->at;
    if (at->upload < execution->input_buffers)
        *kind = BRG_PIECE_UPLOAD;
    else if (can_read(execution))
        *kind = BRG_PIECE_READBACK;
    else if (at->call < execution->calls)
        *kind = BRG_PIECE_KERNEL;
    else
        return false;
    return (full >> *kind & 1) == 0;
}

/* ---- uploads ----------------------------------------------------------------------------------- */

static brg_status enqueue_upload(brg_execution *execution, brg_piece *piece, brg_error *error) {
    cursor *at = &execution->at;
    const brg_buffer *to = &execution->buffers[at->upload];
    size_t size = brg_buffer_chunk(to, at->upload_offset);
    cl_int code = brg_buffer_copy(to, execution->context->upload, true, at->upload_offset, size,
                                  NULL, &piece->event);
    if (code != CL_SUCCESS)
        return brg_cl_fail(error, "clEnqueueWriteBuffer", code);
    clFlush(execution->context->upload);
    piece->name = "upload";
    at->upload_offset += size;
    if (at->upload_offset == to->bytes) {
        at->upload++;
        at->upload_offset = 0;
        skip_uploads(execution);
    }
    return hold_event(&execution->uploaded, piece, error);
}

static brg_status enqueue_clear(brg_execution *execution, brg_piece *piece, brg_error *error) {
    const brg_device_stage *current = &execution->stages[execution->at.stage];
    const brg_buffer *output = &execution->buffers[current->output];
    cl_uchar zero = 0;
    cl_int code =
        clEnqueueFillBuffer(execution->context->compute, output->memory, &zero, sizeof zero, 0,
                            output->bytes, execution->uploaded ? 1 : 0,
                            execution->uploaded ? &execution->uploaded : NULL, &piece->event);
    if (code != CL_SUCCESS)
        return brg_cl_fail(error, "clEnqueueFillBuffer", code);
    piece->name = "clear";
    execution->at.cleared = true;
    return BRG_OK;
}

/* ---- slices of kernels ------------------------------------------------------------------------- */

static int32_t arg_of_kind(const brg_launch *launch, brg_arg_kind kind) {
    for (int32_t a = 0; a < launch->arg_count; a++)
        if (launch->args[a].kind == kind)
            return a;
    return -1;
}

static int32_t first_arg(const brg_launch *launch) {
    return arg_of_kind(launch, BRG_ARG_FIRST);
}

/* Sets an int that changes from slice to slice, if the kernel takes it. */
static cl_int set_moving(const brg_launch *launch, cl_kernel kernel, brg_arg_kind kind,
                         size_t value) {
    int32_t index = arg_of_kind(launch, kind);
    cl_int number = (cl_int)value;
    return index < 0 ? CL_SUCCESS : clSetKernelArg(kernel, (cl_uint)index, sizeof number, &number);
}

/* How many work-groups along slice_dim the next slice takes. */
static size_t slice_groups(const brg_execution *execution, const brg_device_stage *current,
                           const brg_launch *launch, double budget_ns) {
    size_t groups = launch->groups[launch->slice_dim];
    size_t remaining = groups - execution->at.group;
    if (first_arg(launch) < 0)
        return remaining;
    double work = current->cost * launch->share / (double)groups;
    double ns_per_group = work * brg_rate_get(&execution->context->rates, launch->kernel);
    return brg_rate_slice(ns_per_group, remaining, budget_ns);
}

static brg_status enqueue_range(brg_execution *execution, const brg_launch *launch,
                                cl_kernel kernel, size_t groups, cl_event *event,
                                brg_error *error) {
    const cursor *at = &execution->at;
    size_t slice_dim = (size_t)launch->slice_dim;
    size_t first_item = at->group * launch->local[slice_dim];
    if (first_item > INT_MAX)
        return brg_fail(error, BRG_E_SHAPE, "kernel %s has too many work-items", launch->kernel);
    cl_int code = set_moving(launch, kernel, BRG_ARG_FIRST, first_item);
    if (code == CL_SUCCESS)
        code = set_moving(launch, kernel, BRG_ARG_ROUND, (size_t)at->round);
    if (code != CL_SUCCESS)
        return brg_cl_fail(error, "clSetKernelArg", code);
    size_t global[3], local[3];
    for (size_t d = 0; d < 3; d++) {
        local[d] = launch->local[d];
        global[d] = (d == slice_dim ? groups : launch->groups[d]) * local[d];
    }
    code = clEnqueueNDRangeKernel(execution->context->compute, kernel, (cl_uint)launch->dims, NULL,
                                  global, local, execution->uploaded ? 1 : 0,
                                  execution->uploaded ? &execution->uploaded : NULL, event);
    return code == CL_SUCCESS ? BRG_OK : brg_cl_fail(error, "clEnqueueNDRangeKernel", code);
}

/* Notes how much of the last stage's output the slice will complete. */
static void advance_ready(brg_execution *execution, const brg_device_stage *current,
                          const brg_launch *launch) {
    cursor *at = &execution->at;
    bool last = at->call == execution->calls - 1 && at->stage == execution->stage_count - 1 &&
                at->launch == current->plan.launch_count - 1 &&
                !brg_plan_loops(&current->plan, at->launch);
    if (!last || launch->rows_per_item <= 0)
        return;
    const brg_shape *shape = &current->work->call.output;
    size_t bytes = execution->buffers[current->output].bytes;
    size_t rows = at->group * launch->local[launch->slice_dim] * (size_t)launch->rows_per_item;
    if (shape->dims[0] > 0 && rows < (size_t)shape->dims[0])
        at->ready = bytes / (size_t)shape->dims[0] * rows;
}

/* Notes that the slice will complete some of the output's end. */
static void advance_tail(brg_execution *execution, const brg_launch *launch) {
    cursor *at = &execution->at;
    if (launch->tail > 0 && execution->tails.count > 0 && at->stage == execution->stage_count - 1 &&
        at->group == launch->groups[launch->slice_dim])
        at->tail = launch->tail;
}

/* One slice of the launch under the cursor. Only the first command of a piece waits for the uploads, and
 * only the first and the last have an event: the queue keeps the order. */
static brg_status enqueue_slice(brg_execution *execution, double budget_ns, brg_piece *piece,
                                cl_event *event, brg_error *error) {
    cursor *at = &execution->at;
    const brg_device_stage *current = &execution->stages[at->stage];
    const brg_launch *launch = &current->plan.launches[at->launch];
    size_t groups = slice_groups(execution, current, launch, budget_ns);
    double part = launch->share * (double)groups / (double)launch->groups[launch->slice_dim];
    brg_status status =
        enqueue_range(execution, launch, current->kernels[at->launch], groups, event, error);
    piece->work += current->cost * part;
    at->group += groups;
    advance_ready(execution, current, launch);
    advance_tail(execution, launch);
    skip_empty_launches(execution);
    return status;
}

/* How long the launch under the cursor will take, if it was seen before and is short; else INFINITY. */
static double short_launch_ns(const brg_execution *execution) {
    const cursor *at = &execution->at;
    if (at->call >= execution->calls)
        return INFINITY;
    const brg_device_stage *current = &execution->stages[at->stage];
    if (at->group > 0 || (current->plan.zero_output && !at->cleared))
        return INFINITY;
    const brg_launch *launch = &current->plan.launches[at->launch];
    double ns =
        current->cost * launch->share * brg_rate_get(&execution->context->rates, launch->kernel);
    return ns < SHORT_NS ? ns : INFINITY;
}

double brg_execution_expected(const brg_execution *execution, brg_piece_kind kind) {
    const cursor *at = &execution->at;
    brg_piece_kind next;
    if (execution->stream || !brg_execution_next(execution, 0, &next) || next != kind)
        return INFINITY;
    if (kind == BRG_PIECE_KERNEL)
        return short_launch_ns(execution);
    int32_t index = kind == BRG_PIECE_UPLOAD ? at->upload : execution->stages[at->readback].output;
    const brg_buffer *moved = &execution->buffers[index];
    return brg_buffer_is_small(moved) ? (double)moved->bytes * SMALL_COPY_NS_PER_BYTE : INFINITY;
}

/* Adds short launches to a piece that began with one, as long as they fit the budget, and up to where something
 * can be read back. */
static brg_status enqueue_more(brg_execution *execution, double budget_ns, double spent_ns,
                               brg_piece *piece, brg_error *error) {
    double ns;
    cl_event last = NULL;
    brg_status status = BRG_OK;
    for (int32_t i = 1; i < MOST_IN_PIECE && status == BRG_OK && !can_read(execution); i++) {
        ns = short_launch_ns(execution);
        if (!(spent_ns + ns <= budget_ns))
            break;
        spent_ns += ns;
        drop_event(&last);
        const cursor *at = &execution->at;
        const char *kernel = execution->stages[at->stage].plan.launches[at->launch].kernel;
        piece->mixed = piece->mixed || strcmp(kernel, piece->name) != 0;
        status = enqueue_slice(execution, budget_ns, piece, &last, error);
    }
    if (last) {
        piece->first = piece->event;
        piece->event = last;
    }
    piece->expected_ns = spent_ns;
    return status;
}

static brg_status enqueue_kernel(brg_execution *execution, double budget_ns, brg_piece *piece,
                                 brg_error *error) {
    cursor *at = &execution->at;
    const brg_device_stage *current = &execution->stages[at->stage];
    brg_status status;
    if (current->plan.zero_output && !at->cleared) {
        status = enqueue_clear(execution, piece, error);
        skip_empty_launches(execution);
    } else {
        double ns = short_launch_ns(execution);
        piece->name = current->plan.launches[at->launch].kernel;
        status = enqueue_slice(execution, budget_ns, piece, &piece->event, error);
        if (status == BRG_OK && ns < SHORT_NS)
            status = enqueue_more(execution, budget_ns, ns, piece, error);
        piece->share = piece->work / execution->cost / execution->calls;
    }
    clFlush(execution->context->compute);
    if (status != BRG_OK) {
        brg_piece_release(piece);
        return status;
    }
    return hold_event(&execution->computed, piece, error);
}

/* ---- read-backs -------------------------------------------------------------------------------- */

/* Moves the read-back cursor to the next stage that is kept. */
static void next_readback(brg_execution *execution) {
    cursor *at = &execution->at;
    at->readback_offset = 0;
    do
        at->readback++;
    while (at->readback < execution->stage_count && !is_kept(execution, at->readback));
}

static brg_status enqueue_map(brg_execution *execution, brg_buffer *from, brg_piece *piece,
                              brg_error *error) {
    cl_int code;
    from->mapped =
        clEnqueueMapBuffer(execution->context->readback, from->memory, CL_FALSE, CL_MAP_READ, 0,
                           from->bytes, execution->computed ? 1 : 0,
                           execution->computed ? &execution->computed : NULL, &piece->event, &code);
    if (code != CL_SUCCESS) {
        from->mapped = NULL;
        return brg_cl_fail(error, "clEnqueueMapBuffer", code);
    }
    clFlush(execution->context->readback);
    piece->name = "map";
    next_readback(execution);
    return BRG_OK;
}

/* A small output has nothing to overlap with: behind its kernel in one queue it needs no event. */
static brg_status enqueue_read(brg_execution *execution, brg_buffer *from, brg_piece *piece,
                               brg_error *error) {
    cursor *at = &execution->at;
    cl_command_queue queue =
        brg_buffer_is_small(from) ? execution->context->compute : execution->context->readback;
    size_t size = brg_buffer_chunk(from, at->readback_offset);
    cl_int code = brg_buffer_copy(from, queue, false, at->readback_offset, size,
                                  execution->computed, &piece->event);
    if (code != CL_SUCCESS)
        return brg_cl_fail(error, "clEnqueueReadBuffer", code);
    clFlush(queue);
    piece->name = "read back";
    at->readback_offset += size;
    if (at->readback_offset == from->bytes)
        next_readback(execution);
    return BRG_OK;
}

/* A portion of the end of the last stage's output. */
static brg_status enqueue_tail(brg_execution *execution, brg_piece *piece, brg_error *error) {
    cursor *at = &execution->at;
    const brg_buffer *from = execution->tails.output;
    cl_command_queue queue =
        brg_buffer_is_small(from) ? execution->context->compute : execution->context->readback;
    size_t size;
    brg_status status = brg_tails_read(&execution->tails, queue, at->readback_offset,
                                       execution->computed, &size, &piece->event, error);
    if (status != BRG_OK)
        return status;
    clFlush(queue);
    piece->name = from->in_place ? "map" : "read back";
    at->readback_offset += size;
    piece->tail = at->readback_offset;
    if (at->readback_offset == from->bytes)
        next_readback(execution);
    return BRG_OK;
}

static brg_status enqueue_readback(brg_execution *execution, brg_piece *piece, brg_error *error) {
    if (reads_tails(execution))
        return enqueue_tail(execution, piece, error);
    brg_buffer *from = &execution->buffers[execution->stages[execution->at.readback].output];
    return from->in_place ? enqueue_map(execution, from, piece, error)
                          : enqueue_read(execution, from, piece, error);
}

/* ---- any --------------------------------------------------------------------------------------- */

brg_status brg_execution_enqueue(brg_execution *execution, uint32_t full, double budget_ns,
                                 brg_piece *piece, brg_error *error) {
    if (execution->stream)
        return brg_stream_enqueue(execution->stream, full, budget_ns, piece, error);
    *piece = (brg_piece){.enqueued_ns = brg_now_ns()};
    if (!brg_execution_next(execution, full, &piece->kind))
        return brg_fail(error, BRG_E_INTERNAL, "a finished execution was asked for more");
    piece->expected_ns = brg_execution_expected(execution, piece->kind);
    switch (piece->kind) {
    case BRG_PIECE_UPLOAD:
        return enqueue_upload(execution, piece, error);
    case BRG_PIECE_KERNEL:
        return enqueue_kernel(execution, budget_ns, piece, error);
    default:
        return enqueue_readback(execution, piece, error);
    }
}

brg_status brg_pieces_end(brg_execution *execution) {
    brg_status status = unmap_outputs(execution, NULL);
    drop_event(&execution->uploaded);
    drop_event(&execution->computed);
    return status;
}
