/* resize, bilinear, at any ratio: the rungs "pairs" and "lines" of resize.cl's ladder.
 *
 * Of each of two rows a result pixel wants two neighbours, and those lie side by side: one load
 * fetches both, wherever they are. No line of blended pixels is made in between, of which shrinking
 * would use but a part.
 *
 *      row a  . . . [l r] . . [l r] . .     pairs, c elements each: 8 bytes of RGBA8 or grey f32
 *      row b  . . . [l r] . . [l r] . .
 *                     |          |
 *                (1-g) a + g b: a vector of pairs          down: the same weights for all
 *                     |
 *         (1-f) * left halves + f * right halves           along: weights for each pixel
 *
 * That is pairs, for shrinking. Enlarging makes many rows from the same two, so lines goes the other
 * way about: along each row once, into a line in local memory, then down, two lines blended into
 * each result row, sixteen elements at a time.
 *
 *      row a  -> line  = = = = = = = = = =  \\
 *      row b  -> line  = = = = = = = = = =  // rows of the result, until b is the upper one
 *
 * Where the pairs are and their weights (1-f, f) is the same for all rows, so a launch of its own
 * works it out, once: resize_columns. A pair that would reach outside the image is blended by
 * itself, with the border's rule. */

#ifndef PIXEL_U8
#define PIXEL_U8 0 /* elements: 1 for bytes, 0 for floats */
#endif
#ifndef CHANNELS
#define CHANNELS 4 /* 1, 3 or 4 */
#endif

#if PIXEL_U8
typedef uchar pixel;
#else
typedef float pixel;
#endif

/* Vectors at any address: see blur.cl. */
typedef float16 __attribute__((aligned(4))) loose_float16;
typedef float8 __attribute__((aligned(4))) loose_float8;
typedef float4 __attribute__((aligned(4))) loose_float4;
typedef float2 __attribute__((aligned(4))) loose_float2;
typedef uchar16 __attribute__((aligned(1))) loose_uchar16;
typedef uint2 __attribute__((aligned(1))) loose_uint2;
typedef uint __attribute__((aligned(1))) loose_uint;
typedef ushort __attribute__((aligned(1))) loose_ushort;

/* ---- where the pairs are ---- */

/* The source position of x, doubled, in units of 1 / size_out. */
static long twice_position(int x, int size_in, int size_out) {
    return (2 * (long)x + 1) * size_in - size_out;
}

static int floor_divide(long a, long b) {
    return (int)(a >= 0 ? a / b : -((b - 1 - a) / b));
}

/* The left one of the two source pixels of x, and the right one's weight. */
static int left_of(int x, int size_in, int size_out, float *weight) {
    const long twice = twice_position(x, size_in, size_out), unit = 2 * (long)size_out;
    const int left = floor_divide(twice, unit);
    *weight = (float)(twice - left * unit) / (float)unit;
    return left;
}

/* For column x: the first element of its pair, and the weights of left and right. */
__kernel void resize_columns(__global int *restrict places, __global float *restrict weights,
                             int w_in, int w_out) {
    const int x = (int)get_global_id(0);
    if (x >= w_out)
        return;
    float f;
    places[x] = left_of(x, w_in, w_out, &f) * CHANNELS;
    weights[2 * x] = 1.0f - f;
    weights[2 * x + 1] = f;
}

/* ---- a vector of pairs ---- */

/* The pairs of one row that fill 16 places: 2 of three or four channels, of which three leave two
 * places over, or 8 of one. */
#if CHANNELS == 1
#define PAIRS 8
#if PIXEL_U8
#define PAIR(i) *(__global const loose_ushort *)(row + places[i])
static float16 load_pairs(__global const pixel *row, __global const int *places) {
    return convert_float16(as_uchar16((ushort8)(PAIR(0), PAIR(1), PAIR(2), PAIR(3), PAIR(4),
                                                PAIR(5), PAIR(6), PAIR(7))));
}
#else
#define PAIR(i) *(__global const loose_float2 *)(row + places[i])
static float16 load_pairs(__global const pixel *row, __global const int *places) {
    return (float16)(PAIR(0), PAIR(1), PAIR(2), PAIR(3), PAIR(4), PAIR(5), PAIR(6), PAIR(7));
}
#endif
#else
#define PAIRS 2
static float16 load_pairs(__global const pixel *row, __global const int *places) {
#if PIXEL_U8
    return convert_float16(as_uchar16((uint4)(*(__global const loose_uint2 *)(row + places[0]),
                                              *(__global const loose_uint2 *)(row + places[1]))));
#else
    return (float16)(*(__global const loose_float8 *)(row + places[0]),
                     *(__global const loose_float8 *)(row + places[1]));
#endif
}
#endif

