/* median: every pixel becomes the middle one of the SIZE x SIZE pixels about it, in each channel.
 *
 *      . . . . .                      9 values in order:  1 2 2 3 [4] 5 5 8 200
 *      . # # # .
 *      . # X # .     3 x 3            the middle one is no mean: an outlier does not move it,
 *      . # # # .                      and edges stay sharp
 *      . . . . .
 *
 * In plain C, for each channel of each pixel:
 *
 *     for (int i = 0; i < SIZE; i++)
 *         for (int j = 0; j < SIZE; j++)
 *             values[i * SIZE + j] = in[border(y + i - SIZE / 2)][border(x + j - SIZE / 2)];
 *     sort(values);
 *     out = values[SIZE * SIZE / 2];
 *
 * Nothing needs to be sorted: of any SIZE * SIZE / 2 + 2 of the values, neither the smallest nor the
 * largest can be the middle one of all. They are put aside, one more value is taken in, and so on
 * until three are left:
 *
 *      6 of 9:   min [. . . .] max  + 1 ->  min [. . .] max  + 1 ->  min [. .] max  + 1 ->  min [X] max
 *
 * Each step is a fixed sequence of minima and maxima without a branch, the same for a number as for
 * a vector of sixteen.
 *
 * The ladder:
 *     naive    one work-item per element
 *     strips   a work-item walks along whole rows with vectors of 16; what is at the border, or left
 *              over, goes through a patch of local memory with the border filled in */

#ifndef PIXEL_U8
#define PIXEL_U8 0 /* elements: 1 for bytes, 0 for floats */
#endif
#ifndef SIZE
#define SIZE 3 /* 3 or 5 */
#endif

#define REACH (SIZE / 2)
#define COUNT (SIZE * SIZE)
#define KEPT (COUNT / 2 + 2)

#define BORDER_ZERO 1 /* 0 is clamp */
#define BORDER_REFLECT 2
#define BORDER_WRAP 3

#if PIXEL_U8
typedef uchar pixel;
typedef uchar16 pixel16;
typedef uchar16 __attribute__((aligned(1))) loose_pixel16;
#else
typedef float pixel;
typedef float16 pixel16;
typedef float16 __attribute__((aligned(4))) loose_pixel16;
#endif

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

/* Makes a <= b. */
#define ORDER(type, a, b)                                                                          \
    {                                                                                              \
        const type low = min(a, b);                                                                \
        b = max(a, b);                                                                             \
        a = low;                                                                                   \
    }

/* Brings the smallest of the first n values to the front and the largest to the end: pairs first, then
 * the smaller ones and the larger ones among themselves. */
#define EXTREMES(type, v, n)                                                                       \
    {                                                                                              \
        _Pragma("unroll") for (int i = 0; i < (n) / 2; i++) ORDER(type, v[i], v[(n)-1 - i]);       \
        _Pragma("unroll") for (int i = 1; i < ((n) + 1) / 2; i++) ORDER(type, v[0], v[i]);         \
        _Pragma("unroll") for (int i = (n) / 2; i < (n)-1; i++) ORDER(type, v[i], v[(n)-1]);       \
    }

/* Puts both aside: the next value takes the place of one, and the other is beyond the new end. */
#define STEP(type, v, n)                                                                           \
    EXTREMES(type, v, n)                                                                           \
    v[0] = v[KEPT + KEPT - (n)];

#if SIZE == 3
#define STEPS(type, v) STEP(type, v, 6) STEP(type, v, 5) STEP(type, v, 4)
#else
#define STEPS(type, v)                                                                             \
    STEP(type, v, 14)                                                                              \
    STEP(type, v, 13)                                                                              \
    STEP(type, v, 12)                                                                              \
    STEP(type, v, 11)                                                                              \
    STEP(type, v, 10)                                                                              \
    STEP(type, v, 9)                                                                               \
    STEP(type, v, 8)                                                                               \
    STEP(type, v, 7)                                                                               \
    STEP(type, v, 6)                                                                               \
    STEP(type, v, 5)                                                                               \
    STEP(type, v, 4)
#endif

__kernel void median_naive(__global const pixel *restrict in, __global pixel *restrict out, int h,
                           int w, int c, int border, int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    if (e >= w * c)
        return;
    const int x = e / c, channel = e - x * c;
    pixel v[COUNT];
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
        const int row = border_index(y + i / SIZE - REACH, h, border);
        const int column = border_index(x + i % SIZE - REACH, w, border);
        const int inside = row >= 0 && column >= 0;
        v[i] = inside ? in[((size_t)row * w + column) * c + channel] : (pixel)0;
    }
    STEPS(pixel, v)
    EXTREMES(pixel, v, 3)
    out[(size_t)y * w * c + e] = v[1];
}

/* The sixteen medians about `in`, whose rows are `pitch` apart in any kind of memory. */
#define MEDIAN16(v, in, pitch, c)                                                                  \
    pixel16 v[COUNT];                                                                              \
    _Pragma("unroll") for (int i = 0; i < COUNT; i++) v[i] =                                       \
        vload16(0, in + (i / SIZE - REACH) * (pitch) + (i % SIZE - REACH) * (c));                  \
    STEPS(pixel16, v)                                                                              \
    EXTREMES(pixel16, v, 3)

#define PATCH (16 + 2 * REACH * 4) /* elements of its rows */

/* The elements e..e+n-1 of row y, at most 16, anywhere. */
static void through_patch(__global const pixel *in, __global pixel *out, int h, int w, int c,
                          int border, int y, int e, int n, __local pixel *patch) {
    const int begin = e - REACH * c;
    for (int i = 0; i < SIZE; i++) {
        const int row = border_index(y + i - REACH, h, border);
        int x = begin >= 0 ? begin / c : -((c - 1 - begin) / c), channel = begin - x * c;
        for (int q = 0; q < n + 2 * REACH * c; x++, channel = 0) {
            const int column = row < 0 ? -1 : border_index(x, w, border);
            for (; channel < c && q < n + 2 * REACH * c; channel++, q++)
                patch[i * PATCH + q] =
                    column < 0 ? (pixel)0 : in[((size_t)row * w + column) * c + channel];
        }
    }
    __local const pixel *middle = patch + REACH * PATCH + REACH * c;
    MEDIAN16(v, middle, PATCH, c)
    pixel each[16];
    vstore16(v[1], 0, each);
    for (int q = 0; q < n; q++)
        out[(size_t)y * w * c + e + q] = each[q];
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
median_strips(__global const pixel *restrict in, __global pixel *restrict out, int h, int w, int c,
              int border, int item_rows, int first) {
    __local pixel patch[SIZE * PATCH];
    const int pitch = w * c, reach = REACH * c;
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h);
    for (int i = 0; i < SIZE * PATCH; i++)
        patch[i] = (pixel)0; /* of a patch that is not full, the rest is sorted too */
    for (int y = y0; y < y1; y++) {
        const int whole = y >= REACH && y + REACH < h;
        for (int e = 0; e < pitch;) {
            const size_t at = (size_t)y * pitch + e;
            if (whole && e >= reach && e + 16 + reach <= pitch) {
                MEDIAN16(v, in + at, pitch, c)
                *(__global loose_pixel16 *)(out + at) = v[1];
                e += 16;
            } else {
                const int n = min(whole && e < reach ? reach - e : 16, pitch - e);
                through_patch(in, out, h, w, c, border, y, e, n, patch);
                e += n;
            }
        }
    }
}
