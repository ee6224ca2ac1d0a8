/* Making the inputs and stages of a job from a few words. */
#include "workload.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "options.h"

/* ---- memory ---------------------------------------------------------------------------------- */

/* Linux hands out more memory than it has and ends the process that uses it: ask before, not after.
 */
static brg_status check_fit(const brg_shape *shapes, int32_t count, uint64_t memory,
                            brg_error *error) {
    double all = 0;
    for (int32_t i = 0; i < count; i++) {
        size_t bytes;
        if (brg_shape_size(&shapes[i], NULL, &bytes, error) != BRG_OK)
            return error->status;
        all += (double)bytes;
    }
    if (memory == 0 || all <= (double)memory)
        return BRG_OK;
    brg_fail(error, BRG_E_MEMORY, "this needs %.1f GiB, but at most %.1f GiB may be used here",
             all / 0x1p30, (double)memory / 0x1p30);
    return brg_error_hint(error, "Choose smaller sizes.");
}

/* ---- gemm ------------------------------------------------------------------------------------ */

static brg_shape matrix(int64_t rows, int64_t columns, bool transposed) {
    return transposed ? brg_shape_2d(BRG_F32, columns, rows) : brg_shape_2d(BRG_F32, rows, columns);
}

static brg_status make_gemm(cli_workload *workload, const cli_workload_spec *spec, uint64_t seed,
                            uint64_t memory, brg_error *error) {
    int64_t m = spec->m, n = spec->n, k = spec->k;
    brg_shape shapes[4] = {matrix(m, k, spec->ta), matrix(k, n, spec->tb), matrix(m, n, false),
                           matrix(m, n, false)};
    brg_status status = check_fit(shapes, spec->beta != 0 ? 4 : 3, memory, error);
    workload->input_count = spec->beta != 0 ? 3 : 2;
    for (int32_t i = 0; i < workload->input_count && status == BRG_OK; i++)
        status = brg_tensor_create_uniform(&shapes[i], seed + (uint64_t)i, -1, 1,
                                           &workload->inputs[i], error);
    workload->gemm = (brg_gemm_params){
        .alpha = (float)spec->alpha, .beta = (float)spec->beta, .ta = spec->ta, .tb = spec->tb};
    workload->stages[0].op = "gemm";
    workload->stages[0].params = &workload->gemm;
    workload->stage_count = 1;
    snprintf(workload->text, sizeof workload->text, "m %lld  n %lld  k %lld%s%s", (long long)m,
             (long long)n, (long long)k, spec->ta ? "  ta" : "", spec->tb ? "  tb" : "");
    return status;
}

/* ---- images ---------------------------------------------------------------------------------- */

/* Reads "64x48" or "64x48x3" to the last character; `count` values at least, `most` at most.
 * Returns how many there are, 0 if the text is something else. */
static int32_t read_sizes(const char *text, int32_t count, int32_t most, int64_t sizes[]) {
    int32_t found = 0;
    while (found < most && *text >= '0' && *text <= '9') {
        char *end;
        sizes[found++] = strtoll(text, &end, 10);
        if (*end == 0)
            return found >= count ? found : 0;
        if (*end != 'x' || !(end[1] >= '0' && end[1] <= '9'))
            return 0;
        text = end + 1;
    }
    return 0;
}

static brg_status parse_dtype(const char *text, brg_dtype *dtype, brg_error *error) {
    *dtype = strcmp(text, "f32") == 0 ? BRG_F32 : BRG_U8;
    if (*dtype == BRG_F32 || strcmp(text, "u8") == 0)
        return BRG_OK;
    return brg_fail(error, BRG_E_ARGUMENT, "--dtype takes u8 or f32, not \"%s\"", text);
}

