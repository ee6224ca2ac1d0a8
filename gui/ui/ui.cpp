/* The C face over Dear ImGui: the single C++ file of the tree, without exceptions and run-time
 * types.
 *
 * The library lays widgets out in a flow; Brigade's views know where everything goes. So each
 * widget sets the cursor to its place first, and those whose look differs from the library's are an
 * invisible button or slider with shapes drawn over it. */
#include "ui/ui.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include <epoxy/gl.h>
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui.h>

#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>

#include "ui/canvas.h"
#include "ui/tiles.h"

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

static float font_size(const brg_ui *ui, brg_font font) {
    return ui->fonts[font]->FontSize * ui->scale / ui->full_scale;
}

static ImVec2 text_size(const brg_ui *ui, brg_font font, const char *text,
                        const char *end = nullptr) {
    return ui->fonts[font]->CalcTextSizeA(font_size(ui, font), FLT_MAX, 0, text, end);
}

/* The library keeps one context; what belongs to it is found through it. */
static brg_colour themed(brg_colour colour) {
    return brg_palette(static_cast<brg_ui *>(ImGui::GetIO().UserData)->theme, colour);
}

static ImU32 ink(brg_colour role, float opacity = 1.0f) {
    brg_colour colour = themed(role);
    return IM_COL32((colour >> 16) & 255, (colour >> 8) & 255, colour & 255,
                    static_cast<int>(opacity * 255.0f + 0.5f));
}

static ImVec4 ink4(brg_colour colour) {
    return ImGui::ColorConvertU32ToFloat4(ink(colour));
}

/* Edges land on whole pixels: sharp lines at any scale. */
static ImVec2 top_left(const brg_ui *ui, brg_rect r) {
    return ImVec2(std::round(r.x * ui->scale), std::round(r.y * ui->scale));
}

static ImVec2 bottom_right(const brg_ui *ui, brg_rect r) {
    return ImVec2(std::round((r.x + r.w) * ui->scale), std::round((r.y + r.h) * ui->scale));
}

static ImVec2 extent(const brg_ui *ui, brg_rect r) {
    ImVec2 a = top_left(ui, r), b = bottom_right(ui, r);
    return ImVec2(std::fmax(b.x - a.x, 1.0f), std::fmax(b.y - a.y, 1.0f));
}

/* ---- set-up ---------------------------------------------------------------------------------- */

static ImFont *add_font(const char *file, float size) {
    ImFontAtlas *atlas = ImGui::GetIO().Fonts;
    FILE *probe = file ? std::fopen(file, "rb") : nullptr;
    if (probe) {
        std::fclose(probe);
        ImFont *font = atlas->AddFontFromFileTTF(file, std::round(size));
        if (font)
            return font;
    }
    ImFontConfig config;
    config.SizePixels = std::round(size);
    return atlas->AddFontDefault(&config);
}

static void add_fonts(brg_ui *ui, const brg_ui_config *config) {
    float s = ui->full_scale;
    ui->fonts[BRG_FONT_BODY] = add_font(config->regular, 15 * s);
    ui->fonts[BRG_FONT_SMALL] = add_font(config->regular, 13 * s);
    ui->fonts[BRG_FONT_BOLD] = add_font(config->bold, 15 * s);
    ui->fonts[BRG_FONT_TITLE] = add_font(config->bold, 19 * s);
    ui->fonts[BRG_FONT_MONO] = add_font(config->mono, 13 * s);
    ui->fonts[BRG_FONT_FIGURE] = add_font(config->mono, 15 * s);
}

static void set_style(float scale) {
    ImGuiStyle &style = ImGui::GetStyle();
    ImGui::StyleColorsDark();
    style.WindowPadding = ImVec2(0, 0);
    style.WindowBorderSize = 0;
    style.WindowRounding = 0;
    style.FrameRounding = 5;
    style.PopupRounding = 5;
    style.PopupBorderSize = 1;
    style.FramePadding = ImVec2(10, 5);
    style.ItemSpacing = ImVec2(8, 7);
    style.ScrollbarSize = 8;
    style.ScrollbarRounding = 4;
    style.ScaleAllSizes(scale);
    style.WindowMinSize = ImVec2(1, 1); /* less is not allowed */
}

static void set_colours() {
    ImVec4 *c = ImGui::GetStyle().Colors;
    c[ImGuiCol_Text] = ink4(BRG_TEXT);
    c[ImGuiCol_TextDisabled] = ink4(BRG_FAINT);
    c[ImGuiCol_PopupBg] = ink4(BRG_RAISED);
    c[ImGuiCol_Border] = ink4(BRG_LINE);
    c[ImGuiCol_FrameBg] = c[ImGuiCol_Button] = ink4(BRG_RAISED);
    c[ImGuiCol_FrameBgHovered] = c[ImGuiCol_ButtonHovered] = ink4(BRG_LINE);
    c[ImGuiCol_FrameBgActive] = c[ImGuiCol_ButtonActive] = ink4(BRG_LINE);
    c[ImGuiCol_Header] = ink4(BRG_LINE);
    c[ImGuiCol_HeaderHovered] = c[ImGuiCol_HeaderActive] = ink4(BRG_SELECTED);
    c[ImGuiCol_ScrollbarBg] = ImVec4(0, 0, 0, 0);
    c[ImGuiCol_ScrollbarGrab] = ink4(BRG_LINE);
    c[ImGuiCol_TextSelectedBg] = ink4(BRG_SELECTED);
    c[ImGuiCol_NavHighlight] = ink4(BRG_BLUE);
}

