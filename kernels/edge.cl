/* edge: how steep an image is at each pixel, after Sobel.
 *
 *           u0 u1 u2                 -1 0 1            -1 -2 -1
 *           m0 m1 m2            gx = -2 0 2       gy =  0  0  0      out = sqrt(gx^2 + gy^2) / 4
 *           d0 d1 d2                 -1 0 1             1  2  1
 *
 * In plain C, for each colour channel of each pixel, at(y, x) minding the border:
 *
 *     gx = at(y-1, x+1) - at(y-1, x-1) + 2 * (at(y, x+1) - at(y, x-1))
 *        + at(y+1, x+1) - at(y+1, x-1);
 *     gy = at(y+1, x-1) - at(y-1, x-1) + 2 * (at(y+1, x) - at(y-1, x))
 *        + at(y+1, x+1) - at(y-1, x+1);
 *     out = sqrt(gx * gx + gy * gy) / 4;
 *
 * or one of the two alone, gx / 4; of bytes, which have no sign, 128 + gx / 8.
 *
 * The ladder:
 *     naive    one work-item per element; the border's rule at every one of the eight reads
 *     strips   a work-item walks over whole rows with vectors of 16 elements; only pixels on the
 *              image's rim ask for the border. Bytes are summed as 16-bit integers, which
 *              is exact and needs half the registers of floats
 *
 *              +--------------------+
 *              |oooooooooooooooooooo|   o rim: the border's rule
 *              |o================--o|   = vectors of 16   - the last vector, which overlaps
 *              |o================--o|
 *              |oooooooooooooooooooo|
 *              +--------------------+
 *     tiles    as strips, 4 rows at once: what a row adds to the gradients of the rows above and
 *              below it, r - l and l + 2 m + r, is worked out once for the three that want it */

#ifndef PIXEL_U8
#define PIXEL_U8 0 /* elements: 1 for bytes, 0 for floats */
#endif

#define BORDER_ZERO 1
#define BORDER_REFLECT 2
#define BORDER_WRAP 3

#if PIXEL_U8
typedef uchar pixel;
typedef short16 wide; /* a gradient is at most 4 * 255 in size */
#else
typedef float pixel;
typedef float16 wide;
#endif

#ifndef COMPONENT
#define COMPONENT 0 /* what is shown: 0 the magnitude, 1 gx, 2 gy */
#endif
#if COMPONENT == 0
#define SHOWN(gx, gy) (0.25f * sqrt((gx) * (gx) + (gy) * (gy)))
#else
#define ALONE(gx, gy) (COMPONENT == 1 ? (gx) : (gy))
#if PIXEL_U8
#define SHOWN(gx, gy) (128.0f + 0.125f * ALONE(gx, gy))
#else
#define SHOWN(gx, gy) (0.25f * ALONE(gx, gy))
#endif
#endif

