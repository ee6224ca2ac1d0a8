/* Plans of the op "gemm": which rung for which shape, and its launches. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/gemm.h"
#include "ops/ops.h"

const brg_variant brg_gemm_variants[BRG_GEMM_VARIANTS] = {
    [BRG_GEMM_NAIVE] = {"naive", "one work-item for each element"},
    [BRG_GEMM_TILED] = {"tiled", "a work-group shares tiles of A and B in local memory, for GPUs"},
    [BRG_GEMM_BLOCKED] = {"blocked", "each work-item holds a square of sums, the next tiles under "
                                     "way meanwhile, for GPUs"},
    [BRG_GEMM_ROWS] = {"rows", "one work-item holds 8 rows by 32 columns in registers, for CPUs"},
    [BRG_GEMM_PANELS] = {"panels", "as rows, with 32 columns of B at a time copied nearby"},
    [BRG_GEMM_PACKED] = {"packed", "as panels, with all of B copied once for all, and A in strips"},
    [BRG_GEMM_THIN] = {"thin", "few rows: B is read once, in eight long runs at a time"},
    [BRG_GEMM_DOTS] = {"dots", "few columns: scalar products of rows with rows"},
};

const brg_tunable brg_gemm_tunables[BRG_GEMM_TUNABLES] = {
    [BRG_GEMM_BLOCK_SIDE] =
        {"block_side", "side of a work-group's tile of out", "blocked", 64, 128, {64, 128}},
    [BRG_GEMM_ITEM_COLS] =
        {"item_cols", "columns of a work-item", "rows", 64, 64, {32, 64, 96, 128, 256}},
    [BRG_GEMM_BAND_ROWS] =
        {"band_rows", "rows of a work-item at most", NULL, 128, 128, {32, 64, 96, 128, 192, 256}},
    [BRG_GEMM_BLOCK_COLS] = {"block_cols",
                             "columns of a work-item at most",
                             "packed",
                             256,
                             256,
                             {64, 128, 192, 256, 384, 512}},
    [BRG_GEMM_DEPTH] = {"depth",
                        "terms added up in one go",
                        "packed",
                        512,
                        512,
                        {128, 192, 256, 384, 512, 768, 1024}},
    [BRG_GEMM_PACK_FROM] = {"pack_from",
                            "elements of B, in thousands, from which packing pays",
                            NULL,
                            800,
                            800,
                            {100, 200, 400, 800, 1100, 2000, 4000, 8000}},
    [BRG_GEMM_PACK_ROWS] = {"pack_rows",
                            "rows up to which panels are copied by the items that use them",
                            NULL,
                            512,
                            512,
                            {64, 128, 256, 384, 512, 768, 1024}},
    [BRG_GEMM_ITEMS] = {"items", "work-items wanted at least", NULL, 8, 8, {2, 4, 8, 16, 32, 64}},
    [BRG_GEMM_SPAN] = {"span",
                       "sums of a work-item, for all its rows",
                       "thin",
                       2048,
                       2048,
                       {256, 512, 1024, 2048, 4096}},
    [BRG_GEMM_FEW] = {"few", "rows, or columns, that count as few", NULL, 8, 8, {1, 2, 4, 8}},
};

/* The vectors of kernels/gemm.cl: 64 bytes of sums. */
static int64_t lanes_of(const brg_gemm *g) {
    return g->in == BRG_F64 ? 8 : 16;
}

static size_t sum_size(const brg_gemm *g) {
    return g->in == BRG_F64 ? 8 : 4;
}

/* What every planner below works on. */
typedef struct job {
    const brg_gemm *g;
    const brg_device_info *device;
    brg_plan *plan;
} job;

/* A matrix as a launch sees it: a buffer, the pitch of its rows, and the way to the next of a
 * batch. */
typedef struct matrix {
    int32_t buffer;
    int64_t pitch, step;
} matrix;

static int64_t divide_up(int64_t value, int64_t by) {
    return (value + by - 1) / by;
}

static int64_t round_up(int64_t value, int64_t step) {
    return divide_up(value, step) * step;
}

