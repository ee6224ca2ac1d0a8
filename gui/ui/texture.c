/* Textures, and the one read-back: a screenshot. See texture.h. */
#include "ui/texture.h"

#include <epoxy/gl.h>
#include <stdlib.h>
#include <string.h>

void brg_texture_clear(brg_texture *texture) {
    if (texture->name)
        glDeleteTextures(1, &texture->name);
    memset(texture, 0, sizeof *texture);
}

void brg_texture_show(brg_texture *texture, const brg_picture *picture, uint64_t serial) {
    if (texture->serial == serial)
        return;
    brg_texture_clear(texture);
    texture->serial = serial;
    if (picture->w == 0)
        return;
    texture->w = picture->w;
    texture->h = picture->h;
    texture->aspect = picture->aspect;
    glGenTextures(1, &texture->name);
    glBindTexture(GL_TEXTURE_2D, texture->name);
    /* Shrunk smoothly; grown in squares, so that an element of a small matrix can be seen as one.
     */
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, picture->w, picture->h, 0, GL_RGBA, GL_UNSIGNED_BYTE,
                 picture->rgba);
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
