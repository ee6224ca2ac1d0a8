/* Training steps in plain f32: what the speedup of "train" is measured against. Products and
 * convolutions are those ops' own sequential loops. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/philox.h"
#include "reference/conv2d_nchw.h"
#include "reference/gemm.h"
#include "reference/train.h"
#include "train/step.h"

typedef struct run {
    brg_step step;
    float *state, *gradients; /* the state is worked on in place */
    float *nodes[BRG_MAX_LAYERS + 1], *slopes[BRG_MAX_LAYERS + 1], *kept[BRG_MAX_LAYERS];
    float *spare; /* as large as the largest node */
    int64_t round;
} run;

/* A layer and what it works on. */
typedef struct work {
    const run *of;
    const brg_layer *layer;
    int32_t index;
    int64_t batch, in, out, plane; /* elements for one image, and of one output channel */
    const float *x, *weights, *bias;
    float *y, *dy, *dx, *d_weights, *d_bias;
} work;

static float rectified(float z, bool relu) {
    return relu && z < 0.0f ? 0.0f : z;
}

/* ---- layers that multiply --------------------------------------------------------------------- */

static brg_shape volume(int64_t n, int64_t c, int64_t h, int64_t w) {
    return (brg_shape){.dtype = BRG_F32, .rank = 4, .dims = {n, c, h, w}};
}

static void multiply(const brg_gemm_params *params, const float *a, brg_shape a_shape,
                     const float *b, brg_shape b_shape, const float *bias, int64_t rows,
                     int64_t columns, float *out) {
    brg_call call = {.params = params,
                     .input_count = bias ? 3 : 2,
                     .inputs = {a_shape, b_shape, {.rank = 1, .dims = {columns}}},
                     .data = {a, b, bias},
                     .output = brg_shape_2d(BRG_F32, rows, columns)};
    brg_gemm_sequential(&call, 0, rows, out);
}

static void dense_forward(const work *w) {
    brg_gemm_params p = BRG_GEMM_DEFAULTS;
    p.bias = w->layer->has_bias ? BRG_BIAS_COLUMNS : BRG_BIAS_NONE;
    p.epilogue = w->layer->relu ? BRG_EPILOGUE_RELU : BRG_EPILOGUE_NONE;
    multiply(&p, w->x, brg_shape_2d(BRG_F32, w->batch, w->in), w->weights,
             brg_shape_2d(BRG_F32, w->in, w->out), w->layer->has_bias ? w->bias : NULL, w->batch,
             w->out, w->y);
}

static void dense_backward(const work *w) {
    brg_gemm_params left = BRG_GEMM_DEFAULTS, right = BRG_GEMM_DEFAULTS;
    brg_shape x = brg_shape_2d(BRG_F32, w->batch, w->in);
    brg_shape dy = brg_shape_2d(BRG_F32, w->batch, w->out);
    left.ta = right.tb = true;
    multiply(&left, w->x, x, w->dy, dy, NULL, w->in, w->out, w->d_weights);
    if (w->layer->from > 0)
        multiply(&right, w->dy, dy, w->weights, brg_shape_2d(BRG_F32, w->in, w->out), NULL,
                 w->batch, w->in, w->dx);
}

static brg_conv_params conv_params(const brg_layer *l) {
    return (brg_conv_params){.stride_h = l->sh,
                             .stride_w = l->sw,
                             .padding_h = l->ph,
                             .padding_w = l->pw,
                             .dilation_h = l->dh,
                             .dilation_w = l->dw,
                             .groups = l->groups};
}

static void conv_forward(const work *w) {
    const brg_layer *l = w->layer;
    brg_conv_params p = conv_params(l);
    p.relu = l->relu != 0;
    brg_call call = {.params = &p,
                     .input_count = l->has_bias ? 3 : 2,
                     .inputs = {volume(w->batch, l->c, l->h, l->w),
                                volume(l->k, l->c / l->groups, l->kh, l->kw)},
                     .data = {w->x, w->weights, l->has_bias ? w->bias : NULL},
                     .output = volume(w->batch, l->k, l->oh, l->ow)};
    brg_conv_forward_sequential(&call, 0, w->batch, w->y);
}

