/* Parts of the window that need no window: the frame clock, the log, pictures, inputs and the table
 * of workloads. */
#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include <brigade/ops.h>

#include "frame_clock.h"
#include "log.h"
#include "ui/palette.h"
#include "ui/picture.h"
#include "ui/tiles.h"
#include "workbench/inputs.h"
#include "workbench/workload.h"

static const uint64_t ms = 1000000;

static brg_colour pixel(const brg_picture *picture, int32_t x, int32_t y) {
    const uint8_t *rgba = picture->rgba + 4 * ((size_t)y * (size_t)picture->w + (size_t)x);
    return (brg_colour)rgba[0] << 16 | (brg_colour)rgba[1] << 8 | rgba[2];
}

static brg_tensor *matrix(int64_t rows, int64_t columns, const float *values) {
    brg_tensor *tensor;
    brg_shape shape = brg_shape_2d(BRG_F32, rows, columns);
    cr_assert_eq(brg_tensor_create(&shape, values, &tensor, NULL), BRG_OK);
    return tensor;
}

/* ---- the frame clock ------------------------------------------------------------------------- */

Test(frame_clock, frames_are_due_a_period_apart) {
    brg_frame_clock clock;
    brg_frame_clock_init(&clock, 100);
    uint64_t now = 1000 * ms;
    cr_assert_eq(brg_frame_clock_remaining(&clock, now), 0);
    brg_frame_clock_start(&clock, now);
    cr_assert_float_eq(brg_frame_clock_remaining(&clock, now), 0.010, 1e-9);
    brg_frame_clock_start(&clock, now + 11 * ms); /* a little late: the next is not put off */
    cr_assert_float_eq(brg_frame_clock_remaining(&clock, now + 11 * ms), 0.009, 1e-9);
    brg_frame_clock_release(&clock);
}

Test(frame_clock, missed_frames_are_not_caught_up_with) {
    brg_frame_clock clock;
    brg_frame_clock_init(&clock, 100);
    brg_frame_clock_start(&clock, 1000 * ms);
    brg_frame_clock_start(&clock, 2000 * ms);
    cr_assert_float_eq(brg_frame_clock_remaining(&clock, 2000 * ms), 0.010, 1e-9);
    brg_frame_clock_release(&clock);
}

Test(frame_clock, sleep_is_no_interval) {
    brg_frame_clock clock;
    float interval;
    brg_frame_clock_init(&clock, 60);
    brg_frame_clock_start(&clock, 1000 * ms);
    brg_frame_clock_rest(&clock);
    brg_frame_clock_start(&clock, 9000 * ms);
    cr_assert_not(brg_frame_clock_recent(&clock, 0, &interval));
    brg_frame_clock_start(&clock, 9020 * ms);
    cr_assert(brg_frame_clock_recent(&clock, 0, &interval));
    cr_assert_float_eq(interval, 20, 1e-3);
    brg_frame_clock_release(&clock);
}

Test(frame_clock, percentiles_are_nearest_ranks) {
    brg_frame_clock clock;
    brg_frame_clock_init(&clock, 60);
    uint64_t now = 1;
    brg_frame_clock_start(&clock, now);
    for (uint64_t i = 1; i <= 200; i++) /* intervals of 1 to 200 ms, shuffled */
        brg_frame_clock_start(&clock, now += (i * 77 % 200 + 1) * ms);
    brg_frame_stats stats = brg_frame_clock_run_stats(&clock);
    cr_assert_eq(stats.count, 200);
    cr_assert_float_eq(stats.p50, 100, 1e-3);
    cr_assert_float_eq(stats.p99, 198, 1e-3);
    cr_assert_float_eq(stats.max, 200, 1e-3);
    cr_assert_eq(brg_frame_clock_recent_stats(&clock, 1e9).count, 200);
    brg_frame_clock_mark(&clock);
    cr_assert_eq(brg_frame_clock_run_stats(&clock).count, 0);
    cr_assert_eq(brg_frame_clock_recent_stats(&clock, 1e9).count, 0);
    brg_frame_clock_release(&clock);
}

