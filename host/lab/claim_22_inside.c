/* Claim 22: a processor is already parallel inside, so more of them do not simply add up.
 *
 *     multiply-add   |1|----- vectors ----->|---- processors ---->|     each level multiplies the one before
 *     triad          |1|- vectors ->|- processors ->|                   memory is reached on the way
 *
 * Two jobs, each by single floats or by vectors, each on one, two, four ... processors. One works in a
 * cache: eight multiply-adds on each number. The other is the triad of the STREAM benchmark, a = s b + c, on
 * arrays that fit no cache. Vectors are parallelism inside a processor: what they have already
 * used of the memory, further processors cannot gain again.
 *
 * Empty asm statements keep the compiler from using vectors where there are to be none. */
#include <stdio.h>
#include <stdlib.h>

#include "lab/lab.h"

enum { CACHED = 4096, STREAMED = 1 << 23, DEPTH = 8, PASSES = 1 << 10, MOST = 8 };

typedef float vector __attribute__((vector_size(64), may_alias));
enum { LANES = sizeof(vector) / sizeof(float) };

/* ---- the two jobs, with and without vectors ---------------------------------------------------- */

static void add_floats(float *numbers) {
    for (int64_t i = 0; i < CACHED; i++) {
        float x = numbers[i];
        for (int32_t k = 0; k < DEPTH; k++)
            x = x * 0.5f + 0.5f;
        numbers[i] = x;
        __asm__ volatile("" ::: "memory");
    }
}

static void add_vectors(float *numbers) {
    vector *vectors = (vector *)(void *)numbers;
    for (int64_t i = 0; i < CACHED / LANES; i++) {
        vector x = vectors[i];
        for (int32_t k = 0; k < DEPTH; k++)
            x = x * 0.5f + 0.5f;
        vectors[i] = x;
    }
    __asm__ volatile("" ::: "memory");
}

/* Three arrays that fit no cache. */
typedef struct stream {
    float *a, *b, *c;
} stream;

static void triad_floats(const stream *s, int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
        s->a[i] = 0.5f * s->b[i] + s->c[i];
        __asm__ volatile("" ::: "memory");
    }
}

static void triad_vectors(const stream *s, int64_t from, int64_t to) {
    vector *a = (vector *)(void *)s->a, *b = (vector *)(void *)s->b, *c = (vector *)(void *)s->c;
    for (int64_t i = from / LANES; i < to / LANES; i++)
        a[i] = 0.5f * b[i] + c[i];
}

/* ---- shared out -------------------------------------------------------------------------------- */

typedef enum kind { ADD_FLOATS, ADD_VECTORS, TRIAD_FLOATS, TRIAD_VECTORS, KINDS } kind;

static const char *const kinds[KINDS] = {"multiply-add, floats", "multiply-add, vectors",
                                         "triad, floats", "triad, vectors"};

typedef struct setting {
    kind what;
    int32_t threads;
    const stream *far;
    char name[BRG_LAB_NAME];
} setting;

static void work(int32_t index, void *argument) {
    const setting *s = argument;
    _Alignas(64) float near[CACHED] = {1};
    const int64_t vectors = STREAMED / LANES;
    const int64_t from = vectors * index / s->threads * LANES;
    const int64_t to = vectors * (index + 1) / s->threads * LANES;
    const int32_t all = s->what == ADD_VECTORS ? LANES * PASSES : PASSES;
    const int32_t passes = all * (index + 1) / s->threads - all * index / s->threads;
    if (s->what == TRIAD_FLOATS)
        triad_floats(s->far, from, to);
    else if (s->what == TRIAD_VECTORS)
        triad_vectors(s->far, from, to);
    for (int32_t i = 0; i < passes && s->what == ADD_FLOATS; i++)
        add_floats(near);
    for (int32_t i = 0; i < passes && s->what == ADD_VECTORS; i++)
        add_vectors(near);
}

/* Seconds for the amount of work that floats do: vectors do LANES times as much of what is quick. */
static double seconds(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    setting s = *(const setting *)argument;
    double wall =
        brg_lab_team_run(
            lab, &(brg_lab_team){.count = s.threads, .work = work, .argument = &s, .spread = true})
            .wall_s;
    return s.what == ADD_VECTORS ? wall / LANES : wall;
}

/* ---- the experiment ---------------------------------------------------------------------------- */

enum { FLATTENS, LEAST, MULTIPLIES };

/* Where the conditions of a kind are: `steps` of them, from one thread to one on each processor. */
typedef struct layout {
    int32_t steps;
} layout;

static double gain(const double *v, const layout *l, kind from, int32_t from_step, kind to,
                   int32_t to_step) {
    return v[(int32_t)from * l->steps + from_step] / v[(int32_t)to * l->steps + to_step];
}

static double of_processors(const double *v, const layout *l, kind what) {
    return gain(v, l, what, 0, what, l->steps - 1);
}

static double of_all(const double *v, const layout *l, kind floats) {
    return gain(v, l, floats, 0, floats + 1, l->steps - 1);
}

