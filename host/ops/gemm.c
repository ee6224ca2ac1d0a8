/* The op "gemm": C' = epilogue(alpha * op(A) * op(B) + beta * C + bias). Plans are in gemm_plan.c.
 */
#include "ops/gemm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/ops.h"
#include "ops/words.h"

static const brg_gemm_params defaults = {.alpha = 1.0f};

/* ---- check ---- */

static brg_status check_type(const char *name, const brg_shape *s, brg_dtype wanted,
                             brg_error *error) {
    if (s->dtype == wanted)
        return BRG_OK;
    brg_fail(error, BRG_E_ARGUMENT, "gemm needs %s to be %s here, it is %s", name,
             brg_dtype_name(wanted), brg_dtype_name(s->dtype));
    brg_error_hint(error,
                   "A and B are f32, f16, f64 or i8; C and the bias are as A, or i32 for i8.");
    return BRG_E_ARGUMENT;
}

static brg_status check_matrix(const char *name, const brg_shape *s, brg_error *error) {
    if (s->rank != 2 && s->rank != 3)
        return brg_fail(error, BRG_E_SHAPE,
                        "gemm takes matrices of 2 dims, or 3 for a batch; %s has %d", name,
                        (int)s->rank);
    for (int32_t i = 0; i < s->rank; i++)
        if (s->dims[i] < 0 || s->dims[i] > BRG_MAX_SIDE)
            return brg_fail(error, BRG_E_SHAPE,
                            "%s has a side of %lld; gemm takes sides of 0 to %d", name,
                            (long long)s->dims[i], BRG_MAX_SIDE);
    return BRG_OK;
}

/* Requires matrix `name` to have exactly `rows` rows, at least `cols` elements apart. */
static brg_status check_fit(const char *name, const brg_shape *s, int64_t rows, int64_t cols,
                            brg_error *error) {
    const int64_t *sides = s->dims + (s->rank == 3);
    if (sides[0] == rows && sides[1] >= cols)
        return BRG_OK;
    brg_fail(error, BRG_E_SHAPE, "%s is %lldx%lld, but must be %lldx%lld, or wider", name,
             (long long)sides[0], (long long)sides[1], (long long)rows, (long long)cols);
    brg_error_hint(error, "Stored as given, op(A) is m x k, op(B) k x n and C m x n; a transposed "
                          "matrix is stored the other way round.");
    return BRG_E_SHAPE;
}

static brg_status check_batch(const char *name, const brg_shape *s, int64_t batch,
                              brg_error *error) {
    if (s->rank == 2 || s->dims[0] == 1 || s->dims[0] == batch)
        return BRG_OK;
    brg_fail(error, BRG_E_SHAPE, "%s is a batch of %lld, the others are one of %lld", name,
             (long long)s->dims[0], (long long)batch);
    brg_error_hint(error, "Every matrix has the batch's size, or 1 to serve all products.");
    return BRG_E_SHAPE;
}

/* Without an explicit k both matrices must say the same: a mistaken size is no padding. */
static brg_status check_terms(const brg_call *call, const brg_gemm *g, brg_error *error) {
    const brg_gemm_params *p = call->params;
    const brg_shape *b = &call->inputs[1];
    int64_t of_b = b->dims[(b->rank == 3) + (g->tb ? 1 : 0)];
    if (p->k != 0 || g->k == of_b)
        return BRG_OK;
    brg_fail(error, BRG_E_SHAPE, "op(A) has %lld columns, but op(B) has %lld rows", (long long)g->k,
             (long long)of_b);
    brg_error_hint(error, "They must be equal; if rows are padded, say how long they are with k.");
    return BRG_E_SHAPE;
}

static bool in_sides(int64_t value) {
    return value >= 0 && value <= BRG_MAX_SIDE;
}

static brg_status check_params(const brg_gemm_params *p, brg_error *error) {
    if (!isfinite(p->alpha) || !isfinite(p->beta) || !isfinite(p->rate) || !isfinite(p->momentum))
        return brg_fail(error, BRG_E_ARGUMENT,
                        "alpha, beta, rate and momentum of gemm must be finite numbers");
    if (!in_sides(p->m) || !in_sides(p->n) || !in_sides(p->k) || !in_sides(p->ldc))
        return brg_fail(error, BRG_E_SHAPE, "m, n, k and ldc of gemm must be 0 to %d",
                        BRG_MAX_SIDE);
    if ((int)p->bias < 0 || p->bias >= BRG_BIAS_COUNT || (int)p->epilogue < 0 ||
        p->epilogue >= BRG_EPILOGUE_COUNT)
        return brg_fail(error, BRG_E_ARGUMENT, "gemm knows no such bias or epilogue");
    return BRG_OK;
}

