/* The launches of training steps. Products and convolutions are planned by their own ops; this file
 * lays out the memory, joins their launches with those of kernels/train.cl, and runs the whole as a
 * loop over the batches.
 *
 *     copy the state -> [ prepare -> forward -> loss -> backward -> update ] x rounds
 *
 * The modes that are not whole steps leave out some of these.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/philox.h"
#include "ops/ops.h"
#include "train/step.h"

/* A part of a buffer, in floats. */
typedef struct view {
    int32_t buffer;
    int64_t offset, count;
} view;

typedef struct builder {
    const brg_step *step;
    const brg_network *network;
    const brg_device_info *device;
    bool naive;
    brg_plan *plan;
    int64_t arena; /* floats of the one scratch buffer that are taken */
    view state, gradients, statistics;
    view nodes[BRG_MAX_LAYERS + 1], slopes[BRG_MAX_LAYERS + 1], kept[BRG_MAX_LAYERS];
    bool reached[BRG_MAX_LAYERS + 1]; /* a contribution to the node's slope was planned */
    brg_error *error;
    brg_status status;
} builder;

static view take(builder *b, int64_t count) {
    view v = {BRG_BUFFER_SCRATCH(0), b->arena, count};
    b->arena += brg_layer_aligned(count);
    return v;
}

static view part(view whole, int64_t offset, int64_t count) {
    return (view){whole.buffer, whole.offset + offset, count};
}

static void add_view(brg_launch *launch, view v) {
    brg_arg_view(launch, v.buffer, (size_t)v.offset * sizeof(float),
                 (size_t)v.count * sizeof(float));
}

/* ---- kernels of train.cl ---------------------------------------------------------------------- */

static bool on_cpu(const builder *b) {
    return b->device->kind == BRG_DEVICE_CPU;
}

/* Begins a launch; `bytes` is what it moves, the measure of its share of the work. */
static brg_launch *begin(builder *b, const char *kernel, double bytes) {
    brg_launch *launch = brg_plan_add(b->plan, "train", kernel);
    if (!on_cpu(b))
        brg_launch_option(launch, "-DLANES=1");
    launch->share = bytes / 20e9 + 2e-6; /* seconds, roughly */
    return launch;
}

/* `items` work-items, none of them more than its own. */
static void end_items(builder *b, brg_launch *launch, int64_t items) {
    brg_launch_range(launch, 0, items, brg_row_group(b->device) > 1 && !on_cpu(b) ? 64 : 1);
    brg_arg_first(launch);
}

/* Elements for each item of an elementwise kernel: whole vectors, and several items for each unit. */
static int64_t run_of(const builder *b, int64_t count) {
    if (!on_cpu(b))
        return 1;
    int64_t items = 4 * (int64_t)b->device->compute_units;
    int64_t run = (count + items - 1) / items;
    return run < 2048 ? 2048 : (run + 15) / 16 * 16;
}

static void end_run(builder *b, brg_launch *launch, int64_t count, bool counts_rounds) {
    int64_t run = run_of(b, count);
    brg_arg_i32(launch, run);
    if (counts_rounds)
        brg_arg_round(launch);
    end_items(b, launch, (count + run - 1) / run);
}

static void copy(builder *b, view from, view to) {
    brg_launch *launch = begin(b, "train_copy", 8.0 * (double)from.count);
    add_view(launch, from);
    add_view(launch, to);
    brg_arg_i32(launch, from.count);
    end_run(b, launch, from.count, false);
}

static void clear(builder *b, view to) {
    brg_launch *launch = begin(b, "train_clear", 4.0 * (double)to.count);
    add_view(launch, to);
    brg_arg_i32(launch, to.count);
    end_run(b, launch, to.count, false);
}

/* ---- launches of other ops -------------------------------------------------------------------- */

/* Where another op's buffers lie. */
typedef struct places {
    view inputs[BRG_MAX_INPUTS];
    view output, scratch[BRG_MAX_SCRATCH];
} places;

