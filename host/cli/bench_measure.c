/* Measuring: contenders take turns.
 *
 *     first round   everyone does the work once; the result is judged before any time counts
 *     calibration   everyone finds out how many calls make a measurable stretch, a millisecond or
 * more rounds        in an order drawn anew each time: rest, one stretch unmeasured, some measured
 *
 * A round gives each contender one figure, the median of its stretches over the calls in one. What
 * is reported is the median of the rounds with its interval, and for a peer the ratio of the
 * medians, with an interval over the ratios within each round. Whatever disturbs the machine for
 * longer than a round so disturbs all alike. Our own stretches are jobs of the engine, timed from
 * the first upload to the last byte read back. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

enum { MAX_CONTENDERS = 24, MAX_ROUNDS = 9, FEW_ROUNDS = 3, MAX_RUNS = 5, MAX_CALLS = 5000 };

#define STRETCH_MS 1.5    /* what a stretch should take at least */
#define REST_NS 40000000L /* until the threads of a peer that just worked stop spinning */
#define SLOW 2.0          /* a call slower than so many times the time allowed is measured once */

typedef struct contender {
    const cli_peer *peer; /* NULL: ours */
    const char *variant;  /* ours: asked for, perhaps `name`; NULL: what the op chooses */
    char name[BRG_OP_NAME];
    void *work;         /* the plug-in's */
    brg_tensor *output; /* of a peer */
    cli_peer_terms terms;
    bool out;  /* cannot, failed or wrong: takes no turns */
    bool once; /* too slow for turns: the first round is all there is */
    double ms; /* of one call, as known so far */
    int32_t calls, runs, rounds;
    double samples[MAX_ROUNDS];
    int32_t sampled; /* rounds done */
    brg_result result;
} contender;

typedef struct match {
    bench *b;
    const bench_case *at;
    cli_workload *workload;
    const brg_op *op; /* NULL for a chain */
    brg_call call;
    brg_cost cost;
    contender rows[MAX_CONTENDERS];
    int32_t count;
} match;

int32_t bench_threads(const bench *b) {
    return (int32_t)(b->units ? b->units : b->info->compute_units);
}

/* ---- our own turns --------------------------------------------------------------------------- */

/* Still computing: what comes after, the check on the host, takes as long as it takes. */
static bool computes(bench *b, brg_job job) {
    brg_snapshot snapshot;
    brg_engine_snapshot(b->session->engine, &snapshot);
    for (int32_t i = 0; i < snapshot.job_count; i++)
        if (snapshot.jobs[i].job.slot == job.slot &&
            snapshot.jobs[i].job.generation == job.generation)
            return snapshot.jobs[i].state < BRG_JOB_VERIFYING;
    return false;
}

/* Like cli_session_run, but no longer than the patience lasts: then BRG_E_TIMEOUT. */
static brg_status run_patiently(bench *b, const brg_job_desc *desc, brg_result *result,
                                brg_error *error) {
    brg_job job;
    if (!(b->patience_ms > 0))
        return cli_session_run(b->session, desc, result, error);
    brg_status status = brg_engine_submit(b->session->engine, desc, &job, error);
    if (status != BRG_OK)
        return status;
    brg_status ended = brg_engine_wait(b->session->engine, job, b->patience_ms * 1e-3);
    bool late = ended == BRG_E_TIMEOUT && computes(b, job);
    if (late)
        brg_engine_cancel(b->session->engine, job);
    status = cli_session_wait(b->session, job, 0, 1, result, error);
    if (status == BRG_E_CANCELLED && late && !cli_session_interrupted(b->session))
        return brg_fail(error, BRG_E_TIMEOUT, "took longer than %.0f s", b->patience_ms * 1e-3);
    return status;
}

static brg_status run_ours(match *m, contender *c, const brg_job_desc *how, brg_result *result,
                           brg_error *error) {
    brg_job_desc desc = *how;
    desc.stages = m->workload->stages;
    desc.stage_count = m->workload->stage_count;
    desc.label = m->at->op->name;
    desc.device = m->b->device;
    desc.seed = (uint64_t)m->b->settings->common.seed;
    desc.priority = (int32_t)m->b->settings->policy.priority;
    m->workload->stages[0].variant = c->variant;
    return run_patiently(m->b, &desc, result, error);
}

static void forget_output(brg_result *result) {
    brg_tensor_release(result->output);
    result->output = NULL;
}

