/* Convolutions: plans of the direct kernel, and of what it also serves: 1 x 1 filters as one long
 * row, backward data as a convolution of dy. */
#include "ops/conv2d_nchw.h"

enum { LANES = 16, MOST_PIXELS = 28, FEWEST_ITEMS = 8 };

/* How a convolution is cut into work-items. */
typedef struct cut {
    int64_t pixels;  /* of a register tile */
    int64_t tiles;   /* along a row of a band */
    int64_t rows;    /* of a band */
    int64_t portion; /* channels in local memory at a time */
    int64_t parts;   /* of a group's filters */
} cut;

static int64_t divide_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

static int64_t local_bytes(const brg_conv *v, const cut *c) {
    int64_t rows = (c->rows - 1) * v->sh + (v->kh - 1) * v->dh + 1;
    int64_t pitch = (c->tiles * c->pixels - 1) * v->sw + (v->kw - 1) * v->dw + 1;
    return c->portion * (rows * pitch + v->kh * v->kw * LANES) * (int64_t)sizeof(float);
}

static int64_t bands(const brg_conv *v, const cut *c) {
    return v->n * divide_up(v->oh, c->rows) * divide_up(v->ow, c->tiles * c->pixels);
}

/* The multiply-adds of a work-item, one for each lane: what a loop limit counts, and what makes a
 * slice too long. */
static double rounds(const brg_conv *v, const cut *c) {
    return (double)(c->rows * c->tiles) * (double)(v->cg * v->kh * v->kw) *
           (double)divide_up(v->kg, LANES * c->parts);
}

/* Whole images if they fit `room` and are not too much work for one item; else fewer rows, then
 * fewer columns, then fewer channels. False if nothing fits. */
static bool cut_up(const brg_conv *v, int64_t room, int64_t most_pixels, double most_rounds,
                   cut *out) {
    int64_t tiles = divide_up(v->ow, most_pixels);
    cut c = {.pixels = divide_up(v->ow, tiles), .tiles = tiles, .rows = v->oh, .portion = v->cg};
    c.parts = 1;
    while (c.rows > 1 && (local_bytes(v, &c) > room || rounds(v, &c) > most_rounds ||
                          bands(v, &c) * v->groups < FEWEST_ITEMS))
        c.rows = divide_up(c.rows, 2);
    while (c.tiles > 1 && (local_bytes(v, &c) > room || rounds(v, &c) > most_rounds))
        c.tiles = divide_up(c.tiles, 2);
    while (c.portion > 1 && local_bytes(v, &c) > room)
        c.portion = divide_up(c.portion, 2);
    int64_t blocks = divide_up(v->kg, LANES);
    while (c.parts < blocks &&
           (bands(v, &c) * v->groups * c.parts < FEWEST_ITEMS || rounds(v, &c) > most_rounds))
        c.parts++;
    *out = c;
    return local_bytes(v, &c) <= room && rounds(v, &c) <= most_rounds;
}

static bool cut_for(const brg_conv *v, const brg_device_info *device, const brg_plan *plan,
                    cut *out) {
    int64_t room = (int64_t)plan->tuned[BRG_CONV_TUNED_ROOM] * 1024;
    int64_t limit = (int64_t)device->local_memory - 1024;
    return !brg_counts_rounds(device) &&
           cut_up(v, room < limit ? room : limit, plan->tuned[BRG_CONV_TUNED_PIXELS], 1e6, out);
}

void brg_conv_add_geometry(brg_launch *launch, const brg_conv *v) {
    brg_launch_option(launch, "-DCG=%d -DKG=%d -DGROUPS=%d -DH=%d -DW=%d -DOH=%d -DOW=%d",
                      (int)v->cg, (int)v->kg, (int)v->groups, (int)v->h, (int)v->w, (int)v->oh,
                      (int)v->ow);
    brg_launch_option(launch, "-DKH=%d -DKW=%d -DSH=%d -DSW=%d -DPH=%d -DPW=%d -DDH=%d -DDW=%d",
                      (int)v->kh, (int)v->kw, (int)v->sh, (int)v->sw, (int)v->ph, (int)v->pw,
                      (int)v->dh, (int)v->dw);
}

