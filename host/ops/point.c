/* "brightness" and "contrast": two names for a straight line applied to every colour element; and
 * "point", which applies several, and curves of "lut", in one pass. */
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ops/image_op.h"
#include "ops/lut.h"
#include "ops/ops.h"
#include "ops/point.h"
#include "reference/lut.h"
#include "reference/point.h"

/* Inverting is a straight line; the other curves are taken as they are. */
static brg_line curve_of(const brg_point_step *step, float range) {
    if (step->kind == BRG_POINT_INVERT)
        return (brg_line){.factor = -1.0f, .offset = range, .exact_offset = (double)range};
    brg_lut_params curve = {(brg_lut_kind)(step->kind - BRG_POINT_INVERT), step->value};
    float value = brg_lut_value(&curve, range > 1.0f ? BRG_U8 : BRG_F32);
    return (brg_line){.curved = true, .curve = curve, .factor = value};
}

/* The line of one step, for elements from 0 to `range`. */
static brg_line line_of(const brg_point_step *step, float range) {
    if (step->kind >= BRG_POINT_INVERT)
        return curve_of(step, range);
    if (step->kind == BRG_POINT_BRIGHTNESS) {
        double offset = (double)step->value * (double)range;
        return (brg_line){.factor = 1.0f, .offset = (float)offset, .exact_offset = offset};
    }
    float middle = 0.5f * range;
    return (brg_line){
        .middle = middle, .factor = step->value, .offset = middle, .exact_offset = (double)middle};
}

static float range_of(const brg_call *call) {
    return call->inputs[0].dtype == BRG_U8 ? 255.0f : 1.0f;
}

/* brg_brightness_params and brg_contrast_params are one number. */
static brg_lines single_of(const brg_call *call, brg_point_kind kind) {
    brg_point_step step = {.kind = kind, .value = *(const float *)call->params};
    return (brg_lines){.count = 1, .lines = {line_of(&step, range_of(call))}};
}

static brg_lines brightness_lines(const brg_call *call) {
    return single_of(call, BRG_POINT_BRIGHTNESS);
}

static brg_lines contrast_lines(const brg_call *call) {
    return single_of(call, BRG_POINT_CONTRAST);
}

static brg_lines point_lines(const brg_call *call) {
    const brg_point_params *params = call->params;
    brg_lines lines = {.count = params->count};
    for (int32_t i = 0; i < params->count; i++)
        lines.lines[i] = line_of(&params->steps[i], range_of(call));
    return lines;
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

/* What a step of each kind begins with in text, and what its number may be. */
static const struct {
    char letter;
    const char *what;
    float lo, hi;
} kinds[BRG_POINT_KIND_COUNT] = {
    [BRG_POINT_BRIGHTNESS] = {'b', "amount", -1.0f, 1.0f},
    [BRG_POINT_CONTRAST] = {'c', "factor", 0.0f, 100.0f},
    [BRG_POINT_INVERT] = {'i', "number to invert with", 0.0f, 0.0f},
    [BRG_POINT_GAMMA] = {'g', "exponent", 0.01f, 100.0f},
    [BRG_POINT_THRESHOLD] = {'t', "level", 0.0f, 1.0f},
};

static brg_status check_step(const brg_point_step *step, brg_error *error) {
    if ((unsigned)step->kind < BRG_POINT_KIND_COUNT)
        return check_number("point", kinds[step->kind].what, step->value, kinds[step->kind].lo,
                            kinds[step->kind].hi, error);
    brg_fail(error, BRG_E_ARGUMENT, "point was given a step of kind %d, which does not exist",
             (int)step->kind);
    return brg_error_hint(error,
                          "The kinds are brightness, contrast, invert, gamma and threshold.");
}

static brg_status point_check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_point_params *params = call->params;
    *output = call->inputs[0];
    brg_status status = brg_image_check("point", &call->inputs[0], error);
    if (status == BRG_OK && (params->count < 1 || params->count > BRG_POINT_STEPS)) {
        brg_fail(error, BRG_E_ARGUMENT, "point was given %d steps", (int)params->count);
        status = brg_error_hint(error, "Give 1 to %d.", BRG_POINT_STEPS);
    }
    for (int32_t i = 0; status == BRG_OK && i < params->count; i++)
        status = check_step(&params->steps[i], error);
    return status;
}

static void point_cost(const brg_call *call, brg_cost *cost) {
    brg_image_cost(call, 2.0 * ((const brg_point_params *)call->params)->count, cost);
}

static int32_t point_dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    int32_t count = brg_image_dims(call, dims);
    dims[count++] = (brg_dim){"steps", ((const brg_point_params *)call->params)->count};
    return count;
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

