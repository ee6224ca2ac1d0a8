/* Asks every platform for its devices, and every device for its limits. */
#include "device/discover.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_PLATFORMS = 16, CL_PLATFORM_NOT_FOUND = -1001 };

/* The first thing that went wrong is the most useful one, so later notes do not replace it. */
static void note(brg_device_list *list, const char *format, ...) {
    if (list->note[0])
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(list->note, sizeof list->note, format, args);
    va_end(args);
}

static void platform_text(cl_platform_id platform, cl_platform_info what, char text[BRG_NAME]) {
    if (clGetPlatformInfo(platform, what, BRG_NAME, text, NULL) != CL_SUCCESS)
        text[0] = '\0';
    text[BRG_NAME - 1] = '\0';
}

static void device_text(cl_device_id device, cl_device_info what, char text[BRG_NAME]) {
    if (clGetDeviceInfo(device, what, BRG_NAME, text, NULL) != CL_SUCCESS)
        text[0] = '\0';
    text[BRG_NAME - 1] = '\0';
    size_t blanks = strspn(text, " ");
    memmove(text, text + blanks, strlen(text + blanks) + 1);
}

static uint32_t device_u32(cl_device_id device, cl_device_info what) {
    cl_uint value = 0;
    return clGetDeviceInfo(device, what, sizeof value, &value, NULL) == CL_SUCCESS ? value : 0;
}

static uint64_t device_u64(cl_device_id device, cl_device_info what) {
    cl_ulong value = 0;
    return clGetDeviceInfo(device, what, sizeof value, &value, NULL) == CL_SUCCESS ? value : 0;
}

static uint64_t device_size(cl_device_id device, cl_device_info what) {
    size_t value = 0;
    return clGetDeviceInfo(device, what, sizeof value, &value, NULL) == CL_SUCCESS ? value : 0;
}

static bool device_bool(cl_device_id device, cl_device_info what) {
    return device_u32(device, what) != 0;
}

static brg_device_kind kind_of(cl_device_type type) {
    if (type & CL_DEVICE_TYPE_GPU)
        return BRG_DEVICE_GPU;
    if (type & CL_DEVICE_TYPE_CPU)
        return BRG_DEVICE_CPU;
    return type & CL_DEVICE_TYPE_ACCELERATOR ? BRG_DEVICE_ACCELERATOR : BRG_DEVICE_OTHER;
}

static bool has_extension(cl_device_id device, const char *name) {
    char text[16384] = "";
    if (clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, sizeof text, text, NULL) != CL_SUCCESS)
        return false;
    text[sizeof text - 1] = '\0';
    return strstr(text, name) != NULL;
}

static void query_partitions(cl_device_id device, brg_device_info *info) {
    cl_device_partition_property kinds[16] = {0};
    size_t bytes = 0;
    if (device_u32(device, CL_DEVICE_PARTITION_MAX_SUB_DEVICES) < 1 ||
        clGetDeviceInfo(device, CL_DEVICE_PARTITION_PROPERTIES, sizeof kinds, kinds, &bytes) !=
            CL_SUCCESS)
        return;
    for (size_t i = 0; i < bytes / sizeof kinds[0]; i++) {
        info->partitions_equally |= kinds[i] == CL_DEVICE_PARTITION_EQUALLY;
        info->partitions_by_counts |= kinds[i] == CL_DEVICE_PARTITION_BY_COUNTS;
    }
}

/* Asks what the engine cannot do without. Returns the code of the first question left unanswered. */
static cl_int query_essentials(cl_device_id device, brg_device_info *info) {
    char name[1024] = "";
    cl_uint units = 0;
    cl_bool compiler = CL_FALSE, available = CL_FALSE;
    cl_int code = clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name, name, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL);
    if (code == CL_SUCCESS)
        code =
            clGetDeviceInfo(device, CL_DEVICE_COMPILER_AVAILABLE, sizeof compiler, &compiler, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(device, CL_DEVICE_AVAILABLE, sizeof available, &available, NULL);
    snprintf(info->name, sizeof info->name, "%.*s", BRG_NAME - 1, name + strspn(name, " "));
    info->compute_units = units;
    info->compiler_available = compiler;
    info->available = available;
    return code;
}

