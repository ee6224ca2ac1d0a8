/* Runs a call part by part, two of them open at a time. */
#include "device/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Parts whose buffers exist at once: the two that are open, and one whose last commands are on
 * their way. */
enum { PARTS_AT_ONCE = 3 };

/* An open part: the call it makes, and its execution. */
typedef struct open_part {
    brg_work *work;
    brg_execution *execution; /* NULL: there is no part here */
} open_part;

struct brg_stream {
    const brg_work *work; /* the whole call, its first stage */
    brg_context *context;
    brg_program_paths paths;
    uint64_t part_bytes;
    int32_t calls, count; /* calls of a run, parts of a call */
    int64_t opened;       /* parts opened in this run */
    uint64_t most_bytes, largest;
    char variant[BRG_OP_NAME];
    brg_tensor *output;
    open_part current, ahead;
};

/* ---- opening and closing
 * ------------------------------------------------------------------------- */

/* The part's call as work of its own. Its data are not needed: it is the whole that is verified. */
static brg_work *work_of_part(const brg_stream *stream, const brg_part *part) {
    brg_work *work = calloc(1, sizeof *work + sizeof work->stages[0]);
    if (!work)
        return NULL;
    brg_work_stage *stage = &work->stages[0];
    const brg_work_stage *whole = &stream->work->stages[0];
    work->count = 1;
    *stage =
        (brg_work_stage){.op = whole->op, .where = whole->where, .has_tuned = whole->has_tuned};
    memcpy(stage->variant, whole->variant, sizeof stage->variant);
    memcpy(stage->tuned, whole->tuned, sizeof stage->tuned);
    memcpy(stage->params, part->params, sizeof stage->params);
    stage->call.params = stage->params;
    stage->call.input_count = part->input_count;
    memcpy(stage->call.inputs, part->inputs, sizeof part->inputs);
    stage->call.output = part->output;
    return work;
}

static void close_part(open_part *part, bool abandon) {
    brg_execution_destroy(part->execution, abandon);
    brg_work_destroy(part->work);
    *part = (open_part){NULL, NULL};
}

/* Plans the index-th part; nothing is allocated on the device yet. */
static brg_status plan_part(brg_stream *stream, int32_t index, open_part *out, brg_error *error) {
    const brg_work_stage *whole = &stream->work->stages[0];
    brg_part part = {0};
    brg_tensor *inputs[BRG_MAX_INPUTS];
    brg_status status = whole->op->part(&whole->call, stream->part_bytes, index, &part, error);
    if (status != BRG_OK)
        return status;
    stream->count = part.count;
    for (int32_t i = 0; i < part.input_count; i++)
        inputs[i] = whole->inputs[part.sources[i]];
    out->work = work_of_part(stream, &part);
    if (!out->work)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a part of a job");
    return brg_execution_plan_part(out->work, &part, inputs, stream->output, stream->context,
                                   stream->current.execution, &out->execution, error);
}

static brg_status open_next(brg_stream *stream, open_part *out, brg_error *error) {
    brg_status status = plan_part(stream, (int32_t)(stream->opened % stream->count), out, error);
    if (status == BRG_OK)
        status = brg_execution_prepare(out->execution, &stream->paths, error);
    if (status == BRG_OK)
        stream->opened++;
    return status;
}

static bool has_more(const brg_stream *stream) {
    return stream->opened < (int64_t)stream->calls * stream->count;
}

/* Keeps two parts open: one that has nothing left to enqueue is closed, and its buffers live on
 * until its last commands have ended. */
static brg_status move_on(brg_stream *stream, brg_error *error) {
    brg_piece_kind kind;
    brg_status status = BRG_OK;
    while (stream->current.execution && !brg_execution_next(stream->current.execution, 0, &kind)) {
        open_part done = stream->current;
        stream->current = stream->ahead;
        stream->ahead = (open_part){NULL, NULL};
        if (!stream->current.execution && has_more(stream))
            status = open_next(stream, &stream->current, error);
        close_part(&done, false);
        if (status != BRG_OK)
            return status;
    }
    if (stream->current.execution && !stream->ahead.execution && has_more(stream))
        status = open_next(stream, &stream->ahead, error);
    return status;
}

