/* The option parser and the help that is generated from the same rows. */
#include "options.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "table.h"

static const cli_option job_rows[] = {
    {'d', "device", CLI_TEXT, offsetof(cli_common, device), "SPEC",
     "index, P:D, cpu, gpu, all, part of a name or ~REGEX; /cu=N takes N compute units of it, "
     "/cu=N@K those from unit K on "
     "(default $BRIGADE_DEVICE, then the best)",
     0, 0},
    {0, "seed", CLI_INTEGER, offsetof(cli_common, seed), "N",
     "seed of all made data and samples (default 1)", 0, 9007199254740991.0},
    {0, "memory", CLI_INTEGER, offsetof(cli_common, memory_mib), "MIB",
     "memory that buffers on the device may take; a gemm that needs more runs in parts", 1, 1e9},
    {0, "trace", CLI_TEXT, offsetof(cli_common, trace), "FILE",
     "save a Chrome/Perfetto trace of who did what when", 0, 0},
    {0, "json", CLI_FLAG, offsetof(cli_common, json), NULL, "one JSON document on stdout", 0, 0},
};

static const cli_option device_rows[] = {
    {'d', "device", CLI_TEXT, offsetof(cli_common, device), "SPEC",
     "mark what SPEC names instead of the default", 0, 0},
    {0, "json", CLI_FLAG, offsetof(cli_common, json), NULL, "one JSON document on stdout", 0, 0},
};

const cli_option_group cli_job_options = {"common options", job_rows,
                                          sizeof job_rows / sizeof job_rows[0]};
const cli_option_group cli_device_options = {"common options", device_rows, 2};
const cli_option_group cli_output_options = {"common options", device_rows + 1, 1};

/* ---- complaints ------------------------------------------------------------------------------ */

