/* brigade predict: what a trained model makes of image files. Each is shown as the model sees it, beside
 * the classes' probabilities, and the scores are checked against the reference. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cli.h"
#include "session.h"
#include "table.h"

typedef struct predict_settings {
    cli_common common;
} predict_settings;

/* A model out of a checkpoint. */
typedef struct knowledge {
    brg_model model;
    brg_train_params params;
    brg_tensor *state;
} knowledge;

/* What it makes of one file. */
typedef struct guess {
    const char *file;
    brg_tensor *input; /* the picture as the model sees it */
    bool inverted;
    brg_result result;
    double *probabilities;
    int32_t best;
} guess;

/* ---- what the model says --------------------------------------------------------------------- */

/* Scores become probabilities: their exponentials, made to add up to 1. */
static bool weigh(const brg_model *model, guess *g) {
    const float *scores = brg_tensor_data(g->result.output);
    double sum = 0;
    g->probabilities = malloc((size_t)model->classes * sizeof *g->probabilities);
    if (!g->probabilities)
        return false;
    for (int32_t c = 0; c < model->classes; c++)
        if (scores[c] > scores[g->best])
            g->best = c;
    for (int32_t c = 0; c < model->classes; c++)
        sum += g->probabilities[c] = exp((double)scores[c] - (double)scores[g->best]);
    for (int32_t c = 0; c < model->classes; c++)
        g->probabilities[c] /= sum;
    return true;
}

static brg_status score(cli_session *session, const knowledge *k, const char *device, guess *g,
                        brg_error *error) {
    brg_train_params params = k->params;
    params.mode = BRG_TRAIN_SCORES;
    params.batch = 1;
    brg_stage stage = {.op = "train",
                       .params = &params,
                       .inputs = {k->state, g->input, k->model.network},
                       .input_count = 3};
    brg_job_desc desc = {.stages = &stage,
                         .stage_count = 1,
                         .label = g->file,
                         .device = device,
                         .verify = BRG_VERIFY_FULL};
    brg_status status = cli_session_run(session, &desc, &g->result, error);
    if (status == BRG_OK && !weigh(&k->model, g))
        status = BRG_E_MEMORY;
    return status;
}

/* Among several pictures it must be clear which one the sentence is about. */
static void name_picture(const guess *g, brg_error *error) {
    char what[BRG_ERROR_TEXT];
    memcpy(what, error->what, sizeof what);
    snprintf(error->what, sizeof error->what, "\"%.140s\": %.100s", g->file, what);
}

static brg_status look(cli_session *session, const knowledge *k, const char *device, guess *g,
                       brg_error *error) {
    brg_tensor *image = NULL;
    brg_status status = brg_image_load(g->file, &image, error);
    if (status == BRG_OK &&
        (status = brg_model_picture(&k->model, image, &g->input, &g->inverted, error)) != BRG_OK)
        name_picture(g, error);
    if (status == BRG_OK)
        status = score(session, k, device, g, error);
    brg_tensor_release(image);
    return status;
}

static void forget(guess *g) {
    brg_tensor_release(g->input);
    brg_result_release(&g->result);
    free(g->probabilities);
}

/* ---- showing it ------------------------------------------------------------------------------ */

enum { PICTURE = 40, BAR = 24 };

/* Two rows of pixels, as a line of text is about twice as high as wide. */
static char shade_of(const guess *g, int64_t line, int64_t x) {
    static const char shades[] = " .:-=+*#%@";
    const brg_shape *s = brg_tensor_shape(g->input);
    const uint8_t *pixels = brg_tensor_data(g->input);
    int64_t h = s->dims[2], w = s->dims[3], sum = 0, count = 0;
    for (int64_t c = 0; c < s->dims[1]; c++)
        for (int64_t y = 2 * line; y < 2 * line + 2 && y < h; y++, count++)
            sum += pixels[(c * h + y) * w + x];
    return count ? shades[sum * 9 / (255 * count)] : ' ';
}

/* Padded to the picture's width if something follows. */
static void put_pixels(const guess *g, int64_t line, bool padded) {
    int64_t width = brg_tensor_shape(g->input)->dims[3], end = width;
    while (!padded && end > 0 && shade_of(g, line, end - 1) == ' ')
        end--;
    for (int64_t x = 0; x < end; x++)
        putchar(shade_of(g, line, x));
}

static void put_class(const guess *g, int32_t class) {
    static const char full[] = "########################";
    cli_style style = cli_style_of(stdout);
    double part = g->probabilities[class];
    int length = (int)lround(fmin(fmax(part, 0), 1) * BAR);
    bool best = class == g->best;
    printf("  %s%3d %7.2f %%%s%.*s%s", best ? style.strong : "", (int)class, 100 * part,
           length ? "  " : "", length, full, best ? style.off : "");
}

/* The picture on the left, if there is room for it, and all classes on the right. */
static void print_panel(const brg_model *model, const guess *g) {
    bool seen = model->width <= PICTURE;
    int64_t lines = seen ? (model->height + 1) / 2 : 0, classes = model->classes;
    for (int64_t line = 0; line < lines || line < classes; line++) {
        if (seen)
            put_pixels(g, line, line < classes);
        if (line < classes)
            put_class(g, (int32_t)line);
        putchar('\n');
    }
}

