/* The lab: claims about concurrency and parallelism, each with an experiment that puts it to the test on
 * this machine.
 *
 *     brg_lab *lab;
 *     const char *ids[] = {"2", "24"};
 *     brg_lab_start(&(brg_lab_options){.ids = ids, .id_count = 2}, &lab, &error);   // returns at once
 *     brg_lab_wait(lab, -1);                         // or watch brg_lab_snapshot_take
 *     brg_lab_result result;
 *     brg_lab_result_copy(lab, 0, &result, &error);  // verdict, data, plots
 *     brg_lab_result_release(&result);
 *     brg_lab_destroy(lab);
 *
 * Every experiment says beforehand what it asks: a number and the range in which the claim places it. It
 * measures in rounds, all conditions once a round in random order, until the 95 % interval of each
 * number is narrow or its time is spent. An interval inside the range confirms, one outside refutes,
 * anything else is inconclusive. A control must come out as stated too, or nothing is said.
 *
 * Thread safety: a lab runs on a thread of its own; every function on a brg_lab may be called from any
 * thread, except that brg_lab_destroy must be the last. Claims and results are plain values. */
#ifndef BRIGADE_LAB_H
#define BRIGADE_LAB_H

#include <stdbool.h>
#include <stdint.h>

#include "brigade/engine.h"
#include "brigade/status.h"

/* ---- claims: what is known before anything runs ------------------------------------------------ */

enum { BRG_LAB_QUESTIONS = 8, BRG_LAB_CLAIMS = 64, BRG_LAB_NAME = 64, BRG_LAB_TEXT = 1024 };

/* What an experiment asks: whether a number lies within [low, high]. One of the two may be infinite. A
 * control is asked in the same way: it shows that the experiment could have come out otherwise. */
typedef struct brg_lab_question {
    const char
        *what; /* the number, as a noun: "speedup of all units over one"; NULL ends the list */
    const char *unit; /* "x", "ms", "%"; "" for a plain number */
    double low, high; /* see BRG_LAB_ABOVE, BRG_LAB_BELOW, BRG_LAB_WITHIN */
    bool control;
} brg_lab_question;

/* Initialisers of low and high, for designated initialisers: {.what = "...", BRG_LAB_ABOVE(1.2)}. */
#define BRG_LAB_ABOVE(limit) .low = (limit), .high = (double)INFINITY
#define BRG_LAB_BELOW(limit) .low = -(double)INFINITY, .high = (limit)
#define BRG_LAB_WITHIN(from, to) .low = (from), .high = (to)

typedef enum brg_lab_plot_kind {
    BRG_LAB_PLOT_LINES = 0, /* series over x */
    BRG_LAB_PLOT_BARS,      /* a bar for each point, named by its label */
    BRG_LAB_PLOT_POINTS,    /* labelled points in a plane, not connected */
    BRG_LAB_PLOT_LANES      /* the timeline is the picture */
} brg_lab_plot_kind;

typedef struct brg_lab_plot {
    brg_lab_plot_kind kind;
    const char *x, *y; /* the axes, with units: "compute units", "speedup" */
    bool log_x, log_y;
} brg_lab_plot;

/* A number that the user may change. name NULL: the experiment has none. */
typedef struct brg_lab_dial {
    const char *name; /* with its unit: "serial part, %" */
    double min, max, standard;
} brg_lab_dial;

/* What an experiment cannot do without; where it is missing the answer is NOT APPLICABLE. */
typedef enum brg_lab_need {
    BRG_LAB_NEEDS_DEVICE = 1,    /* an OpenCL device */
    BRG_LAB_NEEDS_TWO_UNITS = 2, /* a device that can be divided, of at least two compute units */
    BRG_LAB_NEEDS_TWO_CORES = 4, /* at least two processors that this process may use */
    BRG_LAB_NEEDS_LOOPBACK = 8   /* sockets on 127.0.0.1 */
} brg_lab_need;

/* A claim and how it is tested. All texts are plain English without markup and live for ever; those that may
 * be absent are NULL. */
typedef struct brg_lab_claim {
    const char *id;         /* "24", "D1" */
    const char *slug;       /* a word or three for files and anchors: "lost-updates" */
    const char *title;      /* at most 52 characters */
    const char *articles;   /* tags: "A0 A2" */
    const char *claim;      /* in our own words */
    const char *hypothesis; /* what should be seen if it is true */
    const char *metric;     /* what is measured, with its unit */
    const char *threshold;  /* what counts, in words; the numbers are in the questions */
    const char *refuted_by; /* what would refute it */
    const char *workload;
    const char *method;  /* how, and with what formulas from where */
    const char *control; /* what must come out the other way */
    brg_lab_question questions[BRG_LAB_QUESTIONS];
    brg_lab_plot plot;
    brg_lab_dial dial;
    uint32_t needs; /* brg_lab_need */
} brg_lab_claim;