static brg_status make_noise(const int64_t whc[3], brg_dtype dtype, uint64_t seed, uint64_t memory,
                             brg_tensor **image, brg_error *error) {
    const int64_t largest = 65535;
    bool fits = whc[0] >= 1 && whc[0] <= largest && whc[1] >= 1 && whc[1] <= largest;
    if (!fits || whc[0] * whc[1] > BRG_IMAGE_MAX_PIXELS)
        return brg_fail(error, BRG_E_SHAPE,
                        "an image has sides of 1 to %lld pixels and at most %lld pixels in all",
                        (long long)largest, (long long)BRG_IMAGE_MAX_PIXELS);
    if (whc[2] != 1 && whc[2] != 3 && whc[2] != 4)
        return brg_fail(error, BRG_E_SHAPE, "an image has 1, 3 or 4 channels, not %lld",
                        (long long)whc[2]);
    brg_shape shapes[2] = {brg_shape_3d(dtype, whc[1], whc[0], whc[2])};
    shapes[1] = shapes[0]; /* the output, about */
    if (check_fit(shapes, 2, memory, error) != BRG_OK)
        return error->status;
    return brg_tensor_create_uniform(&shapes[0], seed, 0, dtype == BRG_U8 ? 255 : 1, image, error);
}

/* Grey levels 0..255 become 0..1. */
static brg_status convert_to_f32(brg_tensor **image, brg_error *error) {
    brg_shape shape = *brg_tensor_shape(*image);
    const uint8_t *bytes = brg_tensor_data(*image);
    size_t count = brg_tensor_bytes(*image);
    brg_tensor *floats = NULL;
    shape.dtype = BRG_F32;
    brg_status status = brg_tensor_create(&shape, NULL, &floats, error);
    if (status != BRG_OK)
        return status;
    float *values = brg_tensor_writable(floats);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)bytes[i] / 255.0f;
    brg_tensor_release(*image);
    *image = floats;
    return BRG_OK;
}

/* A pipe may never end, so a Ctrl-C ends the program here at once: nothing is half done yet. */
brg_status cli_workload_load(const char *path, brg_tensor **image, brg_error *error) {
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_UNBLOCK, &signals, &before);
    brg_status status = brg_image_load(path, image, error);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status == BRG_E_NOT_FOUND)
        status = error->status = BRG_E_IO; /* of files, not of ops */
    return status;
}

static brg_status make_image(const cli_workload_spec *spec, uint64_t seed, uint64_t memory,
                             brg_tensor **image, brg_error *error) {
    int64_t whc[3] = {0, 0, 3};
    brg_dtype dtype;
    brg_status status = parse_dtype(spec->dtype, &dtype, error);
    if (status != BRG_OK)
        return status;
    if (read_sizes(spec->image, 2, 3, whc))
        return make_noise(whc, dtype, seed, memory, image, error);
    status = cli_workload_load(spec->image, image, error);
    if (status == BRG_OK && dtype == BRG_F32)
        status = convert_to_f32(image, error);
    return status;
}

static void describe_image(cli_workload *workload, const char *detail) {
    const brg_shape *shape = brg_tensor_shape(workload->inputs[0]);
    snprintf(workload->text, sizeof workload->text, "%lldx%lldx%lld %s%s",
             (long long)shape->dims[1], (long long)shape->dims[0], (long long)shape->dims[2],
             brg_dtype_name(shape->dtype), detail);
}

/* ---- conv2d ---------------------------------------------------------------------------------- */

static brg_status parse_border(const char *text, brg_border *border, brg_error *error) {
    for (int32_t i = 0; i < BRG_BORDER_COUNT; i++) {
        if (strcmp(text, brg_border_name((brg_border)i)) == 0) {
            *border = (brg_border)i;
            return BRG_OK;
        }
    }
    return brg_fail(error, BRG_E_ARGUMENT,
                    "--border takes clamp, zero, reflect or wrap, not \"%s\"", text);
}

/* Noise is no outer product and needs the general convolution; a product of its first row and
 * column is one. Weights lie in 0..2/(kh kw), so that the result is about as bright as the image.
 */
static brg_status fill_weights(int64_t kh, int64_t kw, bool separable, uint64_t seed,
                               brg_tensor **weights, brg_error *error) {
    const brg_shape shape = brg_shape_2d(BRG_F32, kh, kw);
    const float mean = 1.0f / (float)(kh * kw);
    brg_status status =
        brg_tensor_create_uniform(&shape, seed, 0, separable ? 2 : 2 * mean, weights, error);
    if (status != BRG_OK || !separable)
        return status;
    float *w = brg_tensor_writable(*weights);
    float corner = w[0];
    for (int64_t y = 1; y < kh; y++)
        for (int64_t x = 1; x < kw; x++)
            w[y * kw + x] = w[y * kw] * w[x] * mean;
    for (int64_t y = 1; y < kh; y++)
        w[y * kw] *= corner * mean;
    for (int64_t x = 1; x < kw; x++)
        w[x] *= corner * mean;
    w[0] = corner * corner * mean;
    return BRG_OK;
}

