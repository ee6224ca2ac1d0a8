/* The data of a result: appended to while an experiment runs, copied out at any time. */
#include <stdlib.h>
#include <string.h>

#include "lab/state.h"

brg_lab_result *brg_lab_current(brg_lab *lab) {
    return &lab->results[lab->current];
}

/* ---- growing ----------------------------------------------------------------------------------- */

/* Room is doubled whenever the count is a power of two, so that it need not be kept. */
void *brg_lab_append(brg_lab *lab, void *array, int32_t count, size_t item) {
    void **place = array;
    if ((count & (count - 1)) == 0) {
        void *grown = realloc(*place, (count ? (size_t)count * 2 : 1) * item);
        if (!grown) {
            brg_lab_fail(lab, BRG_E_MEMORY, "There is not enough memory for the data.");
            return NULL;
        }
        *place = grown;
    }
    return memset((char *)*place + (size_t)count * item, 0, item);
}

static void copy_name(char *to, size_t size, const char *from) {
    size_t length = from ? strnlen(from, size - 1) : 0;
    memcpy(to, from ? from : "", length);
    to[length] = '\0';
}

static brg_lab_series *find_series(brg_lab *lab, const char *name, bool model) {
    brg_lab_result *result = brg_lab_current(lab);
    for (int32_t i = 0; i < result->series_count; i++)
        if (strncmp(result->series[i].name, name, BRG_LAB_NAME - 1) == 0)
            return &result->series[i];
    brg_lab_series *series =
        brg_lab_append(lab, &result->series, result->series_count, sizeof *series);
    if (!series)
        return NULL;
    copy_name(series->name, sizeof series->name, name);
    series->model = model;
    result->series_count++;
    return series;
}

/* The place of a new point keeps the order by x; an old one at the same x and label is replaced. */
static brg_lab_point *find_point(brg_lab *lab, brg_lab_series *series, double x,
                                 const char *label) {
    for (int32_t i = 0; i < series->point_count; i++)
        if (series->points[i].x == x &&
            strncmp(series->points[i].label, label, BRG_LAB_NAME - 1) == 0)
            return &series->points[i];
    if (!brg_lab_append(lab, &series->points, series->point_count, sizeof *series->points))
        return NULL;
    int32_t at = series->point_count++;
    for (; at > 0 && series->points[at - 1].x > x; at--)
        series->points[at] = series->points[at - 1];
    memset(&series->points[at], 0, sizeof series->points[at]);
    return &series->points[at];
}

static void set_point(brg_lab *lab, const char *name, bool model, double x, brg_lab_estimate y,
                      const char *label) {
    label = label ? label : "";
    brg_lab_change_begin(lab);
    brg_lab_series *series = find_series(lab, name, model);
    brg_lab_point *point = series ? find_point(lab, series, x, label) : NULL;
    if (point) {
        *point = (brg_lab_point){.x = x, .y = y.value, .low = y.low, .high = y.high};
        copy_name(point->label, sizeof point->label, label);
    }
    brg_lab_change_end(lab);
}

void brg_lab_plot_point(brg_lab *lab, const char *series, double x, brg_lab_estimate y,
                        const char *label) {
    set_point(lab, series, false, x, y, label);
}

void brg_lab_plot_model(brg_lab *lab, const char *series, double x, double y) {
    set_point(lab, series, true, x, (brg_lab_estimate){y, NAN, NAN, 0}, NULL);
}

static brg_lab_figure *find_figure(brg_lab *lab, const char *name) {
    brg_lab_result *result = brg_lab_current(lab);
    for (int32_t i = 0; i < result->figure_count; i++)
        if (strncmp(result->figures[i].name, name, BRG_LAB_NAME - 1) == 0)
            return &result->figures[i];
    brg_lab_figure *figure =
        brg_lab_append(lab, &result->figures, result->figure_count, sizeof *figure);
    if (figure)
        result->figure_count++;
    return figure;
}

