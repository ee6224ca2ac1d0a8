/* The command line program's own nouns: exit codes and the table of commands.
 *
 * The program is a client of the library like any other: it includes the public headers and nothing
 * else of the house. Its functions are called cli_noun_verb, so that they are never taken for the
 * library's. */
#ifndef BRIGADE_CLI_CLI_H
#define BRIGADE_CLI_CLI_H

#include <stdint.h>

#include "options.h"

/* What the process exits with. The contract that scripts rely on. */
typedef enum cli_exit {
    CLI_OK = 0,
    CLI_WRONG = 1,        /* a result does not match the reference, or a claim is refuted */
    CLI_USAGE = 2,        /* the command line asks for something that does not exist or cannot be */
    CLI_NO_DEVICE = 3,    /* no OpenCL device, or none of that name */
    CLI_TROUBLE = 4,      /* a kernel, the driver, memory or a file failed */
    CLI_SLOWER = 5,       /* something has become slower than it was in a saved run */
    CLI_INTERRUPTED = 130 /* by Ctrl-C or SIGTERM */
} cli_exit;

/* One row of the table of commands. */
struct cli_command {
    const char *name;
    const char *summary;         /* one line of `brigade --help` */
    const char *usage;           /* what follows the name: "CHAIN IN OUT" */
    void (*describe)(FILE *out); /* the help's middle part; may be NULL */
    const cli_option_group *groups[CLI_MAX_GROUPS];
    int32_t min_arguments;
    int32_t max_arguments;
    int (*run)(const cli_command *command, int argc, char **argv);
};

extern const cli_command cli_devices;
extern const cli_command cli_doctor;
extern const cli_command cli_run;
extern const cli_command cli_verify;
extern const cli_command cli_bench;
extern const cli_command cli_filter;
extern const cli_command cli_train;
extern const cli_command cli_predict;
extern const cli_command cli_lab;
extern const cli_command cli_tune;
extern const cli_command cli_compare;

#endif
