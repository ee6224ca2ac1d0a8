/* What the doctor can see from outside: loader, drivers, environment, permissions, caches. */
#include <ctype.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "brigade/brigade.h"
#include "doctor.h"
#include "loader.h"

#define INSTALL_POCL "apt install pocl-opencl-icd gives every processor a device"

void doctor_add(doctor_findings *findings, doctor_level level, const char *section,
                const char *advice, const char *format, ...) {
    va_list arguments;
    if (findings->count == DOCTOR_MAX)
        return;
    doctor_finding *fresh = &findings->rows[findings->count++];
    fresh->level = level;
    fresh->section = section;
    snprintf(fresh->advice, sizeof fresh->advice, "%s", advice ? advice : "");
    va_start(arguments, format);
    vsnprintf(fresh->what, sizeof fresh->what, format, arguments);
    va_end(arguments);
}

/* ---- drivers --------------------------------------------------------------------------------- */

/* Sends why the library does not open, or nothing. */
static void open_library(const void *context, int fd) {
    const char *why = NULL;
    if (!dlopen(context, RTLD_NOW | RTLD_LOCAL) && (why = dlerror()) != NULL)
        _exit(write(fd, why, strlen(why)) < 0);
}

static void check_library(doctor_findings *findings, const char *source, const char *library) {
    enum { TIMEOUT_S = 20 };
    char why[240], death[128];
    findings->has_pocl = findings->has_pocl || strcasestr(library, "pocl");
    findings->has_rusticl = findings->has_rusticl || strcasestr(library, "rusticl");
    size_t used =
        doctor_in_child(open_library, library, TIMEOUT_S, why, sizeof why - 1, death, sizeof death);
    why[used] = 0;
    findings->bad_driver = findings->bad_driver || death[0];
    if (death[0])
        doctor_add(findings, DOCTOR_BAD, "drivers",
                   "remove the file or reinstall the package that owns the library", "%s: %s %s",
                   source, library, death);
    else if (used)
        doctor_add(findings, DOCTOR_BAD, "drivers",
                   "install the package that has the library, or remove the file", "%s: %s: %s",
                   source, library, why);
    else
        doctor_add(findings, DOCTOR_OK, "drivers", NULL, "%s: %s opens", source, library);
}

/* The library is what stands on the first line, without blanks around it. */
static void check_icd_file(doctor_findings *findings, const char *path) {
    char line[512] = "";
    FILE *file = fopen(path, "r");
    if (!file) {
        doctor_add(findings, DOCTOR_BAD, "drivers", "make it readable, or remove it", "%s: %s",
                   path, strerror(errno));
        return;
    }
    char *library = fgets(line, sizeof line, file) ? line : line + sizeof line - 1;
    fclose(file);
    while (isspace((unsigned char)*library))
        library++;
    for (size_t i = strlen(library); i > 0 && isspace((unsigned char)library[i - 1]); i--)
        library[i - 1] = 0;
    if (library[0])
        check_library(findings, path, library);
    else
        doctor_add(findings, DOCTOR_BAD, "drivers", "reinstall the package that owns it",
                   "%s is empty", path);
}

static bool ends_in(const char *text, const char *ending) {
    size_t length = strlen(text), tail = strlen(ending);
    return length >= tail && strcmp(text + length - tail, ending) == 0;
}

static void check_icd_directory(doctor_findings *findings, const char *directory) {
    struct dirent **names = NULL;
    int32_t found = 0;
    int count = scandir(directory, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[1024];
        if (ends_in(names[i]->d_name, ".icd")) {
            snprintf(path, sizeof path, "%s/%s", directory, names[i]->d_name);
            check_icd_file(findings, path);
            found++;
        }
        free(names[i]);
    }
    free(names);
    if (found == 0)
        doctor_add(findings, DOCTOR_BAD, "drivers", INSTALL_POCL, "%s %s", directory,
                   count < 0 ? "does not exist" : "has no .icd file: no driver is installed");
}

