/* A plug-in for the benchmark's tests. PEER_LIES: its result is off in the last row. PEER_ABI: the
 * version that it claims to be of. */
#include <stdlib.h>

#include "brigade/ops.h"
#include "peer_plugin.h"

typedef struct work {
    const float *a, *b;
    float *c;
    int64_t m, n, k;
} work;

static const char *way(const cli_peer_task *task, int32_t index) {
    return task->op[0] == 'g' && index == 0 ? "by hand" : NULL;
}

static void *prepare(const cli_peer_task *task, int32_t index, cli_peer_terms *terms) {
    const brg_call *call = task->call;
    work *w = malloc(sizeof *w);
    (void)index, (void)terms;
    if (w)
        *w = (work){.a = call->data[0],
                    .b = call->data[1],
                    .c = task->output,
                    .m = call->output.dims[0],
                    .n = call->output.dims[1],
                    .k = call->inputs[0].dims[1]};
    return w;
}

static void multiply(const work *w) {
    for (int64_t i = 0; i < w->m; i++)
        for (int64_t j = 0; j < w->n; j++) {
            float sum = 0;
            for (int64_t p = 0; p < w->k; p++)
                sum += w->a[i * w->k + p] * w->b[p * w->n + j];
            w->c[i * w->n + j] = sum + (PEER_LIES && i == w->m - 1 ? 1.0f : 0.0f);
        }
}

static double run(void *state, int32_t calls) {
    double began = cli_peer_seconds();
    for (int32_t i = 0; i < calls; i++)
        multiply(state);
    return cli_peer_seconds() - began;
}

const cli_peer_plugin *brigade_peer(char why[CLI_PEER_TEXT]) {
    static const cli_peer_plugin plugin = {.abi = PEER_ABI,
                                           .name = "double",
                                           .version = "0",
                                           .way = way,
                                           .prepare = prepare,
                                           .run = run,
                                           .release = free};
    (void)why;
    return &plugin;
}
