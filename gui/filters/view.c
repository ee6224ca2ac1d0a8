/* The filters: where the panels are, the keys, and the row in the table of views. See view.h. */
#include "filters/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell/shell.h"

static const float left_width = 264, heading_height = 58, figures_height = 62, log_height = 26;
static const float margin = 16;

/* ---- beginning and end ----------------------------------------------------------------------- */

static int step_of(const char *op) {
    for (int i = 0; i < BRG_STEPS; i++)
        if (strcmp(brg_step_at(i)->op, op) == 0)
            return i;
    return 0;
}

static brg_status create(brg_app *app, void **model, brg_error *error) {
    brg_filters *filters = calloc(1, sizeof *filters);
    if (!filters)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the filters.");
    brg_status status = brg_studio_create(app, &filters->model, error);
    if (status != BRG_OK) {
        free(filters);
        return status;
    }
    filters->app = app;
    filters->source = -1;
    filters->plate_size = 1;
    filters->plate_rate = 30;
    filters->chosen = step_of("blur");
    filters->model->steps.on[step_of("blur")] = true;
    filters->model->steps.on[step_of("contrast")] = true;
    brg_lens_reset(&filters->lens);
    *model = filters;
    return BRG_OK;
}

static void clear_print(brg_print *print) {
    brg_tensor_release(print->of);
    brg_picture_clear(&print->picture);
    brg_texture_clear(&print->texture);
}

static void destroy(void *model) {
    brg_filters *filters = model;
    clear_print(&filters->before);
    clear_print(&filters->after);
    brg_studio_destroy(filters->model);
    free(filters);
}

/* ---- what is open ---------------------------------------------------------------------------- */

int brg_filters_plate(const brg_filters *filters) {
    return filters->app->photograph_count;
}

int brg_filters_sources(const brg_filters *filters) {
    return brg_filters_plate(filters) + 1 + (filters->video[0] != '\0');
}

void brg_filters_open(brg_filters *filters, int source) {
    static const int64_t sizes[][2] = {{640, 360}, {1280, 720}, {1920, 1080}, {3840, 2160}};
    brg_source_order order;
    bool another = source != filters->source;
    memset(&order, 0, sizeof order);
    filters->source = source;
    if (source < brg_filters_plate(filters)) {
        order.kind = BRG_SOURCE_PHOTOGRAPH;
        snprintf(order.path, sizeof order.path, "%s", filters->app->photographs[source].path);
    } else if (source == brg_filters_plate(filters)) {
        order.kind = BRG_SOURCE_PLATE;
        order.w = sizes[filters->plate_size][0];
        order.h = sizes[filters->plate_size][1];
        order.frames_per_s = (double)filters->plate_rate;
    } else {
        order.kind = BRG_SOURCE_VIDEO;
        snprintf(order.path, sizeof order.path, "%s", filters->video);
    }
    if (another)
        brg_lens_reset(&filters->lens);
    brg_studio_open(filters->model, &order);
}

static void opened(void *model) {
    brg_filters *filters = model;
    filters->source = -1; /* opened once it is looked at */
}

static void opened_stream(void *model, const char *path) {
    brg_filters *filters = model;
    if (strlen(path) >= sizeof filters->video) {
        brg_log_note(&filters->app->log, "The path of this video is too long to be opened.");
        return;
    }
    snprintf(filters->video, sizeof filters->video, "%s", path);
    brg_filters_open(filters, brg_filters_plate(filters) + 1);
}

