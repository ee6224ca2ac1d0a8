/* Uses Brigade from outside: brings an op of its own, runs it beside a built-in one, and checks
 * that both are verified, and that a kernel which is wrong is found out. */
#include <math.h>
#include <stdio.h>

#include <brigade/brigade.h>

/* ---- an op of our own: saxpy, out = a * x + y
 * ---------------------------------------------------- */

typedef struct saxpy_params {
    float a;
} saxpy_params;

static const char kernel_source[] =
    "__kernel void saxpy(__global const float *x, __global const float *y, __global float *out,\n"
    "                    float a, int n, int first) {\n"
    "    int i = first + get_global_id(0);\n"
    "    if (i < n)\n"
    "        out[i] = a * x[i] + y[i] SABOTAGE;\n"
    "}\n";

static brg_status saxpy_check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_shape *x = &call->inputs[0], *y = &call->inputs[1];
    if (x->rank != 1 || y->rank != 1 || x->dims[0] != y->dims[0])
        return brg_fail(error, BRG_E_SHAPE, "saxpy takes two vectors of one length");
    if (x->dtype != BRG_F32 || y->dtype != BRG_F32 || x->dims[0] > INT32_MAX / 2)
        return brg_fail(error, BRG_E_UNSUPPORTED, "saxpy takes f32 vectors of moderate length");
    *output = *x;
    return BRG_OK;
}

static void saxpy_cost(const brg_call *call, brg_cost *cost) {
    cost->flops = 2.0 * (double)call->inputs[0].dims[0];
    cost->bytes = 12.0 * (double)call->inputs[0].dims[0];
}

static int32_t saxpy_dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    dims[0] = (brg_dim){"n", call->inputs[0].dims[0]};
    return 1;
}

static brg_status plan(const brg_call *call, const char *sabotage, brg_plan *planned) {
    const saxpy_params *params = call->params;
    brg_launch *launch = brg_plan_add(planned, "saxpy", "saxpy");
    launch->source = kernel_source;
    brg_launch_option(launch, "-DSABOTAGE=%s", sabotage);
    brg_launch_range(launch, 0, call->inputs[0].dims[0], 64);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(1));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_f32(launch, params->a);
    brg_arg_i32(launch, call->inputs[0].dims[0]);
    brg_arg_first(launch);
    return BRG_OK;
}

static brg_status saxpy_plan(const brg_call *call, const char *variant,
                             const brg_device_info *device, brg_plan *planned, brg_error *error) {
    (void)variant, (void)device, (void)error;
    snprintf(planned->variant, sizeof planned->variant, "plain");
    return plan(call, "", planned);
}

static brg_status wrong_plan(const brg_call *call, const char *variant,
                             const brg_device_info *device, brg_plan *planned, brg_error *error) {
    (void)variant, (void)device, (void)error;
    snprintf(planned->variant, sizeof planned->variant, "plain");
    return plan(call, "+(i==n-1)", planned);
}

static void saxpy_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const saxpy_params *params = call->params;
    const float *x = call->data[0], *y = call->data[1];
    float *out = output;
    for (int64_t i = row0; i < row1; i++)
        out[i] = params->a * x[i] + y[i];
}

/* Two roundings, each by half a unit in the last place. */
static void saxpy_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                         double *bound) {
    const saxpy_params *params = call->params;
    const float *x = call->data[0], *y = call->data[1];
    for (int64_t i = row0; i < row1; i++) {
        double product = (double)params->a * x[i];
        expected[i - row0] = product + y[i];
        bound[i - row0] = 0x1p-23 * (fabs(product) + fabs((double)y[i])) + 0x1p-149;
    }
}

static const saxpy_params saxpy_defaults = {2.5f};
static const brg_variant saxpy_variants[] = {{"plain", "one work-item an element"}};

#define SAXPY(op_name, planner)                                                                    \
    {                                                                                              \
        .name = op_name, .summary = "a * x + y", .params_size = sizeof(saxpy_params),              \
        .defaults = &saxpy_defaults, .min_inputs = 2, .max_inputs = 2, .variants = saxpy_variants, \
        .variant_count = 1, .check = saxpy_check, .cost = saxpy_cost, .dims = saxpy_dims,          \
        .plan = planner, .sequential = saxpy_sequential, .oracle = saxpy_oracle                    \
    }

static const brg_op saxpy = SAXPY("saxpy", saxpy_plan);
static const brg_op saxpy_wrong = SAXPY("saxpy_wrong", wrong_plan);

/* ---- jobs
 * ------------------------------------------------------------------------------------------ */

/* Runs an op on two tensors of noise and compares its outcome with what it must be. */
static bool ends_as(brg_engine *engine, const char *op, const brg_shape *shape,
                    brg_outcome outcome) {
    brg_tensor *x = NULL, *y = NULL;
    brg_result result = {0};
    brg_error error = {0};
    brg_job job;
    brg_tensor_create_uniform(shape, 1, -1, 1, &x, NULL);
    brg_tensor_create_uniform(shape, 2, -1, 1, &y, NULL);
    brg_stage stage = {.op = op, .inputs = {x, y}, .input_count = 2};
    brg_job_desc desc = {.stages = &stage, .stage_count = 1, .verify = BRG_VERIFY_FULL};
    bool ended = brg_engine_submit(engine, &desc, &job, &error) == BRG_OK &&
                 brg_engine_wait(engine, job, 60) == BRG_OK &&
                 brg_engine_result(engine, job, &result, &error) == BRG_OK;
    bool as_wanted = ended && result.state == BRG_JOB_DONE && result.verdict.outcome == outcome;

    char text[256];
    brg_verdict_text(&result.verdict, text, sizeof text);
    printf("%s %s: %s%s%s\n", as_wanted ? "ok" : "NOT AS IT SHOULD BE", op,
           result.state == BRG_JOB_DONE ? text : "", error.what, result.error.what);
    brg_result_release(&result);
    brg_tensor_release(x);
    brg_tensor_release(y);
    return as_wanted;
}

int main(void) {
    brg_engine *engine;
    brg_error error;
    printf("brigade %s\n", brg_version());
    if (brg_engine_create(NULL, &engine, &error) != BRG_OK ||
        brg_engine_add_op(engine, &saxpy, &error) != BRG_OK ||
        brg_engine_add_op(engine, &saxpy_wrong, &error) != BRG_OK) {
        printf("%s\n", error.what);
        return 1;
    }
    brg_shape vector = brg_shape_1d(BRG_F32, 100003), matrix = brg_shape_2d(BRG_F32, 61, 61);
    bool good = ends_as(engine, "saxpy", &vector, BRG_PASSED);
    good = ends_as(engine, "saxpy_wrong", &vector, BRG_MISMATCH) && good;
    good = ends_as(engine, "gemm", &matrix, BRG_PASSED) && good;
    brg_engine_destroy(engine);
    return good ? 0 : 1;
}
