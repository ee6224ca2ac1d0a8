/* "blur": a Gaussian, and the plans that sharpening shares with it. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/blur.h"
#include "ops/image_op.h"
#include "ops/ops.h"
#include "reference/blur.h"

/* ---- check ---- */

brg_status brg_blur_check_gauss(const char *op, const brg_blur_params *params, brg_error *error) {
    const float lo = 0.01f, hi = 1000.0f;
    bool sigma_given = params->sigma != 0.0f;
    if (sigma_given && !(params->sigma >= lo && params->sigma <= hi)) {
        brg_fail(error, BRG_E_ARGUMENT, "%s was given sigma %g", op, (double)params->sigma);
        brg_error_hint(error, "Sigma is a number of pixels from %g to %g.", (double)lo,
                       sigma_given && params->radius ? (double)hi : BRG_BLUR_MAX_RADIUS / 3.0);
        return BRG_E_ARGUMENT;
    }
    double radius = brg_blur_radius(params);
    if (params->radius >= 0 && radius >= 1.0 && radius <= BRG_BLUR_MAX_RADIUS)
        return BRG_OK;
    brg_fail(error, BRG_E_ARGUMENT, "%s was given sigma %g and radius %d", op,
             (double)params->sigma, (int)params->radius);
    brg_error_hint(error, "Give a sigma up to %.1f pixels, or a radius from 1 to %d.",
                   BRG_BLUR_MAX_RADIUS / 3.0 - 0.04, BRG_BLUR_MAX_RADIUS);
    return BRG_E_ARGUMENT;
}

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_blur_params *params = call->params;
    *output = call->inputs[0];
    brg_status status = brg_image_check("blur", &call->inputs[0], error);
    if (status == BRG_OK)
        status = brg_image_check_border("blur", params->border, error);
    return status ? status : brg_blur_check_gauss("blur", params, error);
}

double brg_blur_flops(const brg_blur_params *params) {
    return 4.0 * (2.0 * brg_blur_radius(params) + 1.0);
}

static void cost(const brg_call *call, brg_cost *result) {
    brg_image_cost(call, brg_blur_flops(call->params), result);
}

static int32_t dims(const brg_call *call, brg_dim result[BRG_MAX_DIMS]) {
    int32_t count = brg_image_dims(call, result);
    result[count++] = (brg_dim){"radius", (int64_t)brg_blur_radius(call->params)};
    return count;
}

/* ---- plan ---- */

const brg_variant brg_blur_variants[BRG_BLUR_VARIANT_COUNT] = {
    {"naive", "one work-item per element, the whole window"},
    {"passes", "along the rows, then down the columns, one work-item per element"},
    {"strips", "both passes on a strip in local memory, 8 rows of 16 elements at once"},
    {"unrolled", "as strips, built for the radius: every loop over the window unrolled"},
};

enum { SPAN_OF_UNROLLED, MOST_UNROLLED };

const brg_tunable brg_blur_tunables[BRG_BLUR_TUNABLE_COUNT] = {
    [SPAN_OF_UNROLLED] =
        {"span", "elements across a strip", "unrolled", 960, 960, {480, 960, 1920}},
    [MOST_UNROLLED] = {"unroll",
                       "the largest radius that is unrolled: each needs a build of its own",
                       NULL,
                       24,
                       24,
                       {8, 16, 24, 31}},
};

/* Tunables of kernels/blur.cl. */
enum { STRIP = 480, STEP = 8, MOST_RADIUS = 31 };

/* So short a window makes little of a strip's rim: narrower, its lines stay in the nearest cache. */
enum { SHORT = 2, SHORT_SPAN = 480 };

/* The plans by their place in brg_blur_variants. */
enum { NAIVE, PASSES, STRIPS, UNROLLED };

/* Everything that goes into a launch. */
typedef struct blur {
    const brg_shape *image;
    const brg_device_info *device;
    const float *amount; /* NULL: no sharpening */
    int32_t radius;
    brg_border border;
    float falloff;   /* 1 / (2 sigma^2) */
    int32_t weights; /* the buffer */
    int32_t rung;    /* of the kernels, from 1 */
    int32_t span;    /* elements across a strip */
} blur;

