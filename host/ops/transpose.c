/* The op "transpose": out[j, i] = in[i, j]. */
#include <stdio.h>

#include "ops/parts.h"
#include "reference/transpose.h"

enum { NAIVE, TILED, BLOCKS, VECTORS, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    [NAIVE] = {"naive", "an element a work-item: reads side by side, writes scattered"},
    [TILED] = {"tiled", "a tile turns in local memory, for GPUs"},
    [BLOCKS] = {"blocks", "a work-item moves a block as wide as a cache line"},
    [VECTORS] = {"vectors", "a block turns within sixteen vector registers, for CPUs"},
};

enum { HEIGHT, WIDTH };
static const brg_tunable tunables[] = {
    [HEIGHT] = {"height",
                "rows of out that a work-item owns",
                "vectors",
                512,
                64,
                {16, 64, 128, 256, 512, 1024, 2048, 4096}},
    [WIDTH] = {"width",
               "elements of those rows that a work-item owns",
               "vectors",
               64,
               64,
               {16, 64, 128, 256, 512, 1024, 4096}},
};

enum { SIDE = 16 };

/* ---- check ---- */

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_shape *in = &call->inputs[0];
    if (in->dtype != BRG_F32 || in->rank != 2)
        return brg_fail(error, BRG_E_ARGUMENT,
                        "transpose takes an f32 matrix of 2 dims, not %s of %d",
                        brg_dtype_name(in->dtype), (int)in->rank);
    brg_status status = brg_shape_size(in, NULL, NULL, error);
    if (status != BRG_OK)
        return status;
    if (in->dims[0] > BRG_MAX_SIDE || in->dims[1] > BRG_MAX_SIDE)
        return brg_fail(error, BRG_E_SHAPE, "transpose takes sides of 0 to %d, not %lldx%lld",
                        BRG_MAX_SIDE, (long long)in->dims[0], (long long)in->dims[1]);
    *output = brg_shape_2d(BRG_F32, in->dims[1], in->dims[0]);
    return BRG_OK;
}

/* ---- cost and names ---- */

static void cost(const brg_call *call, brg_cost *out) {
    out->flops = 0;
    out->bytes = 8.0 * (double)call->inputs[0].dims[0] * (double)call->inputs[0].dims[1];
}

static int32_t dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {
    out[0] = (brg_dim){"rows", call->inputs[0].dims[0]};
    out[1] = (brg_dim){"cols", call->inputs[0].dims[1]};
    return 2;
}

/* ---- plan ---- */

/* A launch over the output: `width` x `height` elements a work-item, or one each in groups of group
 * x group items. */
static brg_launch *add_launch(const brg_call *call, const char *kernel, int64_t width,
                              int64_t height, brg_plan *plan) {
    int64_t rows = call->inputs[0].dims[0], cols = call->inputs[0].dims[1];
    brg_launch *launch = brg_plan_add(plan, "transpose", kernel);
    brg_launch_range(launch, 0, brg_parts_count(rows, width), 1);
    brg_launch_range(launch, 1, brg_parts_count(cols, height), 1);
    launch->slice_dim = 1;
    launch->rows_per_item = height;
    brg_arg_i32(launch, rows);
    brg_arg_i32(launch, cols);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_i32(launch, cols);
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, rows);
    return launch;
}

static void plan_naive(const brg_call *call, const brg_device_info *device, brg_plan *plan) {
    brg_launch *launch = add_launch(call, "transpose_1_naive", 1, 1, plan);
    brg_launch_range(launch, 0, call->inputs[0].dims[0], brg_row_group(device));
    brg_arg_first(launch);
}

static void plan_tiled(const brg_call *call, size_t side, brg_plan *plan) {
    brg_launch *launch = add_launch(call, "transpose_2_tiled", 1, 1, plan);
    brg_launch_option(launch, "-DTILE=%d", (int)side);
    brg_launch_range(launch, 0, call->inputs[0].dims[0], side);
    brg_launch_range(launch, 1, brg_parts_count(call->inputs[0].dims[1], side) * (int64_t)side / 4,
                     side / 4);
    launch->rows_per_item = 4;
    brg_arg_first(launch);
}

static void plan_blocks(const brg_call *call, brg_plan *plan) {
    brg_launch *launch = add_launch(call, "transpose_blocks", SIDE, SIDE, plan);
    brg_launch_option(launch, "-DSIDE=%d", SIDE);
    brg_arg_first(launch);
}

/* Rounds of loops that a work-item of VECTORS makes at most: blocks, and elements one by one at two
 * edges. */
static int64_t rounds(int64_t width, int64_t height) {
    return (width / SIDE) * (height / SIDE + 1) + SIDE * (width + height);
}

