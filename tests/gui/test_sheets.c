/* How tensors are laid out, looked at and printed, and how two times are compared: without a
 * window. */
#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include <brigade/ops.h>

#include "workbench/duel.h"
#include "workbench/look.h"
#include "workbench/print.h"
#include "workbench/sheet.h"

static brg_tensor *tensor_of(const brg_shape *shape, const void *values) {
    brg_tensor *tensor;
    cr_assert_eq(brg_tensor_create(shape, values, &tensor, NULL), BRG_OK);
    return tensor;
}

/* ---- sheets ---------------------------------------------------------------------------------- */

static brg_sheet sheet_of(const char *op, brg_dtype dtype, int32_t rank, int64_t d0, int64_t d1,
                          int64_t d2, int64_t d3) {
    brg_shape shape = {.dtype = dtype, .rank = rank, .dims = {d0, d1, d2, d3}};
    return brg_sheet_of(op, &shape);
}

Test(sheet, knows_what_a_tensor_looks_like) {
    cr_assert_eq(sheet_of("blur", BRG_U8, 3, 40, 60, 3, 1).kind, BRG_SHEET_IMAGE);
    cr_assert_eq(sheet_of("gemm", BRG_F32, 2, 40, 60, 1, 1).kind, BRG_SHEET_MAP);
    cr_assert_eq(sheet_of("reduce", BRG_F32, 1, 1000, 1, 1, 1).kind, BRG_SHEET_PLOT);
    cr_assert_eq(sheet_of("reduce", BRG_F32, 1, 1, 1, 1, 1).kind, BRG_SHEET_NUMBER);
    cr_assert_eq(sheet_of("scan", BRG_I32, 2, 1, 1000, 1, 1).kind, BRG_SHEET_PLOT);
    cr_assert_eq(sheet_of("nbody", BRG_F32, 2, 100, 8, 1, 1).kind, BRG_SHEET_POINTS);
    cr_assert_eq(sheet_of("gemm", BRG_F32, 2, 100, 8, 1, 1).kind, BRG_SHEET_MAP);
    cr_assert_eq(sheet_of("gemm", BRG_F32, 2, 0, 8, 1, 1).kind, BRG_SHEET_NONE);
    brg_sheet bars = sheet_of("histogram", BRG_I32, 3, 1, 3, 256, 1);
    cr_assert(bars.kind == BRG_SHEET_PLOT && bars.bars);
    cr_assert_eq(bars.tiles, 3);
}

/* Every element of a sheet is found again at its cell, and no cell holds one twice. */
static void check_places(brg_sheet sheet) {
    int64_t found = 0;
    bool plot = sheet.kind == BRG_SHEET_PLOT;
    for (int64_t y = 0; y < (plot ? sheet.tiles : sheet.h); y++)
        for (int64_t x = 0; x < sheet.w; x++) {
            int64_t element = brg_sheet_element(&sheet, x, y), back_x, back_y;
            if (element < 0)
                continue;
            found++;
            for (int64_t d = 0; d < sheet.depth; d++) {
                cr_assert(brg_sheet_cell(&sheet, element + d, &back_x, &back_y));
                cr_assert(back_x == x && back_y == y, "%lld at %lld %lld", (long long)element,
                          (long long)x, (long long)y);
            }
        }
    size_t count;
    brg_shape_size(&sheet.shape, &count, NULL, NULL);
    cr_assert_eq((size_t)(found * sheet.depth), count);
}

Test(sheet, finds_every_element_again) {
    check_places(sheet_of("blur", BRG_U8, 3, 7, 5, 4, 1));
    check_places(sheet_of("gemm", BRG_F32, 2, 9, 11, 1, 1));
    check_places(sheet_of("gemm", BRG_F32, 3, 5, 9, 11, 1));
    check_places(sheet_of("conv2d_forward", BRG_F32, 4, 3, 5, 4, 6));
    check_places(sheet_of("reaction_diffusion", BRG_F32, 3, 6, 7, 2, 1));
    check_places(sheet_of("reaction_diffusion", BRG_F32, 4, 3, 6, 7, 2));
    check_places(sheet_of("histogram", BRG_I32, 3, 1, 4, 256, 1));
    check_places(sheet_of("histogram", BRG_U8, 4, 2, 6, 7, 3));
    check_places(sheet_of("scan", BRG_F32, 2, 1, 1000, 1, 1));
    check_places(sheet_of("nbody", BRG_F32, 2, 17, 8, 1, 1));
}

