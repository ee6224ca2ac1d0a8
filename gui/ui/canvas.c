/* The canvas: what the window looks like, kept from frame to frame. See canvas.h. */
#include "ui/canvas.h"

#include <epoxy/gl.h>
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <string.h>

/* ---- a texture, where the back buffer does not last ------------------------------------------ */

/* As plain as can be: Mesa's software rasteriser turns this, on a BGRA texture, into a copy, two
 * and a half times as fast as its glBlitFramebuffer, which cannot flip rows without a detour. */
static const char *const vertex_text = "#version 330 core\n"
                                       "layout(location = 0) in vec4 corner;\n"
                                       "out vec2 at;\n"
                                       "void main() {\n"
                                       "    at = corner.zw;\n"
                                       "    gl_Position = vec4(corner.xy, 0.0, 1.0);\n"
                                       "}\n";
static const char *const fragment_text = "#version 330 core\n"
                                         "in vec2 at;\n"
                                         "out vec4 colour;\n"
                                         "uniform sampler2D canvas;\n"
                                         "void main() { colour = texture(canvas, at); }\n";

static bool attach_shader(GLuint program, GLenum kind, const char *text) {
    GLint compiled = 0;
    GLuint shader = glCreateShader(kind);
    glShaderSource(shader, 1, &text, NULL);
    glCompileShader(shader);
    glGetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
    if (compiled)
        glAttachShader(program, shader);
    glDeleteShader(shader); /* lives on in the program */
    return compiled;
}

static bool make_program(brg_canvas *canvas) {
    GLint linked = 0;
    canvas->program = glCreateProgram();
    if (attach_shader(canvas->program, GL_VERTEX_SHADER, vertex_text) &&
        attach_shader(canvas->program, GL_FRAGMENT_SHADER, fragment_text)) {
        glLinkProgram(canvas->program);
        glGetProgramiv(canvas->program, GL_LINK_STATUS, &linked);
    }
    return linked;
}

static void make_corners(brg_canvas *canvas) {
    static const float corners[] = {-1, -1, 0, 0, 1, -1, 1, 0, -1, 1, 0, 1, 1, 1, 1, 1};
    glGenVertexArrays(1, &canvas->vertices);
    glBindVertexArray(canvas->vertices);
    glGenBuffers(1, &canvas->corners);
    glBindBuffer(GL_ARRAY_BUFFER, canvas->corners);
    glBufferData(GL_ARRAY_BUFFER, sizeof corners, corners, GL_STATIC_DRAW);
    glVertexAttribPointer(0, 4, GL_FLOAT, GL_FALSE, 0, NULL);
    glEnableVertexAttribArray(0);
    glBindVertexArray(0);
}

static bool make_framebuffer(brg_canvas *canvas, int w, int h) {
    glGenTextures(1, &canvas->texture);
    glBindTexture(GL_TEXTURE_2D, canvas->texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, w, h, 0, GL_BGRA, GL_UNSIGNED_BYTE, NULL);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glGenFramebuffers(1, &canvas->framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, canvas->framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, canvas->texture, 0);
    bool complete = glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    return complete;
}

static void clear_texture(brg_canvas *canvas) {
    glDeleteFramebuffers(1, &canvas->framebuffer);
    glDeleteTextures(1, &canvas->texture);
    glDeleteProgram(canvas->program);
    glDeleteVertexArrays(1, &canvas->vertices);
    glDeleteBuffers(1, &canvas->corners);
    canvas->framebuffer = canvas->texture = canvas->program = 0;
    canvas->vertices = canvas->corners = 0;
}

/* If OpenGL refuses, the back buffer has to be drawn as a whole, frame by frame. */
static void make_texture(brg_canvas *canvas, int w, int h) {
    clear_texture(canvas);
    make_corners(canvas);
    if (!make_program(canvas) || !make_framebuffer(canvas, w, h))
        clear_texture(canvas);
}

static void show_texture(const brg_canvas *canvas) {
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glDisable(GL_BLEND);
    glDisable(GL_SCISSOR_TEST);
    glUseProgram(canvas->program);
    glBindVertexArray(canvas->vertices);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, canvas->texture);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
    glBindVertexArray(0);
    glUseProgram(0);
}

/* ---- the back buffer, where it does ---------------------------------------------------------- */

/* A graphics card swaps for nothing, and without tearing. */
static bool draws_in_software(void) {
    const char *renderer = (const char *)glGetString(GL_RENDERER);
    return renderer && (strstr(renderer, "llvmpipe") || strstr(renderer, "softpipe"));
}

/* By name, so that no header or library of X is needed to build or run elsewhere. */
static void ask_for_partial_copies(brg_canvas *canvas) {
    canvas->asked = true;
    if (!draws_in_software() || !glfwExtensionSupported("GLX_MESA_copy_sub_buffer"))
        return;
    void *(*display)(void) = (void *(*)(void))glfwGetProcAddress("glXGetCurrentDisplay");
    unsigned long (*drawable)(void) =
        (unsigned long (*)(void))glfwGetProcAddress("glXGetCurrentDrawable");
    if (!display || !drawable)
        return;
    canvas->display = display();
    canvas->drawable = drawable();
    canvas->copy_part = (void (*)(void *, unsigned long, int, int, int, int))glfwGetProcAddress(
        "glXCopySubBufferMESA");
}

/* ---- frames ---------------------------------------------------------------------------------- */

static bool keeps(const brg_canvas *canvas) {
    return canvas->copy_part || canvas->framebuffer;
}

bool brg_canvas_begin(brg_canvas *canvas, GLFWwindow *window, int w, int h) {
    bool fresh = canvas->w != w || canvas->h != h;
    if (!canvas->asked)
        ask_for_partial_copies(canvas);
    if (fresh && !canvas->copy_part)
        make_texture(canvas, w, h);
    if (fresh && canvas->copy_part && canvas->w > 0)
        glfwSwapBuffers(window); /* or Mesa would not notice that the window has another size */
    canvas->w = w;
    canvas->h = h;
    glBindFramebuffer(GL_FRAMEBUFFER, canvas->framebuffer);
    glViewport(0, 0, w, h);
    return fresh || !keeps(canvas);
}

void brg_canvas_end(const brg_canvas *canvas) {
    if (canvas->framebuffer)
        show_texture(canvas);
}

void brg_canvas_present(const brg_canvas *canvas, GLFWwindow *window, const brg_patch *patches,
                        size_t count) {
    if (count > 0 && !canvas->copy_part)
        glfwSwapBuffers(window);
    for (size_t i = 0; canvas->copy_part && i < count; i++)
        canvas->copy_part(canvas->display, canvas->drawable, patches[i].x,
                          canvas->h - patches[i].y - patches[i].h, patches[i].w, patches[i].h);
}

void brg_canvas_clear(brg_canvas *canvas) {
    clear_texture(canvas);
    memset(canvas, 0, sizeof *canvas);
}
