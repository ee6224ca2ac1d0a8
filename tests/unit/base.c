/* Statuses, error values, tensors and the random numbers beneath them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "brigade/status.h"
#include "brigade/tensor.h"

/* ---- statuses -------------------------------------------------------------------------------- */

Test(status, every_status_has_a_name_of_its_own) {
    for (int i = 0; i < BRG_STATUS_COUNT; i++) {
        const char *name = brg_status_name((brg_status)i);
        cr_assert(strncmp(name, "BRG_", 4) == 0, "status %d is called %s", i, name);
        for (int j = 0; j < i; j++)
            cr_assert(strcmp(name, brg_status_name((brg_status)j)) != 0);
    }
    cr_assert_str_eq(brg_status_name(BRG_E_SHAPE), "BRG_E_SHAPE");
    cr_assert_str_eq(brg_status_name((brg_status)-1), "BRG_E_UNKNOWN");
    cr_assert_str_eq(brg_status_name(BRG_STATUS_COUNT), "BRG_E_UNKNOWN");
}

Test(status, opencl_codes_have_their_names) {
    cr_assert_str_eq(brg_cl_error_name(0), "CL_SUCCESS");
    cr_assert_str_eq(brg_cl_error_name(-5), "CL_OUT_OF_RESOURCES");
    cr_assert_str_eq(brg_cl_error_name(-11), "CL_BUILD_PROGRAM_FAILURE");
    cr_assert_str_eq(brg_cl_error_name(-72), "CL_MAX_SIZE_RESTRICTION_EXCEEDED");
    cr_assert_str_eq(brg_cl_error_name(-1001), "CL_PLATFORM_NOT_FOUND_KHR");
    cr_assert_str_eq(brg_cl_error_name(-20), "CL_UNKNOWN_ERROR");
    cr_assert_str_eq(brg_cl_error_name(INT32_MIN), "CL_UNKNOWN_ERROR");
}

Test(status, a_failure_fills_the_error) {
    brg_error error;
    memset(&error, 0xff, sizeof error);
    cr_assert_eq(brg_fail(&error, BRG_E_SHAPE, "m is %d", -3), BRG_E_SHAPE);
    cr_assert_eq(error.status, BRG_E_SHAPE);
    cr_assert_eq(error.cl_code, 0);
    cr_assert_str_eq(error.what, "m is -3");
    cr_assert_str_eq(error.hint, "");
    cr_assert_str_eq(error.log, "");
    cr_assert_eq(brg_error_hint(&error, "Choose %s.", "more"), BRG_E_SHAPE);
    cr_assert_str_eq(error.hint, "Choose more.");
}

Test(status, an_error_is_optional_and_long_text_is_cut) {
    cr_assert_eq(brg_fail(NULL, BRG_E_IO, "unseen"), BRG_E_IO);
    cr_assert_eq(brg_error_hint(NULL, "unseen"), BRG_OK);
    brg_error error;
    brg_fail(&error, BRG_E_IO, "%01000d", 7);
    cr_assert_eq(strlen(error.what), BRG_ERROR_TEXT - 1);
}

Test(status, an_error_may_quote_itself) {
    brg_error error;
    brg_fail(&error, BRG_E_FORMAT, "it is empty");
    brg_fail(&error, error.status, "a.png: %s", error.what);
    cr_assert_str_eq(error.what, "a.png: it is empty");
}

Test(status, the_version_is_the_headers) {
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", BRG_VERSION_MAJOR, BRG_VERSION_MINOR,
             BRG_VERSION_PATCH);
    cr_assert_str_eq(brg_version(), text);
    cr_assert_str_eq(brg_version(), BRG_VERSION_STRING);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

Test(shape, sizes_are_products) {
    brg_shape shape = brg_shape_3d(BRG_F32, 5, 7, 3);
    size_t elements = 0, bytes = 0;
    cr_assert_eq(brg_shape_size(&shape, &elements, &bytes, NULL), BRG_OK);
    cr_assert_eq(elements, 105u);
    cr_assert_eq(bytes, 420u);
    cr_assert_eq(brg_shape_size(&shape, NULL, NULL, NULL), BRG_OK);
}

Test(shape, empty_is_allowed) {
    brg_shape shape = brg_shape_2d(BRG_U8, 0, 9);
    size_t elements = 1, bytes = 1;
    cr_assert_eq(brg_shape_size(&shape, &elements, &bytes, NULL), BRG_OK);
    cr_assert_eq(elements, 0u);
    cr_assert_eq(bytes, 0u);
}