Test(sheet, has_nothing_outside) {
    brg_sheet sheet = sheet_of("conv2d_forward", BRG_F32, 4, 1, 3, 4, 6);
    int64_t x, y;
    cr_assert_eq(brg_sheet_element(&sheet, -1, 0), -1);
    cr_assert_eq(brg_sheet_element(&sheet, sheet.w, 0), -1);
    cr_assert_eq(brg_sheet_element(&sheet, 6, 0), -1); /* the gap between two tiles */
    cr_assert_not(brg_sheet_cell(&sheet, 3 * 24, &x, &y));
    cr_assert_not(brg_sheet_cell(&sheet, -1, &x, &y));
}

Test(sheet, says_places_as_people_do) {
    char text[96];
    brg_shape image = brg_shape_3d(BRG_U8, 10, 20, 3), matrix = brg_shape_2d(BRG_F32, 10, 20);
    cr_assert_str_eq(brg_sheet_place(&image, 5 * 60 + 7 * 3 + 2, text, sizeof text),
                     "row 5, column 7, channel 2");
    cr_assert_str_eq(brg_sheet_place(&matrix, 5 * 20 + 7, text, sizeof text), "row 5, column 7");
}

/* ---- looks ----------------------------------------------------------------------------------- */

static const brg_rect room = {100, 50, 300, 200};

Test(look, fits_all_in_the_middle) {
    brg_sheet sheet = sheet_of("gemm", BRG_F32, 2, 100, 100, 1, 1);
    brg_look look = BRG_LOOK_ALL;
    brg_glass lens = brg_look_through(&look, &sheet, room);
    cr_assert_float_eq(lens.sx, 2, 1e-9);
    cr_assert_float_eq(lens.x0, 150, 1e-9);
    cr_assert_float_eq(lens.y0, 50, 1e-9);
}

Test(look, zooms_about_the_pointer) {
    brg_sheet sheet = sheet_of("gemm", BRG_F32, 2, 400, 600, 1, 1);
    brg_look look = BRG_LOOK_ALL;
    brg_glass before = brg_look_through(&look, &sheet, room);
    double x = (220 - before.x0) / before.sx, y = (140 - before.y0) / before.sy;
    for (int i = 0; i < 5; i++)
        brg_look_zoom(&look, &sheet, room, 220, 140, 1.5);
    brg_glass after = brg_look_through(&look, &sheet, room);
    cr_assert_gt(after.sx, 5 * before.sx);
    cr_assert_float_eq(after.x0 + x * after.sx, 220, 1e-6);
    cr_assert_float_eq(after.y0 + y * after.sy, 140, 1e-6);
    for (int i = 0; i < 9; i++)
        brg_look_zoom(&look, &sheet, room, 220, 140, 0.5);
    cr_assert_eq(look.zoom, 1);
}

Test(look, cannot_be_dragged_out_of_sight) {
    brg_sheet sheet = sheet_of("gemm", BRG_F32, 2, 400, 600, 1, 1);
    brg_look look = BRG_LOOK_ALL;
    brg_look_zoom(&look, &sheet, room, 250, 150, 4);
    brg_look_drag(&look, &sheet, room, 1e6, 1e6);
    brg_glass lens = brg_look_through(&look, &sheet, room);
    brg_crop crop = brg_glass_crop(&lens, &sheet, room);
    cr_assert_eq(crop.x0, 0);
    cr_assert_eq(crop.y0, 0);
    brg_look_drag(&look, &sheet, room, -1e6, -1e6);
    lens = brg_look_through(&look, &sheet, room);
    crop = brg_glass_crop(&lens, &sheet, room);
    cr_assert_eq(crop.x1, 600);
    cr_assert_eq(crop.y1, 400);
}