Test(frame_clock, keeps_more_than_its_ring_for_the_run) {
    brg_frame_clock clock;
    brg_frame_clock_init(&clock, 60);
    for (uint64_t i = 0; i <= 20000; i++)
        brg_frame_clock_start(&clock, (i + 1) * ms);
    cr_assert_eq(brg_frame_clock_run_stats(&clock).count, 20000);
    cr_assert_eq(brg_frame_clock_recent_stats(&clock, 1e9).count, BRG_FRAME_RECENT);
    brg_frame_clock_release(&clock);
}

/* ---- the log --------------------------------------------------------------------------------- */

Test(gui_log, forgets_the_oldest) {
    static brg_log log;
    for (int i = 0; i < BRG_LOG_LINES + 36; i++)
        brg_log_note(&log, "line %d", i);
    cr_assert_str_eq(brg_log_at(&log, BRG_LOG_LINES - 1)->text, "line 36");
    cr_assert_null(brg_log_at(&log, BRG_LOG_LINES));
}

Test(gui_log, an_error_says_what_and_what_to_do) {
    static brg_log log;
    brg_error error = {0};
    brg_fail(&error, BRG_E_IO, "It is gone.");
    brg_error_hint(&error, "Look elsewhere.");
    brg_log_error(&log, "cat.png", &error);
    cr_assert_str_eq(brg_log_at(&log, 0)->text, "cat.png: It is gone. Look elsewhere.");
    cr_assert_eq(brg_log_at(&log, 0)->tone, BRG_TONE_TROUBLE);
    brg_fail(&error, BRG_E_IO, "no stop"); /* a clause, as some messages are */
    brg_error_hint(&error, "Look elsewhere.");
    brg_log_error(&log, NULL, &error);
    cr_assert_str_eq(brg_log_at(&log, 0)->text, "no stop. Look elsewhere.");
}

/* ---- pictures -------------------------------------------------------------------------------- */

Test(picture, a_matrix_is_blue_below_and_amber_above_zero) {
    const float values[] = {-2, 0, 2, NAN, INFINITY, 1};
    brg_tensor *m = matrix(2, 3, values);
    brg_picture picture;
    cr_assert_eq(brg_picture_matrix(m, &picture, NULL), BRG_OK);
    cr_assert_eq(pixel(&picture, 0, 0), BRG_HEAT_BELOW);
    cr_assert_eq(pixel(&picture, 1, 0), BRG_HEAT_ZERO);
    cr_assert_eq(pixel(&picture, 2, 0), BRG_HEAT_ABOVE);
    cr_assert_eq(pixel(&picture, 0, 1), BRG_HEAT_WRONG);
    cr_assert_eq(pixel(&picture, 1, 1), BRG_HEAT_WRONG);
    brg_picture_clear(&picture);
    brg_tensor_release(m);
}

Test(picture, a_large_image_is_averaged_down) {
    enum { SIDE = 2 * BRG_PICTURE_SIDE };
    brg_tensor *image;
    brg_picture picture;
    brg_shape shape = brg_shape_3d(BRG_U8, SIDE, SIDE, 1);
    cr_assert_eq(brg_tensor_create(&shape, NULL, &image, NULL), BRG_OK);
    uint8_t *levels = brg_tensor_writable(image);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++)
        levels[i] = i % 2 ? 200 : 100;
    cr_assert_eq(brg_picture_image(image, &picture, NULL), BRG_OK);
    cr_assert_eq(picture.w, BRG_PICTURE_SIDE);
    cr_assert_eq(picture.h, BRG_PICTURE_SIDE);
    cr_assert_eq(pixel(&picture, 7, 9), 0x969696);
    brg_picture_clear(&picture);
    brg_tensor_release(image);
}

Test(picture, thin_shapes_keep_a_pixel) {
    brg_tensor *row = matrix(1, 100000, NULL);
    brg_picture picture;
    cr_assert_eq(brg_picture_matrix(row, &picture, NULL), BRG_OK);
    cr_assert_eq(picture.h, 1);
    cr_assert_eq(picture.w, BRG_PICTURE_SIDE);
    brg_picture_clear(&picture);
    brg_tensor_release(row);
}

Test(picture, nothing_to_show_is_an_error) {
    brg_tensor *empty = matrix(0, 5, NULL);
    brg_picture picture;
    cr_assert_eq(brg_picture_matrix(empty, &picture, NULL), BRG_E_SHAPE);
    cr_assert_null(picture.rgba);
    brg_tensor_release(empty);
}

