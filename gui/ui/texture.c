/* Textures, and the one read-back: a screenshot. See texture.h. */
#include "ui/texture.h"

#include <epoxy/gl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void brg_texture_clear(brg_texture *texture) {
    if (texture->name)
        glDeleteTextures(1, &texture->name);
    *texture = (brg_texture){.smooth = texture->smooth};
}

/* Room for a picture of that size; its pixels come later. */
static void make_room(brg_texture *texture, const brg_picture *picture) {
    brg_texture_clear(texture);
    texture->w = picture->w;
    texture->h = picture->h;
    glGenTextures(1, &texture->name);
    glBindTexture(GL_TEXTURE_2D, texture->name);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, picture->w, picture->h, 0, GL_RGBA, GL_UNSIGNED_BYTE,
                 NULL);
}

/* A stream's pictures are all of one size: room is made once for all of them. */
void brg_texture_show(brg_texture *texture, const brg_picture *picture, uint64_t serial) {
    if (texture->serial == serial)
        return;
    if (picture->w == 0)
        brg_texture_clear(texture);
    else if (!texture->name || texture->w != picture->w || texture->h != picture->h)
        make_room(texture, picture);
    texture->serial = serial;
    texture->aspect = picture->aspect;
    if (picture->w == 0)
        return;
    glBindTexture(GL_TEXTURE_2D, texture->name);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, texture->smooth ? GL_LINEAR : GL_NEAREST);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, picture->w, picture->h, GL_RGBA, GL_UNSIGNED_BYTE,
                    picture->rgba);
}

void brg_texture_draw(brg_ui *ui, const brg_texture *texture, brg_rect r, brg_rect clip) {
    float x0 = fmaxf(r.x, clip.x), x1 = fminf(r.x + r.w, clip.x + clip.w);
    float y0 = fmaxf(r.y, clip.y), y1 = fminf(r.y + r.h, clip.y + clip.h);
    if (!texture->name || !(x1 > x0) || !(y1 > y0))
        return;
    brg_rect part = {(x0 - r.x) / r.w, (y0 - r.y) / r.h, (x1 - x0) / r.w, (y1 - y0) / r.h};
    brg_ui_image_part(ui, (brg_rect){x0, y0, x1 - x0, y1 - y0}, part, texture->name,
                      texture->serial);
}

/* OpenGL's first row is the lowest. */
static void flip(uint8_t *pixels, size_t row, int32_t h, uint8_t *spare) {
    for (int32_t y = 0; y < h / 2; y++) {
        uint8_t *upper = pixels + (size_t)y * row, *lower = pixels + (size_t)(h - 1 - y) * row;
        memcpy(spare, upper, row);
        memcpy(upper, lower, row);
        memcpy(lower, spare, row);
    }
}

brg_status brg_texture_read_back_buffer(int32_t w, int32_t h, brg_tensor **image,
                                        brg_error *error) {
    if (w <= 0 || h <= 0)
        return brg_fail(error, BRG_E_SHAPE, "The window has no pixels to be saved.");
    brg_shape shape = brg_shape_3d(BRG_U8, h, w, 3);
    size_t row = (size_t)w * 3;
    uint8_t *spare = malloc(row);
    if (!spare)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a screenshot.");
    brg_status status = brg_tensor_create(&shape, NULL, image, error);
    if (status == BRG_OK) {
        uint8_t *pixels = brg_tensor_writable(*image);
        glPixelStorei(GL_PACK_ALIGNMENT, 1);
        glReadBuffer(GL_BACK);
        glReadPixels(0, 0, w, h, GL_RGB, GL_UNSIGNED_BYTE, pixels);
        flip(pixels, row, h, spare);
    }
    free(spare);
    return status;
}
