/* The trace's ring and its JSON. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "brigade/trace.h"
#include "io/file.h"

static void add(brg_trace *trace, uint64_t start, uint64_t end, const char *name) {
    brg_span span = {.start_ns = start, .end_ns = end, .device = -1, .lane = BRG_LANE_UI};
    snprintf(span.name, sizeof span.name, "%s", name);
    brg_trace_add(trace, &span);
}

Test(trace, keeps_the_newest_and_counts_the_dropped) {
    brg_trace *trace;
    brg_span spans[8];
    cr_assert_eq(brg_trace_create(4, &trace, NULL), BRG_OK);
    for (uint64_t i = 1; i <= 6; i++)
        add(trace, i * 10, i * 10 + 5, "x");
    cr_assert_eq(brg_trace_copy(trace, 0, spans, 8), 4);
    cr_assert_eq(spans[0].start_ns, 30);
    cr_assert_eq(spans[3].start_ns, 60);
    cr_assert_eq(brg_trace_dropped(trace), 2);
    cr_assert_eq(brg_trace_copy(trace, 45, spans, 8), 2);
    cr_assert_eq(brg_trace_copy(trace, 0, spans, 2), 2);
    cr_assert_eq(spans[0].start_ns, 50);
    brg_trace_destroy(trace);
}

Test(trace, is_followed_without_gaps_or_repeats) {
    brg_trace *trace;
    brg_span spans[8];
    uint64_t next = 0;
    cr_assert_eq(brg_trace_create(4, &trace, NULL), BRG_OK);
    cr_assert_eq(brg_trace_follow(trace, &next, spans, 8), 0);
    add(trace, 10, 15, "x");
    add(trace, 20, 25, "x");
    add(trace, 30, 35, "x");
    cr_assert_eq(brg_trace_follow(trace, &next, spans, 2), 2);
    cr_assert_eq(spans[1].start_ns, 20);
    cr_assert_eq(brg_trace_follow(trace, &next, spans, 2), 1);
    cr_assert_eq(spans[0].start_ns, 30);
    cr_assert_eq(brg_trace_follow(trace, &next, spans, 2), 0);
    for (uint64_t i = 4; i <= 9; i++) /* two more than there is room for */
        add(trace, i * 10, i * 10 + 5, "x");
    cr_assert_eq(brg_trace_follow(trace, &next, spans, 8), 4);
    cr_assert_eq(spans[0].start_ns, 60);
    cr_assert_eq(spans[3].start_ns, 90);
    cr_assert_eq(next, 9);
    brg_trace_destroy(trace);
}

Test(trace, refuses_silly_sizes) {
    brg_trace *trace;
    cr_assert_eq(brg_trace_create(0, &trace, NULL), BRG_E_ARGUMENT);
    cr_assert_eq(brg_trace_create(SIZE_MAX, &trace, NULL), BRG_E_ARGUMENT);
}

static cJSON *save_and_parse(const brg_trace *trace) {
    char path[] = "/tmp/brigade-trace-XXXXXX";
    close(mkstemp(path));
    cr_assert_eq(brg_trace_save(trace, NULL, path, NULL), BRG_OK);
    unsigned char *text;
    size_t size;
    cr_assert_eq(brg_file_read(path, 1 << 20, &text, &size, NULL), BRG_OK);
    unlink(path);
    cJSON *json = cJSON_Parse((char *)text);
    free(text);
    cr_assert_not_null(json);
    return json;
}

Test(trace, saves_json_that_parses_whatever_the_names) {
    brg_trace *trace;
    brg_trace_create(4, &trace, NULL);
    add(trace, 1000500, 2000500, "a \"quoted\" \\ name\n");
    cJSON *json = save_and_parse(trace);
    cJSON *events = cJSON_GetObjectItem(json, "traceEvents"), *event;
    bool found = false;
    cJSON_ArrayForEach(event, events) {
        if (strcmp(cJSON_GetObjectItem(event, "ph")->valuestring, "X") != 0)
            continue;
        found = true;
        cr_assert_float_eq(cJSON_GetObjectItem(event, "dur")->valuedouble, 1000.0, 1e-9);
    }
    cr_assert(found);
    cJSON_Delete(json);
    brg_trace_destroy(trace);
}

Test(trace, saves_an_empty_trace) {
    brg_trace *trace;
    brg_trace_create(4, &trace, NULL);
    cJSON_Delete(save_and_parse(trace));
    brg_trace_destroy(trace);
}

Test(trace, says_when_it_cannot_save) {
    brg_trace *trace;
    brg_error error;
    brg_trace_create(4, &trace, NULL);
    cr_assert_eq(brg_trace_save(trace, NULL, "/nonexistent/x.json", &error), BRG_E_IO);
    cr_assert(strlen(error.what) > 0);
    brg_trace_destroy(trace);
}
