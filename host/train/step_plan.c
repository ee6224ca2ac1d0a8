/* The launches of training steps. Products and convolutions are planned by their own ops; this file
 * lays out the memory, puts the layers in order, and runs the whole as a loop over the batches.
 *
 *     copy the state -> [ prepare -> forward -> loss -> backward -> update ] x rounds
 *
 * The modes that are not whole steps leave out some of these.
 */
#include <stdlib.h>

#include "ops/ops.h"
#include "train/buckets.h"
#include "train/step_build.h"

/* ---- slopes ----------------------------------------------------------------------------------- */

static void contribute(brg_builder *b, brg_view more, int32_t node) {
    brg_launch *launch = brg_build_begin(b, "train_contribute", 12.0 * (double)more.count);
    brg_build_view(launch, more);
    brg_build_view(launch, b->slopes[node]);
    brg_arg_i32(launch, more.count);
    brg_build_run(b, launch, more.count, false);
}

/* The first contribution to a node's slope is written to its place, others beside it and added. */
static brg_view begin_slope(brg_builder *b, int32_t node) {
    return b->reached[node] ? brg_build_take(b, b->slopes[node].count) : b->slopes[node];
}

static void end_slope(brg_builder *b, int32_t node, brg_view written) {
    if (b->reached[node])
        contribute(b, written, node);
    b->reached[node] = true;
}

static void pass_slope(brg_builder *b, brg_view slope, int32_t node) {
    if (node == 0)
        return;
    if (b->reached[node])
        contribute(b, slope, node);
    else
        brg_build_copy(b, slope, b->slopes[node]);
    b->reached[node] = b->goes_on[node] = true;
}

static void end_at_zero(brg_builder *b, const brg_task *t) {
    int64_t count = t->batch * t->out;
    brg_launch *launch = brg_build_begin(b, "train_relu_slope", 12.0 * (double)count);
    brg_build_view(launch, t->to);
    brg_build_view(launch, t->slope);
    brg_arg_i32(launch, count);
    brg_build_run(b, launch, count, false);
}

static void backward(brg_builder *b, int32_t index) {
    brg_task t = brg_build_task(b, index);
    int32_t from = t.layer->from;
    if (!b->reached[index + 1]) /* no loss depends on it */
        brg_build_clear(b, b->slopes[index + 1]);
    if (t.layer->relu && b->goes_on[index + 1] && !brg_build_ends_slopes(t.layer))
        end_at_zero(b, &t);
    if (t.layer->kind == BRG_LAYER_ADD) {
        pass_slope(b, t.slope, from);
        pass_slope(b, t.slope, t.layer->with);
        return;
    }
    t.slope_from = begin_slope(b, from);
    if (!brg_build_backward(b, &t))
        b->goes_on[from] = true;
    if (from > 0)
        end_slope(b, from, t.slope_from);
}

/* ---- beginning and end of a step -------------------------------------------------------------- */

static void prepare(brg_builder *b) {
    const brg_train_params *params = b->step->params;
    int64_t count = b->nodes[0].count;
    brg_launch *launch = brg_build_begin(b, "train_prepare", 5.0 * (double)count);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(BRG_TRAIN_IMAGES));
    brg_build_view(launch, b->nodes[0]);
    brg_arg_i32(launch, count);
    brg_arg_f32(launch, params->scale);
    brg_arg_f32(launch, params->shift);
    brg_build_run(b, launch, count, true);
}

static void lose(brg_builder *b) {
    int32_t last = b->network->layer_count;
    int64_t batch = b->step->batch;
    brg_view each = brg_build_take(b, 2 * batch), output = {BRG_BUFFER_OUTPUT, 0, 0};
    brg_launch *launch = brg_build_begin(b, "train_loss", 12.0 * (double)b->nodes[last].count);
    brg_build_view(launch, b->nodes[last]);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(BRG_TRAIN_LABELS));
    brg_build_view(launch, b->slopes[last]);
    brg_build_view(launch, each);
    brg_arg_i32(launch, batch);
    brg_arg_i32(launch, b->network->classes);
    brg_arg_f32(launch, (float)(1.0 / (double)b->step->whole));
    brg_arg_round(launch);
    brg_build_items(b, launch, batch);
    b->reached[last] = b->goes_on[last] = true;
    launch = brg_build_begin(b, "train_tally", 8.0 * (double)batch);
    brg_build_view(launch, each);
    brg_build_view(launch,
                   brg_view_part(output, b->step->losses, brg_layer_aligned(b->step->rounds)));
    brg_build_view(launch, brg_view_part(output, b->step->hits, b->step->rounds));
    brg_arg_i32(launch, batch);
    brg_arg_i32(launch, b->step->whole);
    brg_arg_round(launch);
    brg_build_items(b, launch, 1);
}

/* Moves on `count` parameters from the `from`th on. */
static void update_run(brg_builder *b, int64_t from, int64_t count) {
    const brg_train_params *params = b->step->params;
    bool adam = params->optimizer == BRG_OPTIMIZER_ADAM;
    if (count == 0)
        return;
    brg_launch *launch =
        brg_build_begin(b, adam ? "train_adam" : "train_sgd", 20.0 * (double)count);
    brg_build_view(launch, brg_view_part(b->gradients, from, count));
    for (int64_t i = 0; i <= b->step->slots; i++)
        brg_build_view(launch,
                       brg_view_part(b->state, i * b->network->parameter_count + from, count));
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
    brg_build_run(b, launch, count, adam);
}

