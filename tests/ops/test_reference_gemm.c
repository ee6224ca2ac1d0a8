/* gemm: the reference loops against the oracle, the oracle against sums by hand, and Freivalds'
 * probe against results with known faults. */
#include <math.h>

#include "ops/ops.h"
#include "reference.h"
#include "reference/gemm.h"

enum { M = 67, N = 53, K = 41 };

/* A right gemm of M x N x K with C and padding, to be spoiled by a test. */
typedef struct fixture {
    brg_example example;
    brg_call call;
    brg_gemm_params *params;
    float *out;
    int64_t pitch;
} fixture;

static fixture make(int64_t ldc) {
    fixture f = {0};
    brg_gemm_params params = {.ldc = ldc, .alpha = 0.75f, .beta = -0.5f};
    memcpy(f.example.params, &params, sizeof params);
    brg_shape a = brg_shape_2d(BRG_F32, M, K), b = brg_shape_2d(BRG_F32, K, N);
    brg_shape c = brg_shape_2d(BRG_F32, M, N);
    cr_assert_eq(brg_example_add(&f.example, &a, 1, NULL), BRG_OK);
    cr_assert_eq(brg_example_add(&f.example, &b, 1, NULL), BRG_OK);
    cr_assert_eq(brg_example_add(&f.example, &c, 1, NULL), BRG_OK);
    return f;
}

static void solve(fixture *f) {
    f->call = call_of(&brg_op_gemm, &f->example);
    f->pitch = f->call.output.dims[1];
    f->out = blank_output(&f->call);
    brg_gemm_sequential(&f->call, 0, M, f->out);
}

static brg_verdict probe(const fixture *f, uint64_t seed) {
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_FREIVALDS, &f->call.output);
    cr_assert_eq(brg_gemm_probe(&f->call, f->out, seed, &verdict, NULL), BRG_OK);
    brg_verdict_end(&verdict);
    return verdict;
}

static void must_be_caught(const fixture *f) {
    cr_expect_eq(compare(&brg_op_gemm, &f->call, f->out).outcome, BRG_MISMATCH);
    for (uint64_t seed = 0; seed < 8; seed++)
        cr_expect_eq(probe(f, seed).outcome, BRG_MISMATCH, "seed %d", (int)seed);
}

static void finish(fixture *f) {
    free(f->out);
    brg_example_release(&f->example);
}

Test(reference_gemm, sequential_agrees_with_the_oracle) {
    must_agree(&brg_op_gemm, brg_op_gemm.sequential);
}

Test(reference_gemm, naive_agrees_with_the_oracle) {
    must_agree(&brg_op_gemm, brg_op_gemm.naive);
}

Test(reference_gemm, the_oracle_is_the_formula) {
    fixture f = make(N + 2);
    solve(&f);
    const float *a = f.call.data[0], *b = f.call.data[1], *c = f.call.data[2];
    double expected[3 * (N + 2)], bound[3 * (N + 2)];
    brg_gemm_oracle(&f.call, 11, 14, expected, bound);
    for (int i = 11; i < 14; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0, weight = 0;
            for (int p = 0; p < K; p++) {
                sum += (double)a[i * K + p] * b[p * N + j];
                weight += fabs((double)a[i * K + p] * b[p * N + j]);
            }
            int at = (i - 11) * (N + 2) + j;
            double limit = (K + 3) * 0x1p-24 * (0.75 * weight + 0.5 * fabs((double)c[i * N + j]));
            cr_expect_float_eq(expected[at], 0.75 * sum - 0.5 * c[i * N + j], 1e-12);
            cr_expect(bound[at] >= limit && bound[at] <= limit * 1.00001);
        }
    cr_expect_eq(expected[N], 0);
    cr_expect_eq(bound[N + 1], 0);
    finish(&f);
}

Test(reference_gemm, a_full_comparison_uses_little_of_its_bound) {
    fixture f = make(0);
    solve(&f);
    brg_verdict verdict = compare(&brg_op_gemm, &f.call, f.out);
    cr_expect_eq(verdict.outcome, BRG_PASSED);
    cr_expect(verdict.bound_ratio > 0 && verdict.bound_ratio < 0.5, "%g", verdict.bound_ratio);
    finish(&f);
}

