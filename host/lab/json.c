/* Results as JSON, everything that was stated, measured and judged. */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "brigade/lab.h"

/* ---- values: what is missing or not finite is null --------------------------------------------- */

static void put_number(cJSON *to, const char *name, double value) {
    cJSON_AddItemToObject(to, name,
                          isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

static void put_text(cJSON *to, const char *name, const char *text) {
    cJSON_AddItemToObject(to, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void put_estimate(cJSON *to, const brg_lab_estimate *estimate) {
    put_number(to, "value", estimate->value);
    put_number(to, "low", estimate->low);
    put_number(to, "high", estimate->high);
    put_number(to, "samples", estimate->samples);
}

static cJSON *add_object(cJSON *array) {
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(array, object);
    return object;
}

/* ---- a claim ----------------------------------------------------------------------------------- */

static void put_claim(cJSON *to, const brg_lab_claim *claim) {
    put_text(to, "id", claim->id);
    put_text(to, "slug", claim->slug);
    put_text(to, "title", claim->title);
    put_text(to, "articles", claim->articles);
    put_text(to, "claim", claim->claim);
    put_text(to, "hypothesis", claim->hypothesis);
    put_text(to, "metric", claim->metric);
    put_text(to, "threshold", claim->threshold);
    put_text(to, "refuted_by", claim->refuted_by);
    put_text(to, "workload", claim->workload);
    put_text(to, "method", claim->method);
    put_text(to, "control", claim->control);
}

static void put_plot(cJSON *to, const brg_lab_plot *plot) {
    static const char *const kinds[] = {"lines", "bars", "points", "lanes"};
    cJSON *object = cJSON_AddObjectToObject(to, "plot");
    put_text(object, "kind", kinds[plot->kind]);
    put_text(object, "x", plot->x);
    put_text(object, "y", plot->y);
    cJSON_AddBoolToObject(object, "log_x", plot->log_x);
    cJSON_AddBoolToObject(object, "log_y", plot->log_y);
}

/* ---- its data ---------------------------------------------------------------------------------- */

static void put_answers(cJSON *to, const brg_lab_result *result) {
    cJSON *array = cJSON_AddArrayToObject(to, "questions");
    for (int32_t i = 0; i < brg_lab_claim_questions(result->claim); i++) {
        const brg_lab_question *question = &result->claim->questions[i];
        const brg_lab_answer *answer = &result->answers[i];
        cJSON *object = add_object(array);
        put_text(object, "what", question->what);
        put_text(object, "unit", question->unit);
        put_number(object, "at_least", question->low);
        put_number(object, "at_most", question->high);
        cJSON_AddBoolToObject(object, "control", question->control);
        put_text(object, "verdict", answer->given ? brg_lab_verdict_name(answer->verdict) : NULL);
        put_text(object, "sentence", answer->given ? answer->sentence : NULL);
        if (answer->given)
            put_estimate(object, &answer->estimate);
    }
}

static void put_series(cJSON *to, const brg_lab_result *result) {
    cJSON *array = cJSON_AddArrayToObject(to, "series");
    for (int32_t i = 0; i < result->series_count; i++) {
        const brg_lab_series *series = &result->series[i];
        cJSON *object = add_object(array);
        put_text(object, "name", series->name);
        cJSON_AddBoolToObject(object, "model", series->model);
        cJSON *points = cJSON_AddArrayToObject(object, "points");
        for (int32_t j = 0; j < series->point_count; j++) {
            const brg_lab_point *point = &series->points[j];
            cJSON *at = add_object(points);
            put_number(at, "x", point->x);
            put_number(at, "y", point->y);
            put_number(at, "low", point->low);
            put_number(at, "high", point->high);
            put_text(at, "label", point->label[0] ? point->label : NULL);
        }
    }
}

static void put_figures(cJSON *to, const brg_lab_result *result) {
    cJSON *array = cJSON_AddArrayToObject(to, "figures");
    for (int32_t i = 0; i < result->figure_count; i++) {
        cJSON *object = add_object(array);
        put_text(object, "name", result->figures[i].name);
        put_text(object, "unit", result->figures[i].unit);
        put_estimate(object, &result->figures[i].estimate);
    }
}

static void put_spans(cJSON *to, const brg_lab_result *result) {
    cJSON *array = cJSON_AddArrayToObject(to, "spans");
    for (int32_t i = 0; i < result->span_count; i++) {
        const brg_lab_span *span = &result->spans[i];
        cJSON *object = add_object(array);
        put_text(object, "picture", span->picture);
        put_text(object, "lane", span->lane);
        put_text(object, "name", span->name);
        put_number(object, "start_s", span->start_s);
        put_number(object, "end_s", span->end_s);
        cJSON_AddBoolToObject(object, "waiting", span->waiting);
    }
}

/* Samples are many: an array of rows [setting, reading, round, value, disturbed] each. */
static void put_samples(cJSON *to, const brg_lab_result *result) {
    cJSON *settings = cJSON_AddArrayToObject(to, "settings");
    for (int32_t i = 0; i < result->setting_count; i++) {
        cJSON *object = add_object(settings);
        put_text(object, "name", result->settings[i].name);
        put_number(object, "x", result->settings[i].x);
        put_number(object, "group", result->settings[i].group);
    }
    cJSON *samples = cJSON_AddArrayToObject(to, "samples");
    for (int32_t i = 0; i < result->sample_count; i++) {
        const brg_lab_sample *sample = &result->samples[i];
        const double row[] = {sample->setting, sample->reading, sample->round, sample->value,
                              sample->disturbed};
        cJSON *array = cJSON_CreateArray();
        for (size_t j = 0; j < sizeof row / sizeof row[0]; j++)
            cJSON_AddItemToArray(array, isfinite(row[j]) ? cJSON_CreateNumber(row[j])
                                                         : cJSON_CreateNull());
        cJSON_AddItemToArray(samples, array);
    }
}

static void put_circumstances(cJSON *to, const brg_lab_result *result) {
    put_number(to, "seconds", result->seconds);
    put_number(to, "budget_s", result->budget_s);
    put_text(to, "dial_name", result->claim->dial.name);
    put_number(to, "dial", result->dial);
    put_number(to, "seed", (double)result->seed);
    cJSON_AddBoolToObject(to, "quick", result->quick);
    cJSON_AddBoolToObject(to, "interrupted", result->interrupted);
    cJSON_AddBoolToObject(to, "simulated", result->simulated);
    put_text(to, "device", result->device[0] ? result->device : NULL);
    put_number(to, "units", result->units);
    put_number(to, "cores", result->cores);
    put_number(to, "rounds", result->rounds);
    put_number(to, "disturbed_rounds", result->disturbed);
    put_number(to, "load_of_others", result->others);
    put_number(to, "slower_than_usual", result->slower);
    put_number(to, "slower_for_good", result->settled);
}

static void put_result(cJSON *to, const brg_lab_result *result) {
    put_claim(to, result->claim);
    put_text(to, "verdict", brg_lab_verdict_name(result->verdict));
    put_text(to, "sentence", result->sentence);
    put_text(to, "control_outcome", result->control[0] ? result->control : NULL);
    put_text(to, "error", result->error.status ? result->error.what : NULL);
    put_answers(to, result);
    put_figures(to, result);
    put_plot(to, &result->claim->plot);
    put_series(to, result);
    put_circumstances(to, result);
    put_spans(to, result);
    put_samples(to, result);
}

/* cJSON prints numbers in the thread's locale, where 1.5 may be 1,5. */
static char *print_in_c_locale(const cJSON *root) {
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = c ? uselocale(c) : (locale_t)0;
    char *printed = c ? cJSON_PrintUnformatted(root) : NULL;
    if (c) {
        uselocale(before);
        freelocale(c);
    }
    char *text = printed ? strdup(printed) : NULL;
    cJSON_free(printed);
    return text;
}

char *brg_lab_results_json(const brg_lab_result *results, int32_t count) {
    cJSON *array = cJSON_CreateArray();
    for (int32_t i = 0; array && i < count; i++)
        put_result(add_object(array), &results[i]);
    char *text = array ? print_in_c_locale(array) : NULL;
    cJSON_Delete(array);
    return text;
}
