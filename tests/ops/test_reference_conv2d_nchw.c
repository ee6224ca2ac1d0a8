/* Convolutions, channels first: reference loops against the oracle, the oracle against sums worked out
 * by hand and against its own adjoints, bounds, what is refused, and NaN. */
#include <math.h>
#include <stdio.h>

#include "ops/ops.h"
#include "reference.h"
#include "reference/conv2d_nchw.h"

/* ---- loops ---- */

Test(reference_conv2d_nchw, forward_agrees_with_the_oracle) {
    must_agree(&brg_op_conv2d_forward, brg_op_conv2d_forward.sequential);
    must_agree(&brg_op_conv2d_forward, brg_op_conv2d_forward.naive);
}

Test(reference_conv2d_nchw, backward_data_agrees_with_the_oracle) {
    must_agree(&brg_op_conv2d_backward_data, brg_op_conv2d_backward_data.sequential);
    must_agree(&brg_op_conv2d_backward_data, brg_op_conv2d_backward_data.naive);
}

Test(reference_conv2d_nchw, backward_weights_agrees_with_the_oracle) {
    must_agree(&brg_op_conv2d_backward_weights, brg_op_conv2d_backward_weights.sequential);
    must_agree(&brg_op_conv2d_backward_weights, brg_op_conv2d_backward_weights.naive);
}

/* ---- the oracle itself ---- */

static brg_shape shape(int64_t a, int64_t b, int64_t c, int64_t d) {
    return (brg_shape){.dtype = BRG_F32, .rank = 4, .dims = {a, b, c, d}};
}

Test(reference_conv2d_nchw, the_oracle_is_the_formula) {
    const float x[6] = {1, 2, 3, 4, 5, 6}; /* 2 x 3 */
    const float w[4] = {1, 10, 100, 1000}, bias[1] = {0.5f};
    const brg_conv_params params = {.stride_w = 2, .padding_w = 1};
    brg_call call = {.params = &params,
                     .input_count = 3,
                     .inputs = {shape(1, 1, 2, 3), shape(1, 1, 2, 2), brg_shape_1d(BRG_F32, 1)},
                     .data = {x, w, bias}};
    double y[2], bound[2];
    cr_assert_eq(brg_op_conv2d_forward.check(&call, &call.output, NULL), BRG_OK);
    cr_assert_eq(call.output.dims[2], 1);
    cr_assert_eq(call.output.dims[3], 2);
    brg_op_conv2d_forward.oracle(&call, 0, 1, y, bound);
    cr_expect_eq(y[0], 10 * 1 + 1000 * 4 + 0.5);
    cr_expect_eq(y[1], 1 * 2 + 10 * 3 + 100 * 5 + 1000 * 6 + 0.5);
    cr_expect(bound[1] > 0 && bound[1] < 1e-5 * y[1]);
}

/* The exact values of one call. */
static double *exact(const brg_op *op, const brg_call *call, size_t *count) {
    brg_shape_size(&call->output, count, NULL, NULL);
    double *value = malloc((*count + 1) * sizeof *value);
    double *bound = malloc((*count + 1) * sizeof *bound);
    cr_assert(value && bound);
    op->oracle(call, 0, call->output.dims[0], value, bound);
    free(bound);
    return value;
}

/* <u, v>, and of the magnitudes. */
static double product(const float *u, const double *v, size_t count, double *weight) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)u[i] * v[i];
        *weight += fabs((double)u[i] * v[i]);
    }
    return sum;
}

/* The three ops are one trilinear form: <dy, conv(x, w)> = <x, data(dy, w)> = <w, weights(dy, x)>. Their
 * oracles share no loop. */
Test(reference_conv2d_nchw, gradients_are_adjoint) {
    brg_example forward, data, weights;
    for (int32_t i = 1; brg_op_conv2d_forward.example(i, 3, &forward, NULL) == BRG_OK; i++) {
        brg_op_conv2d_backward_data.example(i, 5, &data, NULL);
        brg_op_conv2d_backward_weights.example(i, 7, &weights, NULL);
        brg_conv_params *params = (brg_conv_params *)forward.params;
        params->relu = false;
        brg_call f = call_of(&brg_op_conv2d_forward, &forward);
        f.input_count = 2;
        brg_call d = call_of(&brg_op_conv2d_backward_data, &data);
        brg_call w = call_of(&brg_op_conv2d_backward_weights, &weights);
        d.data[1] = f.data[1];
        w.data[0] = d.data[0];
        w.data[1] = f.data[0];
        size_t y_count, x_count, w_count;
        double *y = exact(&brg_op_conv2d_forward, &f, &y_count);
        double *dx = exact(&brg_op_conv2d_backward_data, &d, &x_count);
        double *dw = exact(&brg_op_conv2d_backward_weights, &w, &w_count);
        double weight = 0;
        double by_y = product(d.data[0], y, y_count, &weight);
        double by_x = product(f.data[0], dx, x_count, &weight);
        double by_w = product(f.data[1], dw, w_count, &weight);
        cr_expect(fabs(by_y - by_x) <= 1e-12 * weight, "%s: data", forward.text);
        cr_expect(fabs(by_y - by_w) <= 1e-12 * weight, "%s: weights", forward.text);
        free(y), free(dx), free(dw);
        brg_example_release(&forward);
        brg_example_release(&data);
        brg_example_release(&weights);
    }
}

