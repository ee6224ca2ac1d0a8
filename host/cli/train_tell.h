/* Telling of a training while it goes on and when it is over: bar, table, log, report. */
#ifndef BRIGADE_CLI_TRAIN_TELL_H
#define BRIGADE_CLI_TRAIN_TELL_H

#include "session.h"

typedef struct cli_train_tell {
    cli_session *session;
    brg_trainer *trainer;
    const char *log_path; /* NULL: no log */
    bool test_only;       /* nothing is learnt */
    FILE *log;
    brg_trainer_view now;
    int64_t points, tests; /* told so far */
    bool facts_told;
} cli_train_tell;

/* Tells what is new. BRG_E_IO if the log cannot be written. */
brg_status cli_train_tell_news(cli_train_tell *tell, brg_error *error);

/* Has what was learnt saved, if it is to be, and tells of that alone: after trouble with the log, which
 * is ended. */
void cli_train_tell_break(cli_train_tell *tell);

/* Tells what came of it, and ends the log. Returns the exit code. */
int cli_train_tell_end(cli_train_tell *tell);

#endif
