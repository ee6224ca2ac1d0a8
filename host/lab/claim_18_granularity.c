/* Claim 18: neither a task for each item nor one task for all.
 *
 * A million small items are cut into tasks of one size; threads take the next task from a queue
 * until none is left. Small tasks spend their time at the queue, large ones leave threads without
 * work: time over task size is a valley. The same items on one thread show that the right side of
 * it is idleness and nothing else.
 *
 * On the device a task is a work-group, taken by a compute unit: the same sweep by the number of
 * work-items in a group, each of which goes through 64 numbers. */
#include <pthread.h>

#include "lab/work.h"

enum { ITEMS = 1 << 20, STEPS_OF_AN_ITEM = 16, SIZES = 6 };

/* The queue: the next item that nobody has taken. */
typedef struct queue {
    pthread_mutex_t lock;
    int32_t next, task;
} queue;

static int32_t take(queue *q) {
    pthread_mutex_lock(&q->lock);
    int32_t first = q->next;
    q->next += first < ITEMS ? q->task : 0;
    pthread_mutex_unlock(&q->lock);
    return first;
}

static void work_off(int32_t index, void *argument) {
    (void)index;
    queue *q = argument;
    for (int32_t first = take(q); first < ITEMS; first = take(q))
        for (int32_t i = 0; i < q->task; i++)
            brg_lab_spin(STEPS_OF_AN_ITEM);
}

typedef struct setting {
    int32_t task;
    bool alone; /* one thread instead of one for each processor */
} setting;

static double seconds(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    const setting *s = argument;
    queue q = {.next = 0, .task = s->task};
    if (pthread_mutex_init(&q.lock, NULL) != 0)
        return brg_lab_fail(lab, BRG_E_INTERNAL, "The system gives no mutex.");
    brg_lab_team team = {
        .count = s->alone ? 1 : brg_lab_cores(lab), .work = work_off, .argument = &q};
    double wall = brg_lab_team_run(lab, &team).wall_s;
    pthread_mutex_destroy(&q.lock);
    return wall;
}

static const setting settings[SIZES + 2] = {{1, false},       {32, false},      {1 << 10, false},
                                            {1 << 15, false}, {1 << 18, false}, {ITEMS, false},
                                            {1 << 10, true},  {ITEMS, true}};

enum { FINE = 0, MIDDLE = 2, COARSE = 5, MIDDLE_ALONE = 6, COARSE_ALONE = 7 };
enum { FINE_COSTS, COARSE_COSTS, ALONE };

static double milliseconds(const double *values, const void *argument) {
    return values[*(const int32_t *)argument] * 1e3;
}

/* ---- work-groups on the device ----------------------------------------------------------------- */

enum { WORK_ITEMS = 1024, RUN = 64, GROUPS = 6 };

static double group_seconds(brg_lab *lab, const void *argument, double *more) {
    (void)lab, (void)more;
    return brg_lab_work_s(argument, NULL);
}

static double one_over_best(const double *values, const void *count) {
    const int32_t last = *(const int32_t *)count - 1;
    double least = INFINITY;
    for (int32_t i = 0; i <= last; i++)
        least = fmin(least, values[i]);
    return values[last] / least;
}

static brg_status measure_groups(brg_lab *lab, const brg_lab_work *works, int32_t count) {
    static const char *const names[GROUPS] = {"groups of 1",  "groups of 4",   "groups of 16",
                                              "groups of 64", "groups of 256", "groups of 1024"};
    brg_lab_condition conditions[GROUPS];
    brg_lab_mark marks[GROUPS];
    for (int32_t i = 0; i < count; i++) {
        const double items = (double)works[i].shape.group * RUN;
        conditions[i] = (brg_lab_condition){names[i], items, group_seconds, &works[i]};
        marks[i] =
            (brg_lab_mark){"work-groups on the device", items, BRG_LAB_VALUE_TIMES(i, 1e3), NULL};
    }
    const brg_lab_gauge gauges[] = {
        {"largest work-groups over the best", "x", BRG_LAB_DERIVED(one_over_best, &count)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = count,
                                                .marks = marks,
                                                .mark_count = count,
                                                .gauges = gauges,
                                                .gauge_count = 1,
                                                .max_rounds = 40});
}

