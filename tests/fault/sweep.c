/* Fails every OpenCL call of a small gemm job in turn, and looks at what becomes of the job, of the
 * next one and of everything that was allocated.
 *
 *     fault-sweep LAYER.so CACHE_DIR [quick]
 *
 * For N = 1, 2, 3 ... until nothing is left to fail, a child process arms the layer to fail its Nth
 * call, starts an engine, runs two jobs, destroys it, and runs one more job in a fresh engine
 * without a fault. Required each time:
 *   - the first job ends: right, or failed with an error that names the call or its code;
 *   - so does the second; after a single fault that left a device, it is right;
 *   - the job after the fault is over is right;
 *   - nothing crashes, hangs, leaks or is released twice, and one thread alone called OpenCL.
 * A release that was itself made to fail may leave its object behind. */
#include <dlfcn.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "brigade/brigade.h"
#include "fault/layer.h"

/* The output is large enough to be worth working on in place. */
enum { M = 192, N = 192, K = 31, MAX_FAULTS = 5000, CHILD_SECONDS = 240, AT_ONCE = 2 };
enum { PARTS_BUDGET = 300 << 10 }; /* six parts */

/* The ways through the engine that make different calls. */
typedef enum route {
    ROUTE_IN_PLACE, /* the host's memory is the device's; programs are built from source */
    ROUTE_COPY,     /* uploads and read-backs; programs come from the cache of binaries */
    ROUTE_PARTS,    /* the same, part by part in a memory too small for the whole */
    ROUTES
} route;

static const char *const route_names[ROUTES] = {"in place, from source", "copying, from binary",
                                                "copying, in parts"};

typedef struct fault_scenario {
    route route;
    fault_plan plan;
    const char *cache; /* a folder for program binaries */
} fault_scenario;

/* How a child's run came out; everything from HUNG on is a defect. */
typedef enum fault_outcome {
    UNTOUCHED, /* nothing was left to fail */
    RIGHT,     /* the fault was overcome */
    CLEAR,     /* the job failed and said why */
    HUNG,
    CRASHED,
    LEAKED,
    WRONG,
    VAGUE, /* the job failed without a clear error */
    ENDED_BADLY,
    OUTCOMES
} fault_outcome;

static const char *const outcome_names[OUTCOMES] = {"untouched", "right",   "clear error",
                                                    "hung",      "crashed", "leaked",
                                                    "wrong",     "vague",   "ended badly"};

/* What a child tells its parent, through shared memory. */
typedef struct fault_record {
    fault_outcome outcome;
    int32_t call; /* the call that failed; -1: none */
    int64_t struck;
    char text[600];
} fault_record;

/* ---- the job --------------------------------------------------------------------------------- */

/* Small whole numbers: their products and sums are exact in float, in any order. */
static float a_value(int i) {
    return (float)(i % 7 - 3);
}

static float b_value(int i) {
    return (float)(i % 5 - 2);
}

static brg_tensor *make_matrix(int rows, int columns, float (*value)(int)) {
    float elements[M * K + K * N];
    for (int i = 0; i < rows * columns; i++)
        elements[i] = value(i);
    brg_shape shape = brg_shape_2d(BRG_F32, rows, columns);
    brg_tensor *tensor = NULL;
    brg_tensor_create(&shape, elements, &tensor, NULL);
    return tensor;
}

/* Judges a product without trusting the library's own verdict. */
static bool is_right(const brg_result *result) {
    if (!result->output || result->verdict.outcome != BRG_PASSED)
        return false;
    const float *c = brg_tensor_data(result->output);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            float sum = 0;
            for (int k = 0; k < K; k++)
                sum += a_value(i * K + k) * b_value(k * N + j);
            if (c[i * N + j] != sum)
                return false;
        }
    return true;
}

/* Runs the job to its end. False with `error` filled if it could not even be submitted; time-outs
 * are the parent's business. */
static bool run_job(brg_engine *engine, brg_result *result, brg_error *error) {
    brg_tensor *a = make_matrix(M, K, a_value), *b = make_matrix(K, N, b_value);
    brg_stage stage = {.op = "gemm", .inputs = {a, b}, .input_count = 2};
    brg_job_desc desc = {
        .stages = &stage, .stage_count = 1, .verify = BRG_VERIFY_FULL, .repeats = 2};
    brg_job job;
    bool ok = brg_engine_submit(engine, &desc, &job, error) == BRG_OK &&
              brg_engine_wait(engine, job, -1) == BRG_OK &&
              brg_engine_result(engine, job, result, error) == BRG_OK;
    brg_tensor_release(a);
    brg_tensor_release(b);
    return ok;
}

