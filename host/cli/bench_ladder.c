/* The ladder: every rung of an op in order, with its idea, and what it buys on this device.
 *
 * All rungs take turns at one size. One that is too slow for it is measured at the largest smaller
 * size that it can do in time, and compared by its rate; the table says so. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "show.h"
#include "table.h"

enum { COLUMNS = 6, IDEA = 1, IDEA_WIDTH = 31 };

/* Large enough that launching counts for nothing, small enough for a slow rung. */
#define MOST_FLOPS 2.2e9
#define MOST_BYTES 1e8
#define PATIENCE_MS 15000

static const cli_column columns[COLUMNS] = {{"rung", 10, false}, {"idea", IDEA_WIDTH, false},
                                            {"median", 8, true}, {"GF/s", 5, true},
                                            {"step", 7, true},   {"naive", 7, true}};

/* ---- sizes ----------------------------------------------------------------------------------- */

static brg_status work_of(bench *b, const bench_case *at, brg_cost *cost, brg_error *error) {
    cli_workload *workload = calloc(1, sizeof *workload);
    if (!workload)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a case");
    brg_status status = bench_case_make(at, workload, (uint64_t)b->settings->common.seed,
                                        cli_session_memory(b->session), error);
    const brg_stage *stage = &workload->stages[0];
    brg_call call = {.params = stage->params ? stage->params : at->op->defaults,
                     .input_count = stage->input_count};
    for (int32_t i = 0; status == BRG_OK && i < stage->input_count; i++) {
        call.inputs[i] = *brg_tensor_shape(stage->inputs[i]);
        call.data[i] = brg_tensor_data(stage->inputs[i]);
    }
    if (status == BRG_OK)
        status = at->op->check(&call, &call.output, error);
    if (status == BRG_OK)
        at->op->cost(&call, cost);
    cli_workload_release(workload);
    free(workload);
    return status;
}

typedef struct rung_size {
    const bench_case *at;
    double work; /* in parts of the most */
} rung_size;

static int falling(const void *left, const void *right) {
    double a = ((const rung_size *)left)->work, b = ((const rung_size *)right)->work;
    return a > b ? -1 : a < b;
}

/* The cases of one op from `first` on that are small enough, the largest first; the first one in
 * any case. */
static int32_t choose_sizes(bench *b, const bench_cases *cases, int32_t first, int32_t end,
                            rung_size *sizes, brg_error *error) {
    int32_t count = 0;
    for (int32_t i = first; i < end; i++) {
        brg_cost cost = {0};
        if (work_of(b, &cases->rows[i], &cost, error) != BRG_OK)
            return -1;
        double work = fmax(cost.flops / MOST_FLOPS, cost.bytes / MOST_BYTES);
        if (work <= 1 || end - first == 1)
            sizes[count++] = (rung_size){&cases->rows[i], work};
    }
    qsort(sizes, (size_t)count, sizeof *sizes, falling);
    return count;
}

/* ---- rungs ----------------------------------------------------------------------------------- */

typedef struct rung {
    const brg_variant *variant;
    const bench_line *line; /* NULL: of no size */
    bool smaller;           /* measured at another size than the others */
} rung;

static bool is_timed(const bench_line *line) {
    return line->result.state == BRG_JOB_DONE && line->total_ms.median > 0 &&
           line->result.verdict.outcome != BRG_MISMATCH;
}

static double rate_of(const bench_line *line) {
    return cli_show_rate(&line->result, line->total_ms.median);
}

/* What the op itself would take at this size. */
static void find_choice(bench *b, const bench_case *at, char choice[BRG_OP_NAME]) {
    cli_workload *workload = calloc(1, sizeof *workload);
    brg_error ignored = {0};
    brg_result result = {0};
    choice[0] = 0;
    if (workload &&
        bench_case_make(at, workload, 1, cli_session_memory(b->session), &ignored) == BRG_OK) {
        const brg_job_desc desc = {.stages = workload->stages,
                                   .stage_count = 1,
                                   .device = b->device,
                                   .verify = BRG_VERIFY_NONE};
        if (cli_session_run(b->session, &desc, &result, &ignored) == BRG_OK)
            snprintf(choice, BRG_OP_NAME, "%s", result.variant[0]);
        brg_result_release(&result);
    }
    if (workload)
        cli_workload_release(workload);
    free(workload);
}

