/* What is watched: brigade-gui with some arguments, or a window of our own that does nothing but
 * follow the clock, to learn what measuring itself costs. */
#ifndef TESTS_GUI_LATENCY_SUBJECT_H
#define TESTS_GUI_LATENCY_SUBJECT_H

#include <cjson/cJSON.h>

#include "screen.h"

enum { MAX_PREFERENCES = 16 };

typedef struct subject {
    char *program;
    char *const *arguments;                   /* of the program; ends with NULL */
    const char *preferences[MAX_PREFERENCES]; /* "slice_ms=4"; what is not named is as it comes */
    int preference_count;
    pid_t process;      /* 0: not running */
    char directory[64]; /* its home for settings, and where it leaves its report; empty: none yet */
    char report[96];
} subject;

/* Starts the program with its arguments, `more` behind them (NULL-terminated, may be NULL), and a
 * report to be saved. `without` names one of its arguments to be left out. */
void subject_start(subject *it, char *const *more, const char *without);

/* Waits until it has ended; kills it after ten seconds. Returns its report, or NULL if there is
 * none. The caller deletes it. */
cJSON *subject_finish(subject *it);

/* Ends it at once, and removes what it left. */
void subject_abandon(subject *it);

/* Seconds of processor time that a process has used, with all its threads. */
double processor_seconds(pid_t process);

/* The reference: draws a little square sixty times a second, and lights up a field while the
 * pointer is on it, in the frame after it came. Never returns. */
_Noreturn void reference_run(void);
extern const area reference_field;
#define REFERENCE_NAME "Reference"

#endif
