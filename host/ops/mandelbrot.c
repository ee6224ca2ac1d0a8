/* The op "mandelbrot": escape counts of z -> z^2 + c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/parts.h"
#include "reference/mandelbrot.h"

enum { NAIVE, TILES, BANDS, INTERLEAVED, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    [NAIVE] = {"naive", "a pixel a work-item, in work-groups along a row"},
    [TILES] = {"tiles", "a pixel a work-item, in square work-groups, for GPUs"},
    [BANDS] = {"bands", "64 pixels in vectors; a work-item has rows side by side"},
    [INTERLEAVED] = {"interleaved",
                     "64 pixels in vectors; a work-item has every n-th row, for CPUs"},
};

enum { SHARE };
static const brg_tunable tunables[] = {
    [SHARE] = {"rows", "rows of a work-item", "interleaved", 4, 4, {1, 2, 4, 8, 16, 32}},
};

enum { TILE = 8, LANES = 64, BURST = 8, MAX_SIDE = 65535, MAX_ITERATIONS = 1000000000 };

static const brg_mandelbrot_params defaults = {-2.25f, 1.125f, 3.0f / 1024, 1024, 768, 256};

/* ---- check ---- */

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_mandelbrot_params *p = call->params;
    if (!isfinite(p->left) || !isfinite(p->top) || !isfinite(p->pixel))
        return brg_fail(error, BRG_E_ARGUMENT, "left, top and pixel of mandelbrot must be finite");
    if (p->width < 0 || p->width > MAX_SIDE || p->height < 0 || p->height > MAX_SIDE)
        return brg_fail(error, BRG_E_SHAPE, "mandelbrot makes images of up to %dx%d, not %dx%d",
                        MAX_SIDE, MAX_SIDE, (int)p->width, (int)p->height);
    if (p->iterations < 0 || p->iterations > MAX_ITERATIONS)
        return brg_fail(error, BRG_E_ARGUMENT, "mandelbrot makes 0 to %d iterations, not %d",
                        MAX_ITERATIONS, (int)p->iterations);
    *output = brg_shape_2d(BRG_I32, p->height, p->width);
    return BRG_OK;
}

/* ---- cost and names ---- */

/* Eight operations a step. How many steps a pixel takes is known afterwards: this is an estimate.
 */
static void cost(const brg_call *call, brg_cost *out) {
    const brg_mandelbrot_params *p = call->params;
    double pixels = (double)p->width * (double)p->height;
    out->flops = 8.0 * pixels * brg_mandelbrot_mean_steps(p);
    out->bytes = 4.0 * pixels;
}

static int32_t dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {
    const brg_mandelbrot_params *p = call->params;
    out[0] = (brg_dim){"h", p->height};
    out[1] = (brg_dim){"w", p->width};
    out[2] = (brg_dim){"steps", p->iterations};
    return 3;
}

/* ---- plan ---- */

static brg_launch *add_launch(const brg_mandelbrot_params *p, const char *kernel, brg_plan *plan) {
    brg_launch *launch = brg_plan_add(plan, "mandelbrot", kernel);
    brg_arg_i32(launch, p->height);
    brg_arg_i32(launch, p->width);
    brg_arg_f32(launch, p->left);
    brg_arg_f32(launch, p->top);
    brg_arg_f32(launch, p->pixel);
    brg_arg_i32(launch, p->iterations);
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    return launch;
}

static void plan_pixels(const brg_mandelbrot_params *p, size_t group_w, size_t group_h,
                        brg_plan *plan) {
    brg_launch *launch = add_launch(p, "mandelbrot_1_naive", plan);
    brg_launch_range(launch, 0, p->width, group_w);
    brg_launch_range(launch, 1, p->height, group_h);
    launch->slice_dim = 1;
    launch->rows_per_item = 1;
    brg_arg_first(launch);
}

static void plan_wide(const brg_mandelbrot_params *p, int64_t rows, bool interleaved,
                      brg_plan *plan) {
    int64_t items = brg_parts_count(p->height, rows);
    brg_launch *launch = add_launch(p, "mandelbrot_2_wide", plan);
    brg_launch_range(launch, 0, items, 1);
    launch->rows_per_item = interleaved ? 0 : rows;
    brg_arg_i32(launch, rows);
    brg_arg_i32(launch, interleaved ? 1 : rows);
    brg_arg_i32(launch, interleaved ? items : 1);
    brg_arg_first(launch);
}

