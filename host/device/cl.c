/* Turns OpenCL error codes into errors that say what to do. */
#include "device/cl.h"

static brg_status status_of(cl_int code) {
    switch (code) {
    case CL_DEVICE_NOT_AVAILABLE:
        return BRG_E_DEVICE_LOST;
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_OUT_OF_HOST_MEMORY:
        return BRG_E_MEMORY;
    default:
        return BRG_E_OPENCL;
    }
}

static const char *hint_of(cl_int code) {
    switch (code) {
    case CL_DEVICE_NOT_AVAILABLE:
        return "The device stopped answering; see 'brigade doctor', or choose another device.";
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_OUT_OF_HOST_MEMORY:
        return "Use smaller sizes, or a device with more memory.";
    case CL_OUT_OF_RESOURCES:
        return "The device ran out of resources or the kernel crashed; try a smaller size or another "
               "variant.";
    default:
        return "See 'brigade doctor' for the state of this machine's OpenCL.";
    }
}

brg_status brg_cl_fail(brg_error *error, const char *call, cl_int code) {
    brg_fail(error, status_of(code), "%s failed with %s (%d)", call, brg_cl_error_name(code), code);
    if (error)
        error->cl_code = code;
    brg_error_hint(error, "%s", hint_of(code));
    return status_of(code);
}
