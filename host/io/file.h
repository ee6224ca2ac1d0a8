/* Whole files: read at once with a limit, written at once or not at all (brg_file_write of brigade/file.h).
 *
 * Thread safety: every function may be called from any thread. */
#ifndef IO_FILE_H
#define IO_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "brigade/file.h"

/* Reads a file of at most `limit` bytes, or 256 MiB of what is no regular file: a device may have no end.
 * *data, which the caller frees with free(), is never NULL on success and ends in a zero byte that *size
 * does not count. BRG_E_IO, BRG_E_MEMORY. */
brg_status brg_file_read(const char *path, size_t limit, unsigned char **data, size_t *size,
                         brg_error *error);

/* Makes the directories that lead to a file, as far as they are missing, for the user alone. False if
 * there is no directory to put the file into then. */
bool brg_file_make_directories(const char *path);

#endif