static bool is_directory(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

/* The libraries of a colon-separated list, which loaders open besides the .icd files. */
static void check_library_list(doctor_findings *findings, const char *name) {
    char copy[1024], *rest = copy, *library;
    if (!variable(name))
        return;
    snprintf(copy, sizeof copy, "%s", getenv(name));
    while ((library = strsep(&rest, ":")) != NULL)
        if (library[0])
            check_library(findings, name, library);
}

/* As the loaders look: $OCL_ICD_VENDORS is a directory, an .icd file or a library; then
 * $OPENCL_VENDOR_PATH; then the system's directory. */
void doctor_check_drivers(doctor_findings *findings) {
    const char *vendors = variable("OCL_ICD_VENDORS");
    const char *standard = variable("OPENCL_VENDOR_PATH");
    char path[1024];
    standard = standard ? standard : "/etc/OpenCL/vendors";
    check_library_list(findings, "OCL_ICD_FILENAMES");
    if (!vendors) {
        check_icd_directory(findings, standard);
    } else if (is_directory(vendors)) {
        check_icd_directory(findings, vendors);
    } else if (ends_in(vendors, ".icd")) {
        snprintf(path, sizeof path, "%s/%s", standard, vendors);
        bool in_standard = !strchr(vendors, '/') && access(path, F_OK) == 0;
        check_icd_file(findings, in_standard ? path : vendors);
    } else {
        check_library(findings, "OCL_ICD_VENDORS", vendors);
    }
}

/* ---- loader ---------------------------------------------------------------------------------- */

static void ask_loader(const void *context, int fd) {
    cli_loader loader;
    (void)context;
    cli_loader_find(&loader, true);
    _exit(write(fd, &loader, sizeof loader) != sizeof loader);
}

/* Asked in a process of its own, because the loader may open every driver before it answers; and
 * not at all if one of them is known to be bad. */
void doctor_check_loader(doctor_findings *findings) {
    enum { TIMEOUT_S = 20 };
    cli_loader loader;
    char text[512], death[128];
    size_t used = 0;
    if (!findings->bad_driver)
        used = doctor_in_child(ask_loader, NULL, TIMEOUT_S, &loader, sizeof loader, death,
                               sizeof death);
    if (used != sizeof loader)
        cli_loader_find(&loader, false);
    doctor_add(findings, loader.found ? DOCTOR_OK : DOCTOR_BAD, "loader",
               loader.found ? NULL : "apt install ocl-icd-libopencl1", "%.300s",
               cli_loader_text(&loader, text, sizeof text));
}

/* ---- environment ----------------------------------------------------------------------------- */

extern char **environ;

/* Names the variables that are set and change what OpenCL or brigade do. */
static int32_t list_variables(doctor_findings *findings) {
    static const char *const prefixes[] = {"OCL_ICD_",
                                           "OPENCL_",
                                           "POCL_",
                                           "RUSTICL_",
                                           "OCLGRIND_",
                                           "CL_",
                                           "BRIGADE_",
                                           "GALLIUM_",
                                           "LP_",
                                           "XDG_CACHE_HOME",
                                           "CUDA_VISIBLE_DEVICES",
                                           "CUDA_CACHE",
                                           "ROCR_",
                                           "NO_COLOR"};
    int32_t found = 0;
    for (char **at = environ; *at; at++) {
        for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
            if (strncmp(*at, prefixes[i], strlen(prefixes[i])) == 0) {
                doctor_add(findings, DOCTOR_OK, "environment", NULL, "%.200s", *at);
                found++;
                break;
            }
        }
    }
    return found;
}

static void check_layers(doctor_findings *findings) {
    char copy[1024], *rest = copy, *layer;
    if (!variable("OPENCL_LAYERS"))
        return;
    snprintf(copy, sizeof copy, "%s", getenv("OPENCL_LAYERS"));
    while ((layer = strsep(&rest, ":")) != NULL)
        if (layer[0] && access(layer, R_OK) != 0)
            doctor_add(findings, DOCTOR_WARN, "environment", "correct or unset OPENCL_LAYERS",
                       "the layer %s cannot be read; the loader leaves it out silently", layer);
}

void doctor_check_environment(doctor_findings *findings) {
    const char *kernels = variable("BRIGADE_KERNEL_DIR");
    const char *home = variable("HOME");
    if (list_variables(findings) == 0)
        doctor_add(findings, DOCTOR_OK, "environment", NULL,
                   "no variable that changes OpenCL or brigade is set");
    check_layers(findings);
    if (kernels && !is_directory(kernels))
        doctor_add(findings, DOCTOR_WARN, "environment", "correct or unset BRIGADE_KERNEL_DIR",
                   "BRIGADE_KERNEL_DIR is no directory, so the built-in kernels are used");
    if (!home || !is_directory(home))
        doctor_add(findings, DOCTOR_WARN, "environment",
                   "set HOME to a directory of yours, or POCL_CACHE_DIR and XDG_CACHE_HOME",
                   "HOME is %s; drivers may then find no place to work",
                   home ? "no directory" : "not set");
    if (!variable("PATH"))
        doctor_add(findings, DOCTOR_WARN, "environment", "set PATH",
                   "PATH is not set; drivers call a linker, so brigade looks in /usr/bin:/bin");
    if (findings->has_rusticl && !variable("RUSTICL_ENABLE"))
        doctor_add(findings, DOCTOR_OK, "environment", NULL,
                   "RUSTICL_ENABLE is not set, so rusticl shows no device (try "
                   "RUSTICL_ENABLE=llvmpipe)");
    if (!variable("DISPLAY") && !variable("WAYLAND_DISPLAY"))
        doctor_add(findings, DOCTOR_OK, "environment", NULL,
                   "no DISPLAY: brigade needs none, brigade-gui does (try xvfb-run)");
}