Test(look, goes_to_a_cell) {
    brg_sheet sheet = sheet_of("gemm", BRG_F32, 2, 4000, 6000, 1, 1);
    brg_look look = BRG_LOOK_ALL;
    brg_look_at(&look, &sheet, room, 123.5, 3210.5, 40);
    brg_glass lens = brg_look_through(&look, &sheet, room);
    cr_assert_float_eq(lens.sx, 40, 1e-6);
    cr_assert_float_eq(lens.x0 + 123.5 * lens.sx, 250, 1e-6);
    cr_assert_float_eq(lens.y0 + 3210.5 * lens.sy, 150, 1e-6);
}

/* ---- prints ---------------------------------------------------------------------------------- */

static brg_colour pixel(const brg_print *print, int32_t x, int32_t y) {
    const uint8_t *rgba =
        print->picture.rgba + 4 * ((size_t)y * (size_t)print->picture.w + (size_t)x);
    return (brg_colour)rgba[0] << 16 | (brg_colour)rgba[1] << 8 | rgba[2];
}

static brg_print develop(const brg_exhibit *exhibit, brg_subject subject, brg_crop crop, int32_t w,
                         int32_t h) {
    atomic_bool stop = false;
    brg_print print;
    brg_print_order order = {.exhibit = *exhibit, .subject = subject, .crop = crop, .w = w, .h = h};
    brg_print_develop(&order, &stop, &print);
    return print;
}

enum { N = 16 };

/* A * I = A, with one element of the result changed. */
static brg_exhibit product_with(float change) {
    float a[N * N], identity[N * N] = {0};
    brg_shape square = brg_shape_2d(BRG_F32, N, N);
    for (int i = 0; i < N * N; i++)
        a[i] = (float)(i % 7) + 1;
    for (int i = 0; i < N; i++)
        identity[i * N + i] = 1;
    brg_gemm_params params = BRG_GEMM_DEFAULTS;
    brg_exhibit exhibit = {.op = brg_op_find("gemm"), .input_count = 2};
    memcpy(exhibit.params, &params, sizeof params);
    exhibit.inputs[0] = tensor_of(&square, a);
    exhibit.inputs[1] = tensor_of(&square, identity);
    a[5 * N + 9] += change;
    exhibit.output = tensor_of(&square, a);
    return exhibit;
}

static const brg_crop all = {0, 0, N, N};

Test(print, errors_are_dark_where_nothing_differs) {
    brg_exhibit exhibit = product_with(0);
    brg_print print = develop(&exhibit, BRG_OF_ERRORS, all, 300, 200);
    cr_assert_eq(print.picture.w, N);
    cr_assert_eq(pixel(&print, 9, 5), pixel(&print, 0, 0));
    cr_assert_not_null(strstr(print.picture.caption, "no difference"), "%s", print.picture.caption);
    brg_print_clear(&print);
    brg_exhibit_release(&exhibit);
}

Test(print, errors_are_red_beyond_the_bound) {
    const float changes[] = {0.5f, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        brg_exhibit exhibit = product_with(changes[i]);
        brg_print print = develop(&exhibit, BRG_OF_ERRORS, all, 300, 200);
        cr_assert_eq(pixel(&print, 9, 5), BRG_HEAT_WRONG);
        cr_assert_neq(pixel(&print, 8, 5), BRG_HEAT_WRONG);
        cr_assert_neq(pixel(&print, 9, 6), BRG_HEAT_WRONG);
        cr_assert_not_null(strstr(print.picture.caption, "beyond the bound"));
        brg_print_clear(&print);
        brg_exhibit_release(&exhibit);
    }
}