static void conv_backward(const work *w) {
    const brg_layer *l = w->layer;
    brg_conv_params p = conv_params(l);
    brg_shape slope = volume(w->batch, l->k, l->oh, l->ow);
    brg_shape filters = volume(l->k, l->c / l->groups, l->kh, l->kw);
    brg_shape images = volume(w->batch, l->c, l->h, l->w);
    p.kh = l->kh;
    p.kw = l->kw;
    brg_call call = {.params = &p,
                     .input_count = 2,
                     .inputs = {slope, images},
                     .data = {w->dy, w->x},
                     .output = filters};
    brg_conv_weights_sequential(&call, 0, l->k, w->d_weights);
    if (l->from == 0)
        return;
    p.kh = p.kw = 0;
    p.h = l->h;
    p.w = l->w;
    call.inputs[1] = filters;
    call.data[1] = w->weights;
    call.output = images;
    brg_conv_data_sequential(&call, 0, w->batch, w->dx);
}

static void bias_backward(const work *w) {
    for (int32_t k = 0; w->layer->has_bias && k < w->layer->k; k++) {
        float sum = 0;
        for (int64_t i = 0; i < w->batch; i++)
            for (int64_t p = 0; p < w->plane; p++)
                sum += w->dy[i * w->out + k * w->plane + p];
        w->d_bias[k] = sum;
    }
}

/* ---- pools ------------------------------------------------------------------------------------ */

/* Where a window lies in its plane, cut to what is inside. */
typedef struct window {
    int64_t y0, y1, x0, x1;
} window;

static int64_t raised(int64_t from, int64_t step) {
    return from < 0 ? from + (-from + step - 1) / step * step : from;
}

static window window_of(const brg_layer *l, int64_t y, int64_t x) {
    int64_t y0 = y * l->sh - l->ph, x0 = x * l->sw - l->pw;
    int64_t y1 = y0 + (int64_t)(l->kh - 1) * l->dh + 1, x1 = x0 + (int64_t)(l->kw - 1) * l->dw + 1;
    return (window){raised(y0, l->dh), y1 < l->h ? y1 : l->h, raised(x0, l->dw),
                    x1 < l->w ? x1 : l->w};
}

static int64_t place_of_largest(const brg_layer *l, const float *plane, window v) {
    int64_t place = -1;
    for (int64_t y = v.y0; y < v.y1; y += l->dh)
        for (int64_t x = v.x0; x < v.x1; x += l->dw)
            if (place < 0 || plane[y * l->w + x] > plane[place])
                place = y * l->w + x;
    return place;
}

static float average(const brg_layer *l, const float *plane, window v, float *count) {
    float sum = 0;
    *count = 0;
    for (int64_t y = v.y0; y < v.y1; y += l->dh)
        for (int64_t x = v.x0; x < v.x1; x += l->dw) {
            sum += plane ? plane[y * l->w + x] : 0;
            *count += 1;
        }
    return sum;
}

static void pool_plane_forward(const brg_layer *l, const float *x, float *y) {
    for (int64_t i = 0; i < l->oh; i++)
        for (int64_t j = 0; j < l->ow; j++) {
            window v = window_of(l, i, j);
            float count, z = 0;
            int64_t place = -1;
            if (l->kind == BRG_LAYER_MAX_POOL)
                z = (place = place_of_largest(l, x, v)) < 0 ? 0 : x[place];
            else if ((z = average(l, x, v, &count)), count > 0)
                z /= count;
            y[i * l->ow + j] = rectified(z, l->relu);
        }
}

static void spread(const brg_layer *l, window v, float slope, float *dx) {
    float count;
    average(l, NULL, v, &count);
    for (int64_t y = v.y0; y < v.y1; y += l->dh)
        for (int64_t x = v.x0; x < v.x1; x += l->dw)
            dx[y * l->w + x] += slope / count;
}

