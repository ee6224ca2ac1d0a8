/* The server. See server.h.
 *
 *     turn of the loop:  MHD_run: accept, read, answer -> who is due? -> sleep until something happens
 *
 * A request is read, then it waits, then it is filtered, then it is answered. While it waits or is filtered its
 * connection is suspended: the loop serves the others. */
#include "lab/server.h"

#ifndef BRIGADE_HTTP

bool brg_lab_server_is_built(void) {
    return false;
}

brg_status brg_lab_server_start(const brg_lab_server_plan *plan, brg_lab_server **out,
                                brg_error *error) {
    (void)plan;
    *out = NULL;
    return brg_fail(error, BRG_E_UNSUPPORTED, "This build has no web server.");
}

uint16_t brg_lab_server_port(const brg_lab_server *server) {
    (void)server;
    return 0;
}

void brg_lab_server_stop(brg_lab_server *server) {
    (void)server;
}

#else

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "io/codec.h"
#include "lab/lab.h"

enum { CONNECTIONS = 64, IDLE_S = 10, BUFFER = 256 << 10 };
enum { TOO_LARGE = 413 }; /* whose name changes from release to release */

/* How often the engine is asked whether a filter is done: it has no bell that rings here. */
static const double look_s = 2e-4;

typedef enum stage { READING, WAITING, FILTERING, ANSWERING, TURNED_AWAY } stage;

typedef struct request {
    struct request *next; /* of those that wait or are filtered, in the order of their coming */
    struct MHD_Connection *connection;
    stage stage;
    unsigned char *body;
    size_t size, room;
    bool too_large, no_memory;
    double due_s;
    brg_job job;
    brg_tensor *image; /* posted, then filtered; NULL if that failed */
} request;

struct brg_lab_server {
    brg_lab_server_plan plan;
    struct MHD_Daemon *daemon;
    request *first;
    pthread_t thread;
    int poll, bell;
    uint16_t port;
    atomic_bool stopping;
};

