/* Claim 27: MapReduce: independent chunks, then merge.
 *
 *     text     |  chunk 0  |  chunk 1  |  chunk 2  |
 *     map         count       count       count        each worker alone, a table for each reducer
 *     shuffle     a .. h      i .. q      r .. z       each word's counts come to the one who has that part
 *     reduce       add         add         add         and are added up there
 *
 * The words of a text are counted, after Dean and Ghemawat, "MapReduce: simplified data processing on large
 * clusters", OSDI 2004, with their combiner: a worker counts before it sends. (Words go to reducers by a hash,
 * not by the alphabet.) Chunks shrink with more workers; what is merged does not: nearly every worker
 * has met nearly every frequent word. Workers are threads, or processes that share nothing and send their
 * tables through pipes. Each run's counts are compared with those of a sequential count. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/children.h"
#include "lab/words.h"

enum { SIZE = 4 << 20, VOCABULARY = 20000, STEPS = 8, MOST = BRG_LAB_CHILDREN };
enum { SECONDS, SHUFFLE, REDUCE, WRONG, READINGS }; /* the middle ones in per cent of the time */
enum { SPEEDUP, FOR_EACH, GROWS, COUNTS, CUT };

typedef struct setting {
    const char *text;
    const brg_lab_tally *expected;
    int32_t workers;
    bool processes;
    bool cuts_words; /* chunks end anywhere: wrong */
    char name[BRG_LAB_NAME];
} setting;

/* The worker's chunk of the text. */
static void chunk_of(const setting *s, int32_t index, int64_t *from, int64_t *to) {
    const int64_t begin = (int64_t)SIZE * index / s->workers;
    const int64_t end = (int64_t)SIZE * (index + 1) / s->workers;
    *from = brg_lab_text_cut(s->text, SIZE, begin, s->cuts_words);
    *to = brg_lab_text_cut(s->text, SIZE, end, s->cuts_words);
}

/* ---- threads ----------------------------------------------------------------------------------- */

/* One count by threads: `mapped` is the tables of each worker, one for each reducer. */
typedef struct count {
    const setting *s;
    pthread_barrier_t all;
    brg_lab_tally *mapped, *reduced;
    double at[4]; /* when map began, when each phase ended */
    atomic_bool failed;
} count;

/* Until the last worker is here; the first one looks at the clock. */
static void end_phase(count *c, int32_t index, int32_t phase) {
    pthread_barrier_wait(&c->all);
    if (index == 0)
        c->at[phase] = brg_lab_now_s();
}

/* Brings together what all workers have counted of the reducer's words. NULL if memory is short. */
static brg_lab_word *gather(const count *c, int32_t reducer, int64_t *words) {
    const int32_t workers = c->s->workers;
    int64_t room = 1;
    *words = 0;
    for (int32_t w = 0; w < workers; w++)
        room += c->mapped[w * workers + reducer].words;
    brg_lab_word *list = malloc((size_t)room * sizeof *list);
    for (int32_t w = 0; list && w < workers; w++) {
        const brg_lab_tally *from = &c->mapped[w * workers + reducer];
        for (int32_t i = 0; i < from->room; i++)
            if (from->places[i].count)
                list[(*words)++] = from->places[i];
    }
    return list;
}

static void work(int32_t index, void *argument) {
    count *c = argument;
    int64_t from, to, words;
    if (index == 0)
        c->at[0] = brg_lab_now_s();
    chunk_of(c->s, index, &from, &to);
    bool good =
        brg_lab_tally_text(&c->mapped[index * c->s->workers], c->s->workers, c->s->text, from, to);
    end_phase(c, index, 1);
    brg_lab_word *list = gather(c, index, &words);
    end_phase(c, index, 2);
    /* At most so many: a table that grew on the way would take longer than the adding. */
    good = good && list && brg_lab_tally_reserve(&c->reduced[index], (int32_t)words);
    for (int64_t i = 0; good && i < words; i++)
        good = brg_lab_tally_add(&c->reduced[index], &list[i]);
    end_phase(c, index, 3);
    if (!good)
        atomic_store(&c->failed, true);
    free(list);
}

