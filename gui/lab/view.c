/* The lab: where the panels are, and its row in the table of views. See view.h. */
#include "lab/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shell/shell.h"
#include "ui/parts.h"

static const float margin = 16, progress_height = 50;
static const uint64_t rivals_interval_ns = 250000000;

/* ---- beginning and end ----------------------------------------------------------------------- */

static brg_status create(brg_app *app, void **model, brg_error *error) {
    brg_lab_view *v = calloc(1, sizeof *v);
    if (!v)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the lab.");
    brg_desk_init(&v->desk, app);
    v->sorted_claim = v->revealed = -1;
    brg_lab_view_recall(v, app->kept);
    *model = v;
    return BRG_OK;
}

static void destroy(void *model) {
    brg_lab_view *v = model;
    brg_lab_pictures_clear(&v->pictures);
    brg_desk_clear(&v->desk);
    free(v);
}

static void configure(void *model, const brg_options *options) {
    brg_desk *desk = &((brg_lab_view *)model)->desk;
    if (options->budget_s > 0)
        desk->budget_s = (float)options->budget_s;
    for (int32_t i = 0; options->claim && i < desk->count; i++)
        if (desk->entries[i].claim == brg_lab_claim_find(options->claim))
            brg_desk_choose(desk, i);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void sort_pictures(brg_lab_view *v) {
    const brg_desk_entry *entry = brg_desk_chosen(&v->desk);
    if (v->sorted_claim == v->desk.chosen && v->sorted_serial == entry->serial)
        return;
    brg_lab_pictures_sort(&v->pictures, &entry->result);
    v->sorted_claim = v->desk.chosen;
    v->sorted_serial = entry->serial;
}

static void count_rivals(brg_lab_view *v) {
    if (v->scene->now_ns - v->rivals_ns < rivals_interval_ns)
        return;
    v->rivals = brg_desk_running(&v->desk) ? brg_desk_rivals(&v->desk) : 0;
    v->rivals_ns = v->scene->now_ns;
}

static void draw_middle(brg_lab_view *v, brg_rect place) {
    const float log_height = 30;
    brg_rect head = brg_rect_cut_top(&place, brg_lab_view_head_height(v, place.w - 2 * margin));
    brg_rect progress = brg_rect_cut_top(&place, progress_height);
    brg_rect data = brg_rect_cut_top(&place, fmaxf(place.h - log_height, 60));
    brg_ui_panel_begin(v->ui, "lab_head", head, BRG_GROUND);
    brg_lab_view_head(v, brg_rect_inset(head, margin, 0));
    brg_ui_panel_end(v->ui, 0);
    brg_ui_panel_begin(v->ui, "lab_progress", progress, BRG_GROUND);
    brg_lab_view_progress(v, brg_rect_inset(progress, margin, 0));
    brg_ui_panel_end(v->ui, 0);
    brg_lab_view_data(v, data);
    brg_ui_panel_begin(v->ui, "lab_log", place, BRG_GROUND);
    brg_shell_log_line(v->scene, brg_rect_inset(place, margin, 1));
    brg_ui_panel_end(v->ui, 0);
}

static void draw(void *model, const brg_scene *scene, brg_rect place) {
    brg_lab_view *v = model;
    v->scene = scene;
    v->ui = scene->ui;
    sort_pictures(v);
    count_rivals(v);
    float list = floorf(fminf(fmaxf(0.235f * place.w, 264), 340));
    float outcome = floorf(fminf(fmaxf(0.3f * place.w, 330), 440));
    brg_lab_view_list(v, brg_rect_cut_left(&place, list));
    draw_middle(v, brg_rect_cut_left(&place, fmaxf(place.w - outcome, 1)));
    brg_lab_view_outcome(v, place);
}

/* ---- the row --------------------------------------------------------------------------------- */

static void update(void *model, bool shown) {
    (void)shown;
    brg_desk_update(&((brg_lab_view *)model)->desk);
}

/* A test is no reason to draw sixty frames a second. */
static bool busy(const void *model) {
    const brg_desk *desk = &((const brg_lab_view *)model)->desk;
    return desk->saving.json != NULL;
}

static double pause_s(const void *model) {
    return brg_desk_pause_s(&((const brg_lab_view *)model)->desk);
}

static void run(void *model) {
    brg_desk_run(&((brg_lab_view *)model)->desk);
}

static void cancel(void *model) {
    brg_desk_stop(&((brg_lab_view *)model)->desk);
}

static bool key(void *model, int key) {
    enum { PAGE = 10 };
    brg_lab_view *v = model;
    brg_desk *desk = &v->desk;
    if (v->wants_filter) /* the field is not there yet: what is typed is not meant for the rest */
        return true;
    switch (key) {
    case BRG_KEY_UP:
    case BRG_KEY_DOWN:
        brg_desk_step(desk, key == BRG_KEY_UP ? -1 : 1);
        return true;
    case BRG_KEY_PAGE_UP:
    case BRG_KEY_PAGE_DOWN:
        brg_desk_step(desk, key == BRG_KEY_PAGE_UP ? -PAGE : PAGE);
        return true;
    case BRG_KEY_HOME:
    case BRG_KEY_END:
        brg_desk_step(desk, key == BRG_KEY_HOME ? -desk->count : desk->count);
        return true;
    case BRG_KEY_ENTER:
        brg_desk_run(desk);
        return true;
    case 'A':
        brg_desk_run_shown(desk);
        return true;
    case 'R':
        v->sheet =
            v->sheet == BRG_LAB_SHEET_TIMELINE ? BRG_LAB_SHEET_ROUNDS : BRG_LAB_SHEET_TIMELINE;
        return true;
    case 'S':
        brg_desk_save(desk);
        return true;
    case 'F':
        v->wants_filter = true;
        return true;
    default:
        return false;
    }
}

static const char *const keys[] = {"space, enter  put the claim to the test",
                                   "escape  stop",
                                   "A  test all that the list shows",
                                   "up, down  choose a claim",
                                   "page up, page down  ten further",
                                   "home, end  the first, the last",
                                   "F  filter the list; enter ends it",
                                   "R  the timeline, or the rounds",
                                   "S  save the report: an HTML page, and the data as JSON",
                                   NULL};

static bool settled(const void *model) {
    const brg_desk *desk = &((const brg_lab_view *)model)->desk;
    return !brg_desk_running(desk) && (desk->ended > 0 || desk->app->failed > 0);
}

static void keep(const void *model, brg_kept *kept) {
    brg_lab_view_keep(model, kept);
}

static brg_status report(const void *model, brg_report *report, brg_error *error) {
    return brg_lab_view_report(model, report, error);
}

const brg_view brg_view_lab = {
    .id = "lab",
    .tab = "tab_lab",
    .name = "Lab",
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .update = update,
    .busy = busy,
    .pause_s = pause_s,
    .keep = keep,
    .draw = draw,
    .run = run,
    .cancel = cancel,
    .key = key,
    .keys = keys,
    .settled = settled,
    .report = report,
};