static view place_of(const places *p, int32_t buffer) {
    if (buffer == BRG_BUFFER_OUTPUT)
        return p->output;
    return buffer >= BRG_BUFFER_SCRATCH(0) ? p->scratch[buffer - BRG_BUFFER_SCRATCH(0)]
                                           : p->inputs[buffer];
}

/* A launch of another op's, on this plan's buffers. */
static void adopt(builder *b, const brg_launch *launch, const places *p, double seconds) {
    brg_launch *added = brg_plan_add(b->plan, launch->program, launch->kernel);
    *added = *launch;
    added->rows_per_item = 0;
    added->share = launch->share * seconds;
    for (int32_t i = 0; i < added->arg_count; i++) {
        brg_arg *arg = &added->args[i];
        if (arg->kind != BRG_ARG_BUFFER)
            continue;
        view v = place_of(p, arg->value.buffer);
        arg->value.buffer = v.buffer;
        arg->offset = (size_t)v.offset * sizeof(float);
        arg->bytes = (size_t)v.count * sizeof(float);
    }
}

static brg_status plan_again(builder *b, const brg_op *op, const brg_call *call,
                             const char *variant, brg_plan *plan) {
    brg_plan_release(plan);
    brg_plan_begin(plan, op, b->device);
    return op->plan(call, variant, b->device, plan, b->error);
}

/* Winograd's convolutions have larger errors than the oracle of a step allows for. */
static brg_status plan_other(builder *b, const brg_op *op, const brg_call *call, brg_plan *plan) {
    brg_plan_begin(plan, op, b->device);
    brg_status status = op->plan(call, b->naive ? "naive" : NULL, b->device, plan, b->error);
    if (status == BRG_OK && strncmp(plan->variant, "winograd", 8) == 0)
        status = plan_again(b, op, call, "direct", plan);
    if (status == BRG_E_UNSUPPORTED)
        status = plan_again(b, op, call, "naive", plan);
    return status;
}

/* Adds what `op` plans for a call on the given views; their shapes are the call's. */
static void splice(builder *b, const brg_op *op, brg_call *call, places *p) {
    brg_plan plan;
    brg_cost cost;
    if (b->status != BRG_OK)
        return;
    b->status = op->check(call, &call->output, b->error);
    if (b->status != BRG_OK)
        return;
    op->cost(call, &cost);
    b->status = plan_other(b, op, call, &plan);
    if (b->status == BRG_OK) {
        brg_plan_settle(&plan);
        for (int32_t i = 0; i < plan.scratch_count; i++)
            p->scratch[i] = take(b, (int64_t)(plan.scratch[i] + 3) / 4);
        if (plan.zero_output)
            clear(b, p->output);
        for (int32_t i = 0; i < plan.launch_count; i++)
            adopt(b, &plan.launches[i], p, cost.flops / 100e9 + 2e-6);
    }
    brg_plan_release(&plan);
}

/* ---- layers ----------------------------------------------------------------------------------- */

/* A layer and what it works on. */
typedef struct task {
    const brg_layer *layer;
    int32_t index;
    int64_t batch, in, out; /* elements for one image */
    view from, to;          /* nodes */
    view weights, bias;
    view slope;      /* of `to` */
    view slope_from; /* where the contribution to the slope of `from` goes */
    view d_weights, d_bias;
} task;

static task task_of(builder *b, int32_t index) {
    const brg_layer *layer = &b->network->layers[index];
    view gradients = b->gradients;
    return (task){
        .layer = layer,
        .index = index,
        .batch = b->step->batch,
        .in = brg_layer_in(layer),
        .out = brg_layer_out(layer),
        .from = b->nodes[layer->from],
        .to = b->nodes[index + 1],
        .weights = part(b->state, layer->weights, layer->weight_count),
        .bias = part(b->state, layer->bias, layer->bias_count),
        .slope = b->slopes[index + 1],
        .d_weights = part(gradients, layer->weights, layer->weight_count),
        .d_bias = part(gradients, layer->bias, layer->bias_count),
    };
}

static brg_shape matrix(int64_t rows, int64_t columns) {
    return brg_shape_2d(BRG_F32, rows, columns);
}

static brg_shape vector(int64_t count) {
    return (brg_shape){.dtype = BRG_F32, .rank = 1, .dims = {count}};
}

