/* Choosing devices from lists that are made up, and what drivers find in the environment. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brigade/device.h"

/* Adds a usable device that can be divided. */
static brg_device_info *add(brg_device_list *list, int platform, int device, brg_device_kind kind,
                            uint32_t units, const char *name, const char *platform_name) {
    brg_device_info *row = &list->devices[list->count];
    *row = (brg_device_info){.index = list->count,
                             .platform = platform,
                             .device = device,
                             .kind = kind,
                             .compute_units = units,
                             .partitions_by_counts = true,
                             .compiler_available = true,
                             .available = true};
    snprintf(row->name, sizeof row->name, "%s", name);
    snprintf(row->platform_name, sizeof row->platform_name, "%s", platform_name);
    list->count++;
    list->platform_count = platform + 1;
    return row;
}

/* A workstation: PoCL, two GPUs of one vendor, an accelerator. */
static brg_device_list workstation(void) {
    brg_device_list list = {.count = 0};
    add(&list, 0, 0, BRG_DEVICE_CPU, 16, "pthread-AMD EPYC", "Portable Computing Language");
    add(&list, 1, 0, BRG_DEVICE_GPU, 20, "Radeon RX 570", "AMD Accelerated Parallel Processing");
    add(&list, 1, 1, BRG_DEVICE_GPU, 60, "Radeon RX 570 XT", "AMD Accelerated Parallel Processing");
    add(&list, 2, 0, BRG_DEVICE_ACCELERATOR, 4, "FPGA Board", "Vendor (beta)");
    return list;
}

/* POCL_DEVICES="pthread pthread" */
static brg_device_list twins(void) {
    brg_device_list list = {.count = 0};
    add(&list, 0, 0, BRG_DEVICE_CPU, 2, "pthread-x", "Portable Computing Language");
    add(&list, 0, 1, BRG_DEVICE_CPU, 2, "pthread-x", "Portable Computing Language");
    return list;
}

static brg_device_choice chosen(const brg_device_list *list, const char *spec) {
    brg_device_choice choice = {.index = -1};
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_device_select(list, spec, &choice, &error);
    cr_assert_eq(status, BRG_OK, "\"%s\": %s", spec ? spec : "(null)", error.what);
    cr_assert(choice.why[0] != '\0');
    return choice;
}

/* Every refusal says one sentence; the caller looks at the rest. */
static brg_error refused(const brg_device_list *list, const char *spec, brg_status expected) {
    brg_device_choice choice;
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_device_select(list, spec, &choice, &error);
    cr_assert_eq(status, expected, "\"%s\" gives %s: %s", spec, brg_status_name(status),
                 error.what);
    cr_assert_eq(error.status, expected);
    size_t length = strlen(error.what);
    cr_assert(length > 0 && error.what[length - 1] == '.', "\"%s\"", error.what);
    return error;
}

Test(select, the_best_is_a_gpu_with_most_units) {
    brg_device_list list = workstation();
    cr_assert_eq(chosen(&list, NULL).index, 2);
    cr_assert_eq(chosen(&list, "").index, 2);
    cr_assert_str_eq(chosen(&list, "").why, "the GPU that claims the highest rate");
}

Test(select, more_units_do_not_outweigh_wider_vectors_and_a_faster_clock) {
    brg_device_list list = {.count = 0};
    brg_device_info *drawn = add(&list, 0, 0, BRG_DEVICE_CPU, 8, "llvmpipe", "rusticl");
    drawn->clock_mhz = 300;
    drawn->float_vector_width = 1;
    brg_device_info *wide = add(&list, 1, 0, BRG_DEVICE_CPU, 2, "pthread", "PoCL");
    wide->clock_mhz = 2600;
    wide->float_vector_width = 16;
    cr_assert_eq(chosen(&list, "").index, 1);
}

