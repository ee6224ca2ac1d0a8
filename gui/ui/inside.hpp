/* The inside of the C face over Dear ImGui, shared by its C++ files: the state of the window's widgets, and how
 * logical pixels and colours become the library's. */
#ifndef BRIGADE_GUI_UI_INSIDE_HPP
#define BRIGADE_GUI_UI_INSIDE_HPP

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui.h>

#include "ui/canvas.h"
#include "ui/tiles.h"
#include "ui/ui.h"

enum { MAX_WIDGETS = 128, MAX_GROUNDS = 512, MAX_IMAGES = 64 };

struct widget {
    const char *id;
    brg_rect place;
};

/* A rectangle of one colour, under everything else. */
struct ground {
    ImVec2 a, b;
    brg_colour colour;
};

/* A texture that is shown, and which of its contents. */
struct image {
    ImTextureID texture;
    uint64_t serial;
};

struct brg_ui {
    GLFWwindow *window;
    brg_surface *surface;
    double frame_s; /* when the latest frame began */
    GLFWcursor *cursors[ImGuiMouseCursor_COUNT];
    ImGuiMouseCursor cursor;
    float full_scale; /* as asked for, and what the fonts are made for */
    float scale;      /* at present: smaller when the window is too small for that */
    ImFont *fonts[BRG_FONT_COUNT];
    widget widgets[MAX_WIDGETS];
    size_t widget_count;
    ground grounds[MAX_GROUNDS];
    size_t ground_count;
    image images[MAX_IMAGES];
    size_t image_count;
    brg_theme theme;
    brg_tiles tiles;              /* what changed */
    brg_canvas canvas;            /* what did not, from the frames before */
    ImVector<ImDrawCmd> commands; /* of what is drawn of a list */
    ImVector<ImDrawIdx> indices;
    bool stale; /* everything is to be drawn again */
    bool glfw_ready, opengl_ready;
};

static inline float font_size(const brg_ui *ui, brg_font font) {
    return ui->fonts[font]->FontSize * ui->scale / ui->full_scale;
}

static inline ImVec2 text_size(const brg_ui *ui, brg_font font, const char *text,
                               const char *end = nullptr) {
    return ui->fonts[font]->CalcTextSizeA(font_size(ui, font), FLT_MAX, 0, text, end);
}

/* The library keeps one context; what belongs to it is found through it. */
static inline brg_colour themed(brg_colour colour) {
    return brg_palette(static_cast<brg_ui *>(ImGui::GetIO().UserData)->theme, colour);
}

static inline ImU32 ink(brg_colour role, float opacity = 1.0f) {
    brg_colour colour = themed(role);
    return IM_COL32((colour >> 16) & 255, (colour >> 8) & 255, colour & 255,
                    static_cast<int>(opacity * 255.0f + 0.5f));
}

static inline ImVec4 ink4(brg_colour colour) {
    return ImGui::ColorConvertU32ToFloat4(ink(colour));
}

/* Edges land on whole pixels: sharp lines at any scale. */
static inline ImVec2 top_left(const brg_ui *ui, brg_rect r) {
    return ImVec2(std::round(r.x * ui->scale), std::round(r.y * ui->scale));
}

static inline ImVec2 bottom_right(const brg_ui *ui, brg_rect r) {
    return ImVec2(std::round((r.x + r.w) * ui->scale), std::round((r.y + r.h) * ui->scale));
}

static inline ImVec2 extent(const brg_ui *ui, brg_rect r) {
    ImVec2 a = top_left(ui, r), b = bottom_right(ui, r);
    return ImVec2(std::fmax(b.x - a.x, 1.0f), std::fmax(b.y - a.y, 1.0f));
}

/* Under all shapes of the frame. */
static inline void lay_ground(brg_ui *ui, brg_rect r, brg_colour colour) {
    if (ui->ground_count < MAX_GROUNDS)
        ui->grounds[ui->ground_count++] = {top_left(ui, r), bottom_right(ui, r), colour};
}

#endif
