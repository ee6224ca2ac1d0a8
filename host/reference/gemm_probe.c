/* Freivalds' check of a gemm: is C' x = alpha * op(A) (op(B) x) + beta * C x for random vectors x
 * of +1 and -1? Each x costs O(mn + kn + mk) instead of O(mnk).
 *
 * What it can see. A correct kernel errs by at most the elementwise bound, so a row of C' x differs
 * from the truth by at most t, the sum of that row's bounds (and by the rounding of the check
 * itself, in double, which is added to t). Let a row be wrong by e, its largest element |e_j| > t.
 * Flip the sign of x_j: the row's sum e.x moves by 2 |e_j| > 2 t, so at least one of the two
 * vectors shows a difference above t. Half of all vectors, or more, thus expose the row, and it
 * slips through `rounds` independent ones with probability at most 2^-rounds. An error smaller than
 * t, which is about n times one element's bound, may go unseen: full or sampled verification finds
 * those.
 *
 * NaN and infinities never pass, not even where the data call for them: a sum cannot tell which of
 * its elements was to blame. Such data need the full check. */
#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "reference/gemm.h"

enum { ROUNDS = 24 };

/* Room for one round: a row, vectors x, y = op(B) x, z = op(A) y, and what bounds them, of n, k and
 * m. */
typedef struct room {
    double *row; /* a stored row of a matrix */
    double *x, *y, *z;
    double *row_weight_b; /* over p: sum of |op(B)[p, j]| over j */
    double *limit;        /* over i: the largest difference allowed */
} room;

static void draw_signs(uint64_t seed, int64_t round, double *x, int64_t n) {
    const uint64_t own_seed = brg_random_bits(seed, (uint64_t)round);
    uint64_t bits = 0;
    for (int64_t j = 0; j < n; j++, bits >>= 1) {
        if (j % 64 == 0)
            bits = brg_random_bits(own_seed, (uint64_t)(j / 64));
        x[j] = bits & 1 ? 1.0 : -1.0;
    }
}

/* A matrix as it is stored: `rows` rows of `cols` used elements. */
typedef struct matrix {
    const void *data;
    brg_dtype dtype;
    int64_t rows, cols, pitch;
    bool transposed;
} matrix;

/* out = op(M) v; absolute: with |M|. */
static void multiply(const matrix *m, bool absolute, const double *v, double *out, double *row) {
    for (int64_t i = 0; m->transposed && i < m->cols; i++)
        out[i] = 0.0;
    for (int64_t i = 0; i < m->rows; i++) {
        brg_gemm_load(m->dtype, m->data, i * m->pitch, m->cols, row);
        double sum = 0.0;
        for (int64_t j = 0; j < m->cols; j++) {
            double element = absolute ? fabs(row[j]) : row[j];
            if (m->transposed)
                out[j] += element * v[i];
            else
                sum += element * v[j];
        }
        if (!m->transposed)
            out[i] = sum;
    }
}

static void multiply_a(const brg_gemm *g, bool absolute, const double *v, double *out,
                       double *row) {
    const matrix a = {g->a, g->in, g->ta ? g->terms : g->m, g->ta ? g->m : g->terms, g->lda, g->ta};
    multiply(&a, absolute, v, out, row);
}

static void multiply_b(const brg_gemm *g, bool absolute, const double *v, double *out,
                       double *row) {
    const matrix b = {g->b, g->in, g->tb ? g->n : g->terms, g->tb ? g->terms : g->n, g->ldb, g->tb};
    multiply(&b, absolute, v, out, row);
}

/* beta * C and the bias, times x, for row i; absolute: of their magnitudes. */
static double multiply_base(const brg_gemm *g, int64_t i, bool absolute, const double *x,
                            double *row) {
    double sum = 0.0;
    if (g->c) {
        brg_gemm_load(g->out, g->c, i * g->ldc, g->n, row);
        for (int64_t j = 0; j < g->n; j++)
            sum += (double)g->beta * (absolute ? fabs(row[j]) : row[j]) * x[j];
        sum = absolute ? fabs(sum) : sum;
    }
    if (!g->bias)
        return sum;
    bool columns = g->kind == BRG_BIAS_COLUMNS;
    brg_gemm_load(g->out, g->bias, columns ? 0 : i, columns ? g->n : 1, row);
    for (int64_t j = 0; j < g->n; j++)
        sum += (absolute ? fabs(row[columns ? j : 0]) : row[columns ? j : 0]) * x[j];
    return sum;
}

/* The sum of a row's bounds, and the rounding of the check: at most 2k + 2n + 8 double operations
 * lie on the way of any product. */
static void find_limits(const brg_gemm *g, room *r) {
    for (int64_t j = 0; j < g->n; j++)
        r->x[j] = 1.0;
    multiply_b(g, true, r->x, r->row_weight_b, r->row);
    multiply_a(g, true, r->row_weight_b, r->limit, r->row);
    for (int64_t i = 0; i < g->m; i++) {
        double weight = g->terms > 0 ? fabs((double)g->alpha) * r->limit[i] : 0.0;
        weight += multiply_base(g, i, true, r->x, r->row);
        double own = (2 * (double)g->terms + 2 * (double)g->n + 8) * 0x1p-53 * weight;
        double tiny = ((double)g->n - 1) * brg_gemm_bound(g, 0.0);
        r->limit[i] = brg_gemm_bound(g, weight) + tiny + 4 * own;
        if (g->out == BRG_F16) /* and one more rounding of each element */
            r->limit[i] += (weight + r->limit[i]) * 0x1p-11 + (double)g->n * 0x1p-25;
    }
}