/* A band for each compute unit, as one would cut by hand; but no longer than a second or so. */
static int64_t rows_of_band(const brg_call *call, const brg_device_info *device) {
    const brg_mandelbrot_params *p = call->params;
    brg_cost work;
    cost(call, &work);
    int64_t units = device->compute_units > 0 ? (int64_t)device->compute_units : 1;
    int64_t parts = units + (int64_t)(work.flops / 2e10);
    return brg_parts_size(p->height, parts, 1, 1, p->height);
}

/* Rounds of loops that a work-item of the wide kernel makes at most. */
static int64_t rounds(const brg_mandelbrot_params *p, int64_t rows) {
    return rows * (brg_parts_count(p->width, LANES) * (p->iterations / BURST + BURST + 8) + 1);
}

static int choose(const brg_mandelbrot_params *p, int64_t rows, const brg_device_info *device) {
    bool cpu = device->kind == BRG_DEVICE_CPU && rounds(p, rows) <= brg_loop_limit(device);
    return cpu ? INTERLEAVED : TILES;
}

static bool has_tiles(const brg_device_info *device) {
    return device->max_work_group >= TILE * TILE && device->max_work_item[0] >= TILE &&
           device->max_work_item[1] >= TILE;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *out, brg_error *error) {
    const brg_mandelbrot_params *p = call->params;
    int64_t rows = out->tuned[SHARE];
    int chosen = variant ? brg_variant_find(&brg_op_mandelbrot, variant) : choose(p, rows, device);
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_mandelbrot, variant, error);
    snprintf(out->variant, sizeof out->variant, "%s", variants[chosen].name);
    if (p->width == 0 || p->height == 0)
        return BRG_OK;
    if (chosen == BANDS)
        rows = rows_of_band(call, device);
    bool is_wide = chosen == BANDS || chosen == INTERLEAVED;
    brg_status status = brg_parts_rounds("mandelbrot", out->variant,
                                         is_wide ? rounds(p, rows) : p->iterations, device, error);
    if (status != BRG_OK)
        return status;
    if (is_wide)
        plan_wide(p, rows, chosen == INTERLEAVED, out);
    else if (chosen == TILES && has_tiles(device))
        plan_pixels(p, TILE, TILE, out);
    else
        plan_pixels(p, brg_row_group(device), 1, out);
    return BRG_OK;
}

/* ---- examples ---- */

static brg_status fill(const brg_mandelbrot_params *params, brg_example *out) {
    *out = (brg_example){0};
    snprintf(out->text, sizeof out->text, "%dx%d, %d steps, from %.4g %.4g", (int)params->height,
             (int)params->width, (int)params->iterations, (double)params->left,
             (double)params->top);
    memcpy(out->params, params, sizeof *params);
    return BRG_OK;
}

