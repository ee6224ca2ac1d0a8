/* Verdicts: comparing a result with its exact values and bounds, band of rows by band of rows. */
#include "brigade/verify.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/half.h"

static const char *const policy_names[] = {
    [BRG_VERIFY_DEFAULT] = "default", [BRG_VERIFY_FULL] = "full",
    [BRG_VERIFY_SAMPLE] = "sample",   [BRG_VERIFY_FREIVALDS] = "freivalds",
    [BRG_VERIFY_NONE] = "none",
};

enum { POLICY_COUNT = sizeof policy_names / sizeof policy_names[0] };

const char *brg_verify_policy_name(brg_verify_policy policy) {
    return (int)policy >= 0 && (int)policy < (int)POLICY_COUNT ? policy_names[policy] : "unknown";
}

brg_status brg_verify_policy_parse(const char *text, brg_verify_policy *policy, brg_error *error) {
    for (int i = 0; text && i < (int)POLICY_COUNT; i++) {
        if (strcmp(text, policy_names[i]) == 0) {
            *policy = (brg_verify_policy)i;
            return BRG_OK;
        }
    }
    brg_fail(error, BRG_E_ARGUMENT, "There is no verification policy \"%s\".", text ? text : "");
    brg_error_hint(error, "Choose full, sample, freivalds, none or default.");
    return BRG_E_ARGUMENT;
}

/* ---- one element ----------------------------------------------------------------------------- */

/* How one element compares with what is expected of it. */
typedef struct judgement {
    double difference; /* |got - expected|; infinite if one is NaN or they are infinite unalike */
    double ulps;
    double ratio; /* difference / bound; infinite where that says nothing */
    bool passed;
} judgement;

static const judgement exact = {.passed = true};
static const judgement hopeless = {.difference = INFINITY, .ulps = INFINITY, .ratio = INFINITY};

/* The numbers of a floating point type: bits behind the first of a normal one, the exponent of the
 * smallest normal one, and from where on nothing finite is nearest. */
typedef struct floating {
    int fraction, least;
    double overflow;
} floating;

/* The format of a type, or NULL for integers. */
static const floating *format_of(brg_dtype dtype) {
    static const floating f16 = {10, -14, 65520.0};
    static const floating f32 = {23, -126, 0x1.ffffffp127};
    static const floating f64 = {52, -1022, INFINITY};
    return dtype == BRG_F32 ? &f32 : dtype == BRG_F16 ? &f16 : dtype == BRG_F64 ? &f64 : NULL;
}

/* The unit in the last place of x: 2^(e - fraction) for 2^e <= |x| < 2^(e+1). Zero and subnormals
 * share one spacing, and what overflows has that of the largest number. */
static double unit_of(const floating *type, double x) {
    int exponent = type->least;
    if (fabs(x) >= type->overflow)
        exponent = 1 - type->least;
    else if (fabs(x) > ldexp(1, type->least))
        exponent = ilogb(x);
    return ldexp(1, exponent - type->fraction);
}

/* True if both are NaN, or the same infinity. */
static bool same_non_finite(double a, double b) {
    return (isnan(a) && isnan(b)) || (isinf(a) && a == b);
}

static judgement judge(brg_dtype dtype, double got, double expected, double bound) {
    if (!isfinite(expected))
        return same_non_finite(got, expected) ? exact : hopeless;
    const floating *type = format_of(dtype);
    if (!isfinite(got)) {
        /* What lies beyond the largest number of its type, or may within its bound, is rightly
         * infinite. */
        double slack = bound > 0 && isfinite(bound) ? bound : 0;
        bool beyond = type && fabs(expected) + slack >= type->overflow;
        return beyond && isinf(got) && (got > 0) == (expected > 0) ? exact : hopeless;
    }
    judgement j = {.difference = fabs(got - expected)};
    j.passed = j.difference <= bound; /* false if the bound is NaN */
    if (j.difference > 0) {
        j.ulps = type ? j.difference / unit_of(type, expected) : 0;
        j.ratio = bound > 0 ? j.difference / bound : INFINITY;
    } else if (!j.passed) {
        j.ratio =
            INFINITY; /* a bound below zero or NaN: the oracle is wrong, and nothing may pass */
    }
    return j;
}