/* beta and an update need C, a bias is the last of the inputs. */
static brg_status check_inputs(const brg_gemm_params *p, int32_t input_count, brg_error *error) {
    int32_t matrices = input_count - (p->bias != BRG_BIAS_NONE);
    bool update = p->epilogue == BRG_EPILOGUE_UPDATE;
    if (matrices < 2 || matrices > 3) {
        brg_fail(error, BRG_E_ARGUMENT,
                 "gemm takes A, B, C if there is one, and the bias if it is "
                 "to add one; it was given %d inputs",
                 (int)input_count);
        brg_error_hint(error, "Give the bias as the last input.");
        return BRG_E_ARGUMENT;
    }
    if ((p->beta != 0.0f || update) && matrices < 3) {
        brg_fail(error, BRG_E_ARGUMENT, "gemm with %s needs C as its third input",
                 update ? "an update" : "beta");
        brg_error_hint(error, "Give C, or set beta to 0 and choose another epilogue.");
        return BRG_E_ARGUMENT;
    }
    if (update && (p->beta != 0.0f || p->bias != BRG_BIAS_NONE))
        return brg_fail(error, BRG_E_ARGUMENT, "an update takes no bias, and beta must be 0");
    return BRG_OK;
}

static bool is_small_whole(float x) {
    return fabsf(x) <= 1024 && x == floorf(x);
}

/* i8 is exact, which holds only while nothing has to be rounded. */
static brg_status check_whole(const brg_gemm *g, brg_error *error) {
    if (g->in != BRG_I8)
        return BRG_OK;
    if (g->k > BRG_GEMM_MAX_WHOLE_K)
        return brg_fail(error, BRG_E_SHAPE, "gemm of i8 sums up to %d terms, not %lld",
                        BRG_GEMM_MAX_WHOLE_K, (long long)g->k);
    if (!is_small_whole(g->alpha) || !is_small_whole(g->beta))
        return brg_fail(error, BRG_E_ARGUMENT,
                        "alpha and beta of a gemm of i8 are whole numbers up to 1024");
    if (g->epilogue > BRG_EPILOGUE_RELU)
        return brg_fail(error, BRG_E_ARGUMENT, "the only epilogue of a gemm of i8 is ReLU");
    return BRG_OK;
}

static brg_status check_types(const brg_call *call, const brg_gemm *g, brg_error *error) {
    static const char *const rest[] = {"A", "B", "the third input", "the fourth input"};
    const brg_shape *in = call->inputs;
    bool known = g->in == BRG_F32 || g->in == BRG_F16 || g->in == BRG_F64 || g->in == BRG_I8;
    brg_status status = check_type("A", &in[0], known ? g->in : BRG_F32, error);
    if (status == BRG_OK)
        status = check_type("B", &in[1], g->in, error);
    for (int32_t i = 2; status == BRG_OK && i < call->input_count; i++)
        status = check_type(rest[i], &in[i], g->out, error);
    return status;
}

static brg_status check_bias(const brg_call *call, const brg_gemm *g, brg_error *error) {
    if (g->bias_index < 0)
        return BRG_OK;
    const brg_shape *s = &call->inputs[g->bias_index];
    int64_t wanted = g->kind == BRG_BIAS_COLUMNS ? g->n : g->m;
    if (s->rank == 1 && s->dims[0] == wanted)
        return BRG_OK;
    return brg_fail(error, BRG_E_SHAPE, "the bias must have one dim of %lld, one for each %s",
                    (long long)wanted, g->kind == BRG_BIAS_COLUMNS ? "column" : "row");
}

/* C of an update: W, or W and V. */
static brg_status check_state(const brg_call *call, const brg_gemm *g, brg_error *error) {
    const brg_shape *c = &call->inputs[2];
    bool pair = c->rank == 3 && c->dims[0] == 2;
    if (g->momentum != 0.0f ? !pair : c->rank != 2)
        return brg_fail(error, BRG_E_SHAPE,
                        "C of an update must be m x n, or 2 x m x n (weights and "
                        "velocities) with a momentum");
    if (g->batch != 1)
        return brg_fail(error, BRG_E_SHAPE, "an update takes no batch");
    return BRG_OK;
}

