/* "grey": an image of one channel, of how bright its colours look. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/ops.h"
#include "reference/grey.h"

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_shape *input = &call->inputs[0];
    brg_status status = brg_image_check("grey", input, error);
    *output = brg_shape_3d(input->dtype, brg_image_h(input), brg_image_w(input), 1);
    return status;
}

static void cost(const brg_call *call, brg_cost *result) {
    brg_image_cost(call, brg_image_c(&call->inputs[0]) == 1 ? 0.0 : 5.0, result);
}

/* ---- plan ---- */

static const brg_variant variants[] = {
    {"naive", "one work-item per pixel"},
    {"strips", "one work-item per strip of rows, 16 pixels of four channels at once"},
};

static brg_status plan_grey(const brg_call *call, const char *variant,
                            const brg_device_info *device, brg_plan *plan, brg_error *error) {
    const brg_shape *image = &call->output;
    double rounds = (double)brg_image_w(image);
    int64_t rows = brg_image_strip_rows(image, 1, 1, rounds, device);
    brg_status status = brg_image_variant(&brg_op_grey, variant, device, rows ? "strips" : "naive",
                                          "naive", &variant, error);
    bool strips = !status && strcmp(variant, "strips") == 0;
    if (strips && rows == 0)
        status = brg_image_fail_rounds(&brg_op_grey, variant, error);
    if (status)
        return status;
    brg_launch *launch = strips
                             ? brg_image_launch_strips(plan, "grey", "grey_strips", image, 1, rows)
                             : brg_image_launch_elements(plan, "grey", "grey_naive", image, device);
    brg_launch_option(launch, "-DCHANNELS=%d", (int)brg_image_c(&call->inputs[0]));
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    if (strips)
        brg_arg_i32(launch, brg_image_h(image));
    brg_arg_i32(launch, brg_image_w(image));
    if (strips)
        brg_arg_i32(launch, rows);
    brg_arg_first(launch);
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
    return BRG_OK;
}

/* ---- text and examples ---- */

static brg_status parse(const char *text, const brg_shape *input, void *params, brg_error *error) {
    (void)input;
    (void)params;
    return text && *text ? brg_option_fail(&brg_op_grey, text, error) : BRG_OK;
}

static brg_status example(int32_t index, uint64_t seed, brg_example *result, brg_error *error) {
    brg_image_case image;
    if (!brg_image_case_at(index, &image))
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    return brg_image_example(result, &image, seed, error);
}

/* ---- row ---- */

static brg_status make(const char *text, uint64_t seed, brg_example *result, brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
    };
    brg_image_words own = BRG_IMAGE_WORDS_DEFAULT;
    return brg_image_make(&brg_op_grey, text, table, sizeof table / sizeof *table, &own, seed,
                          result, error);
}

static const char *const sizes[] = {"image=640x480x4", "image=3840x2160x4", "image=3840x2160x3",
                                    "image=3840x2160x4 dtype=f32", NULL};

const brg_op brg_op_grey = {
    .name = "grey",
    .summary = "drops colour, keeps brightness",
    .syntax = "grey, with nothing after it",
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = sizeof variants / sizeof *variants,
    .check = check,
    .cost = cost,
    .dims = brg_image_dims,
    .plan = plan_grey,
    .sequential = brg_grey_sequential,
    .naive = brg_grey_naive,
    .oracle = brg_grey_oracle,
    .parse = parse,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX "",
    .sizes = sizes,
};
