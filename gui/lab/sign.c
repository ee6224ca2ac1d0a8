/* Signs and colours of verdicts, and colours of series. */
#include "lab/view.h"

static const float half = 5;

brg_colour brg_lab_colour(brg_lab_verdict verdict) {
    switch (verdict) {
    case BRG_LAB_CONFIRMED:
        return BRG_GREEN;
    case BRG_LAB_REFUTED:
        return BRG_RED;
    case BRG_LAB_INCONCLUSIVE:
        return BRG_AMBER;
    case BRG_LAB_NOT_APPLICABLE:
        return BRG_QUIET;
    default:
        return BRG_FAINT;
    }
}

static void draw_line(brg_ui *ui, float x0, float y0, float x1, float y1, float thickness,
                      brg_colour colour) {
    const float places[] = {x0, y0, x1, y1};
    brg_ui_curve(ui, places, 2, thickness, 0, colour);
}

static void draw_triangle(brg_ui *ui, float x, float y, brg_colour colour) {
    const float places[] = {x, y - half, x + half, y + half - 1,   x - half, y + half - 1,
                            x, y - half, x + 1,    y - half + 1.5f};
    brg_ui_curve(ui, places, 5, 1.8f, 0, colour);
}

static void draw_ring(brg_ui *ui, float x, float y, brg_colour colour) {
    enum { CORNERS = 8 };
    static const float unit[CORNERS + 1][2] = {{1, 0},          {.707f, .707f},  {0, 1},
                                               {-.707f, .707f}, {-1, 0},         {-.707f, -.707f},
                                               {0, -1},         {.707f, -.707f}, {1, 0}};
    float places[2 * (CORNERS + 1)];
    for (int i = 0; i <= CORNERS; i++) {
        places[2 * i] = x + 4 * unit[i][0];
        places[2 * i + 1] = y + 4 * unit[i][1];
    }
    brg_ui_curve(ui, places, CORNERS + 1, 1.3f, 0, colour);
}

/* A tick, a cross, a triangle, a dash, a ring. */
void brg_lab_sign(brg_ui *ui, float x, float y, brg_lab_verdict verdict, brg_colour colour) {
    const float tick[] = {x - half, y, x - 1.5f, y + 4, x + half, y - 4.5f};
    switch (verdict) {
    case BRG_LAB_CONFIRMED:
        brg_ui_curve(ui, tick, 3, 2.4f, 0, colour);
        break;
    case BRG_LAB_REFUTED:
        draw_line(ui, x - 4, y - 4, x + 4, y + 4, 2.4f, colour);
        draw_line(ui, x - 4, y + 4, x + 4, y - 4, 2.4f, colour);
        break;
    case BRG_LAB_INCONCLUSIVE:
        draw_triangle(ui, x, y, colour);
        break;
    case BRG_LAB_NOT_APPLICABLE:
        draw_line(ui, x - half, y, x + half, y, 2.2f, colour);
        break;
    default:
        draw_ring(ui, x, y, colour);
    }
}

brg_colour brg_lab_series_colour(int index) {
    static const brg_colour colours[BRG_LAB_SERIES_COLOURS] = {BRG_BLUE, BRG_AMBER,  BRG_TEAL,
                                                               BRG_ROSE, BRG_VIOLET, BRG_QUIET};
    return colours[(unsigned)index % BRG_LAB_SERIES_COLOURS];
}
