/* resize: an image at another size. Every mode is a weighted sum of a few source pixels along each
 * axis.
 *
 *      source, 5 pixels       |  0  |  1  |  2  |  3  |  4  |     pixel centres at half-integers
 *      result, 3 pixels       |    0    |    1    |    2    |
 *                                  ^ nearest: source pixel 0
 *                             <-- x --> area: 3/5 of pixel 0, 2/5 of pixel 1
 *                                  ^    bilinear: centres of 0 and 1; bicubic: -1 to 2
 *
 * Result pixel x looks at source position (x + 1/2) * in / out - 1/2. That is a ratio of integers,
 * and the kernels keep it one: as a float it would be off by 1/250 of a pixel in an image 65 535
 * pixels wide.
 *
 * In plain C, for each channel of each result pixel:
 *
 *     for (int i = 0; i < rows_count; i++)
 *         for (int j = 0; j < columns_count; j++)
 *             sum += wy[i] * wx[j] * in[clamp(row + i)][clamp(column + j)];
 *
 * The ladder:
 *     naive    one work-item per result element, weights worked out anew for each
 *     strips   a work-item makes a strip of columns for a run of rows: it works out the columns'
 *              weights once, then for each row blends the source rows into a line in local
 *              memory with vectors of 16, and blends pixels along that line
 *     pairs    bilinear: both neighbours in one load, with no line in between: resize_pairs.cl
 *     lines    bilinear, for enlarging: the other way about, along first: resize_pairs.cl
 *     halves   exactly half the width and height, bilinear or area: the mean of 2 x 2 pixels, in
 *              vectors; bytes are added as integers, which is exact
 *
 *              source rows  =========.=========.        |  blend down, 16 elements at a time
 *                           =========.=========.        v
 *              line (local) =========                   |  blend along, pixel by pixel
 *              result row   =====                       v */

#ifndef PIXEL_U8
#define PIXEL_U8 0 /* elements: 1 for bytes, 0 for floats */
#endif
#ifndef MODE
#define MODE 0 /* 0 bilinear, 1 nearest, 2 area, 3 bicubic; constant, to unroll inner loops */
#endif

#define MODE_BILINEAR 0
#define MODE_NEAREST 1
#define MODE_AREA 2
#define MODE_BICUBIC 3

#if PIXEL_U8
typedef uchar pixel;
#else
typedef float pixel;
#endif

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
typedef uchar8 __attribute__((aligned(1))) loose_uchar8;
typedef uint16 __attribute__((aligned(1))) loose_uint16;

static void store16(float16 value, __global pixel *out) {
#if PIXEL_U8
    *(__global loose_uchar16 *)out =
        convert_uchar16(convert_int16(clamp(value, 0.0f, 255.0f) + 0.5f));
#else
    *(__global loose_float16 *)out = value;
#endif
}

/* The same of a mean, which does not leave 0..255. */
static void store_mean16(float16 value, __global pixel *out) {
#if PIXEL_U8
    *(__global loose_uchar16 *)out = convert_uchar16(convert_int16(value + 0.5f));
#else
    store16(value, out);
#endif
}

static void store4(float4 value, __global pixel *out) {
#if PIXEL_U8
    vstore4(convert_uchar4(convert_int4(clamp(value, 0.0f, 255.0f) + 0.5f)), 0, out);
#else
    vstore4(value, 0, out);
#endif
}

/* ---- positions and weights along one axis ---- */

/* The source position of x, doubled, in units of 1 / size_out. */
static long twice_position(int x, int size_in, int size_out) {
    return (2 * (long)x + 1) * size_in - size_out;
}

static int floor_divide(long a, long b) {
    return (int)(a >= 0 ? a / b : -((b - 1 - a) / b));
}

/* The first source pixel that x uses; it may lie outside the image. */
static int first_of(int x, int size_in, int size_out) {
#if MODE == MODE_NEAREST
    return (int)((2 * (long)x + 1) * size_in / (2 * (long)size_out));
#elif MODE == MODE_AREA
    return (int)((long)x * size_in / size_out);
#else
    const int left = floor_divide(twice_position(x, size_in, size_out), 2 * (long)size_out);
    return MODE == MODE_BICUBIC ? left - 1 : left;
#endif
}

/* How many pixels it uses from there: a constant, but for areas. */
#if MODE != MODE_AREA
#define TAPS (MODE == MODE_NEAREST ? 1 : MODE == MODE_BICUBIC ? 4 : 2)
#endif

