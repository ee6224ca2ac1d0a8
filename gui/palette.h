/* The window's colours, 0xRRGGBB. One meaning each, so that a colour can be read without its label.
 */
#ifndef BRIGADE_GUI_PALETTE_H
#define BRIGADE_GUI_PALETTE_H

#include <stdint.h>

typedef uint32_t brg_colour;

enum {
    BRG_GROUND = 0x14171c,
    BRG_PANEL = 0x1b1f26,
    BRG_RAISED = 0x232832, /* what can be pressed, and tracks */
    BRG_LINE = 0x2c323d,
    BRG_TEXT = 0xe6e9ef,
    BRG_QUIET = 0x8b93a3,
    BRG_FAINT = 0x5b6372,
    BRG_BLUE = 0x4aa8ff,   /* the device, and what is chosen */
    BRG_AMBER = 0xffb454,  /* the host's own arithmetic */
    BRG_GREEN = 0x7fd962,  /* checked and right; nothing else is green but a dot of the heartbeat */
    BRG_VIOLET = 0xc792ea, /* frames of the window */
    BRG_TEAL = 0x56c5d6,   /* transfers */
    BRG_RED = 0xff6b6b     /* trouble */
};

#endif
