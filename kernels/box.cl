/* box: every pixel becomes the mean of the square about it.
 *
 *      image: h rows of w pixels, c interleaved channels, bytes
 *
 *                y - radius   leaves -> . . . . . . .
 *                                       # # # # # # #      sums[x]: of 2 radius + 1 bytes of a column
 *                y                      # # # # # # #
 *                                       # # # # # # #      out[y][x] = sum of sums[x - radius ..
 *                y + radius + 1 enters -> . . . . . .                  x + radius] / (2 radius + 1)^2
 *
 * In plain C, for each channel, at(y, x) minding the border:
 *
 *     for (int x = 0; x < w; x++)
 *         sums[x] += at(y + radius, x) - at(y - radius - 1, x);
 *     for (int x = 0; x < w; x++) {
 *         sum += sums[x + radius] - sums[x - radius - 1];
 *         out[y][x] = sum / square;
 *     }
 *
 * The ladder is that of blur.cl, with weights that are all the same, for as many rungs; and then
 *     running  sums that run down the columns, by vectors, and along the row: what a pixel costs does
 *              not depend on the radius. Bytes only, whose sums are exact: floats would carry their
 *              rounding errors, and an infinity for ever, from pixel to pixel */

#ifndef CHANNELS
#define CHANNELS 4 /* of the image */
#endif
#ifndef SPAN
#define SPAN 960 /* elements of a strip: whole vectors, and whole pixels of 1, 3 or 4 channels */
#endif

#define BORDER_ZERO 1 /* 0 is clamp */
#define BORDER_REFLECT 2
#define BORDER_WRAP 3

/* Vectors at any address. PoCL takes vstore16 apart; what is said to be aligned to its elements only
 * becomes one store. */
typedef uchar16 __attribute__((aligned(1))) loose_uchar16;
typedef int16 __attribute__((aligned(4))) loose_int16;

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

/* A strip's columns: sums[i] is of element from + i of the row, which may lie outside; those that
 * lie inside are begin <= i < end. */
typedef struct strip {
    __global const uchar *in;
    __local int *sums;
    int h, w, border, from, count, begin, end;
} strip;

/* Adds row y to the sums, or takes it away. */
static void add_row(const strip *s, int y, int sign) {
    const int row = border_index(y, s->h, s->border);
    if (row < 0)
        return;
    __global const uchar *in = s->in + (size_t)row * s->w * CHANNELS + s->from;
    int i = s->begin;
    for (; i + 16 <= s->end; i += 16)
        *(__local loose_int16 *)(s->sums + i) += sign * convert_int16(vload16(0, in + i));
    for (; i < s->end; i++)
        s->sums[i] += sign * in[i];
}

/* Adds one row and takes another away. */
static void move_down(const strip *s, int enters, int leaves) {
    const int in_row = border_index(enters, s->h, s->border);
    const int out_row = border_index(leaves, s->h, s->border);
    if (in_row < 0 || out_row < 0) {
        add_row(s, enters, 1);
        add_row(s, leaves, -1);
        return;
    }
    __global const uchar *plus = s->in + (size_t)in_row * s->w * CHANNELS + s->from;
    __global const uchar *minus = s->in + (size_t)out_row * s->w * CHANNELS + s->from;
    int i = s->begin;
    for (; i + 16 <= s->end; i += 16)
        *(__local loose_int16 *)(s->sums + i) +=
            convert_int16(vload16(0, plus + i)) - convert_int16(vload16(0, minus + i));
    for (; i < s->end; i++)
        s->sums[i] += (int)plus[i] - (int)minus[i];
}

/* The sum of one column over the window of row y, for those that the strip has not. */
static int column_sum(const strip *s, int y, int radius, int element) {
    int sum = 0;
    for (int i = y - radius; i <= y + radius; i++) {
        const int row = border_index(i, s->h, s->border);
        sum += row < 0 ? 0 : s->in[(size_t)row * s->w * CHANNELS + element];
    }
    return sum;
}

/* Columns outside the image, from <= i < to: copies of those inside, or zero. */
static void fill(const strip *s, int y, int radius, int from, int to) {
    for (int i = from; i < to; i++) {
        const int e = s->from + i;
        const int x = e >= 0 ? e / CHANNELS : -((CHANNELS - 1 - e) / CHANNELS);
        const int column = border_index(x, s->w, s->border);
        const int element = column * CHANNELS + (e - x * CHANNELS), copy = element - s->from;
        if (column < 0)
            s->sums[i] = 0;
        else if (copy >= s->begin && copy < s->end)
            s->sums[i] = s->sums[copy];
        else
            s->sums[i] = column_sum(s, y, radius, element);
    }
}

/* totals[i] is the sum of the sums before i, of its own channel. */
static void add_up(const strip *s, __local int *totals) {
    int sum[CHANNELS] = {0};
    for (int i = 0; i < s->count; i += CHANNELS) {
#pragma unroll
        for (int k = 0; k < CHANNELS; k++) {
            totals[i + k] = sum[k];
            sum[k] += s->sums[i + k];
        }
    }
#pragma unroll
    for (int k = 0; k < CHANNELS; k++)
        totals[s->count + k] = sum[k];
}

/* n means: the total at the end of a pixel's window less that at its beginning. */
static void means(__local const int *totals, int radius, float inverse, int n,
                  __global uchar *out) {
    __local const int *ends = totals + (2 * radius + 1) * CHANNELS;
    int e = 0;
    for (; e + 16 <= n; e += 16) {
        const float16 sum = convert_float16(vload16(0, ends + e) - vload16(0, totals + e));
        *(__global loose_uchar16 *)(out + e) =
            convert_uchar16(convert_int16(fma(sum, (float16)(inverse), (float16)(0.5f))));
    }
    for (; e < n; e++)
        out[e] = (uchar)(int)fma((float)(ends[e] - totals[e]), inverse, 0.5f);
}

/* Local memory: SPAN + 2 radius CHANNELS sums, and CHANNELS more totals. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
box_running(__global const uchar *restrict in, __global uchar *restrict out, int h, int w,
            int border, int radius, float inverse, int item_rows, __local int *sums,
            __local int *totals, int first) {
    const int pitch = w * CHANNELS, reach = radius * CHANNELS;
    const int e0 = (int)get_global_id(0) * SPAN, n = min(SPAN, pitch - e0);
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h);
    const strip s = {in,
                     sums,
                     h,
                     w,
                     border,
                     e0 - reach,
                     n + 2 * reach,
                     max(reach - e0, 0),
                     min(pitch - e0 + reach, n + 2 * reach)};
    for (int i = 0; i < s.count; i++)
        sums[i] = 0;
    for (int y = y0 - radius; y <= y0 + radius; y++)
        add_row(&s, y, 1);
    for (int y = y0; y < y1; y++) {
        if (y > y0)
            move_down(&s, y + radius, y - radius - 1);
        fill(&s, y, radius, 0, s.begin);
        fill(&s, y, radius, s.end, s.count);
        add_up(&s, totals);
        means(totals, radius, inverse, n, out + (size_t)y * pitch + e0);
    }
}
