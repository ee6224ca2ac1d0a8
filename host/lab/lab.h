/* The lab from the inside: what an experiment is made of.
 *
 * An experiment is a row, brg_experiment, in a file of its own, claim_NN_name.c, entered in table.c. Its
 * row states the claim and its questions; its run function describes conditions, has them measured
 * together, and says which number answers which question:
 *
 *     static double seconds(brg_lab *lab, const void *argument, double *more) { ... }
 *
 *     static brg_status run(brg_lab *lab) {
 *         const brg_lab_condition conditions[] = {{"one", 1, seconds, &one}, {"two", 2, seconds, &two}};
 *         const brg_lab_reply replies[] = {{SPEEDUP, BRG_LAB_RATIO(0, 1)}};
 *         const brg_lab_mark marks[] = {{"measured", 2, BRG_LAB_RATIO(0, 1)}};
 *         return brg_lab_measure(lab, &(brg_lab_plan){
 *             .conditions = conditions, .condition_count = 2, .replies = replies, .reply_count = 1,
 *             .marks = marks, .mark_count = 1});
 *     }
 *
 * Verdict, sentence, intervals, noise, time and cancelling are the lab's business, not the experiment's.
 *
 * How failing works: a function here that can fail returns a status, or NaN, NULL or 0 where it gives a value,
 * and has then noted the error in the lab. So an experiment can return whatever brg_lab_status gives at
 * its end, and a measure function can return NaN.
 *
 * Thread safety: everything is called on the lab's thread, except where it says so. */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <math.h>
#include <stddef.h>

#include "brigade/job.h"
#include "brigade/lab.h"
#include "brigade/ops.h"

typedef struct brg_experiment {
    brg_lab_claim claim;
    brg_status (*run)(brg_lab *lab);
} brg_experiment;

/* All experiments in order; NULL past the last. */
const brg_experiment *brg_lab_experiment_at(int32_t index);

/* ---- measuring --------------------------------------------------------------------------------- */

enum { BRG_LAB_READINGS = 4, BRG_LAB_CONDITIONS = 64 };

/* Something to be measured again and again. `measure` does the work once and returns one number: seconds, a
 * rate, a count. Further numbers of the same work go to more[0], more[1] ..., as many as the plan's
 * readings less one. NaN: it failed. */
typedef struct brg_lab_condition {
    const char *name; /* "2 units" */
    double x;         /* its place on the plot */
    double (*measure)(brg_lab *lab, const void *argument, double *more);
    const void *argument;
} brg_lab_condition;

/* A number that one round gives: a round is a small experiment of its own, and what is judged is the median
 * of this number over all rounds. That way a machine that grows slower, as it warms up, cancels out
 * of ratios. values[c * readings + r] is reading r of condition c. */
typedef struct brg_lab_quantity {
    double (*of)(const double *values,
                 const void *argument); /* NULL: values[top] / values[under] */
    const void *argument;
    int32_t top, under; /* under < 0: values[top] alone */
    double scale;       /* times this; 0: 1. For units: seconds to ms, a part to per cent */
} brg_lab_quantity;

#define BRG_LAB_VALUE(index)                                                                       \
    { NULL, NULL, (index), -1, 1 }
#define BRG_LAB_RATIO(above, below)                                                                \
    { NULL, NULL, (above), (below), 1 }
#define BRG_LAB_VALUE_TIMES(index, factor)                                                         \
    { NULL, NULL, (index), -1, (factor) }
#define BRG_LAB_RATIO_TIMES(above, below, factor)                                                  \
    { NULL, NULL, (above), (below), (factor) }
#define BRG_LAB_DERIVED(function, argument)                                                        \
    { (function), (argument), 0, 0, 1 }

/* Which quantity answers which of the claim's questions. */
typedef struct brg_lab_reply {
    int32_t question; /* index into claim.questions */
    brg_lab_quantity quantity;
} brg_lab_reply;

/* A point of the plot, renewed as the data arrive. */
typedef struct brg_lab_mark {
    const char *series; /* its name */
    double x;
    brg_lab_quantity quantity;
    const char *label; /* of bars and points; may be NULL */
} brg_lab_mark;

/* A named figure, renewed as the data arrive. */
typedef struct brg_lab_gauge {
    const char *name, *unit;
    brg_lab_quantity quantity;
} brg_lab_gauge;

