/* Claim 35: a web server holds many clients. Their waits overlap, and what has to be computed runs in parallel.
 *
 *     blocking         |w a i t|filter|w a i t|filter|w a i t|filter|      a request after the other
 *     event loop       |w a i t|filter|filter|filter|                      waits overlap, filters do not
 *                      |w a i t|
 *                      |w a i t|
 *     with the engine  |w a i t|filter|                                    filters, too
 *                      |w a i t|filter|
 *                      |w a i t|  .   |filter|
 *
 * A real server on this machine, asked over HTTP by clients who each post a photograph and want it back out of focus. A
 * request waits for a while, as for a database, and then takes a compute unit for the filter. In all of them the
 * server is one thread, and the filter one and the same job on one compute unit: what differs is whether that
 * thread stands and waits, and on how many units filters may be. */
#include <stdio.h>
#include <stdlib.h>

#include "io/codec.h"
#include "lab/crowd.h"
#include "lab/photograph.h"
#include "lab/server.h"
#include "lab/tail.h"
#include "lab/work.h"

enum { SIDE = 128, LENS = 53, CLIENTS = 8, REQUESTS = 2, PARTS = 32 };
enum { BLOCKING, LOOP, ONE_UNIT, ENGINE, SHOWN }; /* and those of the controls: */
enum { WAITS_LOOP = SHOWN, WAITS_ENGINE, FILTERS_BLOCKING, FILTERS_LOOP, SERVERS };
enum { RATE, SLOWEST, MIDDLE, READINGS };
enum { Q_LOOP, Q_ENGINE, Q_UNITS, Q_PROMPT, Q_PROMPTER, Q_WAITS, Q_FILTERS };

static const double wait_s = 5e-3, patience_s = 10;

/* What a server filters with; its thread's own while it serves. */
typedef struct darkroom {
    brg_engine *engine;
    brg_tensor *lens;
    int32_t parts; /* a compute unit each */
    char part[PARTS][BRG_NAME];
    int32_t next;
} darkroom;

/* What is posted, and what should come back. */
typedef struct print_pair {
    brg_encoded posted, filtered;
} print_pair;

typedef struct service {
    const char *name;
    darkroom *room; /* NULL: requests only wait */
    const print_pair *prints;
    brg_lab_manner manner;
    double wait_s;
    int32_t requests;      /* of each client */
    brg_lab_tail *answers; /* ms, of all rounds; NULL: of no interest */
} service;

/* ---- the filter -------------------------------------------------------------------------------- */

static brg_stage stage_of(const darkroom *room, const brg_tensor *image) {
    return (brg_stage){.op = "conv2d", .inputs = {image, room->lens}, .input_count = 2};
}

/* Deals filters out to the units in turn. */
static bool begin_filter(void *argument, const brg_tensor *image, brg_job *job) {
    darkroom *room = argument;
    brg_error error;
    const brg_stage stage = stage_of(room, image);
    const brg_job_desc desc = {.stages = &stage,
                               .stage_count = 1,
                               .device = room->part[room->next++ % room->parts],
                               .label = "filter",
                               .verify = BRG_VERIFY_NONE};
    return brg_engine_submit(room->engine, &desc, job, &error) == BRG_OK;
}

static bool filter_is_done(void *argument, brg_job job) {
    const darkroom *room = argument;
    return brg_engine_wait(room->engine, job, 0) != BRG_E_TIMEOUT;
}

static brg_tensor *finish_filter(void *argument, brg_job job) {
    const darkroom *room = argument;
    brg_error error;
    brg_result result = {0};
    brg_tensor *image = NULL;
    if (brg_engine_wait(room->engine, job, -1) == BRG_OK &&
        brg_engine_result(room->engine, job, &result, &error) == BRG_OK && result.output)
        image = brg_tensor_retain(result.output);
    brg_result_release(&result);
    brg_engine_forget(room->engine, job);
    return image;
}

/* ---- what is measured -------------------------------------------------------------------------- */

static void draw(brg_lab *lab, const service *s, const brg_lab_visits *visits, uint64_t since_ns,
                 double since_s) {
    const double before_s = visits->began_s - since_s;
    brg_lab_spans_clear(lab, s->name);
    for (int32_t i = 0; i < visits->count; i++) {
        const brg_lab_visit *v = &visits->visits[i];
        char lane[32];
        snprintf(lane, sizeof lane, "client %d", (int)v->client + 1);
        brg_lab_span_add(lab, s->name, lane, "request", before_s + v->start_s, before_s + v->end_s,
                         true);
    }
    brg_lab_spans_of_engine(lab, s->name, since_ns);
}

