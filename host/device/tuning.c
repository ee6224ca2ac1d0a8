/* The table of tuned values: in memory, in its file, and what the library brings along.
 *
 * The file has one line a row, five fields with tabs between:
 *     device <tab> op <tab> size class <tab> tunable <tab> value */
#include "brigade/tuning.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "ops/work.h"

enum { DEVICE_TEXT = 2 * BRG_NAME + 32, MAX_FILE = 4 << 20, MAX_ROWS = 100000 };

typedef struct row {
    char device[DEVICE_TEXT];
    char op[BRG_OP_NAME];
    brg_size_class size;
    char tunable[BRG_OP_NAME];
    int32_t value;
} row;

struct brg_tuning {
    row *rows;
    size_t count, capacity;
};

/* ---- what the library brings along ---- */

typedef struct shipped_row {
    const char *device; /* a part of the device's name */
    const char *op;
    brg_size_class size;
    const char *tunable;
    int32_t value;
} shipped_row;

/* Devices that were measured, and found to want something else than the ops' defaults. PoCL on two
 * cores of a Zen 4 is where the defaults for CPUs come from: `brigade tune`, run there six times for gemm and
 * three times for conv2d_forward, found no value that won by 5 % in three runs. It found a new one each time, and
 * as often one that cannot matter at that size: what it saw was noise. So nothing is shipped for it. */
static const shipped_row shipped[] = {{NULL, NULL, BRG_SIZE_SMALL, NULL, 0}};

static bool find_shipped(const brg_device_info *device, const char *op, brg_size_class size,
                         const char *tunable, int32_t *value) {
    for (const shipped_row *at = shipped; at->device; at++)
        if (at->size == size && strcmp(at->op, op) == 0 && strcmp(at->tunable, tunable) == 0 &&
            strstr(device->name, at->device)) {
            *value = at->value;
            return true;
        }
    return false;
}

/* ---- rows ---- */

/* A device's speed depends on what it is, how much of it there is, and on the driver's maker. */
static void name_device(const brg_device_info *device, char *text) {
    snprintf(text, DEVICE_TEXT, "%s, %u units, %s", device->name, device->compute_units,
             device->platform_name);
    for (char *at = text; *at; at++)
        if (*at == '\t' || *at == '\n')
            *at = ' ';
}

static bool is_about(const row *at, const char *op, brg_size_class size, const char *tunable) {
    return at->size == size && strcmp(at->op, op) == 0 && strcmp(at->tunable, tunable) == 0;
}

static row *find_row(const brg_tuning *tuning, const char *device, const char *op,
                     brg_size_class size, const char *tunable) {
    for (size_t i = 0; i < tuning->count; i++) {
        row *at = &tuning->rows[i];
        if (is_about(at, op, size, tunable) && strcmp(at->device, device) == 0)
            return at;
    }
    return NULL;
}

static brg_status grow(brg_tuning *tuning, brg_error *error) {
    size_t capacity = tuning->capacity ? 2 * tuning->capacity : 64;
    row *rows = realloc(tuning->rows, capacity * sizeof rows[0]);
    if (!rows || capacity > MAX_ROWS) {
        tuning->rows = rows ? rows : tuning->rows;
        return brg_fail(error, BRG_E_MEMORY, "no memory for %zu tuned values", capacity);
    }
    tuning->rows = rows;
    tuning->capacity = capacity;
    return BRG_OK;
}

static brg_status set_row(brg_tuning *tuning, const char *device, const char *op,
                          brg_size_class size, const char *tunable, int32_t value,
                          brg_error *error) {
    row *at = find_row(tuning, device, op, size, tunable);
    if (!at) {
        if (tuning->count == tuning->capacity && grow(tuning, error) != BRG_OK)
            return BRG_E_MEMORY;
        at = &tuning->rows[tuning->count++];
        snprintf(at->device, sizeof at->device, "%s", device);
        snprintf(at->op, sizeof at->op, "%s", op);
        snprintf(at->tunable, sizeof at->tunable, "%s", tunable);
        at->size = size;
    }
    at->value = value;
    return BRG_OK;
}

brg_status brg_tuning_create(brg_tuning **out, brg_error *error) {
    *out = calloc(1, sizeof **out);
    return *out ? BRG_OK : brg_fail(error, BRG_E_MEMORY, "no memory for a table of tuned values");
}

void brg_tuning_destroy(brg_tuning *tuning) {
    if (!tuning)
        return;
    free(tuning->rows);
    free(tuning);
}

brg_status brg_tuning_set(brg_tuning *tuning, const brg_device_info *device, const char *op,
                          brg_size_class size, const char *tunable, int32_t value,
                          brg_error *error) {
    char name[DEVICE_TEXT];
    name_device(device, name);
    return set_row(tuning, name, op, size, tunable, value, error);
}

