/* "box": the mean over a square. Its kernels are those of blur, with weights that are all the same,
 * and one of its own for bytes. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/blur.h"
#include "ops/image_op.h"
#include "ops/ops.h"
#include "reference/blur.h"
#include "reference/box.h"

/* ---- check ---- */

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_box_params *params = call->params;
    *output = call->inputs[0];
    brg_status status = brg_image_check("box", &call->inputs[0], error);
    if (status == BRG_OK)
        status = brg_image_check_border("box", params->border, error);
    if (status || (params->radius >= 1 && params->radius <= BRG_BLUR_MAX_RADIUS))
        return status;
    brg_fail(error, BRG_E_ARGUMENT, "box was given radius %d", (int)params->radius);
    brg_error_hint(error, "The radius is a number of pixels from 1 to %d.", BRG_BLUR_MAX_RADIUS);
    return BRG_E_ARGUMENT;
}

/* Each sum gains one term and loses one, down and along. */
static void cost(const brg_call *call, brg_cost *result) {
    brg_image_cost(call, 5.0, result);
}

static int32_t dims(const brg_call *call, brg_dim result[BRG_MAX_DIMS]) {
    int32_t count = brg_image_dims(call, result);
    result[count++] = (brg_dim){"radius", ((const brg_box_params *)call->params)->radius};
    return count;
}

/* ---- plan ---- */

enum { RUNNING = BRG_BLUR_VARIANT_COUNT, VARIANT_COUNT };

static const brg_variant variants[VARIANT_COUNT] = {
    {"naive", "one work-item per element, the whole window"},
    {"passes", "along the rows, then down the columns, one work-item per element"},
    {"strips", "both passes on a strip in local memory, 8 rows of 16 elements at once"},
    {"unrolled", "as strips, built for the radius: every loop over the window unrolled"},
    [RUNNING] = {"running", "bytes: sums that run down the columns and along the rows"},
};

/* brg_blur_plan_call looks for its own tunables at their places in brg_blur_tunables. */
enum { RUNNING_FROM = BRG_BLUR_TUNABLE_COUNT, TUNABLE_COUNT };

static const brg_tunable tunables[TUNABLE_COUNT] = {
    {"span", "elements across a strip", "unrolled", 960, 960, {480, 960, 1920}},
    {"unroll",
     "the largest radius that is unrolled: each needs a build of its own",
     NULL,
     8,
     8,
     {8, 16, 24, 31}},
    [RUNNING_FROM] =
        {"running", "the radius from which sums of bytes run", NULL, 7, 7, {1, 2, 4, 8, 16}},
};

enum { SPAN = 960, STEP = 64 }; /* of kernels/box.cl; rows that make up for the first sums */

/* Rows of a strip, or 0 if running sums cannot do it. Rounds of loops in a step of rows: all columns
 * outside summed anew, at most, which far ones are. */
static int64_t running_rows(const brg_call *call, const brg_device_info *device) {
    const brg_box_params *params = call->params;
    const brg_shape *image = &call->inputs[0];
    double reach = (double)params->radius * (double)brg_image_c(image);
    double taps = 2.0 * params->radius + 1.0, line = SPAN + 2.0 * reach;
    double rounds = STEP * (2.0 * line / 16.0 + 2.0 * reach * (taps + 1.0) + line) + taps * line;
    double bytes = (2.0 * line + 16.0) * sizeof(int32_t);
    if (image->dtype != BRG_U8 || bytes > (double)device->local_memory)
        return 0;
    int64_t across = (brg_image_pitch(image) + SPAN - 1) / SPAN;
    return brg_image_strip_rows(image, across, STEP, rounds, device);
}

static void plan_running(const brg_call *call, int64_t rows, brg_plan *plan) {
    const brg_box_params *params = call->params;
    const brg_shape *image = &call->inputs[0];
    size_t c = (size_t)brg_image_c(image), line = SPAN + 2 * (size_t)params->radius * c;
    int64_t side = 2 * params->radius + 1;
    int64_t across = (brg_image_pitch(image) + SPAN - 1) / SPAN;
    brg_launch *launch = brg_image_launch_strips(plan, "box", "box_running", image, across, rows);
    brg_launch_option(launch, "-DCHANNELS=%d", (int)c);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, brg_image_h(image));
    brg_arg_i32(launch, brg_image_w(image));
    brg_arg_i32(launch, params->border);
    brg_arg_i32(launch, params->radius);
    brg_arg_f32(launch, 1.0f / (float)(side * side));
    brg_arg_i32(launch, rows);
    brg_arg_local(launch, line * sizeof(int32_t));
    brg_arg_local(launch, (line + c) * sizeof(int32_t));
    brg_arg_first(launch);
    snprintf(plan->variant, sizeof plan->variant, "running");
}

