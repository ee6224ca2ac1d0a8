/* "edge": the gradient after Sobel, its magnitude or one component. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/ops.h"
#include "reference/edge.h"

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_edge_params *params = call->params;
    *output = call->inputs[0];
    brg_status status = brg_image_check("edge", &call->inputs[0], error);
    if (status == BRG_OK)
        status = brg_image_check_border("edge", params->border, error);
    if (status || (unsigned)params->component < BRG_EDGE_COMPONENT_COUNT)
        return status;
    brg_fail(error, BRG_E_ARGUMENT, "edge was given component %d, which does not exist",
             (int)params->component);
    return brg_error_hint(error, "The components are magnitude, gx and gy.");
}

/* Two gradients of 8 operations each, and 5 for the magnitude; or one, and its scale. */
static void cost(const brg_call *call, brg_cost *result) {
    const brg_edge_params *params = call->params;
    brg_image_cost(call, params->component == BRG_EDGE_MAGNITUDE ? 21.0 : 10.0, result);
}

static const brg_variant variants[] = {
    {"naive", "one work-item per element, the border's rule at every read"},
    {"strips", "one work-item per strip of rows, vectors of 16 inside the rim"},
    {"tiles", "as strips, 4 rows at once, which share what they add up"},
};

static brg_status plan_edge(const brg_call *call, const char *variant,
                            const brg_device_info *device, brg_plan *plan, brg_error *error) {
    const brg_edge_params *params = call->params;
    const brg_shape *image = &call->inputs[0];
    double rounds = (double)brg_image_pitch(image) + 32.0; /* on the rim one for each element */
    int64_t rows = brg_image_strip_rows(image, 1, 4, 4.0 * rounds, device);
    brg_status status = brg_image_variant(&brg_op_edge, variant, device, rows ? "tiles" : "naive",
                                          "naive", &variant, error);
    bool strips = !status && strcmp(variant, "naive") != 0;
    if (strips && rows == 0)
        status = brg_image_fail_rounds(&brg_op_edge, variant, error);
    if (status)
        return status;
    const char *kernel = strcmp(variant, "tiles") == 0 ? "edge_tiles" : "edge_strips";
    brg_launch *launch = strips
                             ? brg_image_launch_strips(plan, "edge", kernel, image, 1, rows)
                             : brg_image_launch_elements(plan, "edge", "edge_naive", image, device);
    brg_launch_option(launch, "-DCOMPONENT=%d", (int)params->component);
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

/* "gx" or "gy"; 0, the magnitude, of any other text. */
static int32_t component_of(const char *text) {
    bool x = strcmp(text, "gx") == 0, y = strcmp(text, "gy") == 0;
    return x ? BRG_EDGE_X : y ? BRG_EDGE_Y : BRG_EDGE_MAGNITUDE;
}

static brg_status parse(const char *text, const brg_shape *input, void *params, brg_error *error) {
    (void)input;
    brg_edge_params *own = params;
    brg_options options;
    *own = (brg_edge_params){0};
    bool read = brg_options_split(text, &options);
    int32_t component = read && options.count ? component_of(options.fields[0]) : 0;
    own->component = (brg_edge_component)component;
    if (read && options.count > (component > 0))
        read = options.count == 1 + (component > 0) &&
               brg_option_border(options.fields[component > 0], &own->border);
    return read ? BRG_OK : brg_option_fail(&brg_op_edge, text, error);
}

static brg_status example(int32_t index, uint64_t seed, brg_example *result, brg_error *error) {
    brg_image_case image;
    if (!brg_image_case_at(index, &image))
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    brg_status status = brg_image_example(result, &image, seed, error);
    brg_edge_params params = {
        .border = (brg_border)((index + index / 4) % BRG_BORDER_COUNT),
        .component = (brg_edge_component)(index % BRG_EDGE_COMPONENT_COUNT),
    };
    static const char *const components[] = {"magnitude", "gx", "gy"};
    size_t used = strlen(result->text);
    snprintf(result->text + used, sizeof result->text - used, "%s %s", components[params.component],
             brg_border_name(params.border));
    memcpy(result->params, &params, sizeof params);
    return status;
}

/* ---- row ---- */

typedef struct words {
    brg_image_words image;
    int32_t border, component;
} words;

static brg_status make(const char *text, uint64_t seed, brg_example *result, brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"border", BRG_WORD_CHOICE, offsetof(words, border), 0, 0, BRG_IMAGE_BORDERS},
        {"component", BRG_WORD_CHOICE, offsetof(words, component), 0, 0, "magnitude|gx|gy"},
    };
    words own = {.image = BRG_IMAGE_WORDS_DEFAULT};
    brg_status status = brg_image_make(&brg_op_edge, text, table, sizeof table / sizeof *table,
                                       &own, seed, result, error);
    if (status)
        return status;
    brg_edge_params params = {(brg_border)own.border, (brg_edge_component)own.component};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const sizes[] = {"image=640x480x4", "image=3840x2160x4",
                                    "image=3840x2160x1 dtype=f32", "image=3840x2160x4 component=gx",
                                    NULL};

const brg_op brg_op_edge = {
    .name = "edge",
    .summary = "shows how steep an image is, after Sobel",
    .syntax = "edge, edge=gx or edge=gy, then clamp, zero, reflect or wrap: edge=gx:wrap",
    .params_size = sizeof(brg_edge_params),
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = sizeof variants / sizeof *variants,
    .check = check,
    .cost = cost,
    .dims = brg_image_dims,
    .plan = plan_edge,
    .sequential = brg_edge_sequential,
    .naive = brg_edge_naive,
    .oracle = brg_edge_oracle,
    .parse = parse,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " border=" BRG_IMAGE_BORDERS " component=magnitude|gx|gy",
    .sizes = sizes,
};
