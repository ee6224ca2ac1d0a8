/* The lab's web server and its clients: what they do with bad requests above all. No device: filters here are made
 * for the purpose. */
#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "brigade/tensor.h"
#include "lab/crowd.h"
#include "lab/loopback.h"
#include "lab/server.h"

static const char image[] = "P6\n2 1\n255\nabcdef";
enum { SIZE = sizeof image - 1 };

/* Not every build has a server; then there is nothing to test. */
static brg_lab_server *start_with(brg_lab_server_plan plan) {
    brg_error error = {0};
    brg_lab_server *server = NULL;
    if (!brg_lab_server_is_built()) {
        cr_expect_eq(brg_lab_server_start(&plan, &server, &error), BRG_E_UNSUPPORTED);
        cr_skip("this build has no web server");
    }
    cr_assert_eq(brg_lab_server_start(&plan, &server, &error), BRG_OK, "%s", error.what);
    return server;
}

static brg_lab_server *start(brg_lab_manner manner, brg_lab_filter filter) {
    return start_with((brg_lab_server_plan){manner, 1e-3, filter});
}

static brg_lab_visits visit(const brg_lab_server *server, const char *body, size_t size,
                            int32_t requests) {
    brg_error error = {0};
    brg_lab_visits visits;
    const brg_lab_crowd crowd = {.port = brg_lab_server_port(server),
                                 .clients = 4,
                                 .requests = requests,
                                 .body = body,
                                 .expected = image,
                                 .body_size = size,
                                 .expected_size = SIZE,
                                 .patience_s = 60};
    cr_assert_eq(brg_lab_crowd_visit(&crowd, &visits, &error), BRG_OK, "%s", error.what);
    return visits;
}

/* Connects, sends bytes as they are, and returns the socket. */
static int send_raw(const brg_lab_server *server, const char *bytes, size_t size) {
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_port = htons(brg_lab_server_port(server))};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const struct timeval patience = {60, 0};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    cr_assert_eq(connect(s, (struct sockaddr *)&there, sizeof there), 0);
    send(s, bytes, size, MSG_NOSIGNAL);
    return s;
}

/* The status code of the answer, 0 if there is none. Closes the socket. */
static int status_code(int s) {
    char answer[512] = "";
    if (recv(s, answer, sizeof answer - 1, 0) < 12)
        answer[0] = '\0';
    close(s);
    return answer[0] ? atoi(answer + 9) : 0;
}

static int raw(const brg_lab_server *server, const char *bytes, size_t size) {
    return status_code(send_raw(server, bytes, size));
}

static void hang_up(const brg_lab_server *server, const char *bytes, size_t size) {
    close(send_raw(server, bytes, size));
}

static int ask(const brg_lab_server *server, const char *text) {
    return raw(server, text, strlen(text));
}

Test(lab_server, answers_with_the_image) {
    for (brg_lab_manner manner = BRG_LAB_BLOCKING; manner <= BRG_LAB_HANDS_OVER; manner++) {
        brg_lab_server *server = start(manner, (brg_lab_filter){0});
        brg_lab_visits visits = visit(server, image, SIZE, 3);
        cr_expect(visits.count == 12 && visits.failed == 0, "%d answered", visits.count);
        cr_expect_geq(visits.visits[0].end_s - visits.visits[0].start_s, 1e-3);
        brg_lab_server_stop(server);
    }
}

Test(lab_server, refuses_what_is_no_image_and_goes_on) {
    static const char *const bodies[] = {"x", "P6\n2 1\n255\nabc", "P6\n99999 99999\n255\n",
                                         "\x89PNG\r\n\x1a\n rubbish", "\xff\xd8\xff\xe0 rubbish"};
    brg_lab_server *server = start(BRG_LAB_EVENT_LOOP, (brg_lab_filter){0});
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        brg_lab_visits visits = visit(server, bodies[i], strlen(bodies[i]), 1);
        cr_expect(visits.count == 0 && visits.failed == 4 && visits.status_code == 400, "%zu: %d",
                  i, visits.status_code);
    }
    cr_expect_eq(visit(server, "", 0, 1).status_code, 400);
    cr_expect_eq(visit(server, image, SIZE, 1).count, 4);
    brg_lab_server_stop(server);
}

