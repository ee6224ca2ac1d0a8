/* The built-in ops' parameters. Pass a pointer to one as brg_stage.params; NULL means defaults.
 *
 * Thread safety: plain values. */
#ifndef BRIGADE_OPS_H
#define BRIGADE_OPS_H

#include <stdbool.h>
#include <stdint.h>

#include "brigade/op.h"

/* What gemm adds to its result: nothing, or a vector with an element for each column or for each
 * row. */
typedef enum brg_bias {
    BRG_BIAS_NONE = 0,
    BRG_BIAS_COLUMNS, /* n elements: bias[j] is added to column j */
    BRG_BIAS_ROWS,    /* m elements: bias[i] is added to row i */
    BRG_BIAS_COUNT
} brg_bias;

/* What gemm does with its result on the way to memory. */
typedef enum brg_epilogue {
    BRG_EPILOGUE_NONE = 0,
    BRG_EPILOGUE_RELU, /* z < 0 ? 0 : z; a NaN stays one */
    BRG_EPILOGUE_GELU, /* z / (1 + exp(-2u)), u = sqrt(2/pi) (z + 0.044715 z^3): the form with tanh
                        */
    BRG_EPILOGUE_UPDATE, /* a step of training, see below */
    BRG_EPILOGUE_COUNT
} brg_epilogue;

/* "gemm": C' = epilogue(alpha * op(A) * op(B) + beta * C + bias), row-major, op(X) = X or its
 * transpose.
 *
 * Inputs: A, B, then C when beta is not 0, then the bias if there is one. op(A) is m x k, op(B) is
 * k x n, C and the output are m x n. A tensor's last dim is its leading dimension: A has dims {m,
 * lda} with lda >= k, or {k, lda} with lda >= m when ta; B {k, ldb} or {n, ldb}; C {m, ldc}; the
 * bias {n} or {m}.
 * The output has dims {m, ldc}, columns beyond n are 0.
 *
 * A batch: A, B and C may have a dim more, in front, {batch, m, lda}. A matrix without it, or with
 * a batch of 1, serves all products. The output then is {batch, m, ldc}.
 *
 * Types of A and B, and of the rest: f32 and f32; f16 and f16, summed in f32; f64 and f64, on
 * devices that have it; i8 and i32, exact modulo 2^32, with k up to 131071, alpha and beta whole
 * numbers up to 1024, and no epilogue but ReLU.
 *
 * BRG_EPILOGUE_UPDATE: C holds weights W, and the output is W - rate * V with V = alpha * op(A) *
 * op(B). With a momentum C is {2, m, ldc}, W and a velocity V, and so is the output: V' = momentum
 * * V + alpha * op(A) * op(B), W' = W - rate * V'. beta is 0; no batch, no bias.
 *
 * Error bound, componentwise, of z before the epilogue: gamma_(k+3) * (|alpha| |A||B| + |beta C| +
 * |bias|) (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.5), the gamma
 * of f32, or of f64; kernels/gemm.cl and host/reference/gemm.c say what the epilogues and f16 add.
 */
typedef struct brg_gemm_params {
    int64_t m, n, k; /* 0: taken from the tensors' dims */
    int64_t ldc;     /* of the output; 0: that of C if given, else n */
    float alpha;
    float beta;
    bool ta, tb;
    brg_bias bias;
    brg_epilogue epilogue;
    float rate, momentum; /* of BRG_EPILOGUE_UPDATE */
} brg_gemm_params;

/* alpha 1, beta 0, sizes from the tensors. */
#define BRG_GEMM_DEFAULTS ((brg_gemm_params){.alpha = 1.0f})

/* What an image filter reads outside the image. */
typedef enum brg_border {
    BRG_BORDER_CLAMP = 0, /* aaa|abcd|ddd */
    BRG_BORDER_ZERO,      /* 000|abcd|000 */
    BRG_BORDER_REFLECT,   /* dcb|abcd|cba, the edge pixel not repeated */
    BRG_BORDER_WRAP,      /* bcd|abcd|abc */
    BRG_BORDER_COUNT
} brg_border;