/* ---- answers ----------------------------------------------------------------------------------- */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned code, const char *type,
                              void *data, size_t size, enum MHD_ResponseMemoryMode mode) {
    struct MHD_Response *response = MHD_create_response_from_buffer(size, data, mode);
    if (!response) {
        if (mode == MHD_RESPMEM_MUST_FREE)
            free(data);
        return MHD_NO; /* closes the connection */
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    enum MHD_Result queued = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned code,
                              const char *sentence) {
    char line[BRG_ERROR_TEXT + 64];
    int length = snprintf(line, sizeof line, "%s\n", sentence);
    return answer(connection, code, "text/plain; charset=utf-8", line, (size_t)length,
                  MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result give_image(const request *r) {
    brg_error error;
    brg_encoded file = {NULL, 0};
    if (!r->image)
        return refuse(r->connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "The filter failed.");
    if (brg_ppm_encode(r->image, &file, &error) != BRG_OK)
        return refuse(r->connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "There is no memory.");
    return answer(r->connection, MHD_HTTP_OK, "image/x-portable-pixmap", file.data, file.size,
                  MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result turn_away(const request *r) {
    return refuse(r->connection, MHD_HTTP_SERVICE_UNAVAILABLE, "The server is being stopped.");
}

/* ---- what becomes of a request ----------------------------------------------------------------- */

static bool begin_filter(const brg_lab_server *s, request *r) {
    const brg_lab_filter *filter = &s->plan.filter;
    bool begun = r->image && filter->begin(filter->argument, r->image, &r->job);
    if (!begun) {
        brg_tensor_release(r->image);
        r->image = NULL;
    }
    return begun;
}

static void finish_filter(const brg_lab_server *s, request *r) {
    const brg_lab_filter *filter = &s->plan.filter;
    brg_tensor_release(r->image);
    r->image = filter->finish(filter->argument, r->job);
    r->stage = ANSWERING;
}

/* The thread filters, and does nothing else until it is done. */
static void filter_here(const brg_lab_server *s, request *r) {
    r->stage = ANSWERING;
    if (s->plan.filter.begin && begin_filter(s, r))
        finish_filter(s, r);
}

static void hand_over(const brg_lab_server *s, request *r) {
    r->stage = s->plan.filter.begin && begin_filter(s, r) ? FILTERING : ANSWERING;
}

static void sit_out(double seconds) {
    struct timespec left = {.tv_sec = (time_t)seconds};
    left.tv_nsec = (long)(1e9 * (seconds - (double)left.tv_sec));
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

static void put_aside(brg_lab_server *s, request *r) {
    request **end = &s->first;
    while (*end)
        end = &(*end)->next;
    *end = r;
    r->stage = WAITING;
    r->due_s = brg_lab_now_s() + s->plan.wait_s;
    MHD_suspend_connection(r->connection);
}

/* A request has been read. */
static enum MHD_Result take_on(brg_lab_server *s, request *r, const char *url, const char *method) {
    char sentence[BRG_ERROR_TEXT + 64];
    brg_error error;
    if (strcmp(url, "/filter") != 0)
        return refuse(r->connection, MHD_HTTP_NOT_FOUND, "There is /filter only.");
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        return refuse(r->connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Post an image.");
    if (r->too_large)
        return refuse(r->connection, TOO_LARGE, "The file is too large.");
    if (r->no_memory)
        return refuse(r->connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "There is no memory.");
    if (brg_image_decode(r->body, r->size, &r->image, &error) != BRG_OK) {
        snprintf(sentence, sizeof sentence, "This is no image: %s.", error.what);
        return refuse(r->connection, MHD_HTTP_BAD_REQUEST, sentence);
    }
    if (atomic_load(&s->stopping)) /* nobody would see to it: it must not be suspended now */
        return turn_away(r);
    if (s->plan.manner != BRG_LAB_BLOCKING) {
        put_aside(s, r);
        return MHD_YES;
    }
    sit_out(s->plan.wait_s);
    filter_here(s, r);
    return give_image(r);
}

static void take_in(request *r, const char *data, size_t size) {
    if (r->too_large || r->no_memory)
        return; /* read, and dropped */
    if (size > BRG_LAB_BODY - r->size) {
        r->too_large = true;
        return;
    }
    if (r->size + size > r->room) {
        size_t room = 2 * (r->size + size);
        unsigned char *larger = realloc(r->body, room);
        r->no_memory = !larger;
        if (!larger)
            return;
        r->body = larger;
        r->room = room;
    }
    memcpy(r->body + r->size, data, size);
    r->size += size;
}

/* libmicrohttpd calls this when a request's head is there, with each piece of its body, at its end, and when
 * its connection goes on. */
static enum MHD_Result handle(void *server, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **place) {
    (void)version;
    request *r = *place;
    if (!r) {
        *place = r = calloc(1, sizeof *r);
        if (r)
            r->connection = connection;
        return r ? MHD_YES : MHD_NO;
    }
    if (*size > 0) {
        take_in(r, data, *size);
        *size = 0;
        return MHD_YES;
    }
    if (r->stage == TURNED_AWAY)
        return turn_away(r);
    return r->stage == READING ? take_on(server, r, url, method) : give_image(r);
}

static void let_go(void *server, struct MHD_Connection *connection, void **place,
                   enum MHD_RequestTerminationCode why) {
    (void)server, (void)connection, (void)why;
    request *r = *place;
    if (!r)
        return;
    brg_tensor_release(r->image);
    free(r->body);
    free(r);
    *place = NULL;
}

/* ---- the loop ---------------------------------------------------------------------------------- */

static void advance(const brg_lab_server *s, request *r) {
    if (r->stage == WAITING && brg_lab_now_s() >= r->due_s) {
        if (s->plan.manner == BRG_LAB_HANDS_OVER)
            hand_over(s, r);
        else
            filter_here(s, r);
    }
    if (r->stage == FILTERING && s->plan.filter.is_done(s->plan.filter.argument, r->job))
        finish_filter(s, r);
}

/* Sees to those that wait or are filtered. True if a connection goes on; after each that does the loop looks
 * at the network again, so that nobody's answer waits for others' filters. */
static bool attend(brg_lab_server *s) {
    for (request **place = &s->first; *place; place = &(*place)->next) {
        request *r = *place;
        advance(s, r);
        if (r->stage != ANSWERING)
            continue;
        *place = r->next;
        MHD_resume_connection(r->connection);
        return true;
    }
    return false;
}

/* Seconds until there is something to do that no file descriptor tells. */
static double time_to_sleep(const brg_lab_server *s) {
    double sleep_s = 1, now_s = brg_lab_now_s();
    MHD_UNSIGNED_LONG_LONG ms;
    for (const request *r = s->first; r; r = r->next)
        sleep_s = fmin(sleep_s, r->stage == FILTERING ? look_s : r->due_s - now_s);
    if (MHD_get_timeout(s->daemon, &ms) == MHD_YES)
        sleep_s = fmin(sleep_s, 1e-3 * (double)ms);
    return fmax(sleep_s, 0);
}

static void *run_loop(void *server) {
    brg_lab_server *s = server;
    struct pollfd events[2] = {{.fd = s->poll, .events = POLLIN},
                               {.fd = s->bell, .events = POLLIN}};
    while (!atomic_load(&s->stopping)) {
        MHD_run(s->daemon);
        if (attend(s))
            continue;
        double sleep_s = time_to_sleep(s);
        struct timespec most = {.tv_sec = (time_t)sleep_s};
        most.tv_nsec = (long)(1e9 * (sleep_s - (double)most.tv_sec));
        ppoll(events, 2, &most, NULL);
    }
    for (request *r = s->first; r; r = s->first) {
        s->first = r->next;
        if (r->stage == FILTERING)
            finish_filter(s, r);
        else
            r->stage = TURNED_AWAY;
        MHD_resume_connection(r->connection);
    }
    MHD_run(s->daemon);
    return NULL;
}

/* ---- life -------------------------------------------------------------------------------------- */

bool brg_lab_server_is_built(void) {
    return true;
}

static brg_status listen_here(brg_lab_server *s, brg_error *error) {
    struct sockaddr_in here = {.sin_family = AF_INET};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, s, MHD_OPTION_SOCK_ADDR,
        &here, MHD_OPTION_NOTIFY_COMPLETED, let_go, s, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)BUFFER, MHD_OPTION_END);
    if (!s->daemon)
        return brg_fail(error, BRG_E_IO, "A web server cannot listen on 127.0.0.1: %s.",
                        strerror(errno));
    const union MHD_DaemonInfo *port = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
    const union MHD_DaemonInfo *poll = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!port || !poll)
        return brg_fail(error, BRG_E_IO, "The web server does not say where it listens.");
    s->port = port->port;
    s->poll = poll->epoll_fd;
    return BRG_OK;
}

static void release(brg_lab_server *s) {
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    if (s->bell >= 0)
        close(s->bell);
    free(s);
}

brg_status brg_lab_server_start(const brg_lab_server_plan *plan, brg_lab_server **out,
                                brg_error *error) {
    *out = NULL;
    brg_lab_server *s = calloc(1, sizeof *s);
    if (!s)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a web server.");
    s->plan = *plan;
    s->bell = eventfd(0, EFD_CLOEXEC);
    brg_status status = listen_here(s, error);
    int failed = 0;
    if (status == BRG_OK && (failed = pthread_create(&s->thread, NULL, run_loop, s)) != 0)
        status = brg_fail(error, BRG_E_INTERNAL, "The web server's thread cannot be started: %s.",
                          strerror(failed));
    if (status != BRG_OK)
        release(s);
    else
        *out = s;
    return status;
}

uint16_t brg_lab_server_port(const brg_lab_server *server) {
    return server->port;
}

void brg_lab_server_stop(brg_lab_server *server) {
    if (!server)
        return;
    atomic_store(&server->stopping, true);
    eventfd_write(server->bell, 1);
    pthread_join(server->thread, NULL);
    release(server);
}

#endif