static brg_status check_matrices(const brg_call *call, const brg_gemm *g, brg_error *error) {
    static const char *const names[] = {"A", "B", "C"};
    const brg_shape *in = call->inputs;
    int32_t matrices = call->input_count - (g->bias_index >= 0);
    bool update = g->epilogue == BRG_EPILOGUE_UPDATE;
    brg_status status = check_terms(call, g, error);
    if (status == BRG_OK)
        status = check_fit("A", &in[0], g->ta ? g->k : g->m, g->ta ? g->m : g->k, error);
    if (status == BRG_OK)
        status = check_fit("B", &in[1], g->tb ? g->n : g->k, g->tb ? g->k : g->n, error);
    if (status == BRG_OK && matrices > 2)
        status = check_fit("C", &in[2], g->m, g->n, error);
    for (int32_t i = 0; status == BRG_OK && i < matrices && !(update && i == 2); i++)
        status = check_batch(names[i], &in[i], g->batch, error);
    if (status == BRG_OK && update)
        status = check_state(call, g, error);
    return status;
}

/* The output has a batch if any matrix does. */
static brg_shape output_of(const brg_call *call, const brg_gemm *g) {
    bool batched = false;
    for (int32_t i = 0; i < call->input_count; i++)
        batched = batched || call->inputs[i].rank == 3;
    int64_t count = g->epilogue == BRG_EPILOGUE_UPDATE ? 2 : g->batch;
    return batched ? brg_shape_3d(g->out, count, g->m, g->ldo) : brg_shape_2d(g->out, g->m, g->ldo);
}

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    static const char *const names[] = {"A", "B", "C"};
    const brg_gemm_params *p = call->params;
    brg_status status = check_params(p, error);
    if (status == BRG_OK)
        status = check_inputs(p, call->input_count, error);
    for (int32_t i = 0; status == BRG_OK && i < call->input_count - (p->bias != 0); i++)
        status = check_matrix(names[i], &call->inputs[i], error);
    if (status != BRG_OK)
        return status;
    const brg_gemm g = brg_gemm_resolve(call);
    status = check_types(call, &g, error);
    if (status == BRG_OK)
        status = check_matrices(call, &g, error);
    if (status == BRG_OK)
        status = check_bias(call, &g, error);
    if (status == BRG_OK)
        status = check_whole(&g, error);
    if (status != BRG_OK)
        return status;
    if (g.ldo < g.n)
        return brg_fail(error, BRG_E_SHAPE, "ldc of gemm is %lld, less than n = %lld",
                        (long long)g.ldo, (long long)g.n);
    /* Kernels number the rows, and the panels of 16 columns, of all products through. */
    if (!in_sides((g.m > g.n ? g.m : g.n) * g.batch))
        return brg_fail(error, BRG_E_SHAPE,
                        "a batch of %lld products of %lld rows and %lld columns "
                        "is too large for gemm",
                        (long long)g.batch, (long long)g.m, (long long)g.n);
    *output = output_of(call, &g);
    return brg_shape_size(output, NULL, NULL, error);
}

/* ---- cost and names ---- */

static double bytes_of(const brg_shape *s) {
    size_t bytes = 0;
    brg_shape_size(s, NULL, &bytes, NULL);
    return (double)bytes;
}

/* Each input that is read and the output, once; padding does not count. */
static void cost(const brg_call *call, brg_cost *out) {
    const brg_gemm g = brg_gemm_resolve(call);
    double m = (double)g.m, n = (double)g.n, k = (double)g.k, batch = (double)g.batch;
    double in = (double)brg_dtype_size(g.in), element = (double)brg_dtype_size(g.out);
    double a_count = g.a_step ? batch : 1, b_count = g.b_step ? batch : 1;
    double states = g.momentum != 0.0f ? 2 : 1;
    double c_count = g.c_index < 0                       ? 0
                     : g.epilogue == BRG_EPILOGUE_UPDATE ? states
                     : g.c_step                          ? batch
                                                         : 1;
    out->flops = 2.0 * m * n * k * batch;
    out->bytes = in * (m * k * a_count + k * n * b_count) +
                 element * m * n * (batch * (g.c_index >= 0 ? states : 1) + c_count);
    if (g.bias_index >= 0)
        out->bytes += bytes_of(&call->inputs[g.bias_index]);
}

