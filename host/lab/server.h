/* A web server that filters posted images: POST /filter with a PNG, JPEG or PNM file gives a PPM file back. Before it
 * filters, a request waits for a time, as it would for a database.
 *
 * It listens on 127.0.0.1 only, at a port of the system's choice, and has one thread of its own, whichever way it
 * serves. HTTP is libmicrohttpd's business; where that was not there when Brigade was built there is no server.
 *
 * Thread safety: any thread, one at a time. */
#ifndef LAB_SERVER_H
#define LAB_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "brigade/job.h"

/* How an image is filtered; all is called on the server's thread. */
typedef struct brg_lab_filter {
    bool (*begin)(void *argument, const brg_tensor *image, brg_job *job); /* NULL: nothing to do */
    bool (*is_done)(void *argument, brg_job job);                         /* does not wait */
    brg_tensor *(*finish)(void *argument, brg_job job); /* waits; NULL: it failed */
    void *argument;
} brg_lab_filter;

typedef enum brg_lab_manner {
    BRG_LAB_BLOCKING = 0, /* a request after the other: the thread sits out its wait and filters */
    BRG_LAB_EVENT_LOOP,   /* waits are timers, the thread filters */
    BRG_LAB_HANDS_OVER    /* waits are timers, and filtering is begun and looked in on */
} brg_lab_manner;

typedef struct brg_lab_server_plan {
    brg_lab_manner manner;
    double wait_s;
    brg_lab_filter filter;
} brg_lab_server_plan;

typedef struct brg_lab_server brg_lab_server;

enum { BRG_LAB_BODY = 8 << 20 }; /* bytes of an image file, at most */

/* False if this build has no server. */
bool brg_lab_server_is_built(void);

/* Starts a server. BRG_E_UNSUPPORTED if none is built, BRG_E_IO if it cannot listen, BRG_E_MEMORY, BRG_E_INTERNAL (no
 * thread). */
brg_status brg_lab_server_start(const brg_lab_server_plan *plan, brg_lab_server **out,
                                brg_error *error);

uint16_t brg_lab_server_port(const brg_lab_server *server);

/* Ends what is under way, closes all connections, frees everything. NULL is allowed. */
void brg_lab_server_stop(brg_lab_server *server);

#endif
