/* Reads and writes cached program binaries.
 *
 * File layout: magic (8 bytes), key length, binary length, CRC-32 of the binary (8 bytes each, in this
 * machine's byte order), key, binary. */
#include "device/program_cache.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "io/file.h"

enum { MAX_FILE = 256 << 20, PATH_SIZE = 4096 };

typedef struct header {
    char magic[8];
    uint64_t key_size;
    uint64_t binary_size;
    uint64_t checksum;
} header;

static const char MAGIC[8] = {'B', 'R', 'G', 'B', 'I', 'N', '1', '\n'};

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash(const char *text) {
    uint64_t value = 14695981039346656037u;
    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 1099511628211u;
    return value;
}

static bool path_of(const char *directory, const char *key, char path[PATH_SIZE]) {
    int length = snprintf(path, PATH_SIZE, "%s/%016" PRIx64 ".bin", directory, hash(key));
    return length > 0 && length < PATH_SIZE;
}

static uint64_t checksum_of(const unsigned char *data, size_t size) {
    return crc32_z(crc32_z(0, NULL, 0), data, size);
}

static bool is_sound(const unsigned char *file, size_t size, const char *key) {
    header head;
    if (size < sizeof head)
        return false;
    memcpy(&head, file, sizeof head);
    size_t rest = size - sizeof head;
    size_t key_size = strlen(key);
    return memcmp(head.magic, MAGIC, sizeof MAGIC) == 0 && head.key_size == key_size &&
           key_size < rest && head.binary_size == rest - key_size &&
           memcmp(file + sizeof head, key, key_size) == 0 &&
           head.checksum == checksum_of(file + sizeof head + key_size, rest - key_size);
}

bool brg_program_cache_load(const char *directory, const char *key, unsigned char **binary,
                            size_t *size) {
    char path[PATH_SIZE];
    unsigned char *file = NULL;
    size_t file_size = 0;
    if (!path_of(directory, key, path) ||
        brg_file_read(path, MAX_FILE, &file, &file_size, NULL) != BRG_OK)
        return false;
    if (!is_sound(file, file_size, key)) {
        free(file);
        return false;
    }
    size_t offset = sizeof(header) + strlen(key);
    *size = file_size - offset;
    memmove(file, file + offset, *size);
    *binary = file;
    return true;
}

void brg_program_cache_store(const char *directory, const char *key, const unsigned char *binary,
                             size_t size) {
    char path[PATH_SIZE];
    size_t key_size = strlen(key);
    if (size == 0 || size > MAX_FILE - key_size - sizeof(header) || !path_of(directory, key, path) ||
        !brg_file_make_directories(path))
        return;
    header head = {.key_size = key_size, .binary_size = size};
    memcpy(head.magic, MAGIC, sizeof MAGIC);
    head.checksum = checksum_of(binary, size);
    unsigned char *file = malloc(sizeof head + key_size + size);
    if (!file)
        return;
    memcpy(file, &head, sizeof head);
    memcpy(file + sizeof head, key, key_size);
    memcpy(file + sizeof head + key_size, binary, size);
    brg_file_write(path, file, sizeof head + key_size + size, NULL);
    free(file);
}
