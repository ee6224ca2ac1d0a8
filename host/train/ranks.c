/* Ranks: finding and loading the module for MPI, and its functions as clients have them. See
 * brigade/ranks.h. */
#include "train/ranks.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/data.h"

/* ---- the launcher ---------------------------------------------------------------------------- */

/* A number that the launcher left in the environment: Open MPI's name for it, or others'. */
static bool number_from(const char *open_mpi, const char *others, int32_t *number) {
    const char *text = getenv(open_mpi);
    text = text ? text : getenv(others);
    char *end;
    long value = text ? strtol(text, &end, 10) : -1;
    if (value < 0 || value > INT32_MAX || *end)
        return false;
    *number = (int32_t)value;
    return true;
}

bool brg_ranks_launched(int32_t *rank, int32_t *count) {
    if (!number_from("OMPI_COMM_WORLD_RANK", "PMI_RANK", rank))
        *rank = 0;
    if (!number_from("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", count))
        *count = 1;
    return *count > 1;
}

/* ---- the module ------------------------------------------------------------------------------ */

/* $BRIGADE_MPI, or the one beside the library; from a program that is linked statically, as installed. */
static bool find_module(char path[PATH_MAX + 64]) {
    static const char *const ways[] = {"brigade/mpi.so", BRIGADE_MODULES_FROM_BIN "/mpi.so"};
    const char *chosen = getenv("BRIGADE_MPI");
    char own[PATH_MAX];
    if (chosen && *chosen) {
        snprintf(path, PATH_MAX + 64, "%s", chosen);
        return true;
    }
    for (int i = 0; i < 2 && brg_own_folder(own); i++) {
        snprintf(path, PATH_MAX + 64, "%s/%s", own, ways[i]);
        if (access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static brg_status unusable(const char *path, const char *why, brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED, "Brigade's module for MPI, %.80s, cannot be used: %.120s.",
             path, why);
    brg_error_hint(error, "Install Open MPI and build Brigade again, or start it without mpirun.");
    return BRG_E_UNSUPPORTED;
}

/* MPI's own plug-ins look for its symbols, so they are made global; and it cannot be unloaded. */
static brg_status load(brg_ranks_entry **entry, brg_error *error) {
    char path[PATH_MAX + 64];
    if (!find_module(path)) {
        brg_fail(error, BRG_E_UNSUPPORTED,
                 "mpirun started several processes, but this Brigade was built without MPI.");
        brg_error_hint(error, "Install libopenmpi-dev and openmpi-bin and build it again, or start "
                              "it once, without mpirun.");
        return BRG_E_UNSUPPORTED;
    }
    void *module = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!module)
        return unusable(path, dlerror(), error);
    void *symbol = dlsym(module, BRG_RANKS_ENTRY);
    if (!symbol)
        return unusable(path, "it is something else", error);
    memcpy(entry, &symbol, sizeof symbol); /* ISO C has no cast from an object to a function */
    return BRG_OK;
}

/* The launcher of one MPI and the library of another know nothing of each other: then each process is the only
 * one of its kind, and would train alone. */
static brg_status check_launcher(brg_ranks *ranks, brg_error *error) {
    int32_t rank, count;
    if (!brg_ranks_launched(&rank, &count) || count == ranks->self.count)
        return BRG_OK;
    brg_fail(error, BRG_E_UNSUPPORTED, "mpirun says that there are %d processes, MPI finds %d.",
             (int)count, (int)ranks->self.count);
    brg_error_hint(error, "Take the mpirun of the MPI that Brigade was built with, Open MPI as a "
                          "rule; or start it once, without mpirun.");
    return BRG_E_UNSUPPORTED;
}

brg_status brg_ranks_join(brg_ranks **out, brg_error *error) {
    char why[BRG_RANKS_TEXT] = "";
    brg_ranks_entry *entry;
    *out = NULL;
    brg_status status = load(&entry, error);
    if (status != BRG_OK)
        return status;
    brg_ranks *ranks = entry(BRG_RANKS_ABI, why);
    if (!ranks)
        return brg_fail(error, BRG_E_INTERNAL, "%s", why);
    status = check_launcher(ranks, error);
    if (status == BRG_OK)
        *out = ranks;
    else
        ranks->leave(ranks);
    return status;
}

/* ---- what ranks do --------------------------------------------------------------------------- */

brg_rank brg_ranks_self(const brg_ranks *ranks) {
    return ranks ? ranks->self : (brg_rank){0, 1, 0, 1};
}

bool brg_ranks_speaks(const brg_ranks *ranks) {
    return !ranks || ranks->self.index == ranks->first_there;
}

static brg_status told(const brg_ranks *ranks, bool good, brg_error *error) {
    return good ? BRG_OK : brg_fail(error, BRG_E_RANK_LOST, "%s", ranks->trouble);
}

brg_status brg_ranks_sum(brg_ranks *ranks, float *numbers, int64_t count, brg_error *error) {
    if (count < 0 || count > INT32_MAX)
        return brg_fail(error, BRG_E_ARGUMENT, "%lld numbers are too many for one sum.",
                        (long long)count);
    return told(ranks, ranks->sum(ranks, numbers, (int32_t)count), error);
}

brg_status brg_ranks_await(brg_ranks *ranks, brg_error *error) {
    return told(ranks, ranks->await(ranks), error);
}

int32_t brg_ranks_sum_spans(const brg_ranks *ranks, brg_sum_span spans[BRG_MAX_SUMS]) {
    if (!ranks)
        return 0;
    memcpy(spans, ranks->sums, sizeof ranks->sums);
    return ranks->sum_count;
}

brg_status brg_ranks_most(brg_ranks *ranks, double *numbers, int32_t count, brg_error *error) {
    return ranks ? told(ranks, ranks->most(ranks, numbers, count), error) : BRG_OK;
}

void brg_ranks_give_up(brg_ranks *ranks) {
    if (ranks)
        ranks->give_up(ranks);
}

void brg_ranks_leave(brg_ranks *ranks) {
    if (ranks)
        ranks->leave(ranks);
}
