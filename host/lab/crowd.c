/* The crowd. See crowd.h. */
#include "lab/crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/lab.h"

enum { HEAD = 4096 }; /* bytes of an answer before its body, at most */

typedef struct client {
    int socket; /* -1: gone */
    int32_t left;
    size_t sent, got;
    double start_s;
    char *answer; /* room for HEAD + expected_size + 1 */
} client;

typedef struct visit_run {
    const brg_lab_crowd *crowd;
    brg_lab_visits *visits;
    char *request;
    size_t request_size;
    double began_s;
    client clients[BRG_LAB_CLIENTS];
} visit_run;

/* ---- connections ------------------------------------------------------------------------------- */

static brg_status connect_client(const visit_run *run, client *c, brg_error *error) {
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(run->crowd->port)};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    c->answer = malloc(HEAD + run->crowd->expected_size + 1);
    if (!c->answer)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a client.");
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&there, sizeof there) != 0)
        return brg_fail(error, BRG_E_IO, "A client cannot connect to 127.0.0.1: %s.",
                        strerror(errno));
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return BRG_OK;
}

static void leave(client *c) {
    if (c->socket >= 0)
        close(c->socket);
    c->socket = -1;
    c->left = 0;
}

static brg_status make_request(visit_run *run, brg_error *error) {
    char head[256];
    const brg_lab_crowd *crowd = run->crowd;
    int length = snprintf(head, sizeof head,
                          "POST /filter HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                          "Content-Type: application/octet-stream\r\nContent-Length: %zu\r\n\r\n",
                          crowd->body_size);
    run->request_size = (size_t)length + crowd->body_size;
    run->request = malloc(run->request_size);
    if (!run->request)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a request.");
    memcpy(run->request, head, (size_t)length);
    memcpy(run->request + length, crowd->body, crowd->body_size);
    return BRG_OK;
}

/* ---- talking ----------------------------------------------------------------------------------- */

/* False if the connection broke. */
static bool speak(const visit_run *run, client *c) {
    ssize_t sent = send(c->socket, run->request + c->sent, run->request_size - c->sent,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
    c->sent += sent > 0 ? (size_t)sent : 0;
    return sent > 0 || errno == EAGAIN || errno == EINTR;
}

static bool listen_to(const visit_run *run, client *c) {
    const size_t room = HEAD + run->crowd->expected_size - c->got;
    ssize_t got = room ? recv(c->socket, c->answer + c->got, room, MSG_DONTWAIT) : 0;
    c->got += got > 0 ? (size_t)got : 0;
    c->answer[c->got] = '\0';
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

typedef enum hearing { UNFINISHED, AS_EXPECTED, OTHERWISE } hearing;

/* What an answer says so far. */
static hearing understand(const visit_run *run, const client *c) {
    const char *body = strstr(c->answer, "\r\n\r\n");
    if (!body)
        return c->got < HEAD ? UNFINISHED : OTHERWISE;
    const char *length = strcasestr(c->answer, "\r\nContent-Length:");
    const size_t here = c->got - (size_t)(body + 4 - c->answer);
    if (strncmp(c->answer, "HTTP/1.1 200", 12) != 0 || !length || length > body ||
        strtoull(length + 17, NULL, 10) != run->crowd->expected_size)
        return OTHERWISE;
    if (here < run->crowd->expected_size)
        return UNFINISHED;
    return here == run->crowd->expected_size && memcmp(body + 4, run->crowd->expected, here) == 0
               ? AS_EXPECTED
               : OTHERWISE;
}

static void begin_request(const visit_run *run, client *c) {
    c->sent = c->got = 0;
    c->start_s = brg_lab_now_s() - run->began_s;
}

static void give_up(visit_run *run, client *c) {
    run->visits->failed++;
    if (c->got >= 12)
        run->visits->status_code = (int32_t)strtol(c->answer + 9, NULL, 10);
    leave(c);
}

static void note_visit(visit_run *run, client *c) {
    brg_lab_visits *v = run->visits;
    v->seconds = brg_lab_now_s() - run->began_s;
    v->visits[v->count++] = (brg_lab_visit){(int32_t)(c - run->clients), c->start_s, v->seconds};
    if (--c->left > 0)
        begin_request(run, c);
    else
        leave(c);
}

static void serve(visit_run *run, client *c, short events) {
    bool alive = true;
    if (events & POLLOUT)
        alive = speak(run, c);
    if (alive && (events & (POLLIN | POLLHUP | POLLERR))) {
        alive = listen_to(run, c);
        hearing heard = understand(run, c);
        if (heard == AS_EXPECTED) {
            note_visit(run, c);
            return;
        }
        alive = alive && heard == UNFINISHED;
    }
    if (!alive)
        give_up(run, c);
}

/* Once around all clients that are there. False if none is. */
static bool turn(visit_run *run) {
    struct pollfd events[BRG_LAB_CLIENTS];
    client *who[BRG_LAB_CLIENTS];
    nfds_t count = 0;
    for (int32_t i = 0; i < run->crowd->clients; i++) {
        client *c = &run->clients[i];
        if (c->socket < 0)
            continue;
        who[count] = c;
        events[count++] = (struct pollfd){
            c->socket, (short)(POLLIN | (c->sent < run->request_size ? POLLOUT : 0)), 0};
    }
    if (count == 0)
        return false;
    poll(events, count, 50);
    for (nfds_t i = 0; i < count; i++)
        if (events[i].revents)
            serve(run, who[i], events[i].revents);
    return true;
}

static void visit(visit_run *run) {
    run->began_s = run->visits->began_s = brg_lab_now_s();
    for (int32_t i = 0; i < run->crowd->clients; i++)
        begin_request(run, &run->clients[i]);
    while (brg_lab_now_s() - run->began_s < run->crowd->patience_s)
        if (!turn(run))
            return;
    for (int32_t i = 0; i < run->crowd->clients; i++)
        if (run->clients[i].socket >= 0)
            give_up(run, &run->clients[i]);
}

brg_status brg_lab_crowd_visit(const brg_lab_crowd *crowd, brg_lab_visits *visits,
                               brg_error *error) {
    *visits = (brg_lab_visits){0};
    if (crowd->clients < 1 || crowd->clients > BRG_LAB_CLIENTS || crowd->requests < 1 ||
        crowd->requests > BRG_LAB_VISITS / crowd->clients)
        return brg_fail(error, BRG_E_ARGUMENT, "A crowd has at most %d clients and %d requests.",
                        BRG_LAB_CLIENTS, BRG_LAB_VISITS);
    visit_run run = {.crowd = crowd, .visits = visits};
    for (int32_t i = 0; i < crowd->clients; i++)
        run.clients[i] = (client){.socket = -1, .left = crowd->requests};
    brg_status status = make_request(&run, error);
    for (int32_t i = 0; status == BRG_OK && i < crowd->clients; i++)
        status = connect_client(&run, &run.clients[i], error);
    if (status == BRG_OK)
        visit(&run);
    for (int32_t i = 0; i < crowd->clients; i++) {
        leave(&run.clients[i]);
        free(run.clients[i].answer);
    }
    free(run.request);
    return status;
}
