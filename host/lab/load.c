/* The load of others, from Linux's /proc/stat (proc(5)) and this process's own account (getrusage(2)). */
#include "lab/load.h"

#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* Ticks that one processor was busy: all but idle and waiting for disks. Guests are within user. */
static bool read_processor(const char *line, int *processor, double *ticks) {
    double user, nice, system, idle, iowait, irq, softirq, steal;
    if (sscanf(line, "cpu%d %lf %lf %lf %lf %lf %lf %lf %lf", processor, &user, &nice, &system,
               &idle, &iowait, &irq, &softirq, &steal) != 9)
        return false;
    *ticks = user + nice + system + irq + softirq + steal;
    return true;
}

static bool read_busy(double *seconds) {
    cpu_set_t allowed;
    char line[512];
    FILE *file = fopen("/proc/stat", "re");
    if (!file)
        return false;
    bool known = sched_getaffinity(getpid(), sizeof allowed, &allowed) == 0;
    double total = 0, ticks;
    int processor, found = 0;
    while (known && fgets(line, sizeof line, file)) {
        if (!read_processor(line, &processor, &ticks) || !CPU_ISSET((size_t)processor, &allowed))
            continue;
        total += ticks;
        found++;
    }
    fclose(file);
    *seconds = total / (double)sysconf(_SC_CLK_TCK);
    return found > 0;
}

static double seconds_of(int who) {
    struct rusage usage;
    if (getrusage(who, &usage) != 0)
        return 0;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

bool brg_lab_load_read(brg_lab_load *load) {
    load->own = seconds_of(RUSAGE_SELF) + seconds_of(RUSAGE_CHILDREN);
    return read_busy(&load->busy);
}

double brg_lab_load_of_others(const brg_lab_load *from, const brg_lab_load *to, double capacity_s) {
    double others = (to->busy - from->busy) - (to->own - from->own);
    return others > 0 && capacity_s > 0 ? others / capacity_s : 0;
}
