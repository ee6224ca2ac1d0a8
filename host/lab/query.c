/* A database and its queries. See query.h. */
#include "lab/query.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"

enum { ROWS = 1024, GROUP = 64, MOST_ROWS = 1 << 26, MOST_AMOUNT = 99 };
enum { DAY, REGION, AMOUNT, COLUMNS };

/* ---- the op ------------------------------------------------------------------------------------ */

/* A work-item's sums stay in registers or close by; rows that do not count add nothing, so that nothing has
 * to be guessed. */
static const char source[] =
    "kernel void query(global const int *day, global const int *region, global const int *amount,\n"
    "                  global int *sums, int first_day, int end_day, int first) {\n"
    "    const int item = get_global_id(0) + first;\n"
    "    int own[REGIONS];\n"
    "    for (int r = 0; r < REGIONS; r++)\n"
    "        own[r] = 0;\n"
    "    for (int i = item * ROWS; i < (item + 1) * ROWS; i++)\n"
    "        own[region[i] & (REGIONS - 1)] +=\n"
    "            day[i] >= first_day && day[i] < end_day ? amount[i] : 0;\n"
    "    for (int r = 0; r < REGIONS; r++)\n"
    "        sums[item * REGIONS + r] = own[r];\n"
    "}\n";

static brg_status check(const brg_call *call, brg_shape *output, brg_error *error) {
    const int64_t rows = call->inputs[DAY].dims[0];
    bool good = rows > 0 && rows <= MOST_ROWS && rows % (ROWS * GROUP) == 0;
    for (int32_t i = 0; i < COLUMNS; i++)
        good = good && call->inputs[i].dtype == BRG_I32 && call->inputs[i].rank == 1 &&
               call->inputs[i].dims[0] == rows;
    if (!good)
        return brg_fail(error, BRG_E_SHAPE, "lab_query takes three columns of whole numbers");
    *output = brg_shape_2d(BRG_I32, rows / ROWS, BRG_LAB_REGIONS);
    return BRG_OK;
}

static void cost(const brg_call *call, brg_cost *cost) {
    const double rows = (double)call->inputs[DAY].dims[0];
    *cost = (brg_cost){rows, 4.0 * COLUMNS * rows};
}

static int32_t dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    dims[0] = (brg_dim){"rows", call->inputs[DAY].dims[0]};
    return 1;
}

static brg_status plan(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *plan, brg_error *error) {
    (void)variant, (void)error;
    const brg_lab_query *query = call->params;
    brg_launch *launch = brg_plan_add(plan, "lab_query", "query");
    launch->source = source;
    snprintf(plan->variant, sizeof plan->variant, "only");
    brg_launch_option(launch, "-DROWS=%d", ROWS);
    brg_launch_option(launch, "-DREGIONS=%d", BRG_LAB_REGIONS);
    brg_launch_range(launch, 0, call->inputs[DAY].dims[0] / ROWS,
                     device->kind == BRG_DEVICE_CPU ? 1 : GROUP);
    for (int32_t i = 0; i < COLUMNS; i++)
        brg_arg_buffer(launch, BRG_BUFFER_INPUT(i));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, query->first_day);
    brg_arg_i32(launch, query->end_day);
    brg_arg_first(launch);
    return BRG_OK;
}

/* What the rows from .. to add to the sums. */
static void add_rows(const int32_t *const columns[COLUMNS], const brg_lab_query *query,
                     int64_t from, int64_t to, int64_t *sums) {
    for (int64_t i = from; i < to; i++)
        if (columns[DAY][i] >= query->first_day && columns[DAY][i] < query->end_day)
            sums[columns[REGION][i] % BRG_LAB_REGIONS] += columns[AMOUNT][i];
}

static void sums_of_item(const brg_call *call, int64_t item, int64_t sums[BRG_LAB_REGIONS]) {
    const int32_t *const columns[] = {call->data[DAY], call->data[REGION], call->data[AMOUNT]};
    memset(sums, 0, BRG_LAB_REGIONS * sizeof *sums);
    add_rows(columns, call->params, item * ROWS, (item + 1) * ROWS, sums);
}

static void sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    int64_t sums[BRG_LAB_REGIONS];
    for (int64_t item = row0; item < row1; item++) {
        sums_of_item(call, item, sums);
        for (int32_t r = 0; r < BRG_LAB_REGIONS; r++)
            ((int32_t *)output)[item * BRG_LAB_REGIONS + r] = (int32_t)sums[r];
    }
}

static void oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                   double *bound) {
    int64_t sums[BRG_LAB_REGIONS];
    for (int64_t item = row0; item < row1; item++) {
        sums_of_item(call, item, sums);
        for (int32_t r = 0; r < BRG_LAB_REGIONS; r++) {
            *expected++ = (double)sums[r];
            *bound++ = 0;
        }
    }
}

static const brg_op op = {.name = "lab_query",
                          .summary = "sums up sales by region",
                          .params_size = sizeof(brg_lab_query),
                          .min_inputs = COLUMNS,
                          .max_inputs = COLUMNS,
                          .check = check,
                          .cost = cost,
                          .dims = dims,
                          .plan = plan,
                          .sequential = sequential,
                          .oracle = oracle};

