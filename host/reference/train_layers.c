/* The layers of a network, forward and backward, in double with bounds. See train.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/philox.h"
#include "reference/train_number.h"

/* A layer applied to a pass. */
typedef struct act {
    brg_train_pass *pass;
    const brg_layer *layer;
    int32_t index;
    brg_field in, out, d_in, d_out; /* d_in adds up what all the node's users contribute */
    brg_field weights, bias, d_weights, d_bias;
} act;

static brg_field at(brg_field field, int64_t offset) {
    return (brg_field){field.value + offset, field.error ? field.error + offset : NULL};
}

/* ---- sums of products ------------------------------------------------------------------------ */

static void put(brg_field field, int64_t i, const sum *s, double terms) {
    field.value[i] = s->value;
    field.error[i] = bound_of(s, terms);
}

/* Adds a contribution to a slope that others may have contributed to. */
static void contribute(brg_field field, int64_t i, double value, double error) {
    double before = field.value[i];
    field.value[i] += value;
    field.error[i] += error;
    if (before != 0)
        field.error[i] += brg_train_gamma(1) * (fabs(field.value[i]) + field.error[i]);
}

static void contribute_sum(brg_field field, int64_t i, const sum *s, double terms) {
    contribute(field, i, s->value, bound_of(s, terms));
}

/* ---- dense ----------------------------------------------------------------------------------- */

static void dense_forward(const act *a) {
    int64_t in = brg_layer_in(a->layer), out = brg_layer_out(a->layer);
    for (int64_t i = 0; i < a->pass->batch; i++)
        for (int64_t j = 0; j < out; j++) {
            sum s = {0};
            if (a->layer->has_bias)
                add_term(&s, a->bias.value[j], error_of(a->bias, j));
            for (int64_t t = 0; t < in; t++)
                add_product(&s, a->in.value[i * in + t], error_of(a->in, i * in + t),
                            a->weights.value[t * out + j], error_of(a->weights, t * out + j));
            put(a->out, i * out + j, &s, (double)in);
        }
}

static void dense_slope(const act *a) {
    int64_t in = brg_layer_in(a->layer), out = brg_layer_out(a->layer);
    for (int64_t i = 0; i < a->pass->batch; i++)
        for (int64_t t = 0; t < in; t++) {
            sum s = {0};
            for (int64_t j = 0; j < out; j++)
                add_product(&s, a->d_out.value[i * out + j], a->d_out.error[i * out + j],
                            a->weights.value[t * out + j], error_of(a->weights, t * out + j));
            contribute_sum(a->d_in, i * in + t, &s, (double)out);
        }
}

static void dense_gradient(const act *a) {
    int64_t in = brg_layer_in(a->layer), out = brg_layer_out(a->layer), n = a->pass->batch;
    for (int64_t t = 0; t < in; t++)
        for (int64_t j = 0; j < out; j++) {
            sum s = {0};
            for (int64_t i = 0; i < n; i++)
                add_product(&s, a->in.value[i * in + t], error_of(a->in, i * in + t),
                            a->d_out.value[i * out + j], a->d_out.error[i * out + j]);
            put(a->d_weights, t * out + j, &s, (double)n);
        }
}

/* The slopes of each channel, added up over images and places. */
static void bias_gradient(const act *a) {
    int64_t plane = (int64_t)a->layer->oh * a->layer->ow, out = brg_layer_out(a->layer);
    for (int32_t k = 0; a->layer->has_bias && k < a->layer->k; k++) {
        sum s = {0};
        for (int64_t i = 0; i < a->pass->batch; i++)
            for (int64_t p = 0; p < plane; p++) {
                int64_t e = i * out + k * plane + p;
                add_term(&s, a->d_out.value[e], a->d_out.error[e]);
            }
        put(a->d_bias, k, &s, (double)(a->pass->batch * plane));
    }
}

/* ---- conv ------------------------------------------------------------------------------------ */

/* One product of a convolution: elements of the input, the output and the weights. */
typedef struct tap {
    int64_t in, out, weight;
} tap;

/* Calls `visit` for each product of image i, filter k, output place (y, x). */
static void visit_taps(const act *a, int64_t i, int32_t k, int32_t y, int32_t x,
                       void (*visit)(const act *a, tap t, sum *s), sum *s) {
    const brg_layer *l = a->layer;
    int32_t cg = l->c / l->groups, first = k / (l->k / l->groups) * cg;
    int64_t out = ((i * l->k + k) * l->oh + y) * l->ow + x;
    for (int32_t c = 0; c < cg; c++)
        for (int32_t u = 0; u < l->kh; u++)
            for (int32_t v = 0; v < l->kw; v++) {
                int32_t row = y * l->sh + u * l->dh - l->ph;
                int32_t column = x * l->sw + v * l->dw - l->pw;
                if (row < 0 || row >= l->h || column < 0 || column >= l->w)
                    continue;
                tap t = {((i * l->c + first + c) * l->h + row) * l->w + column, out,
                         (((int64_t)k * cg + c) * l->kh + u) * l->kw + v};
                visit(a, t, s);
            }
}

