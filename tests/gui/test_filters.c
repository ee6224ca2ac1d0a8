/* The filters on a display of their own: photographs, streams, sliders that are dragged. */
#include <stdio.h>
#include <string.h>

#include <brigade/image.h>

#include "stage.h"

/* Colours of gui/palette.h. */
enum { GREEN = 0x7fd962, DIVIDER = 0xffffff };

TestSuite(gui_filters, .fini = drop_curtain);

static const cJSON *figures(const cJSON *report) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(report, "filters");
    cr_assert_not_null(found, "the report says nothing of the filters");
    return found;
}

static const char *word(const cJSON *of, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(of, name);
    cr_assert(cJSON_IsString(item), "no %s", name);
    return item->valuestring;
}

Test(gui_filters, a_photograph_is_filtered_and_checked) {
    raise_curtain(1280, 800);
    outcome of =
        run("--view filters --auto-run --frames 30 --report r.json --screenshot s.png " ASSETS
            "/chelsea.png");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_str_eq(word(figures(report), "check"), "passed");
    cr_assert_eq(number(figures(report), "requests"), 1);
    cr_assert_eq(number(figures(report), "shown"), 1);
    cr_assert_eq(number(figures(report), "result_w"), 451);
    brg_tensor *shot = read_picture("s.png");
    cr_assert_gt(pixels_of(shot, GREEN), 700);    /* the badge */
    cr_assert_gt(pixels_of(shot, DIVIDER), 1000); /* between before and after */
    brg_tensor_release(shot);
    cJSON_Delete(report);
}

/* The newest wins: what is shown at the end is what the slider says, and every request is accounted
 * for. */
Test(gui_filters, the_result_follows_a_dragged_slider) {
    raise_curtain(1280, 800);
    pid_t window = start("--view filters --report r.json " ASSETS "/chelsea.png");
    await_window();
    drag("blur_sigma", 1, (float[]){0.3f, 0.5f}, (float[]){0.9f, 0.5f}, 20);
    await_done("filters.requests", 6);
    cJSON_Delete(await_text("filters.check", "passed")); /* once the slider rests */
    cJSON *report = close_window(window);
    const cJSON *of = figures(report);
    cr_assert_gt(number(of, "requests"), 5);
    cr_assert_gt(number(of, "shown"), 3);
    cr_assert_leq(number(of, "shown") + number(of, "cancelled") + number(of, "replaced") +
                      number(of, "overtaken"),
                  number(of, "requests"));
    cr_assert_gt(number(of, "latency_p50_ms"), 0);
    cr_assert_geq(number(of, "checks"), 1);
    cr_assert_str_eq(word(of, "check"), "passed");
    cJSON_Delete(report);
}

/* However long a slider is held without being moved. */
Test(gui_filters, nothing_is_checked_while_dragging) {
    raise_curtain(1280, 800);
    pid_t window = start("--view filters --frames 240 --report r.json --screenshot s.png " ASSETS
                         "/chelsea.png");
    await_window();
    drag_and_hold("contrast_factor", 1, (float[]){0.1f, 0.5f}, (float[]){0.9f, 0.5f}, 20);
    outcome of = finish(window);
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_str_eq(word(figures(report), "check"), "unchecked");
    brg_tensor *shot = read_picture("s.png");
    cr_assert_lt(pixels_of(shot, GREEN), 120);
    brg_tensor_release(shot);
    cJSON_Delete(report);
}

Test(gui_filters, steps_are_switched_on_and_ordered) {
    raise_curtain(1280, 800);
    pid_t window = start("--view filters --report r.json " ASSETS "/chelsea.png");
    await_window();
    click("step_grey");
    click("earlier_grey");
    press_key("Return"); /* off again, at its new place */
    press_key("Return");
    await_done("filters.stages", 3);
    cJSON_Delete(await_text("filters.check", "passed"));
    cJSON *report = close_window(window);
    cr_assert_eq(number(figures(report), "stages"), 3);
    cr_assert_str_eq(word(figures(report), "check"), "passed");
    cJSON_Delete(report);
}

Test(gui_filters, the_picture_is_zoomed_and_divided) {
    raise_curtain(1280, 800);
    pid_t window = start("--view filters --report r.json " ASSETS "/chelsea.png");
    await_window();
    drag("picture", 1, (float[]){0.5f, 0.3f}, (float[]){0.8f, 0.3f}, 10);
    scroll("picture", 3);
    press_key("bracketleft");
    cJSON *report = close_window(window);
    cr_assert_float_eq(number(figures(report), "divider_percent"), 75, 0.6);
    cr_assert_float_eq(number(figures(report), "zoom"), 2, 0.06); /* 1.25 three times */
    cJSON_Delete(report);
}

/* ---- streams --------------------------------------------------------------------------------- */

static void write_video(const char *name, int frames) {
    enum { W = 64, H = 48 };
    static unsigned char bytes[1 << 17];
    int used = sprintf((char *)bytes, "YUV4MPEG2 W%d H%d F25:1 C420\n", W, H);
    for (int i = 0; i < frames; i++) {
        used += sprintf((char *)bytes + used, "FRAME\n");
        for (int p = 0; p < W * H * 3 / 2; p++)
            bytes[used++] = (unsigned char)(p < W * H ? 16 + (p * 7 + 40 * i) % 220 : 128);
    }
    write_file(name, bytes, (size_t)used);
}

Test(gui_filters, a_video_plays_again_and_again) {
    raise_curtain(1280, 800);
    write_video("v.y4m", 10);
    outcome of = run("--view filters --frames 150 --report r.json v.y4m");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_gt(number(figures(report), "shown"), 15);
    cr_assert_gt(number(figures(report), "fps"), 5);
    cr_assert_str_eq(word(figures(report), "check"), "unchecked");
    cJSON_Delete(report);
}

/* Once, the view that plays it was not there yet, and the window died. */
Test(gui_filters, a_video_opened_elsewhere_is_shown_and_plays) {
    raise_curtain(1280, 800);
    write_video("v.y4m", 10);
    outcome of = run("--view kitchen --frames 60 --report r.json v.y4m");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *report = read_report("r.json");
    cr_assert_str_eq(word(report, "view"), "filters");
    cr_assert_gt(number(figures(report), "shown"), 5);
    cJSON_Delete(report);
}

Test(gui_filters, a_paused_stream_is_checked) {
    raise_curtain(1280, 800);
    write_video("v.y4m", 10);
    pid_t window = start("--view filters --report r.json v.y4m");
    await_window();
    press_key("space");
    cJSON_Delete(await_text("filters.check", "passed"));
    cJSON *report = close_window(window);
    cr_assert(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(figures(report), "playing")));
    cr_assert_str_eq(word(figures(report), "check"), "passed");
    cJSON_Delete(report);
}

Test(gui_filters, damaged_files_are_a_line_in_the_log) {
    raise_curtain(1280, 800);
    write_file("cut.y4m", "YUV4MPEG2 W64 H48\nFRAME\nabc", 27);
    outcome of = run("--view filters --frames 60 cut.y4m");
    cr_assert_eq(of.code, 4);
    cr_assert_not_null(strstr(of.err, "cut off"), "%s", of.err);
    write_file("none.png", "no picture", 10);
    of = run("--view filters --frames 60 none.png");
    cr_assert_eq(of.code, 4);
    cr_assert_not_null(strstr(of.err, "none.png"), "%s", of.err);
}
