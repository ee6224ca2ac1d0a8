/* The file format safetensors, as far as checkpoints need it: tensors of f32 by name, and strings.
 *
 *     8 bytes: n, the lowest first | n bytes: JSON | numbers, one tensor after the other
 *
 * The JSON names each tensor's "dtype", "shape" and "data_offsets" among the numbers; "__metadata__"
 * has strings alone (github.com/huggingface/safetensors, "Format").
 *
 * Thread safety: every function may be called from any thread. */
#ifndef IO_SAFETENSORS_H
#define IO_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "brigade/status.h"

struct cJSON;

/* A tensor of f32, to be written or to be found. */
typedef struct brg_floats {
    char name[64];
    int32_t rank;
    int64_t dims[4];
    size_t count; /* the product of the dims */
} brg_floats;

/* Puts a file together: the tensors with their numbers, which `data` points to one by one, and the
 * strings, an object that is then the file's. The caller frees *bytes. BRG_E_MEMORY. */
brg_status brg_safetensors_make(const brg_floats *tensors, const float *const *data, int32_t count,
                                struct cJSON *strings, unsigned char **bytes, size_t *size,
                                brg_error *error);

/* A file that was read; its numbers lie in the bytes it was read from. */
typedef struct brg_safetensors {
    const char *path; /* for messages */
    struct cJSON *header;
    const unsigned char *data;
    size_t size; /* of the data */
} brg_safetensors;

/* Reads the header. BRG_E_FORMAT with what is wrong. Released with brg_safetensors_release. */
brg_status brg_safetensors_read(const unsigned char *bytes, size_t size, const char *path,
                                brg_safetensors *file, brg_error *error);
void brg_safetensors_release(brg_safetensors *file);

/* A string of the metadata; NULL if there is none of that name. */
const char *brg_safetensors_string(const brg_safetensors *file, const char *name);

/* Finds a tensor of that name, type and shape: its numbers, at any address. BRG_E_FORMAT. */
brg_status brg_safetensors_find(const brg_safetensors *file, const brg_floats *wanted,
                                const unsigned char **numbers, brg_error *error);

/* Says that the file is damaged, and what to do. `format` completes "... is damaged: ". */
brg_status brg_safetensors_damaged(const char *path, brg_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