static int64_t clamp(int64_t value, int64_t lo, int64_t hi) {
    return value < lo ? lo : value > hi ? hi : value;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t tuned(const job *j, int index) {
    int64_t value = j->plan->tuned[index];
    return value > 0 ? value : 1;
}

static int64_t units_of(const job *j) {
    return j->device->compute_units;
}

/* Work-items that even a small product is cut into; a single unit has nothing to share out. */
static int64_t few_items(const job *j) {
    return units_of(j) == 1 ? 1 : divide_up(tuned(j, BRG_GEMM_ITEMS), j->g->batch);
}

/* ---- arguments that the kernels have in common ---- */

static matrix matrix_a(const brg_gemm *g) {
    return (matrix){BRG_BUFFER_INPUT(0), g->lda, g->a_step};
}

static matrix matrix_b(const brg_gemm *g) {
    return (matrix){BRG_BUFFER_INPUT(1), g->ldb, g->b_step};
}

static void add_matrix(brg_launch *launch, matrix x) {
    brg_arg_buffer(launch, x.buffer);
    brg_arg_i32(launch, x.pitch);
    brg_arg_i64(launch, x.step);
}

static void add_sizes(brg_launch *launch, int64_t m, int64_t n, int64_t k) {
    brg_arg_i32(launch, m);
    brg_arg_i32(launch, n);
    brg_arg_i32(launch, k);
}

/* alpha and its like have the type of the sums. */
static void add_factor(brg_launch *launch, const brg_gemm *g, float value) {
    if (g->in == BRG_F64)
        brg_arg_f64(launch, (double)value);
    else if (g->in == BRG_I8)
        brg_arg_i32(launch, (int64_t)value);
    else
        brg_arg_f32(launch, value);
}

/* Without C or a bias their place is taken by A, which the kernel then leaves alone. */
static void add_result(brg_launch *launch, const brg_gemm *g) {
    add_matrix(launch, g->c_index >= 0 ? (matrix){BRG_BUFFER_INPUT(g->c_index), g->ldc, g->c_step}
                                       : (matrix){BRG_BUFFER_INPUT(0), 0, 0});
    add_matrix(launch, (matrix){BRG_BUFFER_OUTPUT, g->ldo, g->o_step});
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(g->bias_index >= 0 ? g->bias_index : 0));
    add_factor(launch, g, g->alpha);
    add_factor(launch, g, g->c_index >= 0 || g->in_place ? g->beta : 0.0f);
    add_factor(launch, g, g->rate);
    add_factor(launch, g, g->momentum);
}

/* Only what differs from the file's defaults is said, so that plain calls share one program. */
static void add_type_option(brg_launch *launch, const brg_gemm *g) {
    static const int types[BRG_DTYPE_COUNT] = {[BRG_F16] = 1, [BRG_F64] = 2, [BRG_I8] = 3};
    if (types[g->in])
        brg_launch_option(launch, "-DTYPE=%d", types[g->in]);
}

static void add_result_options(brg_launch *launch, const brg_gemm *g) {
    add_type_option(launch, g);
    if (g->bias_index >= 0)
        brg_launch_option(launch, "-DBIAS=%d", (int)g->kind);
    if (g->epilogue == BRG_EPILOGUE_UPDATE)
        brg_launch_option(launch, "-DUPDATE=%d%s", g->momentum != 0.0f ? 2 : 1,
                          g->in_place ? " -DIN_PLACE=1" : "");
    else if (g->epilogue != BRG_EPILOGUE_NONE)
        brg_launch_option(launch, "-DACTIVATION=%d", g->epilogue == BRG_EPILOGUE_RELU ? 1 : 2);
}

static void add_transposition_options(brg_launch *launch, const brg_gemm *g) {
    if (g->ta)
        brg_launch_option(launch, "-DTA=1");
    if (g->tb)
        brg_launch_option(launch, "-DTB=1");
}

/* Rows of the output that a work-item completes, where the output's first dim counts rows. */
static int64_t rows_to_report(const brg_gemm *g, int64_t rows) {
    bool whole = g->batch == 1 && g->momentum == 0.0f;
    return whole ? rows : 0;
}

/* The range along dim 1: bands of rows of all products, numbered through. */
static int64_t add_band_range(brg_launch *launch, const brg_gemm *g, int64_t rows) {
    int64_t bands = divide_up(g->m, rows);
    brg_launch_range(launch, 1, bands * g->batch, 1);
    launch->slice_dim = 1;
    launch->rows_per_item = rows_to_report(g, rows);
    return bands;
}

/* ---- nothing to sum ---- */

/* Without C and bias the result is 0, whatever the epilogue, and the output is cleared. */
static void plan_scale(const job *j) {
    const brg_gemm *g = j->g;
    j->plan->zero_output = true;
    if (g->c_index < 0 && g->bias_index < 0)
        return;
    brg_launch *launch = brg_plan_add(j->plan, "gemm", "gemm_scale");
    add_result_options(launch, g);
    brg_launch_range(launch, 0, g->n, brg_row_group(j->device));
    brg_launch_range(launch, 1, g->m * g->batch, 1);
    launch->slice_dim = 1;
    launch->rows_per_item = rows_to_report(g, 1);
    brg_arg_i32(launch, g->m);
    brg_arg_i32(launch, g->n);
    add_result(launch, g);
    brg_arg_first(launch);
}

/* ---- grids of elements: naive, tiled, blocked ---- */

