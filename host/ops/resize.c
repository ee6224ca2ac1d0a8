/* "resize": an image at another size. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/ops.h"
#include "reference/resize.h"

static const char *const mode_names[BRG_RESIZE_MODE_COUNT] = {
    [BRG_RESIZE_BILINEAR] = "bilinear",
    [BRG_RESIZE_NEAREST] = "nearest",
    [BRG_RESIZE_AREA] = "area",
    [BRG_RESIZE_BICUBIC] = "bicubic",
};

/* ---- check ---- */

/* The side that keeps the proportions when the other becomes `given` instead of `from`: at least 1.
 */
static int64_t proportional(int64_t side, int64_t given, int64_t from) {
    int64_t result = (side * given + from / 2) / from;
    return result > 0 ? result : 1;
}

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_resize_params *params = call->params;
    const brg_shape *input = &call->inputs[0];
    brg_status status = brg_image_check("resize", input, error);
    if (status)
        return status;
    if ((unsigned)params->mode >= BRG_RESIZE_MODE_COUNT) {
        brg_fail(error, BRG_E_ARGUMENT, "resize was given mode %d, which does not exist",
                 (int)params->mode);
        brg_error_hint(error, "The modes are bilinear, nearest, area and bicubic.");
        return BRG_E_ARGUMENT;
    }
    int64_t h = brg_image_h(input), w = brg_image_w(input), c = brg_image_c(input);
    if (h == 0 || w == 0) {
        brg_fail(error, BRG_E_SHAPE, "resize cannot enlarge an empty image");
        brg_error_hint(error, "Give an image of at least one pixel.");
        return BRG_E_SHAPE;
    }
    int64_t width = params->width, height = params->height;
    bool sane = width >= 0 && height >= 0 && width <= BRG_IMAGE_MAX_SIDE &&
                height <= BRG_IMAGE_MAX_SIDE && (width || height);
    if (sane && width == 0)
        width = proportional(w, height, h);
    if (sane && height == 0)
        height = proportional(h, width, w);
    if (!sane || width > BRG_IMAGE_MAX_SIDE || height > BRG_IMAGE_MAX_SIDE) {
        brg_fail(error, BRG_E_SHAPE, "resize cannot make an image of %lldx%lld pixels",
                 (long long)width, (long long)height);
        brg_error_hint(error, "Give a width, a height or both, from 1 to %d.", BRG_IMAGE_MAX_SIDE);
        return BRG_E_SHAPE;
    }
    *output = brg_shape_3d(input->dtype, height, width, c);
    return brg_shape_size(output, NULL, NULL, error);
}

static brg_axis axis_x(const brg_call *call) {
    const brg_resize_params *params = call->params;
    return (brg_axis){brg_image_w(&call->inputs[0]), brg_image_w(&call->output), params->mode};
}

static brg_axis axis_y(const brg_call *call) {
    const brg_resize_params *params = call->params;
    return (brg_axis){brg_image_h(&call->inputs[0]), brg_image_h(&call->output), params->mode};
}

/* Rows blended for every column of the source that is used, then columns. */
static void cost(const brg_call *call, brg_cost *result) {
    brg_axis x = axis_x(call), y = axis_y(call);
    double used = fmax(1.0, (double)x.in / (double)x.out);
    double down = 2.0 * (double)brg_axis_reach(&y) * used;
    brg_image_cost(call, down + 2.0 * (double)brg_axis_reach(&x), result);
}

static int32_t dims(const brg_call *call, brg_dim result[BRG_MAX_DIMS]) {
    int32_t count = brg_image_dims(call, result);
    result[count++] = (brg_dim){"w_out", brg_image_w(&call->output)};
    result[count++] = (brg_dim){"h_out", brg_image_h(&call->output)};
    return count;
}

/* ---- plan ---- */

static const brg_variant variants[] = {
    {"naive", "one work-item per element, weights worked out for each"},
    {"strips", "a strip of columns: weights once, rows blended into local memory by vectors of 16"},
    {"halves", "for half the width and height: the mean of 2 x 2 pixels, by vectors"},
};

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
    brg_axis x = axis_x(call);
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
    brg_axis x = axis_x(call), y = axis_y(call);
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

static brg_status fail_strips(const brg_call *call, brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED,
             "resize in strips cannot shrink %lldx%lld to %lldx%lld: a pixel covers too many",
             (long long)brg_image_w(&call->inputs[0]), (long long)brg_image_h(&call->inputs[0]),
             (long long)brg_image_w(&call->output), (long long)brg_image_h(&call->output));
    brg_error_hint(error, "Use the variant naive, or none to let resize choose.");
    return BRG_E_UNSUPPORTED;
}