static double by_threads(brg_lab *lab, const setting *s, double *more) {
    const size_t workers = (size_t)s->workers;
    count c = {.s = s,
               .mapped = calloc(workers * workers, sizeof *c.mapped),
               .reduced = calloc(workers, sizeof *c.reduced)};
    const brg_lab_team team = {.count = s->workers, .work = work, .argument = &c, .spread = true};
    double wall = (double)NAN;
    pthread_barrier_init(&c.all, NULL, (unsigned)s->workers);
    if (c.mapped && c.reduced)
        wall = brg_lab_team_run(lab, &team).wall_s;
    if (!c.mapped || !c.reduced || atomic_load(&c.failed))
        wall = brg_lab_fail(lab, BRG_E_MEMORY, "There is not enough memory for the counts.");
    if (wall > 0) {
        more[SHUFFLE - 1] = 100 * (c.at[2] - c.at[1]) / wall;
        more[REDUCE - 1] = 100 * (c.at[3] - c.at[2]) / wall;
        more[WRONG - 1] = (double)brg_lab_tally_differences(c.reduced, s->workers, s->expected);
    }
    for (size_t i = 0; c.mapped && i < workers * workers; i++)
        brg_lab_tally_clear(&c.mapped[i]);
    for (size_t i = 0; c.reduced && i < workers; i++)
        brg_lab_tally_clear(&c.reduced[i]);
    free(c.mapped);
    free(c.reduced);
    pthread_barrier_destroy(&c.all);
    return wall;
}

/* ---- processes --------------------------------------------------------------------------------- */

/* One count by processes: this one is the only reducer. */
typedef struct merge {
    const setting *s;
    brg_lab_tally total;
    double reading_s, adding_s;
} merge;

/* In the child: counts, and sends its table, a number of words and then the words. */
static bool map_and_send(int32_t index, int out, void *argument) {
    const merge *m = argument;
    brg_lab_tally counts = {0};
    int64_t from, to;
    chunk_of(m->s, index, &from, &to);
    if (!brg_lab_tally_text(&counts, 1, m->s->text, from, to))
        return false;
    int32_t words = 0;
    for (int32_t i = 0; i < counts.room; i++)
        if (counts.places[i].count)
            counts.places[words++] = counts.places[i];
    return brg_lab_write_all(out, &words, sizeof words) &&
           brg_lab_write_all(out, counts.places, (size_t)words * sizeof *counts.places);
}

/* The wait for the first number is the map's time, that for the words after it the way here. */
static bool receive(int32_t index, int in, void *argument) {
    (void)index;
    merge *m = argument;
    int32_t words = 0;
    if (!brg_lab_read_all(in, &words, sizeof words))
        return false;
    const double began = brg_lab_now_s();
    brg_lab_word *list = malloc((size_t)words * sizeof *list + 1);
    bool good = list && brg_lab_read_all(in, list, (size_t)words * sizeof *list);
    const double arrived = brg_lab_now_s();
    good = good && brg_lab_tally_reserve(&m->total, m->total.words + words);
    for (int32_t i = 0; good && i < words; i++)
        good = brg_lab_tally_add(&m->total, &list[i]);
    free(list);
    m->reading_s += arrived - began;
    m->adding_s += brg_lab_now_s() - arrived;
    return good;
}

static double by_processes(brg_lab *lab, const setting *s, double *more) {
    merge m = {.s = s};
    const double wall = brg_lab_children_run(
        lab, &(brg_lab_children){
                 .count = s->workers, .work = map_and_send, .collect = receive, .argument = &m});
    more[SHUFFLE - 1] = 100 * m.reading_s / wall;
    more[REDUCE - 1] = 100 * m.adding_s / wall;
    more[WRONG - 1] = (double)brg_lab_tally_differences(&m.total, 1, s->expected);
    brg_lab_tally_clear(&m.total);
    return wall;
}

/* ---- the experiment ---------------------------------------------------------------------------- */

