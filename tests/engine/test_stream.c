/* Calls too large for the memory budget: cut into parts, and right all the same. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

typedef struct stream_case {
    int64_t m, n, k;
    bool ta, tb;
    float beta;
    brg_bias bias;
    brg_epilogue epilogue;
    int64_t pad; /* of the leading dimensions */
} stream_case;

static brg_tensor *stored(int64_t rows, int64_t columns, bool transposed, int64_t pad,
                          uint64_t seed) {
    return transposed ? matrix(columns, rows + pad, seed) : matrix(rows, columns + pad, seed);
}

static brg_tensor *vector(int64_t count, uint64_t seed) {
    brg_shape shape = brg_shape_1d(BRG_F32, count);
    brg_tensor *tensor = NULL;
    cr_assert_eq(brg_tensor_create_uniform(&shape, seed, -1, 1, &tensor, NULL), BRG_OK);
    return tensor;
}

/* Runs the case within a budget, and gives its result; a job that fails is the caller's to judge.
 */
static brg_result run_case(const stream_case *c, uint64_t budget, brg_transfer transfer,
                           int32_t repeats) {
    brg_engine_config config = {.memory_budget = budget, .transfer = transfer, .tuning_file = ""};
    brg_engine *engine = start_engine(&config);
    brg_gemm_params params = {.m = c->m,
                              .n = c->n,
                              .k = c->k,
                              .alpha = 1,
                              .beta = c->beta,
                              .ta = c->ta,
                              .tb = c->tb,
                              .bias = c->bias,
                              .epilogue = c->epilogue};
    brg_stage stage = {.op = "gemm", .params = &params, .input_count = 2};
    brg_tensor *inputs[BRG_MAX_INPUTS] = {stored(c->m, c->k, c->ta, c->pad, 1),
                                          stored(c->k, c->n, c->tb, c->pad, 2)};
    if (c->beta != 0)
        inputs[stage.input_count++] = matrix(c->m, c->n + c->pad, 3);
    if (c->bias != BRG_BIAS_NONE)
        inputs[stage.input_count++] = vector(c->bias == BRG_BIAS_ROWS ? c->m : c->n, 4);
    memcpy(stage.inputs, inputs, sizeof inputs);
    brg_job_desc desc = {
        .stages = &stage, .stage_count = 1, .verify = BRG_VERIFY_FULL, .repeats = repeats};
    brg_job job;
    brg_error error = {.status = BRG_OK};
    cr_assert_eq(brg_engine_submit(engine, &desc, &job, &error), BRG_OK, "%s", error.what);
    brg_result result = wait_for(engine, job);
    for (int i = 0; i < BRG_MAX_INPUTS; i++)
        brg_tensor_release(inputs[i]);
    brg_engine_destroy(engine);
    return result;
}

static const stream_case cases[] = {
    {256, 256, 256, false, false, 0, BRG_BIAS_NONE, BRG_EPILOGUE_NONE, 0},
    {301, 257, 199, false, false, 0, BRG_BIAS_NONE, BRG_EPILOGUE_NONE, 5},
    {301, 257, 199, true, false, 0.5f, BRG_BIAS_NONE, BRG_EPILOGUE_NONE, 3},
    {301, 257, 199, false, true, 0, BRG_BIAS_COLUMNS, BRG_EPILOGUE_RELU, 0},
    {301, 257, 199, true, true, -1, BRG_BIAS_ROWS, BRG_EPILOGUE_NONE, 1},
    {1000, 33, 100, false, false, 0, BRG_BIAS_NONE, BRG_EPILOGUE_NONE, 0},
    {33, 1000, 100, false, false, 0, BRG_BIAS_NONE, BRG_EPILOGUE_NONE, 0},
};

Test(stream, parts_give_the_whole) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (brg_transfer transfer = BRG_TRANSFER_AUTO; transfer <= BRG_TRANSFER_COPY; transfer++) {
            brg_result result = run_case(&cases[i], 300 << 10, transfer, 1);
            cr_assert_eq(result.state, BRG_JOB_DONE, "%zu: %s", i, result.error.what);
            cr_expect_eq(result.verdict.outcome, BRG_PASSED, "%zu", i);
            cr_expect_gt(result.parts, 1, "%zu", i);
            brg_result_release(&result);
        }
}

Test(stream, what_fits_is_not_cut) {
    brg_result result = run_case(&cases[0], 0, BRG_TRANSFER_AUTO, 1);
    cr_expect_eq(result.parts, 1);
    brg_result_release(&result);
}

Test(stream, runs_more_than_once) {
    brg_result result = run_case(&cases[1], 300 << 10, BRG_TRANSFER_COPY, 3);
    cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
    cr_expect_eq(result.verdict.outcome, BRG_PASSED);
    cr_expect_eq(result.runs, 3);
    brg_result_release(&result);
}

Test(stream, says_when_not_even_a_strip_fits) {
    brg_result result = run_case(&cases[0], 4096, BRG_TRANSFER_AUTO, 1);
    cr_expect_eq(result.state, BRG_JOB_FAILED);
    cr_expect_eq(result.error.status, BRG_E_MEMORY);
    cr_expect_not_null(strstr(result.error.what, "budget"), "%s", result.error.what);
    brg_result_release(&result);
}

/* Every element of the output belongs to one part, and no part takes more than it may. */
Test(stream, parts_tile_the_output) {
    const brg_op *op = brg_op_find("gemm");
    brg_gemm_params params = BRG_GEMM_DEFAULTS;
    brg_call call = {.params = &params,
                     .input_count = 2,
                     .inputs = {brg_shape_2d(BRG_F32, 203, 97), brg_shape_2d(BRG_F32, 97, 151)}};
    cr_assert_eq(op->check(&call, &call.output, NULL), BRG_OK);
    unsigned char covered[203][151] = {{0}};
    brg_part part;
    int32_t index = 0;
    do {
        cr_assert_eq(op->part(&call, 40 << 10, index, &part, NULL), BRG_OK);
        const brg_region *w = &part.output_region;
        cr_assert_eq(w->pitch, 151 * sizeof(float));
        for (size_t y = 0; y < w->rows; y++)
            for (size_t x = 0; x < w->row_bytes / sizeof(float); x++)
                covered[w->offset / w->pitch + y][w->offset % w->pitch / sizeof(float) + x]++;
        for (int32_t i = 0; i < part.input_count; i++)
            cr_expect_leq(part.regions[i].rows * part.regions[i].row_bytes, 40u << 10);
    } while (++index < part.count);
    for (int y = 0; y < 203; y++)
        for (int x = 0; x < 151; x++)
            cr_assert_eq(covered[y][x], 1, "%d %d", y, x);
}
