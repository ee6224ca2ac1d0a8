/* Forms. See form.h. */
#include "ui/form.h"

#include <stdio.h>

static const float name_w = 78, row_h = 28, step = 33;

static brg_rect begin_row(brg_form *form, const char *name) {
    brg_ui_text(form->ui, (brg_rect){form->x, form->y, name_w, row_h}, BRG_FONT_SMALL, BRG_LEFT,
                BRG_QUIET, name);
    brg_rect value = {form->x + name_w, form->y, form->w - name_w, row_h};
    form->y += step;
    return value;
}

bool brg_form_choice(brg_form *form, const char *id, const char *name, int *index,
                     const char *const *items, int count, const char *tip) {
    bool changed = brg_ui_combo(form->ui, id, begin_row(form, name), index, items, count);
    brg_ui_tip(form->ui, tip);
    return changed;
}

bool brg_form_number(brg_form *form, const char *id, const char *name, float *value, float lo,
                     float hi, const char *tip) {
    bool changed = brg_ui_number(form->ui, id, begin_row(form, name), value, lo, hi, true);
    brg_ui_tip(form->ui, tip);
    return changed;
}

bool brg_form_field(brg_form *form, const char *id, const char *name, char *text, size_t size,
                    const char *empty, const char *tip) {
    bool changed = brg_ui_field(form->ui, id, begin_row(form, name), text, size, empty);
    brg_ui_tip(form->ui, tip);
    return changed;
}

bool brg_form_toggle(brg_form *form, const char *id, const char *name, bool *on, const char *tip) {
    brg_ui_text(form->ui, (brg_rect){form->x, form->y, form->w - 44, 20}, BRG_FONT_SMALL, BRG_LEFT,
                BRG_QUIET, name);
    bool changed =
        brg_ui_toggle(form->ui, id, (brg_rect){form->x + form->w - 36, form->y, 36, 20}, on);
    brg_ui_tip(form->ui, tip);
    form->y += 28;
    return changed;
}

bool brg_form_slider(brg_form *form, const char *id, const char *name, const char *figure,
                     float *value, float lo, float hi, bool spread, const char *tip) {
    char text[32];
    brg_rect head = {form->x, form->y, form->w, 20};
    snprintf(text, sizeof text, figure, (double)*value);
    brg_ui_text(form->ui, head, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, name);
    brg_ui_text(form->ui, head, BRG_FONT_MONO, BRG_RIGHT, BRG_TEXT, text);
    bool changed = brg_ui_slider(form->ui, id, (brg_rect){form->x, form->y + 20, form->w, 18},
                                 value, lo, hi, false, spread);
    brg_ui_tip(form->ui, tip);
    form->y += 44;
    return changed;
}

bool brg_form_button(brg_form *form, const char *id, const char *label, bool primary,
                     bool enabled) {
    bool pressed = brg_ui_button(form->ui, id, (brg_rect){form->x, form->y, form->w, 32}, label,
                                 primary, enabled);
    form->y += 39;
    return pressed;
}

int brg_form_pair(brg_form *form, const char *const ids[2], const char *const labels[2],
                  const bool enabled[2]) {
    int pressed = -1;
    float w = (form->w - 6) / 2;
    for (int i = 0; i < 2; i++) {
        brg_rect at = {form->x + (i ? w + 6 : 0), form->y, w, 30};
        if (brg_ui_button(form->ui, ids[i], at, labels[i], false, enabled[i]))
            pressed = i;
    }
    form->y += 37;
    return pressed;
}

void brg_form_advice(brg_form *form, brg_colour colour, const char *text) {
    form->y += 8 + brg_ui_paragraph(form->ui, (brg_rect){form->x, form->y, form->w, 80},
                                    BRG_FONT_SMALL, colour, text);
}