static void print_check(const brg_verdict *verdict) {
    if (verdict->outcome == BRG_PASSED)
        printf("scores checked by sequential C: largest error %.3g of its bound\n",
               verdict->bound_ratio);
    else
        printf("scores are WRONG by sequential C: error %.3g of its bound\n", verdict->bound_ratio);
}

static void print_guess(const brg_model *model, const guess *g, bool first) {
    char line[BRG_NAME + 128];
    snprintf(line, sizeof line, "%.180s: class %d, %.2f %%%s", g->file, (int)g->best,
             100 * g->probabilities[g->best],
             g->inverted ? "; dark on light ground, so it was inverted" : "");
    if (!first)
        putchar('\n');
    cli_print_wrapped(stdout, line, 0, 2);
    print_panel(model, g);
    print_check(&g->result.verdict);
}

/* ---- the report ------------------------------------------------------------------------------ */

static cJSON *guess_json(const brg_model *model, const guess *g) {
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "file", g->file);
    cJSON_AddNumberToObject(item, "class", g->best);
    cJSON_AddNumberToObject(item, "confidence", g->probabilities[g->best]);
    cJSON_AddItemToObject(item, "probabilities",
                          cJSON_CreateDoubleArray(g->probabilities, model->classes));
    cJSON_AddBoolToObject(item, "inverted", g->inverted);
    return item;
}

/* Adds a guess to those of the report, and the job that it came from to the report's results. */
static void note(cli_session *session, cJSON *guesses, const brg_model *model, const guess *g) {
    cJSON_AddItemToArray(guesses, guess_json(model, g));
    brg_report_result(session->report, &g->result);
    brg_report_string(session->report, true, "file", g->file);
}

static void close_report(cli_session *session, const brg_model *model, const cJSON *guesses) {
    char *text = cJSON_PrintUnformatted(guesses);
    brg_report_string(session->report, false, "model", model->name);
    if (text)
        brg_report_json(session->report, "predictions", text, NULL);
    cJSON_free(text);
}

/* ---- the command ----------------------------------------------------------------------------- */

static int predict_one(cli_session *session, const knowledge *k, const char *device,
                       const char *file, bool first, cJSON *guesses) {
    guess g = {.file = file};
    brg_error error = {0};
    int code = CLI_OK;
    if (look(session, k, device, &g, &error) != BRG_OK)
        code = cli_session_fail(session, &error);
    else if (session->report)
        note(session, guesses, &k->model, &g);
    else
        print_guess(&k->model, &g, first);
    if (code == CLI_OK && g.result.verdict.outcome != BRG_PASSED)
        code = CLI_WRONG;
    forget(&g);
    return code;
}

/* Stops at the first file that is none. */
static int predict(cli_session *session, int32_t count, char **files) {
    knowledge k = {0};
    brg_error error = {0};
    char device[32];
    int code = CLI_OK;
    if (brg_model_restore(files[0], &k.model, &k.params, &k.state, &error) != BRG_OK)
        return cli_session_fail(session, &error);
    cJSON *guesses = cJSON_CreateArray();
    cli_session_device(session, 0, device, sizeof device);
    for (int32_t i = 1; i < count && code == CLI_OK; i++)
        code = predict_one(session, &k, device, files[i], i == 1, guesses);
    if (session->report)
        close_report(session, &k.model, guesses);
    cJSON_Delete(guesses);
    brg_tensor_release(k.state);
    brg_model_release(&k.model);
    return code;
}

static int run_predict(const cli_command *command, int argc, char **argv) {
    predict_settings settings = {.common = CLI_COMMON_DEFAULTS};
    cli_session session;
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    code = cli_session_open(&session, "predict", &settings.common, true);
    if (code == CLI_OK)
        code = predict(&session, count, argv);
    return cli_session_close(&session, code);
}

static void describe(FILE *out) {
    fputc('\n', out);
    cli_print_wrapped(
        out,
        "CHECKPOINT is what brigade train --save wrote; an IMAGE is a PNG, JPEG, PGM or PPM "
        "file of any size. For a model of grey images it is taken for ink on paper, as the "
        "digits of MNIST were: cropped to the ink, scaled and centred, and inverted if the "
        "ground is light. What the model then sees is shown beside the probability of each "
        "class. A model knows nothing but its classes: of whatever it is shown it names one.",
        0, 0);
    fputs("\nexample\n"
          "  brigade train --save digits.safetensors\n"
          "  brigade predict digits.safetensors seven.png\n",
          out);
}

const cli_command cli_predict = {
    .name = "predict",
    .summary = "Ask a trained model what is on a picture.",
    .usage = "CHECKPOINT IMAGE...",
    .describe = describe,
    .groups = {&cli_job_options},
    .min_arguments = 2,
    .max_arguments = 1024,
    .run = run_predict,
};
