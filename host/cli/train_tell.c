/* Telling of a training. See train_tell.h. */
#include "train_tell.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table.h"
#include "train_log.h"

enum { COLUMNS = 6, PORTION = 64 };

static const cli_column columns[COLUMNS] = {{"epoch", 6, true},     {"loss", 8, true},
                                            {"train", 8, true},     {"test", 8, true},
                                            {"images/s", 10, true}, {"seconds", 8, true}};

static bool is_quiet(const cli_train_tell *tell) {
    return tell->session->common->json;
}

/* ---- what it is about ------------------------------------------------------------------------ */

/* Who shares each step's images. */
static void print_sharers(const brg_trainer_view *v) {
    if (v->ranks == 1)
        fprintf(stderr, "each step is shared out among %d replicas\n", (int)v->replicas);
    else if (v->replicas == 1)
        fprintf(stderr, "each step is shared out among %d processes\n", (int)v->ranks);
    else
        fprintf(stderr, "each step is shared out among %d processes with %d replicas each\n",
                (int)v->ranks, (int)v->replicas);
}

static void print_facts(const brg_trainer_view *v) {
    int64_t left = v->images - v->steps_of_epoch * v->batch;
    fprintf(stderr, "%s: %d %s, %lld weights; %lld images to learn from, %lld to test on\n",
            v->model, (int)v->layers, v->layers == 1 ? "layer" : "layers", (long long)v->weights,
            (long long)v->images, (long long)v->test_images);
    fprintf(stderr, "%lld steps of %d images in each of %d %s", (long long)v->steps_of_epoch,
            (int)v->batch, (int)v->epochs, v->epochs == 1 ? "epoch" : "epochs");
    if (left > 0)
        fprintf(stderr, "; %lld images are left over each time", (long long)left);
    fputc('\n', stderr);
    if (v->ranks > 1 || v->replicas > 1)
        print_sharers(v);
    if (v->first_step > 0)
        fprintf(stderr, "going on after step %lld\n", (long long)v->first_step);
}

static void print_model(const brg_trainer_view *v) {
    fprintf(stderr, "%s: %d %s, %lld weights; %lld images to test on\n", v->model, (int)v->layers,
            v->layers == 1 ? "layer" : "layers", (long long)v->weights, (long long)v->test_images);
}

/* ---- the table ------------------------------------------------------------------------------- */

static void put_percent(char *cell, double part) {
    if (isfinite(part))
        snprintf(cell, CLI_CELL, "%.2f %%", 100 * part);
    else
        strcpy(cell, "-");
}

static void print_test(const brg_train_test *test, bool first) {
    char cells[COLUMNS][CLI_CELL];
    snprintf(cells[0], CLI_CELL, "%d", (int)test->epoch + 1);
    snprintf(cells[1], CLI_CELL, "%.4f", (double)test->loss);
    put_percent(cells[2], (double)test->train_accuracy);
    put_percent(cells[3], (double)test->test_accuracy);
    snprintf(cells[4], CLI_CELL, "%.0f", (double)test->images_per_s);
    snprintf(cells[5], CLI_CELL, "%.2f", test->seconds);
    if (first)
        cli_table_head(stdout, columns, COLUMNS);
    cli_table_row(stdout, columns, COLUMNS, cells);
    fflush(stdout);
}

/* ---- the bar --------------------------------------------------------------------------------- */

static const char *rest_text(double seconds, char *text, size_t size) {
    if (isfinite(seconds))
        snprintf(text, size, "%d:%02d", (int)(seconds / 60), (int)fmod(seconds, 60));
    else
        snprintf(text, size, "-");
    return text;
}

static void draw_bar(cli_train_tell *tell) {
    const brg_trainer_view *v = &tell->now;
    char text[BRG_NAME], rest[32];
    double part = v->steps > 0 ? (double)v->step / (double)v->steps : 0;
    if (v->state == BRG_TRAINER_TRAINING && v->step > 0)
        snprintf(text, sizeof text, "loss %.4f  %.0f/s  %s left", v->loss, v->images_per_s,
                 rest_text(v->remaining_s, rest, sizeof rest));
    else
        snprintf(text, sizeof text, "%s", brg_trainer_state_name(v->state));
    cli_session_bar(tell->session, part, text);
}

/* ---- news ------------------------------------------------------------------------------------ */

static void tell_facts(cli_train_tell *tell) {
    if (tell->facts_told || tell->now.layers == 0)
        return;
    cli_session_clear(tell->session);
    if (!tell->test_only)
        print_facts(&tell->now);
    else
        print_model(&tell->now);
    tell->facts_told = true;
}

