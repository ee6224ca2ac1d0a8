/* What the lab counts words with, and the processes it counts them by. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <criterion/criterion.h>

#include "lab/children.h"
#include "lab/state.h"
#include "lab/words.h"

enum { SIZE = 200000, VOCABULARY = 5000 };

static brg_lab_tally count(const char *text, int64_t from, int64_t to) {
    brg_lab_tally tally = {0};
    cr_assert(brg_lab_tally_text(&tally, 1, text, from, to));
    return tally;
}

/* ---- text -------------------------------------------------------------------------------------- */

Test(lab_text, is_the_same_for_the_same_seed) {
    char *once = brg_lab_text_make(7, SIZE, VOCABULARY),
         *again = brg_lab_text_make(7, SIZE, VOCABULARY);
    char *other = brg_lab_text_make(8, SIZE, VOCABULARY);
    cr_assert(once && again && other);
    cr_expect_eq(strlen(once), SIZE);
    cr_expect_str_eq(once, again);
    cr_expect_str_neq(once, other);
    free(once);
    free(again);
    free(other);
}

/* Zipf: the second word is half as frequent as the first, the tenth a tenth. The first of 5000 has 1 of 9.1
 * words; of some 40 000 words in the text its count has a standard deviation of 1.4 %. */
Test(lab_text, follows_zipf) {
    char *text = brg_lab_text_make(1, SIZE, VOCABULARY);
    brg_lab_tally tally = count(text, 0, SIZE);
    int64_t largest[10] = {0};
    for (int32_t i = 0; i < tally.room; i++) {
        int64_t here = tally.places[i].count;
        for (int32_t k = 0; k < 10; k++)
            if (here > largest[k]) {
                int64_t held = largest[k];
                largest[k] = here;
                here = held;
            }
    }
    cr_expect_gt(largest[0], 1.8 * (double)largest[1]);
    cr_expect_lt(largest[0], 2.2 * (double)largest[1]);
    cr_expect_gt(largest[0], 8.5 * (double)largest[9]);
    cr_expect_lt(largest[0], 11.5 * (double)largest[9]);
    cr_expect_gt(tally.words, VOCABULARY / 2);
    cr_expect_leq(tally.words, VOCABULARY + 1); /* and what the end cut off */
    brg_lab_tally_clear(&tally);
    free(text);
}

Test(lab_text, is_cut_where_one_likes) {
    const char text[] = "one two  three";
    const int64_t size = (int64_t)strlen(text);
    cr_expect_eq(brg_lab_text_cut(text, size, 0, false), 0);
    cr_expect_eq(brg_lab_text_cut(text, size, 1, false), 3);
    cr_expect_eq(brg_lab_text_cut(text, size, 8, false), 8);
    cr_expect_eq(brg_lab_text_cut(text, size, 10, false), size);
    cr_expect_eq(brg_lab_text_cut(text, size, 3, true), 5);
    cr_expect_eq(brg_lab_text_cut(text, size, 1, true), 1);
    cr_expect_eq(brg_lab_text_cut(text, size, size, true), size);
}

/* ---- counts ------------------------------------------------------------------------------------ */

Test(lab_tally, counts_words) {
    const char text[] =
        "to be, or not to be\nA_letter to averyverylongwordindeed averyverylongwordthere";
    brg_lab_tally tally = count(text, 0, (int64_t)strlen(text));
    cr_expect_eq(brg_lab_tally_find(&tally, "to"), 3);
    cr_expect_eq(brg_lab_tally_find(&tally, "be"), 2);
    cr_expect_eq(brg_lab_tally_find(&tally, "letter"), 1);
    cr_expect_eq(brg_lab_tally_find(&tally, "a"), 0);
    cr_expect_eq(brg_lab_tally_find(&tally, "averyverylongword"), 2); /* the first 16 letters */
    cr_expect_eq(tally.words, 6);
    brg_lab_tally_clear(&tally);
    cr_expect_eq(brg_lab_tally_find(&tally, "to"), 0);
}

Test(lab_tally, parts_and_chunks_hold_the_same_words) {
    enum { PARTS = 3, CHUNKS = 5 };
    char *text = brg_lab_text_make(3, SIZE, VOCABULARY);
    brg_lab_tally whole = count(text, 0, SIZE), parts[PARTS] = {0}, sum = {0};
    for (int64_t c = 0; c < CHUNKS; c++)
        cr_assert(brg_lab_tally_text(parts, PARTS, text,
                                     brg_lab_text_cut(text, SIZE, SIZE * c / CHUNKS, false),
                                     brg_lab_text_cut(text, SIZE, SIZE * (c + 1) / CHUNKS, false)));
    cr_expect_eq(brg_lab_tally_differences(parts, PARTS, &whole), 0);
    for (int32_t p = 0; p < PARTS; p++)
        for (int32_t i = 0; i < parts[p].room; i++)
            if (parts[p].places[i].count)
                cr_assert(brg_lab_tally_add(&sum, &parts[p].places[i]));
    cr_expect_eq(brg_lab_tally_differences(&sum, 1, &whole), 0);
    brg_lab_tally_clear(&sum);
    for (int32_t p = 0; p < PARTS; p++)
        brg_lab_tally_clear(&parts[p]);
    brg_lab_tally_clear(&whole);
    free(text);
}