static double load(brg_dtype dtype, const void *data, int64_t index) {
    switch (dtype) {
    case BRG_F32:
        return ((const float *)data)[index];
    case BRG_U8:
        return ((const uint8_t *)data)[index];
    case BRG_I32:
        return ((const int32_t *)data)[index];
    case BRG_F16:
        return half_to_float(((const uint16_t *)data)[index]);
    case BRG_I8:
        return ((const int8_t *)data)[index];
    case BRG_F64:
        return ((const double *)data)[index];
    default:
        return NAN;
    }
}

/* ---- the verdict ----------------------------------------------------------------------------- */

void brg_verdict_begin(brg_verdict *verdict, brg_verify_policy policy, const brg_shape *output) {
    memset(verdict, 0, sizeof *verdict);
    verdict->policy = policy;
    verdict->rank = output->rank;
    size_t elements = 0;
    if (brg_shape_size(output, &elements, NULL, NULL) == BRG_OK)
        verdict->total = (int64_t)elements;
}

/* Elements under one index of the first dim. */
static int64_t row_elements(const brg_shape *shape) {
    int64_t elements = 1;
    for (int32_t i = 1; i < shape->rank; i++)
        elements *= shape->dims[i];
    return elements;
}

static void note_worst(brg_verdict *verdict, const brg_shape *output, int64_t index, double got,
                       double expected, double bound) {
    for (int32_t i = output->rank - 1; i >= 0; i--) {
        verdict->worst[i] = index % output->dims[i];
        index /= output->dims[i];
    }
    verdict->worst_got = got;
    verdict->worst_expected = expected;
    verdict->worst_bound = bound;
}

static void settle_frobenius(brg_verdict *verdict) {
    if (verdict->sum_expected2 > 0)
        verdict->relative_frobenius = sqrt(verdict->sum_difference2 / verdict->sum_expected2);
    else
        verdict->relative_frobenius = verdict->sum_difference2 > 0 ? INFINITY : 0;
}

void brg_verdict_compare_rows(brg_verdict *verdict, const brg_shape *output, int64_t row0,
                              int64_t rows, const void *got, const double *expected,
                              const double *bound) {
    int64_t row = row_elements(output);
    for (int64_t i = 0; i < rows * row; i++) {
        double value = load(output->dtype, got, i);
        judgement j = judge(output->dtype, value, expected[i], bound[i]);

        if (verdict->checked == 0 || j.ratio > verdict->bound_ratio) {
            verdict->bound_ratio = j.ratio;
            note_worst(verdict, output, row0 * row + i, value, expected[i], bound[i]);
        }
        verdict->checked++;
        verdict->failures += !j.passed;
        verdict->non_finite += !isfinite(value);
        verdict->max_abs = fmax(verdict->max_abs, j.difference);
        verdict->max_ulp = fmax(verdict->max_ulp, j.ulps);
        verdict->sum_difference2 += j.difference * j.difference;
        if (isfinite(expected[i]))
            verdict->sum_expected2 += expected[i] * expected[i];
    }
    settle_frobenius(verdict);
}

/* Nothing checked is no pass, and neither is a full check that left elements out. */
static bool checked_enough(const brg_verdict *verdict) {
    if (verdict->policy == BRG_VERIFY_NONE)
        return false;
    if (verdict->policy == BRG_VERIFY_FULL)
        return verdict->checked >= verdict->total;
    return verdict->checked > 0 || verdict->total == 0;
}

void brg_verdict_end(brg_verdict *verdict) {
    if (verdict->failures > 0)
        verdict->outcome = BRG_MISMATCH;
    else
        verdict->outcome = checked_enough(verdict) ? BRG_PASSED : BRG_UNCHECKED;
}

static brg_outcome both(brg_outcome a, brg_outcome b) {
    if (a == BRG_MISMATCH || b == BRG_MISMATCH)
        return BRG_MISMATCH;
    return a == BRG_PASSED && b == BRG_PASSED ? BRG_PASSED : BRG_UNCHECKED;
}

static void take_worst(brg_verdict *verdict, const brg_verdict *later) {
    verdict->bound_ratio = later->bound_ratio;
    verdict->rank = later->rank;
    memcpy(verdict->worst, later->worst, sizeof verdict->worst);
    verdict->worst_got = later->worst_got;
    verdict->worst_expected = later->worst_expected;
    verdict->worst_bound = later->worst_bound;
    verdict->stage = later->stage;
}

