/* Checkpoints as files. See checkpoint.h. */
#include "train/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cjson/cJSON.h>

#include "base/c_locale.h"
#include "io/file.h"
#include "io/safetensors.h"
#include "train/step.h"

#define FORMAT "brigade-checkpoint"
#define VERSION "1"
#define MAX_FILE ((size_t)1 << 34)

/* ---- notes ----------------------------------------------------------------------------------- */

/* The index of the note of that name, or the count of notes. */
static int32_t find_note(const brg_checkpoint *c, const char *name) {
    int32_t i = 0;
    while (i < c->note_count && strcmp(c->notes[i].name, name) != 0)
        i++;
    return i;
}

bool brg_checkpoint_write_note(brg_checkpoint *checkpoint, const char *name, const char *format,
                               ...) {
    int32_t index = find_note(checkpoint, name);
    if (index == BRG_NOTES || strlen(name) >= BRG_NOTE_NAME)
        return false;
    brg_note *note = &checkpoint->notes[index];
    checkpoint->note_count += index == checkpoint->note_count;
    strcpy(note->name, name);
    locale_t before, c = brg_enter_c_locale(&before);
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(note->text, sizeof note->text, format, arguments);
    va_end(arguments);
    brg_leave_c_locale(c, before);
    return length >= 0 && length < BRG_NOTE_TEXT;
}

const char *brg_checkpoint_note(const brg_checkpoint *checkpoint, const char *name) {
    int32_t index = find_note(checkpoint, name);
    return index < checkpoint->note_count ? checkpoint->notes[index].text : NULL;
}

static bool read_integer(const char *text, int64_t *value) {
    char *end;
    errno = 0;
    *value = text ? strtoll(text, &end, 10) : 0;
    return text && *text && *end == '\0' && errno == 0;
}

static bool read_number(const char *text, double *value) {
    char *end;
    locale_t before, c = brg_enter_c_locale(&before);
    *value = text ? strtod(text, &end) : 0;
    brg_leave_c_locale(c, before);
    return text && *text && *end == '\0';
}

bool brg_checkpoint_note_integer(const brg_checkpoint *checkpoint, const char *name,
                                 int64_t *value) {
    return read_integer(brg_checkpoint_note(checkpoint, name), value);
}

bool brg_checkpoint_note_number(const brg_checkpoint *checkpoint, const char *name, double *value) {
    return read_number(brg_checkpoint_note(checkpoint, name), value);
}

/* ---- tensors --------------------------------------------------------------------------------- */

/* The numbers of a state, as tensors in the order in which they are saved. */
typedef struct contents {
    brg_step step;
    brg_floats *tensors;
    int64_t *places; /* in the state */
    int32_t count;
} contents;

static const char *const slots[][2] = {
    [BRG_OPTIMIZER_SGD] = {"optimizer.momentum."},
    [BRG_OPTIMIZER_ADAM] = {"optimizer.mean.", "optimizer.square."}};

static void add_tensor(contents *all, const char *set, int32_t layer, const char *what,
                       int64_t place, int32_t rank, const int64_t *dims) {
    brg_floats *tensor = &all->tensors[all->count];
    all->places[all->count++] = place;
    *tensor = (brg_floats){.rank = rank, .count = 1};
    snprintf(tensor->name, sizeof tensor->name, "%slayer%d.%s", set, (int)layer + 1, what);
    for (int32_t d = 0; d < rank; d++) {
        tensor->dims[d] = dims[d];
        tensor->count *= (size_t)dims[d];
    }
}