static void tell_tests(cli_train_tell *tell) {
    brg_train_test test;
    while (brg_trainer_tests(tell->trainer, tell->tests, &test, 1) == 1) {
        cli_session_clear(tell->session);
        if (!is_quiet(tell) && isfinite(test.loss))
            print_test(&test, tell->tests == 0);
        if (tell->log)
            cli_train_log_test(tell->log, &test);
        tell->tests++;
    }
}

static void log_points(cli_train_tell *tell) {
    brg_train_point points[PORTION];
    int64_t count;
    while ((count = brg_trainer_points(tell->trainer, tell->points, points, PORTION)) > 0) {
        for (int64_t i = 0; tell->log && i < count; i++)
            cli_train_log_point(tell->log, &points[i]);
        tell->points += count;
    }
}

brg_status cli_train_tell_news(cli_train_tell *tell, brg_error *error) {
    brg_status status = BRG_OK;
    brg_trainer_snapshot(tell->trainer, &tell->now);
    tell_facts(tell);
    if (tell->log_path && !tell->log && tell->facts_told)
        status = cli_train_log_open(tell->log_path, tell->now.first_step, &tell->log, error);
    if (status != BRG_OK)
        return status;
    log_points(tell);
    tell_tests(tell);
    if (tell->log)
        status = cli_train_log_flush(tell->log, tell->log_path, error);
    if (isatty(STDERR_FILENO) && !brg_trainer_state_ended(tell->now.state))
        draw_bar(tell);
    return status;
}

/* ---- the report ------------------------------------------------------------------------------ */

static void put_number(FILE *out, const char *name, double value) {
    if (isfinite(value))
        fprintf(out, ",\"%s\":%.9g", name, value);
    else
        fprintf(out, ",\"%s\":null", name);
}

/* All epochs as JSON, to be freed. NULL if memory is short. */
static char *epochs_text(cli_train_tell *tell) {
    brg_train_test test;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fputc('[', out);
    for (int64_t i = 0; brg_trainer_tests(tell->trainer, i, &test, 1) == 1; i++) {
        fprintf(out, "%s{\"epoch\":%d,\"step\":%lld", i ? "," : "", (int)test.epoch + 1,
                (long long)test.step);
        put_number(out, "loss", (double)test.loss);
        put_number(out, "train_accuracy", (double)test.train_accuracy);
        put_number(out, "accuracy", (double)test.test_accuracy);
        put_number(out, "test_loss", (double)test.test_loss);
        put_number(out, "images_per_s", (double)test.images_per_s);
        put_number(out, "seconds", test.seconds);
        fputc('}', out);
    }
    fputc(']', out);
    fclose(out);
    return text;
}

/* The loss of the latest epoch that is over, or else of the latest steps. */
static double loss_of(const cli_train_tell *tell) {
    brg_train_test test;
    if (tell->tests > 0 && brg_trainer_tests(tell->trainer, tell->tests - 1, &test, 1) == 1 &&
        isfinite(test.loss))
        return (double)test.loss;
    return tell->now.loss;
}

/* A tolerance is no bound, and is not called one. */
static void report_checks(brg_report *r, const brg_trainer_view *v) {
    bool bounded = v->check_tolerance == 0;
    double ratio = v->checks > 0 ? v->check_bound_ratio : (double)NAN;
    brg_report_number(r, false, "steps_checked", (double)v->checks);
    brg_report_number(r, false, "steps_passed", (double)v->checks_passed);
    brg_report_string(r, false, "checked_as", v->check_by_shares ? "shares" : "whole");
    brg_report_number(r, false, "bound_ratio", bounded ? ratio : (double)NAN);
    brg_report_number(r, false, "tolerance", bounded ? (double)NAN : v->check_tolerance);
    brg_report_number(r, false, "tolerance_ratio", bounded ? (double)NAN : ratio);
}

