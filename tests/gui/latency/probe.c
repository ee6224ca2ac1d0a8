/* window-latency: how responsive brigade-gui is, measured from outside of it.
 *
 * It starts a display and the window on it, and watches the screen over a connection of its own:
 * when the screen changes, and how long after a movement of the pointer or a key the pixels concerned
 * do. The window's own figures, from the report that it saves, are printed beside. See README.md
 * in gui/, section "Responsiveness".
 *
 * What the probe adds itself is measured with --reference: the same on a window of its own, which
 * does nothing but fill two rectangles sixty times a second. */
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "screen.h"
#include "stop.h"
#include "subject.h"
#include "tally.h"

typedef struct wishes {
    const char *label, *json, *widget;
    double seconds;
    int starts, inputs, cancels;
    bool use_display, reference, row, asleep, help;
} wishes;

typedef struct probe {
    wishes wanted;
    screen screen;
    subject subject;
    area window;
    area field, cancel, run;          /* on the screen: what lights up, and two buttons */
    tally start, frames, input;       /* ms: to the first frame; between frames; to be seen */
    tally acknowledged, ended;        /* ms after Escape, as seen on the screen */
    double drawn;                     /* pixels drawn a second */
    double window_load, display_load; /* processors used while frames were watched */
    double own_load;
    cJSON *report;
} probe;

/* What is drawn within this time is one frame. */
static const uint64_t same_frame_ns = 3000000;

static const uint64_t patience_ns = 15000000000u;

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

/* ---- places ---------------------------------------------------------------------------------- */

static area place_of(const cJSON *report, const char *widget) {
    const cJSON *places = cJSON_GetObjectItemCaseSensitive(report, "widgets");
    const cJSON *place = cJSON_GetObjectItemCaseSensitive(places, widget);
    int r[4];
    if (cJSON_GetArraySize(place) != 4)
        stop("The window's report has no widget \"%s\".", widget);
    for (int i = 0; i < 4; i++)
        r[i] = cJSON_GetArrayItem(place, i)->valueint;
    return (area){r[0], r[1], r[2], r[3]};
}

/* The window is asked where its widgets are before it is measured. */
static void find_places(probe *p) {
    static char option[] = "--frames", count[] = "15";
    char *const briefly[] = {option, count, NULL};
    subject_start(&p->subject, briefly, "--auto-run");
    cJSON *report = subject_finish(&p->subject);
    if (!report)
        stop("The window cannot be started, or saved no report.");
    p->field = place_of(report, p->wanted.widget);
    p->cancel = place_of(report, "cancel");
    p->run = place_of(report, "run");
    cJSON_Delete(report);
}

/* The left part of a widget, since a tip covers the rest, and the middle of a button's label. */
static area left_part(area a) {
    int w = a.w / 3 < 40 ? a.w / 3 : 40;
    return (area){a.x + 4, a.y + a.h / 2 - 5, w, 10};
}

static area label_of(area a) {
    int w = a.w < 140 ? a.w : 140;
    return (area){a.x + (a.w - w) / 2, a.y + a.h / 2 - 8, w, 16};
}

static area on_screen(const probe *p, area a) {
    return (area){p->window.x + a.x, p->window.y + a.y, a.w, a.h};
}

/* ---- starting -------------------------------------------------------------------------------- */

static void await_window(probe *p, const char *name) {
    uint64_t until_ns = now_ns() + patience_ns;
    while (!screen_find(&p->screen, name, &p->window)) {
        if (now_ns() > until_ns)
            stop("No window opened.");
        screen_pause(&p->screen, 20);
    }
}

/* From the call that starts the program to the first frame on the screen. The line that is looked
 * at crosses whatever a window has at its top. */
static void start(probe *p) {
    const area line = {0, 22, 1024, 1};
    picture before;
    screen_look(&p->screen, line, &before);
    uint64_t began = now_ns();
    subject_start(&p->subject, NULL, NULL);
    uint64_t seen = screen_await_change(&p->screen, line, &before, began + patience_ns);
    if (!seen)
        stop("The window drew nothing.");
    tally_add(&p->start, (double)(seen - began) / 1e6);
    await_window(p, "Brigade");
}

static cJSON *close_window(probe *p) {
    screen_key(&p->screen, "Control_L", true);
    screen_key(&p->screen, "q", true);
    screen_key(&p->screen, "q", false);
    screen_key(&p->screen, "Control_L", false);
    cJSON *report = subject_finish(&p->subject);
    screen_pause(&p->screen, 100); /* until the screen is empty again */
    return report;
}

static void start_reference(probe *p) {
    p->subject.process = fork();
    if (p->subject.process < 0)
        stop("The reference cannot be started.");
    if (p->subject.process == 0)
        reference_run();
    await_window(p, REFERENCE_NAME);
    p->field = reference_field;
}

/* ---- frames ---------------------------------------------------------------------------------- */

