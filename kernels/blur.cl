/* blur, sharpen: a Gaussian over an image, and an image moved away from its own blur.
 *
 *      image: h rows of w pixels, c interleaved channels          window of radius 2
 *                                                                  . . . . .
 *      y  r g b r g b r g b r g b ...                              . . . . .
 *         |     |                                                  . . X . .   out[y, x] = sum of
 *         +--c--+  one pixel to the right is c on                  . . . . .   W[i]W[j]in[y+i, x+j]
 *                                                                  . . . . .
 * In plain C, for each of the c channels of each pixel:
 *
 *     for (int i = -radius; i <= radius; i++)
 *         for (int j = -radius; j <= radius; j++)
 *             sum += W[i] * W[j] * in[border(y + i)][border(x + j)];
 *
 * The ladder:
 *     naive    one work-item per element, the whole window: (2 radius + 1)^2 products
 *     passes   the window is W times W transposed: along the rows into a scratch image, then
 *              down the columns, 2 (2 radius + 1) products; one work-item each, made for GPUs
 *     strips   both passes at once on a strip that stays in the cache; a work-item holds 8 rows
 *              of 16 elements in registers, so each element read is used 8 times; made for CPUs
 *     unrolled as strips, with radius and channels known when the kernel is built: no loop over
 *              the window is left, and a vector loaded along a line serves 4 results
 *
 *              in      +----------+----------+       down: 8 rows of sums in local memory
 *                   y  |##########|          |
 *                   .. |##########|          |  ->   |halo|==== strip ====|halo|  x 8 rows
 *                  y+7 |##########|          |
 *                      +----------+----------+       along: 16 sums at a time from there into `out`
 *
 * The weights are worked out on the device: on GPUs by a launch of their own, on CPUs by every
 * work-item, which has so much to do that it does not count. A new sigma then needs no new build.
 * As constants of the build they were no faster: either way they stay in registers. */

#ifndef PIXEL_U8
#define PIXEL_U8 0 /* elements: 1 for bytes, 0 for floats */
#endif
#ifndef STRIP
#define STRIP 480 /* elements across: whole vectors, and whole pixels of 1, 3 or 4 channels */
#endif
#ifndef STEP
#define STEP 8 /* rows at a time: more do not fit into 32 vector registers */
#endif
#ifndef ABREAST
#define ABREAST 4 /* vectors at a time along a row, to keep the multipliers busy */
#endif

#ifndef RADIUS
#define RADIUS 2 /* of the unrolled strips */
#endif
#ifndef CHANNELS
#define CHANNELS 4 /* of the image, for the unrolled strips */
#endif
#ifndef SPAN
#define SPAN 960 /* elements across of the unrolled strips: whole vectors and whole pixels, too */
#endif
#ifndef ZERO
#define ZERO 0 /* 1: the border is BORDER_ZERO, for the unrolled strips */
#endif
#ifndef RUNG
#define RUNG 0 /* 1 to 4: only that rung's kernels, which builds faster; 0: all */
#endif
#define HAS_RUNG(rung) (RUNG == 0 || RUNG == (rung))

#define BORDER_ZERO 1
#define BORDER_REFLECT 2
#define BORDER_WRAP 3

#if PIXEL_U8
typedef uchar pixel;
#else
typedef float pixel;
#endif

/* ---- elements ---- */

static float16 load16(__global const pixel *in) {
#if PIXEL_U8
    return convert_float16(vload16(0, in));
#else
    return vload16(0, in);
#endif
}

static pixel round1(float value) {
#if PIXEL_U8
    return (uchar)(int)(clamp(value, 0.0f, 255.0f) + 0.5f);
#else
    return value;
#endif
}

/* Vectors at any address. PoCL takes vstore16 apart, into 4 stores of floats or 16 of bytes; what
 * is said to be aligned to its elements only becomes one store. */
typedef float16 __attribute__((aligned(4))) loose_float16;
typedef uchar16 __attribute__((aligned(1))) loose_uchar16;

static void store16(float16 value, __global pixel *out) {
#if PIXEL_U8
    *(__global loose_uchar16 *)out = convert_uchar16(convert_int16(value + 0.5f));
#else
    *(__global loose_float16 *)out = value;
#endif
}

/* For what may leave 0..255, which a mean of bytes does not. */
static float16 limit16(float16 value) {
    return PIXEL_U8 ? clamp(value, 0.0f, 255.0f) : value;
}

