/* Claim 29: a database runs many queries, each in parallel.
 *
 *     a unit for each query             each query on all units
 *
 *     unit 1   |--- a ---|--- c ---|    unit 1   |- a -|- b -|- c -|- d -|
 *     unit 2   |--- b ---|--- d ---|    unit 2   |- a -|- b -|- c -|- d -|
 *
 * Clients ask queries of a table in memory; who has an answer thinks for a moment and asks again: a closed
 * load. The units of the device are shared out in two ways, above. Dividing a query answers it sooner. Having
 * many clients at once uses the time in which one thinks: more answers a second, each of them later. So no
 * setting is best in both numbers: the points lie on a front. And what is done once for each part, handing it in and
 * waiting for it, is done more often where queries are divided: with many clients and short queries that shows, and
 * then a unit for each query gives more answers. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "lab/query.h"
#include "lab/work.h"

enum { ROWS = 3 << 16, FEW_ROWS = 1 << 16, QUERIES = 100, MOST_CLIENTS = 32 };

static const double think_s = 0.3e-3;

enum { RATE, P50, P99, WRONG, READINGS }; /* queries a second, ms, ms, answers */
enum { SOONER, MORE, LATER, FEWER, SHORT, RIGHT, SAME };

/* Clients and how their queries are answered. */
typedef struct setting {
    const brg_lab_sales *sales;
    int32_t clients;
    int32_t queries; /* of all clients, at most QUERIES */
    bool divided;    /* each query on all units; otherwise a client's queries on one */
    char name[BRG_LAB_NAME];
} setting;

/* One load: the next query to ask, and how long each took. */
typedef struct load {
    const setting *s;
    atomic_int next, wrong, failed;
    char parts[MOST_CLIENTS][BRG_NAME];
    double took_s[QUERIES];
} load;

