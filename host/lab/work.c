/* Work for the device. See work.h. */
#include "lab/work.h"

#include <stdio.h>
#include <string.h>

/* ---- the op ------------------------------------------------------------------------------------ */

/* Numbers are 1 and stay 1 under x -> x / 2 + 1 / 2, which no compiler may assume: so every element of the
 * result tells whether it was worked on, and is known exactly. Four vectors at a time hide the
 * latency of a multiply-add. */
static const char source[] =
    "kernel void work(global const float16 *from, global float16 *to, int run, int passes, int "
    "first) {\n"
    "    const int item = get_global_id(0) + first, group = get_local_size(0);\n"
    "    const int begin = item / group * group * run + item % group;\n"
    "    for (int pass = 0; pass < passes; pass++) {\n"
    "        global const float16 *in = pass ? to : from;\n"
    "        for (int i = 0; i < run; i += 4) {\n"
    "            const int at = begin + i * group;\n"
    "            float16 a = in[at], b = in[at + group], c = in[at + 2 * group], d = in[at + 3 * "
    "group];\n"
    "            for (int k = 0; k < DEPTH; k++) {\n"
    "                a = fma(a, 0.5f, 0.5f); b = fma(b, 0.5f, 0.5f);\n"
    "                c = fma(c, 0.5f, 0.5f); d = fma(d, 0.5f, 0.5f);\n"
    "            }\n"
    "            to[at] = a; to[at + group] = b; to[at + 2 * group] = c; to[at + 3 * group] = d;\n"
    "        }\n"
    "    }\n"
    "}\n";

enum { LANES = 16 };

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const brg_lab_work_shape *shape = call->params;
    int64_t numbers = call->inputs[0].dims[0];
    if (call->inputs[0].dtype != BRG_F32 || numbers != shape->numbers || shape->depth < 1 ||
        shape->run < 4 * LANES || shape->run % (4 * LANES) || shape->group < 1 ||
        shape->passes < 1 || numbers < 1 || numbers > INT32_MAX ||
        numbers % ((int64_t)shape->run * shape->group))
        return brg_fail(error, BRG_E_SHAPE, "lab_work takes whole work-groups of f32 numbers");
    *output = call->inputs[0];
    return BRG_OK;
}

static void cost(const brg_call *call, brg_cost *cost) {
    const brg_lab_work_shape *shape = call->params;
    double visits = (double)shape->numbers * shape->passes;
    *cost = (brg_cost){2.0 * shape->depth * visits, 8.0 * (double)shape->numbers};
}

static int32_t dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    const brg_lab_work_shape *shape = call->params;
    dims[0] = (brg_dim){"n", shape->numbers};
    dims[1] = (brg_dim){"depth", shape->depth};
    dims[2] = (brg_dim){"passes", shape->passes};
    return 3;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *plan, brg_error *error) {
    (void)variant, (void)device, (void)error;
    const brg_lab_work_shape *shape = call->params;
    brg_launch *launch = brg_plan_add(plan, "lab_work", "work");
    launch->source = source;
    snprintf(plan->variant, sizeof plan->variant, "only");
    brg_launch_option(launch, "-DDEPTH=%d", (int)shape->depth);
    brg_launch_range(launch, 0, shape->numbers / shape->run, (size_t)shape->group);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, shape->run / LANES);
    brg_arg_i32(launch, shape->passes);
    brg_arg_first(launch);
    return BRG_OK;
}

static void sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_lab_work_shape *shape = call->params;
    const float *from = call->data[0];
    float *to = output;
    for (int64_t i = row0; i < row1; i++) {
        float x = from[i];
        for (int64_t k = 0; k < (int64_t)shape->depth * shape->passes; k++)
            x = fmaf(x, 0.5f, 0.5f);
        to[i] = x;
    }
}

static void oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                   double *bound) {
    (void)call;
    for (int64_t i = 0; i < row1 - row0; i++) {
        expected[i] = 1;
        bound[i] = 0;
    }
}

static const brg_op op = {.name = "lab_work",
                          .summary = "multiplies and adds, as often as told",
                          .params_size = sizeof(brg_lab_work_shape),
                          .min_inputs = 1,
                          .max_inputs = 1,
                          .check = check,
                          .cost = cost,
                          .dims = dims,
                          .plan = plan,
                          .sequential = sequential,
                          .oracle = oracle};

/* ---- making it --------------------------------------------------------------------------------- */

static brg_lab_work_shape settled(const brg_lab_work_shape *asked, const brg_device_info *device) {
    brg_lab_work_shape shape = *asked;
    shape.depth = shape.depth ? shape.depth : 16;
    shape.passes = shape.passes ? shape.passes : 1;
    shape.run = shape.run ? shape.run : 1024;
    shape.group = shape.group ? shape.group : device->kind == BRG_DEVICE_CPU ? 1 : 64;
    int64_t step = (int64_t)shape.run * shape.group;
    shape.numbers = ((shape.numbers ? shape.numbers : 1 << 16) + step - 1) / step * step;
    return shape;
}

static brg_stage stage_of(const brg_lab_work *work) {
    return (brg_stage){
        .op = op.name, .params = &work->shape, .inputs = {work->numbers}, .input_count = 1};
}

/* Once, verified: a kernel that does nothing would be fast. */
static brg_status try_once(brg_lab_work *work) {
    brg_stage stage = stage_of(work);
    brg_job_desc desc = {.stages = &stage, .stage_count = 1, .verify = BRG_VERIFY_SAMPLE};
    brg_result result = {0};
    brg_status status = brg_lab_job(work->lab, &desc, 0, &result);
    work->flops = result.cost.flops;
    work->bytes = result.cost.bytes;
    brg_result_release(&result);
    return status;
}