/* The place that stands for place i of a line of n, or -1 for zero. */
static int border_index(int i, int n, int border) {
    if (i >= 0 && i < n)
        return i;
    if (border == BORDER_ZERO)
        return -1;
    if (border == BORDER_WRAP)
        return (i % n + n) % n;
    if (border == BORDER_REFLECT) {
        const int period = n > 1 ? 2 * (n - 1) : 1;
        const int place = (i % period + period) % period;
        return place < n ? place : period - place;
    }
    return clamp(i, 0, n - 1);
}

/* ---- weights ---- */

/* What is to be divided by, so that the weights exp(-falloff i^2), falloff = 1 / (2 sigma^2), sum
 * to 1. */
static float sum_of_weights(int radius, float falloff) {
    float sum = 0.0f;
    for (int i = -radius; i <= radius; i++)
        sum += exp(-falloff * (float)(i * i));
    return sum;
}

static float weight_of(int i, float falloff, float sum) {
    return exp(-falloff * (float)(i * i)) / sum;
}

/* An element moved away from its blur; the fourth channel stays. */
static float sharpen1(float blurred, float own, int c, int e, float amount) {
    return c == 4 && (e & 3) == 3 ? own : fma(amount, own - blurred, own);
}

/* ---- naive ---- */

#if HAS_RUNG(1) || HAS_RUNG(2)

/* W[0 .. 2 radius], by one work-item, for all of the next launches'. */
__kernel void blur_weights(int radius, float falloff, __global float *restrict W) {
    const float sum = sum_of_weights(radius, falloff);
    for (int i = -radius; i <= radius; i++)
        W[i + radius] = weight_of(i, falloff, sum);
}

#endif
#if HAS_RUNG(1)
/* Each row of the window is summed on its own: rounding then grows with its side, not with its
 * area. */
static float window(__global const pixel *restrict in, int h, int w, int c, int border, int radius,
                    __global const float *restrict W, int y, int e) {
    const int x = e / c, channel = e - x * c;
    float sum = 0.0f;
    for (int i = -radius; i <= radius; i++) {
        const int row = border_index(y + i, h, border);
        float along = 0.0f;
        for (int j = -radius; j <= radius && row >= 0; j++) {
            const int column = border_index(x + j, w, border);
            if (column >= 0)
                along += W[j + radius] * (float)in[((size_t)row * w + column) * c + channel];
        }
        sum += W[i + radius] * along;
    }
    return sum;
}

__kernel void blur_naive(__global const pixel *restrict in, __global pixel *restrict out, int h,
                         int w, int c, int border, int radius, __global const float *restrict W,
                         int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    if (e < w * c)
        out[(size_t)y * w * c + e] = round1(window(in, h, w, c, border, radius, W, y, e));
}

__kernel void sharpen_naive(__global const pixel *restrict in, __global pixel *restrict out, int h,
                            int w, int c, int border, int radius, __global const float *restrict W,
                            float amount, int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    const size_t at = (size_t)y * w * c + e;
    if (e < w * c) {
        const float blurred = window(in, h, w, c, border, radius, W, y, e);
        out[at] = round1(sharpen1(blurred, (float)in[at], c, e, amount));
    }
}

#endif

/* ---- passes ---- */

#if HAS_RUNG(2)
__kernel void blur_along(__global const pixel *restrict in, __global float *restrict out, int h,
                         int w, int c, int border, int radius, __global const float *restrict W,
                         int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    if (e >= w * c)
        return;
    const int x = e / c, channel = e - x * c;
    __global const pixel *row = in + (size_t)y * w * c;
    float sum = 0.0f;
    for (int j = -radius; j <= radius; j++) {
        const int column = border_index(x + j, w, border);
        if (column >= 0)
            sum += W[j + radius] * (float)row[column * c + channel];
    }
    out[(size_t)y * w * c + e] = sum;
}

static float sum_down(__global const float *restrict in, int h, int pitch, int border, int radius,
                      __global const float *restrict W, int y, int e) {
    float sum = 0.0f;
    for (int i = -radius; i <= radius; i++) {
        const int row = border_index(y + i, h, border);
        if (row >= 0)
            sum += W[i + radius] * in[(size_t)row * pitch + e];
    }
    return sum;
}

