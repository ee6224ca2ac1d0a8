/* The dishes: the table. See dish.h. */
#include "kitchen/dish.h"

#include <brigade/image.h>
#include <brigade/ops.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "workbench/inputs.h"

void brg_ingredients_clear(brg_ingredients *ingredients) {
    for (int i = 0; i < 2; i++)
        brg_tensor_release(ingredients->inputs[i]);
    memset(ingredients, 0, sizeof *ingredients);
}

/* ---- gemm ------------------------------------------------------------------------------------ */

/* Both tensors of an order, without the pictures that come with them. */
static brg_status take_inputs(const brg_inputs_order *order, brg_ingredients *out,
                              brg_error *error) {
    brg_inputs made;
    brg_inputs_make(order, &made);
    for (int i = 0; made.status == BRG_OK && i < made.count; i++)
        out->inputs[i] = brg_tensor_retain(made.tensors[i]);
    out->input_count = made.count;
    brg_status status = made.status;
    if (status != BRG_OK && error)
        *error = made.error;
    brg_inputs_clear(&made);
    return status;
}

static brg_status gather_gemm(float size, const char *path, brg_ingredients *out,
                              brg_error *error) {
    int64_t side = llroundf(size);
    brg_inputs_order order = {.m = side, .n = side, .k = side};
    brg_gemm_params params = BRG_GEMM_DEFAULTS;
    (void)path;
    memcpy(out->params, &params, sizeof params);
    return take_inputs(&order, out, error);
}

/* ---- the photograph -------------------------------------------------------------------------- */

/* Rings, when there is no photograph. */
static brg_status make_pattern(brg_tensor **out, brg_error *error) {
    enum { SIDE = 300 };
    brg_shape shape = brg_shape_3d(BRG_U8, SIDE, SIDE, 3);
    brg_status status = brg_tensor_create(&shape, NULL, out, error);
    if (status != BRG_OK)
        return status;
    uint8_t *pixel = brg_tensor_writable(*out);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++, pixel += 3) {
            float r = hypotf((float)x - SIDE / 2, (float)y - SIDE / 2);
            pixel[0] = (uint8_t)(128 + 100 * cosf(0.0035f * r * r));
            pixel[1] = (uint8_t)(255 * y / SIDE);
            pixel[2] = (uint8_t)(255 * x / SIDE);
        }
    return BRG_OK;
}

/* An image made larger or smaller, to about so many pixels, by the library's sequential loop. */
static brg_status resize(const brg_tensor *image, double pixels, brg_tensor **out,
                         brg_error *error) {
    const brg_op *op = brg_op_find("resize");
    const brg_shape *from = brg_tensor_shape(image);
    double area = (double)from->dims[0] * (double)from->dims[1];
    brg_resize_params params = {.width = llround((double)from->dims[1] * sqrt(pixels / area))};
    brg_call call = {
        .params = &params, .input_count = 1, .inputs = {*from}, .data = {brg_tensor_data(image)}};
    if (!op)
        return brg_fail(error, BRG_E_NOT_FOUND, "This build of the library has no op \"resize\".");
    brg_status status = op->check(&call, &call.output, error);
    if (status == BRG_OK)
        status = brg_tensor_create(&call.output, NULL, out, error);
    if (status == BRG_OK)
        op->sequential(&call, 0, call.output.dims[0], brg_tensor_writable(*out));
    return status;
}

/* The photograph at the size wanted. */
static brg_status load_image(const char *path, double pixels, brg_tensor **out, brg_error *error) {
    brg_tensor *image = NULL;
    brg_status status = path[0] ? brg_image_load(path, &image, error) : make_pattern(&image, error);
    if (status == BRG_OK)
        status = resize(image, pixels, out, error);
    brg_tensor_release(image);
    return status;
}

/* A disc of 25 by 25: no outer product, so that it cannot be had in two cheap passes. */
static brg_status make_lens(brg_tensor **out, brg_error *error) {
    enum { SIDE = 25 };
    float weights[SIDE * SIDE], sum = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        int x = i % SIDE - SIDE / 2, y = i / SIDE - SIDE / 2;
        weights[i] = x * x + y * y <= (SIDE / 2) * (SIDE / 2) + 6 ? 1.0f : 0.0f;
        sum += weights[i];
    }
    for (int i = 0; i < SIDE * SIDE; i++)
        weights[i] /= sum;
    brg_shape shape = brg_shape_2d(BRG_F32, SIDE, SIDE);
    return brg_tensor_create(&shape, weights, out, error);
}