bool brg_conv_fits_direct(const brg_conv *v, const brg_device_info *device, const brg_plan *plan) {
    cut c;
    return cut_for(v, device, plan, &c);
}

static void add_weave(brg_launch *launch, const brg_conv_weave *w) {
    if (w)
        brg_launch_option(launch,
                          "-DSTEP_H=%d -DSTEP_W=%d -DSHIFT_H=%d -DSHIFT_W=%d -DPLANE_H=%d "
                          "-DPLANE_W=%d -DFILTER_H=%d -DFILTER_W=%d -DSPREAD_H=%d -DSPREAD_W=%d",
                          (int)w->step_h, (int)w->step_w, (int)w->shift_h, (int)w->shift_w,
                          (int)w->h, (int)w->w, (int)w->kh, (int)w->kw, (int)w->dh, (int)w->dw);
}

brg_status brg_conv_plan_direct(const brg_conv *v, const brg_conv_buffers *buffers,
                                const brg_device_info *device, brg_plan *plan, brg_error *error) {
    cut c;
    if (!cut_for(v, device, plan, &c))
        return brg_conv_unsupported(
            "direct", "needs more local memory, or longer loops, than this device has", error);
    brg_launch *launch = brg_plan_add(plan, "conv2d_nchw_direct", "conv_3_direct");
    brg_conv_add_geometry(launch, v);
    brg_launch_option(launch, "-DBIAS=%d -DRELU=%d -DPIXELS=%d -DTILES=%d -DROWS=%d -DPORTION=%d",
                      buffers->has_bias, v->relu, (int)c.pixels, (int)c.tiles, (int)c.rows,
                      (int)c.portion);
    add_weave(launch, buffers->weave);
    brg_launch_range(launch, 0, bands(v, &c), 1);
    brg_launch_range(launch, 1, v->groups * c.parts, 1);
    launch->share = (double)v->k * (double)v->oh * (double)v->ow * (double)(v->cg * v->kh * v->kw) *
                    (double)v->n / LANES;
    brg_arg_buffer(launch, buffers->x);
    brg_arg_buffer(launch, buffers->weights);
    brg_arg_buffer(launch, buffers->bias);
    brg_arg_buffer(launch, buffers->y);
    brg_arg_i32(launch, bands(v, &c));
    brg_arg_i32(launch, c.parts);
    brg_arg_first(launch);
    return BRG_OK;
}

static bool is_pointwise(const brg_conv *v) {
    return v->kh == 1 && v->kw == 1 && v->sh == 1 && v->sw == 1 && v->ph == 0 && v->pw == 0;
}

/* A 1 x 1 filter knows no neighbours: the plane is as good as one row, and its length need not be a
 * multiple of anything. */
brg_status brg_conv_plan_pointwise(const brg_conv *v, const brg_conv_buffers *buffers,
                                   const brg_device_info *device, brg_plan *plan,
                                   brg_error *error) {
    if (!is_pointwise(v))
        return brg_conv_unsupported("pointwise", "takes 1 x 1 filters, stride 1, no padding",
                                    error);
    brg_conv row = *v;
    row.w = row.ow = v->oh * v->ow;
    row.h = row.oh = 1;
    return brg_conv_plan_direct(&row, buffers, device, plan, error);
}

/* ---- backward data ---- */

/* One side of the convolution that takes dy to dx: see conv_3_data_weights. */
typedef struct side {
    int64_t taps, padding, dilation, outputs, shift;
} side;