static void add_parameters(contents *all, const char *set, int32_t index, int64_t place) {
    const brg_layer *layer = &all->step.network.layers[index];
    const int64_t conv[] = {layer->k, layer->c / layer->groups, layer->kh, layer->kw};
    const int64_t dense[] = {brg_layer_in(layer), layer->k}, line[] = {layer->k};
    if (layer->kind == BRG_LAYER_CONV)
        add_tensor(all, set, index, "weight", place + layer->weights, 4, conv);
    else if (layer->kind == BRG_LAYER_DENSE)
        add_tensor(all, set, index, "weight", place + layer->weights, 2, dense);
    else if (layer->weight_count > 0)
        add_tensor(all, set, index, "weight", place + layer->weights, 1, line);
    if (layer->bias_count > 0)
        add_tensor(all, set, index, "bias", place + layer->bias, 1, line);
}

static void add_statistics(contents *all, int32_t index) {
    const brg_layer *layer = &all->step.network.layers[index];
    const int64_t line[] = {layer->k}, place = all->step.statistics + layer->statistics;
    if (layer->kind != BRG_LAYER_NORM)
        return;
    add_tensor(all, "", index, "running_mean", place, 1, line);
    add_tensor(all, "", index, "running_var", place + layer->k, 1, line);
}

static void add_all(contents *all) {
    const brg_step *step = &all->step;
    for (int64_t set = 0; set <= step->slots; set++)
        for (int32_t l = 0; l < step->network.layer_count; l++)
            add_parameters(all, set == 0 ? "" : slots[step->params->optimizer][set - 1], l,
                           set * step->network.parameter_count);
    for (int32_t l = 0; l < step->network.layer_count; l++)
        add_statistics(all, l);
}

static void release_contents(contents *all) {
    if (all) {
        free(all->tensors);
        free(all->places);
        free(all);
    }
}

/* Lists what a state of this model has; NULL without memory. */
static contents *list_contents(const brg_model *model, const brg_train_params *params) {
    enum { MOST = BRG_MAX_LAYERS * 8 };
    contents *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    brg_model_resolve(model, params, params->batch, &all->step);
    all->tensors = malloc(MOST * sizeof *all->tensors);
    all->places = malloc(MOST * sizeof *all->places);
    if (!all->tensors || !all->places) {
        release_contents(all);
        return NULL;
    }
    add_all(all);
    return all;
}

/* ---- saving ---------------------------------------------------------------------------------- */

/* Numbers of the params that are saved, in their own units. */
static const struct {
    const char *name;
    size_t offset;
} numbers[] = {{"rate", offsetof(brg_train_params, rate)},
               {"momentum", offsetof(brg_train_params, momentum)},
               {"beta2", offsetof(brg_train_params, beta2)},
               {"small", offsetof(brg_train_params, small)},
               {"decay", offsetof(brg_train_params, decay)},
               {"scale", offsetof(brg_train_params, scale)},
               {"shift", offsetof(brg_train_params, shift)}};

enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

static const char *const optimizers[] = {"sgd", "adam"};