static brg_status make_weights(const cli_workload_spec *spec, uint64_t seed, brg_tensor **weights,
                               brg_error *error) {
    int64_t sides[2];
    bool valid = read_sizes(spec->kernel, 2, 2, sides) && sides[0] >= 1 && sides[0] <= 63 &&
                 sides[1] >= 1 && sides[1] <= 63;
    if (!valid)
        return brg_fail(error, BRG_E_ARGUMENT,
                        "--kernel takes KHxKW with sides from 1 to 63, for example 5x5, not \"%s\"",
                        spec->kernel);
    return fill_weights(sides[0], sides[1], spec->separable, seed, weights, error);
}

static brg_status make_conv2d(cli_workload *workload, const cli_workload_spec *spec, uint64_t seed,
                              uint64_t memory, brg_error *error) {
    char detail[48];
    workload->input_count = 2;
    brg_status status = parse_border(spec->border, &workload->conv2d.border, error);
    if (status == BRG_OK)
        status = make_weights(spec, seed + 1, &workload->inputs[1], error);
    if (status == BRG_OK)
        status = make_image(spec, seed, memory, &workload->inputs[0], error);
    if (status != BRG_OK)
        return status;
    workload->stages[0].op = "conv2d";
    workload->stages[0].params = &workload->conv2d;
    workload->stage_count = 1;
    snprintf(detail, sizeof detail, "  kernel %s  %s", spec->kernel, spec->border);
    describe_image(workload, detail);
    return BRG_OK;
}

/* ---- filters --------------------------------------------------------------------------------- */

brg_status cli_workload_filter(cli_workload *workload, const char *chain, brg_tensor *image,
                               brg_error *error) {
    workload->inputs[0] = image;
    workload->input_count = 1;
    brg_status status = brg_chain_parse(chain, brg_tensor_shape(image), &workload->chain, error);
    if (status != BRG_OK)
        return status;
    workload->stage_count = workload->chain.count;
    for (int32_t i = 0; i < workload->stage_count; i++) {
        workload->stages[i].op = workload->chain.ops[i]->name;
        workload->stages[i].params = workload->chain.params[i];
        workload->stages[i].input_count = 1;
    }
    workload->stages[0].inputs[0] = image;
    describe_image(workload, "");
    return BRG_OK;
}

/* ---- words ----------------------------------------------------------------------------------- */

/* An op makes its inputs before anybody knows their size: meanwhile the process may grow by so much
 * and no more, and an allocation that is too large fails instead of ending the program. */
static void limit_growth(uint64_t memory, struct rlimit *before) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    bool known = file && fscanf(file, "%lu", &pages) == 1;
    if (file)
        fclose(file);
    getrlimit(RLIMIT_AS, before);
    struct rlimit now = *before;
    rlim_t most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + memory;
    if (!known || memory == 0 || most > now.rlim_cur)
        return;
    now.rlim_cur = most;
    setrlimit(RLIMIT_AS, &now);
}

static brg_status make_example(const brg_op *op, const char *words, uint64_t seed, uint64_t memory,
                               brg_example *example, brg_error *error) {
    struct rlimit before;
    limit_growth(memory, &before);
    brg_status status = op->make(words, seed, example, error);
    setrlimit(RLIMIT_AS, &before);
    if (status == BRG_E_MEMORY)
        brg_error_hint(error, "Choose smaller sizes: at most %.1f GiB may be used here.",
                       (double)memory / 0x1p30);
    return status;
}

bool cli_workload_join(char **words, int32_t count, char text[CLI_WORDS]) {
    size_t used = 0;
    text[0] = 0;
    for (int32_t i = 0; i < count && used < CLI_WORDS; i++)
        used += (size_t)snprintf(text + used, CLI_WORDS - used, "%s%s", i ? " " : "", words[i]);
    return used < CLI_WORDS;
}

bool cli_workload_by_options(const brg_op *op) {
    return op->parse || strcmp(op->name, "gemm") == 0 || strcmp(op->name, "conv2d") == 0;
}