static void ask(int32_t client, void *argument) {
    load *l = argument;
    const brg_lab_sales *sales = l->s->sales;
    brg_lab_sums sums;
    for (int32_t i; (i = atomic_fetch_add(&l->next, 1)) < l->s->queries;) {
        const int32_t query = i % BRG_LAB_QUERIES;
        const double began = brg_lab_now_s();
        if (brg_lab_query_ask(sales, query, l->parts[client], &sums) != BRG_OK)
            atomic_store(&l->failed, 1);
        l->took_s[i] = brg_lab_now_s() - began;
        if (!brg_lab_query_is_right(sales, query, &sums))
            atomic_fetch_add(&l->wrong, 1);
        brg_lab_sleep(sales->lab, think_s);
    }
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double queries_a_second(brg_lab *lab, const void *argument, double *more) {
    load l = {.s = argument};
    for (int32_t c = 0; c < l.s->clients; c++)
        brg_lab_part(lab, c, l.s->divided ? 0 : 1, l.parts[c]);
    const brg_lab_team team = {.count = l.s->clients, .work = ask, .argument = &l};
    const double wall = brg_lab_team_run(lab, &team).wall_s;
    if (atomic_load(&l.failed) || brg_lab_cancelled(lab))
        return (double)NAN;
    const int32_t count = l.s->queries;
    qsort(l.took_s, (size_t)count, sizeof *l.took_s, by_size);
    more[P50 - 1] = 1e3 * l.took_s[count / 2 - 1];
    more[P99 - 1] = 1e3 * l.took_s[count * 99 / 100 - 1];
    more[WRONG - 1] = atomic_load(&l.wrong);
    return count / wall;
}

/* ---- the experiment ---------------------------------------------------------------------------- */

/* Conditions: one client, one for each unit, four for each; whole queries, then divided ones, the first again,
 * and short queries of many clients, whole and divided. */
enum {
    LOADS = 3,
    ONE = 0,
    MANY = LOADS - 1,
    DIVIDED = LOADS,
    AGAIN = 2 * LOADS,
    SHORT_WHOLE,
    SHORT_DIVIDED,
    CONDITIONS
};

#define AT(condition, reading) ((condition)*READINGS + (reading))

static double wrong(const double *v, const void *argument) {
    (void)argument;
    double sum = 0;
    for (int32_t i = 0; i < CONDITIONS; i++)
        sum += v[AT(i, WRONG)];
    return sum;
}

/* The setting with the most answers a second, or with the earliest p99. */
static int32_t best(const double *v, int32_t reading) {
    int32_t at = 0;
    for (int32_t i = 1; i < AGAIN; i++)
        if (reading == RATE ? v[AT(i, RATE)] > v[AT(at, RATE)] : v[AT(i, P99)] < v[AT(at, P99)])
            at = i;
    return at;
}

/* What the most answers cost in time, and what the earliest cost in number. */
static double later(const double *v, const void *argument) {
    (void)argument;
    return v[AT(best(v, RATE), P99)] / v[AT(best(v, P99), P99)];
}

static double fewer(const double *v, const void *argument) {
    (void)argument;
    return v[AT(best(v, P99), RATE)] / v[AT(best(v, RATE), RATE)];
}

/* The points lie where the rates are, known when all rounds are over. */
static void draw(brg_lab *lab, const setting settings[CONDITIONS]) {
    for (int32_t i = 0; i < AGAIN; i++) {
        char label[BRG_LAB_NAME];
        const brg_lab_quantity rate = BRG_LAB_VALUE(AT(i, RATE)), p99 = BRG_LAB_VALUE(AT(i, P99));
        snprintf(label, sizeof label, "%d", (int)settings[i].clients);
        brg_lab_plot_point(lab, i < DIVIDED ? "a unit for each query" : "each query on all units",
                           brg_lab_estimate_of(lab, rate).value, brg_lab_estimate_of(lab, p99),
                           label);
    }
}

static void name_setting(setting *s, const char *note) {
    snprintf(s->name, BRG_LAB_NAME, "%s, %d %s%s", s->divided ? "divided" : "whole",
             (int)s->clients, s->clients == 1 ? "client" : "clients", note);
}

static void make_settings(brg_lab *lab, const brg_lab_sales *sales, const brg_lab_sales *few,
                          setting settings[CONDITIONS]) {
    const int32_t units = brg_lab_units(lab), most = MOST_CLIENTS / 4;
    const int32_t some = units < most ? units : most;
    const int32_t clients[LOADS] = {1, some, 4 * some};
    for (int32_t i = 0; i < AGAIN; i++) {
        settings[i] = (setting){.sales = sales,
                                .clients = clients[i % LOADS],
                                .queries = QUERIES,
                                .divided = i >= DIVIDED};
        name_setting(&settings[i], "");
    }
    settings[AGAIN] = (setting){.sales = sales, .clients = 1, .queries = QUERIES / 2};
    name_setting(&settings[AGAIN], " again");
    settings[SHORT_WHOLE] = (setting){.sales = few, .clients = clients[MANY], .queries = QUERIES};
    name_setting(&settings[SHORT_WHOLE], ", short queries");
    settings[SHORT_DIVIDED] = settings[SHORT_WHOLE];
    settings[SHORT_DIVIDED].divided = true;
    name_setting(&settings[SHORT_DIVIDED], ", short queries");
}

static brg_status measure(brg_lab *lab, const brg_lab_sales *sales, const brg_lab_sales *few) {
    setting settings[CONDITIONS];
    brg_lab_condition conditions[CONDITIONS];
    make_settings(lab, sales, few, settings);
    for (int32_t i = 0; i < CONDITIONS; i++)
        conditions[i] = (brg_lab_condition){settings[i].name, settings[i].clients, queries_a_second,
                                            &settings[i]};
    const brg_lab_reply replies[] = {
        {SOONER, BRG_LAB_RATIO(AT(ONE, P50), AT(DIVIDED + ONE, P50))},
        {MORE, BRG_LAB_RATIO(AT(MANY, RATE), AT(ONE, RATE))},
        {LATER, BRG_LAB_DERIVED(later, NULL)},
        {FEWER, BRG_LAB_DERIVED(fewer, NULL)},
        {SHORT, BRG_LAB_RATIO(AT(SHORT_WHOLE, RATE), AT(SHORT_DIVIDED, RATE))},
        {RIGHT, BRG_LAB_DERIVED(wrong, NULL)},
        {SAME, BRG_LAB_RATIO(AT(ONE, P50), AT(AGAIN, P50))}};
    const brg_lab_gauge gauges[] = {
        {"a query alone, on one unit", "ms", BRG_LAB_VALUE(AT(ONE, P50))},
        {"a query alone, divided", "ms", BRG_LAB_VALUE(AT(DIVIDED + ONE, P50))},
        {"many: answers a second, whole over divided", "x",
         BRG_LAB_RATIO(AT(MANY, RATE), AT(DIVIDED + MANY, RATE))},
        {"many: p99, whole over divided", "x",
         BRG_LAB_RATIO(AT(MANY, P99), AT(DIVIDED + MANY, P99))}};
    brg_status status = brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                             .condition_count = CONDITIONS,
                                                             .readings = READINGS,
                                                             .replies = replies,
                                                             .reply_count = 7,
                                                             .gauges = gauges,
                                                             .gauge_count = 4});
    if (status == BRG_OK)
        draw(lab, settings);
    return status;
}

