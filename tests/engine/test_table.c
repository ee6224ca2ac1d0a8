/* The table of jobs: slots, generations, recycling. No OpenCL, no thread. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "engine/record.h"

static brg_record *add(brg_table *table) {
    brg_record *record = calloc(1, sizeof *record);
    cr_assert_eq(brg_table_add(table, record, NULL), BRG_OK);
    return record;
}

static void end(brg_table *table, brg_record *record) {
    record->state = BRG_JOB_DONE;
    brg_table_ended(table);
}

Test(table, finds_what_was_added) {
    brg_table table;
    cr_assert_eq(brg_table_init(&table, 4, NULL), BRG_OK);
    brg_record *first = add(&table), *second = add(&table);
    cr_assert_eq(brg_table_find(&table, first->job), first);
    cr_assert_eq(brg_table_find(&table, second->job), second);
    brg_table_clear(&table);
}

Test(table, knows_no_job_zero_and_none_out_of_range) {
    brg_table table;
    brg_table_init(&table, 4, NULL);
    add(&table);
    cr_assert_null(brg_table_find(&table, (brg_job){0, 0}));
    cr_assert_null(brg_table_find(&table, (brg_job){4, 1}));
    cr_assert_null(brg_table_find(&table, (brg_job){UINT32_MAX, UINT32_MAX}));
    brg_table_clear(&table);
}

Test(table, a_removed_jobs_handle_stays_stale_when_its_slot_is_reused) {
    brg_table table;
    brg_table_init(&table, 1, NULL);
    brg_record *first = add(&table);
    brg_job old = first->job;
    end(&table, first);
    brg_table_remove(&table, first);
    cr_assert_null(brg_table_find(&table, old));
    brg_record *second = add(&table);
    cr_assert_eq(second->job.slot, old.slot);
    cr_assert_null(brg_table_find(&table, old));
    brg_table_clear(&table);
}

Test(table, is_full_of_unfinished_jobs_only) {
    brg_table table;
    brg_error error;
    brg_table_init(&table, 2, NULL);
    brg_record *first = add(&table);
    add(&table);
    brg_record *third = calloc(1, sizeof *third);
    cr_assert_eq(brg_table_add(&table, third, &error), BRG_E_FULL);
    brg_job old = first->job;
    end(&table, first);
    cr_assert_eq(brg_table_add(&table, third, &error), BRG_OK);
    cr_assert_null(brg_table_find(&table, old));
    cr_assert_eq(table.used, 2);
    cr_assert_eq(table.unfinished, 2);
    brg_table_clear(&table);
}

Test(table, recycles_the_oldest_ended_job) {
    brg_table table;
    brg_table_init(&table, 3, NULL);
    brg_record *first = add(&table), *second = add(&table), *third = add(&table);
    brg_job keep = second->job, keep_too = first->job, gone = third->job;
    end(&table, third);
    (void)keep_too;
    add(&table);
    cr_assert_null(brg_table_find(&table, gone));
    cr_assert_not_null(brg_table_find(&table, keep));
    brg_table_clear(&table);
}
