/* The op "conv2d": an image correlated with weights of any size up to 63 x 63. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/ops.h"
#include "reference/conv2d.h"

enum { NAIVE, DIRECT, SEPARABLE, LINES, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    [NAIVE] = {"naive", "one work-item for each element"},
    [DIRECT] = {"direct", "one work-item holds 8 rows by 32 elements in registers, for CPUs"},
    [SEPARABLE] = {"separable", "two passes, along rows and along columns, if the weights allow"},
    [LINES] = {"lines",
               "as direct, from rows turned into floats once, built for the weights' height"},
};

enum {
    TILE_ROWS = 8, /* the register tile of kernels/conv2d.cl */
    TILE_COLS = 32,
    STRIP = 512,                                 /* of its fused separable kernel, */
    FUSED_LOCAL = 8 * (STRIP + 62 * 4 + 16) * 4, /* and the local memory that it takes */
    SPAN = 512,                                  /* of its kernel that works on lines, */
    MARGIN = 64,                                 /* what its lines hold beyond that, */
    MOST_LINES = 15,                             /* and the highest weights that it is built for */
    MAX_KERNEL = 63,
    MAX_IMAGE = 1 << 30 /* rows, and elements in a row: reflecting, an int counts twice as far */
};

/* ---- check ---- */

static brg_status check_image(const brg_shape *s, brg_error *error) {
    if (s->dtype != BRG_U8 && s->dtype != BRG_F32)
        return brg_fail(error, BRG_E_ARGUMENT, "conv2d takes u8 or f32 images, not %s",
                        brg_dtype_name(s->dtype));
    if (s->rank != 3 || (s->dims[2] != 1 && s->dims[2] != 3 && s->dims[2] != 4))
        return brg_fail(
            error, BRG_E_SHAPE,
            "conv2d takes images of dims {height, width, channels}, channels 1, 3 or 4");
    if (s->dims[0] < 0 || s->dims[1] < 0 || s->dims[0] > MAX_IMAGE ||
        s->dims[1] > MAX_IMAGE / s->dims[2])
        return brg_fail(error, BRG_E_SHAPE, "an image of %lldx%lld pixels is too large for conv2d",
                        (long long)s->dims[1], (long long)s->dims[0]);
    return BRG_OK;
}

static brg_status check_weights(const brg_shape *s, brg_error *error) {
    if (s->dtype != BRG_F32 || s->rank != 2)
        return brg_fail(error, BRG_E_ARGUMENT, "conv2d takes f32 weights of dims {kh, kw}");
    if (s->dims[0] < 1 || s->dims[1] < 1 || s->dims[0] > MAX_KERNEL || s->dims[1] > MAX_KERNEL)
        return brg_fail(error, BRG_E_SHAPE, "conv2d's weights are %lldx%lld; sides must be 1 to %d",
                        (long long)s->dims[0], (long long)s->dims[1], MAX_KERNEL);
    return BRG_OK;
}

/* Grey levels have no NaN: a sum that is none could not be told from one that is zero. */
static brg_status check_finite(const brg_call *call, brg_error *error) {
    const float *weights = call->data[1];
    int64_t count = call->inputs[1].dims[0] * call->inputs[1].dims[1];
    if (!weights || call->inputs[0].dtype != BRG_U8)
        return BRG_OK;
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(weights[i]))
            return brg_fail(error, BRG_E_ARGUMENT,
                            "conv2d of a u8 image needs finite weights; weight %lld is not",
                            (long long)i);
    return BRG_OK;
}

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_conv2d_params *params = call->params;
    brg_status status = check_image(&call->inputs[0], error);
    if (status == BRG_OK)
        status = check_weights(&call->inputs[1], error);
    if (status == BRG_OK)
        status = check_finite(call, error);
    if (status != BRG_OK)
        return status;
    if ((int)params->border < 0 || params->border >= BRG_BORDER_COUNT)
        return brg_fail(error, BRG_E_ARGUMENT, "conv2d knows borders 0 to %d, not %d",
                        BRG_BORDER_COUNT - 1, (int)params->border);
    *output = call->inputs[0];
    return brg_shape_size(output, NULL, NULL, error);
}

