/* Files that appear complete or not at all: how the library saves, and whoever draws or writes what the
 * library does not.
 *
 * Thread safety: every function may be called from any thread. */
#ifndef BRIGADE_FILE_H
#define BRIGADE_FILE_H

#include <stddef.h>

#include "brigade/export.h"
#include "brigade/status.h"

/* Writes `size` bytes so that they appear complete or not at all: under a temporary name in the same
 * directory, flushed to the disk, then renamed over `path`. What was there before stays until then; it
 * lends its permissions, and must be writable; a symbolic link stays, and its target changes. A path that
 * is no regular file (a pipe, /dev/stdout) is written to directly. BRG_E_IO. */
BRG_API brg_status brg_file_write(const char *path, const void *data, size_t size,
                                  brg_error *error);

#endif
