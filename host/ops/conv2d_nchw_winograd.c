/* Convolutions: plans of Winograd's algorithm, forward and backward. */
#include "ops/conv2d_nchw.h"

enum { LANES = 16, FEWEST_ITEMS = 8, FEWEST_TILES = 4 };

/* What a work-item takes on: images, rows of tiles, tiles in a row. */
typedef struct cut {
    int64_t images, rows, cols;
    int64_t block; /* tiles in registers at a time */
    int64_t items;
} cut;

static int64_t divide_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t local_bytes(const brg_conv *v, int64_t tile, const cut *c) {
    int64_t area = (tile + 2) * (tile + 2), tiles = c->images * c->rows * c->cols;
    int64_t pitch = (divide_up(v->cg, LANES) | 1) * LANES;
    int64_t pixels = (c->rows * tile + 2) * (c->cols * tile + 2) + 2 * LANES;
    return (area * tiles * (pitch + LANES) + pixels * LANES) * (int64_t)sizeof(float);
}

/* At most `most` tiles: whole images if they are small, else whole rows, else part of a row. */
static cut cut_into(const brg_conv *v, int64_t tile, int64_t most) {
    int64_t across = divide_up(v->ow, tile), down = divide_up(v->oh, tile);
    cut c = {1, 1, across, 1, 0};
    if (across * down * 2 <= most) {
        c.images = smaller(most / (across * down), v->n > 0 ? v->n : 1);
        c.rows = down;
    } else if (across <= most) {
        c.rows = divide_up(down, divide_up(down, most / across));
    } else {
        c.cols = divide_up(across, divide_up(across, most));
    }
    int64_t tiles = c.images * c.rows * c.cols;
    for (int64_t block = 1; block <= smaller(tiles, 28); block++)
        c.block = tiles % block == 0 ? block : c.block;
    c.items = divide_up(v->n, c.images) * divide_up(down, c.rows) * divide_up(across, c.cols);
    return c;
}

static bool cut_for(const brg_conv *v, int64_t tile, const brg_device_info *device, int64_t most,
                    cut *out) {
    int64_t room = (int64_t)device->local_memory - 1024;
    *out = cut_into(v, tile, most);
    while (most > FEWEST_TILES &&
           (local_bytes(v, tile, out) > room || out->items * v->groups < FEWEST_ITEMS))
        *out = cut_into(v, tile, most /= 2);
    return local_bytes(v, tile, out) <= room;
}

bool brg_conv_fits_winograd(const brg_conv *v, int64_t tile, const brg_device_info *device) {
    cut c;
    return v->kh == 3 && v->kw == 3 && v->sh == 1 && v->sw == 1 && v->dh == 1 && v->dw == 1 &&
           v->h * v->w >= LANES && v->oh * v->ow >= LANES && v->ph >= 0 && v->pw >= 0 &&
           !brg_counts_rounds(device) && cut_for(v, tile, device, 32, &c);
}

static brg_status unsupported(int64_t tile, brg_error *error) {
    return brg_conv_unsupported(tile == 2 ? "winograd2" : "winograd4",
                                "takes 3 x 3 filters, stride and dilation 1, at least 16 pixels, "
                                "and channels that fit local memory",
                                error);
}

static void add_options(brg_launch *launch, const brg_conv *v, int64_t tile, const cut *c) {
    brg_launch_option(launch, "-DOUT=%d -DCG=%d -DKG=%d -DGROUPS=%d -DH=%d -DW=%d -DOH=%d -DOW=%d",
                      (int)tile, (int)v->cg, (int)v->kg, (int)v->groups, (int)v->h, (int)v->w,
                      (int)v->oh, (int)v->ow);
    brg_launch_option(launch, "-DPH=%d -DPW=%d -DIMAGES=%d -DROWS=%d -DCOLS=%d -DBLOCK=%d",
                      (int)v->ph, (int)v->pw, (int)c->images, (int)c->rows, (int)c->cols,
                      (int)c->block);
}

/* Transforms all filters; returns where to. The options are those of winograd_forward, so that one
 * program serves both. */
