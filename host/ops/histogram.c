/* The op "histogram": how often each value of a byte occurs in each channel. */
#include <stdio.h>
#include <string.h>

#include "ops/parts.h"
#include "reference/histogram.h"

enum { NAIVE, LOCAL, PRIVATE, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    [NAIVE] = {"naive", "each byte a work-item, atomic additions in global memory"},
    [LOCAL] = {"local", "a work-group counts in local memory, for GPUs"},
    [PRIVATE] = {"private", "a work-item counts in tables of its own, for CPUs"},
};

enum { PARTS };
static const brg_tunable tunables[] = {
    [PARTS] = {"parts",
               "tables to add up, as far as their size allows",
               "private",
               16,
               64,
               {2, 4, 8, 16, 32, 64}},
};

/* As in kernels/histogram.cl. A part is a multiple of 12 bytes, and long enough that its table is
 * worth clearing. */
enum { LENGTH = 16384, TABLES = 12, LEAST_PART = 49152, MOST_PART = 12 << 15 };

/* ---- check ---- */

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_shape *in = &call->inputs[0];
    size_t bytes = 0;
    if (in->dtype != BRG_U8 || (in->rank != 3 && in->rank != 4))
        return brg_fail(error, BRG_E_ARGUMENT,
                        "histogram takes u8 images {h, w, c} or {n, h, w, c}, not %s of %d dims",
                        brg_dtype_name(in->dtype), (int)in->rank);
    brg_status status = brg_shape_size(in, NULL, &bytes, error);
    if (status != BRG_OK)
        return status;
    int64_t channels = in->dims[in->rank - 1];
    if (channels != 1 && channels != 3 && channels != 4)
        return brg_fail(error, BRG_E_SHAPE, "histogram takes 1, 3 or 4 channels, not %lld",
                        (long long)channels);
    const brg_histogram h = brg_histogram_resolve(call);
    if (bytes > BRG_MAX_SIDE || h.images > BRG_MAX_SIDE / 1024)
        return brg_fail(error, BRG_E_SHAPE,
                        "histogram takes up to %d bytes in up to %d images, not %zu in %lld",
                        BRG_MAX_SIDE, BRG_MAX_SIDE / 1024, bytes, (long long)h.images);
    *output = brg_shape_3d(BRG_I32, h.images, channels, 256);
    return BRG_OK;
}

/* ---- cost and names ---- */

static void cost(const brg_call *call, brg_cost *out) {
    const brg_histogram h = brg_histogram_resolve(call);
    double bytes = (double)h.images * (double)h.bytes;
    out->flops = 0;
    out->bytes = bytes + 1024.0 * (double)h.images * (double)h.channels;
}

static int32_t dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {
    const brg_histogram h = brg_histogram_resolve(call);
    out[0] = (brg_dim){"images", h.images};
    out[1] = (brg_dim){"bytes", h.bytes};
    out[2] = (brg_dim){"c", h.channels};
    return 3;
}

/* ---- plan ---- */

static brg_launch *add_launch(const brg_histogram *h, const char *kernel, brg_plan *plan) {
    brg_launch *launch = brg_plan_add(plan, "histogram", kernel);
    brg_launch_option(launch, "-DCHANNELS=%d", (int)h->channels);
    return launch;
}

static void plan_atomic(const brg_histogram *h, bool local, const brg_device_info *device,
                        brg_plan *plan) {
    brg_launch *launch = add_launch(h, local ? "histogram_2_local" : "histogram_1_naive", plan);
    size_t group = local ? brg_parts_group(device, 256) : brg_row_group(device);
    int64_t items = local ? brg_parts_count(h->bytes, LENGTH) * (int64_t)group : h->bytes;
    plan->zero_output = true;
    if (local)
        brg_launch_option(launch, "-DGROUP=%d", (int)group);
    brg_launch_range(launch, 0, items, group);
    brg_launch_range(launch, 1, h->images, 1);
    brg_arg_i32(launch, h->bytes);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_first(launch);
}

static void add_merge(const brg_histogram *h, int32_t partial, int64_t parts, brg_plan *plan) {
    brg_launch *launch = add_launch(h, "histogram_3_merge", plan);
    brg_launch_range(launch, 0, h->images, 1);
    brg_launch_range(launch, 1, h->channels * 16, 1);
    launch->share = (double)(parts * h->channels * 256) / 16;
    brg_arg_i32(launch, parts);
    brg_arg_buffer(launch, partial);
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_first(launch);
}

/* One part an image goes straight to the output. */
static void plan_private(const brg_histogram *h, brg_plan *plan) {
    int64_t wanted = brg_parts_count(plan->tuned[PARTS], h->images);
    int64_t length = brg_parts_size(h->bytes, wanted, TABLES, LEAST_PART, MOST_PART);
    int64_t parts = brg_parts_count(h->bytes, length);
    size_t bytes = (size_t)(h->images * parts * h->channels) * 256 * sizeof(int32_t);
    int32_t partial = parts > 1 ? brg_plan_scratch(plan, bytes) : BRG_BUFFER_OUTPUT;
    brg_launch *launch = add_launch(h, "histogram_3_private", plan);
    brg_launch_range(launch, 0, parts, 1);
    brg_launch_range(launch, 1, h->images, 1);
    launch->share = (double)h->bytes;
    brg_arg_i32(launch, h->bytes);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, partial);
    brg_arg_i32(launch, length);
    brg_arg_i32(launch, parts);
    brg_arg_first(launch);
    if (parts > 1)
        add_merge(h, partial, parts, plan);
}