Test(lab_server, refuses_other_requests) {
    brg_lab_server *server = start(BRG_LAB_EVENT_LOOP, (brg_lab_filter){0});
    cr_expect_eq(ask(server, "GET /filter HTTP/1.1\r\nHost: a\r\n\r\n"), 405);
    cr_expect_eq(ask(server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"), 404);
    cr_expect_neq(ask(server, "rubbish\r\n\r\n"), 200);
    char *large = calloc(1, BRG_LAB_BODY + 4096);
    int head = sprintf(large, "POST /filter HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
                       BRG_LAB_BODY + 1);
    cr_expect_eq(raw(server, large, (size_t)head + BRG_LAB_BODY + 1), 413);
    free(large);
    cr_expect_eq(visit(server, image, SIZE, 1).count, 4);
    brg_lab_server_stop(server);
}

Test(lab_server, stands_clients_that_hang_up) {
    brg_lab_server *server = start(BRG_LAB_EVENT_LOOP, (brg_lab_filter){0});
    char whole[256];
    int size = sprintf(whole, "POST /filter HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s",
                       SIZE, image);
    for (size_t part = 1; part <= (size_t)size; part += 7)
        hang_up(server, whole, part);
    hang_up(server, whole, (size_t)size);
    cr_expect_eq(visit(server, image, SIZE, 2).count, 8);
    brg_lab_server_stop(server);
}

/* A request that comes while the server stops is still on its way, or read only in the last turn of the loop,
 * or already waits, as chance will have it. */
Test(lab_server, can_be_stopped_while_requests_come) {
    char whole[256];
    int size = sprintf(whole, "POST /filter HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s",
                       SIZE, image);
    for (int i = 0; i < 200; i++) {
        brg_lab_server *server =
            start_with((brg_lab_server_plan){.manner = BRG_LAB_EVENT_LOOP, .wait_s = 60});
        int s = send_raw(server, whole, (size_t)size);
        brg_lab_server_stop(server);
        int code = status_code(s); /* no image: it has not been filtered */
        cr_expect(code == 503 || code == 0, "%d", code);
    }
}

/* A filter that is done when it is looked at for the third time, and then gives what it got; or fails. */
typedef struct slow {
    const brg_tensor *images[64];
    int begun, looks, most_under_way, under_way;
    bool fails;
} slow;

static bool begin(void *argument, const brg_tensor *posted, brg_job *job) {
    slow *f = argument;
    f->images[f->begun] = brg_tensor_retain(posted);
    *job = (brg_job){(uint32_t)f->begun++, 1};
    f->under_way++;
    f->most_under_way = f->under_way > f->most_under_way ? f->under_way : f->most_under_way;
    return true;
}

static bool is_done(void *argument, brg_job job) {
    (void)job;
    return ++((slow *)argument)->looks % 3 == 0;
}

static brg_tensor *finish(void *argument, brg_job job) {
    slow *f = argument;
    f->under_way--;
    brg_tensor *done = brg_tensor_retain(f->images[job.slot]);
    brg_tensor_release(f->images[job.slot]);
    if (f->fails)
        brg_tensor_release(done);
    return f->fails ? NULL : done;
}

Test(lab_server, only_who_hands_over_has_several_filters_under_way) {
    static const bool several[] = {false, false, true};
    for (brg_lab_manner manner = BRG_LAB_BLOCKING; manner <= BRG_LAB_HANDS_OVER; manner++) {
        slow filter = {.begun = 0};
        brg_lab_server *server = start(manner, (brg_lab_filter){begin, is_done, finish, &filter});
        brg_lab_visits visits = visit(server, image, SIZE, 4);
        brg_lab_server_stop(server);
        cr_expect(visits.count == 16 && filter.begun == 16 && filter.under_way == 0);
        cr_expect_eq(filter.most_under_way > 1, several[manner], "%d: %d", manner,
                     filter.most_under_way);
    }
}

Test(lab_server, a_filter_that_fails_is_told) {
    slow filter = {.fails = true};
    brg_lab_server *server =
        start(BRG_LAB_HANDS_OVER, (brg_lab_filter){begin, is_done, finish, &filter});
    brg_lab_visits visits = visit(server, image, SIZE, 1);
    brg_lab_server_stop(server);
    cr_expect(visits.failed == 4 && visits.status_code == 500, "%d", visits.status_code);
}

/* The clients, too, must be able to see that something is wrong. */
Test(lab_crowd, finds_answers_that_are_not_as_expected) {
    brg_lab_server *server = start(BRG_LAB_EVENT_LOOP, (brg_lab_filter){0});
    static const char other[] = "P6\n2 1\n255\nabcdeF", longer[] = "P6\n2 2\n255\nabcdefghijkl";
    cr_expect_eq(visit(server, other, SIZE, 1).failed, 4);
    cr_expect_eq(visit(server, longer, sizeof longer - 1, 1).failed, 4);
    brg_lab_server_stop(server);
}

Test(lab_crowd, refuses_to_be_too_large) {
    brg_error error = {0};
    brg_lab_visits visits;
    const brg_lab_crowd crowds[] = {{.clients = BRG_LAB_CLIENTS + 1, .requests = 1},
                                    {.clients = 2, .requests = BRG_LAB_VISITS},
                                    {.clients = 0, .requests = 1},
                                    {.clients = 1, .requests = 0}};
    for (size_t i = 0; i < sizeof crowds / sizeof crowds[0]; i++)
        cr_expect_eq(brg_lab_crowd_visit(&crowds[i], &visits, &error), BRG_E_ARGUMENT);
}

/* A network of its own, in which nothing is up yet. */
Test(lab_loopback, is_missed_where_there_is_none) {
    cr_expect(brg_lab_loopback_works());
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        cr_skip("this system gives no network namespaces");
    cr_expect_not(brg_lab_loopback_works());
}
