/* A text to count words in, and counts of words. The text is made of invented words whose frequencies follow
 * Zipf's law, as those of real texts do: the second word is half as frequent as the first, the third a
 * third. Words are letters a to z, everything else lies between them. */
#ifndef LAB_WORDS_H
#define LAB_WORDS_H

#include <stdbool.h>
#include <stdint.h>

enum { BRG_LAB_WORD_LETTERS = 16 };

/* A word and how often; padded with zeros. Of a longer word these are its first letters. */
typedef struct brg_lab_word {
    char letters[BRG_LAB_WORD_LETTERS];
    int64_t count;
} brg_lab_word;

/* Counts: a hash table with open addressing, at most half full. All zero: empty. */
typedef struct brg_lab_tally {
    brg_lab_word *places; /* count 0: free */
    int32_t room, words;
} brg_lab_tally;

/* `size` characters with `vocabulary` different words, the same for the same seed, followed by a zero. The
 * caller frees it; NULL if memory is short. */
char *brg_lab_text_make(uint64_t seed, int64_t size, int32_t vocabulary);

/* The first place from `at` on where no word is cut in two, or, with `inside`, where one is; at most `size`. */
int64_t brg_lab_text_cut(const char *text, int64_t size, int64_t at, bool inside);

/* Makes room for so many different words, so that the table need not grow on the way. False if memory is short. */
bool brg_lab_tally_reserve(brg_lab_tally *tally, int32_t words);

/* Adds a word as often as it counts. False if memory is short. */
bool brg_lab_tally_add(brg_lab_tally *tally, const brg_lab_word *word);

/* Counts the words of text[from .. to), each in one of `parts` tallies that its letters choose. False if
 * memory is short. */
bool brg_lab_tally_text(brg_lab_tally *tallies, int32_t parts, const char *text, int64_t from,
                        int64_t to);

/* How often a word was counted. */
int64_t brg_lab_tally_find(const brg_lab_tally *tally, const char *letters);

/* Words whose counts in `parts` tallies together differ from those in `expected`. No word is in two parts. */
int64_t brg_lab_tally_differences(const brg_lab_tally *tallies, int32_t parts,
                                  const brg_lab_tally *expected);

void brg_lab_tally_clear(brg_lab_tally *tally);

#endif
