/* The saver. See saver.h. */
#include "timeline/saver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { IDLE, SAVING, SAVED };

struct brg_saver {
    void (*wake)(void *user);
    void *user;
    atomic_int state; /* `saved` belongs to the thread while it is SAVING */
    pthread_t thread;
    const brg_trace *trace;
    const brg_device_list *devices;
    brg_saved saved;
};

brg_saver *brg_saver_create(void (*wake)(void *user), void *user) {
    brg_saver *saver = calloc(1, sizeof *saver);
    if (!saver)
        return NULL;
    saver->wake = wake;
    saver->user = user;
    return saver;
}

void brg_saver_destroy(brg_saver *saver) {
    if (saver && atomic_load(&saver->state) != IDLE)
        pthread_join(saver->thread, NULL);
    free(saver);
}

/* ---- where to -------------------------------------------------------------------------------- */

static void put_name(char *name, size_t size) {
    time_t now = time(NULL);
    struct tm parts;
    localtime_r(&now, &parts);
    strftime(name, size, "brigade-trace-%Y%m%d-%H%M%S.json", &parts);
}

static void save_in(brg_saver *saver, const char *directory) {
    char name[64];
    brg_saved *saved = &saver->saved;
    put_name(name, sizeof name);
    int length = snprintf(saved->path, sizeof saved->path, "%s/%s", directory, name);
    saved->status = (size_t)length < sizeof saved->path
                        ? brg_trace_save(saver->trace, saver->devices, saved->path, &saved->error)
                        : brg_fail(&saved->error, BRG_E_IO,
                                   "\"%.140s\" is too long a path to "
                                   "save the trace under.",
                                   directory);
}

static void *run(void *user) {
    brg_saver *saver = user;
    brg_saved *saved = &saver->saved;
    char directory[BRG_PATH];
    struct stat info;
    save_in(saver, getcwd(directory, sizeof directory) ? directory : ".");
    if (saved->status == BRG_E_IO && brg_path_data(directory, sizeof directory))
        save_in(saver, directory);
    saved->bytes =
        saved->status == BRG_OK && stat(saved->path, &info) == 0 ? (uint64_t)info.st_size : 0;
    atomic_store(&saver->state, SAVED);
    saver->wake(saver->user);
    return NULL;
}

/* ---- the window's side ----------------------------------------------------------------------- */

bool brg_saver_start(brg_saver *saver, const brg_trace *trace, const brg_device_list *devices) {
    if (atomic_load(&saver->state) != IDLE)
        return false;
    saver->trace = trace;
    saver->devices = devices;
    saver->saved = (brg_saved){.status = BRG_OK};
    atomic_store(&saver->state, SAVING);
    if (pthread_create(&saver->thread, NULL, run, saver) == 0)
        return true;
    atomic_store(&saver->state, IDLE);
    return false;
}

bool brg_saver_busy(const brg_saver *saver) {
    return atomic_load(&saver->state) != IDLE;
}

bool brg_saver_take(brg_saver *saver, brg_saved *saved) {
    if (atomic_load(&saver->state) != SAVED)
        return false;
    pthread_join(saver->thread, NULL);
    *saved = saver->saved;
    atomic_store(&saver->state, IDLE);
    return true;
}
