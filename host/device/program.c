/* Builds programs: from memory, else from the binary cache, else from source. */
#include "device/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/kernel_source.h"
#include "device/program_cache.h"
#include "io/file.h"

enum { MAX_SOURCE = 4 << 20 };

struct brg_program {
    struct brg_program *next;
    const char *origin; /* where the source lives; the same pointer is the same text */
    char *text;         /* a copy, when the source came from a file and may change */
    char *options;
    cl_program program;
};

void brg_programs_release(brg_program *programs) {
    while (programs) {
        brg_program *next = programs->next;
        if (programs->program)
            clReleaseProgram(programs->program);
        free(programs->text);
        free(programs->options);
        free(programs);
        programs = next;
    }
}

static brg_program *find_built(brg_context *context, const char *source, bool from_file,
                               const char *options) {
    for (brg_program *entry = context->programs; entry; entry = entry->next) {
        bool same = from_file ? entry->text && strcmp(entry->text, source) == 0
                              : entry->origin == source;
        if (same && strcmp(entry->options, options) == 0)
            return entry;
    }
    return NULL;
}

static const char *embedded_source(const char *name) {
    for (const brg_kernel_source *row = brg_kernel_sources; row->name; row++)
        if (strcmp(row->name, name) == 0)
            return row->text;
    return NULL;
}

/* A file in the kernel directory wins over the embedded text; a missing one is no error. *file is what the
 * caller frees. */
static brg_status find_source(const brg_program_paths *paths, const brg_launch *launch,
                              const char **source, char **file, brg_error *error) {
    *file = NULL;
    *source = launch->source ? launch->source : embedded_source(launch->program);
    if (!launch->source && paths->kernel_dir) {
        char path[4096];
        unsigned char *data = NULL;
        size_t size = 0;
        snprintf(path, sizeof path, "%s/%s.cl", paths->kernel_dir, launch->program);
        if (brg_file_read(path, MAX_SOURCE, &data, &size, NULL) == BRG_OK)
            *source = *file = (char *)data; /* it ends in a zero byte */
    }
    if (!*source)
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no program '%s'", launch->program);
    return BRG_OK;
}

static void read_build_log(brg_context *context, cl_program program, brg_error *error) {
    if (!error)
        return;
    size_t size = 0;
    char *log = NULL;
    if (clGetProgramBuildInfo(program, context->device, CL_PROGRAM_BUILD_LOG, 0, NULL, &size) ==
            CL_SUCCESS &&
        size > 0)
        log = calloc(1, size + 1);
    if (log && clGetProgramBuildInfo(program, context->device, CL_PROGRAM_BUILD_LOG, size, log,
                                     NULL) == CL_SUCCESS)
        snprintf(error->log, sizeof error->log, "%s", log);
    free(log);
}

static brg_status build(brg_context *context, cl_program program, const char *name,
                        const char *options, brg_error *error) {
    cl_int code = clBuildProgram(program, 1, &context->device, options, NULL, NULL);
    if (code == CL_SUCCESS)
        return BRG_OK;
    brg_cl_fail(error, "clBuildProgram", code);
    brg_fail(error, BRG_E_BUILD, "kernel program '%s' does not build on %s: clBuildProgram failed "
             "with %s", name, context->info.name, brg_cl_error_name(code));
    if (error)
        error->cl_code = code;
    brg_error_hint(error, "The build log says why; a cache directory that cannot be written makes PoCL "
                   "fail too.");
    read_build_log(context, program, error);
    return BRG_E_BUILD;
}

static cl_program build_from_cache(brg_context *context, const brg_program_paths *paths,
                                   const char *key, const char *name, const char *options) {
    unsigned char *binary = NULL;
    size_t size = 0;
    if (!paths->cache_dir || !brg_program_cache_load(paths->cache_dir, key, &binary, &size))
        return NULL;
    cl_int code, loaded;
    const unsigned char *bytes = binary;
    cl_program program = clCreateProgramWithBinary(context->context, 1, &context->device, &size,
                                                   &bytes, &loaded, &code);
    free(binary);
    if (code != CL_SUCCESS || !program)
        return NULL;
    if (build(context, program, name, options, NULL) != BRG_OK) {
        clReleaseProgram(program);
        return NULL;
    }
    return program;
}

/* PoCL keeps a cache of its own, which is as good, and to ask it for a binary makes it compile every kernel
 * of the program: seconds, where one of them was wanted. */