static void visit_all(const act *a, void (*visit)(const act *a, tap t, sum *s), sum *s) {
    for (int64_t i = 0; i < a->pass->batch; i++)
        for (int32_t k = 0; k < a->layer->k; k++)
            for (int32_t y = 0; y < a->layer->oh; y++)
                for (int32_t x = 0; x < a->layer->ow; x++)
                    visit_taps(a, i, k, y, x, visit, s);
}

static void tap_forward(const act *a, tap t, sum *s) {
    add_product(s, a->in.value[t.in], error_of(a->in, t.in), a->weights.value[t.weight],
                error_of(a->weights, t.weight));
}

static void conv_forward(const act *a) {
    const brg_layer *l = a->layer;
    for (int64_t i = 0; i < a->pass->batch; i++)
        for (int32_t k = 0; k < l->k; k++)
            for (int32_t y = 0; y < l->oh; y++)
                for (int32_t x = 0; x < l->ow; x++) {
                    sum s = {0};
                    if (l->has_bias)
                        add_term(&s, a->bias.value[k], error_of(a->bias, k));
                    visit_taps(a, i, k, y, x, tap_forward, &s);
                    put(a->out, ((i * l->k + k) * l->oh + y) * l->ow + x, &s, l->fan_in);
                }
}

/* Backward every element has a sum of its own, all under way at once. */
static void tap_slope(const act *a, tap t, sum *sums) {
    add_product(&sums[t.in], a->d_out.value[t.out], a->d_out.error[t.out],
                a->weights.value[t.weight], error_of(a->weights, t.weight));
}

static void tap_gradient(const act *a, tap t, sum *sums) {
    add_product(&sums[t.weight], a->in.value[t.in], error_of(a->in, t.in), a->d_out.value[t.out],
                a->d_out.error[t.out]);
}

/* Sums for every element of a field; NULL if memory is short, and then nothing is known of them. */
static sum *begin_sums(int64_t count) {
    return calloc((size_t)(count > 0 ? count : 1), sizeof(sum));
}

static sum known(const sum *sums, int64_t i) {
    return sums ? sums[i] : (sum){.carried = INFINITY};
}

static void conv_slope(const act *a) {
    int64_t count = a->pass->batch * brg_layer_in(a->layer);
    double terms = (double)a->layer->fan_in / (a->layer->c / a->layer->groups) *
                   (a->layer->k / a->layer->groups);
    sum *sums = begin_sums(count);
    if (sums)
        visit_all(a, tap_slope, sums);
    for (int64_t e = 0; e < count; e++) {
        sum s = known(sums, e);
        contribute_sum(a->d_in, e, &s, terms);
    }
    free(sums);
}

static void conv_gradient(const act *a) {
    double terms = (double)a->pass->batch * a->layer->oh * a->layer->ow;
    sum *sums = begin_sums(a->layer->weight_count);
    if (sums)
        visit_all(a, tap_gradient, sums);
    for (int64_t e = 0; e < a->layer->weight_count; e++) {
        sum s = known(sums, e);
        put(a->d_weights, e, &s, terms);
    }
    free(sums);
}

/* ---- pools ----------------------------------------------------------------------------------- */

/* The part of a window that lies inside. */
typedef struct window {
    int64_t plane; /* where the input's plane begins */
    int32_t y0, y1, x0, x1, dy, dx, pitch;
} window;

static void first_inside(int32_t *lo, int32_t step) {
    while (*lo < 0)
        *lo += step;
}

static window window_of(const brg_layer *l, int64_t i, int32_t k, int32_t y, int32_t x) {
    window w = {.plane = (i * l->c + k) * l->h * (int64_t)l->w,
                .y0 = y * l->sh - l->ph,
                .x0 = x * l->sw - l->pw,
                .dy = l->dh,
                .dx = l->dw,
                .pitch = l->w};
    w.y1 = w.y0 + (l->kh - 1) * l->dh + 1;
    w.x1 = w.x0 + (l->kw - 1) * l->dw + 1;
    first_inside(&w.y0, w.dy);
    first_inside(&w.x0, w.dx);
    w.y1 = w.y1 < l->h ? w.y1 : l->h;
    w.x1 = w.x1 < l->w ? w.x1 : l->w;
    return w;
}