/* Room that was made is not left, and what was there before is kept. */
Test(lab_tally, room_can_be_made) {
    char *text = brg_lab_text_make(3, SIZE, VOCABULARY);
    brg_lab_tally whole = count(text, 0, SIZE), other = count(text, 0, SIZE / 2);
    cr_expect(brg_lab_tally_reserve(&other, whole.words));
    const brg_lab_word *places = other.places;
    cr_expect(brg_lab_tally_text(&other, 1, text, SIZE / 2, SIZE));
    cr_expect_eq(other.places, places);
    cr_expect_leq(2 * other.words, other.room);
    cr_expect_eq(brg_lab_tally_find(&other, "nosuchword"), 0);
    brg_lab_tally_clear(&whole);
    brg_lab_tally_clear(&other);
    free(text);
}

Test(lab_tally, differences_are_seen) {
    brg_lab_tally a = count("x y y z", 0, 7), b = count("x y z q", 0, 7), none = {0};
    cr_expect_eq(brg_lab_tally_differences(&a, 1, &a), 0);
    cr_expect_eq(brg_lab_tally_differences(&a, 1, &b), 2); /* y, q */
    cr_expect_eq(brg_lab_tally_differences(&b, 1, &a), 2);
    cr_expect_eq(brg_lab_tally_differences(&none, 1, &a), 3);
    cr_expect_eq(brg_lab_tally_differences(&a, 1, &none), 3);
    brg_lab_tally_clear(&a);
    brg_lab_tally_clear(&b);
}

/* ---- processes --------------------------------------------------------------------------------- */

static bool square(int32_t index, int out, void *argument) {
    int32_t values[20000];
    (void)argument;
    for (int32_t i = 0; i < 20000; i++)
        values[i] = index * index + i; /* more than fits a pipe */
    return brg_lab_write_all(out, values, sizeof values);
}

static bool check_square(int32_t index, int in, void *argument) {
    int32_t values[20000];
    if (!brg_lab_read_all(in, values, sizeof values) || values[19999] != index * index + 19999)
        return false;
    ++*(int32_t *)argument;
    return true;
}

static bool fail_second(int32_t index, int out, void *argument) {
    (void)out, (void)argument;
    return index != 1;
}

Test(lab_children, send_what_they_made) {
    brg_lab lab = {0};
    int32_t collected = 0;
    double wall = brg_lab_children_run(
        &lab, &(brg_lab_children){
                  .count = 3, .work = square, .collect = check_square, .argument = &collected});
    cr_expect(wall > 0 && wall < 60);
    cr_expect_eq(collected, 3);
    cr_expect_eq(lab.error.status, BRG_OK);
}

Test(lab_children, failures_are_told) {
    brg_lab lab = {0};
    cr_expect(
        isnan(brg_lab_children_run(&lab, &(brg_lab_children){.count = 2, .work = fail_second})));
    cr_expect_eq(lab.error.status, BRG_E_INTERNAL);
    cr_expect_str_eq(lab.error.what, "A process did not end as it should.");
}

static bool do_nothing(int32_t index, int out, void *argument) {
    (void)index, (void)out, (void)argument;
    return true;
}

/* Faults that writing to all of it costs after a child has come and gone. */
static int64_t faults_after_child(char *memory, size_t size) {
    brg_lab lab = {0};
    struct rusage before, after;
    memset(memory, 1, size);
    cr_assert(brg_lab_children_run(&lab, &(brg_lab_children){.count = 1, .work = do_nothing}) > 0);
    getrusage(RUSAGE_SELF, &before);
    memset(memory, 2, size);
    getrusage(RUSAGE_SELF, &after);
    return after.ru_minflt - before.ru_minflt;
}

/* What a fork shares costs a fault for each page of 4 KiB; what is kept, none. */
Test(lab_children, do_not_touch_what_is_kept) {
    enum { PAGES = 4096, SIZE_OF_ALL = PAGES * 4096 };
    char *memory = brg_lab_kept_memory(SIZE_OF_ALL);
    cr_assert(memory);
    cr_expect_eq(memory[SIZE_OF_ALL - 1], 0);
    cr_expect_lt(faults_after_child(memory, SIZE_OF_ALL), PAGES / 2);
    brg_lab_kept_memory_free(memory, SIZE_OF_ALL);
    brg_lab_kept_memory_free(NULL, 0);
}
