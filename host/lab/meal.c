/* A meal of three dishes. See meal.h. */
#include "lab/meal.h"

#include "lab/overlap.h"

enum { IDLE_FRAMES = 6, RATE = 120 };

typedef struct evening {
    const brg_lab_meal *meal;
    brg_job jobs[BRG_LAB_DISHES];
    char part[BRG_NAME];
    uint64_t began_ns;
    int32_t frames;
    bool over, failed;
} evening;

static bool order(evening *e, int32_t dish) {
    e->failed = e->failed || brg_lab_work_submit(e->meal->dish, e->part, &e->jobs[dish]) != BRG_OK;
    return !e->failed;
}

static bool serve(evening *e, int32_t dish) {
    e->failed = e->failed || brg_lab_work_await(e->meal->dish, e->jobs[dish], NULL) != BRG_OK;
    return !e->failed;
}

/* The loop itself cooks: nothing else happens until the last dish is done. */
static bool cook_all(evening *e) {
    for (int32_t i = 0; i < BRG_LAB_DISHES; i++)
        if (!order(e, i) || !serve(e, i))
            return false;
    return true;
}

static bool all_done(const evening *e) {
    for (int32_t i = 0; i < BRG_LAB_DISHES; i++)
        if (brg_engine_wait(e->meal->dish->engine, e->jobs[i], 0) != BRG_OK)
            return false;
    return true;
}

/* One frame: false once the meal is over, and one more frame has seen it. */
static bool tick(brg_lab *lab, void *argument) {
    (void)lab;
    evening *e = argument;
    int32_t frame = e->frames++;
    if (e->failed || e->over)
        return false;
    if (e->meal->nothing)
        return frame < IDLE_FRAMES;
    if (frame < 1) /* the first frame finds the beat */
        return true;
    if (frame == 1) {
        e->began_ns = brg_now_ns();
        if (!e->meal->concurrent)
            cook_all(e);
        for (int32_t i = 0; e->meal->concurrent && i < BRG_LAB_DISHES; i++)
            order(e, i);
    }
    e->over = !e->meal->concurrent || all_done(e);
    return true;
}

double brg_lab_meal_cook(brg_lab *lab, const void *argument, double *more) {
    evening e = {.meal = argument};
    brg_lab_part(lab, 0, e.meal->units, e.part);
    if (e.meal->picture)
        brg_lab_spans_clear(lab, e.meal->picture);
    const uint64_t opened_ns = brg_now_ns();
    brg_lab_frame_pace pace = brg_lab_frames_run(
        lab,
        &(brg_lab_frames){.rate = RATE, .tick = tick, .argument = &e, .picture = e.meal->picture});
    if (e.meal->picture && !e.meal->nothing)
        brg_lab_spans_of_engine(lab, e.meal->picture, opened_ns);
    for (int32_t i = 0; e.meal->concurrent && !e.meal->nothing && i < BRG_LAB_DISHES; i++)
        if (e.jobs[i].generation)
            serve(&e, i);
    more[BRG_LAB_LATEST_FRAME - 1] = pace.max;
    if (e.failed || !e.over)
        return e.failed || !e.meal->nothing ? (double)NAN : pace.seconds;
    return brg_lab_overlap_read(lab, e.meal->dish->engine, e.began_ns, e.jobs, BRG_LAB_DISHES)
        .makespan_s;
}
