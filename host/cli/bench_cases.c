/* What is measured: from the words of the command line, the ops' own sizes, or the standard list.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "bench_lists.h"

bench_case *bench_cases_add(bench_cases *cases, const bench_case *fresh, brg_error *error) {
    if (cases->count == cases->room) {
        int32_t room = cases->room ? 2 * cases->room : 32;
        bench_case *rows = realloc(cases->rows, (size_t)room * sizeof *rows);
        if (!rows) {
            brg_fail(error, BRG_E_MEMORY, "no memory for the list of cases");
            return NULL;
        }
        cases->rows = rows;
        cases->room = room;
    }
    cases->rows[cases->count] = *fresh;
    return &cases->rows[cases->count++];
}

void bench_cases_free(bench_cases *cases) {
    free(cases->rows);
    *cases = (bench_cases){0};
}

static brg_status add_words(bench_cases *cases, const brg_op *op, const char *words,
                            const char *group, brg_error *error) {
    bench_case fresh = {.op = op};
    snprintf(fresh.words, sizeof fresh.words, "%s", words);
    snprintf(fresh.group, sizeof fresh.group, "%s", group);
    return bench_cases_add(cases, &fresh, error) ? BRG_OK : error->status;
}

/* ---- an op's own sizes, or random ones ------------------------------------------------------- */

static brg_status add_random(bench_cases *cases, const brg_op *op, int64_t count, uint64_t *state,
                             brg_error *error) {
    for (int64_t i = 0; i < count; i++) {
        bench_case fresh;
        if (!bench_draw_case(op, state, &fresh)) {
            brg_fail(error, BRG_E_ARGUMENT, "--random does not know what shapes %s may have",
                     op->name);
            return brg_error_hint(error, "It knows %s.", bench_drawn_ops);
        }
        if (!bench_cases_add(cases, &fresh, error))
            return error->status;
    }
    return BRG_OK;
}

/* A chain has no sizes of its own: two everyday pictures. */
static brg_status add_chain(bench_cases *cases, const brg_op *op, const char *chain,
                            brg_error *error) {
    static const char *const pictures[][2] = {{"1920x1080x3", "u8"}, {"3840x2160x4", "u8"}};
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
        bench_case fresh = {.op = op, .is_chain = true, .dtype = pictures[i][1]};
        snprintf(fresh.image, sizeof fresh.image, "%s", pictures[i][0]);
        snprintf(fresh.words, sizeof fresh.words, "%s", chain);
        snprintf(fresh.group, sizeof fresh.group, "%.*s", BENCH_GROUP - 1, chain);
        if (strlen(chain) >= sizeof fresh.words)
            return brg_fail(error, BRG_E_ARGUMENT, "the chain is too long");
        if (!bench_cases_add(cases, &fresh, error))
            return error->status;
    }
    return BRG_OK;
}

/* Without sizes of its own, what is typical. */
static brg_status add_sizes(bench_cases *cases, const brg_op *op, brg_error *error) {
    const char *typical = cli_workload_typical(op);
    brg_status status = BRG_OK;
    if (!op->make || !op->sizes)
        return typical ? add_chain(cases, op, typical, error) : BRG_OK;
    for (int32_t i = 0; op->sizes[i] && status == BRG_OK; i++)
        status = add_words(cases, op, op->sizes[i], "", error);
    return status;
}

/* ---- the command's words --------------------------------------------------------------------- */

/* "m=512" after gemm is a word of gemm, "blur=5" an op of its own. */
static bool starts_op(const char *word) {
    const brg_op *op;
    brg_error ignored = {0};
    return cli_workload_op(word, &op, &ignored) == BRG_OK;
}

/* An op and the words behind it. */
static brg_status add_op(bench_cases *cases, char **words, int32_t count, int64_t random,
                         uint64_t *state, brg_error *error) {
    const brg_op *op;
    char text[CLI_WORDS];
    if (cli_workload_op(words[0], &op, error) != BRG_OK)
        return error->status;
    if (!cli_workload_join(words + 1, count - 1, text))
        return brg_fail(error, BRG_E_ARGUMENT, "the words for one call are too many");
    if (strpbrk(words[0], "=,"))
        return add_chain(cases, op, words[0], error);
    if (random > 0)
        return add_random(cases, op, random, state, error);
    if (count == 1)
        return add_sizes(cases, op, error);
    if (op->make)
        return add_words(cases, op, text, "", error);
    return brg_fail(error, BRG_E_ARGUMENT, "%s takes no words, such as \"%s\"", op->name, words[1]);
}

static brg_status add_every_op(bench_cases *cases, int64_t random, uint64_t *state,
                               brg_error *error) {
    const brg_op *op;
    bench_case unused;
    brg_status status = BRG_OK;
    for (int32_t i = 0; status == BRG_OK && (op = brg_op_builtin(i)) != NULL; i++) {
        uint64_t aside = 0;
        if (random == 0)
            status = add_sizes(cases, op, error);
        else if (bench_draw_case(op, &aside, &unused))
            status = add_random(cases, op, random, state, error);
    }
    return status;
}

brg_status bench_cases_read(bench_cases *cases, char **words, int32_t count, bool standard,
                            int64_t random, uint64_t seed, brg_error *error) {
    uint64_t state = seed;
    brg_status status = BRG_OK;
    if (count == 0 && standard && random == 0)
        return bench_add_standard(cases, error);
    if (count == 0)
        return add_every_op(cases, random, &state, error);
    for (int32_t i = 0; i < count && status == BRG_OK;) {
        int32_t end = i + 1;
        while (end < count && !starts_op(words[end]))
            end++;
        status = add_op(cases, words + i, end - i, random, &state, error);
        i = end;
    }
    return status;
}

brg_status bench_case_make(const bench_case *at, cli_workload *workload, uint64_t seed,
                           uint64_t memory, brg_error *error) {
    if (!at->is_chain)
        return cli_workload_words(workload, at->op, at->words, seed, memory, error);
    cli_workload_spec spec = CLI_WORKLOAD_DEFAULTS;
    spec.op = at->words;
    spec.image = at->image;
    spec.dtype = at->dtype ? at->dtype : spec.dtype;
    spec.kernel = at->kernel ? at->kernel : spec.kernel;
    return cli_workload_make(workload, &spec, seed, memory, error);
}
