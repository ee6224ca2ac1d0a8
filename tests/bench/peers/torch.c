/* PyTorch as a peer: convolutions and their gradients, in a Python process of its own.
 *
 *     plug-in                                    torch_peer.py
 *     op, shapes, params, file of tensors  --->  maps the same file
 *     "run 8"                              --->  runs, times itself, copies the result into the
 * file "0.0123"                             <---
 *
 * The process waits asleep while others have their turn. Its words come and go through pipes,
 * outside the times. */
#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conv_task.h"

extern char **environ;

enum { PATIENCE_MS = 120000, LINE = 512, PATH = 4096, TENSORS = 4 };

/* The process, of which there is one while the plug-in is loaded. */
typedef struct python {
    pid_t pid;
    int to, from;
    char version[64];
} python;

typedef struct work {
    python *process;
    char path[64]; /* of the shared file */
    float *shared;
    size_t bytes;
    size_t output_offset; /* in floats */
    float *output;        /* the task's */
    size_t output_bytes;
} work;

/* ---- talking -----------------------------------------------------------------------------------
 */

static bool say(const python *p, const char *format, ...) {
    char line[LINE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return length > 0 && length < LINE && write(p->to, line, (size_t)length) == length;
}

/* One line, without its end; false if the process is gone or silent for too long. */
static bool hear(const python *p, char line[LINE]) {
    for (size_t used = 0; used < LINE - 1;) {
        struct pollfd ready = {.fd = p->from, .events = POLLIN};
        if (poll(&ready, 1, PATIENCE_MS) != 1 || read(p->from, line + used, 1) != 1)
            return false;
        if (line[used] == '\n') {
            line[used] = 0;
            return true;
        }
        used++;
    }
    return false;
}

/* ---- the process -------------------------------------------------------------------------------
 */

static void stop(python *p) {
    close(p->to);
    close(p->from);
    waitpid(p->pid, NULL, 0);
    p->pid = 0;
}

static bool spawn(python *p, const char *interpreter, const char *script) {
    int down[2], up[2];
    char *arguments[] = {(char[PATH]){0}, (char[PATH]){0}, NULL};
    posix_spawn_file_actions_t actions;
    if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0)
        return false;
    snprintf(arguments[0], PATH, "%s", interpreter);
    snprintf(arguments[1], PATH, "%s", script);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, down[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, up[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    bool spawned = posix_spawnp(&p->pid, interpreter, &actions, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(down[0]);
    close(up[1]);
    p->to = down[1];
    p->from = up[0];
    if (!spawned) {
        close(p->to);
        close(p->from);
    }
    return spawned;
}

static bool start(python *p, const char *interpreter, const char *script) {
    char line[LINE];
    if (!interpreter || !spawn(p, interpreter, script))
        return false;
    if (hear(p, line) && sscanf(line, "ready %60s", p->version) == 1)
        return true;
    stop(p);
    return false;
}

/* ---- the plug-in -------------------------------------------------------------------------------
 */

static python process;

static const char *way(const cli_peer_task *task, int32_t index) {
    conv_pass pass;
    return index == 0 && conv_task_pass(task->op, &pass) ? "" : NULL;
}

static size_t floats_of(const brg_shape *shape) {
    size_t count = 1;
    for (int32_t i = 0; i < shape->rank; i++)
        count *= (size_t)shape->dims[i];
    return count;
}

static bool share(work *w, size_t floats) {
    w->bytes = (floats ? floats : 1) * sizeof(float);
    snprintf(w->path, sizeof w->path, "/dev/shm/brigade-torch-XXXXXX");
    int file = mkostemp(w->path, O_CLOEXEC);
    if (file < 0)
        return false;
    if (ftruncate(file, (off_t)w->bytes) == 0)
        w->shared = mmap(NULL, w->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (w->shared && w->shared != MAP_FAILED)
        return true;
    unlink(w->path);
    return false;
}

static void release(void *state) {
    work *w = state;
    say(w->process, "done\n");
    munmap(w->shared, w->bytes);
    unlink(w->path);
    free(w);
}

static bool say_shape(const python *p, const brg_shape *shape, bool has) {
    const int64_t *d = shape->dims;
    return has ? say(p, " %d,%lld,%lld,%lld,%lld", shape->rank, (long long)d[0], (long long)d[1],
                     (long long)d[2], (long long)d[3])
               : say(p, " 0");
}

/* x, weights, bias and y, one behind the other in the file. */
static bool describe(work *w, const conv_task *v, int32_t threads) {
    const conv_tensor *tensors[TENSORS] = {&v->x, &v->w, &v->bias, &v->y};
    bool said = say(w->process, "conv %d %d %s %lld,%lld %lld,%lld %lld,%lld %lld %d", (int)v->pass,
                    (int)threads, w->path, (long long)v->stride[0], (long long)v->stride[1],
                    (long long)v->padding[0], (long long)v->padding[1], (long long)v->dilation[0],
                    (long long)v->dilation[1], (long long)v->groups, v->relu);
    for (int i = 0; i < TENSORS && said; i++)
        said = say_shape(w->process, tensors[i]->shape, tensors[i]->data != NULL);
    return said && say(w->process, "\n");
}

static void fill(work *w, const conv_task *v) {
    const conv_tensor *tensors[TENSORS] = {&v->x, &v->w, &v->bias, &v->y};
    const int output = v->pass == CONV_FORWARD ? 3 : v->pass == CONV_DATA ? 0 : 1;
    size_t at = 0;
    for (int i = 0; i < TENSORS; i++) {
        if (!tensors[i]->data)
            continue;
        if (i == output)
            w->output_offset = at;
        else
            memcpy(w->shared + at, tensors[i]->data, floats_of(tensors[i]->shape) * sizeof(float));
        at += floats_of(tensors[i]->shape);
    }
}

static void *prepare(const cli_peer_task *task, int32_t index, cli_peer_terms *terms) {
    conv_task v;
    char line[LINE] = "";
    (void)index;
    if (!conv_task_read(task, &v, terms))
        return NULL;
    work *w = calloc(1, sizeof *w);
    size_t floats = floats_of(v.x.shape) + floats_of(v.w.shape) + floats_of(v.y.shape) +
                    (v.bias.data ? floats_of(v.bias.shape) : 0);
    snprintf(terms->note, sizeof terms->note, "could not be asked");
    if (!w || !share(w, floats)) {
        free(w);
        return NULL;
    }
    w->process = &process;
    w->output = task->output;
    w->output_bytes = floats_of(&task->call->output) * sizeof(float);
    fill(w, &v);
    if (describe(w, &v, task->threads) && hear(w->process, line) && strcmp(line, "ok") == 0) {
        terms->note[0] = 0;
        return w;
    }
    if (strncmp(line, "no ", 3) == 0)
        snprintf(terms->note, sizeof terms->note, "%.150s", line + 3);
    release(w);
    return NULL;
}

static double run(void *state, int32_t calls) {
    work *w = state;
    char line[LINE];
    double seconds;
    if (!say(w->process, "run %d\n", (int)calls) || !hear(w->process, line) ||
        sscanf(line, "%lf", &seconds) != 1)
        return -1;
    memcpy(w->output, w->shared + w->output_offset, w->output_bytes);
    return seconds;
}

static void finish(void) {
    if (process.pid)
        stop(&process);
}

const cli_peer_plugin *brigade_peer(char why[CLI_PEER_TEXT]) {
    static const cli_peer_plugin plugin = {.abi = CLI_PEER_ABI,
                                           .name = "torch",
                                           .version = process.version,
                                           .way = way,
                                           .prepare = prepare,
                                           .run = run,
                                           .release = release,
                                           .close = finish};
    const char *interpreters[] = {getenv("BRIGADE_PYTHON"), "python3", "/usr/bin/python3"};
    char module[PATH - 32], script[PATH];
    Dl_info place;
    if (!dladdr(&process, &place) || !place.dli_fname)
        return NULL;
    snprintf(module, sizeof module, "%s", place.dli_fname);
    snprintf(script, sizeof script, "%s/torch_peer.py", dirname(module));
    signal(SIGPIPE, SIG_IGN); /* a process that has ended is an answer too */
    for (size_t i = 0; i < sizeof interpreters / sizeof interpreters[0]; i++)
        if (start(&process, interpreters[i], script))
            return &plugin;
    snprintf(why, CLI_PEER_TEXT, "no Python here can import torch; install python3-torch");
    return NULL;
}
