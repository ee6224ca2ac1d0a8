/* What the tests of the ops share: examples made calls, and results held against the oracle. */
#ifndef TESTS_OPS_REFERENCE_H
#define TESTS_OPS_REFERENCE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "brigade/brigade.h"

typedef void (*rows_function)(const brg_call *, int64_t, int64_t, void *);

/* The call that an example stands for, checked. It lives as long as the example. */
static inline brg_call call_of(const brg_op *op, const brg_example *example) {
    brg_call call = {.params = example->params, .input_count = example->input_count};
    for (int32_t i = 0; i < example->input_count; i++) {
        call.inputs[i] = *brg_tensor_shape(example->inputs[i]);
        call.data[i] = brg_tensor_data(example->inputs[i]);
    }
    brg_error error = {.status = BRG_OK};
    cr_assert_eq(op->check(&call, &call.output, &error), BRG_OK, "%s: %s", example->text,
                 error.what);
    return call;
}

static inline size_t output_bytes(const brg_call *call) {
    size_t bytes = 0;
    cr_assert_eq(brg_shape_size(&call->output, NULL, &bytes, NULL), BRG_OK);
    return bytes;
}

/* Room for the output, with ones in every bit: whatever is left unwritten is NaN, or white. */
static inline void *blank_output(const brg_call *call) {
    size_t bytes = output_bytes(call);
    void *output = malloc(bytes + 1);
    cr_assert_not_null(output);
    memset(output, 0xff, bytes + 1);
    return output;
}

/* Computes in bands of `band` rows, as the engine does. */
static inline void compute(rows_function rows, const brg_call *call, int64_t band, void *output) {
    int64_t height = call->output.dims[0];
    for (int64_t row = 0; row < height; row += band)
        rows(call, row, row + band < height ? row + band : height, output);
}

static inline brg_verdict compare(const brg_op *op, const brg_call *call, const void *output) {
    size_t elements = 0;
    brg_shape_size(&call->output, &elements, NULL, NULL);
    double *expected = malloc((elements + 1) * sizeof *expected);
    double *bound = malloc((elements + 1) * sizeof *bound);
    cr_assert(expected && bound);
    op->oracle(call, 0, call->output.dims[0], expected, bound);
    brg_verdict verdict;
    brg_verdict_begin(&verdict, BRG_VERIFY_FULL, &call->output);
    brg_verdict_compare_rows(&verdict, &call->output, 0, call->output.dims[0], output, expected,
                             bound);
    brg_verdict_end(&verdict);
    free(expected);
    free(bound);
    return verdict;
}

/* Requires a reference loop to agree with the oracle on every example, in whatever bands. */
static inline void must_agree(const brg_op *op, rows_function rows) {
    static const int64_t bands[] = {1 << 30, 1, 7};
    int32_t count = 0;
    brg_example example;
    for (int32_t i = 0; op->example(i, 7, &example, NULL) == BRG_OK; i++, count++) {
        brg_call call = call_of(op, &example);
        for (size_t b = 0; b < sizeof bands / sizeof bands[0]; b++) {
            void *output = blank_output(&call);
            compute(rows, &call, bands[b], output);
            brg_verdict verdict = compare(op, &call, output);
            char text[256];
            cr_expect_eq(verdict.outcome, BRG_PASSED, "%s in bands of %d: %s", example.text,
                         (int)bands[b], brg_verdict_text(&verdict, text, sizeof text));
            free(output);
        }
        brg_example_release(&example);
    }
    cr_assert_gt(count, 20);
}

#endif
