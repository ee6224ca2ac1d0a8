/* Textures: pictures on the graphics card, uploaded when they change and not again. */
#ifndef BRIGADE_GUI_TEXTURE_H
#define BRIGADE_GUI_TEXTURE_H

#include <stdbool.h>

#include "ui/picture.h"
#include "ui/ui.h"

typedef struct brg_texture {
    unsigned name; /* OpenGL's; 0: none */
    int32_t w, h;
    float aspect;    /* width over height to be shown at */
    uint64_t serial; /* of what it shows */
    bool smooth;     /* when grown; else in squares, so that an element can be seen as one */
} brg_texture;

/* Draws the part of a texture stretched over `r` that lies within `clip`. */
void brg_texture_draw(brg_ui *ui, const brg_texture *texture, brg_rect r, brg_rect clip);

/* Uploads a picture unless the texture shows that serial already; an empty one frees the texture.
 * The window's OpenGL context must be current. */
void brg_texture_show(brg_texture *texture, const brg_picture *picture, uint64_t serial);
void brg_texture_clear(brg_texture *texture);

/* Reads the back buffer as an image {h, w, 3} of u8, upright. Call it after drawing and before the
 * buffers are swapped. BRG_E_SHAPE for a window without pixels, BRG_E_MEMORY. The caller releases
 * *image. */
brg_status brg_texture_read_back_buffer(int32_t w, int32_t h, brg_tensor **image, brg_error *error);

#endif
