/* Where the photographs and the fonts are. See paths.h. */
#include "paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROBOTO "/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/"
#define DEJAVU "/usr/share/fonts/truetype/dejavu/"
#define NOTO "/usr/share/fonts/truetype/noto/"
#define LIBERATION "/usr/share/fonts/truetype/liberation/"

static bool readable(const char *path) {
    return access(path, R_OK) == 0;
}

/* The directory of the running program, without a final slash. */
static bool program_directory(char *directory, size_t size) {
    ssize_t length = readlink("/proc/self/exe", directory, size - 1);
    if (length <= 0)
        return false;
    directory[length] = '\0';
    char *slash = strrchr(directory, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return true;
}

bool brg_path_asset(const char *name, char *path, size_t size) {
    char directory[1024];
    if (program_directory(directory, sizeof directory)) {
        snprintf(path, size, "%s/%s/%s", directory, BRIGADE_ASSETS_FROM_BIN, name);
        if (readable(path))
            return true;
    }
    snprintf(path, size, "%s/%s", BRIGADE_ASSETS_SOURCE, name);
    return readable(path);
}

bool brg_path_make_directories(const char *path) {
    char part[BRG_PATH];
    struct stat info;
    if ((size_t)snprintf(part, sizeof part, "%s", path) >= sizeof part)
        return false;
    for (char *slash = part; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        mkdir(part, 0700);
        *slash = '/';
    }
    mkdir(part, 0700);
    return stat(part, &info) == 0 && S_ISDIR(info.st_mode);
}

bool brg_path_data(char *path, size_t size) {
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int length;
    if (data && data[0] == '/')
        length = snprintf(path, size, "%s/brigade", data);
    else if (home && home[0] == '/')
        length = snprintf(path, size, "%s/.local/share/brigade", home);
    else
        return false;
    return (size_t)length < size && brg_path_make_directories(path);
}

static const char *first_readable(const char *const *candidates) {
    while (*candidates && !readable(*candidates))
        candidates++;
    return *candidates;
}

brg_font_paths brg_path_fonts(void) {
    static const char *const regular[] = {ROBOTO "Roboto-Regular.ttf", DEJAVU "DejaVuSans.ttf",
                                          LIBERATION "LiberationSans-Regular.ttf", NULL};
    static const char *const bold[] = {ROBOTO "Roboto-Medium.ttf", DEJAVU "DejaVuSans-Bold.ttf",
                                       LIBERATION "LiberationSans-Bold.ttf", NULL};
    static const char *const mono[] = {DEJAVU "DejaVuSansMono.ttf", NOTO "NotoSansMono-Regular.ttf",
                                       LIBERATION "LiberationMono-Regular.ttf", NULL};
    return (brg_font_paths){first_readable(regular), first_readable(bold), first_readable(mono)};
}
