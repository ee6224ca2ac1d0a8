/* nbody in sequential C: the best portable loop, the textbook loop, and the oracle in double. */
#include "reference/nbody.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

brg_nbody brg_nbody_resolve(const brg_call *call) {
    const brg_nbody_params *p = call->params;
    const brg_shape *in = &call->inputs[0];
    return (brg_nbody){.n = in->dims[in->rank - 2],
                       .steps = p->steps,
                       .softening = p->softening,
                       .gravity = p->gravity,
                       .dt = p->dt,
                       .in = call->data[0]};
}

/* ---- a step in f32 ---- */

/* Moves bodies i0 <= i < i1 from `in` to `out`, both the base of all bodies. */
typedef void step_function(const brg_nbody *b, const float *in, int64_t i0, int64_t i1, float *out);

static void move(const brg_nbody *b, const float *in, const float *sum, float *out) {
    for (int c = 0; c < 3; c++) {
        out[4 + c] = in[4 + c] + b->dt * (b->gravity * sum[c]);
        out[c] = in[c] + b->dt * out[4 + c];
    }
    out[3] = in[3];
    out[7] = in[7];
}

static void step_naive(const brg_nbody *b, const float *in, int64_t i0, int64_t i1, float *out) {
    for (int64_t i = i0; i < i1; i++) {
        const float *at = in + i * BRG_BODY;
        float sum[3] = {0, 0, 0};
        for (int64_t j = 0; j < b->n; j++) {
            const float *other = in + j * BRG_BODY;
            float dx = other[0] - at[0], dy = other[1] - at[1], dz = other[2] - at[2];
            float inverse = 1.0f / sqrtf(dx * dx + dy * dy + dz * dz + b->softening * b->softening);
            float pull = (other[3] * inverse) * (inverse * inverse);
            sum[0] += pull * dx;
            sum[1] += pull * dy;
            sum[2] += pull * dz;
        }
        move(b, at, sum, out + i * BRG_BODY);
    }
}

enum { LANES = 32 };

/* Bodies side by side, so that compilers may put them into vectors. */
typedef struct lanes {
    float x[LANES], y[LANES], z[LANES], ax[LANES], ay[LANES], az[LANES];
} lanes;

static void pull_lanes(lanes *restrict l, const float *restrict other, float softening2) {
    const float ox = other[0], oy = other[1], oz = other[2], mass = other[3];
    for (int64_t q = 0; q < LANES; q++) {
        float dx = ox - l->x[q], dy = oy - l->y[q], dz = oz - l->z[q];
        float inverse = 1.0f / sqrtf(dx * dx + dy * dy + dz * dz + softening2);
        float pull = (mass * inverse) * (inverse * inverse);
        l->ax[q] += pull * dx;
        l->ay[q] += pull * dy;
        l->az[q] += pull * dz;
    }
}

static void step_lanes(const brg_nbody *b, const float *in, int64_t i0, int64_t i1, float *out) {
    for (int64_t i = i0; i < i1; i += LANES) {
        lanes l = {{0}, {0}, {0}, {0}, {0}, {0}};
        int64_t count = i1 - i < LANES ? i1 - i : LANES;
        for (int64_t q = 0; q < count; q++) {
            const float *at = in + (i + q) * BRG_BODY;
            l.x[q] = at[0];
            l.y[q] = at[1];
            l.z[q] = at[2];
        }
        for (int64_t j = 0; j < b->n; j++)
            pull_lanes(&l, in + j * BRG_BODY, b->softening * b->softening);
        for (int64_t q = 0; q < count; q++) {
            const float sum[3] = {l.ax[q], l.ay[q], l.az[q]};
            move(b, in + (i + q) * BRG_BODY, sum, out + (i + q) * BRG_BODY);
        }
    }
}

/* One step computes rows row0..row1. Several are one row: the states take turns between the output
 * and another, so that the last is in the output. Without memory for the other the result is NaN.
 */