static int32_t dims(const brg_call *call, brg_dim out[BRG_MAX_DIMS]) {
    const brg_gemm g = brg_gemm_resolve(call);
    out[0] = (brg_dim){"m", g.m};
    out[1] = (brg_dim){"n", g.n};
    out[2] = (brg_dim){"k", g.k};
    out[3] = (brg_dim){"batch", g.batch};
    return g.batch != 1 ? 4 : 3;
}

/* ---- examples ---- */

typedef struct example_row {
    int16_t m, n, k;
    int8_t pad_a, pad_b, pad_c, pad_out; /* added to the leading dimensions; pad_c < 0: no C */
    bool ta, tb;
    float alpha, beta;
} example_row;

/* Awkward calls, small ones first. -1 for pad_c: no third input. */
static const example_row examples[] = {
    /* nothing to do, nothing to sum */
    {0, 0, 0, 0, 0, -1, 0, false, false, 1, 0},
    {0, 5, 3, 0, 0, -1, 0, false, false, 1, 0},
    {5, 0, 3, 0, 0, -1, 0, false, false, 1, 0},
    {5, 3, 0, 0, 0, -1, 0, false, false, 1, 0},
    {5, 3, 0, 0, 0, 2, 0, false, false, 1, 0.5f},
    {5, 3, 0, 0, 0, 0, 4, true, true, 1, -1},
    {4, 6, 7, 0, 0, 0, 0, false, false, 0, 2},
    {4, 6, 7, 0, 0, -1, 3, false, false, 0, 0},
    /* one, two, three */
    {1, 1, 1, 0, 0, -1, 0, false, false, 1, 0},
    {1, 1, 1, 3, 2, 1, 0, true, true, -2, 0.25f},
    {2, 2, 2, 0, 0, -1, 0, true, false, 1, 0},
    {2, 3, 1, 0, 0, 0, 0, false, true, 0.5f, 1},
    {3, 2, 3, 1, 1, 0, 2, true, true, 1, 1},
    {3, 3, 3, 0, 0, -1, 0, false, false, 1, 0},
    /* rows and columns */
    {1, 17, 1, 0, 0, -1, 0, false, false, 1, 0},
    {17, 1, 31, 0, 0, -1, 0, false, false, 1, 0},
    {1, 129, 7, 0, 0, -1, 0, false, false, 1, 0},
    {1, 127, 65, 0, 0, 0, 0, false, true, 1, 1},
    {129, 1, 7, 0, 0, -1, 0, true, false, 1, 0},
    {65, 1, 129, 1, 1, 2, 0, true, true, 0.5f, -0.5f},
    {1, 1, 1021, 0, 0, -1, 0, false, false, 1, 0},
    {127, 63, 1, 0, 0, -1, 0, false, false, 3, 0},
    /* primes */
    {5, 7, 11, 0, 0, -1, 0, false, false, 1, 0},
    {13, 11, 17, 0, 0, -1, 0, true, false, 1, 0},
    {19, 23, 29, 0, 0, -1, 0, false, true, 1, 0},
    {31, 37, 41, 0, 0, 0, 0, true, true, -1, 1},
    {53, 61, 47, 3, 5, 7, 11, false, false, 1.5f, -0.5f},
    {97, 101, 103, 2, 1, 0, 4, true, true, 1, 2},
    /* around the tiles' edges */
    {8, 32, 16, 0, 0, -1, 0, false, false, 1, 0},
    {15, 15, 15, 0, 0, -1, 0, false, false, 1, 0},
    {16, 16, 16, 0, 0, -1, 0, true, false, 1, 0},
    {17, 17, 17, 0, 0, -1, 0, false, true, 1, 0},
    {31, 33, 32, 0, 0, 0, 0, false, false, 1, 1},
    {33, 31, 63, 0, 0, -1, 0, true, true, 1, 0},
    {63, 65, 64, 0, 0, -1, 0, false, true, 1, 0},
    {64, 64, 64, 0, 0, 0, 0, true, false, 2, 0.5f},
    {65, 63, 65, 1, 0, -1, 1, false, false, 1, 0},
    {127, 129, 65, 0, 0, -1, 0, false, false, 1, 0},
    {129, 127, 128, 0, 3, 0, 0, true, true, 0.75f, 1},
    {128, 128, 128, 0, 0, -1, 0, false, true, 1, 0},
    /* beta = 0 with C, which must not be read; more terms than a packed strip holds */
    {9, 40, 20, 0, 0, 1, 2, false, false, 1, 0},
    {9, 33, 512, 0, 0, -1, 0, false, false, 1, 0},
    {17, 70, 513, 0, 0, 0, 0, true, false, 1, 1},
    {23, 95, 1200, 0, 1, 3, 5, false, true, -0.5f, 0.5f},
};

