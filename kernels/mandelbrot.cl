/* mandelbrot: how many times z -> z * z + c can be done, from z = 0, until |z| > 2.
 *
 *      out: h x w counts. The pixel's place is c; the nearer c lies to the set, the more steps:
 *
 *          1 1 1 2 2 1 1 1
 *          1 2 3 9 7 3 2 1        c = (left + column * pixel) + (top - row * pixel) i
 *          2 5 # # # # 5 2
 *          1 2 3 9 7 3 2 1        # has not left after `iterations`
 *
 * In plain C, for one pixel:
 *
 *     float x = 0, y = 0;
 *     int n = 0;
 *     for (; n < iterations && x * x + y * y <= 4; n++) {
 *         float next = (x * x - y * y) + cx;
 *         y = (x + x) * y + cy;
 *         x = next;
 *     }
 *
 * Near the edge of the set, the last bit of a product decides about thousands of steps. So that
 * every device counts the same, each operation is rounded on its own (FP_CONTRACT OFF), in this
 * order.
 *
 * Pixels need no one, but very unequally much. The ladder, one idea a rung:
 *
 *     mandelbrot_1_naive   a pixel a work-item; in work-groups along a row, or (variant "tiles",
 * for GPUs) in squares, whose pixels are more alike: a warp waits for its slowest mandelbrot_2_wide
 * 64 pixels in vectors, and a work-item has many rows: (variant "bands") those side by side, where
 * some bands have all the work, or (variant "interleaved", for CPUs) every n-th row, so that each
 * has a fair share
 */

#pragma OPENCL FP_CONTRACT OFF

/* Rung 1. */
__kernel void mandelbrot_1_naive(int h, int w, float left, float top, float pixel, int iterations,
                                 __global int *restrict out, int first) {
    const int column = get_global_id(0), row = first + (int)get_global_id(1);
    if (column >= w || row >= h)
        return;
    const float cx = left + (float)column * pixel, cy = top - (float)row * pixel;
    float x = 0.0f, y = 0.0f;
    int n = 0;
    for (; n < iterations; n++) {
        const float xx = x * x, yy = y * y;
        if (!(xx + yy <= 4.0f))
            break;
        y = (x + x) * y + cy;
        x = (xx - yy) + cx;
    }
    out[(size_t)row * w + column] = n;
}

#define LANES 64 /* four vectors: the steps of one wait for each other, those of four do not */
#define BURST 8  /* steps between two looks at whether anyone is left */

/* One step of sixteen pixels. A pixel that has left goes on to infinity and is counted no more. */
#define STEP(q)                                                                                    \
    {                                                                                              \
        const float16 xx = x[q] * x[q], yy = y[q] * y[q];                                          \
        inside[q] &= xx + yy <= 4.0f;                                                              \
        n[q] -= inside[q];                                                                         \
        y[q] = (x[q] + x[q]) * y[q] + cy;                                                          \
        x[q] = (xx - yy) + cx[q];                                                                  \
    }

/* The counts of 64 pixels of a row. */
inline void count_lanes(const float16 cx[4], float16 cy, int iterations, int16 n[4]) {
    float16 x[4], y[4];
    int16 inside[4];
#pragma unroll
    for (int q = 0; q < 4; q++) {
        x[q] = y[q] = (float16)(0.0f);
        n[q] = (int16)(0);
        inside[q] = (int16)(-1);
    }
    int anyone = 1, done = 0;
    for (; anyone && done + BURST <= iterations; done += BURST) {
#pragma unroll
        for (int s = 0; s < BURST; s++) {
            STEP(0)
            STEP(1)
            STEP(2)
            STEP(3)
        }
        anyone = any((inside[0] | inside[1]) | (inside[2] | inside[3]));
    }
    for (; anyone && done < iterations; done++) {
        STEP(0)
        STEP(1)
        STEP(2)
        STEP(3)
    }
}

typedef int16 __attribute__((aligned(4))) loose_int16; /* one store at any address on PoCL, too */

/* Stores as many of 64 counts as there are pixels left in the row. */
inline void store_lanes(const int16 n[4], __global int *to, int left) {
#pragma unroll
    for (int q = 0; q < 4; q++) {
        if (16 * q + 16 <= left) {
            *(__global loose_int16 *)(to + 16 * q) = n[q];
            continue;
        }
        int counts[16];
        vstore16(n[q], 0, counts);
        for (int p = 0; p < 16 && 16 * q + p < left; p++)
            to[16 * q + p] = counts[p];
    }
}

/* Rung 2. Work-item i has the rows i * start, i * start + stride, ... of `rows` at most. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
mandelbrot_2_wide(int h, int w, float left, float top, float pixel, int iterations,
                  __global int *restrict out, int rows, int start, int stride, int first) {
    const int item = first + (int)get_global_id(0);
    const float16 place = (float16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (int r = 0; r < rows; r++) {
        const long row = (long)item * start + (long)r * stride;
        if (row >= h)
            return;
        for (int column = 0; column < w; column += LANES) {
            float16 cx[4];
            int16 n[4];
#pragma unroll
            for (int q = 0; q < 4; q++)
                cx[q] = left + ((float)(column + 16 * q) + place) * pixel;
            count_lanes(cx, (float16)(top - (float)row * pixel), iterations, n);
            store_lanes(n, out + (size_t)row * w + column, w - column);
        }
    }
}
