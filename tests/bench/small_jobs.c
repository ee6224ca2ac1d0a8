/* What a small job costs: the same kernel by bare OpenCL calls and through the engine, in turn.
 *
 *     bench-small-jobs [ROUNDS] [JOBS]
 *
 * One job adds two vectors of 4096 floats. "Bare, reused" sets the arguments of a kernel and
 * buffers that exist, and waits: the least there is. "Bare, anew" makes and releases its buffers
 * and its kernel, as the engine does for every job. The engine's jobs go one at a time, each waited
 * for, or all handed in at once. On PoCL both bare ways and the engine compute in the thread that asks: PoCL
 * lists its device without threads first, and for so small a job the engine takes the same. */
#include <CL/cl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brigade/brigade.h"

enum { N = 4096, GROUP = 512, MOST_ROUNDS = 1000 };

static const char source[] =
    "kernel void add(int n, global const float *x, global const float *y, global float *out) {\n"
    "    int first = get_global_id(0) * GROUP;\n"
    "    for (int i = first; i < min(first + GROUP, n); i++)\n"
    "        out[i] = x[i] + y[i];\n"
    "}\n";

static void stop(const char *what) {
    fprintf(stderr, "bench-small-jobs: %s\n", what);
    exit(4);
}

static void require(cl_int code, const char *what) {
    if (code != CL_SUCCESS)
        stop(what);
}

static double now_us(void) {
    return (double)brg_now_ns() * 1e-3;
}

/* ---- bare ------------------------------------------------------------------------------------ */

typedef struct bare {
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    cl_kernel kernel;
    cl_mem buffers[3];
    float *x, *y, *out;
} bare;

static void make_objects(bare *b) {
    cl_int code;
    const cl_mem_flags input = CL_MEM_READ_ONLY | CL_MEM_USE_HOST_PTR;
    b->kernel = clCreateKernel(b->program, "add", &code);
    require(code, "clCreateKernel failed");
    b->buffers[0] = clCreateBuffer(b->context, input, N * sizeof(float), b->x, &code);
    b->buffers[1] = clCreateBuffer(b->context, input, N * sizeof(float), b->y, &code);
    b->buffers[2] = clCreateBuffer(b->context, CL_MEM_READ_WRITE, N * sizeof(float), NULL, &code);
    require(code, "clCreateBuffer failed");
}

static void drop_objects(bare *b) {
    for (int i = 0; i < 3; i++)
        clReleaseMemObject(b->buffers[i]);
    clReleaseKernel(b->kernel);
}

static void bare_job(bare *b) {
    const size_t global = N / GROUP, local = 1;
    const cl_int n = N;
    clSetKernelArg(b->kernel, 0, sizeof n, &n);
    for (cl_uint i = 0; i < 3; i++)
        clSetKernelArg(b->kernel, i + 1, sizeof b->buffers[i], &b->buffers[i]);
    require(clEnqueueNDRangeKernel(b->queue, b->kernel, 1, NULL, &global, &local, 0, NULL, NULL),
            "clEnqueueNDRangeKernel failed");
    require(clEnqueueReadBuffer(b->queue, b->buffers[2], CL_TRUE, 0, N * sizeof(float), b->out, 0,
                                NULL, NULL),
            "clEnqueueReadBuffer failed");
}

static double bare_reused(bare *b, int jobs) {
    make_objects(b);
    bare_job(b);
    double began = now_us();
    for (int i = 0; i < jobs; i++)
        bare_job(b);
    double us = (now_us() - began) / jobs;
    drop_objects(b);
    return us;
}

static double bare_anew(bare *b, int jobs) {
    double began = now_us();
    for (int i = 0; i < jobs; i++) {
        make_objects(b);
        bare_job(b);
        drop_objects(b);
    }
    return (now_us() - began) / jobs;
}