static brg_status gather_photograph(float size, const char *path, brg_ingredients *out,
                                    brg_error *error) {
    out->input_count = 2;
    brg_status status = load_image(path, 1e6 * (double)size, &out->inputs[0], error);
    return status == BRG_OK ? make_lens(&out->inputs[1], error) : status;
}

/* ---- the fractal ----------------------------------------------------------------------------- */

enum { STEPS = 1000 };

/* The valley of sea horses, 3 : 2. */
static brg_status gather_fractal(float size, const char *path, brg_ingredients *out,
                                 brg_error *error) {
    const double x = -0.7463, y = 0.1102, span = 0.01;
    double w = floor(sqrt(1.5e6 * (double)size)), h = floor(w / 1.5), pixel = span / w;
    brg_mandelbrot_params params = {.left = (float)(x - span / 2),
                                    .top = (float)(y + pixel * h / 2),
                                    .pixel = (float)pixel,
                                    .width = (int32_t)w,
                                    .height = (int32_t)h,
                                    .iterations = STEPS};
    (void)path;
    (void)error;
    memcpy(out->params, &params, sizeof params);
    return BRG_OK;
}

/* From dark over blue and white to amber, and dark again inside the set. */
static void colour_of(int32_t steps, uint8_t rgb[3]) {
    static const float stops[][3] = {
        {20, 24, 40}, {40, 90, 170}, {230, 240, 250}, {255, 180, 84}, {60, 30, 20}};
    float at = 4 * logf(1 + (float)steps / 24) / logf(1 + STEPS / 24.0f);
    int stop = at >= 4 ? 3 : (int)at;
    for (int i = 0; i < 3; i++) {
        float level = stops[stop][i] + (at - (float)stop) * (stops[stop + 1][i] - stops[stop][i]);
        rgb[i] = steps >= STEPS ? (uint8_t)stops[0][i] : (uint8_t)level;
    }
}

static brg_status paint_fractal(const brg_tensor *result, brg_picture *picture, brg_error *error) {
    const brg_shape *counts = brg_tensor_shape(result);
    brg_shape shape = brg_shape_3d(BRG_U8, counts->dims[0], counts->dims[1], 3);
    brg_tensor *image = NULL;
    brg_status status = brg_tensor_create(&shape, NULL, &image, error);
    if (status != BRG_OK)
        return status;
    const int32_t *steps = brg_tensor_data(result);
    uint8_t *pixels = brg_tensor_writable(image);
    for (int64_t i = 0; i < shape.dims[0] * shape.dims[1]; i++)
        colour_of(steps[i], pixels + 3 * i);
    status = brg_picture_image(image, picture, error);
    brg_tensor_release(image);
    return status;
}

/* ---- the table ------------------------------------------------------------------------------- */

static const brg_dish dishes[BRG_DISHES] = {
    {.op = "gemm",
     .letter = "A",
     .slider = "size_a",
     .size_tip = "The product of two square matrices; their side.",
     .colour = BRG_BLUE,
     .lo = 256,
     .hi = 3072,
     .initial = 2048,
     .whole = true,
     .gather = gather_gemm,
     .paint = brg_picture_matrix,
     .name = "gemm",
     .unit = ""},
    {.op = "conv2d",
     .letter = "B",
     .slider = "size_b",
     .size_tip = "A photograph seen through a lens out of focus: 25 by 25 weights for each pixel; "
                 "its size in millions of pixels.",
     .colour = BRG_AMBER,
     .lo = 0.2f,
     .hi = 12,
     .initial = 4,
     .gather = gather_photograph,
     .paint = brg_picture_image,
     .name = "lens blur",
     .unit = " MP"},
    {.op = "mandelbrot",
     .letter = "C",
     .slider = "size_c",
     .size_tip = "A part of the Mandelbrot set, up to 1000 steps for each pixel; its size in "
                 "millions of pixels.",
     .colour = BRG_GREEN,
     .lo = 0.2f,
     .hi = 12,
     .initial = 3.5f,
     .gather = gather_fractal,
     .paint = paint_fractal,
     .name = "Mandelbrot",
     .unit = " MP"},
};

const brg_dish *brg_dish_at(int index) {
    return &dishes[index];
}

const char *brg_dish_title(int index, float size, char *text, size_t bytes) {
    const brg_dish *dish = &dishes[index];
    snprintf(text, bytes, "%s %.*f%s", dish->name, dish->whole ? 0 : 1, (double)size, dish->unit);
    return text;
}