static void open_first(brg_filters *filters) {
    if (filters->source < 0)
        brg_filters_open(filters, filters->app->photograph_count > 0 ? filters->app->photograph
                                                                     : brg_filters_plate(filters));
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw(void *model, const brg_scene *scene, brg_rect place) {
    brg_filters *filters = model;
    filters->scene = scene;
    filters->ui = scene->ui;
    brg_filters_view_controls(filters, brg_rect_cut_left(&place, left_width));
    brg_rect heading = brg_rect_cut_top(&place, heading_height);
    brg_rect picture =
        brg_rect_cut_top(&place, fmaxf(place.h - figures_height - log_height - 4, 60));
    brg_rect log = brg_rect_cut_top(&place, log_height + 4);
    brg_ui_panel_begin(filters->ui, "filter heading", heading, BRG_GROUND);
    brg_filters_view_heading(filters, brg_rect_inset(heading, margin, 8));
    brg_ui_panel_end(filters->ui, 0);
    brg_filters_view_picture(filters, picture);
    brg_ui_panel_begin(filters->ui, "filter log", log, BRG_GROUND);
    brg_shell_log_line(scene, brg_rect_inset(log, margin, 2));
    brg_ui_panel_end(filters->ui, 0);
    brg_filters_view_figures(filters, place);
    filters->model->held = filters->sliders_held;
    brg_studio_update(filters->model, true); /* what the hand asked for is begun at once */
}

/* ---- keys ------------------------------------------------------------------------------------ */

static const brg_step_slider *chosen_slider(const brg_filters *filters, float **value) {
    brg_steps *steps = &filters->model->steps;
    int index = steps->order[filters->chosen];
    *value = &steps->values[index][filters->slider];
    const brg_step_slider *slider = &brg_step_at(index)->sliders[filters->slider];
    return slider->name ? slider : NULL;
}

/* A fortieth of the slider's track. */
static void nudge(brg_filters *filters, float by) {
    float *value;
    const brg_step_slider *slider = chosen_slider(filters, &value);
    if (!slider)
        return;
    float moved = slider->spread ? *value * powf(slider->hi / slider->lo, by / 40)
                                 : *value + by * (slider->hi - slider->lo) / 40;
    if (slider->whole)
        moved = by > 0 ? fmaxf(roundf(moved), *value + 1) : fminf(roundf(moved), *value - 1);
    *value = fminf(fmaxf(moved, slider->lo), slider->hi);
}

static void choose(brg_filters *filters, int by) {
    filters->chosen = (filters->chosen + by + BRG_STEPS) % BRG_STEPS;
    filters->slider = 0;
}

static bool key_of_chain(brg_filters *filters, int key) {
    brg_steps *steps = &filters->model->steps;
    switch (key) {
    case BRG_KEY_UP:
    case BRG_KEY_DOWN:
        choose(filters, key == BRG_KEY_UP ? -1 : 1);
        return true;
    case BRG_KEY_LEFT:
    case BRG_KEY_RIGHT:
        nudge(filters, key == BRG_KEY_LEFT ? -1 : 1);
        return true;
    case BRG_KEY_ENTER:
        steps->on[steps->order[filters->chosen]] ^= true;
        return true;
    case BRG_KEY_TAB:
        filters->slider = (filters->slider + 1) % BRG_STEP_SLIDERS;
        return true;
    case BRG_KEY_PAGE_UP:
    case BRG_KEY_PAGE_DOWN:
        filters->chosen = brg_steps_move(steps, filters->chosen, key == BRG_KEY_PAGE_UP ? -1 : 1);
        return true;
    default:
        return false;
    }
}

static bool key_of_lens(brg_filters *filters, int key) {
    brg_lens *lens = &filters->lens;
    switch (key) {
    case '[':
    case ']':
        lens->divider = fminf(fmaxf(lens->divider + (key == '[' ? -0.05f : 0.05f), 0), 1);
        return true;
    case 'V':
        lens->split = !lens->split;
        return true;
    case '=':
    case '-':
        filters->keyed_zoom = key == '=' ? 1.25f : 0.8f;
        return true;
    case BRG_KEY_HOME:
        lens->zoom = 1;
        lens->x = lens->y = 0.5f;
        return true;
    case BRG_KEY_END:
        filters->keyed_pixels = true;
        return true;
    case 'W':
    case 'S':
        filters->keyed_y = key == 'W' ? 60 : -60;
        return true;
    case 'A':
    case 'D':
        filters->keyed_x = key == 'A' ? 60 : -60;
        return true;
    default:
        return false;
    }
}

static bool key(void *model, int key) {
    brg_filters *filters = model;
    if (key == 'O') {
        brg_filters_open(filters, (filters->source + 1) % brg_filters_sources(filters));
        return true;
    }
    return key_of_chain(filters, key) || key_of_lens(filters, key);
}

static const char *const keys[] = {
    "up, down  choose a step",
    "left, right  move its slider; tab: the other one",
    "enter  switch the step on or off",
    "page up, page down  earlier or later in the chain",
    "[ ]  move the divider; V: one picture or two",
    "= -  zoom; W A S D: move; home: all of it; end: pixel by pixel",
    "O  the next source; space: play or pause, or check again",
    NULL,
};

/* ---- the row --------------------------------------------------------------------------------- */

static void update(void *model, bool shown) {
    brg_filters *filters = model;
    if (shown)
        open_first(filters);
    brg_studio_update(filters->model, shown);
}

static bool busy(const void *model) {
    return brg_studio_busy(((const brg_filters *)model)->model);
}

static void seen(void *model) {
    brg_studio_note_frame(((brg_filters *)model)->model);
}

static void run(void *model) {
    brg_studio *studio = ((brg_filters *)model)->model;
    if (brg_studio_streams(studio))
        brg_studio_play(studio, !studio->playing);
    else if (studio->check == BRG_CHECK_ENDED)
        studio->check = BRG_CHECK_NONE;
}

static void cancel(void *model) {
    brg_studio_cancel(((brg_filters *)model)->model);
}

static bool settled(const void *model) {
    const brg_studio *studio = ((const brg_filters *)model)->model;
    bool nothing_to_check = studio->shown.after && studio->shown.wish.after.count == 0;
    return studio->failure.status != BRG_OK || studio->check == BRG_CHECK_ENDED ||
           (studio->playing && studio->seen > 0 && brg_studio_streams(studio)) || nothing_to_check;
}

static const char *check_name(const brg_studio *studio) {
    if (studio->check != BRG_CHECK_ENDED)
        return "unchecked";
    return studio->verdict.outcome == BRG_PASSED     ? "passed"
           : studio->verdict.outcome == BRG_MISMATCH ? "mismatch"
                                                     : "unchecked";
}

/* Tenths by hand: a number's decimal point is the locale's in C's own printf. */
static void put_tenths(FILE *stream, const char *name, double value) {
    long long tenths = value >= 0 ? llround(10 * value) : 0;
    fprintf(stream, ",\"%s\":%lld.%lld", name, tenths / 10, tenths % 10);
}

static void put_figures(const brg_filters *filters, FILE *stream) {
    const brg_studio *studio = filters->model;
    const brg_shape *after = studio->shown.after ? brg_tensor_shape(studio->shown.after) : NULL;
    fprintf(stream, "{\"requests\":%llu,\"shown\":%llu,\"cancelled\":%llu,\"replaced\":%llu",
            (unsigned long long)studio->asked, (unsigned long long)studio->seen,
            (unsigned long long)studio->cancelled, (unsigned long long)studio->replaced);
    fprintf(stream, ",\"overtaken\":%llu,\"missed\":%llu,\"checks\":%llu,\"check\":\"%s\"",
            (unsigned long long)studio->overtaken,
            (unsigned long long)brg_source_missed(studio->source),
            (unsigned long long)studio->checks, check_name(studio));
    fprintf(stream, ",\"stages\":%d,\"playing\":%s,\"split\":%s", (int)studio->wanted.after.count,
            studio->playing ? "true" : "false", filters->lens.split ? "true" : "false");
    fprintf(stream, ",\"result_w\":%lld,\"result_h\":%lld", after ? (long long)after->dims[1] : 0,
            after ? (long long)after->dims[0] : 0);
    put_tenths(stream, "latency_p50_ms", brg_tally_percentile(&studio->latency, 50));
    put_tenths(stream, "latency_p99_ms", brg_tally_percentile(&studio->latency, 99));
    put_tenths(stream, "kernel_ms", studio->shown.kernel_ms);
    put_tenths(stream, "fps", filters->figures.rate);
    put_tenths(stream, "zoom", (double)filters->lens.zoom);
    put_tenths(stream, "divider_percent", 100 * (double)filters->lens.divider);
    fputc('}', stream);
}

static brg_status report(const void *model, brg_report *report, brg_error *error) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
    put_figures(model, stream);
    brg_status status = fclose(stream) == 0
                            ? brg_report_json(report, "filters", text, error)
                            : brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
    free(text);
    return status;
}

const brg_view brg_view_filters = {
    .id = "filters",
    .tab = "tab_filters",
    .name = "Filters",
    .create = create,
    .destroy = destroy,
    .update = update,
    .busy = busy,
    .draw = draw,
    .seen = seen,
    .run = run,
    .cancel = cancel,
    .key = key,
    .keys = keys,
    .opened = opened,
    .opened_stream = opened_stream,
    .settled = settled,
    .report = report,
};
