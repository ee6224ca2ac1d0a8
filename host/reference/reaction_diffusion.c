/* reaction_diffusion in sequential C: the best portable loop, the textbook loop, and the oracle.
 *
 * The model is defined in f32, operation by operation, none of them fused: this file is compiled
 * without contraction, and whatever computes in this order has the same bits. The oracle is the
 * textbook loop, and its bound is zero. */
#include "reference/reaction_diffusion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float LEAST = 0x1p-40f;

brg_reaction_diffusion brg_reaction_diffusion_resolve(const brg_call *call) {
    const brg_reaction_diffusion_params *p = call->params;
    const brg_shape *in = &call->inputs[0];
    const int64_t *dims = in->rank == 4 ? in->dims + 1 : in->dims;
    return (brg_reaction_diffusion){.grids = in->rank == 4 ? in->dims[0] : 1,
                                    .h = dims[0],
                                    .w = dims[1],
                                    .steps = p->steps,
                                    .diffusion_u = p->diffusion_u,
                                    .diffusion_v = p->diffusion_v,
                                    .feed = p->feed,
                                    .decay = p->feed + p->kill,
                                    .dt = p->dt,
                                    .in = call->data[0]};
}

/* One step of one grid. */
typedef void step_function(const brg_reaction_diffusion *g, const float *in, float *out);

/* All steps of one grid: its states take turns between `out` and a second grid, so that the last
 * one is in `out`. Without memory for the second grid the result is NaN, which no check passes. */
static void run(const brg_reaction_diffusion *g, step_function *step, const float *in, float *out) {
    size_t bytes = (size_t)(g->h * g->w) * 2 * sizeof *out;
    float *other = g->steps > 1 ? malloc(bytes + 1) : NULL;
    if (g->steps > 1 && !other) {
        for (int64_t i = 0; i < g->h * g->w * 2; i++)
            out[i] = NAN;
        return;
    }
    for (int64_t s = 0; s < g->steps; s++) {
        float *to = (g->steps - s) % 2 == 1 ? out : other;
        step(g, in, to);
        in = to;
    }
    free(other);
}

static float cut(float x) {
    return fabsf(x) < LEAST ? 0.0f : x;
}

/* ---- naive ---- */

static void step_naive(const brg_reaction_diffusion *g, const float *in, float *out) {
    for (int64_t y = 0; y < g->h; y++)
        for (int64_t x = 0; x < g->w; x++) {
            const float *mid = in + (y * g->w + x) * 2;
            const float *up = in + ((y + g->h - 1) % g->h * g->w + x) * 2;
            const float *down = in + ((y + 1) % g->h * g->w + x) * 2;
            const float *left = in + (y * g->w + (x + g->w - 1) % g->w) * 2;
            const float *right = in + (y * g->w + (x + 1) % g->w) * 2;
            float lap_u = ((up[0] + down[0]) + (left[0] + right[0])) - 4.0f * mid[0];
            float lap_v = ((up[1] + down[1]) + (left[1] + right[1])) - 4.0f * mid[1];
            float react = (mid[0] * mid[1]) * mid[1];
            float grow_u = (g->diffusion_u * lap_u + (1.0f - mid[0]) * g->feed) - react;
            float grow_v = (g->diffusion_v * lap_v + (0.0f - mid[1]) * g->decay) + react;
            out[(y * g->w + x) * 2] = cut(mid[0] + g->dt * grow_u);
            out[(y * g->w + x) * 2 + 1] = cut(mid[1] + g->dt * grow_v);
        }
}

static void run_grids(const brg_call *call, step_function *step, int64_t row0, int64_t row1,
                      float *output) {
    const brg_reaction_diffusion g = brg_reaction_diffusion_resolve(call);
    int64_t size = g.h * g.w * 2;
    for (int64_t r = row0; r < row1; r++)
        run(&g, step, g.in + r * size, output + r * size);
}

void brg_reaction_diffusion_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    run_grids(call, step_naive, row0, row1, output);
}

/* ---- sequential ---- */

/* Cells x0 <= x < x1 of a row, whose neighbours left and right are two floats away. No remainder is
 * taken within: compilers turn the loop into vectors. */
static void step_cells(const brg_reaction_diffusion *g, const float *restrict up,
                       const float *restrict mid, const float *restrict down, float *restrict out,
                       int64_t x0, int64_t x1, int64_t left, int64_t right) {
    const float du = g->diffusion_u, dv = g->diffusion_v, feed = g->feed, decay = g->decay,
                dt = g->dt;
    for (int64_t x = x0; x < x1; x++) {
        float u = mid[2 * x], v = mid[2 * x + 1];
        float lap_u =
            ((up[2 * x] + down[2 * x]) + (mid[2 * (x + left)] + mid[2 * (x + right)])) - 4.0f * u;
        float lap_v = ((up[2 * x + 1] + down[2 * x + 1]) +
                       (mid[2 * (x + left) + 1] + mid[2 * (x + right) + 1])) -
                      4.0f * v;
        float react = (u * v) * v;
        out[2 * x] = cut(u + dt * ((du * lap_u + (1.0f - u) * feed) - react));
        out[2 * x + 1] = cut(v + dt * ((dv * lap_v + (0.0f - v) * decay) + react));
    }
}

static void step_rows(const brg_reaction_diffusion *g, const float *in, float *out) {
    int64_t pitch = g->w * 2;
    for (int64_t y = 0; y < g->h && g->w > 0; y++) {
        const float *mid = in + y * pitch;
        const float *up = in + (y > 0 ? y - 1 : g->h - 1) * pitch;
        const float *down = in + (y < g->h - 1 ? y + 1 : 0) * pitch;
        float *to = out + y * pitch;
        step_cells(g, up, mid, down, to, 0, 1, g->w - 1, g->w > 1 ? 1 : 0);
        step_cells(g, up, mid, down, to, 1, g->w - 1, -1, 1);
        if (g->w > 1)
            step_cells(g, up, mid, down, to, g->w - 1, g->w, -1, 1 - g->w);
    }
}

void brg_reaction_diffusion_sequential(const brg_call *call, int64_t row0, int64_t row1,
                                       void *output) {
    run_grids(call, step_rows, row0, row1, output);
}

/* ---- oracle ---- */

void brg_reaction_diffusion_oracle(const brg_call *call, int64_t row0, int64_t row1,
                                   double *expected, double *bound) {
    const brg_reaction_diffusion g = brg_reaction_diffusion_resolve(call);
    int64_t size = g.h * g.w * 2;
    float *grid = malloc((size_t)size * sizeof *grid + 1);
    for (int64_t r = row0; r < row1; r++) {
        double *to = expected + (r - row0) * size, *limit = bound + (r - row0) * size;
        if (grid)
            run(&g, step_naive, g.in + r * size, grid);
        for (int64_t i = 0; i < size; i++) {
            to[i] = grid ? (double)grid[i] : 0.0;
            limit[i] = grid ? 0.0 : NAN; /* without memory nothing may pass */
        }
    }
    free(grid);
}