static void pool_plane_backward(const brg_layer *l, const float *x, const float *dy, float *dx) {
    memset(dx, 0, (size_t)l->h * (size_t)l->w * sizeof *dx);
    for (int64_t i = 0; i < l->oh; i++)
        for (int64_t j = 0; j < l->ow; j++) {
            window v = window_of(l, i, j);
            int64_t place = -1;
            if (l->kind == BRG_LAYER_AVERAGE_POOL)
                spread(l, v, dy[i * l->ow + j], dx);
            else if ((place = place_of_largest(l, x, v)) >= 0)
                dx[place] += dy[i * l->ow + j];
        }
}

static void pool(const work *w, bool backward) {
    int64_t size = (int64_t)w->layer->h * w->layer->w;
    for (int64_t p = 0; p < w->batch * w->layer->c; p++)
        if (backward)
            pool_plane_backward(w->layer, w->x + p * size, w->dy + p * w->plane, w->dx + p * size);
        else
            pool_plane_forward(w->layer, w->x + p * size, w->y + p * w->plane);
}

/* ---- batch normalisation ------------------------------------------------------------------------ */

/* Sums of a channel are double: all that follows hangs on them, they have up to 100 000 terms, and one that
 * waits for the one before takes no longer so. */

static const float epsilon = 1e-5f, memory = 0.9f;

static const float *plane_of(const float *node, const work *w, int64_t image, int32_t k) {
    return node + image * w->out + k * w->plane;
}

static void learn_figures(const work *w, int32_t k, float *kept, float *running) {
    float count = (float)w->batch * (float)w->plane;
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < w->batch; i++)
        for (int64_t p = 0; p < w->plane; p++)
            sum += (double)plane_of(w->x, w, i, k)[p];
    float mean = (float)(sum / (double)count);
    for (int64_t i = 0; i < w->batch; i++)
        for (int64_t p = 0; p < w->plane; p++) {
            float d = plane_of(w->x, w, i, k)[p] - mean;
            squares += (double)(d * d);
        }
    kept[k] = mean;
    kept[w->layer->k + k] = 1 / sqrtf((float)(squares / (double)count) + epsilon);
    float share = (float)w->batch / (float)w->of->step.whole;
    running[k] = share * (memory * running[k] + (1 - memory) * mean);
    float unbiased = (float)(squares / (double)(count > 1 ? count - 1 : 1));
    running += w->layer->k;
    running[k] = share * (memory * running[k] + (1 - memory) * unbiased);
}

static void norm_forward(const work *w) {
    const run *r = w->of;
    float *kept = r->kept[w->index];
    float *running = r->state + r->step.statistics + w->layer->statistics;
    for (int32_t k = 0; k < w->layer->k; k++) {
        if (r->step.params->mode != BRG_TRAIN_SCORES) {
            learn_figures(w, k, kept, running);
        } else {
            kept[k] = running[k];
            kept[w->layer->k + k] = 1 / sqrtf(running[w->layer->k + k] + epsilon);
        }
        float factor = kept[w->layer->k + k] * w->weights[k];
        for (int64_t i = 0; i < w->batch; i++)
            for (int64_t p = 0; p < w->plane; p++) {
                int64_t e = i * w->out + k * w->plane + p;
                w->y[e] = rectified((w->x[e] - kept[k]) * factor + w->bias[k], w->layer->relu);
            }
    }
}

