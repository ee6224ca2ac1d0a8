/* Shapes, pictures and text. */
#include "ui/inside.hpp"

#include <cstdarg>
#include <cstdio>

void brg_ui_fill(brg_ui *ui, brg_rect r, float rounding, brg_colour colour) {
    ImGui::GetWindowDrawList()->AddRectFilled(top_left(ui, r), bottom_right(ui, r), ink(colour),
                                              rounding * ui->scale);
}

void brg_ui_card(brg_ui *ui, brg_rect r, float rounding, brg_colour colour) {
    float d = rounding;
    lay_ground(ui, {r.x + d, r.y, r.w - 2 * d, r.h}, colour);
    lay_ground(ui, {r.x, r.y + d, r.w, r.h - 2 * d}, colour);
    for (int corner = 0; corner < 4; corner++)
        brg_ui_disc(ui, corner & 1 ? r.x + r.w - d : r.x + d, corner & 2 ? r.y + r.h - d : r.y + d,
                    d, colour);
}

void brg_ui_blend(brg_ui *ui, brg_rect r, brg_colour colour, float opacity) {
    ImGui::GetWindowDrawList()->AddRectFilled(top_left(ui, r), bottom_right(ui, r),
                                              ink(colour, opacity));
}

void brg_ui_outline(brg_ui *ui, brg_rect r, float rounding, brg_colour colour) {
    ImGui::GetWindowDrawList()->AddRect(top_left(ui, r), bottom_right(ui, r), ink(colour),
                                        rounding * ui->scale, 0,
                                        std::fmax(1.0f, std::floor(ui->scale)));
}

void brg_ui_line(brg_ui *ui, float x0, float y0, float x1, float y1, brg_colour colour) {
    float thick = std::fmax(1.0f, std::floor(ui->scale));
    ImVec2 a(std::round(x0 * ui->scale), std::round(y0 * ui->scale));
    ImVec2 b(std::round(x1 * ui->scale), std::round(y1 * ui->scale));
    ImGui::GetWindowDrawList()->AddLine(a, b, ink(colour), thick);
}

void brg_ui_disc(brg_ui *ui, float x, float y, float radius, brg_colour colour) {
    ImGui::GetWindowDrawList()->AddCircleFilled(ImVec2(x * ui->scale, y * ui->scale),
                                                radius * ui->scale, ink(colour));
}

static ImVec2 point_of(const brg_ui *ui, const float *place) {
    return ImVec2(place[0] * ui->scale, place[1] * ui->scale);
}

/* Dashes go on around corners: `walked` is how far along the line a stretch begins. */
static float dash_stretch(ImVec2 a, ImVec2 b, float walked, float dash, ImU32 colour,
                          float thickness) {
    float dx = b.x - a.x, dy = b.y - a.y, length = std::sqrt(dx * dx + dy * dy);
    float first = 2 * dash * std::floor(walked / (2 * dash)) - walked;
    for (float from = first; from < length; from += 2 * dash) {
        float t0 = std::fmax(from, 0.0f) / length, t1 = std::fmin(from + dash, length) / length;
        if (t1 > t0)
            ImGui::GetWindowDrawList()->AddLine(ImVec2(a.x + t0 * dx, a.y + t0 * dy),
                                                ImVec2(a.x + t1 * dx, a.y + t1 * dy), colour,
                                                thickness);
    }
    return walked + length;
}

void brg_ui_curve(brg_ui *ui, const float *places, int count, float thickness, float dash,
                  brg_colour colour) {
    ImDrawList *list = ImGui::GetWindowDrawList();
    float walked = 0;
    for (int i = 0; dash <= 0 && i < count; i++)
        list->PathLineTo(point_of(ui, places + 2 * i));
    if (dash <= 0)
        list->PathStroke(ink(colour), 0, thickness * ui->scale);
    for (int i = 1; dash > 0 && i < count; i++)
        walked = dash_stretch(point_of(ui, places + 2 * i - 2), point_of(ui, places + 2 * i),
                              walked, dash * ui->scale, ink(colour), thickness * ui->scale);
}