/* A crop shows the same cells as the whole. */
Test(print, a_part_is_where_it_was_in_the_whole) {
    brg_exhibit exhibit = product_with(0.5f);
    brg_crop crop = {7, 4, 12, 9};
    brg_print errors = develop(&exhibit, BRG_OF_ERRORS, crop, 300, 200);
    cr_assert_eq(errors.picture.w, 5);
    cr_assert_eq(errors.picture.h, 5);
    cr_assert_eq(pixel(&errors, 2, 1), BRG_HEAT_WRONG);
    cr_assert_neq(pixel(&errors, 1, 1), BRG_HEAT_WRONG);
    brg_print whole = develop(&exhibit, BRG_OF_OUTPUT, all, 300, 200);
    brg_print part = develop(&exhibit, BRG_OF_OUTPUT, crop, 300, 200);
    cr_assert_eq(pixel(&part, 2, 1), pixel(&whole, 9, 5));
    brg_print_clear(&errors);
    brg_print_clear(&whole);
    brg_print_clear(&part);
    brg_exhibit_release(&exhibit);
}

Test(print, the_exact_value_of_an_element_is_told) {
    brg_exhibit exhibit = product_with(0.5f);
    double expected, bound;
    cr_assert_eq(brg_exhibit_exact(&exhibit, 5 * N + 9, 1, &expected, &bound, NULL), BRG_OK);
    cr_assert_float_eq(expected, (5 * N + 9) % 7 + 1, 1e-12);
    cr_assert_gt(brg_error_ratio(expected + 0.5, expected, bound), 1);
    cr_assert_neq(brg_exhibit_exact(&exhibit, N * N, 1, &expected, &bound, NULL), BRG_OK);
    brg_exhibit_release(&exhibit);
}

Test(print, an_error_is_never_small_for_what_cannot_pass) {
    cr_assert_eq(brg_error_ratio(NAN, 1, 1), INFINITY);
    cr_assert_eq(brg_error_ratio(INFINITY, 1, 1), INFINITY);
    cr_assert_eq(brg_error_ratio(1, NAN, 1), INFINITY);
    cr_assert_eq(brg_error_ratio(1.5, 1, 0), INFINITY);
    cr_assert_eq(brg_error_ratio(NAN, NAN, 1), 0);
    cr_assert_float_eq(brg_error_ratio(1.5, 1, 2), 0.25, 1e-12);
}

/* Whatever an op makes of its everyday words can be looked at, inputs and all. */
Test(print, every_op_has_something_to_show) {
    const brg_op *op;
    for (int i = 0; (op = brg_op_builtin(i)); i++) {
        brg_example call = {0};
        if (!op->make)
            continue;
        cr_assert_eq(op->make(op->sizes[0], 1, &call, NULL), BRG_OK, "%s", op->name);
        brg_exhibit exhibit = {.op = op, .input_count = call.input_count};
        memcpy(exhibit.inputs, call.inputs, sizeof call.inputs);
        for (int32_t k = 0; k < call.input_count; k++) {
            brg_sheet sheet = brg_sheet_of(op->name, brg_tensor_shape(call.inputs[k]));
            brg_crop crop = {0, 0, 0, 0};
            brg_sheet_extent(&sheet, &crop.x1, &crop.y1);
            atomic_bool stop = false;
            brg_print print;
            brg_print_order order = {
                .exhibit = exhibit, .input = k, .crop = crop, .w = 99, .h = 66};
            brg_print_develop(&order, &stop, &print);
            cr_assert_gt(print.picture.w, 0, "%s, input %d", op->name, (int)k);
            cr_assert_leq(print.picture.w, 99);
            cr_assert_leq(print.picture.h, 66);
            brg_print_clear(&print);
        }
        brg_example_release(&call);
    }
}

/* ---- duels ----------------------------------------------------------------------------------- */

Test(duel, compares_pair_by_pair) {
    brg_duel duel = {0};
    cr_assert_eq(brg_duel_odds(&duel).median, 0);
    brg_duel_add(&duel, 2, 1);
    brg_duel_add(&duel, 30, 10); /* a slow moment of the machine counts no more than others */
    brg_duel_add(&duel, 1.5, 1);
    brg_duel_add(&duel, -1, 1); /* not measured */
    cr_assert_eq(duel.pairs, 3);
    brg_odds odds = brg_duel_odds(&duel);
    cr_assert_float_eq(odds.median, 2, 1e-12);
    cr_assert_float_eq(odds.lo, 1.5, 1e-12);
    cr_assert_float_eq(odds.hi, 3, 1e-12);
}
