/* The ops "conv2d_forward", "conv2d_backward_data" and "conv2d_backward_weights". */
#include "ops/conv2d_nchw.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/words.h"

enum { MAX_STEP = 65535 }; /* of stride, padding and dilation */

static const char *const op_names[] = {
    [BRG_CONV_FORWARD] = "conv2d_forward",
    [BRG_CONV_DATA] = "conv2d_backward_data",
    [BRG_CONV_WEIGHTS] = "conv2d_backward_weights",
};

/* ---- check ---- */

static brg_shape shape_of(int64_t d0, int64_t d1, int64_t d2, int64_t d3) {
    return (brg_shape){.dtype = BRG_F32, .rank = 4, .dims = {d0, d1, d2, d3}};
}

static brg_status check_range(const char *name, int64_t value, int64_t lo, int64_t hi,
                              brg_error *error) {
    if (value >= lo && value <= hi)
        return BRG_OK;
    return brg_fail(error, BRG_E_ARGUMENT, "%s of a convolution must be %lld to %lld, not %lld",
                    name, (long long)lo, (long long)hi, (long long)value);
}

static brg_status check_params(const brg_conv_params *p, brg_error *error) {
    const struct {
        const char *name;
        int64_t value, hi;
    } rows[] = {
        {"stride_h", p->stride_h, MAX_STEP},
        {"stride_w", p->stride_w, MAX_STEP},
        {"padding_h", p->padding_h, MAX_STEP},
        {"padding_w", p->padding_w, MAX_STEP},
        {"dilation_h", p->dilation_h, MAX_STEP},
        {"dilation_w", p->dilation_w, MAX_STEP},
        {"groups", p->groups, BRG_MAX_SIDE},
        {"h", p->h, BRG_MAX_SIDE},
        {"w", p->w, BRG_MAX_SIDE},
        {"kh", p->kh, BRG_MAX_SIDE},
        {"kw", p->kw, BRG_MAX_SIDE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (check_range(rows[i].name, rows[i].value, 0, rows[i].hi, error) != BRG_OK)
            return error->status;
    return BRG_OK;
}

static brg_status check_tensor(const char *name, const brg_shape *s, int32_t rank,
                               brg_error *error) {
    if (s->dtype != BRG_F32)
        return brg_fail(error, BRG_E_ARGUMENT, "convolutions take f32 tensors, %s is %s", name,
                        brg_dtype_name(s->dtype));
    if (s->rank != rank)
        return brg_fail(error, BRG_E_SHAPE, "%s must have %d dims, not %d", name, (int)rank,
                        (int)s->rank);
    for (int32_t d = 0; d < rank; d++) {
        bool batch = d == 0 && rank == 4;
        if (s->dims[d] < (batch ? 0 : 1) || s->dims[d] > BRG_MAX_SIDE)
            return brg_fail(error, BRG_E_SHAPE, "dim %d of %s is %lld; it must be %d to %d", (int)d,
                            name, (long long)s->dims[d], batch ? 0 : 1, BRG_MAX_SIDE);
    }
    return BRG_OK;
}

/* Every size that a kernel computes as an int. */
static brg_status check_sizes(const brg_conv *v, brg_error *error) {
    const struct {
        const char *name;
        double value;
    } rows[] = {
        {"an image of x", (double)v->c * (double)v->h * (double)v->w},
        {"an image of y", (double)v->k * (double)v->oh * (double)v->ow},
        {"the weights", (double)v->k * (double)v->cg * (double)v->kh * (double)v->kw},
        {"planes of x and y, together with their padding,",
         (double)(v->h + 2 * v->ph + v->dh * v->kh) * (double)(v->w + 2 * v->pw + v->dw * v->kw)},
        {"a plane of x, over the batch,", (double)v->n * (double)v->h * (double)v->w},
        {"a plane of y, over the batch,", (double)v->n * (double)v->oh * (double)v->ow},
        {"the channels, over the batch,", (double)v->n * (double)(v->c + v->k)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!(rows[i].value <= BRG_MAX_SIDE))
            return brg_fail(error, BRG_E_SHAPE, "%s would have %.4g elements; the limit is %d",
                            rows[i].name, rows[i].value, BRG_MAX_SIDE);
    return BRG_OK;
}

static brg_status check_groups(const brg_conv *v, const brg_shape *weights, brg_error *error) {
    if (v->c % v->groups != 0 || v->k % v->groups != 0) {
        brg_fail(error, BRG_E_SHAPE, "%lld groups do not divide %lld channels and %lld filters",
                 (long long)v->groups, (long long)v->c, (long long)v->k);
        brg_error_hint(error, "Both c and k must be multiples of groups.");
        return BRG_E_SHAPE;
    }
    if (weights && weights->dims[1] * v->groups != v->c) {
        brg_fail(error, BRG_E_SHAPE, "weights are for %lld channels, x has %lld",
                 (long long)(weights->dims[1] * v->groups), (long long)v->c);
        brg_error_hint(error, "Weights are stored {k, c / groups, kh, kw}.");
        return BRG_E_SHAPE;
    }
    return BRG_OK;
}

static bool side_fits(int64_t count, int64_t size, int64_t taps, int64_t stride, int64_t padding,
                      int64_t dilation) {
    int64_t room = size + 2 * padding - dilation * (taps - 1) - 1;
    return size >= 1 && taps >= 1 && room >= 0 && room / stride + 1 == count;
}

static brg_status check_sides(const brg_conv *v, brg_error *error) {
    bool high = side_fits(v->oh, v->h, v->kh, v->sh, v->ph, v->dh);
    if (high && side_fits(v->ow, v->w, v->kw, v->sw, v->pw, v->dw))
        return BRG_OK;
    brg_fail(error, BRG_E_SHAPE,
             "an image of %lldx%lld under a filter of %lldx%lld does not give %lldx%lld outputs",
             (long long)v->h, (long long)v->w, (long long)v->kh, (long long)v->kw, (long long)v->oh,
             (long long)v->ow);
    brg_error_hint(error, "There must be (size + 2 padding - dilation (taps - 1) - 1) / stride + 1 "
                          "of them, at least 1.");
    return BRG_E_SHAPE;
}

static brg_status check_bias(const brg_conv *v, const brg_call *call, brg_error *error) {
    if (call->input_count < 3)
        return BRG_OK;
    brg_status status = check_tensor("bias", &call->inputs[2], 1, error);
    if (status == BRG_OK && call->inputs[2].dims[0] != v->k)
        status = brg_fail(error, BRG_E_SHAPE, "bias has %lld elements for %lld filters",
                          (long long)call->inputs[2].dims[0], (long long)v->k);
    return status;
}

static brg_shape output_of(const brg_conv *v, brg_conv_pass pass) {
    if (pass == BRG_CONV_FORWARD)
        return shape_of(v->n, v->k, v->oh, v->ow);
    return pass == BRG_CONV_DATA ? shape_of(v->n, v->c, v->h, v->w)
                                 : shape_of(v->k, v->cg, v->kh, v->kw);
}

static brg_status check_batch(const brg_call *call, brg_error *error) {
    if (call->inputs[0].dims[0] == call->inputs[1].dims[0])
        return BRG_OK;
    return brg_fail(error, BRG_E_SHAPE, "dy has %lld images, x has %lld",
                    (long long)call->inputs[0].dims[0], (long long)call->inputs[1].dims[0]);
}

static brg_status check(const brg_call *call, brg_conv_pass pass, brg_shape *output,
                        brg_error *error) {
    static const char *const names[][2] = {{"x", "weights"}, {"dy", "weights"}, {"dy", "x"}};
    brg_error unused;
    error = error ? error : &unused;
    brg_status status = check_params(call->params, error);
    for (int32_t i = 0; status == BRG_OK && i < 2; i++)
        status = check_tensor(names[pass][i], &call->inputs[i], 4, error);
    if (status != BRG_OK)
        return status;
    const brg_conv v = brg_conv_resolve(call, pass);
    status = check_groups(&v, pass == BRG_CONV_FORWARD ? &call->inputs[1] : NULL, error);
    if (status == BRG_OK && pass == BRG_CONV_WEIGHTS)
        status = check_batch(call, error);
    if (status == BRG_OK)
        status = check_sides(&v, error);
    if (status == BRG_OK)
        status = check_sizes(&v, error);
    if (status == BRG_OK && pass == BRG_CONV_FORWARD)
        status = check_bias(&v, call, error);
    if (status != BRG_OK)
        return status;
    *output = output_of(&v, pass);
    return brg_shape_size(output, NULL, NULL, error);
}

/* ---- cost and names ---- */

static void cost(const brg_call *call, brg_conv_pass pass, brg_cost *out) {
    const brg_conv v = brg_conv_resolve(call, pass);
    double y = (double)v.n * (double)v.k * (double)v.oh * (double)v.ow;
    double x = (double)v.n * (double)v.c * (double)v.h * (double)v.w;
    double terms = (double)v.cg * (double)v.kh * (double)v.kw;
    out->flops = 2.0 * y * terms;
    out->bytes = 4.0 * (x + y + (double)v.k * terms);
}

static int32_t dims(const brg_call *call, brg_conv_pass pass, brg_dim out[BRG_MAX_DIMS]) {
    const brg_conv v = brg_conv_resolve(call, pass);
    const brg_dim all[] = {{"n", v.n}, {"c", v.c},   {"h", v.h},   {"w", v.w},
                           {"k", v.k}, {"kh", v.kh}, {"kw", v.kw}, {"stride", v.sw}};
    memcpy(out, all, sizeof all);
    return BRG_MAX_DIMS;
}

/* ---- plan ---- */

brg_status brg_conv_unsupported(const char *variant, const char *why, brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED, "the convolution's variant \"%s\" %s", variant, why);
    brg_error_hint(error, "Choose another variant, or none to let the op choose.");
    return BRG_E_UNSUPPORTED;
}

/* The variants' names and ideas, in one place: each op lists those that it has. */
#define ROW_NAIVE                                                                                  \
    { "naive", "one work-item for each element" }
#define ROW_TILED                                                                                  \
    { "tiled", "a matrix product by tiles in local memory, its operand gathered, for GPUs" }
#define ROW_DIRECT                                                                                 \
    { "direct", "16 filters by up to 28 pixels in registers, the input in place, for CPUs" }
#define ROW_POINTWISE                                                                              \
    { "pointwise", "1 x 1 filters: as direct, a plane being one long row" }

#define ROW_DEPTHWISE                                                                              \
    { "depthwise", "16 pixels of a row in a vector, for groups of one or a few filters" }
#define ROW_WINOGRAD2                                                                              \
    { "winograd2", "3 x 3: 16 multiplications for 4 pixels instead of 36" }
#define ROW_WINOGRAD4                                                                              \
    { "winograd4", "3 x 3: 36 multiplications for 16 pixels instead of 144; wider bounds" }

static const brg_tunable tunables[BRG_CONV_TUNED_COUNT] = {
    [BRG_CONV_TUNED_PIXELS] = {"direct_pixels",
                               "pixels of a register tile, at most",
                               "direct",
                               16,
                               16,
                               {8, 12, 14, 16, 20, 24, 28}},
    [BRG_CONV_TUNED_ROOM] = {"direct_kib",
                             "local memory of a work-item in KiB, at most",
                             "direct",
                             384,
                             32,
                             {32, 64, 128, 256, 384, 512, 768}},
    [BRG_CONV_TUNED_TILES] =
        {"winograd_tiles", "tiles of a work-item, at most", NULL, 32, 32, {8, 16, 24, 32, 48, 64}},
};

static const brg_variant forward_variants[] = {
    ROW_NAIVE, ROW_TILED, ROW_DIRECT, ROW_POINTWISE, ROW_DEPTHWISE, ROW_WINOGRAD2, ROW_WINOGRAD4};
static const brg_conv_variant forward_rungs[] = {
    BRG_CONV_NAIVE,     BRG_CONV_TILED,     BRG_CONV_DIRECT,   BRG_CONV_POINTWISE,
    BRG_CONV_DEPTHWISE, BRG_CONV_WINOGRAD2, BRG_CONV_WINOGRAD4};
static const brg_variant backward_data_variants[] = {ROW_NAIVE,     ROW_TILED,     ROW_DIRECT,
                                                     ROW_DEPTHWISE, ROW_WINOGRAD2, ROW_WINOGRAD4};
static const brg_conv_variant backward_data_rungs[] = {BRG_CONV_NAIVE,     BRG_CONV_TILED,
                                                       BRG_CONV_DIRECT,    BRG_CONV_DEPTHWISE,
                                                       BRG_CONV_WINOGRAD2, BRG_CONV_WINOGRAD4};
static const brg_variant backward_weights_variants[] = {ROW_NAIVE, ROW_TILED, ROW_DIRECT,
                                                        ROW_WINOGRAD2, ROW_WINOGRAD4};
static const brg_conv_variant backward_weights_rungs[] = {
    BRG_CONV_NAIVE, BRG_CONV_TILED, BRG_CONV_DIRECT, BRG_CONV_WINOGRAD2, BRG_CONV_WINOGRAD4};

enum {
    FORWARD_COUNT = sizeof forward_rungs / sizeof forward_rungs[0],
    BACKWARD_DATA_COUNT = sizeof backward_data_rungs / sizeof backward_data_rungs[0],
    BACKWARD_WEIGHTS_COUNT = sizeof backward_weights_rungs / sizeof backward_weights_rungs[0]
};

static brg_status plan_forward(const brg_conv *v, brg_conv_variant rung,
                               const brg_device_info *device, brg_plan *plan, brg_error *error) {
    const brg_conv_buffers buffers = {.x = BRG_BUFFER_INPUT(0),
                                      .weights = BRG_BUFFER_INPUT(1),
                                      .bias = BRG_BUFFER_INPUT(v->has_bias ? 2 : 1),
                                      .y = BRG_BUFFER_OUTPUT,
                                      .has_bias = v->has_bias};
    switch (rung) {
    case BRG_CONV_DIRECT:
        return brg_conv_plan_direct(v, &buffers, device, plan, error);
    case BRG_CONV_POINTWISE:
        return brg_conv_plan_pointwise(v, &buffers, device, plan, error);
    case BRG_CONV_DEPTHWISE:
        return brg_conv_plan_depthwise(v, &buffers, device, plan, error);
    case BRG_CONV_WINOGRAD2:
    case BRG_CONV_WINOGRAD4:
        return brg_conv_plan_winograd(v, rung == BRG_CONV_WINOGRAD2 ? 2 : 4, false, &buffers,
                                      device, plan, error);
    default:
        return brg_conv_plan_general(v, BRG_CONV_FORWARD, rung, device, plan, error);
    }
}

/* With stride 1 dx is a convolution of dy with the weights rotated, with all that a convolution can
 * use. */
static brg_status plan_data(const brg_conv *v, brg_conv_variant rung, const brg_device_info *device,
                            brg_plan *plan, brg_error *error) {
    const brg_conv_buffers buffers = {.x = BRG_BUFFER_INPUT(0),
                                      .weights = BRG_BUFFER_INPUT(1),
                                      .bias = BRG_BUFFER_INPUT(1),
                                      .y = BRG_BUFFER_OUTPUT};
    const brg_conv to = brg_conv_transposed(v, NULL);
    switch (rung) {
    case BRG_CONV_DIRECT:
    case BRG_CONV_DEPTHWISE:
        return brg_conv_plan_data(v, rung, device, plan, error);
    case BRG_CONV_WINOGRAD2:
    case BRG_CONV_WINOGRAD4:
        return brg_conv_plan_winograd(&to, rung == BRG_CONV_WINOGRAD2 ? 2 : 4, true, &buffers,
                                      device, plan, error);
    default:
        return brg_conv_plan_general(v, BRG_CONV_DATA, rung, device, plan, error);
    }
}

static brg_status plan_weights(const brg_conv *v, brg_conv_variant rung,
                               const brg_device_info *device, brg_plan *plan, brg_error *error) {
    switch (rung) {
    case BRG_CONV_DIRECT:
        return brg_conv_plan_weights(v, device, plan, error);
    case BRG_CONV_WINOGRAD2:
    case BRG_CONV_WINOGRAD4:
        return brg_conv_plan_winograd_weights(v, rung == BRG_CONV_WINOGRAD2 ? 2 : 4, device, plan,
                                              error);
    default:
        return brg_conv_plan_general(v, BRG_CONV_WEIGHTS, rung, device, plan, error);
    }
}

static brg_status plan_rung(const brg_conv *v, brg_conv_pass pass, brg_conv_variant rung,
                            const brg_device_info *device, brg_plan *plan, brg_error *error) {
    if (pass == BRG_CONV_FORWARD)
        return plan_forward(v, rung, device, plan, error);
    if (pass == BRG_CONV_DATA)
        return plan_data(v, rung, device, plan, error);
    return plan_weights(v, rung, device, plan, error);
}

/* About how many vectors of multiply-adds a rung needs for an image and a group, transforms
 * included. Figures measured on a CPU agree to a tenth. */
static double winograd_work(const brg_conv *v, int64_t tile) {
    const double tiles = (double)((v->oh + tile - 1) / tile) * (double)((v->ow + tile - 1) / tile);
    const double area = (double)((tile + 2) * (tile + 2));
    const double filters = (double)((v->kg + 15) / 16), channels = (double)((v->cg + 15) / 16);
    return tiles * area * (filters * (double)v->cg + 10 * (filters + channels));
}

static double direct_work(const brg_conv *v) {
    return (double)(v->oh * v->ow) * (double)(v->kh * v->kw * v->cg) * (double)((v->kg + 15) / 16);
}

static double depthwise_work(const brg_conv *v) {
    return 2.0 * (double)(v->oh * ((v->ow + 15) / 16)) * (double)(v->kh * v->kw * v->cg * v->kg);
}

/* Winograd's algorithm where it has less work than another, of stride 1, that needs `work`. */
static brg_conv_variant or_winograd(const brg_conv *v, brg_conv_variant otherwise, double work,
                                    const brg_device_info *device) {
    const double two = winograd_work(v, 2), four = winograd_work(v, 4);
    const int64_t tile = four < two ? 4 : 2;
    if (brg_conv_fits_winograd(v, tile, device) && fmin(two, four) < 0.9 * work)
        return tile == 4 ? BRG_CONV_WINOGRAD4 : BRG_CONV_WINOGRAD2;
    return otherwise;
}

static bool is_stride_1(const brg_conv *v) {
    return v->sh == 1 && v->sw == 1;
}

/* For a convolution of anything: x forward, or dy with stride 1 backward. */
static brg_conv_variant choose_convolution(const brg_conv *v, bool forward,
                                           const brg_device_info *device, const brg_plan *plan) {
    const double direct = direct_work(v), depthwise = depthwise_work(v);
    brg_conv_variant best = BRG_CONV_NAIVE;
    if (brg_conv_fits_direct(v, device, plan))
        best = forward && v->kh * v->kw == 1 && is_stride_1(v) && v->ph + v->pw == 0
                   ? BRG_CONV_POINTWISE
                   : BRG_CONV_DIRECT;
    if (depthwise < direct && brg_conv_fits_depthwise(v, device, plan))
        best = BRG_CONV_DEPTHWISE;
    return is_stride_1(v) ? or_winograd(v, best, fmin(direct, depthwise), device) : best;
}

/* GPUs take tiles. A CPU takes the rung with the least work among those that fit it. */
static brg_conv_variant choose(const brg_conv *v, brg_conv_pass pass, const brg_device_info *device,
                               const brg_plan *plan) {
    if (device->kind != BRG_DEVICE_CPU)
        return brg_conv_fits_tiles(device) ? BRG_CONV_TILED : BRG_CONV_NAIVE;
    if (pass == BRG_CONV_FORWARD)
        return choose_convolution(v, true, device, plan);
    if (pass == BRG_CONV_WEIGHTS) {
        const bool fits = brg_conv_fits_weights(v, device, plan);
        const brg_conv_variant best = fits ? BRG_CONV_DIRECT : BRG_CONV_NAIVE;
        return is_stride_1(v) ? or_winograd(v, best, direct_work(v), device) : best;
    }
    const brg_conv to = brg_conv_transposed(v, NULL);
    if (is_stride_1(v))
        return choose_convolution(&to, false, device, plan);
    return brg_conv_fits_data(v, device, plan) ? BRG_CONV_DIRECT : BRG_CONV_NAIVE;
}

static brg_status plan(const brg_call *call, const brg_op *op, const brg_conv_variant *rungs,
                       brg_conv_pass pass, const char *variant, const brg_device_info *device,
                       brg_plan *out, brg_error *error) {
    const brg_conv v = brg_conv_resolve(call, pass);
    int32_t index = 0;
    if (variant && (index = brg_variant_find(op, variant)) < 0)
        return brg_variant_unknown(op, variant, error);
    brg_conv_variant rung = variant ? rungs[index] : choose(&v, pass, device, out);
    while (rungs[index] != rung)
        index++;
    snprintf(out->variant, sizeof out->variant, "%s", op->variants[index].name);
    out->zero_output = v.n == 0; /* a sum over no images at all is 0 */
    return v.n == 0 ? BRG_OK : plan_rung(&v, pass, rung, device, out, error);
}

/* ---- examples ---- */

typedef struct example_row {
    int16_t n, c, h, w, k, kh, kw;
    int8_t sh, sw, ph, pw, dh, dw, groups;
    bool bias, relu;
} example_row;

/* Awkward calls, small ones first. */
static const example_row examples[] = {
    /* nothing; one of everything; the image is the filter */
    {0, 3, 5, 5, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, true, false},
    {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, false, false},
    {1, 1, 1, 1, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, true, true},
    {2, 3, 5, 7, 2, 5, 7, 1, 1, 0, 0, 1, 1, 1, true, false},
    /* strides beyond the filter, padding beyond it, dilation, lopsided everything */
    {1, 2, 11, 13, 3, 2, 2, 3, 4, 0, 0, 1, 1, 1, false, true},
    {1, 1, 4, 3, 2, 2, 3, 1, 1, 4, 5, 1, 1, 1, true, false},
    {2, 2, 9, 8, 3, 3, 2, 1, 1, 2, 1, 2, 3, 1, false, false},
    {1, 3, 17, 5, 5, 5, 1, 2, 1, 2, 0, 1, 1, 1, true, true},
    {1, 2, 6, 31, 1, 1, 5, 1, 2, 0, 3, 1, 2, 1, false, false},
    {3, 1, 7, 7, 1, 3, 3, 2, 2, 1, 1, 1, 1, 1, true, false},
    {1, 1, 1, 67, 17, 1, 3, 1, 1, 0, 1, 1, 1, 1, false, true},
    {1, 5, 61, 1, 3, 7, 1, 3, 1, 6, 0, 2, 1, 1, true, false},
    /* groups, and as many as channels */
    {2, 4, 8, 9, 6, 3, 3, 1, 1, 1, 1, 1, 1, 2, true, true},
    {1, 6, 10, 11, 6, 3, 3, 1, 1, 1, 1, 1, 1, 6, true, false},
    {2, 3, 19, 37, 9, 3, 5, 2, 2, 1, 2, 1, 1, 3, false, true},
    {1, 5, 23, 21, 5, 3, 3, 1, 1, 2, 2, 2, 2, 5, false, false},
    /* 1 x 1 filters */
    {2, 7, 5, 9, 11, 1, 1, 1, 1, 0, 0, 1, 1, 1, true, true},
    {1, 33, 13, 17, 9, 1, 1, 1, 1, 0, 0, 1, 1, 1, false, false},
    {1, 6, 8, 8, 10, 1, 1, 2, 2, 0, 0, 1, 1, 2, true, false},
    /* 3 x 3, stride 1: around the edges of tiles and of 16 channels */
    {1, 1, 16, 16, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, false, false},
    {3, 16, 14, 14, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1, true, true},
    {2, 17, 15, 13, 15, 3, 3, 1, 1, 1, 1, 1, 1, 1, true, false},
    {1, 19, 9, 41, 33, 3, 3, 1, 1, 0, 0, 1, 1, 1, false, true},
    {2, 8, 29, 150, 5, 3, 3, 1, 1, 2, 2, 1, 1, 1, true, false},
    {5, 34, 5, 4, 20, 3, 3, 1, 1, 1, 0, 1, 1, 2, true, true},
    /* large filters with strides, as in first layers */
    {2, 3, 35, 45, 18, 7, 7, 2, 2, 3, 3, 1, 1, 1, true, true},
    {1, 4, 27, 26, 8, 11, 11, 4, 4, 2, 2, 1, 1, 1, false, false},
};

static brg_conv conv_of(const example_row *r) {
    brg_conv v = {.n = r->n, .c = r->c, .h = r->h, .w = r->w, .k = r->k, .kh = r->kh, .kw = r->kw};
    v.sh = r->sh, v.sw = r->sw;
    v.ph = r->ph, v.pw = r->pw;
    v.dh = r->dh, v.dw = r->dw;
    v.groups = r->groups;
    v.relu = r->relu;
    return v;
}

/* A call of one of the three ops for a convolution whose outputs are not yet counted: inputs of
 * noise, and parameters that say the sides which the inputs leave open. */
static brg_status make_call(brg_conv v, bool bias, brg_conv_pass pass, uint64_t seed,
                            brg_example *out, brg_error *error) {
    v.cg = v.c / v.groups;
    v.oh = (v.h + 2 * v.ph - v.dh * (v.kh - 1) - 1) / v.sh + 1;
    v.ow = (v.w + 2 * v.pw - v.dw * (v.kw - 1) - 1) / v.sw + 1;
    brg_conv_params params = {.stride_h = (int32_t)v.sh,
                              .stride_w = (int32_t)v.sw,
                              .padding_h = (int32_t)v.ph,
                              .padding_w = (int32_t)v.pw,
                              .dilation_h = (int32_t)v.dh,
                              .dilation_w = (int32_t)v.dw,
                              .groups = (int32_t)v.groups,
                              .relu = v.relu && pass == BRG_CONV_FORWARD};
    if (pass == BRG_CONV_DATA)
        params.h = (int32_t)v.h, params.w = (int32_t)v.w;
    if (pass == BRG_CONV_WEIGHTS)
        params.kh = (int32_t)v.kh, params.kw = (int32_t)v.kw;
    memcpy(out->params, &params, sizeof params);
    const brg_shape x = shape_of(v.n, v.c, v.h, v.w), y = shape_of(v.n, v.k, v.oh, v.ow);
    const brg_shape weights = shape_of(v.k, v.cg, v.kh, v.kw), b = brg_shape_1d(BRG_F32, v.k);
    brg_status status = brg_example_add(out, pass == BRG_CONV_FORWARD ? &x : &y, seed, error);
    if (status == BRG_OK)
        status = brg_example_add(out, pass == BRG_CONV_WEIGHTS ? &x : &weights, seed, error);
    if (status == BRG_OK && bias && pass == BRG_CONV_FORWARD)
        status = brg_example_add(out, &b, seed, error);
    if (status != BRG_OK)
        brg_example_release(out);
    return status;
}

static brg_status example(int32_t index, brg_conv_pass pass, uint64_t seed, brg_example *out,
                          brg_error *error) {
    if (index < 0 || index >= (int32_t)(sizeof examples / sizeof examples[0]))
        return brg_fail(error, BRG_E_NOT_FOUND, "%s has no example %d", op_names[pass], (int)index);
    const example_row *r = &examples[index];
    *out = (brg_example){0};
    char described[128];
    snprintf(described, sizeof described, "%dx%dx%dx%d %d of %dx%d s%d,%d p%d,%d d%d,%d g%d%s%s",
             r->n, r->c, r->h, r->w, r->k, r->kh, r->kw, r->sh, r->sw, r->ph, r->pw, r->dh, r->dw,
             r->groups, r->bias ? " bias" : "", r->relu ? " relu" : "");
    snprintf(out->text, sizeof out->text, "%.63s", described);
    return make_call(conv_of(r), r->bias, pass, seed, out, error);
}

/* ---- calls from words ---- */

typedef struct words {
    brg_word_sizes x, w;
    int64_t stride, padding, dilation, groups;
    bool bias, relu;
} words;

static const brg_word word_table[] = {
    {"x", BRG_WORD_SIZES, offsetof(words, x), 1, 65535, NULL},
    {"w", BRG_WORD_SIZES, offsetof(words, w), 1, 65535, NULL},
    {"stride", BRG_WORD_INTEGER, offsetof(words, stride), 1, 65535, NULL},
    {"padding", BRG_WORD_INTEGER, offsetof(words, padding), 0, 65535, NULL},
    {"dilation", BRG_WORD_INTEGER, offsetof(words, dilation), 1, 65535, NULL},
    {"groups", BRG_WORD_INTEGER, offsetof(words, groups), 1, 65535, NULL},
    {"bias", BRG_WORD_FLAG, offsetof(words, bias), 0, 0, NULL},
    {"relu", BRG_WORD_FLAG, offsetof(words, relu), 0, 0, NULL},
};

static const char syntax[] =
    "x=NxCxHxW w=KxCxKHxKW stride=S padding=P dilation=D groups=G bias relu";

/* The layers of FACTS, a 1 x 1, and a filter for each channel. */
static const char *const sizes[] = {
    "x=32x1x28x28 w=16x1x3x3 padding=1",
    "x=64x16x14x14 w=32x16x3x3 padding=1",
    "x=4x128x56x56 w=128x1x3x3 padding=1 groups=128",
    "x=4x128x28x28 w=256x128x1x1",
    "x=8x64x56x56 w=64x64x3x3 padding=1",
    "x=8x3x224x224 w=64x3x7x7 stride=2 padding=3",
    NULL,
};

static brg_status check_words(const words *in, const char *op, brg_error *error) {
    const int64_t *x = in->x.values, *w = in->w.values;
    if (in->x.count != 4 || in->w.count != 4)
        return brg_fail(error, BRG_E_ARGUMENT, "x and w of %s have four sizes each, as in %s", op,
                        sizes[0]);
    if (w[1] * in->groups != x[1] || w[0] % in->groups != 0)
        return brg_fail(error, BRG_E_SHAPE,
                        "w is for %lld channels in %lld groups, x has %lld channels",
                        (long long)(w[1] * in->groups), (long long)in->groups, (long long)x[1]);
    for (int d = 2; d < 4; d++)
        if (x[d] + 2 * in->padding < in->dilation * (w[d] - 1) + 1)
            return brg_fail(error, BRG_E_SHAPE,
                            "a filter of %lldx%lld does not fit an image of %lldx%lld",
                            (long long)w[2], (long long)w[3], (long long)x[2], (long long)x[3]);
    return BRG_OK;
}

static brg_status make(const char *text, brg_conv_pass pass, uint64_t seed, brg_example *out,
                       brg_error *error) {
    words in = {.x = {4, {8, 64, 56, 56}}, .w = {4, {64, 64, 3, 3}}, .stride = 1, .dilation = 1};
    in.groups = 1;
    brg_status status =
        brg_words_read(op_names[pass], text, word_table,
                       (int32_t)(sizeof word_table / sizeof word_table[0]), &in, error);
    if (status == BRG_OK)
        status = check_words(&in, op_names[pass], error);
    if (status != BRG_OK)
        return status;
    const int64_t *x = in.x.values, *w = in.w.values;
    brg_conv v = {.n = x[0], .c = x[1], .h = x[2], .w = x[3], .k = w[0], .kh = w[2], .kw = w[3]};
    v.sh = v.sw = in.stride;
    v.ph = v.pw = in.padding;
    v.dh = v.dw = in.dilation;
    v.groups = in.groups;
    v.relu = in.relu;
    *out = (brg_example){0};
    snprintf(out->text, sizeof out->text, "%s", text);
    return make_call(v, in.bias, pass, seed, out, error);
}

/* ---- the rows ---- */

/* The callbacks of one op are those above with the pass filled in. */
#define CALLBACKS(prefix, PASS)                                                                    \
    static brg_status prefix##_check(const brg_call *call, brg_shape *output, brg_error *error) {  \
        return check(call, PASS, output, error);                                                   \
    }                                                                                              \
    static void prefix##_cost(const brg_call *call, brg_cost *out) {                               \
        cost(call, PASS, out);                                                                     \
    }                                                                                              \
    static int32_t prefix##_dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {                \
        return dims(call, PASS, out);                                                              \
    }                                                                                              \
    static brg_status prefix##_plan(const brg_call *call, const char *variant,                     \
                                    const brg_device_info *device, brg_plan *out,                  \
                                    brg_error *error) {                                            \
        return plan(call, &brg_op_conv2d_##prefix, prefix##_rungs, PASS, variant, device, out,     \
                    error);                                                                        \
    }                                                                                              \
    static brg_status prefix##_example(int32_t index, uint64_t seed, brg_example *out,             \
                                       brg_error *error) {                                         \
        return example(index, PASS, seed, out, error);                                             \
    }                                                                                              \
    static brg_status prefix##_make(const char *text, uint64_t seed, brg_example *out,             \
                                    brg_error *error) {                                            \
        return make(text, PASS, seed, out, error);                                                 \
    }