void brg_verdict_merge(brg_verdict *verdict, const brg_verdict *later) {
    if (verdict->policy == BRG_VERIFY_DEFAULT) {
        *verdict = *later;
        return;
    }
    if (later->checked > 0 && (verdict->checked == 0 || later->bound_ratio > verdict->bound_ratio))
        take_worst(verdict, later);
    /* Policies are listed from the strictest on: the whole is checked as its weakest stage is. */
    if (later->policy > verdict->policy)
        verdict->policy = later->policy;
    verdict->outcome = both(verdict->outcome, later->outcome);
    verdict->checked += later->checked;
    verdict->total += later->total;
    verdict->failures += later->failures;
    verdict->non_finite += later->non_finite;
    verdict->max_abs = fmax(verdict->max_abs, later->max_abs);
    verdict->max_ulp = fmax(verdict->max_ulp, later->max_ulp);
    verdict->sum_difference2 += later->sum_difference2;
    verdict->sum_expected2 += later->sum_expected2;
    /* Each stage has a scale of its own, so the ratios compare and the sums do not. */
    verdict->relative_frobenius = fmax(verdict->relative_frobenius, later->relative_frobenius);
    verdict->miss_probability = fmax(verdict->miss_probability, later->miss_probability);
}

/* ---- words ----------------------------------------------------------------------------------- */

/* Text that grows up to a limit and is cut there. */
typedef struct writer {
    char *text;
    size_t size;
    size_t used;
} writer;

__attribute__((format(printf, 2, 3))) static void put(writer *to, const char *format, ...) {
    if (to->used >= to->size)
        return;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(to->text + to->used, to->size - to->used, format, arguments);
    va_end(arguments);
    to->used += length > 0 ? (size_t)length : 0;
}

/* A count with its digits in groups of three: 4 194 304. */
static void put_count(writer *to, int64_t count) {
    if (count >= 1000) {
        put_count(to, count / 1000);
        put(to, " %03d", (int)(count % 1000));
    } else {
        put(to, "%d", (int)count);
    }
}

static void put_worst(writer *to, const brg_verdict *verdict) {
    put(to, "the worst at [");
    for (int32_t i = 0; i < verdict->rank && i < BRG_MAX_RANK; i++)
        put(to, "%s%lld", i == 0 ? "" : ", ", (long long)verdict->worst[i]);
    put(to, "] is %.9g instead of %.9g (", verdict->worst_got, verdict->worst_expected);
    if (isfinite(verdict->worst_bound))
        put(to, "bound %.3g)", verdict->worst_bound);
    else
        put(to, "no error bound is known there, so it counts as wrong; ask for less at a time)");
    if (verdict->stage > 0)
        put(to, " in stage %d", (int)verdict->stage);
}

/* "4 194 304 of 4 194 304 elements"; Freivalds' check compares sums over rows instead. */
static void put_extent(writer *to, const brg_verdict *verdict) {
    put_count(to, verdict->checked);
    if (verdict->policy == BRG_VERIFY_FREIVALDS) {
        put(to, " row sums for ");
        put_count(to, verdict->total);
    } else {
        put(to, " of ");
        put_count(to, verdict->total);
    }
    put(to, " elements");
}

const char *brg_verdict_text(const brg_verdict *verdict, char *text, size_t size) {
    if (size == 0)
        return text;
    text[0] = '\0';
    writer to = {.text = text, .size = size};
    switch (verdict->outcome) {
    case BRG_PASSED:
        put(&to, "passed: ");
        put_extent(&to, verdict);
        put(&to, ", largest error %.3g of its bound", verdict->bound_ratio);
        if (verdict->miss_probability > 0)
            put(&to, ", a wrong row unseen with probability %.2g", verdict->miss_probability);
        break;
    case BRG_MISMATCH:
        put(&to, "mismatch: ");
        put_count(&to, verdict->failures);
        put(&to, " wrong among ");
        put_extent(&to, verdict);
        put(&to, ", ");
        put_worst(&to, verdict);
        break;
    default:
        put(&to, verdict->policy == BRG_VERIFY_NONE ? "not checked" : "not checked in full: ");
        if (verdict->policy != BRG_VERIFY_NONE)
            put_extent(&to, verdict);
    }
    return text;
}
