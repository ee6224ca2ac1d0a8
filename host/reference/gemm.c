/* gemm in sequential C: the sizes of a call, the best portable loop and the textbook loop. The
 * loops are written once, in gemm_loops.h, and compiled for each type. */
#include <math.h>
#include <string.h>

#include "base/half.h"
#include "reference/gemm.h"

/* ---- sizes ---- */

static int64_t or_default(int64_t value, int64_t otherwise) {
    return value != 0 ? value : otherwise;
}

/* The rows and the pitch of an input, and the matrices in it. */
static int64_t rows_of(const brg_shape *s) {
    return s->dims[s->rank == 3 ? 1 : 0];
}

static int64_t pitch_of(const brg_shape *s) {
    return s->dims[s->rank == 3 ? 2 : 1];
}

static int64_t batch_of(const brg_shape *s) {
    return s->rank == 3 ? s->dims[0] : 1;
}

static int64_t step_of(const brg_shape *s) {
    return batch_of(s) == 1 ? 0 : rows_of(s) * pitch_of(s);
}

static int64_t common_batch(int64_t a, int64_t b) {
    return a == 1 ? b : a;
}

/* The epilogue says which of the inputs beyond A and B there are: the bias is the last. */
static void resolve_inputs(const brg_call *call, const brg_gemm_params *p, brg_gemm *g) {
    g->bias_index = p->bias != BRG_BIAS_NONE ? call->input_count - 1 : -1;
    int32_t matrices = call->input_count - (p->bias != BRG_BIAS_NONE);
    bool reads_c = p->beta != 0.0f || p->epilogue == BRG_EPILOGUE_UPDATE;
    g->c_index = matrices > 2 && reads_c ? 2 : -1;
    g->ldc = matrices > 2 ? pitch_of(&call->inputs[2]) : g->n;
    g->a = call->data[0];
    g->b = call->data[1];
    g->c = g->c_index >= 0 ? call->data[g->c_index] : NULL;
    g->bias = g->bias_index >= 0 ? call->data[g->bias_index] : NULL;
}

static void resolve_batch(const brg_call *call, const brg_gemm_params *p, brg_gemm *g) {
    const brg_shape *a = &call->inputs[0], *b = &call->inputs[1], *c = &call->inputs[2];
    g->a_step = step_of(a);
    g->b_step = step_of(b);
    g->batch = common_batch(batch_of(a), batch_of(b));
    if (p->epilogue == BRG_EPILOGUE_UPDATE) {
        g->c_step = g->m * g->ldc;
    } else if (call->input_count - (p->bias != BRG_BIAS_NONE) > 2) {
        g->batch = common_batch(g->batch, batch_of(c));
        g->c_step = step_of(c);
    }
    g->o_step = g->m * g->ldo;
}

brg_gemm brg_gemm_resolve(const brg_call *call) {
    const brg_gemm_params *p = call->params;
    const brg_shape *a = &call->inputs[0], *b = &call->inputs[1];
    brg_gemm g = {.alpha = p->alpha,
                  .beta = p->beta,
                  .rate = p->rate,
                  .momentum = p->momentum,
                  .ta = p->ta,
                  .tb = p->tb,
                  .kind = p->bias,
                  .epilogue = p->epilogue};
    g.in = a->dtype;
    g.out = a->dtype == BRG_I8 ? BRG_I32 : a->dtype;
    g.m = or_default(p->m, p->ta ? pitch_of(a) : rows_of(a));
    g.n = or_default(p->n, p->tb ? rows_of(b) : pitch_of(b));
    g.k = or_default(p->k, p->ta ? rows_of(a) : pitch_of(a));
    g.lda = pitch_of(a);
    g.ldb = pitch_of(b);
    g.terms = p->alpha != 0.0f ? g.k : 0;
    resolve_inputs(call, p, &g);
    g.ldo = or_default(p->ldc, g.ldc);
    resolve_batch(call, p, &g);
    return g;
}

