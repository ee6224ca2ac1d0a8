/* Tables, units, wrapping and colour. */
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

cli_style cli_style_of(FILE *out) {
    static const cli_style plain = {"", "", "", "", "", ""};
    static const cli_style colour = {"\033[32m", "\033[33m", "\033[31m",
                                     "\033[2m",  "\033[1m",  "\033[0m"};
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    bool welcome = isatty(fileno(out)) && !(no_colour && no_colour[0]) && terminal &&
                   strcmp(terminal, "dumb") != 0;
    return welcome ? colour : plain;
}

/* Characters, not bytes: device names may be in any language. Colours take no room. */
static int32_t text_width(const char *text) {
    int32_t width = 0;
    while (*text) {
        if (*text == '\033')
            text += strcspn(text, "m");
        else
            width += ((unsigned char)*text & 0xC0) != 0x80;
        text += *text != 0;
    }
    return width;
}

/* Bytes of the first `width` characters. */
static int32_t text_prefix(const char *text, int32_t width) {
    int32_t bytes = 0;
    while (text[bytes] && (width > 0 || ((unsigned char)text[bytes] & 0xC0) == 0x80)) {
        width -= ((unsigned char)text[bytes] & 0xC0) != 0x80;
        bytes++;
    }
    return bytes;
}

static void print_cell(FILE *out, const cli_column *column, const char *cell, bool last) {
    int32_t width = text_width(cell);
    if (width > column->width && column->width > 3) {
        fprintf(out, "%.*s...", text_prefix(cell, column->width - 3), cell);
        width = column->width;
    } else if (column->right) {
        fprintf(out, "%*s%s", column->width > width ? column->width - width : 0, "", cell);
        width = column->width;
    } else {
        fputs(cell, out);
    }
    if (!last)
        fprintf(out, "%*s", (column->width > width ? column->width - width : 0) + 2, "");
}

void cli_table_head(FILE *out, const cli_column *columns, int32_t count) {
    cli_style style = cli_style_of(out);
    fputs(style.quiet, out);
    for (int32_t i = 0; i < count; i++)
        print_cell(out, &columns[i], columns[i].title, i + 1 == count);
    fprintf(out, "%s\n", style.off);
}

/* Trailing empty cells leave no blanks behind. */
void cli_table_row(FILE *out, const cli_column *columns, int32_t count, char cells[][CLI_CELL]) {
    while (count > 1 && !cells[count - 1][0])
        count--;
    for (int32_t i = 0; i < count; i++)
        print_cell(out, &columns[i], cells[i], i + 1 == count);
    fputc('\n', out);
}

void cli_print_wrapped(FILE *out, const char *text, int32_t column, int32_t indent) {
    bool fresh = true;
    while (*text) {
        int32_t bytes = (int32_t)strcspn(text, " \n");
        int32_t width = 0;
        for (int32_t i = 0; i < bytes; i++)
            width += ((unsigned char)text[i] & 0xC0) != 0x80;
        if (!fresh && column + 1 + width > CLI_WIDTH - 1) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
            fresh = true;
        }
        column += width + !fresh;
        fprintf(out, "%s%.*s", fresh ? "" : " ", bytes, text);
        fresh = false;
        text += bytes;
        if (*text == '\n') {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
            fresh = true;
        }
        text += *text != 0;
    }
    fputc('\n', out);
}

const char *cli_figure_text(double value, char *text, size_t size) {
    if (!(value >= 0) || isinf(value))
        snprintf(text, size, "-");
    else
        snprintf(text, size, "%.*f", value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value);
    return text;
}

const char *cli_time_text(double ms, char *text, size_t size) {
    char figure[32];
    if (!(ms >= 0))
        snprintf(text, size, "-");
    else if (ms < 1)
        snprintf(text, size, "%s us", cli_figure_text(ms * 1e3, figure, sizeof figure));
    else if (ms < 9999.5)
        snprintf(text, size, "%s ms", cli_figure_text(ms, figure, sizeof figure));
    else
        snprintf(text, size, "%s s", cli_figure_text(ms / 1e3, figure, sizeof figure));
    return text;
}

const char *cli_bytes_text(double bytes, char *text, size_t size) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    int32_t unit = 0;
    char figure[32];
    while (bytes >= 1023.5 && unit < 6) {
        bytes /= 1024;
        unit++;
    }
    if (unit == 0)
        snprintf(text, size, "%.0f B", bytes);
    else
        snprintf(text, size, "%s %s", cli_figure_text(bytes, figure, sizeof figure), units[unit]);
    return text;
}