static void report(cli_train_tell *tell) {
    const brg_trainer_view *v = &tell->now;
    brg_report *r = tell->session->report;
    char sum[16];
    if (!r)
        return;
    snprintf(sum, sizeof sum, "%08" PRIx32, v->checksum);
    brg_report_string(r, false, "model", v->model);
    brg_report_string(r, false, "state", brg_trainer_state_name(v->state));
    brg_report_number(r, false, "loss", loss_of(tell));
    brg_report_number(r, false, "accuracy", v->test_accuracy);
    brg_report_number(r, false, "replicas", (double)v->replicas);
    brg_report_number(r, false, "processes", (double)v->ranks);
    brg_report_number(r, false, "step", (double)v->step);
    brg_report_number(r, false, "first_step", (double)v->first_step);
    brg_report_number(r, false, "seconds", v->seconds);
    brg_report_number(r, false, "step_ms", v->step_ms);
    brg_report_number(r, false, "images_per_s", v->images_per_s);
    brg_report_number(r, false, "sum_ms", v->sum_ms);
    brg_report_number(r, false, "sum_hidden_ms", v->sum_hidden_ms);
    report_checks(r, v);
    brg_report_string(r, false, "checksum", sum);
    if (v->saved_step >= 0)
        brg_report_string(r, false, "checkpoint", v->saved_path);
    char *epochs = epochs_text(tell);
    if (epochs)
        brg_report_json(r, "epochs", epochs, NULL);
    free(epochs);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void print_checks(const brg_trainer_view *v) {
    if (v->checks == 0) {
        printf("no step was recomputed by sequential C\n");
        return;
    }
    printf("%lld %s recomputed by sequential C%s: %lld passed, ", (long long)v->checks,
           v->checks == 1 ? "step" : "steps", v->check_by_shares ? ", share by share" : "",
           (long long)v->checks_passed);
    if (v->check_tolerance == 0)
        printf("largest error %.3g of its bound\n", v->check_bound_ratio);
    else
        printf(
            "largest difference %.3g of the tolerance,\nwhich is %g %% of what a step changes in a "
            "layer. This is no error bound: through so many norm\nlayers none is known.\n",
            v->check_bound_ratio, 100 * v->check_tolerance);
}

/* Among processes: what it took to add up their gradients. */
static void print_sums(const brg_trainer_view *v) {
    if (v->sum_ms > 0)
        printf("adding up the processes' gradients took %.2f ms a step, waits for the slowest "
               "included;\n%.2f ms of that (%.0f %%) passed while gradients were being computed\n",
               v->sum_ms, v->sum_hidden_ms, 100 * v->sum_hidden_ms / v->sum_ms);
}

static void print_end(const brg_trainer_view *v, bool test_only) {
    if (isfinite(v->test_accuracy) && (test_only || v->step == v->first_step)) {
        printf("%.2f %% of %lld images told right, after %lld steps of training\n",
               100 * v->test_accuracy, (long long)v->test_images, (long long)v->step);
        return;
    }
    printf("\n%lld steps in %.1f s", (long long)(v->step - v->first_step), v->seconds);
    if (isfinite(v->test_accuracy))
        printf(", %.2f %% of %lld images told right", 100 * v->test_accuracy,
               (long long)v->test_images);
    putchar('\n');
    print_sums(v);
    print_checks(v);
    printf("checksum of the state: %08" PRIx32 "\n", v->checksum);
}

static void print_saved(const brg_trainer_view *v) {
    if (v->saved_step >= 0)
        fprintf(stderr, "step %lld is saved in %s\n", (long long)v->saved_step, v->saved_path);
    if (v->state != BRG_TRAINER_STOPPED)
        return;
    if (v->saved_step >= 0)
        fprintf(stderr, "go on with --resume %s\n", v->saved_path);
    else
        fprintf(stderr, "stopped after step %lld of %lld; nothing is saved, for want of --save\n",
                (long long)v->step, (long long)v->steps);
}

static void close_log(cli_train_tell *tell) {
    if (tell->log)
        fclose(tell->log);
    tell->log = NULL;
}

void cli_train_tell_break(cli_train_tell *tell) {
    brg_trainer_stop(tell->trainer);
    brg_trainer_wait(tell->trainer, -1);
    brg_trainer_snapshot(tell->trainer, &tell->now);
    cli_session_clear(tell->session);
    close_log(tell);
    if (tell->now.state != BRG_TRAINER_FAILED)
        print_saved(&tell->now);
}

int cli_train_tell_end(cli_train_tell *tell) {
    const brg_trainer_view *v = &tell->now;
    cli_session_clear(tell->session);
    close_log(tell);
    report(tell);
    if (v->state == BRG_TRAINER_FAILED)
        return cli_session_fail(tell->session, &v->error);
    if (!is_quiet(tell))
        print_end(v, tell->test_only);
    print_saved(v);
    return v->checks_passed == v->checks ? CLI_OK : CLI_WRONG;
}
