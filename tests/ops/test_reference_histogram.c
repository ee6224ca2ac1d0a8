/* The references of histogram: against the oracle, and against counts done by hand. */
#include "ops/ops.h"
#include "ops/reference.h"
#include "reference/histogram.h"

Test(reference_histogram, sequential_agrees_with_the_oracle) {
    must_agree(&brg_op_histogram, brg_op_histogram.sequential);
}

Test(reference_histogram, naive_agrees_with_the_oracle) {
    must_agree(&brg_op_histogram, brg_op_histogram.naive);
}

static brg_call call_on(const uint8_t *in, int64_t h, int64_t w, int64_t c) {
    brg_call call = {.params = "", .input_count = 1, .data = {in}};
    call.inputs[0] = brg_shape_3d(BRG_U8, h, w, c);
    cr_assert_eq(brg_op_histogram.check(&call, &call.output, NULL), BRG_OK);
    return call;
}

Test(reference_histogram, channels_are_counted_apart) {
    const uint8_t in[12] = {0, 1, 255, 0, 7, 255, 3, 1, 255, 0, 1, 254};
    brg_call call = call_on(in, 2, 2, 3);
    int32_t got[3 * 256];
    brg_op_histogram.sequential(&call, 0, 1, got);
    cr_expect_eq(got[0], 3);
    cr_expect_eq(got[3], 1);
    cr_expect_eq(got[256 + 1], 3);
    cr_expect_eq(got[256 + 7], 1);
    cr_expect_eq(got[512 + 255], 3);
    cr_expect_eq(got[512 + 254], 1);
    int32_t sum = 0;
    for (int i = 0; i < 3 * 256; i++)
        sum += got[i];
    cr_expect_eq(sum, 12);
}

Test(reference_histogram, one_count_too_many_is_seen) {
    uint8_t in[64] = {0};
    brg_call call = call_on(in, 8, 8, 1);
    int32_t got[256];
    brg_op_histogram.sequential(&call, 0, 1, got);
    cr_expect_eq(compare(&brg_op_histogram, &call, got).outcome, BRG_PASSED);
    got[255]++;
    cr_expect_eq(compare(&brg_op_histogram, &call, got).outcome, BRG_MISMATCH);
}

Test(check_histogram, refuses_what_does_not_fit) {
    brg_shape output;
    brg_call call = {.params = "", .input_count = 1};
    call.inputs[0] = brg_shape_3d(BRG_F32, 2, 3, 4);
    cr_expect_eq(brg_op_histogram.check(&call, &output, NULL), BRG_E_ARGUMENT);
    call.inputs[0] = brg_shape_3d(BRG_U8, 2, 3, 2);
    cr_expect_eq(brg_op_histogram.check(&call, &output, NULL), BRG_E_SHAPE);
    call.inputs[0] = brg_shape_2d(BRG_U8, 2, 3);
    cr_expect_eq(brg_op_histogram.check(&call, &output, NULL), BRG_E_ARGUMENT);
    brg_example example;
    cr_expect_eq(brg_op_histogram.make("image=3x3", 1, &example, NULL), BRG_E_ARGUMENT);
}