static void add_sizes(brg_launch *launch, const blur *b) {
    brg_arg_i32(launch, brg_image_h(b->image));
    brg_arg_i32(launch, brg_image_w(b->image));
    brg_arg_i32(launch, brg_image_c(b->image));
    brg_arg_i32(launch, b->border);
    brg_arg_i32(launch, b->radius);
}

/* The weights: ready in a buffer for GPUs' kernels, to be worked out by CPUs'. */
static void add_weights(brg_launch *launch, const blur *b) {
    if (b->rung <= PASSES + 1)
        brg_arg_buffer(launch, b->weights);
    else
        brg_arg_f32(launch, b->falloff);
}

static void add_end(brg_launch *launch, const blur *b) {
    if (b->amount)
        brg_arg_f32(launch, *b->amount);
    brg_arg_first(launch);
}

/* The unrolled kernel's measures: elements that a window reaches, its line, and a row of zeros. */
static int64_t reach_of(const blur *b) {
    return b->radius * brg_image_c(b->image);
}

static int64_t margin_of(const blur *b) {
    return (reach_of(b) + 15) / 16 * 16;
}

static int64_t known_line(const blur *b) {
    return b->span + 2 * margin_of(b);
}

/* Whether the result is written past the caches: too large for them, and all its vectors aligned,
 * as buffers are. */
static bool writes_past(const blur *b) {
    enum { LINE_FLOATS = 16, LINE_BITS = 512 };
    return brg_image_past_cache(b->image, b->device) &&
           brg_image_pitch(b->image) % LINE_FLOATS == 0 &&
           b->device->address_align_bits >= LINE_BITS;
}

/* Tells the build which kernels to make, and what the unrolled one must know. */
static void add_options(brg_launch *launch, const blur *b) {
    brg_launch_option(launch, "-DRUNG=%d", (int)b->rung);
    if (b->rung == UNROLLED + 1)
        brg_launch_option(launch, "-DRADIUS=%d -DCHANNELS=%d -DSPAN=%d -DZERO=%d -DPAST=%d",
                          (int)b->radius, (int)brg_image_c(b->image), (int)b->span,
                          b->border == BRG_BORDER_ZERO, writes_past(b));
}

static void plan_weights(brg_plan *plan, blur *b) {
    b->weights = brg_plan_scratch(plan, (size_t)(2 * b->radius + 1) * sizeof(float));
    brg_launch *launch = brg_plan_add(plan, "blur", "blur_weights");
    brg_launch_option(launch, "-DPIXEL_U8=%d", b->image->dtype == BRG_U8);
    add_options(launch, b);
    launch->share = 0.001;
    brg_arg_i32(launch, b->radius);
    brg_arg_f32(launch, b->falloff);
    brg_arg_buffer(launch, b->weights);
}

static void plan_naive(brg_plan *plan, const blur *b) {
    brg_launch *launch = brg_image_launch_elements(
        plan, "blur", b->amount ? "sharpen_naive" : "blur_naive", b->image, b->device);
    add_options(launch, b);
    launch->share = 0.999;
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    add_sizes(launch, b);
    add_weights(launch, b);
    add_end(launch, b);
}

