/* Words and their counts. See words.h. */
#include "lab/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"

/* ---- text -------------------------------------------------------------------------------------- */

static const char consonants[] = "bcdfghklmnprstvw", vowels[] = "aeiou";

enum { CONSONANTS = sizeof consonants - 1, VOWELS = sizeof vowels - 1 };
enum { SYLLABLES = CONSONANTS * VOWELS, LONGEST = 8, WORDS_IN_LINE = 12 };

/* The rank-th word: the more frequent, the fewer syllables, and no word twice. 37 has no factor in common with
 * the number of syllables, so that neighbours do not look alike. Returns its length. */
static int32_t spell(int32_t rank, char *word) {
    int32_t syllables = 1, length = 0;
    int64_t fit = SYLLABLES, number = rank;
    for (; number >= fit && syllables < LONGEST; syllables++, fit *= SYLLABLES)
        number -= fit;
    for (int32_t i = 0; i < syllables; i++, number /= SYLLABLES) {
        const int64_t syllable = (37 * number + 11) % SYLLABLES;
        word[length++] = consonants[syllable / VOWELS];
        word[length++] = vowels[syllable % VOWELS];
    }
    return length;
}

/* sums[r]: the part of all words that are among the r + 1 most frequent. */
static double *zipf_sums(int32_t vocabulary) {
    double *sums = malloc((size_t)vocabulary * sizeof *sums), total = 0;
    for (int32_t r = 0; sums && r < vocabulary; r++)
        sums[r] = total += 1.0 / (r + 1);
    for (int32_t r = 0; sums && r < vocabulary; r++)
        sums[r] /= total;
    return sums;
}

/* The first rank whose sum is above `share`, by halving. */
static int32_t rank_at(const double *sums, int32_t vocabulary, double share) {
    int32_t low = 0, high = vocabulary - 1;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (sums[middle] > share)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

char *brg_lab_text_make(uint64_t seed, int64_t size, int32_t vocabulary) {
    char *text = malloc((size_t)size + 1);
    double *sums = zipf_sums(vocabulary);
    int64_t at = 0;
    for (uint64_t i = 0; text && sums && at < size; i++) {
        char word[2 * LONGEST];
        const int32_t rank = rank_at(sums, vocabulary, brg_random_unit(seed, i));
        const int64_t length = spell(rank, word), left = size - at;
        const int64_t taken = length < left ? length : left;
        memcpy(text + at, word, (size_t)taken);
        at += taken;
        if (at < size)
            text[at++] = (i + 1) % WORDS_IN_LINE ? ' ' : '\n';
    }
    free(sums);
    if (!sums) {
        free(text);
        return NULL;
    }
    if (text)
        text[size] = '\0';
    return text;
}

static bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

int64_t brg_lab_text_cut(const char *text, int64_t size, int64_t at, bool inside) {
    while (at > 0 && at < size && (is_letter(text[at - 1]) && is_letter(text[at])) != inside)
        at++;
    return at < size ? at : size;
}

/* ---- counts ------------------------------------------------------------------------------------ */

/* The low half says where in a table, the high half in which one. */
static uint64_t hash_of(const char letters[BRG_LAB_WORD_LETTERS]) {
    uint64_t halves[2];
    memcpy(halves, letters, sizeof halves);
    return brg_random_bits(halves[0], halves[1]);
}

/* Where the word is, or would be. */
static brg_lab_word *place_of(const brg_lab_tally *tally, const char *letters, uint64_t hash) {
    const uint32_t mask = (uint32_t)tally->room - 1;
    uint32_t at = (uint32_t)hash & mask;
    while (tally->places[at].count &&
           memcmp(tally->places[at].letters, letters, BRG_LAB_WORD_LETTERS) != 0)
        at = (at + 1) & mask;
    return &tally->places[at];
}

/* Moves all words to a table of so many places. */
static bool move_to(brg_lab_tally *tally, int32_t room) {
    brg_lab_tally larger = {.room = room, .words = tally->words};
    larger.places = calloc((size_t)larger.room, sizeof *larger.places);
    if (!larger.places)
        return false;
    for (int32_t i = 0; i < tally->room; i++) {
        const brg_lab_word *word = &tally->places[i];
        if (word->count)
            *place_of(&larger, word->letters, hash_of(word->letters)) = *word;
    }
    free(tally->places);
    *tally = larger;
    return true;
}

bool brg_lab_tally_reserve(brg_lab_tally *tally, int32_t words) {
    enum { FIRST = 256 };
    int32_t room = tally->room ? tally->room : FIRST;
    while (room / 2 < words && room <= INT32_MAX / 2)
        room *= 2;
    return room == tally->room || move_to(tally, room);
}

static bool add(brg_lab_tally *tally, const char *letters, uint64_t hash, int64_t count) {
    if (!brg_lab_tally_reserve(tally, tally->words + 1))
        return false;
    brg_lab_word *place = place_of(tally, letters, hash);
    if (!place->count) {
        memcpy(place->letters, letters, BRG_LAB_WORD_LETTERS);
        tally->words++;
    }
    place->count += count;
    return true;
}

bool brg_lab_tally_add(brg_lab_tally *tally, const brg_lab_word *word) {
    return add(tally, word->letters, hash_of(word->letters), word->count);
}

bool brg_lab_tally_text(brg_lab_tally *tallies, int32_t parts, const char *text, int64_t from,
                        int64_t to) {
    for (int64_t at = from; at < to;) {
        char letters[BRG_LAB_WORD_LETTERS] = {0};
        int64_t length = 0;
        for (; at < to && is_letter(text[at]); at++, length++)
            if (length < BRG_LAB_WORD_LETTERS)
                letters[length] = text[at];
        at++;
        if (length == 0)
            continue;
        const uint64_t hash = hash_of(letters);
        if (!add(&tallies[(hash >> 32) % (uint64_t)parts], letters, hash, 1))
            return false;
    }
    return true;
}

int64_t brg_lab_tally_find(const brg_lab_tally *tally, const char *letters) {
    char padded[BRG_LAB_WORD_LETTERS] = {0};
    memcpy(padded, letters, strnlen(letters, BRG_LAB_WORD_LETTERS));
    return tally->room ? place_of(tally, padded, hash_of(padded))->count : 0;
}

int64_t brg_lab_tally_differences(const brg_lab_tally *tallies, int32_t parts,
                                  const brg_lab_tally *expected) {
    int64_t different = 0, met = 0;
    for (int32_t p = 0; p < parts; p++)
        for (int32_t i = 0; i < tallies[p].room; i++) {
            const brg_lab_word *word = &tallies[p].places[i];
            if (!word->count)
                continue;
            const int64_t count =
                expected->room ? place_of(expected, word->letters, hash_of(word->letters))->count
                               : 0;
            different += word->count != count;
            met += count > 0;
        }
    return different + expected->words - met;
}

void brg_lab_tally_clear(brg_lab_tally *tally) {
    free(tally->places);
    *tally = (brg_lab_tally){0};
}
