/* What is watched. See subject.h. */
#include "subject.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stop.h"

enum { MAX_WORDS = 64 };

static void add_words(char *words[MAX_WORDS], int *count, char *const *from, const char *without) {
    for (; from && *from; from++)
        if ((!without || strcmp(*from, without) != 0) && *count < MAX_WORDS - 3)
            words[(*count)++] = *from;
}

static _Noreturn void become(char *const words[]) {
    int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, 1);
    execv(words[0], words);
    fprintf(stderr, "window-latency: %s cannot be started.\n", words[0]);
    _exit(127);
}

/* The user's own settings must not decide what is measured. */
static void write_preferences(const subject *it) {
    char name[128];
    snprintf(name, sizeof name, "%s/brigade", it->directory);
    mkdir(name, 0700);
    snprintf(name, sizeof name, "%s/brigade/window.state", it->directory);
    FILE *file = fopen(name, "w");
    if (!file)
        stop("%s cannot be written.", name);
    fputs("brigade window state 1\n", file);
    for (int i = 0; i < it->preference_count; i++) {
        const char *value = strchr(it->preferences[i], '=');
        if (!value)
            stop("--set takes NAME=VALUE, not \"%s\".", it->preferences[i]);
        fprintf(file, "%.*s = %s\n", (int)(value - it->preferences[i]), it->preferences[i],
                value + 1);
    }
    fputs("end\n", file);
    fclose(file);
}

static void make_home(subject *it) {
    if (!it->directory[0]) {
        strcpy(it->directory, "/tmp/window-latency-XXXXXX");
        if (!mkdtemp(it->directory))
            stop("There is no room for a directory in /tmp.");
        snprintf(it->report, sizeof it->report, "%s/report.json", it->directory);
        setenv("XDG_CONFIG_HOME", it->directory, 1);
    }
    write_preferences(it);
}

void subject_start(subject *it, char *const *more, const char *without) {
    static char option[] = "--report";
    char *words[MAX_WORDS] = {it->program};
    int count = 1;
    make_home(it);
    add_words(words, &count, it->arguments, without);
    add_words(words, &count, more, NULL);
    words[count++] = option;
    words[count++] = it->report;
    it->process = fork();
    if (it->process < 0)
        stop("%s cannot be started.", it->program);
    if (it->process == 0)
        become(words);
}

static cJSON *read_report(const char *name) {
    static char text[1 << 18];
    FILE *file = fopen(name, "rb");
    if (!file)
        return NULL;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return cJSON_Parse(text);
}

static void await_end(pid_t process) {
    const struct timespec step = {0, 5000000};
    for (int waited = 0; waited < 2000; waited++) {
        if (waitpid(process, NULL, WNOHANG) == process)
            return;
        nanosleep(&step, NULL);
    }
    kill(process, SIGKILL);
    waitpid(process, NULL, 0);
}

cJSON *subject_finish(subject *it) {
    await_end(it->process);
    it->process = 0;
    return read_report(it->report);
}

void subject_abandon(subject *it) {
    if (it->process > 0) {
        kill(it->process, SIGKILL);
        waitpid(it->process, NULL, 0);
    }
    it->process = 0;
    if (!it->directory[0])
        return;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", it->directory);
    if (system(command) != 0)
        fprintf(stderr, "window-latency: %s stays.\n", it->directory);
    it->directory[0] = '\0';
}

double processor_seconds(pid_t process) {
    char name[64], text[1024];
    unsigned long user = 0, system_time = 0;
    snprintf(name, sizeof name, "/proc/%d/stat", (int)process);
    FILE *file = fopen(name, "rb");
    if (!file)
        return 0;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    const char *after_name = strrchr(text, ')');
    if (!after_name ||
        sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &system_time) != 2)
        return 0;
    return (double)(user + system_time) / (double)sysconf(_SC_CLK_TCK);
}
