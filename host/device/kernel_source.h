/* The kernels, embedded byte for byte at build time (cmake/embed.cmake). */
#ifndef BRIGADE_DEVICE_KERNEL_SOURCE_H
#define BRIGADE_DEVICE_KERNEL_SOURCE_H

#include <stddef.h>

typedef struct brg_kernel_source {
    const char *name; /* of the file, without ".cl" */
    const char *text; /* ends in a NUL that size does not count */
    size_t size;
} brg_kernel_source;

/* All of them, in alphabetical order; the last row is zero. */
extern const brg_kernel_source brg_kernel_sources[];

#endif