static void query_names(cl_platform_id platform, cl_device_id device, brg_device_info *info) {
    platform_text(platform, CL_PLATFORM_NAME, info->platform_name);
    platform_text(platform, CL_PLATFORM_VERSION, info->platform_version);
    device_text(device, CL_DEVICE_VENDOR, info->vendor);
    device_text(device, CL_DRIVER_VERSION, info->driver_version);
    device_text(device, CL_DEVICE_VERSION, info->device_version);
    device_text(device, CL_DEVICE_OPENCL_C_VERSION, info->c_version);
}

static void query_limits(cl_device_id device, brg_device_info *info) {
    info->clock_mhz = device_u32(device, CL_DEVICE_MAX_CLOCK_FREQUENCY);
    info->float_vector_width = device_u32(device, CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT);
    info->address_align_bits = device_u32(device, CL_DEVICE_MEM_BASE_ADDR_ALIGN);
    info->global_memory = device_u64(device, CL_DEVICE_GLOBAL_MEM_SIZE);
    info->max_allocation = device_u64(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    info->local_memory = device_u64(device, CL_DEVICE_LOCAL_MEM_SIZE);
    info->cache_memory = device_u64(device, CL_DEVICE_GLOBAL_MEM_CACHE_SIZE);
    info->max_work_group = device_size(device, CL_DEVICE_MAX_WORK_GROUP_SIZE);
    info->timer_resolution_ns = device_size(device, CL_DEVICE_PROFILING_TIMER_RESOLUTION);
    size_t items[3] = {0, 0, 0};
    if (device_u32(device, CL_DEVICE_MAX_WORK_ITEM_DIMENSIONS) == 3)
        clGetDeviceInfo(device, CL_DEVICE_MAX_WORK_ITEM_SIZES, sizeof items, items, NULL);
    for (int i = 0; i < 3; i++)
        info->max_work_item[i] = items[i];
}

static void query_abilities(cl_device_id device, brg_device_info *info) {
    info->local_memory_is_real = device_u32(device, CL_DEVICE_LOCAL_MEM_TYPE) == CL_LOCAL;
    info->shares_host_memory = device_bool(device, CL_DEVICE_HOST_UNIFIED_MEMORY);
    info->has_fp16 = has_extension(device, "cl_khr_fp16");
    info->has_fp64 = device_u64(device, CL_DEVICE_DOUBLE_FP_CONFIG) != 0;
    info->has_images = device_bool(device, CL_DEVICE_IMAGE_SUPPORT);
    info->out_of_order = (device_u64(device, CL_DEVICE_QUEUE_PROPERTIES) &
                          CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE) != 0;
    query_partitions(device, info);
}

static void add_device(brg_device_list *list, brg_device_ids *ids, cl_platform_id platform,
                       cl_device_id device, cl_device_id direct, int32_t platform_index,
                       int32_t device_index) {
    if (list->count == BRG_MAX_DEVICES) {
        note(list, "more than %d devices: the rest is left out", BRG_MAX_DEVICES);
        return;
    }
    brg_device_info info = {
        .index = list->count, .platform = platform_index, .device = device_index};
    cl_int code = query_essentials(device, &info);
    if (code != CL_SUCCESS) {
        note(list, "device %d:%d is left out: clGetDeviceInfo failed with %s", platform_index,
             device_index, brg_cl_error_name(code));
        return;
    }
    if (!info.name[0] || info.compute_units == 0) {
        note(list, "device %d:%d is left out: it has no name or no compute units", platform_index,
             device_index);
        return;
    }
    query_names(platform, device, &info);
    info.kind = kind_of(device_u64(device, CL_DEVICE_TYPE));
    query_limits(device, &info);
    query_abilities(device, &info);
    ids->platforms[list->count] = platform;
    ids->devices[list->count] = device;
    ids->direct[list->count] = direct;
    list->devices[list->count++] = info;
}

/* The rest of a name behind its first letters; NULL if it begins otherwise. */
static const char *behind(const char *name, const char *letters) {
    return strncmp(name, letters, strlen(letters)) == 0 ? name + strlen(letters) : NULL;
}

/* PoCL can give the same cores two names: "pthread-...", which hands work to threads of its own, and
 * "basic-...", which computes in the thread that asks: slower where there is much to do, and twenty times
 * as quick to begin. Side by side they are one device, with a short way for tiny work. In PoCL 5 the
 * names begin with "cpu-" and "cpu-minimal-". */
static bool is_short_way(cl_device_id device, cl_device_id to) {
    static const char *const names[][2] = {{"basic-", "pthread-"}, {"cpu-minimal-", "cpu-"}};
    char name[BRG_NAME], other[BRG_NAME];
    device_text(device, CL_DEVICE_NAME, name);
    device_text(to, CL_DEVICE_NAME, other);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *cores = behind(name, names[i][0]), *others = behind(other, names[i][1]);
        if (cores && others && strcmp(cores, others) == 0)
            return true;
    }
    return false;
}