/* Verified, with the baselines. Only what ends the benchmark is an error. */
static brg_status first_of_ours(match *m, contender *c, brg_error *error) {
    brg_job_desc desc = {0};
    brg_status status = cli_policy_apply(&m->b->settings->policy, &desc, error);
    desc.repeats = m->b->patience_ms > 0 ? 1 : 2; /* one that does not count, and one that does */
    desc.repeat_budget_ms = 1e-3;
    if (status == BRG_OK)
        status = run_ours(m, c, &desc, &c->result, error);
    if (c->variant)
        snprintf(c->result.variant[0], sizeof c->result.variant[0], "%s", c->variant);
    c->ms = c->result.median.total;
    c->out = status != BRG_OK || c->result.verdict.outcome == BRG_MISMATCH;
    if (status == BRG_OK && c->result.verdict.outcome == BRG_MISMATCH)
        m->b->code = CLI_WRONG;
    bool excused = status == BRG_E_UNSUPPORTED || status == BRG_E_TIMEOUT;
    if (excused) {
        c->result.error = *error;
        snprintf(c->terms.note, sizeof c->terms.note, "%.*s", CLI_PEER_TEXT - 1, error->what);
    }
    forget_output(&c->result);
    return excused ? BRG_OK : status;
}

/* The median of some stretches, in milliseconds a call. */
static brg_status stretch_ours(match *m, contender *c, int32_t runs, double *ms, brg_error *error) {
    brg_result result = {0};
    const brg_job_desc desc = {.verify = BRG_VERIFY_NONE,
                               .repeats = runs > 1 ? runs : 2,
                               .calls = c->calls,
                               .repeat_budget_ms = runs > 1 ? 0 : 1e-3,
                               .slice_ms = m->b->settings->policy.slice_ms};
    brg_status status = run_ours(m, c, &desc, &result, error);
    *ms = result.median.total;
    if (status == BRG_OK) {
        c->result.median.kernel = result.median.kernel;
        c->result.min.kernel = fmin(c->result.min.kernel, result.min.kernel);
        c->result.min.total = fmin(c->result.min.total, result.min.total);
        c->result.slices = result.slices;
    }
    brg_result_release(&result);
    return status;
}

/* ---- a peer's turns -------------------------------------------------------------------------- */

static brg_status prepare_peer(match *m, contender *c, int32_t way, brg_error *error) {
    const bench *b = m->b;
    brg_status status = brg_tensor_create(&m->call.output, NULL, &c->output, error);
    if (status != BRG_OK)
        return status;
    const cli_peer_task task = {.op = m->op->name,
                                .call = &m->call,
                                .output = brg_tensor_writable(c->output),
                                .threads = bench_threads(b),
                                .platform = b->info->platform_name,
                                .device = b->info->name,
                                .device_index = b->info->device,
                                .units = b->units};
    c->work = c->peer->plugin->prepare(&task, way, &c->terms);
    c->out = c->work == NULL;
    return BRG_OK;
}

static void fail_peer(contender *c) {
    c->out = true;
    snprintf(c->terms.note, sizeof c->terms.note, "failed");
}

/* To be judged. The first call may compile, tune or allocate: the second one is timed. */
static void first_of_peer(contender *c) {
    double seconds = c->peer->plugin->run(c->work, 1);
    if (seconds >= 0)
        seconds = c->peer->plugin->run(c->work, 1);
    c->ms = seconds * 1e3;
    if (!(seconds >= 0))
        fail_peer(c);
}

/* As for ours: one stretch that does not count, then the median of some that do. */
static double stretch_peer(contender *c, int32_t runs) {
    double ms[MAX_RUNS];
    c->peer->plugin->run(c->work, c->calls);
    for (int32_t i = 0; i < runs; i++) {
        double seconds = c->peer->plugin->run(c->work, c->calls);
        if (!(seconds >= 0)) {
            fail_peer(c);
            return -1;
        }
        ms[i] = seconds * 1e3 / c->calls;
    }
    return cli_stats_interval(ms, runs).median;
}

static void describe_peer(match *m, contender *c, const char *way) {
    brg_result *result = &c->result;
    result->state = c->out ? BRG_JOB_FAILED : BRG_JOB_DONE;
    result->stage_count = 1;
    result->cost = m->cost;
    result->dim_count = m->op->dims(&m->call, result->dims);
    result->median = result->min = (brg_times){-1, -1, -1, -1};
    snprintf(result->op[0], sizeof result->op[0], "%s", m->op->name);
    snprintf(result->variant[0], sizeof result->variant[0], "%s", way);
    if (c->out)
        snprintf(result->error.what, sizeof result->error.what, "%s", c->terms.note);
}

