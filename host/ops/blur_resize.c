/* "blur_resize": a blur of which only a smaller image is wanted. */
#include "ops/blur_resize.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/blur.h"
#include "ops/image_op.h"
#include "ops/ops.h"
#include "reference/blur.h"
#include "reference/blur_resize.h"

/* Both axes of a call. */
typedef struct axes {
    brg_shrink down, along;
} axes;

static bool axes_of(const brg_shape *in, const brg_shape *out, brg_resize_mode mode, axes *a) {
    return brg_shrink_of(brg_image_h(in), brg_image_h(out), mode, &a->down) &&
           brg_shrink_of(brg_image_w(in), brg_image_w(out), mode, &a->along);
}

/* Of a call that was checked. */
static axes axes_of_call(const brg_call *call) {
    const brg_blur_resize_params *params = call->params;
    axes a = {{1, 0, 1}, {1, 0, 1}};
    axes_of(&call->inputs[0], &call->output, params->resize.mode, &a);
    return a;
}

/* ---- check ---- */

static brg_status fail_ratio(const brg_call *call, const brg_shape *output, brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED,
             "blur_resize cannot make %lldx%lld of %lldx%lld pixels in one pass",
             (long long)brg_image_w(output), (long long)brg_image_h(output),
             (long long)brg_image_w(&call->inputs[0]), (long long)brg_image_h(&call->inputs[0]));
    brg_error_hint(
        error, "Whole numbers of rows and columns must become one, in the mode bilinear, nearest "
               "or area; use blur and resize for others.");
    return BRG_E_UNSUPPORTED;
}

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_blur_resize_params *params = call->params;
    brg_call resize = *call;
    axes a;
    *output = call->inputs[0];
    brg_status status = brg_image_check("blur_resize", &call->inputs[0], error);
    if (status == BRG_OK)
        status = brg_image_check_border("blur_resize", params->blur.border, error);
    if (status == BRG_OK)
        status = brg_blur_check_gauss("blur_resize", &params->blur, error);
    resize.params = &params->resize;
    if (status == BRG_OK)
        status = brg_op_resize.check(&resize, output, error);
    if (status)
        return status;
    bool whole = axes_of(&call->inputs[0], output, params->resize.mode, &a);
    return whole && a.down.step * a.along.step > 1 ? BRG_OK : fail_ratio(call, output, error);
}

static int64_t taps_of(const brg_shrink *shrink, const brg_blur_params *blur) {
    return 2 * (int64_t)brg_blur_radius(blur) + shrink->takes;
}

/* Sums down for every column of the source, along for the result's only. */
static void cost(const brg_call *call, brg_cost *result) {
    const brg_blur_resize_params *params = call->params;
    axes a = axes_of_call(call);
    double down = 2.0 * (double)taps_of(&a.down, &params->blur) * (double)a.along.step;
    brg_image_cost(call, down + 2.0 * (double)taps_of(&a.along, &params->blur), result);
}

static int32_t dims(const brg_call *call, brg_dim result[BRG_MAX_DIMS]) {
    const brg_blur_resize_params *params = call->params;
    int32_t count = brg_image_dims(call, result);
    result[count++] = (brg_dim){"w_out", brg_image_w(&call->output)};
    result[count++] = (brg_dim){"h_out", brg_image_h(&call->output)};
    result[count++] = (brg_dim){"radius", (int64_t)brg_blur_radius(&params->blur)};
    return count;
}

/* ---- plan ---- */

enum { NAIVE, PASSES, STRIPS };

static const brg_variant variants[] = {
    [NAIVE] = {"naive", "one work-item per result element, the whole window"},
    [PASSES] = {"passes", "along the rows, then down the columns, for what is wanted only"},
    [STRIPS] = {"strips",
                "both in local memory, columns dealt out so that sums find them together"},
};

/* Tunables of kernels/blur_resize.cl, and what is built unrolled. */
enum { STEP = 8, ALIGNED = 96, MOST_SPAN = 960, MOST_RADIUS = 31, MOST_STEP = 8, MOST_TAKES = 8 };

/* Everything that goes into a launch. */
typedef struct shrinking {
    const brg_call *call;
    const brg_device_info *device;
    axes axes;
    int32_t radius;
    brg_border border;
    float falloff; /* 1 / (2 sigma^2) */
    int64_t c, span;
} shrinking;

