/* The trace: a ring of spans behind a lock, and its Chrome JSON form. */
#include "brigade/trace.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "io/file.h"

struct brg_trace {
    pthread_mutex_t lock;
    size_t capacity;
    uint64_t added; /* spans ever; the newest is at (added - 1) % capacity */
    brg_span spans[];
};

uint64_t brg_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

const char *brg_lane_name(brg_lane lane) {
    static const char *const names[BRG_LANE_COUNT] = {"ui",        "engine",    "upload", "kernel",
                                                      "read-back", "reference", "sum"};
    return (unsigned)lane < BRG_LANE_COUNT ? names[lane] : "unknown";
}

brg_status brg_trace_create(size_t capacity, brg_trace **out, brg_error *error) {
    *out = NULL;
    if (capacity == 0 || capacity > (size_t)1 << 26)
        return brg_fail(error, BRG_E_ARGUMENT, "a trace holds 1 to 67108864 spans, not %zu",
                        capacity);
    brg_trace *trace = malloc(sizeof *trace + capacity * sizeof trace->spans[0]);
    if (!trace)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a trace of %zu spans", capacity);
    pthread_mutex_init(&trace->lock, NULL);
    trace->capacity = capacity;
    trace->added = 0;
    *out = trace;
    return BRG_OK;
}

void brg_trace_destroy(brg_trace *trace) {
    if (!trace)
        return;
    pthread_mutex_destroy(&trace->lock);
    free(trace);
}

void brg_trace_add(brg_trace *trace, const brg_span *span) {
    if (!trace)
        return;
    pthread_mutex_lock(&trace->lock);
    trace->spans[trace->added % trace->capacity] = *span;
    trace->added++;
    pthread_mutex_unlock(&trace->lock);
}

/* The lock does not change what a caller sees, so a const trace may be locked. */
static pthread_mutex_t *lock_of(const brg_trace *trace) {
    return (pthread_mutex_t *)(uintptr_t)&trace->lock;
}

static int by_start(const void *left, const void *right) {
    const brg_span *a = left, *b = right;
    return a->start_ns < b->start_ns ? -1 : a->start_ns > b->start_ns;
}

/* Walks back from the newest span: spans are added about when they end, so the walk may stop at one that
 * ended well before since_ns. */
static size_t copy_since(const brg_trace *trace, uint64_t since_ns, brg_span *spans,
                         size_t capacity) {
    const uint64_t lateness_ns = 1000000000u;
    uint64_t held = trace->added < trace->capacity ? trace->added : trace->capacity;
    size_t count = 0;
    for (uint64_t i = 0; i < held && count < capacity; i++) {
        const brg_span *span = &trace->spans[(trace->added - 1 - i) % trace->capacity];
        if (span->end_ns > since_ns)
            spans[count++] = *span;
        else if (span->end_ns + lateness_ns < since_ns)
            break;
    }
    return count;
}

size_t brg_trace_copy(const brg_trace *trace, uint64_t since_ns, brg_span *spans, size_t capacity) {
    if (!trace)
        return 0;
    pthread_mutex_lock(lock_of(trace));
    size_t count = copy_since(trace, since_ns, spans, capacity);
    pthread_mutex_unlock(lock_of(trace));
    qsort(spans, count, sizeof spans[0], by_start);
    return count;
}

size_t brg_trace_follow(const brg_trace *trace, uint64_t *next, brg_span *spans, size_t capacity) {
    if (!trace)
        return 0;
    pthread_mutex_lock(lock_of(trace));
    uint64_t oldest = trace->added > trace->capacity ? trace->added - trace->capacity : 0;
    uint64_t at = *next > oldest ? *next : oldest;
    size_t count = 0;
    for (; at < trace->added && count < capacity; at++)
        spans[count++] = trace->spans[at % trace->capacity];
    *next = at;
    pthread_mutex_unlock(lock_of(trace));
    return count;
}

uint64_t brg_trace_dropped(const brg_trace *trace) {
    pthread_mutex_lock(lock_of(trace));
    uint64_t dropped = trace->added > trace->capacity ? trace->added - trace->capacity : 0;
    pthread_mutex_unlock(lock_of(trace));
    return dropped;
}

/* ---- Chrome trace JSON: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU */

/* Appends with printf to a stream in memory; names are ours or the drivers', so quotes and control
 * characters are replaced rather than escaped. */
static void put_name(FILE *out, const char *name) {
    for (; *name; name++)
        fputc((unsigned char)*name < 0x20 || *name == '"' || *name == '\\' ? '\'' : *name, out);
}

static void put_metadata(FILE *out, const char *kind, int process, int thread, const char *name) {
    fprintf(out, "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%d,\"tid\":%d,\"args\":{\"name\":\"", kind,
            process, thread);
    put_name(out, name);
    fputs("\"}},\n", out);
}

static void put_process(FILE *out, int process, const char *name) {
    put_metadata(out, "process_name", process, 0, name);
    for (int lane = 0; lane < BRG_LANE_COUNT; lane++)
        put_metadata(out, "thread_name", process, lane, brg_lane_name((brg_lane)lane));
}

/* Microseconds with three decimals, written without the locale's decimal point. */
static void put_span(FILE *out, const brg_span *span, uint64_t origin_ns) {
    uint64_t start = span->start_ns - origin_ns, length = span->end_ns - span->start_ns;
    fputs("{\"ph\":\"X\",\"name\":\"", out);
    put_name(out, span->name);
    fprintf(out,
            "\",\"pid\":%d,\"tid\":%d,\"ts\":%" PRIu64 ".%03u,\"dur\":%" PRIu64
            ".%03u,\"args\":{\"job\":%" PRIu32 "}},\n",
            span->device + 1, (int)span->lane, start / 1000, (unsigned)(start % 1000),
            length / 1000, (unsigned)(length % 1000), span->job.slot);
}

static void put_trace(FILE *out, const brg_span *spans, size_t count,
                      const brg_device_list *devices) {
    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n", out);
    put_process(out, 0, "host");
    for (int32_t i = 0; devices && i < devices->count; i++)
        put_process(out, i + 1, devices->devices[i].name);
    for (size_t i = 0; i < count; i++)
        put_span(out, &spans[i], spans[0].start_ns);
    fputs("{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":0,\"args\":{\"sort_index\":0}}\n]}"
          "\n",
          out);
}

brg_status brg_trace_save(const brg_trace *trace, const brg_device_list *devices, const char *path,
                          brg_error *error) {
    brg_span *spans = malloc(trace->capacity * sizeof spans[0]);
    char *text = NULL;
    size_t size = 0;
    FILE *out = spans ? open_memstream(&text, &size) : NULL;
    if (!out) {
        free(spans);
        return brg_fail(error, BRG_E_MEMORY, "no memory to write the trace %s", path);
    }
    put_trace(out, spans, brg_trace_copy(trace, 0, spans, trace->capacity), devices);
    bool whole = fclose(out) == 0;
    brg_status status = whole ? brg_file_write(path, text, size, error)
                              : brg_fail(error, BRG_E_MEMORY, "no memory for the trace %s", path);
    free(text);
    free(spans);
    return status;
}