Test(reference_gemm, the_probe_passes_every_example) {
    brg_example example;
    for (int32_t i = 0; brg_op_gemm.example(i, 3, &example, NULL) == BRG_OK; i++) {
        fixture f = {.call = call_of(&brg_op_gemm, &example)};
        const brg_gemm g = brg_gemm_resolve(&f.call);
        f.out = blank_output(&f.call);
        if (g.epilogue != BRG_EPILOGUE_NONE || g.in == BRG_I8) {
            brg_verdict verdict;
            brg_verdict_begin(&verdict, BRG_VERIFY_FREIVALDS, &f.call.output);
            cr_expect_eq(brg_gemm_probe(&f.call, f.out, 1, &verdict, NULL), BRG_E_UNSUPPORTED);
            free(f.out);
            brg_example_release(&example);
            continue;
        }
        brg_op_gemm.sequential(&f.call, 0, f.call.output.dims[0], f.out);
        for (uint64_t seed = 0; seed < 4; seed++) {
            brg_verdict verdict = probe(&f, seed);
            cr_expect_eq(verdict.outcome, BRG_PASSED, "%s: ratio %g", example.text,
                         verdict.bound_ratio);
            cr_expect(verdict.miss_probability > 0 && verdict.miss_probability <= 0x1p-20);
        }
        free(f.out);
        brg_example_release(&example);
    }
}

Test(reference_gemm, the_probe_sees_an_element_beyond_its_rows_bound) {
    fixture f = make(0);
    solve(&f);
    f.out[23 * f.pitch + 5] += 2.0f * (float)probe(&f, 1).worst_bound + 1e-2f;
    must_be_caught(&f);
    finish(&f);
}

Test(reference_gemm, the_probe_sees_a_flipped_sign) {
    fixture f = make(0);
    solve(&f);
    f.out[5 * f.pitch + 50] = -f.out[5 * f.pitch + 50];
    must_be_caught(&f);
    finish(&f);
}

Test(reference_gemm, the_probe_sees_swapped_rows) {
    fixture f = make(0);
    solve(&f);
    for (int j = 0; j < N; j++) {
        float kept = f.out[3 * f.pitch + j];
        f.out[3 * f.pitch + j] = f.out[60 * f.pitch + j];
        f.out[60 * f.pitch + j] = kept;
    }
    must_be_caught(&f);
    finish(&f);
}

Test(reference_gemm, the_probe_sees_swapped_columns) {
    fixture f = make(0);
    solve(&f);
    for (int i = 0; i < M; i++) {
        float kept = f.out[i * f.pitch];
        f.out[i * f.pitch] = f.out[i * f.pitch + 1];
        f.out[i * f.pitch + 1] = kept;
    }
    must_be_caught(&f);
    finish(&f);
}

Test(reference_gemm, the_probe_sees_a_tail_of_zeros) {
    fixture f = make(0);
    solve(&f);
    memset(f.out + (M - 1) * f.pitch + N - 3, 0, 3 * sizeof(float));
    must_be_caught(&f);
    finish(&f);
}

Test(reference_gemm, the_probe_sees_a_wrong_stride) {
    fixture f = make(0);
    solve(&f);
    memmove(f.out + f.pitch, f.out + f.pitch + 1, ((M - 1) * N - 1) * sizeof(float));
    must_be_caught(&f);
    finish(&f);
}

Test(reference_gemm, the_probe_never_passes_nan_or_infinity) {
    const float faults[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        fixture f = make(0);
        solve(&f);
        f.out[M * N / 2] = faults[i];
        must_be_caught(&f);
        cr_expect_gt(probe(&f, 1).non_finite, 0);
        finish(&f);
    }
}

Test(reference_gemm, the_probe_looks_at_the_padding) {
    fixture f = make(N + 3);
    solve(&f);
    cr_expect_eq(probe(&f, 1).outcome, BRG_PASSED);
    f.out[7 * f.pitch + N + 1] = 1e-30f;
    must_be_caught(&f);
    f.out[7 * f.pitch + N + 1] = NAN;
    must_be_caught(&f);
    finish(&f);
}

