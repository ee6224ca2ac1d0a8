/* The log: a ring of lines. See log.h. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static brg_log_line *next_line(brg_log *log, brg_tone tone) {
    brg_log_line *line = &log->lines[log->written++ % BRG_LOG_LINES];
    line->tone = tone;
    line->unix_s = (int64_t)time(NULL);
    return line;
}

void brg_log_note(brg_log *log, const char *format, ...) {
    brg_log_line *line = next_line(log, BRG_TONE_NOTE);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line->text, sizeof line->text, format, arguments);
    va_end(arguments);
}

/* A sentence may come without its full stop. */
static const char *stop_after(const char *sentence) {
    size_t length = strlen(sentence);
    return length > 0 && strchr(".!?", sentence[length - 1]) ? "" : ".";
}

const char *brg_log_words(const brg_error *error, char *text, size_t size) {
    snprintf(text, size, "%s%s%s%s", error->what, stop_after(error->what),
             error->hint[0] ? " " : "", error->hint);
    return text;
}

void brg_log_error(brg_log *log, const char *about, const brg_error *error) {
    brg_log_line *line = next_line(log, BRG_TONE_TROUBLE);
    int used =
        snprintf(line->text, BRG_LOG_TEXT / 2, "%s%s", about ? about : "", about ? ": " : "");
    used = used < BRG_LOG_TEXT / 2 ? used : BRG_LOG_TEXT / 2 - 1;
    brg_log_words(error, line->text + used, sizeof line->text - (size_t)used);
}

const brg_log_line *brg_log_at(const brg_log *log, size_t i) {
    size_t kept = log->written < BRG_LOG_LINES ? log->written : BRG_LOG_LINES;
    return i < kept ? &log->lines[(log->written - 1 - i) % BRG_LOG_LINES] : NULL;
}
