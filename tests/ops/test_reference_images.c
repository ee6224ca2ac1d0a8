/* box, median, grey, lut, point and blur_resize: references against oracles and against values worked out by hand,
 * what their texts may say, and chains whose neighbours become one. */
#include "reference.h"

static const char *const names[] = {"point", "lut", "box", "median", "grey", "blur_resize"};
enum { NAMES = sizeof names / sizeof *names };

Test(images, sequential_agrees_with_the_oracle) {
    for (int i = 0; i < NAMES; i++)
        must_agree(brg_op_find(names[i]), brg_op_find(names[i])->sequential);
}

Test(images, naive_agrees_with_the_oracle) {
    for (int i = 0; i < NAMES; i++)
        must_agree(brg_op_find(names[i]), brg_op_find(names[i])->naive);
}

/* One filter by the sequential loop, of an image of any size. */
static void apply(const char *text, brg_shape shape, const uint8_t *in, uint8_t *out) {
    brg_chain chain;
    cr_assert_eq(brg_chain_parse(text, &shape, &chain, NULL), BRG_OK, "%s", text);
    brg_call call = {.params = chain.params[0],
                     .input_count = 1,
                     .inputs = {shape},
                     .data = {in},
                     .output = chain.shapes[0]};
    chain.ops[0]->sequential(&call, 0, call.output.dims[0], out);
}

static void expect_bytes(const char *text, brg_shape shape, const uint8_t *in, const uint8_t *want,
                         size_t count) {
    brg_chain chain;
    brg_error error = {.status = BRG_OK};
    cr_assert_eq(brg_chain_parse(text, &shape, &chain, &error), BRG_OK, "%s: %s", text, error.what);
    cr_assert_eq(chain.count, 1, "%s is one pass", text);
    brg_call call = {.params = chain.params[0],
                     .input_count = 1,
                     .inputs = {shape},
                     .data = {in},
                     .output = chain.shapes[0]};
    uint8_t got[64];
    cr_assert_leq(count, sizeof got);
    chain.ops[0]->sequential(&call, 0, call.output.dims[0], got);
    cr_expect_arr_eq(got, want, count, "%s", text);
}

Test(images, values_worked_out_by_hand) {
    const brg_shape row = brg_shape_3d(BRG_U8, 1, 5, 1), pixel = brg_shape_3d(BRG_U8, 1, 1, 4);
    const uint8_t in[5] = {10, 200, 30, 40, 255};
    expect_bytes("box=1", row, in, (const uint8_t[]){73, 80, 90, 108, 183}, 5);
    expect_bytes("box=1:zero", row, in, (const uint8_t[]){23, 27, 30, 36, 33}, 5);
    expect_bytes("median=3", row, in, (const uint8_t[]){10, 30, 40, 40, 255}, 5);
    expect_bytes("median=3:zero", row, in, (const uint8_t[]){0, 0, 0, 0, 0}, 5);
    expect_bytes("lut=invert", row, in, (const uint8_t[]){245, 55, 225, 215, 0}, 5);
    expect_bytes("lut=threshold:0.2", row, in, (const uint8_t[]){0, 255, 0, 0, 255}, 5);
    expect_bytes("lut=gamma:2", row, in, (const uint8_t[]){0, 157, 4, 6, 255}, 5);
    expect_bytes("grey", pixel, (const uint8_t[]){100, 50, 200, 7}, (const uint8_t[]){82}, 1);
}

Test(images, bytes_are_rounded_and_clamped_between_the_steps_of_a_point) {
    const brg_shape row = brg_shape_3d(BRG_U8, 1, 5, 1);
    const uint8_t in[5] = {0, 100, 128, 200, 255};
    /* +51, then twice as far from 127.5: 51, 151, 179, 251, 255 (clamped) before the second. */
    expect_bytes("brightness=0.2,contrast=2", row, in, (const uint8_t[]){0, 175, 231, 255, 255}, 5);
    /* 51, 151, 179, 251, 255, then the threshold of 153, then the other way round. */
    expect_bytes("brightness=0.2,lut=threshold:0.6,lut=invert", row, in,
                 (const uint8_t[]){255, 255, 0, 0, 0}, 5);
    /* 255 * (in / 255)^2 is 0, 39, 64, 157, 255: less 127.5, doubled, and back. */
    expect_bytes("lut=gamma:2,contrast=2", row, in, (const uint8_t[]){0, 0, 1, 187, 255}, 5);
    /* Clamped to white and back: not the same as nothing. */
    expect_bytes("brightness=1,brightness=-1", row, in, (const uint8_t[]){0, 0, 0, 0, 0}, 5);
}

Test(images, neighbours_merge_four_at_a_time) {
    const brg_shape photo = brg_shape_3d(BRG_U8, 10, 10, 3);
    brg_chain chain;
    cr_assert_eq(brg_chain_parse("contrast=2", &photo, &chain, NULL), BRG_OK);
    cr_expect_str_eq(chain.ops[0]->name, "contrast", "one alone stays what it is");
    cr_assert_eq(brg_chain_parse("brightness=0.1,contrast=2,brightness=0,contrast=1,contrast=3",
                                 &photo, &chain, NULL),
                 BRG_OK);
    cr_expect_eq(chain.count, 2);
    cr_expect_str_eq(chain.ops[0]->name, "point");
    cr_expect_str_eq(chain.ops[1]->name, "contrast");
    cr_assert_eq(brg_chain_parse("contrast=2,blur=1,contrast=2,resize=50%,brightness=0.1", &photo,
                                 &chain, NULL),
                 BRG_OK);
    cr_expect_eq(chain.count, 5, "what is apart stays apart");
    cr_expect_eq(chain.shapes[4].dims[0], 5);
    cr_assert_eq(
        brg_chain_parse("brightness=0.1,contrast=2,lut=gamma:2,lut=invert", &photo, &chain, NULL),
        BRG_OK);
    cr_expect_eq(chain.count, 1, "curves are steps as well");
    cr_expect_str_eq(chain.ops[0]->name, "point");
}