/* Group sizes that the device does not allow are left out. */
static brg_status sweep_groups(brg_lab *lab) {
    brg_lab_work works[GROUPS] = {0};
    const brg_device_info *device = brg_lab_device(lab);
    brg_status status = device ? BRG_OK : brg_lab_status(lab);
    int32_t count = 0;
    for (int32_t i = 0; i < GROUPS && status == BRG_OK; i++) {
        const int32_t group = 1 << (2 * i);
        if ((uint64_t)group > device->max_work_group)
            break;
        status = brg_lab_work_make(
            lab,
            &(brg_lab_work_shape){
                .numbers = (int64_t)WORK_ITEMS * RUN, .passes = 64, .run = RUN, .group = group},
            &works[count++]);
    }
    if (status == BRG_OK)
        status = measure_groups(lab, works, count);
    for (int32_t i = 0; i < count; i++)
        brg_lab_work_release(&works[i]);
    return status;
}

/* ---- tasks on the host ------------------------------------------------------------------------- */

static brg_status measure_tasks(brg_lab *lab) {
    static const int32_t places[SIZES] = {0, 1, 2, 3, 4, 5};
    brg_lab_condition conditions[SIZES + 2];
    brg_lab_mark marks[SIZES];
    for (int32_t i = 0; i < SIZES + 2; i++)
        conditions[i] = (brg_lab_condition){i < SIZES ? "a thread on each processor" : "one thread",
                                            settings[i].task, seconds, &settings[i]};
    for (int32_t i = 0; i < SIZES; i++)
        marks[i] = (brg_lab_mark){"tasks on threads", settings[i].task,
                                  BRG_LAB_DERIVED(milliseconds, &places[i]), NULL};
    const brg_lab_reply replies[] = {
        {FINE_COSTS, BRG_LAB_RATIO(FINE, MIDDLE)},
        {COARSE_COSTS, BRG_LAB_RATIO(COARSE, MIDDLE)},
        {ALONE, BRG_LAB_RATIO(COARSE_ALONE, MIDDLE_ALONE)},
    };
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = SIZES + 2,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = SIZES,
                                                .share = 0.7});
}

static brg_status run(brg_lab *lab) {
    brg_status status = measure_tasks(lab);
    return status == BRG_OK ? sweep_groups(lab) : status;
}

const brg_experiment brg_claim_18 = {
    .claim =
        {.id = "18",
         .slug = "granularity",
         .title = "Tasks can be too small and too large",
         .articles = "A2",
         .claim =
             "A million tasks of one item drown in overhead, one task of a million items leaves "
             "the other workers idle; a thousand tasks of a thousand are best.",
         .hypothesis = "Time over task size falls first and rises at the end.",
         .metric = "wall time of a million items on all processors, relative to tasks of 1024, x",
         .threshold =
             "Tasks of one item, and one task of all items, take at least a quarter longer "
             "than tasks of 1024.",
         .refuted_by = "Either end of the range being less than a quarter slower than its middle.",
         .workload =
             "2^20 items of 16 dependent integer operations, about 20 ns each; tasks are taken "
             "from a queue behind a mutex by a thread for each processor. On the device 1024 "
             "work-items in "
             "work-groups of 1 to 1024, each 64 numbers.",
         .method = "All task sizes once a round, in random order; ratios within a round. The "
                   "work-groups are "
                   "measured after that, for the plot.",
         .control =
             "On a single thread nobody can be idle: one task of all items then is no slower "
             "than tasks of 1024.",
         .questions = {{.what = "time of tasks of one item over that of tasks of 1024",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.25)},
                       {.what = "time of one task of all items over that of tasks of 1024",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.25)},
                       {.what = "the same on a single thread",
                        .unit = "x",
                        BRG_LAB_WITHIN(0.9, 1.1),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_LINES, "items in a task", "time, ms", .log_x = true, .log_y = true},
         .needs = BRG_LAB_NEEDS_TWO_CORES | BRG_LAB_NEEDS_DEVICE},
    .run = run};