static brg_engine *start_engine(const fault_scenario *scenario, brg_error *error) {
    bool copy = scenario->route != ROUTE_IN_PLACE;
    brg_engine_config config = {.transfer = copy ? BRG_TRANSFER_COPY : BRG_TRANSFER_AUTO,
                                .cache_dir = copy ? scenario->cache : "",
                                .tuning_file = ""};
    if (scenario->route == ROUTE_PARTS)
        config.memory_budget = PARTS_BUDGET;
    brg_engine *engine = NULL;
    brg_engine_create(&config, &engine, error);
    return engine;
}

/* ---- a child: one fault, three jobs ---------------------------------------------------------- */

static void judge(fault_record *record, fault_outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Notes an outcome unless a worse one was found before. */
static void judge(fault_record *record, fault_outcome outcome, const char *format, ...) {
    if (outcome <= record->outcome)
        return;
    record->outcome = outcome;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(record->text, sizeof record->text, format, arguments);
    va_end(arguments);
}

/* True if a text names the call that was struck or the code it was struck with. */
static bool names_fault(const char *text, const char *call, int32_t code) {
    return (call && strstr(text, call)) || strstr(text, brg_cl_error_name(code));
}

/* Judges a job that met the fault: it may be right, or failed for a stated reason. Where the fault
 * left no device to work with, the reason may stand in the list of devices instead. */
static void judge_first(fault_record *record, const fault_scenario *scenario,
                        const fault_layer_api *layer, const brg_device_list *list,
                        const brg_result *result) {
    const brg_error *error = &result->error;
    const char *call = layer->name(record->call);
    if (result->state == BRG_JOB_DONE) {
        bool right = is_right(result);
        judge(record, right ? RIGHT : WRONG, "%s", right ? "right" : "done, but not right");
    } else if (result->state != BRG_JOB_FAILED) {
        judge(record, ENDED_BADLY, "the job ended as %s", brg_job_state_name(result->state));
    } else if (!error->what[0]) {
        judge(record, VAGUE, "failed without a word");
    } else if (names_fault(error->what, call, scenario->plan.code) ||
               names_fault(list->note, call, scenario->plan.code)) {
        judge(record, CLEAR, "%s", error->what);
    } else {
        judge(record, VAGUE, "'%s', and the device list's note is '%s'", error->what, list->note);
    }
}

/* The job after the one that met the fault, in the same engine. */
static void judge_second(fault_record *record, const fault_scenario *scenario,
                         const brg_device_list *list, const brg_result *result) {
    bool must_be_right = !scenario->plan.sticky && list->count > 0;
    if (result->state == BRG_JOB_DONE && !is_right(result))
        judge(record, WRONG, "the second job is done, but not right");
    else if (result->state != BRG_JOB_DONE && must_be_right)
        judge(record, WRONG, "the second job failed: %s", result->error.what);
    else if (result->state != BRG_JOB_DONE && !result->error.what[0])
        judge(record, VAGUE, "the second job failed without a word");
}

/* Runs the job, and once more if it met the fault. */
static void run_jobs(fault_record *record, const fault_scenario *scenario,
                     const fault_layer_api *layer, brg_engine *engine) {
    static brg_device_list list;
    brg_result first = {0}, second = {0};
    brg_error error = {0};
    fault_report report;
    bool accepted =
        brg_engine_devices(engine, -1, &list, &error) == BRG_OK && run_job(engine, &first, &error);
    layer->report(&report);
    if (accepted)
        judge_first(record, scenario, layer, &list, &first);
    if (accepted && report.struck) {
        accepted = run_job(engine, &second, &error);
        judge_second(record, scenario, &list, &second);
    }
    if (!accepted)
        judge(record, ENDED_BADLY, "a job is not accepted: %s", error.what);
    brg_result_release(&first);
    brg_result_release(&second);
}

static void run_faulty_engine(fault_record *record, const fault_scenario *scenario,
                              const fault_layer_api *layer) {
    brg_error error;
    brg_engine *engine = start_engine(scenario, &error);
    if (!engine) {
        judge(record, ENDED_BADLY, "no engine: %s", error.what);
        return;
    }
    run_jobs(record, scenario, layer, engine);
    brg_engine_destroy(engine);

    fault_report report;
    layer->report(&report);
    record->struck = report.struck;
    if (report.strangers)
        judge(record, ENDED_BADLY, "a second thread called OpenCL");
}

static void run_sound_engine(fault_record *record, const fault_scenario *scenario) {
    brg_result result = {0};
    brg_error error = {0};
    brg_engine *engine = start_engine(scenario, &error);
    if (!engine || !run_job(engine, &result, &error) || result.state != BRG_JOB_DONE ||
        !is_right(&result))
        judge(record, WRONG, "a new engine's job is not right: %s%s", error.what,
              result.error.what);
    brg_result_release(&result);
    brg_engine_destroy(engine);
}

/* Every object must be gone, but for those whose release was the call that failed. */
static void judge_balance(fault_record *record, const fault_layer_api *layer) {
    static const char *const nouns[FAULT_NOUNS] = {"sub-device", "context", "queue", "buffer",
                                                   "program",    "kernel",  "event"};
    fault_report report;
    layer->report(&report);
    for (int i = 0; i < FAULT_NOUNS; i++) {
        long long left = report.alive[i] - report.unreleased[i];
        if (left != 0)
            judge(record, LEAKED, "%lld owners of a %s are left", left, nouns[i]);
    }
    if (!report.loaded)
        judge(record, ENDED_BADLY, "the OpenCL loader did not take the fault layer in");
}

static const fault_layer_api *find_layer(const char *path) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    return handle ? dlsym(handle, "fault_layer") : NULL;
}