/* ---- inputs and workloads -------------------------------------------------------------------- */

Test(inputs, matrices_are_the_same_at_every_make) {
    brg_inputs a, b;
    brg_inputs_order order = {.m = 5, .n = 7, .k = 3};
    brg_inputs_make(&order, &a);
    brg_inputs_make(&order, &b);
    cr_assert_eq(a.status, BRG_OK);
    cr_assert_eq(a.count, 2);
    cr_assert_eq(brg_tensor_bytes(a.tensors[0]), 15 * sizeof(float));
    cr_assert_eq(brg_tensor_bytes(a.tensors[1]), 21 * sizeof(float));
    for (int i = 0; i < 2; i++)
        cr_assert_arr_eq(brg_tensor_data(a.tensors[i]), brg_tensor_data(b.tensors[i]),
                         brg_tensor_bytes(a.tensors[i]));
    brg_inputs_clear(&a);
    brg_inputs_clear(&b);
}

Test(inputs, a_missing_file_is_told) {
    brg_inputs inputs;
    brg_inputs_order order = {.path = "/nonexistent/cat.png"};
    brg_inputs_make(&order, &inputs);
    cr_assert_eq(inputs.status, BRG_E_IO);
    cr_assert_neq(inputs.error.what[0], '\0');
    brg_inputs_clear(&inputs);
}

/* Every row of the table names an op, and its controls give parameters that the op accepts, at both
 * ends of their ranges. */
static void check_workload(const brg_workload *workload, int end) {
    const brg_op *op = brg_op_find(workload->op);
    cr_assert_not_null(op, "there is no op %s", workload->op);
    float values[BRG_MAX_CONTROLS];
    for (int i = 0; i < BRG_MAX_CONTROLS; i++) {
        const brg_control *control = &workload->controls[i];
        values[i] = end == 0 ? control->lo : end == 1 ? control->initial : control->hi;
    }
    brg_shape photograph = brg_shape_3d(BRG_U8, 33, 47, 3), output;
    brg_inputs_order order = {0};
    uint64_t params[BRG_MAX_PARAMS / 8] = {0};
    if (workload->order)
        workload->order(values, &order);
    workload->fill(values, workload->takes_image ? &photograph : NULL, params);
    brg_call call = {.params = params, .input_count = 1, .inputs = {photograph}};
    if (!workload->takes_image) {
        call.input_count = 2;
        call.inputs[0] = brg_shape_2d(BRG_F32, order.m, order.k);
        call.inputs[1] = brg_shape_2d(BRG_F32, order.k, order.n);
    } else if (order.weights) {
        call.input_count = 2;
        call.inputs[1] = brg_shape_2d(BRG_F32, order.side, order.side);
    }
    brg_error error = {0};
    cr_assert_eq(op->check(&call, &output, &error), BRG_OK, "%s: %s", workload->op, error.what);
}

Test(workload, every_row_gives_valid_parameters) {
    const brg_workload *workload;
    for (int w = 0; (workload = brg_workload_at(w)); w++) {
        cr_assert_lt(w, BRG_MAX_WORKLOADS);
        cr_assert_eq(brg_workload_find(workload->op), w);
        for (int end = 0; end < 3; end++)
            check_workload(workload, end);
    }
    cr_assert_eq(brg_workload_find("stew"), -1);
}

/* ---- tiles ----------------------------------------------------------------------------------- */

typedef struct box {
    float x0, y0, x1, y1;
    uint64_t what;
} box;

static void draw_boxes(brg_tiles *tiles, const box *boxes, int count) {
    brg_tiles_begin(tiles, 640, 400, false);
    for (int i = 0; i < count; i++)
        brg_tiles_add(tiles, boxes[i].x0, boxes[i].y0, boxes[i].x1, boxes[i].y1, boxes[i].what);
    brg_tiles_end(tiles);
}

static bool in_patches(const brg_tiles *tiles, float x, float y) {
    for (size_t i = 0; i < tiles->patch_count; i++) {
        const brg_patch *p = &tiles->patches[i];
        if (x >= (float)p->x && y >= (float)p->y && x < (float)(p->x + p->w) &&
            y < (float)(p->y + p->h))
            return true;
    }
    return false;
}