static brg_shape volume(int64_t n, int64_t c, int64_t h, int64_t w) {
    return (brg_shape){.dtype = BRG_F32, .rank = 4, .dims = {n, c, h, w}};
}

static void multiply(builder *b, const brg_gemm_params *params, view x, brg_shape x_shape, view y,
                     brg_shape y_shape, const view *bias, int64_t bias_count, view out) {
    brg_call call = {.params = params, .input_count = bias ? 3 : 2, .inputs = {x_shape, y_shape}};
    places p = {.inputs = {x, y}, .output = out};
    if (bias) {
        call.inputs[2] = vector(bias_count);
        p.inputs[2] = *bias;
    }
    splice(b, &brg_op_gemm, &call, &p);
}

static void dense_forward(builder *b, const task *t) {
    brg_gemm_params params = BRG_GEMM_DEFAULTS;
    params.bias = t->layer->has_bias ? BRG_BIAS_COLUMNS : BRG_BIAS_NONE;
    params.epilogue = t->layer->relu ? BRG_EPILOGUE_RELU : BRG_EPILOGUE_NONE;
    multiply(b, &params, t->from, matrix(t->batch, t->in), t->weights, matrix(t->in, t->out),
             t->layer->has_bias ? &t->bias : NULL, t->out, t->to);
}

static void dense_backward(builder *b, const task *t) {
    brg_gemm_params turned_x = BRG_GEMM_DEFAULTS, turned_w = BRG_GEMM_DEFAULTS;
    turned_x.ta = turned_w.tb = true;
    multiply(b, &turned_x, t->from, matrix(t->batch, t->in), t->slope, matrix(t->batch, t->out),
             NULL, 0, t->d_weights);
    if (t->layer->from > 0)
        multiply(b, &turned_w, t->slope, matrix(t->batch, t->out), t->weights,
                 matrix(t->in, t->out), NULL, 0, t->slope_from);
}

static brg_conv_params conv_params(const brg_layer *l) {
    return (brg_conv_params){.stride_h = l->sh,
                             .stride_w = l->sw,
                             .padding_h = l->ph,
                             .padding_w = l->pw,
                             .dilation_h = l->dh,
                             .dilation_w = l->dw,
                             .groups = l->groups,
                             .h = l->h,
                             .w = l->w,
                             .kh = l->kh,
                             .kw = l->kw};
}

static void conv_forward(builder *b, const task *t) {
    const brg_layer *l = t->layer;
    brg_conv_params params = conv_params(l);
    params.relu = l->relu != 0;
    params.h = params.w = params.kh = params.kw = 0;
    brg_call call = {.params = &params,
                     .input_count = l->has_bias ? 3 : 2,
                     .inputs = {volume(t->batch, l->c, l->h, l->w),
                                volume(l->k, l->c / l->groups, l->kh, l->kw), vector(l->k)}};
    places p = {.inputs = {t->from, t->weights, t->bias}, .output = t->to};
    splice(b, &brg_op_conv2d_forward, &call, &p);
}

static void conv_backward(builder *b, const task *t) {
    const brg_layer *l = t->layer;
    brg_conv_params params = conv_params(l);
    brg_shape slope = volume(t->batch, l->k, l->oh, l->ow);
    params.h = params.w = 0;
    brg_call call = {
        .params = &params, .input_count = 2, .inputs = {slope, volume(t->batch, l->c, l->h, l->w)}};
    places weights = {.inputs = {t->slope, t->from}, .output = t->d_weights};
    splice(b, &brg_op_conv2d_backward_weights, &call, &weights);
    if (l->from == 0)
        return;
    params = conv_params(l);
    params.kh = params.kw = 0;
    brg_call data = {.params = &params,
                     .input_count = 2,
                     .inputs = {slope, volume(l->k, l->c / l->groups, l->kh, l->kw)}};
    places slopes = {.inputs = {t->slope, t->weights}, .output = t->slope_from};
    splice(b, &brg_op_conv2d_backward_data, &data, &slopes);
}

