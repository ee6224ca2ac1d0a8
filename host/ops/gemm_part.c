/* How a gemm that does not fit the device's memory is cut into parts: tiles of the output, each
 * with the rows of op(A) and the columns of op(B) that it needs, whole.
 *
 *                +----+----+----+--+
 *                | 0  | 1  | 2  |3 |  k     Tiles follow one another along a row, so that the rows
 * of
 *                +----+----+----+--+        op(A) are uploaded once for all of them; op(B) travels
 * once
 *       +---+    +----+----+----+--+        for each row of tiles, so tiles are as tall as memory
 * allows. |   |    | 0  | 1  | 2  |3 |
 *       +---+    +----+----+----+--+
 *       |   |    | 4  | 5  | 6  |7 |
 *       +---+    +----+----+----+--+
 *         k */
#include <string.h>

#include "ops/gemm.h"
#include "ops/ops.h"

/* Tiles are a multiple of the kernels' register tiles, except at the edges. */
enum { ROW_STEP = 8, COL_STEP = 32, WIDEST = 1024 };

typedef struct tiling {
    int64_t rows, cols;   /* of a tile */
    int64_t down, across; /* tiles */
} tiling;

static int64_t round_up(int64_t value, int64_t step) {
    return (value + step - 1) / step * step;
}

/* Bytes for each row of op(A), each column of op(B) and each element of the tile: as they are
 * uploaded, and the copy in another order that a variant may make of either. */
typedef struct footprint {
    double row, col, element;
} footprint;

static footprint footprint_of(const brg_gemm *g) {
    double in = (double)brg_dtype_size(g->in), out = (double)brg_dtype_size(g->out);
    double copy = in > 4 ? in : 4;
    return (footprint){.row = (double)g->k * (in + (g->ta ? copy : 0)),
                       .col = (double)(g->k + COL_STEP) * (in + copy),
                       .element = g->c_index >= 0 ? 2 * out : out};
}

/* The widest tiles whose columns of op(B) take no more than a third of the memory, and then the
 * tallest. */
static bool choose_tiling(const brg_gemm *g, uint64_t bytes, tiling *t) {
    const footprint f = footprint_of(g);
    double room = (double)bytes;
    int64_t cols = WIDEST;
    while (cols > COL_STEP && (double)cols * f.col > room / 3)
        cols /= 2;
    cols = cols < g->n ? cols : g->n;
    double rows = (room - (double)cols * f.col) / (f.row + (double)cols * f.element);
    if (!(rows >= ROW_STEP) && !(rows >= (double)g->m))
        return false;
    int64_t most = rows < (double)g->m ? (int64_t)rows / ROW_STEP * ROW_STEP : g->m;
    t->down = (g->m + most - 1) / most;
    t->rows = round_up((g->m + t->down - 1) / t->down, ROW_STEP);
    t->rows = t->rows < most ? t->rows : most;
    t->down = (g->m + t->rows - 1) / t->rows;
    t->cols = cols;
    t->across = (g->n + cols - 1) / cols;
    return t->down * t->across <= INT32_MAX;
}

/* Adds an input: `rows` x `cols` elements from (row, col) on of the call's input `source`. */
static void add_region(brg_part *part, const brg_call *call, int32_t source, int64_t row,
                       int64_t col, int64_t rows, int64_t cols, int64_t pitch) {
    size_t element = brg_dtype_size(call->inputs[source].dtype);
    int32_t i = part->input_count++;
    part->sources[i] = source;
    part->inputs[i] = brg_shape_2d(call->inputs[source].dtype, rows, cols);
    part->regions[i] = (brg_region){.offset = (size_t)(row * pitch + col) * element,
                                    .rows = (size_t)rows,
                                    .row_bytes = (size_t)cols * element,
                                    .pitch = (size_t)pitch * element};
}

/* A matrix as it is stored: the other way round if it is transposed. */
static void add_matrix(brg_part *part, const brg_call *call, int32_t source, bool transposed,
                       int64_t row, int64_t col, int64_t rows, int64_t cols, int64_t pitch) {
    if (transposed)
        add_region(part, call, source, col, row, cols, rows, pitch);
    else
        add_region(part, call, source, row, col, rows, cols, pitch);
}

static void add_bias(brg_part *part, const brg_call *call, int32_t source, int64_t from,
                     int64_t count) {
    add_region(part, call, source, 0, from, 1, count, count);
    part->inputs[part->input_count - 1] = brg_shape_1d(call->inputs[source].dtype, count);
}

static void set_params(brg_part *part, const brg_call *call) {
    brg_gemm_params params = *(const brg_gemm_params *)call->params;
    params.m = params.n = params.k = params.ldc = 0; /* the regions say it */
    memcpy(part->params, &params, sizeof params);
}

brg_status brg_gemm_part(const brg_call *call, uint64_t bytes, int32_t index, brg_part *part,
                         brg_error *error) {
    const brg_gemm g = brg_gemm_resolve(call);
    tiling t;
    if (g.batch != 1 || call->output.rank != 2 || g.epilogue == BRG_EPILOGUE_UPDATE || g.m == 0 ||
        g.n == 0 || g.terms == 0)
        return brg_fail(error, BRG_E_UNSUPPORTED, "this gemm cannot be cut into parts");
    if (!choose_tiling(&g, bytes, &t)) {
        brg_fail(
            error, BRG_E_MEMORY,
            "the memory budget is too small for even a strip of %d rows of this gemm, k = %lld",
            ROW_STEP, (long long)g.k);
        brg_error_hint(error, "Allow more memory, or use a device that has more.");
        return BRG_E_MEMORY;
    }
    int64_t row = index / t.across * t.rows, col = index % t.across * t.cols;
    int64_t rows = t.rows < g.m - row ? t.rows : g.m - row;
    int64_t cols = t.cols < g.n - col ? t.cols : g.n - col;
    *part = (brg_part){.count = (int32_t)(t.down * t.across)};
    set_params(part, call);
    add_matrix(part, call, 0, g.ta, row, 0, rows, g.k, g.lda);
    add_matrix(part, call, 1, g.tb, 0, col, g.k, cols, g.ldb);
    if (g.c_index >= 0)
        add_matrix(part, call, g.c_index, false, row, col, rows, cols, g.ldc);
    if (g.bias_index >= 0)
        add_bias(part, call, g.bias_index, g.kind == BRG_BIAS_ROWS ? row : col,
                 g.kind == BRG_BIAS_ROWS ? rows : cols);
    size_t element = brg_dtype_size(g.out);
    part->output = brg_shape_2d(g.out, rows, cols);
    part->output_region = (brg_region){.offset = (size_t)(row * g.ldo + col) * element,
                                       .rows = (size_t)rows,
                                       .row_bytes = (size_t)cols * element,
                                       .pitch = (size_t)g.ldo * element};
    return BRG_OK;
}
