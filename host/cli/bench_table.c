/* The benchmark for people: 80 columns, the verdict before the time, a case at a time. */
#include <math.h>
#include <string.h>

#include "bench.h"
#include "show.h"
#include "table.h"

enum { PLAIN_COLUMNS = 8, MATCH_COLUMNS = 6 };

/* ---- cells ----------------------------------------------------------------------------------- */

void bench_check_cell(const brg_result *result, char *cell) {
    cli_style style = cli_style_of(stdout);
    const brg_verdict *verdict = &result->verdict;
    const char *colour = verdict->outcome == BRG_PASSED     ? style.good
                         : verdict->outcome == BRG_MISMATCH ? style.bad
                                                            : style.warn;
    const char *word = result->state != BRG_JOB_DONE             ? "skip"
                       : verdict->outcome == BRG_MISMATCH        ? "WRONG"
                       : verdict->outcome == BRG_UNCHECKED       ? "none"
                       : verdict->policy == BRG_VERIFY_FREIVALDS ? "freiv."
                                                                 : NULL;
    snprintf(cell, CLI_CELL, "%s%.6s%s", colour,
             word ? word : brg_verify_policy_name(verdict->policy), style.off);
}

/* Half the interval's width, in percent of the median. */
static void spread_cell(const bench_line *line, char *cell) {
    const cli_interval *at = &line->total_ms;
    double percent = 50 * (at->high - at->low) / at->median;
    if (line->rounds == 1 && line->runs == 1)
        snprintf(cell, CLI_CELL, "once");
    else if (percent > 999)
        snprintf(cell, CLI_CELL, ">999 %%");
    else
        snprintf(cell, CLI_CELL, "%.*f %%", percent < 9.95 ? 1 : 0, percent);
}

static void speedup_cell(bench *b, double baseline, double ms, double fraction, char *cell) {
    char figure[32];
    bool part = fraction > 0 && fraction < 1;
    if (!(baseline > 0) || !(ms > 0))
        return;
    snprintf(cell, CLI_CELL, "%s%s x", part ? "~" : "",
             cli_figure_text(baseline / ms, figure, sizeof figure));
    b->scaled = b->scaled || part;
}

static void ratio_cell(const bench_line *line, char *cell) {
    cli_style style = cli_style_of(stdout);
    char figure[32];
    if (!(line->ratio.median > 0))
        return;
    snprintf(cell, CLI_CELL, "%s%s x%s", line->ratio.median >= 1 ? style.good : style.warn,
             cli_figure_text(line->ratio.median, figure, sizeof figure), style.off);
}

static bool is_timed(const bench_line *line) {
    return line->result.state == BRG_JOB_DONE && line->total_ms.median > 0;
}

static const char *rate_title(const brg_result *result) {
    static const char flops[] = "GF/s", bytes[] = "GB/s";
    return cli_show_rate_unit(result)[1] == 'F' ? flops : bytes;
}

/* ---- without peers: a line a variant --------------------------------------------------------- */

static void plain_columns(const bench_line *line, cli_column columns[PLAIN_COLUMNS]) {
    const cli_column all[PLAIN_COLUMNS] = {
        {line->group, 19, false}, {"variant", 9, false}, {"check", 6, false},
        {"median", 8, true},      {"+-", 5, true},       {rate_title(&line->result), 5, true},
        {"vs seq", 6, true},      {"naive", 7, true}};
    memcpy(columns, all, sizeof all);
}

static void show_plain(bench *b, const bench_line *line) {
    cli_column columns[PLAIN_COLUMNS];
    char cells[PLAIN_COLUMNS][CLI_CELL] = {""};
    const brg_result *result = &line->result;
    double ms = line->total_ms.median;
    plain_columns(line, columns);
    if (strlen(line->text) <= 19)
        snprintf(cells[0], CLI_CELL, "%s", line->text);
    else
        puts(line->text);
    snprintf(cells[1], CLI_CELL, "%s", result->stage_count > 1 ? "chain" : result->variant[0]);
    bench_check_cell(result, cells[2]);
    if (is_timed(line)) {
        cli_time_text(ms, cells[3], CLI_CELL);
        spread_cell(line, cells[4]);
        cli_figure_text(cli_show_rate(result, ms), cells[5], CLI_CELL);
        speedup_cell(b, result->median.sequential, ms, result->sequential_fraction, cells[6]);
        speedup_cell(b, result->median.naive, ms, result->naive_fraction, cells[7]);
    }
    cli_table_row(stdout, columns, PLAIN_COLUMNS, cells);
}

/* ---- with peers: a heading a case, a line a contender ---------------------------------------- */

static void match_columns(const char *first, const brg_result *result,
                          cli_column columns[MATCH_COLUMNS]) {
    const cli_column all[MATCH_COLUMNS] = {
        {first, 34, false}, {"check", 6, false},           {"median", 8, true},
        {"+-", 6, true},    {rate_title(result), 6, true}, {"ratio", 8, true}};
    memcpy(columns, all, sizeof all);
}

