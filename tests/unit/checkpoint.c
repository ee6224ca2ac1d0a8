/* Checkpoints: they come back bit for bit, tell what is wrong with a damaged one, and leave the one
 * before in place where there is no room for a new one. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "io/file.h"
#include "train/checkpoint.h"
#include "train/step.h"

static char folder[64], path[96];

static void make_folder(void) {
    snprintf(folder, sizeof folder, "/tmp/brigade-checkpoint-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/it", folder);
}

static void remove_folder(void) {
    char line[128];
    snprintf(line, sizeof line, "rm -r %s", folder);
    cr_assert_eq(system(line), 0);
}

TestSuite(checkpoint, .init = make_folder, .fini = remove_folder);

static const char small[] = "input 1x6x6\nconv 4 3x3 pad 1 nobias\nnorm relu\nmaxpool 2\ndense 2\n";

/* A checkpoint of a small model whose state is what training might have made: every place a tensor
 * has differs, and all between is 0. */
static brg_checkpoint make(const char *text, brg_optimizer optimizer) {
    brg_checkpoint c = {.epoch = 3, .step = 1234, .params = BRG_TRAIN_DEFAULTS};
    brg_error error = {0};
    cr_assert_eq(brg_model_read(text, "small", &c.model, &error), BRG_OK, "%s", error.what);
    c.params.optimizer = optimizer;
    c.params.batch = 8;
    c.params.step = 1234;
    c.params.seed = UINT64_MAX - 5;
    c.params.rate = 0.1f / 3;
    c.params.decay = 1e-4f;
    cr_assert_eq(brg_model_state(&c.model, &c.params, 7, &c.state, &error), BRG_OK);
    float *numbers = brg_tensor_writable(c.state);
    int64_t count = brg_tensor_shape(c.state)->dims[1];
    for (int64_t i = 0; i < count; i++)
        numbers[i] *= 1 + (float)i * 0x1p-20f;
    cr_assert(brg_checkpoint_write_note(&c, "schedule", "cosine"));
    cr_assert(brg_checkpoint_write_note(&c, "peak", "%.9g", 0.1));
    return c;
}

static void save(const brg_checkpoint *c) {
    brg_error error = {0};
    cr_assert_eq(brg_checkpoint_save(path, c, &error), BRG_OK, "%s", error.what);
}

static void expect_same(const brg_checkpoint *a, const brg_checkpoint *b) {
    cr_expect_str_eq(a->model.name, b->model.name);
    cr_expect_str_eq(a->model.text, b->model.text);
    cr_expect_eq(memcmp(&a->params, &b->params, sizeof a->params), 0);
    cr_expect(a->epoch == b->epoch && a->step == b->step);
    cr_assert_eq(brg_tensor_bytes(a->state), brg_tensor_bytes(b->state));
    cr_expect_eq(
        memcmp(brg_tensor_data(a->state), brg_tensor_data(b->state), brg_tensor_bytes(a->state)),
        0);
    cr_assert_eq(a->note_count, b->note_count);
    for (int32_t i = 0; i < a->note_count; i++) {
        cr_expect_str_eq(a->notes[i].name, b->notes[i].name);
        cr_expect_str_eq(a->notes[i].text, b->notes[i].text);
    }
}

static void comes_back(const char *text, brg_optimizer optimizer) {
    brg_error error = {0};
    brg_checkpoint c = make(text, optimizer), back;
    save(&c);
    cr_assert_eq(brg_checkpoint_load(path, &back, &error), BRG_OK, "%s", error.what);
    expect_same(&c, &back);
    brg_checkpoint_release(&c);
    brg_checkpoint_release(&back);
}

Test(checkpoint, comes_back_bit_for_bit) {
    comes_back(small, BRG_OPTIMIZER_SGD);
    comes_back(small, BRG_OPTIMIZER_ADAM);
    for (int32_t i = 0; brg_model_shipped(i); i++) {
        brg_model shipped;
        cr_assert_eq(brg_model_load(brg_model_shipped(i), &shipped, NULL), BRG_OK);
        comes_back(shipped.text, BRG_OPTIMIZER_SGD);
        brg_model_release(&shipped);
    }
}

Test(checkpoint, comes_back_where_a_comma_is_the_point) {
    if (setlocale(LC_ALL, "de_DE.UTF-8"))
        comes_back(small, BRG_OPTIMIZER_ADAM);
}

