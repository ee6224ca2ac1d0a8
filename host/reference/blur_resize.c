/* A blur of which only a smaller image is wanted: rows are summed down for the result's rows only,
 * then along for its columns only. */
#include "reference/blur_resize.h"

#include <string.h>

#include "reference/blur.h"
#include "reference/border.h"
#include "reference/pixels.h"

bool brg_shrink_of(int64_t in, int64_t out, brg_resize_mode mode, brg_shrink *shrink) {
    if (out < 1 || in % out != 0 || mode == BRG_RESIZE_BICUBIC)
        return false;
    int64_t step = in / out;
    /* Between the middle two of an even number, on the middle one of an odd. */
    *shrink = (brg_shrink){step, (step - 1) / 2, step % 2 ? 1 : 2};
    if (mode == BRG_RESIZE_AREA)
        *shrink = (brg_shrink){step, 0, step};
    if (mode == BRG_RESIZE_NEAREST)
        *shrink = (brg_shrink){step, step / 2, 1};
    return true;
}

enum { MAX_TAPS = 512, MAX_TAKES = MAX_TAPS - 2 * BRG_BLUR_MAX_RADIUS - 1 };

/* One axis of a call: the weights of both steps together. */
typedef struct axis {
    brg_shrink shrink;
    int64_t taps;
    float weights[MAX_TAPS];
} axis;

/* Everything that rows share. Means of more than MAX_TAKES are left to the textbook. */
typedef struct job {
    brg_pixels image;
    brg_gauss gauss;
    int64_t w_out;
    axis down, along;
    bool fits;
} job;

static void make_weights(const brg_gauss *gauss, axis *a) {
    a->taps = 2 * gauss->radius + a->shrink.takes;
    for (int64_t t = 0; t < a->taps && a->shrink.takes <= MAX_TAKES; t++) {
        double sum = 0.0;
        for (int64_t k = 0; k < a->shrink.takes; k++) {
            int64_t i = t - k - gauss->radius;
            if (i >= -gauss->radius && i <= gauss->radius)
                sum += gauss->weights[i < 0 ? -i : i];
        }
        a->weights[t] = (float)(sum / (double)a->shrink.takes);
    }
}

static void make_job(const brg_call *call, job *j) {
    const brg_blur_resize_params *params = call->params;
    const int64_t *in = call->inputs[0].dims, *out = call->output.dims;
    j->image = brg_pixels_of(call);
    j->w_out = out[1];
    brg_gauss_make(&params->blur, &j->gauss);
    brg_shrink_of(in[0], out[0], params->resize.mode, &j->down.shrink);
    brg_shrink_of(in[1], out[1], params->resize.mode, &j->along.shrink);
    make_weights(&j->gauss, &j->down);
    make_weights(&j->gauss, &j->along);
    j->fits = j->down.shrink.takes <= MAX_TAKES && j->along.shrink.takes <= MAX_TAKES;
}

static int64_t first_of(const axis *a, const brg_gauss *gauss, int64_t place) {
    return place * a->shrink.step + a->shrink.skips - gauss->radius;
}

/* ---- the textbook ---- */

static float mean_of(const job *j, int64_t y, int64_t x, int64_t ch) {
    const brg_shrink *down = &j->down.shrink, *along = &j->along.shrink;
    float sum = 0.0f;
    for (int64_t i = 0; i < down->takes; i++) {
        float row = 0.0f;
        for (int64_t k = 0; k < along->takes; k++)
            row += brg_blur_window(&j->image, &j->gauss, y * down->step + down->skips + i,
                                   x * along->step + along->skips + k, ch);
        sum += row;
    }
    return sum / (float)(down->takes * along->takes);
}

static void run_naive(const job *j, int64_t row0, int64_t row1, void *output) {
    int64_t c = j->image.c;
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < j->w_out; x++)
            for (int64_t ch = 0; ch < c; ch++) {
                float value = mean_of(j, y, x, ch);
                brg_pixels_store(output, j->image.u8, (y * j->w_out + x) * c + ch, &value, 1);
            }
}

void brg_blur_resize_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    job j;
    make_job(call, &j);
    run_naive(&j, row0, row1, output);
}

/* ---- the best loop ---- */

enum { LINE = BRG_PIXELS_STRIP + MAX_TAPS * BRG_PIXELS_MAX_C };

/* Sums n elements from element e of the image's rows, down, for result row y. */
static void sum_down(const job *j, int64_t y, int64_t e, int64_t n, float *out) {
    memset(out, 0, (size_t)n * sizeof *out);
    int64_t first = first_of(&j->down, &j->gauss, y);
    for (int64_t t = 0; t < j->down.taps; t++) {
        int64_t row = brg_border_index(j->gauss.border, first + t, j->image.h);
        if (row >= 0)
            brg_pixels_add(out, &j->image, row * j->image.pitch + e, n, j->down.weights[t]);
    }
}