__kernel void blur_down(__global const float *restrict in, __global pixel *restrict out, int h,
                        int w, int c, int border, int radius, __global const float *restrict W,
                        int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    if (e < w * c)
        out[(size_t)y * w * c + e] = round1(sum_down(in, h, w * c, border, radius, W, y, e));
}

__kernel void sharpen_down(__global const float *restrict along, __global const pixel *restrict in,
                           __global pixel *restrict out, int h, int w, int c, int border,
                           int radius, __global const float *restrict W, float amount, int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    const size_t at = (size_t)y * w * c + e;
    if (e < w * c) {
        const float blurred = sum_down(along, h, w * c, border, radius, W, y, e);
        out[at] = round1(sharpen1(blurred, (float)in[at], c, e, amount));
    }
}

#endif

/* ---- strips ---- */

#if HAS_RUNG(3) || HAS_RUNG(4)
/* What a strip works on. `rows` holds, for row y - radius + t of the step, the row to read or -1.
 * `sums` holds STEP lines of `line` floats; its first element stands for element `from` of the row.
 */
typedef struct strip {
    __global const pixel *in;
    __local const float *W;
    __local const int *rows;
    __local float *sums;
    int taps, pitch, line, from;
} strip;

static float16 load_row(const strip *s, int t, int e) {
    const int row = s->rows[t];
    return row < 0 ? (float16)(0.0f) : load16(s->in + (size_t)row * s->pitch + e);
}

/* Sums 16 columns from element e down, for STEP rows at once. Row r of the step is the sum of W[t -
 * r] * in[t] over r <= t < r + taps; in the middle every element read serves all the rows. */
static void down16(const strip *s, int e) {
    float16 sum[STEP];
#pragma unroll
    for (int r = 0; r < STEP; r++)
        sum[r] = (float16)(0.0f);
    if (s->taps < STEP) { /* no middle: row by row */
        for (int t = 0; t < s->taps; t++) {
            const float16 weight = (float16)(s->W[t]);
#pragma unroll
            for (int r = 0; r < STEP; r++)
                sum[r] = fma(weight, load_row(s, t + r, e), sum[r]);
        }
    } else {
#pragma unroll
        for (int t = 0; t < STEP - 1; t++) {
            const float16 value = load_row(s, t, e);
#pragma unroll
            for (int r = 0; r <= t; r++)
                sum[r] = fma((float16)(s->W[t - r]), value, sum[r]);
        }
        for (int t = STEP - 1; t < s->taps; t++) {
            const float16 value = load_row(s, t, e);
#pragma unroll
            for (int r = 0; r < STEP; r++)
                sum[r] = fma((float16)(s->W[t - r]), value, sum[r]);
        }
#pragma unroll
        for (int t = 0; t < STEP - 1; t++) {
            const float16 value = load_row(s, s->taps + t, e);
#pragma unroll
            for (int r = t + 1; r < STEP; r++)
                sum[r] = fma((float16)(s->W[s->taps + t - r]), value, sum[r]);
        }
    }
#pragma unroll
    for (int r = 0; r < STEP; r++)
        *(__local loose_float16 *)(s->sums + r * s->line + (e - s->from)) = sum[r];
}

/* Sums one column, source element `e`, into the lines' place `at`. */
static void down1(const strip *s, int e, int at) {
    for (int r = 0; r < STEP; r++) {
        float sum = 0.0f;
        for (int t = 0; t < s->taps; t++)
            if (s->rows[r + t] >= 0)
                sum = fma(s->W[t], (float)s->in[(size_t)s->rows[r + t] * s->pitch + e], sum);
        s->sums[r * s->line + at] = sum;
    }
}

/* Sums the columns inner <= e < outer, all inside the image. The last vector overlaps the one
 * before. */
static void down(const strip *s, int inner, int outer) {
    int e = inner;
    for (; e + 16 <= outer; e += 16)
        down16(s, e);
    if (e < outer && outer - inner >= 16)
        down16(s, outer - 16);
    else
        for (; e < outer; e++)
            down1(s, e, e - s->from);
}

/* Fills the elements from <= e < to outside the image: copies of sums that the strip has, or zero,
 * or sums of columns far away. */
static void fill(const strip *s, int w, int c, int border, int inner, int outer, int from, int to) {
    for (int e = from; e < to; e++) {
        const int x = e >= 0 ? e / c : -((c - 1 - e) / c);
        const int column = border_index(x, w, border);
        const int source = column * c + (e - x * c), at = e - s->from;
        if (column >= 0 && (source < inner || source >= outer)) {
            down1(s, source, at);
            continue;
        }
        for (int r = 0; r < STEP; r++)
            s->sums[r * s->line + at] =
                column < 0 ? 0.0f : s->sums[r * s->line + (source - s->from)];
    }
}

