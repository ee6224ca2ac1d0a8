/* Widgets: what is pressed, typed into and dragged. */
#include "ui/inside.hpp"

/* Moves the cursor to a widget's place and remembers it for those who ask where it is. */
static void place_widget(brg_ui *ui, const char *id, brg_rect r) {
    ImGui::SetCursorScreenPos(top_left(ui, r));
    if (ui->widget_count < MAX_WIDGETS) {
        ImVec2 a = top_left(ui, r), size = extent(ui, r);
        ui->widgets[ui->widget_count++] = {id, {a.x, a.y, size.x, size.y}};
    }
}

static bool press(brg_ui *ui, const char *id, brg_rect r) {
    place_widget(ui, id, r);
    return ImGui::InvisibleButton(id, extent(ui, r));
}

static bool look_button(brg_ui *ui, const char *id, brg_rect r, const char *label, bool lit,
                        bool enabled) {
    ImGui::BeginDisabled(!enabled);
    bool pressed = press(ui, id, r);
    ImGui::EndDisabled();
    bool hovered = enabled && ImGui::IsItemHovered();
    bool down = enabled && ImGui::IsItemActive();
    brg_colour fill = lit ? (down      ? BRG_BLUE_DOWN
                             : hovered ? BRG_BLUE_OVER
                                       : BRG_BLUE)
                          : (down || hovered ? BRG_LINE : BRG_RAISED);
    brg_colour text = lit ? BRG_ON_COLOUR : BRG_TEXT;
    if (!enabled) {
        fill = BRG_RAISED;
        text = BRG_FAINT;
    }
    brg_ui_fill(ui, r, 6, fill);
    brg_ui_text(ui, r, lit && enabled ? BRG_FONT_BOLD : BRG_FONT_BODY, BRG_CENTRE, text, label);
    return pressed;
}

bool brg_ui_button(brg_ui *ui, const char *id, brg_rect r, const char *label, bool primary,
                   bool enabled) {
    return look_button(ui, id, r, label, primary, enabled);
}

bool brg_ui_tab(brg_ui *ui, const char *id, brg_rect r, const char *label, bool chosen) {
    bool pressed = press(ui, id, r);
    brg_colour colour = chosen || ImGui::IsItemHovered() ? BRG_TEXT : BRG_QUIET;
    brg_ui_text(ui, r, BRG_FONT_BODY, BRG_CENTRE, colour, label);
    return pressed;
}

bool brg_ui_segments(brg_ui *ui, const char *id, brg_rect r, const char *const labels[2],
                     bool *second) {
    float half = (r.w - 4) / 2;
    brg_rect left = {r.x, r.y, half, r.h}, right = {r.x + half + 4, r.y, half, r.h};
    bool was = *second;
    ImGui::PushID("first");
    if (look_button(ui, id, left, labels[0], !was, true))
        *second = false;
    ImGui::PopID();
    ui->widget_count--; /* one name, one place: that of the second */
    if (look_button(ui, id, right, labels[1], was, true))
        *second = true;
    return *second != was;
}

bool brg_ui_toggle(brg_ui *ui, const char *id, brg_rect r, bool *on) {
    bool pressed = press(ui, id, r);
    if (pressed)
        *on = !*on;
    float radius = r.h / 2;
    brg_ui_fill(ui, r, radius, *on ? BRG_BLUE : ImGui::IsItemHovered() ? BRG_LINE : BRG_RAISED);
    float x = *on ? r.x + r.w - radius : r.x + radius;
    brg_ui_disc(ui, x, r.y + radius, radius - 3, *on ? BRG_TEXT : BRG_QUIET);
    return pressed;
}

bool brg_ui_combo(brg_ui *ui, const char *id, brg_rect r, int *index, const char *const *items,
                  int count) {
    bool changed = false;
    ImGui::PushFont(ui->fonts[BRG_FONT_BODY]);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                        ImVec2(10 * ui->scale, (extent(ui, r).y - ImGui::GetFontSize()) / 2));
    place_widget(ui, id, r);
    ImGui::SetNextItemWidth(extent(ui, r).x);
    ImGui::PushID(id);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(8 * ui->scale, 8 * ui->scale));
    bool open = ImGui::BeginCombo("##combo", "",
                                  ImGuiComboFlags_NoArrowButton | ImGuiComboFlags_HeightLarge);
    ImGui::PopStyleVar();
    for (int i = 0; open && i < count; i++) {
        ImGui::PushID(i);
        if (ImGui::Selectable(items[i], i == *index) && i != *index) {
            *index = i;
            changed = true;
        }
        ImGui::PopID();
    }
    if (open && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape)))
        ImGui::CloseCurrentPopup();
    if (open)
        ImGui::EndCombo();
    ImGui::PopID();
    ImGui::PopStyleVar();
    ImGui::PopFont();
    bool known = *index >= 0 && *index < count;
    brg_rect label = {r.x + 10, r.y, r.w - 32, r.h};
    brg_ui_text(ui, label, BRG_FONT_BODY, BRG_LEFT, BRG_TEXT, known ? items[*index] : "-");
    float s = ui->scale, x = (r.x + r.w - 14) * s, y = (r.y + r.h / 2) * s;
    ImGui::GetWindowDrawList()->AddTriangleFilled(ImVec2(x - 4 * s, y - 2 * s),
                                                  ImVec2(x + 4 * s, y - 2 * s),
                                                  ImVec2(x, y + 3 * s), ink(BRG_QUIET));
    return changed;
}