static void show_match(const bench_line *line) {
    cli_column columns[MATCH_COLUMNS];
    cli_style style = cli_style_of(stdout);
    char cells[MATCH_COLUMNS][CLI_CELL] = {""};
    const brg_result *result = &line->result;
    const char *way = result->stage_count > 1 ? "chain" : result->variant[0];
    match_columns("", result, columns);
    snprintf(cells[0], CLI_CELL, "  %s%s%s%s%s", line->peer[0] ? "" : style.strong,
             line->peer[0] ? line->peer : "brigade", line->peer[0] ? "" : style.off,
             way[0] ? " " : "", way);
    bench_check_cell(result, cells[1]);
    if (is_timed(line)) {
        cli_time_text(line->total_ms.median, cells[2], CLI_CELL);
        spread_cell(line, cells[3]);
        cli_figure_text(cli_show_rate(result, line->total_ms.median), cells[4], CLI_CELL);
        ratio_cell(line, cells[5]);
    }
    bool wrong = result->verdict.outcome == BRG_MISMATCH;
    bool tells = !is_timed(line) && line->note[0] && !wrong;
    if (!tells) {
        cli_table_row(stdout, columns, MATCH_COLUMNS, cells);
    } else { /* why not, where the figures would be */
        columns[2] = (cli_column){"", 34, false};
        snprintf(cells[2], CLI_CELL, "%.127s", line->note);
        cli_table_row(stdout, columns, 3, cells);
    }
    if (wrong && line->note[0]) {
        printf("    %s", style.quiet);
        cli_print_wrapped(stdout, line->note, 4, 4);
        fputs(style.off, stdout);
    }
}

/* ---- cases ----------------------------------------------------------------------------------- */

static void show_heads(bench *b, const bench_line *line, bool fresh_case) {
    cli_style style = cli_style_of(stdout);
    const brg_op *op = brg_op_find(line->result.op[0]);
    const char *unit = rate_title(&line->result);
    bool fresh_op = !b->headed || op != b->headed || unit != b->headed_unit;
    if (fresh_op && b->headed)
        fputc('\n', stdout);
    if (fresh_op && b->peers.count > 0) {
        cli_column columns[MATCH_COLUMNS];
        match_columns(line->result.op[0], &line->result, columns);
        cli_table_head(stdout, columns, MATCH_COLUMNS);
    } else if (fresh_op) {
        cli_column columns[PLAIN_COLUMNS];
        plain_columns(line, columns);
        cli_table_head(stdout, columns, PLAIN_COLUMNS);
    }
    b->headed = op;
    b->headed_unit = unit;
    if (fresh_case && b->peers.count > 0)
        printf("%s%s%s\n", style.strong, line->text, style.off);
}

void bench_table_show(bench *b) {
    for (; b->tabled < b->book.count; b->tabled++) {
        const bench_line *line = &b->book.lines[b->tabled];
        bool fresh = b->tabled == 0 || line[-1].index != line->index;
        cli_session_clear(b->session);
        show_heads(b, line, fresh);
        if (b->peers.count > 0)
            show_match(line);
        else
            show_plain(b, line);
    }
    fflush(stdout);
}

/* ---- peers and scores ------------------------------------------------------------------------ */

void bench_table_peers(const bench *b) {
    int32_t threads = bench_threads(b);
    for (int32_t i = 0; i < b->peers.count; i++) {
        const cli_peer *peer = &b->peers.rows[i];
        if (!peer->plugin)
            fprintf(stderr, "absent %s: %s\n", peer->name, peer->reason);
        else if (peer->plugin->on_device)
            fprintf(stderr, "peer   %s %s, on the same device\n", peer->name,
                    peer->plugin->version);
        else
            fprintf(stderr, "peer   %s %s, %d %s\n", peer->name, peer->plugin->version, threads,
                    threads == 1 ? "thread" : "threads");
    }
}

/* "1.10, all 1.00", painted as met or missed; nothing where nothing is hoped for. */
static void goal_cell(const bench_score *score, char *cell) {
    cli_style style = cli_style_of(stdout);
    double mean, each;
    char text[40];
    if (!bench_goal(score->group, score->peer, &mean, &each))
        return;
    bool met = score->spread.geomean >= mean && score->spread.min >= each;
    if (each > 0 && each != mean)
        snprintf(text, sizeof text, "%.2f, all %.2f", mean, each);
    else
        snprintf(text, sizeof text, "%.2f", mean);
    snprintf(cell, CLI_CELL, "%s%s %s%s", met ? style.good : style.bad, text,
             met ? "met" : "missed", style.off);
}

