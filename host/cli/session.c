/* The frame of every command that computes.
 *
 *     status                                                       exit code
 *     BRG_OK                                                       0
 *     ARGUMENT, SHAPE, UNSUPPORTED, NOT_FOUND, AMBIGUOUS           2   the request cannot be met
 *     NO_DEVICE; NOT_FOUND when a device was looked for            3
 *     BUILD, OPENCL, DEVICE_LOST, MEMORY, IO, FORMAT, all others   4   the world is to blame
 *     CANCELLED                                                  130
 *
 * A result that does not match the reference exits with 1; that is a verdict, not a status.
 *
 * Ctrl-C and SIGTERM are blocked in all threads while a session is open and collected between
 * waits, so that no handler, no global flag and no half-written file is needed. After the first of
 * them the signals take their usual effect again: a second Ctrl-C ends a program whose driver
 * hangs. */
#include "session.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table.h"

int cli_exit_of(brg_status status) {
    switch (status) {
    case BRG_OK:
        return CLI_OK;
    case BRG_E_ARGUMENT:
    case BRG_E_SHAPE:
    case BRG_E_UNSUPPORTED:
    case BRG_E_NOT_FOUND:
    case BRG_E_AMBIGUOUS:
        return CLI_USAGE;
    case BRG_E_NO_DEVICE:
        return CLI_NO_DEVICE;
    case BRG_E_CANCELLED:
        return CLI_INTERRUPTED;
    default:
        return CLI_TROUBLE;
    }
}

/* ---- complaints ------------------------------------------------------------------------------ */

/* A terminal gets wrapped lines, a log whole ones. */
static void print_lines(const char *lead, const char *text) {
    int32_t indent = (int32_t)strlen(lead);
    fputs(lead, stderr);
    if (isatty(STDERR_FILENO))
        cli_print_wrapped(stderr, text, indent, indent);
    else
        fprintf(stderr, "%s\n", text);
}

/* With a full stop, whether or not it came with one. */
static void print_sentence(const char *lead, const char *sentence) {
    char text[BRG_ERROR_TEXT + 1];
    size_t length = strlen(sentence);
    bool ends = length > 0 && strchr(".?!", sentence[length - 1]) != NULL;
    snprintf(text, sizeof text, "%s%s", sentence, ends ? "" : ".");
    print_lines(lead, text);
}

static void print_error(const brg_error *error) {
    print_sentence("brigade: ", error->what);
    if (error->hint[0])
        print_sentence("         ", error->hint);
    if (error->log[0])
        fprintf(stderr, "%s%s", error->log, error->log[strlen(error->log) - 1] == '\n' ? "" : "\n");
}

int cli_fail(const brg_error *error) {
    print_error(error);
    return cli_exit_of(error->status);
}

int cli_session_fail(cli_session *session, const brg_error *error) {
    cli_session_clear(session);
    if (error->status != BRG_E_CANCELLED || !session->interrupted)
        print_error(error);
    if (session->report) {
        brg_report_string(session->report, false, "error", error->what);
        brg_report_string(session->report, false, "error_status", brg_status_name(error->status));
    }
    return cli_exit_of(error->status);
}

brg_status cli_check_writable(const char *path, brg_error *error) {
    char copy[4096];
    struct stat about;
    if (strlen(path) >= sizeof copy)
        return brg_fail(error, BRG_E_IO, "the file name of %zu characters is too long",
                        strlen(path));
    const bool exists = stat(path, &about) == 0;
    if (exists && S_ISDIR(about.st_mode))
        return brg_fail(error, BRG_E_IO, "cannot write %s: it is a directory", path);
    if (exists && access(path, W_OK) != 0)
        return brg_fail(error, BRG_E_IO, "cannot write %s: %s", path, strerror(errno));
    if (exists && !S_ISREG(about.st_mode))
        return BRG_OK; /* a pipe or device is written to where it is */
    strcpy(copy, path);
    const char *directory = dirname(copy);
    if (stat(directory, &about) != 0 || !S_ISDIR(about.st_mode))
        return brg_fail(error, BRG_E_IO, "cannot write %s: there is no directory %s", path,
                        directory);
    if (access(directory, W_OK | X_OK) != 0)
        return brg_fail(error, BRG_E_IO, "cannot write %s: %s: %s", path, directory,
                        strerror(errno));
    return BRG_OK;
}

/* ---- signals --------------------------------------------------------------------------------- */

static void termination_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