static void open_bare(bare *b) {
    cl_platform_id platform;
    cl_device_id device;
    cl_int code;
    const char *text = source;
    char options[32];
    require(clGetPlatformIDs(1, &platform, NULL), "there is no OpenCL platform");
    require(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL), "there is no device");
    b->context = clCreateContext(NULL, 1, &device, NULL, NULL, &code);
    require(code, "clCreateContext failed");
    b->queue = clCreateCommandQueue(b->context, device, 0, &code);
    require(code, "clCreateCommandQueue failed");
    b->program = clCreateProgramWithSource(b->context, 1, &text, NULL, &code);
    require(code, "clCreateProgramWithSource failed");
    snprintf(options, sizeof options, "-DGROUP=%d", GROUP);
    require(clBuildProgram(b->program, 1, &device, options, NULL, NULL), "clBuildProgram failed");
    b->x = aligned_alloc(4096, N * sizeof(float));
    b->y = aligned_alloc(4096, N * sizeof(float));
    b->out = aligned_alloc(4096, N * sizeof(float));
    if (!b->x || !b->y || !b->out)
        stop("no memory");
    for (int i = 0; i < N; i++)
        b->x[i] = b->y[i] = (float)i;
}

static void close_bare(bare *b) {
    clReleaseProgram(b->program);
    clReleaseCommandQueue(b->queue);
    clReleaseContext(b->context);
    free(b->x);
    free(b->y);
    free(b->out);
}

/* ---- the engine ------------------------------------------------------------------------------ */

static brg_status add_check(const brg_call *call, brg_shape *output, brg_error *error) {
    (void)error;
    *output = call->inputs[0];
    return BRG_OK;
}

static void add_cost(const brg_call *call, brg_cost *cost) {
    *cost = (brg_cost){(double)call->output.dims[0], 12.0 * (double)call->output.dims[0]};
}

static int32_t add_dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    dims[0] = (brg_dim){"n", call->output.dims[0]};
    return 1;
}

static brg_status add_plan(const brg_call *call, const char *variant, const brg_device_info *device,
                           brg_plan *plan, brg_error *error) {
    (void)variant, (void)device, (void)error;
    brg_launch *launch = brg_plan_add(plan, "add", "add");
    launch->source = source;
    strcpy(plan->variant, "only");
    brg_launch_option(launch, "-DGROUP=%d", GROUP);
    brg_launch_range(launch, 0, call->output.dims[0] / GROUP, 1);
    brg_arg_i32(launch, call->output.dims[0]);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(1));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    return BRG_OK;
}

static void add_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const float *x = call->data[0], *y = call->data[1];
    for (int64_t i = row0; i < row1; i++)
        ((float *)output)[i] = x[i] + y[i];
}

static void add_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                       double *bound) {
    const float *x = call->data[0], *y = call->data[1];
    for (int64_t i = row0; i < row1; i++) {
        expected[i - row0] = (double)x[i] + y[i];
        bound[i - row0] = 0x1p-24 * expected[i - row0];
    }
}

static const brg_op add_op = {.name = "add",
                              .summary = "the sum of two vectors",
                              .min_inputs = 2,
                              .max_inputs = 2,
                              .check = add_check,
                              .cost = add_cost,
                              .dims = add_dims,
                              .plan = add_plan,
                              .sequential = add_sequential,
                              .oracle = add_oracle};

typedef struct client {
    brg_engine *engine;
    brg_tensor *x, *y;
    brg_job *jobs;
} client;

static brg_job submit(client *c, const char *variant, brg_verify_policy verify) {
    brg_stage stage = {.op = "add", .variant = variant, .inputs = {c->x, c->y}, .input_count = 2};
    brg_job_desc desc = {.stages = &stage, .stage_count = 1, .verify = verify};
    brg_error error = {0};
    brg_job job;
    if (brg_engine_submit(c->engine, &desc, &job, &error) != BRG_OK)
        stop(error.what);
    return job;
}

