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
    {"lines", "bilinear, for enlarging: along each row once, then two lines for many rows"},
    {"halves", "for half the width and height: the mean of 2 x 2 pixels, by vectors"},
};

/* The variants by their place in the table. */
enum { NAIVE, STRIPS, PAIRS, LINES, HALVES };

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

/* ---- pairs and lines ---- */

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

static bool bilinear(const brg_call *call) {
    return ((const brg_resize_params *)call->params)->mode == BRG_RESIZE_BILINEAR;
}

/* Rows of a work-item, or 0 if the call is not bilinear or the device lacks the patience. */
static int64_t pairs_rows(const brg_call *call, const brg_device_info *device) {
    double rounds = brg_image_elements(&call->output) / (double)brg_image_h(&call->output);
    if (!bilinear(call))
        return 0;
    return brg_image_strip_rows(&call->output, 1, 1, 2.0 * rounds + 64.0, device);
}

/* Columns of a strip whose two lines stay in the nearest cache. */
static int64_t line_columns(const brg_call *call) {
    enum { FLOATS = 2048 };
    int64_t columns = FLOATS / brg_image_c(&call->output), w = brg_image_w(&call->output);
    return columns < w ? columns : w;
}

static int64_t lines_across(const brg_call *call) {
    int64_t columns = line_columns(call);
    return (brg_image_w(&call->output) + columns - 1) / columns;
}

/* The same of strips of lines, in steps of rows that make up for the first line. */
static int64_t lines_rows(const brg_call *call, const brg_device_info *device) {
    enum { STEP = 8 };
    double elements = (double)(line_columns(call) * brg_image_c(&call->output));
    double rounds = STEP * (3.0 * elements + 64.0);
    if (!bilinear(call) || 2.0 * elements * sizeof(float) > (double)device->local_memory)
        return 0;
    return brg_image_strip_rows(&call->output, lines_across(call), STEP, rounds, device);
}

static void add_pixels(brg_launch *launch, const brg_call *call) {
    brg_launch_option(launch, "-DCHANNELS=%d", (int)brg_image_c(&call->output));
}

/* The launch that works out each column's pair, into two buffers. */
static void plan_columns(const brg_call *call, const brg_device_info *device, brg_plan *plan,
                         int32_t *places, int32_t *weights) {
    int64_t w_in = brg_image_w(&call->inputs[0]), w_out = brg_image_w(&call->output);
    *places = brg_plan_scratch(plan, (size_t)w_out * sizeof(int32_t));
    *weights = brg_plan_scratch(plan, 2 * (size_t)w_out * sizeof(float));
    brg_launch *launch = brg_plan_add(plan, "resize_pairs", "resize_columns");
    brg_launch_option(launch, "-DPIXEL_U8=%d", call->output.dtype == BRG_U8);
    add_pixels(launch, call);
    brg_launch_range(launch, 0, w_out, brg_row_group(device));
    launch->share = 0.001;
    brg_arg_buffer(launch, *places);
    brg_arg_buffer(launch, *weights);
    brg_arg_i32(launch, w_in);
    brg_arg_i32(launch, w_out);
}

/* Either kernel; `rows` of a work-item. */
static void plan_pairs(const brg_call *call, bool lines, int64_t rows,
                       const brg_device_info *device, brg_plan *plan) {
    int64_t begin, end;
    int32_t places, weights;
    whole_pairs(call, &begin, &end);
    plan_columns(call, device, plan, &places, &weights);
    brg_launch *launch =
        brg_image_launch_strips(plan, "resize_pairs", lines ? "resize_lines" : "resize_pairs",
                                &call->output, lines ? lines_across(call) : 1, rows);
    add_pixels(launch, call);
    launch->share = 0.999;
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, brg_image_h(&call->inputs[0]));
    brg_arg_i32(launch, brg_image_w(&call->inputs[0]));
    brg_arg_i32(launch, brg_image_h(&call->output));
    brg_arg_i32(launch, brg_image_w(&call->output));
    brg_arg_buffer(launch, places);
    brg_arg_buffer(launch, weights);
    brg_arg_i32(launch, begin);
    brg_arg_i32(launch, end);
    if (lines)
        brg_arg_i32(launch, line_columns(call));
    brg_arg_i32(launch, rows);
    if (lines)
        brg_arg_local(launch, 2 * (size_t)(line_columns(call) * brg_image_c(&call->output)) *
                                  sizeof(float));
    brg_arg_first(launch);
}

