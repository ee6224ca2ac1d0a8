/* Files of named tensors. See safetensors.h. */
#include "io/safetensors.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/c_locale.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the file's numbers have the lowest byte first, as this machine's must"
#endif

enum { PREFIX = 8, MAX_HEADER = 16 << 20 };

brg_status brg_safetensors_damaged(const char *path, brg_error *error, const char *format, ...) {
    char why[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    brg_fail(error, BRG_E_FORMAT, "\"%.110s\" is damaged or no checkpoint: %s.", path, why);
    brg_error_hint(error, "Take another checkpoint, or train anew.");
    return BRG_E_FORMAT;
}

/* ---- writing --------------------------------------------------------------------------------- */

static size_t bytes_of(const brg_floats *tensor) {
    return tensor->count * sizeof(float);
}

/* {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]}. */
static cJSON *describe(const brg_floats *tensor, size_t begin) {
    cJSON *entry = cJSON_CreateObject(), *shape = cJSON_AddArrayToObject(entry, "shape");
    cJSON *offsets = cJSON_AddArrayToObject(entry, "data_offsets");
    bool good = cJSON_AddStringToObject(entry, "dtype", "F32") != NULL;
    for (int32_t d = 0; d < tensor->rank; d++)
        good = cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)tensor->dims[d])) && good;
    good = cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)begin)) && good;
    good = cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)(begin + bytes_of(tensor)))) &&
           good;
    if (good)
        return entry;
    cJSON_Delete(entry);
    return NULL;
}

/* The header as text; NULL without memory. */
static char *print_header(const brg_floats *tensors, int32_t count, cJSON *strings) {
    cJSON *header = cJSON_CreateObject();
    bool good = cJSON_AddItemToObject(header, "__metadata__", strings);
    if (!good)
        cJSON_Delete(strings);
    size_t begin = 0;
    for (int32_t i = 0; i < count && good; begin += bytes_of(&tensors[i++])) {
        cJSON *entry = describe(&tensors[i], begin);
        good = entry && cJSON_AddItemToObject(header, tensors[i].name, entry);
        if (!good)
            cJSON_Delete(entry);
    }
    locale_t before, c = brg_enter_c_locale(&before);
    char *text = good && c ? cJSON_PrintUnformatted(header) : NULL;
    brg_leave_c_locale(c, before);
    cJSON_Delete(header);
    return text;
}

/* Prefix, header, spaces up to a multiple of 8, numbers. */
static unsigned char *join(const char *header, const brg_floats *tensors, const float *const *data,
                           int32_t count, size_t *size) {
    size_t length = strlen(header), padded = (length + 7) / 8 * 8, at = PREFIX + padded;
    *size = at;
    for (int32_t i = 0; i < count; i++)
        *size += bytes_of(&tensors[i]);
    unsigned char *bytes = malloc(*size);
    if (!bytes)
        return NULL;
    for (int i = 0; i < PREFIX; i++)
        bytes[i] = (unsigned char)((uint64_t)padded >> (8 * i));
    memset(bytes + PREFIX, ' ', padded);
    memcpy(bytes + PREFIX, header, length);
    for (int32_t i = 0; i < count; at += bytes_of(&tensors[i++]))
        memcpy(bytes + at, data[i], bytes_of(&tensors[i]));
    return bytes;
}

brg_status brg_safetensors_make(const brg_floats *tensors, const float *const *data, int32_t count,
                                cJSON *strings, unsigned char **bytes, size_t *size,
                                brg_error *error) {
    char *header = print_header(tensors, count, strings);
    *bytes = header ? join(header, tensors, data, count, size) : NULL;
    free(header);
    return *bytes ? BRG_OK : brg_fail(error, BRG_E_MEMORY, "There is no memory for a checkpoint.");
}

/* ---- reading --------------------------------------------------------------------------------- */

static cJSON *parse(const unsigned char *text, size_t length) {
    locale_t before, c = brg_enter_c_locale(&before);
    cJSON *json = c ? cJSON_ParseWithLength((const char *)text, length) : NULL;
    brg_leave_c_locale(c, before);
    return json;
}

brg_status brg_safetensors_read(const unsigned char *bytes, size_t size, const char *path,
                                brg_safetensors *file, brg_error *error) {
    uint64_t length = 0;
    *file = (brg_safetensors){.path = path};
    if (size < PREFIX + 2)
        return brg_safetensors_damaged(path, error, "it has %zu bytes", size);
    for (int i = 0; i < PREFIX; i++)
        length |= (uint64_t)bytes[i] << (8 * i);
    if (bytes[PREFIX] != '{' || length < 2 || length > MAX_HEADER)
        return brg_safetensors_damaged(path, error, "it does not begin like safetensors");
    if (length > size - PREFIX)
        return brg_safetensors_damaged(path, error, "it ends within its header");
    file->header = parse(bytes + PREFIX, (size_t)length);
    if (!cJSON_IsObject(file->header)) {
        brg_safetensors_release(file);
        return brg_safetensors_damaged(path, error, "its header is no JSON");
    }
    file->data = bytes + PREFIX + length;
    file->size = size - PREFIX - (size_t)length;
    return BRG_OK;
}

void brg_safetensors_release(brg_safetensors *file) {
    cJSON_Delete(file->header);
    *file = (brg_safetensors){0};
}

const char *brg_safetensors_string(const brg_safetensors *file, const char *name) {
    const cJSON *strings = cJSON_GetObjectItemCaseSensitive(file->header, "__metadata__");
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(strings, name));
}

/* A number of the header that is a size; -1 if it is none. */
static int64_t whole(const cJSON *item) {
    double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
    return value >= 0 && value <= 0x1p53 && (double)(int64_t)value == value ? (int64_t)value : -1;
}

static bool has_shape(const cJSON *shape, const brg_floats *wanted) {
    bool same = cJSON_IsArray(shape) && cJSON_GetArraySize(shape) == wanted->rank;
    for (int32_t d = 0; same && d < wanted->rank; d++)
        same = whole(cJSON_GetArrayItem(shape, d)) == wanted->dims[d];
    return same;
}

brg_status brg_safetensors_find(const brg_safetensors *file, const brg_floats *wanted,
                                const unsigned char **numbers, brg_error *error) {
    const cJSON *entry = cJSON_GetObjectItemCaseSensitive(file->header, wanted->name);
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(entry, "data_offsets");
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "dtype"));
    int64_t begin = whole(cJSON_GetArrayItem(offsets, 0));
    int64_t end = whole(cJSON_GetArrayItem(offsets, 1));
    const char *name = wanted->name;
    if (!cJSON_IsObject(entry))
        return brg_safetensors_damaged(file->path, error, "it has no tensor %s", name);
    if (!type || strcmp(type, "F32") != 0)
        return brg_safetensors_damaged(file->path, error, "%s is of type %.16s, not F32", name,
                                       type ? type : "(none)");
    if (!has_shape(cJSON_GetObjectItemCaseSensitive(entry, "shape"), wanted))
        return brg_safetensors_damaged(file->path, error, "%s has another shape", name);
    if (begin < 0 || end < begin || (uint64_t)(end - begin) != bytes_of(wanted))
        return brg_safetensors_damaged(file->path, error, "%s has another size", name);
    if ((uint64_t)end > file->size)
        return brg_safetensors_damaged(file->path, error, "it ends before %s does", name);
    *numbers = file->data + begin;
    return BRG_OK;
}
