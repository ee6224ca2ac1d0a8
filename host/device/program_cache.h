/* The cache of program binaries on disk: one file per source, options, device and driver.
 *
 * A file holds the whole key beside the binary, so that two keys with one hash cannot be confused, and a
 * checksum, so that a damaged file is noticed and simply rebuilt. Nothing here is ever an error for the
 * caller: without a cache, programs are compiled. */
#ifndef BRIGADE_DEVICE_PROGRAM_CACHE_H
#define BRIGADE_DEVICE_PROGRAM_CACHE_H

#include <stdbool.h>
#include <stddef.h>

/* Loads the binary stored under `key` (a NUL-terminated text) in `directory`. The caller frees *binary. */
bool brg_program_cache_load(const char *directory, const char *key, unsigned char **binary,
                            size_t *size);

/* Stores a binary; makes the directory if need be. Other processes see the old file or the new one. */
void brg_program_cache_store(const char *directory, const char *key, const unsigned char *binary,
                             size_t size);

#endif