/* Every element of a window, in order: for (each(w, e)). */
#define EACH_IN_WINDOW(w, e)                                                                       \
    for (int32_t row_ = (w).y0; row_ < (w).y1; row_ += (w).dy)                                     \
        for (int64_t column_ = (w).x0, e = (w).plane + (int64_t)row_ * (w).pitch + column_;        \
             column_ < (w).x1;                                                                     \
             column_ += (w).dx, e = (w).plane + (int64_t)row_ * (w).pitch + column_)

/* The first of the largest elements; the error of the maximum is at most the largest of all. */
static void max_of(const act *a, window w, int64_t *place, double *error) {
    *place = -1;
    *error = 0;
    EACH_IN_WINDOW(w, e) {
        if (*place < 0 || a->in.value[e] > a->in.value[*place])
            *place = e;
        *error = fmax(*error, error_of(a->in, e));
    }
}

static void max_forward_one(const act *a, window w, int64_t out) {
    int64_t place;
    double error;
    max_of(a, w, &place, &error);
    a->out.value[out] = place < 0 ? 0 : a->in.value[place];
    a->out.error[out] = error;
}

/* The slope goes to the largest element. Others that rounding could have made the largest may have
 * got it instead. */
static void max_backward_one(const act *a, window w, int64_t out) {
    int64_t place;
    double slack, slope = a->d_out.value[out], error = a->d_out.error[out];
    max_of(a, w, &place, &slack);
    if (place < 0)
        return;
    double least = a->in.value[place] - error_of(a->in, place);
    bool contested = false;
    EACH_IN_WINDOW(w, e) {
        if (e == place || a->in.value[e] + error_of(a->in, e) < least ||
            (error_of(a->in, e) == 0 && error_of(a->in, place) == 0))
            continue;
        contribute(a->d_in, e, 0, fabs(slope) + error);
        contested = true;
    }
    contribute(a->d_in, place, slope, contested ? fabs(slope) + error : error);
}

static void average_forward_one(const act *a, window w, int64_t out) {
    sum s = {0};
    int64_t count = 0;
    EACH_IN_WINDOW(w, e) {
        add_term(&s, a->in.value[e], error_of(a->in, e));
        count++;
    }
    a->out.value[out] = count ? s.value / (double)count : 0;
    a->out.error[out] = count ? bound_of(&s, (double)count + 2) / (double)count : 0;
}

static void average_backward_one(const act *a, window w, int64_t out) {
    double count = 0;
    EACH_IN_WINDOW(w, e)
    count += e >= 0;
    double slope = a->d_out.value[out] / count;
    double error = a->d_out.error[out] / count;
    error += brg_train_gamma(2) * (fabs(slope) + error);
    EACH_IN_WINDOW(w, e)
    contribute(a->d_in, e, slope, error);
}

static void each_window(const act *a, void (*visit)(const act *a, window w, int64_t out)) {
    const brg_layer *l = a->layer;
    int64_t out = 0;
    for (int64_t i = 0; i < a->pass->batch; i++)
        for (int32_t k = 0; k < l->k; k++)
            for (int32_t y = 0; y < l->oh; y++)
                for (int32_t x = 0; x < l->ow; x++)
                    visit(a, window_of(l, i, k, y, x), out++);
}

/* ---- batch normalisation: Ioffe and Szegedy, 2015 --------------------------------------------- */

static const double epsilon = 1e-5, memory = 0.9;

/* All elements of channel k: for each image, `plane` of them in a row. */
typedef struct channel {
    int64_t first, plane, pitch, images;
} channel;

static channel channel_of(const act *a, int32_t k) {
    int64_t plane = (int64_t)a->layer->h * a->layer->w;
    return (channel){k * plane, plane, brg_layer_in(a->layer), a->pass->batch};
}

static double count_of(channel c) {
    return (double)(c.plane * c.images);
}

static int64_t element(channel c, int64_t i) {
    return c.first + i / c.plane * c.pitch + i % c.plane;
}

static number mean_of(const act *a, channel c) {
    sum s = {0};
    for (int64_t i = 0; i < c.plane * c.images; i++)
        add_term(&s, a->in.value[element(c, i)], error_of(a->in, element(c, i)));
    double n = count_of(c);
    return (number){s.value / n, bound_of(&s, n + 2) / n};
}

static number variance_of(const act *a, channel c, number mean) {
    sum s = {0};
    for (int64_t i = 0; i < c.plane * c.images; i++) {
        int64_t e = element(c, i);
        number d = minus(number_at(a->in, e), mean);
        add_product(&s, d.value, d.error, d.value, d.error);
    }
    double n = count_of(c);
    return (number){s.value / n, bound_of(&s, n + 3) / n};
}

