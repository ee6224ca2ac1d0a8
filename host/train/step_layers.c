/* The launches of each kind of layer, forward and backward. See step_build.h. */
#include "base/philox.h"
#include "ops/ops.h"
#include "train/step_build.h"

brg_task brg_build_task(brg_builder *b, int32_t index) {
    const brg_layer *layer = &b->network->layers[index];
    brg_view gradients = b->gradients;
    return (brg_task){
        .layer = layer,
        .index = index,
        .batch = b->step->batch,
        .in = brg_layer_in(layer),
        .out = brg_layer_out(layer),
        .from = b->nodes[layer->from],
        .to = b->nodes[index + 1],
        .weights = brg_view_part(b->state, layer->weights, layer->weight_count),
        .bias = brg_view_part(b->state, layer->bias, layer->bias_count),
        .slope = b->slopes[index + 1],
        .d_weights = brg_view_part(gradients, layer->weights, layer->weight_count),
        .d_bias = brg_view_part(gradients, layer->bias, layer->bias_count),
    };
}

/* ---- products ------------------------------------------------------------------------------- */

static brg_shape matrix(int64_t rows, int64_t columns) {
    return brg_shape_2d(BRG_F32, rows, columns);
}

static brg_shape vector(int64_t count) {
    return (brg_shape){.dtype = BRG_F32, .rank = 1, .dims = {count}};
}

static brg_shape volume(int64_t n, int64_t c, int64_t h, int64_t w) {
    return (brg_shape){.dtype = BRG_F32, .rank = 4, .dims = {n, c, h, w}};
}

static void multiply(brg_builder *b, const brg_gemm_params *params, brg_view x, brg_shape x_shape,
                     brg_view y, brg_shape y_shape, const brg_view *bias, int64_t bias_count,
                     brg_view out) {
    brg_call call = {.params = params, .input_count = bias ? 3 : 2, .inputs = {x_shape, y_shape}};
    brg_places p = {.inputs = {x, y}, .output = out};
    if (bias) {
        call.inputs[2] = vector(bias_count);
        p.inputs[2] = *bias;
    }
    brg_build_splice(b, &brg_op_gemm, &call, &p);
}

static void dense_forward(brg_builder *b, const brg_task *t) {
    brg_gemm_params params = BRG_GEMM_DEFAULTS;
    params.bias = t->layer->has_bias ? BRG_BIAS_COLUMNS : BRG_BIAS_NONE;
    params.epilogue = t->layer->relu ? BRG_EPILOGUE_RELU : BRG_EPILOGUE_NONE;
    multiply(b, &params, t->from, matrix(t->batch, t->in), t->weights, matrix(t->in, t->out),
             t->layer->has_bias ? &t->bias : NULL, t->out, t->to);
}

bool brg_build_descends(const brg_builder *b, const brg_layer *layer) {
    const brg_train_params *params = b->step->params;
    return layer->kind == BRG_LAYER_DENSE && params->mode == BRG_TRAIN_STEPS &&
           params->optimizer == BRG_OPTIMIZER_SGD && params->momentum != 0.0f;
}

bool brg_build_ends_slopes(const brg_layer *layer) {
    return layer->kind == BRG_LAYER_DENSE && layer->has_bias;
}

/* Parameters and, behind all of these, their velocities. */
static brg_view with_velocities(const brg_builder *b, int64_t first, int64_t count) {
    return brg_view_part(b->state, first, b->network->parameter_count + count);
}

/* Weights that are moved on by their gradient in the store that would have kept it. */
static void dense_descend(brg_builder *b, const brg_task *t) {
    const brg_train_params *params = b->step->params;
    const brg_gemm_descent descent = {.to_velocities = b->network->parameter_count,
                                      .decay = params->decay};
    brg_gemm_params update = BRG_GEMM_DEFAULTS;
    update.ta = true;
    update.epilogue = BRG_EPILOGUE_UPDATE;
    update.rate = params->rate;
    update.momentum = params->momentum;
    brg_view both = with_velocities(b, t->layer->weights, t->layer->weight_count);
    brg_call call = {.params = &update,
                     .input_count = 3,
                     .inputs = {matrix(t->batch, t->in), matrix(t->batch, t->out),
                                brg_shape_3d(BRG_F32, 2, t->in, t->out)}};
    brg_places p = {.inputs = {t->from, t->slope, both}, .output = both, .descent = &descent};
    brg_build_splice(b, &brg_op_gemm, &call, &p);
}

