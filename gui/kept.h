/* Kept values: what the window remembers from one run to the next, by name.
 *
 * A view asks for its values when it is created and tells them again when it is asked to (see
 * shell/view.h, `keep`); where they are written to is gui/state.h's affair. In an unattended run
 * there are none, so that such runs are all alike. */
#ifndef BRIGADE_GUI_KEPT_H
#define BRIGADE_GUI_KEPT_H

#include <stdbool.h>
#include <stddef.h>

enum { BRG_KEPT_VALUES = 256, BRG_KEPT_NAME = 48, BRG_KEPT_TEXT = 256 };

typedef struct brg_kept_value {
    char name[BRG_KEPT_NAME];
    char text[BRG_KEPT_TEXT];
} brg_kept_value;

typedef struct brg_kept {
    brg_kept_value values[BRG_KEPT_VALUES];
    int count;
    bool changed; /* since it was loaded */
} brg_kept;

/* The value of a name, for example "workbench.workload", or `otherwise` if none is kept. A number
 * that is outside lo..hi, or none, counts as not kept. The text is good until the next change. */
const char *brg_kept_text(const brg_kept *kept, const char *name, const char *otherwise);
double brg_kept_number(const brg_kept *kept, const char *name, double lo, double hi,
                       double otherwise);

/* Keeps a value; an older one of that name is replaced. Names are made of letters, digits, "." "_"
 * and "-". Returns false, and keeps what there was, if the name is not such a one, the text is too
 * long or has control characters, or there is no more room. */
bool brg_kept_set_text(brg_kept *kept, const char *name, const char *text);
bool brg_kept_set_number(brg_kept *kept, const char *name, double value);

#endif