CALLBACKS(forward, BRG_CONV_FORWARD)
CALLBACKS(backward_data, BRG_CONV_DATA)
CALLBACKS(backward_weights, BRG_CONV_WEIGHTS)

const brg_op brg_op_conv2d_forward = {
    .name = "conv2d_forward",
    .summary = "convolution of images by filters, channels first",
    .params_size = sizeof(brg_conv_params),
    .min_inputs = 2,
    .max_inputs = 3,
    .variants = forward_variants,
    .variant_count = FORWARD_COUNT,
    .tunables = tunables,
    .tunable_count = BRG_CONV_TUNED_COUNT,
    .check = forward_check,
    .cost = forward_cost,
    .dims = forward_dims,
    .plan = forward_plan,
    .sequential = brg_conv_forward_sequential,
    .naive = brg_conv_forward_naive,
    .oracle = brg_conv_forward_oracle,
    .example = forward_example,
    .make = forward_make,
    .make_syntax = syntax,
    .sizes = sizes,
};

const brg_op brg_op_conv2d_backward_data = {
    .name = "conv2d_backward_data",
    .summary = "gradient of a convolution with respect to its images",
    .params_size = sizeof(brg_conv_params),
    .min_inputs = 2,
    .max_inputs = 2,
    .variants = backward_data_variants,
    .variant_count = BACKWARD_DATA_COUNT,
    .tunables = tunables,
    .tunable_count = BRG_CONV_TUNED_COUNT,
    .check = backward_data_check,
    .cost = backward_data_cost,
    .dims = backward_data_dims,
    .plan = backward_data_plan,
    .sequential = brg_conv_data_sequential,
    .naive = brg_conv_data_naive,
    .oracle = brg_conv_data_oracle,
    .example = backward_data_example,
    .make = backward_data_make,
    .make_syntax = syntax,
    .sizes = sizes,
};

const brg_op brg_op_conv2d_backward_weights = {
    .name = "conv2d_backward_weights",
    .summary = "gradient of a convolution with respect to its filters",
    .params_size = sizeof(brg_conv_params),
    .min_inputs = 2,
    .max_inputs = 2,
    .variants = backward_weights_variants,
    .variant_count = BACKWARD_WEIGHTS_COUNT,
    .tunables = tunables,
    .tunable_count = BRG_CONV_TUNED_COUNT,
    .check = backward_weights_check,
    .cost = backward_weights_cost,
    .dims = backward_weights_dims,
    .plan = backward_weights_plan,
    .sequential = brg_conv_weights_sequential,
    .naive = brg_conv_weights_naive,
    .oracle = brg_conv_weights_oracle,
    .example = backward_weights_example,
    .make = backward_weights_make,
    .make_syntax = syntax,
    .sizes = sizes,
};