static brg_status fail_halves(brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED,
             "resize in halves needs half the width and height, bilinear or area");
    brg_error_hint(error, "Use the variant strips, or none to let resize choose.");
    return BRG_E_UNSUPPORTED;
}

static bool naive_fits(const brg_call *call, const brg_device_info *device) {
    brg_axis x = axis_x(call), y = axis_y(call);
    double rounds = (double)brg_axis_reach(&y) * (1.0 + (double)brg_axis_reach(&x));
    return rounds <= (double)brg_loop_limit(device);
}

static brg_status plan_resize(const brg_call *call, const char *variant,
                              const brg_device_info *device, brg_plan *plan, brg_error *error) {
    strip s;
    int64_t rows = choose_strip(call, device, &s) ? strip_rows(call, &s, device) : 0;
    int64_t halved = halves(call) ? halves_rows(call, device) : 0;
    bool vectors = brg_image_c(&call->inputs[0]) != 3; /* of three channels there are none */
    const char *on_cpu = halved && vectors ? "halves" : rows ? "strips" : "naive";
    const char *elsewhere = rows && !naive_fits(call, device) ? "strips" : "naive";
    brg_status status =
        brg_image_variant(&brg_op_resize, variant, device, on_cpu, elsewhere, &variant, error);
    if (status)
        return status;
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
    if (strcmp(variant, "halves") == 0)
        return halved ? plan_halves(call, halved, plan), BRG_OK : fail_halves(error);
    if (strcmp(variant, "strips") == 0)
        return rows ? plan_strips(call, &s, rows, plan), BRG_OK : fail_strips(call, error);
    if (!naive_fits(call, device))
        return brg_image_fail_rounds(&brg_op_resize, variant, error);
    plan_naive(call, device, plan);
    return BRG_OK;
}

/* ---- text and examples ---- */

static bool read_mode(const char *text, brg_resize_mode *mode) {
    for (int32_t i = 0; i < BRG_RESIZE_MODE_COUNT; i++)
        if (strcmp(text, mode_names[i]) == 0) {
            *mode = (brg_resize_mode)i;
            return true;
        }
    return false;
}

/* A side scaled by a percentage: rounded, at least 1. What is too large is left to check() to
 * refuse. */
static int64_t scaled(int64_t side, float percent) {
    double result = floor((double)side * (double)percent / 100.0 + 0.5);
    return result < 1.0                  ? 1
           : result > BRG_IMAGE_MAX_SIDE ? BRG_IMAGE_MAX_SIDE + 1
                                         : (int64_t)result;
}

/* "50%". The text is cut at the sign. */
static bool read_percent(char *text, const brg_shape *input, brg_resize_params *params) {
    char *sign = strchr(text, '%');
    float percent;
    if (!sign || sign[1])
        return false;
    *sign = '\0';
    if (!brg_option_number(text, &percent) || !(percent > 0.0f))
        return false;
    params->width = scaled(brg_image_w(input), percent);
    params->height = scaled(brg_image_h(input), percent);
    return true;
}

static bool read_side(const char *text, int64_t *side) {
    return brg_option_count(text, side) && *side > 0;
}

/* "640x480", "640x" or "x480". The text is cut at the x. */
static bool read_size(char *text, brg_resize_params *params) {
    char *by = strchr(text, 'x');
    if (!by || !text[1])
        return false;
    *by = '\0';
    bool width = text[0] == '\0' || read_side(text, &params->width);
    bool height = by[1] == '\0' || read_side(by + 1, &params->height);
    return width && height;
}

static brg_status parse(const char *text, const brg_shape *input, void *params, brg_error *error) {
    brg_resize_params *own = params;
    brg_options options;
    *own = (brg_resize_params){0};
    bool read = brg_options_split(text, &options) && options.count >= 1 && options.count <= 2;
    if (read)
        read = strchr(options.fields[0], '%') ? read_percent(options.fields[0], input, own)
                                              : read_size(options.fields[0], own);
    if (read && options.count == 2)
        read = read_mode(options.fields[1], &own->mode);
    return read ? BRG_OK : brg_option_fail(&brg_op_resize, text, error);
}

/* Output sizes: enlarged and shrunk by odd ratios, exact halves and doubles, one pixel, one side
 * only. A factor of 0 asks for the proportions to be kept, a negative one for so many pixels. */
static const struct {
    double x, y;
} factors[] = {
    {0.5, 0.5},  {2.0, 2.0},  {1.0, 1.0}, {0.37, 1.61}, {-1, -1},
    {2.37, 0.0}, {0.0, 0.73}, {-131, -7}, {-1, 3.0},
};

