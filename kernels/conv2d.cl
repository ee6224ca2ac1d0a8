/* conv2d: every pixel becomes a weighted sum of its neighbourhood.
 *
 *      image: h rows of w pixels, c channels side by side     weights: kh x kw
 *
 *      rgb rgb rgb rgb rgb rgb                  +---+---+---+
 *      rgb[rgb rgb rgb]rgb rgb                  |   |   |   |
 *      rgb[rgb RGB rgb]rgb rgb    <- row y      +---+---+---+     The middle one, (kh/2, kw/2),
 *      rgb[rgb rgb rgb]rgb rgb                  |   | x |   |     lies on the pixel (y, x).
 *      rgb rgb rgb rgb rgb rgb                  +---+---+---+
 *               |                               |   |   |   |
 *             column x                          +---+---+---+
 *
 * In plain C, with `border` saying which pixel stands for one outside the image:
 *
 *     for (int y = 0; y < h; y++)
 *         for (int x = 0; x < w; x++)
 *             for (int ch = 0; ch < c; ch++) {
 *                 float sum = 0;
 *                 for (int i = 0; i < kh; i++)
 *                     for (int j = 0; j < kw; j++)
 *                         sum += weights[i][j] *
 *                                in[border(y + i - kh / 2, h)][border(x + j - kw / 2, w)][ch];
 *                 out[y][x][ch] = sum;
 *             }
 *
 * The ladder, one idea a rung:
 *
 *     conv2d_1_naive      the outer loops become a grid of work-items, one for each element
 *     conv2d_2_direct     one work-item holds 8 rows by 32 elements in vector registers (for CPUs)
 *     conv2d_3_separable  weights that are an outer product, weights[i][j] = col[i] row[j], let it
 *                         sum along columns, then along rows: kh + kw products, not kh * kw
 *     conv2d_4_lines      as 2, with the rows of a long strip turned into floats once for all its
 *                         tiles, and with kh known when it is built: no test is left in the sums
 *
 * Rows start at `first`, where the host's slice of the work begins. */

#ifndef IN
#define IN float /* type of the image's elements: float or uchar */
#endif
#ifndef OUT
#define OUT float /* type of the result's elements */
#endif
#ifndef OUT_IS_BYTE
#define OUT_IS_BYTE 0 /* 1: round to the nearest grey level */
#endif
#ifndef KH
#define KH 3 /* rows of the weights, for conv2d_4_lines */
#endif
#ifndef RUNG
#define RUNG 0 /* 1 to 4: only that rung, which builds faster; 0: all */
#endif

#define ROWS 8        /* rows of a register tile: 8 x 2 vectors */
#define WIDTH 32      /* elements of a row of it: two float16 */
#define STRIP 512     /* elements of a row that conv2d_3_separable takes at a time */
#define HALO (62 * 4) /* neighbours that they need at the most: kw = 63, c = 4 */

#define BORDER_ZERO 1 /* 0 is clamp */
#define BORDER_REFLECT 2
#define BORDER_WRAP 3

/* Vectors at any address. PoCL takes vstore16 apart, into 4 stores of floats or 16 of bytes; what
 * is said to be aligned to its elements only becomes one store. */
typedef float16 __attribute__((aligned(4))) loose_float16;
typedef uchar16 __attribute__((aligned(1))) loose_uchar16;

/* The register tile lives in registers only if nothing is called while it does. */
#define INLINE inline __attribute__((always_inline))

#define LOAD(from) convert_float16(vload16(0, from))

/* The place within 0..n-1 that stands for place i of a line of n, or -1 for a zero. */
inline int border_index(int i, int n, int border) {
    if (i >= 0 && i < n)
        return i;
    if (border == BORDER_ZERO)
        return -1;
    if (border == BORDER_REFLECT) {
        const int mirrored = i < 0 ? -i : 2 * (n - 1) - i;
        if (mirrored >= 0 && mirrored < n)
            return mirrored;
        const int period = n > 1 ? 2 * (n - 1) : 1; /* the line and its mirror image */
        const int place = (i % period + period) % period;
        return place < n ? place : period - place;
    }
    if (border == BORDER_WRAP)
        return (i % n + n) % n;
    return i < 0 ? 0 : n - 1;
}

inline OUT finish(float sum) {
#if OUT_IS_BYTE
    return (OUT)rint(clamp(sum, 0.0f, 255.0f));
#else
    return sum;
#endif
}

#if RUNG == 0 || RUNG == 1

/* Rung 1. One work-item, one element: the plain loop without its three outer lines.
 *
 * GPUs run this twice for an outer product, with kh = 1 into floats and then with kw = 1. For their
 * sake weight (i, j) is found at weights[offset + i * pitch + j], and the sum is multiplied by
 * `scale`. */