/* ---- life
 * ---------------------------------------------------------------------------------------- */

/* How many bytes one part may take: a share of the budget, and so little that no buffer is too
 * large. */
static uint64_t bytes_of_part(const brg_context *context, uint64_t budget) {
    uint64_t share = budget / PARTS_AT_ONCE, limit = context->info.max_allocation;
    return limit && limit < share ? limit : share;
}

brg_status brg_stream_create(const brg_work *work, brg_context *context, int32_t calls,
                             uint64_t budget, brg_stream **out, brg_error *error) {
    open_part first = {NULL, NULL};
    *out = NULL;
    brg_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return brg_fail(error, BRG_E_MEMORY, "no memory to plan a job");
    stream->work = work;
    stream->context = context;
    stream->calls = calls;
    stream->part_bytes = bytes_of_part(context, budget);
    brg_status status = plan_part(stream, 0, &first, error); /* the first part is the largest */
    if (status == BRG_OK)
        status = brg_tensor_create(&work->stages[0].call.output, NULL, &stream->output, error);
    if (status == BRG_OK) {
        stream->most_bytes = brg_execution_bytes(first.execution) * PARTS_AT_ONCE;
        stream->largest = brg_execution_largest(first.execution);
        snprintf(stream->variant, sizeof stream->variant, "%s",
                 brg_execution_variant(first.execution, 0));
    }
    close_part(&first, false);
    if (status != BRG_OK) {
        brg_stream_destroy(stream, false);
        return status;
    }
    *out = stream;
    return BRG_OK;
}

void brg_stream_destroy(brg_stream *stream, bool abandon) {
    if (!stream)
        return;
    close_part(&stream->current, abandon);
    close_part(&stream->ahead, abandon);
    if (!abandon)
        brg_tensor_release(stream->output);
    free(stream);
}

brg_status brg_stream_prepare(brg_stream *stream, const brg_program_paths *paths,
                              brg_error *error) {
    stream->paths = *paths;
    return brg_stream_restart(stream, error);
}

brg_status brg_stream_restart(brg_stream *stream, brg_error *error) {
    close_part(&stream->current, false);
    close_part(&stream->ahead, false);
    stream->opened = 0;
    brg_status status = open_next(stream, &stream->current, error);
    return status == BRG_OK ? move_on(stream, error) : status;
}

/* ---- pieces
 * -------------------------------------------------------------------------------------- */

/* The open part whose turn it is: the current one, or, while the queue it waits for is full, the
 * next. */
static brg_execution *choose(const brg_stream *stream, uint32_t full, brg_piece_kind *kind) {
    if (stream->current.execution && brg_execution_next(stream->current.execution, full, kind))
        return stream->current.execution;
    if (stream->ahead.execution && brg_execution_next(stream->ahead.execution, full, kind))
        return stream->ahead.execution;
    return NULL;
}

bool brg_stream_next(const brg_stream *stream, uint32_t full, brg_piece_kind *kind) {
    return choose(stream, full, kind) != NULL;
}

brg_status brg_stream_enqueue(brg_stream *stream, uint32_t full, double budget_ns, brg_piece *piece,
                              brg_error *error) {
    brg_piece_kind kind;
    brg_execution *execution = choose(stream, full, &kind);
    if (!execution)
        return brg_fail(error, BRG_E_INTERNAL, "a finished stream was asked for more");
    brg_status status = brg_execution_enqueue(execution, full, budget_ns, piece, error);
    if (status != BRG_OK)
        return status;
    piece->share /= (double)stream->calls * stream->count;
    status = move_on(stream, error);
    if (status != BRG_OK)
        brg_piece_release(piece);
    return status;
}

/* ---- facts
 * --------------------------------------------------------------------------------------- */

uint64_t brg_stream_bytes(const brg_stream *stream) {
    return stream->most_bytes;
}

uint64_t brg_stream_largest(const brg_stream *stream) {
    return stream->largest;
}

int32_t brg_stream_parts(const brg_stream *stream) {
    return stream->count;
}

const char *brg_stream_variant(const brg_stream *stream) {
    return stream->variant;
}

brg_tensor *brg_stream_output(const brg_stream *stream) {
    return stream->output;
}
