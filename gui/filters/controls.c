/* The controls: where pictures come from, and the chain, each step with its sliders. */
#include <math.h>
#include <stdio.h>

#include "filters/view.h"

/* A column of rows under construction. */
typedef struct column {
    brg_filters *filters;
    float x, y, w;
} column;

static void caption(column *c, float h, const char *text) {
    brg_ui_text(c->filters->ui, (brg_rect){c->x, c->y, c->w, h}, BRG_FONT_SMALL, BRG_LEFT,
                BRG_QUIET, text);
}

/* ---- the source ------------------------------------------------------------------------------ */

static void source_row(column *c) {
    brg_filters *filters = c->filters;
    const char *items[BRG_MAX_PHOTOGRAPHS + 2];
    int count = 0, source = filters->source;
    for (; count < filters->app->photograph_count; count++)
        items[count] = filters->app->photographs[count].name;
    items[count++] = "zone plate, moving";
    if (filters->video[0]) {
        const char *name = strrchr(filters->video, '/');
        items[count++] = name ? name + 1 : filters->video;
    }
    if (brg_ui_combo(filters->ui, "source", (brg_rect){c->x, c->y, c->w, 28}, &source, items,
                     count))
        brg_filters_open(filters, source);
    brg_ui_tip(filters->ui, "Drop a photograph or a Y4M video onto the window to add it.");
    c->y += 36;
}

static void plate_rows(column *c) {
    static const char *const sizes[] = {"640 \xc3\x97 360", "1280 \xc3\x97 720",
                                        "1920 \xc3\x97 1080", "3840 \xc3\x97 2160"};
    brg_filters *filters = c->filters;
    bool changed = brg_ui_combo(filters->ui, "plate_size", (brg_rect){c->x, c->y, 112, 26},
                                &filters->plate_size, sizes, 4);
    brg_rect field = {c->x + 120, c->y, c->w - 120 - 64, 26};
    changed |=
        brg_ui_slider(filters->ui, "plate_rate", field, &filters->plate_rate, 1, 60, true, false);
    brg_ui_tip(filters->ui, "Pictures that the test picture makes in a second.");
    brg_ui_textf(filters->ui, (brg_rect){c->x + c->w - 60, c->y, 60, 26}, BRG_FONT_MONO, BRG_RIGHT,
                 BRG_TEXT, "%.0f fps", (double)filters->plate_rate);
    if (changed)
        brg_filters_open(filters, filters->source);
    c->y += 34;
}

static void play_row(column *c) {
    brg_studio *model = c->filters->model;
    if (!brg_studio_streams(model))
        return;
    if (brg_ui_button(c->filters->ui, "play", (brg_rect){c->x, c->y, c->w, 30},
                      model->playing ? "Pause (space)" : "Play (space)", !model->playing, true))
        brg_studio_play(model, !model->playing);
    c->y += 38;
}

/* ---- the chain ------------------------------------------------------------------------------- */

/* A button with an arrowhead. */
static bool arrow(column *c, const char *id, float x, bool up, bool enabled) {
    brg_ui *ui = c->filters->ui;
    bool pressed = brg_ui_button(ui, id, (brg_rect){x, c->y + 4, 20, 20}, "", false, enabled);
    float dy = up ? -3 : 3, y = c->y + 14;
    brg_colour colour = enabled ? BRG_QUIET : BRG_LINE;
    brg_ui_line(ui, x + 6, y - dy / 2, x + 10, y + dy / 2, colour);
    brg_ui_line(ui, x + 10, y + dy / 2, x + 14, y - dy / 2, colour);
    brg_ui_tip(ui, up ? "Earlier in the chain." : "Later in the chain.");
    return pressed;
}

static void slider_row(column *c, const brg_step_slider *slider, float *value, bool chosen) {
    brg_ui *ui = c->filters->ui;
    brg_rect head = {c->x + 46, c->y, c->w - 46, 18};
    char figure[24];
    snprintf(figure, sizeof figure, slider->figure, (double)*value);
    brg_ui_text(ui, head, BRG_FONT_SMALL, BRG_LEFT, chosen ? BRG_TEXT : BRG_QUIET, slider->name);
    brg_ui_text(ui, head, BRG_FONT_MONO, BRG_RIGHT, BRG_TEXT, figure);
    brg_ui_slider(ui, slider->id, (brg_rect){head.x, c->y + 18, head.w, 18}, value, slider->lo,
                  slider->hi, slider->whole, slider->spread);
    c->y += 40;
}

static void step_head(column *c, int place) {
    brg_filters *filters = c->filters;
    brg_ui *ui = filters->ui;
    brg_steps *steps = &filters->model->steps;
    int index = steps->order[place];
    const brg_step *step = brg_step_at(index);
    bool chosen = place == filters->chosen;
    if (chosen)
        brg_ui_fill(ui, (brg_rect){c->x - 20, c->y + 3, 3, 22}, 0, BRG_BLUE);
    if (brg_ui_toggle(ui, step->toggle, (brg_rect){c->x, c->y + 4, 36, 20}, &steps->on[index]))
        filters->chosen = place;
    brg_ui_tip(ui, step->tip);
    brg_ui_text(ui, (brg_rect){c->x + 46, c->y, c->w - 96, 28}, BRG_FONT_BODY, BRG_LEFT,
                steps->on[index] ? BRG_TEXT : BRG_QUIET, step->name);
    int by = arrow(c, step->earlier, c->x + c->w - 44, true, place > 0)
                 ? -1
                 : arrow(c, step->later, c->x + c->w - 20, false, place < BRG_STEPS - 1);
    if (by)
        filters->chosen = brg_steps_move(steps, place, by);
    c->y += 30;
}

static void step_rows(column *c, int place) {
    brg_filters *filters = c->filters;
    brg_steps *steps = &filters->model->steps;
    int index = steps->order[place];
    bool chosen = place == filters->chosen;
    step_head(c, place);
    for (int i = 0; steps->on[index] && i < BRG_STEP_SLIDERS; i++)
        if (brg_step_at(index)->sliders[i].name)
            slider_row(c, &brg_step_at(index)->sliders[i], &steps->values[index][i],
                       chosen && filters->slider == i);
}

static void chain_rows(column *c) {
    caption(c, 20, "The chain, first to last");
    c->y += 24;
    for (int place = 0; place < BRG_STEPS; place++)
        step_rows(c, place);
}

static void advice(column *c) {
    static const char *const lines[] = {
        "Drag a slider: the newest request wins, older ones are cancelled, and the window waits "
        "for "
        "none of them.",
        "Wheel: zoom. Drag: move, or shift the divider. All keys under ?.",
    };
    c->y += 10;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        c->y += 8 + brg_ui_paragraph(c->filters->ui, (brg_rect){c->x, c->y, c->w, 60},
                                     BRG_FONT_SMALL, BRG_FAINT, lines[i]);
}

void brg_filters_view_controls(brg_filters *filters, brg_rect place) {
    brg_ui *ui = filters->ui;
    float scrolled = brg_ui_panel_begin(ui, "filter controls", place, BRG_PANEL);
    column c = {filters, place.x + 20, place.y + 14 - scrolled, place.w - 40};
    float top = c.y;
    source_row(&c);
    if (filters->source == brg_filters_plate(filters))
        plate_rows(&c);
    play_row(&c);
    chain_rows(&c);
    advice(&c);
    brg_ui_line(ui, place.x + place.w - 1, place.y, place.x + place.w - 1, place.y + place.h,
                BRG_LINE);
    brg_ui_panel_end(ui, c.y - top + 14);
    filters->sliders_held = brg_ui_held(ui) && !filters->picture_held;
}
