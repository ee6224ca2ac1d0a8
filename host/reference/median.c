/* The median of a square window in sequential C. */
#include "reference/median.h"

#include <string.h>

#include "brigade/ops.h"
#include "reference/border.h"
#include "reference/pixels.h"

enum { MOST = 25 };

/* The window of one element, in any order; returns how many. */
static int32_t window(const brg_pixels *image, const brg_median_params *params, int64_t y,
                      int64_t x, int64_t ch, float values[MOST]) {
    int32_t count = 0, reach = params->size / 2;
    for (int32_t i = -reach; i <= reach; i++)
        for (int32_t j = -reach; j <= reach; j++) {
            int64_t row = brg_border_index(params->border, y + i, image->h);
            int64_t column = brg_border_index(params->border, x + j, image->w);
            bool zero = row < 0 || column < 0;
            values[count++] =
                zero ? 0.0f : brg_pixels_get(image, row * image->pitch + column * image->c + ch);
        }
    return count;
}

/* Sorts by insertion, as one would by hand, and takes the middle. */
static float middle_of(float *values, int32_t count) {
    for (int32_t i = 1; i < count; i++) {
        float value = values[i];
        int32_t place = i;
        for (; place > 0 && values[place - 1] > value; place--)
            values[place] = values[place - 1];
        values[place] = value;
    }
    return values[count / 2];
}

static void median_pixel(const brg_pixels *image, const brg_median_params *params, int64_t y,
                         int64_t x, void *output) {
    for (int64_t ch = 0; ch < image->c; ch++) {
        float values[MOST];
        float middle = middle_of(values, window(image, params, y, x, ch, values));
        brg_pixels_store(output, image->u8, y * image->pitch + x * image->c + ch, &middle, 1);
    }
}

void brg_median_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_pixels image = brg_pixels_of(call);
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < image.w; x++)
            median_pixel(&image, call->params, y, x, output);
}

/* ---- a run of elements at once ---- */

enum { RUN = 64 };

/* Minima and maxima of runs become vector instructions. One text for two types. */
#define RUNS(type)                                                                                   \
    static void order_##type(type *restrict a, type *restrict b) {                                   \
        for (int32_t i = 0; i < RUN; i++) {                                                          \
            type x = a[i], y = b[i];                                                                 \
            a[i] = x < y ? x : y;                                                                    \
            b[i] = x < y ? y : x;                                                                    \
        }                                                                                            \
    }                                                                                                \
                                                                                                     \
    /* Of the values kept, neither the smallest nor the largest can be the middle one of all: they \
     * are put aside and the next is taken in, until three are left. */ \
    static const type *middle_##type(type v[][RUN], int32_t count) {                                 \
        int32_t kept = count / 2 + 2;                                                                \
        for (int32_t n = kept; n >= 3; n--) {                                                        \
            for (int32_t i = 0; i < n / 2; i++)                                                      \
                order_##type(v[i], v[n - 1 - i]);                                                    \
            for (int32_t i = 1; i < (n + 1) / 2; i++)                                                \
                order_##type(v[0], v[i]);                                                            \
            for (int32_t i = n / 2; i < n - 1; i++)                                                  \
                order_##type(v[i], v[n - 1]);                                                        \
            if (n > 3)                                                                               \
                memcpy(v[0], v[2 * kept - n], sizeof v[0]);                                          \
        }                                                                                            \
        return v[1];                                                                                 \
    }                                                                                                \
                                                                                                     \
    /* RUN elements, all of whose neighbours are in the image. */                                    \
    static void run_##type(const type *in, int64_t pitch, int64_t c, int32_t size, type *out) {      \
        type v[MOST][RUN];                                                                           \
        for (int32_t i = 0; i < size * size; i++)                                                    \
            memcpy(v[i], in + (i / size - size / 2) * pitch + (i % size - size / 2) * c,             \
                   sizeof v[i]);                                                                     \
        memcpy(out, middle_##type(v, size *size), sizeof v[0]);                                      \
    }

RUNS(uint8_t)
RUNS(float)

static void run_at(const brg_pixels *image, int32_t size, int64_t at, void *output) {
    if (image->u8)
        run_uint8_t((const uint8_t *)image->data + at, image->pitch, image->c, size,
                    (uint8_t *)output + at);
    else
        run_float((const float *)image->data + at, image->pitch, image->c, size,
                  (float *)output + at);
}

void brg_median_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_pixels image = brg_pixels_of(call);
    const brg_median_params *params = call->params;
    int64_t reach = params->size / 2, begin = reach * image.c, end = image.pitch - begin;
    for (int64_t y = row0; y < row1; y++) {
        bool inside = y >= reach && y + reach < image.h && end - begin >= RUN;
        for (int64_t e = begin; inside && e < end; e += RUN)
            run_at(&image, params->size, y * image.pitch + (e + RUN < end ? e : end - RUN), output);
        for (int64_t x = 0; x < image.w; x++) {
            if (inside && x == reach)
                x = image.w - reach;
            median_pixel(&image, params, y, x, output);
        }
    }
}

void brg_median_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                       double *bound) {
    brg_pixels image = brg_pixels_of(call);
    int64_t to = 0;
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < image.w; x++)
            for (int64_t ch = 0; ch < image.c; ch++, to++) {
                float values[MOST];
                int32_t count = window(&image, call->params, y, x, ch, values);
                expected[to] = (double)middle_of(values, count);
                bound[to] = image.u8 ? 0.0 : 0x1p-126; /* a device may take less than this for 0 */
            }
}