/* Left and right halves of two vectors' pairs, side by side. */
#if CHANNELS == 1
#define LEFT(p, q) (float16)(p.even, q.even)
#define RIGHT(p, q) (float16)(p.odd, q.odd)
#elif CHANNELS == 3
#define LEFT(p, q) (float16)(p.s0123, p.s89ab, q.s0123, q.s89ab)
#define RIGHT(p, q) (float16)(p.s3456, p.sbcde, q.s3456, q.sbcde)
#else
#define LEFT(p, q) (float16)(p.s0123, p.s89ab, q.s0123, q.s89ab)
#define RIGHT(p, q) (float16)(p.s4567, p.scdef, q.s4567, q.scdef)
#endif

/* The weights of the left and right halves of 2 * PAIRS pixels, for each lane. */
static void spread_weights(__global const float *weights, float16 *near, float16 *far) {
#if CHANNELS == 1
    const float16 v = *(__global const loose_float16 *)weights;
    const float16 w = *(__global const loose_float16 *)(weights + 16);
    *near = (float16)(v.even, w.even);
    *far = (float16)(v.odd, w.odd);
#else
    const float8 w = *(__global const loose_float8 *)weights;
    *near = w.s0000222244446666;
    *far = w.s1111333355557777;
#endif
}

/* Stores 2 * PAIRS pixels; of three channels the lanes 0 to 2 of each four. */
static void store_pixels(float16 value, __global pixel *out) {
#if PIXEL_U8
    const uchar16 bytes = convert_uchar16(convert_int16(value + 0.5f));
#if CHANNELS == 3
    const uint4 rgb = as_uint4((uchar16)(bytes.s01245689, bytes.sacde, (uchar4)(0)));
    *(__global loose_uint2 *)out = rgb.lo;
    *(__global loose_uint *)(out + 8) = rgb.z;
#else
    *(__global loose_uchar16 *)out = bytes;
#endif
#elif CHANNELS == 3
    *(__global loose_float8 *)out = value.s01245689;
    *(__global loose_float4 *)(out + 8) = value.sacde;
#else
    *(__global loose_float16 *)out = value;
#endif
}

/* Two rows and their weights. */
typedef struct blend {
    __global const pixel *a, *b;
    float near, far;
} blend;

static float16 down(const blend *rows, __global const int *places) {
    return fma((float16)(rows->far), load_pairs(rows->b, places),
               rows->near * load_pairs(rows->a, places));
}

/* 2 * PAIRS pixels side by side. */
static void pairs16(const blend *rows, __global const int *places, __global const float *weights,
                    __global pixel *out) {
    const float16 p = down(rows, places), q = down(rows, places + PAIRS);
    float16 near, far;
    spread_weights(weights, &near, &far);
    store_pixels(fma(far, RIGHT(p, q), near * LEFT(p, q)), out);
}

/* ---- pairs ---- */

static pixel round1(float value) {
#if PIXEL_U8
    return (uchar)(int)(value + 0.5f);
#else
    return value;
#endif
}

/* One pixel, whose pair may reach outside the image. */
static void pair1(const blend *rows, int place, float near, float far, int pitch,
                  __global pixel *out) {
    for (int k = 0; k < CHANNELS; k++) {
        const int l = clamp(place, 0, pitch - CHANNELS) + k;
        const int r = clamp(place + CHANNELS, 0, pitch - CHANNELS) + k;
        const float left = fma(rows->far, (float)rows->b[l], rows->near * (float)rows->a[l]);
        const float right = fma(rows->far, (float)rows->b[r], rows->near * (float)rows->a[r]);
        out[k] = round1(fma(far, right, near * left));
    }
}

/* `item_rows` rows. The pairs of the columns begin <= x < end can be loaded whole; the last vector
 * overlaps the one before. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
resize_pairs(__global const pixel *restrict in, __global pixel *restrict out, int h_in, int w_in,
             int h_out, int w_out, __global const int *restrict places,
             __global const float *restrict weights, int begin, int end, int item_rows, int first) {
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h_out);
    const int pitch = w_in * CHANNELS;
    const int step = 2 * PAIRS, whole = end - begin >= step;
    for (int y = y0; y < y1; y++) {
        blend rows;
        const int top = left_of(y, h_in, h_out, &rows.far);
        rows.near = 1.0f - rows.far;
        rows.a = in + (size_t)clamp(top, 0, h_in - 1) * pitch;
        rows.b = in + (size_t)clamp(top + 1, 0, h_in - 1) * pitch;
        __global pixel *result = out + (size_t)y * w_out * CHANNELS;
        int x = 0;
        for (; x < (whole ? begin : w_out); x++)
            pair1(&rows, places[x], weights[2 * x], weights[2 * x + 1], pitch,
                  result + x * CHANNELS);
        if (!whole)
            continue;
        for (; x + step <= end; x += step)
            pairs16(&rows, places + x, weights + 2 * x, result + x * CHANNELS);
        x = end - step;
        pairs16(&rows, places + x, weights + 2 * x, result + x * CHANNELS);
        for (x = end; x < w_out; x++)
            pair1(&rows, places[x], weights[2 * x], weights[2 * x + 1], pitch,
                  result + x * CHANNELS);
    }
}

/* ---- lines ---- */