/* A device's short way, or what it is the short way to; or NULL. */
static cl_device_id find_short_way(cl_device_id device, const cl_device_id *all, cl_uint count,
                                   bool to) {
    for (cl_uint i = 0; i < count; i++)
        if (all[i] != device && (to ? is_short_way(device, all[i]) : is_short_way(all[i], device)))
            return all[i];
    return NULL;
}

static void add_devices(brg_device_list *list, brg_device_ids *ids, cl_platform_id platform,
                        int32_t platform_index, const cl_device_id *devices, cl_uint count) {
    int32_t shown = 0;
    for (cl_uint i = 0; i < count; i++)
        if (!find_short_way(devices[i], devices, count, true))
            add_device(list, ids, platform, devices[i],
                       find_short_way(devices[i], devices, count, false), platform_index, shown++);
}

static void add_platform(brg_device_list *list, brg_device_ids *ids, cl_platform_id platform,
                         int32_t platform_index) {
    cl_device_id devices[BRG_MAX_DEVICES];
    cl_uint count = 0;
    cl_int code = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, BRG_MAX_DEVICES, devices, &count);
    if (code == CL_DEVICE_NOT_FOUND)
        return;
    if (code != CL_SUCCESS) {
        char name[BRG_NAME];
        platform_text(platform, CL_PLATFORM_NAME, name);
        note(list, "platform %d (%s) gives no devices: clGetDeviceIDs returned %s", platform_index,
             name[0] ? name : "unnamed", brg_cl_error_name(code));
        return;
    }
    if (count > BRG_MAX_DEVICES)
        count = BRG_MAX_DEVICES;
    add_devices(list, ids, platform, platform_index, devices, count);
}

void brg_discover(brg_device_list *list, brg_device_ids *ids) {
    memset(list, 0, sizeof *list);
    memset(ids, 0, sizeof *ids);
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_uint count = 0;
    cl_int code = clGetPlatformIDs(MAX_PLATFORMS, platforms, &count);
    if (code != CL_SUCCESS && code != CL_PLATFORM_NOT_FOUND)
        note(list, "clGetPlatformIDs failed with %s", brg_cl_error_name(code));
    if (code != CL_SUCCESS)
        count = 0;
    if (count > MAX_PLATFORMS)
        count = MAX_PLATFORMS;
    list->platform_count = (int32_t)count;
    for (cl_uint i = 0; i < count; i++)
        add_platform(list, ids, platforms[i], (int32_t)i);
    if (list->count == 0 && count == 0)
        note(list, "no OpenCL platform is installed");
    else if (list->count == 0)
        note(list, "no OpenCL platform has a device");
}
