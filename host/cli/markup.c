/* Escaping, numbers, and files that are yet to be written. */
#include "markup.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

void cli_markup_escaped(FILE *out, const char *text) {
    while (*text) {
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

const char *cli_markup_number(double value, char *text, size_t size) {
    if (isnan(value))
        snprintf(text, size, "not measured");
    else
        brg_lab_number_text(value, NULL, text, size);
    return text;
}

/* Whether a file can be made beside the one that is meant. */
static bool has_room_beside(const char *path, brg_error *error) {
    char beside[4096];
    if ((size_t)snprintf(beside, sizeof beside, "%s.%d", path, (int)getpid()) >= sizeof beside) {
        brg_fail(error, BRG_E_IO, "the file name %.80s... is too long", path);
        return false;
    }
    FILE *file = fopen(beside, "wb");
    if (!file || fclose(file) != 0) {
        brg_fail(error, BRG_E_IO, "cannot write %.400s: %s", path, strerror(errno));
        return false;
    }
    remove(beside);
    return true;
}

brg_status cli_markup_probe(const char *path, brg_error *error) {
    struct stat about;
    bool exists = stat(path, &about) == 0;
    if (exists && (S_ISDIR(about.st_mode) || access(path, W_OK) != 0))
        return brg_fail(error, BRG_E_IO, "cannot write %.400s: %s", path,
                        S_ISDIR(about.st_mode) ? "it is a folder" : strerror(errno));
    bool in_place = exists && !S_ISREG(about.st_mode); /* a pipe, a device */
    return in_place || has_room_beside(path, error) ? BRG_OK : BRG_E_IO;
}