static int count_of(int x, int size_in, int size_out) {
#ifdef TAPS
    return TAPS;
#else
    return (int)((((long)x + 1) * size_in - 1) / size_out) - first_of(x, size_in, size_out) + 1;
#endif
}

/* Keys' cubic with a = -1/2 at distance 1 + f, f, 1 - f and 2 - f. */
static float cubic_weight(float f, int k) {
    const float g = 1.0f - f;
    if (k == 0)
        return -0.5f * f * g * g;
    if (k == 1)
        return 1.0f + f * f * (1.5f * f - 2.5f);
    if (k == 2)
        return 1.0f + g * g * (1.5f * g - 2.5f);
    return -0.5f * g * f * f;
}

/* The weight of the k-th of them. */
static float weight_of(int x, int k, int size_in, int size_out) {
#if MODE == MODE_NEAREST
    return 1.0f;
#elif MODE == MODE_AREA
    const long from = (long)x * size_in, to = from + size_in;
    const long left = (from / size_out + k) * size_out;
    return (float)(min(to, left + size_out) - max(from, left)) / (float)size_in;
#else
    const long twice = twice_position(x, size_in, size_out), unit = 2 * (long)size_out;
    const float f = (float)(twice - floor_divide(twice, unit) * unit) / (float)unit;
    return MODE == MODE_BICUBIC ? cubic_weight(f, k) : k == 0 ? 1.0f - f : f;
#endif
}

/* ---- naive ---- */

__kernel void resize_naive(__global const pixel *restrict in, __global pixel *restrict out,
                           int h_in, int w_in, int h_out, int w_out, int c, int first) {
    const int e = (int)get_global_id(0), y = (int)get_global_id(1) + first;
    if (e >= w_out * c)
        return;
    const int x = e / c, channel = e - x * c;
    const int row = first_of(y, h_in, h_out), rows = count_of(y, h_in, h_out);
    const int column = first_of(x, w_in, w_out), columns = count_of(x, w_in, w_out);
    float sum = 0.0f;
    for (int i = 0; i < rows; i++) {
        __global const pixel *line = in + (size_t)clamp(row + i, 0, h_in - 1) * w_in * c;
        float along = 0.0f;
        for (int j = 0; j < columns; j++)
            along += weight_of(x, j, w_in, w_out) *
                     (float)line[clamp(column + j, 0, w_in - 1) * c + channel];
        sum += weight_of(y, i, h_in, h_out) * along;
    }
    out[(size_t)y * w_out * c + e] = round1(sum);
}

/* ---- strips ---- */

/* The rows that y uses, `rows` of them from `row` on, and their weights: of the first and the last,
 * and of all those between, which areas cover whole; or of each, where there are TAPS. */
typedef struct blend {
    __global const pixel *in; /* the first element of row 0 */
    int h_in, pitch, row, rows;
#ifdef TAPS
    float weights[TAPS];
#else
    float head, middle, tail;
#endif
} blend;

static blend blend_of(__global const pixel *in, int h_in, int h_out, int pitch, int y) {
    blend b = {in, h_in, pitch, first_of(y, h_in, h_out), count_of(y, h_in, h_out)};
#ifdef TAPS
    for (int k = 0; k < TAPS; k++)
        b.weights[k] = weight_of(y, k, h_in, h_out);
#else
    b.head = weight_of(y, 0, h_in, h_out);
    b.middle = (float)h_out / (float)h_in;
    b.tail = weight_of(y, b.rows - 1, h_in, h_out);
#endif
    return b;
}

static float row_weight(const blend *b, int k) {
#ifdef TAPS
    return b->weights[k];
#else
    return k == 0 ? b->head : k == b->rows - 1 ? b->tail : b->middle;
#endif
}

static __global const pixel *row_of(const blend *b, int k) {
    return b->in + (size_t)clamp(b->row + k, 0, b->h_in - 1) * b->pitch;
}

/* Blends n elements of the rows into the line, each vector through all the rows. */
static void blend_down(const blend *b, int n, __local float *line) {
#ifdef TAPS
    __global const pixel *rows[TAPS];
#pragma unroll
    for (int k = 0; k < TAPS; k++)
        rows[k] = row_of(b, k);
#define ROW(k) rows[k]
#else
#define ROW(k) row_of(b, k)
#endif
    int e = 0;
    for (; e + 16 <= n; e += 16) {
        float16 sum = row_weight(b, 0) * load16(ROW(0) + e);
        for (int k = 1; k < b->rows; k++)
            sum = fma((float16)(row_weight(b, k)), load16(ROW(k) + e), sum);
        *(__local loose_float16 *)(line + e) = sum;
    }
    for (; e < n; e++) {
        float sum = row_weight(b, 0) * (float)ROW(0)[e];
        for (int k = 1; k < b->rows; k++)
            sum = fma(row_weight(b, k), (float)ROW(k)[e], sum);
        line[e] = sum;
    }
}