static shrinking shrinking_of(const brg_call *call, const brg_device_info *device) {
    const brg_blur_resize_params *params = call->params;
    double sigma = brg_blur_sigma(&params->blur);
    shrinking s = {.call = call,
                   .device = device,
                   .axes = axes_of_call(call),
                   .radius = (int32_t)brg_blur_radius(&params->blur),
                   .border = params->blur.border,
                   .falloff = (float)(1.0 / (2.0 * sigma * sigma)),
                   .c = brg_image_c(&call->output)};
    s.span = MOST_SPAN / s.axes.along.step / ALIGNED * ALIGNED;
    if (s.span < ALIGNED)
        s.span = ALIGNED;
    return s;
}

static void add_options(brg_launch *launch, const shrinking *s) {
    const brg_shrink *down = &s->axes.down, *along = &s->axes.along;
    brg_launch_option(launch, "-DCHANNELS=%d -DRADIUS=%d -DROWS=%d -DCOLUMNS=%d", (int)s->c,
                      (int)s->radius, (int)down->step, (int)along->step);
    brg_launch_option(launch, "-DTAKES_DOWN=%d -DTAKES_ALONG=%d", (int)down->takes,
                      (int)along->takes);
    brg_launch_option(launch, "-DSKIPS_DOWN=%d -DSKIPS_ALONG=%d -DSPAN=%d -DZERO=%d",
                      (int)down->skips, (int)along->skips, (int)s->span,
                      s->border == BRG_BORDER_ZERO);
}

static int64_t taps(const shrinking *s, const brg_shrink *shrink) {
    return 2 * s->radius + shrink->takes;
}

static int32_t plan_weights(const shrinking *s, brg_plan *plan) {
    int64_t count = taps(s, &s->axes.down) + taps(s, &s->axes.along);
    int32_t weights = brg_plan_scratch(plan, (size_t)count * sizeof(float));
    brg_launch *launch = brg_plan_add(plan, "blur_resize", "blur_resize_weights");
    brg_launch_option(launch, "-DPIXEL_U8=%d", s->call->output.dtype == BRG_U8);
    add_options(launch, s);
    launch->share = 0.001;
    brg_arg_f32(launch, s->falloff);
    brg_arg_buffer(launch, weights);
    return weights;
}

static void plan_naive(const shrinking *s, brg_plan *plan) {
    const brg_shape *in = &s->call->inputs[0], *out = &s->call->output;
    int32_t weights = plan_weights(s, plan);
    brg_launch *launch =
        brg_image_launch_elements(plan, "blur_resize", "blur_resize_naive", out, s->device);
    add_options(launch, s);
    launch->share = 0.999;
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, brg_image_h(in));
    brg_arg_i32(launch, brg_image_w(in));
    brg_arg_i32(launch, brg_image_w(out));
    brg_arg_i32(launch, s->border);
    brg_arg_buffer(launch, weights);
    brg_arg_first(launch);
}

static void plan_passes(const shrinking *s, brg_plan *plan) {
    const brg_shape *in = &s->call->inputs[0], *out = &s->call->output;
    int32_t weights = plan_weights(s, plan);
    brg_shape between = brg_shape_3d(in->dtype, brg_image_h(in), brg_image_w(out), s->c);
    size_t bytes = (size_t)brg_image_elements(&between) * sizeof(float);
    int32_t scratch = brg_plan_scratch(plan, bytes ? bytes : sizeof(float));

    brg_launch *along =
        brg_image_launch_elements(plan, "blur_resize", "blur_resize_along", &between, s->device);
    add_options(along, s);
    along->share = (double)s->axes.down.step;
    along->rows_per_item = 0; /* rows of the scratch image, not of the output */
    brg_arg_buffer(along, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(along, scratch);
    brg_arg_i32(along, brg_image_w(in));
    brg_arg_i32(along, brg_image_w(out));
    brg_arg_i32(along, s->border);
    brg_arg_buffer(along, weights);
    brg_arg_first(along);

    brg_launch *down =
        brg_image_launch_elements(plan, "blur_resize", "blur_resize_down", out, s->device);
    add_options(down, s);
    down->share = 1.0;
    brg_arg_buffer(down, scratch);
    brg_arg_buffer(down, BRG_BUFFER_OUTPUT);
    brg_arg_i32(down, brg_image_h(in));
    brg_arg_i32(down, brg_image_w(out));
    brg_arg_i32(down, s->border);
    brg_arg_buffer(down, weights);
    brg_arg_first(down);
}

static int64_t strips_across(const shrinking *s) {
    return (brg_image_pitch(&s->call->output) + s->span - 1) / s->span;
}

/* Result rows of a strip, or 0 if it would not fit local memory, registers or patience. */
static int64_t strip_rows(const shrinking *s) {
    const brg_shrink *down = &s->axes.down, *along = &s->axes.along;
    int64_t taps_down = taps(s, down), taps_along = taps(s, along);
    int64_t reach = (taps_along - 1) / along->step;
    int64_t lines = along->step * (s->span + (reach + 1) * s->c);
    int64_t source_rows = down->step * (STEP - 1) + taps_down;
    int64_t bytes = 4 * (lines * (STEP + 1) + source_rows + taps_down + taps_along);
    if (s->radius > MOST_RADIUS || down->step > MOST_STEP || along->step > MOST_STEP ||
        down->takes > MOST_TAKES || along->takes > MOST_TAKES ||
        (uint64_t)bytes > s->device->local_memory)
        return 0;
    double rim = 2.0 * (double)((s->radius + 16) * s->c) * STEP * (double)(taps_down + 1);
    double rounds = 8.0 * (double)(taps_down + taps_along) + (double)(source_rows + 2 * lines) +
                    rim + STEP * 32.0 * (double)(taps_along + 1);
    return brg_image_strip_rows(&s->call->output, strips_across(s), STEP, rounds, s->device);
}

static void plan_strips(const shrinking *s, brg_plan *plan) {
    const brg_shape *in = &s->call->inputs[0], *out = &s->call->output;
    int64_t rows = strip_rows(s);
    brg_launch *launch = brg_image_launch_strips(plan, "blur_resize", "blur_resize_strips", out,
                                                 strips_across(s), rows);
    add_options(launch, s);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, brg_image_h(in));
    brg_arg_i32(launch, brg_image_w(in));
    brg_arg_i32(launch, brg_image_h(out));
    brg_arg_i32(launch, brg_image_w(out));
    brg_arg_i32(launch, s->border);
    brg_arg_f32(launch, s->falloff);
    brg_arg_i32(launch, rows);
    brg_arg_first(launch);
}