/* ---- cost and names ---- */

/* Counts the sum as it is defined, kh * kw products, however a variant computes it. */
static void cost(const brg_call *call, brg_cost *out) {
    const brg_shape *image = &call->inputs[0], *weights = &call->inputs[1];
    double elements = (double)image->dims[0] * (double)image->dims[1] * (double)image->dims[2];
    double taps = (double)weights->dims[0] * (double)weights->dims[1];
    out->flops = 2.0 * elements * taps;
    out->bytes = 2.0 * elements * (double)brg_dtype_size(image->dtype) + 4.0 * taps;
}

static int32_t dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {
    const brg_shape *image = &call->inputs[0], *weights = &call->inputs[1];
    out[0] = (brg_dim){"h", image->dims[0]};
    out[1] = (brg_dim){"w", image->dims[1]};
    out[2] = (brg_dim){"c", image->dims[2]};
    out[3] = (brg_dim){"kh", weights->dims[0]};
    out[4] = (brg_dim){"kw", weights->dims[1]};
    return 5;
}

/* ---- plan ---- */

/* Begins a launch: what all kernels of conv2d.cl have in common. */
static brg_launch *add_launch(brg_plan *plan, const brg_call *call, const char *kernel,
                              int32_t rung, int32_t from, bool from_bytes, bool to_bytes) {
    const brg_conv2d_params *params = call->params;
    brg_launch *launch = brg_plan_add(plan, "conv2d", kernel);
    brg_launch_option(launch, "-DRUNG=%d -DIN=%s -DOUT=%s -DOUT_IS_BYTE=%d", (int)rung + 1,
                      from_bytes ? "uchar" : "float", to_bytes ? "uchar" : "float", to_bytes);
    launch->slice_dim = 1;
    for (int32_t i = 0; i < 3; i++)
        brg_arg_i32(launch, call->inputs[0].dims[i]);
    brg_arg_i32(launch, params->border);
    brg_arg_buffer(launch, from);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(1));
    return launch;
}

/* One run of the naive kernel: which weights it takes, and between which buffers. */
typedef struct pass {
    int32_t from, to;
    bool from_bytes, to_bytes;
    int64_t offset, pitch; /* weight (i, j) is weights[offset + i * pitch + j] */
    int64_t kh, kw;
    float scale;
} pass;

static brg_launch *add_naive(brg_plan *plan, const brg_call *call, const pass *p,
                             const brg_device_info *device) {
    brg_launch *launch =
        add_launch(plan, call, "conv2d_1_naive", NAIVE, p->from, p->from_bytes, p->to_bytes);
    brg_arg_i32(launch, p->offset);
    brg_arg_i32(launch, p->pitch);
    brg_arg_i32(launch, p->kh);
    brg_arg_i32(launch, p->kw);
    brg_arg_f32(launch, p->scale);
    brg_arg_buffer(launch, p->to);
    brg_arg_first(launch);
    int64_t row = call->inputs[0].dims[1] * call->inputs[0].dims[2];
    brg_launch_range(launch, 0, row, brg_row_group(device));
    brg_launch_range(launch, 1, call->inputs[0].dims[0], 1);
    launch->rows_per_item = 1;
    launch->share = (double)(p->kh * p->kw) + 1;
    return launch;
}

static void plan_naive(const brg_call *call, const brg_device_info *device, brg_plan *plan) {
    bool bytes = call->inputs[0].dtype == BRG_U8;
    int64_t kh = call->inputs[1].dims[0], kw = call->inputs[1].dims[1];
    pass whole = {BRG_BUFFER_INPUT(0), BRG_BUFFER_OUTPUT, bytes, bytes, 0, kw, kh, kw, 1.0f};
    add_naive(plan, call, &whole, device);
}

