/* The table of tuned values and its file. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "brigade/tuning.h"

static const brg_device_info device = {
    .name = "a device\twith a tab", .platform_name = "a platform", .compute_units = 4};
static const brg_device_info other = {
    .name = "another", .platform_name = "a platform", .compute_units = 4};

static brg_tuning *new_table(void) {
    brg_tuning *table = NULL;
    cr_assert_eq(brg_tuning_create(&table, NULL), BRG_OK);
    return table;
}

static void set(brg_tuning *table, brg_size_class size, const char *name, int32_t value) {
    cr_assert_eq(brg_tuning_set(table, &device, "gemm", size, name, value, NULL), BRG_OK);
}

Test(tuning, gives_what_was_set_last) {
    brg_tuning *table = new_table();
    int32_t value = 0;
    set(table, BRG_SIZE_LARGE, "rows", 8);
    set(table, BRG_SIZE_LARGE, "rows", 16);
    cr_assert(brg_tuning_get(table, &device, "gemm", BRG_SIZE_LARGE, "rows", &value));
    cr_expect_eq(value, 16);
    cr_expect_not(brg_tuning_get(table, &device, "gemm", BRG_SIZE_SMALL, "rows", &value));
    cr_expect_not(brg_tuning_get(table, &device, "blur", BRG_SIZE_LARGE, "rows", &value));
    cr_expect_not(brg_tuning_get(table, &other, "gemm", BRG_SIZE_LARGE, "rows", &value));
    cr_expect_not(brg_tuning_get(NULL, &device, "gemm", BRG_SIZE_LARGE, "rows", &value));
    cr_expect_eq(value, 16);
    brg_tuning_destroy(table);
}

Test(tuning, survives_its_file) {
    char path[] = "/tmp/brigade-tuning-XXXXXX";
    int handle = mkstemp(path);
    cr_assert_geq(handle, 0);
    close(handle);
    brg_tuning *table = new_table(), *again = new_table();
    for (int32_t i = 1; i <= 200; i++) {
        char name[16];
        snprintf(name, sizeof name, "t%d", (int)i);
        set(table, BRG_SIZE_MEDIUM, name, i);
    }
    cr_assert_eq(brg_tuning_save(table, path, NULL), BRG_OK);
    cr_assert_eq(brg_tuning_load(again, path, NULL), BRG_OK);
    int32_t value = 0;
    cr_assert(brg_tuning_get(again, &device, "gemm", BRG_SIZE_MEDIUM, "t137", &value));
    cr_expect_eq(value, 137);
    brg_tuning_destroy(table);
    brg_tuning_destroy(again);
    unlink(path);
}

static brg_status load_text(const char *text, brg_error *error) {
    char path[] = "/tmp/brigade-tuning-XXXXXX";
    int handle = mkstemp(path);
    cr_assert_geq(handle, 0);
    cr_assert_eq(write(handle, text, strlen(text)), (ssize_t)strlen(text));
    close(handle);
    brg_tuning *table = new_table();
    brg_status status = brg_tuning_load(table, path, error);
    brg_tuning_destroy(table);
    unlink(path);
    return status;
}

Test(tuning, names_the_line_of_a_damaged_file) {
    static const char *const damaged[] = {
        "nonsense\n",
        "d\tgemm\tlarge\trows\t8\textra\n",
        "d\tgemm\thuge\trows\t8\n",
        "d\tgemm\tlarge\trows\teight\n",
        "d\tgemm\tlarge\trows\t0\n",
        "d\tgemm\tlarge\trows\t99999999999\n",
        "d\tgemm\tlarge\trows\n",
        "\t\t\t\t\n",
    };
    cr_expect_eq(load_text("", NULL), BRG_OK);
    cr_expect_eq(load_text("# a comment\n\nd\tgemm\tlarge\trows\t8", NULL), BRG_OK);
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        brg_error error = {.status = BRG_OK};
        cr_expect_eq(load_text(damaged[i], &error), BRG_E_FORMAT, "%zu", i);
        cr_expect_not_null(strstr(error.what, "line 1"), "%s", error.what);
    }
    brg_tuning *table = new_table();
    cr_expect_eq(brg_tuning_load(table, "/nonexistent/tuning.txt", NULL), BRG_OK);
    brg_tuning_destroy(table);
}

Test(tuning, classes_go_by_work) {
    cr_expect_eq(brg_size_class_of(&(brg_cost){0, 0}), BRG_SIZE_SMALL);
    cr_expect_eq(brg_size_class_of(&(brg_cost){1e6, 2e7}), BRG_SIZE_MEDIUM);
    cr_expect_eq(brg_size_class_of(&(brg_cost){1e9, 0}), BRG_SIZE_LARGE);
    cr_expect_str_eq(brg_size_class_name(BRG_SIZE_LARGE), "large");
    cr_expect_str_eq(brg_size_class_name(BRG_SIZE_CLASSES), "unknown");
}
