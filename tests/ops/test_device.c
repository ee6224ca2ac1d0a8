/* Every op, every variant, every awkward call, on the default device, through the engine: each
 * result is verified in full, or the op says honestly that device or call cannot do it. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brigade/brigade.h"

enum { MAX_PARTS = 1024 };

/* Slices of 50 microseconds: nearly every launch is cut. */
static brg_engine *start(brg_transfer transfer) {
    brg_engine_config config = {.slice_ms = 0.05, .transfer = transfer};
    brg_error error = {.status = BRG_OK};
    brg_engine *engine = NULL;
    cr_assert_eq(brg_engine_create(&config, &engine, &error), BRG_OK, "%s", error.what);
    return engine;
}

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
    brg_error error = {.status = BRG_OK};
    brg_result result;
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_OK, "%s %s: %s", op->name,
                 example->text, error.what);
    cr_assert_eq(brg_engine_wait(engine, job, 300), BRG_OK, "%s %s", op->name, example->text);
    cr_assert_eq(brg_engine_result(engine, job, &result, &error), BRG_OK, "%s", error.what);
    brg_engine_forget(engine, job);
    return result;
}

/* 1 if the call was computed and verified, 0 if the variant is honestly unsupported. */
static int attempt(brg_engine *engine, const brg_op *op, const char *variant,
                   const brg_example *example) {
    char text[256];
    brg_result result = run(engine, op, variant, example);
    bool done = result.state == BRG_JOB_DONE;
    if (!done && variant && result.error.status == BRG_E_UNSUPPORTED)
        return 0;
    cr_expect(done, "%s %s, %s: %s %s", op->name, variant ? variant : "auto", example->text,
              result.error.what, result.error.log);
    cr_expect(!done || result.verdict.outcome == BRG_PASSED, "%s %s, %s: %s", op->name,
              variant ? variant : "auto", example->text,
              brg_verdict_text(&result.verdict, text, sizeof text));
    brg_result_release(&result);
    return 1;
}

/* What one test tries: an op in one variant (-1: what it chooses), over one way of transfer. */
typedef struct part {
    int op;
    int variant;
    brg_transfer transfer;
} part;

/* The op's own choice is tried on every example. Most variants build a program for each shape, which takes
 * seconds on a machine that has not seen it: they get a sample, another one for each.
 * `brigade verify` tries everything. */
enum { SAMPLE = 24 };

static int32_t step_of(const brg_op *op, const part *p) {
    brg_example example;
    int32_t count = 0;
    for (; op->example(count, 11, &example, NULL) == BRG_OK; count++)
        brg_example_release(&example);
    bool all = p->variant < 0 && p->transfer == BRG_TRANSFER_AUTO;
    return all || count <= SAMPLE ? 1 : (count + SAMPLE - 1) / SAMPLE;
}

static void try_examples(brg_engine *engine, const brg_op *op, const part *p) {
    const char *variant = p->variant < 0 ? NULL : op->variants[p->variant].name;
    int32_t step = step_of(op, p), first = (p->variant + 1) % step;
    int verified = 0, unsupported = 0;
    brg_example example;
    for (int32_t i = first; op->example(i, 11, &example, NULL) == BRG_OK; i += step) {
        if (attempt(engine, op, variant, &example))
            verified++;
        else
            unsupported++;
        brg_example_release(&example);
    }
    cr_expect_gt(verified, 0, "%s %s verified nothing", op->name, variant ? variant : "auto");
    printf("%-10s %-10s %3d verified, %3d unsupported\n", op->name, variant ? variant : "auto",
           verified, unsupported);
}

ParameterizedTestParameters(device, every_variant_computes_examples) {
    static part parts[MAX_PARTS];
    size_t count = 0;
    for (int op = 0; brg_op_builtin(op); op++) {
        parts[count++] = (part){op, -1, BRG_TRANSFER_COPY};
        for (int v = -1; v < brg_op_builtin(op)->variant_count; v++)
            parts[count++] = (part){op, v, BRG_TRANSFER_AUTO};
    }
    return cr_make_param_array(part, parts, count);
}

ParameterizedTest(part *p, device, every_variant_computes_examples) {
    const brg_op *op = brg_op_builtin(p->op);
    cr_assert_not_null(op);
    brg_engine *engine = start(p->transfer);
    try_examples(engine, op, p);
    brg_engine_destroy(engine);
}

Test(device, no_op_is_left_out) {
    int count = 0;
    for (int op = 0; brg_op_builtin(op); op++)
        count += 2 + brg_op_builtin(op)->variant_count;
    cr_assert(count > 2 && count <= MAX_PARTS);
}

/* ---- slices ---- */