/* Collects a signal that has come; after the first they take their usual effect. */
static bool take_signal(cli_session *session) {
    const struct timespec at_once = {0, 0};
    sigset_t set;
    termination_signals(&set);
    if (session->interrupted || sigtimedwait(&set, NULL, &at_once) <= 0)
        return false;
    session->interrupted = true;
    pthread_sigmask(SIG_SETMASK, &session->outer_signals, NULL);
    return true;
}

bool cli_session_signalled(cli_session *session) {
    take_signal(session);
    return session->interrupted;
}

bool cli_session_interrupted(cli_session *session) {
    if (take_signal(session)) {
        cli_session_clear(session);
        fputs("brigade: interrupted, stopping at the next slice (again: at once)\n", stderr);
    }
    return session->interrupted;
}

/* ---- progress -------------------------------------------------------------------------------- */

void cli_session_clear(cli_session *session) {
    if (session->bar_shown)
        fputs("\r\033[K", stderr);
    session->bar_shown = false;
}

static const brg_job_view *find_view(const brg_snapshot *snapshot, brg_job job) {
    for (int32_t i = 0; i < snapshot->job_count; i++)
        if (snapshot->jobs[i].job.slot == job.slot &&
            snapshot->jobs[i].job.generation == job.generation)
            return &snapshot->jobs[i];
    return NULL;
}

void cli_session_bar(cli_session *session, double part, const char *text) {
    enum { CELLS = 24, TEXT = CLI_WIDTH - CELLS - 11 };
    static const char full[] = "########################";
    static const char rest[] = "........................";
    double shown = part < 0 ? 0 : part > 1 ? 1 : part;
    int32_t filled = (int32_t)(shown * CELLS + 0.5);
    fprintf(stderr, "\r[%.*s%.*s] %3.0f %%  %.*s\033[K", filled, full, CELLS - filled, rest,
            shown * 100, (int)TEXT, text);
    fflush(stderr);
    session->bar_shown = true;
}

/* Shown to people only, and only when a job takes long enough to wonder. */
static void show_progress(cli_session *session, brg_job job, int32_t done, int32_t all) {
    enum { FIRST_NS = 400000000, NEXT_NS = 100000000 };
    uint64_t now = brg_now_ns();
    if (!isatty(STDERR_FILENO) ||
        now - session->bar_ns < (uint64_t)(session->bar_shown ? NEXT_NS : FIRST_NS))
        return;
    brg_snapshot snapshot;
    brg_engine_snapshot(session->engine, &snapshot);
    const brg_job_view *view = find_view(&snapshot, job);
    if (!view)
        return;
    session->bar_ns = now;
    char text[BRG_NAME + 32];
    snprintf(text, sizeof text, "%s %.30s", brg_job_state_name(view->state), view->label);
    cli_session_bar(session, (done + (double)view->progress) / (all > 0 ? all : 1), text);
}

/* ---- jobs ------------------------------------------------------------------------------------ */

/* How the job ended, as a status. */
static brg_status settle_job(cli_session *session, brg_job job, brg_result *result,
                             brg_error *error) {
    brg_status status = brg_engine_result(session->engine, job, result, error);
    if (status != BRG_OK)
        return status;
    brg_engine_forget(session->engine, job);
    if (result->state == BRG_JOB_DONE)
        return BRG_OK;
    *error = result->error;
    if (result->state == BRG_JOB_CANCELLED)
        error->status = BRG_E_CANCELLED;
    return error->status;
}

brg_status cli_session_wait(cli_session *session, brg_job job, int32_t done, int32_t all,
                            brg_result *result, brg_error *error) {
    const double glance_s = 0.05;
    bool told = false;
    brg_status status;
    if (!session->bar_shown)
        session->bar_ns = brg_now_ns();
    while ((status = brg_engine_wait(session->engine, job, glance_s)) == BRG_E_TIMEOUT) {
        if (cli_session_interrupted(session) && !told) {
            brg_engine_cancel(session->engine, job);
            told = true;
        }
        if (!told)
            show_progress(session, job, done, all);
    }
    if (all <= 1)
        cli_session_clear(session);
    if (status != BRG_OK)
        return brg_fail(error, status, "the job was lost: %s", brg_status_name(status));
    return settle_job(session, job, result, error);
}

brg_status cli_session_run(cli_session *session, const brg_job_desc *desc, brg_result *result,
                           brg_error *error) {
    brg_job job;
    memset(result, 0, sizeof *result);
    if (cli_session_interrupted(session))
        return brg_fail(error, BRG_E_CANCELLED, "interrupted");
    brg_status status = brg_engine_submit(session->engine, desc, &job, error);
    if (status == BRG_OK)
        status = cli_session_wait(session, job, 0, 1, result, error);
    return status;
}

