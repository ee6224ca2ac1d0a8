/* The op "reduce": all elements to one. */
#include <stdio.h>
#include <string.h>

#include "ops/parts.h"
#include "reference/reduce.h"

enum { NAIVE, STRIDED, TREE, WIDE, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    [NAIVE] = {"naive", "a work-item for each 256 elements, side by side"},
    [STRIDED] = {"strided", "as naive; neighbouring work-items read neighbouring elements"},
    [TREE] = {"tree", "a work-group folds by halves in local memory, for GPUs"},
    [WIDE] = {"wide", "few fat work-items with 64 running sums each, for CPUs"},
};

enum { PIECES };
static const brg_tunable tunables[] = {
    [PIECES] = {"pieces",
                "fat work-items, as far as their size allows",
                "wide",
                32,
                256,
                {4, 8, 16, 32, 64, 128}},
};

/* As in kernels/reduce.cl. MOST_LENGTH keeps the additions of a work-item of "wide" under 256. */
enum { LENGTH = 256, EACH = 16, BLOCK = 4096, LEAST_LENGTH = 16384, MOST_LENGTH = 1 << 19 };

static const char *const kind_names[] = {"sum", "min", "max", "squares", "dot"};

/* ---- check ---- */

static brg_status check_second(const brg_call *call, brg_error *error) {
    const brg_reduce_params *p = call->params;
    const brg_shape *a = &call->inputs[0], *b = &call->inputs[1];
    size_t n = 0, of_b = 0;
    if (p->kind != BRG_REDUCE_DOT)
        return call->input_count == 1
                   ? BRG_OK
                   : brg_fail(error, BRG_E_ARGUMENT, "reduce takes a second input only for dot");
    if (call->input_count != 2)
        return brg_fail(error, BRG_E_ARGUMENT, "the dot product takes two inputs");
    brg_status status = brg_shape_size(a, &n, NULL, error);
    if (status == BRG_OK)
        status = brg_shape_size(b, &of_b, NULL, error);
    if (status == BRG_OK && (a->dtype != b->dtype || n != of_b))
        return brg_fail(error, BRG_E_SHAPE,
                        "the dot product takes two inputs of one type and size, not %zu %s and %zu "
                        "%s",
                        n, brg_dtype_name(a->dtype), of_b, brg_dtype_name(b->dtype));
    return status;
}

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_reduce_params *p = call->params;
    const brg_shape *in = &call->inputs[0];
    size_t n = 0;
    if ((int)p->kind < 0 || p->kind >= BRG_REDUCE_COUNT)
        return brg_fail(error, BRG_E_ARGUMENT, "reduce has no kind %d", (int)p->kind);
    if (in->dtype != BRG_F32 && in->dtype != BRG_I32)
        return brg_fail(error, BRG_E_ARGUMENT, "reduce takes f32 or i32, not %s",
                        brg_dtype_name(in->dtype));
    brg_status status = brg_shape_size(in, &n, NULL, error);
    if (status == BRG_OK && n > BRG_MAX_SIDE)
        return brg_fail(error, BRG_E_SHAPE, "reduce takes up to %d elements, not %zu", BRG_MAX_SIDE,
                        n);
    if (status == BRG_OK)
        status = check_second(call, error);
    if (status == BRG_OK)
        *output = brg_shape_1d(in->dtype, 1);
    return status;
}

/* ---- cost and names ---- */

static void cost(const brg_call *call, brg_cost *out) {
    const brg_reduce r = brg_reduce_resolve(call);
    bool product = r.kind == BRG_REDUCE_SQUARES || r.kind == BRG_REDUCE_DOT;
    out->flops = (double)r.n * (product ? 2 : 1);
    out->bytes = 4.0 * (double)r.n * (r.kind == BRG_REDUCE_DOT ? 2 : 1) + 4;
}

static int32_t dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {
    out[0] = (brg_dim){"n", brg_reduce_resolve(call).n};
    return 1;
}

/* ---- plan ---- */

/* What one launch folds: n elements of buffer a (and b) into pieces. */
typedef struct level {
    brg_reduce_kind kind;
    int64_t n;
    int32_t a, b;
} level;

