/* window-latency: how responsive brigade-gui is, measured from outside of it.
 *
 * It starts a display and the window on it, and watches the screen over a connection of its own:
 * when the screen changes, and how long after a movement of the pointer or a key the pixels concerned
 * do. The window's own figures, from the report that it saves, are printed beside. See README.md
 * in gui/, section "Responsiveness".
 *
 * What the probe adds itself is measured with --reference: the same on a window of its own, which
 * does nothing but fill two rectangles sixty times a second. */
#include "probe.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "stop.h"

/* ---- trouble --------------------------------------------------------------------------------- */

/* The one thing that has to be known when the program ends in the middle. */
static probe *alive;

static void clean_up(void) {
    if (!alive)
        return;
    subject_abandon(&alive->subject);
    screen_close(&alive->screen);
    alive = NULL;
}

static _Noreturn void leave(const char *before, int code, const char *format, va_list arguments) {
    fprintf(stderr, "window-latency: %s", before);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(code);
}

void stop(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    leave("", EXIT_TROUBLE, format, arguments);
}

void skip(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    leave("skipped: ", EXIT_SKIPPED, format, arguments);
}

/* ---- what is asked for ----------------------------------------------------------------------- */

static void print_help(void) {
    puts(
        "usage: window-latency [options] [-- ARGUMENTS OF brigade-gui]\n\n"
        "Measures from outside how responsive the window is. Starts an Xvfb for it.\n\n"
        "      --seconds N    watch frames for so long (default: 6)\n"
        "      --inputs N     movements of the pointer onto a widget and off it (default: 120)\n"
        "      --cancels N    jobs to be cancelled by Escape (default: 0)\n"
        "      --starts N     how often the window is started (default: 1)\n"
        "      --widget ID    the widget that lights up (default: on_ui_thread)\n"
        "      --program P    the window (default: the one built with this)\n"
        "      --set N=V      a preference of the window's, for example slice_ms=4\n"
        "      --resize WxH   give it another size in the end, and see whether the screen follows\n"
        "      --reference    measure a window of the probe's own: the floor\n"
        "      --asleep       nothing moves: let the window fall asleep first\n"
        "      --display      use $DISPLAY\n"
        "      --label TEXT   what to call it\n"
        "      --row          print a row of a Markdown table\n"
        "      --json FILE    save everything\n\n"
        "exit: 0 ok; 2 usage; 4 trouble; 77 something is missing here, nothing was measured.");
}

enum {
    SECONDS,
    INPUTS,
    CANCELS,
    STARTS,
    WIDGET,
    PROGRAM,
    SET,
    RESIZE,
    REFERENCE,
    ASLEEP,
    DISPLAY_,
    LABEL,
    ROW,
    JSON,
    HELP
};

static const struct option options[] = {
    {"seconds", required_argument, NULL, SECONDS},
    {"inputs", required_argument, NULL, INPUTS},
    {"cancels", required_argument, NULL, CANCELS},
    {"starts", required_argument, NULL, STARTS},
    {"widget", required_argument, NULL, WIDGET},
    {"program", required_argument, NULL, PROGRAM},
    {"set", required_argument, NULL, SET},
    {"resize", required_argument, NULL, RESIZE},
    {"reference", no_argument, NULL, REFERENCE},
    {"asleep", no_argument, NULL, ASLEEP},
    {"display", no_argument, NULL, DISPLAY_},
    {"label", required_argument, NULL, LABEL},
    {"row", no_argument, NULL, ROW},
    {"json", required_argument, NULL, JSON},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

static bool add_preference(subject *it, const char *preference) {
    if (it->preference_count == MAX_PREFERENCES)
        return false;
    it->preferences[it->preference_count++] = preference;
    return true;
}

static bool take_option(int option, wishes *w, subject *it) {
    switch (option) {
    case SECONDS:
        w->seconds = atof(optarg);
        return w->seconds > 0;
    case INPUTS:
        w->inputs = atoi(optarg);
        return w->inputs >= 0;
    case CANCELS:
        w->cancels = atoi(optarg);
        return w->cancels >= 0;
    case STARTS:
        w->starts = atoi(optarg);
        return w->starts > 0;
    case WIDGET:
        w->widget = optarg;
        return true;
    case PROGRAM:
        it->program = optarg;
        return true;
    case SET:
        return add_preference(it, optarg);
    case RESIZE:
        return sscanf(optarg, "%dx%d", &w->new_w, &w->new_h) == 2;
    case REFERENCE:
        w->reference = true;
        return true;
    case ASLEEP:
        w->asleep = true;
        return true;
    case DISPLAY_:
        w->use_display = true;
        return true;
    case LABEL:
        w->label = optarg;
        return true;
    case ROW:
        w->row = true;
        return true;
    case JSON:
        w->json = optarg;
        return true;
    case HELP:
        w->help = true;
        return true;
    default:
        return false;
    }
}

int main(int argc, char **argv) {
    static probe p;
    static char built[] = BRIGADE_GUI;
    int option;
    p.wanted = (wishes){
        .label = "window", .widget = "on_ui_thread", .seconds = 6, .starts = 1, .inputs = 120};
    p.subject.program = built;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!take_option(option, &p.wanted, &p.subject))
            return 2;
    if (p.wanted.help) {
        print_help();
        return 0;
    }
    p.subject.arguments = argv + optind;
    alive = &p;
    atexit(clean_up);
    screen_open(&p.screen, p.wanted.use_display);
    probe_measure(&p);
    probe_tell(&p);
    return 0;
}
