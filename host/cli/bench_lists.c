/* The standard list: the work that Brigade's figures are quoted for, with the ratios that are the
 * goal. And, so that nothing is tuned to that list, random work of the same kinds. */
#include "bench_lists.h"

#include <string.h>

/* ---- the standard list ----------------------------------------------------------------------- */

typedef struct standard {
    const char *op, *words; /* as bench_case has them */
    const char *group;
} standard;

static const standard calls[] = {
    {"gemm", "m=64 n=64 k=64", "gemm"},
    {"gemm", "m=128 n=128 k=128", "gemm"},
    {"gemm", "m=256 n=256 k=256", "gemm"},
    {"gemm", "m=512 n=512 k=512", "gemm"},
    {"gemm", "m=1024 n=1024 k=1024", "gemm"},
    {"gemm", "m=1024 n=1024 k=1024 ta", "gemm"},
    {"gemm", "m=1024 n=1024 k=1024 tb", "gemm"},
    {"gemm", "m=1000 n=1000 k=777", "gemm"},
    {"gemm", "m=128 n=3136 k=1152", "gemm"},
    {"gemm", "m=64 n=12544 k=147", "gemm"},
    {"gemm", "m=2048 n=2048 k=2048", "gemm"},
    {"gemm", "m=4096 n=4096 k=4096", "gemm"},
    {"gemm", "m=1 n=4096 k=4096", "gemv"},
    {"conv2d_forward", "x=8x64x56x56 w=64x64x3x3 padding=1", "conv2d 64x56x56 3x3"},
    {"conv2d_forward", "x=8x3x224x224 w=64x3x7x7 stride=2 padding=3", "conv2d 3x224x224 7x7"},
    {"conv2d_forward", "x=32x1x28x28 w=16x1x3x3 padding=1", "conv2d 1x28x28 3x3"},
    {"conv2d_forward", "x=64x16x14x14 w=32x16x3x3 padding=1", "conv2d 16x14x14 3x3"},
    {"conv2d_backward_data", "x=8x64x56x56 w=64x64x3x3 padding=1", "conv2d backward"},
    {"conv2d_backward_data", "x=8x3x224x224 w=64x3x7x7 stride=2 padding=3", "conv2d backward"},
    {"conv2d_backward_data", "x=32x1x28x28 w=16x1x3x3 padding=1", "conv2d backward"},
    {"conv2d_backward_data", "x=64x16x14x14 w=32x16x3x3 padding=1", "conv2d backward"},
    {"conv2d_backward_weights", "x=8x64x56x56 w=64x64x3x3 padding=1", "conv2d backward"},
    {"conv2d_backward_weights", "x=8x3x224x224 w=64x3x7x7 stride=2 padding=3", "conv2d backward"},
    {"conv2d_backward_weights", "x=32x1x28x28 w=16x1x3x3 padding=1", "conv2d backward"},
    {"conv2d_backward_weights", "x=64x16x14x14 w=32x16x3x3 padding=1", "conv2d backward"},
};

/* Each on both pictures; Gaussians of 5, 15 and 31 taps. */
static const standard filters[] = {
    {"blur", "blur=0.6666", "blur 5"},
    {"blur", "blur=2.3333", "blur 15"},
    {"blur", "blur=5", "blur 31"},
    {"conv2d", "conv2d", "general 7x7"},
    {"brightness", "brightness=0.2", "brightness"},
    {"resize", "resize=1920x1080", "resize"},
    {"resize", "resize=1700x956", "resize"},
};

static const struct {
    const char *image, *dtype, *name;
} pictures[] = {{"3840x2160x4", "u8", "u8x4"}, {"3840x2160x1", "f32", "f32x1"}};