brg_ui *brg_ui_create(GLFWwindow *window, brg_surface *surface, const brg_ui_config *config) {
    brg_ui *ui = new (std::nothrow) brg_ui();
    if (!ui)
        return nullptr;
    ui->window = window;
    ui->surface = surface;
    ui->scale = ui->full_scale = config->scale;
    ui->theme = config->theme;
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr; /* the window's layout is not the user's to lose */
    ImGui::GetIO().LogFilename = nullptr;
    ImGui::GetIO().UserData = ui;
    set_style(ui->scale);
    set_colours();
    add_fonts(ui, config);
    ui->glfw_ready = ImGui_ImplGlfw_InitForOpenGL(window, true);
    ui->opengl_ready = ui->glfw_ready && ImGui_ImplOpenGL3_Init("#version 330 core");
    if (!ui->opengl_ready) {
        brg_ui_destroy(ui);
        return nullptr;
    }
    return ui;
}

void brg_ui_destroy(brg_ui *ui) {
    if (!ui)
        return;
    if (ui->opengl_ready) {
        brg_canvas_clear(&ui->canvas);
        brg_tiles_clear(&ui->tiles);
        ImGui_ImplOpenGL3_Shutdown();
    }
    if (ui->glfw_ready)
        ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
    delete ui;
}

void brg_ui_set_theme(brg_ui *ui, brg_theme theme) {
    if (ui->theme == theme)
        return;
    ui->theme = theme;
    ui->stale = true;
    set_colours();
}

/* ---- the hand -------------------------------------------------------------------------------- */

#if IMGUI_VERSION_NUM < 18700

/* Only the pointers that the widgets know: an arrow, and a bar over text. */
static void show_cursor(brg_ui *ui) {
    ImGuiMouseCursor wanted = ImGui::GetMouseCursor();
    if (wanted == ui->cursor)
        return;
    bool bar = wanted == ImGuiMouseCursor_TextInput;
    if (bar && !ui->cursors[wanted])
        ui->cursors[wanted] = glfwCreateStandardCursor(GLFW_IBEAM_CURSOR);
    glfwSetCursor(ui->window, bar ? ui->cursors[wanted] : nullptr);
    ui->cursor = wanted;
}

/* What the library's own support for GLFW does at the beginning of a frame, from what is known
 * instead of by asking the display four times. Later versions of it are told of events, and must
 * be left to it. */
static void take_surface(brg_ui *ui) {
    ImGuiIO &io = ImGui::GetIO();
    brg_surface *s = ui->surface;
    bool held = false;
    for (int i = 0; i < BRG_BUTTONS; i++) {
        io.MouseDown[i] = s->pressed[i] || glfwGetMouseButton(ui->window, i) != GLFW_RELEASE;
        held = held || io.MouseDown[i];
        s->pressed[i] = false;
    }
    io.MousePos = ImVec2(-FLT_MAX, -FLT_MAX);
    if (s->inside || held)
        io.MousePos = ImVec2(static_cast<float>(s->x), static_cast<float>(s->y));
    io.DisplaySize = ImVec2(static_cast<float>(s->w), static_cast<float>(s->h));
    if (s->w > 0 && s->h > 0)
        io.DisplayFramebufferScale = ImVec2(static_cast<float>(s->pixels_w) / io.DisplaySize.x,
                                            static_cast<float>(s->pixels_h) / io.DisplaySize.y);
    double now_s = glfwGetTime();
    io.DeltaTime = ui->frame_s > 0 && now_s > ui->frame_s ? static_cast<float>(now_s - ui->frame_s)
                                                          : 1.0f / 60;
    ui->frame_s = now_s;
    show_cursor(ui);
}

#else

static void take_surface(brg_ui *) {
    ImGui_ImplGlfw_NewFrame();
}

#endif

/* ---- frames and panels ----------------------------------------------------------------------- */

void brg_ui_frame_begin(brg_ui *ui) {
    ui->widget_count = 0;
    ui->ground_count = ui->image_count = 0;
    ImGui_ImplOpenGL3_NewFrame();
    take_surface(ui);
    ImVec2 size = ImGui::GetIO().DisplaySize;
    float shrink = std::fmin(size.x / BRG_UI_LEAST_W, size.y / BRG_UI_LEAST_H) / ui->full_scale;
    ImGui::GetIO().FontGlobalScale = std::fmin(std::fmax(shrink, 0.2f), 1.0f);
    ui->scale = ui->full_scale * ImGui::GetIO().FontGlobalScale;
    ImGui::NewFrame();
}

static void lay_ground(brg_ui *ui, brg_rect r, brg_colour colour) {
    if (ui->ground_count < MAX_GROUNDS)
        ui->grounds[ui->ground_count++] = {top_left(ui, r), bottom_right(ui, r), colour};
}

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

void brg_ui_size(const brg_ui *ui, float *w, float *h) {
    ImVec2 size = ImGui::GetIO().DisplaySize;
    *w = size.x / ui->scale;
    *h = size.y / ui->scale;
}

float brg_ui_scale(const brg_ui *ui) {
    return ui->scale;
}

bool brg_ui_takes_keys(const brg_ui *) {
    const ImGuiPopupFlags any = ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel;
    return ImGui::GetIO().WantTextInput || ImGui::IsPopupOpen("", any);
}

bool brg_ui_held(const brg_ui *) {
    return ImGui::IsAnyItemActive();
}

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

void brg_ui_copy(brg_ui *, const char *text) {
    ImGui::SetClipboardText(text);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

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

/* ---- widgets --------------------------------------------------------------------------------- */

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

bool brg_ui_widget(const brg_ui *ui, size_t index, const char **id, brg_rect *place) {
    if (index >= ui->widget_count)
        return false;
    *id = ui->widgets[index].id;
    *place = ui->widgets[index].place;
    return true;
}

const char *brg_ui_version(void) {
    return ImGui::GetVersion();
}
