/* Devices: what there is to compute on, and how to name one.
 *
 * A list is plain data gathered by the engine's thread (see brigade/engine.h); choosing from it is a
 * pure function, so that it can be tried and tested without any OpenCL. */
#ifndef BRIGADE_DEVICE_H
#define BRIGADE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "brigade/status.h"

enum { BRG_MAX_DEVICES = 32, BRG_NAME = 128 };

typedef enum brg_device_kind {
    BRG_DEVICE_CPU,
    BRG_DEVICE_GPU,
    BRG_DEVICE_ACCELERATOR,
    BRG_DEVICE_OTHER
} brg_device_kind;

/* One device. Sizes in bytes, frequencies in MHz, as the driver reports them. */
typedef struct brg_device_info {
    int32_t index;    /* flat index over all platforms, from 0 */
    int32_t platform; /* P of the selector P:D, from 0 */
    int32_t device;   /* D of the selector P:D, from 0 */
    brg_device_kind kind;
    char name[BRG_NAME];
    char vendor[BRG_NAME];
    char platform_name[BRG_NAME];
    char platform_version[BRG_NAME];
    char driver_version[BRG_NAME];
    char device_version[BRG_NAME];
    char c_version[BRG_NAME];
    uint32_t compute_units;
    uint32_t clock_mhz;
    uint32_t float_vector_width; /* preferred, in elements */
    uint32_t address_align_bits;
    uint64_t global_memory;
    uint64_t max_allocation;
    uint64_t local_memory;
    uint64_t cache_memory;
    uint64_t max_work_group;
    uint64_t max_work_item[3];
    uint64_t timer_resolution_ns;
    bool local_memory_is_real; /* a memory of its own, not a part of global memory */
    bool shares_host_memory;
    bool has_fp16;
    bool has_fp64;
    bool has_images;
    bool partitions_equally;
    bool partitions_by_counts;
    bool out_of_order;
    bool compiler_available;
    bool available;
} brg_device_info;

/* Gives OpenCL drivers the environment without which some end the process, or are slow: PATH,
 * POCL_AFFINITY and POCL_DEVICES, each only if it is not set yet. It is for programs, at the top of main:
 * the environment is the whole process's, so the library does not touch it unasked. Call it before the
 * first thread is started, the first engine created and OpenCL called. Not thread safe. */
BRG_API void brg_prepare_drivers(void);

/* PoCL's devices "pthread-..." and "basic-..." (of PoCL 5 "cpu-..." and "cpu-minimal-..."), which are the same
 * cores with threads and without, are one
 * row where both are there ($POCL_DEVICES is "pthread basic", as brg_prepare_drivers sets it): the engine
 * then computes tiny jobs in its own thread, which is quicker than to wake another. */
typedef struct brg_device_list {
    int32_t count;
    int32_t platform_count;
    brg_device_info devices[BRG_MAX_DEVICES];
    char note[BRG_ERROR_TEXT]; /* why the list is empty or incomplete; may be empty */
} brg_device_list;

/* A chosen device: a row of the list, and how many of its compute units to use. */
typedef struct brg_device_choice {
    int32_t index; /* into brg_device_list.devices */
    uint32_t units; /* 0: the whole device; else a sub-device of that many compute units */
    uint32_t first; /* the unit that it begins with */
    char why[BRG_NAME]; /* one clause, for example "the only GPU" */
} brg_device_choice;

/* Chooses the device that `spec` names. The forms, with an optional "/cu=N" at the end of each, or "/cu=N@K"
 * for the N units from unit K on, so that jobs can be given different parts:
 *   "3"        flat index           "1:0"      platform 1, device 0
 *   "cpu" "gpu" "accelerator"       the best of that kind
 *   "text"     part of a device or platform name, any case
 *   "~regex"   POSIX extended expression on the names, any case
 *   NULL, ""   the best device: GPU, then accelerator, then CPU; of one kind the one that claims the
 *              highest rate (units x clock x vector width)
 * BRG_E_NO_DEVICE if the list is empty, BRG_E_NOT_FOUND if nothing matches, BRG_E_AMBIGUOUS if a
 * name matches several devices, BRG_E_ARGUMENT for a malformed spec or a /cu=N that the device cannot
 * give, BRG_E_UNSUPPORTED if the device cannot be divided. Thread safe. */
BRG_API brg_status brg_device_select(const brg_device_list *list, const char *spec,
                                     brg_device_choice *choice, brg_error *error);

/* Chooses every device that `spec` names: "all" gives all, any other spec what brg_device_select
 * gives, and a name or expression all its matches. *count is at most BRG_MAX_DEVICES. */
BRG_API brg_status brg_device_select_all(const brg_device_list *list, const char *spec,
                                         brg_device_choice choices[BRG_MAX_DEVICES], int32_t *count,
                                         brg_error *error);

/* "cpu", "gpu", "accelerator" or "other". */
BRG_API const char *brg_device_kind_name(brg_device_kind kind);

#endif