/* The claims in order: 1 to 35, then D1 to D4. brg_lab_claim_at gives NULL past the last, brg_lab_claim_find
 * for an id that there is not. Thread safe. */
BRG_API int32_t brg_lab_claim_count(void);
BRG_API const brg_lab_claim *brg_lab_claim_at(int32_t index);
BRG_API const brg_lab_claim *brg_lab_claim_find(const char *id);

/* An article by its tag, "A0" to "A4": author, title, publisher, on one line. NULL for others. Thread safe. */
BRG_API const char *brg_lab_article(const char *tag);

/* How many questions a claim asks, controls included. */
BRG_API int32_t brg_lab_claim_questions(const brg_lab_claim *claim);

/* ---- results ----------------------------------------------------------------------------------- */

typedef enum brg_lab_verdict {
    BRG_LAB_UNDECIDED = 0, /* not run, or still running */
    BRG_LAB_CONFIRMED,
    BRG_LAB_REFUTED,
    BRG_LAB_INCONCLUSIVE,   /* noise, too little time, a control that failed, an error */
    BRG_LAB_NOT_APPLICABLE, /* this machine lacks what it takes */
    BRG_LAB_VERDICT_COUNT
} brg_lab_verdict;

/* "UNDECIDED", "CONFIRMED", "REFUTED", "INCONCLUSIVE", "NOT APPLICABLE". Never NULL. */
BRG_API const char *brg_lab_verdict_name(brg_lab_verdict verdict);

/* Writes a number with its unit (NULL or "": none) as the lab's sentences do, with three significant digits: "1.87 x",
 * "12,300 ms", "2.5e+12", "no number". Cut off at `size` bytes, at least 1. Returns text. Any thread. */
BRG_API const char *brg_lab_number_text(double value, const char *unit, char *text, size_t size);

typedef enum brg_lab_state { BRG_LAB_WAITING = 0, BRG_LAB_RUNNING, BRG_LAB_ENDED } brg_lab_state;

/* A number with its 95 % interval. NaN where it is not known. */
typedef struct brg_lab_estimate {
    double value, low, high;
    int32_t samples; /* rounds behind it */
} brg_lab_estimate;

/* The answer to the question of the same index in the claim. */
typedef struct brg_lab_answer {
    bool given;                /* at the end: not before */
    brg_lab_estimate estimate; /* before, as it stands; without samples it is not known */
    brg_lab_verdict verdict; /* CONFIRMED: within the range; REFUTED: outside; else INCONCLUSIVE */
    char sentence
        [BRG_LAB_TEXT]; /* "The speedup of ... is 1.9 x (95 % interval 1.8 to 2.0), above 1.2." */
} brg_lab_answer;

typedef struct brg_lab_point {
    double x, y, low, high;   /* low and high are NaN for a model */
    char label[BRG_LAB_NAME]; /* of a bar or a point; may be empty */
} brg_lab_point;

typedef struct brg_lab_series {
    char name[BRG_LAB_NAME];
    bool model; /* computed, not measured */
    int32_t point_count;
    brg_lab_point *points; /* by rising x */
} brg_lab_series;

/* A named number beside the plot. */
typedef struct brg_lab_figure {
    char name[BRG_LAB_NAME];
    char unit[16];
    brg_lab_estimate estimate; /* low and high NaN: no interval */
} brg_lab_figure;

/* Something that happened on a lane; seconds from the start of the picture. */
typedef struct brg_lab_span {
    char picture[BRG_LAB_NAME]; /* several timelines are told apart by this: "one chef, one dish" */
    char lane[32];              /* "chef 1", "engine" */
    char name[32];              /* "chop soup" */
    double start_s, end_s;
    bool waiting; /* drawn lightly: nothing is computed */
} brg_lab_span;

/* What was varied. */
typedef struct brg_lab_setting {
    char name[BRG_LAB_NAME]; /* "2 units" */
    double x;
    int32_t group; /* settings of one group were measured in the same rounds */
} brg_lab_setting;

/* One measured value. */
typedef struct brg_lab_sample {
    int32_t setting; /* index into settings */
    int32_t reading; /* an experiment may read several numbers at once; 0: the first */
    int32_t round;   /* within the group, from 0 */
    bool disturbed;  /* the processors were taken or slow: shown, not judged */
    double value;
    double at_s; /* since the experiment began */
} brg_lab_sample;