Test(reference_gemm, nan_in_c_does_not_spread_when_beta_is_zero) {
    fixture f = make(0);
    brg_gemm_params params = {.alpha = 1};
    memcpy(f.example.params, &params, sizeof params);
    float *c = brg_tensor_writable(f.example.inputs[2]);
    for (int i = 0; i < M * N; i++)
        c[i] = NAN;
    solve(&f);
    cr_expect_eq(compare(&brg_op_gemm, &f.call, f.out).non_finite, 0);
    cr_expect_eq(probe(&f, 1).outcome, BRG_PASSED);
    finish(&f);
}

Test(reference_gemm, nan_in_a_reaches_its_row_and_no_other) {
    fixture f = make(0);
    ((float *)brg_tensor_writable(f.example.inputs[0]))[9 * K + 4] = NAN;
    solve(&f);
    brg_verdict verdict = compare(&brg_op_gemm, &f.call, f.out);
    cr_expect_eq(verdict.outcome, BRG_PASSED);
    cr_expect_eq(verdict.non_finite, N);
    finish(&f);
}

/* ---- batches, epilogues, types ---- */

/* A call made from words, solved by the oracle. */
typedef struct solved {
    brg_example example;
    brg_call call;
    double *expected, *bound;
} solved;

static solved solve_words(const char *words) {
    solved s = {0};
    cr_assert_eq(brg_op_gemm.make(words, 5, &s.example, NULL), BRG_OK);
    s.call = call_of(&brg_op_gemm, &s.example);
    size_t elements = 0;
    brg_shape_size(&s.call.output, &elements, NULL, NULL);
    s.expected = malloc((elements + 1) * sizeof(double));
    s.bound = malloc((elements + 1) * sizeof(double));
    cr_assert(s.expected && s.bound);
    brg_gemm_oracle(&s.call, 0, s.call.output.dims[0], s.expected, s.bound);
    return s;
}

static void forget(solved *s) {
    free(s->expected);
    free(s->bound);
    brg_example_release(&s->example);
}

Test(reference_gemm, a_batch_is_many_products_and_one_matrix_may_serve_all) {
    solved s = solve_words("m=3 n=4 k=5 batch=6 share-b bias=rows");
    const float *a = s.call.data[0], *b = s.call.data[1], *bias = s.call.data[2];
    cr_assert_eq(s.call.output.rank, 3);
    for (int t = 0; t < 6; t++)
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 4; j++) {
                double sum = bias[i];
                for (int p = 0; p < 5; p++)
                    sum += (double)a[(t * 3 + i) * 5 + p] * b[p * 4 + j];
                cr_expect_float_eq(s.expected[(t * 3 + i) * 4 + j], sum, 1e-12);
            }
    forget(&s);
}

Test(reference_gemm, a_step_of_training_moves_weights_against_their_velocity) {
    solved s = solve_words("m=4 n=3 k=7 ta epilogue=update rate=0.5 momentum=0.75 alpha=0.25");
    const float *a = s.call.data[0], *b = s.call.data[1], *w = s.call.data[2], *v = w + 12;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 3; j++) {
            double sum = 0;
            for (int p = 0; p < 7; p++)
                sum += (double)a[p * 4 + i] * b[p * 3 + j];
            double velocity = 0.75 * v[i * 3 + j] + 0.25 * sum;
            cr_expect_float_eq(s.expected[12 + i * 3 + j], velocity, 1e-12);
            cr_expect_float_eq(s.expected[i * 3 + j], w[i * 3 + j] - 0.5 * velocity, 1e-12);
        }
    forget(&s);
}

/* 1 x 1 x 1: the epilogue of one number. */
static double epilogue_of(brg_epilogue epilogue, float z) {
    brg_shape one = brg_shape_2d(BRG_F32, 1, 1);
    brg_gemm_params params = {.alpha = 1, .epilogue = epilogue};
    const float unit = 1;
    brg_call call = {
        .params = &params, .input_count = 2, .inputs = {one, one}, .data = {&z, &unit}};
    cr_assert_eq(brg_op_gemm.check(&call, &call.output, NULL), BRG_OK);
    double expected, bound;
    float fast, naive;
    brg_gemm_oracle(&call, 0, 1, &expected, &bound);
    brg_gemm_sequential(&call, 0, 1, &fast);
    brg_gemm_naive(&call, 0, 1, &naive);
    cr_expect(isnan(expected) ? isnan(fast) && isnan(naive)
                              : fabs(fast - expected) <= bound && fabs(naive - expected) <= bound);
    return expected;
}