/* ---- who takes part -------------------------------------------------------------------------- */

static contender *enter(match *m) {
    contender *c = m->count < MAX_CONTENDERS ? &m->rows[m->count++] : NULL;
    if (c)
        *c = (contender){.calls = 1, .runs = 1};
    return c;
}

/* `name` may be no variant at all: that is for the op to say, in its own words. */
static void enter_variant(match *m, const char *name, size_t length) {
    contender *c = enter(m);
    if (!c)
        return;
    snprintf(c->name, sizeof c->name, "%.*s", (int)length, name);
    c->variant = c->name;
}

/* What the op chooses; or all its variants; or those of a list. */
static void enter_ours(match *m) {
    const char *list = m->b->variants;
    const brg_op *op = m->at->op;
    if (!list || m->workload->stage_count > 1)
        enter(m);
    else if (strcmp(list, "all") == 0)
        for (int32_t i = 0; i < op->variant_count; i++)
            enter_variant(m, op->variants[i].name, strlen(op->variants[i].name));
    else
        for (const char *at = list; *at; at += strcspn(at, ","), at += *at != 0)
            enter_variant(m, at, strcspn(at, ","));
}

static brg_status enter_peer(match *m, const cli_peer *peer, brg_error *error) {
    const cli_peer_task task = {.op = m->op->name, .call = &m->call};
    const char *way;
    brg_status status = BRG_OK;
    for (int32_t i = 0; status == BRG_OK && (way = peer->plugin->way(&task, i)) != NULL; i++) {
        contender *c = enter(m);
        if (!c)
            return BRG_OK;
        c->peer = peer;
        status = prepare_peer(m, c, i, error);
        if (status == BRG_OK && !c->out)
            first_of_peer(c);
        describe_peer(m, c, way);
    }
    return status;
}

/* All peers' results are judged at once; a wrong one takes no turns. */
static brg_status judge_peers(match *m, brg_error *error) {
    bench_claim claims[MAX_CONTENDERS];
    int32_t whose[MAX_CONTENDERS], count = 0;
    const bench_settings *settings = m->b->settings;
    brg_job_desc desc = {0};
    for (int32_t i = 0; i < m->count; i++) {
        const contender *c = &m->rows[i];
        if (!c->peer || c->out)
            continue;
        claims[count] = (bench_claim){.got = brg_tensor_data(c->output),
                                      .slack = c->terms.slack,
                                      .factor = c->terms.factor,
                                      .ignore = c->terms.ignore};
        whose[count++] = i;
    }
    if (count == 0)
        return BRG_OK;
    brg_status status = cli_policy_apply(&settings->policy, &desc, error);
    if (status == BRG_OK)
        status = bench_judge(m->b->session, m->op, &m->call, desc.verify,
                             (uint64_t)settings->common.seed, claims, count, error);
    for (int32_t i = 0; status == BRG_OK && i < count; i++) {
        contender *c = &m->rows[whose[i]];
        c->result.verdict = claims[i].verdict;
        c->out = claims[i].verdict.outcome == BRG_MISMATCH;
        if (c->out)
            brg_verdict_text(&c->result.verdict, c->terms.note, sizeof c->terms.note);
    }
    return status;
}

static brg_status enter_peers(match *m, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < m->b->peers.count && m->op && status == BRG_OK; i++)
        if (m->b->peers.rows[i].plugin)
            status = enter_peer(m, &m->b->peers.rows[i], error);
    return status == BRG_OK ? judge_peers(m, error) : status;
}

/* ---- turns ----------------------------------------------------------------------------------- */

static void rest(const match *m) {
    const struct timespec pause = {0, REST_NS};
    if (m->count > 1)
        nanosleep(&pause, NULL);
}

static brg_status stretch(match *m, contender *c, int32_t runs, double *ms, brg_error *error) {
    if (cli_session_interrupted(m->b->session))
        return brg_fail(error, BRG_E_CANCELLED, "interrupted");
    if (!c->peer)
        return stretch_ours(m, c, runs, ms, error);
    *ms = stretch_peer(c, runs);
    return BRG_OK;
}

/* The first figure holds page faults and cold caches, so small work is looked at again, until the
 * number of calls no longer grows. */
static brg_status calibrate(match *m, contender *c, brg_error *error) {
    enum { TRIES = 3 };
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < TRIES && c->ms * c->calls < STRETCH_MS && status == BRG_OK; i++) {
        double ms = c->ms;
        c->calls = (int32_t)fmin(MAX_CALLS, ceil(STRETCH_MS / fmax(c->ms, 1e-6)));
        status = stretch(m, c, 1, &ms, error);
        if (status != BRG_OK || c->out)
            return status;
        c->ms = ms;
    }
    return status;
}

