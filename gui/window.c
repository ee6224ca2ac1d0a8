/* The window: GLFW's part. See window.h. */
#include "window.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <math.h>
#include <string.h>

#include "shell/view.h"

static const float first_w = 1280, first_h = 800;

/* ---- what the user does ---------------------------------------------------------------------- */

static void note_input(GLFWwindow *handle) {
    brg_window *window = glfwGetWindowUserPointer(handle);
    window->input_ns = brg_now_ns();
    if (window->first_input_ns == 0)
        window->first_input_ns = window->input_ns;
}

static void push_key(brg_window *window, int key) {
    if (window->key_count < BRG_KEYS)
        window->keys[window->key_count++] = key;
}

/* GLFW's numbers of letters and digits are those of their characters. */
static int key_of(int key) {
    switch (key) {
    case GLFW_KEY_ESCAPE:
        return BRG_KEY_ESCAPE;
    case GLFW_KEY_LEFT:
        return BRG_KEY_LEFT;
    case GLFW_KEY_RIGHT:
        return BRG_KEY_RIGHT;
    case GLFW_KEY_UP:
        return BRG_KEY_UP;
    case GLFW_KEY_DOWN:
        return BRG_KEY_DOWN;
    case GLFW_KEY_PAGE_UP:
        return BRG_KEY_PAGE_UP;
    case GLFW_KEY_PAGE_DOWN:
        return BRG_KEY_PAGE_DOWN;
    case GLFW_KEY_HOME:
        return BRG_KEY_HOME;
    case GLFW_KEY_END:
        return BRG_KEY_END;
    case GLFW_KEY_ENTER:
        return BRG_KEY_ENTER;
    case GLFW_KEY_TAB:
        return BRG_KEY_TAB;
    case GLFW_KEY_F1:
        return '?';
    default:
        return key >= GLFW_KEY_SPACE && key < 128 ? key : 0;
    }
}

/* Keys that step through the views, together with control. */
static int stepping_key(int key, int mods) {
    if (mods == GLFW_MOD_CONTROL && (key == GLFW_KEY_TAB || key == GLFW_KEY_PAGE_DOWN))
        return BRG_KEY_NEXT_VIEW;
    if ((mods == GLFW_MOD_CONTROL && key == GLFW_KEY_PAGE_UP) ||
        (mods == (GLFW_MOD_CONTROL | GLFW_MOD_SHIFT) && key == GLFW_KEY_TAB))
        return BRG_KEY_PREVIOUS_VIEW;
    return 0;
}

static bool is_movement(int key) {
    return key >= GLFW_KEY_RIGHT && key <= GLFW_KEY_PAGE_DOWN;
}

static void on_key(GLFWwindow *handle, int key, int scancode, int action, int mods) {
    (void)scancode;
    brg_window *window = glfwGetWindowUserPointer(handle);
    if (key == GLFW_KEY_F9) { /* a look at the window, which must not keep it awake */
        window->asked_for_report = window->asked_for_report || action == GLFW_PRESS;
        return;
    }
    note_input(handle);
    bool plain = (mods & (GLFW_MOD_CONTROL | GLFW_MOD_ALT | GLFW_MOD_SUPER)) == 0;
    window->repeating = action == GLFW_REPEAT;
    bool again = action == GLFW_REPEAT && is_movement(key);
    if ((action == GLFW_PRESS || again) && plain && key_of(key))
        push_key(window, key_of(key));
    if (action == GLFW_PRESS && stepping_key(key, mods))
        push_key(window, stepping_key(key, mods));
    if (key == GLFW_KEY_Q && mods == GLFW_MOD_CONTROL)
        glfwSetWindowShouldClose(handle, GLFW_TRUE);
}

/* Where the question mark is depends on the keyboard. */
static void on_character(GLFWwindow *handle, unsigned character) {
    brg_window *window = glfwGetWindowUserPointer(handle);
    if (character == '?' && !window->repeating)
        push_key(window, '?');
}

static void on_button(GLFWwindow *handle, int button, int action, int mods) {
    (void)mods;
    brg_window *window = glfwGetWindowUserPointer(handle);
    note_input(handle);
    if (action == GLFW_PRESS && button >= 0 && button < BRG_BUTTONS)
        window->surface.pressed[button] = true;
}

static void on_pointer(GLFWwindow *handle, double x, double y) {
    brg_window *window = glfwGetWindowUserPointer(handle);
    note_input(handle);
    window->surface.x = x;
    window->surface.y = y;
}

static void on_scroll(GLFWwindow *handle, double x, double y) {
    (void)x;
    (void)y;
    note_input(handle);
}

static void on_enter(GLFWwindow *handle, int entered) {
    brg_window *window = glfwGetWindowUserPointer(handle);
    note_input(handle);
    window->surface.inside = entered;
}

static void on_focus(GLFWwindow *handle, int focused) {
    (void)focused;
    note_input(handle);
}

static void on_minimise(GLFWwindow *handle, int minimised) {
    brg_window *window = glfwGetWindowUserPointer(handle);
    note_input(handle);
    window->surface.minimised = minimised;
}

static void on_size(GLFWwindow *handle, int w, int h) {
    brg_window *window = glfwGetWindowUserPointer(handle);
    window->surface.w = w;
    window->surface.h = h;
}

static void on_pixels(GLFWwindow *handle, int w, int h) {
    brg_window *window = glfwGetWindowUserPointer(handle);
    note_input(handle);
    window->surface.pixels_w = w;
    window->surface.pixels_h = h;
}

static void on_drop(GLFWwindow *handle, int count, const char **paths) {
    brg_window *window = glfwGetWindowUserPointer(handle);
    note_input(handle);
    for (int i = 0; window->dropped && i < count; i++)
        window->dropped(window->listener, paths[i]);
}

