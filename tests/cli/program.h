/* Runs the real program and keeps what came of it. */
#ifndef TESTS_CLI_PROGRAM_H
#define TESTS_CLI_PROGRAM_H

#include <stdbool.h>

#include <criterion/criterion.h>

#include <cjson/cJSON.h>

/* What a run left behind. */
typedef struct outcome {
    int code;   /* exit code; -1 if a signal ended it */
    int signal; /* the signal, or 0 */
    char *out;
    char *err;
} outcome;

/* How to run it; zero means as usual. */
typedef struct setting {
    const char *environment;     /* "NAME=value;NAME=value", a NAME alone is removed */
    const char *standard_output; /* a file instead of a pipe */
    const char *launcher;        /* words of a command that starts it, found along PATH */
    int signal;                  /* sent after_ms after something came out on stderr */
    int after_ms;
} setting;

/* Runs "brigade" with the words of the printf-style line, in an empty directory of its own that is
 * the test's working directory as well. Fails the test if the program does not end within four minutes.
 */
outcome run(const char *line, ...) __attribute__((format(printf, 1, 2)));
outcome run_with(const setting *how, const char *line, ...) __attribute__((format(printf, 2, 3)));
void release(outcome *of);

/* The test's directory, made at the first call, and its removal: the end of every suite's tests. */
const char *scratch(void);
void clean_up(void);

/* Number of files in the test's directory. */
int files_here(void);

/* Writes a noise image of that size, or text, into the test's directory. */
void make_image(const char *name, int width, int height, int channels);
void make_file(const char *name, const char *text, size_t size);

/* Runs, requires an exit code, and for codes above 1 a clean sentence on stderr and nothing on
 * stdout. */
void expect(int code, const char *line, ...) __attribute__((format(printf, 2, 3)));
void expect_with(const setting *how, int code, const char *line, ...)
    __attribute__((format(printf, 3, 4)));

/* The document on stdout, which must be one JSON value and nothing else. */
cJSON *document(const outcome *of);

/* The member of that dotted path: "results.0.verify.passed". Fails the test if there is none. */
const cJSON *member(const cJSON *document, const char *path);

#endif
