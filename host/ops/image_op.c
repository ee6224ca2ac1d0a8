/* Shared parts of the image ops: shapes, launches, options and examples. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/ops.h"

/* ---- shapes ---- */

brg_status brg_image_check(const char *op, const brg_shape *shape, brg_error *error) {
    if (shape->rank != 3) {
        char text[64];
        brg_fail(error, BRG_E_SHAPE, "%s needs an image {height, width, channels}, not %s", op,
                 brg_shape_text(shape, text, sizeof text));
        brg_error_hint(error, "Give a tensor of rank 3 with 1, 3 or 4 channels.");
        return BRG_E_SHAPE;
    }
    if (shape->dtype != BRG_U8 && shape->dtype != BRG_F32) {
        brg_fail(error, BRG_E_UNSUPPORTED, "%s does not work on %s images", op,
                 brg_dtype_name(shape->dtype));
        brg_error_hint(error, "Convert the image to u8 or f32.");
        return BRG_E_UNSUPPORTED;
    }
    int64_t h = shape->dims[0], w = shape->dims[1], c = shape->dims[2];
    if (c != 1 && c != 3 && c != 4) {
        brg_fail(error, BRG_E_SHAPE, "%s needs an image of 1, 3 or 4 channels, not %lld", op,
                 (long long)c);
        brg_error_hint(error, "Use grey, RGB or RGBA.");
        return BRG_E_SHAPE;
    }
    if (h < 0 || w < 0 || h > BRG_IMAGE_MAX_SIDE || w > BRG_IMAGE_MAX_SIDE) {
        brg_fail(error, BRG_E_SHAPE,
                 "%s needs an image with sides of 0 to %d pixels, not %lldx%lld", op,
                 BRG_IMAGE_MAX_SIDE, (long long)w, (long long)h);
        brg_error_hint(error, "Cut the image into parts or shrink it first.");
        return BRG_E_SHAPE;
    }
    return brg_shape_size(shape, NULL, NULL, error);
}

brg_status brg_image_check_border(const char *op, brg_border border, brg_error *error) {
    if ((unsigned)border < BRG_BORDER_COUNT)
        return BRG_OK;
    brg_fail(error, BRG_E_ARGUMENT, "%s was given border %d, which does not exist", op,
             (int)border);
    brg_error_hint(error, "The borders are clamp, zero, reflect and wrap.");
    return BRG_E_ARGUMENT;
}

int64_t brg_image_h(const brg_shape *shape) {
    return shape->dims[0];
}

int64_t brg_image_w(const brg_shape *shape) {
    return shape->dims[1];
}

int64_t brg_image_c(const brg_shape *shape) {
    return shape->dims[2];
}

int64_t brg_image_pitch(const brg_shape *shape) {
    return shape->dims[1] * shape->dims[2];
}

double brg_image_elements(const brg_shape *shape) {
    return (double)shape->dims[0] * (double)brg_image_pitch(shape);
}

void brg_image_cost(const brg_call *call, double flops, brg_cost *cost) {
    double read = brg_image_elements(&call->inputs[0]);
    double written = brg_image_elements(&call->output);
    cost->flops = flops * written;
    cost->bytes = (read + written) * (double)brg_dtype_size(call->output.dtype);
}

int32_t brg_image_dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    dims[0] = (brg_dim){"w", brg_image_w(&call->inputs[0])};
    dims[1] = (brg_dim){"h", brg_image_h(&call->inputs[0])};
    dims[2] = (brg_dim){"c", brg_image_c(&call->inputs[0])};
    return 3;
}

/* ---- launches ---- */

brg_status brg_image_variant(const brg_op *op, const char *variant, const brg_device_info *device,
                             const char *on_cpu, const char *elsewhere, const char **chosen,
                             brg_error *error) {
    if (!variant) {
        /* Where a group's work-items are the lanes of a vector, strips took 3 to 6 times as long: a CPU
         * device of this kind wants many small ones, as a GPU does. */
        bool strips = device->kind == BRG_DEVICE_CPU && !brg_counts_rounds(device);
        *chosen = strips ? on_cpu : elsewhere;
        return BRG_OK;
    }
    int32_t index = brg_variant_find(op, variant);
    if (index < 0)
        return brg_variant_unknown(op, variant, error);
    *chosen = op->variants[index].name;
    return BRG_OK;
}