/* A rung that was too slow, at smaller and smaller sizes. */
static brg_status try_smaller(bench *b, const rung_size *sizes, int32_t count, const char *variant,
                              brg_error *error) {
    brg_status status = BRG_OK;
    b->variants = variant;
    for (int32_t i = 1; i < count && status == BRG_OK; i++) {
        int32_t first = b->book.count;
        status = bench_measure(b, sizes[i].at, i, error);
        if (status == BRG_OK && b->book.lines[first].result.error.status != BRG_E_TIMEOUT)
            break;
    }
    return status;
}

/* At the given size, or for the slow ones below it. */
static brg_status measure_rungs(bench *b, const rung_size *sizes, int32_t count, brg_error *error) {
    int32_t first = b->book.count;
    b->variants = "all";
    b->patience_ms = PATIENCE_MS;
    brg_status status = bench_measure(b, sizes[0].at, 0, error);
    int32_t end = b->book.count;
    for (int32_t i = first; i < end && status == BRG_OK; i++)
        if (b->book.lines[i].result.error.status == BRG_E_TIMEOUT) {
            char name[BRG_OP_NAME];
            memcpy(name, b->book.lines[i].result.variant[0], sizeof name);
            status = try_smaller(b, sizes, count, name, error);
        }
    b->patience_ms = 0;
    return status;
}

/* The lines of a ladder lie in the book from `first` on; the last one of a variant counts. */
static rung find_rung(const bench *b, int32_t first, const brg_variant *variant) {
    rung found = {.variant = variant};
    for (int32_t i = first; i < b->book.count; i++) {
        const bench_line *line = &b->book.lines[i];
        if (strcmp(line->result.variant[0], variant->name) == 0) {
            found.line = line;
            found.smaller = line->index > 0;
        }
    }
    return found;
}

/* ---- the table ------------------------------------------------------------------------------- */

/* Takes as many words as fit; returns how many bytes. */
static int32_t break_line(const char *text, int32_t width) {
    int32_t length = (int32_t)strlen(text), at = width;
    if (length <= width)
        return length;
    while (at > 0 && text[at] != ' ')
        at--;
    return at > 0 ? at : width;
}

static void factor_cell(double factor, bool smaller, char *cell) {
    char figure[32];
    snprintf(cell, CLI_CELL, "%s%s x", smaller ? "~" : "",
             cli_figure_text(factor, figure, sizeof figure));
}

static void figure_cells(const rung *at, double before, double naive,
                         char cells[COLUMNS][CLI_CELL]) {
    cli_style style = cli_style_of(stdout);
    double rate = rate_of(at->line);
    char figure[32];
    cli_time_text(at->line->total_ms.median, cells[2], CLI_CELL);
    snprintf(cells[3], CLI_CELL, "%s%s%s", style.strong,
             cli_figure_text(rate, figure, sizeof figure), style.off);
    if (before > 0)
        factor_cell(rate / before, at->smaller, cells[4]);
    if (naive > 0)
        factor_cell(rate / naive, at->smaller, cells[5]);
}

static void print_rung(const rung *at, const char *choice, double before, double naive) {
    char cells[COLUMNS][CLI_CELL] = {""};
    cli_style style = cli_style_of(stdout);
    const char *idea = at->variant->summary;
    bool timed = at->line && is_timed(at->line);
    bool chosen = strcmp(at->variant->name, choice) == 0;
    snprintf(cells[0], CLI_CELL, "%s%s%s%s", chosen ? style.good : "", at->variant->name,
             chosen ? "*" : "", chosen ? style.off : "");
    if (timed)
        figure_cells(at, before, naive, cells);
    else
        snprintf(cells[2], CLI_CELL, "%s",
                 at->line && at->line->result.verdict.outcome == BRG_MISMATCH ? "WRONG" : "-");
    for (bool first = true; *idea || first; first = false) {
        int32_t length = break_line(idea, IDEA_WIDTH);
        snprintf(cells[IDEA], CLI_CELL, "%.*s", (int)length, idea);
        cli_table_row(stdout, columns, first ? COLUMNS : IDEA + 1, cells);
        cells[0][0] = 0;
        idea += length;
        idea += strspn(idea, " ");
    }
}