bool brg_tuning_get(const brg_tuning *tuning, const brg_device_info *device, const char *op,
                    brg_size_class size, const char *tunable, int32_t *value) {
    char name[DEVICE_TEXT]; /* made only if some row is about this tunable: every job asks */
    bool named = false;
    for (size_t i = 0; tuning && i < tuning->count; i++) {
        const row *at = &tuning->rows[i];
        if (!is_about(at, op, size, tunable))
            continue;
        if (!named)
            name_device(device, name);
        named = true;
        if (strcmp(at->device, name) == 0) {
            *value = at->value;
            return true;
        }
    }
    return find_shipped(device, op, size, tunable, value);
}

/* ---- size classes ---- */

static const char *const class_names[BRG_SIZE_CLASSES] = {"small", "medium", "large"};

brg_size_class brg_size_class_of(const brg_cost *cost) {
    double figure = brg_cost_figure(cost);
    return figure < 1e7 ? BRG_SIZE_SMALL : figure < 1e9 ? BRG_SIZE_MEDIUM : BRG_SIZE_LARGE;
}

const char *brg_size_class_name(brg_size_class size) {
    return (unsigned)size < BRG_SIZE_CLASSES ? class_names[size] : "unknown";
}

/* ---- the file ---- */

bool brg_tuning_path(char *path, size_t size) {
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (base && base[0] == '/')
        snprintf(path, size, "%s/brigade/tuning.txt", base);
    else if (home && home[0] == '/')
        snprintf(path, size, "%s/.cache/brigade/tuning.txt", home);
    else
        return false;
    return true;
}

static char *next_field(char **at) {
    char *field = *at;
    size_t length = strcspn(field, "\t");
    *at = field + length + (field[length] != 0);
    field[length] = 0;
    return field;
}

/* Cuts up one line and adds its row. False if it is malformed. */
static bool take_line(brg_tuning *tuning, char *line) {
    char *device = next_field(&line), *op = next_field(&line), *class = next_field(&line);
    char *tunable = next_field(&line), *number = next_field(&line), *end;
    long value = strtol(number, &end, 10);
    if (!device[0] || !op[0] || !tunable[0] || end == number || *end || *line ||
        strlen(device) >= DEVICE_TEXT || strlen(op) >= BRG_OP_NAME ||
        strlen(tunable) >= BRG_OP_NAME || value < 1 || value > INT32_MAX)
        return false;
    for (brg_size_class size = 0; size < BRG_SIZE_CLASSES; size++)
        if (strcmp(class, class_names[size]) == 0)
            return set_row(tuning, device, op, size, tunable, (int32_t)value, NULL) == BRG_OK;
    return false;
}

static brg_status take_lines(brg_tuning *tuning, char *text, const char *path, brg_error *error) {
    for (int number = 1; *text; number++) {
        size_t length = strcspn(text, "\n");
        char *next = text + length + (text[length] != 0);
        text[length] = 0;
        if (text[0] && text[0] != '#' && !take_line(tuning, text)) {
            brg_fail(error, BRG_E_FORMAT, "line %d of %s is no tuned value", number, path);
            brg_error_hint(error, "Remove the file; brigade tune makes a new one.");
            return BRG_E_FORMAT;
        }
        text = next;
    }
    return BRG_OK;
}

brg_status brg_tuning_load(brg_tuning *tuning, const char *path, brg_error *error) {
    FILE *there = fopen(path, "rb");
    unsigned char *data;
    size_t size;
    if (!there)
        return BRG_OK;
    fclose(there);
    brg_status status = brg_file_read(path, MAX_FILE, &data, &size, error);
    if (status != BRG_OK)
        return status;
    status = take_lines(tuning, (char *)data, path, error);
    free(data);
    return status;
}

brg_status brg_tuning_save(const brg_tuning *tuning, const char *path, brg_error *error) {
    static const char head[] =
        "# Written by brigade tune. device, op, size class, tunable, value.\n";
    const size_t line = sizeof(row) + 32;
    char *text = malloc(sizeof head + tuning->count * line);
    if (!text)
        return brg_fail(error, BRG_E_MEMORY, "no memory to save %zu tuned values", tuning->count);
    size_t used = (size_t)sprintf(text, "%s", head);
    for (size_t i = 0; i < tuning->count; i++) {
        const row *at = &tuning->rows[i];
        used += (size_t)snprintf(text + used, line, "%s\t%s\t%s\t%s\t%d\n", at->device, at->op,
                                 class_names[at->size], at->tunable, (int)at->value);
    }
    brg_file_make_directories(path);
    brg_status status = brg_file_write(path, text, used, error);
    free(text);
    return status;
}