static void add_lines(brg_launch *launch, const brg_lines *lines, bool u8) {
    for (int32_t i = 0; i < BRG_POINT_MOST; i++) /* the kernel looks at `count` of them */
        add_line(launch, &lines->lines[i], u8);
}

/* Two bits a line: what kernels/point.cl calls its kind. */
static int32_t curves_of(const brg_lines *lines, bool *powers) {
    int32_t curves = 0;
    *powers = false;
    for (int32_t i = 0; i < lines->count; i++) {
        const brg_line *line = &lines->lines[i];
        bool power = line->curved && line->curve.kind == BRG_LUT_GAMMA;
        *powers = *powers || power;
        curves |= (power ? 2 : line->curved ? 1 : 0) << 2 * i;
    }
    return curves;
}

/* Bytes that a power is taken of: all lines together become a table, which costs 256 powers instead
 * of one for each element. */
static brg_status plan_table(const brg_op *op, const brg_call *call, const brg_lines *lines,
                             const char *variant, const brg_device_info *device, brg_plan *plan,
                             brg_error *error) {
    static const brg_lut_params unread = {BRG_LUT_GAMMA, 1.0f};
    const brg_shape *image = &call->inputs[0];
    int64_t rows = brg_lut_strip_rows(image, device);
    brg_status status =
        brg_image_variant(op, variant, device, rows ? "strips" : "naive", "naive", &variant, error);
    bool powers, strips = !status && strcmp(variant, "strips") == 0;
    if (strips && rows == 0)
        status = brg_image_fail_rounds(op, variant, error);
    if (status)
        return status;
    int32_t table = brg_plan_scratch(plan, 256);
    brg_launch *launch = brg_plan_add(plan, "point", "point_table");
    brg_launch_option(launch, "-DPIXEL_U8=1 -DLINES=%d -DCURVES=%d", (int)lines->count,
                      (int)curves_of(lines, &powers));
    brg_launch_range(launch, 0, 256, brg_row_group(device));
    launch->share = 0.001;
    brg_arg_buffer(launch, table);
    add_lines(launch, lines, true);
    brg_lut_add_look_up(plan, image, table, &unread, strips ? rows : 0, device);
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
    return BRG_OK;
}

static brg_status plan_lines(const brg_op *op, const brg_call *call, const brg_lines *lines,
                             const char *variant, const brg_device_info *device, brg_plan *plan,
                             brg_error *error) {
    static_assert((int)BRG_POINT_MOST == (int)BRG_POINT_STEPS, "what is public fits");
    const brg_shape *image = &call->inputs[0];
    bool powers;
    int32_t curves = curves_of(lines, &powers);
    if (powers && image->dtype == BRG_U8)
        return plan_table(op, call, lines, variant, device, plan, error);
    brg_status status = brg_image_variant(op, variant, device, "strips", "naive", &variant, error);
    if (status)
        return status;
    bool strips = strcmp(variant, "strips") == 0;
    double rounds = (double)brg_image_pitch(image) / 16.0 + 80.0;
    int64_t rows = brg_image_strip_rows(image, 1, 1, rounds, device);
    brg_launch *launch =
        strips ? brg_image_launch_strips(plan, "point", "point_strips", image, 1, rows)
               : brg_image_launch_elements(plan, "point", "point_naive", image, device);
    brg_launch_option(launch, "-DLINES=%d -DCURVES=%d -DPAST=%d", (int)lines->count, (int)curves,
                      strips && brg_image_past_cache(image, device));
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    if (strips)
        brg_arg_i32(launch, brg_image_h(image));
    brg_arg_i32(launch, brg_image_pitch(image));
    brg_arg_i32(launch, brg_image_c(image));
    add_lines(launch, lines, image->dtype == BRG_U8);
    if (strips)
        brg_arg_i32(launch, rows);
    brg_arg_first(launch);
    snprintf(plan->variant, sizeof plan->variant, "%s", variant);
    return BRG_OK;
}

/* ---- the callbacks of three rows, which differ in their lines ---- */

#define CALLBACKS(name)                                                                            \
    static brg_status name##_plan(const brg_call *call, const char *variant,                       \
                                  const brg_device_info *device, brg_plan *plan,                   \
                                  brg_error *error) {                                              \
        brg_lines lines = name##_lines(call);                                                      \
        return plan_lines(&brg_op_##name, call, &lines, variant, device, plan, error);             \
    }                                                                                              \
    static void name##_sequential(const brg_call *call, int64_t row0, int64_t row1,                \
                                  void *output) {                                                  \
        brg_lines lines = name##_lines(call);                                                      \
        brg_point_sequential(call, &lines, row0, row1, output);                                    \
    }                                                                                              \
    static void name##_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {     \
        brg_lines lines = name##_lines(call);                                                      \
        brg_point_naive(call, &lines, row0, row1, output);                                         \
    }                                                                                              \
    static void name##_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,  \
                              double *bound) {                                                     \
        brg_lines lines = name##_lines(call);                                                      \
        brg_point_oracle(call, &lines, row0, row1, expected, bound);                               \
    }

