/* What the program's output looks like: aligned tables in 80 columns, units, wrapped text, and
 * colour where a person is looking. */
#ifndef BRIGADE_CLI_TABLE_H
#define BRIGADE_CLI_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { CLI_WIDTH = 80, CLI_CELL = 128 };

/* Escape sequences for a stream, all empty unless it is a terminal and colour is welcome (NO_COLOR
 * unset, TERM not "dumb"). */
typedef struct cli_style {
    const char *good, *warn, *bad, *quiet, *strong, *off;
} cli_style;

cli_style cli_style_of(FILE *out);

/* A column of a table. Rows are printed as they come, so widths are set beforehand. */
typedef struct cli_column {
    const char *title;
    int32_t width; /* longer cells are shortened with "..." */
    bool right;    /* aligned to the right, for numbers */
} cli_column;

/* Prints the titles, or one row of cells; columns stand two spaces apart. */
void cli_table_head(FILE *out, const cli_column *columns, int32_t count);
void cli_table_row(FILE *out, const cli_column *columns, int32_t count, char cells[][CLI_CELL]);

/* Prints text wrapped to 80 columns, each line after the first indented; `column` is where the
 * cursor is. Ends with a newline. */
void cli_print_wrapped(FILE *out, const char *text, int32_t column, int32_t indent);

/* Figures for people, three significant digits: "9.81 ms", "2.50 GiB", "212"; "-" for what was not
 * measured (negative). Return text. */
const char *cli_time_text(double ms, char *text, size_t size);
const char *cli_bytes_text(double bytes, char *text, size_t size);
const char *cli_figure_text(double value, char *text, size_t size);

#endif