/* ---- the table --------------------------------------------------------------------------------- */

/* A column of whole numbers below `limit`. */
static brg_status make_column(int64_t rows, int32_t limit, uint64_t seed, brg_tensor **column,
                              brg_error *error) {
    const brg_shape shape = brg_shape_1d(BRG_I32, rows);
    brg_status status = brg_tensor_create(&shape, NULL, column, error);
    int32_t *values = status == BRG_OK ? brg_tensor_writable(*column) : NULL;
    for (int64_t i = 0; values && i < rows; i++)
        values[i] = (int32_t)(brg_random_bits(seed, (uint64_t)i) % (uint64_t)limit);
    return status;
}

/* Queries over a month to a year each, and their answers. */
static void make_queries(brg_lab_sales *sales, int64_t rows, uint64_t seed) {
    const int32_t *const columns[] = {brg_tensor_data(sales->day), brg_tensor_data(sales->region),
                                      brg_tensor_data(sales->amount)};
    for (int32_t i = 0; i < BRG_LAB_QUERIES; i++) {
        const uint64_t random = brg_random_bits(seed, (uint64_t)i);
        const int32_t length = 30 + (int32_t)(random % (BRG_LAB_DAYS - 30));
        const int32_t first = (int32_t)((random >> 32) % (uint64_t)(BRG_LAB_DAYS - length + 1));
        sales->queries[i] = (brg_lab_query){first, first + length};
        add_rows(columns, &sales->queries[i], 0, rows, sales->answers[i].amount);
    }
}

static brg_stage stage_of(const brg_lab_sales *sales, int32_t query) {
    return (brg_stage){.op = op.name,
                       .params = &sales->queries[query],
                       .inputs = {sales->day, sales->region, sales->amount},
                       .input_count = COLUMNS};
}

static brg_status try_once(const brg_lab_sales *sales) {
    const brg_stage stage = stage_of(sales, 0);
    const brg_job_desc desc = {.stages = &stage, .stage_count = 1, .verify = BRG_VERIFY_FULL};
    brg_result result = {0};
    brg_status status = brg_lab_job(sales->lab, &desc, 0, &result);
    brg_result_release(&result);
    return status;
}

brg_status brg_lab_sales_make(brg_lab *lab, int64_t rows, brg_lab_sales *sales) {
    *sales = (brg_lab_sales){.lab = lab, .engine = brg_lab_engine(lab)};
    if (!sales->engine || !brg_lab_device(lab))
        return brg_lab_status(lab);
    const int64_t step = ROWS * GROUP;
    const uint64_t seed = 4 * brg_lab_seed(lab);
    rows = (rows + step - 1) / step * step;
    brg_error error = {0};
    brg_status status = BRG_OK;
    if (!brg_engine_op(sales->engine, op.name))
        status = brg_engine_add_op(sales->engine, &op, &error);
    if (status == BRG_OK)
        status = make_column(rows, BRG_LAB_DAYS, seed, &sales->day, &error);
    if (status == BRG_OK)
        status = make_column(rows, BRG_LAB_REGIONS, seed + 1, &sales->region, &error);
    if (status == BRG_OK)
        status = make_column(rows, MOST_AMOUNT + 1, seed + 2, &sales->amount, &error);
    if (status != BRG_OK) {
        brg_lab_fail(lab, status, "%s", error.what);
        return status;
    }
    make_queries(sales, rows, seed + 3);
    return try_once(sales);
}

void brg_lab_sales_release(brg_lab_sales *sales) {
    brg_tensor_release(sales->day);
    brg_tensor_release(sales->region);
    brg_tensor_release(sales->amount);
    *sales = (brg_lab_sales){0};
}

/* ---- asking ------------------------------------------------------------------------------------ */

brg_status brg_lab_query_ask(const brg_lab_sales *sales, int32_t query, const char *device,
                             brg_lab_sums *sums) {
    const brg_stage stage = stage_of(sales, query);
    const brg_job_desc desc = {.stages = &stage,
                               .stage_count = 1,
                               .device = device,
                               .label = "query",
                               .verify = BRG_VERIFY_NONE};
    brg_job job;
    brg_result result = {0};
    *sums = (brg_lab_sums){{0}};
    brg_status status = brg_lab_job_submit(sales->lab, &desc, &job);
    if (status == BRG_OK)
        status = brg_lab_job_await(sales->lab, job, &result);
    if (status != BRG_OK)
        return status;
    const int32_t *found = brg_tensor_data(result.output);
    const int64_t items = brg_tensor_shape(result.output)->dims[0];
    for (int64_t i = 0; i < items * BRG_LAB_REGIONS; i++)
        sums->amount[i % BRG_LAB_REGIONS] += found[i];
    brg_result_release(&result);
    return BRG_OK;
}

bool brg_lab_query_is_right(const brg_lab_sales *sales, int32_t query, const brg_lab_sums *sums) {
    return memcmp(sums, &sales->answers[query], sizeof *sums) == 0;
}