static void on_refresh(GLFWwindow *handle) {
    brg_window *window = glfwGetWindowUserPointer(handle);
    note_input(handle);
    window->exposed = true;
}

/* Before the widget library installs its own, which call these in turn. */
static void watch_user(brg_window *window) {
    GLFWwindow *handle = window->handle;
    glfwSetWindowUserPointer(handle, window);
    glfwSetKeyCallback(handle, on_key);
    glfwSetCharCallback(handle, on_character);
    glfwSetMouseButtonCallback(handle, on_button);
    glfwSetCursorPosCallback(handle, on_pointer);
    glfwSetScrollCallback(handle, on_scroll);
    glfwSetCursorEnterCallback(handle, on_enter);
    glfwSetWindowFocusCallback(handle, on_focus);
    glfwSetWindowIconifyCallback(handle, on_minimise);
    glfwSetWindowSizeCallback(handle, on_size);
    glfwSetFramebufferSizeCallback(handle, on_pixels);
    glfwSetWindowRefreshCallback(handle, on_refresh);
    glfwSetDropCallback(handle, on_drop);
}

/* Events tell of changes; this is what they change. */
static void look_at_surface(brg_window *window) {
    brg_surface *surface = &window->surface;
    glfwGetWindowSize(window->handle, &surface->w, &surface->h);
    glfwGetFramebufferSize(window->handle, &surface->pixels_w, &surface->pixels_h);
    glfwGetCursorPos(window->handle, &surface->x, &surface->y);
    surface->inside = glfwGetWindowAttrib(window->handle, GLFW_HOVERED);
    surface->minimised = glfwGetWindowAttrib(window->handle, GLFW_ICONIFIED);
}

/* ---- opening and closing --------------------------------------------------------------------- */

static brg_status no_display(brg_error *error) {
    const char *why = NULL;
    glfwGetError(&why);
    brg_fail(error, BRG_E_UNSUPPORTED, "There is no display to open a window on: %s.",
             why ? why : "GLFW does not say why");
    brg_error_hint(error, "Set DISPLAY, or use the command line program, which needs none: "
                          "brigade run gemm");
    return BRG_E_UNSUPPORTED;
}

static brg_status no_context(brg_error *error) {
    const char *why = NULL;
    glfwGetError(&why);
    brg_fail(error, BRG_E_UNSUPPORTED, "A window with OpenGL 3.3 cannot be opened: %s.",
             why ? why : "GLFW does not say why");
    brg_error_hint(error,
                   "Install a driver (libgl1-mesa-dri draws in software), or use the command "
                   "line program: brigade run gemm");
    return BRG_E_UNSUPPORTED;
}

static float monitor_scale(void) {
    float x = 1, y = 1;
    GLFWmonitor *monitor = glfwGetPrimaryMonitor();
    if (monitor)
        glfwGetMonitorContentScale(monitor, &x, &y);
    return x >= 0.5f && x <= 8.0f ? x : 1.0f;
}

/* The wanted size in screen coordinates, no larger than the monitor's work area. */
static void choose_size(float scale, int *w, int *h) {
    int x, y, room_w = 0, room_h = 0;
    GLFWmonitor *monitor = glfwGetPrimaryMonitor();
    *w = (int)(first_w * scale);
    *h = (int)(first_h * scale);
    if (monitor)
        glfwGetMonitorWorkarea(monitor, &x, &y, &room_w, &room_h);
    if (room_w > 0 && *w > room_w)
        *w = room_w;
    if (room_h > 0 && *h > room_h)
        *h = room_h;
}

static void set_hints(void) {
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_DEPTH_BITS, 0);
    glfwWindowHint(GLFW_STENCIL_BITS, 0);
    glfwWindowHintString(GLFW_X11_CLASS_NAME, "brigade-gui");
}

brg_status brg_window_open(brg_window *window, double scale, brg_error *error) {
    int w, h;
    memset(window, 0, sizeof *window);
    if (!glfwInit())
        return no_display(error);
    window->scale = scale > 0 ? (float)scale : monitor_scale();
    set_hints();
    choose_size(window->scale, &w, &h);
    window->scale =
        fminf(window->scale, fminf((float)w / BRG_UI_LEAST_W, (float)h / BRG_UI_LEAST_H));
    window->handle = glfwCreateWindow(w, h, "Brigade", NULL, NULL);
    if (!window->handle) {
        brg_status status = no_context(error);
        glfwTerminate();
        return status;
    }
    glfwSetWindowSizeLimits(window->handle, 480, 320, GLFW_DONT_CARE, GLFW_DONT_CARE);
    watch_user(window);
    look_at_surface(window);
    glfwMakeContextCurrent(window->handle);
    glfwSwapInterval(0); /* the frame clock paces; a second pacemaker would only wait for it */
    window->input_ns = brg_now_ns();
    return BRG_OK;
}

void brg_window_close(brg_window *window) {
    if (window->handle)
        glfwDestroyWindow(window->handle);
    glfwTerminate();
    window->handle = NULL;
}

bool brg_window_visible(const brg_window *window) {
    const brg_surface *surface = &window->surface;
    return surface->pixels_w > 0 && surface->pixels_h > 0 && !surface->minimised;
}

void brg_window_report(brg_log *log) {
    const char *text = NULL;
    if (glfwGetError(&text) != GLFW_NO_ERROR)
        brg_log_note(log, "The window system complains: %s.", text ? text : "no reason given");
}

void brg_window_wake(void *unused) {
    (void)unused;
    glfwPostEmptyEvent();
}