/* From the time of a stretch: how many of them, in how many rounds. */
static void plan_turns(const match *m, contender *c) {
    const bench_settings *settings = m->b->settings;
    double budget = settings->time_ms, one = fmax(c->ms * c->calls, 1e-6);
    int64_t most = settings->policy.repeats;
    int32_t rounds = (int32_t)fmin(MAX_ROUNDS, fmax(FEW_ROUNDS, budget / (3 * one)));
    c->rounds = (int32_t)fmin(rounds, (double)most);
    c->runs = (int32_t)fmin(MAX_RUNS, fmax(1, budget / (c->rounds * one) - 1));
    c->runs = (int32_t)fmin(c->runs, fmax(1, (double)(most / c->rounds)));
    c->once = c->ms > SLOW * budget;
    if (c->once)
        c->rounds = 0;
}

static void shuffle(bench *b, int32_t *order, int32_t count) {
    for (int32_t i = count - 1; i > 0; i--) {
        int32_t j = cli_random_below(&b->random, i + 1), held = order[i];
        order[i] = order[j];
        order[j] = held;
    }
}

static brg_status take_turns(match *m, int32_t round, brg_error *error) {
    int32_t order[MAX_CONTENDERS];
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < m->count; i++)
        order[i] = i;
    shuffle(m->b, order, m->count);
    for (int32_t i = 0; i < m->count && status == BRG_OK; i++) {
        contender *c = &m->rows[order[i]];
        if (c->out || round >= c->rounds)
            continue;
        rest(m);
        status = stretch(m, c, c->runs, &c->samples[round], error);
        c->sampled = round + 1;
    }
    return status;
}

static brg_status play(match *m, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < m->count && status == BRG_OK; i++) {
        contender *c = &m->rows[i];
        if (c->out)
            continue;
        rest(m);
        status = calibrate(m, c, error);
        plan_turns(m, c);
    }
    for (int32_t round = 0; round < MAX_ROUNDS && status == BRG_OK; round++)
        status = take_turns(m, round, error);
    return status;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void sum_up(contender *c) {
    if (c->out)
        return;
    if (c->once) {
        c->samples[0] = c->ms;
        c->sampled = 1;
    }
    cli_interval total = cli_stats_interval(c->samples, c->sampled);
    c->result.median.total = total.median;
    c->result.runs = c->sampled * c->runs;
    if (c->peer)
        c->result.min.total = total.low;
}

/* Over the rounds that both took part in; the middle is the ratio of the medians. */
static cli_interval ratio_of(const contender *c, const contender *ours) {
    double ratios[MAX_ROUNDS];
    int32_t shared = c->sampled < ours->sampled ? c->sampled : ours->sampled;
    if (c->out || ours->out || shared < 1)
        return (cli_interval){-1, -1, -1};
    for (int32_t i = 0; i < shared; i++)
        ratios[i] = c->samples[i] / ours->samples[i];
    cli_interval ratio = cli_stats_interval(ratios, shared);
    ratio.median = c->result.median.total / ours->result.median.total;
    ratio.low = fmin(ratio.low, ratio.median);
    ratio.high = fmax(ratio.high, ratio.median);
    /* A peer that spares itself the transfers is compared with our kernels alone. */
    if (c->peer->plugin->on_device && !ours->result.zero_copy && ours->result.median.kernel > 0) {
        double spared = ours->result.median.total / ours->result.median.kernel;
        ratio = (cli_interval){ratio.median * spared, ratio.low * spared, ratio.high * spared};
    }
    return ratio;
}

static bool same_side(const contender *a, const contender *b) {
    return a->peer == b->peer && a->terms.apart == b->terms.apart;
}

/* Of all ways of a peer, or of all our variants, the fastest right one. */
static bool is_best(const match *m, const contender *c) {
    for (int32_t i = 0; i < m->count; i++) {
        const contender *other = &m->rows[i];
        if (other != c && same_side(c, other) && !other->out &&
            other->result.median.total < c->result.median.total)
            return false;
    }
    return !c->out;
}

static const contender *our_best(const match *m) {
    for (int32_t i = 0; i < m->count; i++)
        if (!m->rows[i].peer && is_best(m, &m->rows[i]))
            return &m->rows[i];
    return NULL;
}

