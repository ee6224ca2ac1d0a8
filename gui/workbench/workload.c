/* Workloads: the table. See workload.h. */
#include "workbench/workload.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define NAMED(label, widget, list)                                                                 \
    {                                                                                              \
        .name = label, .id = widget, .hi = COUNT(list) - 1, .whole = true, .names = list,          \
        .name_count = COUNT(list)                                                                  \
    }
#define BORDER NAMED("border", "border", border_names)

/* In the order of the library's enumerations. */
static const char *const border_names[] = {"clamp", "zero", "reflect", "wrap"};
static const char *const resize_names[] = {"bilinear", "nearest", "area", "bicubic"};
static const char *const matrix_names[] = {"waves", "noise"};
static const char *const size_names[] = {"3 \xc3\x97 3", "5 \xc3\x97 5"};
static const char *const curve_names[] = {"invert", "gamma", "threshold"};
static const char *const weight_names[] = {"disc", "box", "emboss", "ripple"};

static brg_border border_of(float value) {
    return (brg_border)lroundf(value);
}

static void fill_gemm(const float *values, const brg_shape *image, void *params) {
    (void)values;
    (void)image;
    *(brg_gemm_params *)params = BRG_GEMM_DEFAULTS;
}

static void order_gemm(const float *values, brg_inputs_order *order) {
    order->m = lroundf(values[0]);
    order->n = lroundf(values[1]);
    order->k = lroundf(values[2]);
    order->noise = lroundf(values[3]) == 1;
}

static void fill_blur(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_blur_params *)params =
        (brg_blur_params){.sigma = values[0], .border = border_of(values[1])};
}

static void fill_sharpen(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_sharpen_params *)params = (brg_sharpen_params){
        .amount = values[0], .sigma = values[1], .border = border_of(values[2])};
}

static void fill_edge(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_edge_params *)params = (brg_edge_params){.border = border_of(values[0])};
}

static void fill_brightness(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_brightness_params *)params = (brg_brightness_params){.amount = values[0]};
}

static void fill_contrast(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_contrast_params *)params = (brg_contrast_params){.factor = values[0]};
}

static int64_t scaled(int64_t side, float percent) {
    int64_t to = llroundf((float)side * percent / 100.0f);
    return to < 1 ? 1 : to > 65535 ? 65535 : to;
}

static void fill_resize(const float *values, const brg_shape *image, void *params) {
    *(brg_resize_params *)params = (brg_resize_params){
        .width = image ? scaled(image->dims[1], values[0]) : 1,
        .height = image ? scaled(image->dims[0], values[0]) : 1,
        .mode = (brg_resize_mode)lroundf(values[1]),
    };
}

static void fill_conv2d(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_conv2d_params *)params = (brg_conv2d_params){.border = border_of(values[2])};
}

static void order_conv2d(const float *values, brg_inputs_order *order) {
    order->weights = (brg_weights)(1 + lroundf(values[0]));
    order->side = (int32_t)lroundf(values[1]);
}

static void fill_box(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_box_params *)params =
        (brg_box_params){.radius = (int32_t)lroundf(values[0]), .border = border_of(values[1])};
}

static void fill_median(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_median_params *)params = (brg_median_params){.size = lroundf(values[0]) == 0 ? 3 : 5,
                                                       .border = border_of(values[1])};
}

/* The value means something else on each curve; inverting takes none. */
static void fill_lut(const float *values, const brg_shape *image, void *params) {
    (void)image;
    brg_lut_kind kind = (brg_lut_kind)lroundf(values[0]);
    float value = kind == BRG_LUT_INVERT ? 0 : kind == BRG_LUT_GAMMA ? values[1] : values[1] / 4;
    *(brg_lut_params *)params = (brg_lut_params){.kind = kind, .value = value};
}

/* Of ops without parameters. */
static void fill_nothing(const float *values, const brg_shape *image, void *params) {
    (void)values;
    (void)image;
    (void)params;
}

static const brg_workload workloads[] = {
    {.op = "gemm",
     .title = "gemm: multiply matrices",
     .controls = {{"m, rows of A and C", "m", 1, 4096, 1024, true, true, NULL, 0},
                  {"n, columns of B and C", "n", 1, 4096, 1024, true, true, NULL, 0},
                  {"k, the sum's length", "k", 1, 4096, 1024, true, true, NULL, 0},
                  NAMED("matrices", "matrices", matrix_names)},
     .fill = fill_gemm,
     .order = order_gemm},
    {.op = "blur",
     .title = "blur: Gaussian",
     .takes_image = true,
     .controls = {{"sigma, pixels", "sigma", 0.3f, 20, 3, false, true, NULL, 0}, BORDER},
     .fill = fill_blur},
    {.op = "sharpen",
     .title = "sharpen: unsharp mask",
     .takes_image = true,
     .controls = {{"amount", "amount", 0, 5, 1.5f, false, false, NULL, 0},
                  {"sigma, pixels", "sigma", 0.3f, 10, 1.5f, false, true, NULL, 0},
                  BORDER},
     .fill = fill_sharpen},
    {.op = "edge",
     .title = "edge: Sobel magnitude",
     .takes_image = true,
     .controls = {BORDER},
     .fill = fill_edge},
    {.op = "conv2d",
     .title = "conv2d: any weights",
     .takes_image = true,
     .controls = {NAMED("weights", "weights", weight_names),
                  {"side, pixels", "side", 1, 63, 15, true, false, NULL, 0},
                  BORDER},
     .fill = fill_conv2d,
     .order = order_conv2d},
    {.op = "brightness",
     .title = "brightness",
     .takes_image = true,
     .controls = {{"amount", "amount", -1, 1, 0.2f, false, false, NULL, 0}},
     .fill = fill_brightness},
    {.op = "contrast",
     .title = "contrast",
     .takes_image = true,
     .controls = {{"factor", "factor", 0, 4, 1.5f, false, false, NULL, 0}},
     .fill = fill_contrast},
    {.op = "resize",
     .title = "resize",
     .takes_image = true,
     .controls = {{"size, per cent", "percent", 5, 400, 50, true, true, NULL, 0},
                  NAMED("method", "method", resize_names)},
     .fill = fill_resize},
    {.op = "box",
     .title = "box: mean of a square",
     .takes_image = true,
     .controls = {{"radius, pixels", "radius", 1, 60, 4, true, true, NULL, 0}, BORDER},
     .fill = fill_box},
    {.op = "median",
     .title = "median of a square",
     .takes_image = true,
     .controls = {NAMED("square", "square", size_names), BORDER},
     .fill = fill_median},
    {.op = "grey", .title = "grey: luminance", .takes_image = true, .fill = fill_nothing},
    {.op = "lut",
     .title = "lut: a curve of tones",
     .takes_image = true,
     .controls = {NAMED("curve", "curve", curve_names),
                  {"gamma, or threshold / 4", "value", 0.04f, 4, 2, false, true, NULL, 0}},
     .fill = fill_lut},
    {.op = "histogram",
     .title = "histogram of an image",
     .takes_image = true,
     .fill = fill_nothing},
};

const brg_workload *brg_workload_at(int index) {
    return index >= 0 && index < COUNT(workloads) ? &workloads[index] : NULL;
}

int brg_workload_find(const char *op) {
    for (int i = 0; i < COUNT(workloads); i++)
        if (strcmp(workloads[i].op, op) == 0)
            return i;
    return -1;
}

int brg_workload_op(const char *name) {
    const brg_op *op;
    for (int i = 0; (op = brg_op_builtin(i)); i++)
        if (strcmp(op->name, name) == 0)
            return i;
    return -1;
}