static void bias_backward(builder *b, const task *t) {
    const brg_layer *l = t->layer;
    int64_t plane = (int64_t)l->oh * l->ow;
    if (!l->has_bias)
        return;
    double bytes = 4.0 * (double)(t->batch * t->out);
    brg_launch *launch = begin(b, plane == 1 ? "train_column_sums" : "train_channel_sums", bytes);
    add_view(launch, t->slope);
    add_view(launch, t->d_bias);
    brg_arg_i32(launch, t->batch);
    brg_arg_i32(launch, l->k);
    if (plane > 1)
        brg_arg_i32(launch, plane);
    int64_t lanes = plane == 1 && on_cpu(b) ? 16 : 1;
    end_items(b, launch, (l->k + lanes - 1) / lanes);
}

static void add_pool(brg_launch *launch, const task *t) {
    const brg_layer *l = t->layer;
    const int32_t sizes[] = {l->h,  l->w,  l->oh, l->ow, l->kh, l->kw,
                             l->sh, l->sw, l->ph, l->pw, l->dh, l->dw};
    brg_arg_i32(launch, t->batch * l->c);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        brg_arg_i32(launch, sizes[i]);
}

static double bytes_of(const task *t) {
    return 4.0 * (double)(t->batch * (t->in + t->out));
}

static void pool_forward(builder *b, const task *t) {
    bool largest = t->layer->kind == BRG_LAYER_MAX_POOL;
    brg_launch *launch = begin(b, largest ? "train_max_pool" : "train_average_pool", bytes_of(t));
    add_view(launch, t->from);
    add_view(launch, t->to);
    add_pool(launch, t);
    brg_arg_i32(launch, t->layer->relu);
    end_items(b, launch, t->batch * t->layer->c);
}

static void pool_backward(builder *b, const task *t) {
    bool largest = t->layer->kind == BRG_LAYER_MAX_POOL;
    if (t->layer->from == 0)
        return;
    brg_launch *launch =
        begin(b, largest ? "train_max_pool_slope" : "train_average_pool_slope", 2 * bytes_of(t));
    if (largest)
        add_view(launch, t->from);
    add_view(launch, t->slope);
    add_view(launch, t->slope_from);
    add_pool(launch, t);
    end_items(b, launch, t->batch * t->layer->c);
}

static void norm_figures(builder *b, const task *t, view kept, int64_t plane) {
    view running = part(b->statistics, t->layer->statistics, 2 * t->layer->k);
    bool recalls = b->step->params->mode == BRG_TRAIN_SCORES;
    brg_launch *launch =
        begin(b, recalls ? "train_norm_recall" : "train_norm_figures", bytes_of(t));
    add_view(launch, recalls ? running : t->from);
    add_view(launch, kept);
    if (!recalls) {
        add_view(launch, running);
        brg_arg_i32(launch, t->batch);
    }
    brg_arg_i32(launch, t->layer->k);
    if (!recalls) {
        brg_arg_i32(launch, plane);
        brg_arg_f32(launch, (float)((double)t->batch / (double)b->step->whole));
    }
    end_items(b, launch, t->layer->k);
}

static void norm_forward(builder *b, const task *t) {
    int64_t plane = (int64_t)t->layer->h * t->layer->w;
    view kept = b->kept[t->index] = take(b, 2 * (int64_t)t->layer->k);
    norm_figures(b, t, kept, plane);
    brg_launch *launch = begin(b, "train_norm", bytes_of(t));
    add_view(launch, t->from);
    add_view(launch, kept);
    add_view(launch, t->weights);
    add_view(launch, t->bias);
    add_view(launch, t->to);
    brg_arg_i32(launch, t->batch * t->layer->k);
    brg_arg_i32(launch, t->layer->k);
    brg_arg_i32(launch, plane);
    brg_arg_i32(launch, t->layer->relu);
    end_items(b, launch, t->batch * t->layer->k);
}

static void norm_gradient(builder *b, const task *t, int64_t plane) {
    brg_launch *launch = begin(b, "train_norm_gradient", bytes_of(t));
    add_view(launch, t->from);
    add_view(launch, b->kept[t->index]);
    add_view(launch, t->slope);
    add_view(launch, t->d_weights);
    add_view(launch, t->d_bias);
    brg_arg_i32(launch, t->batch);
    brg_arg_i32(launch, t->layer->k);
    brg_arg_i32(launch, plane);
    end_items(b, launch, t->layer->k);
}