static int64_t example_side(int64_t side, double factor) {
    if (factor <= 0.0)
        return (int64_t)-factor;
    int64_t result = (int64_t)((double)side * factor);
    return result > 0 ? result : 1;
}

/* The index-th awkward image that has a pixel at least; counts round. */
static brg_image_case example_image(int32_t index) {
    brg_image_case image = {0};
    for (; image.h == 0 || image.w == 0; index++)
        brg_image_case_at(index % BRG_IMAGE_CASES, &image);
    return image;
}

/* Images to be halved: their vectors, what is left of them, and less than a vector. */
static const brg_image_case halved[] = {
    {2, 2, 1, BRG_U8},    {6, 70, 1, BRG_U8},  {4, 34, 3, BRG_U8},  {10, 132, 4, BRG_U8},
    {8, 134, 1, BRG_F32}, {6, 14, 3, BRG_F32}, {4, 10, 4, BRG_F32}, {2, 66, 4, BRG_U8},
};

/* Every mode with every change of size on a few awkward images, a line that only naive can shrink,
 * and halves. */
static brg_status example(int32_t index, uint64_t seed, brg_example *result, brg_error *error) {
    enum { FACTORS = sizeof factors / sizeof *factors, ROUNDS = 3 };
    enum { LAST = FACTORS * BRG_RESIZE_MODE_COUNT * ROUNDS };
    enum { HALVED = sizeof halved / sizeof *halved };
    if (index < 0 || index > LAST + HALVED)
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    int32_t factor = index % FACTORS;
    brg_image_case image = example_image(5 * index);
    brg_resize_params params = {.width = example_side(image.w, factors[factor].x),
                                .height = example_side(image.h, factors[factor].y),
                                .mode = (brg_resize_mode)(index / FACTORS % BRG_RESIZE_MODE_COUNT)};
    if (index == LAST) {
        image = (brg_image_case){2, 4099, 4, BRG_U8};
        params = (brg_resize_params){.width = 3, .height = 2, .mode = BRG_RESIZE_AREA};
    }
    if (index > LAST) {
        image = halved[index - LAST - 1];
        params = (brg_resize_params){image.w / 2, image.h / 2,
                                     index % 2 ? BRG_RESIZE_AREA : BRG_RESIZE_BILINEAR};
    }
    brg_status status = brg_image_example(result, &image, seed, error);
    size_t used = strlen(result->text);
    snprintf(result->text + used, sizeof result->text - used, "to %lldx%lld %s",
             (long long)params.width, (long long)params.height, mode_names[params.mode]);
    memcpy(result->params, &params, sizeof params);
    return status;
}

/* ---- row ---- */

typedef struct words {
    brg_image_words image;
    brg_word_sizes to;
    int32_t mode;
} words;

static brg_status make(const char *text, uint64_t seed, brg_example *result, brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"to", BRG_WORD_SIZES, offsetof(words, to), 1, BRG_IMAGE_MAX_SIDE, NULL},
        {"mode", BRG_WORD_CHOICE, offsetof(words, mode), 0, 0, "bilinear|nearest|area|bicubic"},
    };
    words own = {.image = BRG_IMAGE_WORDS_DEFAULT, .to = {2, {1920, 1080}}};
    brg_status status = brg_image_make(&brg_op_resize, text, table, sizeof table / sizeof *table,
                                       &own, seed, result, error);
    if (status)
        return status;
    brg_resize_params params = {.width = own.to.values[0],
                                .height = own.to.count > 1 ? own.to.values[1] : 0,
                                .mode = (brg_resize_mode)own.mode};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const sizes[] = {"image=640x480x4 to=320x240",
                                    "image=3840x2160x4 to=1920x1080",
                                    "image=3840x2160x4 to=1700x956",
                                    "image=3840x2160x1 dtype=f32 to=1920x1080",
                                    "image=3840x2160x1 dtype=f32 to=1700x956",
                                    "image=3840x2160x4 to=1280x720 mode=area",
                                    "image=3840x2160x4 to=1700x956 mode=bicubic",
                                    NULL};

const brg_op brg_op_resize = {
    .name = "resize",
    .summary = "makes an image larger or smaller",
    .syntax = "resize=50%, resize=640x480, resize=640x or resize=x480, then :bilinear, :nearest, "
              ":area or :bicubic",
    .params_size = sizeof(brg_resize_params),
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = sizeof variants / sizeof *variants,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = plan_resize,
    .sequential = brg_resize_sequential,
    .naive = brg_resize_naive,
    .oracle = brg_resize_oracle,
    .parse = parse,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " to=WxH mode=bilinear|nearest|area|bicubic",
    .sizes = sizes,
};
