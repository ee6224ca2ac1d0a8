/* The op "scan": running sums along rows. */
#include <stdio.h>
#include <string.h>

#include "ops/parts.h"
#include "reference/scan.h"

enum { NAIVE, TREE, WIDE, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    [NAIVE] = {"naive", "a work-item goes along a block of 256 elements"},
    [TREE] = {"tree", "a work-group scans a block in local memory, for GPUs"},
    [WIDE] = {"wide", "a work-item scans sixteen elements at a time, for CPUs"},
};

/* As in kernels/scan.cl. With blocks of 256 or more, four levels reach 2^32. */
enum { LENGTH = 256, EACH = 4, WIDE_LENGTH = 4096, LEAST_GROUP = 64, MAX_LEVELS = 4 };

/* ---- check ---- */

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_shape *in = &call->inputs[0];
    size_t elements = 0;
    if (in->dtype != BRG_F32 && in->dtype != BRG_I32)
        return brg_fail(error, BRG_E_ARGUMENT, "scan takes f32 or i32, not %s",
                        brg_dtype_name(in->dtype));
    if (in->rank != 1 && in->rank != 2)
        return brg_fail(error, BRG_E_SHAPE, "scan takes a tensor of 1 or 2 dims, not %d",
                        (int)in->rank);
    brg_status status = brg_shape_size(in, &elements, NULL, error);
    if (status != BRG_OK)
        return status;
    const brg_scan s = brg_scan_resolve(call);
    if (elements > BRG_MAX_SIDE || s.n > BRG_MAX_SIDE || s.rows > BRG_MAX_SIDE)
        return brg_fail(error, BRG_E_SHAPE, "scan takes up to %d elements, not %zu", BRG_MAX_SIDE,
                        elements);
    *output = brg_shape_2d(in->dtype, s.rows, s.n);
    return BRG_OK;
}

/* ---- cost and names ---- */

static void cost(const brg_call *call, brg_cost *out) {
    const brg_scan s = brg_scan_resolve(call);
    out->flops = (double)s.rows * (double)s.n;
    out->bytes = 8.0 * (double)s.rows * (double)s.n;
}

static int32_t dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {
    const brg_scan s = brg_scan_resolve(call);
    out[0] = (brg_dim){"rows", s.rows};
    out[1] = (brg_dim){"n", s.n};
    return 2;
}

/* ---- plan ---- */

/* One level: rows of n elements in `in`, cut into blocks; their sums, and the bases of the blocks.
 */
typedef struct level {
    int64_t n, blocks;
    int32_t in, sums, bases;
} level;

/* What all launches of a plan have in common. */
typedef struct ladder {
    int rung;
    const brg_scan *scan;
    size_t group; /* of the rung's launches */
    brg_plan *plan;
} ladder;

static int64_t length_of_block(int rung, size_t group) {
    return rung == TREE ? (int64_t)group * EACH : rung == WIDE ? WIDE_LENGTH : LENGTH;
}

static brg_launch *add_launch(const ladder *l, const char *kernel, const level *at,
                              bool exclusive) {
    brg_launch *launch = brg_plan_add(l->plan, "scan", kernel);
    int64_t items = l->scan->rows * at->blocks;
    const char *type = l->scan->dtype == BRG_F32 ? "float" : "uint";
    brg_launch_option(launch, "-DT=%s -DT2=%s2 -DT4=%s4 -DT8=%s8 -DT16=%s16", type, type, type,
                      type, type);
    brg_launch_option(launch, "-DEXCLUSIVE=%d", exclusive);
    if (l->rung == TREE)
        brg_launch_option(launch, "-DGROUP=%d", (int)l->group);
    brg_launch_range(launch, 0, l->rung == TREE ? items * (int64_t)l->group : items, l->group);
    launch->share = (double)at->n;
    brg_arg_i32(launch, items);
    brg_arg_i32(launch, at->n);
    brg_arg_i32(launch, at->blocks);
    brg_arg_buffer(launch, at->in);
    return launch;
}

static void add_sums(const ladder *l, const level *at) {
    static const char *const kernels[] = {"scan_1_sums", "scan_2_sums", "scan_3_sums"};
    brg_launch *launch = add_launch(l, kernels[l->rung], at, false);
    brg_arg_buffer(launch, at->sums);
    brg_arg_first(launch);
}

static void add_scan(const ladder *l, const level *at, int32_t to, bool exclusive) {
    static const char *const kernels[] = {"scan_1_naive", "scan_2_tree", "scan_3_wide"};
    brg_launch *launch = add_launch(l, kernels[l->rung], at, exclusive);
    launch->share *= 2;
    brg_arg_buffer(launch, at->blocks > 1 ? at->bases : at->in);
    brg_arg_i32(launch, at->blocks == 1);
    brg_arg_buffer(launch, to);
    brg_arg_first(launch);
}

static int64_t blocks_of(int64_t n, int64_t length) {
    return n > length ? brg_parts_count(n, length) : 1;
}

/* Sums upwards from level to level until a row is one block; then scans, on the way down. */
static void plan_levels(const ladder *l) {
    level levels[MAX_LEVELS];
    int64_t length = length_of_block(l->rung, l->group);
    int32_t top = 0;
    levels[0] = (level){.n = l->scan->n, .blocks = blocks_of(l->scan->n, length)};
    for (; levels[top].blocks > 1 && top + 1 < MAX_LEVELS; top++) {
        size_t bytes = (size_t)(l->scan->rows * levels[top].blocks) * sizeof(float);
        levels[top].sums = brg_plan_scratch(l->plan, bytes);
        levels[top].bases = brg_plan_scratch(l->plan, bytes);
        add_sums(l, &levels[top]);
        levels[top + 1] = (level){.n = levels[top].blocks,
                                  .blocks = blocks_of(levels[top].blocks, length),
                                  .in = levels[top].sums};
    }
    for (int32_t i = top; i > 0; i--)
        add_scan(l, &levels[i], levels[i - 1].bases, true);
    add_scan(l, &levels[0], BRG_BUFFER_OUTPUT, l->scan->exclusive);
}

