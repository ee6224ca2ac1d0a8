/* brigade train: teaches a model to tell images apart, on the device, and tests it after each epoch.
 *
 * Steps go to the engine some dozens at a time, as one job; while it runs, the next ones' images are
 * drawn and laid out. The state that comes out of one job goes into the next. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "session.h"
#include "table.h"

typedef struct train_settings {
    cli_common common;
    const char *model, *data, *optimizer;
    int64_t epochs, batch, check_every;
    double rate, momentum, decay;
} train_settings;

static const cli_option rows[] = {
    {0, "model", CLI_TEXT, offsetof(train_settings, model), "NAME",
     "mlp, cnn, lenet, resnet-mini, or a file (default lenet)", 0, 0},
    {0, "data", CLI_TEXT, offsetof(train_settings, data), "DIR",
     "folder with the four IDX files of MNIST or the like", 0, 0},
    {0, "epochs", CLI_INTEGER, offsetof(train_settings, epochs), "N",
     "times through all images (default 5)", 1, 10000},
    {0, "batch", CLI_INTEGER, offsetof(train_settings, batch), "N", "images in a step (default 64)",
     1, 65536},
    {0, "optimizer", CLI_TEXT, offsetof(train_settings, optimizer), "NAME",
     "sgd or adam (default sgd)", 0, 0},
    {0, "rate", CLI_NUMBER, offsetof(train_settings, rate), "X",
     "learning rate at the start; falls to 0 along a cosine (default 0.05, adam 0.001)", 0, 100},
    {0, "momentum", CLI_NUMBER, offsetof(train_settings, momentum), "X",
     "of sgd; beta1 of adam (default 0.9)", 0, 0.9999},
    {0, "decay", CLI_NUMBER, offsetof(train_settings, decay), "X", "of weights (default 0)", 0, 1},
    {0, "check-every", CLI_INTEGER, offsetof(train_settings, check_every), "N",
     "recompute one step in N by sequential C (default 0: none)", 0, 1000000},
};

static const cli_option_group group = {"options", rows, sizeof rows / sizeof rows[0]};

enum { STEPS_OF_A_JOB = 50, SCORES_AT_ONCE = 250, COLUMNS = 6 };

static const cli_column columns[COLUMNS] = {{"epoch", 6, true},     {"loss", 8, true},
                                            {"train", 8, true},     {"test", 8, true},
                                            {"images/s", 10, true}, {"seconds", 8, true}};

/* Images of some steps, laid out one after the other. */
typedef struct portion {
    brg_tensor *images, *labels;
    int64_t steps;
} portion;

typedef struct course {
    cli_session *session;
    const train_settings *settings;
    char device[32];
    brg_model model;
    brg_dataset data;
    brg_train_params params;
    brg_tensor *state;
    int64_t *order; /* of the images in this epoch */
    int64_t steps_of_epoch, step, checked, passed;
    double loss, hits, seconds, accuracy, best_bound;
} course;

/* ---- images ---------------------------------------------------------------------------------- */