/* ---- bounds of Winograd's variants ---- */

static void bounds_of(const brg_op *op, const char *variant, double *bound, size_t room) {
    brg_example example;
    cr_assert_eq(op->make("x=1x8x9x9 w=6x8x3x3 padding=1", 1, &example, NULL), BRG_OK);
    brg_call call = call_of(op, &example);
    size_t count = 0;
    brg_shape_size(&call.output, &count, NULL, NULL);
    cr_assert_leq(count, room);
    double *value = malloc(count * sizeof *value);
    call.variant = variant;
    op->oracle(&call, 0, call.output.dims[0], value, bound);
    free(value);
    brg_example_release(&example);
}

/* They are wider than those of the plain sum, the more the larger the tile, and no wider than 200 times. */
Test(reference_conv2d_nchw, winograd_has_bounds_of_its_own) {
    const brg_op *ops[] = {&brg_op_conv2d_forward, &brg_op_conv2d_backward_data,
                           &brg_op_conv2d_backward_weights};
    enum { ROOM = 1000, FEWEST = 6 * 8 * 9 };
    double plain[ROOM], two[ROOM], four[ROOM];
    for (int i = 0; i < 3; i++) {
        bounds_of(ops[i], "direct", plain, ROOM);
        bounds_of(ops[i], "winograd2", two, ROOM);
        bounds_of(ops[i], "winograd4", four, ROOM);
        double sums[3] = {0};
        for (int e = 0; e < FEWEST; e++) {
            cr_expect(plain[e] > 0 && two[e] > 0 && four[e] > 0 && isfinite(four[e]));
            sums[0] += plain[e], sums[1] += two[e], sums[2] += four[e];
        }
        cr_expect(sums[2] > sums[1] && sums[2] < 200 * sums[0], "%s: %g %g %g", ops[i]->name,
                  sums[0], sums[1], sums[2]);
    }
}

/* ---- what is refused ---- */

static void refused(const brg_op *op, const brg_conv_params *params, brg_shape first,
                    brg_shape second, const char *part) {
    brg_call call = {.params = params, .input_count = 2, .inputs = {first, second}};
    brg_error error = {.status = BRG_OK};
    brg_status status = op->check(&call, &call.output, &error);
    cr_expect_neq(status, BRG_OK, "%s: %s", op->name, part);
    cr_expect(strstr(error.what, part) != NULL, "\"%s\" says nothing of \"%s\"", error.what, part);
}

Test(reference_conv2d_nchw, refuses_what_does_not_fit) {
    const brg_op *forward = &brg_op_conv2d_forward, *data = &brg_op_conv2d_backward_data;
    const brg_op *weights = &brg_op_conv2d_backward_weights;
    const brg_conv_params none = {0}, negative = {.padding_h = -1}, three = {.groups = 3};
    const brg_conv_params huge = {.stride_w = 70000}, tall = {.h = 9}, wide = {.kw = 5};
    refused(forward, &none, shape(1, 3, 5, 5), shape(4, 2, 3, 3), "weights are for 2 channels");
    refused(forward, &none, shape(1, 3, 2, 5), shape(4, 3, 3, 3), "does not give");
    refused(forward, &negative, shape(1, 3, 5, 5), shape(4, 3, 3, 3), "padding_h");
    refused(forward, &huge, shape(1, 3, 5, 5), shape(4, 3, 3, 3), "stride_w");
    refused(forward, &three, shape(1, 3, 5, 5), shape(4, 1, 3, 3), "groups do not divide");
    refused(forward, &none, shape(1, 0, 5, 5), shape(4, 0, 3, 3), "dim 1 of x is 0");
    refused(forward, &none, brg_shape_3d(BRG_F32, 3, 5, 5), shape(4, 3, 3, 3), "4 dims");
    refused(forward, &none, shape(1, 30000, 300, 300), shape(4, 30000, 3, 3), "an image of x");
    refused(data, &tall, shape(1, 4, 5, 5), shape(4, 3, 3, 3), "does not give");
    refused(weights, &wide, shape(1, 4, 5, 5), shape(1, 3, 7, 7), "does not give");
    refused(weights, &none, shape(2, 4, 5, 5), shape(1, 3, 7, 7), "dy has 2 images");
}