/* Lets the crowd in. */
static brg_status open_for(brg_lab *lab, const service *s, const brg_lab_server *server,
                           brg_lab_visits *visits) {
    const brg_encoded *expected = s->room ? &s->prints->filtered : &s->prints->posted;
    const brg_lab_crowd crowd = {.port = brg_lab_server_port(server),
                                 .clients = CLIENTS,
                                 .requests = s->requests,
                                 .body = s->prints->posted.data,
                                 .body_size = s->prints->posted.size,
                                 .expected = expected->data,
                                 .expected_size = expected->size,
                                 .patience_s = patience_s};
    brg_error error = {0};
    brg_status status = brg_lab_crowd_visit(&crowd, visits, &error);
    if (status != BRG_OK)
        brg_lab_fail(lab, status, "%s", error.what);
    else if (visits->count != CLIENTS * s->requests)
        brg_lab_fail(
            lab, BRG_E_IO,
            "Of %d requests %d got the image that they should; the web server's last other "
            "answer was %d.",
            (int)(CLIENTS * s->requests), (int)visits->count, (int)visits->status_code);
    return brg_lab_status(lab);
}

/* Requests answered a second; then the slowest answer and the median, ms. */
static double rate(brg_lab *lab, const void *argument, double *more) {
    const service *s = argument;
    const brg_lab_server_plan plan = {
        s->manner, s->wait_s,
        s->room ? (brg_lab_filter){begin_filter, filter_is_done, finish_filter, s->room}
                : (brg_lab_filter){0}};
    brg_error error = {0};
    brg_lab_server *server;
    brg_lab_visits visits;
    brg_lab_tail *own = calloc(1, sizeof *own);
    if (!own)
        return brg_lab_fail(lab, BRG_E_MEMORY, "There is no memory for the times of answers.");
    brg_status status = brg_lab_server_start(&plan, &server, &error);
    if (status != BRG_OK)
        brg_lab_fail(lab, status, "%s", error.what);
    const uint64_t since_ns = brg_now_ns();
    const double since_s = brg_lab_now_s();
    if (status == BRG_OK)
        status = open_for(lab, s, server, &visits);
    brg_lab_server_stop(server);
    for (int32_t i = 0; status == BRG_OK && i < visits.count; i++) {
        double ms = 1e3 * (visits.visits[i].end_s - visits.visits[i].start_s);
        brg_lab_tail_note(own, ms);
        brg_lab_tail_note(brg_lab_warming_up(lab) ? NULL : s->answers, ms);
    }
    more[SLOWEST - 1] = brg_lab_tail_quantile(own, 1);
    more[MIDDLE - 1] = brg_lab_tail_quantile(own, 0.5);
    free(own);
    if (status == BRG_OK && s->answers)
        draw(lab, s, &visits, since_ns, since_s);
    return status == BRG_OK ? visits.count / visits.seconds : (double)NAN;
}

/* ---- the experiment ---------------------------------------------------------------------------- */

#define READING(server, reading) ((server)*READINGS + (reading))

static brg_status measure(brg_lab *lab, const service *services) {
    brg_lab_condition conditions[SERVERS];
    brg_lab_mark marks[SHOWN];
    for (int32_t i = 0; i < SERVERS; i++)
        conditions[i] = (brg_lab_condition){services[i].name, i, rate, &services[i]};
    for (int32_t i = 0; i < SHOWN; i++)
        marks[i] = (brg_lab_mark){"served", i, BRG_LAB_VALUE(READING(i, RATE)), services[i].name};
    const brg_lab_reply replies[] = {
        {Q_LOOP, BRG_LAB_RATIO(READING(LOOP, RATE), READING(BLOCKING, RATE))},
        {Q_ENGINE, BRG_LAB_RATIO(READING(ENGINE, RATE), READING(LOOP, RATE))},
        {Q_UNITS, BRG_LAB_RATIO(READING(ENGINE, RATE), READING(ONE_UNIT, RATE))},
        {Q_PROMPT, BRG_LAB_RATIO(READING(BLOCKING, SLOWEST), READING(LOOP, SLOWEST))},
        {Q_PROMPTER, BRG_LAB_RATIO(READING(LOOP, SLOWEST), READING(ENGINE, SLOWEST))},
        {Q_WAITS, BRG_LAB_RATIO(READING(WAITS_ENGINE, RATE), READING(WAITS_LOOP, RATE))},
        {Q_FILTERS, BRG_LAB_RATIO(READING(FILTERS_LOOP, RATE), READING(FILTERS_BLOCKING, RATE))},
    };
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = SERVERS,
                                                .readings = READINGS,
                                                .replies = replies,
                                                .reply_count = 7,
                                                .marks = marks,
                                                .mark_count = SHOWN});
}