static void run_child(fault_record *record, const fault_scenario *scenario,
                      const char *layer_path) {
    static const fault_plan sound = {0};
    const fault_layer_api *layer = find_layer(layer_path);
    if (!layer) {
        judge(record, ENDED_BADLY, "%s is no fault layer", layer_path);
        return;
    }
    layer->arm(&scenario->plan);
    run_faulty_engine(record, scenario, layer);
    layer->arm(&sound);
    run_sound_engine(record, scenario);
    judge_balance(record, layer);
    if (record->struck == 0 && record->outcome == RIGHT)
        record->outcome = UNTOUCHED;
}

/* ---- the parent: one child per fault --------------------------------------------------------- */

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Waits for a child; false if it had to be killed. */
static bool wait_for(pid_t child, int *status) {
    double deadline = seconds_now() + CHILD_SECONDS;
    while (waitpid(child, status, WNOHANG) == 0) {
        if (seconds_now() > deadline) {
            kill(child, SIGKILL);
            waitpid(child, status, 0);
            return false;
        }
        usleep(2000);
    }
    return true;
}

/* Starts the child that meets the fault. It ends through exit, so that a leak checker has its say.
 */
static pid_t start_child(fault_record *record, fault_scenario scenario, int64_t nth,
                         const char *layer_path) {
    memset(record, 0, sizeof *record);
    record->call = -1;
    scenario.plan.nth = nth;
    scenario.plan.met = &record->call;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        run_child(record, &scenario, layer_path);
        if (scenario.plan.sticky)
            _exit(0);
        exit(0);
    }
    return child;
}