bool cli_workload_is_default(const cli_workload_spec *spec) {
    const cli_workload_spec plain = CLI_WORKLOAD_DEFAULTS;
    return spec->m == plain.m && spec->n == plain.n && spec->k == plain.k &&
           spec->alpha == plain.alpha && spec->beta == plain.beta && !spec->ta && !spec->tb &&
           !spec->separable && strcmp(spec->image, plain.image) == 0 &&
           strcmp(spec->kernel, plain.kernel) == 0 && strcmp(spec->border, plain.border) == 0 &&
           strcmp(spec->dtype, plain.dtype) == 0;
}

brg_status cli_workload_words(cli_workload *workload, const brg_op *op, const char *words,
                              uint64_t seed, uint64_t memory, brg_error *error) {
    brg_example example = {0};
    memset(workload, 0, sizeof *workload);
    if (!op->make)
        return brg_fail(error, BRG_E_ARGUMENT, "%s takes no words, such as \"%s\"", op->name,
                        words);
    brg_status status = make_example(op, words, seed, memory, &example, error);
    if (status != BRG_OK)
        return status;
    memcpy(workload->params, example.params, sizeof workload->params);
    snprintf(workload->text, sizeof workload->text, "%s",
             example.text[0] ? example.text : "as usual");
    workload->input_count = example.input_count;
    workload->stage_count = 1;
    workload->stages[0] =
        (brg_stage){.op = op->name, .params = workload->params, .input_count = example.input_count};
    for (int32_t i = 0; i < example.input_count; i++)
        workload->stages[0].inputs[i] = workload->inputs[i] = example.inputs[i];
    return BRG_OK;
}

/* ---- any ------------------------------------------------------------------------------------- */

brg_status cli_workload_op(const char *text, const brg_op **op, brg_error *error) {
    char name[BRG_OP_NAME];
    const char *names[64];
    int32_t count = 0;
    const brg_op *known;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "=,"), text);
    *op = brg_op_find(name);
    if (*op)
        return BRG_OK;
    for (; count < 64 && (known = brg_op_builtin(count)) != NULL; count++)
        names[count] = known->name;
    const char *meant = cli_nearest(name, names, count);
    brg_fail(error, BRG_E_NOT_FOUND, "there is no op \"%s\"%s%s%s", name,
             meant ? ", did you mean " : "", meant ? meant : "", meant ? "?" : "");
    brg_error_hint(error, "'brigade run --help' lists the %d ops.", (int)count);
    return BRG_E_NOT_FOUND;
}

const char *cli_workload_typical(const brg_op *op) {
    static const char *const chains[] = {"gemm",   "conv2d",    "brightness=0.2", "contrast=1.2",
                                         "blur=3", "sharpen=1", "edge",           "resize=50%"};
    size_t length = strlen(op->name);
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++)
        if (strncmp(chains[i], op->name, length) == 0 &&
            (chains[i][length] == 0 || chains[i][length] == '='))
            return chains[i];
    return NULL;
}

brg_status cli_workload_make(cli_workload *workload, const cli_workload_spec *spec, uint64_t seed,
                             uint64_t memory, brg_error *error) {
    brg_tensor *image = NULL;
    const brg_op *op;
    memset(workload, 0, sizeof *workload);
    brg_status status = cli_workload_op(spec->op, &op, error); /* before an image is made for it */
    if (status == BRG_OK && strcmp(spec->op, "gemm") == 0)
        status = make_gemm(workload, spec, seed, memory, error);
    else if (status == BRG_OK && strcmp(spec->op, "conv2d") == 0)
        status = make_conv2d(workload, spec, seed, memory, error);
    else if (status == BRG_OK && (status = make_image(spec, seed, memory, &image, error)) == BRG_OK)
        status = cli_workload_filter(workload, spec->op, image, error);
    workload->stages[0].input_count = workload->input_count;
    for (int32_t i = 0; i < workload->input_count; i++)
        workload->stages[0].inputs[i] = workload->inputs[i];
    return status;
}

void cli_workload_release(cli_workload *workload) {
    for (int32_t i = 0; i < BRG_MAX_INPUTS; i++)
        brg_tensor_release(workload->inputs[i]);
    memset(workload, 0, sizeof *workload);
}
