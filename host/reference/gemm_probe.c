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

/* Room for one round: vectors x, y = op(B) x, z = op(A) y, and what bounds them, of n, k and m. */
typedef struct room {
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

/* out = op(M) v, where M has `rows` stored rows of `cols` used elements; absolute: with |M|. */
static void multiply(const float *matrix, int64_t rows, int64_t cols, int64_t pitch,
                     bool transposed, bool absolute, const double *v, double *out) {
    for (int64_t i = 0; transposed && i < cols; i++)
        out[i] = 0.0;
    for (int64_t i = 0; i < rows; i++) {
        const float *row = matrix + i * pitch;
        double sum = 0.0;
        for (int64_t j = 0; j < cols; j++) {
            double element = absolute ? fabs((double)row[j]) : (double)row[j];
            if (transposed)
                out[j] += element * v[i];
            else
                sum += element * v[j];
        }
        if (!transposed)
            out[i] = sum;
    }
}

static void multiply_a(const brg_gemm *g, bool absolute, const double *v, double *out) {
    multiply(g->a, g->ta ? g->terms : g->m, g->ta ? g->m : g->terms, g->lda, g->ta, absolute, v,
             out);
}

static void multiply_b(const brg_gemm *g, bool absolute, const double *v, double *out) {
    multiply(g->b, g->tb ? g->n : g->terms, g->tb ? g->terms : g->n, g->ldb, g->tb, absolute, v,
             out);
}

/* The sum of a row's bounds, and the rounding of the check: at most 2k + 2n + 8 double operations
 * lie on the way of any product. */
static void find_limits(const brg_gemm *g, room *r) {
    for (int64_t j = 0; j < g->n; j++)
        r->x[j] = 1.0;
    multiply_b(g, true, r->x, r->row_weight_b);
    multiply_a(g, true, r->row_weight_b, r->limit);
    for (int64_t i = 0; i < g->m; i++) {
        double weight = g->terms > 0 ? fabs((double)g->alpha) * r->limit[i] : 0.0;
        for (int64_t j = 0; g->c && j < g->n; j++)
            weight += fabs((double)g->beta * (double)g->c[i * g->ldc + j]);
        double own = (2 * (double)g->terms + 2 * (double)g->n + 8) * 0x1p-53 * weight;
        double tiny = ((double)g->n - 1) * brg_gemm_bound(g, 0.0);
        r->limit[i] = brg_gemm_bound(g, weight) + tiny + 4 * own;
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

/* One vector x: compares every row's sum. */
static void run_round(const brg_gemm *g, const float *output, room *r, brg_verdict *v) {
    multiply_b(g, false, r->x, r->y);
    multiply_a(g, false, r->y, r->z);
    for (int64_t i = 0; i < g->m; i++) {
        double got = 0.0, base = 0.0;
        for (int64_t j = 0; j < g->n; j++)
            got += (double)output[i * g->ldo + j] * r->x[j];
        for (int64_t j = 0; g->c && j < g->n; j++)
            base += (double)g->c[i * g->ldc + j] * r->x[j];
        double product = g->terms > 0 ? (double)g->alpha * r->z[i] : 0.0;
        note_difference(v, i, got, product + (double)g->beta * base, r->limit[i]);
    }
}

/* The columns between n and the pitch must be zero. They are cheap to look at, so all are. */
static void check_padding(const brg_gemm *g, const float *output, brg_verdict *v) {
    for (int64_t i = 0; i < g->m; i++)
        for (int64_t j = g->n; j < g->ldo; j++)
            if (!(output[i * g->ldo + j] == 0.0f))
                note_difference(v, i, (double)output[i * g->ldo + j], 0.0, 0.0);
}

static bool make_room(const brg_gemm *g, room *r, double **storage) {
    double total = (double)g->n + 2 * (double)g->terms + 2 * (double)g->m;
    *storage =
        total < PTRDIFF_MAX / sizeof(double) ? malloc(((size_t)total + 1) * sizeof(double)) : NULL;
    if (!*storage)
        return false;
    r->x = *storage;
    r->y = r->x + g->n;
    r->row_weight_b = r->y + g->terms;
    r->z = r->row_weight_b + g->terms;
    r->limit = r->z + g->m;
    return true;
}

brg_status brg_gemm_probe(const brg_call *call, const void *output, uint64_t seed,
                          brg_verdict *verdict, brg_error *error) {
    const brg_gemm g = brg_gemm_resolve(call);
    room r;
    double *storage;
    if (!make_room(&g, &r, &storage))
        return brg_fail(error, BRG_E_MEMORY, "no memory for the vectors of Freivalds' check");
    find_limits(&g, &r);
    for (int64_t round = 0; round < ROUNDS; round++) {
        draw_signs(seed, round, r.x, g.n);
        run_round(&g, output, &r, verdict);
    }
    check_padding(&g, output, verdict);
    if (verdict->sum_expected2 > 0)
        verdict->relative_frobenius = sqrt(verdict->sum_difference2 / verdict->sum_expected2);
    verdict->miss_probability = ldexp(1.0, -ROUNDS);
    free(storage);
    return BRG_OK;
}
