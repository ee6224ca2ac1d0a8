/* reduce in sequential C: the best portable loops, the textbook loop, and the oracle in double. */
#include "reference/reduce.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Running values kept at once: as many as hide the latency of an addition in wide registers. */
enum { LANES = 64 };

brg_reduce brg_reduce_resolve(const brg_call *call) {
    const brg_reduce_params *p = call->params;
    const brg_shape *in = &call->inputs[0];
    size_t elements = 0;
    brg_shape_size(in, &elements, NULL, NULL);
    return (brg_reduce){.kind = p->kind,
                        .dtype = in->dtype,
                        .n = (int64_t)elements,
                        .a = call->data[0],
                        .b = call->input_count > 1 ? call->data[1] : NULL};
}

int64_t brg_reduce_depth(int64_t n) {
    int64_t depth = 0;
    for (int64_t left = n; left > 1; left = (left + 255) / 256)
        depth += 256;
    return depth < n ? depth : n;
}

/* ---- folding two values: a NaN on either side wins ---- */

static float less(float a, float b) {
    return a <= b || a != a ? a : b;
}

static float greater(float a, float b) {
    return a >= b || a != a ? a : b;
}

/* ---- sequential, f32 ---- */

static float sum_lanes(const float *lanes) {
    float sum = 0;
    for (int64_t q = 0; q < LANES; q++)
        sum += lanes[q];
    return sum;
}

static float sum_f32(const float *a, int64_t n) {
    float lanes[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int64_t q = 0; q < LANES; q++)
            lanes[q] += a[i + q];
    for (; i < n; i++)
        lanes[i % LANES] += a[i];
    return sum_lanes(lanes);
}

static float dot_f32(const float *a, const float *b, int64_t n) {
    float lanes[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int64_t q = 0; q < LANES; q++)
            lanes[q] += a[i + q] * b[i + q];
    for (; i < n; i++)
        lanes[i % LANES] += a[i] * b[i];
    return sum_lanes(lanes);
}

static float least_f32(const float *a, int64_t n) {
    float lanes[LANES], result = INFINITY;
    int64_t i = 0;
    for (int64_t q = 0; q < LANES; q++)
        lanes[q] = INFINITY;
    for (; i + LANES <= n; i += LANES)
        for (int64_t q = 0; q < LANES; q++)
            lanes[q] = less(lanes[q], a[i + q]);
    for (; i < n; i++)
        result = less(result, a[i]);
    for (int64_t q = 0; q < LANES; q++)
        result = less(result, lanes[q]);
    return result;
}

static float greatest_f32(const float *a, int64_t n) {
    float lanes[LANES], result = -INFINITY;
    int64_t i = 0;
    for (int64_t q = 0; q < LANES; q++)
        lanes[q] = -INFINITY;
    for (; i + LANES <= n; i += LANES)
        for (int64_t q = 0; q < LANES; q++)
            lanes[q] = greater(lanes[q], a[i + q]);
    for (; i < n; i++)
        result = greater(result, a[i]);
    for (int64_t q = 0; q < LANES; q++)
        result = greater(result, lanes[q]);
    return result;
}

/* Sums in blocks, so that rounding does not grow with n, as in the kernels. */
static float blocked_f32(const brg_reduce *r) {
    enum { BLOCK = 4096, SUPER = 256 };
    const float *a = r->a, *b = r->kind == BRG_REDUCE_SQUARES ? r->a : r->b;
    float total = 0, blocks[SUPER];
    int64_t count = 0;
    for (int64_t i = 0; i < r->n; i += BLOCK) {
        int64_t length = r->n - i < BLOCK ? r->n - i : BLOCK;
        blocks[count++] =
            r->kind == BRG_REDUCE_SUM ? sum_f32(a + i, length) : dot_f32(a + i, b + i, length);
        if (count == SUPER || i + BLOCK >= r->n) {
            total += sum_f32(blocks, count);
            count = 0;
        }
    }
    return total;
}

static float reduce_f32(const brg_reduce *r) {
    switch (r->kind) {
    case BRG_REDUCE_MIN:
        return least_f32(r->a, r->n);
    case BRG_REDUCE_MAX:
        return greatest_f32(r->a, r->n);
    default:
        return blocked_f32(r);
    }
}

/* ---- i32: exact; sums modulo 2^32, which compilers vectorise as they stand ---- */

