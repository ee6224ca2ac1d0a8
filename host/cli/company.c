/* The company a measurement is in: a busy machine falsifies times, and most of all those of whoever lets
 * threads spin. Read from /proc/stat, proc(5): user nice system idle iowait irq softirq steal, in ticks. */
#include "company.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static double seconds(struct timeval time) {
    return (double)time.tv_sec + 1e-6 * (double)time.tv_usec;
}

static double used_by(int who) {
    struct rusage usage;
    if (getrusage(who, &usage) != 0)
        return 0;
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

cli_company cli_company_now(void) {
    enum { IDLE = 3, IOWAIT = 4, FIELDS = 8 };
    cli_company now = {0};
    double ticks = (double)sysconf(_SC_CLK_TCK);
    unsigned long long field[FIELDS] = {0};
    FILE *file = fopen("/proc/stat", "r");
    int read =
        file ? fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &field[0], &field[1],
                      &field[2], &field[3], &field[4], &field[5], &field[6], &field[7])
             : 0;
    if (file)
        fclose(file);
    for (int i = 0; i < FIELDS && read == FIELDS; i++) {
        now.all += (double)field[i] / ticks;
        now.busy += i == IDLE || i == IOWAIT ? 0 : (double)field[i] / ticks;
    }
    now.ours = used_by(RUSAGE_SELF);
    return now;
}

double cli_company_since(const cli_company *then) {
    cli_company now = cli_company_now();
    double all = now.all - then->all;
    double others = now.busy - then->busy - (now.ours - then->ours);
    if (!(all > 0))
        return -1;
    return others > 0 ? others / all : 0;
}