static void norm_backward(builder *b, const task *t) {
    int64_t plane = (int64_t)t->layer->h * t->layer->w;
    norm_gradient(b, t, plane);
    if (t->layer->from == 0)
        return;
    brg_launch *launch = begin(b, "train_norm_slope", 1.5 * bytes_of(t));
    add_view(launch, t->from);
    add_view(launch, b->kept[t->index]);
    add_view(launch, t->weights);
    add_view(launch, t->d_weights);
    add_view(launch, t->d_bias);
    add_view(launch, t->slope);
    add_view(launch, t->slope_from);
    brg_arg_i32(launch, t->batch * t->layer->k);
    brg_arg_i32(launch, t->layer->k);
    brg_arg_i32(launch, plane);
    brg_arg_f32(launch, (float)(1.0 / ((double)t->batch * (double)plane)));
    end_items(b, launch, t->batch * t->layer->k);
}

static void add_forward(builder *b, const task *t) {
    int64_t count = t->batch * t->out;
    brg_launch *launch = begin(b, "train_add", 12.0 * (double)count);
    add_view(launch, t->from);
    add_view(launch, b->nodes[t->layer->with]);
    add_view(launch, t->to);
    brg_arg_i32(launch, count);
    brg_arg_i32(launch, t->layer->relu);
    end_run(b, launch, count, false);
}

/* Scores are made with every element. */
static void drop(builder *b, const task *t, view from, view to, bool relu) {
    const brg_train_params *params = b->step->params;
    int64_t count = t->batch * t->out;
    int32_t dropped = params->mode == BRG_TRAIN_SCORES ? 0 : t->layer->drop;
    brg_launch *launch = begin(b, "train_dropout", 16.0 * (double)count);
    add_view(launch, from);
    add_view(launch, to);
    brg_arg_i32(launch, count);
    brg_arg_i32(launch, (int32_t)(uint32_t)(params->first * t->out));
    brg_arg_i32(launch, (int32_t)brg_dropout_key(params->seed, t->index));
    brg_arg_i32(launch, params->step);
    brg_arg_i32(launch, dropped);
    brg_arg_f32(launch, (float)(65536.0 / (65536.0 - dropped)));
    brg_arg_i32(launch, relu);
    end_run(b, launch, count, true);
}

static void forward(builder *b, int32_t index) {
    const task t = task_of(b, index);
    switch (t.layer->kind) {
    case BRG_LAYER_DENSE:
        dense_forward(b, &t);
        break;
    case BRG_LAYER_CONV:
        conv_forward(b, &t);
        break;
    case BRG_LAYER_NORM:
        norm_forward(b, &t);
        break;
    case BRG_LAYER_ADD:
        add_forward(b, &t);
        break;
    case BRG_LAYER_DROPOUT:
        drop(b, &t, t.from, t.to, t.layer->relu);
        break;
    default:
        pool_forward(b, &t);
    }
}

/* ---- slopes ----------------------------------------------------------------------------------- */

static void contribute(builder *b, view more, int32_t node) {
    brg_launch *launch = begin(b, "train_contribute", 12.0 * (double)more.count);
    add_view(launch, more);
    add_view(launch, b->slopes[node]);
    brg_arg_i32(launch, more.count);
    end_run(b, launch, more.count, false);
}

/* The first contribution to a node's slope is written to its place, others beside it and added. */
static view begin_slope(builder *b, int32_t node) {
    return b->reached[node] ? take(b, b->slopes[node].count) : b->slopes[node];
}

static void end_slope(builder *b, int32_t node, view written) {
    if (b->reached[node])
        contribute(b, written, node);
    b->reached[node] = true;
}

static void pass_slope(builder *b, view slope, int32_t node) {
    if (node == 0)
        return;
    if (b->reached[node])
        contribute(b, slope, node);
    else
        copy(b, slope, b->slopes[node]);
    b->reached[node] = true;
}