/* ---- permissions ----------------------------------------------------------------------------- */

static void check_device_file(doctor_findings *findings, const char *path) {
    struct stat about;
    char advice[160];
    if (access(path, R_OK | W_OK) == 0) {
        doctor_add(findings, DOCTOR_OK, "permissions", NULL, "%s may be read and written", path);
        return;
    }
    const char *why = strerror(errno);
    struct group *group = stat(path, &about) == 0 ? getgrgid(about.st_gid) : NULL;
    if (group && group->gr_gid != 0)
        snprintf(advice, sizeof advice, "adduser YOU %s, then log in again", group->gr_name);
    else
        snprintf(advice, sizeof advice, "the driver's udev rules should open it to a group");
    doctor_add(findings, DOCTOR_WARN, "permissions", advice, "%s: %s", path, why);
}

void doctor_check_permissions(doctor_findings *findings) {
    static const char *const patterns[] = {"/dev/dri/renderD*", "/dev/nvidia[0-9]*",
                                           "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/kfd"};
    size_t found = 0;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        glob_t files;
        if (glob(patterns[i], 0, NULL, &files) == 0) {
            for (size_t j = 0; j < files.gl_pathc; j++, found++)
                check_device_file(findings, files.gl_pathv[j]);
            globfree(&files);
        }
    }
    if (found == 0)
        doctor_add(findings, DOCTOR_OK, "permissions", NULL,
                   "no GPU device files; processors need none");
}

/* ---- caches ---------------------------------------------------------------------------------- */

/* Whether something can be made in the directory, or in the nearest one above it that exists.
 * Tried, not asked: permissions say little about the superuser and read-only file systems. */
static bool may_write(const char *directory, char *why, size_t size) {
    char path[1024], probe[1100];
    snprintf(path, sizeof path, "%s", directory);
    while (access(path, F_OK) != 0) {
        char *slash = strrchr(path, '/');
        if (!slash || slash == path)
            break;
        *slash = 0;
    }
    snprintf(probe, sizeof probe, "%s/.brigade-XXXXXX", path);
    if (mkdtemp(probe)) {
        rmdir(probe);
        return true;
    }
    snprintf(why, size, "nothing can be made in %.120s: %s", path, strerror(errno));
    return false;
}

static void check_cache(doctor_findings *findings, const char *whose, const char *directory,
                        doctor_level if_not, const char *advice) {
    char why[200];
    if (may_write(directory, why, sizeof why))
        doctor_add(findings, DOCTOR_OK, "caches", NULL, "%s: %s is writable", whose, directory);
    else
        doctor_add(findings, if_not, "caches", advice, "%s: %s", whose, why);
}

/* Engines pass over a damaged file without a word, and are slower than they could be. */
static void check_tuning(doctor_findings *findings) {
    char path[4096];
    brg_error error = {.status = BRG_OK};
    brg_tuning *tuning = NULL;
    if (!brg_tuning_path(path, sizeof path) || brg_tuning_create(&tuning, &error) != BRG_OK)
        return;
    if (access(path, F_OK) != 0)
        doctor_add(findings, DOCTOR_OK, "caches", NULL,
                   "tuned values: none yet; brigade tune finds them");
    else if (brg_tuning_load(tuning, path, &error) != BRG_OK)
        doctor_add(findings, DOCTOR_WARN, "caches", error.hint, "tuned values: %s", error.what);
    else
        doctor_add(findings, DOCTOR_OK, "caches", NULL, "tuned values: in %s", path);
    brg_tuning_destroy(tuning);
}

void doctor_check_caches(doctor_findings *findings) {
    check_tuning(findings);
    const char *home = variable("HOME");
    const char *xdg = variable("XDG_CACHE_HOME");
    const char *pocl = variable("POCL_CACHE_DIR");
    char base[512] = "", directory[600];
    if (xdg)
        snprintf(base, sizeof base, "%s", xdg);
    else if (home)
        snprintf(base, sizeof base, "%s/.cache", home);
    snprintf(directory, sizeof directory, "%s/brigade", base);
    if (base[0])
        check_cache(findings, "brigade", directory, DOCTOR_WARN,
                    "set XDG_CACHE_HOME; until then kernels are compiled anew in every process");
    else
        doctor_add(findings, DOCTOR_WARN, "caches", "set HOME or XDG_CACHE_HOME",
                   "brigade: no place for compiled kernels, they are compiled in every process");
    if (!findings->has_pocl || (!pocl && !base[0]))
        return;
    snprintf(directory, sizeof directory, "%s/pocl", base);
    check_cache(findings, "PoCL", pocl ? pocl : directory, DOCTOR_BAD,
                "set POCL_CACHE_DIR to a directory of yours, or POCL_KERNEL_CACHE=0");
}
