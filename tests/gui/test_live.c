/* The arithmetic behind the filters and the simulation: the lens, chains, tallies, the test picture,
 * colours, the plane and strokes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "filters/lens.h"
#include "filters/steps.h"
#include "tally.h"
#include "filters/zone_plate.h"
#include "simulation/colour_map.h"
#include "simulation/plane.h"
#include "simulation/stroke.h"

/* ---- the lens -------------------------------------------------------------------------------- */

static const brg_rect room = {100, 50, 800, 400};

static brg_lens fresh(void) {
    brg_lens lens;
    brg_lens_reset(&lens);
    return lens;
}

Test(lens, the_whole_image_fits_at_first) {
    brg_lens lens = fresh();
    brg_rect place = brg_lens_place(&lens, room, 3840, 2560);
    cr_assert_float_eq(place.h, 400, 1e-3);
    cr_assert_float_eq(place.w, 600, 1e-3);
    cr_assert_float_eq(place.x, 200, 1e-3);
    int64_t w, h;
    brg_lens_extent(&lens, room, 3840, 2560, 2, &w, &h);
    cr_assert(w == 1200 && h == 800);
}

Test(lens, what_is_under_the_pointer_stays_there) {
    brg_lens lens = fresh();
    brg_lens_zoom(&lens, room, 3840, 2560, 8, 300, 200);
    brg_rect was = brg_lens_place(&lens, room, 3840, 2560);
    brg_lens_zoom(&lens, room, 3840, 2560, 1.25f, 600, 300);
    brg_rect is = brg_lens_place(&lens, room, 3840, 2560);
    cr_assert_float_eq((600 - was.x) / was.w, (600 - is.x) / is.w, 1e-5);
    cr_assert_float_eq((300 - was.y) / was.h, (300 - is.y) / is.h, 1e-5);
}

Test(lens, the_image_cannot_be_lost) {
    brg_lens lens = fresh();
    brg_lens_zoom(&lens, room, 3840, 2560, 4, 500, 250);
    brg_lens_move(&lens, room, 3840, 2560, 1e6f, -1e6f);
    brg_rect place = brg_lens_place(&lens, room, 3840, 2560);
    cr_assert_float_eq(place.x, room.x, 1e-2);
    cr_assert_float_eq(place.y + place.h, room.y + room.h, 1e-2);
    brg_lens_zoom(&lens, room, 3840, 2560, 1e-6f, 0, 0);
    cr_assert_eq(lens.zoom, 1);
    cr_assert_float_eq(lens.x, 0.5f, 1e-6);
}

Test(lens, only_the_pixels_in_the_room_are_taken) {
    const brg_rect place = {-900, 50, 2800, 400}; /* 280 x 40 pixels of 10 */
    brg_region_of_pixels region = brg_lens_region(place, room, 280, 40);
    cr_assert(region.x == 100 && region.w == 80 && region.y == 0 && region.h == 40);
    brg_rect at = brg_lens_region_place(place, region, 280, 40);
    cr_assert_float_eq(at.x, 100, 1e-3);
    cr_assert_float_eq(at.w, 800, 1e-3);
    region = brg_lens_region((brg_rect){5000, 50, 10, 10}, room, 10, 10); /* beside the room */
    cr_assert(region.w >= 1 && region.h >= 1 && region.x + region.w <= 10);
}

/* ---- chains ---------------------------------------------------------------------------------- */

static int step_named(const char *name) {
    for (int i = 0; i < BRG_STEPS; i++)
        if (strcmp(brg_step_at(i)->name, name) == 0)
            return i;
    cr_assert_fail("no step %s", name);
    return -1;
}

Test(steps, what_is_on_comes_in_order_and_is_fitted_to_the_screen) {
    brg_steps steps;
    brg_recipe recipe;
    brg_shape image = brg_shape_3d(BRG_U8, 2160, 3840, 3);
    brg_steps_init(&steps);
    steps.on[step_named("Grey")] = steps.on[step_named("Blur")] = true;
    cr_assert_eq(brg_recipe_make(&steps, &image, 960, 540, &recipe, NULL), BRG_OK);
    cr_assert_eq(recipe.count, 3);
    cr_assert_eq(recipe.steps[0], step_named("Blur"));
    cr_assert_eq(recipe.steps[1], step_named("Grey"));
    cr_assert(recipe.output.dims[0] == 540 && recipe.output.dims[1] == 960);
    cr_assert_eq(recipe.output.dims[2], 1);
    cr_assert_eq(brg_recipe_make(&steps, &image, 9999, 9999, &recipe, NULL), BRG_OK);
    cr_assert_eq(recipe.count, 2, "what is not too large is left alone");
}