static void tell_tails(brg_lab *lab, const service *services) {
    static const double parts[] = {0.5, 0.99};
    for (int32_t i = 0; i < 2 * SHOWN; i++) {
        const service *s = &services[i / 2];
        char name[BRG_LAB_NAME];
        snprintf(name, sizeof name, "p%.0f of answers, %s", 100 * parts[i % 2], s->name);
        const brg_lab_estimate of_all = {brg_lab_tail_quantile(s->answers, parts[i % 2]),
                                         (double)NAN, (double)NAN, s->answers->count};
        brg_lab_figure_set(lab, name, "ms", of_all);
    }
}

static void describe(service *services, darkroom *all_units, darkroom *one_unit,
                     const print_pair *prints, brg_lab_tail *tails) {
    const service as_planned[SERVERS] = {
        [BLOCKING] = {"blocking", one_unit, .manner = BRG_LAB_BLOCKING},
        [LOOP] = {"event loop", one_unit, .manner = BRG_LAB_EVENT_LOOP},
        [ONE_UNIT] = {"engine, one unit", one_unit, .manner = BRG_LAB_HANDS_OVER},
        [ENGINE] = {"engine, all units", all_units, .manner = BRG_LAB_HANDS_OVER},
        [WAITS_LOOP] = {"only waits, loop", .manner = BRG_LAB_EVENT_LOOP},
        [WAITS_ENGINE] = {"only waits, engine", .manner = BRG_LAB_HANDS_OVER},
        [FILTERS_BLOCKING] = {"no waits, blocking", one_unit, .manner = BRG_LAB_BLOCKING},
        [FILTERS_LOOP] = {"no waits, loop", one_unit, .manner = BRG_LAB_EVENT_LOOP}};
    for (int32_t i = 0; i < SERVERS; i++) {
        services[i] = as_planned[i];
        services[i].prints = prints;
        const bool waits = i != FILTERS_BLOCKING && i != FILTERS_LOOP;
        services[i].wait_s = waits ? wait_s : 0;
        services[i].requests = waits ? REQUESTS : 1;
        services[i].answers = i < SHOWN ? &tails[i] : NULL;
    }
}

/* A lens out of focus makes a disc of each point. */
static brg_status grind(darkroom *room, brg_error *error) {
    const brg_shape shape = brg_shape_2d(BRG_F32, LENS, LENS);
    brg_status status = brg_tensor_create(&shape, NULL, &room->lens, error);
    float *weights = status == BRG_OK ? brg_tensor_writable(room->lens) : NULL;
    int32_t inside = 0;
    for (int32_t pass = 0; weights && pass < 2; pass++)
        for (int32_t i = 0; i < LENS * LENS; i++) {
            const int32_t y = i / LENS - LENS / 2, x = i % LENS - LENS / 2;
            if (4 * (y * y + x * x) > LENS * LENS)
                continue;
            inside += pass == 0;
            weights[i] = pass == 0 ? 0 : 1.0f / (float)inside;
        }
    return status;
}

/* Takes the photograph, and filters it once, verified: every answer is compared with that. */
static brg_status develop(brg_lab *lab, const darkroom *room, print_pair *prints) {
    brg_error error = {0};
    brg_result result = {0};
    brg_tensor *image = brg_lab_photograph(lab, SIDE, SIDE);
    const brg_stage stage = stage_of(room, image);
    const brg_job_desc desc = {.stages = &stage, .stage_count = 1, .verify = BRG_VERIFY_SAMPLE};
    brg_status status = image ? brg_lab_job(lab, &desc, 1, &result) : brg_lab_status(lab);
    if (status == BRG_OK) {
        const brg_lab_estimate alone = {result.median.kernel, (double)NAN, (double)NAN, 1};
        brg_lab_figure_set(lab, "the filter on one unit", "ms", alone);
        status = brg_ppm_encode(image, &prints->posted, &error);
    }
    if (status == BRG_OK)
        status = brg_ppm_encode(result.output, &prints->filtered, &error);
    if (status != BRG_OK)
        brg_lab_fail(lab, status, "The photograph cannot be prepared: %s.", error.what);
    brg_result_release(&result);
    brg_tensor_release(image);
    return status;
}

