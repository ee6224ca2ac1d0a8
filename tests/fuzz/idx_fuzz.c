/* Fuzzing IDX files, plain and gzipped: whatever the bytes, there is a tensor of bytes or an error. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "fuzz.h"
#include "io/idx.h"

const char fuzz_name[] = "idx-fuzz";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[32];
    brg_tensor *tensor = NULL;
    brg_error error = {.status = BRG_OK};
    int file = fuzz_file(data, size, path);
    if (file < 0)
        return 0;
    brg_status status = brg_idx_read(path, &tensor, &error);
    if ((status == BRG_OK) != (tensor != NULL) || (status != BRG_OK && error.what[0] == '\0'))
        abort();
    if (tensor && (brg_tensor_shape(tensor)->dtype != BRG_U8 || brg_tensor_shape(tensor)->rank < 1))
        abort();
    brg_tensor_release(tensor);
    close(file);
    return 0;
}

/* ---- where it begins ------------------------------------------------------------------------- */

/* A checksum at the end of gzipped bytes guards only what was unzipped before. */
void fuzz_mend(unsigned char *data, size_t size) {
    (void)data;
    (void)size;
}

static fuzz_seed copy_of(const unsigned char *data, size_t size) {
    fuzz_seed seed = {.data = malloc(size), .size = size};
    if (seed.data)
        memcpy(seed.data, data, size);
    return seed;
}

static fuzz_seed zipped(const unsigned char *data, size_t size) {
    enum { GZIP = 16 + MAX_WBITS, ROOM = 512 };
    unsigned char *room = malloc(ROOM), *from = malloc(size);
    z_stream stream = {
        .next_out = room, .avail_out = ROOM, .next_in = from, .avail_in = (uInt)size};
    if (room && from && deflateInit2(&stream, 9, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) == Z_OK) {
        memcpy(from, data, size);
        deflate(&stream, Z_FINISH);
        deflateEnd(&stream);
    }
    free(from);
    return (fuzz_seed){.data = room, .size = room ? stream.total_out : 0};
}

size_t fuzz_make_seeds(fuzz_seed *seeds) {
    static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0,
                                           1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
    static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 4, 1};
    seeds[0] = copy_of(images, sizeof images);
    seeds[1] = copy_of(labels, sizeof labels);
    seeds[2] = zipped(images, sizeof images);
    seeds[3] = zipped(labels, sizeof labels);
    return 4;
}
