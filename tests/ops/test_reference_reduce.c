/* The references of reduce: against the oracle, and against sums done by hand. */
#include <math.h>

#include "ops/ops.h"
#include "ops/reference.h"
#include "reference/reduce.h"

Test(reference_reduce, sequential_agrees_with_the_oracle) {
    must_agree(&brg_op_reduce, brg_op_reduce.sequential);
}

Test(reference_reduce, naive_agrees_with_the_oracle) {
    must_agree(&brg_op_reduce, brg_op_reduce.naive);
}

static brg_call call_on(brg_reduce_params *params, brg_dtype dtype, const void *a, const void *b,
                        int64_t n) {
    brg_call call = {.params = params, .input_count = b ? 2 : 1};
    call.inputs[0] = call.inputs[1] = brg_shape_1d(dtype, n);
    call.data[0] = a;
    call.data[1] = b;
    cr_assert_eq(brg_op_reduce.check(&call, &call.output, NULL), BRG_OK);
    return call;
}

static double exact_f32(brg_reduce_kind kind, const float *a, const float *b, int64_t n,
                        double *bound) {
    brg_reduce_params params = {kind};
    brg_call call = call_on(&params, BRG_F32, a, b, n);
    double expected;
    brg_op_reduce.oracle(&call, 0, 1, &expected, bound);
    float got[2];
    brg_op_reduce.sequential(&call, 0, 1, &got[0]);
    brg_op_reduce.naive(&call, 0, 1, &got[1]);
    for (int i = 0; i < 2; i++)
        cr_expect((isnan(got[i]) && isnan(expected)) || fabs(got[i] - expected) <= *bound ||
                      (double)got[i] == expected,
                  "%g for %g", (double)got[i], expected);
    return expected;
}

Test(reference_reduce, knows_small_sums) {
    const float a[] = {1, -2, 3, -4.5f}, b[] = {2, 2, 2, 2};
    double bound;
    cr_expect_eq(exact_f32(BRG_REDUCE_SUM, a, NULL, 4, &bound), -2.5);
    cr_expect(bound >= 3 * 0x1p-24 * 10.5 && bound < 5 * 0x1p-24 * 10.5, "%g", bound);
    cr_expect_eq(exact_f32(BRG_REDUCE_MIN, a, NULL, 4, &bound), -4.5);
    cr_expect_eq(bound, 0);
    cr_expect_eq(exact_f32(BRG_REDUCE_MAX, a, NULL, 4, &bound), 3);
    cr_expect_eq(exact_f32(BRG_REDUCE_SQUARES, a, NULL, 4, &bound), 1 + 4 + 9 + 20.25);
    cr_expect_eq(exact_f32(BRG_REDUCE_DOT, a, b, 4, &bound), -5);
    cr_expect_eq(exact_f32(BRG_REDUCE_SUM, a, NULL, 0, &bound), 0);
    cr_expect_eq(exact_f32(BRG_REDUCE_MIN, a, NULL, 0, &bound), INFINITY);
    cr_expect_eq(exact_f32(BRG_REDUCE_MAX, a, NULL, 0, &bound), -INFINITY);
}

Test(reference_reduce, nan_anywhere_makes_everything_nan) {
    double bound;
    for (int place = 0; place < 200; place += 19) {
        float a[200] = {0};
        a[place] = NAN;
        for (int kind = BRG_REDUCE_SUM; kind < BRG_REDUCE_COUNT; kind++)
            cr_expect(isnan(exact_f32((brg_reduce_kind)kind, a, kind == BRG_REDUCE_DOT ? a : NULL,
                                      200, &bound)));
    }
}

Test(reference_reduce, sums_of_integers_wrap_round) {
    const int32_t a[] = {INT32_MAX, 1, 5};
    brg_reduce_params params = {BRG_REDUCE_SUM};
    brg_call call = call_on(&params, BRG_I32, a, NULL, 3);
    double expected, bound;
    int32_t got;
    brg_op_reduce.oracle(&call, 0, 1, &expected, &bound);
    brg_op_reduce.sequential(&call, 0, 1, &got);
    cr_expect_eq(expected, (double)INT32_MIN + 5);
    cr_expect_eq(got, INT32_MIN + 5);
    cr_expect_eq(bound, 0);
}

Test(reference_reduce, depth_grows_with_the_logarithm) {
    cr_expect_eq(brg_reduce_depth(0), 0);
    cr_expect_eq(brg_reduce_depth(1), 0);
    cr_expect_eq(brg_reduce_depth(100), 100);
    cr_expect_eq(brg_reduce_depth(1000), 512);
    cr_expect_eq(brg_reduce_depth(65536), 512);
    cr_expect_eq(brg_reduce_depth(65537), 768);
    cr_expect_eq(brg_reduce_depth(INT32_MAX), 1024);
}

Test(check_reduce, refuses_what_does_not_fit) {
    brg_reduce_params dot = {BRG_REDUCE_DOT}, sum = {BRG_REDUCE_SUM}, none = {(brg_reduce_kind)77};
    brg_shape four = brg_shape_1d(BRG_F32, 4), five = brg_shape_1d(BRG_F32, 5), output;
    brg_call call = {.params = &dot, .input_count = 2, .inputs = {four, four}};
    cr_expect_eq(brg_op_reduce.check(&call, &output, NULL), BRG_OK);
    call.inputs[1] = five;
    cr_expect_eq(brg_op_reduce.check(&call, &output, NULL), BRG_E_SHAPE);
    call.params = &sum;
    cr_expect_eq(brg_op_reduce.check(&call, &output, NULL), BRG_E_ARGUMENT);
    call.input_count = 1;
    call.params = &none;
    cr_expect_eq(brg_op_reduce.check(&call, &output, NULL), BRG_E_ARGUMENT);
    call.params = &sum;
    call.inputs[0].dtype = BRG_U8;
    cr_expect_eq(brg_op_reduce.check(&call, &output, NULL), BRG_E_ARGUMENT);
}

Test(make_reduce, reads_words) {
    brg_example example;
    brg_error error;
    cr_assert_eq(brg_op_reduce.make("n=1e3 dtype=i32 op=max", 1, &example, &error), BRG_OK);
    cr_expect_eq(brg_tensor_shape(example.inputs[0])->dims[0], 1000);
    brg_example_release(&example);
    cr_expect_eq(brg_op_reduce.make("m=3", 1, &example, &error), BRG_E_ARGUMENT);
    cr_expect_eq(brg_op_reduce.make("op=mean", 1, &example, &error), BRG_E_ARGUMENT);
}