Test(tiles, only_what_changed_is_drawn) {
    brg_tiles tiles = {0};
    box boxes[] = {{10, 10, 60, 40, 1}, {300, 200, 350, 230, 2}};
    draw_boxes(&tiles, boxes, 2);
    cr_assert_eq(tiles.patch_count, 1, "the first frame is drawn as a whole");
    cr_assert_eq(tiles.patches[0].w * tiles.patches[0].h, 640 * 400);
    draw_boxes(&tiles, boxes, 2);
    cr_assert_eq(tiles.patch_count, 0, "nothing changed");
    boxes[1].what = 3;
    draw_boxes(&tiles, boxes, 2);
    cr_assert(in_patches(&tiles, 300, 200) && in_patches(&tiles, 349, 229));
    cr_assert_not(in_patches(&tiles, 30, 30));
    draw_boxes(&tiles, boxes, 1);
    cr_assert(in_patches(&tiles, 320, 210), "where something was");
    brg_tiles_begin(&tiles, 320, 400, false);
    brg_tiles_end(&tiles);
    cr_assert_eq(tiles.patches[0].w * tiles.patches[0].h, 320 * 400, "another size");
    brg_tiles_clear(&tiles);
}

Test(tiles, what_lies_over_what_matters) {
    brg_tiles tiles = {0};
    const box there[] = {{10, 10, 60, 40, 1}, {10, 10, 60, 40, 2}};
    const box back[] = {{10, 10, 60, 40, 2}, {10, 10, 60, 40, 1}};
    draw_boxes(&tiles, there, 2);
    draw_boxes(&tiles, back, 2);
    cr_assert_gt(tiles.patch_count, 0);
    brg_tiles_clear(&tiles);
}

/* However many things move: every one is drawn at its old and its new place, and nothing twice. */
Test(tiles, patches_cover_all_changes_and_do_not_overlap) {
    enum { BOXES = 40 };
    brg_tiles tiles = {0};
    box boxes[BOXES], old[BOXES];
    uint32_t random = 1;
    for (int frame = 0; frame < 200; frame++) {
        memcpy(old, boxes, sizeof old);
        for (int i = 0; i < BOXES; i++) {
            random = random * 1664525u + 1013904223u;
            bool moves = frame == 0 || (random >> 28) < (uint32_t)frame % 16;
            float x = (float)(random >> 8 & 1023) - 100, y = (float)(random >> 18 & 511) - 50;
            if (moves)
                boxes[i] = (box){x, y, x + (float)(random & 63), y + 9, random | 1};
        }
        draw_boxes(&tiles, boxes, BOXES);
        for (int i = 0; frame > 0 && i < BOXES; i++) {
            if (memcmp(&old[i], &boxes[i], sizeof old[i]) == 0)
                continue;
            const box *both[] = {&old[i], &boxes[i]};
            for (int b = 0; b < 2; b++) {
                float x = fminf(fmaxf(both[b]->x0, 0), 639), y = fminf(fmaxf(both[b]->y0, 0), 399);
                if (both[b]->x1 >= 0 && both[b]->y1 >= 0 && both[b]->x0 < 640 && both[b]->y0 < 400)
                    cr_assert(in_patches(&tiles, x, y), "frame %d box %d", frame, i);
            }
        }
        for (size_t i = 0; i < tiles.patch_count; i++)
            for (size_t j = i + 1; j < tiles.patch_count; j++) {
                const brg_patch *a = &tiles.patches[i], *b = &tiles.patches[j];
                cr_assert(a->x >= b->x + b->w || b->x >= a->x + a->w || a->y >= b->y + b->h ||
                          b->y >= a->y + a->h);
            }
    }
    brg_tiles_clear(&tiles);
}

Test(tiles, places_that_are_none_are_harmless) {
    brg_tiles tiles = {0};
    const box boxes[] = {{NAN, 0, 10, 10, 1},
                         {0, NAN, 10, NAN, 1},
                         {-1e30f, -1e30f, 1e30f, 1e30f, 1},
                         {5000, 5000, 6000, 6000, 1},
                         {-INFINITY, 0, INFINITY, 10, 1}};
    draw_boxes(&tiles, boxes, 5);
    draw_boxes(&tiles, boxes, 5);
    cr_assert_eq(tiles.patch_count, 0);
    brg_tiles_clear(&tiles);
}
