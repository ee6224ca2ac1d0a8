/* The window's command line. See options.h. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/desk.h"
#include "paths.h"
#include "preferences.h"
#include "shell/view.h"
#include "workbench/workload.h"

/* What getopt_long returns for each long option; apart from any letter. */
enum {
    DEVICE = 256,
    VIEW,
    WORKLOAD,
    WORDS,
    SIZE,
    VARIANT,
    VERIFY,
    REPEATS,
    CONTINUOUS,
    UI_THREAD,
    CLAIM,
    BUDGET,
    AUTO_RUN,
    FRAMES,
    SCALE,
    SCREENSHOT,
    REPORT,
    THEME,
    TRACE,
    STATE,
    VERSION
};

static const struct option long_options[] = {
    {"device", required_argument, NULL, DEVICE},
    {"view", required_argument, NULL, VIEW},
    {"workload", required_argument, NULL, WORKLOAD},
    {"words", required_argument, NULL, WORDS},
    {"size", required_argument, NULL, SIZE},
    {"variant", required_argument, NULL, VARIANT},
    {"verify", required_argument, NULL, VERIFY},
    {"repeats", required_argument, NULL, REPEATS},
    {"continuous", no_argument, NULL, CONTINUOUS},
    {"ui-thread", no_argument, NULL, UI_THREAD},
    {"claim", required_argument, NULL, CLAIM},
    {"budget", required_argument, NULL, BUDGET},
    {"auto-run", no_argument, NULL, AUTO_RUN},
    {"frames", required_argument, NULL, FRAMES},
    {"scale", required_argument, NULL, SCALE},
    {"screenshot", required_argument, NULL, SCREENSHOT},
    {"report", required_argument, NULL, REPORT},
    {"theme", required_argument, NULL, THEME},
    {"trace", required_argument, NULL, TRACE},
    {"state", required_argument, NULL, STATE},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, VERSION},
    {NULL, 0, NULL, 0},
};

/* The views' names, as many to a line as fit in 80 columns. */
static void print_views(void) {
    const char *const indent = "                         ";
    const brg_view *view;
    size_t column = strlen(indent);
    fputs(indent, stdout);
    for (int i = 0; (view = brg_view_at(i)); i++) {
        size_t width = strlen(view->id) + (i ? 2 : 0);
        bool breaks = column + width > 78;
        column = breaks ? strlen(indent) + width : column + width;
        printf("%s%s%s", i ? "," : "", breaks ? "\n" : "", breaks ? indent : i ? " " : "");
        fputs(view->id, stdout);
    }
    putchar('\n');
}

void brg_options_help(void) {
    fputs("usage: brigade-gui [options] [FILE]\n\n"
          "The window of Brigade: runs workloads on OpenCL devices, checks them against\n"
          "sequential C, and shows that the window does not wait. FILE is a photo-\n"
          "graph or a Y4M video to filter, or a folder with images to train on.\n\n"
          "  -d, --device SPEC      index, P:D, cpu, gpu, part of a name, or ~regex; /cu=N\n"
          "                         for a part (default: $BRIGADE_DEVICE, then the best)\n"
          "      --view NAME        the view to show first:\n",
          stdout);
    print_views();
    fputs("      --theme NAME       dark, light; for the colour-blind dark-safe, light-safe\n"
          "      --scale F          size of everything, 0.5 to 4 (default: the monitor's)\n"
          "      --state FILE       what is remembered from run to run (default: in\n"
          "                         ~/.config/brigade; with --frames: nothing)\n"
          "for the workbench:\n"
          "      --workload NAME    gemm, blur, sharpen, edge, conv2d, brightness,\n"
          "                         contrast, resize, box, median, grey, lut, histogram;\n"
          "                         or any other op of the library, in words\n"
          "      --words WORDS      what to call it with, as for brigade run: \"n=1000\"\n"
          "      --size N           gemm: m = n = k = N, 1 to 4096\n"
          "      --variant NAME     a rung of the ladder (default: by device and shape)\n"
          "      --verify POLICY    full, sample, freivalds or none (default: by size)\n"
          "      --repeats N        timed runs in a round, 1 to 50 (default: 5)\n"
          "      --continuous       one round after the other\n"
          "      --ui-thread        on the window's own thread, which freezes meanwhile\n"
          "for the lab:\n"
          "      --claim ID         the claim to choose: 16, D1\n"
          "      --budget SECONDS   time for each claim, 1 to 30 (default: 10)\n"
          "unattended:\n"
          "      --auto-run         run at once\n"
          "      --frames N         close after N frames; with --auto-run, N after\n"
          "                         the first result\n"
          "      --screenshot FILE  save the last of --frames as .png, .jpg or .ppm\n"
          "      --report FILE      save results, frame times, places of widgets as JSON:\n"
          "                         at the end, and when F9 is pressed\n"
          "      --trace FILE       save what was done when, for Perfetto\n"
          "  -h, --help             this text\n"
          "      --version          versions\n\n"
          "keys: ? lists them all; space runs, escape cancels, ctrl-q closes.\n"
          "exit: 0 ok; 2 usage; 3 no such device; 4 no display, or trouble at run time.\n"
          "      With --frames also 1 if a result did not verify.\n"
          "Without a display, use the command line program: brigade run gemm\n",
          stdout);
}

