/* Measuring: the window is started, watched, pointed at, cancelled and closed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probe.h"
#include "stop.h"

/* What is drawn within this time is one frame. */
static const uint64_t same_frame_ns = 3000000;

static const uint64_t patience_ns = 40000000000u;

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
    if (p->wanted.cancels > 0)
        p->cancel = place_of(report, "cancel");
    if (p->wanted.cancels > 0 || p->wanted.new_w > 0)
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

/* ---- the whole ------------------------------------------------------------------------------- */

/* From lines such as "Cancelled: the job ended 1.9 ms later." */
static void read_log(probe *p) {
    const cJSON *line, *log = cJSON_GetObjectItemCaseSensitive(p->report, "log");
    cJSON_ArrayForEach(line, log) {
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, "text"));
        double ms;
        if (text && sscanf(text, "Cancelled: the job ended %lf ms later.", &ms) == 1)
            tally_add(&p->effective, ms);
    }
}

/* A column of pixels across the upper edge of a button. */
static area edge_of(area a) {
    return (area){a.x + 12, a.y - 4, 1, 12};
}

/* In another size everything is elsewhere. The button's edge, as it was seen before, has to be where
 * the report says after the window was closed. */
static void resize_window(probe *p, picture *edge, picture *column) {
    screen_look(&p->screen, edge_of(on_screen(p, p->run)), edge);
    screen_resize(&p->screen, "Brigade", p->wanted.new_w, p->wanted.new_h);
    screen_pause(&p->screen, 1500);
    screen_look(&p->screen, (area){p->window.x + p->run.x + 12, p->window.y, 1, p->wanted.new_h},
                column);
}

static void judge_size(probe *p, const picture *edge, const picture *column) {
    area now = edge_of(place_of(p->report, "run"));
    int middle = now.y + 4;
    p->resized_right = middle > 0 && middle + 1 < column->count &&
                       column->pixels[middle - 3] == edge->pixels[1] &&
                       column->pixels[middle + 3] == edge->pixels[7];
}

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
    picture edge, column;
    if (p->wanted.new_w > 0)
        resize_window(p, &edge, &column);
    p->report = close_window(p);
    if (p->wanted.new_w > 0 && p->report)
        judge_size(p, &edge, &column);
    read_log(p);
}

void probe_measure(probe *p) {
    if (p->wanted.reference)
        measure_reference(p);
    else
        measure_window(p);
}
