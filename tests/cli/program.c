/* Running the real program: spawn, feed nothing, read both streams, never wait for ever. */
#include "cli/program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "brigade/brigade.h"

extern char **environ;

enum { MAX_WORDS = 64, PATIENCE_MS = 240000 };

/* ---- the test's directory -------------------------------------------------------------------- */

const char *scratch(void) {
    static char directory[] = "/tmp/brigade-cli-XXXXXX";
    static bool made;
    if (!made) {
        cr_assert_not_null(mkdtemp(directory));
        cr_assert_eq(chdir(directory), 0);
        made = true;
    }
    return directory;
}

int files_here(void) {
    int count = 0;
    DIR *directory = opendir(scratch());
    cr_assert_not_null(directory);
    for (struct dirent *at; (at = readdir(directory)) != NULL;)
        count += strcmp(at->d_name, ".") != 0 && strcmp(at->d_name, "..") != 0;
    closedir(directory);
    return count;
}

void clean_up(void) {
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", scratch());
    cr_assert_eq(system(command), 0);
}

void make_image(const char *name, int width, int height, int channels) {
    brg_shape shape = brg_shape_3d(BRG_U8, height, width, channels);
    brg_tensor *image = NULL;
    scratch();
    cr_assert_eq(brg_tensor_create_uniform(&shape, 7, 0, 255, &image, NULL), BRG_OK);
    cr_assert_eq(brg_image_save(name, image, NULL), BRG_OK);
    brg_tensor_release(image);
}

void make_file(const char *name, const char *text, size_t size) {
    scratch();
    FILE *file = fopen(name, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(text, 1, size, file), size);
    cr_assert_eq(fclose(file), 0);
}

/* ---- running --------------------------------------------------------------------------------- */

static int split(char *text, const char *separators, char *words[MAX_WORDS]) {
    int count = 0;
    char *rest = text;
    for (char *word; (word = strtok_r(NULL, separators, &rest)) != NULL;) {
        cr_assert_lt(count, MAX_WORDS - 1);
        words[count++] = word;
    }
    words[count] = NULL;
    return count;
}

static bool names(const char *entry, const char *change) {
    size_t length = strcspn(change, "=");
    return strncmp(entry, change, length) == 0 && entry[length] == '=';
}

/* The environment with the changes made; the caller frees the array. */
static char **changed_environment(char *changes) {
    char *words[MAX_WORDS];
    int count = split(changes, ";", words), size = 0, used = 0;
    while (environ[size])
        size++;
    char **result = calloc((size_t)(size + count + 1), sizeof *result);
    cr_assert_not_null(result);
    for (int i = 0; i < size; i++) {
        bool changed = false;
        for (int j = 0; j < count; j++)
            changed = changed || names(environ[i], words[j]);
        if (!changed)
            result[used++] = environ[i];
    }
    for (int j = 0; j < count; j++)
        if (strchr(words[j], '='))
            result[used++] = words[j];
    return result;
}

typedef struct stream {
    int fd;
    char *text;
    size_t used;
} stream;

/* Reads what is there; false at the end. */
static bool drain(stream *from) {
    char piece[4096];
    ssize_t got = read(from->fd, piece, sizeof piece);
    if (got <= 0)
        return false;
    from->text = realloc(from->text, from->used + (size_t)got + 1);
    cr_assert_not_null(from->text);
    memcpy(from->text + from->used, piece, (size_t)got);
    from->used += (size_t)got;
    from->text[from->used] = 0;
    return true;
}

static int64_t now_ms(void) {
    return (int64_t)(brg_now_ns() / 1000000u);
}

/* Reads both streams to their ends, and sends the signal on the way. False if patience ran out. */
static bool read_both(pid_t child, const setting *how, stream streams[2]) {
    int64_t end = now_ms() + PATIENCE_MS, send_at = 0;
    bool sent = how->signal == 0;
    int open = 2;
    while (open > 0 && now_ms() < end) {
        struct pollfd ready[2] = {{.fd = streams[0].fd, .events = POLLIN},
                                  {.fd = streams[1].fd, .events = POLLIN}};
        poll(ready, 2, 20);
        for (int i = 0; i < 2; i++) {
            if (ready[i].fd >= 0 && ready[i].revents && !drain(&streams[i])) {
                close(streams[i].fd);
                streams[i].fd = -1;
                open--;
            }
        }
        if (!send_at && streams[1].used > 0)
            send_at = now_ms() + how->after_ms;
        if (!sent && send_at && now_ms() >= send_at) {
            kill(child, how->signal);
            sent = true;
        }
    }
    return open == 0;
}

/* The drivers that the build has chosen for the tests, unless a test has a choice of its own. */
static void add_vendors(char *changes, size_t size) {
#ifdef VENDORS
    size_t length = strlen(changes);
    if (!strstr(changes, "OCL_ICD_VENDORS"))
        snprintf(changes + length, size - length, ";OCL_ICD_VENDORS=%s", VENDORS);
#else
    (void)changes;
    (void)size;
#endif
}

