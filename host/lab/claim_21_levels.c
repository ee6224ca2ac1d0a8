/* Claim 21: parallelism has levels, each inside the next: bits, instructions, data, tasks, machines.
 *
 * One small job for each level, with and without it: exclusive-or of bytes or of words; one chain of
 * multiplications or eight; one float at a time or a vector of them; one thread or one for each
 * processor; one process or as many, which share nothing and could as well run on other machines. All of
 * it fits the first cache. The same vectors on an array that does not fit show what binds in the end.
 *
 * Empty asm statements keep the compiler from putting in by itself the level that is to be left out. */
#include <string.h>

#include "lab/children.h"

/* The job with vectors is longer, so that threads and processes have something to share. */
enum { CACHED = 4096, STREAMED = 1 << 24, PASSES = 1500, LONGER = 20, MOST = BRG_LAB_CHILDREN };

typedef float vector __attribute__((vector_size(64), may_alias));
enum { LANES = sizeof(vector) / sizeof(float) };

/* ---- bits and instructions --------------------------------------------------------------------- */

static double by_bytes(const uint8_t *bytes, int64_t count) {
    uint8_t sum = 0;
    for (int64_t i = 0; i < count; i++) {
        sum ^= bytes[i];
        __asm__ volatile("" : "+r"(sum));
    }
    return sum;
}

static double by_words(const uint64_t *words, int64_t count) {
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; i++) {
        sum ^= words[i];
        __asm__ volatile("" : "+r"(sum));
    }
    return (double)(sum & 1);
}

static double one_chain(int64_t steps) {
    uint64_t x = 1;
    for (int64_t i = 0; i < steps; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        __asm__ volatile("" : "+r"(x));
    }
    return (double)(x & 1);
}

/* As many multiplications, in chains that do not wait for each other. */
static double eight_chains(int64_t steps) {
    uint64_t x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (int64_t i = 0; i < steps; i += 8)
        for (int k = 0; k < 8; k++) {
            x[k] = x[k] * 6364136223846793005u + 1442695040888963407u;
            __asm__ volatile("" : "+r"(x[k]));
        }
    return (double)((x[0] ^ x[1] ^ x[2] ^ x[3] ^ x[4] ^ x[5] ^ x[6] ^ x[7]) & 1);
}

/* ---- data -------------------------------------------------------------------------------------- */

static void by_scalars(float *numbers, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        numbers[i] = numbers[i] * 0.5f + 0.5f;
        __asm__ volatile("" ::: "memory");
    }
}

static void by_vectors(float *numbers, int64_t count) {
    vector *vectors = (vector *)(void *)numbers;
    for (int64_t i = 0; i < count / LANES; i++)
        vectors[i] = vectors[i] * 0.5f + 0.5f;
}

/* ---- conditions -------------------------------------------------------------------------------- */

typedef enum kind { BYTES, WORDS, CHAIN, CHAINS, SCALARS, VECTORS, FAR_SCALARS, FAR_VECTORS } kind;

typedef enum crew { ALONE, THREADS, PROCESSES } crew; /* all but ALONE: one for each processor */

typedef struct setting {
    kind what;
    crew who;
    float *far; /* an array beyond all caches, which no process inherits */
} setting;

typedef struct work {
    const setting *s;
    int32_t shares; /* all shares together are one job */
} work;

static double do_share(const work *w) {
    static const int64_t steps = (int64_t)CACHED * 100;
    _Alignas(64) float near[CACHED];
    memset(near, 1, sizeof near);
    double sum = 0;
    int32_t passes = PASSES / w->shares;
    switch (w->s->what) {
    case BYTES:
        for (int32_t i = 0; i < passes / 8; i++)
            sum += by_bytes((const uint8_t *)near, sizeof near);
        return sum;
    case WORDS:
        for (int32_t i = 0; i < passes / 8; i++)
            sum += by_words((const uint64_t *)(const void *)near, sizeof near / 8);
        return sum;
    case CHAIN:
        return one_chain(steps);
    case CHAINS:
        return eight_chains(steps);
    case SCALARS:
        for (int32_t i = 0; i < passes; i++)
            by_scalars(near, CACHED);
        break;
    case VECTORS:
        for (int32_t i = 0; i < passes * LONGER; i++)
            by_vectors(near, CACHED);
        break;
    case FAR_SCALARS:
        by_scalars(w->s->far, STREAMED);
        break;
    case FAR_VECTORS:
        by_vectors(w->s->far, STREAMED);
        break;
    }
    __asm__ volatile("" ::"r"(near) : "memory");
    return near[0];
}

static void share_of_thread(int32_t index, void *argument) {
    (void)index;
    (void)do_share(argument);
}

/* A child touches nothing but its stack. */
static bool share_of_process(int32_t index, int out, void *argument) {
    (void)index, (void)out;
    return do_share(argument) >= 0;
}

static double seconds(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    const setting *s = argument;
    int32_t cores = brg_lab_cores(lab) < MOST ? brg_lab_cores(lab) : MOST;
    work w = {.s = s, .shares = s->who == ALONE ? 1 : cores};
    const brg_lab_children children = {.count = cores, .work = share_of_process, .argument = &w};
    const brg_lab_team team = {
        .count = cores, .work = share_of_thread, .argument = &w, .spread = true};
    if (s->who == PROCESSES)
        return brg_lab_children_run(lab, &children);
    if (s->who == THREADS)
        return brg_lab_team_run(lab, &team).wall_s;
    double began = brg_lab_now_s();
    (void)do_share(&w);
    return brg_lab_now_s() - began;
}

/* ---- the ladder -------------------------------------------------------------------------------- */

