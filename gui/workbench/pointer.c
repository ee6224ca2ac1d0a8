/* The line under the panes: the element under the pointer, in every pane that has it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "workbench/view.h"

enum { MOST_VALUES = 4 };

const char *brg_bench_view_values(const brg_tensor *tensor, int64_t element, int64_t depth,
                                  char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (int64_t i = 0; i < depth && i < MOST_VALUES && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%.7g", i ? " " : "",
                                 brg_tensor_value(tensor, element + i));
    return text;
}

/* Text under construction. */
typedef struct line {
    char text[400];
    size_t used;
} line;

static void add(line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(line *l, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(l->text + l->used, sizeof l->text - l->used, format, arguments);
    va_end(arguments);
    l->used = l->used + (size_t)more < sizeof l->text ? l->used + (size_t)more : sizeof l->text - 1;
}

/* The element of a plate at the cell that is pointed at in another; -1 if it has none. */
static int64_t element_at(const brg_plates *plates, brg_plate_id id) {
    const brg_plate *plate = &plates->at[id];
    const brg_plate *under = &plates->at[plates->pointed];
    bool same = plate->sheet.w == under->sheet.w && plate->sheet.h == under->sheet.h;
    if (!plate->exhibit.op || (!same && plates->pointed != (int)id))
        return -1;
    bool linked =
        brg_plates_linked(plates, id) && brg_plates_linked(plates, (brg_plate_id)plates->pointed);
    return linked || plates->pointed == (int)id
               ? brg_sheet_element(&plate->sheet, plates->x, plates->y)
               : -1;
}

static void add_values(line *l, const brg_plates *plates, brg_plate_id id, const char *name) {
    char text[96];
    const brg_plate *plate = &plates->at[id];
    int64_t element = element_at(plates, id);
    if (element < 0)
        return;
    const brg_tensor *tensor = plate->subject == BRG_OF_INPUT ? plate->exhibit.inputs[plate->input]
                                                              : plate->exhibit.output;
    add(l, "   %s %s", name,
        brg_bench_view_values(tensor, element, plate->sheet.depth, text, sizeof text));
}

static void add_exact(line *l, const brg_exact *exact) {
    add(l, "   exact");
    for (int32_t i = 0; i < exact->count && i < MOST_VALUES; i++)
        add(l, " %.8g", exact->expected[i]);
}

/* The worst of the cell's elements. */
static void add_error(line *l, const brg_plate *plate, const brg_exact *exact, const char *name) {
    double worst = 0;
    for (int32_t i = 0; i < exact->count; i++)
        worst =
            fmax(worst, brg_error_ratio(brg_tensor_value(plate->exhibit.output, exact->element + i),
                                        exact->expected[i], exact->bound[i]));
    if (exact->count > 0)
        add(l, "   %s %.4g of its bound", name, worst);
}

static void describe(line *l, const brg_plates *plates) {
    char place[96];
    const brg_plate *under = &plates->at[plates->pointed];
    bool two = plates->at[BRG_PLATE_OUTPUT_B].exhibit.op != NULL;
    const brg_shape *shape = &under->sheet.shape;
    if (under->sheet.kind == BRG_SHEET_POINTS)
        snprintf(place, sizeof place, "body %lld", (long long)plates->x);
    else if (under->sheet.kind == BRG_SHEET_IMAGE)
        snprintf(place, sizeof place, "row %lld, column %lld", (long long)plates->y,
                 (long long)plates->x);
    else
        brg_sheet_place(shape, plates->element, place, sizeof place);
    add(l, "%s", place);
    add_values(l, plates, BRG_PLATE_INPUT, "input");
    add_values(l, plates, BRG_PLATE_OUTPUT, two ? "A" : "got");
    add_values(l, plates, BRG_PLATE_OUTPUT_B, "B");
    if (plates->exact[0].count > 0)
        add_exact(l, &plates->exact[0]);
    add_error(l, &plates->at[BRG_PLATE_OUTPUT], &plates->exact[0], two ? "error A" : "error");
    add_error(l, &plates->at[BRG_PLATE_OUTPUT_B], &plates->exact[1], "error B");
}

void brg_bench_view_pointer(brg_workbench *bench, brg_rect place) {
    const brg_plates *plates = &bench->model->plates;
    if (plates->pointed < 0) {
        brg_ui_text(bench->ui, place, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT,
                    "The wheel zooms into all panes, a drag moves them, F fits them, W goes to the "
                    "worst element. Point at one to read it.");
        return;
    }
    line l = {.used = 0};
    describe(&l, plates);
    brg_ui_text(bench->ui, place, BRG_FONT_MONO, BRG_LEFT, BRG_TEXT, l.text);
}
