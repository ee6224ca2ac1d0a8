/* brigade train by replicas, and by several processes that mpirun started. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/train_fixture.h"

TestSuite(ranks, .fini = clean_up);

#define TRAIN "train --json --data . --model model.txt --batch 8 "

#ifdef MPIRUN
static const bool has_mpi = true;
#else
#define MPIRUN "mpirun"
static const bool has_mpi = false;
#endif

/* All on this machine, whoever we are, and however few its processors. */
#define MANY MPIRUN " --allow-run-as-root --oversubscribe --bind-to none "

static void need_mpi(void) {
    if (!has_mpi)
        cr_skip_test("this Brigade was built without MPI, or there is no mpirun");
}

/* Containers often forbid what Open MPI would try first, and it says so at length. */
#define QUIETLY "OMPI_MCA_btl_vader_single_copy_mechanism=none"

/* Of a run that ends early mpirun kills what is left, after some time for leaving: here a second. */
#define BRIEFLY QUIETLY ";OMPI_MCA_odls_base_sigkill_timeout=1"

static cJSON *learn(const char *launcher, const char *more) {
    const setting how = {.launcher = launcher, .environment = QUIETLY};
    outcome of = run_with(&how, TRAIN "%s", more);
    cr_assert_eq(of.code, 0, "%s: %s", launcher ? launcher : "alone", of.err);
    cJSON *report = document(&of);
    release(&of);
    return report;
}

static void expect_same_bits(cJSON *a, cJSON *b) {
    cr_expect_str_eq(member(a, "checksum")->valuestring, member(b, "checksum")->valuestring);
    cr_expect_eq(member(a, "accuracy")->valuedouble, member(b, "accuracy")->valuedouble);
    cJSON_Delete(a);
    cJSON_Delete(b);
}

/* ---- replicas -------------------------------------------------------------------------------- */

/* NULL if the device cannot be divided in two. */
static cJSON *learn_by_two(void) {
    outcome of = run(TRAIN "--epochs 2 --replicas 2");
    cJSON *report = of.code == 0 ? document(&of) : NULL;
    release(&of);
    return report;
}

Test(ranks, replicas_give_the_same_bits_each_time_and_pass_the_checks) {
    write_train_dataset();
    cJSON *two = learn_by_two();
    if (!two)
        cr_skip_test("the device cannot be divided in two");
    cJSON *one = learn(NULL, "--epochs 2"),
          *again = learn(NULL, "--epochs 2 --replicas 2 --check-every 9 --save a.st");
    cr_expect_eq(member(again, "steps_checked")->valuedouble, 6);
    cr_expect_eq(member(again, "steps_passed")->valuedouble, 6);
    cr_expect_float_eq(member(one, "loss")->valuedouble, member(two, "loss")->valuedouble, 1e-3);
    cJSON_Delete(one);
    expect_same_bits(two, again);
}

Test(ranks, replicas_that_cannot_be_are_refused_in_a_sentence) {
    write_train_dataset();
    expect(2, "train --data . --model model.txt --batch 8 --epochs 1 --replicas 64");
    expect(2, "train --data . --model model.txt --batch 8 --epochs 1 --replicas 2 -d 0/cu=1");
}

/* ---- ranks ----------------------------------------------------------------------------------- */

Test(ranks, two_processes_do_what_two_replicas_do_bit_for_bit) {
    need_mpi();
    write_train_dataset();
    cJSON *replicas = learn_by_two(), *two = learn(MANY "-np 2", "--epochs 2 --check-every 20");
    cr_expect_eq(member(two, "processes")->valuedouble, 2);
    cr_expect_eq(member(two, "steps_passed")->valuedouble, 3);
    if (replicas)
        expect_same_bits(two, replicas);
    else
        cJSON_Delete(two);
}

/* Told of all but the first step: some time, and that no more of it was hidden than there was. */
static void expect_sums_told(cJSON *report) {
    double all = member(report, "sum_ms")->valuedouble;
    double hidden = member(report, "sum_hidden_ms")->valuedouble;
    cr_expect_gt(all, 0);
    cr_expect(hidden >= 0 && hidden <= all, "%g of %g ms", hidden, all);
}

Test(ranks, four_processes_learn_bucket_by_bucket_and_pass_the_checks) {
    need_mpi();
    write_train_dataset();
    cJSON *four = learn(MANY "-np 4", "--epochs 4 --check-every 50 --bucket 1");
    cJSON *whole = learn(MANY "-np 4", "--epochs 4 --check-every 0 --bucket 0");
    cr_expect_eq(member(four, "steps_passed")->valuedouble, 2);
    cr_expect_str_eq(member(four, "checked_as")->valuestring, "whole");
    cr_expect_gt(member(four, "accuracy")->valuedouble, 0.95);
    expect_sums_told(four);
    expect_sums_told(whole);
    expect_same_bits(four, whole);
}

