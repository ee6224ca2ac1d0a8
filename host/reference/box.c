/* The mean over a square in sequential C. Bytes by running sums: every column keeps the sum of its
 * window, to which a row is added while another leaves, and sums of columns run along the row. */
#include "reference/box.h"

#include <math.h>

#include "reference/blur.h"
#include "reference/border.h"

brg_blur_params brg_box_blur(const brg_box_params *params) {
    return (brg_blur_params){.sigma = INFINITY, .radius = params->radius, .border = params->border};
}

static brg_gauss flat_of(const brg_call *call) {
    brg_blur_params blur = brg_box_blur(call->params);
    brg_gauss gauss;
    brg_gauss_make(&blur, &gauss);
    return gauss;
}

enum { MARGIN = BRG_BLUR_MAX_RADIUS * BRG_PIXELS_MAX_C, LINE = BRG_PIXELS_STRIP + 2 * MARGIN };

/* A strip of columns, those of the window of its first and last pixel included. */
typedef struct columns {
    const brg_pixels *image;
    const brg_gauss *gauss;
    int64_t count;
    int64_t source[LINE]; /* the element of a row that stands for each, or -1 */
    int32_t sums[LINE];
} columns;

static void begin_columns(columns *s, int64_t first, int64_t n) {
    int64_t c = s->image->c, radius = s->gauss->radius;
    s->count = n + 2 * radius * c;
    for (int64_t i = 0; i < s->count; i++) {
        int64_t pixel = i / c + first / c - radius;
        int64_t column = brg_border_index(s->gauss->border, pixel, s->image->w);
        s->source[i] = column < 0 ? -1 : column * c + i % c;
        s->sums[i] = 0;
    }
}

/* Adds row y, or takes it away. */
static void add_row(columns *s, int64_t y, int32_t sign) {
    int64_t row = brg_border_index(s->gauss->border, y, s->image->h);
    if (row < 0)
        return;
    const uint8_t *from = (const uint8_t *)s->image->data + row * s->image->pitch;
    for (int64_t i = 0; i < s->count; i++)
        if (s->source[i] >= 0)
            s->sums[i] += sign * from[s->source[i]];
}

static void mean_along(const columns *s, int64_t n, uint8_t *out) {
    int64_t c = s->image->c, reach = (2 * s->gauss->radius + 1) * c;
    float inverse = 1.0f / (float)((2 * s->gauss->radius + 1) * (2 * s->gauss->radius + 1));
    for (int64_t ch = 0; ch < c; ch++) {
        int32_t sum = 0;
        for (int64_t i = ch; i < reach; i += c)
            sum += s->sums[i];
        for (int64_t e = ch; e < n; e += c) {
            out[e] = brg_pixels_round((float)sum * inverse);
            if (e + reach < s->count)
                sum += s->sums[e + reach] - s->sums[e];
        }
    }
}

static void run_bytes(const brg_call *call, const brg_gauss *gauss, int64_t row0, int64_t row1,
                      uint8_t *output) {
    brg_pixels image = brg_pixels_of(call);
    columns s = {.image = &image, .gauss = gauss};
    for (int64_t e = 0; e < image.pitch; e += BRG_PIXELS_STRIP) {
        int64_t left = image.pitch - e, n = left < BRG_PIXELS_STRIP ? left : BRG_PIXELS_STRIP;
        begin_columns(&s, e, n);
        for (int64_t y = row0 - gauss->radius; row0 < row1 && y < row0 + gauss->radius; y++)
            add_row(&s, y, 1);
        for (int64_t y = row0; y < row1; y++) {
            add_row(&s, y + gauss->radius, 1);
            mean_along(&s, n, output + y * image.pitch + e);
            add_row(&s, y - gauss->radius, -1);
        }
    }
}

void brg_box_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_gauss gauss = flat_of(call);
    if (call->inputs[0].dtype == BRG_U8)
        run_bytes(call, &gauss, row0, row1, output);
    else
        brg_gauss_sequential(call, &gauss, row0, row1, output);
}

void brg_box_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_gauss gauss = flat_of(call);
    brg_gauss_naive(call, &gauss, row0, row1, output);
}

void brg_box_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                    double *bound) {
    brg_gauss gauss = flat_of(call);
    brg_gauss_oracle(call, &gauss, row0, row1, expected, bound);
}
