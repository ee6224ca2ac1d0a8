/* The error bounds of Winograd's convolutions, for the oracles.
 *
 * Winograd's algorithm (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016)
 * makes a tile of m x m outputs from a tile d of a x a inputs, a = m + 2, and a filter g of 3 x 3:
 *
 *     Y = At [ sum over channels of (G g Gt) * (Bt d B) ] A            * element by element
 *
 * Every step is a sum of products with fixed matrices, so that the standard result applies to the
 * whole (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1): if no
 * product in the result passes through more than t roundings, the error of each output is at most
 *
 *     gamma_t  |At| [ sum over channels of (|G||g||Gt|) * (|Bt||d||B|) ] |A|
 *
 * which is evaluated here with the actual data. Counting roundings on the longest path, for tiles
 * of 4 (those of 2 need fewer), where multiplying by a power of two is exact:
 *
 *     Bt d B      3 in each pass: 5 x, and two additions
 *     G g Gt      4 in each pass: a coefficient such as 1/6, its product, two additions
 *     product     1, and at most (channels - 1) additions
 *     At . A      3 in each pass: additions;  bias: 1
 *
 * together channels + 21. The gradient with respect to the weights transposes the algorithm,
 *
 *     dg = Gt [ sum over tiles of (A dY At) * (Bt d B) ] G
 *
 * with at most 3 in each pass of A, 5 in each of Gt (a coefficient, its product, three additions)
 * and one addition for each tile, in whatever order: tiles + 22.
 *
 * What the transforms magnify, these bounds magnify too: with tiles of 4 they are one to two orders
 * of magnitude wider than those of the plain sum. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/conv2d_nchw.h"

enum { MOST = 6, TAPS = 3 }; /* the longest side of a transformed tile, and that of a filter */

/* The magnitudes of the three matrices. */
typedef struct matrices {
    int64_t out, side;     /* m, and m + 2 */
    double bt[MOST][MOST]; /* side x side */
    double g[MOST][MOST];  /* side x 3 */
    double at[MOST][MOST]; /* m x side */
} matrices;

static const matrices tiles_of_2 = {
    .out = 2,
    .side = 4,
    .bt = {{1, 0, 1, 0}, {0, 1, 1, 0}, {0, 1, 1, 0}, {0, 1, 0, 1}},
    .g = {{1, 0, 0}, {.5, .5, .5}, {.5, .5, .5}, {0, 0, 1}},
    .at = {{1, 1, 1, 0}, {0, 1, 1, 1}},
};

static const matrices tiles_of_4 = {
    .out = 4,
    .side = 6,
    .bt = {{4, 0, 5, 0, 1, 0},
           {0, 4, 4, 1, 1, 0},
           {0, 4, 4, 1, 1, 0},
           {0, 2, 1, 2, 1, 0},
           {0, 2, 1, 2, 1, 0},
           {0, 4, 0, 5, 0, 1}},
    .g = {{1. / 4, 0, 0},
          {1. / 6, 1. / 6, 1. / 6},
          {1. / 6, 1. / 6, 1. / 6},
          {1. / 24, 1. / 12, 1. / 6},
          {1. / 24, 1. / 12, 1. / 6},
          {0, 0, 1}},
    .at = {{1, 1, 1, 1, 1, 0}, {0, 1, 1, 2, 2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, 1, 8, 8, 1}},
};

int64_t brg_conv_winograd_tile(const char *variant) {
    if (variant && strcmp(variant, "winograd2") == 0)
        return 2;
    return variant && strcmp(variant, "winograd4") == 0 ? 4 : 0;
}

static const matrices *matrices_of(int64_t tile) {
    return tile == 2 ? &tiles_of_2 : &tiles_of_4;
}

/* out = left in leftt, both left's or both its transpose's: out is rows x rows, in cols x cols. */
static void apply(const double left[MOST][MOST], bool transposed, int64_t rows, int64_t cols,
                  const double *in, double *out) {
    double half[MOST][MOST];
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) {
            half[i][j] = 0;
            for (int64_t p = 0; p < cols; p++)
                half[i][j] += (transposed ? left[p][i] : left[i][p]) * in[p * cols + j];
        }
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < rows; j++) {
            out[i * rows + j] = 0;
            for (int64_t p = 0; p < cols; p++)
                out[i * rows + j] += half[i][p] * (transposed ? left[p][j] : left[j][p]);
        }
}

/* The magnitudes of a square of `side` from (y, x) of a plane, 0 outside. */
static void take(const float *plane, int64_t h, int64_t w, int64_t y, int64_t x, int64_t side,
                 double *to) {
    for (int64_t i = 0; i < side; i++)
        for (int64_t j = 0; j < side; j++) {
            bool in = y + i >= 0 && y + i < h && x + j >= 0 && x + j < w;
            to[i * side + j] = in ? fabs((double)plane[(y + i) * w + x + j]) : 0.0;
        }
}

/* How the tiles lie over an image. */
typedef struct tiling {
    int64_t rows, cols;
} tiling;

static tiling tiling_of(const brg_conv *v, int64_t tile) {
    return (tiling){(v->oh + tile - 1) / tile, (v->ow + tile - 1) / tile};
}

/* ---- forward ---- */