Test(select, an_accelerator_comes_before_a_cpu) {
    brg_device_list list = {.count = 0};
    add(&list, 0, 0, BRG_DEVICE_CPU, 64, "big", "p");
    add(&list, 0, 1, BRG_DEVICE_ACCELERATOR, 1, "small", "p");
    cr_assert_eq(chosen(&list, NULL).index, 1);
    cr_assert_str_eq(chosen(&list, NULL).why, "the only accelerator");
}

Test(select, what_cannot_compile_is_no_best_device) {
    brg_device_list list = workstation();
    list.devices[2].compiler_available = false;
    cr_assert_eq(chosen(&list, NULL).index, 1);
    list.devices[1].available = false;
    cr_assert_eq(chosen(&list, NULL).index, 3);
}

Test(select, a_lone_device_says_so) {
    brg_device_list list = {.count = 0};
    add(&list, 0, 0, BRG_DEVICE_CPU, 2, "pthread", "Portable Computing Language");
    cr_assert_str_eq(chosen(&list, NULL).why, "the only device");
    cr_assert_eq(chosen(&list, "all").index, 0);
}

Test(select, equals_go_to_the_first) {
    brg_device_list list = twins();
    cr_assert_eq(chosen(&list, NULL).index, 0);
    cr_assert_eq(chosen(&list, "cpu").index, 0);
}

Test(select, by_flat_index) {
    brg_device_list list = workstation();
    for (int i = 0; i < 4; i++) {
        char spec[16];
        snprintf(spec, sizeof spec, "%d", i);
        cr_assert_eq(chosen(&list, spec).index, i);
    }
    cr_assert_eq(chosen(&list, "003").index, 3);
    brg_error error = refused(&list, "4", BRG_E_NOT_FOUND);
    cr_assert_not_null(strstr(error.hint, "0:0 (pthread-AMD EPYC)"), "%s", error.hint);
    refused(&list, "99999999999999999999", BRG_E_NOT_FOUND);
    refused(&list, "-1", BRG_E_NOT_FOUND);
}

Test(select, by_place) {
    brg_device_list list = workstation();
    cr_assert_eq(chosen(&list, "0:0").index, 0);
    cr_assert_eq(chosen(&list, "1:1").index, 2);
    cr_assert_eq(chosen(&list, "2:0").index, 3);
    refused(&list, "0:1", BRG_E_NOT_FOUND);
    refused(&list, "7:0", BRG_E_NOT_FOUND);
    refused(&list, "1:", BRG_E_ARGUMENT);
    refused(&list, "1:x", BRG_E_ARGUMENT);
    refused(&list, "1:0:0", BRG_E_ARGUMENT);
    refused(&list, "1:-1", BRG_E_ARGUMENT);
}

Test(select, by_kind) {
    brg_device_list list = workstation();
    cr_assert_eq(chosen(&list, "cpu").index, 0);
    cr_assert_eq(chosen(&list, "GPU").index, 2);
    cr_assert_eq(chosen(&list, "accelerator").index, 3);
    brg_device_list cpus = twins();
    brg_error error = refused(&cpus, "gpu", BRG_E_NOT_FOUND);
    cr_assert_str_eq(error.what, "There is no GPU among the OpenCL devices.");
}

Test(select, by_part_of_a_name) {
    brg_device_list list = workstation();
    cr_assert_eq(chosen(&list, "epyc").index, 0);
    cr_assert_eq(chosen(&list, "portable").index, 0);
    cr_assert_eq(chosen(&list, "XT").index, 2);
    cr_assert_eq(chosen(&list, "(beta)").index, 3);
    cr_assert_str_eq(chosen(&list, "epyc").why, "its name has \"epyc\" in it");
    refused(&list, "geforce", BRG_E_NOT_FOUND);
    refused(&list, "%s%n", BRG_E_NOT_FOUND);
}

Test(select, a_full_name_beats_a_longer_one) {
    brg_device_list list = workstation();
    cr_assert_eq(chosen(&list, "radeon rx 570").index, 1);
    cr_assert_eq(chosen(&list, "Radeon RX 570 XT").index, 2);
}