Test(checkpoint, notes_are_found_again) {
    brg_checkpoint c = {.note_count = 0};
    int64_t count;
    double number;
    cr_expect(brg_checkpoint_write_note(&c, "rate", "%g", 0.5) &&
              brg_checkpoint_write_note(&c, "rate", "%g", 0.25) &&
              brg_checkpoint_write_note(&c, "count", "%d", 12));
    cr_expect_eq(c.note_count, 2);
    cr_expect(brg_checkpoint_note_number(&c, "rate", &number) && number == 0.25);
    cr_expect(brg_checkpoint_note_integer(&c, "count", &count) && count == 12);
    cr_expect_not(brg_checkpoint_note_integer(&c, "rate", &count));
    cr_expect_not(brg_checkpoint_note_number(&c, "none", &number));
    cr_expect_null(brg_checkpoint_note(&c, "none"));
    cr_expect_not(brg_checkpoint_write_note(&c, "long", "%*d", BRG_NOTE_TEXT, 1));
    for (int i = 0; i < 2 * BRG_NOTES; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        brg_checkpoint_write_note(&c, name, "x");
    }
    cr_expect_eq(c.note_count, BRG_NOTES);
}

/* ---- damage ---------------------------------------------------------------------------------- */

/* The file as it was saved, to be damaged. */
typedef struct saved {
    unsigned char *bytes;
    size_t size, header; /* where the numbers begin */
} saved;

static saved save_and_read(void) {
    saved s;
    brg_checkpoint c = make(small, BRG_OPTIMIZER_SGD);
    save(&c);
    brg_checkpoint_release(&c);
    cr_assert_eq(brg_file_read(path, 1 << 20, &s.bytes, &s.size, NULL), BRG_OK);
    s.header = 8 + (size_t)s.bytes[0] + ((size_t)s.bytes[1] << 8);
    return s;
}

static void refused(const unsigned char *bytes, size_t size, const char *why) {
    brg_checkpoint c;
    brg_error error = {0};
    cr_assert_eq(brg_checkpoint_decode(bytes, size, "it", &c, &error), BRG_E_FORMAT, "%s", why);
    cr_expect(strstr(error.what, why), "\"%s\" does not say \"%s\"", error.what, why);
    cr_expect(error.hint[0] && !c.state && !c.model.network);
}

/* Replaces the first `from` in the header by as many bytes of `to`. */
static void refused_with(const saved *s, const char *from, const char *to, const char *why) {
    unsigned char *copy = malloc(s->size);
    memcpy(copy, s->bytes, s->size);
    unsigned char *at = memmem(copy, s->header, from, strlen(from));
    cr_assert(at && strlen(from) == strlen(to), "%s", from);
    memcpy(at, to, strlen(to));
    refused(copy, s->size, why);
    free(copy);
}

Test(checkpoint, truncation_is_told_wherever_it_is) {
    saved s = save_and_read();
    refused(s.bytes, 0, "it has 0 bytes");
    for (size_t size = 0; size < s.size; size += size < s.header + 8 ? 1 : 61) {
        unsigned char *part = malloc(size + 1);
        memcpy(part, s.bytes, size);
        refused(part, size, "damaged");
        free(part);
    }
    refused(s.bytes, s.header - 1, "ends within its header");
    refused(s.bytes, s.size - 1, "it ends before");
    free(s.bytes);
}

Test(checkpoint, each_damage_has_a_sentence) {
    saved s = save_and_read();
    refused_with(&s, "{\"__", "{\"_-", "Brigade did not write it");
    refused_with(&s, "{\"__", "[\"__", "does not begin like safetensors");
    refused_with(&s, "\",\"", "\";\"", "its header is no JSON");
    refused_with(&s, "\"version\":\"1\"", "\"version\":\"2\"", "its version is 2");
    refused_with(&s, "conv 4 3x3", "cone 4 3x3", "its model is small, line 2");
    refused_with(&s, "dense 2", "dense 9", "layer4.weight has another shape");
    refused_with(&s, "nobias", "      ", "it has no tensor layer1.bias");
    refused_with(&s, "\"F32\"", "\"F16\"", "is of type F16");
    refused_with(&s, "\"layer1.weight\"", "\"layer9.weight\"", "it has no tensor layer1.weight");
    refused_with(&s, "\"optimizer\":\"sgd\"", "\"optimizer\":\"sad\"", "\"optimizer\" is missing");
    refused_with(&s, "\"momentum\":\"0.", "\"momentum\":\"x.", "\"momentum\" is missing");
    refused_with(&s, "\"step\":\"1", "\"step\":\"-", "\"step\" is missing");
    refused_with(&s, "\"batch\":\"8\"", "\"batch\":\"0\"", "\"batch\" is missing");
    refused_with(&s, "\"data_offsets\":[0,144]", "\"data_offsets\":[0,145]", "has another size");
    refused_with(&s, "\"data_offsets\":[0,144]", "\"data_offsets\":[-1,43]", "has another size");
    s.bytes[s.header + 5] ^= 1;
    refused(s.bytes, s.size, "not those that were saved");
    s.bytes[6] = 0xff;
    refused(s.bytes, s.size, "does not begin like safetensors");
    free(s.bytes);
}