static side side_of(int64_t size, int64_t taps, int64_t stride, int64_t padding, int64_t dilation) {
    const int64_t reach = dilation * (taps - 1);
    if (stride == 1)
        return (side){taps, reach - padding, dilation, size, 0};
    const int64_t first = padding / stride, last = (size - 1 + padding) / stride;
    return (side){.taps = reach / stride + 1,
                  .padding = reach / stride - first,
                  .dilation = 1,
                  .outputs = last - first + 1,
                  .shift = padding - stride * first};
}

static int32_t plan_data_weights(const brg_conv *v, const brg_conv *to, const brg_conv_weave *weave,
                                 brg_plan *plan) {
    const size_t bytes = (size_t)(to->k * to->cg * to->kh * to->kw) * sizeof(float);
    int32_t scratch = brg_plan_scratch(plan, bytes);
    brg_launch *launch = brg_plan_add(plan, "conv2d_nchw_direct", "conv_3_data_weights");
    brg_conv_add_geometry(launch, to);
    add_weave(launch, weave);
    brg_launch_option(launch, "-DDATA_WEIGHTS=1");
    brg_launch_range(launch, 0, to->k, 1);
    brg_launch_range(launch, 1, to->cg, 1);
    launch->share = (double)bytes / 4;
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(1));
    brg_arg_buffer(launch, scratch);
    brg_arg_i32(launch, v->kh);
    brg_arg_i32(launch, v->kw);
    brg_arg_i32(launch, v->dh);
    brg_arg_i32(launch, v->dw);
    brg_arg_first(launch);
    return scratch;
}

static brg_conv convolution_of_gradient(const brg_conv *v, brg_conv_weave *weave) {
    const side y = side_of(v->h, v->kh, v->sh, v->ph, v->dh);
    const side x = side_of(v->w, v->kw, v->sw, v->pw, v->dw);
    brg_conv to = brg_conv_transposed(v, NULL);
    to.k *= v->sh * v->sw;
    to.kg *= v->sh * v->sw;
    to.sh = to.sw = 1;
    to.kh = y.taps, to.kw = x.taps;
    to.ph = y.padding, to.pw = x.padding;
    to.dh = y.dilation, to.dw = x.dilation;
    to.oh = y.outputs, to.ow = x.outputs;
    *weave =
        (brg_conv_weave){v->sh, v->sw, y.shift, x.shift, v->h, v->w, v->kh, v->kw, v->dh, v->dw};
    return to;
}

brg_status brg_conv_plan_data(const brg_conv *v, brg_conv_variant variant,
                              const brg_device_info *device, brg_plan *plan, brg_error *error) {
    brg_conv_weave weave;
    const brg_conv to = convolution_of_gradient(v, &weave);
    const bool depthwise = variant == BRG_CONV_DEPTHWISE;
    if (depthwise && v->sh * v->sw > 1)
        return brg_conv_unsupported("depthwise", "takes stride 1", error);
    if (depthwise ? !brg_conv_fits_depthwise(&to, device, plan)
                  : !brg_conv_fits_direct(&to, device, plan))
        return brg_conv_unsupported(
            depthwise ? "depthwise" : "direct",
            "needs more local memory, or longer loops, than this device has", error);
    const int32_t weights = plan_data_weights(v, &to, &weave, plan);
    const brg_conv_buffers buffers = {.x = BRG_BUFFER_INPUT(0),
                                      .weights = weights,
                                      .bias = weights,
                                      .y = BRG_BUFFER_OUTPUT,
                                      .weave = &weave};
    return depthwise ? brg_conv_plan_depthwise(&to, &buffers, device, plan, error)
                     : brg_conv_plan_direct(&to, &buffers, device, plan, error);
}

bool brg_conv_fits_data(const brg_conv *v, const brg_device_info *device, const brg_plan *plan) {
    brg_conv_weave weave;
    const brg_conv to = convolution_of_gradient(v, &weave);
    return brg_conv_fits_direct(&to, device, plan);
}
