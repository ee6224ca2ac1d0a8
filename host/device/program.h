/* Programs: OpenCL C built once per device and option set, kept in memory and on disk. */
#ifndef BRIGADE_DEVICE_PROGRAM_H
#define BRIGADE_DEVICE_PROGRAM_H

#include <stdbool.h>

#include "brigade/op.h"
#include "device/context.h"

/* Where sources and binaries are looked for. NULL: nowhere. */
typedef struct brg_program_paths {
    const char *cache_dir;
    bool cache_chosen; /* by the user: then it is kept for drivers too that have a cache of their own */
    const char *kernel_dir;
} brg_program_paths;

typedef struct brg_program brg_program;

/* Gives the kernel that a launch names, building its program for the context if it has not been built.
 * The caller releases *kernel with clReleaseKernel. BRG_E_BUILD with the log, BRG_E_NOT_FOUND for an
 * unknown program or kernel, BRG_E_OPENCL. For the engine's thread. */
brg_status brg_program_kernel(brg_context *context, const brg_program_paths *paths,
                              const brg_launch *launch, cl_kernel *kernel, brg_error *error);

/* Releases a context's list. */
void brg_programs_release(brg_program *programs);

#endif
