/* Files that appear complete or not at all.
 *
 * Thread safety: every function may be called from any thread. */
#ifndef BRIGADE_FILE_H
#define BRIGADE_FILE_H

#include <stddef.h>

#include "brigade/status.h"

/* Writes a file so that it appears complete or not at all: under a temporary name in the same
 * directory, flushed to the disk, then renamed over `path`. What was there before stays until then;
 * it lends its permissions, and must be writable. A path that is not a regular file (a pipe,
 * /dev/stdout) is written to directly. BRG_E_IO. */
BRG_API brg_status brg_file_write(const char *path, const void *data, size_t size,
                                  brg_error *error);

#endif