Test(reference_gemm, relu_and_gelu_have_their_known_values) {
    cr_expect_eq(epilogue_of(BRG_EPILOGUE_RELU, -2), 0);
    cr_expect_eq(epilogue_of(BRG_EPILOGUE_RELU, 2), 2);
    cr_expect(isnan(epilogue_of(BRG_EPILOGUE_RELU, NAN)));
    /* 0.5 z (1 + tanh(sqrt(2 / pi) (z + 0.044715 z^3))), the form in which it was published */
    for (float z = -8; z <= 8; z += 0.125f) {
        double u = sqrt(2 / 3.14159265358979323846) * ((double)z + 0.044715 * z * z * z);
        cr_expect_float_eq(epilogue_of(BRG_EPILOGUE_GELU, z), 0.5 * z * (1 + tanh(u)), 1e-12);
    }
    cr_expect_eq(epilogue_of(BRG_EPILOGUE_GELU, -100), 0);
    cr_expect(isnan(epilogue_of(BRG_EPILOGUE_GELU, NAN)));
}

/* A sum whose terms cancel: in plain double nothing would be left of it. */
Test(reference_gemm, the_oracle_of_doubles_is_better_than_doubles) {
    double a[4] = {1e16, 1, -1e16, 0x1p-30}, b[4] = {1, 1, 1, 1};
    brg_gemm_params params = {.alpha = 1};
    brg_call call = {.params = &params,
                     .input_count = 2,
                     .inputs = {brg_shape_2d(BRG_F64, 1, 4), brg_shape_2d(BRG_F64, 4, 1)},
                     .data = {a, b}};
    cr_assert_eq(brg_op_gemm.check(&call, &call.output, NULL), BRG_OK);
    double expected, bound;
    brg_gemm_oracle(&call, 0, 1, &expected, &bound);
    cr_expect_eq(expected, 1 + 0x1p-30);
    cr_expect(bound > 2e16 * 0x1p-53 && bound < 2e16 * 0x1p-53 * 20);
}

Test(reference_gemm, whole_numbers_wrap_around) {
    int8_t a[2] = {-128, -128}, b[2] = {-128, -128};
    int32_t c = 2000000000, out;
    brg_gemm_params params = {.alpha = 1024, .beta = 2};
    brg_shape row = brg_shape_2d(BRG_I8, 1, 2), col = brg_shape_2d(BRG_I8, 2, 1);
    brg_call call = {.params = &params,
                     .input_count = 3,
                     .inputs = {row, col, brg_shape_2d(BRG_I32, 1, 1)},
                     .data = {a, b, &c}};
    cr_assert_eq(brg_op_gemm.check(&call, &call.output, NULL), BRG_OK);
    double expected, bound;
    brg_gemm_oracle(&call, 0, 1, &expected, &bound);
    brg_gemm_sequential(&call, 0, 1, &out);
    cr_expect_eq(expected, (double)(int32_t)(33554432u + 4000000000u));
    cr_expect_eq((double)out, expected);
    cr_expect_eq(bound, 0);
}

/* ---- check ---- */

static brg_status check_gemm(brg_gemm_params params, brg_shape a, brg_shape b, int32_t inputs) {
    brg_call call = {.params = &params, .input_count = inputs, .inputs = {a, b, a}};
    brg_shape output;
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_op_gemm.check(&call, &output, &error);
    cr_expect(status == BRG_OK || error.what[0]);
    return status;
}

