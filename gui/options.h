/* The window's command line. */
#ifndef BRIGADE_GUI_OPTIONS_H
#define BRIGADE_GUI_OPTIONS_H

#include <brigade/verify.h>
#include <stdbool.h>
#include <stdint.h>

/* Exit codes, the same as the command line program's. */
enum {
    BRG_EXIT_OK = 0,
    BRG_EXIT_WRONG = 1, /* a result did not verify */
    BRG_EXIT_USAGE = 2,
    BRG_EXIT_NO_DEVICE = 3, /* none, or none of that name */
    BRG_EXIT_TROUBLE = 4    /* no display, a job that failed, a file that cannot be written */
};

typedef struct brg_options {
    const char *device;
    const char *variant;
    const char *screenshot;
    const char *report;
    const char *trace;
    const char *state;
    const char *file;
    int view;     /* index into the views; -1: not said */
    int theme;    /* a brg_theme; -1: not said */
    int workload; /* of the workbench's table, or BRG_IN_WORDS */
    int op;       /* in words: the index of a built-in one */
    const char *words;
    const char *claim; /* of the lab; NULL: the one chosen last */
    int64_t size;      /* 0: the workload's own */
    int64_t repeats;   /* 0: the window's own */
    int64_t frames;    /* 0: until the window is closed */
    double scale;      /* 0: the monitor's */
    double budget_s;   /* of the lab, for a claim; 0: the window's own */
    brg_verify_policy verify;
    bool continuous;
    bool ui_thread;
    bool auto_run;
    bool help;
    bool version;
} brg_options;

/* Reads the arguments. Returns BRG_EXIT_OK, or BRG_EXIT_USAGE after one sentence on stderr. */
int brg_options_parse(int argc, char **argv, brg_options *options);

/* Prints what can be asked for, on stdout. */
void brg_options_help(void);

#endif
