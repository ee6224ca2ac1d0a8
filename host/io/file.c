/* Whole files, through POSIX calls: their errors say more than stdio's. */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"

/* One sentence for an errno, with what to do where that is plain. */
static brg_status io_error(const char *path, const char *action, int code, brg_error *error) {
    char buffer[128];
    brg_fail(error, BRG_E_IO, "\"%.140s\" cannot be %s: %s.", path, action,
             strerror_r(code, buffer, sizeof buffer));
    if (code == ENOSPC || code == EDQUOT)
        brg_error_hint(error, "Free some space on that disk, or write to another.");
    else if (code == EFBIG)
        brg_error_hint(error, "Raise the limit on the size of files, or write to another disk.");
    else if (code == EACCES || code == EPERM || code == EROFS)
        brg_error_hint(error, "Check the permissions of the file and of its directory.");
    else if (code == ENOENT || code == ENOTDIR)
        brg_error_hint(error, "Check the spelling; every directory in the path must exist.");
    return BRG_E_IO;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Of a device, which may have no end, no more is taken than this. */
#define MAX_ENDLESS ((size_t)256 << 20)

static brg_status too_large(const char *path, size_t limit, brg_error *error) {
    return brg_fail(error, BRG_E_IO, "\"%.140s\" is larger than %zu bytes, the most that is read.",
                    path, limit);
}

/* Reads until the end of the file into a buffer that doubles; `guess` is the expected size. The
 * buffer has room for one byte beyond the limit, which shows that there is more, and one for the
 * zero. */
static brg_status read_all(int descriptor, const char *path, size_t guess, size_t limit,
                           unsigned char **data, size_t *size, brg_error *error) {
    size_t room = guess + 2;
    size_t used = 0;
    *data = malloc(room);
    while (*data) {
        ssize_t got = read(descriptor, *data + used, room - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_error(path, "read", errno, error);
        used += (size_t)got;
        if (used > limit)
            return too_large(path, limit, error);
        if (got == 0) {
            (*data)[used] = '\0';
            *size = used;
            return BRG_OK;
        }
        if (used == room - 1) {
            room = room > limit / 2 ? limit + 2 : room * 2;
            unsigned char *larger = realloc(*data, room);
            if (!larger)
                break;
            *data = larger;
        }
    }
    return brg_fail(error, BRG_E_MEMORY, "There is not enough memory to read \"%.140s\".", path);
}

brg_status brg_file_read(const char *path, size_t limit, unsigned char **data, size_t *size,
                         brg_error *error) {
    *data = NULL;
    *size = 0;
    struct stat info;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return io_error(path, "read", errno, error);

    brg_status status;
    if (fstat(descriptor, &info) != 0)
        status = io_error(path, "read", errno, error);
    else if (S_ISREG(info.st_mode) && (uintmax_t)info.st_size > limit)
        status = too_large(path, limit, error);
    else
        status = S_ISREG(info.st_mode)
                     ? read_all(descriptor, path, (size_t)info.st_size, limit, data, size, error)
                     : read_all(descriptor, path, 4096, limit < MAX_ENDLESS ? limit : MAX_ENDLESS,
                                data, size, error);
    close(descriptor);
    if (status != BRG_OK) {
        free(*data);
        *data = NULL;
    }
    return status;
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool write_all(int descriptor, const void *data, size_t size) {
    const char *at = data;
    while (size > 0) {
        ssize_t put = write(descriptor, at, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += put;
        size -= (size_t)put;
    }
    return true;
}

/* Appending, so that what standard output holds already stays when it is a file. */
static brg_status write_directly(const char *path, const void *data, size_t size,
                                 brg_error *error) {
    int descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (descriptor < 0)
        return io_error(path, "written", errno, error);
    int code = write_all(descriptor, data, size) ? 0 : errno;
    if (close(descriptor) != 0 && code == 0)
        code = errno;
    return code == 0 ? BRG_OK : io_error(path, "written", code, error);
}

/* Creates a file of a new name beside `path` and returns its descriptor, or -1 with errno set. The
 * mode is what a program's new files have; mkstemp would give fewer rights. */
static int create_beside(const char *path, char temporary[PATH_MAX]) {
    const char *slash = strrchr(path, '/');
    int directory = slash ? (int)(slash - path + 1) : 0;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t seed = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)getpid();

    for (uint64_t attempt = 0; attempt < 100; attempt++) {
        uint64_t tag = brg_random_bits(seed, attempt);
        int length = snprintf(temporary, PATH_MAX, "%.*s.brigade-%016llx.tmp", directory, path,
                              (unsigned long long)tag);
        if (length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

/* Flushes the directory of a file, so that a new name outlives a loss of power too. The file is there in
 * any case: where a directory cannot be opened or flushed, nothing is lost but that. */
static void flush_directory(const char *path) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + 1 : 1;
    if (length >= sizeof folder)
        return;
    memcpy(folder, slash ? path : ".", length);
    folder[length] = '\0';
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    if (fsync(descriptor) != 0)
        errno = 0;
    close(descriptor);
}

/* Fills, flushes and closes the temporary file, and moves it into place. Returns 0 or an errno. */
static int fill_and_rename(int descriptor, const char *temporary, const char *path,
                           const void *data, size_t size) {
    int code = 0;
    if (!write_all(descriptor, data, size) || fsync(descriptor) != 0)
        code = errno;
    if (close(descriptor) != 0 && code == 0)
        code = errno;
    if (code == 0 && rename(temporary, path) != 0)
        code = errno;
    if (code == 0)
        flush_directory(path);
    return code;
}

static brg_status replace(const char *path, const struct stat *old, const void *data, size_t size,
                          brg_error *error) {
    char temporary[PATH_MAX];
    int descriptor = create_beside(path, temporary);
    if (descriptor < 0)
        return io_error(path, "written", errno, error);
    /* A file of someone else's may not lend its mode; the new file is right without it. */
    if (old && fchmod(descriptor, old->st_mode & 0777) != 0)
        errno = 0;
    int code = fill_and_rename(descriptor, temporary, path, data, size);
    if (code == 0)
        return BRG_OK;
    unlink(temporary);
    return io_error(path, "written", code, error);
}

/* Names for open files, like /dev/stdout, lead to regular files too: those must not be replaced. */
static bool is_special(const char *path, const struct stat *info) {
    return !S_ISREG(info->st_mode) || strncmp(path, "/dev/std", 8) == 0 ||
           strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/", 6) == 0;
}

brg_status brg_file_write(const char *path, const void *data, size_t size, brg_error *error) {
    struct stat info;
    if (*path == '\0')
        return io_error(path, "written", ENOENT, error);
    if (path[strlen(path) - 1] == '/')
        return io_error(path, "written", EISDIR, error);
    if (stat(path, &info) != 0)
        return replace(path, NULL, data, size, error);
    if (S_ISDIR(info.st_mode))
        return io_error(path, "written", EISDIR, error);
    if (is_special(path, &info))
        return write_directly(path, data, size, error);
    if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
        return io_error(path, "written", errno, error);

    /* Through a symbolic link, so that the link stays and its target changes. */
    char *target = realpath(path, NULL);
    brg_status status = replace(target ? target : path, &info, data, size, error);
    free(target);
    return status;
}

bool brg_file_make_directories(const char *path) {
    char *copy = strdup(path), *slash = copy ? strchr(copy + 1, '/') : NULL;
    struct stat info;
    bool exists = slash != NULL || strchr(path, '/') == NULL;
    for (; slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(copy, 0700);
        exists = stat(copy, &info) == 0 && S_ISDIR(info.st_mode);
        *slash = '/';
    }
    free(copy);
    return exists;
}
