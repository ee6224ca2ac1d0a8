/* The doctor's findings, and the rooms it looks into. */
#ifndef BRIGADE_CLI_DOCTOR_H
#define BRIGADE_CLI_DOCTOR_H

#include "brigade/brigade.h"

typedef enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_BAD } doctor_level;

enum { DOCTOR_MAX = 96 };

typedef struct doctor_finding {
    doctor_level level;
    const char *section;
    char what[320];
    char advice[256]; /* what to install or do; may be empty */
} doctor_finding;

typedef struct doctor_findings {
    doctor_finding rows[DOCTOR_MAX];
    int32_t count;
    bool has_pocl; /* among the drivers; some advice is about PoCL alone */
    bool has_rusticl;
    bool bad_driver; /* one crashed or hung when it was opened */
} doctor_findings;

/* Adds a finding; `advice` may be NULL. */
void doctor_add(doctor_findings *findings, doctor_level level, const char *section,
                const char *advice, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* What can be seen without calling OpenCL. Drivers are opened in a process of their own. */
void doctor_check_drivers(doctor_findings *findings);
void doctor_check_loader(doctor_findings *findings); /* after the drivers, whom it wakes */
void doctor_check_environment(doctor_findings *findings);
void doctor_check_permissions(doctor_findings *findings);
void doctor_check_caches(doctor_findings *findings);

/* A small verified gemm on one device. */
typedef struct doctor_trial {
    brg_status status;
    brg_error error;
    brg_result result; /* without its output */
} doctor_trial;

/* What the trials in the other process brought to light. */
typedef struct doctor_trials {
    brg_status status; /* of the discovery; else BRG_OK */
    brg_error error;
    brg_device_list devices;
    int32_t count; /* trials that came back; fewer than devices if the process died */
    doctor_trial rows[BRG_MAX_DEVICES];
    char death[128]; /* how the process ended before its time; empty if it did not */
} doctor_trials;

/* Discovers the devices and tries each, in a process of its own: a driver that crashes or hangs
 * takes that process down and not this one. Must be called before this process has used OpenCL. */
void doctor_try_devices(doctor_trials *trials, int timeout_s);

/* Runs `work(context, fd)` in a child process whose standard output goes to stderr; what it writes
 * to fd is read into `data`, at most `size` bytes. Returns how many, and describes in `death` how
 * the child died if it did not end well, which includes taking longer than timeout_s. */
size_t doctor_in_child(void (*work)(const void *context, int fd), const void *context,
                       int timeout_s, void *data, size_t size, char *death, size_t death_size);

#endif
