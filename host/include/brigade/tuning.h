/* Tuning: the values of ops' tunables that were found to be fast on a device.
 *
 * A table of rows {device, op, size class, tunable} -> value, kept in a text file that brigade tune writes
 * and every engine reads when it starts. Where the file says nothing, the library's own table of devices
 * that were measured is asked, and then the op's default. A value never makes a result wrong, only slow.
 *
 * Thread safety: a table may be read from any thread while nobody changes it. */
#ifndef BRIGADE_TUNING_H
#define BRIGADE_TUNING_H

#include <stdbool.h>

#include "brigade/device.h"
#include "brigade/op.h"

typedef struct brg_tuning brg_tuning;

/* The work of a call, flops or bytes, whichever there are more of. */
typedef enum brg_size_class {
    BRG_SIZE_SMALL,  /* below 1e7 */
    BRG_SIZE_MEDIUM, /* below 1e9 */
    BRG_SIZE_LARGE,
    BRG_SIZE_CLASSES
} brg_size_class;

/* A tunable that every op has: the work in thousands of flops or bytes below which the variant "auto" runs
 * on the host. It has one value for all size classes, filed under BRG_SIZE_SMALL. */
#define BRG_HOST_BELOW "host_below"

BRG_API brg_size_class brg_size_class_of(const brg_cost *cost);

/* "small", "medium", "large". */
BRG_API const char *brg_size_class_name(brg_size_class size);

/* An empty table. The caller destroys it. BRG_E_MEMORY. */
BRG_API brg_status brg_tuning_create(brg_tuning **out, brg_error *error);
BRG_API void brg_tuning_destroy(brg_tuning *tuning);

/* Where engines look: $XDG_CACHE_HOME/brigade/tuning.txt, else ~/.cache/brigade/tuning.txt. False if
 * neither variable is set. */
BRG_API bool brg_tuning_path(char *path, size_t size);

/* Adds the rows of a file. A file that is not there adds none. BRG_E_FORMAT if a line is malformed: the
 * rows before it are kept. BRG_E_IO, BRG_E_MEMORY. */
BRG_API brg_status brg_tuning_load(brg_tuning *tuning, const char *path, brg_error *error);

/* Writes all rows; the file appears complete or not at all. BRG_E_IO, BRG_E_MEMORY. */
BRG_API brg_status brg_tuning_save(const brg_tuning *tuning, const char *path, brg_error *error);

/* Sets one value, replacing an older one. BRG_E_MEMORY. */
BRG_API brg_status brg_tuning_set(brg_tuning *tuning, const brg_device_info *device, const char *op,
                                  brg_size_class size, const char *tunable, int32_t value,
                                  brg_error *error);

/* Finds a value; `tuning` may be NULL: then only the library's own table is asked. */
BRG_API bool brg_tuning_get(const brg_tuning *tuning, const brg_device_info *device, const char *op,
                            brg_size_class size, const char *tunable, int32_t *value);

#endif