static brg_status run(brg_lab *lab) {
    brg_lab_sales sales, few = {0};
    brg_status status = brg_lab_sales_make(lab, ROWS, &sales);
    if (status == BRG_OK)
        status = brg_lab_sales_make(lab, FEW_ROWS, &few);
    if (status == BRG_OK)
        status = measure(lab, &sales, &few);
    brg_lab_sales_release(&few);
    brg_lab_sales_release(&sales);
    return status;
}

const brg_experiment brg_claim_29 =
    {.claim =
         {.id = "29",
          .slug = "queries",
          .title = "A database runs many queries, each in parallel",
          .articles = "A3",
          .claim =
              "A database is concurrent, as it serves many queries, and parallel, as it divides "
              "a query among processors.",
          .hypothesis =
              "A divided query is answered sooner. Many queries at once get more answers a "
              "second than one after the other, but each of them later; and if they are short, "
              "more with a unit for each than divided.",
          .metric = "answers a second; median and p99 of the time to an answer",
          .threshold =
              "Alone, a divided query at least 1.2 times as soon; many clients, queries "
              "whole, at least 1.2 times as many answers a second as one. The setting with "
              "the most answers has a p99 at least 1.2 times the earliest; the one with the "
              "earliest gives at most 0.9 times the most answers. Of many short queries at least "
              "1.05 times as many whole as divided. Not one wrong answer.",
          .refuted_by = "No gain from either, a setting that is best in both numbers, or a wrong "
                        "answer.",
          .workload = "Sums by region over a range of days, in a table of 196,608 rows, for short "
                      "queries of "
                      "65,536. 100 queries "
                      "by one client, by one for each unit, by four for each, who think for 0.3 ms "
                      "before they ask again. Each query on one unit, or divided among all.",
          .method =
              "All settings once a round, in random order; ratios within a round. Every answer "
              "is compared with that of a plain loop.",
          .control = "The same setting twice must give the same time to an answer.",
          .questions = {[SOONER] = {.what = "time of a query alone, whole over divided",
                                    .unit = "x",
                                    BRG_LAB_ABOVE(1.2)},
                        [MORE] = {.what = "answers a second, many clients over one",
                                  .unit = "x",
                                  BRG_LAB_ABOVE(1.2)},
                        [LATER] = {.what = "p99 with the most answers over the earliest p99",
                                   .unit = "x",
                                   BRG_LAB_ABOVE(1.2)},
                        [FEWER] = {.what = "answers with the earliest p99 over the most answers",
                                   .unit = "x",
                                   BRG_LAB_BELOW(0.9)},
                        [SHORT] = {.what = "answers to many short queries, whole over divided",
                                   .unit = "x",
                                   BRG_LAB_ABOVE(1.05)},
                        [RIGHT] = {.what = "wrong answers", .unit = "", BRG_LAB_BELOW(0)},
                        [SAME] = {.what = "time of a query alone, whole, over itself",
                                  .unit = "x",
                                  BRG_LAB_WITHIN(0.8, 1.25),
                                  .control = true}},
          .plot = {BRG_LAB_PLOT_POINTS, "queries a second", "p99 of an answer, ms"},
          .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
     .run = run};
