/* A frame's end: what changed since the frame before is found, and only that is drawn and brought to the screen. */
#include "ui/inside.hpp"

#include <algorithm>

#include <epoxy/gl.h>

#include <backends/imgui_impl_opengl3.h>

/* ---- what changed ---------------------------------------------------------------------------- */

/* The corners of one of a command's triangles. */
static void corners_of(const ImDrawList *list, const ImDrawCmd &command, unsigned first,
                       const ImDrawVert *corners[3]) {
    for (unsigned i = 0; i < 3; i++)
        corners[i] = &list->VtxBuffer[static_cast<int>(
            command.VtxOffset + list->IdxBuffer[static_cast<int>(first + i)])];
}

/* Not fmin and fmax, which are calls: this is done for every triangle of every frame. */
static float lesser(float a, float b) {
    return a < b ? a : b;
}

static float greater(float a, float b) {
    return a > b ? a : b;
}

/* What of a triangle can be seen: around its corners, as far as it is not clipped. */
static ImVec4 reach_of(const ImDrawVert *const corners[3], const ImVec4 &clip) {
    ImVec2 a = corners[0]->pos, b = corners[1]->pos, c = corners[2]->pos;
    return ImVec4(greater(lesser(lesser(a.x, b.x), c.x), clip.x),
                  greater(lesser(lesser(a.y, b.y), c.y), clip.y),
                  lesser(greater(greater(a.x, b.x), c.x), clip.z),
                  lesser(greater(greater(a.y, b.y), c.y), clip.w));
}

static uint64_t serial_of(const brg_ui *ui, ImTextureID texture) {
    for (size_t i = 0; i < ui->image_count; i++)
        if (ui->images[i].texture == texture)
            return ui->images[i].serial;
    return 0;
}

static void note_command(brg_ui *ui, const ImDrawList *list, const ImDrawCmd &command) {
    uint64_t serial = serial_of(ui, command.TextureId);
    uint64_t common = brg_tiles_mix(serial, &command.ClipRect, sizeof command.ClipRect);
    common = brg_tiles_mix(common, &command.TextureId, sizeof command.TextureId);
    for (unsigned i = 0; i < command.ElemCount; i += 3) {
        const ImDrawVert *corners[3];
        corners_of(list, command, command.IdxOffset + i, corners);
        ImVec4 reach = reach_of(corners, command.ClipRect);
        if (reach.x > reach.z || reach.y > reach.w)
            continue;
        struct {
            ImDrawVert corners[3];
            uint32_t zero; /* whole words are mixed faster */
        } triangle = {{*corners[0], *corners[1], *corners[2]}, 0};
        uint64_t what = brg_tiles_mix(common, &triangle, sizeof triangle);
        brg_tiles_add(&ui->tiles, reach.x, reach.y, reach.z, reach.w, what);
    }
}

static void find_changes(brg_ui *ui, const ImDrawData *data, bool all) {
    brg_tiles_begin(&ui->tiles, ui->canvas.w, ui->canvas.h, all);
    for (size_t i = 0; i < ui->ground_count; i++) {
        const ground &g = ui->grounds[i];
        brg_tiles_add(&ui->tiles, g.a.x, g.a.y, g.b.x, g.b.y, brg_tiles_mix(1, &g, sizeof g));
    }
    for (int i = 0; i < data->CmdListsCount; i++)
        for (const ImDrawCmd &command : data->CmdLists[i]->CmdBuffer)
            note_command(ui, data->CmdLists[i], command);
    brg_tiles_end(&ui->tiles);
}

/* ---- drawing it ------------------------------------------------------------------------------ */

/* Most of the window is of a few flat colours. Software OpenGL clears a rectangle many times faster
 * than it draws one with the widgets' shader, which samples a texture and blends for every pixel.
 */