static bool add_string(cJSON *strings, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool add_string(cJSON *strings, const char *name, const char *format, ...) {
    char text[BRG_NOTE_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return cJSON_AddStringToObject(strings, name, text) != NULL;
}

static bool add_params(cJSON *strings, const brg_train_params *p) {
    locale_t before, c = brg_enter_c_locale(&before);
    bool good = c != (locale_t)0;
    good = good && add_string(strings, "optimizer", "%s", optimizers[p->optimizer]);
    good = good && add_string(strings, "batch", "%d", (int)p->batch);
    good = good && add_string(strings, "seed", "%" PRIu64, p->seed);
    for (int i = 0; i < NUMBERS && good; i++) {
        float value;
        memcpy(&value, (const char *)p + numbers[i].offset, sizeof value);
        good = add_string(strings, numbers[i].name, "%.9g", (double)value);
    }
    brg_leave_c_locale(c, before);
    return good;
}

/* Of the numbers in the order of the list, so that it holds wherever they lie in the file. */
static unsigned long checksum(const contents *all, const unsigned char *const *data) {
    unsigned long sum = crc32(0, NULL, 0);
    for (int32_t i = 0; i < all->count; i++)
        sum = crc32_z(sum, data[i], all->tensors[i].count * sizeof(float));
    return sum;
}

static cJSON *make_strings(const brg_checkpoint *c, unsigned long sum) {
    cJSON *strings = cJSON_CreateObject();
    bool good = add_string(strings, "format", FORMAT) && add_string(strings, "version", VERSION);
    good = good && add_string(strings, "model", "%s", c->model.name);
    good = good && cJSON_AddStringToObject(strings, "model.text", c->model.text);
    good = good && add_params(strings, &c->params);
    good = good && add_string(strings, "epoch", "%" PRId64, c->epoch);
    good = good && add_string(strings, "step", "%" PRId64, c->step);
    good = good && add_string(strings, "crc32", "%08lx", sum);
    for (int32_t i = 0; i < c->note_count && good; i++) {
        char name[BRG_NOTE_NAME + 8];
        snprintf(name, sizeof name, "note.%s", c->notes[i].name);
        good = cJSON_AddStringToObject(strings, name, c->notes[i].text) != NULL;
    }
    if (good)
        return strings;
    cJSON_Delete(strings);
    return NULL;
}

static brg_status make_file(const brg_checkpoint *c, const contents *all, unsigned char **bytes,
                            size_t *size, brg_error *error) {
    const float *state = brg_tensor_data(c->state);
    const float **data = malloc(((size_t)all->count + 1) * sizeof *data);
    cJSON *strings = NULL;
    for (int32_t i = 0; data && i < all->count; i++)
        data[i] = state + all->places[i];
    if (data)
        strings = make_strings(c, checksum(all, (const unsigned char *const *)data));
    brg_status status =
        strings ? brg_safetensors_make(all->tensors, data, all->count, strings, bytes, size, error)
                : brg_fail(error, BRG_E_MEMORY, "There is no memory for a checkpoint.");
    free(data);
    return status;
}

brg_status brg_checkpoint_save(const char *path, const brg_checkpoint *checkpoint,
                               brg_error *error) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    contents *all = list_contents(&checkpoint->model, &checkpoint->params);
    brg_status status;
    if (!all)
        status = brg_fail(error, BRG_E_MEMORY, "There is no memory for a checkpoint.");
    else if (brg_tensor_bytes(checkpoint->state) / sizeof(float) < (size_t)all->step.state)
        status = brg_fail(error, BRG_E_SHAPE, "This state is none of %s.", checkpoint->model.name);
    else
        status = make_file(checkpoint, all, &bytes, &size, error);
    if (status == BRG_OK)
        status = brg_file_write(path, bytes, size, error);
    free(bytes);
    release_contents(all);
    return status;
}

/* ---- loading --------------------------------------------------------------------------------- */

static brg_status check_format(const brg_safetensors *file, brg_error *error) {
    const char *format = brg_safetensors_string(file, "format");
    const char *version = brg_safetensors_string(file, "version");
    if (!format || strcmp(format, FORMAT) != 0)
        return brg_safetensors_damaged(file->path, error, "Brigade did not write it");
    if (version && strcmp(version, VERSION) == 0)
        return BRG_OK;
    return brg_safetensors_damaged(file->path, error, "its version is %.16s, this one reads %s",
                                   version ? version : "missing", VERSION);
}

static brg_status read_model(const brg_safetensors *file, brg_model *model, brg_error *error) {
    const char *text = brg_safetensors_string(file, "model.text");
    const char *name = brg_safetensors_string(file, "model");
    brg_error why = {.status = BRG_OK};
    if (!text || !name)
        return brg_safetensors_damaged(file->path, error, "it says nothing of its model");
    brg_status status = brg_model_read(text, name, model, &why);
    if (status == BRG_E_ARGUMENT)
        return brg_safetensors_damaged(file->path, error, "its model is %.100s", why.what);
    if (status != BRG_OK && error)
        *error = why;
    return status;
}

static brg_status lacks(const brg_safetensors *file, const char *name, brg_error *error) {
    return brg_safetensors_damaged(file->path, error, "its \"%s\" is missing or makes no sense",
                                   name);
}

static bool read_optimizer(const brg_safetensors *file, brg_optimizer *optimizer) {
    const char *name = brg_safetensors_string(file, "optimizer");
    for (size_t i = 0; name && i < sizeof optimizers / sizeof optimizers[0]; i++)
        if (strcmp(name, optimizers[i]) == 0) {
            *optimizer = (brg_optimizer)i;
            return true;
        }
    return false;
}

static bool read_seed(const brg_safetensors *file, uint64_t *seed) {
    const char *text = brg_safetensors_string(file, "seed");
    char *end;
    *seed = text ? strtoull(text, &end, 10) : 0;
    return text && *text && *end == '\0';
}

/* A count from `least` on. */
static bool read_count(const brg_safetensors *file, const char *name, int64_t least, int64_t most,
                       int64_t *count) {
    return read_integer(brg_safetensors_string(file, name), count) && *count >= least &&
           *count <= most;
}

static brg_status read_counts(const brg_safetensors *file, brg_checkpoint *c, brg_error *error) {
    int64_t batch;
    if (!read_optimizer(file, &c->params.optimizer))
        return lacks(file, "optimizer", error);
    if (!read_seed(file, &c->params.seed))
        return lacks(file, "seed", error);
    if (!read_count(file, "batch", 1, INT32_MAX, &batch))
        return lacks(file, "batch", error);
    if (!read_count(file, "epoch", 0, INT32_MAX, &c->epoch))
        return lacks(file, "epoch", error);
    if (!read_count(file, "step", 0, INT32_MAX, &c->step))
        return lacks(file, "step", error);
    c->params.batch = (int32_t)batch;
    c->params.step = (int32_t)c->step;
    return BRG_OK;
}

static brg_status read_params(const brg_safetensors *file, brg_checkpoint *c, brg_error *error) {
    c->params = BRG_TRAIN_DEFAULTS;
    for (int i = 0; i < NUMBERS; i++) {
        double value;
        if (!read_number(brg_safetensors_string(file, numbers[i].name), &value) ||
            !(value >= -1e30 && value <= 1e30))
            return lacks(file, numbers[i].name, error);
        memcpy((char *)&c->params + numbers[i].offset, &(float){(float)value}, sizeof(float));
    }
    return read_counts(file, c, error);
}

static brg_status read_notes(const brg_safetensors *file, brg_checkpoint *c, brg_error *error) {
    const cJSON *strings = cJSON_GetObjectItemCaseSensitive(file->header, "__metadata__");
    const cJSON *entry;
    cJSON_ArrayForEach(entry, strings) {
        const char *text = cJSON_GetStringValue(entry);
        if (strncmp(entry->string, "note.", 5) == 0 &&
            !(text && brg_checkpoint_write_note(c, entry->string + 5, "%s", text)))
            return brg_safetensors_damaged(file->path, error, "its notes make no sense");
    }
    return BRG_OK;
}

static brg_status check_sum(const brg_safetensors *file, const contents *all,
                            const unsigned char *const *data, brg_error *error) {
    const char *saved = brg_safetensors_string(file, "crc32");
    char sum[16];
    snprintf(sum, sizeof sum, "%08lx", checksum(all, data));
    if (!saved || strcmp(saved, sum) == 0)
        return BRG_OK;
    return brg_safetensors_damaged(file->path, error, "its numbers are not those that were saved");
}

/* Finds all tensors, and only then takes memory for them. */
static brg_status fill_state(const brg_safetensors *file, const contents *all,
                             const unsigned char **data, brg_tensor **state, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < all->count && status == BRG_OK; i++)
        status = brg_safetensors_find(file, &all->tensors[i], &data[i], error);
    if (status == BRG_OK)
        status = check_sum(file, all, data, error);
    brg_shape shape = brg_shape_2d(BRG_F32, 1, all->step.state);
    if (status == BRG_OK)
        status = brg_tensor_create(&shape, NULL, state, error);
    if (status != BRG_OK)
        return status;
    float *to = brg_tensor_writable(*state);
    for (int32_t i = 0; i < all->count; i++)
        memcpy(to + all->places[i], data[i], all->tensors[i].count * sizeof *to);
    return BRG_OK;
}

