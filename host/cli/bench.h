/* The benchmark, in files of its own:
 *
 *     bench.c          the command: options, order of events
 *     bench_cases.c    what to measure: an op's sizes, the user's words, the standard list, random
 *                      shapes
 *     bench_measure.c  how: contenders take turns in rounds, in an order drawn anew for each
 *     bench_judge.c    whether a peer's result is right
 *     bench_table.c    what people read
 *     bench_book.c     what programs read: lines become a report; geometric means
 *     bench_compare.c  against a file of an earlier run
 *     bench_chart.c    rates as a picture
 *     bench_ladder.c   what each rung of an op's ladder buys
 *     bench_roofline.c how far each op is from what the device can do
 */
#ifndef BRIGADE_CLI_BENCH_H
#define BRIGADE_CLI_BENCH_H

#include "brigade/brigade.h"
#include "company.h"
#include "peer.h"
#include "policy.h"
#include "session.h"
#include "stats.h"
#include "workload.h"

typedef struct bench_settings {
    cli_common common;
    cli_policy policy;
    double time_ms; /* of one contender in one case */
    const char *variants;
    const char *against;
    const char *svg, *save, *compare;
    int64_t random;
    double threshold; /* percent */
    bool ladder, roofline;
} bench_settings;

/* ---- what is measured ------------------------------------------------------------------------ */

enum { BENCH_TEXT = 112, BENCH_GROUP = 24 };

/* A call to measure, and what the standard list expects of it. */
typedef struct bench_case {
    const brg_op *op;
    char words[CLI_WORDS]; /* for op->make(); or a filter chain, on `image` */
    bool is_chain;
    char image[32];
    const char *dtype, *kernel; /* of the picture, and for conv2d; NULL: the usual ones */
    char group[BENCH_GROUP];    /* whose geometric mean it counts in; "" for the op's */
} bench_case;

typedef struct bench_cases {
    bench_case *rows;
    int32_t count, room;
} bench_cases;

/* Reads the command's words: ops, each with the words of its call or none; no op at all is every
 * op, or with `standard` the standard list. With random > 0 that many shapes of each op are drawn.
 */
brg_status bench_cases_read(bench_cases *cases, char **words, int32_t count, bool standard,
                            int64_t random, uint64_t seed, brg_error *error);

bench_case *bench_cases_add(bench_cases *cases, const bench_case *fresh, brg_error *error);

/* Makes inputs and stages. The caller releases the workload. */
brg_status bench_case_make(const bench_case *at, cli_workload *workload, uint64_t seed,
                           uint64_t memory, brg_error *error);

void bench_cases_free(bench_cases *cases);

/* ---- what came of it ------------------------------------------------------------------------- */

/* One contender in one case. */
typedef struct bench_line {
    int32_t index; /* of the case */
    char text[BENCH_TEXT];
    char group[BENCH_GROUP];
    char peer[CLI_PEER_NAME]; /* "": ours */
    char note[CLI_PEER_TEXT]; /* what is looser about a peer's result, or why it takes no part */
    brg_result result;        /* medians, verdict, variant; no output */
    cli_interval total_ms;    /* of one call */
    cli_interval ratio;       /* its time over ours; -1: none */
    int32_t rounds, runs, calls, threads;
    bool best;  /* of the ways of its peer, or of our variants */
    bool apart; /* has a score of its own beside that of its peer */
} bench_line;

/* All lines of a run, and its JSON. */
typedef struct bench_book {
    bench_line *lines;
    int32_t count, room;
    bool failed; /* memory was short */
} bench_book;

bench_line *bench_book_add(bench_book *book, const bench_line *line);
void bench_book_free(bench_book *book);

/* Adds lines from `first` on to a report. */
void bench_book_report(const bench_book *book, int32_t first, brg_report *report);

/* A contender's ratios in one group of cases. */
typedef struct bench_score {
    char group[BENCH_GROUP];
    char peer[32]; /* with its way, if that is counted apart: "openblas sgemv" */
    cli_spread spread;
    char least[BENCH_TEXT]; /* the case of spread.min */
} bench_score;

enum { BENCH_MAX_SCORES = 64 };

/* The scores of every group against every peer; returns how many. */
int32_t bench_book_scores(const bench_book *book, bench_score scores[BENCH_MAX_SCORES]);

/* What is hoped for of a group's ratios: of their geometric mean, and of each. */
bool bench_goal(const char *group, const char *peer, double *mean, double *each);

/* Adds the scores as "summary" to a report. */
brg_status bench_book_summarise(const bench_book *book, brg_report *report, brg_error *error);

/* ---- measuring ------------------------------------------------------------------------------- */

typedef struct bench {
    cli_session *session;
    const bench_settings *settings;
    char device[32]; /* as jobs name it */
    const brg_device_info *info;
    uint32_t units; /* of a sub-device; 0: all */
    cli_peers peers;
    const char *variants; /* as the option has it; NULL: what the op chooses */
    bool only_beside;     /* leaves out what no peer can do */
    double patience_ms;   /* a variant whose first runs take longer is given up; 0: none is */
    bench_book book;
    uint64_t random;      /* the state behind the order of turns */
    int32_t tabled;       /* lines printed */
    const brg_op *headed; /* the op whose table is open, and the unit of its rates */
    const char *headed_unit;
    cli_company began; /* the clocks at the beginning */
    bool scaled;       /* a baseline was timed on a part */
    int code;          /* the exit code so far */
} bench;

/* Compute units that every contender may use. */
int32_t bench_threads(const bench *b);

/* Measures one case with all contenders and adds their lines. What a variant or a peer cannot do is
 * no failure; the lines say so. */
brg_status bench_measure(bench *b, const bench_case *at, int32_t index, brg_error *error);

/* Something to be judged: a result in the output's type, and what is granted to it. */
typedef struct bench_claim {
    const void *got;
    double slack, factor;
    int32_t ignore;
    brg_verdict verdict;
} bench_claim;

/* Compares the claims with the exact values, all of them with the same rows. */
brg_status bench_judge(cli_session *session, const brg_op *op, const brg_call *call,
                       brg_verify_policy policy, uint64_t seed, bench_claim *claims, int32_t count,
                       brg_error *error);

/* ---- telling --------------------------------------------------------------------------------- */

/* Prints the lines added since the last time. */
void bench_table_show(bench *b);
void bench_table_peers(const bench *b);
void bench_table_scores(const bench *b);
void bench_table_legend(const bench *b);

/* "full", "sample", "WRONG", "skip" ... with colour. */
void bench_check_cell(const brg_result *result, char *cell);

/* Draws the rates against the sizes. */
brg_status bench_chart_save(const bench *b, const char *path, brg_error *error);

/* Every rung of the ladders of the ops among the cases: verified, measured and told. */
brg_status bench_ladder(bench *b, const bench_cases *cases, brg_error *error);

/* The device's roofline, and where the largest case of each op lies below it. */
brg_status bench_roofline(bench *b, const bench_cases *cases, brg_error *error);

#endif