static int choose(const brg_device_info *device) {
    if (device->kind == BRG_DEVICE_CPU)
        return PRIVATE;
    return brg_parts_group(device, 256) >= 16 && device->local_memory >= 4096 ? LOCAL : NAIVE;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *out, brg_error *error) {
    const brg_histogram h = brg_histogram_resolve(call);
    int chosen = variant ? brg_variant_find(&brg_op_histogram, variant) : choose(device);
    if (chosen < 0)
        return brg_variant_unknown(&brg_op_histogram, variant, error);
    size_t local_bytes = chosen == LOCAL ? 4096 : chosen == PRIVATE ? TABLES * 1024 : 0;
    if (device->local_memory < local_bytes)
        return brg_parts_no_group("histogram", variants[chosen].name, "naive", device, error);
    snprintf(out->variant, sizeof out->variant, "%s", variants[chosen].name);
    if (h.images == 0 || h.bytes == 0) {
        out->zero_output = true;
        return BRG_OK;
    }
    if (chosen == PRIVATE)
        plan_private(&h, out);
    else
        plan_atomic(&h, chosen == LOCAL, device, out);
    return BRG_OK;
}

/* ---- examples ---- */

typedef struct request {
    int64_t images, h, w, c;
    double levels; /* values are drawn from 0 to levels - 1 */
} request;

static brg_status fill(const request *wanted, uint64_t seed, brg_example *out, brg_error *error) {
    brg_shape shape = {BRG_U8, 4, {wanted->images, wanted->h, wanted->w, wanted->c}};
    if (wanted->images == 1)
        shape = brg_shape_3d(BRG_U8, wanted->h, wanted->w, wanted->c);
    *out = (brg_example){0};
    snprintf(out->text, sizeof out->text, "%lldx%lldx%lldx%lld levels %g",
             (long long)wanted->images, (long long)wanted->h, (long long)wanted->w,
             (long long)wanted->c, wanted->levels);
    brg_status status =
        brg_example_add_uniform(out, &shape, 0.0f, (float)wanted->levels - 1, seed, error);
    if (status != BRG_OK)
        brg_example_release(out);
    return status;
}

/* One level: every byte counts in the same place. */
static brg_status example(int32_t index, uint64_t seed, brg_example *out, brg_error *error) {
    static const request rows[] = {
        {1, 0, 5, 3, 256},     {0, 2, 2, 1, 256},     {1, 1, 1, 1, 256},    {1, 1, 1, 3, 256},
        {1, 1, 1, 4, 256},     {1, 1, 11, 1, 256},    {1, 1, 12, 1, 256},   {1, 13, 1, 1, 256},
        {1, 1, 17, 3, 256},    {1, 31, 37, 4, 256},   {1, 61, 67, 3, 1},    {1, 64, 64, 1, 2},
        {1, 127, 129, 1, 256}, {1, 128, 128, 1, 256}, {1, 1, 16385, 1, 16}, {1, 97, 173, 3, 256},
        {3, 5, 7, 1, 256},     {2, 19, 23, 3, 256},   {5, 33, 65, 4, 8},    {1, 384, 128, 1, 256},
        {1, 1, 49153, 1, 256}, {1, 257, 263, 3, 256}, {1, 400, 401, 4, 1},  {2, 509, 521, 3, 256}};
    if (index < 0 || index >= (int32_t)(sizeof rows / sizeof rows[0]))
        return brg_fail(error, BRG_E_NOT_FOUND, "histogram has no example %d", (int)index);
    return fill(&rows[index], seed, out, error);
}

typedef struct made {
    brg_word_sizes image;
    int64_t images, levels;
} made;

static brg_status make(const char *words, uint64_t seed, brg_example *out, brg_error *error) {
    static const brg_word table[] = {
        {"image", BRG_WORD_SIZES, offsetof(made, image), 0, 65535, NULL},
        {"images", BRG_WORD_INTEGER, offsetof(made, images), 1, 65535, NULL},
        {"levels", BRG_WORD_INTEGER, offsetof(made, levels), 1, 256, NULL},
    };
    made wanted = {{3, {2160, 3840, 3}}, 1, 256};
    brg_status status =
        brg_words_read("histogram", words, table, sizeof table / sizeof table[0], &wanted, error);
    if (status != BRG_OK)
        return status;
    if (wanted.image.count != 3)
        return brg_fail(error, BRG_E_ARGUMENT, "image of histogram has three sizes, HxWxC");
    const int64_t *size = wanted.image.values;
    double bytes = (double)wanted.images * (double)size[0] * (double)size[1] * (double)size[2];
    if (bytes > BRG_MAX_SIDE)
        return brg_fail(error, BRG_E_SHAPE, "histogram takes up to %d bytes, not %.0f",
                        BRG_MAX_SIDE, bytes);
    const request row = {wanted.images, size[0], size[1], size[2], (double)wanted.levels};
    return fill(&row, seed, out, error);
}

static const char *const sizes[] = {"image=480x640x3", "image=1080x1920x1", "image=2160x3840x3",
                                    "image=2160x3840x4 levels=1", NULL};

const brg_op brg_op_histogram = {
    .name = "histogram",
    .summary = "how often each value occurs in each channel of an image",
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
    .sequential = brg_histogram_sequential,
    .naive = brg_histogram_naive,
    .oracle = brg_histogram_oracle,
    .example = example,
    .make = make,
    .make_syntax = "image=HxWxC images=N levels=N",
    .sizes = sizes,
};