/* What to measure and what it is for. Zero means default. Strings are copied. */
typedef struct brg_lab_plan {
    const brg_lab_condition *conditions;
    int32_t condition_count; /* at most BRG_LAB_CONDITIONS */
    int32_t readings;        /* numbers each measurement gives; 0: 1, at most BRG_LAB_READINGS */
    const brg_lab_reply *replies;
    int32_t reply_count;
    const brg_lab_mark *marks;
    int32_t mark_count;
    const brg_lab_gauge *gauges;
    int32_t gauge_count;
    /* Done when each reply's interval reaches no further than this part of its value; 0: 0.03. */
    double precision;
    double share; /* of the time that is left, for experiments that measure twice; 0: all of it */
    int32_t min_rounds; /* 0: 6, which is the least that gives a 95 % interval of a median */
    int32_t max_rounds; /* 0: 400 */
    /* Load on the machine can hide what is counted, never make it: all rounds count, but what they
     * refute under load is inconclusive. */
    bool counts;
} brg_lab_plan;

/* Measures: one round to warm up, discarded, then rounds in which each condition runs once, in random order,
 * until the replies are precise or the time is spent; then judges the questions replied to. Rounds
 * during which other programs took more than a tenth of the processors, or the processor was a
 * quarter slower than usual (lab/sentinel.h), are kept apart and repeated.
 * Returns BRG_OK also when time ran out (the verdict says so); otherwise the noted error. May be called
 * several times in one experiment, with other conditions. */
brg_status brg_lab_measure(brg_lab *lab, const brg_lab_plan *plan);

/* The estimate of a quantity over the rounds of the latest brg_lab_measure. */
brg_lab_estimate brg_lab_estimate_of(const brg_lab *lab, brg_lab_quantity quantity);

/* True while the round under way warms up and does not count: for what a measure function keeps besides its
 * readings. */
bool brg_lab_warming_up(const brg_lab *lab);

/* ---- saying ------------------------------------------------------------------------------------ */

/* Answers a question with a number found in another way than by brg_lab_measure. An exact number has
 * low = high = value. The same rule judges it. */
void brg_lab_judge(brg_lab *lab, int32_t question, brg_lab_estimate estimate);

/* An estimate without uncertainty: a count, a yes (1) or no (0). */
brg_lab_estimate brg_lab_exact(double value);

