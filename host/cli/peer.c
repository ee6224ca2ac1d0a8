/* Finding and loading the plug-ins of peers. */
#include "peer.h"

#include <dlfcn.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The peers that come with Brigade, and what to install for each. */
static const struct {
    const char *name, *package;
} known[] = {{"openblas", "libopenblas-dev"},
             {"onednn", "libdnnl-dev"},
             {"clblast", "libclblast-dev"},
             {"opencv", "libopencv-core-dev and libopencv-imgproc-dev"},
             {"torch", "python3-torch"}};

enum { KNOWN = sizeof known / sizeof known[0], PATH_SIZE = 4096 };

static const char *package_of(const char *name) {
    for (int32_t i = 0; i < KNOWN; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].package;
    return NULL;
}

/* ---- one plug-in ----------------------------------------------------------------------------- */

/* NAME.so in one folder; false if there is no such file. */
static bool try_folder(const char *folder, int32_t length, const char *name, char path[PATH_SIZE]) {
    snprintf(path, PATH_SIZE, "%.*s/%s.so", (int)length, folder, name);
    return access(path, R_OK) == 0;
}

/* The folders in $BRIGADE_PEERS, or else those that belong to this program. */
static bool find_module(const char *name, char path[PATH_SIZE]) {
    const char *folders = getenv("BRIGADE_PEERS");
    if (folders && *folders) {
        for (const char *at = folders; *at; at += strcspn(at, ":"), at += *at != 0)
            if (try_folder(at, (int32_t)strcspn(at, ":"), name, path))
                return true;
        return false;
    }
    char program[PATH_SIZE - 128], folder[PATH_SIZE];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        return false;
    program[length] = 0;
    const char *home = dirname(program);
    snprintf(folder, sizeof folder, "%s/peers", home);
    if (try_folder(folder, (int32_t)strlen(folder), name, path))
        return true;
    snprintf(folder, sizeof folder, "%s/" PEERS_DIR, home);
    return try_folder(folder, (int32_t)strlen(folder), name, path);
}

static const cli_peer_plugin *enter(cli_peer *peer) {
    const cli_peer_plugin *(*entry)(char why[CLI_PEER_TEXT]);
    char why[CLI_PEER_TEXT] = "";
    void *symbol = dlsym(peer->library, CLI_PEER_ENTRY);
    if (!symbol) {
        snprintf(peer->reason, sizeof peer->reason, "its plug-in has no %s", CLI_PEER_ENTRY);
        return NULL;
    }
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from an object to a function */
    const cli_peer_plugin *plugin = entry(why);
    if (plugin && plugin->abi != CLI_PEER_ABI) {
        snprintf(peer->reason, sizeof peer->reason,
                 "its plug-in is of another version: build it again");
        return NULL;
    }
    if (!plugin)
        snprintf(peer->reason, sizeof peer->reason, "%s", why[0] ? why : "it cannot be used here");
    return plugin;
}

/* Fills in a row; an absent peer has its reason. BRG_E_NOT_FOUND if the name means nothing. */
static brg_status load(cli_peer *peer, const char *name, brg_error *error) {
    char path[PATH_SIZE];
    const char *package = package_of(name);
    snprintf(peer->name, sizeof peer->name, "%s", name);
    if (!find_module(name, path)) {
        if (package) {
            snprintf(peer->reason, sizeof peer->reason,
                     "no plug-in; install %s, then build Brigade again", package);
            return BRG_OK;
        }
        brg_fail(error, BRG_E_NOT_FOUND, "there is no peer \"%s\"", name);
        return brg_error_hint(error, "The peers are openblas, onednn, clblast, opencv, torch, all, "
                                     "and NAME.so in the folder $BRIGADE_PEERS.");
    }
    peer->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (peer->library)
        peer->plugin = enter(peer);
    else
        snprintf(peer->reason, sizeof peer->reason, "%.160s%s%s", dlerror(),
                 package ? "; install " : "", package ? package : "");
    return BRG_OK;
}

/* ---- the list -------------------------------------------------------------------------------- */

static bool is_name(const char *text, size_t length) {
    return length > 0 && length < CLI_PEER_NAME &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") >= length;
}

static bool has(const cli_peers *peers, const char *name) {
    for (int32_t i = 0; i < peers->count; i++)
        if (strcmp(peers->rows[i].name, name) == 0)
            return true;
    return false;
}

static brg_status add(cli_peers *peers, const char *name, brg_error *error) {
    if (has(peers, name))
        return BRG_OK;
    if (peers->count == CLI_MAX_PEERS)
        return brg_fail(error, BRG_E_ARGUMENT, "--against takes up to %d peers", CLI_MAX_PEERS);
    return load(&peers->rows[peers->count++], name, error);
}

brg_status cli_peers_load(cli_peers *peers, const char *list, brg_error *error) {
    brg_status status = BRG_OK;
    memset(peers, 0, sizeof *peers);
    for (const char *at = list; status == BRG_OK;) {
        char name[CLI_PEER_NAME];
        size_t length = strcspn(at, ",");
        if (!is_name(at, length)) {
            brg_fail(error, BRG_E_ARGUMENT,
                     "--against takes names of peers with commas between, not \"%.80s\"", list);
            return brg_error_hint(error, "For example openblas,onednn, or all.");
        }
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (strcmp(name, "all") == 0)
            for (int32_t i = 0; i < KNOWN && status == BRG_OK; i++)
                status = add(peers, known[i].name, error);
        else
            status = add(peers, name, error);
        if (!at[length])
            break;
        at += length + 1;
    }
    return status;
}

/* The modules stay in memory until the process ends: libraries with threads of their own do not
 * survive being unloaded. */
void cli_peers_close(cli_peers *peers) {
    for (int32_t i = 0; i < peers->count; i++)
        if (peers->rows[i].plugin && peers->rows[i].plugin->close)
            peers->rows[i].plugin->close();
    peers->count = 0;
}