/* The order of an epoch: Fisher and Yates' shuffle, from the seed and the epoch alone. */
static void shuffle(int64_t *order, int64_t count, uint64_t seed) {
    uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
    for (int64_t i = 0; i < count; i++)
        order[i] = i;
    for (int64_t i = count - 1; i > 0; i--) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        int64_t j = (int64_t)((state >> 33) % (uint64_t)(i + 1)), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

static int64_t count_of(const brg_tensor *images) {
    return brg_tensor_shape(images)->dims[0];
}

static void drop_portion(portion *p) {
    brg_tensor_release(p->images);
    brg_tensor_release(p->labels);
    *p = (portion){0};
}

/* Lays out `count` images of a set: those of `order` from `first` on, or in their own order. */
static brg_status lay_out(const brg_tensor *images, const brg_tensor *labels, const int64_t *order,
                          int64_t first, int64_t count, portion *out, brg_error *error) {
    brg_shape shape = *brg_tensor_shape(images);
    size_t size = (size_t)(shape.dims[1] * shape.dims[2] * shape.dims[3]);
    const uint8_t *from = brg_tensor_data(images);
    const int32_t *names = brg_tensor_data(labels);
    uint8_t *pixels = malloc((size_t)count * size);
    int32_t *wanted = malloc((size_t)count * sizeof *wanted);
    brg_status status = BRG_E_MEMORY;
    for (int64_t i = 0; pixels && wanted && i < count; i++) {
        int64_t at = order ? order[first + i] : first + i;
        memcpy(pixels + (size_t)i * size, from + (size_t)at * size, size);
        wanted[i] = names[at];
    }
    if (pixels && wanted) {
        shape.dims[0] = count;
        status = brg_tensor_create(&shape, pixels, &out->images, error);
        brg_shape line = {.dtype = BRG_I32, .rank = 1, .dims = {count}};
        if (status == BRG_OK)
            status = brg_tensor_create(&line, wanted, &out->labels, error);
    } else {
        brg_fail(error, BRG_E_MEMORY, "There is no memory for %lld images.", (long long)count);
    }
    free(pixels);
    free(wanted);
    return status;
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* How many steps the next job has: one by itself where it is to be checked. */
static int64_t next_steps(const course *c, int64_t at) {
    int64_t left = c->steps_of_epoch - at, every = c->settings->check_every;
    if (every > 0) {
        int64_t since = (c->step + at) % every;
        int64_t until = since == 0 ? 1 : every - since;
        left = until < left ? until : left;
    }
    return left < STEPS_OF_A_JOB ? left : STEPS_OF_A_JOB;
}

static bool is_checked(const course *c, int64_t at, int64_t steps) {
    int64_t every = c->settings->check_every;
    return every > 0 && steps == 1 && (c->step + at) % every == 0;
}

static brg_status prepare(const course *c, int64_t at, portion *p, brg_error *error) {
    int64_t batch = c->settings->batch;
    p->steps = next_steps(c, at);
    if (p->steps == 0)
        return BRG_OK;
    return lay_out(c->data.train_images, c->data.train_labels, c->order, at * batch,
                   p->steps * batch, p, error);
}

/* A cosine from the first rate down to 0 (Loshchilov and Hutter, 2017); the same for a job's steps. */
static float rate_at(const course *c, int64_t at) {
    double all = (double)(c->steps_of_epoch * c->settings->epochs);
    double done = (double)(c->step + at) / all;
    return (float)(0.5 * c->settings->rate * (1 + cos(3.14159265358979 * done)));
}

static brg_status submit(course *c, int64_t at, const portion *p, brg_job *job, brg_error *error) {
    c->params.mode = BRG_TRAIN_STEPS;
    c->params.batch = (int32_t)c->settings->batch;
    c->params.step = (int32_t)(c->step + at);
    c->params.rate = rate_at(c, at);
    brg_stage stage = {.op = "train",
                       .params = &c->params,
                       .inputs = {c->state, p->images, c->model.network, p->labels},
                       .input_count = 4};
    brg_job_desc desc = {.stages = &stage,
                         .stage_count = 1,
                         .label = "train",
                         .device = c->device,
                         .verify = is_checked(c, at, p->steps) ? BRG_VERIFY_FULL : BRG_VERIFY_NONE};
    return brg_engine_submit(c->session->engine, &desc, job, error);
}

/* The op's results lie behind the state; a state without them is as good as one with. */
static void take_results(course *c, const portion *p, const brg_result *result) {
    int64_t losses, hits;
    const float *numbers = brg_tensor_data(result->output);
    brg_model_results(&c->model, &c->params, p->steps * c->settings->batch, &losses, &hits);
    for (int64_t i = 0; i < p->steps; i++) {
        c->loss += (double)numbers[losses + i];
        c->hits += (double)numbers[hits + i];
    }
    brg_tensor_release(c->state);
    c->state = brg_tensor_retain(result->output);
    if (result->verdict.outcome == BRG_UNCHECKED)
        return;
    c->checked++;
    c->passed += result->verdict.outcome == BRG_PASSED;
    c->best_bound = fmax(c->best_bound, result->verdict.bound_ratio);
}

/* One job, while which the next one's images are laid out. */
static brg_status run_portion(course *c, int64_t at, const portion *now, portion *next,
                              brg_error *error) {
    brg_job job;
    brg_result result = {0};
    brg_status status = submit(c, at, now, &job, error);
    if (status != BRG_OK)
        return status;
    brg_error lacking = {0};
    brg_status prepared = prepare(c, at + now->steps, next, &lacking);
    status = cli_session_wait(c->session, job, (int32_t)(c->step + at),
                              (int32_t)(c->settings->epochs * c->steps_of_epoch), &result, error);
    if (status != BRG_OK)
        return status;
    take_results(c, now, &result);
    brg_result_release(&result);
    if (prepared != BRG_OK)
        *error = lacking;
    return prepared;
}

static brg_status learn(course *c, int64_t epoch, brg_error *error) {
    portion now = {0}, next = {0};
    shuffle(c->order, count_of(c->data.train_images),
            (uint64_t)c->settings->common.seed * 1000003u + (uint64_t)epoch);
    c->loss = c->hits = 0;
    brg_status status = prepare(c, 0, &now, error);
    for (int64_t at = 0; status == BRG_OK && now.steps > 0;) {
        status = run_portion(c, at, &now, &next, error);
        at += now.steps;
        drop_portion(&now);
        now = next;
        next = (portion){0};
    }
    drop_portion(&now);
    c->step += c->steps_of_epoch;
    return status;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static int64_t hits_among(const float *scores, const int32_t *labels, int64_t count,
                          int32_t classes) {
    int64_t hits = 0;
    for (int64_t i = 0; i < count; i++) {
        int32_t largest = 0;
        for (int32_t c = 1; c < classes; c++)
            if (scores[i * classes + c] > scores[i * classes + largest])
                largest = c;
        hits += largest == labels[i];
    }
    return hits;
}

static brg_status score(course *c, int64_t first, int64_t count, int64_t *hits, brg_error *error) {
    portion p = {0};
    brg_result result = {0};
    brg_status status =
        lay_out(c->data.test_images, c->data.test_labels, NULL, first, count, &p, error);
    c->params.mode = BRG_TRAIN_SCORES;
    c->params.batch = (int32_t)count;
    brg_stage stage = {.op = "train",
                       .params = &c->params,
                       .inputs = {c->state, p.images, c->model.network},
                       .input_count = 3};
    brg_job_desc desc = {
        .stages = &stage, .stage_count = 1, .device = c->device, .verify = BRG_VERIFY_NONE};
    if (status == BRG_OK)
        status = cli_session_run(c->session, &desc, &result, error);
    if (status == BRG_OK)
        *hits += hits_among(brg_tensor_data(result.output), brg_tensor_data(p.labels), count,
                            c->model.classes);
    brg_result_release(&result);
    drop_portion(&p);
    return status;
}

static brg_status test(course *c, brg_error *error) {
    int64_t count = count_of(c->data.test_images), hits = 0;
    brg_status status = BRG_OK;
    for (int64_t i = 0; i < count && status == BRG_OK; i += SCORES_AT_ONCE) {
        int64_t part = count - i < SCORES_AT_ONCE ? count - i : SCORES_AT_ONCE;
        status = score(c, i, part, &hits, error);
    }
    c->accuracy = count > 0 ? (double)hits / (double)count : 0;
    return status;
}

/* ---- telling --------------------------------------------------------------------------------- */

static void tell(course *c, int64_t epoch) {
    double images = (double)(c->steps_of_epoch * c->settings->batch);
    char cells[COLUMNS][CLI_CELL];
    snprintf(cells[0], CLI_CELL, "%lld", (long long)epoch + 1);
    snprintf(cells[1], CLI_CELL, "%.4f", c->loss / (double)c->steps_of_epoch);
    snprintf(cells[2], CLI_CELL, "%.2f %%", 100 * c->hits / images);
    snprintf(cells[3], CLI_CELL, "%.2f %%", 100 * c->accuracy);
    snprintf(cells[4], CLI_CELL, "%.0f", images / c->seconds);
    snprintf(cells[5], CLI_CELL, "%.2f", c->seconds);
    cli_session_clear(c->session);
    if (!c->settings->common.json) {
        if (epoch == 0)
            cli_table_head(stdout, columns, COLUMNS);
        cli_table_row(stdout, columns, COLUMNS, cells);
        fflush(stdout);
    }
}

static void report(course *c) {
    brg_report *r = c->session->report;
    if (!r)
        return;
    brg_report_string(r, false, "model", c->model.name);
    brg_report_number(r, false, "loss", c->loss / (double)c->steps_of_epoch);
    brg_report_number(r, false, "accuracy", c->accuracy);
    brg_report_number(r, false, "step_ms", 1e3 * c->seconds / (double)c->steps_of_epoch);
    brg_report_number(r, false, "images_per_s",
                      (double)(c->steps_of_epoch * c->settings->batch) / c->seconds);
    brg_report_number(r, false, "steps_checked", (double)c->checked);
    brg_report_number(r, false, "steps_passed", (double)c->passed);
}

static int conclude(course *c) {
    report(c);
    if (c->checked > 0 && !c->settings->common.json)
        printf("\n%lld steps recomputed by sequential C: %lld passed, largest error %.3g of its "
               "bound\n",
               (long long)c->checked, (long long)c->passed, c->best_bound);
    return c->passed == c->checked ? CLI_OK : CLI_WRONG;
}

/* ---- the command ----------------------------------------------------------------------------- */

static brg_status teach(course *c, brg_error *error) {
    brg_status status = BRG_OK;
    for (int64_t epoch = 0; epoch < c->settings->epochs && status == BRG_OK; epoch++) {
        uint64_t began = brg_now_ns();
        status = learn(c, epoch, error);
        c->seconds = (double)(brg_now_ns() - began) * 1e-9;
        if (status == BRG_OK)
            status = test(c, error);
        if (status == BRG_OK)
            tell(c, epoch);
    }
    return status;
}

static brg_status check_fit(const course *c, brg_error *error) {
    const brg_shape *images = brg_tensor_shape(c->data.train_images);
    if (images->dims[1] != c->model.channels || images->dims[2] != c->model.height ||
        images->dims[3] != c->model.width)
        return brg_fail(
            error, BRG_E_SHAPE, "%s takes images of %dx%dx%d, these are %lldx%lldx%lld.",
            c->model.name, (int)c->model.channels, (int)c->model.height, (int)c->model.width,
            (long long)images->dims[1], (long long)images->dims[2], (long long)images->dims[3]);
    if (c->data.classes > c->model.classes)
        return brg_fail(error, BRG_E_SHAPE, "%s tells %d classes apart, these images have %d.",
                        c->model.name, (int)c->model.classes, (int)c->data.classes);
    if (images->dims[0] < c->settings->batch)
        return brg_fail(error, BRG_E_ARGUMENT, "A batch of %lld is more than the %lld images.",
                        (long long)c->settings->batch, (long long)images->dims[0]);
    return BRG_OK;
}

static brg_status begin(course *c, brg_error *error) {
    const train_settings *s = c->settings;
    bool adam = strcmp(s->optimizer, "adam") == 0;
    c->params = BRG_TRAIN_DEFAULTS;
    c->params.optimizer = adam ? BRG_OPTIMIZER_ADAM : BRG_OPTIMIZER_SGD;
    c->params.batch = (int32_t)s->batch;
    c->params.seed = (uint64_t)s->common.seed;
    c->params.momentum = (float)s->momentum;
    c->params.decay = (float)s->decay;
    brg_status status = brg_model_load(s->model, &c->model, error);
    if (status == BRG_OK)
        status = brg_dataset_load(s->data, &c->data, error);
    if (status == BRG_OK)
        status = check_fit(c, error);
    if (status == BRG_OK)
        status = brg_model_state(&c->model, &c->params, (uint64_t)s->common.seed, &c->state, error);
    if (status != BRG_OK)
        return status;
    int64_t images = count_of(c->data.train_images);
    c->steps_of_epoch = images / s->batch; /* what is left of an epoch is in the next one's order */
    c->order = malloc((size_t)images * sizeof *c->order);
    return c->order ? BRG_OK : brg_fail(error, BRG_E_MEMORY, "There is no memory for an order.");
}

static void end(course *c) {
    brg_model_release(&c->model);
    brg_dataset_release(&c->data);
    brg_tensor_release(c->state);
    free(c->order);
}

static int train(cli_session *session, const train_settings *settings) {
    course c = {.session = session, .settings = settings};
    brg_error error = {0};
    brg_status status = begin(&c, &error);
    if (status == BRG_OK) {
        cli_session_device(session, 0, c.device, sizeof c.device);
        fprintf(stderr, "%s: %d layers, %lld weights; %lld images to learn from, %lld to test on\n",
                c.model.name, (int)c.model.layers, (long long)c.model.weights,
                (long long)count_of(c.data.train_images), (long long)count_of(c.data.test_images));
        status = teach(&c, &error);
    }
    int code = status == BRG_OK ? conclude(&c) : cli_session_fail(session, &error);
    end(&c);
    return code;
}

/* How many processes MPI started as one program; 1 without it. Open MPI, MPICH. */
static int64_t processes(void) {
    const char *size = getenv("OMPI_COMM_WORLD_SIZE");
    size = size ? size : getenv("PMI_SIZE");
    long long count = size ? strtoll(size, NULL, 10) : 1;
    return count > 1 ? count : 1;
}

static int run_train(const cli_command *command, int argc, char **argv) {
    train_settings settings = {.common = CLI_COMMON_DEFAULTS,
                               .model = "lenet",
                               .optimizer = "sgd",
                               .epochs = 5,
                               .batch = 64,
                               .rate = -1,
                               .momentum = 0.9};
    cli_session session;
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    if (processes() > 1)
        return cli_usage_error(command,
                               "this build trains on one machine only, and mpirun started %lld "
                               "processes: start it once, without mpirun",
                               (long long)processes());
    bool adam = strcmp(settings.optimizer, "adam") == 0;
    if (!adam && strcmp(settings.optimizer, "sgd") != 0)
        return cli_usage_error(command, "--optimizer is sgd or adam, not \"%s\"",
                               settings.optimizer);
    if (!settings.data)
        return cli_usage_error(command, "--data names the folder with the images");
    if (settings.rate < 0)
        settings.rate = adam ? 0.001 : 0.05;
    code = cli_session_open(&session, "train", &settings.common, true);
    if (code == CLI_OK)
        code = train(&session, &settings);
    return cli_session_close(&session, code);
}

static void describe(FILE *out) {
    cli_print_wrapped(out,
                      "Trains on the device, some dozens of steps at a time, and prints after each "
                      "epoch the mean loss, the images told right while learning, and those of the "
                      "test set. The same seed gives the same numbers on the same device.",
                      0, 0);
}

const cli_command cli_train = {
    .name = "train",
    .summary = "Teach a model to tell images apart, and test it.",
    .usage = "",
    .describe = describe,
    .groups = {&group, &cli_job_options},
    .run = run_train,
};
