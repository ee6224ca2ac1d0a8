/* The tables and sentences in which a result is told. */
#include "show.h"

#include <string.h>

#include "table.h"

/* ---- ops ------------------------------------------------------------------------------------- */

static void print_syntax(FILE *out, int32_t left, const char *lead, const char *syntax) {
    int32_t indent = left + (int32_t)strlen(lead);
    if (!syntax)
        return;
    fprintf(out, "%*s%s", left, "", lead);
    cli_print_wrapped(out, syntax, indent, indent);
}

void cli_show_ops(FILE *out, bool all) {
    enum { LEFT = 14 };
    cli_style style = cli_style_of(out);
    const brg_op *op;
    for (int32_t i = 0; (op = brg_op_builtin(i)) != NULL; i++) {
        if (!all && !op->syntax)
            continue;
        bool fits = strlen(op->name) <= LEFT - 4; /* two blanks between the columns */
        fprintf(out, fits ? "  %s%*s" : "  %s\n%*s", op->name,
                fits ? LEFT - 2 - (int32_t)strlen(op->name) : LEFT, "");
        cli_print_wrapped(out, op->summary, LEFT, LEFT);
        fputs(style.quiet, out);
        print_syntax(out, LEFT, "", op->syntax);
        print_syntax(out, LEFT, "words ", all ? op->make_syntax : NULL);
        fputs(style.off, out);
    }
}

/* ---- results --------------------------------------------------------------------------------- */

static void append(char *text, size_t size, const char *more) {
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%s", more);
}

const char *cli_show_stages(const brg_result *result, char *text, size_t size) {
    text[0] = 0;
    for (int32_t i = 0; i < result->stage_count; i++) {
        append(text, size, i ? " > " : "");
        append(text, size, result->op[i]);
        append(text, size, " (");
        append(text, size, result->variant[i]);
        append(text, size, ")");
    }
    return text;
}

/* The same line as reports draw: at 4 operations a byte arithmetic is what limits. */
static bool counts_flops(const brg_result *result) {
    return result->cost.flops >= 4 * result->cost.bytes && result->cost.flops > 0;
}

double cli_show_rate(const brg_result *result, double ms) {
    double work = counts_flops(result) ? result->cost.flops : result->cost.bytes;
    return ms > 0 ? work / ms / 1e6 : 0;
}

const char *cli_show_rate_unit(const brg_result *result) {
    return counts_flops(result) ? "GFLOP/s" : "GB/s";
}

void cli_show_verdict(FILE *out, const brg_verdict *verdict) {
    cli_style style = cli_style_of(out);
    char text[512];
    fputs(verdict->outcome == BRG_PASSED     ? style.good
          : verdict->outcome == BRG_MISMATCH ? style.bad
                                             : style.warn,
          out);
    cli_print_wrapped(out, brg_verdict_text(verdict, text, sizeof text), 0, 2);
    fputs(style.off, out);
}

static void speedup_cell(char *cell, double baseline, double ms) {
    char figure[32];
    if (baseline > 0 && ms > 0)
        snprintf(cell, CLI_CELL, "%s x", cli_figure_text(baseline / ms, figure, sizeof figure));
}

enum { TIME_COLUMNS = 6 };

static const cli_column *time_columns(const brg_result *result, cli_column columns[TIME_COLUMNS]) {
    columns[0] = (cli_column){"", 12, false};
    columns[1] = (cli_column){"min", 9, true};
    columns[2] = (cli_column){"median", 9, true};
    columns[3] = (cli_column){cli_show_rate_unit(result), 8, true};
    columns[4] = (cli_column){"vs sequential", 13, true};
    columns[5] = (cli_column){"vs naive", 9, true};
    return columns;
}

static void time_row(FILE *out, const cli_column *columns, const brg_result *result,
                     const char *name, double min, double median, bool on_device) {
    char cells[TIME_COLUMNS][CLI_CELL] = {""};
    if (median < 0)
        return;
    snprintf(cells[0], CLI_CELL, "%s", name);
    cli_time_text(min, cells[1], CLI_CELL);
    cli_time_text(median, cells[2], CLI_CELL);
    cli_figure_text(cli_show_rate(result, median), cells[3], CLI_CELL);
    if (on_device) {
        speedup_cell(cells[4], result->median.sequential, median);
        speedup_cell(cells[5], result->median.naive, median);
    }
    cli_table_row(out, columns, TIME_COLUMNS, cells);
}

static void fraction_note(FILE *out, const char *name, double ms, double fraction) {
    if (ms >= 0 && fraction > 0 && fraction < 1)
        fprintf(out, "%s: of %.3g %% of the rows, scaled\n", name, 100 * fraction);
}

static void show_notes(FILE *out, const brg_result *result) {
    cli_style style = cli_style_of(out);
    char build[32], verify[32], parts[32] = "", text[256];
    fputs(style.quiet, out);
    fraction_note(out, "sequential", result->median.sequential, result->sequential_fraction);
    fraction_note(out, "naive", result->median.naive, result->naive_fraction);
    if (result->parts > 1)
        snprintf(parts, sizeof parts, " in %d parts", (int)result->parts);
    snprintf(text, sizeof text, "%d timed %s of %d %s%s, %s; kernels built in %s, verified in %s",
             result->runs, result->runs == 1 ? "run" : "runs", result->slices,
             result->slices == 1 ? "slice" : "slices", parts,
             result->direct      ? "in the engine's own thread"
             : result->zero_copy ? "in the host's memory"
                                 : "with copies to and from the device",
             cli_time_text(result->build_ms, build, sizeof build),
             cli_time_text(result->verify_ms, verify, sizeof verify));
    cli_print_wrapped(out, text, 0, 0);
    fputs(style.off, out);
}

void cli_show_result(FILE *out, const brg_result *result, const char *sizes) {
    cli_style style = cli_style_of(out);
    cli_column columns[TIME_COLUMNS];
    char stages[512];
    fprintf(out, "%s%s%s  %s\n", style.strong, cli_show_stages(result, stages, sizeof stages),
            style.off, sizes);
    cli_show_verdict(out, &result->verdict);
    fputc('\n', out);
    time_columns(result, columns);
    cli_table_head(out, columns, TIME_COLUMNS);
    time_row(out, columns, result, "kernel", result->min.kernel, result->median.kernel, true);
    time_row(out, columns, result, "total", result->min.total, result->median.total, true);
    time_row(out, columns, result, "sequential", result->min.sequential, result->median.sequential,
             false);
    time_row(out, columns, result, "naive", result->min.naive, result->median.naive, false);
    fputc('\n', out);
    show_notes(out, result);
}