static double own_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Intervals between frames. The last one ends with a frame too, be it late. */
static void record_frames(probe *p, uint64_t end_ns) {
    change c;
    uint64_t frame_ns = 0;
    uint64_t last_ns = end_ns + (p->wanted.asleep ? 0 : patience_ns);
    while (frame_ns < end_ns && screen_change(&p->screen, last_ns, &c)) {
        p->drawn += (double)c.where.w * c.where.h;
        if (c.at_ns - frame_ns < same_frame_ns)
            continue;
        if (frame_ns)
            tally_add(&p->frames, (double)(c.at_ns - frame_ns) / 1e6);
        frame_ns = c.at_ns;
    }
}

static void watch(probe *p) {
    double window = processor_seconds(p->subject.process);
    double display = processor_seconds(p->screen.server), own = own_seconds();
    uint64_t began = now_ns();
    record_frames(p, began + (uint64_t)(1e9 * p->wanted.seconds));
    double seconds = (double)(now_ns() - began) / 1e9;
    p->window_load = (processor_seconds(p->subject.process) - window) / seconds;
    p->display_load = (processor_seconds(p->screen.server) - display) / seconds;
    p->own_load = (own_seconds() - own) / seconds;
    p->drawn /= seconds;
}

/* ---- input ----------------------------------------------------------------------------------- */

/* Never in step with the frames. */
static double between_inputs_ms(void) {
    return 40 + 60.0 * rand() / RAND_MAX;
}

/* Moves the pointer onto the widget and off it, in turn. */
static void move_pointer(probe *p) {
    area field = on_screen(p, p->field), part = left_part(field);
    picture before;
    for (int i = 0; i < p->wanted.inputs; i++) {
        screen_pause(&p->screen, between_inputs_ms());
        screen_look(&p->screen, part, &before);
        uint64_t moved = now_ns();
        if (i % 2 == 0)
            screen_point(&p->screen, field.x + field.w / 2, field.y + field.h / 2);
        else
            screen_point(&p->screen, p->window.x + p->window.w / 2, p->window.y + 2);
        uint64_t seen = screen_await_change(&p->screen, part, &before, moved + patience_ns);
        if (!seen)
            stop("The pointer moved onto or off \"%s\" and nothing was seen of it.",
                 p->wanted.widget);
        tally_add(&p->input, (double)(seen - moved) / 1e6);
    }
}

static void type(probe *p, const char *key) {
    screen_key(&p->screen, key, true);
    screen_pause(&p->screen, 40);
    screen_key(&p->screen, key, false);
}

static uint64_t wait_for(probe *p, const char *what, uint64_t seen) {
    if (!seen)
        stop("Waited in vain for %s.", what);
    screen_pause(&p->screen, 30);
    return seen;
}

/* A job is running; Escape; both buttons are watched: the one that was meant acknowledges, the other
 * one tells that a new job could start. */
static void cancel_once(probe *p, area cancel, area run, const picture *idle) {
    picture before;
    screen_look(&p->screen, cancel, &before);
    uint64_t pressed = now_ns(), until = pressed + patience_ns;
    screen_key(&p->screen, "Escape", true);
    uint64_t seen = screen_await_change(&p->screen, cancel, &before, until);
    uint64_t over = seen ? screen_await_look(&p->screen, run, idle, until) : 0;
    screen_key(&p->screen, "Escape", false);
    wait_for(p, "a cancelled job to end", over);
    tally_add(&p->acknowledged, (double)(seen - pressed) / 1e6);
    tally_add(&p->ended, (double)(over - pressed) / 1e6);
}

/* The first one is not counted: it shows what the buttons look like at rest. */
static void cancel_jobs(probe *p) {
    area cancel = label_of(on_screen(p, p->cancel)), run = label_of(on_screen(p, p->run));
    picture idle;
    if (p->wanted.cancels == 0)
        return;
    type(p, "Escape");
    screen_pause(&p->screen, 1500);
    screen_look(&p->screen, run, &idle);
    for (int i = 0; i < p->wanted.cancels; i++) {
        type(p, "space");
        screen_pause(&p->screen, 100 + 4 * between_inputs_ms());
        cancel_once(p, cancel, run, &idle);
    }
}

/* ---- what came of it ------------------------------------------------------------------------- */