__kernel void conv2d_1_naive(int h, int w, int c, int border, __global const IN *restrict in,
                             __global const float *restrict weights, int offset, int pitch, int kh,
                             int kw, float scale, __global OUT *restrict out, int first) {
    const int e = get_global_id(0), y = first + (int)get_global_id(1);
    if (e >= w * c || y >= h)
        return;
    const int x = e / c, ch = e % c;
    float sum = 0.0f;
    for (int i = 0; i < kh; i++) {
        const int row = border_index(y + i - kh / 2, h, border);
        for (int j = 0; j < kw; j++) {
            const int col = border_index(x + j - kw / 2, w, border);
            const float pixel =
                row < 0 || col < 0 ? 0.0f : (float)in[((size_t)row * w + col) * c + ch];
            sum += weights[offset + i * pitch + j] * pixel;
        }
    }
    out[(size_t)y * w * c + e] = finish(sum * scale);
}

#endif

/* The elements begin <= q < end of a line whose first is element `from` of the row, one by one, for
 * what lies outside the image. A row of zeros is 0. */
INLINE void take_outside(__local float *line, __global const IN *row, int w, int c, int border,
                         int from, int begin, int end) {
    const int e = from + begin;
    int x = e >= 0 ? e / c : -((c - 1 - e) / c), channel = e - x * c;
    for (int q = begin; q < end; x++, channel = 0) {
        const int col = row ? border_index(x, w, border) : -1;
        for (; channel < c && q < end; channel++, q++)
            line[q] = col < 0 ? 0.0f : (float)row[col * c + channel];
    }
}

/* Copies `count` elements of row y as floats, from element `from` on, which may lie outside. */
INLINE void take_line(__local float *line, __global const IN *in, int h, int w, int c, int border,
                      int y, int from, int count) {
    const int source = border_index(y, h, border), pitch = w * c;
    if (source < 0) {
        take_outside(line, 0, w, c, border, from, 0, count);
        return;
    }
    __global const IN *row = in + (size_t)source * pitch;
    const int inner = clamp(-from, 0, count), outer = clamp(pitch - from, inner, count);
    int q = inner;
    for (; q + 16 <= outer; q += 16)
        *(__local loose_float16 *)(line + q) = LOAD(row + from + q);
    for (; q < outer; q++)
        line[q] = (float)row[from + q];
    take_outside(line, row, w, c, border, from, 0, inner);
    take_outside(line, row, w, c, border, from, outer, count);
}

/* Stores 16 elements, of which the first `width` exist. */
INLINE void store_vector(float16 sum, __global OUT *out, int width) {
#if OUT_IS_BYTE
    const uchar16 all = convert_uchar16(convert_int16(clamp(sum, 0.0f, 255.0f) + 0.5f));
    typedef loose_uchar16 loose;
#else
    const float16 all = sum;
    typedef loose_float16 loose;
#endif
    if (width >= 16) {
        *(__global loose *)out = all;
        return;
    }
    OUT each[16];
    vstore16(all, 0, each);
    for (int q = 0; q < width; q++)
        out[q] = each[q];
}

INLINE void store_line(float16 lo, float16 hi, __global OUT *out, int width) {
    store_vector(lo, out, width);
    store_vector(hi, out + 16, width - 16);
}

#if RUNG == 0 || RUNG == 2

/* Rung 2. Channels lie side by side, and a neighbour's channel is always c elements away: a row is
 * one long line of w * c elements, whatever c is, and 32 of them are two vectors.
 *
 *      line:    [ halo | 32 elements | halo ]      one row as floats, its borders filled in
 *                    \  \  \  ...                  shifted by j * c for each weight of the row
 *      sums:    8 rows of out x 32 elements        16 registers; row r takes weights[s - r]
 *
 * The work-item takes each of the 8 + kh - 1 rows that its tile touches once, and adds it to all
 * rows of the tile that it reaches. A vector of the line, once loaded, serves up to 8 rows. Rows
 * that it does not reach are left out rather than given a weight of zero: 0 * infinity would be
 * NaN.
 *
 * An item owns `cols` elements by 8 rows. */