/* In order, into one table: what all else is compared with. */
static double sequentially(brg_lab *lab, const setting *s, double *more) {
    brg_lab_tally counts = {0};
    const double began = brg_lab_now_s();
    const bool good = brg_lab_tally_text(&counts, 1, s->text, 0, SIZE);
    const double wall = brg_lab_now_s() - began;
    more[SHUFFLE - 1] = more[REDUCE - 1] = 0;
    more[WRONG - 1] = (double)brg_lab_tally_differences(&counts, 1, s->expected);
    brg_lab_tally_clear(&counts);
    return good ? wall
                : brg_lab_fail(lab, BRG_E_MEMORY, "There is not enough memory for the counts.");
}

static double seconds(brg_lab *lab, const void *argument, double *more) {
    const setting *s = argument;
    return s->workers == 0 ? sequentially(lab, s, more)
           : s->processes  ? by_processes(lab, s, more)
                           : by_threads(lab, s, more);
}

/* Conditions: none, then threads 1, 2, 4 ..., then processes likewise, then threads that cut words. */
typedef struct layout {
    int32_t steps, threads, processes, cut, count;
} layout;

static double share_of(const double *v, int32_t condition) {
    return v[condition * READINGS + SHUFFLE] + v[condition * READINGS + REDUCE];
}

static double growth(const double *v, const void *argument) {
    const layout *l = argument;
    return share_of(v, l->threads + l->steps - 1) / share_of(v, l->threads);
}

static double wrong(const double *v, const void *argument) {
    const layout *l = argument;
    double sum = 0;
    for (int32_t i = 0; i < l->cut; i++)
        sum += v[i * READINGS + WRONG];
    return sum;
}

static layout lay_out(brg_lab *lab, const char *text, const brg_lab_tally *expected,
                      setting *settings) {
    int32_t workers[STEPS];
    const int32_t cores = brg_lab_cores(lab) < MOST ? brg_lab_cores(lab) : MOST;
    const int32_t steps = brg_lab_doublings(cores, workers, STEPS);
    const layout l = {steps, 1, 1 + steps, 1 + 2 * steps, 2 + 2 * steps};
    for (int32_t i = 0; i < l.count; i++)
        settings[i] = (setting){.text = text, .expected = expected, .name = "in order"};
    for (int32_t i = 1; i < l.count; i++) {
        setting *s = &settings[i];
        s->processes = i >= l.processes && i < l.cut;
        s->cuts_words = i == l.cut;
        s->workers = s->cuts_words ? cores : workers[(i - 1) % steps];
        snprintf(s->name, BRG_LAB_NAME, "%d %s%s", (int)s->workers,
                 s->processes ? "processes" : "threads", s->cuts_words ? ", words cut" : "");
    }
    return l;
}