static void norm_backward(const work *w) {
    const float *kept = w->of->kept[w->index];
    float part = 1 / ((float)w->batch * (float)w->plane);
    for (int32_t k = 0; k < w->layer->k; k++) {
        float mean = kept[k], inverse = kept[w->layer->k + k];
        double slopes = 0, turns = 0;
        for (int64_t i = 0; i < w->batch; i++)
            for (int64_t p = 0; p < w->plane; p++) {
                int64_t e = i * w->out + k * w->plane + p;
                slopes += (double)w->dy[e];
                turns += (double)(w->dy[e] * ((w->x[e] - mean) * inverse));
            }
        float sum = (float)slopes, products = (float)turns;
        w->d_weights[k] = products;
        w->d_bias[k] = sum;
        for (int64_t i = 0; w->layer->from > 0 && i < w->batch; i++)
            for (int64_t p = 0; p < w->plane; p++) {
                int64_t e = i * w->out + k * w->plane + p;
                float hat = (w->x[e] - mean) * inverse;
                w->dx[e] =
                    w->weights[k] * inverse * (w->dy[e] - sum * part - hat * products * part);
            }
    }
}

/* ---- addition, dropout --------------------------------------------------------------------------- */

static void add_forward(const work *w) {
    const float *with = w->of->nodes[w->layer->with];
    for (int64_t e = 0; e < w->batch * w->out; e++)
        w->y[e] = rectified(w->x[e] + with[e], w->layer->relu);
}

static void drop(const work *w, const float *from, float *to, bool relu) {
    const brg_train_params *p = w->of->step.params;
    int32_t dropped = p->mode == BRG_TRAIN_SCORES ? 0 : w->layer->drop;
    float scale = 65536.0f / (65536.0f - (float)dropped);
    int64_t before = p->first * w->out;
    for (int64_t e = 0; e < w->batch * w->out; e++) {
        bool keeps = dropped == 0 || brg_dropout_keeps(p->seed, p->step + w->of->round, w->index,
                                                       dropped, before + e);
        to[e] = rectified(keeps ? from[e] * scale : 0, relu);
    }
}

/* ---- the pass ------------------------------------------------------------------------------------- */

static work work_of(const run *r, int32_t index) {
    const brg_layer *l = &r->step.network.layers[index];
    return (work){.of = r,
                  .layer = l,
                  .index = index,
                  .batch = r->step.batch,
                  .in = brg_layer_in(l),
                  .out = brg_layer_out(l),
                  .plane = (int64_t)l->oh * l->ow,
                  .x = r->nodes[l->from],
                  .weights = r->state + l->weights,
                  .bias = r->state + l->bias,
                  .y = r->nodes[index + 1],
                  .dy = r->slopes[index + 1],
                  .dx = r->spare,
                  .d_weights = r->gradients + l->weights,
                  .d_bias = r->gradients + l->bias};
}

static void forward(const run *r, int32_t index) {
    const work w = work_of(r, index);
    switch (w.layer->kind) {
    case BRG_LAYER_DENSE:
        dense_forward(&w);
        break;
    case BRG_LAYER_CONV:
        conv_forward(&w);
        break;
    case BRG_LAYER_NORM:
        norm_forward(&w);
        break;
    case BRG_LAYER_ADD:
        add_forward(&w);
        break;
    case BRG_LAYER_DROPOUT:
        drop(&w, w.x, w.y, w.layer->relu);
        break;
    default:
        pool(&w, false);
    }
}

static void contribute(const run *r, int32_t node, const float *slope) {
    int64_t count = r->step.batch * brg_network_node(&r->step.network, node);
    for (int64_t e = 0; node > 0 && e < count; e++)
        r->slopes[node][e] += slope[e];
}

static void backward_through(const work *w) {
    switch (w->layer->kind) {
    case BRG_LAYER_DENSE:
        dense_backward(w);
        bias_backward(w);
        break;
    case BRG_LAYER_CONV:
        conv_backward(w);
        bias_backward(w);
        break;
    case BRG_LAYER_NORM:
        norm_backward(w);
        break;
    case BRG_LAYER_DROPOUT:
        drop(w, w->dy, w->dx, false);
        break;
    default:
        pool(w, true);
    }
}

