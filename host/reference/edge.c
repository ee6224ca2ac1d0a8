/* Gradients after Sobel in sequential C: the magnitude, or one component.
 *
 *          -1 0 1            -1 -2 -1
 *     gx = -2 0 2       gy =  0  0  0      out = sqrt(gx^2 + gy^2) / 4
 *          -1 0 1             1  2  1 */
#include <math.h>

#include "brigade/ops.h"
#include "reference/border.h"
#include "reference/edge.h"
#include "reference/pixels.h"

/* One text for two types. `up`, `at` and `down` point to the same pixel of the row above, its own
 * and the one below; c elements on either side are there. Alpha is put back afterwards: a test
 * inside the loop would keep it from becoming vector instructions. */
#define INNER_ROW(name, type, sum, shown, finish)                                                  \
    static void name(const type *restrict up, const type *restrict at, const type *restrict down,  \
                     int64_t c, int64_t n, type *restrict out) {                                   \
        for (int64_t i = 0; i < n; i++) {                                                          \
            sum gx = (up[i + c] - up[i - c]) + 2 * (at[i + c] - at[i - c]) +                       \
                     (down[i + c] - down[i - c]);                                                  \
            sum gy =                                                                               \
                (down[i - c] - up[i - c]) + 2 * (down[i] - up[i]) + (down[i + c] - up[i + c]);     \
            out[i] = finish(shown(gx, gy));                                                        \
        }                                                                                          \
        for (int64_t i = 3; c == 4 && i < n; i += 4)                                               \
            out[i] = at[i];                                                                        \
    }
#define SAME(value) (value)

#define MAGNITUDE(gx, gy) (0.25f * sqrtf((float)(gx * gx + gy * gy)))
#define GREY_X(gx, gy) ((void)gy, 128.0f + 0.125f * (float)gx)
#define GREY_Y(gx, gy) ((void)gx, 128.0f + 0.125f * (float)gy)
#define SIGNED_X(gx, gy) ((void)gy, 0.25f * gx)
#define SIGNED_Y(gx, gy) ((void)gx, 0.25f * gy)

INNER_ROW(magnitude_u8, uint8_t, int32_t, MAGNITUDE, brg_pixels_round)
INNER_ROW(x_u8, uint8_t, int32_t, GREY_X, brg_pixels_round)
INNER_ROW(y_u8, uint8_t, int32_t, GREY_Y, brg_pixels_round)
INNER_ROW(magnitude_f32, float, float, MAGNITUDE, SAME)
INNER_ROW(x_f32, float, float, SIGNED_X, SAME)
INNER_ROW(y_f32, float, float, SIGNED_Y, SAME)

/* The rows and columns that a pixel's window reads; -1 where the border is zero. */
typedef struct window {
    int64_t rows[3], columns[3];
} window;

static window window_at(const brg_pixels *image, brg_border border, int64_t y, int64_t x) {
    window w;
    for (int64_t i = 0; i < 3; i++) {
        w.rows[i] = brg_border_index(border, y + i - 1, image->h);
        w.columns[i] = brg_border_index(border, x + i - 1, image->w);
    }
    return w;
}

static void read_window(const brg_pixels *image, const window *w, int64_t ch, float p[3][3]) {
    for (int32_t i = 0; i < 3; i++)
        for (int32_t j = 0; j < 3; j++) {
            bool zero = w->rows[i] < 0 || w->columns[j] < 0;
            int64_t at = w->rows[i] * image->pitch + w->columns[j] * image->c + ch;
            p[i][j] = zero ? 0.0f : brg_pixels_get(image, at);
        }
}

static float shown(const brg_pixels *image, brg_edge_component component, float gx, float gy) {
    if (component == BRG_EDGE_MAGNITUDE)
        return MAGNITUDE(gx, gy);
    float alone = component == BRG_EDGE_X ? gx : gy;
    return image->u8 ? 128.0f + 0.125f * alone : 0.25f * alone;
}