static void dense_gradient(brg_builder *b, const brg_task *t) {
    brg_gemm_params turned = BRG_GEMM_DEFAULTS;
    turned.ta = true;
    multiply(b, &turned, t->from, matrix(t->batch, t->in), t->slope, matrix(t->batch, t->out), NULL,
             0, t->d_weights);
}

/* Slopes that end at the rectifier, and the bias' gradient: added up, or on its way to the bias. */
static void dense_bias(brg_builder *b, const brg_task *t, bool ends) {
    const brg_train_params *params = b->step->params;
    bool descends = brg_build_descends(b, t->layer);
    double bytes = 4.0 * (double)(t->batch * t->out) * (ends ? 3 : 1);
    brg_launch *launch =
        brg_build_begin(b, descends ? "train_column_descent" : "train_column_sums", bytes);
    brg_build_view(launch, t->to);
    brg_build_view(launch, t->slope);
    brg_build_view(launch, descends ? t->bias : t->d_bias);
    if (descends)
        brg_build_view(launch, brg_view_part(t->bias, b->network->parameter_count, t->bias.count));
    brg_arg_i32(launch, t->batch);
    brg_arg_i32(launch, t->out);
    brg_arg_i32(launch, ends);
    if (descends) {
        brg_arg_f32(launch, params->rate);
        brg_arg_f32(launch, params->momentum);
        brg_arg_f32(launch, params->decay);
    }
    int64_t columns = brg_build_on_cpu(b) ? 64 : 1;
    brg_build_items(b, launch, (t->out + columns - 1) / columns);
}

