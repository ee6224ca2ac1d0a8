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
#ifndef BORDER
#define BORDER 0 /* 0 clamp, 1 zero, 2 reflect, 3 wrap */
#endif

#define ROWS 8        /* rows of a register tile: 8 x 2 vectors */
#define WIDTH 32      /* elements of a row of it: two float16 */
#define STRIP 512     /* elements of a row that conv2d_3_separable takes at a time */
#define HALO (62 * 4) /* neighbours that they need at the most: kw = 63, c = 4 */

/* The register tile lives in registers only if nothing is called while it does. */
#define INLINE inline __attribute__((always_inline))

#define LOAD(from) convert_float16(vload16(0, from))

/* The place within 0..n-1 that stands for place i of a line of n, or -1 for a zero. */
inline int border_index(int i, int n) {
    if (i >= 0 && i < n)
        return i;
#if BORDER == 1
    return -1;
#elif BORDER == 2
    const int period = n > 1 ? 2 * (n - 1) : 1; /* the line and its mirror image */
    const int place = (i % period + period) % period;
    return place < n ? place : period - place;
#elif BORDER == 3
    return (i % n + n) % n;
#else
    return i < 0 ? 0 : n - 1;
#endif
}

inline OUT finish(float sum) {
#if OUT_IS_BYTE
    return (OUT)rint(clamp(sum, 0.0f, 255.0f));
#else
    return sum;
#endif
}

/* Rung 1. One work-item, one element: the plain loop without its three outer lines.
 *
 * GPUs run this twice for an outer product, with kh = 1 into floats and then with kw = 1. For their
 * sake weight (i, j) is found at weights[offset + i * pitch + j], and the sum is multiplied by
 * `scale`. */
__kernel void conv2d_1_naive(int h, int w, int c, __global const IN *restrict in,
                             __global const float *restrict weights, int offset, int pitch, int kh,
                             int kw, float scale, __global OUT *restrict out, int first) {
    const int e = get_global_id(0), y = first + (int)get_global_id(1);
    if (e >= w * c || y >= h)
        return;
    const int x = e / c, ch = e % c;
    float sum = 0.0f;
    for (int i = 0; i < kh; i++) {
        const int row = border_index(y + i - kh / 2, h);
        for (int j = 0; j < kw; j++) {
            const int col = border_index(x + j - kw / 2, w);
            const float pixel =
                row < 0 || col < 0 ? 0.0f : (float)in[((size_t)row * w + col) * c + ch];
            sum += weights[offset + i * pitch + j] * pixel;
        }
    }
    out[(size_t)y * w * c + e] = finish(sum * scale);
}

/* Copies `count` elements of a row, from element e of pixel x0 on, as floats: where the row has
 * them all, 16 at a time; at the border one by one. */
INLINE void take_line(__local float *line, __global const IN *in, int h, int w, int c, int row,
                      int e, int halo, int count) {
    const int source = border_index(row, h);
    if (source < 0) {
        for (int q = 0; q < count; q++)
            line[q] = 0.0f;
        return;
    }
    __global const IN *from = in + (size_t)source * w * c;
    const int start = e - halo * c, whole = (count + 15) / 16 * 16;
    if (start >= 0 && start + whole <= w * c) {
        for (int q = 0; q < whole; q += 16)
            vstore16(LOAD(from + start + q), 0, line + q);
        return;
    }
    int x = e / c - halo, ch = e % c;
    for (int q = 0; q < count; q++) {
        const int col = border_index(x, w);
        line[q] = col < 0 ? 0.0f : (float)from[(size_t)col * c + ch];
        if (++ch == c) {
            ch = 0;
            x++;
        }
    }
}

/* Stores 32 elements, of which the first `width` exist. */
INLINE void store_line(float16 lo, float16 hi, __global OUT *out, int width) {
#if OUT_IS_BYTE
    const uchar16 a = convert_uchar16(rint(clamp(lo, 0.0f, 255.0f)));
    const uchar16 b = convert_uchar16(rint(clamp(hi, 0.0f, 255.0f)));
    /* PoCL turns a store of 16 bytes into 16 stores, but one of 4 words into one. */
    if (width == WIDTH && ((size_t)out & 3) == 0) {
        vstore4(as_uint4(a), 0, (__global uint *)out);
        vstore4(as_uint4(b), 1, (__global uint *)out);
        return;
    }
#else
    const float16 a = lo, b = hi;
#endif
    if (width == WIDTH) {
        vstore16(a, 0, out);
        vstore16(b, 1, out);
        return;
    }
    OUT all[WIDTH];
    vstore16(a, 0, all);
    vstore16(b, 1, all);
    for (int q = 0; q < width; q++)
        out[q] = all[q];
}

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
INLINE void direct_tile(int h, int w, int c, __global const IN *in, __global const float *weights,
                        int kh, int kw, __global OUT *out, int y, int e, __local float *line) {
    float16 lo[ROWS], hi[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        lo[r] = hi[r] = (float16)(0.0f);
    const int height = min(ROWS, h - y);
    for (int s = 0; s < height + kh - 1; s++) {
        take_line(line, in, h, w, c, y + s - kh / 2, e, kw / 2, WIDTH + (kw - 1) * c);
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
conv2d_2_direct(int h, int w, int c, __global const IN *restrict in,
                __global const float *restrict weights, int kh, int kw, __global OUT *restrict out,
                int cols, int first) {
    __local float line[WIDTH + HALO + 16]; /* + 16: it is filled in whole vectors */
    const int y = (first + (int)get_global_id(1)) * ROWS;
    const int e0 = (int)get_global_id(0) * cols, e1 = min(e0 + cols, w * c);
    if (y >= h)
        return;
    for (int e = e0; e < e1; e += WIDTH)
        direct_tile(h, w, c, in, weights, kh, kw, out, y, e, line);
}

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
INLINE void sum_columns(int h, int w, int c, __global const IN *in, __global const float *col,
                        int pitch, int kh, float inverse, int y, int e, __local float *to) {
    float16 lo[ROWS], hi[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        lo[r] = hi[r] = (float16)(0.0f);
    for (int s = 0; s < ROWS + kh - 1; s++) {
        const int row = border_index(y + s - kh / 2, h);
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
inline void sum_column(int h, int w, int c, __global const IN *in, __global const float *col,
                       int pitch, int kh, float inverse, int y, int e, __local float *to) {
    const int outside = e < 0 ? (c - 1 - e) / c : 0; /* whole pixels, so that e % c is a channel */
    const int ch = (e + outside * c) % c, x = border_index((e + outside * c) / c - outside, w);
    float sum[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        sum[r] = 0.0f;
    for (int s = 0; s < ROWS + kh - 1 && x >= 0; s++) {
        const int row = border_index(y + s - kh / 2, h);
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
conv2d_3_separable(int h, int w, int c, __global const IN *restrict in,
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
            sum_columns(h, w, c, in, col, kw, kh, inverse, y, e, lines + (e - begin));
            e += WIDTH;
        } else {
            sum_column(h, w, c, in, col, kw, kh, inverse, y, e, lines + (e - begin));
            e++;
        }
    }
    for (int e = 0; e < width; e += WIDTH)
        sum_rows(h, w, c, lines + e, row, kw, out, y, e0 + e);
}