/* The stored shape of a matrix, or of a batch of them if `batch` is not negative. */
static brg_shape stored(brg_dtype dtype, int64_t batch, int64_t rows, int64_t cols, bool transposed,
                        int64_t pad) {
    int64_t height = transposed ? cols : rows, width = (transposed ? rows : cols) + pad;
    return batch >= 0 ? brg_shape_3d(dtype, batch, height, width)
                      : brg_shape_2d(dtype, height, width);
}

/* Adds inputs until one fails. */
static brg_status add_inputs(brg_example *out, const brg_shape *shapes, int32_t count,
                             uint64_t seed, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < count && status == BRG_OK; i++)
        status = brg_example_add(out, &shapes[i], seed, error);
    if (status != BRG_OK)
        brg_example_release(out);
    return status;
}

static void describe(const example_row *row, char *text, size_t size) {
    snprintf(text, size, "%dx%dx%d%s%s alpha %.2g beta %.2g%s", row->m, row->n, row->k,
             row->ta ? " ta" : "", row->tb ? " tb" : "", (double)row->alpha, (double)row->beta,
             row->pad_a || row->pad_b || row->pad_c > 0 || row->pad_out ? " padded" : "");
}

static brg_status make_plain(const example_row *row, uint64_t seed, brg_example *out,
                             brg_error *error) {
    describe(row, out->text, sizeof out->text);
    brg_gemm_params params = {.m = row->m,
                              .n = row->n,
                              .k = row->k,
                              .ldc = row->pad_out ? row->n + row->pad_out : 0,
                              .alpha = row->alpha,
                              .beta = row->beta,
                              .ta = row->ta,
                              .tb = row->tb};
    memcpy(out->params, &params, sizeof params);
    brg_shape shapes[] = {stored(BRG_F32, -1, row->m, row->k, row->ta, row->pad_a),
                          stored(BRG_F32, -1, row->k, row->n, row->tb, row->pad_b),
                          stored(BRG_F32, -1, row->m, row->n, false, row->pad_c)};
    return add_inputs(out, shapes, row->pad_c >= 0 ? 3 : 2, seed, error);
}

/* What the words of make() say; the other examples are told in the same words. */
typedef struct words {
    int64_t m, n, k, batch, pad;
    double alpha, beta, rate, momentum;
    int32_t dtype, epilogue, bias; /* places in the lists of choices */
    bool ta, tb, share_a, share_b;
} words;

static const brg_word word_table[] = {
    {"m", BRG_WORD_INTEGER, offsetof(words, m), 0, BRG_MAX_SIDE, NULL},
    {"n", BRG_WORD_INTEGER, offsetof(words, n), 0, BRG_MAX_SIDE, NULL},
    {"k", BRG_WORD_INTEGER, offsetof(words, k), 0, BRG_MAX_SIDE, NULL},
    {"ta", BRG_WORD_FLAG, offsetof(words, ta), 0, 0, NULL},
    {"tb", BRG_WORD_FLAG, offsetof(words, tb), 0, 0, NULL},
    {"alpha", BRG_WORD_NUMBER, offsetof(words, alpha), -1e6, 1e6, NULL},
    {"beta", BRG_WORD_NUMBER, offsetof(words, beta), -1e6, 1e6, NULL},
    {"batch", BRG_WORD_INTEGER, offsetof(words, batch), 0, BRG_MAX_SIDE, NULL},
    {"share-a", BRG_WORD_FLAG, offsetof(words, share_a), 0, 0, NULL},
    {"share-b", BRG_WORD_FLAG, offsetof(words, share_b), 0, 0, NULL},
    {"dtype", BRG_WORD_CHOICE, offsetof(words, dtype), 0, 0, "f32|f16|f64|i8"},
    {"epilogue", BRG_WORD_CHOICE, offsetof(words, epilogue), 0, 0, "none|relu|gelu|update"},
    {"bias", BRG_WORD_CHOICE, offsetof(words, bias), 0, 0, "none|columns|rows"},
    {"rate", BRG_WORD_NUMBER, offsetof(words, rate), -1e3, 1e3, NULL},
    {"momentum", BRG_WORD_NUMBER, offsetof(words, momentum), -1e3, 1e3, NULL},
    {"pad", BRG_WORD_INTEGER, offsetof(words, pad), 0, 4096, NULL},
};