/* Takes the result as a user would, and forgets the job. */
static void collect(client *c, brg_job job) {
    brg_result result;
    brg_engine_wait(c->engine, job, -1);
    if (brg_engine_result(c->engine, job, &result, NULL) != BRG_OK ||
        result.state != BRG_JOB_DONE || result.verdict.outcome == BRG_MISMATCH)
        stop("a job did not end well");
    brg_result_release(&result);
    brg_engine_forget(c->engine, job);
}

static double one_at_a_time(client *c, const char *variant, int jobs) {
    double began = now_us();
    for (int i = 0; i < jobs; i++)
        collect(c, submit(c, variant, BRG_VERIFY_NONE));
    return (now_us() - began) / jobs;
}

static double all_at_once(client *c, const char *variant, int jobs) {
    double began = now_us();
    for (int i = 0; i < jobs; i++)
        c->jobs[i] = submit(c, variant, BRG_VERIFY_NONE);
    for (int i = 0; i < jobs; i++)
        collect(c, c->jobs[i]);
    return (now_us() - began) / jobs;
}

static void open_client(client *c, int jobs) {
    brg_engine_config config = {.capacity = jobs + 1, .cache_dir = "", .tuning_file = ""};
    brg_shape shape = brg_shape_1d(BRG_F32, N);
    brg_error error = {0};
    if (brg_engine_create(&config, &c->engine, &error) != BRG_OK ||
        brg_engine_add_op(c->engine, &add_op, &error) != BRG_OK ||
        brg_tensor_create_uniform(&shape, 1, 0, 1, &c->x, &error) != BRG_OK ||
        brg_tensor_create_uniform(&shape, 2, 0, 1, &c->y, &error) != BRG_OK)
        stop(error.what);
    c->jobs = calloc((size_t)jobs, sizeof c->jobs[0]);
    if (!c->jobs)
        stop("no memory");
    collect(c, submit(c, NULL, BRG_VERIFY_FULL));
    collect(c, submit(c, "host", BRG_VERIFY_FULL));
}

static void close_client(client *c) {
    brg_engine_destroy(c->engine);
    brg_tensor_release(c->x);
    brg_tensor_release(c->y);
    free(c->jobs);
}

/* ---- rounds ---------------------------------------------------------------------------------- */

enum { REUSED, ANEW, ONE, MANY, HOST_ONE, HOST_MANY, WAYS };

static const char *const way_names[WAYS] = {"bare, objects reused",     "bare, objects made anew",
                                            "engine, one at a time",    "engine, all handed in",
                                            "host path, one at a time", "host path, all handed in"};

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof values[0], by_value);
    return values[count / 2];
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 15, jobs = argc > 2 ? atoi(argv[2]) : 500;
    static double us[WAYS][MOST_ROUNDS];
    bare b;
    client c;
    if (rounds < 1 || rounds > MOST_ROUNDS || jobs < 1 || jobs > 60000)
        stop("ROUNDS is 1 to 1000, JOBS 1 to 60000");
    brg_prepare_drivers();
    open_bare(&b);
    open_client(&c, jobs);
    for (int r = 0; r < rounds; r++) {
        us[REUSED][r] = bare_reused(&b, jobs);
        us[ANEW][r] = bare_anew(&b, jobs);
        us[ONE][r] = one_at_a_time(&c, NULL, jobs);
        us[MANY][r] = all_at_once(&c, NULL, jobs);
        us[HOST_ONE][r] = one_at_a_time(&c, "host", jobs);
        us[HOST_MANY][r] = all_at_once(&c, "host", jobs);
    }
    printf("%-26s %8s %10s   (%d rounds of %d jobs, medians)\n", "way", "us a job", "jobs/s",
           rounds, jobs);
    for (int w = 0; w < WAYS; w++) {
        double m = median(us[w], rounds);
        printf("%-26s %8.1f %10.0f   %.1f to %.1f\n", way_names[w], m, 1e6 / m, us[w][0],
               us[w][rounds - 1]);
    }
    close_client(&c);
    close_bare(&b);
    return 0;
}