static brg_status measure(brg_lab *lab, const char *text, const brg_lab_tally *expected) {
    enum { ROOM = 2 + 2 * STEPS };
    setting settings[ROOM];
    brg_lab_condition conditions[ROOM];
    brg_lab_mark marks[ROOM];
    const layout l = lay_out(lab, text, expected, settings);
    const int32_t all = l.processes - 1, all_processes = l.cut - 1;
    for (int32_t i = 0; i < l.count; i++) {
        const double x = settings[i].workers;
        conditions[i] = (brg_lab_condition){settings[i].name, x, seconds, &settings[i]};
        marks[i] = (brg_lab_mark){settings[i].processes ? "processes" : "threads", x,
                                  BRG_LAB_RATIO(0, i * READINGS), NULL};
        if (i >= l.threads && i < l.processes)
            brg_lab_plot_model(lab, "as many times as workers", x, x);
    }
    const brg_lab_reply replies[] = {
        {SPEEDUP, BRG_LAB_RATIO(0, all * READINGS)},
        {FOR_EACH, BRG_LAB_RATIO_TIMES(0, all * READINGS, 1.0 / settings[all].workers)},
        {GROWS, BRG_LAB_DERIVED(growth, &l)},
        {COUNTS, BRG_LAB_DERIVED(wrong, &l)},
        {CUT, BRG_LAB_VALUE(l.cut * READINGS + WRONG)}};
    const brg_lab_gauge gauges[] = {
        {"in order", "ms", BRG_LAB_VALUE_TIMES(0, 1e3)},
        {"shuffle, one thread", "%", BRG_LAB_VALUE(l.threads * READINGS + SHUFFLE)},
        {"reduce, one thread", "%", BRG_LAB_VALUE(l.threads * READINGS + REDUCE)},
        {"shuffle, all threads", "%", BRG_LAB_VALUE(all * READINGS + SHUFFLE)},
        {"reduce, all threads", "%", BRG_LAB_VALUE(all * READINGS + REDUCE)},
        {"shuffle, all processes", "%", BRG_LAB_VALUE(all_processes * READINGS + SHUFFLE)},
        {"reduce, all processes", "%", BRG_LAB_VALUE(all_processes * READINGS + REDUCE)},
        {"speedup of all processes", "x", BRG_LAB_RATIO(0, all_processes * READINGS)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = l.count,
                                                .readings = READINGS,
                                                .replies = replies,
                                                .reply_count = 5,
                                                .marks = &marks[l.threads],
                                                .mark_count = 2 * l.steps,
                                                .gauges = gauges,
                                                .gauge_count = 8});
}

static brg_status run(brg_lab *lab) {
    brg_lab_tally expected = {0};
    char *text = brg_lab_text_make(brg_lab_seed(lab), SIZE, VOCABULARY);
    if (text && brg_lab_tally_text(&expected, 1, text, 0, SIZE))
        measure(lab, text, &expected);
    else
        brg_lab_fail(lab, BRG_E_MEMORY, "There is not enough memory for a text of 4 MiB.");
    brg_lab_tally_clear(&expected);
    free(text);
    return brg_lab_status(lab);
}

const brg_experiment brg_claim_27 = {
    .claim = {.id = "27",
              .slug = "mapreduce",
              .title = "MapReduce: independent chunks, then merge",
              .articles = "A2 A3",
              .claim =
                  "Large data are cut into chunks that workers go through on their own; then their "
                  "results are merged.",
              .hypothesis =
                  "Counting words gets faster with workers, at most as many times as there are "
                  "workers; the merging takes a growing part of the time.",
              .metric = "speedup over a sequential count, x; part of the time spent on shuffle and "
                        "reduce",
              .threshold =
                  "At least 1.2 times as fast with all threads, at most 1.1 times for each; the "
                  "merging's part at least 1.05 times as large as with one thread; not one wrong "
                  "count.",
              .refuted_by = "No gain, a merging that shrinks as the map does, or a wrong count.",
              .workload =
                  "The words of 4 MiB of text, 20,000 different ones whose frequencies follow "
                  "Zipf's law, counted by 1, 2, 4 ... threads or processes.",
              .method =
                  "All once a round, in random order; ratios within a round. Threads and "
                  "processes have a processor each. A thread reduces the words that a hash gives "
                  "it; processes send all they have counted to one.",
              .control = "Chunks that cut words in two must give wrong counts.",
              .questions = {[SPEEDUP] = {.what = "speedup of all threads",
                                         .unit = "x",
                                         BRG_LAB_ABOVE(1.2)},
                            [FOR_EACH] = {.what = "speedup for each thread",
                                          .unit = "x",
                                          BRG_LAB_BELOW(1.1)},
                            [GROWS] = {.what = "the merging's part with all threads over one",
                                       .unit = "x",
                                       BRG_LAB_ABOVE(1.05)},
                            [COUNTS] = {.what = "wrong counts", .unit = "", BRG_LAB_BELOW(0)},
                            [CUT] = {.what = "wrong counts of chunks that cut words",
                                     .unit = "",
                                     BRG_LAB_ABOVE(1),
                                     .control = true}},
              .plot = {BRG_LAB_PLOT_LINES, "workers", "speedup over a sequential count, x"},
              .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run};