static void backward(const run *r, int32_t index) {
    const work w = work_of(r, index);
    for (int64_t e = 0; w.layer->relu && e < w.batch * w.out; e++)
        if (w.y[e] <= 0)
            w.dy[e] = 0;
    if (w.layer->kind == BRG_LAYER_ADD) {
        contribute(r, w.layer->from, w.dy);
        contribute(r, w.layer->with, w.dy);
        return;
    }
    backward_through(&w);
    contribute(r, w.layer->from, w.dx);
}

/* ---- loss and optimizers --------------------------------------------------------------------------- */

static void lose(const run *r, const int32_t *labels, float *loss, float *hits) {
    int32_t classes = r->step.network.classes, last = r->step.network.layer_count;
    *loss = *hits = 0;
    for (int64_t i = 0; i < r->step.batch; i++) {
        const float *z = r->nodes[last] + i * classes;
        float *d = r->slopes[last] + i * classes, sum = 0;
        int32_t largest = 0;
        for (int32_t c = 1; c < classes; c++)
            largest = z[c] > z[largest] ? c : largest;
        for (int32_t c = 0; c < classes; c++)
            sum += d[c] = expf(z[c] - z[largest]);
        for (int32_t c = 0; c < classes; c++)
            d[c] = (d[c] / sum - (c == labels[i])) / (float)r->step.whole;
        *loss += (logf(sum) - (z[labels[i]] - z[largest])) / (float)r->step.whole;
        *hits += largest == labels[i];
    }
}

static void move_sgd(const run *r) {
    const brg_train_params *p = r->step.params;
    int64_t count = r->step.network.parameter_count;
    float *restrict w = r->state, *restrict v = r->state + count;
    for (int64_t i = 0; i < count; i++) {
        v[i] = p->momentum * v[i] + (r->gradients[i] + p->decay * w[i]);
        w[i] -= p->rate * v[i];
    }
}

static void move_adam(const run *r) {
    const brg_train_params *p = r->step.params;
    int64_t count = r->step.network.parameter_count;
    float *restrict w = r->state, *restrict m = w + count, *restrict s = m + count;
    float t = (float)(p->step + r->round + 1);
    float whole1 = -1 / expm1f(t * logf(p->momentum)), whole2 = -1 / expm1f(t * logf(p->beta2));
    for (int64_t i = 0; i < count; i++) {
        float g = r->gradients[i];
        m[i] = p->momentum * m[i] + (1 - p->momentum) * g;
        s[i] = p->beta2 * s[i] + (1 - p->beta2) * g * g;
        w[i] -= p->rate * (m[i] * whole1 / (sqrtf(s[i] * whole2) + p->small) + p->decay * w[i]);
    }
}

static void move(const run *r) {
    if (r->step.params->optimizer == BRG_OPTIMIZER_ADAM)
        move_adam(r);
    else
        move_sgd(r);
}

/* ---- steps ------------------------------------------------------------------------------------------ */

static float *numbers(int64_t count) {
    return calloc((size_t)(count > 0 ? count : 1), sizeof(float));
}

static void end(run *r) {
    for (int32_t i = 0; r && i <= BRG_MAX_LAYERS; i++) {
        free(r->nodes[i]);
        free(r->slopes[i]);
        if (i < BRG_MAX_LAYERS)
            free(r->kept[i]);
    }
    if (r) {
        free(r->state);
        free(r->gradients);
        free(r->spare);
    }
    free(r);
}

static bool make_room(run *r) {
    const brg_network *n = &r->step.network;
    int64_t largest = 0;
    bool made = true;
    for (int32_t i = 0; made && i <= n->layer_count; i++) {
        int64_t count = r->step.batch * brg_network_node(n, i);
        largest = count > largest ? count : largest;
        made = (r->nodes[i] = numbers(count)) && (r->slopes[i] = numbers(count));
    }
    for (int32_t i = 0; made && i < n->layer_count; i++)
        made = (r->kept[i] = numbers(2 * (int64_t)n->layers[i].k)) != NULL;
    return made && (r->state = numbers(r->step.state)) &&
           (r->gradients = numbers(n->parameter_count)) && (r->spare = numbers(largest));
}

