/* Asking the ICD loader who it is.
 *
 * Both loaders in use, ocl-icd and newer ones of Khronos', export clGetICDLoaderInfoOCLICD. The
 * call takes plain integers, so no OpenCL header is needed. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "loader.h"

enum { LOADER_STANDARD = 1, LOADER_VERSION = 2, LOADER_NAME = 3 };

typedef int32_t (*loader_info)(uint32_t what, size_t size, void *value, size_t *needed);

/* Function pointers and object pointers are the same size wherever dlsym exists. */
static loader_info find_info(void *library) {
    void *symbol = dlsym(library, "clGetICDLoaderInfoOCLICD");
    loader_info info = NULL;
    memcpy(&info, &symbol, sizeof info);
    return info;
}

static void ask(loader_info info, uint32_t what, char *text, size_t size) {
    if (info(what, size, text, NULL) != 0)
        text[0] = 0;
    text[size - 1] = 0;
}

void cli_loader_find(cli_loader *loader) {
    Dl_info place;
    memset(loader, 0, sizeof *loader);
    void *library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(loader->path, sizeof loader->path, "%s", dlerror());
        return;
    }
    loader->found = true;
    void *entry = dlsym(library, "clGetPlatformIDs");
    if (entry && dladdr(entry, &place) && place.dli_fname)
        snprintf(loader->path, sizeof loader->path, "%s", place.dli_fname);
    loader_info info = find_info(library);
    snprintf(loader->name, sizeof loader->name, "a loader that does not say its name");
    if (info) {
        ask(info, LOADER_NAME, loader->name, sizeof loader->name);
        ask(info, LOADER_VERSION, loader->version, sizeof loader->version);
        ask(info, LOADER_STANDARD, loader->standard, sizeof loader->standard);
    }
    dlclose(library);
}

const char *cli_loader_text(const cli_loader *loader, char *text, size_t size) {
    if (!loader->found)
        snprintf(text, size, "none: %s", loader->path);
    else
        snprintf(text, size, "%s%s%s%s%s%s, %s", loader->name, loader->version[0] ? " " : "",
                 loader->version, loader->standard[0] ? " (" : "", loader->standard,
                 loader->standard[0] ? ")" : "", loader->path);
    return text;
}
