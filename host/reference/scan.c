/* scan in sequential C: the best portable loop, the textbook loop, and the oracle in double. */
#include "reference/scan.h"

#include <float.h>
#include <math.h>

brg_scan brg_scan_resolve(const brg_call *call) {
    const brg_scan_params *p = call->params;
    const brg_shape *in = &call->inputs[0];
    return (brg_scan){.rows = in->rank == 2 ? in->dims[0] : 1,
                      .n = in->dims[in->rank == 2 ? 1 : 0],
                      .dtype = in->dtype,
                      .exclusive = p->exclusive,
                      .in = call->data[0]};
}

/* ---- sequential ---- */

/* Four elements at a time: the chain from one sum to the next is one addition for four elements. */
static void scan_f32(const float *in, int64_t n, bool exclusive, float *out) {
    float sum = 0;
    int64_t i = 0, shift = exclusive ? 1 : 0;
    if (exclusive && n > 0)
        out[0] = 0;
    for (; i + 4 + shift <= n; i += 4) {
        float two = in[i] + in[i + 1], more = in[i + 2] + in[i + 3];
        float *to = out + i + shift;
        to[0] = sum + in[i];
        to[1] = sum + two;
        to[2] = sum + (two + in[i + 2]);
        to[3] = sum = sum + (two + more);
    }
    for (; i + shift < n; i++)
        out[i + shift] = sum += in[i];
}

static void scan_i32(const uint32_t *in, int64_t n, bool exclusive, uint32_t *out) {
    uint32_t sum = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t next = sum + in[i];
        out[i] = exclusive ? sum : next;
        sum = next;
    }
}

void brg_scan_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_scan s = brg_scan_resolve(call);
    for (int64_t r = row0; r < row1; r++)
        if (s.dtype == BRG_F32)
            scan_f32((const float *)s.in + r * s.n, s.n, s.exclusive, (float *)output + r * s.n);
        else
            scan_i32((const uint32_t *)s.in + r * s.n, s.n, s.exclusive,
                     (uint32_t *)output + r * s.n);
}

/* ---- naive ---- */

void brg_scan_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_scan s = brg_scan_resolve(call);
    if (s.dtype != BRG_F32) {
        brg_scan_sequential(call, row0, row1, output);
        return;
    }
    for (int64_t r = row0; r < row1; r++) {
        float sum = 0;
        for (int64_t i = r * s.n; i < (r + 1) * s.n; i++) {
            float next = sum + ((const float *)s.in)[i];
            ((float *)output)[i] = s.exclusive ? sum : next;
            sum = next;
        }
    }
}

/* ---- oracle ---- */

/* Additions that an element passes through at most on the way into a sum of `terms` elements: at
 * most 512 a level, each level leaving at least 256 times fewer elements, and never more than there
 * are terms. */
static double depth(int64_t terms, int64_t n) {
    int64_t most = 0;
    for (int64_t left = n; left > 1; left = (left + 255) / 256)
        most += 512;
    return (double)(terms < most ? terms : most);
}

/* As for a sum (see reduce.c): gamma of the depth, times the sum of magnitudes; with room for
 * devices that flush subnormal results, and for the oracle's own double sums. */
static double sum_bound(int64_t terms, int64_t n, double weight) {
    const double u = 0x1p-24;
    double roundings = depth(terms, n);
    double gamma = roundings * u / (1 - roundings * u);
    return (gamma + (double)terms * 0x1p-52) * weight + (4 * (double)terms + 16) * FLT_MIN;
}

static void exact_f32(const brg_scan *s, const float *in, double *expected, double *bound) {
    double sum = 0, weight = 0;
    for (int64_t i = 0; i < s->n; i++) {
        double before = sum, before_weight = weight;
        sum += (double)in[i];
        weight += fabs((double)in[i]);
        expected[i] = s->exclusive ? before : sum;
        bound[i] = s->exclusive ? (i == 0 ? 0 : sum_bound(i, s->n, before_weight))
                                : sum_bound(i + 1, s->n, weight);
    }
}

static void exact_i32(const brg_scan *s, const uint32_t *in, double *expected, double *bound) {
    uint32_t sum = 0;
    for (int64_t i = 0; i < s->n; i++) {
        uint32_t next = sum + in[i];
        expected[i] = (double)(int32_t)(s->exclusive ? sum : next);
        bound[i] = 0;
        sum = next;
    }
}

void brg_scan_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound) {
    const brg_scan s = brg_scan_resolve(call);
    for (int64_t r = row0; r < row1; r++) {
        int64_t at = (r - row0) * s.n;
        if (s.dtype == BRG_F32)
            exact_f32(&s, (const float *)s.in + r * s.n, expected + at, bound + at);
        else
            exact_i32(&s, (const uint32_t *)s.in + r * s.n, expected + at, bound + at);
    }
}
