/* Words: how an op's make() reads its call, "n=1000000 dtype=f32 exclusive". A table names the
 * words; a flag stands alone, any other word has "=" and its value. */
#ifndef BRIGADE_OPS_WORDS_H
#define BRIGADE_OPS_WORDS_H

#include "brigade/tensor.h"

typedef enum brg_word_kind {
    BRG_WORD_INTEGER, /* int64_t */
    BRG_WORD_NUMBER,  /* double */
    BRG_WORD_FLAG,    /* bool, true when the word is there */
    BRG_WORD_CHOICE,  /* int32_t, the place of the value in `choices` */
    BRG_WORD_SIZES    /* brg_word_sizes: "8x64x56x56" */
} brg_word_kind;

typedef struct brg_word_sizes {
    int32_t count;
    int64_t values[BRG_MAX_RANK];
} brg_word_sizes;

typedef struct brg_word {
    const char *name;
    brg_word_kind kind;
    size_t offset;       /* of the value in the struct that brg_words_read fills */
    double lo, hi;       /* of an integer, a number, or each of the sizes */
    const char *choices; /* of a choice: names with '|' between, "f32|f16" */
} brg_word;

/* Reads the words of `text` into the struct at `out`, which holds the defaults. BRG_E_ARGUMENT for
 * a word that is not in the table, malformed or out of range; the hint names the words there are.
 */
brg_status brg_words_read(const char *op, const char *text, const brg_word *words, int32_t count,
                          void *out, brg_error *error);

#endif
