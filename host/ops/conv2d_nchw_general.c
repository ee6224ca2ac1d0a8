/* Convolutions: plans of the rungs that take every shape, naive and tiled. */
#include "ops/conv2d_nchw.h"

enum { SIDE = 16, EDGE = 64 }; /* of a tiled work-group, and of its tile */

void brg_conv_add_sizes(brg_launch *launch, const brg_conv *v) {
    const int64_t all[] = {v->n,  v->c,  v->h,  v->w,  v->k,  v->oh, v->ow, v->kh, v->kw,
                           v->sh, v->sw, v->ph, v->pw, v->dh, v->dw, v->cg, v->kg};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        brg_arg_i32(launch, all[i]);
}

/* The product behind a pass: see kernels/conv2d_nchw.cl. */
typedef struct product {
    int64_t rows, terms, cols;
} product;

static product product_of(const brg_conv *v, brg_conv_pass pass) {
    const int64_t taps = v->kh * v->kw;
    if (pass == BRG_CONV_FORWARD)
        return (product){v->kg, v->cg * taps, v->n * v->oh * v->ow};
    if (pass == BRG_CONV_DATA)
        return (product){v->cg, v->kg * taps, v->n * v->h * v->w};
    return (product){v->kg, v->n * v->oh * v->ow, v->cg * taps};
}

static void add_buffers(brg_launch *launch, const brg_conv *v, brg_conv_pass pass, bool tiled) {
    const bool weights_first = tiled && pass != BRG_CONV_WEIGHTS; /* the matrix A */
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(weights_first ? 1 : 0));
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(weights_first ? 0 : 1));
    if (tiled || pass == BRG_CONV_FORWARD)
        brg_arg_buffer(launch, BRG_BUFFER_INPUT(v->has_bias ? 2 : 1));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_first(launch);
}

static void plan_naive(const brg_conv *v, brg_conv_pass pass, const brg_device_info *device,
                       brg_plan *plan) {
    static const char *const kernels[] = {"forward_1_naive", "data_1_naive", "weights_1_naive"};
    const int64_t across[] = {v->oh * v->ow, v->h * v->w, v->cg * v->kh * v->kw};
    const int64_t down[] = {v->n * v->k, v->n * v->c, v->k};
    brg_launch *launch = brg_plan_add(plan, "conv2d_nchw", kernels[pass]);
    brg_launch_option(launch, "-DBIAS=%d -DRELU=%d", v->has_bias, v->relu);
    brg_launch_range(launch, 0, across[pass], brg_row_group(device));
    brg_launch_range(launch, 1, down[pass], 1);
    launch->slice_dim = 1;
    launch->rows_per_item = pass == BRG_CONV_WEIGHTS ? 1 : 0;
    brg_conv_add_sizes(launch, v);
    add_buffers(launch, v, pass, false);
}

bool brg_conv_fits_tiles(const brg_device_info *device) {
    return device->max_work_group >= SIDE * SIDE && device->max_work_item[0] >= SIDE &&
           device->max_work_item[1] >= SIDE && device->local_memory >= 16384;
}

static brg_status plan_tiled(const brg_conv *v, brg_conv_pass pass, const brg_device_info *device,
                             brg_plan *plan, brg_error *error) {
    if (!brg_conv_fits_tiles(device))
        return brg_conv_unsupported("tiled", "needs work-groups of 16 x 16 work-items", error);
    const product p = product_of(v, pass);
    brg_launch *launch = brg_plan_add(plan, "conv2d_nchw", "conv_2_tiled");
    brg_launch_option(launch, "-DBIAS=%d -DRELU=%d -DPASS=%d -DKH=%d -DKW=%d", v->has_bias,
                      v->relu, (int)pass, (int)v->kh, (int)v->kw);
    brg_launch_range(launch, 0, (p.cols + EDGE - 1) / EDGE * SIDE, SIDE);
    brg_launch_range(launch, 1, (p.rows + EDGE - 1) / EDGE * SIDE, SIDE);
    brg_launch_range(launch, 2, v->groups, 1);
    brg_conv_add_sizes(launch, v);
    add_buffers(launch, v, pass, true);
    return BRG_OK;
}

brg_status brg_conv_plan_general(const brg_conv *v, brg_conv_pass pass, brg_conv_variant variant,
                                 const brg_device_info *device, brg_plan *plan, brg_error *error) {
    const product p = product_of(v, pass);
    if (variant == BRG_CONV_TILED ? p.terms * 17 / 16 > brg_loop_limit(device) / 16
                                  : p.terms * 2 > brg_loop_limit(device))
        return brg_conv_unsupported(variant == BRG_CONV_TILED ? "tiled" : "naive",
                                    "needs longer loops than this device allows", error);
    if (variant == BRG_CONV_TILED)
        return plan_tiled(v, pass, device, plan, error);
    plan_naive(v, pass, device, plan);
    return BRG_OK;
}