/* Sizes, operands and result, as the first three rungs take them. */
static brg_launch *add_grid(const job *j, const char *kernel) {
    const brg_gemm *g = j->g;
    brg_launch *launch = brg_plan_add(j->plan, "gemm", kernel);
    add_result_options(launch, g);
    add_transposition_options(launch, g);
    add_sizes(launch, g->m, g->n, g->k);
    add_matrix(launch, matrix_a(g));
    add_matrix(launch, matrix_b(g));
    add_result(launch, g);
    launch->slice_dim = 1;
    return launch;
}

static brg_status plan_naive(const job *j) {
    brg_launch *launch = add_grid(j, "gemm_1_naive");
    brg_launch_range(launch, 0, j->g->n, brg_row_group(j->device));
    brg_launch_range(launch, 1, j->g->m * j->g->batch, 1);
    launch->rows_per_item = rows_to_report(j->g, 1);
    brg_arg_first(launch);
    return BRG_OK;
}

/* A grid of groups of `local` x `local` items, each group with `side` x `side` elements. */
static void add_groups(const job *j, brg_launch *launch, int64_t side, int64_t local) {
    int64_t bands = divide_up(j->g->m, side);
    brg_launch_range(launch, 0, divide_up(j->g->n, side) * local, (size_t)local);
    brg_launch_range(launch, 1, bands * j->g->batch * local, (size_t)local);
    launch->rows_per_item = rows_to_report(j->g, side / local);
    brg_arg_i32(launch, bands);
    brg_arg_first(launch);
}

static bool has_groups(const brg_device_info *device, size_t side) {
    return device->max_work_group >= side * side && device->max_work_item[0] >= side &&
           device->max_work_item[1] >= side;
}

/* The largest tile, 16, 8 or 4, whose work-items fit a work-group of the device; 0 if none does. */
static int64_t tile_side(const job *j) {
    for (size_t side = 16; side >= 4; side /= 2)
        if (has_groups(j->device, side) &&
            j->device->local_memory >= 2 * side * (side + 1) * sum_size(j->g))
            return (int64_t)side;
    return 0;
}

static brg_status refuse_groups(const job *j, const char *variant, int side, size_t bytes,
                                brg_error *error) {
    brg_fail(
        error, BRG_E_UNSUPPORTED,
        "gemm's variant \"%s\" needs work-groups of %d x %d work-items with %zu bytes of local "
        "memory, which %s does not have",
        variant, side, side, bytes, j->device->name);
    brg_error_hint(error, "Choose the variant \"rows\" or \"naive\".");
    return BRG_E_UNSUPPORTED;
}

static brg_status plan_tiled(const job *j, brg_error *error) {
    int64_t side = tile_side(j);
    if (side == 0)
        return refuse_groups(j, "tiled", 4, 2 * 4 * 5 * sum_size(j->g), error);
    brg_launch *launch = add_grid(j, "gemm_2_tiled");
    brg_launch_option(launch, "-DTILE=%d", (int)side);
    add_groups(j, launch, side, side);
    return BRG_OK;
}

/* Two pairs of tiles: SIDE + GAP columns by 1024 / SIDE terms. */
static size_t block_bytes(const brg_gemm *g, int64_t side) {
    return 4 * (size_t)(1024 / side) * (size_t)(side + 4) * sum_size(g);
}

static bool can_block(const job *j, int64_t side) {
    return has_groups(j->device, 16) && j->device->local_memory >= block_bytes(j->g, side);
}

/* Large tiles share more, but leave a GPU idle if there are too few of them for its units. */
static int64_t block_side(const job *j) {
    int64_t side = tuned(j, BRG_GEMM_BLOCK_SIDE) >= 128 ? 128 : 64;
    int64_t groups = divide_up(j->g->m, side) * divide_up(j->g->n, side) * j->g->batch;
    return groups < 2 * units_of(j) || !can_block(j, side) ? 64 : side;
}

static brg_status plan_blocked(const job *j, brg_error *error) {
    int64_t side = block_side(j);
    if (!can_block(j, side))
        return refuse_groups(j, "blocked", 16, block_bytes(j->g, side), error);
    brg_launch *launch = add_grid(j, "gemm_3_blocked");
    brg_launch_option(launch, "-DSIDE=%d", (int)side);
    add_groups(j, launch, side, 16);
    return BRG_OK;
}

/* ---- register tiles: rows, packed ---- */

/* A register tile: rows, and vectors across. A matrix that is narrower than the usual one takes
 * another, twice as high and half as wide. */
typedef struct tile {
    int64_t height, vectors, width;
} tile;

static tile tile_of(const brg_gemm *g) {
    int64_t vectors = g->n < 2 * lanes_of(g) ? 1 : 2;
    return (tile){vectors == 1 ? 16 : 8, vectors, vectors * lanes_of(g)};
}

static void add_tile_options(brg_launch *launch, tile t) {
    if (t.vectors == 1)
        brg_launch_option(launch, "-DHEIGHT=%d -DVECTORS=1", (int)t.height);
}