static void plan_passes(brg_plan *plan, const blur *b) {
    size_t bytes =
        (size_t)brg_image_h(b->image) * (size_t)brg_image_pitch(b->image) * sizeof(float);
    int32_t between = brg_plan_scratch(plan, bytes ? bytes : sizeof(float));

    brg_launch *along = brg_image_launch_elements(plan, "blur", "blur_along", b->image, b->device);
    add_options(along, b);
    along->share = 0.5;
    along->rows_per_item = 0; /* rows of the scratch image, not of the output */
    brg_arg_buffer(along, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(along, between);
    add_sizes(along, b);
    add_weights(along, b);
    brg_arg_first(along);

    brg_launch *down = brg_image_launch_elements(
        plan, "blur", b->amount ? "sharpen_down" : "blur_down", b->image, b->device);
    add_options(down, b);
    down->share = 0.5;
    brg_arg_buffer(down, between);
    if (b->amount)
        brg_arg_buffer(down, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(down, BRG_BUFFER_OUTPUT);
    add_sizes(down, b);
    add_weights(down, b);
    add_end(down, b);
}

static size_t line_of(const blur *b) {
    return STRIP + 2 * (size_t)b->radius * (size_t)brg_image_c(b->image);
}

/* How often the loops of kernels/blur.cl go round in a step of a strip, at most, none of them
 * unrolled. */
static double rounds_of(const blur *b) {
    double taps = 2.0 * b->radius + 1.0, reach = (double)b->radius * (double)brg_image_c(b->image);
    double down = ((double)line_of(b) / 16.0 + 2.0) * (taps + 2.0 * STEP) * (STEP + 1.0);
    double fill = 2.0 * reach * STEP * (taps + 1.0);
    double along = STEP * taps * (STRIP / 16.0 + 24.0);
    return 3.0 * taps + down + fill + along;
}

static int64_t strips_across(const blur *b) {
    return (brg_image_pitch(b->image) + STRIP - 1) / STRIP;
}

/* Rows of a strip, or 0 if the device has too little local memory or patience for one. */
static int64_t strip_rows(const blur *b) {
    size_t floats = STEP * line_of(b) + 2 * (size_t)b->radius + 1,
           ints = STEP + 2 * (size_t)b->radius;
    if (floats * sizeof(float) + ints * sizeof(int32_t) > b->device->local_memory)
        return 0;
    return brg_image_strip_rows(b->image, strips_across(b), STEP, rounds_of(b), b->device);
}

static void plan_strips(brg_plan *plan, const blur *b) {
    int64_t rows = strip_rows(b);
    brg_launch *launch =
        brg_image_launch_strips(plan, "blur", b->amount ? "sharpen_strips" : "blur_strips",
                                b->image, strips_across(b), rows);
    add_options(launch, b);
    launch->share = 0.999;
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    add_sizes(launch, b);
    add_weights(launch, b);
    brg_arg_i32(launch, rows);
    brg_arg_i32(launch, (int64_t)line_of(b));
    brg_arg_local(launch, (2 * (size_t)b->radius + 1) * sizeof(float));
    brg_arg_local(launch, (STEP + 2 * (size_t)b->radius) * sizeof(int32_t));
    brg_arg_local(launch, STEP * line_of(b) * sizeof(float));
    add_end(launch, b);
}

/* Rows of an unrolled strip, or 0 if the device has too little local memory or patience. */
static int64_t known_rows(const blur *b) {
    double line = (double)known_line(b), c = (double)brg_image_c(b->image);
    double taps = 2.0 * b->radius + 1.0;
    double fill = (2.0 * (double)margin_of(b) + 16.0) * STEP * (taps + 1.0);
    double along = STEP * (taps * (24.0 + (double)b->span / 64.0) + (double)b->span / 64.0);
    double rounds = 3.0 * taps + STEP + line / 16.0 + 16.0 + fill + along + c;
    size_t local =
        STEP * (size_t)known_line(b) * sizeof(float) + (STEP + 4 * MOST_RADIUS) * sizeof(int32_t);
    if (local > b->device->local_memory)
        return 0;
    int64_t across = (brg_image_pitch(b->image) + b->span - 1) / b->span;
    return brg_image_strip_rows(b->image, across, STEP, rounds, b->device);
}

static void plan_unrolled(brg_plan *plan, const blur *b) {
    int64_t across = (brg_image_pitch(b->image) + b->span - 1) / b->span, rows = known_rows(b);
    brg_launch *launch = brg_image_launch_strips(
        plan, "blur", b->amount ? "sharpen_unrolled" : "blur_unrolled", b->image, across, rows);
    add_options(launch, b);
    launch->share = 0.999;
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, brg_image_h(b->image));
    brg_arg_i32(launch, brg_image_w(b->image));
    brg_arg_i32(launch, b->border);
    add_weights(launch, b);
    brg_arg_i32(launch, rows);
    add_end(launch, b);
}

static brg_status fail_unrolling(const brg_op *op, const brg_device_info *device,
                                 brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED, "%s would take minutes to compile %s unrolled", device->name,
             op->name);
    brg_error_hint(error, "Use the variant passes, or none to let %s choose.", op->name);
    return BRG_E_UNSUPPORTED;
}