static void clear_ground(const ground &g, const brg_patch &patch, int height) {
    int x = std::max(static_cast<int>(g.a.x), patch.x),
        y = std::max(static_cast<int>(g.a.y), patch.y);
    int w = std::min(static_cast<int>(g.b.x), patch.x + patch.w) - x;
    int h = std::min(static_cast<int>(g.b.y), patch.y + patch.h) - y;
    if (w <= 0 || h <= 0)
        return;
    ImVec4 colour = ink4(g.colour);
    glScissor(x, height - y - h, w, h);
    glClearColor(colour.x, colour.y, colour.z, 1.0f);
    glClear(GL_COLOR_BUFFER_BIT);
}

static void clear_grounds(const brg_ui *ui) {
    glEnable(GL_SCISSOR_TEST);
    for (size_t i = 0; i < ui->tiles.patch_count; i++)
        for (size_t g = 0; g < ui->ground_count; g++)
            clear_ground(ui->grounds[g], ui->tiles.patches[i], ui->canvas.h);
    glDisable(GL_SCISSOR_TEST);
}

/* Adds what a command draws within a patch to the commands that are kept. */
static void keep_within(brg_ui *ui, const ImDrawList *list, ImDrawCmd command,
                        const brg_patch &patch) {
    const unsigned first = command.IdxOffset, count = command.ElemCount;
    ImVec4 &clip = command.ClipRect;
    clip = ImVec4(std::fmax(clip.x, static_cast<float>(patch.x)),
                  std::fmax(clip.y, static_cast<float>(patch.y)),
                  std::fmin(clip.z, static_cast<float>(patch.x + patch.w)),
                  std::fmin(clip.w, static_cast<float>(patch.y + patch.h)));
    if (clip.x >= clip.z || clip.y >= clip.w)
        return;
    command.IdxOffset = static_cast<unsigned>(ui->indices.Size);
    for (unsigned i = first; i < first + count; i += 3) {
        const ImDrawVert *corners[3];
        corners_of(list, command, i, corners);
        ImVec4 reach = reach_of(corners, clip);
        for (unsigned c = 0; reach.x <= reach.z && reach.y <= reach.w && c < 3; c++)
            ui->indices.push_back(list->IdxBuffer[static_cast<int>(i + c)]);
    }
    command.ElemCount = static_cast<unsigned>(ui->indices.Size) - command.IdxOffset;
    if (command.ElemCount > 0)
        ui->commands.push_back(command);
}

/* Leaves of a list what touches the patches that changed. Lists keep their order, and with it what
 * lies over what. */
static void keep_changes(brg_ui *ui, ImDrawList *list) {
    ui->commands.resize(0);
    ui->indices.resize(0);
    for (size_t i = 0; i < ui->tiles.patch_count; i++)
        for (const ImDrawCmd &command : list->CmdBuffer)
            keep_within(ui, list, command, ui->tiles.patches[i]);
    list->CmdBuffer.swap(ui->commands);
    list->IdxBuffer.swap(ui->indices);
    if (list->CmdBuffer.Size == 0)
        list->VtxBuffer.resize(0); /* which would be uploaded */
}

static void draw_changes(brg_ui *ui, ImDrawData *data) {
    if (ui->tiles.patch_count == 0)
        return;
    clear_grounds(ui);
    for (int i = 0; i < data->CmdListsCount; i++)
        keep_changes(ui, data->CmdLists[i]);
    ImGui_ImplOpenGL3_RenderDrawData(data);
}

/* Software OpenGL would take longer to draw the whole window than a frame may last on a busy
 * machine. */
void brg_ui_frame_end(brg_ui *ui) {
    ImGui::Render();
    ImDrawData *data = ImGui::GetDrawData();
    bool fresh =
        brg_canvas_begin(&ui->canvas, ui->window, ui->surface->pixels_w, ui->surface->pixels_h);
    find_changes(ui, data, fresh || ui->stale);
    ui->stale = false;
    draw_changes(ui, data);
    brg_canvas_end(&ui->canvas);
}

void brg_ui_present(brg_ui *ui, bool everything) {
    brg_patch whole = {0, 0, ui->canvas.w, ui->canvas.h};
    if (everything)
        brg_canvas_present(&ui->canvas, ui->window, &whole, 1);
    else
        brg_canvas_present(&ui->canvas, ui->window, ui->tiles.patches, ui->tiles.patch_count);
}