/* Tiles that a work-item may go through on a device that counts the rounds of loops; 0: not even
 * one. */
static int64_t tiles_allowed(const job *j) {
    int64_t rounds = 2 * j->g->k;
    return brg_loop_limit(j->device) / (rounds > 0 ? rounds : 1);
}

/* A work-item's part of out. */
typedef struct share {
    int64_t rows, cols;
} share;

/* A part of `size`, if that is cut into equal parts of at most `most`, whole steps each. */
static int64_t even_part(int64_t size, int64_t most, int64_t step) {
    int64_t parts = divide_up(size, most);
    return round_up(divide_up(size, parts), step);
}

static int64_t items_of(const brg_gemm *g, share s) {
    return divide_up(g->m, s.rows) * divide_up(g->n, s.cols);
}

/* Work-items to have at least: a few even of a small product, and more as soon as each of them
 * still has 5e6 flops to do, which outweighs what it takes to start it. */
static int64_t items_wanted(const job *j) {
    const brg_gemm *g = j->g;
    double flops = 2.0 * (double)g->m * (double)g->n * (double)g->k;
    int64_t few = few_items(j);
    return clamp((int64_t)fmin(flops / 5e6, 1e6), few, 8 * few);
}

/* A few items are made an even number, so that two units share them equally. */
static share make_even(const brg_gemm *g, tile t, share s) {
    int64_t items = items_of(g, s), across = divide_up(g->n, s.cols);
    if (items % 2 == 0 || items > 64 || s.cols <= t.width)
        return s;
    share even = {s.rows, round_up(divide_up(g->n, across + 1), t.width)};
    return items_of(g, even) % 2 == 0 ? even : s;
}

/* Up to `most` rows and columns for a work-item: the more, the less often A and B are read. But a
 * band of rows, which is the least that a slice can hold, takes no more than a few milliseconds
 * (2e9 flops), and there are as many work-items as are wanted. keep_rows: narrow items cost less
 * than low ones. */
static share share_out(const job *j, tile t, share most, bool keep_rows) {
    const brg_gemm *g = j->g;
    int64_t tiles = tiles_allowed(j), wanted = items_wanted(j);
    double flops_of_row = 2.0 * (double)g->n * (double)g->k;
    most.rows = smaller(most.rows, (int64_t)fmin(2e9 / flops_of_row, 1e6));
    most.rows = clamp(most.rows, t.height, round_up(g->m, t.height));
    most.cols = clamp(most.cols, t.width, round_up(g->n, t.width));
    share s = {even_part(g->m, most.rows, t.height), even_part(g->n, most.cols, t.width)};
    while (items_of(g, s) < wanted) {
        int64_t enough = keep_rows || s.rows <= 4 * t.height ? t.width : 4 * t.width;
        if (s.cols > enough)
            s.cols = round_up(s.cols / 2, t.width);
        else if (s.rows > t.height)
            s.rows = round_up(s.rows / 2, t.height);
        else
            break;
    }
    s = make_even(g, t, s);
    s.rows = smaller(s.rows, tiles * t.height);
    s.cols = smaller(s.cols, clamp(tiles * t.height / s.rows, 1, tiles) * t.width);
    return s;
}

static void add_share(brg_launch *launch, const brg_gemm *g, share s) {
    brg_launch_range(launch, 0, divide_up(g->n, s.cols), 1);
    int64_t bands = add_band_range(launch, g, s.rows);
    brg_arg_i32(launch, s.rows);
    brg_arg_i32(launch, s.cols);
    brg_arg_i32(launch, bands);
    brg_arg_first(launch);
}

/* Adds a launch that turns `from`, rows x cols, into scratch, and returns the result. The
 * pitch is an odd number of cache lines, so that rows do not compete for the same places in the
 * cache. */
static matrix plan_turn(const job *j, matrix from, int64_t rows, int64_t cols) {
    int64_t pitch = round_up(rows, 32) + 16;
    int64_t count = from.step ? j->g->batch : 1;
    matrix to = {0, pitch, count > 1 ? cols * pitch : 0};
    to.buffer =
        brg_plan_scratch(j->plan, (size_t)(count * cols * pitch) * brg_dtype_size(j->g->in));
    brg_launch *launch = brg_plan_add(j->plan, "gemm", "gemm_turn");
    int64_t bands = divide_up(cols, 16);
    brg_launch_range(launch, 0, divide_up(rows, 16), 1);
    brg_launch_range(launch, 1, bands * count, 1);
    launch->slice_dim = 1;
    launch->share = (double)rows * (double)cols * (double)count;
    brg_arg_i32(launch, rows);
    brg_arg_i32(launch, cols);
    add_matrix(launch, from);
    add_matrix(launch, to);
    brg_arg_i32(launch, bands);
    brg_arg_first(launch);
    return to;
}

/* The product's share of the work, where an element turned or packed counts 1. */
static double product_share(const brg_gemm *g) {
    return (double)g->m * (double)g->n * (double)g->k * (double)g->batch / 16;
}