Test(images, a_point_is_its_steps_one_after_the_other) {
    static const char *const together[] = {"point=b0.1:c1.2:g2.2", "point=i:g0.45:t0.4:b-0.2"};
    static const char *const apart[2][4] = {
        {"brightness=0.1", "contrast=1.2", "lut=gamma:2.2"},
        {"lut=invert", "lut=gamma:0.45", "lut=threshold:0.4", "brightness=-0.2"}};
    const brg_shape levels = brg_shape_3d(BRG_U8, 1, 64, 4);
    uint8_t in[256], want[256], got[256];
    for (int i = 0; i < 256; i++)
        in[i] = (uint8_t)i;
    for (int t = 0; t < 2; t++) {
        memcpy(want, in, sizeof want);
        for (int s = 0; s < 4 && apart[t][s]; s++) {
            apply(apart[t][s], levels, want, got);
            memcpy(want, got, sizeof want);
        }
        apply(together[t], levels, in, got);
        cr_expect_arr_eq(got, want, sizeof want, "%s", together[t]);
    }
}

/* The chain of two stages, and how many are left of them. */
static int32_t stages_of(const char *text, brg_chain *chain) {
    const brg_shape photo = brg_shape_3d(BRG_U8, 48, 96, 4);
    cr_assert_eq(brg_chain_parse(text, &photo, chain, NULL), BRG_OK, "%s", text);
    return chain->count;
}

Test(images, a_blur_and_a_resize_merge_where_whole_numbers_become_one) {
    static const char *const together[] = {"blur=2,resize=50%", "blur=r7:wrap,resize=32x16:area",
                                           "blur=r31,resize=12x6", "blur=1,resize=50%:nearest"};
    static const char *const apart[] = {"blur=2,resize=51%",   "blur=2,resize=50%:bicubic",
                                        "blur=2,resize=200%",  "blur=r32,resize=50%",
                                        "blur=2,resize=48x48", "resize=50%,blur=2"};
    brg_chain chain;
    for (size_t i = 0; i < sizeof together / sizeof *together; i++) {
        cr_expect_eq(stages_of(together[i], &chain), 1, "%s", together[i]);
        cr_expect_str_eq(chain.ops[0]->name, "blur_resize");
        cr_expect_lt(chain.shapes[0].dims[0], 48, "the shape is the result's");
    }
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
        cr_expect_eq(stages_of(apart[i], &chain), 2, "%s", apart[i]);
}

Test(images, a_blur_then_a_mean_is_the_mean_of_a_blur) {
    const brg_shape row = brg_shape_3d(BRG_F32, 2, 4, 1);
    const float in[8] = {1, 0, 0, 0, 1, 0, 0, 0};
    brg_blur_params blur = {.sigma = 0.5f, .radius = 1};
    brg_blur_resize_params both = {blur, {2, 1, BRG_RESIZE_BILINEAR}};
    brg_call call = {
        .params = &blur, .input_count = 1, .inputs = {row}, .data = {in}, .output = row};
    float blurred[8], got[2];
    brg_op_find("blur")->sequential(&call, 0, 2, blurred);
    call.params = &both;
    call.output = brg_shape_3d(BRG_F32, 1, 2, 1);
    brg_op_find("blur_resize")->sequential(&call, 0, 1, got);
    for (int i = 0; i < 2; i++) {
        float mean =
            0.25f * (blurred[2 * i] + blurred[2 * i + 1] + blurred[2 * i + 4] + blurred[2 * i + 5]);
        cr_expect_float_eq(got[i], mean, 1e-6f, "%d", i);
    }
}

Test(images, malformed_text_is_refused_with_advice) {
    static const char *const bad[] = {
        "box",          "box=0",         "box=128",         "box=-1",
        "box=2:mirror", "box=1.5",       "median=4",        "median=7",
        "median=",      "median=3:x",    "grey=1",          "lut",
        "lut=negative", "lut=gamma",     "lut=gamma:0",     "lut=gamma:x",
        "lut=invert:1", "lut=gamma:nan", "lut=threshold:2", "point",
        "point=g0",     "point=i1",      "point=t2",        "point=g",
        "point=b2",     "point=x1",      "point=c",         "point=b0.1:c1:b0:c1:b0"};
    const brg_shape photo = brg_shape_3d(BRG_U8, 10, 10, 3);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        brg_chain chain;
        brg_error error = {.status = BRG_OK};
        cr_expect_eq(brg_chain_parse(bad[i], &photo, &chain, &error), BRG_E_ARGUMENT, "%s", bad[i]);
        cr_expect(error.what[0] && error.hint[0], "%s", bad[i]);
    }
}

Test(images, every_size_worth_timing_makes_a_call) {
    static const char *const ops[] = {"conv2d",  "brightness", "contrast", "point",
                                      "lut",     "blur",       "box",      "median",
                                      "sharpen", "edge",       "grey",     "resize"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        const brg_op *op = brg_op_find(ops[i]);
        for (int32_t s = 0; s < 2 && op->sizes[s]; s++) {
            brg_example example;
            cr_assert_eq(op->make(op->sizes[s], 1, &example, NULL), BRG_OK, "%s", op->sizes[s]);
            call_of(op, &example);
            brg_example_release(&example);
        }
        brg_example none;
        cr_expect_eq(op->make("image=5x5", 1, &none, NULL), BRG_E_ARGUMENT, "%s", ops[i]);
    }
}