static wide load16(__global const pixel *in) {
#if PIXEL_U8
    return convert_short16(vload16(0, in));
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
    *(__global loose_uchar16 *)out =
        convert_uchar16(convert_int16(clamp(value, 0.0f, 255.0f) + 0.5f));
#else
    *(__global loose_float16 *)out = value;
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

static float at(__global const pixel *in, int h, int w, int c, int border, int y, int x,
                int channel) {
    const int row = border_index(y, h, border), column = border_index(x, w, border);
    return row < 0 || column < 0 ? 0.0f : (float)in[((size_t)row * w + column) * c + channel];
}

/* Element e of row y, anywhere. */
static pixel edge1(__global const pixel *in, int h, int w, int c, int border, int y, int e) {
    const int x = e / c, channel = e - x * c;
    if (channel == 3)
        return in[(size_t)y * w * c + e];
    const float u0 = at(in, h, w, c, border, y - 1, x - 1, channel);
    const float u1 = at(in, h, w, c, border, y - 1, x, channel);
    const float u2 = at(in, h, w, c, border, y - 1, x + 1, channel);
    const float m0 = at(in, h, w, c, border, y, x - 1, channel);
    const float m2 = at(in, h, w, c, border, y, x + 1, channel);
    const float d0 = at(in, h, w, c, border, y + 1, x - 1, channel);
    const float d1 = at(in, h, w, c, border, y + 1, x, channel);
    const float d2 = at(in, h, w, c, border, y + 1, x + 1, channel);
    const float gx = (u2 - u0) + 2.0f * (m2 - m0) + (d2 - d0);
    const float gy = (d0 - u0) + 2.0f * (d1 - u1) + (d2 - u2);
    return round1(SHOWN(gx, gy));
}

__kernel void edge_naive(__global const pixel *restrict in, __global pixel *restrict out, int h,
                         int w, int c, int border, int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    if (e < w * c)
        out[(size_t)y * w * c + e] = edge1(in, h, w, c, border, y, e);
}

static float16 to_float16(wide value) {
#if PIXEL_U8
    return convert_float16(value);
#else
    return value;
#endif
}

/* Sixteen elements, all of whose neighbours are in the image; `in` points to the first. */
static float16 edge16(__global const pixel *in, int pitch, int c, int16 stays) {
    __global const pixel *up = in - pitch, *down = in + pitch;
    const wide u0 = load16(up - c), u1 = load16(up), u2 = load16(up + c);
    const wide m0 = load16(in - c), m1 = load16(in), m2 = load16(in + c);
    const wide d0 = load16(down - c), d1 = load16(down), d2 = load16(down + c);
    const wide m = m2 - m0, v = d1 - u1;
    const float16 gx = to_float16((u2 - u0) + m + m + (d2 - d0));
    const float16 gy = to_float16((d0 - u0) + v + v + (d2 - u2));
    return select(SHOWN(gx, gy), to_float16(m1), stays);
}

/* The elements begin <= e < end of row y, which is neither the first nor the last; begin and end
 * are whole pixels, neither of them the first or the last either. */
static void inner_row(__global const pixel *in, __global pixel *out, int h, int w, int c,
                      int border, int y, int begin, int end, int16 stays) {
    const int pitch = w * c;
    const size_t row = (size_t)y * pitch;
    int e = begin;
    for (; e + 16 <= end; e += 16)
        store16(edge16(in + row + e, pitch, c, stays), out + row + e);
    if (e < end && end - begin >= 16)
        store16(edge16(in + row + end - 16, pitch, c, stays), out + row + end - 16);
    else
        for (; e < end; e++)
            out[row + e] = edge1(in, h, w, c, border, y, e);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
edge_strips(__global const pixel *restrict in, __global pixel *restrict out, int h, int w, int c,
            int border, int item_rows, int first) {
    const int pitch = w * c;
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h);
    /* With 4 channels begin and end are multiples of 4, so alpha always falls on the same lanes. */
    const int16 alpha = (int16)(0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1);
    const int16 stays = c == 4 ? alpha : (int16)(0);
    for (int y = y0; y < y1; y++) {
        const int rim = y == 0 || y == h - 1 || w < 3;
        const int left = rim ? pitch : c;
        for (int e = 0; e < left; e++)
            out[(size_t)y * pitch + e] = edge1(in, h, w, c, border, y, e);
        if (rim)
            continue;
        inner_row(in, out, h, w, c, border, y, c, pitch - c, stays);
        for (int e = pitch - c; e < pitch; e++)
            out[(size_t)y * pitch + e] = edge1(in, h, w, c, border, y, e);
    }
}

/* ---- tiles ---- */

#define ROWS 4

/* Four rows of sixteen elements, all of whose neighbours are in the image; `in` and `out` point to
 * the first. */
static void tile16(__global const pixel *in, __global pixel *out, int pitch, int c, int16 stays) {
    wide across[ROWS + 2], smooth[ROWS + 2];
#pragma unroll
    for (int t = 0; t < ROWS + 2; t++) {
        __global const pixel *row = in + (t - 1) * pitch;
        const wide l = load16(row - c), m = load16(row), r = load16(row + c);
        across[t] = r - l;
        smooth[t] = (l + r) + (m + m);
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        const wide middle = across[r + 1];
        const float16 gx = to_float16((across[r] + across[r + 2]) + (middle + middle));
        const float16 gy = to_float16(smooth[r + 2] - smooth[r]);
        const float16 steep = SHOWN(gx, gy);
        const float16 own = to_float16(load16(in + r * pitch));
        store16(select(steep, own, stays), out + r * pitch);
    }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
edge_tiles(__global const pixel *restrict in, __global pixel *restrict out, int h, int w, int c,
           int border, int item_rows, int first) {
    const int pitch = w * c;
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h);
    const int16 alpha = (int16)(0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1);
    const int16 stays = c == 4 ? alpha : (int16)(0);
    const int begin = c, end = pitch - c;
    int y = y0;
    while (y < y1) {
        const int tiled = y > 0 && y + ROWS < h && y + ROWS <= y1 && end - begin >= 16;
        const int rows = tiled ? ROWS : 1;
        const int rim = !tiled && (y == 0 || y == h - 1 || w < 3);
        if (tiled) {
            const size_t row = (size_t)y * pitch;
            for (int e = begin; e + 16 <= end; e += 16)
                tile16(in + row + e, out + row + e, pitch, c, stays);
            tile16(in + row + end - 16, out + row + end - 16, pitch, c, stays);
        } else if (!rim) {
            inner_row(in, out, h, w, c, border, y, begin, end, stays);
        }
        for (int last = y + rows; y < last; y++) {
            const int left = rim ? pitch : c;
            for (int e = 0; e < left; e++)
                out[(size_t)y * pitch + e] = edge1(in, h, w, c, border, y, e);
            for (int e = max(left, end); e < pitch; e++)
                out[(size_t)y * pitch + e] = edge1(in, h, w, c, border, y, e);
        }
    }
}