/* Images are tensors {h, w, c} with c = 1, 3 or 4, u8 (0..255) or f32 (nominally 0..1, not
 * clamped). u8 results are the exact value rounded to nearest, clamped to 0..255; the bound of
 * every u8 filter is half a grey level plus the rounding error of f32. */

/* "conv2d": out[y,x,ch] = sum over i,j of weights[i,j] * in[y+i-kh/2, x+j-kw/2, ch] (a correlation,
 * as in image processing and machine learning). Inputs: image {h, w, c}, weights f32 {kh, kw},
 * sides 1..63. Weights that are an outer product are recognised and run as two passes. */
typedef struct brg_conv2d_params {
    brg_border border;
} brg_conv2d_params;

/* "brightness": out = in + amount * range, range 255 for u8 and 1 for f32. Alpha (channel 4) stays.
 */
typedef struct brg_brightness_params {
    float amount; /* -1..1 */
} brg_brightness_params;

/* "contrast": out = (in - mid) * factor + mid, mid 127.5 for u8 and 0.5 for f32. Alpha stays. */
typedef struct brg_contrast_params {
    float factor; /* 0..100 */
} brg_contrast_params;

/* "point": up to four steps of brightness, contrast and the curves of "lut" in one pass over the image. The
 * result is that of the steps one after the other: u8 is rounded after each. Neighbours in a filter chain become
 * one. */
typedef enum brg_point_kind {
    BRG_POINT_BRIGHTNESS = 0,
    BRG_POINT_CONTRAST,
    BRG_POINT_INVERT, /* from here on as brg_lut_kind */
    BRG_POINT_GAMMA,
    BRG_POINT_THRESHOLD,
    BRG_POINT_KIND_COUNT
} brg_point_kind;

typedef struct brg_point_step {
    brg_point_kind kind;
    float value; /* amount, factor, or the number that the curve takes */
} brg_point_step;

enum { BRG_POINT_STEPS = 4 };

typedef struct brg_point_params {
    int32_t count; /* 1..BRG_POINT_STEPS */
    brg_point_step steps[BRG_POINT_STEPS];
} brg_point_params;

/* "blur": Gaussian, weights exp(-i^2 / (2 sigma^2)) normalised, |i| <= radius. */
typedef struct brg_blur_params {
    float sigma;    /* pixels; 0: radius / 3 */
    int32_t radius; /* pixels, 1..127; 0: ceil(3 sigma) */
    brg_border border;
} brg_blur_params;

/* "box": the mean over the square of 2 radius + 1 pixels about each. */
typedef struct brg_box_params {
    int32_t radius; /* pixels, 1..127 */
    brg_border border;
} brg_box_params;

/* "median": in each channel the middle one of the size x size values about a pixel. f32 images must be free
 * of NaN, which has no place in an order. */
typedef struct brg_median_params {
    int32_t size; /* 3 or 5 */
    brg_border border;
} brg_median_params;

/* "grey" takes no parameters: out = 0.299 r + 0.587 g + 0.114 b, dims {h, w, 1}. One channel stays. */

/* "lut": every colour element looked up on a curve. Alpha stays. */
typedef enum brg_lut_kind {
    BRG_LUT_INVERT = 0, /* range - in, range 255 for u8 and 1 for f32 */
    BRG_LUT_GAMMA,      /* range * (in / range) ^ value; 0 for what is negative */
    BRG_LUT_THRESHOLD,  /* in >= value * range ? range : 0 */
    BRG_LUT_KIND_COUNT
} brg_lut_kind;

typedef struct brg_lut_params {
    brg_lut_kind kind;
    float value; /* gamma 0.01..100, threshold 0..1, of invert 0 */
} brg_lut_params;

/* "sharpen": unsharp mask, out = in + amount * (in - blur(in, sigma)). Alpha stays. */
typedef struct brg_sharpen_params {
    float amount; /* 0..10 */
    float sigma;  /* 0: 1 pixel */
    brg_border border;
} brg_sharpen_params;

