/* Choosing devices by text: pure functions over a list, no OpenCL. */
#include <ctype.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "brigade/device.h"

/* A specification taken apart: "text/cu=units@first". */
typedef struct wish {
    char text[256];
    uint32_t units; /* 0: the whole device */
    uint32_t first; /* unit that a sub-device begins with */
} wish;

/* Rows of the list that a wish names, and why these. */
typedef struct matches {
    int32_t rows[BRG_MAX_DEVICES];
    int32_t count;
    char why[BRG_NAME];
} matches;

static const struct {
    const char *keyword;
    const char *noun;
    int rank; /* of which the highest is the best device */
} kinds[] = {
    [BRG_DEVICE_CPU] = {"cpu", "CPU", 1},
    [BRG_DEVICE_GPU] = {"gpu", "GPU", 3},
    [BRG_DEVICE_ACCELERATOR] = {"accelerator", "accelerator", 2},
    [BRG_DEVICE_OTHER] = {"other", "device of another kind", 0},
};

const char *brg_device_kind_name(brg_device_kind kind) {
    return kind >= BRG_DEVICE_CPU && kind <= BRG_DEVICE_OTHER ? kinds[kind].keyword : "other";
}

/* ---- words about devices --------------------------------------------------------------------- */

static void append(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...) {
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

/* Ends an error with the given rows, as many as fit: "Choose one of these: 0:0 (pthread-…), 0:1
 * (…)." */
static void hint_rows(const brg_device_list *list, const matches *found, brg_error *error) {
    enum { ROOM_FOR_END = 24 };
    char text[BRG_ERROR_TEXT] = "Choose one of these: ";
    for (int32_t i = 0; i < found->count; i++) {
        const brg_device_info *device = &list->devices[found->rows[i]];
        char entry[80];
        snprintf(entry, sizeof entry, "%s%d:%d (%.48s)", i == 0 ? "" : ", ", (int)device->platform,
                 (int)device->device, device->name);
        if (strlen(text) + strlen(entry) + ROOM_FOR_END > sizeof text) {
            append(text, sizeof text, " and %d more", (int)(found->count - i));
            break;
        }
        append(text, sizeof text, "%s", entry);
    }
    brg_error_hint(error, "%s.", text);
}

static matches all_rows(const brg_device_list *list) {
    matches all = {.why = "one of all devices"};
    for (int32_t i = 0; i < list->count && i < BRG_MAX_DEVICES; i++)
        all.rows[all.count++] = i;
    return all;
}

static brg_status not_found(const brg_device_list *list, const char *what, brg_error *error) {
    matches all = all_rows(list);
    brg_fail(error, BRG_E_NOT_FOUND, "%s", what);
    hint_rows(list, &all, error);
    return BRG_E_NOT_FOUND;
}

static brg_status no_device(const brg_device_list *list, brg_error *error) {
    brg_fail(error, BRG_E_NO_DEVICE, "%s",
             list->note[0] ? list->note : "There is no OpenCL device.");
    brg_error_hint(error, "Install an OpenCL implementation, for example the package "
                          "pocl-opencl-icd; \"brigade doctor\" says what is missing.");
    return BRG_E_NO_DEVICE;
}

/* ---- reading a specification ----------------------------------------------------------------- */

/* Reads decimal digits at *text, moves past them, and holds what is too large at INT32_MAX. False
 * if there is no digit. */
static bool read_number(const char **text, int32_t *value) {
    if (!isdigit((unsigned char)**text))
        return false;
    int64_t number = 0;
    for (; isdigit((unsigned char)**text); ++*text)
        number = number > INT32_MAX / 10 ? INT32_MAX : number * 10 + (**text - '0');
    *value = number > INT32_MAX ? INT32_MAX : (int32_t)number;
    return true;
}

/* The last "/cu=" in a specification, or its end. */
static const char *find_suffix(const char *spec) {
    const char *suffix = NULL;
    for (const char *at = strstr(spec, "/cu="); at; at = strstr(at + 1, "/cu="))
        suffix = at;
    return suffix ? suffix : spec + strlen(spec);
}

static brg_status read_wish(const char *spec, wish *out, brg_error *error) {
    *out = (wish){.units = 0};
    if (!spec)
        return BRG_OK;
    const char *suffix = find_suffix(spec);
    size_t length = (size_t)(suffix - spec);
    if (length >= sizeof out->text)
        return brg_fail(error, BRG_E_ARGUMENT,
                        "A device specification has %zu characters; at most %zu are read.", length,
                        sizeof out->text - 1);
    memcpy(out->text, spec, length);
    if (*suffix == '\0')
        return BRG_OK;

    int32_t units = 0, first = 0;
    const char *digits = suffix + strlen("/cu=");
    bool read = read_number(&digits, &units);
    if (read && *digits == '@') {
        digits++;
        read = read_number(&digits, &first);
    }
    if (!read || *digits != '\0' || units < 1) {
        brg_fail(error, BRG_E_ARGUMENT, "\"%.40s\" names no number of compute units.", suffix);
        brg_error_hint(error,
                       "Write /cu=N with N from 1 up, for example cpu/cu=2, or cpu/cu=2@4 for "
                       "the two units from unit 4 on.");
        return BRG_E_ARGUMENT;
    }
    out->units = (uint32_t)units;
    out->first = (uint32_t)first;
    return BRG_OK;
}

/* ---- the best device ------------------------------------------------------------------------- */

static bool is_usable(const brg_device_info *device) {
    return device->available && device->compiler_available;
}

/* How fast a device claims to be: units x clock x vector width. Units alone mislead: a driver that renders
 * on the processor may claim more of them than there are cores. What is not told counts as one. */
static double claimed_rate(const brg_device_info *device) {
    double clock = device->clock_mhz ? device->clock_mhz : 1;
    double width = device->float_vector_width ? device->float_vector_width : 1;
    return device->compute_units * clock * width;
}

/* Usable first, then the higher kind, then the higher claim; the earlier of equals. */
static bool is_better(const brg_device_info *a, const brg_device_info *b) {
    if (is_usable(a) != is_usable(b))
        return is_usable(a);
    if (kinds[a->kind].rank != kinds[b->kind].rank)
        return kinds[a->kind].rank > kinds[b->kind].rank;
    return claimed_rate(a) > claimed_rate(b);
}

/* Keeps the best of the rows, and says what made it so. */
static void keep_best(const brg_device_list *list, matches *found) {
    const brg_device_info *best = &list->devices[found->rows[0]];
    int32_t row = found->rows[0];
    int32_t of_its_kind = 0;
    for (int32_t i = 1; i < found->count; i++) {
        if (is_better(&list->devices[found->rows[i]], best)) {
            row = found->rows[i];
            best = &list->devices[row];
        }
    }
    for (int32_t i = 0; i < list->count; i++)
        of_its_kind += list->devices[i].kind == best->kind;

    if (list->count == 1)
        snprintf(found->why, sizeof found->why, "the only device");
    else if (of_its_kind == 1)
        snprintf(found->why, sizeof found->why, "the only %s", kinds[best->kind].noun);
    else
        snprintf(found->why, sizeof found->why, "the %s that claims the highest rate",
                 kinds[best->kind].noun);
    found->rows[0] = row;
    found->count = 1;
}

static brg_status find_kind(const brg_device_list *list, brg_device_kind kind, matches *found,
                            brg_error *error) {
    for (int32_t i = 0; i < list->count; i++)
        if (list->devices[i].kind == kind)
            found->rows[found->count++] = i;
    if (found->count == 0) {
        char what[96];
        snprintf(what, sizeof what, "There is no %s among the OpenCL devices.", kinds[kind].noun);
        return not_found(list, what, error);
    }
    keep_best(list, found);
    return BRG_OK;
}

/* ---- devices by number ----------------------------------------------------------------------- */

static brg_status find_index(const brg_device_list *list, int32_t index, matches *found,
                             brg_error *error) {
    for (int32_t i = 0; i < list->count; i++) {
        if (list->devices[i].index == index) {
            found->rows[found->count++] = i;
            snprintf(found->why, sizeof found->why, "chosen by its index %d", (int)index);
            return BRG_OK;
        }
    }
    char what[96];
    snprintf(what, sizeof what, "There is no device with index %d.", (int)index);
    return not_found(list, what, error);
}

static brg_status find_place(const brg_device_list *list, int32_t platform, int32_t device,
                             matches *found, brg_error *error) {
    for (int32_t i = 0; i < list->count; i++) {
        if (list->devices[i].platform == platform && list->devices[i].device == device) {
            found->rows[found->count++] = i;
            snprintf(found->why, sizeof found->why, "chosen as device %d of platform %d",
                     (int)device, (int)platform);
            return BRG_OK;
        }
    }
    char what[96];
    snprintf(what, sizeof what, "There is no device %d:%d.", (int)platform, (int)device);
    return not_found(list, what, error);
}

/* "3" or "1:0"; *handled says whether the text is of that form at all. */
static brg_status find_number(const brg_device_list *list, const char *text, bool *handled,
                              matches *found, brg_error *error) {
    const char *at = text;
    int32_t first = 0, second = 0;
    *handled = read_number(&at, &first) && (*at == '\0' || *at == ':');
    if (!*handled)
        return BRG_OK;
    if (*at == '\0')
        return find_index(list, first, found, error);
    at++;
    if (!read_number(&at, &second) || *at != '\0') {
        brg_fail(error, BRG_E_ARGUMENT, "\"%.60s\" is not of the form PLATFORM:DEVICE.", text);
        brg_error_hint(error, "Write two numbers, for example 0:0.");
        return BRG_E_ARGUMENT;
    }
    return find_place(list, first, second, found, error);
}

/* ---- devices by name ------------------------------------------------------------------------- */

static brg_status find_name(const brg_device_list *list, const char *text, matches *found,
                            brg_error *error) {
    /* A name spelt in full means that device, even where it is a part of another's name. */
    for (int32_t i = 0; i < list->count; i++)
        if (strcasecmp(list->devices[i].name, text) == 0)
            found->rows[found->count++] = i;
    snprintf(found->why, sizeof found->why, "named \"%.60s\"", text);
    if (found->count > 0)
        return BRG_OK;

    for (int32_t i = 0; i < list->count; i++)
        if (strcasestr(list->devices[i].name, text) ||
            strcasestr(list->devices[i].platform_name, text))
            found->rows[found->count++] = i;
    snprintf(found->why, sizeof found->why, "its name has \"%.60s\" in it", text);
    if (found->count > 0)
        return BRG_OK;

    char what[128];
    snprintf(what, sizeof what, "No device or platform name has \"%.60s\" in it.", text);
    return not_found(list, what, error);
}

static brg_status find_expression(const brg_device_list *list, const char *pattern, matches *found,
                                  brg_error *error) {
    regex_t regex;
    int code = regcomp(&regex, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (code != 0) {
        char reason[96];
        regerror(code, &regex, reason, sizeof reason);
        brg_fail(error, BRG_E_ARGUMENT, "\"%.60s\" is not a regular expression: %s.", pattern,
                 reason);
        brg_error_hint(error, "After ~ comes a POSIX extended expression, for example ~^pthread.");
        return BRG_E_ARGUMENT;
    }
    for (int32_t i = 0; i < list->count; i++)
        if (regexec(&regex, list->devices[i].name, 0, NULL, 0) == 0 ||
            regexec(&regex, list->devices[i].platform_name, 0, NULL, 0) == 0)
            found->rows[found->count++] = i;
    regfree(&regex);
    snprintf(found->why, sizeof found->why, "its name matches ~%.60s", pattern);
    if (found->count > 0)
        return BRG_OK;

    char what[128];
    snprintf(what, sizeof what, "No device or platform name matches ~%.60s.", pattern);
    return not_found(list, what, error);
}

/* ---- all forms together ---------------------------------------------------------------------- */

/* Every row that the text names: one for "", numbers and kinds, one or more for the others. */
static brg_status find(const brg_device_list *list, const char *text, matches *found,
                       brg_error *error) {
    *found = (matches){.count = 0};
    if (list->count < 1)
        return no_device(list, error);
    if (strcasecmp(text, "all") == 0 || *text == '\0') {
        *found = all_rows(list);
        if (*text == '\0')
            keep_best(list, found);
        return BRG_OK;
    }
    for (int kind = BRG_DEVICE_CPU; kind <= BRG_DEVICE_ACCELERATOR; kind++)
        if (strcasecmp(text, kinds[kind].keyword) == 0)
            return find_kind(list, (brg_device_kind)kind, found, error);
    if (*text == '~')
        return find_expression(list, text + 1, found, error);

    bool handled = false;
    brg_status status = find_number(list, text, &handled, found, error);
    return handled ? status : find_name(list, text, found, error);
}

/* Fills a choice, having seen to it that the device can give that many compute units. */
static brg_status choose(const brg_device_list *list, const wish *asked, const matches *found,
                         int32_t row, brg_device_choice *choice, brg_error *error) {
    const brg_device_info *device = &list->devices[row];
    uint64_t end = (uint64_t)asked->first + asked->units;
    if (end > device->compute_units)
        return brg_fail(error, BRG_E_ARGUMENT, "%.80s has %u compute units, not %llu.",
                        device->name, (unsigned)device->compute_units, (unsigned long long)end);
    bool whole = asked->units == 0 || asked->units == device->compute_units;
    if (!whole && !device->partitions_by_counts && asked->first % asked->units != 0)
        return brg_fail(error, BRG_E_UNSUPPORTED,
                        "%.80s can be divided equally only: %u units cannot begin with unit %u.",
                        device->name, (unsigned)asked->units, (unsigned)asked->first);
    if (!whole && !device->partitions_by_counts && !device->partitions_equally) {
        brg_fail(error, BRG_E_UNSUPPORTED, "%.80s cannot be divided into sub-devices.",
                 device->name);
        brg_error_hint(error, "Leave /cu=%u out to use the whole device.", (unsigned)asked->units);
        return BRG_E_UNSUPPORTED;
    }
    *choice =
        (brg_device_choice){.index = row, .units = whole ? 0 : asked->units, .first = asked->first};
    memcpy(choice->why, found->why, sizeof choice->why);
    return BRG_OK;
}

static brg_status ambiguous(const brg_device_list *list, const wish *asked, const matches *found,
                            brg_error *error) {
    brg_fail(error, BRG_E_AMBIGUOUS, "\"%.60s\" matches %d devices.", asked->text,
             (int)found->count);
    hint_rows(list, found, error);
    return BRG_E_AMBIGUOUS;
}

brg_status brg_device_select(const brg_device_list *list, const char *spec,
                             brg_device_choice *choice, brg_error *error) {
    wish asked;
    matches found;
    brg_status status = read_wish(spec, &asked, error);
    if (status == BRG_OK)
        status = find(list, asked.text, &found, error);
    if (status != BRG_OK)
        return status;
    if (found.count > 1)
        return ambiguous(list, &asked, &found, error);
    return choose(list, &asked, &found, found.rows[0], choice, error);
}

brg_status brg_device_select_all(const brg_device_list *list, const char *spec,
                                 brg_device_choice choices[BRG_MAX_DEVICES], int32_t *count,
                                 brg_error *error) {
    wish asked;
    matches found;
    *count = 0;
    brg_status status = read_wish(spec, &asked, error);
    if (status == BRG_OK)
        status = find(list, asked.text, &found, error);
    for (int32_t i = 0; status == BRG_OK && i < found.count; i++)
        status = choose(list, &asked, &found, found.rows[i], &choices[i], error);
    if (status == BRG_OK)
        *count = found.count;
    return status;
}
