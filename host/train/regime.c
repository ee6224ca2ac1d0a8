/* Regimes: defaults, checks, schedules. See regime.h. */
#include "train/regime.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "ops/words.h"

enum {
    MAX_EPOCHS = 1000000,
    MAX_BATCH = 65536,
    MAX_REPLICAS = 64,
    BUCKET = 64 << 10,
    LONGEST_BLOCK = 50
};

/* ---- names ----------------------------------------------------------------------------------- */

static const char *const optimizers[] = {"sgd", "adam", "adamw"};
static const char *const schedules[] = {[BRG_SCHEDULE_COSINE] = "cosine",
                                        [BRG_SCHEDULE_CONSTANT] = "constant",
                                        [BRG_SCHEDULE_STEP] = "step"};

enum { SGD, ADAM, ADAMW, OPTIMIZERS, SCHEDULES = sizeof schedules / sizeof schedules[0] };

const char *brg_optimizer_name(int32_t index) {
    return index >= 0 && index < OPTIMIZERS ? optimizers[index] : NULL;
}

const char *brg_schedule_name(int32_t index) {
    return index >= 0 && index < SCHEDULES ? schedules[index] : NULL;
}

/* The place of a name in a list, or -1. */
static int32_t place_of(const char *name, const char *(*list)(int32_t)) {
    for (int32_t i = 0; list(i); i++)
        if (strcmp(list(i), name) == 0)
            return i;
    return -1;
}

/* ---- defaults -------------------------------------------------------------------------------- */

/* What is known to suit a model. The README says how these were found. */
typedef struct suit {
    const char *model, *optimizer, *schedule, *augment;
    int32_t epochs, batch;
    double rate, warmup, momentum, decay;
} suit;

static const suit suits[] = {
    {"mlp", "sgd", "cosine", "shift=1", 10, 64, 0.05, 0, 0.9, 0},
    {"cnn", "sgd", "cosine", "none", 5, 64, 0.05, 0, 0.9, 0},
    {"lenet", "sgd", "cosine", "shift=1", 6, 64, 0.05, 0, 0.9, 0},
    {"resnet-mini", "sgd", "cosine", "flip", 6, 128, 0.1, 0.5, 0.9, 5e-4},
    {NULL, "sgd", "cosine", "none", 5, 64, 0.05, 0, 0.9, 0}, /* all others */
};

static const suit *suit_of(const char *model) {
    const suit *s = suits;
    while (s->model && strcmp(s->model, model) != 0)
        s++;
    return s;
}

static void settle_number(double *number, double known) {
    *number = *number == 0 ? known : *number;
}

/* An optimizer other than the one that suits the model wants other numbers. */
static void settle_optimizer(const suit *s, brg_trainer_config *config) {
    bool usual = !config->optimizer || strcmp(config->optimizer, s->optimizer) == 0;
    if (!config->optimizer)
        config->optimizer = s->optimizer;
    int32_t kind = place_of(config->optimizer, brg_optimizer_name);
    settle_number(&config->rate, usual ? s->rate : kind == SGD ? 0.05 : 0.001);
    settle_number(&config->momentum, usual ? s->momentum : 0.9);
    settle_number(&config->decay, usual ? s->decay : kind == ADAMW ? 0.01 : 0);
}

void brg_trainer_settle(brg_trainer_config *config) {
    if (!config->model)
        config->model = "lenet";
    const suit *s = suit_of(config->model);
    settle_optimizer(s, config);
    settle_number(&config->warmup, s->warmup);
    config->schedule = config->schedule ? config->schedule : s->schedule;
    config->augment = config->augment ? config->augment : s->augment;
    config->epochs = config->epochs ? config->epochs : s->epochs;
    config->batch = config->batch ? config->batch : s->batch;
    config->seed = config->seed ? config->seed : 1;
    config->replicas = config->replicas ? config->replicas : 1;
    config->bucket = config->bucket ? config->bucket : BUCKET;
}

/* ---- copies ---------------------------------------------------------------------------------- */

static const size_t strings[] = {
    offsetof(brg_trainer_config, model),     offsetof(brg_trainer_config, data),
    offsetof(brg_trainer_config, optimizer), offsetof(brg_trainer_config, schedule),
    offsetof(brg_trainer_config, augment),   offsetof(brg_trainer_config, save),
    offsetof(brg_trainer_config, resume),    offsetof(brg_trainer_config, device)};

