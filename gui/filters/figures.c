/* The heading, with the verdict; and the figures: what was asked for, what was seen, how soon. */
#include <stdio.h>

#include "filters/view.h"

typedef struct badge {
    const char *text;
    brg_colour fill, ink;
} badge;

/* ---- the heading ----------------------------------------------------------------------------- */

/* Why there is no result; NULL if nothing went wrong. */
static const brg_error *trouble_of(const brg_studio *model) {
    const brg_app *app = model->app;
    if (model->failure.status != BRG_OK)
        return &model->failure;
    return app->devices_known && app->devices_status != BRG_OK ? &app->devices_error : NULL;
}

/* What nobody checked yet, in the words for why not. */
static const char *why_unchecked(const brg_studio *model) {
    if (!model->shown.after || model->shown.wish.after.count == 0)
        return "nothing to check";
    if (model->playing && brg_studio_streams(model))
        return "not checked while playing";
    return model->held ? "not checked while dragging" : "not checked yet";
}

/* Only what was checked and found right is green. */
static badge badge_of(const brg_studio *model) {
    if (trouble_of(model))
        return (badge){model->failure.status != BRG_OK ? "failed" : "no device", BRG_RED,
                       BRG_ON_COLOUR};
    if (model->check == BRG_CHECK_RUNNING)
        return (badge){"checking", BRG_RAISED, BRG_AMBER};
    if (model->check == BRG_CHECK_ENDED && model->verdict.outcome == BRG_PASSED)
        return (badge){"passed", BRG_GREEN, BRG_ON_COLOUR};
    if (model->check == BRG_CHECK_ENDED && model->verdict.outcome == BRG_MISMATCH)
        return (badge){"mismatch", BRG_RED, BRG_ON_COLOUR};
    return (badge){why_unchecked(model), BRG_RAISED, BRG_QUIET};
}

static void draw_badge(brg_filters *filters, brg_rect place) {
    badge b = badge_of(filters->model);
    float w = brg_ui_text_width(filters->ui, BRG_FONT_BOLD, b.text) + 28;
    brg_rect pill = {place.x + place.w - w, place.y, w, 26};
    brg_ui_fill(filters->ui, pill, 13, b.fill);
    brg_ui_text(filters->ui, pill, BRG_FONT_BOLD, BRG_CENTRE, b.ink, b.text);
}

/* "Blur, then Contrast" */
static void describe_chain(const brg_steps *steps, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (int place = 0; place < BRG_STEPS && used < size; place++)
        if (steps->on[steps->order[place]])
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", then " : "",
                                     brg_step_at(steps->order[place])->name);
    if (used == 0)
        snprintf(text, size, "no step is switched on");
}

/* The verdict in a sentence, or why there is none. */
static void describe_check(const brg_studio *model, char *text, size_t size) {
    text[0] = '\0';
    if (trouble_of(model))
        brg_log_words(trouble_of(model), text, size);
    else if (model->check == BRG_CHECK_ENDED)
        brg_verdict_text(&model->verdict, text, size);
    else if (model->check == BRG_CHECK_RUNNING)
        snprintf(text, size, "The last result is being made again and compared with sequential C.");
    else if (model->held || model->playing)
        snprintf(text, size, "What is shown is the device's word. It is checked once all rests.");
}

void brg_filters_view_heading(brg_filters *filters, brg_rect place) {
    const brg_studio *model = filters->model;
    char text[640];
    brg_rect title = {place.x, place.y, place.w - 230, 26};
    describe_chain(&model->steps, text, sizeof text);
    brg_ui_text(filters->ui, title, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT, text);
    draw_badge(filters, place);
    describe_check(model, text, sizeof text);
    brg_ui_text(filters->ui, (brg_rect){place.x, place.y + 27, place.w, 18}, BRG_FONT_SMALL,
                BRG_LEFT, trouble_of(model) ? BRG_RED : BRG_QUIET, text);
}

/* ---- the figures ----------------------------------------------------------------------------- */