static brg_status furnish(brg_lab *lab, darkroom *room) {
    brg_error error = {0};
    *room = (darkroom){.engine = brg_lab_engine(lab), .parts = brg_lab_units(lab)};
    room->parts = room->parts < PARTS ? room->parts : PARTS;
    for (int32_t i = 0; i < room->parts; i++)
        brg_lab_part(lab, i, 1, room->part[i]);
    if (grind(room, &error) != BRG_OK)
        brg_lab_fail(lab, error.status, "%s", error.what);
    return brg_lab_status(lab);
}

static brg_status run(brg_lab *lab) {
    service services[SERVERS];
    darkroom room, one_unit;
    print_pair prints = {{NULL, 0}, {NULL, 0}};
    if (!brg_lab_server_is_built())
        return brg_lab_not_applicable(
            lab, "This build has no web server: install libmicrohttpd with its headers "
                 "(libmicrohttpd-dev), and build again.");
    brg_lab_tail *tails = calloc(SHOWN, sizeof *tails);
    if (!tails)
        brg_lab_fail(lab, BRG_E_MEMORY, "There is no memory for the times of answers.");
    brg_status status = furnish(lab, &room);
    if (status == BRG_OK)
        status = develop(lab, &room, &prints);
    if (status == BRG_OK) {
        one_unit = room;
        one_unit.parts = 1;
        describe(services, &room, &one_unit, &prints, tails);
        status = measure(lab, services);
        tell_tails(lab, services);
    }
    free(prints.posted.data);
    free(prints.filtered.data);
    brg_tensor_release(room.lens);
    free(tails);
    return status;
}

const brg_experiment brg_claim_35 =
    {.claim =
         {.id = "35",
          .slug = "web-server",
          .title = "A web server holds many clients",
          .articles = "A0 A1 A2 A3 A4",
          .claim = "A web server serves many clients at once because their waits overlap; what has "
                   "to be computed for them gains from being done in parallel.",
          .hypothesis =
              "An event loop serves more than a thread that sits out every wait; a loop that hands "
              "the computing over serves more still, and its slowest answer comes sooner.",
          .metric = "requests answered a second; the slowest answer of a round (p99 of so few), ms",
          .threshold =
              "The loop answers at least 1.5 times as many as the blocking server; with the engine "
              "it is at least 1.2 times as many as without, and on all units at least 1.1 times "
              "as many as on one. The slowest answers come at least 1.5 and 1.1 times as soon.",
          .refuted_by = "No gain of one of the two.",
          .workload =
              "Eight clients on this machine with two requests each, sent over HTTP (the server's "
              "side is libmicrohttpd): a photograph of 128 x 128 pixels, a wait of 5 ms, a lens of "
              "53 x 53 weights, and the photograph back.",
          .method =
              "Each server is one thread. Where it computes in the loop it waits for the filter on "
              "one unit. With the engine it does not; filters are dealt out to all units, or kept "
              "on one, which tells what overlapping gains from what units do. Every answer is "
              "compared with a verified one, byte by byte. p50 and p99 are over the answers of all "
              "rounds, disturbed ones too.",
          .control = "Where requests only wait, the engine gains nothing; where they do not wait, "
                     "the loop gains nothing.",
          .questions = {[Q_LOOP] = {.what = "requests a second, event loop over blocking",
                                    .unit = "x",
                                    BRG_LAB_ABOVE(1.5)},
                        [Q_ENGINE] = {.what = "requests a second, engine over event loop",
                                      .unit = "x",
                                      BRG_LAB_ABOVE(1.2)},
                        [Q_UNITS] = {.what = "requests a second, engine on all units over one",
                                     .unit = "x",
                                     BRG_LAB_ABOVE(1.1)},
                        [Q_PROMPT] = {.what = "slowest answer, blocking over event loop",
                                      .unit = "x",
                                      BRG_LAB_ABOVE(1.5)},
                        [Q_PROMPTER] = {.what = "slowest answer, event loop over engine",
                                        .unit = "x",
                                        BRG_LAB_ABOVE(1.1)},
                        [Q_WAITS] = {.what = "gain of the engine where requests only wait",
                                     .unit = "x",
                                     BRG_LAB_WITHIN(0.8, 1.25),
                                     .control = true},
                        [Q_FILTERS] = {.what = "gain of the loop where they do not wait",
                                       .unit = "x",
                                       BRG_LAB_WITHIN(0.8, 1.25),
                                       .control = true}},
          .plot = {BRG_LAB_PLOT_BARS, "server", "requests a second"},
          .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS | BRG_LAB_NEEDS_LOOPBACK},
     .run = run};