/* Ends the claim as NOT APPLICABLE with one sentence why; return what it returns. */
brg_status brg_lab_not_applicable(brg_lab *lab, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a sentence to the verdict's if that is CONFIRMED: what the numbers mean, or do not show. */
void brg_lab_remark(brg_lab *lab, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Notes an error (the first one stays) and returns NaN, for measure functions; the experiment then ends as
 * INCONCLUSIVE. */
double brg_lab_fail(brg_lab *lab, brg_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The noted error's status, BRG_E_CANCELLED once the user has had enough, BRG_OK otherwise. */
brg_status brg_lab_status(const brg_lab *lab);

/* True once the user has had enough: end loops then. Any thread. */
bool brg_lab_cancelled(const brg_lab *lab);

/* Adds points to the plot: measured ones beyond a plan's marks, and those of a model. A point at the x and
 * label of an earlier one of the series replaces it. */
void brg_lab_plot_point(brg_lab *lab, const char *series, double x, brg_lab_estimate y,
                        const char *label);
void brg_lab_plot_model(brg_lab *lab, const char *series, double x, double y);

/* Sets a named figure. */
void brg_lab_figure_set(brg_lab *lab, const char *name, const char *unit,
                        brg_lab_estimate estimate);

/* Adds a span to a timeline; seconds from the start of the picture. */
void brg_lab_span_add(brg_lab *lab, const char *picture, const char *lane, const char *name,
                      double start_s, double end_s, bool waiting);

/* Removes the spans of a picture, to draw it anew. */
void brg_lab_spans_clear(brg_lab *lab, const char *picture);

/* Adds the engine's spans since since_ns (brg_now_ns) to a timeline: lanes "engine", "upload", "kernel" ...;
 * time 0 is since_ns. */
void brg_lab_spans_of_engine(brg_lab *lab, const char *picture, uint64_t since_ns);

/* ---- what the experiment may know -------------------------------------------------------------- */

double brg_lab_dial_value(const brg_lab *lab); /* the user's, or the standard; NaN without a dial */
uint64_t brg_lab_seed(const brg_lab *lab);
bool brg_lab_quick(const brg_lab *lab);

/* Time for the whole experiment, and what is left of it: what a measurement used beyond its share
 * does not count. */
double brg_lab_budget_s(const brg_lab *lab);
double brg_lab_left_s(const brg_lab *lab);

int32_t brg_lab_cores(const brg_lab *lab); /* processors that this process may use */

/* ---- the engine -------------------------------------------------------------------------------- */

/* The engine, made at the first call; NULL with the error noted. */
brg_engine *brg_lab_engine(brg_lab *lab);

/* The device that the lab computes on; NULL with the error noted. */
const brg_device_info *brg_lab_device(brg_lab *lab);

/* Its compute units, or as many as -d .../cu=N leaves; 0 with the error noted. */
int32_t brg_lab_units(brg_lab *lab);

/* The device specification of `units` of its compute units (0: all), for brg_job_desc.device. Returns text. */
const char *brg_lab_spec(brg_lab *lab, int32_t units, char *text, size_t size);

/* Runs a job on `units` compute units (0: all) to its end; desc->device is set here. *result is to be released.
 * A result that fails its verification is an error too. */
brg_status brg_lab_job(brg_lab *lab, const brg_job_desc *desc, int32_t units, brg_result *result);

/* Hands a job in as it is described, its device too, for who has other things to do meanwhile; and waits for
 * it, whose result may be NULL. Any thread, once brg_lab_engine has given the engine. */
brg_status brg_lab_job_submit(brg_lab *lab, const brg_job_desc *desc, brg_job *job);
brg_status brg_lab_job_await(brg_lab *lab, brg_job job, brg_result *result);

/* As brg_lab_job, for its time alone: seconds of its kernels (median over desc->repeats). NaN on failure. */
double brg_lab_job_s(brg_lab *lab, const brg_job_desc *desc, int32_t units);

/* The same from the first upload to the last byte read back, as one who waits for it sees it. */
double brg_lab_job_total_s(brg_lab *lab, const brg_job_desc *desc, int32_t units);

/* A tensor of reproducible noise in [-1, 1), 0..255 for u8; the lab's seed and `which` choose it. The caller releases
 * it. NULL with the error noted. */
brg_tensor *brg_lab_noise(brg_lab *lab, const brg_shape *shape, uint64_t which);

/* 1, 2, 4 ... and `top` itself, at most `most` numbers; returns how many. For sweeps over units and cores. Any
 * thread. */
int32_t brg_lab_doublings(int32_t top, int32_t *values, int32_t most);

/* ---- the host: threads, work, clocks ----------------------------------------------------------- */

/* Seconds of the monotonic clock, of this process's processor time, of the calling thread's. Any thread. */
double brg_lab_now_s(void);
double brg_lab_cpu_s(void);
double brg_lab_thread_cpu_s(void);

/* Work that only takes time: a chain of integer operations, each waiting for the one before, in registers, that no
 * compiler can shorten. Returns a number that depends on all of it. Any thread. */
uint64_t brg_lab_spin(uint64_t steps);

/* How many steps of it take about that long on one processor of this machine; measured at the first call. */
uint64_t brg_lab_spin_steps(brg_lab *lab, double seconds);

/* A number of threads that begin together. */
typedef struct brg_lab_team {
    int32_t count; /* threads */
    void (*work)(int32_t index, void *argument);
    void *argument;
    bool one_core; /* all on one processor */
    bool spread; /* each on the next processor, in turn; otherwise wherever the system puts them */
} brg_lab_team;

/* What a team took: from the moment all were ready until the last was done. */
typedef struct brg_lab_effort {
    double wall_s;
    double cpu_s; /* of all its threads */
} brg_lab_effort;

/* Starts the threads, lets them begin together, waits for all. Effort is NaN, with the error noted, if a thread
 * cannot be made: then none of them works. */
brg_lab_effort brg_lab_team_run(brg_lab *lab, const brg_lab_team *team);

/* Pins the calling thread to the index-th processor that this process may use; index < 0: to all of
 * them again. False if the system refuses. Any thread. */
bool brg_lab_pin(int32_t index);

/* The first `most` processors that this process may use and that are cores of their own, as far as the system says,
 * counted as brg_lab_pin does; how many there are, at least 1. */
int32_t brg_lab_processors_apart(int32_t *indices, int32_t most);

/* Sleeps, at most until the lab is cancelled. Any thread. */
void brg_lab_sleep(brg_lab *lab, double seconds);

#endif
