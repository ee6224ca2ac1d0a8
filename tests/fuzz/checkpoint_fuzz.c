/* Fuzzing checkpoints: whatever the bytes, there is a checkpoint that could be written again, or an error and
 * nothing left behind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "io/file.h"
#include "train/checkpoint.h"

const char fuzz_name[] = "checkpoint-fuzz";

/* The bytes of a checkpoint as it is written, which the caller frees. */
static fuzz_seed written(const brg_checkpoint *checkpoint) {
    char path[32];
    fuzz_seed file = {.data = NULL};
    int descriptor = fuzz_file("", 0, path);
    if (descriptor < 0 || brg_checkpoint_save(path, checkpoint, NULL) != BRG_OK ||
        brg_file_read(path, 1 << 24, &file.data, &file.size, NULL) != BRG_OK)
        abort();
    close(descriptor);
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    brg_checkpoint checkpoint;
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_checkpoint_decode(data, size, "it", &checkpoint, &error);
    if (status == BRG_OK)
        free(written(&checkpoint).data);
    else if (error.what[0] == '\0' || checkpoint.state || checkpoint.model.network)
        abort();
    if (status == BRG_OK)
        brg_checkpoint_release(&checkpoint);
    return 0;
}

/* ---- where it begins ------------------------------------------------------------------------- */

/* The length of the header: to the brace that closes its first one. */
void fuzz_mend(unsigned char *data, size_t size) {
    int depth = 0;
    for (size_t at = 8; at < size; at++) {
        depth += (data[at] == '{') - (data[at] == '}');
        if (depth > 0)
            continue;
        for (size_t i = 0; i < 8; i++)
            data[i] = (unsigned char)((uint64_t)(at - 7) >> (8 * i));
        return;
    }
}

size_t fuzz_make_seeds(fuzz_seed *seeds) {
    static const char *const models[] = {
        "input 1x4x4\ndense 3 relu\ndense 2\n",
        "input 1x4x4\nconv 2 3x3 pad 1 nobias\nnorm relu\nmaxpool 2\ndense 2\n"};
    size_t count = 0;
    for (int i = 0; i < 4; i++) {
        brg_checkpoint c = {.epoch = 1, .step = 20, .params = BRG_TRAIN_DEFAULTS};
        c.params.optimizer = i / 2 ? BRG_OPTIMIZER_ADAM : BRG_OPTIMIZER_SGD;
        if (brg_model_read(models[i % 2], "small", &c.model, NULL) != BRG_OK ||
            brg_model_state(&c.model, &c.params, 7, &c.state, NULL) != BRG_OK ||
            !brg_checkpoint_write_note(&c, "schedule", "cosine"))
            abort();
        seeds[count++] = written(&c);
        brg_checkpoint_release(&c);
    }
    return count;
}
