/* conv2d: borders, the reference loops against the oracle, outer products recognised. */
#include <math.h>

#include "ops/ops.h"
#include "reference.h"
#include "reference/border.h"
#include "reference/conv2d.h"

/* ---- borders ---- */

static void border_is(brg_border border, int64_t n, const int64_t *expected, int64_t from,
                      int64_t count) {
    for (int64_t i = 0; i < count; i++)
        cr_expect_eq(brg_border_index(border, from + i, n), expected[i],
                     "border %d, index %d of %d: %d", (int)border, (int)(from + i), (int)n,
                     (int)brg_border_index(border, from + i, n));
}

Test(border, stands_in_for_what_lies_outside) {
    border_is(BRG_BORDER_CLAMP, 4, (int64_t[]){0, 0, 0, 0, 1, 2, 3, 3, 3, 3}, -3, 10);
    border_is(BRG_BORDER_ZERO, 4, (int64_t[]){-1, -1, -1, 0, 1, 2, 3, -1, -1, -1}, -3, 10);
    border_is(BRG_BORDER_REFLECT, 4, (int64_t[]){3, 2, 1, 0, 1, 2, 3, 2, 1, 0}, -3, 10);
    border_is(BRG_BORDER_WRAP, 4, (int64_t[]){1, 2, 3, 0, 1, 2, 3, 0, 1, 2}, -3, 10);
}

Test(border, reflects_again_where_the_line_is_short) {
    border_is(BRG_BORDER_REFLECT, 1, (int64_t[]){0, 0, 0, 0, 0, 0, 0}, -3, 7);
    border_is(BRG_BORDER_REFLECT, 2, (int64_t[]){1, 0, 1, 0, 1, 0, 1, 0}, -3, 8);
    border_is(BRG_BORDER_REFLECT, 3, (int64_t[]){1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2}, -5, 12);
    border_is(BRG_BORDER_WRAP, 1, (int64_t[]){0, 0, 0, 0, 0}, -2, 5);
}

/* ---- loops ---- */

Test(reference_conv2d, sequential_agrees_with_the_oracle) {
    must_agree(&brg_op_conv2d, brg_op_conv2d.sequential);
}

Test(reference_conv2d, naive_agrees_with_the_oracle) {
    must_agree(&brg_op_conv2d, brg_op_conv2d.naive);
}

/* The oracle shares the border rule and the line buffer with the loops it judges, so here it is
 * held against sums worked out by hand. */
Test(reference_conv2d, the_oracle_is_the_formula) {
    const uint8_t image[6] = {10, 20, 30, 40, 50, 60}; /* 2 x 3 */
    const float weights[6] = {1, 2, 3, 4, 5, 6};       /* 2 x 3: the anchor is (1, 1) */
    brg_conv2d_params params = {BRG_BORDER_ZERO};
    brg_call call = {.params = &params,
                     .input_count = 2,
                     .inputs = {brg_shape_3d(BRG_U8, 2, 3, 1), brg_shape_2d(BRG_F32, 2, 3)},
                     .data = {image, weights}};
    double expected[6], bound[6];
    cr_assert_eq(brg_op_conv2d.check(&call, &call.output, NULL), BRG_OK);
    brg_op_conv2d.oracle(&call, 0, 2, expected, bound);
    const double first = 5 * 10 + 6 * 20, second = 4 * 10 + 5 * 20 + 6 * 30;
    cr_expect_eq(expected[0], first);
    cr_expect_eq(second, 320);
    cr_expect_eq(expected[1], 255); /* clamped, as grey levels are */
    cr_expect_eq(expected[2], 4 * 20 + 5 * 30);
    cr_expect(bound[0] > 0.5 && bound[0] < 0.501);

    const float one[6] = {0, 0, 0, 0, 0.25f, 0};
    call.data[1] = one;
    brg_op_conv2d.oracle(&call, 1, 2, expected, bound);
    cr_expect_eq(expected[0], 10);
    cr_expect_eq(expected[2], 15);
}

Test(reference_conv2d, weights_point_the_way_of_a_correlation) {
    const float image[5] = {0, 0, 1, 0, 0}, weights[3] = {1, 2, 3};
    brg_conv2d_params params = {BRG_BORDER_ZERO};
    brg_call call = {.params = &params,
                     .input_count = 2,
                     .inputs = {brg_shape_3d(BRG_F32, 1, 5, 1), brg_shape_2d(BRG_F32, 1, 3)},
                     .data = {image, weights}};
    float out[5];
    cr_assert_eq(brg_op_conv2d.check(&call, &call.output, NULL), BRG_OK);
    brg_op_conv2d.naive(&call, 0, 1, out);
    cr_expect_arr_eq(out, ((float[]){0, 3, 2, 1, 0}), sizeof out);
    brg_op_conv2d.sequential(&call, 0, 1, out);
    cr_expect_arr_eq(out, ((float[]){0, 3, 2, 1, 0}), sizeof out);
}

Test(reference_conv2d, a_fault_of_half_a_level_more_is_caught) {
    brg_example example;
    cr_assert_eq(brg_op_conv2d.example(15, 5, &example, NULL), BRG_OK);
    brg_call call = call_of(&brg_op_conv2d, &example);
    uint8_t *out = blank_output(&call);
    brg_op_conv2d.naive(&call, 0, call.output.dims[0], out);
    cr_assert_eq(call.output.dtype, BRG_U8);
    cr_expect_eq(compare(&brg_op_conv2d, &call, out).outcome, BRG_PASSED);
    out[5] = (uint8_t)(out[5] > 128 ? out[5] - 2 : out[5] + 2);
    cr_expect_eq(compare(&brg_op_conv2d, &call, out).outcome, BRG_MISMATCH);
    free(out);
    brg_example_release(&example);
}