Test(steps, every_step_alone_is_accepted_over_its_whole_range) {
    brg_shape image = brg_shape_3d(BRG_U8, 70, 90, 4);
    for (int i = 0; i < BRG_STEPS; i++)
        for (int end = 0; end < 2; end++) {
            brg_steps steps;
            brg_recipe recipe;
            brg_error error = {0};
            brg_steps_init(&steps);
            steps.on[i] = true;
            for (int s = 0; s < BRG_STEP_SLIDERS; s++)
                steps.values[i][s] =
                    end ? brg_step_at(i)->sliders[s].hi : brg_step_at(i)->sliders[s].lo;
            cr_assert_eq(brg_recipe_make(&steps, &image, 999, 999, &recipe, &error), BRG_OK,
                         "%s: %s", brg_step_at(i)->name, error.what);
            cr_assert_eq(recipe.count, 1);
        }
}

Test(steps, a_step_can_be_moved_but_not_out_of_the_chain) {
    brg_steps steps;
    brg_steps_init(&steps);
    int first = steps.order[0], second = steps.order[1];
    cr_assert_eq(brg_steps_move(&steps, 0, -1), 0);
    cr_assert_eq(brg_steps_move(&steps, BRG_STEPS - 1, 1), BRG_STEPS - 1);
    cr_assert_eq(brg_steps_move(&steps, 0, 1), 1);
    cr_assert(steps.order[0] == second && steps.order[1] == first);
}

Test(steps, equal_choices_make_equal_recipes) {
    brg_steps steps;
    brg_recipe a, b;
    brg_shape image = brg_shape_3d(BRG_U8, 64, 64, 3);
    brg_steps_init(&steps);
    memset(&a, 0x55, sizeof a);
    memset(&b, 0xaa, sizeof b);
    steps.on[step_named("Sharpen")] = true;
    cr_assert_eq(brg_recipe_make(&steps, &image, 32, 32, &a, NULL), BRG_OK);
    cr_assert_eq(brg_recipe_make(&steps, &image, 32, 32, &b, NULL), BRG_OK);
    cr_assert(brg_recipe_equal(&a, &b));
    steps.values[step_named("Sharpen")][0] += 0.01f;
    cr_assert_eq(brg_recipe_make(&steps, &image, 32, 32, &b, NULL), BRG_OK);
    cr_assert_not(brg_recipe_equal(&a, &b));
}

/* ---- tallies --------------------------------------------------------------------------------- */

Test(tally, percentiles_are_nearest_ranks_of_the_latest) {
    static brg_tally tally;
    cr_assert_eq(brg_tally_percentile(&tally, 50), -1);
    for (int i = 0; i < BRG_TALLY; i++)
        brg_tally_add(&tally, 1e6);
    for (int i = 0; i < BRG_TALLY; i++)
        brg_tally_add(&tally, i * 77 % BRG_TALLY + 1);
    cr_assert_eq(brg_tally_percentile(&tally, 50), BRG_TALLY / 2);
    cr_assert_eq(brg_tally_percentile(&tally, 100), BRG_TALLY);
}

/* ---- the test picture ------------------------------------------------------------------------ */

Test(zone_plate, it_moves_and_is_reproducible) {
    brg_tensor *a, *b, *c;
    cr_assert_eq(brg_zone_plate(97, 61, 1.5, &a, NULL), BRG_OK);
    cr_assert_eq(brg_zone_plate(97, 61, 1.5, &b, NULL), BRG_OK);
    cr_assert_eq(brg_zone_plate(97, 61, 1.6, &c, NULL), BRG_OK);
    cr_assert_eq(memcmp(brg_tensor_data(a), brg_tensor_data(b), brg_tensor_bytes(a)), 0);
    cr_assert_neq(memcmp(brg_tensor_data(a), brg_tensor_data(c), brg_tensor_bytes(a)), 0);
    brg_tensor_release(a);
    brg_tensor_release(b);
    brg_tensor_release(c);
    cr_assert_eq(brg_zone_plate(-1, 5, 0, &a, NULL), BRG_E_SHAPE);
}

/* ---- colours --------------------------------------------------------------------------------- */

/* A map that is dark, light and dark again cannot be read as a number. */
Test(colour_map, lightness_rises_all_the_way) {
    for (int m = 0; m < BRG_MAPS; m++) {
        brg_colour_map map;
        double before = -1;
        brg_colour_map_make(m, &map);
        for (int i = 0; i < BRG_MAP_SIZE; i += 5) {
            const uint8_t *c = map.rgba[i];
            double luma = 0.2126 * pow(c[0] / 255.0, 2.2) + 0.7152 * pow(c[1] / 255.0, 2.2) +
                          0.0722 * pow(c[2] / 255.0, 2.2);
            cr_assert_gt(luma, before, "%s at %d", brg_colour_map_names()[m], i);
            before = luma;
        }
    }
}

