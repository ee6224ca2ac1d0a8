/* What the launches of training steps are built with: views of buffers, launches of kernels/train.cl,
 * launches that other ops plan. */
#ifndef TRAIN_STEP_BUILD_H
#define TRAIN_STEP_BUILD_H

#include "brigade/op.h"
#include "ops/gemm.h"
#include "train/step.h"

/* A part of a buffer, in floats. */
typedef struct brg_view {
    int32_t buffer;
    int64_t offset, count;
} brg_view;

typedef struct brg_builder {
    const brg_step *step;
    const brg_network *network;
    const brg_device_info *device;
    bool naive;
    brg_plan *plan;
    int64_t arena; /* floats of the one scratch buffer that are taken */
    brg_view state, gradients, statistics;
    brg_view nodes[BRG_MAX_LAYERS + 1], slopes[BRG_MAX_LAYERS + 1], kept[BRG_MAX_LAYERS];
    bool reached[BRG_MAX_LAYERS + 1]; /* a contribution to the node's slope was planned */
    bool goes_on[BRG_MAX_LAYERS + 1]; /* one that does not end where the node was rectified */
    brg_error *error;
    brg_status status;
} brg_builder;

/* A layer and what it works on. */
typedef struct brg_task {
    const brg_layer *layer;
    int32_t index;
    int64_t batch, in, out; /* elements for one image */
    brg_view from, to;      /* nodes */
    brg_view weights, bias;
    brg_view slope;      /* of `to` */
    brg_view slope_from; /* where the contribution to the slope of `from` goes */
    brg_view d_weights, d_bias;
} brg_task;

/* Where another op's buffers lie. */
typedef struct brg_places {
    brg_view inputs[BRG_MAX_INPUTS];
    brg_view output, scratch[BRG_MAX_SCRATCH];
    const brg_gemm_descent *descent; /* of a gemm that updates its output; NULL: of no such */
} brg_places;

/* Takes floats of the scratch buffer. */
brg_view brg_build_take(brg_builder *b, int64_t count);

brg_view brg_view_part(brg_view whole, int64_t offset, int64_t count);

/* ---- launches of kernels/train.cl ---- */

bool brg_build_on_cpu(const brg_builder *b);

/* Begins a launch; `bytes` is what it moves, the measure of its share of the work. */
brg_launch *brg_build_begin(brg_builder *b, const char *kernel, double bytes);
void brg_build_view(brg_launch *launch, brg_view v);

/* Ends a launch: so many work-items, none of them more than its own; or as many as keep the device busy,
 * each with a share of `count` planes; or with a run of elements. */
void brg_build_items(brg_builder *b, brg_launch *launch, int64_t items);
void brg_build_shares(brg_builder *b, brg_launch *launch, int64_t count);
void brg_build_run(brg_builder *b, brg_launch *launch, int64_t count, bool counts_rounds);

void brg_build_copy(brg_builder *b, brg_view from, brg_view to);
void brg_build_clear(brg_builder *b, brg_view to);

/* ---- launches of other ops ---- */

/* Adds what `op` plans for a call on the given views; their shapes are the call's. */
void brg_build_splice(brg_builder *b, const brg_op *op, brg_call *call, brg_places *p);

/* ---- layers; from step_layers.c ---- */

/* Whether a layer's gradients never reach memory, but move its parameters on as they are found. */
bool brg_build_descends(const brg_builder *b, const brg_layer *layer);

/* Whether slopes of what the layer gives end at its rectifier in a launch that the layer has anyway. */
bool brg_build_ends_slopes(const brg_layer *layer);

brg_task brg_build_task(brg_builder *b, int32_t index);
void brg_build_forward(brg_builder *b, int32_t index);

/* Gradients, and the contribution to the slope of what the layer takes. Not for additions. True if the
 * contribution ends already where what the layer takes was rectified. */
bool brg_build_backward(brg_builder *b, const brg_task *t);

#endif
