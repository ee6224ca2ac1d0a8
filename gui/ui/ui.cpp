/* The C face over Dear ImGui: set-up, fonts, colours, the hand, and a frame's beginning. Its parts are files of
 * their own beside this one; they are the only C++ of the tree, without exceptions and run-time types.
 *
 * The library lays widgets out in a flow; Brigade's views know where everything goes. So each
 * widget sets the cursor to its place first, and those whose look differs from the library's are an
 * invisible button or slider with shapes drawn over it. */
#include "ui/inside.hpp"

#include <cstdio>
#include <new>

#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>

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

/* ---- a frame ------------------------------------------------------------------------------- */

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

void brg_ui_copy(brg_ui *, const char *text) {
    ImGui::SetClipboardText(text);
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