/* Repeats the first and last pixel outside the image: the line stands for the source pixels from <=
 * p < to, of which inner <= p < outer are there. */
static void repeat_ends(__local float *line, int c, int from, int inner, int outer, int to) {
    for (int p = from; p < inner; p++)
        for (int i = 0; i < c; i++)
            line[(p - from) * c + i] = line[(inner - from) * c + i];
    for (int p = outer; p < to; p++)
        for (int i = 0; i < c; i++)
            line[(p - from) * c + i] = line[(outer - 1 - from) * c + i];
}

/* Where pixel i of the strip finds its weights, how many, and its source on the line. */
#ifdef TAPS
#define COUNT(i) TAPS
#define WEIGHTS(i) (weights + (i)*TAPS)
#else
#define COUNT(i) (starts[(i) + 1] - starts[i])
#define WEIGHTS(i) (weights + starts[i])
#endif

/* Blends pixels of c channels along the line; c is a constant in each caller. starts[i] and
 * starts[i + 1] enclose the weights of column i, places[i] is its first element on the line. */
static void blend_pixels(__local const float *line, __local const int *starts,
                         __local const int *places, __local const float *weights, const int c,
                         int n, __global pixel *out) {
    for (int i = 0; i < n; i++) {
        __local const float *source = line + places[i], *weight = WEIGHTS(i);
        float sum[3] = {0.0f, 0.0f, 0.0f};
        for (int k = 0; k < COUNT(i); k++)
            for (int channel = 0; channel < c; channel++)
                sum[channel] += weight[k] * source[k * c + channel];
        for (int channel = 0; channel < c; channel++)
            out[i * c + channel] = round1(sum[channel]);
    }
}

/* Four channels are a vector. */
static void blend_vectors(__local const float *line, __local const int *starts,
                          __local const int *places, __local const float *weights, int n,
                          __global pixel *out) {
    int i = 0;
#if MODE == MODE_BILINEAR
    /* Four pixels side by side: two neighbours each, eight floats, taken apart into left and right.
     */
    for (; i + 4 <= n; i += 4) {
        const float8 p = vload8(0, line + places[i]), q = vload8(0, line + places[i + 1]);
        const float8 r = vload8(0, line + places[i + 2]), s = vload8(0, line + places[i + 3]);
        const float8 weight = vload8(0, weights + 2 * i);
        const float16 left = (float16)(p.lo, q.lo, r.lo, s.lo);
        const float16 right = (float16)(p.hi, q.hi, r.hi, s.hi);
        const float16 near = (float16)(weight.s0000, weight.s2222, weight.s4444, weight.s6666);
        const float16 far = (float16)(weight.s1111, weight.s3333, weight.s5555, weight.s7777);
        store_mean16(fma(far, right, near * left), out + 4 * i);
    }
#endif
    for (; i < n; i++) {
        __local const float *source = line + places[i], *weight = WEIGHTS(i);
        float4 sum = (float4)(0.0f);
        for (int k = 0; k < COUNT(i); k++)
            sum += weight[k] * vload4(k, source);
        store4(sum, out + 4 * i);
    }
}

/* Works out the places and weights of the columns x0 <= x < x1; the line begins with `from`. From
 * one column to the next the source position grows by the same ratio, so that no division is
 * needed: `place` in whole pixels and `rest`, in parts of `unit`, are exact. */
static void plan_columns(int x0, int x1, int w_in, int w_out, int c, int from, __local int *starts,
                         __local int *places, __local float *weights) {
#if MODE == MODE_BILINEAR || MODE == MODE_BICUBIC
    const long twice = twice_position(x0, w_in, w_out), unit = 2 * (long)w_out;
    int place = floor_divide(twice, unit);
    int rest = (int)(twice - place * unit);
    const int step = w_in / w_out, more = 2 * (w_in % w_out);
    for (int i = 0; i < x1 - x0; i++) {
        const float f = (float)rest / (float)(int)unit;
        places[i] = (place - (MODE == MODE_BICUBIC) - from) * c;
        for (int k = 0; k < TAPS; k++)
            weights[i * TAPS + k] = MODE == MODE_BICUBIC ? cubic_weight(f, k)
                                    : k == 0             ? 1.0f - f
                                                         : f;
        place += step;
        rest += more;
        if (rest >= (int)unit) {
            rest -= (int)unit;
            place++;
        }
    }
#else
    int used = 0;
    for (int x = x0; x < x1; x++) {
        const int count = count_of(x, w_in, w_out);
        starts[x - x0] = used;
        places[x - x0] = (first_of(x, w_in, w_out) - from) * c;
        for (int k = 0; k < count; k++)
            weights[used++] = weight_of(x, k, w_in, w_out);
    }
    starts[x1 - x0] = used;
#endif
}