static const char make_syntax[] =
    "m=M n=N k=K ta tb alpha=1 beta=0 batch=N share-a share-b dtype=f32|f16|f64|i8 "
    "epilogue=none|relu|gelu|update bias=none|columns|rows rate=0.01 momentum=0 pad=0";

static const brg_dtype word_types[] = {BRG_F32, BRG_F16, BRG_F64, BRG_I8};

/* batch is -1 where the words do not say: no batch, and a tensor of rank 2. */
static brg_status read_words(const char *text, words *w, brg_error *error) {
    *w = (words){.m = -1, .n = -1, .k = -1, .batch = -1, .alpha = 1, .rate = 0.01};
    brg_status status = brg_words_read("gemm", text, word_table,
                                       sizeof word_table / sizeof word_table[0], w, error);
    /* One size given stands for all three. */
    int64_t given = w->m >= 0 ? w->m : w->n >= 0 ? w->n : w->k >= 0 ? w->k : 1024;
    w->m = w->m >= 0 ? w->m : given;
    w->n = w->n >= 0 ? w->n : given;
    w->k = w->k >= 0 ? w->k : given;
    return status;
}

static brg_status make(const char *text, uint64_t seed, brg_example *out, brg_error *error) {
    words w;
    *out = (brg_example){0};
    if (read_words(text, &w, error) != BRG_OK)
        return error ? error->status : BRG_E_ARGUMENT;
    snprintf(out->text, sizeof out->text, "%s", text);
    brg_gemm_params params = {.m = w.m,
                              .n = w.n,
                              .k = w.k,
                              .alpha = (float)w.alpha,
                              .beta = (float)w.beta,
                              .ta = w.ta,
                              .tb = w.tb,
                              .bias = (brg_bias)w.bias,
                              .epilogue = (brg_epilogue)w.epilogue,
                              .rate = (float)w.rate,
                              .momentum = (float)w.momentum};
    memcpy(out->params, &params, sizeof params);
    brg_dtype in = word_types[w.dtype], rest = in == BRG_I8 ? BRG_I32 : in;
    bool update = params.epilogue == BRG_EPILOGUE_UPDATE;
    int64_t c_batch = !update ? w.batch : w.momentum != 0 ? 2 : -1;
    brg_shape shapes[4] = {stored(in, w.share_a ? -1 : w.batch, w.m, w.k, w.ta, w.pad),
                           stored(in, w.share_b ? -1 : w.batch, w.k, w.n, w.tb, w.pad)};
    int32_t count = 2;
    if (w.beta != 0 || update)
        shapes[count++] = stored(rest, c_batch, w.m, w.n, false, w.pad);
    if (params.bias != BRG_BIAS_NONE)
        shapes[count++] = brg_shape_1d(rest, params.bias == BRG_BIAS_COLUMNS ? w.n : w.m);
    return add_inputs(out, shapes, count, seed, error);
}

/* Batches, epilogues and types, on every rung's own ground and beside it. Each new set of options
 * is a program to be built: there are no more of them than it takes. */
