/* "brightness" and "contrast": two names for a straight line applied to every colour element. */
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/ops.h"
#include "reference/point.h"

enum { MAX_LINES = 4 }; /* of kernels/point.cl */

static float range_of(const brg_call *call) {
    return call->inputs[0].dtype == BRG_U8 ? 255.0f : 1.0f;
}

static brg_line brightness_line(const brg_call *call) {
    const brg_brightness_params *params = call->params;
    double offset = (double)params->amount * (double)range_of(call);
    return (brg_line){.factor = 1.0f, .offset = (float)offset, .exact_offset = offset};
}

static brg_line contrast_line(const brg_call *call) {
    const brg_contrast_params *params = call->params;
    float middle = 0.5f * range_of(call);
    return (brg_line){.middle = middle,
                      .factor = params->factor,
                      .offset = middle,
                      .exact_offset = (double)middle};
}

/* ---- check ---- */

static brg_status check_number(const char *op, const char *what, float value, float lo, float hi,
                               brg_error *error) {
    if (value >= lo && value <= hi)
        return BRG_OK;
    brg_fail(error, BRG_E_ARGUMENT, "%s was given %s %g", op, what, (double)value);
    brg_error_hint(error, "The %s is a number from %g to %g.", what, (double)lo, (double)hi);
    return BRG_E_ARGUMENT;
}

static brg_status brightness_check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_brightness_params *params = call->params;
    *output = call->inputs[0];
    brg_status status = brg_image_check("brightness", &call->inputs[0], error);
    return status ? status
                  : check_number("brightness", "amount", params->amount, -1.0f, 1.0f, error);
}

static brg_status contrast_check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_contrast_params *params = call->params;
    *output = call->inputs[0];
    brg_status status = brg_image_check("contrast", &call->inputs[0], error);
    return status ? status
                  : check_number("contrast", "factor", params->factor, 0.0f, 100.0f, error);
}

static void brightness_cost(const brg_call *call, brg_cost *cost) {
    brg_image_cost(call, 1.0, cost);
}

static void contrast_cost(const brg_call *call, brg_cost *cost) {
    brg_image_cost(call, 3.0, cost);
}

/* ---- plan ---- */

static const brg_variant variants[] = {
    {"naive", "one work-item per element"},
    {"strips", "one work-item per strip of rows, vectors of 16"},
};
enum { VARIANT_COUNT = sizeof variants / sizeof *variants };

/* A line's two numbers as the kernel takes them: in * factor + offset. Bytes are rounded by cutting
 * off the fraction, with half a level in the offset. */
static void add_line(brg_launch *launch, const brg_line *line, bool u8) {
    double offset = line->exact_offset - (double)line->middle * (double)line->factor;
    brg_arg_f32(launch, line->factor);
    brg_arg_f32(launch, (float)(offset + (u8 ? 0.5 : 0.0)));
}

static void plan_line(const brg_call *call, brg_line line, const char *variant,
                      const brg_device_info *device, brg_plan *plan) {
    const brg_shape *image = &call->inputs[0];
    bool strips = strcmp(variant, "strips") == 0;
    double rounds = (double)brg_image_pitch(image) / 16.0 + 80.0;
    int64_t rows = brg_image_strip_rows(image, 1, 1, rounds, device);
    brg_launch *launch =
        strips ? brg_image_launch_strips(plan, "point", "point_strips", image, 1, rows)
               : brg_image_launch_elements(plan, "point", "point_naive", image, device);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    if (strips)
        brg_arg_i32(launch, brg_image_h(image));
    brg_arg_i32(launch, brg_image_pitch(image));
    brg_arg_i32(launch, brg_image_c(image));
    for (int32_t i = 0; i < MAX_LINES; i++)
        add_line(launch, &line, image->dtype == BRG_U8);
    if (strips)
        brg_arg_i32(launch, rows);
    brg_arg_first(launch);
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
}

static brg_status brightness_plan(const brg_call *call, const char *variant,
                                  const brg_device_info *device, brg_plan *plan, brg_error *error) {
    brg_status status =
        brg_image_variant(&brg_op_brightness, variant, device, "strips", "naive", &variant, error);
    if (status == BRG_OK)
        plan_line(call, brightness_line(call), variant, device, plan);
    return status;
}