/* The distribution of random shapes, or the goals of the standard list. */
void bench_table_scores(const bench *b) {
    enum { COLUMNS = 7 };
    static const cli_column random[COLUMNS] = {{"peer's time / ours", 31, false},
                                               {"geomean", 7, true},
                                               {"least", 6, true},
                                               {"quarter", 7, true},
                                               {"median", 6, true},
                                               {"quarter", 7, true},
                                               {"most", 4, true}};
    static const cli_column listed[COLUMNS] = {{"peer's time / ours", 27, false},
                                               {"cases", 5, true},
                                               {"geomean", 7, true},
                                               {"least", 5, true},
                                               {"most", 5, true},
                                               {"goal", 21, false},
                                               {"", 0, false}};
    bench_score scores[BENCH_MAX_SCORES];
    int32_t count = bench_book_scores(&b->book, scores);
    bool is_random = b->settings->random > 0;
    const cli_column *columns = is_random ? random : listed;
    if (count == 0)
        return;
    fputc('\n', stdout);
    cli_table_head(stdout, columns, is_random ? COLUMNS : COLUMNS - 1);
    for (int32_t i = 0; i < count; i++) {
        char cells[COLUMNS][CLI_CELL] = {""};
        const cli_spread *spread = &scores[i].spread;
        const double shown[] = {spread->geomean, spread->min, spread->q1,
                                spread->median,  spread->q3,  spread->max};
        snprintf(cells[0], CLI_CELL, "%.24s, %.31s", scores[i].group, scores[i].peer);
        for (int32_t j = 0; j < 6 && is_random; j++)
            cli_figure_text(shown[j], cells[j + 1], CLI_CELL);
        if (!is_random) {
            snprintf(cells[1], CLI_CELL, "%d", spread->count);
            cli_figure_text(spread->geomean, cells[2], CLI_CELL);
            cli_figure_text(spread->min, cells[3], CLI_CELL);
            cli_figure_text(spread->max, cells[4], CLI_CELL);
            goal_cell(&scores[i], cells[5]);
        }
        cli_table_row(stdout, columns, COLUMNS, cells);
    }
}

/* ---- the small print ------------------------------------------------------------------------- */

/* Each distinct note of a peer whose times count, once. */
static void print_notes(const bench_book *book) {
    for (int32_t i = 0; i < book->count; i++) {
        const bench_line *line = &book->lines[i];
        bool said = !line->peer[0] || !line->note[0] || !is_timed(line);
        for (int32_t j = 0; j < i && !said; j++)
            said = is_timed(&book->lines[j]) && strcmp(book->lines[j].peer, line->peer) == 0 &&
                   strcmp(book->lines[j].note, line->note) == 0;
        char text[CLI_PEER_NAME + CLI_PEER_TEXT + 4];
        snprintf(text, sizeof text, "%s: %s.", line->peer, line->note);
        if (!said)
            cli_print_wrapped(stdout, text, 0, 2);
    }
}

/* More than what a quiet system does for itself. */
static void warn_of_company(const bench *b) {
    const double tolerable = 0.1;
    cli_style style = cli_style_of(stdout);
    double others = cli_company_since(&b->began);
    char text[240];
    if (!(others > tolerable))
        return;
    snprintf(text, sizeof text,
             "Other programs took %.0f %% of the processors meanwhile: these times are disturbed, "
             "and those of whoever waits spinning most of all.",
             100 * others);
    fprintf(stdout, "%s%s", style.off, style.warn);
    cli_print_wrapped(stdout, text, 0, 0);
    fprintf(stdout, "%s%s", style.off, style.quiet);
}

void bench_table_legend(const bench *b) {
    cli_style style = cli_style_of(stdout);
    char text[640];
    fputs(b->book.count ? "\n" : "", stdout);
    fputs(style.quiet, stdout);
    if (b->peers.count > 0) {
        snprintf(text, sizeof text,
                 "ratio: a contender's median time over ours, above 1 where ours is faster. "
                 "Contenders take turns in rounds, in random order, small work as a loop of calls; "
                 "the first round is not counted. +- is half the 95 %% interval of the median. "
                 "Our times are end to end, all work with %d %s. A peer's geometric mean takes "
                 "its fastest way.",
                 (int)bench_threads(b), bench_threads(b) == 1 ? "thread" : "threads");
    } else {
        snprintf(text, sizeof text,
                 "Times are end to end, with transfers; +- is half the 95 %% interval of the "
                 "median. Speedups are of the median over one thread of C: seq is the best "
                 "portable loop, naive the textbook one. Rates count the operations of the plain "
                 "definition.");
    }
    cli_print_wrapped(stdout, text, 0, 0);
    warn_of_company(b);
    if (b->scaled)
        puts("~ of a baseline timed on a part of the rows and scaled");
    print_notes(&b->book);
    fputs(style.off, stdout);
}
