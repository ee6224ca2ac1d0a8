/* The op "gemm": C' = alpha * op(A) * op(B) + beta * C. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/ops.h"
#include "reference/gemm.h"

enum { NAIVE, TILED, ROWS, PACKED, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    [NAIVE] = {"naive", "one work-item for each element"},
    [TILED] = {"tiled", "a work-group shares tiles of A and B in local memory, for GPUs"},
    [ROWS] = {"rows", "one work-item holds 8 rows by 32 columns in registers, for CPUs"},
    [PACKED] = {"packed", "as rows, with B packed into panels in the order of reading"},
};

/* The register tile of kernels/gemm.cl, and the terms that its packed variant adds up in one go. */
enum { TILE_ROWS = 8, TILE_COLS = 32, PACKED_DEPTH = 512, TRANSPOSE_SIDE = 16 };

static const brg_gemm_params defaults = {.alpha = 1.0f};

/* ---- check ---- */

static brg_status check_matrix(const char *name, const brg_shape *s, brg_error *error) {
    if (s->dtype != BRG_F32)
        return brg_fail(error, BRG_E_ARGUMENT, "gemm takes f32 matrices, %s is %s", name,
                        brg_dtype_name(s->dtype));
    if (s->rank != 2)
        return brg_fail(error, BRG_E_SHAPE, "gemm takes matrices of 2 dims, %s has %d", name,
                        (int)s->rank);
    if (s->dims[0] < 0 || s->dims[1] < 0 || s->dims[0] > BRG_MAX_SIDE || s->dims[1] > BRG_MAX_SIDE)
        return brg_fail(error, BRG_E_SHAPE, "%s is %lldx%lld; gemm takes sides of 0 to %d", name,
                        (long long)s->dims[0], (long long)s->dims[1], BRG_MAX_SIDE);
    return BRG_OK;
}

/* Requires matrix `name` to have exactly `rows` rows, at least `cols` elements apart. */
static brg_status check_fit(const char *name, const brg_shape *s, int64_t rows, int64_t cols,
                            brg_error *error) {
    if (s->dims[0] == rows && s->dims[1] >= cols)
        return BRG_OK;
    brg_fail(error, BRG_E_SHAPE, "%s is %lldx%lld, but must be %lldx%lld, or wider", name,
             (long long)s->dims[0], (long long)s->dims[1], (long long)rows, (long long)cols);
    brg_error_hint(error, "Stored as given, op(A) is m x k, op(B) k x n and C m x n; a transposed "
                          "matrix is stored the other way round.");
    return BRG_E_SHAPE;
}

/* Without an explicit k both matrices must say the same: a mistaken size is no padding. */
static brg_status check_terms(const brg_call *call, const brg_gemm *g, brg_error *error) {
    const brg_gemm_params *p = call->params;
    int64_t of_b = call->inputs[1].dims[g->tb ? 1 : 0];
    if (p->k != 0 || g->k == of_b)
        return BRG_OK;
    brg_fail(error, BRG_E_SHAPE, "op(A) has %lld columns, but op(B) has %lld rows", (long long)g->k,
             (long long)of_b);
    brg_error_hint(error, "They must be equal; if rows are padded, say how long they are with k.");
    return BRG_E_SHAPE;
}

static brg_status check_params(const brg_gemm_params *p, int32_t input_count, brg_error *error) {
    if (!isfinite(p->alpha) || !isfinite(p->beta))
        return brg_fail(error, BRG_E_ARGUMENT, "alpha and beta of gemm must be finite numbers");
    if (p->m < 0 || p->n < 0 || p->k < 0 || p->ldc < 0 || p->m > BRG_MAX_SIDE ||
        p->n > BRG_MAX_SIDE || p->k > BRG_MAX_SIDE || p->ldc > BRG_MAX_SIDE)
        return brg_fail(error, BRG_E_SHAPE, "m, n, k and ldc of gemm must be 0 to %d",
                        BRG_MAX_SIDE);
    if (p->beta != 0.0f && input_count < 3) {
        brg_fail(error, BRG_E_ARGUMENT, "gemm with beta = %g needs C as its third input",
                 (double)p->beta);
        brg_error_hint(error, "Give C, or set beta to 0.");
        return BRG_E_ARGUMENT;
    }
    return BRG_OK;
}

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    static const char *const names[] = {"A", "B", "C"};
    brg_status status = check_params(call->params, call->input_count, error);
    for (int32_t i = 0; status == BRG_OK && i < call->input_count; i++)
        status = check_matrix(names[i], &call->inputs[i], error);
    if (status != BRG_OK)
        return status;
    const brg_gemm g = brg_gemm_resolve(call);
    const brg_shape *in = call->inputs;
    status = check_terms(call, &g, error);
    if (status == BRG_OK)
        status = check_fit("A", &in[0], g.ta ? g.k : g.m, g.ta ? g.m : g.k, error);
    if (status == BRG_OK)
        status = check_fit("B", &in[1], g.tb ? g.n : g.k, g.tb ? g.k : g.n, error);
    if (status == BRG_OK && call->input_count > 2)
        status = check_fit("C", &in[2], g.m, g.n, error);
    if (status != BRG_OK)
        return status;
    if (g.ldo < g.n)
        return brg_fail(error, BRG_E_SHAPE, "ldc of gemm is %lld, less than n = %lld",
                        (long long)g.ldo, (long long)g.n);
    *output = brg_shape_2d(BRG_F32, g.m, g.ldo);
    return brg_shape_size(output, NULL, NULL, error);
}

