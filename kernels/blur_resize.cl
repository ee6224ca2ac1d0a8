/* blur_resize: a Gaussian, then every n-th pixel of it, or the mean of a few: an image made smaller
 * by whole numbers without the specks that leaving pixels out would make.
 *
 *      source column  0  1  2  3  4  5  6  7        blurred, then the mean of two, radius 1:
 *      blurred        a  b  c  d  e  f  g  h
 *      result         (a b)/2  (c d)/2  ...          (a b)/2 = sum of C[t] * source[t - 1], 4 taps
 *
 * Both steps are sums along each axis, so together they are one, with the weights
 *
 *     C[t] = (W[t] + W[t - 1] + ... + W[t - TAKES + 1]) / TAKES        W the Gaussian's
 *
 * of which only every n-th result is wanted: of the sums down one row in n, of those along one
 * column in n of these rows. The blurred image is never made, let alone stored. In plain C, for
 * each channel of each result pixel:
 *
 *     for (int i = 0; i < taps_down; i++)
 *         for (int j = 0; j < taps_along; j++)
 *             sum += Cy[i] * Cx[j] * in[border(y * n + offset + i)][border(x * m + offset + j)];
 *
 * The ladder:
 *     naive    one work-item per result element, the whole window
 *     passes   along the rows into a scratch image, then down; one work-item each, made for GPUs
 *     strips   both on a strip in local memory; sums down for 8 result rows at once, whose columns
 *              are dealt out to as many lines as columns make one, so that the sums along find
 *              theirs side by side; made for CPUs
 *
 *              sums down   0 1 2 3 4 5 6 7    ->   line 0:  0 2 4 6      two columns make one
 *                                                  line 1:  1 3 5 7                             */

#ifndef PIXEL_U8
#define PIXEL_U8 0 /* elements: 1 for bytes, 0 for floats */
#endif
#ifndef CHANNELS
#define CHANNELS 4
#endif
#ifndef RADIUS
#define RADIUS 2
#endif
#ifndef ROWS
#define ROWS 2 /* rows of the source for each of the result */
#define COLUMNS 2
#endif
#ifndef TAKES_DOWN
#define TAKES_DOWN 2 /* how many of these rows of the blurred image the mean is of */
#define TAKES_ALONG 2
#endif
#ifndef SKIPS_DOWN
#define SKIPS_DOWN 0 /* and how many come before them */
#define SKIPS_ALONG 0
#endif
#ifndef ZERO
#define ZERO 0 /* 1: the border is BORDER_ZERO */
#endif
#ifndef SPAN
#define SPAN 480 /* result elements across a strip: multiples of 96 */
#endif

#define TAPS_DOWN (2 * RADIUS + TAKES_DOWN)
#define TAPS_ALONG (2 * RADIUS + TAKES_ALONG)

#define BORDER_ZERO 1
#define BORDER_REFLECT 2
#define BORDER_WRAP 3

#if PIXEL_U8
typedef uchar pixel;
#else
typedef float pixel;
#endif

/* Vectors at any address: see blur.cl. */
typedef float16 __attribute__((aligned(4))) loose_float16;
typedef float8 __attribute__((aligned(4))) loose_float8;
typedef float4 __attribute__((aligned(4))) loose_float4;
typedef uchar16 __attribute__((aligned(1))) loose_uchar16;

