/* Convolutions: the plan of the kernel for groups of few filters. */
#include "ops/conv2d_nchw.h"

enum { LANES = 16, MOST_SUMS = 4, FEWEST_ITEMS = 8 };

static int64_t divide_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

static int64_t local_bytes(const brg_conv *v, int64_t rows) {
    int64_t vectors = divide_up(v->ow, LANES), sums = vectors < MOST_SUMS ? vectors : MOST_SUMS;
    int64_t line = divide_up(vectors, sums) * sums * LANES + (v->kw - 1) * v->dw / v->sw;
    int64_t band = (rows - 1) * v->sh + (v->kh - 1) * v->dh + 1;
    return v->cg * band * v->sw * line * (int64_t)sizeof(float);
}

/* Rows of a band: as many as fit, but so few that there is work for all. */
static int64_t rows_for(const brg_conv *v, int64_t room) {
    int64_t rows = v->oh;
    while (rows > 1 && (local_bytes(v, rows) > room ||
                        v->n * v->groups * divide_up(v->oh, rows) < FEWEST_ITEMS))
        rows = divide_up(rows, 2);
    return rows;
}

static int64_t room_on(const brg_device_info *device, const brg_plan *plan) {
    int64_t room = (int64_t)plan->tuned[BRG_CONV_TUNED_ROOM] * 1024;
    int64_t limit = (int64_t)device->local_memory - 1024;
    return room < limit ? room : limit;
}

bool brg_conv_fits_depthwise(const brg_conv *v, const brg_device_info *device,
                             const brg_plan *plan) {
    int64_t room = room_on(device, plan);
    return local_bytes(v, rows_for(v, room)) <= room && !brg_counts_rounds(device);
}

brg_status brg_conv_plan_depthwise(const brg_conv *v, const brg_conv_buffers *buffers,
                                   const brg_device_info *device, brg_plan *plan,
                                   brg_error *error) {
    if (!brg_conv_fits_depthwise(v, device, plan))
        return brg_conv_unsupported("depthwise", "needs more local memory than this device has",
                                    error);
    const int64_t rows = rows_for(v, room_on(device, plan)), items = v->n * divide_up(v->oh, rows);
    brg_launch *launch = brg_plan_add(plan, "conv2d_nchw_depthwise", "conv_3_depthwise");
    brg_conv_add_geometry(launch, v);
    brg_launch_option(launch, "-DBIAS=%d -DRELU=%d -DROWS=%d", buffers->has_bias, v->relu,
                      (int)rows);
    brg_launch_range(launch, 0, items, 1);
    brg_launch_range(launch, 1, v->groups, 1);
    launch->share =
        (double)v->n * (double)v->k * (double)(v->oh * v->ow) * (double)(v->cg * v->kh * v->kw);
    brg_arg_buffer(launch, buffers->x);
    brg_arg_buffer(launch, buffers->weights);
    brg_arg_buffer(launch, buffers->bias);
    brg_arg_buffer(launch, buffers->y);
    brg_arg_i32(launch, items);
    brg_arg_first(launch);
    return BRG_OK;
}