Test(shape, what_is_negative_or_overflows_is_refused) {
    const brg_shape bad[] = {
        brg_shape_1d(BRG_F32, -1),
        brg_shape_1d(BRG_F32, INT64_MIN),
        brg_shape_1d(BRG_F32, INT64_MAX),
        brg_shape_2d(BRG_F32, (int64_t)1 << 32, (int64_t)1 << 32),
        brg_shape_2d(BRG_U8, INT64_MAX, 2),
        brg_shape_3d(BRG_U8, 0, INT64_MAX, INT64_MAX), /* empty, but its strides overflow */
        brg_shape_2d(BRG_F32, (int64_t)1 << 31, (int64_t)1 << 30), /* 2^63 bytes: one too many */
        {.dtype = BRG_F32, .rank = 0},
        {.dtype = BRG_F32, .rank = BRG_MAX_RANK + 1, .dims = {1, 1, 1, 1}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        brg_error error = {.status = BRG_OK};
        brg_tensor *tensor = NULL;
        cr_assert_eq(brg_shape_size(&bad[i], NULL, NULL, &error), BRG_E_SHAPE, "shape %zu", i);
        cr_assert(error.what[0] != '\0');
        cr_assert_eq(brg_tensor_create(&bad[i], NULL, &tensor, NULL), BRG_E_SHAPE);
        cr_assert_null(tensor);
    }
    brg_shape untyped = {.dtype = BRG_DTYPE_COUNT, .rank = 1, .dims = {1}};
    cr_assert_eq(brg_shape_size(&untyped, NULL, NULL, NULL), BRG_E_ARGUMENT);
    cr_assert_eq(brg_shape_size(NULL, NULL, NULL, NULL), BRG_E_ARGUMENT);
}

Test(shape, the_largest_that_fits_is_accepted) {
    brg_shape shape = brg_shape_1d(BRG_U8, INT64_MAX);
    size_t bytes = 0;
    cr_assert_eq(brg_shape_size(&shape, NULL, &bytes, NULL), BRG_OK);
    cr_assert_eq(bytes, (size_t)INT64_MAX);
}

Test(shape, text_names_type_and_dims) {
    brg_shape shape = brg_shape_2d(BRG_F32, 512, 7);
    char text[32];
    cr_assert_str_eq(brg_shape_text(&shape, text, sizeof text), "f32 512x7");
    cr_assert_str_eq(brg_shape_text(&shape, text, 6), "f32 5");
    cr_assert_str_eq(brg_shape_text(&shape, text, 1), "");
}

/* ---- tensors --------------------------------------------------------------------------------- */

Test(tensor, storage_is_whole_pages_and_zero) {
    brg_shape shape = brg_shape_1d(BRG_U8, 4097);
    brg_tensor *tensor = NULL;
    cr_assert_eq(brg_tensor_create(&shape, NULL, &tensor, NULL), BRG_OK);
    const unsigned char *data = brg_tensor_data(tensor);
    cr_assert_eq((uintptr_t)data % 4096, 0u);
    cr_assert_eq(brg_tensor_bytes(tensor), 4097u);
    for (size_t i = 0; i < 8192; i++) /* the padding belongs to it as well */
        cr_assert_eq(data[i], 0);
    brg_tensor_release(tensor);
}

Test(tensor, data_is_copied_and_the_shape_completed) {
    float values[6] = {1, 2, 3, 4, 5, 6};
    brg_shape shape = {.dtype = BRG_F32, .rank = 2, .dims = {2, 3, 99, -1}};
    brg_tensor *tensor = NULL;
    cr_assert_eq(brg_tensor_create(&shape, values, &tensor, NULL), BRG_OK);
    values[0] = 7;
    cr_assert_eq(((const float *)brg_tensor_data(tensor))[0], 1.0f);
    cr_assert_eq(brg_tensor_shape(tensor)->dims[2], 1);
    cr_assert_eq(brg_tensor_shape(tensor)->dims[3], 1);
    brg_tensor_release(tensor);
}

Test(tensor, an_empty_one_has_an_address) {
    brg_shape shape = brg_shape_2d(BRG_F32, 3, 0);
    brg_tensor *tensor = NULL;
    cr_assert_eq(brg_tensor_create_uniform(&shape, 1, 0, 1, &tensor, NULL), BRG_OK);
    cr_assert_eq(brg_tensor_bytes(tensor), 0u);
    cr_assert_not_null(brg_tensor_data(tensor));
    brg_tensor_release(tensor);
}

Test(tensor, more_than_the_machine_has_is_refused_in_words) {
    brg_shape shape = brg_shape_2d(BRG_F32, (int64_t)1 << 30, 1 << 14); /* 64 TiB */
    brg_tensor *tensor = NULL;
    brg_error error;
    cr_assert_eq(brg_tensor_create(&shape, NULL, &tensor, &error), BRG_E_MEMORY);
    cr_assert_null(tensor);
    cr_assert_not_null(strstr(error.what, "f32 1073741824x16384"));
}

Test(tensor, only_a_sole_owner_may_write) {
    brg_shape shape = brg_shape_1d(BRG_I32, 4);
    brg_tensor *tensor = NULL;
    brg_tensor_create(&shape, NULL, &tensor, NULL);
    cr_assert_not_null(brg_tensor_writable(tensor));
    cr_assert_eq(brg_tensor_retain(tensor), tensor);
    cr_assert_null(brg_tensor_writable(tensor));
    brg_tensor_release(tensor);
    cr_assert_not_null(brg_tensor_writable(tensor));
    brg_tensor_release(tensor);
}

Test(tensor, null_is_harmless) {
    brg_tensor_release(NULL);
    cr_assert_null(brg_tensor_retain(NULL));
    cr_assert_null(brg_tensor_data(NULL));
    cr_assert_null(brg_tensor_shape(NULL));
    cr_assert_null(brg_tensor_writable(NULL));
    cr_assert_eq(brg_tensor_bytes(NULL), 0u);
}

/* What the threads share: they start together, or they would take turns. */
typedef struct shared {
    brg_tensor *tensor;
    pthread_barrier_t start;
} shared;

static void *retain_and_release(void *argument) {
    shared *s = argument;
    pthread_barrier_wait(&s->start);
    for (int i = 0; i < 2000000; i++)
        brg_tensor_release(brg_tensor_retain(s->tensor));
    return NULL;
}

Test(tensor, owners_are_counted_across_threads) {
    brg_shape shape = brg_shape_1d(BRG_U8, 1);
    shared s;
    enum { EXTRA = 100000 }; /* so that a miscount shows, instead of freeing the tensor half-way */
    brg_tensor_create(&shape, NULL, &s.tensor, NULL);
    for (int i = 0; i < EXTRA; i++)
        brg_tensor_retain(s.tensor);
    pthread_barrier_init(&s.start, NULL, 4);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, retain_and_release, &s);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < EXTRA; i++)
        brg_tensor_release(s.tensor);
    cr_assert_not_null(brg_tensor_writable(s.tensor), "exactly one owner is left");
    pthread_barrier_destroy(&s.start);
    brg_tensor_release(s.tensor);
}

