/* Kept values. See kept.h. */
#include "kept.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The place of a name; kept->count if it has none. */
static int find(const brg_kept *kept, const char *name) {
    int i = 0;
    while (i < kept->count && strcmp(kept->values[i].name, name) != 0)
        i++;
    return i;
}

const char *brg_kept_text(const brg_kept *kept, const char *name, const char *otherwise) {
    int i = find(kept, name);
    return i < kept->count ? kept->values[i].text : otherwise;
}

double brg_kept_number(const brg_kept *kept, const char *name, double lo, double hi,
                       double otherwise) {
    const char *text = brg_kept_text(kept, name, "");
    char *end;
    double number = strtod(text, &end);
    bool good = end != text && *end == '\0' && number >= lo && number <= hi;
    return good ? number : otherwise;
}

static bool is_name(const char *name) {
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789._-");
    return length > 0 && length < BRG_KEPT_NAME && name[length] == '\0';
}

static bool is_line(const char *text) {
    for (const char *at = text; *at; at++)
        if (iscntrl((unsigned char)*at))
            return false;
    return strlen(text) < BRG_KEPT_TEXT;
}

bool brg_kept_set_text(brg_kept *kept, const char *name, const char *text) {
    if (!is_name(name) || !is_line(text))
        return false;
    int i = find(kept, name);
    if (i < kept->count && strcmp(kept->values[i].text, text) == 0)
        return true;
    if (i == BRG_KEPT_VALUES)
        return false;
    if (i == kept->count)
        kept->count++;
    brg_kept_value *value = &kept->values[i];
    snprintf(value->name, sizeof value->name, "%s", name);
    snprintf(value->text, sizeof value->text, "%s", text);
    kept->changed = true;
    return true;
}

bool brg_kept_set_number(brg_kept *kept, const char *name, double number) {
    char text[32];
    snprintf(text, sizeof text, "%.9g", number);
    return brg_kept_set_text(kept, name, text);
}