brg_status brg_lab_work_make(brg_lab *lab, const brg_lab_work_shape *shape, brg_lab_work *work) {
    *work = (brg_lab_work){.lab = lab, .engine = brg_lab_engine(lab)};
    const brg_device_info *device = brg_lab_device(lab);
    if (!work->engine || !device)
        return brg_lab_status(lab);
    work->shape = settled(shape, device);
    brg_shape numbers = brg_shape_1d(BRG_F32, work->shape.numbers);
    brg_error error = {0};
    brg_status status = BRG_OK;
    if (!brg_engine_op(work->engine, op.name))
        status = brg_engine_add_op(work->engine, &op, &error);
    if (status == BRG_OK)
        status = brg_tensor_create_uniform(&numbers, 1, 1, 1, &work->numbers, &error);
    if (status != BRG_OK) {
        brg_lab_fail(lab, status, "%s", error.what);
        return status;
    }
    return try_once(work);
}

static double least_s(const brg_lab_work *work, const char *device, int32_t times) {
    double least = INFINITY;
    for (int32_t i = 0; i < times; i++)
        least = fmin(least, brg_lab_work_s(work, device));
    return least;
}

/* Makes it as many passes as last so long on `device`. Looks again, lest the machine was busy the first time: work that
 * is too short is no longer what an experiment is about. */
static brg_status stretch(brg_lab_work *work, double seconds, const char *device) {
    double least = least_s(work, device, 4);
    for (int32_t tries = 0; tries < 4 && !(fabs(least / seconds - 1) <= 0.1); tries++) {
        if (!(least > 0) || isinf(least))
            return brg_lab_status(work->lab);
        double passes = fmin(fmax(1, work->shape.passes * seconds / least), 1e8);
        work->flops *= passes / work->shape.passes;
        work->shape.passes = (int32_t)passes;
        if (passes <= 1)
            break;
        least = least_s(work, device, 2);
    }
    return BRG_OK;
}

brg_status brg_lab_work_lasting(brg_lab *lab, double seconds, brg_lab_work *work) {
    char part[BRG_NAME];
    brg_status status = brg_lab_work_make(lab, &(brg_lab_work_shape){.passes = 16}, work);
    return status == BRG_OK ? stretch(work, seconds, brg_lab_part(lab, 0, 1, part)) : status;
}

/* Eight groups for each unit, so that a large device has enough to do and it can be cut into slices. */
brg_status brg_lab_work_lasting_on_all(brg_lab *lab, double seconds, brg_lab_work *work) {
    char all[BRG_NAME];
    brg_lab_work_shape shape = {.passes = 16};
    const brg_device_info *device = brg_lab_device(lab);
    if (device && device->kind != BRG_DEVICE_CPU) {
        shape.run = 4 * LANES;
        shape.numbers = (int64_t)8 * brg_lab_units(lab) * shape.run * 64;
    }
    brg_status status = brg_lab_work_make(lab, &shape, work);
    return status == BRG_OK ? stretch(work, seconds, brg_lab_part(lab, 0, 0, all)) : status;
}

void brg_lab_work_release(brg_lab_work *work) {
    brg_tensor_release(work->numbers);
    *work = (brg_lab_work){0};
}

brg_status brg_lab_work_measure(brg_lab *lab, double seconds,
                                brg_status (*measure)(brg_lab *lab, const brg_lab_work *work)) {
    brg_lab_work work;
    brg_status status = brg_lab_work_lasting(lab, seconds, &work);
    if (status == BRG_OK)
        status = measure(lab, &work);
    brg_lab_work_release(&work);
    return status;
}

/* ---- doing it ---------------------------------------------------------------------------------- */

const char *brg_lab_part(brg_lab *lab, int32_t first, int32_t units, char text[BRG_NAME]) {
    const brg_device_info *device = brg_lab_device(lab);
    int32_t all = brg_lab_units(lab);
    text[0] = '\0';
    if (!device || all < 1)
        return text;
    if (units < 1 || units >= all)
        return brg_lab_spec(lab, 0, text, BRG_NAME);
    snprintf(text, BRG_NAME, "%d:%d/cu=%d@%d", (int)device->platform, (int)device->device,
             (int)units, (int)(first % (all / units) * units));
    return text;
}

brg_status brg_lab_work_submit(const brg_lab_work *work, const char *device, brg_job *job) {
    brg_stage stage = stage_of(work);
    brg_job_desc desc = {.stages = &stage,
                         .stage_count = 1,
                         .device = device,
                         .label = "work",
                         .slice_ms = work->slice_ms,
                         .priority = work->priority,
                         .verify = BRG_VERIFY_NONE};
    return brg_lab_job_submit(work->lab, &desc, job);
}

brg_status brg_lab_work_await(const brg_lab_work *work, brg_job job, brg_result *result) {
    return brg_lab_job_await(work->lab, job, result);
}

double brg_lab_work_s(const brg_lab_work *work, const char *device) {
    brg_job job;
    brg_result result = {0};
    if (brg_lab_work_submit(work, device, &job) != BRG_OK ||
        brg_lab_work_await(work, job, &result) != BRG_OK)
        return (double)NAN;
    double seconds = result.median.kernel / 1e3;
    brg_result_release(&result);
    return seconds;
}