/* Medians' ratios: the geometric mean of a group, and every case of it. */
static const struct {
    const char *group, *peer;
    double mean, each;
} goals[] = {
    {"gemm", "openblas", 1.10, 1.00},
    {"gemm", "onednn", 0.98, 0.90},
    {"gemm", "clblast", 8, 8},
    {"gemv", "openblas", 3, 3},
    {"blur 5 u8x4", "opencv", 1.5, 0},
    {"blur 15 u8x4", "opencv", 1.6, 0},
    {"blur 31 u8x4", "opencv", 2.0, 0},
    {"general 7x7 u8x4", "opencv", 4.5, 0},
    {"brightness u8x4", "opencv", 2.0, 0},
    {"resize u8x4", "opencv", 1.2, 1.2},
    {"blur 5 f32x1", "opencv", 3, 0},
    {"blur 15 f32x1", "opencv", 3.5, 0},
    {"blur 31 f32x1", "opencv", 5, 0},
    {"general 7x7 f32x1", "opencv", 2.7, 0},
    {"brightness f32x1", "opencv", 1.2, 0},
    {"resize f32x1", "opencv", 1.2, 1.2},
    {"conv2d 64x56x56 3x3", "torch", 2.2, 0},
    {"conv2d 3x224x224 7x7", "torch", 2.8, 0},
    {"conv2d 1x28x28 3x3", "torch", 1.3, 0},
    {"conv2d 16x14x14 3x3", "torch", 1.2, 0},
    {"conv2d 64x56x56 3x3", "onednn", 0.95, 0},
    {"conv2d 3x224x224 7x7", "onednn", 0.95, 0},
    {"conv2d 1x28x28 3x3", "onednn", 0.95, 0},
    {"conv2d 16x14x14 3x3", "onednn", 0.95, 0},
    {"conv2d backward", "torch", 1.2, 0},
};

bool bench_goal(const char *group, const char *peer, double *mean, double *each) {
    for (size_t i = 0; i < sizeof goals / sizeof goals[0]; i++)
        if (strcmp(goals[i].group, group) == 0 && strcmp(goals[i].peer, peer) == 0) {
            *mean = goals[i].mean;
            *each = goals[i].each;
            return true;
        }
    return false;
}

static brg_status add_filters(bench_cases *cases, size_t picture, brg_error *error) {
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        bench_case fresh = {.op = brg_op_find(filters[i].op), .is_chain = true, .kernel = "7x7"};
        snprintf(fresh.words, sizeof fresh.words, "%s", filters[i].words);
        snprintf(fresh.image, sizeof fresh.image, "%s", pictures[picture].image);
        fresh.dtype = pictures[picture].dtype;
        snprintf(fresh.group, sizeof fresh.group, "%s %s", filters[i].group,
                 pictures[picture].name);
        if (fresh.op && !bench_cases_add(cases, &fresh, error))
            return error->status;
    }
    return BRG_OK;
}

brg_status bench_add_standard(bench_cases *cases, brg_error *error) {
    brg_status status = BRG_OK;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        bench_case fresh = {.op = brg_op_find(calls[i].op)};
        snprintf(fresh.words, sizeof fresh.words, "%s", calls[i].words);
        snprintf(fresh.group, sizeof fresh.group, "%s", calls[i].group);
        if (fresh.op && fresh.op->make && !bench_cases_add(cases, &fresh, error))
            return error->status;
    }
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0] && status == BRG_OK; i++)
        status = add_filters(cases, i, error);
    return status;
}

/* ---- random work ----------------------------------------------------------------------------- */

static long long draw(uint64_t *state, double lo, double hi) {
    return (long long)(cli_random_log(state, lo, hi) + 0.5);
}

/* Sides of 8 to 3000, of which a quarter each way is transposed. */
static void draw_gemm(uint64_t *state, bench_case *fresh) {
    long long m = draw(state, 8, 3000), n = draw(state, 8, 3000), k = draw(state, 8, 3000);
    bool ta = cli_random_below(state, 4) == 0, tb = cli_random_below(state, 4) == 0;
    snprintf(fresh->words, sizeof fresh->words, "m=%lld n=%lld k=%lld%s%s", m, n, k,
             ta ? " ta" : "", tb ? " tb" : "");
}