/* Refuses a variant that the device cannot run. */
static brg_status check_variant(const brg_op *op, const blur *b, int32_t chosen, brg_error *error) {
    const char *name = brg_blur_variants[chosen].name;
    double window = (2.0 * b->radius + 1.0) * (2.0 * b->radius + 2.0);
    if (chosen == NAIVE && window > (double)brg_loop_limit(b->device))
        return brg_image_fail_rounds(op, name, error);
    if (chosen == UNROLLED && brg_counts_rounds(b->device))
        return fail_unrolling(op, b->device, error);
    bool fits = chosen == STRIPS     ? strip_rows(b) > 0
                : chosen == UNROLLED ? b->radius <= MOST_RADIUS && known_rows(b) > 0
                                     : true;
    if (fits)
        return BRG_OK;
    brg_fail(error, BRG_E_UNSUPPORTED,
             "%s in strips with radius %d is too much for this device's local memory or loops",
             op->name, (int)b->radius);
    brg_error_hint(error, "Use the variant passes, or none to let %s choose.", op->name);
    return BRG_E_UNSUPPORTED;
}

brg_status brg_blur_plan_call(const brg_op *op, const brg_call *call, const brg_blur_params *params,
                              const float *amount, const char *variant,
                              const brg_device_info *device, brg_plan *plan, brg_error *error) {
    double sigma = brg_blur_sigma(params);
    blur b = {.image = &call->inputs[0],
              .device = device,
              .amount = amount,
              .radius = (int32_t)brg_blur_radius(params),
              .border = params->border,
              .falloff = (float)(1.0 / (2.0 * sigma * sigma)),
              .span = plan->tuned[SPAN_OF_UNROLLED]};
    if (b.radius <= SHORT && b.span > SHORT_SPAN)
        b.span = SHORT_SPAN;
    bool unrolls = b.radius <= plan->tuned[MOST_UNROLLED] && known_rows(&b);
    const char *on_cpu = unrolls ? "unrolled" : strip_rows(&b) ? "strips" : "passes";
    brg_status status = brg_image_variant(op, variant, device, on_cpu, "passes", &variant, error);
    if (status)
        return status;
    int32_t chosen = brg_variant_find(op, variant);
    status = check_variant(op, &b, chosen, error);
    if (status)
        return status;
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
    b.rung = chosen + 1;
    if (chosen <= PASSES)
        plan_weights(plan, &b);
    if (chosen == UNROLLED)
        plan_unrolled(plan, &b);
    else if (chosen == STRIPS)
        plan_strips(plan, &b);
    else if (chosen == PASSES)
        plan_passes(plan, &b);
    else
        plan_naive(plan, &b);
    return BRG_OK;
}

static brg_status plan_blur(const brg_call *call, const char *variant,
                            const brg_device_info *device, brg_plan *plan, brg_error *error) {
    return brg_blur_plan_call(&brg_op_blur, call, call->params, NULL, variant, device, plan, error);
}

/* ---- text and examples ---- */