int cli_usage_error(const cli_command *command, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("brigade: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    if (command)
        fprintf(stderr, "; see 'brigade %s --help'\n", command->name);
    else
        fputs("; see 'brigade --help'\n", stderr);
    return CLI_USAGE;
}

/* Levenshtein's distance, for words shorter than the row. */
static int32_t edit_distance(const char *a, const char *b) {
    enum { LONGEST = 31 };
    int32_t row[LONGEST + 1];
    size_t length = strlen(b);
    if (strlen(a) > LONGEST || length > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= length; j++)
        row[j] = (int32_t)j;
    for (size_t i = 0; a[i]; i++) {
        int32_t diagonal = row[0];
        row[0]++;
        for (size_t j = 0; j < length; j++) {
            int32_t change = diagonal + (a[i] != b[j]);
            int32_t shift = 1 + (row[j] < row[j + 1] ? row[j] : row[j + 1]);
            diagonal = row[j + 1];
            row[j + 1] = change < shift ? change : shift;
        }
    }
    return row[length];
}

const char *cli_nearest(const char *word, const char *const *candidates, int32_t count) {
    const char *best = NULL;
    int32_t best_distance = strlen(word) > 3 ? 3 : 2; /* anything this far away is another word */
    for (int32_t i = 0; i < count; i++) {
        int32_t distance = edit_distance(word, candidates[i]);
        if (distance < best_distance) {
            best = candidates[i];
            best_distance = distance;
        }
    }
    return best;
}

static int unknown_option(const cli_command *command, const char *word) {
    const char *names[64];
    int32_t count = 0;
    for (int32_t g = 0; g < CLI_MAX_GROUPS && command->groups[g]; g++)
        for (int32_t i = 0; i < command->groups[g]->count && count < 64; i++)
            if (command->groups[g]->rows[i].name)
                names[count++] = command->groups[g]->rows[i].name;
    const char *meant = strncmp(word, "--", 2) == 0 ? cli_nearest(word + 2, names, count) : NULL;
    if (meant)
        return cli_usage_error(command, "there is no option %s, did you mean --%s?", word, meant);
    return cli_usage_error(command, "there is no option %s", word);
}

/* ---- values ---------------------------------------------------------------------------------- */

/* "-m" or "--repeats", as the user would write it. */
static const char *option_text(const cli_option *option, char *text, size_t size) {
    if (option->name)
        snprintf(text, size, "--%s", option->name);
    else
        snprintf(text, size, "-%c", option->letter);
    return text;
}

static int complain_about_number(const cli_command *command, const cli_option *option,
                                 const char *value) {
    char name[40];
    return cli_usage_error(command, "%s takes a %snumber from %.16g to %.16g, not \"%s\"",
                           option_text(option, name, sizeof name),
                           option->kind == CLI_INTEGER ? "whole " : "", option->lo, option->hi,
                           value);
}

/* Accepts all of the text or nothing: "12x", "", " 3" and "1e999" are no numbers. */
static bool read_number(const cli_option *option, const char *value, double *number) {
    char *end;
    bool starts_well = value[0] && strchr("+-.0123456789", value[0]) != NULL;
    errno = 0;
    *number = option->kind == CLI_INTEGER ? (double)strtoll(value, &end, 10) : strtod(value, &end);
    return starts_well && end != value && *end == 0 && errno == 0 && isfinite(*number) &&
           *number >= option->lo && *number <= option->hi;
}

static int store_value(const cli_command *command, const cli_option *option, const char *value,
                       void *settings) {
    char *place = (char *)settings + option->offset;
    double number;
    if (option->kind == CLI_TEXT) {
        *(const char **)place = value;
        return CLI_GO;
    }
    if (!read_number(option, value, &number))
        return complain_about_number(command, option, value);
    if (option->kind == CLI_INTEGER)
        *(int64_t *)place = (int64_t)number;
    else
        *(double *)place = number;
    return CLI_GO;
}

/* ---- arguments ------------------------------------------------------------------------------- */

/* The option that a word names, and the value written in the same word ("-m12", "--repeats=3") or
 * NULL. */
static const cli_option *find_option(const cli_command *command, const char *word,
                                     const char **attached) {
    bool is_long = word[1] == '-';
    size_t length = is_long ? strcspn(word + 2, "=") : 1;
    for (int32_t g = 0; g < CLI_MAX_GROUPS && command->groups[g]; g++) {
        const cli_option_group *group = command->groups[g];
        for (int32_t i = 0; i < group->count; i++) {
            const cli_option *row = &group->rows[i];
            if (is_long && row->name && strlen(row->name) == length &&
                strncmp(row->name, word + 2, length) == 0) {
                *attached = word[2 + length] == '=' ? word + 3 + length : NULL;
                return row;
            }
            if (!is_long && row->letter == word[1]) {
                *attached = word[2] ? word + 2 : NULL;
                return row;
            }
        }
    }
    return NULL;
}

/* Handles the option at argv[*at]; *at moves on to its value if that is the next word. */
static int take_option(const cli_command *command, int argc, char **argv, int *at, void *settings) {
    const char *word = argv[*at];
    const char *value = NULL;
    const cli_option *option = find_option(command, word, &value);
    if (!option || (option->kind == CLI_FLAG && value && word[1] != '-'))
        return unknown_option(command, word);
    if (option->kind == CLI_FLAG) {
        if (value)
            return cli_usage_error(command, "--%s takes no value", option->name);
        *(bool *)((char *)settings + option->offset) = true;
        return CLI_GO;
    }
    if (!value && *at + 1 < argc) {
        /* "--trace --json" forgot the file; a negative number is a value, if perhaps a wrong one.
         */
        const char *next = argv[*at + 1];
        bool looks_like_option = next[0] == '-' && next[1] && option->kind == CLI_TEXT;
        if (!looks_like_option)
            value = argv[++*at];
    }
    if (!value || (option->kind == CLI_TEXT && !value[0])) {
        char name[40];
        return cli_usage_error(command, "%s needs a value, %s",
                               option_text(option, name, sizeof name), option->value);
    }
    return store_value(command, option, value, settings);
}

static int check_count(const cli_command *command, int32_t count, char **argv) {
    if (count < command->min_arguments)
        return cli_usage_error(command, "'%s' needs %s", command->name, command->usage);
    if (count > command->max_arguments)
        return cli_usage_error(command, "'%s' does not know what to do with \"%s\"", command->name,
                               argv[command->max_arguments]);
    return CLI_GO;
}

int cli_options_parse(const cli_command *command, int argc, char **argv, void *settings,
                      int32_t *count) {
    bool options_end = false;
    *count = 0;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (options_end || word[0] != '-' || !word[1]) {
            argv[(*count)++] = argv[i];
        } else if (strcmp(word, "--") == 0) {
            options_end = true;
        } else if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
            cli_options_help(stdout, command);
            return CLI_OK;
        } else {
            int code = take_option(command, argc, argv, &i, settings);
            if (code != CLI_GO)
                return code;
        }
    }
    return check_count(command, *count, argv);
}

/* ---- help ------------------------------------------------------------------------------------ */

static void print_option(FILE *out, const cli_option *row) {
    enum { HELP_COLUMN = 26 };
    char left[64], letter[8] = "    ";
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c%s", row->letter, row->name ? ", " : "");
    snprintf(left, sizeof left, "  %s%s%s%s%s", letter, row->name ? "--" : "",
             row->name ? row->name : "", row->value ? " " : "", row->value ? row->value : "");
    fprintf(out, "%-*s", HELP_COLUMN, left);
    if (strlen(left) >= HELP_COLUMN)
        fprintf(out, "\n%*s", HELP_COLUMN, "");
    cli_print_wrapped(out, row->help, HELP_COLUMN, HELP_COLUMN);
}

void cli_options_help(FILE *out, const cli_command *command) {
    fprintf(out, "usage: brigade %s%s%s [options]\n\n", command->name, command->usage[0] ? " " : "",
            command->usage);
    cli_print_wrapped(out, command->summary, 0, 0);
    if (command->describe)
        command->describe(out);
    for (int32_t g = 0; g < CLI_MAX_GROUPS && command->groups[g]; g++) {
        fprintf(out, "\n%s\n", command->groups[g]->title);
        for (int32_t i = 0; i < command->groups[g]->count; i++)
            print_option(out, &command->groups[g]->rows[i]);
    }
    fputs("  -h, --help              this page\n"
          "\n"
          "exit codes: 0 ok, 1 a result is wrong, 2 usage, 3 no device, 4 a kernel,\n"
          "            driver, memory or file failed, 5 slower than before, 130 interrupted\n",
          out);
}