/* The same sizes over the whole set, at its edge, and wholly within or without. */
static brg_status example(int32_t index, uint64_t seed, brg_example *out, brg_error *error) {
    static const brg_mandelbrot_params rows[] = {{-2.25f, 1.125f, 0.1f, 0, 5, 10},
                                                 {-2.25f, 1.125f, 0.1f, 5, 0, 10},
                                                 {-2.25f, 1.125f, 0.1f, 5, 5, 0},
                                                 {0, 0, 0, 1, 1, 1},
                                                 {-0.5f, 0, 0, 1, 1, 1000},
                                                 {2, 2, 1, 3, 3, 7},
                                                 {-2, 0, 0.01f, 17, 1, 100},
                                                 {-2, 0.5f, 0.01f, 1, 17, 100},
                                                 {-2.25f, 1.125f, 3e-2f, 100, 75, 63},
                                                 {-2.25f, 1.125f, 3e-2f, 100, 75, 64},
                                                 {-2.25f, 1.125f, 3e-2f, 100, 75, 65},
                                                 {-2.25f, 1.125f, 4.6e-2f, 63, 49, 256},
                                                 {-2.25f, 1.125f, 4.6e-2f, 64, 49, 256},
                                                 {-2.25f, 1.125f, 4.6e-2f, 65, 49, 256},
                                                 {-2.25f, 1.125f, 2.3e-2f, 127, 97, 99},
                                                 {-0.75f, 0.1f, 1e-4f, 31, 37, 1500},
                                                 {-0.745f, 0.113f, 1e-5f, 129, 29, 700},
                                                 {-1.25066f, 0.02f, 1e-6f, 67, 61, 800},
                                                 {-2, 0, 1e-7f, 100, 3, 300},
                                                 {0.25f, 1e-6f, 1e-7f, 33, 5, 3000},
                                                 {-1.78f, 0.001f, 1e-5f, 80, 40, 500},
                                                 {-0.1f, 0.1f, 1e-3f, 40, 41, 1000},
                                                 {1e30f, -1e30f, 1e30f, 9, 5, 50},
                                                 {-2.25f, 1.125f, 3.0f / 256, 256, 192, 128}};
    (void)seed;
    if (index < 0 || index >= (int32_t)(sizeof rows / sizeof rows[0]))
        return brg_fail(error, BRG_E_NOT_FOUND, "mandelbrot has no example %d", (int)index);
    return fill(&rows[index], out);
}

/* What make() reads: the size, and the middle and width of what is seen. */
typedef struct request {
    int64_t w, h, steps;
    double x, y, span;
} request;

static brg_mandelbrot_params view_of(const request *wanted) {
    double pixel = wanted->w > 0 ? wanted->span / (double)wanted->w : 0;
    return (brg_mandelbrot_params){.left = (float)(wanted->x - wanted->span / 2),
                                   .top = (float)(wanted->y + pixel * (double)wanted->h / 2),
                                   .pixel = (float)pixel,
                                   .width = (int32_t)wanted->w,
                                   .height = (int32_t)wanted->h,
                                   .iterations = (int32_t)wanted->steps};
}

static brg_status make(const char *words, uint64_t seed, brg_example *out, brg_error *error) {
    static const brg_word table[] = {
        {"w", BRG_WORD_INTEGER, offsetof(request, w), 0, MAX_SIDE, NULL},
        {"h", BRG_WORD_INTEGER, offsetof(request, h), 0, MAX_SIDE, NULL},
        {"steps", BRG_WORD_INTEGER, offsetof(request, steps), 0, MAX_ITERATIONS, NULL},
        {"x", BRG_WORD_NUMBER, offsetof(request, x), -10, 10, NULL},
        {"y", BRG_WORD_NUMBER, offsetof(request, y), -10, 10, NULL},
        {"span", BRG_WORD_NUMBER, offsetof(request, span), 0, 100, NULL},
    };
    request wanted = {1024, 768, 256, -0.75, 0, 3};
    (void)seed;
    brg_status status =
        brg_words_read("mandelbrot", words, table, sizeof table / sizeof table[0], &wanted, error);
    if (status != BRG_OK)
        return status;
    brg_mandelbrot_params params = view_of(&wanted);
    return fill(&params, out);
}

static const char *const sizes[] = {"w=256 h=192", "w=1024 h=768", "w=1920 h=1080 steps=1000",
                                    "w=1024 h=768 steps=2000 x=-0.7453 y=0.1127 span=0.01", NULL};

const brg_op brg_op_mandelbrot = {
    .name = "mandelbrot",
    .summary = "steps of z^2 + c until |z| > 2, for every pixel",
    .params_size = sizeof(brg_mandelbrot_params),
    .defaults = &defaults,
    .min_inputs = 0,
    .max_inputs = 0,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .tunables = tunables,
    .tunable_count = sizeof tunables / sizeof tunables[0],
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan,
    .sequential = brg_mandelbrot_sequential,
    .naive = brg_mandelbrot_naive,
    .oracle = brg_mandelbrot_oracle,
    .example = example,
    .make = make,
    .make_syntax = "w=N h=N steps=N x=X y=Y span=S",
    .sizes = sizes,
};