static void end_at_zero(builder *b, const task *t) {
    int64_t count = t->batch * t->out;
    brg_launch *launch = begin(b, "train_relu_slope", 12.0 * (double)count);
    add_view(launch, t->to);
    add_view(launch, t->slope);
    brg_arg_i32(launch, count);
    end_run(b, launch, count, false);
}

static void backward_through(builder *b, const task *t) {
    switch (t->layer->kind) {
    case BRG_LAYER_DENSE:
        dense_backward(b, t);
        bias_backward(b, t);
        break;
    case BRG_LAYER_CONV:
        conv_backward(b, t);
        bias_backward(b, t);
        break;
    case BRG_LAYER_NORM:
        norm_backward(b, t);
        break;
    case BRG_LAYER_DROPOUT:
        if (t->layer->from > 0)
            drop(b, t, t->slope, t->slope_from, false);
        break;
    default:
        pool_backward(b, t);
    }
}

static void backward(builder *b, int32_t index) {
    task t = task_of(b, index);
    int32_t from = t.layer->from;
    if (!b->reached[index + 1]) /* no loss depends on it */
        clear(b, b->slopes[index + 1]);
    if (t.layer->relu)
        end_at_zero(b, &t);
    if (t.layer->kind == BRG_LAYER_ADD) {
        pass_slope(b, t.slope, from);
        pass_slope(b, t.slope, t.layer->with);
        return;
    }
    t.slope_from = begin_slope(b, from);
    backward_through(b, &t);
    if (from > 0)
        end_slope(b, from, t.slope_from);
}

/* ---- beginning and end of a step -------------------------------------------------------------- */

static void prepare(builder *b) {
    const brg_train_params *params = b->step->params;
    int64_t count = b->nodes[0].count;
    brg_launch *launch = begin(b, "train_prepare", 5.0 * (double)count);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(BRG_TRAIN_IMAGES));
    add_view(launch, b->nodes[0]);
    brg_arg_i32(launch, count);
    brg_arg_f32(launch, params->scale);
    brg_arg_f32(launch, params->shift);
    end_run(b, launch, count, true);
}

static void lose(builder *b) {
    int32_t last = b->network->layer_count;
    int64_t batch = b->step->batch;
    view each = take(b, 2 * batch), output = {BRG_BUFFER_OUTPUT, 0, 0};
    brg_launch *launch = begin(b, "train_loss", 12.0 * (double)b->nodes[last].count);
    add_view(launch, b->nodes[last]);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(BRG_TRAIN_LABELS));
    add_view(launch, b->slopes[last]);
    add_view(launch, each);
    brg_arg_i32(launch, batch);
    brg_arg_i32(launch, b->network->classes);
    brg_arg_f32(launch, (float)(1.0 / (double)b->step->whole));
    brg_arg_round(launch);
    end_items(b, launch, batch);
    b->reached[last] = true;
    launch = begin(b, "train_tally", 8.0 * (double)batch);
    add_view(launch, each);
    add_view(launch, part(output, b->step->losses, brg_layer_aligned(b->step->rounds)));
    add_view(launch, part(output, b->step->hits, b->step->rounds));
    brg_arg_i32(launch, batch);
    brg_arg_i32(launch, b->step->whole);
    brg_arg_round(launch);
    end_items(b, launch, 1);
}

static void update(builder *b) {
    const brg_train_params *params = b->step->params;
    bool adam = params->optimizer == BRG_OPTIMIZER_ADAM;
    int64_t count = b->network->parameter_count;
    brg_launch *launch = begin(b, adam ? "train_adam" : "train_sgd", 20.0 * (double)count);
    add_view(launch, b->gradients);
    for (int64_t i = 0; i <= b->step->slots; i++)
        add_view(launch, part(b->state, i * count, count));
    brg_arg_i32(launch, count);
    brg_arg_f32(launch, params->rate);
    brg_arg_f32(launch, params->momentum);
    if (adam) {
        brg_arg_f32(launch, params->beta2);
        brg_arg_f32(launch, params->small);
    }
    brg_arg_f32(launch, params->decay);
    if (adam)
        brg_arg_i32(launch, params->step);
    end_run(b, launch, count, adam);
}