static brg_status contrast_plan(const brg_call *call, const char *variant,
                                const brg_device_info *device, brg_plan *plan, brg_error *error) {
    brg_status status =
        brg_image_variant(&brg_op_contrast, variant, device, "strips", "naive", &variant, error);
    if (status == BRG_OK)
        plan_line(call, contrast_line(call), variant, device, plan);
    return status;
}

/* ---- reference ---- */

static void brightness_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_line line = brightness_line(call);
    brg_point_sequential(call, &line, row0, row1, output);
}

static void brightness_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_line line = brightness_line(call);
    brg_point_naive(call, &line, row0, row1, output);
}

static void brightness_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                              double *bound) {
    brg_line line = brightness_line(call);
    brg_point_oracle(call, &line, row0, row1, expected, bound);
}

static void contrast_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_line line = contrast_line(call);
    brg_point_sequential(call, &line, row0, row1, output);
}

static void contrast_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_line line = contrast_line(call);
    brg_point_naive(call, &line, row0, row1, output);
}

static void contrast_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                            double *bound) {
    brg_line line = contrast_line(call);
    brg_point_oracle(call, &line, row0, row1, expected, bound);
}

/* ---- text and examples ---- */

static bool read_only_number(const char *text, float *value) {
    brg_options options;
    return brg_options_split(text, &options) && options.count == 1 &&
           brg_option_number(options.fields[0], value);
}

static brg_status brightness_parse(const char *text, const brg_shape *input, void *params,
                                   brg_error *error) {
    (void)input;
    brg_brightness_params *own = params;
    return read_only_number(text, &own->amount) ? BRG_OK
                                                : brg_option_fail(&brg_op_brightness, text, error);
}

static brg_status contrast_parse(const char *text, const brg_shape *input, void *params,
                                 brg_error *error) {
    (void)input;
    brg_contrast_params *own = params;
    return read_only_number(text, &own->factor) ? BRG_OK
                                                : brg_option_fail(&brg_op_contrast, text, error);
}

/* Both params structs are one float. */
static brg_status example_of(int32_t index, uint64_t seed, const float *values, int32_t count,
                             brg_example *example, brg_error *error) {
    brg_image_case image;
    if (!brg_image_case_at(index, &image))
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    brg_status status = brg_image_example(example, &image, seed, error);
    float value = values[index % count];
    size_t used = strlen(example->text);
    snprintf(example->text + used, sizeof example->text - used, "by %g", (double)value);
    memcpy(example->params, &value, sizeof value);
    return status;
}

static brg_status brightness_example(int32_t index, uint64_t seed, brg_example *example,
                                     brg_error *error) {
    static const float amounts[] = {0.1f, -0.37f, 0.0f, 1.0f, -1.0f};
    return example_of(index, seed, amounts, 5, example, error);
}

static brg_status contrast_example(int32_t index, uint64_t seed, brg_example *example,
                                   brg_error *error) {
    static const float factors[] = {1.2f, 0.0f, 0.33f, 1.0f, 100.0f};
    return example_of(index, seed, factors, 5, example, error);
}

/* ---- rows ---- */

static const brg_brightness_params brightness_defaults = {.amount = 0.1f};
static const brg_contrast_params contrast_defaults = {.factor = 1.2f};

const brg_op brg_op_brightness = {
    .name = "brightness",
    .summary = "makes an image brighter or darker",
    .syntax = "brightness=AMOUNT, from -1 (black) to 1 (white)",
    .params_size = sizeof(brg_brightness_params),
    .defaults = &brightness_defaults,
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .check = brightness_check,
    .cost = brightness_cost,
    .dims = brg_image_dims,
    .plan = brightness_plan,
    .sequential = brightness_sequential,
    .naive = brightness_naive,
    .oracle = brightness_oracle,
    .parse = brightness_parse,
    .example = brightness_example,
};

const brg_op brg_op_contrast = {
    .name = "contrast",
    .summary = "spreads grey levels away from the middle, or draws them together",
    .syntax = "contrast=FACTOR, from 0 (all grey) over 1 (no change) to 100",
    .params_size = sizeof(brg_contrast_params),
    .defaults = &contrast_defaults,
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .check = contrast_check,
    .cost = contrast_cost,
    .dims = brg_image_dims,
    .plan = contrast_plan,
    .sequential = contrast_sequential,
    .naive = contrast_naive,
    .oracle = contrast_oracle,
    .parse = contrast_parse,
    .example = contrast_example,
};