static int32_t reduce_i32(const brg_reduce *r) {
    const int32_t *a = r->a, *b = r->b;
    int32_t least = INT32_MAX, most = INT32_MIN;
    uint32_t sum = 0;
    switch (r->kind) {
    case BRG_REDUCE_MIN:
        for (int64_t i = 0; i < r->n; i++)
            least = a[i] < least ? a[i] : least;
        return least;
    case BRG_REDUCE_MAX:
        for (int64_t i = 0; i < r->n; i++)
            most = a[i] > most ? a[i] : most;
        return most;
    case BRG_REDUCE_SQUARES:
        for (int64_t i = 0; i < r->n; i++)
            sum += (uint32_t)a[i] * (uint32_t)a[i];
        return (int32_t)sum;
    case BRG_REDUCE_DOT:
        for (int64_t i = 0; i < r->n; i++)
            sum += (uint32_t)a[i] * (uint32_t)b[i];
        return (int32_t)sum;
    default:
        for (int64_t i = 0; i < r->n; i++)
            sum += (uint32_t)a[i];
        return (int32_t)sum;
    }
}

void brg_reduce_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_reduce r = brg_reduce_resolve(call);
    if (row0 >= row1)
        return;
    if (r.dtype == BRG_F32)
        *(float *)output = reduce_f32(&r);
    else
        *(int32_t *)output = reduce_i32(&r);
}

/* ---- naive ---- */

/* One running value. For sums of floats its rounding grows with n: it is the loop everyone writes.
 */
static float naive_f32(const brg_reduce *r) {
    const float *a = r->a, *b = r->kind == BRG_REDUCE_DOT ? r->b : r->a;
    bool product = r->kind == BRG_REDUCE_DOT || r->kind == BRG_REDUCE_SQUARES;
    float value = r->kind == BRG_REDUCE_MIN   ? INFINITY
                  : r->kind == BRG_REDUCE_MAX ? -INFINITY
                                              : 0.0f;
    for (int64_t i = 0; i < r->n; i++) {
        if (r->kind == BRG_REDUCE_MIN)
            value = less(value, a[i]);
        else if (r->kind == BRG_REDUCE_MAX)
            value = greater(value, a[i]);
        else
            value += product ? a[i] * b[i] : a[i];
    }
    return value;
}

void brg_reduce_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_reduce r = brg_reduce_resolve(call);
    if (row0 >= row1)
        return;
    if (r.dtype == BRG_F32)
        *(float *)output = naive_f32(&r);
    else
        *(int32_t *)output = reduce_i32(&r);
}

/* ---- oracle ---- */

/* A sum of n terms and the sum of their magnitudes, in double. */
typedef struct exact_sum {
    double value, weight;
} exact_sum;

static exact_sum add_terms(const brg_reduce *r) {
    const float *a = r->a, *b = r->kind == BRG_REDUCE_DOT ? r->b : r->a;
    double value[LANES] = {0}, weight[LANES] = {0};
    bool plain = r->kind == BRG_REDUCE_SUM;
    for (int64_t i = 0; i < r->n;)
        for (int64_t q = 0; q < LANES && i < r->n; q++, i++) {
            double term = plain ? (double)a[i] : (double)a[i] * (double)b[i];
            value[q] += term;
            weight[q] += fabs(term);
        }
    exact_sum sum = {0, 0};
    for (int64_t q = 0; q < LANES; q++) {
        sum.value += value[q];
        sum.weight += weight[q];
    }
    return sum;
}

/* Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 4.2: if no term passes
 * through more than d additions, in whatever order, a sum is within gamma_d = d u / (1 - d u) of
 * the exact one, times the sum of magnitudes; a product is one rounding more. Two additions make
 * the bound hold everywhere: a device may flush subnormal numbers, each of at most 2n operations
 * then loses up to the smallest normal one; and the double sums err by up to n 2^-53 themselves. */
static double sum_bound(const brg_reduce *r, double weight) {
    const double u = 0x1p-24;
    double roundings = (double)brg_reduce_depth(r->n) + (r->kind != BRG_REDUCE_SUM);
    double gamma = roundings * u / (1 - roundings * u);
    double own = 2 * (double)r->n * 0x1p-53;
    return (gamma + own) * weight + 2 * (double)r->n * FLT_MIN;
}

void brg_reduce_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                       double *bound) {
    const brg_reduce r = brg_reduce_resolve(call);
    if (row0 >= row1)
        return;
    *bound = 0;
    if (r.dtype == BRG_I32) {
        *expected = (double)reduce_i32(&r);
    } else if (r.kind == BRG_REDUCE_MIN || r.kind == BRG_REDUCE_MAX) {
        *expected = (double)naive_f32(&r);
        *bound = fabs(*expected) < FLT_MIN ? FLT_MIN : 0; /* a subnormal number may be flushed */
    } else {
        exact_sum sum = add_terms(&r);
        *expected = sum.value;
        *bound = sum_bound(&r, sum.weight);
    }
}