static brg_status fail_strips(brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED,
             "blur_resize in strips takes a radius up to %d and up to %d rows and columns for one",
             MOST_RADIUS, MOST_STEP);
    brg_error_hint(error, "Use the variant passes, or none to let blur_resize choose.");
    return BRG_E_UNSUPPORTED;
}

static brg_status plan_blur_resize(const brg_call *call, const char *variant,
                                   const brg_device_info *device, brg_plan *plan,
                                   brg_error *error) {
    shrinking s = shrinking_of(call, device);
    bool strips = strip_rows(&s) > 0;
    double window = (double)taps(&s, &s.axes.down) * (double)(taps(&s, &s.axes.along) + 1);
    brg_status status = brg_image_variant(&brg_op_blur_resize, variant, device,
                                          strips ? "strips" : "passes", "passes", &variant, error);
    if (status)
        return status;
    int32_t chosen = brg_variant_find(&brg_op_blur_resize, variant);
    if (chosen == STRIPS && !strips)
        return fail_strips(error);
    if (chosen == NAIVE && window > (double)brg_loop_limit(device))
        return brg_image_fail_rounds(&brg_op_blur_resize, variant, error);
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
    if (chosen == STRIPS)
        plan_strips(&s, plan);
    else if (chosen == PASSES)
        plan_passes(&s, plan);
    else
        plan_naive(&s, plan);
    return BRG_OK;
}

/* ---- merging ---- */

bool brg_blur_resize_merge(const brg_op **op, void *params, const brg_shape *in, const brg_op *next,
                           const void *next_params, const brg_shape *out) {
    if (*op != &brg_op_blur || next != &brg_op_resize)
        return false;
    brg_blur_resize_params both = {.blur = *(const brg_blur_params *)params,
                                   .resize = *(const brg_resize_params *)next_params};
    axes a;
    bool pays = axes_of(in, out, both.resize.mode, &a) && a.down.step >= 2 && a.along.step >= 2 &&
                a.down.step <= MOST_STEP && a.along.step <= MOST_STEP &&
                brg_blur_radius(&both.blur) <= MOST_RADIUS;
    if (!pays)
        return false;
    *op = &brg_op_blur_resize;
    memcpy(params, &both, sizeof both);
    return true;
}

/* ---- examples ---- */

