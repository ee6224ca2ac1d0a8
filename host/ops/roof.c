/* The ops that measure a device's roofs. See brigade/roof.h. */
#include "brigade/roof.h"

#include <string.h>

#include "ops/ops.h"

static const char source[] =
    "#ifndef VECTOR\n"
    "#define VECTOR float\n"
    "#endif\n"
    "#ifdef WIDE\n"
    "#define SUM(a) lanes(a)\n"
    "float lanes(float16 a) {\n"
    "    float8 b = a.lo + a.hi;\n"
    "    float4 c = b.lo + b.hi;\n"
    "    return (c.x + c.y) + (c.z + c.w);\n"
    "}\n"
    "#else\n"
    "#define SUM(a) (a)\n"
    "#endif\n"
    "/* 12 sums hide the latency of a multiply-add; 1 times 0.5 plus 0.5 stays 1. */\n"
    "kernel void peak(global const float *factors, global float *out, int rounds) {\n"
    "    const VECTOR x = factors[0], y = factors[1];\n"
    "    VECTOR a = 1, b = 1, c = 1, d = 1, e = 1, f = 1, g = 1, h = 1, i = 1, j = 1, k = 1, l = "
    "1;\n"
    "    for (int r = 0; r < rounds; r++) {\n"
    "        a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y);\n"
    "        e = fma(e, x, y); f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y);\n"
    "        i = fma(i, x, y); j = fma(j, x, y); k = fma(k, x, y); l = fma(l, x, y);\n"
    "    }\n"
    "    out[get_global_id(0)] = SUM(a + b + c + d + e + f + g + h + i + j + k + l);\n"
    "}\n"
    "kernel void copy(int n, global const float16 *from, global float16 *to, int run) {\n"
    "    const int first = get_group_id(0) * run + get_local_id(0);\n"
    "    for (int i = first; i < min((int)(get_group_id(0) + 1) * run, n); i += "
    "get_local_size(0))\n"
    "        to[i] = from[i];\n"
    "}\n";

enum { SUMS = 12, ROUNDS = 20000, COPIED = 1 << 24, RUN = 4096 };

/* ---- the op "peak" --------------------------------------------------------------------------- */

static bool is_cpu(const brg_device_info *device) {
    return device->kind == BRG_DEVICE_CPU;
}

static int64_t lanes_of(const brg_device_info *device) {
    return is_cpu(device) ? 16 : 1;
}

/* The parameters of "peak". */
typedef struct peak_params {
    int64_t items, lanes;
} peak_params;

static brg_status peak_check(const brg_call *call, brg_shape *output, brg_error *error) {
    (void)error;
    *output = brg_shape_1d(BRG_F32, ((const peak_params *)call->params)->items);
    return BRG_OK;
}

static void peak_cost(const brg_call *call, brg_cost *cost) {
    const peak_params *p = call->params;
    *cost = (brg_cost){2.0 * SUMS * ROUNDS * (double)(p->items * p->lanes), 4.0 * (double)p->items};
}

static int32_t no_dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    (void)call, (void)dims;
    return 0;
}

static brg_status peak_plan(const brg_call *call, const char *variant,
                            const brg_device_info *device, brg_plan *plan, brg_error *error) {
    (void)variant, (void)error;
    brg_launch *launch = brg_plan_add(plan, "roof", "peak");
    launch->source = source;
    strcpy(plan->variant, "only");
    if (is_cpu(device))
        brg_launch_option(launch, "-DWIDE -DVECTOR=float16");
    brg_launch_range(launch, 0, call->output.dims[0], is_cpu(device) ? 1 : 64);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, ROUNDS);
    return BRG_OK;
}

static void peak_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    for (int64_t i = row0; i < row1; i++)
        ((float *)output)[i] = (float)(SUMS * ((const peak_params *)call->params)->lanes);
}

static void peak_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                        double *bound) {
    for (int64_t i = 0; i < row1 - row0; i++) {
        expected[i] = (double)(SUMS * ((const peak_params *)call->params)->lanes);
        bound[i] = 0;
    }
}

static const brg_op peak_op = {.name = "roof_peak",
                               .summary = "multiply-adds in registers",
                               .params_size = sizeof(peak_params),
                               .min_inputs = 1,
                               .max_inputs = 1,
                               .check = peak_check,
                               .cost = peak_cost,
                               .dims = no_dims,
                               .plan = peak_plan,
                               .sequential = peak_sequential,
                               .oracle = peak_oracle};

/* ---- the op "copy" --------------------------------------------------------------------------- */

static brg_status copy_check(const brg_call *call, brg_shape *output, brg_error *error) {
    (void)error;
    *output = call->inputs[0];
    return BRG_OK;
}

static void copy_cost(const brg_call *call, brg_cost *cost) {
    *cost = (brg_cost){0, 8.0 * (double)call->output.dims[0]};
}

static brg_status copy_plan(const brg_call *call, const char *variant,
                            const brg_device_info *device, brg_plan *plan, brg_error *error) {
    (void)variant, (void)error;
    int64_t vectors = call->output.dims[0] / 16;
    size_t group = is_cpu(device) ? 1 : 64;
    brg_launch *launch = brg_plan_add(plan, "roof", "copy");
    launch->source = source;
    strcpy(plan->variant, "only");
    brg_launch_range(launch, 0, (vectors + RUN - 1) / RUN * (int64_t)group, group);
    brg_arg_i32(launch, vectors);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, RUN);
    return BRG_OK;
}

static void copy_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const float *from = call->data[0];
    memcpy((float *)output + row0, from + row0, (size_t)(row1 - row0) * sizeof(float));
}

static void copy_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                        double *bound) {
    const float *from = call->data[0];
    for (int64_t i = row0; i < row1; i++) {
        expected[i - row0] = from[i];
        bound[i - row0] = 0;
    }
}

static const brg_op copy_op = {.name = "roof_copy",
                               .summary = "moves memory",
                               .min_inputs = 1,
                               .max_inputs = 1,
                               .check = copy_check,
                               .cost = copy_cost,
                               .dims = no_dims,
                               .plan = copy_plan,
                               .sequential = copy_sequential,
                               .oracle = copy_oracle};

/* ---- calls ----------------------------------------------------------------------------------- */

const brg_op *brg_roof_op(brg_roof roof) {
    return roof == BRG_ROOF_PEAK ? &peak_op : &copy_op;
}

brg_status brg_roof_make(brg_roof roof, const brg_device_info *device, uint32_t units,
                         brg_example *example, brg_error *error) {
    peak_params params = {.items = (int64_t)units * (is_cpu(device) ? 8 : 4096),
                          .lanes = lanes_of(device)};
    brg_shape shape = brg_shape_1d(BRG_F32, roof == BRG_ROOF_PEAK ? 2 : COPIED);
    memset(example, 0, sizeof *example);
    brg_status status =
        brg_tensor_create_uniform(&shape, 1, 0.5f, 0.5f, &example->inputs[0], error);
    if (status != BRG_OK)
        return status;
    example->input_count = 1;
    strcpy(example->text, brg_roof_op(roof)->summary);
    if (roof == BRG_ROOF_PEAK)
        memcpy(example->params, &params, sizeof params);
    return BRG_OK;
}
