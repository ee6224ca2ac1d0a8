/* Data that ships with the library: where it lies. See data.h.
 *
 * CMake tells where data is installed, seen from the library (BRIGADE_DATA_FROM_LIB), and where it is in
 * the source tree (BRIGADE_DATA_SOURCE). */
#include "io/data.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool found(const char *folder, const char *name, char *path, size_t size) {
    int length = snprintf(path, size, "%s/%s", folder, name);
    return length > 0 && (size_t)length < size && access(path, R_OK) == 0;
}

/* The folder of whatever holds these words. */
bool brg_own_folder(char folder[PATH_MAX]) {
    static const char here[] = "here";
    Dl_info place;
    if (!dladdr(here, &place) || !place.dli_fname || !realpath(place.dli_fname, folder))
        return false;
    *strrchr(folder, '/') = '\0';
    return true;
}

/* Programs that are linked statically lie in bin, where the way to the data is shorter on some systems. */
static bool found_installed(const char *name, char *path, size_t size) {
    static const char *const ways[] = {BRIGADE_DATA_FROM_LIB, "../share/brigade"};
    char own[PATH_MAX], folder[PATH_MAX + 64];
    if (!brg_own_folder(own))
        return false;
    for (int i = 0; i < 2; i++) {
        snprintf(folder, sizeof folder, "%s/%s", own, ways[i]);
        if (found(folder, name, path, size))
            return true;
    }
    return false;
}

brg_status brg_data_path(const char *name, char *path, size_t size, brg_error *error) {
    const char *chosen = getenv("BRIGADE_DATA_DIR");
    if (chosen && *chosen) {
        if (found(chosen, name, path, size))
            return BRG_OK;
        brg_fail(error, BRG_E_IO, "There is no %s in %s.", name, chosen);
        brg_error_hint(error,
                       "BRIGADE_DATA_DIR names that folder; unset it, or set it to the one with "
                       "Brigade's data, share/brigade where it is installed.");
        return BRG_E_IO;
    }
    if (found_installed(name, path, size) || found(BRIGADE_DATA_SOURCE, name, path, size))
        return BRG_OK;
    brg_fail(error, BRG_E_IO, "The data that ships with Brigade, %s, is not installed.", name);
    brg_error_hint(error,
                   "Set BRIGADE_DATA_DIR to the folder that it is in, or name data of your own.");
    return BRG_E_IO;
}
