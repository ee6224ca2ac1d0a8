/* brigade train, on images of its own making: noise that is brighter on one side, whose label says
 * which. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/train_fixture.h"

TestSuite(train, .fini = clean_up);

static cJSON *train(const char *more) {
    outcome of = run("train --json --data . --model model.txt --batch 8 %s", more);
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *root = document(&of);
    release(&of);
    return root;
}

Test(train, learns_and_is_checked_meanwhile) {
    write_train_dataset();
    cJSON *report = train("--epochs 4 --check-every 10");
    cr_expect_gt(member(report, "accuracy")->valuedouble, 0.95);
    cr_expect_lt(member(report, "loss")->valuedouble, 0.3);
    cr_expect_eq(member(report, "steps_checked")->valuedouble, 10);
    cr_expect_eq(member(report, "steps_passed")->valuedouble, 10);
    cJSON_Delete(report);
}

/* Through three norm layers no bound is known, and what is compared within a tolerance is not called one. */
static const char deep[] = "input 1x6x6\nconv 2 3x3 pad 1 nobias\nnorm relu\n"
                           "conv 2 3x3 pad 1 nobias\nnorm relu\nconv 2 3x3 nobias\nnorm relu\n"
                           "dense 2\n";

Test(train, deep_networks_are_compared_within_a_tolerance) {
    write_train_dataset();
    make_file("deep.txt", deep, strlen(deep));
    cJSON *report = train("--model deep.txt --epochs 1 --check-every 10");
    cr_expect_eq(member(report, "steps_checked")->valuedouble, 3);
    cr_expect_eq(member(report, "steps_passed")->valuedouble, 3);
    cr_expect(cJSON_IsNull(member(report, "bound_ratio")));
    cr_expect_eq(member(report, "tolerance")->valuedouble, 0.01);
    cr_expect_lt(member(report, "tolerance_ratio")->valuedouble, 1);
    cJSON_Delete(report);
    outcome of = run("train --data . --model deep.txt --batch 8 --epochs 1 --check-every 10");
    cr_expect_not_null(strstr(of.out, "This is no error bound"), "%s", of.out);
    release(&of);
}

Test(train, the_same_seed_gives_the_same_numbers) {
    double losses[3];
    write_train_dataset();
    for (int i = 0; i < 3; i++) {
        cJSON *report = train(i < 2 ? "--epochs 1 --seed 5" : "--epochs 1 --seed 6");
        losses[i] = member(report, "loss")->valuedouble;
        cJSON_Delete(report);
    }
    cr_expect_eq(losses[0], losses[1]);
    cr_expect_neq(losses[0], losses[2]);
}

/* What a run says of itself at its end. */
static void expect_same_end(cJSON *a, cJSON *b) {
    cr_expect_str_eq(member(a, "checksum")->valuestring, member(b, "checksum")->valuestring);
    cr_expect_eq(member(a, "accuracy")->valuedouble, member(b, "accuracy")->valuedouble);
    cr_expect_eq(member(a, "loss")->valuedouble, member(b, "loss")->valuedouble);
    cJSON_Delete(a);
    cJSON_Delete(b);
}

Test(train, checks_and_checkpoints_change_no_bit) {
    write_train_dataset();
    expect_same_end(train("--epochs 2 --check-every 0"),
                    train("--epochs 2 --check-every 7 --save a.st --save-every 3"));
}

/* Kills a training some time after its first checkpoint, and maybe after its end. */
static void kill_training(const char *line, int after_ms) {
    remove("a.st");
    for (; access("a.st", F_OK) != 0; after_ms *= 2) {
        const setting killed = {.signal = SIGKILL, .after_ms = after_ms};
        outcome of = run_with(&killed,
                              "train --data . --model model.txt --batch 8 --save a.st "
                              "--save-every 1 %s",
                              line);
        release(&of);
    }
}

Test(train, a_resumed_training_ends_as_if_never_stopped) {
    static const char *const ways[] = {
        "--epochs 5", "--epochs 5 --optimizer adamw --augment shift=1 --warmup 0.5",
        "--epochs 5 --schedule step --momentum 0 --decay 0.001"};
    write_train_dataset();
    for (int i = 0; i < 3; i++) {
        cJSON *whole = train(ways[i]);
        kill_training(ways[i], 150);
        outcome of = run("train --json --resume a.st --save a.st");
        cr_assert_eq(of.code, 0, "%s", of.err);
        expect_same_end(whole, document(&of));
        release(&of);
    }
}

Test(train, an_interrupt_leaves_a_checkpoint_to_go_on_from) {
    write_train_dataset();
    const setting how = {.signal = SIGINT, .after_ms = 400};
    static const char line[] = "train --data . --model model.txt --batch 8 --epochs 100000";
    outcome of = run_with(&how, "%s --save a.st --save-every 0 --schedule constant", line);
    cr_expect_eq(of.code, 130, "%s", of.err);
    cr_expect_not_null(strstr(of.err, "--resume a.st"), "%s", of.err);
    release(&of);
    expect(0, "train --eval a.st");
    of = run_with(&how, "%s", line);
    cr_expect_eq(of.code, 130, "%s", of.err);
    cr_expect_not_null(strstr(of.err, "nothing is saved"), "%s", of.err);
    release(&of);
}

