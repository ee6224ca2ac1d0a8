/* The references of nbody: against the oracle, against two bodies done by hand, and against what
 * physics says must stay the same. */
#include <math.h>

#include "ops/ops.h"
#include "ops/reference.h"

Test(reference_nbody, sequential_agrees_with_the_oracle) {
    must_agree(&brg_op_nbody, brg_op_nbody.sequential);
}

Test(reference_nbody, naive_agrees_with_the_oracle) {
    must_agree(&brg_op_nbody, brg_op_nbody.naive);
}

static brg_call call_on(const brg_nbody_params *params, const float *in, int64_t n) {
    brg_call call = {.params = params, .input_count = 1, .data = {in}};
    call.inputs[0] = brg_shape_2d(BRG_F32, n, 8);
    cr_assert_eq(brg_op_nbody.check(&call, &call.output, NULL), BRG_OK);
    return call;
}

Test(reference_nbody, knows_two_bodies) {
    const float in[16] = {0, 0, 0, 2, 0, 1, 0, 7, 3, 0, 0, 5, 0, 0, 0, 9};
    const brg_nbody_params params = {.dt = 0.5f, .softening = 4, .gravity = 10, .steps = 1};
    brg_call call = call_on(&params, in, 2);
    double expected[16], bound[16];
    brg_op_nbody.oracle(&call, 0, 2, expected, bound);
    /* at distance 3 with softening 4, s = 5: the pull is 10 * mass * 3 / 125 */
    const double wanted[16] = {0.3, 0.5, 0, 2, 0.6, 1, 0, 7, 2.88, 0, 0, 5, -0.24, 0, 0, 9};
    for (int i = 0; i < 16; i++) {
        cr_expect_float_eq(expected[i], wanted[i], 1e-12, "%d: %g", i, expected[i]);
        cr_expect(bound[i] < 1e-5);
    }
    cr_expect_eq(bound[3], 0);
}

Test(reference_nbody, momentum_stays) {
    brg_example example;
    cr_assert_eq(brg_op_nbody.make("n=300 steps=3", 5, &example, NULL), BRG_OK);
    brg_call call = call_of(&brg_op_nbody, &example);
    const float *in = call.data[0];
    float *out = blank_output(&call);
    brg_op_nbody.sequential(&call, 0, 1, out);
    for (int c = 0; c < 3; c++) {
        double before = 0, after = 0;
        for (int i = 0; i < 300; i++) {
            before += (double)in[8 * i + 3] * (double)in[8 * i + 4 + c];
            after += (double)out[8 * i + 3] * (double)out[8 * i + 4 + c];
        }
        cr_expect_float_eq(before, after, 1e-6, "%g, then %g", before, after);
    }
    free(out);
    brg_example_release(&example);
}

/* The bound over several steps must hold against steps that were done one by one, and stay useful
 * for a few. */
Test(reference_nbody, the_bound_grows_but_says_something) {
    brg_example one, ten;
    cr_assert_eq(brg_op_nbody.make("n=64", 5, &one, NULL), BRG_OK);
    cr_assert_eq(brg_op_nbody.make("n=64 steps=10", 5, &ten, NULL), BRG_OK);
    brg_call calls[2] = {call_of(&brg_op_nbody, &one), call_of(&brg_op_nbody, &ten)};
    double expected[512], bound[2][512];
    brg_op_nbody.oracle(&calls[0], 0, 64, expected, bound[0]);
    brg_op_nbody.oracle(&calls[1], 0, 1, expected, bound[1]);
    double most = 0;
    for (int i = 0; i < 512; i++) {
        cr_expect(bound[1][i] >= bound[0][i]);
        most = fmax(most, bound[1][i]);
    }
    cr_expect(most > 0 && most < 1e-2, "%g", most);
    brg_example_release(&one);
    brg_example_release(&ten);
}

Test(reference_nbody, a_body_out_of_place_is_seen) {
    brg_example example;
    cr_assert_eq(brg_op_nbody.make("n=200", 5, &example, NULL), BRG_OK);
    brg_call call = call_of(&brg_op_nbody, &example);
    float *out = blank_output(&call);
    brg_op_nbody.sequential(&call, 0, 200, out);
    cr_expect_eq(compare(&brg_op_nbody, &call, out).outcome, BRG_PASSED);
    out[8 * 77 + 5] *= 1.0001f;
    cr_expect_eq(compare(&brg_op_nbody, &call, out).outcome, BRG_MISMATCH);
    free(out);
    brg_example_release(&example);
}

/* What kernels/nbody.cl does instead of a root and a division, over two binades, which stand for
 * all. */
Test(reference_nbody, the_kernels_inverse_root_is_within_two_ulp) {
    double most = 0;
    for (uint32_t bits = 0x3f800000; bits < 0x40800000; bits++) {
        float x, y;
        memcpy(&x, &bits, sizeof x);
        uint32_t guess = 0x5f1ffff9u - (bits >> 1);
        memcpy(&y, &guess, sizeof y);
        y = y * 0.703952253f * (2.38924456f - x * y * y);
        float e = 1.0f - x * y * y;
        y = y + (y * e) * (0.375f * e + 0.5f);
        double exact = 1 / sqrt((double)x);
        most = fmax(most, fabs((double)y - exact) / (exact <= 0.5 ? 0x1p-25 : 0x1p-24));
    }
    cr_expect(most <= 2, "%g", most);
}

Test(check_nbody, refuses_what_does_not_fit) {
    brg_nbody_params params = BRG_NBODY_DEFAULTS;
    brg_shape output;
    brg_call call = {.params = &params, .input_count = 1};
    call.inputs[0] = brg_shape_2d(BRG_F32, 5, 4);
    cr_expect_eq(brg_op_nbody.check(&call, &output, NULL), BRG_E_SHAPE);
    call.inputs[0] = brg_shape_3d(BRG_F32, 2, 5, 8);
    cr_expect_eq(brg_op_nbody.check(&call, &output, NULL), BRG_E_SHAPE);
    call.inputs[0] = brg_shape_2d(BRG_F32, 5, 8);
    params.softening = 0;
    cr_expect_eq(brg_op_nbody.check(&call, &output, NULL), BRG_E_ARGUMENT);
    params.softening = 1;
    params.dt = NAN;
    cr_expect_eq(brg_op_nbody.check(&call, &output, NULL), BRG_E_ARGUMENT);
    params.dt = 1;
    params.steps = 0;
    cr_expect_eq(brg_op_nbody.check(&call, &output, NULL), BRG_E_ARGUMENT);
}