/* The slope of what the layer takes comes first: it needs the weights as they were. */
static void dense_backward(brg_builder *b, const brg_task *t) {
    if (t->layer->has_bias)
        dense_bias(b, t, t->layer->relu && b->goes_on[t->index + 1]);
    brg_gemm_params turned = BRG_GEMM_DEFAULTS;
    turned.tb = true;
    if (t->layer->from > 0)
        multiply(b, &turned, t->slope, matrix(t->batch, t->out), t->weights, matrix(t->in, t->out),
                 NULL, 0, t->slope_from);
    if (brg_build_descends(b, t->layer))
        dense_descend(b, t);
    else
        dense_gradient(b, t);
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

static void conv_forward(brg_builder *b, const brg_task *t) {
    const brg_layer *l = t->layer;
    brg_conv_params params = conv_params(l);
    params.relu = l->relu != 0;
    params.h = params.w = params.kh = params.kw = 0;
    brg_call call = {.params = &params,
                     .input_count = l->has_bias ? 3 : 2,
                     .inputs = {volume(t->batch, l->c, l->h, l->w),
                                volume(l->k, l->c / l->groups, l->kh, l->kw), vector(l->k)}};
    brg_places p = {.inputs = {t->from, t->weights, t->bias}, .output = t->to};
    brg_build_splice(b, &brg_op_conv2d_forward, &call, &p);
}

static void conv_backward(brg_builder *b, const brg_task *t) {
    const brg_layer *l = t->layer;
    brg_conv_params params = conv_params(l);
    brg_shape slope = volume(t->batch, l->k, l->oh, l->ow);
    params.h = params.w = 0;
    brg_call call = {
        .params = &params, .input_count = 2, .inputs = {slope, volume(t->batch, l->c, l->h, l->w)}};
    brg_places weights = {.inputs = {t->slope, t->from}, .output = t->d_weights};
    brg_build_splice(b, &brg_op_conv2d_backward_weights, &call, &weights);
    if (l->from == 0)
        return;
    params = conv_params(l);
    params.kh = params.kw = 0;
    brg_call data = {.params = &params,
                     .input_count = 2,
                     .inputs = {slope, volume(l->k, l->c / l->groups, l->kh, l->kw)}};
    brg_places slopes = {.inputs = {t->slope, t->weights}, .output = t->slope_from};
    brg_build_splice(b, &brg_op_conv2d_backward_data, &data, &slopes);
}

static void conv_bias(brg_builder *b, const brg_task *t) {
    const brg_layer *l = t->layer;
    if (!l->has_bias)
        return;
    brg_launch *launch =
        brg_build_begin(b, "train_channel_sums", 4.0 * (double)(t->batch * t->out));
    brg_build_view(launch, t->slope);
    brg_build_view(launch, t->d_bias);
    brg_arg_i32(launch, t->batch);
    brg_arg_i32(launch, l->k);
    brg_arg_i32(launch, (int64_t)l->oh * l->ow);
    brg_build_items(b, launch, l->k);
}

static void add_pool(brg_launch *launch, const brg_task *t) {
    const brg_layer *l = t->layer;
    const int32_t sizes[] = {l->h,  l->w,  l->oh, l->ow, l->kh, l->kw,
                             l->sh, l->sw, l->ph, l->pw, l->dh, l->dw};
    brg_arg_i32(launch, t->batch * l->c);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        brg_arg_i32(launch, sizes[i]);
}

static double bytes_of(const brg_task *t) {
    return 4.0 * (double)(t->batch * (t->in + t->out));
}

/* Whether four windows of two by two, or eight, can go at a time: see kernels/train.cl. */
static bool pools_pairs(const brg_builder *b, const brg_layer *l) {
    bool two = l->kh == 2 && l->kw == 2 && l->sh == 2 && l->sw == 2 && l->dh == 1 && l->dw == 1;
    return two && l->ph == 0 && l->pw == 0 && l->ow >= 4 && !b->naive && brg_build_on_cpu(b) &&
           l->kind == BRG_LAYER_MAX_POOL;
}

static bool rectified(const brg_builder *b, int32_t node) {
    return node > 0 && b->network->layers[node - 1].relu;
}

static void end_pool(brg_builder *b, brg_launch *launch, const brg_task *t, bool pairs, bool flag) {
    int64_t planes = t->batch * t->layer->c;
    if (pairs) {
        brg_arg_i32(launch, planes);
        brg_arg_i32(launch, t->layer->h);
        brg_arg_i32(launch, t->layer->w);
    } else {
        add_pool(launch, t);
    }
    brg_arg_i32(launch, flag);
    if (pairs)
        brg_build_shares(b, launch, planes);
    else
        brg_build_items(b, launch, planes);
}

static void pool_forward(brg_builder *b, const brg_task *t) {
    bool largest = t->layer->kind == BRG_LAYER_MAX_POOL, pairs = pools_pairs(b, t->layer);
    const char *kernel = pairs     ? "train_max_pool_2"
                         : largest ? "train_max_pool"
                                   : "train_average_pool";
    brg_launch *launch = brg_build_begin(b, kernel, bytes_of(t));
    brg_build_view(launch, t->from);
    brg_build_view(launch, t->to);
    end_pool(b, launch, t, pairs, t->layer->relu);
}

static void pool_backward(brg_builder *b, const brg_task *t) {
    bool largest = t->layer->kind == BRG_LAYER_MAX_POOL, pairs = pools_pairs(b, t->layer);
    if (t->layer->from == 0)
        return;
    const char *kernel = pairs     ? "train_max_pool_2_slope"
                         : largest ? "train_max_pool_slope"
                                   : "train_average_pool_slope";
    brg_launch *launch = brg_build_begin(b, kernel, 2 * bytes_of(t));
    brg_build_view(launch, t->from);
    brg_build_view(launch, t->slope);
    brg_build_view(launch, t->slope_from);
    end_pool(b, launch, t, pairs, rectified(b, t->layer->from));
}

static void norm_figures(brg_builder *b, const brg_task *t, brg_view kept, int64_t plane) {
    brg_view running = brg_view_part(b->statistics, t->layer->statistics, 2 * t->layer->k);
    bool recalls = b->step->params->mode == BRG_TRAIN_SCORES;
    brg_launch *launch =
        brg_build_begin(b, recalls ? "train_norm_recall" : "train_norm_figures", bytes_of(t));
    brg_build_view(launch, recalls ? running : t->from);
    brg_build_view(launch, kept);
    if (!recalls) {
        brg_build_view(launch, running);
        brg_arg_i32(launch, t->batch);
    }
    brg_arg_i32(launch, t->layer->k);
    if (!recalls) {
        brg_arg_i32(launch, plane);
        brg_arg_f32(launch, (float)((double)t->batch / (double)b->step->whole));
    }
    brg_build_items(b, launch, t->layer->k);
}

static void norm_forward(brg_builder *b, const brg_task *t) {
    int64_t plane = (int64_t)t->layer->h * t->layer->w;
    brg_view kept = b->kept[t->index] = brg_build_take(b, 2 * (int64_t)t->layer->k);
    norm_figures(b, t, kept, plane);
    brg_launch *launch = brg_build_begin(b, "train_norm", bytes_of(t));
    brg_build_view(launch, t->from);
    brg_build_view(launch, kept);
    brg_build_view(launch, t->weights);
    brg_build_view(launch, t->bias);
    brg_build_view(launch, t->to);
    brg_arg_i32(launch, t->batch * t->layer->k);
    brg_arg_i32(launch, t->layer->k);
    brg_arg_i32(launch, plane);
    brg_arg_i32(launch, t->layer->relu);
    brg_build_items(b, launch, t->batch * t->layer->k);
}

static void norm_gradient(brg_builder *b, const brg_task *t, int64_t plane) {
    brg_launch *launch = brg_build_begin(b, "train_norm_gradient", bytes_of(t));
    brg_build_view(launch, t->from);
    brg_build_view(launch, b->kept[t->index]);
    brg_build_view(launch, t->slope);
    brg_build_view(launch, t->d_weights);
    brg_build_view(launch, t->d_bias);
    brg_arg_i32(launch, t->batch);
    brg_arg_i32(launch, t->layer->k);
    brg_arg_i32(launch, plane);
    brg_build_items(b, launch, t->layer->k);
}

static void norm_backward(brg_builder *b, const brg_task *t) {
    int64_t plane = (int64_t)t->layer->h * t->layer->w;
    norm_gradient(b, t, plane);
    if (t->layer->from == 0)
        return;
    brg_launch *launch = brg_build_begin(b, "train_norm_slope", 1.5 * bytes_of(t));
    brg_build_view(launch, t->from);
    brg_build_view(launch, b->kept[t->index]);
    brg_build_view(launch, t->weights);
    brg_build_view(launch, t->d_weights);
    brg_build_view(launch, t->d_bias);
    brg_build_view(launch, t->slope);
    brg_build_view(launch, t->slope_from);
    brg_arg_i32(launch, t->batch * t->layer->k);
    brg_arg_i32(launch, t->layer->k);
    brg_arg_i32(launch, plane);
    brg_arg_f32(launch, (float)(1.0 / ((double)t->batch * (double)plane)));
    brg_build_items(b, launch, t->batch * t->layer->k);
}

static void add_forward(brg_builder *b, const brg_task *t) {
    int64_t count = t->batch * t->out;
    brg_launch *launch = brg_build_begin(b, "train_add", 12.0 * (double)count);
    brg_build_view(launch, t->from);
    brg_build_view(launch, b->nodes[t->layer->with]);
    brg_build_view(launch, t->to);
    brg_arg_i32(launch, count);
    brg_arg_i32(launch, t->layer->relu);
    brg_build_run(b, launch, count, false);
}

/* Scores are made with every element. */
static void drop(brg_builder *b, const brg_task *t, brg_view from, brg_view to, bool relu) {
    const brg_train_params *params = b->step->params;
    int64_t count = t->batch * t->out;
    int32_t dropped = params->mode == BRG_TRAIN_SCORES ? 0 : t->layer->drop;
    brg_launch *launch = brg_build_begin(b, "train_dropout", 16.0 * (double)count);
    brg_build_view(launch, from);
    brg_build_view(launch, to);
    brg_arg_i32(launch, count);
    brg_arg_i32(launch, (int32_t)(uint32_t)(params->first * t->out));
    brg_arg_i32(launch, (int32_t)brg_dropout_key(params->seed, t->index));
    brg_arg_i32(launch, params->step);
    brg_arg_i32(launch, dropped);
    brg_arg_f32(launch, (float)(65536.0 / (65536.0 - dropped)));
    brg_arg_i32(launch, relu);
    brg_build_run(b, launch, count, true);
}

void brg_build_forward(brg_builder *b, int32_t index) {
    const brg_task t = brg_build_task(b, index);
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

bool brg_build_backward(brg_builder *b, const brg_task *t) {
    switch (t->layer->kind) {
    case BRG_LAYER_DENSE:
        dense_backward(b, t);
        break;
    case BRG_LAYER_CONV:
        conv_backward(b, t);
        conv_bias(b, t);
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
        return true;
    }
    return false;
}