/* ---- cost and names ---- */

static void cost(const brg_call *call, brg_cost *out) {
    const brg_gemm g = brg_gemm_resolve(call);
    double m = (double)g.m, n = (double)g.n, k = (double)g.k;
    double read_c = g.beta != 0.0f ? m * n : 0.0;
    out->flops = 2.0 * m * n * k;
    out->bytes = 4.0 * (m * k + k * n + m * n + read_c);
}

static int32_t dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {
    const brg_gemm g = brg_gemm_resolve(call);
    out[0] = (brg_dim){"m", g.m};
    out[1] = (brg_dim){"n", g.n};
    out[2] = (brg_dim){"k", g.k};
    return 3;
}

/* ---- plan ---- */

/* A matrix as a launch sees it: a buffer and the pitch of its rows. */
typedef struct matrix {
    int32_t buffer;
    int64_t pitch;
} matrix;

static int64_t round_up(int64_t value, int64_t step) {
    return (value + step - 1) / step * step;
}

static int64_t clamp(int64_t value, int64_t lo, int64_t hi) {
    return value < lo ? lo : value > hi ? hi : value;
}

static matrix input_c(const brg_gemm *g) {
    /* Without C its place is taken by A, which the kernel then leaves alone. */
    return g->beta != 0.0f ? (matrix){BRG_BUFFER_INPUT(2), g->ldc}
                           : (matrix){BRG_BUFFER_INPUT(0), 0};
}

static void add_sizes(brg_launch *launch, const brg_gemm *g) {
    brg_arg_i32(launch, g->m);
    brg_arg_i32(launch, g->n);
    brg_arg_i32(launch, g->k);
}

static void add_matrix(brg_launch *launch, matrix x) {
    brg_arg_buffer(launch, x.buffer);
    brg_arg_i32(launch, x.pitch);
}

static void add_result(brg_launch *launch, const brg_gemm *g) {
    add_matrix(launch, input_c(g));
    add_matrix(launch, (matrix){BRG_BUFFER_OUTPUT, g->ldo});
    brg_arg_f32(launch, g->alpha);
    brg_arg_f32(launch, g->beta);
}

static void add_transposition_options(brg_launch *launch, const brg_gemm *g) {
    brg_launch_option(launch, "-DTA=%d -DTB=%d", g->ta, g->tb);
}

/* out = beta * C, and nothing at all to launch when beta is 0 too: the output is cleared. */
static void plan_scale(const brg_gemm *g, const brg_device_info *device, brg_plan *plan) {
    plan->zero_output = true;
    if (g->beta == 0.0f)
        return;
    brg_launch *launch = brg_plan_add(plan, "gemm", "gemm_scale");
    brg_launch_range(launch, 0, g->n, brg_row_group(device));
    brg_launch_range(launch, 1, g->m, 1);
    launch->slice_dim = 1;
    launch->rows_per_item = 1;
    brg_arg_i32(launch, g->m);
    brg_arg_i32(launch, g->n);
    add_matrix(launch, input_c(g));
    add_matrix(launch, (matrix){BRG_BUFFER_OUTPUT, g->ldo});
    brg_arg_f32(launch, g->beta);
    brg_arg_first(launch);
}

