/* A small database in memory: one table of sales, three columns of whole numbers, and one kind of query:
 *
 *     select region, sum(amount) from sales where first_day <= day and day < end_day group by region
 *
 * It is an op of its own, "lab_query": each work-item goes through some rows, the host adds up what they
 * found. Sums are whole numbers, so that an answer is right or wrong.
 *
 * Thread safety: brg_lab_query_ask and brg_lab_query_is_right may be called from any thread, all others from
 * the lab's. */
#ifndef LAB_QUERY_H
#define LAB_QUERY_H

#include "lab/lab.h"

enum { BRG_LAB_REGIONS = 8, BRG_LAB_DAYS = 365, BRG_LAB_QUERIES = 32 };

/* Zero means default. */
typedef struct brg_lab_query {
    int32_t first_day, end_day;
} brg_lab_query;

typedef struct brg_lab_sums {
    int64_t amount[BRG_LAB_REGIONS];
} brg_lab_sums;

/* The table, and queries whose right answers are known. */
typedef struct brg_lab_sales {
    brg_lab *lab;
    brg_engine *engine;
    brg_tensor *day, *region, *amount;
    brg_lab_query queries[BRG_LAB_QUERIES];
    brg_lab_sums answers[BRG_LAB_QUERIES]; /* by a loop over all rows */
} brg_lab_sales;

/* Makes the table, of at least so many rows, works out all answers, and has the device answer one query,
 * verified. The error is noted in the lab; release the table in any case. */
brg_status brg_lab_sales_make(brg_lab *lab, int64_t rows, brg_lab_sales *sales);

void brg_lab_sales_release(brg_lab_sales *sales);

/* Has a device, as brg_lab_part names it, answer one of the queries, and waits. */
brg_status brg_lab_query_ask(const brg_lab_sales *sales, int32_t query, const char *device,
                             brg_lab_sums *sums);

bool brg_lab_query_is_right(const brg_lab_sales *sales, int32_t query, const brg_lab_sums *sums);

#endif