Test(train, a_finished_checkpoint_is_tested_and_may_be_gone_on_from) {
    write_train_dataset();
    cJSON *first = train("--epochs 2 --save a.st"), *again = train("--resume a.st");
    cr_expect_eq(member(again, "step")->valuedouble, 50);
    cr_expect_str_eq(member(first, "checksum")->valuestring,
                     member(again, "checksum")->valuestring);
    cJSON *more = train("--resume a.st --epochs 3");
    cr_expect_eq(member(more, "step")->valuedouble, 75);
    cr_expect_eq(member(more, "first_step")->valuedouble, 50);
    cJSON_Delete(first);
    cJSON_Delete(again);
    cJSON_Delete(more);
}

static int lines_of(const char *name) {
    FILE *file = fopen(name, "r");
    int lines = 0;
    for (int c; file && (c = fgetc(file)) != EOF;)
        lines += c == '\n';
    if (file)
        fclose(file);
    return lines;
}

Test(train, a_log_is_gone_on_with) {
    write_train_dataset();
    cJSON_Delete(train("--epochs 1 --save a.st --log a.csv"));
    cr_expect_eq(lines_of("a.csv"), 1 + 3 + 1); /* 25 steps: points after 10, 20, 25; a test */
    cJSON_Delete(train("--resume a.st --epochs 2 --log a.csv"));
    cr_expect_eq(lines_of("a.csv"), 1 + 6 + 2);
}

Test(train, what_cannot_be_is_refused) {
    write_train_dataset();
    expect(2, "train --data . --optimizer newton");
    expect(2, "train --schedule sometimes");
    expect(2, "train --optimizer adam --decay 0.1");
    expect(2, "train --augment shift=100");
    expect(2, "train --eval a.st --save b.st");
    expect(4, "train --data nowhere");
    expect(4, "train --save nowhere/a.st");
    expect(4, "train --resume nowhere.st");
    expect(4, "train --log nowhere/a.csv");
    expect(2, "train --data . --model lenet");
    expect(4, "train --data . --model absent.txt");
    expect(2, "train --data . --model model.txt --batch 5000");
    make_file("train-labels-idx1-ubyte", "", 0);
    expect(4, "train --data . --model model.txt");
}

Test(train, another_model_or_optimizer_is_not_gone_on_with) {
    static const char other[] = "input 1x6x6\ndense 2\n";
    write_train_dataset();
    make_file("other.txt", other, strlen(other));
    cJSON_Delete(train("--epochs 1 --save a.st"));
    expect(2, "train --resume a.st --model other.txt");
    expect(2, "train --resume a.st --optimizer adam");
    expect(2, "train --resume a.st --batch 9");
    write_train_set("train", 100, 1);
    expect(2, "train --resume a.st --epochs 2");
    make_file("a.st", "no checkpoint", 13);
    expect(4, "train --resume a.st");
}

Test(train, a_training_that_diverges_says_so) {
    write_train_dataset();
    cJSON_Delete(train("--epochs 1 --save a.st"));
    outcome of = run("train --resume a.st --epochs 9 --rate 1e6 --decay 1 --save a.st");
    cr_expect_eq(of.code, 4, "%s", of.err);
    cr_expect_not_null(strstr(of.err, "no finite number"), "%s", of.err);
    cr_expect_not_null(strstr(of.err, "Lower the rate"), "%s", of.err);
    release(&of);
    expect(0, "train --eval a.st");
}

/* What was learnt so far is saved, and nothing is said of a test that was not made. */
Test(train, a_log_that_cannot_be_written_ends_the_training) {
    write_train_dataset();
    outcome of = run("train --data . --model model.txt --batch 8 --epochs 1000 --save a.st --log "
                     "/dev/full");
    cr_expect_eq(of.code, 4, "%s", of.err);
    cr_expect_not_null(strstr(of.err, "The log /dev/full cannot be written"), "%s", of.err);
    cr_expect_not_null(strstr(of.err, "go on with --resume a.st"), "%s", of.err);
    cr_expect_null(strstr(of.out, "nan"), "%s", of.out);
    release(&of);
    of = run("train --eval a.st");
    cr_expect_eq(of.code, 0, "%s", of.err);
    cr_expect_null(strstr(of.err, "going on"), "%s", of.err);
    release(&of);
}

