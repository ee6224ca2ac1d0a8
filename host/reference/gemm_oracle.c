/* gemm's oracle: the exact value of each element in double, and a bound on the error of a correct
 * kernel.
 *
 * z = alpha * sum + beta * C + bias. No product in it passes through more than k + 3 roundings (its
 * own, at most k - 1 additions of terms, alpha, and the additions of beta * C and the bias), in
 * whatever order a kernel adds: |error| <= gamma_(k+3) * weight, weight = |alpha| |A||B| + |beta C|
 * + |bias| (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.5).
 *
 * Small additions make that hold on every device. OpenCL lets a device flush subnormal results to
 * zero: each of the at most 2k + 3 operations may then lose up to the smallest normal number, and
 * alpha may magnify that. And the double sums behind `weight` and the expected value carry errors
 * of their own, at most 2^-29 of the bound: 2^-53 against 2^-24, term by term.
 *
 * For f64 a double sum is as rough as the kernel's. There the sum is kept in two doubles, with the
 * errors of products and sums found exactly (Ogita, Rump and Oishi, Accurate sum and dot product,
 * SIAM J. Sci. Comput. 26, 2005, algorithm 5.3): as good as one in twice the precision and then
 * rounded.
 *
 * The epilogues. ReLU brings values no farther apart. GELU does by at most 1.13, the largest slope
 * of it, and adds its own error: z / (1 + exp(-t)), t = 2u. t carries at most 8 roundings, exp 3
 * units in the last place (OpenCL 1.2, section 7.4), addition, division (2.5 units) and product by
 * z together 8; a relative error d of exp becomes d * (1 - s) of the quotient, where s = 1 / (1 +
 * exp(-t)). A step of training adds two roundings to V and three to W. f16 is stored with one
 * rounding more, of 2^-11 or half the smallest subnormal. i8 is exact: the bound is 0, and both
 * sides wrap around at 2^32. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "reference/gemm.h"

static double unit_roundoff(const brg_gemm *g) {
    return g->in == BRG_F64 ? 0x1p-53 : 0x1p-24;
}

/* gamma of `roundings` in the type of the sums. */
static double gamma_of(const brg_gemm *g, double roundings) {
    double u = roundings * unit_roundoff(g);
    return u < 1 ? u / (1 - u) : INFINITY;
}

/* The own error of an f64 oracle is a few units of the value; the others' is 2^-28 of the bound. */
static double bound_of(const brg_gemm *g, double weight, double roundings) {
    double least = g->in == BRG_F64 ? DBL_MIN : FLT_MIN;
    double flushed = (2 * (double)g->terms + 5) * least * fmax(1, fabs((double)g->alpha));
    double own = g->in == BRG_F64 ? 5 : 0;
    return weight > 0 ? gamma_of(g, roundings + own) * weight * (1 + 0x1p-28) + flushed : flushed;
}

double brg_gemm_bound(const brg_gemm *g, double weight) {
    return bound_of(g, weight, (double)g->terms + 3);
}

/* ---- loading ---- */

static double value_at(brg_dtype dtype, const void *data, int64_t index) {
    switch (dtype) {
    case BRG_F16:
        return half_to_float(((const uint16_t *)data)[index]);
    case BRG_F64:
        return ((const double *)data)[index];
    case BRG_I8:
        return ((const int8_t *)data)[index];
    case BRG_I32:
        return ((const int32_t *)data)[index];
    default:
        return ((const float *)data)[index];
    }
}

void brg_gemm_load(brg_dtype dtype, const void *data, int64_t at, int64_t count, double *out) {
    if (dtype == BRG_F32)
        for (int64_t i = 0; i < count; i++)
            out[i] = ((const float *)data)[at + i];
    else
        for (int64_t i = 0; i < count; i++)
            out[i] = value_at(dtype, data, at + i);
}

/* DEPTH terms by WIDTH columns of op(B) as doubles, 128 KiB. */
enum { DEPTH = 64, WIDTH = 256 };

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static void copy_block(const brg_gemm *g, int64_t p0, int64_t terms, int64_t j0, int64_t cols,
                       double copy[DEPTH][WIDTH]) {
    for (int64_t p = 0; !g->tb && p < terms; p++)
        brg_gemm_load(g->in, g->b, (p0 + p) * g->ldb + j0, cols, copy[p]);
    for (int64_t j = 0; g->tb && j < cols; j++)
        for (int64_t p = 0; p < terms; p++)
            copy[p][j] = value_at(g->in, g->b, (j0 + j) * g->ldb + p0 + p);
}