Test(reference_conv2d_nchw, refuses_words_that_make_no_sense) {
    static const char *const wrong[] = {
        "x=1x2x3",   "stride=0", "x=1x3x4x4",  "w=64x64x99x3",
        "groups=7",  "relu=1",   "colour=red", "x=1x64x2x2 w=64x64x3x3",
        "x=ax64x2x2"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        brg_example example;
        brg_error error = {.status = BRG_OK};
        brg_status status = brg_op_conv2d_forward.make(wrong[i], 1, &example, &error);
        cr_expect(status != BRG_OK && error.what[0], "\"%s\" was taken", wrong[i]);
    }
}

Test(reference_conv2d_nchw, sides_left_open_are_settled) {
    const brg_conv_params params = {.stride_h = 2, .stride_w = 3, .padding_h = 1};
    brg_call call = {.params = &params, .input_count = 2};
    call.inputs[0] = shape(1, 4, 3, 5), call.inputs[1] = shape(4, 3, 3, 2);
    cr_assert_eq(brg_op_conv2d_backward_data.check(&call, &call.output, NULL), BRG_OK);
    cr_expect_eq(call.output.dims[2], 5);
    cr_expect_eq(call.output.dims[3], 14);
    call.inputs[1] = shape(1, 3, 6, 16);
    cr_assert_eq(brg_op_conv2d_backward_weights.check(&call, &call.output, NULL), BRG_OK);
    cr_expect_eq(call.output.dims[2], 4);
    cr_expect_eq(call.output.dims[3], 4);
}

/* ---- NaN, on the device ---- */

static brg_result run(brg_engine *engine, const brg_op *op, const char *variant,
                      const brg_example *example) {
    brg_stage stage = {.op = op->name,
                       .variant = variant,
                       .params = example->params,
                       .input_count = example->input_count};
    for (int32_t i = 0; i < example->input_count; i++)
        stage.inputs[i] = example->inputs[i];
    brg_job_desc desc = {.stages = &stage, .stage_count = 1, .verify = BRG_VERIFY_FULL};
    brg_job job;
    brg_result result;
    brg_error error = {.status = BRG_OK};
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(brg_engine_wait(engine, job, 300), BRG_OK);
    cr_assert_eq(brg_engine_result(engine, job, &result, &error), BRG_OK, "%s", error.what);
    return result;
}

/* A NaN in an input must come out as NaN, through ReLU, and nowhere else; Winograd's variants may spread
 * it over its tile, but never lose it. */
static void must_carry(const brg_op *op, const char *words, int32_t input) {
    brg_engine_config config = {.slice_ms = 0.05};
    brg_engine *engine = NULL;
    cr_assert_eq(brg_engine_create(&config, &engine, NULL), BRG_OK);
    for (int32_t v = 0; v < op->variant_count; v++) {
        brg_example example;
        cr_assert_eq(op->make(words, 1, &example, NULL), BRG_OK);
        float *values = brg_tensor_writable(example.inputs[input]);
        values[brg_tensor_bytes(example.inputs[input]) / sizeof(float) / 2] = NAN;
        brg_result result = run(engine, op, op->variants[v].name, &example);
        bool done = result.state == BRG_JOB_DONE;
        bool spreads = strstr(op->variants[v].name, "winograd") != NULL;
        cr_expect(done || result.error.status == BRG_E_UNSUPPORTED, "%s", result.error.what);
        cr_expect(!done || spreads || result.verdict.outcome == BRG_PASSED, "%s %s", op->name,
                  op->variants[v].name);
        cr_expect(!done || result.verdict.non_finite > 0, "%s %s lost a NaN", op->name,
                  op->variants[v].name);
        brg_result_release(&result);
        brg_example_release(&example);
    }
    brg_engine_destroy(engine);
}

Test(reference_conv2d_nchw, a_nan_stays_one) {
    static const char words[] = "x=2x5x13x18 w=18x5x3x3 padding=1 relu bias";
    must_carry(&brg_op_conv2d_forward, words, 0);
    must_carry(&brg_op_conv2d_backward_data, words, 0);
    must_carry(&brg_op_conv2d_backward_weights, words, 1);
}
