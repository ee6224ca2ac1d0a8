/* How "resize" is planned: which kernel takes which change of size. */
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/ops.h"
#include "ops/resize.h"

brg_axis brg_resize_x(const brg_call *call) {
    const brg_resize_params *params = call->params;
    return (brg_axis){brg_image_w(&call->inputs[0]), brg_image_w(&call->output), params->mode};
}

brg_axis brg_resize_y(const brg_call *call) {
    const brg_resize_params *params = call->params;
    return (brg_axis){brg_image_h(&call->inputs[0]), brg_image_h(&call->output), params->mode};
}

/* ---- plan ---- */

const brg_variant brg_resize_variants[BRG_RESIZE_VARIANT_COUNT] = {
    {"naive", "one work-item per element, weights worked out for each"},
    {"strips", "a strip of columns: weights once, rows blended into local memory by vectors of 16"},
    {"pairs",
     "bilinear: both neighbours in one load, straight from the rows, weights once for all"},
    {"halves", "for half the width and height: the mean of 2 x 2 pixels, by vectors"},
};

/* A strip of result columns and the local memory that its work-item needs. */
typedef struct strip {
    int64_t columns;
    int64_t weights;
    int64_t line; /* elements */
} strip;

/* The widest strip that keeps all within 16 KiB of local memory, or 64 where the device has them,
 * so that a line stays in the nearest cache; false if a single pixel's footprint is too wide. */
static bool choose_strip(const brg_call *call, const brg_device_info *device, strip *s) {
    enum { COLUMNS = 128, ELEMENTS = 2048, WIDER = 4, ROOM = 64 << 10 };
    int64_t scale = device->local_memory >= ROOM ? WIDER : 1;
    int64_t most_columns = COLUMNS * scale, most_elements = ELEMENTS * scale;
    brg_axis x = brg_resize_x(call);
    int64_t reach = brg_axis_reach(&x), c = brg_image_c(&call->output);
    int64_t room = most_elements / c - reach -
                   1; /* source pixels between the first and last columns' starts */
    int64_t columns = room < 1 ? 0 : room * x.out / x.in + 1;
    s->columns = columns < most_columns ? columns : most_columns;
    if (s->columns > x.out)
        s->columns = x.out;
    int64_t span = (s->columns * x.in + x.out - 1) / x.out + reach + 1;
    s->line = span * c;
    s->weights = x.mode == BRG_RESIZE_AREA ? span + 2 * s->columns : reach * s->columns;
    return s->columns >= 1;
}

static void add_sizes(brg_launch *launch, const brg_call *call) {
    brg_launch_option(launch, "-DMODE=%d", (int)((const brg_resize_params *)call->params)->mode);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, brg_image_h(&call->inputs[0]));
    brg_arg_i32(launch, brg_image_w(&call->inputs[0]));
    brg_arg_i32(launch, brg_image_h(&call->output));
    brg_arg_i32(launch, brg_image_w(&call->output));
    brg_arg_i32(launch, brg_image_c(&call->output));
}

static void plan_naive(const brg_call *call, const brg_device_info *device, brg_plan *plan) {
    brg_launch *launch =
        brg_image_launch_elements(plan, "resize", "resize_naive", &call->output, device);
    add_sizes(launch, call);
    brg_arg_first(launch);
}

static int64_t strips_across(const brg_call *call, const strip *s) {
    return (brg_image_w(&call->output) + s->columns - 1) / s->columns;
}

/* Rows of a strip, or 0 if the device has too little patience for one. The columns' weights are
 * worked out once; counting them for every row errs on the safe side. */