/* ---- summing ---- */

/* Adds one term to a row of exact values and weights. */
static void add_exact_term(double *restrict value, double *restrict weight,
                           const double *restrict b, double a, int64_t cols) {
    for (int64_t j = 0; j < cols; j++) {
        double product = a * b[j];
        value[j] += product;
        weight[j] += fabs(product);
    }
}

/* Products, and what their rounding has lost. Kept apart from the additions, so that no compiler
 * makes one operation of the two: what is lost would no longer be what is found. */
__attribute__((noinline)) static void multiply_row(double *restrict product, double *restrict lost,
                                                   const double *restrict b, double a,
                                                   int64_t cols) {
    for (int64_t j = 0; j < cols; j++) {
        product[j] = a * b[j];
        lost[j] = fma(a, b[j], -product[j]);
    }
}

__attribute__((noinline)) static void add_row(double *restrict value, double *restrict low,
                                              double *restrict weight,
                                              const double *restrict product,
                                              const double *restrict lost, int64_t cols) {
    for (int64_t j = 0; j < cols; j++) {
        double sum = value[j] + product[j], back = sum - value[j];
        low[j] += lost[j] + ((value[j] - (sum - back)) + (product[j] - back));
        value[j] = sum;
        weight[j] += fabs(product[j]);
    }
}

/* Adds one term; what the roundings have lost goes to `low`. */
static void add_double_term(double *value, double *low, double *weight, const double *b, double a,
                            int64_t cols) {
    double product[WIDTH], lost[WIDTH];
    multiply_row(product, lost, b, a, cols);
    add_row(value, low, weight, product, lost, cols);
}

/* ---- finishing ---- */

/* What a sum comes to, and the bound on it. */
typedef struct exact {
    double value, bound;
} exact;

static exact gelu(const brg_gemm *g, exact z) {
    const double u = unit_roundoff(g);
    double t = z.value * (1.5957691216057308 + 0.0713548162726009 * z.value * z.value);
    double s = 1 / (1 + exp(-t));
    double own = fabs(z.value) * s * u * ((1 - s) * (8 * fabs(t) + 6) + 8);
    double least = g->in == BRG_F64 ? DBL_MIN : FLT_MIN;
    double far = 64 * least; /* where exp overflows, or its value is subnormal, the result is 0 */
    exact result = {z.value * s, 1.13 * z.bound + 2 * own + far};
    if (z.value < -40) /* exp(-t) is infinite */
        result.value = 0;
    return result;
}

static exact activate(const brg_gemm *g, exact z) {
    if (g->epilogue == BRG_EPILOGUE_RELU && z.value < 0)
        z.value = 0;
    else if (g->epilogue == BRG_EPILOGUE_GELU)
        z = gelu(g, z);
    return z;
}

/* One more rounding, for what is stored as f16; none at all for whole numbers. */
static exact stored(const brg_gemm *g, exact z) {
    if (g->out == BRG_F16)
        z.bound += fmax((fabs(z.value) + z.bound) * 0x1p-11, 0x1p-25);
    if (g->out == BRG_I32) {
        z.value -= floor((z.value + 0x1p31) * 0x1p-32) * 0x1p32;
        z.bound = 0;
    }
    return z;
}

static double base_at(const brg_gemm *g, int64_t at) {
    return g->c ? value_at(g->out, g->c, at) : 0.0;
}

static double bias_at(const brg_gemm *g, int64_t i, int64_t j) {
    if (!g->bias)
        return 0.0;
    return value_at(g->out, g->bias, g->kind == BRG_BIAS_COLUMNS ? j : i);
}

static exact finish(const brg_gemm *g, int64_t i, int64_t j, double value, double weight) {
    double base = (double)g->beta * base_at(g, i * g->ldc + j), bias = bias_at(g, i, j);
    exact z = {(double)g->alpha * value + base + bias, 0};
    z.bound = brg_gemm_bound(g, fabs((double)g->alpha) * weight + fabs(base) + fabs(bias));
    if (g->out == BRG_I32) /* wraps around before it is compared with 0 */
        z = stored(g, z);
    return stored(g, activate(g, z));
}