/* What came of one claim so far. Filled by brg_lab_result_copy, which also owns the arrays: release it. */
typedef struct brg_lab_result {
    const brg_lab_claim *claim;
    brg_lab_state state;
    brg_lab_verdict verdict;
    char sentence[BRG_LAB_TEXT]; /* why, with the numbers */
    char control[BRG_LAB_TEXT];  /* how the control came out; empty without one or before */
    brg_error error;             /* status BRG_OK unless the experiment could not be carried out */
    brg_lab_answer answers[BRG_LAB_QUESTIONS];
    double seconds; /* spent so far */
    double budget_s;
    double dial; /* the value used; NaN without a dial */
    uint64_t seed;
    bool interrupted, quick;
    bool simulated;        /* the device claims more compute units than there are processors */
    int32_t units;         /* compute units of the device used, 0: none was used */
    int32_t cores;         /* processors that this process may use */
    char device[BRG_NAME]; /* the device used; may be empty */
    int32_t rounds;        /* that count, the most of any group */
    int32_t disturbed;     /* rounds that do not count: other programs, or a slower processor */

    /* Of the time while it was measured; NaN: not known. Which part of the processors' time others took;
     * by how much the same small work took longer than usual at worst (0.5: half as long again); and
     * by how much it had taken longer for a whole minute than at best in this run, so that this was
     * what counted as usual. */
    double others, slower, settled;

    int32_t setting_count, sample_count, series_count, figure_count, span_count;
    brg_lab_setting *settings;
    brg_lab_sample *samples; /* in the order in which they were taken */
    brg_lab_series *series;
    brg_lab_figure *figures;
    brg_lab_span *spans;
} brg_lab_result;

/* ---- running ----------------------------------------------------------------------------------- */

typedef struct brg_lab brg_lab;

/* Zero means default. Strings are copied. */
typedef struct brg_lab_options {
    const char *const *ids; /* claims in the order to run; NULL: all */
    int32_t id_count;
    double budget_s; /* for each claim; 0: 10 s, with quick 4 s and what others left of theirs */
    bool quick;
    uint64_t seed; /* of orders and data; 0: 1 */
    bool has_dial;
    double dial;        /* for every claim that has one, moved into its range */
    brg_engine *engine; /* must outlive the lab; NULL: one of its own, made when needed */
    const char *device; /* as for brg_device_select; NULL: the engine's default */

    /* Called on the lab's thread when there is something new; must not block nor call the lab. */
    void (*wake)(void *user);
    void *wake_user;
} brg_lab_options;

/* Starts the claims on a thread and returns at once. options may be NULL. BRG_E_NOT_FOUND names an id that
 * there is not, BRG_E_ARGUMENT (a negative budget, a dial that is no number), BRG_E_MEMORY,
 * BRG_E_INTERNAL (no thread). */
BRG_API brg_status brg_lab_start(const brg_lab_options *options, brg_lab **out, brg_error *error);

/* Asks to stop; returns at once. The claim under way ends as INCONCLUSIVE with what was measured, those after
 * it are not run. */
BRG_API void brg_lab_cancel(brg_lab *lab);

/* Waits until all claims have ended, at most timeout_s seconds (< 0: for ever). BRG_OK, BRG_E_TIMEOUT. */
BRG_API brg_status brg_lab_wait(brg_lab *lab, double timeout_s);

/* Cancels, waits for the thread, frees everything. NULL is allowed. */
BRG_API void brg_lab_destroy(brg_lab *lab);

/* A consistent copy of where things stand; plain data, cheap enough for every frame. */
typedef struct brg_lab_snapshot {
    bool ended;
    int32_t count;     /* claims to run */
    int32_t current;   /* index of the one under way; count when all have ended */
    uint64_t revision; /* grows whenever any result changed: copy a result again then */
    double current_s;  /* time spent on the current one */
    double budget_s;   /* for each */
    int32_t confirmed, refuted, inconclusive, not_applicable;
    brg_lab_verdict verdicts[BRG_LAB_CLAIMS];
    const brg_lab_claim *claims[BRG_LAB_CLAIMS];
} brg_lab_snapshot;

BRG_API void brg_lab_snapshot_take(brg_lab *lab, brg_lab_snapshot *snapshot);

/* Copies what is known of the index-th claim of this run, at any time: while it runs, its data so far. The
 * caller releases it. BRG_E_ARGUMENT, BRG_E_MEMORY. */
BRG_API brg_status brg_lab_result_copy(brg_lab *lab, int32_t index, brg_lab_result *result,
                                       brg_error *error);

/* Frees a result's arrays and clears it. NULL is allowed. */
BRG_API void brg_lab_result_release(brg_lab_result *result);

/* The results as the JSON array of a report's "results" (see brigade/report.h), with all samples. The caller
 * frees it with free(). NULL if memory is short. Any thread. */
BRG_API char *brg_lab_results_json(const brg_lab_result *results, int32_t count);

/* The results as one HTML page for people, with all plots and timelines: without scripts, and it needs no other
 * file. What it says of the machine is of this one, now. The caller frees it with free(). NULL if memory is
 * short. Any thread. */
BRG_API char *brg_lab_results_html(const brg_lab_result *results, int32_t count);

#endif