static brg_status plan_rows(const job *j, brg_error *error) {
    const brg_gemm *g = j->g;
    tile t = tile_of(g);
    if (g->n < t.width) {
        brg_fail(error, BRG_E_UNSUPPORTED,
                 "gemm's variant \"rows\" needs %lld columns at least, not %lld",
                 (long long)t.width, (long long)g->n);
        brg_error_hint(error, "Choose the variant \"packed\" or \"dots\".");
        return BRG_E_UNSUPPORTED;
    }
    matrix b = g->tb ? plan_turn(j, matrix_b(g), g->n, g->k) : matrix_b(g);
    brg_launch *launch = brg_plan_add(j->plan, "gemm", "gemm_4_rows");
    add_result_options(launch, g);
    add_tile_options(launch, t);
    if (g->ta)
        brg_launch_option(launch, "-DTA=1");
    launch->share = product_share(g);
    add_sizes(launch, g->m, g->n, g->k);
    add_matrix(launch, matrix_a(g));
    add_matrix(launch, b);
    add_result(launch, g);
    share most = {tuned(j, BRG_GEMM_BAND_ROWS) * 2, tuned(j, BRG_GEMM_ITEM_COLS)};
    add_share(launch, g, share_out(j, t, most, false));
    return BRG_OK;
}

static size_t panel_bytes(const brg_gemm *g) {
    return (size_t)(tile_of(g).width * g->k) * sum_size(g);
}

/* Panels share the second-level cache with what they are multiplied by. */
static int64_t panel_room(const job *j) {
    return smaller((int64_t)j->device->local_memory, 320 << 10);
}

static bool can_hold_panel(const job *j) {
    return (int64_t)panel_bytes(j->g) <= panel_room(j);
}

static brg_status plan_panels(const job *j, brg_error *error) {
    const brg_gemm *g = j->g;
    tile t = tile_of(g);
    if (!can_hold_panel(j)) {
        brg_fail(error, BRG_E_UNSUPPORTED,
                 "gemm's variant \"panels\" would need a panel of %zu bytes for k = %lld",
                 panel_bytes(g), (long long)g->k);
        brg_error_hint(error, "Choose the variant \"packed\".");
        return BRG_E_UNSUPPORTED;
    }
    brg_launch *launch = brg_plan_add(j->plan, "gemm", "gemm_5_panels");
    add_result_options(launch, g);
    add_transposition_options(launch, g);
    add_tile_options(launch, t);
    add_sizes(launch, g->m, g->n, g->k);
    add_matrix(launch, matrix_a(g));
    add_matrix(launch, matrix_b(g));
    add_result(launch, g);
    share most = {tuned(j, BRG_GEMM_PACK_ROWS), tuned(j, BRG_GEMM_BLOCK_COLS)};
    share s = share_out(j, t, most, true);
    int64_t panels = clamp(panel_room(j) / (int64_t)panel_bytes(g) / 2, 1, s.cols / t.width);
    brg_arg_local(launch, (size_t)panels * panel_bytes(g));
    brg_arg_i32(launch, panels * t.width);
    add_share(launch, g, s);
    return BRG_OK;
}

static matrix plan_pack(const job *j, tile t, int64_t depth) {
    const brg_gemm *g = j->g;
    int64_t panels = divide_up(g->n, t.width), count = g->b_step ? g->batch : 1;
    matrix to = {0, 0, count > 1 ? panels * t.width * g->k : 0};
    size_t elements = (size_t)(count * panels * t.width) * (size_t)g->k;
    to.buffer = brg_plan_scratch(j->plan, elements * sum_size(g));
    brg_launch *launch = brg_plan_add(j->plan, "gemm", "gemm_6_pack");
    brg_launch_range(launch, 0, panels * count, 1);
    brg_launch_range(launch, 1, divide_up(g->k, depth), 1);
    launch->share = (double)elements;
    brg_arg_i32(launch, g->n);
    brg_arg_i32(launch, g->k);
    add_matrix(launch, matrix_b(g));
    brg_arg_buffer(launch, to.buffer);
    brg_arg_first(launch);
    return to;
}

/* The strips of a transposed A: see kernels/gemm.cl. */
static matrix plan_pack_rows(const job *j, tile t, int64_t depth) {
    const brg_gemm *g = j->g;
    int64_t strips = divide_up(g->m, t.height), count = g->a_step ? g->batch : 1;
    matrix to = {0, 0, count > 1 ? strips * t.height * g->k : 0};
    size_t elements = (size_t)(count * strips * t.height) * (size_t)g->k;
    to.buffer = brg_plan_scratch(j->plan, elements * sum_size(g));
    brg_launch *launch = brg_plan_add(j->plan, "gemm", "gemm_6_pack_rows");
    brg_launch_range(launch, 0, divide_up(strips, 16) * count, 1);
    brg_launch_range(launch, 1, divide_up(g->k, depth), 1);
    launch->share = (double)elements;
    brg_arg_i32(launch, g->m);
    brg_arg_i32(launch, g->k);
    add_matrix(launch, matrix_a(g));
    brg_arg_buffer(launch, to.buffer);
    brg_arg_first(launch);
    return to;
}

