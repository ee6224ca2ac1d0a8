/* "lut": every colour element looked up on a curve. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/lut.h"
#include "ops/ops.h"
#include "reference/lut.h"

/* ---- check ---- */

/* What each curve's number may be; inverting takes none. */
static const struct {
    const char *name;
    float lo, hi;
} kinds[BRG_LUT_KIND_COUNT] = {
    [BRG_LUT_INVERT] = {"invert", 0.0f, 0.0f},
    [BRG_LUT_GAMMA] = {"gamma", 0.01f, 100.0f},
    [BRG_LUT_THRESHOLD] = {"threshold", 0.0f, 1.0f},
};

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_lut_params *params = call->params;
    *output = call->inputs[0];
    brg_status status = brg_image_check("lut", &call->inputs[0], error);
    if (status)
        return status;
    if ((unsigned)params->kind >= BRG_LUT_KIND_COUNT) {
        brg_fail(error, BRG_E_ARGUMENT, "lut was given curve %d, which does not exist",
                 (int)params->kind);
        brg_error_hint(error, "The curves are invert, gamma and threshold.");
        return BRG_E_ARGUMENT;
    }
    float lo = kinds[params->kind].lo, hi = kinds[params->kind].hi;
    if (params->value >= lo && params->value <= hi)
        return BRG_OK;
    brg_fail(error, BRG_E_ARGUMENT, "lut was given %s %g", kinds[params->kind].name,
             (double)params->value);
    brg_error_hint(error, "It is a number from %g to %g.", (double)lo, (double)hi);
    return BRG_E_ARGUMENT;
}

static void cost(const brg_call *call, brg_cost *result) {
    brg_image_cost(call, 1.0, result);
}

/* ---- plan ---- */

static const brg_variant variants[] = {
    {"naive", "one work-item per element"},
    {"strips", "one work-item per strip of rows, with the table in its own memory"},
};

/* The table of bytes, in a buffer of its own. Floats need none. */
static int32_t plan_table(const brg_call *call, brg_plan *plan, const brg_device_info *device) {
    const brg_lut_params *params = call->params;
    int32_t table = brg_plan_scratch(plan, 256);
    if (call->inputs[0].dtype != BRG_U8)
        return table;
    brg_launch *launch = brg_plan_add(plan, "lut", "lut_table");
    brg_launch_option(launch, "-DPIXEL_U8=1");
    brg_launch_range(launch, 0, 256, brg_row_group(device));
    launch->share = 0.001;
    brg_arg_buffer(launch, table);
    brg_arg_i32(launch, params->kind);
    brg_arg_f32(launch, brg_lut_value(params, BRG_U8));
    return table;
}

int64_t brg_lut_strip_rows(const brg_shape *image, const brg_device_info *device) {
    return brg_image_strip_rows(image, 1, 1, (double)brg_image_pitch(image) + 256.0, device);
}

void brg_lut_add_look_up(brg_plan *plan, const brg_shape *image, int32_t table,
                         const brg_lut_params *params, int64_t rows,
                         const brg_device_info *device) {
    brg_launch *launch = rows ? brg_image_launch_strips(plan, "lut", "lut_strips", image, 1, rows)
                              : brg_image_launch_elements(plan, "lut", "lut_naive", image, device);
    launch->share = 0.999;
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_buffer(launch, table);
    brg_arg_i32(launch, params->kind);
    brg_arg_f32(launch, brg_lut_value(params, image->dtype));
    if (rows)
        brg_arg_i32(launch, brg_image_h(image));
    brg_arg_i32(launch, brg_image_pitch(image));
    brg_arg_i32(launch, brg_image_c(image));
    if (rows)
        brg_arg_i32(launch, rows);
    brg_arg_first(launch);
}

static brg_status plan_lut(const brg_call *call, const char *variant, const brg_device_info *device,
                           brg_plan *plan, brg_error *error) {
    const brg_shape *image = &call->inputs[0];
    int64_t rows = brg_lut_strip_rows(image, device);
    brg_status status = brg_image_variant(&brg_op_lut, variant, device, rows ? "strips" : "naive",
                                          "naive", &variant, error);
    bool strips = !status && strcmp(variant, "strips") == 0;
    if (strips && rows == 0)
        status = brg_image_fail_rounds(&brg_op_lut, variant, error);
    if (status)
        return status;
    int32_t table = plan_table(call, plan, device);
    brg_lut_add_look_up(plan, image, table, call->params, strips ? rows : 0, device);
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
    return BRG_OK;
}