/* The log would have the number of the stream that is closed, and the results would be in it. */
Test(train, a_closed_output_spoils_no_log) {
    static const char script[] = "exec \"$@\" >&-\n";
    char line[256];
    setting closed = {.launcher = "sh closed.sh"};
    write_train_dataset();
    make_file("closed.sh", script, sizeof script - 1);
    outcome of =
        run_with(&closed, "train --data . --model model.txt --batch 8 --epochs 1 --log log.csv");
    cr_expect_eq(of.code, 4, "%s", of.err);
    cr_expect_not_null(strstr(of.err, "cannot write the results"), "%s", of.err);
    release(&of);
    FILE *log = fopen("log.csv", "r");
    cr_assert_not_null(log);
    cr_expect_not_null(fgets(line, sizeof line, log));
    while (fgets(line, sizeof line, log))
        cr_expect(line[0] >= '0' && line[0] <= '9', "%s", line);
    fclose(log);
}

Test(train, models_that_make_no_sense_are_refused) {
    static const char zero[] = "input 1x6x6\ndense 2\n\0dense 2\n";
    write_train_dataset();
    make_file("zero.txt", zero, sizeof zero - 1);
    make_file("odd.txt", "input 1x6x6\nlinear 2\n", 21);
    make_file("empty.txt", "", 0);
    expect(2, "train --data . --model zero.txt");
    expect(2, "train --data . --model empty.txt");
    outcome of = run("train --data . --model odd.txt");
    cr_expect_eq(of.code, 2, "%s", of.err);
    cr_expect_not_null(strstr(of.err, "Layers are dense, "), "%s", of.err);
    release(&of);
}

Test(train, many_processes_do_not_each_train_by_themselves) {
    write_train_dataset();
    const setting many = {.environment = "OMPI_COMM_WORLD_SIZE=2;OMPI_COMM_WORLD_RANK=0"};
    const setting others = {.environment = "PMI_SIZE=4"};
    const setting one = {.environment = "OMPI_COMM_WORLD_SIZE=1"};
    expect_with(&many, 2, "train --data . --model model.txt --batch 8 --epochs 1");
    expect_with(&others, 2, "train --data . --model model.txt --batch 8 --epochs 1");
    expect_with(&one, 0, "train --data . --model model.txt --batch 8 --epochs 1");
    outcome of = run_with(&many, "train --data .");
    cr_expect_not_null(strstr(of.err, "mpirun"), "%s", of.err);
    release(&of);
}

/* ---- checks see what is wrong ---------------------------------------------------------------------- */

/* Trains a model with a copy of the kernels in which sed has changed train.cl. */
static void train_changed_by(const char *more, const char *model, const char *change, int code) {
    char command[512], environment[256];
    snprintf(command, sizeof command,
             "cp -r %s kernels && sed -i '%s' kernels/train.cl && ! cmp -s %s/train.cl "
             "kernels/train.cl",
             KERNEL_DIR, change, KERNEL_DIR);
    write_train_dataset();
    make_file("it.txt", model, strlen(model));
    cr_assert_eq(system(command), 0, "nothing changed: %s", change);
    snprintf(environment, sizeof environment, "BRIGADE_KERNEL_DIR=%s/kernels", scratch());
    setting how = {.environment = environment};
    outcome of = run_with(&how,
                          "train --data . --model it.txt --batch 8 --epochs 1 --rate 0.01 "
                          "--check-every 12 %s",
                          more);
    cr_expect_eq(of.code, code, "after '%s': %s%s", change, of.out, of.err);
    release(&of);
}

static void train_changed(const char *model, const char *change, int code) {
    train_changed_by("", model, change, code);
}

static const char small[] = "input 1x6x6\nconv 2 3x3 pad 1 nobias\nnorm relu\nmaxpool 3\ndense 2\n";

Test(train, changed_kernels_that_are_right_pass) {
    train_changed(small, "$ a /* one more line */", 0);
}

Test(train, a_wrong_bias_gradient_is_seen) {
    train_changed("input 1x6x6\ndense 2\n", "s/sums\\[q\\] += d\\[q\\]/sums[q] += 1.001f * d[q]/",
                  1);
}

Test(train, a_wrong_norm_gradient_is_seen) {
    train_changed(small,
                  "s/d_scales\\[k\\] = total(products) + rest;/d_scales[k] = total(products);/", 1);
}

Test(train, a_wrong_pool_slope_is_seen) {
    train_changed(small, "s/to\\[place\\] += slopes/to[place] += 1.01f * slopes/", 1);
}

Test(train, a_wrong_loss_slope_is_seen) {
    train_changed(
        small, "s/(i == label ? 1.0f : 0.0f)) \\* part/(i == label ? 0.999f : 0.0f)) * part/", 1);
}

Test(train, a_wrong_slope_is_seen_within_a_tolerance) {
    train_changed(deep, "s/mean_product = d_scales\\[k\\] \\* part/mean_product = 0/", 1);
}

Test(train, a_wrong_slope_is_seen_in_shares_of_a_step) {
    write_train_dataset();
    outcome of = run("train --data . --model model.txt --batch 8 --epochs 1 --replicas 2");
    bool divisible = of.code == 0;
    release(&of);
    if (!divisible)
        cr_skip_test("the device cannot be divided in two");
    train_changed_by("--replicas 2", deep,
                     "s/mean_product = d_scales\\[k\\] \\* part/mean_product = 0/", 1);
}
