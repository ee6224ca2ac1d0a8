/* Peers: what Brigade is compared with, found at run time and loaded from plug-ins. */
#ifndef BRIGADE_CLI_PEER_H
#define BRIGADE_CLI_PEER_H

#include "brigade/brigade.h"
#include "peer_plugin.h"

enum { CLI_MAX_PEERS = 8, CLI_PEER_NAME = 16 };

typedef struct cli_peer {
    char name[CLI_PEER_NAME];
    const cli_peer_plugin *plugin; /* NULL: absent */
    void *library;
    char reason[BRG_ERROR_TEXT]; /* why it is absent, and what to install */
} cli_peer;

typedef struct cli_peers {
    cli_peer rows[CLI_MAX_PEERS];
    int32_t count;
} cli_peers;

/* Loads the peers of a list, names with commas between or "all", from $BRIGADE_PEERS, the folder
 * peers/ beside the program, or the installed one. Known peers that are absent stay in the list
 * with the reason. BRG_E_ARGUMENT for a malformed list, BRG_E_NOT_FOUND for a name that is neither
 * known nor there. */
brg_status cli_peers_load(cli_peers *peers, const char *list, brg_error *error);

void cli_peers_close(cli_peers *peers);

#endif