INLINE void direct_tile(int h, int w, int c, int border, __global const IN *in,
                        __global const float *weights, int kh, int kw, __global OUT *out, int y,
                        int e, __local float *line) {
    float16 lo[ROWS], hi[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        lo[r] = hi[r] = (float16)(0.0f);
    const int height = min(ROWS, h - y);
    for (int s = 0; s < height + kh - 1; s++) {
        take_line(line, in, h, w, c, border, y + s - kh / 2, e - kw / 2 * c, WIDTH + (kw - 1) * c);
        for (int j = 0; j < kw; j++) {
            const float16 a = vload16(0, line + j * c), b = vload16(1, line + j * c);
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                if (s - r >= 0 && s - r < kh) {
                    const float weight = weights[(s - r) * kw + j];
                    lo[r] += weight * a;
                    hi[r] += weight * b;
                }
            }
        }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        if (r < height)
            store_line(lo[r], hi[r], out + (size_t)(y + r) * w * c + e, min(WIDTH, w * c - e));
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
conv2d_2_direct(int h, int w, int c, int border, __global const IN *restrict in,
                __global const float *restrict weights, int kh, int kw, __global OUT *restrict out,
                int cols, int first) {
    __local float line[WIDTH + HALO + 16]; /* + 16: it is filled in whole vectors */
    const int y = (first + (int)get_global_id(1)) * ROWS;
    const int e0 = (int)get_global_id(0) * cols, e1 = min(e0 + cols, w * c);
    if (y >= h)
        return;
    for (int e = e0; e < e1; e += WIDTH)
        direct_tile(h, w, c, border, in, weights, kh, kw, out, y, e, line);
}

#endif
#if RUNG == 0 || RUNG == 3

/* Rung 3. The work-item owns 8 rows by STRIP elements. It sums down the columns into lines of local
 * memory, which on a CPU is its first-level cache, and from there along the rows into out:
 *
 *      in: 8 + kh - 1 rows            lines: 8 rows                       out: 8 rows
 *      +------------------+
 *      |  |  |  |  |  |  ||           +------------------+                +-------------+
 *      |  v  v  v  v  v  v|    ->     | -> -> -> -> -> ->|        ->      |             |
 *      |                  |           +------------------+                +-------------+
 *      +------------------+           halo, STRIP, halo
 *
 * Nothing in between goes through memory. A column outside the image is the column that stands for
 * it: there, and where fewer than 32 columns are left, the columns are summed one by one.
 *
 * col[i] is weights[i][pivot_col] * inverse, row[j] is weights[pivot_row][j]. */
#define PITCH (STRIP + HALO + 16)

/* The sums of 32 columns from element e on, into the 8 lines. */
INLINE void sum_columns(int h, int w, int c, int border, __global const IN *in,
                        __global const float *col, int pitch, int kh, float inverse, int y, int e,
                        __local float *to) {
    float16 lo[ROWS], hi[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        lo[r] = hi[r] = (float16)(0.0f);
    for (int s = 0; s < ROWS + kh - 1; s++) {
        const int row = border_index(y + s - kh / 2, h, border);
        if (row < 0)
            continue;
        __global const IN *from = in + (size_t)row * w * c + e;
        const float16 a = LOAD(from), b = LOAD(from + 16);
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            if (s - r >= 0 && s - r < kh) {
                const float weight = col[(s - r) * pitch];
                lo[r] += weight * a;
                hi[r] += weight * b;
            }
        }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        vstore16(lo[r] * inverse, 0, to + r * PITCH);
        vstore16(hi[r] * inverse, 1, to + r * PITCH);
    }
}

/* The same for the one column that stands for element e, which may lie outside the image. */
inline void sum_column(int h, int w, int c, int border, __global const IN *in,
                       __global const float *col, int pitch, int kh, float inverse, int y, int e,
                       __local float *to) {
    const int outside = e < 0 ? (c - 1 - e) / c : 0; /* whole pixels, so that e % c is a channel */
    const int ch = (e + outside * c) % c,
              x = border_index((e + outside * c) / c - outside, w, border);
    float sum[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        sum[r] = 0.0f;
    for (int s = 0; s < ROWS + kh - 1 && x >= 0; s++) {
        const int row = border_index(y + s - kh / 2, h, border);
        if (row < 0)
            continue;
        const float pixel = (float)in[((size_t)row * w + x) * c + ch];
#pragma unroll
        for (int r = 0; r < ROWS; r++)
            if (s - r >= 0 && s - r < kh)
                sum[r] += col[(s - r) * pitch] * pixel;
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        to[r * PITCH] = sum[r] * inverse;
}

/* 8 rows by 32 elements of out from the lines. */
INLINE void sum_rows(int h, int w, int c, __local const float *lines, __global const float *row,
                     int kw, __global OUT *out, int y, int e) {
    float16 lo[ROWS], hi[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        lo[r] = hi[r] = (float16)(0.0f);
    for (int j = 0; j < kw; j++) {
        const float weight = row[j];
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            lo[r] += weight * vload16(0, lines + r * PITCH + j * c);
            hi[r] += weight * vload16(1, lines + r * PITCH + j * c);
        }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        if (y + r < h)
            store_line(lo[r], hi[r], out + (size_t)(y + r) * w * c + e, min(WIDTH, w * c - e));
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
conv2d_3_separable(int h, int w, int c, int border, __global const IN *restrict in,
                   __global const float *restrict weights, int kh, int kw, int pivot_row,
                   int pivot_col, float inverse, __global OUT *restrict out, int first) {
    __local float lines[ROWS * PITCH];
    __global const float *col = weights + pivot_col, *row = weights + pivot_row * kw;
    const int y = (first + (int)get_global_id(1)) * ROWS;
    const int e0 = (int)get_global_id(0) * STRIP, width = min(STRIP, w * c - e0);
    if (y >= h || width <= 0)
        return;
    /* Lines begin with element e0 - kw / 2 * c. Whole tiles of 32 are taken, so that sum_rows,
     * which works in such, finds numbers everywhere. */
    const int begin = e0 - kw / 2 * c;
    const int end = begin + (width + WIDTH - 1) / WIDTH * WIDTH + (kw - 1) * c;
    for (int e = begin; e < end;) {
        if (e >= 0 && e + WIDTH <= w * c) {
            sum_columns(h, w, c, border, in, col, kw, kh, inverse, y, e, lines + (e - begin));
            e += WIDTH;
        } else {
            sum_column(h, w, c, border, in, col, kw, kh, inverse, y, e, lines + (e - begin));
            e++;
        }
    }
    for (int e = 0; e < width; e += WIDTH)
        sum_rows(h, w, c, lines + e, row, kw, out, y, e0 + e);
}

#endif
#if RUNG == 0 || RUNG == 4

/* Rung 4. The work-item owns `item_rows` rows by SPAN elements. For every 8 rows of out it copies
 * the 8 + KH - 1 rows of the image that they need into lines of floats, borders filled in, and then
 * sums tile by tile, 8 rows by 32 elements, straight from the lines:
 *
 *      lines: [halo|  tile  |  tile  |  tile  | ... |halo]   KH - 1 + 8 of them, in the cache
 *
 * With KH known, the loop over the lines is unrolled, and which weights a line meets is decided
 * when the kernel is built. Loops of rung 2 ask that for every line and row. */
#define SPAN 512
#define MARGIN 64 /* for (kw - 1) * c elements */
#define LINES (ROWS + KH - 1)

INLINE void lines_tile(__local const float *lines, __global const float *weights, int kw, int c,
                       float16 *lo, float16 *hi) {
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        lo[r] = hi[r] = (float16)(0.0f);
    for (int j = 0; j < kw; j++) {
#pragma unroll
        for (int s = 0; s < LINES; s++) {
            __local const float *from = lines + s * (SPAN + MARGIN) + j * c;
            const float16 a = vload16(0, from), b = vload16(1, from);
#pragma unroll
            for (int r = 0; r < ROWS; r++)
                if (s >= r && s - r < KH) {
                    const float16 weight = (float16)(weights[(s - r) * kw + j]);
                    lo[r] = fma(weight, a, lo[r]);
                    hi[r] = fma(weight, b, hi[r]);
                }
        }
    }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
conv2d_4_lines(int h, int w, int c, int border, __global const IN *restrict in,
               __global const float *restrict weights, int kw, __global OUT *restrict out,
               int item_rows, int first) {
    __local float lines[LINES * (SPAN + MARGIN)] __attribute__((aligned(64)));
    const int pitch = w * c, e0 = (int)get_global_id(0) * SPAN, width = min(SPAN, pitch - e0);
    const int y0 = (first + (int)get_global_id(1)) * item_rows, y1 = min(y0 + item_rows, h);
    const int count = (width + WIDTH - 1) / WIDTH * WIDTH + (kw - 1) * c;
    for (int y = y0; y < y1; y += ROWS) {
        for (int s = 0; s < LINES; s++)
            take_line(lines + s * (SPAN + MARGIN), in, h, w, c, border, y + s - KH / 2,
                      e0 - kw / 2 * c, count);
        for (int e = 0; e < width; e += WIDTH) {
            float16 lo[ROWS], hi[ROWS];
            lines_tile(lines + e, weights, kw, c, lo, hi);
#pragma unroll
            for (int r = 0; r < ROWS; r++)
                if (y + r < y1)
                    store_line(lo[r], hi[r], out + (size_t)(y + r) * pitch + e0 + e, width - e);
        }
    }
}

#endif