static void hand_out_scores(builder *b) {
    view last = b->nodes[b->network->layer_count];
    brg_launch *launch = begin(b, "train_hand_out", 8.0 * (double)last.count);
    add_view(launch, last);
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, last.count);
    end_run(b, launch, last.count, true);
}

/* Steps work on a copy of the state in the output; gradients and scores read it where it is. */
static void lay_out(builder *b) {
    const brg_step *s = b->step;
    view input = {BRG_BUFFER_INPUT(BRG_TRAIN_STATE), 0, s->state};
    view output = {BRG_BUFFER_OUTPUT, 0, s->output};
    bool steps = s->params->mode == BRG_TRAIN_STEPS;
    int64_t parameters = b->network->parameter_count, running = b->network->statistic_count;
    b->state = steps ? output : input;
    b->statistics = part(input, s->statistics, running);
    if (steps) {
        copy(b, input, part(output, 0, s->state));
        b->statistics = part(output, s->statistics, running);
        b->gradients = take(b, parameters);
        clear(b, b->gradients);
    } else if (s->params->mode == BRG_TRAIN_GRADIENT) {
        b->gradients = part(output, 0, parameters);
        if (running > 0)
            copy(b, b->statistics, part(output, parameters, running));
        b->statistics = part(output, parameters, running);
    }
    for (int32_t i = 0; i <= b->network->layer_count; i++) {
        int64_t count = s->batch * brg_network_node(b->network, i);
        b->nodes[i] = take(b, count);
        if (s->params->mode != BRG_TRAIN_SCORES && i > 0)
            b->slopes[i] = take(b, count);
    }
}

/* The optimizer alone. What follows the gradients in the sum is what follows the numbers beside the
 * parameters in the output. */
static void plan_update(builder *b) {
    const brg_step *s = b->step;
    int64_t parameters = b->network->parameter_count, rest = s->output - s->statistics;
    view sum = {BRG_BUFFER_INPUT(BRG_TRAIN_SUM), 0, parameters + rest};
    view input = {BRG_BUFFER_INPUT(BRG_TRAIN_STATE), 0, s->state};
    view output = {BRG_BUFFER_OUTPUT, 0, s->output};
    copy(b, part(input, 0, s->statistics), part(output, 0, s->statistics));
    copy(b, part(sum, parameters, rest), part(output, s->statistics, rest));
    b->state = output;
    b->gradients = part(sum, 0, parameters);
    b->plan->loop_first = b->plan->launch_count;
    update(b);
}

static void plan_pass(builder *b) {
    const brg_train_mode mode = b->step->params->mode;
    lay_out(b);
    b->plan->loop_first = b->plan->launch_count;
    prepare(b);
    for (int32_t i = 0; i < b->network->layer_count; i++)
        forward(b, i);
    if (mode == BRG_TRAIN_SCORES)
        hand_out_scores(b);
    else
        lose(b);
    for (int32_t i = b->network->layer_count - 1; mode != BRG_TRAIN_SCORES && i >= 0; i--)
        backward(b, i);
    if (mode == BRG_TRAIN_STEPS)
        update(b);
}

brg_status brg_step_plan(const brg_step *step, bool naive, const brg_device_info *device,
                         brg_plan *plan, brg_error *error) {
    builder *b = calloc(1, sizeof *b);
    if (!b)
        return brg_fail(error, BRG_E_MEMORY, "no memory to plan a training step");
    *b = (builder){.step = step,
                   .network = &step->network,
                   .device = device,
                   .naive = naive,
                   .plan = plan,
                   .error = error};
    plan->zero_output = true;
    brg_plan_scratch(plan, 1);
    if (step->params->mode == BRG_TRAIN_UPDATE)
        plan_update(b);
    else
        plan_pass(b);
    plan->loop_count = plan->launch_count - plan->loop_first;
    plan->loop_rounds = (int32_t)step->rounds;
    plan->scratch[0] = (size_t)b->arena * sizeof(float);
    brg_status status = b->status;
    free(b);
    return status;
}
