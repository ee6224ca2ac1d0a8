/* The references of reaction_diffusion: against the oracle, bit by bit, and against a step in
 * double. */
#include <math.h>

#include "ops/ops.h"
#include "ops/reference.h"

Test(reference_reaction_diffusion, sequential_agrees_with_the_oracle) {
    must_agree(&brg_op_reaction_diffusion, brg_op_reaction_diffusion.sequential);
}

Test(reference_reaction_diffusion, naive_agrees_with_the_oracle) {
    must_agree(&brg_op_reaction_diffusion, brg_op_reaction_diffusion.naive);
}

enum { H = 11, W = 7 };

static brg_call call_on(brg_reaction_diffusion_params *params, const float *in) {
    brg_call call = {.params = params, .input_count = 1, .data = {in}};
    call.inputs[0] = brg_shape_3d(BRG_F32, H, W, 2);
    cr_assert_eq(brg_op_reaction_diffusion.check(&call, &call.output, NULL), BRG_OK);
    return call;
}

static void fill(float *in) {
    for (int i = 0; i < H * W * 2; i++)
        in[i] = (float)((i * 37 + 11) % 101) / 101.0f;
}

/* The model itself, in double, from the definition in brigade/ops.h. */
static double exact(const float *in, int y, int x, int s) {
    const brg_reaction_diffusion_params p = BRG_REACTION_DIFFUSION_DEFAULTS;
    int up = (y + H - 1) % H, down = (y + 1) % H, left = (x + W - 1) % W, right = (x + 1) % W;
    double u = (double)in[(y * W + x) * 2], v = (double)in[(y * W + x) * 2 + 1];
    double lap = (double)in[(up * W + x) * 2 + s] + (double)in[(down * W + x) * 2 + s] +
                 (double)in[(y * W + left) * 2 + s] + (double)in[(y * W + right) * 2 + s] -
                 4 * (s ? v : u);
    if (s == 0)
        return u +
               (double)p.dt * ((double)p.diffusion_u * lap - u * v * v + (double)p.feed * (1 - u));
    return v + (double)p.dt * ((double)p.diffusion_v * lap + u * v * v -
                               ((double)p.feed + (double)p.kill) * v);
}

Test(reference_reaction_diffusion, a_step_is_the_formula) {
    brg_reaction_diffusion_params params = BRG_REACTION_DIFFUSION_DEFAULTS;
    float in[H * W * 2], out[H * W * 2];
    fill(in);
    brg_call call = call_on(&params, in);
    brg_op_reaction_diffusion.sequential(&call, 0, 1, out);
    for (int i = 0; i < H * W * 2; i++)
        cr_expect_float_eq(out[i], exact(in, i / 2 / W, i / 2 % W, i % 2), 2e-6, "%d", i);
}

Test(reference_reaction_diffusion, steps_in_one_call_are_steps_in_many) {
    brg_reaction_diffusion_params one = BRG_REACTION_DIFFUSION_DEFAULTS, six = one;
    float in[H * W * 2], state[2][H * W * 2], out[H * W * 2];
    fill(in);
    six.steps = 6;
    brg_call call = call_on(&six, in);
    brg_op_reaction_diffusion.sequential(&call, 0, 1, out);
    memcpy(state[0], in, sizeof in);
    for (int s = 0; s < 6; s++) {
        call = call_on(&one, state[s % 2]);
        brg_op_reaction_diffusion.sequential(&call, 0, 1, state[(s + 1) % 2]);
    }
    cr_expect_eq(memcmp(out, state[0], sizeof out), 0);
}

/* The start that everyday calls are given must be one that a pattern grows from. */
Test(reference_reaction_diffusion, the_everyday_start_stays_finite_and_alive) {
    brg_example example;
    cr_assert_eq(brg_op_reaction_diffusion.make("h=70 w=45 grids=2 steps=400", 7, &example, NULL),
                 BRG_OK);
    brg_call call = {.params = example.params, .input_count = 1};
    call.inputs[0] = *brg_tensor_shape(example.inputs[0]);
    call.data[0] = brg_tensor_data(example.inputs[0]);
    cr_assert_eq(brg_op_reaction_diffusion.check(&call, &call.output, NULL), BRG_OK);
    enum { COUNT = 2 * 70 * 45 * 2 };
    static float out[COUNT];
    brg_op_reaction_diffusion.sequential(&call, 0, 2, out);
    float most = 0;
    for (int i = 0; i < COUNT; i++) {
        cr_assert(out[i] >= 0 && out[i] <= 1.0f, "%d: %g", i, (double)out[i]);
        most = i % 2 == 1 ? fmaxf(most, out[i]) : most;
    }
    cr_expect_gt(most, 0.1f);
    brg_example_release(&example);
}

Test(reference_reaction_diffusion, next_to_nothing_is_nothing) {
    brg_reaction_diffusion_params params = BRG_REACTION_DIFFUSION_DEFAULTS;
    params.steps = 400;
    float in[H * W * 2] = {0}, out[H * W * 2];
    in[1] = 1e-3f; /* too little v to live on */
    brg_call call = call_on(&params, in);
    brg_op_reaction_diffusion.sequential(&call, 0, 1, out);
    for (int i = 1; i < H * W * 2; i += 2)
        cr_expect_eq(out[i], 0);
}

Test(reference_reaction_diffusion, the_last_bit_is_seen) {
    brg_reaction_diffusion_params params = BRG_REACTION_DIFFUSION_DEFAULTS;
    float in[H * W * 2], out[H * W * 2];
    fill(in);
    brg_call call = call_on(&params, in);
    brg_op_reaction_diffusion.sequential(&call, 0, 1, out);
    cr_expect_eq(compare(&brg_op_reaction_diffusion, &call, out).outcome, BRG_PASSED);
    out[20] = nextafterf(out[20], 2);
    cr_expect_eq(compare(&brg_op_reaction_diffusion, &call, out).outcome, BRG_MISMATCH);
}

Test(check_reaction_diffusion, refuses_what_does_not_fit) {
    brg_reaction_diffusion_params params = BRG_REACTION_DIFFUSION_DEFAULTS;
    brg_shape output;
    brg_call call = {.params = &params, .input_count = 1};
    call.inputs[0] = brg_shape_3d(BRG_F32, 4, 4, 3);
    cr_expect_eq(brg_op_reaction_diffusion.check(&call, &output, NULL), BRG_E_SHAPE);
    call.inputs[0] = brg_shape_3d(BRG_F32, 4, 4, 2);
    params.steps = 0;
    cr_expect_eq(brg_op_reaction_diffusion.check(&call, &output, NULL), BRG_E_ARGUMENT);
    params.steps = 1;
    params.feed = NAN;
    cr_expect_eq(brg_op_reaction_diffusion.check(&call, &output, NULL), BRG_E_ARGUMENT);
}