/* Along the rows with the pivot's row of weights, scaled so that the pivot counts as one; then
 * along the columns with the pivot's column. What lies between is f32, never rounded to grey
 * levels. */
static void plan_two_passes(const brg_call *call, const brg_outer *outer,
                            const brg_device_info *device, brg_plan *plan) {
    bool bytes = call->inputs[0].dtype == BRG_U8;
    int64_t kh = call->inputs[1].dims[0], kw = call->inputs[1].dims[1];
    size_t elements = 0;
    brg_shape_size(&call->inputs[0], &elements, NULL, NULL);
    int32_t between = brg_plan_scratch(plan, elements * sizeof(float));
    pass along_rows = {BRG_BUFFER_INPUT(0), between, bytes, false, outer->row * kw, kw, 1, kw,
                       outer->inverse};
    pass along_columns = {between, BRG_BUFFER_OUTPUT, false, bytes, outer->col, kw, kh, 1, 1.0f};
    /* What the first pass finishes are rows of scratch, not of the output. */
    add_naive(plan, call, &along_rows, device)->rows_per_item = 0;
    add_naive(plan, call, &along_columns, device);
}

/* Tiles of 32 elements that a work-item of the direct kernel owns: at most 64, less where the image
 * has too few rows for 8 work-items, or the device counts the rounds of loops. */
static int64_t tiles_of_item(const brg_call *call, int64_t bands, const brg_device_info *device) {
    int64_t row = call->inputs[0].dims[1] * call->inputs[0].dims[2];
    int64_t kh = call->inputs[1].dims[0], kw = call->inputs[1].dims[1];
    int64_t across = bands > 0 && bands < 8 ? (8 + bands - 1) / bands : 1;
    int64_t tiles = (row / across + TILE_COLS - 1) / TILE_COLS;
    int64_t rounds = (TILE_ROWS + kh) * (kw + TILE_COLS + kw * call->inputs[0].dims[2]);
    int64_t most = brg_loop_limit(device) / rounds;
    most = most > 64 ? 64 : most;
    return tiles < 1 ? 1 : tiles > most ? most : tiles;
}

/* Work-items that each own 8 rows by a number of tiles. */
static void plan_direct(const brg_call *call, const brg_device_info *device, brg_plan *plan) {
    const brg_shape *image = &call->inputs[0];
    bool bytes = image->dtype == BRG_U8;
    brg_launch *launch =
        add_launch(plan, call, "conv2d_2_direct", DIRECT, BRG_BUFFER_INPUT(0), bytes, bytes);
    int64_t row = image->dims[1] * image->dims[2];
    int64_t bands = (image->dims[0] + TILE_ROWS - 1) / TILE_ROWS;
    int64_t cols = tiles_of_item(call, bands, device) * TILE_COLS;
    brg_launch_range(launch, 0, (row + cols - 1) / cols, 1);
    brg_launch_range(launch, 1, bands, 1);
    launch->rows_per_item = TILE_ROWS;
    brg_arg_i32(launch, call->inputs[1].dims[0]);
    brg_arg_i32(launch, call->inputs[1].dims[1]);
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, cols);
    brg_arg_first(launch);
}

/* Both passes in one kernel, with a strip of the rows between them in local memory. */
static void plan_fused(const brg_call *call, const brg_outer *outer, brg_plan *plan) {
    const brg_shape *image = &call->inputs[0];
    bool bytes = image->dtype == BRG_U8;
    brg_launch *launch =
        add_launch(plan, call, "conv2d_3_separable", SEPARABLE, BRG_BUFFER_INPUT(0), bytes, bytes);
    int64_t row = image->dims[1] * image->dims[2];
    brg_launch_range(launch, 0, (row + STRIP - 1) / STRIP, 1);
    brg_launch_range(launch, 1, (image->dims[0] + TILE_ROWS - 1) / TILE_ROWS, 1);
    launch->rows_per_item = TILE_ROWS;
    brg_arg_i32(launch, call->inputs[1].dims[0]);
    brg_arg_i32(launch, call->inputs[1].dims[1]);
    brg_arg_i32(launch, outer->row);
    brg_arg_i32(launch, outer->col);
    brg_arg_f32(launch, outer->inverse);
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_first(launch);
}