static void tell_type(brg_launch *launch, const brg_shape *shape) {
    brg_launch_option(launch, "-DPIXEL_U8=%d", shape->dtype == BRG_U8);
}

brg_launch *brg_image_launch_elements(brg_plan *plan, const char *program, const char *kernel,
                                      const brg_shape *shape, const brg_device_info *device) {
    enum { GROUP = 64 }; /* a whole number of every GPU's 32 or 64 lanes, small for narrow images */
    size_t local = device->max_work_group < GROUP ? 1 : GROUP;
    brg_launch *launch = brg_plan_add(plan, program, kernel);
    tell_type(launch, shape);
    brg_launch_range(launch, 0, brg_image_pitch(shape), local);
    brg_launch_range(launch, 1, brg_image_h(shape), 1);
    launch->slice_dim = 1;
    launch->rows_per_item = 1;
    return launch;
}

int64_t brg_image_strip_rows(const brg_shape *shape, int64_t columns, int64_t step, double rounds,
                             const brg_device_info *device) {
    /* Enough work-groups to share out and to slice; a CPU runtime feels many more than this. */
    enum { GROUPS = 512 };
    int64_t across = columns < 1 ? 1 : columns < GROUPS ? columns : GROUPS;
    int64_t down = GROUPS / across;
    int64_t steps = (brg_image_h(shape) + step * down - 1) / (step * down);
    double most = (double)brg_loop_limit(device) / rounds;
    if (steps < 1)
        steps = 1;
    return step * ((double)steps > most ? (int64_t)most : steps);
}

brg_launch *brg_image_launch_strips(brg_plan *plan, const char *program, const char *kernel,
                                    const brg_shape *shape, int64_t columns, int64_t rows) {
    brg_launch *launch = brg_plan_add(plan, program, kernel);
    tell_type(launch, shape);
    brg_launch_range(launch, 0, brg_image_pitch(shape) ? columns : 0, 1);
    brg_launch_range(launch, 1, (brg_image_h(shape) + rows - 1) / rows, 1);
    launch->slice_dim = 1;
    launch->rows_per_item = rows;
    return launch;
}

bool brg_image_past_cache(const brg_shape *shape, const brg_device_info *device) {
    double bytes = brg_image_elements(shape) * (double)brg_dtype_size(shape->dtype);
    return device->kind == BRG_DEVICE_CPU && 2.0 * bytes >= (double)device->cache_memory;
}

brg_status brg_image_fail_rounds(const brg_op *op, const char *variant, brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED,
             "%s %s would loop for longer in one work-item than this device allows", op->name,
             variant);
    brg_error_hint(error, "Choose another device, another variant, or a smaller %s.",
                   strcmp(op->name, "resize") == 0 ? "change of size" : "radius");
    return BRG_E_UNSUPPORTED;
}

/* ---- options ---- */