/* 2 * PAIRS pixels of one row, along it. */
static void along16(__global const pixel *row, __global const int *places,
                    __global const float *weights, __local float *line) {
    float16 near, far;
    spread_weights(weights, &near, &far);
    const float16 p = load_pairs(row, places), q = load_pairs(row, places + PAIRS);
    const float16 sum = fma(far, RIGHT(p, q), near * LEFT(p, q));
#if CHANNELS == 3
    *(__local loose_float8 *)line = sum.s01245689;
    *(__local loose_float4 *)(line + 8) = sum.sacde;
#else
    *(__local loose_float16 *)line = sum;
#endif
}

/* The columns x0 <= x < x1 one by one, whose pairs may reach outside the image. */
static void along1(__global const pixel *row, __global const int *places,
                   __global const float *weights, int pitch, int x0, int x1, __local float *line) {
    for (int x = x0; x < x1; x++)
        for (int k = 0; k < CHANNELS; k++) {
            const float left = (float)row[clamp(places[x], 0, pitch - CHANNELS) + k];
            const float right = (float)row[clamp(places[x] + CHANNELS, 0, pitch - CHANNELS) + k];
            line[x * CHANNELS + k] = fma(weights[2 * x + 1], right, weights[2 * x] * left);
        }
}

/* n elements of the result from two lines. */
static void blend_lines(__local const float *a, __local const float *b, float near, float far,
                        int n, __global pixel *out) {
    int e = 0;
    for (; e + 16 <= n; e += 16) {
        const float16 sum = fma((float16)(far), *(__local const loose_float16 *)(b + e),
                                near * *(__local const loose_float16 *)(a + e));
#if PIXEL_U8
        *(__global loose_uchar16 *)(out + e) = convert_uchar16(convert_int16(sum + 0.5f));
#else
        *(__global loose_float16 *)(out + e) = sum;
#endif
    }
    for (; e < n; e++)
        out[e] = round1(fma(far, b[e], near * a[e]));
}

/* A strip of `columns` by `item_rows`; two lines of so many pixels in local memory. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
resize_lines(__global const pixel *restrict in, __global pixel *restrict out, int h_in, int w_in,
             int h_out, int w_out, __global const int *restrict places,
             __global const float *restrict weights, int begin, int end, int columns, int item_rows,
             __local float *lines, int first) {
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h_out);
    const int x0 = (int)get_global_id(0) * columns, x1 = min(x0 + columns, w_out);
    const int pitch = w_in * CHANNELS, step = 2 * PAIRS;
    const int from = clamp(begin, x0, x1), to = clamp(end, from, x1);
    const int some = to - from >= step, last = some ? to : from;
    int held[2] = {-1, -1}; /* the row that each line is of */
    for (int y = y0; y < y1; y++) {
        float far;
        const int top = left_of(y, h_in, h_out, &far);
        for (int i = top; i < top + 2; i++) {
            const int own = clamp(i, 0, h_in - 1);
            if (held[own & 1] == own)
                continue;
            held[own & 1] = own;
            __global const pixel *row = in + (size_t)own * pitch;
            __local float *line = lines + ((own & 1) * columns - x0) * CHANNELS;
            along1(row, places, weights, pitch, x0, from, line);
            for (int x = from; some && x < to; x += step) {
                const int at = min(x, to - step); /* the last one overlaps */
                along16(row, places + at, weights + 2 * at, line + at * CHANNELS);
            }
            along1(row, places, weights, pitch, last, x1, line);
        }
        const int a = clamp(top, 0, h_in - 1) & 1, b = clamp(top + 1, 0, h_in - 1) & 1;
        blend_lines(lines + a * columns * CHANNELS, lines + b * columns * CHANNELS, 1.0f - far, far,
                    (x1 - x0) * CHANNELS, out + ((size_t)y * w_out + x0) * CHANNELS);
    }
}
