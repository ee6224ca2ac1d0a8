/* Forms: a column of rows with which a view is told what to do. A row is as high as it needs to be and the
 * next one begins below it. Widgets' ids are as in ui.h; the tip of a row explains it in a sentence. */
#ifndef BRIGADE_GUI_UI_FORM_H
#define BRIGADE_GUI_UI_FORM_H

#include "ui/ui.h"

typedef struct brg_form {
    brg_ui *ui;
    float x, y, w; /* where the next row begins, and how wide it is */
} brg_form;

/* A name, and beside it what can be chosen or typed. They return true when it changed. */
bool brg_form_choice(brg_form *form, const char *id, const char *name, int *index,
                     const char *const *items, int count, const char *tip);
bool brg_form_number(brg_form *form, const char *id, const char *name, float *value, float lo,
                     float hi, const char *tip);
bool brg_form_field(brg_form *form, const char *id, const char *name, char *text, size_t size,
                    const char *empty, const char *tip);
bool brg_form_toggle(brg_form *form, const char *id, const char *name, bool *on, const char *tip);

/* A number on a track; `spread` is logarithmic, `figure` how the value is written. */
bool brg_form_slider(brg_form *form, const char *id, const char *name, const char *figure,
                     float *value, float lo, float hi, bool spread, const char *tip);

/* A button as wide as the form; and two side by side, of which the index of the one pressed is returned, -1
 * for none. */
bool brg_form_button(brg_form *form, const char *id, const char *label, bool primary, bool enabled);
int brg_form_pair(brg_form *form, const char *const ids[2], const char *const labels[2],
                  const bool enabled[2]);

/* Small print. */
void brg_form_advice(brg_form *form, brg_colour colour, const char *text);

#endif
