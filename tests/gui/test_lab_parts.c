/* The lab's parts that need no window: words, the filter, gauges, and spans sorted into pictures. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "lab/gauge.h"
#include "lab/memory.h"
#include "lab/phrases.h"
#include "lab/pictures.h"

/* ---- words ----------------------------------------------------------------------------------- */

static void expect_number(double value, const char *unit, const char *expected) {
    char text[BRG_LAB_PHRASE];
    cr_expect_str_eq(brg_lab_phrase_number(value, unit, text), expected);
}

Test(lab_phrases, numbers_have_three_digits_and_a_unit) {
    expect_number(1.594, "x", "1.59 x");
    expect_number(4, "", "4");
    expect_number(0, "%", "0 %");
    expect_number(-0.4666, "points", "-0.47 points");
    expect_number(0.01234, "ms", "0.0123 ms");
    expect_number(16.84, "ms", "16.8 ms");
    expect_number(118.7, "ms", "119 ms");
    expect_number(12345, "ns", "12,300 ns");
    expect_number(-1234567, "", "-1,230,000");
    expect_number(2.5e12, "", "2.5e+12");
    expect_number(1e-7, "s", "1e-07 s");
}

Test(lab_phrases, what_is_no_number_is_a_dash) {
    expect_number((double)NAN, "ms", "-");
    expect_number((double)INFINITY, "ms", "-");
}

Test(lab_phrases, ranges_say_where_a_number_must_lie) {
    char text[BRG_LAB_PHRASE];
    const brg_lab_question above = {.unit = "x", BRG_LAB_ABOVE(1.2)};
    const brg_lab_question below = {.unit = "ms", BRG_LAB_BELOW(25)};
    const brg_lab_question within = {.unit = "x", BRG_LAB_WITHIN(0.85, 1.1)};
    cr_expect_str_eq(brg_lab_phrase_range(&above, text), "at least 1.2 x");
    cr_expect_str_eq(brg_lab_phrase_range(&below, text), "at most 25 ms");
    cr_expect_str_eq(brg_lab_phrase_range(&within, text), "0.85 to 1.1 x");
}

Test(lab_phrases, an_interval_is_shown_if_there_is_one) {
    char text[BRG_LAB_PHRASE];
    const brg_lab_estimate some = {1.6, 1.55, 1.62, 9}, exact = {3, 3, 3, 1};
    const brg_lab_estimate none = {2, (double)NAN, (double)NAN, 2};
    cr_expect_str_eq(brg_lab_phrase_interval(&some, text), "1.55 to 1.62");
    cr_expect_str_eq(brg_lab_phrase_interval(&exact, text), "");
    cr_expect_str_eq(brg_lab_phrase_interval(&none, text), "");
}

Test(lab_phrases, a_filter_finds_numbers_words_articles_and_verdicts) {
    const brg_lab_claim claim = {.id = "16",
                                 .slug = "amdahl",
                                 .title = "Amdahl's law: the serial part limits the speedup",
                                 .articles = "A2 A3"};
    const brg_lab_verdict verdict = BRG_LAB_REFUTED;
    cr_expect(brg_lab_phrase_match(&claim, verdict, ""));
    cr_expect(brg_lab_phrase_match(&claim, verdict, "16"));
    cr_expect(brg_lab_phrase_match(&claim, verdict, "  SERIAL  law "));
    cr_expect(brg_lab_phrase_match(&claim, verdict, "a3"));
    cr_expect(brg_lab_phrase_match(&claim, verdict, "refut speedup"));
    cr_expect_not(brg_lab_phrase_match(&claim, verdict, "6"), "not a part of the number");
    cr_expect_not(brg_lab_phrase_match(&claim, verdict, "3"), "not a part of an article's tag");
    cr_expect_not(brg_lab_phrase_match(&claim, verdict, "serial kitchen"), "every word counts");
    cr_expect_not(brg_lab_phrase_match(&claim, verdict, "confirmed"));
}

/* ---- gauges ---------------------------------------------------------------------------------- */

Test(lab_gauge, what_is_in_the_range_is_drawn_in_it) {
    const brg_lab_question q = {BRG_LAB_WITHIN(0.9, 1.1)};
    const brg_lab_estimate e = {1, 0.98, 1.02, 20};
    brg_gauge g = brg_gauge_of(&q, &e);
    cr_expect(0 < g.from && g.from < g.low && g.low < g.value && g.value < g.high &&
              g.high < g.to && g.to < 1);
    cr_expect_not(g.open_below);
    cr_expect_not(g.open_above);
}

