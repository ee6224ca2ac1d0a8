/* The filters on the host: references against their exact values, known answers, and what they
 * refuse. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brigade/ops.h"
#include "brigade/verify.h"
#include "ops/ops.h"

typedef void (*loop)(const brg_call *call, int64_t row0, int64_t row1, void *output);

/* ---- helpers ---- */

/* A checked call of one image, its exact output and room for a computed one. */
typedef struct work {
    brg_call call;
    size_t elements;
    double *expected, *bound;
    uint8_t *output;
} work;

static void begin(work *w, const brg_op *op, const brg_shape *image, const void *data,
                  const void *params) {
    brg_error error;
    size_t bytes;
    *w = (work){.call = {.params = params, .input_count = 1, .inputs = {*image}, .data = {data}}};
    cr_assert_eq(op->check(&w->call, &w->call.output, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(brg_shape_size(&w->call.output, &w->elements, &bytes, &error), BRG_OK);
    w->expected = calloc(w->elements + 1, sizeof *w->expected);
    w->bound = calloc(w->elements + 1, sizeof *w->bound);
    w->output = malloc(bytes + 1);
    cr_assert(w->expected && w->bound && w->output);
    memset(w->output, 0xa5, bytes + 1);
}

static void end(work *w) {
    free(w->expected);
    free(w->bound);
    free(w->output);
}

/* Two bands, as the engine would ask for them. */
static void state_exact(work *w, const brg_op *op) {
    int64_t h = w->call.output.dims[0], cut = h / 3;
    size_t row = h ? w->elements / (size_t)h : 0;
    op->oracle(&w->call, 0, cut, w->expected, w->bound);
    op->oracle(&w->call, cut, h, w->expected + (size_t)cut * row, w->bound + (size_t)cut * row);
}

static void compute(work *w, loop run) {
    int64_t h = w->call.output.dims[0], cut = h / 3;
    run(&w->call, cut, h, w->output);
    run(&w->call, 0, cut, w->output);
}

static brg_verdict judge(const work *w) {
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_FULL, &w->call.output);
    brg_verdict_compare_rows(&verdict, &w->call.output, 0, w->call.output.dims[0], w->output,
                             w->expected, w->bound);
    brg_verdict_end(&verdict);
    return verdict;
}

static void expect_pass(const work *w, const char *loop_name, const char *text) {
    brg_verdict verdict = judge(w);
    char sentence[256];
    cr_assert_eq(verdict.outcome, BRG_PASSED, "%s, %s: %s, got %g for %g", text, loop_name,
                 brg_verdict_text(&verdict, sentence, sizeof sentence), verdict.worst_got,
                 verdict.worst_expected);
}

static void expect_examples_to_pass(const char *name) {
    const brg_op *op = brg_op_find(name);
    brg_example example;
    brg_error error;
    int32_t count = 0;
    for (; op->example(count, 7u + (uint64_t)count, &example, &error) == BRG_OK; count++) {
        work w;
        begin(&w, op, brg_tensor_shape(example.inputs[0]), brg_tensor_data(example.inputs[0]),
              example.params);
        state_exact(&w, op);
        compute(&w, op->sequential);
        expect_pass(&w, "sequential", example.text);
        compute(&w, op->naive);
        expect_pass(&w, "naive", example.text);
        end(&w);
        brg_example_release(&example);
    }
    cr_assert_eq(error.status, BRG_E_NOT_FOUND);
    cr_assert_gt(count, 50);
}

/* Runs a filter, given as text, over an image and returns the output, to be freed. */
static void *filtered(const char *text, const brg_shape *image, const void *data,
                      brg_shape *output) {
    brg_chain chain;
    brg_error error;
    cr_assert_eq(brg_chain_parse(text, image, &chain, &error), BRG_OK, "%s", error.what);
    work w;
    begin(&w, chain.ops[0], image, data, chain.params[0]);
    state_exact(&w, chain.ops[0]);
    compute(&w, chain.ops[0]->naive);
    expect_pass(&w, "naive", text);
    compute(&w, chain.ops[0]->sequential);
    expect_pass(&w, "sequential", text);
    *output = w.call.output;
    free(w.expected);
    free(w.bound);
    return w.output;
}

static void expect_bytes(const char *text, int64_t h, int64_t w, const uint8_t *in, int64_t h_out,
                         int64_t w_out, const uint8_t *expected) {
    brg_shape image = brg_shape_3d(BRG_U8, h, w, 1), output;
    uint8_t *got = filtered(text, &image, in, &output);
    cr_assert_eq(output.dims[0], h_out);
    cr_assert_eq(output.dims[1], w_out);
    for (int64_t i = 0; i < h_out * w_out; i++)
        cr_assert_eq(got[i], expected[i], "%s: element %d is %d, not %d", text, (int)i, got[i],
                     expected[i]);
    free(got);
}

/* ---- references ---- */

Test(filters, brightness_agrees_with_its_exact_values) {
    expect_examples_to_pass("brightness");
}

Test(filters, contrast_agrees_with_its_exact_values) {
    expect_examples_to_pass("contrast");
}

Test(filters, blur_agrees_with_its_exact_values) {
    expect_examples_to_pass("blur");
}

Test(filters, sharpen_agrees_with_its_exact_values) {
    expect_examples_to_pass("sharpen");
}

Test(filters, edge_agrees_with_its_exact_values) {
    expect_examples_to_pass("edge");
}

Test(filters, resize_agrees_with_its_exact_values) {
    expect_examples_to_pass("resize");
}

/* A bound that lets everything through would pass all of the above: small wrongs must be seen. */
static void expect_mismatch(const char *right, const char *wrong, brg_dtype dtype) {
    brg_shape image = brg_shape_3d(dtype, 23, 29, 3);
    brg_tensor *noise;
    brg_chain good, bad;
    brg_error error;
    cr_assert_eq(brg_tensor_create_uniform(&image, 5, 0, dtype == BRG_U8 ? 255 : 1, &noise, &error),
                 BRG_OK);
    cr_assert_eq(brg_chain_parse(right, &image, &good, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(brg_chain_parse(wrong, &image, &bad, &error), BRG_OK, "%s", error.what);
    work w;
    begin(&w, good.ops[0], &image, brg_tensor_data(noise), good.params[0]);
    state_exact(&w, good.ops[0]);
    w.call.params = bad.params[0];
    compute(&w, bad.ops[0]->sequential);
    cr_assert_eq(judge(&w).outcome, BRG_MISMATCH, "%s took %s for right", right, wrong);
    end(&w);
    brg_tensor_release(noise);
}

Test(filters, small_wrongs_are_seen) {
    for (int dtype = BRG_F32; dtype <= BRG_U8; dtype++) {
        expect_mismatch("brightness=0.1", "brightness=0.11", (brg_dtype)dtype);
        expect_mismatch("contrast=1.2", "contrast=1.21", (brg_dtype)dtype);
        expect_mismatch("blur=2", "blur=2.05", (brg_dtype)dtype);
        expect_mismatch("blur=2:clamp", "blur=2:reflect", (brg_dtype)dtype);
        expect_mismatch("sharpen=0.8", "sharpen=0.82", (brg_dtype)dtype);
        expect_mismatch("edge=clamp", "edge=wrap", (brg_dtype)dtype);
        expect_mismatch("resize=61x47", "resize=61x47:bicubic", (brg_dtype)dtype);
        expect_mismatch("resize=11x7:area", "resize=11x7:bilinear", (brg_dtype)dtype);
    }
    expect_mismatch("brightness=0.1", "brightness=0.100001", BRG_F32);
    expect_mismatch("contrast=1.2", "contrast=1.200001", BRG_F32);
    expect_mismatch("blur=2", "blur=2.00002", BRG_F32);
}

/* ---- known answers ---- */

Test(filters, a_constant_image_stays_constant_under_blur) {
    uint8_t grey[11 * 13 * 4];
    memset(grey, 77, sizeof grey);
    brg_shape image = brg_shape_3d(BRG_U8, 11, 13, 4), output;
    static const char *const texts[] = {"blur=3", "blur=r127", "blur=0.4:reflect", "blur=5:wrap",
                                        "sharpen=10:sigma=4"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint8_t *got = filtered(texts[i], &image, grey, &output);
        cr_assert_eq(memcmp(got, grey, sizeof grey), 0, "%s", texts[i]);
        free(got);
    }
}

Test(filters, blur_of_a_point_is_the_gaussian) {
    float in[9 * 9] = {0};
    in[4 * 9 + 4] = 1;
    brg_shape image = brg_shape_3d(BRG_F32, 9, 9, 1), output;
    float *got = filtered("blur=r3", &image, in, &output); /* sigma 1 */
    double sum = 0;
    for (int i = -3; i <= 3; i++)
        sum += exp(-0.5 * i * i);
    for (int i = -4; i <= 4; i++)
        for (int j = -4; j <= 4; j++) {
            bool inside = abs(i) <= 3 && abs(j) <= 3;
            double expected = inside ? exp(-0.5 * (i * i + j * j)) / (sum * sum) : 0;
            cr_assert_float_eq((double)got[(4 + i) * 9 + 4 + j], expected, 1e-7);
        }
    free(got);
}

/* On 3x3 pixels with radius 1, by hand: a wide sigma makes all nine weights 1/9 nearly enough. */
Test(filters, borders_by_hand) {
    static const uint8_t in[9] = {9, 18, 27, 36, 45, 54, 63, 72, 81};
    static const struct {
        brg_border border;
        uint8_t corner, side; /* top left, and top middle */
    } cases[] = {
        {BRG_BORDER_CLAMP, 21, 27}, /* (4*9 + 2*18 + 2*36 + 45) / 9 = 189/9, 243/9 */
        {BRG_BORDER_ZERO, 12, 21},  /* (9 + 18 + 36 + 45) / 9, (9+18+27+36+45+54) / 9 */
        {BRG_BORDER_REFLECT, 33,
         36},                      /* (9 + 2*18 + 2*36 + 4*45) / 9, (9+18+27 + 2*(36+45+54)) / 9 */
        {BRG_BORDER_WRAP, 45, 45}, /* all nine, once each */
    };
    brg_shape image = brg_shape_3d(BRG_U8, 3, 3, 1);
    const brg_op *op = brg_op_find("blur");
    for (size_t i = 0; i < 4; i++) {
        brg_blur_params params = {.sigma = 1000, .radius = 1, .border = cases[i].border};
        work w;
        begin(&w, op, &image, in, &params);
        loop loops[] = {op->sequential, op->naive};
        for (int l = 0; l < 2; l++) {
            compute(&w, loops[l]);
            cr_assert_eq(w.output[0], cases[i].corner, "%s corner %d",
                         brg_border_name(cases[i].border), w.output[0]);
            cr_assert_eq(w.output[1], cases[i].side, "%s side %d", brg_border_name(cases[i].border),
                         w.output[1]);
            cr_assert_eq(w.output[4], 45);
        }
        end(&w);
    }
}

Test(filters, a_step_is_an_edge_of_full_range) {
    static const uint8_t step[4 * 6] = {0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255,
                                        0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255};
    static const uint8_t edge[4 * 6] = {0, 0, 255, 255, 0, 0, 0, 0, 255, 255, 0, 0,
                                        0, 0, 255, 255, 0, 0, 0, 0, 255, 255, 0, 0};
    expect_bytes("edge", 4, 6, step, 4, 6, edge);
    /* Across half the step about mid grey, and down nothing. */
    static const uint8_t rise[4 * 6] = {128, 128, 255, 255, 128, 128, 128, 128, 255, 255, 128, 128,
                                        128, 128, 255, 255, 128, 128, 128, 128, 255, 255, 128, 128};
    static const uint8_t level[4 * 6] = {128, 128, 128, 128, 128, 128, 128, 128,
                                         128, 128, 128, 128, 128, 128, 128, 128,
                                         128, 128, 128, 128, 128, 128, 128, 128};
    expect_bytes("edge=gx", 4, 6, step, 4, 6, rise);
    expect_bytes("edge=gy", 4, 6, step, 4, 6, level);
}

Test(filters, brightness_and_contrast_round_and_clamp) {
    static const uint8_t in[5] = {0, 1, 127, 128, 255};
    static const uint8_t brighter[5] = {51, 52, 178, 179, 255}; /* + 0.2 * 255 = 51 */
    static const uint8_t darker[5] = {0, 0, 76, 77, 204};
    static const uint8_t harder[5] = {0, 0, 126, 129, 255}; /* (in - 127.5) * 3 + 127.5 */
    static const uint8_t grey[5] = {128, 128, 128, 128, 128};
    expect_bytes("brightness=0.2", 1, 5, in, 1, 5, brighter);
    expect_bytes("brightness=-0.2", 1, 5, in, 1, 5, darker);
    expect_bytes("contrast=1", 1, 5, in, 1, 5, in);
    expect_bytes("contrast=3", 1, 5, in, 1, 5, harder);
    expect_bytes("contrast=0", 1, 5, in, 1, 5, grey);
}

Test(filters, nearest_doubles) {
    static const uint8_t in[4] = {1, 2, 3, 4};
    static const uint8_t out[16] = {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4};
    expect_bytes("resize=200%:nearest", 2, 2, in, 4, 4, out);
}

Test(filters, area_and_bilinear_halve) {
    static const uint8_t in[8] = {10, 20, 100, 104, 30, 40, 108, 112};
    static const uint8_t out[2] = {25, 106};
    expect_bytes("resize=50%:area", 2, 4, in, 1, 2, out);
    expect_bytes("resize=50%", 2, 4, in, 1, 2, out);
}

Test(filters, bilinear_enlarges_between_pixel_centres) {
    static const uint8_t in[2] = {0, 100};
    static const uint8_t out[4] = {0, 25, 75, 100};
    expect_bytes("resize=4x1", 1, 2, in, 1, 4, out);
}

Test(filters, any_mode_keeps_an_image_at_its_own_size) {
    static const uint8_t in[6] = {3, 250, 0, 17, 99, 255};
    static const char *const texts[] = {"resize=100%", "resize=100%:nearest", "resize=100%:area",
                                        "resize=100%:bicubic", "resize=3x:bicubic"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_bytes(texts[i], 2, 3, in, 2, 3, in);
}

Test(filters, alpha_stays) {
    static const char *const texts[] = {"brightness=0.5", "contrast=9", "sharpen=5", "edge"};
    uint8_t in[5 * 7 * 4];
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(i * 37);
    brg_shape image = brg_shape_3d(BRG_U8, 5, 7, 4), output;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint8_t *got = filtered(texts[i], &image, in, &output);
        for (size_t at = 3; at < sizeof in; at += 4)
            cr_assert_eq(got[at], in[at], "%s", texts[i]);
        free(got);
    }
}

Test(filters, floats_let_nan_and_infinity_through) {
    float in[5 * 5] = {0};
    in[12] = NAN;
    in[0] = INFINITY;
    brg_shape image = brg_shape_3d(BRG_F32, 5, 5, 1), output;
    static const char *const texts[] = {"brightness=0.5", "contrast=2", "blur=r1",
                                        "sharpen=1",      "edge",       "resize=100%:nearest",
                                        "resize=50%:area"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        float *got = filtered(texts[i], &image, in, &output);
        bool seen = false;
        for (int64_t at = 0; at < output.dims[0] * output.dims[1]; at++)
            seen = seen || isnan(got[at]);
        cr_assert(seen, "%s hid a NaN", texts[i]);
        free(got);
    }
}

/* ---- text ---- */

static const brg_shape photo = {.dtype = BRG_U8, .rank = 3, .dims = {300, 451, 3, 1}};

static const void *read_one(const char *text, brg_chain *chain) {
    brg_error error;
    cr_assert_eq(brg_chain_parse(text, &photo, chain, &error), BRG_OK, "%s: %s", text, error.what);
    cr_assert_eq(chain->count, 1);
    return chain->params[0];
}

Test(filters, text_is_read_into_parameters) {
    brg_chain chain;
    const brg_blur_params *blur = read_one("blur=3", &chain);
    cr_assert(blur->sigma == 3 && blur->radius == 0 && blur->border == BRG_BORDER_CLAMP);
    blur = read_one("blur=r7:wrap", &chain);
    cr_assert(blur->sigma == 0 && blur->radius == 7 && blur->border == BRG_BORDER_WRAP);
    blur = read_one("blur=1.25e1", &chain);
    cr_assert(blur->sigma == 12.5f);

    const brg_brightness_params *brightness = read_one("brightness=-.25", &chain);
    cr_assert(brightness->amount == -0.25f);
    const brg_contrast_params *contrast = read_one("contrast=+1.2", &chain);
    cr_assert(contrast->factor == 1.2f);

    const brg_sharpen_params *sharpen = read_one("sharpen=0.8:sigma=1.5:zero", &chain);
    cr_assert(sharpen->amount == 0.8f && sharpen->sigma == 1.5f &&
              sharpen->border == BRG_BORDER_ZERO);
    const brg_edge_params *edge = read_one("edge", &chain);
    cr_assert_eq(edge->border, BRG_BORDER_CLAMP);
    edge = read_one("edge=reflect", &chain);
    cr_assert_eq(edge->border, BRG_BORDER_REFLECT);
    cr_assert_eq(edge->component, BRG_EDGE_MAGNITUDE);
    edge = read_one("edge=gx", &chain);
    cr_assert(edge->component == BRG_EDGE_X && edge->border == BRG_BORDER_CLAMP);
    edge = read_one("edge=gy:wrap", &chain);
    cr_assert(edge->component == BRG_EDGE_Y && edge->border == BRG_BORDER_WRAP);
}

static void expect_size(const char *text, int64_t width, int64_t height, brg_resize_mode mode) {
    brg_chain chain;
    const brg_resize_params *params = read_one(text, &chain);
    cr_assert_eq(params->mode, mode, "%s", text);
    cr_assert_eq(chain.shapes[0].dims[1], width, "%s", text);
    cr_assert_eq(chain.shapes[0].dims[0], height, "%s", text);
    cr_assert_eq(chain.shapes[0].dims[2], 3);
}

Test(filters, resize_reads_percentages_and_sizes) {
    expect_size("resize=50%", 226, 150, BRG_RESIZE_BILINEAR);
    expect_size("resize=33.3%:area", 150, 100, BRG_RESIZE_AREA);
    expect_size("resize=0.001%", 1, 1, BRG_RESIZE_BILINEAR);
    expect_size("resize=640x480:bicubic", 640, 480, BRG_RESIZE_BICUBIC);
    expect_size("resize=902x", 902, 600, BRG_RESIZE_BILINEAR);
    expect_size("resize=x150:nearest", 226, 150, BRG_RESIZE_NEAREST);
    expect_size("resize=1x", 1, 1, BRG_RESIZE_BILINEAR);
}

/* Texts, to the one that is NULL, that must be refused with a sentence and a hint of one line each. */
static void expect_refused(const char *const bad[]) {
    for (size_t i = 0; bad[i]; i++) {
        brg_chain chain;
        brg_error error = {0};
        brg_status status = brg_chain_parse(bad[i], &photo, &chain, &error);
        cr_assert_neq(status, BRG_OK, "\"%s\" was taken", bad[i]);
        cr_assert_eq(status, error.status, "\"%s\"", bad[i]);
        cr_assert_gt(strlen(error.what), 10, "\"%s\"", bad[i]);
        cr_assert_gt(strlen(error.hint), 10, "\"%s\": %s", bad[i], error.what);
        cr_assert_null(strchr(error.what, '\n'));
    }
}

Test(filters, a_chain_of_garbage_is_refused) {
    static const char *const bad[] = {"",        ",",      "blur=3,",   ",blur=3", "blur=3,,edge",
                                      "gemm",    "gemm=3", "unsharp=1", "Blur=3",  " blur=3",
                                      "blur =3", "%s%n",   NULL};
    expect_refused(bad);
}

Test(filters, a_blur_of_garbage_is_refused) {
    static const char *const bad[] = {
        "blur",
        "blur=",
        "blur=x",
        "blur=3x",
        "blur=3 ",
        "blur= 3",
        "blur=nan",
        "blur=inf",
        "blur=0x10",
        "blur=3,5",
        "blur=-1",
        "blur=0",
        "blur=r0",
        "blur=r128",
        "blur=r-1",
        "blur=r1.5",
        "blur=r",
        "blur=43",
        "blur=1e99",
        "blur=0.001",
        "blur=3:",
        "blur=3:mirror",
        "blur=3:clamp:zero",
        "blur=3::clamp",
        "blur=:3",
        "blur=1.2.3",
        "blur=1e",
        "blur=1e999",
        "blur=.",
        "blur=-",
        "blur=r99999999999999999999",
        "blur=%s%n",
        "blur=3333333333333333333333333333333333333333333333333333333333333333333333333333333333",
        NULL};
    expect_refused(bad);
}

Test(filters, brightness_and_contrast_out_of_range_are_refused) {
    static const char *const bad[] = {"brightness",       "brightness=2",         "brightness=nan",
                                      "brightness=1,2:3", "brightness=0.1:clamp", "contrast=-1",
                                      "contrast=101",     "contrast=1.2junk",     NULL};
    expect_refused(bad);
}

Test(filters, sharpen_and_edge_of_garbage_are_refused) {
    static const char *const bad[] = {"sharpen",
                                      "sharpen=11",
                                      "sharpen=-1",
                                      "sharpen=1:sigma",
                                      "sharpen=1:sigma=",
                                      "sharpen=1:sigma=0",
                                      "sharpen=1:sigma=50",
                                      "sharpen=1:sigma=-1",
                                      "sharpen=1:sigma=nan",
                                      "edge=3",
                                      "edge=clamp:zero",
                                      "edge=gz",
                                      "edge=gx:gy",
                                      "edge=gx:wrap:wrap",
                                      NULL};
    expect_refused(bad);
}

Test(filters, a_resize_to_garbage_is_refused) {
    static const char *const bad[] = {"resize",           "resize=",         "resize=50",
                                      "resize=x",         "resize=0%",       "resize=-5%",
                                      "resize=%",         "resize=50%%",     "resize=50%x",
                                      "resize=0x10",      "resize=-1x10",    "resize=65536x1",
                                      "resize=99999999%", "resize=10x10x10", "resize=10x10:cubic",
                                      "resize=nan%",      "resize=1e5x10",   NULL};
    expect_refused(bad);
}

Test(filters, a_refusal_names_the_filter_and_what_it_takes) {
    brg_chain chain;
    brg_error error;
    cr_assert_eq(brg_chain_parse("blur=abc", &photo, &chain, &error), BRG_E_ARGUMENT);
    cr_assert_not_null(strstr(error.what, "blur"));
    cr_assert_not_null(strstr(error.what, "abc"));
    cr_assert_not_null(strstr(error.hint, "blur=SIGMA"));
    cr_assert_eq(brg_chain_parse("blurr=1", &photo, &chain, &error), BRG_E_NOT_FOUND);
    cr_assert_not_null(strstr(error.what, "blurr"));
    static const char *const known[] = {"brightness", "contrast", "blur",
                                        "sharpen",    "edge",     "resize"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        cr_assert_not_null(strstr(error.hint, known[i]));
    cr_assert_null(strstr(error.hint, "gemm"));
}

Test(filters, shapes_travel_along_a_chain) {
    brg_chain chain;
    brg_error error;
    cr_assert_eq(brg_chain_parse("resize=50%,blur=3,resize=x300,edge", &photo, &chain, &error),
                 BRG_OK);
    cr_assert_eq(chain.count, 4);
    cr_assert_eq(chain.shapes[1].dims[0], 150);
    cr_assert_eq(chain.shapes[3].dims[0], 300);
    cr_assert_eq(chain.shapes[3].dims[1], 452); /* 226 x 150, doubled */
    cr_assert_str_eq(chain.ops[3]->name, "edge");
}

Test(filters, a_chain_has_a_longest_length) {
    char text[BRG_MAX_STAGES * 5 + 8] = "edge";
    for (int i = 1; i < BRG_MAX_STAGES; i++)
        strcat(text, ",edge");
    brg_chain chain;
    brg_error error;
    cr_assert_eq(brg_chain_parse(text, &photo, &chain, &error), BRG_OK);
    cr_assert_eq(chain.count, BRG_MAX_STAGES);
    strcat(text, ",edge");
    cr_assert_eq(brg_chain_parse(text, &photo, &chain, &error), BRG_E_ARGUMENT);
}

/* ---- checks and plans ---- */

Test(filters, shapes_that_are_no_images_are_refused) {
    static const brg_shape bad[] = {
        {BRG_U8, 2, {5, 5, 1, 1}},     {BRG_U8, 3, {5, 5, 2, 1}},     {BRG_U8, 3, {5, 5, 5, 1}},
        {BRG_U8, 3, {65536, 5, 1, 1}}, {BRG_U8, 3, {5, 65536, 1, 1}}, {BRG_U8, 3, {-1, 5, 1, 1}},
        {BRG_I32, 3, {5, 5, 1, 1}},    {BRG_U8, 4, {5, 5, 1, 1}},     {BRG_U8, 3, {5, 5, 0, 1}},
    };
    static const char *const names[] = {"brightness", "contrast", "blur",
                                        "sharpen",    "edge",     "resize"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            const brg_op *op = brg_op_find(names[n]);
            uint64_t params[BRG_MAX_PARAMS / 8] = {0};
            if (op->defaults)
                memcpy(params, op->defaults, op->params_size);
            brg_call call = {.params = params, .input_count = 1, .inputs = {bad[i]}};
            brg_shape output;
            brg_error error = {0};
            cr_assert_neq(op->check(&call, &output, &error), BRG_OK, "%s %d", names[n], (int)i);
            cr_assert_not_null(strstr(error.what, names[n]), "%s", error.what);
        }
}

static brg_status check_params(const char *name, const void *params) {
    brg_call call = {.params = params, .input_count = 1, .inputs = {photo}};
    brg_shape output;
    brg_error error;
    return brg_op_find(name)->check(&call, &output, &error);
}

Test(filters, parameters_out_of_range_are_refused) {
    const float bad[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_neq(check_params("brightness", &(brg_brightness_params){bad[i]}), BRG_OK);
        cr_assert_neq(check_params("contrast", &(brg_contrast_params){bad[i]}), BRG_OK);
        cr_assert_neq(check_params("blur", &(brg_blur_params){.sigma = bad[i]}), BRG_OK);
        cr_assert_neq(check_params("blur", &(brg_blur_params){.sigma = bad[i], .radius = 3}),
                      BRG_OK);
        cr_assert_neq(check_params("sharpen", &(brg_sharpen_params){.amount = bad[i]}), BRG_OK);
        cr_assert_neq(check_params("sharpen", &(brg_sharpen_params){.sigma = bad[i]}), BRG_OK);
    }
    cr_assert_neq(check_params("blur", &(brg_blur_params){0}), BRG_OK);
    cr_assert_neq(check_params("blur", &(brg_blur_params){.radius = -1}), BRG_OK);
    cr_assert_neq(check_params("blur", &(brg_blur_params){.radius = INT32_MAX}), BRG_OK);
    cr_assert_neq(check_params("blur", &(brg_blur_params){.radius = 3, .border = 4}), BRG_OK);
    cr_assert_neq(check_params("edge", &(brg_edge_params){.border = (brg_border)-1}), BRG_OK);
    cr_assert_neq(check_params("edge", &(brg_edge_params){.component = BRG_EDGE_COMPONENT_COUNT}),
                  BRG_OK);
    cr_assert_neq(check_params("resize", &(brg_resize_params){0}), BRG_OK);
    cr_assert_neq(check_params("resize", &(brg_resize_params){.width = -5, .height = 5}), BRG_OK);
    cr_assert_neq(check_params("resize", &(brg_resize_params){.width = INT64_MAX}), BRG_OK);
    cr_assert_neq(check_params("resize", &(brg_resize_params){.width = 5, .mode = 4}), BRG_OK);
}

static brg_status plan_of(const char *text, const char *variant, const brg_device_info *device,
                          brg_plan *plan) {
    brg_chain chain;
    brg_error error;
    cr_assert_eq(brg_chain_parse(text, &photo, &chain, &error), BRG_OK);
    brg_call call = {
        .params = chain.params[0], .input_count = 1, .inputs = {photo}, .output = chain.shapes[0]};
    brg_plan_begin(plan, chain.ops[0], device);
    brg_status status = chain.ops[0]->plan(&call, variant, device, plan, &error);
    if (status == BRG_OK)
        cr_assert_eq(brg_plan_check(plan, 1, &error), BRG_OK, "%s", error.what);
    brg_plan_release(plan);
    return status;
}

Test(filters, the_device_decides_the_variant) {
    const brg_device_info cpu = {
        .kind = BRG_DEVICE_CPU, .local_memory = 1 << 20, .max_work_group = 4096};
    const brg_device_info gpu = {
        .kind = BRG_DEVICE_GPU, .local_memory = 32768, .max_work_group = 256};
    static const char *const texts[] = {"brightness=0.1", "contrast=2", "blur=3",   "sharpen=1",
                                        "edge",           "resize=50%", "blur=r40", "resize=51%",
                                        "box=9",          "median=3",   "grey"};
    static const char *const on_cpu[] = {"strips",  "strips", "unrolled", "unrolled",
                                         "tiles",   "pairs",  "strips",   "pairs",
                                         "running", "strips", "strips"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        brg_plan plan;
        cr_assert_eq(plan_of(texts[i], NULL, &cpu, &plan), BRG_OK);
        cr_assert_str_eq(plan.variant, on_cpu[i]);
        cr_assert_eq(plan_of(texts[i], NULL, &gpu, &plan), BRG_OK);
        cr_assert_str_neq(plan.variant, "strips");
        cr_assert_eq(plan_of(texts[i], "naive", &cpu, &plan), BRG_OK);
        cr_assert_str_eq(plan.variant, "naive");
        cr_assert_eq(plan_of(texts[i], "nonsense", &cpu, &plan), BRG_E_NOT_FOUND);
    }
}

Test(filters, what_does_not_fit_into_local_memory_goes_another_way) {
    const brg_device_info small = {
        .kind = BRG_DEVICE_CPU, .local_memory = 32768, .max_work_group = 4096};
    brg_plan plan;
    cr_assert_eq(plan_of("blur=r127", "strips", &small, &plan), BRG_E_UNSUPPORTED);
    cr_assert_eq(plan_of("blur=r127", NULL, &small, &plan), BRG_OK);
    cr_assert_str_eq(plan.variant, "passes");
}