static brg_status parse(const char *text, const brg_shape *input, void *params, brg_error *error) {
    (void)input;
    brg_blur_params *own = params;
    brg_options options;
    *own = (brg_blur_params){0};
    bool read = brg_options_split(text, &options) && options.count >= 1 && options.count <= 2;
    int64_t radius = 0;
    if (read && options.fields[0][0] == 'r')
        read = brg_option_count(options.fields[0] + 1, &radius);
    else if (read)
        read = brg_option_number(options.fields[0], &own->sigma);
    if (read && options.count == 2)
        read = brg_option_border(options.fields[1], &own->border);
    if (!read)
        return brg_option_fail(&brg_op_blur, text, error);
    if (radius == 0 && own->sigma == 0.0f)
        radius = -1; /* blur=0 would mean "the default" to check(); it is refused instead */
    own->radius = (int32_t)(radius > BRG_BLUR_MAX_RADIUS ? BRG_BLUR_MAX_RADIUS + 1 : radius);
    return brg_blur_check_gauss("blur", own, error);
}

static brg_status example(int32_t index, uint64_t seed, brg_example *result, brg_error *error) {
    /* Three for each of the kinds of image, so that not every radius is built for every kind. */
    static const brg_blur_params gausses[] = {
        {.sigma = 1.0f},  {.radius = 40},  {.radius = 7},
        {.sigma = 2.45f}, {.radius = 127}, {.sigma = 0.8f, .radius = 13},
        {.sigma = 0.3f},  {.radius = 31},  {.radius = 2},
    };
    brg_image_case image;
    if (!brg_image_case_at(index, &image))
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    brg_status status = brg_image_example(result, &image, seed, error);
    brg_blur_params params = gausses[image.c / 2 % 3 * 3 + index / 3 % 3];
    params.border = (brg_border)((index + index / BRG_BORDER_COUNT) % BRG_BORDER_COUNT);
    size_t used = strlen(result->text);
    snprintf(result->text + used, sizeof result->text - used, "sigma %g radius %d %s",
             (double)params.sigma, (int)params.radius, brg_border_name(params.border));
    memcpy(result->params, &params, sizeof params);
    return status;
}

/* ---- row ---- */

static const brg_blur_params defaults = {.sigma = 2.0f};

typedef struct words {
    brg_image_words image;
    double sigma;
    int64_t radius;
    int32_t border;
} words;

static brg_status make(const char *text, uint64_t seed, brg_example *result, brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"sigma", BRG_WORD_NUMBER, offsetof(words, sigma), 0, 1000, NULL},
        {"radius", BRG_WORD_INTEGER, offsetof(words, radius), 0, BRG_BLUR_MAX_RADIUS, NULL},
        {"border", BRG_WORD_CHOICE, offsetof(words, border), 0, 0, BRG_IMAGE_BORDERS},
    };
    words own = {.image = BRG_IMAGE_WORDS_DEFAULT};
    brg_status status = brg_image_make(&brg_op_blur, text, table, sizeof table / sizeof *table,
                                       &own, seed, result, error);
    if (status)
        return status;
    if (own.sigma == 0.0 && own.radius == 0)
        own.sigma = 2.0;
    brg_blur_params params = {(float)own.sigma, (int32_t)own.radius, (brg_border)own.border};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const sizes[] = {"image=640x480x4 radius=2",
                                    "image=3840x2160x4 radius=2",
                                    "image=3840x2160x4 radius=7",
                                    "image=3840x2160x4 radius=15",
                                    "image=3840x2160x1 dtype=f32 radius=2",
                                    "image=3840x2160x1 dtype=f32 radius=7",
                                    "image=3840x2160x1 dtype=f32 radius=15",
                                    NULL};

const brg_op brg_op_blur = {
    .name = "blur",
    .summary = "softens an image with a Gaussian",
    .syntax = "blur=SIGMA or blur=rRADIUS in pixels, then :clamp, :zero, :reflect or :wrap",
    .params_size = sizeof(brg_blur_params),
    .defaults = &defaults,
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = brg_blur_variants,
    .variant_count = BRG_BLUR_VARIANT_COUNT,
    .tunables = brg_blur_tunables,
    .tunable_count = BRG_BLUR_TUNABLE_COUNT,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan_blur,
    .sequential = brg_blur_sequential,
    .naive = brg_blur_naive,
    .oracle = brg_blur_oracle,
    .parse = parse,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " sigma=PIXELS radius=PIXELS border=" BRG_IMAGE_BORDERS,
    .sizes = sizes,
};