#if MODE == MODE_NEAREST
/* Nearest pixels are copied as they are, straight from the image. */
static void copy_pixels(__global const pixel *row, __local const int *places, int c, int n,
                        __global pixel *out) {
    if (c == 4) {
        for (int i = 0; i < n; i++)
            for (int channel = 0; channel < 4; channel++)
                out[4 * i + channel] = row[places[i] + channel];
        return;
    }
    for (int i = 0; i < n; i++)
        for (int channel = 0; channel < c; channel++)
            out[i * c + channel] = row[places[i] + channel];
}
#endif

/* `columns` result columns a strip. The host sees to it that local memory holds their weights and
 * source pixels: columns + 1 starts, columns places, all weights, and the longest line. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
resize_strips(__global const pixel *restrict in, __global pixel *restrict out, int h_in, int w_in,
              int h_out, int w_out, int c, int columns, int item_rows, __local int *starts,
              __local int *places, __local float *weights, __local float *line, int first) {
    const int x0 = (int)get_global_id(0) * columns, x1 = min(x0 + columns, w_out);
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h_out);
    const int from = first_of(x0, w_in, w_out);
    const int to = first_of(x1 - 1, w_in, w_out) + count_of(x1 - 1, w_in, w_out);
    const int inner = clamp(from, 0, w_in - 1), outer = clamp(to, 1, w_in);
    plan_columns(x0, x1, w_in, w_out, c, from, starts, places, weights);
    for (int y = y0; y < y1; y++) {
        __global pixel *result = out + ((size_t)y * w_out + x0) * c;
#if MODE == MODE_NEAREST
        const int row = first_of(y, h_in, h_out);
        copy_pixels(in + ((size_t)row * w_in + from) * c, places, c, x1 - x0, result);
        continue;
#endif
        const blend b = blend_of(in + (size_t)inner * c, h_in, h_out, w_in * c, y);
        blend_down(&b, (outer - inner) * c, line + (inner - from) * c);
        repeat_ends(line, c, from, inner, outer, to);
        if (c == 4)
            blend_vectors(line, starts, places, weights, x1 - x0, result);
        else if (c == 3)
            blend_pixels(line, starts, places, weights, 3, x1 - x0, result);
        else
            blend_pixels(line, starts, places, weights, 1, x1 - x0, result);
    }
}

/* ---- halves ---- */

#if PIXEL_U8
#define ODD_BYTES 0x00ff00ffu

/* Sums of two rows of 16 words, two bytes apart in each: even and odd bytes, 16 bits for each. */
static uint16 even_bytes(uint16 a, uint16 b) {
    return (a & ODD_BYTES) + (b & ODD_BYTES);
}

static uint16 odd_bytes(uint16 a, uint16 b) {
    return ((a >> 8) & ODD_BYTES) + ((b >> 8) & ODD_BYTES);
}

/* 16 words of out, of 64 bytes, from 32 words each of the rows a and b, for 4 channels: a word is a
 * pixel. */
static void halve_words(__global const pixel *a, __global const pixel *b, __global pixel *out) {
    __global const loose_uint16 *x = (__global const loose_uint16 *)a;
    __global const loose_uint16 *y = (__global const loose_uint16 *)b;
    const uint16 r0 = even_bytes(x[0], y[0]), r1 = even_bytes(x[1], y[1]);
    const uint16 g0 = odd_bytes(x[0], y[0]), g1 = odd_bytes(x[1], y[1]);
    const uint16 r = (uint16)(r0.even, r1.even) + (uint16)(r0.odd, r1.odd) + 0x00020002u;
    const uint16 g = (uint16)(g0.even, g1.even) + (uint16)(g0.odd, g1.odd) + 0x00020002u;
    *(__global loose_uint16 *)out = ((r >> 2) & ODD_BYTES) | (((g >> 2) & ODD_BYTES) << 8);
}