bool brg_options_split(const char *text, brg_options *options) {
    *options = (brg_options){0};
    while (text && *text) {
        size_t length = strcspn(text, ":");
        if (length == 0 || length >= BRG_OPTION_TEXT || options->count == BRG_OPTION_FIELDS)
            return false;
        memcpy(options->fields[options->count], text, length);
        options->fields[options->count++][length] = '\0';
        text += length;
        if (*text == ':' && *++text == '\0')
            return false; /* a colon with nothing behind it */
    }
    return true;
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* Reads digits into *value and returns how many there were. Fields are short: a double holds them.
 */
static int32_t read_digits(const char **text, double *value) {
    int32_t count = 0;
    for (; is_digit(**text); ++*text, count++)
        *value = *value * 10.0 + (**text - '0');
    return count;
}

/* Reads "e-3" if it is there. Beyond 99 the exponent is no use to any filter. */
static bool read_exponent(const char **text, int32_t *exponent) {
    *exponent = 0;
    if (**text != 'e' && **text != 'E')
        return true;
    ++*text;
    bool minus = **text == '-';
    if (**text == '-' || **text == '+')
        ++*text;
    double value = 0.0;
    int32_t digits = read_digits(text, &value);
    *exponent = minus ? -(int32_t)value : (int32_t)value;
    return digits >= 1 && digits <= 2;
}

/* Not strtod: that follows the locale, and takes "nan", "inf" and hexadecimal. */
bool brg_option_number(const char *text, float *value) {
    bool minus = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    double number = 0.0;
    int32_t whole = read_digits(&text, &number), fraction = 0;
    if (*text == '.') {
        text++;
        fraction = read_digits(&text, &number);
    }
    int32_t exponent;
    if (whole + fraction == 0 || !read_exponent(&text, &exponent) || *text)
        return false;
    exponent -= fraction;
    double scale = pow(10.0, exponent < 0 ? -exponent : exponent);
    number = exponent < 0 ? number / scale : number * scale;
    *value = (float)(minus ? -number : number);
    return isfinite(*value);
}

bool brg_option_count(const char *text, int64_t *value) {
    double number = 0.0;
    int32_t digits = read_digits(&text, &number);
    *value = (int64_t)number;
    return digits >= 1 && digits <= 15 && !*text;
}

bool brg_option_border(const char *text, brg_border *border) {
    for (int32_t i = 0; i < BRG_BORDER_COUNT; i++)
        if (strcmp(text, brg_border_name((brg_border)i)) == 0) {
            *border = (brg_border)i;
            return true;
        }
    return false;
}

brg_status brg_option_fail(const brg_op *op, const char *text, brg_error *error) {
    if (!text || !*text)
        brg_fail(error, BRG_E_ARGUMENT, "the filter %s needs a value", op->name);
    else
        brg_fail(error, BRG_E_ARGUMENT, "the filter %s cannot read \"%.80s\"", op->name, text);
    brg_error_hint(error, "It takes %s.", op->syntax);
    return BRG_E_ARGUMENT;
}

/* ---- examples ---- */

static const struct {
    int32_t h, w;
} sizes[] = {
    {1, 1},   {1, 2},   {2, 1},   {3, 3},   {1, 67},  {71, 1},   {7, 5},    {16, 16},
    {15, 17}, {8, 64},  {13, 63}, {9, 129}, {31, 37}, {12, 160}, {11, 161}, {10, 120},
    {5, 515}, {67, 41}, {0, 5},   {5, 0},   {40, 19}, {3, 479},
};
static const struct {
    brg_dtype dtype;
    int32_t c;
} kinds[] = {{BRG_U8, 1}, {BRG_F32, 3}, {BRG_U8, 4}, {BRG_F32, 1}, {BRG_U8, 3}, {BRG_F32, 4}};

bool brg_image_case_at(int32_t index, brg_image_case *image) {
    enum { SIZES = sizeof sizes / sizeof *sizes, KINDS = sizeof kinds / sizeof *kinds };
    static_assert(BRG_IMAGE_CASES % SIZES == 0, "each size comes equally often");
    if (index < 0 || index >= BRG_IMAGE_CASES)
        return false;
    /* Each size comes with three of the six kinds: every other one, starting from a different one.
     */
    int32_t kind = (index % SIZES + 2 * (index / SIZES)) % KINDS;
    *image = (brg_image_case){sizes[index % SIZES].h, sizes[index % SIZES].w, kinds[kind].c,
                              kinds[kind].dtype};
    return true;
}

brg_status brg_image_example(brg_example *example, const brg_image_case *image, uint64_t seed,
                             brg_error *error) {
    *example = (brg_example){0};
    brg_shape shape = brg_shape_3d(image->dtype, image->h, image->w, image->c);
    snprintf(example->text, sizeof example->text, "%dx%dx%d %s ", image->w, image->h, image->c,
             brg_dtype_name(image->dtype));
    return brg_example_add(example, &shape, seed, error);
}

brg_status brg_image_make(const brg_op *op, const char *text, const brg_word *table, int32_t count,
                          void *words, uint64_t seed, brg_example *example, brg_error *error) {
    const brg_image_words *image = words;
    brg_status status = brg_words_read(op->name, text, table, count, words, error);
    if (status)
        return status;
    const int64_t *size = image->size.values;
    if (image->size.count != 3) {
        brg_fail(error, BRG_E_ARGUMENT, "the image for %s needs three sizes", op->name);
        brg_error_hint(error, "Give width, height and channels: image=640x480x3.");
        return BRG_E_ARGUMENT;
    }
    brg_image_case made = {(int32_t)size[1], (int32_t)size[0], (int32_t)size[2],
                           image->dtype ? BRG_F32 : BRG_U8};
    return brg_image_example(example, &made, seed, error);
}