Test(check_gemm, refuses_what_does_not_fit) {
    const brg_gemm_params plain = BRG_GEMM_DEFAULTS;
    brg_shape a = brg_shape_2d(BRG_F32, 4, 5), b = brg_shape_2d(BRG_F32, 5, 6);
    cr_expect_eq(check_gemm(plain, a, b, 2), BRG_OK);
    cr_expect_eq(check_gemm(plain, b, b, 2), BRG_E_SHAPE);
    cr_expect_eq(check_gemm(plain, brg_shape_2d(BRG_U8, 4, 5), b, 2), BRG_E_ARGUMENT);
    cr_expect_eq(check_gemm(plain, brg_shape_1d(BRG_F32, 5), b, 2), BRG_E_SHAPE);
    cr_expect_eq(check_gemm(plain, brg_shape_2d(BRG_F32, -4, 5), b, 2), BRG_E_SHAPE);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 1, .m = -1}, a, b, 2), BRG_E_SHAPE);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 1, .n = 7}, a, b, 2), BRG_E_SHAPE);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 1, .ldc = 5}, a, b, 2), BRG_E_SHAPE);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 1, .beta = 1}, a, b, 2), BRG_E_ARGUMENT);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 1, .beta = 1}, a, b, 3), BRG_E_SHAPE);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = NAN}, a, b, 2), BRG_E_ARGUMENT);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 1, .ta = true}, a, b, 2), BRG_E_SHAPE);
}

Test(check_gemm, refuses_sizes_whose_product_overflows) {
    const brg_gemm_params plain = BRG_GEMM_DEFAULTS;
    int64_t huge = INT64_C(1) << 31, large = INT64_C(2000000000);
    cr_expect_eq(check_gemm(plain, brg_shape_2d(BRG_F32, huge, 1), brg_shape_2d(BRG_F32, 1, 1), 2),
                 BRG_E_SHAPE);
    cr_expect_eq(
        check_gemm(plain, brg_shape_2d(BRG_F32, large, 1), brg_shape_2d(BRG_F32, 1, large), 2),
        BRG_E_SHAPE);
}

Test(check_gemm, takes_k_from_the_tensors_only_if_they_agree) {
    brg_shape a = brg_shape_2d(BRG_F32, 4, 9), b = brg_shape_2d(BRG_F32, 5, 6);
    cr_expect_eq(check_gemm(BRG_GEMM_DEFAULTS, a, b, 2), BRG_E_SHAPE);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 1, .k = 5}, a, b, 2), BRG_OK);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 1, .k = 6}, a, b, 2), BRG_E_SHAPE);
}

Test(check_gemm, refuses_batches_epilogues_and_types_that_do_not_fit) {
    const brg_gemm_params plain = BRG_GEMM_DEFAULTS;
    brg_shape a = brg_shape_3d(BRG_F32, 3, 4, 5), b = brg_shape_3d(BRG_F32, 3, 5, 6);
    brg_shape a8 = brg_shape_2d(BRG_I8, 4, 5), b8 = brg_shape_2d(BRG_I8, 5, 6);
    cr_expect_eq(check_gemm(plain, a, b, 2), BRG_OK);
    cr_expect_eq(check_gemm(plain, a, brg_shape_3d(BRG_F32, 1, 5, 6), 2), BRG_OK);
    cr_expect_eq(check_gemm(plain, a, brg_shape_2d(BRG_F32, 5, 6), 2), BRG_OK);
    cr_expect_eq(check_gemm(plain, a, brg_shape_3d(BRG_F32, 2, 5, 6), 2), BRG_E_SHAPE);
    cr_expect_eq(check_gemm(plain, a8, b8, 2), BRG_OK);
    cr_expect_eq(check_gemm(plain, a8, brg_shape_2d(BRG_F32, 5, 6), 2), BRG_E_ARGUMENT);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 0.5f}, a8, b8, 2), BRG_E_ARGUMENT);
    cr_expect_eq(
        check_gemm((brg_gemm_params){.alpha = 1, .epilogue = BRG_EPILOGUE_GELU}, a8, b8, 2),
        BRG_E_ARGUMENT);
    cr_expect_eq(
        check_gemm((brg_gemm_params){.alpha = 1, .epilogue = BRG_EPILOGUE_UPDATE}, a, b, 2),
        BRG_E_ARGUMENT);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 1, .bias = BRG_BIAS_ROWS}, a, b, 2),
                 BRG_E_ARGUMENT);
    cr_expect_eq(check_gemm((brg_gemm_params){.alpha = 1, .bias = (brg_bias)9}, a, b, 3),
                 BRG_E_ARGUMENT);
    cr_expect_eq(
        check_gemm(plain, brg_shape_2d(BRG_I8, 1, 200000), brg_shape_2d(BRG_I8, 200000, 1), 2),
        BRG_E_SHAPE);
}
