/* IDX files. See idx.h.
 *
 *     0  0  type  rank | size of each dim, 4 bytes, the highest first | elements
 */
#include "io/idx.h"

#include <errno.h>
#include <stdbool.h>
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
    brg_fail(error, BRG_E_IO, "%s cannot be read: %s.", path, why);
    brg_error_hint(error, "See that it is a file, whole and yours to read.");
    return BRG_E_IO;
}

/* What zlib found wrong with the latest read, if anything. A stream that is short is not known to be
 * damaged until somebody reads past its end. */
static brg_status check_stream(gzFile file, const char *path, brg_error *error) {
    int code;
    const char *why = gzerror(file, &code);
    if (code == Z_OK || code == Z_BUF_ERROR)
        return BRG_OK;
    if (code == Z_ERRNO)
        return unreadable(path, strerror(errno), error);
    size_t length = strlen(path); /* zlib's sentence begins with the path, as ours does */
    bool twice = strncmp(why, path, length) == 0 && strncmp(why + length, ": ", 2) == 0;
    brg_fail(error, BRG_E_FORMAT, "%s is damaged and cannot be unzipped: %s.", path,
             twice ? why + length + 2 : why);
    brg_error_hint(error,
                   "Fetch it again, or make it again from the file that it was zipped from.");
    return BRG_E_FORMAT;
}

/* Reads exactly `size` bytes. */
static brg_status read_bytes(gzFile file, const char *path, uint8_t *bytes, size_t size,
                             brg_error *error) {
    while (size > 0) {
        unsigned part = size < CHUNK ? (unsigned)size : CHUNK;
        int got = gzread(file, bytes, part);
        brg_status status = check_stream(file, path, error);
        if (status != BRG_OK)
            return status;
        if (got <= 0)
            return damaged(path, gztell(file) > 0 ? "it ends too early" : "it is empty", error);
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

/* The end of a file is where it said it would be. Only now does zlib compare the checksum. */
static brg_status check_end(gzFile file, const char *path, brg_error *error) {
    uint8_t rest;
    if (gzread(file, &rest, 1) > 0)
        return damaged(path, "it is longer than it says", error);
    int code;
    gzerror(file, &code);
    if (code == Z_BUF_ERROR)
        return damaged(path, "it ends too early", error);
    return check_stream(file, path, error);
}

/* Reads so many bytes into memory that grows as they come: a file may claim more than it has. */
static brg_status read_all(gzFile file, const char *path, size_t size, uint8_t **bytes,
                           brg_error *error) {
    brg_status status = BRG_OK;
    for (size_t got = 0, room = 0; status == BRG_OK && got < size; got = room) {
        room = size - got < room + CHUNK ? size : 2 * room + CHUNK;
        uint8_t *more = realloc(*bytes, room);
        if (!more)
            return brg_fail(error, BRG_E_MEMORY, "There is no memory for %s.", path);
        *bytes = more;
        status = read_bytes(file, path, more + got, room - got, error);
    }
    return status;
}

static brg_status read_elements(gzFile file, const char *path, const brg_shape *shape,
                                brg_tensor **tensor, brg_error *error) {
    size_t size = 0;
    uint8_t *bytes = NULL;
    brg_status status = brg_shape_size(shape, NULL, &size, error);
    if (status == BRG_OK)
        status = read_all(file, path, size, &bytes, error);
    if (status == BRG_OK)
        status = check_end(file, path, error);
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