enum { BITS, INSTRUCTIONS, DATA, TASKS, MACHINES, FAR_DATA, LEVELS };
enum {
    ONE_BYTE,
    ONE_WORD,
    ONE_CHAIN,
    EIGHT_CHAINS,
    FLOATS,
    FLOAT_VECTORS,
    MANY_THREADS,
    MANY_PROCESSES,
    FAR_FLOATS,
    FAR_FLOAT_VECTORS,
    CONDITIONS
};

static const char *const names[CONDITIONS] = {
    "bytes",       "words",       "one chain",        "eight chains",
    "floats",      "vectors",     "vectors, threads", "vectors, processes",
    "floats, far", "vectors, far"};

/* How much better vectors do in a cache than far from it. */
static double lost_by_distance(const double *v, const void *argument) {
    (void)argument;
    return LONGER * v[FLOATS] / v[FLOAT_VECTORS] / (v[FAR_FLOATS] / v[FAR_FLOAT_VECTORS]);
}

static double gain_of_vectors(const double *v, const void *argument) {
    (void)argument;
    return LONGER * v[FLOATS] / v[FLOAT_VECTORS];
}

static brg_status measure(brg_lab *lab, float *far) {
    const setting settings[CONDITIONS] = {
        {BYTES, ALONE, far},       {WORDS, ALONE, far},       {CHAIN, ALONE, far},
        {CHAINS, ALONE, far},      {SCALARS, ALONE, far},     {VECTORS, ALONE, far},
        {VECTORS, THREADS, far},   {VECTORS, PROCESSES, far}, {FAR_SCALARS, ALONE, far},
        {FAR_VECTORS, ALONE, far},
    };
    brg_lab_condition conditions[CONDITIONS];
    for (int32_t i = 0; i < CONDITIONS; i++)
        conditions[i] = (brg_lab_condition){names[i], i, seconds, &settings[i]};
    const brg_lab_quantity bits = BRG_LAB_RATIO(ONE_BYTE, ONE_WORD);
    const brg_lab_quantity instructions = BRG_LAB_RATIO(ONE_CHAIN, EIGHT_CHAINS);
    const brg_lab_quantity data = BRG_LAB_DERIVED(gain_of_vectors, NULL);
    const brg_lab_quantity tasks = BRG_LAB_RATIO(FLOAT_VECTORS, MANY_THREADS);
    const brg_lab_quantity machines = BRG_LAB_RATIO(FLOAT_VECTORS, MANY_PROCESSES);
    const brg_lab_quantity distance = BRG_LAB_DERIVED(lost_by_distance, NULL);
    const brg_lab_reply replies[] = {{BITS, bits},         {INSTRUCTIONS, instructions},
                                     {DATA, data},         {TASKS, tasks},
                                     {MACHINES, machines}, {FAR_DATA, distance}};
    const brg_lab_mark marks[] = {
        {"speedup", 0, bits, "bits"},
        {"speedup", 1, instructions, "instructions"},
        {"speedup", 2, data, "data"},
        {"speedup", 3, tasks, "tasks"},
        {"speedup", 4, machines, "processes"},
        {"speedup", 5, BRG_LAB_RATIO(FAR_FLOATS, FAR_FLOAT_VECTORS), "data, in memory"}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .replies = replies,
                                                .reply_count = LEVELS,
                                                .marks = marks,
                                                .mark_count = 6});
}

static brg_status run(brg_lab *lab) {
    float *far = brg_lab_kept_memory(STREAMED * sizeof *far);
    if (!far) {
        brg_lab_fail(lab, BRG_E_MEMORY, "There are no 64 MiB of memory.");
        return BRG_E_MEMORY;
    }
    for (int64_t i = 0; i < STREAMED; i++)
        far[i] = 1;
    brg_status status = measure(lab, far);
    brg_lab_kept_memory_free(far, STREAMED * sizeof *far);
    return status;
}

const brg_experiment brg_claim_21 = {
    .claim =
        {.id = "21",
         .slug = "levels",
         .title = "Parallelism has levels, from bits to machines",
         .articles = "A2",
         .claim =
             "Work is done in parallel on several levels: the bits of a word, the instructions of "
             "one stream, the lanes of a vector, tasks on processors, programs on machines.",
         .hypothesis = "Each level alone makes its small job faster, until memory binds.",
         .metric = "speedup of each level over the same job without it, x",
         .threshold =
             "Words, chains and vectors 1.5 times as fast or more; a thread or a process for each "
             "processor 1.3 times.",
         .refuted_by = "A level whose speedup stays below its threshold.",
         .workload =
             "In 16 KiB: exclusive-or of bytes or words; one chain of multiplications or eight; "
             "x/2 "
             "+ 1/2 of floats or of vectors of 16; those vectors by a thread or a process for each "
             "processor. In 64 MiB: floats and vectors again.",
         .method = "All jobs once a round, in random order; ratios within a round. Threads and "
                   "processes have a processor each; their time runs from when all are ready "
                   "until the last is done. Processes share nothing and stand for machines: "
                   "the network between those is not measured.",
         .control = "In 64 MiB the memory is the limit: vectors gain less there than in a cache.",
         .questions = {{.what = "speedup of words over bytes", .unit = "x", BRG_LAB_ABOVE(1.5)},
                       {.what = "speedup of eight chains over one",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.5)},
                       {.what = "speedup of vectors over floats", .unit = "x", BRG_LAB_ABOVE(1.5)},
                       {.what = "speedup of threads over one", .unit = "x", BRG_LAB_ABOVE(1.3)},
                       {.what = "speedup of processes over one", .unit = "x", BRG_LAB_ABOVE(1.3)},
                       {.what = "speedup of vectors in a cache over that in memory",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.2),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_BARS, "level", "speedup, x"},
         .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run};
