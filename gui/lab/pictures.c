/* Pictures. See pictures.h. */
#include "lab/pictures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lengths further apart than this are not drawn to one scale: the shortest could not be seen. */
static const double most_apart = 12;

void brg_lab_pictures_clear(brg_lab_pictures *pictures) {
    free(pictures->places);
    memset(pictures, 0, sizeof *pictures);
}

/* The index of a name, which is added if it is new; -1 if there is no room. */
static int index_of(const char **names, int *count, int most, const char *name) {
    for (int i = 0; i < *count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    if (*count == most)
        return -1;
    names[*count] = name;
    return (*count)++;
}

static brg_lab_picture *picture_of(brg_lab_pictures *p, const char *name) {
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->pictures[i].name, name) == 0)
            return &p->pictures[i];
    if (p->count == BRG_PICTURES)
        return NULL;
    p->pictures[p->count] = (brg_lab_picture){.name = name};
    return &p->pictures[p->count++];
}

static brg_lab_place place_span(brg_lab_pictures *p, const brg_lab_span *span) {
    const brg_lab_place nowhere = {-1, -1, 0};
    bool sound = span->start_s >= 0 && span->end_s >= span->start_s && isfinite(span->end_s);
    brg_lab_picture *picture = sound ? picture_of(p, span->picture) : NULL;
    if (!picture)
        return nowhere;
    int lane = index_of(p->lanes, &p->lane_count, BRG_PICTURE_LANES, span->lane);
    if (lane < 0)
        return nowhere;
    picture->lanes |= UINT32_C(1) << lane;
    int work = span->waiting ? 0 : index_of(p->work, &p->work_count, BRG_PICTURE_WORK, span->name);
    picture->length_s = fmax(picture->length_s, span->end_s);
    return (brg_lab_place){(int16_t)(picture - p->pictures), (int16_t)lane,
                           (int16_t)(work < 0 ? 0 : work)};
}

/* Conditions are measured in random order, but listed as they are meant to be read. */
static void add_settings(brg_lab_pictures *p, const brg_lab_result *result) {
    for (int32_t i = 0; i < result->setting_count; i++)
        for (int32_t j = 0; j < result->span_count; j++)
            if (strcmp(result->settings[i].name, result->spans[j].picture) == 0) {
                picture_of(p, result->spans[j].picture);
                break;
            }
}

void brg_lab_pictures_sort(brg_lab_pictures *p, const brg_lab_result *result) {
    brg_lab_pictures_clear(p);
    add_settings(p, result);
    p->places = calloc((size_t)result->span_count + 1, sizeof *p->places);
    if (!p->places)
        return;
    p->place_count = result->span_count;
    for (int32_t i = 0; i < result->span_count; i++)
        p->places[i] = place_span(p, &result->spans[i]);
    double shortest = INFINITY, longest = 0;
    for (int i = 0; i < p->count; i++) {
        shortest = fmin(shortest, p->pictures[i].length_s);
        longest = fmax(longest, p->pictures[i].length_s);
    }
    p->shared = longest <= most_apart * shortest;
}

int brg_lab_lane_count(uint32_t lanes) {
    int count = 0;
    for (; lanes; lanes &= lanes - 1)
        count++;
    return count;
}

int brg_lab_lane_rank(uint32_t lanes, int lane) {
    return brg_lab_lane_count(lanes & ((UINT32_C(1) << lane) - 1));
}

double brg_lab_pictures_scale(const brg_lab_pictures *p, int picture) {
    double length = p->pictures[picture].length_s;
    for (int i = 0; p->shared && i < p->count; i++)
        length = fmax(length, p->pictures[i].length_s);
    return length > 0 ? length : 1;
}
