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
    brg_table_sort(table, record);
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

static brg_record *add_urgent(brg_table *table, int32_t priority) {
    brg_record *record = calloc(1, sizeof *record);
    record->policy.priority = priority;
    cr_assert_eq(brg_table_add(table, record, NULL), BRG_OK);
    return record;
}

/* Whether the queue holds these, in this order, seen from both ends. */
static bool queue_is(const brg_table *table, brg_record *const *expected, int count) {
    const brg_record *ahead = table->queued.first, *back = table->queued.last;
    for (int i = 0; i < count; i++) {
        if (ahead != expected[i] || back != expected[count - 1 - i])
            return false;
        ahead = ahead->behind;
        back = back->before;
    }
    return !ahead && !back;
}

Test(table, queues_by_cancellation_then_priority_then_arrival) {
    brg_table table;
    brg_table_init(&table, 8, NULL);
    brg_record *low = add_urgent(&table, -1), *first = add(&table), *high = add_urgent(&table, 5),
               *second = add(&table);
    cr_expect(queue_is(&table, (brg_record *[]){high, first, second, low}, 4));
    brg_record_cancel(&table, low);
    cr_expect(queue_is(&table, (brg_record *[]){low, high, first, second}, 4));
    first->state = BRG_JOB_RUNNING;
    brg_table_sort(&table, first);
    cr_expect(queue_is(&table, (brg_record *[]){low, high, second}, 3));
    cr_expect(table.active.first == first && table.active.last == first);
    first->state = BRG_JOB_QUEUED; /* it has to start over */
    brg_table_sort(&table, first);
    cr_expect(queue_is(&table, (brg_record *[]){low, high, second, first}, 4));
    end(&table, high);
    cr_expect(queue_is(&table, (brg_record *[]){low, second, first}, 3));
    cr_expect_eq(table.unfinished, 3);
    brg_table_clear(&table);
}