static bool wants_running(const brg_call *call, const char *variant, const brg_device_info *device,
                          const brg_plan *plan) {
    if (variant)
        return strcmp(variant, "running") == 0;
    const brg_box_params *params = call->params;
    const char *chosen = NULL;
    brg_image_variant(&brg_op_box, NULL, device, "running", "passes", &chosen, NULL);
    return strcmp(chosen, "running") == 0 && params->radius >= plan->tuned[RUNNING_FROM] &&
           running_rows(call, device) > 0;
}

static brg_status plan_box(const brg_call *call, const char *variant, const brg_device_info *device,
                           brg_plan *plan, brg_error *error) {
    brg_blur_params blur = brg_box_blur(call->params);
    if (!wants_running(call, variant, device, plan))
        return brg_blur_plan_call(&brg_op_box, call, &blur, NULL, variant, device, plan, error);
    int64_t rows = running_rows(call, device);
    if (rows > 0) {
        plan_running(call, rows, plan);
        return BRG_OK;
    }
    brg_fail(error, BRG_E_UNSUPPORTED,
             "box runs its sums on bytes only, and within a device's "
             "limits of local memory and loops");
    brg_error_hint(error, "Use the variant strips, or none to let box choose.");
    return BRG_E_UNSUPPORTED;
}

/* ---- text and examples ---- */

static brg_status parse(const char *text, const brg_shape *input, void *params, brg_error *error) {
    (void)input;
    brg_box_params *own = params;
    brg_options options;
    int64_t radius = 0;
    *own = (brg_box_params){0};
    bool read = brg_options_split(text, &options) && options.count >= 1 && options.count <= 2 &&
                brg_option_count(options.fields[0], &radius);
    if (read && options.count == 2)
        read = brg_option_border(options.fields[1], &own->border);
    own->radius = (int32_t)(radius > BRG_BLUR_MAX_RADIUS ? BRG_BLUR_MAX_RADIUS + 1 : radius);
    return read ? BRG_OK : brg_option_fail(&brg_op_box, text, error);
}

static brg_status example(int32_t index, uint64_t seed, brg_example *result, brg_error *error) {
    static const int32_t radii[] = {1, 40, 5, 4, 127, 2};
    brg_image_case image;
    if (!brg_image_case_at(index, &image))
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    brg_status status = brg_image_example(result, &image, seed, error);
    brg_box_params params = {
        .radius = radii[(image.dtype == BRG_U8 ? 0 : 3) + index / 3 % 3],
        .border = (brg_border)((index + index / BRG_BORDER_COUNT) % BRG_BORDER_COUNT)};
    size_t used = strlen(result->text);
    snprintf(result->text + used, sizeof result->text - used, "radius %d %s", (int)params.radius,
             brg_border_name(params.border));
    memcpy(result->params, &params, sizeof params);
    return status;
}

/* ---- row ---- */

static const brg_box_params defaults = {.radius = 2};

typedef struct words {
    brg_image_words image;
    int64_t radius;
    int32_t border;
} words;

static brg_status make(const char *text, uint64_t seed, brg_example *result, brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"radius", BRG_WORD_INTEGER, offsetof(words, radius), 1, BRG_BLUR_MAX_RADIUS, NULL},
        {"border", BRG_WORD_CHOICE, offsetof(words, border), 0, 0, BRG_IMAGE_BORDERS},
    };
    words own = {.image = BRG_IMAGE_WORDS_DEFAULT, .radius = 2};
    brg_status status = brg_image_make(&brg_op_box, text, table, sizeof table / sizeof *table, &own,
                                       seed, result, error);
    if (status)
        return status;
    brg_box_params params = {(int32_t)own.radius, (brg_border)own.border};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const sizes[] = {"image=640x480x4 radius=2", "image=3840x2160x4 radius=2",
                                    "image=3840x2160x4 radius=15",
                                    "image=3840x2160x1 dtype=f32 radius=7", NULL};

const brg_op brg_op_box = {
    .name = "box",
    .summary = "the mean over a square",
    .syntax = "box=RADIUS in pixels, then :clamp, :zero, :reflect or :wrap",
    .params_size = sizeof(brg_box_params),
    .defaults = &defaults,
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .tunables = tunables,
    .tunable_count = TUNABLE_COUNT,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan_box,
    .sequential = brg_box_sequential,
    .naive = brg_box_naive,
    .oracle = brg_box_oracle,
    .parse = parse,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " radius=PIXELS border=" BRG_IMAGE_BORDERS,
    .sizes = sizes,
};