enum { STRINGS = sizeof strings / sizeof strings[0] };

static char **string_at(brg_trainer_config *config, int32_t index) {
    return (char **)((char *)config + strings[index]);
}

bool brg_config_copy(const brg_trainer_config *config, brg_trainer_config *copy) {
    bool good = true;
    *copy = *config;
    for (int32_t i = 0; i < STRINGS; i++) {
        char **text = string_at(copy, i);
        bool wanted = *text != NULL;
        *text = wanted ? strdup(*text) : NULL;
        good = good && (*text || !wanted);
    }
    if (!good)
        brg_config_release(copy);
    return good;
}

void brg_config_release(brg_trainer_config *copy) {
    for (int32_t i = 0; i < STRINGS; i++)
        free(*string_at(copy, i));
    memset(copy, 0, sizeof *copy);
}

/* ---- checks ---------------------------------------------------------------------------------- */

/* "none", or some of "shift=2 turn=10 stretch=0.1 flip", with commas or spaces between. */
static brg_status read_augment(const char *text, brg_augment *augment, brg_error *error) {
    typedef struct amounts {
        double shift, turn, stretch;
        bool flip;
    } amounts;
    static const brg_word table[] = {
        {"shift", BRG_WORD_NUMBER, offsetof(amounts, shift), 0, BRG_AUGMENT_SHIFT, NULL},
        {"turn", BRG_WORD_NUMBER, offsetof(amounts, turn), 0, BRG_AUGMENT_TURN, NULL},
        {"stretch", BRG_WORD_NUMBER, offsetof(amounts, stretch), 0, BRG_AUGMENT_STRETCH, NULL},
        {"flip", BRG_WORD_FLAG, offsetof(amounts, flip), 0, 0, NULL},
    };
    amounts a = {0};
    char words[BRG_NAME];
    *augment = (brg_augment){0};
    if (strcmp(text, "none") == 0)
        return BRG_OK;
    if (strlen(text) >= sizeof words)
        return brg_fail(error, BRG_E_ARGUMENT, "An augmentation is no text of %zu characters.",
                        strlen(text));
    strcpy(words, text);
    for (char *comma = words; (comma = strchr(comma, ','));)
        *comma = ' ';
    brg_status status =
        brg_words_read("augment", words, table, sizeof table / sizeof table[0], &a, error);
    if (status == BRG_OK)
        *augment = (brg_augment){(float)a.shift, (float)a.turn, (float)a.stretch, a.flip};
    return status;
}

static brg_status unknown(const char *what, const char *name, const char *(*list)(int32_t),
                          brg_error *error) {
    char names[BRG_NAME] = "";
    for (int32_t i = 0; list(i); i++) {
        strcat(names, i ? ", " : "");
        strcat(names, list(i));
    }
    brg_fail(error, BRG_E_NOT_FOUND, "There is no %s \"%.60s\".", what, name);
    return brg_error_hint(error, "There are %s.", names);
}

static brg_status check_number(const char *what, double value, double most, brg_error *error) {
    if (value < 0 || (value >= 0 && value <= most))
        return BRG_OK;
    return brg_fail(error, BRG_E_ARGUMENT, "The %s is 0 to %g, not %g.", what, most, value);
}

static brg_status check_counts(const brg_trainer_config *c, brg_error *error) {
    if (c->epochs < 0 || c->epochs > MAX_EPOCHS)
        return brg_fail(error, BRG_E_ARGUMENT, "Epochs are 1 to %d, not %d.", MAX_EPOCHS,
                        (int)c->epochs);
    if (c->batch < 0 || c->batch > MAX_BATCH)
        return brg_fail(error, BRG_E_ARGUMENT, "A batch is of 1 to %d images, not %d.", MAX_BATCH,
                        (int)c->batch);
    if (c->replicas < 0 || c->replicas > MAX_REPLICAS)
        return brg_fail(error, BRG_E_ARGUMENT, "Replicas are 1 to %d, not %d.", MAX_REPLICAS,
                        (int)c->replicas);
    if (c->test_only && !c->resume)
        return brg_fail(error, BRG_E_ARGUMENT, "A test needs the checkpoint to be tested.");
    return BRG_OK;
}

