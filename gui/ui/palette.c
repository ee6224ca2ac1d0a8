/* The themes. See palette.h. */
#include "ui/palette.h"

#include <stdbool.h>

enum { ROLES = BRG_COLOUR_END - BRG_GROUND };
#define ROLE(role) [BRG_##role - BRG_GROUND]

static const brg_colour themes[2][ROLES] = {
    {ROLE(GROUND) = 0x14171c,  ROLE(PANEL) = 0x1b1f26,      ROLE(RAISED) = 0x232832,
     ROLE(LINE) = 0x2c323d,    ROLE(HAIRLINE) = 0x222730,   ROLE(TEXT) = 0xe6e9ef,
     ROLE(QUIET) = 0x8b93a3,   ROLE(FAINT) = 0x5b6372,      ROLE(ON_COLOUR) = 0x14171c,
     ROLE(BLUE) = 0x4aa8ff,    ROLE(BLUE_OVER) = 0x66b6ff,  ROLE(BLUE_DOWN) = 0x3a8fe0,
     ROLE(AMBER) = 0xffb454,   ROLE(AMBER_DIM) = 0x8a6a3c,  ROLE(GREEN) = 0x7fd962,
     ROLE(VIOLET) = 0xc792ea,  ROLE(VIOLET_DIM) = 0x3c3450, ROLE(TEAL) = 0x56c5d6,
     ROLE(ROSE) = 0xf08bc4,    ROLE(RED) = 0xff6b6b,        ROLE(RED_DIM) = 0x552f33,
     ROLE(SELECTED) = 0x2f4f72},
    {ROLE(GROUND) = 0xeef0f4,  ROLE(PANEL) = 0xffffff,      ROLE(RAISED) = 0xe4e7ed,
     ROLE(LINE) = 0xd0d5de,    ROLE(HAIRLINE) = 0xe8ebf0,   ROLE(TEXT) = 0x1a1e26,
     ROLE(QUIET) = 0x555d6b,   ROLE(FAINT) = 0x838b9a,      ROLE(ON_COLOUR) = 0xffffff,
     ROLE(BLUE) = 0x1668c4,    ROLE(BLUE_OVER) = 0x2b7ad4,  ROLE(BLUE_DOWN) = 0x0f56a6,
     ROLE(AMBER) = 0xb86a00,   ROLE(AMBER_DIM) = 0xdcb682,  ROLE(GREEN) = 0x2f8a1c,
     ROLE(VIOLET) = 0x8544b0,  ROLE(VIOLET_DIM) = 0xe3d5ee, ROLE(TEAL) = 0x157f92,
     ROLE(ROSE) = 0xb02f7d,    ROLE(RED) = 0xc9302c,        ROLE(RED_DIM) = 0xf6d2d0,
     ROLE(SELECTED) = 0xc9def5},
};

/* Okabe and Ito's set: told apart with any of the common colour deficiencies. */
static brg_colour safe(bool light, brg_colour role, brg_colour otherwise) {
    switch (role) {
    case BRG_GREEN:
        return light ? 0x0072b2 : 0x56b4e9;
    case BRG_RED:
        return light ? 0xb34700 : 0xff8c3a;
    case BRG_RED_DIM:
        return light ? 0xf5dcc8 : 0x553620;
    case BRG_AMBER:
        return light ? 0x8a7a00 : 0xf0e442;
    case BRG_VIOLET:
        return light ? 0xa04a80 : 0xcc79a7;
    case BRG_TEAL:
        return light ? 0x007a5a : 0x1fb890;
    default:
        return otherwise;
    }
}

brg_colour brg_palette(brg_theme theme, brg_colour colour) {
    if (colour < BRG_GROUND || colour >= BRG_COLOUR_END)
        return colour;
    bool light = theme == BRG_THEME_LIGHT || theme == BRG_THEME_LIGHT_SAFE;
    brg_colour plain = themes[light][colour - BRG_GROUND];
    bool is_safe = theme == BRG_THEME_DARK_SAFE || theme == BRG_THEME_LIGHT_SAFE;
    return is_safe ? safe(light, colour, plain) : plain;
}