static brg_status read_state(const brg_safetensors *file, brg_checkpoint *c, brg_error *error) {
    contents *all = list_contents(&c->model, &c->params);
    const unsigned char **data = all ? malloc(((size_t)all->count + 1) * sizeof *data) : NULL;
    brg_status status = data
                            ? fill_state(file, all, data, &c->state, error)
                            : brg_fail(error, BRG_E_MEMORY, "There is no memory for a checkpoint.");
    free(data);
    release_contents(all);
    return status;
}

brg_status brg_checkpoint_decode(const unsigned char *bytes, size_t size, const char *name,
                                 brg_checkpoint *checkpoint, brg_error *error) {
    brg_safetensors file;
    memset(checkpoint, 0, sizeof *checkpoint);
    brg_status status = brg_safetensors_read(bytes, size, name, &file, error);
    if (status != BRG_OK)
        return status;
    status = check_format(&file, error);
    if (status == BRG_OK)
        status = read_model(&file, &checkpoint->model, error);
    if (status == BRG_OK)
        status = read_params(&file, checkpoint, error);
    if (status == BRG_OK)
        status = read_notes(&file, checkpoint, error);
    if (status == BRG_OK)
        status = read_state(&file, checkpoint, error);
    brg_safetensors_release(&file);
    if (status != BRG_OK)
        brg_checkpoint_release(checkpoint);
    return status;
}