static void edge_pixel(const brg_pixels *image, const brg_edge_params *params, int64_t y, int64_t x,
                       void *output) {
    window w = window_at(image, params->border, y, x);
    for (int64_t ch = 0; ch < image->c; ch++) {
        float p[3][3];
        read_window(image, &w, ch, p);
        float gx = (p[0][2] - p[0][0]) + 2.0f * (p[1][2] - p[1][0]) + (p[2][2] - p[2][0]);
        float gy = (p[2][0] - p[0][0]) + 2.0f * (p[2][1] - p[0][1]) + (p[2][2] - p[0][2]);
        float out = ch < 3 ? shown(image, params->component, gx, gy) : p[1][1];
        brg_pixels_store(output, image->u8, y * image->pitch + x * image->c + ch, &out, 1);
    }
}

typedef void (*row_u8)(const uint8_t *, const uint8_t *, const uint8_t *, int64_t, int64_t,
                       uint8_t *);
typedef void (*row_f32)(const float *, const float *, const float *, int64_t, int64_t, float *);

static void inner_row(const brg_pixels *image, brg_edge_component component, int64_t y,
                      void *output) {
    static const row_u8 rows_u8[BRG_EDGE_COMPONENT_COUNT] = {magnitude_u8, x_u8, y_u8};
    static const row_f32 rows_f32[BRG_EDGE_COMPONENT_COUNT] = {magnitude_f32, x_f32, y_f32};
    int64_t at = y * image->pitch + image->c, n = image->pitch - 2 * image->c;
    if (image->u8) {
        const uint8_t *in = (const uint8_t *)image->data + at;
        rows_u8[component](in - image->pitch, in, in + image->pitch, image->c, n,
                           (uint8_t *)output + at);
    } else {
        const float *in = (const float *)image->data + at;
        rows_f32[component](in - image->pitch, in, in + image->pitch, image->c, n,
                            (float *)output + at);
    }
}

void brg_edge_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_pixels image = brg_pixels_of(call);
    const brg_edge_params *params = call->params;
    for (int64_t y = row0; y < row1; y++) {
        bool inside = y > 0 && y < image.h - 1 && image.w > 2;
        if (inside)
            inner_row(&image, params->component, y, output);
        for (int64_t x = 0; x < image.w; x += inside ? image.w - 1 : 1)
            edge_pixel(&image, params, y, x, output);
    }
}

void brg_edge_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    brg_pixels image = brg_pixels_of(call);
    const brg_edge_params *params = call->params;
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < image.w; x++)
            edge_pixel(&image, params, y, x, output);
}

static void exact_pixel(const float p[3][3], brg_edge_component component, bool u8, double *value,
                        double *slack) {
    static const double smooth[3] = {1.0, 2.0, 1.0};
    const double u = 0x1p-24;
    double gx = 0.0, gy = 0.0, size_x = 0.0, size_y = 0.0;
    for (int32_t i = 0; i < 3; i++) {
        gx += smooth[i] * ((double)p[i][2] - (double)p[i][0]);
        gy += smooth[i] * ((double)p[2][i] - (double)p[0][i]);
        size_x += smooth[i] * (fabs((double)p[i][2]) + fabs((double)p[i][0]));
        size_y += smooth[i] * (fabs((double)p[2][i]) + fabs((double)p[0][i]));
    }
    double gamma = 6.0 * u / (1.0 - 6.0 * u);
    if (component != BRG_EDGE_MAGNITUDE) {
        bool x = component == BRG_EDGE_X;
        *value = u8 ? 128.0 + 0.125 * (x ? gx : gy) : 0.25 * (x ? gx : gy);
        *slack = gamma * 0.25 * (x ? size_x : size_y);
        return;
    }
    *value = 0.25 * sqrt(gx * gx + gy * gy);
    /* Squares below FLT_MIN may vanish: a root of theirs is below 2^-63. */
    *slack = gamma * 0.25 * (size_x + size_y) + 10.0 * u * *value + 0x1p-62;
}

void brg_edge_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound) {
    brg_pixels image = brg_pixels_of(call);
    const brg_edge_params *params = call->params;
    int64_t to = 0;
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < image.w; x++) {
            window w = window_at(&image, params->border, y, x);
            for (int64_t ch = 0; ch < image.c; ch++, to++) {
                float p[3][3];
                read_window(&image, &w, ch, p);
                double value = (double)p[1][1], slack = 0.0;
                if (ch < 3)
                    exact_pixel((const float(*)[3])p, params->component, image.u8, &value, &slack);
                brg_pixels_state(image.u8, value, slack, &expected[to], &bound[to]);
            }
        }
}