static void note_difference(brg_verdict *v, int64_t row, double got, double expected,
                            double bound) {
    double difference = isfinite(got) && isfinite(expected) ? fabs(got - expected) : INFINITY;
    double ratio = difference > 0 ? difference / bound : 0.0;
    if (v->checked == 0 || ratio > v->bound_ratio) {
        v->bound_ratio = ratio;
        v->worst[0] = row;
        v->worst_got = got;
        v->worst_expected = expected;
        v->worst_bound = bound;
    }
    v->checked++;
    v->non_finite += !isfinite(got);
    v->failures += !(difference < INFINITY && difference <= bound);
    v->max_abs = fmax(v->max_abs, difference);
    v->sum_difference2 += difference * difference;
    if (isfinite(expected))
        v->sum_expected2 += expected * expected;
}

/* One vector x: compares every row's sum. Row 0 of this product is row `row0` of the output. */
static void run_round(const brg_gemm *g, const void *output, int64_t row0, room *r,
                      brg_verdict *v) {
    multiply_b(g, false, r->x, r->y, r->row);
    multiply_a(g, false, r->y, r->z, r->row);
    for (int64_t i = 0; i < g->m; i++) {
        double got = 0.0;
        brg_gemm_load(g->out, output, i * g->ldo, g->n, r->row);
        for (int64_t j = 0; j < g->n; j++)
            got += r->row[j] * r->x[j];
        double product = g->terms > 0 ? (double)g->alpha * r->z[i] : 0.0;
        double expected = product + multiply_base(g, i, false, r->x, r->row);
        note_difference(v, row0 + i, got, expected, r->limit[i]);
    }
}

/* The columns between n and the pitch must be zero. They are cheap to look at, so all are. */
static void check_padding(const brg_gemm *g, const void *output, int64_t row0, brg_verdict *v) {
    for (int64_t i = 0; i < g->m; i++)
        for (int64_t j = g->n; j < g->ldo; j++) {
            double value;
            brg_gemm_load(g->out, output, i * g->ldo + j, 1, &value);
            if (!(value == 0.0))
                note_difference(v, row0 + i, value, 0.0, 0.0);
        }
}

static bool make_room(const brg_gemm *g, room *r, double **storage) {
    int64_t longest = g->n > g->m ? g->n : g->m;
    longest = longest > g->terms ? longest : g->terms;
    double total = (double)longest + (double)g->n + 2 * (double)g->terms + 2 * (double)g->m;
    *storage =
        total < PTRDIFF_MAX / sizeof(double) ? malloc(((size_t)total + 1) * sizeof(double)) : NULL;
    if (!*storage)
        return false;
    r->row = *storage;
    r->x = r->row + longest;
    r->y = r->x + g->n;
    r->row_weight_b = r->y + g->terms;
    r->z = r->row_weight_b + g->terms;
    r->limit = r->z + g->m;
    return true;
}

/* Sums over rows say nothing once single elements were bent, or have wrapped around. */
static brg_status check_linear(const brg_gemm *g, brg_error *error) {
    if (g->epilogue == BRG_EPILOGUE_NONE && g->out != BRG_I32)
        return BRG_OK;
    brg_fail(error, BRG_E_UNSUPPORTED, "Freivalds' check takes no gemm with an epilogue or of i8");
    brg_error_hint(error, "Use full or sample.");
    return BRG_E_UNSUPPORTED;
}

static void probe_product(const brg_gemm *g, const void *output, int64_t row0, uint64_t seed,
                          room *r, brg_verdict *v) {
    find_limits(g, r);
    for (int64_t round = 0; round < ROUNDS; round++) {
        draw_signs(seed, round, r->x, g->n);
        run_round(g, output, row0, r, v);
    }
    check_padding(g, output, row0, v);
}

brg_status brg_gemm_probe(const brg_call *call, const void *output, uint64_t seed,
                          brg_verdict *verdict, brg_error *error) {
    const brg_gemm g = brg_gemm_resolve(call);
    room r;
    double *storage;
    if (check_linear(&g, error) != BRG_OK)
        return BRG_E_UNSUPPORTED;
    if (!make_room(&g, &r, &storage))
        return brg_fail(error, BRG_E_MEMORY, "no memory for the vectors of Freivalds' check");
    for (int64_t i = 0; i < g.batch; i++) {
        const brg_gemm one = brg_gemm_product(&g, i);
        const char *at = (const char *)output + i * g.o_step * (int64_t)brg_dtype_size(g.out);
        probe_product(&one, at, i * g.m, brg_random_bits(seed, (uint64_t)i), &r, verdict);
    }
    if (verdict->sum_expected2 > 0)
        verdict->relative_frobenius = sqrt(verdict->sum_difference2 / verdict->sum_expected2);
    verdict->miss_probability = ldexp(1.0, -ROUNDS);
    free(storage);
    return BRG_OK;
}