/* Local memory of a packed work-item: the strip, and the sums that wait if k is too deep for one
 * go. */
static size_t packed_bytes(const brg_gemm *g, tile t, int64_t depth, share most) {
    int64_t strip = t.height * (depth + 16);
    return (size_t)(strip + most.rows * most.cols) * sum_size(g);
}

/* The largest part of out, and the depth, that a device's local memory has room for. */
static bool fit_packed(const job *j, tile t, share *most, int64_t *depth) {
    const brg_gemm *g = j->g;
    *most = (share){round_up(tuned(j, BRG_GEMM_BAND_ROWS), t.height),
                    round_up(tuned(j, BRG_GEMM_BLOCK_COLS), t.width)};
    *depth = round_up(tuned(j, BRG_GEMM_DEPTH) * 4 / (int64_t)sum_size(g), 16);
    while (packed_bytes(g, t, *depth, *most) > j->device->local_memory) {
        if (most->cols > 2 * t.width)
            most->cols = round_up(most->cols / 2, t.width);
        else if (most->rows > t.height)
            most->rows = round_up(most->rows / 2, t.height);
        else if (*depth > 32)
            *depth = round_up(*depth / 2, 16);
        else
            return false;
    }
    return true;
}

static brg_status plan_packed(const job *j, brg_error *error) {
    const brg_gemm *g = j->g;
    tile t = tile_of(g);
    share most;
    int64_t depth;
    if (!fit_packed(j, t, &most, &depth))
        return refuse_groups(j, "packed", 1, packed_bytes(g, t, depth, most), error);
    matrix panels = plan_pack(j, t, depth);
    matrix a = g->ta ? plan_pack_rows(j, t, depth) : matrix_a(g);
    brg_launch *launch = brg_plan_add(j->plan, "gemm", "gemm_6_packed");
    add_result_options(launch, g);
    add_transposition_options(launch, g);
    add_tile_options(launch, t);
    brg_launch_option(launch, "-DDEPTH=%d -DSUMS=%d", (int)depth,
                      (int)(most.rows / t.height * (most.cols / t.width)));
    launch->share = product_share(g);
    add_sizes(launch, g->m, g->n, g->k);
    add_matrix(launch, a);
    brg_arg_buffer(launch, panels.buffer);
    brg_arg_i64(launch, panels.step);
    add_result(launch, g);
    add_share(launch, g, share_out(j, t, most, false));
    return BRG_OK;
}

/* ---- few rows or columns: thin, dots ---- */

/* A product with few rows, or one with few columns looked at from the other side: op(B)' op(A)' has
 * few rows then. `swap` says so; the kernel stores rows as columns. */
typedef struct slim {
    bool swap;
    int64_t few, many;     /* rows and columns, as seen */
    matrix x;              /* holds the few */
    int64_t x_row, x_term; /* from one of the few to the next, from one term to the next */
    matrix matrix;         /* holds the many */
    bool along;            /* its rows run along the terms */
} slim;

static slim seen(const brg_gemm *g, bool swap) {
    slim s = {.swap = swap, .few = swap ? g->n : g->m, .many = swap ? g->m : g->n};
    s.x = swap ? matrix_b(g) : matrix_a(g);
    s.matrix = swap ? matrix_a(g) : matrix_b(g);
    bool rows_are_terms = swap ? !g->tb : g->ta;
    s.x_row = rows_are_terms ? 1 : s.x.pitch;
    s.x_term = rows_are_terms ? s.x.pitch : 1;
    s.along = swap ? !g->ta : g->tb;
    return s;
}

static int64_t few_option(int64_t few) {
    return few <= 1 ? 1 : few <= 2 ? 2 : few <= 4 ? 4 : 8;
}

/* Which way round it fits: few enough, and `along` as the variant needs it. */
static bool find_slim(const job *j, bool along, int64_t most, slim *out) {
    for (int swap = 0; swap < 2; swap++) {
        *out = seen(j->g, swap);
        if (out->few <= most && out->along == along && (along || out->many >= lanes_of(j->g)))
            return true;
    }
    return false;
}

static brg_status refuse_slim(const char *variant, const char *what, brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED, "gemm's variant \"%s\" takes up to 8 %s", variant, what);
    brg_error_hint(error, "Choose the variant \"packed\".");
    return BRG_E_UNSUPPORTED;
}