static double *transformed_filters(const brg_conv *v, const matrices *m) {
    const int64_t area = m->side * m->side;
    double *u = malloc((size_t)(v->k * v->cg * area) * sizeof *u);
    for (int64_t i = 0; u && i < v->k * v->cg; i++) {
        double filter[TAPS * TAPS];
        take(v->weights + i * TAPS * TAPS, TAPS, TAPS, 0, 0, TAPS, filter);
        apply(m->g, false, m->side, TAPS, filter, u + i * area);
    }
    return u;
}

/* Bounds of one tile of all filters of a group, from the transformed inputs `d` of its channels. */
static void bound_tile(const brg_conv *v, const matrices *m, int64_t g, int64_t ty, int64_t tx,
                       const double *u, const double *d, double *bound) {
    const int64_t area = m->side * m->side;
    for (int64_t k = g * v->kg; k < (g + 1) * v->kg; k++) {
        double sum[MOST * MOST] = {0}, y[MOST * MOST];
        for (int64_t c = 0; c < v->cg; c++)
            for (int64_t e = 0; e < area; e++)
                sum[e] += u[(k * v->cg + c) * area + e] * d[c * area + e];
        apply(m->at, false, m->out, m->side, sum, y);
        double base = v->bias ? fabs((double)v->bias[k]) : 0.0;
        for (int64_t i = 0; i < m->out && ty * m->out + i < v->oh; i++)
            for (int64_t j = 0; j < m->out && tx * m->out + j < v->ow; j++)
                bound[(k * v->oh + ty * m->out + i) * v->ow + tx * m->out + j] =
                    brg_conv_bound((double)v->cg + 19, y[i * m->out + j] + base);
    }
}

static void bound_image(const brg_conv *v, const matrices *m, int64_t n, const double *u, double *d,
                        double *bound) {
    const int64_t area = m->side * m->side;
    const tiling t = tiling_of(v, m->out);
    for (int64_t g = 0; g < v->groups; g++)
        for (int64_t ty = 0; ty < t.rows; ty++)
            for (int64_t tx = 0; tx < t.cols; tx++) {
                for (int64_t c = 0; c < v->cg; c++) {
                    double tile[MOST * MOST];
                    take(v->x + (n * v->c + g * v->cg + c) * v->h * v->w, v->h, v->w,
                         ty * m->out - v->ph, tx * m->out - v->pw, m->side, tile);
                    apply(m->bt, false, m->side, m->side, tile, d + c * area);
                }
                bound_tile(v, m, g, ty, tx, u, d, bound);
            }
}

bool brg_conv_winograd_bound(const brg_conv *v, int64_t tile, int64_t row0, int64_t row1,
                             double *bound) {
    const matrices *m = matrices_of(tile);
    double *u = transformed_filters(v, m);
    double *d = malloc((size_t)(v->cg * m->side * m->side) * sizeof *d);
    bool ok = u && d;
    for (int64_t n = row0; ok && n < row1; n++)
        bound_image(v, m, n, u, d, bound + (n - row0) * v->k * v->oh * v->ow);
    free(u);
    free(d);
    return ok;
}

/* ---- the gradient with respect to the weights ---- */

/* Adds a tile of an image: the transformed inputs of all channels times the gradients of filters
 * row0..row1-1. */
static void add_tile(const brg_conv *v, const matrices *m, int64_t n, int64_t ty, int64_t tx,
                     int64_t row0, int64_t row1, double *d, double *sum) {
    const int64_t area = m->side * m->side;
    double tile[MOST * MOST], e[MOST * MOST];
    for (int64_t c = 0; c < v->c; c++) {
        take(v->x + (n * v->c + c) * v->h * v->w, v->h, v->w, ty * m->out - v->ph,
             tx * m->out - v->pw, m->side, tile);
        apply(m->bt, false, m->side, m->side, tile, d + c * area);
    }
    for (int64_t k = row0; k < row1; k++) {
        take(v->dy + (n * v->k + k) * v->oh * v->ow, v->oh, v->ow, ty * m->out, tx * m->out, m->out,
             tile);
        apply(m->at, true, m->side, m->out, tile, e);
        for (int64_t c = 0; c < v->cg; c++)
            for (int64_t i = 0; i < area; i++)
                sum[((k - row0) * v->cg + c) * area + i] +=
                    e[i] * d[(k / v->kg * v->cg + c) * area + i];
    }
}

bool brg_conv_winograd_weights_bound(const brg_conv *v, int64_t tile, int64_t row0, int64_t row1,
                                     double *bound) {
    const matrices *m = matrices_of(tile);
    const int64_t area = m->side * m->side, filters = (row1 - row0) * v->cg;
    const tiling t = tiling_of(v, tile);
    double *sum = calloc((size_t)(filters * area), sizeof *sum);
    double *d = malloc((size_t)(v->c * area) * sizeof *d);
    bool ok = sum && d;
    for (int64_t n = 0; ok && n < v->n; n++)
        for (int64_t ty = 0; ty < t.rows; ty++)
            for (int64_t tx = 0; tx < t.cols; tx++)
                add_tile(v, m, n, ty, tx, row0, row1, d, sum);
    for (int64_t i = 0; ok && i < filters; i++) {
        double weight[TAPS * TAPS];
        apply(m->g, true, TAPS, m->side, sum + i * area, weight);
        for (int64_t j = 0; j < TAPS * TAPS; j++)
            bound[i * TAPS * TAPS + j] =
                brg_conv_bound((double)(v->n * t.rows * t.cols) + 20, weight[j]);
    }
    free(sum);
    free(d);
    return ok;
}
