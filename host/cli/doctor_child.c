/* The doctor's dangerous work: opening drivers and computing on devices, each in a child process.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

/* ---- a child with a pipe --------------------------------------------------------------------- */

static bool read_until_end(int fd, int timeout_s, char *data, size_t size, size_t *used) {
    uint64_t end_ns = brg_now_ns() + (uint64_t)timeout_s * 1000000000u;
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        uint64_t now = brg_now_ns();
        if (now >= end_ns)
            return false;
        int found = poll(&ready, 1, (int)((end_ns - now) / 1000000u) + 1);
        if (found < 0 && errno != EINTR)
            return false;
        if (found <= 0)
            continue;
        char spill[256];
        bool room = *used < size;
        ssize_t got = read(fd, room ? data + *used : spill, room ? size - *used : sizeof spill);
        if (got == 0)
            return true;
        if (got > 0 && room)
            *used += (size_t)got;
    }
}

static void describe_end(int state, bool in_time, int timeout_s, char *death, size_t size) {
    death[0] = 0;
    if (!in_time)
        snprintf(death, size, "gave no answer within %d s", timeout_s);
    else if (WIFSIGNALED(state))
        snprintf(death, size, "crashed: %s", strsignal(WTERMSIG(state)));
    else if (WEXITSTATUS(state) != 0)
        snprintf(death, size, "ended the process with exit code %d", WEXITSTATUS(state));
}

size_t doctor_in_child(void (*work)(const void *context, int fd), const void *context,
                       int timeout_s, void *data, size_t size, char *death, size_t death_size) {
    int ends[2], state = 0;
    size_t used = 0;
    if (pipe(ends) != 0) {
        snprintf(death, death_size, "could not be asked: %s", strerror(errno));
        return 0;
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        work(context, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    bool in_time = child > 0 && read_until_end(ends[0], timeout_s, data, size, &used);
    close(ends[0]);
    if (child < 0) {
        snprintf(death, death_size, "could not be asked: %s", strerror(errno));
        return 0;
    }
    if (!in_time)
        kill(child, SIGKILL);
    while (waitpid(child, &state, 0) < 0 && errno == EINTR)
        continue;
    describe_end(state, in_time, timeout_s, death, death_size);
    return used;
}

/* ---- trials ---------------------------------------------------------------------------------- */

static void send_all(int fd, const void *data, size_t size) {
    const char *at = data;
    while (size > 0) {
        ssize_t sent = write(fd, at, size);
        if (sent < 0 && errno != EINTR)
            _exit(1);
        at += sent > 0 ? sent : 0;
        size -= sent > 0 ? (size_t)sent : 0;
    }
}

static brg_status make_matrices(brg_tensor *matrices[2], brg_error *error) {
    const brg_shape square = brg_shape_2d(BRG_F32, 64, 64);
    brg_status status = brg_tensor_create_uniform(&square, 1, -1, 1, &matrices[0], error);
    return status == BRG_OK ? brg_tensor_create_uniform(&square, 2, -1, 1, &matrices[1], error)
                            : status;
}

static void try_device(brg_engine *engine, const brg_device_info *device, doctor_trial *trial) {
    char spec[32];
    brg_job job;
    brg_tensor *matrices[2] = {NULL, NULL};
    trial->status = make_matrices(matrices, &trial->error);
    snprintf(spec, sizeof spec, "%d:%d", device->platform, device->device);
    brg_stage stage = {.op = "gemm", .inputs = {matrices[0], matrices[1]}, .input_count = 2};
    brg_job_desc desc = {
        .stages = &stage, .stage_count = 1, .device = spec, .verify = BRG_VERIFY_FULL};
    if (trial->status == BRG_OK)
        trial->status = brg_engine_submit(engine, &desc, &job, &trial->error);
    if (trial->status == BRG_OK)
        trial->status = brg_engine_wait(engine, job, -1);
    if (trial->status == BRG_OK)
        trial->status = brg_engine_result(engine, job, &trial->result, &trial->error);
    if (trial->status == BRG_OK && trial->result.state != BRG_JOB_DONE) {
        trial->error = trial->result.error;
        trial->status = trial->error.status;
    }
    brg_tensor_release(trial->result.output);
    trial->result.output = NULL;
    brg_tensor_release(matrices[0]);
    brg_tensor_release(matrices[1]);
}

/* Sends a doctor_trials piece by piece, as far as it gets. */
static void try_all(const void *context, int fd) {
    (void)context;
    brg_engine *engine = NULL;
    doctor_trials *trials = calloc(1, sizeof *trials);
    if (!trials)
        _exit(1);
    trials->status = brg_engine_create(NULL, &engine, &trials->error);
    if (trials->status == BRG_OK)
        trials->status = brg_engine_devices(engine, -1, &trials->devices, &trials->error);
    send_all(fd, trials, offsetof(doctor_trials, count));
    for (int32_t i = 0; trials->status == BRG_OK && i < trials->devices.count; i++) {
        try_device(engine, &trials->devices.devices[i], &trials->rows[i]);
        send_all(fd, &trials->rows[i], sizeof trials->rows[i]);
    }
    brg_engine_destroy(engine);
    free(trials);
}

void doctor_try_devices(doctor_trials *trials, int timeout_s) {
    const size_t head = offsetof(doctor_trials, count);
    char death[sizeof trials->death];
    size_t size = head + sizeof trials->rows;
    char *data = malloc(size);
    memset(trials, 0, sizeof *trials);
    if (!data) {
        snprintf(trials->death, sizeof trials->death, "not enough memory");
        return;
    }
    size_t used = doctor_in_child(try_all, NULL, timeout_s, data, size, death, sizeof death);
    if (used >= head) {
        memcpy(trials, data, head);
        trials->count = (int32_t)((used - head) / sizeof trials->rows[0]);
        memcpy(trials->rows, data + head, (size_t)trials->count * sizeof trials->rows[0]);
    }
    memcpy(trials->death, death, sizeof trials->death);
    free(data);
}