static int32_t plan_filters(const brg_conv *v, int64_t tile, bool rotated, bool has_bias,
                            int32_t weights, const cut *c, brg_plan *plan) {
    int64_t area = (tile + 2) * (tile + 2), blocks = v->groups * divide_up(v->kg, LANES);
    size_t bytes = (size_t)(blocks * area * v->cg * LANES) * sizeof(float);
    int32_t scratch = brg_plan_scratch(plan, bytes);
    brg_launch *launch = brg_plan_add(plan, "conv2d_nchw_winograd", "winograd_filters");
    add_options(launch, v, tile, c);
    brg_launch_option(launch, "-DROTATED=%d -DBIAS=%d -DRELU=%d", rotated, has_bias, v->relu);
    brg_launch_range(launch, 0, blocks, 1);
    brg_launch_range(launch, 1, v->cg, 1);
    launch->share = (double)bytes;
    brg_arg_buffer(launch, weights);
    brg_arg_buffer(launch, scratch);
    brg_arg_first(launch);
    return scratch;
}

brg_status brg_conv_plan_winograd(const brg_conv *v, int64_t tile, bool rotated,
                                  const brg_conv_buffers *buffers, const brg_device_info *device,
                                  brg_plan *plan, brg_error *error) {
    cut c;
    if (!brg_conv_fits_winograd(v, tile, device) ||
        !cut_for(v, tile, device, plan->tuned[BRG_CONV_TUNED_TILES], &c))
        return unsupported(tile, error);
    int32_t filters = plan_filters(v, tile, rotated, buffers->has_bias, buffers->weights, &c, plan);
    brg_launch *launch = brg_plan_add(plan, "conv2d_nchw_winograd", "winograd_forward");
    add_options(launch, v, tile, &c);
    brg_launch_option(launch, "-DROTATED=%d -DBIAS=%d -DRELU=%d", rotated, buffers->has_bias,
                      v->relu);
    brg_launch_range(launch, 0, c.items, 1);
    brg_launch_range(launch, 1, v->groups, 1);
    launch->share = (double)v->n * (double)v->k * (double)v->oh * (double)v->ow * (double)v->cg / 4;
    brg_arg_buffer(launch, buffers->x);
    brg_arg_buffer(launch, filters);
    brg_arg_buffer(launch, buffers->bias);
    brg_arg_buffer(launch, buffers->y);
    brg_arg_i32(launch, v->n);
    brg_arg_i32(launch, c.items);
    brg_arg_first(launch);
    return BRG_OK;
}

/* Parts of the batch: enough for all units, more if one would take long. */
static int64_t parts_for(const brg_conv *v, int64_t tile, const cut *c,
                         const brg_device_info *device) {
    int64_t area = (tile + 2) * (tile + 2);
    double tiles = (double)c->items * (double)(c->images * c->rows * c->cols);
    double long_ones = tiles * (double)area * (double)v->kg * (double)v->cg / 1e9;
    int64_t parts = 4 * (int64_t)device->compute_units;
    parts = (double)parts < long_ones ? (int64_t)long_ones : parts;
    return smaller(smaller(parts, 64), c->items);
}

brg_status brg_conv_plan_winograd_weights(const brg_conv *v, int64_t tile,
                                          const brg_device_info *device, brg_plan *plan,
                                          brg_error *error) {
    cut c;
    if (!brg_conv_fits_winograd(v, tile, device) ||
        !cut_for(v, tile, device, plan->tuned[BRG_CONV_TUNED_TILES], &c))
        return unsupported(tile, error);
    const int64_t parts = parts_for(v, tile, &c, device), area = (tile + 2) * (tile + 2);
    const int64_t sums =
        v->groups * divide_up(v->kg, LANES) * area * divide_up(v->cg, LANES) * LANES * LANES;
    const int32_t scratch = brg_plan_scratch(plan, (size_t)(parts * sums) * sizeof(float));
    brg_launch *launch = brg_plan_add(plan, "conv2d_nchw_winograd", "winograd_weights");
    add_options(launch, v, tile, &c);
    brg_launch_option(launch, "-DWEIGHTS=1");
    brg_launch_range(launch, 0, parts, 1);
    brg_launch_range(launch, 1, v->groups, 1);
    launch->share = (double)v->n * (double)v->k * (double)v->oh * (double)v->ow * (double)v->cg / 4;
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(1));
    brg_arg_buffer(launch, scratch);
    brg_arg_i32(launch, v->n);
    brg_arg_i32(launch, c.items);
    brg_arg_i32(launch, parts);
    brg_arg_first(launch);
    launch = brg_plan_add(plan, "conv2d_nchw_winograd", "winograd_weights_add");
    add_options(launch, v, tile, &c);
    brg_launch_option(launch, "-DWEIGHTS=1");
    brg_launch_range(launch, 0, v->k, 1);
    brg_launch_range(launch, 1, divide_up(v->cg, LANES), 1);
    launch->share = (double)(parts * sums) / LANES;
    brg_arg_buffer(launch, scratch);
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, parts);
    brg_arg_first(launch);
    return BRG_OK;
}