/* The tree rung has a work-group for every block, however short the rows: there may be too many. */
static bool has_trees(const brg_scan *s, const brg_device_info *device) {
    int64_t group = (int64_t)brg_parts_group(device, 256);
    return group >= LEAST_GROUP && s->rows <= BRG_MAX_SIDE / group / blocks_of(s->n, group * EACH);
}

static int choose(const brg_scan *s, const brg_device_info *device) {
    if (device->kind == BRG_DEVICE_CPU)
        return WIDE;
    return has_trees(s, device) ? TREE : NAIVE;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *out, brg_error *error) {
    const brg_scan s = brg_scan_resolve(call);
    int chosen = variant ? brg_variant_find(&brg_op_scan, variant) : choose(&s, device);
    size_t group = brg_parts_group(device, 256);
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_scan, variant, error);
    if (chosen == TREE && !has_trees(&s, device))
        return brg_parts_no_group("scan", "tree", "wide", device, error);
    snprintf(out->variant, sizeof out->variant, "%s", variants[chosen].name);
    if (s.rows == 0 || s.n == 0)
        return BRG_OK;
    group = chosen == TREE ? group : chosen == WIDE ? 1 : brg_row_group(device);
    plan_levels(&(ladder){chosen, &s, group, out});
    return BRG_OK;
}

/* ---- examples ---- */

typedef struct request {
    int64_t rows, n;
    int32_t dtype; /* 0 f32, 1 i32 */
    bool exclusive;
} request;

static brg_status fill(const request *wanted, uint64_t seed, brg_example *out, brg_error *error) {
    brg_dtype dtype = wanted->dtype ? BRG_I32 : BRG_F32;
    brg_scan_params params = {.exclusive = wanted->exclusive};
    brg_shape shape = wanted->rows == 0 ? brg_shape_1d(dtype, wanted->n)
                                        : brg_shape_2d(dtype, wanted->rows, wanted->n);
    float range = dtype == BRG_F32 ? 1.0f : 1e9f;
    *out = (brg_example){0};
    snprintf(out->text, sizeof out->text, "%lldx%lld %s%s", (long long)wanted->rows,
             (long long)wanted->n, brg_dtype_name(dtype), wanted->exclusive ? " exclusive" : "");
    memcpy(out->params, &params, sizeof params);
    brg_status status = brg_example_add_uniform(out, &shape, -range, range, seed, error);
    if (status != BRG_OK)
        brg_example_release(out);
    return status;
}

/* Rows of 0: a tensor of one dim. Sizes around the edges of vectors, blocks and levels. */
static brg_status example(int32_t index, uint64_t seed, brg_example *out, brg_error *error) {
    static const int32_t shapes[][2] = {
        {0, 0},    {3, 0},    {0, 1},   {1, 2},   {0, 15},    {5, 16},    {0, 17},    {7, 31},
        {0, 63},   {2, 255},  {0, 256}, {3, 257}, {0, 1023},  {2, 1025},  {0, 4095},  {1, 4096},
        {0, 4097}, {3, 8191}, {37, 3},  {41, 1},  {0, 65537}, {2, 66049}, {11, 4099}, {0, 1048583}};
    enum { SHAPES = sizeof shapes / sizeof shapes[0] };
    if (index < 0 || index >= 2 * SHAPES)
        return brg_fail(error, BRG_E_NOT_FOUND, "scan has no example %d", (int)index);
    int32_t place = index % SHAPES;
    request wanted = {shapes[place][0], shapes[place][1], (place + index / SHAPES) % 2,
                      (place / 2 + index / SHAPES) % 2 == 0};
    return fill(&wanted, seed, out, error);
}

static brg_status make(const char *words, uint64_t seed, brg_example *out, brg_error *error) {
    static const brg_word table[] = {
        {"n", BRG_WORD_INTEGER, offsetof(request, n), 0, BRG_MAX_SIDE, NULL},
        {"rows", BRG_WORD_INTEGER, offsetof(request, rows), 1, BRG_MAX_SIDE, NULL},
        {"dtype", BRG_WORD_CHOICE, offsetof(request, dtype), 0, 0, "f32|i32"},
        {"exclusive", BRG_WORD_FLAG, offsetof(request, exclusive), 0, 0, NULL},
    };
    request wanted = {.rows = 1, .n = 1 << 24};
    brg_status status =
        brg_words_read("scan", words, table, sizeof table / sizeof table[0], &wanted, error);
    if (status == BRG_OK && wanted.n > BRG_MAX_SIDE / wanted.rows)
        return brg_fail(error, BRG_E_SHAPE, "scan takes up to %d elements, not %lldx%lld",
                        BRG_MAX_SIDE, (long long)wanted.rows, (long long)wanted.n);
    return status == BRG_OK ? fill(&wanted, seed, out, error) : status;
}

static const char *const sizes[] = {
    "n=10000", "n=1000000", "n=16777216", "n=16777216 dtype=i32", "rows=4096 n=4096 exclusive",
    NULL};

const brg_op brg_op_scan = {
    .name = "scan",
    .summary = "running sums along rows, inclusive or exclusive",
    .params_size = sizeof(brg_scan_params),
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan,
    .sequential = brg_scan_sequential,
    .naive = brg_scan_naive,
    .oracle = brg_scan_oracle,
    .example = example,
    .make = make,
    .make_syntax = "n=N rows=N dtype=f32|i32 exclusive",
    .sizes = sizes,
};