uint64_t cli_session_memory(cli_session *session) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    (void)session;
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size / 2 : 0;
}

/* ---- devices --------------------------------------------------------------------------------- */

static brg_status discover(cli_session *session, brg_error *error) {
    const double glance_s = 0.05;
    brg_status status;
    do {
        status = brg_engine_devices(session->engine, glance_s, &session->devices, error);
        if (cli_session_interrupted(session))
            return brg_fail(error, BRG_E_CANCELLED, "interrupted");
    } while (status == BRG_E_TIMEOUT);
    return status;
}

/* A device that is not there has an exit code of its own. The error's hint lists those that are. */
static int choose_devices(cli_session *session) {
    brg_error error = {0};
    const char *spec = session->common->device ? session->common->device : getenv("BRIGADE_DEVICE");
    brg_status status = brg_device_select_all(&session->devices, spec, session->choices,
                                              &session->choice_count, &error);
    if (status == BRG_OK)
        return CLI_OK;
    int code = cli_session_fail(session, &error);
    return status == BRG_E_NOT_FOUND ? CLI_NO_DEVICE : code;
}

const char *cli_session_device(cli_session *session, int32_t choice, char *spec, size_t size) {
    const brg_device_choice *chosen = &session->choices[choice];
    const brg_device_info *device = &session->devices.devices[chosen->index];
    char units[48], line[3 * BRG_NAME];
    if (chosen->units)
        snprintf(units, sizeof units, "%u of %u", chosen->units, device->compute_units);
    else
        snprintf(units, sizeof units, "%u", device->compute_units);
    snprintf(line, sizeof line, "%d:%d %s (%s, %s %s): %s", device->platform, device->device,
             device->name, brg_device_kind_name(device->kind), units,
             device->compute_units == 1 ? "unit" : "units", chosen->why);
    print_lines("device ", line);
    if (session->report)
        brg_report_device(session->report, device, chosen);
    if (chosen->units)
        snprintf(spec, size, "%d:%d/cu=%u@%u", device->platform, device->device, chosen->units,
                 chosen->first);
    else
        snprintf(spec, size, "%d:%d", device->platform, device->device);
    return spec;
}

/* ---- opening and closing --------------------------------------------------------------------- */

int cli_session_open(cli_session *session, const char *title, const cli_common *common,
                     bool choose) {
    brg_error error = {0};
    sigset_t signals;
    memset(session, 0, sizeof *session);
    session->common = common;
    brg_prepare_drivers();
    termination_signals(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, &session->outer_signals);

    if (common->trace && cli_check_writable(common->trace, &error) != BRG_OK)
        return cli_session_fail(session, &error);
    if (common->json && brg_report_create(title, &session->report, &error) != BRG_OK)
        return cli_session_fail(session, &error);
    const brg_engine_config config = {.memory_budget = (uint64_t)common->memory_mib << 20};
    if (brg_engine_create(&config, &session->engine, &error) != BRG_OK ||
        discover(session, &error) != BRG_OK)
        return cli_session_fail(session, &error);
    return choose ? choose_devices(session) : CLI_OK;
}

static int print_report(const brg_report *report) {
    char *text = brg_report_text(report);
    if (!text) {
        fputs("brigade: not enough memory for the report\n", stderr);
        return CLI_TROUBLE;
    }
    fputs(text, stdout);
    free(text);
    return CLI_OK;
}

static int save_trace(cli_session *session) {
    brg_error error = {0};
    if (brg_trace_save(brg_engine_trace(session->engine), &session->devices, session->common->trace,
                       &error) != BRG_OK)
        return cli_session_fail(session, &error);
    fprintf(stderr, "trace saved to %s\n", session->common->trace);
    return CLI_OK;
}

int cli_session_close(cli_session *session, int code) {
    int late = CLI_OK;
    cli_session_clear(session);
    if (session->engine && session->common->trace)
        late = save_trace(session);
    if (session->report) {
        int printed = print_report(session->report);
        late = late ? late : printed;
    }
    brg_report_destroy(session->report);
    brg_engine_destroy(session->engine);
    take_signal(session); /* too late to stop anything, and nothing printed may be lost to it */
    pthread_sigmask(SIG_SETMASK, &session->outer_signals, NULL);
    if (session->interrupted && code != CLI_TROUBLE)
        return CLI_INTERRUPTED;
    return code ? code : late;
}