static run *begin(const brg_call *call) {
    run *r = calloc(1, sizeof *r);
    if (!r || brg_step_resolve(call, &r->step, NULL) != BRG_OK || !make_room(r)) {
        end(r);
        return NULL;
    }
    memcpy(r->state, call->data[BRG_TRAIN_STATE], (size_t)r->step.state * sizeof(float));
    return r;
}

static void load(run *r, const brg_call *call, int64_t round) {
    const brg_train_params *p = r->step.params;
    int64_t count = r->step.batch * brg_network_node(&r->step.network, 0);
    const uint8_t *pixels = (const uint8_t *)call->data[BRG_TRAIN_IMAGES] + round * count;
    r->round = round;
    for (int64_t i = 0; i < count; i++)
        r->nodes[0][i] = (float)pixels[i] * p->scale + p->shift;
    for (int32_t i = 0; i < r->step.network.layer_count; i++)
        forward(r, i);
}

static void learn(run *r, const brg_call *call, int64_t round, float *output) {
    const brg_network *n = &r->step.network;
    const int32_t *labels = call->data[BRG_TRAIN_LABELS];
    for (int32_t i = 0; i < n->layer_count; i++)
        memset(r->slopes[i], 0, (size_t)(r->step.batch * brg_network_node(n, i)) * sizeof(float));
    lose(r, labels + round * r->step.batch, output + r->step.losses + round,
         output + r->step.hits + round);
    for (int32_t i = n->layer_count - 1; i >= 0; i--)
        backward(r, i);
    if (r->step.params->mode == BRG_TRAIN_STEPS)
        move(r);
}

/* An update: the sum's gradients, and what follows them. */
static void follow(run *r, const brg_call *call, float *output) {
    const brg_network *n = &r->step.network;
    const float *sum = call->data[BRG_TRAIN_SUM], *rest = sum + n->parameter_count;
    memcpy(r->gradients, sum, (size_t)n->parameter_count * sizeof *sum);
    move(r);
    memcpy(output, r->state, (size_t)r->step.statistics * sizeof *output);
    memcpy(output + r->step.statistics, rest,
           (size_t)(r->step.output - r->step.statistics) * sizeof *output);
}

static void hand_out(const run *r, float *output) {
    const brg_network *n = &r->step.network;
    if (r->step.params->mode == BRG_TRAIN_STEPS) {
        memcpy(output, r->state, (size_t)r->step.state * sizeof *output);
        return;
    }
    memcpy(output, r->gradients, (size_t)n->parameter_count * sizeof *output);
    memcpy(output + n->parameter_count, r->state + r->step.statistics,
           (size_t)n->statistic_count * sizeof *output);
}

/* Scores come batch by batch, whatever rows are asked for; of everything else there is one row. */
void brg_train_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    run *r = row1 > row0 ? begin(call) : NULL;
    if (!r)
        return;
    bool scores = r->step.params->mode == BRG_TRAIN_SCORES;
    int64_t first = scores ? row0 / r->step.batch : 0;
    int64_t last = scores ? (row1 - 1) / r->step.batch + 1 : r->step.rounds;
    float *numbers = output;
    if (!scores)
        memset(numbers, 0, (size_t)r->step.output * sizeof *numbers);
    if (r->step.params->mode == BRG_TRAIN_UPDATE) {
        follow(r, call, numbers);
        end(r);
        return;
    }
    for (int64_t round = first; round < last; round++) {
        load(r, call, round);
        if (!scores) {
            learn(r, call, round, numbers);
            continue;
        }
        for (int64_t row = round * r->step.batch; row < (round + 1) * r->step.batch; row++)
            if (row >= row0 && row < row1)
                memcpy(numbers + row * r->step.network.classes,
                       r->nodes[r->step.network.layer_count] +
                           (row - round * r->step.batch) * r->step.network.classes,
                       (size_t)r->step.network.classes * sizeof *numbers);
    }
    if (!scores)
        hand_out(r, numbers);
    end(r);
}
