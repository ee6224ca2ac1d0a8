/* Escaping. See brigade/markup.h. */
#include "brigade/markup.h"

#include <stdbool.h>

/* Bytes of the UTF-8 character at text; 0 if there is none. */
static int character_length(const char *text) {
    const unsigned char first = (unsigned char)text[0];
    const int length = first < 0x80   ? 1
                       : first < 0xc2 ? 0
                       : first < 0xe0 ? 2
                       : first < 0xf0 ? 3
                                      : 4;
    if (first > 0xf4)
        return 0;
    for (int i = 1; i < length; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
    const unsigned char second = length > 1 ? (unsigned char)text[1] : 0;
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool surrogate = first == 0xed && second > 0x9f;
    return overlong || surrogate || (first == 0xf4 && second > 0x8f) ? 0 : length;
}

static const char *entity_of(char character) {
    switch (character) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void brg_markup_put(FILE *out, const char *text) {
    while (text && *text) {
        const int length = character_length(text);
        const char *entity = entity_of(*text);
        if (entity)
            fputs(entity, out);
        else if (length == 0)
            fputc('?', out);
        else if (length > 1 || ((unsigned char)*text >= 0x20 && *text != 0x7f))
            fwrite(text, 1, (size_t)length, out);
        text += length ? length : 1;
    }
}
