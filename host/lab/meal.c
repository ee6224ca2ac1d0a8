/* A meal of three dishes. See meal.h. */
#include "lab/meal.h"

enum { IDLE_FRAMES = 12 };

typedef struct evening {
    const brg_lab_meal *meal;
    brg_job jobs[BRG_LAB_DISHES];
    char part[BRG_NAME];
    double began_s, ended_s;
    int32_t frames;
    bool failed;
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
    if (e->failed || e->ended_s > 0)
        return false;
    if (e->meal->nothing)
        return frame < IDLE_FRAMES;
    if (frame < 2) /* the first frames find the beat */
        return true;
    if (frame == 2) {
        e->began_s = brg_lab_now_s();
        if (!e->meal->concurrent)
            cook_all(e);
        for (int32_t i = 0; e->meal->concurrent && i < BRG_LAB_DISHES; i++)
            order(e, i);
    }
    if (!e->meal->concurrent || all_done(e))
        e->ended_s = brg_lab_now_s();
    return true;
}

double brg_lab_meal_cook(brg_lab *lab, const void *argument, double *more) {
    evening e = {.meal = argument};
    brg_lab_part(lab, 0, e.meal->units, e.part);
    if (e.meal->picture)
        brg_lab_spans_clear(lab, e.meal->picture);
    uint64_t began_ns = brg_now_ns();
    brg_lab_frame_pace pace = brg_lab_frames_run(
        lab, &(brg_lab_frames){.tick = tick, .argument = &e, .picture = e.meal->picture});
    if (e.meal->picture && !e.meal->nothing)
        brg_lab_spans_of_engine(lab, e.meal->picture, began_ns);
    for (int32_t i = 0; e.meal->concurrent && !e.meal->nothing && i < BRG_LAB_DISHES; i++)
        if (e.jobs[i].generation)
            serve(&e, i);
    more[BRG_LAB_LATEST_FRAME - 1] = pace.max;
    return e.failed ? (double)NAN : e.meal->nothing ? pace.seconds : e.ended_s - e.began_s;
}
