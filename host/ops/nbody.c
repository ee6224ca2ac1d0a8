/* The op "nbody": gravity between all pairs of bodies. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/parts.h"
#include "reference/nbody.h"

enum { NAIVE, TILED, WIDE, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    [NAIVE] = {"naive", "a body a work-item, all others from global memory"},
    [TILED] = {"tiled", "a work-group reads each body once into local memory, for GPUs"},
    [WIDE] = {"wide", "a work-item has several vectors of 16 bodies, for CPUs"},
};

enum { VECTORS };
static const brg_tunable tunables[] = {
    [VECTORS] = {"vectors", "vectors of 16 bodies in a work-item", "wide", 4, 1, {1, 2, 3, 4}},
};

enum { MAX_STEPS = 1000000 };

static const brg_nbody_params defaults = {0.01f, 0.05f, 1.0f, 1};

/* ---- check ---- */

static brg_status check_params(const brg_nbody_params *p, brg_error *error) {
    if (!(fabsf(p->dt) <= 1e6f) || !(fabsf(p->gravity) <= 1e12f))
        return brg_fail(error, BRG_E_ARGUMENT,
                        "dt of nbody must be within 1e6 and gravity within 1e12");
    if (!(p->softening >= 1e-6f && p->softening <= 1e6f))
        return brg_fail(error, BRG_E_ARGUMENT, "softening of nbody must be 1e-6 to 1e6, not %g",
                        (double)p->softening);
    if (p->steps < 1 || p->steps > MAX_STEPS)
        return brg_fail(error, BRG_E_ARGUMENT, "nbody makes 1 to %d steps in a call, not %d",
                        MAX_STEPS, (int)p->steps);
    return BRG_OK;
}

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_nbody_params *p = call->params;
    const brg_shape *in = &call->inputs[0];
    bool fits = in->dtype == BRG_F32 && (in->rank == 2 || (in->rank == 3 && in->dims[0] == 1)) &&
                in->dims[in->rank - 1] == BRG_BODY;
    if (!fits)
        return brg_fail(error, BRG_E_SHAPE, "nbody takes bodies as f32 {n, 8} or {1, n, 8}");
    brg_status status = brg_shape_size(in, NULL, NULL, error);
    if (status == BRG_OK)
        status = check_params(p, error);
    if (status != BRG_OK)
        return status;
    int64_t n = in->dims[in->rank - 2];
    if (n > BRG_MAX_SIDE)
        return brg_fail(error, BRG_E_SHAPE, "nbody takes up to %d bodies, not %lld", BRG_MAX_SIDE,
                        (long long)n);
    *output = p->steps > 1 ? brg_shape_3d(BRG_F32, 1, n, BRG_BODY) : *in;
    return BRG_OK;
}

/* ---- cost and names ---- */

static void cost(const brg_call *call, brg_cost *out) {
    const brg_nbody b = brg_nbody_resolve(call);
    out->flops = 20.0 * (double)b.n * (double)b.n * b.steps;
    out->bytes = 64.0 * (double)b.n;
}

static int32_t dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {
    const brg_nbody b = brg_nbody_resolve(call);
    out[0] = (brg_dim){"n", b.n};
    out[1] = (brg_dim){"steps", b.steps};
    return 2;
}

/* ---- plan ---- */

/* What the launch of a step needs besides its buffers. */
typedef struct stepper {
    const brg_nbody *bodies;
    int rung;
    size_t group;
    int32_t vectors;
} stepper;

static void add_step(void *user, int32_t from, int32_t to, brg_plan *plan) {
    static const char *const kernels[] = {"nbody_1_naive", "nbody_2_tiled", "nbody_3_wide"};
    const stepper *s = user;
    const brg_nbody *b = s->bodies;
    brg_launch *launch = brg_plan_add(plan, "nbody", kernels[s->rung]);
    int64_t bodies_of_item = s->rung == WIDE ? 16 * s->vectors : 1;
    brg_launch_range(launch, 0, brg_parts_count(b->n, bodies_of_item), s->group);
    launch->rows_per_item = b->steps == 1 ? bodies_of_item : 0;
    if (s->rung == TILED)
        brg_launch_option(launch, "-DGROUP=%d", (int)s->group);
    if (s->rung == WIDE)
        brg_launch_option(launch, "-DVECTORS=%d", (int)s->vectors);
    brg_arg_i32(launch, b->n);
    brg_arg_buffer(launch, from);
    brg_arg_buffer(launch, to);
    brg_arg_f32(launch, b->softening * b->softening);
    brg_arg_f32(launch, b->gravity);
    brg_arg_f32(launch, b->dt);
    brg_arg_first(launch);
}

