/* gemm in sequential C: the best portable loop, the textbook loop, and the oracle in double. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "reference/gemm.h"

/* A block of op(B): DEPTH terms by WIDTH columns, 128 KiB, stays in the second-level cache. */
enum { DEPTH = 128, WIDTH = 256 };

static int64_t or_default(int64_t value, int64_t otherwise) {
    return value != 0 ? value : otherwise;
}

brg_gemm brg_gemm_resolve(const brg_call *call) {
    const brg_gemm_params *p = call->params;
    const brg_shape *a = &call->inputs[0], *b = &call->inputs[1], *c = &call->inputs[2];
    bool has_c = call->input_count > 2;
    brg_gemm g = {.alpha = p->alpha, .beta = p->beta, .ta = p->ta, .tb = p->tb};
    g.m = or_default(p->m, p->ta ? a->dims[1] : a->dims[0]);
    g.n = or_default(p->n, p->tb ? b->dims[0] : b->dims[1]);
    g.k = or_default(p->k, p->ta ? a->dims[0] : a->dims[1]);
    g.lda = a->dims[1];
    g.ldb = b->dims[1];
    g.ldc = has_c ? c->dims[1] : g.n;
    g.ldo = or_default(p->ldc, g.ldc);
    g.terms = p->alpha != 0.0f ? g.k : 0;
    g.a = call->data[0];
    g.b = call->data[1];
    g.c = has_c && p->beta != 0.0f ? call->data[2] : NULL;
    return g;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* ---- sequential ---- */

/* Where a block of op(B) begins: in B itself, or in the copy that turns a transposed B. */
typedef struct block {
    const float *at;
    int64_t pitch;
} block;

static block take_block(const brg_gemm *g, int64_t p0, int64_t terms, int64_t j0, int64_t cols,
                        float copy[DEPTH][WIDTH]) {
    if (!g->tb)
        return (block){g->b + p0 * g->ldb + j0, g->ldb};
    for (int64_t j = 0; j < cols; j++)
        for (int64_t p = 0; p < terms; p++)
            copy[p][j] = g->b[(j0 + j) * g->ldb + p0 + p];
    return (block){copy[0], WIDTH};
}

static float a_at(const brg_gemm *g, int64_t i, int64_t p) {
    return g->ta ? g->a[p * g->lda + i] : g->a[i * g->lda + p];
}

/* Adds one term to a row: out += a * b. */
static void add_term(float *restrict out, const float *restrict b, float a, int64_t cols) {
    for (int64_t j = 0; j < cols; j++)
        out[j] += a * b[j];
}

/* Adds four terms to each of two rows in one pass, which loads and stores out once for four
 * products and uses every vector of B twice. */
static void add_four_terms(float *restrict out0, float *restrict out1, const block *b, int64_t p,
                           const float a0[4], const float a1[4], int64_t cols) {
    const float *restrict b0 = b->at + p * b->pitch;
    const float *restrict b1 = b0 + b->pitch;
    const float *restrict b2 = b1 + b->pitch;
    const float *restrict b3 = b2 + b->pitch;
    const float a00 = a0[0], a01 = a0[1], a02 = a0[2], a03 = a0[3];
    const float a10 = a1[0], a11 = a1[1], a12 = a1[2], a13 = a1[3];
    for (int64_t j = 0; j < cols; j++) {
        out0[j] = out0[j] + a00 * b0[j] + a01 * b1[j] + a02 * b2[j] + a03 * b3[j];
        out1[j] = out1[j] + a10 * b0[j] + a11 * b1[j] + a12 * b2[j] + a13 * b3[j];
    }
}

static void add_block_to_two_rows(const brg_gemm *g, int64_t i, int64_t p0, int64_t terms,
                                  const block *b, float *out, int64_t cols) {
    int64_t p = 0;
    for (; p + 4 <= terms; p += 4) {
        float a0[4], a1[4];
        for (int64_t q = 0; q < 4; q++) {
            a0[q] = g->alpha * a_at(g, i, p0 + p + q);
            a1[q] = g->alpha * a_at(g, i + 1, p0 + p + q);
        }
        add_four_terms(out, out + g->ldo, b, p, a0, a1, cols);
    }
    for (; p < terms; p++)
        for (int64_t r = 0; r < 2; r++)
            add_term(out + r * g->ldo, b->at + p * b->pitch, g->alpha * a_at(g, i + r, p0 + p),
                     cols);
}

static void start_rows(const brg_gemm *g, int64_t row0, int64_t row1, float *output) {
    for (int64_t i = row0; i < row1; i++) {
        float *out = output + i * g->ldo;
        memset(out, 0, (size_t)g->ldo * sizeof *out);
        for (int64_t j = 0; g->c && j < g->n; j++)
            out[j] = g->beta * g->c[i * g->ldc + j];
    }
}

void brg_gemm_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_gemm g = brg_gemm_resolve(call);
    float copy[DEPTH][WIDTH];
    start_rows(&g, row0, row1, output);
    for (int64_t j0 = 0; j0 < g.n; j0 += WIDTH)
        for (int64_t p0 = 0; p0 < g.terms; p0 += DEPTH) {
            int64_t cols = smaller(WIDTH, g.n - j0), terms = smaller(DEPTH, g.terms - p0);
            block b = take_block(&g, p0, terms, j0, cols, copy);
            float *out = (float *)output + j0;
            int64_t i = row0;
            for (; i + 2 <= row1; i += 2)
                add_block_to_two_rows(&g, i, p0, terms, &b, out + i * g.ldo, cols);
            for (int64_t p = 0; i < row1 && p < terms; p++)
                add_term(out + i * g.ldo, b.at + p * b.pitch, g.alpha * a_at(&g, i, p0 + p), cols);
        }
}

