/* Plates. See plates.h. */
#include "workbench/plates.h"

#include <math.h>
#include <string.h>

static const double close_cell = 40; /* pixels: near enough to read values */

void brg_plates_init(brg_plates *plates, brg_darkroom *darkroom) {
    memset(plates, 0, sizeof *plates);
    plates->darkroom = darkroom;
    plates->looks[0] = plates->looks[1] = BRG_LOOK_ALL;
    plates->scale = 1;
    plates->pointed = -1;
    plates->marked = plates->element = -1;
}

void brg_plates_release(brg_plates *plates) {
    for (int id = 0; id < BRG_PLATE_COUNT; id++)
        brg_plates_hide(plates, (brg_plate_id)id);
}

static bool same_sheet(const brg_sheet *a, const brg_sheet *b) {
    return a->kind == b->kind && a->w == b->w && a->h == b->h && a->tiles == b->tiles &&
           a->depth == b->depth && a->shape.dtype == b->shape.dtype &&
           a->shape.rank == b->shape.rank &&
           memcmp(a->shape.dims, b->shape.dims, sizeof a->shape.dims) == 0;
}

/* ---- what is shown --------------------------------------------------------------------------- */

static void drop_part(brg_plates *plates, brg_plate *plate) {
    brg_print_clear(&plate->part);
    plate->part_serial = ++plates->serials;
    memset(&plate->part_wanted, 0, sizeof plate->part_wanted);
}

/* Nothing that was looked at is there any more. */
static void start_over(brg_plates *plates, brg_plate *plate) {
    drop_part(plates, plate);
    brg_print_clear(&plate->whole);
    plate->whole_serial = ++plates->serials;
}

static void forget_exact(brg_plates *plates) {
    for (int i = 0; i < 2; i++) {
        plates->exact[i].count = 0;
        plates->exact[i].serial = ++plates->serials;
        plates->exact_due[i] = true;
    }
}

void brg_plates_show(brg_plates *plates, brg_plate_id id, const brg_exhibit *exhibit,
                     brg_subject subject, int32_t input) {
    brg_plate *plate = &plates->at[id];
    brg_print_order order = {.exhibit = *exhibit, .subject = subject, .input = input};
    brg_sheet sheet = brg_sheet_of(exhibit->op->name, brg_tensor_shape(brg_print_tensor(&order)));
    brg_exhibit kept = brg_exhibit_retain(exhibit);
    brg_exhibit_release(&plate->exhibit);
    plate->exhibit = kept;
    if (!same_sheet(&sheet, &plate->sheet)) {
        start_over(plates, plate);
        *brg_plates_look(plates, id) = BRG_LOOK_ALL;
        plates->marked = subject == BRG_OF_INPUT ? plates->marked : -1;
    }
    plate->sheet = sheet;
    plate->subject = subject;
    plate->input = input;
    plate->whole_due = true;
    plate->part_due = plate->part.picture.w > 0;
    if (subject == BRG_OF_OUTPUT)
        forget_exact(plates);
}

void brg_plates_hide(brg_plates *plates, brg_plate_id id) {
    brg_plate *plate = &plates->at[id];
    brg_exhibit_release(&plate->exhibit);
    start_over(plates, plate);
    memset(&plate->sheet, 0, sizeof plate->sheet);
    plate->whole_due = plate->part_due = false;
}

bool brg_plates_linked(const brg_plates *plates, brg_plate_id id) {
    return id != BRG_PLATE_INPUT ||
           brg_sheets_linked(&plates->at[id].sheet, &plates->at[BRG_PLATE_OUTPUT].sheet);
}

brg_look *brg_plates_look(brg_plates *plates, brg_plate_id id) {
    return &plates->looks[!brg_plates_linked(plates, id)];
}