/* "edge": the gradient after Sobel; alpha stays. Its magnitude is sqrt(gx^2 + gy^2) / 4, so that a full step gives
 * full range. gx (brighter to the right) and gy (brighter downwards) have signs: f32 gives gx / 4; u8 gives 128 +
 * gx / 8, mid grey where nothing changes, and a full step either way still fits. */
typedef enum brg_edge_component {
    BRG_EDGE_MAGNITUDE = 0,
    BRG_EDGE_X,
    BRG_EDGE_Y,
    BRG_EDGE_COMPONENT_COUNT
} brg_edge_component;

typedef struct brg_edge_params {
    brg_border border;
    brg_edge_component component;
} brg_edge_params;

typedef enum brg_resize_mode {
    BRG_RESIZE_BILINEAR = 0, /* two by two samples, no prefilter */
    BRG_RESIZE_NEAREST,
    BRG_RESIZE_AREA,    /* mean over the pixel's footprint; for shrinking */
    BRG_RESIZE_BICUBIC, /* Catmull-Rom, a = -1/2 (Keys 1981) */
    BRG_RESIZE_MODE_COUNT
} brg_resize_mode;

/* "resize": pixel centres at half-integers: out pixel x samples in at (x + 0.5) * w_in / w_out -
 * 0.5, clamped at the border. nearest takes floor((x + 0.5) * w_in / w_out). */
typedef struct brg_resize_params {
    int64_t width, height; /* of the output, 1..65535; one of them 0: keeps the proportions */
    brg_resize_mode mode;
} brg_resize_params;

/* "blur_resize": blur, then resize, bilinear, nearest or area, to one n-th of the height and one m-th of the
 * width, both whole numbers and not both 1. What lies between is not rounded to bytes: of u8 images
 * the result is the nearest grey level to the exact one. In a chain's text the two stages are
 * written one after the other, and become one where that is faster. */
typedef struct brg_blur_resize_params {
    brg_blur_params blur;
    brg_resize_params resize;
} brg_blur_resize_params;

typedef enum brg_reduce_kind {
    BRG_REDUCE_SUM = 0,
    BRG_REDUCE_MIN,
    BRG_REDUCE_MAX,
    BRG_REDUCE_SQUARES, /* sum of squares */
    BRG_REDUCE_DOT,     /* sum of products of two inputs */
    BRG_REDUCE_COUNT
} brg_reduce_kind;

/* "reduce": all elements of a tensor to one, {1} of its type. Inputs: f32 or i32 of any shape; for
 * the dot product two of one size. A NaN among the elements makes the least and the greatest NaN.
 * Sums of i32 are kept modulo 2^32. Nothing at all sums to 0; its least element is +infinity or
 * INT32_MAX, its greatest -infinity or INT32_MIN. */
typedef struct brg_reduce_params {
    brg_reduce_kind kind;
} brg_reduce_params;

/* "scan": running sums along the last dim of {n} or {rows, n}, f32 or i32 (modulo 2^32). The output
 * has dims {rows, n}; {n} is one row. */
typedef struct brg_scan_params {
    bool exclusive; /* element i sums those before it only; else itself too */
} brg_scan_params;

/* "histogram": how often each value occurs in each channel of a u8 image {h, w, c}, or of several,
 * {n, h, w, c}. The output is i32 {n, c, 256}; a single image is n = 1. No parameters. */

/* "transpose": out[j, i] = in[i, j] for an f32 matrix. No parameters. */

/* "nbody": gravity between all pairs of n bodies, f32 {n, 8}: x y z mass vx vy vz and an eighth
 * number that is carried along. Each step adds to the velocity of body i dt * gravity * sum over j
 * of mass_j * (p_j - p_i) / (|p_j - p_i|^2 + softening^2)^(3/2) and then dt times the new velocity
 * to its position (semi-implicit Euler, which keeps energy bounded). The output has the input's
 * dims, or with more than one step {1, n, 8}, since its rows then cannot be computed one by one.
 * Errors grow from step to step as fast as neighbouring orbits part: the bound follows them, and
 * says little after many. */
typedef struct brg_nbody_params {
    float dt, softening, gravity;
    int32_t steps; /* 1..1000000 */
} brg_nbody_params;