/* ---- noise ----------------------------------------------------------------------------------- */

/* The published first outputs of SplitMix64 from the seed 1234567. */
Test(random, agrees_with_the_published_generator) {
    cr_assert_eq(brg_random_bits(1234567, 0), UINT64_C(6457827717110365317));
    cr_assert_eq(brg_random_bits(1234567, 1), UINT64_C(3203168211198807973));
    cr_assert_eq(brg_random_bits(1234567, 2), UINT64_C(9817491932198370423));
}

Test(noise, depends_on_seed_and_place_alone) {
    brg_shape small = brg_shape_1d(BRG_F32, 10), large = brg_shape_2d(BRG_F32, 10, 10);
    brg_tensor *a = NULL, *b = NULL, *c = NULL;
    brg_tensor_create_uniform(&small, 42, -1, 1, &a, NULL);
    brg_tensor_create_uniform(&large, 42, -1, 1, &b, NULL);
    brg_tensor_create_uniform(&small, 43, -1, 1, &c, NULL);
    cr_assert_eq(memcmp(brg_tensor_data(a), brg_tensor_data(b), 40), 0);
    cr_assert_neq(memcmp(brg_tensor_data(a), brg_tensor_data(c), 40), 0);
    brg_tensor_release(a);
    brg_tensor_release(b);
    brg_tensor_release(c);
}

Test(noise, fills_its_range_evenly) {
    enum { COUNT = 100000 };
    brg_shape shape = brg_shape_1d(BRG_F32, COUNT);
    brg_tensor *tensor = NULL;
    brg_tensor_create_uniform(&shape, 7, -2, 6, &tensor, NULL);
    const float *values = brg_tensor_data(tensor);
    double sum = 0;
    for (int i = 0; i < COUNT; i++) {
        cr_assert(values[i] >= -2 && values[i] < 6);
        sum += values[i];
    }
    /* The mean of n draws strays by (hi - lo) / sqrt(12 n) = 0.0073; five times that is never seen.
     */
    cr_assert(fabs(sum / COUNT - 2) < 0.037);
    brg_tensor_release(tensor);
}

Test(noise, stays_below_hi_where_floats_are_coarse) {
    brg_shape shape = brg_shape_1d(BRG_F32, 4096);
    brg_tensor *tensor = NULL;
    float lo = 16777216, hi = 16777218; /* neighbouring floats */
    brg_tensor_create_uniform(&shape, 1, lo, hi, &tensor, NULL);
    for (int i = 0; i < 4096; i++)
        cr_assert_eq(((const float *)brg_tensor_data(tensor))[i], lo);
    brg_tensor_release(tensor);
}

