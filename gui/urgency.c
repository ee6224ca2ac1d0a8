/* Urgency. See urgency.h.
 *
 * Both processors are busy with kernels, and a frame is due. Linux lets a thread that is running
 * finish its turn, some milliseconds, even if one of a better nice value wakes, unless the one that
 * wakes asks for shorter turns (since 6.12). A frame takes a millisecond. */
#include "urgency.h"

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in the kernel's sched/types.h, which cannot be included together with sched.h everywhere. */
struct wish {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t turn_ns, deadline_ns, period_ns;
};

static const uint64_t shortest_turn_ns = 100000;

void brg_urgency_claim(void) {
    errno = 0;
    int nice = getpriority(PRIO_PROCESS, 0);
    if (errno != 0)
        return;
    struct wish wish = {.size = sizeof wish, .nice = nice, .turn_ns = shortest_turn_ns};
    syscall(SYS_sched_setattr, 0, &wish, 0);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}