static void run(const brg_call *call, step_function *step, int64_t row0, int64_t row1,
                float *output) {
    const brg_nbody b = brg_nbody_resolve(call);
    if (call->output.rank == 2) {
        step(&b, b.in, row0, row1, output);
        return;
    }
    if (row0 >= row1)
        return;
    float *other = malloc((size_t)(b.n * BRG_BODY) * sizeof *other + 1);
    const float *in = b.in;
    for (int64_t i = 0; !other && i < b.n * BRG_BODY; i++)
        output[i] = NAN;
    for (int32_t s = 0; other && s < b.steps; s++) {
        float *to = (b.steps - s) % 2 == 1 ? output : other;
        step(&b, in, 0, b.n, to);
        in = to;
    }
    free(other);
}

void brg_nbody_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    run(call, step_lanes, row0, row1, output);
}

void brg_nbody_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    run(call, step_naive, row0, row1, output);
}

/* ---- oracle ---- */

/* The bodies in double, and bounds on how far a kernel's f32 bodies may be from them by now. */
typedef struct exact_state {
    double *value, *error; /* n * BRG_BODY each */
} exact_state;

/* The pull on one body: its sum, the sum of magnitudes, and by how much the sum can differ because
 * the kernel's bodies lie elsewhere, by up to their errors. */
typedef struct exact_pull {
    double sum[3], weight[3];
    double drift;
} exact_pull;

static double distance_error(const double *error) {
    return sqrt(error[0] * error[0] + error[1] * error[1] + error[2] * error[2]);
}

/* The force m d / s^3, s^2 = |d|^2 + softening^2, has the Jacobian m (I - 3 d d' / s^2) / s^3,
 * whose norm is at most 2 m / s^3. If d may be off by `off`, s is taken where it is smallest. */
static double drift_of(double mass, double r2, double off, double softening2) {
    if (off == 0)
        return 0;
    double nearest = fmax(sqrt(r2) - off, 0), s2 = nearest * nearest + softening2;
    return 2 * fabs(mass) * off / (s2 * sqrt(s2));
}

static exact_pull pull_on(const brg_nbody *b, const exact_state *s, int64_t i) {
    const double *at = s->value + i * BRG_BODY;
    double softening2 = (double)b->softening * (double)b->softening;
    double own = distance_error(s->error + i * BRG_BODY);
    exact_pull p = {{0, 0, 0}, {0, 0, 0}, 0};
    for (int64_t j = 0; j < b->n; j++) {
        const double *other = s->value + j * BRG_BODY;
        double dx = other[0] - at[0], dy = other[1] - at[1], dz = other[2] - at[2];
        double r2 = dx * dx + dy * dy + dz * dz, s2 = r2 + softening2;
        double pull = other[3] / (s2 * sqrt(s2));
        p.sum[0] += pull * dx;
        p.sum[1] += pull * dy;
        p.sum[2] += pull * dz;
        p.weight[0] += fabs(pull * dx);
        p.weight[1] += fabs(pull * dy);
        p.weight[2] += fabs(pull * dz);
        p.drift += i == j ? 0
                          : drift_of(other[3], r2, own + distance_error(s->error + j * BRG_BODY),
                                     softening2);
    }
    return p;
}

/* Rounding of a sum of pulls: each term is within 26 u of its own exact value (d: 1; s^2: 6, half
 * of which reaches its root; 4 for an rsqrt within two units in the last place; three roots and
 * three products: 24; times d: 26), and passes through n additions; gravity and dt add two more.
 * gamma_k as in Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1, k = n
 * + 30. Where a device flushes subnormal numbers, a term loses at most the smallest normal number
 * times 3 + mass + 1 / softening. */
