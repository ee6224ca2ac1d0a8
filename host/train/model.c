/* Models, as clients have them. See brigade/train.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brigade/train.h"
#include "io/file.h"
#include "train/shipped.h"
#include "train/step.h"

enum { MAX_TEXT = 1 << 20 };

const char *brg_model_shipped(int32_t index) {
    return brg_shipped_name(index);
}

static const char *shipped_text(const char *name) {
    for (int32_t i = 0; brg_shipped_name(i); i++)
        if (strcmp(brg_shipped_name(i), name) == 0)
            return brg_shipped_text(i);
    return NULL;
}

static brg_status encode(const brg_network *network, brg_tensor **tensor, brg_error *error) {
    int64_t count = brg_network_words(network);
    int32_t *words = malloc((size_t)count * sizeof *words);
    if (!words)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a model.");
    brg_network_encode(network, words);
    brg_shape shape = {.dtype = BRG_I32, .rank = 1, .dims = {count}};
    brg_status status = brg_tensor_create(&shape, words, tensor, error);
    free(words);
    return status;
}

brg_status brg_model_read(const char *text, const char *name, brg_model *model, brg_error *error) {
    memset(model, 0, sizeof *model);
    brg_network *network = malloc(sizeof *network);
    if (!network)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a model.");
    brg_status status = brg_network_parse(text, name, network, error);
    if (status == BRG_OK) {
        *model = (brg_model){.channels = network->c,
                             .height = network->h,
                             .width = network->w,
                             .classes = network->classes,
                             .layers = network->layer_count,
                             .weights = brg_network_weights(network),
                             .flops = brg_network_flops(network, true)};
        snprintf(model->name, sizeof model->name, "%.*s", (int)sizeof model->name - 1, name);
        model->text = strdup(text);
        status = model->text ? encode(network, &model->network, error)
                             : brg_fail(error, BRG_E_MEMORY, "There is no memory for a model.");
    }
    free(network);
    if (status != BRG_OK)
        brg_model_release(model);
    return status;
}

brg_status brg_model_load(const char *name, brg_model *model, brg_error *error) {
    const char *text = shipped_text(name);
    unsigned char *file = NULL;
    size_t size;
    memset(model, 0, sizeof *model);
    if (text)
        return brg_model_read(text, name, model, error);
    brg_status status = brg_file_read(name, MAX_TEXT, &file, &size, error);
    if (status != BRG_OK) {
        brg_error_hint(error, "Models that ship with Brigade: mlp, cnn, lenet, resnet-mini.");
        return status;
    }
    status =
        strlen((const char *)file) == size
            ? brg_model_read((const char *)file, name, model, error)
            : brg_fail(error, BRG_E_ARGUMENT, "\"%.140s\" is no text: it has zero bytes.", name);
    free(file);
    return status;
}

void brg_model_release(brg_model *model) {
    brg_tensor_release(model->network);
    free(model->text);
    memset(model, 0, sizeof *model);
}

void brg_model_resolve(const brg_model *model, const brg_train_params *params, int64_t images,
                       brg_step *step) {
    memset(step, 0, sizeof *step);
    const brg_shape *shape = brg_tensor_shape(model->network);
    brg_network_decode(brg_tensor_data(model->network), shape->dims[0], &step->network, NULL);
    step->params = params;
    step->batch = params->batch;
    step->rounds = images / params->batch;
    brg_step_lay_out(step);
}

brg_status brg_model_state(const brg_model *model, const brg_train_params *params, uint64_t seed,
                           brg_tensor **state, brg_error *error) {
    brg_step *step = malloc(sizeof *step);
    if (!step)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a model's state.");
    brg_model_resolve(model, params, params->batch, step);
    brg_shape shape = brg_shape_2d(BRG_F32, 1, step->state);
    float *numbers = calloc((size_t)step->state, sizeof *numbers);
    brg_status status = BRG_E_MEMORY;
    if (numbers) {
        brg_network_initialise(&step->network, seed, numbers);
        for (int32_t l = 0; l < step->network.layer_count; l++) {
            const brg_layer *layer = &step->network.layers[l];
            for (int32_t k = 0; layer->kind == BRG_LAYER_NORM && k < layer->k; k++)
                numbers[step->statistics + layer->statistics + layer->k + k] = 1;
        }
        status = brg_tensor_create(&shape, numbers, state, error);
    } else {
        brg_fail(error, BRG_E_MEMORY, "There is no memory for a model's state.");
    }
    free(numbers);
    free(step);
    return status;
}

void brg_model_results(const brg_model *model, const brg_train_params *params, int64_t images,
                       int64_t *losses, int64_t *hits) {
    brg_step *step = malloc(sizeof *step);
    *losses = *hits = 0;
    if (!step)
        return;
    brg_model_resolve(model, params, images, step);
    *losses = step->losses;
    *hits = step->hits;
    free(step);
}