/* Layers of common filters; so many images that the work stays within bounds. */
static void draw_conv(uint64_t *state, bench_case *fresh) {
    static const int32_t sides[] = {1, 3, 3, 3, 5, 7};
    int32_t side = sides[cli_random_below(state, 6)];
    int32_t stride = cli_random_below(state, 4) == 0 ? 2 : 1;
    long long c = draw(state, 1, 256), k = draw(state, 4, 256);
    long long h = draw(state, 7, 160), w = draw(state, 7, 160);
    double flops = 2.0 * (double)(c * k * h * w) * side * side;
    long long n = (long long)(3e9 / flops);
    n = n < 1 ? 1 : n > 32 ? 32 : n;
    snprintf(fresh->words, sizeof fresh->words,
             "x=%lldx%lldx%lldx%lld w=%lldx%lldx%dx%d stride=%d padding=%d", n, c, h, w, k, c, side,
             side, stride, side / 2);
}

static void draw_picture(uint64_t *state, bench_case *fresh) {
    static const int32_t channels[] = {1, 3, 4};
    long long w = draw(state, 64, 4096), h = draw(state, 64, 4096);
    fresh->is_chain = true;
    fresh->dtype = cli_random_below(state, 2) ? "f32" : "u8";
    snprintf(fresh->image, sizeof fresh->image, "%lldx%lldx%d", w, h,
             (int)channels[cli_random_below(state, 3)]);
}

static void draw_blur(uint64_t *state, bench_case *fresh) {
    draw_picture(state, fresh);
    snprintf(fresh->words, sizeof fresh->words, "blur=%.2f", cli_random_log(state, 0.5, 8));
}

static void draw_conv2d(uint64_t *state, bench_case *fresh) {
    static const char *const kernels[] = {"3x3", "5x5", "7x7", "9x9", "3x7", "11x5"};
    draw_picture(state, fresh);
    fresh->kernel = kernels[cli_random_below(state, 6)];
    snprintf(fresh->words, sizeof fresh->words, "conv2d");
}

static void draw_resize(uint64_t *state, bench_case *fresh) {
    draw_picture(state, fresh);
    snprintf(fresh->words, sizeof fresh->words, "resize=%lldx%lld", draw(state, 64, 4096),
             draw(state, 64, 4096));
}

static void draw_brightness(uint64_t *state, bench_case *fresh) {
    draw_picture(state, fresh);
    snprintf(fresh->words, sizeof fresh->words, "brightness=0.2");
}

static void draw_box(uint64_t *state, bench_case *fresh) {
    draw_picture(state, fresh);
    snprintf(fresh->words, sizeof fresh->words, "box=%lld", draw(state, 1, 40));
}

static void draw_median(uint64_t *state, bench_case *fresh) {
    draw_picture(state, fresh);
    snprintf(fresh->words, sizeof fresh->words, "median=%d", cli_random_below(state, 2) ? 5 : 3);
}

static void draw_edge(uint64_t *state, bench_case *fresh) {
    draw_picture(state, fresh);
    snprintf(fresh->words, sizeof fresh->words, "edge");
}

static const struct {
    const char *op;
    void (*draw)(uint64_t *state, bench_case *fresh);
} drawn[] = {{"gemm", draw_gemm},
             {"conv2d_forward", draw_conv},
             {"conv2d_backward_data", draw_conv},
             {"conv2d_backward_weights", draw_conv},
             {"conv2d", draw_conv2d},
             {"blur", draw_blur},
             {"resize", draw_resize},
             {"brightness", draw_brightness},
             {"box", draw_box},
             {"median", draw_median},
             {"edge", draw_edge}};

const char bench_drawn_ops[] = "gemm, conv2d_forward, conv2d_backward_data, "
                               "conv2d_backward_weights, conv2d, blur, resize, brightness, box, "
                               "median, edge";

bool bench_draw_case(const brg_op *op, uint64_t *state, bench_case *fresh) {
    for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++) {
        if (strcmp(drawn[i].op, op->name) != 0)
            continue;
        *fresh = (bench_case){.op = op};
        drawn[i].draw(state, fresh);
        return fresh->is_chain || op->make;
    }
    return false;
}