static ImTextureID show(brg_ui *ui, unsigned texture, uint64_t serial) {
    ImTextureID id = (ImTextureID) static_cast<intptr_t>(texture);
    if (ui->image_count < MAX_IMAGES)
        ui->images[ui->image_count++] = {id, serial};
    return id;
}

void brg_ui_image(brg_ui *ui, brg_rect r, unsigned texture, uint64_t serial) {
    ImGui::GetWindowDrawList()->AddImage(show(ui, texture, serial), top_left(ui, r),
                                         bottom_right(ui, r));
}

void brg_ui_image_part(brg_ui *ui, brg_rect r, brg_rect part, unsigned texture, uint64_t serial) {
    ImGui::GetWindowDrawList()->AddImage(show(ui, texture, serial), top_left(ui, r),
                                         bottom_right(ui, r), ImVec2(part.x, part.y),
                                         ImVec2(part.x + part.w, part.y + part.h));
}

/* Cuts the text where it leaves room for "..." in `width`. */
static void shorten(const brg_ui *ui, brg_font font, const char *text, float width, char *shortened,
                    size_t size) {
    const char *rest = text;
    float room = width - text_size(ui, font, "...").x;
    ui->fonts[font]->CalcTextSizeA(font_size(ui, font), std::fmax(room, 1.0f), 0, text, nullptr,
                                   &rest);
    std::snprintf(shortened, size, "%.*s...", static_cast<int>(rest - text), text);
}

void brg_ui_text(brg_ui *ui, brg_rect r, brg_font font, brg_align align, brg_colour colour,
                 const char *text) {
    ImVec2 a = top_left(ui, r), room = extent(ui, r), size = text_size(ui, font, text);
    char shortened[512];
    if (size.x > room.x + 1) {
        shorten(ui, font, text, room.x, shortened, sizeof shortened);
        text = shortened;
        size = text_size(ui, font, text);
    }
    float slack = room.x - size.x;
    float x = a.x + (align == BRG_LEFT ? 0 : align == BRG_CENTRE ? slack / 2 : slack);
    float y = a.y + (room.y - size.y) / 2;
    ImGui::GetWindowDrawList()->AddText(ui->fonts[font], font_size(ui, font),
                                        ImVec2(std::round(x), std::round(y)), ink(colour), text);
}

void brg_ui_textf(brg_ui *ui, brg_rect r, brg_font font, brg_align align, brg_colour colour,
                  const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    brg_ui_text(ui, r, font, align, colour, text);
}

/* The end of the line that begins at `text`: at the last space before the width is exceeded, since
 * the library's own wrapping also breaks after the point of a decimal number. */
static const char *line_end(const brg_ui *ui, brg_font font, const char *text, float width) {
    const char *end = nullptr;
    for (const char *at = text;; at++) {
        if (*at != ' ' && *at != '\0' && *at != '\n')
            continue;
        bool fits = text_size(ui, font, text, at).x <= width;
        if (!fits && end)
            return end;
        end = at;
        if (*at != ' ' || !fits)
            return end;
    }
}

float brg_ui_paragraph(brg_ui *ui, brg_rect r, brg_font font, brg_colour colour, const char *text) {
    ImVec2 at = top_left(ui, r);
    float size = font_size(ui, font), step = std::round(1.25f * size), top = at.y;
    while (*text) {
        const char *end = line_end(ui, font, text, r.w * ui->scale);
        ImGui::GetWindowDrawList()->AddText(ui->fonts[font], size, at, ink(colour), text, end);
        at.y += step;
        text = *end ? end + 1 : end;
    }
    return (at.y - top) / ui->scale;
}

float brg_ui_text_width(brg_ui *ui, brg_font font, const char *text) {
    return text_size(ui, font, text).x / ui->scale;
}