static int64_t length_of_piece(int rung, int64_t n, const brg_device_info *device,
                               const brg_plan *plan) {
    if (rung == TREE)
        return (int64_t)brg_parts_group(device, 256) * EACH;
    if (rung == WIDE)
        return brg_parts_size(n, plan->tuned[PIECES], BLOCK, LEAST_LENGTH, MOST_LENGTH);
    return LENGTH;
}

static void add_options(brg_launch *launch, brg_dtype dtype, brg_reduce_kind kind) {
    bool is_float = dtype == BRG_F32;
    if (kind == BRG_REDUCE_MIN)
        brg_launch_option(launch, is_float ? "-DFOLD=LESS -DIDENTITY=INFINITY"
                                           : "-DFOLD=LESS_INT -DIDENTITY=INT_MAX");
    else if (kind == BRG_REDUCE_MAX)
        brg_launch_option(launch, is_float ? "-DFOLD=GREATER -DIDENTITY=-INFINITY"
                                           : "-DFOLD=GREATER_INT -DIDENTITY=INT_MIN");
    else
        brg_launch_option(launch, "-DFOLD=ADD -DIDENTITY=0");
    bool compares = kind == BRG_REDUCE_MIN || kind == BRG_REDUCE_MAX;
    brg_launch_option(launch, is_float   ? "-DT=float -DT16=float16"
                              : compares ? "-DT=int -DT16=int16"
                                         : "-DT=uint -DT16=uint16");
    if (kind == BRG_REDUCE_SQUARES || kind == BRG_REDUCE_DOT)
        brg_launch_option(launch, "-DTERM=%s", kind == BRG_REDUCE_DOT ? "PRODUCT" : "SQUARE");
}

static void add_level(int rung, const level *at, brg_dtype dtype, int64_t length, int64_t pieces,
                      int32_t to, const brg_device_info *device, brg_plan *plan) {
    static const char *const kernels[] = {"reduce_1_naive", "reduce_2_strided", "reduce_3_tree",
                                          "reduce_4_wide"};
    brg_launch *launch = brg_plan_add(plan, "reduce", kernels[rung]);
    size_t group = rung == TREE   ? brg_parts_group(device, 256)
                   : rung == WIDE ? 1
                                  : brg_row_group(device);
    add_options(launch, dtype, at->kind);
    if (rung == TREE)
        brg_launch_option(launch, "-DGROUP=%d", (int)group);
    brg_launch_range(launch, 0, rung == TREE ? pieces * (int64_t)group : pieces, group);
    launch->share = (double)at->n;
    brg_arg_i32(launch, at->n);
    brg_arg_buffer(launch, at->a);
    brg_arg_buffer(launch, at->b);
    brg_arg_buffer(launch, to);
    if (rung == STRIDED)
        brg_arg_i32(launch, pieces);
    if (rung == WIDE)
        brg_arg_i32(launch, length);
    brg_arg_first(launch);
}

/* Launch after launch, until one element is left. Pieces of products are summed. */
static void plan_levels(int rung, const brg_call *call, const brg_device_info *device,
                        brg_plan *plan) {
    const brg_reduce r = brg_reduce_resolve(call);
    level at = {r.kind, r.n, BRG_BUFFER_INPUT(0), BRG_BUFFER_INPUT(call->input_count - 1)};
    for (int64_t pieces = 0; pieces != 1;) {
        int64_t length = length_of_piece(rung, at.n, device, plan);
        pieces = at.n > length ? brg_parts_count(at.n, length) : 1;
        int32_t to = pieces == 1 ? BRG_BUFFER_OUTPUT
                                 : brg_plan_scratch(plan, (size_t)pieces * sizeof(float));
        add_level(rung, &at, r.dtype, length, pieces, to, device, plan);
        at = (level){r.kind, pieces, to, to};
        if (r.kind == BRG_REDUCE_SQUARES || r.kind == BRG_REDUCE_DOT)
            at.kind = BRG_REDUCE_SUM;
    }
}

