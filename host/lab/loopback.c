/* The loopback. See loopback.h. */
#include "lab/loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A firewall may swallow what is sent, so that nobody ever answers. */
static bool connects(int from, const struct sockaddr_in *there) {
    int error = 0;
    socklen_t size = sizeof error;
    struct pollfd event = {.fd = from, .events = POLLOUT};
    if (connect(from, (const struct sockaddr *)there, sizeof *there) == 0)
        return true;
    return errno == EINPROGRESS && poll(&event, 1, 1000) == 1 &&
           getsockopt(from, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool brg_lab_loopback_works(void) {
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t size = sizeof here;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int to = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int from = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool works = to >= 0 && from >= 0 && bind(to, (const struct sockaddr *)&here, size) == 0 &&
                 listen(to, 1) == 0 && getsockname(to, (struct sockaddr *)&here, &size) == 0 &&
                 connects(from, &here);
    if (to >= 0)
        close(to);
    if (from >= 0)
        close(from);
    return works;
}
