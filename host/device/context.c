/* Opens and closes devices, and keeps their clocks in step with the host's. */
#include "device/context.h"

#include <stdlib.h>

#include "brigade/trace.h"
#include "device/program.h"

/* A drift of 100 parts per million moves two clocks apart by 1 ms in ten seconds. */
static const uint64_t CALIBRATION_LIFE_NS = 10u * 1000u * 1000u * 1000u;
static const uint64_t SLACK_NS = 200u * 1000u;

/* By counts the units before the first one become a sub-device too, which is let go; equally it is one of
 * many, and the choice has seen to it that it begins where one of them does. */
static brg_status make_sub_device(brg_context *context, cl_device_id device, brg_error *error) {
    cl_device_partition_property units = context->way.units, first = context->way.first;
    cl_device_partition_property by_counts[] = {CL_DEVICE_PARTITION_BY_COUNTS,
                                                first ? first : units, first ? units : 0,
                                                CL_DEVICE_PARTITION_BY_COUNTS_LIST_END, 0};
    cl_device_partition_property equally[] = {CL_DEVICE_PARTITION_EQUALLY, units, 0};
    bool counts = context->info.partitions_by_counts;
    cl_device_id subs[256];
    cl_uint count = 0;
    cl_int code = clCreateSubDevices(device, counts ? by_counts : equally, 256, subs, &count);
    if (code != CL_SUCCESS)
        return brg_cl_fail(error, "clCreateSubDevices", code);
    cl_uint own = (cl_uint)(counts ? first > 0 : first / units);
    for (cl_uint i = 0; i < count && i < 256; i++)
        if (i != own)
            clReleaseDevice(subs[i]);
    if (own >= count || own >= 256)
        return brg_fail(error, BRG_E_UNSUPPORTED,
                        "device %d gave %u sub-devices, not the one asked for", context->info.index,
                        (unsigned)count);
    context->device = subs[own];
    context->device_is_sub = true;
    return BRG_OK;
}

static brg_status make_queue(brg_context *context, cl_command_queue *queue, brg_error *error) {
    cl_int code;
    *queue =
        clCreateCommandQueue(context->context, context->device, CL_QUEUE_PROFILING_ENABLE, &code);
    return code == CL_SUCCESS ? BRG_OK : brg_cl_fail(error, "clCreateCommandQueue", code);
}

static brg_status open_parts(brg_context *context, cl_platform_id platform, cl_device_id device,
                             brg_error *error) {
    context->device = device;
    brg_status status = BRG_OK;
    if (context->way.units != 0)
        status = make_sub_device(context, device, error);
    if (status != BRG_OK)
        return status;
    cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)platform, 0};
    cl_int code;
    context->context = clCreateContext(properties, 1, &context->device, NULL, NULL, &code);
    if (code != CL_SUCCESS)
        return brg_cl_fail(error, "clCreateContext", code);
    status = make_queue(context, &context->compute, error);
    if (status == BRG_OK)
        status = make_queue(context, &context->upload, error);
    if (status == BRG_OK)
        status = make_queue(context, &context->readback, error);
    return status;
}

brg_status brg_context_open(const brg_device_info *info, cl_platform_id platform,
                            cl_device_id device, const brg_context_way *way, brg_context **out,
                            brg_error *error) {
    *out = NULL;
    if (!info->available || !info->compiler_available)
        return brg_fail(error, BRG_E_UNSUPPORTED, "device %d (%s) %s", info->index, info->name,
                        info->available ? "has no compiler" : "is not available");
    brg_context *context = calloc(1, sizeof *context);
    if (!context)
        return brg_fail(error, BRG_E_MEMORY, "no memory to open device %d", info->index);
    context->info = *info;
    context->way = *way;
    brg_status status = open_parts(context, platform, device, error);
    if (status != BRG_OK) {
        brg_context_close(context);
        return status;
    }
    brg_context_calibrate(context);
    *out = context;
    return BRG_OK;
}

brg_device_info brg_context_device(const brg_context *context) {
    brg_device_info device = context->info;
    if (context->way.direct)
        device.compute_units = 1;
    else if (context->way.units)
        device.compute_units = context->way.units;
    return device;
}

bool brg_context_finish(brg_context *context) {
    cl_command_queue queues[] = {context->upload, context->compute, context->readback};
    bool finished = true;
    for (int i = 0; i < 3;
         i++) /* a second try: a failure that has passed is no reason to lose memory */
        if (queues[i] && clFinish(queues[i]) != CL_SUCCESS && clFinish(queues[i]) != CL_SUCCESS)
            finished = false;
    return finished;
}

void brg_context_close(brg_context *context) {
    if (!context)
        return;
    brg_programs_release(context->programs);
    cl_command_queue queues[] = {context->upload, context->compute, context->readback};
    for (int i = 0; i < 3; i++)
        if (queues[i])
            clReleaseCommandQueue(queues[i]);
    if (context->context)
        clReleaseContext(context->context);
    if (context->device_is_sub)
        clReleaseDevice(context->device);
    free(context);
}

static bool event_time(cl_event event, cl_profiling_info what, uint64_t *time) {
    cl_ulong value = 0;
    if (clGetEventProfilingInfo(event, what, sizeof value, &value, NULL) != CL_SUCCESS)
        return false;
    *time = value;
    return value != 0;
}

/* One try: how far the device's clock is behind the host's, and how wide the bracket was. */
static bool measure_offset(brg_context *context, int64_t *offset, uint64_t *width) {
    cl_event marker;
    uint64_t before = brg_now_ns();
    if (clEnqueueMarkerWithWaitList(context->compute, 0, NULL, &marker) != CL_SUCCESS)
        return false;
    uint64_t device_time = 0;
    bool measured = clWaitForEvents(1, &marker) == CL_SUCCESS;
    uint64_t after = brg_now_ns();
    measured = measured && event_time(marker, CL_PROFILING_COMMAND_END, &device_time);
    clReleaseEvent(marker);
    *width = after - before;
    *offset = (int64_t)(before + *width / 2) - (int64_t)device_time;
    return measured;
}

void brg_context_calibrate(brg_context *context) {
    uint64_t now = brg_now_ns();
    if (context->calibrated_ns != 0 && now - context->calibrated_ns < CALIBRATION_LIFE_NS)
        return;
    context->calibrated_ns = now;
    context->profiles = false;
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < 3; i++) {
        int64_t offset;
        uint64_t width;
        if (!measure_offset(context, &offset, &width) || width >= best)
            continue;
        best = width;
        context->clock_offset_ns = offset;
        context->profiles = true;
    }
}

bool brg_context_span(const brg_context *context, cl_event first, cl_event last,
                      uint64_t enqueued_ns, uint64_t seen_ns, uint64_t *start_ns,
                      uint64_t *end_ns) {
    *start_ns = enqueued_ns;
    *end_ns = seen_ns;
    uint64_t start, end;
    if (!context->profiles || !event_time(first, CL_PROFILING_COMMAND_START, &start) ||
        !event_time(last, CL_PROFILING_COMMAND_END, &end))
        return false;
    start += (uint64_t)context->clock_offset_ns;
    end += (uint64_t)context->clock_offset_ns;
    if (start > end || start + SLACK_NS < enqueued_ns || end > seen_ns + SLACK_NS)
        return false;
    *start_ns = start;
    *end_ns = end;
    return true;
}