Test(lab_gauge, a_range_without_a_limit_goes_to_the_end) {
    const brg_lab_question above = {BRG_LAB_ABOVE(2)}, below = {BRG_LAB_BELOW(25)};
    const brg_lab_estimate e = {1.2, 1.1, 1.3, 6};
    brg_gauge g = brg_gauge_of(&above, &e);
    cr_expect(g.open_above && g.to == 1 && g.value < g.from);
    g = brg_gauge_of(&below, &e);
    cr_expect(g.open_below && g.from == 0 && g.value < g.to);
}

Test(lab_gauge, far_numbers_are_on_a_logarithmic_line) {
    const brg_lab_question q = {BRG_LAB_ABOVE(2)};
    const brg_lab_estimate e = {2000, 1000, 4000, 6};
    brg_gauge g = brg_gauge_of(&q, &e);
    cr_expect_float_eq(g.value - g.low, g.high - g.value, 1e-9);
    cr_expect(g.from > 0.05 && g.from < g.low && g.high < 1);
}

Test(lab_gauge, an_unknown_number_is_not_drawn) {
    const brg_lab_question q = {BRG_LAB_ABOVE(2)};
    const brg_lab_estimate e = {(double)NAN, (double)NAN, (double)NAN, 0};
    brg_gauge g = brg_gauge_of(&q, &e);
    cr_expect(isnan(g.value) && isnan(g.low) && isnan(g.high));
    cr_expect(g.from > 0 && g.from < 1);
}

Test(lab_gauge, numbers_that_are_all_zero_have_a_line_too) {
    const brg_lab_question q = {BRG_LAB_BELOW(0)};
    const brg_lab_estimate e = {0, 0, 0, 1};
    brg_gauge g = brg_gauge_of(&q, &e);
    cr_expect(g.value > 0 && g.value < 1 && g.to == g.value);
}

/* ---- pictures -------------------------------------------------------------------------------- */

static brg_lab_span span(const char *picture, const char *lane, const char *name, double from,
                         double to) {
    brg_lab_span made = {.start_s = from, .end_s = to};
    snprintf(made.picture, sizeof made.picture, "%s", picture);
    snprintf(made.lane, sizeof made.lane, "%s", lane);
    snprintf(made.name, sizeof made.name, "%s", name);
    return made;
}

Test(lab_pictures, spans_are_sorted_by_picture_and_lane) {
    brg_lab_span spans[] = {span("two", "chef 1", "soup", 0, 1),
                            span("one", "chef 1", "stew", 0, 3),
                            span("two", "chef 2", "stew", 0, 2)};
    brg_lab_setting settings[] = {{.name = "one"}, {.name = "two"}};
    brg_lab_result result = {
        .spans = spans, .span_count = 3, .settings = settings, .setting_count = 2};
    brg_lab_pictures p = {0};
    brg_lab_pictures_sort(&p, &result);
    cr_assert_eq(p.count, 2);
    cr_expect_str_eq(p.pictures[0].name, "one", "settings give the order, not chance");
    cr_expect_eq(brg_lab_lane_count(p.pictures[0].lanes), 1);
    cr_expect_eq(brg_lab_lane_count(p.pictures[1].lanes), 2);
    cr_expect_eq(p.places[2].picture, 1);
    cr_expect_eq(brg_lab_lane_rank(p.pictures[1].lanes, p.places[2].lane), 1);
    cr_expect_eq(p.places[1].colour, p.places[2].colour, "stew looks like stew everywhere");
    cr_expect_neq(p.places[0].colour, p.places[1].colour);
    cr_expect(p.shared);
    cr_expect_float_eq(brg_lab_pictures_scale(&p, 1), 3, 1e-12);
    brg_lab_pictures_clear(&p);
}

Test(lab_pictures, lengths_far_apart_have_scales_of_their_own) {
    brg_lab_span spans[] = {span("short", "a", "x", 0, 0.001), span("long", "a", "x", 0, 5)};
    brg_lab_result result = {.spans = spans, .span_count = 2};
    brg_lab_pictures p = {0};
    brg_lab_pictures_sort(&p, &result);
    cr_expect_not(p.shared);
    cr_expect_float_eq(brg_lab_pictures_scale(&p, 0), 0.001, 1e-12);
    brg_lab_pictures_clear(&p);
}

Test(lab_pictures, what_makes_no_sense_is_left_out) {
    brg_lab_span spans[] = {span("p", "a", "x", 2, 1), span("p", "a", "x", 0, (double)NAN),
                            span("p", "a", "x", -1, 1), span("p", "a", "x", 1, 2)};
    brg_lab_result result = {.spans = spans, .span_count = 4};
    brg_lab_pictures p = {0};
    brg_lab_pictures_sort(&p, &result);
    cr_expect_eq(p.count, 1);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(p.places[i].picture, -1);
    cr_expect_eq(p.places[3].picture, 0);
    brg_lab_pictures_clear(&p);
}