static pid_t spawn(const setting *how, char **words, int out[2], int err[2]) {
    char changes[1024];
    pid_t child;
    posix_spawn_file_actions_t actions;
    snprintf(changes, sizeof changes, "%s", how->environment ? how->environment : "");
    add_vendors(changes, sizeof changes);
    char **environment = changed_environment(changes);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (how->standard_output)
        posix_spawn_file_actions_addopen(&actions, 1, how->standard_output, O_WRONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    const char *program = how->launcher ? words[0] : BRIGADE_CLI;
    int failed = posix_spawnp(&child, program, &actions, NULL, words, environment);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    cr_assert_eq(failed, 0, "cannot start %s: %s", program, strerror(failed));
    return child;
}

static outcome run_words(const setting *how, const char *format, va_list arguments) {
    char line[2048], *words[MAX_WORDS];
    int out[2], err[2], state;
    int lead = how->launcher ? snprintf(line, sizeof line, "%s " BRIGADE_CLI " ", how->launcher)
                             : snprintf(line, sizeof line, "brigade ");
    vsnprintf(line + lead, sizeof line - (size_t)lead, format, arguments);
    split(line, " ", words);
    scratch();
    cr_assert_eq(pipe2(out, O_CLOEXEC) | pipe2(err, O_CLOEXEC), 0);
    pid_t child = spawn(how, words, out, err);
    close(out[1]);
    close(err[1]);

    stream streams[2] = {{.fd = out[0], .text = calloc(1, 1)},
                         {.fd = err[0], .text = calloc(1, 1)}};
    bool ended = read_both(child, how, streams);
    if (!ended)
        kill(child, SIGKILL);
    while (waitpid(child, &state, 0) < 0 && errno == EINTR)
        continue;
    cr_assert(ended, "'%s' did not end; it said: %s", format, streams[1].text);
    return (outcome){.code = WIFEXITED(state) ? WEXITSTATUS(state) : -1,
                     .signal = WIFSIGNALED(state) ? WTERMSIG(state) : 0,
                     .out = streams[0].text,
                     .err = streams[1].text};
}

outcome run(const char *line, ...) {
    const setting usual = {0};
    va_list arguments;
    va_start(arguments, line);
    outcome of = run_words(&usual, line, arguments);
    va_end(arguments);
    return of;
}

outcome run_with(const setting *how, const char *line, ...) {
    va_list arguments;
    va_start(arguments, line);
    outcome of = run_words(how, line, arguments);
    va_end(arguments);
    return of;
}

void release(outcome *of) {
    free(of->out);
    free(of->err);
    *of = (outcome){0};
}

/* ---- judging --------------------------------------------------------------------------------- */

/* "brigade: A sentence." somewhere on stderr: what was wrong, never an assertion or a bare code. */
static bool complains(const char *err) {
    const char *at = strstr(err, "brigade: ");
    return at && strlen(at) > strlen("brigade: ") + 10;
}

static void judge(int code, const char *line, const outcome *of) {
    cr_expect_eq(of->signal, 0, "'%s' was ended by signal %d: %s", line, of->signal, of->err);
    cr_expect_eq(of->code, code, "'%s' exits with %d, not %d: %s", line, of->code, code, of->err);
    if (code > 1) {
        cr_expect(complains(of->err), "'%s' does not say what is wrong: \"%s\"", line, of->err);
        cr_expect_str_empty(of->out, "'%s' fails, but prints %s", line, of->out);
    }
}

void expect(int code, const char *line, ...) {
    const setting usual = {0};
    va_list arguments;
    va_start(arguments, line);
    outcome of = run_words(&usual, line, arguments);
    va_end(arguments);
    judge(code, line, &of);
    release(&of);
}

void expect_with(const setting *how, int code, const char *line, ...) {
    va_list arguments;
    va_start(arguments, line);
    outcome of = run_words(how, line, arguments);
    va_end(arguments);
    judge(code, line, &of);
    release(&of);
}

cJSON *document(const outcome *of) {
    cJSON *root = cJSON_ParseWithOpts(of->out, NULL, true);
    cr_assert_not_null(root, "this is not one JSON document: %.300s", of->out);
    return root;
}

const cJSON *member(const cJSON *document, const char *path) {
    char copy[128], *words[MAX_WORDS];
    snprintf(copy, sizeof copy, "%s", path);
    int count = split(copy, ".", words);
    const cJSON *at = document;
    for (int i = 0; i < count && at; i++)
        at = cJSON_IsArray(at) ? cJSON_GetArrayItem(at, atoi(words[i]))
                               : cJSON_GetObjectItemCaseSensitive(at, words[i]);
    cr_assert_not_null(at, "the document has no %s", path);
    return at;
}