static void end_child(fault_record *record, pid_t child) {
    int status = 0;
    if (child < 0)
        judge(record, ENDED_BADLY, "no child could be started");
    else if (!wait_for(child, &status))
        judge(record, HUNG, "no end after %d s", CHILD_SECONDS);
    else if (WIFSIGNALED(status))
        judge(record, CRASHED, "signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        judge(record, LEAKED, "exit code %d from a sanitizer", WEXITSTATUS(status));
}

/* Faults by call and outcome, over all sweeps. */
typedef struct fault_tally {
    int64_t counts[FAULT_MAX_CALLS][OUTCOMES];
    int64_t totals[OUTCOMES];
} fault_tally;

static void count(fault_tally *tally, const fault_record *record) {
    if (record->call >= 0)
        tally->counts[record->call][record->outcome]++;
    tally->totals[record->outcome]++;
}

static void report_defect(const fault_record *record, int64_t nth, const fault_layer_api *names) {
    const char *call = names->name(record->call);
    if (record->outcome >= HUNG)
        printf("  call %lld, %s: %s: %s\n", (long long)nth, call ? call : "?",
               outcome_names[record->outcome], record->text);
}

/* One sweep: all N for one route, code and mode, a few at once. Returns the number of faults met.
 */
static int64_t sweep(fault_tally *tally, fault_record records[AT_ONCE],
                     const fault_scenario *scenario, const char *layer_path,
                     const fault_layer_api *names) {
    for (int64_t nth = 1; nth <= MAX_FAULTS; nth += AT_ONCE) {
        pid_t children[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++)
            children[i] = start_child(&records[i], *scenario, nth + i, layer_path);
        for (int i = 0; i < AT_ONCE; i++)
            end_child(&records[i], children[i]);
        for (int i = 0; i < AT_ONCE; i++) {
            if (records[i].outcome == UNTOUCHED)
                return nth + i - 1;
            count(tally, &records[i]);
            report_defect(&records[i], nth + i, names);
        }
    }
    judge(&records[0], ENDED_BADLY, "no end of calls");
    count(tally, &records[0]);
    return MAX_FAULTS;
}

static void print_tally(const fault_tally *tally, const fault_layer_api *names) {
    printf("\n%-28s %7s %7s %12s %8s\n", "call made to fail", "times", "right", "clear error",
           "defects");
    for (int32_t call = 0; names->name(call); call++) {
        int64_t defects = 0, right = tally->counts[call][RIGHT], clear = tally->counts[call][CLEAR];
        for (int i = HUNG; i < OUTCOMES; i++)
            defects += tally->counts[call][i];
        if (right + clear + defects)
            printf("%-28s %7lld %7lld %12lld %8lld\n", names->name(call),
                   (long long)(right + clear + defects), (long long)right, (long long)clear,
                   (long long)defects);
    }
}

static int64_t defects_in(const fault_tally *tally) {
    int64_t defects = 0;
    for (int i = HUNG; i < OUTCOMES; i++)
        defects += tally->totals[i];
    return defects;
}

/* All sweeps. A quick one leaves out all codes but the first. */
static void sweep_all(fault_tally *tally, fault_record records[AT_ONCE], const char *layer_path,
                      const char *cache, bool quick) {
    static const struct {
        route route;
        fault_plan plan;
    } sweeps[] = {
        {ROUTE_IN_PLACE, {.code = -5}},  {ROUTE_IN_PLACE, {.code = -5, .sticky = true}},
        {ROUTE_COPY, {.code = -5}},      {ROUTE_COPY, {.code = -5, .sticky = true}},
        {ROUTE_PARTS, {.code = -5}},     {ROUTE_COPY, {.code = -6}},
        {ROUTE_IN_PLACE, {.code = -36}}, {ROUTE_PARTS, {.code = -36, .sticky = true}},
    };
    const fault_layer_api *names = find_layer(layer_path);
    for (int i = 0; i < (quick ? 5 : 8); i++) {
        const fault_plan *plan = &sweeps[i].plan;
        fault_scenario scenario = {sweeps[i].route, *plan, cache};
        double begun = seconds_now();
        int64_t faults = sweep(tally, records, &scenario, layer_path, names);
        printf("%-20s  %-24s %-8s  %4lld calls in turn, %.1f s\n", route_names[sweeps[i].route],
               brg_cl_error_name(plan->code), plan->sticky ? "for good" : "once", (long long)faults,
               seconds_now() - begun);
        fflush(stdout);
    }
    print_tally(tally, names);
}

int main(int argc, char **argv) {
    fault_record *shared = mmap(NULL, AT_ONCE * sizeof *shared, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (argc < 3 || shared == MAP_FAILED || !find_layer(argv[1])) {
        fprintf(stderr, "usage: %s LAYER.so CACHE_DIR [quick]\n", argv[0]);
        return 2;
    }
    setenv("OPENCL_LAYERS", argv[1], 1);

    static fault_tally tally;
    sweep_all(&tally, shared, argv[1], argv[2], argc > 3);
    int64_t defects = defects_in(&tally), met = tally.totals[RIGHT] + tally.totals[CLEAR];
    printf("\n%lld faults, %lld defects\n", (long long)(met + defects), (long long)defects);
    return defects == 0 && met > 0 ? 0 : 1;
}