/* The columns begin <= x < end, outside the image, of a line that begins with column `from`. */
static void fill_outside(const job *j, int64_t y, int64_t from, int64_t begin, int64_t end,
                         float *line) {
    int64_t c = j->image.c;
    for (int64_t x = begin; x < end; x++) {
        int64_t source = brg_border_index(j->gauss.border, x, j->image.w);
        if (source < 0)
            memset(line + (x - from) * c, 0, (size_t)c * sizeof *line);
        else
            sum_down(j, y, source * c, c, line + (x - from) * c);
    }
}

/* The line stands for the columns from <= x < to, of which some may lie outside the image. */
static void fill_line(const job *j, int64_t y, int64_t from, int64_t to, float *line) {
    int64_t c = j->image.c, w = j->image.w;
    int64_t inner = from < 0 ? 0 : from < w ? from : w, outer = to < w ? to : w;
    if (outer < inner)
        outer = inner;
    fill_outside(j, y, from, from, inner, line);
    sum_down(j, y, inner * c, (outer - inner) * c, line + (inner - from) * c);
    fill_outside(j, y, from, outer, to, line);
}

static void sum_along(const job *j, const float *line, int64_t n, float *out) {
    int64_t c = j->image.c, step = j->along.shrink.step * c;
    memset(out, 0, (size_t)(n * c) * sizeof *out);
    for (int64_t x = 0; x < n; x++)
        for (int64_t t = 0; t < j->along.taps; t++)
            for (int64_t ch = 0; ch < c; ch++)
                out[x * c + ch] += j->along.weights[t] * line[x * step + t * c + ch];
}

void brg_blur_resize_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    job j;
    float line[LINE], sums[BRG_PIXELS_STRIP];
    make_job(call, &j);
    int64_t c = j.image.c, step = j.along.shrink.step;
    int64_t columns = BRG_PIXELS_STRIP / (step * c);
    if (!j.fits || columns < 1) {
        run_naive(&j, row0, row1, output);
        return;
    }
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < j.w_out; x += columns) {
            int64_t n = j.w_out - x < columns ? j.w_out - x : columns;
            int64_t from = first_of(&j.along, &j.gauss, x);
            fill_line(&j, y, from, from + (n - 1) * step + j.along.taps, line);
            sum_along(&j, line, n, sums);
            brg_pixels_store(output, j.image.u8, (y * j.w_out + x) * c, sums, n * c);
        }
}

/* ---- the exact value ---- */

/* Adds what a strip of one blurred row, n elements from `first`, is to result row y. */
static void add_strip(const job *j, int64_t row, int64_t first, int64_t n, double *expected,
                      double *bound) {
    double value[BRG_PIXELS_STRIP], slack[BRG_PIXELS_STRIP];
    const brg_shrink *along = &j->along.shrink;
    int64_t c = j->image.c;
    brg_blur_exact(&j->image, &j->gauss, row, first, n, value, slack);
    for (int64_t i = 0; i < n; i++) {
        int64_t x = (first + i) / c, ch = (first + i) % c;
        int64_t within = x % along->step - along->skips, to = x / along->step * c + ch;
        if (within >= 0 && within < along->takes) {
            expected[to] += value[i];
            bound[to] += slack[i];
        }
    }
}

static void exact_row(const job *j, int64_t y, double *expected, double *bound) {
    const brg_shrink *down = &j->down.shrink, *along = &j->along.shrink;
    int64_t n = j->w_out * j->image.c, pitch = j->image.pitch;
    double count = (double)(down->takes * along->takes);
    double terms = (double)(down->takes + along->takes);
    double more = 1.0 + (4.0 * terms + 16.0) / (4.0 * (2.0 * j->gauss.radius + 1.0) + 40.0);
    memset(expected, 0, (size_t)n * sizeof *expected);
    memset(bound, 0, (size_t)n * sizeof *bound);
    for (int64_t i = 0; i < down->takes; i++)
        for (int64_t e = 0; e < pitch; e += BRG_PIXELS_STRIP)
            add_strip(j, y * down->step + down->skips + i, e,
                      pitch - e < BRG_PIXELS_STRIP ? pitch - e : BRG_PIXELS_STRIP, expected, bound);
    for (int64_t i = 0; i < n; i++)
        brg_pixels_state(j->image.u8, expected[i] / count, bound[i] * more / count, &expected[i],
                         &bound[i]);
}

void brg_blur_resize_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                            double *bound) {
    job j;
    make_job(call, &j);
    int64_t n = j.w_out * j.image.c;
    for (int64_t y = row0; y < row1; y++)
        exact_row(&j, y, expected + (y - row0) * n, bound + (y - row0) * n);
}