static int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("brigade-gui: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs(" Try brigade-gui --help.\n", stderr);
    va_end(arguments);
    return BRG_EXIT_USAGE;
}

static int read_number(const char *name, const char *text, double lo, double hi, double *value) {
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end != '\0' || !(*value >= lo && *value <= hi))
        return complain("--%s takes a number from %g to %.12g, not \"%s\".", name, lo, hi, text);
    return BRG_EXIT_OK;
}

static int read_whole(const char *name, const char *text, int64_t hi, int64_t *value) {
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno || *value < 1 || *value > hi)
        return complain("--%s takes a whole number from 1 to %lld, not \"%s\".", name,
                        (long long)hi, text);
    return BRG_EXIT_OK;
}

/* Of the workbench's table, or any op of the library, which is then called in words. */
static int read_workload(const char *text, brg_options *options) {
    options->workload = brg_workload_find(text);
    options->op = brg_workload_op(text);
    if (options->workload < 0 && options->op >= 0)
        options->workload = BRG_IN_WORDS;
    if (options->workload < 0)
        return complain("There is no workload \"%s\".", text);
    return BRG_EXIT_OK;
}

static int read_view(const char *text, int *view) {
    *view = brg_view_find(text);
    if (*view < 0)
        return complain("There is no view \"%s\".", text);
    return BRG_EXIT_OK;
}

static int read_claim(const char *text, const char **claim) {
    *claim = text;
    if (!brg_lab_claim_find(text))
        return complain("There is no claim \"%s\".", text);
    return BRG_EXIT_OK;
}

static int read_theme(const char *text, int *theme) {
    *theme = (int)brg_theme_find(text);
    if (*theme == BRG_THEME_COUNT)
        return complain("--theme takes dark, light, dark-safe or light-safe, not \"%s\".", text);
    return BRG_EXIT_OK;
}

static int read_policy(const char *text, brg_verify_policy *policy) {
    brg_error error = {0};
    if (brg_verify_policy_parse(text, policy, &error) != BRG_OK)
        return complain("--verify takes full, sample, freivalds or none, not \"%s\".", text);
    return BRG_EXIT_OK;
}

static int take_option(int option, brg_options *options) {
    switch (option) {
    case 'd':
    case DEVICE:
        options->device = optarg;
        return BRG_EXIT_OK;
    case VIEW:
        return read_view(optarg, &options->view);
    case WORKLOAD:
        return read_workload(optarg, options);
    case WORDS:
        options->words = optarg;
        return BRG_EXIT_OK;
    case SIZE:
        return read_whole("size", optarg, 4096, &options->size);
    case VARIANT:
        options->variant = optarg;
        return BRG_EXIT_OK;
    case VERIFY:
        return read_policy(optarg, &options->verify);
    case REPEATS:
        return read_whole("repeats", optarg, 50, &options->repeats);
    case CONTINUOUS:
        options->continuous = true;
        return BRG_EXIT_OK;
    case UI_THREAD:
        options->ui_thread = true;
        return BRG_EXIT_OK;
    case CLAIM:
        return read_claim(optarg, &options->claim);
    case BUDGET:
        return read_number("budget", optarg, BRG_DESK_LEAST_S, BRG_DESK_MOST_S, &options->budget_s);
    case AUTO_RUN:
        options->auto_run = true;
        return BRG_EXIT_OK;
    case FRAMES:
        return read_whole("frames", optarg, 1000000, &options->frames);
    case SCALE:
        return read_number("scale", optarg, 0.5, 4, &options->scale);
    case SCREENSHOT:
        options->screenshot = optarg;
        return BRG_EXIT_OK;
    case REPORT:
        options->report = optarg;
        return BRG_EXIT_OK;
    case THEME:
        return read_theme(optarg, &options->theme);
    case TRACE:
        options->trace = optarg;
        return BRG_EXIT_OK;
    case STATE:
        options->state = optarg;
        return BRG_EXIT_OK;
    case 'h':
        options->help = true;
        return BRG_EXIT_OK;
    default:
        options->version = true;
        return BRG_EXIT_OK;
    }
}