/* A model that needs more than the file has is told before memory is taken for it. */
Test(checkpoint, sizes_are_checked_before_memory_is_taken) {
    const struct rlimit little = {512 << 20, 512 << 20};
    static const char large[] = "input 1x60x60\ndense 60000\ndense 10\n";
    saved s = save_and_read();
    unsigned char *at = memmem(s.bytes, s.header, "input", 5);
    cr_assert(strlen(large) < strlen(small));
    memset(at, ' ', strlen(small) + 5); /* each end of a line is two letters there */
    for (const char *c = large; *c; c++) {
        if (*c == '\n')
            *at++ = '\\';
        *at++ = *c == '\n' ? 'n' : (unsigned char)*c;
    }
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
    cr_assert_eq(setrlimit(RLIMIT_AS, &little), 0);
#else
    (void)little;
#endif
    refused(s.bytes, s.size, "layer1.weight has another shape");
    free(s.bytes);
}

Test(checkpoint, another_model_is_told) {
    brg_error error = {0};
    brg_model other, commented;
    brg_checkpoint c = make(small, BRG_OPTIMIZER_SGD);
    char text[256];
    snprintf(text, sizeof text, "# the same\n%s", small);
    cr_assert_eq(brg_model_read(text, "commented", &commented, &error), BRG_OK);
    cr_expect_eq(brg_checkpoint_fits(&c, &commented, path, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(brg_model_load("lenet", &other, &error), BRG_OK);
    cr_expect_eq(brg_checkpoint_fits(&c, &other, path, &error), BRG_E_SHAPE);
    cr_expect(strstr(error.what, "small") && strstr(error.what, "lenet"), "%s", error.what);
    brg_model_release(&commented);
    brg_model_release(&other);
    brg_checkpoint_release(&c);
}

/* ---- no room --------------------------------------------------------------------------------- */

static int files_in_folder(void) {
    char line[128];
    int count = -1;
    snprintf(line, sizeof line, "ls -A %s | wc -l", folder);
    FILE *list = popen(line, "r");
    cr_assert_eq(fscanf(list, "%d", &count), 1);
    pclose(list);
    return count;
}

/* A limit on the size of files stands in for a full disk: the write ends half way. */
Test(checkpoint, what_was_there_stays_where_there_is_no_room) {
    brg_error error = {0};
    brg_checkpoint c = make(small, BRG_OPTIMIZER_SGD), next, back;
    const struct rlimit little = {2000, 2000};
    save(&c);
    next = make(small, BRG_OPTIMIZER_ADAM);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &little), 0);
    cr_assert_eq(brg_checkpoint_save(path, &next, &error), BRG_E_IO);
    cr_expect(strstr(error.what, "cannot be written") && error.hint[0], "%s", error.what);
    cr_assert_eq(brg_checkpoint_load(path, &back, &error), BRG_OK, "%s", error.what);
    expect_same(&c, &back);
    cr_expect_eq(files_in_folder(), 1);
    brg_checkpoint_release(&c);
    brg_checkpoint_release(&next);
    brg_checkpoint_release(&back);
}

Test(checkpoint, a_full_device_is_told) {
    brg_error error = {0};
    brg_checkpoint c = make(small, BRG_OPTIMIZER_SGD);
    cr_assert_eq(brg_checkpoint_save("/dev/full", &c, &error), BRG_E_IO);
    cr_expect(strstr(error.what, "No space left") && strstr(error.hint, "Free some space"), "%s %s",
              error.what, error.hint);
    cr_assert_eq(brg_checkpoint_load("/nowhere/it", &c, &error), BRG_E_IO);
    cr_assert_eq(brg_checkpoint_load(folder, &c, &error), BRG_E_IO);
}