Test(select, an_ambiguous_name_lists_what_it_matches) {
    brg_device_list list = workstation();
    brg_error error = refused(&list, "radeon", BRG_E_AMBIGUOUS);
    cr_assert_str_eq(error.what, "\"radeon\" matches 2 devices.");
    cr_assert_str_eq(error.hint,
                     "Choose one of these: 1:0 (Radeon RX 570), 1:1 (Radeon RX 570 XT).");
    refused(&list, "all", BRG_E_AMBIGUOUS);
}

Test(select, twins_are_told_apart_by_place) {
    brg_device_list list = twins();
    brg_error error = refused(&list, "pthread-x", BRG_E_AMBIGUOUS);
    cr_assert_str_eq(error.hint, "Choose one of these: 0:0 (pthread-x), 0:1 (pthread-x).");
    cr_assert_eq(chosen(&list, "0:1").index, 1);
}

Test(select, by_expression) {
    brg_device_list list = workstation();
    cr_assert_eq(chosen(&list, "~^pthread").index, 0);
    cr_assert_eq(chosen(&list, "~rx 570$").index, 1);
    cr_assert_eq(chosen(&list, "~FPGA|xilinx").index, 3);
    refused(&list, "~^nothing$", BRG_E_NOT_FOUND);
    refused(&list, "~", BRG_E_AMBIGUOUS);
    brg_error error = refused(&list, "~(radeon", BRG_E_ARGUMENT);
    cr_assert_not_null(strstr(error.what, "Unmatched ("), "%s", error.what);
}

Test(select, part_of_a_device) {
    brg_device_list list = workstation();
    cr_assert_eq(chosen(&list, "cpu/cu=4").units, 4u);
    cr_assert_eq(chosen(&list, "/cu=4").index, 2);
    cr_assert_eq(chosen(&list, "0:0/cu=1").units, 1u);
    cr_assert_eq(chosen(&list, "cpu/cu=16").units, 0u, "all units are the whole device");
    cr_assert_eq(chosen(&list, "cpu/cu=4").first, 0u);
    cr_assert_eq(chosen(&list, "cpu/cu=4@12").first, 12u);
    cr_assert_eq(chosen(&list, "cpu/cu=4@12").units, 4u);
    refused(&list, "cpu/cu=4@13", BRG_E_ARGUMENT);
    refused(&list, "cpu/cu=16@1", BRG_E_ARGUMENT);
    refused(&list, "cpu/cu=4@99999999999999", BRG_E_ARGUMENT);
    refused(&list, "cpu/cu=4@", BRG_E_ARGUMENT);
    refused(&list, "cpu/cu=4@-1", BRG_E_ARGUMENT);
    refused(&list, "cpu@1", BRG_E_NOT_FOUND);
    refused(&list, "cpu/cu=17", BRG_E_ARGUMENT);
    refused(&list, "cpu/cu=0", BRG_E_ARGUMENT);
    refused(&list, "cpu/cu=", BRG_E_ARGUMENT);
    refused(&list, "cpu/cu=-1", BRG_E_ARGUMENT);
    refused(&list, "cpu/cu=2x", BRG_E_ARGUMENT);
    refused(&list, "cpu/cu=99999999999999", BRG_E_ARGUMENT);
    refused(&list, "cpu/cu=1/cu=2", BRG_E_NOT_FOUND);
}

Test(select, what_cannot_be_divided_is_not) {
    brg_device_list list = workstation();
    list.devices[0].partitions_by_counts = false;
    refused(&list, "cpu/cu=2", BRG_E_UNSUPPORTED);
    cr_assert_eq(chosen(&list, "cpu/cu=16").units, 0u);
    list.devices[0].partitions_equally = true;
    cr_assert_eq(chosen(&list, "cpu/cu=2").units, 2u);
}