/* Plain Adam would have its decay in the gradient, where its own scaling undoes most of it. */
static brg_status check_decay(const brg_trainer_config *c, brg_error *error) {
    if (!c->optimizer || strcmp(c->optimizer, optimizers[ADAM]) != 0 || !(c->decay > 0))
        return BRG_OK;
    brg_fail(error, BRG_E_ARGUMENT, "adam has no decay.");
    return brg_error_hint(error, "Take adamw, whose decay is apart from the gradient.");
}

brg_status brg_config_check(const brg_trainer_config *c, brg_error *error) {
    brg_augment augment;
    if (c->optimizer && place_of(c->optimizer, brg_optimizer_name) < 0)
        return unknown("optimizer", c->optimizer, brg_optimizer_name, error);
    if (c->schedule && place_of(c->schedule, brg_schedule_name) < 0)
        return unknown("schedule", c->schedule, brg_schedule_name, error);
    brg_status status = check_counts(c, error);
    if (status == BRG_OK)
        status = check_number("rate", c->rate, 1e6, error);
    if (status == BRG_OK)
        status = check_number("momentum", c->momentum, 0.9999, error);
    if (status == BRG_OK)
        status = check_number("decay", c->decay, 1, error);
    if (status == BRG_OK)
        status = check_number("warm-up", c->warmup, MAX_EPOCHS, error);
    if (status == BRG_OK)
        status = check_decay(c, error);
    if (status == BRG_OK && c->augment)
        status = read_augment(c->augment, &augment, error);
    return status;
}

/* ---- regimes --------------------------------------------------------------------------------- */

/* A negative number means none. */
static double amount(double number) {
    return number < 0 ? 0 : number;
}

void brg_regime_make(const brg_trainer_config *config, int64_t images, brg_regime *regime) {
    bool sgd = strcmp(config->optimizer, optimizers[SGD]) == 0;
    *regime = (brg_regime){.params = BRG_TRAIN_DEFAULTS,
                           .schedule = place_of(config->schedule, brg_schedule_name),
                           .rate = amount(config->rate),
                           .epochs = config->epochs,
                           .steps_of_epoch = images / config->batch};
    regime->params.optimizer = sgd ? BRG_OPTIMIZER_SGD : BRG_OPTIMIZER_ADAM;
    regime->params.batch = config->batch;
    regime->params.seed = config->seed;
    regime->params.momentum = (float)amount(config->momentum);
    regime->params.decay = (float)amount(config->decay);
    regime->warmup = amount(config->warmup) * (double)regime->steps_of_epoch;
    read_augment(config->augment, &regime->augment, NULL);
    const brg_augment *a = &regime->augment;
    regime->augments = a->shift > 0 || a->turn > 0 || a->stretch > 0 || a->flip;
}

/* At least a hundred blocks, where there are as many steps. */
static int64_t block_of(const brg_regime *r) {
    int64_t block = r->epochs * r->steps_of_epoch / 100;
    return block < 1 ? 1 : block > LONGEST_BLOCK ? LONGEST_BLOCK : block;
}

int64_t brg_regime_block_end(const brg_regime *regime, int64_t step) {
    int64_t block = block_of(regime);
    return (step / block + 1) * block;
}

/* A cosine from 1 down to 0: Loshchilov and Hutter, SGDR, 2017. */
static double scheduled(brg_schedule schedule, double done) {
    switch (schedule) {
    case BRG_SCHEDULE_COSINE:
        return 0.5 * (1 + cos(3.14159265358979 * done));
    case BRG_SCHEDULE_STEP:
        return done < 0.5 ? 1 : done < 0.75 ? 0.1 : 0.01;
    case BRG_SCHEDULE_CONSTANT:
        break;
    }
    return 1;
}

float brg_regime_rate(const brg_regime *r, int64_t step) {
    int64_t block = block_of(r), first = step / block * block;
    double middle = (double)first + 0.5 * (double)block;
    if (middle < r->warmup)
        return (float)(r->rate * middle / r->warmup);
    double left = (double)(r->epochs * r->steps_of_epoch) - r->warmup;
    double done = left > 0 ? ((double)first - r->warmup) / left : 1;
    return (float)(r->rate * scheduled(r->schedule, fmin(fmax(done, 0), 1)));
}