static const void *moved(const void *at, int64_t elements, brg_dtype dtype) {
    return at ? (const char *)at + elements * (int64_t)brg_dtype_size(dtype) : NULL;
}

brg_gemm brg_gemm_product(const brg_gemm *gemm, int64_t index) {
    brg_gemm g = *gemm;
    g.a = moved(g.a, index * g.a_step, g.in);
    g.b = moved(g.b, index * g.b_step, g.in);
    if (g.epilogue != BRG_EPILOGUE_UPDATE)
        g.c = moved(g.c, index * g.c_step, g.out);
    g.batch = 1;
    return g;
}

bool brg_gemm_rows_are_rows(const brg_call *call) {
    return call->output.rank == 2;
}

/* ---- loops ---- */

/* A block of op(B): DEPTH terms by WIDTH columns, 128 KiB as floats, stays in the second-level
 * cache beside the sums of a block of rows. */
enum { DEPTH = 128, WIDTH = 256, HEIGHT = 64 };

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

#define NAME(verb) verb##_f32
#define IN float
#define SUM float
#define OUT float
#define LOAD(x) (x)
#define LOAD_OUT(x) (x)
#define STORE(x) (x)
#define EXP expf
#include "reference/gemm_loops.h"

#define NAME(verb) verb##_f16
#define IN uint16_t
#define SUM float
#define OUT uint16_t
#define LOAD(x) half_to_float(x)
#define LOAD_OUT(x) half_to_float(x)
#define STORE(x) half_from_float(x)
#define EXP expf
#include "reference/gemm_loops.h"

#define NAME(verb) verb##_f64
#define IN double
#define SUM double
#define OUT double
#define LOAD(x) (x)
#define LOAD_OUT(x) (x)
#define STORE(x) (x)
#define EXP exp
#include "reference/gemm_loops.h"

/* Unsigned, so that sums wrap around as on the device. */
#define NAME(verb) verb##_i8
#define IN int8_t
#define SUM uint32_t
#define OUT int32_t
#define LOAD(x) ((uint32_t)(int32_t)(x))
#define LOAD_OUT(x) ((uint32_t)(x))
#define STORE(x) ((int32_t)(x))
#define EXP(x) (x)
#define WHOLE
#include "reference/gemm_loops.h"

typedef void rows_loop(const brg_gemm *g, int64_t row0, int64_t row1, void *output);

/* Runs a loop over rows: of the one product, or all rows of products row0..row1-1. */
static void run(const brg_call *call, int64_t row0, int64_t row1, void *output,
                rows_loop *const loops[BRG_DTYPE_COUNT]) {
    const brg_gemm g = brg_gemm_resolve(call);
    if (brg_gemm_rows_are_rows(call)) {
        loops[g.in](&g, row0, row1, output);
        return;
    }
    if (g.epilogue == BRG_EPILOGUE_UPDATE) {
        if (row0 == 0) /* V is written along with W */
            loops[g.in](&g, 0, g.m, output);
        return;
    }
    for (int64_t i = row0; i < row1; i++) {
        const brg_gemm one = brg_gemm_product(&g, i);
        loops[g.in](&one, 0, g.m, (char *)output + i * g.o_step * (int64_t)brg_dtype_size(g.out));
    }
}

void brg_gemm_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    static rows_loop *const loops[BRG_DTYPE_COUNT] = {[BRG_F32] = sequential_f32,
                                                      [BRG_F16] = sequential_f16,
                                                      [BRG_F64] = sequential_f64,
                                                      [BRG_I8] = sequential_i8};
    run(call, row0, row1, output, loops);
}

void brg_gemm_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    static rows_loop *const loops[BRG_DTYPE_COUNT] = {
        [BRG_F32] = naive_f32, [BRG_F16] = naive_f16, [BRG_F64] = naive_f64, [BRG_I8] = naive_i8};
    run(call, row0, row1, output, loops);
}