static void work_out(brg_filters *filters) {
    brg_studio *model = filters->model;
    brg_filter_figures *f = &filters->figures;
    if (filters->scene->now_ns - f->at_ns < 250000000 && !filters->scene->resting)
        return;
    f->at_ns = filters->scene->now_ns;
    f->p50 = brg_tally_percentile(&model->latency, 50);
    f->p99 = brg_tally_percentile(&model->latency, 99);
    f->rate = brg_studio_rate(model, f->at_ns);
    f->kernel_ms = model->shown.kernel_ms;
    f->asked = model->asked;
    f->seen = model->seen;
    f->cancelled = model->cancelled;
    f->replaced = model->replaced + model->overtaken;
    f->missed = brg_source_missed(model->source);
}

/* A figure in the next cell, with a tip. */
static void figure(brg_filters *filters, brg_rect *rest, float w, const char *id, const char *name,
                   const char *value, const char *tip) {
    brg_ui_pointer pointer;
    brg_rect cell = brg_rect_cut_left(rest, w);
    cell.w -= 10;
    brg_part_figure(filters->ui, cell, name, BRG_TEXT, value);
    brg_ui_area(filters->ui, id, cell, &pointer);
    brg_ui_tip(filters->ui, tip);
}

static void describe_picture(const brg_studio *model, char *text, size_t size) {
    if (!model->frame.image) {
        snprintf(text, size, "-");
        return;
    }
    const int64_t *dims = brg_tensor_shape(model->frame.image)->dims;
    snprintf(text, size, "%lld \xc3\x97 %lld", (long long)dims[1], (long long)dims[0]);
}

void brg_filters_view_figures(brg_filters *filters, brg_rect place) {
    const brg_filter_figures *f = &filters->figures;
    work_out(filters);
    brg_ui_panel_begin(filters->ui, "filter figures", place, BRG_PANEL);
    brg_ui_line(filters->ui, place.x, place.y, place.x + place.w, place.y, BRG_LINE);
    brg_rect rest = {place.x + 16, place.y + 12, place.w - 32, 40};
    char text[48], other[24];
    float w = rest.w / 8.6f;
    describe_picture(filters->model, text, sizeof text);
    figure(filters, &rest, 1.3f * w, "figure_picture", "picture, pixels", text,
           "Every filter works on all of them; only what the screen shows is read back.");
    snprintf(text, sizeof text, "%llu", (unsigned long long)f->asked);
    figure(filters, &rest, w, "figure_asked", "requests", text,
           "Each change of a slider, of the zoom or of the picture asks for a new result.");
    snprintf(text, sizeof text, "%llu", (unsigned long long)f->seen);
    figure(filters, &rest, w, "figure_seen", "shown", text, "Results that came onto the screen.");
    snprintf(text, sizeof text, "%llu", (unsigned long long)f->cancelled);
    figure(filters, &rest, w, "figure_cancelled", "cancelled", text,
           "Requests that the engine was told to give up, since a newer one had come.");
    snprintf(text, sizeof text, "%llu", (unsigned long long)(f->replaced + f->missed));
    figure(filters, &rest, w, "figure_replaced", "overtaken", text,
           "Requests and pictures that a newer one replaced before they were begun or shown.");
    snprintf(text, sizeof text, "%s", brg_part_time(f->kernel_ms, other, sizeof other));
    figure(filters, &rest, w, "figure_kernel", "kernels", text,
           "Time of all kernels of the chain on the device, of the result that is shown.");
    snprintf(text, sizeof text, "%.0f fps", f->rate);
    figure(filters, &rest, w, "figure_rate", "results", text,
           "Results that came onto the screen in the last second.");
    if (f->p50 >= 0)
        snprintf(text, sizeof text, "%.0f / %.0f ms", f->p50, f->p99);
    else
        snprintf(text, sizeof text, "-");
    figure(filters, &rest, 1.3f * w, "figure_latency", "latency p50 / p99", text,
           "From the input event, or the making of a stream's picture, to the end of the frame "
           "that shows the result.");
    brg_ui_panel_end(filters->ui, 0);
}