static void add_slim_options(brg_launch *launch, const brg_gemm *g, const slim *s) {
    add_result_options(launch, g);
    brg_launch_option(launch, "-DROWS=%d", (int)few_option(s->few));
    if (s->swap)
        brg_launch_option(launch, "-DSWAP=1");
}

static brg_status plan_thin(const job *j, brg_error *error) {
    slim s;
    if (!find_slim(j, false, 8, &s))
        return refuse_slim("thin",
                           "rows of a B that is not transposed and 16 columns wide, or as "
                           "many columns of a transposed A",
                           error);
    const brg_gemm *g = j->g;
    int64_t lanes = lanes_of(g), rows = few_option(s.few);
    int64_t sums =
        smaller(tuned(j, BRG_GEMM_SPAN), (int64_t)(j->device->local_memory / sum_size(g)));
    int64_t most = clamp(sums / rows / lanes * lanes, lanes, sums);
    int64_t span = even_part(s.many, most, lanes);
    while (divide_up(s.many, span) * g->batch < units_of(j) && span > 8 * lanes)
        span = round_up(span / 2, lanes);
    span = smaller(span, clamp(brg_loop_limit(j->device) / (2 * g->k), 1, span) * lanes);
    brg_launch *launch = brg_plan_add(j->plan, "gemm", "gemm_7_thin");
    add_slim_options(launch, g, &s);
    brg_launch_option(launch, "-DSPAN=%d", (int)most);
    int64_t spans = divide_up(s.many, span);
    brg_launch_range(launch, 0, spans * g->batch, 1);
    add_sizes(launch, s.few, s.many, g->k);
    brg_arg_buffer(launch, s.x.buffer);
    brg_arg_i32(launch, s.x_row);
    brg_arg_i32(launch, s.x_term);
    brg_arg_i64(launch, s.x.step);
    add_matrix(launch, s.matrix);
    add_result(launch, g);
    brg_arg_i32(launch, span);
    brg_arg_i32(launch, spans);
    brg_arg_first(launch);
    return BRG_OK;
}

static brg_status plan_dots(const job *j, brg_error *error) {
    slim s;
    if (!find_slim(j, true, 8, &s))
        return refuse_slim("dots",
                           "columns of an A that is not transposed, or as many rows of a "
                           "transposed B",
                           error);
    const brg_gemm *g = j->g;
    if (s.x_term != 1)
        s.x = plan_turn(j, s.x, g->k, s.few);
    int64_t wanted = few_items(j);
    int64_t rounds = divide_up(g->k, lanes_of(g)) + lanes_of(g) * 8;
    int64_t most = brg_loop_limit(j->device) / rounds;
    int64_t rows = clamp(round_up(divide_up(s.many, wanted), 8), 1, 256);
    rows = clamp(rows, 1, most > 0 ? most : 1);
    brg_launch *launch = brg_plan_add(j->plan, "gemm", "gemm_8_dots");
    add_slim_options(launch, g, &s);
    launch->share = product_share(g) * 16;
    int64_t bands = divide_up(s.many, rows);
    brg_launch_range(launch, 0, bands * g->batch, 1);
    if (s.swap)
        launch->rows_per_item = rows_to_report(g, rows);
    add_sizes(launch, s.many, s.few, g->k);
    add_matrix(launch, s.matrix);
    add_matrix(launch, s.x);
    add_result(launch, g);
    brg_arg_i32(launch, rows);
    brg_arg_i32(launch, bands);
    brg_arg_first(launch);
    return BRG_OK;
}

/* ---- choice ---- */

/* Whether the matrices are stored as gemm_4_rows likes them: summed as they are, B not transposed. */
static bool fits_rows(const job *j) {
    const brg_gemm *g = j->g;
    bool as_summed = g->in == BRG_F32 || g->in == BRG_F64;
    return as_summed && !g->tb && g->n >= tile_of(g).width;
}

/* Tiles below each other that are too few for a copy of B to pay, whatever its size. */
enum { FEW_TILES = 3 };

/* On a CPU few rows or columns are a matter of memory, and from three rows on a matter of
 * registers. Packing B costs about as much as 16 rows of out, and pays once B has outgrown the
 * second-level cache or something has to be turned or converted anyway. GPUs take tiles. */