static int64_t strip_rows(const brg_call *call, const strip *s, const brg_device_info *device) {
    brg_axis x = brg_resize_x(call), y = brg_resize_y(call);
    double c = (double)brg_image_c(&call->output), columns = (double)s->columns;
    double reach_x = (double)brg_axis_reach(&x), reach_y = (double)brg_axis_reach(&y);
    double down = reach_y * ((double)s->line / 16.0 + 17.0);
    double along = columns * (1.0 + reach_x * (c + 1.0) + c) + 4.0 * (c + 1.0);
    double rounds = down + along + columns * (1.0 + reach_x);
    /* Sixteen rows and more make up for working out the columns' weights. */
    int64_t across = strips_across(call, s);
    int64_t most = brg_image_strip_rows(&call->output, across, 16, 16.0 * rounds, device);
    return most ? most : brg_image_strip_rows(&call->output, across, 1, rounds, device);
}

static void plan_strips(const brg_call *call, const strip *s, int64_t rows, brg_plan *plan) {
    brg_launch *launch = brg_image_launch_strips(plan, "resize", "resize_strips", &call->output,
                                                 strips_across(call, s), rows);
    add_sizes(launch, call);
    brg_arg_i32(launch, s->columns);
    brg_arg_i32(launch, rows);
    brg_arg_local(launch, (size_t)(s->columns + 1) * sizeof(int32_t));
    brg_arg_local(launch, (size_t)s->columns * sizeof(int32_t));
    brg_arg_local(launch, (size_t)s->weights * sizeof(float));
    brg_arg_local(launch, (size_t)s->line * sizeof(float));
    brg_arg_first(launch);
}

/* Whether the output is the mean of 2 x 2 pixels. */
static bool halves(const brg_call *call) {
    const brg_resize_params *params = call->params;
    bool mean = params->mode == BRG_RESIZE_BILINEAR || params->mode == BRG_RESIZE_AREA;
    return mean && brg_image_w(&call->inputs[0]) == 2 * brg_image_w(&call->output) &&
           brg_image_h(&call->inputs[0]) == 2 * brg_image_h(&call->output);
}

static int64_t halves_rows(const brg_call *call, const brg_device_info *device) {
    double rounds = (double)brg_image_pitch(&call->output) + 16.0;
    return brg_image_strip_rows(&call->output, 1, 1, rounds, device);
}

static void plan_halves(const brg_call *call, int64_t rows, brg_plan *plan) {
    brg_launch *launch =
        brg_image_launch_strips(plan, "resize", "resize_halves", &call->output, 1, rows);
    add_sizes(launch, call);
    brg_arg_i32(launch, rows);
    brg_arg_first(launch);
}

/* The columns begin <= x < end whose pairs can be loaded whole: inside the image, and with three
 * channels followed by two elements more. */
static void whole_pairs(const brg_call *call, int64_t *begin, int64_t *end) {
    brg_axis x = brg_resize_x(call);
    int64_t last = x.in - (brg_image_c(&call->output) == 3 ? 3 : 2);
    *begin = 0;
    *end = x.out;
    while (*begin < *end && brg_axis_footprint(&x, *begin).first < 0)
        ++*begin;
    while (*end > *begin && brg_axis_footprint(&x, *end - 1).first > last)
        --*end;
}

/* Rows of a work-item, or 0 if the call is not bilinear or the device lacks the patience. */
static int64_t pairs_rows(const brg_call *call, const brg_device_info *device) {
    const brg_resize_params *params = call->params;
    int64_t c = brg_image_c(&call->output);
    double rounds = (double)(brg_image_w(&call->output) * (1 + c)) + 64.0;
    if (params->mode != BRG_RESIZE_BILINEAR)
        return 0;
    return brg_image_strip_rows(&call->output, 1, 1, rounds, device);
}

