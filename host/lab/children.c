/* Processes that work together. See children.h. */
#include "lab/children.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- pipes ------------------------------------------------------------------------------------- */

/* What a call has moved counts as done; a signal in between is no error. */
static bool advance(ssize_t moved, size_t *done) {
    if (moved > 0)
        *done += (size_t)moved;
    return moved > 0 || (moved < 0 && errno == EINTR);
}

bool brg_lab_write_all(int out, const void *bytes, size_t size) {
    size_t done = 0;
    while (done < size)
        if (!advance(write(out, (const char *)bytes + done, size - done), &done))
            return false;
    return true;
}

bool brg_lab_read_all(int in, void *bytes, size_t size) {
    size_t done = 0;
    while (done < size)
        if (!advance(read(in, (char *)bytes + done, size - done), &done))
            return false;
    return true;
}

enum { READ, WRITE };

static void close_end(int ends[2], int which) {
    if (ends[which] >= 0)
        close(ends[which]);
    ends[which] = -1;
}

/* ---- memory ------------------------------------------------------------------------------------ */

void *brg_lab_kept_memory(size_t size) {
    const int pages = MAP_PRIVATE | MAP_ANONYMOUS;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, pages, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    (void)madvise(memory, size, MADV_DONTFORK); /* without, it is slower, not wrong */
    return memory;
}

void brg_lab_kept_memory_free(void *memory, size_t size) {
    if (memory)
        munmap(memory, size);
}

/* ---- children ---------------------------------------------------------------------------------- */

/* Each child says on its own pipe that it is ready, begins when the gate's last writer, this process, closes
 * it, and says after what it has to say that it is done. */
typedef struct brood {
    const brg_lab_children *what;
    int gate[2];
    int pipes[BRG_LAB_CHILDREN][2];
    pid_t ids[BRG_LAB_CHILDREN];
    int32_t started;
} brood;

/* The child's whole life. */
static _Noreturn void live(brood *b, int32_t index) {
    char any = 0;
    const int out = b->pipes[index][WRITE];
    close_end(b->gate, WRITE);
    for (int32_t i = 0; i <= index; i++)
        close_end(b->pipes[i], READ);
    brg_lab_pin(index % brg_lab_cores(NULL));
    bool good = brg_lab_write_all(out, &any, 1);
    brg_lab_read_all(b->gate[READ], &any, 1); /* ends when the gate opens */
    good = good && b->what->work(index, out, b->what->argument) && brg_lab_write_all(out, &any, 1);
    _exit(good ? 0 : 1);
}

/* False if the system gives no pipe or no process. */
static bool start_child(brood *b) {
    const int32_t index = b->started;
    int *ends = b->pipes[index];
    if (pipe(ends) != 0) {
        ends[READ] = ends[WRITE] = -1;
        return false;
    }
    const pid_t id = fork();
    if (id == 0)
        live(b, index);
    close_end(ends, WRITE);
    if (id < 0) {
        close_end(ends, READ);
        return false;
    }
    b->ids[index] = id;
    b->started++;
    return true;
}

static bool start_all(brood *b) {
    char any;
    bool good = b->what->count <= BRG_LAB_CHILDREN;
    while (good && b->started < b->what->count)
        good = start_child(b);
    for (int32_t i = 0; good && i < b->started; i++)
        good = brg_lab_read_all(b->pipes[i][READ], &any, 1);
    return good;
}

static bool collect_all(brood *b) {
    const brg_lab_children *what = b->what;
    char any;
    bool good = true;
    for (int32_t i = 0; i < b->started && good; i++) {
        const int in = b->pipes[i][READ];
        good = (!what->collect || what->collect(i, in, what->argument)) &&
               brg_lab_read_all(in, &any, 1);
    }
    return good;
}

/* Whoever still writes is told first that nobody reads. */
static bool wait_for_all(brood *b) {
    bool good = true;
    for (int32_t i = 0; i < b->started; i++)
        close_end(b->pipes[i], READ);
    for (int32_t i = 0; i < b->started; i++) {
        int status = 0;
        while (waitpid(b->ids[i], &status, 0) < 0 && errno == EINTR)
            continue;
        good &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    return good;
}

double brg_lab_children_run(brg_lab *lab, const brg_lab_children *children) {
    brood b = {.what = children, .gate = {-1, -1}};
    bool good = pipe(b.gate) == 0 && start_all(&b);
    const int problem = errno;
    const double began = brg_lab_now_s();
    close_end(b.gate, WRITE);
    const bool collected = good && collect_all(&b);
    const double wall = brg_lab_now_s() - began;
    const bool ended = wait_for_all(&b);
    close_end(b.gate, READ);
    if (!good)
        return brg_lab_fail(lab, BRG_E_INTERNAL, "Of %d processes %d could be started: %s.",
                            (int)children->count, (int)b.started, strerror(problem));
    if (!collected || !ended)
        return brg_lab_fail(lab, BRG_E_INTERNAL, "A process did not end as it should.");
    return wall;
}
