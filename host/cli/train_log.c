/* The log of a training. See train_log.h. */
#include "train_log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
    "step,epoch,seconds,loss,train_accuracy,rate,images_per_s,test_accuracy,test_loss\n";

static brg_status trouble(const char *path, brg_error *error) {
    return brg_fail(error, BRG_E_IO, "The log %.150s cannot be written: %s.", path,
                    strerror(errno));
}

/* The step that a line is about; -1 for one that is about none, or not whole. */
static long long step_of(const char *line) {
    char *end;
    long long step = strtoll(line, &end, 10);
    return end > line && *end == ',' && strchr(line, '\n') ? step : -1;
}

/* What an older log says of the first steps; NULL if there is none. */
static char *earlier_lines(const char *path, int64_t first_step) {
    char line[512], *kept = NULL;
    size_t size = 0;
    FILE *old = first_step > 0 ? fopen(path, "r") : NULL;
    FILE *copy = old ? open_memstream(&kept, &size) : NULL;
    while (copy && fgets(line, sizeof line, old)) {
        long long step = step_of(line);
        if (step >= 0 && step <= first_step)
            fputs(line, copy);
    }
    if (copy)
        fclose(copy);
    if (old)
        fclose(old);
    return kept;
}

brg_status cli_train_log_open(const char *path, int64_t first_step, FILE **log, brg_error *error) {
    char *kept = earlier_lines(path, first_step);
    *log = fopen(path, "w");
    if (*log) {
        fputs(head, *log);
        fputs(kept ? kept : "", *log);
    }
    free(kept);
    return *log ? BRG_OK : trouble(path, error);
}

/* What is not known stays empty. */
static void put(FILE *log, double value) {
    if (isfinite(value))
        fprintf(log, ",%.7g", value);
    else
        fputc(',', log);
}

void cli_train_log_point(FILE *log, const brg_train_point *point) {
    fprintf(log, "%lld,%d,%.3f", (long long)point->step, (int)point->epoch + 1, point->seconds);
    put(log, (double)point->loss);
    put(log, (double)point->accuracy);
    put(log, (double)point->rate);
    put(log, (double)point->images_per_s);
    fputs(",,\n", log);
}

/* An epoch's line has its means, and the seconds of the epoch alone are left to the points. */
void cli_train_log_test(FILE *log, const brg_train_test *test) {
    fprintf(log, "%lld,%d,", (long long)test->step, (int)test->epoch + 1);
    put(log, (double)test->loss);
    put(log, (double)test->train_accuracy);
    fputc(',', log);
    put(log, (double)test->images_per_s);
    put(log, (double)test->test_accuracy);
    put(log, (double)test->test_loss);
    fputc('\n', log);
}

brg_status cli_train_log_flush(FILE *log, const char *path, brg_error *error) {
    return fflush(log) == 0 && !ferror(log) ? BRG_OK : trouble(path, error);
}