static double own_number(const probe *p, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(p->report, name);
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

static double gflops(const probe *p) {
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(p->report, "results");
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(results, 0), "gflops");
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

static void put(double value, const char *format) {
    if (value < 0)
        printf(" -");
    else
        printf(format, value);
}

static void put_tally(const tally *t) {
    put(tally_percentile(t, 50), " %.1f");
    printf(" /");
    put(tally_percentile(t, 99), " %.1f");
    printf(" /");
    put(tally_percentile(t, 100), " %.1f");
}

/* One row of a Markdown table. */
static void print_row(const probe *p) {
    printf("| %s |", p->wanted.label);
    put(own_number(p, "frame_p50_ms"), " %.1f /");
    put(own_number(p, "frame_p99_ms"), " %.1f /");
    put(own_number(p, "frame_max_ms"), " %.1f");
    printf(" |");
    put_tally(&p->frames);
    printf(" |");
    put_tally(&p->input);
    printf(" |");
    put_tally(&p->acknowledged);
    printf(" |");
    put_tally(&p->ended);
    printf(" |");
    put(gflops(p), " %.0f");
    printf(" | %.0f %% | %.0f %% | %.1f |\n", 100 * p->window_load, 100 * p->display_load,
           p->drawn / 1e6);
}

static void print_line(const char *name, const tally *t) {
    if (t->count == 0)
        return;
    printf("%-34s", name);
    put_tally(t);
    printf("  (%zu)\n", t->count);
}

static void print_text(const probe *p) {
    printf("%s: p50 / p99 / max in ms, and how many\n", p->wanted.label);
    if (p->report)
        printf("%-34s %.1f / %.1f / %.1f  (%.0f)\n", "frames, by the window's own clock",
               own_number(p, "frame_p50_ms"), own_number(p, "frame_p99_ms"),
               own_number(p, "frame_max_ms"), own_number(p, "frames"));
    print_line("frames, seen from outside", &p->frames);
    print_line("pointer moved to seen", &p->input);
    print_line("Escape to acknowledged", &p->acknowledged);
    print_line("Escape to over", &p->ended);
    print_line("started to first frame", &p->start);
    printf("processors used: window %.1f %%, display %.1f %%, probe %.1f %%; drawn %.1f Mpixel/s\n",
           100 * p->window_load, 100 * p->display_load, 100 * p->own_load, p->drawn / 1e6);
    if (gflops(p) >= 0)
        printf("last result: %.1f GFLOP/s\n", gflops(p));
}

static void add_tally(cJSON *to, const char *name, const tally *t) {
    cJSON *item = cJSON_AddObjectToObject(to, name);
    cJSON_AddNumberToObject(item, "count", (double)t->count);
    cJSON_AddNumberToObject(item, "p50_ms", tally_percentile(t, 50));
    cJSON_AddNumberToObject(item, "p99_ms", tally_percentile(t, 99));
    cJSON_AddNumberToObject(item, "max_ms", tally_percentile(t, 100));
}

static void save_json(const probe *p) {
    cJSON *all = cJSON_CreateObject();
    cJSON_AddStringToObject(all, "schema", "brigade-latency/1");
    cJSON_AddStringToObject(all, "label", p->wanted.label);
    add_tally(all, "start", &p->start);
    add_tally(all, "frames", &p->frames);
    add_tally(all, "input", &p->input);
    add_tally(all, "acknowledged", &p->acknowledged);
    add_tally(all, "ended", &p->ended);
    cJSON_AddNumberToObject(all, "window_load", p->window_load);
    cJSON_AddNumberToObject(all, "display_load", p->display_load);
    cJSON_AddNumberToObject(all, "probe_load", p->own_load);
    cJSON_AddNumberToObject(all, "drawn_pixels_per_s", p->drawn);
    if (p->report)
        cJSON_AddItemReferenceToObject(all, "window", p->report);
    char *text = cJSON_Print(all);
    FILE *file = fopen(p->wanted.json, "wb");
    if (!file || !text || fputs(text, file) < 0 || fclose(file) != 0)
        stop("%s cannot be written.", p->wanted.json);
    free(text);
    cJSON_Delete(all);
}

static void tell(const probe *p) {
    if (p->wanted.row)
        print_row(p);
    else
        print_text(p);
    if (p->wanted.json)
        save_json(p);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void measure_reference(probe *p) {
    start_reference(p);
    screen_pause(&p->screen, 500);
    watch(p);
    move_pointer(p);
    subject_abandon(&p->subject);
}

/* Asleep, nothing may be drawn after two seconds; the settled window is watched. */
static void measure_window(probe *p) {
    find_places(p);
    for (int i = 1; i < p->wanted.starts; i++) {
        start(p);
        screen_pause(&p->screen, 300);
        cJSON_Delete(close_window(p));
    }
    start(p);
    screen_point(&p->screen, p->window.x + p->window.w / 2, p->window.y + 2);
    screen_pause(&p->screen, p->wanted.asleep ? 5000 : 2500);
    watch(p);
    move_pointer(p);
    cancel_jobs(p);
    p->report = close_window(p);
}

static void print_help(void) {
    puts("usage: window-latency [options] [-- ARGUMENTS OF brigade-gui]\n\n"
         "Measures from outside how responsive the window is. Starts an Xvfb for it.\n\n"
         "      --seconds N    watch frames for so long (default: 6)\n"
         "      --inputs N     movements of the pointer onto a widget and off it (default: 120)\n"
         "      --cancels N    jobs to be cancelled by Escape (default: 0)\n"
         "      --starts N     how often the window is started (default: 1)\n"
         "      --widget ID    the widget that lights up (default: on_ui_thread)\n"
         "      --program P    the window (default: the one built with this)\n"
         "      --set N=V      a preference of the window's, for example slice_ms=4\n"
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
    if (p.wanted.reference)
        measure_reference(&p);
    else
        measure_window(&p);
    tell(&p);
    return 0;
}