static const char *const told[] = {
    "m=5 n=7 k=3 batch=3",
    "m=9 n=33 k=17 batch=2 ta tb beta=0.5 pad=3",
    "m=13 n=40 k=21 batch=4 share-b",
    "m=16 n=37 k=24 batch=3 share-a tb",
    "m=1 n=50 k=19 batch=5 beta=-1",
    "m=50 n=1 k=35 batch=2",
    "m=3 n=3 k=3 batch=1",
    "m=4 n=5 k=6 batch=0",
    "m=33 n=65 k=40 bias=columns",
    "m=17 n=47 k=600 bias=columns epilogue=gelu beta=1",
    "m=9 n=50 k=33 batch=3 bias=columns epilogue=gelu alpha=-2",
    "m=70 n=3 k=33 bias=columns epilogue=gelu",
    "m=33 n=65 k=40 bias=rows epilogue=relu",
    "m=3 n=70 k=33 bias=rows epilogue=relu",
    "m=4 n=6 k=0 bias=rows epilogue=relu",
    "m=30 n=41 k=24 epilogue=update rate=0.1",
    "m=8 n=32 k=530 epilogue=update rate=0.01 momentum=0.5",
    "m=30 n=41 k=24 epilogue=update rate=0.1 momentum=0.9 alpha=0.125 pad=1",
    "m=5 n=5 k=5 dtype=f16",
    "m=33 n=65 k=70 dtype=f16 beta=0.5 pad=1",
    "m=2 n=97 k=31 dtype=f16",
    "m=97 n=1 k=31 dtype=f16",
    "m=19 n=34 k=513 dtype=f16 ta tb",
    "m=16 n=40 k=30 dtype=f16 bias=columns epilogue=gelu batch=2",
    "m=5 n=5 k=5 dtype=i8",
    "m=33 n=65 k=70 dtype=i8 beta=3 alpha=-2 pad=1",
    "m=1 n=97 k=31 dtype=i8",
    "m=19 n=34 k=513 dtype=i8 ta tb bias=rows epilogue=relu",
    "m=5 n=5 k=5 dtype=f64",
    "m=33 n=65 k=600 dtype=f64 beta=0.5 pad=1",
    "m=97 n=1 k=31 dtype=f64 batch=2",
    "m=19 n=34 k=60 dtype=f64 ta tb",
    "m=16 n=40 k=30 dtype=f64 epilogue=update momentum=0.9 rate=0.5",
};

enum {
    PLAIN_COUNT = sizeof examples / sizeof examples[0],
    TOLD_COUNT = sizeof told / sizeof told[0]
};

static brg_status example(int32_t index, uint64_t seed, brg_example *out, brg_error *error) {
    if (index < 0 || index >= PLAIN_COUNT + TOLD_COUNT)
        return brg_fail(error, BRG_E_NOT_FOUND, "gemm has no example %d", (int)index);
    *out = (brg_example){0};
    if (index >= PLAIN_COUNT)
        return make(told[index - PLAIN_COUNT], seed, out, error);
    return make_plain(&examples[index], seed, out, error);
}

/* ---- the row ---- */

static const char *const sizes[] = {
    "m=64 n=64 k=64",
    "m=128 n=128 k=128",
    "m=256 n=256 k=256",
    "m=512 n=512 k=512",
    "m=1024 n=1024 k=1024",
    "m=2048 n=2048 k=2048",
    "m=4096 n=4096 k=4096",
    "m=1000 n=1000 k=777",
    "m=128 n=3136 k=1152",
    "m=64 n=12544 k=147",
    "m=1024 n=1024 k=1024 ta",
    "m=1024 n=1024 k=1024 tb",
    "m=1 n=4096 k=4096",
    "m=4096 n=1 k=4096",
    "m=64 n=64 k=64 batch=64",
    "m=1024 n=1024 k=1024 dtype=f16",
    "m=1024 n=1024 k=1024 dtype=f64",
    "m=1024 n=1024 k=1024 dtype=i8",
    "m=1024 n=1024 k=1024 bias=columns epilogue=relu",
    NULL,
};

const brg_op brg_op_gemm = {
    .name = "gemm",
    .summary = "matrix product, alpha * op(A) * op(B) + beta * C, and what follows it",
    .params_size = sizeof(brg_gemm_params),
    .defaults = &defaults,
    .min_inputs = 2,
    .max_inputs = 4,
    .variants = brg_gemm_variants,
    .variant_count = BRG_GEMM_VARIANTS,
    .tunables = brg_gemm_tunables,
    .tunable_count = BRG_GEMM_TUNABLES,
    .check = check,
    .cost = cost,
    .dims = dims,
    .plan = brg_gemm_plan,
    .sequential = brg_gemm_sequential,
    .naive = brg_gemm_naive,
    .oracle = brg_gemm_oracle,
    .probe = brg_gemm_probe,
    .part = brg_gemm_part,
    .example = example,
    .make = make,
    .make_syntax = make_syntax,
    .sizes = sizes,
};