static void plan_grid(const brg_gemm *g, const char *kernel, size_t width, size_t height,
                      brg_plan *plan) {
    brg_launch *launch = brg_plan_add(plan, "gemm", kernel);
    add_transposition_options(launch, g);
    brg_launch_range(launch, 0, g->n, width);
    brg_launch_range(launch, 1, g->m, height);
    launch->slice_dim = 1;
    launch->rows_per_item = 1;
    add_sizes(launch, g);
    add_matrix(launch, (matrix){BRG_BUFFER_INPUT(0), g->lda});
    add_matrix(launch, (matrix){BRG_BUFFER_INPUT(1), g->ldb});
    add_result(launch, g);
    brg_arg_first(launch);
}

static void plan_naive(const brg_gemm *g, const brg_device_info *device, brg_plan *plan) {
    plan_grid(g, "gemm_1_naive", brg_row_group(device), 1, plan);
}

/* The largest tile, 16, 8 or 4, whose work-items fit a work-group of the device; 0 if none does. */
static size_t tile_side(const brg_device_info *device) {
    for (size_t side = 16; side >= 4; side /= 2) {
        size_t local_bytes = 2 * side * (side + 1) * sizeof(float);
        if (device->max_work_group >= side * side && device->max_work_item[0] >= side &&
            device->max_work_item[1] >= side && device->local_memory >= local_bytes)
            return side;
    }
    return 0;
}

static brg_status plan_tiled(const brg_gemm *g, const brg_device_info *device, brg_plan *plan,
                             brg_error *error) {
    size_t side = tile_side(device);
    if (side == 0) {
        brg_fail(error, BRG_E_UNSUPPORTED,
                 "%s has no work-groups of 4 x 4 work-items, which gemm's variant \"tiled\" needs",
                 device->name);
        brg_error_hint(error, "Choose the variant \"rows\".");
        return BRG_E_UNSUPPORTED;
    }
    plan_grid(g, "gemm_2_tiled", side, side, plan);
    brg_launch_option(&plan->launches[plan->launch_count - 1], "-DTILE=%d", (int)side);
    return BRG_OK;
}

/* Rows that a work-item of the CPU variants owns: as many as possible up to 128, since each band of
 * rows reads B once more, but so few that a band takes no more than a few milliseconds (0.8e9
 * flops) and that there are about 8 bands. A slice is a whole number of bands. */
static int64_t rows_of_band(const brg_gemm *g) {
    double flops_of_row = 2.0 * (double)g->n * (double)g->k;
    int64_t rows = (int64_t)fmin(0.8e9 / flops_of_row, 128);
    return clamp(round_up(clamp(rows, 1, g->m / 8), TILE_ROWS), TILE_ROWS, 128);
}

/* Columns that a work-item owns: up to `most`, but so few that there are at least 8 work-items. */
static int64_t cols_of_item(const brg_gemm *g, int64_t rows, int64_t most) {
    int64_t bands = (g->m + rows - 1) / rows;
    int64_t across = (8 + bands - 1) / bands;
    return clamp(round_up((g->n + across - 1) / across, TILE_COLS), TILE_COLS, most);
}

/* Tiles that a work-item may go through on a device that counts the rounds of loops; 0: not even
 * one. */
static int64_t tiles_allowed(const brg_gemm *g, const brg_device_info *device) {
    int64_t passes = g->n < TILE_COLS ? g->n : 1; /* a narrow matrix goes column by column */
    int64_t rounds = 2 * g->k * passes;
    return brg_loop_limit(device) / (rounds > 0 ? rounds : 1);
}

static brg_status check_rounds(const brg_gemm *g, const brg_device_info *device, brg_error *error) {
    if (tiles_allowed(g, device) > 0)
        return BRG_OK;
    brg_fail(error, BRG_E_UNSUPPORTED,
             "%s ends a work-item's loops after 65 535 rounds, too few for k = %lld", device->name,
             (long long)g->k);
    brg_error_hint(error, "Choose the variant \"naive\" or \"tiled\", or another device.");
    return BRG_E_UNSUPPORTED;
}

/* The range and last arguments of a CPU variant: items of `rows` x `cols`. */
static void add_bands(brg_launch *launch, const brg_gemm *g, int64_t most_cols,
                      const brg_device_info *device) {
    int64_t tiles = tiles_allowed(g, device);
    int64_t rows = clamp(rows_of_band(g), TILE_ROWS, tiles * TILE_ROWS);
    int64_t across = clamp(tiles * TILE_ROWS / rows, 1, most_cols / TILE_COLS);
    int64_t cols = cols_of_item(g, rows, across * TILE_COLS);
    brg_launch_range(launch, 0, (g->n + cols - 1) / cols, 1);
    brg_launch_range(launch, 1, (g->m + rows - 1) / rows, 1);
    launch->slice_dim = 1;
    launch->rows_per_item = rows;
    brg_arg_i32(launch, rows);
    brg_arg_i32(launch, cols);
    brg_arg_first(launch);
}

