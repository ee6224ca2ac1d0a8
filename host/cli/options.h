/* Options: one small table-driven parser and help writer for all commands.
 *
 * A command describes its options as rows, each with the place of its value in the command's
 * settings struct. What the rows say is all there is: the help is generated from them. */
#ifndef BRIGADE_CLI_OPTIONS_H
#define BRIGADE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct cli_command cli_command;

typedef enum cli_option_kind {
    CLI_FLAG,    /* bool, set to true; takes no value */
    CLI_TEXT,    /* const char *, points into argv */
    CLI_INTEGER, /* int64_t, lo..hi */
    CLI_NUMBER   /* double, lo..hi, finite */
} cli_option_kind;

typedef struct cli_option {
    char letter;      /* 0: none */
    const char *name; /* without the dashes; NULL: none */
    cli_option_kind kind;
    size_t offset;     /* of the value in the settings struct */
    const char *value; /* what the help calls the value */
    const char *help;
    double lo, hi; /* integers stay below 2^53, so that a double holds them exactly */
} cli_option;

typedef struct cli_option_group {
    const char *title;
    const cli_option *rows;
    int32_t count;
} cli_option_group;

enum { CLI_MAX_GROUPS = 3 };

/* Options that most commands share. A settings struct that uses these groups begins with this one.
 */
typedef struct cli_common {
    const char *device;
    const char *trace;
    int64_t seed;
    int64_t memory_mib; /* 0: the engine's default */
    bool json;
} cli_common;

#define CLI_COMMON_DEFAULTS                                                                        \
    { .seed = 1 }

extern const cli_option_group cli_job_options;    /* -d, --seed, --memory, --trace, --json */
extern const cli_option_group cli_device_options; /* -d, --json */
extern const cli_option_group cli_output_options; /* --json */

/* The answer of cli_options_parse when the command should go on. */
enum { CLI_GO = -1 };

/* Reads the command's options into settings and moves its other arguments to the front of argv;
 * *count is how many there are, and is within the command's limits. Returns CLI_GO, or the exit
 * code: 0 after the help was asked for and printed, 2 after a complaint on stderr. */
int cli_options_parse(const cli_command *command, int argc, char **argv, void *settings,
                      int32_t *count);

/* Prints a command's help. */
void cli_options_help(FILE *out, const cli_command *command);

/* Complains on stderr in one sentence, points to the command's help, and returns the exit code 2.
 */
int cli_usage_error(const cli_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The candidate that was probably meant by a mistyped word, or NULL. */
const char *cli_nearest(const char *word, const char *const *candidates, int32_t count);

#endif