static void plan_pairs(const brg_call *call, const brg_device_info *device, int64_t rows,
                       brg_plan *plan) {
    int64_t w_in = brg_image_w(&call->inputs[0]), w_out = brg_image_w(&call->output), begin, end;
    int32_t places = brg_plan_scratch(plan, (size_t)w_out * sizeof(int32_t));
    int32_t weights = brg_plan_scratch(plan, 2 * (size_t)w_out * sizeof(float));

    brg_launch *columns = brg_plan_add(plan, "resize_pairs", "resize_columns");
    brg_launch_option(columns, "-DPIXEL_U8=%d -DCHANNELS=%d", call->output.dtype == BRG_U8,
                      (int)brg_image_c(&call->output));
    brg_launch_range(columns, 0, w_out, brg_row_group(device));
    columns->share = 0.001;
    brg_arg_buffer(columns, places);
    brg_arg_buffer(columns, weights);
    brg_arg_i32(columns, w_in);
    brg_arg_i32(columns, w_out);

    brg_launch *launch =
        brg_image_launch_strips(plan, "resize_pairs", "resize_pairs", &call->output, 1, rows);
    brg_launch_option(launch, "-DCHANNELS=%d", (int)brg_image_c(&call->output));
    launch->share = 0.999;
    whole_pairs(call, &begin, &end);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, brg_image_h(&call->inputs[0]));
    brg_arg_i32(launch, w_in);
    brg_arg_i32(launch, brg_image_h(&call->output));
    brg_arg_i32(launch, w_out);
    brg_arg_buffer(launch, places);
    brg_arg_buffer(launch, weights);
    brg_arg_i32(launch, begin);
    brg_arg_i32(launch, end);
    brg_arg_i32(launch, rows);
    brg_arg_first(launch);
}

static brg_status fail_strips(const brg_call *call, brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED,
             "resize in strips cannot shrink %lldx%lld to %lldx%lld: a pixel covers too many",
             (long long)brg_image_w(&call->inputs[0]), (long long)brg_image_h(&call->inputs[0]),
             (long long)brg_image_w(&call->output), (long long)brg_image_h(&call->output));
    brg_error_hint(error, "Use the variant naive, or none to let resize choose.");
    return BRG_E_UNSUPPORTED;
}

static brg_status fail_halves(brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED,
             "resize in halves needs half the width and height, bilinear or area");
    brg_error_hint(error, "Use the variant strips, or none to let resize choose.");
    return BRG_E_UNSUPPORTED;
}

static brg_status fail_pairs(brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED, "resize by pairs needs the mode bilinear");
    brg_error_hint(error, "Use the variant strips, or none to let resize choose.");
    return BRG_E_UNSUPPORTED;
}

static bool naive_fits(const brg_call *call, const brg_device_info *device) {
    brg_axis x = brg_resize_x(call), y = brg_resize_y(call);
    double rounds = (double)brg_axis_reach(&y) * (1.0 + (double)brg_axis_reach(&x));
    return rounds <= (double)brg_loop_limit(device);
}

brg_status brg_resize_plan(const brg_call *call, const char *variant, const brg_device_info *device,
                           brg_plan *plan, brg_error *error) {
    strip s;
    int64_t rows = choose_strip(call, device, &s) ? strip_rows(call, &s, device) : 0;
    int64_t halved = halves(call) ? halves_rows(call, device) : 0;
    bool vectors = brg_image_c(&call->inputs[0]) != 3; /* of three channels there are none */
    int64_t paired = pairs_rows(call, device);
    const char *on_cpu = halved && vectors ? "halves"
                         : paired          ? "pairs"
                         : rows            ? "strips"
                                           : "naive";
    const char *elsewhere = rows && !naive_fits(call, device) ? "strips" : "naive";
    brg_status status =
        brg_image_variant(&brg_op_resize, variant, device, on_cpu, elsewhere, &variant, error);
    if (status)
        return status;
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
    if (strcmp(variant, "halves") == 0)
        return halved ? plan_halves(call, halved, plan), BRG_OK : fail_halves(error);
    if (strcmp(variant, "pairs") == 0)
        return paired ? plan_pairs(call, device, paired, plan), BRG_OK : fail_pairs(error);
    if (strcmp(variant, "strips") == 0)
        return rows ? plan_strips(call, &s, rows, plan), BRG_OK : fail_strips(call, error);
    if (!naive_fits(call, device))
        return brg_image_fail_rounds(&brg_op_resize, variant, error);
    plan_naive(call, device, plan);
    return BRG_OK;
}
