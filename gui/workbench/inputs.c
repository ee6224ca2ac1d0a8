/* Inputs, made to order. See inputs.h. */
#include "workbench/inputs.h"

#include <brigade/image.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float pi = 3.14159265f;

bool brg_inputs_order_equal(const brg_inputs_order *a, const brg_inputs_order *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

void brg_inputs_clear(brg_inputs *inputs) {
    for (int i = 0; i < BRG_MAX_INPUTS; i++)
        brg_tensor_release(inputs->tensors[i]);
    memset(inputs, 0, sizeof *inputs);
}

/* ---- matrices -------------------------------------------------------------------------------- */

/* Four profiles along a side. The inner ones run along k and are orthogonal, so that the product
 * keeps the outer ones' pattern: a wave crossed with a chirp. */
static float profile(int which, float t) {
    switch (which) {
    case 0:
        return cosf(5.0f * pi * t);
    case 1:
        return sinf(14.0f * pi * t * t);
    case 2:
        return cosf(6.0f * pi * t);
    default:
        return sinf(6.0f * pi * t);
    }
}

static void fill_profile(int which, int64_t length, float *values) {
    for (int64_t i = 0; i < length; i++)
        values[i] = profile(which, ((float)i + 0.5f) / (float)length);
}

/* data[r][c] = 0.25 data[r][c] + rows0[r] columns0[c] + rows1[r] columns1[c] */
static brg_status add_waves(brg_tensor *matrix, int row_profile, int column_profile,
                            brg_error *error) {
    const brg_shape *shape = brg_tensor_shape(matrix);
    int64_t rows = shape->dims[0], columns = shape->dims[1];
    float *data = brg_tensor_writable(matrix);
    float *r = malloc((size_t)(2 * rows + 2 * columns) * sizeof *r);
    if (!r)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the matrices.");
    float *c = r + 2 * rows;
    for (int i = 0; i < 2; i++) {
        fill_profile(row_profile + i, rows, r + i * rows);
        fill_profile(column_profile + i, columns, c + i * columns);
    }
    for (int64_t y = 0; y < rows; y++)
        for (int64_t x = 0; x < columns; x++) {
            float *element = &data[y * columns + x];
            *element = 0.25f * *element + r[y] * c[x] + r[rows + y] * c[columns + x];
        }
    free(r);
    return BRG_OK;
}

static brg_status make_matrix(const brg_inputs_order *order, int which, brg_inputs *inputs) {
    brg_shape shape = which == 0 ? brg_shape_2d(BRG_F32, order->m, order->k)
                                 : brg_shape_2d(BRG_F32, order->k, order->n);
    uint64_t seed = 1 + (uint64_t)which;
    brg_status status = brg_tensor_create_uniform(&shape, seed, -1.0f, 1.0f,
                                                  &inputs->tensors[which], &inputs->error);
    if (status == BRG_OK && !order->noise)
        status = add_waves(inputs->tensors[which], which == 0 ? 0 : 2, which == 0 ? 2 : 0,
                           &inputs->error);
    return status;
}

static brg_status make_matrices(const brg_inputs_order *order, brg_inputs *inputs) {
    brg_status status = make_matrix(order, 0, inputs);
    if (status == BRG_OK)
        status = make_matrix(order, 1, inputs);
    inputs->count = 2;
    return status;
}

/* ---- photographs ----------------------------------------------------------------------------- */

/* The weight at (x, y), both -1..1 from the centre; `step` is the distance between two weights. */
static float weight_at(brg_weights weights, float x, float y, float step) {
    float r = sqrtf(x * x + y * y);
    switch (weights) {
    case BRG_WEIGHTS_DISC:
        return r <= 1.0f + step / 4 ? 1.0f : 0.0f;
    case BRG_WEIGHTS_EMBOSS:
        return r <= 1.0f + step / 4 ? -(x + y) : 0.0f;
    case BRG_WEIGHTS_RIPPLE:
        return cosf(3.0f * pi * r) * expf(-2.0f * r * r);
    default:
        return 1.0f;
    }
}

/* Scales the weights to a sum of 1, or, when they nearly cancel, adds the image itself to them. */
static void normalise(float *weights, int32_t side) {
    int32_t count = side * side;
    float sum = 0.0f, size = 0.0f;
    for (int32_t i = 0; i < count; i++) {
        sum += weights[i];
        size += fabsf(weights[i]);
    }
    bool cancels = fabsf(sum) < 0.05f * size;
    for (int32_t i = 0; i < count; i++)
        weights[i] /= cancels ? size / 6.0f : sum;
    if (cancels)
        weights[(side / 2) * side + side / 2] += 1.0f;
}

static brg_status make_weights(const brg_inputs_order *order, brg_inputs *inputs) {
    float values[63 * 63] = {0};
    int32_t side = order->side < 1 ? 1 : order->side > 63 ? 63 : order->side;
    float step = 2.0f / (float)(side > 1 ? side - 1 : 1);
    for (int32_t y = 0; y < side; y++)
        for (int32_t x = 0; x < side; x++)
            values[y * side + x] = side == 1 ? 1.0f
                                             : weight_at(order->weights, (float)x * step - 1.0f,
                                                         (float)y * step - 1.0f, step);
    normalise(values, side);
    brg_shape shape = brg_shape_2d(BRG_F32, side, side);
    return brg_tensor_create(&shape, values, &inputs->tensors[1], &inputs->error);
}

static brg_status make_photograph(const brg_inputs_order *order, brg_inputs *inputs) {
    brg_status status = brg_image_load(order->path, &inputs->tensors[0], &inputs->error);
    if (status == BRG_OK && order->weights)
        status = make_weights(order, inputs);
    inputs->count = order->weights ? 2 : 1;
    return status;
}

/* ---- an op's own ----------------------------------------------------------------------------- */

static brg_status make_from_words(const brg_inputs_order *order, brg_inputs *inputs) {
    brg_example call = {0};
    brg_status status = order->op->make(order->words, 1, &call, &inputs->error);
    if (status != BRG_OK)
        return status;
    inputs->count = call.input_count;
    memcpy(inputs->tensors, call.inputs, sizeof inputs->tensors);
    memcpy(inputs->params, call.params, sizeof inputs->params);
    return BRG_OK;
}

void brg_inputs_make(const brg_inputs_order *order, brg_inputs *inputs) {
    memset(inputs, 0, sizeof *inputs);
    inputs->order = *order;
    inputs->made = true;
    inputs->status = order->op        ? make_from_words(order, inputs)
                     : order->path[0] ? make_photograph(order, inputs)
                                      : make_matrices(order, inputs);
}
