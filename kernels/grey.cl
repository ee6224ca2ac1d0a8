/* grey: colours become how bright they look.
 *
 *      in   r g b a r g b a r g b a ...       out = 0.299 r + 0.587 g + 0.114 b   (ITU-R BT.601)
 *           \_____/ \_____/ \_____/           alpha is dropped; a grey image stays as it is
 *      out     y       y       y    ...
 *
 * In plain C:
 *
 *     for (size_t i = 0; i < pixels; i++)
 *         out[i] = 0.299f * in[c * i] + 0.587f * in[c * i + 1] + 0.114f * in[c * i + 2];
 *
 * The ladder:
 *     naive    one work-item per pixel
 *     strips   a work-item walks over whole rows; of four channels it takes 16 pixels at once, bytes
 *              as 16 words, from which each channel is shifted and masked */

#ifndef PIXEL_U8
#define PIXEL_U8 0 /* elements: 1 for bytes, 0 for floats */
#endif
#ifndef CHANNELS
#define CHANNELS 4 /* 1, 3 or 4 */
#endif

#define RED 0.299f
#define GREEN 0.587f
#define BLUE 0.114f

#if PIXEL_U8
typedef uchar pixel;
#else
typedef float pixel;
#endif

/* Vectors at any address. PoCL takes vstore16 apart, into 4 stores of floats or 16 of bytes; what is
 * said to be aligned to its elements only becomes one store. */
typedef float16 __attribute__((aligned(4))) loose_float16;
typedef uchar16 __attribute__((aligned(1))) loose_uchar16;

static pixel grey1(__global const pixel *in) {
#if CHANNELS == 1
    return in[0];
#else
    const float sum = fma(BLUE, (float)in[2], fma(GREEN, (float)in[1], RED * (float)in[0]));
#if PIXEL_U8
    return (uchar)(int)(sum + 0.5f);
#else
    return sum;
#endif
#endif
}

__kernel void grey_naive(__global const pixel *restrict in, __global pixel *restrict out, int w,
                         int first) {
    const int x = (int)get_global_id(0);
    const size_t at = ((size_t)get_global_id(1) + first) * w + x;
    if (x < w)
        out[at] = grey1(in + at * CHANNELS);
}

/* Sixteen pixels of four channels. */
static void grey16(__global const pixel *in, __global pixel *out) {
#if PIXEL_U8
    const uint16 words = vload16(0, (__global const uint *)in);
    const float16 red = convert_float16(convert_int16(words & 255u));
    const float16 green = convert_float16(convert_int16((words >> 8) & 255u));
    const float16 blue = convert_float16(convert_int16((words >> 16) & 255u));
    const float16 sum = fma((float16)(BLUE), blue, fma((float16)(GREEN), green, RED * red));
    *(__global loose_uchar16 *)out = convert_uchar16(convert_int16(sum + 0.5f));
#else
    const float16 a = vload16(0, in), b = vload16(1, in), c = vload16(2, in), d = vload16(3, in);
    const float16 red = (float16)(a.s048c, b.s048c, c.s048c, d.s048c);
    const float16 green = (float16)(a.s159d, b.s159d, c.s159d, d.s159d);
    const float16 blue = (float16)(a.s26ae, b.s26ae, c.s26ae, d.s26ae);
    *(__global loose_float16 *)out =
        fma((float16)(BLUE), blue, fma((float16)(GREEN), green, RED * red));
#endif
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
grey_strips(__global const pixel *restrict in, __global pixel *restrict out, int h, int w,
            int item_rows, int first) {
    const size_t y0 = ((size_t)get_global_id(1) + first) * item_rows;
    const size_t end = min(y0 + item_rows, (size_t)h) * w;
    size_t at = y0 * w;
#if CHANNELS == 4
    for (; at + 16 <= end; at += 16)
        grey16(in + at * CHANNELS, out + at);
#endif
    for (; at < end; at++)
        out[at] = grey1(in + at * CHANNELS);
}
