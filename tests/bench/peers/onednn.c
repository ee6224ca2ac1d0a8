/* oneDNN as a peer: sgemm. */
#include <stdlib.h>

#include <dnnl.h>
#include <omp.h>

#include "gemm_task.h"

static const char *way(const cli_peer_task *task, int32_t index) {
    return index == 0 && strcmp(task->op, "gemm") == 0 ? "" : NULL;
}

static void *prepare(const cli_peer_task *task, int32_t index, cli_peer_terms *terms) {
    (void)index;
    gemm_task g;
    if (!gemm_task_read(task, &g, terms))
        return NULL;
    gemm_task *w = malloc(sizeof *w);
    if (w)
        *w = g;
    omp_set_num_threads(task->threads);
    return w;
}

static double run(void *state, int32_t calls) {
    const gemm_task *g = state;
    double began = cli_peer_seconds();
    for (int32_t i = 0; i < calls; i++)
        if (dnnl_sgemm(g->ta ? 'T' : 'N', g->tb ? 'T' : 'N', g->m, g->n, g->k, g->alpha, g->a,
                       g->lda, g->b, g->ldb, 0.0f, g->c, g->ldc) != dnnl_success)
            return -1;
    return cli_peer_seconds() - began;
}

const cli_peer_plugin *brigade_peer(char why[CLI_PEER_TEXT]) {
    (void)why;
    static char version[32];
    static const cli_peer_plugin plugin = {.abi = CLI_PEER_ABI,
                                           .name = "onednn",
                                           .version = version,
                                           .way = way,
                                           .prepare = prepare,
                                           .run = run,
                                           .release = free};
    const dnnl_version_t *is = dnnl_version();
    snprintf(version, sizeof version, "%d.%d.%d", is->major, is->minor, is->patch);
    return &plugin;
}
