/* "median": the middle one of the values in a window. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/ops.h"
#include "reference/median.h"

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_median_params *params = call->params;
    *output = call->inputs[0];
    brg_status status = brg_image_check("median", &call->inputs[0], error);
    if (status == BRG_OK)
        status = brg_image_check_border("median", params->border, error);
    if (status || params->size == 3 || params->size == 5)
        return status;
    brg_fail(error, BRG_E_ARGUMENT, "median was given a window of side %d", (int)params->size);
    brg_error_hint(error, "The side is 3 or 5 pixels.");
    return BRG_E_ARGUMENT;
}

/* Minima and maxima of the selection that kernels/median.cl describes: about 3 n for each n left. */
static void cost(const brg_call *call, brg_cost *result) {
    brg_image_cost(call, ((const brg_median_params *)call->params)->size == 3 ? 40.0 : 280.0,
                   result);
}

static int32_t dims(const brg_call *call, brg_dim result[BRG_MAX_DIMS]) {
    int32_t count = brg_image_dims(call, result);
    result[count++] = (brg_dim){"size", ((const brg_median_params *)call->params)->size};
    return count;
}

/* ---- plan ---- */

static const brg_variant variants[] = {
    {"naive", "one work-item per element"},
    {"strips", "one work-item per strip of rows, vectors of 16"},
};

static brg_status plan_median(const brg_call *call, const char *variant,
                              const brg_device_info *device, brg_plan *plan, brg_error *error) {
    const brg_median_params *params = call->params;
    const brg_shape *image = &call->inputs[0];
    /* At a border every vector goes through a patch of `size` rows. */
    double rounds = (double)brg_image_pitch(image) / 16.0 * params->size * 70.0 + 400.0;
    int64_t rows = brg_image_strip_rows(image, 1, 1, rounds, device);
    brg_status status = brg_image_variant(&brg_op_median, variant, device,
                                          rows ? "strips" : "naive", "naive", &variant, error);
    bool strips = !status && strcmp(variant, "strips") == 0;
    if (strips && rows == 0)
        status = brg_image_fail_rounds(&brg_op_median, variant, error);
    if (status)
        return status;
    brg_launch *launch =
        strips ? brg_image_launch_strips(plan, "median", "median_strips", image, 1, rows)
               : brg_image_launch_elements(plan, "median", "median_naive", image, device);
    brg_launch_option(launch, "-DSIZE=%d", (int)params->size);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, brg_image_h(image));
    brg_arg_i32(launch, brg_image_w(image));
    brg_arg_i32(launch, brg_image_c(image));
    brg_arg_i32(launch, params->border);
    if (strips)
        brg_arg_i32(launch, rows);
    brg_arg_first(launch);
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
    return BRG_OK;
}

/* ---- text and examples ---- */

static brg_status parse(const char *text, const brg_shape *input, void *params, brg_error *error) {
    (void)input;
    brg_median_params *own = params;
    brg_options options;
    int64_t size = 0;
    *own = (brg_median_params){0};
    bool read = brg_options_split(text, &options) && options.count >= 1 && options.count <= 2 &&
                brg_option_count(options.fields[0], &size);
    if (read && options.count == 2)
        read = brg_option_border(options.fields[1], &own->border);
    own->size = size < 100 ? (int32_t)size : 100; /* check() refuses what is not 3 or 5 */
    return read ? BRG_OK : brg_option_fail(&brg_op_median, text, error);
}

static brg_status example(int32_t index, uint64_t seed, brg_example *result, brg_error *error) {
    brg_image_case image;
    if (!brg_image_case_at(index, &image))
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    brg_status status = brg_image_example(result, &image, seed, error);
    brg_median_params params = {
        .size = index / 3 % 2 ? 5 : 3,
        .border = (brg_border)((index + index / BRG_BORDER_COUNT) % BRG_BORDER_COUNT)};
    size_t used = strlen(result->text);
    snprintf(result->text + used, sizeof result->text - used, "size %d %s", (int)params.size,
             brg_border_name(params.border));
    memcpy(result->params, &params, sizeof params);
    return status;
}

/* ---- row ---- */

static const brg_median_params defaults = {.size = 3};

typedef struct words {
    brg_image_words image;
    int64_t size;
    int32_t border;
} words;

static brg_status make(const char *text, uint64_t seed, brg_example *result, brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"size", BRG_WORD_INTEGER, offsetof(words, size), 3, 5, NULL},
        {"border", BRG_WORD_CHOICE, offsetof(words, border), 0, 0, BRG_IMAGE_BORDERS},
    };
    words own = {.image = BRG_IMAGE_WORDS_DEFAULT, .size = 3};
    brg_status status = brg_image_make(&brg_op_median, text, table, sizeof table / sizeof *table,
                                       &own, seed, result, error);
    if (status)
        return status;
    brg_median_params params = {(int32_t)own.size, (brg_border)own.border};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const sizes[] = {"image=640x480x4 size=3", "image=3840x2160x4 size=3",
                                    "image=3840x2160x4 size=5",
                                    "image=3840x2160x1 dtype=f32 size=5", NULL};

const brg_op brg_op_median = {
    .name = "median",
    .summary = "the middle value of a window: takes out specks, keeps edges",
    .syntax = "median=3 or median=5, then :clamp, :zero, :reflect or :wrap",
    .params_size = sizeof(brg_median_params),
    .defaults = &defaults,
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = sizeof variants / sizeof *variants,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan_median,
    .sequential = brg_median_sequential,
    .naive = brg_median_naive,
    .oracle = brg_median_oracle,
    .parse = parse,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " size=3|5 border=" BRG_IMAGE_BORDERS,
    .sizes = sizes,
};