/* Adds a launch that transposes `from`, rows x cols, into scratch, and returns the result. The
 * pitch is an odd number of cache lines, so that rows do not compete for the same places in the
 * cache. */
static matrix plan_transpose(brg_plan *plan, matrix from, int64_t rows, int64_t cols) {
    int64_t pitch = round_up(rows, 32) + 16;
    matrix to = {brg_plan_scratch(plan, (size_t)cols * (size_t)pitch * sizeof(float)), pitch};
    brg_launch *launch = brg_plan_add(plan, "transpose", "transpose_blocks");
    brg_launch_option(launch, "-DSIDE=%d", TRANSPOSE_SIDE);
    brg_launch_range(launch, 0, (rows + TRANSPOSE_SIDE - 1) / TRANSPOSE_SIDE, 1);
    brg_launch_range(launch, 1, (cols + TRANSPOSE_SIDE - 1) / TRANSPOSE_SIDE, 1);
    launch->slice_dim = 1;
    launch->share = (double)rows * (double)cols;
    brg_arg_i32(launch, rows);
    brg_arg_i32(launch, cols);
    add_matrix(launch, from);
    add_matrix(launch, to);
    brg_arg_first(launch);
    return to;
}

static brg_status plan_rows(const brg_gemm *g, const brg_device_info *device, brg_plan *plan,
                            brg_error *error) {
    if (check_rounds(g, device, error) != BRG_OK)
        return BRG_E_UNSUPPORTED;
    matrix a = {BRG_BUFFER_INPUT(0), g->lda}, b = {BRG_BUFFER_INPUT(1), g->ldb};
    if (g->ta)
        a = plan_transpose(plan, a, g->k, g->m);
    if (g->tb)
        b = plan_transpose(plan, b, g->n, g->k);
    brg_launch *launch = brg_plan_add(plan, "gemm", "gemm_3_rows");
    launch->share = (double)g->m * (double)g->n * (double)g->k / 16;
    add_sizes(launch, g);
    add_matrix(launch, a);
    add_matrix(launch, b);
    add_result(launch, g);
    add_bands(launch, g, 64, device);
    return BRG_OK;
}

static int32_t plan_pack(const brg_gemm *g, brg_plan *plan) {
    int64_t panels = (g->n + TILE_COLS - 1) / TILE_COLS;
    size_t bytes = (size_t)panels * TILE_COLS * (size_t)g->k * sizeof(float);
    int32_t scratch = brg_plan_scratch(plan, bytes);
    brg_launch *launch = brg_plan_add(plan, "gemm", "gemm_4_pack");
    add_transposition_options(launch, g);
    brg_launch_option(launch, "-DDEPTH=%d", PACKED_DEPTH);
    brg_launch_range(launch, 0, panels, 1);
    brg_launch_range(launch, 1, (g->k + PACKED_DEPTH - 1) / PACKED_DEPTH, 1);
    launch->share = (double)g->n * (double)g->k;
    brg_arg_i32(launch, g->n);
    brg_arg_i32(launch, g->k);
    add_matrix(launch, (matrix){BRG_BUFFER_INPUT(1), g->ldb});
    brg_arg_buffer(launch, scratch);
    brg_arg_first(launch);
    return scratch;
}

static brg_status plan_packed(const brg_gemm *g, const brg_device_info *device, brg_plan *plan,
                              brg_error *error) {
    size_t local_bytes = TILE_ROWS * (PACKED_DEPTH + 16) * sizeof(float);
    if (device->local_memory < local_bytes) {
        brg_fail(error, BRG_E_UNSUPPORTED,
                 "gemm's variant \"packed\" needs %zu bytes of local memory, %s has %llu",
                 local_bytes, device->name, (unsigned long long)device->local_memory);
        brg_error_hint(error, "Choose the variant \"rows\".");
        return BRG_E_UNSUPPORTED;
    }
    if (check_rounds(g, device, error) != BRG_OK)
        return BRG_E_UNSUPPORTED;
    int32_t panels = plan_pack(g, plan);
    brg_launch *launch = brg_plan_add(plan, "gemm", "gemm_4_packed");
    add_transposition_options(launch, g);
    brg_launch_option(launch, "-DDEPTH=%d", PACKED_DEPTH);
    launch->share = (double)g->m * (double)g->n * (double)g->k / 16;
    add_sizes(launch, g);
    add_matrix(launch, (matrix){BRG_BUFFER_INPUT(0), g->lda});
    brg_arg_buffer(launch, panels);
    add_result(launch, g);
    add_bands(launch, g, 256, device);
    return BRG_OK;
}