static int take_file(int argc, char **argv, brg_options *options) {
    if (optind + 1 < argc)
        return complain("One image at a time, not also \"%s\".", argv[optind + 1]);
    if (optind == argc)
        return BRG_EXIT_OK;
    options->file = argv[optind];
    return BRG_EXIT_OK;
}

static bool known_variant(const brg_op *op, const char *name) {
    for (int32_t i = 0; op && i < op->variant_count; i++)
        if (strcmp(op->variants[i].name, name) == 0)
            return true;
    return strcmp(name, "auto") == 0;
}

/* What only some workloads can do with. */
static int settle_workload(brg_options *options) {
    const brg_workload *row = brg_workload_at(options->workload);
    const brg_op *op = row ? brg_op_find(row->op) : brg_op_builtin(options->op);
    bool takes_image = row && row->takes_image;
    if (options->file && !takes_image)
        return complain("%s takes no image, but \"%s\" was given.", op->name, options->file);
    if (options->size && (!row || takes_image))
        return complain("--size is for gemm; %s has none.", op->name);
    if (options->words && strlen(options->words) >= BRG_WORDS)
        return complain("--words takes at most %d characters.", BRG_WORDS - 1);
    if (options->variant && !known_variant(op, options->variant))
        return complain("%s has no variant \"%s\".", op->name, options->variant);
    if (options->verify == BRG_VERIFY_FREIVALDS && !op->probe)
        return complain("--verify freivalds is for gemm, not for %s.", op->name);
    return BRG_EXIT_OK;
}

/* An image without a workload is blurred. Words are for the op, whatever the table has for it. */
static int settle(brg_options *options, bool workload_given) {
    if (options->file && !workload_given)
        options->workload = brg_workload_find("blur");
    const brg_workload *row = brg_workload_at(options->workload);
    if (options->words && row) {
        options->op = brg_workload_op(row->op);
        options->workload = BRG_IN_WORDS;
    }
    int code = settle_workload(options);
    if (code != BRG_EXIT_OK)
        return code;
    if (options->state && (!*options->state || strlen(options->state) > BRG_PATH - 8))
        return complain("--state takes the path of a file, of at most %d bytes.", BRG_PATH - 8);
    if (options->screenshot && options->frames == 0)
        return complain("--screenshot saves the last of --frames N: say how many.");
    return BRG_EXIT_OK;
}

/* What only the workbench can do with. */
static bool is_for_workbench(const brg_options *options) {
    return options->file || options->size || options->words || options->variant ||
           options->repeats || options->verify != BRG_VERIFY_DEFAULT || options->continuous ||
           options->ui_thread;
}

int brg_options_parse(int argc, char **argv, brg_options *options) {
    memset(options, 0, sizeof *options);
    options->workload = options->view = options->theme = -1;
    opterr = 0;
    int option;
    while ((option = getopt_long(argc, argv, ":d:h", long_options, NULL)) != -1) {
        if (option == ':')
            return complain("%s needs a value.", argv[optind - 1]);
        if (option == '?')
            return complain("There is no option %s.", argv[optind - 1]);
        int code = take_option(option, options);
        if (code != BRG_EXIT_OK)
            return code;
    }
    bool workload_given = options->workload >= 0;
    if (options->view < 0 && (options->claim || options->budget_s > 0))
        options->view = brg_view_find("lab");
    if (!workload_given)
        options->workload = 0;
    int code = take_file(argc, argv, options);
    if (options->view < 0 && (workload_given || is_for_workbench(options)))
        options->view = brg_view_find("workbench");
    return code != BRG_EXIT_OK ? code : settle(options, workload_given);
}
