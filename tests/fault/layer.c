/* The fault layer: wraps each call of calls.h. See layer.h.
 *
 * The layer's state is one locked struct. A global that changes is allowed here and nowhere else:
 * the loader gives a layer no other place to keep it. */
#include "layer.h"

#include <pthread.h>
#include <string.h>

#include <CL/cl.h>
#include <CL/cl_icd.h>
#include <CL/cl_layer.h>

#define EXPORTED __attribute__((visibility("default")))

/* ---- the calls, numbered --------------------------------------------------------------------- */

enum {
#define PLAIN(name, parameters, arguments) CALL_##name,
#define ENQUEUES(name, parameters, arguments) CALL_##name,
#define MAKES(noun, type, name, parameters, arguments) CALL_##name,
#define RETAINS(noun, type, name) CALL_##name,
#define RELEASES(noun, type, name) CALL_##name,
#include "calls.h"
#undef PLAIN
#undef ENQUEUES
#undef MAKES
#undef RETAINS
#undef RELEASES
    CALL_clCreateSubDevices,
    CALL_clEnqueueMapBuffer,
    CALL_COUNT
};

_Static_assert((int)CALL_COUNT <= (int)FAULT_MAX_CALLS, "FAULT_MAX_CALLS is too small");

static const char *const call_names[CALL_COUNT] = {
#define PLAIN(name, parameters, arguments) #name,
#define ENQUEUES(name, parameters, arguments) #name,
#define MAKES(noun, type, name, parameters, arguments) #name,
#define RETAINS(noun, type, name) #name,
#define RELEASES(noun, type, name) #name,
#include "calls.h"
#undef PLAIN
#undef ENQUEUES
#undef MAKES
#undef RETAINS
#undef RELEASES
    "clCreateSubDevices",
    "clEnqueueMapBuffer",
};

/* ---- state ----------------------------------------------------------------------------------- */

static struct {
    pthread_mutex_t lock;
    const cl_icd_dispatch *next; /* the driver's own calls, or the next layer's */
    cl_icd_dispatch table;       /* the same with the wrappers in place */
    fault_plan plan;
    fault_report report;
    pthread_t first_caller;
} layer = {.lock = PTHREAD_MUTEX_INITIALIZER, .report = {.first = -1}};

/* Counts a call. Returns the code to fail it with, or CL_SUCCESS to let it through. */
static cl_int strike(int32_t call) {
    pthread_mutex_lock(&layer.lock);
    fault_report *report = &layer.report;
    int64_t n = ++report->calls;
    if (n == 1)
        layer.first_caller = pthread_self();
    report->strangers += !pthread_equal(layer.first_caller, pthread_self());
    bool struck =
        layer.plan.nth > 0 && (n == layer.plan.nth || (n > layer.plan.nth && layer.plan.sticky));
    if (struck && report->struck++ == 0) {
        report->first = call;
        if (layer.plan.met)
            *layer.plan.met = call;
    }
    cl_int code = struck ? layer.plan.code : CL_SUCCESS;
    pthread_mutex_unlock(&layer.lock);
    return code;
}

static void count_alive(fault_noun noun, int64_t change) {
    pthread_mutex_lock(&layer.lock);
    layer.report.alive[noun] += change;
    pthread_mutex_unlock(&layer.lock);
}

static void count_unreleased(fault_noun noun) {
    pthread_mutex_lock(&layer.lock);
    layer.report.unreleased[noun]++;
    pthread_mutex_unlock(&layer.lock);
}

/* ---- the wrappers ---------------------------------------------------------------------------- */

#define PLAIN(name, parameters, arguments)                                                         \
    static CL_API_ENTRY cl_int CL_API_CALL wrap_##name parameters {                                \
        cl_int fault = strike(CALL_##name);                                                        \
        return fault ? fault : layer.next->name arguments;                                         \
    }

#define ENQUEUES(name, parameters, arguments)                                                      \
    static CL_API_ENTRY cl_int CL_API_CALL wrap_##name parameters {                                \
        cl_int fault = strike(CALL_##name);                                                        \
        if (!fault)                                                                                \
            fault = layer.next->name arguments;                                                    \
        if (!fault && event)                                                                       \
            count_alive(FAULT_EVENT, 1);                                                           \
        return fault;                                                                              \
    }

#define MAKES(noun, type, name, parameters, arguments)                                             \
    static CL_API_ENTRY type CL_API_CALL wrap_##name parameters {                                  \
        cl_int fault = strike(CALL_##name);                                                        \
        type made = fault ? NULL : layer.next->name arguments;                                     \
        if (fault && code)                                                                         \
            *code = fault;                                                                         \
        count_alive(noun, made != NULL);                                                           \
        return made;                                                                               \
    }

#define RETAINS(noun, type, name)                                                                  \
    static CL_API_ENTRY cl_int CL_API_CALL wrap_##name(type object) {                              \
        cl_int fault = strike(CALL_##name);                                                        \
        if (!fault)                                                                                \
            fault = layer.next->name(object);                                                      \
        count_alive(noun, !fault);                                                                 \
        return fault;                                                                              \
    }

