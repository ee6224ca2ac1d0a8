/* The state file. See state.h. */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"

enum { LARGEST = 1 << 17 };

static const char first_line[] = "brigade window state 1", last_line[] = "end";

bool brg_state_path(char *path, size_t size) {
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int length;
    if (config && config[0] == '/')
        length = snprintf(path, size, "%s/brigade/window.state", config);
    else if (home && home[0] == '/')
        length = snprintf(path, size, "%s/.config/brigade/window.state", home);
    else
        return false;
    return (size_t)length < size;
}

static brg_status fail_io(brg_error *error, const char *path, const char *action) {
    int code = errno;
    brg_fail(error, BRG_E_IO, "The window's state \"%.140s\" cannot be %s: %s.", path, action,
             strerror(code));
    brg_error_hint(error, "What you choose lasts until the window is closed.");
    return BRG_E_IO;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Cuts the next line off; NULL past the last whole one. */
static char *next_line(char **rest) {
    char *line = *rest, *end = strchr(line, '\n');
    if (!end)
        return NULL;
    *end = '\0';
    *rest = end + 1;
    return line;
}

static bool take_line(brg_kept *kept, char *line) {
    char *equals = strstr(line, " = ");
    if (!equals)
        return false;
    *equals = '\0';
    return brg_kept_set_text(kept, line, equals + 3);
}

/* True if the text is a state file, whole and of this version. */
static bool parse(char *text, brg_kept *kept) {
    char *line = next_line(&text);
    if (!line || strcmp(line, first_line) != 0)
        return false;
    while ((line = next_line(&text)) && strcmp(line, last_line) != 0)
        if (!take_line(kept, line))
            return false;
    return line && *text == '\0';
}

/* Reads the whole file, a little more than the largest that can be right. Returns its length, or -1
 * with errno set. */
static ssize_t read_all(const char *path, char *text, size_t room) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return -1;
    size_t used = 0;
    ssize_t got;
    while ((got = read(file, text + used, room - 1 - used)) > 0)
        used += (size_t)got;
    int code = errno;
    close(file);
    errno = code;
    text[used] = '\0';
    return got < 0 ? -1 : (ssize_t)used;
}

static brg_status set_aside(const char *path, brg_error *error) {
    char aside[BRG_PATH + 8];
    snprintf(aside, sizeof aside, "%s.bad", path);
    bool moved = rename(path, aside) == 0;
    brg_fail(error, BRG_E_FORMAT,
             "The window's state \"%.140s\" is damaged or of a later version, and is not used.",
             path);
    if (moved)
        brg_error_hint(error, "It is kept beside it, with \".bad\" after its name; the window "
                              "starts as if it were new.");
    else
        brg_error_hint(error, "It is replaced when the window closes.");
    return BRG_E_FORMAT;
}

/* A device or a pipe, such as /dev/null: it remembers nothing, and no file may take its place. */
static bool keeps_nothing(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
}

brg_status brg_state_load(const char *path, brg_kept *kept, brg_error *error) {
    memset(kept, 0, sizeof *kept);
    if (keeps_nothing(path))
        return BRG_OK;
    char *text = malloc(LARGEST + 2);
    if (!text)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the window's state.");
    brg_status status = BRG_OK;
    ssize_t length = read_all(path, text, LARGEST + 2);
    if (length < 0 && errno != ENOENT)
        status = fail_io(error, path, "read");
    else if (length >= 0 && (strlen(text) != (size_t)length || !parse(text, kept))) {
        memset(kept, 0, sizeof *kept);
        status = set_aside(path, error);
    }
    kept->changed = status == BRG_E_FORMAT;
    free(text);
    return status;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* What cannot be made is noticed when the file is. */
static void make_directories(const char *path) {
    char directory[BRG_PATH];
    snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash && slash != directory) {
        *slash = '\0';
        brg_path_make_directories(directory);
    }
}

static bool put_lines(FILE *file, const brg_kept *kept) {
    fprintf(file, "%s\n", first_line);
    for (int i = 0; i < kept->count; i++)
        fprintf(file, "%s = %s\n", kept->values[i].name, kept->values[i].text);
    fprintf(file, "%s\n", last_line);
    return fflush(file) == 0 && fsync(fileno(file)) == 0;
}

brg_status brg_state_save(const char *path, const brg_kept *kept, brg_error *error) {
    char temporary[BRG_PATH + 8];
    if (keeps_nothing(path))
        return BRG_OK;
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    make_directories(path);
    int descriptor = mkostemp(temporary, O_CLOEXEC);
    if (descriptor < 0)
        return fail_io(error, path, "written");
    FILE *file = fdopen(descriptor, "w");
    bool whole = file && put_lines(file, kept);
    int code = errno;
    if (file ? fclose(file) != 0 : close(descriptor) != 0)
        whole = false;
    if (whole && rename(temporary, path) == 0)
        return BRG_OK;
    errno = whole ? errno : code;
    fail_io(error, path, "written");
    unlink(temporary);
    return BRG_E_IO;
}
