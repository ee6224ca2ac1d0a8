/* The op "reaction_diffusion": steps of the model of Gray and Scott. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "ops/parts.h"
#include "reference/reaction_diffusion.h"

enum { NAIVE, TILED, ROWS, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    [NAIVE] = {"naive", "a cell a work-item"},
    [TILED] = {"tiled", "a work-group shares a tile and its rim in local memory, for GPUs"},
    [ROWS] = {"rows", "a work-item goes along rows, eight cells at a time, for CPUs"},
};

enum { BANDS };
static const brg_tunable tunables[] = {
    [BANDS] = {"bands", "bands of rows, each a work-item", "rows", 16, 64, {2, 4, 8, 16, 32, 64}},
};

enum { TILE = 16, MAX_STEPS = 1000000 };

static const brg_reaction_diffusion_params defaults = {0.2f, 0.1f, 0.035f, 0.065f, 1.0f, 1};

/* ---- check ---- */

/* Zero, or far enough from zero that no product with a concentration can be subnormal. */
static bool is_rate(float x) {
    return x == 0.0f || (x >= 1e-6f && x <= 1e6f);
}

static brg_status check_params(const brg_reaction_diffusion_params *p, brg_error *error) {
    if (!is_rate(p->diffusion_u) || !is_rate(p->diffusion_v) || !is_rate(p->feed) ||
        !is_rate(p->kill) || !is_rate(p->dt))
        return brg_fail(error, BRG_E_ARGUMENT,
                        "the rates and dt of reaction_diffusion must be 0, or 1e-6 to 1e6");
    if (p->steps < 1 || p->steps > MAX_STEPS)
        return brg_fail(error, BRG_E_ARGUMENT,
                        "reaction_diffusion makes 1 to %d steps in a call, not %d", MAX_STEPS,
                        (int)p->steps);
    return BRG_OK;
}

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_shape *in = &call->inputs[0];
    size_t bytes = 0;
    if (in->dtype != BRG_F32 || (in->rank != 3 && in->rank != 4) || in->dims[in->rank - 1] != 2)
        return brg_fail(error, BRG_E_SHAPE,
                        "reaction_diffusion takes f32 grids {h, w, 2} or {n, h, w, 2}");
    brg_status status = check_params(call->params, error);
    if (status == BRG_OK)
        status = brg_shape_size(in, NULL, &bytes, error);
    if (status != BRG_OK)
        return status;
    const brg_reaction_diffusion g = brg_reaction_diffusion_resolve(call);
    if (g.grids > BRG_MAX_SIDE || g.h > BRG_MAX_SIDE / 4 || g.w > BRG_MAX_SIDE / 4)
        return brg_fail(error, BRG_E_SHAPE, "reaction_diffusion takes sides of up to %d",
                        BRG_MAX_SIDE / 4);
    *output = (brg_shape){BRG_F32, 4, {g.grids, g.h, g.w, 2}};
    return BRG_OK;
}

/* ---- cost and names ---- */

/* 25 operations a cell and step, as the formulas stand in kernels/reaction_diffusion.cl. */
static void cost(const brg_call *call, brg_cost *out) {
    const brg_reaction_diffusion g = brg_reaction_diffusion_resolve(call);
    double cells = (double)g.grids * (double)g.h * (double)g.w;
    out->flops = 25.0 * cells * (double)g.steps;
    out->bytes = 16.0 * cells;
}

static int32_t dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {
    const brg_reaction_diffusion g = brg_reaction_diffusion_resolve(call);
    out[0] = (brg_dim){"grids", g.grids};
    out[1] = (brg_dim){"h", g.h};
    out[2] = (brg_dim){"w", g.w};
    out[3] = (brg_dim){"steps", g.steps};
    return 4;
}

/* ---- plan ---- */

/* What the launch of a step needs besides its buffers. */
typedef struct stepper {
    const brg_reaction_diffusion *grid;
    int rung;
    int64_t height;          /* rows of a work-item of ROWS */
    size_t group_w, group_h; /* work-group of the other rungs */
} stepper;

static void add_arguments(brg_launch *launch, const brg_reaction_diffusion *g, int32_t from,
                          int32_t to) {
    brg_arg_i32(launch, g->h);
    brg_arg_i32(launch, g->w);
    brg_arg_buffer(launch, from);
    brg_arg_buffer(launch, to);
    brg_arg_f32(launch, g->diffusion_u);
    brg_arg_f32(launch, g->diffusion_v);
    brg_arg_f32(launch, g->feed);
    brg_arg_f32(launch, g->decay);
    brg_arg_f32(launch, g->dt);
}

