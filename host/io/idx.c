/* IDX files. See idx.h.
 *
 *     0  0  type  rank | size of each dim, 4 bytes, the highest first | elements
 */
#include "io/idx.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { UNSIGNED_BYTES = 8, MAX_DIMS = 4, CHUNK = 1 << 20 };

static brg_status damaged(const char *path, const char *why, brg_error *error) {
    brg_fail(error, BRG_E_FORMAT, "%s is no IDX file of bytes: %s.", path, why);
    brg_error_hint(error, "Fetch it again; a file of images begins with the bytes 0 0 8 3.");
    return BRG_E_FORMAT;
}

static brg_status unreadable(const char *path, const char *why, brg_error *error) {
    return brg_fail(error, BRG_E_IO, "%s cannot be read: %s.", path, why);
}

/* Reads exactly `size` bytes. zlib tells a damaged stream from a short one. */
static brg_status read_bytes(gzFile file, const char *path, uint8_t *bytes, size_t size,
                             brg_error *error) {
    while (size > 0) {
        unsigned part = size < CHUNK ? (unsigned)size : CHUNK;
        int got = gzread(file, bytes, part);
        int code;
        const char *why = gzerror(file, &code);
        if (got < 0 || (code != Z_OK && code != Z_BUF_ERROR))
            return code == Z_ERRNO ? unreadable(path, strerror(errno), error)
                                   : damaged(path, why, error);
        if (got == 0)
            return damaged(path, "it ends too early", error);
        bytes += got;
        size -= (size_t)got;
    }
    return BRG_OK;
}

static brg_status read_shape(gzFile file, const char *path, brg_shape *shape, brg_error *error) {
    uint8_t head[4], sizes[4 * MAX_DIMS];
    brg_status status = read_bytes(file, path, head, sizeof head, error);
    if (status != BRG_OK)
        return status;
    if (head[0] || head[1] || head[3] < 1 || head[3] > MAX_DIMS)
        return damaged(path, "it begins with other bytes", error);
    if (head[2] != UNSIGNED_BYTES)
        return damaged(path, "its elements are of another type", error);
    *shape = (brg_shape){.dtype = BRG_U8, .rank = head[3]};
    status = read_bytes(file, path, sizes, 4 * (size_t)head[3], error);
    double count = 1;
    for (int32_t d = 0; status == BRG_OK && d < shape->rank; d++) {
        const uint8_t *at = sizes + 4 * d;
        shape->dims[d] = (int64_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
        count *= (double)shape->dims[d];
    }
    if (status == BRG_OK && count > 2147483648.0)
        return brg_fail(error, BRG_E_SHAPE, "%s says that it has %.3g elements, too many.", path,
                        count);
    return status;
}

/* The elements go to memory of their own first: a file may claim more than it has. */
static brg_status read_elements(gzFile file, const char *path, const brg_shape *shape,
                                brg_tensor **tensor, brg_error *error) {
    size_t size = 0;
    uint8_t rest;
    brg_status status = brg_shape_size(shape, NULL, &size, error);
    if (status != BRG_OK)
        return status;
    uint8_t *bytes = malloc(size ? size : 1);
    if (!bytes)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for %s.", path);
    status = read_bytes(file, path, bytes, size, error);
    if (status == BRG_OK && gzread(file, &rest, 1) > 0)
        status = damaged(path, "it is longer than it says", error);
    if (status == BRG_OK)
        status = brg_tensor_create(shape, bytes, tensor, error);
    free(bytes);
    return status;
}

brg_status brg_idx_read(const char *path, brg_tensor **tensor, brg_error *error) {
    brg_shape shape;
    gzFile file = gzopen(path, "rb"); /* reads plain files as they are */
    if (!file)
        return unreadable(path, errno ? strerror(errno) : "no memory", error);
    brg_status status = read_shape(file, path, &shape, error);
    if (status == BRG_OK)
        status = read_elements(file, path, &shape, tensor, error);
    gzclose(file);
    return status;
}