brg_glass brg_plates_glass(const brg_plates *plates, brg_plate_id id) {
    const brg_plate *plate = &plates->at[id];
    return brg_look_through(&plates->looks[!brg_plates_linked(plates, id)], &plate->sheet,
                            plate->room);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static bool shown(const brg_plate *plate) {
    return plate->exhibit.op && plate->room.w > 0;
}

/* Errors cost a part of the reference once more. */
static bool allowed(const brg_plate *plate, bool resting) {
    return shown(plate) && (resting || plate->subject != BRG_OF_ERRORS);
}

static int32_t pixels(const brg_plates *plates, float side) {
    return (int32_t)ceilf(side * plates->scale);
}

static void order_print(brg_plates *plates, int id, int tray, const brg_crop *crop) {
    brg_plate *plate = &plates->at[id];
    bool ranged = tray % 2 == 1 && plate->whole.picture.w > 0;
    brg_print_order order = {
        .exhibit = brg_exhibit_retain(&plate->exhibit),
        .subject = plate->subject,
        .input = plate->input,
        .crop = *crop,
        .w = pixels(plates, plate->room.w),
        .h = pixels(plates, plate->room.h),
        .ranged = ranged,
        .lo = plate->whole.lo,
        .hi = plate->whole.hi,
    };
    brg_darkroom_order_print(plates->darkroom, tray, &order);
}

static void order_whole(brg_plates *plates, int id) {
    brg_plate *plate = &plates->at[id];
    brg_crop crop = {0, 0, 0, 0};
    brg_sheet_extent(&plate->sheet, &crop.x1, &crop.y1);
    order_print(plates, id, 2 * id, &crop);
    plate->whole_due = false;
    plate->whole_w = pixels(plates, plate->room.w);
}

/* True if the whole print shows less than the pane could. */
static bool wants_part(const brg_plates *plates, int id) {
    const brg_plate *plate = &plates->at[id];
    const brg_picture *whole = &plate->whole.picture;
    if (whole->w == 0 || plates->looks[!brg_plates_linked(plates, (brg_plate_id)id)].zoom <= 1)
        return false;
    bool cells = plate->sheet.kind == BRG_SHEET_IMAGE || plate->sheet.kind == BRG_SHEET_MAP;
    return !cells || whole->w < plate->sheet.w || whole->h < plate->sheet.h;
}

static bool same_crop(const brg_crop *a, const brg_crop *b) {
    return a->x0 == b->x0 && a->y0 == b->y0 && a->x1 == b->x1 && a->y1 == b->y1;
}

static brg_crop crop_of(const brg_plates *plates, int id) {
    brg_glass lens = brg_plates_glass(plates, (brg_plate_id)id);
    return brg_glass_crop(&lens, &plates->at[id].sheet, plates->at[id].room);
}

static bool part_is_due(const brg_plates *plates, int id) {
    if (!wants_part(plates, id))
        return false;
    brg_crop crop = crop_of(plates, id);
    const brg_plate *plate = &plates->at[id];
    return crop.x1 > crop.x0 && crop.y1 > crop.y0 &&
           (plate->part_due || !same_crop(&crop, &plate->part_wanted));
}

static bool whole_is_due(const brg_plates *plates, const brg_plate *plate) {
    return plate->whole_due ||
           fabs(pixels(plates, plate->room.w) - 1.0 * plate->whole_w) > 0.2 * plate->whole_w;
}

static void order_due(brg_plates *plates, int id) {
    brg_plate *plate = &plates->at[id];
    if (whole_is_due(plates, plate))
        order_whole(plates, id);
    if (!part_is_due(plates, id))
        return;
    plate->part_wanted = crop_of(plates, id);
    plate->part_due = false;
    order_print(plates, id, 2 * id + 1, &plate->part_wanted);
}

static bool exact_is_due(const brg_plates *plates, int which) {
    const brg_plate *plate = &plates->at[BRG_PLATE_OUTPUT + which];
    return plates->exact_due[which] && plates->element >= 0 && plates->pointed >= 0 &&
           plate->exhibit.op && brg_plates_linked(plates, (brg_plate_id)plates->pointed) &&
           plates->pointed != BRG_PLATE_INPUT;
}

static void order_exact(brg_plates *plates, int which) {
    const brg_plate *plate = &plates->at[BRG_PLATE_OUTPUT + which];
    int64_t depth = plate->sheet.depth < BRG_EXACT_MOST ? plate->sheet.depth : BRG_EXACT_MOST;
    brg_exact wanted = {.serial = plates->exact[which].serial = ++plates->serials,
                        .element = plates->element,
                        .count = (int32_t)depth};
    brg_exhibit exhibit = brg_exhibit_retain(&plate->exhibit);
    brg_darkroom_order_exact(plates->darkroom, which, &exhibit, &wanted);
    plates->exact_due[which] = false;
}

/* ---- one pass -------------------------------------------------------------------------------- */

/* A print of another sheet comes too late. One of an older result does not: the newest follows. */
static void take_print(brg_plates *plates, int id, int tray) {
    brg_plate *plate = &plates->at[id];
    brg_print made;
    if (!brg_darkroom_take_print(plates->darkroom, tray, &made))
        return;
    if (!plate->exhibit.op || !same_sheet(&made.sheet, &plate->sheet)) {
        brg_print_clear(&made);
        return;
    }
    brg_print *kept = tray % 2 ? &plate->part : &plate->whole;
    brg_print_clear(kept);
    *kept = made;
    *(tray % 2 ? &plate->part_serial : &plate->whole_serial) = ++plates->serials;
}

static void take_exact(brg_plates *plates, int which) {
    brg_exact made;
    if (brg_darkroom_take_exact(plates->darkroom, which, &made) &&
        made.serial == plates->exact[which].serial)
        plates->exact[which] = made;
}

void brg_plates_update(brg_plates *plates, bool resting) {
    for (int id = 0; id < BRG_PLATE_COUNT; id++) {
        take_print(plates, id, 2 * id);
        take_print(plates, id, 2 * id + 1);
        if (allowed(&plates->at[id], resting))
            order_due(plates, id);
    }
    for (int which = 0; which < 2; which++) {
        take_exact(plates, which);
        if (resting && exact_is_due(plates, which))
            order_exact(plates, which);
    }
}

bool brg_plates_due(const brg_plates *plates, bool resting) {
    bool due = resting && (exact_is_due(plates, 0) || exact_is_due(plates, 1));
    for (int id = 0; id < BRG_PLATE_COUNT && !due; id++)
        due = allowed(&plates->at[id], resting) &&
              (whole_is_due(plates, &plates->at[id]) || part_is_due(plates, id));
    return due;
}

/* ---- intents --------------------------------------------------------------------------------- */

void brg_plates_fit(brg_plates *plates) {
    plates->looks[0] = plates->looks[1] = BRG_LOOK_ALL;
}

void brg_plates_zoom(brg_plates *plates, brg_plate_id id, double x, double y, double factor) {
    const brg_plate *plate = &plates->at[id];
    if (shown(plate))
        brg_look_zoom(brg_plates_look(plates, id), &plate->sheet, plate->room, x, y, factor);
}

void brg_plates_drag(brg_plates *plates, brg_plate_id id, double dx, double dy) {
    const brg_plate *plate = &plates->at[id];
    if (shown(plate))
        brg_look_drag(brg_plates_look(plates, id), &plate->sheet, plate->room, dx, dy);
}

/* The body that is nearest to a point of the square. */
static int64_t nearest_body(const brg_plate *plate, double x, double y) {
    brg_print_order order = {
        .exhibit = plate->exhibit, .subject = plate->subject, .input = plate->input};
    const brg_tensor *bodies = brg_print_tensor(&order);
    int64_t nearest = -1;
    double least = INFINITY;
    for (int64_t i = 0; plate->whole.picture.w > 0 && i < plate->sheet.w; i++) {
        double bx, by;
        brg_frame_place(&plate->whole.frame, bodies, i, &bx, &by);
        double distance = hypot(bx - x, by - y);
        if (distance < least) {
            least = distance;
            nearest = i;
        }
    }
    return nearest;
}

static void find_cell(const brg_plates *plates, int id, double x, double y, int64_t *cx,
                      int64_t *cy) {
    const brg_plate *plate = &plates->at[id];
    brg_glass lens = brg_plates_glass(plates, (brg_plate_id)id);
    double at_x = (x - lens.x0) / lens.sx, at_y = (y - lens.y0) / lens.sy;
    bool points = plate->sheet.kind == BRG_SHEET_POINTS;
    bool plot = plate->sheet.kind == BRG_SHEET_PLOT;
    *cx = points ? nearest_body(plate, at_x, at_y) : (int64_t)floor(at_x);
    *cy = points ? 0 : (int64_t)floor(at_y * (plot ? (double)plate->sheet.tiles : 1));
    if (plot && !plate->sheet.bars)
        *cy = 0;
}

void brg_plates_point(brg_plates *plates, int id, double x, double y) {
    int64_t was = plates->element, cx = -1, cy = -1;
    int before = plates->pointed;
    plates->pointed = -1;
    plates->element = -1;
    if (id >= 0 && shown(&plates->at[id]))
        find_cell(plates, id, x, y, &cx, &cy);
    if (cx >= 0 && cy >= 0)
        plates->element = brg_sheet_element(&plates->at[id].sheet, cx, cy);
    if (plates->element >= 0) {
        plates->pointed = id;
        plates->x = cx;
        plates->y = cy;
    }
    if (plates->element != was || plates->pointed != before)
        forget_exact(plates);
}

/* Where an element is on the sheet. */
static bool middle_of(const brg_plate *plate, int64_t element, double *x, double *y) {
    int64_t cx, cy;
    if (!brg_sheet_cell(&plate->sheet, element, &cx, &cy))
        return false;
    *x = (double)cx + 0.5;
    *y = plate->sheet.kind == BRG_SHEET_PLOT ? 0.5 : (double)cy + 0.5;
    if (plate->sheet.kind == BRG_SHEET_POINTS)
        brg_frame_place(&plate->whole.frame, plate->exhibit.output, cx, x, y);
    return true;
}

void brg_plates_go_to(brg_plates *plates, int64_t element) {
    const brg_plate *plate = &plates->at[BRG_PLATE_OUTPUT];
    const brg_plate *errors = &plates->at[BRG_PLATE_ERRORS];
    double x, y;
    brg_rect room = plate->room.w > 0 ? plate->room : errors->room;
    if (!plate->exhibit.op || room.w <= 0 || !middle_of(plate, element, &x, &y))
        return;
    plates->marked = element;
    brg_look_at(&plates->looks[0], &plate->sheet, room, x, y,
                plate->sheet.kind == BRG_SHEET_POINTS ? 16.0 * (double)room.w : close_cell);
}
