/* The one place that brings in OpenCL, and how a failing call becomes an error. */
#ifndef BRIGADE_DEVICE_CL_H
#define BRIGADE_DEVICE_CL_H

#include <CL/cl.h>

#include "brigade/status.h"

/* Records that `call` returned `code`, and returns the status: BRG_E_DEVICE_LOST when the device is gone,
 * BRG_E_MEMORY when it has no room, BRG_E_OPENCL otherwise. */
brg_status brg_cl_fail(brg_error *error, const char *call, cl_int code);

#endif
