/* The end of the probe when it cannot go on: one sentence, exit code 4, or 77 if a tool is missing
 * and nothing can be said about the window. What it started is stopped by the caller's atexit. */
#ifndef TESTS_GUI_LATENCY_STOP_H
#define TESTS_GUI_LATENCY_STOP_H

enum { EXIT_TROUBLE = 4, EXIT_SKIPPED = 77 };

_Noreturn void stop(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