/* ---- choosing ---- */

static brg_status fail_strips(const brg_call *call, brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED,
             "resize in strips cannot shrink %lldx%lld to %lldx%lld: a pixel covers too many",
             (long long)brg_image_w(&call->inputs[0]), (long long)brg_image_h(&call->inputs[0]),
             (long long)brg_image_w(&call->output), (long long)brg_image_h(&call->output));
    brg_error_hint(error, "Use the variant naive, or none to let resize choose.");
    return BRG_E_UNSUPPORTED;
}

static bool naive_fits(const brg_call *call, const brg_device_info *device) {
    brg_axis x = brg_resize_x(call), y = brg_resize_y(call);
    double rounds = (double)brg_axis_reach(&y) * (1.0 + (double)brg_axis_reach(&x));
    return rounds <= (double)brg_loop_limit(device);
}

/* What a call may be given to on a device: for each variant the rows of its work-items, 0 where it
 * cannot take the call. */
typedef struct choices {
    strip strip;
    int64_t rows[BRG_RESIZE_VARIANT_COUNT];
} choices;

static choices choices_of(const brg_call *call, const brg_device_info *device) {
    choices can = {.rows = {[NAIVE] = naive_fits(call, device)}};
    can.rows[STRIPS] =
        choose_strip(call, device, &can.strip) ? strip_rows(call, &can.strip, device) : 0;
    can.rows[PAIRS] = pairs_rows(call, device);
    can.rows[LINES] = lines_rows(call, device);
    can.rows[HALVES] = halves(call) ? halves_rows(call, device) : 0;
    return can;
}

/* The fastest on a CPU. */
static int32_t choose_cpu(const brg_call *call, const choices *can) {
    bool enlarges = brg_image_h(&call->output) > brg_image_h(&call->inputs[0]);
    /* Of three floats there are no vectors in halves. */
    bool vectors = brg_image_c(&call->output) != 3 || call->output.dtype == BRG_U8;
    bool halved = can->rows[HALVES] && (vectors || !can->rows[PAIRS]);
    return halved                         ? HALVES
           : enlarges && can->rows[LINES] ? LINES
           : can->rows[PAIRS]             ? PAIRS
           : can->rows[STRIPS]            ? STRIPS
                                          : NAIVE;
}

static brg_status fail_choice(const brg_call *call, int32_t chosen, brg_error *error) {
    if (chosen == NAIVE)
        return brg_image_fail_rounds(&brg_op_resize, "naive", error);
    if (chosen == STRIPS)
        return fail_strips(call, error);
    brg_fail(error, BRG_E_UNSUPPORTED,
             chosen == HALVES ? "resize in halves needs half the width and height, bilinear or area"
                              : "resize by pairs or lines needs the mode bilinear");
    brg_error_hint(error, "Use the variant strips, or none to let resize choose.");
    return BRG_E_UNSUPPORTED;
}

brg_status brg_resize_plan(const brg_call *call, const char *variant, const brg_device_info *device,
                           brg_plan *plan, brg_error *error) {
    choices can = choices_of(call, device);
    int32_t elsewhere = can.rows[STRIPS] && !can.rows[NAIVE] ? STRIPS : NAIVE;
    brg_status status = brg_image_variant(&brg_op_resize, variant, device,
                                          brg_resize_variants[choose_cpu(call, &can)].name,
                                          brg_resize_variants[elsewhere].name, &variant, error);
    if (status)
        return status;
    int32_t chosen = brg_variant_find(&brg_op_resize, variant);
    int64_t rows = can.rows[chosen];
    if (rows == 0)
        return fail_choice(call, chosen, error);
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
    if (chosen == NAIVE)
        plan_naive(call, device, plan);
    else if (chosen == STRIPS)
        plan_strips(call, &can.strip, rows, plan);
    else if (chosen == HALVES)
        plan_halves(call, rows, plan);
    else
        plan_pairs(call, chosen == LINES, rows, device, plan);
    return BRG_OK;
}
