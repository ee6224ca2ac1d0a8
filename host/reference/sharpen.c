/* Unsharp masking in sequential C: a strip is blurred in the cache, then moved away from its blur.
 */
#include <math.h>

#include "reference/blur.h"
#include "reference/sharpen.h"

brg_blur_params brg_sharpen_blur(const brg_sharpen_params *params) {
    return (brg_blur_params){.sigma = params->sigma != 0.0f ? params->sigma : 1.0f,
                             .border = params->border};
}

/* All that a row of the output needs. */
typedef struct sharpening {
    brg_pixels image;
    brg_gauss gauss;
    float amount;
} sharpening;

static void begin(const brg_call *call, sharpening *s) {
    const brg_sharpen_params *params = call->params;
    brg_blur_params blur = brg_sharpen_blur(params);
    s->image = brg_pixels_of(call);
    s->amount = params->amount;
    brg_gauss_make(&blur, &s->gauss);
}

static bool is_alpha(const sharpening *s, int64_t element) {
    return s->image.c == 4 && (element & 3) == 3;
}

static int64_t strip_size(const sharpening *s, int64_t element) {
    int64_t left = s->image.pitch - element;
    return left < BRG_PIXELS_STRIP ? left : BRG_PIXELS_STRIP;
}

void brg_sharpen_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    sharpening s;
    begin(call, &s);
    float in[BRG_PIXELS_STRIP], out[BRG_PIXELS_STRIP];
    for (int64_t y = row0; y < row1; y++)
        for (int64_t e = 0; e < s.image.pitch; e += BRG_PIXELS_STRIP) {
            int64_t n = strip_size(&s, e), at = y * s.image.pitch + e;
            bool alpha = s.image.c == 4;
            brg_blur_strip(&s.image, &s.gauss, y, e, n, out);
            brg_pixels_scale(in, &s.image, at, n, 1.0f);
            for (int64_t i = 0; i < n; i++)
                out[i] = alpha && (i & 3) == 3 ? in[i] : in[i] + s.amount * (in[i] - out[i]);
            brg_pixels_store(output, s.image.u8, at, out, n);
        }
}

void brg_sharpen_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    sharpening s;
    begin(call, &s);
    for (int64_t y = row0; y < row1; y++)
        for (int64_t x = 0; x < s.image.w; x++)
            for (int64_t ch = 0; ch < s.image.c; ch++) {
                int64_t at = y * s.image.pitch + x * s.image.c + ch;
                float in = brg_pixels_get(&s.image, at), out = in;
                if (ch < 3)
                    out = in + s.amount * (in - brg_blur_window(&s.image, &s.gauss, y, x, ch));
                brg_pixels_store(output, s.image.u8, at, &out, 1);
            }
}

static void state(const sharpening *s, int64_t at, double blurred, double slack, double *expected,
                  double *bound) {
    double in = (double)brg_pixels_get(&s->image, at), amount = (double)s->amount;
    double value = in + amount * (in - blurred);
    double own = amount * slack + 4.0 * 0x1p-24 * (fabs(in) + amount * (fabs(in) + fabs(blurred)));
    if (is_alpha(s, at)) {
        value = in;
        own = 0.0;
    }
    brg_pixels_state(s->image.u8, value, own, expected, bound);
}

void brg_sharpen_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                        double *bound) {
    sharpening s;
    begin(call, &s);
    double blurred[BRG_PIXELS_STRIP], slack[BRG_PIXELS_STRIP];
    for (int64_t y = row0; y < row1; y++)
        for (int64_t e = 0; e < s.image.pitch; e += BRG_PIXELS_STRIP) {
            int64_t n = strip_size(&s, e), to = (y - row0) * s.image.pitch + e;
            brg_blur_exact(&s.image, &s.gauss, y, e, n, blurred, slack);
            for (int64_t i = 0; i < n; i++)
                state(&s, y * s.image.pitch + e + i, blurred[i], slack[i], &expected[to + i],
                      &bound[to + i]);
        }
}