/* GPUs take tiles. On a CPU, packing B costs about as much as 16 rows of out, and pays once B has
 * outgrown the second-level cache or a transposition has to be done anyway. */
static int choose(const brg_gemm *g, const brg_device_info *device) {
    if (device->kind != BRG_DEVICE_CPU || tiles_allowed(g, device) == 0)
        return tile_side(device) > 0 ? TILED : NAIVE;
    bool large = g->k * g->n > (int64_t)1024 * 1024;
    return g->m >= 64 && g->n >= TILE_COLS && (large || g->tb) ? PACKED : ROWS;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *out, brg_error *error) {
    const brg_gemm g = brg_gemm_resolve(call);
    int chosen = variant ? brg_variant_find(&brg_op_gemm, variant) : choose(&g, device);
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_gemm, variant, error);
    snprintf(out->variant, sizeof out->variant, "%s", variants[chosen].name);
    out->zero_output = g.ldo > g.n; /* the padding columns */
    if (g.m == 0 || g.n == 0)
        return BRG_OK;
    if (g.terms == 0) {
        plan_scale(&g, device, out);
        return BRG_OK;
    }
    switch (chosen) {
    case TILED:
        return plan_tiled(&g, device, out, error);
    case ROWS:
        return plan_rows(&g, device, out, error);
    case PACKED:
        return plan_packed(&g, device, out, error);
    default:
        plan_naive(&g, device, out);
        return BRG_OK;
    }
}

/* ---- examples ---- */

typedef struct example_row {
    int16_t m, n, k;
    int8_t pad_a, pad_b, pad_c, pad_out; /* added to the leading dimensions; pad_c < 0: no C */
    bool ta, tb;
    float alpha, beta;
} example_row;

/* Awkward calls, small ones first. -1 for pad_c: no third input. */
static const example_row examples[] = {
    /* nothing to do, nothing to sum */
    {0, 0, 0, 0, 0, -1, 0, false, false, 1, 0},
    {0, 5, 3, 0, 0, -1, 0, false, false, 1, 0},
    {5, 0, 3, 0, 0, -1, 0, false, false, 1, 0},
    {5, 3, 0, 0, 0, -1, 0, false, false, 1, 0},
    {5, 3, 0, 0, 0, 2, 0, false, false, 1, 0.5f},
    {5, 3, 0, 0, 0, 0, 4, true, true, 1, -1},
    {4, 6, 7, 0, 0, 0, 0, false, false, 0, 2},
    {4, 6, 7, 0, 0, -1, 3, false, false, 0, 0},
    /* one, two, three */
    {1, 1, 1, 0, 0, -1, 0, false, false, 1, 0},
    {1, 1, 1, 3, 2, 1, 0, true, true, -2, 0.25f},
    {2, 2, 2, 0, 0, -1, 0, true, false, 1, 0},
    {2, 3, 1, 0, 0, 0, 0, false, true, 0.5f, 1},
    {3, 2, 3, 1, 1, 0, 2, true, true, 1, 1},
    {3, 3, 3, 0, 0, -1, 0, false, false, 1, 0},
    /* rows and columns */
    {1, 17, 1, 0, 0, -1, 0, false, false, 1, 0},
    {17, 1, 31, 0, 0, -1, 0, false, false, 1, 0},
    {1, 129, 7, 0, 0, -1, 0, false, false, 1, 0},
    {1, 127, 65, 0, 0, 0, 0, false, true, 1, 1},
    {129, 1, 7, 0, 0, -1, 0, true, false, 1, 0},
    {65, 1, 129, 1, 1, 2, 0, true, true, 0.5f, -0.5f},
    {1, 1, 1021, 0, 0, -1, 0, false, false, 1, 0},
    {127, 63, 1, 0, 0, -1, 0, false, false, 3, 0},
    /* primes */
    {5, 7, 11, 0, 0, -1, 0, false, false, 1, 0},
    {13, 11, 17, 0, 0, -1, 0, true, false, 1, 0},
    {19, 23, 29, 0, 0, -1, 0, false, true, 1, 0},
    {31, 37, 41, 0, 0, 0, 0, true, true, -1, 1},
    {53, 61, 47, 3, 5, 7, 11, false, false, 1.5f, -0.5f},
    {97, 101, 103, 2, 1, 0, 4, true, true, 1, 2},
    /* around the tiles' edges */
    {8, 32, 16, 0, 0, -1, 0, false, false, 1, 0},
    {15, 15, 15, 0, 0, -1, 0, false, false, 1, 0},
    {16, 16, 16, 0, 0, -1, 0, true, false, 1, 0},
    {17, 17, 17, 0, 0, -1, 0, false, true, 1, 0},
    {31, 33, 32, 0, 0, 0, 0, false, false, 1, 1},
    {33, 31, 63, 0, 0, -1, 0, true, true, 1, 0},
    {63, 65, 64, 0, 0, -1, 0, false, true, 1, 0},
    {64, 64, 64, 0, 0, 0, 0, true, false, 2, 0.5f},
    {65, 63, 65, 1, 0, -1, 1, false, false, 1, 0},
    {127, 129, 65, 0, 0, -1, 0, false, false, 1, 0},
    {129, 127, 128, 0, 3, 0, 0, true, true, 0.75f, 1},
    {128, 128, 128, 0, 0, -1, 0, false, true, 1, 0},
    /* beta = 0 with C, which must not be read; more terms than a packed strip holds */
    {9, 40, 20, 0, 0, 1, 2, false, false, 1, 0},
    {9, 33, 512, 0, 0, -1, 0, false, false, 1, 0},
    {17, 70, 513, 0, 0, 0, 0, true, false, 1, 1},
    {23, 95, 1200, 0, 1, 3, 5, false, true, -0.5f, 0.5f},
};