#define RELEASES(noun, type, name)                                                                 \
    static CL_API_ENTRY cl_int CL_API_CALL wrap_##name(type object) {                              \
        cl_int fault = strike(CALL_##name);                                                        \
        if (fault) {                                                                               \
            count_unreleased(noun);                                                                \
            return fault;                                                                          \
        }                                                                                          \
        fault = layer.next->name(object);                                                          \
        count_alive(noun, -!fault);                                                                \
        return fault;                                                                              \
    }

#include "calls.h"
#undef PLAIN
#undef ENQUEUES
#undef MAKES
#undef RETAINS
#undef RELEASES

/* Two calls fit no pattern: one makes several objects, the other returns memory, and an event too.
 */

static CL_API_ENTRY cl_int CL_API_CALL
wrap_clCreateSubDevices(cl_device_id device, const cl_device_partition_property *properties,
                        cl_uint size, cl_device_id *parts, cl_uint *count) {
    cl_uint made = 0;
    cl_int fault = strike(CALL_clCreateSubDevices);
    if (!fault)
        fault = layer.next->clCreateSubDevices(device, properties, size, parts, &made);
    if (!fault && parts)
        count_alive(FAULT_DEVICE, made);
    if (!fault && count)
        *count = made;
    return fault;
}

static CL_API_ENTRY void *CL_API_CALL wrap_clEnqueueMapBuffer(cl_command_queue queue, cl_mem buffer,
                                                              cl_bool blocking, cl_map_flags flags,
                                                              size_t offset, size_t size,
                                                              cl_uint count, const cl_event *after,
                                                              cl_event *event, cl_int *code) {
    cl_int fault = strike(CALL_clEnqueueMapBuffer);
    void *mapped = fault ? NULL
                         : layer.next->clEnqueueMapBuffer(queue, buffer, blocking, flags, offset,
                                                          size, count, after, event, &fault);
    if (!fault && event)
        count_alive(FAULT_EVENT, 1);
    if (code)
        *code = fault;
    return mapped;
}

static void install_wrappers(cl_icd_dispatch *table) {
#define PLAIN(name, parameters, arguments) table->name = wrap_##name;
#define ENQUEUES(name, parameters, arguments) table->name = wrap_##name;
#define MAKES(noun, type, name, parameters, arguments) table->name = wrap_##name;
#define RETAINS(noun, type, name) table->name = wrap_##name;
#define RELEASES(noun, type, name) table->name = wrap_##name;
#include "calls.h"
    table->clCreateSubDevices = wrap_clCreateSubDevices;
    table->clEnqueueMapBuffer = wrap_clEnqueueMapBuffer;
}

/* ---- what the loader asks for ---------------------------------------------------------------- */

EXPORTED CL_API_ENTRY cl_int CL_API_CALL clGetLayerInfo(cl_layer_info what, size_t size,
                                                        void *value, size_t *needed) {
    static const char name[] = "brigade-fault";
    static const cl_layer_api_version version = CL_LAYER_API_VERSION_100;
    bool wants_name = what == CL_LAYER_NAME;
    if (!wants_name && what != CL_LAYER_API_VERSION)
        return CL_INVALID_VALUE;

    size_t have = wants_name ? sizeof name : sizeof version;
    if (value && size < have)
        return CL_INVALID_VALUE;
    if (value)
        memcpy(value, wants_name ? (const void *)name : &version, have);
    if (needed)
        *needed = have;
    return CL_SUCCESS;
}

EXPORTED CL_API_ENTRY cl_int CL_API_CALL clInitLayer(cl_uint entries, const cl_icd_dispatch *target,
                                                     cl_uint *entries_out,
                                                     const cl_icd_dispatch **layer_out) {
    if (!target || !entries_out || !layer_out)
        return CL_INVALID_VALUE;

    /* A loader older or newer than our header has a shorter or longer table: copy what both know.
     */
    cl_uint known = sizeof layer.table / sizeof(void *);
    if (entries < known)
        known = entries;
    memcpy(&layer.table, target, known * sizeof(void *));
    install_wrappers(&layer.table);
    layer.next = target;
    layer.report.loaded = true;
    *entries_out = known;
    *layer_out = &layer.table;
    return CL_SUCCESS;
}

/* ---- what a test asks for -------------------------------------------------------------------- */

static void arm(const fault_plan *plan) {
    pthread_mutex_lock(&layer.lock);
    layer.plan = *plan;
    layer.report.calls = 0;
    layer.report.struck = 0;
    layer.report.first = -1;
    layer.report.strangers = 0;
    pthread_mutex_unlock(&layer.lock);
}

static void copy_report(fault_report *report) {
    pthread_mutex_lock(&layer.lock);
    *report = layer.report;
    pthread_mutex_unlock(&layer.lock);
}

static const char *call_name(int32_t call) {
    return call >= 0 && call < CALL_COUNT ? call_names[call] : NULL;
}

EXPORTED const fault_layer_api fault_layer = {arm, copy_report, call_name};
