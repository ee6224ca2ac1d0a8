/* Telling of a training while it goes on and when it is over: bar, table, log, report. */
#ifndef BRIGADE_CLI_TRAIN_TELL_H
#define BRIGADE_CLI_TRAIN_TELL_H

#include "session.h"

typedef struct cli_train_tell {
    cli_session *session;
    brg_trainer *trainer;
    const char *log_path; /* NULL: no log */
    FILE *log;
    brg_trainer_view now;
    int64_t points, tests; /* told so far */
    bool facts_told;
} cli_train_tell;

/* Tells what is new. BRG_E_IO if the log cannot be written. */
brg_status cli_train_tell_news(cli_train_tell *tell, brg_error *error);

/* Tells what came of it, and ends the log. Returns the exit code. */
int cli_train_tell_end(cli_train_tell *tell, bool test_only);

#endif