static brg_shape stored(int64_t rows, int64_t cols, bool transposed, int64_t pad) {
    return transposed ? brg_shape_2d(BRG_F32, cols, rows + pad)
                      : brg_shape_2d(BRG_F32, rows, cols + pad);
}

static void describe(const example_row *row, char *text, size_t size) {
    snprintf(text, size, "%dx%dx%d%s%s alpha %.2g beta %.2g%s", row->m, row->n, row->k,
             row->ta ? " ta" : "", row->tb ? " tb" : "", (double)row->alpha, (double)row->beta,
             row->pad_a || row->pad_b || row->pad_c > 0 || row->pad_out ? " padded" : "");
}

static brg_status example(int32_t index, uint64_t seed, brg_example *out, brg_error *error) {
    if (index < 0 || index >= (int32_t)(sizeof examples / sizeof examples[0]))
        return brg_fail(error, BRG_E_NOT_FOUND, "gemm has no example %d", (int)index);
    const example_row *row = &examples[index];
    *out = (brg_example){0};
    describe(row, out->text, sizeof out->text);
    brg_gemm_params params = {.m = row->m,
                              .n = row->n,
                              .k = row->k,
                              .ldc = row->pad_out ? row->n + row->pad_out : 0,
                              .alpha = row->alpha,
                              .beta = row->beta,
                              .ta = row->ta,
                              .tb = row->tb};
    memcpy(out->params, &params, sizeof params);
    brg_shape a = stored(row->m, row->k, row->ta, row->pad_a);
    brg_shape b = stored(row->k, row->n, row->tb, row->pad_b);
    brg_status status = brg_example_add(out, &a, seed, error);
    if (status == BRG_OK)
        status = brg_example_add(out, &b, seed, error);
    if (status == BRG_OK && row->pad_c >= 0) {
        brg_shape c = brg_shape_2d(BRG_F32, row->m, row->n + row->pad_c);
        status = brg_example_add(out, &c, seed, error);
    }
    if (status != BRG_OK)
        brg_example_release(out);
    return status;
}

const brg_op brg_op_gemm = {
    .name = "gemm",
    .summary = "matrix product, alpha * op(A) * op(B) + beta * C",
    .params_size = sizeof(brg_gemm_params),
    .defaults = &defaults,
    .min_inputs = 2,
    .max_inputs = 3,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan,
    .sequential = brg_gemm_sequential,
    .naive = brg_gemm_naive,
    .oracle = brg_gemm_oracle,
    .probe = brg_gemm_probe,
    .example = example,
};
