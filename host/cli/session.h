/* Sessions: what every command that computes does before and after its own work. An engine is made,
 * the device is chosen and named on stderr, jobs are waited for with a progress bar and an ear for
 * Ctrl-C, and at the end the report and the trace are written. */
#ifndef BRIGADE_CLI_SESSION_H
#define BRIGADE_CLI_SESSION_H

#include <signal.h>

#include "brigade/brigade.h"
#include "cli.h"

typedef struct cli_session {
    brg_engine *engine;
    const cli_common *common;
    brg_report *report; /* with --json; else NULL */
    brg_device_list devices;
    brg_device_choice choices[BRG_MAX_DEVICES];
    int32_t choice_count;
    sigset_t outer_signals; /* the mask to go back to */
    bool interrupted;
    bool bar_shown;
    uint64_t bar_ns; /* when the bar was last drawn, or the wait began */
} cli_session;

/* Starts an engine and finds the devices; with `choose`, also chooses what --device or
 * $BRIGADE_DEVICE names. `title` is the command in reports. Returns CLI_OK or the exit code, having
 * complained. The session must be closed in either case; it must not move. */
int cli_session_open(cli_session *session, const char *title, const cli_common *common,
                     bool choose);

/* Prints the report, saves the trace, ends the engine. Returns `code`, or the code of what failed
 * here. */
int cli_session_close(cli_session *session, int code);

/* Names a chosen device on stderr and in the report, and gives the text by which jobs ask for it.
 */
const char *cli_session_device(cli_session *session, int32_t choice, char *spec, size_t size);

/* Submits a job and waits for its end. BRG_OK when it is DONE: then *result is to be released.
 * Otherwise *result holds the end of the job as far as there was one, and needs no release. */
brg_status cli_session_run(cli_session *session, const brg_job_desc *desc, brg_result *result,
                           brg_error *error);

/* The second half of cli_session_run. `progress` scales the bar: done jobs and all, or 0 of 1. */
brg_status cli_session_wait(cli_session *session, brg_job job, int32_t done, int32_t all,
                            brg_result *result, brg_error *error);

/* True from the first Ctrl-C or SIGTERM on. The second one ends the process at once. */
bool cli_session_interrupted(cli_session *session);

/* The same without a word about it. */
bool cli_session_signalled(cli_session *session);

/* Draws the progress bar, 0 to 1, and what is being done. For terminals only. */
void cli_session_bar(cli_session *session, double part, const char *text);

/* Removes the progress bar, before anything else is printed. */
void cli_session_clear(cli_session *session);

/* Bytes of host memory that a job's tensors may take; 0: unknown. */
uint64_t cli_session_memory(cli_session *session);

/* Complains on stderr, notes it in the report, and returns the exit code that the error stands for.
 */
int cli_session_fail(cli_session *session, const brg_error *error);

/* The same without a session. */
int cli_fail(const brg_error *error);

/* The exit code of a status; the table heads session.c. */
int cli_exit_of(brg_status status);

/* Whether a file of that name could be created: BRG_E_IO if its directory is missing or closed to
 * us. */
brg_status cli_check_writable(const char *path, brg_error *error);

#endif
