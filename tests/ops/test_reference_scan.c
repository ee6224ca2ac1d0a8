/* The references of scan: against the oracle, and against sums done by hand. */
#include <math.h>

#include "ops/ops.h"
#include "ops/reference.h"
#include "reference/scan.h"

Test(reference_scan, sequential_agrees_with_the_oracle) {
    must_agree(&brg_op_scan, brg_op_scan.sequential);
}

Test(reference_scan, naive_agrees_with_the_oracle) {
    must_agree(&brg_op_scan, brg_op_scan.naive);
}

static void must_give(bool exclusive, const float *wanted) {
    const float in[6] = {3, 1, 4, 1, -5, 9};
    brg_scan_params params = {exclusive};
    brg_call call = {.params = &params, .input_count = 1, .data = {in}};
    call.inputs[0] = brg_shape_2d(BRG_F32, 2, 3);
    cr_assert_eq(brg_op_scan.check(&call, &call.output, NULL), BRG_OK);
    double expected[6], bound[6];
    float got[6];
    brg_op_scan.oracle(&call, 0, 2, expected, bound);
    brg_op_scan.sequential(&call, 0, 2, got);
    for (int i = 0; i < 6; i++) {
        cr_expect_eq(expected[i], (double)wanted[i]);
        cr_expect_eq(got[i], wanted[i]);
        cr_expect(bound[i] <= 4 * 0x1p-24 * 18);
    }
}

Test(reference_scan, knows_small_sums) {
    must_give(false, (const float[]){3, 4, 8, 1, -4, 5});
    must_give(true, (const float[]){0, 3, 4, 0, 1, -4});
}

Test(reference_scan, a_wrong_sum_is_seen) {
    brg_example example;
    cr_assert_eq(brg_op_scan.make("n=5000", 3, &example, NULL), BRG_OK);
    brg_call call = call_of(&brg_op_scan, &example);
    float *out = blank_output(&call);
    brg_op_scan.sequential(&call, 0, 1, out);
    cr_expect_eq(compare(&brg_op_scan, &call, out).outcome, BRG_PASSED);
    out[4096] += 0.5f; /* half an element too much in one block */
    cr_expect_eq(compare(&brg_op_scan, &call, out).outcome, BRG_MISMATCH);
    free(out);
    brg_example_release(&example);
}

Test(check_scan, refuses_what_does_not_fit) {
    brg_scan_params params = {false};
    brg_shape output;
    brg_call call = {.params = &params, .input_count = 1};
    call.inputs[0] = brg_shape_3d(BRG_F32, 2, 3, 4);
    cr_expect_eq(brg_op_scan.check(&call, &output, NULL), BRG_E_SHAPE);
    call.inputs[0] = brg_shape_1d(BRG_U8, 2);
    cr_expect_eq(brg_op_scan.check(&call, &output, NULL), BRG_E_ARGUMENT);
    call.inputs[0] = brg_shape_2d(BRG_F32, 1 << 16, 1 << 16);
    cr_expect_eq(brg_op_scan.check(&call, &output, NULL), BRG_E_SHAPE);
    brg_example example;
    cr_expect_eq(brg_op_scan.make("rows=65536 n=65536", 1, &example, NULL), BRG_E_SHAPE);
}