/* dt 0.01, softening 0.05, gravity 1, one step. */
#define BRG_NBODY_DEFAULTS ((brg_nbody_params){0.01f, 0.05f, 1.0f, 1})

/* "mandelbrot": how many times z -> z^2 + c, from z = 0, can be done until |z| > 2; `iterations`
 * for points that have not left by then. No inputs; the output is i32 {height, width}. Pixel (row,
 * column) is c = (left + column * pixel) + (top - row * pixel) i computed in f32, each operation
 * rounded to nearest and none fused, in the order of kernels/mandelbrot.cl: that is a part of the
 * definition, so that counts are exact. */
typedef struct brg_mandelbrot_params {
    float left, top, pixel; /* the centre of the first pixel, and the distance between two */
    int32_t width, height;
    int32_t iterations; /* at most */
} brg_mandelbrot_params;

/* The whole set in 1024 x 768 pixels, 256 iterations. */
#define BRG_MANDELBROT_DEFAULTS                                                                    \
    ((brg_mandelbrot_params){-2.25f, 1.125f, 3.0f / 1024, 1024, 768, 256})

/* "reaction_diffusion": the model of Gray and Scott on a torus, two substances u and v:
 *     u' = u + dt * (diffusion_u * L(u) - u v^2 + feed * (1 - u))
 *     v' = v + dt * (diffusion_v * L(v) + u v^2 - (feed + kill) * v)
 * where L is the sum of the four neighbours less four times the middle, and whatever is smaller
 * than 2^-40 counts as none at all. Input: f32 {h, w, 2}, or several {n, h, w, 2}; the output is
 * {n, h, w, 2}. Each operation is rounded to nearest and none fused, in the order of
 * kernels/reaction_diffusion.cl: that is a part of the definition, so that any number of steps is
 * exact. */
typedef struct brg_reaction_diffusion_params {
    float diffusion_u, diffusion_v, feed, kill, dt;
    int32_t steps; /* 1..1000000 */
} brg_reaction_diffusion_params;

/* Growing and dividing spots (Pearson, Complex Patterns in a Simple System, Science 261, 1993). */
#define BRG_REACTION_DIFFUSION_DEFAULTS                                                            \
    ((brg_reaction_diffusion_params){0.2f, 0.1f, 0.035f, 0.065f, 1.0f, 1})

/* The convolutions of neural networks, f32, channels first: x {n, c, h, w}, weights {k, c/groups,
 * kh, kw}, y {n, k, oh, ow} with oh = (h + 2 padding_h - dilation_h (kh - 1) - 1) / stride_h + 1,
 * rounded down, and ow likewise. Outside the image x is 0.
 *
 *   "conv2d_forward"           x, weights, bias {k} if given -> y = conv(x) + bias, then max(y, 0)
 * if relu "conv2d_backward_data"     dy, weights -> dx, the gradient with respect to x
 *   "conv2d_backward_weights"  dy, x -> dw, the gradient with respect to the weights
 *
 * The gradient with respect to the bias is the sum of dy over n, oh and ow; it is no op of its own.
 *
 * Error bound: gamma_(t+2) times the sum of the terms' magnitudes, t their number. The Winograd
 * variants add up other terms and have a bound of their own
 * (host/reference/conv2d_nchw_winograd.c); they spread a NaN or an infinity over the tile in which
 * it lies. */
typedef struct brg_conv_params {
    int32_t stride_h, stride_w;     /* 1..65535; 0: 1 */
    int32_t padding_h, padding_w;   /* 0..65535 */
    int32_t dilation_h, dilation_w; /* 1..65535; 0: 1 */
    int32_t groups;                 /* divides c and k; 0: 1 */
    int32_t h, w;   /* conv2d_backward_data: the sides of dx; 0: the smallest that give dy */
    int32_t kh, kw; /* conv2d_backward_weights: the sides of dw; 0: the largest that give dy */
    bool relu;      /* conv2d_forward; a NaN stays one */
} brg_conv_params;

