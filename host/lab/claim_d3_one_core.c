/* Claim D3: does parallelism need several cores? Two articles say so, a third one finds it inside
 * one core.
 *
 *     threads on one core         |aaaa|bbbb|            take turns
 *     threads on two cores        |aaaa|                 at the same time
 *                                 |bbbb|
 *     operations on one core      |a b c d|              four chains that do not wait for each other
 *     vectors on one core         |[abcd]|               one instruction, four numbers
 *
 * All on one data set: the gain of two threads on one core and on two, and on one thread that never
 * leaves its core the gain of independent operations and of vectors. */
#include "lab/lab.h"

enum { STEPS = 400000, CHAINS = 4 };
enum { CHAIN, FOUR_CHAINS, NUMBERS, VECTORS, ONE_THREAD, TWO_ON_ONE, TWO_ON_TWO, WAYS };
enum { Q_THREADS, Q_CHAINS, Q_VECTORS, Q_CORES };

typedef uint32_t lanes __attribute__((vector_size(16), may_alias));

/* Empty asm statements keep the compiler from changing how the sums are formed. */
static void one_chain(void) {
    uint64_t x = 1;
    for (int32_t i = 0; i < STEPS; i++) {
        x = x * 6364136223846793005u + 1;
        __asm__ volatile("" : "+r"(x));
    }
}

static void four_chains(void) {
    uint64_t a = 1, b = 2, c = 3, d = 4;
    for (int32_t i = 0; i < STEPS; i += CHAINS) {
        a = a * 6364136223846793005u + 1;
        b = b * 6364136223846793005u + 1;
        c = c * 6364136223846793005u + 1;
        d = d * 6364136223846793005u + 1;
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
    }
}

/* As many additions of numbers in memory, each by itself ... */
static void add_numbers(uint32_t *numbers, int32_t count) {
    for (int32_t pass = 0; pass < STEPS / count; pass++)
        for (int32_t i = 0; i < count; i++) {
            uint32_t sum = numbers[i] + 3;
            __asm__ volatile("" : "+r"(sum));
            numbers[i] = sum;
        }
}

/* ... or four by one instruction. */
static void add_vectors(lanes *vectors, int32_t count) {
    for (int32_t pass = 0; pass < STEPS / (4 * count); pass++)
        for (int32_t i = 0; i < count; i++) {
            vectors[i] += 3;
            __asm__ volatile("" : : "r"(vectors) : "memory");
        }
}

static void work(int32_t index, void *argument) {
    lanes memory[256] = {{0}};
    (void)index;
    switch (*(const int32_t *)argument) {
    case CHAIN:
        one_chain();
        break;
    case FOUR_CHAINS:
        four_chains();
        break;
    case NUMBERS:
        add_numbers((uint32_t *)memory, 1024);
        break;
    case VECTORS:
        add_vectors(memory, 256);
        break;
    default:
        brg_lab_spin(STEPS);
        break;
    }
}

/* Milliseconds for the same amount of work; two threads do twice as much, so theirs counts half. */
static double elapsed(brg_lab *lab, const void *argument, double *more) {
    int32_t way = *(const int32_t *)argument, threads = way >= TWO_ON_ONE ? 2 : 1;
    (void)more;
    brg_lab_effort effort = brg_lab_team_run(
        lab, &(brg_lab_team){
                 .count = threads, .work = work, .argument = &way, .one_core = way != TWO_ON_TWO});
    return 1e3 * effort.wall_s / threads;
}

static brg_status run(brg_lab *lab) {
    static const int32_t ways[WAYS] = {CHAIN,      FOUR_CHAINS, NUMBERS,   VECTORS,
                                       ONE_THREAD, TWO_ON_ONE,  TWO_ON_TWO};
    static const char *const names[WAYS] = {
        "one chain",  "four chains",           "one number at a time",  "four in a vector",
        "one thread", "two threads, one core", "two threads, two cores"};
    static const int32_t over[WAYS] = {CHAIN,      CHAIN,      NUMBERS,   NUMBERS,
                                       ONE_THREAD, ONE_THREAD, ONE_THREAD};
    brg_lab_condition conditions[WAYS];
    brg_lab_mark marks[WAYS];
    for (int32_t i = 0; i < WAYS; i++) {
        conditions[i] = (brg_lab_condition){names[i], i, elapsed, &ways[i]};
        marks[i] = (brg_lab_mark){"gain", i, BRG_LAB_RATIO(over[i], i), names[i]};
    }
    const brg_lab_reply replies[] = {{Q_THREADS, BRG_LAB_RATIO(ONE_THREAD, TWO_ON_ONE)},
                                     {Q_CHAINS, BRG_LAB_RATIO(CHAIN, FOUR_CHAINS)},
                                     {Q_VECTORS, BRG_LAB_RATIO(NUMBERS, VECTORS)},
                                     {Q_CORES, BRG_LAB_RATIO(ONE_THREAD, TWO_ON_TWO)}};
    brg_status status = brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                             .condition_count = WAYS,
                                                             .replies = replies,
                                                             .reply_count = 4,
                                                             .marks = marks,
                                                             .mark_count = WAYS});
    brg_lab_remark(lab, "Both readings: of threads parallelism needs several cores; of operations "
                        "and numbers it does not.");
    return status;
}

const brg_experiment brg_claim_D3 = {
    .claim =
        {.id = "D3",
         .slug = "inside-one-core",
         .title = "Does parallelism need several cores?",
         .articles = "A0 A2 A3",
         .claim = "Two articles require several cores for parallelism; another finds parallelism "
                  "of instructions and of data inside one core. Each is right about its level.",
         .hypothesis = "On one core two threads gain nothing, but independent operations and "
                       "vectors do.",
         .metric = "work a second over that of one thread, one chain, one number at a time",
         .threshold = "Two threads on one core: at most 1.1 (1 in theory). Four chains and vectors "
                      "of four: at least 1.5 each (about 4 in theory).",
         .refuted_by = "A gain of threads on one core, or none of chains or vectors.",
         .workload = "400,000 steps: multiplications in one chain or four; additions to numbers "
                     "in the cache by one or by four; a chain for each thread.",
         .method = "All threads are kept on one core, but for those of the control. The compiler "
                   "is kept from vectorising what is to be scalar.",
         .control = "Two threads on two cores must gain at least 1.3.",
         .questions = {[Q_THREADS] = {.what = "gain of two threads on one core",
                                      .unit = "x",
                                      BRG_LAB_BELOW(1.1)},
                       [Q_CHAINS] = {.what = "gain of four independent chains on one core",
                                     .unit = "x",
                                     BRG_LAB_ABOVE(1.5)},
                       [Q_VECTORS] = {.what = "gain of vectors of four on one core",
                                      .unit = "x",
                                      BRG_LAB_ABOVE(1.5)},
                       [Q_CORES] = {.what = "gain of two threads on two cores",
                                    .unit = "x",
                                    BRG_LAB_ABOVE(1.3),
                                    .control = true}},
         .plot = {.kind = BRG_LAB_PLOT_BARS, .x = "what", .y = "gain"},
         .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run};
