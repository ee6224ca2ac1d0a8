/* brigade train: teaches a model to tell images apart, on the device, and tests it after each epoch. The
 * course of it is the library's trainer; here are the options, and an ear for Ctrl-C. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "session.h"
#include "table.h"
#include "train_ranks.h"
#include "train_tell.h"

/* Numbers are -1 where nothing was said. */
typedef struct train_settings {
    cli_common common;
    const char *model, *data, *optimizer, *schedule, *augment, *save, *resume, *eval, *log;
    int64_t epochs, batch, check_every, save_every, replicas, bucket;
    double rate, warmup, momentum, decay;
} train_settings;

static const cli_option what_rows[] = {
    {0, "model", CLI_TEXT, offsetof(train_settings, model), "NAME",
     "mlp, cnn, lenet, resnet-mini, or a file (default lenet)", 0, 0},
    {0, "data", CLI_TEXT, offsetof(train_settings, data), "DIR",
     "folder with the four IDX files of MNIST or the like (default a small part of MNIST)", 0, 0},
    {0, "save", CLI_TEXT, offsetof(train_settings, save), "FILE",
     "write a checkpoint after each epoch and at the end", 0, 0},
    {0, "save-every", CLI_INTEGER, offsetof(train_settings, save_every), "N",
     "write it after every N steps instead; 0: at the end only", 0, 1000000000},
    {0, "resume", CLI_TEXT, offsetof(train_settings, resume), "FILE",
     "go on from a checkpoint; what is not given here is as it was", 0, 0},
    {0, "eval", CLI_TEXT, offsetof(train_settings, eval), "FILE",
     "do not train: test the model in a checkpoint", 0, 0},
    {0, "log", CLI_TEXT, offsetof(train_settings, log), "FILE.csv",
     "write loss, accuracy and speed every ten steps, and the tests", 0, 0},
    {0, "check-every", CLI_INTEGER, offsetof(train_settings, check_every), "N",
     "recompute one step in N by sequential C; 0: none (default the first of each epoch, while "
     "that takes little of the time)",
     0, 1000000000},
    {0, "replicas", CLI_INTEGER, offsetof(train_settings, replicas), "R",
     "share each batch out among R parts of the device (default 1)", 1, 16},
    {0, "bucket", CLI_INTEGER, offsetof(train_settings, bucket), "KIB",
     "under mpirun: sum up gradients by layers, so many KiB or more at a time, while those of "
     "earlier layers are computed; 0: all at the end (default 64)",
     0, 1 << 20},
};

static const cli_option how_rows[] = {
    {0, "epochs", CLI_INTEGER, offsetof(train_settings, epochs), "N", "times through all images", 1,
     1000000},
    {0, "batch", CLI_INTEGER, offsetof(train_settings, batch), "N", "images in a step", 1, 65536},
    {0, "optimizer", CLI_TEXT, offsetof(train_settings, optimizer), "NAME",
     "sgd, with momentum; adam; adamw, with decay apart from the gradient", 0, 0},
    {0, "rate", CLI_NUMBER, offsetof(train_settings, rate), "X", "highest learning rate", 0, 1e6},
    {0, "schedule", CLI_TEXT, offsetof(train_settings, schedule), "NAME",
     "cosine, down to 0; constant; step, a tenth from half and a hundredth from three quarters on",
     0, 0},
    {0, "warmup", CLI_NUMBER, offsetof(train_settings, warmup), "X",
     "epochs in which the rate first rises", 0, 1000000},
    {0, "momentum", CLI_NUMBER, offsetof(train_settings, momentum), "X",
     "of sgd; beta1 of adam and adamw", 0, 0.9999},
    {0, "decay", CLI_NUMBER, offsetof(train_settings, decay), "X", "of weights", 0, 1},
    {0, "augment", CLI_TEXT, offsetof(train_settings, augment), "WORDS",
     "change images a little each time, by at most: \"shift=2 turn=10 stretch=0.1 flip\"; none", 0,
     0},
};

static const cli_option_group what = {"options", what_rows, sizeof what_rows / sizeof what_rows[0]};
static const cli_option_group how = {"how to learn (default: what suits the model)", how_rows,
                                     sizeof how_rows / sizeof how_rows[0]};

/* The trainer takes 0 for its default, and what is below for none. */
static double wish(double said) {
    return said < 0 ? 0 : said == 0 ? -1 : said;
}

static int64_t wish_count(int64_t said) {
    return said < 0 ? 0 : said == 0 ? -1 : said;
}