typedef enum brg_train_mode {
    BRG_TRAIN_STEPS = 0, /* whole steps, the parameters moved on */
    BRG_TRAIN_GRADIENT,  /* one batch's gradients, for others to add up */
    BRG_TRAIN_SCORES,    /* what the network makes of images; nothing is trained */
    BRG_TRAIN_UPDATE     /* the parameters moved on by gradients that others have added up */
} brg_train_mode;

typedef enum brg_optimizer { BRG_OPTIMIZER_SGD = 0, BRG_OPTIMIZER_ADAM } brg_optimizer;

/* "train": steps of training a network on batches of images, all on the device.
 *
 * Inputs: the state f32 {1, n} or {n}; images u8 {count, c, h, w}, count a multiple of the batch;
 * the network i32 {words} (brg_model_words); labels i32 {count}, 0 .. classes - 1, but not for
 * scores. A pixel p enters as p * scale + shift.
 *
 * The state holds the parameters, then as many velocities (SGD), or mean gradients and mean squares
 * (Adam), then the running statistics; what follows is not read. The output of whole steps is the
 * state after them, {1, n}, with the mean loss of each step and then its hits behind it: it is the
 * input of the next steps. Of a gradient it is {1, n}: gradients, statistics, loss, hits. Of scores
 * it is {count, classes}.
 *
 * A batch can be learned from in parts: the gradients of all parts, each told how large the whole batch is and
 * where in it the part begins, add up to the batch's, number by number, but for rounding. Statistics and
 * the normalisation itself are those of each part; what adds up is their mean, weighted by images. An
 * update takes the sum in the place of images, no labels, and gives what a step on the whole batch gives.
 *
 * The bound follows every rounding error through layers, loss, gradients and optimizer
 * (host/reference/train.h); from step to step it grows. */
typedef struct brg_train_params {
    brg_train_mode mode;
    brg_optimizer optimizer;
    int32_t batch;  /* images in a step */
    int32_t whole;  /* of a gradient: images in the batch that these are a part of; 0: of none */
    int32_t first;  /* of a gradient: where in the whole batch they begin, for dropout */
    int32_t bucket; /* of a gradient: bytes of its end after which these come back while the rest is
                       computed (brg_engine_wait_tail), by whole layers; 0: it comes back whole */
    int32_t step;   /* steps done before, for dropout and Adam */
    uint64_t seed;  /* of dropout */
    float rate;     /* of learning */
    float momentum; /* beta1 of Adam */
    float beta2, small; /* Adam's, small is what keeps it from dividing by 0 */
    float decay;        /* of weights: SGD's adds to the gradient, Adam's does not */
    float scale, shift;
} brg_train_params;

/* SGD with rate 0.05 and momentum 0.9 on pixels from -1 to 1. */
#define BRG_TRAIN_DEFAULTS                                                                         \
    ((brg_train_params){.batch = 1,                                                                \
                        .rate = 0.05f,                                                             \
                        .momentum = 0.9f,                                                          \
                        .beta2 = 0.999f,                                                           \
                        .small = 1e-8f,                                                            \
                        .scale = 2.0f / 255,                                                       \
                        .shift = -1})

/* "clamp", "zero", "reflect", "wrap". */
BRG_API const char *brg_border_name(brg_border border);

/* A filter chain read from text, stages ready to submit (params point into the chain itself; do not
 * move it). The image is input 0 of stage 0, to be set by the caller. */
typedef struct brg_chain {
    int32_t count;
    const brg_op *ops[BRG_MAX_STAGES];
    uint64_t params[BRG_MAX_STAGES][BRG_MAX_PARAMS / 8]; /* each the params struct of its op */
    brg_shape shapes[BRG_MAX_STAGES];                    /* of each stage's output */
} brg_chain;

/* Reads "blur=3,contrast=1.2,resize=50%" for an image of the given shape. BRG_E_NOT_FOUND for an
 * unknown filter (the hint lists them), BRG_E_ARGUMENT for malformed text, BRG_E_SHAPE for sizes
 * out of range. */
BRG_API brg_status brg_chain_parse(const char *text, const brg_shape *image, brg_chain *chain,
                                   brg_error *error);

#endif
