/* Data that ships with the library: where it lies.
 *
 * Thread safety: every function may be called from any thread. */
#ifndef IO_DATA_H
#define IO_DATA_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "brigade/status.h"

/* Finds a file or folder of the data that ships: in $BRIGADE_DATA_DIR if that is set, or else where data is
 * installed beside the library, or in the source tree that the library was built from. BRG_E_IO, with a hint
 * that names BRIGADE_DATA_DIR. */
brg_status brg_data_path(const char *name, char *path, size_t size, brg_error *error);

/* The folder of the library, or of the program that it is linked into. */
bool brg_own_folder(char folder[PATH_MAX]);

#endif