CALLBACKS(brightness)
CALLBACKS(contrast)
CALLBACKS(point)

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

/* "b0.1", "c1.2", "g2.2", "t0.5" or "i", which takes no number. */
static bool read_step(const char *field, brg_point_step *step) {
    int32_t kind = 0;
    while (kind < BRG_POINT_KIND_COUNT && field[0] != kinds[kind].letter)
        kind++;
    *step = (brg_point_step){.kind = (brg_point_kind)kind};
    if (kind == BRG_POINT_INVERT)
        return field[1] == 0;
    return kind < BRG_POINT_KIND_COUNT && brg_option_number(field + 1, &step->value);
}

static brg_status point_parse(const char *text, const brg_shape *input, void *params,
                              brg_error *error) {
    (void)input;
    brg_point_params *own = params;
    brg_options options;
    bool read = brg_options_split(text, &options) && options.count >= 1;
    *own = (brg_point_params){.count = read ? options.count : 0};
    for (int32_t i = 0; i < own->count && read; i++)
        read = read_step(options.fields[i], &own->steps[i]);
    return read ? BRG_OK : brg_option_fail(&brg_op_point, text, error);
}

static brg_status point_example(int32_t index, uint64_t seed, brg_example *example,
                                brg_error *error) {
    static const brg_point_params runs[] = {
        {2, {{BRG_POINT_BRIGHTNESS, 0.1f}, {BRG_POINT_CONTRAST, 1.2f}}},
        {3,
         {{BRG_POINT_CONTRAST, 0.3f}, {BRG_POINT_CONTRAST, 20.0f}, {BRG_POINT_BRIGHTNESS, -0.3f}}},
        {1, {{BRG_POINT_CONTRAST, 1.5f}}},
        {4,
         {{BRG_POINT_BRIGHTNESS, 0.5f},
          {BRG_POINT_BRIGHTNESS, -0.5f},
          {BRG_POINT_CONTRAST, 0.7f},
          {BRG_POINT_CONTRAST, 3.0f}}},
        {2, {{BRG_POINT_CONTRAST, 100.0f}, {BRG_POINT_CONTRAST, 0.0f}}},
        {3, {{BRG_POINT_BRIGHTNESS, 0.1f}, {BRG_POINT_CONTRAST, 1.2f}, {BRG_POINT_GAMMA, 2.2f}}},
        {4,
         {{BRG_POINT_GAMMA, 0.4545f},
          {BRG_POINT_INVERT, 0.0f},
          {BRG_POINT_CONTRAST, 1.5f},
          {BRG_POINT_THRESHOLD, 0.3f}}},
        {3, {{BRG_POINT_INVERT, 0.0f}, {BRG_POINT_THRESHOLD, 0.6f}, {BRG_POINT_BRIGHTNESS, 0.2f}}},
        {2, {{BRG_POINT_CONTRAST, 1.5f}, {BRG_POINT_GAMMA, 0.4545f}}}, /* of less than nothing */
    };
    const int32_t count = sizeof runs / sizeof *runs;
    brg_image_case image = {2050, 2052, 1, BRG_F32}; /* more than most caches hold */
    if (!brg_image_case_at(index, &image) && index != BRG_IMAGE_CASES)
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no example %d", (int)index);
    brg_status status = brg_image_example(example, &image, seed, error);
    const brg_point_params *params = &runs[index % count];
    size_t used = strlen(example->text);
    snprintf(example->text + used, sizeof example->text - used, "%d steps", (int)params->count);
    memcpy(example->params, params, sizeof *params);
    return status;
}

/* ---- merging ---- */

/* The steps of a stage that consists of lines and curves alone; count 0 of any other. */
static brg_point_params steps_of(const brg_op *op, const void *params) {
    brg_point_params steps = {0};
    const brg_lut_params *curve = params;
    if (op == &brg_op_point)
        steps = *(const brg_point_params *)params;
    else if (op == &brg_op_lut)
        steps = (brg_point_params){
            1, {{(brg_point_kind)(BRG_POINT_INVERT + curve->kind), curve->value}}};
    else if (op == &brg_op_brightness || op == &brg_op_contrast)
        steps = (brg_point_params){
            1,
            {{op == &brg_op_brightness ? BRG_POINT_BRIGHTNESS : BRG_POINT_CONTRAST,
              *(const float *)params}}};
    return steps;
}

bool brg_point_merge(const brg_op **op, void *params, const brg_op *next, const void *next_params) {
    brg_point_params first = steps_of(*op, params), second = steps_of(next, next_params);
    if (!first.count || !second.count || first.count + second.count > BRG_POINT_STEPS)
        return false;
    for (int32_t i = 0; i < second.count; i++)
        first.steps[first.count++] = second.steps[i];
    *op = &brg_op_point;
    memcpy(params, &first, sizeof first);
    return true;
}

