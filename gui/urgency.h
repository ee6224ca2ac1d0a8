/* Urgency: how soon the system lets the window's thread run when a frame is due. */
#ifndef BRIGADE_GUI_URGENCY_H
#define BRIGADE_GUI_URGENCY_H

/* Asks for the calling thread, and for those that it starts from now on, to be run soon after they
 * wake, for short times. Where the system knows no such wish nothing changes. */
void brg_urgency_claim(void);

#endif
