/* brigade predict: a stroke is a one, on light ground or dark, and what is no picture is refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/program.h"

enum { HEIGHT = 60, WIDTH = 44 };

TestSuite(predict, .fini = clean_up);

/* A picture in which a standing stroke has one shade and the ground another. */
static void write_stroke(const char *name, int ground, int ink) {
    char file[32 + HEIGHT * WIDTH];
    int at = snprintf(file, sizeof file, "P5 %d %d 255\n", WIDTH, HEIGHT);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            bool in = y >= 8 && y < 48 && x >= 10 && x < 14;
            file[at++] = (char)(in ? ink : ground);
        }
    make_file(name, file, (size_t)at);
}

static void learn(void) {
    expect(0, "train --model mlp --batch 32 --epochs 2 --check-every 0 --augment none --save a.st");
}

static void expect_one(const cJSON *guess, bool inverted) {
    const cJSON *part;
    double sum = 0;
    cr_expect_eq(member(guess, "class")->valuedouble, 1);
    cr_expect_gt(member(guess, "confidence")->valuedouble, 0.5);
    cr_expect_eq(cJSON_IsTrue(member(guess, "inverted")), inverted);
    cJSON_ArrayForEach(part, member(guess, "probabilities")) sum += part->valuedouble;
    cr_expect_float_eq(sum, 1, 1e-6);
}

Test(predict, a_stroke_is_a_one_on_any_ground) {
    learn();
    write_stroke("light.pgm", 240, 20);
    write_stroke("dark.pgm", 10, 200);
    outcome of = run("predict --json a.st light.pgm dark.pgm");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = document(&of);
    const cJSON *guesses = member(report, "predictions");
    cr_assert_eq(cJSON_GetArraySize(guesses), 2);
    expect_one(cJSON_GetArrayItem(guesses, 0), true);
    expect_one(cJSON_GetArrayItem(guesses, 1), false);
    cr_expect_str_eq(member(report, "predictions.1.file")->valuestring, "dark.pgm");
    cr_expect_eq(cJSON_GetArraySize(member(report, "results")), 2);
    cJSON_Delete(report);
    release(&of);

    of = run("predict a.st light.pgm");
    cr_expect_eq(of.code, 0, "%s", of.err);
    cr_expect_not_null(strstr(of.out, "light.pgm: class 1"), "%s", of.out);
    cr_expect_not_null(strstr(of.out, "inverted"), "%s", of.out);
    cr_expect_not_null(strstr(of.out, "checked by sequential C"), "%s", of.out);
    release(&of);
}

Test(predict, what_is_no_picture_or_no_checkpoint_is_refused) {
    learn();
    write_stroke("blank.pgm", 99, 99);
    write_stroke("it.pgm", 0, 255);
    make_file("text.png", "no picture", 10);
    expect(2, "predict a.st");
    outcome of = run("predict a.st it.pgm blank.pgm");
    cr_expect_eq(of.code, 2);
    cr_expect_not_null(strstr(of.err, "\"blank.pgm\": There is nothing to see"), "%s", of.err);
    release(&of);
    expect(4, "predict a.st text.png");
    expect(4, "predict a.st absent.png");
    expect(4, "predict absent.st it.pgm");
    expect(4, "predict it.pgm it.pgm");
}
