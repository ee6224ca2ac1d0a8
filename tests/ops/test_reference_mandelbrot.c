/* The references of mandelbrot: against the oracle, count by count, and against known points. */
#include <math.h>

#include "ops/ops.h"
#include "ops/reference.h"
#include "reference/mandelbrot.h"

Test(reference_mandelbrot, sequential_agrees_with_the_oracle) {
    must_agree(&brg_op_mandelbrot, brg_op_mandelbrot.sequential);
}

Test(reference_mandelbrot, naive_agrees_with_the_oracle) {
    must_agree(&brg_op_mandelbrot, brg_op_mandelbrot.naive);
}

static int32_t count_at(float x, float y, int32_t iterations) {
    brg_mandelbrot_params params = {x, y, 0, 1, 1, iterations};
    brg_call call = {.params = &params};
    int32_t count = -1;
    cr_assert_eq(brg_op_mandelbrot.check(&call, &call.output, NULL), BRG_OK);
    brg_op_mandelbrot.sequential(&call, 0, 1, &count);
    return count;
}

Test(reference_mandelbrot, knows_points) {
    cr_expect_eq(count_at(0, 0, 500), 500);
    cr_expect_eq(count_at(-1, 0, 500), 500);
    cr_expect_eq(count_at(-2, 0, 500), 500);
    cr_expect_eq(count_at(2.5f, 0, 500), 1); /* z = 0, then 2.5 */
    cr_expect_eq(count_at(1, 0, 500), 3);    /* 0, 1, 2, 5 */
    cr_expect_eq(count_at(0, 2, 500), 2);    /* 0, 2i, -4 + 2i */
    cr_expect_eq(count_at(1e30f, 1e30f, 9), 1);
}

/* Away from the edge, double precision counts the same. */
Test(reference_mandelbrot, agrees_with_double_where_that_can_be) {
    enum { SIDE = 60, STEPS = 60 };
    brg_mandelbrot_params params = {-2.2f, 1.4f, 0.05f, SIDE, SIDE, STEPS};
    brg_call call = {.params = &params};
    int32_t counts[SIDE * SIDE], alike = 0;
    cr_assert_eq(brg_op_mandelbrot.check(&call, &call.output, NULL), BRG_OK);
    brg_op_mandelbrot.sequential(&call, 0, SIDE, counts);
    for (int i = 0; i < SIDE * SIDE; i++) {
        double cx = (double)(params.left + (float)(i % SIDE) * params.pixel);
        double cy = (double)(params.top - (float)(i / SIDE) * params.pixel);
        double x = 0, y = 0;
        int n = 0;
        for (; n < STEPS && x * x + y * y <= 4; n++) {
            double next = x * x - y * y + cx;
            y = 2 * x * y + cy;
            x = next;
        }
        alike += n == counts[i];
    }
    cr_expect(alike > SIDE * SIDE * 0.99, "%d of %d", alike, SIDE * SIDE);
}

Test(reference_mandelbrot, a_count_off_by_one_is_seen) {
    brg_example example;
    cr_assert_eq(brg_op_mandelbrot.make("w=40 h=30 steps=50", 1, &example, NULL), BRG_OK);
    brg_call call = call_of(&brg_op_mandelbrot, &example);
    int32_t *out = blank_output(&call);
    brg_op_mandelbrot.sequential(&call, 0, 30, out);
    cr_expect_eq(compare(&brg_op_mandelbrot, &call, out).outcome, BRG_PASSED);
    out[30 * 20]++;
    cr_expect_eq(compare(&brg_op_mandelbrot, &call, out).outcome, BRG_MISMATCH);
    free(out);
    brg_example_release(&example);
}

Test(reference_mandelbrot, the_estimate_is_of_the_right_size) {
    const brg_mandelbrot_params whole = BRG_MANDELBROT_DEFAULTS, inside = {0, 0, 0, 9, 9, 5000};
    double mean = brg_mandelbrot_mean_steps(&whole);
    cr_expect(mean > 40 && mean < 100, "%g", mean);
    cr_expect_eq(brg_mandelbrot_mean_steps(&inside), 5000);
}

Test(check_mandelbrot, refuses_what_does_not_fit) {
    brg_shape output;
    brg_mandelbrot_params params = BRG_MANDELBROT_DEFAULTS;
    brg_call call = {.params = &params};
    params.pixel = INFINITY;
    cr_expect_eq(brg_op_mandelbrot.check(&call, &output, NULL), BRG_E_ARGUMENT);
    params = BRG_MANDELBROT_DEFAULTS;
    params.width = 70000;
    cr_expect_eq(brg_op_mandelbrot.check(&call, &output, NULL), BRG_E_SHAPE);
    params.width = 4;
    params.iterations = -1;
    cr_expect_eq(brg_op_mandelbrot.check(&call, &output, NULL), BRG_E_ARGUMENT);
}