Test(lab_pictures, more_than_there_is_room_for_are_left_out) {
    enum { MANY = 3 * BRG_PICTURE_LANES };
    static brg_lab_span spans[MANY];
    for (int i = 0; i < MANY; i++) {
        char lane[16];
        snprintf(lane, sizeof lane, "lane %d", i);
        spans[i] = span("p", lane, lane, 0, 1);
    }
    brg_lab_result result = {.spans = spans, .span_count = MANY};
    brg_lab_pictures p = {0};
    brg_lab_pictures_sort(&p, &result);
    cr_expect_eq(brg_lab_lane_count(p.pictures[0].lanes), BRG_PICTURE_LANES);
    cr_expect_eq(p.places[MANY - 1].picture, -1);
    brg_lab_pictures_clear(&p);
}

/* ---- what is remembered ---------------------------------------------------------------------- */

static brg_lab_result refuted(const char *sentence) {
    brg_lab_result result = {.claim = brg_lab_claim_find("24"),
                             .state = BRG_LAB_ENDED,
                             .verdict = BRG_LAB_REFUTED,
                             .device = "pthread; two"};
    snprintf(result.sentence, sizeof result.sentence, "%s", sentence);
    return result;
}

Test(lab_memory, a_verdict_is_kept_with_its_reason_date_and_device) {
    brg_kept kept = {0};
    const brg_lab_result result = refuted("It is 1 x.");
    char text[256];
    brg_lab_memory_keep(&result, 1795000000, &kept);
    const brg_lab_memory memory = brg_lab_memory_recall(&kept, "24");
    cr_expect_eq(memory.verdict, BRG_LAB_REFUTED);
    cr_expect_str_eq(memory.sentence, "It is 1 x.");
    cr_expect_str_eq(memory.device, "pthread; two");
    cr_expect_eq(strlen(memory.when), 16);
    cr_expect_eq(strncmp(memory.when, "2026-11-1", 9), 0, "%s", memory.when);
    brg_lab_memory_source(&memory, text, sizeof text);
    cr_expect(strstr(text, " on pthread; two, not since"), "%s", text);
    cr_expect_eq(brg_lab_memory_recall(&kept, "2").verdict, BRG_LAB_UNDECIDED);
}

Test(lab_memory, what_did_not_end_leaves_what_was_there) {
    brg_kept kept = {0};
    brg_lab_result result = refuted("first");
    brg_lab_memory_keep(&result, 1795000000, &kept);
    snprintf(result.sentence, sizeof result.sentence, "second");
    result.interrupted = true;
    brg_lab_memory_keep(&result, 1795000000, &kept);
    result.interrupted = false;
    result.state = BRG_LAB_RUNNING;
    brg_lab_memory_keep(&result, 1795000000, &kept);
    result.claim = NULL;
    brg_lab_memory_keep(&result, 1795000000, &kept);
    cr_expect_str_eq(brg_lab_memory_recall(&kept, "24").sentence, "first");
}

Test(lab_memory, a_long_reason_is_cut) {
    brg_kept kept = {0};
    char sentence[600];
    memset(sentence, 'x', sizeof sentence - 1);
    sentence[sizeof sentence - 1] = '\0';
    const brg_lab_result result = refuted(sentence);
    brg_lab_memory_keep(&result, 1795000000, &kept);
    const brg_lab_memory memory = brg_lab_memory_recall(&kept, "24");
    cr_expect_eq(strlen(memory.sentence), BRG_KEPT_TEXT - 1);
    cr_expect_str_eq(memory.sentence + BRG_KEPT_TEXT - 5, " ...");
}

Test(lab_memory, foreign_values_are_no_verdict) {
    static const char *const texts[] = {"",
                                        "CONFIRMED",
                                        "2026-11-21 19:40",
                                        "2026-11-21 19:40 SURE; cpu",
                                        "2026-11-21 19:40 CONFIRMED",
                                        "2026-11-21 19:40 UNDECIDED; cpu",
                                        "26-1-1 9:4 CONFIRMED; cpu",
                                        "yesterday CONFIRMED; cpu"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        brg_kept kept = {0};
        brg_kept_set_text(&kept, "lab.verdict.24", texts[i]);
        cr_expect_eq(brg_lab_memory_recall(&kept, "24").verdict, BRG_LAB_UNDECIDED, "%s", texts[i]);
    }
}