static float16 along16(const strip *s, __local const float *sums, int c) {
    float16 sum = (float16)(0.0f);
    for (int t = 0; t < s->taps; t++)
        sum = fma((float16)(s->W[t]), vload16(0, sums + t * c), sum);
    return sum;
}

/* A blurred vector as it is to be stored: itself, or the image moved away from it. */
static float16 finish(float16 blurred, __global const pixel *in, int c, int sharpen, float amount) {
    if (!sharpen)
        return blurred;
    const float16 own = load16(in);
    const float16 sharp = fma((float16)(amount), own - blurred, own);
    const int16 alpha = (int16)(0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1);
    return limit16(c == 4 ? select(sharp, own, alpha) : sharp);
}

/* The elements from <= e < to of one row, one by one. */
static void along1(const strip *s, __local const float *sums, __global const pixel *in,
                   __global pixel *out, int c, int from, int to, int sharpen, float amount) {
    for (int e = from; e < to; e++) {
        float sum = 0.0f;
        for (int t = 0; t < s->taps; t++)
            sum = fma(s->W[t], sums[e + t * c], sum);
        out[e] = round1(sharpen ? sharpen1(sum, (float)in[e], c, e, amount) : sum);
    }
}

/* The n elements of one row from a line of sums; `in` and `out` point to the first of them. */
static void along(const strip *s, __local const float *sums, __global const pixel *in,
                  __global pixel *out, int c, int n, int sharpen, float amount) {
    int e = 0;
    for (; e + 16 * ABREAST <= n; e += 16 * ABREAST) {
        float16 sum[ABREAST];
#pragma unroll
        for (int j = 0; j < ABREAST; j++)
            sum[j] = (float16)(0.0f);
        for (int t = 0; t < s->taps; t++) {
            const float16 weight = (float16)(s->W[t]);
#pragma unroll
            for (int j = 0; j < ABREAST; j++)
                sum[j] = fma(weight, vload16(0, sums + e + 16 * j + t * c), sum[j]);
        }
#pragma unroll
        for (int j = 0; j < ABREAST; j++)
            store16(finish(sum[j], in + e + 16 * j, c, sharpen, amount), out + e + 16 * j);
    }
    for (; e + 16 <= n; e += 16)
        store16(finish(along16(s, sums + e, c), in + e, c, sharpen, amount), out + e);
    along1(s, sums, in, out, c, e, n, sharpen, amount);
}

/* One strip: elements from get_global_id(0) * STRIP, `item_rows` rows from (get_global_id(1) +
 * first) * item_rows. Local memory: STEP + 2 radius ints in `rows`, STEP lines of `line` = STRIP +
 * 2 radius c floats in `sums`. `sharpen` is a constant in each caller: inlining leaves one of the
 * two ways. */
static void run_strip(__global const pixel *restrict in, __global pixel *restrict out, int h, int w,
                      int c, int border, int radius, float falloff, int item_rows, int line,
                      __local float *W, __local int *rows, __local float *sums, int sharpen,
                      float amount, int first) {
    const int pitch = w * c, reach = radius * c;
    const int e0 = (int)get_global_id(0) * STRIP, e1 = min(e0 + STRIP, pitch);
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h);
    const int inner = max(e0 - reach, 0), outer = min(e1 + reach, pitch);
    const strip s = {in, W, rows, sums, 2 * radius + 1, pitch, line, e0 - reach};
    const float sum = sum_of_weights(radius, falloff);
    for (int i = -radius; i <= radius; i++)
        W[i + radius] = weight_of(i, falloff, sum);
    for (int y = y0; y < y1; y += STEP) {
        for (int t = 0; t < STEP + 2 * radius; t++)
            rows[t] = border_index(y - radius + t, h, border);
        down(&s, inner, outer);
        fill(&s, w, c, border, inner, outer, e0 - reach, inner);
        fill(&s, w, c, border, inner, outer, outer, e1 + reach);
        for (int r = 0; r < min(STEP, y1 - y); r++) {
            const size_t at = (size_t)(y + r) * pitch + e0;
            along(&s, sums + r * line, in + at, out + at, c, e1 - e0, sharpen, amount);
        }
    }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
