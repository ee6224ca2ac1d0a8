/* Peer plug-ins: what `brigade bench --against` asks of one.
 *
 * A peer is what a user would take instead of Brigade: a BLAS, a library of primitives, a
 * framework. Each is a small shared module of its own, so that the program itself depends on none
 * of them. The module includes this header and Brigade's public ones, links to the peer and exports
 * brigade_peer().
 *
 *     brigade                                plug-in
 *     task: op, shapes, data, threads  --->  way(): how many ways does the peer offer?
 *                                            prepare(): plans, allocations, first use
 *     seconds, and the task's output   <---  run(calls): nothing but the work, timed inside
 *                                            release()
 *
 * Everything is called from one thread, one call at a time. */
#ifndef BRIGADE_CLI_PEER_PLUGIN_H
#define BRIGADE_CLI_PEER_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "brigade/op.h"

enum { CLI_PEER_ABI = 1, CLI_PEER_TEXT = 160 };

/* One call of an op, to be done by the peer. Everything outlives what prepare() makes of it. */
typedef struct cli_peer_task {
    const char *op;
    const brg_call *call; /* shapes and data of the inputs, params, shape of the output */
    void *output;    /* where run() leaves the result, in the type and layout of call->output */
    int32_t threads; /* how many the peer may keep busy: the device's compute units */
    const char *platform, *device; /* the OpenCL device by name, for peers that compute on it */
    int32_t device_index;          /* among the devices of its platform */
    uint32_t units;                /* compute units used; 0: all */
} cli_peer_task;

/* Where the peer's definition of the work is looser than ours. All zero: nowhere. */
typedef struct cli_peer_terms {
    double slack;             /* added to the op's error bound, in units of the output */
    double factor;            /* multiplies the bound; 0: 1 */
    int32_t ignore;           /* 1 + index of a channel that is not compared */
    bool apart;               /* another function than the peer's first: has a score of its own */
    char note[CLI_PEER_TEXT]; /* says so, for people; or why the task is refused */
} cli_peer_terms;

typedef struct cli_peer_plugin {
    int32_t abi;      /* CLI_PEER_ABI */
    const char *name; /* "openblas" */
    const char *version;
    bool on_device; /* computes on data that is already on the OpenCL device */

    /* The index-th way to do the task ("direct", "winograd"; "" for the only one); NULL past the
     * last. */
    const char *(*way)(const cli_peer_task *task, int32_t index);

    /* Gets ready, so that run() does nothing but the work. NULL, with the reason in terms->note, if
     * the peer cannot do this. `terms` is all zero. */
    void *(*prepare)(const cli_peer_task *task, int32_t way, cli_peer_terms *terms);

    /* Does the work `calls` times over and returns the seconds it took; negative if it failed. */
    double (*run)(void *work, int32_t calls);

    void (*release)(void *work);

    void (*close)(void); /* before the module is unloaded; may be NULL */
} cli_peer_plugin;

/* The one symbol a plug-in exports. NULL, with the reason in `why`, if the peer cannot be had after
 * all. */
#define CLI_PEER_ENTRY "brigade_peer"
__attribute__((visibility("default"))) const cli_peer_plugin *brigade_peer(char why[CLI_PEER_TEXT]);

/* The clock that every contender is measured with. */
static inline double cli_peer_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#ifdef __cplusplus
}
#endif

#endif
