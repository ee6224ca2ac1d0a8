/* "sharpen": unsharp masking. Its kernels are those of blur with another last step. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/blur.h"
#include "ops/image_op.h"
#include "ops/ops.h"
#include "reference/sharpen.h"

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_sharpen_params *params = call->params;
    *output = call->inputs[0];
    brg_status status = brg_image_check("sharpen", &call->inputs[0], error);
    if (status == BRG_OK)
        status = brg_image_check_border("sharpen", params->border, error);
    if (status)
        return status;
    if (!(params->amount >= 0.0f && params->amount <= 10.0f)) {
        brg_fail(error, BRG_E_ARGUMENT, "sharpen was given amount %g", (double)params->amount);
        brg_error_hint(error, "The amount is a number from 0 to 10.");
        return BRG_E_ARGUMENT;
    }
    brg_blur_params blur = brg_sharpen_blur(params);
    return brg_blur_check_gauss("sharpen", &blur, error);
}

static void cost(const brg_call *call, brg_cost *result) {
    brg_blur_params blur = brg_sharpen_blur(call->params);
    brg_image_cost(call, brg_blur_flops(&blur) + 3.0, result);
}

static int32_t dims(const brg_call *call, brg_dim result[BRG_MAX_DIMS]) {
    return brg_image_dims(call, result);
}

static brg_status plan_sharpen(const brg_call *call, const char *variant,
                               const brg_device_info *device, brg_plan *plan, brg_error *error) {
    const brg_sharpen_params *params = call->params;
    brg_blur_params blur = brg_sharpen_blur(params);
    return brg_blur_plan_call(&brg_op_sharpen, call, &blur, &params->amount, variant, device, plan,
                              error);
}

/* ---- text and examples ---- */

/* "sigma=1.5", or a border. */
static bool read_field(const char *field, brg_sharpen_params *params) {
    static const char sigma[] = "sigma=";
    size_t length = sizeof sigma - 1;
    if (strncmp(field, sigma, length) == 0)
        return brg_option_number(field + length, &params->sigma) && params->sigma > 0.0f;
    return brg_option_border(field, &params->border);
}

static brg_status parse(const char *text, const brg_shape *input, void *params, brg_error *error) {
    (void)input;
    brg_sharpen_params *own = params;
    brg_options options;
    *own = (brg_sharpen_params){0};
    bool read = brg_options_split(text, &options) && options.count >= 1 &&
                brg_option_number(options.fields[0], &own->amount);
    for (int32_t i = 1; read && i < options.count; i++)
        read = read_field(options.fields[i], own);
    return read ? BRG_OK : brg_option_fail(&brg_op_sharpen, text, error);
}

static brg_status example(int32_t index, uint64_t seed, brg_example *result, brg_error *error) {
    static const float amounts[] = {0.8f, 0.0f, 10.0f, 1.5f, 3.0f};
    static const float sigmas[] = {0.0f, 0.5f, 2.5f, 8.0f};
    brg_image_case image;
    if (!brg_image_case_at(index, &image))
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    brg_status status = brg_image_example(result, &image, seed, error);
    brg_sharpen_params params = {.amount = amounts[index % 5],
                                 .sigma = sigmas[index % 4],
                                 .border = (brg_border)((index + index / 4) % BRG_BORDER_COUNT)};
    size_t used = strlen(result->text);
    snprintf(result->text + used, sizeof result->text - used, "by %g sigma %g %s",
             (double)params.amount, (double)params.sigma, brg_border_name(params.border));
    memcpy(result->params, &params, sizeof params);
    return status;
}

/* ---- row ---- */

static const brg_sharpen_params defaults = {.amount = 1.0f};

typedef struct words {
    brg_image_words image;
    double amount, sigma;
    int32_t border;
} words;

static brg_status make(const char *text, uint64_t seed, brg_example *result, brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"amount", BRG_WORD_NUMBER, offsetof(words, amount), 0, 10, NULL},
        {"sigma", BRG_WORD_NUMBER, offsetof(words, sigma), 0, 1000, NULL},
        {"border", BRG_WORD_CHOICE, offsetof(words, border), 0, 0, BRG_IMAGE_BORDERS},
    };
    words own = {.image = BRG_IMAGE_WORDS_DEFAULT, .amount = 1.0};
    brg_status status = brg_image_make(&brg_op_sharpen, text, table, sizeof table / sizeof *table,
                                       &own, seed, result, error);
    if (status)
        return status;
    brg_sharpen_params params = {(float)own.amount, (float)own.sigma, (brg_border)own.border};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const sizes[] = {"image=640x480x4", "image=3840x2160x4",
                                    "image=3840x2160x1 dtype=f32", NULL};

const brg_op brg_op_sharpen = {
    .name = "sharpen",
    .summary = "sharpens an image by moving it away from its blur",
    .syntax = "sharpen=AMOUNT from 0 to 10, then :sigma=PIXELS, :clamp, :zero, :reflect or :wrap",
    .params_size = sizeof(brg_sharpen_params),
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
    .plan = plan_sharpen,
    .sequential = brg_sharpen_sequential,
    .naive = brg_sharpen_naive,
    .oracle = brg_sharpen_oracle,
    .parse = parse,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " amount=A sigma=PIXELS border=" BRG_IMAGE_BORDERS,
    .sizes = sizes,
};