/* Results of awkward sizes, and what becomes one of each. */
static const struct {
    int32_t w, h, c, columns, rows;
    brg_dtype dtype;
    float sigma;
    int32_t radius;
} tries[] = {
    {33, 21, 4, 2, 2, BRG_U8, 1.0f, 0},  {67, 9, 1, 2, 2, BRG_F32, 0, 7},
    {50, 11, 3, 2, 2, BRG_U8, 0, 2},     {97, 10, 1, 2, 2, BRG_U8, 0, 5},
    {41, 17, 4, 3, 3, BRG_F32, 2.0f, 0}, {130, 8, 1, 3, 2, BRG_F32, 0, 3},
    {35, 9, 3, 4, 4, BRG_F32, 0, 6},     {260, 9, 4, 4, 2, BRG_U8, 0, 4},
    {1, 1, 4, 2, 2, BRG_U8, 0, 7},       {1, 5, 3, 8, 8, BRG_U8, 0, 31},
    {5, 1, 1, 7, 5, BRG_F32, 0.5f, 0},   {3, 3, 4, 16, 16, BRG_U8, 0, 3},
    {19, 7, 1, 1, 3, BRG_U8, 0, 2},      {40, 3, 4, 5, 1, BRG_F32, 0, 9},
    {7, 5, 4, 2, 2, BRG_U8, 0, 40},      {515, 9, 1, 2, 2, BRG_U8, 0, 15},
};

static brg_status example(int32_t index, uint64_t seed, brg_example *result, brg_error *error) {
    enum { TRIES = sizeof tries / sizeof *tries, COUNT = TRIES + TRIES / 2 };
    static const brg_resize_mode modes[] = {BRG_RESIZE_BILINEAR, BRG_RESIZE_AREA,
                                            BRG_RESIZE_NEAREST};
    if (index < 0 || index >= COUNT)
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    int32_t which = index % TRIES; /* the first half again, in other modes */
    brg_image_case image = {tries[which].h * tries[which].rows,
                            tries[which].w * tries[which].columns, tries[which].c,
                            tries[which].dtype};
    brg_blur_resize_params params = {
        .blur = {tries[which].sigma, tries[which].radius, (brg_border)(index % BRG_BORDER_COUNT)},
        .resize = {tries[which].w, tries[which].h, modes[index % 3]}};
    brg_status status = brg_image_example(result, &image, seed, error);
    size_t used = strlen(result->text);
    snprintf(result->text + used, sizeof result->text - used, "to %dx%d radius %d %s",
             (int)tries[which].w, (int)tries[which].h, (int)brg_blur_radius(&params.blur),
             brg_border_name(params.blur.border));
    memcpy(result->params, &params, sizeof params);
    return status;
}

/* ---- row ---- */

static const brg_blur_resize_params defaults = {.blur = {.sigma = 2.0f}};

typedef struct words {
    brg_image_words image;
    int64_t radius;
    int32_t border;
    brg_word_sizes to;
    int32_t mode;
} words;

static brg_status make(const char *text, uint64_t seed, brg_example *result, brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"radius", BRG_WORD_INTEGER, offsetof(words, radius), 1, BRG_BLUR_MAX_RADIUS, NULL},
        {"border", BRG_WORD_CHOICE, offsetof(words, border), 0, 0, BRG_IMAGE_BORDERS},
        {"to", BRG_WORD_SIZES, offsetof(words, to), 1, BRG_IMAGE_MAX_SIDE, NULL},
        {"mode", BRG_WORD_CHOICE, offsetof(words, mode), 0, 0, "bilinear|nearest|area"},
    };
    words own = {.image = BRG_IMAGE_WORDS_DEFAULT, .radius = 5, .to = {2, {1920, 1080}}};
    brg_status status = brg_image_make(&brg_op_blur_resize, text, table,
                                       sizeof table / sizeof *table, &own, seed, result, error);
    if (status)
        return status;
    brg_blur_resize_params params = {.blur = {0.0f, (int32_t)own.radius, (brg_border)own.border},
                                     .resize = {own.to.values[0],
                                                own.to.count > 1 ? own.to.values[1] : 0,
                                                (brg_resize_mode)own.mode}};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const sizes[] = {"image=640x480x4 to=320x240",
                                    "image=3840x2160x4 to=1920x1080",
                                    "image=3840x2160x4 to=1920x1080 radius=15",
                                    "image=3840x2160x4 to=1280x720 mode=area",
                                    "image=3840x2160x1 dtype=f32 to=1920x1080",
                                    NULL};

const brg_op brg_op_blur_resize = {
    .name = "blur_resize",
    .summary = "a blur of which only a smaller image is wanted",
    .params_size = sizeof(brg_blur_resize_params),
    .defaults = &defaults,
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = sizeof variants / sizeof *variants,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan_blur_resize,
    .sequential = brg_blur_resize_sequential,
    .naive = brg_blur_resize_naive,
    .oracle = brg_blur_resize_oracle,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " radius=PIXELS border=" BRG_IMAGE_BORDERS
                                         " to=WxH mode=bilinear|nearest|area",
    .sizes = sizes,
};