static void print_note(const bench *b, const rung *at) {
    char text[320];
    if (at->smaller && at->line && is_timed(at->line))
        snprintf(text, sizeof text,
                 "~ %s: too slow for this size; timed at %s, compared by its rate",
                 at->variant->name, at->line->text);
    else if (at->line && is_timed(at->line) && at->line->rounds == 1 && at->line->runs == 1)
        snprintf(text, sizeof text, "%s: slow, and so timed once", at->variant->name);
    else if (at->line && at->line->note[0])
        snprintf(text, sizeof text, "%s: %s", at->variant->name, at->line->note);
    else
        return;
    (void)b;
    cli_print_wrapped(stdout, text, 0, 2);
}

static void print_ladder(const bench *b, const brg_op *op, int32_t first, const char *choice) {
    cli_style style = cli_style_of(stdout);
    double before = 0, naive = 0;
    cli_column head[COLUMNS];
    memcpy(head, columns, sizeof head);
    const bench_line *line = &b->book.lines[first];
    head[3].title = cli_show_rate_unit(&line->result)[1] == 'F' ? "GF/s" : "GB/s";
    printf("%s%s%s  %s\n", style.strong, op->name, style.off, line->text);
    cli_table_head(stdout, head, COLUMNS);
    for (int32_t i = 0; i < op->variant_count; i++) {
        rung at = find_rung(b, first, &op->variants[i]);
        print_rung(&at, choice, before, naive);
        if (!at.line || !is_timed(at.line))
            continue;
        before = rate_of(at.line);
        naive = naive > 0 ? naive : before;
    }
    fputs(style.quiet, stdout);
    fputc('\n', stdout);
    cli_print_wrapped(stdout,
                      "step: over the rung before it that ran; naive: over the first. Every result "
                      "was verified. * is what the op chooses here.",
                      0, 0);
    for (int32_t i = 0; i < op->variant_count; i++) {
        rung at = find_rung(b, first, &op->variants[i]);
        print_note(b, &at);
    }
    fputs(style.off, stdout);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static brg_status climb(bench *b, const bench_cases *cases, int32_t first, int32_t end,
                        brg_error *error) {
    const brg_op *op = cases->rows[first].op;
    char choice[BRG_OP_NAME];
    rung_size *sizes = calloc((size_t)(end - first), sizeof *sizes);
    if (!sizes)
        return brg_fail(error, BRG_E_MEMORY, "no memory for the ladder");
    int32_t count = choose_sizes(b, cases, first, end, sizes, error), line = b->book.count;
    brg_status status = count < 0 ? error->status : BRG_OK;
    if (count == 0)
        status =
            brg_fail(error, BRG_E_ARGUMENT, "%s has no size that suits its slowest rung", op->name);
    if (status == BRG_OK)
        status = measure_rungs(b, sizes, count, error);
    if (status == BRG_OK && b->session->report)
        bench_book_report(&b->book, line, b->session->report);
    if (status == BRG_OK && !b->session->report) {
        find_choice(b, sizes[0].at, choice);
        cli_session_clear(b->session);
        fputs(line > 0 ? "\n" : "", stdout);
        print_ladder(b, op, line, choice);
    }
    free(sizes);
    return status;
}

/* Cases of one op stand together. */
brg_status bench_ladder(bench *b, const bench_cases *cases, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t first = 0; first < cases->count && status == BRG_OK;) {
        int32_t end = first + 1;
        while (end < cases->count && cases->rows[end].op == cases->rows[first].op)
            end++;
        status = climb(b, cases, first, end, error);
        first = end;
    }
    return status;
}