/* The parameters that no layer has moved on itself, neighbours in one launch. */
static void update(brg_builder *b) {
    const brg_network *n = b->network;
    int64_t from = 0;
    for (int32_t i = 0; i < n->layer_count; i++) {
        if (!brg_build_descends(b, &n->layers[i]))
            continue;
        update_run(b, from, n->layers[i].weights - from);
        from = i + 1 < n->layer_count ? n->layers[i + 1].weights : n->parameter_count;
    }
    update_run(b, from, n->parameter_count - from);
}

static void hand_out_scores(brg_builder *b) {
    brg_view last = b->nodes[b->network->layer_count];
    brg_launch *launch = brg_build_begin(b, "train_hand_out", 8.0 * (double)last.count);
    brg_build_view(launch, last);
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, last.count);
    brg_build_run(b, launch, last.count, true);
}

/* Steps work on a copy of the state in the output; gradients and scores read it where it is. */
static void lay_out(brg_builder *b) {
    const brg_step *s = b->step;
    brg_view input = {BRG_BUFFER_INPUT(BRG_TRAIN_STATE), 0, s->state};
    brg_view output = {BRG_BUFFER_OUTPUT, 0, s->output};
    bool steps = s->params->mode == BRG_TRAIN_STEPS;
    int64_t parameters = b->network->parameter_count, running = b->network->statistic_count;
    b->state = steps ? output : input;
    b->statistics = brg_view_part(input, s->statistics, running);
    if (steps) {
        brg_build_copy(b, input, brg_view_part(output, 0, s->state));
        b->statistics = brg_view_part(output, s->statistics, running);
        b->gradients = brg_build_take(b, parameters);
        brg_build_clear(b, b->gradients);
    } else if (s->params->mode == BRG_TRAIN_GRADIENT) {
        b->gradients = brg_view_part(output, 0, parameters);
        if (running > 0)
            brg_build_copy(b, b->statistics, brg_view_part(output, parameters, running));
        b->statistics = brg_view_part(output, parameters, running);
    }
    for (int32_t i = 0; i <= b->network->layer_count; i++) {
        int64_t count = s->batch * brg_network_node(b->network, i);
        b->nodes[i] = brg_build_take(b, count);
        if (s->params->mode != BRG_TRAIN_SCORES && i > 0)
            b->slopes[i] = brg_build_take(b, count);
    }
}

/* The optimizer alone. What follows the gradients in the sum is what follows the numbers beside the
 * parameters in the output. */
static void plan_update(brg_builder *b) {
    const brg_step *s = b->step;
    int64_t parameters = b->network->parameter_count, rest = s->output - s->statistics;
    brg_view sum = {BRG_BUFFER_INPUT(BRG_TRAIN_SUM), 0, parameters + rest};
    brg_view input = {BRG_BUFFER_INPUT(BRG_TRAIN_STATE), 0, s->state};
    brg_view output = {BRG_BUFFER_OUTPUT, 0, s->output};
    brg_build_copy(b, brg_view_part(input, 0, s->statistics),
                   brg_view_part(output, 0, s->statistics));
    brg_build_copy(b, brg_view_part(sum, parameters, rest),
                   brg_view_part(output, s->statistics, rest));
    b->state = output;
    b->gradients = brg_view_part(sum, 0, parameters);
    b->plan->loop_first = b->plan->launch_count;
    update(b);
}

/* The latest launch ends a bucket: what is from here on in the output is there. */
static void close_bucket(brg_builder *b, int64_t from) {
    if (b->plan->launch_count > 0)
        b->plan->launches[b->plan->launch_count - 1].tail =
            (size_t)(b->step->output - from) * sizeof(float);
}

/* All layers, last to first. */
static void plan_backward(brg_builder *b) {
    const brg_train_params *params = b->step->params;
    int64_t bytes = params->mode == BRG_TRAIN_GRADIENT ? params->bucket : 0;
    int32_t closed = 0;
    brg_buckets buckets;
    brg_buckets_cut(b->network, b->step->output, bytes, &buckets);
    for (int32_t i = b->network->layer_count - 1; i >= 0; i--) {
        int64_t from = b->network->layers[i].weights;
        backward(b, i);
        if (closed < buckets.count - 1 && from == buckets.from[closed]) {
            close_bucket(b, from);
            closed++;
        }
    }
}

static void plan_pass(brg_builder *b) {
    const brg_train_mode mode = b->step->params->mode;
    lay_out(b);
    b->plan->loop_first = b->plan->launch_count;
    prepare(b);
    for (int32_t i = 0; i < b->network->layer_count; i++)
        brg_build_forward(b, i);
    if (mode == BRG_TRAIN_SCORES)
        hand_out_scores(b);
    else
        lose(b);
    if (mode != BRG_TRAIN_SCORES)
        plan_backward(b);
    if (mode == BRG_TRAIN_STEPS)
        update(b);
}

brg_status brg_step_plan(const brg_step *step, bool naive, const brg_device_info *device,
                         brg_plan *plan, brg_error *error) {
    brg_builder *b = calloc(1, sizeof *b);
    if (!b)
        return brg_fail(error, BRG_E_MEMORY, "no memory to plan a training step");
    *b = (brg_builder){.step = step,
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
