/* The simulation on a display of its own: it runs by itself, is painted into, and can be dived into.
 */
#include <math.h>
#include <string.h>

#include "stage.h"

enum { GREEN = 0x7fd962 }; /* of gui/palette.h */

TestSuite(gui_simulation, .fini = drop_curtain);

static const cJSON *figures(const cJSON *report) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(report, "simulation");
    cr_assert_not_null(found, "the report says nothing of the simulation");
    return found;
}

Test(gui_simulation, it_runs_and_is_checked_now_and_then) {
    raise_curtain(1280, 800);
    outcome of =
        run("--view simulation --auto-run --frames 150 --report r.json --screenshot s.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_gt(number(figures(report), "rounds"), 64);
    cr_assert_geq(number(figures(report), "checks"), 2);
    cr_assert_eq(number(figures(report), "passed"), number(figures(report), "checks"));
    cr_assert_gt(number(figures(report), "million_updates_per_s"), 1);
    brg_tensor *shot = read_picture("s.png");
    cr_assert_gt(pixels_of(shot, GREEN), 600);
    brg_tensor_release(shot);
    cJSON_Delete(report);
}

Test(gui_simulation, the_mouse_paints_and_space_pauses) {
    raise_curtain(1280, 800);
    pid_t window = start("--view simulation --report r.json");
    await_window();
    press_key("space");
    drag("canvas", 1, (float[]){0.2f, 0.2f}, (float[]){0.8f, 0.8f}, 10);
    drag("canvas", 3, (float[]){0.8f, 0.2f}, (float[]){0.2f, 0.8f}, 10);
    await_rest(window); /* the last input is forgotten after two seconds */
    double before = processor_seconds(window);
    pause_ms(1000);
    double used = processor_seconds(window) - before;
    cJSON *report = close_window(window);
    cr_assert_gt(number(figures(report), "painted"), 10);
    cr_assert(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(figures(report), "running")));
    cr_assert_leq(used, 0.03, "%.2f s of processor time in a second of pause", used);
    cJSON_Delete(report);
}

Test(gui_simulation, hidden_it_stands_still_unless_it_is_pinned) {
    raise_curtain(1280, 800);
    pid_t window = start("--view simulation --report r.json");
    await_window();
    click("tab_workbench");
    await_rest(window);
    double before = processor_seconds(window);
    pause_ms(1000);
    double used = processor_seconds(window) - before;
    click("tab_simulation");
    press_key("h");
    click("tab_workbench");
    before = processor_seconds(window);
    pause_ms(1000);
    double pinned = processor_seconds(window) - before;
    cJSON *report = close_window(window);
    cr_assert_leq(used, 0.03, "%.2f s of processor time in a second out of sight", used);
    cr_assert_gt(pinned, used + 0.05);
    cJSON_Delete(report);
}

Test(gui_simulation, the_set_is_zoomed_into_and_checked_at_rest) {
    raise_curtain(1280, 800);
    pid_t window = start("--view simulation --report r.json");
    await_window();
    press_key("m");
    scroll("canvas", 4);
    await_done("simulation.samples", 2);
    await_done("simulation.fractal_checks", 1);
    cJSON *report = close_window(window);
    const cJSON *of = figures(report);
    cr_assert_float_eq(number(of, "magnification"), pow(1.35, 4), 0.01);
    cr_assert_eq(number(of, "samples"), 2);
    cr_assert_geq(number(of, "fractal_checks"), 1);
    cr_assert_eq(number(of, "fractal_passed"), number(of, "fractal_checks"));
    cJSON_Delete(report);
}

/* Single precision ends somewhere: there the zoom stops, and says so, instead of showing blocks. */
Test(gui_simulation, the_zoom_ends_where_numbers_do) {
    raise_curtain(1280, 800);
    pid_t window = start("--view simulation --report r.json");
    await_window();
    press_key("m");
    scroll("canvas", 45);
    await_done("simulation.at_end", 1);
    cJSON *report = close_window(window);
    cr_assert_leq(number(figures(report), "magnification"), 60000);
    cr_assert_eq(number(figures(report), "samples"), 1); /* four would be the same number */
    cJSON_Delete(report);
}
