/* Panels, which divide the window, and the overlay above them. */
#include "ui/inside.hpp"

float brg_ui_panel_begin(brg_ui *ui, const char *id, brg_rect place, brg_colour fill) {
    ImGui::SetNextWindowPos(top_left(ui, place));
    ImGui::SetNextWindowSize(extent(ui, place));
    ImGui::Begin(id, nullptr,
                 ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoTitleBar |
                     ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings |
                     ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav);
    lay_ground(ui, place, fill);
    return ImGui::GetScrollY() / ui->scale;
}

void brg_ui_panel_end(brg_ui *ui, float content) {
    ImGui::SetCursorPos(ImVec2(0, content * ui->scale));
    ImGui::Dummy(ImVec2(0, 0));
    ImGui::End();
}

void brg_ui_reveal(brg_ui *ui, brg_rect r) {
    float top = top_left(ui, r).y - ImGui::GetWindowPos().y;
    float below = bottom_right(ui, r).y - ImGui::GetWindowPos().y - ImGui::GetWindowHeight();
    if (top < 0)
        ImGui::SetScrollY(ImGui::GetScrollY() + top);
    else if (below > 0)
        ImGui::SetScrollY(ImGui::GetScrollY() + below);
}

/* No panel in the sense of above: all of them are drawn beneath it. */
bool brg_ui_overlay_begin(brg_ui *ui, const char *id) {
    (void)ui;
    ImGui::SetNextWindowPos(ImVec2(0, 0));
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::SetNextWindowFocus();
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ImVec4(0, 0, 0, 0.55f));
    ImGui::Begin(id, nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
    ImGui::PopStyleColor();
    return ImGui::IsWindowHovered() && ImGui::IsMouseClicked(ImGuiMouseButton_Left);
}

void brg_ui_overlay_end(brg_ui *) {
    ImGui::End();
}