static void add_step(void *user, int32_t from, int32_t to, brg_plan *plan) {
    static const char *const kernels[] = {
        "reaction_diffusion_1_naive", "reaction_diffusion_2_tiled", "reaction_diffusion_3_rows"};
    const stepper *s = user;
    brg_launch *launch = brg_plan_add(plan, "reaction_diffusion", kernels[s->rung]);
    add_arguments(launch, s->grid, from, to);
    if (s->rung == ROWS) {
        brg_launch_range(launch, 0, brg_parts_count(s->grid->h, s->height), 1);
        brg_launch_range(launch, 1, s->grid->grids, 1);
        brg_arg_i32(launch, s->height);
    } else {
        brg_launch_range(launch, 0, s->grid->w, s->group_w);
        brg_launch_range(launch, 1, s->grid->h, s->group_h);
        brg_launch_range(launch, 2, s->grid->grids, 1);
        launch->slice_dim = 1;
    }
    if (s->rung == TILED)
        brg_launch_option(launch, "-DTILE=%d", TILE);
    brg_arg_first(launch);
}

static bool has_tiles(const brg_device_info *device) {
    return device->max_work_group >= TILE * TILE && device->max_work_item[0] >= TILE &&
           device->max_work_item[1] >= TILE && device->local_memory >= 4096;
}

/* Rounds of loops that ROWS makes in a row at most. */
static int64_t rounds_of_row(const brg_reaction_diffusion *g) {
    return g->w / 8 + 12;
}

static int64_t rows_of_band(const brg_reaction_diffusion *g, int64_t bands,
                            const brg_device_info *device) {
    int64_t most = brg_loop_limit(device) / rounds_of_row(g);
    int64_t bands_of_grid = brg_parts_count(bands, g->grids);
    return brg_parts_size(g->h, bands_of_grid, 1, 1, most < 256 ? most : 256);
}

static int choose(const brg_reaction_diffusion *g, const brg_device_info *device) {
    if (device->kind == BRG_DEVICE_CPU && rounds_of_row(g) <= brg_loop_limit(device))
        return ROWS;
    return has_tiles(device) ? TILED : NAIVE;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *out, brg_error *error) {
    const brg_reaction_diffusion g = brg_reaction_diffusion_resolve(call);
    int chosen =
        variant ? brg_variant_find(&brg_op_reaction_diffusion, variant) : choose(&g, device);
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_reaction_diffusion, variant, error);
    if (chosen == TILED && !has_tiles(device))
        return brg_parts_no_group("reaction_diffusion", "tiled", "rows", device, error);
    if (chosen == ROWS &&
        brg_parts_rounds("reaction_diffusion", "rows", rounds_of_row(&g), device, error) != BRG_OK)
        return BRG_E_UNSUPPORTED;
    snprintf(out->variant, sizeof out->variant, "%s", variants[chosen].name);
    if (g.grids == 0 || g.h == 0 || g.w == 0)
        return BRG_OK;
    stepper s = {.grid = &g,
                 .rung = chosen,
                 .height = rows_of_band(&g, out->tuned[BANDS], device),
                 .group_w = chosen == TILED ? TILE : brg_row_group(device),
                 .group_h = chosen == TILED ? TILE : 1};
    brg_parts_steps(g.steps, (size_t)(g.grids * g.h * g.w) * 2 * sizeof(float), add_step, &s, out);
    return BRG_OK;
}

/* ---- examples ---- */

typedef struct request {
    int64_t grids, h, w, steps;
} request;

/* The state is noise in 0..1: what a few steps make of it has every magnitude. */
static brg_status fill(const request *wanted, uint64_t seed, brg_example *out, brg_error *error) {
    brg_reaction_diffusion_params params = defaults;
    params.steps = (int32_t)wanted->steps;
    brg_shape shape = {BRG_F32, 4, {wanted->grids, wanted->h, wanted->w, 2}};
    if (wanted->grids == 1)
        shape = brg_shape_3d(BRG_F32, wanted->h, wanted->w, 2);
    *out = (brg_example){0};
    snprintf(out->text, sizeof out->text, "%lldx%lldx%lld steps %lld", (long long)wanted->grids,
             (long long)wanted->h, (long long)wanted->w, (long long)wanted->steps);
    memcpy(out->params, &params, sizeof params);
    brg_status status = brg_example_add_uniform(out, &shape, 0.0f, 1.0f, seed, error);
    if (status != BRG_OK)
        brg_example_release(out);
    return status;
}