/* Rows of an item on lines, or 0 if the weights are too large for it. Rounds of loops in 8 rows: to
 * copy the lines, most of them at a border, and to sum. */
static int64_t rows_on_lines(const brg_call *call, const brg_device_info *device) {
    const brg_shape *image = &call->inputs[0];
    int64_t kh = call->inputs[1].dims[0], kw = call->inputs[1].dims[1];
    int64_t row = image->dims[1] * image->dims[2], lines = TILE_ROWS + kh - 1;
    size_t bytes = (size_t)lines * (SPAN + MARGIN) * sizeof(float);
    if (kh > MOST_LINES || (kw - 1) * image->dims[2] > MARGIN || bytes > device->local_memory)
        return 0;
    double rounds =
        (double)lines * (SPAN / 16 + 3 * MARGIN) + SPAN / TILE_COLS * ((double)kw * 20.0);
    return brg_image_strip_rows(image, (row + SPAN - 1) / SPAN, TILE_ROWS, rounds, device);
}

static void plan_lines(const brg_call *call, const brg_device_info *device, brg_plan *plan) {
    const brg_shape *image = &call->inputs[0];
    bool bytes = image->dtype == BRG_U8;
    int64_t row = image->dims[1] * image->dims[2], rows = rows_on_lines(call, device);
    brg_launch *launch =
        add_launch(plan, call, "conv2d_4_lines", LINES, BRG_BUFFER_INPUT(0), bytes, bytes);
    brg_launch_option(launch, "-DKH=%d", (int)call->inputs[1].dims[0]);
    brg_launch_range(launch, 0, (row + SPAN - 1) / SPAN, 1);
    brg_launch_range(launch, 1, (image->dims[0] + rows - 1) / rows, 1);
    launch->rows_per_item = rows;
    brg_arg_i32(launch, call->inputs[1].dims[1]);
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, rows);
    brg_arg_first(launch);
}

static brg_outer factor(const brg_call *call) {
    if (!call->data[1])
        return (brg_outer){0};
    return brg_conv2d_factor(call->data[1], call->inputs[1].dims[0], call->inputs[1].dims[1]);
}

static int choose(const brg_call *call, const brg_outer *outer, const brg_device_info *device) {
    if (outer->found &&
        brg_conv2d_worth_two_passes(call->inputs[1].dims[0], call->inputs[1].dims[1]))
        return SEPARABLE;
    if (device->kind != BRG_DEVICE_CPU)
        return NAIVE;
    return rows_on_lines(call, device) ? LINES : DIRECT;
}

static brg_status fail_variant(int chosen, brg_error *error) {
    if (chosen == SEPARABLE)
        brg_fail(error, BRG_E_UNSUPPORTED,
                 "conv2d's weights are no outer product, which its variant \"separable\" needs");
    else
        brg_fail(error, BRG_E_UNSUPPORTED,
                 "conv2d's weights are too large for its variant \"lines\" on this device");
    brg_error_hint(error, "Choose the variant \"direct\", or none to let the op choose.");
    return BRG_E_UNSUPPORTED;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *out, brg_error *error) {
    const brg_outer outer = factor(call);
    bool cpu = device->kind == BRG_DEVICE_CPU;
    int chosen = variant ? brg_variant_find(&brg_op_conv2d, variant) : choose(call, &outer, device);
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_conv2d, variant, error);
    if ((chosen == SEPARABLE && !outer.found) || (chosen == LINES && !rows_on_lines(call, device)))
        return fail_variant(chosen, error);
    snprintf(out->variant, sizeof out->variant, "%s", variants[chosen].name);
    if (chosen == NAIVE)
        plan_naive(call, device, out);
    else if (chosen == DIRECT)
        plan_direct(call, device, out);
    else if (chosen == LINES)
        plan_lines(call, device, out);
    else if (cpu && device->local_memory >= FUSED_LOCAL)
        plan_fused(call, &outer, out);
    else
        plan_two_passes(call, &outer, device, out);
    return BRG_OK;
}