/* ---- text and examples ---- */

static bool read_kind(const char *text, brg_lut_kind *kind) {
    for (int32_t i = 0; i < BRG_LUT_KIND_COUNT; i++)
        if (strcmp(text, kinds[i].name) == 0) {
            *kind = (brg_lut_kind)i;
            return true;
        }
    return false;
}

static brg_status parse(const char *text, const brg_shape *input, void *params, brg_error *error) {
    (void)input;
    brg_lut_params *own = params;
    brg_options options;
    *own = (brg_lut_params){0};
    bool read = brg_options_split(text, &options) && options.count >= 1 &&
                read_kind(options.fields[0], &own->kind) &&
                options.count == (own->kind == BRG_LUT_INVERT ? 1 : 2);
    if (read && options.count == 2)
        read = brg_option_number(options.fields[1], &own->value);
    return read ? BRG_OK : brg_option_fail(&brg_op_lut, text, error);
}

static brg_status example(int32_t index, uint64_t seed, brg_example *result, brg_error *error) {
    static const brg_lut_params curves[] = {
        {BRG_LUT_INVERT, 0.0f},    {BRG_LUT_GAMMA, 2.2f},       {BRG_LUT_THRESHOLD, 0.5f},
        {BRG_LUT_GAMMA, 0.4545f},  {BRG_LUT_THRESHOLD, 0.123f}, {BRG_LUT_GAMMA, 100.0f},
        {BRG_LUT_THRESHOLD, 0.0f},
    };
    brg_image_case image;
    if (!brg_image_case_at(index, &image))
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    brg_status status = brg_image_example(result, &image, seed, error);
    brg_lut_params params = curves[index % (int32_t)(sizeof curves / sizeof *curves)];
    size_t used = strlen(result->text);
    snprintf(result->text + used, sizeof result->text - used, "%s %g", kinds[params.kind].name,
             (double)params.value);
    memcpy(result->params, &params, sizeof params);
    return status;
}

typedef struct words {
    brg_image_words image;
    int32_t curve;
    double value;
} words;

static brg_status make(const char *text, uint64_t seed, brg_example *result, brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"curve", BRG_WORD_CHOICE, offsetof(words, curve), 0, 0, "invert|gamma|threshold"},
        {"value", BRG_WORD_NUMBER, offsetof(words, value), 0, 100, NULL},
    };
    words own = {.image = BRG_IMAGE_WORDS_DEFAULT, .curve = BRG_LUT_GAMMA, .value = 2.2};
    brg_status status = brg_image_make(&brg_op_lut, text, table, sizeof table / sizeof *table, &own,
                                       seed, result, error);
    if (status)
        return status;
    brg_lut_params params = {(brg_lut_kind)own.curve,
                             own.curve == BRG_LUT_INVERT ? 0.0f : (float)own.value};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const sizes[] = {"image=640x480x4", "image=3840x2160x4",
                                    "image=3840x2160x1 dtype=f32", NULL};

/* ---- row ---- */

static const brg_lut_params defaults = {BRG_LUT_GAMMA, 2.2f};

const brg_op brg_op_lut = {
    .name = "lut",
    .summary = "looks every colour up on a curve",
    .syntax = "lut=invert, lut=gamma:EXPONENT or lut=threshold:LEVEL from 0 to 1",
    .params_size = sizeof(brg_lut_params),
    .defaults = &defaults,
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = sizeof variants / sizeof *variants,
    .check = check,
    .cost = cost,
    .dims = brg_image_dims,
    .plan = plan_lut,
    .sequential = brg_lut_sequential,
    .naive = brg_lut_naive,
    .oracle = brg_lut_oracle,
    .parse = parse,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " curve=invert|gamma|threshold value=V",
    .sizes = sizes,
};