static brg_status example(int32_t index, uint64_t seed, brg_example *out, brg_error *error) {
    static const request rows[] = {
        {0, 3, 3, 1},   {1, 0, 5, 1},    {1, 5, 0, 3},     {1, 1, 1, 1},    {1, 1, 1, 5},
        {1, 1, 2, 2},   {1, 2, 1, 3},    {1, 1, 17, 4},    {1, 17, 1, 1},   {1, 3, 9, 2},
        {1, 2, 10, 3},  {1, 5, 11, 1},   {1, 7, 18, 2},    {1, 8, 19, 3},   {1, 15, 15, 1},
        {1, 16, 16, 2}, {1, 17, 17, 7},  {1, 31, 33, 10},  {2, 13, 29, 2},  {3, 5, 64, 3},
        {5, 1, 9, 1},   {1, 64, 64, 40}, {1, 97, 101, 25}, {1, 257, 263, 6}};
    if (index < 0 || index >= (int32_t)(sizeof rows / sizeof rows[0]))
        return brg_fail(error, BRG_E_NOT_FOUND, "reaction_diffusion has no example %d", (int)index);
    return fill(&rows[index], seed, out, error);
}

/* Turns noise into a start that lives: u everywhere, and in each field of 32 x 32 cells a square of v
 * somewhere, from which a pattern grows. Noise itself reaches infinity within a hundred steps. */
static void sow(float *cells, const brg_reaction_diffusion *g, uint64_t seed) {
    enum { FIELD = 32, SQUARE = 12 };
    for (int64_t i = 0; i < g->grids * g->h * g->w; i++) {
        int64_t row = i / g->w, x = i % g->w, y = row % g->h;
        uint64_t field = (uint64_t)(row / g->h * g->h + y / FIELD) << 32 | (uint64_t)(x / FIELD);
        uint64_t place = brg_random_bits(seed, field);
        int64_t left = (int64_t)(place % (FIELD - SQUARE + 1));
        int64_t top = (int64_t)((place >> 32) % (FIELD - SQUARE + 1));
        bool sown = x % FIELD >= left && x % FIELD < left + SQUARE && y % FIELD >= top &&
                    y % FIELD < top + SQUARE;
        float *u = cells + 2 * i, *v = u + 1;
        *u = (sown ? 0.5f : 1.0f) - 0.01f * *u;
        *v = sown ? 0.25f + 0.01f * *v : 0.0f;
    }
}

static brg_status make(const char *words, uint64_t seed, brg_example *out, brg_error *error) {
    static const brg_word table[] = {
        {"h", BRG_WORD_INTEGER, offsetof(request, h), 0, 65535, NULL},
        {"w", BRG_WORD_INTEGER, offsetof(request, w), 0, 65535, NULL},
        {"grids", BRG_WORD_INTEGER, offsetof(request, grids), 0, 65535, NULL},
        {"steps", BRG_WORD_INTEGER, offsetof(request, steps), 1, MAX_STEPS, NULL},
    };
    request wanted = {1, 1024, 1024, 100};
    brg_status status = brg_words_read("reaction_diffusion", words, table,
                                       sizeof table / sizeof table[0], &wanted, error);
    if (status == BRG_OK)
        status = fill(&wanted, seed, out, error);
    if (status != BRG_OK)
        return status;
    const brg_reaction_diffusion g = {.grids = wanted.grids, .h = wanted.h, .w = wanted.w};
    sow(brg_tensor_writable(out->inputs[0]), &g, seed);
    return BRG_OK;
}

static const char *const sizes[] = {"h=256 w=256 steps=100", "h=1024 w=1024 steps=1",
                                    "h=1024 w=1024 steps=100", "h=1000 w=1777 steps=20", NULL};

const brg_op brg_op_reaction_diffusion = {
    .name = "reaction_diffusion",
    .summary = "steps of the Gray-Scott model, two substances on a torus",
    .params_size = sizeof(brg_reaction_diffusion_params),
    .defaults = &defaults,
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
    .sequential = brg_reaction_diffusion_sequential,
    .naive = brg_reaction_diffusion_naive,
    .oracle = brg_reaction_diffusion_oracle,
    .example = example,
    .make = make,
    .make_syntax = "h=N w=N grids=N steps=N",
    .sizes = sizes,
};