static bool caches_by_itself(const brg_context *context) {
    return strcmp(context->info.platform_name, "Portable Computing Language") == 0;
}

static void store_in_cache(const brg_program_paths *paths, const char *key, cl_program program) {
    size_t size = 0;
    if (!paths->cache_dir || clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size,
                                              NULL) != CL_SUCCESS || size == 0)
        return;
    unsigned char *binary = malloc(size);
    if (binary && clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) ==
                      CL_SUCCESS)
        brg_program_cache_store(paths->cache_dir, key, binary, size);
    free(binary);
}

static brg_status build_from_source(brg_context *context, const brg_program_paths *paths,
                                    const char *key, const char *name, const char *source,
                                    const char *options, cl_program *out, brg_error *error) {
    cl_int code;
    cl_program program = clCreateProgramWithSource(context->context, 1, &source, NULL, &code);
    if (code != CL_SUCCESS)
        return brg_cl_fail(error, "clCreateProgramWithSource", code);
    brg_status status = build(context, program, name, options, error);
    if (status != BRG_OK) {
        clReleaseProgram(program);
        return status;
    }
    if (paths->cache_chosen || !caches_by_itself(context))
        store_in_cache(paths, key, program);
    *out = program;
    return BRG_OK;
}

/* Everything that a binary depends on. A sub-device runs the same code as its whole device. */
static char *make_key(const brg_context *context, const char *source, const char *options) {
    const brg_device_info *info = &context->info;
    const char *format = "%s\n%s\n%s\n%s\n%s\n%s\n%s";
    int size = snprintf(NULL, 0, format, info->platform_name, info->platform_version, info->name,
                        info->device_version, info->driver_version, options, source);
    char *key = size < 0 ? NULL : malloc((size_t)size + 1);
    if (key)
        snprintf(key, (size_t)size + 1, format, info->platform_name, info->platform_version,
                 info->name, info->device_version, info->driver_version, options, source);
    return key;
}

/* Builds and adds to the context's list. `file` passes to the list on success, and is freed otherwise. */
static brg_status add_program(brg_context *context, const brg_program_paths *paths,
                              const brg_launch *launch, const char *source, char *file,
                              const char *options, brg_program **out, brg_error *error) {
    char *key = make_key(context, source, options);
    brg_program *entry = calloc(1, sizeof *entry);
    char *kept_options = strdup(options);
    brg_status status = BRG_OK;
    if (!key || !entry || !kept_options) {
        status = brg_fail(error, BRG_E_MEMORY, "no memory to build '%s'", launch->program);
        goto cleanup;
    }
    entry->program = build_from_cache(context, paths, key, launch->program, options);
    if (!entry->program)
        status = build_from_source(context, paths, key, launch->program, source, options,
                                   &entry->program, error);
    if (status != BRG_OK)
        goto cleanup;
    entry->origin = file ? NULL : source;
    entry->text = file;
    entry->options = kept_options;
    entry->next = context->programs;
    context->programs = *out = entry;
    entry = NULL;
    kept_options = NULL;
    file = NULL;
cleanup:
    free(key);
    free(entry);
    free(kept_options);
    free(file);
    return status;
}

brg_status brg_program_kernel(brg_context *context, const brg_program_paths *paths,
                              const brg_launch *launch, cl_kernel *kernel, brg_error *error) {
    const char *source;
    char *file;
    char options[sizeof launch->options + 32];
    brg_status status = find_source(paths, launch, &source, &file, error);
    if (status != BRG_OK)
        return status;
    /* Some drivers print a compiler's warnings on the program's own stderr. They are for those who write
     * kernels: shown for files of their own, and the embedded ones have none under -Wall. */
    snprintf(options, sizeof options, "-cl-std=CL1.2%s%s", file ? "" : " -w", launch->options);
    brg_program *program = find_built(context, source, file != NULL, options);
    if (program)
        free(file);
    else
        status = add_program(context, paths, launch, source, file, options, &program, error);
    if (status != BRG_OK)
        return status;
    cl_int code;
    *kernel = clCreateKernel(program->program, launch->kernel, &code);
    if (code == CL_INVALID_KERNEL_NAME)
        return brg_fail(error, BRG_E_NOT_FOUND, "program '%s' has no kernel '%s'", launch->program,
                        launch->kernel);
    return code == CL_SUCCESS ? BRG_OK : brg_cl_fail(error, "clCreateKernel", code);
}