/* Where a value lies on its track, 0..1. */
static float along(float value, float lo, float hi, bool spread) {
    float t = spread ? std::log(value / lo) / std::log(hi / lo) : (value - lo) / (hi - lo);
    return std::fmin(std::fmax(t, 0.0f), 1.0f);
}

bool brg_ui_slider(brg_ui *ui, const char *id, brg_rect r, float *value, float lo, float hi,
                   bool whole, bool spread) {
    press(ui, id, r);
    bool held = ImGui::IsItemActive();
    float was = *value;
    float knob = 7, x0 = r.x + knob, span = r.w - 2 * knob;
    if (held) {
        float t = (ImGui::GetIO().MousePos.x / ui->scale - x0) / span;
        t = std::fmin(std::fmax(t, 0.0f), 1.0f);
        float v = spread ? lo * std::pow(hi / lo, t) : lo + t * (hi - lo);
        *value = whole ? std::round(v) : v;
    }
    float t = along(*value, lo, hi, spread), y = r.y + r.h / 2;
    brg_ui_fill(ui, {r.x, y - 2.5f, r.w, 5}, 2.5f, BRG_RAISED);
    brg_ui_fill(ui, {r.x, y - 2.5f, knob + t * span, 5}, 2.5f, BRG_BLUE);
    brg_ui_disc(ui, x0 + t * span, y, held ? knob + 1 : knob, BRG_TEXT);
    return *value != was;
}

/* Readies a field to be typed into; end_field undoes it. */
static void begin_field(brg_ui *ui, const char *id, brg_rect r) {
    ImGui::PushFont(ui->fonts[BRG_FONT_MONO]);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                        ImVec2(7 * ui->scale, (extent(ui, r).y - ImGui::GetFontSize()) / 2));
    place_widget(ui, id, r);
    ImGui::SetNextItemWidth(extent(ui, r).x);
    ImGui::PushID(id);
}

static void end_field() {
    ImGui::PopID();
    ImGui::PopStyleVar();
    ImGui::PopFont();
}

bool brg_ui_field(brg_ui *ui, const char *id, brg_rect r, char *text, size_t size,
                  const char *empty) {
    begin_field(ui, id, r);
    bool changed = ImGui::InputTextWithHint("##field", empty, text, size);
    end_field();
    return changed;
}

void brg_ui_focus_next(brg_ui *) {
    ImGui::SetKeyboardFocusHere();
}

bool brg_ui_number(brg_ui *ui, const char *id, brg_rect r, float *value, float lo, float hi,
                   bool whole) {
    float was = *value;
    begin_field(ui, id, r);
    ImGui::InputFloat("##number", value, 0, 0, whole ? "%.0f" : "%.2f");
    bool editing = ImGui::IsItemActive();
    end_field();
    if (!editing) { /* a number may pass through nonsense while it is being typed */
        if (!(*value >= lo))
            *value = lo;
        if (*value > hi)
            *value = hi;
        if (whole)
            *value = std::round(*value);
    }
    return *value != was;
}

bool brg_ui_area(brg_ui *ui, const char *id, brg_rect r, brg_ui_pointer *pointer) {
    place_widget(ui, id, r);
    ImGui::InvisibleButton(id, extent(ui, r),
                           ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
    ImGuiIO &io = ImGui::GetIO();
    bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
    pointer->x = io.MousePos.x / ui->scale;
    pointer->y = io.MousePos.y / ui->scale;
    pointer->dragged = active ? io.MouseDelta.x / ui->scale : 0;
    pointer->dragged_y = active ? io.MouseDelta.y / ui->scale : 0;
    pointer->pressed = ImGui::IsItemActivated();
    pointer->held = active && io.MouseDown[ImGuiMouseButton_Left];
    pointer->right = active && io.MouseDown[ImGuiMouseButton_Right];
    float still = 4 * ui->scale;
    pointer->clicked = ImGui::IsItemDeactivated() && hovered &&
                       ImGui::IsMouseReleased(ImGuiMouseButton_Left) &&
                       io.MouseDragMaxDistanceSqr[ImGuiMouseButton_Left] < still * still;
    pointer->shift = io.KeyShift;
    pointer->scrolled = hovered ? io.MouseWheel : 0;
    return hovered;
}

void brg_ui_tip(brg_ui *ui, const char *text) {
    if (!ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
        return;
    ImGui::PushFont(ui->fonts[BRG_FONT_SMALL]);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(10 * ui->scale, 7 * ui->scale));
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(280 * ui->scale);
    ImGui::TextUnformatted(text);
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
    ImGui::PopStyleVar();
    ImGui::PopFont();
}