void brg_lab_figure_set(brg_lab *lab, const char *name, const char *unit,
                        brg_lab_estimate estimate) {
    brg_lab_change_begin(lab);
    brg_lab_figure *figure = find_figure(lab, name);
    if (figure) {
        copy_name(figure->name, sizeof figure->name, name);
        copy_name(figure->unit, sizeof figure->unit, unit);
        figure->estimate = estimate;
    }
    brg_lab_change_end(lab);
}

void brg_lab_span_add(brg_lab *lab, const char *picture, const char *lane, const char *name,
                      double start_s, double end_s, bool waiting) {
    enum { MOST = 20000 };
    brg_lab_result *result = brg_lab_current(lab);
    brg_lab_change_begin(lab);
    brg_lab_span *span = NULL;
    if (result->span_count < MOST)
        span = brg_lab_append(lab, &result->spans, result->span_count, sizeof *span);
    if (span) {
        copy_name(span->picture, sizeof span->picture, picture);
        copy_name(span->lane, sizeof span->lane, lane);
        copy_name(span->name, sizeof span->name, name);
        span->start_s = start_s;
        span->end_s = end_s;
        span->waiting = waiting;
        result->span_count++;
    }
    brg_lab_change_end(lab);
}

/* The array may keep more room than its count says; appending then only asks for room it has. */
void brg_lab_spans_clear(brg_lab *lab, const char *picture) {
    brg_lab_result *result = brg_lab_current(lab);
    brg_lab_change_begin(lab);
    int32_t kept = 0;
    for (int32_t i = 0; i < result->span_count; i++)
        if (strncmp(result->spans[i].picture, picture, BRG_LAB_NAME - 1) != 0)
            result->spans[kept++] = result->spans[i];
    result->span_count = kept;
    brg_lab_change_end(lab);
}

/* ---- copying ----------------------------------------------------------------------------------- */

static bool copy_array(void *array, int32_t count, size_t item) {
    void **place = array;
    const void *from = *place;
    *place = count > 0 ? malloc((size_t)count * item) : NULL;
    if (count > 0 && *place)
        memcpy(*place, from, (size_t)count * item);
    return count == 0 || *place;
}

static bool copy_series(brg_lab_result *result) {
    if (!copy_array(&result->series, result->series_count, sizeof *result->series)) {
        result->series_count = 0;
        return false;
    }
    bool whole = true;
    for (int32_t i = 0; i < result->series_count; i++) {
        brg_lab_series *series = &result->series[i];
        whole = copy_array(&series->points, series->point_count, sizeof *series->points) && whole;
    }
    return whole;
}

static bool copy_arrays(brg_lab_result *copy) {
    bool whole = copy_series(copy);
    whole = copy_array(&copy->settings, copy->setting_count, sizeof *copy->settings) && whole;
    whole = copy_array(&copy->samples, copy->sample_count, sizeof *copy->samples) && whole;
    whole = copy_array(&copy->figures, copy->figure_count, sizeof *copy->figures) && whole;
    return copy_array(&copy->spans, copy->span_count, sizeof *copy->spans) && whole;
}

brg_status brg_lab_result_copy(brg_lab *lab, int32_t index, brg_lab_result *result,
                               brg_error *error) {
    memset(result, 0, sizeof *result);
    if (index < 0 || index >= lab->count)
        return brg_fail(error, BRG_E_ARGUMENT, "There is no claim %d in a run of %d.", (int)index,
                        (int)lab->count);
    pthread_mutex_lock(&lab->lock);
    *result = lab->results[index];
    if (result->state == BRG_LAB_RUNNING)
        result->seconds = brg_lab_elapsed_s(lab);
    bool whole = copy_arrays(result);
    pthread_mutex_unlock(&lab->lock);
    if (whole)
        return BRG_OK;
    brg_lab_result_release(result);
    return brg_fail(error, BRG_E_MEMORY, "There is not enough memory for a copy of the data.");
}

void brg_lab_result_release(brg_lab_result *result) {
    if (!result)
        return;
    for (int32_t i = 0; i < result->series_count; i++)
        free(result->series[i].points);
    free(result->series);
    free(result->settings);
    free(result->samples);
    free(result->figures);
    free(result->spans);
    memset(result, 0, sizeof *result);
}