blur_strips(__global const pixel *restrict in, __global pixel *restrict out, int h, int w, int c,
            int border, int radius, float falloff, int item_rows, int line, __local float *W,
            __local int *rows, __local float *sums, int first) {
    run_strip(in, out, h, w, c, border, radius, falloff, item_rows, line, W, rows, sums, 0, 0.0f,
              first);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
sharpen_strips(__global const pixel *restrict in, __global pixel *restrict out, int h, int w, int c,
               int border, int radius, float falloff, int item_rows, int line, __local float *W,
               __local int *rows, __local float *sums, float amount, int first) {
    run_strip(in, out, h, w, c, border, radius, falloff, item_rows, line, W, rows, sums, 1, amount,
              first);
}

#endif

/* ---- unrolled ---- */

#if HAS_RUNG(4)

#define TAPS (2 * RADIUS + 1)
#define REACH (RADIUS * CHANNELS)
#define MARGIN ((REACH + 15) / 16 * 16) /* so that a strip's vectors are aligned in its line */
#define LINE (SPAN + 2 * MARGIN)
#define AT_ONCE 32 /* elements along a line: more sums would not stay in registers */

typedef float8 __attribute__((aligned(4))) loose_float8;
#define LINE8(at) (*(__local const loose_float8 *)(at))

/* A result larger than the caches is written past them, where the compiler can say so of whole,
 * aligned vectors: see transpose.cl. Vectors of bytes are too short to gain by it. */
#ifndef PAST
#define PAST 0 /* 1: the result is that large, and so are its rows' multiples of 64 bytes */
#endif
static void store_past16(float16 value, __global pixel *out) {
#if PAST && !PIXEL_U8 && defined(__has_builtin)
#if __has_builtin(__builtin_nontemporal_store)
    __builtin_nontemporal_store(value, (__global float16 *)out);
    return;
#endif
#endif
    store16(value, out);
}

/* Weights to the left and right of the middle are the same, weights[d] at the distance d from it. So
 * what lies on either side is added up first: half the multiplications, and additions have units of
 * their own.
 *
 * 16 columns, STEP rows at once. From one distance to the next both ends move on by a row, and all
 * rows of the step share what is loaded:
 *
 *      rows  R-2 R-1  R  R+1 ...  R+7 R+8 R+9        R = RADIUS, of row r the middle is R + r
 *      d=0            [=============]
 *      d=1       [=============]   +  ...
 *                     ... + [=============]          each value is loaded and converted once
 *
 * rows[t] is the place of row t's element 0 in `in`, or 0 for a row of zeros, which only that
 * border has. */
static inline __attribute__((always_inline)) float16 known_row(__global const pixel *row, int e) {
    return ZERO && !row ? (float16)(0.0f) : load16(row + e);
}

static inline __attribute__((always_inline)) void
known_down16(__global const pixel *const *rows, const float *weights, int e, __local float *to) {
    float16 value[STEP + TAPS - 1], sum[STEP];
#pragma unroll
    for (int r = 0; r < STEP; r++) {
        value[RADIUS + r] = known_row(rows[RADIUS + r], e);
        sum[r] = weights[0] * value[RADIUS + r];
    }
#pragma unroll
    for (int d = 1; d <= RADIUS; d++) {
        const int up = RADIUS - d, down = RADIUS + STEP - 1 + d;
        const float16 weight = (float16)(weights[d]);
        value[up] = known_row(rows[up], e);
        value[down] = known_row(rows[down], e);
#pragma unroll
        for (int r = 0; r < STEP; r++)
            sum[r] = fma(weight, value[up + r] + value[RADIUS + r + d], sum[r]);
    }
#pragma unroll
    for (int r = 0; r < STEP; r++)
        *(__local loose_float16 *)(to + r * LINE) = sum[r];
}

/* AT_ONCE elements of one row from its line, in the same way. Vectors of 8: half as many of them
 * straddle two cache lines as of 16, and two can be loaded at once. With four channels what one
 * vector wants at the distance d its neighbour wants at d + 2, and the compiler keeps it. */
static inline __attribute__((always_inline)) void
known_along(__local const float *line, const float *weights, __global const pixel *in,
            __global pixel *out, int sharpen, float amount) {
    float8 sum[AT_ONCE / 8];
    __local const float *middle = line + REACH;
#pragma unroll
    for (int j = 0; j < AT_ONCE / 8; j++)
        sum[j] = weights[0] * LINE8(middle + 8 * j);
#pragma unroll
    for (int d = 1; d <= RADIUS; d++) {
        const float8 weight = (float8)(weights[d]);
#pragma unroll
        for (int j = 0; j < AT_ONCE / 8; j++) {
            __local const float *at = middle + 8 * j;
            sum[j] = fma(weight, LINE8(at - d * CHANNELS) + LINE8(at + d * CHANNELS), sum[j]);
        }
    }
#pragma unroll
    for (int j = 0; j < AT_ONCE; j += 16) {
        const float16 both = (float16)(sum[j / 8], sum[j / 8 + 1]);
        store_past16(finish(both, in + j, CHANNELS, sharpen, amount), out + j);
    }
}

/* The columns inner <= e < outer of the image, down into the lines. */
static inline __attribute__((always_inline)) void known_down(const strip *s,
                                                             __global const pixel *const *rows,
                                                             const float *weights, int inner,
                                                             int outer) {
    int e = inner;
    for (; e + 16 <= outer; e += 16)
        known_down16(rows, weights, e, s->sums + (e - s->from));
    if (e < outer && outer - inner >= 16)
        known_down16(rows, weights, outer - 16, s->sums + (outer - 16 - s->from));
    else
        for (; e < outer; e++)
            down1(s, e, e - s->from);
}

/* As run_strip, with lines that begin MARGIN, not REACH, before the strip. */
static inline __attribute__((always_inline)) void
run_known(__global const pixel *in, __global pixel *out, int h, int w, int border,
          float falloff, int item_rows, __local float *W, __local int *places, __local float *lines,
          int sharpen, float amount, int first) {
    const int pitch = w * CHANNELS;
    const int e0 = (int)get_global_id(0) * SPAN, e1 = min(e0 + SPAN, pitch);
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h);
    const int inner = max(e0 - MARGIN, 0), outer = min(e1 + MARGIN, pitch);
    const strip s = {in, W, places, lines, TAPS, pitch, LINE, e0 - MARGIN};
    const float sum = sum_of_weights(RADIUS, falloff);
    float weights[RADIUS + 1];
    for (int i = 0; i <= RADIUS; i++)
        weights[i] = W[RADIUS - i] = W[RADIUS + i] = weight_of(i, falloff, sum);
    for (int y = y0; y < y1; y += STEP) {
        __global const pixel *rows[STEP + TAPS - 1];
        for (int t = 0; t < STEP + TAPS - 1; t++) {
            places[t] = border_index(y - RADIUS + t, h, border);
            rows[t] = places[t] < 0 ? 0 : in + (size_t)places[t] * pitch;
        }
        known_down(&s, rows, weights, inner, outer);
        fill(&s, w, CHANNELS, border, inner, outer, e0 - MARGIN, inner);
        fill(&s, w, CHANNELS, border, inner, outer, outer, e1 + MARGIN);
        for (int r = 0; r < min(STEP, y1 - y); r++) {
            const size_t at = (size_t)(y + r) * pitch + e0;
            __local const float *line = lines + r * LINE + MARGIN - REACH;
            const int n = e1 - e0, whole = n / AT_ONCE * AT_ONCE;
            for (int e = 0; e < whole; e += AT_ONCE)
                known_along(line + e, weights, in + at + e, out + at + e, sharpen, amount);
            along(&s, line + whole, in + at + whole, out + at + whole, CHANNELS, n - whole, sharpen,
                  amount);
        }
    }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
blur_unrolled(__global const pixel *restrict in, __global pixel *restrict out, int h, int w,
              int border, float falloff, int item_rows, int first) {
    __local float W[TAPS];
    __local int places[STEP + TAPS - 1];
    __local float lines[STEP * LINE] __attribute__((aligned(64)));
    run_known(in, out, h, w, border, falloff, item_rows, W, places, lines, 0, 0.0f, first);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
sharpen_unrolled(__global const pixel *restrict in, __global pixel *restrict out, int h, int w,
                 int border, float falloff, int item_rows, float amount, int first) {
    __local float W[TAPS];
    __local int places[STEP + TAPS - 1];
    __local float lines[STEP * LINE] __attribute__((aligned(64)));
    run_known(in, out, h, w, border, falloff, item_rows, W, places, lines, 1, amount, first);
}

#endif