static double pull_bound(const brg_nbody *b, double weight, double drift, double mass) {
    double roundings = ((double)b->n + 30) * 0x1p-24;
    double gamma = roundings < 1 ? roundings / (1 - roundings) : INFINITY;
    double flushed = FLT_MIN * ((double)b->n * (4 + 1 / (double)b->softening) + mass);
    return drift + gamma * (weight + drift) + flushed;
}

static double total_mass(const brg_nbody *b) {
    double sum = 0;
    for (int64_t i = 0; i < b->n; i++)
        sum += fabs((double)b->in[i * BRG_BODY + 3]);
    return sum;
}

/* One body, one step: values, and the errors that they then may have. The last operation of v and
 * of x is an addition, within u of the result; the factor covers the double arithmetic of all this.
 */
static void step_exact(const brg_nbody *b, const exact_state *s, double mass, int64_t i,
                       double *value, double *error) {
    const double u = 0x1p-24, slack = 1 + 0x1p-20;
    const double *at = s->value + i * BRG_BODY, *off = s->error + i * BRG_BODY;
    const exact_pull p = pull_on(b, s, i);
    double dt = (double)b->dt, scale = dt * (double)b->gravity;
    for (int c = 0; c < 3; c++) {
        double v = at[4 + c] + scale * p.sum[c], x = at[c] + dt * v;
        double of_v = off[4 + c] + fabs(scale) * pull_bound(b, p.weight[c], p.drift, mass);
        of_v = (of_v + u * fabs(v)) * slack + 4 * FLT_MIN * (1 + fabs(dt));
        double of_x = off[c] + fabs(dt) * of_v + u * (fabs(dt * v) + fabs(x));
        value[4 + c] = v;
        value[c] = x;
        error[4 + c] = of_v;
        error[c] = of_x * slack + 4 * FLT_MIN;
    }
    value[3] = at[3];
    value[7] = at[7];
    error[3] = fabs(at[3]) < FLT_MIN ? FLT_MIN : 0;
    error[7] = fabs(at[7]) < FLT_MIN ? FLT_MIN : 0;
}

static bool make_state(const brg_nbody *b, exact_state *s) {
    size_t count = (size_t)(b->n * BRG_BODY) + 1;
    s->value = calloc(count, sizeof(double));
    s->error = calloc(count, sizeof(double));
    return s->value && s->error;
}

static void drop_state(exact_state *s) {
    free(s->value);
    free(s->error);
}

/* All steps of all bodies; the last one from `now` to the caller's arrays. */
static void run_exact(const brg_nbody *b, exact_state *now, exact_state *next, double mass,
                      int64_t i0, int64_t i1, double *expected, double *bound) {
    for (int32_t s = 1; s < b->steps; s++) {
        for (int64_t i = 0; i < b->n; i++)
            step_exact(b, now, mass, i, next->value + i * BRG_BODY, next->error + i * BRG_BODY);
        exact_state kept = *now;
        *now = *next;
        *next = kept;
    }
    for (int64_t i = i0; i < i1; i++)
        step_exact(b, now, mass, i, expected + (i - i0) * BRG_BODY, bound + (i - i0) * BRG_BODY);
}

void brg_nbody_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                      double *bound) {
    const brg_nbody b = brg_nbody_resolve(call);
    bool by_body = call->output.rank == 2;
    int64_t i0 = by_body ? row0 : 0, i1 = by_body ? row1 : row0 < row1 ? b.n : 0;
    exact_state now = {NULL, NULL}, next = {NULL, NULL};
    if (make_state(&b, &now) && (b.steps == 1 || make_state(&b, &next))) {
        for (int64_t i = 0; i < b.n * BRG_BODY; i++)
            now.value[i] = (double)b.in[i];
        run_exact(&b, &now, &next, total_mass(&b), i0, i1, expected, bound);
    } else {
        for (int64_t i = 0; i < (i1 - i0) * BRG_BODY; i++)
            bound[i] = NAN; /* without memory nothing may pass */
    }
    drop_state(&now);
    drop_state(&next);
}