/* Each share has its own figures in norm layers: sequential C learns from each by itself, and adds up. */
Test(ranks, deep_networks_are_compared_share_by_share) {
    static const char deep[] = "input 1x6x6\nconv 2 3x3 pad 1 nobias\nnorm relu\n"
                               "conv 2 3x3 pad 1 nobias\nnorm relu\nconv 2 3x3 nobias\n"
                               "norm relu\ndense 2\n";
    need_mpi();
    write_train_dataset();
    make_file("deep.txt", deep, strlen(deep));
    cJSON *three = learn(MANY "-np 3", "--model deep.txt --epochs 1 --check-every 10");
    cr_expect_eq(member(three, "steps_checked")->valuedouble, 3);
    cr_expect_eq(member(three, "steps_passed")->valuedouble, 3);
    cr_expect_str_eq(member(three, "checked_as")->valuestring, "shares");
    cr_expect(cJSON_IsNull(member(three, "bound_ratio")));
    cr_expect_eq(member(three, "tolerance")->valuedouble, 0.01);
    cr_expect_lt(member(three, "tolerance_ratio")->valuedouble, 1);
    cJSON_Delete(three);
}

/* Starts rank 1 in a way of its own; "$@" is its command. */
static void make_rank_1(const char *way) {
    char script[512];
    int length = snprintf(script, sizeof script,
                          "if [ \"$OMPI_COMM_WORLD_RANK\" != 1 ]; then exec \"$@\"; fi\n"
                          "when_saved() { until [ -e a.st ]; do sleep 0.02; done; }\n"
                          "%s\n",
                          way);
    make_file("rank.sh", script, (size_t)length);
}

static outcome run_two(const char *environment, const char *more) {
    const setting how = {.launcher = MANY "-np 2 sh rank.sh", .environment = environment};
    return run_with(&how, TRAIN "%s", more);
}

#define LONG "--epochs 100000 --schedule constant --check-every 0 --save a.st --save-every 20"

static void expect_ended(outcome *of, int code, const char *word) {
    cr_expect_eq(of->code, code, "exits with %d: %s", of->code, of->err);
    cr_expect_not_null(strstr(of->err, word), "%s", of->err);
    release(of);
}

/* Of a rank that ends badly mpirun ends the others: here not before the first has noticed and said so itself. */
static const char patient[] =
    "if [ \"$OMPI_COMM_WORLD_RANK\" != 1 ]; then \"$@\"; : >told; while :; do sleep 1; done; fi\n"
    "\"$@\" & until [ -e a.st ]; do sleep 0.02; done; kill -9 $!; wait $!; code=$?\n"
    "until [ -e told ]; do sleep 0.02; done; exit $code\n";

Test(ranks, a_killed_process_ends_the_run_and_leaves_the_checkpoint) {
    need_mpi();
    write_train_dataset();
    make_file("rank.sh", patient, strlen(patient));
    outcome of = run_two(QUIETLY, LONG);
    expect_ended(&of, 137, "Rank 1 (process");
    expect(0, "train --data . --eval a.st");
}

/* The one that stops answering is patient itself: on a slow machine it would give up the other one, else, before it
 * is stopped. */
Test(ranks, a_process_that_does_not_answer_is_not_waited_for_for_ever) {
    need_mpi();
    write_train_dataset();
    make_rank_1("unset BRIGADE_PATIENCE; \"$@\" & when_saved; kill -STOP $!; wait $!");
    outcome of = run_two(BRIEFLY ";BRIGADE_PATIENCE=2", LONG);
    expect_ended(&of, 4, "not answered for 2 seconds");
}

/* An interrupt of one stops both after the same step; what was saved is gone on from bit for bit, to the end of the
 * epoch after it. */
Test(ranks, an_interrupt_of_one_stops_all_and_resuming_continues_bit_for_bit) {
    char resumed[64], whole[64];
    need_mpi();
    write_train_dataset();
    make_rank_1("\"$@\" & when_saved; kill -INT $!; wait $!");
    outcome of = run_two(BRIEFLY, LONG);
    cJSON *report = document(&of);
    int epochs = (int)member(report, "step")->valuedouble / 25 + 2;
    cJSON_Delete(report);
    expect_ended(&of, 130, "--resume a.st");
    snprintf(resumed, sizeof resumed, "--resume a.st --epochs %d", epochs);
    snprintf(whole, sizeof whole, "--epochs %d --schedule constant", epochs);
    expect_same_bits(learn(MANY "-np 2", resumed), learn(MANY "-np 2", whole));
}

Test(ranks, processes_with_other_options_are_refused) {
    need_mpi();
    write_train_dataset();
    make_rank_1("exec \"$@\" --seed 9");
    outcome of = run_two(QUIETLY, "--epochs 1");
    expect_ended(&of, 2, "same options");
}

Test(ranks, a_module_for_mpi_that_cannot_be_loaded_is_told) {
    write_train_dataset();
    const setting none = {.environment = "OMPI_COMM_WORLD_SIZE=2;BRIGADE_MPI=/nowhere/mpi.so"};
    expect_with(&none, 2, "train --data . --model model.txt --batch 8 --epochs 1");
}
