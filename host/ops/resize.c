/* "resize": an image at another size. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/ops.h"
#include "ops/resize.h"
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

/* Rows blended for every column of the source that is used, then columns. */
static void cost(const brg_call *call, brg_cost *result) {
    brg_axis x = brg_resize_x(call), y = brg_resize_y(call);
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
    .variants = brg_resize_variants,
    .variant_count = BRG_RESIZE_VARIANT_COUNT,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = brg_resize_plan,
    .sequential = brg_resize_sequential,
    .naive = brg_resize_naive,
    .oracle = brg_resize_oracle,
    .parse = parse,
    .example = example,
    .make = make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " to=WxH mode=bilinear|nearest|area|bicubic",
    .sizes = sizes,
};