brg_status brg_checkpoint_load(const char *path, brg_checkpoint *checkpoint, brg_error *error) {
    unsigned char *bytes;
    size_t size;
    memset(checkpoint, 0, sizeof *checkpoint);
    brg_status status = brg_file_read(path, MAX_FILE, &bytes, &size, error);
    if (status == BRG_OK)
        status = brg_checkpoint_decode(bytes, size, path, checkpoint, error);
    free(bytes);
    return status;
}

/* A model's layers; where they stood in its text does not matter. */
static void read_layers(const brg_model *model, brg_network *network) {
    memset(network, 0, sizeof *network);
    brg_network_decode(brg_tensor_data(model->network), brg_tensor_shape(model->network)->dims[0],
                       network, NULL);
    for (int32_t l = 0; l < network->layer_count; l++)
        network->layers[l].line = 0;
}

brg_status brg_checkpoint_fits(const brg_checkpoint *checkpoint, const brg_model *model,
                               const char *path, brg_error *error) {
    brg_network saved, wanted;
    read_layers(&checkpoint->model, &saved);
    read_layers(model, &wanted);
    if (memcmp(&saved, &wanted, sizeof saved) == 0)
        return BRG_OK;
    brg_fail(error, BRG_E_SHAPE,
             "\"%.110s\" is a checkpoint of %.48s, whose layers are not those of "
             "%.48s.",
             path, checkpoint->model.name, model->name);
    brg_error_hint(error, "Go on with the checkpoint's own model, or train anew.");
    return BRG_E_SHAPE;
}

void brg_checkpoint_release(brg_checkpoint *checkpoint) {
    brg_model_release(&checkpoint->model);
    brg_tensor_release(checkpoint->state);
    memset(checkpoint, 0, sizeof *checkpoint);
}

brg_status brg_model_restore(const char *path, brg_model *model, brg_train_params *params,
                             brg_tensor **state, brg_error *error) {
    brg_checkpoint checkpoint;
    brg_status status = brg_checkpoint_load(path, &checkpoint, error);
    if (status != BRG_OK)
        return status;
    *model = checkpoint.model;
    *params = checkpoint.params;
    *state = checkpoint.state;
    return BRG_OK;
}