/* The work-groups of the tiled rung: their bodies have to fit into local memory. */
static size_t tile_group(const brg_device_info *device) {
    size_t fits = (size_t)(device->local_memory / 16);
    return brg_parts_group(device, fits < 256 ? fits : 256);
}

static int choose(const brg_device_info *device) {
    if (device->kind == BRG_DEVICE_CPU)
        return WIDE;
    return tile_group(device) >= 16 ? TILED : NAIVE;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *out, brg_error *error) {
    const brg_nbody b = brg_nbody_resolve(call);
    int chosen = variant ? brg_variant_find(&brg_op_nbody, variant) : choose(device);
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_nbody, variant, error);
    if (chosen == TILED && tile_group(device) < 16)
        return brg_parts_no_group("nbody", "tiled", "wide", device, error);
    snprintf(out->variant, sizeof out->variant, "%s", variants[chosen].name);
    if (b.n == 0)
        return BRG_OK;
    brg_status status = brg_parts_rounds("nbody", out->variant, b.n + 512, device, error);
    if (status != BRG_OK)
        return status;
    stepper s = {.bodies = &b,
                 .rung = chosen,
                 .group = chosen == TILED  ? tile_group(device)
                          : chosen == WIDE ? 1
                                           : brg_row_group(device),
                 .vectors = out->tuned[VECTORS]};
    brg_parts_steps(b.steps, (size_t)b.n * BRG_BODY * sizeof(float), add_step, &s, out);
    return BRG_OK;
}

/* ---- examples ---- */

typedef struct request {
    int64_t n, steps;
} request;

/* Bodies in a cube of side 2, with masses that add up to about 1: noise, made positive. */
static void weigh(float *bodies, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        bodies[i * BRG_BODY + 3] = fabsf(bodies[i * BRG_BODY + 3]) * 2.0f / (float)n;
}

static brg_status fill(const request *wanted, uint64_t seed, brg_example *out, brg_error *error) {
    brg_nbody_params params = defaults;
    params.steps = (int32_t)wanted->steps;
    brg_shape shape = brg_shape_2d(BRG_F32, wanted->n, BRG_BODY);
    *out = (brg_example){0};
    snprintf(out->text, sizeof out->text, "%lld bodies, steps %lld", (long long)wanted->n,
             (long long)wanted->steps);
    memcpy(out->params, &params, sizeof params);
    brg_status status = brg_example_add_uniform(out, &shape, -1.0f, 1.0f, seed, error);
    if (status == BRG_OK)
        weigh(brg_tensor_writable(out->inputs[0]), wanted->n);
    else
        brg_example_release(out);
    return status;
}

static brg_status example(int32_t index, uint64_t seed, brg_example *out, brg_error *error) {
    static const request rows[] = {{0, 1},   {0, 3},   {1, 1},   {1, 2},   {2, 1},   {2, 5},
                                   {3, 3},   {7, 1},   {15, 1},  {16, 2},  {17, 1},  {31, 4},
                                   {32, 1},  {33, 1},  {63, 1},  {64, 6},  {65, 1},  {97, 2},
                                   {127, 1}, {255, 3}, {257, 1}, {509, 1}, {511, 7}, {1021, 1}};
    if (index < 0 || index >= (int32_t)(sizeof rows / sizeof rows[0]))
        return brg_fail(error, BRG_E_NOT_FOUND, "nbody has no example %d", (int)index);
    return fill(&rows[index], seed, out, error);
}

static brg_status make(const char *words, uint64_t seed, brg_example *out, brg_error *error) {
    static const brg_word table[] = {
        {"n", BRG_WORD_INTEGER, offsetof(request, n), 0, BRG_MAX_SIDE, NULL},
        {"steps", BRG_WORD_INTEGER, offsetof(request, steps), 1, MAX_STEPS, NULL},
    };
    request wanted = {8192, 1};
    brg_status status =
        brg_words_read("nbody", words, table, sizeof table / sizeof table[0], &wanted, error);
    return status == BRG_OK ? fill(&wanted, seed, out, error) : status;
}

static const char *const sizes[] = {"n=1024", "n=4096", "n=16384", "n=1024 steps=10", NULL};

const brg_op brg_op_nbody = {
    .name = "nbody",
    .summary = "gravity between all pairs of bodies, steps in time",
    .params_size = sizeof(brg_nbody_params),
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
    .sequential = brg_nbody_sequential,
    .naive = brg_nbody_naive,
    .oracle = brg_nbody_oracle,
    .example = example,
    .make = make,
    .make_syntax = "n=N steps=N",
    .sizes = sizes,
};