/* ---- rows ---- */

static const brg_brightness_params brightness_defaults = {.amount = 0.1f};
static const brg_contrast_params contrast_defaults = {.factor = 1.2f};

typedef struct brightness_words {
    brg_image_words image;
    double amount;
} brightness_words;

static brg_status brightness_make(const char *text, uint64_t seed, brg_example *result,
                                  brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"amount", BRG_WORD_NUMBER, offsetof(brightness_words, amount), -1, 1, NULL},
    };
    brightness_words own = {.image = BRG_IMAGE_WORDS_DEFAULT, .amount = 0.1};
    brg_status status = brg_image_make(&brg_op_brightness, text, table,
                                       sizeof table / sizeof *table, &own, seed, result, error);
    if (status)
        return status;
    brg_brightness_params params = {(float)own.amount};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const brightness_sizes[] = {"image=640x480x4", "image=3840x2160x4",
                                               "image=3840x2160x1 dtype=f32", NULL};

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
    .make = brightness_make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " amount=A",
    .sizes = brightness_sizes,
};

typedef struct contrast_words {
    brg_image_words image;
    double factor;
} contrast_words;

static brg_status contrast_make(const char *text, uint64_t seed, brg_example *result,
                                brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"factor", BRG_WORD_NUMBER, offsetof(contrast_words, factor), 0, 100, NULL},
    };
    contrast_words own = {.image = BRG_IMAGE_WORDS_DEFAULT, .factor = 1.2};
    brg_status status = brg_image_make(&brg_op_contrast, text, table, sizeof table / sizeof *table,
                                       &own, seed, result, error);
    if (status)
        return status;
    brg_contrast_params params = {(float)own.factor};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const contrast_sizes[] = {"image=640x480x4", "image=3840x2160x4",
                                             "image=3840x2160x1 dtype=f32", NULL};

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
    .make = contrast_make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " factor=F",
    .sizes = contrast_sizes,
};

static const brg_point_params point_defaults = {
    2, {{BRG_POINT_BRIGHTNESS, 0.1f}, {BRG_POINT_CONTRAST, 1.2f}}};

typedef struct point_words {
    brg_image_words image;
    double amount, factor, gamma;
} point_words;

static brg_status point_make(const char *text, uint64_t seed, brg_example *result,
                             brg_error *error) {
    static const brg_word table[] = {
        BRG_IMAGE_WORD_ROWS,
        {"amount", BRG_WORD_NUMBER, offsetof(point_words, amount), -1, 1, NULL},
        {"factor", BRG_WORD_NUMBER, offsetof(point_words, factor), 0, 100, NULL},
        {"gamma", BRG_WORD_NUMBER, offsetof(point_words, gamma), 0.01, 100, NULL},
    };
    point_words own = {.image = BRG_IMAGE_WORDS_DEFAULT, .amount = 0.1, .factor = 1.2};
    brg_status status = brg_image_make(&brg_op_point, text, table, sizeof table / sizeof *table,
                                       &own, seed, result, error);
    if (status)
        return status;
    brg_point_params params = {own.gamma > 0 ? 3 : 2,
                               {{BRG_POINT_BRIGHTNESS, (float)own.amount},
                                {BRG_POINT_CONTRAST, (float)own.factor},
                                {BRG_POINT_GAMMA, (float)own.gamma}}};
    memcpy(result->params, &params, sizeof params);
    return BRG_OK;
}

static const char *const point_sizes[] = {"image=640x480x4", "image=3840x2160x4",
                                          "image=3840x2160x1 dtype=f32",
                                          "image=3840x2160x4 gamma=2.2", NULL};

const brg_op brg_op_point = {
    .name = "point",
    .summary = "several steps of brightness, contrast and curves in one pass",
    .syntax = "point=STEP:STEP..., 1 to 4 steps, b and an amount, c and a factor, g and an "
              "exponent, t and "
              "a level, or i to invert: point=b0.1:c1.2:g2.2",
    .params_size = sizeof(brg_point_params),
    .defaults = &point_defaults,
    .min_inputs = 1,
    .max_inputs = 1,
    .variants = variants,
    .variant_count = VARIANT_COUNT,
    .check = point_check,
    .cost = point_cost,
    .dims = point_dims,
    .plan = point_plan,
    .sequential = point_sequential,
    .naive = point_naive,
    .oracle = point_oracle,
    .parse = point_parse,
    .example = point_example,
    .make = point_make,
    .make_syntax = BRG_IMAGE_WORD_SYNTAX " amount=A factor=F gamma=G",
    .sizes = point_sizes,
};