static double all_levels(const double *v, const void *argument) {
    return of_all(v, argument, ADD_FLOATS) / of_all(v, argument, TRIAD_FLOATS);
}

static double with_vectors(const double *v, const void *argument) {
    return of_processors(v, argument, TRIAD_VECTORS) / of_processors(v, argument, ADD_VECTORS);
}

/* What vectors and processors gain together, over the product of what each gains alone. */
static double over_product(const double *v, const layout *l, kind floats) {
    return of_processors(v, l, floats + 1) / of_processors(v, l, floats);
}

static double product_in_cache(const double *v, const void *argument) {
    return over_product(v, argument, ADD_FLOATS);
}

static double product_in_memory(const double *v, const void *argument) {
    return over_product(v, argument, TRIAD_FLOATS);
}

static brg_status measure(brg_lab *lab, const stream *far) {
    enum { ROOM = KINDS * MOST };
    int32_t threads[MOST];
    const layout l = {brg_lab_doublings(brg_lab_cores(lab), threads, MOST)};
    setting settings[ROOM];
    brg_lab_condition conditions[ROOM];
    brg_lab_mark marks[ROOM];
    for (int32_t i = 0; i < KINDS * l.steps; i++) {
        const int32_t what = i / l.steps, count = threads[i % l.steps];
        settings[i] = (setting){.what = (kind)what, .threads = count, .far = far};
        snprintf(settings[i].name, BRG_LAB_NAME, "%s, %d", kinds[what], (int)count);
        conditions[i] = (brg_lab_condition){settings[i].name, count, seconds, &settings[i]};
        marks[i] =
            (brg_lab_mark){kinds[what], count, BRG_LAB_RATIO((what & ~1) * l.steps, i), NULL};
    }
    const brg_lab_reply replies[] = {{FLATTENS, BRG_LAB_DERIVED(all_levels, &l)},
                                     {LEAST, BRG_LAB_DERIVED(with_vectors, &l)},
                                     {MULTIPLIES, BRG_LAB_DERIVED(product_in_cache, &l)}};
    const brg_lab_gauge gauges[] = {
        {"triad: both levels over their product", "x", BRG_LAB_DERIVED(product_in_memory, &l)},
        {"multiply-adds: gain of vectors", "x",
         BRG_LAB_RATIO(ADD_FLOATS * l.steps, ADD_VECTORS * l.steps)},
        {"triad: gain of vectors", "x",
         BRG_LAB_RATIO(TRIAD_FLOATS * l.steps, TRIAD_VECTORS * l.steps)},
    };
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = KINDS * l.steps,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = KINDS * l.steps,
                                                .gauges = gauges,
                                                .gauge_count = 3});
}

static float *ones(void) {
    float *numbers = aligned_alloc(64, STREAMED * sizeof *numbers);
    for (int64_t i = 0; numbers && i < STREAMED; i++)
        numbers[i] = 1;
    return numbers;
}

static brg_status run(brg_lab *lab) {
    const stream far = {ones(), ones(), ones()};
    if (far.a && far.b && far.c)
        measure(lab, &far);
    else
        brg_lab_fail(lab, BRG_E_MEMORY, "There are no 96 MiB of memory.");
    free(far.a);
    free(far.b);
    free(far.c);
    return brg_lab_status(lab);
}

const brg_experiment brg_claim_22 = {
    .claim =
        {.id = "22",
         .slug = "inside",
         .title = "A processor is already parallel inside",
         .articles = "A2",
         .claim =
             "A processor works in parallel inside, on vectors and on several instructions; so "
             "threads on more of them do not simply add up.",
         .hypothesis =
             "Vectors and processors multiply each other's gain while data are in a cache. "
             "On data in memory the vectors alone use much of what memory gives, and "
             "further processors gain less.",
         .metric = "speedup over floats on one processor, x",
         .threshold =
             "Vectors on all processors gain at least 1.5 times as much on multiply-adds as on the "
             "triad; more processors gain at most 0.95 times as much on the triad as on "
             "multiply-adds, both with vectors.",
         .refuted_by = "A triad that gains as much as multiply-adds do.",
         .workload = "In 16 KiB: eight multiply-adds on each number. In 96 MiB: a = b / 2 + c, the "
                     "triad of McCalpin's STREAM. By floats or vectors of 16, on 1, 2, 4 ... "
                     "processors.",
         .method = "All once a round, in random order; ratios within a round. Each thread has a "
                   "processor and a part of the arrays of its own.",
         .control = "In a cache vectors and processors gain together the product of what each "
                    "gains alone.",
         .questions = {{.what = "what all levels gain on multiply-adds, over the triad",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.5)},
                       {.what = "what processors gain on the triad, over multiply-adds",
                        .unit = "x",
                        BRG_LAB_BELOW(0.95)},
                       {.what = "multiply-adds: gain of both levels over their product",
                        .unit = "x",
                        BRG_LAB_WITHIN(0.8, 1.25),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_LINES, "processors", "speedup over floats on one, x", .log_y = true},
         .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run};