static int choose(const brg_device_info *device) {
    if (device->kind == BRG_DEVICE_CPU)
        return WIDE;
    return brg_parts_group(device, 256) >= 16 ? TREE : STRIDED;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *out, brg_error *error) {
    int chosen = variant ? brg_variant_find(&brg_op_reduce, variant) : choose(device);
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_reduce, variant, error);
    if (chosen == TREE && brg_parts_group(device, 256) < 16)
        return brg_parts_no_group("reduce", "tree", "wide", device, error);
    snprintf(out->variant, sizeof out->variant, "%s", variants[chosen].name);
    plan_levels(chosen, call, device, out);
    return BRG_OK;
}

/* ---- examples ---- */

typedef struct request {
    int64_t n;
    int32_t dtype; /* 0 f32, 1 i32 */
    int32_t kind;
} request;

static brg_status fill(const request *wanted, uint64_t seed, brg_example *out, brg_error *error) {
    brg_dtype dtype = wanted->dtype ? BRG_I32 : BRG_F32;
    brg_reduce_params params = {.kind = (brg_reduce_kind)wanted->kind};
    brg_shape shape = brg_shape_1d(dtype, wanted->n);
    float range = dtype == BRG_F32 ? 1.0f : 1e9f;
    *out = (brg_example){0};
    snprintf(out->text, sizeof out->text, "%lld %s %s", (long long)wanted->n, brg_dtype_name(dtype),
             kind_names[wanted->kind]);
    memcpy(out->params, &params, sizeof params);
    brg_status status = brg_example_add_uniform(out, &shape, -range, range, seed, error);
    if (status == BRG_OK && params.kind == BRG_REDUCE_DOT)
        status = brg_example_add_uniform(out, &shape, -range, range, seed, error);
    if (status != BRG_OK)
        brg_example_release(out);
    return status;
}

/* Sizes around the edges of vectors, blocks, groups and levels. */
static brg_status example(int32_t index, uint64_t seed, brg_example *out, brg_error *error) {
    static const int32_t sizes[] = {0,     1,     2,     15,    17,    63,     64,     65,
                                    255,   256,   257,   1021,  4095,  4096,   4097,   16383,
                                    16384, 16385, 16449, 40009, 65537, 131101, 1048573};
    enum { SIZES = sizeof sizes / sizeof sizes[0], KINDS = BRG_REDUCE_COUNT };
    if (index < 0 || index >= 2 * SIZES)
        return brg_fail(error, BRG_E_NOT_FOUND, "reduce has no example %d", (int)index);
    int32_t place = index % SIZES;
    request wanted = {sizes[place], index / SIZES, (place + index / SIZES) % KINDS};
    return fill(&wanted, seed, out, error);
}

static brg_status make(const char *words, uint64_t seed, brg_example *out, brg_error *error) {
    static const brg_word table[] = {
        {"n", BRG_WORD_INTEGER, offsetof(request, n), 0, BRG_MAX_SIDE, NULL},
        {"dtype", BRG_WORD_CHOICE, offsetof(request, dtype), 0, 0, "f32|i32"},
        {"op", BRG_WORD_CHOICE, offsetof(request, kind), 0, 0, "sum|min|max|squares|dot"},
    };
    request wanted = {.n = 1 << 24};
    brg_status status =
        brg_words_read("reduce", words, table, sizeof table / sizeof table[0], &wanted, error);
    return status == BRG_OK ? fill(&wanted, seed, out, error) : status;
}

static const char *const sizes[] = {"n=10000",
                                    "n=1000000",
                                    "n=16777216",
                                    "n=16777216 op=max",
                                    "n=16777216 op=dot",
                                    "n=16777216 dtype=i32",
                                    NULL};

const brg_op brg_op_reduce = {
    .name = "reduce",
    .summary = "sum, minimum, maximum, sum of squares or dot product",
    .params_size = sizeof(brg_reduce_params),
    .min_inputs = 1,
    .max_inputs = 2,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .tunables = tunables,
    .tunable_count = sizeof tunables / sizeof tunables[0],
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan,
    .sequential = brg_reduce_sequential,
    .naive = brg_reduce_naive,
    .oracle = brg_reduce_oracle,
    .example = example,
    .make = make,
    .make_syntax = "n=N dtype=f32|i32 op=sum|min|max|squares|dot",
    .sizes = sizes,
};
