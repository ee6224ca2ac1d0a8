/* The error map. See error_map.h. */
#include "workbench/error_map.h"

#include <brigade/trace.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUDGET_NS = 400000000, FEWEST_ROWS = 8, MOST_ROWS = 280, MOST_COLUMNS = 420 };

/* A map in the making. Pixel rows stand for output rows spread evenly from the first to the last.
 */
typedef struct map {
    const brg_op *op;
    brg_call call;
    const brg_tensor *output;
    int64_t rows, columns; /* of the output; a row holds `columns` pixels of `depth` values */
    int64_t depth;
    int32_t h, w;             /* of the picture */
    double *expected, *bound; /* of one output row */
    float *ratios;            /* of the picture, the largest under each pixel */
    float largest;
} map;

static void describe_call(map *m, const void *params, const brg_tensor *const *inputs,
                          int32_t input_count) {
    static const uint64_t zeros[BRG_MAX_PARAMS / 8];
    m->call.params = params ? params : m->op->defaults ? m->op->defaults : zeros;
    m->call.input_count = input_count;
    for (int32_t i = 0; i < input_count; i++) {
        m->call.inputs[i] = *brg_tensor_shape(inputs[i]);
        m->call.data[i] = brg_tensor_data(inputs[i]);
    }
    m->call.output = *brg_tensor_shape(m->output);
    m->rows = m->call.output.dims[0];
    m->columns = m->call.output.dims[1];
    m->depth = m->call.output.dims[2] * m->call.output.dims[3];
}

static brg_status make_room(map *m, brg_error *error) {
    size_t row = (size_t)(m->columns * m->depth);
    if (m->rows == 0 || row == 0)
        return brg_fail(error, BRG_E_SHAPE, "An empty result has no errors to show.");
    m->h = (int32_t)(m->rows < MOST_ROWS ? m->rows : MOST_ROWS);
    m->w = (int32_t)(m->columns < MOST_COLUMNS ? m->columns : MOST_COLUMNS);
    m->expected = malloc(row * sizeof *m->expected);
    m->bound = malloc(row * sizeof *m->bound);
    m->ratios = malloc((size_t)m->h * (size_t)m->w * sizeof *m->ratios);
    if (!m->expected || !m->bound || !m->ratios)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for an error map.");
    return BRG_OK;
}

static double result_at(const brg_tensor *output, int64_t index) {
    const void *data = brg_tensor_data(output);
    switch (brg_tensor_shape(output)->dtype) {
    case BRG_U8:
        return ((const uint8_t *)data)[index];
    case BRG_I32:
        return ((const int32_t *)data)[index];
    default:
        return (double)((const float *)data)[index];
    }
}

/* |got - expected| as a part of the bound; infinite for what can never pass. */
static float ratio_of(double got, double expected, double bound) {
    if (!isfinite(expected))
        return got == expected || (isnan(got) && isnan(expected)) ? 0.0f : INFINITY;
    double difference = fabs(got - expected);
    if (difference == 0.0)
        return 0.0f;
    return isfinite(difference) && bound > 0.0 ? (float)(difference / bound) : INFINITY;
}

static int64_t output_row(const map *m, int32_t y) {
    return m->h > 1 ? (int64_t)y * (m->rows - 1) / (m->h - 1) : 0;
}

static void draw_row(map *m, int32_t y) {
    int64_t row = output_row(m, y), length = m->columns * m->depth;
    float *pixels = m->ratios + (size_t)y * (size_t)m->w;
    m->op->oracle(&m->call, row, row + 1, m->expected, m->bound);
    for (int32_t x = 0; x < m->w; x++)
        pixels[x] = 0.0f;
    for (int64_t i = 0; i < length; i++) {
        float ratio = ratio_of(result_at(m->output, row * length + i), m->expected[i], m->bound[i]);
        float *pixel = &pixels[i / m->depth * m->w / m->columns];
        if (!(ratio <= *pixel))
            *pixel = ratio;
        if (ratio > m->largest)
            m->largest = ratio;
    }
}

/* Tries one row, and takes as few as fit the budget from then on. */
static void choose_height(map *m) {
    uint64_t start = brg_now_ns();
    draw_row(m, 0);
    uint64_t took = brg_now_ns() - start + 1;
    uint64_t affordable = BUDGET_NS / took;
    if (affordable < (uint64_t)m->h)
        m->h = (int32_t)(affordable > FEWEST_ROWS ? affordable : FEWEST_ROWS);
    if (m->h > m->rows)
        m->h = (int32_t)m->rows;
}

static void write_caption(const map *m, brg_picture *picture) {
    char rows[48] = "every row";
    if (m->h < m->rows)
        snprintf(rows, sizeof rows, "%d of %lld rows", m->h, (long long)m->rows);
    if (!(m->largest <= 1.0f))
        snprintf(picture->caption, sizeof picture->caption, "%s, red: beyond the bound", rows);
    else if (m->largest > 0.0f)
        snprintf(picture->caption, sizeof picture->caption, "%s, brightest: %.3g of the bound",
                 rows, (double)m->largest);
    else
        snprintf(picture->caption, sizeof picture->caption, "%s, no difference at all", rows);
}

static brg_status draw(map *m, const atomic_bool *stop, brg_picture *picture, brg_error *error) {
    choose_height(m);
    for (int32_t y = 0; y < m->h; y++) {
        if (atomic_load(stop))
            return brg_fail(error, BRG_E_CANCELLED, "The window is closing.");
        draw_row(m, y);
    }
    float brightest = m->largest <= 1.0f ? m->largest : 1.0f;
    brg_status status = brg_picture_errors(m->ratios, m->w, m->h, brightest, picture, error);
    if (status != BRG_OK)
        return status;
    picture->aspect = (float)m->columns / (float)m->rows;
    write_caption(m, picture);
    return BRG_OK;
}

brg_status brg_error_map(const brg_op *op, const void *params, const brg_tensor *const *inputs,
                         int32_t input_count, const brg_tensor *output, const atomic_bool *stop,
                         brg_picture *picture, brg_error *error) {
    map m = {.op = op, .output = output};
    describe_call(&m, params, inputs, input_count);
    brg_status status = make_room(&m, error);
    if (status == BRG_OK)
        status = draw(&m, stop, picture, error);
    free(m.ratios);
    free(m.bound);
    free(m.expected);
    return status;
}
