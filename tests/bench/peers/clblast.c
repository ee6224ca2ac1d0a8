/* CLBlast as a peer: an OpenCL BLAS on the same device, in a context of its own. The matrices are
 * on the device before the clock starts: its time is that of the kernels alone. */
#include <stdlib.h>

#include <clblast_c.h>

#include "gemm_task.h"

enum { MAX_PLATFORMS = 16, MAX_DEVICES = 32, NAME = 256 };

typedef struct work {
    gemm_task g;
    cl_device_id device;
    bool is_part;
    cl_context context;
    cl_command_queue queue;
    cl_mem a, b, c;
} work;

static const char *way(const cli_peer_task *task, int32_t index) {
    return index == 0 && strcmp(task->op, "gemm") == 0 ? "" : NULL;
}

static cl_platform_id find_platform(const char *name) {
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_uint count = 0;
    char text[NAME];
    if (clGetPlatformIDs(MAX_PLATFORMS, platforms, &count) != CL_SUCCESS)
        return NULL;
    for (cl_uint i = 0; i < count && i < MAX_PLATFORMS; i++)
        if (clGetPlatformInfo(platforms[i], CL_PLATFORM_NAME, sizeof text, text, NULL) ==
                CL_SUCCESS &&
            strncmp(text, name, BRG_NAME - 1) == 0)
            return platforms[i];
    return NULL;
}

static bool has_name(cl_device_id device, const char *name) {
    char text[1024] = "";
    clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof text - 1, text, NULL);
    return strcmp(text + strspn(text, " "), name) == 0;
}

/* The same device that Brigade computes on, or as many of its compute units. Brigade may have left out
 * devices before it. */
static bool find_device(work *w, const cli_peer_task *task) {
    cl_device_id devices[MAX_DEVICES];
    cl_uint count = 0, at = (cl_uint)task->device_index;
    cl_platform_id platform = find_platform(task->platform);
    if (!platform || clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, MAX_DEVICES, devices, &count))
        return false;
    while (at < count && !has_name(devices[at], task->device))
        at++;
    if (at >= count)
        return false;
    w->device = devices[at];
    if (!task->units)
        return true;
    const cl_device_partition_property by_counts[] = {CL_DEVICE_PARTITION_BY_COUNTS,
                                                      (cl_device_partition_property)task->units,
                                                      CL_DEVICE_PARTITION_BY_COUNTS_LIST_END, 0};
    w->is_part = clCreateSubDevices(w->device, by_counts, 1, &w->device, NULL) == CL_SUCCESS;
    return w->is_part;
}

static void release(void *state) {
    work *w = state;
    cl_mem buffers[] = {w->a, w->b, w->c};
    for (size_t i = 0; i < 3; i++)
        if (buffers[i])
            clReleaseMemObject(buffers[i]);
    CLBlastClearCache();
    if (w->queue)
        clReleaseCommandQueue(w->queue);
    if (w->context)
        clReleaseContext(w->context);
    if (w->is_part)
        clReleaseDevice(w->device);
    free(w);
}

static cl_mem buffer(const work *w, cl_mem_flags flags, size_t bytes, const void *data) {
    void *host;
    memcpy(&host, &data, sizeof host); /* OpenCL has no const for what it only reads */
    return clCreateBuffer(w->context, flags | CL_MEM_USE_HOST_PTR, bytes, host, NULL);
}

static bool set_up(work *w) {
    w->context = clCreateContext(NULL, 1, &w->device, NULL, NULL, NULL);
    w->queue = w->context ? clCreateCommandQueue(w->context, w->device, 0, NULL) : NULL;
    if (!w->queue)
        return false;
    w->a = buffer(w, CL_MEM_READ_ONLY, w->g.a_bytes, w->g.a);
    w->b = buffer(w, CL_MEM_READ_ONLY, w->g.b_bytes, w->g.b);
    w->c = buffer(w, CL_MEM_READ_WRITE, w->g.c_bytes, w->g.c);
    return w->a && w->b && w->c;
}

static void *prepare(const cli_peer_task *task, int32_t index, cli_peer_terms *terms) {
    (void)index;
    gemm_task g;
    if (!gemm_task_read(task, &g, terms))
        return NULL;
    work *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->g = g;
    if (find_device(w, task) && set_up(w))
        return w;
    snprintf(terms->note, sizeof terms->note, "could not set up %.80s", task->device);
    release(w);
    return NULL;
}

static bool enqueue(work *w) {
    const gemm_task *g = &w->g;
    return CLBlastSgemm(CLBlastLayoutRowMajor, g->ta ? CLBlastTransposeYes : CLBlastTransposeNo,
                        g->tb ? CLBlastTransposeYes : CLBlastTransposeNo, (size_t)g->m,
                        (size_t)g->n, (size_t)g->k, g->alpha, w->a, 0, (size_t)g->lda, w->b, 0,
                        (size_t)g->ldb, 0.0f, w->c, 0, (size_t)g->ldc, &w->queue,
                        NULL) == CLBlastSuccess;
}

/* After the clock has stopped, the result becomes visible to the host. */
static bool bring_back(work *w) {
    cl_int status;
    void *at = clEnqueueMapBuffer(w->queue, w->c, CL_TRUE, CL_MAP_READ, 0, w->g.c_bytes, 0, NULL,
                                  NULL, &status);
    return at && clEnqueueUnmapMemObject(w->queue, w->c, at, 0, NULL, NULL) == CL_SUCCESS &&
           clFinish(w->queue) == CL_SUCCESS;
}

static double run(void *state, int32_t calls) {
    work *w = state;
    double began = cli_peer_seconds();
    for (int32_t i = 0; i < calls; i++)
        if (!enqueue(w))
            return -1;
    if (clFinish(w->queue) != CL_SUCCESS)
        return -1;
    double seconds = cli_peer_seconds() - began;
    return bring_back(w) ? seconds : -1;
}

const cli_peer_plugin *brigade_peer(char why[CLI_PEER_TEXT]) {
    (void)why;
    static const cli_peer_plugin plugin = {.abi = CLI_PEER_ABI,
                                           .name = "clblast",
                                           .version = PEER_VERSION,
                                           .on_device = true,
                                           .way = way,
                                           .prepare = prepare,
                                           .run = run,
                                           .release = release};
    return &plugin;
}