static int choose(const job *j) {
    const brg_gemm *g = j->g;
    if (j->device->kind != BRG_DEVICE_CPU)
        return can_block(j, 64) && g->m > 16 && g->n > 16 ? BRG_GEMM_BLOCKED
               : tile_side(j) > 0                         ? BRG_GEMM_TILED
                                                          : BRG_GEMM_NAIVE;
    if (brg_counts_rounds(j->device) || tiles_allowed(j) == 0)
        return tile_side(j) > 0 ? BRG_GEMM_TILED : BRG_GEMM_NAIVE;
    slim s;
    bool flat = fits_rows(j) && g->m <= FEW_TILES * tile_of(g).height;
    if (find_slim(j, false, tuned(j, BRG_GEMM_FEW), &s) && (s.few <= 2 || s.swap || !flat))
        return BRG_GEMM_THIN;
    if (find_slim(j, true, tuned(j, BRG_GEMM_FEW), &s))
        return BRG_GEMM_DOTS;
    bool small = g->k * g->n <= tuned(j, BRG_GEMM_PACK_FROM) * 1000;
    if (flat || (small && !g->ta && fits_rows(j)))
        return BRG_GEMM_ROWS;
    /* Turning a panel costs twice as much as copying it; a B of 64 Ki elements costs next to nothing. */
    int64_t low = tuned(j, BRG_GEMM_PACK_ROWS) / (g->tb ? 2 : 1);
    bool few_copies = g->m <= low || g->k * g->n <= 65536;
    if (few_copies && g->in != BRG_F16 && can_hold_panel(j))
        return BRG_GEMM_PANELS;
    share most;
    int64_t depth;
    bool fits = fit_packed(j, tile_of(g), &most, &depth);
    return fits ? BRG_GEMM_PACKED : tile_side(j) > 0 ? BRG_GEMM_TILED : BRG_GEMM_NAIVE;
}

/* Devices that count a work-item's rounds do not get to the end of a long sum. */
static brg_status check_rounds(const job *j, brg_error *error) {
    if (2 * j->g->terms <= brg_loop_limit(j->device))
        return BRG_OK;
    brg_fail(error, BRG_E_UNSUPPORTED,
             "%s ends a work-item's loops after 65 535 rounds, too few for k = %lld",
             j->device->name, (long long)j->g->k);
    brg_error_hint(error, "Choose another device.");
    return BRG_E_UNSUPPORTED;
}

static brg_status check_type(const job *j, brg_error *error) {
    if (j->g->in != BRG_F64 || j->device->has_fp64)
        return BRG_OK;
    brg_fail(error, BRG_E_UNSUPPORTED, "%s has no double precision arithmetic", j->device->name);
    brg_error_hint(error, "Give f32 matrices, or choose another device.");
    return BRG_E_UNSUPPORTED;
}

/* The launches before the last one prepare its operands, and are in the same program, which is then
 * built once. */
static void share_program(brg_plan *plan) {
    for (int32_t last = plan->launch_count - 1, i = 0; i < last; i++)
        memcpy(plan->launches[i].options, plan->launches[last].options,
               sizeof plan->launches[i].options);
}

static brg_status plan_variant(const job *j, int variant, brg_error *error) {
    switch (variant) {
    case BRG_GEMM_TILED:
        return plan_tiled(j, error);
    case BRG_GEMM_BLOCKED:
        return plan_blocked(j, error);
    case BRG_GEMM_ROWS:
        return plan_rows(j, error);
    case BRG_GEMM_PANELS:
        return plan_panels(j, error);
    case BRG_GEMM_PACKED:
        return plan_packed(j, error);
    case BRG_GEMM_THIN:
        return plan_thin(j, error);
    case BRG_GEMM_DOTS:
        return plan_dots(j, error);
    default:
        return plan_naive(j);
    }
}

static brg_status plan_resolved(const brg_gemm *resolved, const char *variant,
                                const brg_device_info *device, brg_plan *plan, brg_error *error) {
    const brg_gemm g = *resolved;
    const job j = {&g, device, plan};
    bool empty = g.m == 0 || g.n == 0 || g.batch == 0;
    bool idle = empty || g.terms == 0;
    int chosen = variant ? brg_variant_find(&brg_op_gemm, variant) : idle ? 0 : choose(&j);
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_gemm, variant, error);
    snprintf(plan->variant, sizeof plan->variant, "%s", brg_gemm_variants[chosen].name);
    plan->zero_output = g.ldo > g.n; /* the padding columns */
    if (empty)
        return BRG_OK;
    if (check_type(&j, error) != BRG_OK || check_rounds(&j, error) != BRG_OK)
        return BRG_E_UNSUPPORTED;
    if (g.terms == 0) {
        plan_scale(&j);
        return BRG_OK;
    }
    brg_status status = plan_variant(&j, chosen, error);
    share_program(plan);
    return status;
}

brg_status brg_gemm_plan(const brg_call *call, const char *variant, const brg_device_info *device,
                         brg_plan *plan, brg_error *error) {
    const brg_gemm g = brg_gemm_resolve(call);
    return plan_resolved(&g, variant, device, plan, error);
}

brg_status brg_gemm_plan_in_place(const brg_call *call, const brg_gemm_descent *descent,
                                  const char *variant, const brg_device_info *device,
                                  brg_plan *plan, brg_error *error) {
    brg_gemm g = brg_gemm_resolve(call);
    g.in_place = true;
    g.c_index = -1;
    g.o_step = descent->to_velocities;
    g.beta = descent->decay;
    return plan_resolved(&g, variant, device, plan, error);
}