/* 1 / sqrt(v + epsilon): largest where v is smallest. */
static number inverse_deviation(number v) {
    double value = 1 / sqrt(v.value + epsilon);
    double most = 1 / sqrt(fmax(v.value - v.error, 0) + epsilon);
    double error = most - value;
    return (number){value, error + brg_train_gamma(5) * (value + error)};
}

/* The running figures: of the variance the unbiased one. Those of all parts of a batch add up. */
static void remember(const act *a, int32_t k, number mean, number variance, double n) {
    brg_field s = at(a->pass->statistics, a->layer->statistics);
    double unbiased = n > 1 ? n / (n - 1) : 1;
    double share = (double)a->pass->batch / (double)a->pass->whole;
    number keep = {memory, 0}, take = {1 - memory, 0}, scale = {(1 - memory) * unbiased, 0};
    number part = {share, share == 1 ? 0 : share * 0x1p-24};
    store(s, k, times(part, plus(times(keep, number_at(s, k)), times(take, mean))));
    int64_t v = a->layer->k + k;
    store(s, v, times(part, plus(times(keep, number_at(s, v)), times(scale, variance))));
}

static void norm_forward(const act *a) {
    brg_field kept = a->pass->kept[a->index];
    brg_field running = at(a->pass->statistics, a->layer->statistics);
    for (int32_t k = 0; k < a->layer->k; k++) {
        channel c = channel_of(a, k);
        bool training = a->pass->training;
        number mean = training ? mean_of(a, c) : number_at(running, k);
        number variance = training ? variance_of(a, c, mean) : number_at(running, a->layer->k + k);
        number inverse = inverse_deviation(variance);
        if (training)
            remember(a, k, mean, variance, count_of(c));
        store(kept, k, mean);
        store(kept, a->layer->k + k, inverse);
        number scale = number_at(a->weights, k), shift = number_at(a->bias, k);
        for (int64_t i = 0; i < c.plane * c.images; i++) {
            int64_t e = element(c, i);
            number d = minus(number_at(a->in, e), mean);
            store(a->out, e, plus(times(times(d, inverse), scale), shift));
        }
    }
}

static number hat(const act *a, int64_t e, number mean, number inverse) {
    return times(minus(number_at(a->in, e), mean), inverse);
}

/* dx = scale / deviation * (dy - mean(dy) - hat mean(dy hat)). */
static void norm_backward(const act *a) {
    brg_field kept = a->pass->kept[a->index];
    for (int32_t k = 0; k < a->layer->k; k++) {
        channel c = channel_of(a, k);
        double n = count_of(c);
        number mean = number_at(kept, k), inverse = number_at(kept, a->layer->k + k);
        sum slopes = {0}, products = {0};
        for (int64_t i = 0; i < c.plane * c.images; i++) {
            int64_t e = element(c, i);
            number h = hat(a, e, mean, inverse);
            add_term(&slopes, a->d_out.value[e], a->d_out.error[e]);
            add_product(&products, a->d_out.value[e], a->d_out.error[e], h.value, h.error);
        }
        put(a->d_bias, k, &slopes, n);
        put(a->d_weights, k, &products, n);
        number factor = times(number_at(a->weights, k), inverse);
        number part = {1 / n, 0x1p-24 / n};
        number mean_slope = times(number_at(a->d_bias, k), part);
        number mean_product = times(number_at(a->d_weights, k), part);
        mean_slope.value = -mean_slope.value;
        mean_product.value = -mean_product.value;
        for (int64_t i = 0; i < c.plane * c.images; i++) {
            int64_t e = element(c, i);
            number h = times(hat(a, e, mean, inverse), mean_product);
            number d = times(factor, plus(plus(number_at(a->d_out, e), mean_slope), h));
            contribute(a->d_in, e, d.value, d.error);
        }
    }
}

/* ---- addition, dropout ----------------------------------------------------------------------- */

static void add_forward(const act *a) {
    brg_field with = a->pass->nodes[a->layer->with];
    for (int64_t e = 0; e < a->pass->batch * brg_layer_out(a->layer); e++)
        store(a->out, e, plus(number_at(a->in, e), number_at(with, e)));
}

static void add_backward(const act *a) {
    brg_field with = a->pass->slopes[a->layer->with];
    for (int64_t e = 0; e < a->pass->batch * brg_layer_out(a->layer); e++) {
        contribute(a->d_in, e, a->d_out.value[e], a->d_out.error[e]);
        contribute(with, e, a->d_out.value[e], a->d_out.error[e]);
    }
}