/* A step of training: V if there is a momentum, and W. */
static exact finish_velocity(const brg_gemm *g, int64_t i, int64_t j, double value, double weight,
                             double *velocity_weight) {
    double kept = 0;
    if (g->momentum != 0.0f)
        kept = (double)g->momentum * base_at(g, g->c_step + i * g->ldc + j);
    *velocity_weight = fabs((double)g->alpha) * weight + fabs(kept);
    return (exact){(double)g->alpha * value + kept,
                   bound_of(g, *velocity_weight, (double)g->terms + 3)};
}

static exact finish_weight(const brg_gemm *g, int64_t i, int64_t j, double velocity,
                           double velocity_weight) {
    double w = base_at(g, i * g->ldc + j), rate = g->rate;
    double weight = fabs(w) + fabs(rate) * velocity_weight;
    return (exact){w - rate * velocity,
                   bound_of(g, weight, (double)g->terms + 6) * fmax(1, fabs(rate))};
}

/* ---- rows ---- */

/* Turns the sums of row i into values and bounds: of z, of W, or, at `velocity`, of V. */
static void finish_row(const brg_gemm *g, int64_t i, bool velocity, const double *low,
                       double *value, double *bound) {
    for (int64_t j = 0; j < g->n; j++) {
        double sum = value[j] + (low ? low[j] : 0.0), velocity_weight;
        exact z;
        if (g->epilogue == BRG_EPILOGUE_UPDATE) {
            z = finish_velocity(g, i, j, sum, bound[j], &velocity_weight);
            if (!velocity)
                z = finish_weight(g, i, j, z.value, velocity_weight);
            z = stored(g, z);
        } else {
            z = finish(g, i, j, sum, bound[j]);
        }
        value[j] = z.value;
        bound[j] = z.bound;
    }
    for (int64_t j = g->n; j < g->ldo; j++)
        value[j] = bound[j] = 0.0;
}

/* Adds all terms of a block of op(B) to row i. */
static void add_block(const brg_gemm *g, int64_t i, int64_t p0, int64_t terms,
                      double copy[DEPTH][WIDTH], int64_t cols, double *low, double *value,
                      double *weight) {
    for (int64_t p = 0; p < terms; p++) {
        int64_t at = g->ta ? (p0 + p) * g->lda + i : i * g->lda + p0 + p;
        double a = value_at(g->in, g->a, at);
        if (low)
            add_double_term(value, low, weight, copy[p], a, cols);
        else
            add_exact_term(value, weight, copy[p], a, cols);
    }
}

/* Rows row0..row1-1 of one product, written from expected[0] and bound[0] on. */
static void solve_rows(const brg_gemm *g, int64_t row0, int64_t row1, bool velocity,
                       double *expected, double *bound) {
    double copy[DEPTH][WIDTH];
    size_t count = (size_t)(row1 - row0) * (size_t)g->ldo;
    /* Without memory for it the oracle is a little rough for f64: a right result may then fail, but
     * no wrong one pass. */
    double *low = g->in == BRG_F64 ? calloc(count + 1, sizeof *low) : NULL;
    memset(expected, 0, count * sizeof *expected);
    memset(bound, 0, count * sizeof *bound);
    for (int64_t j0 = 0; j0 < g->n; j0 += WIDTH)
        for (int64_t p0 = 0; p0 < g->terms; p0 += DEPTH) {
            int64_t cols = smaller(WIDTH, g->n - j0), terms = smaller(DEPTH, g->terms - p0);
            copy_block(g, p0, terms, j0, cols, copy);
            for (int64_t i = row0; i < row1; i++) {
                int64_t at = (i - row0) * g->ldo + j0;
                add_block(g, i, p0, terms, copy, cols, low ? low + at : NULL, expected + at,
                          bound + at);
            }
        }
    for (int64_t i = row0; i < row1; i++) {
        int64_t at = (i - row0) * g->ldo;
        finish_row(g, i, velocity, low ? low + at : NULL, expected + at, bound + at);
    }
    free(low);
}

void brg_gemm_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound) {
    const brg_gemm g = brg_gemm_resolve(call);
    if (brg_gemm_rows_are_rows(call)) {
        solve_rows(&g, row0, row1, false, expected, bound);
        return;
    }
    for (int64_t i = row0; i < row1; i++) {
        int64_t at = (i - row0) * g.o_step;
        bool update = g.epilogue == BRG_EPILOGUE_UPDATE;
        const brg_gemm one = update ? g : brg_gemm_product(&g, i);
        solve_rows(&one, 0, g.m, update && i == 1, expected + at, bound + at);
    }
}