/* The words of a call say all about it, and make it again; a chain's are told beside its picture. */
static void name_case(const match *m, char text[BENCH_TEXT]) {
    bool is_chain = m->at->is_chain && strpbrk(m->at->words, "=,");
    if (m->at->is_chain)
        snprintf(text, BENCH_TEXT, "%.63s%s%.44s", m->workload->text, is_chain ? "  " : "",
                 is_chain ? m->at->words : "");
    else
        snprintf(text, BENCH_TEXT, "%.110s", m->at->words[0] ? m->at->words : m->workload->text);
}

static brg_status write_lines(match *m, int32_t index, brg_error *error) {
    bench *b = m->b;
    for (int32_t i = 0; i < m->count; i++)
        sum_up(&m->rows[i]);
    const contender *ours = our_best(m);
    for (int32_t i = 0; i < m->count; i++) {
        contender *c = &m->rows[i];
        bench_line line = {.index = index,
                           .result = c->result,
                           .total_ms = cli_stats_interval(c->samples, c->sampled),
                           .ratio = {-1, -1, -1},
                           .rounds = c->sampled,
                           .runs = c->once ? 1 : c->runs,
                           .calls = c->once ? 1 : c->calls,
                           .threads = bench_threads(b),
                           .best = is_best(m, c),
                           .apart = c->terms.apart};
        name_case(m, line.text);
        snprintf(line.group, sizeof line.group, "%s",
                 m->at->group[0] ? m->at->group : m->at->op->name);
        snprintf(line.note, sizeof line.note, "%s", c->terms.note);
        if (c->peer)
            snprintf(line.peer, sizeof line.peer, "%s", c->peer->name);
        if (c->peer && ours)
            line.ratio = ratio_of(c, ours);
        if (!bench_book_add(&b->book, &line))
            return brg_fail(error, BRG_E_MEMORY, "no memory for the results");
    }
    return BRG_OK;
}

/* ---- a case ---------------------------------------------------------------------------------- */

/* The call as ops see it, for those who need no engine. */
static brg_status describe_call(match *m, brg_error *error) {
    const brg_stage *stage = &m->workload->stages[0];
    m->call = (brg_call){.params = stage->params ? stage->params : m->at->op->defaults,
                         .input_count = stage->input_count};
    for (int32_t i = 0; i < stage->input_count; i++) {
        m->call.inputs[i] = *brg_tensor_shape(stage->inputs[i]);
        m->call.data[i] = brg_tensor_data(stage->inputs[i]);
    }
    brg_status status = m->at->op->check(&m->call, &m->call.output, error);
    if (status == BRG_OK)
        m->at->op->cost(&m->call, &m->cost);
    m->op = m->workload->stage_count == 1 ? m->at->op : NULL;
    return status;
}

static bool has_company(const match *m) {
    for (int32_t i = 0; i < m->b->peers.count && m->op; i++) {
        const cli_peer_plugin *plugin = m->b->peers.rows[i].plugin;
        const cli_peer_task task = {.op = m->op->name, .call = &m->call};
        if (plugin && plugin->way(&task, 0))
            return true;
    }
    return false;
}

static brg_status first_round(match *m, brg_error *error) {
    brg_status status = describe_call(m, error);
    if (status == BRG_OK && m->b->only_beside && !has_company(m))
        return BRG_OK;
    enter_ours(m);
    for (int32_t i = 0; i < m->count && status == BRG_OK; i++)
        status = first_of_ours(m, &m->rows[i], error);
    return status == BRG_OK ? enter_peers(m, error) : status;
}

static void leave(match *m) {
    for (int32_t i = 0; i < m->count; i++) {
        contender *c = &m->rows[i];
        if (c->work)
            c->peer->plugin->release(c->work);
        brg_tensor_release(c->output);
    }
}

brg_status bench_measure(bench *b, const bench_case *at, int32_t index, brg_error *error) {
    cli_workload *workload = calloc(1, sizeof *workload);
    match *m = calloc(1, sizeof *m);
    brg_status status = BRG_OK;
    if (!workload || !m)
        status = brg_fail(error, BRG_E_MEMORY, "no memory for a case");
    if (status == BRG_OK)
        status = bench_case_make(at, workload, (uint64_t)b->settings->common.seed,
                                 cli_session_memory(b->session), error);
    if (status == BRG_OK) {
        *m = (match){.b = b, .at = at, .workload = workload};
        status = first_round(m, error);
        if (status == BRG_OK)
            status = play(m, error);
        if (status == BRG_OK)
            status = write_lines(m, index, error);
        leave(m);
    }
    if (workload)
        cli_workload_release(workload);
    free(workload);
    free(m);
    return status;
}
