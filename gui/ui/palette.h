/* The window's colours. One meaning each, so that a colour can be read without its label. */
#ifndef BRIGADE_GUI_UI_PALETTE_H
#define BRIGADE_GUI_UI_PALETTE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 0xRRGGBB, or one of the roles below, whose colour is the theme's. */
typedef uint32_t brg_colour;

/* Dark and light, each also with colours that the colour-blind tell apart: right and wrong are blue
 * and orange there. */
typedef enum brg_theme {
    BRG_THEME_DARK = 0,
    BRG_THEME_LIGHT,
    BRG_THEME_DARK_SAFE,
    BRG_THEME_LIGHT_SAFE,
    BRG_THEME_COUNT
} brg_theme;

enum {
    BRG_GROUND = 0x1000000,
    BRG_PANEL,
    BRG_RAISED, /* what can be pressed, and tracks */
    BRG_LINE,
    BRG_HAIRLINE, /* under the lanes of a plot */
    BRG_TEXT,
    BRG_QUIET,
    BRG_FAINT,
    BRG_ON_COLOUR, /* text on the colours below */
    BRG_BLUE,      /* the device, and what is chosen; the first of three */
    BRG_BLUE_OVER, /* the pointer is over it */
    BRG_BLUE_DOWN, /* it is pressed */
    BRG_AMBER,     /* the host's own arithmetic; the second of three */
    BRG_AMBER_DIM, /* the textbook loop */
    BRG_GREEN,     /* checked and right; but for the third of three (dishes, dots), nothing else */
    BRG_VIOLET,    /* frames of the window */
    BRG_VIOLET_DIM,
    BRG_TEAL, /* transfers */
    BRG_ROSE, /* B, where A and B are compared; A is blue */
    BRG_RED,  /* trouble */
    BRG_RED_DIM,
    BRG_SELECTED, /* behind selected text and the chosen row of a list */
    BRG_COLOUR_END
};

/* The colour of a role in a theme; what is no role is returned as it is. */
brg_colour brg_palette(brg_theme theme, brg_colour colour);

#ifdef __cplusplus
}
#endif

#endif
