/* What the BLAS plug-ins need to know of a call of "gemm", in the words of BLAS. */
#ifndef BENCH_PEERS_GEMM_TASK_H
#define BENCH_PEERS_GEMM_TASK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "brigade/ops.h"
#include "peer_plugin.h"

typedef struct gemm_task {
    int m, n, k, lda, ldb, ldc;
    bool ta, tb;
    float alpha;
    const float *a, *b;
    float *c;
    size_t a_bytes, b_bytes, c_bytes;
} gemm_task;

static inline size_t gemm_task_bytes(const brg_shape *shape) {
    return (size_t)shape->dims[0] * (size_t)shape->dims[1] * sizeof(float);
}

/* False, with the reason in the terms, for what plain sgemm does not do. */
static inline bool gemm_task_read(const cli_peer_task *task, gemm_task *g, cli_peer_terms *terms) {
    const brg_call *call = task->call;
    const brg_gemm_params *p = (const brg_gemm_params *)call->params;
    const brg_shape *a = &call->inputs[0], *b = &call->inputs[1], *c = &call->output;
    const char *reason = strcmp(task->op, "gemm") != 0                ? "knows gemm only"
                         : a->dtype != BRG_F32 || b->dtype != BRG_F32 ? "compared in f32 only"
                         : a->rank != 2 || b->rank != 2               ? "compared without batches"
                         : p->beta != 0                               ? "compared with beta 0 only"
                         : call->input_count > 2 || p->epilogue       ? "compared without epilogues"
                                                                      : NULL;
    if (reason) {
        snprintf(terms->note, sizeof terms->note, "%s", reason);
        return false;
    }
    *g = (gemm_task){.m = (int)c->dims[0],
                     .n = (int)(p->n    ? p->n
                                : p->tb ? b->dims[0]
                                        : b->dims[1]),
                     .k = (int)(p->k    ? p->k
                                : p->ta ? a->dims[0]
                                        : a->dims[1]),
                     .lda = (int)a->dims[1],
                     .ldb = (int)b->dims[1],
                     .ldc = (int)c->dims[1],
                     .ta = p->ta,
                     .tb = p->tb,
                     .alpha = p->alpha,
                     .a = (const float *)call->data[0],
                     .b = (const float *)call->data[1],
                     .c = (float *)task->output,
                     .a_bytes = gemm_task_bytes(a),
                     .b_bytes = gemm_task_bytes(b),
                     .c_bytes = gemm_task_bytes(c)};
    if (g->m < 1 || g->n < 1 || g->k < 1) {
        snprintf(terms->note, sizeof terms->note, "not asked for empty matrices");
        return false;
    }
    return true;
}

#endif