/* ---- examples ---- */

typedef struct example_row {
    int16_t h, w;
    int8_t c, kh, kw;
    int8_t dtype, border;
    bool separable;
} example_row;

enum { U8 = BRG_U8, F32 = BRG_F32 };
enum { CLAMP = BRG_BORDER_CLAMP, ZERO = BRG_BORDER_ZERO };
enum { REFLECT = BRG_BORDER_REFLECT, WRAP = BRG_BORDER_WRAP };

/* Awkward calls, small ones first. */
static const example_row examples[] = {
    {0, 0, 1, 3, 3, F32, CLAMP, false},    {0, 5, 3, 3, 3, U8, ZERO, true},
    {5, 0, 4, 5, 5, U8, REFLECT, true},    {1, 1, 1, 1, 1, F32, CLAMP, false},
    {1, 1, 4, 3, 3, U8, REFLECT, false},   {1, 1, 3, 5, 5, F32, WRAP, true},
    {1, 2, 1, 7, 7, F32, REFLECT, false},  {2, 1, 3, 2, 2, U8, ZERO, false},
    {2, 3, 1, 4, 5, F32, WRAP, true},      {3, 2, 4, 5, 4, U8, REFLECT, true},
    {3, 3, 3, 3, 3, F32, ZERO, false},     {1, 17, 1, 1, 7, F32, REFLECT, false},
    {17, 1, 1, 7, 1, U8, CLAMP, false},    {1, 129, 3, 3, 3, U8, WRAP, true},
    {127, 1, 4, 4, 5, F32, ZERO, false},   {5, 7, 3, 2, 2, U8, CLAMP, true},
    {7, 5, 4, 63, 63, F32, REFLECT, true}, {4, 6, 1, 63, 63, U8, WRAP, false},
    {8, 32, 1, 3, 3, F32, CLAMP, true},    {15, 16, 3, 3, 3, U8, REFLECT, false},
    {16, 15, 4, 5, 5, U8, CLAMP, true},    {17, 31, 1, 5, 5, U8, ZERO, false},
    {9, 33, 4, 1, 1, U8, WRAP, false},     {13, 11, 3, 6, 3, F32, WRAP, false},
    {31, 29, 3, 9, 9, F32, CLAMP, true},   {23, 37, 3, 9, 8, U8, ZERO, true},
    {33, 63, 1, 4, 4, F32, REFLECT, true}, {32, 64, 4, 7, 7, U8, CLAMP, false},
    {63, 65, 1, 1, 15, U8, WRAP, false},   {65, 127, 1, 15, 1, F32, ZERO, false},
    {41, 61, 4, 11, 13, U8, ZERO, true},   {37, 129, 1, 15, 15, F32, REFLECT, false},
    {19, 97, 3, 63, 1, U8, REFLECT, true}, {53, 67, 3, 31, 31, U8, CLAMP, true},
    {29, 43, 4, 62, 63, F32, WRAP, false}, {66, 101, 1, 63, 63, U8, ZERO, true},
};

/* Turns noise into an outer product with a sum of about one half, so that grey levels are not all
 * clamped. */
static void make_outer(float *weights, int64_t kh, int64_t kw) {
    float first[MAX_KERNEL];
    for (int64_t j = 0; j < kw; j++)
        first[j] = 0.6f + 0.4f * weights[j];
    for (int64_t i = 0; i < kh; i++) {
        float factor_of_row = (0.6f + 0.4f * weights[i * kw]) / (float)(kh * kw);
        for (int64_t j = 0; j < kw; j++)
            weights[i * kw + j] = factor_of_row * first[j];
    }
}

