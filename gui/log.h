/* The log: what the window has to say, newest last. Nothing here is ever a dialogue that must be
 * clicked away. */
#ifndef BRIGADE_GUI_LOG_H
#define BRIGADE_GUI_LOG_H

#include <brigade/status.h>
#include <stddef.h>
#include <stdint.h>

enum { BRG_LOG_LINES = 256, BRG_LOG_TEXT = 640 };

typedef enum brg_tone { BRG_TONE_NOTE, BRG_TONE_TROUBLE } brg_tone;

typedef struct brg_log_line {
    brg_tone tone;
    int64_t unix_s; /* when */
    char text[BRG_LOG_TEXT];
} brg_log_line;

typedef struct brg_log {
    brg_log_line lines[BRG_LOG_LINES]; /* a ring */
    size_t written;
} brg_log;

/* Adds a line. */
void brg_log_note(brg_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a failure: what, and what to do about it. `about` may be NULL, or names what failed. */
void brg_log_error(brg_log *log, const char *about, const brg_error *error);

/* What failed and what to do about it, as one text. Returns text. */
const char *brg_log_words(const brg_error *error, char *text, size_t size);

/* The i-th line from the end, 0 the newest; NULL past the oldest that is kept. */
const brg_log_line *brg_log_at(const brg_log *log, size_t i);

#endif
