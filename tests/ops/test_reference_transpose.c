/* The references of transpose: against the oracle, and against themselves. */
#include "ops/ops.h"
#include "ops/reference.h"

Test(reference_transpose, sequential_agrees_with_the_oracle) {
    must_agree(&brg_op_transpose, brg_op_transpose.sequential);
}

Test(reference_transpose, naive_agrees_with_the_oracle) {
    must_agree(&brg_op_transpose, brg_op_transpose.naive);
}

static brg_call call_on(const float *in, int64_t rows, int64_t cols) {
    brg_call call = {.params = "", .input_count = 1, .data = {in}};
    call.inputs[0] = brg_shape_2d(BRG_F32, rows, cols);
    cr_assert_eq(brg_op_transpose.check(&call, &call.output, NULL), BRG_OK);
    return call;
}

Test(reference_transpose, twice_is_the_same_again) {
    enum { ROWS = 37, COLS = 53 };
    float in[ROWS * COLS], turned[ROWS * COLS], back[ROWS * COLS];
    for (int i = 0; i < ROWS * COLS; i++)
        in[i] = (float)i;
    brg_call there = call_on(in, ROWS, COLS), again = call_on(turned, COLS, ROWS);
    brg_op_transpose.sequential(&there, 0, COLS, turned);
    brg_op_transpose.sequential(&again, 0, ROWS, back);
    cr_expect_eq(memcmp(in, back, sizeof in), 0);
    cr_expect_eq(turned[1 * ROWS + 0], 1);
    cr_expect_eq(turned[0 * ROWS + 1], COLS);
    float kept = turned[5];
    turned[5] = turned[6];
    turned[6] = kept;
    cr_expect_eq(compare(&brg_op_transpose, &there, turned).outcome, BRG_MISMATCH);
}

Test(check_transpose, refuses_what_does_not_fit) {
    brg_shape output;
    brg_call call = {.params = "", .input_count = 1};
    call.inputs[0] = brg_shape_1d(BRG_F32, 2);
    cr_expect_eq(brg_op_transpose.check(&call, &output, NULL), BRG_E_ARGUMENT);
    call.inputs[0] = brg_shape_2d(BRG_U8, 2, 2);
    cr_expect_eq(brg_op_transpose.check(&call, &output, NULL), BRG_E_ARGUMENT);
    call.inputs[0] = brg_shape_2d(BRG_F32, INT64_C(1) << 31, 1);
    cr_expect_eq(brg_op_transpose.check(&call, &output, NULL), BRG_E_SHAPE);
}