static pixel round1(float value) {
#if PIXEL_U8
    return (uchar)(int)(clamp(value, 0.0f, 255.0f) + 0.5f);
#else
    return value;
#endif
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

/* The first place that result place i wants, before the border's rule. */
static int row_of(int y) {
    return y * ROWS + SKIPS_DOWN - RADIUS;
}

static int column_of(int x) {
    return x * COLUMNS + SKIPS_ALONG - RADIUS;
}

/* ---- weights ---- */

static float sum_of_weights(float falloff) {
    float sum = 0.0f;
    for (int i = -RADIUS; i <= RADIUS; i++)
        sum += exp(-falloff * (float)(i * i));
    return sum;
}

/* C[t] of a mean of so many. */
static float weight_of(int t, int takes, float falloff, float sum) {
    float own = 0.0f;
    for (int i = max(t - takes + 1, 0) - RADIUS; i <= min(t, 2 * RADIUS) - RADIUS; i++)
        own += exp(-falloff * (float)(i * i));
    return own / (sum * (float)takes);
}

/* By one work-item, for the launches to come: first those down, then those along. */
__kernel void blur_resize_weights(float falloff, __global float *restrict weights) {
    const float sum = sum_of_weights(falloff);
    for (int t = 0; t < TAPS_DOWN; t++)
        weights[t] = weight_of(t, TAKES_DOWN, falloff, sum);
    for (int t = 0; t < TAPS_ALONG; t++)
        weights[TAPS_DOWN + t] = weight_of(t, TAKES_ALONG, falloff, sum);
}

/* ---- naive and passes ---- */

/* Channel `channel` of result column x, from one row. */
static float along1(__global const pixel *row, int w, int border, __global const float *weights,
                    int x, int channel) {
    float sum = 0.0f;
    for (int j = 0; j < TAPS_ALONG; j++) {
        const int column = border_index(column_of(x) + j, w, border);
        if (column >= 0)
            sum += weights[TAPS_DOWN + j] * (float)row[column * CHANNELS + channel];
    }
    return sum;
}

__kernel void blur_resize_naive(__global const pixel *restrict in, __global pixel *restrict out,
                                int h, int w, int w_out, int border,
                                __global const float *restrict weights, int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    if (e >= w_out * CHANNELS)
        return;
    float sum = 0.0f;
    for (int i = 0; i < TAPS_DOWN; i++) {
        const int row = border_index(row_of(y) + i, h, border);
        if (row >= 0)
            sum += weights[i] * along1(in + (size_t)row * w * CHANNELS, w, border, weights,
                                       e / CHANNELS, e % CHANNELS);
    }
    out[(size_t)y * w_out * CHANNELS + e] = round1(sum);
}

/* All h rows of the source, w_out columns. */
__kernel void blur_resize_along(__global const pixel *restrict in, __global float *restrict out,
                                int w, int w_out, int border,
                                __global const float *restrict weights, int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    if (e < w_out * CHANNELS)
        out[(size_t)y * w_out * CHANNELS + e] = along1(in + (size_t)y * w * CHANNELS, w, border,
                                                       weights, e / CHANNELS, e % CHANNELS);
}

__kernel void blur_resize_down(__global const float *restrict in, __global pixel *restrict out,
                               int h, int w_out, int border, __global const float *restrict weights,
                               int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    const int pitch = w_out * CHANNELS;
    if (e >= pitch)
        return;
    float sum = 0.0f;
    for (int i = 0; i < TAPS_DOWN; i++) {
        const int row = border_index(row_of(y) + i, h, border);
        if (row >= 0)
            sum += weights[i] * in[(size_t)row * pitch + e];
    }
    out[(size_t)y * pitch + e] = round1(sum);
}

/* ---- strips ---- */

#define STEP 8                               /* result rows at a time */
#define REACH ((TAPS_ALONG - 1) / COLUMNS)   /* pixels that a line has beyond the strip's */
#define PART (SPAN + (REACH + 1) * CHANNELS) /* floats of each of a row's COLUMNS lines */
#define LINES (COLUMNS * PART)               /* of all */
#define SOURCE_ROWS (ROWS * (STEP - 1) + TAPS_DOWN)

/* What a step works on: rows[t] is the source row to read, or -1; element e of a source row, counted
 * from `from`, goes to place slots[e] of a row's lines. */
typedef struct strip {
    __global const pixel *in;
    __local const float *weights;
    __local const int *rows, *slots;
    __local float *lines;
    int pitch, from;
} strip;

static float16 load16(__global const pixel *in) {
#if PIXEL_U8
    return convert_float16(*(__global const loose_uchar16 *)in);
#else
    return *(__global const loose_float16 *)in;
#endif
}

/* Deals sixteen elements out to the lines. */
static void deal16(float16 value, __local float *lines, __local const int *slots) {
#if CHANNELS == 4
    *(__local loose_float4 *)(lines + slots[0]) = value.s0123;
    *(__local loose_float4 *)(lines + slots[4]) = value.s4567;
    *(__local loose_float4 *)(lines + slots[8]) = value.s89ab;
    *(__local loose_float4 *)(lines + slots[12]) = value.scdef;
#elif CHANNELS == 1 && COLUMNS == 2
    *(__local loose_float8 *)(lines + slots[0]) = value.even;
    *(__local loose_float8 *)(lines + slots[1]) = value.odd;
#else
    float own[16];
    *(loose_float16 *)own = value;
#pragma unroll
    for (int i = 0; i < 16; i++)
        lines[slots[i]] = own[i];
#endif
}

/* Sixteen columns, STEP result rows at once: a row of the source serves all that want it. rows[i] is
 * where element 0 of the i-th is, or 0 for a row of zeros, which only that border has. */
static inline __attribute__((always_inline)) void
down16(const strip *s, __global const pixel *const *rows, const float *weights, int e) {
    float16 sum[STEP];
#pragma unroll
    for (int r = 0; r < STEP; r++)
        sum[r] = (float16)(0.0f);
#pragma unroll
    for (int i = 0; i < SOURCE_ROWS; i++) {
        const float16 value = ZERO && !rows[i] ? (float16)(0.0f) : load16(rows[i] + e);
#pragma unroll
        for (int r = 0; r < STEP; r++)
            if (i >= ROWS * r && i - ROWS * r < TAPS_DOWN)
                sum[r] = fma((float16)(weights[i - ROWS * r]), value, sum[r]);
    }
#pragma unroll
    for (int r = 0; r < STEP; r++)
        deal16(sum[r], s->lines + r * LINES, s->slots + (e - s->from));
}

/* One column, whose source element is e, to slot `slot`. */
static void down1(const strip *s, int e, int slot) {
    for (int r = 0; r < STEP; r++) {
        float sum = 0.0f;
        for (int t = 0; t < TAPS_DOWN; t++) {
            const int row = s->rows[ROWS * r + t];
            if (row >= 0)
                sum = fma(s->weights[t], (float)s->in[(size_t)row * s->pitch + e], sum);
        }
        s->lines[r * LINES + slot] = sum;
    }
}

/* The columns inner <= e < outer, which are in the image; the last vector overlaps. */
static inline __attribute__((always_inline)) void down(const strip *s,
                                                       __global const pixel *const *rows,
                                                       const float *weights, int inner, int outer) {
    int e = inner;
    for (; e + 16 <= outer; e += 16)
        down16(s, rows, weights, e);
    if (e < outer && outer - inner >= 16)
        down16(s, rows, weights, outer - 16);
    else
        for (; e < outer; e++)
            down1(s, e, s->slots[e - s->from]);
}

/* The columns begin <= e < end, which are not: copies of sums that are there, or zero, or sums of
 * columns far away. */
static void fill(const strip *s, int border, int inner, int outer, int begin, int end) {
    const int w = s->pitch / CHANNELS;
    for (int e = begin; e < end; e++) {
        const int x = e >= 0 ? e / CHANNELS : -((CHANNELS - 1 - e) / CHANNELS);
        const int column = border_index(x, w, border);
        const int source = column * CHANNELS + (e - x * CHANNELS), slot = s->slots[e - s->from];
        if (column >= 0 && (source < inner || source >= outer)) {
            down1(s, source, slot);
            continue;
        }
        for (int r = 0; r < STEP; r++)
            s->lines[r * LINES + slot] =
                column < 0 ? 0.0f : s->lines[r * LINES + s->slots[source - s->from]];
    }
}

#define AT_ONCE 32
#define TAP(t) (((t) % COLUMNS) * PART + ((t) / COLUMNS) * CHANNELS)
#define LINE8(at) (*(__local const loose_float8 *)(at))

/* AT_ONCE result elements of one row. The weights are the same from either end: what they belong to
 * is added up first. */
static void along32(__local const float *lines, __local const float *weights,
                    __global pixel *out) {
    float8 sum[AT_ONCE / 8];
#pragma unroll
    for (int j = 0; j < AT_ONCE / 8; j++)
        sum[j] = (float8)(0.0f);
#pragma unroll
    for (int t = 0; t < TAPS_ALONG / 2; t++)
#pragma unroll
        for (int j = 0; j < AT_ONCE / 8; j++)
            sum[j] = fma((float8)(weights[t]),
                         LINE8(lines + 8 * j + TAP(t)) +
                             LINE8(lines + 8 * j + TAP(TAPS_ALONG - 1 - t)),
                         sum[j]);
#pragma unroll
    for (int j = 0; j < AT_ONCE / 8; j += 2) {
        float16 both = (float16)(sum[j], sum[j + 1]);
#if TAPS_ALONG % 2
        both = fma((float16)(weights[TAPS_ALONG / 2]),
                   *(__local const loose_float16 *)(lines + 8 * j + TAP(TAPS_ALONG / 2)), both);
#endif
#if PIXEL_U8
        *(__global loose_uchar16 *)(out + 8 * j) =
            convert_uchar16(convert_int16(clamp(both, 0.0f, 255.0f) + 0.5f));
#else
        *(__global loose_float16 *)(out + 8 * j) = both;
#endif
    }
}

/* n result elements of one row. */
static void along(__local const float *lines, __local const float *weights, int n,
                  __global pixel *out) {
    int e = 0;
    for (; e + AT_ONCE <= n; e += AT_ONCE)
        along32(lines + e, weights, out + e);
    for (; e < n; e++) {
        float sum = 0.0f;
        for (int t = 0; t < TAPS_ALONG; t++)
            sum = fma(weights[t], lines[e + TAP(t)], sum);
        out[e] = round1(sum);
    }
}

/* A strip of SPAN result elements by item_rows result rows. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
blur_resize_strips(__global const pixel *restrict in, __global pixel *restrict out, int h, int w,
                   int h_out, int w_out, int border, float falloff, int item_rows, int first) {
    __local float weights_down[TAPS_DOWN], weights_along[TAPS_ALONG];
    __local int places[SOURCE_ROWS], slots[LINES];
    __local float lines[STEP * LINES] __attribute__((aligned(64)));
    const int pitch = w * CHANNELS, pitch_out = w_out * CHANNELS;
    const int e0 = (int)get_global_id(0) * SPAN, e1 = min(e0 + SPAN, pitch_out);
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h_out);
    const int from = column_of(e0 / CHANNELS) * CHANNELS;
    const int to = (column_of(e1 / CHANNELS - 1) + TAPS_ALONG) * CHANNELS;
    const int inner = clamp(from, 0, pitch), outer = clamp(to, inner, pitch);
    const strip s = {in, weights_down, places, slots, lines, pitch, from};
    const float sum = sum_of_weights(falloff);
    float weights[TAPS_DOWN];
    for (int t = 0; t < TAPS_DOWN; t++)
        weights[t] = weights_down[t] = weight_of(t, TAKES_DOWN, falloff, sum);
    for (int t = 0; t < TAPS_ALONG; t++)
        weights_along[t] = weight_of(t, TAKES_ALONG, falloff, sum);
    for (int e = 0; e < to - from; e++)
        slots[e] = TAP(e / CHANNELS) + e % CHANNELS;
    for (int y = y0; y < y1; y += STEP) {
        __global const pixel *rows[SOURCE_ROWS];
        for (int i = 0; i < SOURCE_ROWS; i++) {
            places[i] = border_index(row_of(y) + i, h, border);
            rows[i] = places[i] < 0 ? 0 : in + (size_t)places[i] * pitch;
        }
        down(&s, rows, weights, inner, outer);
        fill(&s, border, inner, outer, from, inner);
        fill(&s, border, inner, outer, outer, to);
        for (int r = 0; r < min(STEP, y1 - y); r++)
            along(lines + r * LINES, weights_along, e1 - e0,
                  out + (size_t)(y + r) * pitch_out + e0);
    }
}
