/* Tensors: immutable, reference-counted, typed, shaped host data. What goes into a job and what
 * comes out of it.
 *
 * Storage is dense and row-major, aligned to 4096 bytes, so that a device which shares the host's
 * memory can use it in place. A matrix of m rows and n columns has dims {m, n}; an image of height
 * h, width w and c channels has dims {h, w, c}.
 *
 * Thread safety: a finished tensor may be read, retained and released from any thread. Between
 * brg_tensor_create and the first time it is shared, the creating thread may write to it through
 * brg_tensor_writable. */
#ifndef BRIGADE_TENSOR_H
#define BRIGADE_TENSOR_H

#include <stddef.h>
#include <stdint.h>

#include "brigade/status.h"

enum { BRG_MAX_RANK = 4 };

typedef enum brg_dtype {
    BRG_F32 = 0, /* IEEE single */
    BRG_U8,      /* 0..255; in images a grey level */
    BRG_I32,
    BRG_F16, /* IEEE half, for storage; in C its bits, as uint16_t */
    BRG_I8,
    BRG_F64, /* IEEE double */
    BRG_DTYPE_COUNT
} brg_dtype;

/* Type and shape. dims beyond rank are 1. A dim of 0 is allowed: an empty tensor. */
typedef struct brg_shape {
    brg_dtype dtype;
    int32_t rank; /* 1..BRG_MAX_RANK */
    int64_t dims[BRG_MAX_RANK];
} brg_shape;

typedef struct brg_tensor brg_tensor;

/* Returns the shape {dtype; d0}, {d0, d1} or {d0, d1, d2}. Thread safe. */
BRG_API brg_shape brg_shape_1d(brg_dtype dtype, int64_t d0);
BRG_API brg_shape brg_shape_2d(brg_dtype dtype, int64_t d0, int64_t d1);
BRG_API brg_shape brg_shape_3d(brg_dtype dtype, int64_t d0, int64_t d1, int64_t d2);

/* Size of one element in bytes, and its name ("f32"). */
BRG_API size_t brg_dtype_size(brg_dtype dtype);
BRG_API const char *brg_dtype_name(brg_dtype dtype);

/* The value of a half, and the half nearest to a value (to the even one of two; beyond the largest,
 * infinity). Thread safe. */
BRG_API float brg_half_to_float(uint16_t half);
BRG_API uint16_t brg_float_to_half(float value);

/* Number of elements and of bytes. BRG_E_SHAPE if a dim is negative, the rank is out of range or
 * the bytes do not fit into a ptrdiff_t. Either result pointer may be NULL. Thread safe. */
BRG_API brg_status brg_shape_size(const brg_shape *shape, size_t *elements, size_t *bytes,
                                  brg_error *error);

/* Writes the shape as "f32 512x512" into text and returns text. */
BRG_API const char *brg_shape_text(const brg_shape *shape, char *text, size_t size);

/* Makes a tensor and copies `data` into it; all zero if data is NULL. The caller owns *out and
 * releases it. BRG_E_SHAPE, BRG_E_MEMORY. */
BRG_API brg_status brg_tensor_create(const brg_shape *shape, const void *data, brg_tensor **out,
                                     brg_error *error);

/* Makes a tensor of reproducible noise, uniform in [lo, hi) for f32 and f64, in [lo, hi] rounded
 * for f16 and for integers. Element i depends on seed and i alone. BRG_E_SHAPE, BRG_E_MEMORY. */
BRG_API brg_status brg_tensor_create_uniform(const brg_shape *shape, uint64_t seed, float lo,
                                             float hi, brg_tensor **out, brg_error *error);

/* Adds an owner and returns the same tensor. NULL gives NULL. Thread safe. */
BRG_API brg_tensor *brg_tensor_retain(const brg_tensor *tensor);

/* Drops an owner; the last one frees the storage. NULL is allowed. Thread safe. */
BRG_API void brg_tensor_release(const brg_tensor *tensor);

/* The shape and the elements; both live as long as the tensor. Thread safe. */
BRG_API const brg_shape *brg_tensor_shape(const brg_tensor *tensor);
BRG_API const void *brg_tensor_data(const brg_tensor *tensor);

/* Size of the elements in bytes. Thread safe. */
BRG_API size_t brg_tensor_bytes(const brg_tensor *tensor);

/* The elements for writing while the tensor has exactly one owner; NULL once it is shared. */
BRG_API void *brg_tensor_writable(brg_tensor *tensor);

#endif
