/* Asking the ICD loader who it is.
 *
 * Both loaders in use, ocl-icd and newer ones of Khronos, know clGetICDLoaderInfoOCLICD: one hands
 * it out as an extension, the other exports it. The calls take plain integers, so no OpenCL header
 * is needed. */
#include "loader.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LOADER_STANDARD = 1, LOADER_VERSION = 2, LOADER_NAME = 3, LOADER_VENDOR = 4 };

typedef int32_t (*loader_info)(uint32_t what, size_t size, void *value, size_t *needed);
typedef void *(*extension_address)(const char *name);

/* Function pointers and object pointers are the same size wherever dlsym exists; ISO C has no cast.
 */
static loader_info find_info(void *library) {
    static const char name[] = "clGetICDLoaderInfoOCLICD";
    void *symbol = dlsym(library, name);
    void *extension = dlsym(library, "clGetExtensionFunctionAddress");
    if (!symbol && extension) {
        extension_address address;
        memcpy(&address, &extension, sizeof address);
        symbol = address(name);
    }
    loader_info info;
    memcpy(&info, &symbol, sizeof info);
    return info;
}

static void ask_for(loader_info info, uint32_t what, char *text, size_t size) {
    if (info(what, size, text, NULL) != 0)
        text[0] = 0;
    text[size - 1] = 0;
}

/* Both call themselves "OpenCL ICD Loader"; the vendor tells them apart. */
static void introduce(cli_loader *loader, loader_info info) {
    char vendor[64];
    ask_for(info, LOADER_NAME, loader->name, sizeof loader->name);
    ask_for(info, LOADER_VENDOR, vendor, sizeof vendor);
    ask_for(info, LOADER_VERSION, loader->version, sizeof loader->version);
    ask_for(info, LOADER_STANDARD, loader->standard, sizeof loader->standard);
    if (strstr(vendor, "OCL Icd"))
        strcpy(loader->name, "ocl-icd");
    else if (strstr(vendor, "Khronos"))
        strcpy(loader->name, "Khronos ICD loader");
}

void cli_loader_find(cli_loader *loader, bool ask) {
    Dl_info place;
    loader_info info;
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
    if (ask && (info = find_info(library)) != NULL)
        introduce(loader, info);
    dlclose(library);
}

const char *cli_loader_text(const cli_loader *loader, char *text, size_t size) {
    const char *name = loader->name[0] ? loader->name : "an ICD loader that gives no name";
    if (!loader->found)
        snprintf(text, size, "none: %s", loader->path);
    else
        snprintf(text, size, "%s%s%s%s%s%s, %s", name, loader->version[0] ? " " : "",
                 loader->version, loader->standard[0] ? " (" : "", loader->standard,
                 loader->standard[0] ? ")" : "", loader->path);
    return text;
}