Test(noise, whole_numbers_reach_both_ends_and_no_further) {
    brg_shape shape = brg_shape_1d(BRG_U8, 20000);
    brg_tensor *tensor = NULL;
    int seen[256] = {0};
    brg_tensor_create_uniform(&shape, 3, 10, 12, &tensor, NULL);
    for (int i = 0; i < 20000; i++)
        seen[((const uint8_t *)brg_tensor_data(tensor))[i]]++;
    cr_assert_eq(seen[10] + seen[11] + seen[12], 20000);
    cr_assert(seen[10] > 6000 && seen[11] > 6000 && seen[12] > 6000);
    brg_tensor_release(tensor);
}

Test(noise, odd_ranges_are_held_within_the_type) {
    const float ranges[][2] = {{-1e30f, 1e30f}, {300, 400}, {-9, -8}, {5, 1}, {NAN, NAN}};
    brg_shape shapes[] = {brg_shape_1d(BRG_U8, 64), brg_shape_1d(BRG_I32, 64)};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        for (int j = 0; j < 2; j++) {
            brg_tensor *tensor = NULL;
            cr_assert_eq(
                brg_tensor_create_uniform(&shapes[j], 1, ranges[i][0], ranges[i][1], &tensor, NULL),
                BRG_OK);
            brg_tensor_release(tensor);
        }
    }
}

Test(noise, small_and_large_types_hold_to_their_range) {
    brg_shape shapes[] = {brg_shape_1d(BRG_F16, 5000), brg_shape_1d(BRG_I8, 5000),
                          brg_shape_1d(BRG_F64, 5000)};
    for (int i = 0; i < 3; i++) {
        brg_tensor *tensor = NULL;
        float lo = i == 1 ? -300 : -1, hi = i == 1 ? 300 : 1, least = INFINITY, most = -INFINITY;
        cr_assert_eq(brg_tensor_create_uniform(&shapes[i], 9, lo, hi, &tensor, NULL), BRG_OK);
        const void *data = brg_tensor_data(tensor);
        for (int j = 0; j < 5000; j++) {
            float x = i == 0   ? brg_half_to_float(((const uint16_t *)data)[j])
                      : i == 1 ? ((const int8_t *)data)[j]
                               : (float)((const double *)data)[j];
            least = fminf(least, x);
            most = fmaxf(most, x);
        }
        if (i == 1)
            cr_assert(least == -128 && most == 127);
        else
            cr_assert(least >= -1 && least < -0.99f && most <= 1 && most > 0.99f);
        brg_tensor_release(tensor);
    }
}

/* ---- halves ---- */

/* The value of a half by its definition. */
static double half_by_hand(uint16_t half) {
    int exponent = half >> 10 & 31, fraction = half & 1023;
    double sign = half & 0x8000 ? -1 : 1;
    if (exponent == 31)
        return fraction ? NAN : sign * INFINITY;
    return sign * (exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24));
}

Test(half, every_half_becomes_its_value_and_comes_back) {
    for (int bits = 0; bits < 65536; bits++) {
        float value = brg_half_to_float((uint16_t)bits);
        double expected = half_by_hand((uint16_t)bits);
        cr_assert(isnan(expected) ? isnan(value) : value == expected, "%04x", (unsigned)bits);
        cr_assert(isnan(value) || brg_float_to_half(value) == bits, "%04x", (unsigned)bits);
    }
    cr_assert(isnan(brg_half_to_float(brg_float_to_half(NAN))));
}

/* Between two neighbouring halves lies a middle: what is below it becomes the lower, what is above
 * the upper one, and the middle itself the one that is even. */
Test(half, floats_become_the_nearest_half) {
    for (int bits = 0; bits < 0x7bff; bits++) {
        uint16_t lower = (uint16_t)bits, upper = (uint16_t)(bits + 1);
        float middle = (brg_half_to_float(lower) + brg_half_to_float(upper)) / 2;
        cr_assert_eq(brg_float_to_half(nextafterf(middle, 0)), lower);
        cr_assert_eq(brg_float_to_half(nextafterf(middle, INFINITY)), upper);
        cr_assert_eq(brg_float_to_half(middle), bits & 1 ? upper : lower);
        cr_assert_eq(brg_float_to_half(-middle), (bits & 1 ? upper : lower) | 0x8000);
    }
    cr_assert_eq(brg_float_to_half(nextafterf(65520, 0)), 0x7bff);
    cr_assert_eq(brg_float_to_half(65520), 0x7c00);
    cr_assert_eq(brg_float_to_half(-INFINITY), 0xfc00);
    cr_assert_eq(brg_float_to_half(1e-30f), 0);
}