Test(colour_map, what_is_no_number_has_a_colour_too) {
    brg_colour_map map;
    brg_colour_map_make(0, &map);
    cr_assert_eq(brg_colour_map_at(&map, NAN), map.rgba[0]);
    cr_assert_eq(brg_colour_map_at(&map, -INFINITY), map.rgba[0]);
    cr_assert_eq(brg_colour_map_at(&map, INFINITY), map.rgba[BRG_MAP_SIZE - 1]);
    cr_assert_eq(brg_colour_map_at(&map, 1), map.rgba[BRG_MAP_SIZE - 1]);
}

/* ---- the plane ------------------------------------------------------------------------------- */

static brg_plane whole(void) {
    brg_plane plane = {.w = 1000, .h = 600, .iterations = 100};
    brg_plane_reset(&plane);
    return plane;
}

Test(plane, what_is_under_the_pointer_stays_there) {
    brg_plane plane = whole();
    double was = plane.x + (300 - 500) * brg_plane_pixel(&plane);
    double was_y = plane.y - (100 - 300) * brg_plane_pixel(&plane);
    brg_plane_zoom(&plane, 7, 300, 100);
    cr_assert_float_eq(plane.x + (300 - 500) * brg_plane_pixel(&plane), was, 1e-12);
    cr_assert_float_eq(plane.y - (100 - 300) * brg_plane_pixel(&plane), was_y, 1e-12);
}

/* At the end of the zoom every pixel of a row still has a number of its own; half as wide they would
 * not. */
static int distinct(const brg_plane *plane, double pixel) {
    float left = (float)(plane->x - plane->width / 2), step = (float)pixel;
    int count = 1;
    for (int i = 1; i < plane->w; i++)
        count += left + (float)i * step != left + (float)(i - 1) * step;
    return count;
}

Test(plane, the_zoom_ends_where_single_precision_does) {
    brg_plane plane = whole();
    for (int i = 0; i < 1000; i++)
        brg_plane_dive(&plane, 0.1);
    cr_assert(brg_plane_at_end(&plane));
    cr_assert_geq(brg_plane_pixel(&plane), brg_plane_least_pixel(&plane));
    cr_assert_eq(distinct(&plane, brg_plane_pixel(&plane)), plane.w);
    cr_assert_lt(distinct(&plane, brg_plane_pixel(&plane) / 8), plane.w);
    cr_assert_float_eq(plane.x, -0.743643887, 1e-4);
    brg_plane_zoom(&plane, 1e9, 10, 10);
    cr_assert_geq(brg_plane_pixel(&plane), 0.999 * brg_plane_least_pixel(&plane));
}

/* ---- strokes --------------------------------------------------------------------------------- */

static int painted(const float *cells, int count) {
    int found = 0;
    for (int i = 0; i < count; i++)
        found += cells[2 * i + 1] > 0;
    return found;
}

Test(stroke, a_line_as_wide_as_the_brush_round_the_edges) {
    float cells[2 * 20 * 10] = {0};
    brg_stroke_draw(&(brg_stroke){2, 5, 12, 5, 1, false}, 20, 10, cells);
    cr_assert_eq(painted(cells, 200), 3 * 11 + 2);
    brg_stroke_draw(&(brg_stroke){2, 5, 12, 5, 1, true}, 20, 10, cells);
    cr_assert_eq(painted(cells, 200), 0);
    brg_stroke_draw(&(brg_stroke){0, 0, 0, 0, 1, false}, 20, 10, cells);
    cr_assert_gt(cells[2 * 19 + 1], 0);       /* left of the first cell is the last of the row */
    cr_assert_gt(cells[2 * (9 * 20) + 1], 0); /* above it that of the last row */
    cr_assert_eq(painted(cells, 200), 5);
}

Test(stroke, a_brush_larger_than_the_grid_is_harmless) {
    float cells[2 * 6] = {0};
    brg_stroke_draw(&(brg_stroke){1, 1, -30, 40, 25, false}, 3, 2, cells);
    cr_assert_eq(painted(cells, 6), 6);
}

Test(stroke, it_begins_with_drops) {
    static float cells[2 * 256 * 160];
    brg_stroke_begin(256, 160, cells);
    int drops = painted(cells, 256 * 160);
    cr_assert(drops > 500 && drops < 256 * 160 / 4, "%d", drops);
}
