/* Samples: images of the test set, and what the model says of each: the probability of every class as a
 * bar. Those that are wrong are crossed out. */
#include <math.h>
#include <stdio.h>

#include "training/view.h"

static const float side = 46, bars_h = 28;

static void draw_bars(brg_training *training, const brg_train_sample *sample, brg_rect place) {
    int classes = training->course.now.classes;
    classes = classes > BRG_SAMPLE_CLASSES ? BRG_SAMPLE_CLASSES : classes < 1 ? 1 : classes;
    float step = place.w / (float)classes;
    for (int c = 0; c < classes; c++) {
        float p = fminf(fmaxf(sample->probabilities[c], 0), 1);
        float x = place.x + step * (float)c, h = fmaxf(p * place.h, 1);
        bool right = c == sample->label;
        brg_ui_fill(training->ui, (brg_rect){x, place.y + place.h - h, fmaxf(step - 1, 1), h}, 0,
                    right                    ? BRG_BLUE
                    : c == sample->predicted ? BRG_RED
                                             : BRG_FAINT);
        if (right)
            brg_ui_fill(training->ui, (brg_rect){x, place.y + place.h + 2, fmaxf(step - 1, 1), 2},
                        0, BRG_QUIET);
    }
}

static void draw_cross(brg_ui *ui, brg_rect r) {
    brg_ui_outline(ui, r, 0, BRG_RED);
    brg_ui_line(ui, r.x + r.w - 11, r.y + 3, r.x + r.w - 3, r.y + 11, BRG_RED);
    brg_ui_line(ui, r.x + r.w - 11, r.y + 11, r.x + r.w - 3, r.y + 3, BRG_RED);
}

static void draw_sample(brg_training *training, int i, brg_rect cell) {
    brg_ui *ui = training->ui;
    const brg_course *course = &training->course;
    const brg_train_sample *sample = &course->samples[i];
    bool wrong = sample->predicted != sample->label;
    brg_rect image = {cell.x + (cell.w - side) / 2, cell.y, side, side};
    float part = 1.0f / (float)course->sample_count;
    if (training->digits.name)
        brg_ui_image_part(ui, image, (brg_rect){part * (float)i, 0, part, 1}, training->digits.name,
                          training->digits.serial);
    if (wrong)
        draw_cross(ui, image);
    brg_rect words = {cell.x, cell.y + side + 3, cell.w, 16};
    if (wrong)
        brg_ui_textf(ui, words, BRG_FONT_SMALL, BRG_CENTRE, BRG_RED, "%d, not %d",
                     sample->predicted, sample->label);
    else
        brg_ui_textf(ui, words, BRG_FONT_SMALL, BRG_CENTRE, BRG_TEXT, "%d  %.0f %%",
                     sample->predicted, floor(100 * (double)sample->confidence));
    draw_bars(training, sample, (brg_rect){cell.x + 5, cell.y + side + 21, cell.w - 10, bars_h});
}

static int count_right(const brg_course *course) {
    int right = 0;
    for (int i = 0; i < course->sample_count; i++)
        right += course->samples[i].predicted == course->samples[i].label;
    return right;
}

/* Tells of the image under the pointer. */
static void draw_tip(brg_training *training, brg_rect room) {
    char text[200];
    brg_ui_pointer pointer;
    const brg_course *course = &training->course;
    bool over = brg_ui_area(training->ui, "train_samples", room, &pointer);
    int i = (int)((pointer.x - room.x) / room.w * BRG_COURSE_SAMPLES);
    if (!over || i < 0 || i >= course->sample_count)
        return;
    const brg_train_sample *s = &course->samples[i];
    bool known = s->label >= 0 && s->label < BRG_SAMPLE_CLASSES;
    int length = snprintf(
        text, sizeof text, "Image %lld of the test set is a %d. It says %d with %.1f %%",
        (long long)s->image, s->label, s->predicted, floor(1000 * (double)s->confidence) / 10);
    if (known && s->predicted != s->label)
        snprintf(text + length, sizeof text - (size_t)length, ", %d with %.1f %%.", s->label,
                 floor(1000 * (double)s->probabilities[s->label]) / 10);
    else
        snprintf(text + length, sizeof text - (size_t)length, ".");
    brg_ui_tip(training->ui, text);
}

void brg_training_samples(brg_training *training, brg_rect place) {
    brg_ui *ui = training->ui;
    brg_course *course = &training->course;
    brg_rect card = {place.x + 16, place.y, place.w - 32, place.h - 4};
    brg_rect room = brg_part_card(ui, card, "What it says of test images");
    brg_texture_show(&training->digits, &course->digits, course->digits_serial);
    if (course->sample_count == 0) {
        brg_ui_text(ui, room, BRG_FONT_SMALL, BRG_CENTRE, BRG_FAINT,
                    "seen after the first epoch, when it is tested");
        return;
    }
    brg_ui_textf(ui, (brg_rect){card.x + 240, card.y + 8, card.w - 254, 24}, BRG_FONT_SMALL,
                 BRG_RIGHT, BRG_QUIET,
                 "%d of these %d right; bars: probability of each class, the true one blue and "
                 "underlined",
                 count_right(course), course->sample_count);
    float w = room.w / BRG_COURSE_SAMPLES;
    for (int i = 0; i < course->sample_count; i++)
        draw_sample(training, i, (brg_rect){room.x + w * (float)i, room.y, w, room.h});
    draw_tip(training, room);
}