static brg_status add_weights(brg_example *out, const example_row *row, uint64_t seed,
                              brg_error *error) {
    brg_shape shape = brg_shape_2d(BRG_F32, row->kh, row->kw);
    brg_status status = brg_example_add(out, &shape, seed, error);
    if (status == BRG_OK && row->separable)
        make_outer(brg_tensor_writable(out->inputs[1]), row->kh, row->kw);
    return status;
}

static brg_status example(int32_t index, uint64_t seed, brg_example *out, brg_error *error) {
    if (index < 0 || index >= (int32_t)(sizeof examples / sizeof examples[0]))
        return brg_fail(error, BRG_E_NOT_FOUND, "conv2d has no example %d", (int)index);
    const example_row *row = &examples[index];
    const brg_conv2d_params params = {(brg_border)row->border};
    *out = (brg_example){0};
    snprintf(out->text, sizeof out->text, "%dx%dx%d %s, %dx%d%s, %s", row->h, row->w, row->c,
             brg_dtype_name((brg_dtype)row->dtype), row->kh, row->kw,
             row->separable ? " outer" : "", brg_border_name((brg_border)row->border));
    memcpy(out->params, &params, sizeof params);
    brg_shape image = brg_shape_3d((brg_dtype)row->dtype, row->h, row->w, row->c);
    brg_status status = brg_example_add(out, &image, seed, error);
    if (status == BRG_OK)
        status = add_weights(out, row, seed, error);
    if (status != BRG_OK)
        brg_example_release(out);
    return status;
}

typedef struct words {
    brg_image_words image;
    brg_word_sizes kernel;
    int32_t border;
    bool outer;
} words;

static brg_status make(const char *text, uint64_t seed, brg_example *out, brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"kernel", BRG_WORD_SIZES, offsetof(words, kernel), 1, MAX_KERNEL, NULL},
        {"border", BRG_WORD_CHOICE, offsetof(words, border), 0, 0, BRG_IMAGE_BORDERS},
        {"outer", BRG_WORD_FLAG, offsetof(words, outer), 0, 0, NULL},
    };
    words own = {.image = BRG_IMAGE_WORDS_DEFAULT, .kernel = {2, {7, 7}}};
    brg_status status = brg_image_make(&brg_op_conv2d, text, table, sizeof table / sizeof *table,
                                       &own, seed, out, error);
    if (status)
        return status;
    int64_t kh = own.kernel.values[0], kw = own.kernel.count > 1 ? own.kernel.values[1] : kh;
    const brg_conv2d_params params = {(brg_border)own.border};
    memcpy(out->params, &params, sizeof params);
    example_row row = {.kh = (int8_t)kh, .kw = (int8_t)kw, .separable = own.outer};
    status = add_weights(out, &row, seed, error);
    if (status != BRG_OK)
        brg_example_release(out);
    return status;
}

static const char *const sizes[] = {
    "image=640x480x4 kernel=7x7",           "image=3840x2160x4 kernel=3x3",
    "image=3840x2160x4 kernel=7x7",         "image=3840x2160x1 dtype=f32 kernel=7x7",
    "image=3840x2160x4 kernel=15x15 outer", NULL};

const brg_op brg_op_conv2d = {
    .name = "conv2d",
    .summary = "an image correlated with weights of up to 63 x 63",
    .params_size = sizeof(brg_conv2d_params),
    .min_inputs = 2,
    .max_inputs = 2,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan,
    .sequential = brg_conv2d_sequential,
    .naive = brg_conv2d_naive,
    .oracle = brg_conv2d_oracle,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " kernel=KHxKW border=" BRG_IMAGE_BORDERS " outer",
    .sizes = sizes,
};