/* 16 bytes of out for one channel: a word of the rows is four pixels. */
static void halve_bytes(__global const pixel *a, __global const pixel *b, __global pixel *out) {
    const ushort16 x = as_ushort16(vload8(0, (__global const uint *)a));
    const ushort16 y = as_ushort16(vload8(0, (__global const uint *)b));
    const ushort16 sum =
        (x & (ushort)255) + (x >> (ushort)8) + (y & (ushort)255) + (y >> (ushort)8);
    *(__global loose_uchar16 *)out = convert_uchar16((sum + (ushort)2) >> (ushort)2);
}

/* Two rows of 16 bytes added up. */
static ushort16 add_bytes(__global const pixel *a, __global const pixel *b) {
    return convert_ushort16(*(__global const loose_uchar16 *)a) +
           convert_ushort16(*(__global const loose_uchar16 *)b);
}

/* 24 bytes of out, eight pixels of three channels, from 48 bytes each of two rows: every second
 * three elements of x, y and z, and the threes between. */
static void halve_threes(__global const pixel *a, __global const pixel *b, __global pixel *out) {
    const ushort16 x = add_bytes(a, b), y = add_bytes(a + 16, b + 16);
    const ushort16 z = add_bytes(a + 32, b + 32);
    const ushort16 left = (ushort16)(x.s012, x.s678, x.scde, y.s234, y.s89a, y.se);
    const ushort16 right = (ushort16)(x.s345, x.s9ab, x.sf, y.s01, y.s567, y.sbcd, z.s1);
    const ushort8 left8 = (ushort8)(y.sf, z.s0, z.s456, z.sabc);
    const ushort8 right8 = (ushort8)(z.s23, z.s789, z.sdef);
    *(__global loose_uchar16 *)out = convert_uchar16((left + right + (ushort)2) >> (ushort)2);
    *(__global loose_uchar8 *)(out + 16) =
        convert_uchar8((left8 + right8 + (ushort)2) >> (ushort)2);
}
#else
static float16 pairs1(float16 a, float16 b) {
    return (float16)(a.even, b.even) + (float16)(a.odd, b.odd);
}

static float16 pairs4(float16 a, float16 b) {
    return (float16)(a.lo.lo, a.hi.lo, b.lo.lo, b.hi.lo) +
           (float16)(a.lo.hi, a.hi.hi, b.lo.hi, b.hi.hi);
}
#endif

/* Vectors of one row of out, from the rows a and b; returns how many elements that made. */
static int halve_vectors(__global const pixel *a, __global const pixel *b, int c, int n,
                         __global pixel *out) {
    int e = 0;
#if PIXEL_U8
    if (c == 4)
        for (; e + 64 <= n; e += 64)
            halve_words(a + 2 * e, b + 2 * e, out + e);
    if (c == 3)
        for (; e + 24 <= n; e += 24)
            halve_threes(a + 2 * e, b + 2 * e, out + e);
    if (c == 1 && ((size_t)a & 3) == 0 && ((size_t)b & 3) == 0)
        for (; e + 16 <= n; e += 16)
            halve_bytes(a + 2 * e, b + 2 * e, out + e);
#else
    for (; c != 3 && e + 16 <= n; e += 16) {
        const float16 left = load16(a + 2 * e) + load16(b + 2 * e);
        const float16 right = load16(a + 2 * e + 16) + load16(b + 2 * e + 16);
        store16(0.25f * (c == 1 ? pairs1(left, right) : pairs4(left, right)), out + e);
    }
#endif
    return e;
}

/* `item_rows` rows; h_in = 2 h_out, w_in = 2 w_out. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
resize_halves(__global const pixel *restrict in, __global pixel *restrict out, int h_in, int w_in,
              int h_out, int w_out, int c, int item_rows, int first) {
    const int y0 = ((int)get_global_id(1) + first) * item_rows, y1 = min(y0 + item_rows, h_out);
    for (int y = y0; y < y1; y++) {
        __global const pixel *a = in + (size_t)(2 * y) * w_in * c, *b = a + w_in * c;
        __global pixel *result = out + (size_t)y * w_out * c;
        int x = halve_vectors(a, b, c, w_out * c, result) / c;
        for (; x < w_out; x++)
            for (int k = 0; k < c; k++) {
                const int at = 2 * x * c + k;
                const float sum =
                    ((float)a[at] + (float)a[at + c]) + ((float)b[at] + (float)b[at + c]);
                result[x * c + k] = round1(0.25f * sum);
            }
    }
}
