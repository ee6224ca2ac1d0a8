/* mandelbrot in sequential C: the best portable loop, the textbook loop, and the oracle.
 *
 * The count is defined in f32, operation by operation, none of them fused: this file is compiled
 * without contraction. The oracle is the textbook loop, and its bound is zero. */
#include "reference/mandelbrot.h"

enum { LANES = 32, BURST = 8, SAMPLES = 16, SAMPLE_STEPS = 1024 };

/* ---- naive ---- */

static int32_t count_steps(float cx, float cy, int32_t iterations) {
    float x = 0, y = 0;
    int32_t n = 0;
    for (; n < iterations; n++) {
        float xx = x * x, yy = y * y;
        if (!(xx + yy <= 4.0f))
            break;
        y = (x + x) * y + cy;
        x = (xx - yy) + cx;
    }
    return n;
}

static float column_of(const brg_mandelbrot_params *p, int64_t column) {
    return p->left + (float)column * p->pixel;
}

static float row_of(const brg_mandelbrot_params *p, int64_t row) {
    return p->top - (float)row * p->pixel;
}

void brg_mandelbrot_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_mandelbrot_params *p = call->params;
    for (int64_t row = row0; row < row1; row++)
        for (int64_t column = 0; column < p->width; column++)
            ((int32_t *)output)[row * p->width + column] =
                count_steps(column_of(p, column), row_of(p, row), p->iterations);
}

/* ---- sequential ---- */

/* Pixels side by side, so that compilers may put them into vectors. */
typedef struct lanes {
    float x[LANES], y[LANES], cx[LANES];
    int32_t inside[LANES], n[LANES];
} lanes;

/* Makes `steps` steps of every pixel, and returns whether any is still inside. */
static int32_t make_steps(lanes *l, float cy, int32_t steps) {
    int32_t any = 0;
    for (int32_t s = 0; s < steps; s++)
        for (int64_t q = 0; q < LANES; q++) {
            float xx = l->x[q] * l->x[q], yy = l->y[q] * l->y[q];
            l->inside[q] &= xx + yy <= 4.0f;
            l->n[q] += l->inside[q];
            l->y[q] = (l->x[q] + l->x[q]) * l->y[q] + cy;
            l->x[q] = (xx - yy) + l->cx[q];
        }
    for (int64_t q = 0; q < LANES; q++)
        any |= l->inside[q];
    return any;
}

/* The same eight times over, with each pixel's state in registers meanwhile. */
static int32_t make_burst(lanes *l, float cy) {
    int32_t any = 0;
    for (int64_t q = 0; q < LANES; q++) {
        float x = l->x[q], y = l->y[q], cx = l->cx[q];
        int32_t inside = l->inside[q], n = l->n[q];
        for (int32_t s = 0; s < BURST; s++) {
            float xx = x * x, yy = y * y;
            inside &= xx + yy <= 4.0f;
            n += inside;
            y = (x + x) * y + cy;
            x = (xx - yy) + cx;
        }
        l->x[q] = x;
        l->y[q] = y;
        l->inside[q] = inside;
        l->n[q] = n;
        any |= inside;
    }
    return any;
}

static void count_lanes(const brg_mandelbrot_params *p, int64_t row, int64_t column, int32_t *out) {
    lanes l;
    float cy = row_of(p, row);
    int32_t done = 0, any = 1;
    for (int64_t q = 0; q < LANES; q++) {
        l.cx[q] = column_of(p, column + q);
        l.x[q] = l.y[q] = 0;
        l.inside[q] = 1;
        l.n[q] = 0;
    }
    for (; any && done + BURST <= p->iterations; done += BURST)
        any = make_burst(&l, cy);
    if (any)
        make_steps(&l, cy, p->iterations - done);
    for (int64_t q = 0; q < LANES && column + q < p->width; q++)
        out[q] = l.n[q];
}

void brg_mandelbrot_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_mandelbrot_params *p = call->params;
    for (int64_t row = row0; row < row1; row++)
        for (int64_t column = 0; column < p->width; column += LANES)
            count_lanes(p, row, column, (int32_t *)output + row * p->width + column);
}

/* ---- oracle ---- */

void brg_mandelbrot_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                           double *bound) {
    const brg_mandelbrot_params *p = call->params;
    for (int64_t row = row0; row < row1; row++)
        for (int64_t column = 0; column < p->width; column++) {
            int64_t at = (row - row0) * p->width + column;
            expected[at] = count_steps(column_of(p, column), row_of(p, row), p->iterations);
            bound[at] = 0;
        }
}

/* Pixels in the middle of 16 x 16 fields. One that is still inside after 1024 steps is taken to
 * stay. */
double brg_mandelbrot_mean_steps(const brg_mandelbrot_params *p) {
    double sum = 0;
    int32_t most = p->iterations < SAMPLE_STEPS ? p->iterations : SAMPLE_STEPS;
    for (int64_t i = 0; i < SAMPLES; i++)
        for (int64_t j = 0; j < SAMPLES; j++) {
            int64_t row = (2 * i + 1) * p->height / (2 * SAMPLES);
            int64_t column = (2 * j + 1) * p->width / (2 * SAMPLES);
            int32_t n = count_steps(column_of(p, column), row_of(p, row), most);
            sum += n < most ? n : p->iterations;
        }
    return sum / (SAMPLES * SAMPLES);
}