/* Requires a job long enough for many slices to be cut, and to come out right. */
static void must_be_sliced(const char *variant) {
    brg_engine *engine = start(BRG_TRANSFER_AUTO);
    brg_example example = {.text = "1000x257x320", .input_count = 2};
    brg_gemm_params params = BRG_GEMM_DEFAULTS;
    memcpy(example.params, &params, sizeof params);
    brg_shape a = brg_shape_2d(BRG_F32, 1000, 320), b = brg_shape_2d(BRG_F32, 320, 257);
    cr_assert_eq(brg_tensor_create_uniform(&a, 1, -1, 1, &example.inputs[0], NULL), BRG_OK);
    cr_assert_eq(brg_tensor_create_uniform(&b, 2, -1, 1, &example.inputs[1], NULL), BRG_OK);
    brg_result result = run(engine, brg_op_find("gemm"), variant, &example);
    cr_expect_eq(result.verdict.outcome, BRG_PASSED, "%s", variant);
    cr_expect_gt(result.slices, 4, "%s: %d slices", variant, (int)result.slices);
    brg_result_release(&result);
    brg_example_release(&example);
    brg_engine_destroy(engine);
}

Test(device, launches_are_cut_into_slices) {
    must_be_sliced("naive");
    must_be_sliced("rows");
    must_be_sliced("packed");
}

/* ---- NaN and infinity ---- */

static brg_example example_at(const brg_op *op, const char *text) {
    brg_example example;
    for (int32_t i = 0; op->example(i, 5, &example, NULL) == BRG_OK; i++) {
        if (strstr(example.text, text))
            return example;
        brg_example_release(&example);
    }
    cr_assert_fail("no example of %s has \"%s\"", op->name, text);
    return (brg_example){0};
}

/* Puts `value` in the middle of input `index` and requires that the device's result has as many NaN
 * and infinite elements, in the same places, as the oracle (the verdict sees to that), and some at
 * all. */
static void must_carry(const char *name, const char *text, int32_t index, float value) {
    const brg_op *op = brg_op_find(name);
    brg_engine *engine = start(BRG_TRANSFER_AUTO);
    for (int32_t v = 0; v < op->variant_count; v++) {
        brg_example example = example_at(op, text);
        size_t count = brg_tensor_bytes(example.inputs[index]) / sizeof(float);
        ((float *)brg_tensor_writable(example.inputs[index]))[count / 2] = value;
        brg_result result = run(engine, op, op->variants[v].name, &example);
        bool done = result.state == BRG_JOB_DONE;
        cr_expect(done || result.error.status == BRG_E_UNSUPPORTED, "%s", result.error.what);
        cr_expect(!done || result.verdict.outcome == BRG_PASSED, "%s %s with %g in input %d", name,
                  op->variants[v].name, (double)value, (int)index);
        cr_expect(!done || result.verdict.non_finite > 0, "%s %s lost a %g in input %d", name,
                  op->variants[v].name, (double)value, (int)index);
        brg_result_release(&result);
        brg_example_release(&example);
    }
    brg_engine_destroy(engine);
}

Test(device, gemm_carries_nan_and_infinity) {
    for (int32_t input = 0; input < 2; input++) {
        must_carry("gemm", "129x127x128", input, NAN);
        must_carry("gemm", "17x17x17", input, INFINITY);
        must_carry("gemm", "31x33x32", input, -INFINITY);
    }
    must_carry("gemm", "31x33x32", 2, NAN);
}

Test(device, conv2d_carries_nan_and_infinity) {
    const float values[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        must_carry("conv2d", "31x29x3 f32", 0, values[i]);
        must_carry("conv2d", "37x129x1 f32", 0, values[i]);
    }
    must_carry("conv2d", "37x129x1 f32", 1, NAN);
}

Test(device, gemm_leaves_c_alone_when_beta_is_zero) {
    const brg_op *op = brg_op_find("gemm");
    brg_engine *engine = start(BRG_TRANSFER_AUTO);
    for (int32_t v = 0; v < op->variant_count; v++) {
        brg_example example = example_at(op, "9x40x20");
        float *c = brg_tensor_writable(example.inputs[2]);
        for (size_t i = 0; i < brg_tensor_bytes(example.inputs[2]) / sizeof *c; i++)
            c[i] = NAN;
        brg_result result = run(engine, op, op->variants[v].name, &example);
        bool done = result.state == BRG_JOB_DONE;
        cr_expect(done || result.error.status == BRG_E_UNSUPPORTED, "%s", result.error.what);
        cr_expect(!done || result.verdict.outcome == BRG_PASSED, "%s", op->variants[v].name);
        cr_expect_eq(result.verdict.non_finite, 0, "%s", op->variants[v].name);
        brg_result_release(&result);
        brg_example_release(&example);
    }
    brg_engine_destroy(engine);
}