static brg_trainer_config configure(const train_settings *s, const char *device, brg_ranks *ranks) {
    return (brg_trainer_config){
        .model = s->model,
        .data = s->data,
        .epochs = (int32_t)s->epochs,
        .batch = (int32_t)s->batch,
        .optimizer = s->optimizer,
        .rate = wish(s->rate),
        .schedule = s->schedule,
        .warmup = wish(s->warmup),
        .momentum = wish(s->momentum),
        .decay = wish(s->decay),
        .augment = s->augment,
        .seed = (uint64_t)s->common.seed,
        .check_every = wish_count(s->check_every),
        .replicas = (int32_t)s->replicas,
        .ranks = ranks,
        .bucket = (int32_t)(s->bucket > 0 ? s->bucket << 10 : wish_count(s->bucket)),
        .save = s->save,
        .save_every = wish_count(s->save_every),
        .resume = s->eval ? s->eval : s->resume,
        .test_only = s->eval != NULL,
        .device = device};
}

/* The first Ctrl-C lets the steps in hand be finished and saved; the second one ends the program. Among
 * ranks nothing is said: mpirun sends the same signal when one of them was killed, which is told by then. */
static void listen(cli_session *session, const cli_ranks *ranks, brg_trainer *trainer,
                   bool *stopping) {
    if (*stopping || !cli_session_signalled(session))
        return;
    *stopping = true;
    cli_session_clear(session);
    if (ranks->count == 1)
        fputs("brigade: interrupted, finishing the steps in hand (again: at once)\n", stderr);
    brg_trainer_stop(trainer);
}

static int follow(cli_session *session, const train_settings *settings, cli_ranks *ranks,
                  brg_trainer *trainer) {
    const double glance_s = 0.1;
    cli_train_tell tell = {.session = session,
                           .trainer = trainer,
                           .log_path = ranks->index == 0 ? settings->log : NULL,
                           .test_only = settings->eval != NULL};
    brg_error error = {0};
    bool stopping = false;
    brg_status status = BRG_OK;
    while (status == BRG_OK && brg_trainer_wait(trainer, glance_s) == BRG_E_TIMEOUT) {
        listen(session, ranks, trainer, &stopping);
        status = cli_train_tell_news(&tell, &error);
    }
    if (status == BRG_OK)
        status = cli_train_tell_news(&tell, &error);
    if (status != BRG_OK)
        cli_train_tell_break(&tell);
    if (tell.now.state == BRG_TRAINER_FAILED)
        cli_ranks_speak(ranks, &tell.now.error);
    return status == BRG_OK ? cli_train_tell_end(&tell) : cli_session_fail(session, &error);
}

static int train(cli_session *session, const train_settings *settings, cli_ranks *ranks) {
    char device[32];
    brg_trainer *trainer;
    brg_error error = {0};
    if (settings->log && cli_check_writable(settings->log, &error) != BRG_OK)
        return cli_session_fail(session, &error);
    if (cli_ranks_join(ranks, &error) != BRG_OK)
        return cli_session_fail(session, &error);
    cli_session_device(session, 0, device, sizeof device);
    const brg_trainer_config config = configure(settings, device, ranks->ranks);
    if (brg_trainer_start(session->engine, &config, &trainer, &error) != BRG_OK)
        return cli_session_fail(session, &error);
    int code = follow(session, settings, ranks, trainer);
    brg_trainer_destroy(trainer);
    return code;
}

static int train_alone_or_not(const cli_command *command, int argc, char **argv, cli_ranks *ranks) {
    train_settings settings = {.check_every = -1,
                               .save_every = -1,
                               .bucket = -1,
                               .rate = -1,
                               .warmup = -1,
                               .momentum = -1,
                               .decay = -1};
    cli_session session;
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    if (settings.eval && (settings.resume || settings.save || settings.log))
        return cli_usage_error(command, "--eval trains nothing: it goes without --resume, --save "
                                        "and --log");
    if (ranks->index > 0)
        settings.common.trace = NULL; /* one file, of the first process */
    code = cli_session_open(&session, "train", &settings.common, true);
    if (code == CLI_OK)
        code = train(&session, &settings, ranks);
    return cli_session_close(&session, code);
}

static int run_train(const cli_command *command, int argc, char **argv) {
    cli_ranks ranks;
    cli_ranks_begin(&ranks);
    int code = train_alone_or_not(command, argc, argv, &ranks);
    cli_ranks_end(&ranks);
    return code;
}

static void describe(FILE *out) {
    cli_print_wrapped(
        out,
        "Trains on the device and prints after each epoch the mean loss, the images "
        "told right while learning, and those of the test set. The same seed gives "
        "the same numbers on the same device, stopped and resumed or not. Ctrl-C "
        "finishes the steps in hand, saves them, and exits with 130. Started by mpirun, "
        "the processes share out each batch; the first one talks and saves.",
        0, 0);
}

const cli_command cli_train = {
    .name = "train",
    .summary = "Teach a model to tell images apart, and test it.",
    .usage = "",
    .describe = describe,
    .groups = {&what, &how, &cli_job_options},
    .run = run_train,
};
