/* A crowd of a web server's clients: each posts the same body to /filter on 127.0.0.1 again and again, the next as soon
 * as the last is answered. All are served by the calling thread, on plain sockets, so that they cost little. Every
 * answer is compared with the one expected, byte by byte.
 *
 * Thread safety: any thread. */
#ifndef LAB_CROWD_H
#define LAB_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "brigade/status.h"

enum { BRG_LAB_CLIENTS = 32, BRG_LAB_VISITS = 512 };

typedef struct brg_lab_crowd {
    uint16_t port;
    int32_t clients, requests; /* requests of each */
    const void *body, *expected;
    size_t body_size, expected_size;
    double patience_s; /* for all together; who is not answered then has failed */
} brg_lab_crowd;

/* A request; seconds from the first. */
typedef struct brg_lab_visit {
    int32_t client;
    double start_s, end_s;
} brg_lab_visit;

typedef struct brg_lab_visits {
    double began_s;      /* the first request, by brg_lab_now_s */
    double seconds;      /* from the first request to the last answer */
    int32_t count;       /* answered as expected */
    int32_t failed;      /* answered otherwise, or not at all; such a client goes away */
    int32_t status_code; /* of the last that was answered otherwise; 0: none */
    brg_lab_visit
        visits[BRG_LAB_VISITS]; /* those answered as expected, in the order of their ends */
} brg_lab_visits;

/* BRG_OK also if requests failed; BRG_E_IO if a client cannot connect, BRG_E_ARGUMENT for too many clients or requests,
 * BRG_E_MEMORY. */
brg_status brg_lab_crowd_visit(const brg_lab_crowd *crowd, brg_lab_visits *visits,
                               brg_error *error);

#endif