bool brg_dropout_keeps(uint64_t seed, int64_t step, int32_t layer, int32_t drop, int64_t element) {
    return (brg_philox(brg_dropout_key(seed, layer), (uint32_t)element, (uint32_t)step) >> 16) >=
           (uint32_t)drop;
}

static number dropped(const act *a, int64_t e, number n) {
    const brg_layer *l = a->layer;
    if (!a->pass->training || l->drop == 0)
        return n;
    int64_t before = a->pass->first * brg_layer_out(l);
    if (!brg_dropout_keeps(a->pass->seed, a->pass->step, a->index, l->drop, before + e))
        return (number){0, 0};
    double scale = 65536.0 / (65536.0 - l->drop);
    return times(n, (number){scale, scale * 0x1p-24});
}

static void dropout_forward(const act *a) {
    for (int64_t e = 0; e < a->pass->batch * brg_layer_out(a->layer); e++)
        store(a->out, e, dropped(a, e, number_at(a->in, e)));
}

static void dropout_backward(const act *a) {
    for (int64_t e = 0; e < a->pass->batch * brg_layer_out(a->layer); e++) {
        number d = dropped(a, e, number_at(a->d_out, e));
        contribute(a->d_in, e, d.value, d.error);
    }
}

/* ---- one layer ------------------------------------------------------------------------------- */

/* What is below zero becomes zero for certain only if its error does not reach above. NaN stays. */
static void rectify(const act *a) {
    for (int64_t e = 0; e < a->pass->batch * brg_layer_out(a->layer); e++) {
        if (a->out.value[e] < -a->out.error[e])
            a->out.error[e] = 0;
        if (a->out.value[e] < 0)
            a->out.value[e] = 0;
    }
}

/* Where the sign is in doubt, so is the whole slope. */
static void rectify_slopes(const act *a) {
    for (int64_t e = 0; e < a->pass->batch * brg_layer_out(a->layer); e++) {
        double out = a->out.value[e], slack = a->out.error[e];
        if (out > slack)
            continue;
        a->d_out.error[e] = slack > 0 ? a->d_out.error[e] + fabs(a->d_out.value[e]) : 0;
        if (!(out > 0))
            a->d_out.value[e] = 0;
    }
}

static act act_of(brg_train_pass *pass, int32_t index) {
    const brg_layer *layer = &pass->network->layers[index];
    return (act){
        .pass = pass,
        .layer = layer,
        .index = index,
        .in = pass->nodes[layer->from],
        .out = pass->nodes[index + 1],
        .d_in = pass->slopes[layer->from],
        .d_out = pass->slopes[index + 1],
        .weights = at(pass->parameters, layer->weights),
        .bias = at(pass->parameters, layer->bias),
        .d_weights = at(pass->gradients, layer->weights),
        .d_bias = at(pass->gradients, layer->bias),
    };
}

void brg_layer_forward(brg_train_pass *pass, int32_t index) {
    const act a = act_of(pass, index);
    switch (a.layer->kind) {
    case BRG_LAYER_DENSE:
        dense_forward(&a);
        break;
    case BRG_LAYER_CONV:
        conv_forward(&a);
        break;
    case BRG_LAYER_MAX_POOL:
        each_window(&a, max_forward_one);
        break;
    case BRG_LAYER_AVERAGE_POOL:
        each_window(&a, average_forward_one);
        break;
    case BRG_LAYER_NORM:
        norm_forward(&a);
        break;
    case BRG_LAYER_ADD:
        add_forward(&a);
        break;
    default:
        dropout_forward(&a);
    }
    if (a.layer->relu)
        rectify(&a);
}

void brg_layer_backward(brg_train_pass *pass, int32_t index) {
    const act a = act_of(pass, index);
    if (a.layer->relu)
        rectify_slopes(&a);
    switch (a.layer->kind) {
    case BRG_LAYER_DENSE:
        dense_slope(&a);
        dense_gradient(&a);
        bias_gradient(&a);
        break;
    case BRG_LAYER_CONV:
        conv_slope(&a);
        conv_gradient(&a);
        bias_gradient(&a);
        break;
    case BRG_LAYER_MAX_POOL:
        each_window(&a, max_backward_one);
        break;
    case BRG_LAYER_AVERAGE_POOL:
        each_window(&a, average_backward_one);
        break;
    case BRG_LAYER_NORM:
        norm_backward(&a);
        break;
    case BRG_LAYER_ADD:
        add_backward(&a);
        break;
    default:
        dropout_backward(&a);
    }
}