/* ---- outer products ---- */

static bool is_outer(const float *weights, int64_t kh, int64_t kw) {
    return brg_conv2d_factor(weights, kh, kw).found;
}

Test(factor, recognises_outer_products) {
    const float sobel[9] = {1, 0, -1, 2, 0, -2, 1, 0, -1};
    const float box[4] = {0.25f, 0.25f, 0.25f, 0.25f};
    cr_expect(is_outer(sobel, 3, 3));
    cr_expect(is_outer(box, 2, 2));
    cr_expect(is_outer((float[]){3}, 1, 1));
    cr_expect(is_outer((float[]){1, -2, 0.1f}, 1, 3));
    cr_expect(is_outer((float[]){1, -2, 0.1f}, 3, 1));
}

Test(factor, recognises_gaussians_of_every_size) {
    float weights[63 * 63];
    for (int side = 3; side <= 63; side += 2) {
        double sigma = side / 6.0;
        for (int i = 0; i < side; i++)
            for (int j = 0; j < side; j++) {
                double y = i - side / 2, x = j - side / 2;
                weights[i * side + j] =
                    (float)(exp(-(x * x + y * y) / (2 * sigma * sigma)) / (sigma * sigma));
            }
        cr_expect(is_outer(weights, side, side), "%d", side);
    }
}

Test(factor, is_not_fooled) {
    const float laplace[9] = {0, 1, 0, 1, -4, 1, 0, 1, 0};
    const float identity[4] = {1, 0, 0, 1};
    float nearly[9] = {1, 2, 1, 2, 4, 2, 1, 2, 1};
    cr_expect_not(is_outer(laplace, 3, 3));
    cr_expect_not(is_outer(identity, 2, 2));
    cr_expect_not(is_outer((float[4]){0, 0, 0, 0}, 2, 2));
    cr_expect_not(is_outer((float[4]){1, NAN, 1, 1}, 2, 2));
    cr_expect_not(is_outer((float[4]){INFINITY, 1, 1, 1}, 2, 2));
    cr_expect_not(is_outer((float[4]){1e-42f, 1e-42f, 1e-42f, 1e-42f}, 2, 2));
    cr_expect(is_outer(nearly, 3, 3));
    nearly[2] = 1.000002f;
    cr_expect_not(is_outer(nearly, 3, 3));
}

/* ---- check and plan ---- */

static brg_status check_conv(brg_shape image, brg_shape weights, int border) {
    brg_conv2d_params params = {(brg_border)border};
    brg_call call = {.params = &params, .input_count = 2, .inputs = {image, weights}};
    brg_shape output;
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_op_conv2d.check(&call, &output, &error);
    cr_expect(status == BRG_OK || error.what[0]);
    return status;
}

Test(check_conv2d, refuses_what_it_cannot_do) {
    brg_shape image = brg_shape_3d(BRG_U8, 4, 5, 3), weights = brg_shape_2d(BRG_F32, 3, 3);
    cr_expect_eq(check_conv(image, weights, 0), BRG_OK);
    cr_expect_eq(check_conv(image, weights, 4), BRG_E_ARGUMENT);
    cr_expect_eq(check_conv(image, weights, -1), BRG_E_ARGUMENT);
    cr_expect_eq(check_conv(brg_shape_3d(BRG_U8, 4, 5, 2), weights, 0), BRG_E_SHAPE);
    cr_expect_eq(check_conv(brg_shape_2d(BRG_U8, 4, 5), weights, 0), BRG_E_SHAPE);
    cr_expect_eq(check_conv(brg_shape_3d(BRG_I32, 4, 5, 3), weights, 0), BRG_E_ARGUMENT);
    cr_expect_eq(check_conv(brg_shape_3d(BRG_U8, -4, 5, 3), weights, 0), BRG_E_SHAPE);
    cr_expect_eq(check_conv(brg_shape_3d(BRG_U8, 1, 1 << 30, 3), weights, 0), BRG_E_SHAPE);
    cr_expect_eq(check_conv(image, brg_shape_2d(BRG_F32, 0, 3), 0), BRG_E_SHAPE);
    cr_expect_eq(check_conv(image, brg_shape_2d(BRG_F32, 64, 3), 0), BRG_E_SHAPE);
    cr_expect_eq(check_conv(image, brg_shape_2d(BRG_U8, 3, 3), 0), BRG_E_ARGUMENT);
}

Test(check_conv2d, refuses_weights_that_grey_levels_cannot_hold) {
    const float weights[2] = {1, NAN};
    brg_conv2d_params params = {0};
    brg_call call = {.params = &params,
                     .input_count = 2,
                     .inputs = {brg_shape_3d(BRG_U8, 4, 5, 3), brg_shape_2d(BRG_F32, 1, 2)},
                     .data = {NULL, weights}};
    brg_shape output;
    cr_expect_eq(brg_op_conv2d.check(&call, &output, NULL), BRG_E_ARGUMENT);
    call.inputs[0].dtype = BRG_F32;
    cr_expect_eq(brg_op_conv2d.check(&call, &output, NULL), BRG_OK);
}
