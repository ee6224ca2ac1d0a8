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

/* Blends n elements of the rows that y uses into the line; `in` is the first of them in row 0. */
static void blend_down(__global const pixel *in, int h_in, int h_out, int pitch, int y, int n,
                       __local float *line) {
    const int row = first_of(y, h_in, h_out), rows = count_of(y, h_in, h_out);
    for (int k = 0; k < rows; k++) {
        __global const pixel *source = in + (size_t)clamp(row + k, 0, h_in - 1) * pitch;
        const float weight = weight_of(y, k, h_in, h_out);
        int e = 0;
        for (; e + 16 <= n; e += 16) {
            const float16 value = weight * load16(source + e);
            vstore16(k == 0 ? value : vload16(0, line + e) + value, 0, line + e);
        }
        for (; e < n; e++)
            line[e] = (k == 0 ? 0.0f : line[e]) + weight * (float)source[e];
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
#define WEIGHTS(i) (weights + (i) * TAPS)
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
    for (int i = 0; i < n; i++) {
        __local const float *source = line + places[i], *weight = WEIGHTS(i);
        float4 sum = (float4)(0.0f);
        for (int k = 0; k < COUNT(i); k++)
            sum += weight[k] * vload4(k, source);
        store4(sum, out + 4 * i);
    }
}

/* Works out the places and weights of the columns x0 <= x < x1; the line begins with `from`. */
static void plan_columns(int x0, int x1, int w_in, int w_out, int c, int from, __local int *starts,
                         __local int *places, __local float *weights) {
    int used = 0;
    for (int x = x0; x < x1; x++) {
        const int count = count_of(x, w_in, w_out);
        starts[x - x0] = used;
        places[x - x0] = (first_of(x, w_in, w_out) - from) * c;
        for (int k = 0; k < count; k++)
            weights[used++] = weight_of(x, k, w_in, w_out);
    }
    starts[x1 - x0] = used;
}

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
        blend_down(in + (size_t)inner * c, h_in, h_out, w_in * c, y, (outer - inner) * c,
                   line + (inner - from) * c);
        repeat_ends(line, c, from, inner, outer, to);
        __global pixel *result = out + ((size_t)y * w_out + x0) * c;
        if (c == 4)
            blend_vectors(line, starts, places, weights, x1 - x0, result);
        else if (c == 3)
            blend_pixels(line, starts, places, weights, 3, x1 - x0, result);
        else
            blend_pixels(line, starts, places, weights, 1, x1 - x0, result);
    }
}
