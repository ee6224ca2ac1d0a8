/* Reading an op's words. */
#include "ops/words.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_TEXT = 96 };

static bool in_range(const brg_word *word, double value) {
    return value >= word->lo && value <= word->hi;
}

/* A whole number, perhaps written as "1e6". */
static bool read_integer(const brg_word *word, const char *text, char **end, int64_t *out) {
    double value = strtod(text, end);
    if (*end == text || !in_range(word, value) || value != floor(value) || fabs(value) > 0x1p53)
        return false;
    *out = (int64_t)value;
    return true;
}

static bool read_sizes(const brg_word *word, const char *text, brg_word_sizes *out) {
    for (out->count = 0; out->count < BRG_MAX_RANK;) {
        char *end;
        if (!(*text >= '0' && *text <= '9'))
            return false;
        long long value = strtoll(text, &end, 10);
        if (!in_range(word, (double)value))
            return false;
        out->values[out->count++] = value;
        if (*end == 0)
            return true;
        if (*end != 'x')
            return false;
        text = end + 1;
    }
    return false;
}

static bool read_choice(const brg_word *word, const char *text, int32_t *out) {
    const char *choice = word->choices;
    size_t wanted = strlen(text);
    for (int32_t i = 0; *choice; i++) {
        size_t length = strcspn(choice, "|");
        if (length == wanted && strncmp(choice, text, length) == 0) {
            *out = i;
            return true;
        }
        choice += length + (choice[length] == '|');
    }
    return false;
}

static bool read_value(const brg_word *word, const char *text, void *out) {
    char *end = NULL;
    switch (word->kind) {
    case BRG_WORD_INTEGER:
        return read_integer(word, text, &end, out) && *end == 0;
    case BRG_WORD_NUMBER:
        *(double *)out = strtod(text, &end);
        return end != text && *end == 0 && in_range(word, *(double *)out);
    case BRG_WORD_CHOICE:
        return read_choice(word, text, out);
    case BRG_WORD_SIZES:
        return read_sizes(word, text, out);
    case BRG_WORD_FLAG:
        break;
    }
    return false;
}

static void name_words(const char *op, const brg_word *words, int32_t count, brg_error *error) {
    char list[BRG_ERROR_TEXT - 48] = "";
    for (int32_t i = 0; i < count; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s%s%s", i ? ", " : "", words[i].name,
                 words[i].kind == BRG_WORD_FLAG ? "" : "=",
                 words[i].kind == BRG_WORD_CHOICE ? words[i].choices : "");
    }
    brg_error_hint(error, "%s takes: %s.", op, list);
}

static brg_status refuse(const char *op, const char *text, const brg_word *word,
                         const brg_word *words, int32_t count, brg_error *error) {
    if (!word)
        brg_fail(error, BRG_E_ARGUMENT, "%s does not know the word \"%s\"", op, text);
    else if (word->kind == BRG_WORD_CHOICE)
        brg_fail(error, BRG_E_ARGUMENT, "%s is one of %s, not \"%s\"", word->name, word->choices,
                 text);
    else if (word->kind == BRG_WORD_FLAG)
        brg_fail(error, BRG_E_ARGUMENT, "\"%s\" of %s stands alone, without a value", word->name,
                 op);
    else
        brg_fail(error, BRG_E_ARGUMENT, "%s takes %s from %.9g to %.9g, not \"%s\"", word->name,
                 word->kind == BRG_WORD_NUMBER    ? "a number"
                 : word->kind == BRG_WORD_INTEGER ? "a whole number"
                                                  : "sizes such as 4x3, each",
                 word->lo, word->hi, text);
    name_words(op, words, count, error);
    return BRG_E_ARGUMENT;
}

static const brg_word *find_word(const brg_word *words, int32_t count, const char *name,
                                 size_t length) {
    for (int32_t i = 0; i < count; i++)
        if (strlen(words[i].name) == length && strncmp(words[i].name, name, length) == 0)
            return &words[i];
    return NULL;
}

static brg_status read_word(const char *op, const char *text, const brg_word *words, int32_t count,
                            void *out, brg_error *error) {
    size_t length = strcspn(text, "=");
    const char *value = text[length] ? text + length + 1 : NULL;
    const brg_word *word = find_word(words, count, text, length);
    if (!word)
        return refuse(op, text, NULL, words, count, error);
    void *place = (char *)out + word->offset;
    if (word->kind == BRG_WORD_FLAG && !value) {
        *(bool *)place = true;
        return BRG_OK;
    }
    if (value && read_value(word, value, place))
        return BRG_OK;
    return refuse(op, value ? value : "", word, words, count, error);
}

brg_status brg_words_read(const char *op, const char *text, const brg_word *words, int32_t count,
                          void *out, brg_error *error) {
    while (*(text += strspn(text, " "))) {
        char one[WORD_TEXT];
        size_t length = strcspn(text, " ");
        snprintf(one, sizeof one, "%.*s", (int)length, text);
        if (length >= sizeof one)
            return brg_fail(error, BRG_E_ARGUMENT, "\"%s...\" is too long for a word of %s", one,
                            op);
        brg_status status = read_word(op, one, words, count, out, error);
        if (status != BRG_OK)
            return status;
        text += length;
    }
    return BRG_OK;
}
