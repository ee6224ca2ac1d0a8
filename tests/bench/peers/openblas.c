/* OpenBLAS as a peer: sgemm, and for vectors sgemv, which a user would call instead. */
#include <stdlib.h>

#include <cblas.h>

#include "gemm_task.h"

enum { SGEMM, SGEMV, WAY_COUNT };

typedef struct work {
    gemm_task g;
    int way;
} work;

static bool is_vector(const cli_peer_task *task) {
    gemm_task g;
    cli_peer_terms terms;
    return gemm_task_read(task, &g, &terms) && (g.m == 1 || g.n == 1);
}

static const char *way(const cli_peer_task *task, int32_t index) {
    static const char *const names[WAY_COUNT] = {"sgemm", "sgemv"};
    int32_t count = strcmp(task->op, "gemm") != 0 ? 0 : is_vector(task) ? WAY_COUNT : 1;
    return index < count ? names[index] : NULL;
}

static void *prepare(const cli_peer_task *task, int32_t index, cli_peer_terms *terms) {
    gemm_task g;
    if (!gemm_task_read(task, &g, terms))
        return NULL;
    work *w = malloc(sizeof *w);
    if (!w)
        return NULL;
    *w = (work){g, index};
    terms->apart = index == SGEMV;
    openblas_set_num_threads(task->threads);
    return w;
}

static void sgemm(const gemm_task *g) {
    cblas_sgemm(CblasRowMajor, g->ta ? CblasTrans : CblasNoTrans, g->tb ? CblasTrans : CblasNoTrans,
                g->m, g->n, g->k, g->alpha, g->a, g->lda, g->b, g->ldb, 0.0f, g->c, g->ldc);
}

/* One row: c = a op(B) = op(B)' a'. One column: c = op(A) b. */
static void sgemv(const gemm_task *g) {
    if (g->m == 1)
        cblas_sgemv(CblasRowMajor, g->tb ? CblasNoTrans : CblasTrans, g->tb ? g->n : g->k,
                    g->tb ? g->k : g->n, g->alpha, g->b, g->ldb, g->a, g->ta ? g->lda : 1, 0.0f,
                    g->c, 1);
    else
        cblas_sgemv(CblasRowMajor, g->ta ? CblasTrans : CblasNoTrans, g->ta ? g->k : g->m,
                    g->ta ? g->m : g->k, g->alpha, g->a, g->lda, g->b, g->tb ? 1 : g->ldb, 0.0f,
                    g->c, g->ldc);
}

static double run(void *state, int32_t calls) {
    const work *w = state;
    double began = cli_peer_seconds();
    for (int32_t i = 0; i < calls; i++) {
        if (w->way == SGEMV)
            sgemv(&w->g);
        else
            sgemm(&w->g);
    }
    return cli_peer_seconds() - began;
}

const cli_peer_plugin *brigade_peer(char why[CLI_PEER_TEXT]) {
    (void)why;
    static const cli_peer_plugin plugin = {.abi = CLI_PEER_ABI,
                                           .name = "openblas",
                                           .version = PEER_VERSION,
                                           .way = way,
                                           .prepare = prepare,
                                           .run = run,
                                           .release = free};
    return &plugin;
}