/* ---- naive ---- */

void brg_gemm_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_gemm g = brg_gemm_resolve(call);
    for (int64_t i = row0; i < row1; i++) {
        float *out = (float *)output + i * g.ldo;
        for (int64_t j = 0; j < g.n; j++) {
            float sum = 0.0f;
            for (int64_t p = 0; p < g.terms; p++)
                sum += a_at(&g, i, p) * (g.tb ? g.b[j * g.ldb + p] : g.b[p * g.ldb + j]);
            out[j] = g.alpha * sum + (g.c ? g.beta * g.c[i * g.ldc + j] : 0.0f);
        }
        for (int64_t j = g.n; j < g.ldo; j++)
            out[j] = 0.0f;
    }
}

/* ---- oracle ---- */

/* The bound of brigade/ops.h: gamma_(k+2) times the weight, since no product in the sum passes
 * through more than k + 2 roundings (its own, at most k - 1 additions of terms, alpha, and the
 * addition of beta * C), in whatever order a kernel adds.
 *
 * Two small additions make it hold on every device. OpenCL lets a device flush subnormal results to
 * zero: each of the at most 2k + 3 operations may then lose up to the smallest normal number, and
 * alpha may magnify that. And the double sums behind `weight` and the expected value carry errors
 * of their own, at most 2^-29 of the bound: 2^-53 against 2^-24, term by term. */
double brg_gemm_bound(const brg_gemm *g, double weight) {
    const double u = 0x1p-24;
    double roundings = ((double)g->terms + 2) * u;
    double gamma = roundings < 1 ? roundings / (1 - roundings) : INFINITY;
    double flushed = (2 * (double)g->terms + 3) * FLT_MIN * fmax(1, fabs(g->alpha));
    return weight > 0 ? gamma * weight * (1 + 0x1p-28) + flushed : flushed;
}

/* Adds one term to a row of exact values and weights. */
static void add_exact_term(double *restrict value, double *restrict weight, const float *restrict b,
                           double a, int64_t cols) {
    for (int64_t j = 0; j < cols; j++) {
        double product = a * (double)b[j];
        value[j] += product;
        weight[j] += fabs(product);
    }
}

/* Turns the sums of a row into values and bounds. */
static void finish_exact_row(const brg_gemm *g, const float *c, double *value, double *weight) {
    for (int64_t j = 0; j < g->n; j++) {
        double base = c ? (double)g->beta * (double)c[j] : 0.0;
        value[j] = (double)g->alpha * value[j] + base;
        weight[j] = brg_gemm_bound(g, fabs(g->alpha) * weight[j] + fabs(base));
    }
    for (int64_t j = g->n; j < g->ldo; j++)
        value[j] = weight[j] = 0.0;
}

void brg_gemm_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound) {
    brg_gemm g = brg_gemm_resolve(call);
    float copy[DEPTH][WIDTH];
    size_t bytes = (size_t)(row1 - row0) * (size_t)g.ldo * sizeof(double);
    memset(expected, 0, bytes);
    memset(bound, 0, bytes);
    for (int64_t j0 = 0; j0 < g.n; j0 += WIDTH)
        for (int64_t p0 = 0; p0 < g.terms; p0 += DEPTH) {
            int64_t cols = smaller(WIDTH, g.n - j0), terms = smaller(DEPTH, g.terms - p0);
            block b = take_block(&g, p0, terms, j0, cols, copy);
            for (int64_t i = row0; i < row1; i++) {
                int64_t at = (i - row0) * g.ldo + j0;
                for (int64_t p = 0; p < terms; p++)
                    add_exact_term(expected + at, bound + at, b.at + p * b.pitch,
                                   (double)a_at(&g, i, p0 + p), cols);
            }
        }
    for (int64_t i = row0; i < row1; i++)
        finish_exact_row(&g, g.c ? g.c + i * g.ldc : NULL, expected + (i - row0) * g.ldo,
                         bound + (i - row0) * g.ldo);
}