/* The work-items should be at least eight, whatever the tuned size. */
static void plan_vectors(const brg_call *call, const brg_device_info *device, brg_plan *plan) {
    int64_t rows = call->inputs[0].dims[0], cols = call->inputs[0].dims[1];
    int64_t height = brg_parts_size(cols, 8, SIDE, SIDE, plan->tuned[HEIGHT]);
    int64_t width = brg_parts_size(rows, 1, SIDE, SIDE, plan->tuned[WIDTH]);
    if (rounds(width, height) > brg_loop_limit(device))
        width = height = 256;
    brg_launch *launch = add_launch(call, "transpose_4_vectors", width, height, plan);
    bool past = 2.0 * (double)rows * (double)cols * sizeof(float) >= (double)device->cache_memory;
    brg_launch_option(launch, "-DPAST=%d", past && device->kind == BRG_DEVICE_CPU);
    brg_arg_i32(launch, height);
    brg_arg_i32(launch, width);
    brg_arg_first(launch);
}

/* The largest tile whose work-items, one for four elements, fit a work-group; 0 if there is none. */
static size_t tile_side(const brg_device_info *device) {
    for (size_t side = 32; side >= 4; side /= 2)
        if (device->max_work_group >= side * side / 4 && device->max_work_item[0] >= side &&
            device->max_work_item[1] >= side / 4 &&
            device->local_memory >= side * (side + 1) * sizeof(float))
            return side;
    return 0;
}

static int choose(const brg_device_info *device) {
    if (device->kind == BRG_DEVICE_CPU)
        return VECTORS;
    return tile_side(device) > 0 ? TILED : NAIVE;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *out, brg_error *error) {
    int chosen = variant ? brg_variant_find(&brg_op_transpose, variant) : choose(device);
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_transpose, variant, error);
    if (chosen == TILED && tile_side(device) == 0)
        return brg_parts_no_group("transpose", "tiled", "vectors", device, error);
    snprintf(out->variant, sizeof out->variant, "%s", variants[chosen].name);
    if (call->inputs[0].dims[0] == 0 || call->inputs[0].dims[1] == 0)
        return BRG_OK;
    if (chosen == NAIVE)
        plan_naive(call, device, out);
    else if (chosen == TILED)
        plan_tiled(call, tile_side(device), out);
    else if (chosen == BLOCKS)
        plan_blocks(call, out);
    else
        plan_vectors(call, device, out);
    return BRG_OK;
}

/* ---- examples ---- */

typedef struct request {
    int64_t rows, cols;
} request;

static brg_status fill(const request *wanted, uint64_t seed, brg_example *out, brg_error *error) {
    brg_shape shape = brg_shape_2d(BRG_F32, wanted->rows, wanted->cols);
    *out = (brg_example){0};
    snprintf(out->text, sizeof out->text, "%lldx%lld", (long long)wanted->rows,
             (long long)wanted->cols);
    brg_status status = brg_example_add(out, &shape, seed, error);
    if (status != BRG_OK)
        brg_example_release(out);
    return status;
}

static brg_status example(int32_t index, uint64_t seed, brg_example *out, brg_error *error) {
    static const request rows[] = {{0, 0},     {0, 3},      {3, 0},     {1, 1},     {1, 2},
                                   {2, 1},     {3, 5},      {1, 1021},  {1021, 1},  {7, 131},
                                   {16, 16},   {15, 17},    {17, 15},   {16, 33},   {33, 16},
                                   {31, 64},   {64, 31},    {63, 65},   {97, 101},  {128, 128},
                                   {127, 257}, {257, 127},  {300, 300}, {509, 521}, {19, 4099},
                                   {4099, 19}, {2064, 2048}}; /* more than most caches hold */
    if (index < 0 || index >= (int32_t)(sizeof rows / sizeof rows[0]))
        return brg_fail(error, BRG_E_NOT_FOUND, "transpose has no example %d", (int)index);
    return fill(&rows[index], seed, out, error);
}

static brg_status make(const char *words, uint64_t seed, brg_example *out, brg_error *error) {
    static const brg_word table[] = {
        {"rows", BRG_WORD_INTEGER, offsetof(request, rows), 0, BRG_MAX_SIDE, NULL},
        {"cols", BRG_WORD_INTEGER, offsetof(request, cols), 0, BRG_MAX_SIDE, NULL},
    };
    request wanted = {4096, 4096};
    brg_status status =
        brg_words_read("transpose", words, table, sizeof table / sizeof table[0], &wanted, error);
    return status == BRG_OK ? fill(&wanted, seed, out, error) : status;
}

static const char *const sizes[] = {"rows=256 cols=256",   "rows=1000 cols=777",
                                    "rows=2048 cols=2048", "rows=4096 cols=4096",
                                    "rows=65536 cols=64",  NULL};

const brg_op brg_op_transpose = {
    .name = "transpose",
    .summary = "a matrix with rows and columns exchanged",
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .tunables = tunables,
    .tunable_count = sizeof tunables / sizeof tunables[0],
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan,
    .sequential = brg_transpose_sequential,
    .naive = brg_transpose_naive,
    .oracle = brg_transpose_oracle,
    .example = example,
    .make = make,
    .make_syntax = "rows=N cols=N",
    .sizes = sizes,
};