Test(select, nothing_to_choose_from) {
    brg_device_list list = {.count = 0};
    brg_error error = refused(&list, "cpu", BRG_E_NO_DEVICE);
    cr_assert_str_eq(error.what, "There is no OpenCL device.");
    cr_assert(error.hint[0] != '\0');
    snprintf(list.note, sizeof list.note, "The loader found no platform.");
    cr_assert_str_eq(refused(&list, NULL, BRG_E_NO_DEVICE).what, "The loader found no platform.");
}

Test(select, text_without_end_is_refused) {
    brg_device_list list = workstation();
    char spec[4096];
    memset(spec, 'x', sizeof spec - 1);
    spec[sizeof spec - 1] = '\0';
    refused(&list, spec, BRG_E_ARGUMENT);
}

Test(select, a_long_list_fits_into_a_hint) {
    brg_device_list list = {.count = 0};
    for (int i = 0; i < BRG_MAX_DEVICES; i++)
        add(&list, 0, i, BRG_DEVICE_CPU, 1, "a device with quite a long name, as they have", "p");
    brg_error error = refused(&list, "device", BRG_E_AMBIGUOUS);
    size_t length = strlen(error.hint);
    cr_assert_str_eq(error.hint + length - 6, " more.", "%s", error.hint);
}

static int32_t count_of(const brg_device_list *list, const char *spec, brg_status expected) {
    brg_device_choice choices[BRG_MAX_DEVICES];
    int32_t count = -1;
    brg_error error;
    brg_status status = brg_device_select_all(list, spec, choices, &count, &error);
    cr_assert_eq(status, expected, "\"%s\" gives %s", spec, brg_status_name(status));
    for (int32_t i = 1; i < count; i++)
        cr_assert(choices[i].index > choices[i - 1].index);
    return count;
}

Test(select_all, gives_every_match) {
    brg_device_list list = workstation();
    cr_assert_eq(count_of(&list, "all", BRG_OK), 4);
    cr_assert_eq(count_of(&list, "ALL", BRG_OK), 4);
    cr_assert_eq(count_of(&list, "radeon", BRG_OK), 2);
    cr_assert_eq(count_of(&list, "~570", BRG_OK), 2);
    cr_assert_eq(count_of(&list, "gpu", BRG_OK), 1);
    cr_assert_eq(count_of(&list, "2", BRG_OK), 1);
    cr_assert_eq(count_of(&list, NULL, BRG_OK), 1);
    cr_assert_eq(count_of(&list, "all/cu=2", BRG_OK), 4);
    cr_assert_eq(count_of(&list, "all/cu=9", BRG_E_ARGUMENT), 0);
    cr_assert_eq(count_of(&list, "geforce", BRG_E_NOT_FOUND), 0);
}

Test(select_all, holds_as_many_as_a_list) {
    brg_device_list list = {.count = 0};
    for (int i = 0; i < BRG_MAX_DEVICES; i++)
        add(&list, 0, i, BRG_DEVICE_CPU, 1, "cpu core", "p");
    cr_assert_eq(count_of(&list, "all", BRG_OK), BRG_MAX_DEVICES);
}

Test(select, kinds_have_names) {
    cr_assert_str_eq(brg_device_kind_name(BRG_DEVICE_CPU), "cpu");
    cr_assert_str_eq(brg_device_kind_name(BRG_DEVICE_ACCELERATOR), "accelerator");
    cr_assert_str_eq(brg_device_kind_name((brg_device_kind)77), "other");
}

/* ---- the environment ------------------------------------------------------------------------- */

Test(prepare, what_the_user_has_set_stays) {
    unsetenv("PATH");
    setenv("POCL_AFFINITY", "0", 1);
    unsetenv("POCL_DEVICES");
    brg_prepare_drivers();
    cr_expect_str_not_empty(getenv("PATH"));
    cr_expect_str_eq(getenv("POCL_AFFINITY"), "0");
    cr_expect_str_eq(getenv("POCL_DEVICES"), "pthread basic");
}
